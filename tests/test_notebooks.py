"""The rules that every chapter obeys, checked on its source; and that each rule can fail."""
import ast
import importlib

import nbformat
import pytest
from papermill.translators import PythonTranslator

import pipeline
import rules

SOURCES = pipeline.sources()


def test_there_are_chapters():
    assert len(SOURCES) >= 3, "no sources found: every rule below would pass on nothing"


def complaints(found):
    return "\n".join(f"- {line}" for line in found)


@pytest.fixture(params=SOURCES, ids=[source.stem for source in SOURCES])
def chapter(request):
    """(name such as "07" or "12a", complete notebook) of one chapter."""
    return pipeline.lesson(request.param), pipeline.read(request.param)


def rule(found):
    """Fail with all that breaks a rule, not only the first."""
    found = complaints(found)
    assert not found, "\n" + found


def test_size(chapter):
    rule(rules.size(chapter[1]))


def test_headings(chapter):
    rule(rules.headings(chapter[1], chapter[0]))


def test_opening(chapter):
    rule(rules.opening(chapter[1], chapter[0]))


def test_papermill_sees_every_parameter(chapter):
    """It reads the cell line by line, and overlooks one whose comment it cannot parse."""
    cell, = (cell for cell in chapter[1].cells if "parameters" in pipeline.tags(cell))
    wanted = {target.id for statement in ast.parse(cell.source).body for target in statement.targets}
    assert {parameter.name for parameter in PythonTranslator.inspect(cell)} == wanted


def test_twins(chapter):
    rule(rules.twins(chapter[1]))


def test_honest(chapter):
    rule(rules.honest(chapter[1]))


def test_clocked(chapter):
    rule(rules.clocked(chapter[1]))


def test_predictions(chapter):
    rule(rules.predictions(chapter[1]))


def test_exercises(chapter):
    rule(rules.exercises(chapter[1], importlib.import_module(f"chapters.ch{chapter[0][:2]}.checks")))


def test_claims(chapter):
    rule(rules.claims(chapter[1], chapter[0]))


def test_figures(chapter):
    rule(rules.figures(chapter[1]))


def test_closing(chapter):
    rule(rules.closing(chapter[1], chapter[0]))


def test_links(chapter):
    rule(rules.links(chapter[1]))


def test_no_solution_in_the_learners_notebook(chapter):
    _, complete = chapter
    learner = "\n".join(cell.source for cell in pipeline.learner(complete).cells)
    assert "# solution" not in learner and "# wrong" not in learner
    for cell in complete.cells:
        _, solution, wrong = pipeline.parts(cell.source)
        for body in [solution, *(body for _, body in wrong)]:
            assert not body or body not in learner


def test_no_output_in_the_learners_notebook(chapter):
    plain, _ = pipeline.targets(pipeline.sources([chapter[0]])[0])
    for cell in nbformat.read(plain, 4).cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("source", SOURCES, ids=[source.stem for source in SOURCES])
def test_notebooks_in_sync_and_verdicts_have_outputs(source):
    assert pipeline.check(source) == "in sync"


# Each rule fails on a notebook that breaks it: a rule that cannot fail protects nothing.

def book(*cells):
    """A notebook from (kind, source, tags...) tuples."""
    nb = nbformat.v4.new_notebook()
    for kind, source, *tags in cells:
        make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        nb.cells.append(make(source, metadata={"tags": list(tags)}))
    return nb


TWIN = [("code", "a_torch = 1", "torch"), ("code", "a_tf = 1", "tf"),
        ("code", 'parity.verdict("a", a_torch, a_tf)', "verdict")]

UNCHECKED = ("code", "answer = ...\n# solution\nanswer = 1", "exercise")


RACE = """def slow(race):
    return max(race)
found["race"] = timing.compare(ways)
race = found["race"]
ratio = race["a"] / race["b"]"""

SAID = """claims.verdict("C09", {"fast": ratio > 2}, "seen", timed=True)
exercises.outcome("1.1", slow(race), timed=True)
print(f"a: {len(ways)}, fast by the clock: {ratio > 2} and {ratio > 3}, measured {ratio:.1f} times, took {race['a']:.1f} s")
for name, took in race.items():
    print(f"{name} took {took} s")
ratio = len(ways)
print(f"{ratio}")"""


def raced(judging):
    """What rules.clocked says to a verdict cell after a race; the last cell is no verdict's."""
    return rules.clocked(book(("code", RACE), ("code", judging, "verdict"), ("code", 'print(f"{race}")')))


def test_a_measured_time_of_which_a_word_is_said_breaks_no_rule():
    rule(raced(SAID))


class EmptyModule:
    EXERCISES = {}


@pytest.mark.parametrize("found, said", [
    (rules.size(book(("markdown", "x"))), "1 cells"),
    (rules.size(book(*[("markdown", "x")] * 40, ("code", "a = 1\n" * 21))), "21 lines"),
    (rules.size(book(*[("markdown", "x")] * 40, ("markdown", "word " * 121))), "121 words"),
    (rules.headings(book(("markdown", "# Tensors")), "01"), "# 1. Title"),
    (rules.headings(book(("markdown", "# 1. Tensors\n## 1.2 Views")), "01"), "numbered 1.1"),
    (rules.headings(book(("markdown", "# 12. Pictures")), "12a"), "# 12a. Title"),
    (rules.headings(book(("markdown", "# 12a. Pictures\n## 12.1 Plates")), "12a"), "numbered 12a.1"),
    (rules.headings(book(("markdown", "# 1. Tensors\n## 1.1 All About Tensor Views")), "01"), "sentence case"),
    (rules.opening(book(("markdown", "# 1. T"), ("code", "x = 1")), "01"), "lacks"),
    (rules.opening(book(("markdown", "# 1. T"), ("code", "x = 1")), "01"), "first five code cells"),
    (rules.twins(book(*TWIN[:2])), "must be followed"),
    (rules.twins(book(*TWIN[1:])), "no torch cell before it"),
    (rules.twins(book(*TWIN[:2], ("code", "a = 1", "verdict"))), "judges nothing"),
    (rules.twins(book(("code", "a = 1", "trch"))), "unknown tags"),
    (rules.twins(book(*TWIN)), "at least three twins"),
    (rules.honest(book(("code", "try:\n    a()\nexcept:\n    b()"))), "swallowed"),
    (rules.honest(book(("code", "try:\n    a()\nexcept ValueError:\n    pass"))), "swallowed"),
    (rules.honest(book(("code", 'claims.verdict("C09", True, "seen")'))), "not typed"),
    (rules.honest(book(("code", 'claims.verdict("C09", {"a part": True}, "seen")'))), "not typed"),
    (rules.honest(book(("code", 'exercises.outcome("1.1", "float32")'))), "not typed"),
    (rules.honest(book(("code", 'open("/tmp/x")'))), "/tmp/"),
    (rules.honest(book(("code", 'exec("a")'))), "exec"),
    (raced('claims.verdict("C09", {"fast": ratio > 2}, "seen")'), "timed"),
    (raced('exercises.outcome("1.1", sorted(race)[0])'), "timed"),
    (raced('parity.verdict("the first", slow(race), "a")'), "timed"),
    (raced('print(f"fast: {ratio > 2}")'), "{ratio > 2}: a measured"),
    (raced('for name, took in race.items():\n    print(f"{took}")'), "{took}"),
    (rules.predictions(book()), "0 predictions"),
    (rules.predictions(book(("code", 'exercises.predict("1.1", guess, among=[1])', "predict"))), "no outcome"),
    (rules.predictions(book(("code", 'exercises.outcome("1.1", x)'))), "never asked"),
    (rules.exercises(book(), EmptyModule), "0 exercises"),
    (rules.exercises(book(UNCHECKED, ("code", "x")), EmptyModule), "two wrong"),
    (rules.exercises(book(UNCHECKED, ("code", "x")), EmptyModule), "check cell"),
    (rules.exercises(book(), EmptyModule), "port"),
    (rules.claims(book(), "01"), "the table gives"),
    (rules.claims(book(), "01"), "claims.close"),
    (rules.figures(book(("code", "plots.show(fig)"))), "no alt text"),
    (rules.figures(book(("code", "plt.show()"))), "plt.show"),
    (rules.closing(book(("markdown", "## 1.1 Quiz")), "01"), "last four sections"),
    (rules.links(book(("markdown", "[x](glossary.md#no-such-term)"))), "no entry"),
    (rules.links(book(("markdown", "[x](nowhere.ipynb)"))), "leads nowhere"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_broken_rule_is_found(found, said):
    assert said in complaints(found)
