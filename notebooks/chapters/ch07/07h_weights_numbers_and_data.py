# %% [markdown]
# # 7h. The toolbox: weights, numbers and data
#
# The tools of the second drawer: what may shrink, sixteen bits, new pictures out of old, an average of weights. And what
# they do with a NaN, or with a seed, without telling you.
#
# > **Minutes**: 37 · **Needs**: lessons 7d and 7e · **Claims tested**: none
# >
# > **You will be able to**
# > - keep biases and norms out of weight decay (exercise 7.12)
# > - train in float16 with a scaler, and know what it hides (prediction P7.23)
# > - move pictures by the same numbers in both (verdict in 7h.4)
# > - tell random numbers that are new from those that repeat (prediction P7.24)
# > - average the weights of the last steps (verdict in 7h.6)
#
# `seed` draws other weights and numbers, `device` says where 7h.2 and 7h.3 compute, `fast` changes nothing.

# %% tags=["setup"]
from helpers import session

session.start("07h")

import numpy as np

from chapters.ch07 import figures, scans, toolbox
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch07 import toolbox_torch
from helpers import torch_side

torch.backends.cudnn.allow_tf32 = False  # full float32 on a GPU, as on a CPU

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch07 import toolbox_tf
from helpers import tf_side

layers = tf.keras.layers
tf.config.experimental.enable_tensor_float_32_execution(False)

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% tags=["taught"]
x_learn, y_learn, _, _ = scans.split()  # forms 1 to 10
pictures = toolbox.flat(x_learn[:64]).astype("float32")
labels = y_learn[:64]
parts = list(zip(np.split(pictures, 4), np.split(labels, 4)))
start = toolbox.start_weights(seed)  # of lesson 7e's network: 64, 32, 10

# %% [markdown]
# ## 7h.1 What should not shrink
#
# [Weight decay](glossary.md#weight-decay) pulls weights toward 0 to keep a network simple. Biases and the scale of a
# norm layer are usually spared: a scale that is pulled to 0 silences its number.
#
# How do you see what decays? Take a step with gradients of *zero*: what moves now was moved by the decay.
#
# PyTorch's optimizers take groups of parameters. A matrix has two axes; biases and norms have one. Keras takes names.

# %% tags=["torch"]
# PyTorch
model = toolbox_torch.network(start, torch.nn.BatchNorm1d(32))
before_torch = [torch_side.to_numpy(weight) for weight in model.parameters()]
matrices = [weight for weight in model.parameters() if weight.ndim > 1]
others = [weight for weight in model.parameters() if weight.ndim == 1]
groups = [{"params": matrices}, {"params": others, "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=0.5, weight_decay=0.125)
for weight in model.parameters():
    weight.grad = torch.zeros_like(weight)
optimizer.step()
after_torch = [torch_side.to_numpy(weight) for weight in model.parameters()]

# %% tags=["tf"]
# TensorFlow
model = toolbox_tf.network(start, layers.BatchNormalization())
before_tf = [weight.numpy() for weight in model.trainable_variables]
optimizer = tf.keras.optimizers.AdamW(0.5, weight_decay=0.125)
optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
zeros = [tf.zeros_like(weight) for weight in model.trainable_variables]
optimizer.apply_gradients(zip(zeros, model.trainable_variables))
after_tf = [weight.numpy() for weight in model.trainable_variables]
paths = [weight.path for weight in model.trainable_variables]

# %% tags=["verdict", "folded"]
# Folded: compares how far each array has moved, and what has not moved at all.
far_torch = toolbox.distances(before_torch, after_torch)
far_tf = toolbox.distances(before_tf, after_tf)
for path, far in zip(paths, far_tf):
    print(f"{path} moved by {far:.3f}")
parity.verdict("how far each array moved", far_torch, far_tf, atol=2e-3)
spared = [far for path, far in zip(paths, far_tf) if "kernel" not in path]
parity.verdict("biases and norms", spared, [0.0] * 4)
share = far_tf[0] / np.abs(start["first"]).sum()
parity.verdict("the share of the first weights", float(share), 0.5 * 0.125, atol=1e-4)

# %% [markdown]
# In AdamW the two agree: rate times decay is the share that a weight loses at each step, here a sixteenth. The defaults
# differ: 0.01 in PyTorch, 0.004 in Keras. Keras must be told the exceptions before the first step, and looks for these
# words anywhere in a variable's name.

# %% [markdown]
# ### Exercise 7.12: two groups (5 minutes)
#
# Write `answer(model)` for any PyTorch model: the list of two groups for `AdamW`, first what shall decay, by 0.1, then what
# shall not. Matrices and kernels decay; biases and the weights of norm layers do not. What requires no gradient is frozen,
# and belongs in neither group.

# %% tags=["exercise"]
answer = ...  # a function of a PyTorch model; returns a list of two dicts


# solution
def answer(model):
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    return [
        {"params": [w for w in trained if w.ndim > 1], "weight_decay": 0.1},
        {"params": [w for w in trained if w.ndim < 2], "weight_decay": 0.0},
    ]


# wrong: norm layers' weights decay
def answer(model):
    decayed = []
    spared = []
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            (spared if name.endswith("bias") else decayed).append(weight)
    return [
        {"params": decayed, "weight_decay": 0.1},
        {"params": spared, "weight_decay": 0.0},
    ]


# wrong: frozen
def answer(model):
    return [
        {"params": [w for w in model.parameters() if w.ndim > 1], "weight_decay": 0.1},
        {"params": [w for w in model.parameters() if w.ndim < 2], "weight_decay": 0.0},
    ]


# wrong: of the second group
def answer(model):
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    return [
        {"params": [w for w in trained if w.ndim > 1], "weight_decay": 0.1},
        {"params": [w for w in trained if w.ndim < 2]},
    ]


# wrong: the other way round
def answer(model):
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    return [
        {"params": [w for w in trained if w.ndim < 2], "weight_decay": 0.1},
        {"params": [w for w in trained if w.ndim > 1], "weight_decay": 0.0},
    ]


# wrong: in no group
def answer(model):
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    return [
        {"params": [w for w in trained if w.ndim == 2], "weight_decay": 0.1},
        {"params": [w for w in trained if w.ndim == 1], "weight_decay": 0.0},
    ]


# %% tags=["check"]
exercises.check("7.12", answer)

# %% [markdown]
# ## 7h.2 Sixteen bits and a scaler
#
# [Mixed precision](glossary.md#mixed-precision) computes the layers in a 16-bit type and keeps the weights in float32. There
# are two such types:
#
# - bfloat16 has two digits, and reaches as far as float32;
# - float16 has three digits, but its largest number is 65,504, and its smallest is near 0.00000006.
#
# A smaller gradient becomes 0, without a warning. So with float16 one multiplies the loss by a large number, the *scale*,
# and divides the gradients by it afterwards ([loss scaling](glossary.md#loss-scaling)).
#
# We take the gradient of a millionth of a loss: in float32, and in both small types. PyTorch chooses the type where it
# computes, by `autocast`; Keras where it makes a layer, by a *policy*.

# %% tags=["taught"]
SCALE = 2.0**15
LITTLE = 1e-6

# %% tags=["taught"]
# PyTorch
device_torch = torch_side.device(device)
loss_torch = torch.nn.CrossEntropyLoss()
pictures_torch = torch.from_numpy(pictures).to(device_torch)
labels_torch = torch.from_numpy(labels).to(device_torch)

# %% tags=["taught"]
# TensorFlow
device_tf = tf_side.device(device)
loss_tf = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def network_tf(policy):
    tf.keras.config.set_dtype_policy(policy)  # the layers keep it from their making
    with tf.device(device_tf):
        model = toolbox_tf.network(start)
    tf.keras.config.set_dtype_policy("float32")
    return model


# %% tags=["torch"]
# PyTorch
def slopes_torch(kind, scale):
    """The first layer's gradient (64, 32), computed in a type and with a scale."""
    model = toolbox_torch.network(start).to(device_torch)
    small = kind != torch.float32
    with torch.autocast(device_torch.type, kind if small else None, enabled=small):
        scores = model(pictures_torch)
        loss = LITTLE * loss_torch(scores, labels_torch)
    (scale * loss).backward()
    return torch_side.to_numpy(model[0].weight.grad).T / scale


full_torch = slopes_torch(torch.float32, 1)


# %% tags=["tf"]
# TensorFlow
def slopes_tf(policy, scale):
    """The first layer's gradient (64, 32), computed by a policy and with a scale."""
    model = network_tf(policy)
    with tf.device(device_tf), tf.GradientTape() as tape:
        scores = model(pictures, training=True)
        loss = LITTLE * loss_tf(labels, scores)
        scaled = scale * loss
    slope, *_ = tape.gradient(scaled, model.trainable_variables)
    return tf_side.to_numpy(slope) / np.float32(scale)


full_tf = slopes_tf("float32", 1)

# %% tags=["verdict", "folded"]
# Folded: compares the gradients in float32, as a part of the largest.
largest = np.abs(full_tf).max()
parity.verdict("float32, both", full_torch / largest, full_tf / largest, atol=1e-4)

# %% tags=["torch"]
# PyTorch
half_torch = slopes_torch(torch.float16, 1)
scaled_torch = slopes_torch(torch.float16, SCALE)
brain_torch = slopes_torch(torch.bfloat16, 1)  # Google Brain's type

# %% tags=["tf"]
# TensorFlow
half_tf = slopes_tf("mixed_float16", 1)
scaled_tf = slopes_tf("mixed_float16", SCALE)
brain_tf = slopes_tf("mixed_bfloat16", 1)

# %% tags=["verdict", "folded"]
# Folded: compares each gradient with that of float32, as a part of the largest.
full = full_torch / largest
nothing = np.zeros((64, 32), "float32")
parity.verdict("float16 without a scale, PyTorch, and 0", half_torch, nothing)
parity.verdict("float16 without a scale, TensorFlow, and 0", half_tf, nothing)
parity.verdict("float16, scaled, PyTorch", scaled_torch / largest, full, atol=0.02)
parity.verdict("float16, scaled, TensorFlow", scaled_tf / largest, full, atol=0.02)
parity.verdict("bfloat16, PyTorch", brain_torch / largest, full, atol=0.1)
parity.verdict("bfloat16, TensorFlow", brain_tf / largest, full, atol=0.1)

# %% [markdown]
# Without the scale every gradient is 0 in float16: such a network learns nothing, and its loss looks like any other. With
# the scale the gradients are those of float32, to two digits. bfloat16 needs no scale. (What either type wins in time,
# lesson 7d measures on a GPU; on a CPU it may win nothing.)
#
# Losses stay in float32 in both. But Keras's *metrics*, such as "mse", follow the type of the last layer: give that layer
# `dtype="float32"`.

# %% [markdown]
# ## 7h.3 The scaler, and a NaN
#
# Which scale? A *scaler* finds out. It begins high. When a gradient comes out infinite, it leaves the step out and halves
# the scale; after 2,000 good steps it doubles it. In PyTorch it is an object, `GradScaler`. In Keras it wraps the
# optimizer. (`compile` wraps by itself, if the policy is `mixed_float16`.)


# %% tags=["taught"]
# PyTorch
def step_torch(pictures, kind):
    """The first layer's weights after a step, and the scale; only float16 is scaled."""
    model = toolbox_torch.network(start).to(device_torch)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    scaler = torch.amp.GradScaler(
        device_torch.type, init_scale=SCALE, enabled=kind == torch.float16
    )
    with torch.autocast(device_torch.type, kind):
        scores = model(torch.from_numpy(pictures).to(device_torch))
        loss = loss_torch(scores, labels_torch)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    print(f"loss {loss.item():.3f}, scale {scaler.get_scale():.0f}")
    return torch_side.to_numpy(model[0].weight).T, scaler.get_scale()


# %% tags=["taught"]
# TensorFlow
def step_tf(pictures, policy):
    """The first layer's weights after a step, and the scale; only float16 is scaled."""
    model = network_tf(policy)
    optimizer = tf.keras.optimizers.SGD(0.5)
    if policy == "mixed_float16":
        optimizer = tf.keras.optimizers.LossScaleOptimizer(optimizer, SCALE)
    with tf.device(device_tf), tf.GradientTape() as tape:
        scores = model(pictures, training=True)
        loss = loss_tf(labels, scores)
        scaled = optimizer.scale_loss(loss)
    slopes = tape.gradient(scaled, model.trainable_variables)
    optimizer.apply_gradients(zip(slopes, model.trainable_variables))
    scale = float(getattr(optimizer, "dynamic_scale", 1.0))
    print(f"loss {float(loss):.3f}, scale {scale:.0f}")
    return model.layers[0].kernel.numpy(), scale


# %% [markdown]
# **Predict.** One pixel of one scan is NaN, a broken file perhaps. What are the weights after a step in float16, with a
# scaler?
#
# - **a** what they were before the step
# - **b** NaN, all of them
# - **c** NaN where they touch that pixel
# - **d** those of a step without that scan

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.23", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
broken = pictures.copy()
broken[0, 20] = np.nan

# %% tags=["torch"]
# PyTorch
good_torch, kept_torch = step_torch(pictures, torch.float16)
bad_torch, halved_torch = step_torch(broken, torch.float16)
plain_torch, _ = step_torch(broken, torch.bfloat16)

# %% tags=["tf"]
# TensorFlow
good_tf, kept_tf = step_tf(pictures, "mixed_float16")
bad_tf, halved_tf = step_tf(broken, "mixed_float16")
plain_tf, _ = step_tf(broken, "mixed_bfloat16")

# %% tags=["verdict", "folded"]
# Folded: says which option came true, and compares steps and scales.
before = start["first"].astype("float32")
lost = np.isnan(bad_torch) | np.isnan(bad_tf)
letter = exercises.first_true(
    {
        "a": np.array_equal(bad_torch, before) and np.array_equal(bad_tf, before),
        "b": lost.all(),
        "c": lost.any(),
        "d": True,
    }
)
exercises.outcome("P7.23", letter)
parity.verdict("a good step in float16", good_torch, good_tf, atol=1e-2)
parity.differ("the weights before it", good_torch, before, atol=1e-2)
parity.verdict("the scale after a good step", kept_torch, kept_tf)
parity.verdict("the scale after the NaN", [halved_torch, halved_tf], [SCALE / 2] * 2)
nowhere = np.full((64, 32), np.nan, "float32")
parity.verdict("bfloat16, PyTorch, all NaN", plain_torch, nowhere)
parity.verdict("bfloat16, TensorFlow, all NaN", plain_tf, nowhere)

# %% [markdown]
# The scaler takes a NaN in the data for an overflow, and hides it: the weights stay, and the scale is halved. That batch
# is never learned, and with each epoch the scale sinks further, unless 2,000 good steps lie between. Without a scaler, in
# bfloat16, one pixel destroys all weights in one step. Either way: look at the loss before you step.
#
# And when you clip (lesson 7e), clip the true gradients: in PyTorch call `scaler.unscale_(optimizer)` first. Keras unscales
# before it clips.

# %% [markdown]
# ## 7h.4 The same pictures from the same numbers
#
# Lesson 7a augmented in NumPy. A layer of Keras does two things: it draws random numbers, and it moves the pictures by them.
# The second can be had alone: `transform_images`. PyTorch has two functions: `affine_grid` says from where each new pixel
# comes, and `grid_sample` fetches it, from between the pixels if need be.
#
# We draw shifts for six scans, right and down, in pixels. PyTorch counts a picture's width from -1 to 1, so a pixel is 2/8.

# %% tags=["taught"]
six = x_learn[:6]
rng = np.random.default_rng(seed)
shifts = rng.uniform(-1.6, 1.6, (6, 2)).astype("float32")  # right, down
print(shifts.round(2))


# %% tags=["torch"]
# PyTorch
functional = torch.nn.functional
six_torch = torch.from_numpy(six[:, None])  # (scan, channel, row, column)


def moved_by(affine):
    """The six scans; affine (6, 2, 3): from where each pixel of each scan comes."""
    grid = functional.affine_grid(affine, six_torch.shape, align_corners=False)
    moved = functional.grid_sample(six_torch, grid, align_corners=False)
    return moved[:, 0].numpy()


stay = torch.eye(2).expand(6, 2, 2)  # neither turned nor stretched
move = torch.from_numpy(-2 / 8 * shifts)[:, :, None]
moved_torch = moved_by(torch.cat([stay, move], dim=2))

# %% tags=["tf"]
# TensorFlow
layer = layers.RandomTranslation(0.2, 0.2, fill_mode="constant")
drawn = layer.get_random_transformation(six[..., None])  # what it would use
drawn["translations"] = tf.constant(shifts)  # what we want it to use
moved = layer.transform_images(tf.constant(six[..., None]), drawn)
moved_tf = moved[..., 0].numpy()
asleep_tf = layer(six[..., None], training=False)[..., 0].numpy()

# %% tags=["verdict", "folded"]
# Folded: compares the moved pictures.
parity.verdict("six scans, moved", moved_torch, moved_tf, atol=1e-5)
parity.differ("the scans as they were", moved_tf, six, atol=0.1)
parity.verdict("Keras's layer with training=False", asleep_tf, six)

# %% tags=["folded"]
# Folded: draws the scans before and after.
figures.moved(six, moved_tf)

# %% [markdown]
# Turning and zooming work the same way: the matrix says where a pixel comes from, seen from the middle of the picture. Keras
# counts an angle in whole turns. Its layers draw from a range; a range of one number leaves nothing to chance.

# %% tags=["torch"]
# PyTorch
cos = np.cos(np.deg2rad(20))
sin = np.sin(np.deg2rad(20))
turn = torch.tensor([[cos, -sin, 0], [sin, cos, 0]], dtype=torch.float32)
zoom = torch.tensor([[1.25, 0, 0], [0, 1.25, 0]])
turned_torch = moved_by(turn.expand(6, 2, 3))
smaller_torch = moved_by(zoom.expand(6, 2, 3))

# %% tags=["tf"]
# TensorFlow
turn = layers.RandomRotation((20 / 360, 20 / 360), fill_mode="constant")
zoom = layers.RandomZoom((0.25, 0.25), fill_mode="constant")
turned_tf = turn(six[..., None], training=True)[..., 0].numpy()
smaller_tf = zoom(six[..., None], training=True)[..., 0].numpy()
mirror = layers.RandomRotation((20 / 360, 20 / 360))
mirrored_tf = mirror(six[..., None], training=True)[..., 0].numpy()

# %% tags=["verdict", "folded"]
# Folded: compares the turned and the zoomed pictures; and another filling.
parity.verdict("six scans, turned by 20 degrees", turned_torch, turned_tf, atol=1e-4)
parity.verdict("six scans, zoomed by 0.25", smaller_torch, smaller_tf, atol=1e-4)
parity.differ("turned, the edge a mirror", mirrored_tf, turned_tf, atol=0.1)
ink = six.sum()
print("zoomed by 0.25 there is less ink:", bool(smaller_tf.sum() < ink))

# %% [markdown]
# A positive angle turns against the clock, as the matrix above does; a positive zoom makes things *smaller*. In a picture
# that is not square, PyTorch's matrix would also shear: its width and its height both count from -1 to 1.
#
# Without `fill_mode="constant"` Keras fills the edge by a mirror, where PyTorch puts zeros. A random layer inside a Keras
# model works in training and sleeps in reading, like dropout; in PyTorch you call it in the loop or in the data set.

# %% [markdown]
# ## 7h.5 Random numbers that are not new
#
# Each epoch should draw new shifts. Does it? We serve eight scans for two epochs, each with a random number, 16 in all.
#
# In PyTorch the data set has a generator of its own, and two [workers](glossary.md#worker) fetch the scans:
#
# ```python
# class Augmented(torch.utils.data.Dataset):
#     def __init__(self, pictures):
#         self.pictures = pictures
#         self.rng = np.random.default_rng(seed)
#
#     def __getitem__(self, place):
#         number = self.rng.random()
#         ...
# ```
#
# In TensorFlow the number is drawn in `map`, and the seed is set by `tf.random.set_seed`, as every lesson here does.
#
# **Predict.** How many of the 16 numbers are different ones?
#
# - **a** 16 in both
# - **b** PyTorch 8, TensorFlow 16
# - **c** PyTorch 4, TensorFlow 8
# - **d** 8 in both

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.24", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# PyTorch's loader runs in a process of its own, [loader_torch.py](chapters/ch07/workers/loader_torch.py): its workers are
# processes that are split off, and a kernel in which TensorFlow has computed should not be split.

# %% tags=["torch"]
# PyTorch
served = toolbox_torch.served(workers=2, seed=seed, own=True)
repeating_torch = {number for epoch in served for number in epoch["numbers"]}
print(len(repeating_torch), "different numbers")

# %% tags=["tf"]
# TensorFlow
tf.random.set_seed(seed)


def with_number(place):
    return place, tf.random.uniform([], dtype=tf.float64)


pairs = tf.data.Dataset.range(8).map(with_number)
repeating_tf = {number.numpy() for _ in range(2) for _, number in pairs}
print(len(repeating_tf), "different numbers")

# %% tags=["verdict", "folded"]
# Folded: says which option came true.
seen = (len(repeating_torch), len(repeating_tf))
letter = exercises.first_true(
    {"a": seen == (16, 16), "b": seen == (8, 16), "c": seen == (4, 8), "d": True}
)
exercises.outcome("P7.24", letter)

# %% [markdown]
# Each worker gets a *copy* of the data set, generator and all, and gets it anew in each epoch: both draw the same four
# numbers, twice. With a seed set, TensorFlow's `map` begins its numbers again whenever the data set is gone through.
#
# Now mended. PyTorch's number comes from `torch.rand`, which the loader seeds for each worker and epoch. TensorFlow's data
# set is repeated *inside*, by `repeat(2)`, so that one pass serves both epochs.

# %% tags=["torch"]
# PyTorch
served = toolbox_torch.served(workers=2, seed=seed, own=False)
new_torch = {number for epoch in served for number in epoch["numbers"]}
print(len(new_torch), "different numbers")

# %% tags=["tf"]
# TensorFlow
new_tf = {number.numpy() for _, number in pairs.repeat(2)}
print(len(new_tf), "different numbers")

# %% tags=["verdict", "folded"]
# Folded: are all sixteen numbers new now?
parity.verdict("different numbers, PyTorch, mended", len(new_torch), 16)
parity.verdict("different numbers, TensorFlow, mended", len(new_tf), 16)

# %% [markdown]
# Keras's `fit` goes through the data set once an epoch: give it one with `repeat()`, and `steps_per_epoch`. And without
# workers PyTorch's data set would have drawn 16 different numbers: what you tested with `num_workers=0` is not what runs.
#
# Are workers worth it? Each costs its start in every epoch, and each batch a way from process to process. Here 1,280 scans,
# augmented one by one.

# %% tags=["torch"]
# PyTorch
ways = toolbox_torch.served_by([0, 2], seed, own=False, scans=1280, batch=64)
for workers, epochs in ways.items():
    print(workers, "workers:", round(epochs[1]["seconds"], 2), "s for an epoch")
order_torch = ways[2][0]["places"] + ways[2][1]["places"]


# %% tags=["tf"]
# TensorFlow
def order(calls):
    """The order of 1,280 places in two epochs, with so many calls at once."""
    places = tf.data.Dataset.range(1280).shuffle(1280, seed=seed)
    pairs = places.map(with_number, num_parallel_calls=calls)
    return [place.numpy().item() for place, _ in pairs.repeat(2)]


order_tf = order(calls=2)

# %% tags=["verdict", "folded"]
# Folded: is the order the same without helpers, and what does the clock say?
alone = ways[0][0]["places"] + ways[0][1]["places"]
parity.verdict("PyTorch's order, 0 and 2 workers", alone, order_torch)
parity.verdict("TensorFlow's order, 1 and 2 calls", order(calls=1), order_tf)
seconds = {}
for workers, epochs in ways.items():
    seconds[workers] = min(epochs[0]["seconds"], epochs[1]["seconds"])
    claims.number(f"serving 1,280 scans, {workers} workers", seconds[workers], "s")
parity.by_clock("two workers serve faster than none", seconds[2] < seconds[0])

# %% [markdown]
# The order does not depend on the helpers, in either framework. Whether they pay depends on what a scan costs: files that
# must be decoded, yes; arrays in memory, mostly not. Measure yours.

# %% [markdown]
# ## 7h.6 An average of the last weights
#
# The last steps of a training jump about. Their mean often reads better than each of them. So one keeps, beside the
# weights, a [moving average](glossary.md#moving-average) of them: after each step
# `average = 0.875 * average + 0.125 * weights`. Before the first step there is no average: both copy the weights that the
# first step made. We do it by hand as well.

# %% tags=["torch"]
# PyTorch
swa = torch.optim.swa_utils
model = toolbox_torch.network(start)
average = swa.AveragedModel(model, multi_avg_fn=swa.get_ema_multi_avg_fn(0.875))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
visited = []  # the weights after each step
for part, part_labels in parts:
    optimizer.zero_grad()
    scores = model(torch.from_numpy(part))
    loss_torch(scores, torch.from_numpy(part_labels)).backward()
    optimizer.step()
    average.update_parameters(model)
    visited.append(torch_side.to_numpy(model[0].weight).T)
averaged_torch = torch_side.to_numpy(average.module[0].weight).T

# %% tags=["tf"]
# TensorFlow
model = toolbox_tf.network(start)
optimizer = tf.keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.875)
visited = []  # the weights after each step
for part, part_labels in parts:
    with tf.GradientTape() as tape:
        loss = loss_tf(part_labels, model(part, training=True))
    slopes = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(slopes, model.trainable_variables))
    visited.append(model.layers[0].kernel.numpy())
optimizer.finalize_variable_values(model.trainable_variables)
averaged_tf = model.layers[0].kernel.numpy()

# %% tags=["verdict", "folded"]
# Folded: compares the averages with each other, and with one made by hand.
by_hand = visited[0]
for weights in visited[1:]:
    by_hand = 0.875 * by_hand + 0.125 * weights
parity.verdict("the averages of both", averaged_torch, averaged_tf, atol=1e-5)
parity.verdict("Keras's and the one by hand", averaged_tf, by_hand, atol=1e-6)
parity.differ("the average and the last weights", averaged_tf, visited[-1], atol=1e-4)

# %% [markdown]
# The numbers agree; where they are kept differs. PyTorch has two models, and you choose which one reads. Keras keeps the
# averages in the optimizer; `finalize_variable_values`, which `fit` calls at its end, writes them *over* the weights. So
# a second `fit` goes on from the average.
#
# Neither averages what batch norm has counted. With such layers let the averaged network read some training batches first
# (`swa.update_bn`).

# %% [markdown]
# ## 7h.7 Quiz

# %%
exercises.quiz("07h")

# %% [markdown]
# ## 7h.8 Verdicts

# %%
claims.close("07h")

# %% [markdown]
# ## 7h.9 Summary and further reading
#
# - Test a tool on an input whose result you know: gradients of zero show the decay alone.
# - float16 needs a scale, bfloat16 does not. A scaler hides a NaN: look at the loss.
# - The same numbers give the same pictures; who draws them, in which process, decides whether they are new.
# - PyTorch's average is a second model, Keras's is written over the first.
#
# Further reading: [mixed precision](https://arxiv.org/abs/1710.03740) (Micikevicius et al.),
# [decoupled weight decay](https://arxiv.org/abs/1711.05101) (Loshchilov and Hutter),
# [averages of weights in PyTorch](https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema),
# [random numbers in workers](https://docs.pytorch.org/docs/stable/notes/randomness.html#dataloader).
# Next: [transfer](07i_transfer.ipynb).
