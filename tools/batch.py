"""One verb for many lessons, in processes of their own: what goes wrong with one is a row of the table that all get."""
import contextlib
import itertools
import json
import re
import sys
import textwrap
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import nbclient
import papermill
import psutil
from tqdm import tqdm

import loaded
from helpers import build_dir, errors


class Cost(NamedTuple):
    """What a verb took: its own process, the kernel that it starts, and all that the kernel starts."""
    seconds: float  # wall time
    cpu: float      # seconds of processors, of all these processes: other work on the machine changes them little
    kernel: int     # bytes: the resident memory of the kernel, at its highest
    together: int   # bytes: that of all at one time; what they share counts once for each, so it is an upper bound


class Look(NamedTuple):
    """What the processes below this one have used up to now (cpu, in seconds) and hold now (kernel, together, in bytes)."""
    cpu: float
    kernel: int
    together: int


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
            return Cost(0.0, 0.0, 0, 0), RuntimeError("the process that ran it was killed; was the memory full?")


def timed(verb, source, *arguments):
    """(Cost, result or the error) of verb(source, *arguments). Only an interrupt gets through."""
    start, cpu, looks = time.perf_counter(), time.process_time(), [Look(0.0, 0, 0)]
    try:
        result = watched(lambda: verb(source, *arguments), looks.append)
    except Exception as error:  # of one lesson, whatever it is: the others go on, and the table names it
        foreseen = (ValueError, papermill.PapermillExecutionError, nbclient.exceptions.CellExecutionError)
        text = str(error) if isinstance(error, foreseen) else "".join(traceback.format_exception(error))
        result = RuntimeError(re.sub(r"\x1b\[[0-9;]*m", "", text).strip())  # text crosses processes; some errors do not
    below, kernel, together = map(max, zip(*looks))
    return Cost(time.perf_counter() - start, time.process_time() - cpu + below, kernel, together), result


def watched(function: Callable[[], object], report: Callable[[Look], object]) -> object:
    """What `function` returns. Meanwhile, every 0.4 s, report(a Look at the processes that this one started)."""
    own, done = psutil.Process(), threading.Event()
    before = set(own.children())

    def look():
        while not done.wait(0.4):
            report(look_at(set(own.children()) - before))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        return function()
    finally:
        done.set()
        watcher.join()


def look_at(processes):
    """A Look at processes and all below them, as far as they live when they are asked. The largest of them is the kernel."""
    cpu, sizes = 0.0, {}
    started = [stands_for(child) for child in processes]
    for one in [*started, *itertools.chain.from_iterable(map(children, started))]:
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended, and what it used counts where it was waited for
            cpu += sum(one.cpu_times()[:4])  # its own, and that of its children that have ended
            sizes[one.pid] = one.memory_info().rss
    kernel = max((highest(child, sizes) for child in started), default=0)
    return Look(cpu, kernel, max(kernel, sum(sizes.values())))


def stands_for(process):
    """The kernel that a process relays to (both psutil.Process); the process itself where it is no relay."""
    try:
        _, program, verb, address, *_ = [word for word in process.cmdline() if not word.startswith("-")]
        if (program, verb) == (loaded.__file__, "relay"):
            return psutil.Process(int(loaded.kernels_file(address, process.pid).read_text("ascii")))
        return process
    except (ValueError, OSError, psutil.NoSuchProcess):  # another program; no kernel yet; it has ended
        return process


def children(process):
    """All processes below one; of one that has ended there are none."""
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def highest(process, sizes):
    """The largest resident memory, in bytes, that a process has had: as Linux notes it, elsewhere what it has now."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(), re.M)
    except OSError:  # another system, or it has ended
        found = None
    return 1024 * int(found[1]) if found else sizes.get(process.pid, 0)


def table(rows):
    """Print lessons, seconds, memory and verdicts; return the number of lessons that failed.

    The memory columns, in GB: the kernel, and it together with all that it starts, both at their highest. A kernel that
    began as a copy of a process with both frameworks (tools/loaded.py) holds only the pages that it touches: 0.35 GB less
    than one that has loaded them itself (lessons 11a and 12a, PyTorch 2.13, TensorFlow 2.21).
    """
    failed = [(source, result) for source, _, result in rows if isinstance(result, Exception)]
    print(f"\n{'lesson':<28}{'seconds':>8}{'of CPU':>8}{'kernel':>9}{'together':>9}  verdicts")
    for source, cost, result in sorted(rows, key=lambda row: row[0]):
        if isinstance(result, Exception):
            text = f"FAILED: {textwrap.shorten(errors.last_line(result), 120, placeholder=' ...')}"
        else:
            text = ", ".join(f"{claim} {word}" for claim, word in result.items()) if isinstance(result, dict) else result
        memory = "".join(f"{size / 1e9:>6.2f} GB" if size else f"{'':>9}" for size in cost[2:])
        print(f"{source.stem:<28}{cost.seconds:>8.1f}{cost.cpu:>8.1f}{memory}  {text}")
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
