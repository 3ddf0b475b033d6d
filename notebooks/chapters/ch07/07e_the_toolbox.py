# %% [markdown]
# # 7e. The toolbox: steps
#
# Four tools that nearly every training uses: you prove each before you trust it. Two of them take the same number in both
# frameworks, and do something else with it.
#
# > **Minutes**: 38 · **Needs**: lessons 6b and 7a · **Claims tested**: none
# >
# > **You will be able to**
# > - make a large batch out of small ones, and say where it is none (prediction P7.20)
# > - clip gradients by the norm that you mean (prediction P7.21)
# > - stop early and keep the best weights (exercise 7.11)
# > - carry a plateau schedule to the other framework (prediction P7.22)
#
# `seed` draws other weights; `fast` and `device` change nothing here: all is small, and stays on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("07e")

import copy
from functools import partial

import numpy as np

from chapters.ch07 import figures, scans, toolbox
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch07 import toolbox_torch
from helpers import torch_side

torch.set_default_dtype(torch.float64)

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch07 import toolbox_tf

tf.config.set_visible_devices([], "GPU")  # the networks stay on the CPU
tf.keras.config.set_floatx("float64")
tf.keras.config.set_dtype_policy("float64")

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 7e.1 A large batch out of small ones
#
# A step's memory grows with the batch (lesson 7d). If the batch is too large, cut it: add up the gradients of the parts,
# and take one step. That is [gradient accumulation](glossary.md#gradient-accumulation). It should be the step of the
# whole batch, and we test that.
#
# The network has 64 pixels, 32 hidden numbers and ten scores. In its middle there is a place for a layer that normalizes.
# We compute in float64, so that "equal" can mean: to twelve digits.

# %% tags=["taught"]
x_learn, y_learn, x_watch, y_watch = scans.split()  # forms 1 to 10, and form 11
start = toolbox.start_weights(seed)
pictures = toolbox.flat(x_learn[:64])
labels = y_learn[:64]
whole = [(pictures, labels)]
parts = list(zip(np.split(pictures, 4), np.split(labels, 4)))
print("one batch:", pictures.shape, "or", len(parts), "of", parts[0][0].shape)


# %% tags=["torch"]
# PyTorch
loss_torch = torch.nn.CrossEntropyLoss()


def network_torch(middle=None):
    model = torch.nn.Sequential(
        torch.nn.Linear(64, 32),
        middle or torch.nn.Identity(),
        torch.nn.Tanh(),
        torch.nn.Linear(32, 10),
    )
    toolbox_torch.load(model, start)
    return model


scores = network_torch()(torch.from_numpy(pictures))
before_torch = loss_torch(scores, torch.from_numpy(labels)).item()

# %% tags=["tf"]
# TensorFlow
layers = tf.keras.layers
loss_tf = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def network_tf(middle=None):
    model = tf.keras.Sequential(
        [
            tf.keras.Input((64,)),
            layers.Dense(32),
            middle or layers.Identity(),
            layers.Activation("tanh"),
            layers.Dense(10),
        ]
    )
    toolbox_tf.load(model, start)
    return model


scores = network_tf()(pictures)
before_tf = loss_tf(labels, scores).numpy()

# %% tags=["verdict", "folded"]
# Folded: compares the losses before training.
parity.verdict("the loss of 64 scans", before_torch, float(before_tf), atol=1e-12)

# %% [markdown]
# **Predict.** The batch of 64 is cut into four of 16. With which layer in the middle is the step of the four parts *not* the
# step of the whole batch?
#
# - **a** with none of them: it always is
# - **b** with layer normalization
# - **c** with batch normalization
# - **d** with both

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.20", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# PyTorch adds up by itself: `backward` adds to `.grad` until somebody clears it. Each loss is a mean over its part, so we
# divide by the number of parts. Keras's optimizer does all that, if you tell it the number: it holds the first three
# gradients back, and steps with the mean at the fourth.


# %% tags=["torch"]
# PyTorch
def step_torch(model, parts):
    """One step on all parts together; returns the first layer's weights (64, 32)."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for pictures, labels in parts:
        scores = model(torch.from_numpy(pictures))
        loss = loss_torch(scores, torch.from_numpy(labels))
        (loss / len(parts)).backward()
    optimizer.step()
    return torch_side.to_numpy(model[0].weight).T


whole_torch = step_torch(network_torch(), whole)
parts_torch = step_torch(network_torch(), parts)


# %% tags=["tf"]
# TensorFlow
def step_tf(model, parts):
    """One step on all parts together; returns the first layer's weights (64, 32)."""
    # Keras takes 2 or more, or None
    several = len(parts) if len(parts) > 1 else None
    optimizer = tf.keras.optimizers.SGD(0.5, gradient_accumulation_steps=several)
    for pictures, labels in parts:
        with tf.GradientTape() as tape:
            loss = loss_tf(labels, model(pictures, training=True))
        slopes = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(slopes, model.trainable_variables))
    return model.layers[0].kernel.numpy()


whole_tf = step_tf(network_tf(), whole)
parts_tf = step_tf(network_tf(), parts)

# %% tags=["verdict", "folded"]
# Folded: compares the step of the parts with that of the whole batch.
parity.verdict(
    "PyTorch, four parts and one batch", parts_torch, whole_torch, atol=1e-12
)
parity.verdict("TensorFlow, four parts and one batch", parts_tf, whole_tf, atol=1e-12)
parity.verdict("both, four parts", parts_torch, parts_tf, atol=1e-12)

# %% [markdown]
# Now with a layer in the middle. Both libraries' normalizing layers get the same `eps` (lesson 6d).

# %% tags=["torch"]
# PyTorch
middles_torch = {
    "layer norm": partial(torch.nn.LayerNorm, 32, eps=1e-3),
    "batch norm": partial(torch.nn.BatchNorm1d, 32, eps=1e-3),
}
off_torch = {}
normed_torch = {}
for name, middle in middles_torch.items():
    at_once = step_torch(network_torch(middle()), whole)
    normed_torch[name] = step_torch(network_torch(middle()), parts)
    off_torch[name] = np.abs(normed_torch[name] - at_once).max()

# %% tags=["tf"]
# TensorFlow
middles_tf = {
    "layer norm": partial(layers.LayerNormalization, epsilon=1e-3),
    "batch norm": partial(layers.BatchNormalization, epsilon=1e-3),
}
off_tf = {}
normed_tf = {}
for name, middle in middles_tf.items():
    at_once = step_tf(network_tf(middle()), whole)
    normed_tf[name] = step_tf(network_tf(middle()), parts)
    off_tf[name] = np.abs(normed_tf[name] - at_once).max()

# %% tags=["verdict", "folded"]
# Folded: says which option came true, and compares the two frameworks' steps in parts.
broken = {name: max(off_torch[name], off_tf[name]) > 1e-6 for name in off_torch}
letter = exercises.first_true(
    {
        "a": not any(broken.values()),
        "b": not broken["batch norm"],
        "c": not broken["layer norm"],
        "d": True,
    }
)
exercises.outcome("P7.20", letter)
parity.verdict("both, in parts, with each norm", normed_torch, normed_tf, atol=1e-9)

# %% [markdown]
# Batch norm takes mean and variance over the scans that it gets at once: 16 instead of 64 is another network, in both
# frameworks the same one. Layer norm looks at each scan by itself, and nothing changes. (Dropout breaks it, too: it draws a
# new mask for each part.) Two more things count: a schedule must move once a step, not once a part (Keras's optimizer
# counts so), and the running averages of batch norm move with every part.

# %% [markdown]
# ### Exercise 7.10: parts of unequal size (4 minutes)
#
# The last part of a batch is often smaller. Write `answer(slopes, counts)` in NumPy. `slopes` has a row for each part:
# the gradient of that part's *mean* loss, as floats. `counts` says how many scans each part had. Return the gradient of
# the whole batch's mean loss: an array with one entry for each weight.

# %% tags=["exercise"]
answer = ...  # a function of two NumPy arrays, (parts, weights) and (parts,)


# solution
def answer(slopes, counts):
    return counts @ slopes / counts.sum()


# wrong: counts each part alike
def answer(slopes, counts):
    return slopes.mean(axis=0)


# wrong: divide by the number of scans
def answer(slopes, counts):
    return counts @ slopes


# wrong: sum of the parts
def answer(slopes, counts):
    return slopes.sum(axis=0)


# wrong: not by the number of the parts
def answer(slopes, counts):
    return counts @ slopes / len(counts)


# wrong: the means' sum by the number of scans
def answer(slopes, counts):
    return slopes.sum(axis=0) / counts.sum()


# %% tags=["check"]
exercises.check("7.10", answer)

# %% [markdown]
# ## 7e.2 Gradients that are too long
#
# One odd batch can throw all weights far away. [Clipping](glossary.md#gradient-clipping) shortens a gradient that is longer
# than a limit, and keeps its direction. Longer means: its norm, the root of the sum of squares.
#
# **Predict.** Two arrays of weights have the gradients (3, 0) and (0, 4). Keras's optimizer has the option `clipnorm=1.0`.
# What does it make of them?
#
# - **a** (0.6, 0) and (0, 0.8)
# - **b** (1, 0) and (0, 1)
# - **c** (3, 0) and (0, 1)

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P7.21", guess, among=["a", "b", "c"])

# %% [markdown]
# At rate 1, a step from 0 shows which gradients were used.

# %% tags=["taught"]
slopes = [np.array([3.0, 0.0]), np.array([0.0, 4.0])]


# %% tags=["torch"]
# PyTorch
def used_torch(slopes, limit):
    """The gradients that a step uses, after clipping."""
    weights = [torch.zeros(2, requires_grad=True) for _ in slopes]
    for weight, slope in zip(weights, slopes):
        weight.grad = torch.tensor(slope)
    torch.nn.utils.clip_grad_norm_(weights, limit)
    torch.optim.SGD(weights, lr=1.0).step()
    return np.array([0.0 - weight.detach().numpy() for weight in weights])


clipped_torch = used_torch(slopes, 1.0)
print(clipped_torch)


# %% tags=["tf"]
# TensorFlow
def used_tf(slopes, **clipping):
    """The gradients that a step uses, after clipping."""
    weights = [tf.Variable(np.zeros(2)) for _ in slopes]
    optimizer = tf.keras.optimizers.SGD(1.0, **clipping)
    optimizer.apply_gradients(zip(slopes, weights))
    return np.array([0.0 - weight.numpy() for weight in weights])


each_tf = used_tf(slopes, clipnorm=1.0)
clipped_tf = used_tf(slopes, global_clipnorm=1.0)
print(each_tf, "mended:", clipped_tf)

# %% tags=["verdict", "folded"]
# Folded: says which option came true, and compares what the two use.
largest = each_tf.max(axis=1)
letter = exercises.first_true(
    {
        "a": np.allclose(largest, [0.6, 0.8]),
        "b": np.allclose(largest, [1, 1]),
        "c": np.allclose(largest, [3, 1]),
    }
)
exercises.outcome("P7.21", letter)
parity.differ("clip_grad_norm_ and clipnorm", clipped_torch, each_tf, atol=0.1)
parity.verdict("mended with global_clipnorm", clipped_torch, clipped_tf, atol=1e-6)
parity.differ("the same, to more digits", clipped_torch, clipped_tf, atol=1e-8)
parity.verdict(
    "PyTorch's times (5 + 1e-6) / 5",
    clipped_torch * (5 + 1e-6) / 5,
    clipped_tf,
    atol=1e-12,
)

# %% [markdown]
# `clipnorm` takes each array by itself, and so turns the direction of the whole gradient. `global_clipnorm` is what
# PyTorch does, and what the paper below means. The last difference has a cause, too: PyTorch divides by the norm *plus
# 1e-6*, which is never 0; Keras divides by the norm. With accumulation, clip once, before the step, not part by part;
# Keras's optimizer does so by itself. (With an embedding, TensorFlow's norm may be of the wrong thing: exhibit 13 of lesson
# 6d.)
#
# And bad input? One gradient is infinite.

# %% tags=["taught"]
overflowed = [np.array([np.inf, 0.0]), np.array([0.0, 4.0])]

# %% tags=["torch"]
# PyTorch
broken_torch = used_torch(overflowed, 1.0)
print(broken_torch)

# %% tags=["tf"]
# TensorFlow
broken_tf = used_tf(overflowed, global_clipnorm=1.0)
print(broken_tf)

# %% tags=["verdict", "folded"]
# Folded: where does each have NaN?
parity.differ("what is used of an infinite gradient", broken_torch, broken_tf)

# %% [markdown]
# Neither says a word. In PyTorch one weight is lost, all others stand still; in TensorFlow every weight is lost in one step.
# So ask before you step: `clip_grad_norm_(..., error_if_nonfinite=True)` raises, and `tf.linalg.global_norm(slopes)` tells
# you the norm, to be tested by `tf.math.is_finite`.

# %% [markdown]
# ## 7e.3 Stop early, and go back
#
# A network that learns a hundred scans by heart reads new ones worse and worse. [Early
# stopping](glossary.md#early-stopping) watches the loss on validation data. When it has set no new low for `patience`
# epochs in a row, the training ends, and the best weights are put back.
#
# PyTorch has no such tool: it is a loop. Keras's is a [callback](glossary.md#callback).

# %% tags=["taught"]
few = toolbox.flat(x_learn[:100])
few_labels = y_learn[:100]
watch = toolbox.flat(x_watch)
patience = 5


# %% tags=["torch"]
# PyTorch
def epoch_torch(model, optimizer):
    """Train for an epoch, which is one step here; returns the watched loss."""
    optimizer.zero_grad()
    scores = model(torch.from_numpy(few))
    loss_torch(scores, torch.from_numpy(few_labels)).backward()
    optimizer.step()
    with torch.no_grad():
        scores = model(torch.from_numpy(watch))
    return loss_torch(scores, torch.from_numpy(y_watch)).item()


model = network_torch()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.875)
first_torch = epoch_torch(model, optimizer)


# %% tags=["tf"]
# TensorFlow
def fit_tf(epochs, callbacks=None):
    """Train a new network; returns it, and the watched loss of each epoch."""
    model = network_tf()
    model.compile(tf.keras.optimizers.SGD(0.5, momentum=0.875), loss_tf)
    history = model.fit(
        few,
        few_labels,
        batch_size=len(few),
        epochs=epochs,
        validation_data=(watch, y_watch),
        callbacks=callbacks,
        verbose=0,
    )
    return model, history.history["val_loss"]


_, watched_tf = fit_tf(epochs=1)
first_tf = watched_tf[0]

# %% tags=["verdict", "folded"]
# Folded: compares the watched losses after one epoch.
parity.verdict("the loss on form 11 after an epoch", first_torch, first_tf, atol=1e-9)

# %% [markdown]
# Now with an end. PyTorch's loop keeps the best weights in two ways; only one of them is right.

# %% tags=["torch"]
# PyTorch
model = network_torch()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.875)
watched_torch = []
for epoch in range(200):
    watched_torch.append(epoch_torch(model, optimizer))
    if watched_torch[-1] < min(watched_torch[:-1], default=float("inf")):
        best_epoch = epoch
        best = copy.deepcopy(model.state_dict())
        not_copied = model.state_dict()
    if epoch - best_epoch == patience:
        break
print(len(watched_torch), "epochs, the best was number", best_epoch + 1)
last_torch = torch_side.to_numpy(model[0].weight).T
not_copied_torch = torch_side.to_numpy(not_copied["0.weight"]).T
model.load_state_dict(best)
best_torch = torch_side.to_numpy(model[0].weight).T

# %% tags=["tf"]
# TensorFlow
early = tf.keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
model, watched_tf = fit_tf(200, [early])
print(len(watched_tf), "epochs, the best was number", early.best_epoch + 1)
best_tf = model.layers[0].kernel.numpy()

# %% tags=["verdict", "folded"]
# Folded: compares every epoch's watched loss, and the weights that were put back.
parity.verdict("the watched losses", watched_torch, watched_tf, atol=1e-6)
parity.verdict("the weights that were put back", best_torch, best_tf, atol=1e-6)
parity.differ("the weights of the last epoch", last_torch, best_torch, atol=1e-3)
parity.verdict("state_dict() without a copy is the last", not_copied_torch, last_torch)

# %% tags=["folded"]
# Folded: draws the watched loss.
figures.stopped(watched_torch, watched_tf, patience)

# %% [markdown]
# Two traps, one on each side. `model.state_dict()` is no copy: its tensors *are* the weights, and go on being trained.
# Without `deepcopy` you put back what is already there. And Keras's callback restores nothing by default: without
# `restore_best_weights=True`, `fit` ends with the last weights, which are `patience` epochs past the best.

# %% [markdown]
# ### Exercise 7.11: where does it end? (5 minutes)
#
# Write `answer(losses, patience)`. `losses` is a list with the watched loss of each epoch. Return two whole numbers: how
# many epochs are trained before early stopping ends the training, or all of them if it never does; and the epoch,
# counted from 0, whose weights are kept. An equal loss is no better loss.

# %% tags=["exercise"]
answer = ...  # a function of a list and a whole number; returns (epochs, best epoch)


# solution
def answer(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1, best
    return len(losses), best


# wrong: compares each loss with the epoch before
def answer(losses, patience):
    best = waited = 0
    for epoch, loss in enumerate(losses):
        waited = 0 if epoch == 0 or loss < losses[epoch - 1] else waited + 1
        if loss < losses[best]:
            best = epoch
        if waited == patience:
            return epoch + 1, best
    return len(losses), best


# wrong: an equal loss
def answer(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss <= losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1, best
    return len(losses), best


# wrong: one epoch too late
def answer(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best > patience:
            return epoch + 1, best
    return len(losses), best


# wrong: not trained any more
def answer(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1, losses.index(min(losses))
    return len(losses), best


# wrong: epochs in a row
def answer(losses, patience):
    best = waited = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch:
            waited += 1
        if waited == patience:
            return epoch + 1, best
    return len(losses), best


# %% tags=["check"]
exercises.check("7.11", answer)

# %% [markdown]
# ## 7e.4 A rate that waits for a plateau
#
# Both frameworks have `ReduceLROnPlateau`: when the loss has stopped falling, the rate is halved, say. Both take a
# `patience`. A loss falls once, and then stays at 0.5.
#
# **Predict.** With `patience=2`, after which of the flat epochs does each lower the rate?
#
# - **a** both after the second
# - **b** both after the third
# - **c** Keras after the second, PyTorch after the third
# - **d** PyTorch after the second, Keras after the third

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.22", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# We need no training for this: we tell the schedules what the losses are. PyTorch's gets them in `step`. Keras's is a
# callback, and `fit` would call it as we do here.

# %% tags=["taught"]
stuck = [1.0, 0.5] + 8 * [0.5]  # one fall, then eight flat epochs


# %% tags=["torch"]
# PyTorch
def rates_torch(losses, **options):
    """The rate after each epoch."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.5)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, **options
    )
    rates = []
    for loss in losses:
        plateau.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


stuck_torch = rates_torch(stuck, patience=2)
print(stuck_torch)


# %% tags=["tf"]
# TensorFlow
def rates_tf(losses, **options):
    """The rate after each epoch."""
    model = network_tf()
    model.compile(tf.keras.optimizers.SGD(0.5), loss_tf)
    plateau = tf.keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, **options)
    plateau.set_model(model)
    plateau.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        plateau.on_epoch_end(epoch, {"loss": loss})
        rates.append(float(model.optimizer.learning_rate))
    return rates


stuck_tf = rates_tf(stuck, patience=2)
print(stuck_tf)

# %% tags=["verdict", "folded"]
# Folded: counts the flat epochs before the rate falls, and says which option came true.
flat_torch = stuck_torch.index(0.25) - 1
flat_tf = stuck_tf.index(0.25) - 1
seen = (flat_tf, flat_torch)
letter = exercises.first_true(
    {"a": seen == (2, 2), "b": seen == (3, 3), "c": seen == (2, 3), "d": seen == (3, 2)}
)
exercises.outcome("P7.22", letter)
parity.differ("the rates with patience=2", stuck_torch, stuck_tf)

# %% [markdown]
# Keras acts in flat epoch number `patience`, PyTorch when *more* than `patience` epochs were flat. A second difference
# stays hidden until losses are small. Both call a loss better only if it is lower than the best by a threshold, 1e-4 by
# default: Keras takes it as it is, PyTorch as a part of the best loss. Here a loss of 0.1 falls by 0.00005 an epoch.

# %% tags=["taught"]
slow = [0.1 - 0.00005 * epoch for epoch in range(10)]

# %% tags=["torch"]
# PyTorch
slow_torch = rates_torch(slow, patience=2)
mended = {"patience": 1, "threshold_mode": "abs"}
mended_slow = rates_torch(slow, **mended)
mended_stuck = rates_torch(stuck, **mended)
print(slow_torch[-1], "mended:", mended_slow[-1])

# %% tags=["tf"]
# TensorFlow
slow_tf = rates_tf(slow, patience=2)
print(slow_tf[-1])

# %% tags=["verdict", "folded"]
# Folded: compares the rates, as they are and mended.
parity.differ("the rates of a loss that falls slowly", slow_torch, slow_tf)
parity.verdict("mended, the slow loss", mended_slow, slow_tf)
parity.verdict("mended, the stuck loss", mended_stuck, stuck_tf)

# %% [markdown]
# For PyTorch that loss improves all the time, for Keras only now and then. Who carries a Keras recipe to PyTorch gives it
# `patience - 1` and `threshold_mode="abs"`; else the two runs have different rates, and no message says so.

# %% [markdown]
# ## 7e.5 Quiz

# %%
exercises.quiz("07e")

# %% [markdown]
# ## 7e.6 Verdicts

# %%
claims.close("07e")

# %% [markdown]
# ## 7e.7 Summary and further reading
#
# - Parts add up to the large batch, if each counts by its size and no layer looks at the batch.
# - `global_clipnorm` is PyTorch's clipping, `clipnorm` is not. One infinity passes both.
# - Copy the weights that you want to go back to. In Keras, ask that they be restored.
# - Keras's patience p is PyTorch's p - 1; its threshold is absolute.
# - Test a tool on an input whose result you know.
#
# Further reading: [clipping](https://arxiv.org/abs/1211.5063) (Pascanu et al.),
# [large batches](https://arxiv.org/abs/1706.02677) (Goyal et al., section 2, on what a mean is taken over),
# [Keras's callbacks](https://keras.io/api/callbacks/).
# Next: [a language model, twice](07f_a_language_model_twice.ipynb); the toolbox has a
# [second drawer](07h_weights_numbers_and_data.ipynb).
