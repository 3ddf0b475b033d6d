# %% [markdown]
# # 5c. Carry weights
#
# Four questions carry the arrays of a layer from one framework to the other. Who asks only three gets a network in
# which every shape fits, and which reads other digits.
#
# > **Minutes**: 39 · **Needs**: lessons 5a and 5b · **Claims tested**: none
# >
# > **You will be able to**
# > - turn the axes of a weight, and prove that you turned them right (exercise 5.1)
# > - carry a layer with all that it keeps, and with the numbers that stand outside (verdict in 5c.3)
# > - carry seven layers in both directions (verdict in 5c.4)
# > - say what happens behind Flatten, and mend it (prediction P5.8, exercise 5.7)
#
# `seed` draws other arrays. `fast` and `device` change nothing here: the layers are small, and stay on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("05c")

import numpy as np

from chapters.ch05 import figures
from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch import nn

from helpers import torch_side

torch.set_default_dtype(torch.float64)  # no mistake shall hide behind rounding

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

import keras
from keras import layers

from helpers import tf_side

tf.config.set_visible_devices([], "GPU")  # these few numbers stay on the CPU
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 5c.1 Which axes, in which order?
#
# First question. A dense weight is (out, in) in PyTorch and (in, out) in Keras. So it is transposed; the bias is one
# row of numbers, and stays. We write such rules as functions: the arrays of a PyTorch layer come in, as NumPy has
# them, and a list comes out in the order of Keras's `get_weights()`.
#
# Our layer has 6 numbers in and 6 out. Below, Keras is given the arrays twice: first by somebody who has forgotten to
# transpose. `build` makes a layer's arrays without an input: it is told the shape, with `None` for the size of the
# batch.


# %% tags=["taught"]
def linear_to_keras(weight, bias):
    return [weight.T, bias]


rng = np.random.default_rng(seed)
rows = rng.normal(size=(5, 6))  # five examples
weight = rng.normal(size=(6, 6))
bias = rng.normal(size=6)

# %% tags=["torch"]
# PyTorch
dense = nn.Linear(6, 6)
torch_side.set_weights(dense, {"weight": weight, "bias": bias})
dense_torch = torch_side.to_numpy(dense(torch_side.tensor(rows)))

# %% tags=["tf"]
# TensorFlow
dense = layers.Dense(6)
dense.build((None, 6))
dense.set_weights([weight, bias])  # forgotten: no error
careless_tf = tf_side.to_numpy(dense(tf_side.tensor(rows)))

dense.set_weights(linear_to_keras(weight, bias))
dense_tf = tf_side.to_numpy(dense(tf_side.tensor(rows)))

# %% tags=["verdict", "folded"]
# Folded: compares the outputs, without and with the rule.
parity.differ("a dense layer, not transposed", careless_tf, dense_torch, atol=0.1)
parity.verdict("a dense layer, by the rule", dense_tf, dense_torch, atol=1e-12)

# %% [markdown]
# The square weight fits both ways, so nobody complains. **That shapes fit proves nothing. Equal outputs on random
# arrays do**, and here the outputs agree to the last digits of [float64](glossary.md#float64).

# %% [markdown]
# ## 5c.2 Axes of pictures
#
# The weight of a [convolution](glossary.md#convolution), its [kernel](glossary.md#kernel), has four axes. PyTorch:
# (out, in, height, width). Keras: (height, width, in, out). NumPy's `transpose` is told, for each new axis, which old
# one it is: `(2, 3, 1, 0)` puts the old axis 2, the height, first.
#
# The pictures differ as well. PyTorch wants (batch, channel, height, width), in short NCHW; Keras wants the channel
# last, NHWC. These are two rules for two things: turn pictures once at the door, kernels once when you carry them.


# %% tags=["taught"]
def conv_to_keras(weight, bias):
    return [weight.transpose(2, 3, 1, 0), bias]


def to_nhwc(images):
    return images.transpose(0, 2, 3, 1)


def to_nchw(images):
    return images.transpose(0, 3, 1, 2)


images = rng.normal(size=(2, 4, 9, 9))  # two pictures with four channels
weight = rng.normal(size=(8, 4, 3, 3))
bias = rng.normal(size=8)

# %% tags=["torch"]
# PyTorch
conv = nn.Conv2d(4, 8, 3)
torch_side.set_weights(conv, {"weight": weight, "bias": bias})
conv_torch = torch_side.to_numpy(conv(torch_side.tensor(images)))
print(conv_torch.shape)

# %% tags=["tf"]
# TensorFlow
conv = layers.Conv2D(8, 3)
conv.build((None, 9, 9, 4))
conv.set_weights(conv_to_keras(weight, bias))
conv_tf = tf_side.to_numpy(conv(tf_side.tensor(to_nhwc(images))))
print(conv_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares the convolutions, Keras's turned to NCHW.
parity.verdict("a convolution, by the rule", to_nchw(conv_tf), conv_torch, atol=1e-12)

# %% [markdown]
# ### Exercise 5.1: a depthwise convolution (6 minutes)
#
# `nn.Conv2d(4, 8, 3, groups=4)` gives every input channel two filters of its own: outputs 0 and 1 belong to channel
# 0, outputs 2 and 3 to channel 1, and so on. Its weight has the shape (8, 1, 3, 3). Keras has a layer for that,
# `layers.DepthwiseConv2D(3, depth_multiplier=2)`, with a weight of shape (height, width, channels, filters of a
# channel) = (3, 3, 4, 2). Set `answer` to PyTorch's weight, carried to Keras: an array of that shape.

# %% tags=["exercise"]
weight_of_8 = np.arange(72.0).reshape(8, 1, 3, 3)
answer = ...  # an array of shape (3, 3, 4, 2)
# solution
answer = weight_of_8.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)
# wrong: only reshaped
answer = weight_of_8.reshape(3, 3, 4, 2)
# wrong: outputs 0 and 4 would share a channel
answer = weight_of_8.reshape(2, 4, 3, 3).transpose(2, 3, 1, 0)
# wrong: height and width have changed places
answer = weight_of_8.reshape(4, 2, 3, 3).transpose(3, 2, 0, 1)

# %% tags=["check"]
exercises.check("5.1", answer)

# %% [markdown]
# ## 5c.3 What is kept, and what stands outside
#
# Second question: *what else does the layer keep?* [Batch normalization](glossary.md#batch-normalization) has a scale
# and a shift, and the running mean and variance (5b.3). PyTorch also counts batches; Keras has no place for that
# number.
#
# Third question: *which numbers stand outside of the arrays?* Batch normalization divides by the root of a sum, the
# variance plus a small *epsilon*. That is an argument of the layer, and its default is 1e-5 in PyTorch, 1e-3 in Keras.
# Strides, paddings and slopes are such numbers too.
#
# Below Keras's layer is made twice, with its own epsilon and with PyTorch's. `eval()` tells PyTorch to use the
# running averages; a Keras layer does so unless it is told `training=True`.


# %% tags=["taught"]
def norm_to_keras(weight, bias, mean, variance, batches):
    return [weight, bias, mean, variance]


norm_arrays = {
    "weight": rng.uniform(0.5, 2, 4),
    "bias": rng.uniform(0.5, 2, 4),
    "running_mean": rng.uniform(0.5, 2, 4),
    "running_var": rng.uniform(0.5, 2, 4),
    "num_batches_tracked": np.array(7),
}

# %% tags=["torch"]
# PyTorch
norm = nn.BatchNorm2d(4).eval()
torch_side.set_weights(norm, norm_arrays)
norm_torch = torch_side.to_numpy(norm(torch_side.tensor(images)))
print("epsilon:", norm.eps)

# %% tags=["tf"]
# TensorFlow
careless = layers.BatchNormalization()
norm = layers.BatchNormalization(epsilon=1e-5)
print("epsilon:", careless.epsilon, "and", norm.epsilon)

for layer in [careless, norm]:
    layer.build((None, 9, 9, 4))
    layer.set_weights(norm_to_keras(*norm_arrays.values()))  # *: one by one
careless_tf = tf_side.to_numpy(careless(tf_side.tensor(to_nhwc(images))))
norm_tf = tf_side.to_numpy(norm(tf_side.tensor(to_nhwc(images))))

# %% tags=["verdict", "folded"]
# Folded: compares both layers of Keras with PyTorch's.
parity.differ(
    "batch norm, epsilon forgotten", to_nchw(careless_tf), norm_torch, atol=1e-6
)
parity.verdict("batch norm, by the rule", to_nchw(norm_tf), norm_torch, atol=1e-12)

# %% [markdown]
# Why random arrays, and not those of a new layer? In a new one scale and variance are ones, shift and mean are zeros.
# Exchange scale and variance, and it gives the same numbers as before.

# %% [markdown]
# ## 5c.4 Seven layers, there and back
#
# Now a list of rules for both directions. A rule to PyTorch takes what `get_weights()` gives, and returns the arrays
# in the order of PyTorch's `state_dict()`.


# %% tags=["taught"]
def linear_to_torch(kernel, bias):
    return [kernel.T, bias]


def conv_to_torch(kernel, bias):
    return [kernel.transpose(3, 2, 0, 1), bias]


def norm_to_torch(gamma, beta, mean, variance):
    return [gamma, beta, mean, variance, np.array(0)]  # no batch was counted


def unchanged(*arrays):
    return list(arrays)


# %% [markdown]
# The arrays of layer normalization (it brings each example to mean 0 and deviation 1, then scales and shifts it) and of
# embeddings stay as they are.
#
# One rule serves all convolutions, since stride, dilation and groups stand outside of the arrays. `stride=2` moves the
# filter two pixels at a time. `dilation=2` leaves a gap of one pixel between those that it looks at. With `groups=2` each
# half of the filters sees one half of the channels.

# %% tags=["taught"]
rules = {  # name: (to Keras, to PyTorch)
    "Linear": (linear_to_keras, linear_to_torch),
    "Conv2d": (conv_to_keras, conv_to_torch),
    "Conv2d, stride 2, 2 groups": (conv_to_keras, conv_to_torch),
    "Conv2d, dilation 2": (conv_to_keras, conv_to_torch),
    "BatchNorm2d": (norm_to_keras, norm_to_torch),
    "LayerNorm": (unchanged, unchanged),
    "Embedding": (unchanged, unchanged),
}

# %% [markdown]
# And an input for each. An embedding looks up words by number, so it is given numbers from 0 to 9:
# `Embedding(10, 5)` keeps a row of 5 numbers for each of 10 words.

# %% tags=["taught"]
words = rng.integers(0, 10, (3, 7))
inputs = {
    "Linear": rows,
    "Conv2d": images,
    "Conv2d, stride 2, 2 groups": images,
    "Conv2d, dilation 2": images,
    "BatchNorm2d": images,
    "LayerNorm": rows,
    "Embedding": words,
}

# %% [markdown]
# Each framework makes its layers; `run_torch` and `run_tf` run the layer of a name on its input. Pictures come back as NCHW
# from both.
#
# Each layer is filled with random arrays of its own, of the shapes that `get_weights` shows. They lie between 0.5 and 2,
# since a variance must not be negative.

# %% tags=["torch"]
# PyTorch
layers_torch = {
    "Linear": nn.Linear(6, 4),
    "Conv2d": nn.Conv2d(4, 8, 3),
    "Conv2d, stride 2, 2 groups": nn.Conv2d(4, 8, 3, stride=2, groups=2),
    "Conv2d, dilation 2": nn.Conv2d(4, 8, 3, dilation=2),
    "BatchNorm2d": nn.BatchNorm2d(4).eval(),
    "LayerNorm": nn.LayerNorm(6),
    "Embedding": nn.Embedding(10, 5),
}


def run_torch(name):
    result = layers_torch[name](torch_side.tensor(inputs[name]))
    return torch_side.to_numpy(result)


arrays_torch = {}
out_torch = {}
for name, layer in layers_torch.items():
    arrays_torch[name] = {
        key: rng.uniform(0.5, 2, array.shape)
        for key, array in torch_side.get_weights(layer).items()
    }
    torch_side.set_weights(layer, arrays_torch[name])
    out_torch[name] = run_torch(name)

# %% tags=["tf"]
# TensorFlow
layers_tf = {
    "Linear": layers.Dense(4),
    "Conv2d": layers.Conv2D(8, 3),
    "Conv2d, stride 2, 2 groups": layers.Conv2D(8, 3, strides=2, groups=2),
    "Conv2d, dilation 2": layers.Conv2D(8, 3, dilation_rate=2),
    "BatchNorm2d": layers.BatchNormalization(epsilon=1e-5),
    "LayerNorm": layers.LayerNormalization(epsilon=1e-5),
    "Embedding": layers.Embedding(10, 5),
}


def run_tf(name):
    array = inputs[name]
    if array.ndim == 4:  # pictures
        result = layers_tf[name](tf_side.tensor(to_nhwc(array)))
        return to_nchw(tf_side.to_numpy(result))
    return tf_side.to_numpy(layers_tf[name](tf_side.tensor(array)))


arrays_tf = {}
out_tf = {}
for name, layer in layers_tf.items():
    run_tf(name)  # the first input makes the arrays
    arrays_tf[name] = [
        rng.uniform(0.5, 2, array.shape) for array in layer.get_weights()
    ]
    layer.set_weights(arrays_tf[name])
    out_tf[name] = run_tf(name)

# %% tags=["verdict", "folded"]
# Folded: before anything is carried, the layers of one name give other numbers.
how_many = len(inputs)
what = f"{how_many} layers, each with arrays of its own"
parity.differ(what, out_torch, out_tf, atol=0.1)

# %% [markdown]
# Now Keras is given PyTorch's arrays, and PyTorch Keras's. `zip` puts each array beside the name under which PyTorch
# keeps it.

# %% tags=["taught"]
rebuilt_tf = {}
for name, layer in layers_tf.items():
    arrays = arrays_torch[name].values()
    to_keras, _ = rules[name]
    layer.set_weights(to_keras(*arrays))
    rebuilt_tf[name] = run_tf(name)

# %% tags=["taught"]
rebuilt_torch = {}
for name, layer in layers_torch.items():
    _, to_torch = rules[name]
    carried = to_torch(*arrays_tf[name])
    by_name = dict(zip(arrays_torch[name], carried))
    torch_side.set_weights(layer, by_name)
    rebuilt_torch[name] = run_torch(name)

# %% tags=["verdict", "folded"]
# Folded: compares each layer with the one that it was rebuilt from.
parity.verdict(
    f"{how_many} layers of PyTorch, rebuilt in Keras", rebuilt_tf, out_torch, atol=1e-10
)
parity.verdict(
    f"{how_many} layers of Keras, rebuilt in PyTorch", rebuilt_torch, out_tf, atol=1e-10
)

# %% [markdown]
# ## 5c.5 The order behind Flatten
#
# Three questions, seven layers, equal numbers. So a whole network must be right as well? Here is the smallest reader
# of digits with a convolution: 3 filters, which leave 6 by 6 places of an 8 by 8 picture; then *Flatten*, which makes
# one row of 108 numbers; then a dense layer for ten scores. Its arrays are random, so it has learned nothing; all the
# same, who carries it must not change its scores.
#
# Flatten has no arrays. The other two are carried by rules that you have just seen proven.
#
# **Predict.** What does the Keras network say of 100 digits?
#
# - **a** the same scores as PyTorch's
# - **b** nothing: the shapes do not fit
# - **c** other scores

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P5.8", guess, among=["a", "b", "c"])

# %% tags=["taught"]
pictures = data.digits("float64").x_test[:100].reshape(100, 1, 8, 8)
kernel = rng.normal(size=(3, 1, 3, 3))
kernel_bias = rng.normal(size=3)
weight = rng.normal(size=(10, 108)) / 10
bias = rng.normal(size=10)

# %% tags=["torch"]
# PyTorch
reader = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Flatten(), nn.Linear(108, 10))
arrays_by_place = {
    "0.weight": kernel,
    "0.bias": kernel_bias,
    "2.weight": weight,
    "2.bias": bias,
}
torch_side.set_weights(reader, arrays_by_place)
scores_torch = torch_side.to_numpy(reader(torch_side.tensor(pictures)))
print(scores_torch[0, :4])

# %% tags=["tf"]
# TensorFlow
reader_tf = keras.Sequential()
reader_tf.add(keras.Input((8, 8, 1)))
reader_tf.add(layers.Conv2D(3, 3))
reader_tf.add(layers.Flatten())
reader_tf.add(layers.Dense(10))

conv_arrays = conv_to_keras(kernel, kernel_bias)
dense_arrays = linear_to_keras(weight, bias)
reader_tf.set_weights([*conv_arrays, *dense_arrays])
pictures_tf = tf_side.tensor(to_nhwc(pictures))
scores_tf = tf_side.to_numpy(reader_tf(pictures_tf))
print(scores_tf[0, :4])

# %% tags=["verdict", "folded"]
# Folded: which option came true, and how many digits are read otherwise.
fits = scores_torch.shape == scores_tf.shape
same = fits and parity.gap(scores_tf, scores_torch) < 1e-10
letter = exercises.first_true({"a": same, "b": not fits, "c": not same})
exercises.outcome("P5.8", letter)
parity.differ("the scores", scores_tf, scores_torch, atol=0.1)
others = int((scores_torch.argmax(axis=1) != scores_tf.argmax(axis=1)).sum())
print(f"another digit has the highest score: in {others} of {len(pictures)} pictures")

# %% [markdown]
# The fourth question: *in which order do the numbers come out of what stands before?* Flatten reads the last axis
# fastest. In NCHW that is a row of one channel's picture; in NHWC it is the channels of one place. The dense layer
# gets the same 108 numbers in another order, but its weights are still in the old one.

# %% tags=["folded"]
# Folded: draws in which order Flatten reads two channels of 2 by 3 places.
figures.flatten_order(channels=2, height=2, width=3)

# %% [markdown]
# The mend: cut the axis of 108 into what it was made of, (channel, height, width), turn the axes as for a kernel, and
# make one axis of them again.


# %% tags=["taught"]
def behind_flatten_to_keras(weight, bias, channels, height, width):
    apart = weight.reshape(-1, channels, height, width)  # -1: all that are left
    turned = apart.transpose(2, 3, 1, 0)  # height, width, channel, out
    return [turned.reshape(height * width * channels, -1), bias]


# %% tags=["taught"]
# TensorFlow
dense_arrays = behind_flatten_to_keras(weight, bias, channels=3, height=6, width=6)
reader_tf.set_weights([*conv_arrays, *dense_arrays])
mended_tf = tf_side.to_numpy(reader_tf(pictures_tf))

# %% tags=["verdict", "folded"]
# Folded: compares the scores once more.
parity.verdict("the scores, by four rules", mended_tf, scores_torch, atol=1e-10)

# %% [markdown]
# It is the quietest of all mistakes: each layer is right by itself, and all shapes fit. It does not arise where only
# one place or one channel is left, as behind a mean over the whole picture. So a test on such a network does not find
# it.

# %% [markdown]
# ### Exercise 5.7: and back (5 minutes)
#
# A Keras network has a dense layer behind Flatten. Write `answer(kernel, channels, height, width)`: it gets the
# kernel as a NumPy array of shape (height · width · channels, out), its rows in Keras's order, and gives the weight
# for PyTorch, of shape (out, channels · height · width).

# %% tags=["exercise"]
answer = ...  # a function of kernel, channels, height and width


# solution
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, width, channels, -1)
    turned = apart.transpose(3, 2, 0, 1)
    return turned.reshape(-1, channels * height * width)


# wrong: only transposed
def answer(kernel, channels, height, width):
    return kernel.T


# wrong: the rows were cut as (channel, height, width)
def answer(kernel, channels, height, width):
    apart = kernel.reshape(channels, height, width, -1)
    turned = apart.transpose(3, 1, 2, 0)
    return turned.reshape(-1, channels * height * width)


# wrong: height and width have changed places
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, width, channels, -1)
    turned = apart.transpose(3, 2, 1, 0)
    return turned.reshape(-1, channels * height * width)


# %% tags=["check"]
exercises.check("5.7", answer)

# %% [markdown]
# ## 5c.6 Quiz

# %%
exercises.quiz("05c")

# %% [markdown]
# ## 5c.7 Verdicts

# %%
claims.close("05c")

# %% [markdown]
# ## 5c.8 Summary and further reading
#
# To carry a layer, ask:
#
# 1. Which axes, in which order? Dense weights are transposed, kernels turned.
# 2. What else does it keep? Running averages, counters.
# 3. Which numbers stand outside? Epsilon, stride, padding, slopes.
# 4. In which order do its inputs come? Behind Flatten, in another order on each side.
#
# Then compare outputs on random arrays, in float64, of each layer and of the whole.
#
# Further reading: PyTorch's [Conv2d](https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html) and
# [Flatten](https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html), Keras's
# [Conv2D](https://keras.io/api/layers/convolution_layers/convolution2d/). Next:
# [gates](05d_gates.ipynb), layers with more inside.
