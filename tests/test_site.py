"""The site's pages: equations without scripts, links that stay inside, texts escaped."""
import html
import json

import nbformat
import pytest

import cells_as_html
import odd
import site_of_course as site
from helpers import data
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


@pytest.mark.parametrize("output, shown", [
    ({"output_type": "stream", "text": "a < b \x1b[31mred"}, "<pre>a &lt; b red</pre>"),
    ({"output_type": "display_data", "data": {"text/html": "<b>x</b>", "text/plain": "x"}}, "<b>x</b>"),
    ({"output_type": "error", "traceback": ["\x1b[0;31mValueError", "bad"]}, "<pre>ValueError\nbad</pre>"),
    ({"output_type": "display_data", "data": {}}, ""),
])
def test_outputs(output, shown):
    assert cells_as_html.output_html(nbformat.from_dict(output)) == shown


def test_cells_name_their_framework():
    cell = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["torch"]})
    assert 'data-side="PyTorch"' in cells_as_html.cell_html(cell) and 'class="input torch"' in cells_as_html.cell_html(cell)


def test_nothing_executed_yet():
    with pytest.raises(SystemExit, match="make run"):
        site.chapters()


def test_the_search_knows_sections_by_their_anchor():
    texts = ["# 1. Tensors\n\nIntro", "## 1.1 Views & `copies`\n\nA view shares memory."]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text) for text in texts])
    ((anchor, heading),) = site.sections(book)
    assert heading == "1.1 Views & copies"
    first, second = site.documents([("01_tensors.html", "1. Tensors", site.body_of(book))])
    assert first["url"] == "01_tensors.html" and "Intro" in first["text"]
    assert second["url"] == f"01_tensors.html#{anchor}" and second["text"] == "A view shares memory."
    assert f'<a href="#{html.escape(anchor)}">' in site.navigation([("01_tensors", "1. Tensors", book)], "01_tensors")


def test_every_claim_is_on_the_page_of_claims():
    page = site.claims_page([])
    assert page.count("<tr id=") == len(data.claims_table()) and "not run" in page and page.startswith("<h1>")


def code_cell(source, *tags, said=""):
    outputs = [nbformat.v4.new_output("display_data", {"text/html": said})] if said else []
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}, outputs=outputs)


def test_a_folded_cell_is_closed_behind_its_caption_and_its_output_is_not():
    page = cells_as_html.cell_html(code_cell("# Folded: compares a < b.\nx = 1", "verdict", "folded", said="<b>EQUAL</b>"))
    code, _, output = page.partition("</details>")
    assert code.startswith('<details class="input folded"><summary>Compares a &lt; b.</summary>') and "EQUAL" not in code
    assert "<b>EQUAL</b>" in output and "open" not in code
    assert cells_as_html.caption(code_cell("x = 1", "folded")) == "X = 1"
    assert cells_as_html.caption(code_cell("# Folded: x", "verdict")) == ""


def test_twins_stand_in_one_box_and_their_verdict_below_it():
    cells = [code_cell("# PyTorch\na = 1", "torch"), code_cell("# TensorFlow\nb = 1", "tf"), code_cell("x", "verdict"),
             code_cell("alone", "torch"), code_cell("x = 2")]
    page = cells_as_html.cells_html(cells)
    assert page.count('<div class="twins">') == 1
    twins, _, below = page.partition("</div></div></div>")  # of TensorFlow's code, its column, the twins
    assert "PyTorch" in twins and "TensorFlow" in twins and below.count('class="input') == 3
    assert "data-side" not in twins  # a first line that names the framework needs no label


def test_verdicts_of_an_earlier_run_say_so_and_no_ledger_ends_the_page():
    books = [("01_tensors", "1. Tensors", None)]
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
