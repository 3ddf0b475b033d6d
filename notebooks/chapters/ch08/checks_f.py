"""The checks of lesson 8f: which saved parts a rank must read, and what a rank adds to a layer cut in two."""
import numbers

import numpy as np

from helpers.course.judging import NO_RETURN, Exercise, attempt, call, cases, short

SIZES = ((32, 2, 3), (10, 2, 3), (64, 4, 2), (12, 3, 3), (7, 2, 4), (5, 1, 4), (9, 4, 1), (10, 4, 8))
"""(rows, ranks that saved, ranks that load): even and uneven cuts, and ranks that get nothing."""


def parts(rows, saved, ranks, rank):
    """The saved parts with rows that a rank loads; torch.chunk's way to cut: ceil(rows / ranks) each, in order."""
    mine, theirs = -(-rows // ranks), -(-rows // saved)
    return sorted({row // theirs for row in range(rank * mine, min(rows, (rank + 1) * mine))})


def loads():
    """Each loading rank's (rows, saved, ranks, rank), for the SIZES."""
    return [(rows, saved, ranks, rank) for rows, saved, ranks in SIZES for rank in range(ranks)]


def _touching(rows, saved, ranks, rank):
    mine, theirs = -(-rows // ranks), -(-rows // saved)
    begin, end = rank * mine, min(rows, (rank + 1) * mine)
    return [part for part in range(saved) if part * theirs <= end and begin <= (part + 1) * theirs]


def _rounded_down(rows, saved, ranks, rank):
    mine, theirs = rows // ranks, max(1, rows // saved)
    return sorted({row // theirs for row in range(rank * mine, (rank + 1) * mine)})


def _first_row_only(rows, saved, ranks, rank):
    return parts(rows, saved, ranks, rank)[:1]


def _beyond_the_end(rows, saved, ranks, rank):
    mine, theirs = -(-rows // ranks), -(-rows // saved)
    return sorted({row // theirs for row in range(rank * mine, (rank + 1) * mine)})


def _all_parts(rows, saved, ranks, rank):
    return list(range(saved))


def in_a_list(found):
    """What a learner's function may return, as a list: a set, a range or an array will do. Raises TypeError for a text."""
    if isinstance(found, (str, bytes)):
        raise TypeError("a list is asked for, not a text")
    return list(found)


def no_part(found):
    """Why a list cannot hold numbers of parts, or None."""
    odd = next((part for part in found if not isinstance(part, numbers.Integral) or isinstance(part, bool)), None)
    return None if odd is None else f"a part has a whole number, and {short(odd)} is none."


def whole(x, W1, b1, W2, b2):
    """Both layers in one process: what the shares of all ranks make together."""
    return np.tanh(x @ W1 + b1) @ W2 + b2


def layers():
    """(x, W1, b1, W2, b2) of several sizes, each with the number of ranks that share it."""
    rng = np.random.default_rng(8)
    for batch, inputs, hidden, outputs, ranks in ((4, 3, 6, 2, 2), (1, 5, 6, 3, 3), (2, 2, 4, 4, 4), (3, 4, 2, 5, 1)):
        sizes = ((batch, inputs), (inputs, hidden), (hidden,), (hidden, outputs), (outputs,))
        yield [rng.normal(size=size) for size in sizes], ranks


def only_own(arrays, rank, ranks):
    """x, W1, b1, W2, b2 with NaN for all columns of W1, entries of b1 and rows of W2 that belong to other ranks."""
    x, W1, b1, W2, b2 = (array.copy() for array in arrays)
    others = np.setdiff1d(np.arange(len(b1)), np.array_split(np.arange(len(b1)), ranks)[rank])
    W1[:, others], b1[others], W2[others] = np.nan, np.nan, np.nan
    return x, W1, b1, W2, b2


def judge_share(answer):
    """Exercise 8.12: None when the shares of all ranks add up, and each is made of its rank's own parts; else the cause."""
    if not callable(answer):
        return "answer must be a function of x, W1, b1, W2, b2, rank and ranks."
    for arrays, ranks in layers():
        shares = []
        for rank in range(ranks):
            found, problem = call(answer, *only_own(arrays, rank, ranks), rank, ranks)
            problem = problem or _no_share(found, whole(*arrays).shape, ranks)
            if problem:
                return problem
            shares.append(np.asarray(found, float))
        problem = _not_the_whole(sum(shares), arrays, ranks)
        if problem:
            return problem
    return None


def _no_share(found, shape, ranks):
    """Why what a rank returned cannot be its share, or None."""
    if found is None:
        return NO_RETURN
    array, error = attempt(np.asarray, found, float)
    if error is not None:
        return f"your function returned {short(found)}, which is no array of numbers."
    if array.shape != shape:
        return f"a share has the shape of the scores, {shape}; yours has {array.shape}."
    if np.isnan(array).any():
        return f"with {ranks} ranks yours uses columns of W1, entries of b1 or rows of W2 that belong to another rank."
    return None


def _not_the_whole(total, arrays, ranks):
    """Why the sum of all shares is not what one process computes, or None."""
    right = whole(*arrays)
    *_, b2 = arrays
    if np.allclose(total, right, rtol=1e-4, atol=1e-5):
        return None
    if np.allclose(total, right + (ranks - 1) * b2, rtol=1e-4, atol=1e-5):
        return f"b2 is added by each of the {ranks} ranks, so the sum holds it {ranks} times: let one of them bring it."
    if np.allclose(total, right - b2, rtol=1e-4, atol=1e-5):
        return "b2 is missing in the sum of all shares."
    return f"the shares of {ranks} ranks add up to {short(total.tolist())}; one process gets {short(right.tolist())}."


EXERCISES = {
    "8.11": cases(
        loads, parts,
        {"a part whose rows only touch yours, without a common row, need not be read": _touching,
         "the sizes are rounded down; where a number does not divide, ranks get a row more: round up": _rounded_down,
         "a rank's rows can lie in more than one part": _first_row_only,
         "the last rank may get fewer rows, or none: stop where the rows end": _beyond_the_end,
         "every part is read by every rank in yours": _all_parts},
        say=lambda given, right, got: (f"{short(got)} where {short(right)} is right, for {given[0]} rows, saved by "
                                       f"{given[1]}, on rank {given[3]} of {given[2]}."),
        no_function="answer must be a function of rows, saved, ranks and rank.",
        convert=in_a_list, unfit=no_part,
        hints=("Which rows does this rank need? Then: in which part does a row lie?",
               "It needs rows `rank * mine` up to `min(rows, (rank + 1) * mine)`, with `mine = ceil(rows / ranks)`.",
               "Row `row` lies in part `row // theirs`, with `theirs = ceil(rows / saved)`; `sorted(set(...))` of them.")),
    "8.12": Exercise(
        judge_share,
        ("Which hidden units are this rank's? They need columns of `W1` and entries of `b1`.",
         "`mine = slice(rank * size, (rank + 1) * size)`, `size = len(b1) // ranks`; then `W1[:, mine]` and `W2[mine]`.",
         "`np.tanh(x @ W1[:, mine] + b1[mine]) @ W2[mine]`, and `b2` on rank 0 alone.")),
}
