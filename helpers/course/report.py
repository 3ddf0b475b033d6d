"""What all ledgers of this machine say together, and the page that the last chapter writes of it.

Nothing here raises because a chapter has not been run: what is missing is a row, with the command that fills it.
"""
import csv
import html
import re

from helpers import build_dir, data, plots, show
from helpers.course import ledger
from helpers.machine import packages

STYLE = """:root { color-scheme: light dark } body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem;
margin: 2rem auto; padding: 0 1rem } div { overflow-x: auto } table { border-collapse: collapse; margin: 1rem 0 }
caption { text-align: left; font-weight: bold } th, td { text-align: left; vertical-align: top;
padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8888 } img { max-width: 100%; background: white }"""


def chapters():
    """The names of all chapters with claims, in order: "00" to "14"."""
    return sorted({row["lesson"] for row in data.claims_table()})


def command(chapter):
    """What to type to run a chapter."""
    return f"python tools/pipeline.py run {chapter}"


def ledgers():
    """({chapter: ledger} of all that can be read, [(chapter, what is missing, the command that fills it)])."""
    found, gaps = {}, []
    table = data.claims_table()
    for chapter in chapters():
        claims = [row["id"] for row in table if row["lesson"] == chapter]
        try:
            content = ledger.read(chapter)
            judged = [claim for claim in claims if claim in content.get("verdicts", {})]
        except (ValueError, AttributeError):
            gaps.append((chapter, f"the ledger cannot be read: delete {chapter}.json in the folder ledger, then run",
                         command(chapter)))
            continue
        if content:
            found[chapter] = content
        if len(judged) < len(claims):
            gaps.append((chapter, f"{len(claims) - len(judged)} of {len(claims)} claims not judged" if content
                         else "not run", command(chapter)))
    return found, gaps


def verdicts(found):
    """Rows of all claims of the article, in its order: id, claim, expected, the verdict here ("" without one), evidence."""
    return [[row["id"], row["claim"], row["expected"], *_judged(found, row)] for row in data.claims_table()]


def _judged(found, row):
    entry = found.get(row["lesson"], {}).get("verdicts", {}).get(row["id"])
    return [entry["verdict"], entry["evidence"]] if entry else ["", f"not judged yet: {command(row['lesson'])}"]


def predictions(found):
    """Dicts (chapter, key, among, guess, actual, right) of all predictions whose outcome a run has shown.

    guess and right are None where the learner made none, or made it after the outcome was shown.
    """
    return [{"chapter": chapter, "key": key, **{name: entry.get(name) for name in ("among", "actual")}, **in_time(entry)}
            for chapter, content in found.items() for key, entry in sorted(content.get("predictions", {}).items())
            if entry.get("actual") is not None and entry.get("among")]


def in_time(entry):
    """The guess of a prediction's entry and whether it was right; None for both where it came after the outcome."""
    return {name: None if entry.get("late") else entry.get(name) for name in ("guess", "right")}


def by_chapter(asked):
    """Rows (chapter, asked, answered, right, right on average by guessing) of what `predictions` gives."""
    rows = []
    for chapter in sorted({row["chapter"] for row in asked}):
        here = [row for row in asked if row["chapter"] == chapter]
        made = [row for row in here if row["guess"] is not None]
        rows.append((chapter, len(here), len(made), sum(bool(row["right"]) for row in made),
                     f"{sum(1 / len(row['among']) for row in made):.1f}"))
    return rows


def bars(parts, title):
    """A figure of what each criterion adds to a score: parts as {criterion: part}, to PyTorch above 0, hatched below."""
    fig, ax = plots.figure(width=8, height=0.6 + 0.32 * len(parts))
    for name, part in sorted(parts.items(), key=lambda item: item[1]):
        ax.barh(name, part, color=(plots.TORCH if part > 0 else plots.TF)["color"], hatch="" if part > 0 else "//")
    ax.axvline(0, color=plots.GRAY)
    ax.set(xlabel="adds to the score: to TensorFlow (hatched) | to PyTorch", title=title)
    return fig


def machine(found):
    """Rows (what, version, where it runs) of the machine, from the newest chapter that recorded it."""
    seen = [content["run"]["machine"] for content in found.values() if content.get("run", {}).get("machine")]
    return seen[-1] if seen else []


def speeds():
    """Rows (what, how, measured, unit) of the table "your machine" that chapter 7 saves; empty where it was not run."""
    path = build_dir() / "chapter-07" / "your-machine.csv"
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return [row for row in csv.reader(file) if len(row) == 4][1:]


def measured(found):
    """{criterion: (PyTorch's number, TensorFlow's, unit, chapter)} of what the runs have measured on this machine.

    For each framework the best of its ways counts. A criterion that no run has measured, on both sides, is not there.
    """
    table = {what: {how: float(value.replace(",", "")) for kind, how, value, _ in speeds()
                    if kind == what and re.fullmatch(r"[\d,.]+", value)} for what in ("training", "memory")}
    asked = {"training speed": (table["training"], max, "scans/s", "07"),
             "memory of a step": (table["memory"], min, "MB", "07"),
             "lines for two devices": (_numbers(found, "08", "C33", r"((?:PyTorch|TensorFlow), [^,;:]+?) (\d+)"), min,
                                       "lines", "08"),
             "serving speed": (_numbers(found, "10", "C44b", r"((?:PyTorch|TensorFlow)[^:;]*?) measured ([\d,]+)"), max,
                               "scans/s", "10")}
    sizes = packages.megabytes("torch"), packages.megabytes("tensorflow")
    rows = {"space on disk": (*sizes, "MB", "14")} if all(sizes) else {}
    for name, (numbers, best, unit, chapter) in asked.items():
        sides = [[value for how, value in numbers.items() if how.startswith(side)] for side in ("PyTorch", "TensorFlow")]
        if all(sides) and all(value > 0 for values in sides for value in values):
            rows[name] = (*map(best, sides), unit, chapter)
    return rows


def _numbers(found, chapter, claim, pattern):
    """{name: number} read off the evidence of a verdict."""
    evidence = found.get(chapter, {}).get("verdicts", {}).get(claim, {}).get("evidence", "")
    return {name: float(number.replace(",", "")) for name, number in re.findall(pattern, evidence)}


def table(caption, header, rows):
    """A table for the page, as HTML; the cells are turned into text."""
    head = "".join(f'<th scope="col">{show.inline(str(cell))}</th>' for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{show.inline(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return (f'<div role="region" tabindex="0" aria-label="{html.escape(caption)}"><table><caption>{show.inline(caption)}'
            f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")


def text(sentence):
    """A paragraph for the page, as HTML."""
    return f"<p>{show.inline(sentence)}</p>"


def write(sections, target=None, title="Your report"):
    """Write a page and return its path: build/report.html when target is left out.

    sections: {heading: list of HTML made by `table`, `text` or `plots.markup`}. The page holds all that it shows and loads
    nothing, which its own policy enforces; it can be kept, mailed or printed.
    """
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    body = "".join(f"<section><h2>{html.escape(heading)}</h2>{''.join(blocks)}</section>"
                   for heading, blocks in sections.items())
    target, title = target or build_dir() / "report.html", html.escape(title)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · Side by Side</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>\n", encoding="utf-8")
    return target
