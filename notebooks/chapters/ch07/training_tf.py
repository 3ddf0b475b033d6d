"""Lesson 7a's network and loop in TensorFlow, for the lessons that go on with them. `training_torch` has the same."""
from types import SimpleNamespace

import numpy as np

from chapters.ch07 import measuring, scans
from helpers import tf_side
from helpers.session import quiet

with quiet():
    import tensorflow as tf

loss_of = tf.keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)


def load(model, start):
    """Copy start weights (`scans.start_weights`) into the network's layers 0, 3 and 8. Keras keeps them as they are."""
    for place, name in ((0, "first"), (3, "second"), (8, "last")):
        kernel = model.layers[place].kernel
        kernel.assign(start[name].reshape(kernel.shape))


def carry(arrays, model):
    """Put the arrays of PyTorch's network, by the names of its state_dict, into Keras's.

    A convolution's axes go from (out, in, height, width) to (height, width, in, out). The dense layer's inputs come channel
    by channel in PyTorch, and pixel by pixel here.
    """
    for place in (0, 3):
        model.layers[place].set_weights([arrays[f"{place}.weight"].transpose(2, 3, 1, 0)])
        parts = ("weight", "bias", "running_mean", "running_var")
        model.layers[place + 1].set_weights([arrays[f"{place + 1}.{part}"] for part in parts])
    scores, inputs = arrays["8.weight"].shape
    size = int(np.sqrt(inputs // 32))
    cubes = arrays["8.weight"].reshape(scores, 32, size, size)  # (score, channel, row, column)
    model.layers[8].set_weights([cubes.transpose(2, 3, 1, 0).reshape(inputs, scores), arrays["8.bias"]])


def network(start, device):
    """Two convolutions, each with batch norm, and a dense layer: pictures (n, size, size, 1) to scores (n, 10)."""
    layers = tf.keras.layers
    size = 2 * len(start["last"])
    with tf.device(device):
        model = tf.keras.Sequential([
            tf.keras.Input((size, size, 1)),
            layers.Conv2D(16, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2D(32, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10),
        ])
    load(model, start)
    return model


def new(steps, start, device):
    """A run that has not begun, of so many steps: its model, optimizer, device, and epoch 0.

    The schedule, up for a seventh of the steps and then down along a cosine, is the optimizer's.
    """
    model = network(start, device)
    up = steps // 7
    schedule = tf.keras.optimizers.schedules.CosineDecay(0.0, steps - up, warmup_target=0.1, warmup_steps=up)
    optimizer = tf.keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True)
    with tf.device(device):
        optimizer.build(model.trainable_variables)
    return SimpleNamespace(model=model, optimizer=optimizer, device=device, epoch=0)


@tf.function
def step(model, optimizer, pictures, labels):
    """One step of training on pictures (n, size, size, 1) and labels (n,); returns the loss, a tensor."""
    with tf.GradientTape() as tape:
        loss = loss_of(tf.one_hot(labels, 10), model(pictures, training=True))
    slopes = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(slopes, model.trainable_variables))
    return loss


def train_epoch(run, x, y, seed):
    """Train for the epoch at which the run stands, and go on to the next. Returns the loss of each step, as floats."""
    losses = []
    for pictures, labels in scans.batches(x, y, seed, run.epoch):
        with tf.device(run.device):
            losses.append(step(run.model, run.optimizer, tf.constant(pictures), tf.constant(labels)))
    run.epoch += 1
    return [loss.numpy().item() for loss in losses]


def scores(run, x):
    """The scores (n, 10) that the network gives pictures (n, size, size), as a NumPy array."""
    parts = np.split(x[..., np.newaxis], range(1000, len(x), 1000))
    with tf.device(run.device):
        return np.concatenate([tf_side.to_numpy(run.model(part, training=False)) for part in parts])


def step_memory(batches):
    """Megabytes by which a process grows in one step, for each batch size: `workers/memory_tf.py` takes them."""
    return measuring.step_memory("ch07/memory_tf", batches)
