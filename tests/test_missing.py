"""With one framework missing: cells are skipped and say so, other errors stay errors."""
import os

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers import claims, parity
from helpers.course import ledger, missing
from helpers.machine import fetched


@pytest.fixture
def shell():
    """An IPython shell in which TensorFlow counts as missing."""
    shell = InteractiveShell.instance()
    missing.skip_cells_that_need(["tensorflow"])
    shell.user_ns["absent_tf"] = missing.Missing("TensorFlow")
    yield shell
    missing.skip_cells_that_need([])
    InteractiveShell.clear_instance()


def test_a_cell_that_uses_a_placeholder_is_skipped_and_so_is_the_next(shell, capsys):
    assert shell.run_cell("y = absent_tf + 1\ndef f(): return 1").success
    assert shell.run_cell("z = y * 2").success
    assert shell.run_cell("f()").success
    assert capsys.readouterr().out.count("skipped: TensorFlow is not installed") == 3


def test_a_missing_import_is_skipped(shell, capsys):
    cell = "raise ModuleNotFoundError('No module named tensorflow', name='tensorflow')\nimport math as tf"
    assert shell.run_cell(cell).success
    assert shell.run_cell("tf.pi").success
    assert capsys.readouterr().out.count("skipped") == 2


def test_cells_that_need_a_file_which_was_not_fetched_are_skipped(shell, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(fetched, "home", lambda: tmp_path)
    missing.skip_cells_that_need([])
    shell.user_ns["home"] = missing.where_fetched("basic-pitch")
    assert shell.run_cell("folder = home / 'saved_models'").success
    assert shell.run_cell("size = len(folder)").success
    said = capsys.readouterr().out
    assert "python tools/fetch.py" in said and "NOT MEASURED" in said
    assert said.count("skipped: basic-pitch is not there") == 2
    assert isinstance(shell.run_cell("1 / 0").error_in_exec, ZeroDivisionError)


FUNCTION_OF_TREES = """
def states(model, plan):
    leaves, rounds, tops = plan
    for children, nodes in rounds:
        leaves = model(leaves, children, nodes)
    return leaves[tops]
sizes = [tree for tree in (1, 2)]
double = lambda tops: (nodes := tops * 2)
last = [(found := tree) for tree in sizes]
made = absent_tf(states)
"""


def test_a_skipped_cell_leaves_alone_what_only_its_functions_and_comprehensions_bind(shell):
    shell.run_cell("leaves, rounds, tops, children, nodes, tree = 'lrtcne'")
    assert shell.run_cell(FUNCTION_OF_TREES).success
    skipped = {name for name, value in shell.user_ns.items() if type(value) is missing.Missing} - {"absent_tf"}
    assert skipped == {"states", "sizes", "double", "last", "found", "made"}
    assert [shell.user_ns[name] for name in ("leaves", "rounds", "tops", "children", "nodes", "tree")] == list("lrtcne")


@pytest.mark.parametrize("cell, error", [
    ("1 / 0", ZeroDivisionError), ("raise RuntimeError('mine')", RuntimeError),
    ("import no_such_module", ModuleNotFoundError), ("unknown_name", NameError)])
def test_other_errors_stay_errors(shell, cell, error):
    assert isinstance(shell.run_cell(cell).error_in_exec, error)


def test_the_last_value_is_still_shown(shell, capsys):
    shell.run_cell("6 * 7")
    assert "42" in capsys.readouterr().out


def test_empty_cell(shell):
    assert shell.run_cell("").success and shell.run_cell("# only a comment").success


def test_nothing_is_rewritten_when_both_are_there(shell):
    missing.skip_cells_that_need([])
    assert not any(isinstance(t, missing.SkipMissing) for t in shell.ast_transformers)
    assert missing.absent() == []


USES = [
    lambda m: m.shape, lambda m: m(), lambda m: m[0], lambda m: f"{m}", lambda m: str(m), lambda m: bool(m),
    lambda m: len(m), lambda m: list(m), lambda m: m == 1, lambda m: m < 1, lambda m: 1 + m, lambda m: m @ m,
    lambda m: {} | m, lambda m: m | {}, lambda m: m % 2, lambda m: 7 // m,
    lambda m: float(m), lambda m: -m, lambda m: np.asarray(m), lambda m: np.abs(m),
    lambda m: os.fspath(m), lambda m: setattr(m, "a", 1),
    lambda m: parity.gap(m, 1.0), lambda m: parity.verdict("a", {"a": 1.0}, m), lambda m: missing.need(1, m)]


@pytest.mark.parametrize("use", USES)
def test_every_use_of_a_placeholder_is_refused(use):
    with pytest.raises(missing.NotInstalled):
        use(missing.Missing("TensorFlow"))


def test_a_verdict_on_a_placeholder_is_not_a_verdict():
    ledger.begin("01")
    for held in (missing.Missing("TensorFlow"), {"a part": missing.Missing("TensorFlow")}):
        with pytest.raises(missing.NotInstalled):
            claims.verdict("C09", held, "seen")
    assert ledger.fresh("verdicts") == {}
