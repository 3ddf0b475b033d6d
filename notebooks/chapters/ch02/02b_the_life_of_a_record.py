# %% [markdown]
# # 2b. The life of a record
#
# To find slopes, both frameworks keep a record of what ran. It is made, used up, kept too long and cut off, mostly without
# a word. You learn to see it happen.
#
# > **Minutes**: 38 · **Needs**: lesson 2a · **Claims tested**: C12
# >
# > **You will be able to**
# > - mend a loop whose slopes add up (exercise 2.7)
# > - say when a record is used up, and who keeps it alive (prediction P2.3)
# > - cut a gradient on purpose, and notice when it was cut by accident (exercise 2.8)
# > - freeze weights (prediction P2.4)
# > - compute without a record (verdict in 2b.7)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("02b")

import weakref

from chapters.ch02 import figures
from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch02 import exhibits_torch
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
# ## 2b.1 A record of this run
#
# `grow` multiplies until the result is large enough. So its input decides how many operations run. PyTorch's record can be
# walked: `exhibits_torch.operations` starts at the result and names each operation that it meets.


# %% tags=["taught"]
def grow(x):
    y = x
    while y < 100:
        y = y * x
    return y


# %% tags=["torch"]
# PyTorch
slopes_torch = []
results = []
for at in (3.0, 5.0):
    x = torch.tensor(at, requires_grad=True)
    y = grow(x)
    y.backward()
    slopes_torch.append(x.grad.item())
    results.append(y)  # kept: its record is drawn below
    print(at, exhibits_torch.operations(y))

# %% tags=["tf"]
# TensorFlow
slopes_tf = []
for at in (3.0, 5.0):
    x = tf.Variable(at)
    with tf.GradientTape() as tape:
        y = grow(x)
    slopes_tf.append(tape.gradient(y, x).numpy().item())
    print(at, "variables followed:", len(tape.watched_variables()))

# %% tags=["verdict", "folded"]
# Folded: compares the slopes. At 3 `grow` is x⁵, at 5 it is x³.
parity.verdict("the slopes of two runs", slopes_torch, slopes_tf)
parity.verdict("the slopes by hand", slopes_torch, [5 * 3.0**4, 3 * 5.0**2])

# %% [markdown]
# PyTorch hangs the record on the result. `y.grad_fn` is its last operation; from there a way leads back to `x`, the
# [leaf](glossary.md#leaf). TensorFlow writes on the [tape](glossary.md#tape) that you open, and tells which variables it
# follows.
#
# Either way the record holds what ran, and not what the code could have done. Such a record is called a
# [dynamic graph](glossary.md#dynamic-graph).

# %% tags=["folded"]
# Folded: draws PyTorch's two records, data flowing down. AccumulateGrad is the leaf.
figures.two_records(exhibits_torch.graph(results[0]), exhibits_torch.graph(results[1]))

# %% [markdown]
# ## 2b.2 Slopes add up
#
# Ask for the slope of $x^2$ at 3 twice. It is 6, and each time there is a fresh record.

# %% tags=["torch"]
# PyTorch
x = torch.tensor(3.0, requires_grad=True)
twice_torch = []
for _ in range(2):
    y = x * x
    y.backward()
    twice_torch.append(x.grad.item())
print(twice_torch)

# %% tags=["tf"]
# TensorFlow
x = tf.Variable(3.0)
twice_tf = []
for _ in range(2):
    with tf.GradientTape() as tape:
        y = x * x
    twice_tf.append(tape.gradient(y, x).numpy().item())
print(twice_tf)

# %% tags=["verdict", "folded"]
# Folded: compares what came first and what came second.
parity.verdict("the slope asked for first", twice_torch[0], twice_tf[0])
parity.differ("the slope asked for again", twice_torch[1], twice_tf[1])

# %% [markdown]
# `backward` *adds* to `x.grad`; `tape.gradient` returns a fresh value. PyTorch's way suits batches that do not fit
# into memory at once: call `backward` for each part, then take one step
# ([gradient accumulation](glossary.md#gradient-accumulation)). The price: in an ordinary loop
# you must clear `.grad` in each turn.

# %% [markdown]
# ### Exercise 2.7: a loop that runs away (4 minutes)
#
# Mend this function and call it `answer`. `w` is a float64 tensor that requires its gradient, `x` and `y` are float64
# tensors; `rate` is a number, `steps` says how often to step. Return the last `w`.
#
# ```python
# def descend(w, x, y, rate, steps):
#     for _ in range(steps):
#         loss = ((x @ w - y) ** 2).mean()
#         loss.backward()
#         with torch.no_grad():
#             w -= rate * w.grad
#     return w
# ```

# %% tags=["exercise"]
answer = ...  # a function of w, x, y, rate and steps


# solution
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        w.grad = None
    return w


# wrong: add up
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
    return w


# wrong: there is no slope to clear
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        w.grad.zero_()
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
    return w


# wrong: cleared before the step
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        w.grad.zero_()
        with torch.no_grad():
            w -= rate * w.grad
    return w


# wrong: one step, whatever
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        w.grad = None
        return w


# %% tags=["check"]
exercises.check("2.7", answer)

# %% [markdown]
# ## 2b.3 Used up
#
# Now ask for the slope twice from *one* record, of $x^2$ and of $x + 1$.


# %% tags=["taught"]
def square(x):
    return x * x


def one_more(x):
    return x + 1


# %% tags=["torch"]
# PyTorch
def ask_twice_torch(function):
    x = torch.tensor(3.0, requires_grad=True)
    y = function(x)
    y.backward()
    try:
        y.backward()
    except RuntimeError:
        return "refuses"
    return "answers"


again_torch = [ask_twice_torch(square), ask_twice_torch(one_more)]
print(again_torch)


# %% tags=["tf"]
# TensorFlow
def ask_twice_tf(function):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = function(x)
    tape.gradient(y, x)
    try:
        tape.gradient(y, x)
    except RuntimeError:
        return "refuses"
    return "answers"


again_tf = [ask_twice_tf(square), ask_twice_tf(one_more)]
print(again_tf)

# %% tags=["verdict", "folded"]
# Folded: says what each did when it was asked again.
print(f"x², asked again: PyTorch {again_torch[0]}, TensorFlow {again_tf[0]}")
print(f"x + 1, asked again: PyTorch {again_torch[1]}, TensorFlow {again_tf[1]}")
answers_torch = again_torch.count("answers")
answers_tf = again_tf.count("answers")
parity.differ("how many of the two are answered again", answers_torch, answers_tf)

# %% [markdown]
# The slope of $x^2$ needs the old $x$, and PyTorch has let go of it after the first answer. The slope of $x + 1$ needs no
# saved value, so nothing is missing. TensorFlow's tape is good for one answer, whatever was on it.
#
# `retain_graph=True` and `persistent=True` allow more answers, and hold the memory longer.

# %% [markdown]
# ## 2b.4 Who keeps it alive
#
# A line that stands in many programs: you want the mean loss of twelve batches, so you add the losses up,
# `total += loss`. The weights are ready to be trained: PyTorch's have `requires_grad=True`, TensorFlow's are a variable.
# But you need no slopes now, so you open no tape and call no `backward`.
#
# Each loss comes from an array of errors. We set a *weak reference* on each of the twelve arrays: it looks at a thing
# without keeping it alive, and can tell us whether it is still there.
#
# **Predict.** At the end, how many of the twelve are still in memory?
#
# - **a** none, in either framework
# - **b** all in PyTorch, none in TensorFlow
# - **c** none in PyTorch, all in TensorFlow
# - **d** all, in both

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P2.3", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# The model is a straight line that guesses the digit as a number, so the digits become a column of floats.
# `data.batches` cuts the 1,415 pictures into twelve [batches](glossary.md#batch) of at most 128, in an order that `seed`
# and `epoch` fix. A weak reference is called: `ref()` gives the thing, or `None` once it is gone.

# %% tags=["taught"]
digits = data.digits()  # float32
x_train = digits.x_train.reshape(-1, 64)
y_train = digits.y_train.reshape(-1, 1).astype("float32")
batches = list(data.batches(x_train, y_train, size=128, seed=seed, epoch=0))


def alive(weak_refs):
    """How many of the things that weak references look at still exist."""
    return sum(ref() is not None for ref in weak_refs)


# %% tags=["torch"]
# PyTorch
w_torch = torch.zeros(64, 1, requires_grad=True)


def sum_up_torch(weak_refs):  # a function: its own names are gone at the end
    total = 0.0
    for x, y in batches:
        errors = torch_side.tensor(x) @ w_torch - torch_side.tensor(y)
        weak_refs.append(weakref.ref(errors))
        loss = (errors**2).mean()
        total += loss
    return total


weak_refs = []
total = sum_up_torch(weak_refs)
alive_torch = alive(weak_refs)
del total
left_torch = alive(weak_refs)
print(alive_torch, "of", len(weak_refs))
print("when total is forgotten:", left_torch)

# %% tags=["tf"]
# TensorFlow
w_tf = tf.Variable(tf.zeros((64, 1)))


def sum_up_tf(weak_refs):  # a function: its own names are gone at the end
    total = 0.0
    for x, y in batches:
        errors = tf_side.tensor(x) @ w_tf - tf_side.tensor(y)
        weak_refs.append(weakref.ref(errors))
        loss = tf.reduce_mean(errors**2)
        total += loss
    return total


weak_refs = []
total = sum_up_tf(weak_refs)
alive_tf = alive(weak_refs)
del total
left_tf = alive(weak_refs)
print(alive_tf, "of", len(weak_refs))
print("when total is forgotten:", left_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
letter = exercises.first_true(
    {
        "a": alive_torch + alive_tf == 0,
        "b": alive_torch == 12 and alive_tf == 0,
        "c": alive_torch == 0 and alive_tf == 12,
        "d": alive_torch + alive_tf == 24,
    }
)
exercises.outcome("P2.3", letter)

# %% [markdown]
# PyTorch's record hangs on the result. On `total` hung a long record, which held all twelve arrays; when `total` was
# forgotten, they went. On a large network this is how a program that has run for an hour is suddenly
# out of memory.
#
# The reason is what each framework does when nobody says anything. So say something: tell PyTorch to keep no record, and
# TensorFlow to keep one.

# %% tags=["torch"]
# PyTorch
weak_refs = []
with torch.no_grad():
    total = sum_up_torch(weak_refs)
told_torch = alive(weak_refs)  # although total is still there
print(told_torch, "of", len(weak_refs))

# %% tags=["tf"]
# TensorFlow
weak_refs = []
with tf.GradientTape() as tape:
    total = sum_up_tf(weak_refs)
del total
told_tf = alive(weak_refs)  # although total is gone
print(told_tf, "of", len(weak_refs))

# %% tags=["verdict", "folded"]
# Folded: the numbers have changed places.
parity.verdict("silent PyTorch and TensorFlow with a tape", alive_torch, told_tf)
parity.verdict("silent TensorFlow and PyTorch with no_grad", alive_tf, told_torch)

# %% [markdown]
# **PyTorch records unless it is told not to; TensorFlow does not record unless it is told to.** (PyTorch does once a
# tensor with `requires_grad=True` takes part.) And TensorFlow's record hangs on the tape: it is there even though
# `total` is forgotten.
#
# The short cure for the line is `total += loss.item()`: a plain number has no record. Use it in a training loop as well.
# There `backward` frees the arrays, but the sum still drags a record along that grows with each step.

# %% [markdown]
# ## 2b.5 Cut off
#
# Sometimes a value should count as a constant: its way back is cut
# ([stop-gradient](glossary.md#stop-gradient)). Take $x \cdot x \cdot x$, and let the last $x$ be a constant. At 3 the
# slope is then $2 \cdot 3 \cdot 3 = 18$ instead of 27.

# %% tags=["torch"]
# PyTorch
x = torch.tensor(3.0, requires_grad=True)
y = x * x * x.detach()
y.backward()
cut_torch = x.grad.item()
print(cut_torch)

# %% tags=["tf"]
# TensorFlow
x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x * x * tf.stop_gradient(x)
cut_tf = tape.gradient(y, x).numpy().item()
print(cut_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the slopes.
parity.verdict("the slope of x · x · (x, a constant)", cut_torch, cut_tf)

# %% [markdown]
# The way back can be cut by accident as well: on a detour through NumPy.

# %% tags=["torch"]
# PyTorch
x = torch.tensor(3.0, requires_grad=True)
try:
    y = torch.tensor(x.numpy() ** 2)
    numpy_torch = "says nothing"
except RuntimeError as error:
    numpy_torch = "refuses"
    print(error)

# %% tags=["tf"]
# TensorFlow
x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = tf.constant(x.numpy() ** 2)
slope = tape.gradient(y, x)
numpy_tf = f"says nothing, and its slope is {slope}"
print(slope)

# %% tags=["verdict", "folded"]
# Folded: what each said about the detour.
parity.differ("a detour through NumPy", numpy_torch, numpy_tf)

# %% [markdown]
# A third way to lose a slope: change a value after it was used. The slope of $x^2$ needs the old $x$, which is 3.

# %% tags=["torch"]
# PyTorch
x = torch.tensor(3.0, requires_grad=True)
y = x * x
with torch.no_grad():
    x += 1.0
try:
    y.backward()
    changed_torch = f"answers {x.grad.item()}"
except RuntimeError as error:
    changed_torch = "refuses"
    print(error)

# %% tags=["tf"]
# TensorFlow
x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x * x
x.assign_add(1.0)
changed_tf = tape.gradient(y, x).numpy()
print("answers", changed_tf)

# %% tags=["verdict", "folded"]
# Folded: says what each made of a value that was changed too early.
print(f"x² at 3, asked after x became 4: PyTorch {changed_torch}")
parity.verdict("TensorFlow's slope is that at 3", float(changed_tf), 6.0)

# %% [markdown]
# PyTorch counts the changes of each tensor, and refuses when a saved value is no longer what it was. (Changes through
# `x.data` go uncounted, and the slope is wrong without a word: leave `.data` alone.) TensorFlow has noted the value 3
# itself, so its answer is right.
#
# In [a paper of 2017](https://openreview.net/forum?id=BJJsrmfCZ) PyTorch's authors name four of its traits: the graph is
# defined by running, there is no tape, changes in place are watched, and the core is C++. Does today's PyTorch have them?

# %% tags=["verdict", "folded"]
# Folded: judges the paper's four points by what this lesson saw of PyTorch.
counts = [len(exhibits_torch.operations(result)) for result in results]
claims.verdict(
    "C12",
    {
        "the graph is defined by running": counts[0] != counts[1],
        "no tape": alive_torch > left_torch == 0,
        "changes in place are watched": changed_torch == "refuses",
        "nodes in C++": exhibits_torch.nodes_are_native(),
    },
    f"`grow` recorded {counts[0]} operations at 3 and {counts[1]} at 5; "
    f"after a change in place PyTorch {changed_torch}",
)

# %% [markdown]
# ### Exercise 2.8: a target that stays still, in TensorFlow (5 minutes)
#
# A program learns what a position in a game is worth: `now @ w`. It learns from its own later guess, so the target is
# `reward + 0.9 * later @ w`. The prediction shall move toward the target, and the target shall not move toward the
# prediction.
#
# Write `answer(w, now, reward, later)`: the mean of the squared differences of prediction and target, whose gradient
# comes to `w` through the prediction alone. All are float64 tensors; `now @ w`, `later @ w` and `reward` have the shape
# (m, 1).

# %% tags=["exercise"]
answer = ...  # a function of w, now, reward and later


# solution
def answer(w, now, reward, later):
    target = tf.stop_gradient(reward + 0.9 * later @ w)
    return tf.reduce_mean((now @ w - target) ** 2)


# wrong: the target moves as well
def answer(w, now, reward, later):
    target = reward + 0.9 * later @ w
    return tf.reduce_mean((now @ w - target) ** 2)


# wrong: you cut off the prediction
def answer(w, now, reward, later):
    target = reward + 0.9 * later @ w
    return tf.reduce_mean((tf.stop_gradient(now @ w) - target) ** 2)


# wrong: no gradient reaches
def answer(w, now, reward, later):
    w = tf.stop_gradient(w)
    target = reward + 0.9 * later @ w
    return tf.reduce_mean((now @ w - target) ** 2)


# wrong: take the mean
def answer(w, now, reward, later):
    target = tf.stop_gradient(reward + 0.9 * later @ w)
    return (now @ w - target) ** 2


# %% tags=["check"]
exercises.check("2.8", answer)

# %% [markdown]
# ## 2b.6 Frozen
#
# To *freeze* weights means to let the others learn around them, as one does with a network that somebody else has
# trained. Below are two layers, one behind the other: each is $xW + b$, ready-made. The first is frozen. The loss has no
# task; it is there to have slopes.
#
# PyTorch's `Linear` is told both sizes, and keeps $W$ turned over: from 16 to 10 it is [10, 16]. Keras's `Dense` is told
# the size of its result, finds the other at its first call, and calls $W$ `kernel`.
#
# **Predict.** In Keras you write `first.trainable = False`, and then ask the tape for the slope of the first layer's
# weights. What comes back?
#
# - **a** `None`
# - **b** zeros
# - **c** a slope, as if nothing were frozen
# - **d** an error

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P2.4", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
first = torch.nn.Linear(64, 16)
last = torch.nn.Linear(16, 10)
first.requires_grad_(False)
loss = last(first(torch.tensor(x_train))).square().mean()
loss.backward()
frozen_torch = "no slope" if first.weight.grad is None else "a slope"
print("first layer:", frozen_torch)
print("last layer: slopes of shape", last.weight.grad.shape)

# %% tags=["tf"]
# TensorFlow
first = tf.keras.layers.Dense(16)
last = tf.keras.layers.Dense(10)
first.trainable = False
with tf.GradientTape() as tape:
    loss = tf.reduce_mean(last(first(x_train)) ** 2)
slope = tape.gradient(loss, first.kernel)
frozen_tf = "no slope" if slope is None else "a slope"
print("first layer:", frozen_tf)
print("its weights to be trained:", first.trainable_variables)

# %% tags=["verdict", "folded"]
# Folded: which option came true. An error would have stopped the cell above.
letter = exercises.first_true(
    {
        "a": frozen_tf == "no slope",
        "c": slope is not None and slope.numpy().any(),
        "b": slope is not None,
    }
)
exercises.outcome("P2.4", letter)
print(f"the frozen layer: PyTorch {frozen_torch}, Keras {frozen_tf}")
listed = len(first.trainable_variables)
print(f"weights of it that Keras lists as trainable: {listed}")

# %% [markdown]
# In PyTorch a frozen weight is not recorded. In Keras freezing strikes it from
# [the list `trainable_variables`](https://keras.io/guides/transfer_learning/), and the tape does not know. Keras's own
# training loop, `model.fit`, moves what is on the list, so all is well there. In a loop of your own, ask for the list of
# your network, here called `model`: `tape.gradient(loss, model.trainable_variables)`.
#
# A plain `tf.Variable(..., trainable=False)` [is not followed](https://www.tensorflow.org/guide/autodiff) by the tape.

# %% [markdown]
# ## 2b.7 Nothing to record
#
# Where nothing is learned, PyTorch should be told so. It has two words for it: `no_grad` and, with less work and more
# rules, [`inference_mode`](https://docs.pytorch.org/docs/stable/notes/autograd.html#inference-mode). The difference shows
# when the result is used in training later: the slope toward `w` needs `features`, so PyTorch must save them.

# %% tags=["torch"]
# PyTorch
w = torch.ones(3, requires_grad=True)


def train_later_torch(mode):
    with mode():
        features = torch.tensor([1.0, 2.0, 3.0]) * 2
    try:
        (features * w).sum().backward()
    except RuntimeError as error:
        print(error)
        return "refuses"
    return "answers"


no_grad_torch = train_later_torch(torch.no_grad)
inference_torch = train_later_torch(torch.inference_mode)
print(no_grad_torch, inference_torch)

# %% tags=["tf"]
# TensorFlow
w = tf.Variable(tf.ones(3))
features = tf.constant([1.0, 2.0, 3.0]) * 2  # no tape is open
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(features * w)
slope = tape.gradient(loss, w)
later_tf = "refuses" if slope is None else "answers"
print(later_tf)

# %% tags=["verdict", "folded"]
# Folded: may a result without a record be used where there is one?
print(f"made under no_grad, then used in training: PyTorch {no_grad_torch}")
print(f"made under inference_mode, then used in training: PyTorch {inference_torch}")
parity.verdict(
    "no_grad is what TensorFlow does without a tape", no_grad_torch, later_tf
)

# %% [markdown]
# A tensor made under `inference_mode` does not count its changes (2b.5), so PyTorch will not save it for a slope. So:
# `inference_mode` to test a model, `no_grad` for features that training will use. In TensorFlow open no tape.

# %% [markdown]
# ## 2b.8 Quiz

# %%
exercises.quiz("02b")

# %% [markdown]
# ## 2b.9 Verdicts
#
# The paper of the claim is about automatic differentiation alone. For the whole library one cites the
# [paper of 2019](https://arxiv.org/abs/1912.01703).

# %%
claims.close("02b")

# %% [markdown]
# ## 2b.10 Summary and further reading
#
# - PyTorch records unless it is told not to, TensorFlow only on a tape.
# - PyTorch adds to `.grad`: clear it. Its record hangs on results: keep numbers, not tensors.
# - A tape answers once; PyTorch's record until a saved value is missing. A value changed too early makes PyTorch refuse.
# - `detach` and `stop_gradient` cut on purpose. NumPy cuts: PyTorch refuses, TensorFlow says `None`.
# - Frozen: no record in PyTorch, not on the list in Keras.
#
# Further reading: [autograd mechanics](https://docs.pytorch.org/docs/stable/notes/autograd.html),
# [advanced automatic differentiation](https://www.tensorflow.org/guide/advanced_autodiff).
# Next: [who judges a gradient?](02c_who_judges_a_gradient.ipynb)
