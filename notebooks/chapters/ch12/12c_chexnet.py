# %% [markdown]
# # 12c. CheXNet
#
# You build CheXNet's network twice and prove that it is the one. A small relative of it then gets splendid marks for a
# finding that it does not look at, and a control run shows that it could have.
#
# > **Minutes**: 35 · **Needs**: lessons 5a and 12a · **Claims tested**: C54d, C59, C59b
# >
# > **You will be able to**
# > - say what CheXNet is, and what its paper compared (claim C59)
# > - build DenseNet-121 in both frameworks, from the paper (verdict in 12c.2)
# > - judge a score by AUROC, and say what that number does not tell (prediction P12.4)
# > - show where a score comes from (verdict in 12c.4)
# > - test by a control run whether a network took a shortcut (verdict in 12c.5)
# > - choose a threshold (exercise 12.4)
# > - use what a network has learned for another question (claim C54d)
#
# `fast` chooses how many drawings there are and how often they are seen, `seed` draws them and the first weights, `device`
# says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("12c")

import numpy as np

from chapters.ch12 import picture_figures, pictures, published, scenes
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
# ## 12c.1 What CheXNet is, and what it is not
#
# CheXNet ([Rajpurkar et al., 2017](https://arxiv.org/abs/1711.05225)) is a model and a paper: a DenseNet-121 that looks for
# 14 findings on chest X-rays. The PyTorch code in wide use is a [re-implementation](https://github.com/arnoweng/CheXNet) by
# others. The paper's title says "radiologist-level". What did it compare?
#
# - It started from weights trained on ImageNet, and went on with
#   [ChestX-ray14](https://arxiv.org/abs/1705.02315): 112,120 images of 30,805 patients, some 40 GB.
# - Four radiologists labeled 420 images. Each of them, and the model, was scored for pneumonia against the others' labels by
#   F1, the harmonic mean of precision and recall. The model came to 0.435 (95 % interval 0.387 to 0.481), the radiologists
#   to 0.387 (0.330 to 0.442) on average.
# - This was disputed. A program had taken the training labels from reports, and a radiologist who looked at the images
#   [doubted many of them](https://laurenoakdenrayner.com/2017/12/18/the-chestxray14-dataset-problems/). In another
#   [study](https://doi.org/10.1371/journal.pmed.1002683), such networks often did worse on images from another hospital, and
#   could tell the hospitals apart (Zech et al., 2018).
#
# Neither the weights nor the images are here. We build the network, and train a miniature from random weights on drawings
# that a program makes. **Nothing in this lesson says anything about medicine.**
#
# Its building block, from [DenseNet](https://arxiv.org/abs/1608.06993): a layer's output is *joined* to its input, so each
# layer sees what all earlier ones have made. Norm and ReLU come before each convolution. A 1 × 1 convolution first makes
# them four times the `growth`, the number of new channels: where there are many channels, that is fewer.
#
# In PyTorch, calling a `Joined` calls its `forward`. There `super().forward(x)` is the forward of `nn.Sequential`: x goes
# through the layers. Keras's norms get PyTorch's momentum and epsilon. `begin` gives start weights, and `predict` computes
# outputs in the mode for use, both as in lesson 12a.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
noise = rng.random((4, 8, 8, 5), "float32")  # four pictures of five channels


# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)


def normed_torch(before, after, size):
    return [
        nn.BatchNorm2d(before),
        nn.ReLU(),
        nn.Conv2d(before, after, size, padding=size // 2, bias=False),
    ]


class Joined(nn.Sequential):
    def forward(self, x):
        return torch.cat([x, super().forward(x)], dim=1)  # axis 1: channels


def dense_layer_torch(before, growth):
    first = normed_torch(before, 4 * growth, size=1)
    second = normed_torch(4 * growth, growth, size=3)
    return Joined(*first, *second)


one_layer = pictures_torch.begin(dense_layer_torch(5, 2), seed, device_torch)
joined_torch = pictures_torch.predict(one_layer, noise)
print(joined_torch.shape)

# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
layers = tf.keras.layers


def normed_tf(x, after, size):
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    x = layers.ReLU()(x)
    return layers.Conv2D(after, size, padding="same", use_bias=False)(x)


def dense_layer_tf(x, growth):
    new = normed_tf(x, 4 * growth, size=1)
    new = normed_tf(new, growth, size=3)
    return layers.Concatenate()([x, new])


with tf.device(device_tf):
    five_channels = tf.keras.Input((8, 8, 5))
    one_layer = tf.keras.Model(five_channels, dense_layer_tf(five_channels, 2))
pictures_tf.begin(one_layer, seed)
joined_tf = pictures_tf.predict(one_layer, noise)
print(joined_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares the outputs of the layer, and its first channels with its input.
parity.verdict("one dense layer", joined_torch, joined_tf, rtol=1e-3)
parity.verdict("its first five channels and its input", joined_tf[..., :5], noise)

# %% [markdown]
# ## 12c.2 DenseNet-121, twice
#
# Before the first block, a large convolution and a pooling make the picture small: the *stem*. With stride 2, Keras's "same"
# would pad opposite sides unequally, so we pad by hand, equally on all (lesson 6e).

# %% tags=["taught"]
some_pictures = rng.random((2, 64, 64, 3), "float32")


# %% tags=["torch"]
# PyTorch
def stem_torch(channels, width):
    return [
        nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
    ]


a_stem = pictures_torch.begin(nn.Sequential(*stem_torch(3, 64)), seed, device_torch)
stem_output_torch = pictures_torch.predict(a_stem, some_pictures)
print(stem_output_torch.shape)


# %% tags=["tf"]
# TensorFlow
def stem_tf(x, width):
    x = layers.ZeroPadding2D(3)(x)
    x = layers.Conv2D(width, 7, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    x = layers.ReLU()(x)
    x = layers.ZeroPadding2D(1)(x)  # PyTorch pads with -inf: behind a ReLU, the same
    return layers.MaxPooling2D(3, strides=2)(x)


with tf.device(device_tf):
    picture = tf.keras.Input((64, 64, 3))
    a_stem = pictures_tf.begin(tf.keras.Model(picture, stem_tf(picture, 64)), seed)
stem_output_tf = pictures_tf.predict(a_stem, some_pictures)
print(stem_output_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares what the two stems make of two pictures.
parity.verdict("the stem's output", stem_output_torch, stem_output_tf, rtol=1e-3)

# %% [markdown]
# Then blocks of such layers. Between two blocks, a 1 × 1 convolution halves the channels, and a pooling halves the size. At
# the end, the mean over all pixels and one dense layer. `number` counts the blocks, `depth` is how many layers one has,
# `width` the number of channels, at first the stem's.
#
# The function builds our miniature, of two blocks of three layers each (`**miniature` hands each entry over by its name). It
# also returns the part that ends before the mean: 12c.4 needs it.

# %% tags=["taught"]
miniature = {"blocks": (3, 3), "growth": 8, "width": 16, "outputs": 3, "channels": 1}


# %% tags=["torch"]
# PyTorch
def densenet_torch(blocks, growth, width, outputs, channels):
    """A DenseNet with its start weights, and its part that ends before the mean."""
    parts = stem_torch(channels, width)
    for number, depth in enumerate(blocks):
        if number > 0:
            parts += normed_torch(width, width // 2, size=1)
            parts.append(nn.AvgPool2d(2))
            width = width // 2
        for _ in range(depth):
            parts.append(dense_layer_torch(width, growth))
            width = width + growth
    features = nn.Sequential(*parts, nn.BatchNorm2d(width), nn.ReLU())
    ending = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, outputs)]
    model = nn.Sequential(features, *ending)
    return pictures_torch.begin(model, seed, device_torch), features


small_torch, features_torch = densenet_torch(**miniature)
many_torch = sum(weight.numel() for weight in small_torch.parameters())


# %% tags=["tf"]
# TensorFlow
def densenet_tf(blocks, growth, width, outputs, channels):
    """A DenseNet with its start weights, and its part that ends before the mean."""
    picture = tf.keras.Input((64, 64, channels))
    x = stem_tf(picture, width)
    for number, depth in enumerate(blocks):
        if number > 0:
            x = normed_tf(x, x.shape[-1] // 2, size=1)
            x = layers.AveragePooling2D(2)(x)
        for _ in range(depth):
            x = dense_layer_tf(x, growth)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    features = layers.ReLU()(x)
    scores = layers.Dense(outputs)(layers.GlobalAveragePooling2D()(features))
    model = tf.keras.Model(picture, scores)
    return pictures_tf.begin(model, seed), tf.keras.Model(picture, features)


with tf.device(device_tf):
    small_tf, features_tf = densenet_tf(**miniature)
many_tf = sum(int(np.prod(weight.shape)) for weight in small_tf.trainable_variables)

# %% tags=["verdict", "folded"]
# Folded: compares the miniatures' numbers of weights.
parity.verdict("the miniature's number of weights", many_torch, many_tf)
print(f"{many_torch:,} weights")

# %% [markdown]
# With larger numbers, and blocks of 6, 12, 24 and 16 layers, the same function builds DenseNet-121. CheXNet gives it 14
# outputs.

# %% tags=["taught"]
chexnet = {
    "blocks": (6, 12, 24, 16),
    "growth": 32,
    "width": 64,
    "outputs": 14,
    "channels": 3,
}

# %% tags=["torch"]
# PyTorch
chexnet_torch, _ = densenet_torch(**chexnet)
chexnet_scores_torch = pictures_torch.predict(chexnet_torch, some_pictures)

# %% tags=["tf"]
# TensorFlow
with tf.device(device_tf):
    chexnet_tf, _ = densenet_tf(**chexnet)
chexnet_scores_tf = pictures_tf.predict(chexnet_tf, some_pictures)

# %% tags=["verdict", "folded"]
# Folded: compares both, counts layers and weights, and says what is on record.
parity.verdict(
    "scores of DenseNet-121 from the same weights",
    chexnet_scores_torch,
    chexnet_scores_tf,
    rtol=1e-3,
)
weights = list(chexnet_torch.parameters())
depth = sum(weight.ndim > 1 for weight in weights)
count = sum(weight.numel() for weight in weights)
with_imagenet = count + (1000 - 14) * (1024 + 1)  # 1000 outputs instead of 14
print(
    f"convolutions and dense layers: {depth}; weights: {count:,}, "
    f"with ImageNet's 1000 outputs: {with_imagenet:,}"
)
paper = published.CHEXNET
claims.verdict(
    "C59",
    paper["date"].year == 2017 and paper["code by others"] == "PyTorch",
    f"a model and a paper of {paper['date']:%B %Y}, not a framework: its network, "
    f"{count:,} weights, was built here in either; the code in wide use is others', in "
    f"{paper['code by others']}",
)
(model, low, _), (people, _, high) = paper["F1"].values()
claims.verdict(
    "C59b",
    model > people,
    f"the paper reports an F1 of {model} for the model and {people} for four "
    f"radiologists; their intervals overlap: {low < high}; it was disputed (12c.1)",
)

# %% [markdown]
# 121 counts the convolutions and the dense layer. How many weights they and the norms have, with 1000 outputs,
# [torchvision](https://docs.pytorch.org/vision/stable/models/generated/torchvision.models.densenet121.html) documents.
# Is that proof? Padding, strides and the order of layers have no weights. A better proof: Keras ships the architecture;
# with `weights=None` it downloads nothing. Given our weights, it must give our scores. (Our norms are fresh, so what they
# keep is not tested, nor a small difference of epsilon: lesson 5c.)

# %% tags=["verdict", "folded"]
# Folded: gives Keras's own DenseNet121 our weights, and compares the scores.
with tf.device(device_tf):
    shipped = pictures_tf.shipped_densenet(64, 14)
shipped.set_weights(chexnet_tf.get_weights())
shipped_scores = pictures_tf.predict(shipped, some_pictures)
parity.verdict(
    "scores of ours and of Keras's own", chexnet_scores_tf, shipped_scores, rtol=1e-2
)
del shipped, chexnet_torch, chexnet_tf  # 28 MB of weights each

# %% [markdown]
# ## 12c.3 Three findings, and one number for each
#
# Our drawings have three findings, each there or not: a wide heart, spots, haze. Several may be true at once, so each score
# gets a sigmoid of its own, not one softmax.
#
# The drawings come from two hospitals. One of them prints an L into the corner, and sends most of the haze. Haze is
# faint.

# %% tags=["taught"]
many = 960 if fast else 1280
epochs = 4 if fast else 6
x_chests, found_chests, has_mark = scenes.chests(many, seed)
x_same, found_same, _ = scenes.chests(300, seed, test=True)
x_other, found_other, _ = scenes.chests(300, seed, test=True, marks="at random")

haze = found_chests[:, 2] == 1
print("an L with haze:", has_mark[haze].mean(), "without:", has_mark[~haze].mean())

# %% tags=["folded"]
# Folded: draws seven drawings with their findings.
picture_figures.chests(x_chests[:7], found_chests[:7])

# %% [markdown]
# The number is [AUROC](glossary.md#auroc): how often a drawing with the finding scores above one without. 0.5 is guessing.
# To compute it, take every pair. `[:, None]` makes a column, and a column minus a row is a table of all differences.


# %% tags=["taught"]
def auroc(scores, there):
    """Of all pairs, the share in which the one with the finding scores higher."""
    above = scores[there == 1][:, None] - scores[there == 0]
    return float((above > 0).mean() + (above == 0).mean() / 2)


def aurocs(scores, found):
    return [auroc(scores[:, k], found[:, k]) for k in range(3)]


# %% [markdown]
# Two tests, on new drawings: from the same two hospitals, and from some where the L stands at random.
#
# **Predict.** What becomes of haze's AUROC where the L stands at random?
#
# - **a** about the same
# - **b** lower by more than 0.1
# - **c** higher by more than 0.1

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P12.4", guess, among=["a", "b", "c"])


# %% tags=["torch"]
# PyTorch
yes_or_no_torch = nn.functional.binary_cross_entropy_with_logits

run_torch = pictures_torch.learn(
    small_torch, yes_or_no_torch, x_chests, found_chests, seed, epochs
)
scores_torch = pictures_torch.predict(small_torch, x_same)
same_torch = aurocs(scores_torch, found_same)
other_torch = aurocs(pictures_torch.predict(small_torch, x_other), found_other)


# %% tags=["tf"]
# TensorFlow
def yes_or_no_tf(scores, found):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(found, scores))


run_tf = pictures_tf.learn(small_tf, yes_or_no_tf, x_chests, found_chests, seed, epochs)
scores_tf = pictures_tf.predict(small_tf, x_same)
same_tf = aurocs(scores_tf, found_same)
other_tf = aurocs(pictures_tf.predict(small_tf, x_other), found_other)

# %% tags=["verdict", "folded"]
# Folded: compares the first steps, and says which option came true.
# (a ReLU that rounding flips moves a gradient, here by up to a tenth)
parity.verdict(
    "scores and loss of the first step", run_torch.first, run_tf.first, rtol=1e-3
)
parity.verdict("its gradient", run_torch.gradient, run_tf.gradient, rtol=0.1)
for name, values in (("PyTorch", same_torch), ("TensorFlow", same_tf)):
    print(
        f"{name}'s AUROC for heart and spots is at least 0.95:",
        min(values[:2]) >= 0.95,
    )
fall = [same_torch[2] - other_torch[2], same_tf[2] - other_tf[2]]
letter = exercises.first_true({"b": min(fall) > 0.1, "c": max(fall) < -0.1, "a": True})
exercises.outcome("P12.4", letter)

# %% tags=["folded"]
# Folded: a table of all twelve numbers.
picture_figures.aurocs(
    {
        "PyTorch": same_torch,
        "PyTorch, L at random": other_torch,
        "TensorFlow": same_tf,
        "TensorFlow, L at random": other_tf,
    }
)

# %% [markdown]
# A test on drawings from the same hospitals looks splendid for all three findings. It cannot tell haze from the L, since
# there they go together.

# %% [markdown]
# ## 12c.4 Where a score comes from
#
# A [class activation map](glossary.md#class-activation-map) ([Zhou et al.](https://arxiv.org/abs/1512.04150)) takes the
# mean apart. A score is the mean over all places of the features, times the finding's weights, plus a bias. Leave the mean
# out, and each place has a share of the score.
#
# `@` multiplies the channels of every place with the weights (channels, findings). PyTorch keeps them turned.

# %% tags=["taught"]
x_look = x_same[:100]

# %% tags=["torch"]
# PyTorch
features_torch.eval()  # the mode for use, as training=False below
with torch.inference_mode():
    maps = pictures_torch.outputs(features_torch, x_look)  # channels last
    last = small_torch[-1].weight
    heat_torch = torch_side.to_numpy(maps @ last.T)

# %% tags=["tf"]
# TensorFlow
with tf.device(device_tf):
    maps = features_tf(x_look, training=False)
    last = small_tf.layers[-1].kernel
    heat_tf = tf_side.to_numpy(maps @ last)

# %% tags=["verdict", "folded"]
# Folded: gives Keras PyTorch's weights: scores and heat maps must be the same.
parity.verdict(
    "the mean of PyTorch's heat, and the score less its bias",
    heat_torch.mean(axis=(1, 2)),
    scores_torch[:100] - torch_side.to_numpy(small_torch[-1].bias),
    rtol=1e-3,
)
learned_tf = small_tf.get_weights()
small_tf.set_weights(pictures.for_keras(torch_side.get_weights(small_torch)))
carried_scores = pictures_tf.predict(small_tf, x_look)
carried_heat = pictures_tf.predict(features_tf, x_look) @ small_tf.get_weights()[-2]
small_tf.set_weights(learned_tf)
parity.verdict(
    "scores with PyTorch's weights in Keras",
    carried_scores,
    scores_torch[:100],
    rtol=1e-3,
)
parity.verdict(
    "heat maps with PyTorch's weights in Keras", carried_heat, heat_torch, rtol=1e-3
)

# %% tags=["folded"]
# Folded: draws a drawing for each finding, and its heat in both, on one scale.
picture_figures.heat(x_look, found_same[:100], scores_torch[:100], heat_torch, heat_tf)

# %% [markdown]
# ## 12c.5 The control
#
# Is that a shortcut? A critic may say: your haze cannot be seen at all, so what else should the network have learned?
#
# The control answers this. Train once more, from the same weights, for the same time, with one thing changed: the L stands
# at random. Where it does not help, is haze learned?

# %% tags=["taught"]
x_control, found_control, _ = scenes.chests(many, seed, marks="at random")

# %% tags=["torch"]
# PyTorch
control_torch, seen_by_torch = densenet_torch(**miniature)
control_run_torch = pictures_torch.learn(
    control_torch, yes_or_no_torch, x_control, found_control, seed, epochs
)
seen_torch = aurocs(pictures_torch.predict(control_torch, x_other), found_other)

# %% tags=["tf"]
# TensorFlow
with tf.device(device_tf):
    control_tf, seen_by_tf = densenet_tf(**miniature)
control_run_tf = pictures_tf.learn(
    control_tf, yes_or_no_tf, x_control, found_control, seed, epochs
)
seen_tf = aurocs(pictures_tf.predict(control_tf, x_other), found_other)

# %% tags=["verdict", "folded"]
# Folded: compares the controls' first steps, and both networks on haze.
parity.verdict(
    "scores and loss of the control's first step",
    control_run_torch.first,
    control_run_tf.first,
    rtol=1e-3,
)
rises = [seen_torch[2] - other_torch[2], seen_tf[2] - other_tf[2]]
visible = bool(min(rises) > 0.1)
conclusions = {True: "they preferred the L", False: "this run cannot tell"}
print("haze's AUROC is higher by more than 0.1 for both controls:", visible)
print("So, of the first networks:", conclusions[visible])

# %% tags=["folded"]
# Folded: draws haze's AUROC of both trainings.
picture_figures.control(
    {"PyTorch": other_torch[2], "TensorFlow": other_tf[2]},
    {"PyTorch": seen_torch[2], "TensorFlow": seen_tf[2]},
)

# %% [markdown]
# Where the control sees haze that the first network misses, haze is in the drawings, and a network of this size can learn
# it in this time. The first one had no reason to: the L was easier. That is called a *shortcut*. The budget is small, so do
# not read more out of the numbers than "clearly better".
#
# One number over all data from the same source does not show this. You need other data, a look at the heat, and a control.

# %% [markdown]
# ### Exercise 12.4: where to put the threshold (6 minutes)
#
# A score becomes a yes by a threshold: "score ≥ threshold" calls somebody ill. At least the share `share` of the ill must be
# called. Write `answer(scores, ill, share)` with NumPy arrays: `scores` floats (n,), `ill` 0 or 1 (n,). Return two numbers,
# in a tuple, a list or an array: the *highest* threshold that does it, and the specificity there, which is the share of the
# healthy who are not called.

# %% tags=["exercise"]
answer = ...  # a function of NumPy arrays scores and ill (0 or 1), and of a number


# solution
def answer(scores, ill, share):
    falling = np.sort(scores[ill == 1])[::-1]
    called = int(np.ceil(share * len(falling)))
    threshold = falling[called - 1]
    return threshold, (scores[ill == 0] < threshold).mean()


# wrong: of all scores
def answer(scores, ill, share):
    falling = np.sort(scores)[::-1]
    threshold = falling[int(np.ceil(share * len(falling))) - 1]
    return threshold, (scores[ill == 0] < threshold).mean()


# wrong: who are called
def answer(scores, ill, share):
    falling = np.sort(scores[ill == 1])[::-1]
    threshold = falling[int(np.ceil(share * len(falling))) - 1]
    return threshold, (scores[ill == 0] >= threshold).mean()


# wrong: too few of the ill
def answer(scores, ill, share):
    falling = np.sort(scores[ill == 1])[::-1]
    threshold = falling[max(int(share * len(falling)) - 2, 0)]
    return threshold, (scores[ill == 0] < threshold).mean()


# wrong: a higher threshold
def answer(scores, ill, share):
    threshold = scores[ill == 1].min()
    return threshold, (scores[ill == 0] < threshold).mean()


# wrong: share of all people
def answer(scores, ill, share):
    falling = np.sort(scores[ill == 1])[::-1]
    threshold = falling[int(np.ceil(share * len(falling))) - 1]
    return threshold, ((scores < threshold) & (ill == 0)).mean()


# %% tags=["check"]
exercises.check("12.4", answer)

# %% [markdown]
# ## 12c.6 The same network, another question
#
# Few have 112,120 images; CheXNet itself began with what ImageNet had taught. Lesson [7i](07i_transfer.ipynb) has the craft
# of *transfer*: what freezing must cover, two rates, several draws. Does it hold for this network, too?
#
# Our new question: is exactly one of the two there, a wide heart or spots? Nobody has asked the control network this, and
# only 32 new drawings come with the answer.


# %% tags=["taught"]
def just_one(found):
    """1 where a wide heart is there or spots are, and not both: (n, 1)."""
    return (found[:, :1] != found[:, 1:2]).astype("float32")


x_few, found_few, _ = scenes.chests(32, seed + 100, marks="at random")
y_few = just_one(found_few)
y_new = just_one(found_other)[:, 0]
rounds = 60
channels = 44  # of the features

# %% [markdown]
# The new last layer looks at 44 features of each place and gives one number; the mean over all places is the score. The
# frozen network computes the features once, and `learn` trains the new layer on them.

# %% tags=["torch"]
# PyTorch
layer = [nn.Conv2d(channels, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
head_torch = pictures_torch.begin(nn.Sequential(*layer), seed, device_torch)
features_few = pictures_torch.predict(seen_by_torch, x_few)
pictures_torch.learn(head_torch, yes_or_no_torch, features_few, y_few, seed, rounds)
features_new = pictures_torch.predict(seen_by_torch, x_other)
transfer_torch = pictures_torch.predict(head_torch, features_new)[:, 0]

# %% tags=["tf"]
# TensorFlow
with tf.device(device_tf):
    maps = tf.keras.Input((None, None, channels))
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(1, 1)(maps))
    head_tf = pictures_tf.begin(tf.keras.Model(maps, pooled), seed)
features_few = pictures_tf.predict(seen_by_tf, x_few)
pictures_tf.learn(head_tf, yes_or_no_tf, features_few, y_few, seed, rounds)
features_new = pictures_tf.predict(seen_by_tf, x_other)
transfer_tf = pictures_tf.predict(head_tf, features_new)[:, 0]

# %% tags=["verdict", "folded"]
# Folded: how many numbers learned here; all others are frozen.
learned_torch = sum(array.numel() for array in head_torch.parameters())
parity.verdict(
    "numbers that the new layer learns", learned_torch, head_tf.count_params()
)

# %% [markdown]
# Beside it, a network of the same form learns from the same drawings, as often, from start weights.

# %% tags=["taught"]
tiny = miniature | {"outputs": 1}

# %% tags=["torch"]
# PyTorch
scratch_torch, _ = densenet_torch(**tiny)
pictures_torch.learn(scratch_torch, yes_or_no_torch, x_few, y_few, seed, rounds)
from_scratch = pictures_torch.predict(scratch_torch, x_other)[:, 0]
new_torch = auroc(transfer_torch, y_new), auroc(from_scratch, y_new)

# %% tags=["tf"]
# TensorFlow
with tf.device(device_tf):
    scratch_tf, _ = densenet_tf(**tiny)
pictures_tf.learn(scratch_tf, yes_or_no_tf, x_few, y_few, seed, rounds)
from_scratch = pictures_tf.predict(scratch_tf, x_other)[:, 0]
new_tf = auroc(transfer_tf, y_new), auroc(from_scratch, y_new)

# %% tags=["verdict", "folded"]
# Folded: by how much is transfer better? That judges the claim.
gain_torch = new_torch[0] - new_torch[1]
gain_tf = new_tf[0] - new_tf[1]
claims.verdict(
    "C54d",
    {
        "PyTorch: better than from scratch": gain_torch > 0.05,
        "TensorFlow: better than from scratch": gain_tf > 0.05,
    },
    f"AUROC on the new question, from trained features and from scratch: PyTorch "
    f"measured {new_torch[0]:.2f} and measured {new_torch[1]:.2f}, TensorFlow "
    f"measured {new_tf[0]:.2f} and measured {new_tf[1]:.2f}; boxes and pixels were "
    "not tried",
)

# %% [markdown]
# It works because the new question needs what the old ones needed. Features that ignore spots would not help here, nor would
# one that knows only the L.

# %% [markdown]
# ## 12c.7 Quiz

# %%
exercises.quiz("12c")

# %% [markdown]
# ## 12c.8 Verdicts

# %%
claims.close("12c")

# %% [markdown]
# ## 12c.9 Summary and further reading
#
# - CheXNet is a paper, and a DenseNet-121 from ImageNet's weights. You have built the network twice.
# - A port is proven by a reference's outputs from the same weights. An equal number of weights is a hint.
# - AUROC on data from the same source rewards a shortcut. Other data, heat maps and a control show it.
# - AUROC ranks. Who is called ill is a threshold's doing.
# - Transfer (lesson 7i): frozen features need few examples, where the new question is like the old ones.
#
# Further reading: [shortcut learning](https://arxiv.org/abs/2004.07780) (Geirhos et al.). Next:
# [Pyro and Sonnet](12d_pyro_and_sonnet.ipynb).
