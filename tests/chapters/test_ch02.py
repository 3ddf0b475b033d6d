"""Chapter 2: no answer makes a check raise; the engine agrees with both frameworks; what the prose says is run."""
import math
import sys

import numpy as np
import pytest
import tensorflow as tf
import torch

from chapters.ch02 import checks, engine, exhibits_tf, exhibits_torch, figures
from helpers import data, tf_side, torch_side  # noqa: F401, the checks find the sides among the loaded modules
from helpers.course import quiz

pytestmark = pytest.mark.slow


def judge(key, answer):
    """None for a right answer, else the cause."""
    return checks.EXERCISES[key].judge(answer)


# --- answers of any kind --------------------------------------------------------------------------------------------

def operations_with_guards():
    def multiply(a, b):
        assert isinstance(a, checks.scalar()) and isinstance(b, checks.scalar())
        return type(a)(a.value * b.value, ((a, b.value), (b, a.value)))

    def power(a, n):
        return type(a)(a.value**n, [[a, n * a.value ** (n - 1)]])

    def tanh(a):
        e = math.exp(2 * a.value)
        t = (e - 1) / (e + 1)
        return type(a)(t, [(a, 4 * e / (e + 1) ** 2)])
    return [multiply, power, tanh]


def backward_by_counts(out):
    """Passes on when all users have delivered, counted beforehand; no recursion."""
    users, todo, seen = {}, [out], {out}
    while todo:
        for parent, _ in todo.pop().parents:
            users[parent] = users.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                todo.append(parent)
    out.grad, ready = 1.0, [out]
    while ready:
        node = ready.pop()
        for parent, slope in node.parents:
            parent.grad = parent.grad + slope * node.grad
            users[parent] -= 1
            if users[parent] == 0:
                ready.append(parent)


def test_no_check_raises_whatever_comes():
    def raising(*arguments):
        raise KeyError("oh")
    for key in checks.EXERCISES:
        for answer in (None, 3, "x", [], np.zeros(3), lambda: 0, lambda *given: given, lambda *given: "text", raising,
                       (raising, raising, raising), torch.tensor(1.0)):
            assert isinstance(judge(key, answer), str), (key, answer)


def test_the_learners_own_class_is_used(monkeypatch):
    class Scalar(checks.Number):
        pass
    monkeypatch.setattr(sys.modules["__main__"], "Scalar", Scalar, raising=False)
    assert checks.scalar() is Scalar
    assert judge("2.3", operations_with_guards()) is None and judge("2.4", backward_by_counts) is None


# --- the engine and the drawings ------------------------------------------------------------------------------------

def test_the_engine_agrees_with_both_frameworks():
    def program(a, b, tanh):
        return (tanh(a * b + 2.0) - 0.5) ** 3 + a

    a, b = engine.Scalar(0.7), engine.Scalar(-1.3)
    engine.backward(program(a, b, engine.tanh))
    for side, own in ((torch_side, torch.tanh), (tf_side, tf.tanh)):
        _, slopes = side.value_and_grad(lambda x, y, own=own: program(x, y, own), np.array(0.7), np.array(-1.3))
        assert np.allclose([a.grad, b.grad], slopes, rtol=1e-14)
    assert (0.5 + engine.Scalar(1.0)).value == 1.5


def test_each_figure_says_what_it_shows(shown):
    digits = data.digits("float64")
    figures.ten_digits(digits)
    figures.downhill(np.array([2.0, 1.0]), np.array([2.0, 1.0]), 0.9)
    figures.downhill(np.array([2.0, 1.0]), np.array([2.0, 1.5]), 0.9)
    figures.weights(np.ones((64, 10)))
    figures.wild(np.array([2.0, 1.0]), np.array([2.0, 300.0]), 0.9, 0.8)
    x = torch.tensor(2.0, requires_grad=True)
    figures.two_records(exhibits_torch.graph(x * x * x), exhibits_torch.graph(x * x))
    texts = " ".join(plain for _, plain in shown)
    for said in ("on top of each other", "apart from each other", "the 0 is orange", "leaps up to 300", "grow(3) with 2"):
        assert said in texts


def test_what_is_read_off_the_records():
    x = torch.tensor(2.0, requires_grad=True)
    assert exhibits_torch.operations(x) == [] and exhibits_torch.operations(x * x.sin()) == ["Mul", "Sin"]
    assert exhibits_torch.nodes_are_native()
    assert exhibits_tf.operations(lambda x, y: x * tf.sin(y)) == ["Sin", "Mul"]
    assert "AddN" in exhibits_tf.operations(exhibits_tf.with_gradient(lambda x, y: x * tf.sin(x)))


# --- what the quiz's reasons and the prose say ----------------------------------------------------------------------

def test_a_change_through_data_goes_uncounted():
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x
    x.data += 1
    assert torch.autograd.grad(y, x)[0] == 8, "the slope at 3 is 6"


def test_a_variable_that_is_not_trainable_gets_no_slope():
    frozen = tf.Variable(2.0, trainable=False)
    with tf.GradientTape() as tape:
        y = frozen * frozen
    assert tape.gradient(y, frozen) is None


def test_prose_of_2c_about_float32():
    """With its best step the judge knows about four digits, for any seed."""
    for seed in range(10):
        x = np.random.default_rng(seed).uniform(0.2, 1.2, size=200).astype("float32")
        exact = np.exp(np.sin(x.astype(float))) * np.cos(x.astype(float))
        errors = []
        for h in (10.0 ** -np.arange(1, 15.5, 0.5)).astype("float32"):
            slopes = (np.exp(np.sin(x + h)) - np.exp(np.sin(x - h))) / (2 * h)
            errors.append(np.abs(slopes - exact).max() / exact.max())
        assert 1e-5 < min(errors) < 3e-4, min(errors)


def test_the_thirty_hours():
    assert 29 < 2**40 / 1e7 / 3600 < 32


@pytest.mark.parametrize("lesson, at_least", [("02a", 4), ("02b", 5), ("02c", 5), ("02d", 4)])
def test_each_lesson_has_its_questions(lesson, at_least):
    assert len(quiz.questions(lesson)) >= at_least
