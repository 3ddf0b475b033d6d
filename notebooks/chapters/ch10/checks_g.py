"""Lesson 10g: a line with a limit, and the size of a call."""
import numpy as np

from helpers.course.comparing import whole_number
from helpers.course.judging import attempt, cases, kind, short

# Exercise 10.10: a line with a limit


def limited(arrivals, call, limit, ends=False, more=0, paid=False):
    """Milliseconds to each answer, None for who is refused; the keyword arguments are what one gets wrong."""
    begins, took, free = [], [], 0
    for came in arrivals:
        waiting = sum(begin + (call if ends else 0) >= came for begin in begins)
        begin = max(free, came)
        if waiting >= limit + more:
            took.append(None)
            free = begin + call if paid else free
            continue
        free = begin + call
        begins.append(begin)
        took.append(free - came)
    return took


def _drawn(arrivals, call, limit):
    """`limited`, but who comes as a call begins finds its place free already."""
    begins, took, free = [], [], 0
    for came in arrivals:
        if sum(begin > came for begin in begins) >= limit:
            took.append(None)
            continue
        begins.append(max(free, came))
        free = begins[-1] + call
        took.append(free - came)
    return took


def _after_the_call(arrivals, call, limit):
    """`limited`, but what is counted is the waiting alone."""
    return [one if one is None else one - call for one in limited(arrivals, call, limit)]


def crowds():
    """Steady and random arrivals at lines of all lengths, and nobody: a list of (arrivals, call, limit)."""
    given = [([0, 10, 20, 30, 250, 260], 100, 1), (list(range(0, 1600, 80)), 100, 2), ([0, 0, 0], 100, 2), ([], 100, 1),
             ([5], 100, 1), ([0, 100, 200, 250, 300], 100, 1)]
    for trial in range(12):
        rng = np.random.default_rng(trial)
        arrivals = [int(came) for came in rng.integers(0, 7, 20).cumsum() * 10]
        given.append((arrivals, 40, int(rng.integers(1, 5))))
    return given


def _times(got):
    return [None if one is None else whole_number(one) for one in got]


def _no_times(got):
    if attempt(_times, got).error is not None:
        return "return a list: for each request its whole milliseconds, or None where it is refused."
    return None


def _other_times(given, right, got):
    arrivals, call, limit = given
    if len(got) != len(right):
        return f"{len(right)} requests came, and your list has {len(got)} entries: the refused ones are None."
    where = next(k for k, (mine, wanted) in enumerate(zip(_times(got), right)) if mine != wanted)
    return (f"for arrivals {short(arrivals)}, call {call}, limit {limit} the entry of request {where}, which comes at "
            f"{arrivals[where]}, is {right[where]}, yours is {short(got[where])}.")


LINES = {
    "the request that is computed does not wait: only those count that have not begun":
        lambda arrivals, call, limit: limited(arrivals, call, limit, ends=True),
    "one too many waits: where `limit` requests wait already, the next is refused":
        lambda arrivals, call, limit: limited(arrivals, call, limit, more=1),
    "a refused request costs no call: `free` stays what it was":
        lambda arrivals, call, limit: limited(arrivals, call, limit, paid=True),
    "whose call begins in the very moment in which another comes, still counts as waiting": _drawn,
    "from coming to the answer: the call itself counts, too": _after_the_call,
    "nobody is refused: count who waits, and give None where that is `limit`":
        lambda arrivals, call, limit: limited(arrivals, call, len(arrivals) + 1),
}


# Exercise 10.11: the size of a call


def sized(rows, allowed):
    """(how many of the waiting requests go into the next call, its rows): in their order, as many as fit."""
    total = count = 0
    for one in rows:
        if total + one > allowed[-1]:
            break
        total += one
        count += 1
    return count, next(size for size in allowed if size >= total) if count else 0


def lines():
    """Requests that wait, by their rows, and allowed sizes: a list of (rows, allowed)."""
    given = [([3, 4, 2], [2, 4, 8]), ([3, 4, 2, 1], [2, 4, 8]), ([], [1, 2]), ([1], [2, 4, 8]), ([8], [2, 4, 8]), ([4], [4]),
             ([1, 1], [1, 2, 4]), ([3], [2, 4, 16]), ([5, 5, 5, 1], [1, 8, 16]), ([2, 7, 1], [4, 8]), ([1, 4], [2, 4, 8])]
    for trial in range(12):
        rng = np.random.default_rng(trial)
        allowed = sorted({int(one) for one in rng.integers(1, 17, 4)} | {16})
        given.append(([int(one) for one in rng.integers(1, 7, rng.integers(1, 8))], allowed))
    return given


def _overtaking(rows, allowed):
    total = count = 0
    for one in rows:
        if total + one <= allowed[-1]:
            total += one
            count += 1
    return count, next(size for size in allowed if size >= total) if count else 0


def _nearest(rows, allowed):
    count, _ = sized(rows, allowed)
    total = sum(rows[:count])
    return count, min(allowed, key=lambda size: abs(size - total)) if count else 0


def _cut(rows, allowed):
    """As many rows as there are, though a request is cut in two."""
    total = min(sum(rows), allowed[-1])
    count = sum(sum(rows[:k + 1]) <= total for k in range(len(rows)))
    if total > sum(rows[:count]):
        count += 1
    return count, next(size for size in allowed if size >= total) if total else 0


SIZES = {
    "nobody overtakes: the first that does not fit ends the batch": _overtaking,
    "the nearest size may be too small: take the first that is not smaller than the rows": _nearest,
    "not always the largest: the first size that is not smaller than the rows":
        lambda rows, allowed: (sized(rows, allowed)[0], allowed[-1] if rows else 0),
    "without padding: the rows of the call are one of the allowed sizes":
        lambda rows, allowed: (sized(rows, allowed)[0], sum(rows[:sized(rows, allowed)[0]])),
    "a request is not cut in two: it goes with all its rows, or waits": _cut,
    "where nobody waits there is no call: (0, 0)":
        lambda rows, allowed: sized(rows, allowed) if rows else (0, allowed[0]),
    "the first number is how many requests go, not how many rows":
        lambda rows, allowed: (sum(rows[:sized(rows, allowed)[0]]), sized(rows, allowed)[1]),
}


def _pair(got):
    first, second = got
    return whole_number(first), whole_number(second)


def _no_pair(got):
    if not isinstance(got, (tuple, list)) or len(got) != 2 or attempt(_pair, got).error is not None:
        return f"return two whole numbers, (how many requests, the rows of the call); yours is {kind(got)}."
    return None


EXERCISES = {
    "10.10": cases(
        crowds, limited, LINES, say=_other_times, unfit=_no_times, same=lambda got, right: _times(got) == right,
        no_function="answer must be a function: write def answer(arrivals, call, limit): above.", hints=(
            "Begin with `open_load` of 10g.1. What must be kept, so that you can say who still waits?",
            "Keep a list of the moments at which the calls of the accepted requests begin.",
            "`waiting = sum(begin >= came for begin in begins)`; where that is `limit` or more, append None and go on.")),
    "10.11": cases(
        lines, sized, SIZES, unfit=_no_pair, same=lambda got, right: _pair(got) == right,
        say=lambda given, right, got: (f"of requests with {given[0]} rows and the sizes {given[1]} the answer is {right}, "
                                       f"yours is {short(got)}."),
        no_function="answer must be a function: write def answer(rows, allowed): above.", hints=(
            "First who goes: add up the rows in order; stop before the sum is more than the largest size, `allowed[-1]`.",
            "Then the size: the first of `allowed` that is not smaller than the sum.",
            "`next(size for size in allowed if size >= total)`; without a request, `(0, 0)`.")),
}
