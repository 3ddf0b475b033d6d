"""The memory of this process as the operating system counts it. Imports neither framework."""
import gc
import threading
from collections.abc import Callable

import psutil


def growth(function: Callable[[], object]) -> int:
    """By how many bytes this process's resident memory rose, at its highest, while `function` ran.

    A thread looks every half millisecond, so a shorter peak may be missed; memory that the process had kept from earlier
    work and uses again does not count. Errors of `function` come through.
    """
    process, done, highest = psutil.Process(), threading.Event(), 0
    gc.collect()
    before = process.memory_info().rss

    def look():
        nonlocal highest
        while not done.wait(0.0005):
            highest = max(highest, process.memory_info().rss)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        function()
        highest = max(highest, process.memory_info().rss)
    finally:
        done.set()
        watcher.join()
    return max(0, highest - before)
