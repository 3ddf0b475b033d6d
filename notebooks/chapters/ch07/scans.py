"""Chapter 7's pictures in NumPy, the same for both frameworks: who wrote which, new ones out of old, batches, weights."""
from collections.abc import Iterator

import numpy as np

from helpers import data

FORMS = (0, 130, 256, 386, 516, 646, 776, 906, 1029, 1157, 1287, 1415, 1545, 1667)
"""The scan with which each of the 14 forms begins: see data/README.md."""
LEARN = FORMS[10]
"""Scans before this one, of forms 1 to 10, are learned from; then comes form 11, which is watched."""
BATCH = 64


def split():
    """(x_learn, y_learn, x_watch, y_watch): forms 1 to 10 to learn from, form 11 to watch. What is tested is not there."""
    digits = data.digits()
    return digits.x_train[:LEARN], digits.y_train[:LEARN], digits.x_train[LEARN:], digits.y_train[LEARN:]


def augment(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each picture (n, size, size) turned, stretched and shifted a little, at random. Returns as many float32 pictures.

    A pixel of the new picture looks up where it comes from in the old one, and takes the mean of the four pixels there,
    weighted by how near they are (bilinear interpolation). Around the picture there is paper.
    """
    count, size = pictures.shape[:2]
    angle = rng.uniform(-0.2, 0.2, count)
    height, width = rng.uniform(0.9, 1.1, (2, count))
    shift = rng.uniform(-1, 1, (count, 2, 1))
    turn = np.array([[height * np.cos(angle), -height * np.sin(angle)],
                     [width * np.sin(angle), width * np.cos(angle)]])
    middle = (size - 1) / 2
    places = np.mgrid[:size, :size].reshape(2, -1) - middle  # of the new pixels, seen from the middle
    sources = turn.transpose(2, 0, 1) @ places + shift + middle + 1  # 1: the paper's margin
    row, column = sources.clip(0, size + 0.999).swapaxes(0, 1)
    return _between(np.pad(pictures, [(0, 0), (1, 1), (1, 1)]), row, column).reshape(pictures.shape).astype("float32")


def _between(paper, row, column):
    """The gray levels of pictures (n, h, w) at places between their pixels, row and column (n, places)."""
    picture = np.arange(len(paper))[:, None]
    top, left = row.astype(int), column.astype(int)
    down, right = row - top, column - left
    upper = (1 - right) * paper[picture, top, left] + right * paper[picture, top, left + 1]
    lower = (1 - right) * paper[picture, top + 1, left] + right * paper[picture, top + 1, left + 1]
    return (1 - down) * upper + down * lower


def batches(x: np.ndarray, y: np.ndarray, seed: int, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """An epoch's batches, augmented: pictures (64, size, size, 1) and labels (64,), fixed by seed and epoch.

    What is left over at the end, fewer than 64, is left out; another epoch leaves out others.
    """
    rng = np.random.default_rng([seed, epoch])
    for pictures, labels in data.batches(x, y, BATCH, seed, epoch):
        if len(labels) == BATCH:
            yield augment(pictures, rng)[..., np.newaxis], labels


def start_weights(size: int, seed: int) -> dict[str, np.ndarray]:
    """Random start weights for pictures of size×size: float32 arrays, laid out as Keras keeps them.

    first, second: (height, width, in, out) of the convolutions; last: (height, width, in, 10), the dense layer's. Their
    standard deviation is the root of 2 / inputs (He et al., arXiv:1502.01852).
    """
    rng = np.random.default_rng(seed)
    shapes = {"first": (3, 3, 1, 16), "second": (3, 3, 16, 32), "last": (size // 2, size // 2, 32, 10)}
    return {name: rng.normal(scale=np.sqrt(2 / np.prod(shape[:3])), size=shape).astype("float32")
            for name, shape in shapes.items()}


def anywhere(digits: data.Digits, seed: int, size: int = 16) -> data.Digits:
    """The same digits, each laid at a random place on a sheet of paper of size×size."""
    rng = np.random.default_rng(seed)

    def lay(pictures):
        small = pictures.shape[1]
        sheets = np.zeros((len(pictures), size, size), pictures.dtype)
        corners = rng.integers(0, size - small + 1, (len(pictures), 2))
        for sheet, picture, (row, column) in zip(sheets, pictures, corners, strict=True):
            sheet[row:row + small, column:column + small] = picture
        return sheets
    return digits._replace(x_train=lay(digits.x_train), x_test=lay(digits.x_test))


def nearest_neighbor(digits: data.Digits, asked: int = 400) -> float:
    """The share of the first `asked` test pictures to which the nearest training picture, pixel by pixel, has the label."""
    known = digits.x_train.reshape(len(digits.x_train), -1)
    new = digits.x_test[:asked].reshape(len(digits.x_test[:asked]), -1)
    distances = (known ** 2).sum(axis=1) - 2 * new @ known.T  # less what is the same for all of a row
    return float((digits.y_train[distances.argmin(axis=1)] == digits.y_test[:asked]).mean())
