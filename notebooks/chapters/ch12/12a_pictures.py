# %% [markdown]
# # 12a. What can be built: pictures
#
# A plate reader, a detector, a segmenter and a small CheXNet, each trained here in both frameworks, by one loop.
#
# > **Minutes**: 55 &nbsp; **Needs**: chapters 5 to 7
# >
# > **You will be able to**
# > - turn a task on pictures into a shape of output and a loss
# > - read text of any length with CTC, find things with boxes, and give each pixel a class
# > - judge each by the number that its field uses, and say how that number can mislead
# > - build DenseNet-121 twice, from the paper, and prove that it is DenseNet-121
# > - catch a network that has learned something else than you think
# >
# > **Claims tested**: C59

# %% tags=["setup"]
from helpers import session
session.start("12a")
import types
import numpy as np
from tqdm.auto import tqdm
from helpers import claims, data, exercises, parity, plots
from chapters.ch12 import scenes

# %% tags=["torch", "setup"]
import torch
from torch import nn
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side
layers = tf.keras.layers

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
epochs, batch = (4, 16) if fast else (6, 16)
many = {"plates": 2240, "scenes": 1600, "chests": 640} if fast else {"plates": 4800, "scenes": 3200, "chests": 1280}
floors = {"plates": 0.6, "mAP": 0.7, "IoU": 0.5, "AUROC": 0.9} if fast else \
         {"plates": 0.9, "mAP": 0.9, "IoU": 0.75, "AUROC": 0.95}      # what every seed must reach

def kernel(k, *shape):
    """Start weights number k, in TensorFlow's layout; standard deviation (2 / inputs)^0.5 (He et al., arXiv:1502.01852)."""
    deviation = (2 / np.prod(shape[:-1])) ** 0.5
    return np.random.default_rng([seed, k]).normal(scale=deviation, size=shape).astype("float32")

def batches(x, y):
    """(rate, pictures, targets): all batches of all epochs; the learning rate rises, then falls along a cosine."""
    steps = epochs * (len(x) // batch)
    pairs = (pair for epoch in range(epochs) for pair in data.batches(x, y, batch, seed, epoch))
    for step, (some, target) in enumerate(tqdm(pairs, total=steps, unit="step", leave=False)):
        yield 0.01 * min((step + 1) / (steps / 7), (1 + np.cos(np.pi * step / steps)) / 2), some, target

# %% [markdown]
# ## 12a.1 One loop for four tasks
#
# [Lesson 7a](07a_loops_and_a_fair_split.ipynb) read handwritten digits: a picture in, ten scores out. Here pictures go in as
# well, but what is asked for has another shape: a text, boxes, a class for each pixel, several labels at once. That is
# nearly all that changes. The loop is the same for the four tasks, so we write it once for each framework: start weights
# from NumPy, Adam, and the first step kept for comparison.
#
# Outside of the networks everything is [NHWC](glossary.md#layout), so that the losses of both frameworks read alike.
#
# All pictures are made by `helpers/scenes.py` from a seed. They are synthetic, and so is everything that we conclude
# about plates and chests.

# %% tags=["torch", "setup"]
def call_torch(model, pictures):
    outputs = model(torch.from_numpy(pictures).to(device_torch).permute(0, 3, 1, 2))
    return outputs.permute(0, 2, 3, 1) if outputs.ndim == 4 else outputs
def learn_torch(model, loss, x, y):
    optimizer, first, losses = torch.optim.Adam(model.parameters(), eps=1e-7, fused=True), {}, []
    model.train()
    for rate, pictures, target in batches(x, y):
        optimizer.param_groups[0]["lr"] = rate
        value = loss(outputs := call_torch(model, pictures), torch.from_numpy(target).to(device_torch))
        optimizer.zero_grad()
        value.backward()
        gradient = next(model.parameters()).grad.permute(2, 3, 1, 0)
        first = first or {name: torch_side.to_numpy(part) for name, part in
                          (("outputs", outputs), ("loss", value), ("gradient", gradient))}
        optimizer.step()
        losses.append(value.detach())
    losses = torch_side.to_numpy(torch.stack(losses))
    return types.SimpleNamespace(gradient=first.pop("gradient"), first=first, losses=losses)

# %% tags=["tf", "setup"]
def learn_tf(model, loss, x, y):
    optimizer, weights, first, losses = tf.keras.optimizers.Adam(epsilon=1e-7), model.trainable_variables, {}, []
    optimizer.build(weights)
    @tf.function
    def step(pictures, target):
        with tf.device(device_tf), tf.GradientTape() as tape:
            outputs = model(pictures, training=True)
            value = loss(outputs, target)
        gradients = tape.gradient(value, weights)
        optimizer.apply_gradients(zip(gradients, weights))
        return {"outputs": outputs, "loss": value, "gradient": gradients[0]}
    for rate, pictures, target in batches(x, y):
        optimizer.learning_rate.assign(rate)
        result = step(pictures, target)
        first = first or {name: tf_side.to_numpy(part) for name, part in result.items()}
        losses.append(result["loss"])
    losses = tf_side.to_numpy(tf.stack(losses))
    return types.SimpleNamespace(gradient=first.pop("gradient"), first=first, losses=losses)

# %% tags=["torch", "setup"]
device_torch = torch_side.device(device)
torch.backends.cudnn.allow_tf32 = False                              # full float32, as on a CPU
def begin_torch(model):
    for k, weight in enumerate(weight for weight in model.parameters() if weight.ndim > 1):
        there, back = ((2, 3, 1, 0), (3, 2, 0, 1)) if weight.ndim == 4 else ((1, 0), (1, 0))     # TensorFlow's layout
        weight.data.copy_(torch.from_numpy(kernel(k, *weight.permute(there).shape).transpose(back)))
    for name, weight in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(weight)
    return model.to(device_torch, memory_format=torch.channels_last)

@torch.inference_mode()
def predict_torch(model, x):
    model.eval()
    return np.concatenate([torch_side.to_numpy(call_torch(model, x[k:k + 100])) for k in range(0, len(x), 100)])

def conv_torch(inputs, outputs, stride=1):
    return [nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs, eps=1e-3), nn.ReLU()]

# %% tags=["tf", "setup"]
device_tf = tf_side.device(device)
tf.config.experimental.enable_tensor_float_32_execution(False)
def begin_tf(model):
    for k, weight in enumerate(weight for weight in model.trainable_variables if len(weight.shape) > 1):
        weight.assign(kernel(k, *weight.shape))
    return model

def predict_tf(model, x):
    with tf.device(device_tf):
        return np.concatenate([tf_side.to_numpy(model(x[k:k + 100], training=False)) for k in range(0, len(x), 100)])

def conv_tf(outputs, stride=1):                       # at stride 2 "same" would pad on one side only: pad by hand
    return [layers.ZeroPadding2D(1), layers.Conv2D(outputs, 3, stride, use_bias=False),
            layers.BatchNormalization(momentum=0.9), layers.ReLU()]

# %% [markdown]
# ## 12a.2 A reader of registration plates
#
# A plate has four to seven characters, and nobody says where each stands. The network turns a picture into 24 columns of
# scores, for 21 characters and a *blank*. [CTC](glossary.md#ctc) (Graves et al.,
# [2006](https://www.cs.toronto.edu/~graves/icml_2006.pdf)) reads them so: take the best of each column, merge repeats, drop
# blanks; `--BB--8-8` is B88. Its loss is minus the log of the total probability of *all* ways to write the text.
#
# The number of the field is [sequence accuracy](glossary.md#sequence-accuracy): one wrong character, and the plate is
# wrong. No text of a test plate occurs in training.
#
# **Prediction 12a.1.** After training, how will most plates be written into the 24 columns?

# %% tags=["predict"]
x_plates, y_plates = scenes.plates(many["plates"], seed)
x_unseen, y_unseen = scenes.plates(400, seed, test=True)
fig, axes = plots.figure(2, 6, width=10, height=1.7)
for ax, picture, characters in zip(axes.ravel(), x_plates, y_plates):
    ax.imshow(picture[..., 0], cmap="gray", vmin=0, vmax=1)
    ax.set_title(scenes.text(characters), fontsize=9)
    ax.set_axis_off()
plots.show(fig, alt="Twelve synthetic registration plates with their texts, in three fonts: slanted, unevenly lit, blurred "
                    "and noisy.")
guess = ...            # one of the three below
exercises.predict("12a.1", guess, among=["as wide letters: few blanks", "as spikes: more than half of the columns blank",
                                         "with blanks at both ends only"])

# %% tags=["torch"]
signs = len(scenes.SYMBOLS)
reader_torch = begin_torch(nn.Sequential(
    *conv_torch(1, 16, stride=2), *conv_torch(16, 32, stride=2), *conv_torch(32, 48), nn.MaxPool2d((2, 1)),
    *conv_torch(48, 48), nn.Conv2d(48, signs, (3, 1))))               # 3 rows of 24 columns become one

def spelled_torch(scores, texts):
    logs = scores.squeeze(1).log_softmax(2)                           # (batch, columns, signs)
    lengths = torch.count_nonzero(texts, dim=1)
    columns = torch.full_like(lengths, logs.shape[1])
    return nn.functional.ctc_loss(logs.transpose(0, 1), texts, columns, lengths, reduction="none").mean()

plates_torch = learn_torch(reader_torch, spelled_torch, x_plates, y_plates)
columns_torch = predict_torch(reader_torch, x_unseen).squeeze(1)

# %% tags=["tf"]
signs = len(scenes.SYMBOLS)
reader_tf = begin_tf(tf.keras.Sequential([
    tf.keras.Input((*scenes.PLATE, 1)), *conv_tf(16, stride=2), *conv_tf(32, stride=2), *conv_tf(48),
    layers.MaxPooling2D((2, 1)), *conv_tf(48), layers.Conv2D(signs, (3, 1))]))

def spelled_tf(scores, texts):
    scores = tf.squeeze(scores, 1)
    lengths = tf.math.count_nonzero(texts, axis=1, dtype=tf.int32)
    columns = tf.fill(tf.shape(lengths), tf.shape(scores)[1])
    return tf.reduce_mean(tf.nn.ctc_loss(texts, scores, lengths, columns, logits_time_major=False, blank_index=0))

plates_tf = learn_tf(reader_tf, spelled_tf, x_plates, y_plates)
columns_tf = predict_tf(reader_tf, x_unseen).squeeze(1)

# %% tags=["verdict"]
def read(scores):
    best = scores.argmax(-1)                                          # (plates, columns)
    new = np.diff(best, axis=1, prepend=-1) != 0                      # not a repeat of the column before
    return np.array([scenes.text(row[fresh]) for row, fresh in zip(best, new)])

written = np.array([scenes.text(row) for row in y_unseen])
read_torch, read_tf = read(columns_torch), read(columns_tf)
parity.verdict("scores and CTC loss of the first step", plates_torch.first, plates_tf.first, rtol=1e-3)
parity.verdict("its gradient, but for a ReLU that rounding flips", plates_torch.gradient, plates_tf.gradient, rtol=0.01)
for name, texts in (("PyTorch", read_torch), ("TensorFlow", read_tf)):
    print(f"{name} reads at least {floors['plates']:.0%} of unseen plates without a mistake: "
          f"{bool((texts == written).mean() >= floors['plates'])}")
blanks = min((columns.argmax(-1) == 0).mean() for columns in (columns_torch, columns_tf))
inside = [row.strip("-") for row in ("".join(scenes.SYMBOLS[k] for k in best) for best in columns_torch.argmax(-1))]
broken = np.mean(["-" in row for row in inside])                      # of the plates, those with a blank inside
exercises.outcome("12a.1", exercises.first_true({"as spikes: more than half of the columns blank": blanks > 0.5,
                                                 "as wide letters: few blanks": broken > 0.5,
                                                 "with blanks at both ends only": broken <= 0.5}))

# %%
print(f"plates read without a mistake: PyTorch {(read_torch == written).mean():.1%}, "
      f"TensorFlow {(read_tf == written).mean():.1%}")
wrong = np.flatnonzero(read_torch != written)[:8]
some = np.concatenate([wrong, np.flatnonzero(read_torch == written)])[:8]
fig, axes = plots.figure(4, 4, width=10, height=4.2)
for row, part in ((0, some[:4]), (2, some[4:])):
    for picture, chances, k in zip(axes[row], axes[row + 1], part):
        picture.imshow(x_unseen[k, ..., 0], cmap="gray", vmin=0, vmax=1)
        picture.set_title(f"{written[k]}\nPyTorch {read_torch[k]}, TensorFlow {read_tf[k]}", fontsize=8)
        likely = np.exp(columns_torch[k] - columns_torch[k].max(1, keepdims=True))
        chances.imshow((likely / likely.sum(1, keepdims=True)).T[1:], aspect="auto", vmin=0, vmax=1, cmap="gray_r")
        picture.set_axis_off()
        chances.set(xticks=[], yticks=[], xlabel="column" if row else "", ylabel="character" if k == part[0] else "")
        chances.grid(False)
plots.show(fig, alt="Eight test plates, any that PyTorch misread first, with what was written and what each framework "
                    "reads; below each, how likely PyTorch finds each character in each of 24 columns, darker for likelier.")

# %% [markdown]
# ## 12a.3 Finding digits: object detection
#
# CTC asks for the text, not for how many columns a character fills. (TensorFlow gives one loss a text; PyTorch's default,
# `mean`, divides each by its text's length first: hence `reduction="none"`.)
#
# Now [object detection](glossary.md#object-detection): one to three handwritten digits, 0 to 4, on clutter, those for the
# test from other forms; wanted are a box and a class for each. The network gives 8×8 cells, each with five class scores and
# four distances to the sides of a box
# ([FCOS](https://arxiv.org/abs/1904.01355) works so). Cells near the middle of a digit must find it, all others must find
# nothing.

# %%
learned, unseen = scenes.digits_on_clutter(many["scenes"], seed), scenes.digits_on_clutter(300, seed, test=True)
centers = np.stack(np.meshgrid(np.arange(8), np.arange(8)), -1) * 4 + 2.0      # (row, column, (x, y)) in pixels

def cells(pictures):
    """Targets (N, 8, 8, 9): five classes, then distances to left, top, right, bottom in units of 8 pixels."""
    target = np.zeros((len(pictures.x), 8, 8, 9), "float32")
    for k, (boxes, classes) in enumerate(zip(pictures.boxes, pictures.classes)):
        for box, digit in zip(boxes, classes):
            middle, reach = (box[:2] + box[2:]) / 2, 0.35 * (box[2:] - box[:2])
            near = (abs(centers - middle) <= np.maximum(reach, 2)).all(-1)
            target[k, near, digit] = 1
            target[k, near, 5:] = np.concatenate([centers - box[:2], box[2:] - centers], -1)[near] / 8
    return target

targets = cells(learned)
fig, axes = plots.figure(1, 8, width=10, height=1.4)
plots.images(axes[::2], learned.x[:4, ..., 0], [" ".join(map(str, classes)) for classes in learned.classes[:4]])
plots.images(axes[1::2], targets[:4, ..., :5].max(-1), ["cells that find"] * 4)
plots.show(fig, alt="Four scenes with digits on clutter, and beside each the eight by eight cells that must find them: a "
                    "small group near the middle of each digit.")

# %% tags=["torch"]
finder_torch = begin_torch(nn.Sequential(
    *conv_torch(1, 16), nn.MaxPool2d(2), *conv_torch(16, 32), nn.MaxPool2d(2), *conv_torch(32, 64), *conv_torch(64, 64),
    nn.Conv2d(64, 9, 1)))

def found_torch(outputs, target):
    kind, sides = outputs[..., :5], outputs[..., 5:]
    known, wanted = target[..., :5], target[..., 5:]
    near = known.sum(-1)                                              # 1 in the cells that must find something
    kinds = nn.functional.binary_cross_entropy_with_logits(kind, known, reduction="sum")
    offs = (near[..., None] * (sides - wanted)).abs().sum()
    return (kinds + offs) / near.sum()

boxes_torch = learn_torch(finder_torch, found_torch, learned.x, targets)
maps_torch = predict_torch(finder_torch, unseen.x)

# %% tags=["tf"]
finder_tf = begin_tf(tf.keras.Sequential([
    tf.keras.Input((32, 32, 1)), *conv_tf(16), layers.MaxPooling2D(), *conv_tf(32), layers.MaxPooling2D(), *conv_tf(64),
    *conv_tf(64), layers.Conv2D(9, 1)]))

def found_tf(outputs, target):
    kind, sides = outputs[..., :5], outputs[..., 5:]
    known, wanted = target[..., :5], target[..., 5:]
    near = tf.reduce_sum(known, -1)
    kinds = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(known, kind))
    offs = tf.reduce_sum(abs(near[..., None] * (sides - wanted)))
    return (kinds + offs) / tf.reduce_sum(near)

boxes_tf = learn_tf(finder_tf, found_tf, learned.x, targets)
maps_tf = predict_tf(finder_tf, unseen.x)

# %% tags=["verdict"]
parity.verdict("maps and loss of the first step", boxes_torch.first, boxes_tf.first, rtol=1e-3)
parity.verdict("its gradient, but for a ReLU that rounding flips", boxes_torch.gradient, boxes_tf.gradient, rtol=0.01)

# %% [markdown]
# ## 12a.4 Too many boxes, and one number for them
#
# Several cells find a digit. [Non-maximum suppression](glossary.md#non-maximum-suppression) takes the surest box,
# drops those that overlap it by over half, and goes on. Overlap is [IoU](glossary.md#iou): shared area over joint
# area. TensorFlow brings the function; PyTorch keeps it in torchvision, so we write it.
#
# The number: sort a class's boxes by score; one is right if its IoU with a digit not yet found is at least 0.5.
# [Average precision](glossary.md#average-precision) is the mean, over all true digits, of the share of right boxes down to
# that one (0 for a digit that nobody found). Its mean over the classes is mAP.
#
# **Prediction 12a.2.** Without suppression, what becomes of mAP?

# %% tags=["predict"]
guess = ...            # one of the three below
exercises.predict("12a.2", guess, among=["about the same: the best box comes first", "lower by more than a fifth", "zero"])

# %%
def iou(a, b):
    corner, other = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared, area = (other - corner).clip(0).prod(-1), [(boxes[:, 2:] - boxes[:, :2]).prod(-1) for boxes in (a, b)]
    return shared / (area[0][:, None] + area[1] - shared)
def candidates(maps):                                                 # for each scene: boxes, scores, classes
    boxes = np.concatenate([centers - 8 * maps[..., 5:7], centers + 8 * maps[..., 7:]], -1)
    scores, classes = 1 / (1 + np.exp(-maps[..., :5].max(-1))), maps[..., :5].argmax(-1)
    return [(b[s > 0.05], s[s > 0.05], c[s > 0.05]) for b, s, c in zip(boxes.astype("float32"), scores, classes)]
def mean_average_precision(found, pictures, limit=0.5):
    rows = []                                                         # (class, score, right?) of every box
    for (boxes, scores, classes), truth, digits in zip(found, pictures.boxes, pictures.classes):
        overlap = np.where(classes[:, None] == digits, iou(boxes, truth), 0)
        for k in np.argsort(-scores):
            rows.append((classes[k], scores[k], overlap[k].max() >= limit))
            overlap[:, overlap[k].argmax()] *= not rows[-1][2]        # each digit is found once
    kind, _, right = np.array(sorted(rows, key=lambda row: -row[1])).T
    lists, counts = [right[kind == digit] for digit in range(5)], np.bincount(np.concatenate(pictures.classes))
    return np.mean([(r * r.cumsum() / np.arange(1, len(r) + 1)).sum() / n for r, n in zip(lists, counts)])

# %% tags=["torch"]
def keep_torch(boxes, scores):
    boxes, order, kept = torch.from_numpy(boxes), torch.from_numpy(scores).argsort(descending=True, stable=True), []
    area = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        corner, other = boxes[order, :2].maximum(boxes[best, :2]), boxes[order, 2:].minimum(boxes[best, 2:])
        shared = (other - corner).clamp(min=0).prod(1)
        order = order[shared / (area[best] + area[order] - shared) <= 0.5]
    return np.array(kept, int)

found_by_torch = [[part[keep_torch(some[0], some[1])] for part in some] for some in candidates(maps_torch)]
many_torch, once_torch = (mean_average_precision(found, unseen) for found in (candidates(maps_torch), found_by_torch))
kept_torch = [keep_torch(boxes, scores) for boxes, scores, _ in candidates(targets[:40] + kernel(7, 40, 8, 8, 9))]

# %% tags=["tf"]
def keep_tf(boxes, scores):
    upright = boxes[:, [1, 0, 3, 2]]                                  # TensorFlow wants y before x
    kept = tf.image.non_max_suppression(upright, scores, max_output_size=len(scores), iou_threshold=0.5)
    return tf_side.to_numpy(kept).astype(int)

found_by_tf = [[part[keep_tf(some[0], some[1])] for part in some] for some in candidates(maps_tf)]
many_tf, once_tf = (mean_average_precision(found, unseen) for found in (candidates(maps_tf), found_by_tf))
kept_tf = [keep_tf(boxes, scores) for boxes, scores, _ in candidates(targets[:40] + kernel(7, 40, 8, 8, 9))]

# %% tags=["verdict"]
parity.verdict("boxes kept in 40 noisy scenes", np.concatenate(kept_torch), np.concatenate(kept_tf))
for name, value in (("PyTorch", once_torch), ("TensorFlow", once_tf)):
    print(f"{name}'s mAP on digits of unseen forms is at least {floors['mAP']}: {bool(value >= floors['mAP'])}")
lost = 1 - max(many_torch / once_torch, many_tf / once_tf)
exercises.outcome("12a.2", exercises.first_true({"zero": lost >= 0.99, "lower by more than a fifth": lost > 0.2,
                                                 "about the same: the best box comes first": lost <= 0.2}))

# %%
tight = [mean_average_precision(found, unseen, 0.75) for found in (found_by_torch, found_by_tf)]
for name, values in (("PyTorch", (once_torch, many_torch, tight[0])), ("TensorFlow", (once_tf, many_tf, tight[1]))):
    print("{}: mAP {:.2f}, without suppression {:.2f}; with suppression, at IoU 0.75, {:.2f}".format(name, *values))
sure = [[part[some[1] > 0.3] for part in some] for some in found_by_torch]
fits = [sorted(classes) == sorted(digits) and iou(boxes, truth).max(1).min() > 0.5
        for (boxes, _, classes), truth, digits in zip(sure, unseen.boxes, unseen.classes)]
order = np.concatenate([np.flatnonzero(np.logical_not(fits))[:4], np.flatnonzero(fits)])[:7]
fig, axes = plots.figure(2, 7, width=10, height=3.2)
for row, found, style in ((0, found_by_torch, plots.TORCH), (1, found_by_tf, plots.TF)):
    plots.images(axes[row], unseen.x[order, ..., 0])
    axes[row, 0].set_title(style["label"], loc="left", fontsize=9)
    for ax, k in zip(axes[row], order):
        for (left, top, right, bottom), score, digit in zip(*found[k]):
            if score > 0.3:
                ax.plot(np.array([left, right, right, left, left]) - 0.5, np.array([top, top, bottom, bottom, top]) - 0.5,
                        color=style["color"], linestyle=style["linestyle"], linewidth=1.4)
                ax.text(left, top - 1, digit, color=style["color"], fontsize=9, weight="bold")
plots.show(fig, alt="Seven test scenes in two rows, PyTorch above and TensorFlow below, with the boxes and digits that each "
                    "found; any scenes in which PyTorch made a mistake come first.")

# %% [markdown]
# ## 12a.5 A class for each pixel: segmentation
#
# [Semantic segmentation](glossary.md#semantic-segmentation) on the same scenes: is this pixel background, or ink of which
# digit? A [U-Net](glossary.md#u-net) ([Ronneberger et al.](https://arxiv.org/abs/1505.04597)) shrinks the picture to
# see whole digits, enlarges it again, and joins what it saw at each size on the way down, so that edges stay sharp.
#
# Background fills most of a scene, so the loss weights it down. PyTorch's weighted mean divides by the weights' sum; in
# TensorFlow we do.
#
# The number is mean IoU: for each class, pixels rightly given to it, over pixels that are or were said to be of it.
#
# **Prediction 12a.3.** A program answers "background" for every pixel. How good is it?

# %% tags=["predict"]
guess = ...            # one of the three below
exercises.predict("12a.3", guess, among=["pixel accuracy below 0.2", "pixel accuracy above 0.8, mean IoU below 0.2",
                                         "both above 0.8"])

# %% tags=["torch"]
class UNetTorch(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Sequential(*conv_torch(1, 8))
        self.down2 = nn.Sequential(*conv_torch(8, 16))
        self.bottom = nn.Sequential(*conv_torch(16, 48), *conv_torch(48, 48))
        self.up2 = nn.Sequential(*conv_torch(64, 16))
        self.up1 = nn.Sequential(*conv_torch(24, 8), nn.Conv2d(8, 6, 1))
    def forward(self, x):
        shrink, enlarge = nn.MaxPool2d(2), nn.Upsample(scale_factor=2)
        fine = self.down1(x)
        middle = self.down2(shrink(fine))
        x = self.up2(torch.cat([middle, enlarge(self.bottom(shrink(middle)))], 1))
        return self.up1(torch.cat([fine, enlarge(x)], 1))
unet_torch, weight_torch = begin_torch(UNetTorch()), torch.tensor([0.3] + [1.0] * 5).to(device_torch)
def painted_torch(scores, mask):
    return nn.functional.cross_entropy(scores.permute(0, 3, 1, 2), mask, weight_torch)
masks_torch = learn_torch(unet_torch, painted_torch, learned.x, learned.mask)
painting_torch = predict_torch(unet_torch, unseen.x).argmax(-1)

# %% tags=["tf"]
def chain(x, *parts):
    for part in parts:
        x = part(x)
    return x

def unet():
    shrink, enlarge, join = layers.MaxPooling2D(), layers.UpSampling2D(), layers.Concatenate()
    fine = chain(picture := tf.keras.Input((32, 32, 1)), *conv_tf(8))
    middle = chain(shrink(fine), *conv_tf(16))
    bottom = chain(shrink(middle), *conv_tf(48), *conv_tf(48))
    x = chain(join([middle, enlarge(bottom)]), *conv_tf(16))
    x = chain(join([fine, enlarge(x)]), *conv_tf(8))
    return tf.keras.Model(picture, layers.Conv2D(6, 1)(x))
unet_tf, weight_tf = begin_tf(unet()), tf.constant([0.3] + [1.0] * 5)
def painted_tf(scores, mask):
    each = tf.gather(weight_tf, mask)
    return tf.reduce_sum(each * tf.nn.sparse_softmax_cross_entropy_with_logits(mask, scores)) / tf.reduce_sum(each)
masks_tf = learn_tf(unet_tf, painted_tf, learned.x, learned.mask)
painting_tf = predict_tf(unet_tf, unseen.x).argmax(-1)

# %% tags=["verdict"]
def ious(said, true):
    table = np.bincount(6 * true.ravel() + said.ravel(), minlength=36).reshape(6, 6)
    return table.diagonal() / (table.sum(0) + table.sum(1) - table.diagonal())

parity.verdict("scores and loss of the first step", masks_torch.first, masks_tf.first, rtol=1e-3)
parity.verdict("its gradient, but for a ReLU that rounding flips", masks_torch.gradient, masks_tf.gradient, rtol=0.01)
iou_torch, iou_tf = ious(painting_torch, unseen.mask), ious(painting_tf, unseen.mask)
for name, value in (("PyTorch", iou_torch.mean()), ("TensorFlow", iou_tf.mean())):
    print(f"{name}'s mean IoU is at least {floors['IoU']}: {bool(value >= floors['IoU'])}")
lazy = np.zeros_like(unseen.mask)
accuracy, overlap = (lazy == unseen.mask).mean(), ious(lazy, unseen.mask).mean()
exercises.outcome("12a.3", exercises.first_true({
    "both above 0.8": min(accuracy, overlap) > 0.8, "pixel accuracy below 0.2": accuracy < 0.2,
    "pixel accuracy above 0.8, mean IoU below 0.2": accuracy > 0.8 and overlap < 0.2}))

# %%
for name, said in (("PyTorch", painting_torch), ("TensorFlow", painting_tf), ("always background", lazy)):
    print(f"{name}: pixel accuracy {(said == unseen.mask).mean():.1%}, mean IoU {ious(said, unseen.mask).mean():.2f}")
mistakes = ((painting_torch != unseen.mask) & (unseen.mask > 0)).sum((1, 2))
some = np.concatenate([np.argsort(-mistakes)[:3], np.argsort(mistakes)[:4]])
fig, axes = plots.figure(4, 7, width=10, height=5.8)
plots.images(axes[0], unseen.x[some, ..., 0])
for row, name, masks in ((1, "true", unseen.mask), (2, "PyTorch", painting_torch), (3, "TensorFlow", painting_tf)):
    for ax, k in zip(axes[row], some):
        ax.imshow(np.where(masks[k] > 0, masks[k] - 1.0, np.nan), cmap="tab10", vmin=0, vmax=9, interpolation="nearest")
        ax.set(xticks=[], yticks=[], xlabel=" ".join(map(str, np.unique(masks[k])[1:] - 1)))
        ax.grid(False)
    axes[row, 0].set_ylabel(name)
plots.show(fig, alt="Seven test scenes; below each its true mask, PyTorch's and TensorFlow's, one color for each digit "
                    "and the digits' names: first the three in which PyTorch got most ink wrong, then four with least.")

# %% [markdown]
# ## 12a.6 CheXNet
#
# CheXNet ([Rajpurkar et al., 2017](https://arxiv.org/abs/1711.05225)) is a DenseNet-121 with 14 outputs for 14 findings
# on chest X-rays; the PyTorch code in wide use is a [re-implementation](https://github.com/arnoweng/CheXNet) by others.
# Its data, [ChestX-ray14](https://arxiv.org/abs/1705.02315), are 112,120 images of 30,805 patients, some 40 GB: too much
# for this course, and labels that a program took from reports. So ours are drawings, with findings that are drawn.
# **Nothing here says anything about medicine.**
#
# [DenseNet](https://arxiv.org/abs/1608.06993): every layer's output is joined to its input, so each layer sees all earlier
# ones. 121 counts the layers with weights;
# [torchvision](https://docs.pytorch.org/vision/stable/models/generated/torchvision.models.densenet121.html) says how many
# parameters they hold. One function builds it and our miniature.

# %% tags=["torch"]
def densenet_torch(blocks, growth, stem, outputs, channels):
    def norm(width):
        return nn.BatchNorm2d(width, eps=1e-5), nn.ReLU()
    def conv(before, after, size, stride=1):
        return nn.Conv2d(before, after, size, stride, size // 2, bias=False)
    class Joined(nn.Sequential):
        def forward(self, x):
            return torch.cat([x, super().forward(x)], 1)
    width, parts = stem, [conv(channels, stem, 7, 2), *norm(stem), nn.MaxPool2d(3, 2, 1)]
    for number, depth in enumerate(blocks):
        if number:                                                    # between blocks: half the channels, half the size
            parts += [*norm(width), conv(width, width // 2, 1), nn.AvgPool2d(2)]
            width //= 2
        for _ in range(depth):
            parts.append(Joined(*norm(width), conv(width, 4 * growth, 1), *norm(4 * growth), conv(4 * growth, growth, 3)))
            width += growth
    features = nn.Sequential(*parts, *norm(width))
    return begin_torch(nn.Sequential(features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, outputs)))
chexnet_torch = densenet_torch((6, 12, 24, 16), growth=32, stem=64, outputs=14, channels=3)

# %% tags=["tf"]
def densenet_tf(blocks, growth, stem, outputs, channels, side=64):
    def norm():
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5), layers.ReLU()
    def conv(after, size, stride=1):
        return layers.ZeroPadding2D(size // 2), layers.Conv2D(after, size, stride, use_bias=False)
    x = chain(picture := tf.keras.Input((side, side, channels)), *conv(stem, 7, 2), *norm(), layers.ZeroPadding2D(1),
              layers.MaxPooling2D(3, 2))
    for number, depth in enumerate(blocks):
        if number:
            x = chain(x, *norm(), *conv(x.shape[-1] // 2, 1), layers.AveragePooling2D(2))
        for _ in range(depth):
            x = layers.Concatenate()([x, chain(x, *norm(), *conv(4 * growth, 1), *norm(), *conv(growth, 3))])
    features = chain(x, *norm())
    scores = layers.Dense(outputs)(layers.GlobalAveragePooling2D()(features))
    model = begin_tf(tf.keras.Model(picture, scores))
    model.features = tf.keras.Model(picture, features)
    return model
chexnet_tf = densenet_tf((6, 12, 24, 16), growth=32, stem=64, outputs=14, channels=3)

# %% tags=["verdict"]
pictures = np.random.default_rng(seed).random((4, 64, 64, 3), "float32")
scores_torch, scores_tf = predict_torch(chexnet_torch, pictures), predict_tf(chexnet_tf, pictures)
parity.verdict("scores of DenseNet-121 from the same weights", scores_torch, scores_tf, rtol=1e-3)
published = tf.keras.applications.DenseNet121(weights=None, input_shape=(64, 64, 3), classes=14, classifier_activation=None)
published.set_weights(chexnet_tf.get_weights())
parity.verdict("scores of ours and of Keras's own DenseNet121", scores_tf, predict_tf(published, pictures), rtol=1e-2)
numbers = sum(weight.numel() for weight in chexnet_torch.parameters())
thousand = numbers + (1000 - 14) * (1024 + 1)                         # with ImageNet's 1000 classes instead of 14
depth = sum(weight.ndim > 1 for weight in chexnet_torch.parameters())
print(f"layers with weights: {depth}; parameters with 14 outputs: {numbers:,}, with 1000: {thousand:,}")
claims.verdict("C59", {"as many parameters as torchvision documents for DenseNet-121": thousand == 7_978_856,
                       "as many as Keras's own": numbers == sum(w.numpy().size for w in published.trainable_variables),
                       "121 layers with weights": depth == 121}, "CheXNet is a model and a paper, not a framework: "
               f"DenseNet-121 with 14 outputs, {numbers:,} parameters, built here in both frameworks")

# %% [markdown]
# ## 12a.7 What did it learn?
#
# Our miniature has three findings, each yes or no: a sigmoid for each, not one softmax. The number is
# [AUROC](glossary.md#auroc): how often a drawing with the finding scores above one without; 0.5 is guessing.
#
# The drawings come from two hospitals; one prints an L into the corner, and sends most of the haze. Haze is faint.
#
# A [class activation map](glossary.md#class-activation-map) ([Zhou et al.](https://arxiv.org/abs/1512.04150)) shows where a
# score comes from: the last features, weighted by the finding's row of the last layer.
#
# **Prediction 12a.4.** On new drawings from both hospitals we measure haze's AUROC. What will it be on drawings where the
# L stands at random?

# %% tags=["predict"]
x_chests, found_chests, _ = scenes.chests(many["chests"], seed)
x_same, found_same, _ = scenes.chests(300, seed, test=True)
x_other, found_other, _ = scenes.chests(300, seed, test=True, marks="at random")
fig, axes = plots.figure(1, 7, width=10, height=1.9)
plots.images(axes, 1 - x_chests[:7, ..., 0], [", ".join(np.array(scenes.FINDINGS)[row == 1]) or "none"
                                              for row in found_chests[:7]])
plots.show(fig, alt="Seven drawings like chest X-rays, made by a program, with two dark lungs and a bright heart; some "
                    "have an L in a corner; titles name the drawn findings: wide heart, spots, haze.")
guess = ...            # one of the three below
exercises.predict("12a.4", guess, among=["about the same", "lower by more than 0.2", "higher"])

# %% tags=["torch"]
small_torch = densenet_torch((3, 3), growth=8, stem=16, outputs=3, channels=1)
signs_torch = learn_torch(small_torch, nn.functional.binary_cross_entropy_with_logits, x_chests, found_chests)
same_torch, other_torch = predict_torch(small_torch, x_same), predict_torch(small_torch, x_other)

def heat_torch(model, x):                                             # (drawings, rows, columns, findings)
    with torch.inference_mode():
        return torch_side.to_numpy(call_torch(model[0], x) @ model[-1].weight.T)
warm_torch = heat_torch(small_torch, x_same)

# %% tags=["tf"]
small_tf = densenet_tf((3, 3), growth=8, stem=16, outputs=3, channels=1)
signs_tf = learn_tf(small_tf, lambda scores, target: tf.reduce_mean(
    tf.nn.sigmoid_cross_entropy_with_logits(target, scores)), x_chests, found_chests)
same_tf, other_tf = predict_tf(small_tf, x_same), predict_tf(small_tf, x_other)

def heat_tf(model, x):
    return tf_side.to_numpy(model.features(x, training=False) @ model.layers[-1].kernel)
warm_tf = heat_tf(small_tf, x_same)

# %% tags=["verdict"]
def auroc(scores, there):
    above = scores[there == 1][:, None] - scores[there == 0]          # every pair; a tie counts half
    return float((above > 0).mean() + (above == 0).mean() / 2)

parity.verdict("scores and loss of the first step", signs_torch.first, signs_tf.first, rtol=1e-3)
parity.verdict("its gradient, but for a ReLU that rounding flips", signs_torch.gradient, signs_tf.gradient, rtol=0.1)
small_tf.set_weights([value.transpose(2, 3, 1, 0) if value.ndim == 4 else value.T for name, value in
                      torch_side.get_weights(small_torch).items() if "num_batches" not in name])
parity.verdict("scores with PyTorch's trained weights carried to Keras", predict_tf(small_tf, x_same), same_torch, rtol=1e-3)
parity.verdict("heat maps with them", heat_tf(small_tf, x_same), warm_torch, rtol=1e-3)
areas = {name: [auroc(scores[:, k], truth[:, k]) for k in range(3)] for name, scores, truth in (
    ("PyTorch", same_torch, found_same), ("PyTorch, L at random", other_torch, found_other),
    ("TensorFlow", same_tf, found_same), ("TensorFlow, L at random", other_tf, found_other))}
for name in ("PyTorch", "TensorFlow"):
    print(f"{name}'s AUROC for heart and spots is at least {floors['AUROC']}: {min(areas[name][:2]) >= floors['AUROC']}")
falls = [areas[name][2] - areas[f"{name}, L at random"][2] for name in ("PyTorch", "TensorFlow")]
exercises.outcome("12a.4", exercises.first_true({"lower by more than 0.2": min(falls) > 0.2,
                                                 "higher": max(falls) < -0.05, "about the same": True}))

# %%
for name, values in areas.items():
    print(f"AUROC, {name}: " + ", ".join(f"{finding} {value:.2f}" for finding, value in zip(scenes.FINDINGS, values)))
print("What they call haze is", "the L: they know the hospital." if min(falls) > 0.2 else "more than the L.")
picks = [int(np.argmax(found_same[:, k] * (same_torch[:, k] - np.delete(same_torch, k, 1).max(1)))) for k in range(3)]
fig, axes = plots.figure(2, 6, width=10, height=3.6)
for row, heat, style in ((0, warm_torch, plots.TORCH), (1, warm_tf, plots.TF)):
    for k, drawing in enumerate(picks):
        left, right = axes[row, 2 * k:2 * k + 2]
        for ax in (left, right):
            ax.imshow(x_same[drawing, ..., 0], cmap="gray", vmin=0, vmax=1)
            ax.set_axis_off()
        hot = heat[drawing, ..., k].clip(0)
        right.imshow(hot, cmap="inferno", alpha=0.6, extent=(-0.5, 63.5, 63.5, -0.5), interpolation="bilinear")
        left.set_title(style["label"] if k == 0 else "", loc="left", fontsize=9)
        right.set_title(scenes.FINDINGS[k], fontsize=9)
plots.show(fig, alt="Three drawings, one each for wide heart, spots and haze, and beside each its class activation map, "
                    "PyTorch above and TensorFlow below: bright where the finding's score comes from.")

# %% [markdown]
# ## 12a.8 Exercises
#
# ### Exercise 12a.1: one character by CTC
# `p` has shape (columns, 2): in each column the probability of blank and of the character A. Write `answer(p)` in PyTorch:
# the total probability of all paths that read "A" (one run of A's, anywhere, blanks elsewhere).
#
# ### Exercise 12a.2: port IoU
# Port to TensorFlow, for pairs of boxes (left, top, right, bottom), shapes (n, 4):
#
# ```python
# def iou_of_pairs(a, b):
#     corner, other = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
#     shared = (other - corner).clamp(min=0).prod(1)
#     area_a, area_b = ((box[:, 2:] - box[:, :2]).prod(1) for box in (a, b))
#     return shared / (area_a + area_b - shared)
# ```

# %% tags=["exercise"]
answer = ...           # a function of a PyTorch tensor (columns, 2)
# solution
def answer(p):
    blank, sign, total, columns = p[:, 0], p[:, 1], 0.0, len(p)
    for start in range(columns):
        for end in range(start + 1, columns + 1):
            total = total + blank[:start].prod() * sign[start:end].prod() * blank[end:].prod()
    return total
# wrong: only runs of length one
def answer(p):
    blank, sign = p[:, 0], p[:, 1]
    return sum(blank[:k].prod() * sign[k] * blank[k + 1:].prod() for k in range(len(p)))
# wrong: the best path alone
def answer(p):
    blank, sign, columns = p[:, 0], p[:, 1], len(p)
    return torch.stack([blank[:a].prod() * sign[a:b].prod() * blank[b:].prod()
                        for a in range(columns) for b in range(a + 1, columns + 1)]).max()
# wrong: also texts such as AA
def answer(p):
    return p.sum(1).prod() - p[:, 0].prod()
# wrong: minus the logarithm
def answer(p):
    blank, sign, columns = p[:, 0], p[:, 1], len(p)
    return -torch.stack([blank[:a].prod() * sign[a:b].prod() * blank[b:].prod()
                         for a in range(columns) for b in range(a + 1, columns + 1)]).sum().log()

# %% tags=["check"]
exercises.check("12a.1", answer)

# %% tags=["exercise"]
answer = ...           # a function of two TensorFlow tensors (n, 4)
# solution
def answer(a, b):
    corner, other = tf.maximum(a[:, :2], b[:, :2]), tf.minimum(a[:, 2:], b[:, 2:])
    shared = tf.reduce_prod(tf.nn.relu(other - corner), 1)
    area_a, area_b = (tf.reduce_prod(box[:, 2:] - box[:, :2], 1) for box in (a, b))
    return shared / (area_a + area_b - shared)
# wrong: counted twice
def answer(a, b):
    corner, other = tf.maximum(a[:, :2], b[:, :2]), tf.minimum(a[:, 2:], b[:, 2:])
    shared = tf.reduce_prod(tf.nn.relu(other - corner), 1)
    area_a, area_b = (tf.reduce_prod(box[:, 2:] - box[:, :2], 1) for box in (a, b))
    return shared / (area_a + area_b)
# wrong: boxes that do not touch
def answer(a, b):
    corner, other = tf.maximum(a[:, :2], b[:, :2]), tf.minimum(a[:, 2:], b[:, 2:])
    shared = tf.reduce_prod(other - corner, 1)
    area_a, area_b = (tf.reduce_prod(box[:, 2:] - box[:, :2], 1) for box in (a, b))
    return shared / (area_a + area_b - shared)
# wrong: width and height, not a corner
def answer(a, b):
    corner = tf.maximum(a[:, :2], b[:, :2])
    other = tf.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    shared = tf.reduce_prod(tf.nn.relu(other - corner), 1)
    return shared / (tf.reduce_prod(a[:, 2:], 1) + tf.reduce_prod(b[:, 2:], 1) - shared)

# %% tags=["check"]
exercises.check("12a.2", answer)

# %% [markdown]
# ### Exercise 12a.3: port the Dice loss
# Another answer to a background that fills the picture. Both arguments have shape (pictures, rows, columns, classes).
# Port to PyTorch:
#
# ```python
# def dice(chances, truth):
#     both = tf.reduce_sum(chances * truth, [0, 1, 2])
#     all_ = tf.reduce_sum(chances, [0, 1, 2]) + tf.reduce_sum(truth, [0, 1, 2])
#     return 1 - tf.reduce_mean(2 * both / all_)
# ```
#
# ### Exercise 12a.4: where to put the threshold
# A score must call at least the share `share` of the ill. Write `answer(scores, ill, share)` with NumPy arrays: the
# *highest* threshold for which "score ≥ threshold" does, and the specificity there: the share of the healthy who are
# not called.

# %% tags=["exercise"]
answer = ...           # a function of two PyTorch tensors (pictures, rows, columns, classes)
# solution
def answer(chances, truth):
    both = (chances * truth).sum((0, 1, 2))
    return 1 - (2 * both / (chances.sum((0, 1, 2)) + truth.sum((0, 1, 2)))).mean()
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
    return 1 - (both / (chances.sum((0, 1, 2)) + truth.sum((0, 1, 2)) - both)).mean()
# wrong: the factor 2
def answer(chances, truth):
    both = (chances * truth).sum((0, 1, 2))
    return 1 - (both / (chances.sum((0, 1, 2)) + truth.sum((0, 1, 2)))).mean()

# %% tags=["check"]
exercises.check("12a.3", answer)

# %% tags=["exercise"]
answer = ...           # a function of NumPy arrays scores and ill (0 or 1), and of a number
# solution
def answer(scores, ill, share):
    falling = np.sort(scores[ill == 1])[::-1]
    threshold = falling[int(np.ceil(share * len(falling))) - 1]
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
exercises.check("12a.4", answer)

# %% [markdown]
# ## 12a.9 Quiz
#
# Each option opens and says why it is right or wrong.

# %%
exercises.quiz("12a")

# %% [markdown]
# ## 12a.10 Verdicts

# %%
claims.close("12a")

# %% [markdown]
# ## 12a.11 Summary and further reading
#
# - A task is a shape of output and a loss; loop, layers and optimizer stay.
# - CTC learns to read without being told where.
# - Detection: class and sides in every cell, then suppression. Segmentation: down, up, and what was seen on the way down.
# - Each number misleads somewhere: sequence accuracy hides which character, pixel accuracy is a feast of background, AUROC
#   on the same hospitals rewards a shortcut. Look at pictures.
# - The real CheXNet's kind of network was found to know hospitals by their marks, too
#   ([Zech et al., 2018](https://doi.org/10.1371/journal.pmed.1002683)).
#
# Further: [CTC in pictures](https://distill.pub/2017/ctc/),
# [labels of ChestX-ray14, looked at](https://laurenoakdenrayner.com/2017/12/18/the-chestxray14-dataset-problems/),
# [shortcut learning](https://arxiv.org/abs/2004.07780) (Geirhos et al.).
