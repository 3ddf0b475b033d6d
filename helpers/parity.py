"""Compare what the two frameworks computed: shape, dtype, NaN, then value; and say by how much they differ.

Everything here takes NumPy arrays and Python numbers, or dicts of them: a tensor must leave its framework first, by
`torch_side.to_numpy` or `tf_side.to_numpy`, so that nothing is converted silently.
"""
from typing import NamedTuple

import numpy as np

from helpers import show
from helpers.course import missing

Plain = np.ndarray | np.generic | bool | int | float | complex | str | list | tuple | dict
"""What can be compared: NumPy data, Python's numbers, lists of them, and dicts of all these."""


class ValueAndGrad(NamedTuple):
    """What both sides' `value_and_grad` gives; grads: one for each argument, None where there is none."""
    value: np.ndarray
    grads: list[np.ndarray | None]


class ParityError(AssertionError):
    """Two results that should agree do not (or two that should differ are equal)."""


def gap(actual: Plain, expected: Plain, what: str = "result") -> float:
    """Largest absolute difference between two arrays, or two dicts of arrays, as a float.

    Positions where both are NaN, or both the same infinity, count as equal. Raises ParityError when shapes, dtypes, keys
    or the positions of NaN differ, and TypeError for anything that is not plain NumPy data.
    """
    if isinstance(actual, dict) or isinstance(expected, dict):
        return max((gap(actual[key], expected[key], f"{what}[{key!r}]") for key in _same_keys(actual, expected, what)),
                   default=0.0)
    a, b = _plain(actual, what), _plain(expected, what)
    if a.shape != b.shape:
        raise ParityError(f"{what}: shapes differ, {a.shape} against {b.shape}")
    if a.dtype.kind == b.dtype.kind and a.dtype.kind in "US":  # text of another length has another dtype
        return 0.0 if (a == b).all() else float("inf")
    if a.dtype != b.dtype:
        raise ParityError(f"{what}: dtypes differ, {a.dtype} against {b.dtype}")
    if a.size == 0:
        return 0.0
    wide = np.complex128 if a.dtype.kind == "c" else np.float64
    a, b = a.astype(wide), b.astype(wide)
    if (np.isnan(a) != np.isnan(b)).any():
        raise ParityError(f"{what}: NaN in different places, {np.isnan(a).sum()} against {np.isnan(b).sum()} of {a.size}")
    equal = (a == b) | np.isnan(a)
    with np.errstate(invalid="ignore"):
        return float(np.where(equal, 0.0, np.abs(a - b)).max())


def same(actual: Plain, expected: Plain, atol: float = 0.0, rtol: float = 0.0, what: str = "result") -> float:
    """Return the gap if it is at most atol + rtol * max|expected|; raise ParityError with the worst place otherwise."""
    if isinstance(actual, dict) or isinstance(expected, dict):
        return max((same(actual[key], expected[key], atol, rtol, f"{what}[{key!r}]")
                    for key in _same_keys(actual, expected, what)), default=0.0)
    distance = gap(actual, expected, what)
    limit = tolerance(expected, atol, rtol)
    if not distance <= limit:
        a, b = _plain(actual, what), _plain(expected, what)
        place = np.unravel_index(int(np.argmax(_distance(a, b))), a.shape) if a.dtype.kind not in "US" else ()
        at = f" at {tuple(int(k) for k in place)}" if place else ""
        raise ParityError(f"{what}: {a[place]!r} against {b[place]!r}{at}, "
                          f"largest difference {distance:.1e}, tolerance {limit:.1e}")
    return distance


def tolerance(expected: Plain, atol: float, rtol: float) -> float:
    """atol + rtol * max|expected|: one limit for the whole array, since rounding errors scale with its largest terms."""
    if rtol == 0:
        return atol
    size = np.abs(_plain(expected, "expected"))
    return atol + rtol * float(size[np.isfinite(size)].max(initial=0.0))


def verdict(what: str, actual: Plain, expected: Plain, atol: float = 0.0, rtol: float = 0.0) -> None:
    """Show one sentence: `what` is equal within the tolerance. Raises ParityError when it is not."""
    distance = same(actual, expected, atol, rtol, what)
    if atol == rtol == 0:
        _show("EQUAL", f" exactly: {what}")
    else:
        _show("EQUAL", f" within {' + '.join(_limits(atol, rtol))}: {what} (largest difference {_short(distance)})")


def differ(what: str, actual: Plain, expected: Plain, atol: float = 0.0) -> None:
    """Show one sentence: `what` differs by more than atol, as a chapter announced. Raises ParityError when it is equal.

    A difference in shape, dtype or NaN counts, and the sentence names it. Of two strings it shows both.
    """
    try:
        distance = gap(actual, expected, what)
    except ParityError as error:
        _show("DIFFERENT", f": {error}")
        return
    if distance <= atol:
        raise ParityError(f"{what}: expected a difference above {atol:.1e}, found {distance:.1e}. "
                          "The frameworks now agree here: the text around this cell needs mending.")
    if isinstance(actual, str):  # words are no distance apart
        _show("DIFFERENT", f": {what}: {actual!r} against {expected!r}")
        return
    _show("DIFFERENT", f" by more than {atol:g}: {what} (largest difference {_short(distance)})")


def by_clock(what: str, answer: object) -> None:
    """Show what measured times say, in one sentence. Another machine may say otherwise: only its form is compared."""
    print(f"{what}, by the clock: {answer}")


def _show(word, rest):
    show.verdict(word, rest.removeprefix(": ").strip(), f"{word}{rest}")


def _short(distance):
    return f"{distance:.1e}" if distance else "0"


def _limits(atol, rtol):
    return [f"{atol:g}"] * (atol > 0) + [f"{rtol:g} of the largest value"] * (rtol > 0)


def _distance(a, b):
    a, b = np.atleast_1d(a).astype(np.complex128), np.atleast_1d(b).astype(np.complex128)
    with np.errstate(invalid="ignore"):
        d = np.where((a == b) | np.isnan(a), 0.0, np.abs(a - b))
    return np.where(np.isnan(d), np.inf, d)


def _same_keys(actual, expected, what):
    """The keys of two dicts that have the same ones. Raises ParityError when they have not."""
    missing.need(actual, expected)
    if not (isinstance(actual, dict) and isinstance(expected, dict)):
        raise ParityError(f"{what}: {type(actual).__name__} against {type(expected).__name__}")
    if actual.keys() != expected.keys():
        only = sorted(map(str, actual.keys() ^ expected.keys()))
        raise ParityError(f"{what}: on one side only: {', '.join(only)}")
    return actual.keys()


def _plain(value, what):
    """A plain value as an array. Raises TypeError for a tensor, and for anything else that is no plain data."""
    missing.need(value)
    if isinstance(value, (np.ndarray, np.generic, bool, int, float, complex, str, list, tuple)):
        array = np.asarray(value)
        if array.dtype != object:
            return array
    raise TypeError(f"{what}: cannot compare {type(value).__module__}.{type(value).__name__}; "
                    "turn tensors into NumPy with torch_side.to_numpy or tf_side.to_numpy first")
