"""The site's pages: equations without scripts, links that stay inside, texts escaped."""
import nbformat
import pytest
import site_of_course as site


def test_equations_become_mathml_and_code_stays():
    page = site.mathml("Let $x^2$ be, but `$HOME` and prices of $5 and $6 not.\n\n$$\\frac{a}{b}$$\n\n```\n$y$\n```")
    assert page.count("<math") == 2 and 'display="block"' in page and "<mfrac>" in page
    assert "`$HOME`" in page and "```\n$y$\n```" in page and "$5 and $6" in page


def test_links_stay_inside_the_site():
    page = site.prose("[a](01_tensors.ipynb#x) [b](solutions/01_tensors.ipynb) [c](glossary.md#view) [d](https://x.org/a.ipynb)"
                      "[e](12a_pictures.ipynb)")
    for link in ('href="01_tensors.html#x"', 'href="solutions/01_tensors.html"', 'href="glossary.html#view"',
                 'href="https://x.org/a.ipynb"', 'href="12a_pictures.html"'):
        assert link in page


@pytest.mark.parametrize("output, shown", [
    ({"output_type": "stream", "text": "a < b \x1b[31mred"}, "<pre>a &lt; b red</pre>"),
    ({"output_type": "display_data", "data": {"text/html": "<b>x</b>", "text/plain": "x"}}, "<b>x</b>"),
    ({"output_type": "error", "traceback": ["\x1b[0;31mValueError", "bad"]}, "<pre>ValueError\nbad</pre>"),
    ({"output_type": "display_data", "data": {}}, ""),
])
def test_outputs(output, shown):
    assert site.output_html(nbformat.from_dict(output)) == shown


def test_cells_name_their_framework():
    cell = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["torch"]})
    assert 'data-side="PyTorch"' in site.cell_html(cell) and 'class="input torch"' in site.cell_html(cell)


def test_nothing_executed_yet():
    with pytest.raises(SystemExit, match="make run"):
        site.chapters()
