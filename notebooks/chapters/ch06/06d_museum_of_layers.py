# %% [markdown]
# # 6d. A museum of differences: layers and optimizers
#
# The museum's second wing: what a layer or an optimizer is before you say anything. At its end we count.
#
# > **Minutes**: 34 · **Needs**: lessons 6b and 6c · **Claims tested**: C56
# >
# > **You will be able to**
# > - give both frameworks the same start of a layer (verdict in 6d.1)
# > - carry the running statistics of a batch normalization over (exercise 6.4)
# > - say how much an optimizer's name tells you (prediction P6.6)
# > - tell the two meanings of weight decay apart (verdict in 6d.4)
#
# `seed` draws other weights and masks. `fast` and `device` change nothing: the exhibits are tiny and stay on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("06d")

from chapters.ch06 import defaults
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch.nn import functional as F

from chapters.ch06 import defaults_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

keras = tf.keras
tf.config.set_visible_devices([], "GPU")  # the exhibits stay on the CPU

from chapters.ch06 import defaults_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 6d.1 Layers that start elsewhere
#
# As in lesson 6c, an exhibit is a twin and its verdict, and `mended` is what one of the two gives after it was told to
# do as the other does.

# %% [markdown]
# ### Exhibit 1: a dense layer's first weights
#
# 1,000 numbers in, 1,000 out. How large is the largest weight, and the largest bias?

# %% tags=["torch"]
# PyTorch
linear = torch.nn.Linear(1000, 1000)
weight_torch = linear.weight.abs().max().item()
bias_torch = linear.bias.abs().max().item()

torch.nn.init.xavier_uniform_(linear.weight)
torch.nn.init.zeros_(linear.bias)
mended_weight = linear.weight.abs().max().item()
mended_bias = linear.bias.abs().max().item()
print(weight_torch, bias_torch, "mended:", mended_weight, mended_bias)

# %% tags=["tf"]
# TensorFlow
dense = keras.layers.Dense(1000)
dense.build([None, 1000])
weight_tf = float(tf.reduce_max(tf.abs(dense.kernel)))
bias_tf = float(tf.reduce_max(tf.abs(dense.bias)))
print(weight_tf, bias_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the largest weights and biases.
parity.differ("the largest weight", weight_torch, weight_tf, atol=1e-3)
parity.verdict("mended with xavier_uniform_", mended_weight, weight_tf, atol=1e-3)
parity.differ("the largest bias", bias_torch, bias_tf, atol=1e-3)
parity.verdict("mended with zeros_", mended_bias, bias_tf)

# %% [markdown]
# PyTorch draws weights and biases evenly from ±1/√1000. Keras draws weights by Glorot's rule, evenly from
# ±√(6 / (numbers in + numbers out)), and starts biases at 0. Xavier is Glorot's first name: hence `xavier_uniform_`.

# %% [markdown]
# ### Exhibit 2: an embedding's first weights
#
# A table of 1,000 words, each with 1,000 numbers. How large is the largest?

# %% tags=["torch"]
# PyTorch
words = torch.nn.Embedding(1000, 1000)
word_torch = words.weight.abs().max().item()
torch.nn.init.uniform_(words.weight, -0.05, 0.05)
mended = words.weight.abs().max().item()
print(word_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
words = keras.layers.Embedding(1000, 1000)
words.build()
word_tf = float(tf.reduce_max(tf.abs(words.embeddings)))
print(word_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the largest weights.
parity.differ("the largest number of an embedding", word_torch, word_tf, atol=1.0)
parity.verdict("mended with uniform_(-0.05, 0.05)", mended, word_tf, atol=1e-3)

# %% [markdown]
# A factor of about a hundred: PyTorch draws from a normal distribution of deviation 1. The same rate then trains two
# different embeddings.

# %% [markdown]
# ### Exhibit 3: does an LSTM forget?
#
# The bias of its forget [gate](glossary.md#gate), 500 units, the mean before any training. Above 0 the gate is open, and
# the past stays.

# %% tags=["torch"]
# PyTorch
lstm = torch.nn.LSTM(8, 500)
bias = lstm.bias_ih_l0 + lstm.bias_hh_l0  # gates in the order i, f, g, o
forget_torch = bias[500:1000].mean().item()
print(forget_torch)


# %% tags=["tf"]
# TensorFlow
def forget_bias(lstm):
    lstm.build([None, 5, 8])
    bias = lstm.cell.bias[500:1000]  # the second of four gates, here too
    return float(tf.reduce_mean(bias))


forget_tf = forget_bias(keras.layers.LSTM(500))
mended = forget_bias(keras.layers.LSTM(500, unit_forget_bias=False))
print(forget_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the mean biases; PyTorch's is random, with a mean near 0.
parity.differ("the forget gate's bias", forget_torch, forget_tf, atol=0.5)
parity.verdict("mended, unit_forget_bias=False", forget_torch, mended, atol=0.05)

# %% [markdown]
# ### Exhibit 4: what an LSTM gives back
#
# Two sequences of five steps, with three numbers a step, go into an LSTM of 4 units. Which shape comes out?

# %% tags=["torch"]
# PyTorch
sequences = torch.ones(2, 5, 3)
output, state = torch.nn.LSTM(3, 4, batch_first=True)(sequences)
shape_torch = list(output.shape)
print(shape_torch)

# %% tags=["tf"]
# TensorFlow
sequences = tf.ones([2, 5, 3])
shape_tf = list(keras.layers.LSTM(4)(sequences).shape)
mended = list(keras.layers.LSTM(4, return_sequences=True)(sequences).shape)
print(shape_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the shapes.
parity.differ("the shape that an LSTM gives back", str(shape_torch), str(shape_tf))
parity.verdict("mended with return_sequences=True", shape_torch, mended)

# %% [markdown]
# And leave `batch_first=True` out in PyTorch: the shape is the same, but the network takes the two sequences for two
# steps. No error tells you.

# %% [markdown]
# ### Exhibit 5: a layer that whispers
#
# A depthwise convolution gives each of 64 channels a filter of its own. Both get weights made for ReLU networks, by He's
# rule, which keep the loudness of a signal: what comes in has deviation 1. What comes out?

# %% tags=["torch"]
# PyTorch
depthwise = torch.nn.Conv2d(64, 64, 3, groups=64)
torch.nn.init.kaiming_normal_(depthwise.weight)
noise = torch.randn(8, 64, 16, 16)
loud_torch = depthwise(noise).std().item()
print(loud_torch)

# %% tags=["tf"]
# TensorFlow
noise = tf.random.normal([8, 16, 16, 64])
depthwise = keras.layers.DepthwiseConv2D(3, depthwise_initializer="he_normal")
loud_tf = float(tf.math.reduce_std(depthwise(noise)))

scaled = keras.initializers.VarianceScaling(2.0 * 64)  # He's 2, times channels
depthwise = keras.layers.DepthwiseConv2D(3, depthwise_initializer=scaled)
mended = float(tf.math.reduce_std(depthwise(noise)))
print(loud_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the deviations; the weights are random.
parity.differ("what a depthwise layer lets through", loud_torch, loud_tf, atol=0.7)
parity.verdict("mended, scaled by the channels", loud_torch, mended, atol=0.4)

# %% [markdown]
# PyTorch's 1.4 is meant: the ReLU that follows takes half of the power away. A filter here reads 9 numbers. Keras counts
# 9 · 64, and starts the weights 8 times too small: after five such layers a signal is gone.

# %% [markdown]
# ### Exhibit 6: attention's first weights
#
# Width 16, four heads. How large is the largest weight that makes queries, keys and values?

# %% tags=["torch"]
# PyTorch
attention = torch.nn.MultiheadAttention(16, 4)
query_torch = attention.in_proj_weight.abs().max().item()
with torch.no_grad():
    for third in range(3):  # queries, keys, values
        rows = slice(16 * third, 16 * third + 16)
        torch.nn.init.xavier_uniform_(attention.in_proj_weight[rows])
mended = attention.in_proj_weight.abs().max().item()
print(query_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
attention = keras.layers.MultiHeadAttention(num_heads=4, key_dim=4)
attention.build([None, 3, 16], [None, 3, 16])
query_tf = float(tf.reduce_max(tf.abs(attention.query_dense.kernel)))
print(query_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the largest weights.
parity.differ("the largest weight of a projection", query_torch, query_tf, atol=0.05)
parity.verdict("mended: each third by itself", mended, query_tf, atol=0.03)

# %% [markdown]
# Both draw by Glorot's rule (exhibit 1). PyTorch keeps the three as one matrix and counts its outputs together, 48; Keras
# counts 16 for each.

# %% [markdown]
# ## 6d.2 Statistics

# %% [markdown]
# ### Exhibit 7: batch normalization of small numbers
#
# The batch is 0 and 0.2. [Batch normalization](glossary.md#batch-normalization) makes them -1 and 1, nearly: an epsilon
# in the denominator takes a little away.

# %% tags=["torch"]
# PyTorch
x = torch.tensor([[0.0], [0.2]])
normal_torch = torch.nn.BatchNorm1d(1)(x).detach().numpy()
mended = torch.nn.BatchNorm1d(1, eps=1e-3)(x).detach().numpy()
print(normal_torch.ravel(), "mended:", mended.ravel())

# %% tags=["tf"]
# TensorFlow
x = tf.constant([[0.0], [0.2]])
normal_tf = keras.layers.BatchNormalization()(x, training=True).numpy()
print(normal_tf.ravel())

# %% tags=["verdict", "folded"]
# Folded: compares the normalized batches.
parity.differ("batch normalization of 0, 0.2", normal_torch, normal_tf, atol=1e-3)
parity.verdict("mended with eps=1e-3", mended, normal_tf, atol=1e-6)

# %% [markdown]
# Layer normalization has the same two epsilons: 1e-5 in PyTorch, 1e-3 in Keras.

# %% tags=["torch"]
# PyTorch
x = torch.tensor([[0.0, 0.2]])
layer_torch = torch.nn.LayerNorm(2)(x).detach().numpy()
mended = torch.nn.LayerNorm(2, eps=1e-3)(x).detach().numpy()
print(layer_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
x = tf.constant([[0.0, 0.2]])
layer_tf = keras.layers.LayerNormalization()(x).numpy()
print(layer_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the normalized rows.
parity.differ("layer normalization of 0, 0.2", layer_torch, layer_tf, atol=1e-3)
parity.verdict("mended with eps=1e-3", mended, layer_tf, atol=1e-6)

# %% [markdown]
# ### Exhibit 8: the running mean
#
# Batch normalization also keeps a running mean, for later. It starts at 0; then comes one batch with a mean of 1.

# %% tags=["torch"]
# PyTorch
batch = torch.tensor([[0.0], [2.0]])
norm = torch.nn.BatchNorm1d(1)
norm(batch)
mean_torch = norm.running_mean.numpy()
print(mean_torch)

# %% tags=["tf"]
# TensorFlow
batch = tf.constant([[0.0], [2.0]])


def running_mean(norm):
    norm(batch, training=True)
    return norm.moving_mean.numpy()


mean_tf = running_mean(keras.layers.BatchNormalization())
mended = running_mean(keras.layers.BatchNormalization(momentum=0.9))
print(mean_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the running means.
parity.differ("the running mean", mean_torch, mean_tf, atol=1e-3)
parity.verdict("mended with momentum=0.9", mean_torch, mended, atol=1e-6)

# %% [markdown]
# Both call the argument momentum. In PyTorch it is the share of the new, 0.1 by default. In Keras it is the share of the
# old, 0.99 by default. Carry the number over, and the meaning turns round.

# %% [markdown]
# ### Exhibit 9: the running variance
#
# Of the same batch, 0 and 2. So that only the batch counts, each is told to forget the past.

# %% tags=["torch"]
# PyTorch
batch = torch.tensor([[0.0], [2.0]])
norm = torch.nn.BatchNorm1d(1, momentum=1.0)
norm(batch)
variance_torch = norm.running_var.numpy()
n = len(batch)
mended = variance_torch * (n - 1) / n
print(variance_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
batch = tf.constant([[0.0], [2.0]])
norm = keras.layers.BatchNormalization(momentum=0.0)
norm(batch, training=True)
variance_tf = norm.moving_variance.numpy()
print(variance_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the running variances.
parity.differ("the running variance", variance_torch, variance_tf, atol=1e-3)
parity.verdict("mended: times (n - 1) / n", mended, variance_tf, atol=1e-6)

# %% [markdown]
# PyTorch keeps the unbiased variance, divided by n - 1. Keras keeps the biased one, divided by n.

# %% [markdown]
# ### Exhibit 10: a norm that reads padding
#
# Group normalization cuts the channels into groups, and brings the numbers of each group, over all steps, to mean 0 and
# deviation 1. A text of three steps is padded to five with zeros. What its real steps become should not change by that.
# In Keras a mask says which steps are real.

# %% tags=["torch"]
# PyTorch
steps = torch.arange(24.0).reshape(1, 3, 8)
padded = F.pad(steps, (0, 0, 0, 2))  # two steps of zeros behind
norm = torch.nn.GroupNorm(2, 8)  # wants the channels before the steps
alone_torch = norm(steps.transpose(1, 2)).detach().numpy()
beside_torch = norm(padded.transpose(1, 2)).detach().numpy()[..., :3]
print(alone_torch[0, 0], beside_torch[0, 0])

# %% tags=["tf"]
# TensorFlow
steps = tf.reshape(tf.range(24.0), [1, 3, 8])
padded = tf.pad(steps, [[0, 0], [0, 2], [0, 0]])
masked = keras.layers.Masking()(padded)  # a step of zeros is padding
norm = keras.layers.GroupNormalization(2)
alone_tf = norm(steps).numpy()
beside_tf = norm(masked).numpy()[:, :3]
norm = keras.layers.LayerNormalization()
mended = norm(masked).numpy()[:, :3]
print(alone_tf[0, :, 0], beside_tf[0, :, 0])

# %% tags=["verdict", "folded"]
# Folded: compares the real steps, with and without padding behind.
parity.differ("PyTorch, alone and padded", alone_torch, beside_torch, atol=0.1)
parity.differ("Keras, alone and padded", alone_tf, beside_tf, atol=0.1)
parity.verdict("mended: a norm of each step", mended, norm(steps).numpy(), atol=1e-6)

# %% [markdown]
# PyTorch knows no mask. Keras's layer takes it, hands it on, and counts the zeros all the same. (`Conv1D` and pooling warn
# that they drop a mask; this one says nothing.)

# %% [markdown]
# ### Exercise 6.4: Keras's running statistics (6 minutes)
#
# The training of a Keras model is to go on in PyTorch. Write `answer(x, mean, variance)` in PyTorch: from a batch `x` of
# shape (examples, features) and the old running statistics it gives the new ones that `BatchNormalization(momentum=0.99)`
# would keep, as one tensor of shape (2, features), the mean first.

# %% tags=["exercise"]
answer = ...  # a function of three PyTorch tensors


# solution
def answer(x, mean, variance):
    new_mean = 0.99 * mean + 0.01 * x.mean(0)
    new_variance = 0.99 * variance + 0.01 * x.var(0, correction=0)
    return torch.stack([new_mean, new_variance])


# wrong: the unbiased variance
def answer(x, mean, variance):
    new_mean = 0.99 * mean + 0.01 * x.mean(0)
    new_variance = 0.99 * variance + 0.01 * x.var(0)
    return torch.stack([new_mean, new_variance])


# wrong: momentum is the share of the past
def answer(x, mean, variance):
    new_mean = 0.01 * mean + 0.99 * x.mean(0)
    new_variance = 0.01 * variance + 0.99 * x.var(0, correction=0)
    return torch.stack([new_mean, new_variance])


# wrong: the default of PyTorch
def answer(x, mean, variance):
    new_mean = 0.9 * mean + 0.1 * x.mean(0)
    new_variance = 0.9 * variance + 0.1 * x.var(0, correction=0)
    return torch.stack([new_mean, new_variance])


# %% tags=["check"]
exercises.check("6.4", answer)

# %% [markdown]
# ## 6d.3 Chance

# %% [markdown]
# ### Exhibit 11: dropout
#
# [Dropout](glossary.md#dropout) of a fifth. What becomes of a 1 that stays, and which ones go?

# %% tags=["torch"]
# PyTorch
dropped = F.dropout(torch.ones(99), 0.2)
kept_torch = dropped.max().numpy()
mask_torch = (dropped > 0).numpy()
print(kept_torch)

# %% tags=["tf"]
# TensorFlow
dropped = tf.nn.dropout(tf.ones(99), 0.2)
kept_tf = tf.reduce_max(dropped).numpy()
mask_tf = (dropped > 0).numpy()
print(kept_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the value of what stays, and the masks.
parity.verdict("what dropout makes of a 1 that stays", kept_torch, kept_tf)
parity.differ("which of 99 ones stay, with one seed in both", mask_torch, mask_tf)

# %% [markdown]
# The rule is one and the same, the dice are not. No seed mends that: where masks must agree, draw them with NumPy.

# %% [markdown]
# ## 6d.4 Optimizers without arguments
#
# Lesson 6b found that RMSprop, Adam and AdamW have other defaults in the two frameworks. Is that the exception?
#
# Now nothing is chosen by hand: we take every optimizer whose name both frameworks have, and read its defaults from its
# signature. What means the same gets one name: `lr` and `learning_rate` are both "rate".

# %% tags=["torch"]
# PyTorch
optimizers_torch = defaults_torch.optimizers()
print(optimizers_torch["adam"])

# %% tags=["tf"]
# TensorFlow
optimizers_tf = defaults_tf.optimizers()
print(optimizers_tf["adam"])

# %% tags=["verdict", "folded"]
# Folded: finds the names that both have.
shared = sorted(optimizers_torch.keys() & optimizers_tf.keys())
print(f"in both: {', '.join(shared)}")
adams = [optimizers_torch["adam"], optimizers_tf["adam"]]
parity.differ("Adam's epsilon", adams[0]["epsilon"], adams[1]["epsilon"])

# %% [markdown]
# **Predict.** Built without arguments: how many of these have the same numbers in both frameworks?
#
# - **a** none
# - **b** some, but not half
# - **c** half or more

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P6.6", guess, among=["a", "b", "c"])

# %% tags=["folded"]
# Folded: every shared number of every shared optimizer, where the two differ.
different = defaults.differences(optimizers_torch, optimizers_tf)
defaults.show_table(different)
same = [name for name in shared if not different[name]]
options = {"a": not same, "b": len(same) < len(shared) / 2, "c": True}
exercises.outcome("P6.6", exercises.first_true(options))

# %% [markdown]
# An optimizer's name is the name of a formula, not of its numbers. So much for "I used Adam with the defaults".

# %% [markdown]
# ### Exhibit 12: one name, two decays
#
# And the formula? Both frameworks' Adam takes a `weight_decay`. One weight of 1, a gradient of 0.01, one step with a rate
# of 0.1 and a decay of 0.5.


# %% tags=["torch"]
# PyTorch
def step_torch(**options):
    weight = torch.ones(1, requires_grad=True)
    weight.grad = torch.full([1], 0.01)
    torch.optim.Adam([weight], lr=0.1, weight_decay=0.5, **options).step()
    return weight.item()


after_torch = step_torch()
mended = step_torch(decoupled_weight_decay=True)
print(after_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
weight = tf.Variable([1.0])
gradient = tf.constant([0.01])
optimizer = keras.optimizers.Adam(0.1, weight_decay=0.5)
optimizer.apply_gradients([(gradient, weight)])
after_tf = float(weight[0])
print(after_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the weights after the step.
parity.differ("a weight after a step with decay", after_torch, after_tf, atol=1e-2)
parity.verdict("mended, decoupled_weight_decay=True", mended, after_tf, atol=1e-3)

# %% [markdown]
# PyTorch's [Adam](https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html) adds decay times weight to the
# gradient, and then divides by the gradient's own size. So here the decay has no effect: without it, Adam ends at 0.9 too.
#
# Keras shrinks the weight itself, by rate times decay, whatever the optimizer: 0.85. In PyTorch that is `AdamW`.

# %% [markdown]
# ### Exhibit 13: clipped to 1
#
# A batch reads token 0 twice and token 1 once. Its [gradient](glossary.md#gradient) is to be clipped to the length 1.

# %% tags=["torch"]
# PyTorch
table = torch.zeros(5, 2, requires_grad=True)
F.embedding(torch.tensor([0, 0, 1]), table).sum().backward()
torch.nn.utils.clip_grad_norm_([table], 1.0)
length_torch = table.grad.norm().item()
print(length_torch)

# %% tags=["tf"]
# TensorFlow
table = tf.Variable(tf.zeros([5, 2]))
with tf.GradientTape() as tape:
    total = tf.reduce_sum(tf.nn.embedding_lookup(table, [0, 0, 1]))
rows = tape.gradient(total, table)  # a row for each token that was read
clipped, before = tf.clip_by_global_norm([rows], 1.0)
length_tf = float(tf.norm(tf.convert_to_tensor(clipped[0])))

summed = tf.convert_to_tensor(rows)  # one row for each token
clipped, before = tf.clip_by_global_norm([summed], 1.0)
mended = float(tf.norm(clipped[0]))
print(length_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the lengths after clipping.
parity.differ("a gradient clipped to 1", length_torch, length_tf, atol=0.1)
parity.verdict("mended: first the sum of the rows", length_torch, mended, atol=1e-5)

# %% [markdown]
# TensorFlow takes the length of the list of rows, and adds up the two rows of token 0 afterwards. Keras's `clipnorm` does
# the same.

# %% [markdown]
# ### Exhibit 14: a change of a thousandth
#
# A thousand weights from 1 to 2, in [bfloat16](glossary.md#bfloat16). Each grows by 0.001. How many move?

# %% tags=["torch"]
# PyTorch
weights = torch.linspace(1, 2, 1000).to(torch.bfloat16)
moved_torch = int((weights + 0.001 != weights).sum())
mended = int((weights.float() + 0.001 != weights.float()).sum())
print(moved_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
weights = tf.cast(tf.linspace(1.0, 2.0, 1000), tf.bfloat16)
moved_tf = int(tf.math.count_nonzero(weights + 0.001 != weights))
print(moved_tf)

# %% tags=["verdict", "folded"]
# Folded: counts the weights that moved.
parity.verdict("weights that moved, in bfloat16", moved_torch, moved_tf)
parity.verdict("mended: added up in float32", mended, 1000)

# %% [markdown]
# None. Between 1 and 2, bfloat16 goes in steps of 1/128; 0.001 is less than half a step, so each sum is rounded back.
# That is why optimizers keep weights in float32; and whoever merges a small correction into such weights (an *adapter*,
# as LoRA trains it) merges in float32, and rounds once.

# %% [markdown]
# ## 6d.5 How many are there?
#
# "The training process has a lot of parameters that are framework dependent", says the article. We ask two things: do
# most optimizers of one name start with other numbers, and do layers of one purpose start from other weights?

# %% tags=["verdict", "folded"]
# Folded: counts the optimizers and the layers, and judges the claim.
other = [name for name in shared if different[name]]
numbers = sum(len(different[name]) for name in shared)
layers = {
    "dense": abs(weight_torch - weight_tf) > 1e-3,
    "embedding": abs(word_torch - word_tf) > 1e-3,
    "LSTM": abs(forget_torch - forget_tf) > 1e-3,
}
claims.verdict(
    "C56",
    {
        "most optimizers of one name start with other numbers": len(other)
        > len(shared) / 2,
        "layers of one purpose start from other weights": all(layers.values()),
    },
    f"of {len(shared)} optimizers that bear one name in both, {len(other)} start with "
    f"other numbers ({numbers} in all), and so do {sum(layers.values())} of "
    f"{len(layers)} layers",
)

# %% [markdown]
# ## 6d.6 Quiz

# %%
exercises.quiz("06d")

# %% [markdown]
# ## 6d.7 Verdicts
#
# Each of these parameters can be set, though: lesson 6b did it for six optimizers.

# %%
claims.close("06d")

# %% [markdown]
# ## 6d.8 Summary and further reading
#
# - A layer that you did not initialize is another layer in the other framework.
# - Momentum of batch normalization is the share of the new in PyTorch, of the old in Keras.
# - A seed makes a run repeatable, in one framework. It does not carry dice over.
# - A depthwise layer, attention, a norm behind a mask: try what comes out before you train.
# - An optimizer's name names a formula. Its numbers you must look up, or write down.
#
# Which default will you set by hand from now on?
#
# Further reading: [torch.nn.init](https://docs.pytorch.org/docs/stable/nn.init.html) and
# [Keras's initializers](https://keras.io/api/layers/initializers/), for the starts that you can choose.
#
# Next: [the third wing](06e_museum_of_pixels.ipynb), where pictures move by half a pixel.
