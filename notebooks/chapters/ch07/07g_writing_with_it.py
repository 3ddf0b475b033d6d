# %% [markdown]
# # 7g. Writing with it
#
# A language model writes: it guesses a character, reads what it has written, and guesses again. You let both frameworks
# write from the same random numbers, and then spare them nearly all of the work.
#
# > **Minutes**: 32 · **Needs**: lesson 7f · **Claims tested**: none
# >
# > **You will be able to**
# > - draw a character from scores, at a temperature (exercise 7.8)
# > - say how far two frameworks write the same text (prediction P7.11)
# > - write a cache for decoding that changes no character (verdict in 7g.4)
# > - say what the cache saves, and what it costs (prediction P7.12 and exercise 7.9)
#
# `fast` changes nothing here, `seed` draws other numbers, `device` says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("07g")

import math

import numpy as np

from chapters.ch07 import alice
from helpers import claims, exercises, parity, timing

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch07 import language_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch07 import language_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 7g.1 The same network, trained for longer
#
# We take lesson 7f's network; its lines stand in the modules `language_torch` and `language_tf`, so written that any number
# of places may come. Its weights come with the course: 4,000 steps on chapters 1 to 10, with 128 positions
# (`data/scripts/alice_model.py`). They were kept in float16. Here both compute in float64.

# %% tags=["taught"]
characters, learn, unseen = alice.split()
weights = alice.trained_weights()
PLACES = len(weights["positions.weight"])
watched = alice.side_by_side(unseen, PLACES)  # chapters 11 and 12, in windows
few = watched[:2]
print(sum(array.size for array in weights.values()), "numbers,", PLACES, "positions")

# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)
model_torch = language_torch.network(weights, device_torch, "float64")
with torch.inference_mode():
    codes = torch_side.tensor(few, device_torch)
    few_torch = language_torch.loss_of(model_torch, codes).item()
print(f"{few_torch:.3f} nats a character")

# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
model_tf = language_tf.network(weights, device_tf, "float64")
codes = tf_side.tensor(few, device_tf)
few_tf = language_tf.loss_of(model_tf, codes).numpy().item()
print(f"{few_tf:.3f} nats a character")

# %% tags=["verdict", "folded"]
# Folded: compares the losses on the first two windows.
parity.verdict("the loss on two windows", few_torch, few_tf, atol=1e-10)

# %% [markdown]
# Two windows are little. Now both chapters that no training has seen.

# %% tags=["torch"]
# PyTorch
with torch.inference_mode():
    codes = torch_side.tensor(watched, device_torch)
    unseen_torch = language_torch.loss_of(model_torch, codes).item()
print(f"{unseen_torch:.3f} nats a character")

# %% tags=["tf"]
# TensorFlow
codes = tf_side.tensor(watched, device_tf)
unseen_tf = language_tf.loss_of(model_tf, codes).numpy().item()
print(f"{unseen_tf:.3f} nats a character")

# %% tags=["verdict", "folded"]
# Folded: compares the losses on the unseen chapters.
parity.verdict("the loss on unseen text", unseen_torch, unseen_tf, atol=1e-10)

# %% [markdown]
# ## 7g.2 From scores to a character
#
# The network gives scores, and does not choose. If we always took the highest, it would soon write the same words again and
# again. So we *draw*: softmax makes probabilities, we add them up in the order of the characters, and take the first
# character at which the sum exceeds a random number from 0 to 1.
#
# Before softmax the scores are divided by a [temperature](glossary.md#temperature). Below 1 the probable becomes more
# probable, and the text duller and tidier; above 1 it gets wild.
#
# ### Exercise 7.8: draw (5 minutes)
#
# Write `answer(scores, number, temperature)` in NumPy: the place in `scores`, a float array, of the first character at which
# the sum of the probabilities exceeds `number`. Scores may be as large as 1,000, for which `np.exp` overflows: take the
# largest off all of them first, which changes no probability.

# %% tags=["exercise"]
answer = ...  # a function of scores, number and temperature


# solution
def answer(scores, number, temperature):
    shares = np.exp((scores - scores.max()) / temperature)
    sums = np.cumsum(shares / shares.sum())
    return int(np.searchsorted(sums, number, side="right"))


# wrong: the temperature is left out
def answer(scores, number, temperature):
    shares = np.exp(scores - scores.max())
    return int(np.searchsorted(np.cumsum(shares / shares.sum()), number))


# wrong: they were multiplied
def answer(scores, number, temperature):
    shares = np.exp((scores - scores.max()) * temperature)
    return int(np.searchsorted(np.cumsum(shares / shares.sum()), number))


# wrong: the most probable character
def answer(scores, number, temperature):
    return int(scores.argmax())


# wrong: one place too far
def answer(scores, number, temperature):
    shares = np.exp((scores - scores.max()) / temperature)
    return int(np.searchsorted(np.cumsum(shares / shares.sum()), number)) + 1


# %% tags=["check"]
exercises.check("7.8", answer)

# %% [markdown]
# ## 7g.3 The same numbers, the same text?
#
# First the prompt becomes codes. `read` refuses, in a sentence, what the network cannot go on from.


# %% tags=["taught"]
def read(prompt, more):
    """The codes of a prompt, after which `more` characters shall come."""
    for character in prompt:
        if character not in characters:
            raise ValueError(
                f"The book has no {character!r}, so the network has no row."
            )
    if not prompt:
        raise ValueError("The prompt is empty: the network needs a character to go on.")
    if len(prompt) + more > PLACES:
        asked = len(prompt) + more
        raise ValueError(f"{asked} characters need {asked} positions; it has {PLACES}.")
    return [characters.index(character) for character in prompt]


# %% [markdown]
# Three prompts that it refuses: a character that the book lacks, no character, and too many.

# %% tags=["taught"]
for prompt in ("Alice at the café", "", 30 * "Alice "):
    try:
        read(prompt, more=100)
    except ValueError as error:
        print(error)

# %% [markdown]
# `write` draws a character for each random number; `alice.draw` is what you have just written. `scores_of` is a network: a
# function from codes to the scores of what comes next.


# %% tags=["taught"]
def write(scores_of, prompt, numbers, temperature=0.6):
    """The prompt, and a character for each number."""
    codes = read(prompt, len(numbers))
    for number in numbers:
        codes.append(alice.draw(scores_of(codes), number, temperature))
    return "".join(characters[code] for code in codes)


# %% [markdown]
# Both networks now get the same prompt and the same numbers. Their probabilities differ in the 16th digit. That matters
# only if a number falls just between the two sums; but from then on each network reads another text.
#
# **Predict.** A hundred characters are drawn. Where do the two texts part?
#
# - **a** within the first ten of them
# - **b** later
# - **c** nowhere: they are the same

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P7.11", guess, among=["a", "b", "c"])

# %% tags=["taught"]
prompt = "The Queen said"
rng = np.random.default_rng(seed)
numbers = rng.random(100)


# %% tags=["torch"]
# PyTorch
@torch.inference_mode()
def whole_torch(codes):
    scores = model_torch(torch.tensor([codes], device=device_torch))
    return torch_side.to_numpy(scores[0, -1])


text_torch = write(whole_torch, prompt, numbers)
print(text_torch)

# %% tags=["tf"]
# TensorFlow
graph_tf = tf.function(
    model_tf, input_signature=[tf.TensorSpec((1, None), "int64")], autograph=False
)


def whole_tf(codes):
    with tf.device(device_tf):
        scores = graph_tf(tf.constant([codes], "int64"))
    return tf_side.to_numpy(scores[0, -1])


text_tf = write(whole_tf, prompt, numbers)
print(text_tf)

# %% tags=["verdict", "folded"]
# Folded: where do the texts part, and which option came true?
alike = [a == b for a, b in zip(text_torch, text_tf)]
same = alike.index(False) if False in alike else len(alike)
written = same - len(prompt)
letter = exercises.first_true({"a": written < 10, "c": same == len(alike), "b": True})
exercises.outcome("P7.11", letter)

# %% [markdown]
# Drawing is as repeatable as training, if the numbers drawn come from outside. Each framework's own generator would have
# drawn other ones from the same seed (lesson 1c).
#
# Now play with it: change the first words (at most 18 characters, for 110 follow and there are 128 positions) and the
# temperatures, and run the cells again. It has read one book, nothing else.


# %% tags=["taught"]
first_words = "'Who are you?'"
more_numbers = np.random.default_rng([seed, 1]).random(110)  # the same in each run


def samples(scores_of):
    texts = []
    for temperature in (0.3, 0.6, 1.0):
        texts.append(write(scores_of, first_words, more_numbers, temperature))
        print(f"--- temperature {temperature}")
        print(texts[-1])
    return texts


# %% tags=["torch"]
# PyTorch
texts_torch = samples(whole_torch)

# %% tags=["tf"]
# TensorFlow
texts_tf = samples(whole_tf)

# %% tags=["verdict", "folded"]
# Folded: are these texts the same, too?
parity.verdict("the texts at three temperatures", texts_torch, texts_tf)

# %% [markdown]
# ## 7g.4 Never ask twice
#
# For each new character the whole text went through the network again. Most of that is known: a place looks only back, so
# its keys and values stay as they are when the text grows. We keep them, in a *cache*. Then only the new place goes through
# the network, and its query meets the keys that are kept. No mask is needed: nothing stands later yet.
#
# First attention, for one new place. A block's cache is a pair, keys and values, each (1, heads, places, width of a head);
# at first it has no place at all. `attention.split` and `attention.join` do what lesson 7f's functions did, with the dense
# layers included: `split` begins with `inward`, `join` ends with `outward`.

# %% tags=["taught"]
HEADS = alice.HEADS
WIDTH = weights["characters.weight"].shape[1]
SIZE = WIDTH // HEADS
print(HEADS, "heads of", SIZE)
two_places = rng.normal(size=(1, 2, WIDTH))


# %% tags=["taught"]
# PyTorch
def look_torch(attention, x, kept):
    query, key, value = attention.split(x)
    keys = torch.cat([kept[0], key], dim=2)
    values = torch.cat([kept[1], value], dim=2)
    scores = query @ keys.transpose(2, 3) / math.sqrt(SIZE)
    found = torch.softmax(scores, dim=3) @ values
    return attention.join(found), (keys, values)


# %% tags=["taught"]
# TensorFlow
def look_tf(attention, x, kept):
    query, key, value = attention.split(x)
    keys = tf.concat([kept[0], key], axis=2)
    values = tf.concat([kept[1], value], axis=2)
    scores = query @ tf.transpose(keys, (0, 1, 3, 2)) / math.sqrt(SIZE)
    found = tf.nn.softmax(scores, axis=3) @ values
    return attention.join(found), (keys, values)


# %% [markdown]
# Two places, one after the other: the first fills the cache, the second looks at both. For comparison, the network's own
# attention gets both at once.

# %% tags=["torch"]
# PyTorch
nothing_torch = torch_side.tensor(np.zeros((1, HEADS, 0, SIZE)), device_torch)
x = torch_side.tensor(two_places, device_torch)
attention = model_torch.block1.attention
with torch.inference_mode():
    _, kept = look_torch(attention, x[:, :1], (nothing_torch, nothing_torch))
    found, kept = look_torch(attention, x[:, 1:], kept)
    at_once = attention(x)[:, 1:]
print(kept[0].shape)
found_torch = torch_side.to_numpy(found)
at_once_torch = torch_side.to_numpy(at_once)

# %% tags=["tf"]
# TensorFlow
nothing_tf = tf_side.tensor(np.zeros((1, HEADS, 0, SIZE)), device_tf)
x = tf_side.tensor(two_places, device_tf)
attention = model_tf.block1.attention
with tf.device(device_tf):
    _, kept = look_tf(attention, x[:, :1], (nothing_tf, nothing_tf))
    found, kept = look_tf(attention, x[:, 1:], kept)
    at_once = attention(x)[:, 1:]
print(kept[0].shape)
found_tf = tf_side.to_numpy(found)
at_once_tf = tf_side.to_numpy(at_once)

# %% tags=["verdict", "folded"]
# Folded: compares the second place, by the cache and at once.
parity.verdict("the second place, by the cache", found_torch, found_tf, atol=1e-10)
parity.verdict(
    "PyTorch: by the cache, and at once", found_torch, at_once_torch, atol=1e-10
)
parity.verdict(
    "TensorFlow: by the cache, and at once", found_tf, at_once_tf, atol=1e-10
)

# %% [markdown]
# `next` takes one character through the whole network, and returns its scores and the grown caches, one for each block.
# `block.think` is the second half of 7f's block: norm, two dense layers, and the sum with x.


# %% tags=["taught"]
# PyTorch
@torch.inference_mode()
def next_torch(code, place, cache):
    x = model_torch.characters(code) + model_torch.positions(place)
    grown = []
    for block, kept in zip([model_torch.block1, model_torch.block2], cache):
        found, kept = look_torch(block.attention, block.norm1(x), kept)
        x = block.think(x + found)
        grown.append(kept)
    return model_torch.last(model_torch.norm(x))[0, 0], grown


# %% tags=["taught"]
# TensorFlow
def next_tf(code, place, cache):
    x = model_tf.characters(code) + model_tf.positions(place)
    grown = []
    for block, kept in zip([model_tf.block1, model_tf.block2], cache):
        found, kept = look_tf(block.attention, block.norm1(x), kept)
        x = block.think(x + found)
        grown.append(kept)
    return model_tf.last(model_tf.norm(x))[0, 0], grown


# %% [markdown]
# The cache grows with each character, and TensorFlow would make a new graph for each size (lesson 3a). `None` leaves that
# size open, so one graph does.

# %% tags=["taught"]
# TensorFlow
one = tf.TensorSpec((1, 1), "int64")
some = tf.TensorSpec((1, HEADS, None, SIZE), "float64")
next_in_graph = tf.function(next_tf, input_signature=[one, one, [(some, some)] * 2])

# %% [markdown]
# `step` turns two numbers into tensors for `next`, and the scores back into an array. It begins with character number 15,
# at place 0.


# %% tags=["torch"]
# PyTorch
def step_torch(code, place, cache):
    code = torch.tensor([[code]], device=device_torch)
    place = torch.tensor([[place]], device=device_torch)
    scores, cache = next_torch(code, place, cache)
    return torch_side.to_numpy(scores), cache


empty_torch = [(nothing_torch, nothing_torch)] * 2
first_torch, cache = step_torch(15, 0, empty_torch)


# %% tags=["tf"]
# TensorFlow
def step_tf(code, place, cache):
    with tf.device(device_tf):
        code = tf.constant([[code]], "int64")
        place = tf.constant([[place]], "int64")
        scores, cache = next_in_graph(code, place, cache)
    return tf_side.to_numpy(scores), cache


empty_tf = [(nothing_tf, nothing_tf)] * 2
first_tf, cache = step_tf(15, 0, empty_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the scores after one character.
parity.verdict("the scores from an empty cache", first_torch, first_tf, atol=1e-10)

# %% [markdown]
# `Remembering` is used as `whole_torch` and `whole_tf` are. It counts the places that it has asked about, and asks only
# about new ones.


# %% tags=["taught"]
class Remembering:
    def __init__(self, step, cache):
        self.step = step
        self.cache = cache
        self.places = 0

    def __call__(self, codes):
        for code in codes[self.places :]:
            scores, self.cache = self.step(code, self.places, self.cache)
            self.places += 1
        return scores


# %% tags=["torch"]
# PyTorch
def write_quick_torch():
    return write(Remembering(step_torch, empty_torch), prompt, numbers)


quick_torch = write_quick_torch()
print(quick_torch)


# %% tags=["tf"]
# TensorFlow
def write_quick_tf():
    return write(Remembering(step_tf, empty_tf), prompt, numbers)


quick_tf = write_quick_tf()
print(quick_tf)

# %% tags=["verdict", "folded"]
# Folded: does the cache change a character?
parity.verdict("PyTorch's text, with a cache and without", quick_torch, text_torch)
parity.verdict("TensorFlow's text, with a cache and without", quick_tf, text_tf)

# %% [markdown]
# ## 7g.5 What it saves
#
# A hundred characters follow a prompt of 14. Without a cache 14 + 15 + ... + 113 = 6,350 places go through the network; with
# a cache, 113. That is 56 times less work.
#
# **Predict.** How many times faster does PyTorch write with the cache, measured here, on this network?
#
# - **a** less than 1.2 times: such a small network has nothing to save
# - **b** 1.2 to 20 times
# - **c** more than 20 times, near to the 56

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P7.12", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
ways_torch = {
    "PyTorch, whole text": lambda: write(whole_torch, prompt, numbers),
    "PyTorch, cache": write_quick_torch,
}
took_torch = timing.compare(ways_torch, rounds=3, warmup=1, wait=torch_side.wait)
print(timing.table(took_torch))

# %% tags=["tf"]
# TensorFlow
ways_tf = {
    "TensorFlow, whole text": lambda: write(whole_tf, prompt, numbers),
    "TensorFlow, cache": write_quick_tf,
}
took_tf = timing.compare(ways_tf, rounds=3, warmup=1, wait=tf_side.wait)
print(timing.table(took_tf))

# %% tags=["verdict", "folded"]
# Folded: which option came true, by the fastest round of each way.
whole, cached = (min(took.seconds) for took in took_torch.values())
times = whole / cached
letter = exercises.first_true({"a": times < 1.2, "b": times <= 20, "c": True})
exercises.outcome("P7.12", letter, timed=True)

# %% [markdown]
# Far from 56. A network of this size spends its time between the operations, and those are as many for one place as for
# a hundred (lesson 7d). With more width and longer texts the work counts, and the saving grows.
#
# The cache costs memory, and it has a limit. To go on past the last position, the text would have to lose its beginning.
# Then every character moves to another position, and no key in the cache is right any more. That is why `read` refuses.
#
# ### Exercise 7.9: the size of a cache (3 minutes)
#
# Write `answer(texts, places, blocks, width, size)`: how many bytes does a full cache take, for `texts` texts of `places`
# characters that are written side by side, in a network of `blocks` blocks and `width` numbers for each place, at `size`
# bytes a number?

# %% tags=["exercise"]
answer = ...  # a function of five whole numbers


# solution
def answer(texts, places, blocks, width, size):
    return 2 * texts * places * blocks * width * size


# wrong: keys and values, both
def answer(texts, places, blocks, width, size):
    return texts * places * blocks * width * size


# wrong: each block has keys and values
def answer(texts, places, blocks, width, size):
    return 2 * texts * places * width * size


# wrong: queries are not kept
def answer(texts, places, blocks, width, size):
    return 3 * texts * places * blocks * width * size


# wrong: each takes `size` bytes
def answer(texts, places, blocks, width, size):
    return 2 * texts * places * blocks * width


# %% tags=["check"]
exercises.check("7.9", answer)

# %% [markdown]
# ## 7g.6 Quiz

# %%
exercises.quiz("07g")

# %% [markdown]
# ## 7g.7 Verdicts

# %%
claims.close("07g")

# %% [markdown]
# ## 7g.8 Summary and further reading
#
# - Scores become probabilities, a number from outside picks one. Then two frameworks write one text.
# - Keys and values of what was written stay as they are: keep them, and one place a step is enough.
# - A cache changes no character. It costs memory for each text, place and block, and ends with the positions.
#
# Further reading: [fast transformer decoding](https://arxiv.org/abs/1911.02150) (Shazeer),
# [the curious case of neural text degeneration](https://arxiv.org/abs/1904.09751) (Holtzman et al.).
# Next: [the second drawer of the toolbox](07h_weights_numbers_and_data.ipynb).
