# %% [markdown]
# # 12f. Magenta and Ludwig
#
# A network studies thirteen old tunes and goes on with a fourteenth. Then you count how much of what it makes is copied. And
# a second toolbox trains without a line of code.
#
# > **Minutes**: 34 · **Needs**: lessons 5d and 6b; of chapter 3, what a graph is · **Claims tested**: C62, C64
# >
# > **You will be able to**
# > - say what an archived repository means, and what it does not (claim C62)
# > - write a tune as events, and move it to another key (exercise 12.7)
# > - carry the weights of a GRU, whose gates stand in another order (exercise 12.8)
# > - let a network compose, in both frameworks with the same dice (verdict in 12f.4)
# > - find out how much a network copies (prediction P12.9)
# > - read off a package what it is built on (claim C64)
#
# Below, `fast` chooses how long the networks study, and `seed` their first weights, the lessons and the dice. `device`
# changes nothing: all runs on the CPU. Some cells make a sound, where you ask them to.

# %% tags=["setup"]
from helpers import session

session.start("12f")

import tempfile
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement
from tqdm.auto import tqdm

from chapters.ch12 import ludwig_cli, music, project_figures, published
from helpers import claims, data, exercises, parity

session.skip_where_missing("mido")

# %% tags=["torch", "setup"]
# PyTorch
import torch
import torch.nn.functional as F
from torch import nn

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from helpers import tf_side

tf.config.set_visible_devices([], "GPU")  # so small a network is faster on a CPU

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng = np.random.default_rng(seed)
scratch = tempfile.TemporaryDirectory(prefix="side-by-side-")  # gone with the kernel
folder = Path(scratch.name)

# %% [markdown]
# ## 12f.1 What became of Magenta
#
# Magenta began at Google in 2016, and for years its library made music with TensorFlow. That library has ended: its
# repository was [archived](https://github.com/magenta/magenta) in January 2026, and its last release asks for an old
# TensorFlow. The people went on: the same page points to other repositories for new work. One of them,
# [Magenta RealTime](https://github.com/magenta/magenta-realtime), plays along live, on JAX and MLX.

# %% tags=["verdict", "folded"]
# Folded: what Magenta's last release builds on, and whether it fits this TensorFlow.
asked = [Requirement(text) for text in published.told("magenta", "requires")]
wanted = next(one.specifier for one in asked if one.name == "tensorflow")
day = published.released("magenta")
claims.verdict(
    "C62",
    {
        "it builds on TensorFlow": "tensorflow" in published.frameworks("magenta"),
        "it can be used with today's": wanted.contains(tf.__version__),
    },
    f"magenta's last release asks for tensorflow{wanted} and is from {day:%B %Y}",
)

# %% [markdown]
# ## 12f.2 A tune as events
#
# Magenta's first model, [Melody RNN](https://github.com/magenta/magenta/tree/main/magenta/models/melody_rnn), does not
# write notes. It writes an *event* for each short step of time: a pitch begins, what sounds goes on, or silence. Our steps
# are eighth notes. `music.HOLD` (0) says "go on", `music.REST` (1) "silence", and any other number is a pitch: 60 is the
# middle C.
#
# Fourteen tunes in the public domain ship with the course. *Hänschen klein* is kept apart: no network studies it.

# %% tags=["taught"]
tunes = music.tunes()  # {title: notes}
unseen = music.events(tunes.pop("Hänschen klein (Lightly row)"))
studied = [music.events(notes) for notes in tunes.values()]
print(len(studied), "tunes to study; the first two bars of the other one:")
print(unseen[:16])

# %% tags=["folded"]
# Folded: a player for the tune that is not studied.
music.player(music.notes(unseen), "Hänschen klein, which the network does not study")

# %% [markdown]
# ### Exercise 12.7: in another key (4 minutes)
#
# Write `answer(events, by)`. `events` is a tune, a NumPy array of whole numbers. Return it with every pitch moved by `by`
# semitones, downwards where `by` is negative. Hold and rest are events, too, and no pitches. The array that you are given
# must stay as it is.

# %% tags=["exercise"]
answer = ...  # a function of an array of events and a whole number


# solution
def answer(events, by):
    return np.where(events > music.REST, events + by, events)


# wrong: hold and rest
def answer(events, by):
    return events + by


# wrong: rests
def answer(events, by):
    return np.where(events != music.HOLD, events + by, events)


# wrong: the tune that you were given
def answer(events, by):
    events[events > music.REST] += by
    return events


# wrong: other way
def answer(events, by):
    return np.where(events > music.REST, events - by, events)


# %% tags=["check"]
exercises.check("12.7", answer)

# %% [markdown]
# A network wants classes 0, 1, 2 and so on. `signs` are all the events that occur, sorted; `searchsorted` finds the place of
# each event among them. A *lesson* is 16 pieces of tunes, 49 events each: from the first 48, the network shall say each
# next one. Every piece begins where a bar of eight events begins, and longer tunes are taken more often.

# %% tags=["taught"]
signs = np.unique(np.concatenate([[music.HOLD, music.REST], unseen, *studied]))
rows = [np.searchsorted(signs, tune) for tune in studied]
lengths = np.array([len(row) for row in rows])


def lesson():
    pieces = []
    for k in rng.choice(len(rows), 16, p=lengths / lengths.sum()):
        bar = rng.integers((lengths[k] - 49) // 8 + 1)
        pieces.append(rows[k][8 * bar : 8 * bar + 49])
    return np.stack(pieces)


lessons = [lesson() for _ in range(150 if fast else 600)]
print(len(signs), "signs; a lesson has the shape", lessons[0].shape)

# %% [markdown]
# ## 12f.3 A GRU, and its gates
#
# A [recurrent network](glossary.md#recurrent-network) reads one event after the other, and keeps a state: 64 numbers that
# say what it remembers. A GRU changes that state through [gates](glossary.md#gate), numbers from 0 to 1. The *update* gate
# says how much of the old state stays, the *reset* gate how much of it the new *candidate* may look at.
#
# The kernels of all three stand side by side in one array, and not in the same order: Keras keeps update, reset, candidate;
# PyTorch reset, update, candidate. All three are equally wide, so no shape complains when they are mixed up.
#
# ### Exercise 12.8: a GRU cell, ported (6 minutes)
#
# One step of a GRU, gates in PyTorch's order, for inputs `x` (n, a), states `h` (n, b) and kernels without biases:
#
# ```python
# def cell(x, h, w, u):                     # w (a, 3b), u (b, 3b)
#     xr, xz, xn = torch.chunk(x @ w, 3, dim=1)
#     hr, hz, hn = torch.chunk(h @ u, 3, dim=1)
#     r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
#     n = torch.tanh(xn + r * hn)
#     return (1 - z) * n + z * h
# ```
#
# Write `answer(x, h, w, u)` in TensorFlow for kernels in *Keras's* order. Return the new states, a tensor (n, b).

# %% tags=["exercise"]
answer = ...  # a function of TensorFlow tensors x, h, w and u


# solution
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r = tf.sigmoid(xr + hr)
    z = tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h


# wrong: PyTorch's order
def answer(x, h, w, u):
    xr, xz, xn = tf.split(x @ w, 3, axis=1)
    hr, hz, hn = tf.split(h @ u, 3, axis=1)
    r = tf.sigmoid(xr + hr)
    z = tf.sigmoid(xz + hz)
    return (1 - z) * tf.tanh(xn + r * hn) + z * h


# wrong: keeps what it should replace
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r = tf.sigmoid(xr + hr)
    z = tf.sigmoid(xz + hz)
    return z * tf.tanh(xn + r * hn) + (1 - z) * h


# wrong: before the product
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    uz, ur, un = tf.split(u, 3, axis=1)
    r = tf.sigmoid(xr + h @ ur)
    z = tf.sigmoid(xz + h @ uz)
    return (1 - z) * tf.tanh(xn + (r * h) @ un) + z * h


# %% tags=["check"]
exercises.check("12.8", answer)

# %% [markdown]
# Now whole layers from the same arrays, in Keras's order. PyTorch's copies are sorted and transposed: `swapped` does that.
# A dense layer, the head, makes of each state a score for each sign. Events enter as `one_hot`: a 1 in the event's place,
# and 0 elsewhere.

# %% tags=["taught"]
units = 64
many = len(signs)
kernel = rng.normal(scale=many**-0.5, size=(many, 3 * units))
recurrent = rng.normal(scale=units**-0.5, size=(units, 3 * units))
head = rng.normal(scale=(2 / units) ** 0.5, size=(units, many))


# %% tags=["torch"]
# PyTorch
def swapped(array):
    update, reset, candidate = np.split(array, 3, axis=1)
    in_order = np.concatenate([reset, update, candidate], axis=1)
    return torch.from_numpy(np.ascontiguousarray(in_order.T))


gru_torch = nn.GRU(many, units, batch_first=True).double()
head_torch = nn.Linear(units, many).double()
with torch.no_grad():
    gru_torch.weight_ih_l0.copy_(swapped(kernel))  # from inputs, layer 0
    gru_torch.weight_hh_l0.copy_(swapped(recurrent))  # from the state before
    head_torch.weight.copy_(torch.from_numpy(head.T))
    for bias in (gru_torch.bias_ih_l0, gru_torch.bias_hh_l0, head_torch.bias):
        bias.zero_()


def scores_torch(events, state=None):
    states, state = gru_torch(F.one_hot(events, many).double(), state)
    return head_torch(states), state


begin_torch, _ = scores_torch(torch.from_numpy(lessons[0]))

# %% tags=["tf"]
# TensorFlow
gru_tf = tf.keras.layers.GRU(
    units, return_sequences=True, return_state=True, dtype="float64"
)
gru_tf.build((None, None, many))
gru_tf.set_weights([kernel, recurrent, np.zeros((2, 3 * units))])
head_tf = tf.keras.layers.Dense(many, dtype="float64")
head_tf.build((None, None, units))
head_tf.set_weights([head, np.zeros(many)])


def scores_tf(events, state=None):
    one_hot = tf.one_hot(events, many, dtype=tf.float64)
    states, state = gru_tf(one_hot, initial_state=state)
    return head_tf(states), state


begin_tf, _ = scores_tf(tf.constant(lessons[0]))

# %% tags=["verdict", "folded"]
# Folded: compares the scores before the networks have studied.
parity.verdict(
    "scores of all events of a lesson",
    torch_side.to_numpy(begin_torch),
    tf_side.to_numpy(begin_tf),
    atol=1e-12,
)

# %% [markdown]
# ## 12f.4 Study, then compose
#
# To study: read the first 48 events of each piece, and let the cross-entropy compare the scores with the next event.
# `flatten` puts all events of all pieces in one row; TensorFlow's loss takes them as they are. Adam has the settings of
# lesson 6b: numbers that Keras rounds, and an $\varepsilon$ so small that its place does not matter.

# %% tags=["taught"]
rate = float(np.float32(5e-3))
beta_1 = float(np.float32(0.9))
beta_2 = float(np.float32(0.999))

# %% tags=["torch"]
# PyTorch
weights_torch = [*gru_torch.parameters(), *head_torch.parameters()]
adam_torch = torch.optim.Adam(weights_torch, rate, (beta_1, beta_2), eps=1e-12)


def study_torch(pieces):
    scores, _ = scores_torch(pieces[:, :-1])
    loss = F.cross_entropy(scores.flatten(0, 1), pieces[:, 1:].flatten())
    adam_torch.zero_grad()
    loss.backward()
    adam_torch.step()
    return loss.item()


curve_torch = []
for pieces in tqdm(lessons, unit="lesson", leave=False):
    curve_torch.append(study_torch(torch.from_numpy(pieces)))

# %% tags=["tf"]
# TensorFlow
weights_tf = gru_tf.trainable_variables + head_tf.trainable_variables
adam_tf = tf.keras.optimizers.Adam(rate, beta_1, beta_2, epsilon=1e-12)


@tf.function
def study_tf(pieces):
    with tf.GradientTape() as tape:
        scores, _ = scores_tf(pieces[:, :-1])
        labels = pieces[:, 1:]
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores)
        loss = tf.reduce_mean(losses)
    adam_tf.apply_gradients(zip(tape.gradient(loss, weights_tf), weights_tf))
    return loss


curve_tf = []
for pieces in tqdm(lessons, unit="lesson", leave=False):
    curve_tf.append(float(study_tf(tf.constant(pieces))))

# %% tags=["verdict", "folded"]
# Folded: compares the losses, and says whether the networks have learned.
parity.verdict(
    "the losses of the first 50 lessons",
    np.array(curve_torch[:50]),
    np.array(curve_tf[:50]),
    atol=1e-6,
)
ends = [np.mean(curve_torch[-10:]), np.mean(curve_tf[-10:])]
print("the loss falls below a third, both:", bool(max(ends) < curve_torch[0] / 3))

# %% [markdown]
# To compose: read two bars of *Hänschen klein*, turn the scores for the next event into probabilities, draw one event by
# them, feed it back, and so on.
#
# A draw needs one number from 0 to 1, a throw of the dice. Lay the probabilities end to end (`cumsum`), and count the ends
# below the throw: that is the place. (The last end should be 1; rounding may leave it lower, so it is left out.) Both
# networks get the same dice.
#
# In TensorFlow a graph of the step saves time, for it is called 64 times. The two bars are read without it.
#
# **Predict.** The network goes on for eight bars. How many of them stand, note for note, in a tune that it studied?
#
# - **a** none
# - **b** some, up to half of them
# - **c** more than half

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P12.9", guess, among=["a", "b", "c"])

# %% tags=["taught"]
bars = 8
dice = rng.random(8 * bars)
prompt = np.searchsorted(signs, unseen[:16])

# %% tags=["torch"]
# PyTorch
places = list(prompt)
with torch.no_grad():
    scores, state = scores_torch(torch.from_numpy(prompt)[None])  # one tune
    for number in dice:
        chances = torch.softmax(scores[0, -1], dim=-1)
        ends = torch.cumsum(chances, dim=-1)
        place = int((ends[:-1] < number).sum())
        places.append(place)
        scores, state = scores_torch(torch.tensor([[place]]), state)
piece_torch = signs[places]
print(piece_torch[16:])

# %% tags=["tf"]
# TensorFlow
go_on = tf.function(scores_tf)
places = list(prompt)
scores, state = scores_tf(tf.constant(prompt)[None])  # one tune
for number in dice:
    chances = tf.nn.softmax(scores[0, -1])
    ends = tf.cumsum(chances)
    place = int(tf.math.count_nonzero(ends[:-1] < number))
    places.append(place)
    scores, state = go_on(tf.constant([[place]]), state)
piece_tf = signs[places]
print(piece_tf[16:])

# %% tags=["verdict", "folded"]
# Folded: each piece begins as it was told, and goes on for as long as it was asked.
given = unseen[:16]
parity.verdict("the given bars", piece_torch[:16], given)
parity.verdict("the given bars, again", piece_tf[:16], given)
parity.verdict("the number of events", len(piece_torch), len(piece_tf))

# %% [markdown]
# Where a rounding difference tips one draw, the pieces part: what comes after has another past. Both are then such a
# network's melodies; compare losses, not tunes.
#
# ## 12f.5 How much is copied?
#
# Take each composed bar, and look for its eight events anywhere in the tunes that were studied.


# %% tags=["taught"]
def is_copied(bar):
    for tune in studied:
        windows = np.lib.stride_tricks.sliding_window_view(tune, 8)  # (places, 8)
        if (windows == bar).all(axis=1).any():
            return True
    return False


# %% tags=["verdict", "folded"]
# Folded: counts the copied bars of one piece; which option came true.
pieces = {}
for side in session.sides():
    pieces[side.NAME] = piece_torch if side.NAME == "PyTorch" else piece_tf
piece = next(iter(pieces.values()))
copied = sum(is_copied(bar) for bar in piece[16:].reshape(bars, 8))
options = {"a": copied == 0, "b": copied <= bars / 2, "c": True}
exercises.outcome("P12.9", exercises.first_true(options))
print("Set fast = False to let it study longer, and count again." * fast)

# %% tags=["folded"]
# Folded: a piano roll and a player.
print(f"{copied} of {bars} bars stand in a tune that it studied")
project_figures.roll(pieces, given=16, pitches=signs[2::2])
music.player(
    music.notes(piece), "Two bars of Hänschen klein, and how the network goes on"
)

# %% [markdown]
# Thirteen tunes fit into the weights of a small network, and learning them by heart is the cheapest way to a small loss. It
# is the same with [language models](https://arxiv.org/abs/2202.07646): what occurs often is repeated word for word more
# often, and a larger network repeats more. Whoever publishes what a model makes should count.
#
# A tune leaves as a MIDI file, which any music program opens:

# %% tags=["taught"]
music.save_midi(music.notes(piece), folder / "continued.mid")
heard = music.events(music.load_midi(folder / "continued.mid"))

# %% tags=["verdict", "folded"]
# Folded: compares the events that were written and those that were read.
written = music.events(music.notes(piece))
parity.verdict("events in the file and in the piece", heard, written[: len(heard)])

# %% [markdown]
# ## 12f.6 Ludwig: a config instead of code
#
# Uber's Ludwig trains a model from a file that names columns and their types. The article calls it a toolbox that needs no
# code; at first it was built on TensorFlow. A package's requirements say what it is built on, and old releases stay where
# they are.

# %% tags=["verdict", "folded"]
# Folded: which framework three releases of Ludwig require.
for version in ("0.4.1", "0.11.0", "0.17.10"):
    print("Ludwig", version, "requires", *published.frameworks("ludwig", version))
then = published.frameworks("ludwig", "0.4.1")
now = published.frameworks("ludwig")
summary = published.told("ludwig", "summary")[0]
claims.verdict(
    "C64",
    {
        "it builds on TensorFlow": "tensorflow" in now,
        "a configuration takes the place of code": "configurations" in summary,
    },
    f"Ludwig 0.4.1 ({published.released('ludwig', '0.4.1'):%B %Y}) required {then[0]}, "
    f"0.17.10 requires {now[0]}",
)

# %% [markdown]
# It moved to PyTorch with [version 0.5](https://github.com/ludwig-ai/ludwig/pull/1266). What stayed is the config. Here is
# one for the digits. It is the whole program: nothing in it says which framework runs it, and much is left to defaults:
# layers, optimizer, loss.

# %% tags=["taught"]
config = {
    "input_features": [{"name": "pixels", "type": "vector"}],
    "output_features": [{"name": "digit", "type": "category"}],
    "preprocessing": {"split": {"type": "fixed"}},
    "trainer": {"epochs": 10, "batch_size": 64, "learning_rate": 0.003},
    "backend": "local",
}

# %% [markdown]
# Ludwig wants other releases of PyTorch and its companions than this course, so it lives in an environment of its own, which
# `make ludwig` prepares (Python 3.12, several gigabytes). Where that is there, the next cell hands Ludwig's command line
# this config and the digits, split by form as always.

# %% tags=["folded"]
# Folded: trains with Ludwig's command line, where its environment is there.
if ludwig_cli.PROGRAM.exists():
    accuracy = ludwig_cli.experiment(config, data.digits("float64"), folder, seed)
    print(f"Ludwig, from the config alone, reads {accuracy:.0%} of new forms")
else:
    print(
        "training with Ludwig: NOT MEASURED, its environment is not there. "
        "To make it: make ludwig"
    )

# %% [markdown]
# ## 12f.7 Quiz

# %%
exercises.quiz("12f")

# %% [markdown]
# ## 12f.8 Verdicts
#
# Five projects in three lessons: which are what the article says, which only run, and which are something else now?

# %%
claims.close("12f")

# %% [markdown]
# ## 12f.9 Summary and further reading
#
# - A library can end while its project goes on: read the page, not the word "archived".
# - A GRU's gates stand in another order, and no shape says so.
# - With the same dice, two frameworks compose from the same probabilities.
# - Ask how much of what a model makes is copied.
# - A config hides the framework. The requirements name it.
#
# Further reading: [Magenta RealTime](https://github.com/magenta/magenta-realtime),
# [how much language models repeat](https://arxiv.org/abs/2202.07646) (Carlini et al.),
# [Ludwig](https://arxiv.org/abs/1909.07930) (Molino et al.). Next:
# [a TensorFlow model comes to PyTorch](13a_a_tensorflow_model_comes_to_pytorch.ipynb).
