# %% [markdown]
# # 1. Tensors
#
# A PyTorch tensor is a window on memory, a TensorFlow tensor is a value: nearly every difference in this chapter follows,
# and one experiment shows where even the value gives way.
#
# > **Minutes**: 45 &nbsp; **Needs**: chapter 0, and NumPy arrays
# >
# > **You will be able to**
# > - say which dtype and shape a line of tensor code gives, or that it is refused
# > - explain with strides why transposing costs nothing in PyTorch, and why reshaping in its place ruins a picture
# > - tell whose numbers a write changes, before it happens
# > - move arrays between NumPy, PyTorch and TensorFlow, with a copy or without
# > - get the same random numbers on both sides
# >
# > **Claims tested**: C09, C23b

# %% tags=["setup"]
from helpers import session
session.start("01")
import operator
import numpy as np
from helpers import claims, data, exercises, parity, plots, show

# %% tags=["torch", "setup"]
import torch
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

found = {}  # {topic: (what PyTorch did, what TensorFlow did)}; the sections fill it, the last table shows it

def attempt(make):
    """What make() returns, or the name of the error that it raises: here a refusal is a finding, not a failure."""
    try:
        return make()
    except Exception as error:
        return type(error).__name__


# %% [markdown]
# ## 1.1 From one number to a batch of pictures
#
# A [tensor](glossary.md#tensor) is an array of numbers with a [shape](glossary.md#shape), one
# [dtype](glossary.md#dtype), and a [device](glossary.md#device) that holds it. Its number of axes is its
# [rank](glossary.md#rank).
#
# Our numbers are scans of handwritten digits, 8×8 pixels, from 0 (paper) to 1 (ink). To get to four axes we print three
# versions of a digit on top of each other, in cyan, magenta and yellow. Where all three put ink the print is black, where
# they disagree a color shows. Such a print is a picture with three planes, and 16 of them make a
# [batch](glossary.md#batch).

# %%
digits = data.digits()
shuffled = np.random.default_rng(seed).permutation
versions = [shuffled(np.flatnonzero(digits.y_train == k % 10))[:3] for k in range(16)]
pictures = digits.x_train[np.array(versions)]  # axes: picture, plane, row, column
ladder = {"pixel": pictures[3, 0, 5, 3], "row": pictures[3, 0, 5], "scan": pictures[3, 0],
          "print": pictures[3], "batch": pictures}
canvas = np.full((2, 8, 8), np.nan)
canvas[0, 5, 3], canvas[1, 5] = ladder["pixel"], ladder["row"]
sheets = np.ones((20, 20, 3))
for k in range(3):  # plane k takes away red, green or blue: it is seen as cyan, magenta or yellow
    sheets[6 * k:6 * k + 8, 6 * k:6 * k + 8, k] -= pictures[3, k]
framed = np.pad(1 - pictures, [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=1)
mosaic = framed.reshape(4, 4, 3, 10, 10).transpose(0, 3, 1, 4, 2).reshape(40, 40, 3)
fig, axes = plots.figure(1, 5, width=10, height=2.6)
for ax, (name, numbers), picture in zip(axes, ladder.items(), [*canvas, ladder["scan"], sheets, mosaic]):
    ax.imshow(picture, vmin=0, vmax=1, cmap="gray_r")
    ax.set(xticks=[], yticks=[], title=f"{name}\n{np.ndim(numbers)}-D {np.shape(numbers)}")
    ax.spines[:].set_visible(True)
plots.show(fig, alt="A pixel, its row of eight, the scanned digit three that it is from, three versions of it "
                    "as cyan, magenta and yellow planes, and a batch of sixteen colored prints of digits.")

# %% tags=["torch"]
ladder_torch = {name: torch.tensor(numbers) for name, numbers in ladder.items()}
batch_torch = ladder_torch["batch"]
print(batch_torch.ndim, "axes,", batch_torch.numel(), "numbers")
print(batch_torch.shape, batch_torch.dtype, batch_torch.device)
ladder_torch["row"]

# %% tags=["tf"]
ladder_tf = {name: tf.constant(numbers) for name, numbers in ladder.items()}
batch_tf = ladder_tf["batch"]
print(batch_tf.ndim, "axes,", tf.size(batch_tf).numpy(), "numbers")
print(batch_tf.shape, batch_tf.dtype, batch_tf.device)
ladder_tf["row"]

# %% tags=["verdict"]
arrays_torch = {name: torch_side.to_numpy(tensor) for name, tensor in ladder_torch.items()}
arrays_tf = {name: tf_side.to_numpy(tensor) for name, tensor in ladder_tf.items()}
parity.verdict("tensors of 0 to 4 axes, shape, dtype and numbers", arrays_torch, arrays_tf)
found["axes of pixel, row, scan, print and batch"] = tuple(
    ", ".join(str(tensor.ndim) for tensor in both.values()) for both in (ladder_torch, ladder_tf))

# %% [markdown]
# ## 1.2 The dtype that comes out
#
# Nobody writes dtypes in every line, so two rules matter. Which dtype does a Python number, a NumPy number or a list get?
# And what happens when two dtypes meet ([promotion](glossary.md#dtype-promotion))? The cells below ask a dozen
# expressions.
#
# **Predict first.** The scans are stored as whole numbers from 0 to 16, one byte each (`uint8`). Their mean, says NumPy, is
# a fraction between 4 and 5. Does that fraction survive PyTorch's `x.mean()` and TensorFlow's `tf.reduce_mean(x)`: is it
# kept, is it lost, or is the call refused?

# %% tags=["predict"]
guess = ...  # PyTorch first, then TensorFlow: one of the five below
exercises.predict("1.1", guess, among=["kept, kept", "lost, lost", "lost, refused", "refused, lost", "refused, refused"])

# %% tags=["torch"]
bytes_torch = torch.tensor((digits.x_train * 16).astype("uint8"))
mean_torch = attempt(lambda: bytes_torch.mean())
i_torch, f_torch, d_torch = torch.tensor([2]), torch.tensor([0.5]), torch.tensor([0.5], dtype=torch.float64)
made_torch = {
    "from 2": i_torch,
    "from 0.5": f_torch,
    "from np.float64(0.5)": torch.tensor(np.float64(0.5)),
    "from np.array([2])": torch.tensor(np.array([2])),
    "integers / integers": i_torch / i_torch,
    "sum of uint8": bytes_torch.sum(),
    "integers + 0.5": attempt(lambda: i_torch + 0.5),
    "integers + float32": attempt(lambda: i_torch + f_torch),
    "int32 + int64": attempt(lambda: i_torch.to(torch.int32) + i_torch.to(torch.int64)),
    "float32 + float64": attempt(lambda: f_torch + d_torch),
    "float32 + np.float64(0.5)": attempt(lambda: f_torch + np.float64(0.5)),
    "integers + np.float64(0.5)": attempt(lambda: i_torch + np.float64(0.5)),
}

# %% tags=["tf"]
bytes_tf = tf.constant((digits.x_train * 16).astype("uint8"))
mean_tf = attempt(lambda: tf.reduce_mean(bytes_tf))
i_tf, f_tf, d_tf = tf.constant([2]), tf.constant([0.5]), tf.constant([0.5], dtype=tf.float64)
made_tf = {
    "from 2": i_tf,
    "from 0.5": f_tf,
    "from np.float64(0.5)": tf.constant(np.float64(0.5)),
    "from np.array([2])": tf.constant(np.array([2])),
    "integers / integers": i_tf / i_tf,
    "sum of uint8": tf.reduce_sum(bytes_tf),
    "integers + 0.5": attempt(lambda: i_tf + 0.5),
    "integers + float32": attempt(lambda: i_tf + f_tf),
    "int32 + int64": attempt(lambda: tf.cast(i_tf, tf.int32) + tf.cast(i_tf, tf.int64)),
    "float32 + float64": attempt(lambda: f_tf + d_tf),
    "float32 + np.float64(0.5)": attempt(lambda: f_tf + np.float64(0.5)),
    "integers + np.float64(0.5)": attempt(lambda: i_tf + np.float64(0.5)),
}

# %% tags=["verdict"]
def in_words(made, side):
    """dtype and numbers of a tensor, or that it was refused."""
    if isinstance(made, str):
        return f"refused ({made})"
    array = side.to_numpy(made)
    return f"{array.dtype}: {array.tolist()}"

dtypes = {case: (in_words(made_torch[case], torch_side), in_words(made_tf[case], tf_side)) for case in made_torch}
found.update(dtypes)
show.table(["expression", "PyTorch", "TensorFlow"], [(case, *both) for case, both in dtypes.items()])
found["mean of uint8"] = (in_words(mean_torch, torch_side), in_words(mean_tf, tf_side))
true_mean = (digits.x_train * 16).mean()
said = ["refused" if isinstance(mean, str) else "kept" if abs(float(mean) - true_mean) < 0.01 else "lost"
        for mean in (mean_torch, mean_tf)]
exercises.outcome("1.1", ", ".join(said))

# %% [markdown]
# PyTorch promotes; TensorFlow refuses until you write `tf.cast`. Its exceptions are the danger: bytes are summed in a byte
# and wrap around, and NumPy's 0.5 was cut to the tensor's dtype, so 0 was added. Turn pixels into floats first.
#
# ## 1.3 Broadcasting, indexing and rows of unequal length
#
# [Broadcasting](glossary.md#broadcasting) is NumPy's in both: shapes are aligned at the right, and an axis of length 1, or
# a missing one, is stretched. Indexing is not: PyTorch takes lists in brackets, TensorFlow wants `tf.gather`.
#
# A mask picks more pixels from some scans than from others. Such rows are kept as one long row and the places where each
# begins: a [ragged tensor](glossary.md#ragged-tensor), or [nested](glossary.md#nested-tensor) in PyTorch.

# %% tags=["torch"]
scans_torch = torch.tensor(digits.x_train[:100 if fast else 1000])
results_torch = {
    "without the mean scan": scans_torch - scans_torch.mean(dim=0),  # (100, 8, 8) - (8, 8)
    "darkest pixel becomes 1": scans_torch / scans_torch.amax(dim=(1, 2), keepdim=True),  # (100, 8, 8) / (100, 1, 1)
    "a corner of each": scans_torch[:, :2, -1],
    "the fourth and the first": scans_torch[[3, 0]],
    "mirrored": scans_torch.flip(2),
    "dark pixels": scans_torch[scans_torch > 0.5],
}
single_torch = scans_torch[[1]]
backward_torch = attempt(lambda: scans_torch[:, :, ::-1])

rows_torch = torch.nested.nested_tensor([scan[scan > 0.5] for scan in scans_torch], layout=torch.jagged)
results_torch["ink in dark pixels"] = rows_torch.sum(dim=1)
print(rows_torch.shape, "holds", rows_torch.values().shape, "numbers; rows begin at", rows_torch.offsets()[:4])

# %% tags=["tf"]
scans_tf = tf.constant(digits.x_train[:100 if fast else 1000])
results_tf = {
    "without the mean scan": scans_tf - tf.reduce_mean(scans_tf, axis=0),
    "darkest pixel becomes 1": scans_tf / tf.reduce_max(scans_tf, axis=(1, 2), keepdims=True),
    "a corner of each": scans_tf[:, :2, -1],
    "the fourth and the first": tf.gather(scans_tf, [3, 0]),  # scans_tf[[3, 0]] is scans_tf[3, 0], one row
    "mirrored": scans_tf[:, :, ::-1],
    "dark pixels": scans_tf[scans_tf > 0.5],
}
single_tf = scans_tf[[1]]
backward_tf = attempt(lambda: scans_tf[:, :, ::-1])

rows_tf = tf.ragged.stack([scan[scan > 0.5] for scan in scans_tf])
results_tf["ink in dark pixels"] = tf.reduce_sum(rows_tf, axis=1)
print(rows_tf.shape, "holds", rows_tf.values.shape, "numbers; rows begin at", rows_tf.row_splits[:4])

# %% tags=["verdict"]
plain_torch = {name: torch_side.to_numpy(result) for name, result in results_torch.items()}
plain_tf = {name: tf_side.to_numpy(result) for name, result in results_tf.items()}
parity.verdict("broadcast, sliced, picked and masked scans", plain_torch, plain_tf, atol=1e-5)
parity.verdict("the places where the rows begin", torch_side.to_numpy(rows_torch.offsets()).astype(int),
               tf_side.to_numpy(rows_tf.row_splits).astype(int))
parity.differ("x[[1]]", torch_side.to_numpy(single_torch), tf_side.to_numpy(single_tf))
found["shape of x[[1]], x a batch of 8×8 scans"] = (str(tuple(single_torch.shape)), str(tuple(single_tf.shape)))
found["x[:, :, ::-1]"] = tuple(f"refused ({made})" if isinstance(made, str) else "mirrors x"
                               for made in (backward_torch, backward_tf))

# %% [markdown]
# `x[[1]]` is the difference that bites: no error, another shape. TensorFlow drops the list's brackets: `x[[1]]` is `x[1]`,
# and `x[[3, 0]]` is `x[3, 0]`. And PyTorch refuses `::-1`, which TensorFlow allows. The next section tells why.
#
# ## 1.4 Layout and strides
#
# Memory is one long row. A PyTorch tensor finds a number in it by its [strides](glossary.md#stride): how far to move for
# one step along each axis. They cannot be negative, hence no `::-1`.
#
# PyTorch's convolutions want pictures as NCHW (batch, channels, height, width), TensorFlow's as NHWC. To go from one
# [layout](glossary.md#layout) to the other, axes must be permuted. A reshape gives the right shape too, and the wrong
# picture.

# %% tags=["torch"]
nchw_torch = torch.tensor(pictures)
nhwc_torch = nchw_torch.permute(0, 2, 3, 1)
wrong_torch = nchw_torch.reshape(16, 8, 8, 3)
print("NCHW   ", tuple(nchw_torch.shape), "strides", nchw_torch.stride())
print("NHWC   ", tuple(nhwc_torch.shape), "strides", nhwc_torch.stride())
print("reshape", tuple(wrong_torch.shape), "strides", wrong_torch.stride())
last_torch = nchw_torch.contiguous(memory_format=torch.channels_last)  # a copy: NCHW's shape, NHWC's order in memory
print("NCHW, channels last", tuple(last_torch.shape), "strides", last_torch.stride())
unmoved_torch = nhwc_torch.data_ptr() == nchw_torch.data_ptr()

kernel = np.random.default_rng(seed).integers(-2, 3, size=(5, 3, 3, 3)).astype("float32")
kernel_torch = torch.tensor(kernel)  # (out, in, height, width)
maps_torch = torch.nn.functional.conv2d(nchw_torch, kernel_torch)

# %% tags=["tf"]
with tf.device("/CPU:0"):
    nchw_tf = tf.constant(pictures)
    nhwc_tf = tf.transpose(nchw_tf, (0, 2, 3, 1))
    wrong_tf = tf.reshape(nchw_tf, (16, 8, 8, 3))
print("NCHW   ", tuple(nchw_tf.shape))
print("NHWC   ", tuple(nhwc_tf.shape))
print("reshape", tuple(wrong_tf.shape), "- strides are not part of TensorFlow's tensors")
unmoved_tf = np.shares_memory(np.asarray(nhwc_tf), np.asarray(nchw_tf))

kernel = np.random.default_rng(seed).integers(-2, 3, size=(5, 3, 3, 3)).astype("float32")
kernel_tf = tf.transpose(tf.constant(kernel), (2, 3, 1, 0))  # (height, width, in, out)
maps_tf = tf.nn.conv2d(nhwc_tf, kernel_tf, strides=1, padding="VALID")

# %% tags=["verdict"]
right, wrong = torch_side.to_numpy(nhwc_torch), torch_side.to_numpy(wrong_torch)
parity.verdict("pictures as NHWC", right, tf_side.to_numpy(nhwc_tf))
parity.differ("reshape in place of permute", wrong, right)
parity.verdict("convolution in NCHW and in NHWC", torch_side.to_numpy(maps_torch.permute(0, 2, 3, 1)),
               tf_side.to_numpy(maps_tf), atol=1e-5)
found["permuting the axes"] = tuple("moves no number" if unmoved else "makes a new tensor"
                                    for unmoved in (unmoved_torch, unmoved_tf))
found["shape of the pictures that a convolution takes"] = (str(tuple(nchw_torch.shape)), str(tuple(nhwc_tf.shape)))
found["axes of a convolution's kernel"] = (str(tuple(kernel_torch.shape)), str(tuple(kernel_tf.shape)))

# %%
toy = torch.arange(12).reshape(3, 2, 2)  # 3 planes of 2×2 pixels; each number tells its own place in memory
ways = {"permute(1, 2, 0)": (toy.permute(1, 2, 0), nhwc_torch[3]),
        "reshape(2, 2, 3)": (toy.reshape(2, 2, 3), wrong_torch[3])}
fig, axes = plots.figure(2, 2, width=9, height=4.6)
for (walk, photo), (name, (view, picture)) in zip(axes, ways.items()):
    for k, place in enumerate(view.flatten().tolist()):
        ink, to = ["#00A0C6", "#D6248F", "#E3B505"][place // 4], k + (k // 3 - 1.5) * 0.5
        walk.plot([place, to], [1, 0], color=ink, marker="s", markersize=14, linewidth=1.3)
        walk.text(place, 1, place, ha="center", va="center", fontsize=8)
    for pixel in range(4):
        walk.text(pixel * 3.5 + 0.25, -0.4, f"pixel {divmod(pixel, 2)}", ha="center", fontsize=8)
    walk.text(-1.1, 1, "memory", ha="right", va="center")
    walk.text(-1.6, 0, "as read", ha="right", va="center")
    walk.set(xlim=(-4.5, 12.7), ylim=(-0.6, 1.3), title=f"{name}: strides {view.stride()}")
    walk.set_axis_off()
    photo.imshow(1 - picture.numpy())
    photo.set(xticks=[], yticks=[], title=f"a picture of the batch, by {name.split('(')[0]}")
    photo.spines[:].set_visible(True)
plots.show(fig, alt="Above, permute: reading hops through memory, each pixel gets a cyan, a magenta and a yellow "
                    "number, and the digit is whole. Below, reshape: reading runs straight on, and it is torn.")

# %% [markdown]
# Above, each pixel collects its three inks from three far places: that is what the permuted view's strides say. Below,
# memory is read straight on, so the first pixel gets three cyans.
#
# ## 1.5 Who shares memory with whom
#
# A [view](glossary.md#view) is a second window on the same memory. A write through one shows in the other, which is useful
# when meant and a bug when not.
#
# **Predict first.** PyTorch makes six tensors from `x`: one scan `x[0]`, `x` reshaped, `x` transposed, `x` transposed and
# then reshaped, scans picked by a list, pixels picked by a mask. How many share memory with `x`? Ask of each whether an
# offset and strides can describe it.

# %% tags=["predict"]
guess = ...  # a whole number from 1 to 6
exercises.predict("1.2", guess, among=[1, 2, 3, 4, 5, 6])

# %% tags=["torch"]
source = digits.x_train[:5].copy()
x_torch = torch.from_numpy(source)
kin_torch = {
    "x and x[0]": x_torch[0],
    "x and x reshaped": x_torch.reshape(-1),
    "x and x transposed": x_torch.permute(2, 1, 0),
    "x and x transposed, then reshaped": x_torch.permute(2, 1, 0).reshape(-1),
    "x and scans picked by a list": x_torch[[0, 2]],
    "x and pixels picked by a mask": x_torch[x_torch > 0.5],
}
shares_torch = {name: np.shares_memory(x_torch.numpy(), kin.numpy()) for name, kin in kin_torch.items()}
shares_torch["x and its array, made as usual"] = np.shares_memory(source, torch.tensor(source).numpy())
shares_torch["x and its array, asked to share"] = np.shares_memory(source, torch.from_numpy(source).numpy())
shares_torch["x and x.numpy()"] = x_torch.numpy().ctypes.data == x_torch.data_ptr()

# %% tags=["tf"]
source = digits.x_train[:5].copy()
with tf.device("/CPU:0"):
    x_tf = tf.constant(source)
    kin_tf = {
        "x and x[0]": x_tf[0],
        "x and x reshaped": tf.reshape(x_tf, [-1]),
        "x and x transposed": tf.transpose(x_tf),
        "x and x transposed, then reshaped": tf.reshape(tf.transpose(x_tf), [-1]),
        "x and scans picked by a list": tf.gather(x_tf, [0, 2]),
        "x and pixels picked by a mask": x_tf[x_tf > 0.5],
    }
window = np.asarray(x_tf)  # not a copy: NumPy looks at the tensor's memory, and may only read it
shares_tf = {name: np.shares_memory(window, np.asarray(kin)) for name, kin in kin_tf.items()}
shares_tf["x and its array, made as usual"] = np.shares_memory(source, window)
lent = tf.experimental.dlpack.from_dlpack(source.__dlpack__())
shares_tf["x and its array, asked to share"] = np.shares_memory(source, np.asarray(lent))
shares_tf["x and x.numpy()"] = np.shares_memory(window, x_tf.numpy())

# %% tags=["verdict"]
words = {True: "the same memory", False: "a copy"}
shared = {name: (words[shares_torch[name]], words[shares_tf[name]]) for name in shares_torch}
found.update(shared)
show.table(["", "PyTorch", "TensorFlow"], [(name, *both) for name, both in shared.items()])
exercises.outcome("1.2", sum(shares_torch[name] for name in kin_torch))
parity.verdict("the six tensors, shared or not", {name: torch_side.to_numpy(kin) for name, kin in kin_torch.items()},
               {name: tf_side.to_numpy(kin) for name, kin in kin_tf.items()})

# %% [markdown]
# TensorFlow shares memory too, where it costs nothing, and never says so: no one can write to a tensor, so no one can
# notice. PyTorch shares whenever strides can describe the result, and you must know it. `x.clone()` makes a copy.
#
# ## 1.6 Changing numbers
#
# PyTorch writes into tensors ([in-place](glossary.md#in-place-mutation)). TensorFlow computes new ones; what must change,
# such as weights, is a [variable](glossary.md#variable).
#
# **Predict first.** `target` is a TensorFlow tensor. [DLPack](glossary.md#dlpack), an agreement between array libraries,
# hands its memory to PyTorch without a copy. PyTorch writes 99 there. What does `target` hold?

# %% tags=["predict"]
guess = ...  # one of the three below
exercises.predict("1.3", guess, among=["its old numbers", "the 99", "the write is refused"])

# %% tags=["torch"]
x_torch = torch.tensor([1.0, 2.0, 3.0])
first_torch, alias_torch = x_torch[0], x_torch
write_torch = attempt(lambda: operator.setitem(x_torch, 1, 20.0))  # x_torch[1] = 20.0
x_torch += 1  # in place
x_torch.mul_(10)  # so is every method whose name ends in _
print("x    ", x_torch)
print("alias", alias_torch)
print("first", first_torch)

# %% tags=["tf"]
with tf.device("/CPU:0"):
    x_tf = tf.constant([1.0, 2.0, 3.0])
    first_tf, alias_tf = x_tf[0], x_tf
    write_tf = attempt(lambda: operator.setitem(x_tf, 1, 20.0))  # x_tf[1] = 20.0
    x_tf = tf.tensor_scatter_nd_update(x_tf, [[1]], [20.0])  # a new tensor under the old name
    x_tf += 1  # another one
    x_tf *= 10
weight_tf = tf.Variable([1.0, 2.0, 3.0])
weight_tf[1].assign(20.0)
weight_tf.assign_add(tf.ones(3))
weight_tf.assign(weight_tf * 10)
print("x    ", x_tf)
print("alias", alias_tf)
print("first", first_tf)

# %% tags=["verdict"]
parity.verdict("x after the same changes", torch_side.to_numpy(x_torch), tf_side.to_numpy(x_tf))
parity.verdict("the variable", torch_side.to_numpy(x_torch), tf_side.to_numpy(weight_tf))
parity.differ("the alias", torch_side.to_numpy(alias_torch), tf_side.to_numpy(alias_tf))
found["x[1] = 20.0"] = tuple("done" if write is None else f"refused ({write})" for write in (write_torch, write_tf))
found["y = x, then x += 1"] = tuple("y changes too" if float(alias[0]) == float(x[0]) else "y keeps its numbers"
                                    for alias, x in ((alias_torch, x_torch), (alias_tf, x_tf)))

with tf.device("/CPU:0"):
    target = tf.constant([1.0, 2.0, 3.0])
written = attempt(lambda: operator.setitem(torch.from_dlpack(target), 0, 99.0))
print("target", target)
exercises.outcome("1.3", exercises.first_true({"the write is refused": written is not None, "the 99": target[0] == 99,
                                               "its old numbers": target[0] == 1}))

# %% [markdown]
# So immutable means: TensorFlow offers no way to write. It does not lock the memory. Whoever shares memory across
# frameworks must not write there, or must hand over a copy.
#
# ## 1.7 Where a tensor lives, and when code runs
#
# PyTorch makes a tensor on the CPU unless told otherwise, and moves it with `.to(device)`. TensorFlow puts it on a GPU if
# it sees one. Without a GPU both stay on the [host](glossary.md#host), and a move is no move: the cells show what your
# machine does.
#
# The same cells run a plain Python `while` on a tensor and look at each value on the way, which works only if no framework
# puts its work off ([eager execution](glossary.md#eager-execution)).

# %% tags=["torch"]
fresh_torch = torch.ones(3)
moved_torch = fresh_torch.to(torch_side.device(device))
print("fresh", fresh_torch.device)
print("moved", moved_torch.device, "(the same tensor)" if moved_torch is fresh_torch else "(another tensor)")
absent_torch = attempt(lambda: torch.ones(3, device="cuda:99"))  # no machine has that one

def collatz_torch(n):
    path = [int(n)]
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        path.append(int(n))
    return path

path_torch = collatz_torch(torch.tensor(6))

# %% tags=["tf"]
fresh_tf = tf.ones(3)
with tf.device(tf_side.device(device)):
    moved_tf = tf.identity(fresh_tf)
print("fresh", fresh_tf.device)
print("moved", moved_tf.device, "(the same tensor)" if moved_tf is fresh_tf else "(another tensor)")
with tf.device("/GPU:99"):
    absent_tf = attempt(lambda: tf.ones(3))

def collatz_tf(n):
    path = [int(n)]
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        path.append(int(n))
    return path

path_tf = collatz_tf(tf.constant(6))

# %% tags=["verdict"]
parity.verdict("what came back from the device", torch_side.to_numpy(moved_torch), tf_side.to_numpy(moved_tf))
same_code = collatz_torch.__code__.co_code == collatz_tf.__code__.co_code  # the compiled bodies
claims.verdict("C09", {"the same Python while and if ran on both": same_code and path_torch == path_tf,
                       "PyTorch took x[1] = 20.0": write_torch is None, "TensorFlow refused it": write_tf is not None},
               f"while and if compile to {'the same' if same_code else 'different'} Python code in both; assigning to an "
               f"item: PyTorch {write_torch or 'does it'}, TensorFlow {write_tf or 'does it'}")
all_ranks = all(tensor.ndim == k for both in (ladder_torch, ladder_tf) for k, tensor in enumerate(both.values()))
deferred = not (tf.executing_eagerly() and path_torch == path_tf)
axes = [", ".join(str(tensor.ndim) for tensor in both.values()) for both in (ladder_torch, ladder_tf)]
claims.verdict("C23b", {"both work on tensors": all_ranks, "different execution by default": deferred},
               f"Tensors of {axes[0]} axes in PyTorch, of {axes[1]} in TensorFlow; values were ready at every line in "
               f"{'PyTorch only' if deferred else 'both'}.")
found["asking for a GPU that is not there"] = tuple("refused" if isinstance(made, str) else "runs elsewhere, silently"
                                                    for made in (absent_torch, absent_tf))

# %% [markdown]
# ## 1.8 Random numbers
#
# A [random generator](glossary.md#random-generator) starts from a [seed](glossary.md#seed) and has a state that each draw
# moves. The same seed repeats the numbers within a framework; across frameworks it promises nothing, since the algorithms
# differ.
#
# TensorFlow also has stateless functions: the key goes in with each call and nothing moves. PyTorch's users make a fresh
# generator with the key as its seed.
#
# To have the same numbers in both, draw once with NumPy and hand the array to each. This course does so everywhere.

# %% tags=["torch"]
torch.manual_seed(seed)
first_torch, second_torch = torch.rand(4), torch.rand(4)
torch.manual_seed(seed)
again_torch = torch.rand(4)
own_torch = torch.rand(4, generator=torch.Generator().manual_seed(seed))
key_torch = [torch.rand(4, generator=torch.Generator().manual_seed(seed + 1)) for _ in range(2)]
common_torch = torch.tensor(np.random.default_rng(seed).random(4))
first_torch, second_torch

# %% tags=["tf"]
tf.random.set_seed(seed)
first_tf, second_tf = tf.random.uniform([4]), tf.random.uniform([4])
tf.random.set_seed(seed)
again_tf = tf.random.uniform([4])
own_tf = tf.random.Generator.from_seed(seed).uniform([4])
key_tf = [tf.random.stateless_uniform([4], seed=(seed, 1)) for _ in range(2)]
common_tf = tf.constant(np.random.default_rng(seed).random(4))
first_tf, second_tf

# %% tags=["verdict"]
parity.differ("the same seed", torch_side.to_numpy(first_torch), tf_side.to_numpy(first_tf), atol=1e-6)
parity.verdict("seeded again, PyTorch", torch_side.to_numpy(again_torch), torch_side.to_numpy(first_torch))
parity.verdict("seeded again, TensorFlow", tf_side.to_numpy(again_tf), tf_side.to_numpy(first_tf))
parity.verdict("one key, drawn twice, PyTorch", *map(torch_side.to_numpy, key_torch))
parity.verdict("one key, drawn twice, TensorFlow", *map(tf_side.to_numpy, key_tf))
parity.verdict("drawn once by NumPy", torch_side.to_numpy(common_torch), tf_side.to_numpy(common_tf))
bits = np.random.RandomState(seed).randint(0, 2**32, 4, dtype=np.uint32)  # NumPy's old generator, the Mersenne Twister
parity.verdict("PyTorch's numbers, foretold by NumPy", torch_side.to_numpy(first_torch),
               (bits & 0xFFFFFF).astype("float32") / 2**24)
own = (bool((own_torch == first_torch).all()), bool(tf.reduce_all(own_tf == first_tf)))
found["a generator of one's own, with the same seed"] = tuple("the global one's numbers" if same else "other numbers"
                                                             for same in own)

# %% [markdown]
# The last line is a bonus: on a CPU, PyTorch draws with the Mersenne Twister, as NumPy's old generator does, and keeps 24
# bits of each draw. TensorFlow uses another algorithm, Philox.
#
# ## 1.9 Exercises
#
# ### Exercise 1.1
#
# A convolution looks at all 3×3 patches of a picture. No number has to be copied for that: the 6×6 patches of the magenta
# plane (plane 1) of picture 0 are a view of `nchw_torch`. Work out its shape, strides and offset with pencil and paper, as
# `((6, 6, 3, 3), (?, ?, ?, ?), ?)`; axes are patch row, patch column, row and column in the patch. Then
# `torch.as_strided(nchw_torch, *answer)` shows them.

# %% tags=["exercise"]
answer = ...  # (shape, strides, offset)
# solution
# a plane holds 64 numbers, a row 8; one patch further and one pixel further are the same step
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

# %% tags=["check"]
exercises.check("1.1", answer)

# %% [markdown]
# ### Exercise 1.2
#
# **Port this cell to TensorFlow**, layout included: your function gets the batch as NHWC and returns NHWC. `gain` holds one
# number a channel. Two lines of the PyTorch version mean something else when they are translated word by word. The check
# compares values and gradients on random inputs.

# %% tags=["exercise"]
def standardize_torch(x, gain):  # x: (N, C, H, W), gain: (C,)
    mean = x.mean(dim=(0, 2, 3), keepdim=True)
    std = x.std(dim=(0, 2, 3), keepdim=True)
    return gain[:, None, None] * (x - mean) / std

answer = ...  # a function of (x, gain) with x: (N, H, W, C)
# solution
# channels come last, so mean, std and gain broadcast without None; PyTorch's std divides by n - 1
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
    mean = tf.reduce_mean(x, axis=(0, 2, 3), keepdims=True)
    std = tf.sqrt(tf.reduce_sum((x - mean) ** 2, axis=(0, 2, 3), keepdims=True) / (x.shape[0] * x.shape[2] * x.shape[3] - 1))
    return gain * (x - mean) / std
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
# wrong: no gradient reaches
def answer(x, gain):
    std = x.numpy().std(axis=(0, 1, 2), ddof=1)
    return tf.constant(gain.numpy() * (x.numpy() - x.numpy().mean(axis=(0, 1, 2))) / std)

# %% tags=["check"]
exercises.check("1.2", answer)

# %% [markdown]
# ### Exercise 1.3
#
# **Port this cell to PyTorch.** It adds rows to a table, as the gradient of an embedding does, and a row may be named more
# than once. Your function must leave `x` as it is.

# %% tags=["exercise"]
def add_rows_tf(x, rows, updates):  # x: (n, d), rows: (m,) integers, updates: (m, d)
    return tf.tensor_scatter_nd_add(x, rows[:, None], updates)

answer = ...  # a function of (x, rows, updates)
# solution
# y[rows] += updates would form all sums first and keep only one for a row that is named twice
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

# %% tags=["check"]
exercises.check("1.3", answer)

# %% [markdown]
# ### Exercise 1.4
#
# **Read digits with one subtraction.** Take the scans 100 to 199 of `digits.x_test`. For each, find the scan of
# `digits.x_train` with the smallest squared distance, and take its label from `digits.y_train`. No loop: broadcast
# (100, 1, 64) against (1415, 64), in either framework. The answer holds 100 labels. Nothing is trained here: compare
# with `digits.y_test[100:200]`.

# %% tags=["exercise"]
answer = ...  # a tensor or array of 100 labels
# solution
unknown = torch.tensor(digits.x_test[100:200]).flatten(1)
known = torch.tensor(digits.x_train).flatten(1)
distance = ((unknown[:, None] - known) ** 2).sum(dim=2)
answer = torch.tensor(digits.y_train)[distance.argmin(dim=1)]
print(f"{(answer.numpy() == digits.y_test[100:200]).mean():.0%} of the labels are right")
# wrong: not its label
squares = (digits.x_test[100:200].reshape(100, 1, 64) - digits.x_train.reshape(-1, 64)) ** 2
answer = tf.argmin(tf.reduce_sum(squares, axis=2), axis=1)
# wrong: along the other axis
squares = (digits.x_test[100:200].reshape(100, 1, 64) - digits.x_train.reshape(-1, 64)) ** 2
answer = digits.y_train[squares.sum(2).argmin(0)]
# wrong: farthest
squares = (digits.x_test[100:200].reshape(100, 1, 64) - digits.x_train.reshape(-1, 64)) ** 2
answer = digits.y_train[squares.sum(2).argmax(1)]
# wrong: true labels
answer = digits.y_test[100:200]
# wrong: without their signs
answer = digits.y_train[abs(digits.x_test[100:200].reshape(100, 1, 64) - digits.x_train.reshape(-1, 64)).sum(2).argmin(1)]
# wrong: cancel
answer = digits.y_train[(digits.x_test[100:200].reshape(100, 1, 64) - digits.x_train.reshape(-1, 64)).sum(2).argmin(1)]

# %% tags=["check"]
exercises.check("1.4", answer)

# %% [markdown]
# ## 1.10 Quiz
#
# Each option opens and says why it is right or wrong.

# %%
exercises.quiz("01")

# %% [markdown]
# ## 1.11 Verdicts
#
# First the chapter's claims, then all that its cells found out, in the order in which they ran.

# %%
claims.close("01")
agree = sum(torch_says == tf_says for torch_says, tf_says in found.values())
show.table(["what", "PyTorch", "TensorFlow", "agree"],
           [(what, *both, "yes" if both[0] == both[1] else "no") for what, both in found.items()],
           caption=f"What this run found: the frameworks agree on {agree} of {len(found)} points")

# %% [markdown]
# ## 1.12 Summary and further reading
#
# - Both frameworks compute on arrays with a shape, a dtype and a device, eagerly, and with the same numbers.
# - PyTorch: a window (offset, shape, strides) on memory that others may share; dtypes are promoted; writes happen in place.
# - TensorFlow: a value; dtypes must match; what changes is a variable. It shares memory only where nobody could tell.
# - Permute, never reshape, to change a layout. Turn bytes into floats first. Draw common random numbers with NumPy.
#
# Further: PyTorch's notes on [views](https://docs.pytorch.org/docs/stable/tensor_view.html) and
# [broadcasting](https://docs.pytorch.org/docs/stable/notes/broadcasting.html); TensorFlow's guides to
# [tensors](https://www.tensorflow.org/guide/tensor),
# [variables](https://www.tensorflow.org/guide/variable) and
# [random numbers](https://www.tensorflow.org/guide/random_numbers). Next:
# [train by hand](02a_train_by_hand.ipynb).
