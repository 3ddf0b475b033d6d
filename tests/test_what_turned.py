"""The museum with other versions: an exhibit that turned is named, one that only differs in its digits is not."""
import nbformat

import pipeline
import what_turned
from helpers import ROOT


def book(says, error=None):
    """A notebook with a heading, a cell that shows something, and a verdict cell."""
    text = nbformat.v4.new_output("stream", text=says)
    outputs = [text] if error is None else [text, nbformat.v4.new_output("error", ename="ParityError", evalue=error)]
    cells = [nbformat.v4.new_markdown_cell("# 6c. A\n\n### Exhibit 1: b\n\nx"),
             nbformat.v4.new_code_cell("print(1)", outputs=[nbformat.v4.new_output("stream", text=says)]),
             nbformat.v4.new_code_cell("verdict()", metadata={"tags": [pipeline.GOLDEN]}, outputs=outputs)]
    return nbformat.v4.new_notebook(cells=cells)


def test_an_exhibit_that_turned_is_named():
    stored = book("DIFFERENT: a (largest difference 1.0)\n")
    found = what_turned.turned(stored, book("", error="a: they agree\nmore"))
    assert found == [("Exhibit 1: b", "DIFFERENT: a (largest difference 1.0)", "ParityError: a: they agree")]


def test_other_digits_are_nothing_new():
    assert what_turned.turned(book("EQUAL (largest difference 1.0e-7)"), book("EQUAL (largest difference 3.0e-8)")) == []


def test_the_weekly_run_asks_the_museum_and_the_findings():
    steps = (ROOT / ".github" / "workflows" / "newest.yml").read_text(encoding="utf-8")
    asked = [line for line in steps.splitlines() if "tools/what_turned.py" in line or "make findings" in line]
    assert len(asked) == 2 and steps.count("if: always()") == 2


def test_versions_are_found_by_the_name_that_is_imported():
    assert [word.split()[0] for word in what_turned.installed()] == list(what_turned.PACKAGES)
