"""The checks of chapter 11, mobile, edge and browser."""
import functools

import numpy as np

from helpers.course.judging import Exercise, call, function

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

def quantized(x, scale, zero):
    """int8 of a float array (section 11b.1)."""
    return np.clip(np.round(x / scale) + zero, -128, 127).astype("int8")


def pictures(rng):
    """A float array that leaves the range on both sides, a scale, a zero point."""
    scale = rng.uniform(0.01, 0.1)
    return rng.uniform(-200, 200, size=(5, 7)) * scale, scale, int(rng.integers(10, 40))


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
    def judge(answer):
        if not callable(answer):
            return "answer must be a function: write def answer(...): above."
        for trial in range(3):
            arrays = inputs(np.random.default_rng(trial))
            wanted = reference(*arrays)
            with np.errstate(all="ignore"):
                got, problem = call(lambda *given: np.asarray(answer(*given)), *arrays)
                if problem:
                    return problem
                if got.shape == wanted.shape and (got == wanted).all():
                    if got.dtype != wanted.dtype:
                        return f"the values are right, but of type {got.dtype}: the runtime wants int8."
                    continue
                for cause, wrong in suspects.items():
                    expected = wrong(*arrays)
                    if got.shape == expected.shape and (got == expected).all():
                        return f"{cause}."
            if got.shape != wanted.shape:
                return f"your result has the shape {got.shape}, {wanted.shape} is asked for."
            return f"{(got != wanted).mean():.0%} of your integers differ from the right ones."
        return None
    return judge


# Exercise 11.5: a phrase of a converter

PLACES = [0, 3, 1, 2]
"""Where PyTorch's axes batch, channel, height, width are in TensorFlow's order."""
ASKED = ([-1, -2], False), ([2, 3], True), ([1], False), ([0, -3], True)
"""What is asked: axes and keepdim."""


def mean(x, axes, keepdim, places=PLACES):
    """The mean of pictures (batch, height, width, channel) over axes that are counted in PyTorch's order."""
    return x.mean(axis=tuple(places[axis] for axis in axes), keepdims=keepdim)


def _asked(axes, keepdim):
    """The exercise with these axes and this keepdim, of a function of the pictures alone."""
    return function(
        "tf", lambda x: mean(x, axes, keepdim), lambda rng: (rng.normal(size=(2, 3, 4, 5)),),
        suspects={
            "the axes are counted in PyTorch's order, not in TensorFlow's": lambda x: mean(x, axes, keepdim, range(4)),
            "keepdim is not heeded": lambda x: mean(x, axes, not keepdim),
            "that is the way from TensorFlow's axes to PyTorch's": lambda x: mean(x, axes, keepdim, [0, 2, 3, 1]),
        }, hints=HINTS_MEAN)


def _judge_mean(answer):
    """Each way of asking in turn, with axes and keepdim as the graph gives them."""
    if not callable(answer):
        return "answer must be a function: write def answer(...): above."
    problems = (_asked(*ask).judge(functools.partial(_in_order, answer, *ask)) for ask in ASKED)
    return next(filter(None, problems), None)


def _in_order(answer, axes, keepdim, x):
    return answer(x, list(axes), keepdim)


HINTS_MEAN = (
    "Write down PyTorch's four axes, and below each the place that it has in TensorFlow's order.",
    "A list `place = [0, 3, 1, 2]` says so; `place[-1]` is right as well. Why?",
    "`tf.reduce_mean(x, axis=[place[axis] for axis in axes], keepdims=keepdim)`")


# Exercise 11.4: what reached the model

def apps(picture):
    """What three apps hand to their model in place of an 8×8 picture."""
    return {"A": picture.T.copy(), "B": picture.copy(), "C": picture / 16}


def _judge_apps(answer):
    if not (isinstance(answer, dict) and answer.keys() == RIGHT.keys()):
        return "answer must be a dict with one entry for each app: {'A': ..., 'B': ..., 'C': ...}."
    for name, said in answer.items():
        if said not in MISTAKES:
            return f"app {name}: {said!r} is none of {', '.join(MISTAKES)}."
        if said != RIGHT[name]:
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
    }, hints=(
        "Which axes must the maximum run over, so that one number for each output channel remains?",
        "`amax((1, 2, 3), keepdim=True)` becomes `tf.reduce_max(..., axis=..., keepdims=True)`, with other axes.",
        "Output channels are the last axis here, so the maximum runs over `(0, 1, 2)`.")),
    "11.2": Exercise(_numpy_function(quantized, pictures, {
        "what is too large wraps around to the other end: clip before you change the type":
            lambda x, scale, zero: (np.round(x / scale) + zero).astype("int64").astype("int8"),
        "astype cuts off, it does not round": lambda x, scale, zero: np.clip(x / scale + zero, -128, 127).astype("int8"),
        "the zero point is missing": lambda x, scale, zero: quantized(x, scale, 0),
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
            lambda q, zero, w, b, ratio, out: (np.round(_total(q, zero, w, b) * ratio) + out).astype("int64").astype("int8"),
        "the zero point of the inputs is missing: q stands for scale × (q - zero)":
            lambda q, zero, w, b, ratio, out: dense(q, 0, w, b, ratio, out),
        "the biases are on the scale of the sum: add them before the ratio":
            lambda q, zero, w, b, ratio, out: _out((q.astype("int32") - zero) @ w.astype("int32"), ratio, b + out),
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
    "11.5": Exercise(_judge_mean, HINTS_MEAN),
}
