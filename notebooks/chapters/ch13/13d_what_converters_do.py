# %% [markdown]
# # 13d. What converters do
#
# You let converters carry a network, ask each for more than it was shown, and choose the inputs and the tolerance that
# tell a right port from a wrong one.
#
# > **Minutes**: 37 · **Needs**: lessons 11a and 13b · **Claims tested**: none
# >
# > **You will be able to**
# > - say what a converter takes from one example (prediction P13.8)
# > - leave sizes open, in both frameworks (verdict in 13d.2)
# > - choose inputs that tell (prediction P13.9 and exercise 13.7)
# > - read what converters did, and doubt it (prediction P13.10)
# > - give a tolerance a reason (exercise 13.8)
#
# `fast` changes nothing here, `seed` draws weights and inputs, and all runs on the CPU, whatever `device` says.

# %% tags=["setup"]
from helpers import session

session.start("13d")

import tempfile

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

from chapters.ch13 import checks_d, converted, probes
from helpers import claims, errors, exercises, parity, port

session.skip_where_missing("ai_edge_litert")

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch import nn

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

tf.config.set_visible_devices([], "GPU")
tf.get_logger().setLevel("ERROR")
keras = tf.keras
ops = keras.ops


# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng = np.random.default_rng(seed)

# %% [markdown]
# ## 13d.1 What one example says
#
# The exporters of this lesson do not read your program. They let it run once, on an example or on a signature, write down
# what was computed, and translate each operation. What the run does not show, they must guess.
#
# Our network hears 12 moments of 8 numbers: a [convolution](glossary.md#convolution) with a
# [stride](glossary.md#stride) of 2, a ReLU, the mean over time, and a dense layer with 3 outputs. Its author wrote the
# mean by hand: a sum, divided by how many there are.

# %% tags=["taught"]
w = probes.weights(seed)
short = rng.normal(size=(1, 12, 8)).astype("float32")
long = rng.normal(size=(1, 20, 8)).astype("float32")


# %% tags=["torch"]
# PyTorch
class Mean(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(8, 16, 3, stride=2, padding=1)
        self.dense = nn.Linear(16, 3)

    def forward(self, x):
        x = torch.relu(self.conv(x.mT))
        return self.dense(x.sum(2) / x.shape[2])


net_torch = Mean().eval()
arrays = {
    "conv.weight": w.kernel.transpose(2, 1, 0),
    "conv.bias": w.bias,
    "dense.weight": w.dense.T,
    "dense.bias": w.shift,
}
torch_side.set_weights(net_torch, arrays)


def ask_torch(x):
    with torch.inference_mode():
        return net_torch(torch.from_numpy(x)).numpy()


own_torch = ask_torch(short)


# %% tags=["tf"]
# TensorFlow
def mean_network(length, mean, dtype="float32"):
    """The network for a length, or for any (None); mean: how it takes the mean."""
    start = keras.Input((length, 8), dtype=dtype)
    x = ops.pad(start, [(0, 0), (1, 1), (0, 0)])
    x = keras.layers.Conv1D(16, 3, strides=2, dtype=dtype)(x)
    x = ops.relu(x)
    x = keras.layers.Dense(3, dtype=dtype)(mean(x))
    return keras.Model(start, x)


def by_hand(x):
    return ops.sum(x, axis=1) / x.shape[1]


net_tf = mean_network(12, by_hand)
net_tf.set_weights(list(w))
own_tf = net_tf(short).numpy()

# %% tags=["verdict", "folded"]
# Folded: compares both networks.
parity.verdict("both networks at 12 moments", own_torch, own_tf, atol=1e-5)

# %% [markdown]
# Now each goes into a file, as in lesson 11a: PyTorch's to [ONNX](glossary.md#onnx), TensorFlow's to
# [LiteRT](glossary.md#litert). PyTorch's example is `short`; Keras's network was built for its length. The file for
# LiteRT shall take any length: `None` in a signature leaves a size open.

# %% tags=["torch"]
# PyTorch
with session.quiet():
    program = torch.onnx.export(net_torch, (torch.from_numpy(short),), verbose=False)
    content = program.model_proto.SerializeToString()
runtime = onnxruntime.InferenceSession(content)
entry = runtime.get_inputs()[0]


def ask_onnx(x):
    return runtime.run(None, {entry.name: x})[0]


file_torch = ask_onnx(short)
print("this file takes", entry.shape)

# %% tags=["tf"]
# TensorFlow
from ai_edge_litert.interpreter import Interpreter


def to_lite(model):
    any_length = [tf.TensorSpec((None, None, 8), tf.float32)]
    with tempfile.TemporaryDirectory() as folder, session.quiet():
        model.export(folder, input_signature=any_length, verbose=False)
        content = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
        return Interpreter(model_content=content, num_threads=1)


def ask_lite(file, x):
    entry = file.get_input_details()[0]
    file.resize_tensor_input(entry["index"], x.shape)
    file.allocate_tensors()
    file.set_tensor(entry["index"], x)
    file.invoke()
    return file.get_tensor(file.get_output_details()[0]["index"])


lite = to_lite(net_tf)
file_tf = ask_lite(lite, short)
print("this file takes", lite.get_input_details()[0]["shape_signature"])

# %% tags=["verdict", "folded"]
# Folded: compares each file with its network, and both files.
parity.verdict("ONNX and PyTorch, 12 moments", file_torch, own_torch, atol=1e-5)
parity.verdict("LiteRT and TensorFlow, 12 moments", file_tf, own_tf, atol=1e-5)
parity.verdict("both files", file_torch, file_tf, atol=1e-5)

# %% [markdown]
# Both files are right. Here a usual test of a conversion ends.
#
# **Predict.** Each file gets `long`, 20 moments. What happens?
#
# - **a** both refuse: they were made from 12
# - **b** both answer right: a convolution and a mean fit any length
# - **c** one refuses, the other answers right
# - **d** one refuses, the other answers wrong

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P13.8", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# What is right at 20 moments? PyTorch's own network knows, and so does one in NumPy, `probes.layers`, that shares
# no line with either.

# %% tags=["taught"]
right = probes.layers(long, w)["dense"]

# %% tags=["torch"]
# PyTorch
try:
    at_20_torch = ask_onnx(long)
    print(f"off by {np.abs(at_20_torch - right).max():.2g}")
except InvalidArgument as problem:
    at_20_torch = None
    print("refused:", errors.first_line(problem))

# %% tags=["tf"]
# TensorFlow
at_20_tf = ask_lite(lite, long)
print(f"off by {np.abs(at_20_tf - right).max():.2g}")

# %% tags=["verdict", "folded"]
# Folded: which option came true.
answers = [answer for answer in (at_20_torch, at_20_tf) if answer is not None]
right_ones = [answer for answer in answers if not probes.differs(answer, right)]
letter = exercises.first_true(
    {
        "b": len(right_ones) == 2,
        "c": len(answers) == len(right_ones) == 1,
        "d": len(answers) == 1,
    }
)
exercises.outcome("P13.8", letter)

# %% [markdown]
# `x.shape[1]` is a Python number. When Keras built the network for 12 moments it was 6, so the record says: divide by 6. The
# signature lets 20 moments in, and the sum of their 10 values is still divided by 6. At 12 moments nobody can see that.
#
# PyTorch's exporter saw a number too, and wrote the size into the file as a condition. A file that refuses is a nuisance.
# A file that answers wrongly is dangerous.

# %% tags=["verdict", "folded"]
# Folded: LiteRT's answer, less the last bias, is too large by 10 / 6.
apart = (at_20_tf - w.shift) * 6 / 10 + w.shift
parity.differ("LiteRT at 20 moments, and right", at_20_tf, right, atol=1e-3)
parity.verdict(
    "the same, if its mean is divided by 10, not by 6", apart, right, atol=1e-4
)

# %% [markdown]
# ## 13d.2 Say what is free
#
# Each framework has a way to say that a size is not known.
#
# - *PyTorch* marks it for the exporter: `dynamic_shapes` has one entry for each input; there `Dim.DYNAMIC` marks the axes
#   that are free. Now the example has two sounds, for the exporter takes an axis of size 1 as always 1.
# - *Keras* leaves a size open where `Input` says `None`. Then `x.shape[1]` is `None` too, and `by_hand` fails while the
#   network is built, which is good. `ops.mean` counts when the graph runs.

# %% tags=["taught"]
tried = {
    "12 moments": short,
    "20 moments": long,
    "1 moment": long[:, :1],
    "a batch of 3": rng.normal(size=(3, 12, 8)).astype("float32"),
}

# %% tags=["torch"]
# PyTorch
free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
two = torch.from_numpy(np.concatenate([short, short]))
with session.quiet():
    program = torch.onnx.export(net_torch, (two,), dynamic_shapes=[free], verbose=False)
    content = program.model_proto.SerializeToString()
runtime = onnxruntime.InferenceSession(content)
entry = runtime.get_inputs()[0]
print("this file takes", entry.shape)
open_answers_torch = {name: ask_onnx(x) for name, x in tried.items()}


# %% tags=["tf"]
# TensorFlow
def by_keras(x):
    return ops.mean(x, axis=1)


try:
    mean_network(None, by_hand)
except ValueError as problem:
    print("by hand, any length:", problem)

open_tf = mean_network(None, by_keras)
open_tf.set_weights(list(w))
open_lite = to_lite(open_tf)
print("this file takes", open_lite.get_input_details()[0]["shape_signature"])
open_answers_tf = {name: ask_lite(open_lite, x) for name, x in tried.items()}

# %% tags=["verdict", "folded"]
# Folded: compares both files with NumPy, and with each other, at all sizes.
rights = {name: probes.layers(x, w)["dense"] for name, x in tried.items()}
parity.verdict("ONNX at all sizes", open_answers_torch, rights, atol=1e-5)
parity.verdict("LiteRT at all sizes", open_answers_tf, rights, atol=1e-5)
parity.verdict("both files", open_answers_torch, open_answers_tf, atol=1e-5)

# %% [markdown]
# ## 13d.3 Inputs that tell
#
# Which inputs would have found the 6? We try six that people use on seven faults that a port can have: a kernel turned
# round, a bias left out, padding at one side, channels turned round, a length baked in (as above), the first of the batch
# used for all, NaN made 0. `probes.layers`, the network in NumPy, can be given each fault.
#
# **Predict.** How many of the seven faults change the answer to one random input of the exported size?
#
# - **a** all: random numbers hit everything
# - **b** more than half, not all
# - **c** fewer than half

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P13.9", guess, among=["a", "b", "c"])

# %% tags=["taught"]
broken = short.copy()
broken[0, 3, 0] = np.nan
inputs = {
    "zeros": np.zeros((1, 12, 8), "float32"),
    "ones": np.ones((1, 12, 8), "float32"),
    "random": short,
    "two of them": tried["a batch of 3"][:2],
    "longer": long,
    "a NaN": broken,
}
found = probes.seen(inputs, w)
probes.table(found)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and what zeros see.
count = len(found["random"])
letter = exercises.first_true(
    {"a": count == 7, "b": count > 3.5, "c": True},
)
exercises.outcome("P13.9", letter)
together = {fault for faults in found.values() for fault in faults}
print("zeros alone:", len(found["zeros"]), "; all six together:", len(together))

# %% [markdown]
# With zeros, a wrong kernel gives the right answer. Ones hide the order of whatever is summed. Random numbers see what one
# input can see, but a fault that depends on a size needs another size. So ask a port, at least:
#
# - random numbers of the exported size;
# - a batch of two that differ, and another length;
# - zeros, and what must not happen, such as NaN;
# - twice in a row, from a state that is not zero, if it carries a state (lesson 13b).
#
# ### Exercise 13.7: find it with and without the kit (7 minutes)
#
# `ports` holds three ports as functions: each takes x (batch, time, 8) and gives its layers, `{"conv", "relu", "mean",
# "dense"}`. For `short` all three are right, but each has one fault. Find an input on which its `"dense"` is wrong; then
# find the layer in which the fault begins, with the kit:
#
# ```python
# port.first_difference(ports["A"](x), probes.layers(x, w))
# ```
#
# Set `answer` to `{"A": (x, "layer"), ...}`, each x a float32 array (batch, time, 8) of at most 1,000 numbers.

# %% tags=["exercise"]
ports = checks_d.ports(w)
answer = ...  # {"A": (x, "..."), "B": (x, "..."), "C": (x, "...")}


# solution
answer = {}
for name, ask in ports.items():
    for x in inputs.values():
        if probes.differs(ask(x)["dense"], probes.layers(x, w)["dense"]):
            difference = port.first_difference(ask(x), probes.layers(x, w))
            answer[name] = (x, difference.first.yours)
    print(name, answer[name][1])


# wrong: port A: it is right for this input
answer = {name: (short, "dense") for name in ports}


# wrong: port B: its first difference is in another layer
answer = {
    "A": (long, "mean"),
    "B": (tried["a batch of 3"], "dense"),
    "C": (broken, "relu"),
}


# wrong: an entry for each port
answer = {"A": (long, "mean")}


# %% tags=["check"]
exercises.check("13.7", answer)

# %% [markdown]
# ## 13d.4 How close is close enough?
#
# A tolerance that is too small refuses right ports; one that is too large passes mistakes. [Float32](glossary.md#float32)
# itself gives the scale: run the same network in [float64](glossary.md#float64), and see how far off float32 is. A port
# need not be closer to the original than the original is to the truth.

# %% tags=["taught"]
many = rng.normal(size=(64, 200, 8)).astype("float32")

# %% tags=["torch"]
# PyTorch
float32_torch = ask_torch(many)
wide_torch = Mean().eval().double()
torch_side.set_weights(wide_torch, arrays)
with torch.inference_mode():
    exact_torch = wide_torch(torch.from_numpy(many).double()).numpy()
error_torch = float(np.abs(float32_torch - exact_torch).max())
print(f"float32 is off by {error_torch:.1e}")

# %% tags=["tf"]
# TensorFlow
float32_tf = open_tf(many).numpy()
wide_tf = mean_network(None, by_keras, "float64")
wide_tf.set_weights(list(w))
exact_tf = wide_tf(many.astype("float64")).numpy()
error_tf = float(np.abs(float32_tf - exact_tf).max())
print(f"float32 is off by {error_tf:.1e}")

# %% tags=["verdict", "folded"]
# Folded: both truths, and both float32 answers by eight times the larger error.
parity.verdict("both in float64", exact_torch, exact_tf, atol=1e-12)
limit = 8 * max(error_torch, error_tf)
apart = float(np.abs(float32_torch - float32_tf).max())
print("the frameworks part by less than eight times float32's error:", apart < limit)
wrong_by = {}
for fault in probes.FAULTS[:4]:
    faulty = probes.layers(many, w, fault)["dense"]
    wrong_by[fault] = float(np.abs(faulty - float32_torch).max())
print("each fault in a layer is off by more:", min(wrong_by.values()) > limit)

# %% [markdown]
# In float64 both agree to twelve digits: they compute the same function. In float32 each is off by its own rounding. So two
# right ports may part by twice the error, or somewhat more, for the error was measured on some inputs only.
#
# A factor of 8 leaves room: mistakes in a layer are thousands of times larger on these inputs. (A wrong constant, such as an
# epsilon, can change less. Then compare in float64, where the room is half a billion times narrower.)
#
# ### Exercise 13.8: a tolerance from a measurement (5 minutes)
#
# Write `answer(network, inputs)`. `network` is a function that returns an array in the dtype of the array that it gets;
# `inputs` is a list of float32 arrays, without NaN. Return one number, the tolerance for a port of the network: eight times
# the largest error, over all inputs and outputs, that float32 makes against float64.

# %% tags=["exercise"]
answer = ...  # a function of a function and a list


# solution
def answer(network, inputs):
    errors = []
    for x in inputs:
        exact = network(x.astype("float64"))
        errors.append(np.abs(network(x) - exact).max())
    return 8 * max(errors)


# wrong: the factor
def answer(network, inputs):
    return max(np.abs(network(x) - network(x.astype("float64"))).max() for x in inputs)


# wrong: float64 begins with the input
def answer(network, inputs):
    errors = []
    for x in inputs:
        exact = network(x).astype("float64")
        errors.append(np.abs(network(x) - exact).max())
    return 8 * max(errors)


# wrong: all inputs
def answer(network, inputs):
    x = inputs[0]
    return 8 * np.abs(network(x) - network(x.astype("float64"))).max()


# wrong: absolute values
def answer(network, inputs):
    return 8 * max((network(x) - network(x.astype("float64"))).max() for x in inputs)


# %% tags=["check"]
exercises.check("13.8", answer)

# %% [markdown]
# ## 13d.5 What converters did
#
# Converters between the frameworks are not run here, for some want other versions than this course has. `make converters`
# gives each an [environment](glossary.md#environment) of its own. There it carries small networks and the models of lessons
# 13a and 13b, and each result is asked for more than it was shown. What follows is read from the table of that day: it
# says what these versions did then, no more.
#
# One way needs no converter: Keras on PyTorch, which you have run yourself in [lesson 5b](05b_read_a_network.ipynb).

# %% tags=["taught"]
rows = converted.rows()
converted.summary(rows)

# %% [markdown]
# **Predict.** `onnx2tf` carried the ONNX file of Basic Pitch (lesson 13a) to LiteRT. On noise, and on a batch of two, it
# agrees with the original to a millionth. What does it say to silence?
#
# - **a** the same as the original
# - **b** it refuses
# - **c** something else, without an error

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P13.10", guess, among=["a", "b", "c"])

# %% tags=["taught"]
silence = converted.about("onnx2tf", "basic-pitch", "silence")
noise = converted.about("onnx2tf", "basic-pitch", "as converted")
print("noise:", noise["outcome"], noise["largest difference"])
print("silence:", silence["outcome"], silence["sentence"])

# %% tags=["verdict", "folded"]
# Folded: which option came true, by the table.
letters = {"equal": "a", "refuses": "b", "differs": "c"}
exercises.outcome("P13.10", letters[silence["outcome"]])

# %% [markdown]
# You have met this in exercise 13.1. In silence the loudest is 0, and the original says: *where it is 0 take 0, else the
# share*. The converted graph says: *the condition times 0, plus its contrary times the share*. For numbers that is the same.

# %% tags=["taught"]
above = np.float32(0)
loudest = np.float32(0)
with np.errstate(invalid="ignore"):
    share = above / loudest
silent = loudest == 0
print("chosen:", np.where(silent, 0, share))
print("added:", silent * 0 + (1 - silent) * share)

# %% [markdown]
# 0 times NaN is NaN. No sound shows it, only silence does. Here are all rows in which a converted network gave a wrong
# answer:

# %% tags=["taught"]
converted.wrong(rows)

# %% [markdown]
# And this is how they refuse. Which of these sentences tells what to do?

# %% tags=["taught"]
converted.refused(rows)

# %% [markdown]
# A converter saves you the typing. It does not save you the knowledge: which sizes are free, which state is carried, which
# numbers may come. Ask the converted file what you would ask your own port.

# %% [markdown]
# ## 13d.6 Quiz

# %%
exercises.quiz("13d")

# %% [markdown]
# ## 13d.7 Verdicts

# %%
claims.close("13d")

# %% [markdown]
# ## 13d.8 Summary and further reading
#
# - A converter writes down one run. What the example does not vary, it may take as fixed.
# - A file that refuses another size is safer than one that answers.
# - Random numbers of the exported size are not enough: two that differ, another length, zeros, NaN, a second chunk.
# - A tolerance: float32's own error against float64, times a small factor.
#
# Further reading: [export in PyTorch](https://docs.pytorch.org/docs/stable/export.html),
# [conversion for LiteRT](https://ai.google.dev/edge/litert/models/convert_tf),
# [onnx2tf](https://github.com/PINTO0309/onnx2tf), [nobuco](https://github.com/AlexanderLutsenko/nobuco),
# [onnx2torch](https://github.com/ENOT-AutoDL/onnx2torch),
# [litert-torch](https://github.com/google-ai-edge/litert-torch).
# Next: [what you found](14a_what_you_found.ipynb).
