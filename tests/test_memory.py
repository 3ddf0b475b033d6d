"""Growth of memory: seen while it lasts, not counted when there is none, and no hiding of errors."""
import threading
import time

import numpy as np
import pytest

from helpers import memory

MEGABYTES = 64


def take_and_give_back():
    array = np.ones(MEGABYTES * 2**17)  # float64: 8 bytes each
    time.sleep(0.02)
    del array


def test_memory_that_was_given_back_again_is_seen():
    grown = memory.growth(take_and_give_back)
    assert 0.9 * MEGABYTES * 2**20 < grown < 1.5 * MEGABYTES * 2**20


def test_a_function_that_takes_nothing_shows_next_to_nothing():
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
        found = process.run(name, {"batches": [256, 4096]}, timeout=120)
        assert [row["scans"] for row in found] == [256, 4096]
        assert found[1]["bytes"] > 4 * found[0]["bytes"] and found[1]["bytes"] > 30e6, name
