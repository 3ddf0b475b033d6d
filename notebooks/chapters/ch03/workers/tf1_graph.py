"""A program in the style of TensorFlow 1, run by today's TensorFlow through tf.compat.v1 (chapter 03 shows and runs it).

JSON in: {"rows": two arrays (1, 8), "h": (1, 4), "W_x": (8, 4), "W_h": (4, 4)}. One JSON line out: what `print` showed
before anything had run, the graph as it stood then, what the session gave, in which order nodes ran, what mistakes led to.
"""
import json
import sys

import tensorflow.compat.v1 as tf

from helpers import show

given = json.load(sys.stdin)
said = []
tf.disable_v2_behavior()


def mistake(action):
    """What the action leads to, in one line."""
    try:
        action()
    except (tf.errors.OpError, ValueError, TypeError) as error:
        return show.gist(error)
    return "runs"


# [define: nothing is computed in these lines]
x = tf.placeholder(tf.float32, [1, 8], name="x")
h = tf.placeholder(tf.float32, [1, 4], name="h")
W_x = tf.Variable(given["W_x"], name="W_x")
W_h = tf.Variable(given["W_h"], name="W_h")
next_h = tf.tanh(tf.matmul(x, W_x) + tf.matmul(h, W_h), name="next_h")
said.append(repr(next_h))
# [end]

graph = tf.get_default_graph()
nodes = {op.name: op.type for op in graph.get_operations()}
edges = [[source.op.name, op.name] for op in graph.get_operations() for source in op.inputs]

# [run: the session feeds the placeholders and computes what next_h needs]
session = tf.Session()
session.run([W_x.initializer, W_h.initializer])
trace = tf.RunMetadata()
first = session.run(next_h, feed_dict={x: given["rows"][0], h: given["h"]})
second = session.run(next_h, feed_dict={x: given["rows"][1], h: given["h"]},
                     options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), run_metadata=trace)
# [end]

unchanged = len(graph.get_operations()) == len(nodes)
ran = sorted((node.all_start_micros, node.node_name) for device in trace.step_stats.dev_stats for node in device.node_stats)
wide = tf.placeholder(tf.float64, [8, 8], name="wide")
print(json.dumps({
    "said": said[0], "nodes": nodes, "edges": edges, "unchanged": unchanged, "results": [first.tolist(), second.tolist()],
    "ran": [name for _, name in ran],
    "mistakes": {"wrong shape": mistake(lambda: tf.matmul(x, W_h)),
                 "wrong dtype": mistake(lambda: tf.matmul(x, wide)),
                 "an if on a value": mistake(lambda: x if x[0, 0] > 0 else h),
                 "an input left out": mistake(lambda: session.run(next_h, {x: given["rows"][0]}))}}))
