# %% [markdown]
# # 8d. A worker is killed
#
# Machines fail in the middle of a step. You kill a worker with a signal that nobody can refuse, bring the run back, and
# compare the last weights, bit by bit, with those of a run that nobody disturbed.
#
# > **Minutes**: 31 · **Needs**: lesson 8a; Linux or macOS (on Windows, WSL 2) · **Claims tested**: none
# >
# > **You will be able to**
# > - list what a checkpoint must hold (prediction P8.5)
# > - say what the other ranks do when one dies (prediction P8.6)
# > - bring a run back after a crash, to the same weights (prediction P8.7)
# > - save so that a kill never leaves half a file (exercise 8.5)
# > - say how often to save (exercise 8.6)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("08d")

import tempfile
from copy import deepcopy
from pathlib import Path

from chapters.ch08 import figures, launch, task
from helpers import claims, exercises, parity, process

# %% tags=["torch", "setup"]
# PyTorch
import torch

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
temporary = tempfile.TemporaryDirectory(prefix="side-by-side-")
folder = Path(temporary.name)  # gone with the kernel

# %% [markdown]
# ## 8d.1 What brings a run back?
#
# A [checkpoint](glossary.md#checkpoint) is what a run has written down so that another process can go on. Is it enough to
# save the weights? Try it in this notebook first, with one layer of 64 inputs and 10 outputs that starts at zero, and SGD
# with [momentum](glossary.md#momentum). `task.write` gives the chapter's digits; they make 20 batches of 64,
# whatever `epochs` is.

# %% tags=["taught"]
given = task.write(folder, seed, epochs=1 if fast else 5)
batches = []
for k in range(0, 1280, 64):
    batches.append((given["x"][k : k + 64], given["y"][k : k + 64]))

# %% [markdown]
# `new_...` makes a layer of zeros and its optimizer. TensorFlow's optimizer makes its momentum when it is built for a list
# of variables; PyTorch's makes it in the first step.


# %% tags=["torch"]
# PyTorch
def new_torch():
    layer = torch.nn.Linear(64, 10).double()
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    return layer, torch.optim.SGD(layer.parameters(), lr=0.25, momentum=0.5)


layer_torch, optimizer_torch = new_torch()


# %% tags=["tf"]
# TensorFlow
def new_tf():
    layer = tf.keras.layers.Dense(10, kernel_initializer="zeros", dtype="float64")
    layer.build((None, 64))
    optimizer = tf.keras.optimizers.SGD(0.25, momentum=0.5)
    optimizer.build(layer.trainable_variables)  # makes the momentum, all zeros
    return layer, optimizer


layer_tf, optimizer_tf = new_tf()

# %% tags=["verdict", "folded"]
# Folded: compares the first weights; PyTorch keeps its table turned over.
first_torch = torch_side.to_numpy(layer_torch.weight).T
parity.verdict("the first weights", first_torch, tf_side.to_numpy(layer_tf.kernel))

# %% [markdown]
# `train_...` takes a step for each batch. Go through the first 8 of the 20.


# %% tags=["torch"]
# PyTorch
def train_torch(layer, optimizer, batches):
    for x, y in batches:
        scores = layer(torch.tensor(x))
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


train_torch(layer_torch, optimizer_torch, batches[:8])
eight_torch = torch_side.to_numpy(layer_torch.weight).T  # as TensorFlow keeps it


# %% tags=["tf"]
# TensorFlow
def train_tf(layer, optimizer, batches):
    for x, y in batches:
        with tf.GradientTape() as tape:
            scores = layer(x)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, layer.trainable_variables)
        optimizer.apply_gradients(zip(gradients, layer.trainable_variables))


train_tf(layer_tf, optimizer_tf, batches[:8])
eight_tf = tf_side.to_numpy(layer_tf.kernel)

# %% tags=["verdict", "folded"]
# Folded: compares the weights so far.
parity.verdict("the weights after 8 batches", eight_torch, eight_tf, atol=1e-12)

# %% [markdown]
# Now save, and go on to the last batch: this run is the undisturbed one. What is saved is a copy of all that the layer and
# the optimizer keep. PyTorch calls it their `state_dict`; `deepcopy` makes sure that the training, which goes on, does not
# change the copy. In TensorFlow both have a list of variables; `numpy()` gives the values of each.

# %% tags=["torch"]
# PyTorch
saved_layer_torch = deepcopy(layer_torch.state_dict())
saved_optimizer_torch = deepcopy(optimizer_torch.state_dict())
train_torch(layer_torch, optimizer_torch, batches[8:])
whole_torch = torch_side.to_numpy(layer_torch.weight).T

# %% tags=["tf"]
# TensorFlow
saved_layer_tf = [value.numpy() for value in layer_tf.variables]
saved_optimizer_tf = [value.numpy() for value in optimizer_tf.variables]
train_tf(layer_tf, optimizer_tf, batches[8:])
whole_tf = tf_side.to_numpy(layer_tf.kernel)

# %% tags=["verdict", "folded"]
# Folded: compares the two undisturbed runs.
parity.verdict("the weights of the undisturbed runs", whole_torch, whole_tf, atol=1e-12)

# %% [markdown]
# Now the crash. A fresh layer and a fresh optimizer get back what was saved, and train on the remaining 12 batches: once
# with the layer's state alone, once with the optimizer's too.
#
# **Predict.** With the layer's state *alone*, how do the last weights compare with those of the undisturbed run?
#
# - **a** the same, to the last bit
# - **b** equal up to rounding, within $10^{-12}$
# - **c** different

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.5", guess, among=["a", "b", "c"])


# %% tags=["torch"]
# PyTorch
def resumed_torch(with_optimizer):
    layer, optimizer = new_torch()
    layer.load_state_dict(saved_layer_torch)
    if with_optimizer:
        optimizer.load_state_dict(deepcopy(saved_optimizer_torch))
    train_torch(layer, optimizer, batches[8:])
    return torch_side.to_numpy(layer.weight).T


layer_alone_torch = resumed_torch(with_optimizer=False)
both_torch = resumed_torch(with_optimizer=True)


# %% tags=["tf"]
# TensorFlow
def resumed_tf(with_optimizer):
    layer, optimizer = new_tf()
    for variable, value in zip(layer.variables, saved_layer_tf):
        variable.assign(value)
    if with_optimizer:
        for variable, value in zip(optimizer.variables, saved_optimizer_tf):
            variable.assign(value)
    train_tf(layer, optimizer, batches[8:])
    return tf_side.to_numpy(layer.kernel)


layer_alone_tf = resumed_tf(with_optimizer=False)
both_tf = resumed_tf(with_optimizer=True)

# %% tags=["verdict", "folded"]
# Folded: which option came true; then the runs that got both back.
apart_torch = parity.gap(layer_alone_torch, whole_torch)
apart_tf = parity.gap(layer_alone_tf, whole_tf)
apart = max(apart_torch, apart_tf)
options = {"a": apart == 0, "b": apart < 1e-12, "c": min(apart_torch, apart_tf) > 1e-12}
exercises.outcome("P8.5", exercises.first_true(options))
print(
    f"the layer alone: PyTorch is off by {apart_torch:.0e},",
    f"TensorFlow by {apart_tf:.0e}",
)
parity.verdict("PyTorch, layer and optimizer", both_torch, whole_torch)
parity.verdict("TensorFlow, layer and optimizer", both_tf, whole_tf)

# %% [markdown]
# The fresh optimizer's momentum is zero, so its first steps are too short, and no error tells you. A checkpoint needs all
# that the next step depends on: the weights, the optimizer's state, the *place in the data* (here: batch 8), the step of
# a schedule, and where chance plays a part, the random generators.

# %% [markdown]
# ## 8d.2 SIGKILL in step 10
#
# In [elastic_torch.py](chapters/ch08/workers/elastic_torch.py) two ranks train as in lesson 8a. After every fourth step rank
# 0 saves. In step 10 (counted from 0) rank 1 sends itself SIGKILL, the signal that ends a process at once and cannot be
# caught.
#
# `torchrun`, which started both ranks, watches them, and may start the run again once.
#
# **Predict.** Rank 1 is gone. What does rank 0 do?
#
# - **a** it goes on alone, with its own half of each batch
# - **b** it stops, and only a new rank 1 starts; then both go on from step 10
# - **c** it ends too, and both start anew, from the last checkpoint

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.6", guess, among=["a", "b", "c"])

# %% [markdown]
# **Predict.** And at the end, the last weights of this run and of one that nobody killed: they are
#
# - **a** the same, to the last bit
# - **b** equal up to rounding, within $10^{-12}$
# - **c** different: some steps were done twice

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.7", guess, among=["a", "b", "c"])

# %% [markdown]
# For PyTorch it is `torchrun` that notices, and starts again: `--max-restarts=1` allows it once. Its workers print a line
# for each step, with the number of the attempt.
#
# TensorFlow's run is Keras's `fit`, in one process, [backup_tf.py](chapters/ch08/workers/backup_tf.py). The callback
# `BackupAndRestore` saves after each epoch; a process that finds such a backup goes on from there, and at the end the
# backup is deleted. The script trains for four epochs of 20 steps, and kills itself in batch 10 of the third, which is
# step 50. Nobody watches here, so we play `torchrun` and start the script a second time. `-1` says that it shall not kill
# itself again. `process.command` runs one command and does not mind that it fails; where a signal ended it, `returncode`
# is 128 plus the signal's number. SIGKILL has the number 9. `process.results` makes dicts of the JSON lines in a text.
#
# When it is done, the script trains a second model from start to end without a backup. Its last line holds those weights
# under `undisturbed`; we give them to `task.weights` under the name that it looks for.

# %% tags=["torch"]
# PyTorch
torchrun = ["torchrun", "--standalone", "--local-addr=127.0.0.1", "--nproc-per-node=2"]
elastic = process.worker("ch08/elastic_torch")
gpus = device != "cpu" and torch.cuda.device_count() > 1
env = launch.environment(gpus)
place = "cuda" if gpus else "cpu"
jobs = [[*torchrun, process.worker("ch08/ddp_torch"), folder, place]]  # not killed
undisturbed_torch = task.weights(launch.commands(jobs, 240, env)[0])

again = [*torchrun, "--max-restarts=1"]
jobs = [[*again, elastic, folder, place, 10]]  # killed in step 10
lines_torch = launch.commands(jobs, 240, env)[0]
resumed_weights_torch = task.weights(lines_torch)
killed_torch = [line["killed"] for line in lines_torch if "killed" in line]
print("killed in step", killed_torch)

# %% tags=["tf"]
# TensorFlow
print("TensorFlow", tf.__version__)
backup = process.worker("ch08/backup_tf")
backups = folder / "backup"
env = launch.environment(gpus=False)
batch = 10  # of the third epoch: there it kills itself
job = [*launch.PYTHON, backup, folder, backups, batch]
killed = process.command(job, 240, env)
lines_before = process.results(killed.stdout)  # what it had printed until then
killed_tf = [line["killed"] for line in lines_before if "killed" in line]
print("killed in step", killed_tf, "by signal", killed.returncode - 128)

job = [*launch.PYTHON, backup, folder, backups, -1]
lines_tf = launch.commands([job], 240, env)[0]
resumed_weights_tf = task.weights(lines_tf)
undisturbed_tf = task.weights([{"weights": lines_tf[-1]["undisturbed"]}])

# %% tags=["verdict", "folded"]
# Folded: from the lines that rank 0 printed in both attempts, what it did.
losses_torch = [{}, {}]  # {step: loss} of the first attempt and of the second
for line in lines_torch:
    if "step" in line:
        losses_torch[line["attempt"]][line["step"]] = line["loss"]
killed_in = killed_torch[0]
went_on = max(losses_torch[0]) > killed_in
again = min(losses_torch[1], default=killed_in)
options = {"a": went_on, "b": again == killed_in, "c": again < killed_in}
exercises.outcome("P8.6", exercises.first_true(options))

# %% tags=["verdict", "folded"]
# Folded: where each run went on, and how its last weights compare.
losses_tf = []
for lines in (lines_before, lines_tf):
    losses_tf.append({line["step"]: line["loss"] for line in lines if "step" in line})
begun_torch = min(losses_torch[1])
begun_tf = min(losses_tf[1])
print(f"PyTorch: killed in step {killed_in}, went on from step {begun_torch}")
print(f"TensorFlow: killed in step {killed_tf[0]}, went on from step {begun_tf}")
parity.verdict("PyTorch, killed or not", resumed_weights_torch, undisturbed_torch)
parity.verdict("TensorFlow, killed or not", resumed_weights_tf, undisturbed_tf)
gap_torch = parity.gap(resumed_weights_torch, undisturbed_torch)
gap_tf = parity.gap(resumed_weights_tf, undisturbed_tf)
apart = max(gap_torch, gap_tf)
options = {"a": apart == 0, "b": apart < 1e-12, "c": apart >= 1e-12}
exercises.outcome("P8.7", exercises.first_true(options))

# %% tags=["folded"]
# Folded: draws the loss of both attempts.
figures.attempts({"PyTorch": losses_torch, "TensorFlow": losses_tf})

# %% [markdown]
# An all-reduce needs every rank. When one is gone the others get an error, or are ended; then `torchrun` starts all of them
# anew, and each reads the checkpoint. The steps since then are done twice, with the same weights, momentum and digits as
# before, so they give the same bits.
#
# A rank that *hangs* is worse than one that dies: from outside it looks like one that is slow. `init_process_group(...,
# timeout=...)` says after how long waiting ranks give up, 30 minutes with gloo and 10 with NCCL if you say nothing.

# %% [markdown]
# ## 8d.3 One writes, in one move
#
# elastic_torch.py in short, and why its lines are there (the barrier comes once, before the loop):
#
# ```python
# distributed.barrier()                    # nobody saves before everybody has read the old one
# if rank == 0 and (step + 1) % 4 == 0:    # all ranks hold the same: one writes
#     torch.save(state, new)               # under another name
#     new.replace(checkpoint)              # then in one move: whole, or not at all
# ```
#
# A kill may come in the middle of a save as well. Who writes straight over the old file has then neither the old checkpoint
# nor the new one. (Against a power cut the new file must also reach the disk before the move: that is what `os.fsync` is
# for.)

# %% [markdown]
# ### Exercise 8.5: never half a checkpoint (5 minutes)
#
# Write `answer(save, folder)`. `folder` is a `Path`. `save(path)` writes a checkpoint into the file `path`, whatever was
# there, and may be killed halfway. Afterwards the new checkpoint is the file `checkpoint` in that folder. If `save` is
# killed, the old one is still there under that name, whole.
#
# `folder / "name"` is the path of a file in the folder; `one.replace(other)` renames a file, over one that may be there.

# %% tags=["exercise"]
answer = ...  # a function of (save, folder)


# solution
def answer(save, folder):
    new = folder / "checkpoint.new"
    save(new)
    new.replace(folder / "checkpoint")


# wrong: half a checkpoint
def answer(save, folder):
    save(folder / "checkpoint")


# wrong: no file `checkpoint`
def answer(save, folder):
    save(folder / "checkpoint.new")


# wrong: no checkpoint at all
def answer(save, folder):
    checkpoint = folder / "checkpoint"
    if checkpoint.exists():
        checkpoint.unlink()
    new = folder / "checkpoint.new"
    save(new)
    new.replace(checkpoint)


# %% tags=["check"]
exercises.check("8.5", answer)

# %% [markdown]
# ## 8d.4 How often?
#
# Saving costs time, and so does what a crash destroys. Say that a save takes $C$ seconds, that there is a crash every $M$
# seconds on average, and that you save every $T$ seconds. A crash comes on average in the middle between two saves, so it
# destroys $T / 2$. The share of all time that is lost is about
#
# $$\frac{C}{T} + \frac{T}{2 M}$$
#
# Save often, and the first term grows; save seldom, and the second does. Here is the share of time that is lost, for a
# save of 10 seconds and a crash a day.

# %% tags=["taught"]
cost = 10  # C, seconds of a save
between = 24 * 3600  # M, seconds from crash to crash
for every in (60, 600, 1200, 3600, 4 * 3600):  # T, seconds from save to save
    lost = cost / every + every / (2 * between)
    print(f"a save every {every:6} s: {100 * lost:4.1f} % of the time is lost")

# %% [markdown]
# ### Exercise 8.6: the best interval (5 minutes)
#
# You train on 500 machines. One machine fails once in 1,000 hours on average, and one that fails stops all. A save takes a
# minute. After how many seconds should the next save come? (Where the two terms are equally large their sum is smallest.)

# %% tags=["exercise"]
answer = ...  # seconds, to a whole number
# solution
crash_every = 1000 * 3600 / 500
answer = (2 * 60 * crash_every) ** 0.5
# wrong: that is for one machine
answer = (2 * 60 * 1000 * 3600) ** 0.5
# wrong: the factor 2 is missing
answer = (60 * 1000 * 3600 / 500) ** 0.5
# wrong: seconds are asked for
answer = (2 * 60 * 1000 * 3600 / 500) ** 0.5 / 60
# wrong: from crash to crash
answer = 1000 * 3600 / 500

# %% tags=["check"]
exercises.check("8.6", answer)

# %% [markdown]
# With a save a minute long you lose an eighth of all time on those 500 machines, at best. That is why large runs save
# faster: each rank its own part, or into memory first, while the training goes on.

# %% [markdown]
# ## 8d.5 Quiz

# %%
exercises.quiz("08d")

# %% [markdown]
# ## 8d.6 Verdicts
#
# This lesson tests no claim of the article, which does not speak of failures.

# %%
claims.close("08d")

# %% [markdown]
# ## 8d.7 Summary and further reading
#
# - Weights, optimizer, place in the data: a checkpoint of all three brings back the same run, to the bit.
# - One rank dies, all start anew.
# - Save under another name, then move.
# - The best interval is about $\sqrt{2 C M}$.
#
# Further reading: [torchrun](https://docs.pytorch.org/docs/stable/elastic/run.html), on restarts;
# [BackupAndRestore](https://keras.io/api/callbacks/backup_and_restore/);
# [Young's rule of 1974](https://doi.org/10.1145/361147.361115), on the interval. Next:
# [sharding and clusters](08e_sharding_and_clusters.ipynb)
