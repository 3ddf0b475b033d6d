"""The learner's copy: what a learner wrote there outlives every update, and nothing else goes out of date."""
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

import family
import pipeline
import work_copy
from helpers import ROOT

SOURCE = '''# %% [markdown]
# # 98. Title
#
# See [a worker](chapters/ch98/workers/one.py), [a module](chapters/ch98/figures.py), [data](../data/timeline.csv).

# %% tags=["predict"]
guess = ...  # "a" or "b"
exercises.predict("P98.1", guess, among=["a", "b"])

# %%
x = 1

# %% tags=["exercise"]
answer = ...
# solution
answer = 2

# %% tags=["check"]
exercises.check("98.1", answer)
'''


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one lesson, with a worker, a module and a glossary. Returns its folder."""
    notebooks = tmp_path / "a ü b" / "notebooks"
    workers = notebooks / "chapters" / "ch98" / "workers"
    workers.mkdir(parents=True)
    for path, text in ((workers / "one.py", "print(1)\n"), (workers / "__init__.py", ""), (workers / "job.yaml", "a: 1\n"),
                       (workers.parent / "figures.py", ""), (workers.parent / "__init__.py", ""),
                       (notebooks / "glossary.md", "# Glossary\n"),
                       (notebooks / "what_will_bite_you.md", "# What will bite you\n"),
                       (workers.parent / "98_title.py", SOURCE)):
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(pipeline, "CHAPTERS", notebooks / "chapters")
    monkeypatch.setattr(work_copy, "NOTEBOOKS", notebooks)
    monkeypatch.setattr(work_copy, "WORK", notebooks.parent / "work")
    build(notebooks.parent)
    return notebooks.parent


def source(course):
    return course / "notebooks" / "chapters" / "ch98" / "98_title.py"


def build(course):
    """Write the lesson's two notebooks, unexecuted, over whatever is there."""
    nb, (plain, full) = pipeline.read(source(course)), pipeline.targets(source(course))
    full.parent.mkdir(exist_ok=True)
    pipeline.write(pipeline.learner(nb), plain)
    pipeline.write(pipeline.solved(nb), full)


def new_edition(course, old="x = 1", new="x = 2"):
    """Change the source, and build it."""
    text = source(course).read_text(encoding="utf-8")
    assert old in text
    source(course).write_text(text.replace(old, new), encoding="utf-8")
    build(course)


def answer(path):
    """Guess, answer, and write a cell, as JupyterLab saves it: text as lists of lines, other spaces, outputs."""
    content = json.loads(path.read_text(encoding="utf-8"))
    cells = content["cells"]
    cells[1]["source"] = cells[1]["source"].replace("...", '"b"', 1).splitlines(keepends=True)
    cells[3].update(source=["answer = 42"], execution_count=7,
                    outputs=[{"output_type": "stream", "name": "stdout", "text": ["mine\n"]}])
    cells.append({"cell_type": "code", "id": "f00d", "metadata": {}, "source": ["my = 1"], "outputs": [],
                  "execution_count": None})
    content["metadata"]["language_info"]["version"] = "3.12.1"
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")


def texts(path):
    return [cell.source for cell in nbformat.read(path, 4).cells]


def tree(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_copy_holds_what_a_learner_works_with_and_no_module(course):
    assert work_copy.update() == []
    mine = [name for name in tree(course / "work") if not name.startswith(".course")]
    assert mine == ["98_title.ipynb", "chapters/ch98/workers/job.yaml", "chapters/ch98/workers/one.py", "glossary.md",
                    "solutions/98_title.ipynb", "what_will_bite_you.md"]


def test_links_lead_somewhere_from_the_copy_too(course):
    work_copy.update()
    text = texts(course / "work" / "98_title.ipynb")[0]
    assert "(chapters/ch98/workers/one.py)" in text and "(../data/timeline.csv)" in text
    assert "(../notebooks/chapters/ch98/figures.py)" in text
    assert (course / "work" / ".." / "notebooks" / "chapters" / "ch98" / "figures.py").is_file()


def test_links_of_a_solved_notebook_lead_from_its_own_folder(course):
    cell = nbformat.v4.new_markdown_cell("[a](../chapters/ch98/figures.py), [b](../chapters/ch98/workers/one.py), "
                                         "[c](../glossary.md)")
    nb = work_copy.adapted(nbformat.v4.new_notebook(cells=[cell]), "solutions/98_title.ipynb", work_copy.files())
    assert nb.cells[0].source == ("[a](../../notebooks/chapters/ch98/figures.py), [b](../chapters/ch98/workers/one.py), "
                                  "[c](../glossary.md)")


@pytest.mark.skipif(os.name == "nt", reason="Windows wants rights for symbolic links")
def test_every_relative_link_of_every_lesson_leads_to_a_file_from_the_copy(tmp_path, monkeypatch):
    """The whole course, its copy beside it as `make lab` makes it, served from the folder of both: no link leaves that."""
    for name in ("notebooks", "data", "tools", "helpers"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setattr(work_copy, "WORK", tmp_path / "work")
    work_copy.update()
    books = [path for path in (tmp_path / "work").glob("*.ipynb")]
    dead = {}
    for book in books:
        said = "\n".join(cell.source for cell in nbformat.read(book, 4).cells if cell.cell_type == "markdown")
        links = re.findall(r"\]\(([^)\s#]+)", re.sub(r"```.*?```|`[^`\n]+`", "", said, flags=re.S))
        lost = [link for link in links if not re.match("[a-z]+:", link)
                and not (link.count("../") < 2 and os.path.isfile(os.path.normpath(book.parent / link)))]
        dead |= {book.name: lost} if lost else {}
    assert len(books) == len(pipeline.sources()) and dead == {}


def test_an_update_to_the_same_edition_touches_nothing(course):
    work_copy.update()
    answer(course / "work" / "98_title.ipynb")
    (course / "work" / "chapters" / "ch98" / "workers" / "one.py").write_text("print('mine')", encoding="utf-8")
    files = [path for path in (course / "work").rglob("*.*") if path.is_file()]
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in files]
    assert len(files) > 7 and work_copy.update() == []
    assert before == [(path.read_bytes(), path.stat().st_mtime_ns) for path in files]


def test_a_new_edition_comes_and_what_the_learner_wrote_stays(course):
    work_copy.update()
    path = course / "work" / "98_title.ipynb"
    answer(path)
    new_edition(course)
    said = work_copy.update()
    assert said == ["98_title.ipynb: kept: the cell 'my = 1', prediction P98.1, exercise 98.1"]
    assert texts(path)[2:] == ["x = 2", "answer = 42", 'exercises.check("98.1", answer)', "my = 1"]
    assert 'guess = "b"' in texts(path)[1]
    kept = nbformat.read(path, 4).cells[3]
    assert kept.execution_count == 7 and kept.outputs[0].text == "mine\n"
    assert "x = 2" in texts(course / "work" / "solutions" / "98_title.ipynb")
    assert work_copy.update() == [], "what was said once is not said again"


def test_answers_in_the_courses_own_notebook_are_carried_over_the_first_time(course):
    plain = pipeline.targets(source(course))[0]
    answer(plain)
    before = plain.read_bytes()
    said, = work_copy.update()
    assert said.startswith("98_title.ipynb: carried over: ") and "exercise 98.1" in said
    assert "answer = 42" in texts(course / "work" / "98_title.ipynb") and plain.read_bytes() == before
    (course / "work" / "98_title.ipynb").unlink()  # the learner wants to begin anew
    assert work_copy.update() == []
    assert "answer = ..." in texts(course / "work" / "98_title.ipynb")


def test_a_second_learner_begins_anew_whatever_the_first_has_written(course, monkeypatch):
    answer(pipeline.targets(source(course))[0])
    monkeypatch.setattr(work_copy, "WORK", course / "work-ada")
    assert work_copy.update() == [] and not (course / "work").exists()
    assert "answer = ..." in texts(course / "work-ada" / "98_title.ipynb")


@pytest.mark.parametrize("how", ["over", "beside"])
def test_a_newer_archive_brings_corrections_and_keeps_what_was_written(course, tmp_path, monkeypatch, how):
    """Unpacked over the old folder, or beside it: then the learner moves the folder work/ into the new one."""
    work_copy.update()
    answer(course / "work" / "98_title.ipynb")
    mine = course / "work" / "chapters" / "ch98" / "workers" / "one.py"
    mine.write_text("print('mine')", encoding="utf-8")
    new = tmp_path / "newer"
    shutil.copytree(course / "notebooks", new / "notebooks")
    new_edition(new)
    (new / "notebooks" / "chapters" / "ch98" / "workers" / "one.py").write_text("print(2)\n", encoding="utf-8")
    if how == "over":
        shutil.copytree(new, course, dirs_exist_ok=True)
    else:
        (course / "work").rename(new / "work")
        monkeypatch.setattr(pipeline, "CHAPTERS", new / "notebooks" / "chapters")
        monkeypatch.setattr(work_copy, "NOTEBOOKS", new / "notebooks")
        monkeypatch.setattr(work_copy, "WORK", new / "work")
        mine = new / "work" / "chapters" / "ch98" / "workers" / "one.py"
    said = work_copy.update()
    assert len(said) == 2 and "exercise 98.1" in said[0] and "one.py: yours is kept" in said[1]
    found = texts(work_copy.WORK / "98_title.ipynb")
    assert "x = 2" in found and "answer = 42" in found and "x = 1" not in found
    assert mine.read_text("utf-8") == "print('mine')" and mine.with_name("one.new.py").read_text("utf-8") == "print(2)\n"


def test_answers_of_an_older_edition_in_the_courses_own_notebook_are_carried_over_too(course):
    plain = pipeline.targets(source(course))[0]
    answer(plain)
    before = plain.read_bytes()
    new_edition(course)
    plain.write_bytes(before)
    work_copy.update()
    found = texts(course / "work" / "98_title.ipynb")
    assert "answer = 42" in found and "my = 1" in found and "x = 2" in found and "x = 1" not in found


def test_an_edited_worker_is_kept_and_the_new_one_put_beside_it(course):
    work_copy.update()
    mine = course / "work" / "chapters" / "ch98" / "workers" / "one.py"
    theirs = course / "notebooks" / "chapters" / "ch98" / "workers" / "one.py"
    mine.write_text("print('mine')", encoding="utf-8")
    theirs.write_text("print(2)\n", encoding="utf-8")
    said, = work_copy.update()
    assert said == "chapters/ch98/workers/one.py: yours is kept, and runs; the new edition's is beside it, as one.new.py"
    beside = mine.with_name("one.new.py")
    assert mine.read_text("utf-8") == "print('mine')" and beside.read_text("utf-8") == "print(2)\n"
    assert work_copy.update() == []
    beside.write_text("# and this one", encoding="utf-8")
    theirs.write_text("print(3)\n", encoding="utf-8")
    work_copy.update()
    assert beside.read_text("utf-8") == "# and this one"
    assert mine.with_name("one.new.2.py").read_text("utf-8") == "print(3)\n"
    mine.unlink()
    work_copy.update()
    assert mine.read_text("utf-8") == "print(3)\n", "who removes a worker gets the course's again"


def test_an_untouched_worker_is_brought_up_to_date(course):
    work_copy.update()
    (course / "notebooks" / "chapters" / "ch98" / "workers" / "one.py").write_text("print(2)\n", encoding="utf-8")
    assert work_copy.update() == []
    assert (course / "work" / "chapters" / "ch98" / "workers" / "one.py").read_text("utf-8") == "print(2)\n"


def test_what_the_course_no_longer_has_goes_unless_the_learner_changed_it(course):
    work_copy.update()
    answer(course / "work" / "98_title.ipynb")
    for path in source(course), course / "notebooks" / "chapters" / "ch98" / "workers" / "job.yaml":
        path.rename(path.with_name(path.name.replace("98_title", "97_other").replace("job", "other")))
    build_of = source(course).with_name("97_other.py")
    nb, (plain, full) = pipeline.read(build_of), pipeline.targets(build_of)
    pipeline.write(pipeline.learner(nb), plain)
    pipeline.write(pipeline.solved(nb), full)
    assert work_copy.update() == ["98_title.ipynb: it is in the course no more; yours stays"]
    mine = [name for name in tree(course / "work") if not name.startswith(".course")]
    assert mine == ["97_other.ipynb", "98_title.ipynb", "chapters/ch98/workers/one.py",
                    "chapters/ch98/workers/other.yaml", "glossary.md", "solutions/97_other.ipynb",
                    "what_will_bite_you.md"]
    assert work_copy.update() == []


def test_a_damaged_notebook_is_left_alone_with_a_sentence(course):
    work_copy.update()
    path = course / "work" / "98_title.ipynb"
    path.write_text(path.read_text(encoding="utf-8")[:300], encoding="utf-8")
    new_edition(course)
    said, = work_copy.update()
    assert said.startswith("98_title.ipynb cannot be read as a notebook") and "left as it is" in said
    assert len(path.read_text(encoding="utf-8")) == 300


def test_a_damaged_original_costs_the_copy_nothing(course):
    plain = pipeline.targets(source(course))[0]
    plain.write_text("{", encoding="utf-8")
    said, = work_copy.update()
    assert "cannot be read" in said and "begins anew" in said
    assert "answer = ..." in texts(course / "work" / "98_title.ipynb") and plain.read_text("utf-8") == "{"


def test_without_the_record_of_its_edition_a_copy_loses_nothing(course):
    work_copy.update()
    path = course / "work" / "98_title.ipynb"
    answer(path)
    (course / "work" / ".course" / "98_title.ipynb").unlink()
    new_edition(course)
    work_copy.update()
    assert texts(path)[2:] == ["x = 2", "answer = 42", 'exercises.check("98.1", answer)', "my = 1"]


def test_a_full_disk_is_one_sentence_and_nothing_is_lost(course, monkeypatch, capsys):
    work_copy.update()
    path = course / "work" / "98_title.ipynb"
    answer(path)
    new_edition(course)
    before = path.read_bytes()

    def full_disk(*args):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(pipeline.os, "replace", full_disk)
    with pytest.raises(SystemExit) as ended:
        work_copy.main()
    assert "could not be brought up to date: [Errno 28] No space left on device" in str(ended.value)
    assert "SIDE_BY_SIDE_WORK" in str(ended.value)
    assert path.read_bytes() == before and not list((course / "work").rglob("*.part"))


def test_modules_come_from_the_course_and_workers_from_the_copy(course):
    """In the learner's folder lies a folder `chapters` that is no package; Python would take it for one."""
    work_copy.update()
    mine = course / "work" / "chapters" / "ch08" / "workers"
    mine.mkdir(parents=True)
    (mine / "ddp_torch.py").write_text("print('mine')", encoding="utf-8")
    code = ("import sys; sys.path.insert(0, '')\n"  # as a notebook's kernel does
            "from helpers import process, session\n"
            "session.start('08')\n"
            "from chapters.ch08 import launch\n"
            "import chapters.ch08.checks\n"
            "print(launch.__file__); print(process.worker('ch08/ddp_torch')); print(process.worker('ch08/mirrored_tf'))")
    done = subprocess.run([sys.executable, "-c", code], cwd=course / "work", capture_output=True, text=True,
                          timeout=family.LONG, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    module, edited, untouched = done.stdout.splitlines()[-3:]
    assert module == str(ROOT / "notebooks" / "chapters" / "ch08" / "launch.py")
    assert edited == str(mine / "ddp_torch.py")
    assert untouched == str(ROOT / "notebooks" / "chapters" / "ch08" / "workers" / "mirrored_tf.py")
