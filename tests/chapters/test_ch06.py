"""Chapter 6: its verdicts turn when a constant is off by little or a mend mends nothing; its modules see what is there."""
import numpy as np
import pytest

import cells
import family
import pipeline
from chapters.ch06 import defaults, figures, lockstep, start
from helpers import data, parity, process
from loaded_pool import one_process

slow = pytest.mark.slow


PLANTED = {
    "06a": [("path_torch = train_torch(held(0.1))", "path_torch = train_torch(0.1)", "rung 6, one step")],
    "06b": [('"RMSprop": lambda w: KerasRMSprop(w, lr=small, rho=rho, eps=1e-7)',
             '"RMSprop": lambda w: KerasRMSprop(w, lr=small, rho=rho, eps=1.001e-7)', "RMSprop, 207 steps"),
            ("    epsilon = 1e-7", "    epsilon = 1.001e-7", "Adam, 207 steps"),
            ("beta2 = held(0.999)", "beta2 = 0.999", "Adam, 207 steps"),
            ("momentum = held(0.9)", "momentum = 0.9", "momentum, 207 steps")],
    "06c": [("mended = x.std(correction=0).numpy()", "mended = x.std().numpy()", "mended with correction=0")],
    "06d": [("mended = variance_torch * (n - 1) / n", "mended = variance_torch", "mended: times (n - 1) / n")],
    "06e": [("padded = F.pad(numbers, (0, 1))", "padded = F.pad(numbers, (1, 0))", "mended with pad(x, (0, 1))")],
    "06f": [("loss_of = torch.nn.CrossEntropyLoss()", "loss_of = torch.nn.CrossEntropyLoss(label_smoothing=1e-3)",
             "float32, the first step")],
}
"""{lesson: what stands once in it, what is put there instead, and the comparison that must fail then}"""


def error_of(lesson, old, new):
    """The name and message of the error with which a lesson ends, in this process, when `old` becomes `new`."""
    found = [cell.source for cell in cells.read(lesson, pipeline.learner) if cell.cell_type == "code"]
    assert sum(source.count(old) for source in found) == 1, f"{old!r} should stand once in lesson {lesson}"
    space = {"__name__": "__main__"}
    try:
        for k, source in enumerate(found):
            source = source.replace(old, new)
            cells.execute(source, source, f"<lesson {lesson}, code cell {k}>", space)
    except parity.ParityError as error:
        return str(error)
    return "no error"


@slow
@pytest.mark.parametrize("lesson", PLANTED)
def test_a_small_change_turns_the_verdict(lesson):
    """The changes to one lesson run one after another in a process of their own."""
    with one_process() as pool:
        for old, new, said in PLANTED[lesson]:
            error = pool.submit(error_of, lesson, old, new).result()
            assert error.startswith(said), f"{old!r} became {new!r}: {error}"


def test_the_later_lessons_start_where_lesson_6a_does():
    begun = {"np": np, "data": data, "seed": 0, "fast": True}
    of_6a = [cell.source for cell in cells.read("06a", pipeline.learner) if "taught" in pipeline.tags(cell)]
    for source in of_6a[:2]:
        cells.execute(source, source, "<lesson 06a>", begun)
    for name, array in start.weights(0).items():
        assert (array == begun["start"][name]).all()
    for mine, theirs in zip(start.batches(0, 9), begun["batches"], strict=True):
        assert (mine[0] == theirs[0]).all() and (mine[1] == theirs[1]).all()


@slow
@pytest.mark.parametrize("worker", ["ch06/determinism_torch", "ch06/determinism_tf"])
def test_the_switch_gives_the_same_bits_and_the_seed_matters(worker):
    ask = {"steps": 2, "repeats": 2, "device": "cpu"}
    runs = process.run(worker, {"seed": 0, **ask}, timeout=family.LONG)
    assert [run["switch"] for run in runs] == [False, False, True, True]
    assert runs[2]["digest"] == runs[3]["digest"] and all(run["seconds"] > 0 for run in runs)
    assert runs[3]["digest"] != process.run(worker, {"seed": 1, **ask}, timeout=family.LONG)[3]["digest"]


# Its modules

def test_start():
    weights = start.weights(3, hidden=7)
    assert {name: array.shape for name, array in weights.items()} == {
        "w1": (64, 7), "b1": (7,), "w2": (7, 10), "b2": (10,)}
    assert (start.weights(3, hidden=7)["w1"] == weights["w1"]).all()
    assert (start.weights(4, hidden=7)["w1"] != weights["w1"]).any()
    batches = start.batches(0, epochs=2)
    assert len(batches) == 46 and (batches[0][1] != batches[23][1]).any()


def steps(*weights, entered):
    """A run as a lesson yields it: what entered the activation, and the weights, a pair a step."""
    return [(np.array([numbers]), np.array([weight])) for weight, numbers in zip(weights, entered)]


def test_lockstep_finds_the_flips_and_the_jump():
    mine = steps(1.0, 2.0, 3.0, entered=[[0.5, -0.5], [1e-9, 0.5], [0.0, 0.5]])
    theirs = steps(1.0, 2.5, 3.1, entered=[[0.5, -0.1], [-1e-9, 0.5], [-1.0, 0.5]])
    run = lockstep.compare(mine, theirs)
    assert run.distance == pytest.approx([0.0, 0.5, 0.1])
    assert run.flips == [(2, 0, 0, 1e-9, -1e-9)]  # 0 and -1: no gradient in either
    assert lockstep.steps_with_flips(run) == [2]
    run = lockstep.Lockstep([1e-7, 2e-7, 4e-6, 4.4e-6], [(3, 0, 0, 1, -1), (4, 0, 0, 1, -1)])
    assert lockstep.largest_jump(run) == (pytest.approx(20), 3)
    assert lockstep.largest_jump(lockstep.Lockstep([1e-7], [])) == (1.0, None)


def test_lockstep_refuses_runs_of_unequal_length():
    with pytest.raises(ValueError, match="zip"):
        lockstep.compare(steps(1.0, entered=[[1.0]]), steps(1.0, 2.0, entered=[[1.0], [1.0]]))


class MyOptimizer:
    def __init__(self, weights, lr=0.1, betas=(0.9, 0.99), eps=1e-8, weight_decay=None, fused=None):
        """Arguments as PyTorch's have them."""


class Rewritten:
    def __init__(self, learning_rate=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-8, weight_decay=0.0, name=None):
        """Arguments as Keras's have them."""


def test_defaults_are_compared_by_their_meaning():
    mine, theirs = defaults.of_signature(MyOptimizer), defaults.of_signature(Rewritten)
    assert mine == {"rate": 0.1, "beta 1": 0.9, "beta 2": 0.99, "epsilon": 1e-8, "weight decay": 0.0}
    assert defaults.differences({"a": mine, "only here": mine}, {"a": theirs}) == {"a": {"beta 2": (0.99, 0.999)}}
    assert defaults.differences({"a": mine}, {"a": mine}) == {"a": {}}


def test_the_table_of_defaults(capsys):
    defaults.show_table({"one": {"rate": (0.1, 0.001)}, "two": {}})
    said = capsys.readouterr().out
    assert "one        rate             0.1      0.001" in said and "two        nothing differs" in said


def test_figures_say_what_they_show(capsys):
    path = [np.array([0.0, 1.0])] * 3
    figures.two_rates([array + 1e-9 for array in path], path, path)
    names = ("SGD", "momentum", "Nesterov", "RMSprop", "Adam", "AdamW")
    equal = dict.fromkeys(names, 0.0)
    figures.causes({"as ported": dict.fromkeys(names, 1e-3), "epsilon\nin place": {**equal, "Adam": 1e-5}})
    figures.enlarged(np.eye(2), np.eye(3), np.zeros((3, 3)))
    run = lockstep.Lockstep([1e-7, 1e-5], [(2, 5, 1, 1e-9, -1e-9)])
    figures.runs({"float32 relu": run, "float32 tanh": run})
    said = capsys.readouterr().out
    assert "over 3 steps" in said and "With 0.1 it ends at 1e-09" in said
    assert "as ported: none; epsilon in place: SGD, momentum, Nesterov, RMSprop, AdamW." in said
    assert "the 3 pixels that differ" in said and "Crosses mark the 1 steps" in said
