"""Lessons 12d to 12f: the width of a mean field, double Q-learning, a GRU cell in Keras's order, a tune in another key."""
import numpy as np

from chapters.ch12 import music
from helpers.course.judging import NO_FUNCTION, NO_RETURN, Exercise, call, function, named, value


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


# Exercise 12.8: one step of a GRU (Cho et al., arXiv:1406.1078; reset after the product, as cuDNN has it)

def gru(x, h, w, u, order="zrn", keep="z", reset_after=True):
    """The new state (n, b) from x (n, a), h (n, b), w (a, 3b), u (b, 3b) with the gates side by side in `order`."""
    xs = dict(zip(order, np.split(x @ w, 3, axis=1)))
    us = dict(zip(order, np.split(u, 3, axis=1)))
    r, z = _sigmoid(xs["r"] + h @ us["r"]), _sigmoid(xs["z"] + h @ us["z"])
    n = np.tanh(xs["n"] + (r * (h @ us["n"]) if reset_after else (r * h) @ us["n"]))
    return (1 - z) * n + z * h if keep == "z" else z * n + (1 - z) * h


def cell_inputs(rng):
    return rng.normal(size=(4, 3)), rng.normal(size=(4, 5)), rng.normal(size=(3, 15)), rng.normal(size=(5, 15))


# Exercise 12.5: the best factorized normal approximation of a normal posterior (Bishop, PRML, section 10.1.2)

COVARIANCE = np.array([[4.0, 3.0], [3.0, 9.0]])
EXACT = np.sqrt(np.diag(COVARIANCE)).tolist()  # lists: an answer of any dtype will do
DIAGONAL = np.diag(np.linalg.inv(COVARIANCE))  # of the precision


# Exercise 12.6: double Q-learning (van Hasselt et al., arXiv:1509.06461)

def goals(new, old, fell, choose="new", judge="old", stop=True, discount=0.99):
    """1 + discount * the value that `judge` gives to the action that `choose` prefers; nothing follows a fall where stop."""
    values = {"new": new, "old": old}
    action = values[choose].argmax(axis=1)
    worth = values[judge][np.arange(len(action)), action]
    return 1 + discount * (1 - fell if stop else 1) * worth


def next_states(rng):
    return rng.normal(size=(16, 2)), rng.normal(size=(16, 2)), (rng.random(16) < 0.4).astype(float)


def _whole_rows(new, old, fell):
    return (1 + 0.99 * (1 - fell[:, None]) * old[new.argmax(axis=1)]).max(axis=1)


# Exercise 12.7: a tune in another key

TUNE = music.events([(60, 2), (None, 1), (64, 1), (67, 4), (None, 2), (59, 1)])


def moved(by, above=music.REST):
    """The tune with all events above one of them moved."""
    return np.where(TUNE > above, TUNE + by, TUNE)


SLIPS = {
    "you moved hold and rest as well: they are no pitches": lambda by: TUNE + by,
    "you moved the rests as well: music.REST is no pitch": lambda by: moved(by, above=music.HOLD),
    "you moved the holds as well: music.HOLD is no pitch": lambda by: np.where(TUNE != music.REST, TUNE + by, TUNE),
    "you moved the pitches the other way": lambda by: moved(-by),
    "you moved them upwards only: `by` may be negative": lambda by: moved(abs(by)),
    "you moved them by octaves; `by` counts semitones": lambda by: moved(12 * by),
}


def _judge_key(answer):
    """The tune moved up, then down: a mistake is named where it alone explains both."""
    if not callable(answer):
        return NO_FUNCTION
    found = {}
    for by in (5, -3):
        given = TUNE.copy()
        got, problem = call(answer, given, by)
        if problem:
            return problem
        if not np.array_equal(given, TUNE):
            return "the tune that you were given has changed: work on a copy, np.where makes one."
        if got is None:
            return NO_RETURN
        if isinstance(got, (list, tuple)):
            got, problem = call(np.asarray, got)
            if problem:
                return "return one row of whole numbers, an event each."
        if not isinstance(got, np.ndarray) or got.shape != TUNE.shape:
            return f"return an array with one event for each that was given: shape {TUNE.shape}."
        found[by] = got
    wrong = next((by for by, got in found.items() if not np.array_equal(got, moved(by))), None)
    if wrong is None:
        return None
    event = int(np.argmax(found[wrong] != moved(wrong)))
    return (named(SLIPS, lambda slip: all(np.array_equal(got, slip(by)) for by, got in found.items()))
            or f"event {event}, {TUNE[event]} moved by {wrong}, became {found[wrong][event]}.")


EXERCISES = {
    "12.8": function("tf", gru, cell_inputs, suspects={
        "that reads the kernels in PyTorch's order, reset first; Keras has update first":
            lambda *arrays: gru(*arrays, order="rzn"),
        "z keeps the old state in both frameworks; yours keeps what it should replace":
            lambda *arrays: gru(*arrays, keep="n"),
        "the reset gate works after the product, `r * (h @ u)`; yours works before the product, `(r * h) @ u`":
            lambda *arrays: gru(*arrays, reset_after=False),
    }, hints=(
        "`torch.chunk(…, 3, dim=1)` has a twin: `tf.split(…, 3, axis=1)`.",
        "The formula stays. Only the order in which the three parts come out of the split changes.",
        "`xz, xr, xn = tf.split(x @ w, 3, axis=1)`, the same for `h @ u`, then line by line as above.")),
    "12.5": value((1 / np.sqrt(DIAGONAL)).tolist(), atol=5e-3, suspects={
        "those are the exact posterior's widths, the roots of the covariance's diagonal": EXACT,
        "a square root is missing: that is a variance": (1 / DIAGONAL).tolist(),
        "that is the root of the diagonal of the precision; a width is one over it": np.sqrt(DIAGONAL).tolist(),
        "the first width is that of the first parameter": (1 / np.sqrt(DIAGONAL))[::-1].tolist(),
        "the covariance was taken for the precision: that is its inverse": (1 / np.sqrt(np.diag(COVARIANCE))).tolist(),
    }, hints=(
        "The mean field knows the width of one parameter when the other is *known*.",
        "That width comes from the precision, the inverse of the covariance: `np.linalg.inv`.",
        "One over the square root of each entry on the precision's diagonal.")),
    "12.6": function("torch", goals, next_states, suspects={
        "in yours the older copy chooses, too: that is plain Q-learning": lambda *a: goals(*a, choose="old"),
        "it is the other way round: the newest network chooses, the older copy says what it is worth":
            lambda *a: goals(*a, choose="old", judge="new"),
        "yours is the newest network's own maximum: the older copy has no say": lambda *a: goals(*a, judge="new"),
        "nothing comes after a fall: multiply by (1 - fell)": lambda *a: goals(*a, stop=False),
        "the discount is missing": lambda *a: goals(*a, discount=1),
        "the step itself counts 1, whatever comes after: that is missing": lambda *a: goals(*a) - 1,
        "the step on which the pole falls counts 1 as well: only what comes after it is lost":
            lambda new, old, fell: (1 - fell) * goals(new, old, fell),
        "it is the other way round: fell is 1 where nothing comes after": lambda new, old, fell: goals(new, old, 1 - fell),
        "indexing with the actions picks whole rows; one entry of each row is asked for": _whole_rows,
    }, hints=(
        "Two steps: which action, then what it is worth.",
        "`new.argmax(1, keepdim=True)` are the actions; `gather` picks one value of each row of `old`.",
        "`1 + 0.99 * (1 - fell) * old.gather(1, chosen)[:, 0]`.")),
    "12.7": Exercise(_judge_key, (
        "Which events are pitches? Those above `music.REST`.",
        "`np.where(condition, one, other)` chooses event by event, and makes a new array.",
        "Where `events > music.REST` take `events + by`, elsewhere `events`.")),
}
