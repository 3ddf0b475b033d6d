# %% [markdown]
# # 5d. Gates
#
# Some layers hold several small ones in one array. Carry them by their shapes alone, and you get another function,
# without an error. So you open two of them, a GRU and an LSTM, and carry each there and back.
#
# > **Minutes**: 25 · **Needs**: lesson 5c · **Claims tested**: none
# >
# > **You will be able to**
# > - say what two exchanged gates do to a GRU (prediction P5.9)
# > - put gates into another order (exercise 5.4)
# > - count the parameters of a layer on paper (exercise 5.3)
# > - carry gates back the way they came (verdict in 5d.4)
#
# `seed` draws other arrays. `fast` and `device` change nothing here: the layers are small, and stay on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("05d")

import numpy as np

from chapters.ch05 import figures
from helpers import claims, exercises, parity

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
# ## 5d.1 Three gates in one array
#
# A [recurrent](glossary.md#recurrent-network) layer reads a sequence step by step, and keeps a *state* $h$ between
# them. The GRU decides with [gates](glossary.md#gate), numbers between 0 and 1, how much of the state it keeps. With
# $x$ the numbers of a step, $h$ the state before it, $\sigma(a) = 1 / (1 + e^{-a})$, and a dot for number by number:
#
# $$r = \sigma(W_r x + b_r + U_r h + c_r) \qquad z = \sigma(W_z x + b_z + U_z h + c_z)$$
# $$n = \tanh(W_n x + b_n + r \cdot (U_n h + c_n)) \qquad h \leftarrow (1 - z) \cdot n + z \cdot h$$
#
# $r$ is the *reset* gate, $z$ the *update* gate, $n$ the *new* state. Each has a weight for the input, one for the
# state, and two biases. Both frameworks stack the three in one array. PyTorch: reset, update, new. Keras: update,
# reset, new.
#
# Our layer reads 8 numbers a step and has a state of 6. So PyTorch's weights have 3 · 6 = 18 rows, Keras's as many
# columns.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
sequences = rng.normal(size=(3, 12, 8))  # 3 sequences of 12 steps
gru_arrays = {
    "weight_ih_l0": rng.normal(size=(18, 8)),  # input to hidden, layer 0
    "weight_hh_l0": rng.normal(size=(18, 6)),  # hidden to hidden
    "bias_ih_l0": rng.normal(size=18),
    "bias_hh_l0": rng.normal(size=18),
}

# %% [markdown]
# First the rule as one writes it in haste: weights transposed, biases stacked, and the gates left in PyTorch's order.
#
# **Predict.** What does the Keras GRU do with these arrays?
#
# - **a** it refuses them
# - **b** it gives the right numbers: Keras knows its gates by name
# - **c** it gives wrong numbers

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P5.9", guess, among=["a", "b", "c"])


# %% tags=["taught"]
def gru_in_haste(weight_x, weight_h, bias_x, bias_h):
    return [weight_x.T, weight_h.T, np.stack([bias_x, bias_h])]


# %% [markdown]
# And with care. `np.split(array, 3)` cuts along the first axis into three, one for each gate.


# %% tags=["taught"]
def swap_gates(array):
    """Reset, update, new to update, reset, new; done twice, it is undone."""
    first, second, new = np.split(array, 3)
    return np.concatenate([second, first, new])


def gru_to_keras(weight_x, weight_h, bias_x, bias_h):
    kernel = swap_gates(weight_x).T
    recurrent = swap_gates(weight_h).T
    biases = np.stack([swap_gates(bias_x), swap_gates(bias_h)])
    return [kernel, recurrent, biases]


# %% [markdown]
# PyTorch's `nn.GRU` gives two things, the states after all steps, and the last one. `batch_first=True` says that the
# first axis is the batch. Keras gives all steps if `return_sequences=True` asks for them.

# %% tags=["torch"]
# PyTorch
gru = nn.GRU(8, 6, batch_first=True)
torch_side.set_weights(gru, gru_arrays)
steps, last = gru(torch_side.tensor(sequences))
gru_torch = torch_side.to_numpy(steps)
print(gru_torch.shape)

# %% tags=["tf"]
# TensorFlow
gru_tf = layers.GRU(6, return_sequences=True)
gru_tf.build((None, 12, 8))
gru_tf.set_weights(gru_in_haste(*gru_arrays.values()))
hasty_tf = tf_side.to_numpy(gru_tf(tf_side.tensor(sequences)))

gru_tf.set_weights(gru_to_keras(*gru_arrays.values()))
careful_tf = tf_side.to_numpy(gru_tf(tf_side.tensor(sequences)))
print(careful_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: which option came true (an error would have stopped the cell above).
right = parity.gap(hasty_tf, gru_torch) < 1e-6
exercises.outcome("P5.9", exercises.first_true({"b": right, "c": not right}))
parity.differ("a GRU carried in haste", hasty_tf, gru_torch, atol=0.01)
parity.verdict("a GRU carried with care", careful_tf, gru_torch, atol=1e-10)

# %% tags=["folded"]
# Folded: draws the order of the gates, and one number of the state in all three.
figures.gates(gru_torch[0, :, 0], careful_tf[0, :, 0], hasty_tf[0, :, 0])

# %% [markdown]
# Blocks of equal size can be exchanged, and no shape will tell.
#
# Why does the GRU need both biases? In $r \cdot (U_n h + c_n)$ the reset gate multiplies $c_n$, and not $b_n$. There
# is another GRU, with $U_n (r \cdot h)$. Keras has both, by `reset_after=True` (the default) and `False`. The second
# is another function: no arrangement of arrays makes `nn.GRU` compute it.

# %% [markdown]
# ## 5d.2 Four gates, and two biases that become one
#
# The LSTM has four: the *input*, *forget* and *output* gates, and the new *cell* content. Each is made as $r$ above, of
# $W x + b + U h + c$ (the content with tanh in place of $\sigma$). Both frameworks agree on the order: input, forget, cell,
# output. But PyTorch has two biases for each, and Keras has one: the two enter one sum, so one bias, $b + c$, is enough.


# %% tags=["taught"]
def lstm_to_keras(weight_x, weight_h, bias_x, bias_h):
    return [weight_x.T, weight_h.T, bias_x + bias_h]


lstm_arrays = {
    "weight_ih_l0": rng.normal(size=(24, 8)),
    "weight_hh_l0": rng.normal(size=(24, 6)),
    "bias_ih_l0": rng.normal(size=24),
    "bias_hh_l0": rng.normal(size=24),
}

# %% tags=["torch"]
# PyTorch
lstm = nn.LSTM(8, 6, batch_first=True)
torch_side.set_weights(lstm, lstm_arrays)
steps, last = lstm(torch_side.tensor(sequences))
lstm_torch = torch_side.to_numpy(steps)

# %% tags=["tf"]
# TensorFlow
lstm_tf = layers.LSTM(6, return_sequences=True)
lstm_tf.build((None, 12, 8))
lstm_tf.set_weights(lstm_to_keras(*lstm_arrays.values()))
carried_tf = tf_side.to_numpy(lstm_tf(tf_side.tensor(sequences)))

# %% tags=["verdict", "folded"]
# Folded: compares all steps.
parity.verdict("an LSTM of PyTorch, in Keras", carried_tf, lstm_torch, atol=1e-10)

# %% [markdown]
# The way is not the same both ways: from Keras to PyTorch one bias becomes two, and the second may be zeros. What
# computes the same can be trained to something else: in plain gradient descent the sum of two biases moves twice as
# far.

# %% [markdown]
# ### Exercise 5.4: gates from a third party (4 minutes)
#
# An [ONNX](glossary.md#onnx) file stores an LSTM's gates in the order [input, output, forget,
# cell](https://onnx.ai/onnx/operators/onnx__LSTM.html). Below is such a weight: 4 gates of 2 units, 3 numbers coming
# in. Set `answer` to `weight_ih_l0` of the `nn.LSTM(3, 2)` that computes the same: an array of the same shape.

# %% tags=["exercise"]
from_file = np.arange(24.0).reshape(8, 3)  # rows 0 and 1: the input gate
answer = ...  # an array of shape (8, 3)
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
# ## 5d.3 Count before you carry
#
# Who can say how many numbers a layer has, knows what is in it. A gate of 7 units that reads 5 numbers has 5 · 7
# weights for the input, 7 · 7 for the state, and its biases.
#
# ### Exercise 5.3: count parameters (5 minutes)
#
# How many trainable numbers are in each of these layers, with 5 numbers (or 8 channels) coming in? Replace each
# `...`; try it on paper first, and let the frameworks count afterwards.

# %% tags=["exercise"]
count = {
    "nn.LSTM(5, 7)": ...,
    "layers.LSTM(7)": ...,
    "layers.GRU(7)": ...,
    "nn.Conv2d(8, 16, 3, groups=4)": ...,
}
answer = ...  # in the end: answer = count
# solution
count = {
    "nn.LSTM(5, 7)": 4 * (5 * 7 + 7 * 7 + 7 + 7),
    "layers.LSTM(7)": 4 * (5 * 7 + 7 * 7 + 7),
    "layers.GRU(7)": 3 * (5 * 7 + 7 * 7 + 7 + 7),
    "nn.Conv2d(8, 16, 3, groups=4)": 16 * (8 // 4 * 3 * 3 + 1),
}
answer = count
# wrong: nn.LSTM has two biases for each gate
count = {
    "nn.LSTM(5, 7)": 364,
    "layers.LSTM(7)": 364,
    "layers.GRU(7)": 294,
    "nn.Conv2d(8, 16, 3, groups=4)": 304,
}
answer = count
# wrong: with groups=4 each filter sees a quarter of the channels
count = {
    "nn.LSTM(5, 7)": 392,
    "layers.LSTM(7)": 364,
    "layers.GRU(7)": 294,
    "nn.Conv2d(8, 16, 3, groups=4)": 1168,
}
answer = count
# wrong: Keras's GRU keeps two biases for each gate
count = {
    "nn.LSTM(5, 7)": 392,
    "layers.LSTM(7)": 364,
    "layers.GRU(7)": 273,
    "nn.Conv2d(8, 16, 3, groups=4)": 304,
}
answer = count
# wrong: nothing stands yet for layers.GRU(7)
count = {
    "nn.LSTM(5, 7)": 392,
    "layers.LSTM(7)": 364,
    "layers.GRU(7)": ...,
    "nn.Conv2d(8, 16, 3, groups=4)": 304,
}
answer = count

# %% tags=["check"]
exercises.check("5.3", answer)

# %% [markdown]
# ## 5d.4 And back
#
# A rule is proven when it holds in both directions. Keras's layers now get new random arrays, and PyTorch is given them.


# %% tags=["taught"]
def gru_to_torch(kernel, recurrent, biases):
    bias_x, bias_h = biases
    weights = [swap_gates(kernel.T), swap_gates(recurrent.T)]
    return [*weights, swap_gates(bias_x), swap_gates(bias_h)]


def lstm_to_torch(kernel, recurrent, bias):
    return [kernel.T, recurrent.T, bias, np.zeros_like(bias)]


# %% tags=["taught"]
# TensorFlow
def with_new_arrays(layer):
    """Give a Keras layer random arrays, and return them."""
    arrays = [rng.normal(size=array.shape) for array in layer.get_weights()]
    layer.set_weights(arrays)
    return arrays


new_gru = with_new_arrays(gru_tf)
new_lstm = with_new_arrays(lstm_tf)
s = tf_side.tensor(sequences)
out_tf = {
    "GRU": tf_side.to_numpy(gru_tf(s)),
    "LSTM": tf_side.to_numpy(lstm_tf(s)),
}

# %% tags=["taught"]
# PyTorch
torch_side.set_weights(gru, dict(zip(gru_arrays, gru_to_torch(*new_gru))))
torch_side.set_weights(lstm, dict(zip(lstm_arrays, lstm_to_torch(*new_lstm))))

s = torch_side.tensor(sequences)
gru_steps, last = gru(s)
lstm_steps, last = lstm(s)
out_torch = {
    "GRU": torch_side.to_numpy(gru_steps),
    "LSTM": torch_side.to_numpy(lstm_steps),
}

# %% tags=["verdict", "folded"]
# Folded: compares both layers.
for name in out_tf:
    parity.verdict(
        f"{name} of Keras, in PyTorch", out_torch[name], out_tf[name], atol=1e-10
    )

# %% [markdown]
# ## 5d.5 Quiz

# %%
exercises.quiz("05d")

# %% [markdown]
# ## 5d.6 Verdicts

# %%
claims.close("05d")

# %% [markdown]
# ## 5d.7 Summary and further reading
#
# - Gates are blocks of one array. Their order is a convention; exchanged, they raise no error.
# - LSTM: the same order, two biases against their sum. GRU: another order, and both biases.
# - Count on paper, carry by rule, and compare outputs on random arrays, there and back.
#
# Further reading: PyTorch's [GRU](https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html) and Keras's
# [GRU](https://keras.io/api/layers/recurrent_layers/gru/). Attention has blocks of another kind: [heads and
# masks](05f_heads_and_masks.ipynb). Next: [a phrasebook](05e_a_phrasebook.ipynb) for all that is smaller than a
# layer.
