"""Environments and packages to experiment on: made in a temporary folder, away from the course's own."""
import sys
import tempfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path

from helpers import process

FOLDERS = []  # kept, so that they last as long as the notebook; each is removed with it


def new_folder() -> Path:
    """A fresh folder, removed when the notebook's Python ends."""
    FOLDERS.append(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
    return Path(FOLDERS[-1].name)


def new_environment() -> Path:
    """Make an empty environment; returns the path of its Python. It holds no package, and no pip."""
    folder = new_folder() / "env"
    on_windows = sys.platform == "win32"
    venv.create(folder, symlinks=not on_windows)  # a copied Python may not find its libraries
    return folder / "Scripts" / "python.exe" if on_windows else folder / "bin" / "python"


def toy_wheel(name: str, content: str) -> Path:
    """Write a wheel of a package `name`, version 1.0, with one file, toy/lib/libtoy.so.9, that holds `content`."""
    path, info = new_folder() / f"{name}-1.0-py3-none-any.whl", f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("toy/lib/libtoy.so.9", content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in [*wheel.namelist(), f"{info}/RECORD"]))
    return path


def pip(python: Path, *words: str | Path) -> str:
    """Let this notebook's pip work for the environment of another Python, without a network; returns what it says."""
    command = [sys.executable, "-m", "pip", "--python", python, *words]
    done = process.command(command, timeout=60, env={"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    return (done.stdout or done.stderr).strip()


def toy_library(python: Path) -> str:
    """What is in the file libtoy.so.9 of an environment; "no file" where there is none."""
    found = list(python.parents[1].rglob("libtoy.so.9"))
    return found[0].read_text() if found else "no file"


def shared_files() -> dict[str, list[str]]:
    """{file: the packages of this environment that both list it, in order} of all files with two owners or more."""
    owners = {}
    for package in metadata.distributions():
        name = package.metadata["Name"]  # read from a file each time: once a package, not once a file
        for file in package.files or []:
            owners.setdefault(str(file), set()).add(name)
    return {file: sorted(names) for file, names in owners.items() if len(names) > 1}


def show_shared_files() -> None:
    """Print how many files of this environment have two owners or more, how many are NVIDIA's, and the first five."""
    shared = shared_files()
    nvidia = sum(file.startswith("nvidia/") for file in shared)
    print(f"{len(shared)} files with two owners or more; of NVIDIA's: {nvidia}")
    for file, names in list(shared.items())[:5]:
        print(file, "belongs to", " and ".join(names))
