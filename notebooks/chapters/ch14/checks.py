"""Chapter 14: chance by hand, its distribution ported to TensorFlow, the smallest flip, and what can settle a sentence."""
import numpy as np

from helpers.course.judging import function, value


def chance(q):
    """How likely 0 to n right answers are, for questions that are right with probabilities q (n,): (n + 1,)."""
    spread = np.ones(1)
    for p in q:
        spread = np.append(spread, 0) * (1 - p) + np.append(0, spread) * p
    return spread


def exchanged(q):
    return chance(1 - q)


def not_shared(q):
    spread = np.ones(1)
    for p in q:
        spread = np.append(spread, 0) + np.append(0, spread) * p
    return spread


EXERCISES = {
    "14.1": value(1 / 2 + 1 / 2 + 3 / 4 + 1 / 5, {
        "that divides by the mean number of options; add the chances, one for each question: a mean of fractions is not the "
        "fraction of a mean": 6 / (21 / 6),
        "that is half of them: only a question with two options is right half of the time": 3.0,
        "that is the chance of all right at once": (1 / 2) ** 2 * (1 / 4) ** 3 / 5,
    }, hints=(
        "On average, a question with four options gives a quarter of a right answer.",
        "Averages add up, whether the questions are alike or not.",
        "1/2 + 1/2 + 1/4 + 1/4 + 1/4 + 1/5."), atol=5e-3),
    "14.2": function("tf", chance, lambda rng: (rng.uniform(0.1, 0.9, size=4),), {
        "right and wrong are exchanged: a zero before the others moves them up by one right answer, with probability p":
            exchanged,
        "no longer a distribution: those who are not right, a share of 1 - p, are counted in full": not_shared,
    }, hints=(
        "`tf.pad` takes a pair (before, behind) for each axis, here `[[0, 1]]`.",
        "Loop over `tf.unstack(q)`, and start with `tf.ones(1, q.dtype)`.",
        "`spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p`")),
    "14.3": value((3, 1.0), {
        "that works, but it is not the smallest change: a criterion that leans more needs less": (1, 5.0),
        "a weight cannot be negative: 0 is as far down as it goes": (2, -2.0),
        "the change is right, but it is the change, not the new weight": (3, -1.0),
        "that is a criterion that leans to neither side: no weight of it moves the difference": (4, 2.0),
    }, hints=(
        "Add up weight times lean: 1.5 − 0.5 − 2 + 0. The sum must become 0.",
        "The sum is −1. A weight that changes by d changes the sum by d times its lean.",
        "Criterion 1 would need +2, criterion 3 needs −1: from 2 to 1.")),
    "14.4": value(["run", "source", "opinion", "run"], {
        "a speed on your machine is what a run measures best (sentence 1)": ["opinion", "source", "opinion", "run"],
        "no run sees who maintains a project (sentence 2): that needs a dated source": ["run", "run", "opinion", "run"],
        "easier for whom? (sentence 3) Lines and words can be counted, ease cannot": ["run", "source", "run", "run"],
        "one line of code shows it (sentence 4): try to change one": ["run", "source", "opinion", "source"],
    }, hints=(
        "Ask of each: what would I have to see so that nobody could disagree?",
        "Sentences 1 and 4 speak of what the installed software does.",
        "Sentence 2 speaks of people's decisions; in sentence 3 a word has no unit.")),
}
