"""The commands that the texts tell a reader to type: run as they stand where that is cheap and harmless, else their targets
and options are read by the program that they name. A command of a kind that nobody tries fails the first test.
"""
import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import converters
import editions
import family
import fetch
import layout
import pipeline
import start
import wheelhouse
from conftest import needs
from helpers import ROOT, port

TEXTS = ("README.md", "INSTALL.md", "CONTRIBUTING.md", "data/README.md", "findings/README.md", "notebooks/TEACHING.md",
         "tools/hub/README.md")
PROGRAMS = "make|python|py|cd|conda|pip|git|!git|npm|ruff|bash|sha256sum"
NOT_RUN = {  # and why not
    "conda ": "conda is not here; the file that it is given is read below",
    "git pull": "changes the course", "!git clone ADDRESS": "needs a network; its parts are those of `make lab`",
    "npm install -g": "needs a network", "pip download": "needs a network", "python -m pip index": "needs a network",
    "python data/scripts/alice_model.py": "trains for minutes; lesson 7g reads what it made",
    "python data/scripts/alice.py": "the file that it is given comes by the `pip download` before it",
    "python tools/what_turned.py": "runs three lessons; tests/test_what_turned.py tries what it compares",
    "pip install": "half a command, in a sentence", "bash findings/NAME.sh": "needs a network",
    "python tools/gpu/": "tests/test_gpu_check.py runs them",
    "python tools/pipeline.py verdicts 02a": "tests/test_execution.py does it with lesson 1a",
    "python install.py": "lies in the folder that wheelhouse makes: tests/test_wheelhouse.py"}


def commands(name):
    """The commands in a text: lines of blocks without a language, and code in a line, that begin with a program's name."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = [block for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S) if not language]
    code = [line.partition("  # ")[0].strip() for block in blocks for line in block.splitlines()]
    code += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return [one for one in code if re.match(rf"({PROGRAMS}) ", one)]


COMMANDS = sorted({one for name in TEXTS for one in commands(name)})
MAKE = [one for one in COMMANDS if one.startswith("make ")]
STARTER = [one for one in COMMANDS if re.match(r"(python|py) tools[/\\]start\.py ", one)]
IN_DATA = [one for one in COMMANDS if re.match(r"cd data && |python data/", one) and not one.startswith(tuple(NOT_RUN))]
MODULES = [one for one in COMMANDS if one.startswith("python -m helpers.")]
OTHERS = ["python tools/layout.py --write 02a", "python tools/fetch.py", "python tools/bites.py"]


def test_every_command_is_of_a_kind_that_is_tried():
    tried = {*MAKE, *STARTER, *IN_DATA, *MODULES, *OTHERS}
    assert set(OTHERS) <= set(COMMANDS) and min(map(len, (MAKE, STARTER, IN_DATA, MODULES))) > 1
    assert [one for one in COMMANDS if one not in tried and not one.startswith(tuple(NOT_RUN))] == []
    assert [reason for reason in NOT_RUN if not any(one.startswith(reason) for one in COMMANDS)] == []


class Parsed(Exception):
    """What a program's own reader made of its arguments."""


def read(monkeypatch, main, arguments):
    """The options that a program reads from arguments, without what it does then. SystemExit where it refuses them."""
    def stopping(reader):
        def stop(self, *args, **kwargs):
            raise Parsed(reader(self, *args, **kwargs))
        return stop

    with monkeypatch.context() as patched:
        for name in ("parse_args", "parse_intermixed_args"):
            patched.setattr(argparse.ArgumentParser, name, stopping(getattr(argparse.ArgumentParser, name)))
        with pytest.raises(Parsed) as parsed:
            main(arguments)
    return parsed.value.args[0]


TOOLS = {"pipeline": pipeline.main, "editions": editions.main, "wheelhouse": wheelhouse.main, "converters": converters.main}


def read_by_the_tools(monkeypatch, arguments):
    """What a starter's command would run takes its arguments, and knows the lessons that they name."""
    _, command, more = start.parse(arguments)
    for step in start.steps(command, "PYTHON", more) if command not in ("clean", "ludwig", "help") else []:
        tool = Path(step[1]).stem
        assert step[1].startswith("-") or (ROOT / step[1]).is_file()
        if tool in TOOLS:
            pipeline.sources(getattr(read(monkeypatch, TOOLS[tool], step[2:]), "lessons", []))


@pytest.mark.skipif(os.name == "nt" or not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize("command", MAKE)
def test_make_knows_the_target_and_its_tool_the_options(command, monkeypatch):
    # these tests run inside `make test` too: this make must not think that it is a part of that one, and say so
    outside = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run([*shlex.split(command), "-n"], cwd=ROOT, env=outside, capture_output=True, text=True,
                          timeout=family.LONG)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines(), "nothing would run"
    for line in done.stdout.splitlines():
        _, starter, arguments = line.partition("tools/start.py")
        assert starter, line
        read_by_the_tools(monkeypatch, shlex.split(arguments))


@pytest.mark.parametrize("command", STARTER)
def test_the_starter_knows_the_command(command, monkeypatch):
    read_by_the_tools(monkeypatch, command.replace("\\", "/").split()[2:])


def test_an_unknown_target_lesson_or_option_is_seen(monkeypatch, capsys):
    for arguments in (["fly"], ["run", "77"], ["run", "--sed", "3"], ["check"]):
        with pytest.raises(SystemExit):
            read_by_the_tools(monkeypatch, arguments)


@pytest.fixture
def copy(tmp_path):
    """A copy of data/ beside a folder FOLDER, which holds one tiny wheel and one learner's ledger."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "FOLDER" / "ann").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "FOLDER" / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\nSummary: a wheel\n")
    (tmp_path / "FOLDER" / "ann" / "02a.json").write_text(json.dumps({"predictions": {"P2.1": {"guess": "a"}}}))
    return tmp_path


def typed(command, folder):
    """Type a command in a folder, as in a POSIX shell; `python` is the one that runs the tests."""
    command = re.sub(r"^python ", lambda _: f"{shlex.quote(sys.executable)} ", command)
    return subprocess.run(["bash", "-ec", command], cwd=folder, capture_output=True, text=True, timeout=family.LONG,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "SIDE_BY_SIDE_BUILD": str(folder / "build")})


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell's command")
@pytest.mark.parametrize("command", IN_DATA)
def test_a_command_on_the_data_leaves_them_whole(command, copy):
    if "export_digits" in command:
        needs("sklearn")
    before = (copy / "data" / "SHA256SUMS").read_bytes()
    done = typed(command, copy)
    assert done.returncode == 0, done.stderr
    assert (copy / "data" / "SHA256SUMS").read_bytes() == before
    assert typed("cd data && sha256sum --check SHA256SUMS", copy).returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell's command")
def test_after_a_row_is_mended_the_command_for_the_checksums_mends_its_line_and_no_other(copy):
    mend, = [one for one in IN_DATA if "mv new" in one]
    sums = copy / "data" / "SHA256SUMS"
    before = sums.read_text().splitlines()
    with open(copy / "data" / "claims.csv", "a", encoding="utf-8") as file:
        file.write("C99,99a,a row,,measured,yes,HELD,,\n")
    assert typed("cd data && sha256sum --check SHA256SUMS", copy).returncode != 0
    assert typed(mend, copy).returncode == 0
    assert typed("cd data && sha256sum --check SHA256SUMS", copy).returncode == 0
    after = sums.read_text().splitlines()
    assert [old.split()[1] for old, new in zip(before, after, strict=True) if old != new] == ["claims.csv"]


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell's command")
@pytest.mark.parametrize("command", MODULES)
def test_a_command_of_the_helpers_runs_as_it_stands(command, copy):
    for name in re.findall(r"\w+\.npz", command):
        port.save(port.Activations("", {"dense": np.ones(3)}), copy / name)
    done = typed(command, copy)
    assert done.stdout.strip() and "Traceback" not in done.stderr, done.stderr
    if "merge" in command:
        assert Path(done.stdout.strip()) == copy / "build" / "class.html" and done.returncode == 0


def test_the_layout_tool_writes_the_lesson_that_is_named(monkeypatch):
    """What it writes: test_rules.py."""
    asked = []
    monkeypatch.setattr(layout.subprocess, "run",
                        lambda command: asked.append(command) or subprocess.CompletedProcess(command, 0))
    assert layout.main(OTHERS[0].split()[2:]) == 0
    (command,) = asked
    assert command[-1] == pipeline.sources(["02a"])[0] and "--diff" not in command


def test_the_tool_for_pages_takes_no_argument(monkeypatch):
    assert OTHERS[1].split()[1:] == ["tools/fetch.py"] and (ROOT / OTHERS[1].split()[1]).is_file()
    assert read(monkeypatch, fetch.main, []).source is None


def test_conda_is_given_a_file_that_is_there_and_activates_its_name():
    create, = [one for one in COMMANDS if one.startswith("conda env create")]
    activate, = [one for one in COMMANDS if one.startswith("conda activate")]
    text = (ROOT / create.split()[-1]).read_text(encoding="utf-8")
    assert re.search(r"^name: (.*)$", text, re.M).group(1) == activate.split()[-1]
