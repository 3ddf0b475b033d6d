"""Every edition from the one source: the learner's holds no answer, the instructor's all notes, slides need no network."""
import re

import nbformat
import pytest

import editions
import pipeline
from conftest import needs
from helpers import ROOT

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


def test_slides_of_a_chapter_that_was_not_executed():
    with pytest.raises(SystemExit, match="make run"):
        editions.main(["slides", "00"])


def test_slides_load_nothing_from_elsewhere(build_folder):
    needs("reveal.js")
    done = build_folder / "executed" / "01a_dtype_shape_broadcasting.ipynb"
    done.parent.mkdir(parents=True)
    _, solved = pipeline.targets(pipeline.sources(["01a"])[0])
    nbformat.write(nbformat.read(solved, 4), done)  # the solved one serves as well
    folder = editions.main(["slides", "01a"])
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
    assert (folder / "glossary.md").is_file()


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
