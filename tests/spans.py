"""Which words of its quote each part of a claim looks at, and which words no part does.

" ... " stands for words in between. Where a part's wording differs from the article's, the span is what the part asks about.
"""

SPANS = {
    "C01": {
        "Google released some": "tech giants like Google",
        "Facebook released some": "Facebook",
        "Uber released some": "Uber have released various frameworks",
    },
    "C03": {
        "TensorFlow's runs are shown": "visualization capabilities",
        "it comes with TensorFlow": "TensorFlow is ... with",
    },
    "C06": {
        "the file answers as the model did": "mobile platforms",
        "today's runtime comes with TensorFlow": "support for",
    },
    "C07": {
        "less than half as old as TensorFlow": "on the other hand, is still a young",
        "no version 1 yet": "still a young framework",
    },
    "C16": {
        "TensorFlow has all three": "distributed training support, scalable production and "
            "deployment options, and support for various devices like Android",
        "PyTorch lacks one of them": "It draws its reputation from",
    },
    "C17": {
        "PyTorch needs one more package": "Third-party needed for visualization",
        "TensorFlow none": "Pytorch Cons:",
    },
    "C18": {
        "PyTorch needs one": "API server needed for production",
        "TensorFlow does not": "Pytorch Cons:",
    },
    "C19": {
        "a high-level API is at hand as tf.keras": "high-level API",
        "it is built into TensorFlow": "TEnsorFlow Pros: ... built-in",
    },
    "C20": {
        "TensorFlow has a way": "mobile support",
        "PyTorch has none": "TEnsorFlow Pros:",
    },
    "C21": {
        "TensorFlow is not eager": "graph",
        "each input gets the same operations": "Static graph",
    },
    "C22": {
        "eager code hides its values from a debugger": "Debugging method",
        "captured code cannot be made to show them": "Debugging method",
        "a changed line waits for more than the next call": "Hard to make quick changes",
    },
    "C22b": {
        "PyTorch's license is an open one": "Open source",
        "so is TensorFlow's": "Open source",
        "functions are documented": "documentation",
        "many use PyTorch": "Plenty of projects out there using PyTorch",
    },
    "C23b": {
        "both work on tensors": "Both frameworks work on the fundamental data type tensor",
        "different execution by default": "The key difference between PyTorch and TensorFlow is the way they execute code",
    },
    "C23c": {
        "a library that defines graphs": "A library for defining computational graphs",
        "a runtime that executes them": "runtime for executing such graphs",
        "nothing runs without these two": "two core building blocks",
    },
    "C24": {
        "tf.Session and a placeholder are there": "tf.Session object and tf.Placeholder",
        "data needs a session to get in or out": "All communication with the outer world is performed via",
    },
    "C26": {
        "independent operations run side by side": "allowing parallelism or dependency driving scheduling",
        "a training step takes less time": "makes training faster",
        "less than with threads inside": "makes training faster",
    },
    "C28": {
        "each input has its own graph": "of the dynamic graphs",
        "first derivatives are right": "automatic differentiation",
        "second derivatives are right": "automatic differentiation",
        "Jacobians are right": "automatic differentiation",
    },
    "C30b": {
        "TensorFlow needs a library for trees": "a way of implementing dynamic graphs using a library",
        "Fold is here to be used": "TensorFlow provides ... called TensorFlow Fold",
        "PyTorch has dynamic graphs built in": "but PyTorch has it inbuilt",
    },
    "C31b": {
        "PyTorch is back before the GPU is done": "asynchronous execution from Python",
        "TensorFlow is not": "native support",
    },
    "C32": {
        "an operation without a device does not run": "every operation to be run on a specific device",
        "training on two devices has to name them for its operations": "you'll have to manually code",
    },
    "C35": {
        "TensorBoard shows TensorFlow's runs": "visualization library is called TensorBoard",
        "and only those": "TensorFlow takes the lead",
        "it comes with TensorFlow": "TensorFlow's visualization library",
    },
    "C37": {
        "few kinds of plot": "very minimalistic",
        "no profile": "limited",
        "no graph of a model": "limited",
    },
    "C38a": {
        "loss": "Tracking and visualizing metrics such as loss",
        "accuracy": "accuracy",
    },
    "C38b": {
        "operations": "Visualizing the computational graph (ops",
        "layers": "layers)",
    },
    "C38d": {
        "images": "Displaying images",
        "text": "text",
        "sound": "audio data",
    },
    "C38e": {
        "TensorFlow records a profile": "Profiling TensorFlow programs",
        "TensorBoard shows it": "Profiling TensorFlow programs",
    },
    "C39a": {
        "the edit arrived": "callbacks",
        "the click ended the training": "Handling callbacks",
        "PyTorch followed": "Handling",
        "TensorFlow followed": "Handling",
    },
    "C39c": {
        "made": "Managing environments",
        "saved and reloaded": "Managing environments",
        "forked with its windows": "Managing environments",
        "deleted": "Managing environments",
    },
    "C41": {
        "the export is a folder named by its version": "deploy models",
        "it carries its signatures": "deploy models",
        "a server answers from it, without the model's code": "directly deploy models in "
            "TensorFlow using TensorFlow serving",
    },
    "C43": {
        "1.0 is the latest version": "its latest 1.0 stable version",
        "TorchScript is what PyTorch recommends": "these production deployments became easier to handle",
    },
    "C45": {
        "it converts": "mobile support",
        "it runs the result, with no word of an end": "mobile support",
    },
    "C46": {
        "the layers that __init__ made are the module's": "In PyTorch, your neural network will be a class",
        "calling the module runs forward": "In PyTorch, your neural network will be a class",
    },
    "C49": {
        "told nothing, it runs on TensorFlow": "a neural network framework which uses TensorFlow as the backend",
        "it needs TensorFlow": "uses TensorFlow as the backend",
    },
    "C51": {
        "add fills a Sequential": "directly add layers ... using the model.add() method",
        "which computes what the class does": "in a sequential manner",
    },
    "C54": {
        "PyTorch reads digits": "neural networks were used to solve simple "
            "classification problems like handwritten digit recognition",
        "TensorFlow reads digits": "handwritten digit recognition",
    },
    "C54d": {
        "PyTorch: better than from scratch": "The trained model can be used in different applications",
        "TensorFlow: better than from scratch": "The trained model can be used in different applications",
    },
    "C55": {
        "as usually ported, all six optimizers end apart": "the architecture of a neural network can be implemented "
            "on any of these frameworks, the result will not be the same",
        "with the causes removed, some still do": "the result will not be the same",
    },
    "C56": {
        "most optimizers of one name start with other numbers": "parameters that are framework dependent",
        "layers of one purpose start from other weights": "parameters that are framework dependent",
    },
    "C58": {
        "it varies when both run eagerly": "the time to train these models will "
            "always vary based on the framework you choose",
        "it varies between the best ways of both": "will always vary",
    },
    "C60": {
        "the package installed here requires torch": "supported by PyTorch on the backend",
        "what it learns are tensors": "PyTorch on the backend",
        "it finds the best mean field, widths within a fifth": "Pyro is a universal probabilistic programming language",
    },
    "C61": {
        "it builds on PyTorch": "Top PyTorch Projects",
        "its package is a whole platform": "A platform for applied reinforcement learning",
    },
    "C62": {
        "it builds on TensorFlow": "Top TensorFlow Projects",
        "it can be used with today's": "Top TensorFlow Projects",
    },
    "C64": {
        "it builds on TensorFlow": "Top TensorFlow Projects",
        "a configuration takes the place of code": "without the need to write code",
    },
    "C64b": {
        "PyTorch": "PyTorch ... are continuously releasing updates",
        "TensorFlow": "TensorFlow are continuously releasing updates",
    },
    "C65": {
        "torch-2.13.0 for Linux": "these frameworks",
        "torch-2.13.0 for Windows": "install from pip",
        "tensorflow-2.21.0 for Linux": "these frameworks",
        "tensorflow-2.21.0 for Windows": "install from pip",
    },
    "C67": {
        "torch-2.13.0 on Apple silicon": "macOS: pip3 install torch",
        "torch-2.13.0 on Intel": "macOS: pip3 install torch",
    },
    "C69": {
        "the extra brings cuDNN": "[and-cuda]",
        "the extra brings NCCL": "[and-cuda]",
        "the Linux wheel is built with CUDA": "Linux: python3 -m pip install tensorflow",
    },
    "C72": {
        "tensorflow-2.21.0 on Apple silicon": "macOS: python3 -m pip install tensorflow",
        "tensorflow-2.21.0 on Intel": "macOS: python3 -m pip install tensorflow",
    },
    "C73": {
        "2.10.1 is built with CUDA": "above 2.10",
        "2.11.0 is not": "not supported on the GPU on Windows Native",
        "2.21.0 is not": "Anything above 2.10 is not supported on the GPU",
    },
}
"""{claim: {part of its verdict: span of its quote}}"""

LEFT = {
    "C01": "and ... for the Python deep learning environment",
    "C03": "a very powerful and mature deep learning library ... strong",
    "C07": "PyTorch",
    "C16": "its",
    "C19": "Simple",
    "C20": "Easy",
    "C22b": "Good ... and community support",
    "C23c": "and ... on a variety of different hardware",
    "C26": "which ... and more efficient",
    "C28": "Performs",
    "C31b": "for",
    "C32": "and fine tune",
    "C37": "the features provided by Visdom are ... and",
    "C38a": "and",
    "C38b": "and",
    "C38d": "and",
    "C41": "We can",
    "C43": "In PyTorch ... than in",
    "C45": "Easy",
    "C54d": "such as object detection, image semantic segmentation and more",
    "C56": "The training process has a lot of",
    "C60": "PPL) written in Python and",
    "C61": "Horizon ... Applied RL",
    "C62": "Magenta: An open source research project exploring the role of machine learning as a tool "
           "in the creative process",
    "C64": "Ludwig is a toolbox to train and test deep learning models",
    "C64b": "and ... and new features",
    "C65": "To install the latest version of",
    "C67": "torchvision torchaudio",
}
"""{claim: words of its quote that no part looks at}"""
