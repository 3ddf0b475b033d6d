"""multiworker_tf.py with Keras `fit` instead of a loop: what comes of it (chapter 08).

    python fit_multiworker_tf.py FOLDER INDEX ADDRESS...

ADDRESS: 127.0.0.1:port of each worker, INDEX: which of them this one is. All must run at the same time.
One JSON line out: {"said": "trained", "weights"}, or {"said": the error that `fit` raised}.
"""
import json
import os
import sys

import keras
import numpy as np
import tensorflow as tf

folder, index, *workers = sys.argv[1:]
os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": int(index)}})
strategy = tf.distribute.MultiWorkerMirroredStrategy()
task = np.load(f"{folder}/task.npz")
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")

with strategy.scope():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(10)])
    model.set_weights([task["W1"], task["b1"], task["W2"], task["b2"]])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.25, momentum=0.5), loss, jit_compile=False)
batches = tf.data.Dataset.from_tensor_slices((task["x"], task["y"])).batch(64)
try:
    model.fit(batches, epochs=int(task["epochs"]), verbose=0)
    found = {"said": "trained", "weights": [value.tolist() for value in model.get_weights()]}
except Exception as error:  # whichever it is, the lesson shows it
    found = {"said": f"{type(error).__name__}: {' '.join(str(error).split())}"}
print(json.dumps(found), flush=True)
