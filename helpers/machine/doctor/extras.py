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
    """The scripts from npm that pages of chapters 09 and 11 need in a browser (`rows` of data/browser_files.toml)."""
    from helpers.machine import browser_files  # needs Python 3.11
    rows = list(browser_files.packages().values()) if rows is None else rows
    absent = [row["name"] for row in rows if not (is_there or browser_files.is_there)(row)]
    if not absent:
        return ok(f"the scripts of all {len(rows)} npm packages that pages need (chapters 09 and 11)")
    install = "" if which("npm") else " It calls npm: install Node.js first (nodejs.org, or your system's packages)."
    return note(f"{len(absent)} of {len(rows)} npm packages missing whose scripts pages of chapters 09 and 11 need: "
                + ", ".join(absent) + "; what these pages would show is NOT MEASURED",
                "Optional. " + browser_files.COMMAND + " fetches them once." + install)
