"""The ledger of a run: written beside the learner's, whose place it takes only when the run has succeeded."""
import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from helpers.course import ledger


@contextlib.contextmanager
def fresh_ledger(name):
    """Let the kernels of this block write the lesson's ledger to a folder beside the old one's, which stays as it is.

    When the block is through, the new one takes its place and keeps the learner's guesses and answers; when it raises, or
    this process is killed, the old one has not changed.
    """
    old = ledger.path_of(name)
    with tempfile.TemporaryDirectory() as scratch:
        for other in old.parent.glob("*.json"):  # the last lesson reads them
            if other != old:
                shutil.copy(other, scratch)
        with changed_environment("SIDE_BY_SIDE_LEDGER", scratch):
            yield
        new = Path(scratch, old.name)
        if new.exists():
            replace_ledger(old, new)


@contextlib.contextmanager
def changed_environment(name, value):
    """Set an environment variable for the time of the block."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name) if before is None else os.environ.update({name: before})


def replace_ledger(old, new):
    """Put the ledger file `new` in the place of `old`, with what the learner guessed and answered there; a damaged old file
    stays beside it."""
    content = json.loads(new.read_text(encoding="utf-8"))
    old.parent.mkdir(parents=True, exist_ok=True)
    if old.exists():
        try:
            keep_answers(json.loads(old.read_text(encoding="utf-8")), content)
        except (ValueError, AttributeError, TypeError):
            damaged = old.with_name(f"{old.name}.damaged")
            os.replace(old, damaged)
            print(f"{old.name} could not be read: it is now {damaged}", file=sys.stderr)
    half = old.with_name(f"{old.name}.{os.getpid()}.part")
    half.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(half, old)


def keep_answers(old, new):
    """Change the content `new` of a ledger: what the learner guessed and answered in `old` stands where it has nothing."""
    for key, entry in old.get("predictions", {}).items():
        now = new.setdefault("predictions", {}).setdefault(key, entry)
        if entry.get("guess") is not None and now.get("guess") is None:
            now["guess"] = entry["guess"]
            if "actual" in now:
                now["right"] = now["guess"] == now["actual"]
    for key, state in old.get("exercises", {}).items():
        if new.setdefault("exercises", {}).get(key, "open") == "open":
            new["exercises"][key] = state
