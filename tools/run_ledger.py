"""The ledger of a run: written beside the learner's, whose place it takes only when the run has succeeded."""
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from helpers import build_dir
from helpers.course import ledger


def work_apart():
    """Let this process and its children work in a build folder of their own, whose ledgers hold no guess and no answer."""
    os.environ["SIDE_BY_SIDE_BUILD"] = str(build_dir() / "apart")
    os.environ.pop("SIDE_BY_SIDE_LEDGER", None)


@contextlib.contextmanager
def fresh_ledger(name):
    """Let the kernels of this block write the lesson's ledger to a folder beside the old one's, which stays as it is.

    When the block is through, the new one takes its place and keeps the learner's guesses and answers (`ledger.take_over`);
    when it raises, or this process is killed, the old one has not changed.
    """
    old = ledger.path_of(name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "ledger")
        folder.mkdir()
        for other in old.parent.glob("*.json"):  # the last lesson reads them
            if other != old:
                shutil.copy(other, folder)
        with changed_environment("SIDE_BY_SIDE_LEDGER", str(folder)):
            yield
        if Path(folder, old.name).exists():
            content, left_out = ledger.load_file(Path(folder, old.name))
            if left_out:
                raise ValueError(f"its ledger holds what does not fit: {'; '.join(left_out)}")
            ledger.take_over(name, content)


@contextlib.contextmanager
def changed_environment(name, value):
    """Set an environment variable for the time of the block."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name) if before is None else os.environ.update({name: before})
