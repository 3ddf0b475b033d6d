"""What all ledgers of this machine say together: verdicts, predictions, numbers; and the pages that the last lesson writes.

Nothing here raises because a lesson has not been run: what is missing is a row, with the notebook that fills it.
"""
import base64
import datetime
import os
import re
import urllib.parse
from pathlib import Path
from typing import NamedTuple

import numpy as np

from chapters.ch14 import criteria
from helpers import ROOT, build_dir, claims, data, show
from helpers.course import ledger
from helpers.course.report import table, text, write

CRITERIA = {"training speed": ("07", max), "memory of a step": ("07", min), "lines for two devices": ("08", min),
            "serving speed": ("10", max), "one picture on a phone's runtime": ("11", min),
            "a file of eight bits": ("11", min), "space on disk": ("14", min)}
"""{what is measured: (the chapter that does, which of a framework's ways counts: the one with the most, or the least)}"""

VERDICT_HEADER = ["claim", "the article says", "expected", "verdict here", "once, in 2024, now", "evidence"]

RECORD = {"question": "The question", "decided": "Decided on", "choice": "The choice", "because": "Because",
          "against": "Against it", "unless": "Unless", "again": "Looked at again on"}
"""{entry of a decision record that exercise 14.5 asks for: what the report calls it}, in order."""


class Gap(NamedTuple):
    """A lesson of which something is missing."""
    lesson: str
    what: str
    notebook: str  # what to open and run to fill it


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
    chapter: str
    old: str  # what a reader adds when one of them is from an earlier run, else ""


def lessons():
    """The names of all lessons with claims, in order, such as "02b"."""
    return sorted({row["lesson"] for row in data.claims_table()})


def notebook(lesson):
    """The file of a lesson's notebook, such as "02b_the_life_of_a_record.ipynb"."""
    source, = (ROOT / "notebooks" / "chapters" / f"ch{lesson[:2]}").glob(f"{lesson}_*.py")
    return source.with_suffix(".ipynb").name


def ledgers():
    """({lesson: its Ledger} of all that can be read, [Gap of each lesson of which something is missing])."""
    loaded, claims_table = ledger.every(), data.claims_table()
    found = {lesson: one.ledger for lesson, one in loaded.items() if one.ledger != ledger.Ledger()}
    gaps = [Gap(lesson, f"{lesson}.json in the folder ledger does not fit ({'; '.join(one.left_out)}); a new run keeps it "
                "under another name", notebook(lesson) if lesson in lessons() else "")
            for lesson, one in loaded.items() if one.left_out]
    for lesson in lessons():
        ids = [row["id"] for row in claims_table if row["lesson"] == lesson]
        open_claims = [claim for claim in ids if lesson not in found or claim not in found[lesson].verdicts]
        if lesson not in loaded:
            gaps.append(Gap(lesson, "not run", notebook(lesson)))
        elif open_claims:
            gaps.append(Gap(lesson, f"{len(open_claims)} of {len(ids)} claims not judged", notebook(lesson)))
    return found, sorted(gaps)


def verdicts(found):
    """Rows of all claims of the article, in its order, for a table with VERDICT_HEADER; without a verdict it is ""."""
    rows = []
    for row in data.claims_table():
        word, evidence = _judged(found, row)
        rows.append([row["id"], row["claim"], row["expected"], word, claims.dates(row, word), evidence])
    return rows


def when_printed(rows):
    """A sentence: of the claims that hold in no part here, how many did not hold in March 2024 either. rows: as above."""
    printed = {row["id"]: row["in_2024"] for row in data.claims_table()}
    fallen = [printed[claim] for claim, _, _, word, *_ in rows if word in ("NO LONGER", "NEVER")]
    if not fallen:
        return "No claim is judged NO LONGER or NEVER here yet."
    return (f"Judged NO LONGER or NEVER here: {len(fallen)}. When the article was printed, {fallen.count('no')} of them "
            f"did not hold either, {fallen.count('partly')} held in part, and {fallen.count('yes')} still held.")


def _judged(found, row):
    content = found.get(row["lesson"], ledger.Ledger())
    if row["id"] not in content.verdicts:
        return ["", f"not judged yet: {notebook(row['lesson'])}"]
    entry = content.verdicts[row["id"]]
    return [entry.verdict, entry.evidence + ledger.earlier(content, entry)]


def by_chapter(rows):
    """{chapter: {verdict's word, "" without one: how many claims have it}} of the rows that `verdicts` gives."""
    chapters = {row["id"]: row["lesson"][:2] for row in data.claims_table()}
    counts = {chapter: {} for chapter in sorted(chapters.values())}
    for claim, _, _, word, *_ in rows:
        here = counts[chapters[claim]]
        here[word] = here.get(word, 0) + 1
    return counts


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


def of_chapter(found, chapter):
    """[(name, Number, its lesson's Ledger)] of what the lessons of a chapter have measured; a later lesson's counts."""
    rows = {}
    for lesson in sorted(lesson for lesson in found if lesson[:2] == chapter):
        rows |= {name: (name, number, found[lesson]) for name, number in found[lesson].numbers.items()}
    return list(rows.values())


def numbers(found, chapter):
    """Rows (name, number, unit) of what a chapter has measured, each with a word where it is from an earlier run."""
    measurements = of_chapter(found, chapter)
    rows = ledger.number_rows({name: number for name, number, _ in measurements})
    return [(name, said + ledger.earlier(content, number), unit)
            for (name, said, unit), (_, number, content) in zip(rows, measurements)]


def measured(found):
    """{criterion: Measured} of what the runs have measured on this machine.

    For each framework the best of its ways counts. A criterion that no run has measured, on both sides, is not there.
    """
    rows = {}
    for criterion, (chapter, best) in CRITERIA.items():
        known = of_chapter(found, chapter)
        sides = [[(number, content) for name, number, content in known if name.startswith(f"{criterion}, {side}")]
                 for side in ("PyTorch", "TensorFlow")]
        units = {number.unit for side in sides for number, _ in side}
        if all(sides) and len(units) == 1 and all(number.value > 0 for side in sides for number, _ in side):
            torch, tf = (best(side, key=lambda pair: pair[0].value) for side in sides)
            old = ledger.earlier(torch[1], torch[0]) or ledger.earlier(tf[1], tf[0])
            rows[criterion] = Measured(torch[0].value, tf[0].value, torch[0].unit, chapter, old)
    return rows


def behind_a_click(summary, header, rows):
    """Show a table that may be long: its summary, and the rows when it is clicked; elsewhere the summary alone.

    The name of a lesson's notebook leads to it.
    """
    content = re.sub(r"\b[0-9]{2}[a-z]?_\w+\.ipynb\b", r'<a href="\g<0>">\g<0></a>', str(table(summary, header, rows)))
    show.rich(f"<details><summary>{show.inline(summary)}</summary>{content}</details>",
              f"{summary} (in the report that lesson 14b writes)")


def link(what, path):
    """Show a link to a page that was written: JupyterLab opens it in a tab. Elsewhere print where it lies.

    The link leads from the notebook's folder, for a browser reaches files only through JupyterLab, which has its own root.
    """
    words = f"{show.inline(what)}: {show.inline(path)}"
    if path.drive == Path.cwd().drive:  # else, on Windows, no way leads there
        address = urllib.parse.quote(Path(os.path.relpath(path)).as_posix())
        words = f'{show.inline(what)}: <a href="{address}">{show.inline(path.name)}</a> ({show.inline(path)})'
    show.rich(f"<p>{words}</p>", f"{what}: {path}")


def by_chance(options):
    """How likely 0, 1, 2 ... right answers are for somebody who guesses; options: how many each question has."""
    spread = np.ones(1)
    for number in options:
        spread = np.append(spread, 0) * (1 - 1 / number) + np.append(0, spread) / number
    return spread


def calibration(spread, right, made):
    """A sentence: how many of `made` predictions were right, and how many who guess do as well. spread: P(0, 1, 2 ...)."""
    if not made:
        return "No prediction yet: set guess in the cells that ask, and run the chapters again."
    as_well = spread[right:].sum()
    crowd = f"{100 * as_well:.0f}" if as_well >= 0.01 else "fewer than one"
    return f"{right} of {made} right; of a hundred who guess, {crowd} do as well or better."


# The choice

def show_evidence(evidence, found):
    """Show what is weighed, group by group, with its source; returns what has not been measured yet, as texts.

    evidence: {criterion: lean}. found: {criterion: Measured}, as `measured` gives it.
    """
    rows, unknown = [], []
    for one in criteria.CRITERIA:
        if one.name not in evidence:
            unknown.append(f"{one.name} ({one.source})")
            continue
        told = one.told
        if one.name in found:
            pair = found[one.name]
            told = f"{pair.torch:,.0f} against {pair.tf:,.0f} {pair.unit}{pair.old}"
        rows.append((one.group, one.name, f"{evidence[one.name]:+.2f}", told, one.source))
    show.table(["group", "criterion", "lean", "PyTorch against TensorFlow", "from"], rows, caption="The evidence")
    return unknown


def why(shares, leans):
    """A sentence: whether a framework has most of the random sets of weights, and which groups give it them.

    shares: {answer: its share of the sets}. leans: {group: lean}.
    """
    most, other = sorted(("PyTorch", "TensorFlow"), key=shares.get, reverse=True)
    more = "more" if shares[most] > MOST else "no more"
    return (f"{most} has {shares[most]:.0%} of the sets, {more} than {MOST:.0%}: of {len(leans)} groups "
            f"{_behind(most, leans)}, and {_behind(other, leans)}. For {shares['Keras 3']:.0%} both are close.")


def _behind(framework, leans):
    """How many groups lean to a framework, and which does most."""
    toward = {group: lean if framework == "PyTorch" else -lean for group, lean in leans.items()}
    strongest = max(toward, key=toward.get)
    many = sum(lean > 0 for lean in toward.values())
    return f"{many} lean to {framework}" + (f" (most: {strongest}, {leans[strongest]:+.2f})" if many else "")


MOST = 0.6
"""Up to which share of random weights a framework may be the answer before the lesson says why."""


# The pages

def draft(choice, parts, flips, today):
    """A decision record in dry words. parts: what each group adds to the score; flips: the answer and what would flip it."""
    ahead = max(parts, key=parts.get)    # what pulls most to PyTorch
    behind = min(parts, key=parts.get)   # what pulls most to TensorFlow
    best, worst = (behind, ahead) if choice == "TensorFlow" else (ahead, behind)
    because, against = (f"{group} adds {parts[group]:+.2f} to the score." for group in (best, worst))
    if choice == "Keras 3":
        because = "Neither side is ahead by more than 0.1, or the backend must stay open."
        against = f"{ahead} pulls to PyTorch, {behind} to TensorFlow."
    return {"question": "Which framework for the next project?", "decided": today.isoformat(), "choice": choice,
            "because": because, "against": against, "unless": flips,
            "again": (today + datetime.timedelta(days=182)).isoformat()}


def record(answer, draft):
    """A decision record: the learner's entries where they are text, those of the draft elsewhere."""
    mine = answer if isinstance(answer, dict) else {}
    return {name: mine[name] if isinstance(mine.get(name), str) and mine[name].strip() else draft[name] for name in RECORD}


def decision(entries, weights, leans, unknown):
    """Write a decision record as one page of Markdown, build/decision.md, and return its path.

    entries: as `record` gives them, with context, constraints and exit. weights, leans: {group: number}. unknown: what has
    not been measured, as texts.
    """
    rows = "\n".join(f"| {group} | {weight} | {lean} |" for group, weight, lean in weighed(weights, leans))
    text = PAGE.format(**entries, rows=rows, unknown=", ".join(unknown) or "nothing that was on the list")
    path = build_dir() / "decision.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


PAGE = """# Decision record: {choice}

Decided on {decided}. It is not changed: a new record replaces it.

**Context.** {question} {context}

**Constraints.** {constraints}

**Criteria and weights.** A lean of +1 is PyTorch's, -1 TensorFlow's.

| group | weight | lean |
| --- | --- | --- |
{rows}

Not measured: {unknown}.

**Decision.** {choice}. {because}

**Against it.** {against}

**Unless.** {unless}

**Exit cost.** {exit}

**Date of review.** {again}
"""


def offer(page):
    """Show a link by which a page can be downloaded; elsewhere its path."""
    content = base64.b64encode(page.read_bytes()).decode()
    show.rich(f'<a download="{page.name}" href="data:text/markdown;charset=utf-8;base64,{content}">Download {page.name}</a>',
              f"{page.name} is {page}")


def report(entries, weights, leans, figure):
    """Write all ledgers' findings as one page, build/report.html, and return its path.

    entries: a decision record. weights, leans: {group: number}. figure: HTML of what each group adds.
    """
    found, gaps = ledgers()
    asked = predictions(found)
    made = [row for row in asked if row.guess is not None]
    spread, right = by_chance([len(row.among) for row in made]), sum(bool(row.right) for row in made)
    return write({
        "Your machine": [table("What ran", ["what", "version", "where"], machine(found)),
                         table("Chapter 7's measurements", ["what", "measured", "unit"], numbers(found, "07"))],
        "Your choice": [table("Your decision record", ["what", "you say"],
                              [(question, entries[name]) for name, question in RECORD.items()]), figure,
                        table("Weights and evidence", ["group", "weight", "lean"], weighed(weights, leans))],
        "Your predictions": [
            text(calibration(spread, right, len(made))),
            table("By lesson", ["lesson", "asked", "answered", "right", "by chance"], by_lesson(asked)),
            table("One by one", ["prediction", "you said", "the run said"],
                  [(row.key, row.guess, f"{row.actual}{row.old}") for row in made])],
        "Your verdicts": [text(when_printed(verdicts(found))),
                          table("All claims of the article", VERDICT_HEADER, verdicts(found))],
        "What is missing": [table("Lessons to run", ["lesson", "what", "open and run"], gaps)]})


def weighed(weights, leans):
    """Rows (group, weight, lean) for a page."""
    return [(group, f"{weight:g}", f"{leans[group]:+.2f}") for group, weight in weights.items()]
