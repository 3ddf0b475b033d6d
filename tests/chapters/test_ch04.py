"""Chapter 04: what the clock decides there, with planted times; and that the parts it does not decide still count."""
import types

import pytest

import cells

PLAN = "planned and batched"


def race(batched, planned):
    """A race in which batching, and planning and batching, are so many times as fast as one by one; one round is slow."""
    seconds = {"one by one": 1.0, "batched": 1 / batched, PLAN: 1 / planned}
    return {64: {name: types.SimpleNamespace(seconds=[took, 100.0]) for name, took in seconds.items()}}


@pytest.mark.parametrize("of_torch, of_tf, slowest, eightfold", [
    (race(12, 6), race(40, 30), ("one by one", "one by one"), True),
    (race(7, 0.5), race(40, 30), (PLAN, "one by one"), False),
    (race(12, 6), race(0.9, 0.8), ("one by one", PLAN), False)])
def test_the_race(capsys, of_torch, of_tf, slowest, eightfold):
    cells.judge("04", "gains", races_torch=of_torch, races_tf=of_tf)
    said = capsys.readouterr().out
    assert f"by the clock: {slowest[0]} in PyTorch, {slowest[1]} in TensorFlow\n" in said
    assert f"at least 8 times as fast in both, by the clock: {eightfold} (" in said


@pytest.mark.parametrize("gain, eager, fold, word", [
    (12.0, True, False, "NO LONGER"), (1.5, True, False, "PARTLY"), (1.5, False, True, "HELD"),
    (12.0, False, False, "PARTLY")])
def test_who_needs_a_library(capsys, gain, eager, fold, word):
    names = ("variable_scope", "get_variable", "placeholder", "contrib") if fold else ()
    importlib = types.SimpleNamespace(util=types.SimpleNamespace(find_spec=lambda name: name if fold else None))
    judged = cells.judge("04", "lacking", importlib=importlib, tf=types.SimpleNamespace(**dict.fromkeys(names)), eager=eager,
                         gains={"PyTorch": gain})
    said = capsys.readouterr().out
    assert judged == {"C30b": word} and f"C30b {word} (by the clock)" in said
    assert f"PyTorch batches trees by itself: {'yes' if gain < 2 else 'no'} (timed))" in said
    assert f"needs a library for trees: {'no' if eager else 'yes'};" in said, "a part that the clock does not decide"
