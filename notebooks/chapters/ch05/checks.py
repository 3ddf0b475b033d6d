"""The checks of chapter 5, defining a network."""
import math

import numpy as np

from helpers.course import missing
from helpers.course.comparing import plain
from helpers.course.judging import Exercise, attempt, call, function, kind, value

FILTERS = np.arange(72.0).reshape(8, 1, 3, 3)
FILE = np.arange(24.0).reshape(8, 3)
COUNTS = {"nn.LSTM(5, 7)": 392, "layers.LSTM(7)": 364, "layers.GRU(7)": 294, "nn.Conv2d(8, 16, 3, groups=4)": 304}


SLIPS = {
    "nn.LSTM(5, 7)": {364: "nn.LSTM has two biases for each gate, 7 numbers each", 336: "nn.LSTM has biases"},
    "layers.LSTM(7)": {392: "layers.LSTM has one bias for each gate", 336: "layers.LSTM has biases"},
    "layers.GRU(7)": {273: "Keras's GRU keeps two biases for each gate (`reset_after=True`)", 392: "a GRU has three gates",
                      252: "layers.GRU has biases"},
    "nn.Conv2d(8, 16, 3, groups=4)": {1168: "with groups=4 each filter sees a quarter of the channels",
                                      288: "the convolution has a bias for each of its 16 outputs"},
}
"""{layer of exercise 5.3: {a wrong count: the slip that leads to it}}"""


def _judge_counts(answer):
    """Exercise 5.3: a dict of whole numbers; the first entry that is not right is named."""
    if not isinstance(answer, dict):
        return "answer must be the dict: answer = count."
    for name, right in COUNTS.items():
        found = answer.get(name)
        if name not in answer:
            return f"there is no entry {name!r}."
        if found is ...:
            return f"nothing stands yet for {name}."
        if not isinstance(found, (int, float, np.number)):
            return f"for {name} a number is asked for, not {found!r}."
        if found != right:
            return f"{SLIPS[name].get(found, f'{name} does not have {found} parameters')}."
    return None


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


def flat_kernel(rng):
    """(kernel, channels, height, width) with lengths that all differ, so that a wrong axis shows."""
    out, channels, height, width = rng.permutation([2, 3, 4, 5]).tolist()
    return rng.normal(size=(height * width * channels, out)), channels, height, width


def from_flat(kernel, channels, height, width, cut="hwc", turn="ochw"):
    """A dense kernel behind Flatten for PyTorch. cut: what its rows were made of; turn: the order before they are joined."""
    lengths = {"c": channels, "h": height, "w": width}
    apart = kernel.reshape(*(lengths[axis] for axis in cut), -1)
    return apart.transpose(*((cut + "o").index(axis) for axis in turn)).reshape(-1, channels * height * width)


def _judge_from_flat(answer):
    """Exercise 5.7, on kernels of three sizes."""
    if not callable(answer):
        return "answer must be a function: write def answer(kernel, channels, height, width): above."
    for trial in range(3):
        arguments = flat_kernel(np.random.default_rng(trial))
        right = from_flat(*arguments)
        found, problem = call(answer, *arguments)
        found, error = attempt(plain, found)
        if problem is None and (error is not None or not isinstance(found, np.ndarray)):
            problem = f"an array is asked for, your function returned {_kind(found)}."
        if problem:
            return problem
        for cause, wrong in FLAT.items():
            if np.array_equal(found, wrong(*arguments)):
                return f"{cause}."
        if found.shape != right.shape:
            return f"the shape is {found.shape} where {right.shape} is asked for."
        if not np.allclose(found, right, rtol=1e-6):
            return "the shape is right, the numbers stand in another order than PyTorch's."
    return None


FLAT = {
    "only transposed: the columns are still in Keras's order": lambda kernel, channels, height, width: kernel.T,
    "the rows were cut as (channel, height, width), and in Keras the channel runs fastest":
        lambda *arguments: from_flat(*arguments, cut="chw", turn="ohwc"),
    "height and width have changed places": lambda *arguments: from_flat(*arguments, turn="ocwh"),
}


SIZES = ([5, 3], [6, 4, 4, 4, 3], [64, 32, 10])
"""What the network of exercise 5.5 is asked for, from the shallowest to the lesson's own."""


def _judge_deep(answer):
    """Exercise 5.5: the network knows the arrays of its layers, and computes what NumPy computes with them."""
    if not callable(answer):
        return "answer must be a function of a list of sizes: write def answer(sizes): above."
    torch = missing.side("torch").torch
    for sizes in SIZES:
        net, problem = call(answer, list(sizes))
        if problem:
            return problem
        if not isinstance(net, torch.nn.Module):
            return f"an nn.Module is asked for, your function returned {_kind(net)}."
        x = np.random.default_rng(1).normal(size=(7, sizes[0]))
        scores, problem = call(lambda net=net, x=x: _run(torch, net, x))
        problem = problem or _wrong_deep(sizes, x, scores, [array.detach().numpy() for array in net.parameters()])
        if problem:
            return problem
    return None


def _kind(value):
    return "None: is there a `return`?" if value is None else kind(value)


def _run(torch, net, x):
    """What a network makes of a NumPy array, in PyTorch's default dtype."""
    with torch.no_grad():
        return net(torch.tensor(x, dtype=torch.get_default_dtype())).numpy()


def _wrong_deep(sizes, x, scores, arrays):
    """What is wrong with a network for `sizes` that has these arrays and made `scores` of x; None when nothing is."""
    expected = 2 * (len(sizes) - 1)
    if not arrays:
        return "your network knows 0 arrays: PyTorch does not look into a plain list. nn.ModuleList is one that it knows."
    if len(arrays) < expected:
        return (f"for {sizes} your network knows {len(arrays)} arrays where {expected} are asked for: is it one layer, many "
                "times, or are some layers in a plain list?")
    weights, biases = [a for a in arrays if a.ndim == 2], [a for a in arrays if a.ndim == 1]
    shapes = [(go_out, come_in) for come_in, go_out in zip(sizes, sizes[1:])]
    if [a.shape for a in weights] != shapes or len(biases) != len(weights):
        return f"for {sizes} the weights have shapes {[a.shape for a in weights]} where {shapes} are asked for."
    for cause, (between, last) in {"": (True, False), "there is a ReLU after the last layer: no score is negative":
                                   (True, True), "there is no ReLU between the layers": (False, False)}.items():
        if scores.shape == (len(x), sizes[-1]) and np.allclose(deep(x, weights, biases, between, last), scores, atol=1e-5):
            return f"for {sizes} {cause}." if cause else None
    return f"for {sizes} the scores are not those of dense layers with a ReLU between them."


def deep(x, weights, biases, between=True, last=False):
    """Dense layers with PyTorch's arrays, in NumPy; a ReLU between them, and one after the last, if asked for."""
    for k, (weight, bias) in enumerate(zip(weights, biases, strict=True), 1):
        x = x @ weight.T + bias
        if last if k == len(weights) else between:
            x = np.maximum(x, 0)
    return x


def _nets(torch):
    """Networks with frozen parameters, buffers, and both; each with a sentence about it."""
    nn = torch.nn
    plain = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2))
    frozen = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2))
    frozen[0].requires_grad_(False)
    both = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Linear(2, 2))
    both[0].requires_grad_(False)
    both[1].bias.requires_grad_(False)
    both.register_buffer("scratch", torch.zeros(1), persistent=False)  # a buffer that no file holds
    return {"a network without buffers, nothing frozen": plain, "a network with a frozen layer": frozen,
            "a network with a batch normalization and frozen arrays": both}


def left_alone(net):
    """The names in the state dict of what an optimizer does not change."""
    return set(net.state_dict()) - {name for name, array in net.named_parameters() if array.requires_grad}


LEFT = {
    "the buffers are missing": lambda net: {name for name, a in net.named_parameters() if not a.requires_grad},
    "the frozen parameters are missing": lambda net: set(net.state_dict()) - {name for name, _ in net.named_parameters()},
    "that is what it changes": lambda net: {name for name, a in net.named_parameters() if a.requires_grad},
}


def _judge_left_alone(answer):
    """Exercise 5.6: a set of names, for three networks."""
    if not callable(answer):
        return "answer must be a function of a network: write def answer(net): above."
    for said, net in _nets(missing.side("torch").torch).items():
        found, problem = call(answer, net)
        if problem is None and not isinstance(found, (set, frozenset, list, tuple)):
            problem = f"a set of names is asked for, your function returned {_kind(found)}."
        if problem:
            return problem
        if not all(isinstance(name, str) for name in found):
            return "the names in a state dict are texts."
        right, found = left_alone(net), set(found)
        cause = next((cause for cause, slip in LEFT.items() if found == slip(net) != right), None)
        if cause:
            return f"{cause}."
        if found != right:
            name = sorted(found ^ right)[0]
            return f"for {said}, {name!r} is {'missing' if name in right else 'too much'}."
    return None


# Exercise 5.8: label smoothing

def _log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def smoothed(logits, labels, spread=np.mean, part=0.1):
    """Cross-entropy in nats with the targets (1 - part) * one-hot + part / classes (Szegedy et al., arXiv:1512.00567)."""
    logs = _log_softmax(logits)
    return -np.mean((1 - part) * logs[np.arange(len(labels)), labels] + part * spread(logs, axis=1))


def _to_nine_others(logits, labels):
    logs = _log_softmax(logits)
    right = logs[np.arange(len(labels)), labels]
    return -np.mean(0.9 * right + 0.1 / 9 * (logs.sum(axis=1) - right))


def _whole_rows(logits, labels):
    logs = _log_softmax(logits)
    return -np.mean(0.9 * logs[labels].mean(axis=1) + 0.1 * logs.mean(axis=1))


def _softmax_of_labels(logits, labels):
    targets = np.exp(_log_softmax(np.eye(logits.shape[1])[labels]))
    return -np.mean((targets * _log_softmax(logits)).sum(axis=1)).astype(logits.dtype)


def scores_and_labels(rng):
    return rng.normal(size=(12, 10)).astype("float32"), rng.integers(10, size=12)


def _gradient_comes_back(answer):
    """Whether the loss can be trained with: None, or what is wrong with its gradient."""
    logits, labels = scores_and_labels(np.random.default_rng(9))
    found = missing.side("tf").value_and_grad(answer, logits, labels).grads[0]
    if found is None:
        return "the values are right, but no gradient comes back to the logits: nothing could be trained with it."
    right = (np.exp(_log_softmax(logits)) - 0.9 * np.eye(10)[labels] - 0.01) / len(labels)
    if not np.allclose(found, right, atol=1e-5):
        return f"the values are right, the gradient is not: largest difference {np.abs(found - right).max():.1e}."
    return None


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
         "x is not added at the end": lambda *arrays: block(*arrays, skip=False),
         "scale and shift have changed places: `tf.nn.batch_normalization` wants the shift first":
             lambda x, weight, bias, scale, shift: block(x, weight, bias, shift, scale)},
        ("Three steps: a dense layer with PyTorch's weight, GELU, layer normalization; and x is added to the result.",
         "The phrasebook has them: search it for dense, GELU, normalization. Watch the weight's axes and the epsilon.",
         "`tf.nn.moments(h, axes=[-1], keepdims=True)`, then `tf.nn.batch_normalization(h, mean, variance, shift, scale, "
         "1e-5)`, normalize each row."),
        dtype="float64"),
    "5.3": Exercise(_judge_counts, (
        "A gate of 7 units has 5 · 7 weights for the input, 7 · 7 for the state, and its biases. How many gates are there?",
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
    "5.5": Exercise(_judge_deep, (
        "How many dense layers does a list of n sizes ask for? And how many ReLUs stand between them?",
        "`zip(sizes, sizes[1:])` gives the pairs (in, out). First layer first; each further one stands behind a ReLU.",
        "`net = nn.Sequential(nn.Linear(sizes[0], sizes[1]))`, then in a loop `net.append(nn.ReLU())` and "
        "`net.append(nn.Linear(...))`.")),
    "5.6": Exercise(_judge_left_alone, (
        "What does an optimizer change? Parameters that have a gradient. All other names are asked for.",
        "`net.state_dict()` has all names, `net.named_parameters()` those of parameters; each has `requires_grad`.",
        "`set(net.state_dict())`, less the names of the parameters with `requires_grad`.")),
    "5.7": Exercise(_judge_from_flat, (
        "The axis of rows is three axes in one. Which of the three runs fastest in Keras?",
        "In NHWC the channel is last, so it runs fastest: `kernel.reshape(height, width, channels, -1)` cuts the axis.",
        "Then `transpose` to (out, channels, height, width), and `reshape(-1, channels * height * width)`.")),
    "5.8": function("tf", smoothed, scores_and_labels, atol=1e-5, then=_gradient_comes_back, suspects={
        "0.1 is spread evenly, so it takes a mean over the classes, not a sum": lambda x, y: smoothed(x, y, np.sum),
        "`tf.gather` without `batch_dims=1` picks whole rows": _whole_rows,
        "your version takes the softmax of the labels; they are probabilities already": _softmax_of_labels,
        "that is the plain cross-entropy, not smoothed": lambda x, y: smoothed(x, y, part=0.0),
        "it is 0.9 of the right score and 0.1 of the mean, not the other way round": lambda x, y: smoothed(x, y, part=0.9),
        "that gives the 0.1 to the nine others; the right class has its share of it, too": _to_nine_others,
        "the sign is missing: a loss falls when the right score rises": lambda x, y: -smoothed(x, y),
    }, hints=(
        "Every name has a twin: `log_softmax`, `gather`, `reduce_mean`. Only `gather` needs thought.",
        "`tf.gather(logs, labels)` would pick rows. To pick one score in each row it must know that rows belong together.",
        "`tf.gather(logs, labels, batch_dims=1)` gives the right class's score of each row.")),
}
