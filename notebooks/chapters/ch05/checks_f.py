"""Lesson 5f: attention with heads in rows, and the mask of a batch that is padded in front."""
import numpy as np

from helpers.course.comparing import plain
from helpers.course.judging import cases, function, kind

# Exercise 5.9: heads in rows

HEADS, SIZE = 2, 4


def heads(rows):
    """(batch, steps, 8) to (batch, heads, steps, numbers of a head): PyTorch's rows, the heads beside each other."""
    return rows.reshape(*rows.shape[:2], HEADS, SIZE).transpose(0, 2, 1, 3)


def joined(mixed):
    """What `heads` took apart, joined again."""
    batch, count, steps, size = mixed.shape
    return mixed.transpose(0, 2, 1, 3).reshape(batch, steps, count * size)


def softmax(scores, axis=-1):
    parts = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return parts / parts.sum(axis=axis, keepdims=True)


def look(query, key, value, may_look, apart=heads, join=joined, divide=SIZE**0.5, axis=-1, blocked=-np.inf, after=False):
    """What exercise 5.9 asks for; its keyword arguments are what one gets wrong.

    blocked: the score of what may not be looked at. after: whether the mask multiplies the shares, instead of the scores.
    """
    scores = apart(query) @ apart(key).swapaxes(-1, -2) / divide
    if not after:
        scores = np.where(may_look, scores, blocked)
    shares = softmax(scores, axis)
    return join((shares * may_look if after else shares) @ apart(value))


def _cut_before_steps(rows):
    return rows.reshape(len(rows), HEADS, -1, SIZE)


def _interleaved(rows):
    return rows.reshape(*rows.shape[:2], SIZE, HEADS).transpose(0, 3, 1, 2)


def _join_interleaved(mixed):
    return mixed.transpose(0, 2, 3, 1).reshape(len(mixed), mixed.shape[2], -1)


def _join_untransposed(mixed):
    return mixed.reshape(len(mixed), mixed.shape[2], -1)


def _one_head(rows):
    return rows[:, None]


def rows_and_mask(rng):
    """query, key, value (3, 5, 8), and a mask with a True and a False in each row and each column."""
    order = rng.permutation(5)
    may_look = rng.random((5, 5)) < 0.5
    may_look[np.arange(5), order] = True
    may_look[np.arange(5), np.roll(order, 1)] = False
    return (*rng.normal(scale=1.5, size=(3, 3, 5, 8)), may_look)


HEADS_WRONG = {
    "the mask is inverted: `may_look` is True where a step may look": lambda q, k, v, may: look(q, k, v, ~may),
    "the scale is forgotten: scores are divided by the root of a head's 4 numbers": lambda *given: look(*given, divide=1),
    "the scale is the root of 8; a head has 4 numbers": lambda *given: look(*given, divide=8**0.5),
    "the scale is 4; it is the root of 4": lambda *given: look(*given, divide=4),
    "the softmax goes over the wrong axis: shares add up to 1 along the keys, the last axis":
        lambda *given: look(*given, axis=-2),
    "the softmax goes over the heads; shares add up to 1 along the keys, the last axis": lambda *given: look(*given, axis=1),
    "the heads are split wrongly: a `reshape` to (batch, 2, steps, 4) mixes steps and heads; cut the last axis, then "
    "`transpose`": lambda *given: look(*given, apart=_cut_before_steps, join=_join_untransposed),
    "the heads are split wrongly: a head is 4 numbers beside each other, so the last axis is cut into (2, 4)":
        lambda *given: look(*given, apart=_interleaved, join=_join_interleaved),
    "the heads are joined wrongly: the axis of heads goes back beside the numbers before the `reshape`":
        lambda *given: look(*given, join=_join_untransposed),
    "that is one head of 8 numbers, where there are two of 4": lambda *given: look(*given, apart=_one_head, divide=8**0.5),
    "a blocked score became 0, and 0 has its share, too: minus infinity has none": lambda *given: look(*given, blocked=0.0),
    "the mask comes behind the softmax, so the shares no longer add up to 1": lambda *given: look(*given, after=True),
    "the mask is missing": lambda q, k, v, may: look(q, k, v, np.ones_like(may)),
}

# Exercise 5.10: padding in front

BATCHES = (([5, 3, 0], 5), ([1, 4], 4), ([2], 3), ([3, 3, 1, 2], 3))


def table(lengths, steps, past=True, padding="keys", front=True, itself=True):
    """(texts, steps, steps), True where a step may look; the keyword arguments are what one gets wrong.

    padding: what is left out where it stands, "keys", "queries", "both" or "none".
    """
    lengths, places = np.array(lengths)[:, None], np.arange(steps)
    real = places >= steps - lengths if front else places < lengths
    found = np.repeat((np.tri(steps, dtype=bool) if past else np.ones((steps, steps), bool))[None], len(lengths), axis=0)
    if padding in ("keys", "both"):
        found &= real[:, None]
    if padding in ("queries", "both"):
        found &= real[:, :, None]
    return found | np.eye(steps, dtype=bool) if itself else found


MASKS_WRONG = {
    "the mask is inverted: in Keras True says that a step may look": lambda *given: ~table(*given),
    "the padding is missing: nobody else may look at it": lambda *given: table(*given, padding="none"),
    "the padding stands in front; your mask has it at the end": lambda *given: table(*given, front=False),
    "the steps of padding may look at nothing; each step may look at itself": lambda *given: table(*given, itself=False),
    "the padding stands in front, and each step may look at itself": lambda *given: table(*given, front=False, itself=False),
    "the steps of padding are kept from looking; they are not to be looked at, which is the other axis":
        lambda *given: table(*given, padding="queries"),
    "the steps of padding are kept from looking, and may look at nothing; they are not to be looked at":
        lambda *given: table(*given, padding="queries", itself=False),
    "nobody is kept from looking ahead": lambda *given: table(*given, past=False),
    "each step looks ahead: rows look, columns are looked at":
        lambda lengths, steps: table(lengths, steps, past=False) & np.tri(steps, dtype=bool).T,
    "nobody may look at itself": lambda lengths, steps: table(lengths, steps) & ~np.eye(steps, dtype=bool),
}


def no_mask(found):
    """Why this is no mask that could be compared; None where it is one."""
    if not isinstance(found, np.ndarray):
        return f"an array is asked for, your function returned {kind(found)}."
    if found.dtype != bool:
        return f"a mask of True and False is asked for, yours holds {found.dtype}."
    return None


def first_wrong(arguments, right, found):
    """What to say of a mask that no known slip explains."""
    lengths, steps = arguments
    if found.shape != right.shape:
        return f"for {lengths} and {steps} steps the shape is {found.shape} where {right.shape} is asked for."
    text, who, whom = np.argwhere(found != right)[0]
    may = "may" if right[text, who, whom] else "may not"
    return f"for {lengths} and {steps} steps: in text {text} step {who} {may} look at step {whom}."


EXERCISES = {
    "5.9": function("tf", look, rows_and_mask, HEADS_WRONG, (
        "`attend_tf` looks along the last two axes, steps and numbers. So the heads need an axis of their own before them.",
        "`tf.reshape(rows, (batch, steps, 2, 4))` cuts a row into heads; `tf.transpose(..., (0, 2, 1, 3))` puts them first.",
        "Do so with query, key and value, call `attend_tf`, transpose once more in the same way, and reshape to "
        "`query.shape`."), atol=1e-6),
    "5.10": cases(
        lambda: [(list(lengths), steps) for lengths, steps in BATCHES], table, MASKS_WRONG, first_wrong, (
            "Three questions for each pair of steps: is it not ahead of me, is it real, and is it myself?",
            "`np.tri(steps, dtype=bool)` answers the first, `np.eye(steps, dtype=bool)` the last. Real are the last steps.",
            "`real = np.arange(steps) >= steps - np.array(lengths)[:, None]`; `real[:, None]` has the axes (text, all who "
            "look, at whom). Join the first two with `&`, and the last with `|`."),
        no_function="answer must be a function: write def answer(lengths, steps): above.", convert=plain, unfit=no_mask,
        same=lambda found, right: found.shape == right.shape and (found == right).all()),
}
