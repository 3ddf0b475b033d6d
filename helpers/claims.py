"""The article's claims and the verdicts that a lesson reaches on them.

A cell passes what it saw, this module words the verdict:

    HELD         all that the cell saw agrees with the claim
    PARTLY       some of the named parts hold, some do not
    NO LONGER    nothing holds now, and the claim was true once (the table's column `once`)
    NEVER        nothing holds, and it did not when the article was written either
    OPINION, HISTORY   not for a run to decide: the cell shows the evidence that there is
    NOT MEASURED the run could not look, and says why
"""
import inspect

from helpers import data, show
from helpers.course import ledger, missing

VERDICTS = ("HELD", "PARTLY", "NO LONGER", "NEVER", "OPINION", "HISTORY", "NOT MEASURED")
_places = {}


class ClaimError(RuntimeError):
    """A claim that is unknown, judged twice, of another lesson, or left unjudged."""


def verdict(claim, held, evidence):
    """Judge one claim of the open lesson, show the verdict with its evidence and record it.

    claim: an id such as "C23b". held: for a measured claim a bool, or a dict {part of the claim: bool}; for an opinion
    or a dated fact a bool, whether the evidence was found. evidence: one sentence made from what the cell saw.

    Raises ClaimError for an unknown id, for one of another lesson and for a second verdict from another cell;
    TypeError when held is neither bool nor dict of bools; ValueError when evidence is empty.
    """
    missing.need(held, *(held.values() if isinstance(held, dict) else ()))
    row = _row(claim)
    parts = held if isinstance(held, dict) else {"the claim": held}
    if not parts or not all(isinstance(value, bool) for value in parts.values()):
        raise TypeError(f"{claim}: held must be True, False, or a dict of named True and False, not {held!r}. "
                        "NumPy's bool_ becomes one with bool(...).")
    word = _word(row, parts)
    notes = [f"{part}: {'yes' if value else 'no'}" for part, value in held.items()] if isinstance(held, dict) else []
    _record(row, word, evidence, notes)


def not_measured(claim, reason):
    """Record that this run could not judge the claim, and why (one sentence)."""
    _record(_row(claim), "NOT MEASURED", reason, [])


def close(lesson):
    """End a lesson: show its verdicts, and raise ClaimError naming each of its claims that no cell has judged.

    Where a framework is missing, what was skipped counts as NOT MEASURED for that reason.
    """
    if lesson != ledger.lesson():
        raise ClaimError(f"close({lesson!r}) in lesson {ledger.lesson()}: it must name the lesson of session.start")
    rows = [row for row in data.claims_table() if row["lesson"] == lesson]
    judged = ledger.fresh("verdicts")
    open_ids = [row["id"] for row in rows if row["id"] not in judged]
    if open_ids and missing.absent():
        for claim in open_ids:
            _record(_row(claim), "NOT MEASURED", f"{' and '.join(missing.absent())} not installed", [])
        judged = ledger.fresh("verdicts")
    elif open_ids:
        raise ClaimError(f"lesson {lesson} ends with {len(open_ids)} of its claims unjudged: {', '.join(open_ids)}. "
                         "Run the cells above that judge them (Run > Run All Cells).")
    show.table(["claim", "the article says", "verdict here", "expected", "evidence"],
               [(row["id"], row["claim"], judged[row["id"]]["verdict"], row["expected"], judged[row["id"]]["evidence"])
                for row in rows], caption=f"Verdicts of lesson {lesson}, on this machine")


def _word(row, parts):
    found = sum(parts.values())
    if row["kind"] != "measured":
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


def _record(row, word, evidence, notes):
    if not (isinstance(evidence, str) and evidence.strip()):
        raise ValueError(f"{row['id']}: a verdict needs its evidence, one sentence")
    place = _calling_cell()
    if row["id"] in ledger.fresh("verdicts") and _places.get(row["id"]) not in (None, place):
        raise ClaimError(f"{row['id']} already has a verdict from another cell of this run. Each claim is judged once; "
                         "after moving a verdict, run session.start again.")
    _places[row["id"]] = place
    ledger.put("verdicts", row["id"], {"verdict": word, "expected": row["expected"], "claim": row["claim"],
                                       "evidence": evidence, "parts": notes})
    _show(row, word, evidence + (f" ({'; '.join(notes)})" if notes else ""))


def _show(row, word, evidence):
    aside = "" if word == row["expected"] else f" [expected {row['expected']}]"
    show.verdict(word, f"{row['id']}{aside}: {row['claim']}", f"{row['id']} {word}{aside}: {row['claim']}\n    {evidence}",
                 below=[evidence])


def _calling_cell():
    """What identifies the calling cell: its id where the front end sends one, else the file that its text compiles to.

    Running the same cell again is how one works in a notebook, so it must not count as a second verdict.
    """
    frame = inspect.currentframe()
    while frame and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    shell = missing._shell()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return (parent or {}).get("metadata", {}).get("cellId") or (frame.f_code.co_filename, frame.f_lineno)


if __name__ == "__main__":
    import sys

    from helpers.course import classroom
    sys.exit(classroom.main(sys.argv[1:]))
