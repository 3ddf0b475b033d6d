"""What chapter 3 reads off TensorFlow's graphs."""
from helpers.session import quiet

with quiet():
    import tensorflow as tf


def captured_graph(graph: tf.Graph) -> tuple[dict, list]:
    """({operation: label}, edges in the direction in which data flows) of a graph."""
    found = graph.get_operations()
    nodes = {operation.name: f"{operation.name}\n{operation.type}" for operation in found}
    edges = [(source.op.name, operation.name) for operation in found for source in operation.inputs]
    return nodes, edges


def kinds(graph: tf.Graph) -> list[str]:
    """The kinds of a graph's operations, in the order in which they were made."""
    return [operation.type for operation in graph.get_operations()]
