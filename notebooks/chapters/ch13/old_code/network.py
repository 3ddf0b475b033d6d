"""A small network that reads digits."""
import tensorflow as tf


def hard_sigmoid(x):
    return tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0)


def build(images, is_training, keep_prob):
    xavier = tf.contrib.layers.xavier_initializer()
    with tf.variable_scope("reader"):
        h = tf.layers.conv2d(images, 16, 3, strides=2, padding="same", use_bias=False,
                             kernel_initializer=xavier, name="conv")
        h = tf.layers.batch_normalization(h, training=is_training, name="bn")
        h = tf.nn.relu(h)
        h = tf.reshape(h, [-1, 4 * 4 * 16])
        h = tf.layers.dense(h, 64, activation=hard_sigmoid, kernel_initializer=xavier, name="hidden")
        h = tf.nn.dropout(h, keep_prob)
        return tf.layers.dense(h, 10, kernel_initializer=xavier, name="scores")
