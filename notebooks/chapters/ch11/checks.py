"""The checks of chapter 11, mobile, edge and browser."""
import copy

import numpy as np

from chapters.ch11 import checks_d, checks_e
from helpers.course import missing
from helpers.course.comparing import mismatch
from helpers.course.judging import (
    NO_FUNCTION,
    Exercise,
    array_of,
    call,
    cases,
    function,
    named,
    returning,
    short,
)

MISTAKES = ("transposed", "inverted", "shifted", "divided by 16 again", "none")
RIGHT = {"A": "transposed", "B": "none", "C": "divided by 16 again"}


# Exercise 11.1: rounding a kernel per channel

def rounded(kernel, axis=(0, 1, 2), levels=127, size=np.abs, step=np.round):
    """A kernel (height, width, in, out) in int8 and back, one scale for each output channel."""
    scale = size(kernel).max(axis=axis, keepdims=True) / levels
    return step(kernel / scale) * scale


def kernels(rng):
    """One kernel whose channels differ in size on every axis, so that each choice of axes gives other scales."""
    high, wide, inputs, outputs = (rng.uniform(0.2, 2, size=shape) for shape in ((3, 1, 1, 1), (3, 1, 1), (4, 1), 5))
    return (rng.normal(size=(3, 3, 4, 5)) * high * wide * inputs * outputs,)


# Exercises 11.2 and 11.3: functions of NumPy arrays

def quantized(x, scale, zero, least=-128, step=np.round):
    """int8 of a float array (section 11b.1)."""
    return np.clip(step(x / scale) + zero, least, 127).astype("int8")


def wrapped(numbers):
    """int8 of numbers that nobody has clipped: what is too large begins again at the other end."""
    return numbers.astype("int64").astype("int8")


def pictures(rng):
    """A float array of one to four axes that leaves the range on both sides, a scale, a zero point."""
    scale = rng.uniform(0.01, 0.1)
    x = rng.uniform(-200, 200, size=(5, 4, 3, 2)[:rng.integers(1, 5)]) * scale
    x.flat[:2] = np.array([-180, 150]) * scale  # beyond both ends, wherever the zero point is
    return x, scale, int(rng.integers(10, 40))


def dense(q, zero, w, b, ratio, out):
    """A dense layer in integers (Jacob et al., arXiv:1712.05877, section 2.2)."""
    return _out(_total(q, zero, w, b), ratio, out)


def _total(q, zero, w, b):
    return (q.astype("int32") - zero) @ w.astype("int32") + b


def _out(total, ratio, out):
    return np.clip(np.round(total * ratio) + out, -128, 127).astype("int8")


def layers(rng):
    """Integers of a layer whose outputs spread over more than the range: some are clipped."""
    q, w = rng.integers(-128, 128, size=(6, 16)).astype("int8"), rng.integers(-127, 128, size=(16, 5)).astype("int8")
    b = rng.integers(-20000, 20000, size=5).astype("int32")
    return q, int(rng.integers(-20, -5)), w, b, 0.004, int(rng.integers(5, 20))


def _numpy_function(reference, inputs, suspects):
    """A judge of a function of NumPy arrays that gives int8: three random inputs, with `suspects` as in judging.value."""
    @np.errstate(all="ignore")
    def judge(answer):
        if not callable(answer):
            return NO_FUNCTION
        trials = [inputs(np.random.default_rng(trial)) for trial in range(3)]
        found = [call(_as_array, answer, *copy.deepcopy(trial)) for trial in trials]
        problem = next((problem for _, problem in found if problem), None)
        if problem:
            return problem

        def difference(f):
            """The first difference from f in any trial, None where there is none."""
            return next(filter(None, (mismatch(got, f(*trial), tell=True) for (got, _), trial in zip(found, trials))), None)
        if difference(reference):
            return named(suspects, lambda wrong: difference(wrong) is None) or difference(reference)
        types = {got.dtype for got, _ in found} - {np.dtype("int8")}
        return f"the values are right, but of type {types.pop()}: the runtime wants int8." if types else None
    return judge


def _as_array(answer, *arrays):
    return np.asarray(returning(answer)(*arrays))


# Exercise 11.5: a phrase of a converter

PLACES = [0, 3, 1, 2]
"""Where PyTorch's axes batch, channel, height, width are in TensorFlow's order."""
ASKED = (2, [-1, -2], False), (1, [2, 3], False), (2, [1], True), (2, [0, -3], True)
"""How many pictures, which axes, and keepdim: height and width in either order, and once a single picture."""


def asked():
    for number, (pictures, axes, keepdim) in enumerate(ASKED):
        yield np.random.default_rng(number).normal(size=(pictures, 3, 4, 5)).astype("float32"), axes, keepdim


def mean(x, axes, keepdim, places=PLACES):
    """The mean of pictures (batch, height, width, channel) over axes that are counted in PyTorch's order."""
    return x.mean(axis=tuple(places[axis] for axis in axes), keepdims=keepdim)


def _judge_mean(answer):
    """`CASES_MEAN` of the answer, which gets tensors, and of which the tensors' numbers are compared."""
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side("tf")
    return CASES_MEAN.judge(lambda x, axes, keepdim: array_of(side, answer(side.tensor(x), axes, keepdim)))


CASES_MEAN = cases(
    asked, mean, {
        "the axes are counted in PyTorch's order, not in TensorFlow's": lambda *given: mean(*given, range(4)),
        "keepdim is not heeded: the axes are always gone": lambda x, axes, keepdim: mean(x, axes, False),
        "keepdim is not heeded: the axes always stay": lambda x, axes, keepdim: mean(x, axes, True),
        "that is the way from TensorFlow's axes to PyTorch's": lambda *given: mean(*given, [0, 2, 3, 1]),
        "`squeeze` without axes also takes away the batch of a single picture":
            lambda x, axes, keepdim: mean(x, axes, True) if keepdim else mean(x, axes, True).squeeze(),
        "that is a sum: a mean divides by how many were added":
            lambda x, axes, keepdim: x.sum(axis=tuple(PLACES[axis] for axis in axes), keepdims=keepdim),
    }, lambda given, right, got: mismatch(got.result, right, tell=True), (
        "Write down PyTorch's four axes, and below each the place that it has in TensorFlow's order.",
        "A list `place = [0, 3, 1, 2]` says so; `place[-1]` is right as well. Why?",
        "`tf.reduce_mean(x, axis=[place[axis] for axis in axes], keepdims=keepdim)`"),
    NO_FUNCTION, unfit=lambda got: got.problem, same=lambda got, right: mismatch(got.result, right) is None)


# Exercise 11.4: what reached the model

def apps(picture):
    """What three apps hand to their model in place of an 8×8 picture."""
    return {"A": picture.T.copy(), "B": picture.copy(), "C": picture / 16}


def _judge_apps(answer):
    if not (isinstance(answer, dict) and answer.keys() == RIGHT.keys()):
        return "answer must be a dict with one entry for each app: {'A': ..., 'B': ..., 'C': ...}."
    for name, said in answer.items():
        if not isinstance(said, str) or said.strip() not in MISTAKES:
            return f"app {name}: {short(said)} is none of {', '.join(MISTAKES)}."
        if said.strip() != RIGHT[name]:
            return f"app {name}: if that were its mistake, its tensor would look different. Compare it with `picture`."
    return None


EXERCISES = {
    "11.1": function("tf", rounded, kernels, dtype="float64", suspects={
        "these are PyTorch's axes: in TensorFlow's layout the output channels come last":
            lambda k: rounded(k, axis=(1, 2, 3)),
        "that is one scale for the whole kernel; a channel of small weights keeps few of its bits":
            lambda k: rounded(k, axis=(0, 1, 2, 3)),
        "you took the largest value, not the largest magnitude: weights are negative too":
            lambda k: rounded(k, size=lambda x: x),
        "you divided by 128: the largest weight must become 127": lambda k: rounded(k, levels=128),
        "you cut off instead of rounding": lambda k: rounded(k, step=np.trunc),
        "that is one scale for each input channel": lambda k: rounded(k, axis=(0, 1, 3)),
        "that is a scale for each pair of channels: the maximum runs over the input channels, too":
            lambda k: rounded(k, axis=(0, 1)),
        "those are whole steps: multiply by the scale again":
            lambda k: np.round(k / np.abs(k).max(axis=(0, 1, 2)) * 127),
    }, hints=(
        "Which axes must the maximum run over, so that one number for each output channel remains?",
        "`amax((1, 2, 3), keepdim=True)` becomes `tf.reduce_max(..., axis=..., keepdims=True)`, with other axes.",
        "Output channels are the last axis here, so the maximum runs over `(0, 1, 2)`.")),
    "11.2": Exercise(_numpy_function(quantized, pictures, {
        "what is too large wraps around to the other end: clip before you change the type":
            lambda x, scale, zero: wrapped(np.round(x / scale) + zero),
        "the zero point moves what you have clipped out of the range again: add it before you clip":
            lambda x, scale, zero: wrapped(np.clip(np.round(x / scale), -128, 127) + zero),
        "astype cuts off, it does not round": lambda x, scale, zero: np.clip(x / scale + zero, -128, 127).astype("int8"),
        "always down is not to the nearest: that is floor": lambda *given: quantized(*given, step=np.floor),
        "int8 begins at -128": lambda *given: quantized(*given, least=-127),
        "0 to 255 is the range of uint8; int8 goes from -128 to 127":
            lambda x, scale, zero: np.clip(np.round(x / scale) + zero, 0, 255),
        "the zero point is missing": lambda x, scale, zero: quantized(x, scale, 0),
        "the zero point is added, not taken off": lambda x, scale, zero: quantized(x, scale, -zero),
        "the zero point is in integers already: add it after dividing by the scale":
            lambda x, scale, zero: quantized(x + zero, scale, 0),
        "multiplied by the scale: that is the way back": lambda x, scale, zero: quantized(x, 1 / scale, zero),
    }), hints=(
        "Three steps, in this order: divide and round, add, clip. And only then change the type.",
        "`np.clip(..., -128, 127)`, before `astype`.",
        "`np.clip(np.round(x / scale) + zero, -128, 127).astype('int8')`")),
    "11.3": Exercise(_numpy_function(dense, layers, {
        "int8 times int8 overflows: add up in int32":
            lambda q, zero, w, b, ratio, out: _out((q - np.int8(zero)) @ w + b, ratio, out),
        "what is too large wraps around to the other end: clip before you change the type":
            lambda q, zero, w, b, ratio, out: wrapped(np.round(_total(q, zero, w, b) * ratio) + out),
        "already q - zero overflows in int8: make q int32 before":
            lambda q, zero, w, b, ratio, out: dense(q - np.int8(zero), 0, w, b, ratio, out),
        "astype cuts off, it does not round":
            lambda q, zero, w, b, ratio, out: np.clip(_total(q, zero, w, b) * ratio + out, -128, 127).astype("int8"),
        "the zero point of the inputs is missing: q stands for scale × (q - zero)":
            lambda q, zero, w, b, ratio, out: dense(q, 0, w, b, ratio, out),
        "the biases are on the scale of the sum: add them before the ratio":
            lambda q, zero, w, b, ratio, out: _out((q.astype("int32") - zero) @ w.astype("int32"), ratio, b + out),
        "the zero point of the inputs is taken off, not added":
            lambda q, zero, w, b, ratio, out: dense(q, -zero, w, b, ratio, out),
        "the biases are missing": lambda q, zero, w, b, ratio, out: dense(q, zero, w, 0 * b, ratio, out),
        "the zero point of the outputs is on their scale: add it after the ratio":
            lambda q, zero, w, b, ratio, out: dense(q, zero, w, b + out, ratio, 0),
        "the zero point of the outputs is missing": lambda q, zero, w, b, ratio, out: dense(q, zero, w, b, ratio, 0),
    }), hints=(
        "Write the float layer first, with x = scale × (q - zero). What is left when you divide by the output scale?",
        "`total = (q.astype('int32') - zero) @ w.astype('int32') + b` is the sum in integers.",
        "Then `np.clip(np.round(total * ratio) + out, -128, 127).astype('int8')`.")),
    "11.4": Exercise(_judge_apps, (
        "Print `reached['A']` beside `picture`: are the same numbers there, and in which places?",
        "Compare whole arrays: `(reached['A'] == picture.T).all()`, and the largest values.",
        "One app gets the right picture: its mistake lies after the model. One has rows and columns exchanged. Look at the "
        "largest value of the third.")),
    "11.5": Exercise(_judge_mean, CASES_MEAN.hints),
    **checks_d.EXERCISES,
    **checks_e.EXERCISES,
}
