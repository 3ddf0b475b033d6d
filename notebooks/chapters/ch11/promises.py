"""Lesson 11e: ONNX files with a fault, and who notices it."""
import numpy as np
import onnx
import onnxruntime

from helpers import show

FAULTS = {"IR version 99": lambda model: setattr(model, "ir_version", 99),
          "opset 99": lambda model: setattr(model.opset_import[0], "version", 99),
          "opset 9": lambda model: setattr(model.opset_import[0], "version", 9),
          "7 scores declared": lambda model: setattr(model.graph.output[0].type.tensor_type.shape.dim[1], "dim_value", 7)}
"""{fault: what makes it in a model that gives 10 scores}"""


def notices(path, shape):
    """Who notices a fault in the ONNX file at path: {fault: [checker, checker in full, runtime]}. shape: its input's."""
    found = {}
    for name, spoil in FAULTS.items():
        model = onnx.load(path)
        spoil(model)
        found[name] = [_notices(onnx.checker.check_model, model), _notices(onnx.checker.check_model, model, full_check=True),
                       _notices(_run, model, shape=shape)]
    return found


def _notices(check, model, **more):
    try:
        check(model, **more)
    except Exception:  # which one, each library says in its own way
        return True
    return False


def _run(model, shape):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors: it warns of a shape that it then ignores
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    session.run(None, {session.get_inputs()[0].name: np.zeros(shape, "float32")})


def faults(found):
    """A table of `notices`."""
    words = {True: "refuses", False: "passes"}
    show.table(["fault", "check_model", "full_check=True", "ONNX Runtime"],
               [(name, *(words[each] for each in row)) for name, row in found.items()])


def smaller(found):
    """A table of files with smaller weights: {way: (bytes, scores less the network's own)}."""
    show.table(["way", "bytes", "scores changed by up to"],
               [(name, f"{size:,}", f"{np.abs(change).max():.2g}") for name, (size, change) in found.items()])
