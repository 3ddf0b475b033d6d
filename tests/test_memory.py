"""Growth of memory: seen while it lasts, not counted when there is none, and no hiding of errors."""
import mmap
import threading
import time

import numpy as np
import psutil
import pytest

import family
from helpers import memory
from helpers.machine import loopback

MEGABYTES = 64


@pytest.fixture
def looks(monkeypatch):
    """How often somebody has looked how much memory there is: a list that grows."""
    kept = []

    class Process(psutil.Process):
        def memory_info(self):
            found = super().memory_info()
            kept.append(found.rss)
            return found

    monkeypatch.setattr(memory.psutil, "Process", Process)
    return kept


@pytest.fixture
def take_and_give_back(looks):
    """A function that takes memory, and gives it back when it has been looked at once from begin to end."""
    def take():
        pages = mmap.mmap(-1, MEGABYTES * 2**20)  # fresh ones: NumPy might use again what earlier work has given back
        array = np.frombuffer(pages, "uint8")
        array[:] = 1
        before = len(looks)
        assert loopback.wait_until(lambda: len(looks) >= before + 2, 120), "nobody looks"
        del array
        pages.close()
    return take


def test_memory_that_was_given_back_again_is_seen(take_and_give_back):
    grown = memory.growth(take_and_give_back)
    assert 0.9 * MEGABYTES * 2**20 < grown < 1.5 * MEGABYTES * 2**20


def test_a_function_that_takes_nothing_shows_next_to_nothing(take_and_give_back):
    memory.growth(take_and_give_back)
    assert memory.growth(lambda: time.sleep(0.01)) < MEGABYTES * 2**20 / 10


def test_an_error_comes_through_and_the_watcher_ends():
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        memory.growth(lambda: 1 / 0)
    assert threading.active_count() == before


def test_the_workers_count_more_for_more_scans():
    from helpers import process
    for name in ("ch07/memory_torch", "ch07/memory_tf"):
        found = process.run(name, {"batches": [256, 4096, 4096, 4096]}, timeout=family.LONG)
        few, *many = (row["bytes"] for row in found)
        assert [row["scans"] for row in found] == [256, 4096, 4096, 4096]
        assert max(many) > 4 * few and max(many) > 30e6, name  # the highest: on a busy machine a look may miss a peak
