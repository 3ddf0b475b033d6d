"""The start of a chapter: each unusable parameter gets one line that says what to do."""
import os
import subprocess
import sys

import pytest

import family
import pipeline
from helpers import session
from helpers.course import ledger, missing
from helpers.machine import lock


@pytest.mark.parametrize("seed, error, said", [
    ("3", TypeError, "whole number such as 0, not '3'"),
    (1.5, TypeError, "whole number"),
    (True, TypeError, "whole number"),
    (-1, ValueError, "between 0 and 4294967295, not -1"),
    (2**32, ValueError, "between 0 and"),
])
def test_seed(seed, error, said):
    with pytest.raises(error, match=said):
        session.use(seed=seed, device="auto", fast=True)


@pytest.mark.parametrize("device", ["gpu9", "cuda", "", None, 0])
def test_device(device):
    with pytest.raises(ValueError, match="device must be 'auto', 'cpu' or 'gpu'"):
        session.use(seed=0, device=device, fast=True)


def test_fast():
    with pytest.raises(TypeError, match="fast must be True or False, not 1"):
        session.use(seed=0, device="cpu", fast=1)


def child(code, **environment):
    """Run code in a new interpreter without the variables that session sets."""
    clean = {name: value for name, value in os.environ.items() if name not in session.ENVIRONMENT}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=family.LONG,
                          env={**clean, **environment})


def test_start_sets_the_environment_and_keeps_what_the_user_set():
    code = ("from helpers import session; session.start('01'); import os\n"
            "print(*(os.environ[name] for name in session.ENVIRONMENT))")
    assert child(code).stdout.split() == list(session.ENVIRONMENT.values())
    assert child(code, TF_CPP_MIN_LOG_LEVEL="0").stdout.split()[0] == "0"


def test_start_after_a_framework_says_that_it_is_too_late():
    done = child("import torch; from helpers import session; session.start('01')")
    assert "PyTorch was imported before session.start" in done.stderr and "Restart the kernel" in done.stderr


def test_start_twice_in_a_kernel_is_fine():
    done = child("from helpers import session; session.start('01'); import torch; session.start('01'); print('fine')")
    assert done.stdout == "fine\n", done.stderr


def test_tensorflow_loads_in_silence():
    done = child("from helpers import session; session.start('01')\n"
                 "with session.quiet():\n    import tensorflow as tf\n"
                 "tf.constant(1) + 1; print('done')")
    assert done.stdout == "done\n" and done.stderr == ""


def test_quiet_shows_what_was_written_when_the_block_fails():
    done = child("import os; from helpers import session\n"
                 "with session.quiet():\n    os.write(2, b'from C++\\n')\n    raise ValueError('broken')")
    assert "from C++" in done.stderr and "ValueError: broken" in done.stderr
    assert child("import os; from helpers import session\nwith session.quiet():\n    os.write(2, b'noise')").stderr == ""


def test_use_seeds_and_records(build_folder):
    code = ("from helpers import session; session.start('01'); import torch; from helpers import torch_side\n"
            "session.use(seed=5, device='cpu', fast=True); print(torch.initial_seed())")
    done = child(code, SIDE_BY_SIDE_BUILD=str(build_folder))
    assert done.stdout.endswith("\n5\n") and "PyTorch" in done.stdout, done.stderr
    assert ledger.read("01")["run"]["parameters"] == {"seed": 5, "device": "cpu", "fast": True}


def test_not_installed():
    assert missing.not_installed() == []
    assert missing.not_installed(["torch", "no_such_framework"]) == ["no_such_framework"]


def test_two_open_notebooks_of_a_lesson_do_not_take_each_others_folder(build_folder):
    build_folder.mkdir()
    with lock.alone(build_folder / "chapter-10a.lock", 0):  # as another notebook's process holds it
        (build_folder / "chapter-10a").mkdir()
        (build_folder / "chapter-10a" / "served").touch()
        folder = session.fresh_folder("10a")
        (folder / "mine").touch()
        assert folder == build_folder / "chapter-10a-2" == session.fresh_folder("10a") and not (folder / "mine").exists()
        assert (build_folder / "chapter-10a" / "served").exists()
    assert session.fresh_folder("10b") == build_folder / "chapter-10b"


WRITTEN_FOR_THE_LEARNER = {"05e": 'page.table(measured, build_dir() / "05e")'}
"""{lesson: its line with a folder that every run shares}: what the learner prints or hands on has one place."""


@pytest.mark.parametrize("source", pipeline.sources(), ids=pipeline.lesson)
def test_a_lessons_files_lie_in_a_folder_of_its_own_kernel(source):
    lines = [line.strip() for line in source.read_text(encoding="utf-8").splitlines() if "build_dir()" in line]
    assert " ".join(lines) == WRITTEN_FOR_THE_LEARNER.get(pipeline.lesson(source), "")
