"""notebooks/bites.toml, what will bite: each row's place is there, every exhibit has a row, versions are the pinned ones."""
import re

import pytest

import bites
import pipeline
from helpers import ROOT

ROWS, SEEN = bites.table()
MUSEUM = ("06c", "06d", "06e")


def plain(text):
    """A text in one line, without the marks of comments before its lines."""
    return " ".join(re.sub(r"^\s*#+ ?", "", text, flags=re.M).split())


def section(place):
    """All that a section says, cells and texts; the chapter's questions too, where the section is the quiz."""
    (source,) = pipeline.sources([bites.lesson_of(place)])
    parts = re.split(r"^# ## (?=\d)", source.read_text(encoding="utf-8"), flags=re.M)
    found = plain(next(part for part in parts if part.startswith(f"{place} ")))
    if bites.heading(place) != f"{place} Quiz":
        return found
    return plain(f"{found} {(source.parent / 'quiz.toml').read_text(encoding='utf-8')}")


def missing(rows):
    """[(place, words)] of the rows whose words do not stand in the section that they name."""
    return [(row.place, row.see) for row in rows if plain(row.see) not in section(row.place)]


def without_row(rows):
    """The museum's exhibits, as "6c: the median", that no row names."""
    named = {(bites.lesson_of(row.place), re.sub(r"^Exhibit \d+: ", "", row.see)) for row in rows}
    exhibits = [(lesson, title) for lesson in MUSEUM for source in pipeline.sources([lesson])
                for title in re.findall(r"^# ### Exhibit \d+: (.+)$", source.read_text(encoding="utf-8"), re.M)]
    return [f"{lesson}: {title}" for lesson, title in exhibits if (lesson, title) not in named]


def pins():
    """{package: version} of requirements.txt and requirements-visdom.txt."""
    text = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in ("requirements.txt", "requirements-visdom.txt"))
    return dict(re.findall(r"^([\w-]+)==([\w.]+)", text, re.M))


def test_each_place_is_there_and_says_what_the_row_names():
    assert missing(ROWS) == []


def test_every_exhibit_of_the_museum_has_a_row():
    assert without_row(ROWS) == []


def test_versions_are_the_pinned_ones_or_of_packages_that_the_course_does_not_install():
    pinned = pins()
    named = dict(SEEN) | dict(row.version.split() for row in ROWS if row.version)
    assert {name: version for name, version in named.items() if pinned.get(name, version) != version} == {}
    assert SEEN.keys() == {name for names in bites.PACKAGES.values() for name in names} <= pinned.keys()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.place} {row.what}")
def test_a_row_says_all_in_known_words(row):
    assert row.lives in bites.PACKAGES and row.port in bites.PORTS
    assert all(row) or not row.version and all(row[:-1])
    assert all("|" not in text and "\n" not in text and len(text) <= 120 for text in row)


def test_what_is_missing_is_seen():
    row = ROWS[0]
    assert missing([row._replace(see="no lesson says this")]) == [(row.place, "no lesson says this")]
    median = [row for row in ROWS if row.see == "Exhibit 1: the median"]
    assert without_row([row for row in ROWS if row not in median]) == ["06c: the median"]
    with pytest.raises(ValueError, match="has no section 6c.99"):
        bites.heading("6c.99")


def test_the_page_in_the_course_is_made_of_the_rows():
    assert bites.PAGE.read_text(encoding="utf-8") == bites.markdown(), "run: python tools/bites.py"


def test_rows_are_in_the_order_of_the_lessons():
    assert sorted(["12a.1", "6c.10", "6c.2", "5b.7"], key=bites.place_key) == ["5b.7", "6c.2", "6c.10", "12a.1"]
