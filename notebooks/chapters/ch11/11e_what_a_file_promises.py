# %% [markdown]
# # 11e. What a file promises
#
# A file has been converted and answers as the network did. Then somebody hands it two pictures instead of one, opens it with
# an older runtime, or makes it compute a larger number. You try all that first, and see which promises nobody checks.
#
# > **Minutes**: 28 · **Needs**: lesson 11a · **Claims tested**: none
# >
# > **You will be able to**
# > - read which versions a file needs, and who checks them (prediction P11.9)
# > - say how many pictures a file takes at once, and prove it (prediction P11.10 and exercise 11.8)
# > - say what a network in training mode becomes in a file (verdict in 11e.3)
# > - convert a number to eight bits so that all runtimes agree (verdict in 11e.4)
# > - make weights smaller without calibration, and look at the scores (verdict in 11e.5)
#
# Below, `fast` chooses how long the network is trained, and `seed` its first weights. All runs on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("11e")

import tempfile
from pathlib import Path

import numpy as np
import onnx

from chapters.ch11 import edge, promises, training
from helpers import claims, exercises, parity, show

session.skip_where_missing("executorch", "ai_edge_litert")
edge.quiet_converters()

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch11 import digit_torch, promises_torch

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

tf.config.set_visible_devices([], "GPU")
tf.get_logger().setLevel("ERROR")
keras = tf.keras

from chapters.ch11 import digit_tf, promises_tf

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
scratch = tempfile.TemporaryDirectory(prefix="side-by-side-")  # gone with the kernel
folder = Path(scratch.name)

# %% [markdown]
# ## 11e.1 Written for which reader?
#
# An ONNX file says two versions. The *IR version* is that of the file's form. The *[opset](glossary.md#opset)* says which
# dictionary its operations are from: `Relu` of opset 13 takes fewer types than `Relu` of opset 14. A phone's runtime may be
# years old; it opens files up to some opset. So you ask the exporter for an older one.
#
# **Predict.** Both frameworks are asked for opset 13. What do they write?
#
# - **a** both write opset 13
# - **b** one of them writes a newer opset, and goes on
# - **c** one of them refuses

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P11.9", guess, among=["a", "b", "c"])

# %% tags=["taught"]
epochs = 8 if fast else 12
test, labels = training.test_pictures()
onnx_files = {}  # {framework: (path, shape of its input)}


def versions(path):
    """{"opset": ..., "IR": ...} of an ONNX file."""
    model = onnx.load(path)
    return {"opset": model.opset_import[0].version, "IR": model.ir_version}


# %% tags=["torch"]
# PyTorch
net_torch = digit_torch.trained(seed, epochs)
path_torch = folder / "from-torch.onnx"
with session.quiet(), edge.no_log():
    exported = torch.onnx.export(
        net_torch, (digit_torch.IMAGE,), opset_version=13, verbose=False
    )
exported.save(path_torch)
onnx_files["PyTorch"] = path_torch, (1, 1, 8, 8)
written_torch = versions(path_torch)
print(written_torch)

# %% tags=["tf"]
# TensorFlow
net_tf = digit_tf.trained(seed, epochs)
path_tf = folder / "from-keras.onnx"
net_tf(tf.zeros((1, 8, 8, 1)))  # Keras exports only what was called once
with session.quiet():
    net_tf.export(path_tf, format="onnx", opset_version=13, verbose=False)
onnx_files["TensorFlow"] = path_tf, (1, 8, 8, 1)
written_tf = versions(path_tf)
print(written_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
opsets = [written_torch["opset"], written_tf["opset"]]
options = {"a": opsets == [13, 13], "b": min(opsets) == 13, "c": True}
exercises.outcome("P11.9", exercises.first_true(options))

# %% [markdown]
# PyTorch's exporter writes opset 18 and converts down where it can; here it cannot, says so in its log, and leaves the newer
# one. So read the version from the file.
#
# And who checks a file? `onnx.checker.check_model` compares each operation with the dictionary of the stated opset. With
# `full_check=True` it also computes the shapes. Below, four faults are put into a good file.

# %% tags=["folded"]
# Folded: puts four faults into a file; a table of who notices which.
path, shape = next(iter(onnx_files.values()))
noticed = promises.notices(path, shape)
promises.faults(noticed)
checked = [noticed["7 scores declared"][:2], noticed["opset 99"]]
wanted = [[False, True], [False, False, True]]
print("who notices what is as the text below says:", checked == wanted)

# %% [markdown]
# A wrong shape passes the plain check, and ONNX Runtime only warns. An opset that does not exist passes both checks: what is
# newer than the checker it does not know. Only the runtime that will read the file can say that it can. Keep that very
# version in your tests.

# %% [markdown]
# ## 11e.2 How many pictures at once?
#
# A server collects requests and asks with several pictures at once (lesson 10c). `torch.export` wants an example of the
# input, and a word on each size that may change. `Dim("batch", min=2, max=4)` names a size and bounds it; `Dim.AUTO` leaves
# it to the exporter.
#
# **Predict.** The network works for any number of pictures. It is exported with `Dim.AUTO` and an example of *one* picture.
# How many does the program take?
#
# - **a** any number
# - **b** one only
# - **c** nothing: the export is refused

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P11.10", guess, among=["a", "b", "c"])

# %% tags=["taught"]
sizes = (1, 2, 4, 5)


def rows(ask, size):
    """How many rows of scores so many pictures get, 0 where they are refused."""
    try:
        return len(ask(torch.zeros(size, 1, 8, 8)))
    except (RuntimeError, AssertionError):
        return 0


def taken(ask, sizes):
    """Those of the sizes for which each picture gets a row of scores."""
    return [size for size in sizes if rows(ask, size) == size]


# %% tags=["torch"]
# PyTorch
from torch.export import Dim, export

one = torch.zeros(1, 1, 8, 8)
two = torch.zeros(2, 1, 8, 8)
bounded = Dim("batch", min=2, max=4)
ways = {
    "AUTO, shown one picture": (one, Dim.AUTO),
    "AUTO, shown two": (two, Dim.AUTO),
    "2 to 4, shown two": (two, bounded),
}
programs = {}
with edge.no_log():
    for name, (example, size) in ways.items():
        programs[name] = export(net_torch, (example,), dynamic_shapes=[{0: size}])
taken_torch = {}
for name, program in programs.items():
    taken_torch[name] = taken(program.module(), sizes)
    print(name, taken_torch[name])

# %% tags=["tf"]
# TensorFlow
from ai_edge_litert.interpreter import Interpreter

file_tf = digit_tf.to_litert(net_tf, folder / "saved")


def resized(shape, strict):
    """Ask a fresh interpreter with zeros of another shape: the shape of its scores."""
    with session.quiet():
        model = Interpreter(model_content=file_tf)
        place = model.get_input_details()[0]["index"]
        model.resize_tensor_input(place, shape, strict=strict)
        model.allocate_tensors()
    model.set_tensor(place, np.zeros(shape, "float32"))
    model.invoke()
    return model.get_tensor(model.get_output_details()[0]["index"]).shape


taken_tf = []
for size in sizes:
    answered, _ = resized((size, 8, 8, 1), strict=True)
    if answered == size:
        taken_tf.append(size)
print(taken_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and the sizes that either takes.
alone = taken_torch["AUTO, shown one picture"]
exercises.outcome(
    "P11.10", exercises.first_true({"b": alone == [1], "a": len(alone) > 1, "c": True})
)
parity.verdict(
    "sizes taken: AUTO shown two, LiteRT", taken_torch["AUTO, shown two"], taken_tf
)
parity.differ("sizes taken: AUTO shown one, LiteRT", len(alone), len(taken_tf))

# %% [markdown]
# The exporter takes a size of 0 or 1 in the example for a constant: such sizes often mean something special
# (broadcasting, an empty input). That is called *0/1 specialization*. With `AUTO` a line in the log is all that it says;
# `Dim("batch")` and `Dim.DYNAMIC` raise. So show it two pictures or more.
#
# The lower bound of 2 is not enforced: one picture passes. And the upper? The same bounds, 2 to 4, in three files:

# %% tags=["folded"]
# Folded: which sizes the bounded program takes, ExecuTorch's file and ONNX's.
program = programs["2 to 4, shown two"]
reached = {
    "the exported program": taken_torch["2 to 4, shown two"],
    "ExecuTorch": promises_torch.executorch_taken(program, sizes, taken),
    "ONNX Runtime": promises_torch.onnx_taken(net_torch, bounded, two, sizes, taken),
}
show.table(["file", "takes of 1, 2, 4, 5"], [(k, str(v)) for k, v in reached.items()])

# %% [markdown]
# LiteRT lets you *resize* an input before you ask. Without `strict=True` it resizes even what was fixed: here height and
# width, to 9 by 9, though the dense layer was made for 8 by 8.

# %% tags=["taught"]
print("9 by 9, not strict:", resized((1, 9, 9, 1), strict=False))
with edge.quiet():
    try:
        resized((1, 9, 9, 1), strict=True)
    except RuntimeError as problem:
        refusal = str(problem)
print("strict:", refusal)

# %% [markdown]
# It answers: pooling makes 4 by 4 of 9 by 9 as well, and the last row and column are lost without a word.

# %% [markdown]
# ### Exercise 11.8: which sizes does it take? (5 minutes)
#
# Write `answer(ask, pictures, sizes)`. `ask` is a function of pictures, an array (n, ...); it returns scores (n, 10), or
# raises, or answers wrongly. One picture at a time, `ask(pictures[k : k + 1])`, it always answers.
#
# Return the list of those sizes n, in the order given, for which `ask(pictures[:n])` gives the same scores, within 1e-4, as
# one picture at a time. Where `ask` raises `RuntimeError` or `ValueError`, it does not take that size.

# %% tags=["exercise"]
answer = ...  # a function of ask, pictures and sizes


# solution
def answer(ask, pictures, sizes):
    def fits(n):
        singly = np.concatenate([ask(pictures[k : k + 1]) for k in range(n)])
        try:
            together = np.asarray(ask(pictures[:n]))
        except (RuntimeError, ValueError):
            return False
        same_shape = together.shape == singly.shape
        return same_shape and np.allclose(together, singly, atol=1e-4)

    return [n for n in sizes if fits(n)]


# wrong: not only how many rows there are
def answer(ask, pictures, sizes):
    def fits(n):
        try:
            return len(ask(pictures[:n])) == n
        except (RuntimeError, ValueError):
            return False

    return [n for n in sizes if fits(n)]


# wrong: looks at the first picture only
def answer(ask, pictures, sizes):
    def fits(n):
        try:
            together = ask(pictures[:n])
        except (RuntimeError, ValueError):
            return False
        first = np.allclose(together[0], ask(pictures[:1])[0], atol=1e-4)
        return len(together) == n and first

    return [n for n in sizes if fits(n)]


# wrong: is not yet a right one
def answer(ask, pictures, sizes):
    def fits(n):
        try:
            ask(pictures[:n])
        except (RuntimeError, ValueError):
            return False
        return True

    return [n for n in sizes if fits(n)]


# %% tags=["check"]
exercises.check("11.8", answer)

# %% [markdown]
# ## 11e.3 Exported while training
#
# A network with dropout has two modes. Nobody says `eval()` before the export; the file is asked twice with the same
# picture.

# %% tags=["torch"]
# PyTorch
drop_torch = torch.nn.Sequential(
    torch.nn.Flatten(), torch.nn.Dropout(0.5), torch.nn.Linear(64, 10)
)
picture = digit_torch.channels_first(test[:1])
forgotten = export(drop_torch, (picture,)).module()
twice_torch = [forgotten(picture).detach().numpy() for _ in range(2)]
drop_torch.eval()
mended = export(drop_torch, (picture,)).module()
mended_torch = [mended(picture).detach().numpy() for _ in range(2)]

# %% tags=["tf"]
# TensorFlow
layers = keras.layers
drop_tf = keras.Sequential(
    [keras.Input((8, 8, 1)), layers.Flatten(), layers.Dropout(0.5), layers.Dense(10)]
)
drop_tf(test[:4], training=True)
ask_drop = digit_tf.run_litert(digit_tf.to_litert(drop_tf, folder / "drop"))
twice_tf = [ask_drop(test[:1]).copy() for _ in range(2)]

# %% tags=["verdict", "folded"]
# Folded: are the two answers of each file equal?
parity.differ("PyTorch, exported while training, asked twice", *twice_torch)
parity.verdict("PyTorch, exported after eval(), asked twice", *mended_torch)
parity.verdict("TensorFlow, asked twice", *twice_tf)

# %% [markdown]
# In PyTorch the mode is a property of the network, and the export freezes it. In Keras it is an argument of the call, and
# `export` asks for inference. Asking twice with one picture finds the mistake; do it with each file.

# %% [markdown]
# ## 11e.4 A number too large
#
# A model may end in whole numbers. Three hundred does not fit into eight bits: -128 to 127.

# %% tags=["taught"]
numbers = np.array([1.0, 127.6, 300.0, -300.0], dtype="float32")

# %% tags=["torch"]
# PyTorch
cast_torch = torch.from_numpy(numbers).to(torch.int8).numpy()
print(cast_torch)


# %% tags=["tf"]
# TensorFlow
@tf.function(input_signature=[tf.TensorSpec([4], tf.float32)])
def to_int8(x):
    return tf.cast(x, tf.int8)


def in_litert(function):
    """The function's answer for `numbers`, from a LiteRT file of it."""
    recorded = function.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([recorded], function)
    with session.quiet():
        model = Interpreter(model_content=converter.convert())
        model.allocate_tensors()
    model.set_tensor(model.get_input_details()[0]["index"], numbers)
    model.invoke()
    return model.get_tensor(model.get_output_details()[0]["index"])


cast_tf = to_int8(numbers).numpy()
cast_litert = in_litert(to_int8)
print(cast_tf, cast_litert)

# %% tags=["verdict", "folded"]
# Folded: compares the casts.
parity.verdict("300 to int8: PyTorch and TensorFlow", cast_torch, cast_tf)
parity.differ(
    "300 to int8: TensorFlow, and its own file in LiteRT", cast_tf, cast_litert
)

# %% [markdown]
# PyTorch and TensorFlow cut off the upper bits: 300 - 256 is 44. LiteRT *saturates*: it takes the nearest number that fits.
# No standard says which is right. (In C++ the conversion is undefined: another processor may do yet another thing.)
#
# So clip before you cast.

# %% tags=["torch"]
# PyTorch
clipped_torch = torch.from_numpy(numbers).clamp(-128, 127).to(torch.int8).numpy()
print(clipped_torch)


# %% tags=["tf"]
# TensorFlow
@tf.function(input_signature=[tf.TensorSpec([4], tf.float32)])
def clipped_to_int8(x):
    return tf.cast(tf.minimum(tf.maximum(x, -128.0), 127.0), tf.int8)


clipped_tf = clipped_to_int8(numbers).numpy()
clipped_litert = in_litert(clipped_to_int8)
print(clipped_tf, clipped_litert)

# %% tags=["verdict", "folded"]
# Folded: compares the casts of clipped numbers.
parity.verdict("clipped, to int8: PyTorch and TensorFlow", clipped_torch, clipped_tf)
parity.verdict("clipped, to int8: TensorFlow and LiteRT", clipped_tf, clipped_litert)

# %% [markdown]
# (`tf.saturate_cast` clips and casts, but the converter refuses its `ClipByValue` here.)

# %% [markdown]
# ## 11e.5 Smaller weights, nothing else
#
# Lesson 11b quantized everything, and needed a calibration set. Without one, only the *weights* are stored in eight bits, or
# in float16, and everything is computed in floats. The table says what that does to each file, and how far it moves the
# scores, which reach from about -30 to 30. `smaller` writes the files of one framework in several ways and asks each for all
# test pictures; `kernels` says of which type each kernel in LiteRT's file is, {shape: type}.

# %% tags=["torch"]
# PyTorch
smaller_torch = promises_torch.smaller(net_torch, test)
wrong_torch = np.abs(smaller_torch["PyTorch, the same, not unwrapped"][1]).max()

# %% tags=["tf"]
# TensorFlow
smaller_tf = promises_tf.smaller(net_tf, test, folder / "smaller")
kernels_tf = promises_tf.kernels(net_tf, folder / "kernels", calibrate=False)
calibrated_tf = promises_tf.kernels(net_tf, folder / "kernels", calibrate=True)
print(kernels_tf)
print(calibrated_tf)

# %% tags=["verdict", "folded"]
# Folded: how far scores move, and which kernels became int8.
moved = [
    np.abs(smaller_torch["PyTorch, float16"][1]).max(),
    np.abs(smaller_tf["TensorFlow, float16"][1]).max(),
]
parity.verdict(
    "float16 moves scores by less than 0.1",
    [bool(each < 0.1) for each in moved],
    [True, True],
)
print(
    "torchao's tensors, not unwrapped, are wrong by more than 10:",
    bool(wrong_torch > 10),
)
print(
    "kernels of LiteRT in int8 without calibration:",
    list(kernels_tf.values()).count("int8"),
)
print(
    "kernels of LiteRT in int8 with calibration:",
    list(calibrated_tf.values()).count("int8"),
)

# %% tags=["folded"]
# Folded: a table of the files.
promises.smaller({**smaller_torch, **smaller_tf})

# %% [markdown]
# Two things to look for.
#
# - *TensorFlow.* Without calibration, the converter leaves kernels of fewer than 1,024 weights in float32: the first
#   convolution has 72. With calibration it takes all three.
# - *PyTorch.* torchao keeps an int8 weight and its scale in one tensor of its own class. Exported as it is, the file for
#   XNNPACK loses the scale, without an error. Unwrapped before (`unwrap_tensor_subclass`), it is right. Answers hide this:
#   most stay as they were.
#
# Keras quantizes by itself, too: `model.quantize("int8")`. Can such a network go to LiteRT?

# %% tags=["taught"]
by_keras = promises_tf.quantized_by_keras(net_tf, folder / "quantized")
print(by_keras)

# %% [markdown]
# int8 cannot (LiteRT's dense layer takes no plain int8 tensor), int4 can: it is unpacked in the graph, and that file is
# larger than float32's.

# %% [markdown]
# ## 11e.6 Quiz

# %%
exercises.quiz("11e")

# %% [markdown]
# ## 11e.7 Verdicts

# %%
claims.close("11e")

# %% [markdown]
# ## 11e.8 Summary and further reading
#
# - Read opset and IR version from the file, and open it with the runtime that will read it.
# - Show the exporter two pictures, and try each size that you promise; bounds get lost on the way.
# - `eval()` before the export; ask each file twice.
# - Clip before you cast.
# - Look at scores: a lost scale leaves most answers right.
#
# Further reading: [versions of ONNX](https://onnx.ai/onnx/repo-docs/Versioning.html),
# [dynamic shapes in torch.export](https://docs.pytorch.org/docs/stable/export.html).
# Next: [what can be built](12a_plates.ipynb).
