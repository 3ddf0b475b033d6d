# %% [markdown]
# # 5a. One network, three ways
#
# A network is a function and a few arrays. You write one as a class, as a sequence and as a function, in both
# frameworks: six programs, one result. Then a list of layers gets lost, and only one framework looks for it.
#
# > **Minutes**: 31 · **Needs**: chapter 1, and what a matrix product is · **Claims tested**: C46, C47, C48, C51
# >
# > **You will be able to**
# > - write a network as a class, and say who calls its methods (claim C46)
# > - say when a layer has its arrays, and when not yet (prediction P5.1)
# > - write it as a sequence and as a function (verdict in 5a.4)
# > - keep layers in a list without losing them (prediction P5.2, exercise 5.5)
#
# `seed` draws other arrays. `fast` and `device` change nothing here: the network is small, and stays on the CPU.
# (Exercises 5.1 to 5.4 come in later lessons.)

# %% tags=["setup"]
from helpers import session

session.start("05a")

import numpy as np

from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch import nn
from torch.nn import functional as F

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
# ## 5a.1 A function and four arrays
#
# Our network looks at a digit of 8 by 8 pixels, as a row of 64 numbers. It has two [dense
# layers](glossary.md#dense-layer): a matrix product, and a number added to each result. Between them stands
# [ReLU](glossary.md#relu), which turns what is negative into 0. Out come ten scores, the
# [logits](glossary.md#logits).
#
# NumPy draws the four arrays, so they belong to neither framework. Divided by 8, they keep the results near 1.

# %% tags=["taught"]
digits = data.digits("float64")
x = digits.x_train[:200].reshape(200, 64)

rng = np.random.default_rng(seed)
w1 = rng.normal(size=(64, 32)) / 8
b1 = rng.normal(size=32) / 8
w2 = rng.normal(size=(32, 10)) / 8
b2 = rng.normal(size=10) / 8

# %% tags=["taught"]
hidden = np.maximum(x @ w1 + b1, 0)
expected = hidden @ w2 + b2
print("200 digits, ten scores each:", expected.shape)

# %% [markdown]
# That is the whole network. What follows are ways of writing it, and `expected` judges them all.
#
# Both frameworks compute in [float32](glossary.md#float32) unless told otherwise. We tell them
# [float64](glossary.md#float64): then a mistake cannot hide behind rounding.

# %% tags=["taught"]
# PyTorch
torch.set_default_dtype(torch.float64)

# %% tags=["taught"]
# TensorFlow
keras.config.set_floatx("float64")  # for what Keras makes without a layer
keras.config.set_dtype_policy("float64")  # for layers and models

# %% [markdown]
# ## 5a.2 As a class
#
# "In PyTorch, your neural network will be a class", says the article. Keras users write the same class. It inherits
# from the framework's own (`nn.Module`, `keras.Model`), and has two methods. You write them, and call neither by its
# name.
#
# - `__init__` runs once, when you write `NetTorch()`. It makes the layers and keeps them in `self`. Its first line,
#   `super().__init__()`, lets the framework prepare its lists: each layer that you put into `self` is noted there.
# - `forward` in PyTorch, `call` in Keras, runs whenever you write `net(x)`. It is given that `x`. A layer is
#   called in the same way: `self.hidden(x)`.
#
# `nn.Linear(64, 32)` is PyTorch's dense layer, from 64 numbers to 32. Keras's `Dense(32)` is told only how many come
# out. `parameters()` goes through the arrays of a PyTorch network; `weights` is Keras's list of them.
#
# **Predict.** Right after `NetTF()`, before any input, how many arrays of weights does the Keras model have?
#
# - **a** none
# - **b** two: the first layer's, since it is the input's
# - **c** four

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P5.1", guess, among=["a", "b", "c"])


# %% tags=["torch"]
# PyTorch
class NetTorch(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(64, 32)
        self.out = nn.Linear(32, 10)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))


net_torch = NetTorch()
new_torch = len(list(net_torch.parameters()))
print("arrays of a new network:", new_torch)


# %% tags=["tf"]
# TensorFlow
class NetTF(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(32)
        self.out = layers.Dense(10)

    def call(self, x):
        return self.out(tf.nn.relu(self.hidden(x)))


net_tf = NetTF()
new_tf = len(net_tf.weights)
print("arrays of a new network:", new_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and the two counts beside each other.
letter = exercises.first_true({"a": new_tf == 0, "b": new_tf == 2, "c": new_tf == 4})
exercises.outcome("P5.1", letter)
parity.differ("the arrays of a new network", new_torch, new_tf)

# %% [markdown]
# A Keras layer makes its arrays when it first sees an input, for only then it knows how many numbers come in. So we
# show it a row of zeros before we give it our arrays.
#
# Look at the `.T`, which turns an array over: PyTorch keeps a dense weight as (out, in), Keras as (in, out).
# `torch_side.set_weights` copies NumPy arrays into a network by name, Keras's `set_weights` in the order of
# `weights`. `tensor` makes a tensor of a NumPy array, `to_numpy` brings a result back.

# %% tags=["torch"]
# PyTorch
arrays_by_name = {
    "hidden.weight": w1.T,
    "hidden.bias": b1,
    "out.weight": w2.T,
    "out.bias": b2,
}
torch_side.set_weights(net_torch, arrays_by_name)
x_torch = torch_side.tensor(x)
class_torch = torch_side.to_numpy(net_torch(x_torch))

# %% tags=["tf"]
# TensorFlow
net_tf(tf.zeros((1, 64)))  # the first input
print([tuple(weight.shape) for weight in net_tf.weights])
net_tf.set_weights([w1, b1, w2, b2])
x_tf = tf_side.tensor(x)
class_tf = tf_side.to_numpy(net_tf(x_tf))

# %% tags=["verdict", "folded"]
# Folded: compares both classes with NumPy; 1e-12 leaves room for rounding.
parity.verdict("the class in PyTorch, and NumPy", class_torch, expected, atol=1e-12)
parity.verdict("the class in Keras, and NumPy", class_tf, expected, atol=1e-12)

# %% tags=["verdict", "folded"]
# Folded: judges what the article says of PyTorch's class, layers and model.
own = [name for name, _ in net_torch.named_children()]
by_forward = torch_side.to_numpy(net_torch.forward(x_torch))
claims.verdict(
    "C46",
    {
        "the layers that __init__ made are the module's": own == ["hidden", "out"],
        "calling the module runs forward": parity.gap(by_forward, class_torch) < 1e-12,
    },
    f"NetTorch's layers are {' and '.join(own)}; a class is the usual way, "
    "the next sections show others",
)
home = nn.Linear.__module__
claims.verdict("C47", home.startswith("torch.nn"), f"nn.Linear comes from {home}")
claims.verdict(
    "C48",
    isinstance(net_torch, NetTorch) and new_torch == 4,
    f"NetTorch() gave a {type(net_torch).__name__} with {new_torch} arrays",
)

# %% [markdown]
# Why `net_torch(x)` and not `net_torch.forward(x)`? The numbers are the same. But the call also does what others have
# asked to be done before and after, such as watching a layer. So call the network.

# %% [markdown]
# ## 5a.3 As a sequence
#
# Where data go straight from layer to layer, no class is needed. A *sequence* calls one layer after the other. It
# takes them all at once, or one by one: `append` in PyTorch, `add` in Keras.
#
# PyTorch too has layers that wait for their first input: `nn.LazyLinear` is told only what comes out. We use it here,
# and count the arrays that are there before and after. `nn.parameter.is_lazy` says whether one still waits.

# %% tags=["torch"]
# PyTorch
sequence_torch = nn.Sequential(nn.LazyLinear(32), nn.ReLU())
sequence_torch.append(nn.LazyLinear(10))


def count_torch(net):
    """How many arrays of a network are there, with a shape."""
    return sum(not nn.parameter.is_lazy(array) for array in net.parameters())


before_torch = count_torch(sequence_torch)
sequence_torch(torch.zeros(1, 64))  # the first input
after_torch = count_torch(sequence_torch)
print(before_torch, "then", after_torch)

# %% tags=["tf"]
# TensorFlow
sequence_tf = keras.Sequential()
sequence_tf.add(layers.Dense(32, activation="relu"))
sequence_tf.add(layers.Dense(10))

before_tf = len(sequence_tf.weights)
sequence_tf(tf.zeros((1, 64)))  # the first input
after_tf = len(sequence_tf.weights)
print(before_tf, "then", after_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the counts.
parity.verdict("arrays before the first input", before_torch, before_tf)
parity.verdict("arrays after it", after_torch, after_tf)

# %% [markdown]
# So it is no matter of the framework: who says only what comes out must wait. (`nn.Linear` is the usual choice in
# PyTorch: its arrays are there at once, to be counted or filled.)
#
# In a PyTorch sequence the layers are called "0", "1", "2". The ReLU is a layer of its own there, number 1, without
# arrays. In Keras we made it a part of the first layer.

# %% tags=["torch"]
# PyTorch
arrays_by_place = {
    "0.weight": w1.T,
    "0.bias": b1,
    "2.weight": w2.T,
    "2.bias": b2,
}
torch_side.set_weights(sequence_torch, arrays_by_place)
chain_torch = torch_side.to_numpy(sequence_torch(x_torch))

# %% tags=["tf"]
# TensorFlow
sequence_tf.set_weights([w1, b1, w2, b2])
chain_tf = tf_side.to_numpy(sequence_tf(x_tf))

# %% tags=["verdict", "folded"]
# Folded: compares both sequences with NumPy.
parity.verdict("the sequence in PyTorch, and NumPy", chain_torch, expected, atol=1e-12)
parity.verdict("the sequence in Keras, and NumPy", chain_tf, expected, atol=1e-12)

# %% tags=["verdict", "folded"]
# Folded: judges what the article says of Keras's Sequential.
claims.verdict(
    "C51",
    {
        "add fills a Sequential": len(sequence_tf.layers) == 2,
        "which computes what the class does": parity.gap(chain_tf, class_tf) < 1e-12,
    },
    f"after two calls of add the model held {before_tf} arrays, "
    f"after its first input {after_tf}",
)

# %% [markdown]
# ## 5a.4 As a function
#
# The third way has one name and two meanings.
#
# - In PyTorch, *functional* means a plain function: the arrays come in as arguments, and nothing is kept.
#   `F.linear(x, weight, bias)` multiplies by the weight, turned over, and adds the bias.
# - In Keras, the [functional API](glossary.md#functional-api) calls layers on `keras.Input`, a stand-in that has a
#   shape and no numbers. Keras notes which layer was called on what, and `keras.Model(start, end)` keeps all that
#   lies between.
#
# The first has no layers at all. The second knows its own [graph](glossary.md#graph), of which lesson 5b makes use.


# %% tags=["torch"]
# PyTorch
def function_torch(x, weight1, bias1, weight2, bias2):
    hidden = torch.relu(F.linear(x, weight1, bias1))
    return F.linear(hidden, weight2, bias2)


arrays_torch = [torch_side.tensor(array) for array in (w1.T, b1, w2.T, b2)]
plain_torch = torch_side.to_numpy(function_torch(x_torch, *arrays_torch))

# %% tags=["tf"]
# TensorFlow
pixels = keras.Input((64,))  # the size of the batch is left open
hidden = layers.Dense(32, activation="relu")(pixels)
scores = layers.Dense(10)(hidden)
function_tf = keras.Model(pixels, scores)

function_tf.set_weights([w1, b1, w2, b2])
plain_tf = tf_side.to_numpy(function_tf(x_tf))

# %% tags=["verdict", "folded"]
# Folded: compares both functions with NumPy, then all three ways in both.
parity.verdict("the function in PyTorch, and NumPy", plain_torch, expected, atol=1e-12)
parity.verdict("the function in Keras, and NumPy", plain_tf, expected, atol=1e-12)
ways_torch = {"class": class_torch, "sequence": chain_torch, "function": plain_torch}
ways_tf = {"class": class_tf, "sequence": chain_tf, "function": plain_tf}
parity.verdict("three ways in PyTorch, three in Keras", ways_torch, ways_tf, atol=1e-12)

# %% [markdown]
# Which one? A sequence for a chain. In Keras the functional API for all that has branches. A class where the flow
# needs Python: a loop, an `if`, a layer that is called twice. PyTorch's plain functions are what layers are made of.

# %% [markdown]
# ## 5a.5 Layers in a list
#
# You want a network of any depth, so you keep its layers in a Python list. Both classes below are right Python, and
# both give ten scores. They differ from those of 5a.2 in where they keep their layers.
#
# **Predict.** After a first input, how many arrays does each network know?
#
# - **a** four in PyTorch, four in Keras
# - **b** four in PyTorch, none in Keras
# - **c** none in PyTorch, four in Keras
# - **d** none in either

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P5.2", guess, among=["a", "b", "c", "d"])


# %% tags=["torch"]
# PyTorch
class ListTorch(nn.Module):
    def __init__(self):
        super().__init__()
        self.steps = [nn.Linear(64, 32), nn.Linear(32, 10)]

    def forward(self, x):
        hidden = torch.relu(self.steps[0](x))
        return self.steps[1](hidden)


list_torch = ListTorch()
print("scores:", tuple(list_torch(x_torch).shape))
known_torch = len(list(list_torch.parameters()))
print("arrays that it knows:", known_torch)


# %% tags=["tf"]
# TensorFlow
class ListTF(keras.Model):
    def __init__(self):
        super().__init__()
        self.steps = [layers.Dense(32), layers.Dense(10)]

    def call(self, x):
        hidden = tf.nn.relu(self.steps[0](x))
        return self.steps[1](hidden)


list_tf = ListTF()
print("scores:", tuple(list_tf(x_tf).shape))
known_tf = len(list_tf.weights)
print("arrays that it knows:", known_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
letter = exercises.first_true(
    {
        "a": known_torch == 4 and known_tf == 4,
        "b": known_torch == 4 and known_tf == 0,
        "c": known_torch == 0 and known_tf == 4,
        "d": known_torch == 0 and known_tf == 0,
    }
)
exercises.outcome("P5.2", letter)

# %% [markdown]
# PyTorch notes layers that are put into `self`, and does not look into a list. Keras does. The forgotten layers run,
# but no optimizer is given them and no file will hold them. Here you would hear of it:

# %% tags=["taught"]
# PyTorch
try:
    torch.optim.SGD(list_torch.parameters(), lr=0.1)
except ValueError as error:
    print(error)

# %% [markdown]
# With one layer outside of the list you would hear nothing, and train that one alone.
#
# The mend is a list that PyTorch knows, `nn.ModuleList`. The class below differs from `ListTorch` in that one line.
# `state_dict()` gives all arrays by their names.


# %% tags=["taught"]
# PyTorch
class ModuleListTorch(nn.Module):
    def __init__(self):
        super().__init__()
        self.steps = nn.ModuleList([nn.Linear(64, 32), nn.Linear(32, 10)])

    def forward(self, x):
        hidden = torch.relu(self.steps[0](x))
        return self.steps[1](hidden)


print(list(ModuleListTorch().state_dict()))

# %% [markdown]
# ### Exercise 5.5: as deep as you like (6 minutes)
#
# Write `answer(sizes)`: it gives a PyTorch network (an `nn.Module`) for a list of at least two sizes. For `[64, 32,
# 10]` it is our network: dense from 64 to 32, ReLU, dense from 32 to 10. Each further size adds a ReLU and then a dense
# layer. After the last layer comes nothing.

# %% tags=["exercise"]
answer = ...  # a function of a list of sizes


# solution
def answer(sizes):
    net = nn.Sequential(nn.Linear(sizes[0], sizes[1]))
    for come_in, go_out in zip(sizes[1:], sizes[2:]):
        net.append(nn.ReLU())
        net.append(nn.Linear(come_in, go_out))
    return net


# wrong: a ReLU after the last layer
def answer(sizes):
    net = nn.Sequential()
    for come_in, go_out in zip(sizes, sizes[1:]):
        net.append(nn.Linear(come_in, go_out))
        net.append(nn.ReLU())
    return net


# wrong: no ReLU between
def answer(sizes):
    pairs = zip(sizes, sizes[1:])
    return nn.Sequential(*[nn.Linear(come_in, go_out) for come_in, go_out in pairs])


# wrong: knows 0 arrays
def answer(sizes):
    class Deep(nn.Module):
        def __init__(self):
            super().__init__()
            pairs = zip(sizes, sizes[1:])
            self.steps = [nn.Linear(come_in, go_out) for come_in, go_out in pairs]

        def forward(self, x):
            for step in self.steps[:-1]:
                x = torch.relu(step(x))
            return self.steps[-1](x)

    return Deep()


# wrong: one layer, many times
def answer(sizes):
    net = nn.Sequential(nn.Linear(sizes[0], sizes[1]))
    again = nn.Linear(sizes[1], sizes[1])
    for _ in sizes[2:]:
        net.append(nn.ReLU())
        net.append(again)
    return net


# %% tags=["check"]
exercises.check("5.5", answer)

# %% [markdown]
# ## 5a.6 Quiz

# %%
exercises.quiz("05a")

# %% [markdown]
# ## 5a.7 Verdicts

# %%
claims.close("05a")

# %% [markdown]
# ## 5a.8 Summary and further reading
#
# - The ways of writing differ, the function does not: it hangs on its arrays alone.
# - You write `__init__` and `forward` or `call`, and call neither by name: `NetTorch()` runs the first, `net(x)` the second.
# - A layer that knows only what comes out makes its arrays at the first input.
# - *Functional*: a function of arrays in PyTorch, a recorded graph in Keras.
# - PyTorch finds layers in `self`, in `nn.Sequential` and `nn.ModuleList`, not in a plain list.
#
# Further reading: PyTorch's [modules](https://docs.pytorch.org/docs/stable/notes/modules.html), Keras's [functional
# API](https://keras.io/guides/functional_api/) and
# [classes](https://keras.io/guides/making_new_layers_and_models_via_subclassing/). Next: [read a
# network](05b_read_a_network.ipynb) that somebody else has written.
