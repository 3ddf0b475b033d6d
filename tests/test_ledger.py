"""The ledger: what is put in comes out with its run, and no file, however odd, ends a lesson or a page."""
import copy
import json
import os
import signal
import subprocess
import sys
import types

import numpy as np
import pytest

import family
from helpers.course import ledger
from helpers.machine import lock

VERDICT = {"verdict": "HELD", "expected": "HELD", "claim": "Both add", "evidence": "Seen.", "parts": ["a: yes"],
           "timed": False}
GUESS = {"guess": "a", "among": ["a", "b"], "actual": "b", "right": False, "late": False}
NUMBER = {"value": 300.0, "unit": "MB", "lower": 290.0, "upper": 310.0}
MACHINE = [["Python", "3.12.1", "Linux"], ["PyTorch", "2.13.0", "CPU"]]
OF_BEFORE = {"run": {"parameters": {"seed": 0}, "machine": MACHINE}, "verdicts": {"C09": VERDICT},  # no "version"
             "predictions": {"1.1": {"guess": 2, "among": [1, 2], "actual": 1, "right": False}, "1.2": {
                 "guess": None, "among": ["a", "b"]}}, "exercises": {"1.1": "right", "1.2": "open"}}


@pytest.fixture
def full(build_folder):
    """The content of a ledger that holds something of everything, as its file does."""
    ledger.begin("01")
    ledger.put("run", "machine", MACHINE)
    ledger.put("run", "parameters", {"seed": 0, "fast": True, "device": "auto"})
    ledger.put("verdicts", "C09", VERDICT)
    ledger.put("predictions", "P1.1", GUESS)
    ledger.put("exercises", "1.1", "right")
    ledger.put("numbers", "memory of a step, PyTorch", NUMBER)
    return json.loads(ledger.path_of("01").read_text(encoding="utf-8"))


def write(lesson, content):
    path = ledger.path_of(lesson)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def loaded(content):
    return ledger.load(json.dumps(content).encode())


# --- what is put in comes out ----------------------------------------------------------------------------------------

def test_what_is_put_in_comes_out(full):
    assert ledger.read("01") == {"run": {"machine": MACHINE, "parameters": {"seed": 0, "fast": True, "device": "auto"}},
                                 "verdicts": {"C09": VERDICT}, "predictions": {"P1.1": GUESS}, "exercises": {"1.1": "right"},
                                 "numbers": {"memory of a step, PyTorch": NUMBER}}
    assert ledger.fresh("exercises") == {"1.1": "right"} and ledger.fresh("verdicts") == {"C09": VERDICT}
    found, left_out = ledger.of("01")
    assert left_out == [] and found.verdicts["C09"] == ledger.Verdict(**VERDICT, run=found.run)
    assert found.exercises["1.1"].run == found.run and found.runs[found.run].machine == MACHINE


def test_a_lesson_with_a_letter_has_a_ledger_of_its_own(build_folder):
    ledger.begin("12a")
    ledger.put("verdicts", "C59", VERDICT)
    assert list(ledger.every()) == ["12a"] and ledger.read("12") == {}


@pytest.mark.parametrize("lesson", ["1", "012", "ab", "12A", "12ab", "../01", "٠١", 1, None])
def test_what_is_no_lesson(lesson):
    with pytest.raises(ValueError, match="named by two digits"):
        ledger.begin(lesson)


def test_no_lesson_is_open(monkeypatch):
    monkeypatch.setitem(ledger._open, "lesson", None)
    with pytest.raises(RuntimeError, match="no lesson is open: run the notebook's first code cell"):
        ledger.put("verdicts", "C09", VERDICT)


@pytest.mark.parametrize("section, key, value, said", [
    ("verdicts", "C09", {**VERDICT, "verdict": "MAYBE"}, "its verdict is 'MAYBE'"), ("verdicts", "C09", 1, "mapping"),
    ("verdicts", "bonus", VERDICT, "called so"), ("exercises", "1.1", "half", "its state is 'half'"),
    ("predictions", "1.1", {"among": [1]}, "it has no guess"), ("predictions", "1.1", {**GUESS, "sure": 1}, "field 'sure'"),
    ("predictions", "1.1", {**GUESS, "among": [{1}]}, "plain JSON"), ("run", "weather", "fine", "weather"),
    ("numbers", "n", {"value": float("nan"), "unit": ""}, "plain JSON"), ("weather", "a", {}, "weather")])
def test_what_has_no_place_is_refused(full, section, key, value, said):
    before = ledger.fresh(section)
    with pytest.raises(ValueError, match="has no place for") as caught:
        ledger.put(section, key, value)
    assert said in str(caught.value)
    assert json.loads(ledger.path_of("01").read_text(encoding="utf-8")) == full and ledger.fresh(section) == before


def test_a_number_with_and_without_a_spread(build_folder):
    ledger.begin("07")
    ledger.number("a", np.float32(1234.5), "scans/s", lower=np.int64(1000), upper=2000)
    ledger.number("b", 3, "lines")
    found = ledger.of("07").ledger.numbers
    assert ledger.number_rows(found) == [("a", "1,234 (1,000 to 2,000)", "scans/s"), ("b", "3", "lines")]
    assert type(found["a"].value) is type(found["b"].value) is float


@pytest.mark.parametrize("numbers", [(1, None, 0.5), (1, 2, None), (1, 2, 0), (float("inf"), None, None)])
def test_numbers_that_are_none(build_folder, numbers):
    ledger.begin("07")
    with pytest.raises(ValueError, match="between|JSON"):
        ledger.number("a", numbers[0], "s", *numbers[1:])
    assert ledger.fresh("numbers") == {}


# --- runs ------------------------------------------------------------------------------------------------------------

def test_what_is_older_than_the_last_begin_says_so_and_keeps_its_machine(full):
    first = full["run"]
    ledger.begin("01")
    ledger.put("run", "machine", MACHINE[:1])  # this time without PyTorch
    ledger.put("verdicts", "C23b", VERDICT)
    found, _ = ledger.of("01")
    assert ledger.fresh("verdicts") == {"C23b": VERDICT} and set(found.verdicts) == {"C09", "C23b"}
    assert ledger.earlier(found, found.verdicts["C09"]) == " (from an earlier run)"
    assert ledger.earlier(found, found.verdicts["C23b"]) == ""
    assert found.verdicts["C09"].run == first and found.runs[first].machine == MACHINE
    assert found.runs[found.run].machine == MACHINE[:1]
    assert "UTC" in first and f"process {os.getpid()}" in first


def test_every_ledger_names_its_lesson_and_its_learner_by_an_id_drawn_once(build_folder, monkeypatch):
    for lesson in ("01", "02a"):
        ledger.begin(lesson)
    first, second = (ledger.of(lesson).ledger for lesson in ("01", "02a"))
    assert first.learner == second.learner and len(first.learner) == 32
    assert (first.lesson, second.lesson) == ("01", "02a")
    monkeypatch.setenv("SIDE_BY_SIDE_BUILD", str(build_folder.parent / "another clone"))
    ledger.begin("01")
    assert ledger.of("01").ledger.learner not in ("", first.learner)


def test_an_id_that_is_damaged_is_drawn_anew_and_ledgers_without_one_get_it(build_folder):
    write("01", {"version": 1, "exercises": {"1.1": {"state": "right"}}})
    (build_folder / "ledger" / "learner.txt").write_bytes(b"\xff\x00 not an id")
    assert ledger.of("01") == ledger.Loaded(ledger.Ledger(exercises={"1.1": ledger.Exercise("right")}), [])
    ledger.begin("01")
    found = ledger.of("01").ledger
    assert len(found.learner) == 32 and found.exercises["1.1"].state == "right"
    assert (build_folder / "ledger" / "learner.txt").read_text(encoding="utf-8").strip() == found.learner


@pytest.mark.parametrize("name, value", [("learner", "ada"), ("learner", 7), ("lesson", "first"), ("run", None)])
def test_what_a_ledger_says_of_itself_may_not_fit(full, name, value):
    found, left_out = loaded({**full, name: value})
    assert left_out == [f"{name} is left out: it is {value!r}"] and getattr(found, name) == "" and found.verdicts


def test_a_run_of_which_nothing_is_left_is_forgotten(build_folder):
    for _ in range(5):
        ledger.begin("01")
        ledger.put("exercises", "1.1", "open")
    assert len(ledger.of("01").ledger.runs) == 2  # this one, and the one before, to which the exercise belonged at `begin`


# --- files of any kind -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("content, said", [
    (b"", "not JSON"), (b"{", "not JSON"), (b'{"verdicts": []', "not JSON"), (b"[" * 100_000, "not JSON"),
    (b"[1]", "not a ledger but [1]"), (b"null", "not a ledger"), (b"{}", "not a ledger of this course"),
    (b'{"name": "side-by-side", "scripts": {}}', "not a ledger of this course"),
    (b'{"run": ' + b"9" * 5000 + b"}", "not JSON"),
    (b'{"version": 2, "verdicts": {}}', "version 2"), (b'{"version": true}', "version True"),
    (b'{"version": "1"}', "version '1'"), (b'{"version": [[[[[[[[1]]]]]]]]}', "of version"),
    (json.dumps(OF_BEFORE).encode("utf-16"), "not text in UTF-8"),
    (json.dumps({"exercises": {}, "run": {"machine": [["Küche", "", ""]]}}, ensure_ascii=False).encode("latin-1"), "UTF-8"),
    (b" " * 2_000_001, "larger than 2 MB")])
def test_a_file_that_is_no_ledger_of_this_version(content, said):
    found, left_out = ledger.load(content)
    assert found == ledger.Ledger() and len(left_out) == 1 and said in left_out[0] and len(left_out[0]) < 200


def test_a_mark_of_the_byte_order_does_no_harm(full):
    assert ledger.load(json.dumps(full).encode("utf-8-sig")) == loaded(full)


@pytest.mark.parametrize("section, key, value, said", [
    ("verdicts", "C09", "HELD", "'HELD'"), ("verdicts", "C09", {}, "no verdict"), ("verdicts", "C09", None, "None"),
    ("verdicts", "C09", {**VERDICT, "verdict": ["HELD"]}, "its verdict is ['HELD']"),
    ("verdicts", "C09", {**VERDICT, "evidence": 3}, "its evidence is 3"),
    ("verdicts", "C09", {**VERDICT, "evidence": "\ud800"}, "plain JSON"),
    ("verdicts", "C09", {**VERDICT, "parts": "all"}, "its parts is 'all'"),
    ("verdicts", "C09", {**VERDICT, "timed": 1}, "its timed is 1"),
    ("verdicts", "C09", {**VERDICT, "run": 7}, "its run is 7"), ("verdicts", "<script>", VERDICT, "called so"),
    ("predictions", "P1.1", {**GUESS, "among": None}, "among"), ("predictions", "P1.1", {**GUESS, "guess": [1]}, "guess"),
    ("predictions", "P1.1", {**GUESS, "right": "yes"}, "right"), ("predictions", "P1.1", {**GUESS, "late": None}, "late"),
    ("predictions", "P1.1", {**GUESS, "actual": float("nan")}, "plain JSON"),
    ("exercises", "1.1", ["right"], "['right']"), ("exercises", "1.x", "right", "called so"),
    ("exercises", "bonus", "right", "called so"), ("exercises", "1.1", {"state": "done"}, "'done'"),
    ("numbers", "memory", {"value": "3", "unit": "MB"}, "its value is '3'"), ("numbers", "memory", {"value": 3}, "no unit"),
    ("numbers", "memory", {**NUMBER, "value": True}, "True"), ("numbers", "memory", {**NUMBER, "value": 1e308}, "value"),
    ("numbers", " ", NUMBER, "called so"), ("runs", "r", None, "None"), ("runs", "r", {"machine": None}, "machine"),
    ("runs", "r", {"machine": [["Python", 3, "Linux"]]}, "machine"), ("runs", "r", {"machine": [["Python"]]}, "machine"),
    ("runs", "r", {"parameters": {"seed": []}}, "parameters")])
def test_an_entry_that_does_not_fit_is_named_and_costs_only_itself(full, section, key, value, said):
    good, _ = loaded(full)
    getattr(good, section).pop(key, None)
    odd = copy.deepcopy(full)
    odd[section][key] = value
    found, left_out = loaded(odd)
    assert found == good
    assert len(left_out) == 1 and left_out[0].startswith(section) and said in left_out[0]


@pytest.mark.parametrize("section", ledger.SECTIONS)
@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_a_section_that_is_none(full, section, value):
    found, left_out = loaded({**full, section: value})
    assert getattr(found, section) == {} and [section in sentence for sentence in left_out] == [True]


def test_what_a_ledger_has_no_part_for(full):
    found, left_out = loaded({**full, "run": ["a"], "grades": {}})
    assert found.run == "" and found.verdicts and len(left_out) == 2 and "'grades'" in left_out[1]


def test_many_faults_are_told_in_few_sentences(full):
    found, left_out = loaded({**full, "exercises": {f"1.{k}": "half" for k in range(500)}})
    assert len(left_out) == 21 and left_out[-1] == "and 480 more like these" and found.verdicts


# --- from before there were versions ---------------------------------------------------------------------------------

def test_a_ledger_from_before_versions_is_read(build_folder):
    write("01", OF_BEFORE)
    found, left_out = ledger.of("01")
    assert left_out == [] and found.version == 0 and found.verdicts["C09"].evidence == "Seen."
    assert found.predictions["1.1"].guess == 2 and found.exercises["1.2"].state == "open"
    assert found.runs[found.run].machine == MACHINE and ledger.earlier(found, found.verdicts["C09"]) == ""


def test_it_goes_on_as_a_ledger_of_this_version(build_folder):
    path = write("01", OF_BEFORE)
    ledger.begin("01")
    ledger.put("exercises", "1.2", "right")
    found, left_out = ledger.load(path.read_bytes())
    assert left_out == [] and found.version == 1 and found.exercises["1.2"].state == "right"
    assert ledger.earlier(found, found.verdicts["C09"]) and found.runs[found.verdicts["C09"].run].machine == MACHINE
    assert sorted(other.name for other in path.parent.iterdir()) == ["01.json", "learner.txt"]


def test_its_chapter_13_is_14(build_folder):
    before = {"predictions": {"13.1": {"guess": 1, "among": [1, 2]}}, "exercises": {"13.2": "right"}}
    write("13", before)
    assert list(ledger.every()) == ["14"] and ledger.read("13") == {}
    assert ledger.read("14")["exercises"] == {"14.2": "right"} and list(ledger.read("14")["predictions"]) == ["14.1"]
    ledger.begin("13")
    ledger.put("exercises", "13.2", "open")
    assert ledger.read("13")["exercises"] == {"13.2": "open"} and ledger.read("14")["exercises"] == {"14.2": "right"}


def test_chapter_14_goes_on_where_13_ended(build_folder):
    write("13", {"exercises": {"13.2": "right"}})
    ledger.begin("14")
    assert ledger.read("14")["exercises"] == {"14.2": "right"}
    assert [path.name for path in (build_folder / "ledger").glob("*.json")] == ["14.json"]


def test_an_old_13_does_not_displace_a_new_14(build_folder, capsys):
    ledger.begin("14")
    ledger.put("exercises", "14.2", "wrong")
    write("13", {"exercises": {"13.2": "right"}})
    assert ledger.read("14")["exercises"] == {"14.2": "wrong"}
    ledger.begin("13")
    (aside,) = (build_folder / "ledger").glob("13.was-14-*.json")
    assert aside.name in capsys.readouterr().out and ledger.load_file(aside).ledger.exercises["14.2"].state == "right"
    assert ledger.read("14")["exercises"] == {"14.2": "wrong"} and ledger.read("13")["exercises"] == {}


def test_a_ledger_of_a_whole_chapter_beside_those_of_its_lessons(build_folder):
    write("02", {"exercises": {"2.1": "right"}})
    ledger.begin("02a")
    ledger.put("exercises", "2.1", "open")
    assert list(ledger.every()) == ["02", "02a"] and ledger.read("02")["exercises"] == {"2.1": "right"}


# --- a learner loses nothing -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("content", [b'{"verdicts": {"C09"', b'{"version": 7}', b'{"name": "x"}', "{}".encode("utf-16")])
@pytest.mark.parametrize("when", ["before the lesson", "during it"])
def test_a_file_that_cannot_be_read_is_kept_and_the_lesson_goes_on(build_folder, capsys, content, when):
    if when == "during it":
        ledger.begin("01")
    path = write("01", content)
    if when == "before the lesson":
        ledger.begin("01")
    ledger.put("exercises", "1.1", "right")
    (aside,) = path.parent.glob("01.unreadable-*.json")
    assert aside.read_bytes() == content
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and aside.name in said and "the lesson goes on" in said
    found, left_out = ledger.of("01")
    assert left_out == [] and found.exercises["1.1"].run == found.run != "" and list(ledger.every()) == ["01"]


def test_of_a_file_with_one_odd_entry_the_rest_goes_on_and_the_whole_is_kept(full, build_folder, capsys):
    path = write("01", {**full, "exercises": {"1.1": "right", "1.2": "half"}})
    whole = path.read_bytes()
    ledger.begin("01")
    (aside,) = path.parent.glob("01.unreadable-*.json")
    assert aside.read_bytes() == whole and "'1.2' is left out: its state is 'half'" in capsys.readouterr().out
    assert ledger.read("01")["exercises"] == {"1.1": "right"} and ledger.read("01")["verdicts"]


def test_reading_what_does_not_fit_says_what(build_folder):
    write("01", b"{")
    with pytest.raises(ValueError, match="01.json: it is not JSON"):
        ledger.read("01")


@pytest.mark.parametrize("break_it", [lambda folder: folder.write_text("a file"),
                                      lambda folder: (folder.mkdir(), (folder / "ledger").write_text("a file"))])
def test_a_folder_that_cannot_be_written(build_folder, break_it):
    break_it(build_folder)
    with pytest.raises(OSError, match="cannot be written .*set the environment variable SIDE_BY_SIDE_BUILD to a folder"):
        ledger.begin("01")


FULL_DISK = """
import resource, sys
from helpers.course import ledger
ledger.begin("01")
ledger.put("exercises", "1.1", "right")
before = ledger.path_of("01").read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # no file grows beyond 100 bytes
try:
    ledger.put("exercises", "1.2", "right")
except OSError as error:
    print(error)
print(ledger.path_of("01").read_bytes() == before, sorted(path.name for path in ledger.path_of("01").parent.iterdir()))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
def test_a_full_disk_costs_nothing_that_was_there(build_folder):
    done = subprocess.run([sys.executable, "-c", FULL_DISK], capture_output=True, text=True, timeout=family.LONG, check=True)
    said, kept = done.stdout.splitlines()
    assert "Make room there, or set the environment variable SIDE_BY_SIDE_BUILD" in said
    assert kept == "True ['01.json', 'learner.txt']"


def test_a_ledger_does_not_outgrow_what_is_read(full):
    with pytest.raises(ValueError, match="larger than 2 MB"):
        ledger.put("verdicts", "C23b", {**VERDICT, "evidence": "x" * ledger.LIMIT})
    assert list(ledger.read("01")["verdicts"]) == ["C09"]


# --- two at once -----------------------------------------------------------------------------------------------------

WRITER = """
import sys
from helpers.course import ledger
ledger.PATIENCE = 600  # on a machine that is busy with other things
ledger.begin("01")
print("ready", flush=True)
sys.stdin.readline()
for k in range(150):
    ledger.number(f"{sys.argv[1]} {k}", k, "")
"""


def test_two_processes_lose_nothing(build_folder):
    both = [subprocess.Popen([sys.executable, "-c", WRITER, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for name in ("one", "two")]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        process.communicate(timeout=family.LONG)
    found, left_out = ledger.of("01")
    assert [process.returncode for process in both] == [0, 0] and left_out == []
    assert set(found.numbers) == {f"{name} {k}" for name in ("one", "two") for k in range(150)}
    assert len({number.run for number in found.numbers.values()}) == 2, "each entry knows its own run"


HOLDER = """
import sys, time
from pathlib import Path
from helpers.machine import lock
with lock.alone(Path(sys.argv[1]), 1):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(build_folder):
    """Another process, which holds the ledgers' lock."""
    build_folder.mkdir()
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(build_folder / "ledger.lock")], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_lock_that_is_not_given_back_is_told_in_a_sentence(holder, monkeypatch):
    monkeypatch.setattr(ledger, "PATIENCE", 0.05)
    with pytest.raises(TimeoutError, match="another process has held .*ledger.lock for 0.05 s.*Shut down the other"):
        ledger.begin("01")


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_lock_ends_with_its_process(holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    ledger.begin("01")
    assert ledger.of("01").ledger.run


def test_a_lock_holds_between_threads_and_is_given_back_after_an_error(tmp_path):
    with pytest.raises(KeyError), lock.alone(tmp_path / "a", 1):
        with pytest.raises(TimeoutError), lock.alone(tmp_path / "a", 0):
            pytest.fail("two hold the lock")
        raise KeyError
    with lock.alone(tmp_path / "a", 0):
        pass


def test_patience_ends(monkeypatch):
    tries, now = [], [0.0]

    def attempt():
        tries.append(now[0])
        raise PermissionError("busy")
    clock = types.SimpleNamespace(monotonic=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + 20))
    monkeypatch.setattr(lock, "time", clock)
    with pytest.raises(PermissionError, match="busy"):
        lock.patiently(attempt, PermissionError, 50)
    assert tries == [0, 20, 40, 60]
    with pytest.raises(KeyError):
        lock.patiently(lambda: {}[0], PermissionError, 60)


# --- light -----------------------------------------------------------------------------------------------------------

def test_reading_ledgers_needs_no_numpy():
    code = "import sys, helpers.course.ledger; print(*sorted({'numpy', 'matplotlib', 'IPython'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=family.LONG, check=True)
    assert done.stdout.split() == []
