# %% [markdown]
# # 4. Trees: what TensorFlow Fold was for
#
# Every tree has a shape of its own. After this chapter you can run a network over any of them in both frameworks, and
# many different ones at once.
#
# > **Minutes**: 45 · **Needs**: lesson 2a; of chapter 3, what tracing is
# >
# > **You will be able to**
# > - write a network that calls itself as its input does
# > - plan a batch of different trees so that it needs a handful of calls
# > - say what eager execution gave to TensorFlow, and what it did not
# > - find out why a network errs on deeper trees
# > - choose between ragged tensors, nested tensors, a vectorizing map, and a plan
# >
# > **Claims tested**: C30b

# %% tags=["setup"]
from helpers import session
session.start("04")
import importlib.util
import numpy as np
from tqdm.auto import tqdm
from helpers import claims, exercises, parity, plots, stepper, timing

# %% tags=["torch", "setup"]
import torch
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side
tf.config.experimental.enable_tensor_float_32_execution(False)   # on a GPU: full float32, as PyTorch computes by default

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng = np.random.default_rng(seed)
OPS, BASE, SIZE = "+-*", 3, 32                   # the operators, how many digits there are, numbers in a node's state
CELL = ["digit", *OPS]                           # the weights that a state depends on; "out" reads the answer off a state
FOUND = ["states", *(f"slope of {name}" for name in CELL)]      # what the frameworks will be compared by
weights = {"digit": rng.normal(scale=0.5, size=(BASE, SIZE)), "out": rng.normal(scale=SIZE**-0.5, size=(SIZE, BASE))}
weights |= {op: rng.normal(scale=(2 * SIZE)**-0.5, size=(2 * SIZE, SIZE)) for op in OPS}

# %% [markdown]
# ## 4.1 Expressions are trees
#
# The images of chapter 1 fit into one array: all have 8 × 8 pixels. Sentences, programs and molecules do not: each has
# its own structure. Arithmetic is the smallest example. Our grammar:
#
# - depth 0: a digit, 0, 1 or 2
# - depth $d > 0$: an operator, +, − or ×, with an expression of depth $d - 1$ on one side and one of depth 0 to $d - 1$
#   on the other; all choices have equal chances
#
# Values are taken modulo 3, so that they are digits again: $2 + 2 = 1$, $0 - 1 = 2$. In Python a digit is an `int`, and
# anything else is a tuple `(op, left, right)`.

# %%
def grow(depth, ops=OPS):
    """A random expression of exactly this depth."""
    if depth == 0:
        return int(rng.integers(BASE))
    sides = [grow(depth - 1, ops), grow(rng.integers(depth), ops)]
    if rng.integers(2):
        sides.reverse()
    return (ops[rng.integers(len(ops))], *sides)

def value(tree):
    """What the expression amounts to, modulo 3."""
    if isinstance(tree, int):
        return tree
    op, left, right = tree[0], value(tree[1]), value(tree[2])
    return {"+": left + right, "-": left - right, "*": left * right}[op] % BASE

example = ("-", ("+", 1, 1), ("*", 2, ("+", 0, 2)))
example, value(example)

# %%
LOOK = {"+": ("+", "#F0E442"), "-": ("−", "#CC79A7"), "*": ("×", "#66C2A5")}

def draw(ax, tree, left=0.0, upto=99):
    """Draw a tree, digits at height 0, white above `upto`; returns its top's x and depth, and its right edge."""
    below = []
    for side in tree[1:] if isinstance(tree, tuple) else ():
        below.append(draw(ax, side, below[-1][2] if below else left, upto))
    depth = 1 + max((node[1] for node in below), default=-1)
    x = (below[0][0] + below[1][0]) / 2 if below else left
    for node in below:
        ax.plot([x, node[0]], [depth, node[1]], color=plots.GRAY, linewidth=1, zorder=1)
    sign, color = LOOK[tree[0]] if below else (tree, "#E8E8E8")
    ax.text(x, depth, sign, ha="center", va="center", fontsize=9, zorder=2, bbox={
        "boxstyle": "circle,pad=0.2", "facecolor": color if depth <= upto else "white", "edgecolor": plots.GRAY})
    return x, depth, below[1][2] if below else left + 1

fig, axes = plots.figure(columns=3, width=11, height=3)
for ax, tree in zip(axes, [example, grow(3), grow(4)]):
    ax.set(title=f"depth {draw(ax, tree)[1]}, value {value(tree)}", xticks=[], yticks=range(5), ylabel="depth")
plots.show(fig, alt="Three expressions as trees: digits in a row below, operators above; no two have the same shape.")

# %% [markdown]
# ## 4.2 A network that follows the tree
#
# A [recursive neural network](glossary.md#recursive-neural-network) gives every node a state, a vector. A digit's state
# is looked up in a table (an [embedding](glossary.md#embedding)). An operator has a matrix of its own, which makes one
# state from two, written side by side:
#
# $$s = \tanh\left([\,s_\text{left} \;\; s_\text{right}\,]\; W_\text{op}\right)$$
#
# The state at the top stands for the whole expression. The code calls itself as the tree does, so each tree has a
# computation [graph](glossary.md#graph) of its own. The article says that TensorFlow needs a library, Fold, for this.
# The cells below import nothing but the two frameworks.

# %% tags=["torch"]
where_torch = torch_side.device(device)
def load_torch(dtype):
    return {name: torch_side.tensor(array, where_torch, dtype).requires_grad_() for name, array in weights.items()}

def combine_torch(model, op, pair):                        # pair: one row for each node, (rows, 2 * SIZE)
    return torch.tanh(pair @ model[op])

def state_torch(model, tree):                              # (1, SIZE)
    if isinstance(tree, int):
        return model["digit"][[tree]]
    op, left, right = tree
    return combine_torch(model, op, torch.cat([state_torch(model, left), state_torch(model, right)], dim=1))

def differentiate_torch(run, model, trees):                # states, and the slopes of their mean square
    tops = run(model, trees)
    return tops, *torch.autograd.grad(tops.square().mean(), [model[name] for name in CELL])

found_torch = dict(zip(FOUND, map(torch_side.to_numpy, differentiate_torch(state_torch, load_torch("float64"), example))))

# %% tags=["tf"]
where_tf = tf_side.device(device)
def load_tf(dtype):
    return {name: tf.Variable(tf_side.tensor(array, where_tf, dtype)) for name, array in weights.items()}

def combine_tf(model, op, pair):                           # pair: one row for each node, (rows, 2 * SIZE)
    return tf.tanh(pair @ model[op])

def state_tf(model, tree):                                 # (1, SIZE)
    if isinstance(tree, int):
        return tf.gather(model["digit"], [tree])
    op, left, right = tree
    return combine_tf(model, op, tf.concat([state_tf(model, left), state_tf(model, right)], axis=1))

def differentiate_tf(run, model, trees):                   # states, and the slopes of their mean square
    with tf.device(where_tf), tf.GradientTape() as tape:
        tops = run(model, trees)
        loss = tf.reduce_mean(tf.square(tops))
    return tops, *tape.gradient(loss, [model[name] for name in CELL])

found_tf = dict(zip(FOUND, map(tf_side.to_numpy, differentiate_tf(state_tf, load_tf("float64"), example))))

# %% tags=["verdict"]
parity.verdict("the state at the top, and the slopes toward four weights", found_torch, found_tf, atol=1e-14)
eager = tf.executing_eagerly() and bool(np.isfinite(found_tf["states"]).all())
print(f"plain recursion, run eagerly, with nothing but TensorFlow: {eager}")

# %% [markdown]
# ## 4.3 Fold's idea: batch what has the same depth
#
# So eager TensorFlow needs no library for trees. But the recursion calls `combine` once for each operator, with one row
# each time, and processors like big calls. Images come in a [batch](glossary.md#batch); different trees do not stack.
#
# Fold's answer is [dynamic batching](glossary.md#dynamic-batching): nodes of the same depth never need each other, in
# whichever tree they stand. So look up all digits of all trees in one call, then compute all nodes of depth 1, in one
# call for each operator, then depth 2, and so on. Every child is ready before its parent.
#
# **Prediction 4.1.** 64 trees of depth 5, three operators: how many calls of `combine` are needed?

# %% tags=["predict"]
counts = [1, 4, 16, 64] if fast else [1, 4, 16, 64, 256]   # for the race further down
trees = [grow(5) for _ in range(counts[-1])]

def digits(tree):
    """The digits from left to right; a tree with n of them has n - 1 operators."""
    return [tree] if isinstance(tree, int) else digits(tree[1]) + digits(tree[2])

operators = sum(len(digits(tree)) - 1 for tree in trees[:64])
print(f"the first 64 trees hold {operators} operators: so many calls of combine, one by one")
guess = ...            # one of: 15, 64, 320
exercises.predict("4.1", guess, among=[15, 64, 320])

# %% [markdown]
# ### The plan
#
# All states will stand in one table, a row for each node, sorted by depth, then by operator. `fold` walks through the
# trees and writes down three things, as arrays of integers:
#
# - the digits: which row of the embedding begins the table
# - for each depth, a round: the rows of both children of each node, and how many nodes have +, −, ×
# - the tops: in which rows the answers will stand
#
# No framework takes part, and no weights. Step through the rounds of three small trees below: what is colored is
# known, and a round adds all of its row at once.

# %%
def fold(trees):
    """The plan for a batch of trees: digits, [(rows of the children, nodes by operator), ...] by depth, rows of the tops."""
    nodes = []                                             # (depth, digit or operator, left child, right child)
    def visit(tree):
        if isinstance(tree, int):
            nodes.append((0, tree, -1, -1))
        else:
            left, right = visit(tree[1]), visit(tree[2])
            nodes.append((1 + max(nodes[left][0], nodes[right][0]), OPS.index(tree[0]), left, right))
        return len(nodes) - 1
    tops = [visit(tree) for tree in trees]
    depth, kind, *children = np.array(nodes).T
    order = np.lexsort([kind, depth])                      # by depth, then by operator
    row = np.argsort(order)                                # of each node in the table
    rounds = []
    for level in range(1, depth.max() + 1):
        here = order[depth[order] == level]
        rounds.append((row[np.stack(children, axis=1)[here]], np.bincount(kind[here], minlength=len(OPS))))
    return kind[order][depth[order] == 0], rounds, row[tops]

# %%
few = [example, ("-", ("-", 0, 1), 2), ("+", ("*", ("-", 2, 1), 0), ("*", 1, 1))]
leaves, rounds, tops = fold(few)
lines, figures, alts = [f"round 0: {len(leaves)} digits, one call"], [], []
for _, nodes in rounds:
    parts = [f"{n} with {LOOK[op][0]}" for op, n in zip(OPS, nodes) if n]
    lines.append(f"round {len(lines)}: {', '.join(parts)}")
for done in range(len(lines)):
    fig, ax = plots.figure(width=6, height=3)
    ax.axhspan(done - 0.4, done + 0.4, color="#FFF3C4")
    right = 0.0
    for tree in few:
        right = draw(ax, tree, right, upto=done)[2] + 0.7
    ax.set(xticks=[], yticks=range(len(lines)), ylabel="depth")
    figures.append(fig)
    alts.append(f"Three trees side by side; their nodes up to depth {done} are colored, and depth {done} is marked.")
stepper.walk(lines, figures, alts)

# %% tags=["torch"]
def states_torch(model, plan, combine=combine_torch):
    """The states at the tops of all trees of a plan, (trees, SIZE)."""
    leaves, rounds, tops = plan
    table = model["digit"][leaves]
    for children, nodes in rounds:
        both = torch.nn.functional.embedding(torch_side.tensor(children, where_torch), table)      # (nodes, 2, SIZE)
        pairs = both.flatten(1).split(nodes.tolist())      # side by side; cut by operator
        table = torch.cat([table, *(combine(model, op, pair) for op, pair in zip(OPS, pairs))])
    return table[tops]

def one_by_one_torch(model, trees):
    return torch.cat([state_torch(model, tree) for tree in trees])

plan, found_torch = fold(trees[:64]), {}
for dtype in ("float32", "float64"):
    for run, batch in ((one_by_one_torch, trees[:64]), (states_torch, plan)):
        results = differentiate_torch(run, load_torch(dtype), batch)
        found_torch[dtype, run is states_torch] = dict(zip(FOUND, map(torch_side.to_numpy, results)))

# %% tags=["tf"]
def states_tf(model, plan, combine=combine_tf):
    """The states at the tops of all trees of a plan, (trees, SIZE)."""
    leaves, rounds, tops = plan
    with tf.device(where_tf):
        table = tf.gather(model["digit"], leaves)
        for children, nodes in rounds:
            both = tf.gather(table, children)              # (nodes, 2, SIZE)
            pairs = tf.split(tf.reshape(both, [-1, 2 * SIZE]), nodes)      # side by side; cut by operator
            table = tf.concat([table, *(combine(model, op, pair) for op, pair in zip(OPS, pairs))], axis=0)
        return tf.gather(table, tops)

def one_by_one_tf(model, trees):
    return tf.concat([state_tf(model, tree) for tree in trees], axis=0)

plan, found_tf = fold(trees[:64]), {}
for dtype in ("float32", "float64"):
    for run, batch in ((one_by_one_tf, trees[:64]), (states_tf, plan)):
        results = differentiate_tf(run, load_tf(dtype), batch)
        found_tf[dtype, run is states_tf] = dict(zip(FOUND, map(tf_side.to_numpy, results)))

# %% tags=["verdict"]
calls = []
states_torch(load_torch("float32"), plan, lambda model, op, pair: calls.append(op) or combine_torch(model, op, pair))
exercises.outcome("4.1", len(calls))
for dtype, atol in (("float32", 1e-5), ("float64", 1e-12)):
    for side, found in (("PyTorch", found_torch), ("TensorFlow", found_tf)):
        parity.verdict(f"{side}, {dtype}: batched and one by one", found[dtype, True], found[dtype, False], atol)
    parity.verdict(f"{dtype}: PyTorch and TensorFlow, batched", found_torch[dtype, True], found_tf[dtype, True], atol)

# %% [markdown]
# ## 4.4 What it buys
#
# The cell, `combine`, was written once. The recursion gives it a pair with one row, the plan one with many rows. Same
# states, same slopes.
#
# Now the race: states and slopes, as in a step of training, for more and more trees. Three candidates take turns: one by
# one; batched with a plan made before; planned anew each time. Plans hold no weights, so training can make them once,
# or while it reads the data. [Fold's announcement][blog] spoke of more than 10 times on a CPU.
#
# [blog]: <https://research.google/blog/announcing-tensorflow-fold-deep-learning-with-dynamic-computation-graphs/>

# %% tags=["torch"]
model = load_torch("float32")

def race_torch(count):
    some, plan = trees[:count], fold(trees[:count])
    return timing.compare({
        "one by one": lambda: differentiate_torch(one_by_one_torch, model, some),
        "batched": lambda: differentiate_torch(states_torch, model, plan),
        "planned and batched": lambda: differentiate_torch(states_torch, model, fold(some)),
    }, rounds=15, wait=torch_side.wait)

races_torch = {count: race_torch(count) for count in counts}
print(timing.table(races_torch[64]))

# %% tags=["tf"]
model = load_tf("float32")

def race_tf(count):
    some, plan = trees[:count], fold(trees[:count])
    return timing.compare({
        "one by one": lambda: differentiate_tf(one_by_one_tf, model, some),
        "batched": lambda: differentiate_tf(states_tf, model, plan),
        "planned and batched": lambda: differentiate_tf(states_tf, model, fold(some)),
    }, rounds=3, warmup=1, wait=tf_side.wait)

races_tf = {count: race_tf(count) for count in counts}
print(timing.table(races_tf[64]))

# %% tags=["verdict"]
def gain(race, name="batched"):
    """How many times as fast as one by one. The fastest round counts: a busy machine can only add time."""
    return min(race["one by one"].seconds) / min(race[name].seconds)

def slowest(race):
    return min(race, key=lambda name: gain(race, name))

parity.by_clock("the slowest of the three ways",
                f"{slowest(races_torch[64])} in PyTorch, {slowest(races_tf[64])} in TensorFlow")
gains = {"PyTorch": gain(races_torch[64]), "TensorFlow": gain(races_tf[64])}
parity.by_clock("64 trees, slopes included, batched at least 8 times as fast in both",
                f"{min(gains.values()) >= 8} (PyTorch measured {gains['PyTorch']:.0f} times, "
                f"TensorFlow measured {gains['TensorFlow']:.0f} times)")

# %%
fig, ax = plots.figure(width=7, height=3.6)
for style, races in ((plots.TORCH, races_torch), (plots.TF, races_tf)):
    for name, fade in (("batched", 1.0), ("planned and batched", 0.35)):
        ax.loglog(counts, [gain(races[count], name) for count in counts], alpha=fade,
                  **style | {"label": f"{style['label']}, {name}"})
ax.axhline(1, color=plots.GRAY, linewidth=0.8)
ax.text(counts[-1], 1.05, "one by one", ha="right", va="bottom", fontsize=9)
ticks = [1, 2, 4, 8, 16, 32, 64]
ax.set(xlabel="trees in a batch", ylabel="times as fast as one by one", xticks=counts, xticklabels=counts,
       yticks=ticks, yticklabels=ticks)
ax.minorticks_off()
ax.legend(fontsize=9)
sides = {"PyTorch": races_torch, "TensorFlow": races_tf}
found = "; ".join(f"{name} from {gain(races[1]):.1f} for one tree to {gain(races[counts[-1]]):.0f} for {counts[-1]}"
                  for name, races in sides.items())
plots.show(fig, alt="Speed-up of batching against the number of trees, both axes logarithmic, with the plan made before and "
           f"with planning anew each time. With the plan made before: {found}.")

# %% [markdown]
# ## 4.5 Learning to calculate
#
# The number of calls depends on the depth alone: a further tree adds rows to them, but no call. Now
# the network learns, from trees of depth 0 to 4 and their values. `out` turns the top's state into three scores; the loss is
# [cross-entropy](glossary.md#cross-entropy). Both frameworks get the same weights and batches. Rate and
# [momentum](glossary.md#momentum) are exact in binary, so both use the same numbers.
#
# TensorFlow's step becomes a graph. All plans of depth 4 have the same form, and the
# [signature](glossary.md#signature) leaves lengths open: one [trace](glossary.md#tracing) serves all trees.
#
# **Prediction 4.2.** Of trees of depth 7, how many of 100 will it get right?

# %% tags=["predict"]
def examples(count, depths, ops=OPS):
    """A plan for that many random trees, and their values."""
    trees = [grow(depth, ops) for depth in rng.choice(depths, size=count)]
    return fold(trees), np.array([value(tree) for tree in trees])

def share_right(scores, tests, side):
    """The share of right answers at each depth; scores: a function from a plan to a tensor (trees, 3) of that side."""
    guesses = {depth: side.to_numpy(scores(plan)).argmax(axis=1) for depth, (plan, _) in tests.items()}
    return {depth: float((guesses[depth] == answers).mean()) for depth, (_, answers) in tests.items()}

batches = [examples(128, range(5)) for _ in range(240)]
tests = {depth: examples(400 if fast else 2000, [depth]) for depth in range(8)}
options = ["fewer than 60", "60 to 99", "more than 99"]
guess = ...            # one of the three lines above
exercises.predict("4.2", guess, among=options)

# %% tags=["torch"]
def train_torch(dtype, steps):
    model, losses = load_torch(dtype), []
    optimizer = torch.optim.SGD(model.values(), lr=0.25, momentum=0.875)
    for plan, answers in tqdm(batches[:steps], desc=f"PyTorch, {dtype}", leave=False):
        scores = states_torch(model, plan) @ model["out"]
        loss = torch.nn.functional.cross_entropy(scores, torch_side.tensor(answers, where_torch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses

first_torch = train_torch("float64", 25)[1]
model_torch, losses_torch = train_torch("float32", len(batches))
right_torch = {"+ − ×": share_right(lambda plan: states_torch(model_torch, plan) @ model_torch["out"], tests, torch_side)}

# %% tags=["tf"]
length, pairs, traces = tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, 2], tf.int64), []
signature = [length, [(pairs, tf.TensorSpec([3], tf.int64))] * 4, length, length]

def train_tf(dtype, steps):
    model, optimizer = load_tf(dtype), tf.keras.optimizers.SGD(0.25, momentum=0.875)
    optimizer.build(list(model.values()))
    @tf.function(input_signature=signature)
    def step(leaves, rounds, tops, answers):
        traces.append(dtype)                                               # Python runs only while tracing
        with tf.GradientTape() as tape:
            scores = states_tf(model, (leaves, rounds, tops)) @ model["out"]
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(answers, scores))
        optimizer.apply(tape.gradient(loss, list(model.values())))
        return loss
    progress = tqdm(batches[:steps], desc=f"TensorFlow, {dtype}", leave=False)
    return model, [float(step(*plan, answers)) for plan, answers in progress]

first_tf = train_tf("float64", 25)[1]
model_tf, losses_tf = train_tf("float32", len(batches))
right_tf = {"+ − ×": share_right(lambda plan: states_tf(model_tf, plan) @ model_tf["out"], tests, tf_side)}

# %% tags=["verdict"]
parity.verdict("the losses of 25 steps in float64", np.array(first_torch), np.array(first_tf), atol=1e-11)
print(f"TensorFlow traced its step once for all batches: {traces.count('float32') == 1}")
for side, right in (("PyTorch", right_torch["+ − ×"]), ("TensorFlow", right_tf["+ − ×"])):
    print(f"{side}: at least 95 of 100 right at every depth up to 4: {min(right[depth] for depth in range(5)) >= 0.95}")
deep = 100 * (right_torch["+ − ×"][7] + right_tf["+ − ×"][7]) / 2
exercises.outcome("4.2", exercises.first_true({"fewer than 60": deep < 60, "60 to 99": deep <= 99,
                                               "more than 99": deep > 99}))

# %% [markdown]
# ## 4.6 Where the errors come from
#
# Nearly perfect at the depths that it knew, worse beyond. Has it gaps in its tables, the 27 sums, differences and
# products of two digits? Or do states drift, so that a 2 made from a 2 made from a 2 looks less and less like a 2? Two
# tests:
#
# - Trees without ×. A product with 0 is 0, and hides whatever went wrong on the other side. Without ×, every digit
#   counts.
# - Rounding. After each call of `combine`, read off which digit the state stands for, and go on with that digit's own
#   vector from the table.
#
# **Prediction 4.3.** With rounding, how many trees of depth 7 come out right?

# %% tags=["predict"]
plain = {depth: examples(400 if fast else 2000, [depth], "+-") for depth in range(1, 8)}
options = ["fewer", "as many", "all"]
guess = ...            # one of: "fewer", "as many", "all"
exercises.predict("4.3", guess, among=options)

# %% tags=["torch"]
def rounded_torch(model, op, pair):
    digit = torch.argmax(combine_torch(model, op, pair) @ model["out"], dim=1)
    return model["digit"][digit]

right_torch["+ −"] = share_right(lambda plan: states_torch(model_torch, plan) @ model_torch["out"], plain, torch_side)
right_torch["rounded"] = share_right(
    lambda plan: states_torch(model_torch, plan, rounded_torch) @ model_torch["out"], tests, torch_side)

# %% tags=["tf"]
def rounded_tf(model, op, pair):
    digit = tf.argmax(combine_tf(model, op, pair) @ model["out"], axis=1)
    return tf.gather(model["digit"], digit)

right_tf["+ −"] = share_right(lambda plan: states_tf(model_tf, plan) @ model_tf["out"], plain, tf_side)
right_tf["rounded"] = share_right(
    lambda plan: states_tf(model_tf, plan, rounded_tf) @ model_tf["out"], tests, tf_side)

# %% tags=["verdict"]
for name in right_torch:
    parity.verdict(f"share of right answers, {name}", right_torch[name], right_tf[name], atol=0.05)
both = (right_torch, right_tf)
print(f"both worse at depth 7 than at depth 4: {all(right['+ − ×'][7] < right['+ − ×'][4] for right in both)}")
print(f"both worse still without ×: {all(right['+ −'][7] < right['+ − ×'][7] for right in both)}")
before, after = (right_torch[name][7] + right_tf[name][7] for name in ("+ − ×", "rounded"))
exercises.outcome("4.3", exercises.first_true({"all": after == 2, "fewer": after < before, "as many": True}))

# %%
fig, axes = plots.figure(columns=3, width=11.5, height=3.8)
axes[0].axvspan(-0.3, 4.3, color="#FFF3C4")
commonest = [np.bincount(answers).max() / len(answers) for _, answers in tests.values()]
axes[0].plot(commonest, ":", color=plots.GRAY, label="always the commonest value")
for style, right in ((plots.TORCH | {"linewidth": 5, "alpha": 0.5, "marker": ""}, right_torch), (plots.TF, right_tf)):
    for name, shares in right.items():
        axes[0].plot(shares.keys(), shares.values(), **style | {"label": style["label"] if name == "rounded" else None})
        axes[0].text(7.25, right_tf[name][7], name, va="bottom" if name == "rounded" else "top", fontsize=9)
axes[0].set(xlabel="depth (yellow: trained on)", ylabel="share right", xlim=(-0.3, 9.4), ylim=(0, 1.05), xticks=range(8))
axes[0].legend(loc="lower left", fontsize=8)
corners = np.array([[0, 1], [0.75**0.5, -0.5], [-(0.75**0.5), -0.5]])          # one direction for each score, 120° apart
for ax, depth in zip(axes[1:], (1, 7)):
    points = torch_side.to_numpy(states_torch(model_torch, tests[depth][0]) @ model_torch["out"]) @ corners
    for digit, (marker, color) in enumerate([("o", "#009E73"), ("^", "#CC79A7"), ("s", "#E69F00")]):
        ax.plot(*np.outer(corners[digit], [0, -15]), color=plots.GRAY, linewidth=1)
        ax.scatter(*points[tests[depth][1] == digit].T, s=14, marker=marker, alpha=0.6, color=color, label=f"value {digit}")
    ax.set(title=f"three scores, depth {depth}", aspect="equal", xticks=[], yticks=[])
axes[2].legend(fontsize=8)
plots.show(fig, alt="Right answers fall beyond depth 4, faster without ×, not at all with rounding. Scores of depth 1 lie "
           "deep in three sectors, one for each value; those of depth 7 spread to the borders and across.")

# %% [markdown]
# ## 4.7 Ragged, nested and mapped
#
# Rounding made every tree right: the tables are perfect, and the states drift. With depth the scores leave the middle of
# their sectors, in which the highest one names the digit. Longer training narrows the drift (try 400 batches above).
#
# Today's tools come near to trees. [Ragged](glossary.md#ragged-tensor) and [nested
# tensors](glossary.md#nested-tensor) hold rows of different lengths, such as the digits of each tree, without the
# brackets. A [vectorizing map](glossary.md#vectorizing-map) turns a function of one example into one of a batch: our
# cell, its matrix looked up. All examples must take the same steps, so it cannot follow a tree. The cells try what works,
# and note what is refused.

# %% tags=["torch"]
model = load_torch("float64")
lists = torch.nested.nested_tensor([digits(tree) for tree in trees[:3]], layout=torch.jagged, device=where_torch)
bags_torch = torch.nn.functional.embedding(lists, model["digit"]).mean(dim=1)
matrices = torch.stack([model[op] for op in OPS])
leaves, ((children, nodes), *_), _ = fold(trees[:64])                      # of the plan: the digits, and round 1
pairs = model["digit"][leaves][children].flatten(1)
kinds = torch_side.tensor(np.repeat(range(3), nodes), where_torch)
mapped_torch = torch.func.vmap(lambda kind, pair: torch.tanh(pair @ matrices[kind]))(kinds, pairs)
refused_torch = {}
for what, attempt in {
        "hold a tree, brackets and all": lambda: torch.nested.nested_tensor([1, [2, 0]], layout=torch.jagged),
        "give the slope of a mean over rows": lambda: torch.autograd.grad(bags_torch.sum(), model["digit"]),
        "map over trees": lambda: torch.func.vmap(lambda tree: state_torch(model, tree))(example),
        "map an if on a value": lambda: torch.func.vmap(lambda kind: kind if kind > 0 else -kind)(kinds)}.items():
    try:
        attempt()
    except (TypeError, ValueError, RuntimeError, IndexError) as error:
        refused_torch[what] = type(error).__name__
refused_torch

# %% tags=["tf"]
model = load_tf("float64")
lists = tf.ragged.constant([digits(tree) for tree in trees[:3]])
with tf.GradientTape() as tape:
    bags_tf = tf.reduce_mean(tf.gather(model["digit"], lists), axis=1)
matrices = tf.stack([model[op] for op in OPS])
leaves, ((children, nodes), *_), _ = fold(trees[:64])                      # of the plan: the digits, and round 1
pairs = tf.reshape(tf.gather(tf.gather(model["digit"], leaves), children), [-1, 2 * SIZE])
kinds = np.repeat(range(3), nodes)
mapped_tf = tf.vectorized_map(lambda node: tf.tanh(node[1][None] @ matrices[node[0]])[0], (kinds, pairs))
refused_tf = {}
for what, attempt in {
        "hold a tree, brackets and all": lambda: tf.ragged.constant([1, [2, 0]]),
        "give the slope of a mean over rows": lambda: tape.gradient(bags_tf, model["digit"]),
        "map over trees": lambda: tf.vectorized_map(lambda tree: state_tf(model, tree), example),
        "map an if on a value": lambda: tf.vectorized_map(lambda kind: kind if kind > 0 else -kind, kinds)}.items():
    try:
        attempt()
    except (TypeError, ValueError, RuntimeError, IndexError) as error:
        refused_tf[what] = type(error).__name__
refused_tf

# %% tags=["verdict"]
parity.verdict("mean digit vectors of three trees, from a nested and from a ragged tensor",
               torch_side.to_numpy(bags_torch), tf_side.to_numpy(bags_tf), atol=1e-12)
parity.verdict("the cell for one node, mapped over all nodes of depth 1",
               torch_side.to_numpy(mapped_torch), tf_side.to_numpy(mapped_tf), atol=1e-12)
sides = {"PyTorch": refused_torch, "TensorFlow": refused_tf}
for what in refused_torch | refused_tf:
    print(f"{what}: " + ", ".join(f"{side} {'refuses' if what in refused else 'can'}" for side, refused in sides.items()))

# %% [markdown]
# ## 4.8 The library that was overtaken
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
# The article mixes up two things. Dynamic *graphs*: both frameworks have them. Dynamic *batching*, Fold's own idea:
# neither does it by itself.

# %% tags=["verdict"]
installed = importlib.util.find_spec("tensorflow_fold") is not None
used = ("variable_scope", "get_variable", "placeholder", "contrib")     # what Fold and its examples take from TensorFlow
lacking = [name for name in used if not hasattr(tf, name)]
claims.verdict("C30b", {
    "TensorFlow needs a library for trees": not eager,
    "Fold is here to be used": installed and not lacking,
    "PyTorch batches trees by itself": gains["PyTorch"] < 2,
}, f"the same plain recursion ran in both; today's TensorFlow has no {', '.join(lacking)}, which Fold uses; and PyTorch "
   f"too needed a plan to batch 64 trees, with which it was measured {gains['PyTorch']:.0f} times as fast",
    timed=["PyTorch batches trees by itself"])

# %% [markdown]
# ## 4.9 Exercises
#
# ### Exercise 4.1
# Plan by hand. For the two trees below, how many nodes does each round compute with +, −, ×? Give a list of three
# numbers for each round, for example `[[1, 0, 2], [0, 1, 0]]`.
#
# ```python
# ("+", ("*", 1, 2), 0)
# ("-", 2, ("*", ("+", 0, 1), ("+", 1, 1)))
# ```

# %% tags=["exercise"]
answer = ...           # a list of lists of three numbers
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

# %% tags=["check"]
exercises.check("4.1", answer)

# %% [markdown]
# ### Exercise 4.2
# Port this cell to TensorFlow. It mixes the two sides instead of making something new, which keeps slopes alive in deep
# trees. `gate` is stored as `torch.nn.Linear` stores its weight.
#
# ```python
# def gated(left, right, gate):              # (rows, size), (rows, size), (size, 2 * size)
#     g = torch.sigmoid(torch.cat([left, right], dim=1) @ gate.T)
#     return g * left + (1 - g) * right
# ```

# %% tags=["exercise"]
answer = ...           # a function of three TensorFlow tensors
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
    g = 1 / (1 + np.exp(-np.concatenate([left, right], axis=1) @ np.transpose(gate)))
    return tf.constant(g * left.numpy() + (1 - g) * right.numpy())

# %% tags=["check"]
exercises.check("4.2", answer)

# %% [markdown]
# ### Exercise 4.3
# One call a round. Fold, and our plan, call `combine` once for each operator. Small calls cost more than arithmetic, so
# multiply *all* pairs by *all* matrices in one call, and let each node take its own row. Write, in PyTorch, a function
# of `pairs` (nodes, 2 · size), `kinds` (nodes,), the operators as integers, and `matrices` (operators, 2 · size, size).
# It returns the new states (nodes, size), with the tanh.

# %% tags=["exercise"]
answer = ...           # a function of pairs, kinds, matrices
# solution
def answer(pairs, kinds, matrices):
    every = torch.einsum("ni,kij->nkj", pairs, matrices)            # (nodes, operators, size)
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

# %% tags=["check"]
exercises.check("4.3", answer)

# %% [markdown]
# ### Exercise 4.4
# Suppose that errors came from the tables instead: each operator goes wrong with probability 0.001, whatever stands
# below, and one error anywhere spoils the value. What share of trees with 101 digits comes out right? Four decimals are
# enough. (Then compare: would rounding have helped such a network?)

# %% tags=["exercise"]
answer = ...           # a number between 0 and 1
# solution
answer = 0.999 ** 100
# wrong: as many operators as digits
answer = 0.999 ** 101
# wrong: the digits count as well
answer = 0.999 ** 201
# wrong: probabilities multiply
answer = 1 - 100 * 0.001

# %% tags=["check"]
exercises.check("4.4", answer)

# %% [markdown]
# ## 4.10 Quiz

# %%
exercises.quiz("04")

# %% [markdown]
# ## 4.11 Verdicts

# %%
claims.close("04")

# %% [markdown]
# ## 4.12 Summary and further reading
#
# - A network that follows a tree is a function that calls itself; eager code in both frameworks runs it.
# - Speed comes from a plan: what has the same depth runs together. It is the same few lines on both sides.
# - A plan's arrays differ only in length, so one traced graph serves all trees.
# - States that are nearly digits drift with depth. Look at them before you blame the tables.
#
# Read on: [Fold's paper](https://arxiv.org/abs/1702.02181); [DyNet](https://arxiv.org/abs/1705.07860), which finds the
# batches while the program runs; [TreeLSTM](https://arxiv.org/abs/1503.00075), a better cell; TensorFlow's guide to
# [ragged tensors](https://www.tensorflow.org/guide/ragged_tensor) and PyTorch's page on
# [nested tensors](https://docs.pytorch.org/docs/stable/nested.html), still a prototype.
# Next: [defining a network](05a_one_network_three_ways.ipynb).
