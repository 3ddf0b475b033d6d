"""The text of lessons 7f and 7g as codes of its characters, windows cut from it, weights to begin with and trained ones."""
import numpy as np
from safetensors.numpy import load

from helpers.machine import shipped

UNSEEN = "CHAPTER XI\n"
"""With it begins what no training sees: the last two of the book's twelve chapters."""
HEADS = 4
WIDTH = 64
RATE = 2**-8
"""Adam's highest rate."""


def text():
    """The book, a string."""
    return shipped.read("alice.txt").decode("ascii")


def split():
    """The book's characters in their order, a string; the codes of chapters 1 to 10; those of 11 and 12, arrays of int64."""
    book = text()
    characters = "".join(sorted(set(book)))
    codes = np.array([characters.index(one) for one in book])
    begin = book.index(UNSEEN)
    return characters, codes[:begin], codes[begin:]


def windows(codes, steps, places, seed, count=16):
    """For each step `count` windows of places + 1 characters, cut from anywhere: arrays (count, places + 1) of codes."""
    rng = np.random.default_rng([7, seed])
    for _ in range(steps):
        starts = rng.integers(len(codes) - places, size=(count, 1))
        yield codes[starts + np.arange(places + 1)]


def side_by_side(codes, places):
    """The whole text in windows of places + 1 characters that follow each other; what is left at the end is left out."""
    count = len(codes) // (places + 1)
    return codes[:count * (places + 1)].reshape(count, places + 1)


def rate(step):
    """Adam's rate at a step, from 0: it rises for 64 steps, and stays."""
    return RATE * min(1, (step + 1) / 64)


def start_weights(seed, characters, places, width=WIDTH):
    """Random weights of the network as {name: float64 array}, named and laid out as PyTorch does it: (out, in)."""
    rng = np.random.default_rng(seed)
    weights = {"characters.weight": rng.normal(size=(characters, width), scale=0.02),
               "positions.weight": rng.normal(size=(places, width), scale=0.02)}

    def linear(name, inputs, outputs, scale=1.0, bias=True):
        weights[f"{name}.weight"] = rng.normal(size=(outputs, inputs), scale=scale / np.sqrt(inputs))
        if bias:
            weights[f"{name}.bias"] = np.zeros(outputs)

    def norm(name):
        weights[f"{name}.weight"], weights[f"{name}.bias"] = np.ones(width), np.zeros(width)

    for block in ("block1", "block2"):
        norm(f"{block}.norm1")
        linear(f"{block}.attention.inward", width, 3 * width, bias=False)
        linear(f"{block}.attention.outward", width, width, scale=0.5, bias=False)
        norm(f"{block}.norm2")
        linear(f"{block}.wide", width, 4 * width)
        linear(f"{block}.narrow", 4 * width, width, scale=0.5)
    norm("norm")
    linear("last", width, characters)
    return weights


def trained_weights():
    """The weights that data/scripts/alice_model.py has trained, as {name: float64 array}, laid out like `start_weights`."""
    found = load(shipped.read("alice.safetensors"))  # in an order of its own
    names = start_weights(0, *(len(found[name]) for name in ("characters.weight", "positions.weight")))
    return {name: found[name].astype("float64") for name in names}


def draw(scores, number, temperature):
    """The code of the first character at which the sum of softmax(scores / temperature) exceeds a number from 0 to 1."""
    shares = np.exp((scores - scores.max()) / temperature)
    sums = np.cumsum(shares / shares.sum())
    return min(int(np.searchsorted(sums, number, side="right")), len(scores) - 1)  # rounding may leave the last sum below 1
