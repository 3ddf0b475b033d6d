# %% [markdown]
# # 1a. Dtype, shape, broadcasting
#
# You learn to say what comes out of a line of tensor code before it runs: of which kind, and of which shape. More than
# once in this lesson a wrong number comes out, and no error.
#
# > **Minutes**: 39 · **Needs**: lesson 0a, and NumPy arrays · **Claims tested**: none
# >
# > **You will be able to**
# > - say which dtype a line gives, or that it is refused (prediction P1.1)
# > - say which shape a line gives, and see where it stretches by accident (prediction P1.2, exercise 1.6)
# > - pick and replace numbers by slice, list and mask (verdict in 1a.4)
# > - add, merge and join axes (verdict in 1a.5)
# > - port a line that broadcasts to another order of axes (exercise 1.2)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run. (Exercises
# 1.1 and 1.3 come in 1b, 1.4 and 1.5 in 1c.)

# %% tags=["setup"]
from helpers import session

session.start("01a")

import numpy as np

from chapters.ch01 import exhibits, figures, tables
from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
found = {}  # what each section finds; the table at the end shows it

# %% [markdown]
# ## 1a.1 From one number to a batch of pictures
#
# A [tensor](glossary.md#tensor) is an array of numbers with a [shape](glossary.md#shape), one
# [dtype](glossary.md#dtype) for all its numbers, and a [device](glossary.md#device) that holds it. Its number of axes is
# its [rank](glossary.md#rank).
#
# Our numbers are scans of handwritten digits, 8 × 8 pixels, from 0 (paper) to 1 (ink). To get to four axes we print three
# scans of the same digit on top of each other, in cyan, magenta and yellow. Such a print is a picture with three planes,
# and 16 of them make a [batch](glossary.md#batch); `exhibits.prints` draws the scans at random.

# %% tags=["taught"]
digits = data.digits()
pictures = exhibits.prints(digits, seed)  # picture, plane, row, column
print(pictures.shape)

# %% [markdown]
# Each index takes one axis away, from the left. That leads from the batch down to a single pixel.

# %% tags=["taught"]
ladder = {
    "pixel": pictures[3, 0, 5, 5],
    "row": pictures[3, 0, 5],
    "scan": pictures[3, 0],
    "print": pictures[3],
    "batch": pictures,
}

# %% tags=["folded"]
# Folded: draws the five steps, with their shapes.
figures.ladder(ladder)

# %% [markdown]
# Where all three scans put ink the print is black; where they disagree a color shows.
#
# `torch.tensor` and `tf.constant` make a tensor with the numbers of an array, a list or a single number. `ndim` counts its
# axes, `numel` and `tf.size` its numbers.

# %% tags=["torch"]
# PyTorch
ladder_torch = {name: torch.tensor(numbers) for name, numbers in ladder.items()}
batch = ladder_torch["batch"]
print(batch.ndim, "axes,", batch.numel(), "numbers")
print(batch.shape, batch.dtype, batch.device)
ladder_torch["row"]

# %% tags=["tf"]
# TensorFlow
ladder_tf = {name: tf.constant(numbers) for name, numbers in ladder.items()}
batch = ladder_tf["batch"]
print(batch.ndim, "axes,", tf.size(batch).numpy(), "numbers")
print(batch.shape, batch.dtype, batch.device)
ladder_tf["row"]

# %% tags=["verdict", "folded"]
# Folded: compares shape, dtype and numbers of the five tensors.
arrays_torch = {name: torch_side.to_numpy(x) for name, x in ladder_torch.items()}
arrays_tf = {name: tf_side.to_numpy(x) for name, x in ladder_tf.items()}
parity.verdict("tensors of 0 to 4 axes", arrays_torch, arrays_tf)
found["axes of pixel, row, scan, print, batch"] = (
    tables.axes(ladder_torch),
    tables.axes(ladder_tf),
)

# %% [markdown]
# ## 1a.2 The dtype that comes out
#
# Nobody writes a dtype in every line, so two rules matter. The first: which dtype does a list of Python numbers, a
# NumPy number or an array get?

# %% tags=["torch"]
# PyTorch
made_torch = {
    "from [2]": torch.tensor([2]),
    "from [0.5]": torch.tensor([0.5]),
    "from np.float64(0.5)": torch.tensor(np.float64(0.5)),
    "from np.array([2])": torch.tensor(np.array([2])),
}
for name, x in made_torch.items():
    print(name, x.dtype)

# %% tags=["tf"]
# TensorFlow
made_tf = {
    "from [2]": tf.constant([2]),
    "from [0.5]": tf.constant([0.5]),
    "from np.float64(0.5)": tf.constant(np.float64(0.5)),
    "from np.array([2])": tf.constant(np.array([2])),
}
for name, x in made_tf.items():
    print(name, x.dtype)

# %% tags=["verdict", "folded"]
# Folded: compares the integers that [2] becomes, and notes the four dtypes.
two_torch = torch_side.to_numpy(made_torch["from [2]"])
two_tf = tf_side.to_numpy(made_tf["from [2]"])
parity.differ("the tensor made from [2]", two_torch, two_tf)
for name in made_torch:
    found[name] = (
        tables.in_words(made_torch[name], torch_side),
        tables.in_words(made_tf[name], tf_side),
    )

# %% [markdown]
# NumPy's data keep their dtype in both. Python's floats become float32, not float64 as in NumPy. Python's integers become
# int64 in PyTorch and int32 in TensorFlow.
#
# The second rule: what happens when two dtypes meet ([promotion](glossary.md#dtype-promotion))? Some sums are refused.
# Here that is a finding, so `add` returns the error's name and lets the cell go on.


# %% tags=["taught"]
def add(a, b):
    """a + b, or the name of the error that it raises."""
    try:
        return a + b
    except Exception as error:
        return type(error).__name__


# %% [markdown]
# `x.to(dtype)` and `tf.cast(x, dtype)` give a tensor with the same numbers in another dtype.

# %% tags=["torch"]
# PyTorch
whole = torch.tensor([2])
half = torch.tensor([0.5])
met_torch = {
    "integers / integers": whole / whole,
    "integers + 0.5": add(whole, 0.5),
    "integers + float32": add(whole, half),
    "int32 + int64": add(whole.to(torch.int32), whole.to(torch.int64)),
    "float32 + float64": add(half, half.to(torch.float64)),
    "float32 + np.float64(0.5)": add(half, np.float64(0.5)),
    "integers + np.float64(0.5)": add(whole, np.float64(0.5)),
}

# %% tags=["tf"]
# TensorFlow
whole = tf.constant([2])
half = tf.constant([0.5])
met_tf = {
    "integers / integers": whole / whole,
    "integers + 0.5": add(whole, 0.5),
    "integers + float32": add(whole, half),
    "int32 + int64": add(tf.cast(whole, tf.int32), tf.cast(whole, tf.int64)),
    "float32 + float64": add(half, tf.cast(half, tf.float64)),
    "float32 + np.float64(0.5)": add(half, np.float64(0.5)),
    "integers + np.float64(0.5)": add(whole, np.float64(0.5)),
}

# %% tags=["verdict", "folded"]
# Folded: shows dtype and number of each result, and compares those of the last row.
said = {}
for case in met_torch:
    said[case] = (
        tables.in_words(met_torch[case], torch_side),
        tables.in_words(met_tf[case], tf_side),
    )
tables.table("expression", said)
found.update(said)
parity.differ(
    "2 + np.float64(0.5)",
    torch_side.to_numpy(met_torch["integers + np.float64(0.5)"]),
    tf_side.to_numpy(met_tf["integers + np.float64(0.5)"]),
)

# %% [markdown]
# PyTorch promotes, mostly as NumPy does. (int64 and float32 stay float32, where NumPy would go to float64.) TensorFlow
# refuses two tensors of different dtypes until you write `tf.cast`. The danger is what it takes without a word, the last
# row: NumPy's 0.5 was cut to the tensor's dtype, so 0 was added.
#
# Now take the scans as their file stores them: whole numbers from 0 to 16, one byte each (`uint8`).

# %% tags=["taught"]
stored = (digits.x_train * 16).astype("uint8")
print("NumPy's mean:", stored.mean())

# %% [markdown]
# **Predict.** NumPy's mean is a fraction between 4 and 5. Does it survive PyTorch's `x.mean()` and TensorFlow's
# `tf.reduce_mean(x)`? (`.item()` and `.numpy()` turn a tensor of one number into that number.)
#
# - **a** both keep the fraction
# - **b** PyTorch refuses, TensorFlow loses the fraction
# - **c** PyTorch keeps the fraction, TensorFlow loses it
# - **d** both lose it
# - **e** both refuse

# %% tags=["predict"]
guess = ...  # "a", "b", "c", "d" or "e"
exercises.predict("P1.1", guess, among=["a", "b", "c", "d", "e"])

# %% tags=["torch"]
# PyTorch
x = torch.tensor(stored)
sum_torch = x.sum()
print("sum:", sum_torch)
try:
    mean_torch = x.mean().item()
except RuntimeError as error:
    mean_torch = "refused"
    print(error)

# %% tags=["tf"]
# TensorFlow
x = tf.constant(stored)
sum_tf = tf.reduce_sum(x)
print("sum:", sum_tf)
try:
    mean_tf = tf.reduce_mean(x).numpy()
except (TypeError, tf.errors.InvalidArgumentError) as error:
    mean_tf = "refused"
    print(error)
print("mean:", mean_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and what became of the sum of all bytes.
what_torch = tables.fate(mean_torch, stored.mean())
what_tf = tables.fate(mean_tf, stored.mean())
letter = exercises.first_true(
    {
        "a": (what_torch, what_tf) == ("kept", "kept"),
        "b": (what_torch, what_tf) == ("refused", "lost"),
        "c": (what_torch, what_tf) == ("kept", "lost"),
        "d": (what_torch, what_tf) == ("lost", "lost"),
        "e": (what_torch, what_tf) == ("refused", "refused"),
    }
)
exercises.outcome("P1.1", letter)
parity.differ("the sum of the bytes", sum_torch.item(), int(sum_tf))
found["mean of uint8"] = (what_torch, what_tf)
found["sum of uint8"] = (
    tables.in_words(sum_torch, torch_side),
    tables.in_words(sum_tf, tf_side),
)

# %% [markdown]
# PyTorch adds bytes up in int64, and takes a mean of integers only if you name a float dtype for it. TensorFlow stays in a
# byte: at 256 it begins again at 0. So turn pixels into floats first, in both.

# %% [markdown]
# ## 1a.3 Shapes that stretch
#
# When two shapes meet, both frameworks [broadcast](glossary.md#broadcasting) as NumPy does. Shapes are aligned at the
# *right*. An axis of length 1, or a missing one, is stretched; other lengths must be equal.
#
# A mean over an axis, or `amax` and `reduce_max`, the largest number along it, makes the axis disappear. `keepdim=True` and
# `keepdims=True` keep it with length 1, so that the result still lines up.

# %% tags=["taught"]
scans = digits.x_train[: 100 if fast else 1000]
print(scans.shape)

# %% tags=["torch"]
# PyTorch
x = torch.tensor(scans)
mean_scan = x.mean(dim=0)  # (8, 8)
centered_torch = x - mean_scan  # (100, 8, 8) - (8, 8)
darkest = x.amax(dim=(1, 2), keepdim=True)  # (100, 1, 1)
scaled_torch = x / darkest  # (100, 8, 8) / (100, 1, 1)
print(mean_scan.shape, darkest.shape)

# %% tags=["tf"]
# TensorFlow
x = tf.constant(scans)
mean_scan = tf.reduce_mean(x, axis=0)  # (8, 8)
centered_tf = x - mean_scan  # (100, 8, 8) - (8, 8)
darkest = tf.reduce_max(x, axis=(1, 2), keepdims=True)  # (100, 1, 1)
scaled_tf = x / darkest  # (100, 8, 8) / (100, 1, 1)
print(mean_scan.shape, darkest.shape)

# %% tags=["verdict", "folded"]
# Folded: compares both; the means may differ in the last digit of float32.
parity.verdict(
    "scans without the mean scan",
    torch_side.to_numpy(centered_torch),
    tf_side.to_numpy(centered_tf),
    atol=1e-5,
)
parity.verdict(
    "scans whose darkest pixel is 1",
    torch_side.to_numpy(scaled_torch),
    tf_side.to_numpy(scaled_tf),
    atol=1e-5,
)

# %% [markdown]
# Stretching can also happen by accident. How much ink is in each of the first four scans? We compute it twice: as a
# matrix product (`@`) with a column of 64 ones, and as a sum. The pixels are sixteenths, so both are exact, and the
# numbers are the same.
#
# **Predict.** What is the mean of the squared differences of the two?
#
# - **a** 0 in both
# - **b** an error in both
# - **c** an error in one of them
# - **d** a number above 0 in both

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P1.2", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
flat = torch.tensor(scans[:4]).reshape(4, 64)
by_product = flat @ torch.ones(64, 1)
by_sum = flat.sum(dim=1)
difference_torch = by_product - by_sum
loss_torch = (difference_torch**2).mean().item()
print(loss_torch)
print(by_product.shape, by_sum.shape, difference_torch.shape)

# %% tags=["tf"]
# TensorFlow
flat = tf.reshape(tf.constant(scans[:4]), (4, 64))
by_product = flat @ tf.ones((64, 1))
by_sum = tf.reduce_sum(flat, axis=1)
difference_tf = by_product - by_sum
loss_tf = tf.reduce_mean(difference_tf**2).numpy()
print(loss_tf)
print(by_product.shape, by_sum.shape, difference_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: which option came true (an error would have stopped a cell above).
letter = exercises.first_true(
    {"a": loss_torch == 0 and loss_tf == 0, "d": loss_torch > 0 and loss_tf > 0}
)
exercises.outcome("P1.2", letter)
parity.verdict(
    "the differences",
    torch_side.to_numpy(difference_torch),
    tf_side.to_numpy(difference_tf),
)
found["(4, 1) - (4,)"] = (
    str(tuple(difference_torch.shape)),
    str(tuple(difference_tf.shape)),
)

# %% tags=["folded"]
# Folded: draws all the differences that were taken.
figures.differences(torch_side.to_numpy(difference_torch))

# %% [markdown]
# (4, 1) and (4,) are aligned at the right: a column and a row. Both are stretched, and each of the four numbers was
# subtracted from each. The four differences you meant lie on the diagonal.
#
# A model's output often has the shape (n, 1), and targets (n,). A program that learns from such a loss runs, and learns
# something else. So compare shapes before you subtract. (The libraries' own losses look: PyTorch's `mse_loss` warns,
# Keras's `MeanSquaredError` drops the extra axis.)

# %% [markdown]
# ### Exercise 1.6: a loss on its guard (3 minutes)
#
# Write `answer(prediction, target)` in PyTorch: the mean of the squared differences, as one number. `prediction` has the
# shape (n, 1), `target` the shape (n,); both are float64. The check compares values and gradients.

# %% tags=["exercise"]
answer = ...  # a function of prediction and target


# solution
def answer(prediction, target):
    return ((prediction[:, 0] - target) ** 2).mean()


# wrong: n by n differences
def answer(prediction, target):
    return ((prediction - target) ** 2).mean()


# wrong: the sum, not the mean
def answer(prediction, target):
    return ((prediction[:, 0] - target) ** 2).sum()


# wrong: the means were subtracted
def answer(prediction, target):
    return (prediction.mean() - target.mean()) ** 2


# %% tags=["check"]
exercises.check("1.6", answer)

# %% [markdown]
# ## 1a.4 Pick and replace
#
# Slices work as in NumPy, but PyTorch refuses a step backwards (1b.1). A list in the brackets picks in PyTorch, as in NumPy;
# TensorFlow has `tf.gather` for it. A *mask*, a tensor of yes and no, picks in both where it says yes.

# %% tags=["torch"]
# PyTorch
x = torch.tensor(scans)
picked_torch = {
    "a corner of each": x[:, :2, -1],  # rows 0 and 1, the last column
    "the fourth and the first": x[[3, 0]],
    "mirrored": x.flip(2),  # axis 2, the columns, runs backward
    "dark pixels": x[x > 0.5],
}
single_torch = x[[1]]

# %% tags=["tf"]
# TensorFlow
x = tf.constant(scans)
picked_tf = {
    "a corner of each": x[:, :2, -1],  # rows 0 and 1, the last column
    "the fourth and the first": tf.gather(x, [3, 0]),
    "mirrored": tf.reverse(x, [2]),  # axis 2, the columns, runs backward
    "dark pixels": x[x > 0.5],
}
single_tf = x[[1]]

# %% tags=["verdict", "folded"]
# Folded: compares what was picked.
plain_torch = {name: torch_side.to_numpy(x) for name, x in picked_torch.items()}
plain_tf = {name: tf_side.to_numpy(x) for name, x in picked_tf.items()}
parity.verdict("sliced, picked, mirrored and masked", plain_torch, plain_tf)
parity.differ("x[[1]]", torch_side.to_numpy(single_torch), tf_side.to_numpy(single_tf))
found["shape of x[[1]], x a batch of scans"] = (
    str(tuple(single_torch.shape)),
    str(tuple(single_tf.shape)),
)

# %% [markdown]
# `x[[1]]` is the one that bites: no error, another shape. TensorFlow drops the list's brackets, so `x[[1]]` is `x[1]`,
# and `x[[3, 0]]` is `x[3, 0]`.
#
# Now let light pixels become paper. PyTorch assigns where the mask says yes; that writes into the tensor, so we take a
# copy with `clone`. TensorFlow's tensors take no assignment (1b.5): `tf.where(mask, a, b)` makes a new one, with `a`
# where the mask says yes and `b` elsewhere. (`torch.where` does the same.)

# %% tags=["torch"]
# PyTorch
x = torch.tensor(scans)
clean_torch = x.clone()
clean_torch[x < 0.25] = 0.0

# %% tags=["tf"]
# TensorFlow
x = tf.constant(scans)
clean_tf = tf.where(x < 0.25, 0.0, x)

# %% tags=["verdict", "folded"]
# Folded: compares the scans without light pixels.
parity.verdict(
    "light pixels replaced",
    torch_side.to_numpy(clean_torch),
    tf_side.to_numpy(clean_tf),
)

# %% [markdown]
# ## 1a.5 Other axes for the same numbers
#
# Three things are often done with axes:
#
# - *Add* one of length 1, so that shapes align: `unsqueeze` and `expand_dims` say where. `None` in brackets does it too.
# - *Merge* or split them: `reshape`. The numbers keep their order.
# - *Join* tensors: `stack` makes a new axis, `cat` and `concat` lengthen one that is there.

# %% tags=["torch"]
# PyTorch
scan = torch.tensor(scans[0])
made_torch = {
    "a batch of one": scan.unsqueeze(0),
    "the same with None": scan[None],
    "a column": scan.reshape(64, 1),
    "two, stacked": torch.stack([scan, scan]),
    "two, end to end": torch.cat([scan, scan]),
}
for name, tensor in made_torch.items():
    print(name, tuple(tensor.shape))

# %% tags=["tf"]
# TensorFlow
scan = tf.constant(scans[0])
made_tf = {
    "a batch of one": tf.expand_dims(scan, 0),
    "the same with None": scan[None],
    "a column": tf.reshape(scan, (64, 1)),
    "two, stacked": tf.stack([scan, scan]),
    "two, end to end": tf.concat([scan, scan], axis=0),
}
for name, tensor in made_tf.items():
    print(name, tuple(tensor.shape))

# %% tags=["verdict", "folded"]
# Folded: compares shapes and numbers.
plain_torch = {name: torch_side.to_numpy(x) for name, x in made_torch.items()}
plain_tf = {name: tf_side.to_numpy(x) for name, x in made_tf.items()}
parity.verdict("axes added, merged and joined", plain_torch, plain_tf)

# %% [markdown]
# PyTorch has a second word for reshaping: `view`. It promises to move no number. After a transpose, here `scan.T`, the
# numbers no longer lie in memory in the order in which they are read.

# %% tags=["torch"]
# PyTorch
turned = torch.tensor(scans[0]).T
try:
    row = turned.view(64)
    view_torch = "answers"
except RuntimeError as error:
    view_torch = "refused"
    print(error)
row_torch = turned.reshape(64)

# %% tags=["tf"]
# TensorFlow
turned = tf.transpose(tf.constant(scans[0]))
row_tf = tf.reshape(turned, (64,))

# %% tags=["verdict", "folded"]
# Folded: compares the rows that reshape gives.
parity.verdict(
    "transposed, then reshaped",
    torch_side.to_numpy(row_torch),
    tf_side.to_numpy(row_tf),
)
print("view of a transposed tensor, PyTorch:", view_torch)

# %% [markdown]
# `reshape` makes a copy where it must, `view` refuses to. Lesson 1b shows the memory behind this. TensorFlow has no
# `view`.

# %% [markdown]
# ### Exercise 1.2: a line that broadcasts, in another order of axes (6 minutes)
#
# The function below brings each plane of a batch of pictures to mean 0 and deviation `gain`. PyTorch keeps its pictures as
# N, C, H, W: picture, plane (also called channel), row (height), column (width). TensorFlow keeps them as N, H, W, C.
#
# **Port it to TensorFlow.** Your function gets the batch as (N, H, W, C) and returns it so; `gain` holds one number for
# each plane. All are float64. All three lines mean something else when they are translated word by word. The check compares
# values, and the gradients that reach `x` and `gain`.


# %% tags=["exercise"]
def standardize_torch(x, gain):  # x: (N, C, H, W), gain: (C,)
    mean = x.mean(dim=(0, 2, 3), keepdim=True)
    std = x.std(dim=(0, 2, 3), keepdim=True)
    return gain[:, None, None] * (x - mean) / std


answer = ...  # a function of x, with axes (N, H, W, C), and gain


# solution
# planes come last, so nothing needs None; PyTorch's std divides by n - 1
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean = tf.reduce_mean(x, axis=(0, 1, 2))
    std = tf.sqrt(tf.reduce_sum((x - mean) ** 2, axis=(0, 1, 2)) / (n - 1))
    return gain * (x - mean) / std


# wrong: divides by n
def answer(x, gain):
    mean, variance = tf.nn.moments(x, axes=(0, 1, 2))
    return gain * (x - mean) / tf.sqrt(variance)


# wrong: axes of NCHW
def answer(x, gain):
    n = x.shape[0] * x.shape[2] * x.shape[3]
    mean = tf.reduce_mean(x, axis=(0, 2, 3), keepdims=True)
    squares = tf.reduce_sum((x - mean) ** 2, axis=(0, 2, 3), keepdims=True)
    return gain * (x - mean) / tf.sqrt(squares / (n - 1))


# wrong: along the rows
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean = tf.reduce_mean(x, axis=(0, 1, 2))
    std = tf.sqrt(tf.reduce_sum((x - mean) ** 2, axis=(0, 1, 2)) / (n - 1))
    return gain[:, None, None] * (x - mean) / std


# wrong: word by word
def answer(x, gain):
    mean = tf.reduce_mean(x, axis=(0, 2, 3), keepdims=True)
    std = tf.math.reduce_std(x, axis=(0, 2, 3), keepdims=True)
    return gain[:, None, None] * (x - mean) / std


# wrong: your n
def answer(x, gain):
    n = x.shape[0] * x.shape[2] * x.shape[3]
    mean = tf.reduce_mean(x, axis=(0, 1, 2))
    std = tf.sqrt(tf.reduce_sum((x - mean) ** 2, axis=(0, 1, 2)) / (n - 1))
    return gain * (x - mean) / std


# wrong: no gradient reaches
def answer(x, gain):
    std = x.numpy().std(axis=(0, 1, 2), ddof=1)
    mean = x.numpy().mean(axis=(0, 1, 2))
    return tf.constant(gain.numpy() * (x.numpy() - mean) / std)


# %% tags=["check"]
exercises.check("1.2", answer)

# %% [markdown]
# ## 1a.6 Axes by letters
#
# `einsum` names each axis by a letter. `"nij,mij->nm"` reads: the first tensor has the axes n, i, j, the second m, i, j.
# Multiply where letters agree. The letters that are missing behind the arrow, i and j, are summed over. So each scan n is
# multiplied pixel by pixel with each scan m: how alike are the two? (`by_product` is the same as a matrix product, to
# check it.)

# %% tags=["torch"]
# PyTorch
x = torch.tensor(scans)
alike_torch = torch.einsum("nij,mij->nm", x, x)
flat = x.reshape(-1, 64)
by_product = flat @ flat.T
print(alike_torch.shape)

# %% tags=["tf"]
# TensorFlow
x = tf.constant(scans)
alike_tf = tf.einsum("nij,mij->nm", x, x)
flat = tf.reshape(x, (-1, 64))
by_product = flat @ tf.transpose(flat)
print(alike_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares einsum in both, and with the product; sixteenths are not rounded.
parity.verdict(
    "how alike each two scans are",
    torch_side.to_numpy(alike_torch),
    tf_side.to_numpy(alike_tf),
)
parity.verdict(
    "the same as a matrix product",
    tf_side.to_numpy(alike_tf),
    tf_side.to_numpy(by_product),
)

# %% [markdown]
# The same letters in both, and no axis to count. It pays where a line would need several transposes.

# %% [markdown]
# ## 1a.7 Quiz
#
# Each option opens and says why it is right or wrong.

# %%
exercises.quiz("01a")

# %% [markdown]
# ## 1a.8 Verdicts
#
# This lesson judges no claim. The table has what its cells found out, in the order in which they ran.

# %%
claims.close("01a")

# %% tags=["folded"]
# Folded: shows what was found, and on how much of it the frameworks agree.
tables.agreement(found)

# %% [markdown]
# ## 1a.9 Summary and further reading
#
# - A tensor has a shape, a dtype and a device. Say all three before you run a line.
# - PyTorch promotes dtypes, TensorFlow refuses, and is silent where bytes overflow and where NumPy's number is cut.
# - Shapes are aligned at the right. (n, 1) - (n,) is (n, n), without an error in either.
# - A list in brackets picks in PyTorch only. To replace: assign by mask, or `where`.
# - `reshape` keeps the order of the numbers; `view` keeps the memory as well, or refuses.
#
# Further reading: PyTorch's notes on [broadcasting](https://docs.pytorch.org/docs/stable/notes/broadcasting.html),
# TensorFlow's [guide to tensors](https://www.tensorflow.org/guide/tensor).
# Next: [windows on memory](01b_windows_on_memory.ipynb).
