"""Every chapter is executed: as a learner opens it, solved, with each wrong answer, and with one framework missing.

That its verdicts say what they said when they were recorded is nbval's part (`make test` runs it after these).
"""
import os
import re

import nbformat
import pytest

import pipeline
import slices
from helpers import data
from helpers.course import ledger

SOURCES = pipeline.sources()
pytestmark = pytest.mark.slow

BLOCKER = """
from importlib.machinery import PathFinder

find = PathFinder.find_spec

def find_spec(name, path=None, target=None):
    return None if name.split(".")[0] == {package!r} else find(name, path, target)

PathFinder.find_spec = find_spec
"""  # what Python does when a package is not there: no finder knows it, so both `import` and `find_spec` say so


@pytest.fixture(params=SOURCES, ids=[source.stem for source in SOURCES])
def source(request):
    return request.param


def printed(cell):
    """All that a cell's outputs say as plain text."""
    return "\n".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def claims_of(source):
    return {row["id"] for row in data.claims_table() if row["lesson"] == pipeline.lesson(source)}


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


def test_right_answers_pass_and_wrong_ones_are_refused_with_their_cause(source):
    """Only what the answers need is run: the whole solved lesson runs where its verdicts are compared."""
    nb, expected = with_wrong_answers(pipeline.read(source))
    kept = slices.needed(nb.cells, {k for index in expected for k in (index - 1, index)})
    place = {k: number for number, k in enumerate(kept)}
    nb.cells = [nb.cells[k] for k in kept]
    done = pipeline.execute(nb)
    for index, cause in expected.items():
        index = place[index]
        said = printed(done.cells[index])
        if cause is None:
            assert "right." in said, f"the solution is refused: {said}"
        else:
            assert "not yet" in said, f"accepted although {cause!r}: {said}\n{done.cells[index - 1].source}"
            assert cause.lower() in said.lower(), f"the message does not name {cause!r}: {said}"


def test_learners_notebook_runs_with_nothing_answered(source):
    verdicts = pipeline.run(source, {})
    assert set(verdicts) == claims_of(source)
    state = ledger.read(pipeline.lesson(source))
    assert set(state["exercises"].values()) == {"open"}
    assert all(entry["guess"] is None and "actual" in entry for entry in state["predictions"].values())


@pytest.mark.parametrize("package, name, other", [("torch", "PyTorch", "tf"), ("tensorflow", "TensorFlow", "torch")])
def test_one_framework_missing(source, package, name, other, tmp_path):
    """The cells that need it are skipped and say so, the other framework's all run, and every claim gets a verdict."""
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(package=package), encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    done = pipeline.execute(pipeline.learner(pipeline.read(source)), {"PYTHONPATH": path})
    said = [(cell, printed(cell)) for cell in done.cells if cell.cell_type == "code"]
    skipped = [cell for cell, text in said if f"skipped: {name} is not installed" in text]
    assert skipped and any(f"{name} is not installed: cells that need it" in text for _, text in said)
    lost = [cell.source for cell in skipped if other in pipeline.tags(cell)]
    assert not lost, f"without {name} {len(lost)} cells of the other framework are skipped, the first:\n{lost[0]}"
    if claims_of(source):
        close = next(cell for cell in done.cells if "claims.close(" in cell.source)
        assert all(re.search(rf"^{claim}\b", printed(close), re.M) for claim in claims_of(source))
