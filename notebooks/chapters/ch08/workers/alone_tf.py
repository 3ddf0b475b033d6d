"""Train on the digits in one process (chapter 08 compares this file with mirrored_tf.py, line by line).

    python alone_tf.py FOLDER

FOLDER/task.npz holds the data and the first weights. One JSON line out: the last weights.
"""
import json
import sys

import keras
import numpy as np
import tensorflow as tf

task = np.load(f"{sys.argv[1]}/task.npz")
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")

model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(10)])
model.set_weights([task["W1"], task["b1"], task["W2"], task["b2"]])
optimizer = keras.optimizers.SGD(0.25, momentum=0.5)
losses = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
batches = tf.data.Dataset.from_tensor_slices((task["x"], task["y"])).batch(64)


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(losses(y, model(x)))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))


for _ in range(int(task["epochs"])):
    for x, y in batches:
        step(x, y)

print(json.dumps({"weights": [value.tolist() for value in model.get_weights()]}))
