# %% [markdown]
# # 13c. Old code
#
# You move a program of TensorFlow 1 to today's frameworks, and check its numbers at each step. A line that dies does no
# harm, for you see it. A line that runs on, and computes something else, does.
#
# > **Minutes**: 40 · **Needs**: lessons 7c and 13a · **Claims tested**: none
# >
# > **You will be able to**
# > - say what dies first in old code, and bring it to life (prediction P13.5)
# > - take numbers from the old program before you move it (verdict in 13c.3)
# > - account for every name in a `.ckpt` and in an `.h5` (exercise 13.5)
# > - move first and mend afterwards (prediction P13.6)
# > - find what runs on, and computes something else (exercise 13.6)
#
# `fast` changes nothing here, `seed` draws the first weights and the batches. All runs on the CPU, whatever `device` says.

# %% tags=["setup"]
from helpers import session

session.start("13c")

import copy
import json
import tempfile
from pathlib import Path

import h5py
import numpy as np

from chapters.ch13 import checks_c, keras2_file, old_program
from helpers import claims, data, exercises, parity, port, show

# %% tags=["torch", "setup"]
# PyTorch
import torch
import torch.nn.functional as F
from torch import nn

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from helpers import tf_side

tf.config.set_visible_devices([], "GPU")
tf.get_logger().setLevel("ERROR")
keras = tf.keras
layers = keras.layers
ops = keras.ops
v1 = tf.compat.v1

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
workshop = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
folder = old_program.copy(Path(workshop.name) / "old_code")

# %% [markdown]
# ## 13c.1 A program of 2018
#
# You inherit four files. [digits.py](chapters/ch13/old_code/digits.py) reads our scans,
# [train.py](chapters/ch13/old_code/train.py) trains with [placeholders](glossary.md#placeholder) and a
# [session](glossary.md#session), and leaves a `.ckpt`; [web.py](chapters/ch13/old_code/web.py), in Keras 2, leaves an
# `.h5`. The network:

# %% tags=["taught"]
print(old_program.source("network.py"))

# %% [markdown]
# ## 13c.2 What dies first
#
# **Predict.** You run `train.py` with today's packages. What does it die of first?
#
# - **a** placeholders: there is no graph to put them into
# - **b** `tf.contrib`
# - **c** `tf.layers`
# - **d** something outside of TensorFlow

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P13.5", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# We run a copy, in a process of its own, and read what it dies of.

# %% tags=["taught"]
print("with TensorFlow", tf.__version__)
checkpoint = folder / "reader.ckpt"
end = old_program.train(folder, checkpoint, seed)
print(end)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
letter = exercises.first_true(
    {
        "a": "placeholder" in end,
        "b": "contrib" in end,
        "c": "Keras 3" in end,
        "d": "tensorflow" not in end,
    }
)
exercises.outcome("P13.5", letter)

# %% [markdown]
# `np.int` was another name of `int`, until NumPy took it away. Now mend what it dies of and nothing else, and run it again,
# until it runs. `tf.layers` is gone even from `compat.v1`, so [tf_layers.py](chapters/ch13/workers/tf_layers.py) stands in:
# 40 lines that make the same variables, under the same names, with the same defaults. This takes a while: TensorFlow is
# loaded four times.

# %% tags=["taught"]
COMPAT = "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()"
XAVIER = "tf.contrib.layers.xavier_initializer"
STAND_IN = {
    COMPAT: f"import tf_layers\n{COMPAT}",
    "tf.layers": "tf_layers",
}

MENDS = [  # in which files, {what stands there: what is put in its place}
    ("digits.py", {"np.int)": "int)"}),
    ("*.py", {"import tensorflow as tf": COMPAT}),
    ("network.py", {XAVIER: "tf.glorot_uniform_initializer"}),
    ("network.py", STAND_IN),
]

# %% tags=["taught"]
for files, changes in MENDS:
    old_program.mend(folder, files, changes)
    end = old_program.train(folder, checkpoint, seed)
    print(end)
checkpoint = str(checkpoint)

# %% [markdown]
# Each death names its line and its cause, and is mended in a minute. Neither placeholders nor sessions had to go:
# `compat.v1` keeps them. The program trains, and says how many of the test scans it reads.
#
# Is our stand-in `tf.layers`? Where the package `tf_keras` is installed, Keras 2 comes back, and `tf.layers` with it.

# %% tags=["folded"]
# Folded: the same training with the real tf.layers, where tf_keras is installed.
print(old_program.with_real_layers(folder.with_name("real"), MENDS[:-1], seed))

# %% [markdown]
# ## 13c.3 Tests before moves
#
# Nobody can run the program of 2018 as it was. The one that runs again is the oldest witness you have: write down what it
# gives before anything else changes. Beside the weights the `Saver` left the graph, in a file `.meta`, so we need none of
# its Python.

# %% tags=["taught"]
graph = tf.Graph()
with graph.as_default():
    saver = v1.train.import_meta_graph(f"{checkpoint}.meta")
    old = v1.Session()
    saver.restore(old, checkpoint)


def ask_old(images, is_training=True):
    """The old graph's scores of some scans."""
    return old.run("scores:0", {"images:0": images, "is_training:0": is_training})


# %% [markdown]
# What to ask? What the program was used for, one input alone, and every switch in both positions. `train.py` has a switch,
# `is_training`, which is on unless somebody turns it off. (If you want to train on, ask for losses and gradients, too.)

# %% tags=["taught"]
digits = data.digits()
x_test = digits.x_test[..., None]


def share_read(scores):
    return float((scores.argmax(axis=1) == digits.y_test).mean())


# %% tags=["taught"]
reference = {
    "all scans": ask_old(x_test),
    "one scan": ask_old(x_test[:1]),
    "not training": ask_old(x_test, is_training=False),
}
np.savez(folder / "reference.npz", **reference)

# %% tags=["verdict", "folded"]
# Folded: is the reference what was printed, and does a scan depend on the others?
told = f"accuracy {share_read(reference['all scans']):.3f}"
parity.verdict("what the program printed, and the reference", told, end)
alone = reference["one scan"]
among = reference["all scans"][:1]
parity.differ("the first scan's scores, alone and among all", alone, among, 1e-3)

# %% [markdown]
# The second line is odd: the network gives a scan other scores when other scans are beside it. Note it, and mend nothing
# yet.

# %% [markdown]
# ## 13c.4 Account for every name
#
# What does the checkpoint hold? Lesson 7c looked for Adam's own names. A rule is better: a [slot](glossary.md#slot) is
# called by its variable's name, a slash, and a word. So where the front of a name is itself a name, the array belongs to
# training, whatever the optimizer.

# %% tags=["taught"]
everything = {}
for name, _ in tf.train.list_variables(checkpoint):
    everything[name] = tf.train.load_variable(checkpoint, name)

weights = {}
for name, array in everything.items():
    front, slash, last = name.rpartition("/")
    if front in everything:
        print("a slot:", name)
    elif array.shape == ():
        print("a counter:", name, array)
    else:
        weights[name] = array

# %% tags=["taught"]
for name, array in weights.items():
    print(name, array.shape, f"from {array.min():.2f} to {array.max():.2f}")

# %% [markdown]
# Nine weights. Do you see the clue to the odd line?

# %% tags=["folded"]
# Folded: where TensorFlow is missing, drawn arrays stand in, so PyTorch's half runs.
everything, weights = old_program.or_drawn(everything, weights, seed)

# %% [markdown]
# ### Exercise 13.5: what was evaluated (5 minutes)
#
# Another program of the time kept a running average of each trained weight, and evaluated *these*: beside `net/conv/kernel`
# its file holds `net/conv/kernel/ExponentialMovingAverage`.
#
# Write `answer(arrays)`: `arrays` is {name: array} of a whole checkpoint. Return {name: array} of what the evaluation needs:
#
# - each weight under its own name, also one of shape `()`;
# - with its average's values, or where it has no average, its own;
# - no slot of any optimizer, and none of the counters `global_step`, `beta1_power` and `beta2_power`.

# %% tags=["exercise"]
answer = ...  # a function of a dict


# solution
def answer(arrays):
    counters = ("global_step", "beta1_power", "beta2_power")
    needed = {}
    for name, array in arrays.items():
        front = name.rpartition("/")[0]
        if front not in arrays and name not in counters:
            needed[name] = arrays.get(f"{name}/ExponentialMovingAverage", array)
    return needed


# wrong: the program evaluated their averages
def answer(arrays):
    counters = ("global_step", "beta1_power", "beta2_power")
    needed = {}
    for name, array in arrays.items():
        if name.rpartition("/")[0] not in arrays and name not in counters:
            needed[name] = array
    return needed


# wrong: other optimizers
def answer(arrays):
    training = ("/Adam", "/Adam_1", "/ExponentialMovingAverage")
    counters = ("global_step", "beta1_power", "beta2_power")
    needed = {}
    for name, array in arrays.items():
        if not name.endswith(training) and name not in counters:
            needed[name] = arrays.get(f"{name}/ExponentialMovingAverage", array)
    return needed


# wrong: a weight called temperature
def answer(arrays):
    needed = {}
    for name, array in arrays.items():
        if name.rpartition("/")[0] not in arrays and array.shape != ():
            needed[name] = arrays.get(f"{name}/ExponentialMovingAverage", array)
    return needed


# %% tags=["check"]
exercises.check("13.5", answer)

# %% [markdown]
# ## 13c.5 First move: functions of arrays
#
# No session, no placeholder, no scope: the graph becomes a function of weights and images, line by line, under the old
# names. Three lines need care:
#
# - at stride 2 `"same"` puts its zeros at the right and below (lesson 13b);
# - the norm takes mean and variance of the batch, as `train.py` always did;
# - before the dense layer TensorFlow's order has the channels last.


# %% tags=["torch"]
# PyTorch
def scores_torch(w, images):
    x = F.pad(images.permute(0, 3, 1, 2), (0, 1, 0, 1))
    x = F.conv2d(x, w["reader/conv/kernel"].permute(3, 2, 0, 1), stride=2)
    gamma, beta = w["reader/bn/gamma"], w["reader/bn/beta"]
    x = F.batch_norm(x, None, None, gamma, beta, training=True, eps=0.001)
    x = torch.relu(x).permute(0, 2, 3, 1).flatten(1)
    x = x @ w["reader/hidden/kernel"] + w["reader/hidden/bias"]
    x = torch.clamp(0.2 * x + 0.5, 0.0, 1.0)
    return x @ w["reader/scores/kernel"] + w["reader/scores/bias"]


w_torch = {name: torch.tensor(array) for name, array in weights.items()}
functions_torch = scores_torch(w_torch, torch.tensor(x_test))


# %% tags=["tf"]
# TensorFlow
def scores_tf(w, images):
    x = tf.nn.conv2d(images, w["reader/conv/kernel"], 2, "SAME")
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    gamma, beta = w["reader/bn/gamma"], w["reader/bn/beta"]
    x = tf.nn.batch_normalization(x, mean, variance, beta, gamma, 0.001)
    x = tf.reshape(tf.nn.relu(x), [len(x), -1])
    x = x @ w["reader/hidden/kernel"] + w["reader/hidden/bias"]
    x = tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0)
    return x @ w["reader/scores/kernel"] + w["reader/scores/bias"]


w_tf = {name: tf.constant(array) for name, array in weights.items()}
functions_tf = scores_tf(w_tf, x_test)

# %% tags=["verdict", "folded"]
# Folded: compares the scores of PyTorch's function with those of the old graph.
what = "scores of PyTorch's function and of 2018"
found = torch_side.to_numpy(functions_torch)
parity.verdict(what, found, reference["all scans"], rtol=1e-6)

# %% tags=["verdict", "folded"]
# Folded: compares the scores of TensorFlow's function with those of the old graph.
what = "scores of TensorFlow's function and of 2018"
found = tf_side.to_numpy(functions_tf)
parity.verdict(what, found, reference["all scans"], rtol=1e-6)

# %% [markdown]
# ## 13c.6 Second move: layers
#
# Now as one writes it today. We say `eps=0.001`, for PyTorch's would be 1e-5; Keras's is what `tf.layers` had. And the old
# program kept a share, `keep_prob` 0.8, where today's layers drop one, 0.2.


# %% tags=["torch"]
# PyTorch
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, stride=2, bias=False)
        self.bn = nn.BatchNorm2d(16, eps=0.001)
        self.hidden = nn.Linear(256, 64)
        self.drop = nn.Dropout(0.2)
        self.scores = nn.Linear(64, 10)

    def forward(self, images):
        x = F.pad(images.permute(0, 3, 1, 2), (0, 1, 0, 1))
        x = torch.relu(self.bn(self.conv(x)))
        x = self.hidden(x.permute(0, 2, 3, 1).flatten(1))
        x = self.drop(torch.clamp(0.2 * x + 0.5, 0.0, 1.0))
        return self.scores(x)


net_torch = Reader().eval()
count_torch = sum(weight.numel() for weight in net_torch.parameters())


# %% tags=["tf"]
# TensorFlow
def hard_sigmoid(x):
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def reader_tf(of_batch=None):
    """The network; of_batch: True if the norm shall always use a batch's statistics."""
    images = keras.Input((8, 8, 1))
    conv = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False, name="conv")
    x = layers.BatchNormalization(name="bn")(conv(images), training=of_batch)
    x = layers.Flatten()(ops.relu(x))
    x = layers.Dense(64, activation=hard_sigmoid, name="hidden")(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(images, layers.Dense(10, name="scores")(x))


net_tf = reader_tf()
count_tf = sum(weight.numpy().size for weight in net_tf.trainable_weights)

# %% tags=["verdict", "folded"]
# Folded: do both networks learn as many numbers?
parity.verdict("how many numbers both networks learn", count_torch, count_tf)

# %% [markdown]
# `port.match` gets the whole checkpoint, optimizer and all. It goes by shape, role and name, so it finds the weights among
# the slots, and lists what it did not need.

# %% tags=["torch"]
# PyTorch
found = port.match(torch_side.get_weights(net_torch), everything)
torch_side.set_weights(net_torch, port.carry(found, everything))
left_torch = sorted(found.left_theirs)
for pair in found.pairs:
    print(pair.yours, "<-", pair.theirs, pair.order)
print(len(left_torch), "names are left")

# %% tags=["tf"]
# TensorFlow
found = port.match(tf_side.get_weights(net_tf), everything)
tf_side.set_weights(net_tf, port.carry(found, everything))
left_tf = sorted(found.left_theirs)
for pair in found.pairs:
    print(pair.yours, "<-", pair.theirs, pair.order)
print(len(left_tf), "names are left")

# %% tags=["verdict", "folded"]
# Folded: is every name of the file either carried or accounted for in 13c.4?
of_training = sorted(everything.keys() - weights.keys())
parity.verdict(
    "names without a place in PyTorch, and those of training", left_torch, of_training
)
parity.verdict("the same for Keras", left_tf, of_training)

# %% [markdown]
# Every array has found its place, no pair was in doubt, and what is left are the slots and counters of 13c.4.
#
# **Predict.** Both networks are asked as one asks a trained network: in PyTorch after `eval()`, in Keras by a plain call.
# How many of the test scans do they read?
#
# - **a** about as many as the old program printed, fewer than 5 in 100 less
# - **b** at least 5 in 100 fewer, but more than half
# - **c** fewer than half

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P13.6", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
with torch.inference_mode():
    as_usual_torch = net_torch(torch.tensor(x_test)).numpy()
    of_batch = copy.deepcopy(net_torch)
    of_batch.bn.train()  # the norm alone, not the dropout
    as_then_torch = of_batch(torch.tensor(x_test)).numpy()
print("usual:", round(share_read(as_usual_torch), 3))
print("as in 2018:", round(share_read(as_then_torch), 3))

# %% tags=["tf"]
# TensorFlow
as_usual_tf = net_tf(x_test).numpy()
of_batch = reader_tf(of_batch=True)
tf_side.set_weights(of_batch, tf_side.get_weights(net_tf))
as_then_tf = of_batch(x_test).numpy()
print("usual:", round(share_read(as_usual_tf), 3))
print("as in 2018:", round(share_read(as_then_tf), 3))

# %% tags=["verdict", "folded"]
# Folded: compares PyTorch's network with the old graph, with its switch on and off.
parity.verdict(
    "PyTorch in eval mode and 2018, not training",
    as_usual_torch,
    reference["not training"],
    rtol=1e-6,
)
parity.verdict(
    "PyTorch with the batch's statistics and 2018",
    as_then_torch,
    reference["all scans"],
    rtol=1e-6,
)

# %% tags=["verdict", "folded"]
# Folded: the same for Keras's network, and which option came true.
parity.verdict(
    "Keras, plainly called, and 2018, not training",
    as_usual_tf,
    reference["not training"],
    rtol=1e-6,
)
parity.verdict(
    "Keras with the batch's statistics and 2018",
    as_then_tf,
    reference["all scans"],
    rtol=1e-6,
)
usual = share_read(as_usual_tf)
before = share_read(reference["all scans"])
letter = exercises.first_true({"c": usual < 0.5, "b": usual < before - 0.05, "a": True})
exercises.outcome("P13.6", letter)

# %% [markdown]
# The port is right: it agrees with the old graph in both positions of the switch. The old *program* was wrong, twice:
#
# - `tf.layers.batch_normalization` puts the updates of its [moving averages](glossary.md#batch-normalization) into a
#   collection that the program must run. This one never did: they are 0 and 1, as on the first day.
# - `train.py` evaluates without turning `is_training` off. Each test batch was normalized by itself, so nobody noticed.
#
# Now you may mend, in a change of its own. All scans of the training set go through the convolution once:

# %% tags=["torch"]
# PyTorch
x_train = torch.tensor(digits.x_train[..., None])
with torch.no_grad():
    x = net_torch.conv(F.pad(x_train.permute(0, 3, 1, 2), (0, 1, 0, 1)))
    net_torch.bn.running_mean.copy_(x.mean((0, 2, 3)))
    net_torch.bn.running_var.copy_(x.var((0, 2, 3), unbiased=False))
    mended_torch = net_torch(torch.tensor(x_test)).numpy()
print(round(share_read(mended_torch), 3))

# %% tags=["tf"]
# TensorFlow
x_train = tf.constant(digits.x_train[..., None])
x = net_tf.get_layer("conv")(x_train)
mean, variance = tf.nn.moments(x, [0, 1, 2])
net_tf.get_layer("bn").moving_mean.assign(mean)
net_tf.get_layer("bn").moving_variance.assign(variance)
mended_tf = net_tf(x_test).numpy()
print(round(share_read(mended_tf), 3))

# %% tags=["verdict", "folded"]
# Folded: compares the mended networks with each other.
parity.verdict("both mended networks", mended_torch, mended_tf, rtol=1e-5)

# %% [markdown]
# Two changes, two tests: the move must not change a number, the mend must. Had we mended on the way, no reference could tell
# whether the move was right.

# %% [markdown]
# ## 13c.7 The `.h5`
#
# `web.py` put the same weights into Keras 2. What does it die of, in the copy?

# %% tags=["taught"]
print(old_program.run(folder / "web.py", checkpoint, folder / "reader.h5"))

# %% [markdown]
# `lr` is now `learning_rate`, loud again. We have no Keras 2, so [keras2_file.py](chapters/ch13/keras2_file.py) writes a
# file of this network in Keras 2's layout, with a trap that real files have. Unlike the `.ckpt`, it also says what stands
# between the weights.

# %% tags=["taught"]
path = folder / "reader.h5"
keras2_file.write(path, weights)
from_h5 = {}
names = set()
with h5py.File(path) as file:
    config = json.loads(file.attrs["model_config"])["config"]
    stored = file["model_weights"]
    for layer in stored.attrs["layer_names"]:
        for name in stored[layer].attrs["weight_names"]:
            weight = name.split("/")[-1].removesuffix(":0")
            from_h5[f"{layer}/{weight}"] = stored[layer][name][...]
            names.add(name)
print(len(from_h5), "arrays,", len(names), "names inside their layers")

# %% tags=["taught"]
for layer in config["layers"]:
    settings = layer["config"]
    for key in ("padding", "epsilon", "activation", "rate"):
        if settings.get(key):
            print(settings["name"], key, settings[key])

# %% [markdown]
# Nine arrays and seven names: in this file the last layer comes from another model and was renamed, and its weights are
# still called `dense/kernel:0` and `dense/bias:0`, like those of the layer before. Who goes by these names alone loses two
# arrays. With the layer in front, none is lost.
#
# The weights go into fresh networks. Keras can also open the file by itself:

# %% tags=["torch"]
# PyTorch
web_torch = Reader().eval()
found = port.match(torch_side.get_weights(web_torch), from_h5)
torch_side.set_weights(web_torch, port.carry(found, from_h5))
left_torch = sorted(found.left_theirs)
with torch.inference_mode():
    web_scores_torch = web_torch(torch.tensor(x_test)).numpy()

# %% tags=["tf"]
# TensorFlow
web_tf = reader_tf()
found = port.match(tf_side.get_weights(web_tf), from_h5)
tf_side.set_weights(web_tf, port.carry(found, from_h5))
left_tf = sorted(found.left_theirs)
web_scores_tf = web_tf(x_test).numpy()

opened = keras.models.load_model(path, compile=False)
opened_scores = opened(x_test).numpy()

# %% tags=["verdict", "folded"]
# Folded: compares PyTorch's network with weights of the .h5 with the old graph.
print("names without a place:", left_torch)
parity.verdict(
    "the .h5 in PyTorch and 2018",
    web_scores_torch,
    reference["not training"],
    rtol=1e-6,
)

# %% tags=["verdict", "folded"]
# Folded: compares Keras's network, and what load_model made, with the old graph.
print("names without a place:", left_tf)
parity.verdict(
    "the .h5 in Keras and 2018", web_scores_tf, reference["not training"], rtol=1e-6
)
parity.differ(
    "the .h5 as load_model opens it and 2018",
    opened_scores,
    reference["not training"],
    1e-2,
)

# %% [markdown]
# `load_model` raised no error and gave no warning, but its scores differ. `port` finds where that begins:

# %% tags=["taught"]
yours = tf_side.activations(opened, x_test)
theirs = tf_side.activations(web_tf, x_test)
found = port.first_difference(yours, theirs)
print(*port.sentences(found), sep="\n")
x = tf.constant([-2.0, 0.0, 1.0, 2.0])
print("today's hard_sigmoid:", keras.activations.hard_sigmoid(x).numpy())
print("that of Keras 2:     ", tf.clip_by_value(0.2 * x + 0.5, 0, 1).numpy())

# %% [markdown]
# `hard_sigmoid` is a name in the file, and Keras 3 gave it another formula: a slope of 1/6, as PyTorch's `hardsigmoid` has,
# where Keras 2 had 1/5. In 2018 it was the default inside Keras's LSTM.
#
# ## 13c.8 What runs on
#
# A line that dies tells you where to work. The danger is a line that lives. The old network says
# `tf.nn.dropout(h, keep_prob)`, with 0.8. Keep the line, and let `tf` be today's:

# %% tags=["torch"]
# PyTorch
h = torch.ones(10_000)
kept = F.dropout(h, 0.8) > 0
kept_torch = round(kept.float().mean().item(), 1)
print("kept:", kept_torch)

# %% tags=["tf"]
# TensorFlow
h = tf.ones([10_000])
kept = tf.nn.dropout(h, 0.8) > 0
kept_tf = round(float(tf.reduce_mean(tf.cast(kept, "float32"))), 1)
kept = v1.nn.dropout(h, 0.8) > 0
kept_old = round(float(tf.reduce_mean(tf.cast(kept, "float32"))), 1)
print("kept:", kept_tf, "and by the same line in 2018:", kept_old)

# %% tags=["verdict", "folded"]
# Folded: compares what is kept, today and then.
parity.verdict("share that PyTorch and TensorFlow keep", kept_torch, kept_tf)
parity.differ(
    "share that TensorFlow keeps, then and today", kept_old, kept_tf, atol=0.5
)

# %% [markdown]
# ### Exercise 13.6: what becomes of a line (5 minutes)
#
# Each of these is a line of old code, as a function of the module that it is called on: `v1` for what it meant, `tf` for
# today.

# %% tags=["taught"]
table = np.array([[3, -1, 2], [-4, 5, -6], [7, -8, 9]], "float32")
LINES = {
    "argmax(x, dimension=1)": lambda t: t.argmax(table, dimension=1),
    "nn.leaky_relu(x)": lambda t: t.nn.leaky_relu(table),
    "where(some, x, -x)": lambda t: t.where([True, False, True], table, -table),
    "reduce_sum(x, 1, True)": lambda t: t.reduce_sum(table, 1, True),
    "image.resize(x, [6, 6])": lambda t: t.image.resize(table[..., None], [6, 6]),
}

# %% [markdown]
# Write the test that sorts them: `answer(line, old, new)` calls `line(old)`, which always works, and `line(new)`, and
# returns
#
# - `"dies"` where `line(new)` raises AttributeError, TypeError, ValueError or RuntimeError;
# - `"same"` where both results, made arrays by `np.asarray`, have the same shape and dtype, and values that differ by at
#   most 1e-6 (NaN in the same place is the same);
# - `"changed"` otherwise.
#
# Then try it: `answer(LINES["where(some, x, -x)"], v1, tf)`.

# %% tags=["exercise"]
answer = ...  # a function of a line and two modules


# solution
def answer(line, old, new):
    before = np.asarray(line(old))
    try:
        after = np.asarray(line(new))
    except (AttributeError, TypeError, ValueError, RuntimeError):
        return "dies"
    if before.shape != after.shape or before.dtype != after.dtype:
        return "changed"
    close = np.allclose(after, before, rtol=0, atol=1e-6, equal_nan=True)
    return "same" if close else "changed"


# wrong: compare the shapes first
def answer(line, old, new):
    before = np.asarray(line(old))
    try:
        after = np.asarray(line(new))
    except (AttributeError, TypeError, ValueError, RuntimeError):
        return "dies"
    if before.dtype != after.dtype:
        return "changed"
    close = np.allclose(after, before, rtol=0, atol=1e-6, equal_nan=True)
    return "same" if close else "changed"


# wrong: your function raised TypeError
def answer(line, old, new):
    before = np.asarray(line(old))
    try:
        after = np.asarray(line(new))
    except AttributeError:
        return "dies"
    if before.shape != after.shape or before.dtype != after.dtype:
        return "changed"
    close = np.allclose(after, before, rtol=0, atol=1e-6, equal_nan=True)
    return "same" if close else "changed"


# wrong: NaN in the same place is the same
def answer(line, old, new):
    before = np.asarray(line(old))
    try:
        after = np.asarray(line(new))
    except (AttributeError, TypeError, ValueError, RuntimeError):
        return "dies"
    if before.shape != after.shape or before.dtype != after.dtype:
        return "changed"
    close = np.allclose(after, before, rtol=0, atol=1e-6)
    return "same" if close else "changed"


# %% tags=["check"]
exercises.check("13.6", answer)

# %% tags=["folded"]
# Folded: a table of the five lines, and of dropout.
LINES["nn.dropout(x, 0.8)"] = lambda t: t.nn.dropout(np.ones(10_000), 0.8)
rows = [(name, checks_c.fate(line, v1, tf)) for name, line in LINES.items()]
show.table(["old line", "today"], rows)

# %% [markdown]
# `where` got one truth a row. In 2018 it chose rows; today it chooses columns, and with as many rows as columns no shape
# tells. `resize` moves its grid by half a pixel.

# %% [markdown]
# ## 13c.9 Quiz

# %%
exercises.quiz("13c")

# %% [markdown]
# ## 13c.10 Verdicts

# %%
claims.close("13c")

# %% [markdown]
# ## 13c.11 Summary and further reading
#
# - Order: make it run with the fewest changes; record what it gives, in both positions of every switch; move to functions
#   of arrays, then to layers, each time against the record; mend last, by itself.
# - Every name of a file is carried or accounted for. A name alone may belong to two layers.
# - Errors are the easy part. Look for what runs on: positions of arguments, defaults, formulas behind a name.
#
# Further reading: [TensorFlow's guide to moving](https://www.tensorflow.org/guide/migrate),
# [what changed in Keras 3](https://keras.io/guides/migrating_to_keras_3/), and
# [characterization tests](https://en.wikipedia.org/wiki/Characterization_test), which is the name for tests before moves.
# Next: [what converters do](13d_what_converters_do.ipynb).
