"""Lesson 10e: a counter across restarts, and the users who try a new version."""
import hashlib

import numpy as np

from helpers.course.comparing import one_number
from helpers.course.judging import cases, kind, short

# Exercise 10.6: a counter across restarts

def counted(readings):
    """How much a counter has grown over its readings, which start again at zero with each restart."""
    steps = [after - before if after >= before else after for before, after in zip(readings, readings[1:])]
    return sum(steps)


def histories():
    """Readings of a counter: without a restart, with one, with several, none at all: a list of (readings,)."""
    found = [[3, 5, 9], [900, 950, 20, 70], [10, 10, 10], [50, 0, 0, 4], [7], [], [5, 9, 2, 2, 8, 1], [0, 0], [4, 4, 3]]
    rng = np.random.default_rng(0)
    for _ in range(10):
        life = [np.cumsum(rng.integers(0, 9, rng.integers(2, 5))) for _ in range(rng.integers(1, 4))]
        found.append([int(number) for part in life for number in part])
    return [(readings,) for readings in found]


def _no_number(got):
    if one_number(got) is None:
        return f"return one number, yours is {kind(got)}."
    return None


def _other_count(given, right, got):
    return f"the readings {given[0]} hold {right} new requests, yours are {short(got)}."


RESTARTS = {
    "that is the last reading less the first: a restart in between loses what came before it":
        lambda readings: readings[-1] - readings[0] if readings else 0,
    "at a restart the new reading counts, too: the counter began again at zero":
        lambda readings: sum(max(b - a, 0) for a, b in zip(readings, readings[1:])),
    "a restart takes nothing away, and adds the new reading, not the distance to the old one":
        lambda readings: sum(abs(b - a) for a, b in zip(readings, readings[1:])),
    "what was counted before the first reading is not asked for":
        lambda readings: (readings[0] if readings else 0) + counted(readings),
    "that is the highest reading: the counter has started again since, or before":
        lambda readings: max(readings, default=0),
}


# Exercise 10.7: the users who try a version

def chosen(user, percent):
    """Whether a user is among the `percent` of 100, by eight hex digits of SHA-256."""
    return int(hashlib.sha256(user.encode()).hexdigest()[:8], 16) % 100 < percent


def visitors():
    """Users of all kinds, with each of some shares: a list of (user, percent)."""
    users = [*(f"user-{number}" for number in range(60)), "Zoë", "", "名前", "user-1 "]
    return [(user, percent) for user in users for percent in (20, 0, 1, 50, 99, 100)]


def _no_bool(got):
    return None if isinstance(got, (bool, np.bool_)) else f"return True or False, yours is {kind(got)}."


def _other_side(given, right, got):
    return f"for the user {given[0]!r} and {given[1]} percent it is {right}, yours is {short(got)}."


def _number(user, digits=8, base=16):
    return int(hashlib.sha256(user.encode()).hexdigest()[:digits], base)


SLIPS = {
    "`hash` of a text is another number in every Python process: with each restart users would change sides":
        lambda user, percent: hash(user) % 100 < percent,
    "0 percent are nobody: the comparison is `<`": lambda user, percent: _number(user) % 100 <= percent,
    "the first eight digits are asked for, not all": lambda user, percent: _number(user, digits=None) % 100 < percent,
    "True means that the user tries the new version": lambda user, percent: _number(user) % 100 >= percent,
    "the remainder of a division by 100 is asked for: `% 100`": lambda user, percent: _number(user) / 16**8 * 100 < percent,
}

EXERCISES = {
    "10.6": cases(
        histories, counted, RESTARTS, say=_other_count, unfit=_no_number, same=lambda got, right: one_number(got) == right,
        no_function="answer must be a function: write def answer(readings): above.", hints=(
            "Look at two neighbors at a time: `zip(readings, readings[1:])`.",
            "If the second is not smaller, the difference is new. If it is smaller, there was a restart.",
            "After a restart the counter began at 0, so the second reading itself is new.")),
    "10.7": cases(
        visitors, chosen, SLIPS, say=_other_side, unfit=_no_bool, same=lambda got, right: bool(got) == right,
        no_function="answer must be a function: write def answer(user, percent): above.", hints=(
            "SHA-256 takes bytes: `user.encode()`.",
            "`hashlib.sha256(user.encode()).hexdigest()` is a text of hexadecimal digits, which `int(text, 16)` reads.",
            "`int(digest[:8], 16) % 100 < percent`.")),
}
