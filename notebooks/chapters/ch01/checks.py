"""The checks of chapter 1, tensors."""
import numpy as np

from helpers import data
from helpers.course.judging import function, value

PATCHES = (6, 6, 3, 3)  # a 3x3 patch fits 6 times into 8 rows and 8 columns
RIGHT_STRIDES = (8, 1, 8, 1)


def standardize(x, gain, axes=(0, 1, 2), ddof=1):
    """A batch as NHWC, each channel brought to mean 0 and standard deviation `gain`; PyTorch's std has ddof 1."""
    return gain * (x - x.mean(axis=axes, keepdims=True)) / x.std(axis=axes, ddof=ddof, keepdims=True)


def batch_and_gain(rng):
    """A batch whose height, width and channels are equal, so that a mistaken axis raises no error; and a gain a channel."""
    return rng.normal(size=(4, 3, 3, 3)), rng.normal(size=3)


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


EXERCISES = {
    "1.1": value(
        (PATCHES, RIGHT_STRIDES, 64),
        suspects={
            "the offset is missing: with 0 these are patches of plane 0": (PATCHES, RIGHT_STRIDES, 0),
            "PyTorch's strides count numbers, not bytes as NumPy's do": (PATCHES, (32, 4, 32, 4), 256),
            "these patches lie side by side; the patches overlap, the next one begins one pixel further":
                (PATCHES, (24, 3, 8, 1), 64),
            "rows and columns are swapped within each patch: it comes out transposed": (PATCHES, (8, 1, 1, 8), 64),
            "the step between pictures or planes is no axis of this view: all patches come from one plane":
                (PATCHES, (192, 64, 8, 1), 0),
        },
        hints=("How far apart in memory are two numbers of one column? And where does plane 1 begin?",
               "A patch one further to the right begins one number later, as does the next pixel in the same row.",
               "The strides are `(8, 1, 8, 1)`. A plane has 8 · 8 numbers; plane 1 begins after one of them."),
    ),
    "1.2": function(
        "tf", standardize, batch_and_gain,
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
            "you divide by the variance, not by its root":
                lambda x, gain: standardize(x, gain) / x.std(axis=(0, 1, 2), ddof=1),
        },
        hints=("Which axes remain when the mean over everything but the channels is taken? And what divides a sum of "
               "squares: compare `torch.std` with `tf.math.reduce_std` on three numbers.",
               "In NHWC the channels are the last axis: a gain of shape (C,) broadcasts along it by itself.",
               "`tf.reduce_sum((x - mean) ** 2, axis=(0, 1, 2)) / (n - 1)` with `n = x.shape[0] * x.shape[1] * x.shape[2]` "
               "is PyTorch's variance."),
    ),
    "1.3": function(
        "torch", add_rows, table_and_rows,
        suspects={
            "a row that is named twice keeps one update only: `y[rows] += ...` writes the sums one over the other":
                last_update_wins,
            "the old rows were replaced, the updates should be added to them": rows_replaced,
        },
        hints=("What does `y[rows] += updates` do when a row is named twice? Try it with two equal rows.",
               "PyTorch has a method that adds rows by index. Its name ends in `_` when it works in place.",
               "`x.index_add(dim, index, source)` returns a new tensor; here dim is 0."),
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
}
