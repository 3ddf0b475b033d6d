"""One process at a time: a lock on a file, on Linux, macOS and Windows."""
import contextlib
import os
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

BUSY = (BlockingIOError, PermissionError)
"""What taking a lock raises while another process holds it: the second on Windows."""


@contextlib.contextmanager
def alone(path: Path, seconds: float):
    """Hold the lock of the file at path, which is made where it is missing, while the `with` block runs.

    The lock is the operating system's. It ends with the process that holds it, however that ends, so that none is ever left
    behind and none has to be broken. Raises TimeoutError when another process holds it for longer than `seconds`, OSError
    when the file cannot be made, or lies on a file system that knows no locks.
    """
    with open(path, "ab") as file:
        try:
            patiently(lambda: _take(file), BUSY, seconds)
        except BUSY:
            raise TimeoutError(f"another process has held {path} for {seconds:g} s") from None
        try:
            yield
        finally:
            _give_back(file)


def patiently(attempt, busy, seconds):
    """attempt(), called again and again while it raises one of the errors `busy`, for at most `seconds`."""
    end = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except busy:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def _take(file):
    if os.name == "nt":
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _give_back(file):
    if os.name == "nt":
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_UN)
