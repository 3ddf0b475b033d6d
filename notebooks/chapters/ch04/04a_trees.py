# %% [markdown]
# # 4a. Trees
#
# Every tree has a shape of its own, and does not stack with others. You run one network over any tree, in both
# frameworks, and then over 64 of them at once.
#
# > **Minutes**: 40 · **Needs**: lesson 2a · **Claims tested**: C30b
# >
# > **You will be able to**
# > - write a network that calls itself as its input does (verdict in 4a.2)
# > - carry a part of it over to TensorFlow (exercise 4.2)
# > - say how many calls a batch of trees needs (prediction P4.1)
# > - plan such a batch by hand (exercise 4.1)
# > - tell a dynamic graph from dynamic batching (claim C30b)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("04a")

import importlib.util
from typing import NamedTuple

import numpy as np

from chapters.ch04 import figures
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

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
# ## 4a.1 Expressions are trees
#
# Pictures of one size fit into one array. Sentences, programs and molecules do not: each has its own structure.
# Arithmetic is the smallest example. Our expressions:
#
# - depth 0: a digit, 0, 1 or 2
# - depth $d > 0$: an operator, +, − or ×, with an expression of depth $d - 1$ on one side, and one of any depth below
#   $d$ on the other
#
# Values are taken modulo 3, so that they are digits again: $2 + 2 = 1$, $0 - 1 = 2$. In Python a digit is an `int`,
# and anything else is a tuple `(op, left, right)`. Both functions below call themselves.

# %% tags=["taught"]
OPS = "+-*"
rng = np.random.default_rng(seed)


def grow(depth):
    """A random expression of exactly this depth."""
    if depth == 0:
        return int(rng.integers(3))  # 0, 1 or 2
    op = OPS[rng.integers(3)]
    deep = grow(depth - 1)
    other = grow(rng.integers(depth))  # of any depth below this one
    if rng.integers(2) == 0:
        return (op, deep, other)
    return (op, other, deep)


# %% tags=["taught"]
def value(tree):
    """What an expression amounts to, modulo 3."""
    if isinstance(tree, int):
        return tree
    op, left, right = tree
    a = value(left)
    b = value(right)
    results = {"+": a + b, "-": a - b, "*": a * b}
    return results[op] % 3


example = ("-", ("+", 1, 1), ("*", 2, ("+", 0, 2)))
print(value(example))

# %% tags=["folded"]
# Folded: draws the example and two random trees.
three = [example, grow(3), grow(4)]
figures.three_trees(three, [value(tree) for tree in three])

# %% [markdown]
# ## 4a.2 A network that follows the tree
#
# A [recursive neural network](glossary.md#recursive-neural-network) gives every node a *state*, here 32 numbers. A
# digit's state is a row of a table (an [embedding](glossary.md#embedding)). An operator has a matrix of its own, which
# makes one state from two, written side by side:
#
# $$s = \tanh\left([\,s_\text{left} \;\; s_\text{right}\,]\; W_\text{op}\right)$$
#
# The state at the top stands for the whole expression. The weights are random here; lesson 4d trains them.

# %% tags=["taught"]
SIZE = 32  # numbers in a state
weights = {"digit": rng.normal(scale=0.5, size=(3, SIZE))}
for op in OPS:
    weights[op] = rng.normal(scale=0.125, size=(2 * SIZE, SIZE))

# %% [markdown]
# Both frameworks get the same weights. A state is kept as a table of one row, shape (1, 32), because later the same
# function shall combine many states at once, a row each. `[[1]]` and `gather(..., [1])` take row 1 as such a table.

# %% tags=["torch"]
# PyTorch
where_torch = torch_side.device(device)


def load_torch(dtype):
    """The weights on the device, as tensors whose slopes we shall ask for."""
    model = {}
    for name, array in weights.items():
        tensor = torch_side.tensor(array, where_torch, dtype)
        model[name] = tensor.requires_grad_()
    return model


model_torch = load_torch("float64")
one_torch = model_torch["digit"][[1]]
two_torch = model_torch["digit"][[2]]
print(one_torch.shape)

# %% tags=["tf"]
# TensorFlow
where_tf = tf_side.device(device)


def load_tf(dtype):
    """The weights on the device, as variables: a tape follows them."""
    model = {}
    for name, array in weights.items():
        tensor = tf_side.tensor(array, where_tf, dtype)
        with tf.device(where_tf):
            model[name] = tf.Variable(tensor)
    return model


model_tf = load_tf("float64")
one_tf = tf.gather(model_tf["digit"], [1])
two_tf = tf.gather(model_tf["digit"], [2])
print(one_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares the states of the digit 1.
state_of_1 = torch_side.to_numpy(one_torch)
parity.verdict("the state of 1", state_of_1, tf_side.to_numpy(one_tf))

# %% [markdown]
# Now one operator: the state of 1 + 2.


# %% tags=["torch"]
# PyTorch
def combine_torch(model, op, pairs):
    """New states (rows, 32), from pairs of states side by side (rows, 64)."""
    return torch.tanh(pairs @ model[op])


pair = torch.cat([one_torch, two_torch], dim=1)  # (1, 64)
sum_torch = combine_torch(model_torch, "+", pair)
print(sum_torch.shape)


# %% tags=["tf"]
# TensorFlow
def combine_tf(model, op, pairs):
    """New states (rows, 32), from pairs of states side by side (rows, 64)."""
    return tf.tanh(pairs @ model[op])


pair = tf.concat([one_tf, two_tf], axis=1)  # (1, 64)
sum_tf = combine_tf(model_tf, "+", pair)
print(sum_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares the two states of 1 + 2.
state_of_sum = torch_side.to_numpy(sum_torch)
parity.verdict("the state of 1 + 2", state_of_sum, tf_side.to_numpy(sum_tf), atol=1e-14)

# %% [markdown]
# Now any tree. The function calls itself as the tree does, so each tree has a computation
# [graph](glossary.md#graph) of its own. The article says that TensorFlow offers that through a library, Fold, while
# PyTorch has it built in. These cells import nothing but the two frameworks.


# %% tags=["torch"]
# PyTorch
def state_torch(model, tree):
    """The state at the top of a tree, (1, 32)."""
    if isinstance(tree, int):
        return model["digit"][[tree]]
    op, left, right = tree
    left_state = state_torch(model, left)
    right_state = state_torch(model, right)
    pair = torch.cat([left_state, right_state], dim=1)
    return combine_torch(model, op, pair)


top_torch = torch_side.to_numpy(state_torch(model_torch, example))


# %% tags=["tf"]
# TensorFlow
def state_tf(model, tree):
    """The state at the top of a tree, (1, 32)."""
    if isinstance(tree, int):
        return tf.gather(model["digit"], [tree])
    op, left, right = tree
    left_state = state_tf(model, left)
    right_state = state_tf(model, right)
    pair = tf.concat([left_state, right_state], axis=1)
    return combine_tf(model, op, pair)


top_tf = tf_side.to_numpy(state_tf(model_tf, example))

# %% tags=["verdict", "folded"]
# Folded: compares the states at the top of the example, and judges the claim.
parity.verdict("the state at the top of a tree", top_torch, top_tf, atol=1e-14)
plain_torch = bool(np.isfinite(top_torch).all())
plain_tf = tf.executing_eagerly() and bool(np.isfinite(top_tf).all())
ran = {"PyTorch": plain_torch, "TensorFlow": plain_tf}
who = " and ".join(side for side, runs in ran.items() if runs) or "neither"
installed = importlib.util.find_spec("tensorflow_fold") is not None
used = ["variable_scope", "get_variable", "placeholder", "contrib"]
lacking = [name for name in used if not hasattr(tf, name)]
claims.verdict(
    "C30b",
    {
        "TensorFlow needs a library for trees": not plain_tf,
        "Fold is here to be used": installed and not lacking,
        "PyTorch has dynamic graphs built in": plain_torch,
    },
    f"the same plain recursion ran in {who}; Fold needs names that today's "
    f"TensorFlow lacks: {', '.join(lacking) or 'none'}",
)

# %% [markdown]
# In [February 2017](https://arxiv.org/abs/1702.02181) it was so: TensorFlow's graphs were built before anything ran, and
# Fold gave all trees to one of them. Today both run the recursion: of the claim, only what it says of PyTorch is left. But
# Fold had a second use, to which we come in 4a.3.

# %% [markdown]
# Training needs slopes too. As there is nothing to learn yet, let the loss be the mean of the squared states.
#
# `run_torch` and `run_tf` are told *how* to find states: by a function, which is handed the model and its `task`. Here the
# function is `state_torch` or `state_tf`, and the task is one tree. They return states and slopes by name.


# %% tags=["torch"]
# PyTorch
def run_torch(how, model, task):
    """The states that how(model, task) gives, and the slopes of their mean square."""
    states = how(model, task)
    loss = states.square().mean()
    # materialize_grads: 0 for a weight that had no part, in place of an error
    slopes = torch.autograd.grad(loss, list(model.values()), materialize_grads=True)
    found = {"states": torch_side.to_numpy(states)}
    for name, slope in zip(model, slopes):
        found["slope of " + name] = torch_side.to_numpy(slope)
    return found


found_torch = run_torch(state_torch, model_torch, example)
print(list(found_torch))


# %% tags=["tf"]
# TensorFlow
def run_tf(how, model, task):
    """The states that how(model, task) gives, and the slopes of their mean square."""
    with tf.device(where_tf), tf.GradientTape() as tape:
        states = how(model, task)
        loss = tf.reduce_mean(tf.square(states))
    # "zero": 0 for a weight that had no part, in place of None
    slopes = tape.gradient(loss, list(model.values()), unconnected_gradients="zero")
    found = {"states": tf_side.to_numpy(states)}
    for name, slope in zip(model, slopes):
        found["slope of " + name] = tf_side.to_numpy(slope)
    return found


found_tf = run_tf(state_tf, model_tf, example)
print(list(found_tf))

# %% tags=["verdict", "folded"]
# Folded: compares the state, and the slopes toward the four weights.
parity.verdict("states and slopes of a tree", found_torch, found_tf, atol=1e-14)

# %% [markdown]
# ### Exercise 4.2: another way to combine (4 minutes)
#
# Port this function to TensorFlow. It mixes the two sides instead of making something new, which keeps slopes alive in
# deep trees. `gate` is stored as `torch.nn.Linear` stores its weight: (outputs, inputs). All tensors are float64. The
# check compares values and gradients.
#
# ```python
# def gated(left, right, gate):              # (rows, size), (rows, size), (size, 2 * size)
#     g = torch.sigmoid(torch.cat([left, right], dim=1) @ gate.T)
#     return g * left + (1 - g) * right
# ```

# %% tags=["exercise"]
answer = ...  # a function of left, right and gate


# solution
def answer(left, right, gate):
    g = tf.sigmoid(tf.concat([left, right], axis=1) @ tf.transpose(gate))
    return g * left + (1 - g) * right


# wrong: the gate sees right before left
def answer(left, right, gate):
    g = tf.sigmoid(tf.concat([right, left], axis=1) @ tf.transpose(gate))
    return g * left + (1 - g) * right


# wrong: your function raised InvalidArgumentError
def answer(left, right, gate):
    g = tf.sigmoid(tf.concat([left, right], axis=1) @ gate)
    return g * left + (1 - g) * right


# wrong: g belongs to the left side
def answer(left, right, gate):
    g = tf.sigmoid(tf.concat([left, right], axis=1) @ tf.transpose(gate))
    return (1 - g) * left + g * right


# wrong: no gradient reaches argument 1
def answer(left, right, gate):
    both = np.concatenate([left, right], axis=1)
    g = 1 / (1 + np.exp(-both @ np.transpose(gate)))
    return tf.constant(g * left.numpy() + (1 - g) * right.numpy())


# %% tags=["check"]
exercises.check("4.2", answer)

# %% [markdown]
# ## 4a.3 What has the same depth
#
# So TensorFlow needs no library for trees. But the recursion calls `combine` once for each operator, with one row each
# time, and processors like big calls. Pictures come in a [batch](glossary.md#batch); different trees do not stack.
#
# Fold's answer is [dynamic batching](glossary.md#dynamic-batching). Depth is counted from the digits: a node is one
# deeper than its deeper child. So nodes of the same depth never need each other, in whichever tree they stand. Look up
# all digits of all trees in one call. Then compute all nodes of depth 1, one call for each operator, then depth 2, and
# so on. Such a step is a *round*. Every child is ready before its parent.

# %% [markdown]
# ### Exercise 4.1: plan by hand (4 minutes)
#
# For the two trees below, how many nodes does each round compute with +, −, ×? Give a list of three numbers for each
# round, for example `[[1, 0, 2], [0, 1, 0]]`.
#
# ```python
# ("+", ("*", 1, 2), 0)
# ("-", 2, ("*", ("+", 0, 1), ("+", 1, 1)))
# ```

# %% tags=["exercise"]
answer = ...  # a list of lists of three numbers
# solution
answer = [[2, 0, 1], [1, 0, 1], [0, 1, 0]]
# wrong: counted from the top
answer = [[2, 0, 0], [0, 0, 2], [1, 1, 0]]
# wrong: and began there
answer = [[1, 1, 0], [0, 0, 2], [2, 0, 0]]
# wrong: one tree after the other
answer = [[0, 0, 1], [1, 0, 0], [2, 0, 0], [0, 0, 1], [0, 1, 0]]
# wrong: the order is +, −, ×
answer = [[1, 0, 2], [1, 0, 1], [0, 1, 0]]
# wrong: digits are not a round
answer = [[0, 0, 0], [2, 0, 1], [1, 0, 1], [0, 1, 0]]
# wrong: look at round 2
answer = [[2, 0, 1], [1, 0, 0], [0, 1, 0]]

# %% tags=["check"]
exercises.check("4.1", answer)

# %% [markdown]
# Now 64 trees of depth 5.

# %% tags=["taught"]
batch = [grow(5) for _ in range(64)]


def count_operators(tree):
    if isinstance(tree, int):
        return 0
    op, left, right = tree
    return 1 + count_operators(left) + count_operators(right)


operators = sum(count_operators(tree) for tree in batch)
print(f"one by one: {operators} calls of combine")

# %% [markdown]
# **Predict.** In rounds, how many calls of `combine` do these 64 trees need?
#
# - **a** 5
# - **b** 15
# - **c** 64
# - **d** 320

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P4.1", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# ## 4a.4 The plan, written down
#
# First make one list of all nodes, children before parents. A `Node` is an entry of that list. It says where in the list
# its two children stand.


# %% tags=["taught"]
class Node(NamedTuple):
    depth: int  # 0 for a digit
    kind: int  # the digit itself, or 0, 1, 2 for the operators +, -, *
    left: int  # where its children stand in the list; -1 for a digit
    right: int


def list_nodes(tree, nodes):
    """Append a tree's nodes to the list, children first. Returns the top's place."""
    if isinstance(tree, int):
        nodes.append(Node(0, tree, -1, -1))
    else:
        op, left, right = tree
        first = list_nodes(left, nodes)
        second = list_nodes(right, nodes)
        depth = 1 + max(nodes[first].depth, nodes[second].depth)
        nodes.append(Node(depth, OPS.index(op), first, second))
    return len(nodes) - 1


nodes = []
list_nodes(("-", 2, ("+", 1, 0)), nodes)
for node in nodes:
    print(node)

# %% [markdown]
# All states will stand in one table, a row for each node: sorted by depth, and within a depth by operator. So we sort
# the nodes' places in the list. `key` is the function that tells `sorted` what to sort by.


# %% tags=["taught"]
def sort_nodes(nodes):
    """The places of the nodes: by depth, then by kind."""

    def depth_and_kind(place):
        return nodes[place].depth, nodes[place].kind

    return sorted(range(len(nodes)), key=depth_and_kind)


order = sort_nodes(nodes)
print(order)

# %% [markdown]
# In that order, the nodes of each depth make a list of their own: first the digits, then a list for each round.


# %% tags=["taught"]
def by_depth(nodes, order):
    """The nodes in that order, one list for each depth."""
    lists = []
    for place in order:
        node = nodes[place]
        if node.depth == len(lists):  # the first one that is so deep
            lists.append([])
        lists[node.depth].append(node)
    return lists


for here in by_depth(nodes, order):
    print(len(here), "nodes of depth", here[0].depth)

# %% [markdown]
# A round of the plan says two things: in which rows of the table each node finds its children, and how many nodes have
# +, −, ×.


# %% tags=["taught"]
def plan_round(here, row):
    """The round of the nodes `here`; row: of each place in the list, its row."""
    children = [(row[node.left], row[node.right]) for node in here]
    kinds = [node.kind for node in here]
    counts = [kinds.count(kind) for kind in range(len(OPS))]
    return np.array(children), np.array(counts)


# %% [markdown]
# The plan is: the digits that begin the table; the rounds; the rows in which the answers will stand. No framework takes
# part, and no weights.


# %% tags=["taught"]
def fold(trees):
    """The plan for a batch of trees: (digits, rounds by depth, rows of the tops)."""
    nodes = []
    tops = [list_nodes(tree, nodes) for tree in trees]
    order = sort_nodes(nodes)
    row = {place: k for k, place in enumerate(order)}  # which row each node gets
    leaves, *levels = by_depth(nodes, order)  # the first list, and all others
    digits = np.array([leaf.kind for leaf in leaves])
    rounds = [plan_round(here, row) for here in levels]
    return digits, rounds, np.array([row[top] for top in tops])


# %% tags=["taught"]
few = [
    example,
    ("-", ("-", 0, 1), 2),
    ("+", ("*", ("-", 2, 1), 0), ("*", 1, 1)),
]
digits, rounds, tops = fold(few)
print("the digits:", digits)
for _, counts in rounds:
    print("a round:", counts, "nodes with +, -, *")

# %% [markdown]
# Step through the rounds of these three trees. What is colored is known; a round adds all of its row at once.

# %% tags=["folded"]
# Folded: shows the plan round by round.
figures.plan_step_by_step(few, fold(few))

# %% [markdown]
# ## 4a.5 Two ways, one result
#
# With a plan, no recursion is left. A round takes both children's rows from the table, which gives (nodes, 2, 32), and
# writes them side by side, (nodes, 64). `split` cuts them into three groups, one for each operator; it is told how many rows
# each group has. The new states go below the table.
#
# `combine` is an argument, so that the folded cell below can hand in one that counts its calls.

# %% tags=["taught"]
plan = fold(batch)


# %% tags=["torch"]
# PyTorch
def batched_torch(model, plan, combine=combine_torch):
    """The states at the tops of all trees of a plan, (trees, 32)."""
    digits, rounds, tops = plan
    table = model["digit"][digits]
    for children, counts in rounds:
        pairs = table[children].flatten(1)
        groups = pairs.split(counts.tolist())
        new = [combine(model, op, group) for op, group in zip(OPS, groups)]
        table = torch.cat([table, *new])
    return table[tops]


tops_torch = torch_side.to_numpy(batched_torch(model_torch, plan))
print(tops_torch.shape)


# %% tags=["tf"]
# TensorFlow
def batched_tf(model, plan, combine=combine_tf):
    """The states at the tops of all trees of a plan, (trees, 32)."""
    digits, rounds, tops = plan
    table = tf.gather(model["digit"], digits)
    for children, counts in rounds:
        pairs = tf.reshape(tf.gather(table, children), [-1, 2 * SIZE])
        groups = tf.split(pairs, counts)
        new = [combine(model, op, group) for op, group in zip(OPS, groups)]
        table = tf.concat([table, *new], axis=0)
    return tf.gather(table, tops)


tops_tf = tf_side.to_numpy(batched_tf(model_tf, plan))
print(tops_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares the states of 64 trees, and counts the calls.
parity.verdict("the tops of 64 trees, batched", tops_torch, tops_tf, atol=1e-12)
calls = []


def counting(model, op, pairs):
    calls.append(op)
    return combine_torch(model, op, pairs)


batched_torch(model_torch, plan, counting)
numbers = {"a": 5, "b": 15, "c": 64, "d": 320}
came_true = {letter: len(calls) == number for letter, number in numbers.items()}
exercises.outcome("P4.1", exercises.first_true(came_true))

# %% [markdown]
# Three operators in each of five rounds. A further tree adds rows to the calls, but no call.
#
# And the slopes? The judge is the recursion, one tree after the other. Both ways get the same trees, in float32 and in
# float64; the batched one gets them as their plan.


# %% tags=["torch"]
# PyTorch
def one_by_one_torch(model, trees):
    return torch.cat([state_torch(model, tree) for tree in trees])


batched = {}
one_by_one = {}
for dtype in ["float32", "float64"]:
    model = load_torch(dtype)
    batched[dtype] = run_torch(batched_torch, model, plan)
    one_by_one[dtype] = run_torch(one_by_one_torch, model, batch)
found_torch = {"batched": batched, "one by one": one_by_one}


# %% tags=["tf"]
# TensorFlow
def one_by_one_tf(model, trees):
    return tf.concat([state_tf(model, tree) for tree in trees], axis=0)


batched = {}
one_by_one = {}
for dtype in ["float32", "float64"]:
    model = load_tf(dtype)
    batched[dtype] = run_tf(batched_tf, model, plan)
    one_by_one[dtype] = run_tf(one_by_one_tf, model, batch)
found_tf = {"batched": batched, "one by one": one_by_one}

# %% tags=["verdict", "folded"]
# Folded: compares states and slopes: way with way, and framework with framework.
for dtype, atol in {"float32": 1e-5, "float64": 1e-12}.items():
    for side, found in {"PyTorch": found_torch, "TensorFlow": found_tf}.items():
        what = f"{side}, {dtype}: batched and one by one"
        parity.verdict(what, found["batched"][dtype], found["one by one"][dtype], atol)
    what = f"{dtype}: PyTorch and TensorFlow, batched"
    of_torch = found_torch["batched"][dtype]
    parity.verdict(what, of_torch, found_tf["batched"][dtype], atol)

# %% [markdown]
# `combine` was written once. The recursion gives it a pair of one row, the plan gives it many rows: same states, same
# slopes, up to rounding. (Rounding in float32 is near $10^{-7}$, in float64 near $10^{-16}$; sums over 64 trees make it
# larger. Hence the two tolerances.)
#
# So dynamic *graphs* and dynamic *batching* are two things. Both frameworks have the first. The second is a plan, and
# you have just made it: neither framework makes it by itself.

# %% [markdown]
# ## 4a.6 Quiz

# %%
exercises.quiz("04a")

# %% [markdown]
# ## 4a.7 Verdicts

# %%
claims.close("04a")

# %% [markdown]
# ## 4a.8 Summary and further reading
#
# - A network that follows a tree is a function that calls itself; eager code in both frameworks runs it.
# - What has the same depth runs together: a plan of a few arrays, the same for both frameworks.
# - The number of calls depends on depth and operators, not on the number of trees.
#
# Where do your own data have a shape that differs from example to example?
#
# Further reading: [Fold's paper](https://arxiv.org/abs/1702.02181); [DyNet](https://arxiv.org/abs/1705.07860), which
# finds the batches while the program runs; [TreeLSTM](https://arxiv.org/abs/1503.00075), a better cell.
# Next: [lengths that differ](04b_lengths_that_differ.ipynb).
