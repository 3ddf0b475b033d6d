"""What a worker spends on computing, on communicating and on the update (chapter 08). One process for each worker.

JSON in: {"workers": ["127.0.0.1:port", ...], "index", "payloads": numbers in each all-reduce, "width", "batch", "rounds"}.
JSON out: {"all_reduce": {payload: seconds}, "compute", "communicate", "update"}, medians;
"alone": the last three of worker 0 while the others wait, with the whole batch and nobody to talk to.
"""
import json
import os
import statistics
import sys
import time

import keras
import tensorflow as tf

given = json.load(sys.stdin)
os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": given["workers"]},
                                      "task": {"type": "worker", "index": given["index"]}})
strategy = tf.distribute.MultiWorkerMirroredStrategy()
workers = strategy.num_replicas_in_sync


@tf.function
def all_reduce(numbers):
    return strategy.run(lambda: tf.distribute.get_replica_context().all_reduce("SUM", tf.identity(numbers)))


def barrier():
    all_reduce(tf.ones(1))


def nobody():
    """What one process waits for."""


def timed(function, *arguments, wait=barrier):
    """(what it gives, seconds until the slowest worker is done); all workers begin together."""
    wait()
    start = time.perf_counter()
    result = function(*arguments)
    wait()
    return result, time.perf_counter() - start


found = {"all_reduce": {}}
for payload in given["payloads"]:
    numbers = tf.ones(payload)
    all_reduce(numbers)
    took = []
    for _ in range(given["rounds"]):
        barrier()
        start = time.perf_counter()
        all_reduce(numbers)
        took.append(time.perf_counter() - start)
    found["all_reduce"][payload] = statistics.median(took)

width, batch, share = given["width"], given["batch"], given["batch"] // workers
PARTS = ("compute", "communicate", "update")
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(width, activation="tanh"),
                          keras.layers.Dense(width, activation="tanh"), keras.layers.Dense(10)])
optimizer = keras.optimizers.SGD(0.01)
optimizer.build(model.trainable_variables)
losses = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
x, y = tf.random.uniform((batch, 64)), tf.random.uniform((batch,), maxval=10, dtype="int32")


@tf.function
def compute(x, y):
    with tf.GradientTape() as tape:
        loss = losses(y, model(x))
    return tape.gradient(loss, model.trainable_variables)


@tf.function
def communicate(gradients):
    flat = all_reduce(tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], 0)) / workers
    parts = tf.split(flat, [tf.size(gradient) for gradient in gradients], num=len(gradients))
    return [tf.reshape(part, gradient.shape) for part, gradient in zip(parts, gradients)]


@tf.function
def update(gradients):
    optimizer.apply(gradients)


steps = []
for _ in range(given["rounds"] + 2) if given["index"] == 0 else ():
    gradients, computing = timed(compute, x, y, wait=nobody)
    steps.append((computing, 0.0, timed(update, gradients, wait=nobody)[1]))
found["alone"] = {part: statistics.median(values) for part, values in zip(PARTS, zip(*steps[2:]))}
barrier()
x, y, steps = x[:share], y[:share], []
for _ in range(given["rounds"] + 2):
    gradients, computing = timed(compute, x, y)
    gradients, communicating = timed(communicate, gradients)
    steps.append((computing, communicating, timed(update, gradients)[1]))
found |= {part: statistics.median(values) for part, values in zip(PARTS, zip(*steps[2:]))}
if given["index"] == 0:
    print(json.dumps(found))
barrier()
