"""A lesson's exercises, answered right and wrong: which cells that needs, and what the checks say to each answer."""
import os
import re

import nbformat

import cells
import pipeline
import slices
from helpers import show

TITLE = re.compile(r"^# %% ([0-9.]+) (right|wrong): (.+)$", re.M)


def corpus(chapter):
    """The answers in a chapter's answers.py, if it has one: {key of an exercise: [(title, cause or None, code)]}.

    Each begins with a title: `# %% 2.1 right: by a series`, or `# %% 2.1 wrong:` and words that the check must say.
    Raises ValueError for a title that is none of these.
    """
    path = pipeline.CHAPTERS / f"ch{chapter}" / "answers.py"
    return read_corpus(path) if path.is_file() else {}


def read_corpus(path):
    """`corpus` of any file."""
    text = path.read_text(encoding="utf-8")
    begins = list(TITLE.finditer(text))
    if len(begins) != len(re.findall(r"^# ?%%", text, re.M)):
        raise ValueError(f"{path.parent.name}/{path.name} has a line `# %%` that is no `KEY right: ...` or `KEY wrong: ...`")
    found = {}
    for begin, end in zip(begins, [*(title.start() for title in begins[1:]), len(text)]):
        key, kind, words = begin.groups()
        found.setdefault(key, []).append((words, words if kind == "wrong" else None, text[begin.end():end].strip("\n")))
    return found


def with_wrong_answers(complete, more):
    """The solved notebook with each further answer, and its check, put behind the exercise's own check cell.

    more: {key of an exercise: [(title, cause or None, code)]}, beside the wrong ones that stand in the lesson.
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
        key = re.search(r'check\("([^"]+)"', cell.source)[1]
        for cause, body in wrong + [(cause, body) for _, cause, body in more.get(key, [])]:
            nb.cells.append(nbformat.v4.new_code_cell(f"{above}\n{body}"))
            nb.cells.append(nbformat.v4.new_code_cell(cell.source))
            expected[len(nb.cells) - 1] = cause
    return nb, expected


def said(source):
    """What the checks of a lesson say to each answer, run in this process: [(answer, cause to be named or None, words)].

    Only the cells that the answers need run, in the folder where a kernel runs.
    """
    os.chdir(pipeline.ROOT / "notebooks")
    nb, expected = with_wrong_answers(pipeline.read(source), corpus(source.parent.name[2:]))
    shown, found, space = [], [], {"__name__": "__main__"}
    show.rich = lambda markup, plain: shown.append(plain)
    for k in slices.needed(nb.cells, {k for index in expected for k in (index - 1, index)}):
        shown.clear()
        cells.execute(nb.cells[k].source, nb.cells[k].source, f"<{source.stem}, cell {k}>", space)
        if k in expected:
            found.append((nb.cells[k - 1].source, expected[k], "\n".join(shown)))
    return found
