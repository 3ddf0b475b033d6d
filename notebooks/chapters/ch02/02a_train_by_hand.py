# %% [markdown]
# # 2a. Train by hand
#
# With nothing but slopes you teach a program to read handwriting, twice, to the same numbers. Then one word goes
# missing, and only one of the two frameworks tells you.
#
# > **Minutes**: 30 · **Needs**: chapter 1, and what a derivative is · **Claims tested**: none
# >
# > **You will be able to**
# > - ask each framework for a slope (verdict in 2a.1)
# > - train a classifier by gradient descent, by hand (exercise 2.5)
# > - say what happens when the loss is not one number (prediction P2.1)
# > - tell a slope of 0 from no slope at all (exercise 2.6)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.
# (Exercises 2.1 to 2.4 come in 2c and 2d.)

# %% tags=["setup"]
from helpers import session

session.start("02a")

import numpy as np

from chapters.ch02 import figures
from helpers import claims, data, exercises, parity

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

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 2a.1 One number, and its slope
#
# Real data first: 1,415 handwritten digits to learn from, each a picture of 8 by 8 shades. Paper is 0, ink is 1.

# %% tags=["taught"]
digits = data.digits("float64")
picture = digits.x_train[0]
print(digits.x_train.shape)
print("mean shade of the first picture:", picture.mean())

# %% tags=["folded"]
# Folded: draws the first picture of each digit.
figures.ten_digits(digits)

# %% [markdown]
# Let one number $w$ stand for all 64 shades $p_i$ of the first picture. How wrong is it? Take the mean of the squared
# errors. A number that says how wrong something is, is called a *loss*:
#
# $$\ell(w) = \frac{1}{64} \sum_i (w - p_i)^2$$
#
# The slope of the loss says how to do better: where it is positive, make $w$ smaller. By hand the slope is
# $2\,(w - \bar p)$, with $\bar p$ the mean shade. Both frameworks find it without being told the formula, by
# [automatic differentiation](glossary.md#automatic-differentiation): they note each operation that runs, and apply the
# chain rule to their notes.
#
# - PyTorch takes notes wherever a tensor made with `requires_grad=True` takes part. `backward` then *writes* the slope
#   into `w.grad`.
# - TensorFlow takes notes on a [tape](glossary.md#tape), as long as its `with` block lasts. `gradient` *returns* the
#   slope. The tape follows a variable by itself; a constant only after `tape.watch(...)`.
#
# The pictures are float64, so `w` is too. `.item()` and `.numpy()` take the plain number out.

# %% tags=["torch"]
# PyTorch
p = torch.tensor(picture)
w = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
loss = ((w - p) ** 2).mean()
loss.backward()
slope_torch = w.grad.item()
print(slope_torch)

# %% tags=["tf"]
# TensorFlow
p = tf.constant(picture)
w = tf.Variable(1.0, dtype=tf.float64)
with tf.GradientTape() as tape:
    loss = tf.reduce_mean((w - p) ** 2)
slope_tf = tape.gradient(loss, w).numpy()
print(slope_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the two slopes with each other, and with the formula.
parity.verdict("the slope at w = 1", slope_torch, slope_tf, atol=1e-14)
by_hand = 2 * (1 - picture.mean())
parity.verdict("the slope by hand", slope_torch, by_hand, atol=1e-14)

# %% [markdown]
# ## 2a.2 Ten scores for a picture
#
# Now a reader of digits. It gives a picture ten scores, one for each digit: its 64 shades $x$ times a table of weights
# $W$, 64 by 10.
#
# $$s = xW$$
#
# The [softmax](glossary.md#softmax) turns the ten scores ([logits](glossary.md#logits)) into probabilities. The loss of
# one picture is the [cross-entropy](glossary.md#cross-entropy): minus the logarithm of the probability that the right
# digit got. Sure and right costs nearly nothing, sure and wrong costs a lot.
#
# `log_softmax` gives the logarithms of the ten probabilities, picture by picture: `dim=1` and `axis=1` mean along a row.
# A row of `right` is 1 at the right digit and 0 elsewhere, so the sum of `right * log_p` along the row keeps that digit's
# logarithm alone. `@` multiplies tables.
#
# `torch_side.tensor` and `tf_side.tensor` put a NumPy array on the chosen device; `to_numpy` brings it back, without its
# record.
#
# At first all weights are 0. What does each picture cost then?

# %% tags=["taught"]
x_train = digits.x_train.reshape(-1, 64)  # -1: as many rows as it takes
x_test = digits.x_test.reshape(-1, 64)  # not to learn from: to be tested on later
rows = np.eye(10)  # row d is 1 at place d, else 0
right = rows[digits.y_train]  # a row for each picture, chosen by its digit
print(x_train.shape, right.shape)

# %% tags=["torch"]
# PyTorch
x_torch = torch_side.tensor(x_train, torch_side.device(device))
right_torch = torch_side.tensor(right, torch_side.device(device))


def losses_torch(W):
    """One loss for each picture."""
    log_p = torch.log_softmax(x_torch @ W, dim=1)
    return -(right_torch * log_p).sum(dim=1)


W = torch.zeros(64, 10, dtype=torch.float64, device=x_torch.device)
first_torch = torch_side.to_numpy(losses_torch(W))

# %% tags=["tf"]
# TensorFlow
x_tf = tf_side.tensor(x_train, tf_side.device(device))
right_tf = tf_side.tensor(right, tf_side.device(device))


def losses_tf(W):
    """One loss for each picture."""
    log_p = tf.nn.log_softmax(x_tf @ W, axis=1)
    return -tf.reduce_sum(right_tf * log_p, axis=1)


W = tf.zeros((64, 10), tf.float64)
first_tf = tf_side.to_numpy(losses_tf(W))

# %% tags=["verdict", "folded"]
# Folded: what each picture costs before anything is learned.
parity.verdict("the loss of each picture", first_torch, first_tf, atol=1e-14)
by_hand = np.full(len(x_train), np.log(10))
parity.verdict(
    "it is ln 10: ten digits, all as likely", first_torch, by_hand, atol=1e-14
)

# %% [markdown]
# ## 2a.3 Downhill
#
# 640 weights, the same rule for each: go a little against the slope.
#
# $$W \leftarrow W - \eta\, \frac{\partial \ell}{\partial W}$$
#
# That is *gradient descent*: the *gradient* is all the slopes together, here 640, and $\eta$ is the rate. The loss $\ell$
# is the mean over all pictures. Read the loops for three things:
#
# - The step itself must not be noted. PyTorch is told so by `no_grad`; TensorFlow steps outside its tape.
# - `W.grad = None` clears the slope. PyTorch would add the next one to it.
# - `join` makes one loss out of 1,415. Here it is the mean. In 2a.4 you will see why it has a name.

# %% tags=["taught"]
steps = 60 if fast else 400
rate = 1.0


# %% tags=["torch"]
# PyTorch
def train_torch(join):
    """Walk downhill from W = 0. Returns W, and the mean loss at each step."""
    W = torch.zeros(64, 10, dtype=torch.float64, device=x_torch.device)
    W.requires_grad_()  # the _ at the end: it changes W itself, and returns it
    path = []
    for _ in range(steps):
        losses = losses_torch(W)
        loss = join(losses)
        loss.backward()
        with torch.no_grad():
            W -= rate * W.grad
        W.grad = None
        path.append(losses.mean().item())
    return torch_side.to_numpy(W), np.array(path)


W_torch, path_torch = train_torch(torch.mean)
print(path_torch[0], "to", path_torch[-1])


# %% tags=["tf"]
# TensorFlow
def train_tf(join):
    """Walk downhill from W = 0. Returns W, and the mean loss at each step."""
    with tf.device(x_tf.device):  # W shall lie where the pictures lie
        W = tf.Variable(tf.zeros((64, 10), tf.float64))
    path = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            losses = losses_tf(W)
            loss = join(losses)
        slope = tape.gradient(loss, W)
        W.assign_sub(rate * slope)
        path.append(tf.reduce_mean(losses).numpy())
    return W.numpy(), np.array(path)


W_tf, path_tf = train_tf(tf.reduce_mean)
print(path_tf[0], "to", path_tf[-1])

# %% tags=["verdict", "folded"]
# Folded: compares losses, weights, and what is read in pictures not seen before.
parity.verdict("the loss at every step", path_torch, path_tf, atol=1e-11)
parity.verdict("the weights after the last step", W_torch, W_tf, atol=1e-11)
read_torch = (x_test @ W_torch).argmax(axis=1)
read_tf = (x_test @ W_tf).argmax(axis=1)
parity.verdict("the digits read in the test pictures", read_torch, read_tf)
share = float((read_torch == digits.y_test).mean())
print("more than 80 % of the test pictures are read correctly:", share > 0.8)

# %% tags=["folded"]
# Folded: draws the loss against the step, and the weights that were learned.
figures.downhill(path_torch, path_tf, share)
figures.weights(W_torch)

# %% [markdown]
# The two walks are one walk. And nobody told the program what a zero looks like: the hole in the weights of the 0 comes
# from slopes alone.

# %% [markdown]
# ### Exercise 2.5: one step, in TensorFlow (5 minutes)
#
# Write `answer(w, x, y, rate)`: one step of gradient descent for a straight line. The loss is the *mean* of
# `(x @ w - y) ** 2`. Given are float64 tensors, `w` of shape (n, 1), `x` (m, n) and `y` (m, 1); `rate` is a float.
# Return the new `w`. Let the tape find the slope. Mind that `w` is a tensor, not a variable.

# %% tags=["exercise"]
answer = ...  # a function of w, x, y and rate


# solution
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = tf.reduce_mean((x @ w - y) ** 2)
    return w - rate * tape.gradient(loss, w)


# wrong: the tape was not told to follow it
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    return w - rate * tape.gradient(loss, w)


# wrong: m times too long
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        losses = (x @ w - y) ** 2
    return w - rate * tape.gradient(losses, w)


# wrong: uphill
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = tf.reduce_mean((x @ w - y) ** 2)
    return w + rate * tape.gradient(loss, w)


# wrong: that is the slope
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = tf.reduce_mean((x @ w - y) ** 2)
    return tape.gradient(loss, w)


# wrong: is there a `return`
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w = w - rate * tape.gradient(loss, w)


# %% tags=["check"]
exercises.check("2.5", answer)

# %% [markdown]
# ## 2a.4 One word is missing
#
# You forget the mean, and ask for the slopes of the losses themselves: 1,415 numbers, where a slope belongs to one.
#
# **Predict.** What happens?
#
# - **a** both answer
# - **b** both refuse
# - **c** PyTorch refuses, TensorFlow answers
# - **d** TensorFlow refuses, PyTorch answers

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P2.1", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
W = torch.zeros(64, 10, dtype=torch.float64, device=x_torch.device)
W.requires_grad_()
losses = losses_torch(W)
try:
    losses.backward()
    said_torch = "an answer"
except RuntimeError as error:
    said_torch = str(error)
print(said_torch)

# %% tags=["tf"]
# TensorFlow
W = tf.Variable(tf.zeros((64, 10), tf.float64))
with tf.GradientTape() as tape:
    losses = losses_tf(W)
slopes = tape.gradient(losses, W)
# a tape that finds no slope returns None
said_tf = "no answer" if slopes is None else "an answer"
print(said_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and which question TensorFlow has answered.
torch_answers = said_torch == "an answer"
tf_answers = said_tf == "an answer"
letter = exercises.first_true(
    {
        "a": torch_answers and tf_answers,
        "b": not torch_answers and not tf_answers,
        "c": tf_answers,
        "d": torch_answers,
    }
)
exercises.outcome("P2.1", letter)
# By hand: at W = 0 each of the ten digits has the probability 0.1.
of_the_sum = x_train.T @ (0.1 - right)
parity.verdict(
    "TensorFlow's answer, and the slopes of the sum by hand",
    tf_side.to_numpy(slopes),
    of_the_sum,
    atol=1e-10,
)

# %% [markdown]
# PyTorch wants a *scalar*, a single number. TensorFlow has answered another question. It [adds the losses up](https://www.tensorflow.org/guide/autodiff#gradients_of_non-scalar_targets)
# and gives the slopes of their *sum*. These are 1,415 times the slopes of the mean.
#
# What if you train with them? PyTorch must be asked for the sum; TensorFlow does it by itself.

# %% tags=["torch"]
# PyTorch
W_wild_torch, wild_torch = train_torch(torch.sum)
print("highest loss on the way:", wild_torch.max())


# %% tags=["tf"]
# TensorFlow
def as_they_are(losses):
    return losses


W_wild_tf, wild_tf = train_tf(as_they_are)
print("highest loss on the way:", wild_tf.max())

# %% tags=["verdict", "folded"]
# Folded: is it the same walk, where does it lead, and would anybody notice?
parity.verdict("the first two losses", wild_torch[:2], wild_tf[:2], rtol=1e-12)
read_wild = (x_test @ W_wild_tf).argmax(axis=1)
share_wild = float((read_wild == digits.y_test).mean())
higher = bool(wild_tf.max() > 100 * wild_tf[0])
print("the loss rose to more than 100 times its first value:", higher)
print("more than 80 % of the test pictures are read correctly:", share_wild > 0.8)

# %% tags=["folded"]
# Folded: draws the loss of both walks, with the mean and without.
figures.wild(path_tf, wild_tf, share, share_wild)

# %% [markdown]
# The steps are so long that the loss leaps up. And yet the program learns to read: this task forgives it, and other
# tasks will not. TensorFlow's run raised no error, and the share of digits read correctly hides the mistake. The *loss*
# shows it. So look at the loss, and give `gradient` one number.

# %% [markdown]
# ## 2a.5 Zero, or nothing
#
# A slope of 0 says: a small change of $w$ changes nothing. `None` says: no path from the loss to $w$ was noted. Take three
# results that do not change when $w = 1.25$ moves a little:
#
# - `apart`: $w$ does not occur in it
# - `flat`: ReLU, which is 0 for all negative numbers, at $-w$
# - `rounded`: $w$ rounded to a whole number
#
# **Predict.** For which of them does TensorFlow say `None`?
#
# - **a** for none of them: all three have the slope 0
# - **b** for `apart`
# - **c** for `apart` and `rounded`
# - **d** for all three

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P2.2", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# `torch.autograd.grad` returns slopes instead of writing them, always as a tuple. `allow_unused=True` lets it say `None`,
# which would be an error otherwise. A `persistent` tape may be asked more than once.

# %% tags=["torch"]
# PyTorch
w = torch.tensor(1.25, requires_grad=True)
v = torch.tensor(2.0, requires_grad=True)
results = {"apart": v * v, "flat": torch.relu(-w), "rounded": torch.round(w)}
found_torch = {}
for name, result in results.items():
    (slope,) = torch.autograd.grad(result, w, allow_unused=True)  # a tuple of one
    # abs, because a slope can come out as -0.0
    found_torch[name] = None if slope is None else abs(slope.item())
print(found_torch)

# %% tags=["tf"]
# TensorFlow
w = tf.Variable(1.25)
v = tf.Variable(2.0)
with tf.GradientTape(persistent=True) as tape:
    results = {"apart": v * v, "flat": tf.nn.relu(-w), "rounded": tf.round(w)}
found_tf = {}
for name, result in results.items():
    slope = tape.gradient(result, w)
    found_tf[name] = None if slope is None else abs(slope.numpy().item())
print(found_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and where the frameworks differ.
nothing_tf = {name for name, slope in found_tf.items() if slope is None}
letter = exercises.first_true(
    {
        "a": not nothing_tf,
        "b": nothing_tf == {"apart"},
        "c": nothing_tf == {"apart", "rounded"},
        "d": len(nothing_tf) == 3,
    }
)
exercises.outcome("P2.2", letter)
for name in found_torch:
    print(f"{name}: PyTorch {found_torch[name]}, TensorFlow {found_tf[name]}")

# %% [markdown]
# At a rounding TensorFlow's path [ends](https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/python/ops/math_grad.py);
# PyTorch goes on with the slope 0. So `None` need not mean that $w$ is absent. It means that $w$ learns nothing from this
# loss, and in training that is often a mistake: a forgotten `watch`, a detour through NumPy, an integer, a layer that
# nobody used. Look for it before you train. Where you do mean zeros, say so: `materialize_grads=True` to PyTorch's `grad`,
# `unconnected_gradients="zero"` to the tape's.

# %% [markdown]
# ### Exercise 2.6: find what was lost, in PyTorch (4 minutes)
#
# Write `answer(loss, weights)`. `loss` is a number that PyTorch has followed, `weights` a dict {name: tensor}. Return the
# list of the names to which no gradient comes back: `None`, not 0. Keep the order of the dict. No weight
# holds a `.grad` yet.

# %% tags=["exercise"]
answer = ...  # a function of a loss and a dict


# solution
def answer(loss, weights):
    slopes = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
    return [name for name, slope in zip(weights, slopes) if slope is None]


# wrong: without `allow_unused=True`
def answer(loss, weights):
    slopes = torch.autograd.grad(loss, list(weights.values()))
    return [name for name, slope in zip(weights, slopes) if slope is None]


# wrong: a slope of 0 is a slope
def answer(loss, weights):
    slopes = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
    return [
        name for name, slope in zip(weights, slopes) if slope is None or not slope.any()
    ]


# wrong: the names that do get a gradient
def answer(loss, weights):
    slopes = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
    return [name for name, slope in zip(weights, slopes) if slope is not None]


# wrong: zeros in place of None
def answer(loss, weights):
    values = list(weights.values())
    slopes = torch.autograd.grad(loss, values, materialize_grads=True)
    return [name for name, slope in zip(weights, slopes) if slope is None]


# %% tags=["check"]
exercises.check("2.6", answer)

# %% [markdown]
# ## 2a.6 Quiz

# %%
exercises.quiz("02a")

# %% [markdown]
# ## 2a.7 Verdicts

# %%
claims.close("02a")

# %% [markdown]
# ## 2a.8 Summary and further reading
#
# - `backward` writes slopes into `.grad`; `tape.gradient` returns them.
# - Training is: loss, slopes, a step against them that is not noted itself.
# - A loss of many numbers is an error in PyTorch. TensorFlow sums, and your rate means something else.
# - 0 is a slope, `None` is the lack of one. TensorFlow says `None` for rounding as well.
#
# Further reading: [the guide to GradientTape](https://www.tensorflow.org/guide/autodiff),
# [PyTorch's introduction to autograd](https://docs.pytorch.org/tutorials/beginner/basics/autogradqs_tutorial.html).
# Next: [the life of a record](02b_the_life_of_a_record.ipynb).
