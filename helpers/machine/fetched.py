"""Where the scripts lie that pages of the course need, and published models: tools/fetch.py has put them there.

They belong to the Python environment, as packages do, so they lie under `sys.prefix`, and `make clean` leaves them.
"""
import sys
import tomllib
from pathlib import Path

from helpers import ROOT

COMMAND = "python tools/fetch.py"
WITH = {"npm": "npm (it comes with Node.js)", "pypi": "pip"}


def packages():
    """The rows of data/fetched.toml by name: {"onnxruntime-web": {"version": ..., "sha512": ..., "files": [...]}}."""
    with open(ROOT / "data" / "fetched.toml", "rb") as file:
        return {row["name"]: row for row in tomllib.load(file)["package"]}


def source(row):
    """Where the package of a row comes from: "npm" or "pypi"."""
    return row.get("source", "npm")


def home():
    """The folder that holds a folder for every package."""
    return Path(sys.prefix, "share", "side-by-side")


def folder(name):
    """The folder of a package's files, laid out as in the package, for example folder("onnxruntime-web") / "dist".

    Raises KeyError when data/fetched.toml has no such package, and FileNotFoundError, which says how to get the
    files, when they are not there or are those of another version.
    """
    row, found = packages()[name], home() / name
    if not is_there(row):
        raise FileNotFoundError(f"{name} {row['version']} is not there. It is fetched once, with "
                                f"{WITH[source(row)]}: {COMMAND}")
    return found


def is_there(row):
    """Whether the files of a row of `packages` have been unpacked, in this version."""
    stamp = home() / row["name"] / "sha512"
    complete = stamp.is_file() and stamp.read_text(encoding="ascii") == row["sha512"]
    return complete and all((home() / row["name"] / name).is_file() for name in row["files"])
