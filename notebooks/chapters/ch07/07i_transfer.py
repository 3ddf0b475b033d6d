# %% [markdown]
# # 7i. Transfer
#
# You have twenty pictures, and a network that was trained on others. You keep its layers and train a new end, then all of
# it. That does not always pay, and a layer that you freeze or release does not always obey.
#
# > **Minutes**: 40 · **Needs**: lessons 5b and 7h · **Claims tested**: none
# >
# > **You will be able to**
# > - train a new head on a frozen body (verdict in 7i.2)
# > - say whether transfer pays, and how sure you are (prediction P7.25)
# > - freeze all that must stay, norms included (exercise 7.13)
# > - train the body slowly and the head fast (verdict in 7i.5)
# > - keep norms at rest while the body learns (prediction P7.26)
# > - release a body so that it learns (prediction P7.27)
#
# `fast` chooses how many draws there are, `seed` draws scans and first weights; `device` changes nothing: all is small, and
# stays on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("07i")

import copy
from collections import OrderedDict

import numpy as np

from chapters.ch07 import figures, transfer
from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
from torch import nn

from chapters.ch07 import transfer_torch
from helpers import torch_side

torch.set_default_dtype(torch.float64)

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch07 import transfer_tf

tf.config.set_visible_devices([], "GPU")  # the networks stay on the CPU
tf.keras.config.set_floatx("float64")
tf.keras.config.set_dtype_policy("float64")

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 7i.1 A network that knows five digits
#
# The *body* makes 64 numbers, the [features](glossary.md#feature), out of a scan of 8 × 8 pixels. The *head* makes scores
# out of these. Together they learn the digits 0 to 4 from forms 1 to 11, and are tested on forms 12 to 14. We compute in
# float64 (lesson 7e), so that both frameworks come to the same weights.

# %% tags=["taught"]
digits = data.digits("float64")
low = transfer.some(digits, range(5))  # 0 to 4
start = transfer.start_weights(5, seed)
print(len(low.x), "scans to learn from,", len(low.x_test), "to test by")


# %% tags=["torch"]
# PyTorch
def block_torch(before, after):
    convolution = nn.Conv2d(before, after, 3, padding=1, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU(), nn.AvgPool2d(2)]


def reader_torch(start):
    body = nn.Sequential(
        nn.Unflatten(1, (1, 8)),  # adds the axis of channels
        *block_torch(1, 16),
        *block_torch(16, 32),
        nn.Conv2d(32, 64, 2, bias=False),
        nn.ReLU(),
        nn.Flatten(),
    )
    head = nn.Linear(64, start["head"].shape[1])
    model = nn.Sequential(OrderedDict(body=body, head=head))
    transfer_torch.load(model, start)
    return model


old_torch = reader_torch(start).eval()
fresh_torch = torch_side.to_numpy(old_torch(torch.from_numpy(low.x_test)))

# %% tags=["tf"]
# TensorFlow
layers = tf.keras.layers


def block_tf(after):
    convolution = layers.Conv2D(after, 3, padding="same", use_bias=False)
    norm = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)  # PyTorch's
    return [convolution, norm, layers.ReLU(), layers.AveragePooling2D(2)]


def reader_tf(start):
    parts = [
        layers.Reshape((8, 8, 1)),  # adds the axis of channels
        *block_tf(16),
        *block_tf(32),
        layers.Conv2D(64, 2, use_bias=False),
        layers.ReLU(),
        layers.Flatten(),
    ]
    body = tf.keras.Sequential([tf.keras.Input((8, 8)), *parts], name="body")
    head = layers.Dense(start["head"].shape[1], name="head")
    model = tf.keras.Sequential([tf.keras.Input((8, 8)), body, head])
    transfer_tf.load(model, start)
    return model


old_tf = reader_tf(start)
fresh_tf = old_tf(low.x_test, training=False).numpy()

# %% tags=["verdict", "folded"]
# Folded: compares the scores before anything is learned.
parity.verdict("scores of the first weights", fresh_torch, fresh_tf, atol=1e-10)

# %% [markdown]
# One network, twice. Learning is the same in all of this lesson: a step for each batch. Keras's `train_on_batch` takes one
# step, as `fit` would.

# %% tags=["taught"]
# PyTorch
loss_torch = nn.CrossEntropyLoss()


def learn_torch(model, optimizer, batches):
    for pictures, labels in batches:
        optimizer.zero_grad()
        scores = model(torch.from_numpy(pictures))
        loss_torch(scores, torch.from_numpy(labels)).backward()
        optimizer.step()


# %% tags=["taught"]
# TensorFlow
SGD = tf.keras.optimizers.SGD
loss_tf = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def learn_tf(model, batches):
    for pictures, labels in batches:
        model.train_on_batch(pictures, labels)


# %% [markdown]
# Both learn 0 to 4 from the same batches. `share` is the share of scans that a network reads right.

# %% tags=["torch"]
# PyTorch
optimizer = torch.optim.SGD(old_torch.parameters(), lr=0.5)
low_batches = transfer.batches(low, seed, epochs=12)
learn_torch(old_torch.train(), optimizer, low_batches)
body_torch = old_torch.body
knows_torch = transfer_torch.share(old_torch, low.x_test, low.y_test)

# %% tags=["tf"]
# TensorFlow
old_tf.compile(SGD(0.5), loss_tf)
low_batches = transfer.batches(low, seed, epochs=12)
learn_tf(old_tf, low_batches)
body_tf = old_tf.layers[0]
transfer_tf.unbiased(body_tf, transfer.BATCH)  # as PyTorch counts variances (6d)
knows_tf = transfer_tf.share(old_tf, low.x_test, low.y_test)

# %% tags=["verdict", "folded"]
# Folded: compares the last weights of the bodies, and what both networks read right.
kernel_torch = torch_side.to_numpy(body_torch[-3].weight).transpose(2, 3, 1, 0)
kernel_tf = body_tf.layers[-3].kernel.numpy()
parity.verdict("weights of the last convolution", kernel_torch, kernel_tf, atol=1e-4)
parity.verdict("the share of 0 to 4 read right", knows_torch, knows_tf, atol=0.011)
print(f"read right, of forms never seen: {knows_torch:.0%} and {knows_tf:.0%}")

# %% [markdown]
# ## 7i.2 A new head
#
# Now somebody has labeled twenty scans of the digits 5 to 9, four of each. The body stays; a new head learns to tell these
# five apart. That is [transfer learning](glossary.md#transfer-learning). To *freeze* the body means two things:
#
# - its weights take no gradient and stand on no optimizer's list (lesson 2b);
# - its norms use the averages that they have, and no longer change them (lesson 5b).
#
# In PyTorch these are two lines. In Keras `trainable = False` does both.

# %% tags=["taught"]
high = transfer.some(digits, range(5, 10))  # 5 to 9
few_x, few_y = transfer.draw(high, each=4, seed=seed)
again = [(few_x, few_y)] * 60  # sixty steps, each with all twenty scans


# %% tags=["torch"]
# PyTorch
def new_head_torch(body):
    head = nn.Linear(64, 5)
    transfer_torch.load_head(head, start)
    return nn.Sequential(OrderedDict(body=body, head=head))


body_torch.requires_grad_(False)
body_torch.eval()
before_torch = torch_side.get_weights(body_torch)
new_torch = new_head_torch(body_torch)
optimizer = torch.optim.SGD(new_torch.head.parameters(), lr=0.5)
learn_torch(new_torch, optimizer, again)
head_torch = torch_side.to_numpy(new_torch.head.weight).T


# %% tags=["tf"]
# TensorFlow
def new_head_tf(body):
    head = layers.Dense(5, name="head")
    model = tf.keras.Sequential([tf.keras.Input((8, 8)), body, head])
    transfer_tf.load_head(head, start)
    return model


body_tf.trainable = False
before_tf = body_tf.get_weights()
new_tf = new_head_tf(body_tf)
new_tf.compile(SGD(0.5), loss_tf)
learn_tf(new_tf, again)
head_tf = new_tf.layers[-1].kernel.numpy()

# %% tags=["verdict", "folded"]
# Folded: compares the heads; and both bodies with what they were.
parity.verdict("weights of the new head", head_torch, head_tf, atol=1e-4)
parity.verdict(
    "PyTorch's body, after and before", torch_side.get_weights(body_torch), before_torch
)
after_tf = dict(enumerate(body_tf.get_weights()))
parity.verdict("Keras's body, after and before", after_tf, dict(enumerate(before_tf)))

# %% [markdown]
# ## 7i.3 Does it pay?
#
# The other way to use twenty scans: begin from random weights, and train the whole network on them, in as many steps.
#
# **Predict.** Which reads more of the unseen 5 to 9? The body has learned from 709 scans of other digits. We draw twenty
# scans several times, for another draw may be easier, and take the difference of both ways for each draw. *Clearly* means:
# the mean difference is more than two of its standard errors away from 0. (The standard error of a mean is the standard
# deviation, divided by the root of the number of draws.)
#
# - **a** the frozen body with a new head, clearly
# - **b** neither, clearly
# - **c** the network from scratch, clearly

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P7.25", guess, among=["a", "b", "c"])

# %% [markdown]
# First from scratch. Each draw comes with start weights of its own.

# %% tags=["taught"]
count = 6 if fast else 20
high_draws = transfer.draws(high, 4, count, seed)


# %% tags=["torch"]
# PyTorch
def from_scratch_torch(draws, task):
    """What a network from scratch reads right, for each draw."""
    shares = []
    for pictures, labels, start in draws:
        model = reader_torch(start)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        learn_torch(model.train(), optimizer, [(pictures, labels)] * 60)
        shares.append(transfer_torch.share(model, task.x_test, task.y_test))
    return shares


scratch_torch = from_scratch_torch(high_draws, high)


# %% tags=["tf"]
# TensorFlow
def from_scratch_tf(draws, task):
    _, _, start = draws[0]
    model = reader_tf(start)
    model.compile(SGD(0.5), loss_tf)  # once: compiling takes longer than learning
    shares = []
    for pictures, labels, start in draws:
        transfer_tf.load(model, start)
        learn_tf(model, [(pictures, labels)] * 60)
        shares.append(transfer_tf.share(model, task.x_test, task.y_test))
    return shares


scratch_tf = from_scratch_tf(high_draws, high)

# %% tags=["verdict", "folded"]
# Folded: compares what both read from scratch.
parity.verdict("from scratch, all draws", scratch_torch, scratch_tf, atol=0.03)

# %% [markdown]
# Now a new head for each draw. A frozen body gives the same features in each step, so they are computed once, and the head
# learns from them.


# %% tags=["torch"]
# PyTorch
def features_torch(body, pictures):
    with torch.inference_mode():
        return body(torch.from_numpy(pictures)).numpy()


def by_heads_torch(body, draws, task):
    """What a new head on the frozen body reads right, for each draw."""
    seen = features_torch(body, task.x_test)
    shares = []
    for pictures, labels, start in draws:
        head = reader_torch(start).head
        optimizer = torch.optim.SGD(head.parameters(), lr=0.5)
        features = features_torch(body, pictures)
        learn_torch(head, optimizer, [(features, labels)] * 60)
        shares.append(transfer_torch.share(head, seen, task.y_test))
    return shares


heads_torch = by_heads_torch(body_torch, high_draws, high)


# %% tags=["tf"]
# TensorFlow
def features_tf(body, pictures):
    return body(pictures, training=False).numpy()


def by_heads_tf(body, draws, task):
    seen = features_tf(body, task.x_test)
    dense = layers.Dense(int(task.y.max()) + 1)
    head = tf.keras.Sequential([tf.keras.Input((64,)), dense])
    head.compile(SGD(0.5), loss_tf)
    shares = []
    for pictures, labels, start in draws:
        transfer_tf.load_head(dense, start)
        features = features_tf(body, pictures)
        learn_tf(head, [(features, labels)] * 60)
        shares.append(transfer_tf.share(head, seen, task.y_test))
    return shares


heads_tf = by_heads_tf(body_tf, high_draws, high)

# %% tags=["verdict", "folded"]
# Folded: compares what both read by heads, and says which option came true.
parity.verdict("by a new head, all draws", heads_torch, heads_tf, atol=0.03)
high_torch = np.stack([heads_torch, scratch_torch], axis=1)
high_tf = np.stack([heads_tf, scratch_tf], axis=1)
letter = exercises.first_true(
    {
        "a": transfer.clear(high_torch) > 0 and transfer.clear(high_tf) > 0,
        "c": transfer.clear(high_torch) < 0 and transfer.clear(high_tf) < 0,
        "b": True,
    }
)
exercises.outcome("P7.25", letter)

# %% [markdown]
# To tell 0 to 4 apart, the body needed nothing that tells 7 from 9, so nothing kept it from throwing that away. And the
# rival, a small network, can learn from twenty scans.
#
# Now another body, which learns all ten digits, and another question: does the digit have a closed loop, as 0, 6, 8 and 9
# have? Again there are twenty scans with the answer, two of each digit.

# %% tags=["taught"]
every = transfer.some(digits, range(10))
loops = transfer.loops(digits)
loop_draws = transfer.draws(loops, 2, count, seed)
start_ten = transfer.start_weights(10, seed)

# %% tags=["torch"]
# PyTorch
ten_torch = reader_torch(start_ten)
optimizer = torch.optim.SGD(ten_torch.parameters(), lr=0.5)
every_batch = transfer.batches(every, seed, epochs=8)
learn_torch(ten_torch.train(), optimizer, every_batch)
heads_torch = by_heads_torch(ten_torch.body.eval(), loop_draws, loops)
scratch_torch = from_scratch_torch(loop_draws, loops)
loops_torch = np.stack([heads_torch, scratch_torch], axis=1)

# %% tags=["tf"]
# TensorFlow
ten_tf = reader_tf(start_ten)
ten_tf.compile(SGD(0.5), loss_tf)
every_batch = transfer.batches(every, seed, epochs=8)
learn_tf(ten_tf, every_batch)
heads_tf = by_heads_tf(ten_tf.layers[0], loop_draws, loops)
scratch_tf = from_scratch_tf(loop_draws, loops)
loops_tf = np.stack([heads_tf, scratch_tf], axis=1)

# %% tags=["verdict", "folded"]
# Folded: compares both, and the two ways with each other.
parity.verdict("shares read right, all draws", loops_torch, loops_tf, atol=0.03)
for name, shares in (("PyTorch", loops_torch), ("TensorFlow", loops_tf)):
    reads = "reads" if transfer.clear(shares) > 0 else "does not read"
    print(f"{name}: the frozen body {reads} clearly more than a network from scratch.")

# %% tags=["folded"]
# Folded: draws the shares of each draw, for both questions.
figures.transfer(
    {"digits 5 to 9": (high_torch, high_tf), "a closed loop?": (loops_torch, loops_tf)}
)

# %% [markdown]
# Here the old question needed what the new one needs, and transfer pays. The rule: ask what the old task could *ignore*. And
# compare with training from scratch on the same few pictures: without that, both results look like success.

# %% [markdown]
# ## 7i.4 What one forgotten line costs
#
# The new scans come from a pale scanner, with an eighth of the ink. We train a new head on them, and freeze the body's
# weights as before. But many loops begin with `model.train()`, which puts the whole network in training mode; and Keras's
# step always says `training=True`.
#
# Afterwards we ask the *old* head, on the same body, for the digits 0 to 4. No weight of the two has moved.

# %% tags=["taught"]
pale = [(few_x / 8, few_y)] * 60

# %% tags=["torch"]
# PyTorch
spoiled = copy.deepcopy(body_torch)
model = new_head_torch(spoiled)
optimizer = torch.optim.SGD(model.head.parameters(), lr=0.5)
learn_torch(model.train(), optimizer, pale)  # body.eval() is forgotten
old_head = nn.Sequential(spoiled, old_torch.head)
after_torch = transfer_torch.share(old_head, low.x_test, low.y_test)

# %% tags=["tf"]
# TensorFlow
model = new_head_tf(body_tf)
model.compile(SGD(0.5), loss_tf)
learn_tf(model, pale)  # training=True reaches the body
after_tf = transfer_tf.share(old_tf, low.x_test, low.y_test)

# %% tags=["verdict", "folded"]
# Folded: compares what the old head reads before and after.
parity.differ("the old head in PyTorch, after", after_torch, knows_torch, atol=0.02)
parity.verdict("the old head in Keras, after", after_tf, knows_tf)
print(
    f"read right before {knows_torch:.0%}, after: {after_torch:.0%} and {after_tf:.0%}"
)

# %% [markdown]
# A frozen norm in Keras is at rest, whatever the call says. In PyTorch `requires_grad_(False)` is about gradients alone, and
# each `model.train()` wakes the norms of the body again: call `model.body.eval()` after it, each time.

# %% [markdown]
# ### Exercise 7.13: frozen, all of it (5 minutes)
#
# Write `answer(model)` for any PyTorch model with the parts `model.body` and `model.head`, in any state. Make it ready for
# training the head: the body frozen, its norms and dropout at rest; the head trained, and in training mode. Return the
# list of the parameters for the optimizer.

# %% tags=["exercise"]
answer = ...  # a function of a PyTorch model; returns a list of parameters


# solution
def answer(model):
    model.train()
    model.body.eval()
    model.requires_grad_(False)
    model.head.requires_grad_(True)
    return list(model.head.parameters())


# wrong: change its averages
def answer(model):
    model.train()
    model.body.requires_grad_(False)
    model.head.requires_grad_(True)
    return list(model.head.parameters())


# wrong: the head is not in training mode
def answer(model):
    model.eval()
    model.body.requires_grad_(False)
    model.head.requires_grad_(True)
    return list(model.head.parameters())


# wrong: is on the list
def answer(model):
    model.train()
    model.body.eval()
    model.body.requires_grad_(False)
    model.head.requires_grad_(True)
    return list(model.parameters())


# wrong: still takes a gradient
def answer(model):
    model.train()
    model.body.eval()
    return list(model.head.parameters())


# %% tags=["check"]
exercises.check("7.13", answer)

# %% [markdown]
# ## 7i.5 All of it, at two rates
#
# With the new head in place, one may *release* the body and train all of it: [fine-tuning](glossary.md#fine-tuning). Twenty
# scans are few to take averages of, so the norms had better stay at rest. In PyTorch `body.eval()` says so.
# [Keras's guide](https://keras.io/guides/transfer_learning/) builds it into the model: `body(pictures, training=False)`.
#
# **Predict.** We release both bodies and take five steps. Whose norms change their averages?
#
# - **a** neither's
# - **b** PyTorch's
# - **c** Keras's
# - **d** both

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.26", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
model = copy.deepcopy(new_torch).requires_grad_(True)
model.body.eval()
before = torch_side.to_numpy(model.body[2].running_mean)
optimizer = torch.optim.SGD(model.parameters(), lr=0.005)
learn_torch(model, optimizer, again[:5])
after = torch_side.to_numpy(model.body[2].running_mean)
counted_torch = float(np.abs(after - before).sum())

# %% tags=["tf"]
# TensorFlow
learned_tf = new_tf.get_weights()
pictures = tf.keras.Input((8, 8))
features = body_tf(pictures, training=False)
model = tf.keras.Model(pictures, new_tf.layers[-1](features))
body_tf.trainable = True
before = body_tf.layers[2].moving_mean.numpy()
model.compile(SGD(0.005), loss_tf)
learn_tf(model, again[:5])
after = body_tf.layers[2].moving_mean.numpy()
counted_tf = float(np.abs(after - before).sum())

# %% tags=["verdict", "folded"]
# Folded: says which option came true.
count_on = (counted_torch > 0, counted_tf > 0)
letter = exercises.first_true(
    {
        "a": count_on == (False, False),
        "b": count_on == (True, False),
        "c": count_on == (False, True),
        "d": True,
    }
)
exercises.outcome("P7.26", letter)

# %% [markdown]
# Keras 3.15.1 calls such a model with `training=True` in each step, and that overrides what was built in, in every layer
# ([asked about](https://github.com/keras-team/keras/issues/20285) in 2024). What holds: each norm's own `trainable = False`.
# It freezes scale and shift as well, so we do the same in PyTorch.
#
# The body should keep most of what it knows, so it gets a tenth of the head's rate. A PyTorch optimizer takes *groups* of
# weights, each with its rate. In Keras a *map* gives each part an optimizer of its own; its keys are regular expressions
# that the variables' paths match.


# %% tags=["torch"]
# PyTorch
def tuned_torch(rate):
    model = copy.deepcopy(new_torch).eval().requires_grad_(True)
    for layer in model.body:
        if isinstance(layer, nn.BatchNorm2d):
            layer.requires_grad_(False)
    groups = [
        {"params": model.body.parameters(), "lr": rate},
        {"params": model.head.parameters()},
    ]
    optimizer = torch.optim.SGD(groups, lr=0.5)
    learn_torch(model, optimizer, again)
    return model


one_rate_torch = transfer_torch.share(tuned_torch(0.5), high.x_test, high.y_test)
model = tuned_torch(0.05)
two_rates_torch = transfer_torch.share(model, high.x_test, high.y_test)
slow_torch = torch_side.to_numpy(model.body[-3].weight).transpose(2, 3, 1, 0)


# %% tags=["tf"]
# TensorFlow
def tuned_tf(rate):
    new_tf.set_weights(learned_tf)
    body_tf.trainable = True
    for layer in body_tf.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False
    rates = tf.keras.optimizers.OptimizerMap(SGD(0.5), {"body/.*": SGD(rate)})
    new_tf.compile(tf.keras.optimizers.MultiOptimizer(rates), loss_tf)
    learn_tf(new_tf, again)
    return new_tf


one_rate_tf = transfer_tf.share(tuned_tf(0.5), high.x_test, high.y_test)
model = tuned_tf(0.05)
two_rates_tf = transfer_tf.share(model, high.x_test, high.y_test)
slow_tf = body_tf.layers[-3].kernel.numpy()

# %% tags=["verdict", "folded"]
# Folded: compares the weights after sixty steps at two rates, and what is read right.
parity.verdict("the body's weights, two rates", slow_torch, slow_tf, atol=1e-3)
for name, two, one in (
    ("PyTorch", two_rates_torch, one_rate_torch),
    ("TensorFlow", two_rates_tf, one_rate_tf),
):
    print(f"{name} reads {two:.0%} at two rates, {one:.0%} at one")

# %% [markdown]
# In 7i.1 the body learned well at 0.5, since its norms followed each batch. With its norms at rest that rate can destroy
# what it knows, though not with each seed. (Guessing gives 20 %.)
#
# Mind the pattern: a path that matches none gets the first optimizer of Keras's map, without a warning. `"body"` alone
# matches no path, and the body would learn at the head's rate. In PyTorch a group that you forget is not trained.

# %% [markdown]
# ## 7i.6 Who has heard of it?
#
# The head has learned for a while on a frozen body, by an optimizer that was made for the head. Now you release the body,
# by `requires_grad_(True)` or `trainable = True`, and train on.
#
# **Predict.** Whose body moves?
#
# - **a** both
# - **b** PyTorch's
# - **c** Keras's
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.27", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
model_torch = copy.deepcopy(new_torch)
head_alone = [weight for weight in model_torch.parameters() if weight.requires_grad]
optimizer = torch.optim.SGD(head_alone, lr=0.05)
learn_torch(model_torch, optimizer, again[:5])

model_torch.body.requires_grad_(True)  # released
frozen_torch = torch_side.to_numpy(model_torch.body[-3].weight)
learn_torch(model_torch, optimizer, again[:5])
released = torch_side.to_numpy(model_torch.body[-3].weight)
released_torch = float(np.abs(released - frozen_torch).sum())

# %% tags=["tf"]
# TensorFlow
new_tf.set_weights(learned_tf)
body_tf.trainable = False
new_tf.compile(SGD(0.05), loss_tf)
learn_tf(new_tf, again[:5])

body_tf.trainable = True  # released
frozen_tf = body_tf.layers[-3].kernel.numpy()
learn_tf(new_tf, again[:5])
released = body_tf.layers[-3].kernel.numpy()
released_tf = float(np.abs(released - frozen_tf).sum())

# %% tags=["verdict", "folded"]
# Folded: says which option came true.
bodies_move = (released_torch > 0, released_tf > 0)
letter = exercises.first_true(
    {
        "a": bodies_move == (True, True),
        "b": bodies_move == (True, False),
        "c": bodies_move == (False, True),
        "d": True,
    }
)
exercises.outcome("P7.27", letter)

# %% [markdown]
# The loss goes on falling all the same, as the head goes on learning. PyTorch's optimizer keeps the list of weights that it
# was made with. Keras has translated its step into a graph at the first batch (lesson 3a), with the list of that moment.
# So tell them:

# %% tags=["torch"]
# PyTorch
optimizer.add_param_group({"params": model_torch.body.parameters(), "lr": 0.005})
learn_torch(model_torch, optimizer, again[:5])
told = torch_side.to_numpy(model_torch.body[-3].weight)
told_torch = float(np.abs(told - frozen_torch).sum())

# %% tags=["tf"]
# TensorFlow
new_tf.compile(SGD(0.005), loss_tf)  # a new optimizer and a new step
learn_tf(new_tf, again[:5])
told = body_tf.layers[-3].kernel.numpy()
told_tf = float(np.abs(told - frozen_tf).sum())

# %% tags=["verdict", "folded"]
# Folded: do both bodies move now?
moves = [told_torch > 0, told_tf > 0]
parity.verdict("both bodies move, once they are told", moves, [True, True])

# %% [markdown]
# The same holds for a body that is frozen in the middle: Keras's step goes on training it. PyTorch's optimizer skips it, as
# long as `zero_grad()` takes the old gradient away (the quiz has both).
#
# **Make the optimizer, or compile, after each change**, and measure, as here, what moved.

# %% [markdown]
# ## 7i.7 Quiz

# %%
exercises.quiz("07i")

# %% [markdown]
# ## 7i.8 Verdicts

# %%
claims.close("07i")

# %% [markdown]
# ## 7i.9 Summary and further reading
#
# - Transfer pays where the old task could not ignore what the new one needs. Compare it with training from scratch.
# - Frozen means: no gradient, not on the optimizer's list, norms at rest. In PyTorch `train()` undoes the last.
# - Two rates: groups in PyTorch, `MultiOptimizer` in Keras; a pattern that matches nothing is silent.
# - After freezing or releasing, make the optimizer anew, or compile.
#
# Further reading: [how transferable are features?](https://arxiv.org/abs/1411.1792) (Yosinski et al.),
# [Keras's guide to transfer learning](https://keras.io/guides/transfer_learning/),
# [groups of parameters in PyTorch](https://docs.pytorch.org/docs/stable/optim.html#per-parameter-options). Lesson
# [12c](12c_chexnet.ipynb) transfers a trained network to another question about chests.
# Next: [distributed training](08a_data_parallel.ipynb).
