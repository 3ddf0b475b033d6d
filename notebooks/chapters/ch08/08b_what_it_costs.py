# %% [markdown]
# # 8b. What it costs
#
# A second worker computes half, and talks. You measure what talk costs, find out when it stops paying, and ask who says on
# which device an operation runs.
#
# > **Minutes**: 28 · **Needs**: lesson 8a · **Claims tested**: C31b, C32, C34
# >
# > **You will be able to**
# > - say when another worker stops paying (exercise 8.2)
# > - estimate what a message costs, and how much each worker sends (prediction P8.3 and exercise 8.3)
# > - tell handing work over from doing it (verdict in 8b.3)
# > - find out where an operation ran (prediction P8.4 and claim C32)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("08b")

import os
import tempfile
import time
from pathlib import Path

import numpy as np

from chapters.ch08 import figures, launch, placements, task
from helpers import claims, errors, exercises, parity, process, show, web

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
# ## 8b.1 Three parts of a step
#
# A step in $n$ processes has three parts. *Computing* the gradient is divided: each process takes $1/n$ of the batch.
# *Communicating*, the [all-reduce](glossary.md#all-reduce), is what one process does not have. The *update* of the weights
# is repeated by everybody, in full. So a step in $n$ processes is so many times as fast as in one:
#
# $$\frac{\text{compute} + \text{update}}{\text{compute} / n + \text{update} + \text{communicate}}$$
#
# What is not divided sets the limit. Without any communication this is [Amdahl's law](glossary.md#amdahl-law).

# %% [markdown]
# ### Exercise 8.2: is a fourth worker worth it? (4 minutes)
#
# In one process a step takes 200 ms: 180 ms of computing, which divides, and 20 ms of update, which every process does in
# full. With four processes each step also waits 10 ms for an all-reduce, which nothing hides. How many times as fast is a
# step with four processes?

# %% tags=["exercise"]
answer = ...  # a number, to two digits behind the point
# solution
answer = 200 / (180 / 4 + 20 + 10)
# wrong: that is the ideal line
answer = 4
# wrong: you left out the all-reduce
answer = 200 / (180 / 4 + 20)
# wrong: the update is not split
answer = 200 / (200 / 4 + 10)
# wrong: that is the time of a step
answer = 180 / 4 + 20 + 10

# %% tags=["check"]
exercises.check("8.2", answer)

# %% [markdown]
# ## 8b.2 The price of a message
#
# How long does an all-reduce take, and on what does it depend? Two processes on this machine add up arrays, from a single
# number to a million. PyTorch uses its library gloo, TensorFlow a ring of its own.
#
# **Predict.** With gloo: a thousand numbers against a single one, how much longer do they take?
#
# - **a** less than 10 times
# - **b** 10 to 300 times
# - **c** more than 300 times

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.3", guess, among=["a", "b", "c"])

# %% [markdown]
# The workers also time the three parts of a step, of a network with 1.1 million weights and a batch of 512, first in one
# process, then in two and more. They are [costs_torch.py](chapters/ch08/workers/costs_torch.py) and
# [costs_tf.py](chapters/ch08/workers/costs_tf.py). We start a process for each core at most, and two at least.
#
# `work` is what every worker is told: the sizes of the messages, the `width` (how many units each of the two hidden layers
# has), the batch, and how often to measure (`rounds`).

# %% tags=["taught"]
payloads = [1, 100, 1000, 10_000, 100_000, 1_000_000]  # numbers in an all-reduce
rounds = 5 if fast else 25  # the workers give medians
work = {"payloads": payloads, "width": 1024, "batch": 512, "rounds": rounds}
counts = [n for n in (2, 4, 8) if n <= max(2, os.cpu_count())]
print(counts, "processes")

# %% [markdown]
# `process.together` starts one process for each of the `tasks`, all at once, and gives a list of printed lines for each.
# A task is a dict; `{**work, "rank": 0}` is a copy of `work` with one more entry. PyTorch's ranks need one port at which
# to meet, TensorFlow's workers one each. Rank 0 prints a single line with all times, so `lines[0][0]` is that line;
# `"alone"` in it is what it measured while the other one waited.

# %% tags=["torch"]
# PyTorch
print("PyTorch", torch.__version__)
costs_torch = {}
for ranks in counts:
    meet = {**work, "ranks": ranks, "port": web.free_port()}
    tasks = [{**meet, "rank": rank} for rank in range(ranks)]
    env = launch.environment(gpus=False)
    lines = process.together("ch08/costs_torch", tasks, 240, env)
    costs_torch[ranks] = lines[0][0]
costs_torch[1] = costs_torch[2]["alone"]
print(sorted(costs_torch), "processes were timed")

# %% tags=["tf"]
# TensorFlow
print("TensorFlow", tf.__version__)
costs_tf = {}
for ranks in counts:
    workers = [f"127.0.0.1:{web.free_port()}" for _ in range(ranks)]
    tasks = [{**work, "workers": workers, "index": index} for index in range(ranks)]
    env = launch.environment(gpus=False)
    lines = process.together("ch08/costs_tf", tasks, 240, env)
    costs_tf[ranks] = lines[0][0]
costs_tf[1] = costs_tf[2]["alone"]
print(sorted(costs_tf), "processes were timed")

# %% tags=["verdict", "folded"]
# Folded: what a number costs, alone and among a million; then the parts of a step.
for name, costs in {"PyTorch": costs_torch, "TensorFlow": costs_tf}.items():
    took = costs[2]["all_reduce"]
    each = {size: took[str(size)] / size for size in payloads}  # seconds a number
    dearest = max(payloads, key=each.get)
    parity.by_clock(
        f"{name}: the payload in which a number costs most time", f"{dearest:,}"
    )
    parity.by_clock(
        f"{name}: a number costs over 50 times less among a million than alone",
        each[1] > 50 * each[1_000_000],
    )
    print(f"    one number took {1e3 * took['1']:.2f} ms")
    print(f"    a million took {1e3 * took['1000000']:.2f} ms")

# %% tags=["verdict", "folded"]
# Folded: which option came true.
gloo = costs_torch[2]["all_reduce"]
factor = gloo["1000"] / gloo["1"]
options = {"a": factor <= 10, "b": factor <= 300, "c": factor > 300}
exercises.outcome("P8.3", exercises.first_true(options), timed=True)

# %% tags=["folded"]
# Folded: draws the time of an all-reduce by its payload.
figures.messages({"PyTorch": costs_torch, "TensorFlow": costs_tf})

# %% [markdown]
# The curve is flat at first: a message has a price that does not depend on its size. So send few. DDP packs gradients into
# *buckets* of about 25 MB and sends a bucket at a time. Compare the shapes, not the two curves: the libraries differ.

# %% tags=["folded"]
# Folded: draws the parts of a step, and how many times as fast as one process each is.
measured = {"PyTorch": costs_torch, "TensorFlow": costs_tf}
figures.steps(measured)
for name, costs in measured.items():
    one = 1e3 * figures.step(costs, 1)
    two = 1e3 * figures.step(costs, 2)
    talk = 1e3 * costs[2]["communicate"]
    print(f"{name}: a step in one process took {one:.0f} ms,")
    print(f"    in two it took {two:.0f} ms, of which communicating took {talk:.0f} ms")

# %% [markdown]
# Where cores are few or busy, a second process takes turns with everything else, and the measured curve falls below the
# dotted one: the formula of 8b.1, with the time that two processes communicate. Measure on one process, before you rent
# eight.

# %% [markdown]
# ### Exercise 8.3: around the ring (5 minutes)
#
# How do $n$ processes add up? In a ring all-reduce each cuts its payload into $n$ pieces. In a first pass it sends
# $n - 1$ pieces to its neighbor, one after another, each added to what the neighbor has. In a second pass the finished
# sums go around in the same way. How many megabytes does *each* process send for a payload of 100 MB, with 2, 4 and 8
# processes?

# %% tags=["exercise"]
answer = ...  # a list of three numbers
# solution
answer = [2 * (n - 1) * 100 / n for n in (2, 4, 8)]
# wrong: that is one round only
answer = [(n - 1) * 100 / n for n in (2, 4, 8)]
# wrong: sending everything to everyone
answer = [100 * (n - 1) for n in (2, 4, 8)]
# wrong: a process keeps one
answer = [200, 200, 200]

# %% tags=["check"]
exercises.check("8.3", answer)

# %% [markdown]
# ## 8b.3 Handing over is not doing
#
# "Native support for asynchronous execution from Python", says the article of PyTorch. On a GPU an operation is
# [asynchronous](glossary.md#asynchronous-execution): Python hands it over and goes on; who reads a result waits. On a CPU
# both frameworks compute in the call itself by default, so there the claim cannot be judged.
#
# Time twenty products of matrices twice: until Python is back, and until the work is done. `wait()` returns when the device
# has done all that it was given; `perf_counter` is a clock in seconds. The first of three rounds warms up; the last one
# counts. All numbers of the matrix are $1 / n$, so that its products stay as they are.

# %% tags=["torch"]
# PyTorch
place_torch = torch_side.device(device)
n = 4096 if place_torch.type == "cuda" else 512
a = torch_side.tensor(np.full((n, n), 1 / n, "float32"), place_torch)
for _ in range(3):
    torch_side.wait()
    begin = time.perf_counter()
    for _ in range(20):
        a = a @ a
    handed_torch = time.perf_counter() - begin  # Python is back
    torch_side.wait()
    finished_torch = time.perf_counter() - begin

# %% tags=["tf"]
# TensorFlow
place_tf = tf_side.device(device)
n = 4096 if "GPU" in place_tf else 512
a = tf_side.tensor(np.full((n, n), 1 / n, "float32"), place_tf)
for _ in range(3):
    tf_side.wait()
    begin = time.perf_counter()
    for _ in range(20):
        a = a @ a
    handed_tf = time.perf_counter() - begin  # Python is back
    tf_side.wait()
    finished_tf = time.perf_counter() - begin

# %% tags=["verdict", "folded"]
# Folded: after which part of the time Python was back; on a GPU that judges the claim.
share_torch = handed_torch / finished_torch
share_tf = handed_tf / finished_tf
said = (
    f"Python was back after measured {100 * share_torch:.0f} % of the time with "
    f"PyTorch, after measured {100 * share_tf:.0f} % with TensorFlow."
)
if place_torch.type == "cuda" and "GPU" in place_tf:
    parts = {
        "PyTorch is back before the GPU is done": share_torch < 0.5,
        "TensorFlow is not": share_tf >= 0.5,
    }
    claims.verdict("C31b", parts, said, timed=True)
else:
    why = "No GPU for both frameworks here, and on a CPU the work is done in the call."
    claims.not_measured("C31b", f"{why} {said}")

# %% [markdown]
# What can be asynchronous everywhere is communication. `all_reduce(..., async_op=True)` gives a *handle* at once, and Python
# goes on; `handle.wait()` waits for the end. That is how DDP hides its talk: it hands a bucket over while `backward` still
# computes the gradients of earlier layers. PyTorch's workers above wrote down in which order that happened, with buckets of
# 1 MB, since all their gradients take only 4.5 MB. TensorFlow's graphs may start a collective operation as soon as its
# inputs are there; that is not measured here.

# %% tags=["verdict", "folded"]
# Folded: what PyTorch's ranks wrote down.
handle = costs_torch[2]
parity.by_clock(
    "An all-reduce with async_op=True: Python was back in less than half of its time",
    handle["handed_over"] < handle["finished"] / 2,
)
print(f"    handing over took {1e3 * handle['handed_over']:.2f} ms")
print(f"    until it was done it took {1e3 * handle['finished']:.2f} ms")
early = handle["early"]
buckets = handle["buckets"]
print(f"DDP handed over {early} of {buckets} buckets before the first layer's gradient")

# %% [markdown]
# ## 8b.4 Who names the device?
#
# The article says that in TensorFlow you must assign every operation to a [device](glossary.md#device) by hand. So did
# programs for TensorFlow 1: a copy of the model, a "tower", under `tf.device` for each GPU, and gradients averaged by hand.
# It still runs. Now take two tensors on two different devices, and add them, without a word about where.
#
# **Predict.** Who adds them?
#
# - **a** both
# - **b** only PyTorch
# - **c** only TensorFlow
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P8.4", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# So that you need no GPU, PyTorch's second device is `meta`, one without memory that every PyTorch has. Should it raise an
# error, `errors.gist` is that error in one line.
#
# TensorFlow can log where it runs each operation: `tf.debugging.set_log_device_placement(True)` turns that on, in a child
# process, [placement_tf.py](chapters/ch08/workers/placement_tf.py). (This course keeps TensorFlow silent;
# `TF_CPP_MIN_LOG_LEVEL` 0 takes that back.) The child makes two devices of your processor and computes the gradient of a
# batch three times: with no device named; as two towers, whose results are then added; and under a `MirroredStrategy`,
# which is told its devices once.
#
# The result of `launch.commands` for a job has as `.log` all that the child wrote besides its JSON lines.
# `placements.devices` reads from it, for each part, the pairs of operation and device. The one JSON line has `parts`, the
# gradient of each part by name.

# %% tags=["torch"]
# PyTorch
here = torch.ones(3)
there = torch.ones(3, device="meta")
try:
    here + there
    crossing_torch = "copied"
except RuntimeError as error:
    crossing_torch = errors.gist(error)
print("a fresh tensor lives on", here.device)
print(crossing_torch)

# %% tags=["tf"]
# TensorFlow
print("a fresh tensor lives on", tf.ones(3).device)
task.write(folder, seed, epochs=1)  # the digits, for the child
job = [*launch.PYTHON, process.worker("ch08/placement_tf"), folder]
env = {**launch.environment(gpus=False), "TF_CPP_MIN_LOG_LEVEL": 0}  # 0: with its log
lines = launch.commands([job], 240, env)[0]
ran_on = placements.devices(lines.log)
gradients = {part: np.array(found) for part, found in lines[0]["parts"].items()}

# %% tags=["verdict", "folded"]
# Folded: which option came true. TensorFlow adds where its towers lay on two devices.
on = {}  # {part: the devices on which its operations ran}
for part, pairs in ran_on.items():
    on[part] = sorted({where for _, where in pairs})
added = on["the mean of both, no device named"]
torch_adds = crossing_torch == "copied"
tf_adds = len(on["devices named by hand"]) == 2 and len(added) > 0
options = {
    "a": torch_adds and tf_adds,
    "b": torch_adds,
    "c": tf_adds,
    "d": not torch_adds and not tf_adds,
}
exercises.outcome("P8.4", exercises.first_true(options))

# %% tags=["folded"]
# Folded: the log's operations of arithmetic, by part.
wanted = ["MatMul", "SparseSoftmaxCrossEntropyWithLogits", "Mean", "AddV2", "RealDiv"]
rows = []
for part, pairs in ran_on.items():
    for operation, where in pairs:
        if operation in wanted:
            rows.append([part, operation, where])
show.table(["part", "operation", "ran on"], rows, caption="From the log")

# %% [markdown]
# TensorFlow copies what an operation needs, and runs it; it costs time, and nobody says so. PyTorch refuses: where something
# lives is your business, and you say `.to(device)`. So it is rather PyTorch that wants the device named.

# %% tags=["verdict", "folded"]
# Folded: compares the three gradients, and judges the claim from the log.
alone = gradients["no device named"]
towers = gradients["devices named by hand"]
mirrored = gradients["MirroredStrategy"]
parity.verdict("the gradient of two towers, and of one device", towers, alone, 1e-12)
parity.verdict("under MirroredStrategy, and of one device", mirrored, alone, 1e-12)
words = {part: " and ".join(found) for part, found in on.items()}
by_name = process.worker("ch08/mirrored_tf").read_text("utf-8").count("tf.device(")
both = len(on["MirroredStrategy"]) == 2
if on["devices named by hand"]:  # else the log could not be read
    claims.verdict(
        "C32",
        {
            "an operation without a device does not run": not on["no device named"],
            "training on two devices has to name them for its operations": by_name > 0
            or not both,
        },
        f"With no device named operations ran on {words['no device named']}, under "
        f"MirroredStrategy on {words['MirroredStrategy']}; mirrored_tf.py, the script "
        f"of lesson 8a, calls tf.device {by_name} times.",
    )
else:
    claims.not_measured("C32", "This TensorFlow's log of placements reads otherwise.")

# %% [markdown]
# ## 8b.5 History: a model in a wrapper
#
# The article's picture shows how simple it is in PyTorch: `nn.DataParallel`, one line around the model, one process for all
# GPUs. Each forward copies the model to every GPU and splits the batch. It still runs. What does its own documentation say?
# `__doc__` is the text that `help(torch.nn.DataParallel)` shows; `split` and `join` put it on one line, to be searched.
#
# `device_ids` is the list of the GPUs that the wrapper uses; without a GPU it is empty. We compute the scores with the
# wrapper and without it, to compare them.

# %% tags=["taught"]
home = "cuda" if torch.cuda.is_available() else "cpu"  # it takes every GPU there is
model = torch.nn.Linear(64, 10).to(home)
wrapped = torch.nn.DataParallel(model)
gpus = wrapped.device_ids
batch = torch.ones(8, 64, device=home)
wrapped_scores = torch_side.to_numpy(wrapped(batch))
plain_scores = torch_side.to_numpy(model(batch))
manual = " ".join(torch.nn.DataParallel.__doc__.split())
print("GPUs:", len(gpus))

# %% tags=["verdict", "folded"]
# Folded: compares the scores, and finds what the documentation recommends.
parity.verdict("scores, wrapped and not", wrapped_scores, plain_scores, 1e-4)
advice = manual.partition("recommended to use :class:`~torch.nn.parallel.")[2]
advised = advice.partition("`")[0] or "DataParallel"
claims.verdict(
    "C34",
    advised == "DataParallel",
    f"On {len(gpus)} GPUs it gave the scores of the model as it is; its documentation "
    f"recommends {advised}.",
)

# %% [markdown]
# Without GPUs the wrapper hands the batch to the model as it is. With several it is slower than DDP: one Python drives all
# GPUs, and the weights travel at each step.

# %% [markdown]
# ## 8b.6 Quiz

# %%
exercises.quiz("08b")

# %% [markdown]
# ## 8b.7 Verdicts
#
# C31b needs a GPU for both frameworks. Where there is none it says NOT MEASURED, which is a verdict too.

# %%
claims.close("08b")

# %% [markdown]
# ## 8b.8 Summary and further reading
#
# - Every message has a price that does not depend on its size: send few.
# - What is not divided sets the limit.
# - A clock without a wait measures handing over.
# - TensorFlow places operations and copies; PyTorch wants you to say where.
#
# Further reading: [PyTorch Distributed](https://arxiv.org/abs/2006.15704), on buckets and overlap;
# [CUDA semantics](https://docs.pytorch.org/docs/stable/notes/cuda.html), on what is asynchronous;
# [devices in TensorFlow](https://www.tensorflow.org/guide/gpu). Next:
# [what a wrapper leaves to you](08c_what_a_wrapper_leaves_to_you.ipynb)
