# %% [markdown]
# # 5e. A phrasebook, and its false friends
#
# 82 things that one says daily, in PyTorch, TensorFlow and Keras, each of them run. Two ways to be wrong all the
# same: a word that means something else, and data for which the right words part.
#
# > **Minutes**: 30 · **Needs**: lessons 5a and 5b · **Claims tested**: none
# >
# > **You will be able to**
# > - tell a false friend when you meet one (prediction P5.10)
# > - say what data do to phrases that agree elsewhere (prediction P5.11, prediction P5.12)
# > - look up a phrase, and know how it was tested (verdict in 5e.4)
# > - port a small module and a loss with the phrasebook (exercise 5.2, exercise 5.8)
#
# `seed` draws other numbers. `fast` and `device` change nothing here: the arrays are small, and stay on the CPU.
# Nothing is told about dtypes: both frameworks have their default settings, as in a program of yours.

# %% tags=["setup"]
from helpers import session

session.start("05e")

import numpy as np

from chapters.ch05 import backends, phrasebook
from chapters.ch05.phrasebook import page
from helpers import build_dir, claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch.nn import functional as F

from chapters.ch05.phrasebook import in_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

import keras
from keras import layers

from chapters.ch05.phrasebook import in_keras, in_tf
from helpers import tf_side

tf.config.set_visible_devices([], "GPU")  # these few numbers stay on the CPU

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 5e.1 False friends
#
# In a foreign language some words look like your own and mean something else. Let `x` have two rows, 1 and 2. PyTorch's
# `x.repeat(2, 1)` gives the rows 1, 2, 1, 2.
#
# **Predict.** Which of these does the same in TensorFlow?
#
# - **a** `tf.repeat(x, 2, axis=0)`
# - **b** `tf.tile(x, (2, 1))`
# - **c** both
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P5.10", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
x = torch.tensor([[1], [2]])
repeat_torch = x.repeat(2, 1).numpy().ravel()
each_torch = x.repeat_interleave(2, dim=0).numpy().ravel()
print(repeat_torch, each_torch)

# %% tags=["tf"]
# TensorFlow
x = tf.constant([[1], [2]], tf.int64)
repeat_tf = tf.repeat(x, 2, axis=0).numpy().ravel()
tile_tf = tf.tile(x, (2, 1)).numpy().ravel()
print(repeat_tf, tile_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and what else agrees.
by_repeat = np.array_equal(repeat_torch, repeat_tf)
by_tile = np.array_equal(repeat_torch, tile_tf)
letter = exercises.first_true(
    {
        "c": by_repeat and by_tile,
        "a": by_repeat,
        "b": by_tile,
        "d": not by_repeat and not by_tile,
    }
)
exercises.outcome("P5.10", letter)
parity.verdict("PyTorch's repeat and TensorFlow's tile", repeat_torch, tile_tf)
parity.verdict("repeat_interleave and TensorFlow's repeat", each_torch, repeat_tf)

# %% [markdown]
# Two more of the kind: `torch.split(x, 2)` makes pieces *of* two, `tf.split(x, 2)` makes two pieces. PyTorch's
# `transpose` swaps two axes, TensorFlow's turns all of them around. Such friends are found by their shapes, or by one
# look at the numbers.

# %% [markdown]
# ## 5e.2 The loss that was right
#
# The other kind is worse: phrases that agree on all your tests, until other data come. Here a network has predicted
# four numbers, and every one is right. But its output has the shape (4, 1), as the output of a dense layer has, and
# the targets have the shape (4,). The mean squared error of four right numbers is 0.
#
# **Predict.** Which of these say 0: PyTorch's `F.mse_loss`, TensorFlow's `tf.reduce_mean((x - y) ** 2)`, Keras's
# `MeanSquaredError`?
#
# - **a** all three
# - **b** PyTorch's alone
# - **c** TensorFlow's alone
# - **d** Keras's alone

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P5.11", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
predicted = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
target = torch.tensor([1.0, 2.0, 3.0, 4.0])
error_torch = F.mse_loss(predicted, target).item()
print(error_torch)

# %% tags=["tf"]
# TensorFlow
predicted = tf.constant([[1.0], [2.0], [3.0], [4.0]])
target = tf.constant([1.0, 2.0, 3.0, 4.0])
error_tf = tf.reduce_mean((predicted - target) ** 2).numpy().item()
# Keras takes the target first
error_keras = keras.losses.MeanSquaredError()(target, predicted).numpy().item()
print(error_tf, error_keras)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
letter = exercises.first_true(
    {
        "a": error_torch == error_tf == error_keras == 0,
        "b": error_torch == 0,
        "c": error_tf == 0,
        "d": error_keras == 0,
    }
)
exercises.outcome("P5.11", letter)
parity.verdict("the error in PyTorch and TensorFlow", error_torch, error_tf)
parity.differ("the error in PyTorch and Keras", error_torch, error_keras)

# %% [markdown]
# [Broadcasting](glossary.md#broadcasting) makes a table of 4 by 4 differences, every prediction against every target.
# PyTorch says so in a warning, TensorFlow does not. Train with that, and the network learns to answer the mean,
# always. Keras drops the axis of length 1 first. So a training that works in Keras may fail when it is ported, with a
# loss that falls a little and stays.

# %% [markdown]
# ## 5e.3 Integers, NaN, equals, and -1
#
# Four more kinds of data. `said` calls a phrase, and gives its result as a text, or the name of the error that it
# raised.


# %% tags=["taught"]
def said(phrase, *arguments):
    try:
        return str(phrase(*arguments).numpy().tolist())
    except Exception as error:
        return f"an error: {type(error).__name__}"


# %% [markdown]
# **Whole numbers.** The mean of 1 and 2.

# %% tags=["torch"]
# PyTorch
whole_torch = said(torch.mean, torch.tensor([1, 2]))
print(whole_torch)

# %% tags=["tf"]
# TensorFlow
whole_tf = said(tf.reduce_mean, tf.constant([1, 2]))
whole_keras = said(keras.ops.mean, tf.constant([1, 2]))
print(whole_tf, whole_keras)

# %% tags=["verdict", "folded"]
# Folded: three words, three answers.
refuses = "error" in whole_torch
parity.verdict("PyTorch refuses the mean of whole numbers", refuses, True)
parity.differ("TensorFlow's mean and Keras's", float(whole_tf), float(whole_keras))

# %% [markdown]
# TensorFlow stays among the integers, and drops what is behind the point. Counts and labels are integers; so are pixels
# that come from a file.
#
# **Not a number.** Where is the largest of 1, NaN, 3? PyTorch's `argmax` counts NaN as the largest. To make TensorFlow say
# the same, we put infinity in its place: `tf.where(condition, a, b)` takes `a` where the condition holds, and `b` elsewhere.

# %% tags=["torch"]
# PyTorch
largest_torch = said(torch.argmax, torch.tensor([1.0, float("nan"), 3.0]))
print(largest_torch)

# %% tags=["tf"]
# TensorFlow
x = tf.constant([1.0, float("nan"), 3.0])
largest_tf = said(tf.argmax, x)
nan_is_largest = tf.where(tf.math.is_nan(x), np.inf, x)
mended = said(tf.argmax, nan_is_largest)
print(largest_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares PyTorch's place with the mended one.
parity.verdict("mended: NaN becomes infinity", int(largest_torch), int(mended))

# %% [markdown]
# In PyTorch a NaN is larger than all numbers, and you meet it. TensorFlow promises nothing: where this was written it
# walked past. A network whose scores are NaN then seems to read digits. What yours does stands above.
#
# **Equals.** Forty equal scores: which two are the largest, and in which order are they sorted?

# %% tags=["torch"]
# PyTorch
equal = torch.ones(40)
top_torch = equal.topk(2).indices.numpy()
order_torch = equal.argsort(stable=True).numpy()
print("the largest two:", top_torch)

# %% tags=["tf"]
# TensorFlow
equal = tf.ones(40)
top_tf = tf.math.top_k(equal, 2).indices.numpy()
order_tf = tf.argsort(equal, stable=True).numpy()
print("the largest two:", top_tf)

# %% tags=["verdict", "folded"]
# Folded: TensorFlow takes the first; PyTorch promises an order if it is to be stable.
parity.verdict("TensorFlow takes the first two", top_tf.tolist(), [0, 1])
parity.verdict(
    "the order of equals, with stable=True",
    order_torch.astype("int64"),
    order_tf.astype("int64"),
)

# %% [markdown]
# TensorFlow's `top_k` takes the first of equals. PyTorch's `topk` promises nothing: which two it took stands above. With
# `stable=True` both sort equals in the order in which they came.
#
# **Minus one.** In many files -1 means "nobody knows". In Python it means the last one of a list. Below we ask for
# entry -1 of a table, and for the one-hot row of class -1. The [one-hot](glossary.md#one-hot-encoding) row of class 2 among
# three is 0, 0, 1: a 1 at the class's place. `one_hot(c, 3)` makes it; `tf.gather` picks entries by number. (`lambda:`
# makes a function without arguments of what follows, so that `said` can call it.)
#
# **Predict.** Who refuses?
#
# - **a** PyTorch refuses the entry, TensorFlow the class
# - **b** PyTorch refuses the class, TensorFlow the entry
# - **c** both refuse both
# - **d** nobody refuses anything

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P5.12", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
table = torch.tensor([10.0, 20.0, 30.0])
minus_one = torch.tensor([-1])
row_torch = said(lambda: table[minus_one])
class_torch = said(lambda: F.one_hot(minus_one, 3))
print(row_torch, class_torch)

# %% tags=["tf"]
# TensorFlow
table = tf.constant([10.0, 20.0, 30.0])
minus_one = tf.constant([-1])
row_tf = said(lambda: tf.gather(table, minus_one))
class_tf = said(lambda: tf.one_hot(minus_one, 3))
print(row_tf, class_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
answers = {
    "row in PyTorch": row_torch,
    "class in PyTorch": class_torch,
    "row in TensorFlow": row_tf,
    "class in TensorFlow": class_tf,
}
refused = {what for what, answer in answers.items() if "error" in answer}
letter = exercises.first_true(
    {
        "a": refused == {"row in PyTorch", "class in TensorFlow"},
        "b": refused == {"class in PyTorch", "row in TensorFlow"},
        "c": len(refused) == 4,
        "d": not refused,
    }
)
exercises.outcome("P5.12", letter)

# %% [markdown]
# Each lets through what the other refuses: PyTorch the last row, TensorFlow a row of zeros. (On a GPU `tf.gather`
# [gives 0](https://www.tensorflow.org/api_docs/python/tf/gather) instead of an error.)
#
# No list of such data is complete; this course's is [What will bite you](what_will_bite_you.md). The cure is a habit:
# look at dtypes, shapes and NaNs where data enter, not where a loss comes out.

# %% [markdown]
# ## 5e.4 Eighty-two rows
#
# In the folder `chapters/ch05/phrasebook`, the files `in_torch.py`, `in_tf.py` and `in_keras.py` hold functions of
# the same names, one for each phrase. The function is run, and its text is what the table below shows. So what you
# copy is what was tested.
#
# `phrasebook.inputs` draws the arrays by the names that the functions' arguments have. They are
# [float64](glossary.md#float64); pictures are NCHW for PyTorch, NHWC for the others. `phrasebook.say` turns those
# that a phrase asks for into tensors, calls it, and gives the result as a NumPy array. `getattr(in_torch, name)` is
# the function of that name.

# %% tags=["torch"]
# PyTorch
numbers = phrasebook.inputs(seed, layout="NCHW")
said_torch = {}
for name in phrasebook.NAMES:
    phrase = getattr(in_torch, name)
    said_torch[name] = phrasebook.say(
        phrase, numbers, torch_side.tensor, torch_side.to_numpy
    )
print(len(said_torch), "phrases")

# %% tags=["tf"]
# TensorFlow
numbers = phrasebook.inputs(seed, layout="NHWC")
said_tf = {}
said_keras = {}
for name in phrasebook.NAMES:
    phrase = getattr(in_tf, name)
    said_tf[name] = phrasebook.say(phrase, numbers, tf_side.tensor, tf_side.to_numpy)
    if hasattr(in_keras, name):  # some things Keras leaves to its backend
        phrase = getattr(in_keras, name)
        said_keras[name] = phrasebook.say(
            phrase, numbers, tf_side.tensor, keras.ops.convert_to_numpy
        )
print(len(said_tf), "and", len(said_keras), "phrases")

# %% tags=["verdict", "folded"]
# Folded: does each row agree with PyTorch's, within its limit?
agree_tf = phrasebook.agreeing(said_torch, said_tf)
agree_keras = phrasebook.agreeing(said_torch, said_keras)
parity.verdict(
    f"{len(agree_tf)} phrases in PyTorch and TensorFlow agree",
    agree_tf,
    dict.fromkeys(agree_tf, True),
)
parity.verdict(
    f"{len(agree_keras)} phrases in PyTorch and Keras agree",
    agree_keras,
    dict.fromkeys(agree_keras, True),
)

# %% [markdown]
# To *agree* means: a difference of at most 1e-10 (1e-7 in two rows where TensorFlow rounds a constant), and 1e-5
# where one side has answered in [float32](glossary.md#float32), which has seven digits. That happens more often than
# one thinks. The arrays that went in were float64; which rows came out otherwise?

# %% tags=["taught"]
# TensorFlow
for name, value in said_keras.items():
    if said_torch[name].dtype == "float64" and value.dtype == "float32":
        print(name, end=" ")

# %% [markdown]
# Keras's *layers and losses* turn what comes in into Keras's own float type, float32 by default. Its plain
# operations, `keras.ops`, mostly leave it. No warning says so, and nine digits are gone.
#
# The same Keras column runs in a process of its own on PyTorch, and on JAX where it is installed. There even
# `keras.ops` computes much in float32, whatever type the answer has. So 1e-5 is the limit for all rows of these two
# runs, and the lesson is: float64 on another backend must be asked for.
#
# `backends.run` (lesson 5b) starts the process; `worker` names the script that runs in it, here one that calls all of
# Keras's phrases. `backends.phrases` makes arrays of its report, by name. Without JAX both give `None`.

# %% tags=["taught"]
# PyTorch
report = backends.run("torch", {"seed": seed}, worker="keras_phrases")
on_torch = backends.phrases(report)

# %% tags=["taught"]
report = backends.run("jax", {"seed": seed}, worker="keras_phrases")
on_jax = backends.phrases(report)

# %% tags=["verdict", "folded"]
# Folded: does each row agree with PyTorch's when Keras runs on PyTorch?
agree_there = phrasebook.agreeing(said_torch, on_torch, single=True)
parity.verdict(
    f"{len(agree_there)} phrases in PyTorch and in Keras on PyTorch agree",
    agree_there,
    dict.fromkeys(agree_there, True),
)

# %% tags=["folded"]
# Folded: the same on JAX, where it is installed.
if on_jax is None:
    print("Keras on JAX: NOT MEASURED, jax is not installed")
else:
    agree_jax = phrasebook.agreeing(said_torch, on_jax, single=True)
    print(f"in Keras on JAX {sum(agree_jax.values())} of {len(agree_jax)} agree")

# %% [markdown]
# Here is the table. Type a word into its field. The last column has the largest difference, and the dtypes where they
# differ. A page and a sheet to print are below it.

# %% tags=["folded"]
# Folded: shows the table, and writes it as a page and as a sheet.
measured = phrasebook.measured(said_torch, said_tf, said_keras)
page.table(measured, build_dir() / "05e")

# %% [markdown]
# ### Exercise 5.2: port a module (7 minutes)
#
# Write this PyTorch module as a TensorFlow function `answer(x, weight, bias, scale, shift)`. It gets float64 tensors
# in PyTorch's shapes: `x` is (n, 4), `weight` is `inner`'s, (4, 4), so its shape will not tell you whether to transpose; the
# others have four numbers. It returns a float64 tensor, and rounds nothing to float32 on the way, as Keras's layers do
# unless they are told their `dtype`. No gradients are asked for. Layer normalization brings each row to mean 0 and
# deviation 1, then scales and shifts it; both it and GELU are in the table.
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
answer = ...  # a function of x, weight, bias, scale and shift


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
    norm = layers.LayerNormalization(center=False, scale=False, dtype="float64")
    return x + scale * norm(h) + shift


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


# wrong: scale and shift have changed places
def answer(x, weight, bias, scale, shift):
    h = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(h, axes=[-1], keepdims=True)
    return x + tf.nn.batch_normalization(h, mean, variance, scale, shift, 1e-5)


# %% tags=["check"]
exercises.check("5.2", answer)

# %% [markdown]
# ### Exercise 5.8: port label smoothing (4 minutes)
#
# [Label smoothing](glossary.md#label-smoothing) takes a tenth of the weight from the right class and spreads it over all
# classes. This is PyTorch's `CrossEntropyLoss(label_smoothing=0.1)`, written out. `gather` picks one score in each row.
#
# ```python
# def smoothed(logits, labels):
#     logs = torch.log_softmax(logits, dim=1)
#     right = logs.gather(1, labels[:, None])[:, 0]
#     return -(0.9 * right + 0.1 * logs.mean(dim=1)).mean()
# ```
#
# Port it to TensorFlow: `answer(logits, labels)` with float32 logits of shape (n, 10) and int64 labels of shape (n,)
# gives one number, as a tensor. It is meant for training, so its gradient must reach the logits.

# %% tags=["exercise"]
answer = ...  # a function of two TensorFlow tensors


# solution
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))


# wrong: a mean over the classes
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_sum(logs, axis=1))


# wrong: whole rows
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.reduce_mean(tf.gather(logs, labels), axis=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))


# wrong: takes the softmax of the labels
def answer(logits, labels):
    targets = tf.nn.softmax(tf.one_hot(labels, 10, dtype=logits.dtype))
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))


# wrong: not smoothed
def answer(logits, labels):
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    )


# wrong: to the nine others
def answer(logits, labels):
    targets = tf.one_hot(labels, 10, on_value=0.9, off_value=0.1 / 9)
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))


# wrong: shape
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, batch_dims=1)
    return -(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))


# wrong: no gradient comes back
def answer(logits, labels):
    logs = tf.nn.log_softmax(tf.stop_gradient(logits), axis=1)
    right = tf.gather(logs, labels, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))


# %% tags=["check"]
exercises.check("5.8", answer)

# %% [markdown]
# ## 5e.5 Quiz

# %%
exercises.quiz("05e")

# %% [markdown]
# ## 5e.6 Verdicts

# %%
claims.close("05e")

# %% [markdown]
# ## 5e.7 Summary and further reading
#
# - Look a word up before you trust its looks: `repeat`, `split`, `transpose`.
# - Phrases that agree on good data part on integers, NaN, equals, -1, and shapes that nearly fit.
# - Keras's layers and losses compute in Keras's float type, whatever comes in.
# - A phrase is proven by a run with the same numbers on all sides.
#
# Further reading: [torch](https://docs.pytorch.org/docs/stable/torch.html),
# [tf](https://www.tensorflow.org/api_docs/python/tf), [keras.ops](https://keras.io/api/ops/). Next: [heads and
# masks](05f_heads_and_masks.ipynb), where one word, True, says two opposite things.
