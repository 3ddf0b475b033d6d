"""Judge an answer to an exercise: right, or the likely cause of what is wrong.

A chapter's checks.py makes its exercises with `value`, `function` and `cases`, or with a judge of its own.
"""
import copy
import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import errors
from helpers.course import missing
from helpers.course.calling import (  # noqa: F401, what a chapter's own judges use stands here as well
    NO_FUNCTION,
    NO_RETURN,
    Attempt,
    Call,
    NothingReturned,
    attempt,
    call,
    judged,
    kind,
    raised,
    returning,
    root,
    short,
)
from helpers.course.comparing import mismatch, plain


@dataclass(frozen=True)
class Exercise:
    """judge: answer -> None when right, else the likely cause as a sentence. hints: three, from a nudge to nearly all."""
    judge: Callable
    hints: tuple


def value(reference, suspects, hints, atol=1e-9):
    """An exercise whose answer is a value: an array or tensor, number, string, bool, or a list, tuple or dict of them.

    reference: the right value, or a function without arguments that computes it. suspects: {cause: the value (or
    function) to which that mistake leads}; an answer equal to one of them, and to no other, is refused with its cause.
    """
    return Exercise(functools.partial(_judge_value, reference=reference, suspects=suspects, atol=atol), _three(hints))


def function(side, reference, inputs, suspects, hints, gradients=False, dtype=None, atol=1e-7, then=None):
    """An exercise whose answer is a function of tensors of one framework, as in "port this cell".

    side: "torch" or "tf". reference: the same function of NumPy arrays. inputs: random generator -> tuple of arrays, which
    the answer gets as tensors, and of anything else, which it gets as it is. suspects: {cause: the NumPy function to which
    that mistake leads}.
    The answer is run on three random inputs, and its values compared. gradients, only where the text asks for them: those
    of the sum of the values, each times a random weight, are compared with central finite differences of the reference.
    dtype, only where the text names it: what the result must have ("float64"). Where it names none, a function that takes
    no float64 is tried with float32, and a result in float32 is compared as such. then: what else is asked of a function
    that computes the right numbers, as a function: answer -> None, or the cause.
    """
    judge = functools.partial(_judge_function, side=side, reference=reference, inputs=inputs, suspects=suspects,
                              gradients=gradients, dtype=dtype, atol=atol, then=then)
    return Exercise(judge, _three(hints))


def cases(inputs, reference, suspects, say, hints, no_function, convert=None, unfit=None, same=operator.eq):
    """An exercise whose answer is a function of plain Python values or NumPy arrays, judged on one input after another.

    inputs: function without arguments -> the tuples of arguments; the answer gets copies of them. reference: the right
    function. suspects: {cause: the function to which that mistake leads}; named where it alone explains all cases.
    say: (arguments, right, got) -> what to tell where none does. no_function: what to tell when the answer is no function.
    convert: what the answer returns -> what is compared, for example `list`. unfit: that -> why it cannot be compared, or
    None. same: (got, right) -> whether they agree.
    """
    judge = functools.partial(_judge_cases, inputs=inputs, reference=reference, suspects=suspects, say=say,
                              no_function=no_function, convert=convert, unfit=unfit, same=same)
    return Exercise(judge, _three(hints))


def named(suspects, fits):
    """The cause, as a sentence, of the one suspect that fits; None where none does, or more than one.

    suspects: {cause: what that mistake leads to}. fits: that -> whether the answer shows the same, in all trials; a
    suspect that cannot be computed in one of them does not fit.
    """
    causes = [cause for cause, wrong in suspects.items() if attempt(fits, wrong).result]
    return f"{causes[0]}." if len(causes) == 1 else None


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


def array_of(side, result):
    """What a learner's function returned, as NumPy: a Call. A problem where it is no tensor of that side's framework."""
    if result is None:
        return Call(None, NO_RETURN)
    if root(result) not in {"torch": ("torch",), "tf": ("tensorflow", "keras")}[_name(side)] or isinstance(result, type):
        return Call(None, f"your function returned {kind(result)}, where a {side.NAME} tensor is asked for.")
    array, error = attempt(side.to_numpy, result)
    if error is not None or array.dtype.kind not in "biufc":
        return Call(None, f"your function returned a {type(result).__name__}, which holds no plain array of numbers.")
    return Call(array, None)


def _name(side):
    return side.__name__.rpartition(".")[2].removesuffix("_side")


@np.errstate(all="ignore")  # of an overflow, the learner hears by the result
def _judge_cases(answer, inputs, reference, suspects, say, no_function, convert, unfit, same):
    """None when the answer agrees with the reference in every case, else the cause, or what to say instead."""
    if not callable(answer):
        return no_function
    asked = list(inputs())
    rights = [reference(*arguments) for arguments in asked]
    none_fits = any(right is None for right in rights)
    found = [_case(answer, arguments, none_fits, convert, unfit) for arguments in asked]
    agree = [problem or bool(attempt(same, got, right).result) for (got, problem), right in zip(found, rights)]
    first = next((k for k, said in enumerate(agree) if said is not True), None)
    if first is None:
        return None
    if not any(problem for _, problem in found):
        cause = named(suspects, lambda wrong: all(same(got, wrong(*given)) for (got, _), given in zip(found, asked)))
        if cause:
            return cause
    got, problem = found[first]
    said = problem or attempt(say, asked[first], rights[first], got).result or f"{short(got)} is not it."
    return " ".join(said.split())  # an array would bring its own line breaks


def _case(answer, arguments, none_fits, convert, unfit):
    """What the answer gives in one case, ready to be compared: a Call."""
    got, problem = call(answer, *copy.deepcopy(arguments))
    if problem or (got is None and not none_fits):
        return Call(None, problem or NO_RETURN)
    if convert:
        converted, error = attempt(convert, got)
        if error is not None:
            return Call(None, f"your function returned {short(got)}, which is not what is asked for.")
        got = converted
    if unfit:
        problem, error = attempt(unfit, got)
        if error is not None:
            problem = f"your function returned {short(got)}, which is not what is asked for."
    return Call(None, problem) if problem else Call(got, None)


def _judge_value(answer, reference, suspects, atol):
    """None when the answer is the right value, else the mistake that leads to it, or how it differs."""
    mine, error = attempt(plain, answer)
    if error is not None:  # a ragged, nested or sparse tensor
        return f"this {type(answer).__name__} does not become a NumPy array: {attempt(errors.reason, error).result}"
    found = mismatch(mine, _made(reference), atol)
    if found is None:
        return None
    return named(suspects, lambda wrong: mismatch(mine, _made(wrong), atol) is None) or found


def _made(value):
    """A value, or what a function without arguments computes, as plain as an answer."""
    return plain(value() if callable(value) else value)


def _judge_function(answer, side, reference, inputs, suspects, gradients, dtype, atol, then):
    """None when values, and gradients where asked for, are the reference's on three inputs, and `then` is content."""
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side(side)
    trials = [inputs(np.random.default_rng(trial)) for trial in range(3)]
    found = [_tensor_call(side, answer, arguments, dtype) for arguments in trials]
    if dtype is None and any(problem for _, problem in found):
        smaller = [tuple(map(_single, arguments)) for arguments in trials]
        others = [_tensor_call(side, answer, arguments, dtype) for arguments in smaller]
        if not any(problem for _, problem in others):
            trials, found = smaller, others
    problem = next(filter(None, (problem for _, problem in found)), None)
    if problem:
        return problem
    results = [result for result, _ in found]
    problem = _wrong_values(results, trials, reference, suspects, dtype, atol)
    if problem is None and gradients:
        problem = _wrong_gradients(side, answer, results, trials, reference)
    return problem or (then(answer) if then else None)


def _tensor_call(side, answer, arguments, dtype):
    """The answer called with tensors of its own, that ask for no gradient: a Call with a NumPy array."""
    given = [side.tensor(one) if isinstance(one, np.ndarray) else copy.deepcopy(one) for one in arguments]
    result, error = attempt(answer, *given)
    if error is not None:
        shapes = " and ".join(str(one.shape) for one in arguments if isinstance(one, np.ndarray))
        return Call(None, raised(error, f" on inputs of shape {shapes}"))
    array, problem = array_of(side, result)
    if problem is None and dtype is not None and "bfloat16" in str(result.dtype):  # NumPy has none: the array is float32
        problem = f"dtype bfloat16 where {dtype} is asked for."
    return Call(array, problem)


def _single(argument):
    """An array of float64 as float32, anything else as it is."""
    return argument.astype("float32") if isinstance(argument, np.ndarray) and argument.dtype == "float64" else argument


@np.errstate(all="ignore")
def _wrong_values(results, trials, reference, suspects, dtype, atol):
    """None when the results are the reference's; else the one suspect that explains all of them, or the first difference."""
    def differences(f, wanted):
        for result, arguments in zip(results, trials):
            right = _like(f, arguments)
            yield mismatch(result, right, atol, tell=True)
            if dtype is not None and result.dtype != (wanted or right.dtype):
                yield f"dtype {result.dtype} where {wanted} is asked for."
    found = next(filter(None, differences(reference, dtype)), None)
    if found is None:
        return None
    cause = named(suspects, lambda wrong: not any(differences(wrong, None)))
    if not cause and dtype == "float64" and all(_alike(one, _like(reference, given)) for one, given in zip(results, trials)):
        cause = ("the values are right to some seven digits and no further: is something in your function computed in "
                 "float32, or a small number added?")
    return cause or found


def _alike(result, right):
    """Whether a result agrees with the right one to float32's digits, or better."""
    return result.dtype == "float64" and mismatch(result.astype("float32"), right) is None


def _like(f, arguments):
    """f of a trial's arguments, computed in float64 where they were rounded to float32."""
    return np.asarray(f(*(one.astype("float64") if isinstance(one, np.ndarray) and one.dtype == "float32" else one
                          for one in arguments)))


def _wrong_gradients(side, answer, results, trials, reference):
    """None when gradients are the right ones wherever there are any; else what is wrong with the first that is not."""
    for trial, (result, arrays) in enumerate(zip(results, trials)):
        weights = np.random.default_rng(trial).normal(size=result.shape)
        found, error = attempt(functools.partial(side.value_and_grad, weights=weights.astype(result.dtype)), answer, *arrays)
        if error is not None:
            return f"the values are right; asked for gradients, {raised(error)}"
        right = finite_difference(reference, [np.asarray(one, "float64") if one.dtype == "float32" else one
                                              for one in arrays], weights)
        cause = _judge_gradients(found.grads, right, 1e-3 if result.dtype == "float32" else 1e-5)
        if cause:
            return cause
    return None


def _judge_gradients(grads, right, tolerance):
    """None when gradients are the right ones where there are any, else what is wrong with the first that is not."""
    for number, (mine, true) in enumerate(zip(grads, right, strict=True), 1):
        if true is not None and mine is None:
            return (f"the values are right, but no gradient reaches argument {number}: does something in your function "
                    "leave the framework (NumPy, detach, no_grad, stop_gradient)?")
        if true is not None and np.isnan(mine).any() and not np.isnan(true).any():
            return (f"the values are right, but the gradient of argument {number} holds NaN: an infinite slope times 0, "
                    "perhaps in a branch that `where` does not choose?")
        if true is not None and not np.allclose(mine, true, atol=tolerance, rtol=tolerance):
            return (f"the values are right, the gradient of argument {number} is not: "
                    f"largest difference {np.abs(mine - true).max():.1e}.")
    return None


def _three(hints):
    if len(hints) != 3 or not all(isinstance(text, str) and text for text in hints):
        raise ValueError("an exercise has exactly three hints, from a nudge to nearly the solution")
    return tuple(hints)
