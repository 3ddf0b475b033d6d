# %% [markdown]
# # 6e. A museum of differences: where is a pixel?
#
# The museum's third wing: pictures that are padded, shrunk and enlarged, and move by a pixel on the way.
#
# > **Minutes**: 28 · **Needs**: lesson 6c · **Claims tested**: none
# >
# > **You will be able to**
# > - say where a padded window begins (prediction P6.5)
# > - rebuild TensorFlow's "same" padding in PyTorch (exercise 6.3)
# > - bring a transposed convolution and a pooling layer over (verdict in 6e.2)
# > - resize a picture alike in both (exercise 6.8)
#
# `seed` draws other numbers in exhibit 7. `fast` and `device` change nothing: the exhibits are tiny and stay on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("06e")

from chapters.ch06 import figures
from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch.nn import functional as F

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

tf.config.set_visible_devices([], "GPU")  # the exhibits stay on the CPU

from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 6e.1 Where a window begins
#
# ### Exhibit 1: "same" padding
#
# A [convolution](glossary.md#convolution) over the numbers 0 to 7. The kernel (1, 0, 0) gives the first number of each
# window, so you see where each window begins. It has width 3 and stride 2, and the ends are
# [padded](glossary.md#padding) with zeros.
#
# **Predict.** PyTorch, with `padding=1`, gives 0, 1, 3, 5: its first window begins at the padding. What does TensorFlow
# give with `"SAME"`?
#
# - **a** 0, 1, 3, 5 as well
# - **b** 0, 2, 4, 6
# - **c** 1, 3, 5, 7

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P6.5", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
numbers = torch.arange(8.0).reshape(1, 1, 8)
kernel = torch.tensor([[[1.0, 0.0, 0.0]]])
windows_torch = F.conv1d(numbers, kernel, stride=2, padding=1).numpy().ravel()
padded = F.pad(numbers, (0, 1))
mended = F.conv1d(padded, kernel, stride=2).numpy().ravel()
print(windows_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
numbers = tf.reshape(tf.range(8.0), [1, 8, 1])
kernel = tf.constant([[[1.0]], [[0.0]], [[0.0]]])
windows = tf.nn.conv1d(numbers, kernel, stride=2, padding="SAME")
windows_tf = windows.numpy().ravel()
print(windows_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and where the windows begin.
begins = windows_tf.tolist()
options = {
    "a": begins == [0, 1, 3, 5],
    "b": begins == [0, 2, 4, 6],
    "c": begins == [1, 3, 5, 7],
}
exercises.outcome("P6.5", exercises.first_true(options))
parity.differ("padded convolution with stride 2", windows_torch, windows_tf)
parity.verdict("mended with pad(x, (0, 1))", mended, windows_tf)

# %% [markdown]
# One zero is enough here. TensorFlow puts an odd one at the end, PyTorch's `padding=1` puts one on both sides. With
# stride 2 this moves every window by one pixel, and a network trained the one way sees everything
# shifted by one pixel in the other.

# %% [markdown]
# ### Exercise 6.3: port "same" padding to PyTorch (6 minutes)
#
# Write `answer(x, kernel)` in PyTorch, such that it gives what `tf.nn.conv1d(x, kernel, stride=2, padding="SAME")` gives.
# Keep TensorFlow's layout outside: `x` is (batch, length, channels), `kernel` (width, channels in, channels out), the
# result (batch, length / 2, channels out). The length is even, the width 3.

# %% tags=["exercise"]
answer = ...  # a function of two PyTorch tensors


# solution
def answer(x, kernel):
    x = F.pad(x.permute(0, 2, 1), (0, 1))
    kernel = kernel.permute(2, 1, 0)
    return F.conv1d(x, kernel, stride=2).permute(0, 2, 1)


# wrong: padded alike on both sides
def answer(x, kernel):
    x = x.permute(0, 2, 1)
    kernel = kernel.permute(2, 1, 0)
    return F.conv1d(x, kernel, stride=2, padding=1).permute(0, 2, 1)


# wrong: the kernel runs backward
def answer(x, kernel):
    x = F.pad(x.permute(0, 2, 1), (0, 1))
    kernel = kernel.flip(0).permute(2, 1, 0)
    return F.conv1d(x, kernel, stride=2).permute(0, 2, 1)


# wrong: layout
def answer(x, kernel):
    x = F.pad(x.permute(0, 2, 1), (0, 1))
    kernel = kernel.permute(2, 1, 0)
    return F.conv1d(x, kernel, stride=2)


# %% tags=["check"]
exercises.check("6.3", answer)

# %% [markdown]
# ## 6e.2 More padding: a longer row, and a mean

# %% [markdown]
# ### Exhibit 2: upward again
#
# A transposed convolution makes 1, 2, 3 twice as long. In PyTorch `padding=1, output_padding=1` is the usual advice.

# %% tags=["torch"]
# PyTorch
numbers = torch.tensor([[[1.0, 2.0, 3.0]]])
kernel = torch.tensor([[[1.0, 0.0, 0.0]]])
advice = {"padding": 1, "output_padding": 1}
longer = F.conv_transpose1d(numbers, kernel, stride=2, **advice)
longer_torch = longer.numpy().ravel()
mended = F.conv_transpose1d(numbers, kernel, stride=2)[..., :6].numpy().ravel()
print(longer_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
numbers = tf.constant([[[1.0], [2.0], [3.0]]])
kernel = tf.constant([[[1.0]], [[0.0]], [[0.0]]])
longer = tf.nn.conv1d_transpose(numbers, kernel, [1, 6, 1], strides=2)
longer_tf = longer.numpy().ravel()
print(longer_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the long rows.
parity.differ("1, 2, 3 through a transposed convolution", longer_torch, longer_tf)
parity.verdict("mended: no padding, the end cut off", mended, longer_tf)

# %% [markdown]
# A transposed convolution lays the kernel down once for each number, two places further each time, times that number.
# PyTorch's `padding=1` cuts the first place off. TensorFlow cuts at the end.

# %% [markdown]
# ### Exhibit 3: a mean at the edge
#
# Four ones, and the mean of each window of three. At the edge the window hangs over.

# %% tags=["torch"]
# PyTorch
ones = torch.ones(1, 1, 4)
means_torch = F.avg_pool1d(ones, kernel_size=3, stride=1, padding=1).numpy().ravel()
means = F.avg_pool1d(ones, kernel_size=3, stride=1, padding=1, count_include_pad=False)
mended = means.numpy().ravel()
print(means_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
ones = tf.ones([1, 4, 1])
means = tf.nn.avg_pool1d(ones, ksize=3, strides=1, padding="SAME")
means_tf = means.numpy().ravel()
print(means_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the means.
parity.differ("means of three over four ones, padded", means_torch, means_tf, atol=1e-6)
parity.verdict("mended, count_include_pad=False", mended, means_tf, atol=1e-6)

# %% [markdown]
# PyTorch counts the padded zero in the mean, TensorFlow does not.

# %% [markdown]
# ## 6e.3 A picture of another size

# %% [markdown]
# ### Exhibit 4: a picture of two pixels
#
# It is one pixel high: 0 and 1. It becomes three pixels wide by the nearest pixel, four by a bicubic curve.

# %% tags=["torch"]
# PyTorch
picture = torch.tensor([[[[0.0, 1.0]]]])
nearest_torch = F.interpolate(picture, (1, 3)).numpy().ravel()
mended = F.interpolate(picture, (1, 3), mode="nearest-exact").numpy().ravel()
print(nearest_torch, "mended:", mended)

cubic = {"size": (1, 4), "mode": "bicubic"}
cubic_torch = F.interpolate(picture, **cubic).numpy().ravel()
mended_cubic = F.interpolate(picture, **cubic, antialias=True).numpy().ravel()
print(cubic_torch, "mended:", mended_cubic)

# %% tags=["tf"]
# TensorFlow
picture = tf.constant([[[[0.0], [1.0]]]])
nearest_tf = tf.image.resize(picture, (1, 3), "nearest").numpy().ravel()
cubic_tf = tf.image.resize(picture, (1, 4), "bicubic").numpy().ravel()
print(nearest_tf)
print(cubic_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the enlarged pictures.
parity.differ("0, 1 enlarged, nearest", nearest_torch, nearest_tf)
parity.verdict("mended with nearest-exact", mended, nearest_tf)
parity.differ("0, 1 enlarged, bicubic", cubic_torch, cubic_tf, atol=1e-3)
parity.verdict("mended with antialias=True", mended_cubic, cubic_tf, atol=1e-6)

# %% [markdown]
# Where is a pixel? For PyTorch's `nearest` it is its upper left corner, for TensorFlow its center, as for PyTorch's
# `nearest-exact`.
#
# And the bicubic curve has a coefficient, which says how far it swings. PyTorch's is -0.75, but -0.5 with
# `antialias=True`. TensorFlow's is -0.5. The two also differ at the edge: PyTorch repeats the last pixel there;
# TensorFlow leaves out what is outside, and so does PyTorch with `antialias=True`.

# %% [markdown]
# ### Exercise 6.8: the nearest pixel, by hand (5 minutes)
#
# Write `answer(x)` in PyTorch: from a row `x` of 8 numbers it makes the row of 12 that TensorFlow's `"nearest"` makes.
# New pixel number $k$ has its center at $(k + \frac12) \cdot \frac{8}{12}$, measured in old pixels; old pixel number
# $j$ reaches from $j$ up to, but not including, $j + 1$.

# %% tags=["exercise"]
answer = ...  # a function of one PyTorch tensor


# solution
def answer(x):
    centers = (torch.arange(12) + 0.5) * 8 / 12
    return x[centers.floor().long()]


# wrong: starts from the corner
def answer(x):
    corners = torch.arange(12) * 8 / 12
    return x[corners.floor().long()]


# wrong: spreads the ends
def answer(x):
    places = torch.arange(12) * 7 / 11
    return x[places.round().long()]


# wrong: a mixture of two
def answer(x):
    row = F.interpolate(x[None, None], 12, mode="linear")
    return row[0, 0]


# %% tags=["check"]
exercises.check("6.8", answer)

# %% [markdown]
# ### Exhibit 5: eight pixels become three
#
# By area: each new pixel is a mean of old ones. 8 is no multiple of 3.

# %% tags=["torch"]
# PyTorch
picture = torch.arange(8.0).reshape(1, 1, 1, 8)
area_torch = F.interpolate(picture, (1, 3), mode="area").numpy().ravel()
thirds = picture.repeat_interleave(3, dim=3)
mended = F.interpolate(thirds, (1, 3), mode="area").numpy().ravel()
print(area_torch, "mended:", mended)

# %% tags=["tf"]
# TensorFlow
picture = tf.reshape(tf.range(8.0), [1, 1, 8, 1])
area_tf = tf.image.resize(picture, (1, 3), "area").numpy().ravel()
print(area_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the small pictures.
parity.differ("0 to 7 as three pixels, by area", area_torch, area_tf, atol=1e-3)
parity.verdict("mended: pixels cut in three first", mended, area_tf, atol=1e-5)

# %% [markdown]
# TensorFlow cuts a pixel where a new one ends, and counts each part. PyTorch takes whole pixels, some of them twice. Cut
# into thirds, 8 pixels become 24, a multiple of 3, and both agree.

# %% [markdown]
# ### Exhibit 6: the type of a picture
#
# A picture of bytes, 10 and 21, becomes three pixels wide, with straight lines in between.

# %% tags=["torch"]
# PyTorch
picture = torch.tensor([[[[10, 21]]]], dtype=torch.uint8)
linear = F.interpolate(picture, (1, 3), mode="bilinear")
linear_torch = linear.numpy().ravel()
print(linear_torch, linear.dtype)

# %% tags=["tf"]
# TensorFlow
picture = tf.constant([[[[10], [21]]]], dtype=tf.uint8)
linear = tf.image.resize(picture, (1, 3), "bilinear")
linear_tf = linear.numpy().ravel()
mended = tf.cast(tf.round(linear), tf.uint8).numpy().ravel()
print(linear_tf, linear.dtype, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the pictures and their types.
parity.differ("bytes resized by straight lines", linear_torch, linear_tf)
parity.verdict("mended: rounded, and cast back", linear_torch, mended)

# %% [markdown]
# ### Exhibit 7: brighter by a fifth
#
# A hundred gray pixels of 0.5, where 0 is black and 1 is white. Each becomes brighter or darker, at random, by up to 0.2.

# %% tags=["torch"]
# PyTorch
pixels = torch.full([100], 0.5)
shift = 0.2 * (2 * torch.rand(100) - 1)  # from -0.2 to 0.2
far = (pixels + shift - 0.5).abs()
near_torch = (far < 0.201).float().mean().item()
print(near_torch)

# %% tags=["tf"]
# TensorFlow
pixels = tf.fill([100, 1, 1, 1], 0.5)  # a hundred pictures
layer = tf.keras.layers.RandomBrightness(0.2, seed=seed)
moved = layer(pixels, training=True)
far = tf.abs(moved - 0.5)
near_tf = float(tf.reduce_mean(tf.cast(far < 0.201, tf.float32)))

layer = tf.keras.layers.RandomBrightness(0.2, value_range=(0, 1), seed=seed)
far = tf.abs(layer(pixels, training=True) - 0.5)
mended = float(tf.reduce_mean(tf.cast(far < 0.201, tf.float32)))
print(moved[:4, 0, 0, 0].numpy(), near_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the shares of pixels that moved by at most 0.2.
parity.differ("pixels that stay within 0.2", near_torch, near_tf, atol=0.5)
parity.verdict("mended with value_range=(0, 1)", near_torch, mended)

# %% [markdown]
# Keras expects bytes, from 0 to 255, and moves by a fifth of that: up to 51. A network trains on black and on glaring
# pictures, and nobody sees them.

# %% [markdown]
# ## 6e.4 What becomes of a digit
#
# Now a real digit, 8 by 8 pixels, enlarged to 12 by 12 by the nearest pixel.

# %% tags=["torch"]
# PyTorch
digit = data.digits().x_train[0]
picture = torch.tensor(digit)[None, None]
large_torch = F.interpolate(picture, (12, 12)).numpy()[0, 0]
mended = F.interpolate(picture, (12, 12), mode="nearest-exact").numpy()[0, 0]

# %% tags=["tf"]
# TensorFlow
digit = data.digits().x_train[0]
picture = tf.constant(digit)[None, :, :, None]
large_tf = tf.image.resize(picture, (12, 12), "nearest").numpy()[0, :, :, 0]

# %% tags=["verdict", "folded"]
# Folded: compares the enlarged digits.
parity.differ("a digit enlarged by the nearest pixel", large_torch, large_tf)
parity.verdict("mended with nearest-exact", mended, large_tf)

# %% tags=["folded"]
# Folded: draws both, and where they differ.
figures.enlarged(digit, large_torch, large_tf)

# %% [markdown]
# Both are a fair enlargement. A network that was trained behind the one and runs behind the other sees another digit.
# Port the steps before the network with the same care as the network.

# %% [markdown]
# ## 6e.5 Quiz

# %%
exercises.quiz("06e")

# %% [markdown]
# ## 6e.6 Verdicts

# %%
claims.close("06e")

# %% [markdown]
# ## 6e.7 Summary and further reading
#
# - "same" padding with a stride: TensorFlow puts an odd zero at the end, PyTorch pads both sides alike.
# - At the edge, ask whether padding counts in a mean.
# - Resizing: ask where a pixel is (corner or center), which curve it uses, and which type comes out.
# - A kernel of (1, 0, 0), or a picture of two pixels, shows in one line what a page of text leaves open.
#
# Further reading: [torch.nn.functional.interpolate](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html),
# [tf.image.resize](https://www.tensorflow.org/api_docs/python/tf/image/resize), and TensorFlow's
# [notes on padding](https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
#
# Next: [the last bits](06f_the_last_bits.ipynb), which differ even where nothing else does.
