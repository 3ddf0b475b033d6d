"""From a layer as it ran, in the words of its framework, to its formula with arguments."""
import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers.porting import formulas

Arrays = dict[str, np.ndarray]


class Layer(NamedTuple):
    """A layer as it ran once: what a side's `activations` can tell of it.

    kind: the name of its class. inputs, output: as NumPy, in the framework's layout. weights: {its framework's name: array}.
    settings: what it was made with, as its framework names it; options: named arguments of the call.
    """
    name: str
    framework: str
    kind: str
    inputs: tuple
    output: np.ndarray
    weights: Arrays
    settings: dict
    options: dict = {}


class Formula(NamedTuple):
    """A layer as a NumPy function and its arguments. moved: whether the framework keeps channels in axis 1 of the output."""
    function: Callable
    arguments: dict
    moved: bool = False

    def output(self, **changed) -> np.ndarray:
        """What the layer gives, in its framework's layout, with some arguments changed."""
        found = self.function(**{**self.arguments, **changed})
        return np.moveaxis(found, -1, 1) if self.moved else found


def read(layer: Layer) -> Formula | None:
    """A layer's formula, or None where this module does not know its kind, or not with these settings."""
    reader = READERS.get(layer.framework, {}).get(layer.kind)
    try:
        return reader(_wide(layer)) if reader else None
    except (KeyError, IndexError, TypeError, AttributeError):  # a subclass, or settings that no formula here has
        return None


def _wide(layer):
    """A layer with floats in float64."""
    def wide(array):
        return array.astype("float64") if array.dtype.kind == "f" else array
    return layer._replace(inputs=tuple(wide(np.asarray(one)) for one in layer.inputs),
                          weights={name: wide(array) for name, array in layer.weights.items()})


def _first(array):
    """Channels from axis 1 to the end; (batch, features) stays."""
    return np.moveaxis(array, 1, -1)


def _weight(layer, *names):
    """The weight of a Keras layer whose path ends in one of these, or None."""
    return next((array for path, array in layer.weights.items() if path.rpartition("/")[2] in names), None)


def _or(array, instead):
    return instead if array is None else array


# PyTorch

def _torch_linear(layer):
    return Formula(formulas.dense, {"x": layer.inputs[0], "kernel": layer.weights["weight"].T,
                                    "bias": layer.weights.get("bias")})


def _torch_conv(layer):
    kernel, at = layer.weights["weight"], layer.settings
    dims = kernel.ndim - 2
    x = _first(layer.inputs[0])
    kernel = kernel.transpose(*range(2, dims + 2), 1, 0)
    before = after = at["padding"]
    if at["padding"] == "same":
        total = [(size - 1) * gap for size, gap in zip(kernel.shape, at["dilation"])]
        before, after = tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)
    elif at["padding"] == "valid":
        before = after = (0,) * dims
    return Formula(formulas.conv, {"x": x, "kernel": kernel, "bias": layer.weights.get("bias"), "stride": at["stride"],
                                   "dilation": at["dilation"], "groups": at["groups"], "before": before, "after": after,
                                   "fill": at["padding_mode"]}, moved=True)


def _torch_batch_norm(layer):
    x, weights = layer.inputs[0], layer.weights
    gamma = weights.get("weight", np.ones(x.shape[1]))
    return Formula(formulas.batch_norm, {
        "x": _first(x), "gamma": gamma, "beta": weights.get("bias", np.zeros_like(gamma)),
        "mean": weights["running_mean"], "variance": weights["running_var"], "epsilon": layer.settings["eps"],
        "statistics": "batch" if layer.settings["training"] else "moving"}, moved=x.ndim > 2)


def _torch_layer_norm(layer):
    shape = layer.settings["normalized_shape"]
    gamma = layer.weights.get("weight", np.ones(shape))
    return Formula(formulas.layer_norm, {"x": layer.inputs[0], "gamma": gamma,
                                         "beta": layer.weights.get("bias", np.zeros(shape)),
                                         "epsilon": layer.settings["eps"], "axes": len(shape)})


def _torch_recurrent(layer, function, order):
    at, weights = layer.settings, layer.weights
    if at["num_layers"] != 1 or at["bidirectional"] or len(layer.inputs) > 1:
        return None
    x = layer.inputs[0] if at["batch_first"] else layer.inputs[0].swapaxes(0, 1)
    zeros = np.zeros(len(weights["weight_ih_l0"]))
    formula = Formula(function, {
        "x": x, "kernel": weights["weight_ih_l0"].T, "recurrent": weights["weight_hh_l0"].T, "order": order,
        "biases": [weights.get("bias_ih_l0", zeros), weights.get("bias_hh_l0", zeros)]})
    return formula if at["batch_first"] else _time_first(formula)


def _lstm_cell(x, state, kernel, recurrent, biases):
    """One step of an LSTM: a sequence of length 1. state: the hidden and the cell state, or nothing where they are zero."""
    return Formula(formulas.lstm, {"x": x[:, None], "state": list(state), "kernel": kernel, "recurrent": recurrent,
                                   "biases": biases, "order": "ifgo", "sequences": False})


def _torch_lstm_cell(layer):
    x, *state = layer.inputs
    weights = layer.weights
    zeros = np.zeros(len(weights["weight_ih"]))
    return _lstm_cell(x, state, weights["weight_ih"].T, weights["weight_hh"].T,
                      [weights.get("bias_ih", zeros), weights.get("bias_hh", zeros)])


def _time_first(formula):
    """A formula whose framework keeps time in axis 0."""
    def function(**arguments):
        return formula.function(**arguments).swapaxes(0, 1)
    return Formula(function, formula.arguments)


def _torch_attention(layer):
    at, weights = layer.settings, layer.weights
    if not at["batch_first"] or "in_proj_weight" not in weights:
        return None
    query, key, value = (*layer.inputs, *layer.inputs[-1:], *layer.inputs[-1:])[:3]
    width = query.shape[-1]
    kernels = [*np.split(weights["in_proj_weight"].T, 3, axis=1), weights["out_proj.weight"].T]
    biases = [*np.split(weights.get("in_proj_bias", np.zeros(3 * width)), 3),
              weights.get("out_proj.bias", np.zeros(width))]
    mask = _torch_mask(layer.options, len(query), query.shape[1], key.shape[1])
    return Formula(formulas.attention, {"query": query, "value": value, "key": key, "kernels": kernels, "biases": biases,
                                        "heads": at["num_heads"], "mask": mask})


def _torch_mask(options, batch, queries, keys):
    """True where a query may look: PyTorch's masks of bool say where it may not, those of float are added to the scores."""
    allowed = np.ones((batch, queries, keys), bool)
    for name in ("attn_mask", "key_padding_mask"):
        mask = options.get(name)
        if mask is not None:
            barred = np.isneginf(mask) if mask.dtype.kind == "f" else mask
            allowed &= ~(barred[:, None] if name == "key_padding_mask" else barred)
    return None if allowed.all() else allowed


def _torch_pool(layer, kind):
    at, x = layer.settings, _first(layer.inputs[0])
    dims = x.ndim - 2
    size, stride, pad = (_tuple(at[name], dims) for name in ("kernel_size", "stride", "padding"))
    if at.get("ceil_mode") or _tuple(at.get("dilation", 1), dims) != (1,) * dims:
        return None
    return Formula(formulas.pool, {"x": x, "kind": kind, "size": size, "stride": stride, "before": pad, "after": pad,
                                   "count_padding": at.get("count_include_pad", False)}, moved=True)


def _torch_activation(name, layer):
    at = layer.settings
    if layer.kind == "LeakyReLU":
        name = f"leaky_relu of slope {at['negative_slope']:g}"
    elif layer.kind == "GELU":
        name = "gelu by tanh" if at["approximate"] == "tanh" else "gelu"
    elif layer.kind == "Softmax":
        name = {-1: "softmax", layer.inputs[0].ndim - 1: "softmax"}.get(at["dim"], f"softmax over axis {at['dim']}")
    return _activation(name, layer)


def _activation(name, layer):
    return Formula(formulas.activated, {"x": layer.inputs[0], "activation": name}) if name in formulas.ACTIVATIONS else None


def _flatten(layer):
    x = layer.inputs[0]
    return Formula(formulas.flatten, {"x": x, "order": tuple(range(x.ndim - 1))}) if layer.output.ndim == 2 else None


def _embedding(layer, name):
    return Formula(formulas.embedding, {"indices": layer.inputs[0], "table": layer.weights[name]})


# Keras

def _keras_dense(layer):
    return Formula(formulas.dense, {"x": layer.inputs[0], "kernel": _weight(layer, "kernel"), "bias": _weight(layer, "bias"),
                                    "activation": _keras_name(layer.settings["activation"])})


def _keras_name(activation):
    """Keras's name for an activation, as `formulas` has it. Keras's GELU is the exact one, its leaky ReLU's slope 0.2."""
    return {"linear": "no activation", "leaky_relu": "leaky_relu of slope 0.2", "swish": "silu"}.get(activation, activation)


def _keras_conv(layer):
    at, x, kernel = layer.settings, layer.inputs[0], _weight(layer, "kernel")
    if at["data_format"] != "channels_last":
        return None
    dims = x.ndim - 2
    stride, dilation = _tuple(at["strides"], dims), _tuple(at["dilation_rate"], dims)
    before, after = (0,) * dims, (0,) * dims
    if at["padding"] == "same":
        before, after = formulas.same_padding(x.shape[1:-1], kernel.shape, stride, dilation)
    elif at["padding"] == "causal":
        before = ((kernel.shape[0] - 1) * dilation[0],)
    groups = at.get("groups", 1)
    if layer.kind.startswith("Depthwise"):
        groups, size = x.shape[-1], kernel.shape
        kernel = kernel.reshape(*size[:-2], 1, size[-2] * size[-1])
    return Formula(formulas.conv, {"x": x, "kernel": kernel, "bias": _weight(layer, "bias"), "stride": stride,
                                   "dilation": dilation, "groups": groups, "before": before, "after": after,
                                   "fill": "zeros", "activation": _keras_name(at["activation"])})


def _keras_batch_norm(layer):
    x = layer.inputs[0]
    if layer.settings["axis"] not in (-1, x.ndim - 1):
        return None
    mean = _weight(layer, "moving_mean")
    return Formula(formulas.batch_norm, {
        "x": x, "gamma": _or(_weight(layer, "gamma"), np.ones_like(mean)),
        "beta": _or(_weight(layer, "beta"), np.zeros_like(mean)),
        "mean": mean, "variance": _weight(layer, "moving_variance"), "epsilon": layer.settings["epsilon"],
        "statistics": "batch" if layer.options.get("training") else "moving"})


def _keras_layer_norm(layer):
    x, axis = layer.inputs[0], layer.settings["axis"]
    axes = sorted(one % x.ndim for one in ([axis] if isinstance(axis, int) else axis))
    if axes != list(range(x.ndim - len(axes), x.ndim)):
        return None
    shape = x.shape[axes[0]:]
    return Formula(formulas.layer_norm, {"x": x, "gamma": _or(_weight(layer, "gamma"), np.ones(shape)),
                                         "beta": _or(_weight(layer, "beta"), np.zeros(shape)),
                                         "epsilon": layer.settings["epsilon"], "axes": len(axes)})


def _keras_recurrent(layer, function, order):
    at, kernel = layer.settings, _weight(layer, "kernel")
    if at["activation"] != "tanh" or len(layer.inputs) > 1:
        return None
    bias, recurrent = _or(_weight(layer, "bias"), np.zeros(kernel.shape[1])), _weight(layer, "recurrent_kernel")
    if order == "zrn":  # one order for both frameworks: two sides may then be compared argument by argument
        kernel, recurrent, bias = (_reset_first(array) for array in (kernel, recurrent, bias))
        order = "rzn"
    arguments = {"x": layer.inputs[0], "kernel": kernel, "recurrent": recurrent,
                 "biases": list(bias) if bias.ndim == 2 else [bias, np.zeros_like(bias)], "order": order,
                 "sequences": at["return_sequences"], "gate": _keras_name(at["recurrent_activation"]),
                 "backwards": at["go_backwards"]}
    if function is formulas.gru:
        arguments["reset_after"] = at["reset_after"]
    return Formula(function, arguments)


def _keras_lstm_cell(layer):
    x, *state = layer.inputs
    if layer.settings["activation"] != "tanh" or layer.settings["recurrent_activation"] != "sigmoid":
        return None
    kernel = _weight(layer, "kernel")
    bias = _or(_weight(layer, "bias"), np.zeros(kernel.shape[1]))
    return _lstm_cell(x, state, kernel, _weight(layer, "recurrent_kernel"), [bias, np.zeros_like(bias)])


def _reset_first(array):
    update, reset, candidate = np.split(array, 3, axis=-1)
    return np.concatenate([reset, update, candidate], axis=-1)


def _keras_attention(layer):
    at, width = layer.settings, layer.inputs[0].shape[-1]
    if at["key_dim"] * at["num_heads"] != width:
        return None
    query, value, key = (*layer.inputs, *layer.inputs[-1:], *layer.inputs[-1:])[:3]
    own = {name: {kind: array for path, array in layer.weights.items() if f"/{name}/" in f"/{path}"
                  for kind in [path.rpartition("/")[2]]} for name in ("query", "key", "value", "attention_output")}
    kernels = [own[name]["kernel"].reshape(width, width) for name in own]
    biases = [own[name]["bias"].reshape(width) if "bias" in own[name] else np.zeros(width) for name in own]
    return Formula(formulas.attention, {"query": query, "value": value, "key": key, "kernels": kernels, "biases": biases,
                                        "heads": at["num_heads"], "causal": bool(layer.options.get("use_causal_mask")),
                                        "mask": layer.options.get("attention_mask")})


def _keras_pool(layer, kind):
    at, x = layer.settings, layer.inputs[0]
    if at["data_format"] != "channels_last":
        return None
    size, stride = _tuple(at["pool_size"], x.ndim - 2), _tuple(at["strides"], x.ndim - 2)
    before = after = (0,) * len(size)
    if at["padding"] == "same":
        before, after = formulas.same_padding(x.shape[1:-1], size, stride, (1,) * len(size))
    return Formula(formulas.pool, {"x": x, "kind": kind, "size": size, "stride": stride, "before": before, "after": after})


def _keras_activation(layer):
    at = layer.settings
    names = {"ReLU": "relu", "ELU": "elu", "Softmax": "softmax",
             "LeakyReLU": f"leaky_relu of slope {at.get('negative_slope', 0):g}"}
    return _activation(names.get(layer.kind) or _keras_name(at.get("activation")), layer)


def _tuple(value, dims):
    return (value,) * dims if isinstance(value, int) else tuple(value)


partial = functools.partial
READERS = {
    "PyTorch": {
        "Linear": _torch_linear, "Conv1d": _torch_conv, "Conv2d": _torch_conv, "Conv3d": _torch_conv,
        "BatchNorm1d": _torch_batch_norm, "BatchNorm2d": _torch_batch_norm, "BatchNorm3d": _torch_batch_norm,
        "LayerNorm": _torch_layer_norm, "LSTM": partial(_torch_recurrent, function=formulas.lstm, order="ifgo"),
        "LSTMCell": _torch_lstm_cell,
        "GRU": partial(_torch_recurrent, function=formulas.gru, order="rzn"), "MultiheadAttention": _torch_attention,
        **{f"MaxPool{d}d": partial(_torch_pool, kind="max") for d in (1, 2, 3)},
        **{f"AvgPool{d}d": partial(_torch_pool, kind="average") for d in (1, 2, 3)},
        "Flatten": _flatten, "Embedding": partial(_embedding, name="weight"),
        **{kind: partial(_torch_activation, name) for kind, name in {
            "ReLU": "relu", "ReLU6": "relu6", "Sigmoid": "sigmoid", "Tanh": "tanh", "SiLU": "silu", "ELU": "elu",
            "SELU": "selu", "Softplus": "softplus", "Softsign": "softsign", "Mish": "mish", "Hardsigmoid": "hard_sigmoid",
            "Hardswish": "hard_silu", "GELU": "", "LeakyReLU": "", "Softmax": ""}.items()},
    },
    "TensorFlow": {
        "Dense": _keras_dense, "Conv1D": _keras_conv, "Conv2D": _keras_conv, "Conv3D": _keras_conv,
        "DepthwiseConv1D": _keras_conv, "DepthwiseConv2D": _keras_conv, "BatchNormalization": _keras_batch_norm,
        "LayerNormalization": _keras_layer_norm, "LSTM": partial(_keras_recurrent, function=formulas.lstm, order="ifgo"),
        "LSTMCell": _keras_lstm_cell,
        "GRU": partial(_keras_recurrent, function=formulas.gru, order="zrn"), "MultiHeadAttention": _keras_attention,
        **{f"MaxPooling{d}D": partial(_keras_pool, kind="max") for d in (1, 2, 3)},
        **{f"AveragePooling{d}D": partial(_keras_pool, kind="average") for d in (1, 2, 3)},
        "Flatten": _flatten, "Embedding": lambda layer: _embedding(layer, next(iter(layer.weights))),
        **{kind: _keras_activation for kind in ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax")},
    },
}
"""How each kind of layer is read, by framework. Gates: torch.nn.GRU holds reset, update, candidate; Keras update first."""


