"""Lesson 7i's start weights, batches, questions and draws of a few scans, as NumPy arrays. Imports neither framework."""
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from helpers import data

BATCH = 64


class Task(NamedTuple):
    """Scans (n, 8, 8) and labels (n,) to learn from and to test by, float64 and int64; classes: which scans count as alike
    when a few are drawn, (n,), of those to learn from."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: np.ndarray


def some(digits: data.Digits, which) -> Task:
    """The question which of these digits a scan shows, a range such as 5 to 9; labels count from 0."""
    lowest = min(which)
    learn, test = np.isin(digits.y_train, which), np.isin(digits.y_test, which)
    y = digits.y_train[learn] - lowest
    return Task(digits.x_train[learn], y, digits.x_test[test], digits.y_test[test] - lowest, y)


def loops(digits: data.Digits) -> Task:
    """The question whether a digit has a closed loop, as 0, 6, 8 and 9 have: 1 if so. Draws take each digit equally."""
    closed = [0, 6, 8, 9]
    y, y_test = (np.isin(labels, closed).astype("int64") for labels in (digits.y_train, digits.y_test))
    return Task(digits.x_train, y, digits.x_test, y_test, digits.y_train)


def batches(task: Task, seed: int, epochs: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches of 64 of several epochs; what is left over at an epoch's end is left out."""
    for epoch in range(epochs):
        for pictures, labels in data.batches(task.x, task.y, BATCH, seed, epoch):
            if len(labels) == BATCH:
                yield pictures, labels


def start_weights(scores: int, seed) -> dict[str, np.ndarray]:
    """Random start weights, float64, in Keras's order: first, second, third (height, width, in, out), head (64, scores).

    Their standard deviation is the root of 2 / inputs for the convolutions, of 1 / inputs for the head.
    """
    rng = np.random.default_rng(seed)
    shapes = {"first": (3, 3, 1, 16), "second": (3, 3, 16, 32), "third": (2, 2, 32, 64), "head": (64, scores)}
    return {name: rng.normal(scale=np.sqrt((1 if name == "head" else 2) / np.prod(shape[:-1])), size=shape)
            for name, shape in shapes.items()}


def draw(task: Task, each: int, seed) -> tuple[np.ndarray, np.ndarray]:
    """A few scans and their labels: of each class `each` of them, drawn at random."""
    rng = np.random.default_rng(seed)
    chosen = [rng.choice(np.flatnonzero(task.classes == one), each, replace=False) for one in np.unique(task.classes)]
    places = np.concatenate(chosen)
    return task.x[places], task.y[places]


def draws(task: Task, each: int, count: int, seed: int) -> list[tuple]:
    """So many draws of a few scans: (scans, labels, start weights), each with start weights of its own."""
    scores = task.y.max() + 1
    return [(*draw(task, each, [seed, number, 7]), start_weights(scores, [seed, number, 8])) for number in range(count)]


def clear(shares: np.ndarray) -> float:
    """1.0 where the first column of shares (draws, 2) is clearly better than the second, -1.0 where clearly worse, else 0.0.

    Clear: the mean of the draws' differences is more than two of its standard errors away from 0.
    """
    differences = shares[:, 0] - shares[:, 1]
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return float(np.sign(differences.mean())) if abs(differences.mean()) > 2 * error else 0.0
