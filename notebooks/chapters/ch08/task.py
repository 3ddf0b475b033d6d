"""The training that all workers of this chapter do: its data and first weights, and the weights that come back."""
import numpy as np

from helpers import data

SHAPES = {"W1": (64, 32), "b1": (32,), "W2": (32, 10), "b2": (10,)}
"""{weight: its shape} of a network with 64 inputs, 32 hidden units and 10 outputs; workers print them in this order."""


def write(folder, seed, epochs):
    """Write folder/task.npz, which every worker reads, and return what is in it as a dict of arrays.

    x (1280, 64) float64 and y (1280,) int64: 20 batches of 64 digits, in an order that `seed` fixes; the first weights, as
    in SHAPES; epochs: how often a worker goes through the batches.
    """
    rng, digits = np.random.default_rng(seed), data.digits("float64")
    order = rng.permutation(1280)
    given = {name: rng.normal(size=shape) / 8 for name, shape in SHAPES.items()}
    given |= {"x": digits.x_train[order].reshape(-1, 64), "y": digits.y_train[order], "epochs": epochs}
    np.savez(folder / "task.npz", **given)
    return given


def first(given):
    """The first weights of a task, as a dict like that of `weights`."""
    return {name: given[name] for name in SHAPES}


def weights(lines):
    """{weight: array} from the first of a worker's JSON lines that has them. Raises StopIteration without one."""
    found = next(line["weights"] for line in lines if "weights" in line)
    return {name: np.array(value) for name, value in zip(SHAPES, found)}
