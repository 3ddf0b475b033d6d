# %% [markdown]
# # 11b. Eight bits, and fewer
#
# You squeeze a trained network into eight bits a number, for three runtimes, and count what that costs. One thing decides
# whether it still reads: what the converter was shown.
#
# > **Minutes**: 40 · **Needs**: lesson 11a · **Claims tested**: none
# >
# > **You will be able to**
# > - store a number in eight bits, and bring it back (exercise 11.2 and exercise 11.1)
# > - say how much smaller the file gets, and why not four times (prediction P11.3)
# > - choose what a quantized model is calibrated with (prediction P11.4)
# > - compute a layer in integers, as a small processor does (exercise 11.3)
# > - say with how few bits a network still reads (prediction P11.2)
#
# Below, `fast` chooses how long the network is trained and how often a clock is read, and `seed` its first weights. All
# runs on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("11b")

import contextlib
import functools
import io
import tempfile
from pathlib import Path

import numpy as np

from chapters.ch11 import edge, figures, training
from helpers import claims, data, exercises, parity, timing

session.skip_where_missing("executorch", "ai_edge_litert")
edge.quiet_converters()

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch11 import digit_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

tf.config.set_visible_devices([], "GPU")
tf.get_logger().setLevel("ERROR")  # it would report each file that it writes

from chapters.ch11 import digit_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
scratch = tempfile.TemporaryDirectory(prefix="side-by-side-")  # gone with the kernel
folder = Path(scratch.name)

# %% [markdown]
# ## 11b.1 A number in eight bits
#
# [Quantization](glossary.md#quantization) stores $x$ as an 8-bit integer $q$, and two numbers for a whole tensor:
#
# $$q = \mathrm{clip}(\mathrm{round}(x / s) + z,\ -128,\ 127), \qquad x \approx s\,(q - z)$$
#
# The *scale* $s$ is one step. The *zero point* $z$ is the integer for 0. Take a step of 0.02, and 10 for 0:

# %% tags=["taught"]
x = np.array([-0.5, 0.0, 0.415, 1.0, 7.0])
scale = 0.02
zero = 10

places = np.round(x / scale) + zero
q = np.clip(places, -128, 127).astype("int8")
back = scale * (q.astype("float64") - zero)
print("places:", places)
print("stored:", q)
print("back:  ", back)

# %% [markdown]
# Rounding errs by up to half a step. Clipping errs without limit: 7.0 came back as 2.34. So the scale must fit the
# numbers that come.

# %% [markdown]
# ### Exercise 11.2: fill an input (3 minutes)
#
# An app fills an int8 model's input itself. Write `answer(x, scale, zero)` in NumPy, by the formula above: `x` is a float
# array of any shape, `scale` a float, `zero` an int. Return an int8 array of the same shape.

# %% tags=["exercise"]
answer = ...  # a function of x, scale and zero


# solution
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, -128, 127).astype("int8")


# wrong: wraps around
def answer(x, scale, zero):
    return (np.round(x / scale) + zero).astype("int64").astype("int8")


# wrong: cuts off
def answer(x, scale, zero):
    return np.clip(x / scale + zero, -128, 127).astype("int8")


# wrong: the zero point is missing
def answer(x, scale, zero):
    return np.clip(np.round(x / scale), -128, 127).astype("int8")


# %% tags=["check"]
exercises.check("11.2", answer)

# %% [markdown]
# Weights have numbers on both sides of 0, so they take $z = 0$ and $s = \max|w| / 127$. In a kernel, one output channel
# may have weights ten times as large as its neighbor's. With one scale for all, the small ones would keep few of their
# steps, so each output channel gets a scale of its own.

# %% [markdown]
# ### Exercise 11.1: a scale for each channel (4 minutes)
#
# This PyTorch function rounds a kernel (out, in, height, width) to int8 and back. `amax` takes the largest value along
# three axes, and `keepdim=True` keeps them, so that the division fits:
#
# ```python
# def rounded_torch(kernel):
#     scale = kernel.abs().amax((1, 2, 3), keepdim=True) / 127
#     return torch.round(kernel / scale) * scale
# ```
#
# Write `answer(kernel)`, the same in TensorFlow, for a float64 tensor in its layout: height, width, in, out.

# %% tags=["exercise"]
answer = ...  # a function of a TensorFlow kernel: height, width, in, out


# solution
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return tf.round(kernel / scale) * scale


# wrong: PyTorch's axes
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(1, 2, 3), keepdims=True) / 127
    return tf.round(kernel / scale) * scale


# wrong: one scale for the whole kernel
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel)) / 127
    return tf.round(kernel / scale) * scale


# wrong: largest value, not the largest magnitude
def answer(kernel):
    scale = tf.reduce_max(kernel, axis=(0, 1, 2), keepdims=True) / 127
    return tf.round(kernel / scale) * scale


# %% tags=["check"]
exercises.check("11.1", answer)

# %% [markdown]
# ## 11b.2 With how few bits?
#
# Eight bits are a convention of processors. How few would do for the weights? Each network below is lesson 11a's,
# trained in each framework to the same weights (`digit_torch` and `digit_tf` hold that lesson's code). We round its
# weights, and leave the biases and what flows as they are.
#
# With $b$ bits, the integers reach from $-(2^{b-1} - 1)$ to $2^{b-1} - 1$: for 8 bits 127, for 2 bits 1. So with 2 bits a
# weight is minus one step, nothing, or one step.
#
# **Predict.** With how few bits a weight does the network still read nine of ten test digits?
#
# - **a** it needs all eight
# - **b** five or six
# - **c** three or four
# - **d** two

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P11.2", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
epochs = 8 if fast else 12
test, labels = training.test_pictures()


def rounded(weights, bits, axes):
    """Weights rounded to so many bits and back. axes: all but the output channels'."""
    largest = 2 ** (bits - 1) - 1
    scale = np.abs(weights).max(axis=axes, keepdims=True) / largest
    return np.round(weights / scale) * scale


# %% [markdown]
# Output channels are the first axis in PyTorch, the last in Keras. An array of one axis is a bias, and stays. `get_weights`
# gives copies as NumPy arrays, `set_weights` puts arrays in; `scores` are a network's outputs for the test pictures.

# %% tags=["torch"]
# PyTorch
net_torch = digit_torch.trained(seed, epochs)
plain_torch = digit_torch.scores(net_torch, test)

learned = torch_side.get_weights(net_torch)
by_bits_torch = {}
for bits in (8, 6, 5, 4, 3, 2):
    fewer = {}
    for name, array in learned.items():
        axes = tuple(range(1, array.ndim))
        fewer[name] = rounded(array, bits, axes) if axes else array
    torch_side.set_weights(net_torch, fewer)
    scores = digit_torch.scores(net_torch, test)
    by_bits_torch[bits] = training.accuracy(scores, labels)
torch_side.set_weights(net_torch, learned)
print(by_bits_torch)

# %% tags=["tf"]
# TensorFlow
net_tf = digit_tf.trained(seed, epochs)
plain_tf = digit_tf.scores(net_tf, test)

learned = tf_side.get_weights(net_tf)
by_bits_tf = {}
for bits in (8, 6, 5, 4, 3, 2):
    fewer = {}
    for name, array in learned.items():
        axes = tuple(range(array.ndim - 1))
        fewer[name] = rounded(array, bits, axes) if axes else array
    tf_side.set_weights(net_tf, fewer)
    scores = digit_tf.scores(net_tf, test)
    by_bits_tf[bits] = training.accuracy(scores, labels)
tf_side.set_weights(net_tf, learned)
print(by_bits_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the networks, and their accuracies by bits; which option came true.
parity.verdict("the scores of the two networks", plain_torch, plain_tf, atol=1e-3)
# a weight in the middle between two steps may go either way: allow a few digits
parity.verdict("accuracy by bits", by_bits_torch, by_bits_tf, atol=0.03)
enough = {bits for bits, share in by_bits_torch.items() if share >= 0.9}
options = {"d": 2 in enough, "c": {3, 4} & enough, "b": {5, 6} & enough, "a": True}
exercises.outcome("P11.2", exercises.first_true(options))

# %% tags=["folded"]
# Folded: draws the accuracy against the bits of a weight.
figures.by_bits({"PyTorch": by_bits_torch, "TensorFlow": by_bits_tf})

# %% [markdown]
# Many weights add up in one output, and their roundings partly cancel.
# [Language models](https://arxiv.org/abs/2210.17323) are squeezed to three or four bits a weight, with more care for where
# each is rounded to. A file gets smaller by it only where two weights share a byte. And what flows between the layers stays
# in floats. To *compute* in integers, that must be quantized, too.

# %% [markdown]
# ## 11b.3 Two files of eight bits
#
# The ranges of weights are in the network. For what flows, the converter must *see* it flow: it runs sample pictures, the
# [calibration set](glossary.md#calibration-set), and watches. LiteRT's converter notes the smallest and the largest values;
# ExecuTorch's quantizer for XNNPACK keeps a histogram, and may cut rare values off.
#
# - PyTorch: `prepare_pt2e` puts watchers into the exported graph. You run pictures through it. `convert_pt2e` turns what
#   they saw into scales and zero points. The settings ask for the zero point 0 for weights, and a scale for each channel.
# - TensorFlow: the converter calls your function `samples_tf`, which yields one picture at a time, as a list of the inputs.
#   `TFLITE_BUILTINS_INT8` allows no operation in floats, and the last two settings make its inputs and outputs int8.
#
# **Predict.** float32 has 32 bits, int8 has 8. How large is the int8 file?
#
# - **a** a quarter of the float32 file
# - **b** about half
# - **c** almost the same

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P11.3", guess, among=["a", "b", "c"])

# %% tags=["taught"]
samples = data.digits().x_train[:300, ..., None]  # not the pictures of the test
print(samples.shape, samples.dtype)

# %% tags=["torch"]
# PyTorch
from executorch.backends.xnnpack.quantizer import xnnpack_quantizer
from torchao.quantization.pt2e import quantize_pt2e

graph = torch.export.export(net_torch, (digit_torch.IMAGE,))
file_torch = digit_torch.for_executorch(graph)

settings = xnnpack_quantizer.get_symmetric_quantization_config(is_per_channel=True)
quantizer = xnnpack_quantizer.XNNPACKQuantizer().set_global(settings)
watched = quantize_pt2e.prepare_pt2e(graph.module(), quantizer)
for picture in samples:
    watched(digit_torch.channels_first(picture[None]))
converted = quantize_pt2e.convert_pt2e(watched)
graph_int8 = torch.export.export(converted, (digit_torch.IMAGE,))
int8_torch = digit_torch.for_executorch(graph_int8)
print(f"{len(file_torch):,} bytes became {len(int8_torch):,}")

# %% tags=["tf"]
# TensorFlow
saved = str(folder / "saved")
net_tf.export(saved, verbose=False)
converter = tf.lite.TFLiteConverter.from_saved_model(saved)
with session.quiet():
    file_tf = converter.convert()


def samples_tf():
    for picture in samples:
        yield [picture[None]]


converter = tf.lite.TFLiteConverter.from_saved_model(saved)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.representative_dataset = samples_tf
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
converter.inference_input_type = tf.int8
converter.inference_output_type = tf.int8
with session.quiet():
    int8_tf = converter.convert()
print(f"{len(file_tf):,} bytes became {len(int8_tf):,}")

# %% tags=["verdict", "folded"]
# Folded: which option came true, by the mean of the two files.
shrunk_torch = len(int8_torch) / len(file_torch)
shrunk_tf = len(int8_tf) / len(file_tf)
shrunk = (shrunk_torch + shrunk_tf) / 2
options = {"a": shrunk < 0.33, "b": shrunk < 0.75, "c": True}
exercises.outcome("P11.3", exercises.first_true(options))

# %% [markdown]
# Each weight saves three bytes; names, shapes and the graph stay. In a network of millions of weights they vanish, and a
# quarter it is.
#
# Now ask the files. `run_executorch` and `run_litert` do what lesson 11a did: from the bytes of a file they make a function
# of one picture. LiteRT's file takes and gives int8, so `run_litert` also does exercise 11.2 before, and the way back
# after.

# %% tags=["torch"]
# PyTorch
ask_torch = digit_torch.run_executorch(file_torch)
ask_int8_torch = digit_torch.run_executorch(int8_torch)
small_torch = training.ask_all(ask_int8_torch, test)
changed_torch = small_torch.argmax(axis=1) != plain_torch.argmax(axis=1)
print(changed_torch.sum(), "answers changed")

# %% tags=["tf"]
# TensorFlow
ask_tf = digit_tf.run_litert(file_tf)
ask_int8_tf = digit_tf.run_litert(int8_tf)
small_tf = training.ask_all(ask_int8_tf, test)
changed_tf = small_tf.argmax(axis=1) != plain_tf.argmax(axis=1)
print(changed_tf.sum(), "answers changed")

# %% tags=["verdict", "folded"]
# Folded: answers hardly change, outputs do.
few = [bool(changed_torch.sum() < 10), bool(changed_tf.sum() < 10)]
parity.verdict("of 382 answers, fewer than 10 changed", few, [True, True])
parity.differ("int8 outputs, PyTorch", small_torch, plain_torch, atol=0.01)
parity.differ("int8 outputs, TensorFlow", small_tf, plain_tf, atol=0.01)

# %% [markdown]
# Outputs move where answers do not. An app that compares a score with a threshold notices.

# %% [markdown]
# ## 11b.4 What calibration must see
#
# ONNX Runtime has a quantizer of its own, which by default keeps the smallest and the largest value. `quant_pre_process`
# joins operations that belong together; `quantize_static` watches, and writes the small file. `edge.calibration` hands it
# the pictures one at a time.
#
# `models` holds, for each framework, an ONNX file and the shape of its input.

# %% tags=["taught"]
from onnxruntime.quantization import CalibrationMethod, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

models = {}


def onnx_int8(path, shape, pictures, method=CalibrationMethod.MinMax, **more):
    """Quantize an ONNX file, watching pictures. Returns the path of the small file."""
    ready = path.with_suffix(".ready.onnx")
    small = path.with_suffix(".int8.onnx")
    quant_pre_process(path, ready)
    watching = edge.calibration(path, shape, pictures)
    quantize_static(
        ready,
        small,
        watching,
        per_channel=True,
        calibrate_method=method,
        extra_options=more,
    )
    return small


# %% [markdown]
# `to_onnx` writes the file, as in lesson 11a, and returns the shape of its input. `edge.run_onnx` makes a function of one
# picture from such a file.

# %% tags=["torch"]
# PyTorch
path_torch = folder / "from-torch.onnx"
shape_torch = digit_torch.to_onnx(net_torch, path_torch)
models["PyTorch"] = path_torch, shape_torch
ask_onnx_torch = edge.run_onnx(path_torch, shape_torch)
onnx_torch = training.ask_all(ask_onnx_torch, test)

# %% tags=["tf"]
# TensorFlow
path_tf = folder / "from-keras.onnx"
shape_tf = digit_tf.to_onnx(net_tf, path_tf)
models["TensorFlow"] = path_tf, shape_tf
ask_onnx_tf = edge.run_onnx(path_tf, shape_tf)
onnx_tf = training.ask_all(ask_onnx_tf, test)

# %% tags=["verdict", "folded"]
# Folded: both files answer as their networks do.
parity.verdict("ONNX Runtime and PyTorch", onnx_torch, plain_torch, atol=1e-3)
parity.verdict("ONNX Runtime and TensorFlow", onnx_tf, plain_tf, atol=1e-3)

# %% [markdown]
# Three calibration sets for one file: scans of digits; pure noise, uniform from 0 to 1, in which nobody sees a digit; and
# scans of digits that somebody has divided by 16 once too often. The test is the same each time.
#
# **Predict.** Which of them ruins the model, so that it reads fewer than four out of five digits?
#
# - **a** the noise
# - **b** the digits divided too often
# - **c** both
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P11.4", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
path, shape = next(iter(models.values()))  # the first framework's that is there
exact = training.ask_all(edge.run_onnx(path, shape), test)

rng = np.random.default_rng(seed)
noise = rng.uniform(size=samples.shape).astype("float32")
sets = {"digits": samples, "noise": noise, "divided too often": samples / 16}

found = {}
for name, pictures in sets.items():
    small = onnx_int8(path, shape, pictures)
    found[name] = training.ask_all(edge.run_onnx(small, shape), test)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
accuracies = {name: training.accuracy(out, labels) for name, out in found.items()}
noise_ruins = accuracies["noise"] < 0.8
divided_ruins = accuracies["divided too often"] < 0.8
options = {
    "c": noise_ruins and divided_ruins,
    "a": noise_ruins,
    "b": divided_ruins,
    "d": True,
}
exercises.outcome("P11.4", exercises.first_true(options))
print("calibrated on digits, more than 90 % are read:", accuracies["digits"] > 0.9)

# %% tags=["folded"]
# Folded: a table of what each calibration set costs.
figures.calibrated(found, exact, labels)

# %% [markdown]
# Ranges are all that this way takes from the pictures. Noise from 0 to 1 has the inputs' own range, though it shows
# nothing. Divided pictures teach ranges that real inputs leave, and what leaves a range is clipped.
#
# One broken picture is enough to stretch a range: below, a single pixel of the 300 samples is 100 in place of 1 or less.
# ONNX Runtime has ways that keep a histogram: *percentile* cuts off the rarest values, *entropy* looks for the range whose
# eight bits keep most of the histogram's form. (Without the broken pixel: the row *digits* above.)

# %% tags=["folded"]
# Folded: calibrates three ways with one broken pixel, and shows what each costs.
broken = samples.copy()
broken[0, 3, 3, 0] = 100
by_method = {}
rare, entropy = CalibrationMethod.Percentile, CalibrationMethod.Entropy
ways = {
    "smallest and largest": (CalibrationMethod.MinMax, {}),
    "entropy": (entropy, {}),
    "percentile, as it is set": (rare, {}),
    "percentile 99.9": (rare, {"CalibPercentile": 99.9}),
}
for name, (method, more) in ways.items():
    with session.quiet(), contextlib.redirect_stdout(io.StringIO()):
        small = onnx_int8(path, shape, broken, method, **more)
    by_method[name] = training.ask_all(edge.run_onnx(small, shape), test)
figures.calibrated(by_method, exact, labels)

# %% [markdown]
# Set at 99.9, percentile hardly loses an answer. As it is set, at 99.999, it keeps the broken pixel: one in 19,200 is not
# rare enough. Entropy keeps it as well. So a histogram alone does not help; look at what a setting cuts off.

# %% [markdown]
# ## 11b.5 A layer in integers
#
# Once weights and inputs are integers, a small processor needs no floats at all. Put $x = s_x (q - z)$ and $w = s_w w_q$
# into a dense layer, and divide by the scale of the outputs:
#
# $$t = \sum (q - z)\, w_q + b, \qquad q_{out} = \mathrm{clip}\big(\mathrm{round}(r\, t) + z_{out},\ -128,\ 127\big),
# \qquad r = s_x s_w / s_{out}$$
#
# The sum $t$ is in integers, of 32 bits so that it does not overflow. The biases $b$ are stored on its scale, $s_x s_w$.
# Only the ratio $r$ is no integer, and processors have tricks for that.

# %% [markdown]
# ### Exercise 11.3: a dense layer in integers (6 minutes)
#
# Write `answer(q, zero, w, b, ratio, out)` in NumPy: `q` int8 inputs (batch, in) with the zero point `zero`, `w` int8
# weights (in, out), `b` int32 biases (out,), `ratio` a float, `out` the outputs' zero point. Return the int8 outputs
# (batch, out).

# %% tags=["exercise"]
answer = ...  # a function of q, zero, w, b, ratio and out


# solution
def answer(q, zero, w, b, ratio, out):
    total = (q.astype("int32") - zero) @ w.astype("int32") + b
    return np.clip(np.round(total * ratio) + out, -128, 127).astype("int8")


# wrong: overflows
def answer(q, zero, w, b, ratio, out):
    total = (q - np.int8(zero)) @ w + b
    return np.clip(np.round(total * ratio) + out, -128, 127).astype("int8")


# wrong: wraps around
def answer(q, zero, w, b, ratio, out):
    total = (q.astype("int32") - zero) @ w.astype("int32") + b
    return (np.round(total * ratio) + out).astype("int64").astype("int8")


# wrong: zero point of the inputs
def answer(q, zero, w, b, ratio, out):
    total = q.astype("int32") @ w.astype("int32") + b
    return np.clip(np.round(total * ratio) + out, -128, 127).astype("int8")


# wrong: the biases are on the scale of the sum
def answer(q, zero, w, b, ratio, out):
    total = (q.astype("int32") - zero) @ w.astype("int32")
    return np.clip(np.round(total * ratio) + b + out, -128, 127).astype("int8")


# %% tags=["check"]
exercises.check("11.3", answer)

# %% [markdown]
# ## 11b.6 One table
#
# All files, in turns, one picture at a time, on one thread. *p50* is the median [latency](glossary.md#latency) on *this*
# machine; a phone has other instructions. int8 need not be quicker here, and often is slower: in so small a network, time
# goes into the call and into the steps between float and int8, and little into the products. The ratios stand below the
# figure.
#
# Each entry of `runs` is a file (none for a framework itself) and a function of one picture.

# %% tags=["taught"]
runs = {}

# %% tags=["torch"]
# PyTorch
small = onnx_int8(path_torch, shape_torch, samples)
ask_small = edge.run_onnx(small, shape_torch)
runs["PyTorch"] = None, lambda picture: digit_torch.scores(net_torch, picture)
runs["ExecuTorch, from PyTorch"] = file_torch, ask_torch
runs["ExecuTorch int8, from PyTorch"] = int8_torch, ask_int8_torch
runs["ONNX Runtime, from PyTorch"] = path_torch.read_bytes(), ask_onnx_torch
runs["ONNX Runtime int8, from PyTorch"] = small.read_bytes(), ask_small

# %% tags=["tf"]
# TensorFlow
small = onnx_int8(path_tf, shape_tf, samples)
ask_small = edge.run_onnx(small, shape_tf)
runs["TensorFlow"] = None, lambda picture: digit_tf.scores(net_tf, picture)
runs["LiteRT, from Keras"] = file_tf, ask_tf
runs["LiteRT int8, from Keras"] = int8_tf, ask_int8_tf
runs["ONNX Runtime, from Keras"] = path_tf.read_bytes(), ask_onnx_tf
runs["ONNX Runtime int8, from Keras"] = small.read_bytes(), ask_small

# %% tags=["verdict", "folded"]
# Folded: times all of them in turns, for one picture; keeps what lesson 14b weighs.
one = test[:1]
calls = {name: functools.partial(ask, one) for name, (_, ask) in runs.items()}
times = timing.compare(calls, rounds=200 if fast else 1000, warmup=20)
quickest = min(times, key=lambda name: times[name].median)
parity.by_clock("the quickest of all for one picture", quickest)
phones = {
    "PyTorch, ExecuTorch": (
        "ExecuTorch, from PyTorch",
        "ExecuTorch int8, from PyTorch",
    ),
    "TensorFlow, LiteRT": ("LiteRT, from Keras", "LiteRT int8, from Keras"),
}
for name, (way, small_way) in phones.items():
    if way in runs:  # the other framework may be missing
        microseconds = 1e6 * times[way].median
        claims.number(f"one picture on a phone's runtime, {name}", microseconds, "µs")
        claims.number(f"a file of eight bits, {name}", len(runs[small_way][0]), "bytes")

# %% tags=["folded"]
# Folded: a table and a figure of bytes, time and accuracy.
rows = {
    name: (
        len(file) if file else None,
        1e6 * times[name].median,
        training.ask_all(ask, test),
    )
    for name, (file, ask) in runs.items()
}
figures.runtimes(rows, labels, training.WEIGHTS, exact)
for name, (_, micro, _) in rows.items():
    if " int8" in name:
        ratio = micro / rows[name.replace(" int8", "")][1]
        print(f"{name}: {ratio:.1f} times as long as its float32 file")

# %% [markdown]
# The band says how far off an accuracy of 382 pictures may be, by chance alone. Within it, these pictures cannot tell two
# files apart.

# %% [markdown]
# ## 11b.7 Quiz

# %%
exercises.quiz("11b")

# %% [markdown]
# ## 11b.8 Verdicts

# %%
claims.close("11b")

# %% [markdown]
# ## 11b.9 Summary and further reading
#
# - A scale and a zero point make eight bits of a number. Rounding costs half a step, clipping costs without limit.
# - int8 saves three bytes a weight; the rest of the file stays.
# - Count the answers that it changes, and measure how far it moves outputs.
# - Calibrate with what the model will really see, on the scale on which it will see it.
# - Measure latency on the device, not on your laptop.
#
# Further reading: [Jacob et al.](https://arxiv.org/abs/1712.05877) on how integers do it all,
# [quantization in ONNX Runtime](https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html).
# Next: [a page that reads your digit](11c_a_page_that_reads_your_digit.ipynb).
