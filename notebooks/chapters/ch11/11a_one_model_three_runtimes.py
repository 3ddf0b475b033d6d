# %% [markdown]
# # 11a. One model, three runtimes
#
# You take a trained network out of its framework, into three kinds of files, and prove that each answers as the network
# did. Then you hand a runtime two tensors that PyTorch calls equal.
#
# > **Minutes**: 40 · **Needs**: lessons 5c and 7a · **Claims tested**: C05, C06, C16, C20, C45
# >
# > **You will be able to**
# > - turn a model of either framework into a file that runs without it (claim C05 and claim C06)
# > - prove that the file answers the same (verdict in 11a.3 and verdict in 11a.6)
# > - say what a runtime makes of a tensor with other strides (prediction P11.1)
# > - write a converter, and say why it may refuse your model (exercise 11.5)
#
# Below, `fast` chooses how long the network is trained, and `seed` its first weights. All runs on the CPU: this chapter
# is about small processors.

# %% tags=["setup"]
from helpers import session

session.start("11a")

import tempfile
from pathlib import Path

import numpy as np

from chapters.ch11 import edge, figures, training
from helpers import claims, exercises, parity, show

session.skip_where_missing("executorch", "ai_edge_litert")
edge.quiet_converters()

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch.nn import functional as F

from chapters.ch11 import runtimes_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

tf.config.set_visible_devices([], "GPU")
tf.get_logger().setLevel("ERROR")  # it would report each file that it writes
keras = tf.keras

from chapters.ch11 import runtimes_tf
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
# ## 11a.1 What a phone has no room for
#
# A framework can train. A phone, a camera or a browser tab only *asks* a finished model. For that a
# [runtime](glossary.md#runtime) is enough: a small program that reads a file with a [graph](glossary.md#graph) and its
# numbers, and computes it forward.
#
# Our network will have 3,818 weights. On your laptop the framework that made it costs nothing extra. In an app, people
# download it. Below is what each package takes on disk, without the packages that it requires.

# %% tags=["folded"]
# Folded: measures packages on disk, and draws them beside our weights of four bytes.
figures.sizes(edge.sizes(), 4 * training.WEIGHTS)

# %% [markdown]
# ## 11a.2 One network, trained twice
#
# Two [convolutions](glossary.md#convolution), one pooling, one dense layer. Both frameworks train it in
# [float64](glossary.md#float64), from the same start, on the same batches. So both must arrive at the same weights, and
# what we compare later are the runtimes, not two trainings.
#
# `start` holds six arrays, laid out for Keras: a kernel is height, width, in, out. `training.for_torch` gives them new
# places and PyTorch's names, as lesson 5c did: PyTorch wants out, in, height, width, and its `Flatten` counts channels
# first.
# `test` holds 382 pictures of 8 by 8 with one channel, `labels` their digits.

# %% tags=["taught"]
start = training.weights(seed)
batches = training.batches(seed, epochs=8 if fast else 12)
test, labels = training.test_pictures()
print(test.shape)

# %% [markdown]
# `channels_first` moves the last axis of the pictures to the place where PyTorch looks for it.

# %% tags=["torch"]
# PyTorch
net_torch = torch.nn.Sequential(
    torch.nn.Conv2d(1, 8, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.Conv2d(8, 16, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.MaxPool2d(2),
    torch.nn.Flatten(),
    torch.nn.Linear(256, 10),
)
net_torch.double()  # float64
torch_side.set_weights(net_torch, training.for_torch(start))


def channels_first(pictures):
    return torch.from_numpy(pictures).permute(0, 3, 1, 2)


# %% tags=["tf"]
# TensorFlow
def network(dtype):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1), dtype=dtype),
            layers.Conv2D(8, 3, padding="same", activation="relu", dtype=dtype),
            layers.Conv2D(16, 3, padding="same", activation="relu", dtype=dtype),
            layers.MaxPooling2D(dtype=dtype),
            layers.Flatten(dtype=dtype),
            layers.Dense(10, dtype=dtype),
        ]
    )


wide_tf = network("float64")
wide_tf.set_weights(start)

# %% tags=["verdict", "folded"]
# Folded: compares the scores of one batch before anything is learned.
x, y = batches[0]
before_torch = torch_side.to_numpy(net_torch(channels_first(x)))
before_tf = tf_side.to_numpy(wide_tf(x))
parity.verdict("the scores before training", before_torch, before_tf, atol=1e-12)

# %% [markdown]
# Now both train, by SGD with [momentum](glossary.md#momentum). The rate 0.125 and the momentum 0.75 are binary fractions,
# which Keras's float32 holds exactly (lesson 6b). `tf.function` turns the step into a graph, for speed (chapter 3).

# %% tags=["torch"]
# PyTorch
sgd = torch.optim.SGD(net_torch.parameters(), lr=0.125, momentum=0.75)
for x, y in batches:
    loss = F.cross_entropy(net_torch(channels_first(x)), torch.from_numpy(y))
    sgd.zero_grad()
    loss.backward()
    sgd.step()
learned_torch = torch_side.get_weights(net_torch)
print("last loss:", loss.item())

# %% tags=["tf"]
# TensorFlow
sgd = keras.optimizers.SGD(0.125, momentum=0.75)
cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits


@tf.function(reduce_retracing=True)
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(cross_entropy(y, wide_tf(x)))
    weights = wide_tf.trainable_variables
    sgd.apply(tape.gradient(loss, weights), weights)
    return loss


for x, y in batches:
    loss = step(tf.constant(x), tf.constant(y))
learned_tf = wide_tf.get_weights()
print("last loss:", float(loss))

# %% tags=["verdict", "folded"]
# Folded: compares the six arrays that were learned, in PyTorch's layout.
in_torchs_layout = training.for_torch(learned_tf)
parity.verdict("all weights after training", learned_torch, in_torchs_layout, atol=1e-6)

# %% [markdown]
# From here on both compute in [float32](glossary.md#float32), as phones do. Their own scores for all test pictures are
# what every file must reproduce.

# %% tags=["torch"]
# PyTorch
net_torch = net_torch.float().eval()
with torch.inference_mode():
    plain_torch = net_torch(channels_first(test)).numpy()

# %% tags=["tf"]
# TensorFlow
net_tf = network("float32")
net_tf.set_weights(learned_tf)
plain_tf = net_tf(test).numpy()

# %% tags=["verdict", "folded"]
# Folded: compares the scores, and how many digits are read.
# (scores of ten and more carry float32's rounding: 1e-3 leaves room for it)
parity.verdict("scores of the test pictures, float32", plain_torch, plain_tf, atol=1e-3)
reads_torch = training.accuracy(plain_torch, labels)
reads_tf = training.accuracy(plain_tf, labels)
print("test accuracy above 0.9 in both:", min(reads_torch, reads_tf) > 0.9)

# %% [markdown]
# ## 11a.3 A file for each: ExecuTorch and LiteRT
#
# The way is the same on both sides: *capture* the forward pass as a graph ([export](glossary.md#export)), *convert* it to
# a flat file, *run* that with a runtime.
#
# - PyTorch's runtime is [ExecuTorch](glossary.md#executorch). `torch.export.export` captures; it needs an example of the
#   input, of which only shape and type count. `to_edge_transform_and_lower` hands parts of the graph over to a *backend*,
#   here XNNPACK, a library of fast kernels for processors.
# - TensorFlow's is [LiteRT](glossary.md#litert), which was called TensorFlow Lite and uses XNNPACK too.
#   `export` writes a SavedModel, and the converter in TensorFlow makes LiteRT's file of it.
#
# Each gives the bytes of a file. `quiet` keeps what they report of the processor out of the way.

# %% tags=["torch"]
# PyTorch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import (
    XnnpackPartitioner,
)
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime


def for_executorch(graph):
    with edge.quiet():
        lowered = to_edge_transform_and_lower(graph, partitioner=[XnnpackPartitioner()])
        return lowered.to_executorch().buffer


image = torch.zeros(1, 1, 8, 8)
graph_torch = torch.export.export(net_torch, (image,))
file_torch = for_executorch(graph_torch)
print(f"{len(file_torch):,} bytes")


# %% tags=["tf"]
# TensorFlow
def for_litert(model, place):
    with session.quiet():
        model.export(place, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(str(place))
        return converter.convert()


file_tf = for_litert(net_tf, folder / "saved")
print(f"{len(file_tf):,} bytes")

# %% tags=["verdict", "folded"]
# Folded: is there room for all the weights, of four bytes each?
room = [len(file_torch) > 4 * training.WEIGHTS, len(file_tf) > 4 * training.WEIGHTS]
parity.verdict("each file is larger than the weights in it", room, [True, True])

# %% [markdown]
# Now run them. ExecuTorch's `Runtime` loads a program; `load_method` gives the forward pass; `execute` takes a list of
# inputs and gives a list of outputs. LiteRT's interpreter has numbered places, for which `allocate_tensors` makes
# room: you copy a picture into one, call `invoke`, and read the other. (LiteRT 2 has a newer class, `CompiledModel`:
# lesson 11d.)
#
# `training.ask_all` hands a function one picture after another, and gives all scores, (382, 10). Why the picture for
# ExecuTorch is first copied into a fresh tensor is the question of 11a.4.


# %% tags=["torch"]
# PyTorch
def load_executorch(file):
    with edge.quiet():
        program = Runtime.get().load_program(file)
        return program, program.load_method("forward")


# the program is kept in a variable: it must live as long as its method
program_torch, method_torch = load_executorch(file_torch)


def ask_executorch(picture):
    image = torch.empty(1, 1, 8, 8)
    image.copy_(channels_first(picture))
    outputs = method_torch.execute([image])
    return outputs[0].numpy()


with edge.quiet():
    mobile_torch = training.ask_all(ask_executorch, test)

# %% tags=["tf"]
# TensorFlow
from ai_edge_litert.interpreter import Interpreter


def load_litert(file):
    with session.quiet():
        model = Interpreter(model_content=file, num_threads=1)
        model.allocate_tensors()
    return model


def ask_litert(model, picture):
    model.set_tensor(model.get_input_details()[0]["index"], picture)
    model.invoke()
    return model.get_tensor(model.get_output_details()[0]["index"])


model_tf = load_litert(file_tf)
mobile_tf = training.ask_all(lambda picture: ask_litert(model_tf, picture), test)

# %% tags=["verdict", "folded"]
# Folded: compares each file with its network, and the two files.
parity.verdict("ExecuTorch, and PyTorch itself", mobile_torch, plain_torch, atol=1e-3)
parity.verdict("LiteRT, and TensorFlow itself", mobile_tf, plain_tf, atol=1e-3)
parity.verdict("ExecuTorch and LiteRT", mobile_torch, mobile_tf, atol=1e-3)

# %% [markdown]
# The article counts on TensorFlow for phones. Does it bring along what runs the file? TensorFlow still has an interpreter
# of its own, `tf.lite.Interpreter`. Below it is asked, too, and what it says is kept.

# %% tags=["verdict", "folded"]
# Folded: claims C45 and C06: the file, and what TensorFlow's interpreter says.
advice = runtimes_tf.advice(file_tf)
said = "warns that it will go" if advice else "does not warn"
claims.verdict(
    "C45",
    {
        "it converts": len(file_tf) > 4 * training.WEIGHTS,
        "it runs the result, with no word of an end": not advice,
    },
    f"the converter is part of TensorFlow; its own interpreter {said}",
)
comes = "ai-edge-litert" in edge.comes_with(tf)
brought = "installs" if comes else "does not install"
claims.verdict(
    "C06",
    {
        "the file answers as the model did": bool(
            np.abs(mobile_tf - plain_tf).max() < 1e-3
        ),
        "today's runtime comes with TensorFlow": comes,
    },
    f"{Interpreter.__module__.split('.')[0]} ran the file; pip {brought} it with "
    f"TensorFlow, whose own interpreter {said}",
)

# %% [markdown]
# ## 11a.4 Two tensors that are equal
#
# A color picture has three numbers a pixel. They can lie in memory in two orders: the three of one pixel side by side
# (*channels last*, as cameras give them), or one whole color after the other (*channels first*). PyTorch's `permute` and
# NumPy's `transpose` move no number: they note new [strides](glossary.md#stride), how far it is to the next number along
# each axis. Whatever PyTorch or NumPy computes follows the strides, so it comes out the same for either order in memory.
# (TensorFlow's tensors have no strides: `tf.transpose` copies.)
#
# A small layer for color pictures is exported below. It gets the same picture twice: once as a view with other strides,
# once copied into a fresh array, row after row. For the framework both are equal.
#
# **Predict.** The photo lies channels last. What does ExecuTorch answer to the view?
#
# - **a** the same as to the copy
# - **b** nothing: it refuses the view
# - **c** other numbers, without an error

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P11.1", guess, among=["a", "b", "c"])

# %% tags=["taught"]
rng = np.random.default_rng(seed)
photo = rng.random((1, 8, 8, 3), dtype="float32")  # height, width, color
kernel = rng.normal(size=(3, 3, 3, 4))
bias = np.zeros(4)

# %% tags=["torch"]
# PyTorch
color_torch = torch.nn.Conv2d(3, 4, 3).eval()
arrays = {"weight": kernel.transpose(3, 2, 0, 1), "bias": bias}
torch_side.set_weights(color_torch, arrays)
graph_color = torch.export.export(color_torch, (torch.zeros(1, 3, 8, 8),))
program_color, method_color = load_executorch(for_executorch(graph_color))

view = channels_first(photo)  # new strides, no number moved
copied = torch.empty(1, 3, 8, 8)
copied.copy_(view)
print("equal:", torch.equal(view, copied), view.stride(), copied.stride())
from_view_torch = method_color.execute([view])[0].numpy()
from_copy_torch = method_color.execute([copied])[0].numpy()

# %% tags=["tf"]
# TensorFlow
color_input = keras.Input((8, 8, 3))
color_tf = keras.Sequential([color_input, keras.layers.Conv2D(4, 3)])
color_tf.set_weights([kernel, bias])
model_color = load_litert(for_litert(color_tf, folder / "color"))

# a photo that lies channels first, seen channels last
lying_first = np.ascontiguousarray(photo.transpose(0, 3, 1, 2))
view = lying_first.transpose(0, 2, 3, 1)
print("equal:", np.array_equal(view, photo), view.strides, photo.strides)
from_view_tf = ask_litert(model_color, view)
from_copy_tf = ask_litert(model_color, photo)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and what LiteRT does with a view.
with torch.inference_mode():
    right = color_torch(copied).numpy()
astray = bool(np.abs(from_view_torch - right).max() > 0.01)
exercises.outcome("P11.1", exercises.first_true({"c": astray, "a": True}))
parity.verdict(
    "ExecuTorch from the copy, and PyTorch", from_copy_torch, right, atol=1e-4
)
parity.verdict("LiteRT from its view and its copy", from_view_tf, from_copy_tf)
as_tf = from_copy_tf.transpose(0, 3, 1, 2)
parity.verdict("ExecuTorch and LiteRT, from copies", from_copy_torch, as_tf, atol=1e-4)

# %% [markdown]
# LiteRT's `set_tensor` copies, and follows the strides while it does. ExecuTorch takes the memory as it lies. The file was
# made for one order, the view has the other, and both have the same shape.
#
# And a picture cut out of a larger one? There the rows have gaps between them.

# %% tags=["torch"]
# PyTorch
wide = torch.rand(1, 1, 10, 10)
crop = wide[:, :, 1:9, 1:9]
execute = method_torch.execute
try:
    execute([crop])
    crop_torch = "an answer"
except RuntimeError as error:
    crop_torch = str(error)
print(crop_torch)

# %% tags=["tf"]
# TensorFlow
wide = np.random.default_rng(seed).random((1, 10, 10, 1), dtype="float32")
crop = wide[:, 1:9, 1:9, :]
crop_tf = ask_litert(model_tf, crop)
print(crop_tf.argmax(), "is what it reads in noise")

# %% tags=["verdict", "folded"]
# Folded: LiteRT's answer to the crop, and TensorFlow's own.
parity.verdict("LiteRT from a crop", crop_tf, net_tf(crop).numpy(), atol=1e-3)
print("ExecuTorch answers the crop:", crop_torch == "an answer")

# %% [markdown]
# A refusal is a kindness; an answer to other numbers than you meant is not. So copy what a runtime gets into a fresh
# tensor, as `ask_executorch` does, and compare outputs on real pictures. On zeros every order is right.

# %% [markdown]
# ## 11a.5 A converter, and what it refuses
#
# A converter is no magic: it walks the graph and says each operation again in the other language. What is not in its
# phrasebook it must refuse. `litert-torch` knows hundreds of operations; it wants other versions than this course, so it
# needs an [environment](glossary.md#environment) of its own. We write a converter for our five operations. These are the
# graph's steps:

# %% tags=["taught"]
for node in graph_torch.graph.nodes:
    if node.op == "call_function":
        print(node.target.__name__, node.args)

# %% [markdown]
# One phrase for each. A phrase gets what the node's `args` list, in that order. Pictures are NHWC here, as TensorFlow
# likes them; kernels arrive in PyTorch's layout as NumPy arrays.


# %% tags=["taught"]
def conv2d(x, kernel, bias, stride, padding):
    down, right = padding
    x = tf.pad(x, [(0, 0), (down, down), (right, right), (0, 0)])
    kernel = kernel.transpose(2, 3, 1, 0)  # height, width, in, out
    return tf.nn.conv2d(x, kernel, stride, "VALID") + bias


def max_pool2d(x, size, stride):
    return tf.nn.max_pool2d(x, size, stride, "VALID")


def flatten(x, first_axis):
    channels_first = tf.transpose(x, (0, 3, 1, 2))  # in PyTorch's order
    return tf.reshape(channels_first, (1, -1))


def linear(x, kernel, bias):
    return tf.matmul(x, kernel.T) + bias


PHRASES = {
    "conv2d.default": conv2d,
    "relu.default": tf.nn.relu,
    "max_pool2d.default": max_pool2d,
    "flatten.using_ints": flatten,
    "linear.default": linear,
}


# %% [markdown]
# Then the walk. A node is a weight or the picture (`placeholder`), a step (`call_function`) or the end (`output`).
# `value` keeps what each node gave; a later step names earlier nodes among its `args`.


# %% tags=["taught"]
def with_tensorflow(program, picture):
    """Do each step of an exported PyTorch program with TensorFlow."""
    names = program.graph_signature.inputs_to_parameters  # {node's name: weight's}
    value = {}

    def found(arg):
        return value[arg] if isinstance(arg, torch.fx.Node) else arg

    for node in program.graph.nodes:
        if node.op == "output":
            return value[node.args[0][0]]
        if node.name in names:
            weight = program.state_dict[names[node.name]]
            value[node] = torch_side.to_numpy(weight)
        elif node.op == "placeholder":
            value[node] = picture
        elif node.target.__name__ in PHRASES:
            phrase = PHRASES[node.target.__name__]
            value[node] = phrase(*[found(arg) for arg in node.args])
        else:
            raise NotImplementedError(f"no phrase for {node.target}")


# %% [markdown]
# The walk runs once, inside a `tf.function`, and TensorFlow records its own operations on the way (chapter 3).
# `autograph=False` leaves the walk's `if` and `for` to Python: they are about the graph, not about the numbers.
# `TensorSpec` says for which shape and type; `get_concrete_function` runs the walk and gives the record, which the
# converter takes in place of a SavedModel, together with the function it came from, so that nothing of it is lost.


# %% tags=["taught"]
@tf.function(autograph=False)
def said_again(picture):
    return with_tensorflow(graph_torch, picture)


one_picture = tf.TensorSpec((1, 8, 8, 1), tf.float32)
recorded = said_again.get_concrete_function(one_picture)
from_recorded = tf.lite.TFLiteConverter.from_concrete_functions
with session.quiet():
    crossed = from_recorded([recorded], said_again).convert()
model_crossed = load_litert(crossed)
crossed_torch = training.ask_all(
    lambda picture: ask_litert(model_crossed, picture), test
)

# %% [markdown]
# And an operation that is not in our phrasebook, GELU:

# %% tags=["taught"]
graph_gelu = torch.export.export(torch.nn.GELU(), (image,))
try:
    with_tensorflow(graph_gelu, test[:1])
    refused = "nothing"
except NotImplementedError as problem:
    refused = str(problem)
print("refused:", refused)

# %% [markdown]
# Old tutorials teach another way for PyTorch, *PyTorch Mobile*. What is left of it, and what it says itself:

# %% tags=["folded"]
# Folded: tries PyTorch Mobile's three steps on our network.
fates = runtimes_torch.pytorch_mobile(net_torch, image)
show.table(["what", "what comes of it"], fates.items())

# %% tags=["verdict", "folded"]
# Folded: compares PyTorch's network in LiteRT with itself, and judges claim C20.
parity.verdict(
    "LiteRT from PyTorch, and PyTorch", crossed_torch, plain_torch, atol=1e-3
)
gaps = {
    "TensorFlow by LiteRT": mobile_tf - plain_tf,
    "PyTorch by ExecuTorch": mobile_torch - plain_torch,
    "PyTorch by LiteRT": crossed_torch - plain_torch,
}
kept = [way for way, gap in gaps.items() if np.abs(gap).max() < 1e-3]
claims.verdict(
    "C20",
    {
        "TensorFlow has a way": "TensorFlow by LiteRT" in kept,
        "PyTorch has none": not any("PyTorch" in way for way in kept),
    },
    f"the network's own outputs came from: {', '.join(kept) or 'nothing'}; "
    f"PyTorch Mobile says: {fates['PyTorch Mobile, what it says']}",
)

# %% [markdown]
# ### Exercise 11.5: one more phrase (5 minutes)
#
# Many networks end in a mean over height and width. PyTorch's graph has the step `mean.dim` for it, with `args` such as
# `(x, [-1, -2], keepdim)`. The axes are counted in PyTorch's order: batch, channel, height, width. Write the phrase in
# TensorFlow: `answer(x, axes, keepdim)`, where `x` is a tensor NHWC, `axes` a list of whole numbers from -4 to 3, and
# `keepdim` a bool. The axes that remain stay in TensorFlow's order.

# %% tags=["exercise"]
answer = ...  # a function of a TensorFlow tensor, a list and a bool


# solution
def answer(x, axes, keepdim):
    place = [0, 3, 1, 2]  # where PyTorch's batch, channel, height, width are
    return tf.reduce_mean(x, axis=[place[axis] for axis in axes], keepdims=keepdim)


# wrong: counted in PyTorch's order
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, axis=axes, keepdims=keepdim)


# wrong: keepdim is not heeded
def answer(x, axes, keepdim):
    place = [0, 3, 1, 2]
    return tf.reduce_mean(x, axis=[place[axis] for axis in axes])


# wrong: the way from TensorFlow's axes to PyTorch's
def answer(x, axes, keepdim):
    place = [0, 2, 3, 1]
    return tf.reduce_mean(x, axis=[place[axis] for axis in axes], keepdims=keepdim)


# %% tags=["check"]
exercises.check("11.5", answer)

# %% [markdown]
# ## 11a.6 One format for both: ONNX
#
# [ONNX](glossary.md#onnx) is a file format that belongs to neither. Both frameworks write it. ONNX Runtime reads it, on
# servers, on phones and, compiled to [WebAssembly](glossary.md#webassembly), in a browser: lesson 11c does that.
#
# Look at the shapes: each file keeps its framework's [layout](glossary.md#layout). Whoever calls the model must know it.
# `edge.one_thread` opens a file with ONNX Runtime, on one thread. `run(None, {name: array})` asks for all outputs.

# %% tags=["torch"]
# PyTorch
onnx_file_torch = folder / "from-torch.onnx"
with session.quiet():
    exported = torch.onnx.export(
        net_torch, (image,), input_names=["image"], verbose=False
    )
exported.save(onnx_file_torch)
onnx_model_torch = edge.one_thread(onnx_file_torch)


def ask_onnx_torch(picture):
    inputs = {"image": picture.transpose(0, 3, 1, 2)}
    return onnx_model_torch.run(None, inputs)[0]


shape_torch = list(onnx_model_torch.get_inputs()[0].shape)
onnx_torch = training.ask_all(ask_onnx_torch, test)
print(shape_torch)

# %% tags=["tf"]
# TensorFlow
onnx_file_tf = folder / "from-keras.onnx"
with session.quiet():
    net_tf.export(onnx_file_tf, format="onnx", verbose=False)
onnx_model_tf = edge.one_thread(onnx_file_tf)
onnx_input = onnx_model_tf.get_inputs()[0]


def ask_onnx_tf(picture):
    inputs = {onnx_input.name: picture}
    return onnx_model_tf.run(None, inputs)[0]


shape_tf = list(onnx_input.shape)
onnx_tf = training.ask_all(ask_onnx_tf, test)
print(shape_tf)

# %% tags=["verdict", "folded"]
# Folded: compares ONNX Runtime's scores with each framework's, and the shapes.
parity.verdict("ONNX Runtime and PyTorch", onnx_torch, plain_torch, atol=1e-3)
parity.verdict("ONNX Runtime and TensorFlow", onnx_tf, plain_tf, atol=1e-3)
parity.differ("the last three axes of an input", shape_torch[1:], shape_tf[1:])

# %% [markdown]
# With one channel, `reshape` gives the same numbers as the right `transpose`, and nobody notices the mistake; with three it
# mixes colors and places. All five files beside each other:

# %% tags=["folded"]
# Folded: a table of the files, and how far each one's outputs are from its network's.
figures.files(
    {
        "ExecuTorch, from PyTorch": (len(file_torch), mobile_torch - plain_torch),
        "LiteRT, from PyTorch": (len(crossed), crossed_torch - plain_torch),
        "ONNX, from PyTorch": (
            onnx_file_torch.stat().st_size,
            onnx_torch - plain_torch,
        ),
        "LiteRT, from Keras": (len(file_tf), mobile_tf - plain_tf),
        "ONNX, from Keras": (onnx_file_tf.stat().st_size, onnx_tf - plain_tf),
    }
)

# %% tags=["verdict", "folded"]
# Folded: claim C05, with three files of one Keras model.
saved = tf.saved_model.load(str(folder / "saved"))
served_tf = tf_side.to_numpy(saved.serve(tf.constant(test)))
files_tf = {
    "SavedModel, for servers": served_tf,
    "LiteRT, for devices": mobile_tf,
    "ONNX, for what runs elsewhere": onnx_tf,
}
good_tf = {
    name: bool(np.abs(scores - plain_tf).max() < 1e-3)
    for name, scores in files_tf.items()
}
claims.verdict(
    "C05",
    good_tf,
    f"of {len(good_tf)} files from one Keras model, "
    f"{sum(good_tf.values())} answer as it does",
)

# %% [markdown]
# By the article, TensorFlow "draws its reputation from its distributed training support", among other things (C16).
# Elsewhere it says that data parallelism distinguishes PyTorch from TensorFlow (C31a, lesson 8a). It cannot be both.

# %% tags=["verdict", "folded"]
# Folded: claim C16, what each framework has of what sets TensorFlow apart.
has_tf = {
    "many machines": hasattr(tf.distribute, "MultiWorkerMirroredStrategy"),
    "devices": good_tf["LiteRT, for devices"],
    "a file that servers load": good_tf["SavedModel, for servers"],
}
has_torch = {
    "many machines": torch.distributed.is_available(),
    "devices": bool(np.abs(mobile_torch - plain_torch).max() < 1e-3),
    "a file that servers load": bool(np.abs(onnx_torch - plain_torch).max() < 1e-3),
}
in_both = [name for name in has_tf if has_tf[name] and has_torch[name]]
claims.verdict(
    "C16",
    {
        "TensorFlow has all three": all(has_tf.values()),
        "PyTorch lacks one of them": not all(has_torch.values()),
    },
    f"in both: {', '.join(in_both) or 'none'}; the article's C31a says the contrary",
)

# %% [markdown]
# ## 11a.7 Quiz

# %%
exercises.quiz("11a")

# %% [markdown]
# ## 11a.8 Verdicts
#
# Does TensorFlow run on phones, is that an advantage over PyTorch, and who does the running? What the cells above saw:

# %%
claims.close("11a")

# %% [markdown]
# ## 11a.9 Summary and further reading
#
# - Capture, convert, run: compare the outputs after each step, for the whole test set, before you ship.
# - A runtime may read memory as it lies: hand it a fresh copy, in the order for which its file was made.
# - A converter says each operation again; what it has no phrase for it must refuse.
# - A file keeps its framework's layout.
#
# Further reading: [LiteRT](https://ai.google.dev/edge/litert),
# [ExecuTorch](https://docs.pytorch.org/executorch/stable/index.html),
# [litert-torch](https://github.com/google-ai-edge/litert-torch).
# Next: [eight bits](11b_eight_bits.ipynb), the same files at a fraction of the size.
