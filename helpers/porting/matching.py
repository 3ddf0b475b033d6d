"""Which array of one model goes where in the other: by shape, by name and by order."""
import difflib
import itertools
import math
import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from helpers.porting.causes import distance


class Pair(NamedTuple):
    """An array of yours and one of theirs that belong together.

    order: yours is theirs.transpose(order). how: what says so: "only one of this kind", "the same layer" (of which another
    array is the only one of its kind), "name and order", "name", "order".
    sure: False where shapes and names allow another partner as well. difference: the largest of the values.
    """
    yours: str
    theirs: str
    order: tuple
    how: str
    sure: bool
    difference: float


class Match(NamedTuple):
    """pairs: what goes where. left_yours, left_theirs: {name: shape} of what has no partner. hints: what that may be."""
    pairs: list[Pair]
    left_yours: dict
    left_theirs: dict
    hints: list[str]


KERAS_TO_TORCH = {2: (1, 0), 3: (2, 1, 0), 4: (3, 2, 0, 1), 5: (4, 3, 0, 1, 2)}
"""How a kernel of Keras (..., in, out) becomes PyTorch's (out, in, ...), by its number of axes."""
SYNONYMS = {"gamma": "scale", "weight": "kernel", "weights": "kernel", "embeddings": "kernel", "beta": "bias",
            "running": "moving", "var": "variance", "linear": "dense", "fc": "dense", "bn": "normalization",
            "batchnorm": "normalization"}


def match(yours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray]) -> Match:
    """Propose which of their weights goes where in yours, by shape, name and order. Nothing is set.

    Partners have the same sizes, in some order of axes. Among several of one kind of shape their layers decide, where
    another array of the layer has one partner only; then the names where they can, and the order where they say nothing;
    where the two disagree, a pair is proposed and marked as not sure.
    """
    pairs, left_yours, left_theirs = [], dict.fromkeys(yours), dict.fromkeys(theirs)
    for by in (_shape_and_role, _shape):  # what has no partner of its role may have one under another name
        groups = {}
        for k, (side, left) in enumerate(((yours, left_yours), (theirs, left_theirs))):
            for name in left:
                groups.setdefault(by(name, side[name]), ([], []))[k].append(name)
        layers = _layers(groups) if by is _shape_and_role else {}
        for mine, others in groups.values():
            for a, b, how, sure in _partners(mine, others, layers):
                orders = _orders(a, yours[a], b, theirs[b])
                if orders:
                    difference = min(distance(np.transpose(theirs[b], order), yours[a]) for order in orders)
                    pairs.append(Pair(a, b, orders[0], how, sure and len(orders) == 1, difference))
                    del left_yours[a], left_theirs[b]
    at = {name: k for k, name in enumerate(yours)}
    pairs.sort(key=lambda pair: at[pair.yours])
    left = {name: np.shape(yours[name]) for name in left_yours}, {name: np.shape(theirs[name]) for name in left_theirs}
    return Match(pairs, *left, _hints(*left))


def carry(found: Match, theirs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """{your name: their array in your layout} of all pairs, each a fresh array in C order.

    Raises ValueError, naming them, where pairs are not sure or something of yours has no partner.
    """
    doubtful = [f"{pair.yours} from {pair.theirs}?" for pair in found.pairs if not pair.sure]
    doubtful += [f"{name} from nothing?" for name in found.left_yours]
    if doubtful:
        raise ValueError(f"not sure: {', '.join(doubtful)}. Look at `pairs`, and set the arrays by hand.")
    return {pair.yours: np.ascontiguousarray(np.transpose(theirs[pair.theirs], pair.order)) for pair in found.pairs}


def kind_of_shape(array):
    """The sizes of an array, in no order."""
    return tuple(sorted(np.shape(array)))


def _shape(name, array):
    return kind_of_shape(array)


def _shape_and_role(name, array):
    """PyTorch's `weight` of one axis scales a normalization; others are kernels."""
    last = _words(name)[-1]
    return kind_of_shape(array), "scale" if (last, np.ndim(array)) == ("kernel", 1) else last


def _layers(groups):
    """{layer of yours: layer of theirs} of those with an array that is the only one of its kind, where all such agree."""
    tied = {(_layer(a), _layer(b)) for (a, *more), (b, *others) in filter(all, groups.values()) if not more and not others}
    return {a: b for a, b in tied if a and b and sum(a == one or b == other for one, other in tied) == 1}


def _layer(name):
    """A name without its last part: "conv2d_1" of "conv2d_1/kernel", "" of "kernel"."""
    return re.sub(r"[./]?[^./]*$", "", name)


def _partners(mine, others, layers):
    """(name of yours, name of theirs, how, sure) among arrays of one kind. layers: what `_layers` found."""
    siblings = [(a, b) for a in mine for b in others if layers.get(_layer(a)) == _layer(b)]
    if len(mine) + len(others) > 2 and len(siblings) == len(dict(siblings)) == len({b for _, b in siblings}):
        yield from ((a, b, "the same layer", True) for a, b in siblings)
        mine = [a for a in mine if a not in dict(siblings)]
        others = [b for b in others if b not in {b for _, b in siblings}]
    if len(mine) == len(others) == 1:
        yield mine[0], others[0], "only one of this kind", True
        return
    by_name, same_number = _best_by_name(mine, others), len(mine) == len(others)
    if same_number and all(i == j for i, j in by_name.items()):
        for i, (a, b) in enumerate(zip(mine, others)):
            yield a, b, "name and order" if i in by_name else "order", True
        return
    for i, j in by_name.items():
        yield mine[i], others[j], "name", not same_number  # else their order says something else
    if same_number:
        rest = [b for j, b in enumerate(others) if j not in by_name.values()]
        for a, b in zip((a for i, a in enumerate(mine) if i not in by_name), rest):
            yield a, b, "order", False


def _best_by_name(mine, others):
    """{index of yours: index of theirs} for names that are each other's best, alone."""
    like = np.array([[difflib.SequenceMatcher(None, _words(a)[:-1], _words(b)[:-1]).ratio() for b in others] for a in mine])
    found = {}
    for i, row in enumerate(like.reshape(len(mine), len(others))):
        best = np.flatnonzero(row == row.max(initial=0)) if row.any() else []
        if len(best) == 1 and (like[:, best[0]] >= row[best[0]]).sum() == 1:
            found[i] = int(best[0])
    return found


def _words(name):
    """The words of a name, in one vocabulary: "layers.conv2d_1/kernel" is layers, conv, 1, kernel."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"(?<=[a-zA-Z])\d[dD]", "", name)).lower()
    return [SYNONYMS.get(part, part) for part in re.findall(r"[a-z]+|\d+", spaced)] or [""]


def _orders(yours_name, yours, theirs_name, theirs):
    """The ways to transpose theirs into yours: the frameworks' usual one alone where it fits, else all that fit."""
    shape, other = np.shape(yours), np.shape(theirs)
    usual = KERAS_TO_TORCH.get(len(other))
    if usual and "kernel" in theirs_name.lower() and "kernel" not in yours_name.lower():
        if tuple(other[k] for k in usual) == shape:
            return [usual]
    if usual and "kernel" in yours_name.lower() and "kernel" not in theirs_name.lower():
        back = tuple(int(k) for k in np.argsort(usual))
        if tuple(other[k] for k in back) == shape:
            return [back]
    if shape == other:
        return [tuple(range(len(shape)))]
    return [order for order in itertools.permutations(range(len(other))) if tuple(other[k] for k in order) == shape]


def _hints(left_yours, left_theirs):
    """What arrays without a partner may be."""
    hints = []
    for side, names, others in (("yours", left_yours, left_theirs), ("theirs", left_theirs, left_yours)):
        ih = [name for name in names if "bias_ih" in name]
        if ih:
            hints.append(f"{side} has two biases in a recurrent layer ({ih[0]}, and bias_hh): an LSTM of the other side has "
                         "one, their sum; a GRU keeps both, as two rows")
        counters = [name for name in names if "num_batches_tracked" in name]
        if counters:
            hints.append(f"{side} counts batches in {counters[0]}: the other side needs no such number")
        sums = [(a, b) for a in names for b in others if math.prod(names[a]) == math.prod(others[b]) and names[a]]
        hints += [f"{a} of {side} and {b} have as many numbers: reshape" for a, b in sums if side == "yours"]
    return hints
