# %% [markdown]
# # 1b. Windows on memory
#
# A PyTorch tensor is a window on memory, a TensorFlow tensor is a value. From this you can tell whose numbers a write
# changes. In the end a tensor that nobody can write to changes all the same.
#
# > **Minutes**: 35 · **Needs**: lesson 1a · **Claims tested**: none
# >
# > **You will be able to**
# > - find a number in memory by offset and strides (exercise 1.1)
# > - change a layout without ruining the pictures (verdict in 1b.2)
# > - keep rows of unequal length in one long row (verdict in 1b.3)
# > - tell which tensors share memory, and with whom (prediction P1.3)
# > - change numbers in place, or not, and know who else sees it (exercise 1.3, prediction P1.4)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run. (Memory is
# looked at on the CPU, whatever the device.)

# %% tags=["setup"]
from helpers import session

session.start("01b")

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
# ## 1b.1 One long row
#
# Memory is one long row of numbers. A PyTorch tensor finds its own by an *offset*, the place of its first number, and by
# its [strides](glossary.md#stride): how many places to go on for one step along each axis.
#
# Take 12 numbers as a tiny picture: 3 planes of 2 × 2 pixels. `arange` counts, so each number tells its own place. One
# column further is 1 place, one row 2, one plane 4. `permute` (in TensorFlow `transpose`) gives the axes another order;
# `flatten`, or a reshape to `[-1]`, reads all numbers as one row.

# %% tags=["torch"]
# PyTorch
toy = torch.arange(12).reshape(3, 2, 2)  # plane, row, column
turned = toy.permute(1, 2, 0)  # row, column, plane
print(toy.stride(), turned.stride())
read_torch = turned.flatten().tolist()
print(read_torch)

# %% tags=["tf"]
# TensorFlow
toy = tf.reshape(tf.range(12), (3, 2, 2))  # plane, row, column
turned = tf.transpose(toy, (1, 2, 0))  # row, column, plane
print("has strides:", hasattr(toy, "stride"))
read_tf = tf.reshape(turned, [-1]).numpy().tolist()
print(read_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the order in which the numbers are read.
parity.verdict("the numbers, read after permuting", read_torch, read_tf)

# %% [markdown]
# In PyTorch no number has moved. Permuting a tensor permutes its strides, (4, 2, 1) to (2, 1, 4), and that is all. For
# the same reason PyTorch refuses a slice that runs backward: it allows no negative stride.

# %% tags=["torch"]
# PyTorch
x = torch.arange(4)
try:
    backward = x[::-1]
    backward_torch = "answers"
except ValueError as error:
    backward_torch = "refused"
    print(error)
flipped_torch = x.flip(0).tolist()

# %% tags=["tf"]
# TensorFlow
x = tf.range(4)
try:
    backward = x[::-1]
    backward_tf = "answers"
except ValueError as error:
    backward_tf = "refused"
    print(error)
flipped_tf = tf.reverse(x, [0]).numpy().tolist()

# %% tags=["verdict", "folded"]
# Folded: notes who answers, and compares the copies that run backward.
found["x[::-1]"] = (backward_torch, backward_tf)
print(f"x[::-1]: PyTorch {backward_torch}, TensorFlow {backward_tf}")
parity.verdict("flipped, as a copy", flipped_torch, flipped_tf)

# %% [markdown]
# ## 1b.2 Permute, never reshape
#
# PyTorch's convolutions want pictures as NCHW (picture, plane or *channel*, height, width), TensorFlow's as NHWC. To go
# from one [layout](glossary.md#layout) to the other, the axes must be permuted. A reshape gives the right shape too. We
# try both on prints like those of 1a: three scans of a digit in cyan, magenta and yellow.

# %% tags=["taught"]
digits = data.digits()
pictures = exhibits.prints(digits, seed)  # (16, 3, 8, 8)

# %% [markdown]
# `data_ptr` is the place in memory where a PyTorch tensor begins. `np.asarray(x)` looks at a TensorFlow tensor's memory
# without copying it, where the tensor is on the CPU, and `np.shares_memory` says whether two arrays overlap.

# %% tags=["torch"]
# PyTorch
nchw_torch = torch.tensor(pictures)
nhwc_torch = nchw_torch.permute(0, 2, 3, 1)
wrong_torch = nchw_torch.reshape(16, 8, 8, 3)
unmoved_torch = nhwc_torch.data_ptr() == nchw_torch.data_ptr()
print("permuted", tuple(nhwc_torch.shape), "strides", nhwc_torch.stride())
print("reshaped", tuple(wrong_torch.shape), "strides", wrong_torch.stride())

# %% tags=["tf"]
# TensorFlow
with tf.device("/CPU:0"):
    nchw_tf = tf.constant(pictures)
    nhwc_tf = tf.transpose(nchw_tf, (0, 2, 3, 1))
    wrong_tf = tf.reshape(nchw_tf, (16, 8, 8, 3))
unmoved_tf = np.shares_memory(np.asarray(nhwc_tf), np.asarray(nchw_tf))
print("permuted", tuple(nhwc_tf.shape))
print("reshaped", tuple(wrong_tf.shape))

# %% tags=["verdict", "folded"]
# Folded: compares the pictures, and whether numbers have moved.
permuted = torch_side.to_numpy(nhwc_torch)
reshaped = torch_side.to_numpy(wrong_torch)
parity.verdict("permuted pictures", permuted, tf_side.to_numpy(nhwc_tf))
parity.verdict("reshaped pictures", reshaped, tf_side.to_numpy(wrong_tf))
parity.differ("reshaped in place of permuted", reshaped, permuted)
found["permuting the axes"] = (
    tables.moved(unmoved_torch),
    tables.moved(unmoved_tf),
)

# %% tags=["folded"]
# Folded: draws both ways to read the toy's memory, and what they do to a picture.
figures.two_walks(permuted[3], reshaped[3])

# %% [markdown]
# Above, each pixel collects its three inks from three far places: that is what the permuted strides say. Below, memory is
# read straight on, so the first pixel gets three cyans. The shape is right, the picture is torn, and no error tells you.
#
# Now each framework's [convolution](glossary.md#convolution), on its own layout. It slides a small table of weights, the
# *kernel*, over the picture; at each place it multiplies weight by pixel and adds up. The sums form a *map*: here five
# kernels of 3 × 3 over three planes give five maps of 6 × 6.
#
# The kernel's axes differ as well: (out, in, height, width) in PyTorch, (height, width, in, out) in TensorFlow, where *in*
# are the planes and *out* the maps. "VALID" means without padding, which is PyTorch's default.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
kernel = rng.integers(-2, 3, size=(5, 3, 3, 3)).astype("float32")

# %% tags=["torch"]
# PyTorch
kernel_torch = torch.tensor(kernel)
maps_torch = torch.nn.functional.conv2d(nchw_torch, kernel_torch)
print(tuple(maps_torch.shape))

# %% tags=["tf"]
# TensorFlow
kernel_tf = tf.transpose(tf.constant(kernel), (2, 3, 1, 0))
maps_tf = tf.nn.conv2d(nhwc_tf, kernel_tf, strides=1, padding="VALID")
print(tuple(maps_tf.shape))

# %% tags=["verdict", "folded"]
# Folded: compares the maps in one layout; some ways to convolve round a little.
maps_torch_nhwc = torch_side.to_numpy(maps_torch.permute(0, 2, 3, 1))
parity.verdict(
    "convolution in both layouts",
    maps_torch_nhwc,
    tf_side.to_numpy(maps_tf),
    atol=1e-4,
)
found["shape of the pictures that a convolution takes"] = (
    str(tuple(nchw_torch.shape)),
    str(tuple(nhwc_tf.shape)),
)
found["axes of a convolution's kernel"] = (
    str(tuple(kernel_torch.shape)),
    str(tuple(kernel_tf.shape)),
)

# %% [markdown]
# Strides carry even further: with `channels_last` PyTorch keeps the shape NCHW, and lays the numbers down as NHWC.

# %% tags=["taught"]
# PyTorch
channels_last = nchw_torch.contiguous(memory_format=torch.channels_last)
print("NCHW:", nchw_torch.stride())
print("channels last, still NCHW:", channels_last.stride())

# %% [markdown]
# ### Exercise 1.1: all patches of a picture, without copying (5 minutes)
#
# A convolution looks at all 3 × 3 patches of a picture. No number has to be copied for that: the 6 × 6 patches of the
# magenta plane (plane 1) of picture 0 are a window on `nchw_torch`.
#
# With pencil and paper, work out its shape, strides and offset, as `((6, 6, 3, 3), (?, ?, ?, ?), ?)`. Its axes are: patch
# row, patch column, row in the patch, column in the patch. Then `torch.as_strided(nchw_torch, *answer)` shows them.

# %% tags=["exercise"]
answer = ...  # (shape, strides, offset)
# solution
# a plane holds 64 numbers, a row 8; one patch further is one pixel further
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 64)
patches = torch.as_strided(nchw_torch, *answer)
print(torch.equal(patches[2, 4], nchw_torch[0, 1, 2:5, 4:7]))
# wrong: the offset is missing
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 0)
# wrong: count numbers, not bytes
answer = ((6, 6, 3, 3), (32, 4, 32, 4), 256)
# wrong: patches overlap
answer = ((6, 6, 3, 3), (24, 3, 8, 1), 64)
# wrong: rows and columns are swapped
answer = ((6, 6, 3, 3), (8, 1, 1, 8), 64)
# wrong: look at the offset
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 65)

# %% tags=["check"]
exercises.check("1.1", answer)

# %% [markdown]
# ## 1b.3 Rows of unequal length
#
# A mask picks more pixels from some scans than from others. Such rows fit into no rectangle. They are kept as one long
# row and the places where each of them begins and the last one ends: a [ragged tensor](glossary.md#ragged-tensor) in
# TensorFlow, a [nested](glossary.md#nested-tensor) one in PyTorch (`layout=torch.jagged` is its newer form). `values`
# is the long row; `offsets` and `row_splits` are the places. In a printed shape an axis of unequal length is `None`, or
# a name such as `j1`.

# %% tags=["torch"]
# PyTorch
x = torch.tensor(digits.x_train[: 100 if fast else 1000])
dark = [scan[scan > 0.5] for scan in x]  # a list of rows
rows_torch = torch.nested.nested_tensor(dark, layout=torch.jagged)
ink_torch = rows_torch.sum(dim=1)
begin_torch = rows_torch.offsets()
print(rows_torch.shape, "holds", rows_torch.values().shape)
print("rows begin at", begin_torch[:4])

# %% tags=["tf"]
# TensorFlow
x = tf.constant(digits.x_train[: 100 if fast else 1000])
dark = [scan[scan > 0.5] for scan in x]  # a list of rows
rows_tf = tf.ragged.stack(dark)
ink_tf = tf.reduce_sum(rows_tf, axis=1)
begin_tf = rows_tf.row_splits
print(rows_tf.shape, "holds", rows_tf.values.shape)
print("rows begin at", begin_tf[:4])

# %% tags=["verdict", "folded"]
# Folded: compares the places, as plain integers, and the sums of the rows.
parity.verdict("where the rows begin", begin_torch.tolist(), begin_tf.numpy().tolist())
parity.verdict(
    "ink in the dark pixels of each scan",
    torch_side.to_numpy(ink_torch),
    tf_side.to_numpy(ink_tf),
    atol=1e-5,
)

# %% [markdown]
# ## 1b.4 Who shares memory with whom
#
# A [view](glossary.md#view) is a second window on the same memory. A write through one shows in the other: useful when
# meant, a bug when not. PyTorch makes a view of a slice, of permuted axes, and of a reshape wherever strides can describe
# it. What is picked by a list or a mask is always copied.
#
# **Predict.** Six tensors are made from `x`: one scan `x[0]`, `x` reshaped, `x` transposed, `x` transposed and *then*
# reshaped, scans picked by a list, pixels picked by a mask. How many share memory with `x` in PyTorch?
#
# - **a** one
# - **b** two
# - **c** three
# - **d** four

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P1.3", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
x_torch = torch.tensor(digits.x_train[:5])
made_torch = {
    "x[0]": x_torch[0],
    "x reshaped": x_torch.reshape(-1),
    "x transposed": x_torch.permute(2, 1, 0),
    "x transposed, then reshaped": x_torch.permute(2, 1, 0).reshape(-1),
    "scans picked by a list": x_torch[[0, 3, 1]],
    "pixels picked by a mask": x_torch[x_torch > 0.5],
}
shares_torch = {}
for name, other in made_torch.items():
    shares_torch[name] = np.shares_memory(x_torch.numpy(), other.numpy())

# %% tags=["tf"]
# TensorFlow
with tf.device("/CPU:0"):
    x_tf = tf.constant(digits.x_train[:5])
    made_tf = {
        "x[0]": x_tf[0],
        "x reshaped": tf.reshape(x_tf, [-1]),
        "x transposed": tf.transpose(x_tf),
        "x transposed, then reshaped": tf.reshape(tf.transpose(x_tf), [-1]),
        "scans picked by a list": tf.gather(x_tf, [0, 3, 1]),
        "pixels picked by a mask": x_tf[x_tf > 0.5],
    }
shares_tf = {}
for name, other in made_tf.items():
    shares_tf[name] = np.shares_memory(np.asarray(x_tf), np.asarray(other))

# %% tags=["verdict", "folded"]
# Folded: which option came true, the table, and whether the numbers are the same.
count = sum(shares_torch.values())
options = {"a": count == 1, "b": count == 2, "c": count == 3, "d": count == 4}
exercises.outcome("P1.3", exercises.first_true(options))
shared = {}
for name in made_torch:
    shared[name] = (tables.memory(shares_torch[name]), tables.memory(shares_tf[name]))
tables.table("x and ...", shared)
found.update({f"x and {name}": both for name, both in shared.items()})
parity.verdict(
    "the six tensors, shared or not",
    {name: torch_side.to_numpy(other) for name, other in made_torch.items()},
    {name: tf_side.to_numpy(other) for name, other in made_tf.items()},
)

# %% [markdown]
# TensorFlow shares memory too, where it costs nothing, and never says so. Its ordinary functions never write into a tensor,
# so with them nobody can notice. In PyTorch you must know; `x.clone()` makes a copy.
#
# And NumPy's arrays? Both copy unless they are asked not to. PyTorch's word for sharing is `from_numpy`; TensorFlow takes
# an array's memory through [DLPack](glossary.md#dlpack), an agreement between array libraries: `__dlpack__` is the array's
# offer to lend. And `x.numpy()`? We call it twice and look whether both arrays lie in the same memory.

# %% tags=["torch"]
# PyTorch
source = np.ones(5, "float32")
copied = torch.tensor(source)
lent = torch.from_numpy(source)
numpy_torch = {
    "an array, given": np.shares_memory(source, copied.numpy()),
    "an array, lent": np.shares_memory(source, lent.numpy()),
    "x.numpy()": np.shares_memory(copied.numpy(), copied.numpy()),
}
print(numpy_torch)

# %% tags=["tf"]
# TensorFlow
source = np.ones(5, "float32")
with tf.device("/CPU:0"):
    copied = tf.constant(source)
    lent = tf.experimental.dlpack.from_dlpack(source.__dlpack__())
numpy_tf = {
    "an array, given": np.shares_memory(source, np.asarray(copied)),
    "an array, lent": np.shares_memory(source, np.asarray(lent)),
    "x.numpy()": np.shares_memory(copied.numpy(), copied.numpy()),
}
print(numpy_tf)

# %% tags=["verdict", "folded"]
# Folded: where the two agree, and where not.
given = "an array, given"
lent = "an array, lent"
parity.verdict("an array that is given is copied", numpy_torch[given], numpy_tf[given])
parity.verdict("an array that is lent is shared", numpy_torch[lent], numpy_tf[lent])
parity.differ("x.numpy() shares", numpy_torch["x.numpy()"], numpy_tf["x.numpy()"])
for name in numpy_torch:
    found[name] = (tables.memory(numpy_torch[name]), tables.memory(numpy_tf[name]))

# %% [markdown]
# So `x.numpy()` is a window in PyTorch and a copy in TensorFlow.

# %% [markdown]
# ## 1b.5 Changing numbers
#
# PyTorch writes into tensors ([in place](glossary.md#in-place-mutation)): by assignment, by `+=`, and by each method
# whose name ends in `_`. TensorFlow computes new ones, here with `tensor_scatter_nd_update`, which takes places and
# numbers. Look at who else changes: `alias`, a second name, and `first`, a slice.

# %% tags=["torch"]
# PyTorch
x_torch = torch.tensor([1.0, 2.0, 3.0])
alias_torch = x_torch
first = x_torch[0]
try:
    x_torch[1] = 20.0
    write_torch = "done"
except TypeError as error:
    write_torch = "refused"
    print(error)
x_torch += 1
x_torch.mul_(10)
print("x", x_torch, "alias", alias_torch, "first", first)

# %% tags=["tf"]
# TensorFlow
x_tf = tf.constant([1.0, 2.0, 3.0])
alias_tf = x_tf
first = x_tf[0]
try:
    x_tf[1] = 20.0
    write_tf = "done"
except TypeError as error:
    write_tf = "refused"
    print(error)
x_tf = tf.tensor_scatter_nd_update(x_tf, [[1]], [20.0])  # a new tensor, the old name
x_tf += 1  # another new one
x_tf *= 10
print("x", x_tf, "alias", alias_tf, "first", first)

# %% tags=["verdict", "folded"]
# Folded: compares x, and the second name, after the same changes.
now_torch = torch_side.to_numpy(x_torch)
now_tf = tf_side.to_numpy(x_tf)
second_torch = torch_side.to_numpy(alias_torch)
second_tf = tf_side.to_numpy(alias_tf)
parity.verdict("x after the same changes", now_torch, now_tf)
parity.differ("the alias", second_torch, second_tf)
found["x[1] = 20.0"] = (write_torch, write_tf)
found["y = x, then x += 1"] = (
    tables.alias(second_torch, now_torch),
    tables.alias(second_tf, now_tf),
)

# %% [markdown]
# `+=` looks the same and is not: in PyTorch it writes into memory that others see, in TensorFlow it gives the name `x` to
# a new tensor.
#
# What must change in TensorFlow, such as the weights of a model, is a [variable](glossary.md#variable). It has its own
# words for writing: `assign`, `assign_add`.

# %% tags=["torch"]
# PyTorch
weight_torch = torch.tensor([1.0, 2.0, 3.0])
weight_torch[1] = 20.0
weight_torch += 1
weight_torch *= 10
print(weight_torch)

# %% tags=["tf"]
# TensorFlow
weight_tf = tf.Variable([1.0, 2.0, 3.0])
weight_tf[1].assign(20.0)
weight_tf.assign_add(tf.ones(3))
weight_tf.assign(weight_tf * 10)
print(weight_tf.numpy())

# %% tags=["verdict", "folded"]
# Folded: compares the tensor and the variable.
parity.verdict(
    "weights, changed in place",
    torch_side.to_numpy(weight_torch),
    tf_side.to_numpy(weight_tf),
)

# %% [markdown]
# ### Exercise 1.3: rows that are named twice (4 minutes)
#
# The TensorFlow function below adds rows to a table. A row may be named more than once; then all its updates count. (Its
# `rows[:, None]` makes a column of the row numbers, as TensorFlow wants them here.)
#
# **Port it to PyTorch.** `x` is (n, d), `rows` holds m integers, `updates` is (m, d); the numbers are float64. Your
# function returns the new table and leaves `x` as it is. The check compares values, and the gradients that reach `x` and
# `updates`.


# %% tags=["exercise"]
def add_rows_tf(x, rows, updates):
    return tf.tensor_scatter_nd_add(x, rows[:, None], updates)


answer = ...  # a function of x, rows and updates


# solution
# y[rows] += updates would keep one sum only for a row that is named twice
def answer(x, rows, updates):
    return x.index_add(0, rows, updates)


# wrong: named twice
def answer(x, rows, updates):
    y = x.clone()
    y[rows] += updates
    return y


# wrong: replaced
def answer(x, rows, updates):
    y = x.clone()
    y[rows] = updates
    return y


# wrong: in-place operation
def answer(x, rows, updates):
    return x.index_add_(0, rows, updates)


# wrong: x itself has changed
def answer(x, rows, updates):
    y = x.index_add(0, rows, updates)
    x.data = y.detach()
    return y


# %% tags=["check"]
exercises.check("1.3", answer)

# %% [markdown]
# ## 1b.6 The tensor that nobody can change
#
# `target` is a TensorFlow tensor: no assignment, no `+=` that writes. `torch.from_dlpack(target)` makes a PyTorch tensor of
# it, and we assign 99 to the first number of that one.
#
# **Predict.** What does `target` hold then?
#
# - **a** its old numbers: PyTorch got a copy
# - **b** the 99
# - **c** its old numbers: the write is refused

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P1.4", guess, among=["a", "b", "c"])

# %% tags=["taught"]
with tf.device("/CPU:0"):
    target = tf.constant([1.0, 2.0, 3.0])
try:
    window = torch.from_dlpack(target)
    window[0] = 99.0
    write = "done"
except (RuntimeError, BufferError) as error:
    write = "refused"
    print(error)
print(target)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
options = {"c": write == "refused", "b": target[0] == 99, "a": target[0] == 1}
exercises.outcome("P1.4", exercises.first_true(options))

# %% [markdown]
# So *immutable* means: TensorFlow's ordinary functions offer no way to write. It does not lock the memory. Whoever lends a
# tensor to another library must not write there, or must hand over a copy.

# %% [markdown]
# ## 1b.7 Quiz

# %%
exercises.quiz("01b")

# %% [markdown]
# ## 1b.8 Verdicts
#
# This lesson judges no claim. The table has what its cells found out.

# %%
claims.close("01b")

# %% tags=["folded"]
# Folded: shows what was found, and on how much of it the frameworks agree.
tables.agreement(found)

# %% [markdown]
# ## 1b.9 Summary and further reading
#
# - PyTorch: a window (offset, shape, strides) on memory that others may share. Writes happen in place.
# - TensorFlow: a value; what changes is a variable. It shares memory where no TensorFlow code could tell.
# - Permute, never reshape, to change a layout.
# - Slices and reshapes are views where strides allow it; lists and masks copy.
# - Lend no TensorFlow tensor to code that writes.
#
# Further reading: PyTorch's notes on [views](https://docs.pytorch.org/docs/stable/tensor_view.html), TensorFlow's [guide
# to variables](https://www.tensorflow.org/guide/variable). Next: [devices and random
# numbers](01c_devices_and_random_numbers.ipynb).
