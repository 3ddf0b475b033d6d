"""What the course ships, as NumPy arrays and plain dicts. Nothing here downloads, and nothing imports a framework."""

import csv
import io
import operator
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from helpers.machine.shipped import read

FIRST_TEST = 1415
"""The split: images before this one train, the others test.

The file holds 14 filled-in forms one after another, and every form asks for the same 130 digits. Forms 1 to 11
train and forms 12 to 14 test, so no form is on both sides. A random split would put every form on both sides, and
a test set that knows the handwriting flatters the model. Since all forms ask for the same text, the classes come
out even. data/README.md lists where each form starts and how that was found.
"""

CLAIM_COLUMNS = ("id", "lesson", "claim", "quote", "kind", "once", "in_2024", "why_2024", "expected", "source",
                 "note")


class Digits(NamedTuple):
    """1,415 images to train on and 382 to test on: x (N, 8, 8) from 0 (paper) to 1 (ink), y (N,) int64, 0 to 9."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def digits(dtype: str = "float32") -> Digits:
    """The handwritten digits that ship with the course, split by form, as a Digits of fresh arrays.

    dtype is that of x, a floating type. The stored values 0 to 16 are divided by 16, which is exact in every
    floating type. Raises FileNotFoundError or ValueError (see `machine.shipped.read`) when a file is missing or damaged.
    """
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        raise ValueError(f"dtype must be a floating type such as 'float32', not {dtype.name}.")
    x = _array("digits/images.npy").astype(dtype) / dtype.type(16)
    y = _array("digits/labels.npy").astype(np.int64)
    return Digits(x[:FIRST_TEST], y[:FIRST_TEST], x[FIRST_TEST:], y[FIRST_TEST:])


def batches(x: np.ndarray, y: np.ndarray, size: int, seed: int, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (x_batch, y_batch) in an order that seed and epoch fix, so both frameworks see the same batches.

    x and y are arrays of equal length; size is the number of examples in a batch. Every example comes once an
    epoch, and the last batch may be shorter. seed and epoch are integers from 0. Bad arguments raise ValueError
    at the call, not at the first batch.
    """
    size, seed, epoch = operator.index(size), operator.index(seed), operator.index(epoch)
    if len(x) != len(y):
        raise ValueError(f"x holds {len(x)} examples and y holds {len(y)}; they must match.")
    if size < 1 or seed < 0 or epoch < 0:
        raise ValueError(f"size must be at least 1, seed and epoch at least 0; got {size}, {seed}, {epoch}.")
    order = np.random.default_rng([seed, epoch]).permutation(len(x))
    chosen = (order[start : start + size] for start in range(0, len(x), size))
    return ((x[index], y[index]) for index in chosen)


def table(name: str) -> list[dict[str, str]]:
    """The rows of the CSV file data/name as dicts of strings, in its order. Raises as `machine.shipped.read` does."""
    return list(csv.DictReader(io.StringIO(read(name).decode("utf-8"), newline="")))


def claims_table() -> list[dict[str, str]]:
    """The rows of data/claims.csv as dicts of strings, in the article's order. Keys: CLAIM_COLUMNS."""
    rows = table("claims.csv")
    if not rows or tuple(rows[0]) != CLAIM_COLUMNS:
        raise ValueError(f"data/claims.csv must have the columns {', '.join(CLAIM_COLUMNS)}.")
    return rows


def _array(name):
    return np.load(io.BytesIO(read(name)), allow_pickle=False)
