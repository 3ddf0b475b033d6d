"""The slice of a lesson holds what its cells need, in order, and nothing else."""
import nbformat
import pytest

import slices

CELLS = [nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}) for source, *tags in [
    ("import math", "setup"), ("a = 1",), ("b = math.pi",), ("a_list = []",), ("a_list.append(a)",),
    ('exercises.predict("P1.1", guess, among=["a"])', "predict"), ('c = b\nexercises.outcome("P1.1", "a")', "verdict"),
    ("def f(a):\n    return a + b",)]]


@pytest.mark.parametrize("wanted, kept", [
    ({1}, [0, 1]), ({7}, [0, 2, 7]), ({4}, [0, 1, 3, 4]), ({6}, [0, 2, 5, 6])])
def test_a_slice_holds_what_its_cells_need(wanted, kept):
    assert slices.needed(CELLS, wanted) == kept


def test_what_changes_a_name_in_place_belongs_to_it():
    use = nbformat.v4.new_code_cell("len(a_list)")
    assert slices.needed([*CELLS, use], {len(CELLS)}) == [0, 1, 3, 4, 8]
