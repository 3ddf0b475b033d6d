"""data/claims.csv: every claim of the article, each once, in one chapter, with a verdict that can be checked."""
import copy
import re

import pytest

import pipeline
from helpers import data

SINGLE = set(range(1, 84)) - {31, 38, 39}  # these three exist in lettered parts only
IDS = sorted(
    {f"C{number:02d}" for number in SINGLE}
    | {"C22b", "C23b", "C23c", "C30b", "C31a", "C31b", "C44b"}
    | {f"C38{letter}" for letter in "abcde"}
    | {f"C39{letter}" for letter in "abc"}
)
EXPECTED = {
    "measured": {"HELD", "PARTLY", "NO LONGER", "NEVER"},
    "opinion": {"OPINION"},
    "history": {"HISTORY"},
}
LESSONS = {pipeline.lesson(source) for source in pipeline.sources()}
CHAPTERS = {lesson[:2] for lesson in LESSONS}


def problems(rows):
    """What is wrong with the table, one line a finding. Empty when it is right."""
    found = []
    ids = [row["id"] for row in rows]
    found += [f"{id}: twice" for id in sorted(set(ids)) if ids.count(id) > 1]
    found += [f"{id}: missing" for id in sorted(set(IDS) - set(ids))]
    found += [f"{id}: not a claim of the article" for id in sorted(set(ids) - set(IDS))]
    found += [] if ids == sorted(ids) else ["the rows are not in the article's order"]
    found += [f"chapter {chapter}: no claim" for chapter in sorted(CHAPTERS - {row["lesson"][:2] for row in rows})]
    for row in rows:
        found += [f"{row['id']}: {problem}" for problem in row_problems(row)]
    return found


def row_problems(row):
    """What is wrong with one row, one line a finding."""
    found = []
    if None in row or None in row.values():
        return ["too many or too few columns"]
    if row["lesson"] not in LESSONS:
        found.append("unknown lesson")
    if row["kind"] not in EXPECTED:
        found.append("unknown kind")
    elif row["expected"] not in EXPECTED[row["kind"]]:
        found.append("expected does not go with kind")
    if row["once"] not in ("yes", "no"):
        found.append("once is yes or no")
    if (row["expected"], row["once"]) in {("NO LONGER", "no"), ("NEVER", "yes")}:
        found.append("once contradicts expected")
    for column in ("claim", "note"):
        if not re.fullmatch(r"[A-Z`].+[.)]", row[column]) or "\n" in row[column]:
            found.append(f"{column} is not a sentence")
    if len(row["quote"].split()) > 25:
        found.append("quote has more than 25 words")
    if row["kind"] in ("opinion", "history") and not row["source"]:
        found.append("no source")
    if row["source"] and not re.fullmatch(r"https://\S+", row["source"]):
        found.append("source is not an address")
    if any(value != value.strip() for value in row.values()):
        found.append("spaces at an edge")
    return found


def test_there_are_95_claims():
    assert len(IDS) == 95


def test_the_table_is_right():
    assert problems(data.claims_table()) == []


def test_every_verdict_of_the_vocabulary_occurs():
    assert {row["expected"] for row in data.claims_table()} == set.union(*EXPECTED.values())


def test_only_the_claim_that_is_not_in_the_article_has_no_quote():
    assert [row["id"] for row in data.claims_table() if not row["quote"]] == ["C83"]


@pytest.mark.parametrize(
    "id, column, value, finding",
    [
        ("C23", "id", "C22", "C22: twice"),
        ("C23", "id", "C22", "C23: missing"),
        ("C23", "id", "C99", "C99: not a claim of the article"),
        ("C23", "id", "C99", "the rows are not in the article's order"),
        ("C30b", "lesson", "03a", "chapter 04: no claim"),
        ("C23", "lesson", "13", "C23: unknown lesson"),
        ("C23", "kind", "guess", "C23: unknown kind"),
        ("C23", "expected", "OPINION", "C23: expected does not go with kind"),
        ("C23", "expected", "PROVEN", "C23: expected does not go with kind"),
        ("C23", "once", "no", "C23: once contradicts expected"),
        ("C24", "once", "yes", "C24: once contradicts expected"),
        ("C23", "once", "", "C23: once is yes or no"),
        ("C23", "claim", "not a sentence", "C23: claim is not a sentence"),
        ("C23", "note", "", "C23: note is not a sentence"),
        ("C23", "quote", "word " * 26, "C23: quote has more than 25 words"),
        ("C02", "source", "", "C02: no source"),
        ("C15", "source", "", "C15: no source"),
        ("C15", "source", "a blog", "C15: source is not an address"),
        ("C23", "note", "A note. ", "C23: spaces at an edge"),
    ],
)
def test_a_wrong_table_is_seen(id, column, value, finding):
    rows = copy.deepcopy(data.claims_table())
    next(row for row in rows if row["id"] == id)[column] = value
    assert finding in problems(rows)


def test_a_row_of_the_wrong_length_is_seen():
    rows = data.claims_table()
    rows[3]["note"] = None
    assert problems(rows) == ["C04: too many or too few columns"]
