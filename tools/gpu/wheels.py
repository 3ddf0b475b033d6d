"""A small folder of wheels for tools/gpu/check.py: `python tools/gpu/wheels.py FOLDER`, where there is a network.

They are what the course needs besides the frameworks, in the versions of this environment, for another Python and Linux on
x86-64. The frameworks and NumPy stay as that machine has them, and so does what --has names (a `pip list --format=freeze`).
"""
import argparse
import importlib.metadata
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WANTED = ("papermill", "jupytext", "ipykernel", "ipywidgets", "jinja2", "keras", "matplotlib", "networkx", "packaging",
          "pillow", "psutil", "safetensors", "tqdm", "pooch")
THEIRS = {"torch", "tensorflow", "tensorflow-cpu", "numpy", "jupyterlab-widgets", "widgetsnbextension"}
"""What is not sent: the machine's own frameworks, and what only a browser needs."""
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in (39, 35, 34, 31, 28, 27, 24, 17, 12, 5)] + ["manylinux2014_x86_64"]


def main(argv=None):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default="3.12", help="of the machine with the GPU (default 3.12)")
    parser.add_argument("--has", type=Path, metavar="FILE", help="what is installed there, NAME==VERSION a line")
    args = parser.parse_args(argv)
    theirs = set(THEIRS)
    if args.has:
        lines = args.has.read_text(encoding="utf-8").splitlines()
        theirs |= {canonicalize_name(line.split("==")[0].strip()) for line in lines}
    pins = [f"{name}=={importlib.metadata.version(name)}" for name in sorted(closure(WANTED, theirs))]
    options = [word for platform in PLATFORMS for word in ("--platform", platform)]
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                    "--implementation", "cp", "--python-version", args.python, *options, "--dest", args.folder,
                    *pins], check=True)
    size = sum(file.stat().st_size for file in args.folder.glob("*.whl"))
    print(f"{len(pins)} packages, {size / 1e6:.0f} MB, in {args.folder}")


def closure(names, without):
    """The distributions that these need, they too, in canonical names; `without` and what only they need are left out."""
    found, waiting = set(), [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found or name in without:
            continue
        found.add(name)
        for line in importlib.metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(canonicalize_name(requirement.name))
    return found


if __name__ == "__main__":
    main()
