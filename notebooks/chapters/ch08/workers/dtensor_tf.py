"""The training of fsdp_torch.py with TensorFlow's DTensor: each device keeps a part of each weight (lesson 8f).

    python dtensor_tf.py FOLDER DEVICES STEPS TO [FROM]

One CPU plays DEVICES devices. Trains up to step STEPS, from the start or from the checkpoint FOLDER/FROM; writes FOLDER/TO.
One JSON line out: {"from": its first step, "kept": how many numbers of the weights each device kept}, or {"said": the error}
where the weights cannot be cut into so many parts.
"""
import json
import sys

import numpy as np
import tensorflow as tf
from tensorflow.experimental import dtensor

folder, devices, steps, to, *begin = sys.argv[1:]
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * int(devices))
mesh = dtensor.create_mesh([("device", int(devices))], device_type="CPU")


def whole(axes):
    """The layout of an array that every device holds whole."""
    return dtensor.Layout([dtensor.UNSHARDED] * axes, mesh)


def cut(array):
    """An array as a DTensor of which each device keeps some rows."""
    on_all = dtensor.copy_to_mesh(tf.constant(array), whole(array.ndim))
    return dtensor.relayout(on_all, dtensor.Layout(["device"] + [dtensor.UNSHARDED] * (array.ndim - 1), mesh))


task = np.load(f"{folder}/task.npz")
first = {name: task[name] for name in ("W1", "b1", "W2", "b2")}
still = {name: np.zeros_like(array) for name, array in first.items()}
start = 0
if begin:  # read whole, then cut anew
    saved, value = tf.train.load_checkpoint(f"{folder}/{begin[0]}"), ".ATTRIBUTES/VARIABLE_VALUE"
    first = {name: saved.get_tensor(f"{name}/{value}") for name in first}
    still = {name: saved.get_tensor(f"momentum/{name}/{value}") for name in first}
    start = int(saved.get_tensor(f"step/{value}"))
try:
    weights = {name: dtensor.DVariable(cut(array)) for name, array in first.items()}
except tf.errors.OpError as error:  # the lesson shows it
    print(json.dumps({"said": f"{type(error).__name__}: {error.message}"}))
    sys.exit()
momenta = {name: dtensor.DVariable(cut(array)) for name, array in still.items()}


@tf.function
def train(x, y):
    with tf.GradientTape() as tape:
        W1, b1, W2, b2 = (dtensor.relayout(weight, whole(len(weight.shape))) for weight in weights.values())  # gathered
        scores = tf.tanh(x @ W1 + b1) @ W2 + b2
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores))
    for name, gradient in tape.gradient(loss, weights).items():
        momentum = 0.5 * momenta[name] + gradient  # read back after the assign, the last of the four was still the old one
        momenta[name].assign(momentum)
        weights[name].assign_sub(0.25 * momentum)


for number in range(start, int(steps)):
    batch = slice(64 * number % len(task["x"]), 64 * number % len(task["x"]) + 64)
    train(cut(task["x"][batch]), cut(task["y"][batch]))  # examples in parts, too
dtensor.barrier(mesh)  # the devices are done
step = tf.Variable(int(steps), dtype=tf.int64)
tf.train.Checkpoint(step=step, **weights, momentum=momenta).write(f"{folder}/{to}")
dtensor.barrier(mesh)

parts = [dtensor.unpack(weight.read_value()) for weight in weights.values()]
kept = [sum(int(tf.size(part)) for part in on_device) for on_device in zip(*parts)]
print(json.dumps({"from": start, "kept": kept}))
