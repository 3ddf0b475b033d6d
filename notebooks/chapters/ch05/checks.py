"""The checks of chapter 5, defining a network."""
import math

import numpy as np

from helpers.course.judging import function, value

FILTERS = np.arange(72.0).reshape(8, 1, 3, 3)
FILE = np.arange(24.0).reshape(8, 3)
COUNTS = {"nn.LSTM(5, 7)": 392, "layers.LSTM(7)": 364, "layers.GRU(7)": 294, "nn.Conv2d(8, 16, 3, groups=4)": 304}


def depthwise():
    """PyTorch's grouped weight (channel and filter in one axis) as Keras's (height, width, channel, filter)."""
    return FILTERS.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)


def from_blocks(*order):
    """The file's four blocks (input, output, forget, cell) in another order."""
    blocks = np.split(FILE, 4)
    return np.concatenate([blocks[k] for k in order])


def gelu(x, approximate=False):
    """x times the normal distribution function (Hendrycks and Gimpel, arXiv 1606.08415), exact or their tanh formula."""
    if approximate:
        return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return x / 2 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def block(x, weight, bias, scale, shift, transpose=True, eps=1e-5, approximate=False, skip=True):
    """The module of exercise 5.2; its keyword arguments are what one gets wrong."""
    h = gelu(x @ (weight.T if transpose else weight) + bias, approximate)
    mean, variance = h.mean(axis=-1, keepdims=True), h.var(axis=-1, keepdims=True)
    return (x if skip else 0) + (h - mean) / np.sqrt(variance + eps) * scale + shift


def block_inputs(rng):
    """x and the arrays in PyTorch's shapes; the weight is square, so that a forgotten transpose raises no error."""
    return (rng.normal(size=(3, 4)), rng.normal(size=(4, 4)), rng.normal(size=4), rng.uniform(0.5, 2, 4), rng.normal(size=4))


EXERCISES = {
    "5.1": value(
        depthwise,
        {"only reshaped: the numbers are still in their old order, each filter a mixture": FILTERS.reshape(3, 3, 4, 2),
         "read like this, outputs 0 and 4 would share a channel; in PyTorch 0 and 1 do":
             lambda: FILTERS.reshape(2, 4, 3, 3).transpose(2, 3, 1, 0),
         "height and width have changed places": lambda: FILTERS.reshape(4, 2, 3, 3).transpose(3, 2, 0, 1)},
        ("The axis of 8 outputs is two axes in one: channel, and filter of that channel. Which of the two runs faster?",
         "Outputs 0 and 1 belong to channel 0, so the filter runs faster: `reshape(4, 2, 3, 3)` separates the two.",
         "Now the axes are (channel, filter, height, width); Keras wants height and width first: `transpose`.")),
    "5.2": function(
        "tf", block, block_inputs,
        {"the weight is not transposed: PyTorch's is (out, in), and `x @ weight` needs (in, out)":
             lambda *arrays: block(*arrays, transpose=False),
         "epsilon is Keras's 1e-3, and `nn.LayerNorm` has 1e-5": lambda *arrays: block(*arrays, eps=1e-3),
         "gelu is the approximation with tanh, and `F.gelu` is exact": lambda *arrays: block(*arrays, approximate=True),
         "x is not added at the end": lambda *arrays: block(*arrays, skip=False)},
        ("Three steps: a dense layer with PyTorch's weight, GELU, layer normalization; and x is added to the result.",
         "The phrasebook has them: search it for dense, GELU, normalization. Watch the weight's axes and the epsilon.",
         "`tf.nn.moments(h, axes=[-1], keepdims=True)`, then `tf.nn.batch_normalization(h, mean, variance, shift, scale, "
         "1e-5)`, normalize each row.")),
    "5.3": value(
        COUNTS,
        {"nn.LSTM has two biases for each gate, 7 numbers each": COUNTS | {"nn.LSTM(5, 7)": 364},
         "layers.LSTM has one bias for each gate": COUNTS | {"layers.LSTM(7)": 392},
         "with groups=4 each filter sees a quarter of the channels": COUNTS | {"nn.Conv2d(8, 16, 3, groups=4)": 1168},
         "the convolution has a bias for each of its 16 outputs": COUNTS | {"nn.Conv2d(8, 16, 3, groups=4)": 288},
         "Keras's GRU keeps two biases for each gate (`reset_after=True`)": COUNTS | {"layers.GRU(7)": 273},
         "a GRU has three gates": COUNTS | {"layers.GRU(7)": 392}},
        ("A gate of 7 units has 5 × 7 weights for the input, 7 × 7 for the state, and its biases. How many gates are there?",
         "An LSTM has four gates, a GRU three. PyTorch has two biases for each gate; so has Keras's GRU, but not its LSTM.",
         "Let them count: `sum(p.numel() for p in nn.LSTM(5, 7).parameters())`; in Keras build the layer with "
         "`layer.build((None, None, 5))`, then `layer.count_params()`.")),
    "5.4": value(
        lambda: from_blocks(0, 2, 3, 1),
        {"the gates are still in the file's order": FILE,
         "the order was applied the wrong way round: look for each gate in the file, not for each block's new place":
             lambda: from_blocks(0, 3, 1, 2),
         "this is how Keras stores it: PyTorch has the gates along the rows": lambda: from_blocks(0, 2, 3, 1).T},
        ("Cut the weight into its four gates first, and give each its name.",
         "`np.split(from_file, 4)` gives input, output, forget, cell. `nn.LSTM` wants input, forget, cell, output.",
         "`i, o, f, c = np.split(from_file, 4)`, then `np.concatenate` with the four in PyTorch's order.")),
}
