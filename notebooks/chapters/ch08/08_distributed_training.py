# %% [markdown]
# # 8. Distributed training
#
# You train in several processes on this machine, prove that nothing changes but the clock, and survive a killed worker.
#
# > **Minutes**: 50 &nbsp; **Needs**: chapters 2 and 6; Linux or macOS (on Windows, WSL 2)
# >
# > **You will be able to**
# > - average gradients of uneven shards without a mistake
# > - turn a training script into a distributed one in both frameworks
# > - tell where an operation ran
# > - compute what communication costs, and when another worker stops paying
# > - bring a run back after a crash, to the same weights
# > - choose what starts your ranks, on one machine and on many
# >
# > **Claims tested**: C31a, C31b, C32, C33, C34

# %% tags=["setup"]
from helpers import session
session.start("08")
import collections
import difflib
import os
import re
import shutil
import sys
import time
import numpy as np
import psutil
from helpers import build_dir, claims, data, exercises, parity, plots, process, show, web
from chapters.ch08 import launch

# %% tags=["torch", "setup"]
import torch
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"
cluster = False  # True: also Ray Train (it is in requirements-dev.txt) and torchrun on two hosts; minutes, 3 GB of memory

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng, digits = np.random.default_rng(seed), data.digits("float64")
order = rng.permutation(1280)  # 20 batches of 64
NAMES, shapes = ("W1", "b1", "W2", "b2"), ((64, 32), (32,), (32, 10), (10,))
task = {name: rng.normal(size=size) / 8 for name, size in zip(NAMES, shapes)}
task |= {"x": digits.x_train[order].reshape(-1, 64), "y": digits.y_train[order], "epochs": 1 if fast else 5}
folder = build_dir() / "chapter08"
folder.mkdir(parents=True, exist_ok=True)
np.savez(folder / "task.npz", **task)  # what every worker reads
x, y, start = task["x"][:64], task["y"][:64], rng.normal(size=(64, 10)) / 8  # one batch, for section 8.1
loopback = next(name for name, found in psutil.net_if_addrs().items() if any(a.address == "127.0.0.1" for a in found))
env = {"OMP_NUM_THREADS": 1, "TF_NUM_INTRAOP_THREADS": 1, "TF_NUM_INTEROP_THREADS": 2, "GLOO_SOCKET_IFNAME": loopback,
       "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": 1}  # the last: without it a restart can hang
no_gpu = env | {"CUDA_VISIBLE_DEVICES": "-1"}

def weights_of(lines):  # the last weights that a worker printed
    found = next(line["weights"] for line in lines if "weights" in line)
    return {name: np.array(value) for name, value in zip(NAMES, found)}

# %% [markdown]
# ## 8.1 One batch, two shards
#
# [Data parallelism](glossary.md#data-parallelism) rests on one line of calculus: the gradient of a mean is the mean of the
# gradients. Cut a [batch](glossary.md#batch) into [shards](glossary.md#shard), let each worker compute the gradient of its
# own, average, and every worker can take the step that the whole batch would have taken.
#
# Before any process starts, do it by hand, for one batch of 64 digits and a single layer: shards of 32 and 32, then of 62
# and 2, as when a file ends in the middle of a batch.
#
# **Prediction 8.1.** Does the plain mean of the two gradients equal the gradient of the whole batch?

# %% tags=["predict"]
guess = ...  # one of: "for both", "only for 32 and 32", "for neither"
exercises.predict("8.1", guess, among=["for both", "only for 32 and 32", "for neither"])

# %% tags=["torch"]
def gradient_torch(x, y):
    W = torch_side.tensor(start).requires_grad_()
    loss = torch.nn.functional.cross_entropy(torch_side.tensor(x) @ W, torch_side.tensor(y))
    loss.backward()
    return torch_side.to_numpy(W.grad)

whole_torch, plain_torch, weighted_torch = gradient_torch(x, y), {}, {}
for sizes in ((32, 32), (62, 2)):
    shards = zip(np.split(x, [sizes[0]]), np.split(y, [sizes[0]]))
    gradients = [gradient_torch(*shard) for shard in shards]
    plain_torch[sizes] = sum(gradients) / 2
    weighted_torch[sizes] = sum(size * gradient for size, gradient in zip(sizes, gradients)) / 64

# %% tags=["tf"]
def gradient_tf(x, y):
    W = tf_side.tensor(start)
    with tf.GradientTape() as tape:
        tape.watch(W)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, tf_side.tensor(x) @ W))
    return tf_side.to_numpy(tape.gradient(loss, W))

whole_tf, plain_tf, weighted_tf = gradient_tf(x, y), {}, {}
for sizes in ((32, 32), (62, 2)):
    shards = zip(np.split(x, [sizes[0]]), np.split(y, [sizes[0]]))
    gradients = [gradient_tf(*shard) for shard in shards]
    plain_tf[sizes] = sum(gradients) / 2
    weighted_tf[sizes] = sum(size * gradient for size, gradient in zip(sizes, gradients)) / 64

# %% tags=["verdict"]
parity.verdict("gradient of the whole batch, PyTorch and TensorFlow", whole_torch, whole_tf, atol=1e-12)
equal = {}
for side, whole, plain, weighted in (("PyTorch", whole_torch, plain_torch, weighted_torch),
                                     ("TensorFlow", whole_tf, plain_tf, weighted_tf)):
    for sizes in plain:
        equal[sizes] = parity.gap(plain[sizes], whole) < 1e-12
        parity.verdict(f"{side}, shards of {sizes}, weighted by size, and the whole batch", weighted[sizes], whole, 1e-12)
    parity.differ(f"{side}, shards of (62, 2), plain mean, from the whole batch", plain[62, 2], whole, atol=1e-5)
exercises.outcome("8.1", exercises.first_true({"for both": equal[32, 32] and equal[62, 2],
                                               "only for 32 and 32": equal[32, 32], "for neither": not equal[62, 2]}))

# %% [markdown]
# ## 8.2 The same, in processes
#
# In real runs each worker is a process with a number, its [rank](glossary.md#rank); how many there are is the
# [world size](glossary.md#world-size). `torchrun` starts them, and `DistributedDataParallel` (DDP) averages gradients in an
# [all-reduce](glossary.md#all-reduce) during `backward`. `MirroredStrategy` keeps one process and puts a copy of the model
# on each device; here two logical devices share your CPU.
#
# The workers are flat scripts. Here are two of them; a `+` marks each line that its single-process original lacks. Open
# [ddp_torch.py](chapters/ch08/workers/ddp_torch.py) or [mirrored_tf.py](chapters/ch08/workers/mirrored_tf.py) beside this
# page, change it, and run the cells again: they say what breaks. All train on the same batches from the same weights.

# %%
def marked(alone, distributed):  # the distributed script, a + before each line that the original does not have
    texts = [process.worker(name).read_text("utf-8").split('"""\n', 1)[1] for name in (alone, distributed)]
    lines = [[line for line in text.splitlines() if line.strip()] for text in texts]
    return [line for line in difflib.ndiff(*lines) if line[0] in " +"]

def kind(line, alone):  # why the distributed script has a line that the original lacks
    indented = line.startswith("    ") and line.strip() in process.worker(alone).read_text("utf-8")
    return "for want of GPUs" if "# else CPUs" in line else "for a clean end" if "# clean end" in line else (
        "only indented" if indented else "new")

pairs = {"PyTorch, DDP": ("ch08/alone_torch", "ch08/ddp_torch"),
         "TensorFlow, loop": ("ch08/alone_tf", "ch08/mirrored_tf"),
         "TensorFlow, Keras fit": ("ch08/fit_tf", "ch08/fit_mirrored_tf")}
scripts = {name: marked(*pair) for name, pair in pairs.items()}
changes = {name: collections.Counter(kind(line[2:], pairs[name][0]) for line in scripts[name] if line[0] == "+")
           for name in pairs}
for name in ("PyTorch, DDP", "TensorFlow, loop"):
    print(f"{name} ({pairs[name][1]}.py)\n" + "\n".join(scripts[name]) + "\n")
kinds = ("new", "only indented", "for a clean end", "for want of GPUs")
show.table(["lines added", *kinds], [(name, *(changes[name][why] for why in kinds)) for name in pairs])

# %% tags=["torch"]
print(f"PyTorch {torch.__version__}")
python = [sys.executable, "-P"]
torchrun = ["torchrun", "--standalone", "--local-addr=127.0.0.1", "--nproc-per-node=2"]
env_torch = env if device != "cpu" and torch.cuda.device_count() > 1 else no_gpu  # gloo on CPUs, nccl on GPUs
jobs = {"alone": [*python, process.worker("ch08/alone_torch"), folder],
        "DDP, 2 ranks": [*torchrun, process.worker("ch08/ddp_torch"), folder]}
weights_torch = dict(zip(jobs, map(weights_of, launch.commands(jobs.values(), 240, env_torch))))

# %% tags=["tf"]
print(f"TensorFlow {tf.__version__}")
python = [sys.executable, "-P"]
env_tf = env if device != "cpu" and len(tf.config.list_physical_devices("GPU")) > 1 else no_gpu
jobs = {"alone": [*python, process.worker("ch08/alone_tf"), folder],
        "MirroredStrategy, 2 devices": [*python, process.worker("ch08/mirrored_tf"), folder],
        "Keras fit, MirroredStrategy": [*python, process.worker("ch08/fit_mirrored_tf"), folder]}
done = dict(zip(jobs, launch.commands(jobs.values(), 240, env_tf)))
weights_tf = {name: weights_of(lines) for name, lines in done.items()}
devices_tf = done["MirroredStrategy, 2 devices"][0]["devices"]

# %% tags=["verdict"]
parity.verdict("weights after training alone, PyTorch and TensorFlow", weights_torch["alone"], weights_tf["alone"], 1e-12)
for side, found in (("PyTorch", weights_torch), ("TensorFlow", weights_tf)):
    for name in list(found)[1:]:
        parity.verdict(f"weights, {side}, {name}, and one process by hand", found[name], found["alone"], atol=1e-12)
moved = parity.gap(weights_tf["alone"], {name: task[name] for name in NAMES}) > 1e-3
ddp = parity.gap(weights_torch["DDP, 2 ranks"], weights_torch["alone"])
mirrored = parity.gap(weights_tf["MirroredStrategy, 2 devices"], weights_tf["alone"])
tf_can = moved and devices_tf == 2 and mirrored < 1e-12
claims.verdict("C31a", not tf_can, f"From the weights of one process, which training {'moved' if moved else 'left'}, "
               f"DDP's differ by measured {ddp:.1e}, and those of MirroredStrategy on {devices_tf} devices by measured "
               f"{mirrored:.1e}.")
claims.verdict("C33", all(counts["new"] for counts in changes.values()), "New or changed lines: " + ", ".join(
    f"{name} {counts['new']}" for name, counts in changes.items()) + "; PyTorch's script also needs torchrun.")
for name, counts in changes.items():
    claims.number(f"lines for two devices, {name}", counts["new"], "lines")

# %% [markdown]
# ## 8.3 History: who names the device?
#
# The article shows `nn.DataParallel` for PyTorch, and for TensorFlow it tells of placing operations by hand. So did
# programs for TensorFlow 1: a "tower" under `tf.device` for each GPU, gradients averaged by hand. Both still run.
#
# The first cell wraps a model in `DataParallel`, asks its documentation, and adds two tensors that live on different
# [devices](glossary.md#device): beside the CPU it takes `meta`, a device without memory that every PyTorch has. The second
# runs a gradient in a child process with two logical CPUs, first with no device named, then as two towers, and reads
# TensorFlow's own log of placements.

# %% tags=["torch"]
wrapped = torch.nn.DataParallel(torch.nn.Linear(64, 10))
manual = " ".join(torch.nn.DataParallel.__doc__.split())
advice = re.search(r"recommended to use :class:`~torch\.nn\.parallel\.(\w+)`", manual)
advised_torch = advice.group(1) if advice else "DataParallel"
here, there = torch.ones(3), torch.ones(3, device="meta")
try:
    here + there
    crossing_torch = "copied"
except RuntimeError as error:
    crossing_torch = show.gist(error)
print(f"DataParallel uses {len(wrapped.device_ids)} GPUs here; without any it hands the batch to the model as it is.\n"
      f"A fresh tensor lives on {torch.ones(3).device}, with or without a GPU. Across devices:\n{crossing_torch}")

# %% tags=["tf"]
job = [*python, process.worker("ch08/placement_tf"), folder]
lines = launch.commands([job], 240, no_gpu | {"TF_CPP_MIN_LOG_LEVEL": 0})[0]
parts_tf = {name: np.array(value) for name, value in lines[0]["parts"].items()}
placed_tf = {}
for name, log in re.findall(r"^# (.+?)$(.*?)(?=^# |\Z)", lines.log, re.M | re.S):
    placed_tf[name] = re.findall(r"Executing op (\w+) in device \S*device:(\w+:\d)", log)
rows = [(name, operation, where) for name, found in placed_tf.items() for operation, where in dict.fromkeys(found)
        if not operation.startswith("_")]
show.table(["part", "operation", "ran on"], [row for row in rows if row[1] in (
    "MatMul", "SparseSoftmaxCrossEntropyWithLogits", "Mean", "Mul", "AddV2", "RealDiv")], caption="From the log")
print(f"A fresh tensor of this notebook lives on {tf.ones(3).device}.")

# %% tags=["verdict"]
devices = {name: sorted({where for _, where in found}) for name, found in placed_tf.items()}
on = {name: " and ".join(found) or "no device" for name, found in devices.items()}
for name, found in on.items():
    print(f"{name}: {found}")
by_name = process.worker("ch08/mirrored_tf").read_text("utf-8").count("tf.device(")
claims.verdict("C32", {"an operation without a device does not run": not devices["no device named"],
                       "training on two devices has to name them for its operations": by_name > 0 or not tf_can},
               f"With no device named operations ran on {on['no device named']}; what two towers had computed on "
               f"{on['devices named by hand']} was added on {on['the mean of both, no device named']}; mirrored_tf.py, on "
               f"{devices_tf} devices, calls tf.device {by_name} times.")
claims.verdict("C34", advised_torch == "DataParallel",
               f"The documentation of DataParallel recommends {advised_torch} instead, which section 8.2 ran.")
parity.verdict("gradient of two towers, and of one device", parts_tf["devices named by hand"], parts_tf["no device named"],
               atol=1e-12)
print(f"Adds tensors of two devices: PyTorch {crossing_torch == 'copied'}, TensorFlow "
      f"{len(devices['devices named by hand']) == 2}")

# %% [markdown]
# ## 8.4 Weights in parts, and several machines
#
# So far every worker held all weights. [FSDP](glossary.md#fsdp) (its second version, `fully_shard`) leaves each rank a part
# and gathers a layer when it is needed. TensorFlow's answer is older: a
# [parameter server](glossary.md#parameter-server) holds weights, a worker fetches them and sends updates.
#
# With several machines somebody must say who is there. `torchrun` takes the number of nodes and the address of the first
# (section 8.8); TensorFlow reads `TF_CONFIG`: in its cell two "machines" are processes of this one, and talk through ports
# of the [loopback](glossary.md#loopback). Both frameworks *listen* on all interfaces, and ask for no
# password: such ports belong behind a firewall.

# %% tags=["torch"]
lines = launch.commands([[*torchrun, process.worker("ch08/fsdp_torch"), folder]], 240, no_gpu)[0]
weights_torch["FSDP2, 2 ranks"] = weights_of(lines)
kept_torch = {f"rank {rank}": kept for rank, kept in enumerate(lines[0]["kept"])}
show.table(["holder", "numbers kept"], kept_torch.items(), caption="FSDP2: each layer cut in two")

# %% tags=["tf"]
ports = [web.free_port() for _ in range(3)]
workers = [f"127.0.0.1:{web.free_port()}" for _ in range(2)]
jobs = [[*python, process.worker("ch08/parameter_server_tf"), folder, *ports],
        *([*python, process.worker("ch08/multiworker_tf"), folder, index, *workers] for index in (0, 1))]
lines, first_worker, _ = launch.commands(jobs, 240, no_gpu)
weights_tf |= {"parameter server": weights_of(lines), "TF_CONFIG, 2 workers": weights_of(first_worker)}
kept_tf = {}
for name, place in lines[0]["places"].items():
    server = "server " + re.search(r"task:(\d)", place).group(1)
    kept_tf[server] = kept_tf.get(server, 0) + task[name].size
show.table(["holder", "numbers kept"], kept_tf.items(), caption="Parameter servers: whole arrays dealt out")

# %% tags=["verdict"]
whole = sum(task[name].size for name in NAMES)
for side, found, names in (("PyTorch", weights_torch, ("FSDP2, 2 ranks",)),
                           ("TensorFlow", weights_tf, ("TF_CONFIG, 2 workers", "parameter server"))):
    for name in names:
        parity.verdict(f"weights, {side}, {name}, and one process", found[name], found["alone"], atol=1e-12)
for side, kept in (("FSDP2", kept_torch), ("Parameter servers", kept_tf)):
    print(f"{side}: {len(kept)} holders, together every number once: {sum(kept.values()) == whole}; "
          f"nobody holds all: {max(kept.values()) < whole}.")

# %% [markdown]
# ## 8.5 What it costs
#
# A step in n processes has three parts: *computing*, which is divided; *communicating*, which one process does not have; and
# the *update*, which everybody repeats. [Amdahl's law](glossary.md#amdahl-law) turns that into a limit.
#
# The workers time each part on a network large enough to matter (1.1 million weights), and all-reduces of growing payloads.
# PyTorch uses gloo, TensorFlow its ring over gRPC. One process for each core at most, two at least: where cores are few or
# busy, a second process takes turns with everything else, and the measured curve falls below Amdahl's.
#
# **Prediction 8.2.** An all-reduce of 1,000 numbers against one of a single number, with gloo: how much longer does it
# take?

# %% tags=["predict"]
factors = ["less than 10 times", "10 to 300 times", "more than 300 times"]
guess = ...  # one of these three
exercises.predict("8.2", guess, among=factors)

# %% tags=["torch"]
print(f"PyTorch {torch.__version__}, {os.cpu_count()} cores")
sizes = [10**k for k in (0, 2, 3, 4, 5, 6)] + [10**7] * (not fast)
work = {"payloads": sizes, "width": 1024, "batch": 512, "rounds": 5 if fast else 25}
counts = [n for n in (1, 2, 4, 8) if n <= max(2, os.cpu_count())]
costs_torch = {}
for n in counts[1:]:
    port = web.free_port()
    tasks = [work | {"rank": rank, "ranks": n, "port": port, "interface": loopback} for rank in range(n)]
    costs_torch[n] = process.together("ch08/costs_torch", tasks, 240, no_gpu)[0][0]
costs_torch[1] = costs_torch[2]["alone"]  # rank 0 while the other waits

# %% tags=["tf"]
print(f"TensorFlow {tf.__version__}, {os.cpu_count()} cores")
sizes = [10**k for k in (0, 2, 3, 4, 5, 6)] + [10**7] * (not fast)
work = {"payloads": sizes, "width": 1024, "batch": 512, "rounds": 5 if fast else 25}
counts = [n for n in (1, 2, 4, 8) if n <= max(2, os.cpu_count())]
costs_tf = {}
for n in counts[1:]:
    workers = [f"127.0.0.1:{web.free_port()}" for _ in range(n)]
    tasks = [work | {"index": index, "workers": workers} for index in range(n)]
    costs_tf[n] = process.together("ch08/costs_tf", tasks, 240, no_gpu)[0][0]
costs_tf[1] = costs_tf[2]["alone"]

# %% tags=["verdict"]
PARTS = ("compute", "communicate", "update")
COST_FIGURE = ("Milliseconds of an all-reduce against the numbers in it, both axes logarithmic. Bars: computing, "
               "communicating, update. Curves: speed-up against processes, measured, by Amdahl's law, and the ideal line.")
def dearest(costs):
    return max(sizes, key=lambda size: costs[2]["all_reduce"][str(size)] / size)

sides = {"PyTorch": costs_torch, "TensorFlow": costs_tf}
for name, costs in sides.items():
    took = costs[2]["all_reduce"]
    each = [took[str(size)] / size for size in (1, 10**6)]  # seconds a number
    step = {n: sum(found[part] for part in PARTS) for n, found in costs.items()}
    parity.by_clock(f"{name}: the payload in which a number costs most time", f"{dearest(costs):,}")
    parity.by_clock(f"{name}: a number costs over 50 times less in a payload of a million than alone",
                    each[0] > 50 * each[1])
    print(f"    one number took {1e3 * took['1']:.2f} ms, a million took "
          f"{1e3 * took['1000000']:.2f} ms\n    a step in one process took {1e3 * step[1]:.0f} ms, in two took "
          f"{1e3 * step[2]:.0f} ms, of which communicating took {1e3 * costs[2]['communicate']:.0f} ms")

def amdahl(costs, n):  # the speed-up of n processes if only computing is divided, with the communication of two
    one, rest = costs[1], costs[2]["communicate"] * (n > 1)
    return (one["compute"] + one["update"]) / (one["compute"] / n + one["update"] + rest)

# %%
factor = costs_torch[2]["all_reduce"]["1000"] / costs_torch[2]["all_reduce"]["1"]
exercises.outcome("8.2", exercises.first_true({"less than 10 times": factor <= 10, "10 to 300 times": factor <= 300,
                                               "more than 300 times": factor > 300}), timed=True)
fig, (payload, bars, curves) = plots.figure(1, 3, width=13, height=3.4)
for shift, costs, style in ((-0.2, costs_torch, plots.TORCH), (0.2, costs_tf, plots.TF)):
    payload.loglog(sizes, [1e3 * costs[2]["all_reduce"][str(size)] for size in sizes], **style)
    bottom, color = np.zeros(len(counts)), style["color"]
    for part, hatch in zip(PARTS, ("", "////", "....")):
        heights = np.array([1e3 * costs[n][part] for n in counts])
        bars.bar(np.arange(len(counts)) + shift, heights, 0.38, bottom, color="white" if hatch else color, hatch=hatch,
                 edgecolor=color, label=part if shift < 0 else None)
        bottom += heights
    curves.plot(counts, bottom[0] / bottom, **style)
    curves.plot(range(1, 9), [amdahl(costs, n) for n in range(1, 9)], color=color, linestyle=":")
curves.plot((1, 8), (1, 8), color=plots.GRAY, linewidth=1, label="ideal; dotted: Amdahl's law")
payload.set(xlabel="numbers in the all-reduce (4 bytes each)", ylabel="milliseconds, 2 processes")
bars.set(xticks=range(len(counts)), xticklabels=counts, xlabel="processes", ylabel="milliseconds a step")
curves.set(xlabel="processes", ylabel="times as fast as one")
payload.legend(), bars.legend(), curves.legend()
plots.show(fig, alt=COST_FIGURE)

# %% [markdown]
# ## 8.6 Asynchronous execution
#
# "Native support for asynchronous execution from Python", says the article. On a GPU an operation is
# [asynchronous](glossary.md#asynchronous-execution): Python hands it over and goes on; reading a result waits. Time twenty
# products twice, until Python is back and until the work is done. On a CPU both frameworks compute in the call itself, so
# there the claim cannot be judged.
#
# What can be asynchronous everywhere is communication. `all_reduce(..., async_op=True)` gives a handle, and Python goes on.
# DDP does that for each bucket of gradients while `backward` still computes the next; PyTorch's workers above wrote down in
# which order. TensorFlow's graphs may start a collective as soon as its inputs are there; that is not measured here.

# %% tags=["torch"]
place_torch = torch_side.device(device)
n = 4096 if place_torch.type == "cuda" else 512
a = torch_side.tensor(np.full((n, n), 1 / n, "float32"), place_torch)
for _ in range(3):  # the first rounds warm up
    torch_side.wait()
    begin = time.perf_counter()
    for _ in range(20):
        a = a @ a
    handed_torch = time.perf_counter() - begin
    torch_side.wait()
    finished_torch = time.perf_counter() - begin

# %% tags=["tf"]
place_tf = tf_side.device(device)
n = 4096 if "GPU" in place_tf else 512
a = tf_side.tensor(np.full((n, n), 1 / n, "float32"), place_tf)
for _ in range(3):
    tf_side.wait()
    begin = time.perf_counter()
    for _ in range(20):
        a = a @ a
    handed_tf = time.perf_counter() - begin
    tf_side.wait()
    finished_tf = time.perf_counter() - begin

# %% tags=["verdict"]
share_torch, share_tf = handed_torch / finished_torch, handed_tf / finished_tf
if place_torch.type == "cuda" and "GPU" in place_tf:
    claims.verdict("C31b", {"PyTorch is back before the GPU is done": share_torch < 0.5,
                            "TensorFlow is not": share_tf >= 0.5},
                   f"Python was back after measured {100 * share_torch:.0f} % of the time with PyTorch, "
                   f"after measured {100 * share_tf:.0f} % with TensorFlow.", timed=True)
else:
    claims.not_measured("C31b", "No GPU for both frameworks here, and on a CPU the work is done inside the call: Python was "
                        f"back after measured {100 * share_torch:.0f} % of the time with PyTorch, after measured "
                        f"{100 * share_tf:.0f} % with TensorFlow.")
handle = costs_torch[2]
print("An all-reduce with async_op=True, the largest payload: Python was back in less than half of its time, by the clock: "
      f"{handle['handed_over'] < handle['finished'] / 2}\n    handing over took {1e3 * handle['handed_over']:.2f} ms, until "
      f"it was done it took {1e3 * handle['finished']:.2f} ms")
print(f"DDP handed over {handle['early']} of {handle['buckets']} buckets while backward had not yet reached the first layer")

# %% [markdown]
# ## 8.7 A worker is killed
#
# Machines fail, and an all-reduce needs every rank: gloo raises an error in the others, `torchrun` ends them. What helps is
# a [checkpoint](glossary.md#checkpoint) and somebody who starts again. In
# [elastic_torch.py](chapters/ch08/workers/elastic_torch.py) rank 1 kills itself with SIGKILL at step 10; `torchrun` starts
# both ranks anew from the checkpoint of step 8. In [backup_tf.py](chapters/ch08/workers/backup_tf.py) Keras `fit` is killed
# in its third epoch; we start it again, and `BackupAndRestore` finds the second epoch's end.
# [Ray Train](https://docs.ray.io/en/latest/train/train.html) watches the workers of both frameworks:
# [ray_torch.py](chapters/ch08/workers/ray_torch.py) and [ray_tf.py](chapters/ch08/workers/ray_tf.py) hand it training
# functions of this chapter, unchanged.
#
# **Prediction 8.3.** The last weights of the run that was killed, and of one that was not, are

# %% tags=["predict"]
guess = ...  # one of: "identical", "equal within 1e-12", "different"
exercises.predict("8.3", guess, among=["identical", "equal within 1e-12", "different"])

# %% tags=["torch"]
(folder / "checkpoint.pt").unlink(missing_ok=True)
job = [*torchrun, "--max-restarts=1", process.worker("ch08/elastic_torch"), folder, 10]
lines_torch = launch.commands([job], 240, env_torch)[0]
undisturbed_torch = weights_torch["DDP, 2 ranks"]
resumed_torch, killed_at_torch = weights_of(lines_torch), next(line["killed"] for line in lines_torch if "killed" in line)
losses_torch = [{line["step"]: line["loss"] for line in lines_torch if line.get("attempt") == k} for k in (0, 1)]
ray_torch = None
if cluster:
    (folder / "checkpoint.pt").unlink()
    ray_torch = launch.commands([[*python, process.worker("ch08/ray_torch"), folder, 10]], 900, no_gpu)[0][0]

# %% tags=["tf"]
shutil.rmtree(folder / "backup", ignore_errors=True)
killed_tf = process.command([*python, process.worker("ch08/backup_tf"), folder, folder / "backup", 10], 240, no_gpu)
lines_tf = launch.commands([[*python, process.worker("ch08/backup_tf"), folder, folder / "backup", -1]], 240, no_gpu)[0]
resumed_tf, undisturbed_tf = weights_of(lines_tf), weights_of([{"weights": lines_tf[-1]["undisturbed"]}])
before = process.results(killed_tf.stdout)
killed_at_tf = next(line["killed"] for line in before if "killed" in line)
losses_tf = [{line["step"]: line["loss"] for line in lines if "step" in line} for lines in (before, lines_tf)]
ray_tf = None
if cluster:
    (folder / "checkpoint.npz").unlink(missing_ok=True)
    ray_tf = launch.commands([[*python, process.worker("ch08/ray_tf"), folder, 10]], 900, no_gpu)[0][0]

# %% tags=["verdict"]
for name, step, losses in (("PyTorch", killed_at_torch, losses_torch), ("TensorFlow", killed_at_tf, losses_tf)):
    print(f"{name}: killed in step {step}, went on from step {min(losses[1])}; steps done twice: {step - min(losses[1])}")
print(f"TensorFlow's process ended by signal {killed_tf.returncode - 128}")
parity.verdict("PyTorch: last weights, killed and resumed, and undisturbed", resumed_torch, undisturbed_torch)
parity.verdict("TensorFlow: last weights, killed and resumed, and undisturbed", resumed_tf, undisturbed_tf)
for name, last, plain in (("PyTorch under Ray Train", ray_torch, weights_torch["DDP, 2 ranks"]),
                          ("TensorFlow under Ray Train", ray_tf, weights_tf["TF_CONFIG, 2 workers"])):
    if cluster:
        print(f"{name}: killed in step 10, went on from step {last['start']}")
        parity.verdict(f"{name}: last weights, killed and resumed, and undisturbed without Ray", weights_of([last]), plain)
    else:
        print(f"{name}: NOT MEASURED, it takes minutes; set cluster = True in the parameters cell and run all cells")
apart = max(parity.gap(resumed_torch, undisturbed_torch), parity.gap(resumed_tf, undisturbed_tf))
exercises.outcome("8.3", exercises.first_true({"identical": apart == 0, "equal within 1e-12": apart < 1e-12,
                                               "different": apart >= 1e-12}))

# %%
fig, axes = plots.figure(1, 2, width=10, height=3)
for ax, (name, losses), style in zip(axes, (("PyTorch", losses_torch), ("TensorFlow", losses_tf)), (plots.TORCH, plots.TF)):
    ax.plot(losses[0].keys(), losses[0].values(), color="#BBBBBB", linewidth=5, label="first attempt")
    last = max(losses[0])
    ax.plot(last, losses[0][last], color="black", marker="X", markersize=11, linestyle="", label="SIGKILL")
    ax.plot(losses[1].keys(), losses[1].values(), color=style["color"], marker=style["marker"], markersize=3,
            label="second attempt")
    ax.axvline(min(losses[1]), color=plots.GRAY, linestyle=":", label="checkpoint")
    ax.set(title=name, xlabel="step", ylabel="loss")
    ax.legend()
plots.show(fig, alt="Loss against step, one panel for each framework. The first attempt ends at a cross; a dotted line "
                    "marks the checkpoint, where the second begins.")

# %% [markdown]
# ## 8.8 Beyond one machine
#
# [two_hosts.py](chapters/ch08/workers/two_hosts.py) makes two hosts of Linux's
# [network namespaces](glossary.md#network-namespace), with a cable between them, starts `torchrun` on both, and cuts the
# cable: for two seconds, then for good.
#
# A link that is mended costs only waiting. For one that is not, `init_process_group(..., timeout=...)` says when waiting
# ranks give up (by default after 30 minutes with gloo, 10 with NCCL). A rank that *hangs* looks the same from outside: when
# its time is up, `launch` asks each rank where it is, and names the one that kept the others waiting.
#
# On a cluster something must start `torchrun` everywhere. Two files follow, line by line; *neither was run*: here is no
# Slurm and no Kubernetes.

# %%
hosts = []
if cluster:
    hosts = launch.commands([[*python, process.worker("ch08/two_hosts"), folder]], 480, no_gpu)[0]
    rows = [(line["run"], line["codes"], f"{line['start']}, {line['steps']} done", f"{line['seconds']:.0f}", line["said"])
            for line in hosts if "run" in line]
    show.table(["run", "exit codes", "from step", "seconds", "what a host said"], rows, caption="Two hosts")
    for line in hosts:
        if "skipped" in line:
            print(f"SKIPPED: no network namespaces here: {line['skipped']}")
        elif "weights" in line:
            name = f"two hosts, {line['run']}"
            parity.verdict(f"last weights, {name}, and two ranks on one host", weights_of([line]), undisturbed_torch)
else:
    print("Two hosts: NOT MEASURED, it takes minutes; set cluster = True in the parameters cell and run all cells")

# %%
show.table(["line", "meaning"], launch.explained("two_hosts_slurm.sh"), caption="Slurm: sbatch two_hosts_slurm.sh")
show.table(["line", "meaning"], launch.explained("two_hosts_kubernetes.yaml"), caption="Kubernetes: kubectl apply -f ...")
show.table(["you have", "PyTorch", "TensorFlow", "why"], [
    ("a model that fits one GPU, and patience", "neither", "neither", "a step in one process has nothing to wait for"),
    ("one machine, several GPUs", "torchrun --standalone, DDP", "MirroredStrategy", "the fewest changed lines"),
    ("a few machines, by hand", "torchrun --nnodes", "TF_CONFIG", "nothing to install; you start it on each"),
    ("a cluster with a queue", "Slurm, torchrun", "Slurm, TF_CONFIG", "the queue finds machines, and starts again"),
    ("a cluster of containers", "Kubernetes, torchrun", "Kubernetes, TF_CONFIG", "the same image everywhere, pods replaced"),
    ("machines that come and go, data to prepare", "Ray Train", "Ray Train", "one Python program, restarts included"),
    ("a model too large for a GPU", "FSDP2", "parameter servers", "weights in parts"),
], caption="When to use what")

# %% [markdown]
# ## 8.9 Exercises
#
# ### Exercise 8.1: port the weighted mean
#
# What DDP does not do: combine gradients of shards of different sizes. `gradients` has shape (shards, parameters), `counts`
# has shape (shards,). Port it to TensorFlow.
#
# ```python
# def combine(gradients, counts):
#     return (gradients * counts[:, None]).sum(dim=0) / counts.sum()
# ```

# %% tags=["exercise"]
answer = ...  # a function of two float64 tensors
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
# ### Exercise 8.2: is a fourth worker worth it?
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
# ### Exercise 8.3: around the ring
#
# In a ring all-reduce each of n processes cuts its payload into n pieces. In a first round it sends n − 1 pieces to its
# neighbor, one after another, each added to what the neighbor has; in a second round the finished sums go around in the same
# way. How many megabytes does *each* process send for a payload of 100 MB, with 2, 4 and 8 processes?

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
# ### Exercise 8.4: deal the data
#
# Write what `DistributedSampler(shuffle=False)` does: a function of `n` examples, the number of `ranks` and a `rank`, that
# returns the list of indexes for this rank. Examples are dealt like cards, and every rank must get equally many: where they
# do not divide, the first examples are dealt once more.

# %% tags=["exercise"]
answer = ...  # a function of (n, ranks, rank)
# solution
def answer(n, ranks, rank):
    total = -(-n // ranks) * ranks
    return [k % n for k in range(total)][rank::ranks]
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

# %% tags=["check"]
exercises.check("8.4", answer)

# %% [markdown]
# ## 8.10 Quiz
#
# Click an option to see whether it is right, and why.

# %%
exercises.quiz("08")

# %% [markdown]
# ## 8.11 Verdicts
#
# What this machine says about the article's claims on distributed training.

# %%
claims.close("08")

# %% [markdown]
# ## 8.12 Summary and further reading
#
# - The gradient of a mean is the mean of gradients, weighted by shard size. The rest is plumbing.
# - DDP averages; a `MirroredStrategy` loop adds: divide by the global batch.
# - Every message has a cost that does not depend on its size: send few.
# - What does not divide sets the limit. Measure it on one process, before you rent eight.
# - Weights, optimizer, place in the data: a checkpoint of all three brings back the same run.
#
# Read on: [DDP](https://docs.pytorch.org/docs/stable/notes/ddp.html),
# [torchrun](https://docs.pytorch.org/docs/stable/elastic/run.html),
# [FSDP2](https://docs.pytorch.org/docs/stable/distributed.fsdp.fully_shard.html),
# [tf.distribute](https://www.tensorflow.org/guide/distributed_training),
# [multi-worker training](https://www.tensorflow.org/tutorials/distribute/multi_worker_with_ctl), and
# [PyTorch Distributed](https://arxiv.org/abs/2006.15704), on buckets and overlap.
