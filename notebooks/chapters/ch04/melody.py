"""Tunes as rows of numbers, and the weights of a network that reads them. No framework takes part."""
import re

import numpy as np

from helpers import data

PAD = "·"  # the name of number 0, which is no note
_NOTE = re.compile(r"([_^]?[A-Ga-gz][,']*)\d*")  # a note of ABC notation, and how long it sounds


def tunes():
    """The tunes that ship with the course, in order: {title: [note, ...]}, notes as in ABC notation, without lengths."""
    found = {}
    for block in data.read("tunes.abc").decode("utf-8").split("\n\n"):
        title = re.search(r"^T:(.*)$", block, re.M)
        if title:
            body = [line for line in block.splitlines() if not re.match(r"[A-Z]:|%", line)]
            found[title[1].strip()] = _NOTE.findall("".join(body))
    return found


def names(tunes):
    """What each number stands for: PAD for 0, then the notes, in the order in which they first appear."""
    notes = [note for row in tunes.values() for note in row]
    return [PAD, *dict.fromkeys(notes)]


def start_weights(rng, count, inside=16, size=32):
    """Random weights, {name: float64 array}: a vector for each number, an LSTM, and scores for the note that comes next.

    rng: a NumPy generator; count: how many numbers there are, padding included; inside: numbers in a note's vector; size:
    numbers in the LSTM's state, whose four gates stand side by side in the order input, forget, candidate, output.
    """
    def uniform(*shape):
        return rng.uniform(-1, 1, shape) / np.sqrt(size)
    return {
        "vectors": rng.normal(size=(count, inside)),
        "kernel": uniform(inside, 4 * size),
        "recurrent": uniform(size, 4 * size),
        "bias": uniform(4 * size),
        "scores": uniform(size, count),
        "scores bias": uniform(count),
    }


def attempt(function, *given, **options):
    """Call a function, and tell in a line what it gives, rounded, or how it refuses."""
    try:
        result = function(*given, **options)
    except Exception as error:
        return f"refuses: {_reason(error)}"
    return f"gives {np.round(result, 2).tolist()}"


def _reason(error):
    """The line of an error that says what went wrong: Keras puts the layer's name before it, in another line."""
    plain = re.sub(r"\x1b\[\d+m", "", str(error))  # Keras prints it in bold
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    return next((line for line in lines if not line.startswith("Exception encountered when calling")), "no message")
