"""Lesson 12a's loop in TensorFlow, for the lessons after it. `pictures_torch` has the same functions."""
import numpy as np

from chapters.ch12 import pictures
from helpers import tf_side
from helpers.session import quiet

with quiet():
    import tensorflow as tf

tf.config.experimental.enable_tensor_float_32_execution(False)  # full float32 on a GPU, as on a CPU


def conv(outputs, stride=1):
    """Lesson 12a's block, as a list of layers: a 3×3 convolution, its batch norm, ReLU. Padded by hand, on all sides."""
    layers = tf.keras.layers
    return [
        layers.ZeroPadding2D(1),
        layers.Conv2D(outputs, 3, stride, use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
    ]


def begin(model, seed):
    """Give a model its start weights (`pictures.kernel`; Keras's biases are 0). Returns the model."""
    kernels = [weight for weight in model.trainable_variables if len(weight.shape) > 1]
    for number, weight in enumerate(kernels):
        weight.assign(pictures.kernel(number, tuple(weight.shape), seed))
    return model


def place(model):
    """The device on which a model's weights lie, for `tf.device`."""
    return model.trainable_variables[0].value.device


def learn(model, loss, x, y, seed, epochs):
    """Train a model; loss: a function of outputs and targets. Returns a `pictures.Run`."""
    weights = model.trainable_variables
    optimizer = tf.keras.optimizers.Adam(epsilon=1e-7)
    optimizer.build(weights)

    @tf.function
    def step(some, targets):
        with tf.GradientTape() as tape:
            found = model(some, training=True)
            value = loss(found, targets)
        slopes = tape.gradient(value, weights)
        optimizer.apply_gradients(zip(slopes, weights))
        return found, value, slopes[0]

    losses, first, gradient = [], None, None
    for rate, some, targets in pictures.batches(x, y, seed, epochs):
        optimizer.learning_rate.assign(rate)
        with tf.device(place(model)):
            found, value, slope = step(tf.constant(some), tf.constant(targets))
        if first is None:
            first = {"outputs": tf_side.to_numpy(found), "loss": tf_side.to_numpy(value)}
            gradient = tf_side.to_numpy(slope)
        losses.append(value)
    return pictures.Run(tf_side.to_numpy(tf.stack(losses)), first, gradient)


def predict(model, x):
    """A trained model's outputs for pictures (n, height, width, channels), as NumPy, a hundred at a time."""
    with tf.device(place(model)):
        parts = [tf_side.to_numpy(model(x[k:k + 100], training=False)) for k in range(0, len(x), 100)]
    return np.concatenate(parts)


def shipped_densenet(side, outputs):
    """The DenseNet121 that Keras ships, for color pictures (n, side, side, 3), with scores; its weights are random."""
    return tf.keras.applications.DenseNet121(weights=None, input_shape=(side, side, 3), classes=outputs,
                                             classifier_activation=None)
