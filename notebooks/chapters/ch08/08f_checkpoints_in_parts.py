# %% [markdown]
# # 8f. Checkpoints in parts
#
# A model that no rank can hold is never whole: not at its start, not in its file, not in the middle of a layer. You save one
# on two ranks, load it on three, and find out what such a load overlooks without a word.
#
# > **Minutes**: 37 · **Needs**: lessons 8d and 8e; Linux or macOS (on Windows, WSL 2) · **Claims tested**: none
# >
# > **You will be able to**
# > - start, train and save a model of which every rank holds a part (verdict in 8f.1)
# > - go on with another number of ranks (prediction P8.13), and say which parts a rank must read (exercise 8.11)
# > - name the wrong loads that raise no error, in each framework (prediction P8.14 and verdict in 8f.3)
# > - cut a layer by its outputs and the next by its inputs (exercise 8.12 and prediction P8.15)
#
# Below, `fast` and `device` change nothing: the model is small, and all workers run on the CPU. `seed` chooses the random
# numbers.

# %% tags=["setup"]
from helpers import session

session.start("08f")

import tempfile
import warnings
from pathlib import Path

import numpy as np

from chapters.ch08 import launch, task
from helpers import claims, errors, exercises, parity, process, show

# %% tags=["torch", "setup"]
# PyTorch
import torch
import torch.distributed.checkpoint as dcp
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict

from chapters.ch08 import parts_torch

warnings.filterwarnings("ignore", "torch.distributed is disabled")  # no ranks here

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

tf.get_logger().setLevel("ERROR")  # 8f.3 says which warning this hides

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
temporary = tempfile.TemporaryDirectory(prefix="side-by-side-")
folder = Path(temporary.name)  # gone with the kernel
given = task.write(folder, seed, epochs=1)  # 20 batches of 64 digits
env = launch.environment(gpus=False)

# %% [markdown]
# ## 8f.1 Never whole
#
# In lesson 8e FSDP2 cut the weights. A model that fits no GPU must be cut from the start. Three steps of
# [fsdp_torch.py](chapters/ch08/workers/fsdp_torch.py) see to it:
#
# ```python
# with torch.device("meta"):                     # shapes, and no memory
#     model = Sequential(...)
# fully_shard(layer, mesh=mesh, mp_policy=policy)    # for each layer: who keeps which rows
# model.to_empty(device=device)                  # memory, for this rank's rows alone
# ```
#
# Only then come the numbers: each rank keeps its rows of the first weights (here it reads all of them, from a small
# file). The *policy* says in which precision to compute; the weights that are kept stay as they are. At the end each rank
# saves its part:
#
# ```python
# weights, momenta = get_state_dict(model, optimizer)    # parts of arrays, by name
# dcp.save({"model": weights, "optimizer": momenta, "step": 10}, checkpoint_id=folder)
# ```
#
# (With `cuda` in its command the worker calls `torch.cuda.set_device`, and takes `nccl` for `gloo`. This course ran it on
# CPUs.)
#
# TensorFlow has something similar for several devices in one process: `tf.experimental.dtensor`. A *layout* says along
# which axis an array is cut. In [dtensor_tf.py](chapters/ch08/workers/dtensor_tf.py) two devices keep half of the rows
# each, and fetch the rest before they compute. (It is experimental indeed: Keras 3 does not use it.)
#
# Both train for 10 of 20 steps and save. PyTorch also trains once in bfloat16, for all 20 steps. A word such as
# `float64:10:two` tells its script the precision, the last step, and where to save. `task.trained` does all 20 steps in this
# one process, in NumPy, for comparison.

# %% tags=["taught"]
alone = task.trained(given)  # by one process

# %% tags=["torch"]
# PyTorch
print("PyTorch", torch.__version__)
fsdp = process.worker("ch08/fsdp_torch")


def torchrun(ranks):
    here = ["--standalone", "--local-addr=127.0.0.1"]
    return ["torchrun", *here, f"--nproc-per-node={ranks}"]


runs = ["float64:10:two", "bfloat16:20:rounded"]  # one after the other
lines = launch.commands([[*torchrun(2), fsdp, folder, "cpu", *runs]], 240, env)[0]
kept_torch = lines[0]["kept"]
print("numbers that each rank keeps:", kept_torch)

# %% tags=["tf"]
# TensorFlow
print("TensorFlow", tf.__version__)
dtensor = process.worker("ch08/dtensor_tf")
job = [*launch.PYTHON, dtensor, folder, 2, 10, "two_tf"]
lines = launch.commands([job], 240, env)[0]
kept_tf = lines[0]["kept"]
print("numbers that each device keeps:", kept_tf)

# %% tags=["verdict"]
whole = sum(array.size for array in task.first(given).values())
parity.verdict("PyTorch: every number is kept once", sum(kept_torch), whole)
parity.verdict("TensorFlow: every number is kept once", sum(kept_tf), whole)

# %% [markdown]
# What lies in such a checkpoint? PyTorch's has a file for each rank, and one more, `.metadata`, that says which rows of
# which array are where. TensorFlow's `.index` does the same. One process can read either as a whole: `parts_torch.whole`
# asks `dcp.load` for whole arrays.

# %% tags=["torch"]
# PyTorch
index = dcp.FileSystemReader(folder / "two").read_metadata().state_dict_metadata
saved = index["model.0.weight"]
print("whole", list(saved.size), saved.properties.dtype)
print("parts", [list(part.sizes) for part in saved.chunks])
half_torch = parts_torch.whole(folder / "two")
rounded_torch = parts_torch.whole(folder / "rounded")

# %% tags=["tf"]
# TensorFlow
index = tf.train.load_checkpoint(str(folder / "two_tf"))
half_tf = {}
for name in task.SHAPES:
    half_tf[name] = index.get_tensor(f"{name}/.ATTRIBUTES/VARIABLE_VALUE")
print("whole", list(half_tf["W1"].shape), half_tf["W1"].dtype)
for path in sorted(folder.glob("two_tf*")):
    print(path.name)

# %% tags=["verdict"]
parity.verdict("ten steps in parts, read whole", half_torch, half_tf, 1e-12)
parity.differ("computed in bfloat16, and in float64", rounded_torch, alone, 1e-6)

# %% [markdown]
# Weights that are gathered in bfloat16 take half of the bytes of float32, and GPUs multiply them several times as fast. (Our
# gradients still travel in float64: the policy's `reduce_dtype` says so.) Small updates would be rounded away, so the kept
# weights stay in float64. The price is the difference above.

# %% [markdown]
# ## 8f.2 Saved by two, loaded by three
#
# A machine is gone for good, or two more have come. Go on with another number of workers: one, and three. Each loads what
# two saved, and trains the ten steps that are left.
#
# **Predict.** With three workers,
#
# - **a** both frameworks go on, to the weights of one process
# - **b** TensorFlow goes on; PyTorch refuses
# - **c** PyTorch goes on; TensorFlow refuses
# - **d** both refuse: two parts are not three

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P8.13", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
jobs = []
for ranks in (1, 3):
    run = f"float64:20:on_{ranks}:two"  # ... to, from
    jobs.append([*torchrun(ranks), fsdp, folder, "cpu", run])
lines_torch = launch.commands(jobs, 240, env)
for (line,) in lines_torch:
    print(line)

# %% tags=["tf"]
# TensorFlow
jobs = []
for devices in (1, 3):
    words = [devices, 20, f"on_{devices}_tf", "two_tf"]  # ... to, from
    jobs.append([*launch.PYTHON, dtensor, folder, *words])
lines_tf = launch.commands(jobs, 240, env)
for (line,) in lines_tf:
    print(errors.first_line(line.get("said", line)))

# %% tags=["verdict", "folded"]
# Folded: the resumed weights against one process; which option came true.
for ranks in (1, 3):
    resumed = parts_torch.whole(folder / f"on_{ranks}")
    name = f"saved by 2 ranks, finished by {ranks}, and trained by one process"
    parity.verdict(name, resumed, alone, 1e-12)
index = tf.train.load_checkpoint(str(folder / "on_1_tf"))
resumed_tf = {}
for name in task.SHAPES:
    resumed_tf[name] = index.get_tensor(f"{name}/.ATTRIBUTES/VARIABLE_VALUE")
name = "saved by 2 devices, finished by 1, and trained by one process"
parity.verdict(name, resumed_tf, alone, 1e-12)
torch_went_on = lines_torch[1][0]["from"] == 10
tf_went_on = "said" not in lines_tf[1][0]
options = {
    "a": torch_went_on and tf_went_on,
    "b": tf_went_on,
    "c": torch_went_on,
    "d": True,
}
exercises.outcome("P8.13", exercises.first_true(options))

# %% [markdown]
# A rank that loads does not ask who saved. It asks the index for the rows that it needs, and reads them from whichever file
# has them. This is called *resharding*. TensorFlow's checkpoint could do it as well, as one device shows. But DTensor cuts
# evenly only, and 64 rows do not make three equal parts. PyTorch gives the last rank less.

# %% [markdown]
# ### Exercise 8.11: which parts? (6 minutes)
#
# PyTorch cuts `rows` rows among `ranks` ranks like this: each gets `ceil(rows / ranks)` of them, in order, as long as there
# are any; so the last may get fewer, or none.
#
# Write `answer(rows, saved, ranks, rank)`: `saved` ranks have saved, `ranks` of them load, and `rank` is one of these,
# counted from 0. Return the list of the saved parts that this rank must read, counted from 0 and in order. For 32 rows,
# saved by 2 and loaded by 3, the three ranks read `[0]`, `[0, 1]` and `[1]`.

# %% tags=["exercise"]
answer = ...  # a function of (rows, saved, ranks, rank)


# solution
def answer(rows, saved, ranks, rank):
    mine = -(-rows // ranks)  # rows / ranks, rounded up
    theirs = -(-rows // saved)
    needed = range(rank * mine, min(rows, (rank + 1) * mine))
    return sorted({row // theirs for row in needed})


# wrong: only touch yours
def answer(rows, saved, ranks, rank):
    mine, theirs = -(-rows // ranks), -(-rows // saved)
    begin, end = rank * mine, min(rows, (rank + 1) * mine)
    return [p for p in range(saved) if p * theirs <= end and begin <= (p + 1) * theirs]


# wrong: rounded down
def answer(rows, saved, ranks, rank):
    mine, theirs = rows // ranks, rows // saved
    return sorted({row // theirs for row in range(rank * mine, (rank + 1) * mine)})


# wrong: every part
def answer(rows, saved, ranks, rank):
    return list(range(saved))


# %% tags=["check"]
exercises.check("8.11", answer)

# %% [markdown]
# ## 8f.3 What a load overlooks
#
# A load fills what you hand it. What if that does not fit? We save three numbers, 0.5, 1.5 and −2.5, under the name
# `weight`. One program asks for `weight` as whole numbers (int64), another one for `weights`, a third one for four numbers.
#
# **Predict.** The wrong *type* and the wrong *name*: who notices?
#
# - **a** PyTorch notices the name, TensorFlow the type
# - **b** PyTorch notices the type, TensorFlow the name
# - **c** both frameworks notice both
# - **d** neither notices anything

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P8.14", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
small = folder / "small"
dcp.save({"weight": torch.tensor([0.5, 1.5, -2.5])}, checkpoint_id=small)
wrong = {
    "the type": {"weight": torch.zeros(3, dtype=torch.int64)},
    "the name": {"weights": torch.zeros(3)},
    "the shape": {"weight": torch.zeros(4)},
}
said_torch = {}
for what, asked in wrong.items():
    try:
        dcp.load(asked, checkpoint_id=small)
    except dcp.CheckpointException as error:  # `except Exception` would not catch it
        said_torch[what] = type(error).__name__
    else:
        (found,) = asked.values()
        said_torch[what] = found.tolist()
print(said_torch)

# %% tags=["tf"]
# TensorFlow
small = str(folder / "small_tf")
tf.train.Checkpoint(weight=tf.Variable([0.5, 1.5, -2.5])).write(small)
wrong = {
    "the type": {"weight": tf.Variable(tf.zeros(3, tf.int64))},
    "the name": {"weights": tf.Variable(tf.zeros(3))},
    "the shape": {"weight": tf.Variable(tf.zeros(4))},
}
said_tf = {}
for what, asked in wrong.items():
    try:
        tf.train.Checkpoint(**asked).read(small)
    except Exception as error:
        said_tf[what] = type(error).__name__
    else:
        (found,) = asked.values()
        said_tf[what] = found.numpy().tolist()
print(said_tf)

# %% tags=["verdict", "folded"]
# Folded: a list means that nothing was noticed; which option came true.
rows = []
for what in said_torch:
    rows.append([what, said_torch[what], said_tf[what]])
show.table(["wrong", "PyTorch", "TensorFlow"], rows)
seen = {}
for name, said in {"torch": said_torch, "tf": said_tf}.items():
    seen[name] = [not isinstance(said[what], list) for what in ("the type", "the name")]
options = {
    "a": seen == {"torch": [False, True], "tf": [True, False]},
    "b": seen == {"torch": [True, False], "tf": [False, True]},
    "c": seen == {"torch": [True, True], "tf": [True, True]},
    "d": seen == {"torch": [False, False], "tf": [False, False]},
}
exercises.outcome("P8.14", exercises.first_true(options))

# %% [markdown]
# PyTorch casts to whatever type it is handed: digits behind the point are cut off, and a bfloat16 model loses digits.
#
# TensorFlow leaves what it does not find as it was. Its log warns when the object is deleted, which is too late;
# `.read(small).assert_consumed()` raises at once.
#
# And PyTorch's `CheckpointException` is no `Exception`: `try ... except Exception`, meant to start anew where there is no
# checkpoint, does not catch it.
#
# The most expensive mistake is an empty optimizer. A load fills what is there, but an Adam that has made no step has no
# averages yet: there is nothing to fill.

# %% tags=["torch"]
# PyTorch
layer = torch.nn.Linear(3, 1)
adam = torch.optim.Adam(layer.parameters())
layer(torch.ones(1, 3)).sum().backward()
adam.step()
dcp.save({"adam": adam.state_dict()}, checkpoint_id=folder / "adam")

fresh = torch.optim.Adam(layer.parameters())
state = {"adam": fresh.state_dict()}
dcp.load(state, checkpoint_id=folder / "adam")  # no error
fresh.load_state_dict(state["adam"])
plain_torch = len(fresh.state)  # arrays that have averages
print("arrays with averages:", len(adam.state), "saved,", plain_torch, "loaded")

# %% tags=["tf"]
# TensorFlow
layer_tf = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
adam_tf = tf.keras.optimizers.Adam()
adam_tf.apply([tf.ones((3, 1)), tf.ones(1)], layer_tf.trainable_variables)
tf.train.Checkpoint(adam=adam_tf).write(str(folder / "adam_tf"))

fresh_tf = tf.keras.optimizers.Adam()
tf.train.Checkpoint(adam=fresh_tf).read(str(folder / "adam_tf"))
fresh_tf.build(layer_tf.trainable_variables)  # only now it has averages
# variables 0 and 1 are the number of steps and the rate
plain_tf = [float(tf.reduce_sum(value)) for value in fresh_tf.variables[2:]]
saved_tf = [float(tf.reduce_sum(value)) for value in adam_tf.variables[2:]]
print("sums of the averages:", np.round(plain_tf, 4))

# %% tags=["verdict"]
parity.verdict("PyTorch: arrays with averages after the load, and 0", plain_torch, 0)
parity.verdict("TensorFlow: averages after the load, and saved", plain_tf, saved_tf)

# %% [markdown]
# TensorFlow remembers what it could not place yet, and fills it in later. Safer is to make the arrays first, and to let it
# say what it could not place.
#
# PyTorch's mend is `get_state_dict`. It first makes the optimizer's arrays, as long as there are no gradients. It names them
# after the layers, so save with it, too.

# %% tags=["torch"]
# PyTorch
weights, averages = get_state_dict(layer, adam)
dcp.save({"adam": averages}, checkpoint_id=folder / "adam_mended")

new = torch.nn.Linear(3, 1)  # a new process has no gradients yet
fresh = torch.optim.Adam(new.parameters())
weights, averages = get_state_dict(new, fresh)  # zeros, to be filled
dcp.load({"adam": averages}, checkpoint_id=folder / "adam_mended")
set_state_dict(new, fresh, model_state_dict=weights, optim_state_dict=averages)
saved_torch = adam.state[layer.weight]["exp_avg"].numpy()
mended_torch = fresh.state[new.weight]["exp_avg"].numpy()

# %% tags=["tf"]
# TensorFlow
fresh_tf = tf.keras.optimizers.Adam()
fresh_tf.build(layer_tf.trainable_variables)
status = tf.train.Checkpoint(adam=fresh_tf).read(str(folder / "adam_tf"))
status.assert_consumed()  # raises if anything found no place
mended_tf = [float(tf.reduce_sum(value)) for value in fresh_tf.variables[2:]]

# %% tags=["verdict"]
parity.verdict("PyTorch, mended: averages loaded, and saved", mended_torch, saved_torch)
parity.verdict("TensorFlow, checked: averages loaded, and saved", mended_tf, saved_tf)

# %% [markdown]
# ## 8f.4 A layer in two halves
#
# FSDP gathers a layer before it computes. When a single layer is too large for that, one cuts the *computing*:
# [tensor parallelism](glossary.md#tensor-parallelism). Every worker sees all examples, and computes a part of the layer.
#
# A dense layer is `tanh(x @ W1 + b1)`. Cut `W1` by its columns, the outputs: each worker gets some hidden units, whole. The
# next layer is `hidden @ W2 + b2`. Cut `W2` by its rows, the inputs: each worker needs just the hidden units that it has.
#
# ### Exercise 8.12: one rank's share (6 minutes)
#
# Write `answer(x, W1, b1, W2, b2, rank, ranks)` for NumPy arrays: what this rank contributes. The sum over all ranks is
# `tanh(x @ W1 + b1) @ W2 + b2`. A rank uses its own columns of `W1` and rows of `W2`, and nothing of the others'. `ranks`
# divides the number of hidden units. (A slice such as `W[:, 2:4]` takes columns.)

# %% tags=["exercise"]
answer = ...  # a function of (x, W1, b1, W2, b2, rank, ranks)


# solution
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    mine = slice(rank * size, (rank + 1) * size)
    hidden = np.tanh(x @ W1[:, mine] + b1[mine])
    share = hidden @ W2[mine]
    return share + b2 if rank == 0 else share  # b2 once


# wrong: b2 is added by each
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    mine = slice(rank * size, (rank + 1) * size)
    return np.tanh(x @ W1[:, mine] + b1[mine]) @ W2[mine] + b2


# wrong: b2 is missing
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    mine = slice(rank * size, (rank + 1) * size)
    return np.tanh(x @ W1[:, mine] + b1[mine]) @ W2[mine]


# wrong: belong to another rank
def answer(x, W1, b1, W2, b2, rank, ranks):
    return np.tanh(x @ W1 + b1) @ W2 + b2


# %% tags=["check"]
exercises.check("8.12", answer)

# %% [markdown]
# PyTorch writes the two cuts as a plan, [tensor_parallel_torch.py](chapters/ch08/workers/tensor_parallel_torch.py):
#
# ```python
# parallelize_module(model, mesh, {"0": ColwiseParallel(), "2": RowwiseParallel()})
# ```
#
# TensorFlow's [tensor_parallel_tf.py](chapters/ch08/workers/tensor_parallel_tf.py) gives `W1` a layout that is cut along
# axis 1, and `W2` one along axis 0; the program stays that of one device.
#
# **Predict.** How often do the two ranks exchange numbers in one forward pass of both layers?
#
# - **a** never
# - **b** once
# - **c** twice, once for each layer

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.15", guess, among=["a", "b", "c"])

# %% tags=["taught"]
x = given["x"][:64]
hidden = np.tanh(x @ given["W1"] + given["b1"])
scores = hidden @ given["W2"] + given["b2"]  # by one process

# %% tags=["torch"]
# PyTorch
job = [*torchrun(2), process.worker("ch08/tensor_parallel_torch"), folder, "cpu"]
split_torch = launch.commands([job], 240, env)[0][0]
print("a rank has", split_torch["parts"], "and hidden units", split_torch["hidden"])

# %% tags=["tf"]
# TensorFlow
print("TensorFlow", tf.__version__)
job = [*launch.PYTHON, process.worker("ch08/tensor_parallel_tf"), folder]
split_tf = launch.commands([job], 240, env)[0][0]
print("a device has", split_tf["parts"], "and hidden units", split_tf["hidden"])

# %% tags=["verdict", "folded"]
# Folded: scores and gradients of both; which option came true.
scores_torch = np.array(split_torch["scores"])
scores_tf = np.array(split_tf["scores"])
parity.verdict("PyTorch, two layers in halves, and whole", scores_torch, scores, 1e-12)
parity.verdict("TensorFlow, two layers in halves, and whole", scores_tf, scores, 1e-12)
gradients_torch = task.weights([{"weights": split_torch["gradients"]}])
gradients_tf = task.weights([{"weights": split_tf["gradients"]}])
parity.verdict("their gradients", gradients_torch, gradients_tf, 1e-12)
number = split_torch["exchanges"]
options = {"a": number == 0, "b": number == 1, "c": number == 2}
exercises.outcome("P8.15", exercises.first_true(options))

# %% [markdown]
# Once: an all-reduce adds up the shares. The hidden units stay where they are, since `tanh` looks at each by itself. Cut
# `W1` by rows instead, and every rank has a share of each sum *before* the `tanh`: the ranks must add first. The order of
# the two cuts is the whole idea.
#
# Everybody waits for this exchange, in the middle of each forward pass. So one cuts layers inside a machine, where GPUs are
# linked closely, and data between machines; a mesh with two axes says both.

# %% [markdown]
# ## 8f.5 Quiz

# %%
exercises.quiz("08f")

# %% [markdown]
# ## 8f.6 Verdicts
#
# This lesson tests no sentence of the article.

# %%
claims.close("08f")

# %% [markdown]
# ## 8f.7 Summary and further reading
#
# - Shapes first, then who keeps what, then memory, then numbers: no rank needs memory for the whole model.
# - A checkpoint in parts knows which rows are where, so another number of ranks can load it.
# - PyTorch's load casts types and skips an empty optimizer; TensorFlow's skips names. Check both after loading.
# - Outputs first, inputs next: two layers in halves cost one exchange in a forward pass.
#
# Further reading: [distributed checkpoints](https://docs.pytorch.org/docs/stable/distributed.checkpoint.html),
# [tensor parallelism](https://docs.pytorch.org/docs/stable/distributed.tensor.parallel.html),
# [DTensor in TensorFlow](https://www.tensorflow.org/guide/dtensor_overview). Next:
# [TensorBoard from both](09a_tensorboard_from_both.ipynb)
