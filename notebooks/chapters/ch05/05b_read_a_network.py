# %% [markdown]
# # 5b. Read a network
#
# Somebody gives you a network. You find out what it is made of, which of its numbers are trained, and which change
# all the same. Then you take Keras away from TensorFlow, and ask one file twice.
#
# > **Minutes**: 35 · **Needs**: lesson 5a · **Claims tested**: C19, C49, C50, C52, C53
# >
# > **You will be able to**
# > - read the layers and the graph of a network (verdict in 5b.2)
# > - tell parameters from buffers, by name (prediction P5.4, exercise 5.6)
# > - say what freezing leaves free (prediction P5.5)
# > - say where Keras lives, and run it without TensorFlow (claim C50, claim C49)
#
# `fast` chooses how long a small training is, `seed` the random numbers. `device` changes nothing here: the networks
# are small, and stay on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("05b")

import inspect
from pathlib import Path

import numpy as np

from chapters.ch05 import backends, figures
from helpers import claims, data, exercises, parity, process

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch import nn
from torch.fx.passes.shape_prop import ShapeProp

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

import keras
from keras import layers

from helpers import tf_side

tf.config.set_visible_devices([], "GPU")  # these few numbers stay on the CPU

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 5b.1 What a print says
#
# In this network the data take two ways, which meet again. What comes out of the ReLU is called `h`. It goes through the
# layer `second`, and what that gives is *added* to `h`. Before the ReLU stands a [batch
# normalization](glossary.md#batch-normalization), which brings the numbers of a batch to mean 0 and deviation 1.
#
# `print` shows a PyTorch network. Keras's `summary()` shows a Keras model; it can also hand its text, piece by piece,
# to a function: here to `append` of a list.
#
# **Predict.** Whose text mentions the addition?
#
# - **a** both
# - **b** PyTorch's alone
# - **c** Keras's alone
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P5.3", guess, among=["a", "b", "c", "d"])


# %% tags=["torch"]
# PyTorch
class SkipTorch(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(64, 32)
        self.norm = nn.BatchNorm1d(32)
        self.relu = nn.ReLU()
        self.second = nn.Linear(32, 32)
        self.last = nn.Linear(32, 10)

    def forward(self, x):
        h = self.relu(self.norm(self.first(x)))
        return self.last(h + self.second(h))


skip_torch = SkipTorch()
text_torch = str(skip_torch)
print(text_torch)

# %% tags=["tf"]
# TensorFlow
x = keras.Input((64,), name="x")
first = layers.Dense(32, name="first")(x)
norm = layers.BatchNormalization(name="norm")(first)
h = layers.ReLU(name="relu")(norm)
second = layers.Dense(32, name="second")(h)
added = layers.Add(name="add")([h, second])
last = layers.Dense(10, name="last")(added)
skip_tf = keras.Model(x, last)

pieces = []
skip_tf.summary(print_fn=pieces.append)
text_tf = "\n".join(pieces)
print(text_tf)

# %% tags=["verdict", "folded"]
# Folded: looks for the addition in both texts; which option came true.
in_torch = "add" in text_torch.lower()
in_tf = "add" in text_tf.lower()
letter = exercises.first_true(
    {
        "a": in_torch and in_tf,
        "b": in_torch,
        "c": in_tf,
        "d": not in_torch and not in_tf,
    }
)
exercises.outcome("P5.3", letter)

# %% [markdown]
# A PyTorch module is a list of parts and a Python function. The list can be printed; what `forward` does with the
# parts stands in its code alone. A functional Keras model has recorded its [graph](glossary.md#graph).

# %% [markdown]
# ## 5b.2 The graph
#
# PyTorch gets at the graph by [tracing](glossary.md#tracing). `torch.fx.symbolic_trace` runs `forward` once, on a
# stand-in that notes what is done to it. The result holds the graph's *nodes*, in order. `ShapeProp(...).propagate`
# then sends a real input through, so that each node knows the shape of what it gives, and keeps it in its `meta`.
# `all_input_nodes` are the nodes from which it gets something.
#
# From both we take how many numbers come out of each node, and the *edges*: pairs (from, to). Keras keeps the edges
# in `_inbound_nodes`. The underscore says that it is Keras's own affair; its `plot_model` reads the same.

# %% tags=["torch"]
# PyTorch
skip_torch.eval()  # only shapes are wanted: no average shall move
traced = torch.fx.symbolic_trace(skip_torch)
ShapeProp(traced).propagate(torch.zeros(2, 64))

outputs_torch = {}
edges_torch = []
for node in traced.graph.nodes:
    if node.op == "output":  # the end, which computes nothing
        continue
    outputs_torch[node.name] = node.meta["tensor_meta"].shape[-1]
    for before in node.all_input_nodes:
        edges_torch.append((before.name, node.name))
print(edges_torch)

# %% tags=["tf"]
# TensorFlow
outputs_tf = {}
edges_tf = []
for layer in skip_tf.layers:
    outputs_tf[layer.name] = layer.output.shape[-1]
    for node in layer._inbound_nodes:
        for before in node.parent_nodes:
            edges_tf.append((before.operation.name, layer.name))
print(edges_tf)

# %% tags=["verdict", "folded"]
# Folded: compares both readings.
parity.verdict("how many numbers come out of each node", outputs_torch, outputs_tf)
parity.verdict("the edges of the graph", sorted(edges_torch), sorted(edges_tf))

# %% tags=["folded"]
# Folded: draws both graphs, with the shape of each dense weight.
dense_torch = {
    name: tuple(child.weight.shape)
    for name, child in skip_torch.named_children()
    if isinstance(child, nn.Linear)
}
dense_tf = {
    layer.name: tuple(layer.kernel.shape)
    for layer in skip_tf.layers
    if isinstance(layer, layers.Dense)
}
figures.graphs(outputs_torch, edges_torch, dense_torch, edges_tf, dense_tf)

# %% [markdown]
# A trace follows one way through the code. A `forward` with an `if` on data cannot be traced like this; chapter 3
# says why, and what `torch.export` does about it.

# %% [markdown]
# ## 5b.3 Parameters and buffers
#
# A *[parameter](glossary.md#parameter)* is an array that training changes by its gradient. A *buffer* is an array
# that belongs to the network as well, and has no gradient. Batch normalization has buffers: it keeps running averages
# of the mean and variance that it has seen, to use them when nothing is trained.
#
# PyTorch keeps the two apart by name. Keras has one list of `weights`, in two parts, `trainable_weights` and
# `non_trainable_weights`.
#
# **Predict.** You count the numbers: in PyTorch those of all `parameters()`, in Keras with `count_params()`. Both
# networks are the same. And the counts?
#
# - **a** they are equal
# - **b** PyTorch counts more
# - **c** Keras counts more

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P5.4", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
count_torch = 0
for name, parameter in skip_torch.named_parameters():
    print("parameter", name, tuple(parameter.shape))
    count_torch += parameter.numel()  # how many numbers it holds
for name, buffer in skip_torch.named_buffers():
    print("buffer", name, tuple(buffer.shape))
print(count_torch, "numbers in parameters")

# %% tags=["tf"]
# TensorFlow
for weight in skip_tf.trainable_weights:
    print("trainable", weight.path, tuple(weight.shape))
for weight in skip_tf.non_trainable_weights:
    print("not trainable", weight.path, tuple(weight.shape))
count_tf = skip_tf.count_params()
print(count_tf, "numbers by count_params")

# %% tags=["verdict", "folded"]
# Folded: which option came true, and what the difference is made of.
letter = exercises.first_true(
    {
        "a": count_torch == count_tf,
        "b": count_torch > count_tf,
        "c": count_torch < count_tf,
    }
)
exercises.outcome("P5.4", letter)
norm_torch = skip_torch.norm
averages = norm_torch.running_mean.numel() + norm_torch.running_var.numel()
parity.verdict("with the running averages", count_torch + averages, count_tf)
trained = sum(int(np.prod(weight.shape)) for weight in skip_tf.trainable_weights)
parity.verdict("without them", count_torch, trained)

# %% [markdown]
# A paper that gives "the number of parameters" of a Keras model may have counted averages. (PyTorch has a third
# buffer, the number of batches that it has seen.) All of these belong into a file: in PyTorch `state_dict()` holds
# parameters and buffers.

# %% [markdown]
# ## 5b.4 By name: what freezing leaves free
#
# Names are for use. Below all but the layer `last` is *frozen*, as one does with a network that somebody else has
# trained: `requires_grad = False` freezes a parameter of PyTorch, `trainable = False` a layer of Keras.
#
# Then a batch of random numbers goes through, in the mode of training, and no optimizer is near. The running mean of
# `norm` was 0 before. (NumPy draws float64; the network has float32.)
#
# **Predict.** Whose running mean has changed?
#
# - **a** both
# - **b** PyTorch's alone
# - **c** Keras's alone
# - **d** neither: the layer is frozen

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P5.5", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
batch = np.random.default_rng(seed).normal(size=(200, 64)).astype("float32")

# %% tags=["torch"]
# PyTorch
for name, parameter in skip_torch.named_parameters():
    parameter.requires_grad = name.startswith("last.")

free_torch = 0
for parameter in skip_torch.parameters():
    if parameter.requires_grad:
        free_torch += parameter.numel()

skip_torch.train()  # the mode of training
skip_torch(torch_side.tensor(batch))
mean_torch = torch_side.to_numpy(skip_torch.norm.running_mean)
print(free_torch, "numbers to train; the running mean begins", mean_torch[:3])

# %% tags=["tf"]
# TensorFlow
for layer in skip_tf.layers:
    layer.trainable = layer.name == "last"

free_tf = 0
for weight in skip_tf.trainable_weights:
    free_tf += int(np.prod(weight.shape))

skip_tf(tf_side.tensor(batch), training=True)  # the mode of training
mean_tf = tf_side.to_numpy(skip_tf.get_layer("norm").moving_mean)
print(free_tf, "numbers to train; the running mean begins", mean_tf[:3])

# %% tags=["verdict", "folded"]
# Folded: which option came true, and whether as many numbers are left to train.
moved_torch = bool(np.any(mean_torch != 0))
moved_tf = bool(np.any(mean_tf != 0))
letter = exercises.first_true(
    {
        "a": moved_torch and moved_tf,
        "b": moved_torch,
        "c": moved_tf,
        "d": not moved_torch and not moved_tf,
    }
)
exercises.outcome("P5.5", letter)
parity.verdict("how many numbers are left to train", free_torch, free_tf)

# %% [markdown]
# Freezing in PyTorch is about gradients, and a buffer has none: it moves on with each batch until
# `skip_torch.norm.eval()` tells that layer that training is over. Keras has made [an exception for this
# layer](https://keras.io/api/layers/normalization_layers/batch_normalization/): frozen, it also behaves as if nothing
# were trained. Port such a training, and the two part without a word.

# %% [markdown]
# ### Exercise 5.6: what the optimizer leaves alone (5 minutes)
#
# Write `answer(net)`: for a PyTorch network it gives the set of the names in its `state_dict()` which an optimizer
# will *not* change: its buffers, and its frozen parameters.

# %% tags=["exercise"]
answer = ...  # a function of a network


# solution
def answer(net):
    names = set(net.state_dict())
    for name, parameter in net.named_parameters():
        if parameter.requires_grad:
            names.remove(name)
    return names


# wrong: the buffers are missing
def answer(net):
    return {name for name, array in net.named_parameters() if not array.requires_grad}


# wrong: the frozen parameters are missing
def answer(net):
    return {name for name, array in net.named_buffers()}


# wrong: that is what it changes
def answer(net):
    return {name for name, array in net.named_parameters() if array.requires_grad}


# %% tags=["check"]
exercises.check("5.6", answer)

# %% [markdown]
# ## 5b.5 Where the layers come from
#
# For TensorFlow the article imports layers from `tf.layers`. It says that their syntax is like that of Keras, and
# that Keras is part of TensorFlow's repository. TensorFlow's [migration
# guide](https://www.tensorflow.org/guide/migrate/model_mapping) knows them only as `tf.compat.v1.layers`. Let us try what
# is left: today's name, then that name for old code.
#
# Each attempt is a function, so that its error arises inside `try`. The first only asks for the name; the second would also
# call the layer, on three rows of 64 numbers, with 32 to come out.


# %% tags=["taught"]
# TensorFlow
def attempt(layer_of_old):
    """What came of an attempt to get at an old layer, in words."""
    try:
        return f"it works: {layer_of_old()}"
    except AttributeError as error:
        return f"AttributeError: {error}"


def today():
    return tf.layers.dense


def for_old_code():
    return tf.compat.v1.layers.dense(tf.zeros((3, 64)), 32)


new = attempt(today)
old = attempt(for_old_code)
print(new)
print(old)

# %% [markdown]
# The old Keras 2 survives as the package `tf_keras`. It must be chosen before TensorFlow is loaded, so a process of
# its own tries. Without the package there is nothing to measure.

# %% tags=["folded"]
# Folded: the same attempt where the old Keras 2 is chosen, if it is installed.
rng = np.random.default_rng(seed)
task = {
    "x": rng.normal(size=(3, 64)),
    "kernel": rng.normal(size=(64, 32)),
    "bias": rng.normal(size=32),
}
chosen = {"TF_USE_LEGACY_KERAS": "1"}
(legacy,) = process.run("ch05/legacy_layers", task, timeout=120, env=chosen)
if legacy["installed"]:
    by_hand = task["x"] @ task["kernel"] + task["bias"]
    far = parity.same(np.array(legacy["output"]), by_hand, atol=1e-9)
    print(f"with Keras 2 it works, to {far:.0e}. It warns: {legacy['warning']}")
else:
    print("NOT MEASURED: the package tf_keras is not installed. To have it:")
    print(f"python -m pip install --no-deps tf-keras=={tf.__version__}")

# %% tags=["verdict", "folded"]
# Folded: judges what the article says of tf.layers and Keras.
same_layer = tf.keras.layers.Dense is layers.Dense
inside_tf = Path(tf.__file__).parent in Path(keras.__file__).parents
where = f"its code lies {'inside' if inside_tf else 'outside'} TensorFlow's folder"
origin = tf.keras.Sequential.__module__.split(".")[0]
claims.verdict(
    "C52",
    not new.startswith("AttributeError"),
    f"asked for, tf.layers gave {new.split(':')[0]}, and tf.compat.v1.layers "
    f"{old.split(':')[0]}",
)
claims.verdict(
    "C53",
    same_layer,
    f"tf.keras.layers.Dense is the very object keras.layers.Dense: {same_layer}",
)
claims.verdict("C50", inside_tf, f"tf.keras is the module {tf.keras.__name__}; {where}")
claims.verdict(
    "C19",
    {
        "a high-level API is at hand as tf.keras": same_layer,
        "it is built into TensorFlow": inside_tf,
    },
    f"tf.keras.Sequential comes from {origin}; {where}",
)

# %% [markdown]
# ## 5b.6 Keras without TensorFlow
#
# `tf.keras` is a second name for the package `keras`. And that package does not compute: it hands the work to a
# [backend](glossary.md#backend), to TensorFlow, [JAX or PyTorch](https://keras.io/getting_started/). The environment
# variable `KERAS_BACKEND` chooses one, before Keras is imported. So the function below runs here on TensorFlow, and
# in other processes on the others: the same digits, the same arrays, the same steps.

# %% tags=["taught"]
from chapters.ch05.workers import keras_elsewhere

print(inspect.getsource(keras_elsewhere.train))

# %% [markdown]
# The other processes also get a file, for 5b.7. `save` writes a model with its loss into it. The model has no weights at
# all: it takes the mean of 3 by 3 pixels at every second place (`padding="same"`: at the edge as well), and turns the
# nine means into chances by a [softmax](glossary.md#softmax).

# %% tags=["taught"]
# TensorFlow
picture = keras.Input((6, 6, 1))
means = layers.AveragePooling2D(3, strides=2, padding="same")(picture)
scores = layers.Flatten(name="scores")(means)
chances = layers.Softmax()(scores)
small = keras.Model(picture, chances)
small.compile(loss="sparse_categorical_crossentropy")

file = session.fresh_folder("05b") / "small.keras"
small.save(file)

# %% [markdown]
# `backends.run` starts a process with that backend, which trains, opens the file, and reports. (One process does
# both, because its start takes seconds.) Where JAX is not installed it says so and gives `None`.

# %% tags=["taught"]
# TensorFlow
digits = data.digits()
rng = np.random.default_rng(seed)
weights = [
    rng.normal(size=(64, 32)) / 8,
    rng.normal(size=32) / 8,
    rng.normal(size=(32, 10)) / 8,
    rng.normal(size=10) / 8,
]
task = {
    "x": digits.x_train[:200].reshape(200, 64),
    "y": digits.y_train[:200],
    "weights": weights,
    "steps": 20 if fast else 100,
    "file": file,
}
_, losses_here = keras_elsewhere.train(
    task["x"], task["y"], task["weights"], task["steps"]
)

# %% [markdown]
# **Predict.** PyTorch's own dense layer keeps its weight as (out, in). What is the shape of the weight of Keras's
# `Dense(32)`, with 64 numbers coming in, when Keras runs on PyTorch?
#
# - **a** (32, 64)
# - **b** (64, 32)

# %% tags=["predict"]
guess = ...  # "a" or "b"
exercises.predict("P5.6", guess, among=["a", "b"])

# %% tags=["taught"]
# PyTorch
on_torch = backends.run("torch", task)

# %% tags=["taught"]
on_jax = backends.run("jax", task)

# %% tags=["verdict", "folded"]
# Folded: compares the losses on PyTorch and here, and judges what the article says.
module_name = f"{nn.Module.__module__}.{nn.Module.__qualname__}"
array_name = f"{nn.Parameter.__module__}.{nn.Parameter.__qualname__}"
losses_there = np.array(on_torch["losses"])
parity.verdict(
    f"{len(losses_here)} losses of Keras, on PyTorch and on TensorFlow",
    losses_there,
    np.array(losses_here),
    atol=1e-5,
)
loads_tf = "tensorflow" in on_torch["loaded"]
print("the other process has loaded TensorFlow:", loads_tf)
print("there, the model is a torch.nn.Module:", module_name in on_torch["ancestors"])
print("and its weight's value an nn.Parameter:", array_name == on_torch["value_type"])
shape = tuple(on_torch["kernel_shape"])
letter = exercises.first_true({"a": shape == (32, 64), "b": shape == (64, 32)})
exercises.outcome("P5.6", letter)
claims.verdict(
    "C49",
    {
        "told nothing, it runs on TensorFlow": keras.backend.backend() == "tensorflow",
        "it needs TensorFlow": loads_tf,
    },
    f"told so, Keras trained on {on_torch['backend']}, TensorFlow loaded: {loads_tf}; "
    f"told nothing, as in this notebook, it runs on {keras.backend.backend()}",
)

# %% tags=["folded"]
# Folded: the same on JAX, where it is installed.
if on_jax is None:
    print("Keras on JAX: NOT MEASURED, jax is not installed")
else:
    far = parity.gap(np.array(on_jax["losses"]), np.array(losses_here))
    print("frameworks loaded there:", *on_jax["loaded"])
    print(f"largest difference of a loss from TensorFlow's: {far:.0e}")

# %% [markdown]
# The backend computes; how a layer keeps its arrays is Keras's own affair, on every backend.

# %% [markdown]
# ## 5b.7 One file, asked twice
#
# The training agreed. Now the small file: no weights, so nothing can go wrong with them. The picture is a slope of
# gray from 0 to 70. We ask for the nine means, which serve as scores of nine classes, and for the
# [loss](glossary.md#loss) when the right class is the first, with the smallest mean: the model is very sure, and wrong.
#
# **Predict.** The same file is opened on TensorFlow and on PyTorch. What agrees, apart from rounding?
#
# - **a** both: it is one file
# - **b** the means, not the loss
# - **c** the loss, not the means
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P5.7", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# This is the function that asks, there and here. `to_scores` is the model without its last layer, and `test_on_batch`
# gives the loss that the file prescribes.

# %% tags=["taught"]
# TensorFlow
print(inspect.getsource(keras_elsewhere.ask))

means_here, loss_here = keras_elsewhere.ask(file)

# %% tags=["verdict", "folded"]
# Folded: which option came true. 1e-3 is far above the rounding of float32.
means_there = np.array(on_torch["means"], "float32")
same_means = bool(np.abs(means_there - means_here).max() < 1e-3)
same_loss = bool(abs(on_torch["loss"] - loss_here) < 1e-3)
letter = exercises.first_true(
    {
        "a": same_means and same_loss,
        "b": same_means,
        "c": same_loss,
        "d": not same_means and not same_loss,
    }
)
exercises.outcome("P5.7", letter)

# %% tags=["folded"]
# Folded: a table of the answers. Without JAX its row says NOT MEASURED.
backends.table(means_here, loss_here, {"PyTorch": on_torch, "JAX": on_jax})

# %% [markdown]
# Two causes, both quiet.
#
# - *The loss.* A chance near 0 has a logarithm near minus infinity, so Keras first cuts chances off at $10^{-7}$, and
#   $-\ln 10^{-7} = 16.1$. On TensorFlow it is cleverer: it sees that a softmax made the chances, goes back to the
#   scores, and finds the true loss. Give a loss scores (`from_logits=True`), and all agree.
# - *The means.* Where a window hangs over the edge, the backends must agree on what lies there. On PyTorch, Keras
#   3.15.1 fills it otherwise: a mistake, [mended](https://github.com/keras-team/keras/pull/23233) in July 2026. The
#   table above says what your version does.
#
# One file, one picture, and on JAX, where you have it, a third pair of answers. "It runs on any backend" is a promise
# to be tested.

# %% [markdown]
# ## 5b.8 Quiz

# %%
exercises.quiz("05b")

# %% [markdown]
# ## 5b.9 Verdicts

# %%
claims.close("05b")

# %% [markdown]
# ## 5b.10 Summary and further reading
#
# - A print of a PyTorch network lists parts. Tracing finds the graph; a functional Keras model has it.
# - Parameters have gradients, buffers have none, both belong into the file. Keras counts both.
# - Freezing stops gradients. A frozen batch normalization still learns averages in PyTorch, and not in Keras.
# - `tf.keras` is the package `keras`. It lies outside of TensorFlow, and computes on other backends too.
# - The same file on another backend: compare outputs before you trust it.
#
# Further reading: [torch.fx](https://docs.pytorch.org/docs/stable/fx.html), [Keras 3](https://keras.io/keras_3/).
# Next: [carry weights](05c_carry_weights.ipynb) from one framework to the other.
