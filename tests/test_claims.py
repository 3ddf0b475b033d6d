"""Verdicts come from what a cell saw; unknown, foreign, repeated and forgotten claims are errors that name them."""
import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers import claims, data, show
from helpers.course import ledger, missing

ROWS = [{"id": "C1", "lesson": "01", "claim": "Both add", "kind": "measured", "once": "no", "expected": "HELD"},
        {"id": "C2", "lesson": "01", "claim": "Static", "kind": "measured", "once": "yes", "expected": "NO LONGER"},
        {"id": "C3", "lesson": "01", "claim": "Nicer", "kind": "opinion", "once": "no", "expected": "OPINION"},
        {"id": "C4", "lesson": "01", "claim": "In 2017", "kind": "history", "once": "yes", "expected": "HISTORY"},
        {"id": "C5", "lesson": "01", "claim": "By a table", "kind": "source", "once": "yes", "expected": "HELD"},
        {"id": "C9", "lesson": "02", "claim": "Elsewhere", "kind": "measured", "once": "no", "expected": "HELD"}]
ROWS = [{"in_2024": "no", "why_2024": "version 2"} | row for row in ROWS]


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
    ("C5", True, "HELD"), ("C5", {"a": True, "b": False}, "PARTLY"), ("C5", False, "NO LONGER"),
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


def test_a_second_verdict_from_another_cell_is_refused_and_the_same_cell_may_run_again(monkeypatch):
    monkeypatch.setattr(show, "cell_id", lambda: "one")
    for _ in range(2):
        claims.verdict("C1", True, "seen")
    monkeypatch.setattr(show, "cell_id", lambda: "another")
    with pytest.raises(claims.ClaimError, match="C1 already has a verdict"):
        claims.verdict("C1", False, "seen elsewhere")
    assert ledger.read("01")["verdicts"]["C1"]["verdict"] == "HELD"
    ledger.begin("01")
    claims.verdict("C1", False, "a new run")


def test_close_names_each_claim_that_is_open(capsys):
    claims.verdict("C1", True, "seen")
    claims.not_measured("C2", "no compiler")
    with pytest.raises(claims.ClaimError, match="3 of its claims unjudged: C3, C4, C5"):
        claims.close("01")
    claims.verdict("C3", True, "seen")
    claims.verdict("C4", True, "seen")
    claims.verdict("C5", True, "seen in a table")
    capsys.readouterr()
    claims.close("01")
    out = capsys.readouterr().out
    assert all(row["id"] in out for row in ROWS[:5]) and "NOT MEASURED" in out and "C9" not in out
    assert "held once, not in 2024 (version 2)" in out and "From facts that the course ships: seen in a table" in out


def test_a_lesson_without_claims_says_so_and_shows_no_table(shown):
    ledger.begin("03")
    claims.close("03")
    assert shown == [("<p>Lesson 03 tests no claim of the article.</p>", "Lesson 03 tests no claim of the article.")]


def test_a_verdict_of_an_earlier_run_does_not_close_this_one():
    for row in ROWS[:5]:
        claims.verdict(row["id"], True, "seen")
    ledger.begin("01")
    with pytest.raises(claims.ClaimError, match="5 of its claims unjudged"):
        claims.close("01")


def test_where_no_program_names_its_cells_a_cell_may_run_again():
    for held in (True, False):
        claims.verdict("C1", held, "seen")
    assert ledger.read("01")["verdicts"]["C1"]["verdict"] == "NEVER"


@pytest.fixture
def shell():
    """An IPython shell without PyTorch."""
    shell = InteractiveShell.instance()
    missing.skip_cells_that_need(["torch"])
    shell.user_ns.update(claims=claims, absent=missing.Missing("PyTorch"))
    yield shell
    missing.skip_cells_that_need([])
    InteractiveShell.clear_instance()


def test_close_gives_a_missing_package_as_the_reason_only_where_a_cell_was_skipped_for_it(shell, capsys):
    assert shell.run_cell("claims.verdict('C1', True, 'seen before the cell is skipped')\n"
                          "for _ in absent:\n    claims.not_measured('C2', 'no compiler')\n"
                          "claims.verdict('C3', absent > 1, 'seen')").success
    with pytest.raises(claims.ClaimError, match="2 of its claims unjudged: C4, C5. Run the cells above"):
        claims.close("01")  # nobody has run the cell that judges C4
    words = {claim: (entry["verdict"], entry["evidence"]) for claim, entry in ledger.read("01")["verdicts"].items()}
    assert words == {"C1": ("HELD", "seen before the cell is skipped"), "C2": ("NOT MEASURED", "PyTorch not installed"),
                     "C3": ("NOT MEASURED", "PyTorch not installed")}
    assert shell.run_cell("for claim in ('C4', 'C5'):\n    claims.verdict(claim, True, 'seen')").success
    capsys.readouterr()
    claims.close("01")
    assert "C4" in capsys.readouterr().out


def test_a_package_that_is_missing_does_not_excuse_what_nobody_ran(shell):
    with pytest.raises(claims.ClaimError, match="5 of its claims unjudged: C1, C2, C3, C4, C5"):
        claims.close("01")


def test_a_new_start_forgets_what_was_skipped(shell):
    shell.run_cell("claims.verdict('C1', absent, 'seen')")
    assert missing.skipped_claims() == {"C1": "PyTorch"}
    missing.skip_where_missing("visdom")  # in the middle of a lesson nothing is forgotten
    assert missing.skipped_claims() == {"C1": "PyTorch"}
    missing.skip_cells_that_need(["torch"])
    assert missing.skipped_claims() == {}


def test_numbers_are_recorded_and_come_back_as_rows():
    claims.number("training speed, PyTorch", 1234.5, "scans/s", lower=900, upper=1300)
    claims.number("lines, PyTorch", 3, "lines")
    assert claims.numbers() == [("training speed, PyTorch", "1,234 (900 to 1,300)", "scans/s"),
                                ("lines, PyTorch", "3", "lines")]
    with pytest.raises(missing.NotInstalled):
        claims.number("training speed, TensorFlow", missing.Missing("TensorFlow"), "scans/s")


def test_close_of_another_chapter():
    with pytest.raises(claims.ClaimError, match="must name the lesson of session.start"):
        claims.close("02")


def test_a_verdict_is_shown_with_its_word_on_a_color_and_the_same_text_in_plain(shown):
    claims.verdict("C2", False, "Seen in `torch-2.13.0-cp311.whl`.")
    markup, plain = shown[0]
    assert plain == "C2 NO LONGER: Static\n    Seen in `torch-2.13.0-cp311.whl`."
    assert ">NO LONGER</b> C2: Static<br>Seen in <code" in markup and show.COLORS["NO LONGER"] in markup
