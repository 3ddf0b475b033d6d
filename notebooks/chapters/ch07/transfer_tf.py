"""Lesson 7i's reader in Keras: what `transfer_torch` has, and its variances as PyTorch counts them."""
import numpy as np

from helpers.session import quiet

with quiet():
    import tensorflow as tf


def load(model, start):
    """Set a reader back to its start (`transfer.start_weights`): the convolutions, the norms as new, and the head."""
    names = iter(("first", "second", "third"))
    for layer in _layers(model):
        if isinstance(layer, tf.keras.layers.Conv2D):
            layer.set_weights([start[next(names)]])
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            size = layer.gamma.shape[0]
            layer.set_weights([np.ones(size), np.zeros(size), np.zeros(size), np.ones(size)])
        if isinstance(layer, tf.keras.layers.Dense):
            load_head(layer, start)


def load_head(head, start):
    """Set a dense layer to the start weights of a head, without bias."""
    head.set_weights([start["head"], np.zeros(start["head"].shape[1])])


def share(model, x, y):
    """The share of scans x, float64 (n, ...), that a model in the mode for use reads as y, int (n,)."""
    scores = model(x, training=False)
    return float((scores.numpy().argmax(axis=1) == y).mean())


def _layers(model):
    """The layers of a model in their order, those of a body inside it included."""
    for layer in model.layers:
        yield from layer.layers if isinstance(layer, tf.keras.Sequential) else [layer]


def unbiased(body, batch):
    """Multiply a body's running variances by n / (n - 1), as PyTorch does (6d); n: the numbers of a channel in a batch.

    The two norms stand behind pictures of 8 by 8 and of 4 by 4 pixels.
    """
    norms = [layer for layer in body.layers if isinstance(layer, tf.keras.layers.BatchNormalization)]
    for layer, pixels in zip(norms, (64, 16)):
        n = batch * pixels
        layer.moving_variance.assign(layer.moving_variance * (n / (n - 1)))
