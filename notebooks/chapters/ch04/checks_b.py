"""Lesson 4b: the batch sizes of a packed batch, and a perplexity that padding does not change."""
import numpy as np

from helpers.course import missing
from helpers.course.judging import array_of, attempt, function, raised, value

# Exercise 4.6: lengths 2, 5, 3 and 3

SIZES = [4, 4, 3, 1, 1]  # of each step, how many rows still have one


# Exercise 4.7: a perplexity over real steps

def real(losses, lengths):
    """True where a step is real, (rows, steps)."""
    return np.arange(losses.shape[1]) < lengths[:, None]


def perplexity(losses, lengths):
    return np.exp(losses[real(losses, lengths)].mean())


def of_rows(losses, lengths):
    """The mean loss of each row, over its own steps."""
    return np.array([row[:length].mean() for row, length in zip(losses, lengths)])


def padded_losses(rng):
    """Losses (4, 7), and lengths, all different; in the padding stand numbers like any other."""
    return rng.exponential(2.0, (4, 7)), rng.permutation([1, 3, 4, 7])


def padding_may_be_nan(answer):
    """None when NaN in the padding changes nothing, else the cause."""
    side = missing.side("torch")
    losses, lengths = padded_losses(np.random.default_rng(3))
    losses[~real(losses, lengths)] = np.nan
    result, error = attempt(answer, side.tensor(losses), side.tensor(lengths))
    if error is not None:
        return "right where the padding holds numbers; where it holds NaN " + raised(error, "")
    found, problem = array_of(side, result)
    if problem or not np.allclose(found, perplexity(losses, lengths)):
        return ("right as long as the padding holds numbers; but 0 times NaN is NaN: choose the real steps, do not multiply "
                "by a mask.")
    return None


EXERCISES = {
    "4.6": value(SIZES, {
        "those are the lengths, sorted; the question is how many rows each step has": [5, 3, 3, 2],
        "those are the lengths; the question is how many rows each step has": [2, 5, 3, 3],
        "that is the padded batch: a row that has ended takes no part any more": [4, 4, 4, 4, 4],
        "that says how many rows end with each step; the question is how many still have it": [0, 1, 2, 0, 1],
        "a row of length 2 still has step 2, one of length 3 step 3: you let each end one step too early": [4, 3, 1, 1, 0],
        "one step is missing: the longest row has five, and each has a number": [4, 4, 3, 1],
        "one step too many: after step 5 no row is left, and no round": [4, 4, 3, 1, 1, 0],
        "that is the right number of rows, but from the last step to the first": SIZES[::-1],
        "in step 3 rows of length 3 still take part: only the one of length 2 has ended": [4, 4, 1, 1, 1],
    }, hints=(
        "There is one number for each step of the longest row.",
        "How many of the lengths 2, 5, 3, 3 are at least 1? At least 2? At least 3?",
        "All four have steps 1 and 2; three have step 3; then only the longest is left.")),
    "4.7": function("torch", perplexity, padded_losses, suspects={
        "that is over all cells, padding too: choose the real ones first": lambda x, n: np.exp(x.mean()),
        "that is a mean of means: a short row counts as much as a long one. Take one mean over all real steps":
            lambda x, n: np.exp(of_rows(x, n).mean()),
        "that is a mean of the rows' perplexities: take one mean over all real steps, then the exponential":
            lambda x, n: np.exp(of_rows(x, n)).mean(),
        "that is a perplexity for each row: the whole batch's is asked for": lambda x, n: np.exp(of_rows(x, n)),
        "that is the mean loss; its exponential is asked for": lambda x, n: np.log(perplexity(x, n)),
        "the sum is over real steps, but you divided by all cells": lambda x, n: np.exp((x * real(x, n)).mean()),
        "the exponential comes last: you took it of each loss before the mean": lambda x, n: np.exp(x[real(x, n)]).mean(),
        "2 to the mean loss; these losses are natural logarithms: use e": lambda x, n: 2 ** x[real(x, n)].mean(),
        "one step too many of each row: step number `length` is padding already, as steps count from 0":
            lambda x, n: perplexity(x, n + 1),
        "that is the padding's perplexity: the mask is the wrong way round": lambda x, n: np.exp(x[~real(x, n)].mean()),
    }, hints=(
        "Say first which cells are real: step k of a row is, when k is less than the row's length.",
        "`torch.arange(losses.shape[1]) < lengths.unsqueeze(1)` has the shape (rows, steps): true where a step is real.",
        "`losses[real]` gives all real losses in one row; `.mean().exp()` is the rest."), then=padding_may_be_nan),
}
