# %% [markdown]
# # 6a. A ladder of equality
#
# You train one network in both frameworks, compare them at every stage, and find the one line that keeps them apart.
#
# > **Minutes**: 26 · **Needs**: chapters 1, 2 and 5 · **Claims tested**: none
# >
# > **You will be able to**
# > - compare a port stage by stage, and name the stage that breaks first (exercise 6.5)
# > - tell rounding from a real difference by its size (prediction P6.1)
# > - say what Keras makes of a learning rate of 0.1, and what to do about it (verdict in 6a.5)
# > - keep two trainings together for hundreds of steps (verdict in 6a.6)
#
# `fast` shortens the training, `seed` draws other weights and batches, `device` says where both compute. Exercises keep
# their older numbers, so here they come in another order.

# %% tags=["setup"]
from helpers import session

session.start("06a")

import numpy as np

from chapters.ch06 import figures
from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch06 import common_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch06 import common_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 6a.1 Seven rungs
#
# "The result will not be the same", says the article that this course grew from, about one network in two frameworks.
# If so, some line of code must do it. We look for that line.
#
# We climb a ladder, and compare on each rung:
#
# 1. the data
# 2. the start weights
# 3. the outputs
# 4. the [loss](glossary.md#loss)
# 5. the [gradient](glossary.md#gradient)
# 6. the weights after one step
# 7. the weights after many steps
#
# Each rung is computed from those below it. So the first rung that breaks names the culprit: everything below it is
# equal.
#
# We climb in [float64](glossary.md#float64). There, rounding errors are near $10^{-16}$, and whatever is much larger is
# a real difference.

# %% [markdown]
# ## 6a.2 Rungs 1 and 2: data and weights
#
# No [seed](glossary.md#seed) makes both frameworks draw the same random numbers. So neither of them draws any: data,
# order and start weights come from NumPy, 64 digits in a batch, small weights.

# %% tags=["taught"]
digits = data.digits("float64")
images = digits.x_train.reshape(-1, 64)
labels = digits.y_train

batch_size = 64
epochs = 9 if fast else 44
batches = []
for epoch in range(epochs):
    batches += data.batches(images, labels, batch_size, seed, epoch)

# %% tags=["taught"]
rng = np.random.default_rng(seed)
start = {
    "w1": rng.normal(scale=0.18, size=(64, 128)),
    "b1": rng.normal(scale=0.01, size=128),
    "w2": rng.normal(scale=0.09, size=(128, 10)),
    "b2": rng.normal(scale=0.01, size=10),
}

# %% [markdown]
# The first batch, as tensors, is rung 1. What we compare goes into a dict, one entry a rung.

# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)
x, y = batches[0]
x_torch = torch.tensor(x, device=device_torch)
y_torch = torch.tensor(y, device=device_torch)
rungs_torch = {"data": torch_side.to_numpy(x_torch)}

# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
x, y = batches[0]
with tf.device(device_tf):
    x_tf = tf.constant(x)
    y_tf = tf.constant(y)
rungs_tf = {"data": tf_side.to_numpy(x_tf)}

# %% tags=["verdict"]
parity.verdict("rung 1, data", rungs_torch["data"], rungs_tf["data"])

# %% [markdown]
# Then the network: 64 pixels, 128 hidden units, 10 scores.
#
# `load` copies the start weights into it. For PyTorch it turns them, because `Linear` keeps a weight as (out, in) and
# `Dense` as (in, out). `vector` brings all weights back as one NumPy vector.


# %% tags=["torch"]
# PyTorch
def network_torch():
    model = torch.nn.Sequential(
        torch.nn.Linear(64, 128),
        torch.nn.ReLU(),
        torch.nn.Linear(128, 10),
    )
    model.to(device_torch, torch.float64)
    common_torch.load(model, start)
    return model


model_torch = network_torch()
rungs_torch["weights"] = common_torch.vector(model_torch.parameters())


# %% tags=["tf"]
# TensorFlow
def network_tf():
    layers = [
        tf.keras.Input([64], dtype="float64"),
        tf.keras.layers.Dense(128, activation="relu", dtype="float64"),
        tf.keras.layers.Dense(10, dtype="float64"),
    ]
    with tf.device(device_tf):
        model = tf.keras.Sequential(layers)
    common_tf.load(model, start)
    return model


model_tf = network_tf()
rungs_tf["weights"] = common_tf.vector(model_tf.trainable_variables)

# %% tags=["verdict"]
parity.verdict("rung 2, weights", rungs_torch["weights"], rungs_tf["weights"])

# %% [markdown]
# Two lines here are easy to get wrong, without an error. In PyTorch, `load` before `to` would round the weights to
# float32. In Keras, each layer needs its `dtype`; without it even `Input` would round the pixels.

# %% [markdown]
# ## 6a.3 Rungs 3, 4 and 5: outputs, loss, gradient
#
# The network runs forward, then backward. Both losses take raw scores; Keras's has to be told so with
# `from_logits=True`.

# %% tags=["torch"]
# PyTorch
logits = model_torch(x_torch)
loss = torch.nn.CrossEntropyLoss()(logits, y_torch)
model_torch.zero_grad()
loss.backward()
gradients = [weight.grad for weight in model_torch.parameters()]

rungs_torch["outputs"] = torch_side.to_numpy(logits)
rungs_torch["loss"] = torch_side.to_numpy(loss)
rungs_torch["gradient"] = common_torch.vector(gradients)

# %% tags=["tf"]
# TensorFlow
CrossEntropy = tf.keras.losses.SparseCategoricalCrossentropy
loss_of_tf = CrossEntropy(from_logits=True, dtype="float64")
with tf.device(device_tf), tf.GradientTape() as tape:
    logits = model_tf(x_tf)
    loss = loss_of_tf(y_tf, logits)
gradients_tf = tape.gradient(loss, model_tf.trainable_variables)

rungs_tf["outputs"] = tf_side.to_numpy(logits)
rungs_tf["loss"] = tf_side.to_numpy(loss)
rungs_tf["gradient"] = common_tf.vector(gradients_tf)

# %% tags=["verdict"]
for number, name in enumerate(["outputs", "loss", "gradient"], start=3):
    mine = rungs_torch[name]
    theirs = rungs_tf[name]
    parity.verdict(f"rung {number}, {name}", mine, theirs, atol=1e-13)

# %% [markdown]
# Equal, but for the last bits: two correct programs may add the same numbers in another order. Rounding has a size, and
# this is its size.

# %% [markdown]
# ### Exercise 6.5: the first rung that breaks (5 minutes)
#
# Write `answer(mine, theirs)`. Both are dicts such as `rungs_torch`: the same names in the same order, arrays of the
# same shape under the same name.
#
# The function gives the name of the first rung in which some entry of `mine` is farther than 1e-12 from the same entry of
# `theirs`, and `None` when there is no such rung.

# %% tags=["exercise"]
answer = ...  # a function of two dicts


# solution
def answer(mine, theirs):
    for name in mine:
        if np.abs(mine[name] - theirs[name]).max() > 1e-12:
            return name
    return None


# wrong: rounding
def answer(mine, theirs):
    for name in mine:
        if not np.array_equal(mine[name], theirs[name]):
            return name
    return None


# wrong: take the absolute value
def answer(mine, theirs):
    for name in mine:
        if (mine[name] - theirs[name]).max() > 1e-12:
            return name
    return None


# wrong: the largest difference
def answer(mine, theirs):
    gaps = {name: np.abs(mine[name] - theirs[name]).max() for name in mine}
    worst = max(gaps, key=gaps.get)
    return worst if gaps[worst] > 1e-12 else None


# wrong: the last rung
def answer(mine, theirs):
    broken = None
    for name in mine:
        if np.abs(mine[name] - theirs[name]).max() > 1e-12:
            broken = name
    return broken


# wrong: cancel
def answer(mine, theirs):
    for name in mine:
        if abs((mine[name] - theirs[name]).mean()) > 1e-12:
            return name
    return None


# %% tags=["check"]
exercises.check("6.5", answer)

# %% [markdown]
# Try yours: `answer(rungs_torch, rungs_tf)`. Then break the port: leave out `from_logits=True` in TensorFlow's cell
# above, run that cell again, and ask once more. (Put it back, and run the cell again, before you go on.)

# %% [markdown]
# ## 6a.4 Rung 6: one step
#
# The gradients agree. Now each framework takes one step of plain gradient descent,
# with a [learning rate](glossary.md#learning-rate) of 0.1:
#
# $$w \leftarrow w - 0.1 \cdot g$$
#
# **Predict.** How far apart are the weights after that one step?
#
# - **a** at most $10^{-15}$: that is rounding
# - **b** more, but less than $10^{-6}$
# - **c** more than $10^{-6}$

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P6.1", guess, among=["a", "b", "c"])

# %% [markdown]
# Run each of the next two cells only once: each run is a step. (`differ` in the cell after them is content when the two
# differ by more than `atol`; `verdict` is content when they do not.)

# %% tags=["torch"]
# PyTorch
optimizer_torch = torch.optim.SGD(model_torch.parameters(), lr=0.1)
optimizer_torch.step()
one_torch = common_torch.vector(model_torch.parameters())

# %% tags=["tf"]
# TensorFlow
optimizer_tf = tf.keras.optimizers.SGD(learning_rate=0.1)
optimizer_tf.apply_gradients(zip(gradients_tf, model_tf.trainable_variables))
one_tf = common_tf.vector(model_tf.trainable_variables)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
gap = parity.gap(one_torch, one_tf)
options = {"a": gap <= 1e-15, "b": 1e-15 < gap < 1e-6, "c": gap >= 1e-6}
exercises.outcome("P6.1", exercises.first_true(options))
parity.differ("rung 6, the weights after one step", one_torch, one_tf, atol=1e-15)

# %% [markdown]
# A broken rung. The difference is tiny, near $10^{-10}$. But rounding in float64 is near $10^{-16}$, a million times
# less. So something is really different.
#
# Which line can it be? The step has two ingredients. The gradient is one, and it agreed.

# %% [markdown]
# ## 6a.5 Why 0.1 is not 0.1
#
# The other ingredient is the rate. Ask each optimizer for its own.

# %% tags=["torch"]
# PyTorch
rate_torch = optimizer_torch.param_groups[0]["lr"]
print(f"{rate_torch:.17f}", type(rate_torch))

# %% tags=["tf"]
# TensorFlow
variable = optimizer_tf.learning_rate
rate_tf = float(variable.numpy())
print(f"{rate_tf:.17f}", variable.dtype)

# %% tags=["verdict"]
parity.differ("the two rates", rate_torch, rate_tf)

# %% [markdown]
# Keras keeps the rate in a variable of type [float32](glossary.md#float32), although the network is float64. No float32
# number is 0.1. The nearest one is a little larger.
#
# With SGD in a float32 network you would not see this: there PyTorch's 0.1 is rounded as well, when it meets the
# weights.
#
# There are two cures. `keras.config.set_floatx("float64")` makes the variable a float64 one. Or both get a number that
# float32 can hold, so that nothing is left to round. We take the second, because Keras sends other numbers through
# float32 in places that `set_floatx` does not reach; lesson 6b meets them.


# %% tags=["taught"]
def held(number):
    """The float32 number nearest to this number, as a Python float."""
    return float(np.float32(number))


print(f"{held(0.1):.17f}")
print(held(0.125))

# %% [markdown]
# ## 6a.6 Rung 7: the whole training
#
# Both start again, with the rate `held(0.1)`, and keep their weights after every step.


# %% tags=["torch"]
# PyTorch
def train_torch(rate):
    """Train from the start weights; the weights after each step."""
    model = network_torch()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    loss_of = torch.nn.CrossEntropyLoss()
    path = []
    for x, y in batches:
        logits = model(torch.tensor(x, device=device_torch))
        loss = loss_of(logits, torch.tensor(y, device=device_torch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        path.append(common_torch.vector(model.parameters()))
    return path


path_torch = train_torch(held(0.1))


# %% tags=["tf"]
# TensorFlow
def train_tf(rate):
    """Train from the start weights; the weights after each step."""
    model = network_tf()
    weights = model.trainable_variables
    optimizer = tf.keras.optimizers.SGD(rate)
    path = []
    for x, y in batches:
        with tf.device(device_tf), tf.GradientTape() as tape:
            loss = loss_of_tf(tf.constant(y), model(tf.constant(x)))
        gradients = tape.gradient(loss, weights)
        optimizer.apply_gradients(zip(gradients, weights))
        path.append(common_tf.vector(weights))
    return path


path_tf = train_tf(held(0.1))

# %% tags=["verdict"]
parity.verdict("rung 6, one step", path_torch[0], path_tf[0], atol=1e-15)
parity.verdict(f"rung 7, {len(path_tf)} steps", path_torch[-1], path_tf[-1], atol=1e-12)

# %% [markdown]
# The same numbers, to the last few bits, after the whole training. One rounded constant had kept the two apart.
#
# And had we left 0.1 in PyTorch? The figure shows both.

# %% tags=["folded"]
# Folded: trains PyTorch once more, with 0.1, and draws how far apart the weights are.
figures.two_rates(train_torch(0.1), path_torch, path_tf)

# %% [markdown]
# ## 6a.7 Quiz

# %%
exercises.quiz("06a")

# %% [markdown]
# ## 6a.8 Verdicts

# %%
claims.close("06a")

# %% [markdown]
# ## 6a.9 Summary and further reading
#
# - Compare a port rung by rung, from the data up. The first rung that breaks names the culprit.
# - Do it in float64. There, rounding stays near $10^{-16}$ and every real difference stands out.
# - Data and start weights come from NumPy, since no seed gives both frameworks the same.
# - Keras rounds the learning rate to float32. Give both a number that float32 can hold.
#
# Further reading: PyTorch on [numerical accuracy](https://docs.pytorch.org/docs/stable/notes/numerical_accuracy.html);
# Goldberg,
# [What every computer scientist should know about floating-point arithmetic](https://doi.org/10.1145/103162.103163).
#
# Next: [six optimizers in lockstep](06b_six_optimizers.ipynb), of which plain gradient descent is only the first.
