"""PyTorch's weights and gradients in a form that both frameworks share. `common_tf` has the same functions."""
import numpy as np

from helpers import torch_side


def load(model, start):
    """Copy the start weights (`start.weights`) into a Sequential of Linear, activation, Linear.

    A weight of Linear has the shape (out, in), those of `start` have (in, out).
    """
    arrays = {"0.weight": start["w1"].T, "0.bias": start["b1"], "2.weight": start["w2"].T, "2.bias": start["b2"]}
    torch_side.set_weights(model, arrays)


def vector(tensors):
    """The network's four tensors (weights or gradients) as one NumPy vector, in Keras's layout."""
    return np.concatenate([torch_side.to_numpy(tensor).T.ravel() for tensor in tensors])
