"""What lessons 12a to 12c train with in both frameworks: start weights and batches. Imports no framework."""
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from helpers import data

BATCH = 16


class Run(NamedTuple):
    """What `learn` of `pictures_torch` and `pictures_tf` returns: the loss of each step, and the first step to compare.

    losses: NumPy (steps,). first: {"outputs": the network's, "loss": its loss}. gradient: of that loss in the first kernel,
    in TensorFlow's layout (height, width, in, out).
    """

    losses: np.ndarray
    first: dict
    gradient: np.ndarray


def kernel(number, shape, seed):
    """Start weights number `number`, in TensorFlow's layout; standard deviation (2 / inputs)**0.5 (He, arXiv:1502.01852)."""
    deviation = (2 / np.prod(shape[:-1])) ** 0.5
    return np.random.default_rng([seed, number]).normal(scale=deviation, size=shape).astype("float32")


def batches(x, y, seed, epochs):
    """Yield (learning rate, pictures, targets) for all steps of so many epochs, with a progress bar.

    Batches of BATCH in the order of `data.batches`, whole ones and a shorter last one. The rate rises to about 0.01 in a
    seventh of the steps, and falls along a cosine.
    """
    steps = epochs * -(-len(x) // BATCH)  # rounded up
    every = (pair for epoch in range(epochs) for pair in data.batches(x, y, BATCH, seed, epoch))
    for step, (pictures, targets) in enumerate(tqdm(every, total=steps, unit="step", leave=False)):
        yield rate(step, steps), pictures, targets


def rate(step, steps):
    """The learning rate of a step, counted from 0."""
    rising, falling = (step + 1) / (steps / 7), (1 + np.cos(np.pi * step / steps)) / 2
    return float(0.01 * min(rising, falling))


def for_keras(arrays):
    """Weights of a PyTorch network of convolutions, norms and a dense layer as the list that Keras's `set_weights` takes.

    arrays: {name: array} as `torch_side.get_weights` gives them, in the same order of layers as Keras's network has.
    """
    turned = []
    for name, array in arrays.items():
        if "num_batches_tracked" in name:  # PyTorch counts batches, Keras does not
            continue
        axes = {4: (2, 3, 1, 0), 2: (1, 0), 1: (0,)}[array.ndim]
        turned.append(array.transpose(axes))
    return turned
