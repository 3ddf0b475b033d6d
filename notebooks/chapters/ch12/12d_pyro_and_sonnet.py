# %% [markdown]
# # 12d. Pyro and Sonnet
#
# Two libraries that the article names. One answers with a distribution instead of a number, and you catch it being surer of
# itself than the data allows.
#
# > **Minutes**: 33 · **Needs**: lessons 2a and 5a; of chapter 3, what a graph is · **Claims tested**: C60, C63
# >
# > **You will be able to**
# > - tell what a package is before you install it (prediction P12.5)
# > - draw from a posterior, and check the draws against a known answer (verdict in 12d.3)
# > - say what a simple family of distributions gets wrong (prediction P12.6 and exercise 12.5)
# > - write a model in Pyro, and have it solved in two ways (claim C60)
# > - write one network in PyTorch, Keras and Sonnet (claim C63)
#
# Below, `fast` chooses how many draws and steps there are, and `seed` the data and the random numbers. `device`
# changes nothing: all runs on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("12d")

import importlib.metadata

import numpy as np
from packaging.requirements import Requirement

from chapters.ch12 import project_figures, published
from helpers import claims, data, exercises, parity

session.skip_where_missing("pyro", "sonnet")

# %% tags=["torch", "setup"]
# PyTorch
import torch
import torch.nn.functional as F
from torch import nn

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from helpers import tf_side

tf.config.set_visible_devices([], "GPU")  # what is so small runs faster on a CPU

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng = np.random.default_rng(seed)

# %% [markdown]
# ## 12d.1 Five names
#
# The article of March 2024 recommends Pyro, Horizon, Magenta, Sonnet and Ludwig. A reader will try the obvious:
# `pip install` and the name, in small letters. We fetched what pip would have installed, in November 2026, and ran nothing:
# a [wheel](glossary.md#wheel) is a zip file, and what it says of itself can be read. `data/packages.csv` holds what stood
# there.
#
# The projects meant are on PyPI as `pyro-ppl`, `reagent` (Horizon's later name), `magenta`, `dm-sonnet` and `ludwig`.
#
# **Predict.** For how many of the five names, as typed, does pip bring a package that requires PyTorch or TensorFlow?
#
# - **a** all five
# - **b** four
# - **c** three
# - **d** two or fewer

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P12.5", guess, among=["a", "b", "c", "d"])

# %% tags=["verdict", "folded"]
# Folded: a table of the five packages; which option came true.
names = ["pyro", "horizon", "magenta", "sonnet", "ludwig"]
project_figures.five_names(names)
requiring = [name for name in names if published.frameworks(name)]
options = {
    "a": len(requiring) == 5,
    "b": len(requiring) == 4,
    "c": len(requiring) == 3,
    "d": True,
}
exercises.outcome("P12.5", exercises.first_true(options))

# %% [markdown]
# A name belongs to whoever came first. Summary, requirements and dates can be read before anything is installed; the dates
# of the projects that are meant:

# %% tags=["folded"]
# Folded: draws when each of the five projects was last released.
project_figures.releases()

# %% [markdown]
# ## 12d.2 A question with a known answer
#
# Pyro finds a [posterior](glossary.md#posterior): which parameters are plausible, given data. To judge such an answer, take
# a case in which it is known: a line through twelve points.
#
# Each point is intercept + slope · $x$, plus normal noise of a known size $\sigma$ (`noise`). We make twelve, with
# intercept 1 and slope 0.8. Before we see them, we expect each parameter to be normal around 0, of width $\tau$ (`prior`).

# %% tags=["taught"]
noise = 0.5
prior = 3.0
x = np.linspace(1, 3, 12)
y = 1 + 0.8 * x + noise * rng.normal(size=12)

# %% [markdown]
# Then the posterior is a [normal distribution](https://en.wikipedia.org/wiki/Bayesian_linear_regression). Let $X$ have a row
# for each point, 1 and $x$. The inverse of the covariance, the *precision*, is
# $\Lambda = X^T X / \sigma^2 + I / \tau^2$, and the mean is $\Lambda^{-1} X^T y / \sigma^2$.

# %% tags=["taught"]
design = np.stack([np.ones(12), x], axis=1)
precision = design.T @ design / noise**2 + np.eye(2) / prior**2
covariance = np.linalg.inv(precision)
mean = covariance @ design.T @ y / noise**2
spread = np.sqrt(np.diag(covariance))  # the standard deviations
print("intercept and slope:", mean.round(2), "±", spread.round(2))

# %% [markdown]
# ## 12d.3 Roll a ball
#
# Most posteriors have no formula. But we can *draw* from them, by [Monte Carlo](glossary.md#markov-chain-monte-carlo).
# Hamiltonian Monte Carlo rolls a ball. The two parameters are its place, and the height of the ground is minus the log of
# the probability: plausible places lie deep. (Minus the log of a normal distribution is half the squared distance from
# its middle, in widths, plus a constant: one such term for each parameter, one for each point.)
#
# Kick the ball in a random direction, follow it for ten small steps, and note where it is. Then kick it again. It is often
# in the valley, and seldom high up. All that this needs is the slope of the ground, a [gradient](glossary.md#gradient).
# First height and slope, in both:

# %% tags=["torch"]
# PyTorch
X_torch = torch.from_numpy(design)
y_torch = torch.from_numpy(y)


def height_torch(place):
    misfit = (y_torch - X_torch @ place) / noise
    return ((place / prior) ** 2).sum() / 2 + (misfit**2).sum() / 2


slope_torch = torch.func.grad(height_torch)  # a function: place -> gradient
print(slope_torch(torch.from_numpy(mean)))

# %% tags=["tf"]
# TensorFlow
X_tf = tf.constant(design)
y_tf = tf.constant(y)


def height_tf(place):
    misfit = (y_tf - tf.linalg.matvec(X_tf, place)) / noise
    return tf.reduce_sum((place / prior) ** 2) / 2 + tf.reduce_sum(misfit**2) / 2


def slope_tf(place):
    with tf.GradientTape() as tape:
        tape.watch(place)
        height = height_tf(place)
    return tape.gradient(height, place)


print(slope_tf(tf.constant(mean)))

# %% tags=["verdict", "folded"]
# Folded: both slopes are zero at the known mean, the deepest place.
level = np.zeros(2)
found_torch = torch_side.to_numpy(slope_torch(torch.from_numpy(mean)))
found_tf = tf_side.to_numpy(slope_tf(tf.constant(mean)))
parity.verdict("the slope at the known mean, PyTorch", found_torch, level, atol=1e-9)
parity.verdict("the slope at the known mean, TensorFlow", found_tf, level, atol=1e-9)

# %% [markdown]
# Now the rolling. Each step moves the place by the speed, and changes the speed by the slope. Speed and place take turns, so
# the first and the last push are half ones (the leapfrog method). `step` is the time of one step.
#
# A ball that rolls without friction keeps its energy: height plus half the squared speed. Ours steps, and so loses or gains
# a little. `follow_torch` and `follow_tf` return the new place, and how much energy was *lost*. The kicks come from NumPy,
# for both.

# %% tags=["taught"]
draws = 250 if fast else 1500
step = 0.09
kicks = rng.normal(size=(draws, 2))


# %% tags=["torch"]
# PyTorch
def energy_torch(place, speed):
    return height_torch(place) + (speed**2).sum() / 2


def follow_torch(place, kick):
    start = energy_torch(place, kick)
    speed = kick - step / 2 * slope_torch(place)
    for _ in range(10):
        place = place + step * speed
        speed = speed - step * slope_torch(place)
    speed = speed + step / 2 * slope_torch(place)  # the last push was half too long
    return place, start - energy_torch(place, speed)


origin_torch = torch.zeros(2, dtype=torch.float64)
there_torch, lost_torch = follow_torch(origin_torch, torch.from_numpy(kicks[0]))
print(there_torch, lost_torch)


# %% tags=["tf"]
# TensorFlow
def energy_tf(place, speed):
    return height_tf(place) + tf.reduce_sum(speed**2) / 2


@tf.function
def follow_tf(place, kick):
    start = energy_tf(place, kick)
    speed = kick - step / 2 * slope_tf(place)
    for _ in range(10):
        place = place + step * speed
        speed = speed - step * slope_tf(place)
    speed = speed + step / 2 * slope_tf(place)
    return place, start - energy_tf(place, speed)


origin_tf = tf.zeros(2, dtype=tf.float64)
there_tf, lost_tf = follow_tf(origin_tf, tf.constant(kicks[0]))
print(there_tf, lost_tf)

# %% tags=["verdict", "folded"]
# Folded: compares where the first kick leads.
parity.verdict(
    "the place after one kick",
    torch_side.to_numpy(there_torch),
    tf_side.to_numpy(there_tf),
    atol=1e-9,
)

# %% [markdown]
# A chain is one kick after the other. The error in the energy can be repaired exactly: draw a coin, a number from 0 to 1,
# and let the ball stay where it was unless the coin is below $e^{lost}$. (So it always moves where energy was lost.) We
# take the coins' logarithms, and compare these with `lost`.

# %% tags=["taught"]
coins = np.log(rng.random(draws))

# %% tags=["torch"]
# PyTorch
place = origin_torch
chain_torch = []
for kick, coin in zip(torch.from_numpy(kicks), coins):
    there, lost = follow_torch(place, kick)
    if coin < float(lost):
        place = there
    chain_torch.append(torch_side.to_numpy(place))


# %% tags=["tf"]
# TensorFlow
place = origin_tf
chain_tf = []
for kick, coin in zip(tf.constant(kicks), coins):
    there, lost = follow_tf(place, kick)
    if coin < float(lost):
        place = there
    chain_tf.append(tf_side.to_numpy(place))

# %% tags=["verdict", "folded"]
# Folded: compares the chains, place by place, and their means with the exact ones.
parity.verdict(
    "every place of the two chains",
    np.array(chain_torch),
    np.array(chain_tf),
    atol=1e-8,
)
chain = np.array(chain_torch)[50:]  # the first ones are still on their way from (0, 0)
close = np.abs(chain.mean(axis=0) - mean) / spread < 0.5
print("means within half a standard deviation of the exact ones:", bool(close.all()))

# %% [markdown]
# Randomness is only numbers. Given the same ones, both frameworks compute the same chain.
#
# ## 12d.4 A simple family
#
# A chain takes long. [Variational inference](glossary.md#variational-inference) asks for less: of a simple family of
# distributions, the one that fits best. The usual family is normal, and treats the parameters as independent ("mean field").
# Ours are not: a steeper line must start lower.
#
# A member of this family is given by its means and widths. It fits well if samples from it lie deep, and if it is wide: the
# measure, called ELBO, is minus the mean height of samples, plus the logarithms of the widths. A sample is a standard normal
# number, scaled by a width and shifted by a mean, so the gradient reaches both. In PyTorch, Pyro does all that. In
# TensorFlow we write it ourselves.
#
# **Predict.** How wide will the fitted distribution of the slope be, compared with the exact posterior?
#
# - **a** about as wide
# - **b** far wider
# - **c** far narrower

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P12.6", guess, among=["a", "b", "c"])

# %% [markdown]
# A Pyro model is a function that says how data comes about:
#
# - `pyro.sample` names a random number, or with `obs` one that was observed;
# - `to_event(1)` makes of two numbers one parameter, `w`: `w[..., 0]` is the intercept, of one sample or of many;
# - `plate` says that the points are independent.

# %% tags=["taught"]
import pyro
import pyro.distributions as dist

x_torch = torch.from_numpy(x)


def line(x, y):
    zeros = torch.zeros(2, dtype=torch.float64)
    w = pyro.sample("w", dist.Normal(zeros, prior).to_event(1))
    with pyro.plate("points", len(x)):
        pyro.sample("y", dist.Normal(w[..., 0] + w[..., 1] * x, noise), obs=y)


# %% [markdown]
# The *guide* is the family. `SVI` fits it by the ELBO. Each step draws eight samples. The learning rate falls to a
# twentieth: `lrd` is the factor for each step.

# %% tags=["taught"]
steps = 600 if fast else 3000
particles = 8  # samples for each step
shrink = 0.05 ** (1 / steps)

# %% [markdown]
# By hand: the ball's `height_tf` says how implausible a sample is, and the widths' logarithms reward a wide family. `map_fn`
# calls `height_tf` with each sample.

# %% tags=["taught"]
loc = tf.Variable(np.zeros(2))
log_scale = tf.Variable(np.full(2, -2.0))  # the log, so that a width stays positive


def misfit_of_family(numbers):
    samples = loc + tf.exp(log_scale) * numbers
    heights = tf.map_fn(height_tf, samples)
    return tf.reduce_mean(heights) - tf.reduce_sum(log_scale)


# %% tags=["torch"]
# PyTorch
from pyro.infer import SVI, Trace_ELBO
from pyro.infer.autoguide import AutoDiagonalNormal

pyro.set_rng_seed(seed)
pyro.clear_param_store()
guide = AutoDiagonalNormal(line)
elbo = Trace_ELBO(particles, vectorize_particles=True, max_plate_nesting=1)
adam = pyro.optim.ClippedAdam({"lr": 0.05, "lrd": shrink})
svi = SVI(line, guide, adam, elbo)
for _ in range(steps):
    svi.step(x_torch, y_torch)
mean_torch = torch_side.to_numpy(guide.loc)
width_torch = torch_side.to_numpy(guide.scale)

# %% tags=["tf"]
# TensorFlow
rates = tf.keras.optimizers.schedules.ExponentialDecay(0.05, 1, shrink)
adam = tf.keras.optimizers.Adam(rates)


@tf.function
def improve(numbers):
    with tf.GradientTape() as tape:
        loss = misfit_of_family(numbers)
    gradients = tape.gradient(loss, [loc, log_scale])
    adam.apply_gradients(zip(gradients, [loc, log_scale]))


shape = (steps, particles, 2)
for numbers in tf.random.stateless_normal(shape, (seed, 0), dtype=tf.float64):
    improve(numbers)
mean_tf = tf_side.to_numpy(loc)
width_tf = tf_side.to_numpy(tf.exp(log_scale))

# %% tags=["verdict", "folded"]
# Folded: both fits, in units of the best member of the family (the next text says why).
field = 1 / np.sqrt(np.diag(precision))
parity.verdict(
    "both widths, in units of the best",
    width_torch / field,
    width_tf / field,
    atol=0.25,
)
parity.verdict(
    "both means, in standard deviations",
    mean_torch / spread,
    mean_tf / spread,
    atol=1.0,
)

# %% tags=["verdict", "folded"]
# Folded: which option came true; whether Pyro is a language on top of PyTorch.
options = {
    "c": width_torch[1] < 0.6 * spread[1],
    "b": width_torch[1] > 1.6 * spread[1],
    "a": True,
}
exercises.outcome("P12.6", exercises.first_true(options))
requirements = importlib.metadata.requires("pyro-ppl")
needs_torch = "torch" in [Requirement(text).name for text in requirements]
found = bool((np.abs(width_torch / field - 1) < 0.2).all())
claims.verdict(
    "C60",
    {
        "the package installed here requires torch": needs_torch,
        "what it learns are tensors": isinstance(guide.loc, torch.Tensor),
        "it finds the best mean field, widths within a fifth": found,
    },
    f"pyro-ppl {'requires' if needs_torch else 'does not require'} torch, and "
    f"{'found' if found else 'missed'} an answer that is known in closed form; its "
    f"last release is from {published.released('pyro-ppl'):%B %Y}",
)

# %% [markdown]
# The best mean field gives the slope the width that it has when the intercept is *known*: $1/\sqrt{\Lambda_{ii}}$. The exact
# width is $\sqrt{(\Lambda^{-1})_{ii}}$: it also contains the doubt about the intercept. Where parameters depend on each
# other, the mean field is too sure of itself. It has converged, and nothing warns you.
#
# ### Exercise 12.5: too sure of itself (4 minutes)
#
# A posterior has the covariance `[[4, 3], [3, 9]]`. Give the standard deviations of the best mean field, two numbers, to
# three digits or more.

# %% tags=["exercise"]
answer = ...  # two numbers: a list, an array or a tensor


# solution
answer = 1 / np.sqrt(np.diag(np.linalg.inv([[4.0, 3.0], [3.0, 9.0]])))
# wrong: the exact posterior's
answer = np.sqrt([4.0, 9.0])
# wrong: square root
answer = 1 / np.diag(np.linalg.inv([[4.0, 3.0], [3.0, 9.0]]))
# wrong: diagonal of the precision
answer = np.sqrt(np.diag(np.linalg.inv([[4.0, 3.0], [3.0, 9.0]])))

# %% tags=["check"]
exercises.check("12.5", answer)

# %% [markdown]
# ## 12d.5 The same model, another engine
#
# Pyro's other engine, NUTS, is Hamiltonian Monte Carlo that chooses its steps itself. The *model* stays the same function:
# that is the point of a probabilistic language. The first draws (`warmup_steps`) only tune it.
#
# TensorFlow's counterpart is [TensorFlow Probability](https://www.tensorflow.org/probability). This course does not run it.

# %% tags=["taught"]
from pyro.infer import MCMC, NUTS

nuts_draws = 200 if fast else 1000
warmup = 100 if fast else 300
engine = MCMC(NUTS(line), nuts_draws, warmup_steps=warmup, disable_progbar=True)
engine.run(x_torch, y_torch)
nuts = torch_side.to_numpy(engine.get_samples()["w"])
print("widths by NUTS over the exact ones:", (nuts.std(axis=0) / spread).round(2))

# %% tags=["folded"]
# Folded: draws the exact posterior, the mean field, and both chains.
fitted = mean_torch, width_torch
project_figures.posterior(
    (mean, covariance), fitted, np.array(chain_torch)[50:], nuts, x, y
)

# %% [markdown]
# ## 12d.6 Sonnet: modules without a compile
#
# DeepMind wrote Sonnet for its research on TensorFlow; its newer libraries are for
# [JAX](https://github.com/google-deepmind). A Sonnet module makes its variables when it is first called, for the width and
# the dtype of that input. It has no `fit` and no `compile`: loops are written by hand, as in PyTorch.
#
# So its twin is PyTorch's loop: one network for the digits, with 32 hidden numbers, the same weights and batches.
# `data.batches` yields pictures and labels in an order that seed and epoch fix.

# %% tags=["taught"]
digits = data.digits("float64")
x_train = digits.x_train.reshape(-1, 64)
x_test = digits.x_test.reshape(-1, 64)
rate = float(np.float32(0.2))  # as Keras rounds it: lesson 6b

batches = []
for epoch in range(10 if fast else 30):
    batches += data.batches(x_train, digits.y_train, 64, seed=seed, epoch=epoch)

kernel_1 = rng.normal(scale=(2 / 64) ** 0.5, size=(64, 32))
kernel_2 = rng.normal(scale=(2 / 32) ** 0.5, size=(32, 10))

# %% [markdown]
# In Sonnet's MLP, ReLU stands between the layers by default. `submodules` are its two linear layers, with a kernel `w` and a
# bias `b` each.

# %% tags=["torch"]
# PyTorch
net_torch = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).double()
with torch.no_grad():
    for layer, kernel in zip([net_torch[0], net_torch[2]], [kernel_1, kernel_2]):
        layer.weight.copy_(torch.from_numpy(kernel.T))
        layer.bias.zero_()
begin_torch = torch_side.to_numpy(net_torch(torch.from_numpy(x_test)))

# %% tags=["tf"]
# TensorFlow
import sonnet as snt

net_sonnet = snt.nets.MLP([32, 10])
net_sonnet(x_test[:1])  # the first call makes the variables
for layer, kernel in zip(net_sonnet.submodules, [kernel_1, kernel_2]):
    layer.w.assign(kernel)
    layer.b.assign(tf.zeros_like(layer.b))
begin_sonnet = tf_side.to_numpy(net_sonnet(x_test))

# %% tags=["verdict", "folded"]
# Folded: compares the scores before training.
parity.verdict(
    "test scores before training, Sonnet and PyTorch",
    begin_sonnet,
    begin_torch,
    atol=1e-12,
)

# %% [markdown]
# The training, by hand on both sides. Sonnet's `SGD` changes variables in place: `apply(gradients, variables)`.
# PyTorch's `cross_entropy` takes scores and labels, does the softmax itself, and gives a mean over the batch; `zero_grad`
# clears the old gradients, `backward` computes new ones, and `step` takes `rate` times each from the weights.

# %% tags=["torch"]
# PyTorch
sgd_torch = torch.optim.SGD(net_torch.parameters(), rate)

for pictures, labels in batches:
    scores = net_torch(torch.from_numpy(pictures))
    loss = F.cross_entropy(scores, torch.from_numpy(labels))
    sgd_torch.zero_grad()
    loss.backward()
    sgd_torch.step()
scores_torch = torch_side.to_numpy(net_torch(torch.from_numpy(x_test)))

# %% tags=["tf"]
# TensorFlow
sgd_sonnet = snt.optimizers.SGD(rate)


@tf.function
def step_sonnet(pictures, labels):
    with tf.GradientTape() as tape:
        scores = net_sonnet(pictures)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores)
        loss = tf.reduce_mean(losses)
    variables = net_sonnet.trainable_variables
    sgd_sonnet.apply(tape.gradient(loss, variables), variables)


for pictures, labels in batches:
    step_sonnet(tf.constant(pictures), tf.constant(labels))
scores_sonnet = tf_side.to_numpy(net_sonnet(x_test))

# %% tags=["verdict", "folded"]
# Folded: compares the trained networks' scores of the test pictures.
parity.verdict(
    "test scores after training, Sonnet and PyTorch",
    scores_sonnet,
    scores_torch,
    atol=1e-5,
)

# %% [markdown]
# And Keras, on the same TensorFlow. `compile` names optimizer and loss, `train_on_batch` is the loop's body.

# %% tags=["taught"]
hidden = tf.keras.layers.Dense(32, activation="relu", dtype="float64")
last = tf.keras.layers.Dense(10, dtype="float64")
net_keras = tf.keras.Sequential([tf.keras.Input((64,), dtype="float64"), hidden, last])
hidden.set_weights([kernel_1, np.zeros(32)])
last.set_weights([kernel_2, np.zeros(10)])

# %% tags=["taught"]
loss_keras = tf.keras.losses.SparseCategoricalCrossentropy(
    from_logits=True, dtype="float64"
)
net_keras.compile(tf.keras.optimizers.SGD(rate), loss_keras)
for pictures, labels in batches:
    net_keras.train_on_batch(pictures, labels)
scores_keras = tf_side.to_numpy(net_keras(x_test))

# %% tags=["verdict", "folded"]
# Folded: compares Sonnet with Keras; whether Sonnet builds networks on TensorFlow.
parity.verdict(
    "test scores after training, Sonnet and Keras",
    scores_sonnet,
    scores_keras,
    atol=1e-5,
)
share = float((scores_sonnet.argmax(axis=1) == digits.y_test).mean())
apart = float(np.abs(scores_sonnet - scores_keras).max())
day = published.released("dm-sonnet")
claims.verdict(
    "C63",
    share >= 0.85 and apart <= 1e-5,
    f"Sonnet's test scores {'equal' if apart <= 1e-5 else 'differ from'} Keras's "
    f"within 1e-05; its last release is from {day:%B %Y}",
)

# %% [markdown]
# Three libraries, one arithmetic. What you choose between them is who writes the loop, and who still mends the library.

# %% [markdown]
# ## 12d.7 Quiz

# %%
exercises.quiz("12d")

# %% [markdown]
# ## 12d.8 Verdicts

# %%
claims.close("12d")

# %% [markdown]
# ## 12d.9 Summary and further reading
#
# - A package's name says little: read its metadata and its dates before you install.
# - Given the same random numbers, both frameworks draw the same chain.
# - A mean field is too sure of itself where parameters depend on each other.
# - A probabilistic language keeps the model, and changes the engine.
# - Sonnet, Keras and PyTorch trained one network to the same scores.
#
# Further reading: [MCMC using Hamiltonian dynamics](https://arxiv.org/abs/1206.1901) (Neal),
# [Pyro's tutorials](https://pyro.ai/examples/), [Sonnet](https://github.com/google-deepmind/sonnet). Next:
# [Horizon](12e_horizon.ipynb).
