"""Verdicts come from what a cell saw; unknown, foreign, repeated and forgotten claims are errors that name them."""
import json

import pytest

from helpers import claims, data, show
from helpers.course import ledger, missing

ROWS = [{"id": "C1", "lesson": "01", "claim": "Both add", "kind": "measured", "once": "no", "expected": "HELD"},
        {"id": "C2", "lesson": "01", "claim": "Static", "kind": "measured", "once": "yes", "expected": "NO LONGER"},
        {"id": "C3", "lesson": "01", "claim": "Nicer", "kind": "opinion", "once": "no", "expected": "OPINION"},
        {"id": "C4", "lesson": "01", "claim": "In 2017", "kind": "history", "once": "yes", "expected": "HISTORY"},
        {"id": "C9", "lesson": "02", "claim": "Elsewhere", "kind": "measured", "once": "no", "expected": "HELD"}]


@pytest.fixture(autouse=True)
def table(monkeypatch):
    monkeypatch.setattr(data, "claims_table", lambda: ROWS)
    ledger.begin("01")


@pytest.mark.parametrize("claim, held, word", [
    ("C1", True, "HELD"), ("C1", False, "NEVER"), ("C2", False, "NO LONGER"), ("C2", True, "HELD"),
    ("C1", {"a": True, "b": True}, "HELD"), ("C1", {"a": True, "b": False}, "PARTLY"),
    ("C2", {"a": False, "b": False}, "NO LONGER"), ("C1", {"a": False}, "NEVER"),
    ("C3", True, "OPINION"), ("C3", False, "NOT MEASURED"),
    ("C4", True, "HISTORY"), ("C4", {"a": True, "b": False}, "NOT MEASURED"),
])
def test_the_word_follows_from_what_was_seen(claim, held, word, capsys):
    claims.verdict(claim, held, "Seen in a cell.")
    out = capsys.readouterr().out
    assert out.startswith(f"{claim} {word}") and "Seen in a cell." in out
    assert ledger.read("01")["verdicts"][claim]["verdict"] == word


def test_an_unexpected_verdict_says_what_was_expected(capsys):
    claims.verdict("C1", False, "seen")
    assert "[expected HELD]" in capsys.readouterr().out
    claims.verdict("C2", False, "seen")
    assert "expected" not in capsys.readouterr().out


def test_parts_are_named(capsys):
    claims.verdict("C1", {"adds": True, "multiplies": False}, "seen")
    assert "(adds: yes; multiplies: no)" in capsys.readouterr().out


@pytest.mark.parametrize("held", [1, "HELD", None, {}, {"a": 1}, []])
def test_held_must_be_bool(held):
    with pytest.raises(TypeError, match="True, False"):
        claims.verdict("C1", held, "seen")


@pytest.mark.parametrize("evidence", ["", "  ", None, 3])
def test_no_verdict_without_evidence(evidence):
    with pytest.raises(ValueError, match="evidence"):
        claims.verdict("C1", True, evidence)
    assert ledger.fresh("verdicts") == {}


def test_unknown_and_foreign_claims():
    with pytest.raises(claims.ClaimError, match="unknown claim 'C77'"):
        claims.verdict("C77", True, "seen")
    with pytest.raises(claims.ClaimError, match="C9 belongs to lesson 02, not to 01"):
        claims.not_measured("C9", "no GPU")


def test_a_second_verdict_from_another_place_is_refused_and_the_same_cell_may_run_again():
    for _ in range(2):
        claims.verdict("C1", True, "seen")
    with pytest.raises(claims.ClaimError, match="C1 already has a verdict"):
        claims.verdict("C1", False, "seen elsewhere")
    assert ledger.read("01")["verdicts"]["C1"]["verdict"] == "HELD"
    ledger.begin("01")
    claims.verdict("C1", False, "a new run")


def test_close_names_each_claim_that_is_open(capsys):
    claims.verdict("C1", True, "seen")
    claims.not_measured("C2", "no compiler")
    with pytest.raises(claims.ClaimError, match="2 of its claims unjudged: C3, C4"):
        claims.close("01")
    claims.verdict("C3", True, "seen")
    claims.verdict("C4", True, "seen")
    capsys.readouterr()
    claims.close("01")
    out = capsys.readouterr().out
    assert all(row["id"] in out for row in ROWS[:4]) and "NOT MEASURED" in out and "C9" not in out


def test_a_verdict_of_an_earlier_run_does_not_close_this_one():
    for row in ROWS[:4]:
        claims.verdict(row["id"], True, "seen")
    ledger.begin("01")
    with pytest.raises(claims.ClaimError, match="4 of its claims unjudged"):
        claims.close("01")


def test_close_with_a_framework_missing_says_not_measured():
    missing.skip_cells_that_need(["torch"])
    try:
        claims.close("01")
    finally:
        missing.skip_cells_that_need([])
    words = {entry["verdict"] for entry in json.loads(ledger.path_of("01").read_text())["verdicts"].values()}
    assert words == {"NOT MEASURED"}


def test_close_of_another_chapter():
    with pytest.raises(claims.ClaimError, match="must name the lesson of session.start"):
        claims.close("02")


def test_a_verdict_is_shown_with_its_word_on_a_color_and_the_same_text_in_plain(shown):
    claims.verdict("C2", False, "Seen in `torch-2.13.0-cp311.whl`.")
    markup, plain = shown[0]
    assert plain == "C2 NO LONGER: Static\n    Seen in `torch-2.13.0-cp311.whl`."
    assert ">NO LONGER</b> C2: Static<br>Seen in <code" in markup and show.COLORS["NO LONGER"] in markup
