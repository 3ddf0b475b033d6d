"""How dense a lesson's code is, and how long the lesson takes: measured on its learner's edition. Nothing here enforces.

`python tools/pipeline.py report` prints these figures; the tests hold the stated minutes near the estimated ones.
"""
import ast
import re
from typing import NamedTuple

import numpy as np

COUNTED = (ast.Name, ast.Attribute, ast.Call, ast.BinOp, ast.Subscript, ast.comprehension)
TAUGHT = {"torch", "tf", "exercise", "predict", "taught"}
WORDS_A_MINUTE = 200
SECONDS_A_LINE = 6


class Density(NamedTuple):
    """Figures of some code cells: syntax nodes a cell (median, 90th percentile), characters a line (likewise, longest)."""
    cells: int
    nodes: float
    nodes_90: float
    line: float
    line_90: float
    longest: int


def nodes(source):
    """The syntax nodes of a cell that a reader must decode: names, attributes, calls, arithmetic, indices, comprehensions.

    Lines for the shell or a magic (! and %) count nothing. Raises SyntaxError where the rest is no Python.
    """
    python = re.sub(r"^\s*[%!].*$", "", source, flags=re.M)
    return sum(isinstance(node, COUNTED) for node in ast.walk(ast.parse(python)))


def lines(cell):
    """A cell's lines without the empty ones."""
    return [line for line in cell.source.splitlines() if line.strip()]


def tags(cell):
    """A cell's tags, as a set."""
    return set(cell.metadata.get("tags", []))


def code(nb, folded=False):
    """The visible code cells of a notebook, or the folded ones."""
    return [cell for cell in nb.cells if cell.cell_type == "code" and ("folded" in tags(cell)) == folded]


def density(cells):
    """The Density of code cells; all zero where there are none."""
    counts = [nodes(cell.source) for cell in cells] or [0]
    lengths = [len(line) for cell in cells for line in lines(cell)] or [0]
    return Density(len(cells), *percentiles(counts), *percentiles(lengths), max(lengths))


def percentiles(values):
    """[median, 90th percentile] of numbers."""
    return np.percentile(values, [50, 90]).tolist()


def share_taught(nb):
    """The share of the visible code lines that stand in cells tagged torch, tf, exercise, predict or taught: 0 to 1."""
    cells = code(nb)
    taught = [cell for cell in cells if tags(cell) & TAUGHT]
    return sum(len(lines(cell)) for cell in taught) / max(1, sum(len(lines(cell)) for cell in cells))


def words(markdown):
    """The words of a text, without link targets, table rules and marks."""
    return re.findall(r"[\w’'-]+", re.sub(r"\]\([^)]*\)|<[^>]+>|[|*`#>-]{2,}", " ", markdown))


def exercise_minutes(nb):
    """{key of an exercise: the minutes that its heading `### Exercise 2.1: title (4 minutes)` states, else None}."""
    stated = {}
    for heading in re.findall(r"^### Exercise (.+)$", markdown(nb), re.M):
        minutes = re.search(r"\((?:about )?(\d+) minutes?\)", heading)
        stated[re.match(r"[\w.]+", heading).group().rstrip(".")] = int(minutes.group(1)) if minutes else None
    return stated


def minutes(nb):
    """A lesson's minutes, estimated: its words, its visible lines of code, and its exercises at their stated time.

    nb: the learner's edition (`pipeline.learner`), so that no solution is counted. An exercise that states no time
    counts nothing beyond its text.
    """
    reading = len(words(markdown(nb))) / WORDS_A_MINUTE
    typing = sum(len(lines(cell)) for cell in code(nb)) * SECONDS_A_LINE / 60
    return reading + typing + sum(filter(None, exercise_minutes(nb).values()))


def stated_minutes(nb):
    """The minutes in the box at a lesson's head, `**Minutes**: 30`. None where there are none."""
    found = re.search(r"\*\*Minutes\*\*: (\d+)", markdown(nb))
    return int(found.group(1)) if found else None


def markdown(nb):
    """All markdown cells of a notebook as one text."""
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def report(lessons):
    """Print the figures of lessons, given as (name, learner's edition): what a reader sees, and below it what is folded."""
    print("Taught: the share of visible lines in cells that teach. Minutes: as the box states them, and about what the\n"
          "words, lines and exercises come to. A lesson's second row is of its folded cells.\n")
    print(f"{'':<40}{'syntax nodes a cell':>20}{'characters a line':>25}{'minutes':>25}")
    print(f"{'lesson':<40}{'median':>10}{'90 %':>10}{'median':>9}{'90 %':>7}{'longest':>9}"
          f"{'taught':>9}{'stated':>9}{'about':>7}")
    for name, nb in lessons:
        stated, folded = stated_minutes(nb) or "none", density(code(nb, folded=True))
        print(f"{name:<40}{row(density(code(nb)))}{share_taught(nb):>9.0%}{stated:>9}{minutes(nb):>7.0f}")
        if folded.cells:
            print(f"{f'  folded: {folded.cells} cells':<40}{row(folded)}")


def row(seen):
    """The figures of a Density as a part of a line."""
    return f"{seen.nodes:>10.0f}{seen.nodes_90:>10.0f}{seen.line:>9.0f}{seen.line_90:>7.0f}{seen.longest:>9}"
