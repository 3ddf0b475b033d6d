"""Compare a learner's answer with the right one: None when they agree, else the first thing in which they differ.

Numbers are numbers whatever class holds them, a tuple is as good as a list, and what was computed in float32 is compared
with the tolerance of float32. A dtype counts only where a check asks for one.
"""
import numpy as np

from helpers.course import missing
from helpers.course.calling import attempt, kind, root, short

RTOL = {"float32": 1e-5, "complex64": 1e-5}  # of the others: 1e-9
TYPES = {str: "a text", dict: "a dict", set: "a set", list: "a list", tuple: "a list", type(None): "None"}


def plain(answer: object) -> object:
    """The answer with every tensor in it as NumPy, by the side that it belongs to, and every other number as Python's.

    Raises what a tensor raises that does not become an array: ragged, nested or sparse.
    """
    missing.need(answer)
    if isinstance(answer, (list, tuple, range)):
        return [plain(item) for item in answer]
    if isinstance(answer, dict):
        return {key: plain(item) for key, item in answer.items()}
    side = {"torch": "torch", "tensorflow": "tf", "keras": "tf"}.get(root(answer))
    if side and hasattr(answer, "shape") and not isinstance(answer, type):
        return missing.side(side).to_numpy(answer)
    if isinstance(answer, np.ndarray):
        return answer.view(np.ndarray)
    if isinstance(answer, (bool, int, float, complex, str, np.generic)) or not hasattr(type(answer), "__float__"):
        return answer
    return float(answer)  # a Fraction, a Decimal, ...


def one_number(value: object) -> int | float | None:
    """A real number of any class, also one in an array or tensor without axes, as Python's; None for anything else.

    True and False are no numbers, nor is a text.
    """
    number, _ = attempt(plain, value)
    if isinstance(number, np.ndarray) and number.ndim == 0 or isinstance(number, np.generic):
        number = number.item()
    return number if isinstance(number, (int, float)) and not isinstance(number, bool) else None


def whole_number(value: object) -> int:
    """A whole number of any class, as Python's. Raises ValueError for anything else."""
    number = one_number(value)
    if number is None or number % 1:  # infinity and NaN too
        raise ValueError(f"{short(value)} is no whole number")
    return int(number)


def mismatch(answer: object, right: object, atol: float = 1e-9, tell: bool = False, place: str = "") -> str | None:
    """None when a plain answer is the right one, else the first thing in which it differs, as a sentence.

    atol: how far a number may be off. tell: whether the right number may be said, as of an array that was drawn for the
    check; else a number that is off is named, and nothing said of its distance. place: what is compared, such as
    "the entry 'a'"; "" for the whole answer.
    """
    if isinstance(answer, np.ndarray) and answer.ndim == 0 and not isinstance(right, np.ndarray):
        answer = answer.item() if answer.dtype.kind not in "f" else answer[()]
    what = place or "the answer"
    if answer is ...:
        return f"nothing stands yet for {what}."
    if callable(answer) and not isinstance(answer, (np.ndarray, np.generic)):
        return f"{what} is a function; what is asked for is the value that it returns."
    if isinstance(right, dict):
        return _dict(answer, right, atol, tell, place)
    if isinstance(right, (set, frozenset)):
        return _set(answer, right, what)
    if isinstance(right, (bool, np.bool_)):
        fits, wanted = isinstance(answer, (bool, np.bool_)), "True or False"
    elif isinstance(right, (str, type(None))):
        fits, wanted = isinstance(answer, type(right)), TYPES[type(right)]
    else:
        return _numbers(answer, right, atol, tell, place)
    if not fits:
        return f"{what} should be {wanted}, yours is {_is(answer)}."
    return None if answer == right else f"{short(answer)} is not {'right for ' + place if place else 'it'}."


def _is(value):
    """What stands where something else is asked for: small things as they are, others by their kind."""
    if isinstance(value, (str, bool, int, float, complex, np.generic)):
        return short(value)
    return TYPES.get(type(value)) or kind(value)


def _dict(answer, right, atol, tell, place):
    if not isinstance(answer, dict):
        return f"{place or 'the answer'} should be a dict, yours is {_is(answer)}."
    for key in right:
        if key not in answer:
            return f"there is no entry {key!r}{' in ' + place if place else ''}."
    for key, value in answer.items():
        if key not in right:
            return f"an entry {short(key)} is not asked for."
        cause = mismatch(value, right[key], atol, tell, f"the entry {key!r}{' of ' + place if place else ''}")
        if cause:
            return cause
    return None


def _set(answer, right, what):
    if not isinstance(answer, (set, frozenset)):
        return f"{what} should be a set, yours is {_is(answer)}."
    for other, said in ((right - answer, "is missing"), (answer - right, "is too much")):
        if other:
            return f"{short(sorted(other, key=repr)[0])} {said}."
    return None


def _numbers(answer, right, atol, tell, place):
    """`mismatch` where the right answer is a number, an array, or a list."""
    mine, true = _array(answer), _array(right)
    if true is None or (mine is None and isinstance(right, (list, tuple))):
        return _entries(answer, right, atol, tell, place)
    what = place or "the answer"
    if mine is None:
        return f"{what} should be {'one number' if true.ndim == 0 else 'an array of numbers'}, yours is {_is(answer)}."
    if mine.shape != true.shape:
        return _shapes(mine, true, place)
    if (mine.dtype.kind == "b") != (true.dtype.kind == "b"):
        wanted = "True and False" if true.dtype.kind == "b" else "numbers"
        return f"{what} should be made of {wanted}, yours is of {mine.dtype} values."
    if mine.dtype.kind == "c" and true.dtype.kind != "c":
        return f"{what} should be made of real numbers, yours is complex."
    off = ~_close(mine, true, atol)
    if not off.any():
        return None
    if np.isnan(mine[off]).any():
        return f"{what} holds NaN: a division by zero, or a logarithm or root of something negative?"
    index = tuple(int(k) for k in np.argwhere(off)[0])
    number = _number(mine[index])
    if tell:
        where = f" at {list(index)}" if index else ""
        said = "the shape is right, the values are not: " if index else ""
        if number == _number(true[index]):  # a difference that six digits do not show
            return (f"{said}yours is {mine[index].item()}{where}, where {true[index].item()} is right: was something "
                    "rounded to float32?")
        return f"{said}yours is {number}{where}, where {_number(true[index])} is right."
    if index:
        return f"{'in ' + place + ' the' if place else 'the'} entry {list(index)} is not right: yours is {number}."
    return f"{number} is not {'right for ' + place if place else 'it'}."


def _shapes(mine, true, place):
    what = f"in {place} " if place else ""
    if true.ndim == 0:
        return f"{what}one number is asked for, yours is an array of shape {mine.shape}."
    if mine.ndim == 0:
        return f"{what}{true.size} numbers are asked for, in an array of shape {true.shape}; yours is one number."
    other = mine.ndim > 1 and mine.size == true.size and sorted(mine.shape) == sorted(true.shape)
    return f"{what}shape {mine.shape} where {true.shape} is asked for{': transposed, or another layout?' if other else '.'}"


def _entries(answer, right, atol, tell, place):
    """`mismatch` of lists, entry by entry."""
    if isinstance(answer, np.ndarray) and answer.ndim:
        answer = answer.tolist()
    what = place or "the answer"
    if not isinstance(answer, (list, tuple)):
        return f"{what} should be a list, yours is {_is(answer)}."
    if len(answer) != len(right):
        return f"{what} should have {len(right)} entries, yours has {len(answer)}."
    found = (mismatch(mine, true, atol, tell, f"the entry [{k}]{' of ' + place if place else ''}")
             for k, (mine, true) in enumerate(zip(answer, right)))
    return next(filter(None, found), None)


def _array(value):
    """A number, an array of numbers, or a regular nesting of numbers, as an array; None for anything else."""
    if isinstance(value, (bool, int, float, complex, np.number, np.bool_, np.ndarray)):
        array, _ = attempt(np.asarray, value)
    elif isinstance(value, (list, tuple)) and all(_array(item) is not None for item in value):
        array, _ = attempt(np.asarray, value)  # of rows of unequal length nothing comes
    else:
        return None
    return array if array is not None and array.dtype.kind in "biufc" else None


def _close(mine, true, atol):
    """Where two arrays of one shape agree, as an array: within the tolerance of the less exact of their dtypes."""
    rtol = max(RTOL.get(array.dtype.name, 1e-9) for array in (mine, true))
    if rtol > 1e-9:
        atol = max(atol, 1e-6)
    with np.errstate(all="ignore"):
        return np.isclose(mine, true, rtol=rtol, atol=atol, equal_nan=True)


def _number(value):
    """A number as a sentence says it."""
    value = value.item()
    return f"{value:.6g}" if isinstance(value, float) else str(value)
