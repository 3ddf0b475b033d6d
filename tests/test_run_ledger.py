"""The ledger of a run takes the old one's place when the run has succeeded, and keeps what the learner put there."""
import json
import os
import subprocess
import sys

import pytest

import family
import run_ledger
from helpers import ROOT, exercises
from helpers.course import ledger


@pytest.fixture
def answered():
    """A ledger of lesson 98 with a guess, its outcome, and two answers, as a learner leaves it. Returns its path."""
    ledger.begin("98")
    exercises.predict("P98.1", "a", among=["a", "b"])
    exercises.outcome("P98.1", "b")
    ledger.put("exercises", "98.1", "right")
    ledger.put("exercises", "98.2", "wrong")
    ledger.put("verdicts", "C09", {"verdict": "HELD"})
    return ledger.path_of("98")


def run_of_98():
    """What a run without answers records, where the environment says."""
    ledger.begin("98")
    exercises.predict("P98.1", ..., among=["a", "b"])
    exercises.outcome("P98.1", "a")
    ledger.put("exercises", "98.1", "open")
    ledger.put("exercises", "98.3", "open")
    ledger.put("verdicts", "C09", {"verdict": "NEVER"})


def test_a_run_that_succeeds_brings_its_verdicts_and_keeps_guesses_and_answers(answered):
    with run_ledger.fresh_ledger("98"):
        run_of_98()
        assert "HELD" in answered.read_text(encoding="utf-8")
    found = ledger.read("98")
    assert found["verdicts"]["C09"]["verdict"] == "NEVER"
    asked = found["predictions"]["P98.1"]
    assert (asked["guess"], asked["actual"], asked["right"]) == ("a", "b", False)
    assert {key: found["exercises"][key] for key in ("98.1", "98.2", "98.3")} == {
        "98.1": "right", "98.2": "wrong", "98.3": "open"}


def test_a_guess_and_an_answer_of_the_run_itself_count(answered):
    with run_ledger.fresh_ledger("98"):
        ledger.begin("98")
        exercises.predict("P98.1", "b", among=["a", "b"])
        ledger.put("exercises", "98.1", "wrong")
    found = ledger.read("98")
    assert found["predictions"]["P98.1"]["guess"] == "b" and found["exercises"]["98.1"] == "wrong"


def test_a_run_that_fails_leaves_the_old_ledger_as_it_was(answered):
    before = answered.read_bytes()
    with pytest.raises(ZeroDivisionError), run_ledger.fresh_ledger("98"):
        run_of_98()
        raise ZeroDivisionError
    assert answered.read_bytes() == before and [path.name for path in answered.parent.glob("*.json")] == ["98.json"]
    assert "SIDE_BY_SIDE_LEDGER" not in os.environ


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_run_that_is_killed_leaves_the_old_ledger_as_it_was(answered):
    before = answered.read_bytes()
    code = ("import os, signal, run_ledger; from helpers.course import ledger\n"
            "with run_ledger.fresh_ledger('98'):\n"
            "    ledger.begin('98'); ledger.put('verdicts', 'C09', {'verdict': 'NEVER'}); print('written', flush=True)\n"
            "    os.kill(os.getpid(), signal.SIGKILL)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=family.LONG,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tools")])})
    assert done.stdout == "written\n" and done.returncode < 0 and answered.read_bytes() == before


def test_a_first_run_that_fails_leaves_none():
    with pytest.raises(ZeroDivisionError), run_ledger.fresh_ledger("98"):
        run_of_98()
        raise ZeroDivisionError
    assert not ledger.path_of("98").exists()


def test_a_run_sees_the_other_lessons_ledgers():
    ledger.begin("97")
    ledger.put("verdicts", "C01", {"verdict": "HELD"})
    with run_ledger.fresh_ledger("98"):
        assert ledger.read("97")["verdicts"]["C01"]["verdict"] == "HELD" and ledger.read("98") == {}


@pytest.mark.parametrize("content", ["{", "[]", '{"predictions": {"P98.1": []}}', '{"exercises": [1]}', "\udcff"])
def test_a_damaged_old_ledger_is_kept_beside_the_new_one(answered, content, capsys):
    damaged = content.encode("utf-8", "surrogateescape")
    answered.write_bytes(damaged)
    with run_ledger.fresh_ledger("98"):
        run_of_98()
    assert ledger.read("98")["verdicts"]["C09"]["verdict"] == "NEVER"
    aside, = answered.parent.glob("98.unreadable-*.json")
    assert aside.read_bytes() == damaged and "98.json could not be read" in capsys.readouterr().out


def test_the_ledger_is_plain_json(answered):
    with run_ledger.fresh_ledger("98"):
        run_of_98()
    assert json.loads(answered.read_text(encoding="utf-8"))["predictions"]
