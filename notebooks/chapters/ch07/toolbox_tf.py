"""Lesson 7e's network in Keras, with start weights. `toolbox_torch` has the same functions."""
from helpers.session import quiet

with quiet():
    import tensorflow as tf


def load(model, start):
    """Copy start weights (`toolbox.start_weights`) into the first and the last layer, which Keras keeps as (in, out)."""
    for layer, name in ((model.layers[0], "first"), (model.layers[-1], "last")):
        layer.set_weights([start[name], start[f"{name}_bias"]])


def network(start, middle=None):
    """Lesson 7e's network: 64 pixels, 32 numbers, a layer that may normalize them, tanh, ten scores; with start weights."""
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((64,)), layers.Dense(32), middle or layers.Identity(),
                                 layers.Activation("tanh"), layers.Dense(10)])
    load(model, start)
    return model
