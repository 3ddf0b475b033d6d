"""A process and those below it, as far as they live: any of them may end, or be a zombie, while it is looked at."""
import contextlib

import psutil

LONG = 300
"""Seconds that no child needs, however busy the machine is and however little memory is free: a test that waits for them has
failed. With three whole runs on two cores and 1 GB free, TensorFlow took 154 to load. What a test is to see ended sleeps
twice as long: else it would end by itself in time."""


def of(pid=None):
    """A process (this one without a pid) and all below it, as psutil.Process."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def listening(family):
    """The addresses (.ip, .port) at which some processes wait for TCP connections; who has ended waits for none."""
    found = []
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # so is a zombie called too
            found += [link.laddr for link in one.net_connections("tcp") if link.status == psutil.CONN_LISTEN]
    return found


def command_lines(family):
    """What every account can read of how some processes were started, in one text; the living ones must say something."""
    found = []
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            found += one.cmdline()
    assert found, "all of them have ended"
    return " ".join(found)


def has_ended(pid):
    """Whether there is no process of this pid, or a zombie: it has ended, whoever has yet to ask for its exit code."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
