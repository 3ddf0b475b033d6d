"""What all ledgers of this machine say together: verdicts, predictions and numbers, and the figure of a choice.

Nothing here raises because a lesson has not been run: what is missing is a row, with the command that fills it.
"""
from typing import NamedTuple

from helpers import data, plots
from helpers.course import ledger
from helpers.course.report import table, text, write  # noqa: F401  (the notebook writes its page with them)

CRITERIA = {"training speed": ("07", max), "memory of a step": ("07", min), "lines for two devices": ("08a", min),
            "serving speed": ("10", max), "space on disk": ("14", min)}
"""{what is measured: (the lesson that does, which of a framework's ways counts: the one with the most, or the least)}"""


class Gap(NamedTuple):
    """A lesson of which something is missing."""
    lesson: str
    what: str
    command: str  # what to type to fill it


class Asked(NamedTuple):
    """A prediction whose outcome a run has shown; guess and right are None where the learner made none in time."""
    lesson: str
    key: str
    among: list
    guess: object
    actual: object
    right: bool | None
    old: str  # what a reader adds when it is from an earlier run, else ""


class Measured(NamedTuple):
    """A number of each framework, for the same thing in the same unit."""
    torch: float
    tf: float
    unit: str
    lesson: str
    old: str  # what a reader adds when one of them is from an earlier run, else ""


def lessons():
    """The names of all lessons with claims, in order: "00b" to "14"."""
    return sorted({row["lesson"] for row in data.claims_table()})


def command(lesson):
    """What to type to run a lesson."""
    return f"python tools/pipeline.py run {lesson}"


def ledgers():
    """({lesson: its Ledger} of all that can be read, [Gap of each lesson of which something is missing])."""
    loaded, claims_table = ledger.every(), data.claims_table()
    found = {lesson: one.ledger for lesson, one in loaded.items() if one.ledger != ledger.Ledger()}
    gaps = [Gap(lesson, f"{lesson}.json in the folder ledger does not fit ({'; '.join(one.left_out)}); a new run keeps it "
                "under another name", command(lesson)) for lesson, one in loaded.items() if one.left_out]
    for lesson in sorted({row["lesson"] for row in claims_table}):
        claims = [row["id"] for row in claims_table if row["lesson"] == lesson]
        open_claims = [claim for claim in claims if lesson not in found or claim not in found[lesson].verdicts]
        if lesson not in loaded:
            gaps.append(Gap(lesson, "not run", command(lesson)))
        elif open_claims:
            gaps.append(Gap(lesson, f"{len(open_claims)} of {len(claims)} claims not judged", command(lesson)))
    return found, sorted(gaps)


def verdicts(found):
    """Rows of all claims of the article, in its order: id, claim, expected, the verdict here ("" without one), evidence."""
    return [[row["id"], row["claim"], row["expected"], *_judged(found, row)] for row in data.claims_table()]


def _judged(found, row):
    content = found.get(row["lesson"], ledger.Ledger())
    if row["id"] not in content.verdicts:
        return ["", f"not judged yet: {command(row['lesson'])}"]
    entry = content.verdicts[row["id"]]
    return [entry.verdict, entry.evidence + ledger.earlier(content, entry)]


def predictions(found):
    """Asked of all predictions whose outcome a run has shown, in order."""
    rows = {}  # by key: one that has moved to another lesson counts once, as it was answered there
    for lesson, content in found.items():
        for key, entry in sorted(content.predictions.items()):
            if entry.actual is not None and entry.among:
                guess, right = ledger.in_time(entry)
                old = ledger.earlier(content, entry)
                rows[key] = Asked(lesson, key, entry.among, guess, entry.actual, right, old)
    return list(rows.values())


def by_lesson(asked):
    """Rows (lesson, asked, answered, right, right on average by guessing) of what `predictions` gives."""
    rows = []
    for lesson in sorted({row.lesson for row in asked}):
        here = [row for row in asked if row.lesson == lesson]
        made = [row for row in here if row.guess is not None]
        rows.append((lesson, len(here), len(made), sum(bool(row.right) for row in made),
                     f"{sum(1 / len(row.among) for row in made):.1f}"))
    return rows


def machine(found):
    """Rows (what, version, where it runs) of the machine, from the last run of the last lesson that recorded it."""
    seen = [content.runs[content.run].machine for content in found.values() if content.run in content.runs]
    return next((rows for rows in reversed(seen) if rows), [])


def numbers(found, lesson):
    """Rows (name, number, unit) of what a lesson has measured, each with a word where it is from an earlier run."""
    content = found.get(lesson, ledger.Ledger())
    return [(name, said + ledger.earlier(content, content.numbers[name]), unit)
            for name, said, unit in ledger.number_rows(content.numbers)]


def measured(found):
    """{criterion: Measured} of what the runs have measured on this machine.

    For each framework the best of its ways counts. A criterion that no run has measured, on both sides, is not there.
    """
    rows = {}
    for criterion, (lesson, best) in CRITERIA.items():
        content = found.get(lesson, ledger.Ledger())
        sides = [[number for name, number in content.numbers.items() if name.startswith(f"{criterion}, {side}")]
                 for side in ("PyTorch", "TensorFlow")]
        units = {number.unit for numbers in sides for number in numbers}
        if all(sides) and len(units) == 1 and all(number.value > 0 for numbers in sides for number in numbers):
            torch, tf = (best(numbers, key=lambda number: number.value) for numbers in sides)
            old = ledger.earlier(content, torch) or ledger.earlier(content, tf)
            rows[criterion] = Measured(torch.value, tf.value, torch.unit, lesson, old)
    return rows


def bars(parts, title):
    """A figure of what each criterion adds to a score: parts as {criterion: part}, to PyTorch above 0, hatched below."""
    fig, ax = plots.figure(width=8, height=0.6 + 0.32 * len(parts))
    for name, part in sorted(parts.items(), key=lambda item: item[1]):
        ax.barh(name, part, color=(plots.TORCH if part > 0 else plots.TF)["color"], hatch="" if part > 0 else "//")
    ax.axvline(0, color=plots.GRAY)
    ax.set(xlabel="adds to the score: to TensorFlow (hatched) | to PyTorch", title=title)
    return fig
