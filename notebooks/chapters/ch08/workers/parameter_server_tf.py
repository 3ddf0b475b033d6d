"""Train on the digits with a parameter server: two servers hold the weights, a worker computes (chapter 08).

    python parameter_server_tf.py FOLDER PORT PORT PORT

The worker and both servers live in this process and talk through their ports, as they would on three machines.
JSON lines out: {"places": {weight: device}}, then {"weights"}, the last ones.
"""
import json
import sys

import numpy as np
import tensorflow as tf

task = np.load(f"{sys.argv[1]}/task.npz")
worker, *servers = (f"127.0.0.1:{port}" for port in sys.argv[2:5])
cluster = tf.train.ClusterSpec({"worker": [worker], "ps": servers})
running = [tf.distribute.Server(cluster, job, index) for job, index in (("worker", 0), ("ps", 0), ("ps", 1))]
strategy = tf.distribute.ParameterServerStrategy(
    tf.distribute.cluster_resolver.SimpleClusterResolver(cluster, rpc_layer="grpc"))
coordinator = tf.distribute.coordinator.ClusterCoordinator(strategy)

with strategy.scope():  # in turn, one on each server
    weights = [tf.Variable(task[name]) for name in ("W1", "b1", "W2", "b2")]
    momenta = [tf.Variable(tf.zeros_like(task[name])) for name in ("W1", "b1", "W2", "b2")]


@tf.function
def step(batches):
    x, y = next(batches)
    with tf.GradientTape() as tape:
        W1, b1, W2, b2 = weights
        scores = tf.tanh(x @ W1 + b1) @ W2 + b2
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores))
    for weight, momentum, gradient in zip(weights, momenta, tape.gradient(loss, weights)):
        momentum.assign(0.5 * momentum + gradient)
        weight.assign_sub(0.25 * momentum)


def batches():
    return tf.data.Dataset.from_tensor_slices((task["x"], task["y"])).batch(64).repeat(int(task["epochs"]))


iterator = iter(coordinator.create_per_worker_dataset(batches))
for _ in range(int(task["epochs"]) * len(task["x"]) // 64):
    coordinator.schedule(step, args=(iterator,))  # returns at once: a free worker takes the step
coordinator.join()

print(json.dumps({"places": {name: weight.device for name, weight in zip(("W1", "b1", "W2", "b2"), weights)}}))
print(json.dumps({"weights": [weight.numpy().tolist() for weight in weights]}))
