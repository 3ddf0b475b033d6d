# %% [markdown]
# # 4c. What Fold was for
#
# An optional lesson. What the plan of lesson 4a buys, what today's tools can do with trees by themselves, and how a
# library ends.
#
# > **Minutes**: 26 · **Needs**: lesson 4a · **Claims tested**: none
# >
# > **You will be able to**
# > - guess what batching is worth, and measure it (prediction P4.2)
# > - compute all nodes of a round in one call (exercise 4.3)
# > - say what ragged and nested tensors keep of a tree (verdict in 4c.2)
# > - say what a vectorizing map demands (verdict in 4c.3)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("04c")

import numpy as np

from chapters.ch04 import figures, trees
from helpers import claims, errors, exercises, parity, timing

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch04 import trees_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch04 import trees_tf
from helpers import tf_side

# On a GPU: full float32, as PyTorch computes unless it is told otherwise.
tf.config.experimental.enable_tensor_float_32_execution(False)

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 4c.1 What it buys
#
# Small calls waste a processor's time: each costs something before any arithmetic begins. That is what Fold was for. What
# lesson 4a has built stands ready in three files:
#
# - `trees` (no framework): `grow` an expression, and `fold`, the plan for a batch
# - `trees_torch` and `trees_tf`: `load` the weights; `one_by_one` and `batched`, two ways from trees to states; `run`,
#   which goes one way and comes back with states and slopes, as in a step of training
#
# [Fold's announcement][blog] spoke of more than 10 times on a CPU.
#
# [blog]: <https://research.google/blog/announcing-tensorflow-fold-deep-learning-with-dynamic-computation-graphs/>

# %% tags=["taught"]
rng = np.random.default_rng(seed)
weights = trees.start_weights(rng)
counts = [1, 4, 16, 64] if fast else [1, 4, 16, 64, 256]
batch = [trees.grow(rng, 5) for _ in range(counts[-1])]
few = batch[:4]

# %% [markdown]
# First of all: do both ways say the same? We ask for the states and slopes of four trees.

# %% tags=["torch"]
# PyTorch
where_torch = torch_side.device(device)
model_torch = trees_torch.load(weights, where_torch, "float32")
single_torch = trees_torch.run(trees_torch.one_by_one, model_torch, few)
together_torch = trees_torch.run(trees_torch.batched, model_torch, trees.fold(few))
print(list(together_torch))

# %% tags=["tf"]
# TensorFlow
where_tf = tf_side.device(device)
model_tf = trees_tf.load(weights, where_tf, "float32")
single_tf = trees_tf.run(trees_tf.one_by_one, model_tf, few)
together_tf = trees_tf.run(trees_tf.batched, model_tf, trees.fold(few))
print(list(together_tf))

# %% tags=["verdict", "folded"]
# Folded: compares both ways in both frameworks (atol: rounding).
parity.verdict("batched, PyTorch and TensorFlow", together_torch, together_tf, 1e-6)
parity.verdict("PyTorch, batched and one by one", together_torch, single_torch, 1e-6)
parity.verdict("TensorFlow, batched and one by one", together_tf, single_tf, 1e-6)

# %% [markdown]
# **Predict.** 64 trees of depth 5, states and slopes. Take the framework in which batching gains less: how many times as
# fast as one by one is it there?
#
# - **a** less than 2 times
# - **b** 2 to 8 times
# - **c** more than 8 times

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P4.2", guess, among=["a", "b", "c"])

# %% [markdown]
# Three ways take turns: one by one; batched with a plan made before; planned anew each time. Plans hold no weights, so
# training can make them once, or while it reads the data.
#
# `timing.compare` calls each function in turn, round after round, and returns their times; `timing.table` prints them. A
# `lambda` is a function without a name. Its body waits until `compare` calls it.


# %% tags=["torch"]
# PyTorch
def race_torch(count):
    """Time three ways with so many trees."""
    some = batch[:count]
    plan = trees.fold(some)
    run = trees_torch.run
    one_by_one = trees_torch.one_by_one
    batched = trees_torch.batched
    ways = {
        "one by one": lambda: run(one_by_one, model_torch, some),
        "batched": lambda: run(batched, model_torch, plan),
        "planned and batched": lambda: run(batched, model_torch, trees.fold(some)),
    }
    return timing.compare(ways, rounds=15)


races_torch = {count: race_torch(count) for count in counts}
print(timing.table(races_torch[64]))


# %% tags=["tf"]
# TensorFlow
def race_tf(count):
    """Time three ways with so many trees."""
    some = batch[:count]
    plan = trees.fold(some)
    run = trees_tf.run
    one_by_one = trees_tf.one_by_one
    batched = trees_tf.batched
    ways = {
        "one by one": lambda: run(one_by_one, model_tf, some),
        "batched": lambda: run(batched, model_tf, plan),
        "planned and batched": lambda: run(batched, model_tf, trees.fold(some)),
    }
    return timing.compare(ways, rounds=3, warmup=1)


races_tf = {count: race_tf(count) for count in counts}
print(timing.table(races_tf[64]))


# %% tags=["verdict", "folded"]
# Folded: what the clock says. The fastest round counts: a busy machine adds time.
def gain(race, way):
    """How many times as fast as one by one."""
    return min(race["one by one"].seconds) / min(race[way].seconds)


def slowest(race):
    return max(race, key=lambda way: min(race[way].seconds))


gain_torch = gain(races_torch[64], "batched")
gain_tf = gain(races_tf[64], "batched")
least = min(gain_torch, gain_tf)
letter = exercises.first_true({"a": least < 2, "b": least <= 8, "c": least > 8})
exercises.outcome("P4.2", letter, timed=True)
parity.by_clock(
    "64 trees, slopes included, batched against one by one",
    f"PyTorch measured {gain_torch:.0f} times as fast, "
    f"TensorFlow measured {gain_tf:.0f} times",
)
slow_torch = slowest(races_torch[64])
slow_tf = slowest(races_tf[64])
found = f"{slow_torch} in PyTorch, {slow_tf} in TensorFlow"
parity.by_clock("the slowest of the three ways", found)

# %% tags=["folded"]
# Folded: draws how many times as fast batching is, for more and more trees.
gains_torch = {}
gains_tf = {}
for way in ["batched", "planned and batched"]:
    gains_torch[way] = [gain(races_torch[count], way) for count in counts]
    gains_tf[way] = [gain(races_tf[count], way) for count in counts]
figures.speed_up(counts, gains_torch, gains_tf)

# %% [markdown]
# Each curve is measured against its own "one by one": the higher one is not the faster framework. Note that PyTorch
# gains too. Its graphs were dynamic from the start, and yet it batches no trees by itself.

# %% [markdown]
# ### Exercise 4.3: one call a round (6 minutes)
#
# Fold, and our plan, call `combine` once for each operator. Small calls cost more than arithmetic, so multiply *all*
# pairs by *all* matrices in one call, and let each node take its own row. Write `answer(pairs, kinds, matrices)` in
# PyTorch: `pairs` (nodes, 2 · size), `kinds` (nodes,), each node's operator as an integer, and `matrices` (operators,
# 2 · size, size), float64. It returns the new states (nodes, size), with the tanh. The number of PyTorch's calls must not
# grow with nodes or operators.
#
# `einsum` may help. Its letters name axes, and an axis that is missing behind the arrow is summed over:
# `torch.einsum("ni,ij->nj", a, b)` is `a @ b`.

# %% tags=["exercise"]
answer = ...  # a function of pairs, kinds and matrices


# solution
def answer(pairs, kinds, matrices):
    every = torch.einsum("ni,kij->nkj", pairs, matrices)  # (nodes, operators, size)
    return torch.tanh(every[torch.arange(len(kinds)), kinds])


# wrong: every node used the first operator
def answer(pairs, kinds, matrices):
    return torch.tanh(pairs @ matrices[0])


# wrong: added up over the operators
def answer(pairs, kinds, matrices):
    return torch.tanh(torch.einsum("ni,kij->nj", pairs, matrices))


# wrong: the tanh is missing
def answer(pairs, kinds, matrices):
    return torch.einsum("ni,nij->nj", pairs, matrices[kinds])


# wrong: for every node, the rows of all nodes
def answer(pairs, kinds, matrices):
    return torch.tanh(torch.einsum("ni,kij->nkj", pairs, matrices)[:, kinds])


# wrong: calls for 40 nodes
def answer(pairs, kinds, matrices):
    rows = []
    for pair, kind in zip(pairs, kinds):
        rows.append(torch.tanh(pair @ matrices[kind]))
    return torch.stack(rows)


# %% tags=["check"]
exercises.check("4.3", answer)

# %% [markdown]
# ## 4c.2 Ragged and nested
#
# Do today's libraries do it for us? Two containers and a map come near to trees.
#
# [Ragged](glossary.md#ragged-tensor) and [nested tensors](glossary.md#nested-tensor) hold rows of different lengths, such
# as the digits of each tree. Looking up the digits' vectors and taking their mean works on all rows at once.

# %% tags=["taught"]
few = [trees.grow(rng, 5) for _ in range(3)]
rows = [trees.digits(tree) for tree in few]
print([len(row) for row in rows])

# %% tags=["torch"]
# PyTorch
table_torch = trees_torch.load(weights, where_torch, "float64")["digit"]
nested = torch.nested.nested_tensor(rows, layout=torch.jagged, device=where_torch)
vectors = torch.nn.functional.embedding(nested, table_torch)
means = vectors.mean(dim=1)
means_torch = torch_side.to_numpy(means)
print(means_torch.shape)

# %% tags=["tf"]
# TensorFlow
table_tf = trees_tf.load(weights, where_tf, "float64")["digit"]
ragged = tf.ragged.constant(rows)
with tf.GradientTape() as tape:
    vectors = tf.gather(table_tf, ragged)
    means_of_rows = tf.reduce_mean(vectors, axis=1)
means_tf = tf_side.to_numpy(means_of_rows)
print(means_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares the means of the rows.
parity.verdict("mean vectors of three rows", means_torch, means_tf, atol=1e-12)

# %% [markdown]
# And the slope of such a mean? PyTorch's nested tensors are a prototype. Where the slope fails, there is a way round:
# fill the rows up with zeros to one length, `to_padded_tensor`, add up, and divide by the lengths.

# %% tags=["torch"]
# PyTorch
try:
    torch.autograd.grad(means.sum(), table_torch)
    slope_torch = "answers"
except RuntimeError as error:
    slope_torch = "fails"
    print(errors.first_line(error))
vectors = torch.nn.functional.embedding(nested, table_torch)
padded = torch.nested.to_padded_tensor(vectors, 0.0)
lengths = torch.tensor([len(row) for row in rows], device=where_torch)
means = padded.sum(dim=1) / lengths.unsqueeze(1)
(slope,) = torch.autograd.grad(means.sum(), table_torch)
padded_torch = torch_side.to_numpy(slope)

# %% tags=["tf"]
# TensorFlow
slope = tape.gradient(means_of_rows, table_tf)
slope_tf = "fails" if slope is None else "answers"
slope_by_hand = tf_side.to_numpy(slope)

# %% tags=["verdict", "folded"]
# Folded: says who gave the slope of the mean, and compares the way round with it.
print(f"the slope of a mean over rows: PyTorch {slope_torch}, TensorFlow {slope_tf}")
parity.verdict("the slope by padding", padded_torch, slope_by_hand, atol=1e-12)

# %% [markdown]
# And a tree itself, brackets and all? `[1, [2, 0]]` has its digits at two depths.

# %% tags=["torch"]
# PyTorch
try:
    torch.nested.nested_tensor([1, [2, 0]], layout=torch.jagged)
    tree_torch = "can"
except (TypeError, ValueError, RuntimeError) as error:
    tree_torch = "refuses"
    print(errors.first_line(error))

# %% tags=["tf"]
# TensorFlow
try:
    tf.ragged.constant([1, [2, 0]])
    tree_tf = "can"
except ValueError as error:
    tree_tf = "refuses"
    print(errors.first_line(error))

# %% tags=["verdict", "folded"]
# Folded: says who can hold a tree.
print(f"hold a tree, brackets and all: PyTorch {tree_torch}, TensorFlow {tree_tf}")
parity.verdict("both say the same", tree_torch, tree_tf)

# %% [markdown]
# Rows may differ in length, and that is all.

# %% [markdown]
# ## 4c.3 Mapped
#
# A [vectorizing map](glossary.md#vectorizing-map) turns a function of one example into one of a batch: here our cell for
# one node, its matrix looked up by the node's kind. All examples must take the same steps, so an `if` on a value is
# refused, and with it a function that follows a tree. `smaller` has such an `if`: we shall try it.

# %% tags=["taught"]
pairs = rng.normal(size=(6, 64))
kinds = np.array([0, 1, 2, 2, 1, 0])


def smaller(kind):
    if kind > 0:
        return kind - 1
    return kind


# %% tags=["torch"]
# PyTorch
model = trees_torch.load(weights, where_torch, "float64")
matrices = torch.stack([model["+"], model["-"], model["*"]])


def combine_one(kind, pair):
    return torch.tanh(pair @ matrices[kind])


pairs_torch = torch_side.tensor(pairs, where_torch)
kinds_torch = torch_side.tensor(kinds, where_torch)
mapped = torch.func.vmap(combine_one)(kinds_torch, pairs_torch)
mapped_torch = torch_side.to_numpy(mapped)
try:
    torch.func.vmap(smaller)(kinds_torch)
    if_torch = "maps"
except RuntimeError as error:
    if_torch = "refuses"
    print(errors.first_line(error))

# %% tags=["tf"]
# TensorFlow
model = trees_tf.load(weights, where_tf, "float64")
matrices = tf.stack([model["+"], model["-"], model["*"]])


def combine_one(node):
    kind, pair = node
    return tf.tanh(tf.linalg.matvec(matrices[kind], pair, transpose_a=True))


pairs_tf = tf_side.tensor(pairs, where_tf)
kinds_tf = tf_side.tensor(kinds, where_tf)
mapped = tf.vectorized_map(combine_one, (kinds_tf, pairs_tf))
mapped_tf = tf_side.to_numpy(mapped)
try:
    tf.vectorized_map(smaller, kinds_tf)
    if_tf = "maps"
except TypeError as error:
    if_tf = "refuses"
    print(errors.gist(error))  # its telling line: the first one says nothing

# %% tags=["verdict", "folded"]
# Folded: compares the mapped cell, and says what each makes of an if on a value.
parity.verdict("the cell, mapped over six nodes", mapped_torch, mapped_tf, atol=1e-12)
print(f"map an if on a value: PyTorch {if_torch}, TensorFlow {if_tf}")

# %% [markdown]
# What follows a tree still needs a plan.

# %% [markdown]
# ## 4c.4 The library that was overtaken
#
# | when | what |
# |---|---|
# | 7 Feb 2017 | Google [releases Fold][blog], with a [paper](https://arxiv.org/abs/1702.02181) |
# | 29 Mar 2017 | it needs [exactly the TensorFlow](https://github.com/tensorflow/fold/issues/27) it was built with |
# | 16 Aug 2017 | one maintainer is left: ["on the back-burner"](https://github.com/tensorflow/fold/issues/82) |
# | 6 Sep 2017 | [TorchFold][torchfold] brings the same to PyTorch, which did not have it |
# | 31 Oct 2017 | [last commit](https://github.com/tensorflow/fold/commits/master); that month brings [eager mode][eager] |
# | 7 Nov 2017 | its maintainer: for a new model, [use eager](https://github.com/tensorflow/fold/issues/87) |
# | 10 Mar 2021 | not updated, ["in part because there are no users"](https://github.com/tensorflow/fold/issues/105) |
#
# [blog]: <https://research.google/blog/announcing-tensorflow-fold-deep-learning-with-dynamic-computation-graphs/>
# [torchfold]: <https://medium.com/near-ai/pytorch-dynamic-batching-f4df3dbe09ef>
# [eager]: <https://research.google/blog/eager-execution-an-imperative-define-by-run-interface-to-tensorflow/>
#
# It was no bad library. Eager mode took over one of its two uses, the recursion in plain Python. The other, batching, you
# have built yourself.

# %% [markdown]
# ## 4c.5 Quiz

# %%
exercises.quiz("04c")

# %% [markdown]
# ## 4c.6 Verdicts

# %%
claims.close("04c")

# %% [markdown]
# ## 4c.7 Summary and further reading
#
# - Batching trees pays in both frameworks, and the more trees, the more.
# - Ragged and nested tensors keep rows of different lengths, and no brackets.
# - A vectorizing map takes the same steps for all.
#
# Further reading: TensorFlow's guide to [ragged tensors](https://www.tensorflow.org/guide/ragged_tensor), PyTorch's page
# on [nested tensors](https://docs.pytorch.org/docs/stable/nested.html), still a prototype, and on
# [vmap](https://docs.pytorch.org/docs/stable/generated/torch.func.vmap.html).
# Next: [a network that learns to calculate](04d_learning_to_calculate.ipynb).
