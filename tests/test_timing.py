"""Timing: interleaved, honest about spread, and refusing what makes no sense."""
import time

import pytest

from helpers import timing


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves when a candidate says so, so that the numbers are exact."""
    now = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


def test_rounds_are_interleaved_and_warmup_is_not_counted():
    calls = []
    both = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    found = timing.compare(both, rounds=3, warmup=1)
    assert "".join(calls) == "abababab"
    assert [len(t.seconds) for t in found.values()] == [3, 3]


def test_median_spread_and_ratio(clock):
    steps = iter([1, 10, 2, 20, 3, 30, 4, 40, 5, 50])
    found = timing.compare(dict.fromkeys("ab", lambda: clock(next(steps))), rounds=5, warmup=0)
    assert found["a"] == timing.Timing(3, 2, 1, 1, 1, [1, 2, 3, 4, 5])
    assert found["b"] == timing.Timing(30, 20, 10, 10, 10, [10, 20, 30, 40, 50])


def test_a_machine_that_slows_down_does_not_change_the_ratio(clock):
    pace = iter(range(1, 100))
    shared = []

    def first():
        shared.append(next(pace))
        clock(shared[-1])

    found = timing.compare({"first": first, "second": lambda: clock(2 * shared[-1])}, rounds=7, warmup=0)
    assert found["second"][2:5] == (2, 2, 2)


def test_one_outlier_moves_neither_median_nor_ratio(clock):
    steps = iter([1, 2, 1, 2, 1, 900, 1, 2, 1, 2])
    found = timing.compare(dict.fromkeys("ab", lambda: clock(next(steps))), rounds=5, warmup=0)
    assert found["b"].median == 2 and found["b"].ratio == 2 and max(found["b"].seconds) == 900


def test_waiting_is_inside_the_clock_and_before_it(clock):
    queue = [5]

    def wait():
        clock(sum(queue))
        queue.clear()

    found = timing.compare({"gpu": lambda: queue.append(3)}, rounds=3, warmup=0, wait=[wait])
    assert found["gpu"].seconds == [3, 3, 3]  # without waiting before: 8 first; without waiting after: 0


def test_real_time():
    """Never less than a function sleeps, and all rounds together no more than has passed: in seconds, on any machine."""
    both = {"short": lambda: time.sleep(0.002), "long": lambda: time.sleep(0.02)}
    begin = time.perf_counter()
    found = timing.compare(both, rounds=5, warmup=1)
    passed = time.perf_counter() - begin
    assert min(found["short"].seconds) >= 0.002 and min(found["long"].seconds) >= 0.02
    assert sum(found["short"].seconds) + sum(found["long"].seconds) < passed


@pytest.mark.parametrize("arguments, error, words", [
    (({},), ValueError, "empty"),
    (({"a": print}, 2), ValueError, "at least 3 rounds"),
    (({"a": print}, 3, -1), ValueError, "warmup=-1"),
    (({"a": 3},), TypeError, "a: expected a function"),
    (({"a": print}, 3, 0, ["no"]), TypeError, "wait: expected a function"),
])
def test_nonsense_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        timing.compare(*arguments)


def test_an_error_in_a_candidate_is_the_callers():
    with pytest.raises(ZeroDivisionError):
        timing.compare({"a": lambda: 1 / 0})


def test_table(clock):
    steps = iter([0.001, 0.002] * 3)
    text = timing.table(timing.compare(dict.fromkeys(["eager", "graph"], lambda: clock(next(steps))), 3, 0))
    assert "median ms" in text and "1.000" in text and "2.00 (2.00 to 2.00)" in text
    assert len(text.splitlines()) == 3


def test_the_first_call_is_told_apart_from_later_ones(clock):
    costs = {"lazy": iter([5.0] + [0.002] * 99), "plain": iter([0.02] * 99)}
    found = timing.first_and_later({name: lambda own=own: clock(next(own)) for name, own in costs.items()}, rounds=3)
    assert found["lazy"] == (5.0, pytest.approx(0.002)) and found["plain"] == (pytest.approx(0.02), pytest.approx(0.02))
    assert len(list(costs["lazy"])) == 98 - 4 * 5  # 0.01 s hold five of its calls; one round of four is the warm-up
