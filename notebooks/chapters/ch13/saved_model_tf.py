"""Look into the graph of a SavedModel that Keras 2 wrote: its layers, what each gives, and what each was made with."""
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.function_def_to_graph import function_def_to_graph  # no public name leads there

from helpers.port import Activations, Layer

v1 = tf.compat.v1
SHAPING = {"Const", "ReadVariableOp", "Shape", "Identity", "Pack", "Reshape", "ExpandDims", "Squeeze", "StridedSlice",
           "Transpose", "Cast", "NoOp", "Equal", "All", "Assert"}
"""Operations that compute no number of a layer's: a layer of these alone is none that a port must have."""
SKIPPED = {"Const", "ReadVariableOp"}
KERAS = {"Conv2D": "Conv2D", "FusedBatchNormV3": "BatchNormalization", "Relu": "ReLU"}
"""{operation: the layer of Keras that it makes}"""
ACTIVATIONS = {"Relu": "relu", "Sigmoid": "sigmoid"}


def body(meta):
    """The function that holds the operations of a Keras model, in the library of its graph (a FunctionDef)."""
    return next(one for one in meta.graph_def.library.function if "wrapped_model" in one.signature.name)


def layer_of(name: str) -> str:
    """The layer in which an operation stands: "conv2d_1" for "model_1/conv2d_1/Conv2D"; "" where it stands in none."""
    parts = name.split("/")
    return parts[1] if len(parts) > 2 else ""


def activations(meta, values: Mapping[str, np.ndarray], inputs: np.ndarray) -> Activations:
    """What each layer of a SavedModel gives, as NumPy, and what it was made with, for the kit (helpers/port.py).

    meta: what `tf.compat.v1.saved_model.load` returned. values: {name of a variable or constant of its graph: array}.
    """
    graph, feed = _opened(meta, values, inputs)
    found = {}
    for operation in graph.get_operations():
        name = layer_of(operation.name)
        if name and operation.outputs and operation.outputs[0].dtype == tf.float32 and operation.type not in SKIPPED:
            found.setdefault(name, []).append(operation)
    found = {name: inside for name, inside in found.items() if {one.type for one in inside} - SHAPING}
    outputs = _run(graph, {name: inside[-1].outputs[0] for name, inside in found.items()}, feed)
    kinds = {name: _kind([one.type for one in inside]) for name, inside in found.items()}
    return Activations("TensorFlow", outputs, kinds, _looker(graph, feed, found, kinds, outputs))


def _kind(types):
    """The layer of Keras that operations of these types make; "" where they make none, or one of the author's own."""
    known = [KERAS[one] for one in types if one in KERAS]
    return known[0] if len(known) == 1 else ""


def _run(graph, wanted, feed):
    with v1.Session(graph=graph, config=v1.ConfigProto(device_count={"GPU": 0})) as session:
        return session.run(wanted, feed)


def _opened(meta, values, inputs):
    """The body as a graph, and {name of a tensor: array} of what comes into it."""
    call = next(node for node in meta.graph_def.node if node.op == "StatefulPartitionedCall")
    graph, feed = function_def_to_graph(body(meta)), {}
    for tensor, name in zip(graph.inputs, call.input):
        if tensor.dtype == tf.resource:  # a variable: what reads it is replaced by its value
            feed.update({reader.outputs[0].name: values[name] for reader in tensor.consumers()})
        else:
            feed[tensor.name] = values.get(name, inputs)
    return graph, feed


def _looker(graph, feed, found, kinds, outputs) -> Callable[[str], Layer]:
    def look(name):
        inside = {one.type: one for one in found[name]}
        first = inside.get("Conv2D") or inside.get("FusedBatchNormV3") or found[name][0]
        given = [tensor for tensor in first.inputs if tensor.dtype == tf.float32]
        arrays = _run(graph, given, feed)
        bias = _run(graph, inside["BiasAdd"].inputs[1], feed) if "BiasAdd" in inside else None
        weights, settings = _settings(first, arrays[1:], bias)
        settings["activation"] = next((word for kind, word in ACTIVATIONS.items() if kind in inside), "linear")
        return Layer(name, "TensorFlow", kinds[name], tuple(arrays[:1]), outputs[name], weights, settings)
    return look


def _settings(operation, arrays, bias):
    """(weights, settings) of an operation, as the layer of Keras that makes it names them."""
    if operation.type == "Conv2D":
        weights = {"kernel": arrays[0], **({"bias": bias} if bias is not None else {})}
        return weights, {"strides": tuple(operation.get_attr("strides")[1:3]), "data_format": "channels_last",
                         "dilation_rate": tuple(operation.get_attr("dilations")[1:3]),
                         "padding": operation.get_attr("padding").decode().lower()}
    if operation.type == "FusedBatchNormV3":
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        return dict(zip(names, arrays)), {"epsilon": round(operation.get_attr("epsilon"), 9), "axis": -1}
    return {}, {}


def constant(meta, name: str) -> np.ndarray:
    """A constant inside the body, by its name without the model's: "conv/Cast/x". Raises KeyError where there is none."""
    for node in body(meta).node_def:
        if node.op == "Const" and node.name.partition("/")[2] == name:
            return tf.make_ndarray(node.attr["value"].tensor)
    raise KeyError(f"the body has no constant {name!r}")
