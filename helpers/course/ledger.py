"""One JSON file a lesson under build/ledger: verdicts, predictions, exercises, and the machine that they come from.

`claims` and `exercises` write it, the run's table and the last chapter read it. A new run of a lesson replaces entry
by entry, so that half a run does not lose what an earlier one had found.
"""
import json
import os
import re

from helpers import ledger_dir

_open = {"lesson": None, "fresh": {}}


def begin(lesson):
    """Make `lesson` ("01", or "12a" where a chapter has several lessons) the one that `put` writes to."""
    if not is_lesson(lesson):
        raise ValueError(f"a lesson is named by two digits such as '01', and a letter where its chapter has several, "
                         f"not {lesson!r}")
    _open.update(lesson=lesson, fresh={})


def is_lesson(name):
    """Whether name is that of a lesson: two digits, and a letter where its chapter has several."""
    return isinstance(name, str) and re.fullmatch(r"\d\d[a-z]?", name) is not None


def lesson():
    """The open lesson. Raises RuntimeError when none was started."""
    if _open["lesson"] is None:
        raise RuntimeError("no lesson is open: run the notebook's first code cell, session.start(...), before this one")
    return _open["lesson"]


def put(section, key, value):
    """Record `value` (plain JSON data) under section and key of the open lesson, on disk at once."""
    content = read(lesson())
    content.setdefault(section, {})[key] = value
    _open["fresh"].setdefault(section, {})[key] = value
    path = path_of(lesson())
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.part")
    half.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(half, path)  # a reader, or a kill, never meets half a file


def fresh(section):
    """What this run itself has recorded in a section, as {key: value}."""
    return dict(_open["fresh"].get(section, {}))


def read(lesson):
    """A lesson's ledger as a dict; empty when the lesson has not been run. Raises ValueError when the file is broken."""
    path = path_of(lesson)
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not readable ({error}). Move it away and run lesson {lesson} again.") from None


def path_of(lesson):
    """Where a lesson's ledger lies."""
    return ledger_dir() / f"{lesson}.json"
