"""TensorFlow's half of lesson 4a, for later lessons: weights, the cell, two ways over trees. `trees_torch` has the same."""
import tensorflow as tf

from chapters.ch04.trees import OPS, SIZE
from helpers import tf_side


def load(weights, where, dtype):
    """The weights as variables {name: variable} on a device. dtype: "float32" or "float64"."""
    with tf.device(where):
        return {name: tf.Variable(tf_side.tensor(array, where, dtype)) for name, array in weights.items()}


def combine(model, op, pairs):
    """New states (rows, SIZE) from pairs of states (rows, 2 * SIZE)."""
    return tf.tanh(pairs @ model[op])


def state(model, tree):
    """The state at the top of one tree, (1, SIZE), by recursion."""
    if isinstance(tree, int):
        return tf.gather(model["digit"], [tree])
    op, left, right = tree
    return combine(model, op, tf.concat([state(model, left), state(model, right)], axis=1))


def one_by_one(model, trees):
    """The states at the tops of trees, (trees, SIZE), one tree after the other."""
    return tf.concat([state(model, tree) for tree in trees], axis=0)


def batched(model, plan, combine=combine):
    """The states at the tops of all trees of a plan, (trees, SIZE)."""
    digits, rounds, tops = plan
    table = tf.gather(model["digit"], digits)
    for children, counts in rounds:
        pairs = tf.reshape(tf.gather(table, children), [-1, 2 * SIZE])
        groups = tf.split(pairs, counts)
        table = tf.concat([table, *(combine(model, op, group) for op, group in zip(OPS, groups))], axis=0)
    return tf.gather(table, tops)


def run(way, model, trees):
    """The states that a way makes of trees, and the slopes of their mean square: {"states": ..., "slope of +": ...}."""
    with tf.device(next(iter(model.values())).device), tf.GradientTape() as tape:
        states = way(model, trees)
        loss = tf.reduce_mean(tf.square(states))
    slopes = tape.gradient(loss, list(model.values()), unconnected_gradients="zero")
    found = {f"slope of {name}": tf_side.to_numpy(slope) for name, slope in zip(model, slopes)}
    return {"states": tf_side.to_numpy(states)} | found
