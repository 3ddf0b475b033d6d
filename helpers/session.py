"""The start of a lesson: environment before a framework loads, parameters, seeds, and what to do when one is missing.

This module never imports a framework: it asks the sides that the lesson has imported.
"""
import contextlib
import importlib.util
import os
import platform
import sys
import tempfile
from collections.abc import Iterator

from helpers import ROOT, show
from helpers.course import cells, ledger, missing
from helpers.course.missing import sides, skip_where_missing, where_fetched  # noqa: F401  (lessons call them)

ENVIRONMENT = {  # read once, when a framework loads: later changes have no effect
    "TF_CPP_MIN_LOG_LEVEL": "3",  # TensorFlow's C++ side logs dozens of lines at lower levels
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # otherwise TensorFlow takes the whole GPU and PyTorch finds no memory
    "OMP_WAIT_POLICY": "PASSIVE",  # spinning threads of one framework slow the other down, and unsteadily
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # cuBLAS is deterministic only with a fixed workspace
}


def start(lesson: str) -> None:
    """Prepare this kernel for a lesson ("00a", "12a"): call it before a framework is imported.

    Sets the variables of ENVIRONMENT that are not set yet, opens the lesson's ledger, and, where a framework is not
    installed, arranges that cells which need it are skipped with a line that says so.

    Raises RuntimeError when a framework was loaded before its variables were set: they would have no effect.
    """
    unset = [name for name in ENVIRONMENT if name not in os.environ]
    loaded = [missing.FRAMEWORKS[name] for name in missing.FRAMEWORKS if name in sys.modules]
    if unset and loaded:
        raise RuntimeError(f"{' and '.join(loaded)} was imported before session.start: its settings come too late. "
                           "Restart the kernel and run the notebook from its first cell.")
    os.environ.update({name: ENVIRONMENT[name] for name in unset})
    bind_chapters()
    ledger.begin(lesson)
    cells.watch()
    missing.skip_cells_that_need([])  # what an earlier start in this kernel has found
    missing.skip_where_missing(*missing.FRAMEWORKS)


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
