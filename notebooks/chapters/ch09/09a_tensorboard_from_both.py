# %% [markdown]
# # 9a. TensorBoard from both
#
# Two frameworks write one kind of file, and one page draws both into one chart. Then you read back what the page is
# told, and find that the curve on the screen is not your data.
#
# > **Minutes**: 40 · **Needs**: a training loop, as in chapter 7 · **Claims tested**: C03, C17, C35, C38a, C38b, C38c, C38d
# >
# > **You will be able to**
# > - write losses, histograms, graphs, pictures, text and sound from either framework (verdict in 9a.2 and verdict in 9a.5)
# > - say what is drawn where you logged a spike (prediction P9.2 and exercise 9.1)
# > - say what a histogram still knows of its data (exercise 9.3)
# > - start the server, and read back what its page is told (claim C38a)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("09a")

import contextlib
import tempfile
import time
import warnings

import numpy as np

from chapters.ch09 import boards, decode, event_files, figures, start
from helpers import claims, data, exercises, parity, process, web

session.skip_where_missing("tensorboard")

# %% tags=["torch", "setup"]
# PyTorch
import torch

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"
linger = 0  # seconds to look around in the page in 9a.6; 600 is a good choice

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
folder = tempfile.TemporaryDirectory(prefix="side-by-side-")  # gone with the kernel
logs = event_files.logs(folder.name)  # the path of a folder in it

# %% [markdown]
# ## 9a.1 A writer, a file, a server
#
# [TensorBoard](glossary.md#tensorboard) has three parts. A *writer*, in your program, appends records to an *event file*.
# A *server*, a program of its own, reads all event files below a folder. A *page* in your browser asks the server, and
# draws. A *run* is a folder of event files.
#
# The article says that TensorFlow has this built in, and that PyTorch needs a third party's tool. So look: what does pip
# install together with each framework? And can each write one number in a process that cannot find the package
# `tensorboard`? (`process.run` starts such a process, from the files
# [no_board_torch.py](chapters/ch09/workers/no_board_torch.py) and
# [no_board_tf.py](chapters/ch09/workers/no_board_tf.py), and returns what it reports.)
#
# **Predict.** Which of the two can write it?
#
# - **a** both
# - **b** only TensorFlow
# - **c** only PyTorch
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P9.1", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
installed_torch = "tensorboard" in boards.comes_with(torch)
alone_torch = process.run("ch09/no_board_torch", {}, timeout=120)[0]
print("installed with PyTorch:", installed_torch)
print("without it:", alone_torch)

# %% tags=["tf"]
# TensorFlow
installed_tf = "tensorboard" in boards.comes_with(tf)
alone_tf = process.run("ch09/no_board_tf", {}, timeout=120)[0]
print("installed with TensorFlow:", installed_tf)
print("without it:", alone_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and whether PyTorch needs more than TensorFlow.
torch_writes = alone_torch["writes"]
tf_writes = alone_tf["writes"]
letter = exercises.first_true(
    {
        "a": torch_writes and tf_writes,
        "b": tf_writes,
        "c": torch_writes,
        "d": not torch_writes and not tf_writes,
    }
)
exercises.outcome("P9.1", letter)
claims.verdict(
    "C17",
    {"PyTorch needs one more package": not torch_writes, "TensorFlow none": tf_writes},
    f"without the package tensorboard PyTorch's writer raises {alone_torch['error']}, "
    f"TensorFlow's {alone_tf['error']}",
)

# %% [markdown]
# ## 9a.2 Log a training
#
# A network with 64 inputs, 32 hidden units and 10 outputs learns the digits, from the same weights and in the same order
# of [batches](glossary.md#batch). `start.weights` gives two tables of random numbers and two rows of zeros; PyTorch keeps
# a table turned over, so it gets `W1.T`.

# %% tags=["taught"]
digits = data.digits("float64")
x_test = digits.x_test.reshape(-1, 64)
batches = start.batches(seed, epochs=3 if fast else 20)
W1, b1, W2, b2 = start.weights(seed)
print(len(batches), "batches")

# %% tags=["torch"]
# PyTorch
hidden_torch = torch.nn.Linear(64, 32)
last = torch.nn.Linear(32, 10)
net_torch = torch.nn.Sequential(hidden_torch, torch.nn.ReLU(), last).double()
given = {"0.weight": W1.T, "0.bias": b1, "2.weight": W2.T, "2.bias": b2}
torch_side.set_weights(net_torch, given)
first_torch = torch_side.to_numpy(net_torch(torch.tensor(x_test)))

# %% tags=["tf"]
# TensorFlow
hidden_tf = tf.keras.layers.Dense(32, "relu", dtype="float64")
last = tf.keras.layers.Dense(10, dtype="float64")
net_tf = tf.keras.Sequential([tf.keras.Input([64], dtype="float64"), hidden_tf, last])
net_tf.set_weights([W1, b1, W2, b2])
first_tf = tf_side.to_numpy(net_tf(x_test))

# %% tags=["verdict", "folded"]
# Folded: compares the outputs before the training.
parity.verdict("the outputs before training", first_torch, first_tf, atol=1e-12)

# %% [markdown]
# At each step we log a *scalar*, the [loss](glossary.md#loss), and two *histograms*: the hidden layer's weights and their
# [gradients](glossary.md#gradient). Each record has a *tag*, its name, and the number of the step.
#
# A histogram counts how many values lie in each of 30 *buckets* (PyTorch: *bins*). PyTorch's writer is an object with
# methods `add_...`. TensorFlow's is a *place*: `with ....as_default():` makes a writer the default for its block; outside of
# it `tf.summary.scalar` writes nowhere, without a word. The folder becomes the run, and gives it its name.
#
# `sparse_softmax_cross_entropy_with_logits` takes the right digits as whole numbers (*sparse*: no rows of 0 and 1), then
# the scores, and gives one loss a picture. `reduce_mean` makes one number of them, as PyTorch's `cross_entropy` does by
# itself.

# %% tags=["torch"]
# PyTorch
from torch.utils.tensorboard import SummaryWriter

run_torch = "torch"  # its folder below logs
sgd = torch.optim.SGD(net_torch.parameters(), lr=0.25)
losses_torch = []
with SummaryWriter(logs / run_torch) as writer:
    for step, (x, y) in enumerate(batches):
        scores = net_torch(torch.tensor(x))
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor(y))
        sgd.zero_grad()
        loss.backward()
        losses_torch.append(loss.item())
        weights = hidden_torch.weight
        writer.add_scalar("loss", loss.item(), step)
        writer.add_histogram("hidden/weights", weights, step, bins=30)
        writer.add_histogram("hidden/gradients", weights.grad, step, bins=30)
        sgd.step()

# %% tags=["tf"]
# TensorFlow
cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits
run_tf = "tf"  # its folder below logs
sgd = tf.keras.optimizers.SGD(0.25)
losses_tf = []
with tf.summary.create_file_writer(str(logs / run_tf)).as_default():
    for step, (x, y) in enumerate(batches):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(cross_entropy(y, net_tf(x)))
        gradients = tape.gradient(loss, net_tf.trainable_variables)
        losses_tf.append(float(loss))
        tf.summary.scalar("loss", loss, step)
        tf.summary.histogram("hidden/weights", hidden_tf.kernel, step, buckets=30)
        of_weights = gradients[0]  # the hidden layer's kernel is the first variable
        tf.summary.histogram("hidden/gradients", of_weights, step, buckets=30)
        sgd.apply_gradients(zip(gradients, net_tf.trainable_variables))

# %% tags=["verdict", "folded"]
# Folded: compares the losses in memory and in the files, and what was written.
in_memory_torch = np.array(losses_torch)
in_memory_tf = np.array(losses_tf)
parity.verdict("the losses in memory", in_memory_torch, in_memory_tf, atol=1e-6)
file_torch = event_files.read(logs / run_torch)
file_tf = event_files.read(logs / run_tf)
loss_torch = event_files.numbers(file_torch["loss"])
loss_tf = event_files.numbers(file_tf["loss"])
parity.verdict("the losses in the event files", loss_torch, loss_tf, atol=1e-6)
kinds_torch = event_files.kinds(file_torch, "scalars", "histograms")
kinds_tf = event_files.kinds(file_tf, "scalars", "histograms")
parity.verdict("names and kinds of what was written", kinds_torch, kinds_tf)

# %% [markdown]
# When the training is over, one number sums it up: the [accuracy](glossary.md#accuracy) on pictures that it has not seen.
# A second writer on the same folder adds a second file to the same run.

# %% tags=["torch"]
# PyTorch
scores = torch_side.to_numpy(net_torch(torch.tensor(x_test)))
accuracy_torch = float((scores.argmax(axis=1) == digits.y_test).mean())
with SummaryWriter(logs / run_torch) as writer:
    writer.add_scalar("accuracy", accuracy_torch, 0)

# %% tags=["tf"]
# TensorFlow
scores = tf_side.to_numpy(net_tf(x_test))
accuracy_tf = float((scores.argmax(axis=1) == digits.y_test).mean())
with tf.summary.create_file_writer(str(logs / run_tf)).as_default():
    tf.summary.scalar("accuracy", accuracy_tf, 0)

# %% tags=["verdict", "folded"]
# Folded: compares the accuracies.
parity.verdict("the accuracy on the test pictures", accuracy_torch, accuracy_tf)
print("more than 80 % are read correctly:", accuracy_tf > 0.8)

# %% [markdown]
# ## 9a.3 The curve on the screen is not your data
#
# Before TensorBoard draws a scalar it *smooths* it, and the slider of its page starts at 0.6. Its
# [source](https://github.com/tensorflow/tensorboard/blob/master/tensorboard/components/vz_line_chart2/line-chart.ts)
# says how. Of the values $y_0, y_1, \dots$ it keeps a running level. Each new level is 0.6 of the old one and 0.4 of the
# new value:
#
# $$s_t = 0.6\, s_{t-1} + 0.4\, y_t, \qquad s_{-1} = 0$$
#
# The first levels are too low, since they start from 0. So what is drawn is $s_t / (1 - 0.6^{t+1})$, the
# [bias correction](glossary.md#bias-correction) that Adam uses too.


# %% tags=["taught"]
def smooth(values):
    """What TensorBoard draws, for an array of what was logged."""
    drawn = []
    level = 0.0
    for t, value in enumerate(values):
        level = 0.6 * level + 0.4 * value
        drawn.append(level / (1 - 0.6 ** (t + 1)))
    return np.array(drawn)


print(smooth([1.0, 1.0, 1.0, 0.0, 0.0, 0.0]))

# %% [markdown]
# **Predict.** A loss is 0 for fifty steps, and 10 at the next. How high is the spike on the screen, to the next whole
# number?
#
# - **a** 4
# - **b** 6
# - **c** 10

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P9.2", guess, among=["a", "b", "c"])

# %% tags=["taught"]
spike = np.zeros(51)
spike[50] = 10.0
height = smooth(spike).max()
print(height)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
heights = {"a": round(height) == 4, "b": round(height) == 6, "c": round(height) == 10}
exercises.outcome("P9.2", exercises.first_true(heights))

# %% tags=["folded"]
# Folded: draws the loss as it was logged, and as TensorBoard draws it.
logged = {"PyTorch": loss_torch, "TensorFlow": loss_tf}
drawn = {name: smooth(values) for name, values in logged.items()}
figures.smoothed(logged, drawn)

# %% [markdown]
# A loss that blew up for one step looks like a bump. And smoothing counts logged *points*, not steps: log every tenth
# step, and the curve looks calmer. Before you compare two runs, set the slider to 0.

# %% [markdown]
# ### Exercise 9.1: the drawn curve, without a loop (6 minutes)
#
# Port `smooth` to PyTorch, without a Python loop over the values. The levels are weighted sums of all values so far:
#
# $$s_t = 0.4 \sum_{k \le t} 0.6^{\,t-k}\, y_k$$
#
# With a square table of the powers $0.6^{t-k}$, row $t$ and column $k$, that is a product of the table and the values.
# `values` is a float64 tensor of shape (n,), and so is the result. Gradients shall reach `values`.

# %% tags=["exercise"]
answer = ...  # a function of a PyTorch tensor of shape (n,)


# solution
def answer(values):
    t = torch.arange(len(values))
    lag = t[:, None] - t  # how long ago each value was: row t, column k
    powers = torch.tril(0.6 ** lag.clamp(min=0).double())
    return 0.4 * (powers @ values) / (1 - 0.6 ** (t + 1).double())


# wrong: the division is missing
def answer(values):
    t = torch.arange(len(values))
    lag = t[:, None] - t
    powers = torch.tril(0.6 ** lag.clamp(min=0).double())
    return 0.4 * (powers @ values)


# wrong: looks ahead
def answer(values):
    t = torch.arange(len(values))
    powers = 0.6 ** (t[:, None] - t).abs().double()
    return 0.4 * (powers @ values) / (1 - 0.6 ** (t + 1).double())


# wrong: the weight is on the wrong term
def answer(values):
    t = torch.arange(len(values))
    lag = t[:, None] - t
    powers = torch.tril(0.4 ** lag.clamp(min=0).double())
    return 0.6 * (powers @ values) / (1 - 0.4 ** (t + 1).double())


# wrong: no gradient reaches
def answer(values):
    return torch.tensor(smooth(values.detach().numpy()))


# %% tags=["check"]
exercises.check("9.1", answer)

# %% [markdown]
# ## 9a.4 A histogram has forgotten its data
#
# In the file a histogram is at most 30 rows: left edge, right edge, and how many values lie between. `event_files.read`
# reads a run's files, into a dict by tag, with TensorBoard's own reader, and `histograms` gives (step, rows) for each step.

# %% tags=["torch"]
# PyTorch
file_torch = event_files.read(logs / run_torch)
history_torch = event_files.histograms(file_torch["hidden/gradients"])
step, rows_torch = history_torch[0]
print(rows_torch.shape, "of", hidden_torch.weight.numel(), "gradients")

# %% tags=["tf"]
# TensorFlow
file_tf = event_files.read(logs / run_tf)
history_tf = event_files.histograms(file_tf["hidden/gradients"])
step, rows_tf = history_tf[0]
print(rows_tf.shape, "of", tf.size(hidden_tf.kernel).numpy(), "gradients")

# %% tags=["verdict", "folded"]
# Folded: compares the values that were counted, and the outermost edges.
counted_torch = rows_torch[:, 2].sum()
parity.verdict("the values that were counted", counted_torch, rows_tf[:, 2].sum())
ends_torch = np.array([rows_torch[0, 0], rows_torch[-1, 1]])
ends_tf = np.array([rows_tf[0, 0], rows_tf[-1, 1]])
parity.verdict("the smallest and the largest", ends_torch, ends_tf, atol=1e-6)

# %% tags=["folded"]
# Folded: draws the histograms of all steps, a column each.
figures.over_time({"PyTorch": history_torch, "TensorFlow": history_tf})

# %% [markdown]
# Each column of the figure is one histogram, dark where many values fall. Watch the width: where it shrinks to a thin
# line while the loss stays high, no gradient reaches the layer. The loss alone would not say where it got stuck.

# %% [markdown]
# ### Exercise 9.3: the mean, from buckets (3 minutes)
#
# Below are four rows of a histogram. What was the mean of the data? Estimate it: assume that the values of a bucket lie
# in its middle.

# %% tags=["exercise"]
buckets = np.array([[-1.0, -0.5, 4], [-0.5, 0.0, 10], [0.0, 0.5, 20], [0.5, 1.5, 6]])
answer = ...  # a number
# solution
middles = (buckets[:, 0] + buckets[:, 1]) / 2
counts = buckets[:, 2]
answer = (middles * counts).sum() / counts.sum()
# wrong: without the counts
answer = buckets[:, :2].mean()
# wrong: left edges
answer = (buckets[:, 0] * buckets[:, 2]).sum() / buckets[:, 2].sum()
# wrong: divided by the number of buckets
answer = (buckets[:, :2].mean(axis=1) * buckets[:, 2]).mean()

# %% tags=["check"]
exercises.check("9.3", answer)

# %% [markdown]
# ## 9a.5 A graph, pictures, text, sound
#
# `add_graph` [traces](glossary.md#tracing) the model with an example input. TensorFlow writes the
# [graph](glossary.md#graph) of a `tf.function`: `get_concrete_function` traces it for inputs of one shape. Both become
# nodes with an operation and inputs, so one page can draw them. We note whether something warns that it will go away.

# %% tags=["torch"]
# PyTorch
with warnings.catch_warnings(record=True) as heard_torch:
    warnings.simplefilter("always")
    with SummaryWriter(logs / run_torch) as writer:
        writer.add_graph(net_torch, torch.zeros(1, 64, dtype=torch.float64))
nodes_torch, edges_torch = event_files.graph(logs / run_torch)
print(len(nodes_torch), "nodes")

# %% tags=["tf"]
# TensorFlow
with warnings.catch_warnings(record=True) as heard_tf:
    warnings.simplefilter("always")
    traced = tf.function(net_tf).get_concrete_function(
        tf.TensorSpec([1, 64], tf.float64)
    )
    with tf.summary.create_file_writer(str(logs / run_tf)).as_default():
        tf.summary.graph(traced.graph)
nodes_tf, edges_tf = event_files.graph(logs / run_tf)
print(len(nodes_tf), "nodes")

# %% tags=["verdict", "folded"]
# Folded: counts products and ReLUs under each framework's names, and the warnings.
products = {"aten::linear", "MatMul"}
relus = {"aten::relu", "Relu"}
counted_torch = event_files.count(nodes_torch, {"product": products, "ReLU": relus})
counted_tf = event_files.count(nodes_tf, {"product": products, "ReLU": relus})
parity.verdict("products and ReLUs in the graph", counted_torch, counted_tf)
old_torch = any(issubclass(one.category, DeprecationWarning) for one in heard_torch)
old_tf = any(issubclass(one.category, DeprecationWarning) for one in heard_tf)
print(f"something deprecated on the way: PyTorch {old_torch}, TensorFlow {old_tf}")

# %% tags=["folded"]
# Folded: draws both graphs.
graphs = {
    "PyTorch: add_graph": (nodes_torch, edges_torch),
    "TensorFlow: tf.summary.graph": (nodes_tf, edges_tf),
}
figures.graphs(graphs, products | relus)

# %% [markdown]
# The two graphs look like different networks, and are one: TensorFlow's splits a layer into reading a variable, product
# and sum.
#
# Now a digit, a note in Markdown, and one second of a chord. Shades are numbers from 0 to 1, and one pixel of ours is too
# bright: see what comes back. A wave goes from -1 to 1. `dataformats="HW"` says that the picture has a height and a width
# only. `None` in an index adds an axis of length 1: for the batch, which TensorFlow wants, or for the channel.

# %% tags=["taught"]
digit = digits.x_test[3].astype("float32")
digit[0, 0] = 2.0  # too bright
t = np.arange(8000) / 8000  # one second, in 8,000 samples
a_major = [np.sin(2 * np.pi * hertz * t) for hertz in (440.0, 554.37, 659.26)]
chord = np.mean(a_major, axis=0).astype("float32")

# %% tags=["torch"]
# PyTorch
with SummaryWriter(logs / run_torch) as writer:
    writer.add_image("digit", digit, 0, dataformats="HW")
    writer.add_text("note", "trained with **SGD**", 0)
    writer.add_audio("chord", torch.tensor(chord)[None], 0, sample_rate=8000)
file_torch = event_files.read(logs / run_torch)
others_torch = event_files.kinds(file_torch, "images", "text", "audio")
print(others_torch)

# %% tags=["tf"]
# TensorFlow
with tf.summary.create_file_writer(str(logs / run_tf)).as_default():
    tf.summary.image(
        "digit", digit[None, :, :, None], 0
    )  # batch, height, width, channel
    tf.summary.text("note", "trained with **SGD**", 0)
    tf.summary.audio("chord", chord[None, :, None], 8000, 0)  # batch, sample, channel
file_tf = event_files.read(logs / run_tf)
others_tf = event_files.kinds(file_tf, "images", "text", "audio")
print(others_tf)

# %% tags=["verdict", "folded"]
# Folded: compares names and kinds, as they are and without PyTorch's ending.
parity.differ("the names as each framework wrote them", others_torch, others_tf)
ending = "/text_summary"
plain = {tag.removesuffix(ending): kind for tag, kind in others_torch.items()}
parity.verdict("names without PyTorch's ending, and kinds", plain, others_tf)

# %% [markdown]
# ## 9a.6 The server, read back
#
# Both runs lie below one folder. Now the real TensorBoard starts, on a free port of the
# [loopback](glossary.md#loopback): only programs of this machine reach it. On your own machine
# `tensorboard --logdir FOLDER` does the same, and in a notebook `%load_ext tensorboard` and
# `%tensorboard --logdir FOLDER`.
#
# TensorBoard asks nobody for a password, and all accounts of a machine share its loopback. So `boards.tensorboard` lets the
# pages begin at a path of 32 digits and letters drawn at random, and answers only who calls this machine by its own name: a
# page from elsewhere, whose name was made to lead to 127.0.0.1, says another. The two commands do neither.
#
# An `ExitStack` holds a `with` block open over several cells; `opened.close()` ends it, and the server with it.

# %% tags=["taught"]
opened = contextlib.ExitStack()
server = opened.enter_context(boards.tensorboard(logs))
print(sorted(web.ask(server.url, "data/runs")))

# %% [markdown]
# We ask over HTTP what the page asks. `web.ask` sends a GET request; an answer in JSON it decodes, any other comes back as
# bytes. The address names the kind twice: first the plugin, the part of TensorBoard that knows it, then the plugin's list.
# What is given by name (`run`, `tag`) goes behind the `?` of the address. The answer for a scalar is a list of [time, step,
# value], for a histogram a list of [time, step, rows].


# %% tags=["taught"]
def served(run, kind, tag):
    """The server's answer on a tag of a run; kind: "scalars", "histograms", "text"."""
    return web.ask(server.url, f"data/plugin/{kind}/{kind}", run=run, tag=tag)


# %% tags=["torch"]
# PyTorch
loss_torch = np.array(served(run_torch, "scalars", "loss"))
accuracies_torch = served(run_torch, "scalars", "accuracy")
weights_torch = served(run_torch, "histograms", "hidden/weights")
print(loss_torch.shape, len(accuracies_torch), len(weights_torch))

# %% tags=["tf"]
# TensorFlow
loss_tf = np.array(served(run_tf, "scalars", "loss"))
accuracies_tf = served(run_tf, "scalars", "accuracy")
weights_tf = served(run_tf, "histograms", "hidden/weights")
print(loss_tf.shape, len(accuracies_tf), len(weights_tf))

# %% tags=["verdict", "folded"]
# Folded: compares what is served, and judges two claims: are both there, from both?
loss_steps_torch = loss_torch[:, 1:]
parity.verdict("steps and losses served", loss_steps_torch, loss_tf[:, 1:], atol=1e-5)
score_torch = accuracies_torch[0][2]
parity.verdict("the accuracy served", score_torch, accuracies_tf[0][2], atol=1e-6)
claims.verdict(
    "C38a",
    {
        "loss": len(loss_torch) == len(loss_tf) == len(batches),
        "accuracy": len(accuracies_torch) == len(accuracies_tf) == 1,
    },
    f"served from PyTorch: {len(loss_torch)} losses, {len(accuracies_torch)} accuracy; "
    f"from TensorFlow: {len(loss_tf)} and {len(accuracies_tf)}",
)
claims.verdict(
    "C38c",
    len(weights_torch) == len(weights_tf) > 2,
    f"{len(weights_torch)} and {len(weights_tf)} histograms are served, over time",
)

# %% [markdown]
# Fewer histograms are served than were written: for its page's sake the server gives out at most 51 of a tag. The file has
# all.
#
# The graph comes as text. `conceptual="false"` asks for the one by operations.

# %% tags=["torch"]
# PyTorch
path = "data/plugin/graphs/graph"
graph_torch = web.ask(server.url, path, run=run_torch, conceptual="false").decode()
print(graph_torch[:150])

# %% tags=["tf"]
# TensorFlow
path = "data/plugin/graphs/graph"
graph_tf = web.ask(server.url, path, run=run_tf, conceptual="false").decode()
print(graph_tf[:150])

# %% tags=["verdict", "folded"]
# Folded: judges whether operations and layers are named in what is served.
words = ["aten::relu", "Linear[0]", "MatMul", "sequential"]
named = [word for word in words if word in graph_torch + graph_tf]
claims.verdict(
    "C38b",
    {
        "operations": "aten::relu" in graph_torch and "MatMul" in graph_tf,
        "layers": "Linear[0]" in graph_torch and "sequential" in graph_tf,
    },
    f"the graphs served name: {', '.join(named)}",
)

# %% [markdown]
# Pictures and sounds are files: the server's list names them, and a second question fetches one. Each entry of the list has
# a `query`, which is what stands after the `?` in the file's address; `sample=0` asks for the first picture or sound of a
# step. `decode.pixels` turns a PNG file into shades, `decode.sound` a WAV file into samples.
# (`individualImage` and `individualAudio` are the addresses under which the server gives out one file.) The note comes as
# a list with the text as HTML in it; `str` makes one string of it, in which we can look for the bold word.


# %% tags=["taught"]
def served_file(run, kind, path, tag):
    """The bytes of the first picture or sound under a tag."""
    entries = web.ask(
        server.url, f"data/plugin/{kind}/{kind}", run=run, tag=tag, sample=0
    )
    return web.ask(server.url, f"data/plugin/{kind}/{path}?{entries[0]['query']}")


# %% tags=["torch"]
# PyTorch
file = served_file(run_torch, "images", "individualImage", "digit")
pixels_torch = decode.pixels(file)
file = served_file(run_torch, "audio", "individualAudio", "chord")
sound_torch = decode.sound(file)
note_torch = str(served(run_torch, "text", "note/text_summary"))

# %% tags=["tf"]
# TensorFlow
file = served_file(run_tf, "images", "individualImage", "digit")
pixels_tf = decode.pixels(file)
file = served_file(run_tf, "audio", "individualAudio", "chord")
sound_tf = decode.sound(file)
note_tf = str(served(run_tf, "text", "note"))

# %% tags=["verdict", "folded"]
# Folded: compares picture and sound, within a step of 8 and 16 bits, and judges.
parity.verdict(
    "a digit's pixels, from the PNG", pixels_torch, pixels_tf, atol=1.5 / 255
)
parity.verdict("the pixel that was too bright", float(pixels_torch[0, 0]), 1.0)
parity.verdict("the chord, from the WAV", sound_torch, sound_tf, atol=3e-4)
bold = ["<strong>SGD</strong>" in note for note in (note_torch, note_tf)]
claims.verdict(
    "C38d",
    {
        "images": pixels_torch.shape == (8, 8),
        "text": all(bold),
        "sound": len(sound_torch) == 8000,
    },
    f"served: a picture of shape {pixels_torch.shape}, "
    f"text from {sum(bold)} of 2 runs, {len(sound_torch)} samples of sound",
)

# %% [markdown]
# A picture comes back in steps of 1/255, a sound in steps of 1/32767, and the pixel of 2 is cut off at 1. And so to the
# article's word on who has the better tool.

# %% tags=["verdict", "folded"]
# Folded: judges what the article says of TensorFlow's visualization.
claims.verdict(
    "C03",
    {
        "TensorFlow's runs are shown": len(loss_tf) > 0,
        "it comes with TensorFlow": installed_tf,
    },
    f"TensorBoard showed {len(loss_tf)} losses of TensorFlow's run, and pip installs "
    f"it {'with TensorFlow' if installed_tf else 'as a package of its own'}",
)

# %% tags=["verdict", "folded"]
# Folded: judges whether TensorBoard is TensorFlow's alone.
claims.verdict(
    "C35",
    {
        "TensorBoard shows TensorFlow's runs": len(loss_tf) > 0,
        "and only those": len(loss_torch) == 0,
        "it comes with TensorFlow": installed_tf,
    },
    f"one server showed {len(loss_torch)} losses of PyTorch's run "
    f"and {len(loss_tf)} of TensorFlow's",
)

# %% [markdown]
# Last, the page itself. With `linger` set in the parameters, it stays below the next cell for so many seconds; interrupt
# the cell to go on. It opens on its tab for scalars. Find both runs in one chart, and the slider for smoothing.

# %%
with web.embedded(server, linger, "#scalars"):
    time.sleep(linger)
opened.close()

# %% [markdown]
# ## 9a.7 Quiz

# %%
exercises.quiz("09a")

# %% [markdown]
# ## 9a.8 Verdicts
#
# The article's third difference has gone: TensorBoard came from TensorFlow, serves both, and
# [must be installed apart](https://github.com/tensorflow/tensorflow/pull/110709) for both.

# %%
claims.close("09a")

# %% [markdown]
# ## 9a.9 Summary and further reading
#
# - Writer, event file, server, page: runs of both frameworks below one folder are one chart.
# - The drawn curve is smoothed: a spike of 10 is drawn as 4. A histogram is counts in buckets, here 30; a picture has 8
#   bits. Read back what you rely on.
# - The server runs where the files are. To see the page of another machine, forward its port:
#   `ssh -L 6006:localhost:6006 NAME`.
#
# Further reading: [torch.utils.tensorboard](https://docs.pytorch.org/docs/stable/tensorboard.html),
# [get started with TensorBoard](https://www.tensorflow.org/tensorboard/get_started).
# Next: [Visdom, live](09b_visdom_live.ipynb)
