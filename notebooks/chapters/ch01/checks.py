"""The checks of chapter 1, tensors."""
import functools

import numpy as np

from helpers import data
from helpers.course import missing
from helpers.course.comparing import mismatch
from helpers.course.judging import NO_FUNCTION, Exercise, array_of, call, function, value

# Exercise 1.1: shape, strides and offset of all patches

PATCHES = (6, 6, 3, 3)  # a 3x3 patch fits 6 times into 8 rows and 8 columns
RIGHT_STRIDES = (8, 1, 8, 1)
WINDOW = {"shape": PATCHES, "strides": RIGHT_STRIDES, "offset": 64}


def _judge_window(answer):
    """None for the right window, else the known mistake, or which of its three parts is not right."""
    cause = KNOWN_WINDOWS.judge(answer)
    if cause is None or not isinstance(answer, (tuple, list)) or len(answer) != len(WINDOW):
        return cause
    if cause.removesuffix(".") in SUSPECT_WINDOWS:
        return cause
    for part, mine, right in zip(WINDOW, answer, WINDOW.values()):
        if value(right, {}, WINDOW_HINTS).judge(mine) is not None:
            return f"look at the {part} again: {mine} is not right."
    return cause


SUSPECT_WINDOWS = {
    "the offset is missing: with 0 these are patches of plane 0": (PATCHES, RIGHT_STRIDES, 0),
    "PyTorch's strides count numbers, not bytes as NumPy's do": (PATCHES, (32, 4, 32, 4), 256),
    "these patches lie side by side; the patches overlap, the next one begins one pixel further":
        (PATCHES, (24, 3, 8, 1), 64),
    "rows and columns are swapped within each patch: it comes out transposed": (PATCHES, (8, 1, 1, 8), 64),
    "the step between pictures or planes is no axis of this view: all patches come from one plane":
        (PATCHES, (192, 64, 8, 1), 0),
    "those are the strides of a copy; the window copies nothing and keeps the steps of the picture":
        (PATCHES, (54, 9, 3, 1), 64),
    "rows come first in both pairs: one row further is 8 places": (PATCHES, (1, 8, 1, 8), 64),
    "a row of the picture has 8 pixels, also where only 6 patches begin in it": (PATCHES, (6, 1, 6, 1), 64),
    "planes are counted from 0: plane 1 is the second": (PATCHES, RIGHT_STRIDES, 128),
    "one picture further is 192 places, one plane further are 64": (PATCHES, RIGHT_STRIDES, 192),
}
WINDOW_HINTS = (
    "How far apart in memory are two numbers of one column? And where does plane 1 begin?",
    "A patch one further to the right begins one number later, as does the next pixel in the same row.",
    "The strides are `(8, 1, 8, 1)`. A plane has 8 · 8 numbers; plane 1 begins after one of them.")
KNOWN_WINDOWS = value(tuple(WINDOW.values()), SUSPECT_WINDOWS, WINDOW_HINTS)


# Exercise 1.2: standardize, planes last

def standardize(x, gain, axes=(0, 1, 2), ddof=1):
    """A batch as NHWC, each channel brought to mean 0 and standard deviation `gain`; PyTorch's std has ddof 1."""
    return gain * (x - x.mean(axis=axes, keepdims=True)) / x.std(axis=axes, ddof=ddof, keepdims=True)


def batch_and_gain(rng):
    """A batch whose height, width and channels are equal, so that a mistaken axis raises no error; and a gain a channel."""
    return rng.normal(size=(4, 3, 3, 3)), rng.normal(size=3)


def of_other_lengths(answer):
    """None when a standardizing function is right also where all lengths differ, else the cause."""
    side, rng = missing.side("tf"), np.random.default_rng(3)
    x, gain = rng.normal(size=(5, 4, 3, 2)), rng.normal(size=2)
    made, problem = call(lambda: side.to_numpy(answer(side.tensor(x), side.tensor(gain))))
    where = "on pictures whose height, width and planes differ in number"
    if problem:
        return f"{where}, {problem}"
    right = standardize(x, gain)
    if made.shape != right.shape:
        return f"{where}, shape {made.shape} comes out where {right.shape} is asked for."
    if np.allclose(made, right, rtol=1e-7, atol=1e-9):
        return None
    if np.ptp(made / right) < 1e-6:  # all numbers are off by one factor
        return f"{where}, your n is not that of the mean, N · H · W."
    return f"{where}, {mismatch(made, right, tell=True)}"


# Exercise 1.3: add rows to a table

def add_rows(x, rows, updates):
    """x with each update added to the row that it names, as often as it is named."""
    y = x.copy()
    np.add.at(y, rows, updates)
    return y


def last_update_wins(x, rows, updates):
    """What `y[rows] += updates` does in NumPy and PyTorch: the sums are formed first, then written one over the other."""
    y = x.copy()
    y[rows] += updates
    return y


def rows_replaced(x, rows, updates):
    """What `y[rows] = updates` does."""
    y = x.copy()
    y[rows] = updates
    return y


def table_and_rows(rng):
    """A table of 5 rows, and 6 updates for its first 3 rows: at least one row is named twice."""
    return rng.normal(size=(5, 2)), rng.integers(0, 3, size=6), rng.normal(size=(6, 2))


def leaves_x(answer):
    """None when a function that adds rows has left its x as it was, else the cause."""
    side = missing.side("torch")
    x, rows, updates = (side.tensor(array) for array in table_and_rows(np.random.default_rng(3)))
    before = side.to_numpy(x)
    answer(x, rows, updates)  # it has just been judged right on inputs like these
    return None if np.array_equal(side.to_numpy(x), before) else "the new table is right, and x itself has changed with it."


# Exercise 1.6: a loss

def squared_error(prediction, target):
    """The mean of the squared differences of a column (n, 1) and a row (n,)."""
    return ((prediction[:, 0] - target) ** 2).mean()


def column_and_row(rng):
    """Predictions (5, 1) and targets (5,)."""
    return rng.normal(size=(5, 1)), rng.normal(size=5)


# Exercise 1.4: the nearest scan

@functools.cache
def distances(power=2, absolute=False):
    """Sum of (unknown - known)**power over the pixels, for 100 test scans and all training scans: shape (100, 1415).

    The first 100 would not do: there the nearest scan always has the true label, so that label would pass as an answer.
    """
    digits = data.digits("float64")  # the pixels are sixteenths: sums of their squares are exact, and so are ties
    known = digits.x_train.reshape(-1, 64)
    sign = np.abs if absolute else np.positive
    return np.stack([(sign(scan - known) ** power).sum(axis=1) for scan in digits.x_test[100:200].reshape(-1, 64)])


def labels(places):
    """The labels of the training scans at these places."""
    return data.digits().y_train[places]


# Exercise 1.5: rows in a random order

def _judge_shuffle(answer):
    """None when answer(x, key) shuffles rows by the key alone, in PyTorch, else the cause."""
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side("torch")
    rows = np.arange(100.0).reshape(20, 5)
    orders = []
    for key in (7, 7, 8, 9):
        before, x = side.to_numpy(side.torch.get_rng_state()), side.tensor(rows)
        made, problem = _array_of(side, answer, x, key)
        if problem:
            return problem
        if not np.array_equal(side.to_numpy(x), rows):
            return "x itself has been shuffled: whoever else uses it now finds its rows in another order."
        if not np.array_equal(side.to_numpy(side.torch.get_rng_state()), before):
            return "the global generator has moved, and everybody who draws from it gets other numbers."
        cause = _why_not_shuffled(made, rows)
        if cause:
            return cause
        orders.append((made[:, 0] / 5).astype(int).tolist())
    first, again, *others = orders
    if again != first:
        return "the same key gave another order when it was asked again."
    if first == others[0] == others[1]:
        return "every key gives the same order."
    return _other_kinds(side, answer)


def _array_of(side, answer, x, key):
    """(what the learner's function makes of a tensor of rows, as NumPy, None), or (None, what is wrong with it)."""
    made, problem = call(answer, x, key)
    return (None, problem) if problem else array_of(side, made)


def _why_not_shuffled(made, rows):
    """None when `made` has the rows of `rows`, each once and in another order; else the cause."""
    if made.shape == (len(rows),):
        return "the order, not the rows: index x with it."
    if made.shape != rows.shape or made.dtype != rows.dtype:
        return f"shape {made.shape}, {made.dtype}, where {rows.shape}, {rows.dtype}, is asked for."
    if not (np.diff(made, axis=1) == 1).all():
        return "the numbers within a row have been moved: only whole rows change places."
    firsts = sorted(made[:, 0].tolist())
    if firsts != sorted(set(firsts)):
        return "some rows come twice, others are gone: draw an order, not places."
    if np.array_equal(made, rows):
        return "the rows are still in their old order."
    if (np.diff(made[:, 0]) % rows.size == rows.shape[1]).all():
        return "the rows still follow each other as before, only from another beginning: that is no random order."
    return None


def _other_kinds(side, answer):
    """None when the function also takes integers, and tensors of one and of three axes; else the cause."""
    for rows in (np.arange(20), np.arange(160.0).reshape(20, 4, 2)):
        made, problem = _array_of(side, answer, side.tensor(rows), 3)
        if problem:
            return f"on a tensor of shape {rows.shape}, {problem}"
        if made.dtype != rows.dtype or made.shape != rows.shape:
            return f"of {rows.dtype} numbers of shape {rows.shape} it makes {made.dtype} numbers of shape {made.shape}."
        if not np.array_equal(np.sort(made.reshape(20, -1), axis=0), rows.reshape(20, -1)):
            return f"on a tensor of shape {rows.shape}, these are not its rows in another order."
    return None


EXERCISES = {
    "1.1": Exercise(_judge_window, WINDOW_HINTS),
    "1.2": function(
        "tf", standardize, batch_and_gain, gradients=True, dtype="float64",
        suspects={
            "your standard deviation divides by n, PyTorch's `std` by n - 1":
                lambda x, gain: standardize(x, gain, ddof=0),
            "0, 2, 3 are the axes of NCHW; here the channels come last":
                lambda x, gain: standardize(x, gain, axes=(0, 2, 3)),
            "the gain runs along the rows, not along the channels: broadcasting aligns shapes at the right":
                lambda x, gain: standardize(x, gain[:, None, None]),
            "two things: axes of NCHW, and a standard deviation that divides by n":
                lambda x, gain: standardize(x, gain, axes=(0, 2, 3), ddof=0),
            "two things: the gain runs along the rows, and your standard deviation divides by n":
                lambda x, gain: standardize(x, gain[:, None, None], ddof=0),
            "this is the translation word by word: axes and gain are those of NCHW, and the standard deviation divides by n":
                lambda x, gain: standardize(x, gain[:, None, None], axes=(0, 2, 3), ddof=0),
            "each picture has a mean and deviation of its own; they are those of the whole batch":
                lambda x, gain: standardize(x, gain, axes=(1, 2)),
            "there is one mean for all planes; each plane should have its own":
                lambda x, gain: standardize(x, gain, axes=(0, 1, 2, 3)),
            "the gain is missing": lambda x, gain: standardize(x, 1.0),
            "the mean is not subtracted": lambda x, gain: gain * x / x.std(axis=(0, 1, 2), ddof=1),
            "the result is laid out as NCHW; NHWC is asked for":
                lambda x, gain: standardize(x, gain).transpose(0, 3, 1, 2),
            "you divide by the variance, not by its root":
                lambda x, gain: standardize(x, gain) / x.std(axis=(0, 1, 2), ddof=1),
        },
        hints=("Which axes remain when the mean over everything but the channels is taken? And what divides a sum of "
               "squares: compare `torch.std` with `tf.math.reduce_std` on three numbers.",
               "In NHWC the channels are the last axis: a gain of shape (C,) broadcasts along it by itself.",
               "`tf.reduce_sum((x - mean) ** 2, axis=(0, 1, 2)) / (n - 1)` with `n = x.shape[0] * x.shape[1] * x.shape[2]` "
               "is PyTorch's variance."),
        then=of_other_lengths,
    ),
    "1.3": function(
        "torch", add_rows, table_and_rows, gradients=True, dtype="float64",
        suspects={
            "a row that is named twice keeps one update only: `y[rows] += ...` writes the sums one over the other":
                last_update_wins,
            "the old rows were replaced, the updates should be added to them": rows_replaced,
            "the old table is missing: the updates should be added to x":
                lambda x, rows, updates: add_rows(np.zeros_like(x), rows, updates),
        },
        hints=("What does `y[rows] += updates` do when a row is named twice? Try it with two equal rows.",
               "PyTorch has a method that adds rows by index. Its name ends in `_` when it works in place.",
               "`x.index_add(dim, index, source)` returns a new tensor; here dim is 0."),
        then=leaves_x,
    ),
    "1.4": value(
        lambda: labels(distances().argmin(axis=1)).tolist(),  # as a list, so that any dtype of whole numbers will do
        suspects={
            "those are the true labels, the ones to compare with; the nearest scan sometimes errs":
                lambda: data.digits().y_test[100:200],
            "you summed the differences without their signs, not their squares":
                lambda: labels(distances(1, absolute=True).argmin(axis=1)),
            "that is the place of the nearest scan, not its label: look it up in y_train":
                lambda: distances().argmin(axis=1),
            "you searched along the other axis: 1,415 answers, one for each known scan":
                lambda: labels(distances().argmin(axis=0)),
            "differences cancel when they are summed without being squared": lambda: labels(distances(1).argmin(axis=1)),
            "that is the label of the farthest scan": lambda: labels(distances().argmax(axis=1)),
        },
        hints=("Give the unknown scans an axis of length 1, so that each is subtracted from all known ones.",
               "The difference has shape (100, 1415, 64). Which axis holds the pixels to sum over, and over which axis do "
               "you then search?",
               "`((unknown[:, None] - known) ** 2).sum(dim=2).argmin(dim=1)` gives places; index `y_train` with them."),
    ),
    "1.6": function(
        "torch", squared_error, column_and_row, gradients=True, dtype="float64",
        suspects={
            "each prediction met each target, n by n differences: (n, 1) and (n,) are a column and a row":
                lambda prediction, target: ((prediction - target) ** 2).mean(),
            "that is the sum, not the mean": lambda prediction, target: ((prediction[:, 0] - target) ** 2).sum(),
            "the differences are not squared": lambda prediction, target: (prediction[:, 0] - target).mean(),
            "absolute differences are another loss; squares are asked for":
                lambda prediction, target: np.abs(prediction[:, 0] - target).mean(),
            "the root of the mean is not asked for": lambda prediction, target: np.sqrt(squared_error(prediction, target)),
            "the means were subtracted, not the numbers one by one":
                lambda prediction, target: (prediction.mean() - target.mean()) ** 2,
        },
        hints=("Print the shape of the difference. Which shape should it have?",
               "Take the column's only column, `prediction[:, 0]`, or give the target one.",
               "`((prediction[:, 0] - target) ** 2).mean()`"),
    ),
    "1.5": Exercise(_judge_shuffle, (
        "Make a generator of your own from the key, and draw an order of the rows with it.",
        "`torch.Generator().manual_seed(key)` starts one; `torch.randperm(len(x), generator=...)` draws from it.",
        "Index x with the order: `x[torch.randperm(len(x), generator=own)]`.")),
}
