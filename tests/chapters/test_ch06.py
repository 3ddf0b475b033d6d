"""Chapter 6: its verdicts turn when a constant of an optimizer is off by little, and when a mend mends nothing."""
import nbclient
import nbformat
import pytest

import pipeline
from helpers import process

pytestmark = pytest.mark.slow

TRAINING = ["network_torch(", "network_tf(", "train_torch(", "train_tf(", "def float32", "ported_torch", "ported_tf",
            "def apart", "same_defaults =", "same_constants ="]
MUSEUM = [*TRAINING, "room(", "exhibits ="]


def chapter_with(needed):
    """The chapter's opening, its predictions, and the code cells that contain one of the texts `needed`."""
    whole = pipeline.learner(pipeline.read(pipeline.sources(["06"])[0]))
    always = {"setup", "parameters", "predict"}
    kept = [cell for cell in whole.cells if cell.cell_type == "code" and (
        always & set(pipeline.tags(cell)) or any(text in cell.source for text in needed))]
    return nbformat.v4.new_notebook(cells=kept, metadata=whole.metadata)


def error_of(needed, old, new):
    """The name and message of the error with which those cells end when `old`, in one of them, becomes `new`."""
    book = chapter_with(needed)
    touched = [cell for cell in book.cells if old in cell.source]
    assert len(touched) == 1 and touched[0].source.count(old) == 1, f"{old!r} should stand once in the cells kept"
    touched[0].source = touched[0].source.replace(old, new)
    with pytest.raises(nbclient.exceptions.CellExecutionError) as caught:
        pipeline.execute(book)
    return f"{caught.value.ename}: {caught.value.evalue}"


@pytest.mark.parametrize("mends, old, new, said", [
    (["class Keras"], 'rms["epsilon"]), batches))', '1.001 * rms["epsilon"]), batches))', "RMSprop, 200 steps"),
    (["def epsilon_first", "def rounded"], 'adam["epsilon"] / (1', '1.001 * adam["epsilon"] / (1', "Adam, 200 steps"),
    (["def epsilon_first", "def rounded"], "(1 - float32(beta1) ** t)", "(1 - beta1 ** t)", "Adam, 200 steps"),
], ids=["epsilon of RMSprop", "epsilon of Adam", "beta of Adam"])
def test_a_small_change_of_a_constant_turns_the_verdict(mends, old, new, said):
    assert error_of(TRAINING + mends, old, new).startswith(f"ParityError: {said}")


def test_a_mend_that_mends_nothing_turns_the_verdict():
    assert error_of(MUSEUM, "x.std(correction=0)", "x.std()").startswith("ParityError: the value after each mend")


@pytest.mark.parametrize("worker", ["ch06/determinism_torch", "ch06/determinism_tf"])
def test_the_switch_gives_the_same_bits_and_the_seed_matters(worker):
    ask = {"steps": 2, "repeats": 2, "device": "cpu"}
    runs = process.run(worker, {"seed": 0, **ask}, timeout=120)
    assert [run["switch"] for run in runs] == [False, False, True, True]
    assert runs[2]["digest"] == runs[3]["digest"] and all(run["seconds"] > 0 for run in runs)
    assert runs[3]["digest"] != process.run(worker, {"seed": 1, **ask}, timeout=120)[3]["digest"]
