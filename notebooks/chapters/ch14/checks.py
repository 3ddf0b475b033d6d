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


def exchanged(q):
    return chance(1 - q)


def not_shared(q):
    spread = np.ones(1)
    for p in q:
        spread = np.append(spread, 0) + np.append(0, spread) * p
    return spread


def after(change, exercise):
    """An exercise that judges what `change` makes of the answer."""
    return Exercise(lambda answer: exercise.judge(change(answer)), exercise.hints)


def plain_words(answer):
    """A list, tuple or array of words as a list of words in small letters; anything else as it is."""
    words = answer.tolist() if isinstance(answer, np.ndarray) else answer
    if isinstance(words, (list, tuple)) and all(isinstance(word, str) for word in words):
        return [word.strip().lower() for word in words]
    return answer


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
    if answer["because"].strip().lower() == answer["against"].strip().lower():
        return "the reason against it must be another one than the reason for it."
    if answer["again"].strip() <= answer["decided"].strip():
        return "the day on which you look again is not later than the day of the decision."
    return None


def judge_entry(name, said):
    """None for a good entry of a record, else what is wrong with it."""
    if not isinstance(said, str):
        return f"`{name}` must be a text, yours is of type {type(said).__name__}."
    if not said.strip():
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
    }, hints=(
        "On average, a question with four options gives a quarter of a right answer.",
        "Averages add up, whether the questions are alike or not.",
        "1/2 + 1/2 + 1/4 + 1/4 + 1/4 + 1/5."), atol=5e-3),
    "14.2": function("tf", chance, lambda rng: (rng.uniform(0.1, 0.9, size=4),), gradients=True, dtype="float64", suspects={
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
    "14.4": after(plain_words, value(["run", "source", "opinion", "run"], {
        "a speed on your machine is what a run measures best (sentence 1)": ["opinion", "source", "opinion", "run"],
        "no run sees who maintains a project (sentence 2): that needs a dated source": ["run", "run", "opinion", "run"],
        "easier for whom? (sentence 3) Lines and words can be counted, ease cannot": ["run", "source", "run", "run"],
        "one line of code shows it (sentence 4): try to change one": ["run", "source", "opinion", "source"],
    }, hints=(
        "Ask of each: what would I have to see so that nobody could disagree?",
        "Sentences 1 and 4 speak of what the installed software does.",
        "Sentence 2 speaks of people's decisions; in sentence 3 a word has no unit."))),
    "14.5": Exercise(judge_record, (
        "Copy the draft above into a dict, and replace its dry sentences by yours.",
        "`unless` needs a number: a weight, a time, a price, a date. `again` is a date after `decided`.",
        "`against` is what the other side would say first. It must differ from `because`.")),
}
