# %% [markdown]
# # 6b. Six optimizers in lockstep
#
# Six optimizers, ported the way most people port, end far apart. You take the causes away one by one, until all six
# agree to the last bits.
#
# > **Minutes**: 39 · **Needs**: lesson 6a · **Claims tested**: C55
# >
# > **You will be able to**
# > - look up what a port leaves to the defaults (verdict in 6b.3)
# > - choose numbers that arrive in both frameworks as they are (verdict in 6b.4)
# > - take a running optimizer from one framework to the other (exercise 6.1)
# > - see when equal arguments do not make equal optimizers (prediction P6.4)
# > - rewrite an optimizer's step (exercise 6.2)
#
# `fast` shortens the training, `seed` draws other weights and batches, `device` says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("06b")

import itertools

import numpy as np

from chapters.ch06 import figures, start
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch import optim

from chapters.ch06 import common_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

optimizers = tf.keras.optimizers

from chapters.ch06 import common_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 6b.1 The training of lesson 6a
#
# We keep the network of lesson 6a, in [float64](glossary.md#float64), and its start: weights and batches from NumPy.

# %% tags=["taught"]
start_weights = start.weights(seed)
batches = start.batches(seed, epochs=9 if fast else 44)

# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)


def network_torch():
    model = torch.nn.Sequential(
        torch.nn.Linear(64, 128),
        torch.nn.ReLU(),
        torch.nn.Linear(128, 10),
    )
    model.to(device_torch, torch.float64)
    common_torch.load(model, start_weights)
    return model


# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)


def network_tf():
    layers = [
        tf.keras.Input([64], dtype="float64"),
        tf.keras.layers.Dense(128, activation="relu", dtype="float64"),
        tf.keras.layers.Dense(10, dtype="float64"),
    ]
    with tf.device(device_tf):
        model = tf.keras.Sequential(layers)
    common_tf.load(model, start_weights)
    return model


# %% tags=["verdict", "folded"]
# Folded: compares the start.
before_torch = common_torch.vector(network_torch().parameters())
before_tf = common_tf.vector(network_tf().trainable_variables)
parity.verdict("the start weights", before_torch, before_tf)

# %% [markdown]
# What changes from run to run is the [optimizer](glossary.md#optimizer) alone. So the loop takes a function that makes
# one.
#
# `@tf.function` is there for speed only (chapter 3). As a first try we take a rate of 0.125: float32 can hold that
# number exactly, so nothing is rounded on the way.


# %% tags=["torch"]
# PyTorch
def train_torch(make_optimizer):
    """Train from the start weights; the weights at the end."""
    model = network_torch()
    optimizer = make_optimizer(model.parameters())
    loss_of = torch.nn.CrossEntropyLoss()
    for x, y in batches:
        logits = model(torch.tensor(x, device=device_torch))
        loss = loss_of(logits, torch.tensor(y, device=device_torch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return common_torch.vector(model.parameters())


end_torch = train_torch(lambda w: optim.SGD(w, lr=0.125))

# %% tags=["tf"]
# TensorFlow
CrossEntropy = tf.keras.losses.SparseCategoricalCrossentropy
loss_of_tf = CrossEntropy(from_logits=True, dtype="float64")


def train_tf(make_optimizer):
    """Train from the start weights; the weights at the end."""
    model = network_tf()
    weights = model.trainable_variables
    optimizer = make_optimizer()

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of_tf(y, model(x))
        gradients = tape.gradient(loss, weights)
        optimizer.apply_gradients(zip(gradients, weights))

    with tf.device(device_tf):
        for x, y in batches:
            step(tf.constant(x), tf.constant(y))
    return common_tf.vector(weights)


end_tf = train_tf(lambda: optimizers.SGD(0.125))

# %% tags=["verdict"]
parity.verdict(f"SGD, {len(batches)} steps", end_torch, end_tf, atol=1e-12)

# %% [markdown]
# ## 6b.2 Six optimizers, as they are usually ported
#
# Most people look up the class of the same name and carry over what the program says: the rate, perhaps the
# [momentum](glossary.md#momentum). The rest they leave to the defaults. So do we.
#
# **Predict.** Which of the six ends farthest from its twin?
#
# - **a** SGD
# - **b** momentum
# - **c** Nesterov
# - **d** RMSprop
# - **e** Adam
# - **f** AdamW

# %% tags=["predict"]
guess = ...  # "a", "b", "c", "d", "e" or "f"
exercises.predict("P6.2", guess, among=["a", "b", "c", "d", "e", "f"])

# %% tags=["torch"]
# PyTorch
ported_torch = {
    "SGD": lambda w: optim.SGD(w, lr=0.1),
    "momentum": lambda w: optim.SGD(w, lr=0.1, momentum=0.9),
    "Nesterov": lambda w: optim.SGD(w, lr=0.1, momentum=0.9, nesterov=True),
    "RMSprop": lambda w: optim.RMSprop(w, lr=0.001),
    "Adam": lambda w: optim.Adam(w, lr=0.001),
    "AdamW": lambda w: optim.AdamW(w, lr=0.001),
}

ends_torch = {}
for name, make in ported_torch.items():
    ends_torch[name] = train_torch(make)

# %% tags=["tf"]
# TensorFlow
ported_tf = {
    "SGD": lambda: optimizers.SGD(0.1),
    "momentum": lambda: optimizers.SGD(0.1, momentum=0.9),
    "Nesterov": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "RMSprop": lambda: optimizers.RMSprop(0.001),
    "Adam": lambda: optimizers.Adam(0.001),
    "AdamW": lambda: optimizers.AdamW(0.001),
}

ends_tf = {}
for name, make in ported_tf.items():
    ends_tf[name] = train_tf(make)


# %% tags=["verdict", "folded"]
# Folded: how far apart each pair ended, and which option came true.
def apart():
    """{optimizer: largest difference of any weight after the last step}, now."""
    return {name: parity.gap(ends_torch[name], ends_tf[name]) for name in ends_tf}


gaps = {"as ported": apart()}
letters = dict(zip(ends_tf, "abcdef"))
farthest = max(ends_tf, key=gaps["as ported"].get)
exercises.outcome("P6.2", letters[farthest])
for name in ends_tf:
    what = f"{name}, as ported"
    parity.differ(what, ends_torch[name], ends_tf[name], atol=1e-12)

# %% [markdown]
# None agrees. The article seems to be right: "the result will not be the same". But there are causes, and each of them
# can be removed. We look for them one at a time.

# %% [markdown]
# ## 6b.3 First cause: numbers that nobody wrote down
#
# A default is a number in your program that you cannot see. Both frameworks tell you theirs when asked.
#
# Take RMSprop. It keeps a running average of the squared [gradient](glossary.md#gradient), and divides each step by its
# root. PyTorch calls the share of the past in that average alpha, Keras rho; epsilon is a small number that keeps the
# division away from 0.

# %% tags=["torch"]
# PyTorch
weights = [torch.zeros(1, requires_grad=True)]  # it wants something to optimize
defaults = optim.RMSprop(weights).defaults
past_torch = defaults["alpha"]
epsilon_torch = defaults["eps"]
print(past_torch, epsilon_torch)

# %% tags=["tf"]
# TensorFlow
defaults = optimizers.RMSprop().get_config()
past_tf = defaults["rho"]
epsilon_tf = defaults["epsilon"]
print(past_tf, epsilon_tf)

# %% tags=["verdict"]
parity.differ("RMSprop, the share of the past that stays", past_torch, past_tf)
parity.differ("RMSprop, epsilon", epsilon_torch, epsilon_tf)

# %% [markdown]
# PyTorch's RMSprop forgets ten times as slowly. Epsilon is another number in Adam too, and so is AdamW's
# [decay](glossary.md#weight-decay): 0.01 in PyTorch, 0.004 in Keras. We take Keras's numbers.
#
# Look them up rather than remember them. And then write them down, in both: what is written cannot differ by default.

# %% tags=["torch"]
# PyTorch
written_torch = {
    "RMSprop": lambda w: optim.RMSprop(w, lr=0.001, alpha=0.9, eps=1e-7),
    "Adam": lambda w: optim.Adam(w, lr=0.001, eps=1e-7),
    "AdamW": lambda w: optim.AdamW(w, lr=0.001, eps=1e-7, weight_decay=0.004),
}

for name, make in written_torch.items():
    ends_torch[name] = train_torch(make)

# %% tags=["tf"]
# TensorFlow
written_tf = {
    "RMSprop": lambda: optimizers.RMSprop(0.001, rho=0.9, epsilon=1e-7),
    "Adam": lambda: optimizers.Adam(0.001, epsilon=1e-7),
    "AdamW": lambda: optimizers.AdamW(0.001, epsilon=1e-7, weight_decay=0.004),
}

for name, make in written_tf.items():
    ends_tf[name] = train_tf(make)

# %% tags=["verdict", "folded"]
# Folded: how far apart the three ended now.
gaps["numbers\nwritten"] = apart()
for name in written_tf:
    what = f"{name}, all numbers written down"
    parity.differ(what, ends_torch[name], ends_tf[name], atol=1e-12)

# %% [markdown]
# Still apart. That does not mean that the first cause was none: another one stands behind it.

# %% [markdown]
# ## 6b.4 Second cause: numbers that float32 cannot hold
#
# Lesson 6a found that Keras keeps the rate in [float32](glossary.md#float32). Momentum and decay pass through float32
# as well. Each beta of Adam (how much of the past its two averages keep; section 6b.5) is used twice, exact in the
# averages and rounded in the [bias correction](glossary.md#bias-correction); you can read it in
# [Keras's source](https://github.com/keras-team/keras/blob/master/keras/src/optimizers/adam.py), where
# `ops.cast(self.beta_1, ...)` makes a float32 first.
#
# So we write down numbers that float32 can hold. Whatever way they take, they arrive unchanged. (Epsilon needs no such care:
# it enters Keras's formula as you wrote it.)


# %% tags=["taught"]
def held(number):
    """The float32 number nearest to this number, as a Python float."""
    return float(np.float32(number))


large = held(0.1)
small = held(0.001)
momentum = held(0.9)
rho = held(0.9)
beta1 = held(0.9)
beta2 = held(0.999)
decay = held(0.004)

# %% tags=["torch"]
# PyTorch
adam = {"lr": small, "betas": (beta1, beta2), "eps": 1e-7}
held_torch = {
    "SGD": lambda w: optim.SGD(w, lr=large),
    "momentum": lambda w: optim.SGD(w, lr=large, momentum=momentum),
    "Nesterov": lambda w: optim.SGD(w, lr=large, momentum=momentum, nesterov=True),
    "RMSprop": lambda w: optim.RMSprop(w, lr=small, alpha=rho, eps=1e-7),
    "Adam": lambda w: optim.Adam(w, **adam),
    "AdamW": lambda w: optim.AdamW(w, weight_decay=decay, **adam),
}

for name, make in held_torch.items():
    ends_torch[name] = train_torch(make)

# %% tags=["tf"]
# TensorFlow
adam_tf = {"beta_1": beta1, "beta_2": beta2, "epsilon": 1e-7}
held_tf = {
    "SGD": lambda: optimizers.SGD(large),
    "momentum": lambda: optimizers.SGD(large, momentum=momentum),
    "Nesterov": lambda: optimizers.SGD(large, momentum=momentum, nesterov=True),
    "RMSprop": lambda: optimizers.RMSprop(small, rho=rho, epsilon=1e-7),
    "Adam": lambda: optimizers.Adam(small, **adam_tf),
    "AdamW": lambda: optimizers.AdamW(small, weight_decay=decay, **adam_tf),
}

for name, make in held_tf.items():
    ends_tf[name] = train_tf(make)

# %% tags=["verdict", "folded"]
# Folded: which of the six agree now.
gaps["numbers\nheld"] = apart()
for name in ("SGD", "momentum", "Nesterov"):
    what = f"{name}, {len(batches)} steps"
    parity.verdict(what, ends_torch[name], ends_tf[name], atol=1e-12)
for name in ("RMSprop", "Adam", "AdamW"):
    what = f"{name}, with numbers that float32 can hold"
    parity.differ(what, ends_torch[name], ends_tf[name], atol=1e-12)

# %% [markdown]
# Three of six agree. So their formulas must be the same, although the two manuals write momentum differently:
#
# $$\text{PyTorch: } b \leftarrow \mu b + g, \quad w \leftarrow w - \eta b
# \qquad \text{Keras: } m \leftarrow \mu m - \eta g, \quad w \leftarrow w + m$$
#
# With one rate from beginning to end this is the same, with $m = -\eta b$.

# %% [markdown]
# ### Exercise 6.1: the rate falls (4 minutes)
#
# In a PyTorch run the rate $\eta$ falls from 0.1 to 0.01. By what number must you multiply the buffers $b$ at that
# moment, so that the run goes on as Keras's would?

# %% tags=["exercise"]
answer = ...  # a number
# solution
answer = 0.1 / 0.01  # m = -rate * b stays as it is, so b must grow as the rate falls
# wrong: the wrong way round
answer = 0.01 / 0.1
# wrong: with 1 the old gradients
answer = 1.0

# %% tags=["check"]
exercises.check("6.1", answer)

# %% [markdown]
# ## 6b.5 Third cause: where epsilon stands
#
# RMSprop, Adam and AdamW have the same numbers now, and still part. All three divide by a root, and have an epsilon
# that keeps this division away from 0.
#
# One weight will show what that epsilon does. It starts at 0, its [gradient](glossary.md#gradient) is $10^{-6}$, and
# both take one step of RMSprop with the same arguments.
#
# **Predict.** How many times as far does PyTorch's weight move?
#
# - **a** the same: equal arguments make equal steps
# - **b** more, but not ten times
# - **c** ten to a hundred times
# - **d** more than a hundred times

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P6.4", guess, among=["a", "b", "c", "d"])


# %% tags=["torch"]
# PyTorch
def move_torch(make_optimizer):
    """How far one weight moves in one step, when its gradient is 1e-6."""
    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    weight.grad = torch.full([1], 1e-6, dtype=torch.float64)
    make_optimizer([weight]).step()
    return -weight.item()


moved_torch = move_torch(lambda w: optim.RMSprop(w, lr=1.0, alpha=0.9, eps=1e-7))
print(moved_torch)


# %% tags=["tf"]
# TensorFlow
def move_tf(make_optimizer):
    """How far one weight moves in one step, when its gradient is 1e-6."""
    weight = tf.Variable([0.0], dtype="float64")
    gradient = tf.constant([1e-6], dtype="float64")
    make_optimizer().apply_gradients([(gradient, weight)])
    return -float(weight.numpy()[0])


moved_tf = move_tf(lambda: optimizers.RMSprop(1.0, rho=0.9, epsilon=1e-7))
print(moved_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
ratio = moved_torch / moved_tf
options = {
    "a": abs(ratio - 1) < 0.01,
    "b": 1 < ratio < 10,
    "c": 10 <= ratio <= 100,
    "d": ratio > 100,
}
exercises.outcome("P6.4", exercises.first_true(options))
parity.differ("how far RMSprop moves one weight", moved_torch, moved_tf, atol=1e-3)

# %% [markdown]
# One formula explains it. Here $v$ is the running average of the squared gradient:
#
# $$\text{PyTorch: } \frac{g}{\sqrt{v} + \epsilon} \qquad \text{Keras: } \frac{g}{\sqrt{v + \epsilon}}$$
#
# With $\epsilon$ under the root, its own root counts: $\sqrt{10^{-7}}$ is about $3 \cdot 10^{-4}$, hundreds of times
# the gradient. No argument moves epsilon under PyTorch's root. A short class does.
#
# PyTorch's `Optimizer` brings two things. `param_groups` is a list of dicts: each holds some weights, as `params`, and
# the numbers that go with them. We have one group. `state` is what the optimizer remembers, a dict for each weight; here
# that is $v$.


# %% tags=["taught"]
class KerasRMSprop(optim.Optimizer):
    """RMSprop with epsilon under the root, where Keras has it."""

    def __init__(self, weights, lr, rho, eps):
        super().__init__(weights, {"lr": lr, "rho": rho, "eps": eps})

    @torch.no_grad()
    def step(self):
        group = self.param_groups[0]
        rate = group["lr"]
        rho = group["rho"]
        eps = group["eps"]
        for weight in group["params"]:
            old = self.state[weight].get("v", torch.zeros_like(weight))
            v = rho * old + (1 - rho) * weight.grad**2
            self.state[weight]["v"] = v
            weight -= rate * weight.grad / (v + eps).sqrt()


# %% [markdown]
# Adam's steps differ in the two frameworks as well. It keeps two averages, $m$ of the gradient and $v$ of its square. Both
# start at 0, and are corrected for that; after $t$ steps:
#
# $$\text{PyTorch: } \frac{m / (1-\beta_1^t)}{\sqrt{v / (1-\beta_2^t)} + \epsilon}
# \qquad \text{Keras: } \frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t} \cdot \frac{m}{\sqrt{v} + \epsilon}$$
#
# PyTorch adds epsilon after the correction, Keras before it. At the first step the corrected root is about 32 times the
# uncorrected one ($1 / \sqrt{1 - 0.999}$), so beside Keras's root the same epsilon counts 32 times as much.
# [Adam's paper](https://arxiv.org/abs/1412.6980) has both forms.
#
# The two agree when PyTorch's epsilon is $\epsilon / \sqrt{1-\beta_2^t}$. A hook, a function that PyTorch calls before each
# step, can set that.


# %% tags=["taught"]
def epsilon_first(optimizer):
    """Put an Adam's epsilon where Keras has it, before the bias correction."""
    epsilon = 1e-7
    steps = itertools.count(1)

    def set_epsilon(optimizer, args, kwargs):
        t = next(steps)
        optimizer.param_groups[0]["eps"] = epsilon / (1 - beta2**t) ** 0.5

    optimizer.register_step_pre_hook(set_epsilon)
    return optimizer


# %% tags=["taught"]
mended_torch = {
    "RMSprop": lambda w: KerasRMSprop(w, lr=small, rho=rho, eps=1e-7),
    "Adam": lambda w: epsilon_first(held_torch["Adam"](w)),
    "AdamW": lambda w: epsilon_first(held_torch["AdamW"](w)),
}

for name, make in mended_torch.items():
    ends_torch[name] = train_torch(make)

# %% tags=["verdict", "folded"]
# Folded: whether the last three agree, and what that says about the claim.
gaps["epsilon\nin place"] = apart()
for name in mended_torch:
    what = f"{name}, {len(batches)} steps"
    parity.verdict(what, ends_torch[name], ends_tf[name], atol=1e-12)

first = list(gaps["as ported"].values())
final = list(gaps["epsilon\nin place"].values())
claims.verdict(
    "C55",
    {
        "as usually ported, all six optimizers end apart": min(first) > 1e-12,
        "with the causes removed, some still do": max(final) > 1e-12,
    },
    f"after {len(batches)} steps in float64 the weights of the six differ by up to "
    f"measured {max(first):.0e} as ported, and by up to measured {max(final):.0e} "
    f"once {len(gaps) - 1} causes are removed",
)

# %% [markdown]
# Six of six. The figure shows the way there: each panel is an optimizer, and each cause that is removed is one step to
# the right.

# %% tags=["folded"]
# Folded: draws how far apart the weights ended, as the causes went.
figures.causes(gaps)

# %% [markdown]
# ### Exercise 6.2: port PyTorch's Adam to TensorFlow (8 minutes)
#
# Now the other way round. The function below does the tenth step of Keras's Adam: `w` are the weights, `g` the gradient,
# `m` and `v` the two averages after nine steps. Write `answer` anew, so that it does the tenth step of PyTorch's Adam, with
# the same rate, betas and epsilon, and with nothing rounded to float32. Epsilon is large here, so that mistakes show.
#
# ```python
# def answer(w, g, m, v):
#     power1 = tf.cast(0.9, w.dtype) ** 10
#     power2 = tf.cast(0.999, w.dtype) ** 10
#     m = m + (g - m) * (1 - 0.9)
#     v = v + (g**2 - v) * (1 - 0.999)
#     rate = 0.1 * tf.sqrt(1 - power2) / (1 - power1)
#     return w - rate * m / (tf.sqrt(v) + 0.01)
# ```

# %% tags=["exercise"]
answer = ...  # a function of four float64 tensors


# solution
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    m_corrected = m / (1 - 0.9**10)
    v_corrected = v / (1 - 0.999**10)
    return w - 0.1 * m_corrected / (tf.sqrt(v_corrected) + 0.01)


# wrong: epsilon still comes before the bias correction
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    rate = 0.1 * (1 - 0.999**10) ** 0.5 / (1 - 0.9**10)
    return w - rate * m / (tf.sqrt(v) + 0.01)


# wrong: through float32
def answer(w, g, m, v):
    power1 = tf.cast(0.9, w.dtype) ** 10
    power2 = tf.cast(0.999, w.dtype) ** 10
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w - 0.1 * m / (1 - power1) / (tf.sqrt(v / (1 - power2)) + 0.01)


# wrong: without the bias correction
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w - 0.1 * m / (tf.sqrt(v) + 0.01)


# wrong: epsilon stands under the root
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w - 0.1 * m / (1 - 0.9**10) / tf.sqrt(v / (1 - 0.999**10) + 0.01)


# %% tags=["check"]
exercises.check("6.2", answer)

# %% [markdown]
# ## 6b.6 Quiz

# %%
exercises.quiz("06b")

# %% [markdown]
# ## 6b.7 Verdicts
#
# The claim holds in part. Port a program by its names and the results differ, in every one of six optimizers. Write down
# numbers that both can hold, put epsilon in the same place, and they agree.

# %%
claims.close("06b")

# %% [markdown]
# ## 6b.8 Summary and further reading
#
# - Three causes kept six optimizers apart: defaults, numbers that float32 cannot hold, the place of epsilon.
# - Write every number down in both, and choose numbers that float32 can hold.
# - Equal arguments make equal optimizers only where the formulas are equal. When the last argument agrees and the
#   weights do not, read the update rule.
# - An optimizer has a memory. To move a running one, ask what its buffers hold.
#
# Further reading: [Keras's optimizers](https://keras.io/api/optimizers/) and
# [PyTorch's](https://docs.pytorch.org/docs/stable/optim.html), each with its formula.
#
# Next: [a museum of differences](06c_museum_of_numbers.ipynb) beyond the optimizers.
