"""Every claim that is decided could have been decided otherwise: a planted case turns its verdict to a named other word."""
import inspect
from collections import Counter
from importlib import import_module

import pytest

import cells
import planted
from helpers import claims, data

EXPECTED = {row["id"]: row["expected"] for row in data.claims_table() if row["kind"] in claims.DECIDED}


@pytest.mark.parametrize("case", planted.CASES, ids=lambda case: " ".join(case.words))
def test_a_planted_case_turns_the_verdict(case, monkeypatch):
    monkeypatch.setattr(claims, "number", lambda *given: None)
    places = [folded(case.lesson, place) if place.startswith("# ") else place for place in case.places]
    found = cells.judge(case.lesson, *places, asks=case.asks, **case.planted)
    assert {claim: found[claim] for claim in case.words} == case.words
    assert [claim for claim, word in case.words.items() if word == EXPECTED[claim]] == []


def folded(lesson, caption):
    """The text of the folded cell that begins with this caption."""
    return next(cell.source for cell in cells.read(lesson, cells.pipeline.learner) if cell.source.startswith(caption))


def test_every_decided_claim_has_one_planted_case():
    turned = Counter(claim for case in planted.CASES for claim in case.words)
    turned += Counter(claim for found in planted.ELSEWHERE.values() for claim in found)
    assert sorted(turned) == sorted(EXPECTED.keys() - planted.NEVER_ASKED)
    assert [claim for claim, count in turned.items() if count > 1] == []


@pytest.mark.parametrize("module", planted.ELSEWHERE)
def test_what_is_said_to_be_tested_elsewhere_is(module):
    """By its text: one test of the module names the claim and the word."""
    tests = [inspect.getsource(test) for name, test in vars(import_module(module)).items() if name.startswith("test_")]
    assert [claim for claim, word in planted.ELSEWHERE[module].items()
            if word == EXPECTED[claim] or not any(claim in text and f'"{word}' in text for text in tests)] == []
