"""Read off the lessons' sources: how outcomes are found, and that each claim has one cell that judges it."""
import ast
import re
from collections import Counter

import pytest

import pipeline

SOURCES = pipeline.sources()


def cells(source):
    """The code cells of a lesson as syntax trees, solved, without what only IPython reads."""
    for cell in pipeline.solved(pipeline.read(source)).cells:
        if cell.cell_type == "code":
            yield ast.parse(re.sub(r"^\s*[%!].*$", "", cell.source, flags=re.M))


def calls(tree, *names):
    """The calls of functions with these names."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in names]


def looked_up(tree):
    """The outcomes that are taken from a table by a number that the run computes: another number is a KeyError."""
    for call in calls(tree, "exercises.outcome"):
        for node in ast.walk(call.args[1]):
            if isinstance(node, ast.Subscript) and (isinstance(node.value, ast.Dict) or isinstance(node.slice, ast.BinOp)):
                yield ast.unparse(call)


@pytest.mark.parametrize("source", SOURCES, ids=[source.stem for source in SOURCES])
def test_no_outcome_is_looked_up(source):
    assert [found for tree in cells(source) for found in looked_up(tree)] == []


@pytest.mark.parametrize("cell, count", [
    ('exercises.outcome("9.3", {3: "all three", 1: "run", 2: "run and fork"}[len(after)])', 1),
    ('exercises.outcome("8.2", factors[(factor > 10) + (factor > 300)])', 1),
    ('exercises.outcome("9.1", found[writes])', 0),
    ('exercises.outcome("9.3", exercises.first_true({"all three": len(after) == 3, "run": after == {"run"}}))', 0)])
def test_an_outcome_that_is_looked_up_is_found(cell, count):
    assert len(list(looked_up(ast.parse(cell)))) == count


@pytest.mark.parametrize("source", SOURCES, ids=[source.stem for source in SOURCES])
def test_a_claim_is_judged_in_one_cell(source):
    """A tool that runs a notebook does not say which cell it runs, so that `claims` itself cannot tell."""
    judged = Counter(claim for tree in cells(source) for claim in {
        ast.literal_eval(call.args[0]) for call in calls(tree, "claims.verdict", "claims.not_measured")})
    assert [claim for claim, count in judged.items() if count > 1] == []
