"""One verb for many lessons, in processes of their own: what goes wrong with one is a row of the table that all get."""
import json
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from typing import NamedTuple

import nbclient
import papermill
import psutil
from tqdm import tqdm

from helpers import build_dir, errors


class Cost(NamedTuple):
    """What a verb's processes took: the kernel that it starts, and all that the kernel starts."""
    seconds: float  # wall time
    largest: int    # bytes: the resident memory of the largest process, at its highest
    together: int   # bytes: that of all processes at one time; what they share counts once for each, so it is an upper bound


def seconds_file():
    """Where the last run's seconds a lesson are kept: the longest starts first."""
    return build_dir() / "seconds.json"


def seconds_of_last_run():
    """{source's stem: seconds} of the last run; empty where there was none, or the file is damaged: it is only an order."""
    try:
        return {stem: float(seconds) for stem, seconds in json.loads(seconds_file().read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def each(verb, chosen, workers, *arguments):
    """Call verb(source, *arguments) for each source in parallel, under a progress bar. Yields (source, Cost, result).

    Whatever goes wrong with one lesson is its result. When the system kills a process, all that wait in this pool are
    lost with it: those run again, each in a process of its own.
    """
    last, left = seconds_of_last_run(), []
    chosen = sorted(chosen, key=lambda source: -last.get(source.stem, 1e9))
    with ProcessPoolExecutor(workers) as pool, tqdm(total=len(chosen), unit="lesson", disable=None) as bar:
        waiting = {pool.submit(timed, verb, source, *arguments): source for source in chosen}
        try:
            for future in as_completed(waiting):
                try:
                    done = future.result()
                except BrokenExecutor:
                    left.append(waiting[future])
                    continue
                bar.update()
                yield waiting[future], *done
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    for source in left:
        yield source, *alone(verb, source, *arguments)


def alone(verb, source, *arguments):
    """(Cost, result or the error) of verb(source, *arguments) in a process of its own, which may be killed."""
    with ProcessPoolExecutor(1) as pool:
        try:
            return pool.submit(timed, verb, source, *arguments).result()
        except BrokenExecutor:
            return Cost(0.0, 0, 0), RuntimeError("the process that ran it was killed; was the memory full?")


def timed(verb, source, *arguments):
    """(Cost, result or the error) of verb(source, *arguments). Only an interrupt gets through."""
    start, memory = time.perf_counter(), []
    try:
        result = watched(lambda: verb(source, *arguments), memory.append)
    except Exception as error:  # of one lesson, whatever it is: the others go on, and the table names it
        foreseen = (ValueError, papermill.PapermillExecutionError, nbclient.exceptions.CellExecutionError)
        text = str(error) if isinstance(error, foreseen) else "".join(traceback.format_exception(error))
        result = RuntimeError(re.sub(r"\x1b\[[0-9;]*m", "", text).strip())  # text crosses processes; some errors do not
    largest, together = (max(map(count, filter(None, memory)), default=0) for count in (max, sum))
    return Cost(time.perf_counter() - start, largest, together), result


def watched(function: Callable[[], object], report: Callable[[list], object]) -> object:
    """What `function` returns. While it runs, five times a second, report(bytes of each process that this one started)."""
    own, done = psutil.Process(), threading.Event()

    def look():
        while not done.wait(0.2):
            report(list(sizes(own)))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        return function()
    finally:
        done.set()
        watcher.join()


def sizes(process):
    """The resident memory, in bytes, of each process below this one that still lives when it is asked."""
    for child in process.children(recursive=True):
        try:
            yield child.memory_info().rss
        except psutil.NoSuchProcess:  # it has ended meanwhile, and needs no memory
            continue


def table(rows):
    """Print lessons, seconds, memory and verdicts; return the number of lessons that failed.

    The memory columns, in GB: the largest process, and all of a lesson's processes together, both at their highest.
    """
    failed = [(source, result) for source, _, result in rows if isinstance(result, Exception)]
    print(f"\n{'lesson':<28}{'seconds':>8}{'largest':>9}{'together':>9}  verdicts")
    for source, cost, result in sorted(rows, key=lambda row: row[0]):
        if isinstance(result, Exception):
            text = f"FAILED: {errors.last_line(result)[:120]}"
        else:
            text = ", ".join(f"{claim} {word}" for claim, word in result.items()) if isinstance(result, dict) else result
        memory = "".join(f"{size / 1e9:>6.2f} GB" if size else f"{'':>9}" for size in cost[1:])
        print(f"{source.stem:<28}{cost.seconds:>8.1f}{memory}  {text}")
    for source, error in failed:
        print(f"\n{source.stem}:\n{str(error)[-3000:]}", file=sys.stderr)
    return len(failed)


def keep_seconds(rows):
    """Keep the seconds of a run for the order of the next one; a full disk is said, and no more."""
    try:
        seconds_file().parent.mkdir(parents=True, exist_ok=True)
        seconds_file().write_text(json.dumps({source.stem: cost.seconds for source, cost, _ in rows}), encoding="utf-8")
    except OSError as error:
        print(f"the seconds of this run could not be kept: {error}", file=sys.stderr)
