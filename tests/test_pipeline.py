"""The pipeline: what each edition holds, when something is stale, what a wrong command line says."""
import json
import subprocess
import sys

import nbformat
import pytest

import pipeline
from helpers import ROOT
from helpers.course import ledger

SOURCE = '''# %% [markdown]
# # 1. Title

# %% tags=["parameters"]
fast = True
seed = 0

# %% tags=["verdict"]
print("seed", "is even" if seed % 2 == 0 else "is odd", "largest difference", 1e-7)

# %% tags=["exercise"]
# Work here.
answer = ...
# solution
answer = 2 + 2
# wrong: you added one too many
answer = 5
# wrong: you forgot one
answer = 3

# %% tags=["solution"]
secret = 42

# %%
print("no verdict")
'''


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "notebooks" / "chapters" / "ch01" / "01_title.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_parts_of_an_exercise():
    cell = "a = 1\nanswer = ...\n# solution\nanswer = 2\n# wrong: why\nanswer = 3"
    above, solution, wrong = pipeline.parts(cell)
    assert (above, solution, wrong) == ("a = 1\nanswer = ...", "answer = 2", [("why", "answer = 3")])
    assert pipeline.parts("x = 1") == ("x = 1", "", [])
    assert pipeline.parts("x = 1  # solution of an equation")[1] == ""


def test_sources_are_found_by_chapter_and_part(tmp_path, monkeypatch):
    for name in ("ch12/12b_sound.py", "ch01/01_title.py", "ch12/12a_pictures.py", "ch12/12ab_no.py", "ch01/no_chapter.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(pipeline, "CHAPTERS", tmp_path)
    assert [pipeline.lesson(path) for path in pipeline.sources()] == ["01", "12a", "12b"]
    assert [path.name for path in pipeline.sources(["12a"])] == ["12a_pictures.py"]
    assert [path.name for path in pipeline.sources(["1"])] == ["01_title.py"]
    assert [pipeline.lesson(path) for path in pipeline.sources(["12"])] == ["12a", "12b"]
    with pytest.raises(SystemExit, match="no lesson 13; there are 01, 12a, 12b"):
        pipeline.sources(["13"])


def test_the_learners_edition_holds_no_answer(source):
    nb = pipeline.learner(pipeline.read(source))
    text = "\n".join(cell.source for cell in nb.cells)
    assert "# Work here.\nanswer = ..." in text
    for secret in ("2 + 2", "answer = 5", "answer = 3", "secret", "solution", "wrong"):
        assert secret not in text


def test_the_solved_edition_holds_the_solution_and_no_wrong_answer(source):
    nb = pipeline.solved(pipeline.read(source))
    text = "\n".join(cell.source for cell in nb.cells)
    assert "# Work here.\nanswer = 2 + 2" in text and "secret = 42" in text
    for gone in ("answer = ...", "answer = 5", "# wrong", "# solution"):
        assert gone not in text
    assert [cell.source.split("(")[0] for cell in nb.cells if pipeline.GOLDEN in pipeline.tags(cell)] == ["print"]


def test_cell_ids_are_fixed_unique_and_survive_edits_elsewhere(source):
    first = pipeline.read(source)
    assert [c.id for c in first.cells] == [c.id for c in pipeline.read(source).cells]
    assert len({c.id for c in first.cells}) == len(first.cells)
    source.write_text("# %%\nnew = 1\n\n" + SOURCE + "\n# %%\nprint(\"no verdict\")\n", encoding="utf-8")
    second = pipeline.read(source)
    assert [c.id for c in second.cells][1:-1] == [c.id for c in first.cells] and second.cells[-1].id.endswith("-2")
    nbformat.validate(second)


def test_build_then_check_then_build_again_changes_nothing(source):
    pipeline.build(source)
    paths = pipeline.targets(source)
    assert pipeline.check(source) == "in sync"
    before = [path.read_bytes() for path in paths]
    pipeline.build(source, force=True)
    assert [path.read_bytes() for path in paths] == before
    solved = nbformat.read(paths[1], 4)
    assert [bool(cell.get("outputs")) for cell in solved.cells] == [False, False, True, False, False, False]
    assert solved.cells[2].execution_count
    assert not any(cell.get("outputs") for cell in nbformat.read(paths[0], 4).cells)


def test_a_measured_number_that_moved_keeps_the_old_output_and_a_changed_sentence_does_not(source):
    pipeline.build(source)
    path = pipeline.targets(source)[1]
    before = path.read_bytes()
    content = json.loads(before)
    content["cells"][2]["outputs"][0]["text"] = ["seed is even largest difference 3.3e-08\n"]
    path.write_text(json.dumps(content), encoding="utf-8")
    pipeline.build(source, force=True)
    assert "3.3e-08" in path.read_text(encoding="utf-8")
    content["cells"][2]["outputs"][0]["text"] = ["seed is odd largest difference 1e-07\n"]
    path.write_text(json.dumps(content), encoding="utf-8")
    pipeline.build(source, force=True)
    assert "seed is even" in path.read_text(encoding="utf-8")


def test_stale_notebooks_and_missing_outputs_are_found(source):
    with pytest.raises(ValueError, match="stale"):
        pipeline.check(source)
    pipeline.build(source)
    path = pipeline.targets(source)[1]
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][2]["outputs"] = []
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match="has no output to compare"):
        pipeline.check(source)
    pipeline.build(source, force=True)
    source.write_text(SOURCE.replace("no verdict", "another text"), encoding="utf-8")
    with pytest.raises(ValueError, match="stale"):
        pipeline.check(source)


def test_run_passes_parameters_and_refuses_unknown_ones(source, build_folder):
    pipeline.build(source)
    assert pipeline.run(source, {"seed": 3}) == {}
    done = nbformat.read(build_folder / "executed" / "01_title.ipynb", 4)
    assert any("seed is odd" in str(cell.get("outputs")) for cell in done.cells)
    with pytest.raises(ValueError, match="no parameter speed; it has fast, seed"):
        pipeline.run(source, {"speed": 3})


def test_a_failing_chapter_is_reported_with_its_error(source, capsys):
    source.write_text(SOURCE.replace('print("no verdict")', "1 / 0"), encoding="utf-8")
    pipeline.write(pipeline.learner(pipeline.read(source)), pipeline.targets(source)[0])
    seconds, result = pipeline.timed(pipeline.run, source, {})
    assert isinstance(result, RuntimeError) and "ZeroDivisionError" in str(result)
    assert pipeline.report([(source, seconds, result)]) == 1
    captured = capsys.readouterr()
    assert "FAILED" in captured.out and "ZeroDivisionError" in captured.err and "\x1b" not in captured.err


def test_run_starts_a_fresh_ledger(source, build_folder):
    pipeline.build(source)
    ledger.begin("01")
    ledger.put("verdicts", "C09", {"verdict": "HELD"})
    assert pipeline.run(source, {}) == {}


@pytest.mark.parametrize("arguments, said", [
    (["run", "--seed", "abc"], "invalid int value: 'abc'"), (["run", "--device", "gpu9"], "invalid choice: 'gpu9'"),
    (["run", "77"], "no lesson 77; there are"), (["fly"], "invalid choice: 'fly'")])
def test_command_line(arguments, said):
    done = subprocess.run([sys.executable, "tools/pipeline.py", *arguments], cwd=ROOT, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode and said in done.stderr and "Traceback" not in done.stderr


def test_the_last_chapter_runs_when_the_others_are_done(monkeypatch, capsys):
    """It reads their ledgers."""
    rounds = []

    def each(verb, chosen, *rest):
        rounds.append([pipeline.lesson(source) for source in chosen])
        return []
    monkeypatch.setattr(pipeline, "each", each)
    pipeline.main(["run", "14", "00", "01"])
    assert rounds == [["00", "01"], ["14"]]
