"""A checkpoint as TensorFlow 1 left it, for lesson 7c to read."""
from pathlib import Path

from chapters.ch07 import old_files
from helpers import data
from helpers.session import quiet

with quiet():
    import tensorflow as tf

tf1 = tf.compat.v1


def write_ckpt(path: Path) -> None:
    """Write the reader of `old_files` with TensorFlow 1's Saver, in the middle of a training by Adam.

    One step is taken, at the rate 0: the weights stay what they are, and the optimizer has something to remember.
    """
    digits = data.digits()
    with tf.Graph().as_default():
        values = old_files.reader()
        weights = {name: tf1.get_variable(name, initializer=array) for name, array in values.items()}
        x = tf.constant(digits.x_train[:64].reshape(-1, 64))
        hidden = tf.nn.relu(x @ weights["dense/kernel"] + weights["dense/bias"])
        scores = hidden @ weights["dense_1/kernel"] + weights["dense_1/bias"]
        loss = tf1.losses.sparse_softmax_cross_entropy(digits.y_train[:64], scores)
        step = tf1.train.AdamOptimizer(learning_rate=0.0).minimize(loss, global_step=tf1.train.create_global_step())
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            session.run(step)
            tf1.train.Saver().save(session, str(path))
