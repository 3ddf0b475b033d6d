"""Predictions, exercises with checks and hints, and quizzes: all of them work offline and in every notebook program.

A chapter's checks stand in `chapters/chNN/checks.py`, made with `helpers.course.judging`; its quiz in quiz.toml beside them.
Nothing here raises because a learner has not answered, or has answered wrongly.
"""
import importlib
import re
import urllib.parse

from helpers import ROOT, show
from helpers.course import ledger
from helpers.course.quiz import show_quiz

# Predictions

def predict(key, guess, among):
    """Store the learner's guess before the run. guess: one of `among`, or ... for none yet.

    Prints what is to be done, and never raises for a guess that is not among the options: it asks again.
    """
    options = ", ".join(repr(option) for option in among)
    if guess is ...:
        ledger.put("predictions", key, {"guess": None, "among": list(among)})
        print(f"prediction {key}: none yet. Set guess to one of {options}, run this cell, then go on.")
    elif not isinstance(guess, (str, int, float)) or guess not in among:  # an array has no single yes or no
        ledger.put("predictions", key, {"guess": None, "among": list(among)})
        print(f"prediction {key}: {guess!r} is not one of {options}. Change it and run this cell again.")
    else:
        guess = among[among.index(guess)]  # 1.0 or np.float64(1.0) stands for 1
        ledger.put("predictions", key, {"guess": guess, "among": list(among)})
        print(f"prediction {key}: noted. You say {guess!r}.")


def outcome(key, actual):
    """Show what the run found beside the learner's prediction, and record both.

    Raises KeyError when no `predict` with this key has run, ValueError when actual is not among its options.
    """
    asked = ledger.fresh("predictions").get(key)
    if asked is None:
        raise KeyError(f"no prediction {key!r} in this run: run the cell with exercises.predict({key!r}, ...) first")
    if actual not in asked["among"]:
        raise ValueError(f"prediction {key}: the run found {actual!r}, which was not among {asked['among']}")
    guess = asked["guess"]
    ledger.put("predictions", key, {**asked, "actual": actual, "right": None if guess is None else guess == actual})
    said = "you made no prediction" if guess is None else f"you predicted {guess!r}"
    right = "" if guess is None else ", and were right" if guess == actual else ""
    print(f"prediction {key}: the run says {actual!r}; {said}{right}.")


# Exercises

def check(key, answer):
    """Judge an answer, show the verdict with hints and a link to the solution, and record it.

    `...` counts as not answered yet. Raises KeyError for an exercise that does not exist.
    """
    exercise = _exercise(key)
    if answer is ...:
        state, message = "open", "not answered yet. Replace the dots in the cell above and run both cells."
    else:
        cause = exercise.judge(answer)
        state, message = ("right", "right.") if cause is None else ("wrong", f"not yet: {cause}")
    ledger.put("exercises", key, state)
    plain = f"exercise {key}: {message}"
    if state == "right":
        show.rich(show.render("exercise.html", key=key, message=message, hints=(), link=""), plain)
        return
    show.rich(show.render("exercise.html", key=key, message=message, hints=exercise.hints, link=_solution_link(key)),
              f"{plain} (hints: exercises.hint({key!r}, 1), then 2 and 3)")


def hint(key, number):
    """Print hint 1, 2 or 3 of an exercise, for programs that show no HTML."""
    if number not in (1, 2, 3):
        raise ValueError(f"each exercise has hints 1, 2 and 3, not {number!r}")
    print(_exercise(key).hints[number - 1])


def _exercise(key):
    lesson = ledger.lesson()
    module = importlib.import_module(f"chapters.ch{lesson[:2]}.checks")
    if key not in module.EXERCISES:
        raise KeyError(f"lesson {lesson} has no exercise {key!r}; its chapter has {', '.join(module.EXERCISES)}")
    return module.EXERCISES[key]


def _solution_link(key):
    """The exercise's heading in the solved notebook, relative to the learner's; Jupyter makes anchors with hyphens."""
    found = sorted((ROOT / "notebooks").glob(f"{ledger.lesson()}_*.ipynb"))
    if not found:
        return "solutions/"
    heading = re.search(rf"### (Exercise {re.escape(key)}\b[^\"\\]*)", found[0].read_text(encoding="utf-8"))
    anchor = heading.group(1).strip().replace(" ", "-") if heading else ""
    return urllib.parse.quote(f"solutions/{found[0].name}") + "#" + urllib.parse.quote(anchor)


# Quiz

def quiz(lesson):
    """Show a lesson's quiz: each option opens on a click (or Enter) and says whether and why it is right."""
    show_quiz(lesson)
