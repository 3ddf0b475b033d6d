"""Is a port right? Which array goes where, the first layer that differs, and why. It takes NumPy arrays, from any framework.

    yours = torch_side.activations(network, sound)       # the port
    theirs = tf_side.activations(original, sound)
    found = port.first_difference(yours, theirs)
    port.show_comparison(found)
    port.report(found, "port.html")

Two sides that cannot share a process save what they computed (`save`) and compare the files:
`python -m helpers.port yours.npz theirs.npz`.
"""
from __future__ import annotations

import argparse
import functools
import itertools
import math
import re
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers import show
from helpers.porting import causes, formulas
from helpers.porting.causes import Cause
from helpers.porting.matching import Match, Pair, carry, kind_of_shape, match  # noqa: F401, this is their face
from helpers.porting.reading import Layer

AHEAD = 4
"""So many layers further a partner is looked for: one side may have a layer for what the other does inside another."""
RTOL = {"float64": 1e-9, "float32": 2e-5, "float16": 2e-2}
"""Differences that rounding explains, as a share of the largest value: some 150 roundings of float32 (2**-24 each)."""


class Activations(NamedTuple):
    """What the layers of a model gave in one run.

    outputs: {name of a layer: array}, in the order in which they ended; "model" is the model's result, where it is not that
    of its last layer. kinds: {name: its class}. look: name -> Layer, by another run, or None for what is no layer; None
    itself where the outputs come from a file. notes: what could not be seen, in sentences.
    """
    framework: str
    outputs: dict[str, np.ndarray]
    kinds: dict[str, str] = {}
    look: Callable[[str], Layer | None] | None = None
    notes: tuple = ()


class Row(NamedTuple):
    """Two layers' outputs compared. layout: how theirs became yours, in words; relative: to the largest of theirs."""
    yours: str
    theirs: str
    shape: tuple
    layout: str
    largest: float
    relative: float
    agrees: bool


class Comparison(NamedTuple):
    """rows: the layers that were compared. first: the first that differs, or None. causes: of that, those that explain it.

    tried: how many causes were. only_yours, only_theirs: layers without a partner. to_the_end: whether the last outputs of
    both sides were compared, or the pairs were given. rtol: what counted as equal.
    """
    rows: list[Row]
    first: Row | None
    causes: list[Cause]
    tried: int
    only_yours: list[str]
    only_theirs: list[str]
    to_the_end: bool
    rtol: float
    notes: list[str]


# The first layer that differs

def first_difference(yours: Activations | Mapping[str, np.ndarray], theirs: Activations | Mapping[str, np.ndarray],
                     pairs: Match | Sequence[tuple[str, str]] | None = None, rtol: float | None = None) -> Comparison:
    """Compare layer by layer, in the order of the run, and look for the causes of the first difference.

    yours: the port. pairs: (name of yours, name of theirs), or what `match` found, where the pairs that this function finds
    by values, kinds and shapes are not the right ones; for gradients, and for weights after a step (`changes`), too. rtol:
    what counts as equal, as a share of the layer's largest value; by default what rounding explains in the coarser dtype.
    A layer without a partner, and one with another batch, are listed, and what can be compared still is.
    """
    yours, theirs = _activations(yours), _activations(theirs)
    rtol = _rtol(yours, theirs) if rtol is None else rtol
    orders = {pair.yours: pair.order for pair in pairs.pairs} if isinstance(pairs, Match) else {}
    chosen = [(pair.yours, pair.theirs) for pair in pairs.pairs] if isinstance(pairs, Match) else pairs
    row = functools.cache(lambda a, b: _row(a, b, yours, theirs, rtol, orders.get(a)))
    chosen = list(_paired(yours, theirs, row) if chosen is None else _known(chosen, yours, theirs))
    rows = [row(a, b) for a, b in chosen]
    first = next((compared for compared in rows if not compared.agrees), None)
    found, notes = causes.Search([], 0), [*yours.notes, *theirs.notes]
    if first is not None:
        found = _search(first, yours, theirs, rtol, orders.get(first.yours))
    only = [[name for name in side.outputs if all(pair[k] != name for pair in chosen)]
            for k, side in enumerate((yours, theirs))]
    last = [list(side.outputs)[-1:] for side in (yours, theirs)]
    to_the_end = pairs is not None or last == [[name] for name in chosen[-1:] and chosen[-1]]
    return Comparison(rows, first, found.causes, found.tried, *only, to_the_end, rtol, notes)


def changes(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """{name: after - before}: what a step of an optimizer did to each weight. Raises KeyError where names differ."""
    if before.keys() != after.keys():
        raise KeyError(f"before and after differ in names: {', '.join(sorted(before.keys() ^ after.keys()))}")
    return {name: np.asarray(after[name]) - np.asarray(before[name]) for name in before}


def _activations(side):
    return side if isinstance(side, Activations) else Activations("arrays", {k: np.asarray(v) for k, v in side.items()})


def _rtol(yours, theirs):
    kinds = {str(array.dtype) for side in (yours, theirs) for array in side.outputs.values()}
    return max((RTOL[kind] for kind in kinds if kind in RTOL), default=0.0)


def _known(pairs, yours, theirs):
    """Pairs of names. Raises KeyError for one that a side does not have."""
    for a, b in pairs:
        for name, side, who in ((a, yours, "yours"), (b, theirs, "theirs")):
            if name not in side.outputs:
                raise KeyError(f"{who} has no {name!r}; it has {', '.join(side.outputs)}")
        yield a, b


def _paired(yours, theirs, row):
    """Pairs of layers, in order: those that agree; where none does, those of the same kind and size. row: compares two."""
    mine, others = list(yours.outputs), list(theirs.outputs)
    norms = [{name: _norm(array) for name, array in side.outputs.items()} for side in (yours, theirs)]

    def alike(a, b):
        return kind_of_shape(yours.outputs[a]) == kind_of_shape(theirs.outputs[b])

    def agree(a, b):
        return alike(a, b) and not abs(norms[0][a] - norms[1][b]) > 0.1 * norms[1][b] and row(a, b).agrees

    def of_one_kind(a, b):
        return alike(a, b) and family(yours.kinds.get(a)) == family(theirs.kinds.get(b))

    i = j = 0
    while i < len(mine) and j < len(others):
        near = sorted(itertools.product(range(i, min(i + AHEAD, len(mine))), range(j, min(j + AHEAD, len(others)))), key=sum)
        ways = [(fit, place) for fit, places in ((agree, near), (of_one_kind, near), (alike, near[:1])) for place in places]
        place = next((place for fit, place in ways if fit(mine[place[0]], others[place[1]])), None)
        if place:
            yield mine[place[0]], others[place[1]]
        i, j = (k + 1 for k in place or (i, j))


def family(kind: str | None) -> str:
    """One word for a layer's class in both frameworks: "conv" for Conv2d and Conv2D, "dense" for Linear and Dense."""
    word = re.sub(r"\dd$", "", (kind or "").lower())
    if word in formulas.ACTIVATIONS or word in ("activation", "leakyrelu", "gelu", "logsoftmax", "hardswish", "hardsigmoid"):
        return "activation"
    word = re.sub("^(adaptive)?(max|avg|average|globalmax|globalaverage)pool(ing)?$", "pooling", word)
    return {"linear": "dense", "batchnorm": "batchnormalization", "layernorm": "layernormalization",
            "depthwiseconv": "conv"}.get(word, word)


def _norm(array):
    """The length of an array as a vector, which no layout changes: cheaper than to compare."""
    flat = array.ravel()
    return math.sqrt(abs(float(np.vdot(flat, flat)))) if array.dtype.kind == "f" else 0.0


LAYOUTS = {"same": lambda rank: tuple(range(rank)),
           "channels moved to axis 1": lambda rank: (0, rank - 1, *range(1, rank - 1)),
           "channels moved to the end": lambda rank: (0, *range(2, rank), 1),
           "batch and time swapped": lambda rank: (1, 0, *range(2, rank))}


def _in_layouts(theirs, yours, before, order=None):
    """{words: their array in that layout} of the layouts in which it has your shape.

    before: your last output before this one that had space: what a flattened array may be flattened from.
    """
    if order is not None:
        return {"same" if list(order) == sorted(order) else f"transposed {order}": theirs.transpose(order)}
    rank = theirs.ndim
    found = {words: theirs.transpose(make(rank)) for words, make in LAYOUTS.items() if words == "same" or rank > 2}
    found = {words: array for words, array in found.items() if array.shape == yours.shape}
    if rank == 2 and before is not None and before.size == yours.size and yours.shape == theirs.shape:
        for axes in itertools.permutations(range(1, before.ndim)):
            sizes = (len(yours), *(before.shape[k] for k in axes))
            back = theirs.reshape(sizes).transpose(0, *(k + 1 for k in np.argsort(axes))).reshape(yours.shape)
            if axes != tuple(range(1, before.ndim)):
                found[f"flattened in the order of your axes {axes}"] = back
    return found


def _row(a, b, yours, theirs, rtol, order=None):
    """The comparison of two layers, in the layout in which they differ least."""
    mine, other = yours.outputs[a], theirs.outputs[b]
    size, layouts = _size(other), _in_layouts(other, mine, _before(a, yours), order)
    fits = {words: causes.distance(mine, array) for words, array in layouts.items()}
    words = min(fits, key=fits.get, default=f"none: theirs has shape {other.shape}")
    largest = fits.get(words, math.inf)
    relative = largest / size if size else (0.0 if largest == 0 else math.inf)
    return Row(a, b, mine.shape, words, largest, float(relative), largest <= rtol * size or largest == 0)


def _size(array):
    """The largest finite value."""
    if array.size and array.dtype.kind == "f":
        largest = max(float(array.max()), -float(array.min()))
        if math.isfinite(largest):
            return largest
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0)) if array.dtype.kind in "fiu" else 1.0


def _before(name, side):
    """The last output before a layer's that has more than two axes, or None."""
    earlier = itertools.takewhile(lambda item: item[0] != name, side.outputs.items())
    return next((array for _, array in reversed(list(earlier)) if array.ndim > 2), None)


def _search(row, yours, theirs, rtol, order=None):
    """What explains a difference."""
    mine, other, before = yours.outputs[row.yours], theirs.outputs[row.theirs], _before(row.yours, yours)
    target = _in_layouts(other, mine, before, order).get(row.layout, other)
    limit = 2 * rtol * _size(target)
    if np.isnan(mine).any() != np.isnan(target).any():
        who = "yours" if np.isnan(mine).any() else "theirs"
        return causes.Search([Cause(f"NaN in {who} only: look at what enters this layer", math.nan, 0)], 1)
    looked = [side.look(name) if side.look else None for side, name in ((yours, row.yours), (theirs, row.theirs))]
    if None in looked:
        return causes.search_arrays(mine, target, limit)
    flattened = before.shape[1:] if before is not None else ()
    return causes.search(*looked, target, limit, flattened)


# What to keep

def show_comparison(found: Comparison) -> None:
    """Show the layers in a table, and below it the first difference with its causes."""
    show.table(HEADER, [_texts(row) for row in found.rows], caption=EQUAL.format(found.rtol))
    for sentence in sentences(found):
        show.rich(_paragraph(sentence), sentence)


EQUAL = "equal: within {:g} of a layer's largest value"
HEADER = ["yours", "theirs", "shape", "layout", "largest difference", "relative", ""]


def _texts(row):
    word = "equal" if row.agrees else "DIFFERENT"
    return [row.yours, row.theirs, row.shape, row.layout, f"{row.largest:.1e}", f"{row.relative:.1e}", word]


def sentences(found: Comparison) -> list[str]:
    """The verdict of a comparison: where it first differs, why, and what was not compared."""
    said = list(found.notes)
    for who, names in (("yours", found.only_yours), ("theirs", found.only_theirs)):
        if names:
            said.append(f"Without a partner in {who}: {', '.join(names)}.")
    if not found.rows:
        return [*said, "NOT MEASURED: no two layers could be paired. Give pairs=[(name of yours, name of theirs), ...]."]
    if found.first is None and not found.to_the_end:
        last = found.rows[-1]
        return [*said, f"EQUAL as far as {last.yours} (theirs: {last.theirs}); what follows was not compared: give pairs."]
    if found.first is None:
        return [*said, f"EQUAL: {len(found.rows)} pairs of layers agree within {found.rtol:g} of their largest value."]
    row = found.first
    said.append(f"FIRST DIFFERENCE: {row.yours} (theirs: {row.theirs}), by {row.largest:.1e}, relative {row.relative:.1e}.")
    for cause in found.causes[:3]:
        said.append(f"Likely cause: {cause.words} (then {cause.remains:.1e} remain).")
    if not found.causes:
        said.append(f"None of the {found.tried} causes that were tried explains it.")
    return said


def report(found: Comparison, path: str | Path, versions: Mapping[str, str] | None = None, inputs: str = "") -> Path:
    """Write a page to keep: versions, inputs, tolerance, layers, verdict. Returns its path."""
    facts = [f"{name} {version}" for name, version in (versions or {}).items()] + ([f"inputs: {inputs}"] if inputs else [])
    table = show.table_markup(HEADER, [_texts(row) for row in found.rows], EQUAL.format(found.rtol))
    sections = {"Verdict": [_paragraph(text) for text in sentences(found)], "Layers": [table],
                "Made with": [_paragraph(text) for text in facts or ["no versions given"]]}
    path = Path(path)
    path.write_text(str(show.render("page.html", title="Is the port right?", sections=sections)), encoding="utf-8")
    return path


def _paragraph(text):
    return show.render("paragraph.html", text=text)


def save(side: Activations, path: str | Path) -> None:
    """Write the outputs of a run to a file (.npz), in their order."""
    np.savez(path, **{f"{k:05d} {name}": array for k, (name, array) in enumerate(side.outputs.items())})


def load(path: str | Path) -> Activations:
    """What `save` wrote. Raises ValueError, with a sentence, for a file that is missing, damaged or none of these."""
    try:
        with np.load(path, allow_pickle=False) as file:
            named = {re.sub(r"^\d{5} ", "", name): file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"{path} is no file of activations ({type(error).__name__}): port.save makes one") from error
    return Activations(Path(path).stem, named)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two files of activations. Returns 0 where all agrees, 1 where not, 2 where a file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m helpers.port", description="Compare the activations of two models.")
    parser.add_argument("yours", help="a file that port.save wrote: the port")
    parser.add_argument("theirs", help="a file that port.save wrote: the original")
    parser.add_argument("--rtol", type=float, help="what counts as equal, as a share of a layer's largest value")
    parser.add_argument("--html", metavar="FILE", help="also write a page")
    options = parser.parse_args(arguments)
    try:
        found = first_difference(load(options.yours), load(options.theirs), rtol=options.rtol)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    show_comparison(found)
    if options.html:
        print(report(found, options.html))
    return 0 if found.rows and found.first is None and found.to_the_end else 1


if __name__ == "__main__":
    sys.exit(main())
