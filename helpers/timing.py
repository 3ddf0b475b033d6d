"""Comparing speed: candidates take turns, so that a machine that slows down is fair to all of them.

Speed is told as a ratio within one run; seconds alone say more about the machine than about the code.
"""
import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Timing(NamedTuple):
    """What was measured of one candidate, over all rounds."""
    median: float  # seconds of one call
    spread: float  # seconds between the first and the third quartile
    ratio: float   # median over the rounds of: its seconds / the first candidate's seconds in the same round
    low: float     # first and third quartile of that ratio:
    high: float    # with high < 1 it was faster than the first candidate in three rounds out of four
    seconds: list  # every round


class FirstAndLater(NamedTuple):
    """Seconds of a first call, which may trace and compile, and of a later one."""
    first: float
    later: float


Wait = Callable | Sequence[Callable] | None
"""A function that returns when the device has finished, or a list of them."""


def compare(candidates: dict[str, Callable], rounds: int = 9, warmup: int = 2, wait: Wait = None) -> dict[str, Timing]:
    """Time functions against each other in interleaved rounds (A B A B ...): a dict of name to `Timing`.

    `candidates`: dict of name to a function without arguments; ratios are against the first one.
    `warmup`: rounds that are not counted (compilation, caches). `wait`: a function, or a list of functions,
    that returns when the device has finished; it runs before the clock starts and before it stops.

    Raises ValueError when there is nothing to compare or fewer than 3 rounds, TypeError for a non-function.
    """
    if not candidates:
        raise ValueError("nothing to time: candidates is empty")
    if rounds < 3 or warmup < 0:
        raise ValueError(f"rounds={rounds}, warmup={warmup}: a median and its spread need at least 3 rounds")
    waits = [wait] if callable(wait) else list(wait or ())
    for name, function in [*candidates.items(), *(("wait", w) for w in waits)]:
        if not callable(function):
            raise TypeError(f"{name}: expected a function without arguments, got {function!r}")

    seconds = {name: [] for name in candidates}
    for number in range(warmup + rounds):
        for name, function in candidates.items():
            took = _seconds(function, waits)
            if number >= warmup:
                seconds[name].append(took)
    first = next(iter(seconds.values()))
    return {name: _summary(own, first) for name, own in seconds.items()}


def first_and_later(candidates: dict[str, Callable], rounds: int = 5, fill: float = 0.01,
                    wait: Wait = None) -> dict[str, FirstAndLater]:
    """Time what a first call costs, which may trace and compile, and what later ones do: {name: FirstAndLater}.

    `candidates`, `rounds`, `wait`: as in `compare`. later: one call's share of the fastest round; in each round a function
    runs as often as fits into `fill` seconds, so that a call of microseconds is not measured with a cold cache.
    """
    waits = [wait] if callable(wait) else list(wait or ())
    first = {name: _seconds(function, waits) for name, function in candidates.items()}
    again = {name: _seconds(function, waits) for name, function in candidates.items()}
    calls = {name: max(1, int(fill / took)) for name, took in again.items()}
    timings = compare({name: _repeated(function, calls[name]) for name, function in candidates.items()}, rounds, 1, waits)
    return {name: FirstAndLater(first[name], min(t.seconds) / calls[name]) for name, t in timings.items()}


def table(timings: dict[str, Timing]) -> str:
    """The result of `compare` as lines of text, one candidate a line."""
    width = max(len(name) for name in timings)
    scale, unit = next((s, u) for s, u in ((1, "s"), (1e3, "ms"), (1e6, "µs"))
                       if u == "µs" or max(t.median for t in timings.values()) * s >= 1)
    lines = [f"{'':{width}}  {'median ' + unit:>10}  {'spread ' + unit:>10}  ratio (quartiles)"]
    for name, t in timings.items():
        lines.append(f"{name:{width}}  {t.median * scale:10.3f}  {t.spread * scale:10.3f}  "
                     f"{t.ratio:.2f} ({t.low:.2f} to {t.high:.2f})")
    return "\n".join(lines)


def _repeated(function, times):
    def run():
        for _ in range(times):
            function()
    return run


def _seconds(function, waits):
    """How long one call takes, the device's work included."""
    for wait in waits:
        wait()
    start = time.perf_counter()
    function()
    for wait in waits:
        wait()
    return time.perf_counter() - start


def _summary(own, first):
    ratios = [a / max(b, 1e-9) for a, b in zip(own, first, strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
    q1, median, q3 = statistics.quantiles(own, n=4, method="inclusive")
    return Timing(median, q3 - q1, statistics.median(ratios), low, high, own)
