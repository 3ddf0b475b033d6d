# %% [markdown]
# # 12a. Plates
#
# You train a network that reads registration plates, although nobody tells it where a character stands. One loop does it
# in both frameworks, and the network writes in a way that hardly anybody expects.
#
# > **Minutes**: 31 · **Needs**: lessons 5c and 7a · **Claims tested**: none
# >
# > **You will be able to**
# > - build a network whose columns can be read like a line of text (verdict in 12a.2)
# > - read its columns by CTC's rules, and add up all ways to write a text (exercise 12.1)
# > - call CTC's loss so that both frameworks mean the same (verdict in 12a.4)
# > - write one training loop that knows nothing of its task (verdict in 12a.5)
# > - say how a trained network writes a text into its columns (prediction P12.1)
#
# `fast` chooses how many plates there are and how often they are seen, `seed` draws them and the first weights, `device`
# says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("12a")

import itertools

import numpy as np

from chapters.ch12 import picture_figures, pictures, scenes
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
# ## 12a.1 A picture goes in, a text comes out
#
# [Lesson 7a](07a_loops_and_a_fair_split.ipynb) read digits: a picture in, ten scores out. A plate has four to seven
# characters, and no fixed place for any of them.
#
# A program, `scenes.plates`, makes the plates from a seed. They are synthetic, and so is all that we conclude about
# plates. Characters have numbers: `scenes.SYMBOLS` lists them, 0 is no character, and a text is padded with 0. No text of
# a test plate occurs in training. Here are the first sixteen to learn from.

# %% tags=["taught"]
x_some, y_some = scenes.plates(16, seed)
signs = len(scenes.SYMBOLS)

print("pictures:", x_some.shape, "texts:", y_some.shape)
print(scenes.SYMBOLS, "are", signs, "signs")
print(y_some[0], "is", scenes.text(y_some[0]))

# %% tags=["folded"]
# Folded: draws twelve plates.
picture_figures.plates(x_some[:12], y_some[:12])

# %% [markdown]
# ## 12a.2 A picture becomes 24 columns
#
# The network has no dense layer, so it keeps the order from left to right. Strides and pooling shrink 24 × 96 pixels to
# 3 rows of 24 columns. The last kernel is three rows high and one column wide, and leaves one row. Each column holds 22
# scores, one for each sign.
#
# `conv_torch` and `conv_tf` give a list of layers, and `*` unpacks it. With a stride of 2, Keras's padding "same" would pad
# the two sides unequally, so we pad by hand (lesson 6e). `begin` writes the same NumPy weights into both networks, as in
# lesson 5c.

# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)


def conv_torch(inputs, outputs, stride=1):
    return [
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3),
        nn.ReLU(),
    ]


reader_torch = nn.Sequential(
    *conv_torch(1, 16, stride=2),
    *conv_torch(16, 32, stride=2),
    *conv_torch(32, 48),
    nn.MaxPool2d((2, 1)),  # half the rows, all columns
    *conv_torch(48, 48),
    nn.Conv2d(48, signs, (3, 1)),
)
pictures_torch.begin(reader_torch, seed, device_torch)
many_weights_torch = sum(weight.numel() for weight in reader_torch.parameters())
print(f"{many_weights_torch:,} weights")

# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
layers = tf.keras.layers


def conv_tf(outputs, stride=1):
    return [
        layers.ZeroPadding2D(1),
        layers.Conv2D(outputs, 3, stride, use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
    ]


with tf.device(device_tf):
    reader_tf = tf.keras.Sequential(
        [
            tf.keras.Input((24, 96, 1)),
            *conv_tf(16, stride=2),
            *conv_tf(32, stride=2),
            *conv_tf(48),
            layers.MaxPooling2D((2, 1)),
            *conv_tf(48),
            layers.Conv2D(signs, (3, 1)),
        ]
    )
pictures_tf.begin(reader_tf, seed)
many_weights_tf = sum(int(np.prod(w.shape)) for w in reader_tf.trainable_variables)
print(f"{many_weights_tf:,} weights")

# %% tags=["verdict", "folded"]
# Folded: compares the numbers of weights.
parity.verdict("the number of weights", many_weights_torch, many_weights_tf)

# %% [markdown]
# PyTorch wants channels first, so `outputs_torch` turns the pictures, and turns the scores back. From here on, all scores
# have the channels last: (plate, row, column, sign).


# %% tags=["torch"]
# PyTorch
def outputs_torch(model, x):
    """The model's scores for NumPy pictures, both with channels last."""
    x = torch.from_numpy(x).to(device_torch)
    scores = model(x.permute(0, 3, 1, 2))
    return scores.permute(0, 2, 3, 1)


untrained_torch = outputs_torch(reader_torch, x_some)
print(tuple(untrained_torch.shape))


# %% tags=["tf"]
# TensorFlow
def outputs_tf(model, x):
    """The model's scores for NumPy pictures, both with channels last."""
    return model(x, training=True)


untrained_tf = outputs_tf(reader_tf, x_some)
print(tuple(untrained_tf.shape))

# %% tags=["verdict", "folded"]
# Folded: compares the scores of sixteen plates.
parity.verdict(
    "the scores before training",
    torch_side.to_numpy(untrained_torch),
    tf_side.to_numpy(untrained_tf),
    rtol=1e-3,
)

# %% [markdown]
# ## 12a.3 What 24 columns say
#
# Which of the 24 columns should say which character? Nobody knows, and nobody needs to.
# [CTC](glossary.md#ctc) (Graves et al., [2006](https://www.cs.toronto.edu/~graves/icml_2006.pdf)) gives the sign 0 a new
# meaning, *blank*, and reads so: take the best sign of each column, merge repeats, drop blanks.
#
# `np.diff` takes each number minus the one before it. Where that is not 0, a sign begins.


# %% tags=["taught"]
def read(columns):
    """The text of an array with one sign's number for each column."""
    begins = np.diff(columns, prepend=-1) != 0  # before the first: no sign
    return scenes.text(columns[begins])  # text() leaves out 0


for row in ("--BB--8-8", "BBBBB8-88", "BB88"):
    columns = np.array([scenes.SYMBOLS.index(sign) for sign in row])
    print(row, "reads", read(columns))

# %% [markdown]
# So a character may last for several columns, and two equal ones need a blank between them. Many rows of signs, called
# *paths*, read the same text. In three columns, six paths read A: `A--`, `-A-`, `--A`, `AA-`, `-AA`, `AAA`.
#
# A path's probability is the product of its columns' probabilities. A text's probability is the sum over all paths that
# read it.

# %% [markdown]
# ### Exercise 12.1: one character by CTC (6 minutes)
#
# `p` is a float64 tensor (columns, 2): in each column the probability of blank, and of the character A. Write `answer(p)`
# in PyTorch: the probability of the text "A", a tensor without axes. (Such a path is blanks, a run of A's, blanks.) No
# gradient is asked for.

# %% tags=["exercise"]
answer = ...  # a function of a PyTorch tensor (columns, 2)


# solution
def answer(p):
    blank = p[:, 0]
    sign = p[:, 1]
    total = 0.0
    for start in range(len(p)):
        for end in range(start + 1, len(p) + 1):
            run = sign[start:end].prod()
            total = total + blank[:start].prod() * run * blank[end:].prod()
    return total


# wrong: only runs of length one
def answer(p):
    blank, sign = p[:, 0], p[:, 1]
    return sum(
        blank[:k].prod() * sign[k] * blank[k + 1 :].prod() for k in range(len(p))
    )


# wrong: the best path alone
def answer(p):
    best = torch.tensor(0.0, dtype=p.dtype)
    for start in range(len(p)):
        for end in range(start + 1, len(p) + 1):
            run = p[start:end, 1].prod()
            path = p[:start, 0].prod() * run * p[end:, 0].prod()
            best = torch.maximum(best, path)
    return best


# wrong: also texts such as AA
def answer(p):
    return p.sum(1).prod() - p[:, 0].prod()


# wrong: minus the logarithm
def answer(p):
    total = 0.0
    for start in range(len(p)):
        for end in range(start + 1, len(p) + 1):
            run = p[start:end, 1].prod()
            total = total + p[:start, 0].prod() * run * p[end:, 0].prod()
    return -total.log()


# %% tags=["check"]
exercises.check("12.1", answer)

# %% [markdown]
# ## 12a.4 The loss
#
# The loss is minus the logarithm of the text's probability. Both frameworks bring it, and add up the paths without listing
# them. But they differ in what they ask for:
#
# | | PyTorch | TensorFlow |
# | --- | --- | --- |
# | takes | logarithms of probabilities | scores; it takes the softmax itself |
# | axes | column, plate, sign | plate, column, sign with `logits_time_major=False` |
# | blank | 0, unless you say otherwise | the same for a padded array of texts; a sparse one must name it |
# | gives | by default a mean, after each loss was divided by its text's length | one loss for each plate |
#
# With `reduction="none"` PyTorch gives one loss for each plate, too. Both must hear how long each text is, and how many
# columns each picture has: `count_nonzero` counts the characters, `full_like` and `fill` repeat the 24.
#
# First three columns in which you can check the result: if scores are logarithms of probabilities, the softmax gives back
# just these probabilities. (`[None, None]` puts two axes in front. `torch.from_numpy` and `tf.constant` make tensors of
# NumPy arrays.)

# %% tags=["taught"]
chances = np.array([[0.6, 0.4], [0.3, 0.7], [0.5, 0.5]], "float32")  # blank, A
three_columns = np.log(chances)[None, None]  # (plate, row, column, sign)
text_a = np.array([[1]])  # one text, of the sign 1


# %% tags=["torch"]
# PyTorch
def ctc_torch(scores, texts):
    """Mean CTC loss. scores: (n, 1, columns, signs); texts: (n, longest), padded."""
    logs = scores.squeeze(1).log_softmax(dim=2)
    lengths = torch.count_nonzero(texts, dim=1)
    columns = torch.full_like(lengths, logs.shape[1])
    logs = logs.transpose(0, 1)  # columns first
    losses = nn.functional.ctc_loss(logs, texts, columns, lengths, reduction="none")
    return losses.mean()


loss = ctc_torch(torch.from_numpy(three_columns), torch.from_numpy(text_a))
text_a_torch = float(torch.exp(-loss))
print(text_a_torch)


# %% tags=["tf"]
# TensorFlow
def ctc_tf(scores, texts):
    """Mean CTC loss. scores: (n, 1, columns, signs); texts: (n, longest), padded."""
    scores = tf.squeeze(scores, 1)
    lengths = tf.math.count_nonzero(texts, axis=1, dtype=tf.int32)
    columns = tf.fill(tf.shape(lengths), tf.shape(scores)[1])
    losses = tf.nn.ctc_loss(
        texts, scores, lengths, columns, logits_time_major=False, blank_index=0
    )
    return tf.reduce_mean(losses)


loss = ctc_tf(tf.constant(three_columns), tf.constant(text_a))
text_a_tf = float(tf.exp(-loss))
print(text_a_tf)

# %% tags=["verdict", "folded"]
# Folded: goes through all eight paths of three columns, and adds up those that read A.
text_a_by_hand = 0.0
for path in itertools.product([0, 1], repeat=3):
    signs_of_path = np.array(path)
    ones = signs_of_path[np.diff(signs_of_path, prepend=0) != 0].sum()  # how many runs
    if ones == 1:
        text_a_by_hand += float(chances[range(3), path].prod())
parity.verdict("the probability of A, PyTorch", text_a_torch, text_a_by_hand, atol=1e-6)
parity.verdict("the probability of A, TensorFlow", text_a_tf, text_a_by_hand, atol=1e-6)

# %% [markdown]
# Then sixteen plates, and the [gradient](glossary.md#gradient) of their loss in the first kernel: it is what the text asks
# the network to change. (`torch.autograd.grad` returns a gradient and writes it nowhere.)

# %% tags=["torch"]
# PyTorch
scores = outputs_torch(reader_torch, x_some)
loss_torch = ctc_torch(scores, torch.from_numpy(y_some).to(device_torch))
first_kernel = reader_torch[0].weight
slopes = torch.autograd.grad(loss_torch, [first_kernel])
slope_torch = slopes[0].permute(2, 3, 1, 0)  # as TensorFlow keeps a kernel

# %% tags=["tf"]
# TensorFlow
first_kernel = reader_tf.trainable_variables[0]
with tf.device(device_tf), tf.GradientTape() as tape:
    scores = outputs_tf(reader_tf, x_some)
    loss_tf = ctc_tf(scores, tf.constant(y_some))
slopes = tape.gradient(loss_tf, [first_kernel])
slope_tf = slopes[0]

# %% tags=["verdict", "folded"]
# Folded: compares losses and gradients.
# (one ReLU that rounding flips moves a gradient by up to a percent)
parity.verdict(
    "the loss of sixteen plates",
    torch_side.to_numpy(loss_torch),
    tf_side.to_numpy(loss_tf),
    rtol=1e-3,
)
parity.verdict(
    "its gradient",
    torch_side.to_numpy(slope_torch),
    tf_side.to_numpy(slope_tf),
    rtol=0.01,
)

# %% [markdown]
# ## 12a.5 One loop for every task
#
# The loop takes a model and a loss, and knows nothing of plates. Lessons 12b and 12c train with it to find digits, to paint
# them and to look at chests: the shape of the output and the loss change, and nearly nothing else.
#
# `pictures.batches` gives, for each step, a learning rate (it rises, then falls along a cosine), 16 pictures and their
# targets. PyTorch keeps the rate in `param_groups`, Keras in `learning_rate`. In TensorFlow, `@tf.function` makes a
# [graph](glossary.md#graph) of the step (chapter 3); `build` makes the optimizer's variables before it.
#
# So far sixteen plates were enough. Here are all of them, and the unseen ones for the test.

# %% tags=["taught"]
many = 2240 if fast else 4800
epochs = 4 if fast else 6
x_plates, y_plates = scenes.plates(many, seed)
x_unseen, y_unseen = scenes.plates(400, seed, test=True)
print("to learn from:", x_plates.shape, "unseen:", x_unseen.shape)

# %% [markdown]
# **Predict.** After training, how will most plates be written into the 24 columns?
#
# - **a** as wide letters, with blanks between some of them
# - **b** as spikes: more than half of the columns are blank
# - **c** as wide letters, with blanks at both ends only

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P12.1", guess, among=["a", "b", "c"])


# %% tags=["torch"]
# PyTorch
def learn_torch(model, loss, x, y):
    """Train the model on pictures x and targets y; returns the loss of each step."""
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)  # Keras's epsilon
    model.train()
    losses = []
    for rate, some, targets in pictures.batches(x, y, seed, epochs):
        optimizer.param_groups[0]["lr"] = rate
        outputs = outputs_torch(model, some)
        value = loss(outputs, torch.from_numpy(targets).to(device_torch))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


losses_torch = learn_torch(reader_torch, ctc_torch, x_plates, y_plates)


# %% tags=["tf"]
# TensorFlow
def learn_tf(model, loss, x, y):
    """Train the model on pictures x and targets y; returns the loss of each step."""
    optimizer = tf.keras.optimizers.Adam(epsilon=1e-7)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(some, targets):
        with tf.GradientTape() as tape:
            outputs = outputs_tf(model, some)
            value = loss(outputs, targets)
        slopes = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(zip(slopes, model.trainable_variables))
        return value

    losses = []
    for rate, some, targets in pictures.batches(x, y, seed, epochs):
        optimizer.learning_rate.assign(rate)
        with tf.device(device_tf):
            value = step(tf.constant(some), tf.constant(targets))
        losses.append(float(value))
    return losses


losses_tf = learn_tf(reader_tf, ctc_tf, x_plates, y_plates)

# %% tags=["verdict", "folded"]
# Folded: compares the first loss, and asks whether both losses fell.
parity.verdict("the loss of the first step", losses_torch[0], losses_tf[0], rtol=1e-3)
for name, losses in (("PyTorch", losses_torch), ("TensorFlow", losses_tf)):
    fell = np.mean(losses[-20:]) < losses[0] / 100
    print(f"{name}'s loss fell to less than a hundredth: {fell}")

# %% tags=["folded"]
# Folded: draws the losses.
picture_figures.losses(losses_torch, losses_tf)

# %% [markdown]
# Rounding parts the two runs a little, and both arrive. On the way, each stands nearly still for a while. In that time the
# network says blank in nearly all columns: a cheap answer as long as it cannot tell the characters apart. Once it finds
# the first ones, the rest follows quickly.

# %% [markdown]
# ## 12a.6 Spikes
#
# The usual measure here is [sequence accuracy](glossary.md#sequence-accuracy): one wrong character, and the plate is
# wrong. `predict` computes the scores of all unseen plates in the mode for use (lesson 7a).

# %% tags=["taught"]
written = [scenes.text(row) for row in y_unseen]

# %% tags=["torch"]
# PyTorch
scores_torch = pictures_torch.predict(reader_torch, x_unseen).squeeze(1)
best_torch = scores_torch.argmax(axis=-1)  # (400 plates, 24 columns)
read_torch = [read(columns) for columns in best_torch]
right_torch = np.equal(read_torch, written).mean()
print(f"{right_torch:.1%} of the plates without a mistake")

# %% tags=["tf"]
# TensorFlow
scores_tf = pictures_tf.predict(reader_tf, x_unseen).squeeze(1)
best_tf = scores_tf.argmax(axis=-1)
read_tf = [read(columns) for columns in best_tf]
right_tf = np.equal(read_tf, written).mean()
print(f"{right_tf:.1%} of the plates without a mistake")

# %% tags=["verdict", "folded"]
# Folded: whether both read well, and which option came true.
floor = 0.85 if fast else 0.9
for name, right in (("PyTorch", right_torch), ("TensorFlow", right_tf)):
    print(f"{name} reads at least {floor:.0%} of unseen plates: {right >= floor}")
blanks = min((best_torch == 0).mean(), (best_tf == 0).mean())
inside = []  # for each plate, whether a blank stands between two characters
for columns in best_torch:
    row = "".join(scenes.SYMBOLS[sign] for sign in columns)
    inside.append("-" in row.strip("-"))
broken = np.mean(inside)
letter = exercises.first_true({"b": blanks > 0.5, "a": broken > 0.5, "c": True})
exercises.outcome("P12.1", letter)

# %% tags=["folded"]
# Folded: draws eight plates, mistakes first, and how likely each sign is where.
picture_figures.columns(x_unseen, written, read_torch, read_tf, scores_torch)

# %% [markdown]
# One column is enough to say a character, and nothing rewards saying it longer. So the network says each once, where it is
# surest, and *blank* everywhere else. CTC has asked for the text, not for how wide a character is: do not take the spikes
# for places.

# %% [markdown]
# ## 12a.7 Quiz

# %%
exercises.quiz("12a")

# %% [markdown]
# ## 12a.8 Verdicts

# %%
claims.close("12a")

# %% [markdown]
# ## 12a.9 Summary and further reading
#
# - A task is a shape of output and a loss. The loop stays.
# - CTC adds up all ways to write a text, so nobody must say where a character stands.
# - Before you compare two CTC losses: where is the blank, which axis comes first, what is the mean over?
# - Sequence accuracy counts whole texts. It does not say which character is hard: look at the mistakes.
#
# Further reading: [CTC in pictures](https://distill.pub/2017/ctc/) (Hannun). Next: the same loop finds digits and paints
# them, [boxes and pixels](12b_boxes_and_pixels.ipynb).
