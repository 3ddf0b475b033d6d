"""What chapter 3 measures without a framework: stops at breakpoints, gains of a race, and what a scheduler's bars tell."""
import math
import re
import sys
from collections.abc import Callable, Sequence

from helpers.course import missing
from helpers.timing import FirstAndLater


def at_breakpoints(function: Callable, inputs: Sequence, name: str) -> list:
    """Call a function with each of the inputs; at each `breakpoint()` note what the local variable `name` is there.

    `breakpoint()` calls `sys.breakpointhook`, which usually opens Python's debugger. None where there is no such variable.
    """
    found, hook = [], sys.breakpointhook
    sys.breakpointhook = lambda: found.append(sys._getframe(1).f_locals.get(name))
    try:
        for x in inputs:
            function(x)
    finally:
        sys.breakpointhook = hook
    return found


def with_a_number(values: Sequence) -> int:
    """How many of some tensors hold a number: one with a value has .numpy, a stand-in has not."""
    return sum(hasattr(value, "numpy") for value in values)


def on_gpu(device: str) -> bool:
    """Whether a framework that is here computes on a GPU, when the lesson's `device` says so."""
    return any(word in str(side.device(device)).lower() for side in missing.sides() for word in ("cuda", "gpu"))


def gain(race: dict[str, FirstAndLater]) -> float:
    """How many times as fast the fastest graph of a race {way: seconds} is as eager, its first way; 1 without a graph."""
    eager, *graphs = (seconds.later for seconds in race.values())
    return eager / min(graphs, default=eager)


def paid_after(eager: FirstAndLater, graph: FirstAndLater) -> float:
    """After how many calls a graph has paid for its first one; not a number where it never does."""
    saved = eager.later - graph.later
    return max(1.0, (graph.first - graph.later) / saved) if saved > 0 else math.nan


def words_of(text: str, library: str) -> list[str]:
    """The names that a program takes from a library, such as "matmul" of `tf.matmul`: each once, sorted."""
    return sorted(set(re.findall(rf"\b{library}\.(\w+)", text)))


def overlap(bars: Sequence) -> float:
    """Of the shorter branch's running time, the share (0 to 1) in which the other branch ran as well.

    bars: (branch "a" or "b", start, end) of each operation.
    """
    a, b = ([bar[1:3] for bar in bars if bar[0] == name] for name in "ab")
    both = sum(max(0, min(end, stop) - max(start, begin)) for start, end in a for begin, stop in b)
    return both / min(sum(end - start for start, end in branch) for branch in (a, b))


def duration(bars: Sequence) -> float:
    """From the first start to the last end of bars as `overlap` takes them, in their unit."""
    return max(bar[2] for bar in bars) - min(bar[1] for bar in bars)
