# %% [markdown]
# # 12b. Boxes and pixels
#
# With lesson 12a's loop you find digits on clutter, and then paint each of their pixels. Two numbers judge the results,
# and you see what each of them punishes.
#
# > **Minutes**: 40 · **Needs**: lesson 12a · **Claims tested**: none
# >
# > **You will be able to**
# > - turn "find it" into a target for each cell of a grid, and a loss (verdict in 12b.2)
# > - measure how well two boxes agree (exercise 12.2)
# > - drop the boxes that say a thing twice, and say what they would cost (verdict in 12b.3 and prediction P12.2)
# > - build a U-Net, and weigh its loss (verdict in 12b.5)
# > - say which number a lazy painter gets past (prediction P12.3)
# > - port the Dice loss (exercise 12.3)
#
# `fast` chooses how many scenes there are and how often they are seen, `seed` draws them and the first weights, `device`
# says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("12b")

import numpy as np

from chapters.ch12 import picture_figures, scenes
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch import nn

from chapters.ch12 import pictures_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch12 import pictures_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 12b.1 Where is what?
#
# Each scene shows one to three handwritten digits, 0 to 4, on clutter. The digits of the test come from forms that nobody
# trained on (lesson 7a). Wanted is [object detection](glossary.md#object-detection): a box and a class for each digit.
#
# How many boxes? That differs, and the shape of a network's output does not. So we lay a grid of 8 × 8 cells over the
# scene. A cell near the middle of a digit must name it (five classes), and say how far its box reaches to the left, top,
# right and bottom. All others must find nothing. ([FCOS](https://arxiv.org/abs/1904.01355) works so.)

# %% tags=["taught"]
many = 1600 if fast else 3200
epochs = 4 if fast else 6
learned = scenes.digits_on_clutter(many, seed)
unseen = scenes.digits_on_clutter(300, seed, test=True)
print(learned.x.shape, learned.classes[0], "stand in", learned.boxes[0].tolist())

# %% [markdown]
# `meshgrid` makes all pairs of two lists. Indexing by `near`, an array of True and False, takes the cells where it is True.


# %% tags=["taught"]
middles = np.arange(8) * 4 + 2.0  # of the cells, in pixels
centers = np.stack(np.meshgrid(middles, middles), axis=-1)  # (row, column, (x, y))


def cells_near(box):
    """Whether each cell lies near the middle of a box (left, top, right, bottom)."""
    middle = (box[:2] + box[2:]) / 2
    reach = 0.35 * (box[2:] - box[:2])
    away = np.abs(centers - middle)
    return (away <= np.maximum(reach, 2)).all(axis=-1)  # in x and in y


# %% tags=["taught"]
def targets_of(boxes, digits):
    """A scene's targets (8, 8, 9): five classes, four distances, 8 pixels being 1."""
    target = np.zeros((8, 8, 9), "float32")
    for box, digit in zip(boxes, digits):
        near = cells_near(box)
        target[near, digit] = 1
        target[near, 5:7] = (centers[near] - box[:2]) / 8  # to the left and the top
        target[near, 7:9] = (box[2:] - centers[near]) / 8  # to the right and the bottom
    return target


pairs = zip(learned.boxes, learned.classes)
targets = np.stack([targets_of(boxes, digits) for boxes, digits in pairs])

# %% tags=["folded"]
# Folded: draws four scenes, and which cells must find something.
picture_figures.scenes_and_cells(learned, targets, 4)

# %% [markdown]
# ## 12b.2 A network that finds them
#
# `conv` gives lesson 12a's block: convolution, batch norm, ReLU. Two poolings shrink 32 × 32 pixels to the grid, and the
# last convolution gives each cell its nine numbers.

# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)
conv_torch = pictures_torch.conv


finder_torch = nn.Sequential(
    *conv_torch(1, 16),
    nn.MaxPool2d(2),
    *conv_torch(16, 32),
    nn.MaxPool2d(2),
    *conv_torch(32, 64),
    *conv_torch(64, 64),
    nn.Conv2d(64, 9, 1),
)
pictures_torch.begin(finder_torch, seed, device_torch)
untrained_torch = pictures_torch.outputs(finder_torch, learned.x[:16])

# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
layers = tf.keras.layers
conv_tf = pictures_tf.conv


with tf.device(device_tf):
    finder_tf = tf.keras.Sequential(
        [
            tf.keras.Input((32, 32, 1)),
            *conv_tf(16),
            layers.MaxPooling2D(),
            *conv_tf(32),
            layers.MaxPooling2D(),
            *conv_tf(64),
            *conv_tf(64),
            layers.Conv2D(9, 1),
        ]
    )
pictures_tf.begin(finder_tf, seed)
untrained_tf = finder_tf(learned.x[:16], training=True)

# %% tags=["verdict", "folded"]
# Folded: compares the maps of sixteen scenes.
parity.verdict(
    "the maps before training",
    torch_side.to_numpy(untrained_torch),
    tf_side.to_numpy(untrained_tf),
    rtol=1e-3,
)

# %% [markdown]
# The loss has two parts. Every cell is asked, for each of the five classes, yes or no (`with_logits`: the function takes
# scores, and does the sigmoid itself). Only the cells near a digit are asked for the sides of its box. Both parts are
# divided by the number of those cells.
#
# `[..., :5]` takes the first five of the last axis. `near[..., None]` gives `near` a last axis, so that it multiplies all
# four distances. `learn` is the loop of lesson 12a, which also keeps the first step, for the comparison.


# %% tags=["torch"]
# PyTorch
def find_torch(maps, target):
    known = target[..., :5]
    near = known.sum(dim=-1)  # 1 in the cells that must find something
    binary = nn.functional.binary_cross_entropy_with_logits
    kinds = binary(maps[..., :5], known, reduction="sum")
    off = (maps[..., 5:] - target[..., 5:]).abs()
    sides = (near[..., None] * off).sum()
    return (kinds + sides) / near.sum()


run_torch = pictures_torch.learn(
    finder_torch, find_torch, learned.x, targets, seed, epochs
)
maps_torch = pictures_torch.predict(finder_torch, unseen.x)


# %% tags=["tf"]
# TensorFlow
def find_tf(maps, target):
    known = target[..., :5]
    near = tf.reduce_sum(known, axis=-1)
    binary = tf.nn.sigmoid_cross_entropy_with_logits
    kinds = tf.reduce_sum(binary(known, maps[..., :5]))
    off = tf.abs(maps[..., 5:] - target[..., 5:])
    sides = tf.reduce_sum(near[..., None] * off)
    return (kinds + sides) / tf.reduce_sum(near)


run_tf = pictures_tf.learn(finder_tf, find_tf, learned.x, targets, seed, epochs)
maps_tf = pictures_tf.predict(finder_tf, unseen.x)

# %% tags=["verdict", "folded"]
# Folded: compares the first steps.
# (one ReLU that rounding flips moves a gradient by up to a percent)
parity.verdict(
    "maps and loss of the first step", run_torch.first, run_tf.first, rtol=1e-3
)
parity.verdict("its gradient", run_torch.gradient, run_tf.gradient, rtol=0.01)

# %% [markdown]
# The way back, from maps to boxes: each cell whose best class has a chance above 0.05 is a *candidate*. Its distances are
# taken off its center, or added to it.


# %% tags=["taught"]
def candidates(maps):
    """Boxes (n, 4) in pixels, chances (n,) and classes (n,), from one scene's maps."""
    chances = 1 / (1 + np.exp(-maps[..., :5].max(axis=-1)))  # the sigmoid
    sure = chances > 0.05
    corners = [
        centers[sure] - 8 * maps[sure, 5:7],
        centers[sure] + 8 * maps[sure, 7:9],
    ]
    boxes = np.concatenate(corners, axis=-1).astype("float32")
    return boxes, chances[sure], maps[sure, :5].argmax(axis=-1)


# %% [markdown]
# ## 12b.3 Too many boxes
#
# Several cells find the same digit. How alike are two boxes? [IoU](glossary.md#iou), intersection over union, is the area
# that they share over the area that they cover together: 1 for the same box, 0 for boxes that do not touch.


# %% tags=["taught"]
def iou(box, others):
    """IoU of one box (4,) with each of the others (n, 4)."""
    # what is shared: its upper left and its lower right corner
    upper = np.maximum(box[:2], others[:, :2])
    lower = np.minimum(box[2:], others[:, 2:])
    shared = (lower - upper).clip(0).prod(axis=1)  # no area where they do not touch
    area = (box[2:] - box[:2]).prod()
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    return shared / (area + areas - shared)


# %% [markdown]
# ### Exercise 12.2: port IoU (3 minutes)
#
# This PyTorch function takes two float tensors (n, 4), and gives the IoU of `a[0]` with `b[0]`, of `a[1]` with `b[1]`, and
# so on: a tensor (n,). Write `answer(a, b)`, the same in TensorFlow. It shall serve as a loss: its gradients must be right,
# too.
#
# ```python
# def iou_of_pairs(a, b):
#     upper = torch.maximum(a[:, :2], b[:, :2])
#     lower = torch.minimum(a[:, 2:], b[:, 2:])
#     shared = (lower - upper).clamp(min=0).prod(dim=1)
#     area_a = (a[:, 2:] - a[:, :2]).prod(dim=1)
#     area_b = (b[:, 2:] - b[:, :2]).prod(dim=1)
#     return shared / (area_a + area_b - shared)
# ```

# %% tags=["exercise"]
answer = ...  # a function of two TensorFlow tensors (n, 4)


# solution
def answer(a, b):
    upper = tf.maximum(a[:, :2], b[:, :2])
    lower = tf.minimum(a[:, 2:], b[:, 2:])
    shared = tf.reduce_prod(tf.nn.relu(lower - upper), axis=1)
    area_a = tf.reduce_prod(a[:, 2:] - a[:, :2], axis=1)
    area_b = tf.reduce_prod(b[:, 2:] - b[:, :2], axis=1)
    return shared / (area_a + area_b - shared)


# wrong: counted twice
def answer(a, b):
    upper = tf.maximum(a[:, :2], b[:, :2])
    lower = tf.minimum(a[:, 2:], b[:, 2:])
    shared = tf.reduce_prod(tf.nn.relu(lower - upper), axis=1)
    area_a = tf.reduce_prod(a[:, 2:] - a[:, :2], axis=1)
    area_b = tf.reduce_prod(b[:, 2:] - b[:, :2], axis=1)
    return shared / (area_a + area_b)


# wrong: boxes that do not touch
def answer(a, b):
    upper = tf.maximum(a[:, :2], b[:, :2])
    lower = tf.minimum(a[:, 2:], b[:, 2:])
    shared = tf.reduce_prod(lower - upper, axis=1)
    area_a = tf.reduce_prod(a[:, 2:] - a[:, :2], axis=1)
    area_b = tf.reduce_prod(b[:, 2:] - b[:, :2], axis=1)
    return shared / (area_a + area_b - shared)


# wrong: width and height, not a corner
def answer(a, b):
    upper = tf.maximum(a[:, :2], b[:, :2])
    lower = tf.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    shared = tf.reduce_prod(tf.nn.relu(lower - upper), axis=1)
    area_a = tf.reduce_prod(a[:, 2:], axis=1)
    area_b = tf.reduce_prod(b[:, 2:], axis=1)
    return shared / (area_a + area_b - shared)


# %% tags=["check"]
exercises.check("12.2", answer)

# %% [markdown]
# [Non-maximum suppression](glossary.md#non-maximum-suppression) keeps the surest box, drops those whose IoU with it is
# above 0.5, and goes on with the next. TensorFlow brings it, and wants y before x. PyTorch keeps it in torchvision, which
# this course does without. So for PyTorch we write it.
#
# Both get the same candidates: those of maps that are nearly right, with some noise, so that several cells find each digit.
# `candidates(maps)[:2]` are boxes and chances, and `*` hands them on as two arguments.

# %% tags=["taught"]
noisy = targets[:40].copy()
noisy[..., :5] = 8 * noisy[..., :5] - 4  # scores: 4 for yes, -4 for no
noisy += 0.3 * np.random.default_rng(seed).standard_normal(noisy.shape, "float32")


# %% tags=["torch"]
# PyTorch
def keep_torch(boxes, chances):
    """The indices of the boxes that stay, the surest first."""
    order = torch.from_numpy(chances).argsort(descending=True, stable=True)
    kept = []
    while len(order) > 0:
        best = int(order[0])
        kept.append(best)
        rest = order[1:]
        overlap = torch.from_numpy(iou(boxes[best], boxes[rest.numpy()]))
        order = rest[overlap <= 0.5]
    return np.array(kept, int)


kept_torch = [keep_torch(*candidates(maps)[:2]) for maps in noisy]


# %% tags=["tf"]
# TensorFlow
def keep_tf(boxes, chances):
    upright = boxes[:, [1, 0, 3, 2]]  # top, left, bottom, right
    kept = tf.image.non_max_suppression(
        upright, chances, max_output_size=len(chances), iou_threshold=0.5
    )
    return tf_side.to_numpy(kept).astype(int)


kept_tf = [keep_tf(*candidates(maps)[:2]) for maps in noisy]

# %% tags=["verdict", "folded"]
# Folded: compares which boxes stay.
all_torch = np.concatenate(kept_torch)
all_tf = np.concatenate(kept_tf)
parity.verdict("the boxes kept in 40 scenes", all_torch, all_tf)
before = sum(len(candidates(maps)[0]) for maps in noisy)
print(f"{before} candidates, {len(all_torch)} kept")

# %% [markdown]
# ## 12b.4 One number for all boxes
#
# A box is *right* if its IoU with a digit of its class is at least 0.5, and no surer box has found that digit before.
# [Average precision](glossary.md#average-precision) goes through a class's boxes from the surest down. At each right one
# it notes the share of right ones so far. The sum of these shares, divided by the number of digits, is the result: a
# digit that nobody found adds 0. Its mean over the classes is called mAP.


# %% tags=["taught"]
def judge(found, true_boxes, true_digits, limit):
    """Whether each found box of a scene is right. found: boxes, chances, classes."""
    boxes, chances, digits = found
    right = np.zeros(len(boxes), bool)
    free = np.ones(len(true_boxes), bool)  # the digits that no box has found yet
    for k in np.argsort(-chances, kind="stable"):
        fits = free & (true_digits == digits[k])
        overlap = np.where(fits, iou(boxes[k], true_boxes), 0)
        best = overlap.argmax()
        if overlap[best] >= limit:
            right[k] = True
            free[best] = False
    return right


# %% tags=["taught"]
def average_precision(right, chances, many):
    """Of the boxes of one class, in all scenes. many: how many digits there are."""
    right = right[np.argsort(-chances, kind="stable")]
    share = right.cumsum() / np.arange(1, len(right) + 1)
    return share[right].sum() / many


# %% [markdown]
# All scenes together: `np.concatenate` joins what each scene gave, and `np.bincount` counts the true digits of each class.


# %% tags=["taught"]
def mean_average_precision(found, truth, limit=0.5):
    """found: for each scene boxes, chances, classes; truth: Scenes."""
    each = zip(found, truth.boxes, truth.classes)
    right = np.concatenate([judge(*scene, limit) for scene in each])
    chances = np.concatenate([chances for _, chances, _ in found])
    digits = np.concatenate([digits for _, _, digits in found])
    there = np.bincount(np.concatenate(truth.classes), minlength=5)
    values = []
    for digit in range(5):
        mine = digits == digit
        values.append(average_precision(right[mine], chances[mine], there[digit]))
    return float(np.mean(values))


# %% [markdown]
# Last, a scene's candidates without their doubles:


# %% tags=["taught"]
def suppressed(found, keep):
    """What keep_torch or keep_tf keeps of a scene."""
    boxes, chances, digits = found
    kept = keep(boxes, chances)
    return boxes[kept], chances[kept], digits[kept]


# %% [markdown]
# **Predict.** Without suppression, all candidates stay: the good ones, and their doubles. What becomes of mAP?
#
# - **a** it falls by a fifth at most, since the best box comes first
# - **b** it falls by more than a fifth, but not to zero
# - **c** it falls to zero

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P12.2", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
all_by_torch = [candidates(maps) for maps in maps_torch]
kept_by_torch = [suppressed(found, keep_torch) for found in all_by_torch]
all_map_torch = mean_average_precision(all_by_torch, unseen)
map_torch = mean_average_precision(kept_by_torch, unseen)
print(f"mAP {map_torch:.2f}, without suppression {all_map_torch:.2f}")

# %% tags=["tf"]
# TensorFlow
all_by_tf = [candidates(maps) for maps in maps_tf]
kept_by_tf = [suppressed(found, keep_tf) for found in all_by_tf]
all_map_tf = mean_average_precision(all_by_tf, unseen)
map_tf = mean_average_precision(kept_by_tf, unseen)
print(f"mAP {map_tf:.2f}, without suppression {all_map_tf:.2f}")

# %% tags=["verdict", "folded"]
# Folded: whether both find well, and which option came true.
floor = 0.85 if fast else 0.9
for name, value in (("PyTorch", map_torch), ("TensorFlow", map_tf)):
    print(
        f"{name}'s mAP on digits of unseen forms is at least {floor}: {value >= floor}"
    )
lost = 1 - max(all_map_torch / map_torch, all_map_tf / map_tf)
letter = exercises.first_true({"c": lost >= 0.99, "b": lost > 0.2, "a": True})
exercises.outcome("P12.2", letter)

# %% tags=["folded"]
# Folded: draws seven scenes with the boxes that each found, mistakes first.
picture_figures.boxes(unseen, kept_by_torch, kept_by_tf)

# %% [markdown]
# Each double counts as a mistake. (Where one thing stands in front of another, suppression may drop a box that is right.)

# %% [markdown]
# ## 12b.5 A class for each pixel
#
# The same scenes, another question: is this pixel background, or ink of which digit? This is
# [semantic segmentation](glossary.md#semantic-segmentation).
#
# To know a digit, a network must see it whole: shrink the picture. To paint its edge, do not shrink it. A
# [U-Net](glossary.md#u-net) ([Ronneberger et al.](https://arxiv.org/abs/1505.04597)) does both. It shrinks
# twice and enlarges twice, and at each size it joins the channels that it had at that size on the way down.
#
# In PyTorch, `super().__init__()` prepares the object, layers become attributes, and calling the network calls `forward`
# (lesson 5a). Channels are axis 1. Keras needs no class: its functions note which layer got what, and `Model` takes the
# two ends.


# %% tags=["torch"]
# PyTorch
class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Sequential(*conv_torch(1, 8))
        self.down2 = nn.Sequential(*conv_torch(8, 16))
        self.bottom = nn.Sequential(*conv_torch(16, 48), *conv_torch(48, 48))
        self.up2 = nn.Sequential(*conv_torch(16 + 48, 16))
        self.up1 = nn.Sequential(*conv_torch(8 + 16, 8), nn.Conv2d(8, 6, 1))
        self.shrink = nn.MaxPool2d(2)
        self.enlarge = nn.Upsample(scale_factor=2)

    def forward(self, x):
        fine = self.down1(x)
        middle = self.down2(self.shrink(fine))
        coarse = self.bottom(self.shrink(middle))
        x = torch.cat([middle, self.enlarge(coarse)], dim=1)
        x = self.up2(x)
        x = torch.cat([fine, self.enlarge(x)], dim=1)
        return self.up1(x)


unet_torch = pictures_torch.begin(UNet(), seed, device_torch)
untrained_torch = pictures_torch.outputs(unet_torch, learned.x[:16])


# %% tags=["tf"]
# TensorFlow
def through(x, parts):
    for layer in parts:
        x = layer(x)
    return x


def unet():
    picture = tf.keras.Input((32, 32, 1))
    fine = through(picture, conv_tf(8))
    middle = through(layers.MaxPooling2D()(fine), conv_tf(16))
    coarse = through(layers.MaxPooling2D()(middle), conv_tf(48) + conv_tf(48))
    x = layers.Concatenate()([middle, layers.UpSampling2D()(coarse)])
    x = through(x, conv_tf(16))
    x = layers.Concatenate()([fine, layers.UpSampling2D()(x)])
    x = through(x, conv_tf(8))
    return tf.keras.Model(picture, layers.Conv2D(6, 1)(x))


with tf.device(device_tf):
    unet_tf = pictures_tf.begin(unet(), seed)
untrained_tf = unet_tf(learned.x[:16], training=True)

# %% tags=["verdict", "folded"]
# Folded: compares the six scores of each pixel of sixteen scenes.
parity.verdict(
    "the scores before training",
    torch_side.to_numpy(untrained_torch),
    tf_side.to_numpy(untrained_tf),
    rtol=1e-3,
)

# %% [markdown]
# Background fills most of a scene, so the loss gives it a weight of 0.3. PyTorch's weighted mean divides by the sum of the
# weights. In TensorFlow, `gather` looks up each pixel's weight, and we divide ourselves. PyTorch's loss wants the classes
# as axis 1.
#
# The usual measure here is mean IoU. For each class: the pixels rightly given to it, over all pixels that are of it or
# were said to be. Then the mean over the six classes.
#
# **Predict.** A lazy program says "background" for every pixel. How good is it, by the share of right pixels, and by mean
# IoU?
#
# - **a** less than 0.2 of the pixels are right
# - **b** more than 0.8 of the pixels are right, and mean IoU is below 0.2
# - **c** both numbers are above 0.8

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P12.3", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
weights_torch = torch.tensor([0.3, 1, 1, 1, 1, 1]).to(device_torch)


def paint_torch(scores, mask):
    scores = scores.permute(0, 3, 1, 2)
    return nn.functional.cross_entropy(scores, mask, weights_torch)


run_torch = pictures_torch.learn(
    unet_torch, paint_torch, learned.x, learned.mask, seed, epochs
)
painted_torch = pictures_torch.predict(unet_torch, unseen.x).argmax(axis=-1)

# %% tags=["tf"]
# TensorFlow
weights_tf = tf.constant([0.3, 1, 1, 1, 1, 1])


def paint_tf(scores, mask):
    each = tf.gather(weights_tf, mask)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(mask, scores)
    return tf.reduce_sum(each * losses) / tf.reduce_sum(each)


run_tf = pictures_tf.learn(unet_tf, paint_tf, learned.x, learned.mask, seed, epochs)
painted_tf = pictures_tf.predict(unet_tf, unseen.x).argmax(axis=-1)

# %% tags=["verdict", "folded"]
# Folded: compares the first steps, with one percent for a ReLU that rounding flips.
parity.verdict(
    "scores and loss of the first step", run_torch.first, run_tf.first, rtol=1e-3
)
parity.verdict("its gradient", run_torch.gradient, run_tf.gradient, rtol=0.01)


# %% tags=["taught"]
def ious(said, true):
    """The IoU of each of the six classes, from two masks."""
    values = []
    for kind in range(6):
        shared = ((said == kind) & (true == kind)).sum()
        joint = ((said == kind) | (true == kind)).sum()
        values.append(shared / joint)
    return np.array(values)


lazy = np.zeros_like(unseen.mask)
lazy_pixels = (lazy == unseen.mask).mean()
lazy_iou = ious(lazy, unseen.mask).mean()

# %% tags=["verdict", "folded"]
# Folded: which option came true.
print(f"always background: {lazy_pixels:.2f} of the pixels, mean IoU {lazy_iou:.2f}")
options = {
    "a": lazy_pixels < 0.2,
    "b": lazy_pixels > 0.8 and lazy_iou < 0.2,
    "c": lazy_pixels > 0.8 and lazy_iou > 0.8,
}
exercises.outcome("P12.3", exercises.first_true(options))

# %% tags=["verdict", "folded"]
# Folded: whether both networks paint better than that.
floor = 0.6 if fast else 0.75
lazily = [lazy_pixels, lazy_iou]
for name, painted in (("PyTorch", painted_torch), ("TensorFlow", painted_tf)):
    measured = [(painted == unseen.mask).mean(), ious(painted, unseen.mask).mean()]
    print(f"{name}'s mean IoU is at least {floor}: {measured[1] >= floor}")
    parity.differ(f"{name} and the lazy program", measured, lazily, atol=0.02)

# %% tags=["folded"]
# Folded: draws seven scenes, their true masks, and what each painted.
picture_figures.masks(unseen, painted_torch, painted_tf)

# %% [markdown]
# ### Exercise 12.3: port the Dice loss (4 minutes)
#
# Another answer to a background that fills the picture: let a loss measure overlap itself. `chances` are probabilities,
# `truth` holds 0 or 1, both float tensors of shape (pictures, rows, columns, classes). Dice is a relative of IoU.
#
# ```python
# def dice(chances, truth):
#     both = tf.reduce_sum(chances * truth, axis=[0, 1, 2])
#     sums = tf.reduce_sum(chances, axis=[0, 1, 2]) + tf.reduce_sum(truth, axis=[0, 1, 2])
#     return 1 - tf.reduce_mean(2 * both / sums)
# ```
#
# Write `answer(chances, truth)`, the same in PyTorch. One trains with it, so its gradients must be right, too.

# %% tags=["exercise"]
answer = ...  # a function of two PyTorch tensors (pictures, rows, columns, classes)


# solution
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).mean()


# wrong: over all classes at once
def answer(chances, truth):
    return 1 - 2 * (chances * truth).sum() / (chances.sum() + truth.sum())


# wrong: picture by picture
def answer(chances, truth):
    both = (chances * truth).sum((1, 2))
    return 1 - (2 * both / (chances.sum((1, 2)) + truth.sum((1, 2)))).mean()


# wrong: that is 1 - IoU
def answer(chances, truth):
    both = (chances * truth).sum((0, 1, 2))
    sums = chances.sum((0, 1, 2)) + truth.sum((0, 1, 2))
    return 1 - (both / (sums - both)).mean()


# wrong: the factor 2
def answer(chances, truth):
    both = (chances * truth).sum((0, 1, 2))
    return 1 - (both / (chances.sum((0, 1, 2)) + truth.sum((0, 1, 2)))).mean()


# wrong: the overlap, not the loss
def answer(chances, truth):
    both = (chances * truth).sum((0, 1, 2))
    return (2 * both / (chances.sum((0, 1, 2)) + truth.sum((0, 1, 2)))).mean()


# %% tags=["check"]
exercises.check("12.3", answer)

# %% [markdown]
# ## 12b.6 Quiz

# %%
exercises.quiz("12b")

# %% [markdown]
# ## 12b.7 Verdicts

# %%
claims.close("12b")

# %% [markdown]
# ## 12b.8 Summary and further reading
#
# - Detection asks every cell: what is here, and how far does it reach? Then doubles are suppressed.
# - Segmentation: down to see, up to paint, and what was seen on the way down.
# - mAP punishes doubles. The share of right pixels is a gift to whoever paints nothing; IoU of each class is not.
#
# Further reading: [FCOS](https://arxiv.org/abs/1904.01355) (Tian et al.), [U-Net](https://arxiv.org/abs/1505.04597),
# [the Dice loss](https://arxiv.org/abs/1606.04797) (Milletari et al.). Next: a network that learns something else than you
# think, [CheXNet](12c_chexnet.ipynb).
