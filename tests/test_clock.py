"""What a measured time decides says "by the clock" and is compared by its form; all else is compared word by word.

The rules behind it are tested with planted times: tests/chapters.
"""
import re

import nbval.plugin
import pytest

import pipeline
from helpers import ROOT, claims, data, exercises
from helpers.course import ledger

ROWS = [{"id": "C1", "lesson": "01", "claim": "A graph is faster", "kind": "measured", "once": "no", "expected": "HELD"},
        {"id": "C2", "lesson": "01", "claim": "Both add", "kind": "measured", "once": "no", "expected": "HELD"}]
ROWS = [row | {"in_2024": "yes", "why_2024": ""} for row in ROWS]
PARTS = [{"adds": True, "is fast": False}, {"adds": True, "is fast": True}, {"adds": False, "is fast": False}]


def as_nbval(outputs):
    """What nbval compares: each text of each output, its patterns replaced."""
    patterns = dict(nbval.plugin.get_sanitize_patterns((ROOT / "tests" / "nbval.cfg").read_text(encoding="utf-8")))
    texts = [text for output in outputs for text in output.get("data", {"": output.get("text")}).values()]
    for regex, replacement in patterns.items():
        texts = [re.sub(regex, replacement, text) for text in texts]
    return texts


@pytest.fixture(params=[as_nbval, pipeline.sanitized], ids=["nbval", "pipeline"])
def seen(request):
    """Outputs as one of the two compares them."""
    return request.param


@pytest.fixture(autouse=True)
def lesson(monkeypatch):
    monkeypatch.setattr(data, "claims_table", lambda: ROWS)
    ledger.begin("01")


@pytest.fixture(params=["plain", "html"])
def display(request, shown, capsys):
    """A function: what a call displays, as outputs of a cell, in plain text or in HTML."""
    def outputs(function, *arguments, **named):
        ledger.begin("01")
        exercises.predict("1.1", ..., among=["less than 3 times", "Keras, model.predict(x)", 0.5])
        capsys.readouterr(), shown.clear()
        function(*arguments, **named)
        if not shown:
            return [{"output_type": "stream", "text": capsys.readouterr().out}]
        kind = "text/plain" if request.param == "plain" else "text/html"
        return [{"output_type": "display_data", "data": {kind: str(pair[request.param == "plain"])}} for pair in shown]
    return outputs


def test_a_timed_verdict_is_compared_by_its_form(display, seen):
    verdicts = [seen(display(claims.verdict, "C1", held, f"it took {number} s", timed=True))
                for held, number in ((True, 1.25), (False, 30))]
    assert verdicts[0] == verdicts[1] and "A graph is faster" in str(verdicts[0])
    verdicts = [seen(display(claims.verdict, "C1", held, "seen", timed=True)) for held in PARTS]
    assert verdicts[0] == verdicts[1] == verdicts[2] and "adds: * (timed); is fast: * (timed)" in str(verdicts[0])


def test_only_the_named_parts_of_a_claim_are_left_open(display, seen):
    partly, held, never = (seen(display(claims.verdict, "C1", held, "seen", timed=["is fast"])) for held in PARTS)
    assert partly == held != never and "adds: yes; is fast: * (timed)" in str(held)


@pytest.mark.parametrize("first, second", [
    ((True, "seen"), (False, "seen")), ((PARTS[0], "seen"), (PARTS[1], "seen")), ((True, "seen"), (True, "not seen"))])
def test_a_verdict_that_is_not_timed_is_compared_word_by_word(display, seen, first, second):
    assert seen(display(claims.verdict, "C1", *first)) != seen(display(claims.verdict, "C1", *second))


@pytest.mark.parametrize("other", [{"claim": "C2"}, {"evidence": "seen elsewhere"}, {"timed": False},
                                   {"held": {"adds": True}}])
def test_of_a_timed_verdict_all_else_is_compared(display, seen, other):
    given = {"claim": "C1", "held": True, "evidence": "seen", "timed": True}
    assert seen(display(claims.verdict, **given)) != seen(display(claims.verdict, **(given | other)))


def close(timed, held, also):
    claims.verdict("C1", timed, "it took 2 s", timed=True)
    claims.verdict("C2", also, f"seen, {held}")
    claims.close("01")


def test_the_table_that_closes_a_lesson(display, seen):
    table = [seen(display(close, timed, "", True)[-1:]) for timed in (True, False, PARTS[0])]
    assert table[0] == table[1] == table[2] and "Both add" in str(table[0])
    assert table[0] != seen(display(close, True, "", False)[-1:]), "the other claim's word is compared"
    assert table[0] != seen(display(close, True, "differently", True)[-1:]), "and its evidence"


@pytest.mark.parametrize("word", ledger.VERDICTS)
def test_every_word_that_a_verdict_can_have_is_left_open(word, seen):
    said = seen([{"text": f"C1 {word} (by the clock): A graph is faster"}])
    assert "C1 * (by the clock): A graph is faster" in str(said)


def test_an_outcome_by_the_clock(display, seen):
    among = ["less than 3 times", "Keras, model.predict(x)", 0.5]
    timed = [seen(display(exercises.outcome, "1.1", actual, timed=True)) for actual in among]
    assert timed[0] == timed[1] == timed[2] and "the run says, by the clock, *. You made no prediction" in str(timed[0])
    other = [str(seen(display(exercises.outcome, "1.1", actual))) for actual in among]
    assert len({*other, str(timed[0])}) == 4


@pytest.mark.parametrize("guess, said", [
    ("a", "you predicted a: right, by the clock."), ("b", "you predicted b; the run says, by the clock, a. Not this time")])
def test_a_prediction_is_told_that_the_clock_decided(guess, said, capsys):
    exercises.predict("1.1", guess, among=["a", "b"])
    exercises.outcome("1.1", "a", timed=True)
    assert said in capsys.readouterr().out


def test_a_printed_sentence_by_the_clock(display, seen):
    def sentence(answer, rest="PyTorch measured 12 times"):
        print(f"at least 8 times as fast in both, by the clock: {answer} ({rest})\nand on")
    assert seen(display(sentence, True)) == seen(display(sentence, "no, 7.5 times, it isn't"))
    assert seen(display(sentence, True)) != seen(display(sentence, True, "TensorFlow measured 12 times"))
    assert seen(display(print, "8 times as fast: True")) != seen(display(print, "8 times as fast: False"))
    at_the_end = [seen(display(print, f"by the clock: {answer}\n    and on")) for answer in (1, "ten million in both")]
    assert at_the_end[0] == at_the_end[1] and "and on" in str(at_the_end[0])


def test_the_ledger_knows_what_the_clock_decided():
    claims.verdict("C1", PARTS[0], "seen", timed=["is fast"])
    claims.verdict("C2", True, "seen")
    assert [(entry.timed, entry.parts) for entry in ledger.of("01").ledger.verdicts.values()] == [
        (True, ["adds: yes", "is fast: no (timed)"]), (False, [])]


def test_a_part_that_is_not_there_cannot_be_timed():
    with pytest.raises(ValueError, match=r"C1: timed names \['is slow'\], and the parts are \['adds', 'is fast'\]"):
        claims.verdict("C1", PARTS[0], "seen", timed=["is slow"])
