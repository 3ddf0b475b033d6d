"""Keras's optimizers and their defaults. `defaults_torch` has the same function."""
from helpers.session import quiet

with quiet():
    import tensorflow as tf

from chapters.ch06 import defaults


def optimizers():
    """{name in small letters: {meaning: default}} of all optimizers in keras.optimizers."""
    return defaults.optimizers(tf.keras.optimizers, tf.keras.optimizers.Optimizer)
