"""The schedules of the instructor's guide: their sections, predictions and exercises are there, and they fit the time."""
import re
from functools import cache
from typing import NamedTuple

import pytest
from nbformat.v4 import new_notebook

import density
import editions
import pipeline
from helpers import ROOT

GUIDE = (ROOT / "notebooks" / "TEACHING.md").read_text(encoding="utf-8")
TITLES = ("Ninety minutes", "Two hours, thirty laptops", "Half a day", "Two days")
SECTION = r"\d+[a-z]\.\d+"


class Section(NamedTuple):
    """A section of a lesson: its minutes in class, its predictions, and its exercises with their minutes."""
    minutes: int
    predictions: set
    exercises: dict


class Row(NamedTuple):
    """A row of a schedule: the minutes until the next one, the sections of its lessons, and what learners do there."""
    minutes: int
    what: str
    learners: str


@cache
def sections():
    """{"2a.4": its Section}, of the whole course, in order."""
    found = {}
    for source in pipeline.sources():
        for name, (minutes, _) in editions.page(pipeline.lesson(source))[1].items():
            found[name] = Section(minutes, set(), {})
        name, book = None, pipeline.read(source)
        for cell in book.cells:
            name = editions.section_of(cell) or name
            if name and "predict" in pipeline.tags(cell):
                found[name].predictions.update(re.findall(r'exercises\.predict\("(.*?)"', cell.source))
            elif name:
                found[name].exercises.update(density.exercise_minutes(new_notebook(cells=[cell])))
    return found


def minute(clock):
    """A time of day, or the minute of a schedule, in minutes."""
    hours, _, minutes = clock.rpartition(":")
    return 60 * int(hours or 0) + int(minutes)


def days(title):
    """The days of a schedule, each a list of rows; the last row of a day says when it ends."""
    part = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, re.M | re.S).group(1)
    for table in re.findall(r"(?:^\|.*\n?)+", part, re.M):
        cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
        times = [minute(row[0]) for row in cells]
        yield [Row(after - time, row[1], row[2]) for time, after, row in zip(times, times[1:], cells)]


def numbers(text, pattern):
    """The names in a text that fit a pattern, those between two that stand as "2a.4 to 2a.6" among them."""
    for first, last in re.findall(rf"({pattern})(?: to ({pattern}))?", text):
        stem, _, begin = first.rpartition(".")
        yield from [f"{stem}.{k}" for k in range(int(begin), int((last or first).rpartition(".")[2]) + 1)]


def taught(what):
    """The names of the sections that a row names: one by one, or by their whole lesson; what is for home is left out."""
    there = " ".join(part for part in what.split(";") if "at home" not in part)
    whole = re.findall(r"\b\d+[a-z]\b(?!\.)", there)
    return [*numbers(there, SECTION), *(name for name in sections() if name.partition(".")[0] in whole)]


ROWS = [pytest.param(row, id=f"{title}, {row.what[:30]}") for title in TITLES for day in days(title) for row in day
        if re.search(r"\d[a-z]\b", row.what)]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_a_schedule_names_what_is_there_and_fits_its_time(row):
    there = taught(row.what)
    assert [name for name in there if name not in sections()] == []
    here = [sections()[name] for name in there]
    predictions = set(numbers(row.learners, r"P\d+\.\d+"))
    assert predictions <= set().union(*(section.predictions for section in here))
    known = {key: minutes for section in here for key, minutes in section.exercises.items()}
    chosen = set(numbers(" ".join(re.findall(r"exercises? ([^;]*)", row.learners)), r"\b\d+\.\d+"))
    assert chosen <= set(known)
    needed = sum(section.minutes for section in here) - sum(known[key] for key in set(known) - chosen)
    assert needed <= row.minutes, f"{row.what} needs {needed} minutes, and has {row.minutes}"
