"""The part of `helpers.doctor` about what the course can do without: Visdom, and scripts for pages in a browser.

Parses on Python 3.7, like the rest.
"""
import shutil

from helpers import ROOT
from helpers.machine.doctor import computer
from helpers.machine.doctor.computer import note, ok

VISDOM = ('Optional. Two commands: python -m pip install "setuptools<81" wheel; then '
          "python -m pip install --no-build-isolation -r requirements-visdom.txt")


def visdom(text=None, version_of=computer.installed):
    """Visdom, in the version that requirements-visdom.txt (`text`) pins."""
    if text is None:
        text = (ROOT / "requirements-visdom.txt").read_text(encoding="utf-8")
    (name, pinned), = computer.pins(text)
    version = version_of(name)
    if version == pinned:
        return ok("Visdom " + version + " (chapter 09)")
    if version:
        return note(f"Visdom {version}; chapter 09 was checked with {pinned}", VISDOM)
    return note(f"no Visdom (requirements-visdom.txt: {pinned}): cells of chapter 09 that need it are NOT MEASURED", VISDOM)


def pages(rows=None, is_there=None, which=shutil.which):
    """What is fetched once, pages' scripts and published models (`rows` of data/fetched.toml)."""
    from helpers.machine import fetched  # needs Python 3.11
    rows = list(fetched.packages().values()) if rows is None else rows
    absent = [row["name"] for row in rows if not (is_there or fetched.is_there)(row)]
    if not absent:
        return ok(f"scripts and models of all {len(rows)} packages that are fetched once (chapters 09, 11, 13)")
    install = "" if which("npm") else " It calls npm and pip: install Node.js first (nodejs.org, or your system's packages)."
    return note(f"{len(absent)} of {len(rows)} packages missing whose scripts or models chapters 09, 11 and 13 need: "
                + ", ".join(absent) + "; what these pages would show is NOT MEASURED",
                "Optional. " + fetched.COMMAND + " fetches them once." + install)


def old_keras(version_of=computer.installed):
    """Keras 2, as the package tf_keras, of TensorFlow's own version."""
    version = version_of("tf-keras")
    if version:
        return ok("tf_keras " + version + " (lesson 5b)")
    wanted = version_of("tensorflow-cpu") or version_of("tensorflow")
    return note("no tf_keras, the old Keras 2: one cell of lesson 5b is NOT MEASURED",
                "Optional. python -m pip install --no-deps tf-keras" + ("==" + wanted if wanted else ""))
