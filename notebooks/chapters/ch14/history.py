"""The dated history of both frameworks and the counts of papers, from data/, as plain dicts."""
import csv
import datetime
import io

from helpers import data

KINDS = ("first", "tool", "release", "event", "use", "record")

ABOUT = ("governance", "compiler", "ended", "adoption")
"""What an event of either framework is about; each is looked for on both sides."""


def timeline(kind=None, framework=None):
    """Rows of data/timeline.csv in the order of time: dicts with date, framework, kind, about, event, source, all
    strings.

    date is YYYY-MM-DD, or YYYY-MM where the day is not known. kind is one of KINDS; it and framework choose rows;
    about is one of ABOUT for an event of PyTorch or TensorFlow, else "".
    Raises ValueError for an unknown kind, and as `data` does when the file is missing or damaged.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return [row for row in _rows("timeline.csv")
            if kind in (None, row["kind"]) and framework in (None, row["framework"])]


def papers():
    """Rows of data/papers.csv in the order of time: month (YYYY-MM) and conference as strings, and three counts.

    pytorch and tensorflow count papers that name only the one (or a library on top of it), papers counts all.
    """
    return [{**row, **{name: int(row[name]) for name in ("pytorch", "tensorflow", "papers")}}
            for row in _rows("papers.csv")]


def day(date):
    """A date of the tables as datetime.date; the first of the month where the day is not known."""
    return datetime.date.fromisoformat(date if len(date) == 10 else f"{date}-01")


def year(date):
    """A date of the tables as a number for an axis of years: 2017.5 is the middle of 2017."""
    found = day(date)
    return found.year + (found.timetuple().tm_yday - 1) / 365.25


def _rows(name):
    return list(csv.DictReader(io.StringIO(data.read(name).decode("utf-8"), newline="")))
