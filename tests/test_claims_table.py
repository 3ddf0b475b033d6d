"""data/claims.csv: every claim of the article, each once, in one chapter, with a verdict that can be checked.

tests/sentences.csv maps the article's sentences to the claims: their first words, and the claims, or why a sentence is none.
"""
import copy
import csv
import re

import pytest

import pipeline
from chapters.ch14 import history
from helpers import ROOT, claims, data

PRINTED = "2024-03-07"
SINGLE = set(range(1, 84)) - {31, 38, 39}  # these three exist in lettered parts only
IDS = sorted(
    {f"C{number:02d}" for number in SINGLE}
    | {"C22b", "C23b", "C23c", "C30b", "C31a", "C31b", "C44b"}
    | {"C12b", "C15b", "C16b", "C54b", "C54c", "C54d", "C59b", "C64b", "C65b", "C74b", "C75b", "C79b", "C80b"}
    | {f"C38{letter}" for letter in "abcde"}
    | {f"C39{letter}" for letter in "abc"}
)
EXPECTED = {
    "measured": {"HELD", "PARTLY", "NO LONGER", "NEVER"},
    "source": {"HELD", "PARTLY", "NO LONGER", "NEVER"},
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
    found += [f"chapter {chapter}: no claim" for chapter in sorted(CHAPTERS - {"13"} - {row["lesson"][:2] for row in rows})]
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
    found += printed_problems(row)
    for column in ("claim", "note"):
        if not re.fullmatch(r"[A-Z`].+[.)]", row[column]) or "\n" in row[column]:
            found.append(f"{column} is not a sentence")
    if len(row["quote"].split()) > 25:
        found.append("quote has more than 25 words")
    if row["kind"] in ("opinion", "history", "source") and not row["source"]:
        found.append("no source")
    if row["source"] and not re.fullmatch(r"https://\S+", row["source"]):
        found.append("source is not an address")
    if any(value != value.strip() for value in row.values()):
        found.append("spaces at an edge")
    return found


def printed_problems(row):
    """What is wrong with what a row says of March 2024, one line a finding."""
    if row["in_2024"] not in claims.IN_2024:
        yield "in_2024 is yes, partly, no or -"
    if row["in_2024"] != "yes" and not row["why_2024"]:
        yield "in_2024 without a reason"
    dates = re.findall(r"\d{4}-\d\d(?:-\d\d)?", row["why_2024"])
    if row["in_2024"] == "no" and not dates:
        yield "not in 2024, and no date says why"
    if any(date > PRINTED for date in dates):
        yield "why_2024 names a day after the article"
    if row["in_2024"] == "yes" and row["once"] == "no" or row["in_2024"] == "no" and row["expected"] == "HISTORY":
        yield "in_2024 contradicts once or expected"
    if row["expected"] == "NEVER" and row["in_2024"] in ("yes", "partly"):
        yield "NEVER, but not in 2024"
    if row["kind"] == "opinion" and row["in_2024"] != "-":
        yield "an opinion held in no year"
    releases = {(release["framework"], release["event"]): release["date"] for release in history.timeline("release")}
    for framework, version, date in re.findall(r"(PyTorch|TensorFlow) (\d\S+), (\d{4}-\d\d-\d\d)", row["why_2024"]):
        if releases.get((framework, version)) != date:
            yield f"the table of releases does not date {framework} {version} to {date}"


def test_the_readme_counts_the_articles_claims():
    readme, rows = (ROOT / "README.md").read_text(encoding="utf-8"), data.claims_table()
    said = [row for row in rows if row["quote"] and not row["note"].startswith("A repeat of")]
    assert f"It tests the {len(said)} statements of" in readme
    fallen = [row["in_2024"] for row in rows if row["expected"] in ("NO LONGER", "NEVER")]
    words = " ".join(readme.split())
    assert f"of the {len(fallen)} claims in the table that hold in no part now, {fallen.count('no')} did not hold" in words


def sentences():
    """Rows of (the first words of a sentence of the article, its claims, why it is none); one of the last two is empty."""
    with open(ROOT / "tests" / "sentences.csv", newline="", encoding="utf-8") as file:
        return [(row["begins"], row["claims"].split(), row["no claim"]) for row in csv.DictReader(file)]


def test_every_sentence_of_the_article_has_a_claim_or_a_reason():
    found = sentences()
    assert [begins for begins, judging, reason in found if bool(judging) == bool(reason)] == []
    judged = {claim for _, judging, _ in found for claim in judging}
    assert judged == {row["id"] for row in data.claims_table() if row["quote"]}


def test_a_sentence_is_quoted_in_few_words():
    assert [begins for begins, _, _ in sentences() if len(begins.split()) > 8] == []


@pytest.mark.parametrize("claim, word, said", [
    ("C21", "NO LONGER", "held once, not in 2024, not now (TensorFlow 2.0.0, 2019-09-30)"),
    ("C13", "HELD", "held once, in 2024, now"), ("C70", "", "never held, not in 2024"), ("C02", "OPINION", ""),
    ("C26", "NOT MEASURED", "held once, 2024 unknown (depends on the machine)")])
def test_the_three_dates_in_words(claim, word, said):
    row = next(row for row in data.claims_table() if row["id"] == claim)
    assert claims.dates(row, word).startswith(said) and bool(claims.dates(row, word)) == bool(said)


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
        ("C44", "once", "yes", "C44: once contradicts expected"),
        ("C23", "once", "", "C23: once is yes or no"),
        ("C23", "in_2024", "", "C23: in_2024 is yes, partly, no or -"),
        ("C23", "why_2024", "", "C23: in_2024 without a reason"),
        ("C23", "why_2024", "long ago", "C23: not in 2024, and no date says why"),
        ("C23", "why_2024", "PyTorch 2.4.0, 2024-07-24", "C23: why_2024 names a day after the article"),
        ("C23", "why_2024", "TensorFlow 2.0.0, 2019-01-01",
         "C23: the table of releases does not date TensorFlow 2.0.0 to 2019-01-01"),
        ("C70", "in_2024", "yes", "C70: in_2024 contradicts once or expected"),
        ("C70", "in_2024", "partly", "C70: NEVER, but not in 2024"),
        ("C02", "in_2024", "yes", "C02: an opinion held in no year"),
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
