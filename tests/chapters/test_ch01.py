"""Chapter 1: no answer makes a check raise; figures and tables say what they show; the prose and the quiz are run."""
import warnings

import numpy as np
import pytest
import tensorflow as tf
import torch

from chapters.ch01 import checks, exhibits, figures, tables
from helpers import data, tf_side, torch_side
from helpers.course import quiz

pytestmark = pytest.mark.slow


def judge(key, answer):
    """None for a right answer, else the cause."""
    return checks.EXERCISES[key].judge(answer)


# --- the checks -----------------------------------------------------------------------------------------------------

def test_no_nearest_scan_is_a_tie_between_two_labels():
    """Devices may break ties in different ways."""
    distances = checks.distances()
    y = data.digits().y_train
    for row in distances:
        assert len(set(y[row == row.min()].tolist())) == 1


def test_no_check_raises_whatever_comes():
    def raising(*arguments):
        raise KeyError("oh")
    for key in checks.EXERCISES:
        for answer in (None, 3, "x", [], (), np.zeros(3), lambda: 0, lambda *given: given, lambda *given: "text", raising,
                       (raising, raising, raising), torch.tensor(1.0), (1, 2, 3)):
            assert isinstance(judge(key, answer), str), (key, answer)


# --- the drawings and the tables ------------------------------------------------------------------------------------

def test_each_figure_says_what_it_shows(shown):
    pictures = exhibits.prints(data.digits(), seed=0)
    figures.ladder({"pixel": pictures[3, 0, 5, 5], "row": pictures[3, 0, 5], "scan": pictures[3, 0], "print": pictures[3],
                    "batch": pictures})
    figures.two_walks(pictures[3].transpose(1, 2, 0), pictures[3].reshape(8, 8, 3))
    numbers = np.array([1.0, 2.0, 4.0])
    figures.differences(numbers[:, None] - numbers)
    texts = " ".join(plain for _, plain in shown)
    assert "3 of them 0" in texts and "they are 0, 0, 0" in texts and len(shown) == 3


def test_prints_are_three_scans_of_one_digit():
    digits = data.digits()
    pictures = exhibits.prints(digits, seed=1)
    assert pictures.shape == (16, 3, 8, 8) and not np.array_equal(pictures, exhibits.prints(digits, seed=2))
    for number, planes in enumerate(pictures):
        for plane in planes:
            labels = digits.y_train[(digits.x_train == plane).all(axis=(1, 2))]
            assert number % 10 in labels


def test_what_the_tables_say(shown):
    assert tables.in_words("TypeError", torch_side) == "refused (TypeError)"
    assert tables.in_words(tf.constant([2]), tf_side) == "int32: [2]"
    assert [tables.fate(mean, 4.5) for mean in ("refused", 4.5, 4)] == ["refused", "kept", "lost"]
    assert tables.alias(np.ones(2), np.ones(2)) == "y changes too" and "keeps" in tables.alias(np.ones(2), np.zeros(2))
    tables.agreement({"a": ("x", "x"), "b": ("x", "y")})
    assert "agree on 1 of 2 points" in shown[0][1]


# --- what the quiz's reasons and the prose say ----------------------------------------------------------------------------

def test_reasons_of_quiz_1a():
    assert (tf.constant([1, 2]) / 2).dtype == tf.float64 and (tf.constant([1]) + np.float64(0.5)).dtype == tf.int32
    assert (np.array([2]) + np.array([0.5], "float32")).dtype == np.float64
    assert (torch.ones(32, 1)[:, 0] - torch.ones(32)).shape == (32,)
    x = tf.random.uniform((5, 8, 8))
    assert np.array_equal(x[[2, 0]], x[2, 0]) and tf.gather(x, [2, 0]).shape == (2, 8, 8)
    assert torch.tensor(x.numpy())[[2, 0]].shape == (2, 8, 8)
    scans, mean = torch.rand(100, 8, 8), torch.rand(8, 8)
    assert torch.allclose(torch.einsum("nij,ij->n", scans, mean), (scans * mean).sum(dim=(1, 2)))
    assert torch.equal(torch.einsum("nij,ij->nij", scans, mean), scans * mean)
    assert torch.einsum("nij,ij->", scans, mean).ndim == 0


def test_the_libraries_own_losses_look_at_the_shapes():
    numbers = np.arange(4.0, dtype="float32")
    with pytest.warns(UserWarning, match="different to the input size"):
        assert torch.nn.functional.mse_loss(torch.tensor(numbers)[:, None], torch.tensor(numbers)) > 0
    assert tf.keras.losses.MeanSquaredError()(numbers, numbers[:, None]) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ((torch.tensor(numbers)[:, None] - torch.tensor(numbers)) ** 2).mean() > 0


def test_reasons_of_quiz_1b():
    with pytest.raises(RuntimeError, match="single memory location"):
        torch.ones(1, 3).expand(2, 3).add_(1)
    with pytest.raises(RuntimeError, match="assign_add"):
        variable = tf.Variable(1.0)
        variable += 1
    one_channel = torch.rand(2, 1, 4, 4)
    assert torch.equal(one_channel.permute(0, 2, 3, 1), one_channel.reshape(2, 4, 4, 1))
    rows = [torch.ones(2), torch.ones(0), torch.ones(3)]
    assert torch.nested.nested_tensor(rows, layout=torch.jagged).offsets().tolist() == [0, 2, 2, 5]
    spaced = torch.arange(6)
    assert not np.shares_memory(spaced.numpy(), spaced[[0, 2, 4]].numpy()), "strides could describe it; it is copied"
    assert np.shares_memory(spaced.numpy(), spaced[::2].numpy())


def test_reasons_of_quiz_1c():
    key = [tf.random.stateless_uniform([3], seed=seed).numpy() for seed in ((0, 1), (0, 2))]
    assert not np.array_equal(*key)
    tf.config.set_soft_device_placement(False)
    try:
        with pytest.raises((tf.errors.InvalidArgumentError, RuntimeError)), tf.device("/GPU:99"):
            tf.ones(3)
    finally:
        tf.config.set_soft_device_placement(True)


@pytest.mark.parametrize("lesson, at_least", [("01a", 5), ("01b", 5), ("01c", 4)])
def test_each_lesson_has_its_questions(lesson, at_least):
    assert len(quiz.questions(lesson)) >= at_least
