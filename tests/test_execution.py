"""Every chapter is executed: as a learner opens it, solved, with each wrong answer, and with one framework missing.

That its verdicts say what they said when they were recorded is nbval's part: `make test` lets it compare what is kept here.
"""
import os
import re
import shutil
import sys

import pytest

import batch
import loaded
import pipeline
import right_and_wrong
from gpu.check import BLOCKER
from helpers import build_dir, data
from helpers.course import ledger
from loaded_pool import one_process

SOURCES = pipeline.sources()
TESTED = pipeline.tested()  # before a test's own build folder is set
pytestmark = pytest.mark.slow


@pytest.fixture(params=SOURCES, ids=[source.stem for source in SOURCES])
def source(request):
    return request.param


def printed(cell):
    """All that a cell's outputs say as plain text."""
    return "\n".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def claims_of(source):
    return {row["id"] for row in data.claims_table() if row["lesson"] == pipeline.lesson(source)}


ALONE = {"ch10"}
"""Chapters whose lessons set, in their opening, what a framework takes once in a process's life."""


@pytest.fixture(scope="module")
def pool(request):
    """A process for the lessons of one chapter."""
    with one_process(1 if request.param in ALONE else None) as pool:
        yield pool


@pytest.mark.parametrize("pool, source", [pytest.param(source.parent.name, source, id=source.stem) for source in SOURCES],
                         indirect=["pool"], scope="module")
def test_right_answers_pass_and_wrong_ones_are_refused_with_their_cause(pool, source):
    """A chapter's lessons share a process, in order: frameworks are loaded once, and nothing comes from other chapters.

    Where verdicts are compared, each cell of a lesson runs in a kernel of its own.
    """
    for answer, cause, said in pool.submit(right_and_wrong.said, source).result():
        if cause is None:
            assert ": right." in said, f"the solution is refused: {said}\n{answer}"
        else:
            assert "not yet" in said, f"accepted although {cause!r}: {said}\n{answer}"
            assert cause.lower() in said.lower(), f"the message does not name {cause!r}: {said}\n{answer}"


KERNEL, TOGETHER = 1.5 * 2**30, 3.5 * 2**30
"""Bytes that a lesson's kernel, and it together with all that it starts, may take at their highest: of the 4 GB that the
README asks for, some are left for JupyterLab and a browser."""


@pytest.fixture
def learners_kernel(source, request, monkeypatch):
    """The name of the kernel for a lesson: the first one of a chapter loads all by itself, as on a learner's machine."""
    if pipeline.lesson(source).endswith("a"):
        return "python3"
    kernel, variable = request.getfixturevalue("begun")
    monkeypatch.setenv(*variable)
    return kernel


def test_learners_notebook_runs_with_nothing_answered(source, learners_kernel):
    """And in the memory that the README promises. What its cells said is kept, for nbval to compare."""
    kept = TESTED / pipeline.targets(source)[0].name
    kept.unlink(missing_ok=True)
    cost, verdicts = batch.timed(pipeline.run, source, {}, learners_kernel)
    assert not isinstance(verdicts, Exception), str(verdicts)
    assert set(verdicts) == claims_of(source)
    if sys.platform == "linux":  # where it was measured
        assert cost.kernel <= KERNEL and cost.together <= TOGETHER, f"{cost.kernel / 1e9:.2f}, {cost.together / 1e9:.2f} GB"
    state = ledger.read(pipeline.lesson(source))
    assert set(state["exercises"].values()) == {"open"}
    assert all(entry["guess"] is None and "actual" in entry for entry in state["predictions"].values())
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(build_dir() / "executed" / kept.name, kept)


def test_nbval_runs_a_solved_notebook_by_itself():
    """As one does it in a course's own CI; all others are compared as papermill has run them."""
    assert pipeline.verdicts(pipeline.sources(["01a"]), workers=1) == 0


MISSING = {"torch": ("PyTorch", "tf", "tensorflow"), "tensorflow": ("TensorFlow", "torch", "torch")}
"""{package that is missing: its name, the other framework's tag and package}"""


@pytest.fixture(scope="module", params=MISSING)
def without(request, tmp_path_factory):
    """What is missing by name, the other framework's tag, a kernel without the one and with the other, its variables."""
    name, tag, other = MISSING[request.param]
    folder = tmp_path_factory.mktemp("without")
    (folder / "sitecustomize.py").write_text(BLOCKER.format(package=request.param), encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}  # not this process's own: what later tests start has both frameworks
    modules = [*pipeline.OF_FRAMEWORK[other], "matplotlib.pyplot"]
    with loaded.kernels(modules, environment) as kernel, pytest.MonkeyPatch.context() as patch:
        if "JUPYTER_PATH" in environment:  # where this process, the client, finds the kernel
            patch.setenv("JUPYTER_PATH", environment["JUPYTER_PATH"])
        yield name, tag, kernel, {"PYTHONPATH": path}


def test_one_framework_missing(source, without):
    """The cells that need it are skipped and say so, the other framework's all run, and every claim gets a verdict."""
    name, other, kernel, variables = without
    done = pipeline.execute(pipeline.learner(pipeline.read(source)), variables, kernel)
    said = [(cell, printed(cell)) for cell in done.cells if cell.cell_type == "code"]
    skipped = [cell for cell, text in said if f"skipped: {name} is not installed" in text]
    assert skipped and any(f"{name} is not installed: cells that need it" in text for _, text in said)
    lost = [cell.source for cell in skipped if other in pipeline.tags(cell)]
    assert not lost, f"without {name} {len(lost)} cells of the other framework are skipped, the first:\n{lost[0]}"
    if claims_of(source):
        close = next(cell for cell in done.cells if "claims.close(" in cell.source)
        assert all(re.search(rf"^{claim}\b", printed(close), re.M) for claim in claims_of(source))
