"""Chapter 2: right answers in other styles pass, likely slips are refused with their cause; what the quiz says is run."""
import math
import sys

import numpy as np
import pytest
import tensorflow as tf
import torch
from torch.autograd.gradcheck import GradcheckError

from chapters.ch02 import checks, engine, exhibits_tf, exhibits_torch, figures
from helpers import data, tf_side, torch_side  # noqa: F401, the checks find the sides among the loaded modules
from helpers.course import quiz

pytestmark = pytest.mark.slow


def judge(key, answer):
    """None for a right answer, else the cause."""
    return checks.EXERCISES[key].judge(answer)


# --- answers in another style ---------------------------------------------------------------------------------------

def sinc_by_series(x):
    near = tf.abs(x) < 1e-2
    safe = tf.where(near, 1.0 + 0.0 * x, x)
    return tf.where(near, 1 - x**2 / 6 + x**4 / 120, tf.sin(safe) / safe)


class Rounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, upstream):
        return upstream


def step_by_variable(w, x, y, rate):
    variable = tf.Variable(w)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.matmul(x, variable) - y))
    variable.assign_sub(rate * tape.gradient(loss, variable))
    return variable


def step_by_formula(w, x, y, rate):
    return w - rate * 2 / x.shape[0] * tf.transpose(x) @ (x @ w - y)


def lost_by_backward(loss, weights):
    loss.backward()
    return tuple(name for name, weight in weights.items() if weight.grad is None)


def loop_that_clears_first(w, x, y, rate, steps):
    for _ in range(steps):
        w.grad = None
        ((x @ w - y) ** 2).mean().backward()
        w.data -= rate * w.grad
    return w


def loop_of_copies(w, x, y, rate, steps):
    for _ in range(steps):
        w = w.detach().requires_grad_()
        slope, = torch.autograd.grad(((x @ w - y) ** 2).mean(), w)
        w = w - rate * slope
    return w


def target_by_numpy(w, now, reward, later):
    return tf.reduce_mean((now @ w - (reward + 0.9 * later @ w).numpy()) ** 2)


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


@pytest.mark.parametrize("key, answer", [
    ("2.1", sinc_by_series), ("2.2", Rounded.apply), ("2.3", operations_with_guards()), ("2.4", backward_by_counts),
    ("2.4", lambda out: engine.backward(out)), ("2.5", step_by_variable), ("2.5", step_by_formula),
    ("2.6", lost_by_backward), ("2.7", loop_that_clears_first), ("2.7", loop_of_copies), ("2.8", target_by_numpy)])
def test_a_right_answer_in_another_style_passes(key, answer):
    assert judge(key, answer) is None


# --- slips ----------------------------------------------------------------------------------------------------------

def one_near_zero(x):
    one = tf.ones_like(x)
    return tf.where(tf.abs(x) < 0.01, one, tf.sin(x) / tf.where(x == 0, one, x))


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, upstream):
        return 2 * upstream


def half_away(x):
    rounded = torch.sign(x) * torch.floor(torch.abs(x) + 0.5)
    return x + (rounded - x).detach()


def zip_of_parents(a, b):
    return checks.Number(a.value * b.value, zip((a, b), (b.value, a.value)))


def one_parent(a, b):
    return checks.Number(a.value * b.value, [(a, b.value), (b, a.value)][:2 if a is not b else 1])


def power(a, n):
    return checks.Number(a.value**n, [(a, n * a.value ** (n - 1))])


def tanh(a):
    return checks.Number(math.tanh(a.value), [(a, 1 - math.tanh(a.value) ** 2)])


def tanh_of_float32(a):
    t = torch.tanh(torch.tensor(a.value)).item()
    return checks.Number(t, [(a, 1 - t * t)])


def leaves_only(out):
    checks.only_leaves(out)


def forgot_reversed(out):
    out.grad = 1.0
    for node in checks.in_order(out):
        for parent, slope in node.parents:
            parent.grad += node.grad * slope


def layer_by_layer(out):
    checks.breadth_first(out)


@pytest.mark.parametrize("key, answer, cause", [
    ("2.1", lambda x: None, "None"),
    ("2.1", one_near_zero, "0.004 is not 0"),
    ("2.2", Doubled.apply, "the slope is 2 where 1 is asked for"),
    ("2.2", half_away, "even neighbor"),
    ("2.2", lambda x: None, "is there a `return`?"),
    ("2.2", "round", "must be a function"),
    ("2.3", (zip_of_parents, power, tanh), "a list of pairs"),
    ("2.3", (one_parent, power, tanh), "multiply(a, a): "),
    ("2.3", (lambda a, b: None, power, tanh), "is there a `return`?"),
    ("2.3", (lambda a, b: a.value * b.value, power, tanh), "a Scalar is asked for"),
    ("2.3", (lambda a, b: one_parent(a, b), power, tanh_of_float32), "multiply(a, a)"),
    ("2.3", (operations_with_guards()[0], power, tanh_of_float32), "computed in float32"),
    ("2.4", leaves_only, "the nodes between have no grad"),
    ("2.4", forgot_reversed, "is `reversed` missing"),
    ("2.4", layer_by_layer, "layer by layer"),
    ("2.4", lambda out: None, "everything is 0"),
    ("2.5", lambda w, x, y, rate: None, "is there a `return`?"),
    ("2.7", lambda w, x, y, rate, steps: w.detach().numpy(), "a PyTorch tensor is asked for"),
    ("2.5", lambda w, x, y, rate: w, "has not moved"),
    ("2.6", lambda loss, weights: "cut", "a list of names"),
    ("2.6", lambda loss, weights: sorted(lost_by_backward(loss, weights)), "order"),
    ("2.6", lambda loss, weights: ["absent"], "the lost ones are"),
    ("2.7", lambda w, x, y, rate, steps: w, "has not moved"),
    ("2.7", lambda w, x, y, rate, steps: None, "is there a `return`?"),
    ("2.8", lambda w, now, reward, later: None, "is there a `return`?"),
    ("2.8", lambda w, now, reward, later: tf.reduce_sum((now @ w - tf.stop_gradient(reward + .9 * later @ w)) ** 2), "sum"),
])
def test_a_slip_is_refused_with_its_cause(key, answer, cause):
    said = judge(key, answer)
    assert said and cause in said, said


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


# --- what the quiz and the prose say --------------------------------------------------------------------------------

def tape_slope(function, at):
    x = tf.Variable(at)
    with tf.GradientTape() as tape:
        y = function(x)
    return tape.gradient(y, x)


def test_quiz_2a():
    w = torch.tensor(1.0, requires_grad=True)
    assert (w * w).backward() is None and not hasattr(tf.Variable(1.0), "grad")
    with torch.no_grad():
        w = w - 0.1 * w.grad
    with pytest.raises(RuntimeError, match="does not require grad"):
        (w * w).backward()
    assert tape_slope(lambda x: tf.nn.relu(-x), 1.5) == 0 and tape_slope(tf.round, 1.5) is None
    constant = tf.constant(1.0)
    with tf.GradientTape() as tape:
        y = constant * constant
    assert tape.gradient(y, constant) is None


def test_a_change_through_data_goes_uncounted():
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x
    x.data += 1
    assert torch.autograd.grad(y, x)[0] == 8, "the slope at 3 is 6"


def test_quiz_2b():
    x = torch.tensor(3.0, requires_grad=True)
    total = 0.0
    lengths = []
    for _ in range(3):
        loss = x * x
        total = total + loss.clone()
        loss.backward()
        lengths.append(len(exhibits_torch.operations(total)))
    assert lengths == sorted(set(lengths)), "backward frees arrays, and the record of the sum still grows"
    assert x.clone().grad_fn is not None and not torch.tensor(x.tolist()).requires_grad
    with torch.inference_mode():
        features = torch.ones(3)
    with pytest.raises(RuntimeError, match="inference tensor"):
        features.requires_grad_()
    with pytest.raises(RuntimeError, match="cannot be saved for backward"):
        features * torch.ones(3, requires_grad=True)
    layer = tf.keras.layers.Dense(2)
    layer.build((None, 3))

    def slope():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(layer(tf.ones((1, 3))) ** 2)
        return tape.gradient(loss, layer.kernel).numpy()
    before = slope()
    layer.trainable = False
    assert np.array_equal(slope(), before) and before.any() and layer.trainable_variables == []
    frozen = tf.Variable(2.0, trainable=False)
    with tf.GradientTape() as tape:
        y = frozen * frozen
    assert tape.gradient(y, frozen) is None


def test_quiz_2c():
    x = torch.tensor(0.0, requires_grad=True)
    assert torch.autograd.grad(torch.relu(x) - torch.relu(-x), x)[0] == 0
    assert tape_slope(lambda x: tf.nn.relu(x) - tf.nn.relu(-x), 0.0) == 0

    def entropy(x):
        return tf.where(x > 0, x * tf.math.log(x), 0.0)

    def mended(x):
        return tf.where(x > 0, x * tf.math.log(tf.where(x > 0, x, 1.0)), 0.0)
    assert entropy(tf.constant(0.0)) == 0 and tf.math.is_nan(tape_slope(entropy, 0.0))
    assert tf.math.is_nan(tape_slope(lambda x: tf.where(tf.math.is_nan(entropy(x)), 0.0, entropy(x)), 0.0))
    assert tape_slope(mended, 0.0) == 0 and np.isclose(tape_slope(mended, 0.5), 1 + math.log(0.5))
    with pytest.raises(GradcheckError):
        torch.autograd.gradcheck(Doubled.apply, torch.tensor([1.2], dtype=torch.float64, requires_grad=True))
    matrix = np.arange(15.0).reshape(3, 5)
    assert np.array_equal(tape_slope(lambda x: tf.linalg.matvec(matrix, x), np.ones(5)).numpy(), matrix.sum(axis=0))
    x = np.float32(1.0)
    assert x + np.float32(1e-8) == x


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


def test_quiz_2d_and_the_thirty_hours():
    a = torch.tensor(3.0, requires_grad=True)
    b = torch.tensor(2.0, requires_grad=True)
    slopes = torch.autograd.grad(a / b, [a, b])
    assert [slope.item() for slope in slopes] == [1 / 2, -3 / 4]
    assert 29 < 2**40 / 1e7 / 3600 < 32


@pytest.mark.parametrize("lesson, at_least", [("02a", 4), ("02b", 5), ("02c", 5), ("02d", 4)])
def test_each_lesson_has_its_questions(lesson, at_least):
    assert len(quiz.questions(lesson)) >= at_least
