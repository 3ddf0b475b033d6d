"""mirrored_tf.py on several machines, played by processes: TF_CONFIG tells each who the others are (chapter 08).

JSON in: {"folder", "workers": ["127.0.0.1:port", ...], "index": which of them this one is}.
One JSON line out: {"index", "weights"}. All workers must run at the same time.
"""
import json
import os
import sys

import keras
import numpy as np
import tensorflow as tf

given = json.load(sys.stdin)
os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": given["workers"]},
                                      "task": {"type": "worker", "index": given["index"]}})
strategy = tf.distribute.MultiWorkerMirroredStrategy()  # reads TF_CONFIG, opens the port, waits for the others
task = np.load(f"{given['folder']}/task.npz")
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")

with strategy.scope():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(10)])
    model.set_weights([task["W1"], task["b1"], task["W2"], task["b2"]])
    optimizer = keras.optimizers.SGD(0.25, momentum=0.5)
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

print(json.dumps({"index": given["index"], "weights": [value.tolist() for value in model.get_weights()]}))
