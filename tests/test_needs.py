"""Where a tool is missing: a test is skipped on a learner's machine, fails in CI, and CI tries to install the tool first."""
import os
import re
import subprocess
from pathlib import Path

import pytest

import conftest
import family
from helpers import ROOT
from helpers.machine import fetched

TESTS = ROOT / "tests"
MAY_SKIP = {"conftest.py", "test_ch10.py", "test_fashion.py", "test_speed.py"}
"""Chapter 10's real servers and the full Fashion-MNIST cannot be had everywhere, some servers need POSIX, and a benchmark
needs git."""


@pytest.fixture
def nothing(monkeypatch, tmp_path):
    """No browser, and none of npm's files."""
    monkeypatch.setattr(conftest, "CHROMIUM", None)
    monkeypatch.setattr(fetched, "home", lambda: tmp_path / "nothing")


@pytest.mark.parametrize("tool, cure", [
    ("chromium", "apt-get install chromium"), ("axe-core", "tools/fetch.py"), ("visdoom", "python -m pip install")])
def test_a_missing_tool_skips_a_test_and_in_ci_it_fails_by_name(nothing, tool, cure, monkeypatch):
    monkeypatch.delenv("SIDE_BY_SIDE_CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"{tool} is missing .*{re.escape(cure)}"):
        conftest.needs("pytest", tool)
    monkeypatch.setenv("SIDE_BY_SIDE_CI", "1")
    with pytest.raises(pytest.fail.Exception, match=f"{tool} is missing .*{re.escape(cure)}"):
        conftest.needs("pytest", tool)


@pytest.mark.parametrize("ci", ["", "1"])
def test_a_tool_that_is_there_stops_nothing(ci, monkeypatch):
    monkeypatch.setenv("SIDE_BY_SIDE_CI", ci)
    monkeypatch.setattr(conftest, "CHROMIUM", "/usr/bin/chromium")
    conftest.needs("pytest", "chromium")


def test_no_other_test_decides_by_itself_to_skip():
    for path in TESTS.rglob("*.py"):
        skips = re.findall(r"importorskip\(|pytest\.skip\(", path.read_text(encoding="utf-8"))
        assert not skips or path.name in MAY_SKIP | {Path(__file__).name}, f"{path.name}: use conftest.needs"


@pytest.mark.skipif(os.name != "posix", reason="bash")
@pytest.mark.parametrize("has, tried", [(["npm", "chromium-browser"], []), (["npm"], ["chromium", "chromium"])])
def test_ci_sets_the_variable_and_tries_to_install_twice(tmp_path, has, tried):
    """.ci/run in a folder where nothing but these programs is to be found; its apt-get and its `make` only note the call."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "run").write_text((ROOT / ".ci" / "run").read_text(encoding="utf-8"), encoding="utf-8")
    programs = {"apt-get": 'echo "$@" >> "$NOTES"; [ "$1" = update ]', "make": 'echo "make $1 $SIDE_BY_SIDE_CI" >> "$NOTES"',
                "dirname": 'echo "${1%/*}"', **{name: "true" for name in has}}
    for name, does in programs.items():
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/bash\n{does}\n", encoding="utf-8")
        path.chmod(0o755)
    notes = tmp_path / "notes"
    done = subprocess.run(["/bin/bash", tmp_path / ".ci" / "run"], capture_output=True, text=True, timeout=family.LONG,
                          env={"PATH": str(tmp_path / "bin"), "NOTES": str(notes)})
    said = notes.read_text(encoding="utf-8").splitlines()
    assert done.returncode == 0, done.stderr
    assert [line.split()[-1] for line in said if line.startswith("install")] == tried
    assert said[-2:] == ["make lint 1", "make test 1"]
    assert ("No chromium" in done.stdout) == bool(tried) and "Files from npm are missing" in done.stdout
