"""The checks of chapter 5, defining a network."""
import math

import numpy as np

from chapters.ch05 import checks_f
from helpers.course import missing
from helpers.course.comparing import one_number, plain
from helpers.course.judging import NO_RETURN, Exercise, call, cases, function, kind, named, value

FILTERS = np.arange(72.0).reshape(8, 1, 3, 3)
FILE = np.arange(24.0).reshape(8, 3)
COUNTS = {"nn.LSTM(5, 7)": 392, "layers.LSTM(7)": 364, "layers.GRU(7)": 294, "nn.Conv2d(8, 16, 3, groups=4)": 304}


SLIPS = {
    "nn.LSTM(5, 7)": {364: "nn.LSTM has two biases for each gate, 7 numbers each", 336: "nn.LSTM has biases",
                      98: "that is one gate of nn.LSTM, and it has four", 294: "an LSTM has four gates, a GRU three"},
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
        number = one_number(found)
        if number is None:
            return f"for {name} a number is asked for, not {found!r}."
        if number != right:
            return f"{SLIPS[name].get(number, f'{name} does not have {number} parameters')}."
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


def block(x, weight, bias, scale, shift, transpose=True, eps=1e-5, approximate=False, skip=True, axis=-1, less=0):
    """The module of exercise 5.2; its keyword arguments are what one gets wrong (less: the variance divides by n - less)."""
    h = gelu(x @ (weight.T if transpose else weight) + bias, approximate)
    mean, variance = h.mean(axis=axis, keepdims=True), h.var(axis=axis, keepdims=True, ddof=less)
    return (x if skip else 0) + (h - mean) / np.sqrt(variance + eps) * scale + shift


def normalized_first(x, weight, bias, scale, shift):
    h = x @ weight.T + bias
    spread = np.sqrt(h.var(axis=-1, keepdims=True) + 1e-5)
    return x + gelu((h - h.mean(axis=-1, keepdims=True)) / spread * scale + shift)


def block_inputs(rng):
    """x and the arrays in PyTorch's shapes; the weight is square, so that a forgotten transpose raises no error."""
    return (rng.normal(size=(5, 4)), rng.normal(scale=4.0, size=(4, 4)), rng.normal(size=4), rng.uniform(0.5, 2, 4),
            rng.normal(size=4))


def flat_kernel(rng):
    """(kernel, channels, height, width) with lengths that all differ, so that a wrong axis shows."""
    out, channels, height, width = rng.permutation([2, 3, 4, 5]).tolist()
    return rng.normal(size=(height * width * channels, out)), channels, height, width


def from_flat(kernel, channels, height, width, cut="hwc", turn="ochw"):
    """A dense kernel behind Flatten for PyTorch. cut: what its rows were made of; turn: the order before they are joined."""
    lengths = {"c": channels, "h": height, "w": width}
    apart = kernel.reshape(*(lengths[axis] for axis in cut), -1)
    return apart.transpose(*((cut + "o").index(axis) for axis in turn)).reshape(-1, channels * height * width)


def unlike_a_weight(found):
    """Why this is no weight of PyTorch's that could be compared; None where it is one."""
    return None if isinstance(found, np.ndarray) else f"an array is asked for, your function returned {kind(found)}."


def another_order(arguments, right, found):
    """What to say of a weight that no known slip explains."""
    if found.shape != right.shape:
        return f"the shape is {found.shape} where {right.shape} is asked for."
    return "the shape is right, the numbers stand in another order than PyTorch's."


FLAT = {
    "only transposed: the columns are still in Keras's order": lambda kernel, channels, height, width: kernel.T,
    "the rows were cut as (channel, height, width), and in Keras the channel runs fastest":
        lambda *arguments: from_flat(*arguments, cut="chw", turn="ohwc"),
    "height and width have changed places": lambda *arguments: from_flat(*arguments, turn="ocwh"),
    "`reshape` turns nothing over: the outputs must come first, by a `transpose`":
        lambda kernel, channels, height, width: kernel.reshape(-1, channels * height * width),
    "the rows are right, but `reshape` turns nothing over: the outputs must come first in the `transpose`":
        lambda *arguments: from_flat(*arguments).T.reshape(arguments[0].shape[::-1]),
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
            return _other("an nn.Module", net)
        x = np.random.default_rng(1).normal(size=(7, sizes[0]))
        scores, problem = call(lambda net=net, x=x: _run(torch, net, x))
        if problem:
            return f"for {sizes}, {problem.replace('your function', 'your network')}"
        problem = _wrong_deep(sizes, x, scores, [array.detach().numpy() for array in net.parameters()])
        if problem:
            return problem
    return None


def _other(wanted, found):
    """What to say where something else is asked for than what a function returned."""
    return NO_RETURN if found is None else f"{wanted} is asked for, your function returned {kind(found)}."


def _run(torch, net, x):
    """What a network makes of a NumPy array, in PyTorch's default dtype."""
    with torch.no_grad():
        return net(torch.tensor(x, dtype=torch.get_default_dtype())).numpy()


def _wrong_deep(sizes, x, scores, arrays):
    """What is wrong with a network for `sizes` that has these arrays and made `scores` of x; None when nothing is."""
    expected = 2 * (len(sizes) - 1)
    if not arrays:
        return "your network knows 0 arrays: PyTorch does not look into a plain list. nn.ModuleList is one that it knows."
    weights, biases = [a for a in arrays if a.ndim == 2], [a for a in arrays if a.ndim == 1]
    if not biases:
        return "the dense layers have no bias; in the lesson's network each has one."
    if len(arrays) < expected:
        return (f"for {sizes} your network knows {len(arrays)} arrays where {expected} are asked for: is it one layer, many "
                "times, or are some layers in a plain list?")
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
    both.register_buffer("mask", torch.ones(2))  # and one of a name that nobody knows beforehand
    return {"a network without buffers, nothing frozen": plain, "a network with a frozen layer": frozen,
            "a network with a batch normalization and frozen arrays": both}


def left_alone(net):
    """The names in the state dict of what an optimizer does not change."""
    return set(net.state_dict()) - {name for name, array in net.named_parameters() if array.requires_grad}


def frozen(net):
    return {name for name, array in net.named_parameters() if not array.requires_grad}


LEFT = {
    "the buffers are missing": frozen,
    "the frozen parameters are missing": lambda net: set(net.state_dict()) - {name for name, _ in net.named_parameters()},
    "that is what it changes": lambda net: {name for name, a in net.named_parameters() if a.requires_grad},
    "those are all names. What `state_dict()` holds is detached, and says nothing of freezing: ask `named_parameters()`":
        lambda net: set(net.state_dict()),
    "a buffer that is not saved has no name in the `state_dict()`":
        lambda net: frozen(net) | {name for name, _ in net.named_buffers()},
    "those are the buffers, one of them in no file: the frozen parameters are missing":
        lambda net: {name for name, _ in net.named_buffers()},
    "what stands in the layers inside is missing": lambda net: {name for name, _ in net.named_buffers(recurse=False)},
}


def _judge_left_alone(answer):
    """Exercise 5.6: a set of names, for three networks."""
    if not callable(answer):
        return "answer must be a function of a network: write def answer(net): above."
    nets, names = _nets(missing.side("torch").torch), []
    for net in nets.values():
        found, problem = call(answer, net)
        if problem is None and not isinstance(found, (set, frozenset, list, tuple)):
            problem = _other("a set of names", found)
        if problem:
            return problem
        if not all(isinstance(name, str) for name in found):
            return "the names in a state dict are texts."
        names.append(set(found))
    off = [(said, name, net) for (said, net), found in zip(nets.items(), names) for name in sorted(found ^ left_alone(net))]
    if not off:
        return None
    cause = named(LEFT, lambda slip: all(found == slip(net) for found, net in zip(names, nets.values())))
    said, name, net = off[0]
    return cause or f"for {said}, {name!r} is {'missing' if name in left_alone(net) else 'too much'}."


# Exercise 5.8: label smoothing

def _log_softmax(logits, axis=1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def smoothed(logits, labels, spread=np.mean, part=0.1, axis=1):
    """Cross-entropy in nats with the targets (1 - part) * one-hot + part / classes (Szegedy et al., arXiv:1512.00567)."""
    logs = _log_softmax(logits, axis)
    return -np.mean((1 - part) * logs[np.arange(len(labels)), labels] + part * spread(logs, axis=1))


def _to_nine_others(logits, labels):
    logs = _log_softmax(logits)
    right = logs[np.arange(len(labels)), labels]
    return -np.mean(0.9 * right + 0.1 / 9 * (logs.sum(axis=1) - right))


def _whole_rows(logits, labels):
    logs = _log_softmax(logits)
    return -np.mean(0.9 * logs[labels].mean(axis=1) + 0.1 * logs.mean(axis=1))


def _whole_columns(logits, labels):
    logs = _log_softmax(logits)
    return -np.mean(0.9 * logs[:, labels] + 0.1 * logs.mean(axis=1))


def _softmax_of_labels(logits, labels):
    targets = np.exp(_log_softmax(np.eye(logits.shape[1])[labels]))
    return -np.mean((targets * _log_softmax(logits)).sum(axis=1)).astype(logits.dtype)


def scores_and_labels(rng):
    return rng.normal(size=(12, 10)).astype("float32"), rng.integers(10, size=12)


def _can_be_trained_with(answer):
    """None, or what is wrong with the loss of scores that are far apart, or with its gradient."""
    side = missing.side("tf")
    logits, labels = scores_and_labels(np.random.default_rng(9))
    far = 100 * logits
    value = float(side.to_numpy(answer(side.tensor(far), side.tensor(labels))))
    if not np.isclose(value, smoothed(far, labels), rtol=1e-3):
        return (f"right for small scores; where they are far apart, it gives {value:g}: the logarithm of a softmax that "
                "is 0. `tf.nn.log_softmax` does both in one.")
    found = side.value_and_grad(answer, logits, labels).grads[0]
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
         "the epsilon is missing: PyTorch adds 1e-5 to the variance": lambda *arrays: block(*arrays, eps=0),
         "the variance divides by n - 1; layer normalization divides by n": lambda *arrays: block(*arrays, less=1),
         "normalized over the batch; layer normalization takes each row by itself": lambda *arrays: block(*arrays, axis=0),
         "the order: GELU comes first, the normalization after it": normalized_first,
         "scale and shift have changed places: `tf.nn.batch_normalization` wants the shift first":
             lambda x, weight, bias, scale, shift: block(x, weight, bias, shift, scale)},
        ("Three steps: a dense layer with PyTorch's weight, GELU, layer normalization; and x is added to the result.",
         "The phrasebook has them: search it for dense, GELU, normalization. Watch the weight's axes and the epsilon.",
         "`tf.nn.moments(h, axes=[-1], keepdims=True)`, then `tf.nn.batch_normalization(h, mean, variance, shift, scale, "
         "1e-5)`, normalize each row."),
        dtype="float64", atol=6e-8),  # TensorFlow's gelu rounds a root of 2, and is off by 2e-8; a step in float32 by 2e-7
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
         "this is how Keras stores it: PyTorch has the gates along the rows": lambda: from_blocks(0, 2, 3, 1).T,
         "output and cell have changed places: in PyTorch the output gate is the last": lambda: from_blocks(0, 2, 1, 3),
         "a gate has two rows, and they stay together: move blocks, not rows":
             lambda: FILE.reshape(2, 4, 3)[:, [0, 2, 3, 1]].reshape(8, 3)},
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
    "5.7": cases(
        lambda: [flat_kernel(np.random.default_rng(trial)) for trial in range(3)], from_flat, FLAT, another_order, (
            "The axis of rows is three axes in one. Which of the three runs fastest in Keras?",
            "In NHWC the channel is last, so it runs fastest: `kernel.reshape(height, width, channels, -1)` cuts the axis.",
            "Then `transpose` to (out, channels, height, width), and `reshape(-1, channels * height * width)`."),
        no_function="answer must be a function: write def answer(kernel, channels, height, width): above.",
        convert=plain, unfit=unlike_a_weight, same=lambda found, right: found.shape == right.shape and
        np.allclose(found, right, rtol=1e-6)),
    "5.8": function("tf", smoothed, scores_and_labels, atol=1e-5, then=_can_be_trained_with, suspects={
        "0.1 is spread evenly, so it takes a mean over the classes, not a sum": lambda x, y: smoothed(x, y, np.sum),
        "`tf.gather` without `batch_dims=1` picks whole rows": _whole_rows,
        "`tf.gather` without `batch_dims=1` picks whole columns": _whole_columns,
        "that is the sum over the rows; a mean is asked for": lambda x, y: len(y) * smoothed(x, y),
        "the softmax goes over the classes of a row, axis 1": lambda x, y: smoothed(x, y, axis=0),
        "your version takes the softmax of the labels; they are probabilities already": _softmax_of_labels,
        "that is the plain cross-entropy, not smoothed": lambda x, y: smoothed(x, y, part=0.0),
        "it is 0.9 of the right score and 0.1 of the mean, not the other way round": lambda x, y: smoothed(x, y, part=0.9),
        "that gives the 0.1 to the nine others; the right class has its share of it, too": _to_nine_others,
        "the sign is missing: a loss falls when the right score rises": lambda x, y: -smoothed(x, y),
    }, hints=(
        "Every name has a twin: `log_softmax`, `gather`, `reduce_mean`. Only `gather` needs thought.",
        "`tf.gather(logs, labels)` would pick rows. To pick one score in each row it must know that rows belong together.",
        "`tf.gather(logs, labels, batch_dims=1)` gives the right class's score of each row.")),
    **checks_f.EXERCISES,
}
