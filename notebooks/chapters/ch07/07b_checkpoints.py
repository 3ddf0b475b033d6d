# %% [markdown]
# # 7b. Checkpoints
#
# A training is cut off and goes on to the same bits. Then you lose one part of its file, and the loss does not notice.
# And you open files that others left: one that is a program, and two without the code that belongs to them.
#
# > **Minutes**: 40 · **Needs**: lesson 7a · **Claims tested**: none
# >
# > **You will be able to**
# > - save a run so that it goes on to the same numbers (verdict in 7b.2)
# > - say what each part of the file is for (prediction P7.3)
# > - carry an optimizer's state between the frameworks (exercise 7.3)
# > - refuse a file that runs a stranger's code (prediction P7.4 and exercise 7.5)
# > - read old files by the names in them (prediction P7.5)
#
# `fast` changes nothing here, `seed` draws other weights and pictures, `device` says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("07b")

import contextlib
import io
import json
import os
import pickle
import pickletools

import h5py
from safetensors.numpy import load_file, save_file

from chapters.ch07 import old_files, scans
from helpers import build_dir, claims, data, exercises, parity

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

from chapters.ch07 import old_files_tf, training_tf
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
# lesson 7a. Its lines stand in the modules `training_torch` and `training_tf`: `new` makes a run that has not begun, and
# `train_epoch` trains it for an epoch and returns the losses. A run has a model, an optimizer, and the number of its
# epoch.
#
# On a GPU some operations add in no fixed order. `deterministic` forbids it (lesson 6f): bits will be compared.

# %% tags=["taught"]
x_learn, y_learn, x_watch, y_watch = scans.split()  # forms 1 to 10, and form 11
start = scans.start_weights(size=8, seed=seed)
steps = 400  # 20 epochs of 20 steps; we shall run four of them
folder = build_dir() / "chapter-07"
folder.mkdir(parents=True, exist_ok=True)

# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)
torch_side.deterministic(device_torch.type == "cuda")

run = training_torch.new(steps, start, device_torch)
training_torch.train_epoch(run, x_learn, y_learn, seed)
print("network:", list(run.model.state_dict())[:4], "...")
print("schedule:", run.schedule.state_dict()["last_epoch"], "steps")
momenta = [state["momentum_buffer"] for state in run.optimizer.state.values()]
remembered_torch = sum(momentum.numel() for momentum in momenta)
print("optimizer:", remembered_torch, "numbers")

# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
if device_tf == "/GPU:0":
    tf_side.deterministic(True)

run = training_tf.new(steps, start, device_tf)
training_tf.train_epoch(run, x_learn, y_learn, seed)
print("network:", [variable.path for variable in run.model.variables][:3], "...")
print("schedule:", int(run.optimizer.iterations), "steps")
remembered_tf = sum(int(tf.size(momentum)) for momentum in run.optimizer.momentums)
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
# `weights_only=True` is explained in 7b.5. `assert_consumed` complains where something in the file has found no place.


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


save_torch(training_torch.new(steps, start, device_torch))
scores_torch = training_torch.scores(load_torch(), x_watch)

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


save_tf(training_tf.new(steps, start, device_tf))
scores_tf = training_tf.scores(load_tf(), x_watch)

# %% tags=["verdict", "folded"]
# Folded: compares the scores of two untrained networks that were saved and loaded.
parity.verdict("scores after a round trip", scores_torch, scores_tf, atol=1e-4)

# %% [markdown]
# We train for four epochs in one go. Then again, and save the run whenever form 11 is read better than ever before.
# After the third epoch the power fails, and the run is gone. Then we resume from what lies on the disk, and finish.


# %% tags=["taught"]
def accuracy(scores):
    return float((scores.argmax(axis=1) == y_watch).mean())


# %% tags=["torch"]
# PyTorch
straight = training_torch.new(steps, start, device_torch)
losses_torch = []
while straight.epoch < 4:
    losses_torch.append(training_torch.train_epoch(straight, x_learn, y_learn, seed))

run = training_torch.new(steps, start, device_torch)
best = 0.0
for _ in range(3):
    training_torch.train_epoch(run, x_learn, y_learn, seed)
    share = accuracy(training_torch.scores(run, x_watch))
    if share > best:
        best = share
        save_torch(run)
del run  # the power fails

# %% tags=["tf"]
# TensorFlow
straight = training_tf.new(steps, start, device_tf)
losses_tf = []
while straight.epoch < 4:
    losses_tf.append(training_tf.train_epoch(straight, x_learn, y_learn, seed))

run = training_tf.new(steps, start, device_tf)
best = 0.0
for _ in range(3):
    training_tf.train_epoch(run, x_learn, y_learn, seed)
    share = accuracy(training_tf.scores(run, x_watch))
    if share > best:
        best = share
        save_tf(run)
del run  # the power fails

# %% tags=["verdict", "folded"]
# Folded: compares the first losses of the two frameworks.
parity.verdict(
    "the losses of two steps", losses_torch[0][:2], losses_tf[0][:2], atol=1e-4
)

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
# - **e** without none of them

# %% tags=["predict"]
guess = ...  # "a", "b", "c", "d" or "e"
exercises.predict("P7.3", guess, among=["a", "b", "c", "d", "e"])

# %% [markdown]
# `lose` puts one part back to where a run begins. The batch norms are layers 1 and 4.

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
# After a step at the rate `last`, at a rate that never changed, $v = -\text{last} \cdot b$. So it can travel, if the rate
# travels with it.

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
# holds `b` from a step at the rate `last`. `w`, `b` and `g` are float64 tensors of one shape, `rate` and `last` are
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
# ## 7b.5 A file from a stranger
#
# PyTorch's `.pt` files are made with Python's [pickle](glossary.md#pickle). That is no data format. It is a program for
# rebuilding objects, and it may call any function. An object says by `__reduce__` how it wants to be rebuilt: here by a
# call of `print`. `pickletools.genops` lists the program's instructions without running them.


# %% tags=["taught"]
class Payload:
    def __reduce__(self):  # "to rebuild me, call this function with that"
        return print, ("code from the file is running",)


program = pickle.dumps([1.5, Payload()], protocol=2)
for instruction, argument, _ in pickletools.genops(program):
    print(instruction.name, argument)

# %% [markdown]
# `GLOBAL` names what is imported, `REDUCE` calls it. In place of `print` could stand a function that deletes your files.
#
# Now the stranger's file also holds three harmless numbers. `torch.load` with `weights_only=False` trusts it;
# with `True` it rebuilds tensors and plain values only, and refuses any other call. Keras's
# `.keras` file is JSON and arrays, but a `Lambda` layer brings Python bytecode; `safe_mode=False` trusts that.
#
# **Predict.** You load the trusted `.pt` file for the numbers, and do not touch anything else in it. What happens?
#
# - **a** the stranger's code has run
# - **b** the numbers come, and no code runs until the object is used
# - **c** PyTorch refuses

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P7.4", guess, among=["a", "b", "c"])

# %% [markdown]
# `redirect_stdout` catches what is printed meanwhile. In the `Lambda`, `print` gives `None`, and `None or x` is `x`.

# %% tags=["torch"]
# PyTorch
stranger = {"weight": torch.zeros(3), "comment": Payload()}
torch.save(stranger, folder / "stranger.pt")


def open_torch(weights_only):
    """What is printed while the file is loaded, or the name of the error."""
    with contextlib.redirect_stdout(io.StringIO()) as heard:
        try:
            torch.load(folder / "stranger.pt", weights_only=weights_only)
        except pickle.UnpicklingError as error:
            return type(error).__name__
    return heard.getvalue().strip()


trusting_torch = open_torch(weights_only=False)
wary_torch = open_torch(weights_only=True)
print("trusting:", trusting_torch)
print("wary:", wary_torch)

# %% tags=["tf"]
# TensorFlow
shout = tf.keras.layers.Lambda(
    lambda x: print("code from the file is running") or x, output_shape=(3,)
)
with contextlib.redirect_stdout(io.StringIO()):
    tf.keras.Sequential([tf.keras.Input((3,)), shout]).save(folder / "stranger.keras")


def open_tf(safe_mode):
    """What is printed while the file is loaded and used, or the name of the error."""
    with contextlib.redirect_stdout(io.StringIO()) as heard:
        try:
            path = folder / "stranger.keras"
            model = tf.keras.models.load_model(path, safe_mode=safe_mode)
            model(tf.zeros([1, 3]))
        except ValueError as error:
            return type(error).__name__
    return heard.getvalue().strip()


trusting_tf = open_tf(safe_mode=False)
wary_tf = open_tf(safe_mode=True)
print("trusting:", trusting_tf)
print("wary:", wary_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and whether both run and refuse alike.
letter = exercises.first_true(
    {
        "a": "running" in trusting_torch,
        "c": "Error" in trusting_torch,
        "b": trusting_torch == "",
    }
)
exercises.outcome("P7.4", letter)
parity.verdict("what a trusting reader hears", trusting_torch, trusting_tf)
print(f"a wary one gets: PyTorch {wary_torch}, TensorFlow {wary_tf}")

# %% [markdown]
# `weights_only=True`, the default since PyTorch 2.6, allows a short list of types and refuses the rest; so does
# `safe_mode=True`. These are fences, not walls; both had holes
# ([torch](https://github.com/advisories/GHSA-53q9-r3pm-6pq6), [Keras](https://nvd.nist.gov/vuln/detail/CVE-2025-1550)).
# Open files of people you trust, with a version that is up to date.

# %% [markdown]
# ### Exercise 7.5: look before you load (4 minutes)
#
# Write `answer(program)`: `program` is a pickle of protocol 2, as bytes. Return a sorted list of what it would import,
# each once, in the form `"module name"`, as `GLOBAL` gives it. An empty list says that it imports nothing. Do not load
# it.

# %% tags=["exercise"]
answer = ...  # a function of bytes


# solution
def answer(program):
    found = set()
    for instruction, argument, _ in pickletools.genops(program):
        if instruction.name == "GLOBAL":
            found.add(argument)
    return sorted(found)


# wrong: the program has run
def answer(program):
    return sorted({type(one).__name__ for one in pickle.loads(program)})


# wrong: each once
def answer(program):
    instructions = pickletools.genops(program)
    return sorted(argument for one, argument, _ in instructions if one.name == "GLOBAL")


# wrong: not sorted
def answer(program):
    found = []
    for instruction, argument, _ in pickletools.genops(program):
        if instruction.name == "GLOBAL" and argument not in found:
            found.append(argument)
    return found


# wrong: texts that are no imports
def answer(program):
    arguments = [argument for _, argument, _ in pickletools.genops(program)]
    return sorted({one for one in arguments if isinstance(one, str) and " " in one})


# %% tags=["check"]
exercises.check("7.5", answer)

# %% [markdown]
# ## 7b.6 Numbers and names, and nothing else
#
# A [safetensors](glossary.md#safetensors) file holds eight bytes with a length, that many bytes of JSON with names and
# shapes, and then numbers. Nothing in it could run, and both frameworks can use it. We save PyTorch's network.

# %% tags=["taught"]
saved = load_torch()
path = folder / "network.safetensors"
save_file(torch_side.get_weights(saved.model), path)

content = path.read_bytes()
length = int.from_bytes(content[:8], "little")
header = json.loads(content[8 : 8 + length])
for name in ("0.weight", "1.running_mean", "8.weight"):
    print(name, header[name]["shape"])

# %% [markdown]
# Into Keras go the same numbers, in Keras's order. `training_tf.carry` turns the axes of the convolutions. The dense
# layer's inputs are 32 channels of 4×4 pixels, made flat: PyTorch's `Flatten` goes channel by channel, Keras's pixel by
# pixel, so `carry` puts them into that order (chapter 5). Turn the matrix alone, and every shape fits, and the scores are
# wrong.

# %% tags=["taught"]
of_torch = training_torch.scores(saved, x_watch)
numbers = load_file(path)
carried = training_tf.new(steps, start, device_tf)
training_tf.carry(numbers, carried.model)

# %% tags=["verdict", "folded"]
# Folded: compares scores; and does the order behind Flatten matter?
of_keras = training_tf.scores(carried, x_watch)
parity.verdict("scores of form 11, carried over", of_torch, of_keras, atol=1e-3)
carried.model.layers[8].set_weights([numbers["8.weight"].T, numbers["8.bias"]])
only_turned = training_tf.scores(carried, x_watch)
parity.differ("scores with a matrix only turned", of_torch, only_turned, atol=1e-3)

# %% [markdown]
# ## 7b.7 Files without their code
#
# You inherit two files that read digits. `reader.h5` is in the layout of Keras 2, and an `.h5` file needs no Keras: `h5py`
# opens it, and `visititems` calls our function `note` with the name of everything that is inside.

# %% tags=["taught"]
old_files.write_h5(folder / "reader.h5")
found = {}


def note(name, thing):
    if isinstance(thing, h5py.Dataset):  # an array; else it is a folder of arrays
        found[name] = thing[...]


with h5py.File(folder / "reader.h5") as file:
    file.visititems(note)
for name, array in found.items():
    print(name, array.shape)

# %% [markdown]
# Two dense layers, 64 to 128 to 10. We rebuild them and put each array where its name says. `load_state_dict` raises an
# error where a name is missing or one is too many.
#
# **Predict.** We add nothing that the names do not say. What share of the test scans will the rebuilt network read
# correctly?
#
# - **a** about nine in ten
# - **b** about half
# - **c** about one in ten
# - **d** none: loading raises an error

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.5", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
digits = data.digits()
x_test = digits.x_test.reshape(-1, 64)


def share_read(scores):
    return float((scores.argmax(axis=1) == digits.y_test).mean())


# %% tags=["torch"]
# PyTorch
Linear = torch.nn.Linear


def read_torch_file(*between):
    """The old network's scores of the test scans, with these layers between its own."""
    model = torch.nn.Sequential(Linear(64, 128), *between, Linear(128, 10))
    last = 1 + len(between)
    weights = {
        "0.weight": found["dense/dense/kernel:0"].T,
        "0.bias": found["dense/dense/bias:0"],
        f"{last}.weight": found["dense_1/dense_1/kernel:0"].T,
        f"{last}.bias": found["dense_1/dense_1/bias:0"],
    }
    model.load_state_dict({name: torch.tensor(w) for name, w in weights.items()})
    return torch_side.to_numpy(model(torch.tensor(x_test)))


as_named_torch = read_torch_file()
with_relu_torch = read_torch_file(torch.nn.ReLU())
print(share_read(as_named_torch))

# %% tags=["tf"]
# TensorFlow
Dense = tf.keras.layers.Dense


def read_tf_file(*between):
    """The old network's scores of the test scans, with these layers between its own."""
    inputs = tf.keras.Input((64,))
    model = tf.keras.Sequential([inputs, Dense(128), *between, Dense(10)])
    model.layers[0].set_weights(
        [found["dense/dense/kernel:0"], found["dense/dense/bias:0"]]
    )
    model.layers[-1].set_weights(
        [found["dense_1/dense_1/kernel:0"], found["dense_1/dense_1/bias:0"]]
    )
    return tf_side.to_numpy(model(x_test))


as_named_tf = read_tf_file()
with_relu_tf = read_tf_file(tf.keras.layers.ReLU())
print(share_read(as_named_tf))

# %% tags=["verdict", "folded"]
# Folded: which option came true, and what a ReLU between the layers changes.
share = share_read(as_named_torch)
letter = exercises.first_true({"a": share > 0.8, "b": share > 0.3, "c": True})
exercises.outcome("P7.5", letter)
parity.verdict("the scores as named", as_named_torch, as_named_tf, atol=1e-2)
parity.verdict("the scores with a ReLU", with_relu_torch, with_relu_tf, atol=1e-2)
both = min(share_read(with_relu_torch), share_read(with_relu_tf)) > 0.8
print(f"with a ReLU between the layers both read more than 80 % correctly: {both}")

# %% [markdown]
# The file holds weights. That a ReLU stood between them, no name says, and no error either. So never believe a port that
# merely loads: ask it something to which you know the answer.
#
# The other file is a `.ckpt` of TensorFlow 1. `load_checkpoint` lists the names in it.

# %% tags=["taught"]
old_files_tf.write_ckpt(folder / "reader.ckpt")
reader = tf.train.load_checkpoint(str(folder / "reader.ckpt"))
for name, shape in sorted(reader.get_variable_to_shape_map().items()):
    print(name, shape)

# %% [markdown]
# Besides the weights an optimizer left its memory there: `Adam` and `Adam_1` hold two averages of each gradient,
# `beta1_power` and `beta2_power` belong to its correction, and `global_step` counts. To use the network, take the names
# that have no such ending.

# %% tags=["taught"]
LEFT_BY_TRAINING = ("Adam", "Adam_1", "beta1_power", "beta2_power", "global_step")
from_ckpt = {}
for name in reader.get_variable_to_shape_map():
    if not name.endswith(LEFT_BY_TRAINING):
        from_ckpt[name] = reader.get_tensor(name)
print(sorted(from_ckpt))

# %% tags=["verdict", "folded"]
# Folded: compares the arrays of both files, name by name.
from_h5 = {}
for name, array in found.items():
    layer, weight = name.removesuffix(":0").split("/")[-2:]
    from_h5[f"{layer}/{weight}"] = array
parity.verdict("the weights in .ckpt and in .h5", from_ckpt, from_h5)

# %% [markdown]
# ## 7b.8 Quiz

# %%
exercises.quiz("07b")

# %% [markdown]
# ## 7b.9 Verdicts

# %%
claims.close("07b")

# %% [markdown]
# ## 7b.10 Summary and further reading
#
# - A checkpoint: weights, buffers, optimizer, schedule, epoch. Write it all at once. Test it by resuming.
# - What a loss does not show can be lost without a word: read with the network, too.
# - A pickle is a program. Load numbers, not programs.
# - Names say where weights belong. What happens between them must be known, and tested.
#
# Further reading: [saving in PyTorch](https://docs.pytorch.org/docs/stable/notes/serialization.html),
# [in TensorFlow](https://www.tensorflow.org/guide/checkpoint), and
# [the format of safetensors](https://huggingface.co/docs/safetensors/index).
# Next: [speed and memory](07d_speed_and_memory.ipynb).
