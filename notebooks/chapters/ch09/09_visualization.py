# %% [markdown]
# # 9. Visualization
#
# Watch both frameworks train: in TensorBoard, in Visdom, in figures of your own. After this chapter you know what these
# tools store, what they change before they draw it, and how to read it all back.
#
# > **Minutes**: 50 · **Needs**: chapter 7's training loop
# >
# > **You will be able to**
# > - write scalars, histograms, graphs, images, text, audio, embeddings and settings from either framework
# > - start TensorBoard's server, embed its page, and read what it serves
# > - find the slowest operation of a training step in a profile
# > - plot live with Visdom, and steer a running training from its page
# >
# > **Claims tested**: C03, C17, C35, C36, C37, C38a, C38b, C38c, C38d, C38e, C39a, C39b, C39c

# %% tags=["setup"]
from helpers import session
session.start("09")
import io
import json
import tempfile
import time
import warnings
from collections import Counter
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
import numpy as np
from helpers import claims, data, exercises, parity, plots, process, show, web
from chapters.ch09 import boards, event_files
session.skip_where_missing("tensorboard", "visdom")

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
linger = 0             # seconds for you to look around in a server's page; 600 is a good choice

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng = np.random.default_rng(seed)
folder = tempfile.TemporaryDirectory(prefix="side-by-side-")       # gone when the kernel ends
logs, windows = event_files.logs(folder.name), Path(folder.name, "visdom")
digits = data.digits("float64")
x_train, x_test = digits.x_train.reshape(-1, 64), digits.x_test.reshape(-1, 64)
x_wide, y_wide = np.repeat(x_train, 4, axis=0), np.repeat(digits.y_train, 4)     # a large batch, for the profile
weights = [rng.normal(scale=0.18, size=(64, 32)), np.zeros(32), rng.normal(scale=0.25, size=(32, 10)), np.zeros(10)]
chord = np.sin(2 * np.pi * np.array([440.0, 554.37, 659.26]) * np.arange(8000)[:, None] / 8000).mean(1).astype("float32")
rate, epochs = 0.25, (3 if fast else 20)

def stream():
    """The batches of the training, the same for both frameworks."""
    for epoch in range(epochs):
        yield from data.batches(x_train, digits.y_train, 64, seed, epoch)

# %% [markdown]
# ## 9.1 A writer, a file, a server
#
# [TensorBoard](glossary.md#tensorboard) has three parts. A *writer*, part of your framework, appends records to an
# *event file*. A *server*, a separate program, reads all event files below a folder, and serves a page. A *run* is a
# folder: two runs below one folder are drawn into one chart, whoever wrote them.
#
# The article says that TensorFlow has this built in, and that PyTorch needs a third party's tool. The cells below list
# what pip installs with each framework, and let each write one number in a process that cannot find the package
# `tensorboard`.
#
# **Prediction 9.1.** Which framework can write it?

# %% tags=["predict"]
guess = ...            # one of: "both", "only TensorFlow", "only PyTorch", "neither"
exercises.predict("9.1", guess, among=["both", "only TensorFlow", "only PyTorch", "neither"])

# %% tags=["torch"]
comes_with_torch = boards.comes_with(torch)
alone_torch, = process.run("ch09/no_board_torch", {}, timeout=120)
comes_with_torch, alone_torch

# %% tags=["tf"]
comes_with_tf = boards.comes_with(tf)
alone_tf, = process.run("ch09/no_board_tf", {}, timeout=120)
comes_with_tf, alone_tf

# %% tags=["verdict"]
writes = alone_torch["writes"], alone_tf["writes"]
found = {(True, True): "both", (False, True): "only TensorFlow", (True, False): "only PyTorch", (False, False): "neither"}
exercises.outcome("9.1", found[writes])
shipped = {"PyTorch": "tensorboard" in comes_with_torch, "TensorFlow": "tensorboard" in comes_with_tf}
print(f"pip installs tensorboard with it: {shipped}")
claims.verdict("C17", not alone_torch["writes"] and alone_tf["writes"],
               f"both bring a writer, and without the package tensorboard PyTorch's raises {alone_torch['error']}, "
               f"TensorFlow's {alone_tf['error']}: neither needs more than the other")

# %% [markdown]
# ## 9.2 Scalars and histograms
#
# A network of 64, 32 and 10 units learns the digits, from the same weights, in the same order of
# [batches](glossary.md#batch). At each step it logs a *scalar*, the [loss](glossary.md#loss), and two *histograms*: the
# hidden layer's weights and their [gradients](glossary.md#gradient). A histogram is not the data: it is 30 buckets, each
# with its edges and a count. Gradients that shrink to nothing show in it long before they show in the loss.
#
# PyTorch's writer is an object with `add_...` methods. TensorFlow's is a place: `tf.summary` writes to whichever writer
# is the default just now. The training is a generator, so that others can look on; it reads its rate at each step.

# %% tags=["torch"]
from torch.utils.tensorboard import SummaryWriter
run_torch, losses_torch, names = "torch", [], ["0.weight", "0.bias", "2.weight", "2.bias"]
net_torch = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)).double()
def training_torch(control):
    """Train from the start; yield each step's number, loss, and gradient of the hidden weights, before the update."""
    torch_side.set_weights(net_torch, {name: array.T for name, array in zip(names, weights)})
    sgd = torch.optim.SGD(net_torch.parameters(), lr=control["rate"])
    for step, (x, y) in enumerate(stream()):
        loss = torch.nn.functional.cross_entropy(net_torch(torch.tensor(x)), torch.tensor(y))
        sgd.zero_grad()
        loss.backward()
        yield step, loss.item(), net_torch[0].weight.grad
        sgd.param_groups[0]["lr"] = control["rate"]
        sgd.step()
with SummaryWriter(logs / run_torch) as writer:
    for step, loss, gradient in training_torch({"rate": rate}):
        losses_torch.append(loss)
        writer.add_scalar("loss", loss, step)
        for kind, values in (("weights", net_torch[0].weight), ("gradients", gradient)):
            writer.add_histogram(f"hidden/{kind}", values, step, bins=30)

# %% tags=["tf"]
run_tf, losses_tf, hidden = "tf", [], tf.keras.layers.Dense(32, "relu", dtype="float64")
net_tf = tf.keras.Sequential([tf.keras.Input([64], dtype="float64"), hidden, tf.keras.layers.Dense(10, dtype="float64")])
def training_tf(control):
    """Train from the start; yield each step's number, loss, and gradient of the hidden weights, before the update."""
    net_tf.set_weights(weights)
    sgd = tf.keras.optimizers.SGD(control["rate"])
    for step, (x, y) in enumerate(stream()):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, net_tf(x)))
        gradients = tape.gradient(loss, net_tf.trainable_variables)
        yield step, float(loss), gradients[0]
        sgd.learning_rate = control["rate"]
        sgd.apply_gradients(zip(gradients, net_tf.trainable_variables))
with tf.summary.create_file_writer(str(logs / run_tf)).as_default():
    for step, loss, gradient in training_tf({"rate": rate}):
        losses_tf.append(loss)
        tf.summary.scalar("loss", loss, step)
        for kind, values in (("weights", hidden.kernel), ("gradients", gradient)):
            tf.summary.histogram(f"hidden/{kind}", values, step, buckets=30)

# %% tags=["verdict"]
file_torch, file_tf = event_files.read(logs / run_torch), event_files.read(logs / run_tf)
parity.verdict("the losses in memory", np.array(losses_torch), np.array(losses_tf), atol=1e-6)
in_file_torch, in_file_tf = (np.array([float(value) for _, value in file["loss"][1]]) for file in (file_torch, file_tf))
parity.verdict("the losses in the event files", in_file_torch, in_file_tf, atol=1e-6)
kinds_torch, kinds_tf = ({tag: kind for tag, (kind, _) in file.items()} for file in (file_torch, file_tf))
parity.verdict("names and kinds of what was written", kinds_torch, kinds_tf)

# %% [markdown]
# ## 9.3 The curve on the screen is not your data
#
# Before TensorBoard draws a scalar it smooths it, and the slider of its page starts at 0.6. The
# [source](https://github.com/tensorflow/tensorboard/blob/master/tensorboard/components/vz_line_chart2/line-chart.ts)
# says how. With values $y_t$ and weight $w$,
#
# $$s_t = w\, s_{t-1} + (1 - w)\, y_t, \qquad s_{-1} = 0,$$
#
# and what is drawn is $s_t / (1 - w^{t+1})$, as in Adam's [bias correction](glossary.md#bias-correction). The figure shows
# both, and the histograms over time: each column is one of them, dark where many values fall.
#
# **Prediction 9.2.** A loss is 0 for a long time, then 10 in a single step. How high is the drawn spike?

# %% tags=["predict"]
def smooth(values, weight=0.6):
    drawn, level = [], 0.0
    for t, value in enumerate(values):
        level = weight * level + (1 - weight) * value
        drawn.append(level / (1 - weight ** (t + 1)))
    return np.array(drawn)

def columns_of(history, bins=40):
    """Histograms over time as the columns of one picture: each bucket's count, spread evenly between its edges."""
    top = max(max(abs(rows[0][0]), abs(rows[-1][1])) for _, rows in history)
    edges, columns = np.linspace(-top, top, bins + 1), []
    for _, rows in history:
        below = np.concatenate([[0], np.cumsum(rows[:, 2])])
        columns.append(np.diff(np.interp(edges, np.append(rows[:, 0], rows[-1, 1]), below)))
    return np.array(columns).T, top

guess = ...            # one of: 4, 6, 10
exercises.predict("9.2", guess, among=[4, 6, 10])

# %%
exercises.outcome("9.2", round(smooth([0.0] * 50 + [10.0]).max()))
fig, axes = plots.figure(1, 3, width=10.5, height=3.2)
for file, style in ((file_torch, plots.TORCH), (file_tf, plots.TF)):
    steps, values = zip(*((step, float(value)) for step, value in file["loss"][1]))
    line = {"color": style["color"], "linestyle": style["linestyle"]}
    axes[0].plot(steps, values, **line, alpha=0.3)
    axes[0].plot(steps, smooth(values), **line, label=style["label"])
axes[0].set(xlabel="step", ylabel="cross-entropy (nats)", title="loss: data (faint), smoothed")
axes[0].legend()
for ax, (file, name) in zip(axes[1:], ((file_torch, "PyTorch"), (file_tf, "TensorFlow"))):
    picture, top = columns_of(file["hidden/gradients"][1])
    ax.imshow(picture, aspect="auto", origin="lower", extent=(0, picture.shape[1], -top, top), vmax=300, cmap="gray_r")
    ax.set(xlabel="step", ylabel="gradient", title=f"{name}: hidden/gradients")
    ax.grid(False)
plots.show(fig, alt="Left: the losses of both frameworks fall on one curve; the smoothed one is calmer than the data. "
           "Middle and right: histograms of the gradients over time, the same picture for both, gathered around zero.")

# %% [markdown]
# ## 9.4 Graph, images, text, sound
#
# `add_graph` [traces](glossary.md#tracing) the model with an example input, by `torch.jit.trace`, which PyTorch has
# deprecated. TensorFlow writes the [graph](glossary.md#graph) of a `tf.function`. Both become nodes with an operation and
# inputs, so one page can draw them; the operations keep each framework's names.
#
# Then four digits, a note in Markdown, and one second of a chord: A, C sharp and E. A float image must lie in 0 to 1, a
# wave in -1 to 1; what lies outside is clipped.

# %% tags=["torch"]
with SummaryWriter(logs / run_torch) as writer, warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    writer.add_graph(net_torch, torch.zeros(1, 64, dtype=torch.float64))
    for k, picture in enumerate(digits.x_test[:4].astype("float32")):
        writer.add_image(f"digit/{k}", picture, 0, dataformats="HW")
    writer.add_text("note", "trained with **SGD**", 0)
    writer.add_audio("chord", torch.tensor(chord)[None], 0, sample_rate=8000)
warned_torch = any(issubclass(warning.category, DeprecationWarning) for warning in caught)
nodes_torch, edges_torch = event_files.graph(logs / run_torch)
written = event_files.read(logs / run_torch).items()
added_torch = {tag: kind for tag, (kind, _) in written if kind in ("images", "text", "audio")}
added_torch

# %% tags=["tf"]
with tf.summary.create_file_writer(str(logs / run_tf)).as_default(), warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    tf.summary.graph(tf.function(net_tf).get_concrete_function(tf.TensorSpec([1, 64], tf.float64)).graph)
    for k, picture in enumerate(digits.x_test[:4].astype("float32")):
        tf.summary.image(f"digit/{k}", picture[None, :, :, None], 0)
    tf.summary.text("note", "trained with **SGD**", 0)
    tf.summary.audio("chord", chord[None, :, None], 8000, 0)
warned_tf = any(issubclass(warning.category, DeprecationWarning) for warning in caught)
nodes_tf, edges_tf = event_files.graph(logs / run_tf)
written = event_files.read(logs / run_tf).items()
added_tf = {tag: kind for tag, (kind, _) in written if kind in ("images", "text", "audio")}
added_tf

# %% tags=["verdict"]
words = {"aten::linear": "product", "MatMul": "product", "aten::relu": "ReLU", "Relu": "ReLU"}
counted_torch, counted_tf = (dict(Counter(words[op] for op in nodes.values() if op in words))
                             for nodes in (nodes_torch, nodes_tf))
parity.verdict("matrix products and ReLUs in the graph", counted_torch, counted_tf)
print(f"something deprecated was used on the way: PyTorch {warned_torch}, TensorFlow {warned_tf}")
parity.differ("the names as each framework wrote them", added_torch, added_tf)
plain_torch = {tag.removesuffix("/text_summary"): kind for tag, kind in added_torch.items()}
parity.verdict("names, without what PyTorch adds to a text's, and kinds", plain_torch, added_tf)

# %%
fig, axes = plots.figure(1, 2, width=10.5, height=5.0)
for ax, nodes, edges, title in ((axes[0], nodes_torch, edges_torch, "PyTorch: add_graph"),
                                (axes[1], nodes_tf, edges_tf, "TensorFlow: tf.summary.graph")):
    used = {name for edge in edges for name in edge}
    plots.graph(ax, {name: op for name, op in nodes.items() if name in used}, edges,
                {name: "#F3E9A9" for name, op in nodes.items() if op in words})
    ax.set_title(title)
plots.show(fig, alt="Two graphs drawn top down, the matrix products and the ReLU marked. PyTorch's holds linear, relu, "
           "linear; TensorFlow's splits each layer into reading a variable, MatMul and BiasAdd.")

# %% [markdown]
# ## 9.5 Embeddings and hyperparameters
#
# The *projector* turns vectors in space. Ours are the ten outputs for 100 test images: an
# [embedding](glossary.md#embedding) of images. It reads three files: a table of vectors, a column of labels, and one
# picture, the *sprite*, that holds all thumbnails. `add_embedding` writes all three; in TensorFlow you write them
# yourself and name them in a small configuration.
#
# [Hyperparameters](glossary.md#hyperparameter) are what you set before the training. Written with each run, they become
# a table in which runs can be sorted by result.

# %% tags=["torch"]
chosen = slice(0, 100)
outputs = torch_side.to_numpy(net_torch(torch.tensor(x_test)))
vectors_torch, accuracy_torch = outputs[chosen], float((outputs.argmax(1) == digits.y_test).mean())
thumbnails = torch.tensor(digits.x_test[chosen])[:, None].repeat(1, 3, 1, 1)
with SummaryWriter(logs / run_torch) as writer:
    writer.add_embedding(vectors_torch, digits.y_test[chosen].tolist(), thumbnails, tag="digits")
    writer.add_hparams({"rate": rate, "batch": 64}, {"accuracy": accuracy_torch}, run_name=".")
f"accuracy {accuracy_torch:.3f}"

# %% tags=["tf"]
from tensorboard.plugins import projector
from tensorboard.plugins.hparams import api as hparams
chosen = slice(0, 100)
outputs = tf_side.to_numpy(net_tf(x_test))
vectors_tf, accuracy_tf = outputs[chosen], float((outputs.argmax(1) == digits.y_test).mean())
np.savetxt(logs / run_tf / "vectors.tsv", vectors_tf, delimiter="\t")
np.savetxt(logs / run_tf / "labels.tsv", digits.y_test[chosen], fmt="%d")
rows = digits.x_test[chosen].reshape(10, 10, 8, 8).transpose(0, 2, 1, 3).reshape(80, 80, 1)     # 10 x 10 thumbnails
tf.io.write_file(str(logs / run_tf / "sprite.png"), tf.io.encode_png(tf.cast(255 * rows, tf.uint8)))
config = projector.ProjectorConfig()
entry = config.embeddings.add(tensor_name="digits", tensor_path="vectors.tsv", metadata_path="labels.tsv")
entry.sprite.image_path = "sprite.png"
entry.sprite.single_image_dim.extend([8, 8])
projector.visualize_embeddings(str(logs / run_tf), config)
with tf.summary.create_file_writer(str(logs / run_tf)).as_default():
    hparams.hparams({"rate": rate, "batch": 64})
    tf.summary.scalar("accuracy", accuracy_tf, 0)
f"accuracy {accuracy_tf:.3f}"

# %% tags=["verdict"]
parity.verdict("100 vectors for the projector", vectors_torch, vectors_tf, atol=1e-5)
parity.verdict("the accuracy on the test images", accuracy_torch, accuracy_tf)

# %% [markdown]
# ## 9.6 The server, read back
#
# Both runs lie below one folder. Now the real TensorBoard starts on a free [loopback](glossary.md#loopback) port, reads
# them, and answers over HTTP what its page would ask for. It ends with the `with`, also when you interrupt the cell.
#
# On your own machine, `tensorboard --logdir folder` does the same, and in a notebook `%load_ext tensorboard` and
# `%tensorboard --logdir folder`. Started from code, the port is yours to choose and the end is certain.

# %%
with boards.tensorboard(logs, [run_torch, run_tf]) as server:
    served = {run_torch: {}, run_tf: {}}
    plugins = web.ask(server.url, "data/plugins_listing")
    settings = web.ask(server.url, "data/plugin/hparams/experiment", {})
    for run, got in served.items():
        note = "note/text_summary" if run == run_torch else "note"
        for kind, tag in (("scalars", "loss"), ("scalars", "accuracy"), ("histograms", "hidden/weights"), ("text", note),
                          ("images", "digit/3"), ("audio", "chord")):
            got[tag.split("/text")[0]] = web.ask(server.url, f"data/plugin/{kind}/{kind}", run=run, tag=tag, sample=0)
        for tag, path in (("digit/3", "images/individualImage"), ("chord", "audio/individualAudio")):
            got[f"{tag} file"] = web.ask(server.url, f"data/plugin/{path}?{got[tag][0]['query']}")
        got["graph"] = web.ask(server.url, "data/plugin/graphs/graph", run=run, conceptual="false").decode()
        found = web.ask(server.url, "data/plugin/projector/info", run=run)["embeddings"][0]
        vectors = web.ask(server.url, "data/plugin/projector/tensor", run=run, name=found["tensorName"])
        got["vectors"] = np.frombuffer(vectors, "float32").reshape(100, 10)
    web.look(server, linger)

# %% tags=["verdict"]
a, b = served[run_torch], served[run_tf]
for what, numbers in (("losses", lambda got: np.array(got["loss"])[:, 1:]), ("accuracy", lambda got: got["accuracy"][0][2]),
                      ("histograms, smallest and largest weight at each step",
                       lambda got: np.array([[rows[0][0], rows[-1][1]] for _, _, rows in got["hidden/weights"]])),
                      ("vectors of the projector", lambda got: got["vectors"])):
    parity.verdict(f"{what}, as served", numbers(a), numbers(b), atol=1e-5)
pixels = [plots.plt.imread(io.BytesIO(got["digit/3 file"])).reshape(8, 8, -1)[..., 0] for got in (a, b)]
parity.verdict("a digit's pixels, decoded from the PNG", *pixels, atol=1.5 / 255)
waves = [np.frombuffer(got["chord file"][44:], "<i2") / 32767 for got in (a, b)]
parity.verdict("the chord, decoded from the WAV", *waves, atol=3e-4)
bold = ["<strong>SGD</strong>" in str(got["note"]) for got in (a, b)]
claims.verdict("C38a", {"loss": len(a["loss"]) == len(b["loss"]) == len(losses_tf),
                        "accuracy": len(a["accuracy"]) == len(b["accuracy"]) == 1},
               "served: " + ", ".join(f"{len(got['loss'])} losses and {len(got['accuracy'])} accuracy from {run}"
                                      for run, got in served.items()))
claims.verdict("C38b", {"operations": "aten::relu" in a["graph"] and "MatMul" in b["graph"],
                        "layers": "Linear[0]" in a["graph"] and "sequential" in b["graph"]},
               "the graphs served name: " + ", ".join(word for word in ("aten::relu", "Linear[0]", "MatMul", "sequential")
                                                      if word in a["graph"] + b["graph"]))
over_time = [len(got["hidden/weights"]) for got in (a, b)]
claims.verdict("C38c", over_time[0] == over_time[1] > 2,
               f"{over_time[0]} and {over_time[1]} histograms are served, over time")
claims.verdict("C38d", {"images": pixels[0].shape == (8, 8), "text": all(bold), "sound": len(waves[0]) == 8000},
               f"served: an image of shape {pixels[0].shape}, text from {sum(bold)} of 2 runs, "
               f"{len(waves[0])} samples of sound")

# %% [markdown]
# ## 9.7 A profile
#
# A [profiler](glossary.md#profiler) records when each operation started and ended. Two habits make a profile readable:
# warm up first, and sort by *self* time, which leaves out what an operation spent in others that it called.
#
# TensorBoard's page for profiles is a package of its own by now, [XProf](https://github.com/openxla/xprof), and loads its
# charts from the web. We need neither. PyTorch sums up in memory. TensorFlow writes an `.xplane.pb` file: planes (devices),
# lines (threads), events; an operation's event is called `name:Type`.
#
# Names differ because the cuts do: `aten::addmm` multiplies and adds the bias at once. So do not compare bars across the
# two charts; compare within one, before and after a change.

# %% tags=["torch"]
from torch.profiler import ProfilerActivity, profile

x_wide_torch, y_wide_torch = torch.tensor(x_wide), torch.tensor(y_wide)

def step_torch():
    loss = torch.nn.functional.cross_entropy(net_torch(x_wide_torch), y_wide_torch)
    return loss, torch.autograd.grad(loss, list(net_torch.parameters()))

def profile_torch(step):
    """Self time on the CPU in microseconds, by operation, of one call of a function, after a warm-up."""
    step()
    with session.quiet(), profile(activities=[ProfilerActivity.CPU]) as recorded:
        step()
    return {event.key: event.self_cpu_time_total for event in recorded.key_averages() if event.key.startswith("aten::")}

times_torch, loss_torch = profile_torch(step_torch), step_torch()[0].item()

# %% tags=["tf"]
from tensorflow.tsl.profiler.protobuf import xplane_pb2
x_wide_tf, variables = tf.constant(x_wide), net_tf.trainable_variables
@tf.function
def step_tf():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y_wide, net_tf(x_wide_tf)))
    return loss, tape.gradient(loss, variables)
def profile_tf(step):
    """Time on the CPU in microseconds, by operation, of one call of a function, after a warm-up."""
    step()
    place, times = tempfile.mkdtemp(dir=folder.name), Counter()
    with tf.profiler.experimental.Profile(place):
        step()
    space = xplane_pb2.XSpace.FromString(next(Path(place).rglob("*.xplane.pb")).read_bytes())
    for plane, event in ((place, event) for place in space.planes for line in place.lines for event in line.events):
        name, _, kind = plane.event_metadata[event.metadata_id].name.rpartition(":")
        if name and name[-1] != ":" and " " not in name and "__" not in kind:       # name:Type, not C++::calls
            times[kind] += event.duration_ps / 1e6
    return dict(times)
times_tf, loss_tf = profile_tf(step_tf), float(step_tf()[0])

# %% tags=["verdict"]
parity.verdict("the loss of the profiled step", loss_torch, loss_tf, atol=1e-6)
products_torch = sorted(name for name in times_torch if name in ("aten::mm", "aten::addmm"))
products_tf = sorted(name for name in times_tf if name.endswith("MatMul"))
print(f"matrix products in the profile: PyTorch {bool(products_torch)}, TensorFlow {bool(products_tf)}")
claims.verdict("C38e", {"TensorFlow records a profile": bool(products_tf), "TensorBoard shows it": "profile" in plugins},
               "TensorFlow's profiler wrote the operations' times; without the package xprof TensorBoard's page for them "
               f"is {'there' if 'profile' in plugins else 'a notice'}")

# %%
fig, axes = plots.figure(1, 2, width=10.5, height=3.2)
for ax, times, style in ((axes[0], times_torch, plots.TORCH), (axes[1], times_tf, plots.TF)):
    longest = sorted(times, key=times.get)[-8:]
    ax.barh(longest, [times[name] / 1000 for name in longest], color=style["color"])
    ax.set(xlabel="self time of one step (ms)", title=style["label"])
plots.show(fig, alt="Two bar charts of the eight operations that took longest in one training step, in milliseconds: "
           "in both frameworks matrix products are far ahead of softmax, ReLU and their gradients.")

# %% [markdown]
# ## 9.8 Visdom: a page that answers
#
# [Visdom](https://github.com/fossasia/visdom) has no files: the program sends plots to a server, which keeps them in
# *windows* of an *environment* and pushes them to open pages. The page talks back: a key, a click or an edit
# reaches a function of yours, the [callback](glossary.md#callback).
#
# Visdom's own start downloads the page's scripts, and fails offline; ours came from npm, with `make lab`. And tornado 6.6
# answers 403, since the page names a file outside its folder: we serve a copy without that line.
#
# Both trainings go live into one window. At step 10 somebody lowers the rate, at step 40 clicks *stop*: the cell sends
# what the page would. With `linger`, you can too.

# %%
def on_event(event):
    """What the page's user does in the window `settings`: row 0 is the rate, row 1 the button."""
    if event["event_type"] == "PropertyUpdate":
        control.update({"stop": True} if event["propertyId"] else {"rate": float(event["value"])})
        events.append(event["propertyId"])
def train_live(page):
    """Train both at once; each step's losses go into one window and into event files. Yields the steps."""
    now = dict(control)
    page.properties([{"type": "number", "name": "rate", "value": str(rate)},
                     {"type": "button", "name": "training", "value": "stop"}], win="settings")
    page.register_event_handler(on_event, "settings")
    for (step, *of_torch), (_, *of_tf) in zip(training_torch(now), training_tf(now)):
        for name, (loss, _), first in (("PyTorch", of_torch, None), ("TensorFlow", of_tf, "append")):
            page.line([loss], [step], win="loss", name=name, update="append" if step else first, opts=style)
            tf.summary.scalar(name, loss, step)
        yield step
        now.update(control)
        rates.append(now["rate"])
        if now["stop"]:
            return

# %%
acts = {10: {"propertyId": 0, "value": str(rate / 8)}, 40: {"propertyId": 1, "value": "clicked"}}
control, events, rates, style = {"rate": rate, "stop": False}, [], [], {"title": "loss", "showlegend": True}
with boards.visdom(windows) as server, boards.client(server, "run") as page, boards.as_page(server) as browser:
    with web.embedded(server, linger, "env/run"), tf.summary.create_file_writer(str(logs / "both")).as_default():
        for step in train_live(page):
            if step in acts:
                browser("settings", event_type="PropertyUpdate", **acts[step])
                web.wait_until(lambda wanted=acts[step]["propertyId"]: wanted in events)
            time.sleep(min(1, linger / 60))
    window = json.loads(page.get_window_data("loss", env="run"))["content"]["data"]
    print("Visdom's page:", boards.visdom_page(server))
fig, ax = plots.figure(width=7.5, height=3.0)
for trace, line in zip(window, (plots.TORCH, plots.TF)):
    ax.plot(trace["x"], trace["y"], color=line["color"], linestyle=line["linestyle"], label=trace["name"])
ax.axvline(10, color=plots.GRAY, linewidth=1)
ax.set(xlabel="step", ylabel="cross-entropy (nats)", title="Visdom's window, read back; line: rate lowered from the page")
ax.legend()
plots.show(fig, alt="The losses of both frameworks on one curve, as Visdom's window holds them. They fall fast until a line "
           "at step 10, where the rate was lowered from the page, then slowly, and end where the button was clicked.")

# %% tags=["verdict"]
def steered(training):
    """The losses when a program, not the page, sets each step's rate, and ends."""
    control, losses = {"rate": rate}, []
    for (_, loss, _), now in zip(training(control), rates):
        losses.append(loss)
        control["rate"] = now
    return np.array(losses)

shown = {trace["name"]: np.array(trace["y"])[:len(rates)] for trace in window}
both_file = event_files.read(logs / "both")
in_file = {name: np.array([float(value) for _, value in both_file[name][1]])[:len(rates)] for name in shown}
parity.verdict("the same run in TensorBoard's files and in Visdom's window", in_file, shown, atol=1e-6)
wanted = {"PyTorch": steered(training_torch), "TensorFlow": steered(training_tf)}
parity.verdict("steered from the page, and by a program", shown, wanted, atol=1e-6)
stopped = 1 in events and len(rates) < len(losses_tf)
claims.verdict("C39a", {"the edit arrived": 0 in events, "the click ended the training": stopped,
                        **{f"{name} followed": bool(np.allclose(shown[name], wanted[name], atol=1e-6)) for name in wanted}},
               f"the page took the rate of both running trainings from {rates[0]:g} to {rates[-1]:g}; "
               f"{'a click ended them' if stopped else 'no click ended them'}")

# %% [markdown]
# ## 9.9 Environments, windows, and the table of both
#
# An environment is a named set of windows. We draw into `run`, draw into `scratch`, and fork `run` into `fork`. Then we
# *save* `run`, and nothing else. The server ends, and a new one starts over the same folder.
#
# **Prediction 9.3.** Which of the three come back?
#
# After that, each kind of window that Visdom's client offers: for each we ask the server whether the window is there. And
# last the two tools side by side, as this chapter's runs found them.

# %% tags=["predict"]
guess = ...            # one of: "all three", "run", "run and fork"
exercises.predict("9.3", guess, among=["all three", "run", "run and fork"])

# %%
with boards.visdom(windows) as server, boards.client(server, "scratch", events=False) as page:
    page.line([2.0, 1.0], win="loss", env="run")
    page.line([4.0, 3.0], win="loss", env="scratch")
    page.fork_env("run", "fork")
    page.save(["run"])
    before = set(page.get_env_list()) - {"main"}
with boards.visdom(windows) as server, boards.client(server, "main", events=False) as page:
    after = set(page.get_env_list()) - {"main"}
    copies = [json.loads(page.get_window_data("loss", env=name))["content"]["data"][0]["y"] for name in ("run", "fork")]
    page.delete_env("fork")
    left = set(page.get_env_list()) - {"main"}
before, after, left

# %%
x, points, grid = rng.normal(size=50), rng.normal(size=(50, 2)), rng.normal(size=(8, 8))
parts = {"line": [x], "scatter": [points], "bar": [x[:5]], "histogram": [x], "boxplot": [points], "stem": [x], "pie": [x**2],
         "heatmap": [grid], "contour": [grid], "surf": [grid], "quiver": [grid, grid], "mesh": [points],
         "dual_axis_lines": [x, x, x], "sunburst": [["all", "a", "b"], ["", "all", "all"]], "text": ["<b>SGD</b>"],
         "image": [digits.x_test[0]], "images": [digits.x_test[:4, None]], "audio": [chord],
         "video": [np.zeros((4, 8, 8, 3), "uint8")], "embeddings": [points, ["0"] * 50],
         "svg": ['<svg width="9" height="9"><circle r="4"/></svg>'],
         "properties": [[{"type": "text", "name": "note", "value": "hello"}]]}
drawn, refused = [], {}
with boards.visdom(windows) as server, boards.client(server, "kinds", events=False) as page:
    for kind, values in parts.items():
        try:
            getattr(page, kind)(*values, win=kind)
        except Exception as error:                      # some kinds want a package of their own
            refused[kind] = f"{type(error).__name__}: {str(error)[:75]}"
        else:
            drawn += [kind] if page.win_exists(kind) else []
    methods = {name: getattr(page, name) for name in dir(page) if not name.startswith("_")}
show.table(["kind", "why not"], refused.items(), caption=f"{len(drawn)} of {len(parts)} kinds were drawn; not drawn:")

# %%
def says(*found):
    return "yes" if all(found) else "no"

has = {kind: says(kind in drawn) for kind in parts}
kept = [says(len(event_files.read(logs / run)["loss"][1]) == len(losses_tf)) for run in served]      # the server has ended
rows = [("scalars over time", says(len(a["loss"])), says(len(b["loss"])), has["line"]),
        ("graph of a model", says("aten::relu" in a["graph"]), says("MatMul" in b["graph"]), says("add_graph" in methods)),
        ("histograms", *[says(len(got["hidden/weights"])) for got in (a, b)], has["histogram"]),
        ("histograms over time", *[says(len(got["hidden/weights"]) > 2) for got in (a, b)],
         says("update" in signature(methods["histogram"]).parameters)),
        ("images", says(pixels[0].size), says(pixels[1].size), has["images"]),
        ("text", *map(says, bold), has["text"]), ("sound", says(waves[0].size), says(waves[1].size), has["audio"]),
        ("embeddings", says(a["vectors"].size), says(b["vectors"].size), has["embeddings"]),
        ("table of settings", *[says("rate" in str(settings))] * 2, says("hparams" in methods)),
        ("page for profiles", *[says("profile" in plugins)] * 2, says("profile" in methods)),
        ("surfaces, pie charts", *[says({"surf", "pie"} <= set(plugins))] * 2, says({*drawn} >= {"surf", "pie"})),
        ("the page calls the program", *[says("callbacks" in plugins)] * 2, says(events)),
        ("is there after the server's end", *kept, says("run" in after) + ", if saved" * ("scratch" not in after))]
show.table(["feature", "TensorBoard, PyTorch", "TensorBoard, TensorFlow", "Visdom, either"], rows,
           caption="What the runs of this chapter found, with what is installed here")

# %% tags=["verdict"]
exercises.outcome("9.3", exercises.first_true({"all three": after == {"run", "scratch", "fork"},
                                               "run and fork": after == {"run", "fork"}, "run": after == {"run"}}))
claims.verdict("C39c", {"made": before == {"run", "scratch", "fork"}, "saved and reloaded": "run" in after,
                        "forked with its windows": copies[0] == copies[1], "deleted": "fork" not in left},
               f"after a restart {sorted(after)} were there, after a deletion {sorted(left)}")
basic = ["line", "scatter", "bar", "histogram", "boxplot", "heatmap", "contour", "surf", "image", "images", "text", "audio"]
claims.verdict("C39b", all(kind in drawn for kind in basic), f"drawn and found on the server: {', '.join(basic)}")
offers = [name for name in ("profile", "add_graph") if name in methods]
claims.verdict("C37", {"few kinds of plot": len(drawn) < 10, "no profile": "profile" not in methods,
                       "no graph of a model": "add_graph" not in methods},
               f"it drew {'ten kinds or more' if len(drawn) >= 10 else 'few kinds'}; of profile and add_graph its client "
               f"has {' and '.join(offers) or 'neither'}")
modules = {tool: find_spec(f"torch.utils.{tool}") is not None for tool in ("visdom", "tensorboard")}
claims.verdict("C36", modules["visdom"] or not modules["tensorboard"],
               f"in torch.utils: {' and '.join(tool for tool in modules if modules[tool]) or 'neither'}; Visdom's makers "
               "have handed it on to FOSSASIA")
claims.verdict("C03", {"TensorFlow's runs are shown": len(b["loss"]) > 0, "it comes with TensorFlow": shipped["TensorFlow"]},
               f"TensorBoard showed {len(b['loss'])} losses of TensorFlow's run, and pip installs it "
               f"{'with TensorFlow' if shipped['TensorFlow'] else 'as a package of its own'}")
claims.verdict("C35", {"TensorBoard shows TensorFlow's runs": len(b["loss"]) > 0, "and only those": len(a["loss"]) == 0,
                       "it comes with TensorFlow": shipped["TensorFlow"]},
               f"one server showed {len(a['loss'])} losses of PyTorch's run and {len(b['loss'])} of TensorFlow's")

# %% [markdown]
# ## 9.10 Exercises
#
# ### Exercise 9.1
# Port `smooth` to PyTorch without a Python loop over the values. The recursion is a weighted sum, so a triangular matrix
# of powers does it: $s_t = (1 - w) \sum_{k \le t} w^{t-k}\, y_k$. Use $w = 0.6$; the values are a vector in float64.
#
# ### Exercise 9.2
# Someone added "a little regularization" to the step, and it became slow. Profile `slow_torch` or `slow_tf`, or both, and
# name the operation that takes most of the time: in PyTorch's words (`aten::...`) or in TensorFlow's.

# %% tags=["exercise"]
answer = ...           # a function of a PyTorch tensor of shape (n,), giving the curve that TensorBoard draws
# solution
def answer(values):
    t = torch.arange(len(values))
    powers = torch.tril(0.6 ** (t[:, None] - t).clamp(min=0).double())
    return 0.4 * (powers @ values) / (1 - 0.6 ** (t + 1).double())
# wrong: the division is missing
def answer(values):
    t = torch.arange(len(values))
    return 0.4 * torch.tril(0.6 ** (t[:, None] - t).clamp(min=0).double()) @ values
# wrong: looks ahead
def answer(values):
    t = torch.arange(len(values))
    return 0.4 * (0.6 ** (t[:, None] - t).abs().double()) @ values / (1 - 0.6 ** (t + 1).double())
# wrong: no gradient reaches
def answer(values):
    return torch.tensor(smooth(values.detach().numpy()))

# %% tags=["check"]
exercises.check("9.1", answer)

# %% tags=["exercise"]
def slow_torch():
    sizes = torch.stack([parameter.norm() for parameter in net_torch.parameters()])
    spread = torch.linalg.svdvals(x_wide_torch[:1000] @ x_wide_torch[:1000].T)
    return step_torch()[0] + 1e-6 * sizes.sum() + 1e-9 * spread[0]

scans = tf.Variable(x_wide[:1000])             # of constants, TensorFlow would compute all beforehand

@tf.function
def slow_tf():
    sizes = [tf.norm(variable) for variable in net_tf.trainable_variables]
    spread = tf.linalg.svd(tf.matmul(scans, scans, transpose_b=True), compute_uv=False)
    return step_tf()[0] + 1e-6 * tf.add_n(sizes) + 1e-9 * spread[0]

answer = ...           # a string
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
# ### Exercise 9.3
# A histogram has forgotten its data. From TensorBoard's rows (left edge, right edge, count), estimate their mean: assume
# that the values of a bucket lie in its middle.
#
# ### Exercise 9.4
# A callback for keys. Visdom hands your function events such as `{"event_type": "KeyPress", "key": "ArrowUp"}`. Write
# `answer(event, control)`: the arrow up doubles `control["rate"]`, the arrow down halves it, the key `s` sets
# `control["stop"]` to True. Everything else changes nothing; other events, such as `Close`, have no `key`.
# To try it in the real page, set `linger`, and in section 9.8 put
# `page.text("click here, press keys", win="keys")` and
# `page.register_event_handler(lambda event: answer(event, control), "keys")` before the `for`.

# %% tags=["exercise"]
buckets = np.array([[-1.0, -0.5, 4], [-0.5, 0.0, 10], [0.0, 0.5, 20], [0.5, 1.5, 6]])
answer = ...           # a number
# solution
middles = buckets[:, :2].mean(axis=1)
answer = (middles * buckets[:, 2]).sum() / buckets[:, 2].sum()
# wrong: without the counts
answer = buckets[:, :2].mean()
# wrong: left edges
answer = (buckets[:, 0] * buckets[:, 2]).sum() / buckets[:, 2].sum()
# wrong: divided by the number of buckets
answer = (buckets[:, :2].mean(axis=1) * buckets[:, 2]).mean()

# %% tags=["check"]
exercises.check("9.3", answer)

# %% tags=["exercise"]
answer = ...           # a function of an event and the control dict; it changes the dict
# solution
def answer(event, control):
    if event["event_type"] == "KeyPress":
        control["rate"] *= {"ArrowUp": 2, "ArrowDown": 0.5}.get(event["key"], 1)
        control["stop"] = control["stop"] or event["key"] == "s"
# wrong: has no key
def answer(event, control):
    control["rate"] *= {"ArrowUp": 2, "ArrowDown": 0.5}.get(event["key"], 1)
    control["stop"] = control["stop"] or event["key"] == "s"
# wrong: starts again
def answer(event, control):
    if event["event_type"] == "KeyPress":
        control["rate"] *= {"ArrowUp": 2, "ArrowDown": 0.5}.get(event["key"], 1)
        control["stop"] = event["key"] == "s"
# wrong: arrow down
def answer(event, control):
    if event["event_type"] == "KeyPress":
        control["rate"] *= 2 if event["key"].startswith("Arrow") else 1
        control["stop"] = control["stop"] or event["key"] == "s"

# %% tags=["check"]
exercises.check("9.4", answer)

# %% [markdown]
# ## 9.11 Quiz

# %%
exercises.quiz("09")

# %% [markdown]
# ## 9.12 Verdicts
#
# The article's third difference has gone. TensorBoard came from TensorFlow, serves both, and is installed separately for
# both. Visdom is neither minimal nor what PyTorch's users use today; whom it suits is a matter of taste, and what most
# people use a run cannot count.

# %%
claims.close("09")

# %% [markdown]
# ## 9.13 Summary and further reading
#
# - Writer, event file, server: runs of both frameworks below one folder are one chart.
# - The drawn curve is smoothed (a spike of 10 is drawn as 4), the histogram is 30 buckets, the image is 8 bits. Read
#   back what you rely on.
# - Profile after a warm-up, by self time, and compare before and after, not across frameworks.
# - Visdom draws what you send, and answers. A fork is written at once, all else when you `save` it: do so every few
#   minutes, or lose it with the server.
#
# Further reading: [torch.utils.tensorboard](https://docs.pytorch.org/docs/stable/tensorboard.html),
# [get started with TensorBoard](https://www.tensorflow.org/tensorboard/get_started),
# [torch.profiler](https://docs.pytorch.org/docs/stable/profiler.html),
# [Visdom](https://github.com/fossasia/visdom). Next: serving a model.
