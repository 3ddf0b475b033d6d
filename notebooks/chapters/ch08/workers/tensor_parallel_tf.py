"""Two layers, each cut between two devices: the first by its outputs, the second by its inputs (lesson 8f).

    python tensor_parallel_tf.py FOLDER

FOLDER/task.npz holds the digits and the weights. One CPU plays two devices. One JSON line out: {"parts": {weight: shape of
its part}, "hidden": shape of the part between the layers, "scores" of the first 64 digits, "gradients" of the mean loss}.
"""
import json
import sys

import numpy as np
import tensorflow as tf
from tensorflow.experimental import dtensor

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
mesh = dtensor.create_mesh([("model", 2)], device_type="CPU")
task = np.load(f"{sys.argv[1]}/task.npz")


def place(array, *axes):
    """An array as a DTensor, cut along the axis that is called "model"; whole on both devices where none is."""
    whole = dtensor.Layout([dtensor.UNSHARDED] * array.ndim, mesh)
    return dtensor.relayout(dtensor.copy_to_mesh(tf.constant(array), whole), dtensor.Layout(list(axes), mesh))


W1 = place(task["W1"], dtensor.UNSHARDED, "model")  # by columns: each device has half of the outputs
b1 = place(task["b1"], "model")
W2 = place(task["W2"], "model", dtensor.UNSHARDED)  # by rows: each device has half of the inputs
b2 = place(task["b2"], dtensor.UNSHARDED)
x = place(task["x"][:64], dtensor.UNSHARDED, dtensor.UNSHARDED)  # all examples on both
y = place(task["y"][:64], dtensor.UNSHARDED)


@tf.function
def forward_and_back(W1, b1, W2, b2):
    with tf.GradientTape() as tape:
        tape.watch([W1, b1, W2, b2])
        hidden = tf.tanh(x @ W1 + b1)
        scores = hidden @ W2 + b2
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores))
    return hidden, scores, tape.gradient(loss, [W1, b1, W2, b2])


def together(value):
    """A DTensor as one array: its parts, put together along the axis that is cut."""
    parts = [part.numpy() for part in dtensor.unpack(value)]
    specs = dtensor.fetch_layout(value).sharding_specs
    return np.concatenate(parts, specs.index("model")) if "model" in specs else parts[0]


hidden, scores, gradients = forward_and_back(W1, b1, W2, b2)
parts = {name: dtensor.unpack(value)[0].shape.as_list() for name, value in zip(("W1", "b1", "W2", "b2"), (W1, b1, W2, b2))}
print(json.dumps({"parts": parts, "hidden": dtensor.unpack(hidden)[0].shape.as_list(), "scores": together(scores).tolist(),
                  "gradients": [together(gradient).tolist() for gradient in gradients]}))
