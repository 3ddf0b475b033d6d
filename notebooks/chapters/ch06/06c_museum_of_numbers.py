# %% [markdown]
# # 6c. A museum of differences: numbers and losses
#
# Twenty-one small experiments. In most of them both frameworks are right, in their own way, and give you different
# numbers without a word.
#
# > **Minutes**: 35 · **Needs**: chapters 1, 2 and 5 · **Claims tested**: none
# >
# > **You will be able to**
# > - guess where two functions of one name part (prediction P6.3)
# > - know the types and sums that overflow in silence (verdict in 6c.2)
# > - say which slope a function takes at a corner (verdict in 6c.3)
# > - give each loss what it expects, scores or probabilities (exercise 6.6)
#
# `fast`, `seed` and `device` change nothing here: the exhibits are tiny, draw no random numbers, and stay on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("06c")

from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch.nn import functional as F

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

keras = tf.keras
tf.config.set_visible_devices([], "GPU")  # the exhibits stay on the CPU

from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 6c.1 How to visit
#
# An exhibit is a twin and its verdict. First each framework does what it does by itself. Then one of them is told to do
# as the other does; that value is called `mended`.
#
# Read the twin, say what will come out, run it. Not one exhibit raises an error. That is what makes them worth a
# visit. (What the whole course has of this kind is in one table: [What will bite you](what_will_bite_you.md).)

# %% [markdown]
# ### Exhibit 1: the median
#
# Four numbers: 1, 2, 3, 4. The middle lies between 2 and 3.
#
# **Predict.** What does `torch.median` give?
#
# - **a** 2
# - **b** 2.5
# - **c** 3

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P6.3", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
median_torch = x.median().numpy()
mended = x.quantile(0.5).numpy()
print(median_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
x = tf.constant([1.0, 2.0, 3.0, 4.0])
median_tf = keras.ops.median(x).numpy()
print(median_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and the two medians compared.
options = {"a": median_torch == 2, "b": median_torch == 2.5, "c": median_torch == 3}
exercises.outcome("P6.3", exercises.first_true(options))
parity.differ("the median of 1, 2, 3, 4", median_torch, median_tf)
parity.verdict("mended with quantile(0.5)", mended, median_tf)

# %% [markdown]
# ## 6c.2 Numbers

# %% [markdown]
# ### Exhibit 2: the deviation
#
# Divide by n or by n - 1? Both are called the standard deviation.

# %% tags=["torch"]
# PyTorch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
deviation_torch = x.std().numpy()
mended = x.std(correction=0).numpy()
print(deviation_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
x = tf.constant([1.0, 2.0, 3.0, 4.0])
deviation_tf = tf.math.reduce_std(x).numpy()
print(deviation_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the deviations.
parity.differ("the deviation of 1, 2, 3, 4", deviation_torch, deviation_tf, atol=1e-6)
parity.verdict("mended with correction=0", mended, deviation_tf, atol=1e-6)

# %% [markdown]
# ### Exhibit 3: half of seven
#
# Two integers are divided. The result is 3.5. Of which type?

# %% tags=["torch"]
# PyTorch
half_torch = (torch.tensor(7) / 2).numpy()
print(half_torch.dtype)

# %% tags=["tf"]
# TensorFlow
half_tf = (tf.constant(7) / 2).numpy()
mended = (tf.cast(7, tf.float32) / 2).numpy()
print(half_tf.dtype, "mended:", mended.dtype)

# %% tags=["verdict", "folded"]
# Folded: compares the quotients, and their types.
parity.differ("7 / 2", half_torch, half_tf)
parity.verdict("mended with tf.cast(7, tf.float32)", half_torch, mended)

# %% [markdown]
# ### Exhibit 4: a sum of bytes
#
# 200 + 100, as the gray levels of two pixels. A byte ends at 255.

# %% tags=["torch"]
# PyTorch
pixels = torch.tensor([200, 100], dtype=torch.uint8)
sum_torch = pixels.sum().item()
print(sum_torch)

# %% tags=["tf"]
# TensorFlow
pixels = tf.constant([200, 100], dtype=tf.uint8)
sum_tf = int(tf.reduce_sum(pixels))
mended = int(tf.reduce_sum(tf.cast(pixels, tf.int64)))
print(sum_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the sums.
parity.differ("200 + 100 in uint8", sum_torch, sum_tf)
parity.verdict("mended by a cast before the sum", sum_torch, mended)

# %% [markdown]
# PyTorch sums small integers in int64. TensorFlow stays in uint8 and starts again at 0.

# %% [markdown]
# ### Exhibit 5: the mean of many ones
#
# 70,000 ones in float16. Their mean is 1, is it not?

# %% tags=["torch"]
# PyTorch
ones = torch.ones(70_000, dtype=torch.float16)
mean_torch = ones.mean().numpy()
print(mean_torch)

# %% tags=["tf"]
# TensorFlow
ones = tf.ones(70_000, dtype=tf.float16)
mean_tf = tf.reduce_mean(ones).numpy()
mended = keras.ops.mean(ones).numpy()
print(mean_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the means.
parity.differ("the mean of 70,000 ones in float16", mean_torch, mean_tf)
parity.verdict("mended with keras.ops.mean", mean_torch, mended)

# %% [markdown]
# The largest number of float16 is 65,504. On a CPU, TensorFlow adds up in float16 and divides by the count in float16:
# infinity by infinity ([a known bug](https://github.com/tensorflow/tensorflow/issues/115732)). `keras.ops.mean` adds
# up in float32.

# %% [markdown]
# ### Exhibit 6: the order of equals
#
# Forty equal numbers are sorted. Do they keep their order? Look at the first ten places.

# %% tags=["torch"]
# PyTorch
equal = torch.zeros(40)
print(equal.argsort()[:10].tolist())
mended = equal.argsort(stable=True).tolist()

# %% tags=["tf"]
# TensorFlow
equal = tf.zeros(40)
print(tf.argsort(equal)[:10].numpy().tolist())
order_tf = tf.argsort(equal, stable=True).numpy().tolist()

# %% tags=["verdict", "folded"]
# Folded: compares the orders that both promise.
parity.verdict("the order of 40 equal numbers, with stable=True", mended, order_tf)

# %% [markdown]
# Without `stable=True` neither promises an order. Where the rows of a table hang on it, ask for it.

# %% [markdown]
# ### Exhibit 7: a half, rounded
#
# 0.5, 1.5 and 2.5. At school the half goes up.

# %% tags=["torch"]
# PyTorch
round_torch = torch.tensor([0.5, 1.5, 2.5]).round().numpy()
print(round_torch)

# %% tags=["tf"]
# TensorFlow
round_tf = tf.round(tf.constant([0.5, 1.5, 2.5])).numpy()
print(round_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the rounded numbers.
parity.verdict("0.5, 1.5 and 2.5 rounded", round_torch, round_tf)

# %% [markdown]
# Many expect a difference here, and there is none: both round a half to the even number.

# %% [markdown]
# ## 6c.3 Functions and their corners
#
# Where a function has a corner it has no derivative, and each framework picks one.

# %% [markdown]
# ### Exhibit 8: the length of nothing
#
# The norm of (0, 0) is 0. And its [gradient](glossary.md#gradient)?

# %% tags=["torch"]
# PyTorch
x = torch.zeros(2, requires_grad=True)
torch.linalg.norm(x).backward()
slope_torch = x.grad.numpy()
print(slope_torch)

# %% tags=["tf"]
# TensorFlow
x = tf.zeros(2)
with tf.GradientTape(persistent=True) as tape:  # it is asked twice
    tape.watch(x)
    norm = tf.norm(x)
    safe = tf.sqrt(tf.maximum(tf.reduce_sum(x * x), 1e-12))
slope_tf = tape.gradient(norm, x).numpy()
mended = tape.gradient(safe, x).numpy()
print(slope_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the gradients.
parity.differ("the gradient of the norm at (0, 0)", slope_torch, slope_tf)
parity.verdict("mended with a floor under the root", slope_torch, mended)

# %% [markdown]
# Below the floor, `maximum` passes no gradient, so nothing is divided by 0. One NaN in a gradient, and after the next step
# every weight that it has touched is NaN.

# %% [markdown]
# ### Exhibit 9: the larger of two equals
#
# max(a, b) passes its gradient to the larger one. Here a = b = 1.

# %% tags=["torch"]
# PyTorch
a = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(1.0, requires_grad=True)
slopes = torch.autograd.grad(torch.maximum(a, b), [a, b])
split_torch = torch.stack(slopes).numpy()
slopes = torch.autograd.grad(torch.where(a >= b, a, b), [a, b])
mended = torch.stack(slopes).numpy()
print(split_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
a = tf.constant(1.0)
b = tf.constant(1.0)
with tf.GradientTape() as tape:
    tape.watch([a, b])
    y = tf.maximum(a, b)
split_tf = tf.stack(tape.gradient(y, [a, b])).numpy()
print(split_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the gradients.
parity.differ("the gradient of max(a, a)", split_torch, split_tf)
parity.verdict("mended with where(a >= b, a, b)", mended, split_tf)

# %% [markdown]
# ### Exhibit 10: one name, three slopes
#
# LeakyReLU lets a little of a negative number through. How much of -1?

# %% tags=["torch"]
# PyTorch
leak_torch = torch.nn.LeakyReLU()(torch.tensor([-1.0])).numpy()
print(leak_torch)

# %% tags=["tf"]
# TensorFlow
x = tf.constant([-1.0])
leak_function = tf.nn.leaky_relu(x).numpy()
leak_layer = keras.layers.LeakyReLU()(x).numpy()
mended = keras.layers.LeakyReLU(negative_slope=0.01)(x).numpy()
print(leak_function, leak_layer, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the three.
parity.differ("LeakyReLU, PyTorch and Keras's layer", leak_torch, leak_layer)
parity.differ("the layer and tf.nn.leaky_relu", leak_layer, leak_function)
parity.verdict("mended with negative_slope=0.01", leak_torch, mended)

# %% [markdown]
# ### Exhibit 11: two GELUs in one house
#
# GELU of 1. TensorFlow has it more than once.

# %% tags=["torch"]
# PyTorch
gelu_torch = F.gelu(torch.tensor(1.0)).numpy()
print(gelu_torch)

# %% tags=["tf"]
# TensorFlow
x = tf.constant(1.0)
gelu_nn = tf.nn.gelu(x).numpy()
gelu_ops = keras.ops.gelu(x).numpy()
mended = keras.ops.gelu(x, approximate=False).numpy()
print(gelu_nn, gelu_ops, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the three.
parity.verdict("GELU, PyTorch and tf.nn.gelu", gelu_torch, gelu_nn, atol=1e-6)
parity.differ("GELU, PyTorch and keras.ops.gelu", gelu_torch, gelu_ops, atol=1e-5)
parity.verdict("mended with approximate=False", gelu_torch, mended, atol=1e-6)

# %% [markdown]
# So "TensorFlow's GELU" says too little: name the function that you mean.

# %% [markdown]
# ### Exhibit 12: softmax without an axis
#
# Zeros of shape (2, 3, 4). [Softmax](glossary.md#softmax) makes them equal shares. Of how many?

# %% tags=["torch"]
# PyTorch
zeros = torch.zeros(2, 3, 4)
share_torch = F.softmax(zeros).max().numpy()
mended = F.softmax(zeros, dim=-1).max().numpy()
print(share_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
zeros = tf.zeros([2, 3, 4])
share_tf = tf.reduce_max(tf.nn.softmax(zeros)).numpy()
print(share_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the shares.
parity.differ("softmax of zeros", share_torch, share_tf)
parity.verdict("mended with dim=-1", mended, share_tf)

# %% [markdown]
# This is the one exhibit that warns. PyTorch guesses the first axis here, TensorFlow takes the last.

# %% [markdown]
# ### Exhibit 13: a NaN in the pool
#
# Max pooling over (NaN, 1). Does the NaN come through?

# %% tags=["torch"]
# PyTorch
x = torch.tensor([[[float("nan"), 1.0]]])  # (batch, channel, place)
pool_torch = F.max_pool1d(x, kernel_size=2).numpy()
print(pool_torch.ravel())

# %% tags=["tf"]
# TensorFlow
x = tf.constant([[[float("nan")], [1.0]]])  # (batch, place, channel)
# "VALID": no padding
pooled = tf.nn.max_pool1d(x, ksize=2, strides=2, padding="VALID")
mended = tf.reduce_max(x, axis=1, keepdims=True).numpy()
print(pooled.numpy().ravel(), "mended:", mended.ravel())

# %% tags=["verdict", "folded"]
# Folded: compares what comes through with the mend.
parity.verdict("mended with reduce_max", pool_torch, mended)

# %% [markdown]
# On the machine where this was written, TensorFlow's pooling hid the NaN: broken data look healthy one layer later. What
# yours does stands above.

# %% [markdown]
# ### Exhibit 14: one NaN among the scores
#
# Five scores, and the last one is NaN. Which shares does softmax make?

# %% tags=["torch"]
# PyTorch
scores = torch.tensor([0.5, 1.5, 2.5, -2.5, float("nan")])
shares_torch = F.softmax(scores, dim=-1).numpy()
print(shares_torch)

# %% tags=["tf"]
# TensorFlow
scores = tf.constant([0.5, 1.5, 2.5, -2.5, float("nan")])
shares_tf = tf.nn.softmax(scores).numpy()
mended = tf.exp(tf.nn.log_softmax(scores)).numpy()
print(shares_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the shares with the mend.
parity.verdict("mended with exp(log_softmax)", shares_torch, mended)

# %% [markdown]
# Where this was written, TensorFlow gave the four good scores a share of 0: numbers, which look like an opinion.

# %% [markdown]
# ### Exhibit 15: a short arrow
#
# (0.0000001, 0) is to get the length 1.

# %% tags=["torch"]
# PyTorch
arrow = torch.tensor([[1e-7, 0.0]])
arrow_torch = F.normalize(arrow).numpy()
print(arrow_torch)

# %% tags=["tf"]
# TensorFlow
arrow = tf.constant([[1e-7, 0.0]])
arrow_tf = tf.math.l2_normalize(arrow, axis=1).numpy()
mended = tf.math.l2_normalize(arrow, axis=1, epsilon=1e-24).numpy()
print(arrow_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the arrows.
parity.differ("(1e-7, 0) brought to length 1", arrow_torch, arrow_tf, atol=0.5)
parity.verdict("mended with epsilon=1e-24", arrow_torch, mended, atol=1e-6)

# %% [markdown]
# Both manuals say 1e-12. PyTorch's is the smallest length, TensorFlow's the smallest *square* of a length.

# %% [markdown]
# ## 6c.4 Losses and scores

# %% [markdown]
# ### Exhibit 16: cross-entropy
#
# The scores are (2, 0, 0), and class 0 is right. How large is the [cross-entropy](glossary.md#cross-entropy)?

# %% tags=["torch"]
# PyTorch
scores = torch.tensor([[2.0, 0.0, 0.0]])
label = torch.tensor([0])
loss_torch = F.cross_entropy(scores, label).numpy()
print(loss_torch)

# %% tags=["tf"]
# TensorFlow
CrossEntropy = keras.losses.SparseCategoricalCrossentropy
scores = tf.constant([[2.0, 0.0, 0.0]])
label = tf.constant([0])
loss_tf = CrossEntropy()(label, scores).numpy()
mended = CrossEntropy(from_logits=True)(label, scores).numpy()
print(loss_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the losses.
parity.differ("cross-entropy of the scores (2, 0, 0)", loss_torch, loss_tf, atol=1e-6)
parity.verdict("mended with from_logits=True", loss_torch, mended, atol=1e-6)

# %% [markdown]
# A loss of nearly 0 looks like success. `F.cross_entropy` expects scores, [logits](glossary.md#logits). Keras's loss
# expects probabilities unless it is told otherwise: it cut the 2 down to 1, and a probability of 1 costs nothing.
#
# Do not conclude that PyTorch always wants scores. `BCELoss` wants probabilities, `nll_loss` logarithms. Look it up,
# loss by loss.

# %% [markdown]
# ### Exercise 6.6: a loss of probabilities (5 minutes)
#
# A Keras model ends in a softmax, and was trained with `CrossEntropy()` as it is. Write the same loss in PyTorch:
# `answer(labels, probabilities)` with int64 labels of shape (n,) and probabilities of shape (n, classes), all above 0,
# which add up to 1 in each row. It gives one number, as a tensor.

# %% tags=["exercise"]
answer = ...  # a function of two PyTorch tensors


# solution
def answer(labels, probabilities):
    return F.nll_loss(probabilities.log(), labels)


# wrong: takes the probabilities for scores
def answer(labels, probabilities):
    return F.cross_entropy(probabilities, labels)


# wrong: without a logarithm
def answer(labels, probabilities):
    return F.nll_loss(probabilities, labels)


# wrong: the sum over the examples
def answer(labels, probabilities):
    return F.nll_loss(probabilities.log(), labels, reduction="sum")


# wrong: the sign
def answer(labels, probabilities):
    return probabilities.log()[torch.arange(len(labels)), labels].mean()


# %% tags=["check"]
exercises.check("6.6", answer)

# %% [markdown]
# ### Exhibit 17: the distance of two distributions
#
# The Kullback-Leibler divergence of p = (0.5, 0.5) from q = (0.9, 0.1). It is never negative.

# %% tags=["torch"]
# PyTorch
p = torch.tensor([[0.5, 0.5]])
q = torch.tensor([[0.9, 0.1]])
divergence_torch = F.kl_div(p, q, reduction="sum").numpy()
mended = F.kl_div(q.log(), p, reduction="sum").numpy()
print(divergence_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
p = tf.constant([[0.5, 0.5]])
q = tf.constant([[0.9, 0.1]])
divergence_tf = keras.losses.KLDivergence()(p, q).numpy()
print(divergence_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the divergences.
parity.differ(
    "the divergence, called with (p, q)", divergence_torch, divergence_tf, atol=1e-6
)
parity.verdict("mended with kl_div(q.log(), p)", mended, divergence_tf, atol=1e-6)

# %% [markdown]
# PyTorch wants the logarithm of q, and wants it first. Called as Keras's is, with
# (p, q), it gives a negative distance.

# %% [markdown]
# ### Exhibit 18: a model that knows nothing
#
# It gives each of ten classes the same score. Is the right class among the best 1?

# %% tags=["torch"]
# PyTorch
scores = torch.zeros(1000, 10)
labels = torch.arange(1000) % 10
best = scores.topk(1).indices[:, 0]
hits_torch = (best == labels).float().mean().numpy()
print(hits_torch)

# %% tags=["tf"]
# TensorFlow
scores = tf.zeros([1000, 10])
labels = tf.range(1000) % 10
hits = keras.metrics.sparse_top_k_categorical_accuracy(labels, scores, k=1)
hits_tf = tf.reduce_mean(hits).numpy()
hits = keras.metrics.sparse_categorical_accuracy(labels, scores)
mended = tf.reduce_mean(hits).numpy()
print(hits_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the two accuracies.
parity.differ("top-1 accuracy of equal scores", hits_torch, hits_tf, atol=0.5)
parity.verdict("mended with sparse_categorical_accuracy", hits_torch, mended, atol=1e-6)

# %% [markdown]
# Keras's top-k accuracy counts a tie as a hit, so by that measure a network that gives every class the same score is
# perfect.

# %% [markdown]
# ### Exhibit 19: scores that are close
#
# Two sick, two healthy, and the sick have the higher scores, all near 0.5. The area under the curve (AUC) is the share of
# pairs in the right order: 1.

# %% tags=["torch"]
# PyTorch
healthy = torch.tensor([0.5001, 0.5002])
sick = torch.tensor([0.5003, 0.5004])
area_torch = (sick[:, None] > healthy).float().mean().numpy()
print(area_torch)

# %% tags=["tf"]
# TensorFlow
labels = tf.constant([0, 0, 1, 1])
scores = tf.constant([0.5001, 0.5002, 0.5003, 0.5004])
area_tf = keras.metrics.AUC()(labels, scores).numpy()
mended = keras.metrics.AUC(num_thresholds=20_000)(labels, scores).numpy()
print(area_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the areas.
parity.differ("the AUC of four close scores", area_torch, area_tf, atol=0.4)
parity.verdict("mended with num_thresholds=20_000", area_torch, mended, atol=1e-6)

# %% [markdown]
# Keras tries 200 thresholds between 0 and 1. What lies between two of them is a tie.

# %% [markdown]
# ### Exhibit 20: a class that counts five times
#
# Three examples; the second and third are of class 1, which weighs 5.

# %% tags=["torch"]
# PyTorch
scores = torch.tensor([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
labels = torch.tensor([0, 1, 1])
weights = torch.tensor([1.0, 5.0, 1.0])
weighed_torch = F.cross_entropy(scores, labels, weights).numpy()
each = F.cross_entropy(scores, labels, weights, reduction="none")
mended = each.mean().numpy()
print(weighed_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
scores = tf.constant([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
labels = tf.constant([0, 1, 1])
weights = tf.gather([1.0, 5.0, 1.0], labels)  # one for each example
loss = CrossEntropy(from_logits=True)
weighed_tf = loss(labels, scores, sample_weight=weights).numpy()
print(weighed_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the weighed losses.
parity.differ("the loss with class weights", weighed_torch, weighed_tf, atol=1)
parity.verdict("mended: the plain mean", mended, weighed_tf, atol=1e-5)

# %% [markdown]
# PyTorch divides by the sum of the weights, Keras by the number of examples: its steps grow with the weights.

# %% [markdown]
# ### Exhibit 21: whose weight is it?
#
# Three texts of three steps. Their squared errors are 1, 4 and 9 at each step, and only the first text shall count.

# %% tags=["torch"]
# PyTorch
errors = torch.tensor([[1.0, 1.0, 1.0], [4.0, 4.0, 4.0], [9.0, 9.0, 9.0]])
weights = torch.tensor([1.0, 0.0, 0.0])
first_torch = (weights[:, None] * errors).mean().numpy()
print(first_torch)

# %% tags=["tf"]
# TensorFlow
guessed = tf.constant([[[1.0]] * 3, [[2.0]] * 3, [[3.0]] * 3])  # (text, step, 1)
weights = tf.constant([1.0, 0.0, 0.0])
loss = keras.losses.MeanSquaredError()
first_tf = loss(tf.zeros([3, 3, 1]), guessed, sample_weight=weights).numpy()
by_text = weights[:, None]
mended = loss(tf.zeros([3, 3, 1]), guessed, sample_weight=by_text).numpy()
print(first_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the losses.
parity.differ("the loss of the first text", first_torch, first_tf, atol=0.5)
parity.verdict("mended with weights[:, None]", first_torch, mended, atol=1e-6)

# %% [markdown]
# The three weights were laid on the *steps*, since there are three of these, too. With four there is an error.

# %% [markdown]
# ## 6c.5 Quiz

# %%
exercises.quiz("06c")

# %% [markdown]
# ## 6c.6 Verdicts

# %%
claims.close("06c")

# %% [markdown]
# ## 6c.7 Summary and further reading
#
# - One name is no promise: try both functions on an input whose result you can work out by hand.
# - Corners, ties and ends of a number type are where the two part, and hardly anything warns.
# - A framework has more than one function of a name. Say which one you mean.
# - Ask each loss what it expects: scores, probabilities or logarithms; and what its mean divides by.
#
# Which exhibit would have cost you an evening?
#
# Further reading: [PyTorch's losses](https://docs.pytorch.org/docs/stable/nn.html#loss-functions) and
# [Keras's](https://keras.io/api/losses/), where each says what it expects.
#
# Next: [the museum's second wing](06d_museum_of_layers.ipynb), with layers and optimizers.
