"""What MirroredStrategy leaves to its user, on two replicas in one process (lesson 8c).

    python left_to_you_tf.py FOLDER

FOLDER/task.npz holds the digits. One JSON line out for each question: {question: [fault, mend]}.
"""
import json
import sys

import keras
import numpy as np
import tensorflow as tf

task = np.load(f"{sys.argv[1]}/task.npz")
if len(tf.config.list_physical_devices("GPU")) < 2:  # one CPU plays two
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy([device.name for device in tf.config.list_logical_devices()[-2:]])
x, y = task["x"][:64], task["y"][:64]


def batch_norm(synchronized):
    """What a batch that is cut in two becomes, put together again."""
    with strategy.scope():
        layer = keras.layers.BatchNormalization(epsilon=1e-5, synchronized=synchronized, dtype="float64")
        layer.build((None, 64))
    (batch,) = strategy.experimental_distribute_dataset(tf.data.Dataset.from_tensor_slices(x).batch(64))
    normalized = strategy.run(tf.function(lambda shard: layer(shard, training=True)), args=(batch,))
    return tf.concat(strategy.experimental_local_results(normalized), axis=0).numpy().tolist()


def counted():
    """How many of five examples are right, by `evaluate` in batches of two: the last one is a single example."""
    with strategy.scope():
        model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
        model.compile(loss="mse", metrics=[keras.metrics.BinaryAccuracy(name="right")])
    right = np.array([[1.0], [0.0], [1.0], [0.0], [1.0]])
    batches = tf.data.Dataset.from_tensor_slices((right, np.ones((5, 1)))).batch(2)
    return 5 * model.evaluate(batches, verbose=0, return_dict=True)["right"]


def gradient(by_whole):
    """The gradient that replicas with 62 and 2 digits make together: the mean of their means, or by the whole batch."""
    with strategy.scope():
        W = tf.Variable(np.full((64, 10), 0.1))

    @tf.function
    def step(shard, labels):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, shard @ W)
            if by_whole:
                loss = tf.nn.compute_average_loss(losses, global_batch_size=64)
            else:
                loss = tf.reduce_mean(losses) / strategy.num_replicas_in_sync
        return tf.distribute.get_replica_context().all_reduce("sum", tape.gradient(loss, W))

    shards = [slice(0, 62), slice(62, 64)]

    def dealt(array):
        return strategy.experimental_distribute_values_from_function(
            lambda context: tf.constant(array[shards[context.replica_id_in_sync_group]]))

    found = strategy.run(step, args=(dealt(x), dealt(y)))
    return strategy.experimental_local_results(found)[0].numpy().tolist()


print(json.dumps({"batch_norm": [batch_norm(False), batch_norm(True)]}), flush=True)
print(json.dumps({"counted": counted()}), flush=True)
print(json.dumps({"gradient": [gradient(False), gradient(True)]}), flush=True)
