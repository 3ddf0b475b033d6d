"""A folder from which laptops install the course without a network: `python tools/wheelhouse.py [FOLDER]`.

    wheels/      every package that requirements.txt and requirements-visdom.txt ask for, as wheels
    fetched/     scripts of the pages, and published models (data/fetched.toml)
    course/      the course itself, as of the last commit
    install.py   what a learner runs: python install.py

Wheels fit one kind of machine: run this once on each kind that the class has (system, processor, Python 3.11, 3.12 or
3.13), and copy the folder to a stick or a share. There is no option for another kind: pip's --platform fetches its wheels,
but takes from the machine on which it runs what depends on the system, and so leaves packages out.
"""
import argparse
import io
import json
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import fetch
from helpers import ROOT, build_dir

BUILD_TOOLS = ["setuptools<81", "wheel"]  # Visdom's build needs pkg_resources; the course itself is installed with these too


def kind():
    """The kind of machine that wheels made here fit, as install.py compares it."""
    return {"python": ".".join(platform.python_version_tuple()[:2]), "system": platform.system(),
            "machine": platform.machine()}


def collect(folder, requirements, extra=()):
    """Put the wheels of requirements files and of single requirements into folder/wheels, building what has none."""
    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--wheel-dir", str(wheels)]
    subprocess.run([*pip, *extra], check=True)
    for name in requirements:
        alone = ["--no-build-isolation"] if "visdom" in Path(name).name else []
        subprocess.run([*pip, *alone, "--find-links", str(wheels), "-r", str(name)], check=True)


def course(folder):
    """Unpack the last commit into folder/course. Raises SystemExit where there is no git or no repository."""
    done = subprocess.run(["git", "archive", "--format=tar", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"git could not give the course's files: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder / "course", filter="data")


def main(arguments=None):
    """Fill the folder; returns it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=build_dir() / "wheelhouse")
    folder = parser.parse_args(arguments).folder
    shutil.rmtree(folder / "course", ignore_errors=True)
    (folder / "wheels").mkdir(parents=True, exist_ok=True)
    course(folder)
    collect(folder, [ROOT / "requirements.txt", ROOT / "requirements-visdom.txt"], BUILD_TOOLS)
    fetch.main(["--keep", str(folder / "fetched")])
    shutil.copy(Path(__file__).parent / "install_offline.py", folder / "install.py")
    (folder / "kind.json").write_text(json.dumps(kind()), encoding="utf-8")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size / 1e9:.1f} GB for {' '.join(kind().values())}. On each laptop: python install.py")
    return folder


if __name__ == "__main__":
    main()
