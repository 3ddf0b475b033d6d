"""The checks of lesson 8c: statistics of shards put together, and an accuracy that counts each example once."""
import math
import numbers

import numpy as np

from helpers.course.judging import cases, short


def whole_statistics(counts, means, variances):
    """(mean, variance) of all examples from those of shards (Chan, Golub and LeVeque, 1979, in the weighted form)."""
    counts, means, variances = (np.asarray(numbers_, float) for numbers_ in (counts, means, variances))
    mean = (counts * means).sum() / counts.sum()
    return mean, (counts * (variances + (means - mean) ** 2)).sum() / counts.sum()


def shards():
    """Counts, means and variances of shards: equal and unequal, one shard alone, ranks with a single example."""
    rng = np.random.default_rng(8)
    found = []
    for sizes in ((4, 4), (7, 2, 3), (5,), (1, 1, 6), (62, 2)):
        parts = [rng.normal(3 * k, 1 + k, size) for k, size in enumerate(sizes)]
        found.append((list(sizes), [float(part.mean()) for part in parts], [float(part.var()) for part in parts]))
    return found


def one_number(result):
    """What a learner's function may return, as a float. Raises TypeError for a text, which `float` would read."""
    if isinstance(result, (str, bytes)):
        raise TypeError("a number is asked for, not a text")
    return float(result)


def pair(result):
    """What a learner's function may return, as two floats: a pair, a list or an array of numbers."""
    return [one_number(value) for value in result]


def no_pair(found):
    """Why a list is no mean and variance, or None."""
    return None if len(found) == 2 else f"a pair is asked for, mean and variance; yours has {len(found)} of them."


def near(got, right):
    """Whether two lists of numbers agree to float32's digits."""
    return len(got) == len(right) and np.allclose(got, right, rtol=1e-5, atol=1e-6)


def _plain(counts, means, variances):
    """Each rank counts alike."""
    mean = np.mean(means)
    return mean, np.mean(np.asarray(variances) + (np.asarray(means) - mean) ** 2)


def _within(counts, means, variances):
    """The variance inside the shards alone."""
    return whole_statistics(counts, means, variances)[0], np.average(variances, weights=counts)


def _between(counts, means, variances):
    """The variance of the means alone."""
    mean = whole_statistics(counts, means, variances)[0]
    return mean, np.average((np.asarray(means) - mean) ** 2, weights=counts)


def _unbiased(counts, means, variances):
    """Divided by n - 1."""
    mean, variance = whole_statistics(counts, means, variances)
    return mean, variance * sum(counts) / (sum(counts) - 1)


def accuracy(seen):
    """The share of different examples that are right, of lists of (index, right), one list a rank; NaN without any."""
    by_index = {index: right for rank in seen for index, right in rank}
    return sum(by_index.values()) / len(by_index) if by_index else float("nan")


def _mean_of_ranks(seen):
    shares = [sum(dict(rank).values()) / len(dict(rank)) for rank in seen if rank]
    return sum(shares) / len(shares) if shares else float("nan")


def _all(seen):
    rights = [right for rank in seen for _, right in rank]
    return sum(rights) / len(rights) if rights else float("nan")


def _once_a_rank(seen):
    rights = [right for rank in seen for right in dict(rank).values()]
    return sum(rights) / len(rights) if rights else float("nan")


def evaluations():
    """What ranks saw: padded, twice on one rank, unequal, a rank without any, nothing at all."""
    return [([[(0, True), (2, True), (4, True)], [(1, False), (3, False), (0, True)]],),
            ([[(0, True), (1, False)], [(2, True), (3, True)]],),
            ([[(5, False), (5, False), (7, True)], [(6, True)]],),
            ([[(0, True)], [(0, True)], [(0, True)], [(1, False)]],),
            ([[], [(3, True), (1, False), (2, False)]],),
            ([[(0, False), (1, False)], [(2, False), (0, False)]],),
            ([[], []],)]


def no_share(found):
    """Why a number is no accuracy, or None."""
    inside = math.isnan(found) or -1e-9 <= found <= 1 + 1e-9
    return None if inside else f"an accuracy lies between 0 and 1; yours is {short(found)}."


def same_share(got, right):
    """Whether two accuracies agree; NaN with NaN."""
    return isinstance(got, numbers.Real) and (math.isclose(got, right, abs_tol=1e-6)
                                              or (math.isnan(got) and math.isnan(right)))


EXERCISES = {
    "8.9": cases(
        shards, lambda *arguments: pair(whole_statistics(*arguments)),
        {cause: (lambda *arguments, wrong=wrong: pair(wrong(*arguments))) for cause, wrong in {
            "every rank counts alike in yours: weigh it by its number of examples": _plain,
            "the shards' own means differ from the common one, and that is variance too: add the squared distances":
                _within,
            "that is the variance of the means; what varies inside the shards is missing": _between,
            "you divide by n - 1; here the variance is the mean of the squared distances": _unbiased,
            "that is the standard deviation; the variance is its square":
                lambda *a: (whole_statistics(*a)[0], whole_statistics(*a)[1] ** 0.5),
            "mean and variance have changed places": lambda *a: whole_statistics(*a)[::-1],
        }.items()},
        say=lambda given, right, got: (f"of shards with {given[0]} examples yours gives {short(got)}, right is "
                                       f"{short([round(value, 4) for value in right])}."),
        no_function="answer must be a function of counts, means and variances.",
        convert=pair, unfit=no_pair, same=near,
        hints=("What is the mean of all examples, from the ranks' means? Then: how far is an example from it?",
               "The squared distance from the common mean, averaged over a shard, is the shard's variance plus "
               "`(its mean - the common mean) ** 2`.",
               "Weigh `variances + (means - mean) ** 2` by `counts`.")),
    "8.10": cases(
        evaluations, accuracy,
        {"examples that were dealt twice are counted twice: keep each index once": _all,
         "that is the mean of the ranks' accuracies: ranks that saw few count as much as those that saw many":
             _mean_of_ranks,
         "an index can also come on two ranks: put all pairs together first": _once_a_rank,
         "that counts what is wrong": lambda seen: 1 - accuracy(seen),
         "asked for is a share, not a number of examples": lambda seen: float(
             sum({index: right for rank in seen for index, right in rank}.values())),
         "where nobody saw anything the accuracy is no number: `float(\"nan\")`": lambda seen: (
             accuracy(seen) if any(seen) else 0.0)},
        say=lambda given, right, got: f"{short(got)} where {short(right)} is right, of {short(given[0])}.",
        no_function="answer must be a function of seen.",
        convert=one_number, unfit=no_share, same=same_share,
        hints=("Which Python collection keeps each key once?",
               "A dict of index and right: put the pairs of all ranks into it.",
               "`by_index = {index: right for rank in seen for index, right in rank}`")),
}
