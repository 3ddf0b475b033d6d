"""The rules that every lesson obeys, checked on its source, and what its two notebooks hold. That each rule can fail:
test_rules.py."""
import ast
import functools
import importlib
import re

import nbformat
import pytest
from papermill.translators import PythonTranslator

import pipeline
import rules

SOURCES = pipeline.sources()
CHAPTERS = sorted({pipeline.lesson(source)[:2] for source in SOURCES})
RULES = [pytest.param(source, rule, id=f"{source.stem}-{rule.__name__}")
         for source in SOURCES for rule in rules.RULES]
read = functools.cache(pipeline.read)


def test_there_are_lessons():
    assert len(SOURCES) >= 3, "no sources found: every rule below would pass on nothing"


@pytest.mark.parametrize("source, rule", RULES)
def test_a_lesson_obeys(source, rule):
    found = list(rule(read(source), pipeline.lesson(source)))
    assert not found, "\n" + "\n".join(f"- {line}" for line in found)


@pytest.fixture(params=SOURCES, ids=[source.stem for source in SOURCES])
def source(request):
    return request.param


def test_papermill_sees_every_parameter(source):
    """It reads the cell line by line, and overlooks one whose comment it cannot parse."""
    cell, = (cell for cell in read(source).cells if "parameters" in pipeline.tags(cell))
    wanted = {target.id for statement in ast.parse(cell.source).body for target in statement.targets}
    assert {parameter.name for parameter in PythonTranslator.inspect(cell)} == wanted


def test_every_editor_finds_kernel_and_language_in_a_notebooks_file(source):
    """Without the kernel's name VS Code asks for one at each opening; without the extension nbconvert writes NAME.txt."""
    for path in pipeline.targets(source):
        metadata = nbformat.read(path, 4).metadata
        assert (metadata.kernelspec.name, metadata.kernelspec.language) == ("python3", "python")
        assert (metadata.language_info.name, metadata.language_info.file_extension) == ("python", ".py")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapters_lessons_ask_its_exercises_each_once(chapter):
    known = importlib.import_module(f"chapters.ch{chapter}.checks").EXERCISES
    asked = [key for source in SOURCES if pipeline.lesson(source)[:2] == chapter
             for _, key in rules.keys(read(source), "exercises.check")]
    odd = sorted(key for key in {*asked, *known} if (asked.count(key), key in known) != (1, True))
    assert not odd, f"each is asked in one cell, and has an entry in ch{chapter}/checks.py: {', '.join(odd)}"


def test_no_solution_in_the_learners_notebook(source):
    complete = read(source)
    learner = "\n".join(cell.source for cell in pipeline.learner(complete).cells)
    assert "# solution" not in learner and "# wrong" not in learner
    for cell in complete.cells:
        _, solution, wrong = pipeline.parts(cell.source)
        for body in [solution, *(body for _, body in wrong)]:
            assert not body or body not in learner


def test_no_output_in_the_learners_notebook(source):
    for cell in nbformat.read(pipeline.targets(source)[0], 4).cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


def test_notebooks_in_sync_and_verdicts_have_outputs(source):
    assert pipeline.check(source) == "in sync"


def dead_links(path):
    """The relative links of a notebook's texts that lead to no file."""
    said = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
    prose = re.sub(r"```.*?```|`[^`\n]+`", "", said, flags=re.S)
    links = re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r'(?:href|src)="([^"]+)"', prose)
    names = [link.partition("#")[0] for link in links if not re.match("[a-z]+:|#", link)]
    return [name for name in names if not (path.parent / name).is_file()]


def test_every_relative_link_leads_to_a_file_from_both_folders(source):
    assert [dead_links(path) for path in pipeline.targets(source)] == [[], []]
