# %% [markdown]
# # 3a. Who runs the Python?
#
# Each framework can turn a function of yours into a graph. In one of them Python keeps its say from call to call, in
# the other it speaks once. You find out when a line of yours runs, and what makes a new graph.
#
# > **Minutes**: 40 · **Needs**: chapters 1 and 2 · **Claims tested**: C23
# >
# > **You will be able to**
# > - tell what runs once and what at every call (claim C23)
# > - say which names are frozen in a graph (prediction P3.1)
# > - keep a number that changes where no graph freezes it (prediction P3.2)
# > - count the graphs that numbers and shapes cost (exercise 3.1)
# > - leave a size open (verdict in 3a.5)
# > - count inside a graph (exercise 3.5)
#
# `fast`, `seed` and `device` change nothing here but the digits that are taken: the lesson counts graphs, and computes
# next to nothing.

# %% tags=["setup"]
from helpers import session

session.start("03a")

from contextlib import redirect_stdout
from io import StringIO

from chapters.ch03 import figures
from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import logging

import torch

from helpers import torch_side

logging.getLogger("torch").setLevel(logging.ERROR)  # it warns of graphs: we count them

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from helpers import tf_side

tf.get_logger().setLevel("ERROR")  # it warns of graphs: we count them

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 3a.1 At every call, or once
#
# So far each line ran when its turn came: [eager execution](glossary.md#eager-execution). Here is a function that prints a
# line whenever Python runs it. `x` may be a tensor of either framework. We call it three times, and count the lines.


# %% tags=["taught"]
def double(x):
    print("Python is here")
    return x * 2


def count_prints(function, inputs):
    """Call a function with each of the inputs. How many lines did it print?"""
    paper = StringIO()
    with redirect_stdout(paper):  # what is printed goes to our paper
        for x in inputs:
            function(x)
    return len(paper.getvalue().splitlines())


# %% tags=["torch"]
# PyTorch
inputs_torch = [torch.tensor(1.0), torch.tensor(2.0), torch.tensor(3.0)]
eager_torch = count_prints(double, inputs_torch)
print("prints:", eager_torch)

# %% tags=["tf"]
# TensorFlow
inputs_tf = [tf.constant(1.0), tf.constant(2.0), tf.constant(3.0)]
eager_tf = count_prints(double, inputs_tf)
print("prints:", eager_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the prints of eager calls.
parity.verdict("prints in three eager calls", eager_torch, eager_tf)

# %% [markdown]
# Both frameworks can also *capture* a function: they make a [graph](glossary.md#graph) of its operations, and run that
# from then on. `torch.compile` and `tf.function` take your function and return a captured one.
#
# How do we see PyTorch's graphs? `torch.compile` hands each of them to a [backend](glossary.md#backend), which usually
# translates it into fast code. A backend may be any function: PyTorch calls it with a graph and with inputs to try it
# on, and runs what comes back. Ours translates nothing. It keeps the graph in a list and gives it back.

# %% tags=["taught"]
graphs = []


def keep(graph, inputs):
    """A backend. PyTorch calls it once for each graph that it makes."""
    graphs.append(graph)
    return graph.forward  # what shall run from now on


# %% [markdown]
# The same three calls, captured.

# %% tags=["torch"]
# PyTorch
captured = torch.compile(double, backend=keep)
captured_torch = count_prints(captured, inputs_torch)
made_torch = len(graphs)
print("prints:", captured_torch)

# %% tags=["tf"]
# TensorFlow
captured = tf.function(double)
captured_tf = count_prints(captured, inputs_tf)
made_tf = captured.experimental_get_tracing_count()  # how many graphs were made
print("prints:", captured_tf)

# %% tags=["verdict", "folded"]
# Folded: compares how often Python ran, and judges the claim by it.
parity.differ("prints in three captured calls", captured_torch, captured_tf)
claims.verdict(
    "C23",
    eager_tf < 3,
    f"Not asked for a graph, TensorFlow ran Python in {eager_tf} of 3 calls. "
    f"Asked for one, TensorFlow made {made_tf} and PyTorch {made_torch}.",
)

# %% [markdown]
# TensorFlow ran your Python once, with a stand-in for the input, and noted the operations: that is
# [tracing](glossary.md#tracing). The print is no operation, so it is not in the graph. (`tf.print` is one, and prints at
# every call.)
#
# PyTorch reads your function before it runs and captures what it can. It leaves the print out, so it splits the
# function there: Python prints, the graph multiplies. Such a place is a [graph break](glossary.md#graph-break).

# %% [markdown]
# ## 3a.2 What is frozen
#
# A function may use a name from outside. This one multiplies by `factor`, which is 2, 2 again, and then 3.
#
# **Predict.** Which captured function notices the 3?
#
# - **a** both
# - **b** only that of `torch.compile`
# - **c** only that of `tf.function`
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P3.1", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# The line with `@` above a function is a [decorator](glossary.md#decorator): it captures the function, and keeps its
# name.


# %% tags=["torch"]
# PyTorch
@torch.compile(backend=keep)
def scale(x):
    return x * factor


graphs.clear()
results_torch = []
for value in (2.0, 2.0, 3.0):
    factor = value
    results_torch.append(scale(torch.tensor(1.0)).item())
print(results_torch, "graphs:", len(graphs))


# %% tags=["tf"]
# TensorFlow
@tf.function
def scale(x):
    return x * factor


results_tf = []
for value in (2.0, 2.0, 3.0):
    factor = value
    results_tf.append(scale(tf.constant(1.0)).numpy().item())
print(results_tf, "graphs:", scale.experimental_get_tracing_count())

# %% tags=["verdict", "folded"]
# Folded: which option came true.
letter = exercises.first_true(
    {
        "a": results_torch[2] == 3 and results_tf[2] == 3,
        "b": results_torch[2] == 3,
        "c": results_tf[2] == 3,
        "d": True,
    }
)
exercises.outcome("P3.1", letter)
parity.verdict("the first two results", results_torch[:2], results_tf[:2])

# %% [markdown]
# TensorFlow found a 2 while it traced, and the 2 is in the graph for good. No error, no warning.
#
# PyTorch also wrote the 2 into its graph, together with a condition: *as long as `factor` is 2.0*. Such a
# condition is a [guard](glossary.md#guard). Guards are checked at every call. When one fails, PyTorch captures again.
#
# (To see which guard failed, start Python with the environment variable `TORCH_LOGS=recompiles`.)

# %% [markdown]
# ## 3a.3 A number as an argument
#
# Twelve calls, each with another number. How many graphs are there after each?
#
# TensorFlow asks: is there a graph for this *signature*? Of a tensor that is dtype and shape; of a Python number it is
# the number. PyTorch is told `dynamic=False` in its second run: a number may then never be left open.


# %% tags=["torch"]
# PyTorch
def times(x, n):
    return x * n


def count_torch(captured, numbers):
    """How many graphs there are after each call."""
    torch.compiler.reset()  # forget all that was captured before
    graphs.clear()
    counts = []
    for n in numbers:
        captured(torch.ones(3), n)
        counts.append(len(graphs))
    return counts


number_torch = count_torch(torch.compile(times, backend=keep), range(2, 14))
fixed = torch.compile(times, backend=keep, dynamic=False)
fixed_torch = count_torch(fixed, range(2, 14))
print(number_torch, fixed_torch, sep="\n")


# %% tags=["tf"]
# TensorFlow
def times(x, n):
    return x * n


def count_tf(captured, numbers):
    """How many graphs there are after each call."""
    counts = []
    for n in numbers:
        captured(tf.ones(3), n)
        counts.append(captured.experimental_get_tracing_count())
    return counts


number_tf = count_tf(tf.function(times), range(2, 14))
tensors = [tf.constant(float(n)) for n in range(2, 14)]
tensor_tf = count_tf(tf.function(times), tensors)
print(number_tf, tensor_tf, sep="\n")

# %% tags=["verdict", "folded"]
# Folded: compares how many graphs there are in the end.
parity.differ("graphs for 12 Python numbers", number_torch[-1], number_tf[-1])
print(f"told dynamic=False, PyTorch stopped at {fixed_torch[-1]} graphs")
print(f"given tensors, TensorFlow made {tensor_tf[-1]}")

# %% tags=["folded"]
# Folded: draws all four counts.
figures.graphs_made(number_torch, fixed_torch, number_tf, tensor_tf)

# %% [markdown]
# PyTorch takes a number for a constant until it changes, then leaves it open: two graphs are enough. Where it may not,
# it gives up after eight graphs, and runs the code eagerly. TensorFlow makes a graph for every new number: this is
# [retracing](glossary.md#retracing). Give it a tensor, and one graph does.

# %% [markdown]
# ## 3a.4 A number that a layer keeps
#
# Numbers often live in an object: a layer that knows the step of the training. Below, `__init__` runs when the layer is
# made, and gives it the attribute `step`. `forward` in PyTorch, and `__call__` in TensorFlow, run when you call the
# layer like a function.
#
# The attribute is a Python integer and goes from 1 to 12. The layer multiplies by it, so the right results are 1 to 12.
#
# **Predict.** What comes of it?
#
# - **a** both are right, with two graphs at most
# - **b** both are right, with a graph for each step up to a limit
# - **c** PyTorch is right and makes many graphs, TensorFlow makes one and is wrong
# - **d** PyTorch makes one graph and is wrong, TensorFlow is right and makes many

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P3.2", guess, among=["a", "b", "c", "d"])


# %% tags=["torch"]
# PyTorch
class FadeTorch(torch.nn.Module):
    def __init__(self):
        super().__init__()  # let PyTorch set up its part of the layer
        self.step = 0

    def forward(self, x):
        return x * self.step


fade = FadeTorch()
captured = torch.compile(fade, backend=keep)
graphs.clear()
faded_torch = []
for step in range(1, 13):
    fade.step = step
    faded_torch.append(captured(torch.tensor(1.0)).item())
kept_torch = len(graphs)
print(faded_torch, "graphs:", kept_torch)


# %% tags=["tf"]
# TensorFlow
class FadeTF(tf.Module):
    def __init__(self):
        super().__init__()  # let TensorFlow set up its part of the layer
        self.step = 0

    def __call__(self, x):
        return x * self.step


fade = FadeTF()
captured = tf.function(fade)
faded_tf = []
for step in range(1, 13):
    fade.step = step
    faded_tf.append(captured(tf.constant(1.0)).numpy().item())
kept_tf = captured.experimental_get_tracing_count()
print(faded_tf, "graphs:", kept_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
right = [float(step) for step in range(1, 13)]
letter = exercises.first_true(
    {
        "a": faded_torch == right and faded_tf == right and kept_torch + kept_tf <= 4,
        "b": faded_torch == right and faded_tf == right,
        "c": faded_torch == right and kept_tf == 1,
        "d": faded_tf == right and kept_torch == 1,
    }
)
exercises.outcome("P3.2", letter)
print(f"graphs: PyTorch {kept_torch}, TensorFlow {kept_tf}")

# %% [markdown]
# An integer on a module, or a global one, is not left open as an argument is: PyTorch makes a graph for each value, and
# after eight it stops compiling this code. A program that becomes slow for no visible reason often has such a counter.
# TensorFlow is fast, and wrong.
#
# One cure for both: keep what changes in the framework's own memory. In PyTorch that is a tensor, filled anew by
# `fill_`; in TensorFlow a variable, set by `assign`.

# %% tags=["torch"]
# PyTorch
torch.compiler.reset()  # it had given up on this code: let it try again
fade = FadeTorch()
fade.step = torch.tensor(0.0)
captured = torch.compile(fade, backend=keep)
graphs.clear()
mended_torch = []
for step in range(1, 13):
    fade.step.fill_(step)
    mended_torch.append(captured(torch.tensor(1.0)).item())
one_torch = len(graphs)
print(mended_torch, "graphs:", one_torch)

# %% tags=["tf"]
# TensorFlow
fade = FadeTF()
fade.step = tf.Variable(0.0)
captured = tf.function(fade)
mended_tf = []
for step in range(1, 13):
    fade.step.assign(step)
    mended_tf.append(captured(tf.constant(1.0)).numpy().item())
one_tf = captured.experimental_get_tracing_count()
print(mended_tf, "graphs:", one_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the results, and the graphs that they took.
parity.verdict("the results of twelve steps", mended_torch, mended_tf)
parity.verdict("they are right", mended_tf, [float(step) for step in range(1, 13)])
parity.verdict("the graphs they took", one_torch, one_tf)

# %% [markdown]
# ## 3a.5 A batch that is smaller
#
# Data come in batches, and the last one is often smaller. We send digits through one table of weights, in batches of
# 32, 32, 7, 9 and 1.
#
# **Predict.** How many graphs are there after the first *four* batches, 32, 32, 7 and 9?
#
# - **a** one in both: sizes do not count
# - **b** two in PyTorch, three in TensorFlow
# - **c** three in both: one for each size
# - **d** four in both: one for each batch

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P3.3", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
pictures = data.digits().x_train[seed % 100 :].reshape(-1, 64)  # 64 shades a picture
batches = [pictures[:size] for size in (32, 32, 7, 9, 1)]

# %% tags=["torch"]
# PyTorch
W_torch = torch.ones(64, 10)


def scores_torch(x):
    return x @ W_torch


torch.compiler.reset()
graphs.clear()
captured = torch.compile(scores_torch, backend=keep)
sizes_torch = []
for batch in batches:
    captured(torch_side.tensor(batch))
    sizes_torch.append(len(graphs))
print(sizes_torch)

# %% tags=["tf"]
# TensorFlow
W_tf = tf.ones((64, 10))


def scores_tf(x):
    return x @ W_tf


captured = tf.function(scores_tf)
sizes_tf = []
for batch in batches:
    captured(tf_side.tensor(batch))
    sizes_tf.append(captured.experimental_get_tracing_count())
print(sizes_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
after_four = (sizes_torch[3], sizes_tf[3])
letter = exercises.first_true(
    {
        "a": after_four == (1, 1),
        "b": after_four == (2, 3),
        "c": after_four == (3, 3),
        "d": after_four == (4, 4),
    }
)
exercises.outcome("P3.3", letter)
print(f"after five batches: PyTorch {sizes_torch[4]}, TensorFlow {sizes_tf[4]}")

# %% [markdown]
# Shapes go the way of numbers. TensorFlow makes a graph for each. PyTorch makes a second graph in which the size is
# open, and it serves sizes from 2 on: a batch of one has a graph of its own, and so has one of none.
#
# You can say at once that a size is open. In PyTorch `mark_dynamic(x, 0)` says it of axis 0 of one tensor. In TensorFlow
# `input_signature` says what *every* input looks like: `None` is an open size.

# %% tags=["torch"]
# PyTorch
torch.compiler.reset()
graphs.clear()
captured = torch.compile(scores_torch, backend=keep)
open_torch = []
for batch in batches:
    x = torch_side.tensor(batch)
    torch._dynamo.mark_dynamic(x, 0)
    captured(x)
    open_torch.append(len(graphs))
print(open_torch)

# %% tags=["tf"]
# TensorFlow
any_batch = tf.TensorSpec([None, 64])  # a shape; the dtype is float32 unless you say so
captured = tf.function(scores_tf, input_signature=[any_batch])
open_tf = []
for batch in batches:
    x = tf_side.tensor(batch)
    captured(x)
    open_tf.append(captured.experimental_get_tracing_count())
print(open_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the graphs after 32, 32, 7 and 9, and says what a batch of one does.
parity.verdict("graphs for 32, 32, 7 and 9", open_torch[:4], open_tf[:4])
one_more = open_torch[4] > open_torch[3]
print(f"PyTorch makes another graph for a batch of one: {one_more}")

# %% [markdown]
# ### Exercise 3.1: count the graphs (5 minutes)
#
# `square = tf.function(lambda x: x * x)` is called eight times, in this order:
#
# `square(1)`, `square(2)`, `square(tf.constant(1))`, `square(tf.constant(2))`, `square(tf.constant(2.0))`,
# `square(tf.constant([1.0, 2.0]))`, `square(1)`, `square(tf.constant([3.0, 4.0]))`
#
# Without running it: how many graphs are there after each call? Answer with a list of eight numbers.

# %% tags=["exercise"]
answer = ...  # such as [1, 1, 1, 1, 1, 1, 1, 1]
# solution
answer = [1, 2, 3, 3, 4, 5, 5, 5]
# wrong: Python numbers count by their value
answer = [1, 1, 2, 2, 3, 4, 4, 4]
# wrong: the value of a tensor does not count
answer = [1, 2, 3, 4, 5, 6, 6, 7]
# wrong: a graph that was made before is kept
answer = [1, 2, 3, 3, 4, 5, 6, 6]
# wrong: two signatures
answer = [1, 2, 2, 2, 3, 4, 4, 4]
# wrong: the shape counts as well
answer = [1, 2, 3, 3, 4, 4, 4, 4]
# wrong: after call 6
answer = [1, 2, 3, 3, 4, 4, 5, 5]

# %% tags=["check"]
exercises.check("3.1", answer)

# %% [markdown]
# ## 3a.6 Notes on the side
#
# A function that also changes something outside has a *side effect*. Here it notes each result in a list.

# %% tags=["torch"]
# PyTorch
graphs.clear()
notes = []


@torch.compile(backend=keep)
def double(x):
    y = x * 2
    notes.append(y)
    return y


for value in (1.0, 2.0, 3.0):
    double(torch.tensor(value))
notes_torch = notes
noting_torch = len(graphs)
print(notes_torch, "graphs:", noting_torch)

# %% tags=["tf"]
# TensorFlow
notes = []


@tf.function
def double(x):
    y = x * 2
    notes.append(y)
    return y


for value in (1.0, 2.0, 3.0):
    double(tf.constant(value))
notes_tf = notes
noting_tf = double.experimental_get_tracing_count()
print(notes_tf, "graphs:", noting_tf)

# %% tags=["verdict", "folded"]
# Folded: compares how many notes and graphs there are, and whether notes are numbers.
parity.differ("notes after three calls", len(notes_torch), len(notes_tf))
parity.differ("graphs after three calls", noting_torch, noting_tf)
numbers_torch = sum(hasattr(note, "numpy") for note in notes_torch)
numbers_tf = sum(hasattr(note, "numpy") for note in notes_tf)
print(f"notes that hold a number: PyTorch {numbers_torch}, TensorFlow {numbers_tf}")

# %% [markdown]
# PyTorch notices that your code changes a list, and does it again at each call. It pays with graphs: it has watched the
# list's length, and that grows. TensorFlow noted once, while it traced, and what it noted is the stand-in: a name in the
# graph, without a number.
#
# So in a `tf.function` *return* what you want to keep, or put it into a variable. Make the variable outside: a
# `tf.function` may make one at its first call only, and raises an error when it would make another.

# %% [markdown]
# ### Exercise 3.5: count inside a graph (5 minutes)
#
# This function shall return its input times the number of calls so far. Captured, it returns the input times 1 for ever.
# Mend it and call it `answer`: a `tf.function` of one float32 tensor. Calls with inputs of one shape share one graph, and
# all calls count, whatever their shape.
#
# ```python
# calls = 0
#
# @tf.function
# def louder(x):
#     global calls
#     calls += 1
#     return x * calls
# ```

# %% tags=["exercise"]
answer = ...  # a function of one float32 tensor, decorated with @tf.function
# solution
calls = tf.Variable(0.0)


@tf.function
def answer(x):
    calls.assign_add(1.0)
    return x * calls


# wrong: the number of calls is frozen
calls = 0


@tf.function
def answer(x):
    global calls
    calls += 1
    return x * calls


# wrong: it is plain Python
calls = 0


def answer(x):
    global calls
    calls += 1
    return x * calls


# wrong: counts before it multiplies
calls = tf.Variable(0.0)


@tf.function
def answer(x):
    y = x * calls
    calls.assign_add(1.0)
    return y


# wrong: variables created on the first call
@tf.function
def answer(x):
    calls = tf.Variable(0.0)
    calls.assign_add(1.0)
    return x * calls


# %% tags=["check"]
exercises.check("3.5", answer)

# %% [markdown]
# ## 3a.7 Quiz

# %%
exercises.quiz("03a")

# %% [markdown]
# ## 3a.8 Verdicts

# %%
claims.close("03a")

# %% [markdown]
# ## 3a.9 Summary and further reading
#
# - `tf.function` runs Python once for each signature and then trusts its graph. Prints, globals, attributes and lists are
#   frozen as they were.
# - `torch.compile` keeps Python and adds guards. It stays right, and you pay with graphs.
# - Numbers that change: a tensor as argument, or the framework's own memory.
# - Sizes that change: `mark_dynamic`, or `None` in the signature.
#
# Further reading: [Better performance with tf.function](https://www.tensorflow.org/guide/function),
# [torch.compile](https://docs.pytorch.org/docs/stable/torch.compiler.html),
# [dynamic shapes](https://docs.pytorch.org/docs/stable/torch.compiler_dynamic_shapes.html).
# Next: [an `if` on data](03b_an_if_on_data.ipynb).
