"""Judge an answer to an exercise: right, or the likely cause of what is wrong.

A chapter's checks.py makes its exercises with `value`, `function` and `cases`, or with a judge of its own.
"""
import copy
import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from helpers import errors
from helpers.course import missing


@dataclass(frozen=True)
class Exercise:
    """judge: answer -> None when right, else the likely cause as a sentence. hints: three, from a nudge to nearly all."""
    judge: Callable
    hints: tuple


def value(reference, suspects, hints, atol=1e-9):
    """An exercise whose answer is a value: an array or tensor, number, string, bool, or a list, tuple or dict of them.

    reference: the right value, or a function without arguments that computes it. suspects: {cause: the value (or
    function) to which that mistake leads}; an answer equal to one is refused with its cause.
    """
    return Exercise(functools.partial(_judge_value, reference=reference, suspects=suspects, atol=atol), _three(hints))


def function(side, reference, inputs, suspects, hints, gradients=True, atol=1e-7, then=None):
    """An exercise whose answer is a function of tensors of one framework, as in "port this cell".

    side: "torch" or "tf". reference: the same function of NumPy arrays. inputs: random generator -> tuple of arrays
    (float64 where gradients are compared). suspects: {cause: the NumPy function to which that mistake leads}.
    The answer is run on three random inputs. Values are compared with the reference's, gradients (of the sum of the
    values, each times a random weight) with central finite differences of the reference. then: what else is asked of a
    function that computes the right numbers, as a function: answer -> None, or the cause.
    """
    judge = functools.partial(_judge_function, side=side, reference=reference, inputs=inputs, suspects=suspects,
                              gradients=gradients, atol=atol, then=then)
    return Exercise(judge, _three(hints))


def cases(inputs, reference, suspects, say, hints, no_function, convert=None, unfit=None, same=operator.eq):
    """An exercise whose answer is a function of plain Python values or NumPy arrays, judged on one input after another.

    inputs: function without arguments -> the tuples of arguments; the answer gets copies of them. reference: the right
    function. suspects: {cause: the function to which that mistake leads}. say: (arguments, right, got) -> what to tell where
    no suspect fits. no_function: what to tell when the answer is no function.
    convert: what the answer returns -> what is compared, for example `list`. unfit: that -> why it cannot be compared, or
    None. same: (got, right) -> whether they agree.
    """
    judge = functools.partial(_judge_cases, inputs=inputs, reference=reference, suspects=suspects, say=say,
                              no_function=no_function, convert=convert, unfit=unfit, same=same)
    return Exercise(judge, _three(hints))


def finite_difference(f, arrays, weights, step=1e-6):
    """Gradient of sum(weights * f(*arrays)) by central differences, one array for each float array, None for others.

    Truncation error is of order step**2, rounding error of order 1e-16 / step (Nocedal and Wright, Numerical
    Optimization, section 8.1): with float64 and 1e-6 about nine digits remain of gradients near 1.
    """
    grads = []
    for k, array in enumerate(arrays):
        if np.asarray(array).dtype.kind != "f":
            grads.append(None)
            continue
        grad = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            moved = [np.array(a) for a in arrays], [np.array(a) for a in arrays]
            moved[0][k][place] += step
            moved[1][k][place] -= step
            grad[place] = np.sum(weights * (f(*moved[0]) - f(*moved[1]))) / (2 * step)
        grads.append(grad)
    return grads


class NothingReturned(Exception):
    """A learner's function has returned None, where a result is asked for."""


def returning(answer):
    """The learner's function, raising NothingReturned instead of handing on None."""
    def call(*arguments):
        result = answer(*arguments)
        if result is None:
            raise NothingReturned
        return result
    return call


class Attempt(NamedTuple):
    """What came of a call: the result, or the error that was raised; the other one is None."""
    result: object
    error: Exception | None


class Call(NamedTuple):
    """What came of a call: the result, or what to tell the learner; the other one is None."""
    result: object
    problem: str | None


def attempt(answer, *arguments):
    """Call a learner's function, or one of a side that calls it: an Attempt.

    Raises NotInstalled when the function needs a framework that is missing: that is not the learner's mistake.
    """
    try:
        return Attempt(answer(*arguments), None)
    except missing.NotInstalled:
        raise
    except Exception as error:  # whatever a learner's function raises is for the learner to read
        return Attempt(None, error)


def raised(error):
    """What to tell a learner whose function has raised: the kind of error and its first line."""
    return f"your function raised {type(error).__name__}: {errors.first_line(error)}"


def call(answer, *arguments):
    """`attempt`, with the error in words: a Call."""
    result, error = attempt(answer, *arguments)
    return Call(result, None if error is None else raised(error))


@np.errstate(all="ignore")  # of an overflow, the learner hears by the result
def _judge_cases(answer, inputs, reference, suspects, say, no_function, convert, unfit, same):
    """None when the answer agrees with the reference in every case, else the cause, or what to say instead."""
    if not callable(answer):
        return no_function
    for arguments in inputs():
        right = reference(*arguments)
        got, problem = call(answer, *copy.deepcopy(arguments))
        if convert and not problem:
            got, problem = call(convert, got)
        if unfit and not problem:
            problem = unfit(got)
        if problem:
            return problem
        if not same(got, right):
            found = (f"{cause}." for cause, wrong in suspects.items() if same(got, wrong(*arguments)))
            return next(found, None) or say(arguments, right, got)
    return None


def _judge_value(answer, reference, suspects, atol):
    """None when the answer is the right value, else the mistake that leads to it, or how it differs."""
    plain, error = attempt(_plain, answer)
    if error is not None:  # a ragged, nested or sparse tensor
        return f"this {type(answer).__name__} does not become a NumPy array: {errors.first_line(error)}"
    answer, right = plain, reference() if callable(reference) else reference
    if _equal(answer, right, atol):
        return None
    for cause, wrong in suspects.items():
        if _equal(answer, wrong() if callable(wrong) else wrong, atol):
            return f"{cause}."
    return _difference(answer, right)


def _judge_function(answer, side, reference, inputs, suspects, gradients, atol, then):
    """None when values and gradients are the reference's on three inputs, and `then` is content; else the cause."""
    if not callable(answer):
        return "answer must be a function: write def answer(...): above, or answer = your_function."
    value_and_grad = missing.side(side).value_and_grad
    for trial in range(3):
        rng = np.random.default_rng(trial)
        arrays = inputs(rng)
        expected = np.asarray(reference(*arrays))
        result, error = attempt(value_and_grad, returning(answer), *arrays)
        if isinstance(error, NothingReturned):
            return "your function returned None: is there a `return`?"
        if error is not None:
            shapes = " and ".join(str(np.shape(array)) for array in arrays)
            return f"your function raised {type(error).__name__} on inputs of shape {shapes}: {errors.first_line(error)}"
        got, _ = result
        if not _equal(got, expected, atol):
            for cause, wrong in suspects.items():
                if _equal(got, np.asarray(wrong(*arrays)), atol):
                    return f"{cause}."
            return _difference(got, expected)
        if gradients:
            weights = rng.normal(size=expected.shape)
            _, grads = value_and_grad(answer, *arrays, weights=weights)
            cause = _judge_gradients(grads, finite_difference(reference, arrays, weights))
            if cause is not None:
                return cause
    return then(answer) if then else None


def _judge_gradients(grads, right):
    """None when gradients are the right ones where there are any, else what is wrong with the first that is not."""
    for number, (mine, true) in enumerate(zip(grads, right, strict=True), 1):
        if true is not None and mine is None:
            return (f"the values are right, but no gradient reaches argument {number}: does something in your function "
                    "leave the framework (NumPy, detach, stop_gradient)?")
        if true is not None and np.isnan(mine).any() and not np.isnan(true).any():
            return (f"the values are right, but the gradient of argument {number} holds NaN: an infinite slope times 0, "
                    "perhaps in a branch that `where` does not choose?")
        if true is not None and not np.allclose(mine, true, atol=1e-5, rtol=1e-5):
            return (f"the values are right, the gradient of argument {number} is not: "
                    f"largest difference {np.abs(mine - true).max():.1e}.")
    return None


def _equal(answer, right, atol):
    """Whether a plain answer is the right one: kind, shape and, where both are arrays, dtype; numbers within atol."""
    if isinstance(right, dict):
        same_keys = isinstance(answer, dict) and answer.keys() == right.keys()
        return same_keys and all(_equal(answer[key], right[key], atol) for key in right)
    if isinstance(right, (set, str, bool, type(None))) or isinstance(answer, (set, dict, str, bool, type(None))):
        return type(answer) is type(right) and answer == right
    a, b = _array(answer), _array(right)
    if a is None or b is None:
        return isinstance(answer, (list, tuple)) and isinstance(right, (list, tuple)) and len(answer) == len(right) and all(
            _equal(x, y, atol) for x, y in zip(answer, right))
    if a.shape != b.shape:
        return False
    if not {a.dtype.kind, b.dtype.kind} <= set("iufc"):
        return a.dtype.kind == b.dtype.kind and bool((a == b).all())
    if isinstance(right, np.ndarray) and isinstance(answer, np.ndarray) and a.dtype != b.dtype:
        return False
    return bool(np.allclose(a, b, atol=atol, rtol=1e-6 if b.dtype == np.float32 else 1e-9, equal_nan=True))


def _difference(answer, right):
    """In what an answer that no suspect explains differs from the right one, as a sentence."""
    if callable(answer):
        return "answer is a function; what is asked for is the value that it returns."
    a, b = _array(answer), _array(right)
    if isinstance(right, (str, bool, dict, set, type(None))) or a is None or b is None:
        if type(answer) is not type(right):
            return f"the answer should be of type {type(right).__name__}, yours is of type {type(answer).__name__}."
        return f"{answer!r} is not it." if not isinstance(right, (dict, set)) else "some entries are not right."
    if a.dtype.kind not in "biufc":
        return f"the answer should be a number or an array, yours is {answer!r}."
    if a.shape != b.shape:
        if a.ndim > 1 and a.size == b.size and sorted(a.shape) == sorted(b.shape):
            return f"shape {a.shape} where {b.shape} is asked for: transposed, or another layout?"
        return f"shape {a.shape} where {b.shape} is asked for."
    if isinstance(right, np.ndarray) and a.dtype != b.dtype:
        return f"dtype {a.dtype} where {b.dtype} is asked for."
    if np.isnan(a).any():
        return "the answer holds NaN: a division by zero, or a logarithm or root of something negative?"
    distance = np.abs(a.astype(complex) - b.astype(complex)).max()
    return f"the shape is right, the values are not: largest difference {distance:.2g}."


def _plain(answer):
    """The answer with every tensor in it turned into NumPy, by the side that it belongs to."""
    missing.need(answer)
    if isinstance(answer, (list, tuple)):
        return (list if isinstance(answer, list) else tuple)(_plain(item) for item in answer)  # torch.Size is a tuple
    if isinstance(answer, dict):
        return {key: _plain(item) for key, item in answer.items()}
    root = type(answer).__module__.split(".")[0]
    side = {"torch": "torch", "tensorflow": "tf", "keras": "tf"}.get(root)
    if side and hasattr(answer, "shape"):
        return missing.side(side).to_numpy(answer)
    return answer


def _array(value):
    """A number, text, array or regular nesting of numbers as an array; None for anything else."""
    if isinstance(value, (np.ndarray, np.generic, int, float, complex, str)):
        return np.asarray(value)
    if isinstance(value, (list, tuple)) and _numbers(value):
        try:
            return np.asarray(value)
        except ValueError:  # rows of unequal length
            return None
    return None


def _numbers(value):
    return all(_numbers(x) if isinstance(x, (list, tuple)) else isinstance(x, (int, float, np.number)) for x in value)


def _three(hints):
    if len(hints) != 3 or not all(isinstance(text, str) and text for text in hints):
        raise ValueError("an exercise has exactly three hints, from a nudge to nearly the solution")
    return tuple(hints)
