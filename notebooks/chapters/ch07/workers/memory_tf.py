"""Memory of one training step of chapter 7's network in TensorFlow: {"batches": [scans, ...]} in, JSON lines out."""
import json
import sys

import tensorflow as tf

from helpers import memory

layers = tf.keras.layers
model = tf.keras.Sequential([
    tf.keras.Input((8, 8, 1)), layers.Conv2D(16, 3, padding="same", use_bias=False), layers.BatchNormalization(),
    layers.ReLU(), layers.Conv2D(32, 3, padding="same", use_bias=False), layers.BatchNormalization(), layers.ReLU(),
    layers.MaxPooling2D(), layers.Flatten(), layers.Dense(10)])
optimizer = tf.keras.optimizers.SGD(0.01, momentum=0.9)
loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function(input_signature=[tf.TensorSpec((), tf.int32)])
def step(scans):
    """One step of training on blank scans: memory does not depend on what is drawn on them."""
    with tf.GradientTape() as tape:
        loss = loss_of(tf.zeros([scans], tf.int64), model(tf.zeros([scans, 8, 8, 1]), training=True))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))


step(tf.constant(64))  # tracing, and what libraries set up at their first call, is no part of a step
for scans in json.load(sys.stdin)["batches"]:
    print(json.dumps({"scans": scans, "bytes": memory.growth(lambda scans=scans: step(tf.constant(scans)))}), flush=True)
