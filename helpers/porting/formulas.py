"""Layers of both frameworks as NumPy formulas: what a layer computes from its input, its weights and its settings.

One convention for all: float64; channels last; kernels as (..., in, out), Keras's way round. A formula is a function of
named arguments, so that a cause can be tried by changing one of them. Sources: the documentation of torch.nn and
keras.layers, where the two differ in it.
"""
import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def erf(x):
    """The error function of each number: NumPy has none. One number at a time becomes an object of Python's, not all at
    once, as in `np.vectorize`: a layer may have millions."""
    x = np.asarray(x)
    return np.fromiter(map(math.erf, x.flat), float, x.size).reshape(x.shape)


def sigmoid(x):
    """1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def softmax(x, axis=-1):
    """Softmax along an axis."""
    raised = np.exp(x - x.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


ACTIVATIONS = {
    "no activation": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "softmax": softmax,
    "softmax over axis 0": lambda x: softmax(x, 0),
    "softmax over axis 1": lambda x: softmax(x, 1),
    "log_softmax": lambda x: np.log(softmax(x)),
    "gelu": lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
    "gelu by tanh": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "silu": lambda x: x * sigmoid(x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "mish": lambda x: x * np.tanh(np.logaddexp(x, 0)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_sigmoid of Keras 2": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "leaky_relu of slope 0.01": lambda x: np.where(x > 0, x, 0.01 * x),
    "leaky_relu of slope 0.2": lambda x: np.where(x > 0, x, 0.2 * x),
    "leaky_relu of slope 0.3": lambda x: np.where(x > 0, x, 0.3 * x),
    "exp": np.exp,
}
"""Functions that the two libraries have, some under one name in two forms: GELU, leaky ReLU, hard sigmoid."""


def activated(x, activation):
    """x behind an activation of ACTIVATIONS."""
    with np.errstate(all="ignore"):
        return ACTIVATIONS[activation](x)


def dense(x, kernel, bias=None, activation="no activation"):
    """x (..., in) times kernel (in, out)."""
    return activated(x @ kernel + _or_zero(bias), activation)


def conv(x, kernel, bias=None, stride=(1,), dilation=(1,), groups=1, before=(0,), after=(0,), fill="zeros",
         activation="no activation"):
    """Cross-correlation of x (batch, *space, in) with kernel (*size, in / groups, out), for any number of dimensions.

    before, after: rows of padding at each end of each dimension; fill: "zeros", "reflect", "replicate" or "circular".
    """
    dims = len(stride)
    x = padded(x, before, after, fill)
    reach = [(size - 1) * gap + 1 for size, gap in zip(kernel.shape, dilation)]
    windows = sliding_window_view(x, reach, axis=tuple(range(1, dims + 1)))
    steps = tuple(slice(None, None, step) for step in stride)
    gaps = tuple(slice(None, None, gap) for gap in dilation)
    windows = windows[(slice(None), *steps, slice(None), *gaps)]  # (batch, *space, in, *size)
    parts = []
    for group in range(groups):
        width, out = kernel.shape[-2], kernel.shape[-1] // groups
        seen = windows[..., group * width:(group + 1) * width, *[slice(None)] * dims]
        own = kernel[..., group * out:(group + 1) * out]
        axes = [*range(dims + 2, 2 * dims + 2), dims + 1]
        parts.append(np.tensordot(seen, own, axes=(axes, list(range(dims + 1)))))
    return activated(np.concatenate(parts, -1) + _or_zero(bias), activation)


def padded(x, before, after, fill="zeros"):
    """x (batch, *space, channels) with so many rows more at each end of each dimension of space."""
    mode = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}[fill]
    return np.pad(x, [(0, 0), *zip(before, after), (0, 0)], mode=mode)


def pool(x, kind, size, stride, before, after, count_padding=False):
    """The largest value, or the mean, in windows of x (batch, *space, channels); kind: "max" or "average"."""
    def windows(array):
        seen = sliding_window_view(array, size, axis=tuple(range(1, len(size) + 1)))
        return seen[(slice(None), *(slice(None, None, step) for step in stride))]

    last = tuple(range(-len(size), 0))
    edges = [(0, 0), *zip(before, after), (0, 0)]
    if kind == "max":
        return windows(np.pad(x, edges, constant_values=-np.inf)).max(last)
    there = np.pad(np.ones_like(x), edges, constant_values=1.0 if count_padding else 0.0)
    return windows(np.pad(x, edges)).sum(last) / windows(there).sum(last)


def batch_norm(x, gamma, beta, mean, variance, epsilon, statistics="moving", activation="no activation"):
    """Normalized over the last axis; statistics: "moving" takes mean and variance, "batch" those of x."""
    if statistics == "batch":
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axes), x.var(axes)
    return activated((x - mean) / np.sqrt(variance + epsilon) * gamma + beta, activation)


def layer_norm(x, gamma, beta, epsilon, axes=1, degrees=0, centered=True):
    """Normalized over the last `axes` axes; degrees: 1 divides the variance by n - 1; centered: False leaves the mean."""
    last = tuple(range(-axes, 0))
    mean = x.mean(last, keepdims=True) if centered else 0.0
    variance = ((x - mean) ** 2).sum(last, keepdims=True) / (math.prod(x.shape[-axes:]) - degrees)
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


def lstm(x, kernel, recurrent, biases, order="ifgo", sequences=True, gate="sigmoid", backwards=False, state=None):
    """Hidden states of x (batch, time, in); kernel (in, 4 h), recurrent (h, 4 h), biases: a list of (4 h,).

    order: in which order the kernels hold the gates input, forget, candidate (g) and output.
    """
    size = recurrent.shape[0]
    h, c = state or (np.zeros((len(x), size)), np.zeros((len(x), size)))
    states = []
    for step in range(x.shape[1])[::-1 if backwards else 1]:
        together = x[:, step] @ kernel + h @ recurrent + sum(biases)
        part = {name: together[:, k * size:(k + 1) * size] for k, name in enumerate(order)}
        i, f, o = (activated(part[name], gate) for name in "ifo")
        c = f * c + i * np.tanh(part["g"])
        h = o * np.tanh(c)
        states.append(h)
    return np.stack(states, 1) if sequences else h


def gru(x, kernel, recurrent, biases, order="rzn", reset_after=True, sequences=True, gate="sigmoid", backwards=False):
    """Hidden states of x (batch, time, in); biases: that of the input and that of the state, (3 h,) each.

    order: in which order the kernels hold the gates reset, update (z) and candidate (n).
    """
    size = recurrent.shape[0]
    at = {name: slice(k * size, (k + 1) * size) for k, name in enumerate(order)}
    h, states = np.zeros((len(x), size)), []
    for step in range(x.shape[1])[::-1 if backwards else 1]:
        given, kept = x[:, step] @ kernel + biases[0], h @ recurrent + biases[1]
        r, z = (activated((given + kept)[:, at[name]], gate) for name in "rz")
        inner = r * kept[:, at["n"]] if reset_after else (r * h) @ recurrent[:, at["n"]] + biases[1][at["n"]]
        h = (1 - z) * np.tanh(given[:, at["n"]] + inner) + z * h
        states.append(h)
    return np.stack(states, 1) if sequences else h


def attention(query, value, key, kernels, biases, heads, scale=None, causal=False, mask=None, interleaved=False):
    """Attention of several heads. kernels, biases: those of query, key, value and output, (d, d) and (d,).

    mask: (batch, query, key), true where a query may look. scale: of the scores; None is 1 / sqrt(d / heads).
    """
    def split(x, which):
        x = x @ kernels[which] + biases[which]
        shape = (*x.shape[:2], x.shape[-1] // heads, heads) if interleaved else (*x.shape[:2], heads, x.shape[-1] // heads)
        return x.reshape(shape).transpose((0, 3, 1, 2) if interleaved else (0, 2, 1, 3))

    q, k, v = split(query, 0), split(key, 1), split(value, 2)
    scores = q @ k.swapaxes(-1, -2) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    allowed = np.ones(scores.shape, bool) if mask is None else np.broadcast_to(mask[:, None], scores.shape)
    if causal:
        allowed = allowed & np.tri(*scores.shape[-2:], dtype=bool)
    seen = softmax(np.where(allowed, scores, -1e300)) @ v
    merged = seen.transpose((0, 2, 3, 1) if interleaved else (0, 2, 1, 3)).reshape(*query.shape[:2], -1)
    return merged @ kernels[3] + biases[3]


def flatten(x, order):
    """x (batch, ...) as (batch, all), its axes behind the first in this order: (0, 1, 2) leaves them."""
    return x.transpose(0, *(k + 1 for k in order)).reshape(len(x), -1)


def embedding(indices, table):
    """The rows of a table."""
    return table[indices.astype(int)]


def same_padding(space, size, stride, dilation):
    """TensorFlow's "same": (rows before, rows after) of each dimension; the odd one comes after (tf.nn.convolution)."""
    total = [max((-(-n // step) - 1) * step + (k - 1) * gap + 1 - n, 0)
             for n, k, step, gap in zip(space, size, stride, dilation)]
    return tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)


def _or_zero(bias):
    return 0.0 if bias is None else bias
