"""What both frameworks train on and begin with: one network's weights and batches. Imports no framework."""
import numpy as np

from helpers import data

SHAPES = [(3, 3, 1, 8), (8,), (3, 3, 8, 16), (16,), (256, 10), (10,)]
"""Two convolutions (height, width, in, out) and a dense layer (in, out), each with its biases: Keras's layout."""
WEIGHTS = sum(int(np.prod(shape)) for shape in SHAPES)


def weights(seed):
    """Six float64 arrays to begin with, in Keras's layout; biases are 0."""
    rng = np.random.default_rng(seed)
    drawn = [rng.normal(scale=(2 / np.prod(shape[:-1])) ** 0.5, size=shape) for shape in SHAPES]
    return [array if array.ndim > 1 else np.zeros(array.shape) for array in drawn]


def for_torch(arrays):
    """Keras's six arrays in PyTorch's layout: {name in the state_dict: array}."""
    first, first_bias, second, second_bias, last, last_bias = arrays
    last = last.reshape(4, 4, 16, 10)  # the dense layer's inputs: height, width, channel, as Keras's Flatten counts
    return {
        "0.weight": first.transpose(3, 2, 0, 1),
        "0.bias": first_bias,
        "2.weight": second.transpose(3, 2, 0, 1),
        "2.bias": second_bias,
        "6.weight": last.transpose(3, 2, 0, 1).reshape(10, 256),  # PyTorch's Flatten: channel, height, width
        "6.bias": last_bias,
    }


def batches(seed, epochs):
    """All batches of 64 digits of so many epochs, in order: (pictures (64, 8, 8, 1) float64, labels int64)."""
    digits = data.digits("float64")
    pictures = digits.x_train[..., None]
    return [batch for epoch in range(epochs) for batch in data.batches(pictures, digits.y_train, 64, seed, epoch)]


def test_pictures():
    """The 382 test pictures (382, 8, 8, 1) float32, and their labels."""
    digits = data.digits()
    return digits.x_test[..., None], digits.y_test


def ask_all(answer, pictures):
    """The scores (n, 10) that a function of one picture (1, 8, 8, 1) gives for each of n pictures."""
    return np.concatenate([np.array(answer(picture[None])).reshape(1, 10) for picture in pictures])


def accuracy(scores, labels):
    """The share of pictures whose largest score is their label's."""
    return float((scores.argmax(axis=1) == labels).mean())
