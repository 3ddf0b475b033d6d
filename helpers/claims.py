"""The article's claims and the verdicts that a lesson reaches on them.

A cell passes what it saw, this module words the verdict:

    HELD         all that the cell saw agrees with the claim
    PARTLY       some of the named parts hold, some do not
    NO LONGER    nothing holds now, and the claim was true once (the table's column `once`)
    NEVER        nothing holds, and it never did
    OPINION, HISTORY   not for a run to decide: the cell shows the evidence that there is
    NOT MEASURED the run could not look, and says why

NO LONGER says nothing of the day on which the article was printed. `dates` does, in words, from the table's column
`in_2024`: "held once, not in 2024, not now".
"""
from helpers import data, show
from helpers.course import ledger, missing

VERDICTS = ledger.VERDICTS
DECIDED = ("measured", "source")
"""The kinds of claims that are decided: by a run, or by dated facts that the course ships. The others are argued."""

IN_2024 = {"yes": "in 2024", "partly": "in part in 2024", "no": "not in 2024", "-": "2024 unknown"}
NOW = {"HELD": "now", "PARTLY": "in part now", "NO LONGER": "not now", "NEVER": "not now"}
_cells = {}  # {claim: the id of the cell that has judged it}


class ClaimError(RuntimeError):
    """A claim that is unknown, judged twice, of another lesson, or left unjudged."""


def verdict(claim: str, held: bool | dict[str, bool], evidence: str, timed: bool | set[str] = False) -> None:
    """Judge one claim of the open lesson, show the verdict with its evidence and record it.

    claim: an id such as "C23b". held: for a claim that is decided (a measured one, or one of kind source) a bool, or a dict
    {part of the claim: bool}; for an opinion or a dated fact a bool, whether the evidence was found.
    evidence: one sentence made from what the cell saw.
    timed: True where a measured time decides, or the names of the parts that it decides. The verdict then says "by the
    clock", and tests/nbval.cfg leaves open what it says: another machine, or a busier one, may find another word.

    Raises ClaimError for an unknown id, for one of another lesson and, where the program that shows the notebook names its
    cells, for a second verdict from another cell;
    TypeError when held is neither bool nor dict of bools; ValueError when evidence is empty, or timed names no part.
    """
    missing.need(held, *(held.values() if isinstance(held, dict) else ()))
    row = _row(claim)
    parts = held if isinstance(held, dict) else {"the claim": held}
    if not parts or not all(isinstance(value, bool) for value in parts.values()):
        raise TypeError(f"{claim}: held must be True, False, or a dict of named True and False, not {held!r}. "
                        "NumPy's bool_ becomes one with bool(...).")
    word, by_clock = _word(row, parts), set(parts) if timed is True else set(timed or ())
    if not by_clock <= parts.keys():
        raise ValueError(f"{claim}: timed names {sorted(by_clock - parts.keys())}, and the parts are {list(parts)}")
    notes = [f"{part}: {'yes' if value else 'no'}{' (timed)' if part in by_clock else ''}" for part, value in parts.items()]
    _record(row, word, evidence, notes if isinstance(held, dict) else [], bool(by_clock))


def not_measured(claim: str, reason: str) -> None:
    """Record that this run could not judge the claim, and why (one sentence)."""
    _record(_row(claim), "NOT MEASURED", reason, [])


def close(lesson: str) -> None:
    """End a lesson: show its verdicts, and raise ClaimError naming each of its claims that no cell has judged.

    A claim whose cell was skipped because something is not installed counts as NOT MEASURED for that reason. A lesson that
    has no claims says so in a sentence.
    """
    if lesson != ledger.lesson():
        raise ClaimError(f"close({lesson!r}) in lesson {ledger.lesson()}: it must name the lesson of session.start")
    rows = [row for row in data.claims_table() if row["lesson"] == lesson]
    if not rows:
        sentence = f"Lesson {lesson} tests no claim of the article."
        show.rich(f"<p>{sentence}</p>", sentence)
        return
    skipped = missing.skipped_claims()
    for row in rows:
        if row["id"] in skipped and row["id"] not in ledger.fresh("verdicts"):
            _record(row, "NOT MEASURED", f"{skipped[row['id']]} not installed", [])
    judged = ledger.fresh("verdicts")
    open_ids = [row["id"] for row in rows if row["id"] not in judged]
    if open_ids:
        raise ClaimError(f"lesson {lesson} ends with {len(open_ids)} of its claims unjudged: {', '.join(open_ids)}. "
                         "Run the cells above that judge them (Run > Run All Cells).")
    show.table(["claim", "the article says", "before", "verdict here", "expected", "evidence"],
               [(row["id"], row["claim"], dates(row), _padded(judged[row["id"]]), row["expected"],
                 judged[row["id"]]["evidence"]) for row in rows], caption=f"Verdicts of lesson {lesson}, on this machine")


def dates(row: dict[str, str], verdict: str = "") -> str:
    """How a claim stood once, in March 2024, when the article was printed, and, with a verdict, how it stands now.

    As in "held once, not in 2024, not now", with the reason in parentheses where the table has one. "" for a claim that is
    argued, not decided.
    """
    if row["kind"] not in DECIDED:
        return ""
    words = ["held once" if row["once"] == "yes" else "never held", IN_2024[row["in_2024"]], NOW.get(verdict, "")]
    said = ", ".join(word for word in words if word)
    return f"{said} ({row['why_2024']})" if row["why_2024"] else said


def _padded(found):
    """A verdict's word for the table; a timed one has always the same width, so that no other row moves with it."""
    return f"{found['verdict']:<12} (by the clock)" if found["timed"] else found["verdict"]


def number(name: str, value: float, unit: str, lower: float | None = None, upper: float | None = None) -> None:
    """Record a number that this lesson has measured, for its table of numbers and for other lessons to read.

    name: what was measured, the framework, the way, as in "training speed, PyTorch, compiled"; a lesson records a name
    once. unit: as in "scans/s". lower, upper: its spread, where it was measured several times.
    Raises ValueError when a number is not finite, or value does not lie between lower and upper.
    """
    ledger.number(name, value, unit, lower, upper)


def numbers() -> list[tuple[str, str, str]]:
    """Rows (name, number with its spread, unit) of what this run has recorded with `number`, for a table."""
    return ledger.number_rows({name: ledger.Number(**found) for name, found in ledger.fresh("numbers").items()})


def _word(row, parts):
    """The verdict's word: from a claim's row and {part: whether it was found}."""
    found = sum(parts.values())
    if row["kind"] not in DECIDED:
        return row["kind"].upper() if found == len(parts) else "NOT MEASURED"
    if found == len(parts):
        return "HELD"
    if found:
        return "PARTLY"
    return "NO LONGER" if row["once"] == "yes" else "NEVER"


def _row(claim):
    rows = {row["id"]: row for row in data.claims_table()}
    if claim not in rows:
        raise ClaimError(f"unknown claim {claim!r}: data/claims.csv has no such id")
    if rows[claim]["lesson"] != ledger.lesson():
        raise ClaimError(f"{claim} belongs to lesson {rows[claim]['lesson']}, not to {ledger.lesson()}")
    return rows[claim]


def _record(row, word, evidence, notes, timed=False):
    """Put a verdict into the ledger and show it. Raises as `verdict` does."""
    if not (isinstance(evidence, str) and evidence.strip()):
        raise ValueError(f"{row['id']}: a verdict needs its evidence, one sentence")
    if row["kind"] == "source" and word != "NOT MEASURED":
        evidence = f"From facts that the course ships: {evidence}"
    cell = show.cell_id()
    if row["id"] in ledger.fresh("verdicts") and _cells.get(row["id"]) != cell:
        raise ClaimError(f"{row['id']} already has a verdict from another cell of this run. Each claim is judged once; "
                         "after moving a verdict, run session.start again.")
    _cells[row["id"]] = cell
    ledger.put("verdicts", row["id"], {"verdict": word, "expected": row["expected"], "claim": row["claim"],
                                       "evidence": evidence, "parts": notes, "timed": timed})
    _show(row, word, evidence + (f" ({'; '.join(notes)})" if notes else ""), timed)


def _show(row, word, evidence, timed):
    aside = (" (by the clock)" if timed else "") + ("" if word == row["expected"] else f" [expected {row['expected']}]")
    show.verdict(word, f"{row['id']}{aside}: {row['claim']}", f"{row['id']} {word}{aside}: {row['claim']}\n    {evidence}",
                 below=[evidence])


if __name__ == "__main__":
    import sys

    from helpers.course import classroom
    sys.exit(classroom.main(sys.argv[1:]))
