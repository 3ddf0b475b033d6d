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


def trained(given, steps=None):
    """{weight: array} after the training that the workers do, here in NumPy: what theirs are compared with.

    steps: how many batches; all epochs when left out.
    """
    x, y, weights = given["x"], given["y"], first(given)
    momenta = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    for step in range(20 * int(given["epochs"]) if steps is None else steps):
        batch = slice(64 * step % len(x), 64 * step % len(x) + 64)
        for name, gradient in gradients(weights, x[batch], y[batch]).items():
            momenta[name] = 0.5 * momenta[name] + gradient
            weights[name] = weights[name] - 0.25 * momenta[name]
    return weights


def gradients(weights, x, y):
    """{weight: gradient of the mean cross-entropy of a batch}."""
    hidden = np.tanh(x @ weights["W1"] + weights["b1"])
    scores = hidden @ weights["W2"] + weights["b2"]
    of_scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    of_scores /= of_scores.sum(axis=1, keepdims=True)
    of_scores[np.arange(len(y)), y] -= 1
    of_scores /= len(y)
    of_hidden = of_scores @ weights["W2"].T * (1 - hidden ** 2)
    return {"W1": x.T @ of_hidden, "b1": of_hidden.sum(axis=0), "W2": hidden.T @ of_scores, "b2": of_scores.sum(axis=0)}
