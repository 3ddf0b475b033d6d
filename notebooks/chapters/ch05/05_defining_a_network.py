# %% [markdown]
# # 5. Defining a network
#
# A network is a function and a handful of arrays: write it in any of six ways, carry its arrays over to the other
# framework, and it gives the same numbers to the last digits.
#
# > **Minutes**: 50 &nbsp; **Needs**: chapter 1, and matrix products
# >
# > **You will be able to**
# > - define a network as a class, as a sequence and as a function in both frameworks
# > - read off its layers, shapes, parameters and graph
# > - carry weights in both directions, and prove that nothing got lost
# > - run Keras on PyTorch, without TensorFlow
# > - look up a phrase of one framework in the other
# >
# > **Claims tested**: C19, C46, C47, C48, C49, C50, C51, C52, C53

# %% tags=["setup"]
from helpers import session
session.start("05")
import inspect
from pathlib import Path
import numpy as np
from helpers import build_dir, claims, data, exercises, parity, plots, process, show
from chapters.ch05 import phrasebook

# %% tags=["torch", "setup"]
import torch
import torch.nn.functional as F
from torch import nn
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
import keras
from keras import layers
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

rng = np.random.default_rng(seed)
digits = data.digits("float64")
x, y = digits.x_train[:200].reshape(200, 64), digits.y_train[:200]
arrays = [rng.normal(size=shape) / 8 for shape in ((64, 32), (32,), (32, 10), (10,))]
w1, b1, w2, b2 = arrays
expected = np.maximum(x @ w1 + b1, 0) @ w2 + b2  # what the network computes, in one line of NumPy

# %% [markdown]
# ## 5.1 One network as a class
#
# Our network reads a digit as 64 numbers: a [dense layer](glossary.md#dense-layer) to 32, [ReLU](glossary.md#relu),
# a dense layer to 10 [logits](glossary.md#logits). NumPy drew its four arrays above, so they belong to neither framework.
#
# "In PyTorch, your neural network will be a class", says the article. Keras users write the same class. Look at the `.T`:
# PyTorch stores a dense weight as (out, in), Keras as (in, out).
#
# The first lines ask for [float64](glossary.md#float64), once for the whole chapter, so that no mistake hides behind the
# rounding of [float32](glossary.md#float32).
#
# **Predict.** Right after `NetTF()`, before any input, how many arrays of weights does the Keras model hold?

# %% tags=["predict"]
guess = ...  # one of: 0, 2, 4
exercises.predict("5.1", guess, among=[0, 2, 4])

# %% tags=["torch"]
torch.set_default_dtype(torch.float64)

class NetTorch(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(64, 32)
        self.out = nn.Linear(32, 10)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))

net_torch = NetTorch()
torch_side.set_weights(net_torch, {"hidden.weight": w1.T, "hidden.bias": b1, "out.weight": w2.T, "out.bias": b2})
logits_torch = torch_side.to_numpy(net_torch(torch.tensor(x)))

# %% tags=["tf"]
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")

class NetTF(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(32)
        self.out = layers.Dense(10)

    def call(self, x):
        return self.out(tf.nn.relu(self.hidden(x)))

net_tf = NetTF()
new_arrays = len(net_tf.weights)
net_tf(tf.zeros((1, 64)))  # the first input tells how many numbers come in
net_tf.set_weights([w1, b1, w2, b2])
logits_tf = tf_side.to_numpy(net_tf(tf.constant(x)))

# %% tags=["verdict"]
parity.verdict("the class in PyTorch and one line of NumPy", logits_torch, expected, atol=1e-12)
parity.verdict("the class in Keras and one line of NumPy", logits_tf, expected, atol=1e-12)
own = [name for name, _ in net_torch.named_children()]
by_forward = torch_side.to_numpy(net_torch.forward(torch.tensor(x)))
claims.verdict("C46", {"the layers that __init__ made are the module's": own == ["hidden", "out"],
                       "calling the module runs forward": parity.gap(by_forward, logits_torch) < 1e-12},
               f"NetTorch's layers are {' and '.join(own)}; a class is the usual way, the next section shows others")
claims.verdict("C47", nn.Linear.__module__.startswith("torch.nn"), f"nn.Linear comes from {nn.Linear.__module__}")
count = len(list(net_torch.parameters()))
claims.verdict("C48", isinstance(net_torch, NetTorch) and count == 4,
               f"NetTorch() gave a {type(net_torch).__name__} with {count} arrays, NetTF() a {type(net_tf).__name__}")
exercises.outcome("5.1", new_arrays)

# %% [markdown]
# ## 5.2 The same network without a class
#
# A chain of layers needs no class. `nn.Sequential` takes all layers at once; Keras's `Sequential` may also grow by `add`.
#
# The third style has one name and two meanings. In PyTorch, **functional** means a plain function of the input and the
# arrays. In Keras, the [functional API](glossary.md#functional-api) calls layers on a symbolic input and records the graph
# between input and output.
#
# A Keras layer is told only how many numbers go out, so it cannot make its arrays before it sees an input. PyTorch has such
# layers too, `nn.LazyLinear`: we use them here, and count the arrays on both sides before and after the first input.

# %% tags=["torch"]
lazy_torch = nn.Sequential(nn.LazyLinear(32), nn.ReLU(), nn.LazyLinear(10))
ready_before_torch = sum(not nn.parameter.is_lazy(p) for p in lazy_torch.parameters())
lazy_torch(torch.zeros(1, 64))  # the first input tells the shapes
ready_after_torch = sum(not nn.parameter.is_lazy(p) for p in lazy_torch.parameters())
torch_side.set_weights(lazy_torch, dict(zip(lazy_torch.state_dict(), [w1.T, b1, w2.T, b2])))

def function_torch(x, weight1, bias1, weight2, bias2):
    return F.linear(torch.relu(F.linear(x, weight1, bias1)), weight2, bias2)

x_torch, *arrays_torch = (torch.tensor(a) for a in (x, w1.T, b1, w2.T, b2))
styles_torch = {"sequence": torch_side.to_numpy(lazy_torch(x_torch)),
                "function": torch_side.to_numpy(function_torch(x_torch, *arrays_torch))}

# %% tags=["tf"]
grown_tf = keras.Sequential()
grown_tf.add(layers.Dense(32, activation="relu"))
grown_tf.add(layers.Dense(10))
ready_before_tf = len(grown_tf.weights)
grown_tf(tf.zeros((1, 64)))  # the first input tells the shapes
ready_after_tf = len(grown_tf.weights)
grown_tf.set_weights(arrays)

pixels = keras.Input((64,))
function_tf = keras.Model(pixels, layers.Dense(10)(layers.Dense(32, activation="relu")(pixels)))
function_tf.set_weights(arrays)

styles_tf = {"sequence": tf_side.to_numpy(grown_tf(x)),
             "function": tf_side.to_numpy(function_tf(x))}

# %% tags=["verdict"]
claims.verdict("C51", {"add fills a Sequential": len(grown_tf.layers) == 2,
                       "which computes what the class does": parity.gap(styles_tf["sequence"], logits_tf) < 1e-12},
               f"after two calls of add the model held {ready_before_tf} arrays, after its first input {ready_after_tf}")
parity.verdict("arrays that exist before and after the first input", [ready_before_torch, ready_after_torch],
               [ready_before_tf, ready_after_tf])
parity.verdict("the sequence and the class", styles_tf["sequence"], expected, atol=1e-12)
parity.verdict("a sequence and a function in PyTorch and in Keras", styles_torch, styles_tf, atol=1e-12)

# %% [markdown]
# ## 5.3 Read a network: layers, shapes, graph
#
# Here the flow parts and meets again: what `first` and ReLU give is added to what `second` makes of it.
#
# A Keras functional model knows its [graph](glossary.md#graph), so `summary()` can print it. A PyTorch module is only code.
# `torch.fx` gets the graph by [tracing](glossary.md#tracing): it runs `forward` once on a stand-in that notes down what is
# done to it. `ShapeProp` then sends a real input through, for the shapes.
#
# From both we take, for each node, how many numbers come out and how many [parameters](glossary.md#parameter) are inside;
# and the edges. Keras keeps the edges in the underscored `_inbound_nodes`, which its own `plot_model` reads.

# %% tags=["torch"]
from torch.fx.passes.shape_prop import ShapeProp

class SkipTorch(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.relu = nn.Linear(64, 32), nn.ReLU()
        self.second, self.last = nn.Linear(32, 32), nn.Linear(32, 10)

    def forward(self, x):
        h = self.relu(self.first(x))
        return self.last(h + self.second(h))

skip_torch = SkipTorch()
print(skip_torch)
traced = torch.fx.symbolic_trace(skip_torch)
ShapeProp(traced).propagate(torch.zeros(1, 64))
nodes = [node for node in traced.graph.nodes if node.op != "output"]
inside = {name: sum(p.numel() for p in module.parameters()) for name, module in traced.named_children()}
summary_torch = {node.name: (node.meta["tensor_meta"].shape[-1], inside.get(node.name, 0)) for node in nodes}
edges_torch = sorted((before.name, node.name) for node in nodes for before in node.all_input_nodes)

# %% tags=["tf"]
pixels = keras.Input((64,), name="x")
h = layers.ReLU(name="relu")(layers.Dense(32, name="first")(pixels))
added = layers.Add(name="add")([h, layers.Dense(32, name="second")(h)])
skip_tf = keras.Model(pixels, layers.Dense(10, name="last")(added))

skip_tf.summary()
summary_tf = {layer.name: (layer.output.shape[-1], layer.count_params()) for layer in skip_tf.layers}
edges_tf = sorted((before.operation.name, layer.name) for layer in skip_tf.layers
                  for node in layer._inbound_nodes for before in node.parent_nodes)

# %% tags=["verdict"]
parity.verdict("outputs and parameters of each node", summary_torch, summary_tf)
parity.verdict("edges of the graph", edges_torch, edges_tf)
print("nodes:", ", ".join(summary_torch))

# %%
kinds_torch = {name: type(module).__name__ for name, module in skip_torch.named_children()}
kinds_tf = {layer.name: type(layer).__name__ for layer in skip_tf.layers}
weights_torch = {name.split(".")[0]: tuple(p.shape) for name, p in skip_torch.named_parameters() if p.ndim == 2}
weights_tf = {layer.name: tuple(layer.kernel.shape) for layer in skip_tf.layers if hasattr(layer, "kernel")}

fig, axes = plots.figure(1, 2, width=8.6, height=5.4)
sides = [(plots.TORCH, kinds_torch, weights_torch, edges_torch, "#F6D9C4"),
         (plots.TF, kinds_tf, weights_tf, edges_tf, "#CFE3F1")]
for ax, (style, kinds, weights, edges, tint) in zip(axes, sides):
    labels = {name: f"{name}: {kinds.get(name, '+' if name == 'add' else 'input')}\n{count} out"
              + (f", weight {weights[name]}" if name in weights else "") for name, (count, _) in summary_torch.items()}
    plots.graph(ax, labels, edges, dict.fromkeys(weights, tint))
    ax.set_title(style["label"])
plots.show(fig, alt="Two drawings of one graph: x, first, relu, a branch through second that is added to relu's output, "
           "last. PyTorch's weights have shape (out, in), Keras's (in, out).")

# %% [markdown]
# ## 5.4 What became of tf.layers
#
# For TensorFlow, the article imports layers from `tf.layers`. It says that their syntax is like that of Keras, and that
# Keras is part of TensorFlow's repository. TensorFlow's [migration guide](https://www.tensorflow.org/guide/migrate) tells
# another story; let us try what is left.
#
# The third attempt needs the old Keras 2, which survives as the package `tf_keras` and must be chosen before TensorFlow is
# loaded. So it runs in a child process. Where the package is not installed there is nothing to measure.

# %%
def attempt(call):
    try:
        return f"`{call()}`"
    except AttributeError as error:
        return f"AttributeError: {error}"

task = {"x": x[:3], "kernel": w1, "bias": b1}
new = attempt(lambda: tf.layers.dense)
old = attempt(lambda: tf.compat.v1.layers.dense(task["x"], 32))
legacy, = process.run("ch05/legacy_layers", task, timeout=120, env={"TF_USE_LEGACY_KERAS": "1"})
if legacy["installed"]:
    far = parity.same(np.array(legacy["output"]), x[:3] @ w1 + b1, atol=1e-9)
    oldest = f"works, largest difference from NumPy {far:.1e}. It warns: {legacy['warning']}"
else:
    oldest = "NOT MEASURED: the package `tf_keras` is not installed"
show.table(["attempt", "what happened"],
           [("`tf.layers.dense`", new), ("`tf.compat.v1.layers.dense(x, 32)`", old),
            ("the same, with `TF_USE_LEGACY_KERAS=1`", oldest), ("`keras.layers.Dense`", attempt(lambda: layers.Dense))])

# %% tags=["verdict"]
claims.verdict("C52", {"tf.layers exists": not new.startswith("AttributeError"),
                       "tf.compat.v1.layers.dense works": not old.startswith("AttributeError")},
               f"asked for, they gave {new.split(':')[0]} and {old.split(':')[0]}")
same_layer = tf.keras.layers.Dense is keras.layers.Dense
claims.verdict("C53", same_layer, f"tf.keras.layers.Dense is the very object keras.layers.Dense: {same_layer}")
inside_tf = Path(tf.__file__).parent in Path(keras.__file__).parents
where = f"its code lies {'inside' if inside_tf else 'outside'} TensorFlow's folder"
claims.verdict("C50", inside_tf, f"tf.keras is the module {tf.keras.__name__}; {where}")
claims.verdict("C19", {"a high-level API is at hand as tf.keras": same_layer, "it is built into TensorFlow": inside_tf},
               f"tf.keras.Sequential comes from {tf.keras.Sequential.__module__.split('.')[0]}; {where}")

# %% [markdown]
# ## 5.5 Carry weights across
#
# Three questions settle how a layer's arrays travel.
#
# 1. **Which axes, in which order?** A dense weight is transposed. The [kernel](glossary.md#kernel) of a
#    [convolution](glossary.md#convolution) goes from (out, in, height, width) to (height, width, in, out), whatever stride,
#    dilation and groups are.
# 2. **Which numbers stand outside?** Keras's default epsilon is 1e-3, PyTorch's 1e-5.
# 3. **What else is stored?** [Batch normalization](glossary.md#batch-normalization) keeps running averages; PyTorch also
#    counts batches.
#
# The maps take and give NumPy arrays, in the order of `state_dict()` and `get_weights()`. Random arrays test them: a new
# batch normalization holds only ones and zeros, and would agree even with weight and variance swapped.

# %%
to_keras = {
    "Linear": lambda weight, bias: [weight.T, bias],
    "Conv2d": lambda weight, bias: [weight.transpose(2, 3, 1, 0), bias],
    "BatchNorm2d": lambda weight, bias, mean, var, batches: [weight, bias, mean, var],
    "LayerNorm": lambda weight, bias: [weight, bias],
    "Embedding": lambda weight: [weight]}
to_torch = {
    "Linear": lambda kernel, bias: [kernel.T, bias],
    "Conv2d": lambda kernel, bias: [kernel.transpose(3, 2, 0, 1), bias],
    "BatchNorm2d": lambda gamma, beta, mean, var: [gamma, beta, mean, var, np.array(0)],
    "LayerNorm": lambda gamma, beta: [gamma, beta],
    "Embedding": lambda embeddings: [embeddings]}

def swap_layout(a, order):  # NCHW to NHWC with (0, 2, 3, 1), back with (0, 3, 1, 2); other shapes stay as they are
    return a.transpose(order) if a.ndim == 4 else a

rows, image, tokens = rng.normal(size=(5, 6)), rng.normal(size=(2, 4, 9, 9)), rng.integers(0, 10, (3, 7))
inputs = {"Linear": rows, "Conv2d": image, "Conv2d stride 2, 2 groups": image, "Conv2d dilation 2": image,
          "BatchNorm2d": image, "LayerNorm": rows, "Embedding": tokens}

# %% tags=["torch"]
layers_torch = {
    "Linear": nn.Linear(6, 4),
    "Conv2d": nn.Conv2d(4, 8, 3),
    "Conv2d stride 2, 2 groups": nn.Conv2d(4, 8, 3, stride=2, groups=2),
    "Conv2d dilation 2": nn.Conv2d(4, 8, 3, dilation=2),
    "BatchNorm2d": nn.BatchNorm2d(4).eval(),
    "LayerNorm": nn.LayerNorm(6),
    "Embedding": nn.Embedding(10, 5)}

def run_torch(name):
    return torch_side.to_numpy(layers_torch[name](torch.tensor(inputs[name])))

weights_torch, out_torch = {}, {}
for name, layer in layers_torch.items():
    weights_torch[name] = {key: rng.uniform(0.5, 2, a.shape) for key, a in torch_side.get_weights(layer).items()}
    torch_side.set_weights(layer, weights_torch[name])
    out_torch[name] = run_torch(name)

# %% tags=["tf"]
layers_tf = {
    "Linear": layers.Dense(4),
    "Conv2d": layers.Conv2D(8, 3),
    "Conv2d stride 2, 2 groups": layers.Conv2D(8, 3, strides=2, groups=2),
    "Conv2d dilation 2": layers.Conv2D(8, 3, dilation_rate=2),
    "BatchNorm2d": layers.BatchNormalization(epsilon=1e-5),
    "LayerNorm": layers.LayerNormalization(epsilon=1e-5),
    "Embedding": layers.Embedding(10, 5)}

def run_tf(name):
    return swap_layout(tf_side.to_numpy(layers_tf[name](swap_layout(inputs[name], (0, 2, 3, 1)))), (0, 3, 1, 2))

weights_tf, out_tf = {}, {}
for name, layer in layers_tf.items():
    run_tf(name)  # builds the layer
    weights_tf[name] = [rng.uniform(0.5, 2, a.shape) for a in layer.get_weights()]
    layer.set_weights(weights_tf[name])
    out_tf[name] = run_tf(name)

# %% tags=["verdict"]
in_keras, in_pytorch = {}, {}
for name in inputs:
    kind = name.split()[0]
    layers_tf[name].set_weights(to_keras[kind](*weights_torch[name].values()))
    in_keras[name] = run_tf(name)
    carried = to_torch[kind](*weights_tf[name])
    torch_side.set_weights(layers_torch[name], dict(zip(weights_torch[name], carried)))
    in_pytorch[name] = run_torch(name)
parity.verdict(f"{len(inputs)} layers of PyTorch, rebuilt in Keras", in_keras, out_torch, atol=1e-10)
parity.verdict(f"{len(inputs)} layers of Keras, rebuilt in PyTorch", in_pytorch, out_tf, atol=1e-10)

# %% [markdown]
# ## 5.6 Layers with something inside: gates and heads
#
# A [recurrent](glossary.md#recurrent-network) layer computes several [gates](glossary.md#gate) with one stacked weight.
# LSTM: both stack input, forget, cell, output. GRU: PyTorch stacks reset, update, new; Keras update, reset, new.
#
# PyTorch has two biases per gate, Keras's LSTM only their sum. The GRU needs both: its new state is
# tanh(Wx + b + r·(Uh + c)), where the reset gate r multiplies c and not b. In Keras that is the default,
# `reset_after=True`.
#
# [Attention](glossary.md#attention) in PyTorch keeps query, key and value in one weight; Keras gives every head its axis.
#
# **Predict.** You transpose a GRU's weights, stack the biases, and forget the order of the gates. What happens?

# %% tags=["predict"]
guess = ...  # one of: "an error", "right numbers", "wrong numbers, no error"
exercises.predict("5.2", guess, among=["an error", "right numbers", "wrong numbers, no error"])

# %%
def swap_gates(a):  # reset, update, new <-> update, reset, new: its own inverse
    first, second, new = np.split(a, 3)
    return np.concatenate([second, first, new])

def attention_to_keras(weight, bias, out_weight, out_bias):  # 8 numbers = 2 heads of 4
    pairs = zip(np.split(weight, 3), np.split(bias, 3))  # query, key, value
    split = [a for w, b in pairs for a in (w.T.reshape(8, 2, 4), b.reshape(2, 4))]
    return [*split, out_weight.T.reshape(2, 4, 8), out_bias]

def attention_to_torch(qw, qb, kw, kb, vw, vb, out_kernel, out_bias):
    return [np.concatenate([w.reshape(8, 8).T for w in (qw, kw, vw)]),
            np.concatenate([b.reshape(8) for b in (qb, kb, vb)]), out_kernel.reshape(8, 8).T, out_bias]

# w, b: weight and bias of the input; u, c: of the state
to_keras |= {"LSTM": lambda w, u, b, c: [w.T, u.T, b + c], "MultiheadAttention": attention_to_keras,
             "GRU": lambda w, u, b, c: [swap_gates(w).T, swap_gates(u).T, np.stack([swap_gates(b), swap_gates(c)])]}
to_torch |= {"LSTM": lambda w, u, b: [w.T, u.T, b, np.zeros_like(b)], "MultiheadAttention": attention_to_torch,
             "GRU": lambda w, u, b: [swap_gates(w.T), swap_gates(u.T), swap_gates(b[0]), swap_gates(b[1])]}

# %% tags=["torch"]
sequences = np.random.default_rng(seed).normal(size=(3, 12, 8))  # 3 sequences of 12 steps, 8 numbers a step
deep_torch = {"LSTM": nn.LSTM(8, 6, batch_first=True), "GRU": nn.GRU(8, 6, batch_first=True),
              "MultiheadAttention": nn.MultiheadAttention(8, num_heads=2, batch_first=True)}

def deep_run_torch(name):
    s = torch.tensor(sequences)
    result = deep_torch[name](s, s, s) if name == "MultiheadAttention" else deep_torch[name](s)
    return torch_side.to_numpy(result[0])

arrays_torch, steps_torch = {}, {}
for name, layer in deep_torch.items():
    arrays_torch[name] = {key: rng.normal(size=a.shape) for key, a in torch_side.get_weights(layer).items()}
    torch_side.set_weights(layer, arrays_torch[name])
    steps_torch[name] = deep_run_torch(name)

# %% tags=["tf"]
sequences = np.random.default_rng(seed).normal(size=(3, 12, 8))  # 3 sequences of 12 steps, 8 numbers a step
deep_tf = {"LSTM": layers.LSTM(6, return_sequences=True), "GRU": layers.GRU(6, return_sequences=True),
           "MultiheadAttention": layers.MultiHeadAttention(num_heads=2, key_dim=4)}  # its 1/sqrt(key_dim) is a float32

def deep_run_tf(name):
    s = tf.constant(sequences)
    result = deep_tf[name](s, s) if name == "MultiheadAttention" else deep_tf[name](s)
    return tf_side.to_numpy(result)

arrays_tf, steps_tf = {}, {}
for name, layer in deep_tf.items():
    deep_run_tf(name)  # builds the layer
    arrays_tf[name] = [rng.normal(size=a.shape) for a in layer.get_weights()]
    layer.set_weights(arrays_tf[name])
    steps_tf[name] = deep_run_tf(name)

# %% tags=["verdict"]
carried_to_keras, carried_to_torch = {}, {}
for name in deep_torch:
    deep_tf[name].set_weights(to_keras[name](*arrays_torch[name].values()))
    carried_to_keras[name] = deep_run_tf(name)
    carried = to_torch[name](*arrays_tf[name])
    torch_side.set_weights(deep_torch[name], dict(zip(arrays_torch[name], carried)))
    carried_to_torch[name] = deep_run_torch(name)
for name in deep_torch:
    parity.verdict(f"{name} of PyTorch, rebuilt in Keras", carried_to_keras[name], steps_torch[name], atol=1e-10)
    parity.verdict(f"{name} of Keras, rebuilt in PyTorch", carried_to_torch[name], steps_tf[name], atol=1e-10)

# %%
w, u, b, c = arrays_torch["GRU"].values()
deep_tf["GRU"].set_weights([w.T, u.T, np.stack([b, c])])  # PyTorch's order of gates: an error would stop the notebook here
careless = deep_run_tf("GRU")
fits = parity.gap(careless, steps_torch["GRU"]) < 1e-6
exercises.outcome("5.2", "right numbers" if fits else "wrong numbers, no error")

fig, (left, right) = plots.figure(1, 2, width=8.6, height=3.0)
tints = {"reset": "#F0E442", "update": "#C9B3D9", "new": "#DDDDDD"}
for row, order in enumerate([("update", "reset", "new"), ("reset", "update", "new")]):
    for k, gate in enumerate(order):
        left.barh(row, 6, left=6 * k, color=tints[gate], edgecolor="white")
        left.text(6 * k + 3, row, gate, ha="center", va="center")
left.set(yticks=[0, 1], yticklabels=["Keras", "PyTorch"], xticks=[0, 6, 12, 18], xlabel="index in the stacked weight")
right.plot(steps_torch["GRU"][0, :, 0], **plots.TORCH, linewidth=4, markersize=9)
right.plot(carried_to_keras["GRU"][0, :, 0], **plots.TF | {"label": "Keras, gates in order"})
right.plot(careless[0, :, 0], color=plots.GRAY, linestyle=":", marker="x", label="Keras, gates mixed up")
right.set(xlabel="step", ylabel="first output of the GRU")
right.legend(fontsize=7.5, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1), columnspacing=1)
plots.show(fig, alt="Left: PyTorch stacks reset, update, new; Keras update, reset, new. Right: the carried GRU follows the "
           "curve of PyTorch; with the gates mixed up the curve is another one.")

# %% [markdown]
# ## 5.7 Keras without TensorFlow
#
# Keras has more than one [backend](glossary.md#backend): the environment variable `KERAS_BACKEND`, set before the import,
# chooses TensorFlow, [JAX or PyTorch](https://keras.io/getting_started/). So a child process runs the function printed below
# on PyTorch; this notebook runs the same function on TensorFlow. Same data, same arrays, same steps.
#
# The child also reports which frameworks it has loaded, and what the weight of the first layer is.
#
# **Predict.** On PyTorch, what is the shape of the weight of `Dense(32)` after 64 inputs?

# %% tags=["predict"]
from chapters.ch05.workers import keras_torch
print(inspect.getsource(keras_torch.train))

guess = ...  # one of: "(64, 32)", "(32, 64)"
exercises.predict("5.3", guess, among=["(64, 32)", "(32, 64)"])

# %% tags=["verdict"]
module, parameter = (f"{kind.__module__}.{kind.__qualname__}" for kind in (nn.Module, nn.Parameter))
steps = 20 if fast else 100
task = {"x": x, "y": y, "weights": arrays, "steps": steps, "seed": seed}
away, = process.run("ch05/keras_torch", task, timeout=300, env={"KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""})
_, losses_here = keras_torch.train(x, y, arrays, steps)

claims.verdict("C49", "tensorflow" in away["loaded"],
               f"in the child Keras trained on {away['backend']}, in this notebook it runs on {keras.backend.backend()}")
parity.verdict(f"{steps} losses of Keras on PyTorch and on TensorFlow", away["losses"], losses_here, atol=1e-5)
print("frameworks that the child has loaded:", *away["loaded"])
print("there, the model is a torch.nn.Module:", module in away["ancestors"])
print("and its weight's value an nn.Parameter:", parameter == away["value_type"])
print("a product of float64 is there", away["matmul_dtype"], "and here", keras.ops.matmul(x, w1).dtype.name)
exercises.outcome("5.3", str(tuple(away["kernel_shape"])))

# %% [markdown]
# ## 5.8 A phrasebook
#
# Most of what you look up is smaller than a layer. In `chapters/ch05/phrasebook`, `in_torch.py`, `in_tf.py` and
# `in_keras.py` hold functions of the same names, one for each phrase. The function runs, and its text is what the table
# shows.
#
# Each runs here on the same random numbers, images as NCHW and NHWC. The limit is 1e-10, and 1e-7 for two rows where
# TensorFlow rounds a constant to float32. A dtype may differ, and is then shown.
#
# The Keras column ran in the child as well, on PyTorch. There Keras turns float64 to float32 in many operations, as the
# last cell showed, so its limit is 1e-5.

# %% tags=["torch"]
from chapters.ch05.phrasebook import in_torch

numbers = phrasebook.inputs(seed, layout="NCHW")
said_torch = {name: phrasebook.say(getattr(in_torch, name), numbers, torch_side.tensor, torch_side.to_numpy)
              for name in phrasebook.NAMES}

# %% tags=["tf"]
from chapters.ch05.phrasebook import in_keras, in_tf

numbers = phrasebook.inputs(seed, layout="NHWC")
said_tf = {name: phrasebook.say(getattr(in_tf, name), numbers, tf_side.tensor, tf_side.to_numpy)
           for name in phrasebook.NAMES}
said_keras = {name: phrasebook.say(getattr(in_keras, name), numbers, tf_side.tensor, keras.ops.convert_to_numpy)
              for name in phrasebook.NAMES if hasattr(in_keras, name)}

# %% tags=["verdict"]
def in_units_of_its_limit(said, limits):  # {row: its difference from PyTorch, divided by what it may be}
    return {name: phrasebook.gap(name, said_torch[name], np.array(said[name])) / limits[name] for name in said}

limits = {row.name: row.atol for row in phrasebook.ROWS}
columns = {"TensorFlow": in_units_of_its_limit(said_tf, limits),
           "Keras on TensorFlow": in_units_of_its_limit(said_keras, limits),
           "Keras on PyTorch": in_units_of_its_limit(away["phrases"], dict.fromkeys(limits, 1e-5))}
for column, shares in columns.items():
    parity.verdict(f"{len(shares)} phrases in PyTorch and in {column}, in units of each row's limit",
                   shares, dict.fromkeys(shares, 0.0), atol=1.0)

# %%
from chapters.ch05.phrasebook import page

measured = {}
for name in phrasebook.NAMES:
    others = [said[name] for said in (said_tf, said_keras) if name in said]
    kinds = dict.fromkeys(str(value.dtype) for value in (said_torch[name], *others))
    far = max(phrasebook.gap(name, said_torch[name], value) for value in others)
    measured[name] = (f"{far:.0e}" if far else "0") + (f" ({', '.join(kinds)})" if len(kinds) > 1 else "")
page.table(measured, build_dir() / "05")

# %% [markdown]
# ## 5.9 Exercises
#
# ### Exercise 5.1 A depthwise convolution
#
# `nn.Conv2d(4, 8, 3, groups=4)` gives every input channel two filters of its own. Its weight has shape (8, 1, 3, 3). Keras
# has a layer for that, `layers.DepthwiseConv2D(3, depth_multiplier=2)`, with a weight of shape (height, width, channels,
# filters of a channel) = (3, 3, 4, 2). Set `answer` to PyTorch's weight, carried to Keras.

# %% tags=["exercise"]
weight = np.arange(72.0).reshape(8, 1, 3, 3)  # outputs 0 and 1 belong to channel 0, 2 and 3 to channel 1 ...
answer = ...
# solution
answer = weight.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)
# wrong: only reshaped
answer = weight.reshape(3, 3, 4, 2)
# wrong: outputs 0 and 4 would share a channel
answer = weight.reshape(2, 4, 3, 3).transpose(2, 3, 1, 0)
# wrong: height and width have changed places
answer = weight.reshape(4, 2, 3, 3).transpose(3, 2, 0, 1)

# %% tags=["check"]
exercises.check("5.1", answer)

# %% [markdown]
# ### Exercise 5.2 Port a module
#
# Write this module as a TensorFlow function `answer(x, weight, bias, scale, shift)`. It gets the arrays in PyTorch's shapes:
# `weight` is that of `inner`, and square.
#
# ```python
# class Block(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.inner = nn.Linear(4, 4)
#         self.norm = nn.LayerNorm(4)      # weight: scale, bias: shift
#
#     def forward(self, x):
#         return x + self.norm(F.gelu(self.inner(x)))
# ```

# %% tags=["exercise"]
answer = ...
# solution
def answer(x, weight, bias, scale, shift):
    h = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(h, axes=[-1], keepdims=True)
    return x + tf.nn.batch_normalization(h, mean, variance, shift, scale, 1e-5)
# wrong: the weight is not transposed
def answer(x, weight, bias, scale, shift):
    h = tf.nn.gelu(x @ weight + bias)
    mean, variance = tf.nn.moments(h, axes=[-1], keepdims=True)
    return x + tf.nn.batch_normalization(h, mean, variance, shift, scale, 1e-5)
# wrong: epsilon is Keras's 1e-3
def answer(x, weight, bias, scale, shift):
    h = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    return x + scale * layers.LayerNormalization(center=False, scale=False)(h) + shift
# wrong: gelu is the approximation
def answer(x, weight, bias, scale, shift):
    h = keras.ops.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(h, axes=[-1], keepdims=True)
    return x + tf.nn.batch_normalization(h, mean, variance, shift, scale, 1e-5)
# wrong: x is not added
def answer(x, weight, bias, scale, shift):
    h = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(h, axes=[-1], keepdims=True)
    return tf.nn.batch_normalization(h, mean, variance, shift, scale, 1e-5)

# %% tags=["check"]
exercises.check("5.2", answer)

# %% [markdown]
# ### Exercise 5.3 Count parameters
#
# How many trainable numbers are in each of these layers, with 5 numbers (or 8 channels) coming in? Replace each `...`;
# try it on paper first, and let the frameworks count afterwards.

# %% tags=["exercise"]
count = {"nn.LSTM(5, 7)": ..., "layers.LSTM(7)": ..., "layers.GRU(7)": ..., "nn.Conv2d(8, 16, 3, groups=4)": ...}
answer = ...  # in the end: answer = count
# solution
count = {"nn.LSTM(5, 7)": 4 * (5 * 7 + 7 * 7 + 7 + 7), "layers.LSTM(7)": 4 * (5 * 7 + 7 * 7 + 7),
         "layers.GRU(7)": 3 * (5 * 7 + 7 * 7 + 7 + 7), "nn.Conv2d(8, 16, 3, groups=4)": 16 * (8 // 4 * 3 * 3 + 1)}
answer = count
# wrong: nn.LSTM has two biases for each gate
count = {"nn.LSTM(5, 7)": 364, "layers.LSTM(7)": 364, "layers.GRU(7)": 294, "nn.Conv2d(8, 16, 3, groups=4)": 304}
answer = count
# wrong: with groups=4 each filter sees a quarter of the channels
count = {"nn.LSTM(5, 7)": 392, "layers.LSTM(7)": 364, "layers.GRU(7)": 294, "nn.Conv2d(8, 16, 3, groups=4)": 1168}
answer = count
# wrong: Keras's GRU keeps two biases for each gate
count = {"nn.LSTM(5, 7)": 392, "layers.LSTM(7)": 364, "layers.GRU(7)": 273, "nn.Conv2d(8, 16, 3, groups=4)": 304}
answer = count

# %% tags=["check"]
exercises.check("5.3", answer)

# %% [markdown]
# ### Exercise 5.4 Gates from a third party
#
# An [ONNX](glossary.md#onnx) file stores an LSTM's gates in the order
# [input, output, forget, cell](https://onnx.ai/onnx/operators/onnx__LSTM.html). Below is such a weight: 4 gates of 2 units,
# 3 numbers coming in. Set `answer` to `weight_ih_l0` of the `nn.LSTM(3, 2)` that computes the same.

# %% tags=["exercise"]
from_file = np.arange(24.0).reshape(8, 3)  # rows 0 and 1: the input gate
answer = ...
# solution
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([i, f, c, o])
# wrong: the gates are still in the file's order
answer = from_file
# wrong: the order was applied the wrong way round
i, f, c, o = np.split(from_file, 4)
answer = np.concatenate([i, o, f, c])
# wrong: this is how Keras stores it
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([i, f, c, o]).T

# %% tags=["check"]
exercises.check("5.4", answer)

# %% [markdown]
# ## 5.10 Quiz
#
# Open an option to see whether it is right, and why.

# %%
exercises.quiz("05")

# %% [markdown]
# ## 5.11 Verdicts

# %%
claims.close("05")

# %% [markdown]
# ## 5.12 Summary and further reading
#
# A class, a sequence or a function: the ways of writing differ, the function does not. It depends on the arrays alone, and
# these travel if you settle their axes, the order of their gates, and the numbers that stand outside. That all shapes fit
# proves nothing; equal outputs on random arrays do.
#
# Keras is no part of TensorFlow: it is a package that TensorFlow brings along, and it runs on PyTorch too.
#
# - PyTorch: [modules](https://docs.pytorch.org/docs/stable/notes/modules.html),
#   [torch.fx](https://docs.pytorch.org/docs/stable/fx.html)
# - Keras: [the functional API](https://keras.io/guides/functional_api/),
#   [subclassing](https://keras.io/guides/making_new_layers_and_models_via_subclassing/)
# - Next: in [lesson 6a](06a_a_ladder_of_equality.ipynb), two networks with the same arrays are trained, and stay the same
