# %% [markdown]
# # 8e. Sharding and clusters
#
# A model that is too large for one worker is cut, and a worker that is not enough gets company from another machine. You
# look at who keeps what, make two machines of one, and find where Keras's `fit` ends.
#
# > **Minutes**: 27 · **Needs**: lessons 8a and 8d; Linux or macOS (on Windows, WSL 2) · **Claims tested**: none
# >
# > **You will be able to**
# > - say who keeps what when weights are cut or dealt out (prediction P8.8)
# > - compute what a rank must keep (exercise 8.7)
# > - start one training on several machines, and number its ranks (exercise 8.8 and verdict in 8e.2)
# > - say what Keras's `fit` does on two machines (prediction P8.9)
# > - choose what starts your ranks (verdict in 8e.4)
#
# Below, `fast` chooses the size of the experiments, and `seed` the random numbers. `device` changes nothing: all workers run
# on the CPU. `cluster = True`
# also runs Ray Train and two hosts: that takes minutes, 3 GB of memory, and the package Ray of requirements-dev.txt.

# %% tags=["setup"]
from helpers import session

session.start("08e")

import re
import tempfile
from pathlib import Path

from chapters.ch08 import figures, launch, task
from helpers import claims, exercises, parity, process, show, web

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch08 import parts_torch

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"
cluster = False  # True: also Ray Train and two hosts

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
temporary = tempfile.TemporaryDirectory(prefix="side-by-side-")
folder = Path(temporary.name)  # gone with the kernel
given = task.write(folder, seed, epochs=1 if fast else 5)  # for the workers
env = launch.environment(gpus=False, keep=["pandas"])  # which Ray needs

# %% [markdown]
# ## 8e.1 Weights in parts
#
# So far every worker held all weights. [FSDP](glossary.md#fsdp) (its second version, `fully_shard`) leaves each rank a part
# of them: it cuts every array into as many slices as there are ranks. Before a layer is used the ranks exchange their
# slices, so that each has the whole layer for a moment; then they let go of it. The examples are divided as before.
# The new line of [fsdp_torch.py](chapters/ch08/workers/fsdp_torch.py):
#
# ```python
# for layer in (model[0], model[2], model):    # the dense layers; then what is left of the model
#     fully_shard(layer, mesh=mesh)            # mesh: the ranks that share the layer
# ```
#
# TensorFlow has an older way, the [parameter server](glossary.md#parameter-server): a process that only holds weights. A
# worker fetches them, computes, and sends the update back. In
# [parameter_server_tf.py](chapters/ch08/workers/parameter_server_tf.py) two servers are dealt the variables in turn, whole
# (its option `variable_partitioner`, left out here, would cut large ones):
#
# ```python
# strategy = tf.distribute.ParameterServerStrategy(...)
# with strategy.scope():                 # each variable goes to the next server
#     weights = [tf.Variable(...), ...]
# ```
#
# The network has four arrays, in this order: `W1` with 2,048 numbers, `b1` with 32, `W2` with 320, `b2` with 10.
#
# **Predict.** How much of the weights does the *fuller* of TensorFlow's two servers keep?
#
# - **a** half: the strategy balances
# - **b** between half and nine tenths
# - **c** more than nine tenths

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.8", guess, among=["a", "b", "c"])

# %% [markdown]
# Both are compared with one process: `task.trained` does the same training here, in NumPy. `launch.commands` gives a job's
# JSON lines, as in lesson 8a.
#
# - The FSDP script is told a device, and in one word, `run`, the precision, the last step, and where to save. Each rank
#   saves its own part; `parts_torch.whole` reads all parts, in this one process. Rank 0 prints how many numbers each rank
#   kept.
# - TensorFlow's process prints on which device each variable is. The device's name holds the server's number, as `task:0` or
#   `task:1`; `re.search` finds it (`\d` is one digit; `group(1)` is what the parentheses caught). `given` also holds the
#   first weights by name, so `given["W1"].size` is how many numbers `W1` has.

# %% tags=["taught"]
alone = task.trained(given)  # by one process

# %% tags=["torch"]
# PyTorch
print("PyTorch", torch.__version__)
torchrun = ["torchrun", "--standalone", "--local-addr=127.0.0.1", "--nproc-per-node=2"]
run = f"float64:{20 * given['epochs']}:parts"  # 20 batches an epoch
job = [*torchrun, process.worker("ch08/fsdp_torch"), folder, "cpu", run]
lines = launch.commands([job], 240, env)[0]
fsdp_torch = parts_torch.whole(folder / "parts")
kept_torch = {}
for rank, numbers in enumerate(lines[0]["kept"]):
    kept_torch[f"rank {rank}"] = numbers
print(kept_torch)

# %% tags=["tf"]
# TensorFlow
print("TensorFlow", tf.__version__)
ports = [web.free_port() for _ in range(3)]  # a worker and two servers
server = process.worker("ch08/parameter_server_tf")
lines = launch.commands([[*launch.PYTHON, server, folder, *ports]], 240, env)[0]
servers_tf = task.weights(lines)
kept_tf = {"server 0": 0, "server 1": 0}
for name, place in lines[0]["places"].items():
    number = re.search(r"task:(\d)", place).group(1)
    kept_tf[f"server {number}"] += given[name].size
print(kept_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the weights; which option came true; is each number kept once?
parity.verdict("FSDP2 on two ranks, and one process", fsdp_torch, alone, 1e-12)
parity.verdict("a parameter server, and one process", servers_tf, alone, 1e-12)
whole = sum(array.size for array in task.first(given).values())
share = max(kept_tf.values()) / whole
options = {"a": share < 0.51, "b": share <= 0.9, "c": share > 0.9}
exercises.outcome("P8.8", exercises.first_true(options))
parity.verdict("FSDP2: every number is kept once", sum(kept_torch.values()), whole)
parity.verdict("servers: every number is kept once", sum(kept_tf.values()), whole)

# %% tags=["folded"]
# Folded: draws who keeps what.
figures.shares({"FSDP2": kept_torch, "parameter servers": kept_tf})

# %% [markdown]
# FSDP2 cuts each array, so the parts are equally large. The servers get whole arrays in turn, and whoever gets `W1` has
# nearly everything. And a worker fetches all that its step uses. So parameter servers do not make a dense model fit that
# is too large for a worker. They were made for tables with millions of rows, of which a step needs a few.
#
# No rank of ours ever made the whole model: it begins without memory, is cut, and is saved in parts. (Its first weights each
# rank read whole, from this task's small file, and kept its rows. A large model is filled from a checkpoint in parts.)
# Lesson 8f looks into these parts.

# %% [markdown]
# ### Exercise 8.7: what a rank must keep (4 minutes)
#
# A model has 2 billion weights in float32, 4 bytes each. Training keeps for each weight also its gradient, and Adam keeps
# two running averages, all in float32. How many gigabytes (billions of bytes) does a rank keep with DDP on 8 ranks, and how
# many with FSDP2, which cuts all of that into 8 parts? (What a layer needs while it is computed comes on top.)

# %% tags=["exercise"]
answer = ...  # a list of two numbers: with DDP, with FSDP2
# solution
answer = [2 * 4 * 4, 2 * 4 * 4 / 8]
# wrong: those are the weights alone
answer = [8, 1]
# wrong: the optimizer is missing
answer = [16, 2]
# wrong: two averages
answer = [24, 3]
# wrong: with DDP every rank keeps all
answer = [4, 4]

# %% tags=["check"]
exercises.check("8.7", answer)

# %% [markdown]
# ## 8e.2 Who is there?
#
# With several machines somebody must say who takes part. `torchrun` is started on each machine. Its words say how many
# machines there are (*nodes*), how many ranks each starts, and where the first machine is. One word differs: which machine
# this is. TensorFlow's workers read the environment variable `TF_CONFIG`, a piece of JSON:
#
# ```python
# {"cluster": {"worker": ["host0:port", "host1:port"]}, "task": {"type": "worker", "index": 0}}
# ```
#
# Here both "machines" are this one, and they talk through ports of the [loopback](glossary.md#loopback). In real life know
# that both frameworks *listen* on all interfaces and ask for no password: such ports belong behind a firewall.
#
# TensorFlow has two scripts here: one with a training loop of our own,
# [multiworker_tf.py](chapters/ch08/workers/multiworker_tf.py), and one with Keras's `fit`,
# [fit_multiworker_tf.py](chapters/ch08/workers/fit_multiworker_tf.py). In lesson 8a `fit` worked under `MirroredStrategy`.
#
# **Predict.** What does `fit` do with two workers?
#
# - **a** it trains to the weights of the loop
# - **b** it trains, to other weights
# - **c** it raises an error

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P8.9", guess, among=["a", "b", "c"])

# %% [markdown]
# `web.free_port()` gives the number of a port that nobody uses; with `127.0.0.1:` before it, it is an address on this
# machine. TensorFlow's scripts get an index, 0 or 1, and both addresses, and make their `TF_CONFIG` of them. The script with
# `fit` prints one line; its `said` is `trained` or what the error says. We print it without what stands in braces.

# %% tags=["torch"]
# PyTorch
print("PyTorch", torch.__version__)
port = web.free_port()
nodes = ["torchrun", "--nnodes=2", "--nproc-per-node=1", "--local-addr=127.0.0.1"]
meet = ["--master-addr=127.0.0.1", f"--master-port={port}"]  # node 0
ddp = process.worker("ch08/ddp_torch")
jobs = []
for node in (0, 1):
    jobs.append([*nodes, *meet, f"--node-rank={node}", ddp, folder, "cpu"])
lines = launch.commands(jobs, 240, env)
nodes_torch = task.weights(lines[0])  # rank 0 is on node 0
print("lines from node 0 and node 1:", [len(found) for found in lines])

# %% tags=["tf"]
# TensorFlow
print("TensorFlow", tf.__version__)
loop = process.worker("ch08/multiworker_tf")
fit = process.worker("ch08/fit_multiworker_tf")
printed = {}  # {script: the lines of both workers}
for script in (loop, fit):
    addresses = [f"127.0.0.1:{web.free_port()}" for _ in range(2)]
    first = [*launch.PYTHON, script, folder, 0, *addresses]
    second = [*launch.PYTHON, script, folder, 1, *addresses]
    printed[script] = launch.commands([first, second], 240, env)
workers_tf = task.weights(printed[loop][0])
fit_tf = printed[fit][0][0]  # the first line of the first worker
print("fit:", re.sub(r"{.*}", "{...}", fit_tf["said"]))

# %% tags=["verdict", "folded"]
# Folded: compares the weights; which option came true.
parity.verdict("two launchers, and one process", nodes_torch, alone, 1e-12)
parity.verdict("two workers, and one process", workers_tf, alone, 1e-12)
same = False
if fit_tf["said"] == "trained":
    same = parity.gap(task.weights([fit_tf]), workers_tf) < 1e-12
options = {
    "a": same,
    "b": fit_tf["said"] == "trained",
    "c": fit_tf["said"] != "trained",
}
exercises.outcome("P8.9", exercises.first_true(options))

# %% [markdown]
# `PerReplica` is how the strategy hands a batch to its replicas; Keras takes it for a number. With several workers Keras 3's
# `fit` did not work when this was written (it is a [known issue](https://github.com/keras-team/keras/issues/20585)); the
# line above says whether your version does. What follows for TensorFlow with Keras 3:
#
# | you want | what to do | seen here |
# | --- | --- | --- |
# | `fit`, one machine, several GPUs | `MirroredStrategy` | yes, lesson 8a: one CPU plays two devices |
# | `fit`, several machines | none: stay on one machine, or take another row | raises, above |
# | several machines, TensorFlow | `MultiWorkerMirroredStrategy`, a loop of your own | yes, above |
# | several machines, Keras | `keras.distribution` on the JAX backend | not run |
# | a model in parts | `keras.distribution` on JAX, or PyTorch's FSDP2 | FSDP2, 8e.1 |

# %% [markdown]
# ### Exercise 8.8: which rank is where? (3 minutes)
#
# You start `torchrun --nnodes=4 --nproc-per-node=8` on four machines. Ranks are numbered machine by machine, from 0. What is
# the world size, on which node (from 0) is rank 13, and which of the node's ranks is it (from 0, its `LOCAL_RANK`, which
# chooses the GPU)?

# %% tags=["exercise"]
answer = ...  # a list of three whole numbers: world size, node, local rank
# solution
answer = [4 * 8, 13 // 8, 13 % 8]
# wrong: dealt like cards
answer = [32, 13 % 4, 13 // 4]
# wrong: counted from 1
answer = [32, 2, 6]
# wrong: node and local rank
answer = [32, 5, 1]

# %% tags=["check"]
exercises.check("8.8", answer)

# %% [markdown]
# ## 8e.3 A link breaks
#
# [two_hosts.py](chapters/ch08/workers/two_hosts.py) makes two hosts of Linux's
# [network namespaces](glossary.md#network-namespace), with a cable between them, starts `torchrun` on both, and cuts the
# cable: for two seconds, then for good. It needs minutes, so it runs only with `cluster = True`.
#
# A link that is mended costs only waiting. For one that is not, the `timeout` of `init_process_group` says when waiting
# ranks give up: here after 8 seconds. Then the cable is mended, both launchers are started again, and the checkpoint brings
# the run on.

# %% tags=["verdict", "folded"]
# Folded: two hosts, if asked for; each run's last weights are compared.
hosts = []
if cluster:
    job = [*launch.PYTHON, process.worker("ch08/two_hosts"), folder]
    hosts = launch.commands([job], 480, env)[0]
rows = []
for line in hosts:
    if "skipped" in line:
        print(f"SKIPPED: no network namespaces here: {line['skipped']}")
        continue
    steps = f"{line['start']}, {line['steps']} done"
    rows.append([line["run"], line["codes"], steps, line["said"]])
    if "weights" in line:
        name = f"two hosts, {line['run']}"
        parity.verdict(f"{name}, and one host", task.weights([line]), nodes_torch)
if rows:
    show.table(["run", "exit codes", "from step", "what a host said"], rows)
if not cluster:
    print("Two hosts: NOT MEASURED, it takes minutes; set cluster = True in the")
    print("parameters cell and run all cells")

# %% [markdown]
# ## 8e.4 Who starts the ranks?
#
# On a cluster something must start the launcher everywhere, and again when a machine is gone. Three kinds are in use.
#
# **A program of yours.** [Ray Train](https://docs.ray.io/en/latest/train/train.html) starts workers of either framework from
# one Python program, and watches them. [ray_torch.py](chapters/ch08/workers/ray_torch.py) and
# [ray_tf.py](chapters/ch08/workers/ray_tf.py) hand it the training functions of this chapter, unchanged; worker 1 kills
# itself in step 10, as in lesson 8d. With `cluster = True` they run here.

# %% tags=["torch"]
# PyTorch
print("PyTorch", torch.__version__)
ray_torch = None
if cluster:
    (folder / "checkpoint.pt").unlink(missing_ok=True)  # nothing to go on from
    job = [*launch.PYTHON, process.worker("ch08/ray_torch"), folder, 10]
    ray_torch = launch.commands([job], 900, env)[0][0]

# %% tags=["tf"]
# TensorFlow
print("TensorFlow", tf.__version__)
ray_tf = None
if cluster:
    (folder / "checkpoint.npz").unlink(missing_ok=True)  # nothing to go on from
    job = [*launch.PYTHON, process.worker("ch08/ray_tf"), folder, 10]
    ray_tf = launch.commands([job], 900, env)[0][0]

# %% tags=["verdict", "folded"]
# Folded: if Ray has run: where it went on, and the last weights compared.
for name, last, plain in (
    ("PyTorch", ray_torch, nodes_torch),
    ("TensorFlow", ray_tf, workers_tf),
):
    if last is None:
        print(f"{name} under Ray Train: NOT MEASURED, it takes minutes;")
        print("    set cluster = True in the parameters cell and run all cells")
    else:
        begun = last["start"]
        print(f"{name} under Ray Train: killed in step 10, went on from step {begun}")
        what = f"{name}, killed and resumed by Ray, and undisturbed"
        parity.verdict(what, task.weights([last]), plain)

# %% [markdown]
# **A queue.** On many clusters you hand in a script, and [Slurm](https://slurm.schedmd.com/sbatch.html) finds machines for
# it.
#
# **Containers.** You hand [Kubernetes](https://kubernetes.io/docs/concepts/workloads/controllers/job/) a file that names
# an *image*, a program packed with all that it needs. It runs copies of it, in *pods*, and replaces those that fail. Many
# clusters have an *operator*, an add-on to which a shorter file is enough: [Kubeflow
# Trainer](https://www.kubeflow.org/docs/components/trainer/) for `torchrun` and others,
# [JobSet](https://jobset.sigs.k8s.io/docs/overview/) for groups of pods that start and fail together, and
# [KubeRay](https://docs.ray.io/en/latest/cluster/kubernetes/index.html) for Ray. Ask which one yours has. The file below
# does without.
#
# Two files follow, with the meaning of each line: [two_hosts_slurm.sh](chapters/ch08/workers/two_hosts_slurm.sh) and
# [two_hosts_kubernetes.yaml](chapters/ch08/workers/two_hosts_kubernetes.yaml). *Neither was run*: here is no Slurm and no
# Kubernetes. Look for what you know from above: the number of nodes, the ranks for each, the address of the first.

# %% tags=["folded"]
# Folded: each line of the two files, with its meaning.
shell = launch.explained("two_hosts_slurm.sh")
show.table(["line", "meaning"], shell, "Slurm: sbatch two_hosts_slurm.sh")
pods = launch.explained("two_hosts_kubernetes.yaml")
show.table(["line", "meaning"], pods, "Kubernetes: kubectl apply -f ...")

# %% [markdown]
# Both files ask for `cuda`, and then the script takes nothing else. On a host with a broken GPU it ends
# with an error, which somebody sees; going on without would keep all others waiting, without a word.
#
# What to use when. This course has run all but Slurm, Kubernetes and Keras on JAX, with CPUs in the place of several GPUs:
#
# | you have | PyTorch | TensorFlow |
# | --- | --- | --- |
# | a model that fits one GPU, and patience | one process | one process |
# | one machine, several GPUs | `torchrun --standalone`, DDP | `MirroredStrategy`, with `fit` too |
# | several machines, by hand | `torchrun --nnodes` | `TF_CONFIG`, a loop of your own |
# | a cluster with a queue | Slurm, `torchrun` | Slurm, `TF_CONFIG`, a loop of your own |
# | a cluster of containers | Kubernetes, `torchrun` | Kubernetes, `TF_CONFIG`, a loop of your own |
# | machines that come and go | Ray Train | Ray Train, a loop of your own |
# | a dense model too large for a GPU | FSDP2 | DTensor, an experiment in one process (lesson 8f); or Keras on JAX |
#
# The first row is the one to try first: a step in one process has nobody to wait for.

# %% [markdown]
# ## 8e.5 Quiz

# %%
exercises.quiz("08e")

# %% [markdown]
# ## 8e.6 Verdicts
#
# This lesson tests no claim of the article: it names no cluster.

# %%
claims.close("08e")

# %% [markdown]
# ## 8e.7 Summary and further reading
#
# - FSDP2 cuts what is kept, not what is computed.
# - Parameter servers keep whole arrays, unless told to cut them; a worker fetches all that its step uses.
# - `torchrun` and `TF_CONFIG` say the same: who is there, and who am I.
# - Keras 3's `fit` ends at one machine, as far as we have seen it on TensorFlow.
#
# Further reading: [FSDP2](https://docs.pytorch.org/docs/stable/distributed.fsdp.fully_shard.html),
# [torchrun](https://docs.pytorch.org/docs/stable/elastic/run.html),
# [several workers in TensorFlow](https://www.tensorflow.org/tutorials/distribute/multi_worker_with_ctl),
# [keras.distribution](https://keras.io/api/distribution/). Next:
# [checkpoints in parts](08f_checkpoints_in_parts.ipynb)
