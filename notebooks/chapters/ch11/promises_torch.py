"""Lesson 11e: which sizes each kind of PyTorch's files takes, and what smaller weights do to one. With ExecuTorch."""
import copy

import numpy as np
import onnxruntime
import torch

from chapters.ch11 import digit_torch, edge, training
from helpers import session


def onnx_taken(net, dims, example, sizes, taken):
    """Which of the sizes an ONNX file takes that was exported with these bounds; taken: as in the lesson."""
    with session.quiet():
        made = torch.onnx.export(net, (example,), dynamic_shapes=({0: dims},), input_names=["image"], verbose=False)
    model = onnxruntime.InferenceSession(made.model_proto.SerializeToString())
    return taken(lambda pictures: model.run(None, {"image": pictures.numpy()})[0], sizes)


def executorch_taken(program, sizes, taken):
    """Which of the sizes an ExecuTorch file takes; taken: as in the lesson."""
    from executorch.runtime import Runtime
    with edge.quiet():
        loaded = Runtime.get().load_program(digit_torch.for_executorch(program))
        method = loaded.load_method("forward")
        return taken(lambda pictures: method.execute([pictures])[0], sizes)


def smaller(net, pictures):
    """{way: (bytes of an ExecuTorch file, its scores less the network's own)}, for weights of fewer bits."""
    from torchao.quantization import Int8WeightOnlyConfig, quantize_
    from torchao.utils import unwrap_tensor_subclass
    plain = digit_torch.scores(net, pictures)
    whole, wrapped = copy.deepcopy(net), copy.deepcopy(net)
    quantize_(wrapped, Int8WeightOnlyConfig())
    unwrapped = copy.deepcopy(net)
    quantize_(unwrapped, Int8WeightOnlyConfig())
    unwrap_tensor_subclass(unwrapped)
    nets = {"PyTorch, float32": whole, "PyTorch, dense weights int8 by torchao": unwrapped,
            "PyTorch, the same, not unwrapped": wrapped}
    found = {}
    for name, smaller_net in nets.items():
        file = digit_torch.for_executorch(torch.export.export(smaller_net, (digit_torch.IMAGE,)))
        found[name] = len(file), training.ask_all(digit_torch.run_executorch(file), pictures) - plain
    found["PyTorch, float16"] = _half(copy.deepcopy(net).half(), pictures, plain)
    return found


def _half(net, pictures, plain):
    from executorch.runtime import Runtime
    file = digit_torch.for_executorch(torch.export.export(net, (digit_torch.IMAGE.half(),)))
    with edge.quiet():
        program = Runtime.get().load_program(file)
        method = program.load_method("forward")
        inputs = [digit_torch.channels_first(picture[None]).contiguous().half() for picture in pictures]
        scores = np.concatenate([method.execute([image])[0].float().numpy() for image in inputs])
    return len(file), scores - plain
