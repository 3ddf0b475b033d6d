"""Lesson 10g: loads on a clock of whole numbers, behind a gate, by the real clock; and what its cells judge."""
import random
import types

import numpy as np
import pytest

import cells
from chapters.ch10 import batching, checks_g, impatience, overload
from chapters.ch10.batching import Parameters
from chapters.ch10.rest_api import Refused

ALONE = Parameters(max_batch_size=1, batch_timeout_micros=0, max_enqueued_batches=10**6)
SIZES = Parameters(max_batch_size=8, batch_timeout_micros=0, max_enqueued_batches=1, allowed_batch_sizes=(1, 2, 4, 8))
X = np.random.default_rng(0).normal(size=(10, 8, 8)).astype("float32")


def first_ten(images):
    return images.reshape(len(images), 64)[:, :10]


# On a clock of whole numbers

def test_the_rules_of_the_queue_and_the_exercise_agree():
    """200 random crowds, with ties: the real queue's rules, and what exercise 10.10 asks for."""
    for trial in range(200):
        rng = random.Random(trial)
        arrivals, limit = sorted(rng.randrange(0, 3000, 10) for _ in range(60)), rng.randint(1, 6)
        run = overload.simulated(arrivals, ALONE._replace(max_enqueued_batches=limit), lambda rows: 100)
        assert [one.took for one in run.requests] == checks_g.limited(arrivals, 100, limit)
        assert [one.came for one in run.requests] == arrivals and run.count("gone") == 0
        assert run.count("answered") + run.count("refused") == 60 and len(run.sizes) == run.count("answered")


def test_the_rules_of_the_queue_and_exercise_11_agree():
    for rows, allowed in checks_g.lines():
        line = batching.Line(Parameters(allowed[-1], 0, 100, tuple(allowed)))
        for one in rows:
            line.put(batching.Task("k", {}, one, 0, float("inf"), None), 0)
        taken = line.take(0)
        size = batching.padded(sum(task.rows for task in taken), allowed) if taken else 0
        assert (len(taken), size) == checks_g.sized(rows, allowed)


def test_who_is_gone_is_not_computed_and_may_come_too_late_all_the_same():
    run = overload.simulated([0, 0, 0, 0], ALONE, lambda rows: 100, patience=150)
    assert [one.word for one in run.requests] == ["answered", "answered", "gone", "gone"]
    assert [one.took for one in run.requests] == [100, 200, None, None] and run.sizes == [1, 1]
    assert run.within(150) == 1 and run.within(200) == 2


def test_company_shares_calls_of_allowed_sizes():
    run = overload.simulated([0] * 8 + [1, 1, 1], SIZES, lambda rows: 90 + 10 * rows)
    assert run.sizes == [8, 4] and [one.took for one in run.requests] == [170] * 8 + [299] * 3
    assert overload.simulated([], SIZES, lambda rows: 100) == ([], [])
    with pytest.raises(ValueError, match="must be 0"):
        overload.simulated([0], Parameters(), lambda rows: 100)


def test_the_table_counts_every_request_once(capsys):
    run = overload.simulated([0, 0, 0], ALONE._replace(max_enqueued_batches=2), lambda rows: 100)
    overload.show_runs({"two": run}, 150)
    row = next(line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("two"))
    assert row == ["two", "1", "1", "1", "0", "2", "1.0"]


# Behind a gate

def test_requests_line_up_behind_a_gate_and_one_without_a_place_is_said():
    model = impatience.Slow(first_ten)
    served = batching.Batched(model, SIZES)
    line = overload.in_line(served, model, [(X[:3], None), (X[3:8], None)])
    heard = overload.said_at_both_doors(served, X[:1])
    assert heard["REST"]["status"] == 503 and heard["REST"]["Retry-After"] == "1"
    assert heard["gRPC"]["status"] == "UNAVAILABLE" and heard["REST"]["sentence"] == heard["gRPC"]["sentence"]
    model.go_on.set()
    np.testing.assert_array_equal(np.concatenate([one.result(60) for one in line]), first_ten(X[:8]))
    assert model.sizes == [1, 8] and overload.ended(line) == ["answered"] * 2
    assert overload.said_at_both_doors(served, X[:1]) == {"REST": {"status": 200}, "gRPC": {"status": "OK"}}
    full = impatience.Slow(first_ten)
    with pytest.raises(Refused, match="full"):
        overload.in_line(batching.Batched(full, SIZES), full, [(X[:8], None), (X[:1], None)])
    full.go_on.set()


def test_the_lessons_own_functions():
    """What 10g's twins call, on a model that needs no framework."""
    planted = {"batching": batching, "overload": overload, "impatience": impatience, "x": X, "np": np}
    together = SIZES._replace(max_enqueued_batches=2)
    space = cells.functions("10g", "in_company", **planted, together=together, requests=[X[:3], X[3:7], X[7:9], X[9:]])
    answers, sizes = space["in_company"](first_ten)
    np.testing.assert_array_equal(answers, first_ten(X))
    assert sizes == [1, 8, 4]
    space = cells.functions("10g", "full_line", **planted, together=together, narrow=SIZES)
    heard, became, sizes = space["full_line"](first_ten)
    assert [one[:8] for one in became] == ["429: the", "429: the", "answered", "429: the", "answered"] and sizes == [1, 4]
    assert heard["gRPC"]["status"] == "UNAVAILABLE"


# By the real clock

def test_every_request_is_answered_or_refused():
    model = overload.Slowed(first_ten, 0.001)
    run = overload.by_the_clock(model, ALONE, X[:1], [0, 1, 2, 3])
    assert run.count("answered") == 4 and len(run.sizes) == 4 and all(one.took >= 1 for one in run.requests)
    assert "4 answered" in overload.told(run)
    held = overload.Slowed(first_ten, 0.05)
    run = overload.by_the_clock(held, ALONE._replace(max_enqueued_batches=1), X[:1], [0] * 8)
    assert run.count("answered") + run.count("refused") == 8, "how many of each is the machine's affair"


# What the cells judge

@pytest.mark.parametrize("last, letter", [(125, "a"), (1000, "b"), (15_080, "c")])
def test_how_long_the_last_one_waits(last, letter):
    assert cells.judge("10g", "last", asks=["P10.16"], took_open=[100, last]) == {"P10.16": letter}


@pytest.mark.parametrize("closed, open_, letter", [(6000, 6000, "a"), (100, 5900, "b"), (6000, 100, "c"), (100, 100, "d")])
def test_what_the_reports_say(closed, open_, letter):
    judged = cells.judge("10g", "seen", asks=["P10.17"], slow={"closed": closed, "open": open_})
    assert judged == {"P10.17": letter}


@pytest.mark.parametrize("limited, letter", [(40, "a"), (60, "b"), (605, "c")])
def test_what_a_limit_does(limited, letter):
    def run(within):
        return types.SimpleNamespace(within=lambda most: within, requests=[overload.Request(0, 100, "answered")])

    quiet = types.SimpleNamespace(show_runs=lambda *parts: None)
    runs = {"no limit": run(46), "five may wait": run(limited)}
    judged = cells.judge("10g", "by_rules", asks=["P10.18"], runs=runs, overload=quiet, took_open=[100], PATIENCE=1000)
    assert judged == {"P10.18": letter}
