"""The pipeline: what each edition holds, what differs from a source, what a wrong command line says, what is spared."""
import contextlib
import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbconvert.exporters import PythonExporter, ScriptExporter

import batch
import family
import loaded
import pipeline
from helpers import ROOT
from helpers.course import ledger

SOURCE = '''# %% [markdown]
# # 98. Title

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
    """The source of a lesson 98, which no claim belongs to, in a course of its own."""
    path = tmp_path / "course" / "notebooks" / "chapters" / "ch98" / "98_title.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    return path


def write_into(path, change):
    """Change the JSON of a notebook as its reader would: change(cells)."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content["cells"])
    path.write_text(json.dumps(content), encoding="utf-8")


def test_parts_of_an_exercise():
    cell = "a = 1\nanswer = ...\n# solution\nanswer = 2\n# wrong: why\nanswer = 3"
    above, solution, wrong = pipeline.parts(cell)
    assert (above, solution, wrong) == ("a = 1\nanswer = ...", "answer = 2", [("why", "answer = 3")])
    assert pipeline.parts("x = 1") == ("x = 1", "", [])
    assert pipeline.parts("x = 1  # solution of an equation")[1] == ""


def test_sources_are_found_by_chapter_and_part(tmp_path, monkeypatch):
    for name in ("ch12/12b_sound.py", "ch01/01_title.py", "ch12/12a_plates.py", "ch12/12ab_no.py", "ch12/music_score.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    monkeypatch.setattr(pipeline, "CHAPTERS", tmp_path)
    assert [pipeline.lesson(path) for path in pipeline.sources()] == ["01", "12a", "12b"]
    assert [path.name for path in pipeline.sources(["12a"])] == ["12a_plates.py"]
    assert [pipeline.lesson(path) for path in pipeline.sources(["1", "12"])] == ["01", "12a", "12b"]
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


def test_a_comment_about_a_solution_cuts_nothing(source):
    source.write_text(SOURCE.replace("secret = 42", "secret = 42\n# solution of the system\nmore = 1"), encoding="utf-8")
    text = "\n".join(cell.source for cell in pipeline.solved(pipeline.read(source)).cells)
    assert "# solution of the system\nmore = 1" in text


def test_no_comment_becomes_a_command(source):
    comments = "# copy the weights\n# cat and dog\n# why?\n# %time x = 1\n# !ls"
    source.write_text(f"{SOURCE}\n\n# %%\n{comments}\nx = 1\n", encoding="utf-8")
    assert pipeline.read(source).cells[-1].source == f"{comments}\nx = 1"


@pytest.mark.parametrize("cell, said", [
    ('# %%\nx = 1\n# solution\ny = 2', "'# solution' stands in a cell without the tag exercise; the cell begins 'x = 1'"),
    ('# %%\nx = 1\n# wrong: a cause\ny = 2', "'# wrong: a cause' stands in a cell without the tag exercise"),
    ('# %% tags=["exercise"]\nanswer = ...\n# solution: solve it\nanswer = 2', "'# solution: solve it' is neither"),
    ('# %% tags=["exercise"]\nanswer = ...\n# Wrong: a cause\nanswer = 2', "'# Wrong: a cause' is neither")])
def test_a_mark_in_the_wrong_place_is_refused_by_name(source, cell, said):
    source.write_text(f"{SOURCE}\n{cell}\n", encoding="utf-8")
    for verb in (pipeline.read, pipeline.check):
        with pytest.raises(ValueError) as refused:
            verb(source)
        assert str(refused.value).startswith("98_title.py: the line ") and said in str(refused.value)


def test_folded_cells_are_folded_and_keep_their_tag(source):
    source.write_text(SOURCE.replace('tags=["verdict"]', 'tags=["verdict", "folded"]'), encoding="utf-8")
    for edition in (pipeline.learner, pipeline.solved):
        nb = edition(pipeline.read(source))
        folded = [cell for cell in nb.cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
        assert len(folded) == 1 and {"verdict", "folded"} <= set(pipeline.tags(folded[0]))
        nbformat.validate(nb)


def test_a_notebook_is_exported_as_a_python_script(source):
    nb = pipeline.learner(pipeline.read(source))
    for exporter in (PythonExporter, ScriptExporter, ScriptExporter):
        script, resources = exporter().from_notebook_node(nb)
        assert resources["output_extension"] == ".py"
        compile(script, "98_title.py", "exec")
        nb.metadata.language_info.pop("nbconvert_exporter", None)  # a program that does not know it goes by the extension


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


def test_build_executes_for_another_line_of_code_and_not_for_another_word(source, monkeypatch):
    pipeline.build(source)
    ran, execute = [], pipeline.execute
    monkeypatch.setattr(pipeline, "execute", lambda nb: ran.append(nb) or execute(nb))
    text = "# %% [markdown]\n# A new cell of text.\n\n" + SOURCE.replace("Title", "Another title")
    source.write_text(text, encoding="utf-8")
    pipeline.build(source)
    assert not ran and pipeline.check(source) == "in sync"
    kept = pipeline.targets(source)[1].read_bytes()
    pipeline.build(source, force=True)
    assert len(ran) == 1 and pipeline.targets(source)[1].read_bytes() == kept
    source.write_text(SOURCE + "\n# %%\nprint(1)\n", encoding="utf-8")
    pipeline.build(source)
    assert len(ran) == 2 and pipeline.check(source) == "in sync"


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


def built(source):
    """Write a lesson's notebooks without executing the solved one: with an output of its verdict cell that was made up."""
    nb, (plain, full) = pipeline.read(source), pipeline.targets(source)
    full.parent.mkdir(exist_ok=True)
    pipeline.write(pipeline.learner(nb), plain)
    done = pipeline.solved(nb)
    for cell in done.cells:
        if pipeline.GOLDEN in pipeline.tags(cell):
            cell.update(execution_count=1, outputs=[nbformat.v4.new_output("stream", text="planted")])
    pipeline.write(done, full)
    return plain, full


def test_check_says_what_is_missing(source):
    with pytest.raises(ValueError, match="notebooks/98_title.ipynb is not there: run `make build ARGS=98`"):
        pipeline.check(source)
    _, full = built(source)
    assert pipeline.check(source) == "in sync"
    write_into(full, lambda cells: cells[2].update(outputs=[]))
    with pytest.raises(ValueError, match="the verdict cell 'print\\(.* has no output to compare"):
        pipeline.check(source)


@pytest.mark.parametrize("old, new, said", [
    ('print("no verdict")', 'print("another")',
     ['98_title.ipynb, cell 5 (\'print("no verdict")\') differs', '-print("another")', '+print("no verdict")']),
    ("fast = True", "new = 1\n\n# %%\nfast = True", ["cell 2 ('fast = True') differs", "-new = 1"]),
    ('print("no verdict")\n', 'print("no verdict")\n\n# %%\nmore = 1\n', ["the source's cell 6 ('more = 1') is missing"]),
    ('\n# %%\nprint("no verdict")\n', "", ["cell 5 ('print(\"no verdict\")') is not in the source"]),
    ('["verdict"]', '["verdict", "folded"]', ["folded True", "+%% code, tags ['verdict'], folded False"])])
def test_check_names_the_cell_and_what_differs(source, old, new, said):
    built(source)
    source.write_text(SOURCE.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError) as refused:
        pipeline.check(source)
    for part in [*said, "make build ARGS=98"]:
        assert part in str(refused.value)


def answer(cells):
    """Answer the exercise, and write a cell below it."""
    cells[3].update(source=["# Work here.\n", "answer = 4"])
    cells.insert(4, {"cell_type": "code", "id": "mine", "metadata": {}, "source": ["my = 1"], "outputs": [],
                     "execution_count": None})


def test_check_is_content_with_answers(source):
    plain, _ = built(source)
    write_into(plain, answer)
    said = pipeline.check(source)
    assert said.startswith("in sync; you have answers in 98: fine (") and "'my = 1'" in said
    write_into(plain, lambda cells: cells[1].update(source="fast = False\nseed = 0"))  # this is no answer
    with pytest.raises(ValueError, match="cell 2 .*differs"):
        pipeline.check(source)


@pytest.mark.parametrize("which", [0, 1])
def test_build_refuses_to_overwrite_answers_and_sets_them_aside_when_asked(source, which):
    path = built(source)[which]
    write_into(path, answer)
    before = path.read_bytes()
    for force in (False, True):
        with pytest.raises(ValueError, match=rf"{path.name} holds what a hand has written: .*'my = 1'.*--set-aside"):
            pipeline.build(source, force)
        assert path.read_bytes() == before
    work = source.parents[3] / "work" / ("" if which == 0 else "solutions")
    (work / "98_title.mine.ipynb").parent.mkdir(parents=True)
    (work / "98_title.mine.ipynb").write_text("an older one", encoding="utf-8")
    pipeline.build(source, set_aside=True)
    assert pipeline.check(source) == "in sync"
    assert (work / "98_title.mine.2.ipynb").read_bytes() == before
    assert (work / "98_title.mine.ipynb").read_text(encoding="utf-8") == "an older one"


def test_build_takes_a_changed_source_for_no_answer(source):
    built(source)
    source.write_text(SOURCE.replace("# Work here.", "# Work with care.").replace("fast = True", "fast = False"),
                      encoding="utf-8")
    pipeline.build(source)
    assert pipeline.check(source) == "in sync"


def test_build_leaves_a_damaged_notebook_alone(source):
    plain, _ = built(source)
    plain.write_text(plain.read_text(encoding="utf-8")[:200], encoding="utf-8")
    with pytest.raises(ValueError, match="98_title.ipynb cannot be read as a notebook"):
        pipeline.build(source)
    assert len(plain.read_text(encoding="utf-8")) == 200


def test_what_is_written_is_all_there_or_not_at_all(source, monkeypatch):
    plain, _ = built(source)
    before = plain.read_bytes()

    def full_disk(*args):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(pipeline.os, "replace", full_disk)
    with pytest.raises(OSError, match="No space left"):
        pipeline.write(pipeline.learner(pipeline.read(source)), plain)
    assert plain.read_bytes() == before and [path.name for path in plain.parent.glob("98*")] == [plain.name]


@pytest.mark.slow
def test_run_passes_typed_parameters_to_papermill(source, build_folder, capfd):
    source.write_text(SOURCE + "\n# %%\nprint(repr(seed), repr(fast))\n", encoding="utf-8")
    assert pipeline.run(source, {"seed": "3", "fast": "False"}) == {}
    done = nbformat.read(build_folder / "executed" / "98_title.ipynb", 4)
    assert "3 False" in str(done.cells[-1].outputs) and any("seed is odd" in str(cell.get("outputs")) for cell in done.cells)
    assert "WARNING" not in capfd.readouterr().err, "the kernel has nothing to say that a reader could not act on"
    with pytest.raises(ValueError, match="no parameter speed; it has fast, seed"):
        pipeline.run(source, {"speed": 3})
    with pytest.raises(ValueError, match="-p seed abc: seed must be a whole number, such as 0"):
        pipeline.run(source, {"seed": "abc"})


REACHED_BY = "import ipykernel\nprint(ipykernel.get_connection_info(unpack=True)['transport'])\n"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no sockets that are files")
def test_kernels_are_reached_by_no_port_that_others_could_take(source, build_folder):
    source.write_text(f"{SOURCE}\n# %%\n{REACHED_BY}", encoding="utf-8")
    pipeline.run(source, {})
    for done in (nbformat.read(build_folder / "executed" / "98_title.ipynb", 4),
                 pipeline.execute(pipeline.learner(pipeline.read(source)))):
        assert done.cells[-1].outputs[0].text == "ipc\n"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no sockets that are files")
def test_nor_are_those_of_nbval(tmp_path):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(
        REACHED_BY, execution_count=1, outputs=[nbformat.v4.new_output("stream", text="ipc\n")])])
    nbformat.write(book, tmp_path / "one.ipynb")
    options = ["-p", "nbval", "-p", "tools.own_sockets", "--nbval", "--nbval-current-env", tmp_path / "one.ipynb"]
    done = subprocess.run([*pipeline.PYTEST, "0", *options], cwd=ROOT, env={**os.environ, **pipeline.FEW_PLUGINS},
                          capture_output=True, text=True, timeout=family.LONG)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout


def test_a_lesson_with_claims_that_judges_none_has_failed(source, monkeypatch):
    monkeypatch.setattr(pipeline.data, "claims_table", lambda: [{"id": "C09", "lesson": "98"},
                                                              {"id": "C10", "lesson": "99"}])
    monkeypatch.setattr(pipeline.papermill, "execute_notebook", lambda *args, **options: None)
    with pytest.raises(ValueError, match=r"judged none of its claims \(C09\)"):
        pipeline.run(source, {})


@pytest.mark.slow
def test_a_relative_build_folder_is_one_folder_for_the_tool_and_its_kernels(source):
    """The notebook runs in another folder than the command."""
    course = source.parents[3]
    for name in ("helpers", "tools", "data"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__", "digits", "site"))
    (source.parents[1] / "__init__.py").touch()
    source.write_text(SOURCE.replace('print("no verdict")', "from helpers import session\nsession.start('98')\n"
                                     "from helpers import build_dir, exercises\nprint(build_dir())\n"
                                     "exercises.predict('P98.1', ..., among=[1])"), encoding="utf-8")
    (course / "elsewhere").mkdir()
    environment = {**pipeline.os.environ, "PYTHONPATH": str(course), "SIDE_BY_SIDE_BUILD": "build/other"}
    done = subprocess.run([sys.executable, course / "tools" / "pipeline.py", "run", "98"], cwd=course / "elsewhere",
                          env=environment, capture_output=True, text=True, timeout=family.LONG)
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(course / "build" / "other") in (course / "build" / "other" / "executed" / "98_title.ipynb").read_text("utf-8")
    assert (course / "build" / "other" / "ledger" / "98.json").exists()
    assert not list(course.glob("*/build")) and not (course / "elsewhere" / "build").exists()


@pytest.mark.slow
def test_a_failing_lesson_is_reported_with_its_error_and_the_ledger_stays_as_it_was(source, capsys):
    ledger.begin("98")
    ledger.put("verdicts", "C09", {"verdict": "HELD"})
    before = ledger.path_of("98").read_bytes()
    source.write_text(SOURCE.replace('print("no verdict")', "from helpers.course import ledger\nledger.begin('98')\n"
                                     "ledger.put('verdicts', 'C09', {'verdict': 'NEVER'})\n1 / 0"), encoding="utf-8")
    cost, result = batch.timed(pipeline.run, source, {})
    assert isinstance(result, RuntimeError) and "ZeroDivisionError" in str(result)
    assert ledger.path_of("98").read_bytes() == before
    assert batch.table([(source, cost, result)]) == 1
    captured = capsys.readouterr()
    assert "FAILED: ZeroDivisionError: division by zero" in captured.out
    assert "ZeroDivisionError" in captured.err and "\x1b" not in captured.err


@pytest.mark.parametrize("lesson, number", [("00a", "0a"), ("02a", "2a"), ("09", "9"), ("10", "10"), ("12b", "12b")])
def test_a_lessons_number_is_what_its_headings_show(lesson, number):
    assert pipeline.number(lesson) == number


@pytest.mark.parametrize("arguments, said", [
    (["run", "--seed", "abc"], "invalid int value: 'abc'"), (["run", "--device", "gpu9"], "invalid choice: 'gpu9'"),
    (["run", "77"], "no lesson 77; there are"), (["fly"], "invalid choice: 'fly'")])
def test_command_line(arguments, said):
    done = subprocess.run([sys.executable, "tools/pipeline.py", *arguments], cwd=ROOT, capture_output=True, text=True,
                          timeout=family.LONG)
    assert done.returncode and said in done.stderr and "Traceback" not in done.stderr


def test_the_last_chapter_runs_when_the_others_are_done(monkeypatch, capsys):
    """It reads their ledgers, and its last lesson those of the one before: one at a time."""
    rounds, at_a_time = [], []

    def each(verb, chosen, workers, *rest):
        rounds.append([pipeline.lesson(source)[:2] for source in chosen])
        at_a_time.append(workers)
        return []
    monkeypatch.setattr(pipeline, "each", each)
    pipeline.main(["run", "14", "00", "01", "--fresh"])
    assert sorted(set(rounds[0])) == ["00", "01"] and set(rounds[1]) == {"14"} and len(rounds) == 2
    assert at_a_time == [2, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks kernels")
@pytest.mark.parametrize("arguments, gpu, kernel", [([], False, loaded.KERNEL), (["--fresh"], False, "python3"),
                                                    ([], True, "python3")])
def test_kernels_begin_with_the_frameworks_loaded_unless_asked_otherwise(arguments, gpu, kernel, monkeypatch):
    given = []
    monkeypatch.setattr(pipeline, "each", lambda verb, chosen, workers, parameters, kernel: given.append(kernel) or [])
    monkeypatch.setattr(pipeline, "has_gpu", lambda: gpu)
    monkeypatch.setattr(pipeline, "LOADED", [])
    monkeypatch.setattr(pipeline.os, "environ", dict(pipeline.os.environ))
    pipeline.main(["run", "01a", *arguments])
    assert given == [kernel, kernel]


def test_the_report_has_each_lesson_with_its_figures(source, monkeypatch, capsys):
    source.write_text(SOURCE.replace('tags=["verdict"]', 'tags=["verdict", "folded"]'), encoding="utf-8")
    monkeypatch.setattr(pipeline, "sources", lambda only: [source])
    assert not pipeline.main(["report"])
    *_, lesson, folded = capsys.readouterr().out.splitlines()
    assert lesson.split() == ["98_title", "2", "2", "12", "16", "19", "40%", "none", "1"]
    assert folded.startswith("  folded: 1 cells")


def test_a_lessons_checks_are_chosen_by_its_name(source, monkeypatch):
    calls = []
    monkeypatch.setattr(pipeline.subprocess, "call", lambda command, **options: calls.append((command, options)) or 0)
    monkeypatch.setattr(pipeline, "must_be_tested", calls.append)
    assert pipeline.test([source], workers=1) == 0
    (first, _), tested, (second, options) = calls
    assert tested == [source]
    assert first[first.index("-k") + 1] == "98_title or test_each_place_is_there or test_editions and 98"
    assert all((ROOT / name).is_file() for name in first[-4:])
    assert second[-1] == str(pipeline.targets(source)[1]) and "--nbval-lax" in second
    assert options["env"]["SIDE_BY_SIDE_BUILD"].endswith("nbval")


@pytest.mark.parametrize("files, as_run, workers", [(True, True, "2"), (False, True, "0"), (False, False, "2")])
def test_what_is_not_run_is_compared_in_one_process_where_kernels_have_ports(source, monkeypatch, files, as_run, workers):
    """Two that start short kernels side by side were given the same port now and then: "Address already in use"."""
    calls = []
    monkeypatch.setattr(pipeline, "FILES", files)
    monkeypatch.setattr(pipeline.subprocess, "call", lambda command, **options: calls.append(command) or 0)
    monkeypatch.setattr(pipeline, "must_be_tested", lambda chosen: None)
    monkeypatch.setattr(pipeline.loaded, "kernels", lambda names, variables: contextlib.nullcontext("k"))
    assert pipeline.verdicts([source, source, source], 2, as_run) == 0
    (command,) = calls
    assert command[command.index("-n") + 1] == workers


def test_links_of_the_solved_notebook_lead_from_its_folder():
    text = "[a](glossary.md#view) [b](../data/x.csv) [c](chapters/ch02/engine.py) [`d`](glossary.md) ![e](e.png)"
    assert pipeline.from_solutions(text) == (
        "[a](../glossary.md#view) [b](../../data/x.csv) [c](../chapters/ch02/engine.py) "
        "[`d`](../glossary.md) ![e](../e.png)")
    for same in ("[f](02b_the_life.ipynb)", "[g](#quiz)", "[h](https://x.org/a)", "`x[0](y)`", "```\nx[0](y)\n```"):
        assert pipeline.from_solutions(same) == same
