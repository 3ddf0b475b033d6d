"""What both frameworks start from: weights and batches from NumPy, since no seed makes both draw the same numbers.

Lesson 6a writes this out in its cells; the later lessons of the chapter take it from here.
"""
import numpy as np

from helpers import data


def weights(seed, hidden=128):
    """{"w1": (64, hidden), "b1": (hidden,), "w2": (hidden, 10), "b2": (10,)}, float64, a weight in the layout (in, out)."""
    rng = np.random.default_rng(seed)
    return {
        "w1": rng.normal(scale=0.18, size=(64, hidden)),
        "b1": rng.normal(scale=0.01, size=hidden),
        "w2": rng.normal(scale=0.09, size=(hidden, 10)),
        "b2": rng.normal(scale=0.01, size=10),
    }


def digits(dtype="float64"):
    """The training digits: images (1415, 64) of dtype, labels (1415,) int64."""
    ours = data.digits(dtype)
    return ours.x_train.reshape(-1, 64), ours.y_train


def batches(seed, epochs):
    """All batches of 64 digits of so many epochs, in order, as pairs (images, labels): 23 an epoch."""
    images, labels = digits()
    return [batch for epoch in range(epochs) for batch in data.batches(images, labels, 64, seed, epoch)]
