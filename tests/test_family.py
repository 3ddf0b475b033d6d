"""Processes that end while a test looks at a family of them, and how long a test waits for that."""
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import family


@pytest.mark.skipif(os.name != "posix", reason="a zombie is POSIX's")
def test_a_zombie_in_the_family_neither_listens_nor_says_anything(monkeypatch):
    ask = psutil.Process.net_connections

    def asked(one, kind):  # whether a zombie's files can be listed depends on the kernel and the account
        if one.status() == psutil.STATUS_ZOMBIE:
            raise psutil.ZombieProcess(one.pid)
        return ask(one, kind)

    monkeypatch.setattr(psutil.Process, "net_connections", asked)
    with socket.create_server(("127.0.0.1", 0)) as door:
        child = subprocess.Popen([sys.executable, "-c", "pass", "the-word"])
        try:
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody has waited for it
            zombie = psutil.Process(child.pid)
            assert zombie.status() == psutil.STATUS_ZOMBIE
            everyone = family.of()
            assert child.pid in [one.pid for one in everyone]
            assert door.getsockname() in [tuple(address) for address in family.listening(everyone)]
            said = family.command_lines(everyone)
            assert " ".join(psutil.Process().cmdline()) in said and "the-word" not in said
            assert family.has_ended(child.pid) and not family.has_ended(os.getpid())
            with pytest.raises(AssertionError, match="ended"):
                family.command_lines([zombie])
        finally:
            child.wait()
        assert family.has_ended(child.pid)


def test_words_and_doors_of_a_child_are_found():
    code = ("import socket, time; door = socket.create_server(('127.0.0.1', 0)); "
            "print(door.getsockname()[1], flush=True); time.sleep(600)")
    with subprocess.Popen([sys.executable, "-c", code, "the-word"], stdout=subprocess.PIPE, text=True) as child:
        try:
            port = int(child.stdout.readline())
            assert ("127.0.0.1", port) in [tuple(address) for address in family.listening(family.of(child.pid))]
            assert ("127.0.0.1", port) in [tuple(address) for address in family.listening(family.of())]
            assert "the-word" in family.command_lines(family.of(child.pid))
        finally:
            child.kill()


def test_what_is_to_be_ended_outlasts_who_waits_for_its_end():
    """Else it ends by itself in time, and the test could not fail. Up to 5 seconds are pauses."""
    sleeps = [(path.name, int(seconds)) for path in Path(__file__).parent.rglob("*.py")
              for seconds in re.findall(r"sleep\((\d+)\)", path.read_text(encoding="utf-8"))]
    assert len(sleeps) > 20 and [name for name, seconds in sleeps if 5 < seconds < 2 * family.LONG] == []
