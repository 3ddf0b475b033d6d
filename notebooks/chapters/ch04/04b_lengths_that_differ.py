# %% [markdown]
# # 4b. Lengths that differ
#
# Most data that differ in shape differ in length alone. You fill them up to one length, in both frameworks, and find
# out what the filling does to a state, to a note and to a loss.
#
# > **Minutes**: 40 · **Needs**: lessons 3a and 4a · **Claims tested**: none
# >
# > **You will be able to**
# > - pad a batch as you mean it, not as a default does (prediction P4.5)
# > - get the state after the last real step (prediction P4.6)
# > - read the plan that a packed batch carries (exercise 4.6)
# > - tell a switch that masks from one that does not (prediction P4.7)
# > - count only what is real in a loss (prediction P4.8 and exercise 4.7)
# > - fill fewer cells (verdict in 4b.6)
# > - say what each side does with nothing at all (verdict in 4b.7)
#
# Below, `fast` chooses how long a network studies, and `seed` its first weights. `device` changes nothing: so small a
# network is faster on a CPU, and all runs there.

# %% tags=["setup"]
from helpers import session

session.start("04b")

import numpy as np

from chapters.ch04 import figures, melody
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from chapters.ch04 import melody_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch04 import melody_tf
from helpers import tf_side

tf.config.set_visible_devices([], "GPU")
keras = tf.keras

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 4b.1 Fourteen tunes
#
# Fourteen old tunes ship with the course. `melody.tunes` reads their notes, as letters, without how long each note
# sounds. For a network we number the notes, from 1 on. The number 0 is kept free.

# %% tags=["taught"]
tunes = melody.tunes()  # {title: notes}
names = melody.names(tunes)  # names[0] stands for no note
rows = []
for notes in tunes.values():
    rows.append([names.index(note) for note in notes])

lengths = np.array([len(row) for row in rows])
print(lengths)
print(rows[1])

# %% [markdown]
# ## 4b.2 Filled up
#
# Rows of different lengths are no array. So fill the short ones up: that is [padding](glossary.md#padding). Each
# framework has a function for it.
#
# **Predict.** Both get `[[1, 2, 3], [4, 5]]`, and nothing else is said. Where do they put the 0 that fills up `[4, 5]`?
#
# - **a** behind, in both
# - **b** in front, in both
# - **c** behind in PyTorch, in front in TensorFlow
# - **d** in front in PyTorch, behind in TensorFlow

# %% tags=["predict"]
few = [[1, 2, 3], [4, 5]]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P4.5", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
found = pad_sequence([torch.tensor(row) for row in few])
padded_torch = torch_side.to_numpy(found)
print(padded_torch)

# %% tags=["tf"]
# TensorFlow
padded_tf = keras.utils.pad_sequences(few)
print(padded_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and the shapes.
row_torch = padded_torch[:, 1]  # time comes first here
row_tf = padded_tf[1]
letters = {
    (True, True): "a",
    (False, False): "b",
    (True, False): "c",
    (False, True): "d",
}
behind = (bool(row_torch[-1] == 0), bool(row_tf[-1] == 0))
exercises.outcome("P4.5", letters[behind])
parity.differ("what both made of it", padded_torch, padded_tf)

# %% [markdown]
# PyTorch also has turned the table: time first, then the batch. Its recurrent layers want that, unless
# `batch_first=True` is said.
#
# A third default costs more. It shows when the values are measured, and not whole numbers:

# %% tags=["torch"]
# PyTorch
halves = [[0.5, 1.5, 2.5], [3.5]]
found = pad_sequence([torch.tensor(row) for row in halves], batch_first=True)
halves_torch = torch_side.to_numpy(found)
print(halves_torch)

# %% tags=["tf"]
# TensorFlow
halves = [[0.5, 1.5, 2.5], [3.5]]
halves_tf = keras.utils.pad_sequences(halves, padding="post")
print(halves_tf)

# %% tags=["verdict", "folded"]
# Folded: what became of the fractions.
parity.differ("fractions, padded", halves_torch, halves_tf)
cut = halves_torch.astype("int32")
parity.verdict("TensorFlow's, and PyTorch's cut to whole numbers", halves_tf, cut)

# %% [markdown]
# `pad_sequences` makes whole numbers of 32 bits, unless `dtype` says otherwise. No error, no warning. So say what you
# mean. Our own `pad` has no defaults to forget, and refuses what has no answer.


# %% tags=["taught"]
def pad(rows):
    """Rows of whole numbers as an array (rows, longest), filled up behind with 0."""
    if len(rows) == 0:
        raise ValueError("there is no row to pad: an empty batch has no length")
    for number, row in enumerate(rows):
        if len(row) == 0:
            raise ValueError(f"row {number} is empty: leave it out before you pad")
    longest = max(len(row) for row in rows)
    padded = np.zeros((len(rows), longest), "int64")
    for number, row in enumerate(rows):
        padded[number, : len(row)] = row
    return padded


padded = pad(rows)
print(padded.shape, f"{np.mean(padded == 0):.0%} of it is padding")

# %% tags=["torch"]
# PyTorch
found = pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
tunes_torch = torch_side.to_numpy(found)

# %% tags=["tf"]
# TensorFlow
tunes_tf = keras.utils.pad_sequences(rows, padding="post", dtype="int64")

# %% tags=["verdict", "folded"]
# Folded: compares all three ways to pad the tunes.
parity.verdict("PyTorch's padding and ours", tunes_torch, padded)
parity.verdict("TensorFlow's padding and ours", tunes_tf, padded)

# %% [markdown]
# ## 4b.3 The state after the last note
#
# An [LSTM](glossary.md#recurrent-network) reads a row step by step. It keeps a *state*, here 32 numbers, and changes it at
# each step. The state at the end stands for the whole tune, as the state at the top did for a tree.
#
# `melody_torch.layers` and `melody_tf.layers` make three layers each, from the same random weights: one that looks up a
# note's vector (an [embedding](glossary.md#embedding)), the LSTM, and one for 4b.5. An LSTM gives back more than its last
# state; `_` takes what we do not need. Here it reads the padded batch as it is.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
weights = melody.start_weights(rng, len(names))

# %% tags=["torch"]
# PyTorch
embedding_torch, lstm_torch, scores_torch = melody_torch.layers(weights)
vectors_torch = embedding_torch(torch.from_numpy(padded))  # (14, 68, 16)
_, (state, _) = lstm_torch(vectors_torch)
as_it_is_torch = torch_side.to_numpy(state[0])
print(as_it_is_torch.shape)

# %% tags=["tf"]
# TensorFlow
embedding_tf, lstm_tf, scores_tf = melody_tf.layers(weights)
vectors_tf = embedding_tf(padded)  # (14, 68, 16)
_, state, _ = lstm_tf(vectors_tf)
as_it_is_tf = tf_side.to_numpy(state)
print(as_it_is_tf.shape)

# %% tags=["verdict", "folded"]
# Folded: compares the states at the end of the padded batch.
parity.verdict("14 states, padding read", as_it_is_torch, as_it_is_tf, atol=1e-12)

# %% [markdown]
# Both agree. Are they right? The judge is each tune read alone, without padding.
#
# **Predict.** For how many of the 14 tunes is the state of the padded batch that of the tune read alone?
#
# - **a** all: a 0 adds nothing
# - **b** one
# - **c** none

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P4.6", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
alone = []
for row in rows:
    _, (state, _) = lstm_torch(embedding_torch(torch.tensor([row])))
    alone.append(torch_side.to_numpy(state[0, 0]))
alone_torch = np.array(alone)

# %% tags=["tf"]
# TensorFlow
alone = []
for row in rows:
    _, state, _ = lstm_tf(embedding_tf(np.array([row])))
    alone.append(tf_side.to_numpy(state[0]))
alone_tf = np.array(alone)

# %% tags=["verdict", "folded"]
# Folded: counts the states that survived the padding.
parity.verdict("each tune alone", alone_torch, alone_tf, atol=1e-12)
off = np.abs(as_it_is_torch - alone_torch).max(axis=1)
kept = int(np.sum(off < 1e-9))
came_true = {"a": kept == len(rows), "b": kept == 1, "c": kept == 0}
exercises.outcome("P4.6", exercises.first_true(came_true))
print(f"{kept} of {len(rows)} states are those of the tune; the others are wrong")

# %% [markdown]
# Number 0 has a vector like any other. Even a vector of zeros would be a step: from the old state and its own weights the
# LSTM would make a new state. Only the longest tune has no padding.
#
# There are two cures. Keras's layers take a [mask](glossary.md#mask): true where something is real. At a masked step
# the state stays as it is. PyTorch's LSTM takes no mask. It takes a [packed batch](glossary.md#packed-sequence), from
# which the padding has been taken out.

# %% tags=["torch"]
# PyTorch
packed = pack_padded_sequence(
    vectors_torch, lengths, batch_first=True, enforce_sorted=False
)
_, (state, _) = lstm_torch(packed)
cured_torch = torch_side.to_numpy(state[0])
print(len(packed.data), "steps, where the padded batch has", padded.size)

# %% tags=["tf"]
# TensorFlow
mask = padded != 0
_, state, _ = lstm_tf(vectors_tf, mask=mask)
cured_tf = tf_side.to_numpy(state)
print(mask.sum(), "of", mask.size, "steps count")

# %% tags=["verdict", "folded"]
# Folded: compares both cures with the tunes read alone.
parity.verdict("packed, and each tune alone", cured_torch, alone_torch, atol=1e-12)
parity.verdict("masked, and each tune alone", cured_tf, alone_tf, atol=1e-12)

# %% [markdown]
# Keras computes the padded steps, and throws them away. PyTorch does not compute them: a packed batch holds a plan, as
# `fold` made one in lesson 4a. All first notes form a round, all second notes the next one. `packed.batch_sizes` says
# how many rows each round has. For that, the rows are sorted by length; `enforce_sorted=False` lets PyTorch do it, and
# it gives the states back in your order.

# %% tags=["taught"]
print(packed.batch_sizes.tolist())

# %% [markdown]
# ### Exercise 4.6: a plan for rows (3 minutes)
#
# Four rows have the lengths 2, 5, 3 and 3. What are the batch sizes of the packed batch? Give a list of whole numbers.

# %% tags=["exercise"]
answer = ...  # a list of whole numbers
# solution
answer = [4, 4, 3, 1, 1]
# wrong: those are the lengths
answer = [5, 3, 3, 2]
# wrong: the padded batch
answer = [4, 4, 4, 4, 4]
# wrong: how many rows end
answer = [0, 1, 2, 0, 1]
# wrong: one step too early
answer = [4, 3, 1, 1, 0]

# %% tags=["check"]
exercises.check("4.6", answer)

# %% [markdown]
# ## 4b.4 The note that was number 0
#
# Who builds a network seldom hands masks around. Both embeddings have a switch that says "0 is padding": PyTorch's is
# `padding_idx=0`, and Keras's `mask_zero=True`.
#
# A colleague has numbered the notes from 0. Number 0 is C, the first note of *Frère Jacques*. He sets the switch, and
# reads this one tune, which needs no padding. The vectors are given, as if they had been learned.

# %% tags=["taught"]
numbers = np.array([rows[1]]) - 1  # the colleague's: C is 0
without_c = numbers[numbers != 0].reshape(1, -1)
vectors = weights["vectors"][1:]
print(numbers)

# %% [markdown]
# **Predict.** Whose LSTM now passes over every C, in the middle of the tune too?
#
# - **a** both
# - **b** PyTorch's alone
# - **c** TensorFlow's alone
# - **d** neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P4.7", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
switched = nn.Embedding(*vectors.shape, padding_idx=0, dtype=torch.float64)
torch_side.set_weights(switched, {"weight": vectors})
_, (state, _) = lstm_torch(switched(torch.from_numpy(numbers)))
whole_torch = torch_side.to_numpy(state[0])
_, (state, _) = lstm_torch(switched(torch.from_numpy(without_c)))
shorter_torch = torch_side.to_numpy(state[0])

# %% tags=["tf"]
# TensorFlow
switched = keras.layers.Embedding(*vectors.shape, mask_zero=True, dtype="float64")
switched.build()
switched.set_weights([vectors])
_, state, _ = lstm_tf(switched(numbers))
whole_tf = tf_side.to_numpy(state)
_, state, _ = lstm_tf(switched(without_c))
shorter_tf = tf_side.to_numpy(state)

# %% tags=["verdict", "folded"]
# Folded: whose state is that of the tune without its Cs.
passes_torch = bool(np.abs(whole_torch - shorter_torch).max() < 1e-9)
passes_tf = bool(np.abs(whole_tf - shorter_tf).max() < 1e-9)
letters = {
    (True, True): "a",
    (True, False): "b",
    (False, True): "c",
    (False, False): "d",
}
exercises.outcome("P4.7", letters[passes_torch, passes_tf])
parity.verdict("the tune without its Cs", shorter_torch, shorter_tf, atol=1e-12)
parity.verdict("PyTorch's, and all notes", whole_torch[0], alone_torch[1], atol=1e-12)
parity.differ("the tune with the switch set", whole_torch, whole_tf)
share = np.mean(numbers == 0)
print(f"{share:.0%} of the tune's notes are Cs")

# %% [markdown]
# `mask_zero` makes a mask, which travels with the vectors to the layers behind, and the notes are gone without a word.
# `padding_idx` makes no mask: in a new table the vector of number 0 is zeros, and in any it is never trained. The LSTM
# reads it as a note. One word in two manuals, two meanings. Keep 0 free, as we did.
#
# A mask travels only as far as layers hand it on, and it is not part of the array: on the way through NumPy it is lost.

# %% [markdown]
# ## 4b.5 What a loss counts
#
# Now the network guesses the next note: at each step the third layer gives a score to each name. How surprised it is by
# the note that comes is the loss, one number for each step. No note's state has seen the padding behind it, so here the
# LSTM needs no mask. But the loss does: in the padding, the next "note" is 0.


# %% tags=["torch"]
# PyTorch
def losses_torch(layers, padded):
    """The loss at each step of padded tunes, (tunes, steps)."""
    embedding, lstm, scores = layers
    notes = torch.from_numpy(padded)
    states, _ = lstm(embedding(notes[:, :-1]))
    found = scores(states).transpose(1, 2)  # cross_entropy wants names before steps
    return F.cross_entropy(found, notes[:, 1:], reduction="none")


# %% tags=["tf"]
# TensorFlow
def losses_tf(layers, padded):
    """The loss at each step of padded tunes, (tunes, steps)."""
    embedding, lstm, scores = layers
    states, _, _ = lstm(embedding(padded[:, :-1]))
    found = scores(states)
    wanted = padded[:, 1:]
    return tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, found)


# %% tags=["verdict", "folded"]
# Folded: compares the losses of the untrained network at every step.
start_torch = losses_torch((embedding_torch, lstm_torch, scores_torch), padded)
start_tf = losses_tf((embedding_tf, lstm_tf, scores_tf), padded)
all_losses = torch_side.to_numpy(start_torch)
parity.verdict("every loss", all_losses, tf_side.to_numpy(start_tf), atol=1e-12)

# %% [markdown]
# Ten tunes are studied, four kept for the test. Two networks start from the same weights and take the same number of
# steps of gradient descent. The first one's loss is the mean over real notes, the second one's the mean over all cells:
# that is what `loss.mean()` gives.

# %% tags=["taught"]
test = np.arange(len(rows)) % 3 == 2
studied = padded[~test]
unseen = padded[test]
steps = 60 if fast else 80
only_notes = studied[:, 1:] != 0
all_cells = np.ones_like(only_notes)


# %% tags=["torch"]
# PyTorch
def train_torch(counts):
    """Losses of the unseen tunes after training; counts: true where a loss counts."""
    layers = melody_torch.layers(weights)
    parameters = melody_torch.trained(layers)
    optimizer = torch.optim.SGD(parameters, 1.0)
    counts = torch.from_numpy(counts)
    for _ in range(steps):
        loss = losses_torch(layers, studied)[counts].mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return torch_side.to_numpy(losses_torch(layers, unseen))


first_torch = train_torch(only_notes)
second_torch = train_torch(all_cells)


# %% tags=["tf"]
# TensorFlow
def train_tf(counts):
    """Losses of the unseen tunes after training; counts: true where a loss counts."""
    layers = melody_tf.layers(weights)
    variables = melody_tf.trained(layers)
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.build(variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(losses_tf(layers, studied)[counts])
        optimizer.apply(tape.gradient(loss, variables), variables)

    for _ in range(steps):
        step()
    return tf_side.to_numpy(losses_tf(layers, unseen))


first_tf = train_tf(only_notes)
second_tf = train_tf(all_cells)

# %% tags=["verdict", "folded"]
# Folded: compares the trained networks of both frameworks.
parity.verdict("first network, trained", first_torch, first_tf, atol=1e-6)
parity.verdict("second network, trained", second_torch, second_tf, atol=1e-6)

# %% [markdown]
# Each network reports its [perplexity](glossary.md#perplexity) over the unseen tunes, $e^\text{mean loss}$. It is 5 for a
# network that wavers between 5 equally likely notes; less is better. Each takes the mean that it was trained with.
#
# **Predict.** How do they compare?
#
# - **a** the second reports the better number, and is the better one at notes
# - **b** the second reports the better number, and is the worse one at notes
# - **c** the second reports the worse number

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P4.8", guess, among=["a", "b", "c"])

# %% tags=["taught"]
is_note = unseen[:, 1:] != 0


def perplexity(losses):
    return float(np.exp(losses.mean()))


# %% tags=["torch"]
# PyTorch
reports_torch = [perplexity(first_torch[is_note]), perplexity(second_torch)]
at_notes_torch = [perplexity(first_torch[is_note]), perplexity(second_torch[is_note])]
print("reported:", np.round(reports_torch, 2))
print("at notes:", np.round(at_notes_torch, 2))

# %% tags=["tf"]
# TensorFlow
reports_tf = [perplexity(first_tf[is_note]), perplexity(second_tf)]
at_notes_tf = [perplexity(first_tf[is_note]), perplexity(second_tf[is_note])]
print("reported:", np.round(reports_tf, 2))
print("at notes:", np.round(at_notes_tf, 2))

# %% tags=["verdict", "folded"]
# Folded: which option came true, and by how much.
looks_better = reports_torch[1] < reports_torch[0]
is_better = at_notes_torch[1] < at_notes_torch[0]
came_true = {"c": not looks_better, "a": is_better, "b": not is_better}
exercises.outcome("P4.8", exercises.first_true(came_true))
parity.verdict("reported", reports_torch, reports_tf, atol=1e-5)
parity.verdict("at notes", at_notes_torch, at_notes_tf, atol=1e-5)
padding_loss = second_torch[~is_note].mean()
print(f"perplexity of the second in the padding: {np.exp(padding_loss):.2f}")

# %% tags=["folded"]
# Folded: draws what each network reports, and what it is worth.
figures.reported_and_real(reports_torch, at_notes_torch)

# %% [markdown]
# After a 0 comes a 0: nothing is easier to guess. So the mean over all cells looks better the more padding a batch has,
# and the same network reports another number in another batch. It also trains on that: part of each step goes into
# padding. With more steps the second network comes closer at notes (try 120), and its report flatters it still.
#
# Both frameworks have a switch for it. `ignore_index` and `ignore_class` name the number that does not count.

# %% tags=["taught"]
scores = rng.normal(size=(4, len(names)))  # for four steps
wanted = np.array([3, 5, 0, 0])  # two notes, two steps of padding

# %% tags=["torch"]
# PyTorch
guesses = torch.from_numpy(scores)
loss = F.cross_entropy(guesses, torch.from_numpy(wanted), ignore_index=0)
ignored_torch = float(loss)

# %% tags=["tf"]
# TensorFlow
Loss = keras.losses.SparseCategoricalCrossentropy
ignoring = Loss(from_logits=True, ignore_class=0)
ignored_tf = float(ignoring(wanted, scores))

# %% tags=["verdict", "folded"]
# Folded: compares the two switches.
parity.verdict("a mean over what counts", ignored_torch, ignored_tf, atol=1e-5)

# %% [markdown]
# ### Exercise 4.7: a perplexity that nothing fools (5 minutes)
#
# Write `answer(losses, lengths)` in PyTorch: `losses` (rows, steps) are padded behind; `lengths` (rows,) says how many
# of each row are real. It returns the perplexity over all real steps of the batch, as a tensor of one number. In the
# padding anything may stand, NaN too.

# %% tags=["exercise"]
answer = ...  # a function of losses and lengths


# solution
def answer(losses, lengths):
    steps = torch.arange(losses.shape[1])
    real = steps < lengths.unsqueeze(1)
    return losses[real].mean().exp()


# wrong: 0 times NaN is NaN
def answer(losses, lengths):
    real = torch.arange(losses.shape[1]) < lengths.unsqueeze(1)
    return torch.exp((losses * real).sum() / lengths.sum())


# wrong: over all cells
def answer(losses, lengths):
    return losses.mean().exp()


# wrong: a mean of means
def answer(losses, lengths):
    means = [row[:n].mean() for row, n in zip(losses, lengths)]
    return torch.stack(means).mean().exp()


# wrong: mean loss; its exponential
def answer(losses, lengths):
    real = torch.arange(losses.shape[1]) < lengths.unsqueeze(1)
    return losses[real].mean()


# %% tags=["check"]
exercises.check("4.7", answer)

# %% [markdown]
# ## 4b.6 Fewer cells to fill
#
# How much is filled depends on who shares a batch. Four tunes at a time, as they come:

# %% tags=["taught"]
cells_as_they_come = 0
for start in range(0, len(rows), 4):
    cells_as_they_come += pad(rows[start : start + 4]).size

edges = [30, 50]  # three buckets: below 30, below 50, and the rest

# %% [markdown]
# [Bucketing](glossary.md#bucketing) puts rows of similar length together. TensorFlow's datasets do it. For PyTorch's loader
# you make the list of batches, in which each batch is a list of places.


# %% tags=["torch"]
# PyTorch
def collate(rows):
    return pad_sequence([torch.tensor(row) for row in rows], batch_first=True)


batches = []
bucket = np.digitize(lengths, edges)  # 0, 1 or 2 for each row
for number in range(3):
    places = np.flatnonzero(bucket == number)
    for start in range(0, len(places), 4):
        batches.append(places[start : start + 4])

loader = torch.utils.data.DataLoader(rows, batch_sampler=batches, collate_fn=collate)
shapes_torch = [tuple(batch.shape) for batch in loader]
print(shapes_torch)

# %% tags=["tf"]
# TensorFlow
dataset = tf.data.Dataset.from_generator(
    lambda: rows, output_signature=tf.TensorSpec([None], tf.int64)
)
dataset = dataset.bucket_by_sequence_length(
    element_length_func=tf.size,
    bucket_boundaries=edges,
    bucket_batch_sizes=[4, 4, 4],
)
shapes_tf = [tuple(batch.shape) for batch in dataset]
print(shapes_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the batches, whatever their order, and counts the padding.
parity.verdict("shapes of the batches", sorted(shapes_torch), sorted(shapes_tf))
cells_in_buckets = sum(height * width for height, width in shapes_torch)
real = int(lengths.sum())
for way, cells in {
    "one batch": padded.size,
    "four at a time": cells_as_they_come,
    "four at a time, in buckets": cells_in_buckets,
}.items():
    print(f"{way}: {1 - real / cells:.0%} padding")

# %% [markdown]
# The price: a row always meets rows like itself. Shuffle within the buckets, and shuffle the batches.
#
# Could you do without padding? [Ragged and nested tensors](04c_what_fold_was_for.ipynb) hold rows of any length; lesson
# 4c takes means of them.

# %% [markdown]
# ## 4b.7 Nothing at all
#
# One day a batch is empty, a row has no step, or all of it is padding. `melody.attempt` calls a function, and tells what
# comes back or what the error says. Our own `pad` says it in a sentence:

# %% tags=["taught"]
attempt = melody.attempt
print(attempt(pad, []))
print(attempt(pad, [[1, 2], []]))

# %% [markdown]
# And the frameworks? First an empty batch. Then two rows of three steps are read, and the second one's length is said to be
# 0.

# %% tags=["torch"]
# PyTorch
some = vectors_torch[:2, :3].detach()


def read(lengths):
    packed = pack_padded_sequence(some, lengths, batch_first=True)
    _, (state, _) = lstm_torch(packed)
    return torch_side.to_numpy(state[0, 1, :4])


read_torch = {
    "pad an empty batch": attempt(pad_sequence, []),
    "read a row of length 0": attempt(read, [3, 0]),
}

# %% tags=["tf"]
# TensorFlow
some = vectors_tf[:2, :3]


def read(lengths):
    mask = tf.sequence_mask(lengths, 3)
    _, state, _ = lstm_tf(some, mask=mask)
    return tf_side.to_numpy(state[1, :4])


read_tf = {
    "pad an empty batch": attempt(keras.utils.pad_sequences, []),
    "read a row of length 0": attempt(read, [3, 0]),
}

# %% tags=["verdict", "folded"]
# Folded: sets both sides' answers side by side.
for case, said in read_torch.items():
    print(f"{case}\n  PyTorch {said}\n  TensorFlow {read_tf[case]}")
word_torch = read_torch["read a row of length 0"].split(":")[0]
parity.differ("a row of length 0", word_torch, read_tf["read a row of length 0"])

# %% [markdown]
# And where everything is masked? [Softmax](glossary.md#softmax) has nothing to share out among, and a mean loss divides
# by 0.

# %% tags=["torch"]
# PyTorch
hidden = torch.full((3,), -torch.inf)
zeros = torch.zeros(4, dtype=torch.int64)
masked_torch = {
    "softmax, all masked": attempt(torch.softmax, hidden, 0),
    "loss of padding": attempt(F.cross_entropy, guesses, zeros, ignore_index=0),
}

# %% tags=["tf"]
# TensorFlow
hidden = np.array([False, False, False])
zeros = np.zeros(4, "int64")
masked_tf = {
    "softmax, all masked": attempt(keras.layers.Softmax(), np.zeros(3), mask=hidden),
    "loss of padding": attempt(ignoring, zeros, scores),
}

# %% tags=["verdict", "folded"]
# Folded: sets both sides' answers side by side.
for case, said in masked_torch.items():
    print(f"{case}\n  PyTorch {said}\n  TensorFlow {masked_tf[case]}")
said_torch = masked_torch["loss of padding"]
parity.differ("the loss of padding", said_torch, masked_tf["loss of padding"])

# %% [markdown]
# An empty batch both refuse. In the other three cases PyTorch stops or says NaN, and TensorFlow goes on with a number: zeros
# for a row that was never read, and 0 for a loss of nothing, which looks like the best of all losses. Decide yourself,
# before the batch is made, as `pad` does.

# %% [markdown]
# ## 4b.8 Quiz

# %%
exercises.quiz("04b")

# %% [markdown]
# ## 4b.9 Verdicts

# %%
claims.close("04b")

# %% [markdown]
# ## 4b.10 Summary and further reading
#
# - Pad with everything said: which end, which axis first, which dtype. Keep number 0 for padding alone.
# - A state at the end needs a mask (Keras) or a packed batch (PyTorch). A padded batch without either gives other
#   states, without an error.
# - A mean over padding flatters, and trains for it. Count notes, not cells.
# - Buckets save cells. What to do with nothing is yours to say.
#
# Where do your own data have lengths, and who in your program knows them?
#
# Further reading: Keras on [masking and padding](https://keras.io/guides/understanding_masking_and_padding/); TensorFlow on
# [ragged tensors](https://www.tensorflow.org/guide/ragged_tensor); PyTorch on
# [packing](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html).
# Next: [what Fold was for](04c_what_fold_was_for.ipynb).
