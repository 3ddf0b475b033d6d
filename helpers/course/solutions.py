"""The solution of an exercise, read from the lesson's source, which every installed course has."""
import re

import helpers

_shown = True


def show(yes):
    """Let checks show solutions, or not, from here on in this kernel."""
    global _shown
    _shown = yes


def are_shown():
    """Whether checks show solutions."""
    return _shown


def find(lesson, key):
    """The code that solves an exercise of the lesson's chapter, as text.

    Raises LookupError with what to tell the learner when there is none.
    """
    folder = helpers.ROOT / "notebooks" / "chapters" / f"ch{lesson[:2]}"
    for path in sorted(folder.glob("[0-9]*_*.py")):
        cells = re.split(r"^# %%", path.read_text(encoding="utf-8"), flags=re.M)
        for exercise, check in zip(cells, cells[1:]):
            if f'exercises.check("{key}"' in check:
                found = re.search(r"^# solution\b[^\n]*\n(.*?)(?=^# wrong\b|\Z)", exercise, re.M | re.S)
                if found:
                    return found.group(1).strip()
    raise LookupError(f"the solution of exercise {key} is not here: no lesson in notebooks/chapters/{folder.name} has it")
