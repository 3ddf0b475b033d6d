"""Where the trainings of this chapter start: weights and batches, the same for both frameworks. Imports no framework."""
import numpy as np

from helpers import data


def weights(seed):
    """Four float64 arrays for a network of 64, 32 and 10 units: W1 (64, 32), b1 (32,), W2 (32, 10), b2 (10,)."""
    rng = np.random.default_rng(seed)
    return [rng.normal(scale=0.18, size=(64, 32)), np.zeros(32), rng.normal(scale=0.25, size=(32, 10)), np.zeros(10)]


def batches(seed, epochs):
    """A list of (x, y): the digits to learn from as float64 rows of 64, in batches of 64, `epochs` times over."""
    digits = data.digits("float64")
    rows = digits.x_train.reshape(-1, 64)
    return [batch for epoch in range(epochs) for batch in data.batches(rows, digits.y_train, 64, seed, epoch)]
