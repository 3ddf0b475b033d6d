# %% [markdown]
# # 4d. A network that learns to calculate
#
# An optional lesson. A network learns arithmetic from examples, fails on deeper trees than it has seen, and you find out
# why: two causes are possible, and each makes a prediction.
#
# > **Minutes**: 29 · **Needs**: lesson 4a; of chapter 3, what tracing is · **Claims tested**: none
# >
# > **You will be able to**
# > - train over trees, with one traced graph for all of them (verdict in 4d.1)
# > - say what a network does beyond the depths that it knows (prediction P4.3)
# > - find out which of two causes makes it err (prediction P4.4)
# > - round a state to the nearest digit (exercise 4.5)
# > - say how errors add up in a tree (exercise 4.4)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("04d")

import numpy as np
from tqdm.auto import tqdm

from chapters.ch04 import figures, trees
from helpers import claims, exercises, parity

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
# ## 4d.1 Learning to calculate
#
# What lesson 4a has built stands ready in three files:
#
# - `trees` (no framework): `grow` an expression, its `value` modulo 3, and `fold`, the plan for a batch
# - `trees_torch` and `trees_tf`: `load` the weights; `combine`; and `batched`, which follows a plan to the states at the
#   tops: (trees, 32)
#
# New is one matrix, `"out"`, which turns the state at the top into three scores, one for each value. A batch is the plan
# for 128 random trees of depth 0 to 4, and their values. For the tests there are trees of one depth each, up to 7.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
weights = trees.start_weights(rng)


def examples(count, depths, ops):
    """The plan for so many random trees, and their values."""
    chosen = rng.choice(depths, size=count)
    grown = [trees.grow(rng, depth, ops) for depth in chosen]
    values = [trees.value(tree) for tree in grown]
    return trees.fold(grown), np.array(values)


batches = [examples(128, range(5), "+-*") for _ in range(240)]
many = 400 if fast else 2000
tests = {depth: examples(many, [depth], "+-*") for depth in range(8)}

# %% [markdown]
# Both frameworks get the same weights and batches. The loss is the mean [cross-entropy](glossary.md#cross-entropy) of
# scores and values. PyTorch's function takes that mean by itself.

# %% tags=["torch"]
# PyTorch
where_torch = torch_side.device(device)


def loss_torch(model, plan, values):
    """How wrong the scores of a plan's trees are, one number."""
    scores = trees_torch.batched(model, plan) @ model["out"]
    return torch.nn.functional.cross_entropy(scores, values)


plan, values = batches[0]
model = trees_torch.load(weights, where_torch, "float64")
first_loss = loss_torch(model, plan, torch_side.tensor(values, where_torch))
before_torch = torch_side.to_numpy(first_loss)
print(before_torch)

# %% tags=["tf"]
# TensorFlow
where_tf = tf_side.device(device)


def loss_tf(model, plan, values):
    """How wrong the scores of a plan's trees are, one number."""
    scores = trees_tf.batched(model, plan) @ model["out"]
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(values, scores)
    return tf.reduce_mean(losses)


plan, values = batches[0]
model = trees_tf.load(weights, where_tf, "float64")
first_loss = loss_tf(model, plan, tf_side.tensor(values, where_tf))
before_tf = tf_side.to_numpy(first_loss)
print(before_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the losses of the first batch.
parity.verdict("the loss before training", before_torch, before_tf, atol=1e-13)

# %% [markdown]
# Now the training. Rate and [momentum](glossary.md#momentum) are exact in binary, so both use the same numbers.
# `optimizer.step` and `optimizer.apply` take one step each; `tqdm` draws a bar of progress (`leave=False`:
# it goes away at the end).
#
# TensorFlow's step becomes a graph. Its [signature](glossary.md#signature) says what kind of thing comes in: `None` leaves
# a length open. Each batch has four rounds, and only lengths differ, so one [trace](glossary.md#tracing) serves all.
# `traces` counts: Python runs only while TensorFlow is tracing.

# %% tags=["taught"]
# TensorFlow
length = tf.TensorSpec([None], tf.int64)
children = tf.TensorSpec([None, 2], tf.int64)
counts = tf.TensorSpec([3], tf.int64)
plan_spec = (length, [(children, counts)] * 4, length)


# %% tags=["torch"]
# PyTorch
def train_torch(dtype, steps):
    """Train on so many batches. Returns the model and the losses."""
    model = trees_torch.load(weights, where_torch, dtype)
    optimizer = torch.optim.SGD(model.values(), lr=0.25, momentum=0.875)
    path = []
    for plan, values in tqdm(batches[:steps], desc="PyTorch", leave=False):
        loss = loss_torch(model, plan, torch_side.tensor(values, where_torch))
        optimizer.zero_grad()  # else slopes add up
        loss.backward()
        optimizer.step()
        path.append(loss.item())
    return model, np.array(path)


_, path_torch = train_torch("float64", 25)

# %% tags=["tf"]
# TensorFlow
traces = []


def train_tf(dtype, steps):
    """Train on so many batches. Returns the model and the losses."""
    model = trees_tf.load(weights, where_tf, dtype)
    variables = list(model.values())
    optimizer = tf.keras.optimizers.SGD(0.25, momentum=0.875)
    optimizer.build(variables)

    @tf.function(input_signature=[plan_spec, length])
    def step(plan, values):
        traces.append(dtype)
        with tf.GradientTape() as tape:
            loss = loss_tf(model, plan, values)
        optimizer.apply(tape.gradient(loss, variables))
        return loss

    path = []
    for plan, values in tqdm(batches[:steps], desc="TensorFlow", leave=False):
        with tf.device(where_tf):
            path.append(float(step(plan, values)))
    return model, np.array(path)


_, path_tf = train_tf("float64", 25)

# %% tags=["verdict", "folded"]
# Folded: compares the losses of the first 25 steps.
parity.verdict("the losses of 25 steps in float64", path_torch, path_tf, atol=1e-11)

# %% [markdown]
# The two walk together. Now all batches, in float32, as one trains.

# %% tags=["torch"]
# PyTorch
model_torch, path_torch = train_torch("float32", len(batches))
print(path_torch[0], "to", path_torch[-1])

# %% tags=["tf"]
# TensorFlow
traces.clear()
model_tf, path_tf = train_tf("float32", len(batches))
print(path_tf[0], "to", path_tf[-1])

# %% tags=["verdict", "folded"]
# Folded: counts the traces, and compares the loss at the start.
print("TensorFlow traced its step once for all batches:", len(traces) == 1)
start_torch = path_torch[0]
parity.verdict("the first loss, in float32", start_torch, path_tf[0], atol=1e-5)

# %% [markdown]
# **Predict.** Of 100 trees of depth 7, how many does the network get right?
#
# - **a** fewer than 60
# - **b** 60 to 99
# - **c** more than 99

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P4.3", guess, among=["a", "b", "c"])

# %% [markdown]
# The highest score is the network's answer. `shares_torch` and `shares_tf` return the share of right answers at each
# depth. What combines two states can be handed in again.


# %% tags=["torch"]
# PyTorch
def shares_torch(tests, combine=trees_torch.combine):
    """The share of right answers, {depth: share}."""
    shares = {}
    for depth, (plan, values) in tests.items():
        states = trees_torch.batched(model_torch, plan, combine)
        scores = torch_side.to_numpy(states @ model_torch["out"])
        shares[depth] = float((scores.argmax(axis=1) == values).mean())
    return shares


right_torch = shares_torch(tests)
print(right_torch)


# %% tags=["tf"]
# TensorFlow
def shares_tf(tests, combine=trees_tf.combine):
    """The share of right answers, {depth: share}."""
    shares = {}
    for depth, (plan, values) in tests.items():
        states = trees_tf.batched(model_tf, plan, combine)
        scores = tf_side.to_numpy(states @ model_tf["out"])
        shares[depth] = float((scores.argmax(axis=1) == values).mean())
    return shares


right_tf = shares_tf(tests)
print(right_tf)

# %% tags=["verdict", "folded"]
# Folded: what both get right at the depths that they knew, and which option came true.
for side, right in {"PyTorch": right_torch, "TensorFlow": right_tf}.items():
    known = min(right[depth] for depth in range(5))
    print(f"{side}: at least 95 of 100 right at every depth up to 4: {known >= 0.95}")
parity.verdict("the share right, by depth", right_torch, right_tf, atol=0.05)
deep = 100 * (right_torch[7] + right_tf[7]) / 2
letter = exercises.first_true({"a": deep < 60, "b": deep <= 99, "c": deep > 99})
exercises.outcome("P4.3", letter)

# %% [markdown]
# ## 4d.2 Where the errors come from
#
# Nearly perfect at the depths that it knew, worse beyond. Are there gaps in its arithmetic, in one of the 27 sums,
# differences and products of two digits? Or do states *drift*, so that a 2 made from a 2 made from a 2 looks less and less
# like a 2? Two tests:
#
# - Trees without ×. A product with 0 is 0, and hides whatever went wrong on the other side. Without ×, every digit
#   counts, and errors show that were hidden, whichever cause they have.
# - Rounding. After each call of `combine`, read off which digit the state stands for, and go on with that digit's own
#   row of `"digit"`. If there are gaps, this carries the wrong digit on; if states drift, it takes the drift away.
#
# **Predict.** With rounding, how many trees of depth 7 come out right?
#
# - **a** fewer than before
# - **b** about as many, or some more
# - **c** all, or nearly all

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P4.4", guess, among=["a", "b", "c"])

# %% tags=["taught"]
plain = {depth: examples(many, [depth], "+-") for depth in range(1, 8)}


# %% tags=["torch"]
# PyTorch
def rounded_torch(model, op, pairs):
    """Combine, then take the digit's own row in place of the state."""
    scores = trees_torch.combine(model, op, pairs) @ model["out"]
    return model["digit"][scores.argmax(dim=1)]


plain_torch = shares_torch(plain)
after_torch = shares_torch(tests, rounded_torch)
print("without ×, depth 7:", plain_torch[7])
print("rounded, depth 7:", after_torch[7])


# %% tags=["tf"]
# TensorFlow
def rounded_tf(model, op, pairs):
    """Combine, then take the digit's own row in place of the state."""
    scores = trees_tf.combine(model, op, pairs) @ model["out"]
    return tf.gather(model["digit"], tf.argmax(scores, axis=1))


plain_tf = shares_tf(plain)
after_tf = shares_tf(tests, rounded_tf)
print("without ×, depth 7:", plain_tf[7])
print("rounded, depth 7:", after_tf[7])

# %% tags=["verdict", "folded"]
# Folded: compares both tests, and says which option came true.
parity.verdict("the share right without ×", plain_torch, plain_tf, atol=0.05)
parity.verdict("the share right, rounded", after_torch, after_tf, atol=0.05)
fewer_deep = right_torch[7] < right_torch[4] and right_tf[7] < right_tf[4]
fewer_plain = plain_torch[7] < right_torch[7] and plain_tf[7] < right_tf[7]
print("both worse at depth 7 than at depth 4:", fewer_deep)
print("both worse still without ×:", fewer_plain)
before = (right_torch[7] + right_tf[7]) / 2
after = (after_torch[7] + after_tf[7]) / 2
options = {"c": after > 0.99, "a": after < before - 0.02, "b": True}
exercises.outcome("P4.4", exercises.first_true(options))

# %% tags=["folded"]
# Folded: draws the shares, and the scores of PyTorch's network at depth 1 and 7.
values_of = {depth: values for depth, (_, values) in tests.items()}
commonest = [np.bincount(values).max() / many for values in values_of.values()]
scores = {}
for depth in [1, 7]:
    plan, _ = tests[depth]
    states = trees_torch.batched(model_torch, plan)
    scores[depth] = torch_side.to_numpy(states @ model_torch["out"])
figures.shares_and_scores(
    {"+ − ×": right_torch, "+ −": plain_torch, "rounded": after_torch},
    {"+ − ×": right_tf, "+ −": plain_tf, "rounded": after_tf},
    commonest,
    scores,
    values_of,
)

# %% [markdown]
# Gaps in the arithmetic would have stayed. So the arithmetic is right, and the states drift. The two pictures on the right
# show it: in a sector, one digit has the highest score, and with depth the points leave the middle of their sectors.
# Longer training narrows the drift (try 400 batches).

# %% [markdown]
# ### Exercise 4.5: the nearest digit, in TensorFlow (5 minutes)
#
# Our rounding asks `out` which digit a state stands for. One can do without: take the row of the table that is nearest.
# Write `answer(states, table)` with TensorFlow tensors of float64, `states` (rows, size) and `table` (digits, size). It
# returns a tensor like `states`, in which each row is replaced by the row of `table` at the smallest distance.
# `tf.newaxis` makes an axis of length 1, along which the difference is broadcast (lesson 1a).

# %% tags=["exercise"]
answer = ...  # a function of states and table


# solution
def answer(states, table):
    differences = states[:, tf.newaxis] - table  # (rows, digits, size)
    distances = tf.reduce_sum(differences**2, axis=2)
    return tf.gather(table, tf.argmin(distances, axis=1))


# wrong: the farthest row
def answer(states, table):
    differences = states[:, tf.newaxis] - table
    distances = tf.reduce_sum(differences**2, axis=2)
    return tf.gather(table, tf.argmax(distances, axis=1))


# wrong: a product is no distance
def answer(states, table):
    return tf.gather(table, tf.argmax(states @ tf.transpose(table), axis=1))


# wrong: the distance has no sign
def answer(states, table):
    differences = states[:, tf.newaxis] - table
    return tf.gather(table, tf.argmin(tf.reduce_sum(differences, axis=2), axis=1))


# wrong: which digit it is
def answer(states, table):
    differences = states[:, tf.newaxis] - table
    return tf.argmin(tf.reduce_sum(differences**2, axis=2), axis=1)


# %% tags=["check"]
exercises.check("4.5", answer)

# %% [markdown]
# ### Exercise 4.4: errors in a tree (3 minutes)
#
# Suppose that errors came from the arithmetic instead: each operator goes wrong with probability 0.001, whatever stands
# below, and one error anywhere spoils the value. What share of trees with 101 digits comes out right? Give a float; four
# decimals are enough. (Then compare: would rounding have helped such a network?)

# %% tags=["exercise"]
answer = ...  # a number between 0 and 1
# solution
answer = 0.999**100
# wrong: as many operators as digits
answer = 0.999**101
# wrong: the digits count as well
answer = 0.999**201
# wrong: probabilities multiply
answer = 1 - 100 * 0.001

# %% tags=["check"]
exercises.check("4.4", answer)

# %% [markdown]
# ## 4d.3 Quiz

# %%
exercises.quiz("04d")

# %% [markdown]
# ## 4d.4 Verdicts

# %%
claims.close("04d")

# %% [markdown]
# ## 4d.5 Summary and further reading
#
# - A plan's arrays differ only in length, so one traced graph serves all trees.
# - States that are nearly digits drift with depth. Look at them before you blame the arithmetic.
# - Where two causes are possible, let each predict something that the other does not, and test that.
#
# Further reading: [TreeLSTM](https://arxiv.org/abs/1503.00075), a cell that keeps more of what stands below;
# [discrete states](https://arxiv.org/abs/1711.00937) that a network learns to round to.
# Next: [defining a network](05a_one_network_three_ways.ipynb).
