# %% [markdown]
# # 9c. Profiles, and what either board cannot do
#
# A training step is a few lines. You record what it really runs, and catch an operation that should not be there. Then two
# trainings become one line on a page, and you ask both boards for what they do not have.
#
# > **Minutes**: 33 · **Needs**: lessons 9a and 9b · **Claims tested**: C37, C38e
# >
# > **You will be able to**
# > - record a profile of a training step in either framework (prediction P9.5 and claim C38e)
# > - find the operation that makes a step slow (exercise 9.2)
# > - keep runs apart (prediction P9.6)
# > - say which board can do what (claim C37)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("09c")

import contextlib
import tempfile
import time
from pathlib import Path

import numpy as np

from chapters.ch09 import boards, event_files, exhibits, figures, start
from helpers import claims, data, exercises, parity, show, web

session.skip_where_missing("tensorboard", "visdom")

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch.profiler import ProfilerActivity, profile

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch09 import xplane_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
folder = tempfile.TemporaryDirectory(prefix="side-by-side-")  # gone with the kernel
logs = event_files.logs(folder.name)  # the path of a folder in it
windows = Path(folder.name, "visdom")
digits = data.digits("float64")

# %% [markdown]
# ## 9c.1 Where a step spends its time
#
# Lesson 9a's network, and one training step on a large batch: every digit four times, or more with `fast = False`. A
# step here is forward, loss and gradients; the weights stay as they are, so each call does the same work.

# %% tags=["taught"]
copies = 4 if fast else 20
x_wide = np.tile(digits.x_train.reshape(-1, 64), (copies, 1))
y_wide = np.tile(digits.y_train, copies)
W1, b1, W2, b2 = start.weights(seed)
print(x_wide.shape)

# %% tags=["torch"]
# PyTorch
Linear = torch.nn.Linear
net_torch = torch.nn.Sequential(
    Linear(64, 32), torch.nn.ReLU(), Linear(32, 10)
).double()
given = {"0.weight": W1.T, "0.bias": b1, "2.weight": W2.T, "2.bias": b2}
torch_side.set_weights(net_torch, given)
parameters = list(net_torch.parameters())
x_torch = torch.tensor(x_wide)
y_torch = torch.tensor(y_wide)


def step_torch():
    scores = net_torch(x_torch)
    loss = torch.nn.functional.cross_entropy(scores, y_torch)
    return loss, torch.autograd.grad(loss, parameters)


loss_torch = step_torch()[0].item()

# %% tags=["tf"]
# TensorFlow
Dense = tf.keras.layers.Dense
entry = tf.keras.Input([64], dtype="float64")
hidden = Dense(32, "relu", dtype="float64")
net_tf = tf.keras.Sequential([entry, hidden, Dense(10, dtype="float64")])
net_tf.set_weights([W1, b1, W2, b2])
cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits
x_tf = tf.constant(x_wide)
y_tf = tf.constant(y_wide)


@tf.function  # one graph for the whole step
def step_tf():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(cross_entropy(y_tf, net_tf(x_tf)))
    return loss, tape.gradient(loss, net_tf.trainable_variables)


loss_tf = float(step_tf()[0])

# %% tags=["verdict", "folded"]
# Folded: compares the loss of the step.
parity.verdict("the loss of the step", loss_torch, loss_tf, atol=1e-6)

# %% [markdown]
# A [profiler](glossary.md#profiler) records each operation that the framework runs, and when it began and ended. PyTorch's
# names them `aten::...`.
#
# **Predict.** How many operations does PyTorch run in one call of `step_torch`?
#
# - **a** at most 10
# - **b** 11 to 40
# - **c** more than 40

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P9.5", guess, among=["a", "b", "c"])

# %% [markdown]
# The first call of anything also sets things up, so we *warm up* with one call that is not recorded. PyTorch keeps the
# record in memory, and `key_averages` sums it up by kind. TensorFlow writes a file, which `xplane_tf.operations` reads: a
# list of times for each kind.


# %% tags=["torch"]
# PyTorch
def recorded_torch(step):
    """What one call of `step` ran: a summary for each kind of operation."""
    step()  # warm up
    with session.quiet(), profile(activities=[ProfilerActivity.CPU]) as recorded:
        step()
    found = recorded.key_averages()
    return [kind for kind in found if kind.key.startswith("aten::")]


kinds_torch = recorded_torch(step_torch)
calls_torch = sum(kind.count for kind in kinds_torch)
print(len(kinds_torch), "kinds,", calls_torch, "calls")


# %% tags=["tf"]
# TensorFlow
def recorded_tf(step):
    """What one call of `step` ran: {kind of operation: microseconds of each call}."""
    step()  # warm up
    place = tempfile.mkdtemp(dir=folder.name)
    with tf.profiler.experimental.Profile(place):
        step()
    return xplane_tf.operations(place)


kinds_tf = recorded_tf(step_tf)
calls_tf = sum(len(times) for times in kinds_tf.values())
print(len(kinds_tf), "kinds,", calls_tf, "calls")

# %% tags=["verdict", "folded"]
# Folded: which option came true.
options = {"a": calls_torch <= 10, "b": calls_torch <= 40, "c": calls_torch > 40}
exercises.outcome("P9.5", exercises.first_true(options))
print("TensorFlow's graph runs fewer operations:", calls_tf < calls_torch)

# %% [markdown]
# A layer is no operation: `aten::linear` turns the table of weights over and calls `aten::addmm`, which multiplies and adds
# the bias. So there are two times. The *total* time of an operation counts what it called, its *self* time does not.

# %% tags=["taught"]
for kind in kinds_torch:
    if kind.key in ("aten::linear", "aten::addmm"):
        print(f"{kind.key}: total {kind.cpu_time_total:.0f} µs", end=", ")
        print(f"self {kind.self_cpu_time_total:.0f} µs")

# %% [markdown]
# To find the work itself, sort by self time. TensorFlow's file has one time for each call of an operation.


# %% tags=["torch"]
# PyTorch
def profile_torch(step):
    """Self time in microseconds of one call of `step`, by operation."""
    return {kind.key: kind.self_cpu_time_total for kind in recorded_torch(step)}


times_torch = profile_torch(step_torch)


# %% tags=["tf"]
# TensorFlow
def profile_tf(step):
    """Time in microseconds of one call of `step`, by operation."""
    return {kind: sum(times) for kind, times in recorded_tf(step).items()}


times_tf = profile_tf(step_tf)

# %% tags=["verdict", "folded"]
# Folded: whether both profiles hold the matrix products, by each framework's names.
products_torch = {"aten::mm", "aten::addmm"} & times_torch.keys()
products_tf = [kind for kind in times_tf if kind.endswith("MatMul")]
has_products = bool(products_torch)
parity.verdict("the profile holds products", has_products, bool(products_tf))

# %% tags=["folded"]
# Folded: draws the operations that took longest.
figures.longest({"PyTorch": times_torch, "TensorFlow": times_tf})

# %% [markdown]
# The names differ because the cuts do. So do not compare bars of one chart with those of the other. Compare within one:
# before and after a change.

# %% [markdown]
# ### Exercise 9.2: who is slow? (6 minutes)
#
# Somebody added "a little regularization" to the step, and it became slow. Profile `slow_torch` or `slow_tf`, or both, and
# name the operation that takes most of the time: in PyTorch's words (`aten::...`) or in TensorFlow's.


# %% tags=["exercise"]
def slow_torch():
    sizes = torch.stack([parameter.norm() for parameter in parameters])
    spread = torch.linalg.svdvals(x_torch[:1000] @ x_torch[:1000].T)
    return step_torch()[0] + 1e-6 * sizes.sum() + 1e-9 * spread[0]


scans = tf.Variable(x_wide[:1000])  # a constant would be worked out beforehand


@tf.function
def slow_tf():
    sizes = [tf.norm(variable) for variable in net_tf.trainable_variables]
    spread = tf.linalg.svd(scans @ tf.transpose(scans), compute_uv=False)
    return step_tf()[0] + 1e-6 * tf.add_n(sizes) + 1e-9 * spread[0]


answer = ...  # a string
# solution
times = profile_torch(slow_torch)
answer = max(times, key=times.get)
# wrong: not an operation
answer = "slow_torch"
# wrong: matrix product
answer = "aten::addmm"
# wrong: TensorFlow's matrix product
answer = "MatMul"

# %% tags=["check"]
exercises.check("9.2", answer)

# %% [markdown]
# ## 9c.2 What TensorBoard has beyond curves
#
# Its *projector* turns vectors in space. Ours are the ten outputs for 100 test pictures, an
# [embedding](glossary.md#embedding) of pictures. `add_embedding` writes all that the page reads. In TensorFlow you write the
# tables yourself, and name them in a small configuration.
#
# [Hyperparameters](glossary.md#hyperparameter) are what you set before the training. Written with each run, they become a
# table in which runs can be sorted by result. `trial_id` and `run_name` say what a run is called there.

# %% tags=["taught"]
chosen = digits.x_test[:100].reshape(-1, 64)
labels = digits.y_test[:100]

# %% tags=["torch"]
# PyTorch
from torch.utils.tensorboard import SummaryWriter

vectors_torch = torch_side.to_numpy(net_torch(torch.tensor(chosen)))
with SummaryWriter(logs / "torch") as writer:
    writer.add_embedding(vectors_torch, labels.tolist(), tag="digits")
    writer.add_hparams({"rate": 0.25, "batch": 64}, {"loss": loss_torch}, run_name=".")

# %% tags=["tf"]
# TensorFlow
from tensorboard.plugins import projector
from tensorboard.plugins.hparams import api as hparams

vectors_tf = tf_side.to_numpy(net_tf(chosen))
place = logs / "tf"
with tf.summary.create_file_writer(str(place)).as_default():
    hparams.hparams({"rate": 0.25, "batch": 64}, trial_id="tf")
    tf.summary.scalar("loss", loss_tf, 0)
np.savetxt(place / "vectors.tsv", vectors_tf, delimiter="\t")
np.savetxt(place / "labels.tsv", labels, fmt="%d")
config = projector.ProjectorConfig()
listed = config.embeddings.add()
listed.tensor_name = "digits"
listed.tensor_path = "vectors.tsv"
listed.metadata_path = "labels.tsv"
projector.visualize_embeddings(str(place), config)

# %% tags=["verdict", "folded"]
# Folded: compares the vectors.
parity.verdict("100 vectors for the projector", vectors_torch, vectors_tf, atol=1e-9)

# %% [markdown]
# ## 9c.3 Two runs in one folder
#
# On Monday a training logs the losses 3, 2, 1, and on Tuesday another logs 30, 20, 10, with the same three steps, *into the
# same folder*. It happens when a script has the folder's name written into it. (The files' names hold the second in which
# they were made; so our Tuesday begins a second later.)
#
# **Predict.** What does TensorBoard draw under the tag `loss`?
#
# - **a** two lines, one a training
# - **b** one line: Monday's points, and then Tuesday's
# - **c** one line: Tuesday's points alone
# - **d** one line: Monday's points alone

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P9.6", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
monday = [3.0, 2.0, 1.0]
tuesday = [30.0, 20.0, 10.0]

# %% tags=["torch"]
# PyTorch
run_torch = "twice torch"
for losses in (monday, tuesday):
    with SummaryWriter(logs / run_torch) as writer:
        for step, loss in enumerate(losses):
            writer.add_scalar("loss", loss, step)
    time.sleep(1.1)
file_torch = event_files.numbers(event_files.read(logs / run_torch)["loss"])
print(file_torch)

# %% tags=["tf"]
# TensorFlow
run_tf = "twice tf"
for losses in (monday, tuesday):
    with tf.summary.create_file_writer(str(logs / run_tf)).as_default():
        for step, loss in enumerate(losses):
            tf.summary.scalar("loss", loss, step)
    time.sleep(1.1)
file_tf = event_files.numbers(event_files.read(logs / run_tf)["loss"])
print(file_tf)

# %% tags=["verdict", "folded"]
# Folded: compares what the files hold.
parity.verdict("the losses in the files", file_torch, file_tf)

# %% [markdown]
# The files have all six. Now the server, over all that this lesson has written, as in lesson 9a. We also ask for the list of
# its *plugins*, one for each kind of page; section 9c.4 needs it.

# %% tags=["taught"]
opened = contextlib.ExitStack()
tensorboard = opened.enter_context(boards.tensorboard(logs))
runs = web.ask(tensorboard.url, "data/runs")
plugins = web.ask(tensorboard.url, "data/plugins_listing")
print("runs:", ", ".join(sorted(runs)))
print("plugins:", ", ".join(sorted(plugins)))

# %% tags=["torch"]
# PyTorch
path = "data/plugin/scalars/scalars"
served_torch = web.ask(tensorboard.url, path, run=run_torch, tag="loss")
line_torch = [value for _, _, value in served_torch]  # time, step, value
print(line_torch)

# %% tags=["tf"]
# TensorFlow
path = "data/plugin/scalars/scalars"
served_tf = web.ask(tensorboard.url, path, run=run_tf, tag="loss")
line_tf = [value for _, _, value in served_tf]  # time, step, value
print(line_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
parity.verdict("the line that is served", line_torch, line_tf)
apart = sum(run.startswith(run_tf) for run in runs) > 1
options = {
    "a": apart,
    "b": line_tf == monday + tuesday,
    "c": line_tf == tuesday,
    "d": line_tf == monday,
}
exercises.outcome("P9.6", exercises.first_true(options))

# %% [markdown]
# A folder is *one* run to TensorBoard: one line, which goes on with Tuesday's points and jumps back. That is what our
# server shows. TensorBoard by itself takes a [fast reader](https://github.com/tensorflow/tensorboard/issues/4784) where one
# is installed. There a step that comes again takes the old one's place, and Monday is nowhere on the page. Neither is an
# error. So name the folder by the time: without an argument `SummaryWriter()` does that. Where a run goes on after a crash,
# give the new writer `purge_step`: TensorBoard then drops what the old one had logged from that step on.

# %% [markdown]
# ## 9c.4 Both boards, asked
#
# TensorBoard is a set of *plugins*, one for each kind of page; the server has listed them above. Of Visdom we try the kinds
# of windows that its client draws from numbers, text and media: `exhibits.every_kind` returns which were drawn, and why
# others were not. (Its `graph` draws edges that you list; it does not trace a model.) `exhibits.methods` lists what else the
# client can do.

# %% tags=["taught"]
visdom_opened = contextlib.ExitStack()
visdom = visdom_opened.enter_context(boards.visdom(windows))
page = visdom_opened.enter_context(boards.client(visdom, "run", events=False))
drawn, refused = exhibits.every_kind(page)
methods = exhibits.methods(page)
print("drawn:", ", ".join(drawn))

# %% tags=["folded"]
# Folded: shows which kinds of windows were not drawn here, and why.
show.table(
    ["not drawn here", "why"],
    refused.items(),
    caption=f"{len(drawn)} of {len(drawn) + len(refused)} kinds of windows were drawn",
)

# %% [markdown]
# In Visdom, the two trainings are two lines with a name each. `update="append"` under a new name begins a new line;
# without it, Tuesday would take the window's place.

# %% tags=["taught"]
page.line(monday, [0, 1, 2], win="week", name="Monday")
page.line(tuesday, [0, 1, 2], win="week", name="Tuesday", update="append")
lines = boards.content(page, "week")["data"]
both = np.array(lines[0]["y"] + lines[1]["y"])
print([line["name"] for line in lines])

# %% tags=["verdict", "folded"]
# Folded: compares Visdom's window with the event file.
parity.verdict("both trainings, in the file and in Visdom's window", file_tf, both)

# %% [markdown]
# Three more questions: is the table of settings served, with the runs' names? Are the vectors? And is a page for profiles in
# the list? That page is a package of its own by now, [XProf](https://github.com/openxla/xprof), and loads its charts
# from the web. We have not needed it.

# %% tags=["taught"]
states = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_RUNNING"]
body = {"allowedStatuses": states, "startIndex": 0, "sliceSize": 10}
found = web.ask(tensorboard.url, "data/plugin/hparams/session_groups", body)
settings = {group["name"]: group["hparams"] for group in found["sessionGroups"]}
print(settings)

# %% tags=["taught"]
projected = {}
for run in settings:
    found = web.ask(tensorboard.url, "data/plugin/projector/info", run=run)
    projected[run] = found["embeddings"][0]["tensorShape"]
print(projected)

# %% tags=["verdict", "folded"]
# Folded: judges what the article says of TensorBoard's profiles.
has_page = "profile" in plugins
claims.verdict(
    "C38e",
    {
        "TensorFlow records a profile": bool(products_tf),
        "TensorBoard shows it": has_page,
    },
    f"TensorFlow's profile {'holds' if products_tf else 'lacks'} the matrix products; "
    f"TensorBoard's page for profiles is {'there' if has_page else 'a notice'}",
)

# %% tags=["verdict", "folded"]
# Folded: judges what the article says of Visdom.
offers = [name for name in ("profile", "add_graph") if name in methods]
claims.verdict(
    "C37",
    {
        "few kinds of plot": len(drawn) < 10,
        "no profile": "profile" not in methods,
        "no graph of a model": "add_graph" not in methods,
    },
    f"it drew {'ten kinds or more' if len(drawn) >= 10 else 'few kinds'}; of profile "
    f"and add_graph its client has {' and '.join(offers) or 'neither'}",
)

# %% [markdown]
# Last, both servers end. What is left of a run that nobody saved?

# %% tags=["taught"]
opened.close()
visdom_opened.close()
in_files = sorted(path.name for path in logs.iterdir() if path.is_dir())
saved = [path.stem for path in windows.glob("*.json") if path.stem != "main"]
print("TensorBoard:", in_files, "Visdom:", saved)

# %% tags=["folded"]
# Folded: one table of both boards, from what this lesson found.
named = {line["name"] for line in lines} == {"Monday", "Tuesday"}
calls_back = any("callback" in name for name in plugins)
has_charts = {"surf", "pie"} <= set(plugins)


def yes(found):
    return "yes" if found else "no"


def window(*kinds):
    """Whether Visdom drew these windows, or has a method for them all the same."""
    if set(kinds) <= set(drawn):
        return "yes"
    return "not installed here" if set(kinds) <= set(methods) else "no"


visdom_has = {
    "graph of a model": yes("add_graph" in methods),
    "table of settings": yes("hparams" in methods),
    "vectors, turned in space": window("embeddings"),
    "histograms over time": yes("update" in methods["histogram"]),
    "page for profiles": yes("profile" in methods),
    "surfaces, pie charts": window("surf", "pie"),
    "two runs apart, in one place": yes(named),
    "the page calls the program": yes("register_event_handler" in methods),
    "there after the server's end": "yes" if "run" in saved else "only what is saved",
}
tensorboard_has = {
    "graph of a model": yes("graphs" in plugins),
    "table of settings": yes(len(settings) > 1),
    "vectors, turned in space": yes(len(projected) > 1),
    "histograms over time": yes("histograms" in plugins),
    "page for profiles": "yes" if has_page else "not installed here",
    "surfaces, pie charts": yes(has_charts),
    "two runs apart, in one place": yes(apart),
    "the page calls the program": yes(calls_back),
    "there after the server's end": yes("tf" in in_files),
}
rows = [(what, has, visdom_has[what]) for what, has in tensorboard_has.items()]
show.table(["what", "TensorBoard", "Visdom"], rows, caption="As found here")

# %% [markdown]
# Neither keeps an *experiment*: which code, which data, which settings gave which number, for a team and for years. That
# is the work of a tracker, such as [MLflow](https://mlflow.org/docs/latest/ml/tracking/),
# [Weights & Biases](https://docs.wandb.ai) or [Trackio](https://huggingface.co/docs/trackio).

# %% [markdown]
# ## 9c.5 Quiz

# %%
exercises.quiz("09c")

# %% [markdown]
# ## 9c.6 Verdicts
#
# Whether a tool is "limited" depends on what you want of it. The table above is the longer answer.

# %%
claims.close("09c")

# %% [markdown]
# ## 9c.7 Summary and further reading
#
# - Warm up, record, sort by self time. Compare before and after, not across frameworks.
# - One folder, one run: name it by the time.
# - TensorBoard keeps files and cannot call you; Visdom calls you, and forgets what you do not save.
#
# Further reading: [torch.profiler](https://docs.pytorch.org/docs/stable/profiler.html),
# [TensorFlow's profiler](https://www.tensorflow.org/guide/profiler), [XProf](https://github.com/openxla/xprof).
# Next: [serving a model](10a_one_contract_three_servers.ipynb)
