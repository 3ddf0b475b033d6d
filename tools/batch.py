"""One verb for many lessons, in processes of their own: what goes wrong with one is a row of the table that all get."""
import json
import re
import sys
import time
import traceback
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed

import nbclient
import papermill
from tqdm import tqdm

from helpers import build_dir, errors


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
    """Call verb(source, *arguments) for each source in parallel, under a progress bar. Yields (source, seconds, result).

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
    """(seconds, result or the error) of verb(source, *arguments) in a process of its own, which may be killed."""
    with ProcessPoolExecutor(1) as pool:
        try:
            return pool.submit(timed, verb, source, *arguments).result()
        except BrokenExecutor:
            return 0.0, RuntimeError("the process that ran it was killed; was the memory full?")


def timed(verb, source, *arguments):
    """(seconds, result or the error) of verb(source, *arguments). Only an interrupt gets through."""
    start = time.perf_counter()
    try:
        result = verb(source, *arguments)
    except Exception as error:  # of one lesson, whatever it is: the others go on, and the table names it
        foreseen = (ValueError, papermill.PapermillExecutionError, nbclient.exceptions.CellExecutionError)
        text = str(error) if isinstance(error, foreseen) else "".join(traceback.format_exception(error))
        result = RuntimeError(re.sub(r"\x1b\[[0-9;]*m", "", text).strip())  # text crosses processes; some errors do not
    return time.perf_counter() - start, result


def table(rows):
    """Print lessons, seconds and verdicts; return the number of lessons that failed."""
    failed = [(source, result) for source, _, result in rows if isinstance(result, Exception)]
    print(f"\n{'lesson':<28}{'seconds':>8}  verdicts")
    for source, seconds, result in sorted(rows, key=lambda row: row[0]):
        if isinstance(result, Exception):
            text = f"FAILED: {errors.last_line(result)[:120]}"
        else:
            text = ", ".join(f"{claim} {word}" for claim, word in result.items()) if isinstance(result, dict) else result
        print(f"{source.stem:<28}{seconds:>8.1f}  {text}")
    for source, error in failed:
        print(f"\n{source.stem}:\n{str(error)[-3000:]}", file=sys.stderr)
    return len(failed)


def keep_seconds(rows):
    """Keep the seconds of a run for the order of the next one; a full disk is said, and no more."""
    try:
        seconds_file().parent.mkdir(parents=True, exist_ok=True)
        seconds_file().write_text(json.dumps({source.stem: seconds for source, seconds, _ in rows}), encoding="utf-8")
    except OSError as error:
        print(f"the seconds of this run could not be kept: {error}", file=sys.stderr)
