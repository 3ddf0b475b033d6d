"""The figures of a lesson's density and minutes, against notebooks small enough to count by hand."""
import nbformat
import pytest

import density


def book(*cells):
    """A notebook from (kind, source, tags...) tuples."""
    nb = nbformat.v4.new_notebook()
    for kind, source, *tags in cells:
        make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        nb.cells.append(make(source, metadata={"tags": tags}))
    return nb


@pytest.mark.parametrize("source, expected", [
    ("", 0), ("x = 1", 1), ("y = x + 1", 3), ("torch.abs(x).backward()", 6),  # 2 names, 2 attributes, 2 calls
    ("a[0]", 2), ("[v for v in row]", 4), ("%matplotlib inline\n!ls\nx = 1", 1)])
def test_nodes_are_counted(source, expected):
    assert density.nodes(source) == expected


def test_density_of_cells():
    nb = book(("code", "x = 1\n\ny = x + 1", "torch"), ("code", "a" * 50, "verdict"), ("code", "b" * 70, "folded"))
    seen = density.density(density.code(nb))
    assert (seen.cells, seen.nodes, seen.line, seen.longest) == (2, 2.5, 9, 50)  # nodes 4 and 1; lines of 5, 9 and 50
    folded = density.density(density.code(nb, folded=True))
    assert (folded.cells, folded.nodes, folded.nodes_90, folded.longest) == (1, 1, 1, 70)
    assert density.density([]) == (0, 0, 0, 0, 0, 0)


def test_the_share_taught_leaves_folded_cells_out():
    nb = book(("code", "a\nb\n\nc", "tf"), ("code", "d", "verdict"), ("code", "e\nf", "verdict", "folded"))
    assert density.share_taught(nb) == 3 / 4
    assert density.share_taught(book(("markdown", "x"))) == 0


def test_minutes_are_words_lines_and_exercises():
    nb = book(("markdown", "# 2a. Title\n**Minutes**: 30\n" + "word " * 396), ("code", "x = 1\n" * 20, "torch"),
              ("code", "x = 1\n" * 50, "folded"), ("markdown", "### Exercise 2.1: port it (4 minutes)"),
              ("markdown", "### Exercise 2.2: another"))
    assert density.exercise_minutes(nb) == {"2.1": 4, "2.2": None}
    assert len(density.words(density.markdown(nb))) == 396 + 4 + 7 + 4
    assert density.minutes(nb) == pytest.approx(411 / 200 + 20 * 6 / 60 + 4)
    assert density.stated_minutes(nb) == 30 and density.stated_minutes(book()) is None
