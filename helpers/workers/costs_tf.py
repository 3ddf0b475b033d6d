"""What a worker spends on computing, on communicating and on the update (chapter 08). One process for each worker.

JSON in: {"workers": ["127.0.0.1:port", ...], "index", "payloads": numbers in each all-reduce, "width", "batch", "rounds"}.
JSON out: {"all_reduce": {payload: seconds}, "compute", "communicate", "update"}, medians.
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
    if workers > 1:
        all_reduce(tf.ones(1))


def timed(function, *arguments):
    """(what it gives, seconds until the slowest worker is done); all workers begin together."""
    barrier()
    start = time.perf_counter()
    result = function(*arguments)
    barrier()
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

width, share = given["width"], given["batch"] // workers
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(width, activation="tanh"),
                          keras.layers.Dense(width, activation="tanh"), keras.layers.Dense(10)])
optimizer = keras.optimizers.SGD(0.01)
optimizer.build(model.trainable_variables)
losses = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
x, y = tf.random.uniform((share, 64)), tf.random.uniform((share,), maxval=10, dtype="int32")


@tf.function
def compute():
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
for _ in range(given["rounds"] + 2):
    gradients, computing = timed(compute)
    gradients, communicating = timed(communicate, gradients) if workers > 1 else (gradients, 0.0)
    steps.append((computing, communicating, timed(update, gradients)[1]))
found["compute"], found["communicate"], found["update"] = (statistics.median(values) for values in zip(*steps[2:]))
if given["index"] == 0:
    print(json.dumps(found))
barrier()
