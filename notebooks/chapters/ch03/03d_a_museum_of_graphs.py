# %% [markdown]
# # 3d. A museum of graphs
#
# A program of 2016 runs again: it computes nothing until a session asks. Beside it, a graph that grows while your code
# runs. And what was the great promise of graphs, to run side by side what is independent?
#
# > **Minutes**: 30 · **Needs**: lessons 2b and 3a · **Claims tested**: C13, C21, C24, C25, C26, C27, C29, C30
# >
# > **You will be able to**
# > - read a TensorFlow 1 program (prediction P3.8)
# > - say what became of sessions and placeholders (claim C24 and claim C29)
# > - say when PyTorch's graph comes to be (claim C27)
# > - compute how fast a graph can be (exercise 3.4)
# > - tell threads side by side from threads inside an operation (claim C26)
#
# `fast` chooses the size of the experiments and `seed` the random numbers. `device` changes little: the old program and
# the races stay on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("03d")

import inspect
import re

import numpy as np

from chapters.ch03 import exhibits, figures
from helpers import claims, data, exercises, parity, process

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch03 import exhibits_torch
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

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 3d.1 A program of 2016
#
# Here is one step of a network that reads a picture row by row: from a row `x` of 8 pixels and what it remembers, `h`, it
# computes what it remembers next.
#
# $$h_\text{next} = \tanh(x\,W_x + h\,W_h)$$
#
# First as one writes it today. Data go in as arguments; `*fixed` hands over the list's members one by one.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
picture = data.digits().x_train[seed % 100]
rows = picture[3:5].reshape(2, 1, 8)  # two rows of a real digit, each of shape (1, 8)
h = rng.normal(size=(1, 4)).astype("float32")
W_x = rng.normal(size=(8, 4)).astype("float32")
W_h = rng.normal(size=(4, 4)).astype("float32")
on_cpu = {"CUDA_VISIBLE_DEVICES": "-1"}  # the scripts below shall see no GPU


# %% tags=["torch"]
# PyTorch
def step_torch(x, h, W_x, W_h):
    return torch.tanh(x @ W_x + h @ W_h)


fixed = [torch_side.tensor(array) for array in (h, W_x, W_h)]
next_torch = []
for row in rows:
    next_h = step_torch(torch_side.tensor(row), *fixed)
    next_torch.append(next_h.numpy())
print(next_torch[0])


# %% tags=["tf"]
# TensorFlow
def step_tf(x, h, W_x, W_h):
    return tf.tanh(x @ W_x + h @ W_h)


fixed = [tf_side.tensor(array) for array in (h, W_x, W_h)]
next_tf = []
for row in rows:
    next_h = step_tf(tf_side.tensor(row), *fixed)
    next_tf.append(next_h.numpy())
print(next_tf[0])

# %% tags=["verdict", "folded"]
# Folded: compares the steps of today (atol: rounding).
parity.verdict("PyTorch and TensorFlow today", next_torch, next_tf, atol=1e-6)

# %% [markdown]
# TensorFlow 1 had two times. First you defined a [static graph](glossary.md#static-graph): nodes for operations, edges
# for tensors, and a [placeholder](glossary.md#placeholder) for each input. Then a [session](glossary.md#session) ran nodes
# on what a [feed dict](glossary.md#feed-dict) supplied.
#
# The program below does the same step in that way. Today's TensorFlow still runs it, through `tf.compat.v1`, in a process
# of its own.
#
# **Predict.** After its first part, the program prints `next_h`. What does it show?
#
# - **a** four numbers
# - **b** a tensor without numbers
# - **c** an error

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P3.8", guess, among=["a", "b", "c"])

# %% [markdown]
# `process.run` starts a script with Python, sends it our arrays, and returns what it prints. We show the script's two
# parts as they are written.

# %% tags=["taught"]
print("run by TensorFlow", tf.__version__)
given = {"rows": rows, "h": h, "W_x": W_x, "W_h": W_h}
museum = process.run("ch03/tf1_graph", given, timeout=120, env=on_cpu)[0]
script = process.worker("ch03/tf1_graph").read_text(encoding="utf-8")
parts = []
for piece in script.split("# [end")[:-1]:
    parts.append(piece[piece.index("# [") :])  # from the mark at which a part begins
print("\n".join(parts))
print("next_h is shown as:", museum["said"])

# %% tags=["folded"]
# Folded: draws the graph as it stood before anything ran, and marks what then ran.
figures.program_of_2016(museum)

# %% [markdown]
# The drawing is the graph *before* the session. The numbers come from the session's trace (`FULL_TRACE`): asked for
# `next_h`, it ran what `next_h` depends on. The nodes that give the variables their first values it left alone.

# %% tags=["verdict", "folded"]
# Folded: compares the step of 2016 with that of today, and answers the prediction.
museum_h = np.array(museum["results"], "float32")
parity.verdict("TensorFlow in 2016 and today", museum_h, next_tf, atol=1e-6)
numbers_shown = re.search(r"numpy=|\[\[", museum["said"]) is not None
options = {"a": numbers_shown, "b": "Tensor" in museum["said"]}
exercises.outcome("P3.8", exercises.first_true(options))

# %% [markdown]
# Four sentences of the article are about this. The first names `tf.Placeholder`; in TensorFlow 1 the thing was there,
# spelled `tf.placeholder`.

# %% tags=["verdict", "folded"]
# Folded: judges what the article says of TensorFlow's sessions and placeholders.
old = tf.compat.v1
with_session = {"Session", "placeholder"} <= set(dir(tf))
same_without = bool(np.allclose(next_tf, np.array(museum["results"]), atol=1e-6))
claims.verdict(
    "C24",
    {
        "tf.Session and a placeholder are there": with_session,
        "data needs a session to get in or out": not same_without,
    },
    f"tf.Session here: {hasattr(tf, 'Session')}; tf.compat.v1.Session: "
    f"{hasattr(old, 'Session')}; tf.compat.v1.placeholder: "
    f"{hasattr(old, 'placeholder')}, with a capital P: {hasattr(old, 'Placeholder')}; "
    f"the same numbers came without: {same_without}.",
)
fed = len({str(result) for result in museum["results"]})
claims.verdict(
    "C25",
    museum["unchanged"] and fed == 2,
    f"Two rows of pixels fed to one graph: {fed} results; the graph stayed as it "
    f"was: {museum['unchanged']}.",
)

# %% tags=["verdict", "folded"]
# Folded: judges whether PyTorch does without them, by its own numbers.
names = ("Session", "session", "Placeholder", "placeholder")
absent = [name for name in names if not hasattr(torch, name)]
by_hand = np.tanh(rows @ W_x + h @ W_h)
right = bool(np.allclose(next_torch, by_hand, atol=1e-6))
claims.verdict(
    "C29",
    len(absent) == len(names) and right,
    f"torch has no {', '.join(absent)}; a plain call gave the right numbers: {right}.",
)

# %% tags=["verdict", "folded"]
# Folded: which words of the library does each program need? (Those of the trace aside.)
words_torch = exhibits.words_of(inspect.getsource(step_torch), "torch")
words_today = exhibits.words_of(inspect.getsource(step_tf), "tf")
words_2016 = exhibits.words_of("\n".join(parts), "tf")
words_2016 = [word for word in words_2016 if not word.startswith("Run")]
claims.verdict(
    "C30",
    len(words_2016) > len(words_today),
    f"For one step PyTorch's text takes from the library: {', '.join(words_torch)}; "
    f"TensorFlow's today: {', '.join(words_today)}; that of 2016: "
    f"{', '.join(words_2016)}.",
)

# %% [markdown]
# Where did mistakes show? The old program was tried with those of [lesson 3b](03b_an_if_on_data.ipynb), and here is what
# it said. Only the missing input had to wait for the session.

# %% tags=["folded"]
# Folded: what the program of 2016 said to four mistakes.
figures.mistakes({"TensorFlow 1": list(museum["mistakes"].values())})

# %% [markdown]
# ## 3d.2 A graph that grows
#
# PyTorch builds a [dynamic graph](glossary.md#dynamic-graph). Each operation runs at once and leaves a node behind, for
# the slopes: the record of lesson 2b. Let us watch it grow.
#
# `exhibits_torch.line_by_line` runs a function and looks around after each of its lines, as a debugger does: which
# tensors are there, and which record hangs on them?


# %% tags=["taught"]
def forward(x, h, W_x, W_h):
    from_x = x @ W_x
    from_h = h @ W_h
    total = from_x + from_h
    next_h = torch.tanh(total)
    loss = next_h.sum()
    loss.backward()


leaves = {}
for name, array in {"x": rows[0], "h": h, "W_x": W_x, "W_h": W_h}.items():
    leaves[name] = torch_side.tensor(array).requires_grad_()
moments, nodes, edges = exhibits_torch.line_by_line(forward, leaves)

# %% [markdown]
# Click a line below, or move with the arrow keys. Beside it stands the graph as it was after that line, with a number that
# was already there. The last line walks the graph backward, fills the slopes (yellow), and frees what the nodes had kept.

# %% tags=["folded"]
# Folded: shows each line beside the graph that was there after it.
figures.growing(moments, nodes, edges, leaves)

# %% tags=["verdict", "folded"]
# Folded: judges the claim by the sizes of the graph, line by line.
sizes = [len(moment.nodes) for moment in moments[:-1]]
grows = sizes == sorted(set(sizes))
numbers = all(moment.finite for moment in moments)
claims.verdict(
    "C27",
    numbers and grows,
    f"After each line the graph had {', '.join(map(str, sizes))} nodes; "
    f"all values were there: {numbers}.",
)

# %% [markdown]
# A graph that grows while the code runs may be another one for another input. This function halves until the length is
# 1 at most. Each halving has the slope 0.5, so the slope tells how many there were.


# %% tags=["torch"]
# PyTorch
def halve_torch(x):
    while torch.linalg.vector_norm(x) > 1:  # Python asks for the number
        x = x / 2
    return x


slopes_torch = []
halvings_torch = []
for size in (3.0, 30.0):
    x = torch.full([4], size, requires_grad=True)
    y = halve_torch(x)
    halvings_torch.append(len(exhibits_torch.record(y, {})[0]) - 1)  # less the leaf
    y.sum().backward()
    slopes_torch.append(x.grad[0].item())
print(slopes_torch, halvings_torch)


# %% tags=["tf"]
# TensorFlow
def halve_tf(x):
    while tf.norm(x) > 1:  # Python asks for the number
        x = x / 2
    return x


slopes_tf = []
halvings_tf = []
for size in (3.0, 30.0):
    x = tf.fill([4], size)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = halve_tf(x)
    slope = tape.gradient(y, x)[0].numpy().item()
    slopes_tf.append(slope)
    halvings_tf.append(round(-np.log2(slope)))  # the tape cannot be walked
print(slopes_tf, halvings_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the slopes, and how many halvings each has recorded.
parity.verdict("slopes for the two inputs", slopes_torch, slopes_tf)
parity.verdict("halvings recorded", halvings_torch, halvings_tf)

# %% tags=["verdict", "folded"]
# Folded: judges whether PyTorch's graph is dynamic.
claims.verdict(
    "C13",
    halvings_torch[0] != halvings_torch[1],
    f"One function, two inputs: a graph of {halvings_torch[0]} halvings and one of "
    f"{halvings_torch[1]}.",
)

# %% tags=["verdict", "folded"]
# Folded: judges whether TensorFlow's graph is static.
claims.verdict(
    "C21",
    {
        "TensorFlow is not eager": not tf.executing_eagerly(),
        "each input gets the same operations": halvings_tf[0] == halvings_tf[1],
    },
    f"Asked for no graph, TensorFlow recorded {halvings_tf[0]} halvings of one input, "
    f"{halvings_tf[1]} of another.",
)

# %% [markdown]
# ## 3d.3 What a scheduler may do
#
# The article's argument for graphs: whoever sees all of it knows what is independent, and can run that in parallel. We
# try it on a training step of a network with two branches, `a` and `b`, which do not need each other: products of
# matrices, forward and back.
#
# A CPU's threads can be used in two ways. *Side by side*: each product has one thread, and two products may run at a time
# ([inter-op](glossary.md#inter-op-parallelism)). *Inside*: one product at a time, split among two threads (intra-op).
#
# TensorFlow's session schedules a graph by itself. PyTorch runs operations in the order in which Python calls them; to
# have two side by side on a CPU you start threads, so its script gives each branch one. A process with TensorFlow keeps
# the first setting that it gets, so its script starts a process for each.

# %% tags=["taught"]
settings = {
    "one thread": {"side": 1, "inside": 1},
    "two side by side": {"side": 2, "inside": 1},
    "two inside": {"side": 1, "inside": 2},
}
work = {
    "size": 500 if fast else 1000,
    "layers": 4,
    "settings": list(settings.values()),
}

# %% tags=["torch"]
# PyTorch
print(torch.__version__)
found = process.run("ch03/schedule_torch", work, timeout=600, env=on_cpu)
runs_torch = {}
for name, step in zip(settings, found, strict=True):
    runs_torch[f"PyTorch, {name}"] = step["bars"]

# %% tags=["tf"]
# TensorFlow
print(tf.__version__)
found = process.run("ch03/schedule_tf", work, timeout=600, env=on_cpu)
runs_tf = {}
for name, step in zip(settings, found, strict=True):
    runs_tf[f"TensorFlow, {name}"] = step["bars"]

# %% tags=["verdict", "folded"]
# Folded: says how long each step took.
for title, bars in (runs_torch | runs_tf).items():
    parity.by_clock(f"a step, {title}", f"{exhibits.duration(bars):.1f} ms")

# %% tags=["folded"]
# Folded: draws when each product ran.
figures.side_by_side(runs_torch | runs_tf)

# %% tags=["verdict", "folded"]
# Folded: judges the claim by TensorFlow's traces. Less than a fifth is no gain.
one, side, inside = runs_tf.values()
alone = exhibits.overlap(one)
together = exhibits.overlap(side)
milliseconds = [exhibits.duration(bars) for bars in (one, side, inside)]
claims.verdict(
    "C26",
    {
        "independent operations run side by side": alone == 0 and together > 0.3,
        "a training step takes less time": milliseconds[1] < 0.8 * milliseconds[0],
        "less than with threads inside": milliseconds[1] < 0.8 * milliseconds[2],
    },
    f"One thread let the branches overlap for measured {100 * alone:.0f} %, two for "
    f"measured {100 * together:.0f} %. A step took {milliseconds[0]:.1f} ms with one "
    f"thread, it took {milliseconds[1]:.1f} ms with two side by side, and it took "
    f"{milliseconds[2]:.1f} ms with two inside.",
    timed=True,
)

# %% [markdown]
# Overlapping bars save nothing by themselves: only where a second core is free does the step end earlier. And eager code
# uses that core as well, inside an operation. So a scheduler helps most where operations are too small to be split, and
# many.

# %% [markdown]
# ### Exercise 3.4: how fast can a graph be? (8 minutes)
#
# A scheduler with as many threads as it likes still has to obey the edges. Write a function of two arguments:
#
# - `seconds`, a dict from each operation to its time, with parents listed before their children
# - `edges`, a list of pairs `(a, b)`, in any order: `b` needs the result of `a`
#
# It returns the shortest time in which the whole graph can run. For two equal branches that is half of what one thread
# needs. For a single chain it is all of it: then no number of threads helps.

# %% tags=["exercise"]
answer = ...  # a function of (seconds, edges)


# solution
def answer(seconds, edges):
    ends = {}
    for node in seconds:
        parents = [a for a, b in edges if b == node]
        begin = max([ends[parent] for parent in parents], default=0)
        ends[node] = begin + seconds[node]
    return max(ends.values())


# wrong: that is the time of one thread
def answer(seconds, edges):
    return sum(seconds.values())


# wrong: that is the longest single operation
def answer(seconds, edges):
    return max(seconds.values())


# wrong: an operation waits for its slowest parent
def answer(seconds, edges):
    ends = {}
    for node in seconds:
        ends[node] = seconds[node] + sum(ends[a] for a, b in edges if b == node)
    return max(ends.values())


# wrong: need not be the one that ends last
def answer(seconds, edges):
    ends = {}
    for node in seconds:
        parents = [ends[a] for a, b in edges if b == node]
        ends[node] = seconds[node] + max(parents, default=0)
    return ends[node]


# wrong: an operation without edges takes its time
def answer(seconds, edges):
    ends = {}
    for node in seconds:
        parents = [ends[a] for a, b in edges if b == node]
        ends[node] = seconds[node] + max(parents, default=0)
    return max(ends[b] for a, b in edges)


# %% tags=["check"]
exercises.check("3.4", answer)

# %% [markdown]
# ## 3d.4 Quiz

# %%
exercises.quiz("03d")

# %% [markdown]
# ## 3d.5 Verdicts
#
# Which TensorFlow does the article describe?

# %%
claims.close("03d")

# %% [markdown]
# ## 3d.6 Summary and further reading
#
# - TensorFlow 1: define first, then a session runs what a result depends on, on what it is fed.
# - Today both frameworks are eager and make a graph on request. Arguments do what placeholders did.
# - PyTorch's graph for the slopes grows as the code runs, a new one in each run.
# - A scheduler can run side by side what is independent. The same threads, inside an operation, often do as much.
#
# Further reading: [TensorFlow's paper of 2016](https://arxiv.org/abs/1605.08695),
# [migrating from TensorFlow 1](https://www.tensorflow.org/guide/migrate),
# [autograd mechanics](https://docs.pytorch.org/docs/stable/notes/autograd.html).
# Next: [trees](04a_trees.ipynb).
