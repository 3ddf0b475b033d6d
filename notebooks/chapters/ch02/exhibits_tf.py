"""What chapter 2 reads off TensorFlow's graphs. A tape cannot be read so, but a traced copy of the same code can."""
from helpers.session import quiet

with quiet():
    import tensorflow as tf


def graph(function):
    """A function of two float64 numbers as ({operation: its kind}, edges in the direction in which data flows)."""
    number = tf.TensorSpec([], tf.float64)
    found = tf.function(function).get_concrete_function(number, number).graph.get_operations()
    edges = [(source.op.name, operation.name) for operation in found for source in operation.inputs]
    used = {name for edge in edges for name in edge}
    return {operation.name: operation.type for operation in found if operation.name in used}, edges


def operations(function):
    """The kinds of the operations of a function of two numbers, without its inputs and outputs."""
    nodes, _ = graph(function)
    return [kind for kind in nodes.values() if kind not in ("Placeholder", "Identity")]


def with_gradient(function):
    """The function of two numbers that gives the slopes of `function`, by a tape."""
    def slopes(x, y):
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            result = function(x, y)
        return tape.gradient(result, [x, y])
    return slopes
