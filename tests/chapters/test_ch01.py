"""Chapter 1: right answers in other styles pass, likely slips are refused with their cause; quiz and prose are run."""
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


# --- answers in another style ---------------------------------------------------------------------------------------

def standardized_with_size(x, gain):
    n = tf.cast(tf.size(x) // tf.shape(x)[-1], x.dtype)
    mean, variance = tf.nn.moments(x, axes=(0, 1, 2), keepdims=True)
    return (x - mean) / tf.sqrt(variance * n / (n - 1)) * gain


def rows_by_one_hot(x, rows, updates):
    return x + torch.nn.functional.one_hot(rows, len(x)).T.to(x.dtype) @ updates


def rows_by_put(x, rows, updates):
    return x.index_put((rows,), updates, accumulate=True)


def shuffled_aside(x, key):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key)
        return x[torch.randperm(len(x))]


def shuffled_by_numpy(x, key):
    return x[torch.from_numpy(np.random.default_rng(key).permutation(len(x)))]


def error_of_columns(prediction, target):
    return torch.nn.functional.mse_loss(prediction, target[:, None])


@pytest.mark.parametrize("key, answer", [
    ("1.1", [torch.Size([6, 6, 3, 3]), [8, 1, 8, 1], 64]), ("1.2", standardized_with_size), ("1.3", rows_by_one_hot),
    ("1.3", rows_by_put), ("1.5", shuffled_aside), ("1.5", shuffled_by_numpy), ("1.6", error_of_columns)])
def test_a_right_answer_in_another_style_passes(key, answer):
    assert judge(key, answer) is None


def test_labels_of_any_kind_pass():
    labels = checks.labels(checks.distances().argmin(axis=1))
    for answer in (labels, labels.tolist(), torch.tensor(labels), tf.constant(labels), labels.astype("uint8")):
        assert judge("1.4", answer) is None


def test_no_nearest_scan_is_a_tie_between_two_labels():
    """Devices may break ties in different ways."""
    distances = checks.distances()
    y = data.digits().y_train
    for row in distances:
        assert len(set(y[row == row.min()].tolist())) == 1


# --- slips ----------------------------------------------------------------------------------------------------------

def n_of_other_axes(x, gain):
    n = x.shape[0] * x.shape[2] * x.shape[3]
    mean = tf.reduce_mean(x, axis=(0, 1, 2))
    return gain * (x - mean) / tf.sqrt(tf.reduce_sum((x - mean) ** 2, axis=(0, 1, 2)) / (n - 1))


def only_for_three_planes(x, gain):
    return standardized_with_size(tf.reshape(x, (-1, 3, 3, 3)), gain)


def rows_behind_its_back(x, rows, updates):
    y = x.index_add(0, rows, updates)
    x.data = y.detach()
    return y


def of_moved_rows(x, key):
    return x[:, torch.randperm(x.shape[1], generator=torch.Generator().manual_seed(key))] if x.ndim == 2 else x


def as_floats(x, key):
    return shuffled_by_numpy(x, key).double()


@pytest.mark.parametrize("key, answer, cause", [
    ("1.1", ((6, 6, 3, 3), (8, 1, 8, 2), 64), "look at the strides again: (8, 1, 8, 2)"),
    ("1.1", ((6, 6, 9), (8, 1, 8, 1), 64), "look at the shape again"),
    ("1.1", ((6, 6, 3, 3), (8, 1, 8, 1), 65), "look at the offset again: 65"),
    ("1.1", ((6, 6, 3, 3), (8, 1, 8, 1)), "should have 3 entries, yours has 2"),
    ("1.2", n_of_other_axes, "your n is not that of the mean"),
    ("1.2", only_for_three_planes, "on pictures whose height, width and planes differ"),
    ("1.2", lambda x, gain: None, "is there a `return`?"),
    ("1.3", rows_behind_its_back, "x itself has changed"),
    ("1.3", lambda x, rows, updates: rows_by_put(x.detach(), rows, updates), "no gradient reaches argument 1"),
    ("1.5", lambda x, key: None, "is there a `return`?"),
    ("1.5", lambda x, key: x, "still in their old order"),
    ("1.5", lambda x, key: shuffled_by_numpy(x, key).numpy(), "a PyTorch tensor is asked for"),
    ("1.5", lambda x, key: x[torch.randperm(len(x))], "the global generator has moved"),
    ("1.5", of_moved_rows, "within a row"),
    ("1.5", as_floats, "of int64 numbers of shape (20,) it makes float64"),
    ("1.5", lambda x, key: shuffled_by_numpy(x, key).reshape(-1, 5), "it makes int64 numbers of shape (4, 5)"),
    ("1.6", lambda prediction, target: ((prediction - target[None]) ** 2).mean(), "n by n"),
    ("1.6", lambda prediction, target: (prediction[:, 0] - target) ** 2, "yours is an array of shape (5,)"),
])
def test_a_slip_is_refused_with_its_cause(key, answer, cause):
    said = judge(key, answer)
    assert said and cause in said, said


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


# --- what the quiz and the prose say --------------------------------------------------------------------------------

def test_quiz_1a():
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.constant([1, 2]) + 0.5
    assert (tf.constant([1, 2]) / 2).dtype == tf.float64 and (tf.constant([1]) + np.float64(0.5)).dtype == tf.int32
    whole, half = torch.tensor([2]), torch.tensor([0.5])
    assert (whole + half).dtype == torch.float32 and (whole.numpy() + half.numpy()).dtype == np.float64
    assert ((torch.ones(32, 1) - torch.ones(32)) ** 2).numel() == 1024 == tf.size(tf.ones((32, 1)) - tf.ones(32))
    assert (torch.ones(32, 1)[:, 0] - torch.ones(32)).shape == (32,)
    x = tf.random.uniform((5, 8, 8))
    assert np.array_equal(x[[2, 0]], x[2, 0]) and tf.gather(x, [2, 0]).shape == (2, 8, 8)
    assert torch.tensor(x.numpy())[[2, 0]].shape == (2, 8, 8)
    a = torch.ones(8, 8)
    assert torch.stack([a, a]).shape == (2, 8, 8) == torch.cat([a.unsqueeze(0), a.unsqueeze(0)]).shape
    assert torch.cat([a, a]).shape == (16, 8) == tf.concat([tf.ones((8, 8))] * 2, axis=0).shape
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


def test_quiz_1b():
    x = torch.zeros(3, 3)
    y = x.T
    y[0, 1] = 5
    assert x[1, 0] == 5 and x[0, 1] == 0
    with pytest.raises(RuntimeError, match="single memory location"):
        torch.ones(1, 3).expand(2, 3).add_(1)
    with pytest.raises(RuntimeError, match="assign_add"):
        variable = tf.Variable(1.0)
        variable += 1
    one_channel = torch.rand(2, 1, 4, 4)
    assert torch.equal(one_channel.permute(0, 2, 3, 1), one_channel.reshape(2, 4, 4, 1))
    rows = [np.ones(2), np.ones(0), np.ones(3)]
    ragged = tf.ragged.constant([row.tolist() for row in rows])
    nested = torch.nested.nested_tensor([torch.tensor(row) for row in rows], layout=torch.jagged)
    assert ragged.row_splits.numpy().tolist() == nested.offsets().tolist() == [0, 2, 2, 5]
    x, t = torch.zeros(4), tf.zeros(4)
    x.numpy()[0] = 1
    t.numpy()[0] = 1
    assert x[0] == 1 and t[0] == 0
    places = {"slice": x[1:3], "reshape": x.reshape(-1), "list": x[[1, 2]], "T": torch.zeros(2, 2).T}
    shared = [name for name, other in places.items() if name != "T" and np.shares_memory(x.numpy(), other.numpy())]
    assert shared == ["slice", "reshape"]
    spaced = torch.arange(6)
    assert not np.shares_memory(spaced.numpy(), spaced[[0, 2, 4]].numpy()), "strides could describe it; it is copied"
    assert np.shares_memory(spaced.numpy(), spaced[::2].numpy())


def test_quiz_1c():
    key = [tf.random.stateless_uniform([3], seed=seed).numpy() for seed in ((0, 1), (0, 1), (0, 2))]
    assert np.array_equal(key[0], key[1]) and not np.array_equal(key[0], key[2])
    with tf.device("/GPU:99"):
        assert "CPU" in tf.ones(3).device or "GPU" in tf.ones(3).device
    tf.config.set_soft_device_placement(False)
    try:
        with pytest.raises((tf.errors.InvalidArgumentError, RuntimeError)), tf.device("/GPU:99"):
            tf.ones(3)
    finally:
        tf.config.set_soft_device_placement(True)
    torch.manual_seed(0)
    undisturbed = torch.rand(3)
    torch.manual_seed(0)
    torch.rand(1)
    assert not torch.equal(torch.rand(3), undisturbed)


@pytest.mark.parametrize("lesson, at_least", [("01a", 5), ("01b", 5), ("01c", 4)])
def test_each_lesson_has_its_questions(lesson, at_least):
    assert len(quiz.questions(lesson)) >= at_least
