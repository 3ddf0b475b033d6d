"""Chapter 4: verdicts on planted findings; its plan and its two ways, and what its figures say."""
import types

import numpy as np
import pytest

import cells
from chapters.ch04 import figures, trees, trees_tf, trees_torch
from helpers import tf_side, torch_side
from helpers.course import quiz

PLAN = "planned and batched"


# --- verdicts -------------------------------------------------------------------------------------------------------

def race(batched, planned):
    """A race in which batching, and planning and batching, are so many times as fast as one by one; one round is slow."""
    seconds = {"one by one": 1.0, "batched": 1 / batched, PLAN: 1 / planned}
    return {64: {name: types.SimpleNamespace(seconds=[took, 100.0]) for name, took in seconds.items()}}


@pytest.mark.parametrize("of_torch, of_tf, slowest, letter", [
    (race(12, 6), race(40, 30), ("one by one", "one by one"), "c"),
    (race(7, 0.5), race(40, 30), (PLAN, "one by one"), "b"),
    (race(12, 6), race(0.9, 0.8), ("one by one", PLAN), "a")])
def test_the_race(capsys, of_torch, of_tf, slowest, letter):
    judged = cells.judge("04c", "gain_torch", asks=["P4.2"], races_torch=of_torch, races_tf=of_tf)
    said = capsys.readouterr().out
    assert judged == {"P4.2": letter} and f"by the clock, {letter}" in said
    assert f"by the clock: {slowest[0]} in PyTorch, {slowest[1]} in TensorFlow\n" in said


@pytest.mark.parametrize("eager, fold, word", [
    (True, False, "PARTLY"), (True, True, "PARTLY"), (False, True, "HELD"), (False, False, "PARTLY")])
def test_who_needs_a_library(capsys, eager, fold, word):
    """Had TensorFlow not run the recursion, or were Fold still here, the verdict would be another."""
    names = ("variable_scope", "get_variable", "placeholder", "contrib") if fold else ()
    importlib = types.SimpleNamespace(util=types.SimpleNamespace(find_spec=lambda name: name if fold else None))
    framework = types.SimpleNamespace(executing_eagerly=lambda: eager, **dict.fromkeys(names))
    top = np.ones((1, 32))
    judged = cells.judge("04a", "lacking", importlib=importlib, tf=framework, top_torch=top, top_tf=top)
    said = capsys.readouterr().out
    assert judged == {"C30b": word}
    assert f"ran in PyTorch{' and TensorFlow' if eager else ''};" in said
    assert f"TensorFlow needs a library for trees: {'no' if eager else 'yes'}" in said
    assert "PyTorch has dynamic graphs built in: yes" in said
    assert f"lacks: {'none' if fold else 'variable_scope'}" in said


@pytest.mark.parametrize("deep, letter", [(0.5, "a"), (0.8, "b"), (0.999, "c")])
def test_what_becomes_of_deep_trees(deep, letter):
    shares = dict.fromkeys(range(7), 1.0) | {7: deep}
    assert cells.judge("04d", "letter", asks=["P4.3"], right_torch=shares, right_tf=shares) == {"P4.3": letter}


@pytest.mark.parametrize("rounded, letter", [(0.4, "a"), (0.7, "b"), (0.95, "b"), (1.0, "c")])
def test_what_rounding_does(rounded, letter):
    before, after = {4: 1.0, 7: 0.7}, {7: rounded}
    planted = {"right_torch": before, "right_tf": before, "plain_torch": before, "plain_tf": before}
    judged = cells.judge("04d", "fewer_plain", asks=["P4.4"], after_torch=after, after_tf=after, **planted)
    assert judged == {"P4.4": letter}


# --- what 4a builds in its cells is what the later lessons use ------------------------------------------------------

@pytest.fixture(scope="module")
def built():
    """The functions of 4a's cells, over the trees of the chapter's module."""
    names = ["list_nodes", "sort_nodes", "plan_round", "by_depth", "fold", "value", "count_operators"]
    return cells.functions("04a", *names, OPS=trees.OPS, np=np, Node=trees.Node)


@pytest.fixture(scope="module")
def some():
    rng = np.random.default_rng(1)
    return [0, *(trees.grow(rng, depth) for depth in (1, 2, 3, 5, 5))]


def test_the_plan_of_the_lesson_is_that_of_the_module(built, some):
    mine, theirs = built["fold"](some), trees.fold(some)
    assert np.array_equal(mine[0], theirs[0]) and np.array_equal(mine[2], theirs[2])
    assert len(mine[1]) == len(theirs[1]) == 5
    for (children, counts), (other_children, other_counts) in zip(mine[1], theirs[1]):
        assert np.array_equal(children, other_children) and np.array_equal(counts, other_counts)
    assert [built["value"](tree) for tree in some] == [trees.value(tree) for tree in some]
    assert [built["count_operators"](tree) + 1 for tree in some] == [len(trees.digits(tree)) for tree in some]


def test_values_and_depths():
    assert trees.value(("-", ("+", 1, 1), ("*", 2, ("+", 0, 2)))) == 1 and trees.value(("-", 0, 1)) == 2
    rng = np.random.default_rng(0)
    for depth in range(7):
        nodes = []
        top = trees.list_nodes(trees.grow(rng, depth), nodes)
        assert nodes[top].depth == depth


@pytest.mark.parametrize("module, side", [(trees_torch, torch_side), (trees_tf, tf_side)])
def test_both_ways_agree_and_a_wrong_plan_does_not(module, side, some):
    weights = trees.start_weights(np.random.default_rng(0))
    model = module.load(weights, side.device("cpu"), "float64")
    digits, rounds, tops = trees.fold(some)
    alone, together = module.run(module.one_by_one, model, some), module.run(module.batched, model, (digits, rounds, tops))
    assert alone.keys() == together.keys() == {"states", *(f"slope of {name}" for name in weights)}
    assert all(np.allclose(alone[name], together[name], atol=1e-13) for name in alone)
    swapped = [(children[:, ::-1].copy(), counts) for children, counts in rounds]
    wrong = module.run(module.batched, model, (digits, swapped, tops))
    assert not np.allclose(alone["states"], wrong["states"], atol=1e-3)


# --- drawings -------------------------------------------------------------------------------------------------------

def test_each_figure_says_what_it_shows(shown, some):
    figures.three_trees([some[1], some[2], some[3]], [0, 1, 2])
    figures.plan_step_by_step(some[1:3], trees.fold(some[1:3]))
    figures.speed_up([1, 64], {"batched": [1.0, 30.0], PLAN: [0.7, 12.0]}, {"batched": [1.0, 61.0], PLAN: [0.9, 50.0]})
    right = {"+ − ×": dict.fromkeys(range(8), 0.7), "rounded": dict.fromkeys(range(8), 1.0)}
    scores = {depth: np.eye(3) for depth in (1, 7)}
    values = {depth: np.arange(3) for depth in range(8)}
    figures.shares_and_scores(right, right, [0.4] * 8, scores, values)
    texts = " ".join(plain for _, plain in shown)
    for said in ("of depth 1, 2, 3", "round 0: ", "up to depth 2 are colored", "PyTorch from 1.0 for one tree to 30 for 64",
                 "+ − ×: 70 and 70; rounded: 100 and 100"):
        assert said in texts


@pytest.mark.parametrize("lesson, at_least", [("04a", 5), ("04c", 4), ("04d", 4)])
def test_each_lesson_has_its_questions(lesson, at_least):
    assert len(quiz.questions(lesson)) >= at_least
