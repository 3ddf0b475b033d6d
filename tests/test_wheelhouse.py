"""A folder to install from without a network: it fits one kind of machine and says so, and holds the course as committed."""
import subprocess
import sys

import pytest

import install_offline
import wheelhouse
from helpers import ROOT


def test_wheels_of_this_machine_fit_it():
    assert install_offline.mismatch(wheelhouse.kind()) == ""


@pytest.mark.parametrize("name, value", [("python", "3.99"), ("system", "Plan9"), ("machine", "vax")])
def test_wheels_of_another_kind_are_refused_with_the_reason(name, value):
    said = install_offline.mismatch({**wheelhouse.kind(), name: value})
    assert f"{name} {value} is wanted" in said and "Ask for the folder" in said


def test_the_installer_needs_nothing_but_python(tmp_path):
    """It runs before anything is installed, so it imports the standard library only."""
    path = ROOT / "tools" / "install_offline.py"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({str(path)!r})"],
                          capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the course is not a git checkout here")
def test_the_course_is_unpacked_as_committed(tmp_path):
    wheelhouse.course(tmp_path)
    names = {path.name for path in (tmp_path / "course").iterdir()}
    assert {"notebooks", "helpers", "data", "requirements.txt", "Makefile"} <= names
    assert not {".venv", ".git", "build"} & names


def test_one_small_package_is_collected_as_a_wheel(tmp_path):
    """From a package made on the spot, so that no network is needed."""
    package = tmp_path / "tiny"
    package.mkdir()
    (package / "pyproject.toml").write_text('[project]\nname = "tiny"\nversion = "1"\n'
                                            '[build-system]\nrequires = []\nbuild-backend = "setuptools.build_meta"\n')
    (package / "tiny.py").write_text("x = 1\n")
    wanted = tmp_path / "visdom-like.txt"
    wanted.write_text(f"{package}\n")
    wheelhouse.collect(tmp_path / "stick", [wanted], ["--no-index", "--no-deps", "--no-build-isolation", str(package)])
    assert [path.name for path in (tmp_path / "stick" / "wheels").iterdir()] == ["tiny-1-py3-none-any.whl"]
