"""The start of a lesson: environment before a framework loads, parameters, seeds, and what to do when one is missing.

This module never imports a framework: it asks the sides that the lesson has imported.
"""
import contextlib
import importlib.util
import itertools
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from helpers import ROOT, build_dir, show
from helpers.course import cells, ledger, missing
from helpers.course import solutions as course_solutions
from helpers.course.missing import sides, skip_where_missing, where_fetched  # noqa: F401  (lessons call them)
from helpers.machine import environment, lock

ENVIRONMENT = {  # read once, when a framework loads: later changes have no effect
    "TF_CPP_MIN_LOG_LEVEL": "3",  # TensorFlow's C++ side logs dozens of lines at lower levels
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # otherwise TensorFlow takes the whole GPU and PyTorch finds no memory
    "OMP_WAIT_POLICY": "PASSIVE",  # spinning threads of one framework slow the other down, and unsteadily
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # cuBLAS is deterministic only with a fixed workspace
}

_held = contextlib.ExitStack()  # the locks of this kernel's folders, until it ends
_folders = {}


def start(lesson: str, solutions: bool = True) -> None:
    """Prepare this kernel for a lesson ("00a", "12a"): call it before a framework is imported.

    Sets the variables of ENVIRONMENT that are not set yet, sets aside what the user's computer would tell Keras and
    launchers, opens the lesson's ledger, and, where a framework is not installed, arranges that cells which need it are
    skipped with a line that says so. solutions: whether checks show them; `tools/editions.py learner --no-solutions` writes
    False into its notebooks.

    Raises RuntimeError when a framework was loaded before its variables were set (they would have no effect), and
    ImportError when a file beside the notebook would be taken for a package that lessons import.
    """
    hiding = environment.hiding(Path.cwd())
    if hiding:
        raise ImportError(f"{hiding[0]} hides the package {hiding[0].stem}, which lessons import: Python takes what lies "
                          "beside the notebook first. Rename it, then restart the kernel.")
    unset = [name for name in (*ENVIRONMENT, *environment.KERAS) if name not in os.environ]
    loaded = [name for name in missing.FRAMEWORKS if name in sys.modules]
    if loaded and (unset or "tensorflow" in loaded and environment.foreign(os.environ)):
        raise RuntimeError(too_late(loaded))
    os.environ.update({name: value for name, value in ENVIRONMENT.items() if name in unset})
    environment.settle(os.environ, in_notebook=hasattr(show.shell(), "kernel"))
    bind_chapters()
    ledger.begin(lesson)
    course_solutions.show(solutions)
    cells.watch()
    missing.skip_cells_that_need([])  # what an earlier start in this kernel has found
    missing.skip_where_missing(*missing.FRAMEWORKS)


def too_late(loaded: list[str]) -> str:
    """Why these frameworks (import names) are loaded before the lesson's first line, and what to do, as sentences."""
    names, shell = " and ".join(missing.FRAMEWORKS[name] for name in loaded), show.shell()
    if shell is None or len(shell.user_ns["In"]) > 2:  # an empty text, the cell that runs, and others
        return (f"{names} was imported before session.start: its settings come too late. "
                "Restart the kernel and run the notebook from its first cell.")
    folder = Path(shell.profile_dir.startup_dir)
    files = sorted({file for name in loaded for file in environment.start_up_files(folder, name)})
    where = f"by {', '.join(files)} in IPython's folder {folder}" if files else "by a start-up file of IPython or Python"
    return (f"{names} was imported before this notebook's first cell, {where}: its settings come too late. "
            "Take the import out there, then restart the kernel.")


def bind_chapters() -> None:
    """Make `chapters` the installed course's package, whatever lies beside the notebook.

    A learner's folder has a folder `chapters` with the workers alone, and Python would take it for the package.
    """
    folder = ROOT / "notebooks" / "chapters"
    there = sys.modules.get("chapters")
    if there is not None and list(there.__path__) == [str(folder)]:
        return
    spec = importlib.util.spec_from_file_location("chapters", folder / "__init__.py",
                                                  submodule_search_locations=[str(folder)])
    sys.modules["chapters"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["chapters"])


def fresh_folder(lesson: str) -> Path:
    """An empty folder for a lesson's files: what an earlier run has left there would be read, or served, too.

    Another notebook of the same lesson that is open, such as the solved one, keeps the folder that it works in.
    """
    place = build_dir() / f"chapter-{lesson}"
    if place not in _folders:
        _folders[place] = _nobodys(place)
    folder = _folders[place]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _nobodys(place):
    """place, or the first of NAME-2, NAME-3 ... that no other process holds; this one holds it from now on."""
    place.parent.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        folder = place if number == 1 else place.with_name(f"{place.name}-{number}")
        try:
            _held.enter_context(lock.alone(folder.with_suffix(".lock"), 0))
        except TimeoutError:
            continue
        return folder


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what C++ code writes to the terminal (file descriptor 2) out of the way; if the block fails, show it.

    TensorFlow reports its oneDNN and CPU settings there while it loads, below Python's reach.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log:
        terminal = os.dup(2)
        os.dup2(log.fileno(), 2)
        finished = False
        try:
            yield
            finished = True
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            if not finished:
                log.seek(0)
                print(log.read().decode(errors="replace"), file=sys.stderr)


def use(seed: int, device: str, fast: bool) -> None:
    """Check the chapter's parameters, seed both frameworks, and show the table of versions and devices.

    seed: int from 0 to 2**32 - 1. device: "auto" (a GPU where there is one), "cpu" or "gpu".
    fast: bool, smaller sizes for a first reading and for CI.

    Raises ValueError or TypeError with what to do when one of them is unusable.
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed must be a whole number such as 0, not {seed!r}. Mend it in the parameters cell.")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie between 0 and 4294967295, not {seed}. Mend it in the parameters cell.")
    if not isinstance(fast, bool):
        raise TypeError(f"fast must be True or False, not {fast!r}. Mend it in the parameters cell.")
    check_device(device)
    rows = [("Python", platform.python_version(), f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs")]
    for side in sides():
        side.device(device)
        side.seed(seed)
        rows.extend(side.describe())
    ledger.put("run", "parameters", {"seed": seed, "device": device, "fast": fast})
    ledger.put("run", "machine", [list(row) for row in rows])
    show.table(["what", "version", "where it runs"], rows, caption=f"seed {seed}, device {device!r}, fast {fast}")


def check_device(name: str) -> None:
    """Raise ValueError unless name is one that every chapter understands."""
    if name not in ("auto", "cpu", "gpu"):
        raise ValueError(f"device must be 'auto', 'cpu' or 'gpu', not {name!r}. Mend it in the parameters cell.")
