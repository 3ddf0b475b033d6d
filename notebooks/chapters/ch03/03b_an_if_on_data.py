# %% [markdown]
# # 3b. An `if` on data
#
# A graph is made before the data are there. What becomes of a line that asks the data? One tool keeps both branches, one
# splits your code, one refuses. And a breakpoint in captured code may show you nothing.
#
# > **Minutes**: 38 · **Needs**: lesson 3a · **Claims tested**: C16b, C22, C23c
# >
# > **You will be able to**
# > - say what each tool makes of an `if` on data (prediction P3.4)
# > - write a branch that needs no Python (exercise 3.3)
# > - write a loop that a graph keeps (exercise 3.2)
# > - tell when a mistake shows (verdict in 3b.4)
# > - stop in captured code, and see numbers (claim C22)
#
# `fast`, `seed` and `device` change nothing here: the lesson looks at graphs, and computes next to nothing.

# %% tags=["setup"]
from helpers import session

session.start("03b")

from contextlib import redirect_stderr
from io import StringIO

import numpy as np

from chapters.ch03 import exhibits, figures
from helpers import claims, exercises, parity, show

# %% tags=["torch", "setup"]
# PyTorch
import logging

import torch

from chapters.ch03 import exhibits_torch
from helpers import torch_side

# The mistakes below are made on purpose, and each would be logged at length.
logging.getLogger("torch").setLevel(logging.CRITICAL)

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch03 import exhibits_tf
from helpers import tf_side

tf.get_logger().setLevel("ERROR")  # it warns of breakpoints: we set them on purpose

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 3b.1 Both branches, or a split
#
# Gradients that are too long make training leap. So one clips them: a vector longer than 1 is divided by its length. In
# eager code that is a plain `if`. We send a short vector through it, then a long one.

# %% tags=["taught"]
vectors = np.array([[0.1, 0.1, 0.1, 0.1], [10.0, 10.0, 10.0, 10.0]], dtype="float32")


# %% tags=["torch"]
# PyTorch
def clip_torch(g):
    size = torch.linalg.vector_norm(g)
    if size > 1:
        g = g / size
    return g


eager_torch = []
for vector in vectors:
    g = torch_side.tensor(vector)
    eager_torch.append(clip_torch(g).numpy())
print(eager_torch)


# %% tags=["tf"]
# TensorFlow
def clip_tf(g):
    size = tf.norm(g)
    if size > 1:
        g = g / size
    return g


eager_tf = []
for vector in vectors:
    g = tf_side.tensor(vector)
    eager_tf.append(clip_tf(g).numpy())
print(eager_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the clipped vectors (atol: rounding).
parity.verdict("clipped, eager", eager_torch, eager_tf, atol=1e-6)

# %% [markdown]
# Now we capture the function, and send the same two vectors through it.
#
# **Predict.** What becomes of the `if`?
#
# - **a** both tools freeze it: the long vector goes the way of the short one
# - **b** both tools put both branches into one graph
# - **c** `tf.function` has both branches in one graph, `torch.compile` splits the code there
# - **d** `torch.compile` has both branches in one graph, `tf.function` splits the code there

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P3.4", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# As in 3a, `keep` is a backend that only keeps PyTorch's graphs. In TensorFlow, `get_concrete_function` makes the graph
# for one signature, here four float32 numbers, and hands it over; `exhibits_tf.kinds` lists which kinds of operations are
# in it.

# %% tags=["taught"]
graphs = []


def keep(graph, inputs):
    """A backend. PyTorch calls it once for each graph that it makes."""
    graphs.append(graph)
    return graph.forward


# %% tags=["torch"]
# PyTorch
captured = torch.compile(clip_torch, backend=keep)
clipped_torch = []
for vector in vectors:
    g = torch_side.tensor(vector)
    clipped_torch.append(captured(g).numpy())
graphs_torch = len(graphs)
print("graphs:", graphs_torch)

# %% tags=["tf"]
# TensorFlow
captured = tf.function(clip_tf)
clipped_tf = []
for vector in vectors:
    g = tf_side.tensor(vector)
    clipped_tf.append(captured(g).numpy())
graphs_tf = captured.experimental_get_tracing_count()
graph_tf = captured.get_concrete_function(tf.TensorSpec([4])).graph
kinds_tf = exhibits_tf.kinds(graph_tf)
print("graphs:", graphs_tf, kinds_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and whether clipping is right (atol: rounding).
parity.verdict("clipped, captured", clipped_torch, clipped_tf, atol=1e-6)
branch_tf = any(kind.endswith("If") for kind in kinds_tf)
right_torch = np.allclose(clipped_torch, eager_torch, atol=1e-6)
right_tf = np.allclose(clipped_tf, eager_tf, atol=1e-6)
letter = exercises.first_true(
    {
        "a": not right_torch and not right_tf,
        "b": graphs_torch == 1 and graphs_tf == 1 and branch_tf,
        "c": graphs_tf == 1 and branch_tf,
        "d": graphs_torch == 1,
    }
)
exercises.outcome("P3.4", letter)

# %% [markdown]
# In TensorFlow one operation, `StatelessIf`, holds both branches. Who has put it there? Look at what each tool works
# with: PyTorch's graphs written as Python, and the Python that TensorFlow traced in place of yours.

# %% tags=["torch"]
# PyTorch
for graph in graphs:
    print(graph.code.strip())

# %% tags=["tf"]
# TensorFlow
print(tf.autograph.to_code(clip_tf))

# %% tags=["verdict", "folded"]
# Folded: says what can be seen in both.
parity.differ("graphs for one function", graphs_torch, graphs_tf)
print(f"TensorFlow's graph holds a branch: {branch_tf}")

# %% [markdown]
# [AutoGraph](glossary.md#autograph) has rewritten your `if` as a call, `ag__.if_stmt`, with a function for each branch.
# During tracing that call finds a tensor, and makes an operation of the branch. `while` and `for` are rewritten as well.
#
# PyTorch stopped at the `if`: its first graph ends with `gt`, the comparison. Python asks for that number and decides.
# For the long vector it goes on in a second graph.
#
# The article calls TensorFlow a library that defines graphs, with a runtime that executes them. Is that what you use?

# %% tags=["verdict", "folded"]
# Folded: judges the claim by TensorFlow's graph, and by its eager run.
whole = captured.get_concrete_function(tf.TensorSpec([4]))
by_graph = np.array([whole(tf_side.tensor(vector)).numpy() for vector in vectors])
claims.verdict(
    "C23c",
    {
        "a library that defines graphs": len(kinds_tf) > 3,
        "a runtime that executes them": np.allclose(by_graph, eager_tf, atol=1e-6),
        "nothing runs without these two": not tf.executing_eagerly(),
    },
    f"A tf.Graph of {len(kinds_tf)} operations was defined and executed; TensorFlow "
    f"runs the same function without one: {tf.executing_eagerly()}.",
)

# %% [markdown]
# ## 3b.2 One graph, or nothing
#
# A program that is to run without Python must be one graph. `torch.export` makes such a program
# ([export](glossary.md#export)). It takes a module, so we wrap the function: PyTorch calls `forward`. What can TensorFlow
# do without its rewriting? `autograph=False` switches that off.


# %% tags=["torch"]
# PyTorch
class Clip(torch.nn.Module):
    def forward(self, g):
        return clip_torch(g)


try:
    with redirect_stderr(StringIO()):  # it would print the graph as far as it came
        torch.export.export(Clip(), (torch.ones(4),))
    said_torch = "one graph"
except RuntimeError as error:
    said_torch = show.gist(error)  # the line of the error that tells most
print(said_torch)

# %% tags=["tf"]
# TensorFlow
as_written = tf.function(clip_tf, autograph=False)
try:
    as_written(tf.ones(4))
    said_tf = "one graph"
except TypeError as error:
    said_tf = show.gist(error)
print(said_tf[:110])

# %% tags=["verdict", "folded"]
# Folded: says whether each has refused.
refused_torch = said_torch != "one graph"
refused_tf = said_tf != "one graph"
parity.verdict("refuse an `if` on data", refused_torch, refused_tf)

# %% [markdown]
# Both refuse, for one reason: Python's `if` needs `True` or `False` *now*, and there is no number yet. So write the
# branch as an operation. `cond` takes the condition and a function for each branch. TensorFlow's branches take what they
# need from the function around them. PyTorch's may do so too; here their inputs come along in a tuple.


# %% tags=["torch"]
# PyTorch
def shorten_torch(g, size):
    return g / size


def leave_torch(g, size):
    return g.clone()  # a branch may not give back its input itself


class ClipCond(torch.nn.Module):
    def forward(self, g):
        size = torch.linalg.vector_norm(g)
        return torch.cond(size > 1, shorten_torch, leave_torch, (g, size))


program = torch.export.export(ClipCond(), (torch.ones(4),))
exported = program.module()  # the program as something that can be called
cond_torch = [exported(torch_side.tensor(vector)).numpy() for vector in vectors]
print(cond_torch)


# %% tags=["tf"]
# TensorFlow
def clip_cond(g):
    size = tf.norm(g)

    def shorten():
        return g / size

    def leave():
        return g

    return tf.cond(size > 1, shorten, leave)


exported = tf.function(clip_cond, autograph=False)
cond_tf = [exported(tf_side.tensor(vector)).numpy() for vector in vectors]
print(cond_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the clipped vectors. atol: rounding.
parity.verdict("clipped by cond", cond_torch, cond_tf, atol=1e-6)
parity.verdict("clipped by cond, and eagerly", cond_tf, eager_tf, atol=1e-6)

# %% tags=["folded"]
# Folded: draws both graphs. (torch.export also calls its inputs placeholders.)
graph = exported.get_concrete_function(tf.TensorSpec([4])).graph
figures.two_branches(
    exhibits_torch.exported_graph(program), exhibits_tf.captured_graph(graph)
)

# %% [markdown]
# Often there is a third way: a formula that is right in both cases. Then no branch is left.

# %% [markdown]
# ### Exercise 3.3: no more graph breaks (5 minutes)
#
# Write `answer(g)`, which does what `clip_torch` does, in one graph: `torch.compile(..., fullgraph=True)`, which raises an
# error where it would split, must accept it. Values and gradients are the same for every vector, also for one of zeros,
# and Python never needs a number. (At length 1 exactly the gradient jumps: there it may be either.)

# %% tags=["exercise"]
answer = ...  # a function of one PyTorch vector


# solution
def answer(g):
    size = torch.linalg.vector_norm(g)
    return g / torch.clamp(size, min=1)


# wrong: Python still waits for a value
def answer(g):
    size = torch.linalg.vector_norm(g)
    return g / size if size > 1 else g


# wrong: the gradient of argument 1 is not
def answer(g):
    return g / max(torch.linalg.vector_norm(g).item(), 1.0)


# wrong: holds NaN
def answer(g):
    size = torch.linalg.vector_norm(g)
    return torch.where(size > 1, g / size, g)


# wrong: each entry is clipped
def answer(g):
    return torch.clamp(g, -1, 1)


# wrong: a short vector must stay as it is
def answer(g):
    return g / torch.linalg.vector_norm(g)


# %% tags=["check"]
exercises.check("3.3", answer)

# %% [markdown]
# ## 3b.3 A loop that data end
#
# Newton's iteration finds the square roots of positive numbers: start with a positive $x$, and take the mean of $x$ and
# $a / x$ again and again. The loop turns as often as its input needs. `torch.compile` splits the code at each question that
# the loop asks. `tf.function` keeps the loop as one operation, `StatelessWhile`.

# %% [markdown]
# ### Exercise 3.2: a loop inside a graph (5 minutes)
#
# Port it to TensorFlow, as a `tf.function`: one graph, with the loop inside.
#
# ```python
# def root(a):
#     x = (a + 1) / 2
#     while torch.max(torch.abs(x * x / a - 1)) > 1e-12:
#         x = (x + a / x) / 2
#     return x
# ```

# %% tags=["exercise"]
answer = ...  # a function of one float64 tensor, decorated with @tf.function


# solution
@tf.function
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
        x = (x + a / x) / 2
    return x


# wrong: the loop ends when the first entry has arrived
@tf.function
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_min(tf.abs(x * x / a - 1)) > 1e-12:
        x = (x + a / x) / 2
    return x


# wrong: the number of turns is fixed
@tf.function
def answer(a):
    x = (a + 1) / 2
    for _ in range(3):
        x = (x + a / x) / 2
    return x


# wrong: it is plain Python
def answer(a):
    return tf.constant(np.sqrt(a.numpy()))


# wrong: it is plain Python
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
        x = (x + a / x) / 2
    return x


# wrong: the loop is not inside
@tf.function
def answer(a):
    x = (a + 1) / 2
    for _ in range(50):
        x = (x + a / x) / 2
    return x


# wrong: 1e60 needs more turns
@tf.function
def answer(a):
    x = (a + 1) / 2
    for _ in tf.range(50):
        x = (x + a / x) / 2
    return x


# wrong: your function raised AttributeError
@tf.function
def answer(a):
    x = (a + 1) / 2
    while np.max(np.abs((x * x / a - 1).numpy())) > 1e-12:
        x = (x + a / x) / 2
    return x


# %% tags=["check"]
exercises.check("3.2", answer)

# %% [markdown]
# ## 3b.4 When a mistake shows
#
# A graph moves mistakes: they may show while it is made, or only when it runs, or never. Here are four: a matrix of the
# wrong shape, one of the wrong dtype, an `if` on a value, an input left out. `attempt` makes a call and tells what came
# of it.

# %% tags=["taught"]
row = np.ones((1, 8), dtype="float32")
wrong_shape = np.ones((4, 4), dtype="float32")
wrong_dtype = np.ones((8, 8), dtype="float64")


def product(a, b):
    return a @ b


def choose(a, b):
    if a[0, 0] > 0:
        return a
    return b


def attempt(function, *inputs):
    """Call a function. Returns "runs", or the line of its error that tells most."""
    try:
        function(*inputs)
    except Exception as error:  # any error: we are here to read it
        return show.gist(error)
    return "runs"


def eager(function):
    return function


def four_mistakes(way, tensor):
    """Make the four mistakes in one way to run. tensor: makes a tensor of an array."""
    a = tensor(row)
    return [
        attempt(way(product), a, tensor(wrong_shape)),
        attempt(way(product), a, tensor(wrong_dtype)),
        attempt(way(choose), a, a),
        attempt(way(choose), a),
    ]


# %% [markdown]
# A way to run is a function that takes our function and returns what is called instead. `tf.function` is one; `eager`
# gives the function back as it is.


# %% tags=["torch"]
# PyTorch
class Wrapped(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.forward = function  # what PyTorch calls


def whole(function):
    return torch.compile(function, backend=keep, fullgraph=True)


def export(function):
    def call(*inputs):
        torch.export.export(Wrapped(function), inputs)

    return call


with redirect_stderr(StringIO()):  # a refused export prints half a graph
    mistakes_torch = {
        "PyTorch": four_mistakes(eager, torch_side.tensor),
        "torch.compile": four_mistakes(whole, torch_side.tensor),
        "torch.export": four_mistakes(export, torch_side.tensor),
    }


# %% tags=["tf"]
# TensorFlow
mistakes_tf = {
    "TensorFlow": four_mistakes(eager, tf_side.tensor),
    "tf.function": four_mistakes(tf.function, tf_side.tensor),
}

# %% tags=["verdict", "folded"]
# Folded: compares which of the four mistakes each refuses.
refused_torch = [said != "runs" for said in mistakes_torch["PyTorch"]]
refused_tf = [said != "runs" for said in mistakes_tf["TensorFlow"]]
parity.verdict("mistakes that eager code refuses", refused_torch, refused_tf)

# %% tags=["folded"]
# Folded: shows what came of each mistake.
figures.mistakes(mistakes_torch | mistakes_tf)

# %% [markdown]
# Read the columns. In eager TensorFlow an operation fails while it runs (`InvalidArgumentError`); in a `tf.function`
# a wrong shape is found while the graph is made (`ValueError`), before a number was computed. And `torch.export` lets this
# wrong dtype pass: it asks each operation for its rules about shapes, and only some of these look at dtypes. The program
# will fail when it runs.

# %% [markdown]
# ## 3b.5 A breakpoint
#
# `breakpoint()` stops a program and opens Python's debugger, where one asks for the value of a name. In place of the
# debugger we put a note: `exhibits.at_breakpoints(function, inputs, "size")` calls the function with each input, and
# returns what `size` was at each stop. Three calls in each of three ways: eager; captured; captured, with capturing
# switched off.


# %% tags=["torch"]
# PyTorch
def unit_torch(g):
    size = torch.linalg.vector_norm(g)
    breakpoint()
    return g / size


captured = torch.compile(unit_torch, backend=keep)
inputs = [torch.full([4], 1.0), torch.full([4], 2.0), torch.full([4], 3.0)]
seen_torch = {}
seen_torch["eager"] = exhibits.at_breakpoints(unit_torch, inputs, "size")
seen_torch["captured"] = exhibits.at_breakpoints(captured, inputs, "size")
with torch.compiler.set_stance("force_eager"):
    seen_torch["switched off"] = exhibits.at_breakpoints(captured, inputs, "size")
print("captured:", seen_torch["captured"])


# %% tags=["tf"]
# TensorFlow
def unit_tf(g):
    size = tf.norm(g)
    breakpoint()
    return g / size


captured = tf.function(unit_tf)
inputs = [tf.fill([4], 1.0), tf.fill([4], 2.0), tf.fill([4], 3.0)]
seen_tf = {}
seen_tf["eager"] = exhibits.at_breakpoints(unit_tf, inputs, "size")
seen_tf["captured"] = exhibits.at_breakpoints(captured, inputs, "size")
tf.config.run_functions_eagerly(True)
seen_tf["switched off"] = exhibits.at_breakpoints(captured, inputs, "size")
tf.config.run_functions_eagerly(False)
print("captured:", seen_tf["captured"])

# %% tags=["verdict", "folded"]
# Folded: counts the stops, and those at which there was a number.
for mode in seen_torch:
    for name, seen in (("PyTorch", seen_torch), ("TensorFlow", seen_tf)):
        numbers = exhibits.with_a_number(seen[mode])
        print(f"{name}, {mode}: {len(seen[mode])} stops, {numbers} with a number")
numbers_torch = exhibits.with_a_number(seen_torch["switched off"])
numbers_tf = exhibits.with_a_number(seen_tf["switched off"])
parity.verdict("numbers, capturing switched off", numbers_torch, numbers_tf)

# %% [markdown]
# Captured code hides its numbers: in TensorFlow there are none yet, and after the tracing Python does not come by any
# more. PyTorch does stop, but the captured line has left no `size` in Python. One switch in each framework lets Python
# run at each call; use it to debug. A Keras model has it as `compile(..., run_eagerly=True)`. (Functions in a `tf.data`
# pipeline need a switch of their own, `tf.data.experimental.enable_debug_mode`.)

# %% [markdown]
# ## 3b.6 A quick change
#
# You have found the line that is wrong, and change it: divide by 100, not by 10. The function was captured before the
# change.


# %% tags=["torch"]
# PyTorch
def tenth(x):
    return x / 10


captured = torch.compile(tenth, backend=keep)
captured(torch.tensor(1.0))


def tenth(x):
    return x / 100


changed_torch = [tenth(torch.tensor(1.0)).item(), captured(torch.tensor(1.0)).item()]
print(changed_torch)


# %% tags=["tf"]
# TensorFlow
def tenth(x):
    return x / 10


captured = tf.function(tenth)
captured(tf.constant(1.0))


def tenth(x):
    return x / 100


changed_tf = [tenth(tf.constant(1.0)).numpy(), captured(tf.constant(1.0)).numpy()]
print(changed_tf)

# %% tags=["verdict", "folded"]
# Folded: compares what the eager and the captured function give after the change.
# rtol: 0.1 and 0.01 are rounded to float32.
parity.verdict(
    "after the change, eager and captured",
    changed_torch,
    np.array(changed_tf, "float64"),
    rtol=1e-6,
)

# %% [markdown]
# The eager function obeys at once. The captured one holds the old function, until you capture again: in a notebook, run
# that cell too. A `@` above the function does it for you.

# %% tags=["verdict", "folded"]
# Folded: judges the claim about debugging and quick changes by what TensorFlow did.
numbers = {mode: exhibits.with_a_number(seen) for mode, seen in seen_tf.items()}
obeyed = bool(abs(changed_tf[0] - 0.01) < 1e-6)
claims.verdict(
    "C22",
    {
        "eager code hides its values from a debugger": numbers["eager"] < 3,
        "captured code cannot be made to show them": numbers["switched off"] < 3,
        "a changed line waits for more than the next call": not obeyed,
    },
    f"In 3 calls eager code showed {numbers['eager']} numbers, a tf.function "
    f"{numbers['captured']}, the same after one switch {numbers['switched off']}. "
    f"The next eager call obeyed a changed line: {obeyed}.",
)
at_once = bool(abs(changed_torch[0] - 0.01) < 1e-6)
claims.verdict(
    "C16b",
    at_once,
    f"PyTorch's next eager call obeyed a changed line: {at_once}; TensorFlow's: "
    f"{obeyed}. What is easy, a run cannot say.",
)

# %% [markdown]
# ## 3b.7 Quiz

# %%
exercises.quiz("03b")

# %% [markdown]
# ## 3b.8 Verdicts

# %%
claims.close("03b")

# %% [markdown]
# ## 3b.9 Summary and further reading
#
# - At an `if` on data `tf.function` keeps both branches, `torch.compile` splits the code, `torch.export` refuses.
# - `cond` is a branch as an operation. Better still: a formula without a branch.
# - A graph finds some mistakes before it runs, and lets others pass that eager code would refuse.
# - To debug, switch capturing off: `set_stance("force_eager")`, `run_functions_eagerly(True)`.
# - After a change, capture again.
#
# Further reading: [AutoGraph](https://arxiv.org/abs/1810.08061),
# [torch.export](https://docs.pytorch.org/docs/stable/export.html),
# [Introduction to graphs](https://www.tensorflow.org/guide/intro_to_graphs).
# Next: [when a graph pays](03c_when_a_graph_pays.ipynb).
