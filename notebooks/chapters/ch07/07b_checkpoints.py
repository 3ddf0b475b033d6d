# %% [markdown]
# # 7b. Checkpoints
#
# A training is cut off and goes on to the same bits. Then you lose one part of its file, and the loss does not notice.
#
# > **Minutes**: 31 · **Needs**: lesson 7a · **Claims tested**: none
# >
# > **You will be able to**
# > - save a run so that it goes on to the same numbers (verdict in 7b.2)
# > - say what each part of the file is for (prediction P7.3)
# > - carry an optimizer's state between the frameworks (exercise 7.3)
# > - say by what a file finds a layer (verdict in 7b.5)
#
# `fast` changes nothing here, `seed` draws other weights and pictures, `device` says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("07b")

import os

from chapters.ch07 import scans
from helpers import claims, exercises, parity

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
# ## 7b.1 What a run consists of
#
# To *use* a network, its weights are enough. To go on *training* it, one needs more. We take the network and the loop of
# lesson 7a. Its lines stand in the modules `training_torch` and `training_tf`: `new` makes a run that has not begun,
# `scores` asks its network, and `train_epoch` trains it for an epoch and returns the losses. A run has a model, an
# optimizer, and the number of its epoch. PyTorch's has a schedule as well.
#
# On a GPU some operations add in no fixed order. `deterministic` forbids it (lesson 6f): bits will be compared.

# %% tags=["taught"]
x_learn, y_learn, x_watch, y_watch = scans.split()  # forms 1 to 10, and form 11
start = scans.start_weights(size=8, seed=seed)
steps = 400  # 20 epochs of 20 steps; we shall run four epochs
folder = session.fresh_folder("07b")

# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)
torch_side.deterministic(device_torch.type == "cuda")

run_torch = training_torch.new(steps, start, device_torch)
scores_torch = training_torch.scores(run_torch, x_watch)
print("network:", list(run_torch.model.state_dict())[:4], "...")

# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
if device_tf == "/GPU:0":
    tf_side.deterministic(True)

run_tf = training_tf.new(steps, start, device_tf)
scores_tf = training_tf.scores(run_tf, x_watch)
print("network:", [variable.path for variable in run_tf.model.variables][:3], "...")

# %% tags=["verdict", "folded"]
# Folded: compares the scores of the untrained networks.
parity.verdict("scores of a run that has not begun", scores_torch, scores_tf, atol=1e-4)

# %% [markdown]
# One epoch of training. What does the run remember now, besides its network?

# %% tags=["torch"]
# PyTorch
training_torch.train_epoch(run_torch, x_learn, y_learn, seed)
print("schedule:", run_torch.schedule.state_dict()["last_epoch"], "steps")
momenta = [state["momentum_buffer"] for state in run_torch.optimizer.state.values()]
remembered_torch = sum(momentum.numel() for momentum in momenta)
print("optimizer:", remembered_torch, "numbers")

# %% tags=["tf"]
# TensorFlow
training_tf.train_epoch(run_tf, x_learn, y_learn, seed)
print("schedule:", int(run_tf.optimizer.iterations), "steps")
remembered_tf = sum(int(tf.size(momentum)) for momentum in run_tf.optimizer.momentums)
print("optimizer:", remembered_tf, "numbers")

# %% tags=["verdict", "folded"]
# Folded: how much does each optimizer remember?
parity.verdict("numbers that the momentum holds", remembered_torch, remembered_tf)

# %% [markdown]
# So four things belong into a [checkpoint](glossary.md#checkpoint): the network, with the running averages of its batch
# norms; the optimizer, with its momentum; the place in the schedule (Keras's optimizer counts it); and the epoch, which
# fixes the order of the pictures and how they are augmented.

# %% [markdown]
# ## 7b.2 Cut off, and resumed
#
# Saving must not be cut off half-way either. So PyTorch's file is written under another name and then renamed: whoever
# looks finds the old file or the new one. TensorFlow's manager writes a new file, and then a pointer to it.
#
# `weights_only=True` is explained in lesson 7c. `assert_consumed` complains where something in the file has found no place.


# %% tags=["torch"]
# PyTorch
def save_torch(run):
    state = {
        "model": run.model.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "schedule": run.schedule.state_dict(),
        "epoch": run.epoch,
    }
    torch.save(state, folder / "best.part")
    os.replace(folder / "best.part", folder / "best.pt")


def load_torch():
    run = training_torch.new(steps, start, device_torch)
    state = torch.load(folder / "best.pt", weights_only=True)
    run.model.load_state_dict(state["model"])
    run.optimizer.load_state_dict(state["optimizer"])
    run.schedule.load_state_dict(state["schedule"])
    run.epoch = state["epoch"]
    return run


save_torch(run_torch)
scores_torch = training_torch.scores(run_torch, x_watch)
loaded_torch = training_torch.scores(load_torch(), x_watch)

# %% tags=["tf"]
# TensorFlow
best_tf = folder / "best"


def save_tf(run):
    state = tf.train.Checkpoint(
        model=run.model, optimizer=run.optimizer, epoch=tf.Variable(run.epoch)
    )
    tf.train.CheckpointManager(state, best_tf, max_to_keep=1).save(run.epoch)


def load_tf():
    run = training_tf.new(steps, start, device_tf)
    epoch = tf.Variable(0)
    state = tf.train.Checkpoint(model=run.model, optimizer=run.optimizer, epoch=epoch)
    state.restore(tf.train.latest_checkpoint(best_tf)).assert_consumed()
    run.epoch = int(epoch)
    return run


save_tf(run_tf)
scores_tf = training_tf.scores(run_tf, x_watch)
loaded_tf = training_tf.scores(load_tf(), x_watch)

# %% tags=["verdict", "folded"]
# Folded: compares the run of one epoch with what was loaded of it.
parity.verdict("PyTorch: scores, saved and loaded", loaded_torch, scores_torch)
parity.verdict("TensorFlow: scores, saved and loaded", loaded_tf, scores_tf)

# %% [markdown]
# Now a whole run, for four epochs in one go. What it says is what a resumed run will have to say.

# %% tags=["torch"]
# PyTorch
straight = training_torch.new(steps, start, device_torch)
losses_torch = []
while straight.epoch < 4:
    losses_torch.append(training_torch.train_epoch(straight, x_learn, y_learn, seed))

# %% tags=["tf"]
# TensorFlow
straight = training_tf.new(steps, start, device_tf)
losses_tf = []
while straight.epoch < 4:
    losses_tf.append(training_tf.train_epoch(straight, x_learn, y_learn, seed))

# %% tags=["verdict", "folded"]
# Folded: compares the first losses of the two frameworks.
parity.verdict(
    "the losses of two steps", losses_torch[0][:2], losses_tf[0][:2], atol=1e-4
)

# %% [markdown]
# Then again, from the start. This time we save the run whenever it reads form 11 better than ever before. After the third
# epoch the power fails.


# %% tags=["taught"]
def accuracy(scores):
    return float((scores.argmax(axis=1) == y_watch).mean())


# %% tags=["torch"]
# PyTorch
run = training_torch.new(steps, start, device_torch)
again_torch = []
best = 0.0
for _ in range(3):
    again_torch.append(training_torch.train_epoch(run, x_learn, y_learn, seed))
    share = accuracy(training_torch.scores(run, x_watch))
    if share > best:
        best = share
        save_torch(run)
del run  # the power fails

# %% tags=["tf"]
# TensorFlow
run = training_tf.new(steps, start, device_tf)
again_tf = []
best = 0.0
for _ in range(3):
    again_tf.append(training_tf.train_epoch(run, x_learn, y_learn, seed))
    share = accuracy(training_tf.scores(run, x_watch))
    if share > best:
        best = share
        save_tf(run)
del run  # the power fails

# %% tags=["verdict", "folded"]
# Folded: compares the three epochs with those of the run in one go, bit by bit.
parity.verdict("PyTorch, begun again", again_torch, losses_torch[:3])
parity.verdict("TensorFlow, begun again", again_tf, losses_tf[:3])

# %% [markdown]
# So far the run repeats itself to the last bit. Now it is gone. What is left lies on the disk: resume from there.

# %% tags=["torch"]
# PyTorch
run = load_torch()
print("the file is from the end of epoch", run.epoch)
saved_torch = run.epoch
resumed_torch = []
while run.epoch < 4:
    resumed_torch.append(training_torch.train_epoch(run, x_learn, y_learn, seed))

# %% tags=["tf"]
# TensorFlow
run = load_tf()
print("the file is from the end of epoch", run.epoch)
saved_tf = run.epoch
resumed_tf = []
while run.epoch < 4:
    resumed_tf.append(training_tf.train_epoch(run, x_learn, y_learn, seed))

# %% tags=["verdict", "folded"]
# Folded: compares each resumed run with the one in one go, bit by bit.
parity.verdict("PyTorch, resumed", resumed_torch, losses_torch[saved_torch:])
parity.verdict("TensorFlow, resumed", resumed_tf, losses_tf[saved_tf:])

# %% [markdown]
# Not one bit is off. That is the test of a checkpoint: resume, and compare.

# %% [markdown]
# ## 7b.3 Lose a part
#
# Now we lose one part of the file, resume, and train for one epoch.
#
# **Predict.** Without which part are the training losses of that epoch still the same, to the last bit?
#
# - **a** the momentum
# - **b** the place in the schedule
# - **c** the running averages of batch norm
# - **d** the number of the epoch
# - **e** there is no such part: each one changes a loss

# %% tags=["predict"]
guess = ...  # "a", "b", "c", "d" or "e"
exercises.predict("P7.3", guess, among=["a", "b", "c", "d", "e"])

# %% [markdown]
# `lose` puts one part back to where a run begins. The batch norms are layers 1 and 4; their running means begin at 0, their
# running variances at 1. Keras's `iterations` is its count of steps.

# %% tags=["taught"]
PARTS = {"a": "momentum", "b": "schedule", "c": "averages", "d": "epoch"}


# %% tags=["torch"]
# PyTorch
def lose_torch(run, part):
    if part == "momentum":
        run.optimizer.state.clear()
    if part == "schedule":
        run.schedule.last_epoch = 0  # so PyTorch calls the count of steps
    if part == "averages":
        run.model[1].reset_running_stats()
        run.model[4].reset_running_stats()
    if part == "epoch":
        run.epoch = 0


# %% tags=["tf"]
# TensorFlow
def lose_tf(run, part):
    if part == "momentum":
        for momentum in run.optimizer.momentums:
            momentum.assign(tf.zeros_like(momentum))
    if part == "schedule":
        run.optimizer.iterations.assign(0)
    if part == "averages":
        for norm in (run.model.layers[1], run.model.layers[4]):
            norm.moving_mean.assign(tf.zeros_like(norm.moving_mean))
            norm.moving_variance.assign(tf.ones_like(norm.moving_variance))
    if part == "epoch":
        run.epoch = 0


# %% tags=["verdict", "folded"]
# Folded: loses each part in turn, trains for an epoch, and says which option came true.
ways = {
    "PyTorch": (training_torch, load_torch, lose_torch, losses_torch[saved_torch]),
    "TensorFlow": (training_tf, load_tf, lose_tf, losses_tf[saved_tf]),
}
off = dict.fromkeys(PARTS, 0.0)  # the losses, in the framework that is further off
read = {}
for name, (training, load, lose, expected) in ways.items():
    for letter, part in PARTS.items():
        run = load()
        lose(run, part)
        read[name, letter] = accuracy(training.scores(run, x_watch))
        losses = training.train_epoch(run, x_learn, y_learn, seed)
        off[letter] = max(off[letter], parity.gap(losses, expected))
letters = {letter: far == 0 for letter, far in off.items()}
exercises.outcome("P7.3", exercises.first_true({**letters, "e": True}))
for letter, part in PARTS.items():
    print(f"without the {part}: every loss as before: {off[letter] == 0}")
falls = [read[name, "a"] - read[name, "c"] for name in ways]
print(f"without the averages form 11 is read worse by five points: {min(falls) > 0.05}")

# %% [markdown]
# In training, batch norm uses the batch; only reading needs the running averages. Lose them and every loss is as before,
# while the network reads badly, until they have been averaged anew. A loss curve does not show everything.

# %% [markdown]
# ## 7b.4 One name, two memories
#
# Can the momentum travel to the other framework? In lesson 7a the runs parted at the third step, though both hold a
# momentum of 0.9. PyTorch remembers a sum of gradients, $b \leftarrow 0.9\,b + g$, and multiplies it by today's rate
# $\eta$. Keras remembers a velocity, $v \leftarrow 0.9\,v - \eta\,g$, in which each gradient keeps the rate of its day.
# As long as the rate has never changed, and was `last`, $v = -\text{last} \cdot b$. So it can travel, if the rate travels
# with it.

# %% [markdown]
# ### Exercise 7.3: momentum under a schedule (5 minutes)
#
# Keras's Nesterov step:
#
# ```python
# def keras_step(w, v, g, rate):            # g: the gradient
#     v = 0.9 * v - rate * g
#     return w + 0.9 * v - rate * g
# ```
#
# Write `answer(w, b, g, rate, last)` in PyTorch: the weights after the same step at the new `rate`, when the optimizer
# holds `b` from steps that all had the rate `last`. `w`, `b` and `g` are float64 tensors of one shape, `rate` and `last` are
# floats. You may change `w` and `b` in place; return the new weights.

# %% tags=["exercise"]
answer = ...  # a function of PyTorch tensors w, b, g and of the floats rate and last


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


# wrong: the rate `last`
def answer(w, b, g, rate, last):
    b = 0.9 * b + g
    return w - last * (g + 0.9 * b)


# %% tags=["check"]
exercises.check("7.3", answer)

# %% [markdown]
# ## 7b.5 By name, or by number?
#
# Two ways to lose something without an error. First the weights. A network has two layers of one shape, `left` and `right`.
# It is saved, and loaded into the same network, which somebody has written down in the other order.


# %% tags=["torch"]
# PyTorch
def pair_torch(first, second):
    return torch.nn.ModuleDict(
        {first: torch.nn.Linear(4, 4), second: torch.nn.Linear(4, 4)}
    )


saved = pair_torch("left", "right")
torch.save(saved.state_dict(), folder / "pair.pt")
loaded = pair_torch("right", "left")
loaded.load_state_dict(torch.load(folder / "pair.pt", weights_only=True))
right_place_torch = torch.equal(loaded["left"].weight, saved["left"].weight)
print(right_place_torch)


# %% tags=["tf"]
# TensorFlow
def pair_tf(first, second):
    x = tf.keras.Input((4,))
    one = tf.keras.layers.Dense(4, name=first)(x)
    two = tf.keras.layers.Dense(4, name=second)(x)
    return tf.keras.Model(x, tf.keras.layers.Add()([one, two]))


def left(model):
    return model.get_layer("left").kernel.numpy().tolist()


saved = pair_tf("left", "right")
saved.save_weights(folder / "pair.weights.h5")
loaded = pair_tf("right", "left")
loaded.load_weights(folder / "pair.weights.h5")
right_place_tf = left(loaded) == left(saved)

for layer in ("left", "right"):
    loaded.get_layer(layer).set_weights(saved.get_layer(layer).get_weights())
mended = left(loaded) == left(saved)
print(right_place_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: is what is called left what was saved as left?
parity.differ("left is left", right_place_torch, right_place_tf)
parity.verdict("mended: carried name by name", right_place_torch, mended)

# %% [markdown]
# Keras's `.weights.h5` knows layers by kind and number, whatever you call them: `dense`, `dense_1`. Each got the other's
# kernel, and every shape fits. So compare outputs after loading, or save the whole model as `.keras`.
#
# Second, the schedule. Its rate is halved at each step; after two steps of three the run is cut off, and only the schedule
# is loaded, into a new optimizer.


# %% tags=["torch"]
# PyTorch
def schedule_torch():
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.5)
    return optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)


def step(optimizer, schedule):
    optimizer.step()
    schedule.step()
    return optimizer.param_groups[0]["lr"]


old_optimizer, old = schedule_torch()
for _ in range(2):
    step(old_optimizer, old)

optimizer, schedule = schedule_torch()
schedule.load_state_dict(old.state_dict())
alone_torch = step(optimizer, schedule)
print(alone_torch)

# %% tags=["tf"]
# TensorFlow
halved = tf.keras.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)
optimizer = tf.keras.optimizers.SGD(halved)
optimizer.iterations.assign(3)  # all that its schedule remembers
third_tf = float(optimizer.learning_rate)
print(third_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the rates after the third step.
parity.differ("the rate, the schedule loaded alone", alone_torch, third_tf)

# %% [markdown]
# Most of PyTorch's schedules *multiply the rate that they find* in the optimizer. A new one has the rate of the first day,
# and from there it stays too large, for good. The mend: load both. And make the schedule before you load the optimizer, for
# making one sets the optimizer's rate.

# %% tags=["taught"]
# PyTorch
optimizer, schedule = schedule_torch()
optimizer.load_state_dict(old_optimizer.state_dict())
schedule.load_state_dict(old.state_dict())
mended = step(optimizer, schedule)
print(mended)

# %% tags=["verdict", "folded"]
# Folded: compares the mended rate.
parity.verdict("mended: the optimizer, too", mended, third_tf)

# %% [markdown]
# ## 7b.6 Quiz

# %%
exercises.quiz("07b")

# %% [markdown]
# ## 7b.7 Verdicts

# %%
claims.close("07b")

# %% [markdown]
# ## 7b.8 Summary and further reading
#
# - A checkpoint: weights, buffers, optimizer, schedule, epoch. Write it all at once. Test it by resuming.
# - What a loss does not show can be lost without a word: read with the network, too.
# - A momentum of 0.9 is not the same memory in both: it travels only together with the rate.
# - Ask by what a file knows its parts: by name or by number. A schedule belongs to its optimizer.
#
# Further reading: [saving in PyTorch](https://docs.pytorch.org/docs/stable/notes/serialization.html),
# [in TensorFlow](https://www.tensorflow.org/guide/checkpoint).
# Next: [files from others](07c_files_from_others.ipynb).
