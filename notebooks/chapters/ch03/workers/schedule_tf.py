"""When TensorFlow ran each product of one training step of a network with two branches, on the CPU (lesson 3d).

JSON in: {"size": rows of the square matrices, "layers": of a branch, "settings": [{"side": threads side by side, "inside":
threads inside an operation}, ...]}. For each setting a JSON line out: {"bars": [[branch, start in ms, end in ms, "forward"
or "back"], ...]}, the fastest of five steps. The graph is that of a tf.function; a TensorFlow 1 session runs it, because
only a session hands out a trace of every operation (FULL_TRACE).

A process keeps the first numbers of threads that it was given, so each setting has a process of its own. On Linux that is a
fork of this one, which has loaded TensorFlow and has run nothing; elsewhere it begins anew.
"""
import json
import multiprocessing
import re
import sys

import tensorflow as tf


@tf.function
def step(x, *weights):
    """The slopes toward the weights of two branches that do not need each other, each added up to one number."""
    a = b = x
    layers = len(weights) // 2
    for k in range(layers):
        a = tf.matmul(a, weights[k], name=f"a{k}")
        b = tf.matmul(b, weights[layers + k], name=f"b{k}")
    loss = tf.reduce_sum(a * a) + tf.reduce_sum(b * b)
    return [tf.reduce_sum(slope) for slope in tf.gradients(loss, weights)]


def bar(node):
    """[branch, start in ms, end in ms, direction] of a product in the trace; None for any other operation."""
    found = re.fullmatch(r"(gradients/)?([ab])\d+(_grad/MatMul(_1)?)?", node.node_name)
    if not found:
        return None
    end = node.all_start_micros + node.op_end_rel_micros
    return [found[2], node.all_start_micros / 1e3, end / 1e3, "back" if found[1] else "forward"]


def length(bars):
    return max(end for _, _, end, _ in bars) - min(start for _, start, _, _ in bars)


def measure(size, layers, side, inside):
    """Take five steps with this setting, and print the bars of the fastest."""
    inputs = [tf.random.stateless_uniform([size, size], seed=(k, 0)) / size for k in range(1 + 2 * layers)]
    graph = step.get_concrete_function(*inputs).graph
    feed = {node.name: value.numpy() for node, value in zip(graph.inputs, inputs)}
    asked = [node.name for node in graph.outputs]
    threads = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=inside, inter_op_parallelism_threads=side)
    options = tf.compat.v1.RunOptions(trace_level=tf.compat.v1.RunOptions.FULL_TRACE)
    runs = []
    with tf.compat.v1.Session(graph=graph, config=threads) as session:
        for _ in range(5):
            trace = tf.compat.v1.RunMetadata()
            session.run(asked, feed, options=options, run_metadata=trace)
            nodes = [node for device in trace.step_stats.dev_stats for node in device.node_stats]
            runs.append([found for found in map(bar, nodes) if found])
    bars = min(runs, key=length)
    zero = min(start for _, start, _, _ in bars)
    bars = [[name, start - zero, end - zero, kind] for name, start, end, kind in bars]
    print(json.dumps({"bars": bars}), flush=True)


if __name__ == "__main__":
    given = json.load(sys.stdin)
    processes = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    for setting in given.pop("settings"):
        child = processes.Process(target=measure, kwargs=given | setting)
        child.start()
        child.join()
        if child.exitcode:
            sys.exit(f"the process with the setting {setting} ended with {child.exitcode}")
