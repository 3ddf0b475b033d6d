"""Every edition from the one source: the learner's holds no answer, the instructor's all notes, slides need no network."""
import re

import nbformat
import pytest

import editions
import pipeline
from conftest import needs
from helpers import ROOT, session
from helpers import exercises as exercises_of_the_face

SOURCES = pipeline.sources()
EACH = pytest.mark.parametrize("source", SOURCES, ids=[pipeline.lesson(source) for source in SOURCES])


def text(book):
    return "\n".join(cell["source"] for cell in book["cells"])


def exercises(source):
    return [cell for cell in pipeline.read(source).cells if "exercise" in pipeline.tags(cell)]


@EACH
def test_no_answer_and_no_note_in_the_learners_edition_nor_in_the_live_one(source):
    for book in (editions.learner(source), editions.live(source)):
        said = text(book)
        assert "# solution" not in said and "# wrong" not in said and "For the instructor" not in said
        for cell in exercises(source):
            _, solution, wrong = pipeline.parts(cell.source)
            for answer in [solution, *(body for _, body in wrong)]:
                assert answer not in said


@EACH
def test_every_note_and_every_wrong_answer_is_in_the_instructors_edition(source):
    book = editions.instructor(source)
    nbformat.validate(nbformat.from_dict(book))
    said = text(book)
    about, sections = editions.page(pipeline.lesson(source))
    for note in [about, *(note for _, note in sections.values())]:
        assert all(line in said for line in note.splitlines())
    for cell in exercises(source):
        for cause, _ in pipeline.parts(cell.source)[2]:
            assert f"Expect this wrong answer: {cause}." in said


@EACH
def test_the_guide_has_each_section_and_the_minutes_of_the_box(source):
    book = pipeline.read(source)
    _, sections = editions.page(pipeline.lesson(source))
    assert list(sections) == [name for cell in book.cells if (name := editions.section_of(cell))]
    box = int(re.search(r"\*\*Minutes\*\*: (\d+)", text(book)).group(1))
    assert sum(minutes for minutes, _ in sections.values()) == box


@EACH
def test_the_readme_has_the_chapter_with_its_minutes(source):
    minutes = sum(minutes for minutes, _ in editions.page(pipeline.lesson(source))[1].values())
    assert f"](notebooks/{source.stem}.ipynb) | {minutes} |" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_adds_the_lessons_up():
    said = (ROOT / "README.md").read_text(encoding="utf-8")
    minutes = [int(found) for found in re.findall(r"^\| \[.*\.ipynb\) \| (\d+) \|", said, re.M)]
    assert len(minutes) == len(pipeline.sources())
    assert f"{len(minutes)} lessons of" in said and f"about {round(sum(minutes) / 60)} hours" in said


@EACH
def test_the_live_edition_empties_the_twins_and_nothing_else(source):
    book = editions.live(source)
    nbformat.validate(book)
    empty = [cell for cell in book.cells if "typed in class" in cell.source]
    assert {tag for cell in empty for tag in pipeline.tags(cell)} == {"torch", "tf"}
    twins = [cell for cell in pipeline.read(source).cells
             if {"torch", "tf"} & set(pipeline.tags(cell)) and not {"setup", "exercise"} & set(pipeline.tags(cell))]
    assert len(empty) == len(twins)
    below = [book.cells[book.cells.index(cell) + 1] for cell in empty]
    assert all(cell.cell_type == "markdown" and cell.source.startswith("<details><summary>") for cell in below)
    finished = [re.search(r"```python\n(.*)\n```\n\n</details>$", cell.source, re.S).group(1) for cell in below]
    assert finished == [cell.source for cell in twins]


def test_a_chapter_without_a_page_says_what_to_write(monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "CHAPTERS", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"write it in notebooks/chapters/ch01/notes\.md"):
        editions.page("01a")


def executed_apart(build_folder, source, guess="..."):
    """Leave a lesson where `run --apart` leaves it, without outputs; with a guess it is what a learner's own run leaves."""
    book = pipeline.learner(pipeline.read(source))
    for cell in book.cells:
        cell.source = cell.source.replace("guess = ...", f"guess = {guess}")
    path = build_folder / "apart" / "executed" / f"{source.stem}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    pipeline.write(book, path)


def test_slides_of_a_chapter_that_was_not_executed():
    with pytest.raises(SystemExit, match="make slides"):
        editions.main(["slides", "00"])


def test_slides_are_made_of_the_run_apart_and_hold_no_guess(build_folder, monkeypatch):
    source, = pipeline.sources(["02a"])
    executed_apart(build_folder, source)
    (build_folder / "apart" / "executed").rename(build_folder / "executed")  # a learner's own run is no source of slides
    with pytest.raises(SystemExit, match="make slides"):
        editions.main(["slides", "02a"])
    monkeypatch.setenv("SIDE_BY_SIDE_BUILD", str(build_folder))
    executed_apart(build_folder, source, guess='"a"')
    with pytest.raises(SystemExit, match="02a.* differs from its source"):
        editions.main(["slides", "02a"])


def test_slides_load_nothing_from_elsewhere(build_folder):
    needs("reveal.js")
    executed_apart(build_folder, pipeline.sources(["01a"])[0])
    folder = editions.main(["slides", "01a"])
    assert folder == build_folder / "editions" / "slides"
    html = (folder / "01a_dtype_shape_broadcasting.html").read_text(encoding="utf-8")
    loaded = re.findall(r'(?:<script[^>]*\bsrc|<link[^>]*\bhref)="([^"]+)"', html)
    loaded += re.findall(r"@import url\((\S+)\)", html)
    assert loaded and all((folder / name).is_file() for name in loaded), loaded
    assert html.count("<section") > 30 and '<aside class="notes">' in html
    assert dead_links(folder / "01a_dtype_shape_broadcasting.html") == []


@pytest.mark.parametrize("edition", ["learner", "solutions", "instructor", "live"])
def test_an_edition_is_written_as_valid_notebooks(edition):
    folder = editions.main([edition, "01a"])
    book = nbformat.read(folder / "01a_dtype_shape_broadcasting.ipynb", 4)
    nbformat.validate(book)
    assert (folder / "what_will_bite_you.md").is_file()
    assert (folder / "glossary.md").is_file() and "](glossary.md#" in text(book) and "](../glossary.md" not in text(book)


def test_writing_an_edition_again_keeps_what_was_typed_into_it(build_folder, capsys):
    name = "02a_train_by_hand"
    folder = editions.main(["live", "02a"])
    mine = folder / f"{name}.ipynb"
    before = mine.read_text(encoding="utf-8")
    book = nbformat.read(mine, 4)  # JupyterLab writes another order of keys, and numbers and outputs of cells that ran
    cell = next(cell for cell in book.cells if cell.cell_type == "code")
    cell.execution_count, cell.outputs = 1, [nbformat.v4.new_output("stream", text="ran")]
    nbformat.write(book, mine)
    assert editions.main(["live", "02a", "--no-solutions"]) == editions.main(["live", "02a"])
    assert mine.read_text(encoding="utf-8") == before and len(list(folder.glob("*.ipynb"))) == 1, "nothing was typed"
    assert "kept" not in capsys.readouterr().out

    for number, kept in ((1, f"{name}.mine.ipynb"), (2, f"{name}.mine.2.ipynb")):
        book = nbformat.read(mine, 4)
        empty = next(cell for cell in book.cells if "typed in class" in cell.source)
        empty.source += f"typed = {number}"
        nbformat.write(book, mine)
        editions.main(["live", "02a"])
        assert f"{name}.ipynb: what was typed into it is kept as {kept}" in capsys.readouterr().out
        assert f"typed = {number}" in text(nbformat.read(folder / kept, 4)) and mine.read_text(encoding="utf-8") == before
    mine.write_text(before[:-9], encoding="utf-8")
    editions.main(["live", "02a"])
    assert (folder / f"{name}.mine.3.ipynb").read_text(encoding="utf-8") == before[:-9], "who knows what is in it?"


@EACH
def test_without_solutions_only_the_start_of_a_lesson_differs(source):
    lesson = pipeline.lesson(source)
    plain, closed = text(editions.learner(source)), text(editions.without_solutions(editions.learner(source), lesson))
    assert closed.replace(f'session.start("{lesson}", solutions=False)', f'session.start("{lesson}")') == plain != closed


def test_checks_of_an_edition_without_solutions_show_none(shown, capsys):
    """As its first code cell says it, and until another start."""
    folder = editions.main(["learner", "--no-solutions", "02a"])
    book = nbformat.read(folder / "02a_train_by_hand.ipynb", 4)
    assert 'session.start("02a", solutions=False)' in [cell.source for cell in book.cells if cell.cell_type == "code"][0]
    session.start("02a", solutions=False)
    exercises_of_the_face.check("2.1", 0)
    exercises_of_the_face.solution("2.1")
    (markup, plain), = shown
    assert "Hint 3 of 3" in markup and "Solution" not in markup and "exercises.solution" not in plain
    assert "this edition shows no solutions" in capsys.readouterr().out
    session.start("02a")
    exercises_of_the_face.check("2.1", 1)
    assert "<summary>Solution</summary>" in shown[-1][0]


def test_only_editions_that_hold_no_solutions_can_be_without(capsys):
    with pytest.raises(SystemExit):
        editions.main(["solutions", "--no-solutions", "01a"])
    assert "solutions holds solutions" in capsys.readouterr().err


def dead_links(path):
    """The links of a notebook's texts, or of a page, within its folder, that lead to no file there."""
    if path.suffix == ".html":
        links = re.findall(r'<a [^>]*href="([^"]+)"', path.read_text(encoding="utf-8"))
    else:
        cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"]
        links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`\n]+`", "", "\n".join(cells), flags=re.S))
    names = [link.partition("#")[0] for link in links if not re.match("[a-z]+:|#", link)]
    return [name for name in names if ".." in name or not (path.parent / name).is_file()]


@pytest.mark.parametrize("edition", ["learner", "solutions", "instructor", "live"])
def test_every_link_of_an_edition_leads_to_a_file_in_its_folder(edition):
    folder = editions.main([edition])
    books = list(folder.glob("*.ipynb"))
    assert len(books) == len(SOURCES) and {book.name: dead for book in books if (dead := dead_links(book))} == {}
    assert (folder / "data" / "timeline.csv").is_file()
    assert (folder / "chapters" / "ch08" / "workers" / "ddp_torch.py").is_file()


def test_a_link_to_a_lesson_that_an_edition_does_not_hold_becomes_words():
    folder = editions.main(["learner", "14a"])
    assert dead_links(folder / "14a_what_you_found.ipynb") == []
    assert "Next: a choice." in text(nbformat.read(folder / "14a_what_you_found.ipynb", 4))
    editions.main(["learner", "14a", "14b"])
    assert "Next: [a choice](14b_a_choice.ipynb)." in text(nbformat.read(folder / "14a_what_you_found.ipynb", 4))


def test_twins_share_a_slide_with_what_is_folded_behind_them_and_folded_code_is_closed(tmp_path):
    needs("reveal.js")
    kinds = [("# PyTorch", ["torch"]), ("# TensorFlow", ["tf"]), ("# Folded: compares <both>.", ["verdict", "folded"])]
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": tags}) for source, tags in kinds]
    book = editions.laid_out(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("## 1.1 A"), *cells]))
    assert [cell.metadata.slideshow.slide_type for cell in book.cells] == ["slide", "subslide", "-", "-"]
    editions.write_slides(book, tmp_path / "slides")
    html = (tmp_path / "slides.html").read_text(encoding="utf-8")
    assert html.count("<details><summary>") == 1 and "<details><summary>Compares &lt;both&gt;.</summary>" in html


def test_a_figure_and_the_machine_have_slides_of_their_own_and_imports_none():
    def cell(tags, markup=""):
        shown = [nbformat.v4.new_output("display_data", {"text/html": markup})] if markup else []
        return nbformat.v4.new_code_cell("x = 1", metadata={"tags": tags}, outputs=shown)
    cells = [cell(["setup"]), cell(["setup"], "<table>"), cell(["verdict", "folded"], "<b>EQUAL</b>"),
             cell(["folded"], '<img alt="a line">'), cell(["verdict", "folded"], '<img alt="a line">')]
    book = editions.laid_out(nbformat.v4.new_notebook(cells=cells))
    assert [cell.metadata.slideshow.slide_type for cell in book.cells] == ["skip", "subslide", "-", "subslide", "-"]


@pytest.mark.browser
@pytest.mark.slow
def test_twins_stand_in_two_columns_on_a_slide_and_their_longest_line_fits(tmp_path, page):
    needs("reveal.js")
    short, long = "x = 1  # " + 20 * "x", "y = 1  # " + 79 * "y"
    cells = [nbformat.v4.new_code_cell(f"# {name}\n{line}", metadata={"tags": [tag]})
             for line in (short, long) for name, tag in (("PyTorch", "torch"), ("TensorFlow", "tf"))]
    editions.write_slides(editions.laid_out(nbformat.v4.new_notebook(cells=cells)), tmp_path / "slides")
    for width, height in ((1280, 720), (1600, 900)):
        page.set_viewport_size({"width": width, "height": height})
        heights = []
        for number in (0, 1):
            page.goto(f"{(tmp_path / 'slides.html').as_uri()}?{width}#/0/{number}")
            page.locator("section.present .highlight").first.wait_for()
            left, right = (box.bounding_box() for box in page.locator("section.present section.present pre").all())
            assert left["y"] == right["y"] and left["x"] + left["width"] < right["x"]
            assert right["x"] + right["width"] <= width
            heights.append(left["height"])
        assert heights[0] > heights[1]  # two lines each: short ones are set larger, and long ones do not wrap
    assert page.asked_outside == []


def test_on_slides_too_an_outcome_is_closed(tmp_path):
    needs("reveal.js")
    said = "prediction P1.1: the run says a. You made no prediction; next time, predict first."
    outcome = nbformat.v4.new_output("display_data", {"text/html": said, "text/plain": said})
    other = nbformat.v4.new_output("stream", text="the loss falls")
    cells = [nbformat.v4.new_markdown_cell("## 1.1 A"), nbformat.v4.new_code_cell("x", outputs=[outcome, other])]
    editions.write_slides(editions.laid_out(nbformat.v4.new_notebook(cells=cells)), tmp_path / "slides")
    page = (tmp_path / "slides.html").read_text(encoding="utf-8")
    assert "<summary>Prediction P1.1: what does the run say?</summary><p>The run says a.</p></details>" in page
    assert "You made no prediction" not in page and "the loss falls" in page
