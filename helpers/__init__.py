"""What the chapters of Side by Side share: plumbing, and nothing that a chapter teaches.

The modules of this folder are what notebooks import:

    session claims exercises data    the start of a lesson, verdicts, predictions and exercises, what ships with the course
    torch_side tf_side parity        the same functions in each framework, and the comparison of what they give
    plots stepper show errors        figures, code line by line, tables and other HTML, errors in few words
    timing memory process web        speed, memory, child processes, servers

Below them lie `course` (ledger, judging, quizzes, the class page) and `machine` (the guard of children, packages, the
doctor). What one chapter alone needs lies with that chapter, in notebooks/chapters.

Who may use whom stands in pyproject.toml, and `make lint` holds it. Only the sides load a framework, each its own. NumPy
arrays, numbers, strings and paths are all that crosses between them, and between processes.

Importing this package does nothing but say where the course lies.
"""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build_dir() -> Path:
    """The folder for everything that a run makes: `build/`, or where SIDE_BY_SIDE_BUILD points (a test; a hub).

    A relative path counts from the course's folder, so that it is one folder whatever the current one is.
    """
    return ROOT / Path(os.environ.get("SIDE_BY_SIDE_BUILD") or "build").expanduser()


def ledger_dir() -> Path:
    """The folder of the ledgers: in `build_dir()`, or where SIDE_BY_SIDE_LEDGER points (a run that may still fail)."""
    return ROOT / Path(os.environ.get("SIDE_BY_SIDE_LEDGER") or build_dir() / "ledger").expanduser()
