# %% [markdown]
# # 7c. Files from others
#
# Somebody sends you a network. You open a file that is a program, one that holds numbers and names and nothing else, and
# two whose code is lost.
#
# > **Minutes**: 25 · **Needs**: lesson 7b · **Claims tested**: none
# >
# > **You will be able to**
# > - refuse a file that runs a stranger's code (prediction P7.4 and exercise 7.5)
# > - carry a network in a file that cannot run (verdict in 7c.2)
# > - read old files by the names in them (prediction P7.5)
#
# `fast` changes nothing here, `seed` draws other weights and pictures, `device` says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("07c")

import contextlib
import io
import json
import pickle
import pickletools

import h5py
import numpy as np
from safetensors.numpy import load_file, save_file

from chapters.ch07 import old_files, scans
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

from chapters.ch07 import old_files_tf, training_tf
from helpers import tf_side

tf.config.experimental.enable_tensor_float_32_execution(False)

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

folder = session.fresh_folder("07c")  # for the files that we write

# %% [markdown]
# ## 7c.1 A file from a stranger
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
# with `True` it refuses each call that is not on its list, which is for tensors and plain values. Keras's
# `.keras` file is JSON and arrays, but a `Lambda` layer brings Python bytecode; `safe_mode=False` trusts that.
#
# **Predict.** You load the stranger's `.pt` file with `weights_only=False`, and use only the numbers. What happens?
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
# The stranger's code ran while the file was being loaded, before you got the numbers. Keras's ran when the layer was called.
#
# `weights_only=True`, the default since PyTorch 2.6, allows a short list of functions and types, and refuses the rest.
# `safe_mode=True`, Keras's default, refuses Python bytecode. These are fences, not walls; both had holes
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
# ## 7c.2 Numbers and names, and nothing else
#
# A [safetensors](glossary.md#safetensors) file holds eight bytes with a length, that many bytes of JSON with names and
# shapes, and then numbers. Nothing in it could run, and both frameworks can use it. We train the network of lesson 7a for
# an epoch in PyTorch, and save it. `torch_side.get_weights` gives its arrays by name.
#
# Into Keras go the same numbers, in Keras's order. `training_tf.carry` turns the axes of the convolutions. The dense
# layer's inputs are 32 channels of 4×4 pixels, made flat: PyTorch's `Flatten` goes channel by channel, Keras's pixel by
# pixel, so `carry` puts them into that order (chapter 5). Turn the matrix alone, and every shape fits, and the scores are
# wrong.

# %% tags=["taught"]
# PyTorch writes
x_learn, y_learn, x_watch, y_watch = scans.split()  # forms 1 to 10, and form 11
start = scans.start_weights(size=8, seed=seed)
steps = 400  # of 20 epochs, as in lesson 7b; we run the first
run = training_torch.new(steps, start, torch_side.device(device))
training_torch.train_epoch(run, x_learn, y_learn, seed)
of_torch = training_torch.scores(run, x_watch)

path = folder / "network.safetensors"
save_file(torch_side.get_weights(run.model), path)

# %% tags=["taught"]
# TensorFlow reads
numbers = load_file(path)
carried = training_tf.new(steps, start, tf_side.device(device))
training_tf.carry(numbers, carried.model)
of_tf = training_tf.scores(carried, x_watch)

# %% tags=["verdict", "folded"]
# Folded: compares scores; and does the order behind Flatten matter?
parity.verdict("scores of form 11, carried over", of_torch, of_tf, atol=1e-3)
carried.model.layers[8].set_weights([numbers["8.weight"].T, numbers["8.bias"]])
only_turned = training_tf.scores(carried, x_watch)
parity.differ("scores with a matrix only turned", of_torch, only_turned, atol=1e-3)

# %% [markdown]
# What the file says of itself, and a few of its names:

# %% tags=["taught"]
content = path.read_bytes()
length = int.from_bytes(content[:8], "little")
header = json.loads(content[8 : 8 + length])
for name in ("0.weight", "1.running_mean", "8.weight"):
    print(name, header[name]["shape"])

# %% [markdown]
# One thing the file does not check. NumPy's `.T` moves no number: it is another way of reading the same memory
# ([strides](glossary.md#stride), lesson 1b). We save the last matrix turned over, once as it is, and once copied into the
# order in which it is read.

# %% tags=["taught"]
turned = numbers["8.weight"].T
save_file({"turned": turned}, folder / "turned.safetensors")
came_back = load_file(folder / "turned.safetensors")["turned"]

in_order = np.ascontiguousarray(turned)
save_file({"turned": in_order}, folder / "turned.safetensors")
mended = load_file(folder / "turned.safetensors")["turned"]
print(turned.shape, came_back.shape, mended.shape)

# %% tags=["verdict", "folded"]
# Folded: compares what came back with what was saved.
parity.differ("a turned matrix, saved and loaded", came_back, turned)
parity.verdict("mended with np.ascontiguousarray", mended, turned)

# %% [markdown]
# safetensors 0.8.0 writes NumPy's memory as it lies, with the new shape beside it
# ([known](https://github.com/huggingface/safetensors/issues/825)). No error, other numbers. `get_weights` above gives
# copies in order, so the network is safe; an array that you have turned yourself is not.

# %% [markdown]
# ## 7c.3 Files without their code
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
# ## 7c.4 Quiz

# %%
exercises.quiz("07c")

# %% [markdown]
# ## 7c.5 Verdicts

# %%
claims.close("07c")

# %% [markdown]
# ## 7c.6 Summary and further reading
#
# - A pickle is a program. Load numbers, not programs.
# - Numbers that fit are not yet in the right order: axes, and the order behind `Flatten`.
# - Names say where weights belong. What happens between them must be known, and tested.
#
# Further reading: [what pickle may do](https://docs.python.org/3/library/pickle.html),
# [the format of safetensors](https://huggingface.co/docs/safetensors/index), and
# [files of Keras](https://keras.io/guides/serialization_and_saving/).
# Next: [speed and memory](07d_speed_and_memory.ipynb).
