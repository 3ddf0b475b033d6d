"""One page of a class's results from the ledgers of its learners: `python -m helpers.claims merge FOLDER`.

FOLDER holds what the learners have handed in of their build/ledger, in whatever form: folders, archives, a learning
platform's one archive (which FOLDER may be itself), files under new names (helpers/course/handed_in.py). What anything is
called is not kept: the page counts, and names nobody.
"""
import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from helpers import build_dir, data
from helpers.course import handed_in, ledger, report


def merge(folder, target=None):
    """Write the class's page to `target` (build/class.html when left out) and return its path.

    Raises FileNotFoundError when the folder is not there or holds no ledger. What cannot be read of a file is named on the
    terminal and left out, as are files that are no ledgers; the page says how many could not be read.
    """
    class_, broken, notes = handed_in.read(folder)
    for name, reasons in broken:
        print(f"left out: {name}: {'; '.join(reasons)}", file=sys.stderr)
    for note in notes:
        print(note, file=sys.stderr)
    if not class_:
        raise FileNotFoundError(f"{folder} holds no ledger: it should hold a folder or an archive for each learner, with "
                                "the files 00a.json, 00b.json ... of that learner's build/ledger")
    about = f"{len(class_)} learners, {sum(map(len, class_))} runs of lessons. Nothing here says who they are."
    if broken:
        about += f" {len(broken)} files could not be read, in whole or in part."
    sections = {
        "The class": [report.text(about), report.table("Machines", ["how many", "what they are"], machines(class_))],
        "Verdicts": [report.table("Claims that somebody judged",
                                  ["claim", "what the article says", "expected", "run on", "the class found"],
                                  verdicts(class_))],
        "Predictions": [report.table("What was guessed, and what the runs said",
                                     ["prediction", "guesses", "the runs said", "right"], predictions(class_))],
        "Exercises": [report.table("Answers so far", ["exercise", "right", "wrong so far", "open"], exercises(class_))]}
    return report.write(sections, Path(target or build_dir() / "class.html"), "Class results")


def verdicts(class_):
    """Rows of claims that somebody has judged, one for each kind of machine: how often each verdict was found there, the
    most frequent first."""
    found, rows = _entries(class_, "verdicts"), []
    for row in data.claims_table():
        entries = found.get(row["id"], [])
        for where in sorted({one.where for one in entries}):
            there = [one for one in entries if one.where == where]
            rows.append([row["id"], row["claim"], row["expected"], where,
                         _counts(one.entry.verdict for one in there) + _older(there)])
    return rows


def predictions(class_):
    """Rows of predictions: what was guessed, what the runs said, and how many of those who guessed in time were right."""
    rows = []
    for key, entries in sorted(_entries(class_, "predictions").items(), key=lambda item: _order(item[0])):
        guesses = [ledger.in_time(one.entry) for one in entries]
        judged = [right for _, right in guesses if right is not None]
        rows.append([key, _counts(guess for guess, _ in guesses if guess is not None) or "none",
                     _counts(one.entry.actual for one in entries if one.entry.actual is not None) + _older(entries),
                     f"{sum(judged)} of {len(judged)}"])
    return rows


def exercises(class_):
    """Rows of exercises: how many learners have them right, wrong so far, or open."""
    rows = []
    for key, entries in sorted(_entries(class_, "exercises").items(), key=lambda item: _order(item[0])):
        states = Counter(one.entry.state for one in entries)
        rows.append([key + _older(entries), states["right"], states["wrong"], states["open"]])
    return rows


def machines(class_):
    """Rows of (number of learners, systems, versions and devices as the chapters' first table shows them)."""
    found = Counter()
    for learner in class_:
        last = [content.runs.get(content.run, ledger.Run()) for content in learner.values()]
        found[max((tuple(map(tuple, run.machine)) for run in last), key=len)] += 1
    return [[count, "; ".join(" ".join(row) for row in rows) or "not recorded"] for rows, count in found.most_common()]


class Found(NamedTuple):
    """A learner's entry, whether it is from an earlier run than its lesson's last, and the kind of machine it is from."""
    entry: object
    is_older: bool
    where: str


def kind_of_machine(run):
    """"CPU", "GPU", or which framework alone had a GPU, as a run's table of devices says; "not recorded" without one."""
    if not run.machine:
        return "not recorded"
    places = {name: where for name, _, where in run.machine if name in ("PyTorch", "TensorFlow")}
    on_gpu = [name for name, where in places.items() if not where.startswith("CPU")]
    if run.parameters.get("device") == "cpu" or not on_gpu:
        return "CPU"
    return "GPU" if len(on_gpu) == len(places) else f"GPU in {on_gpu[0]} alone"


def _entries(class_, section):
    """{key: [a Found of each learner]} of one section of all ledgers.

    What a learner has in two ledgers, because it has moved to another lesson, counts once.
    """
    found = {}
    for learner in class_:
        own = {key: Found(entry, entry.run != content.run, kind_of_machine(content.runs.get(entry.run, ledger.Run())))
               for content in learner.values() for key, entry in getattr(content, section).items()}
        for key, entry in own.items():
            found.setdefault(key, []).append(entry)
    return found


def _older(entries):
    """How many of the entries are older than the last run of their lesson, in words; "" when none is."""
    count = sum(one.is_older for one in entries)
    return f" ({count} from an earlier run)" if count else ""


def _order(key):
    """So that 2.10 comes after 2.9."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.findall(r"[0-9]+|[A-Za-z]+", key)]


def _counts(values):
    return ", ".join(f"{word} {count}" for word, count in Counter(map(str, values)).most_common())


def main(arguments):
    """The command line of `python -m helpers.claims`; returns the exit code."""
    if len(arguments) != 2 or arguments[0] != "merge":
        print("usage: python -m helpers.claims merge FOLDER    (what the learners handed in of their build/ledger)",
              file=sys.stderr)
        return 2
    try:
        print(merge(arguments[1]))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"the page cannot be written ({error}): set the environment variable SIDE_BY_SIDE_BUILD to a folder of yours",
              file=sys.stderr)
        return 1
    return 0
