"""What a wrapper leaves to its user: how the faults and mends of lesson 8c are read and shown. Imports neither framework."""
import numpy as np

from helpers import parity


def dealing(epochs):
    """(whether the second epoch repeats the first, whether each epoch deals each example once).

    epochs: for each of two epochs, for each rank, the list of its examples, which are numbered from 0.
    """
    dealt = [sorted(index for hand in hands for index in hand) for hands in epochs]
    return epochs[0] == epochs[1], all(hand == list(range(len(hand))) for hand in dealt)


def answers(lines):
    """{question: what the worker said, a list of fault and mend} of its JSON lines."""
    return {question: said for line in lines for question, said in line.items()}


def rows(said, gradient, normalized):
    """A row for each question of `said` (see `answers`): what is asked, what happened, what the mend does, in words.

    gradient (10, 64) and normalized (64, 64): what one process gets of the whole batch.
    """
    def off(arrays, whole):
        return [f"{parity.gap(np.array(array), whole):.0e} off" for array in arrays]

    talks = [f"exchanges: {number}" for number, _ in said["messages"]]
    if parity.gap(*(np.array(found) for _, found in said["messages"])) > 1e-12:
        talks[1] += ", another gradient"
    return [["two epochs of rank 0", *(" and ".join(map(str, epochs)) for epochs in said["order"])],
            ["batch normalization of halves", *off(said["batch_norm"], normalized)],
            ["five examples, evaluated", *(f"{right:.0f} right of {number:.0f}" for number, right in said["counted"])],
            ["shards of 62 and 2: the gradient", *off(said["gradient"], gradient)],
            ["four small batches, one step", *talks],
            ["0 to 7, sent and received", *(" ".join(f"{value:.0f}" for value in values) for values in said["sent"])],
            ["a NaN on rank 1: what both ranks know", *(" and ".join(map(str, known)) for known in said["alarm"])],
            ["one line for the log", *(f"lines: {number}" for number in said["log"])]]
