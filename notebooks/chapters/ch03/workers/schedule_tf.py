"""When TensorFlow ran each product of two independent chains of matrix products in one graph, on the CPU (chapter 03).

JSON in: {"size": rows of the square matrix, "steps": products in a chain, "threads": [n]}. One JSON line out:
{"threads": n, "bars": [[chain, start in ms, end in ms], ...]}, the fastest of five runs. The graph is that of a tf.function;
a TensorFlow 1 session runs it, because only a session hands out a trace of every operation (FULL_TRACE).

n is the number of inter-op threads, those that run operations side by side; an operation itself has one thread (intra-op).
A process keeps the first setting that it was given, so each n needs a process of its own.
"""
import json
import sys

import tensorflow as tf

given = json.load(sys.stdin)
threads, = given["threads"]
matrix = tf.random.stateless_uniform([given["size"]] * 2, seed=(0, 0)) / given["size"]


@tf.function
def chains(m):
    a = b = m
    for k in range(given["steps"]):
        a = tf.matmul(a, m, name=f"a{k}")
        b = tf.matmul(m, b, name=f"b{k}", transpose_a=True)  # else the first product of both would be one and the same
    return a + b


graph = chains.get_concrete_function(matrix).graph
settings = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=threads)
runs = []
with tf.compat.v1.Session(graph=graph, config=settings) as session:
    for _ in range(5):
        trace = tf.compat.v1.RunMetadata()
        session.run(graph.outputs[0].name, {graph.inputs[0].name: matrix.numpy()}, run_metadata=trace,
                    options=tf.compat.v1.RunOptions(trace_level=tf.compat.v1.RunOptions.FULL_TRACE))
        nodes = [node for device in trace.step_stats.dev_stats for node in device.node_stats if node.node_name[0] in "ab"]
        runs.append([[node.node_name[0], node.all_start_micros / 1e3, (node.all_start_micros + node.op_end_rel_micros) / 1e3]
                     for node in nodes if node.node_name[1:].isdigit()])
bars = min(runs, key=lambda bars: max(end for _, _, end in bars) - min(start for _, start, _ in bars))
zero = min(start for _, start, _ in bars)
print(json.dumps({"threads": threads, "bars": [[name, start - zero, end - zero] for name, start, end in bars]}))
