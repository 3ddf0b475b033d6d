# %% [markdown]
# # 3c. When a graph pays
#
# A graph saves the time between operations. So it makes some programs ten times as fast and others hardly faster at all.
# You measure which, up to a whole training step, and count when the first call has paid.
#
# > **Minutes**: 33 · **Needs**: lessons 2a and 3a; a C++ compiler for `torch.compile` · **Claims tested**: none
# >
# > **You will be able to**
# > - time a captured function, with its first call apart (verdict in 3c.1)
# > - say what a graph saves, and where (prediction P3.5)
# > - say what a graph leaves out (prediction P3.6)
# > - capture a whole training step (prediction P3.7)
# > - compute when compiling has paid (exercise 3.6)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run. What the
# clock decides is marked *by the clock*: another machine may say otherwise.

# %% tags=["setup"]
from helpers import session

session.start("03c")

import numpy as np

from chapters.ch03 import exhibits, figures
from helpers import claims, data, exercises, parity, timing

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

# Full float32 on a GPU as well: numbers are compared.
tf.config.experimental.enable_tensor_float_32_execution(False)

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 3c.1 What one operation costs
#
# Between two operations there is work that nobody sees: Python runs a line, the framework looks up what to do, takes
# memory, starts. How much is it? We time a single operation on 16 numbers.
#
# `timing.first_and_later` gets ways to run, each as a function without arguments, and lets them take turns. For each it
# returns the seconds of the first call, and those of a later one. `lambda: f(x)` is such a function: it calls `f(x)` when
# it is called.

# %% tags=["taught"]
sixteen = np.linspace(-1, 1, 16, dtype="float32")

# %% tags=["torch"]
# PyTorch
place_torch = torch_side.device(device)
x = torch_side.tensor(sixteen, place_torch)
tanh_torch = torch_side.to_numpy(torch.tanh(x))
ways = {"PyTorch eager": lambda: torch.tanh(x)}
one_torch = timing.first_and_later(ways, wait=torch_side.wait)
print(one_torch["PyTorch eager"])

# %% tags=["tf"]
# TensorFlow
place_tf = tf_side.device(device)
x = tf_side.tensor(sixteen, place_tf)
tanh_tf = tf_side.to_numpy(tf.tanh(x))
ways = {"TensorFlow eager": lambda: tf.tanh(x)}
one_tf = timing.first_and_later(ways, wait=tf_side.wait)
print(one_tf["TensorFlow eager"])

# %% tags=["verdict", "folded"]
# Folded: compares the results (atol: rounding), and what one operation costs.
parity.verdict("tanh of 16 numbers", tanh_torch, tanh_tf, atol=1e-6)
cost_torch = 1e6 * one_torch["PyTorch eager"].later
cost_tf = 1e6 * one_tf["TensorFlow eager"].later
parity.by_clock("one small operation, PyTorch eager", f"{cost_torch:.1f} µs")
parity.by_clock("one small operation, TensorFlow eager", f"{cost_tf:.1f} µs")

# %% [markdown]
# Sixteen numbers are computed in nanoseconds. All the rest is the way there. A graph can save three things:
#
# - this work *between* operations
# - trips to memory: a compiler makes one operation of several, so that numbers need not be put away in between
# - operations of which nobody needs the result, or which are there twice
#
# So we race. `torch.compile` without a backend of ours takes its own compiler, inductor. It writes C++ (on a GPU: Triton)
# and translates it; `dynamic=True` leaves sizes from 2 on open. In TensorFlow there are two graphs: a plain one, and one
# that the compiler [XLA](glossary.md#xla) translates. The first call of each captures and translates. (`*inputs` gathers
# all arguments that follow, and hands them on.)
#
# The race's first runner is our single operation.

# %% tags=["torch"]
# PyTorch
# Can inductor translate here?
compiler_there = exhibits_torch.compiler_there(place_torch)


def race_torch(function, *inputs):
    """Seconds of a first and of a later call, for each way to run."""
    compiled = torch.compile(function, dynamic=True)
    ways = {"PyTorch eager": lambda: function(*inputs)}
    if compiler_there:
        ways["torch.compile"] = lambda: compiled(*inputs)
    return timing.first_and_later(ways, wait=torch_side.wait)


one_torch = race_torch(torch.tanh, torch_side.tensor(sixteen, place_torch))
for way, timed in one_torch.items():
    print(f"{way}: first {timed.first:.2g} s, later {timed.later:.2g} s")


# %% tags=["tf"]
# TensorFlow
def race_tf(function, *inputs):
    """Seconds of a first and of a later call, for each way to run."""
    plain = tf.function(function)
    translated = tf.function(function, jit_compile=True)
    ways = {
        "TensorFlow eager": lambda: function(*inputs),
        "tf.function": lambda: plain(*inputs),
        "tf.function, XLA": lambda: translated(*inputs),
    }
    return timing.first_and_later(ways, wait=tf_side.wait)


one_tf = race_tf(tf.tanh, tf_side.tensor(sixteen, place_tf))
for way, timed in one_tf.items():
    print(f"{way}: first {timed.first:.2g} s, later {timed.later:.2g} s")

# %% tags=["verdict", "folded"]
# Folded: says which first call was the dearest.
dearest = max((timed.first, way) for way, timed in (one_torch | one_tf).items())
parity.by_clock("the dearest first call", f"{dearest[1]}, {dearest[0]:.2f} s")

# %% [markdown]
# Capturing is dear, and for a single operation a graph makes the way no shorter: there is nothing *between*.

# %% [markdown]
# ## 3c.2 Many small operations
#
# Twelve steps of $h \leftarrow \tanh(h \cdot a + b)$, number by number: 36 operations. The arrays have `n` rows and
# columns, and we let `n` grow.

# %% tags=["taught"]
steps = 12
sizes = [4, 32, 128, 400] if fast else [4, 32, 128, 512, 1024]
if exhibits.on_gpu(device):
    sizes.append(4096)
rng = np.random.default_rng(seed)
arrays = {}
for n in sizes:
    # divided by this, h @ a is about as large as h
    numbers = rng.normal(size=(3, n, n)) / n**0.5
    arrays[n] = numbers.astype("float32")


# %% tags=["torch"]
# PyTorch
def small_torch(h, a, b):
    for _ in range(steps):
        h = torch.tanh(h * a + b)
    return h


many_torch = {}
for n in sizes:
    h, a, b = [torch_side.tensor(array, place_torch) for array in arrays[n]]
    many_torch[n] = race_torch(small_torch, h, a, b)
small_result_torch = torch_side.to_numpy(small_torch(h, a, b))


# %% tags=["tf"]
# TensorFlow
def small_tf(h, a, b):
    for _ in range(steps):
        h = tf.tanh(h * a + b)
    return h


many_tf = {}
for n in sizes:
    h, a, b = [tf_side.tensor(array, place_tf) for array in arrays[n]]
    many_tf[n] = race_tf(small_tf, h, a, b)
small_result_tf = tf_side.to_numpy(small_tf(h, a, b))

# %% tags=["verdict", "folded"]
# Folded: compares the results (atol: rounding), and says how much a graph gains.
parity.verdict("36 operations", small_result_torch, small_result_tf, atol=1e-5)
for name, many in (("PyTorch", many_torch), ("TensorFlow", many_tf)):
    for n in (sizes[0], sizes[-1]):
        gain = exhibits.gain(many[n])
        parity.by_clock(f"{name}, n = {n}, its best graph", f"{gain:.1f} times as fast")

# %% [markdown]
# For the smallest arrays nearly all of the time lies between operations, and TensorFlow's graph saves most of it.
# PyTorch's eager way is the shorter one, so there is less to save. (A machine that is busy with other things blurs all
# this: look at the figure below, and run the cells again.)

# %% [markdown]
# ## 3c.3 A few large ones
#
# Now with matrix products: $h \leftarrow \tanh(h \, a + b)$. As `n` grows, twelve large products do nearly all the work.
#
# **Predict.** For the largest products, how much faster is the better of TensorFlow's two graphs than eager?
#
# - **a** less than 3 times as fast
# - **b** 3 to 10 times as fast
# - **c** more than 10 times as fast

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P3.5", guess, among=["a", "b", "c"])


# %% tags=["torch"]
# PyTorch
def large_torch(h, a, b):
    for _ in range(steps):
        h = torch.tanh(h @ a + b)
    return h


few_torch = {}
for n in sizes:
    h, a, b = [torch_side.tensor(array, place_torch) for array in arrays[n]]
    few_torch[n] = race_torch(large_torch, h, a, b)
large_result_torch = torch_side.to_numpy(large_torch(h, a, b))


# %% tags=["tf"]
# TensorFlow
def large_tf(h, a, b):
    for _ in range(steps):
        h = tf.tanh(h @ a + b)
    return h


few_tf = {}
for n in sizes:
    h, a, b = [tf_side.tensor(array, place_tf) for array in arrays[n]]
    few_tf[n] = race_tf(large_tf, h, a, b)
large_result_tf = tf_side.to_numpy(large_tf(h, a, b))

# %% tags=["verdict", "folded"]
# Folded: compares the results (atol: rounding), and says which option came true.
parity.verdict("12 products", large_result_torch, large_result_tf, atol=1e-3)
few_large = exhibits.gain(few_tf[sizes[-1]])
options = {"a": few_large < 3, "b": few_large <= 10, "c": few_large > 10}
exercises.outcome("P3.5", exercises.first_true(options), timed=True)
parity.by_clock("TensorFlow's best graph", f"{few_large:.1f} times as fast")

# %% tags=["folded"]
# Folded: draws seconds a call against n, for both kinds of steps.
figures.race(many_torch, many_tf, "h * a + b")
figures.race(few_torch, few_tf, "h @ a + b")

# %% [markdown]
# A needed product must be computed in a graph too, so there is less to gain than in 3c.2. (A compiler may call another
# routine for the same product, faster or slower: that is part of the number above.)

# %% [markdown]
# ## 3c.4 What nobody needs
#
# Somebody has written $m\,m + m\,m + m\,m$: the same product three times.
#
# **Predict.** Which framework's graph computes it once?
#
# - **a** both
# - **b** only TensorFlow's
# - **c** only PyTorch's
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P3.6", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
matrix = rng.normal(size=(400, 400)).astype("float32")


# %% tags=["torch"]
# PyTorch
def thrice_torch(m):
    return m @ m + m @ m + m @ m


m = torch_side.tensor(matrix, place_torch)
thrice_seconds_torch = race_torch(thrice_torch, m)


# %% tags=["tf"]
# TensorFlow
def thrice_tf(m):
    return m @ m + m @ m + m @ m


m = tf_side.tensor(matrix, place_tf)
thrice_seconds_tf = race_tf(thrice_tf, m)

# %% tags=["verdict", "folded"]
# Folded: which option came true. Whoever computes one product of three is faster.
saved_torch = exhibits.gain(thrice_seconds_torch)
saved_tf = exhibits.gain(thrice_seconds_tf)
options = {
    "a": saved_torch > 1.7 and saved_tf > 1.7,
    "b": saved_tf > 1.7,
    "c": saved_torch > 1.7,
    "d": True,
}
exercises.outcome("P3.6", exercises.first_true(options), timed=True)
parity.by_clock("PyTorch's graph", f"{saved_torch:.1f} times as fast")
parity.by_clock("TensorFlow's graph", f"{saved_tf:.1f} times as fast")

# %% [markdown]
# TensorFlow drops what is there twice. PyTorch's compiler left the three products standing on the machine where this was
# written. Both drop what *nobody* uses. Eager code can do neither, because it does not know what comes next.

# %% [markdown]
# ## 3c.5 A whole training step
#
# What one wants to be fast is training: outputs, loss, slopes, and the step against them. Below it stands as one
# function, for a network of three tables of weights that reads digits. It changes the weights in place.
#
# `tf.function` makes one graph of all that. `torch.compile` splits it where the slopes are asked for: a graph forward and
# one back, and another one for the update.
#
# **Predict.** The network is small: 32 numbers wide, 48 pictures at a time. How much faster is the better of TensorFlow's
# graphs than eager?
#
# - **a** less than 3 times as fast
# - **b** 3 to 10 times as fast
# - **c** more than 10 times as fast

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P3.7", guess, among=["a", "b", "c"])

# %% tags=["taught"]
digits = data.digits()
pictures = digits.x_train.reshape(-1, 64)
right = np.eye(10, dtype="float32")[digits.y_train]  # a row each: 1 at the right digit


def start(width):
    """Three tables of weights: 64 to width, width to width, width to 10."""
    tables = []
    for rows, columns in ((64, width), (width, width), (width, 10)):
        numbers = rng.normal(size=(rows, columns)) / rows**0.5
        tables.append(numbers.astype("float32"))
    return tables


start_small = start(32)
start_large = start(4096 if exhibits.on_gpu(device) else 500)


# %% tags=["torch"]
# PyTorch
def step_torch(weights, x, right):
    """One step of training. Changes the weights; returns the loss."""
    w1, w2, w3 = weights
    hidden = torch.tanh(x @ w1)
    hidden = torch.tanh(hidden @ w2)
    log_p = torch.log_softmax(hidden @ w3, dim=1)
    loss = -(right * log_p).sum(dim=1).mean()
    slopes = torch.autograd.grad(loss, weights)
    with torch.no_grad():
        for w, slope in zip(weights, slopes):
            w -= 0.1 * slope
    return loss.detach()


def ready_torch(tables, count):
    """What a step on so many pictures needs: weights, pictures, right digits."""
    weights = [torch_side.tensor(table, place_torch) for table in tables]
    for w in weights:
        w.requires_grad_()
    x = torch_side.tensor(pictures[:count], place_torch)
    y = torch_side.tensor(right[:count], place_torch)
    return weights, x, y


small = ready_torch(start_small, 48)
loss_torch = step_torch(*small).item()
training_torch = race_torch(step_torch, *small)


# %% tags=["tf"]
# TensorFlow
def step_tf(weights, x, right):
    """One step of training. Changes the weights; returns the loss."""
    w1, w2, w3 = weights
    with tf.GradientTape() as tape:
        hidden = tf.tanh(x @ w1)
        hidden = tf.tanh(hidden @ w2)
        log_p = tf.nn.log_softmax(hidden @ w3, axis=1)
        loss = -tf.reduce_mean(tf.reduce_sum(right * log_p, axis=1))
    slopes = tape.gradient(loss, weights)
    for w, slope in zip(weights, slopes):
        w.assign_sub(0.1 * slope)
    return loss


def ready_tf(tables, count):
    """What a step on so many pictures needs: weights, pictures, right digits."""
    with tf.device(place_tf):
        weights = [tf.Variable(table) for table in tables]
    x = tf_side.tensor(pictures[:count], place_tf)
    y = tf_side.tensor(right[:count], place_tf)
    return weights, x, y


small = ready_tf(start_small, 48)
loss_tf = step_tf(*small).numpy().item()
training_tf = race_tf(step_tf, *small)

# %% tags=["verdict", "folded"]
# Folded: compares the first losses (rtol: rounding), and says which option came true.
parity.verdict("the loss before the first step", loss_torch, loss_tf, rtol=1e-5)
trained = exhibits.gain(training_tf)
options = {"a": trained < 3, "b": trained <= 10, "c": trained > 10}
exercises.outcome("P3.7", exercises.first_true(options), timed=True)
for name, timed in (("PyTorch", training_torch), ("TensorFlow", training_tf)):
    gain = exhibits.gain(timed)
    parity.by_clock(f"a small training step, {name}", f"{gain:.1f} times as fast")

# %% [markdown]
# The same step on a wide network, with all pictures at once:

# %% tags=["torch"]
# PyTorch
large = ready_torch(start_large, len(pictures))
wide_torch = race_torch(step_torch, *large)
print(wide_torch["PyTorch eager"])

# %% tags=["tf"]
# TensorFlow
large = ready_tf(start_large, len(pictures))
wide_tf = race_tf(step_tf, *large)
print(wide_tf["TensorFlow eager"])

# %% tags=["verdict", "folded"]
# Folded: says how much a graph gains for a step with large products.
for name, timed in (("PyTorch", wide_torch), ("TensorFlow", wide_tf)):
    gain = exhibits.gain(timed)
    parity.by_clock(f"a large training step, {name}", f"{gain:.1f} times as fast")

# %% [markdown]
# A training step obeys the same rule as its parts. That is why one benchmark finds a graph wonderful, and another finds
# it useless.

# %% [markdown]
# ## 3c.6 When the first call has paid
#
# The first call traces and translates: seconds, for a step of microseconds. Is it worth it? That depends on how many
# steps follow.

# %% [markdown]
# ### Exercise 3.6: after how many calls? (6 minutes)
#
# Write `answer(first, eager, graph)`. Given are seconds: of a graph's first call, of an eager call, and of a later call
# of the graph. Return the smallest whole number of calls for which the graph, its first call included, takes *no longer*
# than eager calls would. Return `None` if it never gets there.

# %% tags=["exercise"]
answer = ...  # a function of first, eager and graph
# solution
import math


def answer(first, eager, graph):
    if first <= eager:
        return 1
    if graph >= eager:
        return None
    return math.ceil((first - graph) / (eager - graph))


# wrong: one call of the graph is already in
def answer(first, eager, graph):
    if first <= eager:
        return 1
    if graph >= eager:
        return None
    return int(np.ceil(first / (eager - graph)))


# wrong: each later call costs
def answer(first, eager, graph):
    if graph >= eager and first > eager:
        return None
    return max(1, int(np.ceil(first / eager)))


# wrong: round up
def answer(first, eager, graph):
    if first <= eager:
        return 1
    if graph >= eager:
        return None
    return (first - graph) // (eager - graph)


# wrong: never pays
def answer(first, eager, graph):
    if first <= eager:
        return 1
    return (
        float("inf") if graph >= eager else math.ceil((first - graph) / (eager - graph))
    )


# %% tags=["check"]
exercises.check("3.6", answer)

# %% tags=["folded"]
# Folded: after how many calls each graph of this lesson has paid.
figures.paid(
    {
        "many small operations": many_torch[sizes[0]] | many_tf[sizes[0]],
        "a few large ones": few_torch[sizes[-1]] | few_tf[sizes[-1]],
        "a small training step": training_torch | training_tf,
        "a large training step": wide_torch | wide_tf,
    }
)

# %% [markdown]
# The very first translation on a machine takes longest, since it sets up the compiler; a second run of this lesson finds
# PyTorch's translated code in a store on disk.

# %% [markdown]
# ## 3c.7 Quiz

# %%
exercises.quiz("03c")

# %% [markdown]
# ## 3c.8 Verdicts

# %%
claims.close("03c")

# %% [markdown]
# ## 3c.9 Summary and further reading
#
# - A graph saves what lies between operations: much for many small ones, little for a few large ones.
# - It cannot leave out an operation that is needed, and may drop one that is not.
# - A training step can be captured whole: one function with outputs, loss, slopes and update.
# - Time the first call apart, and count how many calls follow.
#
# Further reading: [Better performance with tf.function](https://www.tensorflow.org/guide/function),
# [torch.compile](https://docs.pytorch.org/docs/stable/torch.compiler.html), [XLA](https://openxla.org/xla).
# Next: [a museum of graphs](03d_a_museum_of_graphs.ipynb).
