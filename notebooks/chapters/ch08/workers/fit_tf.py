"""Train on the digits with Keras `fit` in one process (chapter 08 compares this file with fit_mirrored_tf.py).

    python fit_tf.py FOLDER

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
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.SGD(0.25, momentum=0.5), loss, jit_compile=False)
batches = tf.data.Dataset.from_tensor_slices((task["x"], task["y"])).batch(64)
model.fit(batches, epochs=int(task["epochs"]), verbose=0)

print(json.dumps({"weights": [value.tolist() for value in model.get_weights()]}))
