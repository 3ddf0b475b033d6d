"""Chapter 14: chance by hand and ported, the smallest flip, what can settle a sentence, and a decision record."""
import datetime

import numpy as np

from chapters.ch14.results import RECORD
from helpers.course.judging import Exercise, function, value

WORDS = 30
"""How long an entry of a decision record may be: seven of them fit on a page."""


def chance(q):
    """How likely 0 to n right answers are, for questions that are right with probabilities q (n,): (n + 1,)."""
    spread = np.ones(1)
    for p in q:
        spread = np.append(spread, 0) * (1 - p) + np.append(0, spread) * p
    return spread


def some_chances(rng):
    return (rng.uniform(0.1, 0.9, size=rng.integers(3, 6)),)


def exchanged(q):
    return chance(1 - q)


def not_shared(q):
    spread = np.ones(1)
    for p in q:
        spread = np.append(spread, 0) + np.append(0, spread) * p
    return spread


def plain_words(answer):
    """A list, tuple or array of words as a list of words in small letters; None for anything else."""
    words = answer.tolist() if isinstance(answer, np.ndarray) else answer
    if isinstance(words, (list, tuple)) and all(isinstance(word, str) for word in words):
        return [word.strip().lower() for word in words]
    return None


SENTENCES = (
    ("run", "a speed on your machine is what a run measures best (sentence 1)."),
    ("source", "no run sees who maintains a project (sentence 2): that needs a dated source."),
    ("opinion", "easier for whom? (sentence 3) Lines and words can be counted, ease cannot."),
    ("run", "one line of code shows it (sentence 4): try it."))
"""What can settle each sentence of exercise 14.4, and why nothing else does."""


def judge_sentences(answer):
    """None when each sentence has its word, else why the first that has another one needs that one."""
    words = plain_words(answer)
    kinds = {right for right, _ in SENTENCES}
    if words is None or len(words) != len(SENTENCES) or not all(word in kinds for word in words):
        return 'a list of four words is asked for, each of them "run", "source" or "opinion".'
    return next((why for word, (right, why) in zip(words, SENTENCES) if word != right), None)


def judge_record(answer):
    """None for a whole decision record, else what it lacks."""
    if not isinstance(answer, dict):
        return "a dict of seven texts is asked for: question, decided, choice, because, against, unless, again."
    for name in RECORD:
        if name not in answer:
            return f"`{name}` is missing."
        cause = judge_entry(name, answer[name])
        if cause:
            return cause
    if len(answer) > len(RECORD):
        return f"{', '.join(str(name) for name in answer if name not in RECORD)}: a record has seven entries, and no more."
    if letters(answer["because"]) == letters(answer["against"]):
        return "the reason against it must be another one than the reason for it."
    if answer["again"].strip() <= answer["decided"].strip():
        return "the day on which you look again is not later than the day of the decision."
    return None


def letters(said):
    """The letters and digits of a text, as small ones: "" of a text that only keeps a place free."""
    return "".join(filter(str.isalnum, said)).lower()


def judge_entry(name, said):
    """None for a good entry of a record, else what is wrong with it."""
    if not isinstance(said, str):
        return f"`{name}` must be a text, yours is of type {type(said).__name__}."
    if not letters(said):
        return EMPTY.get(name, f"`{name}` is empty.")
    if len(said.split()) > WORDS:
        return f"`{name}` has {len(said.split())} words; {WORDS} must do, so that the record fits on a page."
    if name in ("decided", "again") and not is_date(said.strip()):
        return f"`{name}` must be a date as YYYY-MM-DD, not {said!r}."
    if name == "choice" and said.strip() not in ("PyTorch", "TensorFlow", "Keras 3", "either"):
        return f"`choice` is \"PyTorch\", \"TensorFlow\", \"Keras 3\" or \"either\", not {said!r}."
    if name == "unless" and not any(letter.isdigit() for letter in said):
        return "`unless` holds no number: from which value on would you choose otherwise?"
    return None


EMPTY = {"against": "nothing speaks against it? Then it is an advertisement: look for the other side's strongest reason."}


def is_date(said):
    """Whether a text is a day, written YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(said).isoformat() == said
    except ValueError:
        return False


EXERCISES = {
    "14.1": value(1 / 2 + 1 / 2 + 3 / 4 + 1 / 5, {
        "that divides by the mean number of options; add the chances, one for each question: a mean of fractions is not the "
        "fraction of a mean": 6 / (21 / 6),
        "that is half of them: only a question with two options is right half of the time": 3.0,
        "that is the chance of all right at once": (1 / 2) ** 2 * (1 / 4) ** 3 / 5,
        "that is the chance of at least one right": 1 - (1 / 2) ** 2 * (3 / 4) ** 3 * (4 / 5),
        "those are the wrong ones": 6 - 1.95,
        "that is the share of the six; how many of them is asked for": 1.95 / 6,
        "each number of options was counted once; two questions have two options, three have four": 1 / 2 + 1 / 4 + 1 / 5,
    }, hints=(
        "On average, a question with four options gives a quarter of a right answer.",
        "Averages add up, whether the questions are alike or not.",
        "1/2 + 1/2 + 1/4 + 1/4 + 1/4 + 1/5."), atol=5e-3),
    "14.2": function("tf", chance, some_chances, gradients=True, dtype="float64", suspects={
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
        "the change goes the other way: that criterion leans to the negative side": (3, 3.0),
        "the criteria are counted from 1": (2, 1.0),
        "first the criterion, then its new weight": (1, 3.0),
    }, hints=(
        "Add up weight times lean: 1.5 − 0.5 − 2 + 0. The sum must become 0.",
        "The sum is −1. A weight that changes by d changes the sum by d times its lean.",
        "Criterion 1 would need +2, criterion 3 needs −1: from 2 to 1.")),
    "14.4": Exercise(judge_sentences, (
        "Ask of each: what would I have to see so that nobody could disagree?",
        "Sentences 1 and 4 speak of what the installed software does.",
        "Sentence 2 speaks of people's decisions; in sentence 3 a word has no unit.")),
    "14.5": Exercise(judge_record, (
        "Copy the draft above into a dict, and replace its dry sentences by yours.",
        "`unless` needs a number: a weight, a time, a price, a date. `again` is a date after `decided`.",
        "`against` is what the other side would say first. It must differ from `because`.")),
}
