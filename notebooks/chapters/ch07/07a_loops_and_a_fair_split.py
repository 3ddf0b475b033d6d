# %% [markdown]
# # 7. Training for real
#
# From scans to a network whose accuracy you can defend, whose training survives an interrupt, and whose speed you have
# measured, in both frameworks.
#
# > **Minutes**: 50 &nbsp; **Needs**: chapters 1, 5 and 6
# >
# > **You will be able to**
# > - split data so that the test cannot be passed by memory
# > - write a training loop in both frameworks, and the same with Keras's `fit`
# > - save a run so that it goes on to the same numbers, and say what each part of the file is for
# > - refuse a model file that runs a stranger's code
# > - find out what makes a step slow, before you blame the framework
# >
# > **Claims tested**: C14, C54, C57, C58

# %% tags=["setup"]
from helpers import session
session.start("07")
import concurrent.futures
import contextlib
import csv
import functools
import io
import json
import math
import os
import pickle
import re
import time
import types
import numpy as np
from safetensors.numpy import load_file, save_file
from tqdm.auto import tqdm
from helpers import ROOT, build_dir, claims, data, exercises, parity, plots, process, show, timing
from chapters.ch07 import fashion

# %% tags=["torch", "setup"]
import torch
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side
tf.get_logger().setLevel("ERROR")  # it would warn that several runs have several graphs

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
epochs, floor = (16, 0.93) if fast else (40, 0.97)   # floor: the test accuracy that every seed must reach
folder = build_dir() / "chapter-07"
folder.mkdir(parents=True, exist_ok=True)
digits = data.digits()                               # forms 1 to 10 to learn from, 11 to watch, 12 to 14 to test
x_learn, y_learn, x_watch, y_watch = (part for cut in (slice(1287), slice(1287, None))
                                      for part in (digits.x_train[cut], digits.y_train[cut]))

def start_weights(size):
    """Random start weights for pictures of size×size; standard deviation (2 / inputs)^0.5 (He et al., arXiv:1502.01852)."""
    rng = np.random.default_rng(seed)
    shapes = {"first": (3, 3, 1, 16), "second": (3, 3, 16, 32), "last": (size // 2, size // 2, 32, 10)}
    return {name: rng.normal(scale=np.prod(shape[:3], dtype=float) ** -0.5 * 2 ** 0.5, size=shape).astype("float32")
            for name, shape in shapes.items()}

def rate(step, steps):
    """The part of the highest learning rate to use at a step: up for a seventh of the steps, then down along a cosine."""
    up = steps // 7
    return min(step / up, (1 + math.cos(math.pi * (step - up) / (steps - up))) / 2)

# %% [markdown]
# ## 7.1 A test that cannot be passed by memory
#
# Thirteen people filled in the 14 forms from which our 1,797 digits come. Shuffle the scans, set some aside, and you test on
# writers whose other digits the model has seen. That is a [data leak](glossary.md#data-leak): the score answers a
# question that nobody will ask.
#
# How much does it matter? The simplest classifier gives a scan the label of its nearest neighbor. It trains nothing and
# needs no luck, so we can try every scan. First its neighbor may be any other scan, then only one of the other 13 forms.
#
# **Prediction 7.1.** Without its own form, how many mistakes will it make?

# %% tags=["predict"]
guess = ...            # one of the four below
exercises.predict("7.1", guess, among=["about as many", "twice as many", "three times as many", "ten times as many"])

# %%
scans, labels = np.concatenate([digits.x_train, digits.x_test]), np.concatenate([digits.y_train, digits.y_test])
begins = [0, 130, 256, 386, 516, 646, 776, 906, 1029, 1157, 1287, 1415, 1545, 1667]   # the forms: see data/README.md
form = np.searchsorted(begins, np.arange(len(scans)), side="right")                   # 1 to 14
flat = scans.reshape(len(scans), -1)
distance = (flat ** 2).sum(1)[:, None] + (flat ** 2).sum(1) - 2 * flat @ flat.T
np.fill_diagonal(distance, np.inf)
nearest, stranger = distance.argmin(1), np.where(form[:, None] == form, np.inf, distance).argmin(1)
wrong = {"its own form is there": labels[nearest] != labels, "form never seen": labels[stranger] != labels}
few, many = (int(mistakes.sum()) for mistakes in wrong.values())
words = {1: "about as many", 2: "twice as many", 3: "three times as many"}
exercises.outcome("7.1", words.get(round(many / few), "ten times as many"))
print(f"{few} mistakes against {many}; of the nearest neighbors {(form[nearest] == form).mean():.0%} are of the same form")
fig, ax = plots.figure(width=8, height=2.8)
for k, (name, mistakes) in enumerate(wrong.items()):
    ax.bar(np.arange(1, 15) + 0.4 * k - 0.2, [mistakes[form == f].sum() for f in range(1, 15)], 0.4, label=name,
           color=(plots.GRAY, plots.OTHER["color"])[k])
ax.set(xlabel="form", ylabel="mistakes (scans)", xticks=range(1, 15))
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
plots.show(fig, alt=f"Two bars for each of 14 forms, the nearest neighbor's mistakes: {few} in all when its own form is "
                    f"there, {many} when no scan of the same form may be its neighbor.")

# %% [markdown]
# ## 7.2 Feeding the network
#
# So we split by form: 1 to 10 to learn from, 11 to watch ([validation](glossary.md#validation-set)), and 12 to 14 for one
# test at the very end. Whatever we choose, we choose by looking at form 11.
#
# Ten forms are few. We invent more by [augmentation](glossary.md#data-augmentation): every epoch turns, stretches and
# shifts each scan a little, at random. It happens in NumPy, as a function of seed and epoch, so both frameworks see the
# same pictures, and an interrupted run can find its place again.
#
# Frameworks bring an [input pipeline](glossary.md#input-pipeline) of their own: `DataLoader` and `tf.data`. Both shuffle.
# Our scans are sorted by form; from which scans will `shuffle(100)` draw the first batch?

# %%
def augment(x, rng):                  # turn, stretch and shift each picture; between pixels, interpolate linearly
    n, size = x.shape[:2]
    turn, stretch, shift = rng.uniform(-0.2, 0.2, n), rng.uniform(0.9, 1.1, (2, n)), rng.uniform(-1, 1, (n, 2, 1))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * stretch[:, None]
    center = np.mgrid[:size, :size].reshape(2, -1) - (size - 1) / 2
    source = (matrix.transpose(2, 0, 1) @ center + shift + (size + 1) / 2).clip(0, size + 0.999)   # on padded paper
    (row, column), (low, right) = source.astype(int).swapaxes(0, 1), (source % 1).swapaxes(0, 1)
    paper = np.pad(x, [(0, 0), (1, 1), (1, 1)]).reshape(n, -1)
    corner = [np.take_along_axis(paper, (row + r) * (size + 2) + column + c, 1) for r in (0, 1) for c in (0, 1)]
    upper, lower = ((1 - right) * corner[k] + right * corner[k + 1] for k in (0, 2))
    return ((1 - low) * upper + low * lower).reshape(x.shape).astype("float32")
def chunks(x, y, epoch, steps=20):
    """An epoch's full batches, `steps` at a time: pictures (steps, 64, size, size, 1) and labels (steps, 64)."""
    for part, (some, labels) in enumerate(data.batches(x, y, 64 * steps, seed, epoch)):
        if full := len(some) // 64 * 64:                             # what is left over waits for another epoch
            some = augment(some[:full], np.random.default_rng([seed, epoch, part])).reshape(-1, 64, *x.shape[1:], 1)
            yield some, labels[:full].reshape(-1, 64)
fig, axes = plots.figure(1, 12, width=10, height=1)
plots.images(axes, [x_learn[3], *augment(x_learn[[3] * 11], np.random.default_rng(seed))])
plots.show(fig, alt="A scan of the digit three, and eleven augmented versions of it: turned, shifted, a little blurred.")

# %% tags=["torch"]
places = np.arange(len(x_learn))                                     # where each scan lies in the file
pairs_torch = torch.utils.data.TensorDataset(*map(torch.from_numpy, (x_learn, y_learn, places)))
loader_torch = torch.utils.data.DataLoader(pairs_torch, batch_size=64, shuffle=True,
                                           generator=torch.Generator().manual_seed(seed))
batches_torch = [[torch_side.to_numpy(part) for part in batch] for batch in loader_torch]
order_torch = np.concatenate([place for _, _, place in batches_torch])

# %% tags=["tf"]
places = np.arange(len(x_learn))
pairs_tf = tf.data.Dataset.from_tensor_slices((x_learn, y_learn, places))
loader_tf = pairs_tf.shuffle(100, seed=seed).batch(64).prefetch(tf.data.AUTOTUNE)
batches_tf = [[tf_side.to_numpy(part) for part in batch] for batch in loader_tf]
order_tf = np.concatenate([place for _, _, place in batches_tf])

# %% tags=["verdict"]
parity.verdict("places served in an epoch, sorted: each scan once", np.sort(order_torch), np.sort(order_tf))
parity.verdict("scans where both put them back", np.concatenate([x for x, _, _ in batches_torch])[order_torch.argsort()],
               np.concatenate([x for x, _, _ in batches_tf])[order_tf.argsort()])
reach = {"DataLoader(shuffle=True)": order_torch[:64].max(), "shuffle(100)": order_tf[:64].max()}
for name, last in reach.items():
    print(f"first batch of {name}: all from the first 163 scans of {len(x_learn)}: {bool(last < 163)}")

# %%
def by_hand():
    return [(x_learn[at], y_learn[at]) for at in np.array_split(np.random.permutation(len(x_learn)), len(x_learn) // 64)]

sampler = torch.utils.data.BatchSampler(torch.utils.data.RandomSampler(pairs_torch), 64, drop_last=False)
whole = torch.utils.data.DataLoader(pairs_torch, sampler=sampler, batch_size=None)   # one indexing for a whole batch
ways = {"arrays, sliced": by_hand, "DataLoader": lambda: list(loader_torch),
        "DataLoader, whole batches": lambda: list(whole), "tf.data": lambda: list(loader_tf),
        "arrays, augmented": lambda: list(chunks(x_learn, y_learn, 0))}
served = timing.compare(ways, rounds=5, warmup=1)
for name, took in served.items():
    rates = [len(x_learn) / seconds for seconds in took.seconds]
    claims.number(f"data, {name}", len(x_learn) / took.median, "scans served/s", min(rates), max(rates))
fig, axes = plots.figure(1, 3, width=10, height=2.9)
for ax, (name, order) in zip(axes, {"DataLoader, shuffle=True": order_torch, "tf.data, shuffle(100)": order_tf}.items()):
    ax.plot(order, ".", markersize=2, color=(plots.TORCH if "Loader" in name else plots.TF)["color"])
    ax.set(title=name, xlabel="served as number", ylabel="place in the file")
axes[2].barh(list(served), [1e3 * t.median for t in served.values()], color=plots.GRAY)
axes[2].set(xscale="log", xlim=(0.1, 100), ylim=(4.5, -0.5), xlabel="milliseconds an epoch", title="serving 1,287 scans")
shortest = min(served, key=lambda name: served[name].median)
plots.show(fig, alt="Place in the file against order of serving: a cloud for the DataLoader, a narrow band along the "
                    f"diagonal for shuffle(100). Bars of time, on a logarithmic axis: the shortest is '{shortest}'.")

# %% [markdown]
# ## 7.3 A network and its loop
#
# `shuffle(100)` fills a buffer with 100 scans and draws from it. So the first batch comes from one or two forms; give it the
# size of the whole set. And by default both pipelines fetch scan by scan, which pays when each is a file to decode. Arrays
# in memory are best sliced.
#
# The network: two [convolutions](glossary.md#convolution), each with
# [batch normalization](glossary.md#batch-normalization), then one dense layer. It is trained by SGD with Nesterov
# [momentum](glossary.md#momentum); the rate rises, then falls along a cosine
# ([schedule](glossary.md#learning-rate-schedule)); the loss is softened by
# [label smoothing](glossary.md#label-smoothing). Both start from the same NumPy weights.

# %% tags=["torch", "setup"]
device_torch = torch_side.device(device)
torch_side.deterministic(device_torch.type == "cuda")                # a resumed run will be compared bit by bit
torch.backends.cudnn.allow_tf32 = False                              # full float32, as on a CPU

def network_torch(size):
    nn, start = torch.nn, start_weights(size)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16, eps=1e-3), nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32, eps=1e-3), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(start["last"].size // 10, 10))
    for k, name in ((0, "first"), (3, "second"), (8, "last")):       # (h, w, in, out) becomes (out, in, h, w)
        model[k].weight = nn.Parameter(torch.tensor(start[name].transpose(3, 2, 0, 1).reshape(model[k].weight.shape)))
    nn.init.zeros_(model[8].bias)
    return model.to(device_torch, memory_format=torch.channels_last)

@torch.inference_mode()
def scores_torch(model, x):
    model.eval()                                                     # batch norm: running averages
    parts = np.split(x[:, None], range(1000, len(x), 1000))
    return np.concatenate([torch_side.to_numpy(model(torch.from_numpy(part).to(device_torch))) for part in parts])

# %% tags=["tf", "setup"]
device_tf = tf_side.device(device)
if device_tf == "/GPU:0":
    tf_side.deterministic(True)
tf.config.experimental.enable_tensor_float_32_execution(False)

def network_tf(size):
    layers, start = tf.keras.layers, start_weights(size)
    model = tf.keras.Sequential([
        tf.keras.Input((size, size, 1)),
        layers.Conv2D(16, 3, padding="same", use_bias=False), layers.BatchNormalization(momentum=0.9), layers.ReLU(),
        layers.Conv2D(32, 3, padding="same", use_bias=False), layers.BatchNormalization(momentum=0.9), layers.ReLU(),
        layers.MaxPooling2D(), layers.Flatten(), layers.Dense(10)])
    for k, name in ((0, "first"), (3, "second"), (8, "last")):       # as it is: the start weights are laid out for Keras
        model.layers[k].kernel.assign(start[name].reshape(model.layers[k].kernel.shape))
    return model

def scores_tf(model, x):
    parts = np.split(x[..., None], range(1000, len(x), 1000))
    with tf.device(device_tf):
        return np.concatenate([tf_side.to_numpy(model(part, training=False)) for part in parts])

# %% tags=["torch", "setup"]
loss_torch = torch.nn.CrossEntropyLoss(label_smoothing=0.1)

def new_torch(steps, size=8, change=lambda model: model):
    forward = change(model := network_torch(size))                   # section 7.8 compiles it
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps))
    def learn(pictures, labels):
        losses = []
        model.train()                                                # batch norm: mean and variance of the batch
        pictures = torch.from_numpy(pictures).to(device_torch).permute(0, 1, 4, 2, 3)
        for picture, label in zip(pictures, torch.from_numpy(labels).to(device_torch)):
            loss = loss_torch(forward(picture), label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.detach())                             # loss.item() would wait for a GPU at every step
        return torch_side.to_numpy(torch.stack(losses))
    return types.SimpleNamespace(model=model, optimizer=optimizer, schedule=schedule, learn=learn, epoch=0, losses=[],
                                 scores=lambda x: scores_torch(model, x))

# %% tags=["tf", "setup"]
loss_tf = tf.keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
def new_tf(steps, size=8):
    with tf.device(device_tf):
        model, up = network_tf(size), steps // 7
        schedule = tf.keras.optimizers.schedules.CosineDecay(0.0, steps - up, warmup_target=0.1, warmup_steps=up)
        optimizer = tf.keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True)
        optimizer.build(weights := model.trainable_variables)
    def step(picture, label):
        with tf.device(device_tf), tf.GradientTape() as tape:
            loss = loss_tf(tf.one_hot(label, 10), model(picture, training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss
    @tf.function(input_signature=[tf.TensorSpec((None, 64, size, size, 1)), tf.TensorSpec((None, 64), tf.int64)])
    def learn(pictures, labels):                                     # None: one graph for any number of steps
        losses = tf.TensorArray(tf.float32, tf.shape(labels)[0])
        for k in tf.range(tf.shape(labels)[0]):
            losses = losses.write(k, step(pictures[k], labels[k]))
        return losses.stack()
    return types.SimpleNamespace(model=model, optimizer=optimizer, step=step, learn=learn, epoch=0, losses=[],
                                 scores=lambda x: scores_tf(model, x))

# %%
def train(run, x, y, epochs, watch=None):
    """Train until `epochs` are done, from where the run stands; call watch(run) after each one."""
    for epoch in tqdm(range(run.epoch, epochs), unit="epoch", leave=False):
        for pictures, labels in chunks(x, y, epoch):
            run.losses.extend(map(float, run.learn(pictures, labels)))
        run.epoch = epoch + 1
        if watch:
            watch(run)

def accuracy(run, x, y):
    return float((run.scores(x).argmax(1) == y).mean())

# %% [markdown]
# ## 7.4 Watch, then test once
#
# Both loops read alike, with three differences. PyTorch's network has a mode, `train()`
# or `eval()`, Keras is told at every call. PyTorch's schedule is an object that you move on; Keras's is a function of the
# optimizer's step counter. And TensorFlow runs a chunk of steps as one [graph](glossary.md#graph); see section 7.8.
#
# We train twice: on forms 1 to 10, watching form 11, to see if the settings are good; then on all eleven, for the
# test. A [confusion matrix](glossary.md#confusion-matrix) says what the second mistakes for what, pictures say why.
#
# **Prediction 7.2.** Same start, same pictures in the same order, float32. How do the two networks compare?

# %% tags=["predict"]
guess = ...            # one of the three below
exercises.predict("7.2", guess, among=["the same scores to four digits", "other scores, accuracies within two points",
                                       "accuracies more than two points apart"])

# %% tags=["torch"]
watched_torch = []
watch_torch = new_torch(epochs // 2 * (len(x_learn) // 64))
train(watch_torch, x_learn, y_learn, epochs // 2, lambda run: watched_torch.append(accuracy(run, x_watch, y_watch)))

final_torch = new_torch(epochs * (len(digits.x_train) // 64))
train(final_torch, digits.x_train, digits.y_train, epochs)
scores_of_torch = final_torch.scores(digits.x_test)

# %% tags=["tf"]
watched_tf = []
watch_tf = new_tf(epochs // 2 * (len(x_learn) // 64))
train(watch_tf, x_learn, y_learn, epochs // 2, lambda run: watched_tf.append(accuracy(run, x_watch, y_watch)))

final_tf = new_tf(epochs * (len(digits.x_train) // 64))
train(final_tf, digits.x_train, digits.y_train, epochs)
scores_of_tf = final_tf.scores(digits.x_test)

# %% tags=["verdict"]
right_torch, right_tf = (scores.argmax(1) == digits.y_test for scores in (scores_of_torch, scores_of_tf))
apart = abs(right_torch.mean() - right_tf.mean())
exercises.outcome("7.2", exercises.first_true({
    "the same scores to four digits": abs(scores_of_torch - scores_of_tf).max() < 1e-4,
    "other scores, accuracies within two points": apart <= 0.02, "accuracies more than two points apart": apart > 0.02}))
for name, right in (("PyTorch", right_torch), ("TensorFlow", right_tf)):
    print(f"{name} reads at least {floor:.0%} of forms that it has never seen: {bool(right.mean() >= floor)}")
first_torch, first_tf = (np.array(run.losses[:3]) for run in (final_torch, final_tf))
parity.verdict("the losses of the first two steps", first_torch[:2], first_tf[:2], atol=1e-4)
parity.differ("the loss of the third step", first_torch[2:], first_tf[2:], atol=1e-4)

# %%
fig, (left, right) = plots.figure(1, 2, width=10, height=3.2)
for run, watched, style in ((watch_torch, watched_torch, plots.TORCH), (watch_tf, watched_tf, plots.TF)):
    per_epoch = np.array(run.losses).reshape(run.epoch, -1).mean(1)
    left.plot(range(1, run.epoch + 1), per_epoch, **style)
    right.plot(range(1, run.epoch + 1), [100 * share for share in watched], **style)
left.set(xlabel="epoch", ylabel="training loss (nats)", title="forms 1 to 10, augmented")
right.set(xlabel="epoch", ylabel="accuracy (%)", title="form 11, never trained on")
left.legend()
ends = ", ".join(f"{100 * watched[-1]:.0f} % in {name}" for name, watched in
                 (("PyTorch", watched_torch), ("TensorFlow", watched_tf)))
plots.show(fig, alt="Two plots against the epoch with one line for each framework: the training loss, and the accuracy on "
                    f"form 11, which ends at {ends}.")

# %%
fig, axes = plots.figure(1, 2, width=10, height=4.4)
for ax, scores, style in ((axes[0], scores_of_torch, plots.TORCH), (axes[1], scores_of_tf, plots.TF)):
    table = np.zeros((10, 10), int)
    np.add.at(table, (digits.y_test, scores.argmax(1)), 1)
    ax.imshow(np.minimum(table, 6), cmap="Blues", vmax=12)
    for true, said in np.argwhere(table):
        ax.text(said, true, table[true, said], ha="center", va="center", weight="normal" if true == said else "bold")
    ax.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="written", title=style["label"])
    ax.grid(False)
plots.show(fig, alt=f"Two confusion matrices of ten by ten counts. Of {len(digits.y_test)} test scans {right_torch.sum()} "
                    f"lie on the diagonal in PyTorch, {right_tf.sum()} in TensorFlow.")
margin = [np.take_along_axis(s, digits.y_test[:, None], 1)[:, 0] - s.max(1) for s in (scores_of_torch, scores_of_tf)]
worst = np.argsort(np.minimum(*margin), stable=True)[:8]
fig, axes = plots.figure(1, 8, width=10, height=1.9)
plots.images(axes, digits.x_test[worst], [f"written {digits.y_test[k]}\nPyTorch {scores_of_torch[k].argmax()}\n"
                                          f"TensorFlow {scores_of_tf[k].argmax()}" for k in worst])
plots.show(fig, alt="The eight test scans that the networks get most wrong, each with the digit that was written and what "
                    "each framework reads.")

# %% [markdown]
# ## 7.5 Keras's fit, and bigger pictures
#
# At the third step the losses parted, far more than rounding could make them: the *optimizers* differ. PyTorch's momentum
# sums gradients and multiplies by today's rate; Keras sums steps, each at the rate of its day
# ([PyTorch says so](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html)). At a constant rate it is
# the same (chapter 6), with a schedule it is not. Both ways train well.
#
# `fit` is Keras's ready-made loop: give it batches and callbacks. With the same batches it takes the same steps.
# (PyTorch has none; Lightning and others offer one.)
#
# Then the same functions on bigger pictures: with `fast = False` the clothes of
# [Fashion-MNIST](https://github.com/zalandoresearch/fashion-mnist), 28×28, else the digits, enlarged.

# %%
def batches_for_fit():
    for epoch in range(epochs):
        for pictures, labels in chunks(digits.x_train, digits.y_train, epoch):
            yield from zip(pictures, np.eye(10, dtype="float32")[labels])

each = len(digits.x_train) // 64
fitted = new_tf(epochs * each)
fitted.model.compile(fitted.optimizer, loss_tf, metrics=["accuracy"], steps_per_execution=each)
with tqdm(total=epochs, desc="fit", unit="epoch", leave=False) as bar, tf.device(device_tf):
    history = fitted.model.fit(
        batches_for_fit(), epochs=epochs, steps_per_epoch=each, shuffle=False, verbose=0, callbacks=[
            tf.keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: bar.update()),
            tf.keras.callbacks.ModelCheckpoint(folder / "fitted.keras")])
share, mean_loss = accuracy(fitted, digits.x_test, digits.y_test), history.history["loss"][0]
print(f"fit reads at least {floor:.0%} of forms that it has never seen: {share >= floor}")
parity.verdict("mean loss of the first epoch, fit and loop", mean_loss, np.mean(final_tf.losses[:each]), atol=1e-4)
again = scores_tf(tf.keras.models.load_model(folder / "fitted.keras"), digits.x_test)
parity.verdict("test scores of the network read from the .keras file", again, fitted.scores(digits.x_test))

# %%
def enlarged(x):
    return x.repeat(2, 1).repeat(2, 2)

bigger, turns = digits._replace(x_train=enlarged(digits.x_train), x_test=enlarged(digits.x_test)), 6
if not fast:
    try:
        bigger, turns = fashion.load(), 2
    except fashion.Unavailable as problem:
        print(f"{problem} The digits, enlarged, instead.")
size, shares = bigger.x_test.shape[1], {}
for name, new in (("PyTorch", new_torch), ("TensorFlow", new_tf)):
    run = new(turns * (len(bigger.x_train) // 64), size)
    train(run, bigger.x_train, bigger.y_train, turns)
    shares[name] = accuracy(run, bigger.x_test, bigger.y_test)
    print(f"{name} reads {shares[name]:.1%} of {len(bigger.x_test):,} pictures of {size}×{size} after {turns} epochs")
claims.verdict("C54", {"PyTorch reads digits": bool(right_torch.mean() >= floor),
                       "TensorFlow reads digits": bool(right_tf.mean() >= floor),
                       "the same code learns bigger pictures in both": min(shares.values()) > 0.7},
               f"here on {device_torch.type.upper()}; detection and segmentation follow in chapter 12")

# %% [markdown]
# ## 7.6 Stop, save, go on
#
# A [checkpoint](glossary.md#checkpoint) of the weights alone is enough to use a network, not to go on training it. Ours
# holds the network, the momentum, the place in the schedule, and the epoch (which fixes order and augmentation).
#
# It is written whenever form 11 was never read better, all at once, so that no interrupt leaves half a file. Nothing has
# to catch the interrupt: the best state lies on disk. We train in one go, then again with a `KeyboardInterrupt` after
# the third epoch, and resume.
#
# **Prediction 7.3.** We lose one part of the file. Without which part does every later training loss stay the same, to
# the last bit?

# %% tags=["predict"]
PARTS = ("momentum", "step count", "running averages of batch norm", "epoch")
def stop_and_resume(new, save, load):
    straight, stopped, seen, story = new(400), new(400), [0.0], {}   # 20 epochs of 20 steps; we run four
    train(straight, x_learn, y_learn, 4)
    def watch(run):
        seen.append(accuracy(run, x_watch, y_watch))
        if seen[-1] > max(seen[:-1]):                                # never so well read
            save(run)
        if run.epoch == 3:
            raise KeyboardInterrupt
    with contextlib.suppress(KeyboardInterrupt):                     # else this cell would end here
        train(stopped, x_learn, y_learn, 4, watch)
    for lost in ("nothing", *PARTS):
        share, begin = accuracy(run := load(lost), x_watch, y_watch), 20 * int(np.argmax(seen))
        train(run, x_learn, y_learn, 4 if lost == "nothing" else run.epoch + 1)
        story[lost] = np.array(straight.losses[begin:][:len(run.losses)]), np.array(run.losses), share
        print(f"lost {lost}: form 11 read with {share:.1%}, later losses differ by up to {parity.gap(*story[lost][:2]):.1e}")
    return story
guess = ...            # one of PARTS, or "none"
exercises.predict("7.3", guess, among=[*PARTS, "none"])

# %% tags=["torch"]
def save_torch(run):
    torch.save({"model": run.model.state_dict(), "optimizer": run.optimizer.state_dict(),
                "schedule": run.schedule.state_dict(), "epoch": run.epoch}, folder / "best.part")
    os.replace(folder / "best.part", folder / "best.pt")             # all at once: the old file or the new one

def load_torch(lost):
    run, state = new_torch(400), torch.load(folder / "best.pt", weights_only=True)
    run.model.load_state_dict(state["model"])
    run.optimizer.load_state_dict(state["optimizer"])
    if lost == "momentum":
        run.optimizer.state.clear()
    if lost != "step count":
        run.schedule.load_state_dict(state["schedule"])
    if lost == "running averages of batch norm":
        run.model[1].reset_running_stats(), run.model[4].reset_running_stats()
    run.epoch = 0 if lost == "epoch" else state["epoch"]
    return run

story_torch = stop_and_resume(new_torch, save_torch, load_torch)

# %% tags=["tf"]
def save_tf(run):
    state = tf.train.Checkpoint(model=run.model, optimizer=run.optimizer, epoch=tf.Variable(run.epoch))
    tf.train.CheckpointManager(state, folder / "best", max_to_keep=1).save(run.epoch)   # a new file, then a pointer

def load_tf(lost):
    run, epoch = new_tf(400), tf.Variable(0)
    state = tf.train.Checkpoint(model=run.model, optimizer=run.optimizer, epoch=epoch)
    state.restore(tf.train.latest_checkpoint(folder / "best")).assert_consumed()
    if lost == "momentum":
        for velocity in run.optimizer.momentums:
            velocity.assign(tf.zeros_like(velocity))
    if lost == "step count":
        run.optimizer.iterations.assign(0)
    if lost == "running averages of batch norm":
        for layer in (run.model.layers[1], run.model.layers[4]):
            layer.set_weights([*layer.get_weights()[:2], np.zeros(layer.gamma.shape), np.ones(layer.gamma.shape)])
    run.epoch = 0 if lost == "epoch" else int(epoch)
    return run

story_tf = stop_and_resume(new_tf, save_tf, load_tf)

# %% tags=["verdict"]
for name, story in (("PyTorch", story_torch), ("TensorFlow", story_tf)):
    straight, resumed, _ = story["nothing"]
    parity.verdict(f"{name}: losses after resuming, and those of the run in one go", resumed, straight)
harmless = [part for part in PARTS if all(parity.gap(*story[part][:2]) == 0 for story in (story_torch, story_tf))]
exercises.outcome("7.3", harmless[0] if harmless else "none")
fall = min(story["nothing"][2] - story["running averages of batch norm"][2] for story in (story_torch, story_tf))
print(f"without the running averages, form 11 is read worse by more than five points when training resumes: {fall > 0.05}")

# %% [markdown]
# ## 7.7 A file from a stranger
#
# In training, batch norm uses the batch; only `eval()` needs the running averages. Lose them and every loss is as before,
# while the network reads badly, until they have been averaged anew. A loss curve does not show everything.
#
# Now somebody else's file. [Pickle](glossary.md#pickle) is no data format: it is a program for rebuilding objects, and
# may call any function. We write such a file, with `print` for a payload. `weights_only=True`, the default since PyTorch
# 2.6, allows a short list of types and refuses the rest. A `.keras` file is JSON and arrays, but a `Lambda` layer brings
# Python bytecode; `safe_mode=True` refuses it.

# %% tags=["torch"]
class Payload:
    def __reduce__(self):                                            # "to rebuild me, call this function on that"
        return print, ("code from the file is running",)

torch.save({"weight": torch.zeros(3), "comment": Payload()}, folder / "stranger.pt")
heard_torch = {}
for trusting in (True, False):
    with contextlib.redirect_stdout(io.StringIO()) as heard:
        try:
            torch.load(folder / "stranger.pt", weights_only=not trusting)
            refusal = ""
        except pickle.UnpicklingError as error:
            refusal = type(error).__name__
    heard_torch[trusting] = heard.getvalue().strip() or refusal

# %% tags=["tf"]
with contextlib.redirect_stdout(io.StringIO()):
    stranger = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Lambda(
        lambda x: print("code from the file is running") or x, output_shape=(3,))])
stranger.save(folder / "stranger.keras")
heard_tf = {}
for trusting in (True, False):
    with contextlib.redirect_stdout(io.StringIO()) as heard:
        try:
            tf.keras.models.load_model(folder / "stranger.keras", safe_mode=not trusting)(tf.zeros([1, 3]))
            refusal = ""
        except ValueError as error:
            refusal = type(error).__name__
    heard_tf[trusting] = heard.getvalue().strip() or refusal

# %% tags=["verdict"]
for name, heard in (("PyTorch", heard_torch), ("TensorFlow", heard_tf)):
    print(f"{name}, trusting: {heard[True]!r}; not trusting: {heard[False]!r}")
save_file(torch_side.get_weights(final_torch.model), folder / "final.safetensors")
raw = (folder / "final.safetensors").read_bytes()
header = json.loads(raw[8:8 + int.from_bytes(raw[:8], "little")])    # its length, JSON, numbers: nothing that could run
print("a safetensors file, read with json:", {name: entry["shape"] for name, entry in header.items() if "8." in name})
read = load_file(folder / "final.safetensors")
carried = network_tf(8)
for k in (0, 3):
    names = [f"{k + 1}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
    carried.layers[k].set_weights([read[f"{k}.weight"].transpose(2, 3, 1, 0)])
    carried.layers[k + 1].set_weights([read[name] for name in names])
dense = read["8.weight"].reshape(10, 32, 4, 4).transpose(2, 3, 1, 0).reshape(-1, 10)
carried.layers[8].set_weights([dense, read["8.bias"]])
parity.verdict("PyTorch's test scores, and Keras's with the weights from that file", scores_of_torch,
               scores_tf(carried, digits.x_test), atol=1e-3)

# %% [markdown]
# ## 7.8 What makes a step slow
#
# [safetensors](glossary.md#safetensors) files hold numbers and their names, no program, and both frameworks read them.
# Refusals are fences, not walls; both had holes ([torch](https://github.com/advisories/GHSA-53q9-r3pm-6pq6),
# [Keras](https://nvd.nist.gov/vuln/detail/CVE-2025-1550)). Open files of people you trust, with a version that is up to
# date.
#
# Now time. We take the same five steps in every way that this machine offers, in turns. TensorFlow's graph may hold one
# step, or a loop over five. What a compiled way needs for its first call is told apart.
# [TF32](glossary.md#tf32) and [bfloat16](glossary.md#bfloat16) are for the matrix units of a GPU; without one they are
# NOT MEASURED. Last, how [resident memory](glossary.md#resident-memory) grows in a step: mostly by layers' outputs, kept
# for the way back.

# %% tags=["torch"]
pictures, labels = next(chunks(x_learn, y_learn, 0, steps=5))
plain_torch = new_torch(10 ** 6).learn
ways_torch, lacking = {"PyTorch, eager": plain_torch}, []
compiled_torch = new_torch(10 ** 6, change=torch.compile).learn      # model.compile() skips an nn.Sequential, silently
begin = time.perf_counter()
try:
    compiled_torch(pictures, labels)
    claims.number("first call, PyTorch, compiled", time.perf_counter() - begin, "s")
    ways_torch["PyTorch, compiled"] = compiled_torch
except (torch._dynamo.exc.BackendCompilerFailed, torch._inductor.exc.InductorError) as error:
    lacking.append(("first call, PyTorch, compiled", "NOT MEASURED", show.gist(error)))   # no C++ compiler, for example
if device_torch.type == "cuda":
    def tf32(*batch):
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
        plain_torch(*batch)
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    half_torch = new_torch(10 ** 6, change=torch.autocast("cuda", torch.bfloat16)).learn
    ways_torch |= {"PyTorch, TF32": tf32, "PyTorch, bfloat16": half_torch}

# %% tags=["tf"]
pictures, labels = next(chunks(x_learn, y_learn, 0, steps=5))
plain_tf, *others = (new_tf(10 ** 6) for _ in range(4))
eager_tf, graph_tf, compiled_tf = (run.step for run in others)
graph_tf, compiled_tf = tf.function(graph_tf), tf.function(compiled_tf, jit_compile=True)
def one_by_one(step):
    return lambda pictures, labels: [step(picture, label) for picture, label in zip(pictures, labels)]

ways_tf = {"TensorFlow, five steps a call": plain_tf.learn, "TensorFlow, step by step": one_by_one(graph_tf),
           "TensorFlow, eager": one_by_one(eager_tf), "TensorFlow, XLA": one_by_one(compiled_tf)}
begin = time.perf_counter()
compiled_tf(pictures[0], labels[0])
claims.number("first call, TensorFlow, XLA", time.perf_counter() - begin, "s")
if device_tf == "/GPU:0":
    def tf32(*batch):
        tf.config.experimental.enable_tensor_float_32_execution(True)
        plain_tf.learn(*batch)
        tf.config.experimental.enable_tensor_float_32_execution(False)
    tf.keras.config.set_dtype_policy("mixed_bfloat16")
    ways_tf |= {"TensorFlow, TF32": tf32, "TensorFlow, bfloat16": new_tf(10 ** 6).learn}
    tf.keras.config.set_dtype_policy("float32")

# %% tags=["verdict"]
ways = {name: functools.partial(way, pictures, labels) for name, way in (ways_torch | ways_tf).items()}
timings = timing.compare(ways, rounds=5 if fast else 15, wait=[torch_side.wait, tf_side.wait])
quickest = {name: min(t.seconds) for name, t in timings.items()}
graph = quickest["TensorFlow, eager"] / quickest["TensorFlow, five steps a call"]
eager = quickest["TensorFlow, eager"] / quickest["PyTorch, eager"]
best_torch, best_tf = (min(quickest[name] for name in some) for some in (ways_torch, ways_tf))
best = max(best_torch, best_tf) / min(best_torch, best_tf)
claims.verdict("C58", {"it varies when both run eagerly": eager > 1.5,
                       "the framework matters more than the way of running it": best > graph},
               f"five steps took TensorFlow measured {graph:.1f} times as long eagerly as in a graph; "
               f"the best ways of both frameworks were measured {best:.1f} times apart", timed=True)
with open(ROOT / "data" / "wheels.csv", newline="", encoding="utf-8") as file:
    wheels = [row for row in csv.DictReader(file) if re.search("cp311.*linux.*x86", row["file"])]
cuda = {row["file"].split("-")[0]: row["cuda"] for row in wheels}    # with which CUDA each was built; "none": without
claims.verdict("C57", cuda["torch"] != "none" and cuda["tensorflow"] == "none",
               f"torch for Linux is built with CUDA {cuda['torch']}, tensorflow with CUDA {cuda['tensorflow']} "
               "(data/wheels.csv): NVIDIA's platform for both")

# %%
for name, took in timings.items():
    rates = [5 * 64 / seconds for seconds in took.seconds]
    claims.number(f"training speed, {name}", max(rates), "scans/s", min(rates), max(rates))
sizes, workers = [512, 2048, 8192], {"PyTorch": "ch07/memory_torch", "TensorFlow": "ch07/memory_tf"}
with concurrent.futures.ThreadPoolExecutor() as pool:                # a child process for each, side by side, on the CPU
    jobs = {name: pool.submit(process.run, worker, {"batches": sizes}, 120, {"CUDA_VISIBLE_DEVICES": "-1"})
            for name, worker in workers.items()}
grown = {name: [row["bytes"] / 1e6 for row in job.result()] for name, job in jobs.items()}
claims.verdict("C14", all(min(values) > 0 for values in grown.values()), f"one step on {sizes[-1]:,} scans added "
               + " and ".join(f"measured {values[-1]:.0f} MB in {name}" for name, values in grown.items()))
for name, values in grown.items():
    claims.number(f"memory of a step, {name}, {sizes[-1]:,} scans", values[-1], "MB")
fig, (left, right) = plots.figure(1, 2, width=10, height=3.4)
left.barh(list(quickest), [5 * 64 / seconds for seconds in quickest.values()],
          color=[(plots.TORCH if "PyTorch" in name else plots.TF)["color"] for name in quickest])
left.set(xlabel="scans trained on per second", ylim=(len(quickest) - 0.5, -0.5))
for name, style in (("PyTorch", plots.TORCH), ("TensorFlow", plots.TF)):
    right.plot(sizes, grown[name], **style)
right.set(xlabel="scans in a batch", ylabel="growth of memory in a step (MB)", xlim=(0, None), ylim=(0, None))
right.legend()
plots.show(fig, alt="Bars of the scans trained on per second, one for each way to run either framework; and the growth of "
                    "memory in one step against the scans in a batch, a line for each framework.")

# %% [markdown]
# ## 7.9 Exercises
#
# ### Exercise 7.1: a split by groups
# Write `answer(form, share, rng)`: `form` says from which form each scan is, `rng` is a NumPy generator. Return a boolean
# array, True for the scans to test on: whole forms, drawn at random, until at least `share` of the *scans* are in the test.
# Forms may have very different sizes.
#
# ### Exercise 7.2: port label smoothing
# Port to TensorFlow. (`gather` picks one score in each row.)
#
# ```python
# def smoothed(logits, labels):
#     logs = torch.log_softmax(logits, dim=1)
#     right = logs.gather(1, labels[:, None])[:, 0]
#     return -(0.9 * right + 0.1 * logs.mean(dim=1)).mean()
# ```

# %% tags=["exercise"]
answer = ...           # a function of form, share and rng
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
    return np.isin(form, forms[:max(1, round(share * len(forms)))])
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

# %% tags=["check"]
exercises.check("7.1", answer)

# %% tags=["exercise"]
answer = ...           # a function of TensorFlow tensors: logits (n, 10) and labels (n,)
# solution
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))
# wrong: a mean over the classes
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_sum(logs, axis=1))
# wrong: whole rows
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.reduce_mean(tf.gather(logs, labels), axis=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))
# wrong: takes the softmax of the labels
def answer(logits, labels):
    targets = tf.nn.softmax(tf.one_hot(labels, 10, dtype=logits.dtype))
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))
# wrong: not smoothed
def answer(logits, labels):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
# wrong: shape
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, batch_dims=1)
    return -(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% tags=["check"]
exercises.check("7.2", answer)

# %% [markdown]
# ### Exercise 7.3: momentum under a schedule
# Keras's Nesterov step keeps a velocity `v`, PyTorch's a sum of gradients `b`; after a step at the rate `last`,
# `v = -last * b`.
#
# ```python
# def keras_step(w, v, g, rate):            # g: the gradient
#     v = 0.9 * v - rate * g
#     return w + 0.9 * v - rate * g
# ```
#
# Write `answer(w, b, g, rate, last)` in PyTorch: the weights after the same step, at the new `rate`, from `b`.
#
# ### Exercise 7.4: the number to report
# Arrays hold the accuracy on form 11, `watched`, and on the test, `tested`, after each epoch. Write
# `answer(watched, tested)`: the epoch to keep (from 0; of equals the first) and the accuracy to report.

# %% tags=["exercise"]
answer = ...           # a function of PyTorch tensors w, b, g and of the numbers rate and last
# solution
def answer(w, b, g, rate, last):
    b = 0.9 * b * last / rate + g
    return w - rate * (g + 0.9 * b)
# wrong: today's rate
def answer(w, b, g, rate, last):
    b = 0.9 * b + g
    return w - rate * (g + 0.9 * b)
# wrong: upside down
def answer(w, b, g, rate, last):
    b = 0.9 * b * rate / last + g
    return w - rate * (g + 0.9 * b)
# wrong: without Nesterov
def answer(w, b, g, rate, last):
    b = 0.9 * b * last / rate + g
    return w - rate * b
# wrong: is no velocity
def answer(w, b, g, rate, last):
    v = 0.9 * b - rate * g
    return w + 0.9 * v - rate * g

# %% tags=["check"]
exercises.check("7.3", answer)

# %% tags=["exercise"]
answer = ...           # a function of two NumPy arrays; returns (epoch, accuracy)
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
# ## 7.10 Quiz
#
# Each option opens and says why it is right or wrong.

# %%
exercises.quiz("07")

# %% [markdown]
# ## 7.11 Verdicts
#
# The chapter's claims, and your machine. Chapter 14 weighs what the second table says.

# %%
claims.close("07")
rows = claims.numbers() + lacking
rows += [(f"training speed, {name}, {kind}", "NOT MEASURED", "needs a GPU") for name in ("PyTorch", "TensorFlow")
         for kind in ("TF32", "bfloat16") if f"{name}, {kind}" not in quickest]
show.table(["what", "measured", "unit"], rows, caption="Your machine")

# %% [markdown]
# ## 7.12 Summary and further reading
#
# - Split by what must be new in use: writers, patients, days. Choose on validation data; test once.
# - Both loops do the same in other words; `fit` is Keras's loop, written for you.
# - Equal hyperparameters are not equal optimizers once the rate moves.
# - A checkpoint: weights, buffers, optimizer, schedule, epoch. Test it by resuming.
# - Give `shuffle` the size of the set. Slice arrays that fit in memory.
# - Load numbers, not programs.
# - Before frameworks, compare the ways to run a step.
#
# Further: [saving in PyTorch](https://docs.pytorch.org/docs/stable/notes/serialization.html) and
# [TensorFlow](https://www.tensorflow.org/guide/checkpoint),
# [tf.data performance](https://www.tensorflow.org/guide/data_performance),
# [momentum correction](https://arxiv.org/abs/1706.02677) (Goyal et al., section 3),
# [leakage in science](https://arxiv.org/abs/2207.07048) (Kapoor and Narayanan). Next:
# chapter 8, distributed training.
