# %% [markdown]
# # 5f. Heads and masks
#
# Attention is ten lines. Here they are in both frameworks, equal to both libraries' layers to the last digits. Then come
# masks, in which the same True means two opposite things, and a step that may look at nothing.
#
# > **Minutes**: 40 · **Needs**: lessons 5c and 5d · **Claims tested**: none
# >
# > **You will be able to**
# > - write attention, and cut its weights into heads (exercise 5.9, verdict in 5f.2)
# > - say what True means in each library's mask (prediction P5.13)
# > - make a mask that leaves each step something to look at (exercise 5.10)
# > - say what comes back where a step may look at nothing (prediction P5.14)
# > - say how long a mask lasts that you did not pass yourself (prediction P5.15)
# > - say why attention needs positions (verdict in 5f.6)
#
# `seed` draws other arrays. `fast` and `device` change nothing here: the layers are small, and stay on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("05f")

import numpy as np

from chapters.ch05 import figures, masks
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch import nn
from torch.nn import functional as F

from chapters.ch05 import masks_torch
from helpers import torch_side

torch.set_default_dtype(torch.float64)  # no mistake shall hide behind rounding

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

import keras
from keras import layers

from chapters.ch05 import masks_tf
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
# ## 5f.1 Attention in ten lines
#
# [Attention](glossary.md#attention) lets each step of a sequence look at all others. A step has three rows of
# numbers: a *query* (what it looks for), a *key* (what it is found by) and a *value* (what it gives). With a query of
# $d$ numbers, and one row for each step:
#
# $$\text{shares} = \text{softmax}(Q K^T / \sqrt{d}) \qquad \text{result} = \text{shares} \cdot V$$
#
# The *scores* $Q K^T / \sqrt{d}$ have a row for each query: how well each key fits it. [Softmax](glossary.md#softmax)
# turns each row into shares that add up to 1. A [mask](glossary.md#mask) forbids: where a step may not look, the
# score becomes minus infinity, and the share 0.
#
# A text that is written word by word must not look ahead. Its mask is called *causal*. `past` has a row for each step
# that looks, and a column for each that is looked at.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
# three arrays, each with 3 sequences of 5 steps, and 4 numbers a step
query, key, value = rng.normal(size=(3, 3, 5, 4))
past = np.tri(5, dtype=bool)  # True: may look
print(past.astype(int))


# %% tags=["torch"]
# PyTorch
def attend_torch(query, key, value, may_look):
    """(each query's mixture of the values, the shares of it)."""
    if not may_look.any(dim=-1).all():
        raise ValueError("a step may look at nothing: is a sequence all padding?")
    scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
    scores = torch.where(may_look, scores, -torch.inf)
    shares = torch.softmax(scores, dim=-1)
    return shares @ value, shares


past_torch = torch_side.tensor(past)
rows_torch = [torch_side.tensor(rows) for rows in (query, key, value)]
mixed, shares = attend_torch(*rows_torch, past_torch)
hand_torch = torch_side.to_numpy(mixed)


# %% tags=["tf"]
# TensorFlow
def attend_tf(query, key, value, may_look):
    """(each query's mixture of the values, the shares of it)."""
    if not tf.reduce_all(tf.reduce_any(may_look, axis=-1)):
        raise ValueError("a step may look at nothing: is a sequence all padding?")
    scores = tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5
    scores = tf.where(may_look, scores, -np.inf)
    shares = tf.nn.softmax(scores, axis=-1)
    return shares @ value, shares


past_tf = tf_side.tensor(past)
rows_tf = [tf_side.tensor(rows) for rows in (query, key, value)]
mixed, shares = attend_tf(*rows_tf, past_tf)
hand_tf = tf_side.to_numpy(mixed)

# %% tags=["verdict", "folded"]
# Folded: compares what both give.
parity.verdict("ten lines in both", hand_torch, hand_tf, atol=1e-12)

# %% tags=["folded"]
# Folded: draws the shares of the first sequence.
figures.shares(masks.shares(query[0], key[0], past))

# %% [markdown]
# The first step has only itself to look at. So its result is its own value.
#
# Both libraries have a function for it. Keras's wants an axis for heads (5f.2) behind the steps: `None` adds one, and
# `0` takes it away again.


# %% tags=["torch"]
# PyTorch
result = F.scaled_dot_product_attention(*rows_torch, is_causal=True)
library_torch = torch_side.to_numpy(result)


# %% tags=["tf"]
# TensorFlow
def function_of_keras(query, key, value, **which):
    rows = [array[:, :, None] for array in (query, key, value)]
    return keras.ops.dot_product_attention(*rows, **which)[:, :, 0]


result = function_of_keras(*rows_tf, is_causal=True)
library_tf = tf_side.to_numpy(result)

# %% tags=["verdict", "folded"]
# Folded: compares each function with your ten lines.
parity.verdict("by hand and PyTorch's function", hand_torch, library_torch, atol=1e-12)
parity.verdict("by hand and Keras's function", hand_tf, library_tf, atol=1e-12)

# %% [markdown]
# ## 5f.2 Heads
#
# One row of shares is one way to look. With several *heads* attention is done several times beside each other, with
# fewer numbers each. A last weight joins them.
#
# Ours has 2 heads of 4 numbers, so 8 in all. PyTorch keeps query, key and value in one weight, (24, 8): three blocks
# of 8 rows, as the gates in lesson 5d. Keras has three kernels, and gives each head an axis of its own: (8, 2, 4) is
# (numbers in, heads, numbers of a head). The weight that joins is (8, 8) in PyTorch, (2, 4, 8) in Keras.


# %% tags=["taught"]
def attention_to_keras(weight, bias, out_weight, out_bias):
    arrays = []
    for block, block_bias in zip(np.split(weight, 3), np.split(bias, 3)):
        arrays.append(block.T.reshape(8, 2, 4))
        arrays.append(block_bias.reshape(2, 4))
    return [*arrays, out_weight.T.reshape(2, 4, 8), out_bias]


attention_arrays = {
    "in_proj_weight": rng.normal(size=(24, 8)),
    "in_proj_bias": rng.normal(size=24),
    "out_proj.weight": rng.normal(size=(8, 8)),
    "out_proj.bias": rng.normal(size=8),
}
x = rng.normal(size=(3, 5, 8))  # 3 sequences of 5 steps, 8 numbers a step

# %% [markdown]
# Here a sequence looks at itself: query, key and value are all made of `x`. By hand, each framework gets the arrays in
# its own layout: PyTorch cuts rows of 8 into 2 heads of 4, TensorFlow uses Keras's axes. Heads must stand before the
# steps, so that your function sees steps and numbers last. In the string of `einsum`, b is the sequence, s the step, h
# the head, n a number of a head.


# %% tags=["torch"]
# PyTorch
def split(rows):
    """(batch, steps, 8) to (batch, heads, steps, numbers of a head)."""
    return rows.unflatten(-1, (2, 4)).transpose(1, 2)


def look_torch(x, may_look, weight, bias, out_weight, out_bias):
    query, key, value = (x @ weight.T + bias).chunk(3, dim=-1)
    mixed, _ = attend_torch(split(query), split(key), split(value), may_look)
    joined = mixed.transpose(1, 2).flatten(2)
    return joined @ out_weight.T + out_bias


x_torch = torch_side.tensor(x)
arrays_torch = [torch_side.tensor(array) for array in attention_arrays.values()]
hand_torch = torch_side.to_numpy(look_torch(x_torch, past_torch, *arrays_torch))


# %% tags=["tf"]
# TensorFlow
def project(x, kernel, bias):
    """(batch, steps, 8) to (batch, heads, steps, numbers of a head)."""
    return tf.einsum("bsi,ihn->bhsn", x, kernel) + bias[:, None]


def look_tf(x, may_look, to_q, bias_q, to_k, bias_k, to_v, bias_v, out, out_bias):
    query = project(x, to_q, bias_q)
    key = project(x, to_k, bias_k)
    value = project(x, to_v, bias_v)
    mixed, _ = attend_tf(query, key, value, may_look)
    return tf.einsum("bhsn,hno->bso", mixed, out) + out_bias


x_tf = tf_side.tensor(x)
arrays_tf = attention_to_keras(*attention_arrays.values())
hand_tf = tf_side.to_numpy(look_tf(x_tf, past_tf, *arrays_tf))

# %% tags=["verdict", "folded"]
# Folded: compares what both give.
parity.verdict("heads by hand in both", hand_torch, hand_tf, atol=1e-12)

# %% [markdown]
# Now the layers. PyTorch's takes query, key and value, and gives the shares, too. Keras's takes the query and the
# value, which is also the key unless it gets one. (Why PyTorch's mask has a `~`, "not", stands in 5f.3.)

# %% tags=["torch"]
# PyTorch
attention = nn.MultiheadAttention(8, num_heads=2, batch_first=True)
torch_side.set_weights(attention, attention_arrays)
result, _ = attention(x_torch, x_torch, x_torch, attn_mask=~past_torch)
causal_torch = torch_side.to_numpy(result)

# %% tags=["tf"]
# TensorFlow
attention_tf = layers.MultiHeadAttention(num_heads=2, key_dim=4)
attention_tf(x_tf, x_tf)  # the first input makes the arrays
attention_tf.set_weights(arrays_tf)
result = attention_tf(x_tf, x_tf, attention_mask=past_tf)
causal_tf = tf_side.to_numpy(result)

# %% tags=["verdict", "folded"]
# Folded: compares the layers with each other, and with your heads.
parity.verdict(
    "by hand and nn.MultiheadAttention", hand_torch, causal_torch, atol=1e-12
)
parity.verdict("attention of PyTorch, in Keras", causal_tf, causal_torch, atol=1e-12)

# %% [markdown]
# To the last digits, as the root of 4 is 2. Keras sends one divided by the root through [float32](glossary.md#float32),
# even here; with heads of 3 numbers the results would differ from the eighth digit on.
#
# And back: a layer of Keras gets random arrays, its biases too, and PyTorch is given them.


# %% tags=["taught"]
def attention_to_torch(*arrays):
    query, query_bias, key, key_bias, value, value_bias, out, out_bias = arrays
    weights = [kernel.reshape(8, 8).T for kernel in (query, key, value)]
    biases = [bias.reshape(8) for bias in (query_bias, key_bias, value_bias)]
    joined = out.reshape(8, 8).T
    return [np.concatenate(weights), np.concatenate(biases), joined, out_bias]


# %% tags=["taught"]
# TensorFlow
drawn = layers.MultiHeadAttention(num_heads=2, key_dim=4)
drawn(x_tf, x_tf)  # the first input makes the arrays
drawn.set_weights([rng.normal(size=array.shape) for array in drawn.get_weights()])
back_tf = tf_side.to_numpy(drawn(x_tf, x_tf))
carried = attention_to_torch(*drawn.get_weights())

# %% tags=["taught"]
# PyTorch
given = nn.MultiheadAttention(8, num_heads=2, batch_first=True)
torch_side.set_weights(given, dict(zip(attention_arrays, carried)))
back_torch = torch_side.to_numpy(given(x_torch, x_torch, x_torch)[0])

# %% tags=["verdict", "folded"]
# Folded: compares the way back.
parity.verdict("attention of Keras, in PyTorch", back_torch, back_tf, atol=1e-12)

# %% [markdown]
# ### Exercise 5.9: heads in rows (6 minutes)
#
# Write in TensorFlow what stands between the weights: `answer(query, key, value, may_look)`. The rows of 8 numbers
# hold 2 heads of 4 beside each other, as PyTorch has them: query, key and value have the shape (batch, steps, 8), and
# `may_look` is (steps, steps), with a True in each row. The result has the shape (batch, steps, 8), the heads joined
# again. You may use `attend_tf`.

# %% tags=["exercise"]
answer = ...  # a function of four TensorFlow tensors


# solution
def answer(query, key, value, may_look):
    def split(rows):
        apart = tf.reshape(rows, (rows.shape[0], rows.shape[1], 2, 4))
        return tf.transpose(apart, (0, 2, 1, 3))

    mixed, _ = attend_tf(split(query), split(key), split(value), may_look)
    return tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), query.shape)


# wrong: the mask is inverted
def answer(query, key, value, may_look):
    def split(rows):
        apart = tf.reshape(rows, (rows.shape[0], rows.shape[1], 2, 4))
        return tf.transpose(apart, (0, 2, 1, 3))

    mixed, _ = attend_tf(split(query), split(key), split(value), ~may_look)
    return tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), query.shape)


# wrong: the heads are split wrongly
def answer(query, key, value, may_look):
    def split(rows):
        return tf.reshape(rows, (rows.shape[0], 2, rows.shape[1], 4))

    mixed, _ = attend_tf(split(query), split(key), split(value), may_look)
    return tf.reshape(mixed, query.shape)


# wrong: the heads are split wrongly
def answer(query, key, value, may_look):
    def split(rows):
        apart = tf.reshape(rows, (rows.shape[0], rows.shape[1], 4, 2))
        return tf.transpose(apart, (0, 3, 1, 2))

    mixed, _ = attend_tf(split(query), split(key), split(value), may_look)
    return tf.reshape(tf.transpose(mixed, (0, 2, 3, 1)), query.shape)


# wrong: the scale is forgotten
def answer(query, key, value, may_look):
    def split(rows):
        apart = tf.reshape(rows, (rows.shape[0], rows.shape[1], 2, 4))
        return tf.transpose(apart, (0, 2, 1, 3))

    scores = split(query) @ tf.linalg.matrix_transpose(split(key))
    shares = tf.nn.softmax(tf.where(may_look, scores, -np.inf))
    mixed = shares @ split(value)
    return tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), query.shape)


# wrong: the softmax goes over the wrong axis
def answer(query, key, value, may_look):
    def split(rows):
        apart = tf.reshape(rows, (rows.shape[0], rows.shape[1], 2, 4))
        return tf.transpose(apart, (0, 2, 1, 3))

    scores = split(query) @ tf.linalg.matrix_transpose(split(key)) / 2
    shares = tf.nn.softmax(tf.where(may_look, scores, -np.inf), axis=-2)
    mixed = shares @ split(value)
    return tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), query.shape)


# wrong: one head
def answer(query, key, value, may_look):
    mixed, _ = attend_tf(query, key, value, may_look)
    return mixed


# %% tags=["check"]
exercises.check("5.9", answer)

# %% [markdown]
# ## 5f.3 What True means
#
# The libraries' names do not say which way round a mask is:
#
# | mask | what True says |
# | --- | --- |
# | `F.scaled_dot_product_attention(attn_mask=)` | may look |
# | `nn.MultiheadAttention(attn_mask=)` | may **not** look |
# | `nn.MultiheadAttention(key_padding_mask=)` | may **not** be looked at |
# | Keras's `attention_mask=`, and `mask=` in `keras.ops` | may look |
#
# So one name, `attn_mask`, has two meanings in PyTorch alone. Let us forget the `~`, and give `nn.MultiheadAttention`
# our `past` as it is.
#
# **Predict.** What comes back?
#
# - **a** the right numbers: it knows a causal mask when it sees one
# - **b** wrong numbers for all steps
# - **c** wrong numbers, and for the last step no number at all

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P5.13", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
result, _ = attention(x_torch, x_torch, x_torch, attn_mask=past_torch)
twisted_torch = torch_side.to_numpy(result)
print(twisted_torch[0, :, 0])

# %% tags=["tf"]
# TensorFlow
result = attention_tf(x_tf, x_tf, attention_mask=past_tf)
straight_tf = tf_side.to_numpy(result)
print(straight_tf[0, :, 0])

# %% tags=["verdict", "folded"]
# Folded: which option came true.
lost = np.isnan(twisted_torch).any(axis=(0, 2))
letter = exercises.first_true(
    {
        "a": not lost.any() and np.allclose(twisted_torch, straight_tf),
        "b": not lost.any(),
        "c": lost[-1] and not lost[:-1].any(),
    }
)
exercises.outcome("P5.13", letter)

# %% [markdown]
# Every step looked ahead, and never at itself. So nothing was left for the last one.
#
# The other mask is for *padding*. Sentences differ in length. To put them into one array, the short ones are filled
# up, and nobody may look at the filling. Ours have 5, 3 and 2 steps; `real` says which are no padding. `real[:, None]`
# has the axes (sentence, all who look, at whom).

# %% tags=["taught"]
real = np.arange(5) < np.array([[5], [3], [2]])
print(real.astype(int))

# %% tags=["torch"]
# PyTorch
hidden_torch = torch_side.tensor(~real)
result, _ = attention(x_torch, x_torch, x_torch, key_padding_mask=hidden_torch)
padded_torch = torch_side.to_numpy(result)

# %% tags=["tf"]
# TensorFlow
shown_tf = tf_side.tensor(real[:, None])
result = attention_tf(x_tf, x_tf, attention_mask=shown_tf)
padded_tf = tf_side.to_numpy(result)

# %% tags=["verdict", "folded"]
# Folded: compares the padded sentences.
parity.verdict("a padding mask", padded_torch, padded_tf, atol=1e-12)

# %% [markdown]
# The wrong way round, this one raises no error: the words are hidden, and the filling is read. Only a sentence without
# filling, as our first, would get NaN in PyTorch: nothing is left to look at.
#
# A third kind of mask is made of numbers. PyTorch *adds* it to the scores: 0 and minus infinity are right, and a mask
# of ones and zeros blocks nothing. Keras turns such a mask into True and False.

# %% [markdown]
# ## 5f.4 A step that may look at nothing
#
# An empty sentence got into the batch, all padding. Its steps may look at nothing. Your own function says so:

# %% tags=["taught"]
real = np.arange(5) < np.array([[5], [3], [0]])  # the third sentence is empty
may_look = np.repeat(real[:, None], 5, axis=1)

# %% tags=["torch"]
# PyTorch
real_torch = torch_side.tensor(real)
allowed_torch = torch_side.tensor(may_look)
try:
    look_torch(x_torch, allowed_torch[:, None], *arrays_torch)
except ValueError as error:
    refused_torch = str(error)

# %% tags=["tf"]
# TensorFlow
real_tf = tf_side.tensor(real)
allowed_tf = tf_side.tensor(may_look)
try:
    look_tf(x_tf, allowed_tf[:, None], *arrays_tf)
except ValueError as error:
    refused_tf = str(error)

# %% tags=["verdict", "folded"]
# Folded: compares the two refusals.
parity.verdict(f"both refuse, {refused_tf!r}", refused_torch, refused_tf)

# %% [markdown]
# Four others are asked: your formula without the question in front, PyTorch's function, Keras's function, and Keras's
# `layers.Attention`. (That one has no root in it, and takes the padding mask as `mask`.)
#
# **Predict.** None raises an error. How many different answers come back for the empty sentence?
#
# - **a** one: all say the same
# - **b** two
# - **c** three
# - **d** four

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P5.14", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
q, k, v = rows_torch
scores = q @ k.transpose(-1, -2) / 2  # the root of 4
scores = torch.where(allowed_torch, scores, -torch.inf)
formula_torch = torch_side.to_numpy(torch.softmax(scores, dim=-1) @ v)
result = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed_torch)
function_torch = torch_side.to_numpy(result)
print(formula_torch[2, 0], function_torch[2, 0])

# %% tags=["tf"]
# TensorFlow
q, k, v = rows_tf
result = function_of_keras(q, k, v, mask=allowed_tf[:, None])
function_tf = tf_side.to_numpy(result)
result = layers.Attention()([q, v, k], mask=[None, real_tf])
layer_tf = tf_side.to_numpy(result)
print(function_tf[2, 0], layer_tf[2, 0])

# %% tags=["verdict", "folded"]
# Folded: names the answers, and counts them.
mean = value[2].mean(axis=0, keepdims=True)
unmasked = masks.shares(2 * query[2], key[2]) @ value[2]
said = {
    "the formula": masks.kind(formula_torch[2], 0, mean, unmasked),
    "PyTorch's function": masks.kind(function_torch[2], 0, mean, unmasked),
    "Keras's function": masks.kind(function_tf[2], 0, mean, unmasked),
    "layers.Attention": masks.kind(layer_tf[2], 0, mean, unmasked),
}
for who, answered in said.items():
    print(f"{who}: {answered}")
letters = {1: "a", 2: "b", 3: "c", 4: "d"}
exercises.outcome("P5.14", letters[len(set(said.values()))])
parity.verdict(
    "the other sentences, in both functions",
    function_torch[:2],
    function_tf[:2],
    atol=1e-12,
)

# %% [markdown]
# * **NaN**: every score is minus infinity, so each share is 0 divided by 0.
# * **Zeros**: PyTorch's function puts 0 in place of such shares. In 2023 it [gave
#   NaN](https://github.com/pytorch/pytorch/issues/103963).
# * **The mean of all values**, padding too: Keras's function gives blocked scores one number far below zero. When all
#   are equal, so are the shares.
# * **As if nothing were blocked**: `layers.Attention` *subtracts* a billion. Subtracted from every score, it changes no
#   share. In float32 the scores would be lost beside the billion, and it would be the mean.
#
# The layers with heads have the same choice, and change their answer with what else you ask of them. Each was given
# the padded batch:

# %% tags=["folded"]
# Folded: what nn.MultiheadAttention answers for the empty sentence.
expected = masks.expected(x, *attention_arrays.values())
masks.table(masks_torch.answers(attention, x_torch, real_torch, expected))

# %% tags=["folded"]
# Folded: what keras.layers.MultiHeadAttention answers for the empty sentence.
expected = masks.expected(x, *attention_arrays.values())
masks.table(masks_tf.answers(attention_tf, x_tf, real_tf, expected))

# %% [markdown]
# A NaN that nobody looks at is no comfort. A loss that multiplies padding by 0 is lost as well, since 0 times NaN is
# NaN, and [so are the gradients](https://github.com/pytorch/pytorch/issues/41508). Numbers that mean nothing are worse:
# nobody sees them. So ask first, as your function does, or drop empty sentences.
#
# An empty *batch* is no problem: there is no step that could look at nothing.

# %% tags=["torch"]
# PyTorch
no_x = x_torch[:0]
empty_hand_torch = look_torch(no_x, past_torch, *arrays_torch).shape
empty_torch = attention(no_x, no_x, no_x)[0].shape

# %% tags=["tf"]
# TensorFlow
no_x = x_tf[:0]
empty_hand_tf = look_tf(no_x, past_tf, *arrays_tf).shape
empty_tf = attention_tf(no_x, no_x).shape

# %% tags=["verdict", "folded"]
# Folded: compares the shapes.
parity.verdict(
    "the shape of an empty batch, by hand", [*empty_hand_torch], [*empty_hand_tf]
)
parity.verdict("and from the layers", [*empty_torch], [*empty_tf])

# %% [markdown]
# ### Exercise 5.10: padding in front (4 minutes)
#
# Texts that are to be continued are padded in front, so that all of them end at the last step. Under a causal mask the
# steps of padding then may look at nothing. The cure: each step may look at itself.
#
# Make this mask for Keras's `attention_mask`: `answer(lengths, steps)`, where `lengths` is a list with the number of
# real steps of each text, from 0 to `steps`. The result is a NumPy array of True and False with the shape (texts,
# steps, steps), and True where a step may look: at itself, and at what is real and not ahead.

# %% tags=["exercise"]
answer = ...  # a function of a list and a number


# solution
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    past = np.tri(steps, dtype=bool)
    return past & real[:, None] | np.eye(steps, dtype=bool)


# wrong: the mask is inverted
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    past = np.tri(steps, dtype=bool)
    return ~(past & real[:, None] | np.eye(steps, dtype=bool))


# wrong: padding stands in front
def answer(lengths, steps):
    real = np.arange(steps) < np.array(lengths)[:, None]
    past = np.tri(steps, dtype=bool)
    return past & real[:, None] | np.eye(steps, dtype=bool)


# wrong: may look at nothing
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    return np.tri(steps, dtype=bool) & real[:, None]


# wrong: which is the other axis
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    past = np.tri(steps, dtype=bool)
    return past & real[:, :, None] | np.eye(steps, dtype=bool)


# wrong: the padding is missing
def answer(lengths, steps):
    return np.repeat(np.tri(steps, dtype=bool)[None], len(lengths), axis=0)


# %% tags=["check"]
exercises.check("5.10", answer)

# %% [markdown]
# ## 5f.5 A mask that you did not pass
#
# PyTorch's tensors carry no mask: what you do not pass is not there. Keras's do. An
# [embedding](glossary.md#embedding) with `mask_zero=True` makes a row of each word's number, takes 0 for padding, and
# fastens the mask to its result. Layers that know masks find it there. The one below takes the mean over the steps,
# and leaves padding out.

# %% tags=["taught"]
# TensorFlow
words = np.array([[3, 1, 4, 1, 5], [9, 2, 6, 0, 0]])  # 0: padding
embedding = layers.Embedding(10, 8, mask_zero=True)
embedding.build()
embedding.set_weights([rng.normal(size=(10, 8))])
rows = embedding(tf_side.tensor(words))

mean_of_steps = layers.GlobalAveragePooling1D()
before = tf_side.to_numpy(mean_of_steps(rows))

# %% [markdown]
# Now attention is asked about the same `rows`, and then the mean once more.
#
# **Predict.** What is the second mean?
#
# - **a** the same as the first
# - **b** that of all five steps, padding too
# - **c** something else: attention has changed the rows

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P5.15", guess, among=["a", "b", "c"])

# %% tags=["taught"]
# TensorFlow
attention_tf(rows, rows)
after = tf_side.to_numpy(mean_of_steps(rows))
mask = embedding.compute_mask(words)
mended = tf_side.to_numpy(mean_of_steps(rows, mask=mask))
print(before[1, :2], after[1, :2], mended[1, :2])

# %% tags=["verdict", "folded"]
# Folded: which option came true. (TensorFlow)
all_steps = tf_side.to_numpy(rows).mean(axis=1)
letter = exercises.first_true(
    {"a": np.allclose(after, before), "b": np.allclose(after, all_steps), "c": True}
)
exercises.outcome("P5.15", letter)
parity.differ("the mean, before and after attention", before, after, atol=1e-6)
parity.verdict("mended: the mask is passed", mended, before, atol=1e-12)

# %% [markdown]
# Keras's attention takes the mask off the tensors that it is given, so that its inner layers do not find it, and it
# does not put it back. The second reader of `rows` sees no mask, and says nothing. A second attention layer would look
# at padding. The sum of `rows` and attention's result has no mask, either.
#
# A model made by `keras.Model(inputs, outputs)` is spared. Your own `call` is not: make the mask once, and pass it
# to each layer that needs it. That is what PyTorch asks of you anyhow.

# %% [markdown]
# ## 5f.6 Who stands where?
#
# Put the steps into another order, without a mask. What becomes of the results?

# %% tags=["torch"]
# PyTorch
order = [3, 0, 4, 1, 2]
shuffled = x_torch[:, order]
turned_torch = torch_side.to_numpy(attention(shuffled, shuffled, shuffled)[0])
plain_torch = torch_side.to_numpy(attention(x_torch, x_torch, x_torch)[0])

# %% tags=["tf"]
# TensorFlow
order = [3, 0, 4, 1, 2]
shuffled = tf.gather(x_tf, order, axis=1)
turned_tf = tf_side.to_numpy(attention_tf(shuffled, shuffled))
plain_tf = tf_side.to_numpy(attention_tf(x_tf, x_tf))

# %% tags=["verdict", "folded"]
# Folded: compares each shuffled result with the shuffled plain one.
parity.verdict(
    "PyTorch: the same rows, in the new order",
    turned_torch,
    plain_torch[:, order],
    atol=1e-12,
)
parity.verdict(
    "Keras: the same rows, in the new order", turned_tf, plain_tf[:, order], atol=1e-12
)

# %% [markdown]
# Each step gets what it got before, wherever it stands: in "dog bites man" and "man bites dog" each word gets the same
# numbers. So models must be told the *position*: many add a row of numbers for it to the rows of the words, learned or
# computed; others [turn queries and keys](https://arxiv.org/abs/2104.09864) by angles that grow with it.

# %% [markdown]
# ## 5f.7 Quiz

# %%
exercises.quiz("05f")

# %% [markdown]
# ## 5f.8 Verdicts

# %%
claims.close("05f")

# %% [markdown]
# ## 5f.9 Summary and further reading
#
# - Attention: scores divided by the root of d, softmax along a row, and the values mixed by these shares.
# - Heads are one axis more. PyTorch stacks them in rows, Keras has axes for them.
# - True is "may look" in both functions and in Keras's layer, and "may not look" in `nn.MultiheadAttention`. Try a mask:
#   change what is blocked, and see that nothing changes.
# - A step that may look at nothing gets NaN, zeros, the mean, or all it should not see. Ask before.
# - A mask that you pass yourself is the one that you have.
#
# Further reading: [Attention is all you need](https://arxiv.org/abs/1706.03762), section 3.2; PyTorch's
# [MultiheadAttention](https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html) and
# [scaled_dot_product_attention](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html),
# Keras's [MultiHeadAttention](https://keras.io/api/layers/attention_layers/multi_head_attention/). Next: in [lesson
# 6a](06a_a_ladder_of_equality.ipynb), two networks with the same arrays are trained, and stay the same.
