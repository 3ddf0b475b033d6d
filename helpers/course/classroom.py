"""One page of a class's results from the ledgers of its learners: `python -m helpers.claims merge FOLDER`.

FOLDER holds a folder or a zip file for each learner, with the files of that learner's build/ledger anywhere inside. What
those folders are called is not kept: the page counts, and names nobody.
"""
import json
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

from helpers import build_dir, data
from helpers.course import report

LEDGER = re.compile(r"\d\d[a-z]?\.json")


def merge(folder, target=None):
    """Write the class's page to `target` (build/class.html when left out) and return its path.

    Raises FileNotFoundError when the folder is not there or holds no ledger. A file that cannot be read is named on the
    terminal and left out, and the page says how many were.
    """
    class_, broken = learners(folder)
    if not class_:
        raise FileNotFoundError(f"{folder} holds no ledger: it should hold a folder or a zip file for each learner, with "
                                "the files 00.json, 01.json ... of that learner's build/ledger")
    for name, reason in broken:
        print(f"left out: {name}: {reason}", file=sys.stderr)
    about = f"{len(class_)} learners, {sum(map(len, class_))} runs of chapters. Nothing here says who they are."
    if broken:
        about += f" {len(broken)} files could not be read."
    sections = {
        "The class": [report.text(about), report.table("Machines", ["how many", "what they are"], machines(class_))],
        "Verdicts": [report.table("Claims that somebody judged",
                                  ["claim", "what the article says", "expected", "the class found"], verdicts(class_))],
        "Predictions": [report.table("What was guessed, and what the runs said",
                                     ["prediction", "guesses", "the runs said", "right"], predictions(class_))],
        "Exercises": [report.table("Answers so far", ["exercise", "right", "wrong so far", "open"], exercises(class_))]}
    return report.write(sections, Path(target or build_dir() / "class.html"), "Class results")


def learners(folder):
    """([{chapter: ledger} for each learner], [(file, why it cannot be read)]) of a folder, in no order of names."""
    found, broken = {}, []
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder")
    for owner, name, read in _files(folder, broken):
        try:
            content = json.loads(read())
            if not isinstance(content, dict) or not isinstance(content.get("verdicts", {}), dict):
                raise ValueError("it is not a ledger")
        except ValueError as error:
            broken.append((name, str(error)))
        else:
            found.setdefault(owner, {})[PurePosixPath(name).stem] = content
    return sorted(found.values(), key=lambda chapters: json.dumps(chapters, sort_keys=True)), broken


def _files(folder, broken):
    """(learner, file name, how to read it) of every ledger: a learner is the folder or the zip that it lies in."""
    for path in folder.rglob("*"):
        if LEDGER.fullmatch(path.name) and path.is_file():
            yield path.parent, path.as_posix(), path.read_bytes
        elif path.suffix == ".zip":
            try:
                archive = zipfile.ZipFile(path)
            except zipfile.BadZipFile as error:
                broken.append((path.as_posix(), str(error)))
                continue
            with archive:
                for name in archive.namelist():
                    if LEDGER.fullmatch(PurePosixPath(name).name):
                        yield path, name, lambda archive=archive, name=name: archive.read(name)


def verdicts(class_):
    """Rows of claims that somebody has judged: how often each verdict was found, the most frequent first."""
    found = {}
    for learner in class_:
        for content in learner.values():
            for claim, entry in content.get("verdicts", {}).items():
                found.setdefault(claim, Counter())[entry["verdict"]] += 1
    return [[row["id"], row["claim"], row["expected"], _counts(found[row["id"]])]
            for row in data.claims_table() if row["id"] in found]


def predictions(class_):
    """Rows of predictions: what was guessed, what the runs said, and how many of those who guessed were right."""
    rows = []
    for key, entries in sorted(_entries(class_, "predictions").items(), key=lambda item: _order(item[0])):
        entries = [{**entry, **report.in_time(entry)} for entry in entries]
        guessed = [entry for entry in entries if entry.get("guess") is not None]
        judged = [entry for entry in guessed if entry.get("right") is not None]
        rows.append([key, _counts(Counter(str(entry["guess"]) for entry in guessed)) or "none",
                     _counts(Counter(str(entry["actual"]) for entry in entries if "actual" in entry)),
                     f"{sum(entry['right'] for entry in judged)} of {len(judged)}"])
    return rows


def exercises(class_):
    """Rows of exercises: how many learners have them right, wrong so far, or open."""
    found = {key: Counter(states) for key, states in _entries(class_, "exercises").items()}
    return [[key, states["right"], states["wrong"], states["open"]]
            for key, states in sorted(found.items(), key=lambda item: _order(item[0]))]


def machines(class_):
    """Rows of (number of learners, systems, versions and devices as the chapters' first table shows them)."""
    found = Counter()
    for learner in class_:
        seen = {tuple(map(tuple, content.get("run", {}).get("machine", []))) for content in learner.values()}
        found[max(seen, key=len)] += 1
    return [[count, "; ".join(" ".join(row) for row in rows) or "not recorded"] for rows, count in found.most_common()]


def _entries(class_, section):
    """{key: [each learner's entry]} of one section of all ledgers."""
    found = {}
    for learner in class_:
        for content in learner.values():
            for key, entry in content.get(section, {}).items():
                found.setdefault(key, []).append(entry)
    return found


def _order(key):
    """So that 2.10 comes after 2.9."""
    return [int(part) if part.isdigit() else part for part in re.findall(r"\d+|[a-z]+", key)]


def _counts(counter):
    return ", ".join(f"{word} {count}" for word, count in counter.most_common())


def main(arguments):
    """The command line of `python -m helpers.claims`; returns the exit code."""
    if len(arguments) != 2 or arguments[0] != "merge":
        print("usage: python -m helpers.claims merge FOLDER    (a folder or a zip file of ledgers for each learner)",
              file=sys.stderr)
        return 2
    try:
        print(merge(arguments[1]))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
