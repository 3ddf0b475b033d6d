"""Cells of a lesson, run in the test's own process from the lesson's source: found by tag, heading, or what they define."""
import ast
import linecache

import numpy as np

import pipeline
from helpers import claims, exercises, parity
from helpers.course import ledger
from helpers.course.missing import bound_names

OPENING = {"setup", "parameters", "predict"}  # predictions too: an outcome is refused where nobody has asked


def run(lesson, *names, until=None, **parameters):
    """Run a lesson's opening and the first cells that define `names`; or, with until, all cells before that place.

    parameters replace the lesson's own; device is "cpu" unless they say otherwise. Returns the namespace.
    Raises LookupError for a name, place or parameter that the lesson does not have.
    """
    cells, space = read(lesson, pipeline.learner), {"__name__": "__main__"}
    wanted = range(find(cells, until)) if until else {find(cells, name) for name in names}
    for k, cell in enumerate(cells):
        if cell.cell_type == "code" and (k in wanted or not until and OPENING & set(pipeline.tags(cell))):
            execute(cell.source, cell.source, f"<lesson {lesson}, cell {k}>", space)
            if "parameters" in pipeline.tags(cell):
                if unknown := parameters.keys() - space.keys():
                    raise LookupError(f"lesson {lesson} has no parameter {', '.join(unknown)}")
                space.update({"device": "cpu", **parameters})
    return space


def functions(lesson, *names, **space):
    """Run nothing but the definitions of these functions, in the namespace that is given, and return it."""
    cells = read(lesson, pipeline.learner)
    for name in names:
        source = cells[find(cells, name)].source
        found = [node for node in ast.parse(source).body if getattr(node, "name", None) == name]
        if not found:
            raise LookupError(f"lesson {lesson} defines {name!r}, but not as a function")
        execute(ast.Module(found, []), source, f"<lesson {lesson}, {name}>", space)
    return space


def judge(lesson, *places, asks=(), **planted):
    """Run nothing but these cells, which judge, on planted numbers: {claim: its verdict, prediction: what was found}.

    places: one for each cell, as for `find`. asks: keys of the predictions that the cells answer.
    """
    ledger.begin(lesson)
    cells = read(lesson, pipeline.learner)
    asking = [question(cell.source, asks) for cell in cells if cell.cell_type == "code"]
    space = {"np": np, "claims": claims, "exercises": exercises, "parity": parity, **planted}
    for source in [*asking, *(cells[find(cells, place)].source for place in places)]:
        execute(source, source, f"<lesson {lesson}, {source.partition(chr(10))[0]}>", space)
    return ({claim: found["verdict"] for claim, found in ledger.fresh("verdicts").items()}
            | {key: found["actual"] for key, found in ledger.fresh("predictions").items()})


def question(source, keys):
    """A cell's text as far as it asks the predictions with these keys: what follows may need more than was planted."""
    ends = [statement.end_lineno for statement in ast.parse(source).body
            if any(f"exercises.predict('{key}'" in ast.unparse(statement) for key in keys)]
    return "\n".join(source.splitlines()[:max(ends, default=0)])


def solution(lesson, key):
    """The solved answer to an exercise, for example solution("09b", "9.4"): its cell must need no other."""
    cells, space = read(lesson, pipeline.solved), {}
    source = cells[find(cells, f'exercises.check("{key}", answer)') - 1].source
    execute(source, source, f"<exercise {key}>", space)
    return space["answer"]


def read(lesson, edition):
    """The cells of an edition (pipeline.learner or pipeline.solved) of a lesson."""
    source, = pipeline.sources([lesson])
    return edition(pipeline.read(source)).cells


def find(cells, place):
    """The index of the first cell that has the tag or the heading `place`, defines that name, or says just that."""
    for k, cell in enumerate(cells):
        lines = [line.lstrip("# ") for line in cell.source.splitlines()]
        names = bound_names(ast.parse(cell.source)) if cell.cell_type == "code" else lines
        if place in {cell.source, *pipeline.tags(cell), *names}:
            return k
    raise LookupError(f"no cell has the tag or heading {place!r}, or defines that name")


def execute(code, source, name, space):
    """Run code of a cell; its source is left where tracebacks and AutoGraph look for it."""
    linecache.cache[name] = len(source), None, source.splitlines(True), name
    exec(compile(code, name, "exec"), space)
