# %% [markdown]
# # 7a. Loops, and a fair split
#
# You train one network in both frameworks until it reads handwriting that it has never seen, with a test that cannot
# be passed by memory. Both runs start alike. Do they stay alike?
#
# > **Minutes**: 40 · **Needs**: chapters 1, 2 and 5 · **Claims tested**: C54
# >
# > **You will be able to**
# > - split data so that the test cannot be passed by memory (exercise 7.1)
# > - write a training loop in both frameworks (prediction P7.2)
# > - train with Keras's `fit`, and know what it does (verdict in 7a.5)
# > - say which number may be reported (exercise 7.4)
#
# `fast` shortens the training, `seed` draws other weights and pictures, `device` says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("07a")

import math
from types import SimpleNamespace

import numpy as np
from tqdm.auto import tqdm

from chapters.ch07 import fashion, figures, scans
from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch07 import training_torch
from helpers import torch_side

torch.backends.cudnn.allow_tf32 = False  # full float32 on a GPU, as on a CPU

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch07 import training_tf
from helpers import tf_side

tf.config.experimental.enable_tensor_float_32_execution(False)

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 7a.1 Whose handwriting is it?
#
# Thirteen people filled in the 14 forms from which our 1,797 digits come. Shuffle the scans, set some aside, and you test
# on writers whose other digits the model has seen. That is a [data leak](glossary.md#data-leak): the score answers a
# question that nobody will ask. (One person may have filled in two of the forms, so a form is nearly, not quite, a writer.)
#
# How much does it matter? The simplest reader gives a scan the label of its nearest neighbor, the scan whose 64 pixels
# differ least. It trains nothing and needs no luck, so we can try every scan. First its neighbor may be any other scan,
# then only one of the other 13 forms.
#
# **Predict.** How many mistakes will it make without its own form?
#
# - **a** hardly more than with it
# - **b** about twice as many
# - **c** three or four times as many
# - **d** more than four times as many

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.1", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
digits = data.digits()
pixels = np.concatenate([digits.x_train, digits.x_test]).reshape(-1, 64)
labels = np.concatenate([digits.y_train, digits.y_test])
form = np.zeros(len(labels), int)
for begin in scans.FORMS:  # with which scan each form begins
    form[begin:] += 1
print("scans of each form:", np.bincount(form)[1:])


# %% tags=["taught"]
def mistake(k, allowed):
    """Whether scan k is read wrongly when its neighbor must be one of `allowed`."""
    distances = ((pixels[allowed] - pixels[k]) ** 2).sum(axis=1)
    neighbor = allowed[distances.argmin()]
    return labels[neighbor] != labels[k]


# every[condition] keeps the places for which the condition is true
every = np.arange(len(labels))
with_own_form = [mistake(k, every[every != k]) for k in every]
without_own_form = [mistake(k, every[form != form[k]]) for k in every]

# %% tags=["verdict", "folded"]
# Folded: counts the mistakes, and says which option came true.
few = sum(with_own_form)
many = sum(without_own_form)
letter = exercises.first_true(
    {"a": many < 1.5 * few, "b": many < 2.5 * few, "c": many <= 4 * few, "d": True}
)
exercises.outcome("P7.1", letter)
print(f"{few} mistakes with the own form, {many} without it")

# %% tags=["folded"]
# Folded: draws the mistakes in each form.
figures.mistakes(form, with_own_form, without_own_form)

# %% [markdown]
# So we split by form. Forms 1 to 10 are there to learn from. Form 11 is watched
# ([validation](glossary.md#validation-set)): whatever we choose, we choose by looking at it. Forms 12 to 14 wait for one
# test at the very end. They are `digits.x_test`.

# %% tags=["taught"]
begin_11 = scans.FORMS[10]
x_learn = digits.x_train[:begin_11]
y_learn = digits.y_train[:begin_11]
x_watch = digits.x_train[begin_11:]
y_watch = digits.y_train[begin_11:]
print(len(x_learn), "to learn from,", len(x_watch), "to watch")

# %% [markdown]
# ### Exercise 7.1: a split by groups (5 minutes)
#
# Write `answer(form, share, rng)`. `form` says from which form each scan is, `rng` is a NumPy generator. Return a boolean
# array, True for the scans to test on: whole forms, drawn at random by `rng`, one after another until at least `share`
# of the *scans* are in the test. Forms may have very different sizes.

# %% tags=["exercise"]
answer = ...  # a function of form, share and rng


# solution
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.mean() < share:
            test |= form == one
    return test


# wrong: on both sides
def answer(form, share, rng):
    return rng.permutation(len(form)) < share * len(form)


# wrong: share of the scans
def answer(form, share, rng):
    forms = rng.permutation(np.unique(form))
    return np.isin(form, forms[: max(1, round(share * len(forms)))])


# wrong: at least
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        larger = test | (form == one)
        if larger.mean() <= share:
            test = larger
    return test


# wrong: not drawn by `rng`
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in np.unique(form):
        if test.mean() < share:
            test |= form == one
    return test


# wrong: the same generator twice
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in np.random.permutation(np.unique(form)):
        if test.mean() < share:
            test |= form == one
    return test


# wrong: the training scans
def answer(form, share, rng):
    train = np.ones(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if train.mean() > 1 - share:
            train &= form != one
    return train


# wrong: never in the test
def answer(form, share, rng):
    names, sizes = np.unique(form, return_counts=True)
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.delete(names, sizes.argmax())):
        if test.mean() < share:
            test |= form == one
    return test


# %% tags=["check"]
exercises.check("7.1", answer)

# %% [markdown]
# ## 7a.2 New scans out of old
#
# A network learns from [batches](glossary.md#batch), here of 64 scans, in another order each
# [epoch](glossary.md#epoch). And ten forms are few. We invent more by [augmentation](glossary.md#data-augmentation):
# every epoch turns, stretches and shifts each scan a little, at random. `scans.augment` does it in NumPy.
# `scans.batches` gives one epoch's batches, fixed by seed and epoch; the few scans that are left over are left out. So both
# frameworks see the same pictures in the same order, and an interrupted run will find its place again (lesson 7b).

# %% tags=["taught"]
rng = np.random.default_rng(seed)
eleven_times = x_learn[[3] * 11]  # scan 3, eleven times
variants = scans.augment(eleven_times, rng)

batches = list(scans.batches(x_learn, y_learn, seed, epoch=0))
a_picture_batch, a_label_batch = batches[0]
print(len(batches), "batches, the first:", a_picture_batch.shape, a_label_batch.shape)

# %% tags=["folded"]
# Folded: draws the scan and its eleven variants.
figures.variants(x_learn[3], variants)

# %% [markdown]
# ## 7a.3 A network and its loop
#
# The network: two [convolutions](glossary.md#convolution), each followed by
# [batch normalization](glossary.md#batch-normalization), then one dense layer with ten scores. PyTorch wants pictures as
# (batch, channel, height, width), Keras as (batch, height, width, channel). Both start from the same NumPy weights:
# `load` copies them into the network, each in the order that its framework keeps (chapter 5). Keras's `momentum=0.9`
# and PyTorch's `eps=1e-3` make the batch norms alike.

# %% tags=["taught"]
start = scans.start_weights(size=8, seed=seed)
print({name: array.shape for name, array in start.items()})


# %% tags=["torch"]
# PyTorch
def network_torch(start):
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 16, 3, padding=1, bias=False),
        torch.nn.BatchNorm2d(16, eps=1e-3),
        torch.nn.ReLU(),
        torch.nn.Conv2d(16, 32, 3, padding=1, bias=False),
        torch.nn.BatchNorm2d(32, eps=1e-3),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(start["last"].size // 10, 10),
    )
    training_torch.load(model, start)
    return model


model = network_torch(start)
outputs_torch = model(torch.tensor(x_learn[:5, np.newaxis]))  # an axis for channels

# %% tags=["tf"]
# TensorFlow
layers = tf.keras.layers


def network_tf(start):
    model = tf.keras.Sequential(
        [
            layers.Conv2D(16, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2D(32, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    size = 2 * len(start["last"])  # the pooling has halved it
    model.build((None, size, size, 1))
    training_tf.load(model, start)
    return model


model = network_tf(start)
outputs_tf = model(x_learn[:5, ..., np.newaxis], training=True)  # channels come last

# %% tags=["verdict", "folded"]
# Folded: compares the ten scores of five scans before training.
parity.verdict(
    "the scores before training",
    torch_side.to_numpy(outputs_torch),
    tf_side.to_numpy(outputs_tf),
    atol=1e-4,
)

# %% [markdown]
# What trains it: SGD with Nesterov [momentum](glossary.md#momentum). The rate rises for a seventh of the steps and then
# falls along a cosine; that is a [schedule](glossary.md#learning-rate-schedule). PyTorch's schedule is an object of its
# own, which calls our function `rate` with the number of the step. Keras's belongs to the optimizer. The loss is softened
# by [label smoothing](glossary.md#label-smoothing).
#
# A *run* is what a training consists of. `SimpleNamespace` is an object with just the attributes that you name.


# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)
loss_torch = torch.nn.CrossEntropyLoss(label_smoothing=0.1)


def new_torch(steps, start):
    """A run of so many steps that has not begun."""
    up = steps // 7

    def rate(step):
        """The part of lr to use at a step, from 0 to 1."""
        if step < up:
            return step / up
        return (1 + math.cos(math.pi * (step - up) / (steps - up))) / 2

    model = network_torch(start).to(device_torch)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    return SimpleNamespace(model=model, optimizer=optimizer, schedule=schedule, epoch=0)


# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
loss_tf = tf.keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)


def new_tf(steps, start):
    """A run of so many steps that has not begun."""
    up = steps // 7
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        0.0, steps - up, warmup_target=0.1, warmup_steps=up
    )
    with tf.device(device_tf):
        model = network_tf(start)
        optimizer = tf.keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True)
        optimizer.build(model.trainable_variables)
    return SimpleNamespace(model=model, optimizer=optimizer, schedule=schedule, epoch=0)


# %% tags=["verdict", "folded"]
# Folded: walks through 70 steps of both schedules, and compares the rates.
torch_run = new_torch(70, start)
tf_run = new_tf(70, start)
rates_torch = []
for _ in range(70):
    rates_torch += torch_run.schedule.get_last_lr()
    torch_run.optimizer.step()
    torch_run.schedule.step()
rates_tf = [float(tf_run.schedule(step)) for step in range(70)]
parity.verdict("the rate at each of 70 steps", rates_torch, rates_tf, atol=1e-7)

# %% [markdown]
# Now one step. Tick off in both: scores, loss, gradient, step. `@tf.function` makes one [graph](glossary.md#graph) of it
# (chapter 3). PyTorch's pictures get another order of axes.


# %% tags=["torch"]
# PyTorch
def step_torch(model, optimizer, pictures, labels):
    pictures = torch.from_numpy(pictures).to(device_torch)
    scores = model(pictures.permute(0, 3, 1, 2))  # (batch, channel, height, width)
    loss = loss_torch(scores, torch.from_numpy(labels).to(device_torch))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


run = new_torch(70, start)
loss_of_one_torch = step_torch(run.model, run.optimizer, a_picture_batch, a_label_batch)


# %% tags=["tf"]
# TensorFlow
@tf.function
def step_tf(model, optimizer, pictures, labels):
    with tf.GradientTape() as tape:
        scores = model(pictures, training=True)
        loss = loss_tf(tf.one_hot(labels, 10), scores)
    slopes = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(slopes, model.trainable_variables))
    return loss


run = new_tf(70, start)
with tf.device(device_tf):
    loss_of_one_tf = step_tf(run.model, run.optimizer, a_picture_batch, a_label_batch)

# %% tags=["verdict", "folded"]
# Folded: compares the losses of this step.
parity.verdict(
    "the loss of one step", loss_of_one_torch, float(loss_of_one_tf), atol=1e-4
)

# %% [markdown]
# And a loop over an epoch. PyTorch's schedule is moved on by hand; Keras's optimizer counts its own steps.
# `model.train()` trains nothing: it puts PyTorch's network into its mode for training (7a.4 says what that changes).


# %% tags=["torch"]
# PyTorch
def train_torch(run, x, y):
    """Train for one epoch; returns the loss of each step."""
    losses = []
    run.model.train()
    for pictures, labels in scans.batches(x, y, seed, run.epoch):
        losses.append(step_torch(run.model, run.optimizer, pictures, labels))
        run.schedule.step()
    run.epoch += 1
    return losses


# %% tags=["tf"]
# TensorFlow
def train_tf(run, x, y):
    """Train for one epoch; returns the loss of each step."""
    losses = []
    for pictures, labels in scans.batches(x, y, seed, run.epoch):
        with tf.device(device_tf):
            loss = step_tf(run.model, run.optimizer, pictures, labels)
        losses.append(loss.numpy().item())
    run.epoch += 1
    return losses


# %% tags=["verdict", "folded"]
# Folded: trains for one epoch in both, and compares the first losses.
first_torch = train_torch(new_torch(70, start), x_learn, y_learn)
first_tf = train_tf(new_tf(70, start), x_learn, y_learn)
parity.verdict(
    "the losses of the first two steps", first_torch[:2], first_tf[:2], atol=1e-4
)

# %% [markdown]
# ## 7a.4 Watch, then test once
#
# Both loops read alike, with three differences. PyTorch's gradients must be cleared. Its schedule is an object of its own.
# And its network has a mode, `train()` or `eval()`, where Keras is told at every call: in training, batch norm uses the
# mean and variance of the batch; in reading, running averages of them.
#
# In the functions that read, `inference_mode` and the missing tape say that nothing is to be recorded (lesson 2b). They
# take a thousand pictures at a time, to save memory.


# %% tags=["torch"]
# PyTorch
@torch.inference_mode()
def scores_torch(model, x):
    model.eval()
    pictures = torch.from_numpy(x[:, np.newaxis]).to(device_torch)
    parts = [model(part) for part in pictures.split(1000)]
    return torch_side.to_numpy(torch.cat(parts))


before_torch = scores_torch(new_torch(70, start).model, x_watch)


# %% tags=["tf"]
# TensorFlow
def scores_tf(model, x):
    with tf.device(device_tf):
        pictures = tf.constant(x[..., np.newaxis])
        starts = range(0, len(x), 1000)
        parts = [model(pictures[k : k + 1000], training=False) for k in starts]
        return tf_side.to_numpy(tf.concat(parts, axis=0))


before_tf = scores_tf(new_tf(70, start).model, x_watch)

# %% tags=["verdict", "folded"]
# Folded: compares what untrained networks say about form 11.
parity.verdict(
    "the scores of form 11 before training", before_torch, before_tf, atol=1e-4
)

# %% [markdown]
# We train on forms 1 to 10 and watch form 11 after each epoch. `tqdm` draws a bar of progress.
#
# **Predict.** Same start, same pictures in the same order, float32. How do the two networks compare after training, on
# forms 12 to 14? [Accuracy](glossary.md#accuracy) is the share of scans that are read correctly.
#
# - **a** the same scores to four digits
# - **b** other scores, accuracies within two points
# - **c** accuracies more than two points apart

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P7.2", guess, among=["a", "b", "c"])

# %% tags=["taught"]
epochs = 16 if fast else 40
floor = 0.93 if fast else 0.97  # the share that every seed must read correctly
steps_an_epoch = len(x_learn) // 64


def accuracy(scores, y):
    return float((scores.argmax(axis=1) == y).mean())


# %% tags=["torch"]
# PyTorch
trained_torch = new_torch(epochs * steps_an_epoch, start)
losses_torch = []
watched_torch = []
for _ in tqdm(range(epochs), leave=False):
    losses_torch += train_torch(trained_torch, x_learn, y_learn)
    scores = scores_torch(trained_torch.model, x_watch)
    watched_torch.append(accuracy(scores, y_watch))
print("form 11 read correctly:", watched_torch[-1])

# %% tags=["tf"]
# TensorFlow
trained_tf = new_tf(epochs * steps_an_epoch, start)
losses_tf = []
watched_tf = []
for _ in tqdm(range(epochs), leave=False):
    losses_tf += train_tf(trained_tf, x_learn, y_learn)
    scores = scores_tf(trained_tf.model, x_watch)
    watched_tf.append(accuracy(scores, y_watch))
print("form 11 read correctly:", watched_tf[-1])

# %% tags=["verdict", "folded"]
# Folded: where do the two runs part?
parity.verdict("the losses of two steps", losses_torch[:2], losses_tf[:2], atol=1e-4)
parity.differ("the loss of the third", losses_torch[2], losses_tf[2], atol=1e-4)

# %% tags=["folded"]
# Folded: draws the losses, and how well form 11 was read.
figures.watched(losses_torch, losses_tf, watched_torch, watched_tf)

# %% [markdown]
# At the third step the losses part, far more than rounding could make them: the *optimizers* differ. PyTorch's momentum
# sums gradients and multiplies by today's rate; Keras sums steps, each at the rate of its day ([PyTorch says
# so](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html)). At a constant rate it is the same (lesson
# 6b), with a schedule it is not. The first step had the rate 0: no weight moved, but PyTorch remembered its gradient, and
# Keras a step of 0. The second step used what was remembered; the third loss shows it.
#
# Form 11 is read well in both, so the settings stay. Now the test, once: forms 12 to 14.

# %% tags=["torch"]
# PyTorch
tested_torch = scores_torch(trained_torch.model, digits.x_test)

# %% tags=["tf"]
# TensorFlow
tested_tf = scores_tf(trained_tf.model, digits.x_test)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and do both read new forms?
share_torch = accuracy(tested_torch, digits.y_test)
share_tf = accuracy(tested_tf, digits.y_test)
apart = abs(share_torch - share_tf)
letter = exercises.first_true(
    {"a": parity.gap(tested_torch, tested_tf) < 1e-4, "b": apart <= 0.02, "c": True}
)
exercises.outcome("P7.2", letter)
seen = {"PyTorch": share_torch, "TensorFlow": share_tf}
for name, share in seen.items():
    print(f"{name} reads {floor:.0%} of new forms, or more: {share >= floor}")

# %% [markdown]
# Both ways of momentum train well. A [confusion matrix](glossary.md#confusion-matrix) says what the
# networks mistake for what, the pictures below say why.

# %% tags=["folded"]
# Folded: draws what was read for what, and the eight worst mistakes.
figures.confusion(digits.y_test, tested_torch, tested_tf)
figures.worst(digits.x_test, digits.y_test, tested_torch, tested_tf)

# %% [markdown]
# ### Exercise 7.4: the number to report (3 minutes)
#
# Arrays hold the accuracy on form 11, `watched`, and on the test, `tested`, after each epoch. Write
# `answer(watched, tested)`: the epoch to keep (counted from 0; of equals the first) and the accuracy to report.

# %% tags=["exercise"]
answer = ...  # a function of two NumPy arrays; returns (epoch, accuracy)


# solution
def answer(watched, tested):
    epoch = int(np.argmax(watched))
    return epoch, float(tested[epoch])


# wrong: chosen on the test
def answer(watched, tested):
    return int(np.argmax(tested)), float(np.max(tested))


# wrong: accuracy on form 11
def answer(watched, tested):
    return int(np.argmax(watched)), float(np.max(watched))


# wrong: of equals the first
def answer(watched, tested):
    epoch = len(watched) - 1 - int(np.argmax(watched[::-1]))
    return epoch, float(tested[epoch])


# wrong: the last epoch
def answer(watched, tested):
    return len(watched) - 1, float(tested[-1])


# wrong: return two numbers
def answer(watched, tested):
    return np.flatnonzero(watched == watched.max()), tested.max()


# wrong: from a different epoch
def answer(watched, tested):
    return int(np.argmax(watched)), float(np.max(tested))


# %% tags=["check"]
exercises.check("7.4", answer)

# %% [markdown]
# ## 7a.5 Keras's fit
#
# `fit` is a loop that Keras has written for you: `compile` gives it optimizer and loss, then you give it batches.
# PyTorch has none; Lightning and others offer one. What does it do? We give it the batches of our own loop, from a
# generator: a function that hands out one pair after another by `yield`. Our Keras loss wants the labels as rows with a
# 1 at the right digit.


# %% tags=["taught"]
def batches_for_fit():
    for epoch in range(epochs):
        for pictures, labels in scans.batches(x_learn, y_learn, seed, epoch):
            yield pictures, np.eye(10, dtype="float32")[labels]


fitted = new_tf(epochs * steps_an_epoch, start)
fitted.model.compile(fitted.optimizer, loss_tf)
with tf.device(device_tf):
    history = fitted.model.fit(
        batches_for_fit(),
        epochs=epochs,
        steps_per_epoch=steps_an_epoch,
        shuffle=False,
        verbose=0,
    )
print("mean loss of the first epoch:", history.history["loss"][0])

# %% tags=["verdict", "folded"]
# Folded: compares the epoch of fit with that of the loop, and tests its network.
of_fit = history.history["loss"][0]
of_loop = float(np.mean(losses_tf[:steps_an_epoch]))
parity.verdict("mean loss of the first epoch, fit and loop", of_fit, of_loop, atol=1e-4)
share = accuracy(scores_tf(fitted.model, digits.x_test), digits.y_test)
print(f"fit reads {floor:.0%} of new forms, or more: {share >= floor}")

# %% [markdown]
# The same batches, the same steps: `fit` hides the loop and adds nothing to it.

# %% [markdown]
# ## 7a.6 The same lines, a harder task
#
# A loop is worth its lines if it is not made for one task. With `fast = False` the next one is Fashion-MNIST, clothes of
# [28×28 pixels](https://github.com/zalandoresearch/fashion-mnist). Else each digit lies *anywhere* on a sheet of 16×16,
# and the reader of 7a.1, which compares pixel by pixel, gets into trouble.

# %% tags=["taught"]
harder = scans.anywhere(digits, seed)
turns = 16  # epochs
if not fast:
    try:
        harder = fashion.load()
        turns = 2
    except fashion.Unavailable as problem:
        print(problem, "The digits on larger sheets instead.")
size = harder.x_train.shape[1]
steps = turns * (len(harder.x_train) // 64)
start_larger = scans.start_weights(size, seed)

# %% tags=["folded"]
# Folded: draws some of the new pictures.
figures.some(harder)

# %% tags=["torch"]
# PyTorch
run = new_torch(steps, start_larger)
for _ in tqdm(range(turns), leave=False):
    train_torch(run, harder.x_train, harder.y_train)
harder_torch = accuracy(scores_torch(run.model, harder.x_test), harder.y_test)
print("test pictures read correctly:", harder_torch)

# %% tags=["tf"]
# TensorFlow
run = new_tf(steps, start_larger)
for _ in tqdm(range(turns), leave=False):
    train_tf(run, harder.x_train, harder.y_train)
harder_tf = accuracy(scores_tf(run.model, harder.x_test), harder.y_test)
print("test pictures read correctly:", harder_tf)

# %% tags=["verdict", "folded"]
# Folded: judges the claim by what both networks read.
neighbor = scans.nearest_neighbor(harder)
shares = [share_torch, share_tf, harder_torch, harder_tf, neighbor]
percent = [f"measured {100 * share:.0f} %" for share in shares]
claims.verdict(
    "C54",
    {
        "PyTorch reads digits": share_torch >= floor,
        "TensorFlow reads digits": share_tf >= floor,
    },
    f"digits of new forms: PyTorch {percent[0]}, TensorFlow {percent[1]}; harder "
    f"pictures of {size}×{size}: {percent[2]} and {percent[3]}, the nearest neighbor "
    f"{percent[4]}; trained here on the {device_torch.type.upper()}",
)

# %% [markdown]
# Nothing in the lines knew that the pictures had become others. Tasks that are harder by far, detection and segmentation,
# follow in chapter 12.

# %% [markdown]
# ## 7a.7 Quiz

# %%
exercises.quiz("07a")

# %% [markdown]
# ## 7a.8 Verdicts

# %%
claims.close("07a")

# %% [markdown]
# ## 7a.9 Summary and further reading
#
# - Split by what must be new in use: writers, patients, days. Choose on validation data; test once.
# - Both loops do the same in other words; `fit` is Keras's loop, written for you.
# - Equal hyperparameters are not equal optimizers once the rate moves.
#
# Further reading: [leakage in science](https://arxiv.org/abs/2207.07048) (Kapoor and Narayanan),
# [momentum and the rate](https://arxiv.org/abs/1706.02677) (Goyal et al., section 3),
# [Keras's guide to fit](https://keras.io/guides/training_with_built_in_methods/).
# Next: [checkpoints](07b_checkpoints.ipynb).
