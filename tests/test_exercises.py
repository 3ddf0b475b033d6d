"""Predictions, checks, hints and quizzes: nothing raises for a learner's answer, everything wrong is refused."""
import decimal
import fractions
import types

import numpy as np
import pytest

import helpers
from helpers import exercises
from helpers.course import comparing, judging, ledger, missing, quiz, solutions

HINTS = ("Look at the shape.", "Use `axis`.", "x.sum(axis=0)")
X = np.arange(6.0).reshape(2, 3)


@pytest.fixture(autouse=True)
def chapter():
    ledger.begin("01")


def stored(key="P1.1"):
    return ledger.read("01")["predictions"][key]


def test_an_outcome_without_a_prediction_asks_for_one_next_time(capsys):
    exercises.predict("P1.1", ..., among=["a", "b"])
    assert "none yet. Set guess to one of 'a', 'b'" in capsys.readouterr().out
    exercises.outcome("P1.1", "a")
    assert capsys.readouterr().out == ("prediction P1.1: the run says a. You made no prediction; next time, predict "
                                       "first.\n")
    assert stored() == {"guess": None, "among": ["a", "b"], "actual": "a", "right": None, "late": False}


@pytest.mark.parametrize("guess, right, said", [
    ("c", True, "you predicted c: right."),
    ("a", False, "you predicted a; the run says c. Not this time, and now you know."),
])
def test_outcomes_are_kind(guess, right, said, capsys):
    exercises.predict("P1.1", guess, among=["a", "b", "c"])
    exercises.outcome("P1.1", "c")
    assert capsys.readouterr().out.endswith(f"prediction P1.1: {said}\n")
    assert stored() == {"guess": guess, "among": ["a", "b", "c"], "actual": "c", "right": right, "late": False}


@pytest.mark.parametrize("guess", ["A", " a ", "\tA"])
def test_capitals_and_blanks_of_a_guess_do_not_matter(guess):
    exercises.predict("P1.1", guess, among=["a", "b"])
    assert stored()["guess"] == "a"


def test_a_guess_made_after_its_outcome_is_late(capsys):
    exercises.predict("P1.1", ..., among=["a", "b"])
    exercises.outcome("P1.1", "b")
    exercises.predict("P1.1", "b", among=["a", "b"])
    assert "you saw the answer before: not counted" in capsys.readouterr().out
    assert stored() == {"guess": "b", "among": ["a", "b"], "actual": "b", "right": True, "late": True}
    exercises.outcome("P1.1", "b")
    assert "you predicted b: right. (You saw the answer before: not counted.)" in capsys.readouterr().out
    exercises.predict("P1.1", "a", among=["a", "b"])
    assert stored()["late"] is True and stored()["guess"] == "a" and stored()["right"] is False


def test_a_guess_changed_after_its_outcome_does_not_replace_the_one_that_counts(capsys):
    exercises.predict("P1.1", "a", among=["a", "b"])
    exercises.outcome("P1.1", "b")
    counted = stored()
    exercises.predict("P1.1", "a", among=["a", "b"])  # the same cell again changes nothing
    capsys.readouterr()
    exercises.predict("P1.1", "b", among=["a", "b"])
    assert "you saw the answer before: not counted. Your first guess, a, stays." in capsys.readouterr().out
    exercises.outcome("P1.1", "b")
    assert stored() == counted and counted["guess"] == "a" and counted["right"] is False


def test_the_first_outcome_of_a_run_counts_whatever_a_later_one_finds(capsys):
    exercises.predict("P1.1", "a", among=["a", "b"])
    exercises.outcome("P1.1", "b")
    counted = stored()
    exercises.outcome("P1.1", "a")  # the experiment again, with other parameters
    assert "you predicted a: right." in capsys.readouterr().out and stored() == counted


def test_a_new_start_of_the_lesson_asks_again():
    exercises.predict("P1.1", "a", among=["a", "b"])
    exercises.outcome("P1.1", "b")
    ledger.begin("01")
    exercises.predict("P1.1", "b", among=["a", "b"])
    exercises.outcome("P1.1", "b")
    assert stored() == {"guess": "b", "among": ["a", "b"], "actual": "b", "right": True, "late": False}


def test_the_letter_of_what_came_true():
    assert exercises.first_true({"a": False, "b": np.bool_(True), "c": True}) == "b"
    with pytest.raises(ValueError, match="none of the options a, b came true"):
        exercises.first_true({"a": False, "b": 0})


def test_a_guess_that_is_no_option_is_asked_again(capsys):
    exercises.predict("1.1", "c", among=["a", "b"])
    assert "'c' is not one of 'a', 'b'" in capsys.readouterr().out
    assert ledger.fresh("predictions")["1.1"]["guess"] is None


@pytest.mark.parametrize("guess", [np.array([1, 2]), np.int64(3), [1], None])
def test_a_guess_of_an_odd_type_is_asked_again(guess, capsys):
    exercises.predict("1.1", guess, among=[1, 2])
    assert "is not one of 1, 2" in capsys.readouterr().out


@pytest.mark.parametrize("guess", [np.float64(2.0), np.int64(2), np.array(2), fractions.Fraction(2)])
def test_a_guess_is_stored_as_the_option_that_it_equals(guess):
    exercises.predict("1.1", guess, among=[1, 2])
    assert repr(ledger.read("01")["predictions"]["1.1"]["guess"]) == "2"


def test_an_outcome_must_have_been_asked_and_be_an_option():
    with pytest.raises(KeyError, match="run the cell with exercises.predict"):
        exercises.outcome("1.9", "a")
    exercises.predict("1.1", "a", among=["a", "b"])
    with pytest.raises(ValueError, match="not among"):
        exercises.outcome("1.1", "z")


@pytest.fixture
def one_exercise(monkeypatch):
    module = types.SimpleNamespace(EXERCISES={"1.1": judging.value(6, {"you multiplied": 8}, HINTS)})
    monkeypatch.setattr(exercises.importlib, "import_module", lambda name: module)


@pytest.mark.parametrize("answer, state, said", [
    (..., "open", "not answered yet"), (6, "right", "right."), (8, "wrong", "not yet: you multiplied."),
    ("6", "wrong", "not yet"), (None, "wrong", "not yet"), (7, "wrong", "not yet")])
def test_check(one_exercise, capsys, answer, state, said):
    exercises.check("1.1", answer)
    assert said in capsys.readouterr().out
    assert ledger.read("01")["exercises"] == {"1.1": state}


def test_check_of_an_exercise_that_does_not_exist(one_exercise):
    with pytest.raises(KeyError, match="no exercise '1.7'; its chapter has 1.1"):
        exercises.check("1.7", 1)


def test_hints(one_exercise, capsys):
    exercises.hint("1.1", 1)
    assert capsys.readouterr().out == "Look at the shape.\n"
    with pytest.raises(ValueError, match="hints 1, 2 and 3"):
        exercises.hint("1.1", 4)
    with pytest.raises(ValueError, match="exactly three hints"):
        judging.value(1, {}, ("one", "two"))


@pytest.fixture
def lesson_source(tmp_path, monkeypatch):
    """A folder that stands for the course's, with one lesson that solves exercise 1.1."""
    monkeypatch.setattr(helpers, "ROOT", tmp_path)
    path = tmp_path / "notebooks" / "chapters" / "ch01" / "01_a.py"
    path.parent.mkdir(parents=True)
    path.write_text('# %% tags=["exercise"]\nanswer = ...\n# solution\nanswer = 2 < 3\n# wrong: you multiplied\nanswer = 8\n'
                    '\n# %% tags=["check"]\nexercises.check("1.1", answer)\n', encoding="utf-8")
    return path


@pytest.mark.parametrize("answer, hints", [(..., 3), (8, 3), (6, 0)])
def test_check_shows_hints_and_the_solution_each_behind_a_click(one_exercise, lesson_source, shown, answer, hints):
    exercises.check("1.1", answer)
    markup, _ = shown[0]
    assert markup.count("<details>") == hints + 1 and markup.count("Hint") == hints
    assert "<details><summary>Solution</summary><pre>answer = 2 &lt; 3</pre></details>" in markup


def test_the_solution_in_print_and_where_there_is_none(one_exercise, lesson_source, shown, capsys):
    exercises.solution("1.1")
    assert capsys.readouterr().out == "answer = 2 < 3\n"
    lesson_source.unlink()
    exercises.check("1.1", 8)
    assert "the solution of exercise 1.1 is not here" in shown[0][0]


def test_every_exercise_of_the_course_has_its_solution():
    import pipeline
    for source in pipeline.sources():
        book = pipeline.read(source)
        for exercise, check in zip(book.cells, book.cells[1:]):
            if "check" in pipeline.tags(check):
                key = check.source.split('"')[1]
                assert solutions.find(pipeline.lesson(source), key) == pipeline.parts(exercise.source)[1].strip()


# Judging values

@pytest.mark.parametrize("right, answer", [
    (X, X.copy()), (6, 6.0), (0.5, np.float64(0.5)), ("ab", "ab"), (True, True), ([1, 2], (1, 2)),
    ({"a": X}, {"a": X.copy()}),
    ({1, 2}, {2, 1}), (lambda: X, X), ((2, 3), X.shape), (np.array([True]), np.array([True])),
    (X, X.tolist()), ([[1, 2], [3, 4]], ((1, 2), (3, 4))), (((2, 3), 1), [[2, 3], 1]), (X, X.astype("float32")),
    (1.95, fractions.Fraction(39, 20)), (1.95, decimal.Decimal("1.95")), (1.95, np.float32(1.95)), (True, np.True_),
    ([1, 2], range(1, 3)), ("a", np.str_("a")), (["a", "b"], np.array(["a", "b"])), (0.9, np.array(0.9, "float32"))])
def test_right_values(right, answer):
    assert judging.value(right, {}, HINTS).judge(answer) is None


@pytest.mark.parametrize("right, answer, said", [
    (X, X.T, "shape (3, 2) where (2, 3) is asked for: transposed"),
    (X, X[0], "shape (3,) where (2, 3)"),
    (X, X + np.eye(2, 3)[::-1], "the entry [0, 1] is not right: yours is 2"),
    (X, np.full((2, 3), np.nan), "NaN"),
    (X, "text", "should be"), (X, None, "should be"), (6, lambda: 6, "is a function"),
    ("ab", "ba", "'ba' is not it"), ("ab", 3, "should be a text, yours is 3"),
    (True, 1, "should be True or False, yours is 1"), ([1, 2], [1, 2, 3], "shape"),
    (X.astype("float32"), X.astype("float32") + 1e-3, "the entry [0, 0] is not right"),
    (X, X.tolist()[0], "shape (3,) where (2, 3)"), (X, [[1, 2, 3], [4, 5]], "an array of numbers, yours is a list"),
    (1, 1j, "should be made of real numbers"), (10.0, 0, "0 is not it."),
    (10.0, "10", "should be one number, yours is '10'"),
    (10.0, [10.0], "one number is asked for, yours is an array of shape (1,)"),
    (1, np.datetime64("2026-01-01"), "one number"), (1, [...], "one number"),
    ({"a": 1}, {"a": 2}, "2 is not right for the entry 'a'."), ({"a": 1}, {}, "there is no entry 'a'."),
    ({"a": 1}, {"a": ...}, "nothing stands yet for the entry 'a'."), ({"a": 1}, {"a": 1, "b": 2}, "an entry 'b' is not"),
    ({"a": [1, [2]]}, {"a": (1, (3,))}, "in the entry [1] of the entry 'a' the entry [0] is not right: yours is 3"),
    ({1, 2}, {1, 3}, "2 is missing"), ({1}, {1, 3}, "3 is too much"), ({1}, [1], "should be a set"),
    (["a", "b"], ["a", "c"], "'c' is not right for the entry [1]"), (["a"], "a", "should be a list, yours is 'a'"),
    ([True, False], [1, 0], "made of True and False"), ([1, 0], [True, False], "made of numbers"),
])
def test_wrong_values(right, answer, said):
    assert said in judging.value(right, {}, HINTS).judge(answer)


def test_a_suspect_is_named():
    exercise = judging.value(X.mean(), {"you summed": X.sum(), "ddof": lambda: 7.0}, HINTS)
    assert exercise.judge(X.sum()) == "you summed." and exercise.judge(7.0) == "ddof."


def test_tensors_of_either_framework_are_taken():
    import tensorflow as tf
    import torch

    from helpers import tf_side, torch_side  # noqa: F401
    exercise = judging.value(X, {}, HINTS)
    assert exercise.judge(torch.tensor(X, requires_grad=True)) is None
    assert exercise.judge(tf.Variable(X)) is None
    assert judging.value([X, X], {}, HINTS).judge([torch.tensor(X), tf.constant(X)]) is None
    assert exercise.judge(torch.tensor(X) + 1) is not None
    for odd in (tf.ragged.constant([[1], [1, 2]]), torch.eye(3).to_sparse()):
        assert "does not become a NumPy array" in exercise.judge(odd)


# Judging functions

def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


@pytest.fixture(params=["torch", "tf"])
def port(request):
    """(exercise "port softmax", a namespace of that framework's operations)."""
    import tensorflow as tf
    import torch

    from helpers import tf_side, torch_side  # noqa: F401
    exercise = judging.function(request.param, softmax, lambda rng: (rng.normal(size=(3, 4)),), hints=HINTS,
                                gradients=True, dtype="float64", suspects={"the wrong axis": lambda x: softmax(x.T).T})
    if request.param == "torch":
        ops = types.SimpleNamespace(softmax=lambda x, axis: torch.softmax(x, axis), stop=lambda x: x.detach(),
                                    cast=lambda x: x.float())
    else:
        ops = types.SimpleNamespace(softmax=lambda x, axis: tf.nn.softmax(x, axis=axis), stop=tf.stop_gradient,
                                    cast=lambda x: tf.cast(x, tf.float32))
    return exercise, ops


def test_a_right_function(port):
    exercise, ops = port
    assert exercise.judge(lambda x: ops.softmax(x, -1)) is None


def test_what_else_is_asked_of_a_function_counts_once_its_numbers_are_right():
    import torch

    from helpers import torch_side  # noqa: F401
    exercise = judging.function("torch", softmax, lambda rng: (rng.normal(size=(3, 4)),), {}, HINTS,
                                then=lambda answer: None if answer.__name__ == "answer" else "call it answer.")

    def answer(x):
        return torch.softmax(x, -1)
    assert exercise.judge(answer) is None
    assert exercise.judge(lambda x: torch.softmax(x, -1)) == "call it answer."
    assert "where" in exercise.judge(lambda x: torch.softmax(x, -1) * 2)


@pytest.mark.parametrize("wrong, said", [
    (lambda ops: lambda x: ops.softmax(x, 0), "the wrong axis."),
    (lambda ops: lambda x: ops.stop(ops.softmax(x, -1)), "no gradient reaches argument 1"),
    (lambda ops: lambda x: ops.softmax(ops.stop(x), -1) + 0 * x, "the gradient of argument 1 is not"),
    (lambda ops: lambda x: ops.softmax(x, -1) + 0 * (x - x) ** 0.5, "gradient of argument 1 holds NaN"),
    (lambda ops: lambda x: ops.softmax(x, -1) * 1.001, "the values are not: yours is 0."),
    (lambda ops: lambda x: ops.cast(ops.softmax(x, -1)), "dtype float32 where float64 is asked for"),
    (lambda ops: lambda x: 1 / 0, "raised ZeroDivisionError on inputs of shape (3, 4)"),
    (lambda ops: lambda x, y: x, "raised TypeError"),
    (lambda ops: lambda x: None, "your function returned None: is there a `return`?"),
    (lambda ops: 3, "must be a function"),
    (lambda ops: lambda x: x[0], "shape (4,) where (3, 4)"),
])
def test_wrong_functions(port, wrong, said):
    exercise, ops = port
    assert said in exercise.judge(wrong(ops))


def test_two_numbers_that_six_digits_do_not_tell_apart_are_said_in_full():
    said = comparing.mismatch(np.array([0.95, 1.0000001]), np.array([0.95, 1.0]), tell=True)
    assert said == "the shape is right, the values are not: yours is 1.0000001 at [1], where 1.0 is right."


def test_finite_difference():
    x, weights = np.array([0.3, -0.7]), np.array([2.0, 5.0])
    grad, none = judging.finite_difference(lambda x, k: np.sin(x) * k, (x, np.array([1, 1])), weights)
    np.testing.assert_allclose(grad, weights * np.cos(x), atol=1e-8)
    assert none is None


# Quiz

QUIZ = [{"text": "Which of `a < b`?", "option": [{"text": "yes", "right": True, "why": "Since <."},
                                                  {"text": "no", "right": False, "why": "No: see <b>."}]}]


def test_quiz_has_an_explanation_behind_every_option(monkeypatch):
    monkeypatch.setattr(quiz, "questions", lambda lesson: QUIZ)
    shown = []
    monkeypatch.setattr(exercises.show, "rich", lambda markup, plain: shown.append((markup, plain)))
    exercises.quiz("01")
    markup, plain = shown[0]
    assert markup.count("<details") == 2 and markup.count("Right.") == 1 and markup.count("No.") == 1
    assert "<code>a &lt; b</code>" in markup and "see &lt;b&gt;" in markup and "<script" not in markup
    assert "A. yes" in plain and "Since" not in plain


def test_what_a_function_raises_is_told_in_one_line_and_a_missing_framework_is_not_the_learners_mistake():
    def careless(x):
        raise ValueError("wrong shape\nand a long story")

    def needs_torch():
        raise missing.NotInstalled("PyTorch")
    assert judging.call(abs, -2) == (2, None)
    assert judging.call(careless, 1) == (None, "your function raised ValueError: wrong shape")
    with pytest.raises(missing.NotInstalled):
        judging.call(needs_torch)


def half(n):
    return n // 2


def cases(**more):
    return judging.cases(lambda: [(4,), (7,)], half, {"that is twice as much": lambda n: 2 * n}, hints=HINTS,
                         say=lambda given, right, got: f"half of {given[0]} is {right}, not {got}.",
                         no_function="write a function.", **more)


@pytest.mark.parametrize("answer, said", [
    (half, None), (3, "write a function."), (lambda n: 2 * n, "that is twice as much."),
    (lambda n: 2, "half of 7 is 3, not 2."),
    (lambda n: n / 0, "your function raised ZeroDivisionError: division by zero")])
def test_an_answer_that_is_judged_case_by_case(answer, said):
    assert cases().judge(answer) == said


def test_what_cases_are_compared_by_may_be_chosen():
    by_int = cases(convert=int, same=lambda got, right: abs(got - right) < 2)
    assert by_int.judge(lambda n: str(n // 2 + 1)) is None and "returned 'many'" in by_int.judge(lambda n: "many")
    assert cases(unfit=lambda got: "no text." if isinstance(got, str) else None).judge(str) == "no text."


def test_a_function_cannot_change_the_arguments_of_its_judge():
    def greedy(rows):
        return rows.pop()
    judge = judging.cases(lambda: [([1, 2],)], lambda rows: rows[-1], {"the first": lambda rows: rows[0]}, hints=HINTS,
                          say=lambda given, right, got: "no.", no_function="no function.").judge
    assert judge(greedy) is None and judge(lambda rows: rows.clear() or 1) == "the first."
