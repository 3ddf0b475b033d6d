# %% [markdown]
# # 8c. What a wrapper leaves to you
#
# `DistributedDataParallel` begins all ranks with rank 0's weights, sends rank 0's running averages, and averages gradients.
# The order of the examples, the statistics of a batch, the evaluation, what ranks send each other: all that stays your
# business. You find eight faults that raise no error, and mend each.
#
# > **Minutes**: 36 · **Needs**: lesson 8a; Linux or macOS (on Windows, WSL 2) · **Claims tested**: none
# >
# > **You will be able to**
# > - give every epoch a new order, the same on all ranks (prediction P8.10)
# > - say what a layer does that looks at the whole batch, and put statistics of shards together (exercise 8.9)
# > - evaluate on several ranks, and count each example once (prediction P8.11 and exercise 8.10)
# > - name what goes wrong on the way between ranks, and the mend of each (prediction P8.12 and verdict in 8c.4)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("08c")

import tempfile
from pathlib import Path

import numpy as np

from chapters.ch08 import launch, left_to_you, task
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
given = task.write(folder, seed, epochs=1)
x = given["x"][:64]  # 64 digits of 64 pixels, float64

# %% [markdown]
# ## 8c.1 A new order, for everybody the same
#
# Each epoch should go through the examples in a new order. And in each epoch every example should be dealt to exactly one
# [rank](glossary.md#rank). In lesson 8a nothing was shuffled; now ask both for it, with two ranks and eight examples.
#
# PyTorch's sampler shuffles by itself, with a seed that is 0 unless you name one. TensorFlow's data sets shuffle before they
# are dealt; each rank is a process, and shuffles for itself.
#
# **Predict.** The plain calls below, in two epochs: what goes wrong?
#
# - **a** nothing, in either
# - **b** PyTorch repeats its order; TensorFlow deals some examples twice and others never
# - **c** PyTorch deals some twice and others never; TensorFlow repeats its order
# - **d** both repeat their order

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P8.10", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
samplers = []
for rank in range(2):
    sampler = torch.utils.data.DistributedSampler(range(8), 2, rank, shuffle=True)
    samplers.append(sampler)
plain_torch = []  # for each epoch, the hands of the two ranks
for _ in range(2):
    plain_torch.append([list(sampler) for sampler in samplers])
print(plain_torch)

# %% tags=["tf"]
# TensorFlow
datasets = []
for rank in range(2):
    dataset = tf.data.Dataset.range(8).shuffle(8).shard(2, rank)
    datasets.append(dataset)
plain_tf = []  # for each epoch, the hands of the two ranks
for _ in range(2):
    hands = []
    for dataset in datasets:
        hands.append([int(index) for index in dataset])
    plain_tf.append(hands)
print(plain_tf)

# %% tags=["verdict", "folded"]
# Folded: does the order repeat, and is each example dealt once? The options say how.
repeats_torch, once_torch = left_to_you.dealing(plain_torch)
repeats_tf, once_tf = left_to_you.dealing(plain_tf)
print(
    "the second epoch repeats the first: PyTorch",
    repeats_torch,
    "| TensorFlow",
    repeats_tf,
)
print("each example dealt once: PyTorch", once_torch, "| TensorFlow", once_tf)
options = {
    "a": once_torch and once_tf and not repeats_torch and not repeats_tf,
    "b": repeats_torch and not once_tf,
    "c": repeats_tf and not once_torch,
    "d": repeats_torch and repeats_tf,
}
exercises.outcome("P8.10", exercises.first_true(options))

# %% [markdown]
# Each has the half that the other lacks. PyTorch's ranks share a seed, so they agree; but the order depends on the seed
# and the *epoch*, and nobody told the sampler that a new one has begun. TensorFlow draws anew in each epoch, but without a
# common seed each rank draws for itself. (`tf.random.set_seed`, called alike in each process, would be one too, as long as
# all make their data sets in the same order. Here one process made both, and drew twice.) One call mends each.

# %% tags=["torch"]
# PyTorch
mended_torch = []
for epoch in range(2):
    for sampler in samplers:
        sampler.set_epoch(epoch)  # the mend
    mended_torch.append([list(sampler) for sampler in samplers])
print(mended_torch)

# %% tags=["tf"]
# TensorFlow
datasets = []
for rank in range(2):
    shuffled = tf.data.Dataset.range(8).shuffle(8, seed=1)  # the mend
    datasets.append(shuffled.shard(2, rank))
mended_tf = []
for _ in range(2):
    hands = []
    for dataset in datasets:
        hands.append([int(index) for index in dataset])
    mended_tf.append(hands)
print(mended_tf)

# %% tags=["verdict", "folded"]
# Folded: each example once in the second epoch, and in another order.
for name, epochs in {"PyTorch": mended_torch, "TensorFlow": mended_tf}.items():
    dealt = np.bincount(np.ravel(epochs[1]))
    parity.verdict(f"{name}: how often each example is dealt", dealt, np.ones(8, int))
    parity.differ(f"{name}: the orders of two epochs", epochs[0], epochs[1])

# %% [markdown]
# ## 8c.2 A layer that looks at the whole batch
#
# [Batch normalization](glossary.md#batch-normalization) subtracts a batch's mean and divides by its standard deviation. A
# rank sees only its own shard. Cut a batch of 64 digits in two, and normalize each half, as two ranks would. Both use
# the same epsilon here.

# %% tags=["torch"]
# PyTorch
norm_torch = torch.nn.BatchNorm1d(64, eps=1e-5, dtype=torch.float64)
whole = norm_torch(torch.tensor(x))
halves = [norm_torch(half) for half in torch.tensor(x).chunk(2)]
whole_torch = torch_side.to_numpy(whole)
halves_torch = torch_side.to_numpy(torch.cat(halves))

# %% tags=["tf"]
# TensorFlow
norm_tf = tf.keras.layers.BatchNormalization(epsilon=1e-5, dtype="float64")
whole = norm_tf(tf.constant(x), training=True)
halves = [norm_tf(half, training=True) for half in tf.split(x, 2)]
whole_tf = tf_side.to_numpy(whole)
halves_tf = tf_side.to_numpy(tf.concat(halves, axis=0))

# %% tags=["verdict", "folded"]
# Folded: the frameworks agree, the halves and the whole do not.
parity.verdict("the whole batch", whole_torch, whole_tf, atol=1e-9)
parity.verdict("its halves", halves_torch, halves_tf, atol=1e-9)
parity.differ("two halves, and the whole", halves_torch, whole_torch)

# %% [markdown]
# So a network with such a layer does not train on two ranks as on one. With large shards the difference is small; with four
# pictures on a rank it is not. To get the whole batch's numbers, the ranks must exchange their statistics *before* they
# normalize: PyTorch's `SyncBatchNorm` does it, and refuses a CPU; Keras's `BatchNormalization(synchronized=True)` does it
# inside a strategy. What do they send? Enough to put the statistics together.

# %% [markdown]
# ### Exercise 8.9: statistics of shards (6 minutes)
#
# Each rank knows of its shard how many examples it holds, their mean, and their variance (the mean of the squared distances
# from the shard's own mean). Write a function of three lists, `counts`, `means` and `variances`, one number a rank, that
# returns mean and variance of the whole batch, as a pair. Shards may differ in size.

# %% tags=["exercise"]
answer = ...  # a function of (counts, means, variances)


# solution
def answer(counts, means, variances):
    counts, means, variances = map(np.asarray, (counts, means, variances))
    mean = (counts * means).sum() / counts.sum()
    around = variances + (means - mean) ** 2  # each shard's, from the common mean
    return mean, (counts * around).sum() / counts.sum()


# wrong: the shards' own means differ from the common one
def answer(counts, means, variances):
    counts = np.asarray(counts)
    mean = (counts * np.asarray(means)).sum() / counts.sum()
    return mean, (counts * np.asarray(variances)).sum() / counts.sum()


# wrong: every rank counts alike
def answer(counts, means, variances):
    mean = np.mean(means)
    return mean, np.mean(np.asarray(variances) + (np.asarray(means) - mean) ** 2)


# %% tags=["check"]
exercises.check("8.9", answer)

# %% [markdown]
# ## 8c.3 Six of five
#
# Five examples, two ranks, and an evaluation: of the examples 0 to 4 the network has 0, 2 and 4 right, which is 60 %. Each
# rank counts its own, and the counts are added.
#
# **Predict.** Dealt as in lesson 8a, by `DistributedSampler` and by `shard`, which accuracy comes out?
#
# - **a** 60 % in both
# - **b** PyTorch 67 %, TensorFlow 60 %
# - **c** 67 % in both

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.11", guess, among=["a", "b", "c"])

# %% tags=["taught"]
right = [True, False, True, False, True]

# %% tags=["torch"]
# PyTorch
seen_torch = []
for rank in range(2):
    sampler = torch.utils.data.DistributedSampler(range(5), 2, rank, shuffle=False)
    seen_torch.extend(sampler)
accuracy_torch = sum(right[k] for k in seen_torch) / len(seen_torch)

# %% tags=["tf"]
# TensorFlow
seen_tf = []
for rank in range(2):
    dataset = tf.data.Dataset.range(5).shard(2, rank)
    seen_tf.extend(int(k) for k in dataset)
accuracy_tf = sum(right[k] for k in seen_tf) / len(seen_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
print(f"PyTorch: {len(seen_torch)} examples, {100 * accuracy_torch:.0f} % right")
print(f"TensorFlow: {len(seen_tf)} examples, {100 * accuracy_tf:.0f} % right")
off_torch, off_tf = accuracy_torch > 0.61, accuracy_tf > 0.61
options = {
    "a": not off_torch and not off_tf,
    "b": off_torch and not off_tf,
    "c": off_torch and off_tf,
}
exercises.outcome("P8.11", exercises.first_true(options))

# %% [markdown]
# The sampler pads, so that ranks get equally many: in training they must, as they wait for each other in every step. An
# evaluation needs to wait only once, at the end, when counts are added. There `range(rank, 5, 2)` deals without padding.
# (Call `model.module` then: the wrapper's own forward sends the buffers of batch normalization, and waits each time.)
# Where a sampler has padded already, the indices tell what is counted twice.

# %% [markdown]
# ### Exercise 8.10: each example once (5 minutes)
#
# The ranks report what they saw: `seen` is a list with one list for each rank, which holds pairs `(index, right)`. An index
# can come twice, on one rank or on two, and then it says the same. Write a function of `seen` that returns the accuracy over
# the different examples. Nobody saw anything? Then it is not a number, `float("nan")`.

# %% tags=["exercise"]
answer = ...  # a function of seen


# solution
def answer(seen):
    by_index = {}
    for rank in seen:
        by_index.update(rank)  # a dict keeps each index once
    if not by_index:
        return float("nan")
    return sum(by_index.values()) / len(by_index)


# wrong: examples that were dealt twice are counted twice
def answer(seen):
    flat = [right for rank in seen for _, right in rank]
    return sum(flat) / len(flat) if flat else float("nan")


# wrong: the mean of the ranks' accuracies
def answer(seen):
    shares = [sum(dict(rank).values()) / len(dict(rank)) for rank in seen if rank]
    return sum(shares) / len(shares) if shares else float("nan")


# %% tags=["check"]
exercises.check("8.10", answer)

# %% [markdown]
# ## 8c.4 On two ranks
#
# Now the same, and more, between real ranks. Five things remain that need two processes.
#
# 1. **Shards of 62 and 2.** DDP takes the mean over ranks, whatever they hold (lesson 8a). The mend is to weigh the loss:
#    `loss * ranks * len(shard) / 64`.
# 2. **Four small batches, one step.** Accumulated gradients need one exchange, but DDP sends in every `backward`. The mend:
#    all but the last inside `with model.no_sync():`.
# 3. **A picture, sent.** `broadcast` sends memory as it lies. Rank 0 keeps its picture with the channels last, rank 1 with
#    the channels first. The mend: `.contiguous()` before.
# 4. **An alarm.** Is there a NaN in anybody's loss? Each rank asks for the largest of all losses, by
#    `all_reduce(loss, ReduceOp.MAX)`. The mend: add up `loss.isnan()`.
# 5. **A log.** Two ranks are two programs: both write. The mend: `if distributed.get_rank() == 0:`.
#
# **Predict.** The losses are 1 on rank 0 and NaN on rank 1. After the all-reduce with MAX, rank 0 has
#
# - **a** NaN: nothing is larger
# - **b** 1: the NaN was lost on the way
# - **c** nothing: an error says that NaN cannot be compared

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.12", guess, among=["a", "b", "c"])

# %% [markdown]
# The scripts are [left_to_you_torch.py](chapters/ch08/workers/left_to_you_torch.py), under torchrun on two ranks, and
# [left_to_you_tf.py](chapters/ch08/workers/left_to_you_tf.py), with two replicas in one process. Each fault has a function
# whose argument is False for the fault and True for the mend. (TensorFlow's `counted` has no fault, and no argument.) Open
# one beside this page.

# %% tags=["torch"]
# PyTorch
print(f"PyTorch {torch.__version__}, two ranks")
torchrun = ["torchrun", "--standalone", "--local-addr=127.0.0.1", "--nproc-per-node=2"]
job = [*torchrun, process.worker("ch08/left_to_you_torch"), folder]
(lines,) = launch.commands([job], 240, launch.environment(gpus=False))
said_torch = left_to_you.answers(lines)  # {question: [fault, mend]}
for question in ("counted", "sent", "alarm", "log"):
    print(question, said_torch[question])

# %% tags=["tf"]
# TensorFlow
print(f"TensorFlow {tf.__version__}, two replicas")
job = [*launch.PYTHON, process.worker("ch08/left_to_you_tf"), folder]
(lines,) = launch.commands([job], 240, launch.environment(gpus=False))
said_tf = left_to_you.answers(lines)  # {question: [fault, mend]}
print("counted", said_tf["counted"], "of 5 right")

# %% tags=["verdict", "folded"]
# Folded: which option came true, of PyTorch's alarm.
alarm = said_torch["alarm"][0]
exercises.outcome(
    "P8.12",
    exercises.first_true({"b": alarm[0] == "1.0", "a": alarm[0] == "nan", "c": True}),
)

# %% [markdown]
# Only a NaN on rank 0 is noticed everywhere: which operand comes first decides. (With `nccl`, on GPUs, it may be otherwise.)
# A sum is NaN whoever brings it, and a count says how many.
#
# Did the mends work? The whole batch's gradient, computed here by one process, is what both should reach.

# %% tags=["torch"]
# PyTorch
W = torch.full((64, 10), 0.1, dtype=torch.float64, requires_grad=True)
loss = torch.nn.functional.cross_entropy(
    torch.tensor(x) @ W, torch.tensor(given["y"][:64])
)
loss.backward()
gradient_torch = torch_side.to_numpy(W.grad)

# %% tags=["tf"]
# TensorFlow
W = tf.Variable(np.full((64, 10), 0.1))
with tf.GradientTape() as tape:
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(given["y"][:64], x @ W)
    loss = tf.reduce_mean(losses)
gradient_tf = tf_side.to_numpy(tape.gradient(loss, W))

# %% tags=["verdict"]
parity.verdict("PyTorch, mended", said_torch["gradient"][1], gradient_torch.T, 1e-12)
parity.verdict("TensorFlow, mended", said_tf["gradient"][1], gradient_tf, 1e-12)
parity.verdict(
    "PyTorch, shared statistics", said_torch["batch_norm"][1], whole_torch, 1e-9
)
parity.verdict(
    "TensorFlow, shared statistics", said_tf["batch_norm"][1], whole_tf, 1e-9
)

# %% tags=["folded"]
# Folded: a row for each fault, what it did and what its mend does.
show.table(
    ["between two ranks", "as it is", "mended"],
    left_to_you.rows(said_torch, gradient_torch.T, whole_torch),
)

# %% [markdown]
# None of these raised an error. That is what to remember of wrappers: they do less than one thinks, and whoever takes a
# training to several ranks asks of every other line, "who does this now, and on what part of the data?"
#
# TensorFlow's `MirroredStrategy` does more by itself: one program sees all replicas, so `evaluate` counts five, and there is
# one log. What stays with you there are the loss's divisor, and `synchronized=True`.

# %% [markdown]
# ## 8c.5 Quiz

# %%
exercises.quiz("08c")

# %% [markdown]
# ## 8c.6 Verdicts
#
# This lesson tests no sentence of the article.

# %%
claims.close("08c")

# %% [markdown]
# ## 8c.7 Summary and further reading
#
# - `set_epoch` in PyTorch, a common seed in TensorFlow: else orders repeat, or examples are dealt twice.
# - What looks at the whole batch sees a shard. Statistics are put together before they are used.
# - In training pad, in evaluation do not; or count each example once.
# - Weigh losses by shard, send rarely, send contiguous memory, count NaN, and let one rank speak.
#
# Further reading: [DistributedSampler](https://docs.pytorch.org/docs/stable/data.html),
# [DDP's `no_sync`](https://docs.pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html), and
# [custom loops with tf.distribute](https://www.tensorflow.org/tutorials/distribute/custom_training). Next:
# [a worker is killed](08d_a_worker_is_killed.ipynb)
