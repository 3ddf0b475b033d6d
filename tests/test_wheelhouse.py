"""A folder to install from without a network: it fits one kind of machine and says so, and holds the course as committed."""
import re
import subprocess
import sys
import zipfile

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


def wheel(folder, name, requires=""):
    """A wheel without any code."""
    with zipfile.ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}-1.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{requires}")
        archive.writestr(f"{name}-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{name}-1.dist-info/RECORD", "")


def test_pip_still_decides_by_its_own_system_what_another_system_needs(tmp_path):
    """When this fails, give the tool an option for another kind of machine, and take the words on it away."""
    elsewhere, platform = ("linux", "manylinux2014_x86_64") if sys.platform == "win32" else ("win32", "win_amd64")
    wheel(tmp_path, "first", f'Requires-Dist: second; sys_platform == "{elsewhere}"\n')
    wheel(tmp_path, "second")
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-index",
           "--find-links", str(tmp_path), "--dest", str(tmp_path / "stick")]
    done = subprocess.run([*pip, "--platform", platform, "--only-binary", ":all:", "first"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "stick").iterdir()] == ["first-1-py3-none-any.whl"]


def test_the_mail_to_participants_has_the_sizes_of_the_readme():
    readme, guide = (" ".join((ROOT / name).read_text(encoding="utf-8").split()).replace("> ", "")
                     for name in ("README.md", "notebooks/TEACHING.md"))
    size = re.search(r"about [0-9.]+ GB to download and [0-9.]+ GB on disk", readme).group()
    assert size in guide and "PIP_EXTRA_INDEX_URL" in guide


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
