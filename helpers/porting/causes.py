"""Why two layers differ: each likely cause is assumed in turn, and what difference remains then is measured.

A cause is assumed on one side ("yours", the port) and the result compared with the other side's output. What needs no
knowledge of the layer is tried on the arrays alone; what needs it, on the layer's formula.
"""
import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from helpers.porting import formulas, reading

EPSILONS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-12, 0.0)
SETTINGS = {"before", "after", "fill", "epsilon", "activation", "kind", "count_padding", "statistics"}
"""Arguments that a layer's settings tell for certain; the order of gates, say, is a matter of its weights."""
LAYER, VALUES, SHAPE_OF_IT = 0, 1, 2  # how much a cause says: about the layer, about all values, about where they differ


class Cause(NamedTuple):
    """words: what is assumed. remains: the largest difference then. rank: the smaller, the more it says."""
    words: str
    remains: float
    rank: int


class Search(NamedTuple):
    """causes: those that explain the difference, the most telling first. tried: how many were."""
    causes: list[Cause]
    tried: int


def search(yours: reading.Layer, theirs: reading.Layer, target: np.ndarray, limit: float, flattened=()) -> Search:
    """The causes that explain why a layer's output is not the other side's.

    target: theirs.output in the layout of yours.output. limit: the largest difference that counts as none. flattened: shape,
    without the batch, of the last output before this layer that had space and channels, in your layout.
    """
    mine, other = reading.read(yours), reading.read(theirs)
    if other is not None and not distance(other.output(), theirs.output) <= limit:
        other = None  # it says less than the truth: an activation of one's own may have a library's name
    found = list(of_arrays(yours.output, target))
    if mine is not None and other is not None and mine.function is other.function:
        mine, other = without_padding(mine, other), without_padding(other, mine)
        exact = max(distance(mine.output(), yours.output), distance(other.output(), theirs.output))
        found += [*of_settings(mine, other, target), *of_input(mine, other, target, limit, exact)]
    if mine is not None:
        found += of_layer(mine, target, flattened, other.arguments if other and other.function is mine.function else {})
    return _best(found, limit)


def search_arrays(yours: np.ndarray, target: np.ndarray, limit: float) -> Search:
    """`search` where nothing but the two arrays, in one layout, is known."""
    return _best(list(of_arrays(yours, target)), limit)


def _best(found, limit):
    explaining = sorted((cause for cause in found if cause.remains <= limit), key=lambda cause: (cause.rank, cause.remains))
    said = {}
    for cause in explaining:
        said.setdefault(cause.words, cause)  # two ways may lead to the same words
    return Search(list(said.values()), len(found))


def distance(a, b) -> float:
    """The largest difference of two arrays; inf where shapes or the places of NaN differ."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape == b.shape and a.size and a.dtype == b.dtype and a.dtype.kind == "f" and a.itemsize > 2:
        with np.errstate(invalid="ignore"):
            gap = a - b  # no copies in float64: arrays may be large
        largest = float(np.abs(gap, out=gap).max())
        if np.isfinite(largest):
            return largest
    a, b = a.astype("float64"), b.astype("float64")
    if a.shape != b.shape or (np.isnan(a) != np.isnan(b)).any():
        return math.inf
    with np.errstate(invalid="ignore"):
        return float(np.where((a == b) | np.isnan(a), 0.0, np.abs(a - b)).max(initial=0.0))


# What the arrays alone can show

def of_arrays(yours, target) -> Iterator[Cause]:
    """Causes of a difference between two arrays of one shape (of another shape, only swapped axes can be one)."""
    yours, target = np.asarray(yours, "float64"), np.asarray(target, "float64")
    for order in itertools.permutations(range(yours.ndim)) if yours.ndim <= 5 else ():
        if order != tuple(range(yours.ndim)) and yours.transpose(order).shape == target.shape:
            yield Cause(f"axes swapped: theirs is yours.transpose{order}", distance(yours.transpose(order), target), VALUES)
    if yours.shape != target.shape or yours.size < 2:
        return
    yield from _moved(yours, target)
    yield from _scaled(yours, target)
    yield from _activated(yours, target)
    yield from _places(yours, target)


def _moved(yours, target):
    for axis in range(yours.ndim):
        yield Cause(f"axis {axis} runs backwards", distance(np.flip(yours, axis), target), VALUES)
    for axis in range(1, yours.ndim):
        for step in (1, -1, 2, -2):
            if yours.shape[axis] > 2 * abs(step) + 1:
                cut = [slice(None)] * yours.ndim
                cut[axis] = slice(abs(step), -abs(step))  # what came in over the edge is not known
                moved = np.roll(yours, step, axis)[tuple(cut)]
                yield Cause(f"shifted by {step} along axis {axis}", distance(moved, target[tuple(cut)]), VALUES)
    order = distance(np.sort(yours, None), np.sort(target, None))
    yield Cause("the same values in another order", order, SHAPE_OF_IT)


def _scaled(yours, target):
    norm = float((yours * yours).sum())
    scale = float((yours * target).sum()) / norm if norm else math.nan
    yield Cause(f"scaled: theirs is yours times {scale:.6g}", distance(scale * yours, target), VALUES)
    offset = float((target - yours).mean())
    yield Cause(f"an offset of {offset:.6g}", distance(yours + offset, target), VALUES)
    for axis in {1, yours.ndim - 1} if yours.ndim > 1 and yours.size > 4 * max(yours.shape[1:]) else ():
        others = tuple(k for k in range(yours.ndim) if k != axis)
        moved = yours + (target - yours).mean(others, keepdims=True)
        yield Cause(f"an offset for each entry of axis {axis}: a bias is missing, or counts twice",
                    distance(moved, target), VALUES)
        mean, aim = yours.mean(others, keepdims=True), target.mean(others, keepdims=True)
        spread = ((yours - mean) ** 2).sum(others, keepdims=True)
        slope = ((yours - mean) * (target - aim)).sum(others, keepdims=True) / np.where(spread == 0, 1, spread)
        yield Cause(f"each entry of axis {axis} scaled and moved: normalization with other numbers",
                    distance((yours - mean) * slope + aim, target), SHAPE_OF_IT)


def _activated(yours, target):
    for name in formulas.ACTIVATIONS:
        if name != "no activation" and (yours.ndim > 1 or not name.startswith("softmax over axis")):
            for a, b, who, other in ((yours, target, "theirs", "yours"), (target, yours, "yours", "theirs")):
                yield Cause(f"{who} has {name} behind it, {other} has not", distance(formulas.activated(a, name), b), VALUES)
    for a, b, who in ((yours, target, "theirs"), (target, yours, "yours")):
        dropped = (b == 0) & (a != 0)
        if 0.01 < dropped.mean() < 0.99:
            kept = float(np.median(b[~dropped & (a != 0)] / a[~dropped & (a != 0)]))
            yield Cause(f"dropout is on: {dropped.mean():.0%} of {who} are 0, the others times {kept:.4g}",
                        distance(np.where(dropped, 0, a * kept), b), VALUES)


def _places(yours, target):
    """Differences that keep to a few places of one axis: nothing is explained, but it is said where to look."""
    with np.errstate(invalid="ignore"):
        gap = np.abs(yours - target)
    for axis in range(yours.ndim):
        largest = gap.max(tuple(k for k in range(yours.ndim) if k != axis))
        away = np.flatnonzero(largest > 1e-3 * largest.max())
        if 0 < len(away) <= len(largest) // 2:
            rest = float(np.delete(largest, away).max(initial=0.0))
            word = f"places {away.tolist() if len(away) < 6 else f'{away[0]} to {away[-1]}'} of axis {axis}"
            where = "edges: padding" if set(away) <= {0, 1, len(largest) - 1, len(largest) - 2} else "a mask, perhaps"
            yield Cause(f"only {word} differ ({where})", rest, SHAPE_OF_IT)


# What the layer's formula can show

def without_padding(formula, other):
    """A formula whose input another layer has padded with zeros, as one that pads the other side's input itself."""
    x, inner = formula.arguments.get("x"), other.arguments.get("x")
    if x is None or inner is None or "before" not in formula.arguments or x.ndim != inner.ndim or x.shape == inner.shape:
        return formula
    more = [large - small for large, small in zip(x.shape, inner.shape)]
    if min(more) < 0 or more[0] or more[-1] or formula.arguments.get("fill", "zeros") != "zeros":
        return formula
    for start in itertools.product(*(range(extra + 1) for extra in more[1:-1])):
        end = [extra - first for extra, first in zip(more[1:-1], start)]
        if distance(formulas.padded(inner, start, end), x) <= 1e-6 * np.abs(x).max(initial=0.0):
            before, after = formula.arguments["before"], formula.arguments["after"]
            return formula._replace(arguments={**formula.arguments, "x": inner,
                                               "before": tuple(a + b for a, b in zip(before, start)),
                                               "after": tuple(a + b for a, b in zip(after, end))})
    return formula


def of_layer(formula, target, flattened=(), known=None) -> Iterator[Cause]:
    """Causes that lie in your layer: its formula, with one thing otherwise, against the other side's output.

    known: the other side's arguments, where its layer could be read: what its settings say is not guessed.
    """
    for words, changed in variants(formula, flattened):
        if not changed.keys() & SETTINGS & (known or {}).keys():  # those are `of_settings`
            yield Cause(words, _remains(formula, changed, target), LAYER)


def of_settings(mine, other, target) -> Iterator[Cause]:
    """Causes between two layers of one formula: an argument of theirs in place of yours, or all that are settings."""
    a, b = mine.arguments, other.arguments
    differ = [name for name in a if name in b and name != "x" and not _same(a[name], b[name])]
    if {"before", "after"} & set(differ):
        pads = [list(zip(side["before"], side["after"])) for side in (b, a)]
        changed = {name: b[name] for name in ("before", "after")}
        words = f"padding (before, after): {pads[0]} in theirs, {pads[1]} in yours"
        yield Cause(words, _remains(mine, changed, target), LAYER)
    for name in differ:
        small = _small(a[name]) and _small(b[name])
        called = {"kind": "pooling", "statistics": "statistics (batch: training mode)"}.get(name, name)
        words = f"{called}: {b[name]} in theirs, {a[name]} in yours" if small else f"{called}: other values in theirs"
        if name == "biases" and _same(sum(a[name]), sum(b[name])):
            words = "the two biases have the right sum, but each is another one in theirs"
        if name not in ("before", "after"):
            yield Cause(words, _remains(mine, {name: b[name]}, target), LAYER if small else VALUES)
    settings = [name for name in differ if _small(a[name]) and _small(b[name])]
    if set(settings) - {"before", "after"} and len(settings) > 1:
        words = " and ".join(f"{name} {b[name]} in theirs, {a[name]} in yours" for name in settings)
        yield Cause(words, _remains(mine, {name: b[name] for name in settings}, target), LAYER)


def of_input(mine, other, target, limit, exact) -> Iterator[Cause]:
    """Causes that lie before the layer: what turns your input into theirs, where theirs explains the difference.

    exact: how far both sides' outputs are from their formulas in float64.
    """
    a, b = mine.arguments.get("x"), other.arguments.get("x")
    if a is None or a.dtype.kind != "f" or distance(a, b) == 0 or not (remains := _remains(mine, {"x": b}, target)) <= limit:
        return
    for cause in of_arrays(a, b):
        yield cause._replace(words=f"in its input: {cause.words}")
    words = f"none in this layer: its inputs differ by {distance(a, b):.1e}, and each side computes right to {exact:.1e}"
    yield Cause(words, remains, SHAPE_OF_IT)


def _remains(formula, changed, target):
    """The difference that remains with some arguments changed; inf where the change does not fit the shapes."""
    try:
        return distance(formula.output(**changed), target)
    except ValueError:
        return math.inf


def _small(value):
    return not isinstance(value, (np.ndarray, list))


def _same(a, b):
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return distance(a, b) <= 1e-6 * np.abs(b).max(initial=0)
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return False
    return a == b


def variants(formula, flattened=()) -> Iterator[tuple[str, dict]]:
    """(what is assumed, the arguments that it changes) for each cause that a kind of layer is known for."""
    given = formula.arguments
    if "activation" in given:
        for name in formulas.ACTIVATIONS:
            if name != given["activation"]:
                yield f"activation: {name} in theirs, {given['activation']} in yours", {"activation": name}
    if given.get("bias") is not None and np.any(given["bias"]):
        yield "the bias is missing in theirs", {"bias": None}
        yield "the bias counts twice in theirs", {"bias": 2 * given["bias"]}
    if "epsilon" in given:
        for epsilon in EPSILONS:
            if epsilon != given["epsilon"]:
                yield f"epsilon: {epsilon:g} in theirs, {given['epsilon']:g} in yours", {"epsilon": epsilon}
    yield from {formulas.dense: _of_dense, formulas.conv: _of_conv, formulas.pool: _of_pool, formulas.lstm: _of_gates,
                formulas.batch_norm: _of_batch_norm, formulas.layer_norm: _of_layer_norm, formulas.gru: _of_gates,
                formulas.attention: _of_attention, formulas.flatten: _of_flatten,
                formulas.embedding: _of_embedding}.get(formula.function, lambda given, flattened: ())(given, flattened)


def _of_dense(given, flattened):
    kernel = given["kernel"]
    if kernel.shape[0] == kernel.shape[1]:
        yield "the kernel is transposed", {"kernel": kernel.T}
    if len(flattened) > 1 and math.prod(flattened) == len(kernel):
        for order in itertools.permutations(range(len(flattened))):
            if order != tuple(range(len(flattened))):
                back = np.argsort(order)
                rows = kernel.reshape(*(flattened[k] for k in order), -1).transpose(*back, len(order)).reshape(kernel.shape)
                axes = tuple(k + 1 for k in order)
                yield f"rows of the kernel: for an input flattened in the order of your axes {axes}", {"kernel": rows}


def _of_conv(given, flattened):
    kernel, dims = given["kernel"], len(given["stride"])
    space = tuple(range(dims))
    yield from _of_padding(given, [(size - 1) * gap + 1 for size, gap in zip(kernel.shape, given["dilation"])])
    if any(given["before"]) or any(given["after"]):
        for fill in {"zeros", "reflect", "replicate", "circular"} - {given["fill"]}:
            yield f"padding: {fill} in theirs, {given['fill']} in yours", {"fill": fill}
    yield "the kernel is turned round (convolution, not correlation)", {"kernel": np.flip(kernel, space)}
    for a, b in itertools.combinations(space, 2):
        if kernel.shape[a] == kernel.shape[b]:
            yield f"the kernel's axes {a} and {b} are swapped", {"kernel": kernel.swapaxes(a, b)}
    if kernel.shape[-1] == kernel.shape[-2]:
        yield "the kernel's input and output channels are swapped", {"kernel": kernel.swapaxes(-1, -2)}


def _of_padding(given, reach):
    """Other rows before and after that give an output of the same size: in all dimensions, or in one."""
    before, after, stride = given["before"], given["after"], given["stride"]
    space = given["x"].shape[1:-1]

    def size(k, b, a):
        return (space[k] + b + a - reach[k]) // stride[k]

    ways = [[(b, a) for b in range(reach[k]) for a in range(reach[k])
             if size(k, b, a) == size(k, before[k], after[k])] for k in range(len(stride))]
    words = "padding (before, after): {} in theirs, {} in yours"
    own = list(zip(before, after))
    for way in dict.fromkeys([*itertools.chain(*ways)]):
        everywhere = [way if way in possible else mine for possible, mine in zip(ways, own)]
        alone = [[*own[:k], way, *own[k + 1:]] for k in range(len(own)) if way in ways[k]]
        for pads in [everywhere, *alone] if len(own) > 1 else [everywhere]:
            if pads != own:
                b, a = zip(*pads)
                yield words.format(pads, own), {"before": b, "after": a}


def _of_pool(given, flattened):
    other = "max" if given["kind"] == "average" else "average"
    yield f"{other} pooling in theirs, {given['kind']} in yours", {"kind": other}
    if given["kind"] == "average":
        yield "padding counts in the mean on one side only", {"count_padding": not given.get("count_padding", False)}
    yield from _of_padding(given, given["size"])


def _of_batch_norm(given, flattened):
    other = "batch" if given["statistics"] == "moving" else "moving"
    yield f"statistics of the {other} in theirs (training mode), {given['statistics']} in yours", {"statistics": other}
    yield "gamma and beta are swapped", {"gamma": given["beta"], "beta": given["gamma"]}
    yield "mean and variance are swapped", {"mean": given["variance"], "variance": np.abs(given["mean"])}
    yield "the variance is a standard deviation", {"variance": given["variance"] ** 2}
    yield "gamma is 1 in theirs", {"gamma": np.ones_like(given["gamma"])}
    yield "beta is 0 in theirs", {"beta": np.zeros_like(given["beta"])}


def _of_layer_norm(given, flattened):
    yield "the variance is divided by n - 1", {"degrees": 1}
    yield "the mean stays (RMS normalization)", {"centered": False}
    yield "gamma and beta are swapped", {"gamma": given["beta"], "beta": given["gamma"]}
    yield "gamma is 1 in theirs", {"gamma": np.ones_like(given["gamma"])}


def _of_gates(given, flattened):
    for order in map("".join, itertools.permutations(given["order"])):
        if order != given["order"]:
            yield f"order of gates: {order} in theirs, {given['order']} in yours", {"order": order}
    first, second = given["biases"]
    yield "only the first of two biases counts in theirs", {"biases": [first, 0 * second]}
    yield "only the second of two biases counts in theirs", {"biases": [0 * first, second]}
    yield "the first bias counts twice in theirs", {"biases": [2 * first, second]}
    yield "both biases stand before the reset gate in theirs", {"biases": [first + second, 0 * second]}
    if "f" in given["order"]:
        size, at = given["recurrent"].shape[0], given["order"].index("f")
        ones = np.zeros_like(first)
        ones[at * size:(at + 1) * size] = 1
        yield "1 is added to the forget gate's bias in theirs", {"biases": [first + ones, second]}
        yield "1 is added to the forget gate's bias in yours", {"biases": [first - ones, second]}
    else:
        after = not given.get("reset_after", True)
        yield f"reset_after={after} in theirs: the reset gate on the other side of the product", {"reset_after": after}
    for gate in {"sigmoid", "hard_sigmoid", "hard_sigmoid of Keras 2"} - {given.get("gate", "sigmoid")}:
        yield f"gates: {gate} in theirs", {"gate": gate}
    yield "time runs the other way", {"backwards": not given.get("backwards", False)}
    size = given["recurrent"].shape[0]
    blocks = np.split(given["recurrent"], len(given["order"]), axis=1)
    yield "each gate's recurrent kernel is transposed", {"recurrent": np.concatenate([block.T for block in blocks], 1)}


def _of_attention(given, flattened):
    width, heads = given["query"].shape[-1], given["heads"]
    scales = {"no scale": 1.0, "1 / size of a head": heads / width, "1 / sqrt(width)": 1 / math.sqrt(width)}
    for words, scale in scales.items():
        yield f"scores: {words} in theirs, 1 / sqrt(size of a head) in yours", {"scale": scale}
    causal, mask = given.get("causal", False), given.get("mask")
    yield f"{'no causal mask' if causal else 'a causal mask'} in theirs", {"causal": not causal}
    if mask is not None:
        yield "no mask in theirs", {"mask": None}
        yield "the mask means the opposite", {"mask": ~np.asarray(mask, bool)}
    yield "heads are interleaved in theirs", {"interleaved": True}
    for a, b in itertools.combinations(range(3), 2):
        order = list(range(4))
        order[a], order[b] = b, a
        yield f"kernels of {('query', 'key', 'value')[a]} and {('query', 'key', 'value')[b]} are swapped", {
            "kernels": [given["kernels"][k] for k in order], "biases": [given["biases"][k] for k in order]}
    yield "no biases in theirs", {"biases": [0 * bias for bias in given["biases"]]}
    for k, name in enumerate(("query", "key", "value", "output")):
        yield f"the kernel of {name} is transposed", {
            "kernels": [kernel.T if n == k else kernel for n, kernel in enumerate(given["kernels"])]}
        yield f"the bias of {name} is missing in theirs", {
            "biases": [0 * bias if n == k else bias for n, bias in enumerate(given["biases"])]}


def _of_flatten(given, flattened):
    for order in itertools.permutations(range(given["x"].ndim - 1)):
        if order != given["order"]:
            yield f"flattened in the order of your axes {tuple(k + 1 for k in order)}", {"order": order}


def _of_embedding(given, flattened):
    for step in (1, -1):
        yield f"indices start {'one higher' if step > 0 else 'one lower'} in theirs", {
            "table": np.roll(given["table"], -step, 0)}
