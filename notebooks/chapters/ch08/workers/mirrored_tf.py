"""Train on the digits with MirroredStrategy, one process, two devices (chapter 08).

    python mirrored_tf.py FOLDER

FOLDER/task.npz holds the data and the first weights. One JSON line out: the last weights, and the number of replicas.
"""
import json
import sys

import keras
import numpy as np
import tensorflow as tf

task = np.load(f"{sys.argv[1]}/task.npz")
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
if len(tf.config.list_physical_devices("GPU")) < 2:  # else CPUs: one plays two
    cpu = tf.config.list_physical_devices("CPU")[0]  # else CPUs
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)  # else CPUs
strategy = tf.distribute.MirroredStrategy([device.name for device in tf.config.list_logical_devices()[-2:]])

with strategy.scope():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(10)])
    model.set_weights([task["W1"], task["b1"], task["W2"], task["b2"]])
    optimizer = keras.optimizers.SGD(0.25, momentum=0.5)
    optimizer.build(model.trainable_variables)
losses = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
batches = tf.data.Dataset.from_tensor_slices((task["x"], task["y"])).batch(64)
batches = strategy.experimental_distribute_dataset(batches)


def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.nn.compute_average_loss(losses(y, model(x)), global_batch_size=64)
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))


@tf.function
def step_everywhere(x, y):
    strategy.run(step, args=(x, y))


for _ in range(int(task["epochs"])):
    for x, y in batches:
        step_everywhere(x, y)

print(json.dumps({"weights": [value.tolist() for value in model.get_weights()], "devices": strategy.num_replicas_in_sync}))
