"""Keras's weights and gradients in a form that both frameworks share. `common_torch` has the same functions."""
import numpy as np

from helpers import tf_side


def load(model, start):
    """Copy the start weights (`start.weights`) into a Sequential of Dense, perhaps an activation, Dense."""
    model.set_weights([start["w1"], start["b1"], start["w2"], start["b2"]])


def vector(tensors):
    """The network's four tensors (weights or gradients) as one NumPy vector, in Keras's layout."""
    return np.concatenate([tf_side.to_numpy(tensor).ravel() for tensor in tensors])
