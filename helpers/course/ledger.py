"""One JSON file a lesson under build/ledger: verdicts, predictions, exercises and numbers, each with the run it is from.

    {"version": 1,
     "learner": "3f0c...", "lesson": "01a",    (whose it is: an id drawn at random once, which names nobody; and of what)
     "run": "2026-11-28 21:42:51.123456 UTC, Linux x86_64, process 4711",    (the last `begin`)
     "runs": {a run: {"machine": [["Python", "3.12.1", "Linux x86_64, 2 CPUs"], ...], "parameters": {"seed": 0, ...}}},
     "verdicts": {"C09": {"verdict": "HELD", "expected": "HELD", "claim": ..., "evidence": ..., "parts": [], "timed": false,
                          "run": ...}},
     "predictions": {"P1.1": {"guess": "a", "among": ["a", "b"], "actual": "b", "right": false, "late": false, "run": ...}},
     "exercises": {"1.1": {"state": "right", "run": ...}},
     "numbers": {"memory of a step, PyTorch": {"value": 300.0, "unit": "MB", "lower": null, "upper": null, "run": ...}}}

`session`, `claims` and `exercises` write, with `begin` and `put`. A new run of a lesson replaces entry by entry, so that
half a run does not lose what an earlier one had found. Whoever reads a ledger, one's own or one that somebody handed in,
does so with `load`: it takes nothing on trust, and says in a sentence what it leaves out.
"""
import dataclasses
import datetime
import json
import os
import platform
import re
import reprlib
import uuid
from typing import NamedTuple

from helpers import ledger_dir
from helpers.machine import lock

VERSION = 1
LIMIT = 2_000_000
"""The largest ledger, in bytes: a lesson's is a few thousand."""
LEARNER = "learner.txt"
"""The file beside the ledgers with the id that they carry: a class's page counts a learner once, however often handed in."""
PATIENCE = 10
"""For how many seconds a process waits while another writes."""

VERDICTS = ("HELD", "PARTLY", "NO LONGER", "NEVER", "OPINION", "HISTORY", "NOT MEASURED")
STATES = ("right", "wrong", "open")


# What a ledger holds

class Verdict(NamedTuple):
    """What a run found of a claim of the article."""
    verdict: str         # one of VERDICTS
    expected: str = ""
    claim: str = ""      # what the article says
    evidence: str = ""
    parts: list = []     # "named part: yes", where a claim has several
    timed: bool = False  # a measured time has decided
    run: str = ""


class Prediction(NamedTuple):
    """A guess before an outcome was shown, and the outcome. The options are plain JSON values."""
    guess: object        # None: there is none
    among: list = []
    actual: object = None
    right: bool | None = None
    late: bool = False   # made after the outcome had been shown
    run: str = ""


class Exercise(NamedTuple):
    """How far a learner is with an exercise."""
    state: str           # one of STATES
    run: str = ""


class Number(NamedTuple):
    """Something that a run has measured, from lower to upper where it was measured several times."""
    value: float
    unit: str
    lower: float | None = None
    upper: float | None = None
    run: str = ""


class Run(NamedTuple):
    """Where a run took place: rows (what, version, where), as session.use shows them, and the lesson's parameters."""
    machine: list = []
    parameters: dict = {}


@dataclasses.dataclass
class Ledger:
    """A lesson's ledger. run is that of the last `begin`; version 0 is from before ledgers had versions.

    learner and lesson are "" in a ledger from before ledgers named them.
    """
    version: int = VERSION
    learner: str = ""
    lesson: str = ""
    run: str = ""
    runs: dict[str, Run] = dataclasses.field(default_factory=dict)
    verdicts: dict[str, Verdict] = dataclasses.field(default_factory=dict)
    predictions: dict[str, Prediction] = dataclasses.field(default_factory=dict)
    exercises: dict[str, Exercise] = dataclasses.field(default_factory=dict)
    numbers: dict[str, Number] = dataclasses.field(default_factory=dict)


class Loaded(NamedTuple):
    """What `load` found in a file."""
    ledger: Ledger        # all that fits
    left_out: list[str]   # what does not, a sentence each


SECTIONS = {"verdicts": (Verdict, r"C[0-9]+[a-z]?"), "predictions": (Prediction, r"P?[0-9]+[a-z]?\.[0-9]+"),
            "exercises": (Exercise, r"[0-9]+[a-z]?\.[0-9]+"), "numbers": (Number, r"\S.*"), "runs": (Run, r".*")}
"""{section: what its entries are, what their keys look like}"""


def is_text(value):
    """Whether value is a string."""
    return isinstance(value, str)


def is_finite(value):
    """Whether value is a number that can be drawn and written down."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300  # not so for NaN


def is_row(value):
    """Whether value is a list of three strings."""
    return isinstance(value, list) and len(value) == 3 and all(map(is_text, value))


def is_option(value):
    """Whether value is something that a learner can choose; None is no choice."""
    return value is None or isinstance(value, (str, bool)) or is_finite(value)


FITS = {
    "verdict": lambda value: value in VERDICTS,
    **dict.fromkeys(("expected", "claim", "evidence", "unit", "run"), is_text),
    "parts": lambda value: isinstance(value, list) and all(map(is_text, value)),
    **dict.fromkeys(("guess", "actual"), is_option),
    "among": lambda value: isinstance(value, list) and all(map(is_option, value)),
    "right": lambda value: value is None or isinstance(value, bool),
    **dict.fromkeys(("late", "timed"), lambda value: isinstance(value, bool)),
    "state": lambda value: value in STATES,
    "value": is_finite,
    **dict.fromkeys(("lower", "upper"), lambda value: value is None or is_finite(value)),
    "machine": lambda value: isinstance(value, list) and all(map(is_row, value)),
    "parameters": lambda value: isinstance(value, dict) and all(map(is_option, value.values())),
}
"""{field of an entry: whether a value fits it}"""


HEAD = {"learner": lambda value: is_text(value) and re.fullmatch("[0-9a-f]{32}", value) is not None,
        "lesson": lambda value: is_lesson(value), "run": is_text}
"""{what a ledger says of itself: whether a value fits it}; each may be missing or ""."""


def entry(section, key, value):
    """value, plain JSON data, as an entry of a section. Raises ValueError with what does not fit, as half a sentence."""
    kind, pattern = SECTIONS[section]
    if section == "exercises" and isinstance(value, str):
        value = {"state": value}
    try:
        json.dumps([key, value], allow_nan=False, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (TypeError, ValueError, RecursionError):
        raise ValueError("it holds what plain JSON cannot") from None
    if not (isinstance(key, str) and re.fullmatch(pattern, key)):
        raise ValueError("nothing here is called so")
    if not isinstance(value, dict):
        raise ValueError(f"it is {reprlib.repr(value)}")
    for name in kind._fields:
        if name in value and not FITS[name](value[name]):
            raise ValueError(f"its {name} is {reprlib.repr(value[name])}")
        if name not in value and name not in kind._field_defaults:
            raise ValueError(f"it has no {name}")
    unknown = value.keys() - set(kind._fields)
    if unknown:
        raise ValueError(f"it has a field {reprlib.repr(min(unknown))}")
    return kind(**value)


# Reading

def load(content: bytes) -> Loaded:
    """Read a ledger from the bytes of its file.

    A ledger from before there were versions is read too, and its chapter 13 as 14, which it is now. Raises nothing for
    bytes of any kind.
    """
    try:
        whole = _whole(content)
    except ValueError as error:
        return Loaded(Ledger(), [str(error)])
    found, left_out = Ledger(version=whole.pop("version")), []
    for name, fits in HEAD.items():
        value = whole.pop(name, "")
        if value == "" or fits(value):
            setattr(found, name, value)
        else:
            left_out.append(f"{name} is left out: it is {reprlib.repr(value)}")
    left_out += [f"{reprlib.repr(name)} is left out: no part of a ledger is called so"
                 for name in sorted(whole.keys() - SECTIONS)]
    for section in SECTIONS:
        entries = whole.get(section, {})
        if not isinstance(entries, dict):
            left_out.append(f"{section} is left out: it is {reprlib.repr(entries)}")
            continue
        for key, value in entries.items():
            try:
                getattr(found, section)[key] = entry(section, key, value)
            except ValueError as error:
                left_out.append(f"{section}, {reprlib.repr(key)} is left out: {error}")
    if len(left_out) > 20:
        left_out[20:] = [f"and {len(left_out) - 20} more like these"]
    return Loaded(found, left_out)


def _whole(content):
    """The object that a ledger's bytes hold, in the shape of this version. Raises ValueError in words."""
    if len(content) > LIMIT:
        raise ValueError(f"it is larger than {LIMIT / 1e6:g} MB")
    try:
        whole = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is not text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON ({error})") from None
    if not isinstance(whole, dict):
        raise ValueError(f"it is not a ledger but {reprlib.repr(whole)}")
    if "version" not in whole:
        return _from_before_versions(whole)
    if type(whole["version"]) is not int or whole["version"] != VERSION:
        raise ValueError(f"it is of version {reprlib.repr(whole['version'])}, and this course reads version {VERSION}")
    return whole


def _from_before_versions(whole):
    """A ledger without a version in today's shape: it knew its last run only, and called chapter 14 13."""
    if not whole.keys() & {"run", *SECTIONS}:
        raise ValueError("it is not a ledger of this course")
    for section in ("predictions", "exercises"):
        if isinstance(whole.get(section), dict):
            whole[section] = {re.sub(r"^13\.", "14.", key): value for key, value in whole[section].items()}
    runs = {"": whole.pop("run")} if "run" in whole else {}
    return {**whole, "version": 0, "run": "", "runs": runs}


def load_file(path) -> Loaded:
    """`load` the file at path. One that cannot be read is one that does not fit."""
    try:
        with open(path, "rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        return Loaded(Ledger(), [f"it cannot be read ({error.strerror})"])
    return load(content)


def every() -> dict[str, Loaded]:
    """The ledgers of all lessons that have been begun on this machine, by lesson, in order."""
    paths = [path for path in ledger_dir().glob("*.json") if is_lesson(path.stem)]
    found = {}
    for path in sorted(paths):
        loaded = load_file(path)
        found[lesson_of(path.stem, loaded.ledger)] = loaded
    return found


def lesson_of(name, content):
    """The lesson that a ledger belongs to, from its file's name: 13 was 14 before ledgers had versions."""
    return "14" if name == "13" and content.version == 0 else name


def of(lesson) -> Loaded:
    """The ledger of one lesson of this machine; an empty one where it has not been begun."""
    return every().get(lesson, Loaded(Ledger(), []))


def read(lesson):
    """All that was `put` into a lesson's ledger, as {section: {key: value}}; empty when the lesson has not been begun.

    Raises ValueError with what does not fit.
    """
    content, left_out = of(lesson)
    if left_out:
        raise ValueError(f"{path_of(lesson)}: {'; '.join(left_out)}")
    if content == Ledger():
        return {}
    put = {section: {key: _without_run(value) for key, value in getattr(content, section).items()}
           for section in ("verdicts", "predictions", "numbers")}
    return {"run": content.runs.get(content.run, Run())._asdict(), **put,
            "exercises": {key: exercise.state for key, exercise in content.exercises.items()}}


def _without_run(value):
    return {name: field for name, field in value._asdict().items() if name != "run"}


def earlier(content, found):
    """What readers add to an entry of a ledger: " (from an earlier run)" where it is older than the last `begin`."""
    return "" if found.run == content.run else " (from an earlier run)"


def in_time(prediction):
    """(guess, right) of a prediction as they count: (None, None) when it came after the outcome had been shown."""
    return (None, None) if prediction.late else (prediction.guess, prediction.right)


def number_rows(numbers):
    """Rows (name, number, unit) of {name: Number} for a table."""
    def short(value):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"

    def spread(number):
        return "" if None in (number.lower, number.upper) else f" ({short(number.lower)} to {short(number.upper)})"
    return [(name, short(number.value) + spread(number), number.unit) for name, number in numbers.items()]


# Writing

_open = {"lesson": None, "run": "", "fresh": {}}


def begin(lesson):
    """Make `lesson` ("01", or "12a" where a chapter has several lessons) the one that `put` writes to, in a new run.

    Raises OSError with what to do where the ledger cannot be written, ValueError for another name.
    """
    if not is_lesson(lesson):
        raise ValueError(f"a lesson is named by two digits such as '01', and a letter where its chapter has several, "
                         f"not {lesson!r}")
    now = datetime.datetime.now(datetime.UTC)
    run = f"{now:%Y-%m-%d %H:%M:%S.%f} UTC, {platform.system()} {platform.machine()}, process {os.getpid()}"
    _open.update(lesson=lesson, run=run, fresh={})

    def new_run(content):
        sections = (content.verdicts, content.predictions, content.exercises, content.numbers)
        needed = {found.run for section in sections for found in section.values()}
        content.runs = {name: where for name, where in content.runs.items() if name in needed} | {run: Run()}
        content.run = run
    _change(new_run)


def is_lesson(name):
    """Whether name is that of a lesson: two digits, and a letter where its chapter has several."""
    return isinstance(name, str) and re.fullmatch(r"[0-9][0-9][a-z]?", name) is not None


def lesson():
    """The open lesson. Raises RuntimeError when none was started."""
    if _open["lesson"] is None:
        raise RuntimeError("no lesson is open: run the notebook's first code cell, session.start(...), before this one")
    return _open["lesson"]


def put(section, key, value):
    """Record `value` (plain JSON data) under section and key of the open lesson, on disk at once.

    section: "verdicts", "predictions", "exercises", "numbers", or "run" with key "machine" or "parameters".
    Raises ValueError when value does not fit the section, OSError with what to do where the ledger cannot be written.
    """
    name, run = lesson(), _open["run"]
    try:
        if section == "run":
            new = entry("runs", run, {key: value})
        else:
            new = entry(section, key, {**({"state": value} if section == "exercises" else value), "run": run})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the ledger of lesson {name} has no place for {value!r} in {section}, {key}: {error}") from None

    def add(content):
        content.run = content.run or run
        if section == "run":
            content.runs[run] = content.runs.get(run, Run())._replace(**{key: getattr(new, key)})
        else:
            getattr(content, section)[key] = new
    _change(add)
    _open["fresh"].setdefault(section, {})[key] = value


def number(name, value, unit, lower=None, upper=None):
    """Record a measured number of the open lesson; lower and upper: its spread, where there is one.

    Raises ValueError when one of them is not finite, or value does not lie between lower and upper.
    """
    value, lower, upper = (end if end is None else float(end) for end in (value, lower, upper))  # NumPy's become Python's
    if (lower is not None and lower > value) or (upper is not None and upper < value):
        raise ValueError(f"{name}: {value} does not lie between {lower} and {upper}")
    put("numbers", name, {"value": value, "unit": unit, "lower": lower, "upper": upper})


def fresh(section):
    """What this run itself has recorded in a section, as {key: value}."""
    return dict(_open["fresh"].get(section, {}))


def path_of(lesson):
    """Where a lesson's ledger lies."""
    return ledger_dir() / f"{lesson}.json"


def take_over(name: str, content: Ledger) -> None:
    """Record all that a run wrote elsewhere into the ledger of lesson `name`, as if the run had written it here.

    A guess and an answer of the learner's stay where the run has none. Raises OSError as `begin` does.
    """
    def add(here):
        kept = [key for key, found in content.predictions.items() if found.guess is None and key in here.predictions]
        for section in ("verdicts", "numbers", "runs"):
            getattr(here, section).update(getattr(content, section))
        here.predictions.update({key: found for key, found in content.predictions.items() if key not in kept})
        here.exercises.update({key: found for key, found in content.exercises.items()
                               if found.state != "open" or key not in here.exercises})
        here.run = content.run
    _change(add, name)


def _change(change, name=None):
    """Call change(ledger of a lesson, the open one when None) and save it, while every other process that wants to waits."""
    path = path_of(name or lesson())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with lock.alone(path.parent.with_suffix(".lock"), PATIENCE):
            _make_room(path)
            content = _readable(path)
            change(content)
            content.learner, content.lesson = _learner(path.parent), path.stem
            _save(content, path)
    except TimeoutError as error:
        raise TimeoutError(f"{error}: it writes to a ledger, and is not done. Shut down the other notebooks of this course, "
                           "then run this cell again.") from None
    except OSError as error:
        raise OSError(f"{path.parent} cannot be written ({error.strerror or error}). Make room there, or set the "
                      "environment variable SIDE_BY_SIDE_BUILD to a folder of yours; then start the notebook again."
                      ) from None


def _learner(folder):
    """The id of whoever writes the ledgers of a folder: drawn at random the first time, then kept beside them."""
    path = folder / LEARNER
    known = path.read_text(encoding="utf-8", errors="replace").strip() if path.exists() else ""
    if not HEAD["learner"](known):
        known = uuid.uuid4().hex
        half = path.with_suffix(".part")
        half.write_text(f"{known}\n", encoding="utf-8")
        os.replace(half, path)
    return known


def _make_room(path):
    """Rename a ledger of chapter 13 from before versions, which is lesson 14's, when 13 or 14 is opened."""
    old, new = path_of("13"), path_of("14")
    if path not in (old, new) or not old.exists() or lesson_of("13", load_file(old).ledger) == "13":
        return
    if not new.exists():
        os.replace(old, new)
    elif path == old:
        aside = _aside(old, "was-14")
        os.replace(old, aside)
        print(f"{old.name} was written when this course's chapter 14 was 13; it is kept as {aside.name}.")


def _readable(path):
    """What the file at path holds. Where something does not fit, the file is kept under another name, and that is said."""
    if not path.exists():
        return Ledger()
    content, left_out = load_file(path)
    if left_out:
        aside = _aside(path, "unreadable")
        os.replace(path, aside)
        print(f"{path.name} could not be read, in whole or in part ({'; '.join(left_out)}). The file is kept as "
              f"{aside.name} in the folder {path.parent}; the lesson goes on with all that could be read.")
    return content


def _aside(path, why):
    """A new name for a ledger that cannot stay where it is."""
    return path.with_suffix(f".{why}-{datetime.datetime.now():%Y-%m-%d-%H%M%S-%f}.json")


def _save(content, path):
    """Write a ledger all at once: a reader, or a kill, never meets half a file."""
    whole = {"version": VERSION, **{name: getattr(content, name) for name in HEAD}}
    for section in SECTIONS:
        whole[section] = {key: found._asdict() for key, found in getattr(content, section).items()}
    text = json.dumps(whole, indent=1, ensure_ascii=False).encode()
    if len(text) > LIMIT:
        raise ValueError(f"{path} would become larger than {LIMIT / 1e6:g} MB")
    half = path.with_suffix(".part")
    try:
        half.write_bytes(text)
        lock.patiently(lambda: os.replace(half, path), PermissionError, PATIENCE)  # on Windows while somebody reads path
    finally:
        half.unlink(missing_ok=True)
