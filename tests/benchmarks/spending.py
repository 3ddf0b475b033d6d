"""What a command spends, by the clock and in processors."""
import os
import resource
import subprocess
import time
from typing import NamedTuple

from helpers import ROOT


class Spent(NamedTuple):
    """Seconds that a command took: by the clock, and of processors, with those of all processes that it has waited for."""
    wall: float
    cpu: float


def spent(argv, cwd=ROOT, **variables):
    """Run a command with these variables beside the usual ones, None to leave one out; returns what it has Spent.

    Raises AssertionError with the end of what it said where it fails.
    """
    env = {name: value for name, value in {**os.environ, **variables}.items() if value is not None}
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(argv, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stdout[-3000:]
    return Spent(time.perf_counter() - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
