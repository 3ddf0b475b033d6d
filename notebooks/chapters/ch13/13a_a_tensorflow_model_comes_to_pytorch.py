# %% [markdown]
# # 13a. A TensorFlow model comes to PyTorch
#
# You carry a published network from TensorFlow to PyTorch, and prove that it is the same. Its file cannot be opened by
# the framework that wrote it.
#
# > **Minutes**: 40 · **Needs**: lessons 5c and 7c · **Claims tested**: none
# >
# > **You will be able to**
# > - get at the numbers and the graph of a file that its framework refuses (prediction P13.1)
# > - name the first layer in which a port differs, and the cause (prediction P13.2 and exercise 13.1)
# > - say how equal two right programs can be (exercise 13.2)
# > - show that a port means the same (verdict in 13a.8)
#
# `fast` changes nothing here, `seed` draws the sounds, and everything runs on the CPU, whatever `device` says.

# %% tags=["setup"]
from helpers import session

session.start("13a")

import copy
from collections import Counter

import numpy as np
import onnxruntime

from chapters.ch13 import sounds
from helpers import claims, exercises, parity, port

session.skip_where_missing("ai_edge_litert")

# %% tags=["torch", "setup"]
# PyTorch
import torch
import torch.nn.functional as F
from torch import nn

from chapters.ch13 import slices_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch13 import saved_model_tf
from helpers import tf_side

tf.config.set_visible_devices([], "GPU")  # four programs are compared on one processor
tf.get_logger().setLevel("ERROR")

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
home = session.where_fetched("basic-pitch")

# %% [markdown]
# ## 13a.1 A file that its own framework refuses
#
# [Basic Pitch](https://github.com/spotify/basic-pitch) by Spotify (2022, Apache-2.0) hears sound and writes notes. Its
# package brings the trained network as a [SavedModel](glossary.md#savedmodel) of TensorFlow 2.4, and as files for two
# runtimes. We take only these.

# %% tags=["taught"]
folder = home / "basic_pitch" / "saved_models" / "icassp_2022"
for path in sorted(folder.rglob("*.*")):
    print(f"{path.stat().st_size:>9,} bytes", path.relative_to(folder))

# %% [markdown]
# A SavedModel holds a graph of operations and the values of its variables, so it needs none of its author's Python.
#
# **Predict.** Today's TensorFlow opens it with `tf.saved_model.load`, the function made for that. What happens?
#
# - **a** it opens, perhaps with a warning
# - **b** TensorFlow refuses: an operation in the graph no longer exists
# - **c** TensorFlow refuses: because of something that was only needed for training

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P13.1", guess, among=["a", "b", "c"])

# %% tags=["taught"]
saved = str(folder / "nmp")
try:
    tf.saved_model.load(saved)
    said = "it is open"
except (AttributeError, ValueError) as problem:
    said = str(problem)
print(said)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
letter = exercises.first_true(
    {"a": said == "it is open", "c": "add_slot" in said, "b": True}
)
exercises.outcome("P13.1", letter)

# %% [markdown]
# `add_slot` is how an optimizer of Keras 2 kept its memory beside each weight. The file holds an Adam, the loader wants
# to build one, and Keras 3 has no such class. So the network, which needs no Adam, stays shut.
#
# Three ways round:
#
# - the loader of TensorFlow 1, which builds no objects: it takes graph and values into a
#   [session](glossary.md#session);
# - the package `tf_keras`, Keras 2: where it is installed, `tf.saved_model.load` finds it and opens the file;
# - another file of the same network, if there is one.
#
# We take the first. It is deprecated, in favor of the function that has just failed. `places` says under which name the
# session hands out each value: a variable is a node of the kind `VarHandleOp`, and another node, named as below, reads
# it; constants have names of their own.

# %% tags=["taught"]
v1 = tf.compat.v1
opened = v1.Session(graph=tf.Graph())
with opened.graph.as_default():
    meta = v1.saved_model.load(opened, ["serve"], saved)

places = {}
for node in meta.graph_def.node:
    if node.op == "VarHandleOp":  # a variable
        places[node.name] = f"{node.name}/Read/ReadVariableOp:0"
    elif node.op == "Const" and node.attr["dtype"].type == tf.float32:
        places[node.name] = f"{node.name}:0"
values = opened.run(places)

# %% [markdown]
# Names such as `Adam/conv2d_1/kernel/m` are the optimizer's, `total` and `count` belong to means of losses. What is left
# is the network.

# %% tags=["taught"]
OF_TRAINING = ("Adam", "total", "count")
weights = {}
constants = {}
for name, array in values.items():
    if name.startswith("Const"):
        constants[name] = array
    elif not name.startswith(OF_TRAINING):
        weights[name] = array
for name, array in [*weights.items(), *constants.items()]:
    print(name, array.shape)
left = len(values) - len(weights) - len(constants)
print(left, "of training, after", values["Adam/iter"], "steps")

# %% [markdown]
# ## 13a.2 Three witnesses and three sounds
#
# The sounds we compute: a melody and a chord in the hiss of an old tape, and hiss alone, two seconds each at 22,050
# samples a second. `signature_def` says what to feed and what to fetch: three tables of chances for 172 moments.
# `contour` has 264 pitches, three to a semitone; `note` says whether each of 88 keys of a piano sounds, `onset` whether
# it is struck.

# %% tags=["taught"]
played = sounds.three(seed, rate=22050, samples=43844)
batch = np.stack(list(played.values()))[..., None]

# %% tags=["taught"]
signature = meta.signature_def["serving_default"]
wanted = {name: info.name for name, info in signature.outputs.items()}


def ask_saved(sounds):
    return opened.run(wanted, {signature.inputs["input_2"].name: sounds})


from_saved = ask_saved(batch)
print(from_saved["note"].shape)

# %% [markdown]
# ONNX Runtime and LiteRT read the other two files, without TensorFlow.

# %% tags=["taught"]
runtime = onnxruntime.InferenceSession(str(folder / "nmp.onnx"))
NAMES = ("onset", "note", "contour")  # the order in which the file gives them


def ask_onnx(sounds):
    tables = runtime.run(None, {"serving_default_input_2:0": sounds})
    return dict(zip(NAMES, tables))


from_onnx = ask_onnx(batch)

# %% tags=["taught"]
with session.quiet():
    from ai_edge_litert.interpreter import Interpreter


def ask_litert(sounds):
    interpreter = Interpreter(str(folder / "nmp.tflite"))
    runner = interpreter.get_signature_runner()
    heard = [runner(input_2=sound[None]) for sound in sounds]  # one at a time
    tables = {}
    for name in NAMES:
        tables[name] = np.concatenate([one[name] for one in heard])
    return tables


from_litert = ask_litert(batch)

# %% tags=["verdict", "folded"]
# Folded: compares ONNX Runtime's tables with TensorFlow's.
parity.verdict("ONNX Runtime and TensorFlow", from_onnx, from_saved, atol=1e-5)

# %% tags=["verdict", "folded"]
# Folded: compares LiteRT's tables with TensorFlow's.
parity.verdict("LiteRT and TensorFlow", from_litert, from_saved, atol=1e-5)

# %% [markdown]
# ## 13a.3 Read the graph
#
# The session's graph is one call of a function. The second part of the name of an operation in it is the Keras layer
# that made it.

# %% tags=["taught"]
body = saved_model_tf.body(meta)
layers = {}
for node in body.node_def:
    layer = saved_model_tf.layer_of(node.name)
    if layer and node.op not in saved_model_tf.SHAPING:
        layers.setdefault(layer, []).append(node.op)
for layer, operations in layers.items():
    print(layer, dict(Counter(operations)))

# %% [markdown]
# From top to bottom:
#
# - `cq_t2010v2`, a constant-Q transform: how strong each of 309 pitches is, 36 an octave. Kernels for one octave are
#   enough: a low-pass filter makes the sound half as long eight times, and each time the same kernels find the octave
#   below. That makes nine times two [convolutions](glossary.md#convolution), and eight filters;
# - `normalized_log`: decibels, moved and scaled to 0 ... 1 for each sound;
# - a [batch normalization](glossary.md#batch-normalization), and `harmonic_stacking`: eight copies, shifted so that a
#   note and its overtones meet in one place;
# - six convolutional layers with `"SAME"` padding.
#
# Two oddities. `harmonic_stacking` is computed twice, from the same input. And the numbers jump: no `conv2d`, no
# `batch_normalization_1`, no `re_lu`. The [program](https://github.com/spotify/basic-pitch/blob/main/basic_pitch/models.py)
# that built the network makes these too, and lets nothing read what they give, so Keras left them out. What was trained
# is what is in the file.
#
# `saved_model_tf.activations` runs that function, and keeps what each layer gives. `helpers.port`, the course's kit for
# ports, takes it from there: it pairs arrays, finds the first layer that differs, and tries likely causes.

# %% tags=["taught"]
theirs = saved_model_tf.activations(meta, values, batch)

# %% tags=["verdict", "folded"]
# Folded: compares the layer that is there twice.
parity.verdict(
    "both stackings",
    theirs.outputs["harmonic_stacking"],
    theirs.outputs["harmonic-stacking-diff"],
)

# %% [markdown]
# ## 13a.4 The same network in PyTorch
#
# The transform first. `waves` holds 36 cosines and 36 sines under a window; `256 >> k` halves the step with the sound.
# The lowest 15 of 9·36 pitches are not used. `low_pass` is the filter. Each pitch is multiplied by the root of its entry in
# `lengths`, as in the original.


# %% tags=["taught"]
class ConstantQ(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("waves", torch.zeros(72, 1, 256))
        self.register_buffer("low_pass", torch.zeros(1, 1, 256))
        self.register_buffer("lengths", torch.zeros(309, 1))

    def forward(self, sound):  # (batch, 1, samples)
        octaves = []
        for k in range(9):
            padded = F.pad(sound, (128, 128), mode="reflect")
            found = F.conv1d(padded, self.waves, stride=256 >> k)
            cosine, sine = found.chunk(2, dim=1)
            octaves.insert(0, (cosine**2 + sine**2).sqrt())
            sound = F.conv1d(sound, self.low_pass, stride=2, padding=127)
        pitches = torch.cat(octaves, dim=1)[:, -309:]
        return (pitches * self.lengths.sqrt()).mT  # (batch, moments, pitches)


# %% [markdown]
# An overtone of `k` times the frequency lies 36·log2(k) pitches higher. A negative number in `F.pad` cuts.


# %% tags=["taught"]
class Loudness(nn.Module):
    def forward(self, strength):
        decibels = 10 * torch.log10(strength**2 + 1e-10)
        above = decibels - decibels.amin((1, 2), keepdim=True)
        return above / above.amax((1, 2), keepdim=True)


TIMES = np.array([0.5, 1, 2, 3, 4, 5, 6, 7])
SHIFTS = np.round(36 * np.log2(TIMES)).astype(int).tolist()


class Harmonics(nn.Module):
    def forward(self, x):  # (batch, 1, moments, 309)
        copies = [F.pad(x, (-shift, shift)) for shift in SHIFTS]
        return torch.cat(copies, dim=1)[..., :264]


# %% [markdown]
# The rest are layers that PyTorch has. It allows `padding="same"` only where the [stride](glossary.md#stride) is 1, so
# with a stride of 3 we pad by half the kernel, as it is usual.


# %% tags=["taught"]
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.transform = ConstantQ()
        self.loudness = Loudness()
        self.norm = nn.BatchNorm2d(1)
        self.harmonics = Harmonics()
        self.contour = nn.Sequential(
            nn.Conv2d(8, 8, (3, 39), padding="same"),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 1, 5, padding="same"),
            nn.Sigmoid(),
        )
        self.note = nn.Sequential(
            nn.Conv2d(1, 32, 7, stride=(1, 3), padding=(3, 3)),
            nn.ReLU(),
            nn.Conv2d(32, 1, (7, 3), padding="same"),
            nn.Sigmoid(),
        )
        self.strike = nn.Sequential(
            nn.Conv2d(8, 32, 5, stride=(1, 3), padding=(2, 2)),
            nn.BatchNorm2d(32),
            nn.ReLU(),
        )
        self.onset = nn.Sequential(nn.Conv2d(33, 1, 3, padding="same"), nn.Sigmoid())

    def forward(self, sound):  # (batch, samples, 1)
        return self.tables(self.loudness(self.transform(sound.mT)))

    def tables(self, loudness):  # (batch, moments, 309)
        stacked = self.harmonics(self.norm(loudness[:, None]))
        contour = self.contour(stacked)
        note = self.note(contour)
        onset = self.onset(torch.cat([note, self.strike(stacked)], dim=1))
        return {"contour": contour[:, 0], "note": note[:, 0], "onset": onset[:, 0]}


network = Network().eval()

# %% [markdown]
# ## 13a.5 Carry the weights
#
# `port.match` proposes which array goes where: by shape, by layer, by name. `port.carry` turns the axes, and refuses
# where a pair is not sure. The transform's buffers we fill ourselves. Which constant is the cosine and which the sine
# does not matter: only the sum of their squares goes on.

# %% tags=["taught"]
state = torch_side.get_weights(network)
trained = {}
for name, array in state.items():
    if not name.startswith("transform") and not name.endswith("tracked"):
        trained[name] = array
matched = port.match(trained, weights)
for pair in matched.pairs[:4]:
    print(pair.yours, "<-", pair.theirs, pair.order, pair.how)

# %% tags=["taught"]
state.update(port.carry(matched, weights))
state["transform.waves"] = np.concatenate([constants["Const"], constants["Const_1"]])
state["transform.low_pass"] = constants["Const_2"].reshape(1, 1, 256)
state["transform.lengths"] = saved_model_tf.constant(meta, "cq_t2010v2_1/Cast/x")[:, 0]
torch_side.set_weights(network, state)


def ask_port(sounds):
    with torch.inference_mode():
        tables = network(torch.tensor(sounds))
    return {name: torch_side.to_numpy(table) for name, table in tables.items()}


first_try = ask_port(batch)

# %% [markdown]
# ## 13a.6 The first layer that differs
#
# Each array has found its place, each shape fits, and out come chances.
#
# **Predict.** Is it the same network? Say where it first differs.
#
# - **a** nowhere
# - **b** in the constant-Q transform or the loudness, which we wrote by hand
# - **c** in the first batch normalization
# - **d** in one of the convolutional layers

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P13.2", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# Which layer of ours is which of theirs, in the order of the run. Where a sigmoid follows, it is part of their
# convolution, so its partner is our sigmoid: `contour.4`, not `contour.3`. We call equal what is within a thousandth of a
# layer's largest value; 13a.7 says why.

# %% tags=["taught"]
PAIRS = [
    ("transform", "cq_t2010v2_1"),
    ("loudness", "normalized_log_1"),
    ("norm", "batch_normalization"),
    ("harmonics", "harmonic_stacking"),
    ("contour.0", "conv2d_1"),
    ("contour.1", "batch_normalization_2"),
    ("contour.4", "contours-reduced"),
    ("note.0", "conv2d_2"),
    ("note.3", "conv2d_3"),
    ("strike.0", "conv2d_4"),
    ("strike.1", "batch_normalization_3"),
    ("onset.1", "conv2d_5"),
]
yours = torch_side.activations(network, batch)
found = port.first_difference(yours, theirs, PAIRS, rtol=1e-3)
port.show_comparison(found)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
where = found.first.yours if found.first else ""
letter = exercises.first_true(
    {
        "a": found.first is None,
        "b": where in ("transform", "loudness"),
        "c": where == "norm",
        "d": True,
    }
)
exercises.outcome("P13.2", letter)

# %% [markdown]
# What we wrote by hand agrees. What we took ready-made does not: the frameworks have other defaults. A difference goes
# on into all layers behind it, so only the first one tells. Mend it, and look again.

# %% tags=["taught"]
for layer in network.modules():
    if isinstance(layer, nn.BatchNorm2d):
        layer.eps = 0.001
yours = torch_side.activations(network, batch)
found = port.first_difference(yours, theirs, PAIRS, rtol=1e-3)
print(found.first.yours, "differs:", found.causes[0].words)

# %% [markdown]
# `"SAME"` means: 264 pitches at a stride of 3 give 88. For that the last kernel must end at 87·3 + 7 = 268, so four zeros
# are missing: two before, two after. Half a kernel is three. That gives 88 too, one pitch apart, as with any row of
# numbers:

# %% tags=["taught"]
rng = np.random.default_rng(seed)
row = rng.normal(size=(1, 1, 264))
kernel = rng.normal(size=(1, 1, 7))

# %% tags=["torch"]
# PyTorch
half_torch = F.conv1d(torch.tensor(row), torch.tensor(kernel), stride=3, padding=3)
two_torch = F.conv1d(torch.tensor(row), torch.tensor(kernel), stride=3, padding=2)
print(half_torch.shape, two_torch.shape)

# %% tags=["tf"]
# TensorFlow
same_tf = tf.nn.conv1d(row.transpose(0, 2, 1), kernel.transpose(2, 1, 0), 3, "SAME")
same_tf = tf.transpose(same_tf, (0, 2, 1))
print(same_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares both paddings with TensorFlow's.
same = tf_side.to_numpy(same_tf)
parity.differ("half a kernel and SAME", torch_side.to_numpy(half_torch), same, 1e-3)
parity.verdict("two zeros and SAME", torch_side.to_numpy(two_torch), same, atol=1e-12)

# %% [markdown]
# For the kernel of 5: 87·3 + 5 = 266, so one and one.

# %% tags=["taught"]
network.note[0].padding = (3, 2)
network.strike[0].padding = (2, 1)
yours = torch_side.activations(network, batch)
found = port.first_difference(yours, theirs, PAIRS, rtol=1e-3)
print(port.sentences(found)[-1])

# %% [markdown]
# ### Exercise 13.1: the sound that nobody tried (5 minutes)
#
# Three sounds agree. Give both networks silence, 43,844 zeros, and let the kit say what it finds.

# %% tags=["taught"]
silence = np.zeros((1, 43844, 1), "float32")
found = port.first_difference(
    torch_side.activations(network, silence),
    saved_model_tf.activations(meta, values, silence),
    PAIRS,
)
print(found.first.yours, "differs:", found.causes[0].words)

# %% [markdown]
# Write the layer that the kit names so that it is right for every sound: `answer(strength)` gets a tensor (batch,
# moments, pitches), not negative, and returns the same shape: decibels with the 1e-10, moved and scaled to 0 ... 1 for
# each sound. Where all of a sound is equally strong, the original gives 0.

# %% tags=["exercise"]
answer = ...  # a function of a PyTorch tensor


# solution
def answer(strength):
    decibels = 10 * torch.log10(strength**2 + 1e-10)
    above = decibels - decibels.amin((1, 2), keepdim=True)
    most = above.amax((1, 2), keepdim=True)
    return above / torch.where(most == 0, 1, most)


# wrong: NaN
def answer(strength):
    decibels = 10 * torch.log10(strength**2 + 1e-10)
    above = decibels - decibels.amin((1, 2), keepdim=True)
    return above / above.amax((1, 2), keepdim=True)


# wrong: all sounds of the batch together
def answer(strength):
    decibels = 10 * torch.log10(strength**2 + 1e-10)
    above = decibels - decibels.min()
    return above / above.max()


# wrong: each moment by itself
def answer(strength):
    decibels = 10 * torch.log10(strength**2 + 1e-10)
    above = decibels - decibels.amin(2, keepdim=True)
    most = above.amax(2, keepdim=True)
    return above / torch.where(most == 0, 1, most)


# wrong: not squared
def answer(strength):
    decibels = 10 * torch.log10(strength + 1e-10)
    above = decibels - decibels.amin((1, 2), keepdim=True)
    most = above.amax((1, 2), keepdim=True)
    return above / torch.where(most == 0, 1, most)


# %% tags=["check"]
exercises.check("13.1", answer)

# %% [markdown]
# ## 13a.7 How equal is equal?
#
# The kit said EQUAL, and the differences are not zero. Nobody is right to the last bit: here is our network against
# itself in [float64](glossary.md#float64), for the melody.

# %% tags=["taught"]
melody = batch[:1]
with slices_torch.Slices():  # in float64 PyTorch's convolution takes 340 MB without
    exact = torch_side.activations(
        copy.deepcopy(network).double(), melody.astype("float64")
    )
rounding = port.first_difference(
    torch_side.activations(network, melody), exact, rtol=1e-3
)
for row in rounding.rows[:8]:
    print(f"{row.yours:10} {row.relative:.0e}")

# %% [markdown]
# In [float32](glossary.md#float32) each product and each addition is rounded, by at most $u = 2^{-24}$ of its result. A
# sum of $n$ products $x_i k_i$ is then off by at most about
#
# $$n \cdot u \cdot \sum_i |x_i k_i|$$
#
# in whatever order it is added, and each program has its own order. Behind the transform comes a logarithm: where a
# pitch is nearly silent beside a loud one, an error that is small beside the loud one becomes large. Hence the step from
# `transform` to `loudness`. With the wrong epsilon we were off by a hundredth. A tolerance belongs between the two: above
# what rounding does, below what a mistake does.
#
# ### Exercise 13.2: a tolerance with a reason (4 minutes)
#
# Write `answer(x, kernel)` for a dense layer with one output: `x` (rows, n) and `kernel` (n,) are float32 arrays.
# Return one number: by how much may two right programs part in this layer, at most, by the formula above? Take the row
# in which it is most.

# %% tags=["exercise"]
answer = ...  # a function of two NumPy arrays


# solution
def answer(x, kernel):
    sizes = np.abs(x * kernel).sum(axis=1)
    return 2 * len(kernel) * 2.0**-24 * sizes.max()


# wrong: two programs
def answer(x, kernel):
    sizes = np.abs(x * kernel).sum(axis=1)
    return len(kernel) * 2.0**-24 * sizes.max()


# wrong: the result may be near 0
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs(x @ kernel).max()


# wrong: one rounding
def answer(x, kernel):
    return 2 * 2.0**-24 * np.abs(x * kernel).sum(axis=1).max()


# wrong: a fixed number
def answer(x, kernel):
    return 1e-5


# %% tags=["check"]
exercises.check("13.2", answer)

# %% [markdown]
# ## 13a.8 The same notes
#
# The original keeps the channels of a picture last in memory ([lesson 1b](01b_windows_on_memory.ipynb)). Processors often
# prefer it too, so the port takes over this as well: `channels_last` changes the order in memory, and neither shapes nor
# meaning.

# %% tags=["taught"]
network = network.to(memory_format=torch.channels_last)

# %% [markdown]
# In the end somebody wants notes. A key is struck where its `onset` has a peak of more than 0.5.


# %% tags=["taught"]
def notes(onset):
    """[(moment, key)] of the peaks of a table (172, 88); key 69 is the A of 440 Hz."""
    now = onset[1:-1]
    peak = (now > 0.5) & (now >= onset[:-2]) & (now > onset[2:])
    moments, keys = np.nonzero(peak)
    return [(int(m) + 1, int(k) + 21) for m, k in zip(moments, keys)]


def all_notes(tables):
    return {name: notes(onset) for name, onset in zip(played, tables["onset"])}


from_port = ask_port(batch)
heard = all_notes(from_port)
for name, pitches in sounds.pitches_of(seed).items():
    keys = {key for _, key in heard[name]}
    print(name, "played", pitches, "of these heard", sorted(keys & set(pitches)))
print("in noise:", len(heard["noise"]), "notes")

# %% [markdown]
# Other keys are overtones; the real package has more rules. In noise it hears notes because `normalized_log` makes the
# loudest place of any sound 1.
#
# Does the port mean the same? And would notes alone have told us that our first try was wrong?

# %% tags=["verdict", "folded"]
# Folded: compares the port with the original, in numbers and in notes.
parity.verdict("the port and TensorFlow", from_port, from_saved, atol=1e-5)
theirs_heard = {name: str(found) for name, found in all_notes(from_saved).items()}
ours_heard = {name: str(found) for name, found in heard.items()}
parity.verdict("the notes of the port and of TensorFlow", ours_heard, theirs_heard)

# %% tags=["verdict", "folded"]
# Folded: compares the port with ONNX Runtime.
parity.verdict("the port and ONNX Runtime", from_port, from_onnx, atol=1e-5)

# %% tags=["verdict", "folded"]
# Folded: compares the port with LiteRT.
parity.verdict("the port and LiteRT", from_port, from_litert, atol=1e-5)

# %% tags=["verdict", "folded"]
# Folded: what the first try gave, in numbers and in keys.
parity.differ("the first try and TensorFlow", first_try, from_saved, atol=1e-2)
for name, pitches in sounds.pitches_of(seed).items():
    tried = {key for _, key in all_notes(first_try)[name]} & set(pitches)
    right = {key for _, key in heard[name]} & set(pitches)
    print(f"{name}: first try {len(tried)} of {len(pitches)} keys, now {len(right)}")

# %% [markdown]
# The first try, wrong in two places and off by tenths, finds about as many of the keys that were played. A listener
# would have called it a success. Compare numbers first, then meaning.

# %% [markdown]
# ## 13a.9 Quiz

# %%
exercises.quiz("13a")

# %% [markdown]
# ## 13a.10 Verdicts

# %%
claims.close("13a")

# %% [markdown]
# ## 13a.11 Summary and further reading
#
# - A file may refuse for what you do not need. Look for a loader that takes graph and values only.
# - The file is what was trained; the program beside it may say something else.
# - Defaults hide in ready-made layers: epsilon, padding at a stride. Look for the first layer that differs.
# - A tolerance has a reason: above rounding, below mistakes. Notes, digits or words that agree prove little.
#
# Further reading: [the paper](https://arxiv.org/abs/2203.09893) on Basic Pitch (Bittner et al.),
# [SavedModels](https://www.tensorflow.org/guide/saved_model), and what a
# [constant-Q transform](https://en.wikipedia.org/wiki/Constant-Q_transform) is.
# Next: [13b](13b_a_pytorch_model_comes_to_keras.ipynb), the other way, a PyTorch model comes to Keras.
