"""tools/gpu: what is sent, what is installed, how failures are counted, and a rehearsal without TensorFlow on the CPU."""
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import family
from gpu import check, wheels
from helpers import ROOT

GPU = ROOT / "tools" / "gpu"


def script(folder, text):
    """A script of these lines."""
    path = Path(folder, "script.py")
    path.write_text(text, encoding="utf-8")
    return path


def test_the_wheels_are_what_the_course_needs_besides_the_frameworks():
    found = wheels.closure(wheels.WANTED, wheels.THEIRS)
    assert {"jupyter-client", "nbclient", "pyzmq", "ml-dtypes"} <= found  # needed by what is wanted
    assert not found & wheels.THEIRS
    assert not {"tensorboard", "sympy"} & found  # needed by frameworks alone
    assert "nbclient" not in wheels.closure(wheels.WANTED, wheels.THEIRS | {"nbclient"})


def test_what_is_told_of_the_check_is_so():
    told = " ".join((ROOT / "INSTALL.md").read_text(encoding="utf-8").split())
    assert len(check.MEASUREMENTS) == 6 and "and six measurements" in told
    assert check.options([]).seconds == 300 and "within five minutes" in told


def test_only_what_is_lacking_is_installed(tmp_path, monkeypatch):
    commands = []
    monkeypatch.setattr(check.subprocess, "run", lambda command, check: commands.append(command))
    for name in ("numpy-9.9-py3-none-any.whl", "no_such_package-1.0-py3-none-any.whl"):
        (tmp_path / name).touch()
    check.install(tmp_path, tmp_path / "site")
    sent = [Path(word).name for word in commands[0] if str(word).endswith(".whl")]
    assert sent == ["no_such_package-1.0-py3-none-any.whl"]


def test_a_folder_without_wheels_says_how_to_make_it(tmp_path):
    with pytest.raises(SystemExit, match=r"holds no wheels: make it with `python tools/gpu/wheels\.py"):
        check.install(tmp_path, tmp_path / "site")


@pytest.mark.parametrize("text, key, words", [
    ("print('noise')\nprint('{\"a\": 1}')", "a", ""),
    ("raise ValueError('no such layer')", "failure", "ValueError: no such layer"),
    ("import sys; sys.exit(3)", "failure", "exit 3")], ids=["says", "raises", "exits"])
def test_a_script_says_something_or_its_failure_is_kept(tmp_path, text, key, words):
    found = check.child([script(tmp_path, text)], None, time.monotonic() + 60, 60)
    assert found["seconds"] >= 0 and words in str(found[key])


def test_who_finds_no_time_is_not_measured(tmp_path):
    path = script(tmp_path, "print('{}')")
    assert check.child([path], None, time.monotonic() + 1, 60) == {"NOT MEASURED": "no time was left"}


def test_who_takes_too_long_is_ended_with_all_that_it_has_started(tmp_path):
    note = tmp_path / "child.txt"
    path = script(tmp_path, "import pathlib, subprocess, sys, time\n"
                  "sleep = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
                  "child = subprocess.Popen(sleep, start_new_session=True)\n"
                  f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\ntime.sleep(600)")
    found = check.child([path], None, time.monotonic() + 600, 6)
    assert "it was not through after 6 seconds" in found["NOT MEASURED"]
    below = int(note.read_text())
    assert family.has_ended(below)


@pytest.mark.slow
def test_a_rehearsal_on_the_cpu_without_tensorflow(tmp_path):
    """Whatever is not there is NOT MEASURED; the rest runs, and the file says so."""
    out = tmp_path / "gpu.json"
    options = ["--device", "cpu", "--without", "tensorflow", "--seconds", "500", "--workers", "1", "--out", out]
    done = subprocess.run([sys.executable, GPU / "check.py", *options, "05c"], cwd=tmp_path, capture_output=True, text=True,
                          timeout=560)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["device"] == "cpu" and found["machine"]["versions"]["tensorflow"] == "not installed"
    assert found["measured"].keys() == set(check.MEASUREMENTS)
    open_ = {name for name, result in found["measured"].items() if "NOT MEASURED" in result}
    assert open_ == {"tensor_float_32", "handed_over"}
    assert found["measured"]["data_parallel"]["largest difference"] == 0
    assert found["measured"]["fully_sharded"]["largest difference"] < 1e-6
    assert found["measured"]["keras_on_pytorch"]["largest difference"] < 1e-5
    assert found["lessons"].keys() == {"05c"}
    assert 0 < found["lessons"]["05c"]["cells skipped"] < found["lessons"]["05c"]["cells"]
