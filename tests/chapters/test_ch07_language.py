"""Lessons 7f and 7g: the text and its windows, the modules' networks against each other, drawing, and a cache."""
import numpy as np
import pytest
import tensorflow as tf
import torch

from chapters.ch07 import alice, checks_language, language_tf, language_torch


def test_the_text_is_the_book_and_is_split_where_chapter_11_begins():
    characters, learn, unseen = alice.split()
    book = alice.text()
    assert book.startswith("CHAPTER I\n") and book.endswith("happy summer days.\n")
    assert "".join(characters[code] for code in unseen).startswith(alice.UNSEEN + "\nWho Stole the Tarts?")
    assert len(learn) + len(unseen) == len(book) == 143028 and set(unseen) <= set(learn)


def test_windows_are_cut_from_the_text_and_fixed_by_the_seed():
    codes = np.arange(1000)
    once, again = (list(alice.windows(codes, 3, 8, seed)) for seed in (1, 1))
    assert np.array_equal(once, again) and not np.array_equal(once, list(alice.windows(codes, 3, 8, seed=2)))
    assert np.shape(once) == (3, 16, 9) and (np.diff(once, axis=2) == 1).all()
    assert np.array_equal(alice.side_by_side(np.arange(20), 8), [range(9), range(9, 18)])


@pytest.fixture(scope="module")
def both():
    """A small network of the same weights in each, in float64, as functions of codes to scores: NumPy to NumPy."""
    weights = alice.start_weights(0, characters=5, places=checks_language.PLACES, width=8)
    model_torch = language_torch.network(weights, "cpu", "float64")
    model_tf = language_tf.network(weights, "/CPU:0", "float64")
    return (lambda codes: model_torch(torch.from_numpy(codes)).detach().numpy(), lambda codes: model_tf(codes).numpy())


def test_both_networks_give_the_same_and_look_back_alone(both):
    codes = np.random.default_rng(0).integers(5, size=(3, checks_language.PLACES))
    scores_torch, scores_tf = (model(codes) for model in both)
    np.testing.assert_allclose(scores_torch, scores_tf, atol=1e-12)
    changed = codes.copy()
    changed[:, 4] = (changed[:, 4] + 1) % 5
    for model, before in zip(both, (scores_torch, scores_tf), strict=True):
        moved = np.abs(model(changed) - before).max(axis=(0, 2)) > 1e-9
        assert moved.tolist() == [False] * 4 + [True] * 3


def test_ten_steps_have_the_same_losses():
    characters, learn, _ = alice.split()
    weights = alice.start_weights(0, len(characters), places=16, width=8)
    losses = [language.train(language.network(weights, device, "float64"), alice.windows(learn, 10, 16, seed=0, count=4))
              for language, device in ((language_torch, "cpu"), (language_tf, "/CPU:0"))]
    np.testing.assert_allclose(*losses, atol=1e-12)
    assert losses[0][-1] < losses[0][0]


def test_keras_squares_the_rows_of_one_character_one_by_one():
    """What 7f.4 mends: when this fails, Keras adds them up by itself, and the lesson's prediction has another answer."""
    moved = []
    for dense in (True, False):
        table = tf.Variable([0.0])
        rows = tf.IndexedSlices(tf.constant([3.0, -1.0]), tf.constant([0, 0]), tf.constant([1]))
        adam = tf.keras.optimizers.Adam(1.0, epsilon=1e-12)
        adam.apply_gradients([(tf.convert_to_tensor(rows) if dense else rows, table)])
        moved.append(-table.numpy().item())
    assert moved == pytest.approx([1.0, 2 / 10**0.5], rel=1e-4)


def test_a_character_is_drawn_where_the_sum_exceeds_the_number():
    scores = np.log([0.25, 0.25, 0.5])
    assert [alice.draw(scores, number, 1.0) for number in (0.0, 0.24, 0.26, 0.51, 0.99)] == [0, 0, 1, 2, 2]
    assert alice.draw(1000 + scores, 0.3, 0.01) == 2  # cold: the highest; and nothing overflows
    assert alice.draw(scores, 1.0, 1.0) == 2  # rounding, not a place beyond the last
