"""Lesson 13d: faults that change what some inputs give, the dated table of converters, and the tool that writes it."""
import json
import os
import subprocess
import sys

import numpy as np
import pytest

import converters
from chapters.ch13 import checks_d, converted, probes
from helpers import data

X = np.random.default_rng(0).normal(size=(2, 20, 8)).astype("float32")


@pytest.mark.parametrize("fault", probes.FAULTS)
def test_each_fault_changes_the_answer_to_some_input(fault):
    w, x = probes.weights(0), X.copy()
    x[0, 3, 0] = np.nan
    assert probes.differs(probes.layers(x, w, fault)["dense"], probes.layers(x, w)["dense"])


def test_the_network_computes_in_the_dtype_that_it_gets():
    w = probes.weights(0)
    for kind in ("float32", "float64"):
        assert {array.dtype for array in probes.layers(X.astype(kind), w).values()} == {np.dtype(kind)}


@pytest.mark.parametrize("seed", range(4))
def test_the_ports_are_right_at_the_exported_size_and_begin_to_differ_where_the_check_says(seed):
    w, short = probes.weights(seed), X[:1, :12]
    for name, ask in checks_d.ports(w).items():
        assert not probes.differs(ask(short)["dense"], probes.layers(short, w)["dense"])
        x = X.copy()
        x[1, 3, 0] = np.nan
        x = {"A": X, "B": X[:, :12], "C": x[1:, :12]}[name]
        first = next(layer for layer, array in ask(x).items() if probes.differs(array, probes.layers(x, w)[layer]))
        assert first == checks_d.BEGINS[name]


def test_the_table_holds_each_converter_and_what_the_lesson_cites():
    rows = converted.rows()
    assert {row["converter"] for row in rows} == {each.name for each in converters.CONVERTERS}
    assert {(row["converter"], row["version"]) for row in rows} == {(c.name, c.version) for c in converters.CONVERTERS}
    for row in rows:
        answered = row["outcome"] in ("equal", "differs")
        assert answered == bool(row["largest difference"])
        if answered:
            assert converters.outcome(float(row["largest difference"])) == row["outcome"]
        assert answered or row["sentence"]
    assert converted.about("onnx2tf", "basic-pitch", "as converted")["outcome"] == "equal"


def test_another_form_of_the_table_is_refused(monkeypatch):
    rows = data.table("converters.csv")
    monkeypatch.setattr(data, "table", lambda name: [{**rows[0], "outcome": "fine"}])
    with pytest.raises(ValueError, match="outcome"):
        converted.rows()


def test_what_a_script_reports_becomes_outcomes(tmp_path):
    """A converter that answers right, wrong and not at all, in a process of its own."""
    script = tmp_path / "with_mine.py"
    script.write_text(
        "import measure\n\ndef convert(folder):\n"
        "    def ask(arrays):\n        x, = arrays\n"
        "        if x[0] == 3:\n            raise ValueError('of /a/b/c.py this is too much')\n"
        "        return [x * 2 if x[0] == 1 else x]\n    return ask\n\nmeasure.main(convert)\n", encoding="utf-8")
    make = ("import numpy as np, measure\nfor k, x in enumerate((1., 2., 3.)):\n"
            "    measure.keep(f'case{k}.npz', f'asked {k}', [np.array([x])], [np.array([2 * x])])\n")
    env = os.environ | {"PYTHONPATH": str(converters.CONVERTING)}
    subprocess.run([sys.executable, "-c", make], cwd=tmp_path, check=True, env=env)
    done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, check=True, env=env)
    found = json.loads(done.stdout.partition("RESULT ")[2])
    assert {how: converters.outcome(largest) for how, (largest, _) in found.items()} == {
        "asked 0": "equal", "asked 1": "differs", "asked 2": "refuses"}
    assert found["asked 1"][0] == 2 and found["asked 2"][1] == "ValueError: of c.py this is too much"


def test_the_sentence_of_pip_that_tells_the_conflict():
    said = ("ERROR: Cannot install a and b\nThe conflict is caused by:\n    a 1 depends on c==4\n    b 2 depends on c>=6\n"
            "ERROR: ResolutionImpossible: for help visit a page")
    assert converters.conflict(said) == "a 1 depends on c==4; b 2 depends on c>=6"
    assert converters.conflict("ERROR: No matching distribution found for a\n") == "No matching distribution found for a"
