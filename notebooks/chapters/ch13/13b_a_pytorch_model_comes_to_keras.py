# %% [markdown]
# # 13b. A PyTorch model comes to Keras
#
# You write a published detector of speech in both frameworks. The two ports agree to five digits, and both are wrong.
#
# > **Minutes**: 40 · **Needs**: lessons 5c and 13a · **Claims tested**: none
# >
# > **You will be able to**
# > - write a published network in Keras, in two styles, with its own weights (verdict in 13b.3)
# > - find the layer and the cause of a difference (prediction P13.3 and exercise 13.3)
# > - carry a state from chunk to chunk (verdict in 13b.4)
# > - choose who may judge a port (prediction P13.4)
# > - port a block, not its numbers (exercise 13.4)
#
# Below, `fast` chooses how long we listen, `seed` draws the sounds. All runs on the CPU, as the model does where it is used.

# %% tags=["setup"]
from helpers import session

session.start("13b")

import functools
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from safetensors.numpy import load_file

from chapters.ch13 import checks_b, figures_b, speech
from helpers import claims, exercises, parity, port, timing

session.skip_where_missing("ai_edge_litert")
home = session.where_fetched("silero-vad")

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
tf.get_logger().setLevel("ERROR")  # it would report each file that it writes
keras = tf.keras
layers = keras.layers
ops = keras.ops

from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 13b.1 What lies in the wheel
#
# [Silero VAD](https://github.com/snakers4/silero-vad) (MIT licence) says for every 32 milliseconds of sound how probable
# it is that somebody speaks. It was made with PyTorch. Its package, a [wheel](glossary.md#wheel), brings one model in three
# formats: TorchScript (PyTorch's own, program and weights), [ONNX](glossary.md#onnx) (program and weights, for any
# runtime) and [safetensors](glossary.md#safetensors) (weights alone, for a network of 16,000 samples a second).

# %% tags=["taught"]
files = home / "silero_vad" / "data"
for path in sorted(files.iterdir()):
    print(path.name, f"{path.stat().st_size:,} bytes")

weights = load_file(files / "silero_vad_16k.safetensors")
for name, array in weights.items():
    print(name, array.shape)

# %% [markdown]
# A converter would carry the program itself. We write the network ourselves, and take only the numbers. Names and
# shapes give most of it away; the rest was read from the package's code:
#
# - In come 576 samples: a chunk of 512, and before it the last 64 of the chunk before. 64 more are mirrored at the right
#   end.
# - `stft_conv`, a [convolution](glossary.md#convolution) without bias, takes windows of 256 samples, 128 apart. Of its 258
#   outputs the first 129 are real parts, the others imaginary parts. The network goes on with the magnitude, the root of
#   the sum of both squares.
# - Four convolutions of width 3, each with a row of zeros at both ends; strides 1, 2, 2, 1, and a ReLU after each.
# - One step of an LSTM (lesson 5d), a ReLU, a convolution of width 1, and the sigmoid.
#
# The LSTM's two states are kept for the next chunk.

# %% [markdown]
# ## 13b.2 One network, written twice
#
# In PyTorch a class; in Keras the [functional style](glossary.md#functional-api), in which layers are called on places for
# data that will come later. Sounds are (batch, samples). PyTorch's convolution wants channels before time, Keras's after it.
# The state is an array (2, batch, 128): hidden and cell state.


# %% tags=["torch"]
# PyTorch
class Silero(nn.Module):
    def __init__(self):
        super().__init__()
        self.stft = nn.Conv1d(1, 258, 256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(129, 128, 3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, 128, 3, padding=1)
        self.cell = nn.LSTMCell(128, 128)
        self.last = nn.Conv1d(128, 1, 1)

    def forward(self, sound, state):
        x = nn.functional.pad(sound, (0, 64), mode="reflect")
        x = self.stft(x[:, None, :])
        x = torch.sqrt(x[:, :129] ** 2 + x[:, 129:] ** 2)
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = torch.relu(conv(x))
        h, c = self.cell(x[:, :, 0], (state[0], state[1]))
        x = self.last(torch.relu(h)[:, :, None])
        return torch.sigmoid(x[:, :, 0]), torch.stack([h, c])


net_torch = Silero().eval()
count_torch = sum(parameter.numel() for parameter in net_torch.parameters())


# %% tags=["tf"]
# TensorFlow
def same(x, channels, stride, name):
    conv = layers.Conv1D(channels, 3, strides=stride, padding="same", name=name)
    return conv(x)


def network(convolution):
    """The network; convolution: makes one of the four, and calls it."""
    sound = keras.Input(batch_shape=(1, 576), name="sound")
    state = keras.Input(batch_shape=(2, 1, 128), name="state")
    x = ops.pad(sound, [(0, 0), (0, 64)], mode="reflect")
    stft = layers.Conv1D(258, 256, strides=128, use_bias=False, name="stft")
    x = stft(x[:, :, None])
    x = ops.sqrt(x[:, :, :129] ** 2 + x[:, :, 129:] ** 2)
    x = ops.relu(convolution(x, 128, 1, "conv1"))
    x = ops.relu(convolution(x, 64, 2, "conv2"))
    x = ops.relu(convolution(x, 64, 2, "conv3"))
    x = ops.relu(convolution(x, 128, 1, "conv4"))
    h, (h, c) = layers.LSTMCell(128, name="cell")(x[:, 0, :], [state[0], state[1]])
    x = layers.Conv1D(1, 1, name="last")(ops.relu(h)[:, None, :])
    return keras.Model([sound, state], [ops.sigmoid(x[:, 0, :]), ops.stack([h, c])])


net_tf = network(same)
count_tf = net_tf.count_params()

# %% tags=["verdict", "folded"]
# Folded: counts the numbers of both networks, and those of one bias of the LSTM.
one_bias = weights["lstm_cell.bias_ih"].size
parity.verdict("PyTorch's numbers beyond Keras's", count_torch - count_tf, one_bias)

# %% [markdown]
# PyTorch has 512 numbers more: its LSTM adds two biases where Keras adds one.
#
# The course's kit, `helpers.port`, proposes which array goes where: `match` looks at shapes, names and order, and says which
# axes to swap. `carry` makes copies, and refuses where `match` is not sure or something is left. In Keras one bias is left.
# We set it to the sum of the two.


# %% tags=["torch"]
# PyTorch
def filled_torch(model, weights):
    found = port.match(torch_side.get_weights(model), weights)
    torch_side.set_weights(model, port.carry(found, weights))
    return model


net_torch = filled_torch(net_torch, weights)


# %% tags=["tf"]
# TensorFlow
def filled_tf(model, weights):
    values = tf_side.get_weights(model)
    found = port.match(values, weights)
    for pair in found.pairs:
        values[pair.yours] = weights[pair.theirs].transpose(pair.order)
    [bias] = found.left_yours  # the names of what has no partner: one here,
    first, second = found.left_theirs  # and two there
    values[bias] = weights[first] + weights[second]
    tf_side.set_weights(model, values)
    return model


net_tf = filled_tf(net_tf, weights)

# %% tags=["verdict", "folded"]
# Folded: a kernel in both layouts: PyTorch's out, in, width is Keras's width, in, out.
kernel_torch = torch_side.get_weights(net_torch)["conv2.weight"]
kernel_tf = tf_side.get_weights(net_tf)["conv2/kernel"]
parity.verdict("conv2's kernel, carried", kernel_torch, kernel_tf.transpose(2, 1, 0))

# %% [markdown]
# ## 13b.3 The first difference
#
# `speech.scene` makes a minute of sound: syllables of vowels and hisses that nobody says, silence, chords, noise. One chunk
# goes through both networks, with a state that is not zero: on zeros a wrong recurrent kernel would not show.

# %% tags=["taught"]
scene = speech.scene(seed, seconds=60 if fast else 300)
chunk = scene.sound[None, 16000:16576]
rng = np.random.default_rng(seed)
state = rng.normal(size=(2, 1, 128), scale=0.3).astype("float32")

# %% [markdown]
# **Predict.** PyTorch's layers say `padding=1`, Keras's say `padding="same"`. Both give outputs of the same length. Which
# layer's output differs first?
#
# - **a** none: the networks agree
# - **b** `conv1`, the first that is padded
# - **c** `conv2`, the first of stride 2
# - **d** `cell`, the LSTM

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P13.3", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# `activations` runs a model and keeps what each layer gives. `first_difference` pairs the layers, swaps axes where it must,
# and, at the first pair that differs, assumes one likely cause after the other: which makes the difference go away?

# %% tags=["taught"]
theirs = torch_side.activations(net_torch, chunk, state)
yours = tf_side.activations(net_tf, chunk, state)
found = port.first_difference(yours, theirs)
port.show_comparison(found)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
name = found.first.yours if found.first else "none"
letters = {"none": "a", "conv1": "b", "conv2": "c", "cell": "d"}
exercises.outcome("P13.3", letters[name])

# %% [markdown]
# Four steps come into `conv2`, and two come out. For that one row of zeros is enough, and `"same"` puts the odd one at the
# right end. PyTorch puts one at each end and leaves the last unused. So every window is one step further on, and no shape
# tells. At stride 1 both pad alike.
#
# The mend: pad by hand, as PyTorch does.


# %% tags=["taught"]
def both_ends(x, channels, stride, name):
    x = ops.pad(x, [(0, 0), (1, 1), (0, 0)])
    return layers.Conv1D(channels, 3, strides=stride, name=name)(x)


net_tf = filled_tf(network(both_ends), weights)

# %% [markdown]
# Keras's other style is a class, like PyTorch's: more lines, and `call` is plain Python that may do what it likes. Below is
# the same network in it.


# %% tags=["taught"]
class SileroKeras(keras.Model):
    def __init__(self):
        super().__init__()
        self.stft = layers.Conv1D(258, 256, strides=128, use_bias=False, name="stft")
        self.conv1 = layers.Conv1D(128, 3, name="conv1")
        self.conv2 = layers.Conv1D(64, 3, strides=2, name="conv2")
        self.conv3 = layers.Conv1D(64, 3, strides=2, name="conv3")
        self.conv4 = layers.Conv1D(128, 3, name="conv4")
        self.cell = layers.LSTMCell(128, name="cell")
        self.last = layers.Conv1D(1, 1, name="last")

    def call(self, sound, state):
        x = ops.pad(sound, [(0, 0), (0, 64)], mode="reflect")
        x = self.stft(x[:, :, None])
        x = ops.sqrt(x[:, :, :129] ** 2 + x[:, :, 129:] ** 2)
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = ops.relu(conv(ops.pad(x, [(0, 0), (1, 1), (0, 0)])))
        h, (h, c) = self.cell(x[:, 0, :], [state[0], state[1]])
        x = self.last(ops.relu(h)[:, None, :])
        return ops.sigmoid(x[:, 0, :]), ops.stack([h, c])


in_class_style = SileroKeras()
in_class_style(chunk, state)  # the first call makes the weights
in_class_style = filled_tf(in_class_style, weights)

# %% tags=["verdict", "folded"]
# Folded: compares the two Keras networks, and each with PyTorch's, layer by layer.
by_function, state_by_function = net_tf([chunk, state])
by_class, state_by_class = in_class_style(chunk, state)
parity.verdict("both styles", by_function.numpy(), by_class.numpy(), atol=1e-6)
for style, model in {"functional": net_tf, "class": in_class_style}.items():
    again = port.first_difference(tf_side.activations(model, chunk, state), theirs)
    worst = max(row.largest for row in again.rows)  # of numbers up to about 20
    parity.verdict(f"{style} style, all layers, and PyTorch's", worst, 0.0, atol=1e-3)

# %% [markdown]
# ### Exercise 13.3: three broken ports (6 minutes)
#
# `broken` holds the weights of three ports; each may have one fault. First print what each answers to `chunk`: would you
# have known, without the kit? Then name each fault: `"gates in another order"`, `"kernel turned round"`,
# `"bias left out"`, `"padding at one side"` or `"none"`. `tf_side.set_weights(spare, broken["A"])` puts one into a spare
# network; `spare([chunk, state])` asks it; `right` is what the layers of the right one give.

# %% tags=["exercise"]
spare = network(both_ends)
right = tf_side.activations(net_tf, chunk, state)
broken = checks_b.broken(tf_side.get_weights(net_tf), weights)  # {"A": weights, ...}
answer = ...  # {"A": "...", "B": "...", "C": "..."}


# solution
for name, values in broken.items():
    tf_side.set_weights(spare, values)
    probability, _ = spare([chunk, state])
    yours = tf_side.activations(spare, chunk, state)
    said = port.sentences(port.first_difference(yours, right))
    print(name, probability.numpy(), *said, sep="\n")
answer = {
    "A": "gates in another order",
    "B": "kernel turned round",
    "C": "bias left out",
}


# wrong: port C: look at which layer differs first
answer = {"A": "gates in another order", "B": "kernel turned round", "C": "none"}


# wrong: port A: look at which layer differs first
answer = {
    "A": "bias left out",
    "B": "kernel turned round",
    "C": "gates in another order",
}


# wrong: one entry for each port
answer = ["gates in another order", "kernel turned round", "bias left out"]


# %% tags=["check"]
exercises.check("13.3", answer)

# %% [markdown]
# ## 13b.4 A minute, chunk by chunk
#
# A microphone never ends, so the model hears chunk after chunk. Two things are carried on: the last 64 samples, and the
# state. `step` gets a sound and a state as NumPy arrays, and returns the probability and the new state.

# %% tags=["taught"]
chunks = scene.sound[: len(scene.sound) // 512 * 512].reshape(-1, 1, 512)
zeros = np.zeros((2, 1, 128), "float32")


def listen(step):
    """The probability of speech for every chunk."""
    state = zeros
    before = np.zeros((1, 64), "float32")
    heard = []
    for samples in chunks:
        sound = np.concatenate([before, samples], axis=1)
        probability, state = step(sound, state)
        before = samples[:, -64:]
        heard.append(probability[0, 0])
    return np.array(heard)


# %% [markdown]
# Keras is called through `tf.function` (chapter 3): some two thousand calls, layer by layer, would take long.


# %% tags=["torch"]
# PyTorch
def step_torch(sound, state):
    with torch.inference_mode():
        outputs = net_torch(torch.from_numpy(sound), torch.from_numpy(state))
    return [output.numpy() for output in outputs]


heard_torch = listen(step_torch)
forgetful_torch = listen(lambda sound, state: step_torch(sound, zeros))

# %% tags=["tf"]
# TensorFlow
graph_tf = tf.function(net_tf, autograph=False)


def step_tf(sound, state):
    outputs = graph_tf([sound, state])
    return [output.numpy() for output in outputs]


heard_tf = listen(step_tf)
forgetful_tf = listen(lambda sound, state: step_tf(sound, zeros))

# %% tags=["verdict", "folded"]
# Folded: compares all probabilities; and those of a network that forgets its state.
parity.verdict("probabilities of all chunks", heard_torch, heard_tf, atol=1e-5)
parity.verdict("without the state", forgetful_torch, forgetful_tf, atol=1e-5)
parity.differ("with the state and without", heard_torch, forgetful_torch, atol=0.1)

# %% [markdown]
# Forget the state, and nothing fails: both still agree with each other. Which brings us to the question of this lesson.

# %% [markdown]
# ## 13b.5 Who may judge?
#
# Two networks, written in two frameworks, with one set of weights, agree over a whole minute. Is the port right? The
# package's own ONNX file has not been asked yet. ONNX Runtime runs it; no line of ours is in between.

# %% tags=["taught"]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
judge = onnxruntime.InferenceSession(files / "silero_vad.onnx", options)
rate = np.array(16000)


def step_judge(sound, state):
    return judge.run(None, {"input": sound, "state": state, "sr": rate})


# %% [markdown]
# **Predict.** How do the ports and the judge compare, over all chunks?
#
# - **a** they agree to 1e-5
# - **b** they hear speech in nearly the same chunks, but are further apart than 1e-5
# - **c** they have little in common: the two say the same of fewer than nine chunks in ten

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P13.4", guess, among=["a", "b", "c"])

# %% tags=["taught"]
heard_judge = listen(step_judge)

# %% tags=["torch"]
# PyTorch
apart_torch = float(np.abs(heard_torch - heard_judge).max())
alike_torch = float(np.mean((heard_torch > 0.5) == (heard_judge > 0.5)))
print(f"up to {apart_torch:.2f} apart, the same verdict for {alike_torch:.1%}")

# %% tags=["tf"]
# TensorFlow
apart_tf = float(np.abs(heard_tf - heard_judge).max())
alike_tf = float(np.mean((heard_tf > 0.5) == (heard_judge > 0.5)))
print(f"up to {apart_tf:.2f} apart, the same verdict for {alike_tf:.1%}")

# %% tags=["verdict", "folded"]
# Folded: which option came true, and whether both ports are off alike.
letter = exercises.first_true(
    {"a": apart_torch < 1e-5, "c": alike_torch < 0.9, "b": True}
)
exercises.outcome("P13.4", letter)
parity.verdict("how far both ports are off", apart_torch, apart_tf, atol=1e-4)

# %% tags=["folded"]
# Folded: draws what the judge and the port hear, for 20 seconds.
figures_b.heard(scene, {"the judge": heard_judge, "the port": heard_torch})

# %% [markdown]
# Nobody spoke, but the model takes our syllables for speech, and so does the port. It works, and it is wrong. A
# demonstration would have passed it, and so would a test that asks for the same verdict nine times in ten. A tolerance must
# come from rounding, 1e-5 here, not from what looks good.
#
# Where does the difference come from? The layers agree with each other, and ONNX Runtime shows none of its own. But the
# ONNX file holds weights. Its graph has one branch for 16,000 samples a second and one for 8,000; inside, weights are
# constants with names.


# %% tags=["taught"]
def constants(graph):
    """{name: array} of all constants, also in graphs inside of nodes."""
    found = {}
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                found.update(constants(attribute.g))
            elif node.op_type == "Constant":
                found[node.output[0]] = numpy_helper.to_array(attribute.t)
    return found


of_judge = {}
for name, array in constants(onnx.load(files / "silero_vad.onnx").graph).items():
    branch, _, short = name.partition("Inline_0__")
    if "then" in branch and short.startswith(("stft.", "encoder.", "decoder.")):
        of_judge[short] = array

# %% [markdown]
# `match` also says by how much the arrays differ.

# %% tags=["taught"]
for pair in port.match(of_judge, weights).pairs:
    print(f"{pair.difference:8.4f}  {pair.yours}, {pair.theirs}")

# %% [markdown]
# One array is equal, all others are not: the safetensors file holds the weights of *another training* of the same network.
# Our ports were right, of the wrong model. Put the judge's weights in:

# %% tags=["torch"]
# PyTorch
net_torch = filled_torch(net_torch, of_judge)
heard_torch = listen(step_torch)

# %% tags=["tf"]
# TensorFlow
net_tf = filled_tf(net_tf, of_judge)
heard_tf = listen(step_tf)

# %% tags=["verdict", "folded"]
# Folded: compares PyTorch's network, and TorchScript's weights, with the judge's.
parity.verdict("PyTorch and the judge", heard_torch, heard_judge, atol=1e-5)
scripted = {}
for name, array in torch.jit.load(files / "silero_vad.jit").state_dict().items():
    if name.startswith("_model."):
        scripted[name.removeprefix("_model.")] = array.numpy()
parity.verdict("weights in TorchScript and in ONNX", scripted, of_judge)

# %% tags=["verdict", "folded"]
# Folded: compares Keras's network with the judge.
parity.verdict("Keras and the judge", heard_tf, heard_judge, atol=1e-5)

# %% [markdown]
# Two ports by one author share his mistakes: what he read, what he understood, which file he took. So the judge must be the
# original itself, by a way that shares nothing with yours; and before you compare outputs, compare weights.
#
# And the one array that was equal? No training made it. Row $k$ of `stft`'s first 129 is a window times
# $\cos(2\pi kn/256)$, row $129 + k$ the window times $-\sin(2\pi kn/256)$: a Fourier transform, written as a convolution
# because that runs everywhere. It takes a fifth of the file.

# %% tags=["taught"]
n = np.arange(256)
window = 0.5 - 0.5 * np.cos(2 * np.pi * n / 256)  # named after Hann
angle = 2 * np.pi * np.outer(np.arange(129), n) / 256
by_hand = np.concatenate([window * np.cos(angle), -window * np.sin(angle)])
basis = of_judge["stft.forward_basis_buffer"][:, 0]
print(f"largest difference: {np.abs(by_hand - basis).max():.0e}")

# %% [markdown]
# ### Exercise 13.4: port the block, not its numbers (5 minutes)
#
# Write the front end with TensorFlow's own Fourier transform: `answer(x, window)`, where `x` is a tensor of sounds
# (batch, 576) and `window` one of shape (256,). Mirror 64 samples at the right end, cut frames of 256 samples that begin 128
# apart, multiply each by the window, and return the magnitudes of `tf.signal.rfft`, (batch, 4, 129). `tf.pad` has a mode
# `"REFLECT"`, and `tf.signal.frame` cuts.

# %% tags=["exercise"]
answer = ...  # a function of two TensorFlow tensors


# solution
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "REFLECT")
    frames = tf.signal.frame(x, 256, 128)
    return tf.abs(tf.signal.rfft(frames * window))


# wrong: the end is filled with zeros
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)])
    frames = tf.signal.frame(x, 256, 128)
    return tf.abs(tf.signal.rfft(frames * window))


# wrong: the window is missing
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "REFLECT")
    return tf.abs(tf.signal.rfft(tf.signal.frame(x, 256, 128)))


# wrong: the root is missing
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "REFLECT")
    z = tf.signal.rfft(tf.signal.frame(x, 256, 128) * window)
    return tf.math.real(z) ** 2 + tf.math.imag(z) ** 2


# %% tags=["check"]
exercises.check("13.4", answer)

# %% [markdown]
# ## 13b.6 On to a phone
#
# In Keras the model can go where Keras goes: to [LiteRT](glossary.md#litert), as in lesson 11a. The places for data that the
# functional style has named, `sound` and `state`, are then the file's.

# %% tags=["taught"]
from ai_edge_litert.interpreter import Interpreter

with tempfile.TemporaryDirectory() as folder, session.quiet():
    net_tf.export(folder, verbose=False)
    file_lite = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    interpreter = Interpreter(model_content=file_lite, num_threads=1)
    interpreter.allocate_tensors()
    ask = interpreter.get_signature_runner()


def step_lite(sound, state):
    outputs = ask(sound=sound, state=state)
    return outputs["output_0"], outputs["output_1"]


heard_lite = listen(step_lite)

# %% tags=["verdict", "folded"]
# Folded: compares LiteRT with the judge, and times both.
parity.verdict("LiteRT and the judge", heard_lite, heard_judge, atol=1e-5)
ways = {"ONNX Runtime": step_judge, "LiteRT": step_lite, "Keras, a graph": step_tf}
calls = {way: functools.partial(step, chunk, state) for way, step in ways.items()}
took = timing.compare(calls, rounds=101)
for way in ("LiteRT", "Keras, a graph"):
    ratio = took[way].ratio
    parity.by_clock(f"{way}, times ONNX Runtime's time for a chunk", f"{ratio:.2f}")

# %% tags=["folded"]
# Folded: a table of bytes.
figures_b.sizes(files, len(file_lite), net_tf.count_params())

# %% [markdown]
# The package's ONNX and TorchScript files hold two networks, for two rates; ours holds one. A ratio of times belongs to this
# machine. On a phone, measure there.

# %% [markdown]
# ## 13b.7 Quiz

# %%
exercises.quiz("13b")

# %% [markdown]
# ## 13b.8 Verdicts

# %%
claims.close("13b")

# %% [markdown]
# ## 13b.9 Summary and further reading
#
# - For a kernel of width 3, `"same"` is `padding=1` at stride 1. At stride 2, pad by hand.
# - Look for the first layer that differs; ask the kit for causes, and give it a state that is not zero.
# - What is carried from chunk to chunk belongs to the port.
# - Ports that agree with each other prove nothing about the original. Compare weights, then outputs, with the original's
#   own file, to what rounding allows.
#
# Further reading: [Silero VAD](https://github.com/snakers4/silero-vad),
# [padding in TensorFlow](https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2),
# [Fourier layers as convolutions](https://arxiv.org/abs/1912.12055) (Cheuk et al.).
# Next: [old code](13c_old_code.ipynb), what dies in it, and what does not.
