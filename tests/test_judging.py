"""Calling what a learner wrote: errors in words, the learner's own line, and a time limit on every system."""
import sys
import threading
import time

import numpy as np
import pytest

from helpers import errors, exercises
from helpers.course import calling, comparing, judging, ledger, missing

CELL = "def answer(x):\n    y = x + 1\n    return y / 0\n"


def from_a_cell(source, name="answer"):
    """A function as a notebook's cell defines it."""
    import cells
    space = {"__name__": "__main__"}
    cells.execute(source, source, f"<cell {hash(source)}>", space)
    return space[name]


# --- errors in words ------------------------------------------------------------------------------------------------

def test_the_learners_own_line_is_shown_and_no_other():
    said = judging.call(from_a_cell(CELL), 1).problem
    assert said == "your function raised ZeroDivisionError: division by zero (in your line `return y / 0`)"
    deep = from_a_cell("import json\ndef answer(x):\n    return json.loads(x)\n")
    assert "(in your line `return json.loads(x)`)" in judging.call(deep, "{").problem
    assert "your line" not in judging.call(from_a_cell(CELL)).problem  # called wrongly: none of its lines ran


def test_an_error_inside_a_graph_is_told_without_the_frames_of_tensorflow():
    import tensorflow as tf

    from helpers import tf_side  # noqa: F401
    for source, said in (("    return tf.matmul(x, x)", "Dimensions must be equal, but are 3 and 2"),
                         ("    return x.missing", "'SymbolicTensor' object has no attribute 'missing'")):
        answer = from_a_cell(f"import tensorflow as tf\n@tf.function\ndef answer(x):\n{source}\n")
        problem = judging.call(answer, tf.zeros((2, 3))).problem
        assert said in problem and "in user code" not in problem and "{{" not in problem
        assert f"(in your line `{source.strip()}`)" in problem
    eager = from_a_cell("import tensorflow as tf\ndef answer(x):\n    return tf.matmul(x, x)\n")
    problem = judging.call(eager, tf.zeros((2, 3))).problem
    assert "Matrix size-incompatible" in problem and "{{" not in problem and "[Op" not in problem


def test_leaving_python_and_an_error_that_cannot_be_read():
    class Unreadable(Exception):
        def __str__(self):
            raise ValueError

    def unreadable():
        raise Unreadable
    assert judging.call(sys.exit, 2).problem == "your function raised SystemExit: 2"
    assert judging.call(unreadable).problem == "your function raised Unreadable: no message"
    assert errors.reason(ValueError()) == "no message"


@pytest.mark.parametrize("value, said", [
    (None, "None"), (np.zeros(2), "a NumPy array"), (3, "an int"), ([], "a list"), ((k for k in "a"), "a generator (that")])
def test_what_something_is(value, said):
    assert judging.kind(value).startswith(said)


# --- one suspect, or none ---------------------------------------------------------------------------------------------

HINTS = ("a", "b", "c")


def test_a_suspect_is_named_only_if_it_fits_in_all_trials_and_no_other_does():
    def exercise(suspects):
        return judging.cases(lambda: [(2,), (3,)], lambda n: n + 5, suspects, hints=HINTS, no_function="no.",
                             say=lambda given, right, got: f"for {given[0]} it is {right}.")
    twice, square = {"twice": lambda n: 2 * n}, {"the square": lambda n: n * n}
    assert exercise(twice).judge(lambda n: 2 * n) == "twice."
    assert exercise(twice | square).judge(lambda n: 4 if n == 2 else 9) == "the square."  # for 2 both fit
    assert exercise(twice | {"doubled": lambda n: n + n}).judge(lambda n: 2 * n) == "for 2 it is 7."
    assert exercise(twice).judge(lambda n: 4) == "for 2 it is 7."  # for 3 it does not fit
    assert exercise({"a mistake": lambda n: 1 / 0}).judge(lambda n: 4) == "for 2 it is 7."


def test_two_suspects_with_one_value_are_not_told_apart():
    assert judging.value(3, {"one": 4, "other": 4}, HINTS).judge(4) == "4 is not it."


# --- the call as the text says ----------------------------------------------------------------------------------------

@pytest.fixture(params=["torch", "tf"])
def mean(request):
    """(exercise "the mean of the first row times a number", that framework): the text names no dtype."""
    import tensorflow as tf
    import torch

    from helpers import tf_side, torch_side  # noqa: F401
    exercise = judging.function(request.param, lambda x, rate: x[0] * rate, lambda rng: (rng.normal(size=(2, 3)), 0.5), {},
                                HINTS)
    return exercise, {"torch": torch, "tf": tf}[request.param]


def test_numbers_come_as_numbers_and_tensors_ask_for_no_gradient(mean):
    exercise, framework = mean

    def answer(x, rate):
        assert isinstance(rate, float) and not getattr(x, "requires_grad", False)
        if framework.__name__ == "torch":
            x.mul_(rate)  # in place, under no ban
            return x[0]
        return framework.Variable(x[0] * rate)
    assert exercise.judge(answer) is None


def test_float32_will_do_where_no_dtype_is_named(mean):
    exercise, framework = mean

    def casts(x, rate):
        x = x.float() if framework.__name__ == "torch" else framework.cast(x, "float32")
        return x[0] * rate

    def takes_float32_alone(x, rate):
        return x[0] * framework.ones((3,), dtype=framework.float32) * rate if "32" in str(x.dtype) else x[0] @ None

    def rough(x, rate):
        return casts(x, rate) * 1.001
    assert exercise.judge(casts) is None and exercise.judge(takes_float32_alone) is None
    assert "the values are not: yours is" in exercise.judge(rough)


def test_of_numbers_that_look_alike_all_digits_are_told():
    right, off = np.array([0.1, 0.2]), np.array([0.1, 0.2 + 1e-8])
    said = comparing.mismatch(off, right, tell=True)
    assert "yours is 0.20000001" in said and "where 0.2 is right: was something rounded to float32?" in said
    assert comparing.mismatch(off + 1, right, tell=True).endswith("yours is 1.1 at [0], where 0.1 is right.")


def test_digits_lost_on_the_way_to_float64_are_told():
    import torch

    from helpers import torch_side  # noqa: F401
    exercise = judging.function("torch", lambda x: x / 3, lambda rng: (rng.normal(size=3),), {}, HINTS, dtype="float64",
                                atol=1e-12)
    assert exercise.judge(lambda x: x / 3) is None
    assert "computed in float32, or a small number added?" in exercise.judge(lambda x: (x.float() / 3).double())
    assert "dtype float32 where float64 is asked for" in exercise.judge(lambda x: x.float() / 3)
    assert "the values are not: yours is" in exercise.judge(lambda x: x / torch.tensor(3.001))

@pytest.mark.parametrize("result, said", [
    (lambda x: None, "is there a `return`?"), (lambda x: [1.0], "a list, where a "), (lambda x: 3, "an int, where a "),
    (lambda x: np.zeros(3), "a NumPy array, where a "), (lambda x: (x, x), "a tuple, where a "),
    (lambda x: (x for _ in "a"), "a generator")])
def test_both_sides_say_the_same_of_what_is_no_tensor(mean, result, said):
    exercise, framework = mean
    name = {"torch": "PyTorch", "tensorflow": "TensorFlow"}[framework.__name__]
    problem = exercise.judge(lambda x, rate: result(x))
    assert said in problem and ("where" not in said or f"a {name} tensor is asked for" in problem)


def test_a_tensor_of_a_class_of_ones_own_is_a_tensor():
    import torch

    from helpers import torch_side  # noqa: F401

    class Image(torch.Tensor):
        pass
    exercise = judging.function("torch", lambda x: 2 * x, lambda rng: (rng.normal(size=3),), {}, HINTS)
    assert exercise.judge(lambda x: (2 * x).as_subclass(Image)) is None
    assert judging.value([1.0, 2.0], {}, HINTS).judge(torch.tensor([1.0, 2.0]).as_subclass(Image)) is None


# --- a time limit -----------------------------------------------------------------------------------------------------

def endless(*arguments):
    while True:
        pass


def stubborn():
    """Catches what ends it once."""
    try:
        endless()
    except BaseException:
        endless()


def in_a_thread(work):
    """Run a function in another thread than the main one, and return what it returns."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join(60)
    return found[0]


def as_on_windows(monkeypatch):
    for name in ("setitimer", "SIGALRM", "ITIMER_REAL"):
        monkeypatch.delattr(calling.signal, name)


@pytest.mark.parametrize("loop", [endless, stubborn])
@pytest.mark.parametrize("system", ["Linux and macOS", "Windows"])
def test_an_endless_loop_is_ended(monkeypatch, loop, system):
    if system == "Windows":
        as_on_windows(monkeypatch)
    with pytest.raises(calling.TimeUp):
        with calling.time_limit(0.05):
            loop()
    time.sleep(0)  # nothing comes afterwards


def test_a_loop_outside_the_main_thread_is_ended():
    def work():
        try:
            with calling.time_limit(0.05):
                endless()
        except calling.TimeUp:
            return "ended"
    assert in_a_thread(work) == "ended"


@pytest.mark.skipif(not hasattr(calling.signal, "setitimer"), reason="a sleep is ended by a signal, which Windows lacks")
def test_a_sleep_is_ended_and_the_old_handler_comes_back():
    before = calling.signal.getsignal(calling.signal.SIGALRM)
    with pytest.raises(calling.TimeUp):
        with calling.time_limit(0.05):
            time.sleep(600)
    assert calling.signal.getsignal(calling.signal.SIGALRM) == before
    assert calling.signal.getitimer(calling.signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize("system", ["Linux and macOS", "Windows"])
def test_in_time_nothing_happens(monkeypatch, system):
    if system == "Windows":
        as_on_windows(monkeypatch)
    before = set(threading.enumerate())
    with calling.time_limit(600):
        assert sum(range(10)) == 45
    assert set(threading.enumerate()) <= before


def test_a_check_ends_a_loop_in_a_sentence_with_its_line(monkeypatch):
    monkeypatch.setattr(calling, "LIMIT", 0.2)
    answer = from_a_cell("def answer(n):\n    while n > 0:\n        n = n + 1\n")
    exercise = judging.cases(lambda: [(2,)], lambda n: 0, {}, hints=HINTS, say=lambda *told: "no.", no_function="")
    said = judging.judged(exercise.judge, answer)
    assert said.startswith("your answer was stopped after 0.2 seconds, in its line `") and "come to an end?" in said
    assert "`while n > 0:`" in said or "`n = n + 1`" in said


def test_while_it_runs_the_check_says_how_to_interrupt(monkeypatch):
    monkeypatch.setattr(calling, "PATIENCE", 0.0)
    said = threading.Event()
    assert calling.judged(lambda answer: "no." if said.wait(60) else "", 1, say=lambda word: said.set()) == "no."
    assert "interrupt the kernel" in calling.STILL and "code of a framework runs on" in calling.STILL


def test_a_judge_that_raises_says_a_sentence_instead():
    def judge(answer):
        return answer + "x"

    def not_installed(answer):
        raise missing.NotInstalled("PyTorch")
    assert "could not make sense of this answer, which is of type int" in calling.judged(judge, 3)
    with pytest.raises(missing.NotInstalled):
        calling.judged(not_installed, 3)


def test_the_check_of_a_notebook_is_guarded(monkeypatch, capsys):
    def judge(answer):
        raise RuntimeError("a mistake of the check")
    ledger.begin("01")
    monkeypatch.setattr(exercises, "_exercise", lambda key: judging.Exercise(judge, HINTS))
    exercises.check("1.1", 3)
    assert "could not make sense" in capsys.readouterr().out
