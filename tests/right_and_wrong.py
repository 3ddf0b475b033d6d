"""A lesson's exercises, answered right and wrong: which cells that needs, and what the checks say to each answer."""
import os
import re

import nbformat

import cells
import pipeline
import slices
from helpers import show


def with_wrong_answers(complete):
    """The solved notebook with each wrong answer, and its check, put behind the exercise's own check cell.

    Returns (notebook, {index of a check cell: cause that it must name, None where the answer is right}).
    """
    nb, expected = nbformat.v4.new_notebook(metadata=complete.metadata), {}
    solved = pipeline.solved(complete)
    for k, (whole, cell) in enumerate(zip(complete.cells, solved.cells, strict=True)):
        nb.cells.append(cell)
        if "check" not in pipeline.tags(cell):
            continue
        expected[len(nb.cells) - 1] = None
        above, _, wrong = pipeline.parts(complete.cells[k - 1].source)
        assert "exercise" in pipeline.tags(complete.cells[k - 1]), whole.source
        above = re.sub(r"^answer = \.\.\..*\n?", "", above, flags=re.M)
        for cause, body in wrong:
            nb.cells.append(nbformat.v4.new_code_cell(f"{above}\n{body}"))
            nb.cells.append(nbformat.v4.new_code_cell(cell.source))
            expected[len(nb.cells) - 1] = cause
    return nb, expected


def said(source):
    """What the checks of a lesson say to each answer, run in this process: [(answer, cause to be named or None, words)].

    Only the cells that the answers need run, in the folder where a kernel runs.
    """
    os.chdir(pipeline.ROOT / "notebooks")
    nb, expected = with_wrong_answers(pipeline.read(source))
    shown, found, space = [], [], {"__name__": "__main__"}
    show.rich = lambda markup, plain: shown.append(plain)
    for k in slices.needed(nb.cells, {k for index in expected for k in (index - 1, index)}):
        shown.clear()
        cells.execute(nb.cells[k].source, nb.cells[k].source, f"<{source.stem}, cell {k}>", space)
        if k in expected:
            found.append((nb.cells[k - 1].source, expected[k], "\n".join(shown)))
    return found
