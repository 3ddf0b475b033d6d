"""One JSON file a chapter under build/ledger: verdicts, predictions, exercises, and the machine that they come from.

`claims` and `exercises` write it, the run's table and the last chapter read it. A new run of a chapter replaces entry
by entry, so that half a run does not lose what an earlier one had found.
"""
import json
import os
import re

from . import build_dir

_open = {"chapter": None, "fresh": {}}


def begin(chapter):
    """Make `chapter` ("01", or "12a" where a chapter has several notebooks) the one that `put` writes to."""
    if not is_chapter(chapter):
        raise ValueError(f"a chapter is named by two digits such as '01', and a letter where it has parts, not {chapter!r}")
    _open.update(chapter=chapter, fresh={})


def is_chapter(name):
    """Whether name is that of a chapter: two digits, and a letter where it has several notebooks."""
    return isinstance(name, str) and re.fullmatch(r"\d\d[a-z]?", name) is not None


def chapter():
    """The open chapter. Raises RuntimeError when no chapter was started."""
    if _open["chapter"] is None:
        raise RuntimeError("no chapter is open: run the notebook's first code cell, session.start(...), before this one")
    return _open["chapter"]


def put(section, key, value):
    """Record `value` (plain JSON data) under section and key of the open chapter, on disk at once."""
    content = read(chapter())
    content.setdefault(section, {})[key] = value
    _open["fresh"].setdefault(section, {})[key] = value
    path = path_of(chapter())
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.part")
    half.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(half, path)  # a reader, or a kill, never meets half a file


def fresh(section):
    """What this run itself has recorded in a section, as {key: value}."""
    return dict(_open["fresh"].get(section, {}))


def read(chapter):
    """A chapter's ledger as a dict; empty when the chapter has not been run. Raises ValueError when the file is broken."""
    path = path_of(chapter)
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not readable ({error}). Move it away and run chapter {chapter} again.") from None


def path_of(chapter):
    """Where a chapter's ledger lies."""
    return build_dir() / "ledger" / f"{chapter}.json"
