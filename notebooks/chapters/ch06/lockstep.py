"""Two runs, one of each framework, compared after every step."""
from typing import NamedTuple

import numpy as np

from helpers import parity


class Lockstep(NamedTuple):
    """distance: the largest weight difference after each step. flips: (step, digit, unit, PyTorch's number, TensorFlow's),
    one for each number that entered the activation above 0 in one run and not in the other; steps count from 1."""
    distance: list
    flips: list


def compare(run_torch, run_tf):
    """Take both runs step by step. A run yields (what entered the activation, weights) after each step, as NumPy."""
    distance, flips = [], []
    for step, (mine, theirs) in enumerate(zip(run_torch, run_tf, strict=True), 1):
        entered_torch, weights_torch = mine
        entered_tf, weights_tf = theirs
        distance.append(parity.gap(weights_torch, weights_tf))
        for digit, unit in np.argwhere((entered_torch > 0) != (entered_tf > 0)):
            flips.append((step, digit, unit, entered_torch[digit, unit], entered_tf[digit, unit]))
    return Lockstep(distance, flips)


def steps_with_flips(run):
    """The steps of a Lockstep in which a sign differed, in order."""
    return sorted({step for step, *_ in run.flips})


def largest_jump(run):
    """(growth, step): by what factor the distance grew, at most, in one step in which a sign differed; (1.0, None): none."""
    jumps = [(run.distance[step - 1] / run.distance[step - 2], step) for step in steps_with_flips(run) if step > 1]
    return max(jumps, default=(1.0, None))
