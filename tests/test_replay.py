"""What papermill has run is compared by nbval without a second run: what is equal passes, and nothing else does."""
import os
import re
import subprocess
import sys

import nbformat
import pytest

import pipeline
import replay
from helpers import ROOT

pytestmark = pytest.mark.slow
OUTPUTS = [nbformat.v4.new_output("stream", text="1 and 2\n"),
           nbformat.v4.new_output("display_data", {"text/plain": "a table", "text/html": "<b>a table</b>"}),
           nbformat.v4.new_output("execute_result", {"text/plain": "3"}, execution_count=3)]


def verdict(*outputs):
    """A verdict cell with these outputs."""
    return nbformat.v4.new_code_cell("print(1, 'and', 2)", outputs=list(outputs), execution_count=3,
                                     metadata={"tags": ["verdict", pipeline.GOLDEN]})


def error():
    return nbformat.v4.new_output("error", ename="ValueError", evalue="too many", traceback=["ValueError: too many"])


def said(text):
    return nbformat.v4.new_output("stream", text=text)


NOW = {"the same": (verdict(*OUTPUTS), "passed"), "one number": (verdict(said("1 and 3\n"), *OUTPUTS[1:]), "failed"),
       "less": (verdict(*OUTPUTS[:2]), "failed"), "nothing": (verdict(), "failed"), "an error": (verdict(error()), "failed"),
       "a measured time": (verdict(said("took 2 ms\n")), "passed"),
       "another cell": (nbformat.v4.new_code_cell("print(1)", outputs=OUTPUTS), "failed"), "no run": (None, "failed")}
"""{lesson: (its verdict cell as papermill has run it now, None where it has not; what becomes of the comparison)}"""


def test_nbval_finds_what_differs(tmp_path):
    """Each lesson has a cell that papermill has not run, a solution, and nbval does not compare."""
    (tmp_path / "tested").mkdir()
    for name, (now, _) in NOW.items():
        first, solution = (nbformat.v4.new_code_cell(text) for text in (f"session.start({name!r})", "answer = 3"))
        before = verdict(said("took 1 ms\n")) if name == "a measured time" else verdict(*OUTPUTS)
        nbformat.write(nbformat.v4.new_notebook(cells=[first, solution, before]), tmp_path / f"{name}.ipynb")
        if now is not None:
            nbformat.write(nbformat.v4.new_notebook(cells=[first, now]), tmp_path / "tested" / f"{name}.ipynb")
    variables = {**os.environ, **pipeline.FEW_PLUGINS}
    options = ["-vv", "--color=no", "-p", "nbval", "--nbval-lax", "--nbval-sanitize-with", ROOT / "tests" / "nbval.cfg"]
    with replay.kernel(tmp_path / "tested", variables) as kernel:
        command = [sys.executable, "-m", "pytest", *options, "--nbval-kernel-name", kernel]
        command += [f"{name}.ipynb" for name in NOW]
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)
    found = [word.lower() for word in re.findall(r"::Cell 2 (PASSED|FAILED)", done.stdout)]
    assert dict(zip(NOW, found)) == {name: word for name, (_, word) in NOW.items()}, done.stdout[-3000:]
    assert "papermill has executed no notebook that begins with \"session.start('no run')\"" in done.stdout


def test_a_lesson_that_the_tests_have_not_run_as_it_is_today_is_not_compared(monkeypatch, build_folder):
    source, = pipeline.sources(["02a"])
    path = pipeline.tested() / pipeline.targets(source)[0].name
    with pytest.raises(SystemExit, match="02a.*it is not there.*make check LESSON=02a"):
        pipeline.verdicts([source], 1, as_run=True)
    path.parent.mkdir(parents=True)
    edition = pipeline.learner(pipeline.read(source))
    edition.cells[1].source += "\n# an old line"
    pipeline.write(edition, path)
    with pytest.raises(SystemExit, match="02a.*differs from its source"):
        pipeline.verdicts([source], 1, as_run=True)
