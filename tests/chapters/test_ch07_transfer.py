"""What lesson 7i rests on: equal readers, draws that are balanced, what counts as clear, and letters that turn."""
import numpy as np
import pytest
import tensorflow as tf
import torch

import cells
from chapters.ch07 import checks_toolbox, transfer, transfer_tf, transfer_torch
from helpers import data

DIGITS = data.digits("float64")


def test_a_task_keeps_its_digits_and_counts_labels_from_zero():
    high = transfer.some(DIGITS, range(5, 10))
    assert set(high.y) == set(high.y_test) == set(range(5))
    assert len(high.x) == np.isin(DIGITS.y_train, range(5, 10)).sum()
    loops = transfer.loops(DIGITS)
    assert {int(digit) for digit in DIGITS.y_train[loops.y == 1]} == {0, 6, 8, 9}


@pytest.mark.parametrize("task, each", [(transfer.some(DIGITS, range(5, 10)), 4), (transfer.loops(DIGITS), 2)])
def test_a_draw_takes_each_class_equally_and_another_draw_others(task, each):
    drawn = transfer.draws(task, each, 3, seed=0)
    assert all(len(pictures) == 20 for pictures, _, _ in drawn)
    assert len({pictures.tobytes() for pictures, _, _ in drawn}) == 3
    assert len({start["head"].tobytes() for _, _, start in drawn}) == 3


@pytest.mark.parametrize("ours, theirs, word", [
    ([0.9, 0.8, 0.85], [0.7, 0.6, 0.66], 1.0), ([0.7, 0.6, 0.66], [0.9, 0.8, 0.85], -1.0),
    ([0.9, 0.5, 0.7], [0.6, 0.8, 0.69], 0.0)])
def test_what_is_clear(ours, theirs, word):
    assert transfer.clear(np.column_stack([ours, theirs])) == word


def test_load_sets_a_head_and_norms_back_in_both():
    start = transfer.start_weights(3, 0)
    norm, head = torch.nn.BatchNorm2d(16), torch.nn.Linear(64, 3)
    norm.running_mean.fill_(7.0)
    transfer_torch.load(torch.nn.ModuleList([norm, head]), start)
    assert norm.running_mean.abs().sum() == 0 and np.allclose(head.weight.detach().numpy().T, start["head"])
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((4, 4, 4)), layers.BatchNormalization(), layers.Flatten(), layers.Dense(3)])
    model.layers[0].moving_mean.assign([7.0] * 4)
    transfer_tf.load(model, start)
    assert np.abs(model.layers[0].moving_mean.numpy()).sum() == 0
    assert np.allclose(model.layers[-1].kernel.numpy(), start["head"], atol=1e-6)


@pytest.mark.parametrize("torch_counted, tf_counted, letter", [
    (0.0, 0.5, "c"), (0.0, 0.0, "a"), (0.5, 0.0, "b"), (0.5, 0.5, "d")])
def test_whose_norms_count_on(torch_counted, tf_counted, letter):
    assert cells.judge("07i", "count_on", asks=["P7.26"], counted_torch=torch_counted, counted_tf=tf_counted) == {
        "P7.26": letter}


@pytest.mark.parametrize("torch_moved, tf_moved, letter", [
    (0.0, 0.0, "d"), (1.0, 1.0, "a"), (1.0, 0.0, "b"), (0.0, 1.0, "c")])
def test_whose_body_moves_once_released(torch_moved, tf_moved, letter):
    assert cells.judge("07i", "bodies_move", asks=["P7.27"], released_torch=torch_moved, released_tf=tf_moved) == {
        "P7.27": letter}


def test_the_models_of_the_exercise_come_in_both_modes_and_some_frozen():
    models = checks_toolbox.readers(torch)
    assert {model.training for model in models} == {True, False}
    assert not next(models[-1].parameters()).requires_grad
