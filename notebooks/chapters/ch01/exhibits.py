"""The pictures of chapter 1: three scans of a digit printed over each other."""
import numpy as np


def prints(digits, seed):
    """16 prints of the digits 0, 1, 2 ..., an array (16, 3, 8, 8): picture, plane, row, column; 0 is paper, 1 is ink.

    Each print has three different training scans of its digit as planes, drawn at random. digits: a `data.Digits`.
    """
    rng = np.random.default_rng(seed)
    shown = []
    for number in range(16):
        places = np.flatnonzero(digits.y_train == number % 10)
        shown.append(digits.x_train[rng.permutation(places)[:3]])
    return np.stack(shown)
