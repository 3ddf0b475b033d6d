"""The site's pages: equations without scripts, links that stay inside, texts escaped, nothing that a learner answered."""
import html
import json
import os
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from markupsafe import Markup

import cells_as_html
import odd
import pipeline
import run_ledger
import site_of_course as site
import start
from helpers import ROOT, build_dir, data, exercises, show
from helpers.course import ledger


def test_equations_become_mathml_and_code_stays():
    text = "Let $x^2$ be, but `$HOME` and prices of $5 and $6 not.\n\n$$\\frac{a}{b}$$\n\n```\n$y$\n```"
    page = cells_as_html.mathml(text)
    assert page.count("<math") == 2 and 'display="block"' in page and "<mfrac>" in page
    assert "`$HOME`" in page and "```\n$y$\n```" in page and "$5 and $6" in page


def test_links_stay_inside_the_site():
    page = cells_as_html.prose("[a](01_tensors.ipynb#x) [b](solutions/01_tensors.ipynb) [c](glossary.md#view) [d](https://x.org/a.ipynb)"
                      "[e](12a_plates.ipynb)")
    for link in ('href="01_tensors.html#x"', 'href="solutions/01_tensors.html"', 'href="glossary.html#view"',
                 'href="https://x.org/a.ipynb"', 'href="12a_plates.html"'):
        assert link in page


def shown(output):
    """The HTML of a cell with this output, from behind its code."""
    cell = nbformat.v4.new_code_cell("x")
    cell.outputs = [nbformat.from_dict(output)]
    return cells_as_html.cells_html([cell]).partition("</code></pre></div>\n</div>")[2].strip()


@pytest.mark.parametrize("output, page", [
    ({"output_type": "stream", "text": "a < b \x1b[31mred"}, '<div class="output"><pre>a &lt; b red</pre></div>'),
    ({"output_type": "display_data", "data": {"text/html": "<b>x</b>", "text/plain": "x"}},
     '<div class="output"><b>x</b></div>'),
    ({"output_type": "display_data", "data": {"image/png": "QQ==\n"}, "metadata": {"alt": 'a "b"'}},
     '<div class="output"><img alt="a &#34;b&#34;" src="data:image/png;base64,QQ=="></div>'),
    ({"output_type": "error", "traceback": ["\x1b[0;31mValueError", "bad"]},
     '<div class="output"><pre>ValueError\nbad</pre></div>'),
    ({"output_type": "display_data", "data": {}}, ""),
    ({"output_type": "display_data", "data": {"text/plain": "0%|  |", "application/vnd.jupyter.widget-view+json": {}}}, ""),
    ({"output_type": "display_data", "data": {"text/html": '<iframe src="http://127.0.0.1:1/">', "text/plain": "http://x"}},
     '<div class="output"><pre>http://x</pre></div>'),
])
def test_outputs(output, page):
    assert shown(output) == page


def test_the_outcome_of_a_prediction_is_closed_and_nobody_is_told_that_they_made_none(monkeypatch, capsys):
    kept = []
    monkeypatch.setattr(show, "rich", lambda markup, plain: kept.append((markup, plain)))
    ledger.begin("98")
    exercises.predict("P98.1", ..., among=["a", "bit"])
    asked = capsys.readouterr().out
    exercises.outcome("P98.1", "bit", timed=True)
    (_, found), = kept
    page = shown({"output_type": "stream", "text": asked})
    assert page.startswith('<p class="question">Prediction P98.1: choose') and "none yet" not in page
    page = shown({"output_type": "display_data", "data": {"text/html": "x", "text/plain": found}})
    assert page == ('<details class="outcome"><summary>Prediction P98.1: what does the run say?</summary>'
                    "<p>The run says, by the clock, &#39;bit&#39;.</p></details>")


def test_cells_name_their_framework():
    cell = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["torch"]})
    assert '<div class="input torch" data-side="PyTorch">' in cells_as_html.cells_html([cell])


def lesson(body="", source="ch01/01_tensors.py"):
    """A lesson as the pages show it."""
    return site.Lesson(Path(source), "1. Tensors", 30, "courage", "what `x` is", Markup(body))


def test_nothing_executed_yet():
    with pytest.raises(SystemExit, match="make site"):
        site.lessons()


SOURCE = pipeline.sources(["02a"])[0]


def test_a_notebook_with_a_guess_or_of_another_source_is_refused(build_folder):
    path = build_folder / "executed" / f"{SOURCE.stem}.ipynb"
    path.parent.mkdir(parents=True)
    book = pipeline.learner(pipeline.read(SOURCE))
    book.cells.insert(5, code_cell("seed = 3", "injected-parameters"))  # as papermill does
    pipeline.write(book, path)
    assert len(pipeline.executed(SOURCE).cells) == len(book.cells)
    guess = next(cell for cell in book.cells if "predict" in pipeline.tags(cell))
    guess.source = guess.source.replace("guess = ...", 'guess = "a"')
    for other in (book, pipeline.solved(pipeline.read(SOURCE))):
        pipeline.write(other, path)
        with pytest.raises(SystemExit, match="02a.* differs from its source.*make site|02a.* is not in the source"):
            pipeline.executed(SOURCE)
        with pytest.raises(SystemExit, match="02a"):
            site.lessons()


def test_the_runs_for_the_site_and_for_slides_have_no_ledger_of_a_learner(monkeypatch, tmp_path):
    monkeypatch.setenv("SIDE_BY_SIDE_LEDGER", str(tmp_path / "mine"))
    before = build_dir()
    run_ledger.work_apart()
    assert build_dir() == before / "apart" and ledger.path_of("01") == before / "apart" / "ledger" / "01.json"
    for command, tool in (("site", ["tools/site_of_course.py"]), ("slides", ["tools/editions.py", "slides"])):
        executes, writes = start.steps(command, "python", [])
        assert executes[1:] == ["tools/pipeline.py", "run", "--apart"] and writes[1:] == tool
    executes, writes = start.steps("slides", "python", ["02a"])
    assert executes[1:] == ["tools/pipeline.py", "run", "02a", "--apart"] and writes[-1] == "02a"


def test_binder_and_colab_only_where_a_repository_is_named(monkeypatch):
    own = lesson(source=SOURCE)
    before = site.links(own)
    assert [name for _, _, name in before] == ["02a_train_by_hand.ipynb", ""]
    monkeypatch.setattr(site, "REPOSITORY", "some/course")
    assert [address for _, address, _ in site.links(own)] == [address for _, address, _ in before] + [
        "https://mybinder.org/v2/gh/some/course/main?labpath=notebooks/02a_train_by_hand.ipynb",
        "https://colab.research.google.com/github/some/course/blob/main/notebooks/02a_train_by_hand.ipynb"]


@pytest.mark.parametrize("box, needs", [
    ("> **Minutes**: 30 · **Needs**: lesson 2a; a\n> compiler · **Claims tested**: none\n>\n> **You",
     "lesson 2a; a compiler"),
    ("> **Minutes**: 55 &nbsp; **Needs**: chapters 5 to 7\n>\n> **You will", "chapters 5 to 7"),
])
def test_what_a_lesson_needs_is_read_from_its_box(box, needs):
    assert site.needs(f"# 1. A\n\n{box}") == needs


def test_the_first_page_says_what_the_boxes_and_the_readme_say():
    table = site.table_of_readme()
    books = [lesson()._replace(source=source, minutes=table[source.stem][0], finds=table[source.stem][1])
             for source in pipeline.sources()]
    page = site.index(books)
    assert page.count("Needs: courage") == len(books) and "the numbers are compared" in page and "what pip chooses" in page
    whom = page.partition('<h2 id="for-whom">For whom</h2>')[2].partition("<h2")[0]
    assert whom.strip().startswith("<p>You know basic Python")
    assert page.count("<li><a href=") == len(books) and f"{len(books)} lessons of 25 to " in page
    for book in books:
        assert f'href="{book.stem}.html"' in page and str(show.inline(book.finds)) in page


def test_the_search_knows_sections_by_their_anchor_and_only_what_a_reader_sees():
    texts = ["# 1. Tensors\n\nIntro", "## 1.1 Views & `copies`\n\nA view shares memory.", "### One"]
    cells = [*map(nbformat.v4.new_markdown_cell, texts),
             code_cell("torch.median(x)", said="<style>\na {color: red}</style><p>1</p><script>var hidden;</script>")]
    body = cells_as_html.cells_html(cells)
    ((anchor, heading),) = site.sections(body)
    assert heading == "1.1 Views & copies"
    first, second = site.documents([("01_tensors.html", "1. Tensors", body)])
    assert first["url"] == "01_tensors.html" and "Intro" in first["text"]
    assert second["url"] == f"01_tensors.html#{anchor}" and second["text"] == "A view shares memory. One torch.median(x) 1"
    assert f'<a href="#{html.escape(anchor)}">' in site.navigation([lesson(body)], "01_tensors")


def test_a_link_to_a_file_of_the_course_leads_to_a_copy_of_it(tmp_path):
    body = '<a href="chapters/ch02/engine.py"></a><a href="../data/timeline.csv"></a><a href="chapters/none.py"></a>'
    page = str(site.with_files(body.replace('href="', 'href="../'), tmp_path, "../"))
    names = ["notebooks/chapters/ch02/engine.py", "data/timeline.csv"]
    assert [name for name in names if f'href="../files/{name}"' in page] == names and 'href="../chapters/none.py"' in page
    assert site.with_files(body, tmp_path, "") == page.replace('"../', '"')
    assert all((tmp_path / "files" / name).read_bytes() == (ROOT / name).read_bytes() for name in names)


def test_a_link_to_a_page_that_a_run_wrote_elsewhere_leads_to_a_copy_of_it_too(tmp_path):
    (tmp_path / "a report.html").write_text("mine", encoding="utf-8")
    address = quote(os.path.relpath(tmp_path / "a report.html", ROOT / "notebooks").replace(os.sep, "/"))
    page = site.with_files(f'<a href="{address}"></a>', tmp_path / "site", "")
    assert page == '<a href="files/a report.html"></a>'
    assert (tmp_path / "site" / "files" / "a report.html").read_text(encoding="utf-8") == "mine"


def test_every_claim_is_on_the_page_of_claims():
    page = site.claims_page([])
    assert page.count("<tr id=") == len(data.claims_table()) and "not run" in page and page.startswith("<h1>")
    assert "held once, not in 2024 (TensorFlow 2.0.0, 2019-09-30)" in page, "and how it stood before"


def code_cell(source, *tags, said=""):
    outputs = [nbformat.v4.new_output("display_data", {"text/html": said})] if said else []
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}, outputs=outputs)


def test_a_folded_cell_is_closed_behind_its_caption_and_its_output_is_not():
    cell = code_cell("# Folded: compares a < b.\nx = 1", "verdict", "folded", said="<b>EQUAL</b>")
    code, _, output = cells_as_html.cells_html([cell]).strip().partition("</details>")
    assert code.startswith('<details class="input folded"><summary>Compares a &lt; b.</summary>') and "EQUAL" not in code
    assert "<b>EQUAL</b>" in output and "open" not in code
    assert cells_as_html.caption(code_cell("x = 1", "folded")) == "X = 1"
    assert cells_as_html.caption(code_cell("# Folded: x", "verdict")) == ""


def test_twins_stand_in_one_box_and_their_verdict_below_it():
    cells = [code_cell("# PyTorch\na = 1", "torch"), code_cell("# TensorFlow\nb = 1", "tf"), code_cell("x", "verdict"),
             code_cell("alone", "torch"), code_cell("x = 2")]
    page = cells_as_html.cells_html(cells)
    assert page.count('<div class="twins">') == 1
    twins, _, below = page.partition("</div></div>\n")
    assert "PyTorch" in twins and "TensorFlow" in twins and below.count('class="input') == 3
    assert "data-side" not in twins  # a first line that names the framework needs no label


def test_verdicts_of_an_earlier_run_say_so_and_no_ledger_ends_the_page():
    books = [lesson()]
    path = ledger.path_of("01")
    path.parent.mkdir(parents=True)
    for content in odd.variants():
        path.write_bytes(content)
        for entry in site.verdicts(books).values():
            assert entry["verdict"] in ledger.VERDICTS and entry["evidence"].encode()
    path.write_text(json.dumps(odd.GOOD), encoding="utf-8")
    assert site.verdicts(books) == {"C09": {"verdict": "HELD", "evidence": "Seen."},
                                    "C23b": {"verdict": "PARTLY", "evidence": "Seen before. (from an earlier run)"}}
    assert "Seen before. (from an earlier run)" in site.claims_page(books) and "PARTLY 1" in site.index(books)
