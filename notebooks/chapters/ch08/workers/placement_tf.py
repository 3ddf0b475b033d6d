"""Where TensorFlow runs each operation, from its own log (chapter 08). Needs TF_CPP_MIN_LOG_LEVEL=0.

    python placement_tf.py FOLDER

FOLDER/task.npz holds the data and the first weights. Standard error: the log, with a line "# part" before each part.
JSON lines out: {"parts": {name: gradient of the first 64 images with respect to the weights W, zeros at first}}.
"""
import json
import sys

import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
tf.debugging.set_log_device_placement(True)
task = np.load(f"{sys.argv[1]}/task.npz")
x, y = task["x"][:64], task["y"][:64]
parts = {}


def part(name):
    print(f"# {name}", file=sys.stderr, flush=True)


def gradient(x, y):
    W = tf.zeros((64, 10), "float64")
    with tf.GradientTape() as tape:
        tape.watch(W)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, x @ W))
    return tape.gradient(loss, W)


part("no device named")
parts["no device named"] = gradient(x, y)

part("devices named by hand")
towers = []  # as programs for TensorFlow 1 did it: a copy of the model, a "tower", on each device
for device, half in (("/CPU:0", slice(0, 32)), ("/CPU:1", slice(32, 64))):
    with tf.device(device):
        towers.append(gradient(x[half], y[half]))

part("the mean of both, no device named")
parts["devices named by hand"] = (towers[0] + towers[1]) / 2

part("MirroredStrategy")  # it alone is told the devices: the gradient is that of the first part
strategy = tf.distribute.MirroredStrategy(["/CPU:0", "/CPU:1"])
batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(64)
for halves in strategy.experimental_distribute_dataset(batches):  # a single batch, half of it for each device
    gradients = strategy.run(gradient, args=halves)
parts["MirroredStrategy"] = strategy.reduce("MEAN", gradients, axis=None)

print(json.dumps({"parts": {name: value.numpy().tolist() for name, value in parts.items()}}))
