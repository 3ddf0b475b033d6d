"""Predictions, exercises with checks and hints, and quizzes: all of them work offline and in every notebook program.

A chapter's checks stand in `chapters/chNN/checks.py`, made with `helpers.course.judging`; its quiz in quiz.toml beside them.
Nothing here raises because a learner has not answered, or has answered wrongly.
"""
import importlib
from collections.abc import Sequence

from helpers import show
from helpers.course import cells, comparing, judging, ledger, solutions
from helpers.course.cells import Unquoted
from helpers.course.quiz import show_quiz

# Predictions

def predict(key: str, guess: object, among: Sequence) -> None:
    """Store the learner's guess before the run. guess: one of `among`, or ... for none yet.

    Capitals and blanks around a guess do not matter. Prints what is to be done, and never raises for a guess that is not
    among the options: it asks again. A guess that comes after its outcome was shown in this run is not counted.
    """
    chosen = _option(guess, among)
    before = ledger.fresh("predictions").get(key, {})
    if "actual" not in before:
        ledger.put("predictions", key, {"guess": chosen, "among": list(among)})
    options = ", ".join(repr(option) for option in among)
    if isinstance(guess, Unquoted):
        print(f"prediction {key}: put your guess in quotes: guess = \"{guess}\". Then run this cell again.")
    elif guess is ...:
        print(f"prediction {key}: none yet. Set guess to one of {options}, run this cell, then go on.")
    elif chosen is None:
        print(f"prediction {key}: {guess!r} is not one of {options}. Change it and run this cell again.")
    elif "actual" in before and chosen != before["guess"]:
        print(f"prediction {key}: you saw the answer before: not counted. {_keep_late(key, chosen, before)}")
    else:
        print(f"prediction {key}: noted. You say {_name(chosen)}.")


def _option(guess, among):
    """The option that a guess means (1.0 means 1, " A " means "a"), or None."""
    if isinstance(guess, Unquoted):
        return None
    guess = guess.strip().casefold() if isinstance(guess, str) else comparing.one_number(guess)
    return next((option for option in among
                 if guess == (option.casefold() if isinstance(option, str) else option)), None)


def _keep_late(key, guess, before):
    """Keep a guess that comes after its outcome where there was none before, marked; returns what counts, in words."""
    if before["guess"] is not None and not before["late"]:
        return f"Your first guess, {_name(before['guess'])}, stays."
    ledger.put("predictions", key, {**before, "guess": guess, "right": guess == before["actual"], "late": True})
    return f"You say {_name(guess)}."


def first_true(conditions: dict[str, object]) -> str:
    """The first key of {letter: condition} whose condition is true: which option came true in this run.

    Raises ValueError when none is.
    """
    for letter, condition in conditions.items():
        if condition:
            return letter
    raise ValueError(f"none of the options {', '.join(map(str, conditions))} came true in this run")


def outcome(key: str, actual: object, timed: bool = False) -> None:
    """Show what the run found beside the learner's prediction, and record both. The first outcome of a run counts.

    timed: whether a measured time decides it. The sentence then says "by the clock" (see `claims.verdict`).

    Raises KeyError when no `predict` with this key has run, ValueError when actual is not among its options.
    """
    asked = ledger.fresh("predictions").get(key)
    if asked is None:
        raise KeyError(f"no prediction {key!r} in this run: run the cell with exercises.predict({key!r}, ...) first")
    if actual not in asked["among"]:
        raise ValueError(f"prediction {key}: the run found {actual!r}, which was not among {asked['among']}")
    guess = asked["guess"]
    if "actual" not in asked:
        right = None if guess is None else guess == actual
        asked = {**asked, "actual": actual, "right": right, "late": False}
        ledger.put("predictions", key, asked)
    word, sentence = _kind_words(guess, actual, timed)
    aside = " (You saw the answer before: not counted.)" if asked["late"] else ""
    said = f"prediction {key}: {sentence}{aside}"
    show.verdict(word, said, said)


def _kind_words(guess, actual, timed):
    found = f"the run says{', by the clock,' if timed else ''} {_name(actual)}"
    if guess is None:
        return "NO PREDICTION", f"{found}. You made no prediction; next time, predict first."
    if guess == actual:
        return "RIGHT", f"you predicted {_name(guess)}: right{', by the clock' if timed else ''}."
    said = f"you predicted {_name(guess)}; {found}. Not this time, and now you know."
    return "NOT THIS TIME", said


def _name(option):
    """An option as a sentence names it: a letter or number as it is, words in quotes."""
    return repr(option) if isinstance(option, str) and len(option) > 1 else str(option)


# Exercises

def check(key: str, answer: object) -> None:
    """Judge an answer, show the verdict with three hints and the solution, each behind a click, and record it.

    `...` counts as not answered yet. Raises KeyError for an exercise that does not exist.
    """
    exercise = _exercise(key)
    stale = cells.stale(key, answer)
    if stale:  # nothing new to judge, nothing to record
        _show_check(key, "OPEN", stale, exercise.hints)
        return
    cells.judged(key)
    if answer is ...:
        state, word, said = "open", "OPEN", "not answered yet. Replace the dots in the cell above and run both cells."
    else:
        cause = judging.judged(exercise.judge, answer, lambda word: print(f"exercise {key}: {word}"))
        state, word, said = ("right", "RIGHT", "right.") if cause is None else ("wrong", "NOT YET", f"not yet: {cause}")
    ledger.put("exercises", key, state)
    _show_check(key, word, said, () if state == "right" else exercise.hints)


def hint(key: str, number: int) -> None:
    """Print hint 1, 2 or 3 of an exercise, for programs that show no HTML."""
    if number not in (1, 2, 3):
        raise ValueError(f"each exercise has hints 1, 2 and 3, not {number!r}")
    print(_exercise(key).hints[number - 1])


def solution(key: str) -> None:
    """Print the solution of an exercise, for programs that show no HTML."""
    print(_solution(key))


def _exercise(key):
    lesson = ledger.lesson()
    module = importlib.import_module(f"chapters.ch{lesson[:2]}.checks")
    if key not in module.EXERCISES:
        raise KeyError(f"lesson {lesson} has no exercise {key!r}; its chapter has {', '.join(module.EXERCISES)}")
    return module.EXERCISES[key]


def _solution(key):
    """The solution's code, or a sentence that says why there is none."""
    if not solutions.are_shown():
        return "# this edition shows no solutions: ask who gave it to you"
    try:
        return solutions.find(ledger.lesson(), key)
    except LookupError as error:
        return f"# {error}"


def _show_check(key, word, said, hints):
    """The verdict on an answer, its hints and the solution, each of them closed."""
    open_too = f"; exercises.solution({key!r})" if solutions.are_shown() else ""
    more = f" (hints: exercises.hint({key!r}, 1), then 2 and 3{open_too})" if hints else ""
    solution = _solution(key) if solutions.are_shown() else ""
    plain = f"exercise {key}: {said}"
    line = show.verdict_line(word, plain)
    show.rich(show.render("exercise.html", line=line, hints=hints, solution=solution), plain + more)


# Quiz

def quiz(lesson: str) -> None:
    """Show a lesson's quiz: each option opens on a click (or Enter) and says whether and why it is right."""
    show_quiz(lesson)
