# %% [markdown]
# # 8a. Data parallelism
#
# Two workers share a batch, and train as one would have done. You do it by hand first. Then each framework does it in
# its own way, and you compare the weights to twelve digits.
#
# > **Minutes**: 30 · **Needs**: lessons 2a and 6a; Linux or macOS (on Windows, WSL 2) · **Claims tested**: C31a, C33
# >
# > **You will be able to**
# > - average the gradients of uneven shards without a mistake (prediction P8.1 and exercise 8.1)
# > - deal examples to ranks so that none waits for ever (prediction P8.2 and exercise 8.4)
# > - start a training on two devices in both frameworks, and judge whether it is still the same training (claim C31a)
# > - name the lines that make a script distributed (claim C33)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("08a")

import tempfile
from pathlib import Path

import numpy as np

from chapters.ch08 import launch, scripts, task
from helpers import claims, exercises, parity, process, show

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
# ## 8a.1 One batch, two shards
#
# [Data parallelism](glossary.md#data-parallelism) rests on one line of calculus: the gradient of a mean is the mean of
# the gradients. Cut a [batch](glossary.md#batch) into parts, called [shards](glossary.md#shard). Each worker computes the
# gradient of its own shard. They average, and each can take the step that the whole batch would have taken.
#
# Before any process starts, do it by hand. `task.write` prepares the digits that this chapter trains on: 1,280 of them, in
# an order that `seed` fixes. It writes them into a file for the workers of 8a.3, which go through them `epochs` times. Here
# you need one batch of 64, and one layer without a bias: 64 pixels times a table `W` of weights make 10 scores.

# %% tags=["taught"]
given = task.write(folder, seed, epochs=1 if fast else 5)
x = given["x"][:64]  # 64 digits of 64 pixels, float64
y = given["y"][:64]  # which digit each one is
rng = np.random.default_rng(seed)
W_start = rng.normal(size=(64, 10)) / 8

# %% [markdown]
# `gradient_torch` and `gradient_tf` give the gradient of the mean loss with respect to `W`. PyTorch's `cross_entropy`
# takes the mean by itself. TensorFlow's function gives one loss a digit, and `reduce_mean` averages them.


# %% tags=["torch"]
# PyTorch
def gradient_torch(x, y):
    W = torch.tensor(W_start, requires_grad=True)
    scores = torch.tensor(x) @ W
    loss = torch.nn.functional.cross_entropy(scores, torch.tensor(y))
    loss.backward()
    return torch_side.to_numpy(W.grad)


whole_torch = gradient_torch(x, y)


# %% tags=["tf"]
# TensorFlow
def gradient_tf(x, y):
    W = tf.Variable(W_start)
    with tf.GradientTape() as tape:
        scores = tf.constant(x) @ W
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores)
        loss = tf.reduce_mean(losses)
    return tf_side.to_numpy(tape.gradient(loss, W))


whole_tf = gradient_tf(x, y)

# %% tags=["verdict", "folded"]
# Folded: compares the gradients of the whole batch; 1e-12 leaves room for rounding.
parity.verdict("the gradient of the whole batch", whole_torch, whole_tf, atol=1e-12)

# %% [markdown]
# Two workers get shards of 32 and 32 digits. Or they get 62 and 2, as when a file ends in the middle of a batch. Both
# times each worker takes the mean loss over *its* shard, and then the two gradients are averaged: added, and divided by 2.
#
# **Predict.** Is that average the gradient of the whole batch?
#
# - **a** both times
# - **b** only for 32 and 32
# - **c** neither time

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.1", guess, among=["a", "b", "c"])

# %% [markdown]
# `parity.gap` is the largest difference of two arrays: how far the average is from the gradient of the whole batch.

# %% tags=["torch"]
# PyTorch
off_torch = {}  # {size of the first shard: how far off the average is}
for first in (32, 62):
    one = gradient_torch(x[:first], y[:first])
    two = gradient_torch(x[first:], y[first:])
    average = (one + two) / 2
    off_torch[first] = parity.gap(average, whole_torch)

# %% tags=["tf"]
# TensorFlow
off_tf = {}  # {size of the first shard: how far off the average is}
for first in (32, 62):
    one = gradient_tf(x[:first], y[:first])
    two = gradient_tf(x[first:], y[first:])
    average = (one + two) / 2
    off_tf[first] = parity.gap(average, whole_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, in both frameworks.
even = max(off_torch[32], off_tf[32]) < 1e-12
uneven = max(off_torch[62], off_tf[62]) < 1e-12
print("32 and 32: equal up to rounding:", even)
print("62 and 2: equal up to rounding:", uneven)
options = {"a": even and uneven, "b": even, "c": not even and not uneven}
exercises.outcome("P8.1", exercises.first_true(options))

# %% [markdown]
# The gradient of a mean is the mean of gradients *if the means are over equally many*. In the plain average of 62 and 2,
# half of the step comes from two digits. The mend is to weigh each gradient by the size of its shard.

# %% tags=["torch"]
# PyTorch
one = gradient_torch(x[:62], y[:62])
two = gradient_torch(x[62:], y[62:])
weighted_torch = (62 * one + 2 * two) / 64

# %% tags=["tf"]
# TensorFlow
one = gradient_tf(x[:62], y[:62])
two = gradient_tf(x[62:], y[62:])
weighted_tf = (62 * one + 2 * two) / 64

# %% tags=["verdict", "folded"]
# Folded: compares the weighted means with the whole batch.
parity.verdict("PyTorch, 62 and 2, weighted", weighted_torch, whole_torch, 1e-12)
parity.verdict("TensorFlow, 62 and 2, weighted", weighted_tf, whole_tf, 1e-12)

# %% [markdown]
# PyTorch's DDP takes the plain mean (8a.3); TensorFlow's loop divides by the whole batch instead, as you will see. The usual
# way is to give every worker equally many examples, always.

# %% [markdown]
# ### Exercise 8.1: port the weighted mean (4 minutes)
#
# Here it is for any number of shards, in PyTorch. `gradients` has shape (shards, parameters), `counts` has shape (shards,);
# `counts[:, None]` turns it into a column, so that each row is multiplied by its own count. Port it to TensorFlow.
#
# ```python
# def combine(gradients, counts):
#     return (gradients * counts[:, None]).sum(dim=0) / counts.sum()
# ```

# %% tags=["exercise"]
answer = ...  # a function of two float64 tensors, that gives one, too


# solution
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=0) / tf.reduce_sum(counts)


# wrong: that is the plain mean over shards
def answer(gradients, counts):
    return tf.reduce_mean(gradients, axis=0)


# wrong: you divide by the number of shards
def answer(gradients, counts):
    return tf.reduce_mean(gradients * counts[:, None], axis=0)


# wrong: that is a sum
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=0)


# wrong: you sum over parameters
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=1) / tf.reduce_sum(counts)


# %% tags=["check"]
exercises.check("8.1", answer)

# %% [markdown]
# ## 8a.2 Who gets which examples?
#
# In a real run each worker is a process with a number, its [rank](glossary.md#rank), from 0 on. How many there are is the
# [world size](glossary.md#world-size). Each must know which examples are its own. Both frameworks deal examples like
# cards: with four ranks, rank 0 gets examples 0, 4, 8 and so on.
#
# Now deal ten examples to four ranks.
#
# **Predict.** How many does each rank get?
#
# - **a** 3, 3, 2 and 2, in both frameworks
# - **b** 3 each, in both: two examples are dealt twice
# - **c** PyTorch 3 each; TensorFlow 3, 3, 2 and 2
# - **d** TensorFlow 3 each; PyTorch 3, 3, 2 and 2

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P8.2", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# PyTorch's `DistributedSampler` is a list of indices for one rank; a loader then fetches those examples. `shuffle=False`
# keeps the order. TensorFlow's `shard(4, rank)` takes from a data set every fourth element.

# %% tags=["torch"]
# PyTorch
dealt_torch = []
for rank in range(4):
    sampler = torch.utils.data.DistributedSampler(range(10), 4, rank, shuffle=False)
    dealt_torch.append(list(sampler))
print(dealt_torch)

# %% tags=["tf"]
# TensorFlow
dealt_tf = []
for rank in range(4):
    dataset = tf.data.Dataset.range(10).shard(4, rank)
    dealt_tf.append([int(index) for index in dataset])
print(dealt_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
sizes_torch = [len(hand) for hand in dealt_torch]
sizes_tf = [len(hand) for hand in dealt_tf]
same_torch = len(set(sizes_torch)) == 1
same_tf = len(set(sizes_tf)) == 1
options = {
    "a": not same_torch and not same_tf,
    "b": same_torch and same_tf,
    "c": same_torch,
    "d": same_tf,
}
exercises.outcome("P8.2", exercises.first_true(options))
print(f"PyTorch {sizes_torch}, TensorFlow {sizes_tf}")

# %% [markdown]
# Why would anybody deal an example twice? Because ranks work in step: each waits, at every step, for the gradients of all
# the others. A rank with one batch less is done early, and the others wait for it, until they give up. So PyTorch's
# sampler starts again from the front until all hands are equal. With `shard` that is up to you: drop the rest, or repeat
# some.

# %% [markdown]
# ### Exercise 8.4: deal the data (6 minutes)
#
# Write what `DistributedSampler(shuffle=False)` does: a function of the number `n` of examples, the number of `ranks` and
# a `rank`, that returns the list of this rank's indices, as whole numbers. Where `ranks` does not divide `n`, go on from the
# front, as often as needed: three examples on eight ranks are one for each.

# %% tags=["exercise"]
answer = ...  # a function of (n, ranks, rank)


# solution
def answer(n, ranks, rank):
    each = (n + ranks - 1) // ranks  # n / ranks, rounded up
    dealt = [k % n for k in range(each * ranks)]  # after the last comes the first
    return dealt[rank::ranks]


# wrong: different numbers of examples
def answer(n, ranks, rank):
    return list(range(n))[rank::ranks]


# wrong: examples are left out
def answer(n, ranks, rank):
    return list(range(n // ranks * ranks))[rank::ranks]


# wrong: those are blocks
def answer(n, ranks, rank):
    size = -(-n // ranks)
    return [k % n for k in range(size * rank, size * (rank + 1))]


# wrong: the front is dealt once more
def answer(n, ranks, rank):
    indices = list(range(n))
    indices += indices[: -n % ranks]
    return indices[rank::ranks]


# %% tags=["check"]
exercises.check("8.4", answer)

# %% [markdown]
# ## 8a.3 The same, in processes
#
# Now for real: a network of two layers, SGD with momentum, 20 batches of 64 digits. A freshly started process does not know
# the functions of this notebook, so each way is a script. Open them beside this page; all are short.
#
# **PyTorch: a process for each rank.** `torchrun` starts the same script twice, and tells each process its rank. The new
# lines of [ddp_torch.py](chapters/ch08/workers/ddp_torch.py) are these:
#
# ```python
# distributed.init_process_group("gloo")        # find the other ranks ("nccl" on GPUs)
# model = DistributedDataParallel(model)        # average the gradients in every backward
# sampler = DistributedSampler(dataset, shuffle=False)    # deal the examples
# loader = DataLoader(dataset, batch_size=64 // ranks, sampler=sampler)
# sampler.set_epoch(epoch)                      # once you shuffle: a new order (lesson 8c)
# destroy_process_group()                       # at the end: let go of the others
# ```
#
# The script is told `cpu` or `cuda`, and takes nothing else. One that looks for GPUs and goes on without them is a trap on a
# cluster: the host with a broken GPU trains on its CPU while all others wait for it, and nobody is told. On GPUs each rank
# also says which one is its own, by `torch.cuda.set_device`.
#
# The averaging is called an [all-reduce](glossary.md#all-reduce): each rank gives its numbers, and each gets their
# sum, or their mean.
#
# **TensorFlow: one process, two devices.** `MirroredStrategy` keeps a copy of the model, a *replica*, on each device.
# Here two logical devices share your processor, unless there are two GPUs. The new lines of
# [mirrored_tf.py](chapters/ch08/workers/mirrored_tf.py):
#
# ```python
# with strategy.scope():                        # variables made here exist once on each device
#     model = keras.Sequential(...)
# batches = strategy.experimental_distribute_dataset(batches)    # half of each batch for each
# loss = tf.nn.compute_average_loss(losses(y, model(x)), global_batch_size=64)
# strategy.run(step, args=(x, y))               # call step once on each device
# ```
#
# One line deserves a second look. The strategy *adds* the replicas' gradients. `compute_average_loss` divides by the whole
# batch of 64, not by the 32 that a replica sees, and so the sum becomes a mean. And with Keras's own `fit`, which the third
# script uses, making the model inside the scope is all there is to do.

# %% [markdown]
# A job is a list of words, as you would type them. `launch.commands` runs jobs side by side, for at most 240 seconds, and
# gives for each the lines that it printed; no process is left when the cell ends. Each line is JSON, and
# comes back as a dict: `lines[1][0]` is the first line of the second job. `launch.PYTHON` is the list of words that starts
# Python, and `process.worker` gives a script's path. `launch.environment` keeps the ranks'
# talk on this machine, and says whether they may see GPUs. `task.weights` finds the last weights in the lines.
#
# Of torchrun's words, `--nproc-per-node=2` asks for two ranks, `--standalone` says that no other machine takes part, and
# `--local-addr=127.0.0.1` that the ranks meet on this machine. A star puts the words of one list into another.

# %% tags=["torch"]
# PyTorch
gpus_torch = torch.cuda.device_count() > 1 and device != "cpu"
place = "cuda" if gpus_torch else "cpu"
torchrun = ["torchrun", "--standalone", "--local-addr=127.0.0.1", "--nproc-per-node=2"]
jobs = [
    [*launch.PYTHON, process.worker("ch08/alone_torch"), folder, place],
    [*torchrun, process.worker("ch08/ddp_torch"), folder, place],
]
lines = launch.commands(jobs, 240, launch.environment(gpus_torch))
alone_torch = task.weights(lines[0])
ddp_torch = task.weights(lines[1])
print(f"PyTorch {torch.__version__}, on {place}: {len(ddp_torch)} arrays of weights")

# %% tags=["tf"]
# TensorFlow
jobs = [
    [*launch.PYTHON, process.worker("ch08/alone_tf"), folder],
    [*launch.PYTHON, process.worker("ch08/mirrored_tf"), folder],
    [*launch.PYTHON, process.worker("ch08/fit_mirrored_tf"), folder],
]
gpus_tf = len(tf.config.list_physical_devices("GPU")) > 1 and device != "cpu"
lines = launch.commands(jobs, 240, launch.environment(gpus_tf))
alone_tf = task.weights(lines[0])
mirrored_tf = task.weights(lines[1])
fit_tf = task.weights(lines[2])
devices_tf = lines[1][0]["devices"]  # the script counts its replicas
print(f"TensorFlow {tf.__version__}: {devices_tf} devices")

# %% tags=["verdict"]
parity.verdict("one process, PyTorch and TensorFlow", alone_torch, alone_tf, 1e-12)
parity.verdict("DDP on two ranks, and one process", ddp_torch, alone_torch, 1e-12)
parity.verdict("two replicas, and one process", mirrored_tf, alone_tf, 1e-12)
parity.verdict("two replicas under fit, and one process", fit_tf, alone_tf, 1e-12)

# %% [markdown]
# Five trainings, one set of weights. It is the *same* training because everything that each step needs is a mean over
# examples. A layer that looks at the whole batch at once, such as [batch normalization](glossary.md#batch-normalization),
# would see another batch on each device, and the weights would part.
#
# The article says that data parallelism is what distinguishes PyTorch (C31a). A few pages before, it says that TensorFlow
# "draws its reputation from its distributed training support" (C16, lesson 11a). Both cannot be. The run says whether
# today's TensorFlow trains data-parallel; its [first paper](https://arxiv.org/abs/1603.04467), of 2015, says so of the
# first.

# %% tags=["verdict", "folded"]
# Folded: did TensorFlow really train, on two devices, as one process does?
moved = parity.gap(alone_tf, task.first(given)) > 1e-3
ddp = parity.gap(ddp_torch, alone_torch)
mirrored = parity.gap(mirrored_tf, alone_tf)
tf_can = moved and devices_tf == 2 and mirrored < 1e-12
trained = "moved" if moved else "left"
claims.verdict(
    "C31a",
    not tf_can,
    f"Against one process, whose weights training {trained}: DDP, largest difference "
    f"{ddp:.1e}; MirroredStrategy on {devices_tf} devices, largest difference "
    f"{mirrored:.1e}. C16 says the contrary, in the same article.",
)

# %% [markdown]
# ## 8a.4 What it took
#
# The two scripts again, whole. A `+` marks each line that the single-process original lacks. The workers lie in
# `chapters/ch08/workers` beside this page. Break one: in ddp_torch.py write `model = model.to(device)` for the line with
# `DistributedDataParallel(`, and `model.state_dict()` in its last line but one; or in mirrored_tf.py write
# `loss = tf.reduce_mean(losses(y, model(x)))`. Run 8a.3 again, and see which sentence breaks. (Then undo it.)

# %% tags=["folded"]
# Folded: PyTorch's distributed script, with its new lines marked.
print("\n".join(scripts.marked(*scripts.PAIRS["PyTorch, DDP"])))

# %% tags=["folded"]
# Folded: TensorFlow's, with a loop, in the same way.
print("\n".join(scripts.marked(*scripts.PAIRS["TensorFlow, loop"])))

# %% [markdown]
# The article says that TensorFlow can do it all, with more effort. Effort is more than lines, but lines can be counted.
# Some are there only because a CPU plays two devices, and some are old lines, indented. What lets a script fail where its
# GPU is missing, and end cleanly, counts as new: this lesson would run without it, but nobody should copy such a script to
# a cluster.

# %% tags=["verdict", "folded"]
# Folded: counts the lines that were added, by reason.
counts = scripts.counts()
rows = []
for name, found in counts.items():
    rows.append([name, *found.values()])
    claims.number(f"lines for two devices, {name}", found["new"], "lines")
show.table(["lines added", *scripts.KINDS], rows)
new = {name: found["new"] for name, found in counts.items()}
said = ", ".join(f"{name} {number}" for name, number in new.items())
claims.verdict(
    "C33",
    all(new.values()),
    f"New or changed lines: {said}; PyTorch's script also needs torchrun.",
)

# %% [markdown]
# ## 8a.5 Quiz

# %%
exercises.quiz("08a")

# %% [markdown]
# ## 8a.6 Verdicts
#
# Ask what counted lines leave out: what you must know to write them.

# %%
claims.close("08a")

# %% [markdown]
# ## 8a.7 Summary and further reading
#
# - The gradient of a mean is the mean of gradients, weighted by the size of the shards. The rest is plumbing.
# - Ranks work in step: deal them equally many.
# - DDP averages; a `MirroredStrategy` loop adds: divide by the global batch.
# - The same weights come out as long as every step is a mean over examples.
#
# Further reading: [DDP](https://docs.pytorch.org/docs/stable/notes/ddp.html),
# [tf.distribute](https://www.tensorflow.org/guide/distributed_training), and
# [PyTorch Distributed](https://arxiv.org/abs/2006.15704), the paper. Next: [what it costs](08b_what_it_costs.ipynb)
