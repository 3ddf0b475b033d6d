"""onnx2tf: an ONNX file as a file for LiteRT. --fixed: with its option for the sizes of the inputs."""
import sys

import measure
import numpy as np
import onnx
import onnx2tf
from ai_edge_litert.interpreter import Interpreter


def convert(folder):
    file, sizes = folder / "model.onnx", {}
    if "--fixed" in sys.argv:
        names = [each.name for each in onnx.load(file).graph.input]
        sizes = {"overwrite_input_shape": [f"{name}:{','.join(map(str, array.shape))}"
                                           for name, array in zip(names, measure.example(folder)) if array.ndim]}
    onnx2tf.convert(str(file), output_folder_path=str(folder / "converted"), non_verbose=True, **sizes)
    interpreter = Interpreter(str(folder / "converted" / "model_float32.tflite"))

    def ask(arrays):
        for place, array in zip(interpreter.get_input_details(), arrays, strict=True):
            interpreter.resize_tensor_input(place["index"], turned(array).shape)
        interpreter.allocate_tensors()
        for place, array in zip(interpreter.get_input_details(), arrays):
            interpreter.set_tensor(place["index"], turned(array).astype(place["dtype"]))
        interpreter.invoke()
        return [interpreter.get_tensor(place["index"]) for place in interpreter.get_output_details()]
    return ask


def turned(array):
    """By itself onnx2tf moves axis 1 of what has three axes or more to the end, for it may be channels."""
    return np.atleast_1d(np.moveaxis(array, 1, -1) if array.ndim > 2 else array)


if __name__ == "__main__":
    measure.main(convert)
