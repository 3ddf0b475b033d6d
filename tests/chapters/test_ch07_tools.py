"""What lessons 7e and 7h rest on: where early stopping ends, equal networks, workers that repeat, and letters that turn."""
import numpy as np
import pytest
import tensorflow as tf
import torch

import cells
from chapters.ch07 import checks_toolbox, scans, toolbox, toolbox_tf, toolbox_torch
from helpers import torch_side
from helpers.course import ledger

slow = pytest.mark.slow


def keras_stops(losses, patience):
    """What Keras's early stopping makes of these losses: how many epochs it lets be trained, and the best one."""
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    stop = tf.keras.callbacks.EarlyStopping("loss", patience=patience, mode="min")
    stop.set_model(model)
    stop.on_train_begin()
    for epoch, loss in enumerate(losses):
        stop.on_epoch_end(epoch, {"loss": loss})
        if getattr(model, "stop_training", False):
            break
    return epoch + 1, stop.best_epoch


def test_the_exercise_ends_where_keras_ends():
    rng = np.random.default_rng(0)
    drawn = [(rng.integers(1, 6, size=9).astype(float).tolist(), patience) for patience in (1, 2, 3, 4) for _ in range(5)]
    for losses, patience in checks_toolbox.courses() + drawn:
        assert checks_toolbox.when_to_stop(losses, patience) == keras_stops(losses, patience), (losses, patience)


def test_each_usual_mistake_is_told_from_the_right_answer_and_from_the_others():
    for given, right, wrong in ((checks_toolbox.cut_batches(), checks_toolbox.of_the_whole, checks_toolbox.MIXED),
                                (checks_toolbox.courses(), checks_toolbox.when_to_stop, checks_toolbox.ENDINGS)):
        found = [np.concatenate([np.ravel(one(*arguments)) for arguments in given]) for one in (right, *wrong.values())]
        alike = [(a, b) for a in range(len(found)) for b in range(a) if np.allclose(found[a], found[b])]
        assert not alike


@pytest.mark.parametrize("seed", range(3))
def test_both_networks_are_one(seed):
    start = toolbox.start_weights(seed)
    pictures = toolbox.flat(scans.split()[0][:20]).astype("float32")
    scores_torch = torch_side.to_numpy(toolbox_torch.network(start)(torch.from_numpy(pictures)))
    scores_tf = toolbox_tf.network(start)(pictures).numpy()
    assert np.abs(scores_torch - scores_tf).max() < 1e-5 and scores_tf.std() > 0.1


@slow
def test_the_network_of_7h_is_that_of_7e():
    lesson = cells.run("07e", "start", "network_torch", seed=0)
    pictures = torch.from_numpy(lesson["pictures"])
    try:
        there = lesson["network_torch"]()(pictures)
        here = toolbox_torch.network(lesson["start"])(pictures)
    finally:
        torch.set_default_dtype(torch.float32)
        tf.keras.config.set_dtype_policy("float32")
        tf.keras.config.set_floatx("float32")
    assert torch.equal(there, here)


@slow
@pytest.mark.parametrize("workers, own, different", [(2, True, 4), (2, False, 16), (0, True, 16)])
def test_workers_repeat_a_generator_that_the_data_set_keeps(workers, own, different):
    epochs = toolbox_torch.served(workers, seed=0, own=own)
    assert len({number for epoch in epochs for number in epoch["numbers"]}) == different
    assert [sorted(epoch["places"]) for epoch in epochs] == [list(range(8))] * 2


OFF = {"layer norm": 0.0, "batch norm": 0.1}


@pytest.mark.parametrize("off, letter", [(OFF, "c"), ({"layer norm": 0.0, "batch norm": 0.0}, "a"),
                                         ({"layer norm": 0.1, "batch norm": 0.0}, "b"),
                                         ({"layer norm": 0.1, "batch norm": 0.1}, "d")])
def test_which_layer_breaks_accumulation(off, letter):
    same = {"one": np.zeros(2)}
    assert cells.judge("07e", "broken", asks=["P7.20"], off_torch=off, off_tf=OFF if letter == "c" else off,
                       normed_torch=same, normed_tf=same) == {"P7.20": letter}


@pytest.mark.parametrize("keras, pytorch, letter", [(3, 4, "c"), (3, 3, "a"), (4, 4, "b"), (4, 3, "d")])
def test_who_waits_longer_for_a_plateau(keras, pytorch, letter):
    rates = {epoch: [0.5] * epoch + [0.25] * (10 - epoch) + [0.1 * epoch] for epoch in (3, 4)}
    tail = {"tf": rates[keras] + [0.0], "torch": rates[pytorch] + [1.0]}
    assert cells.judge("07e", "flat_torch", asks=["P7.22"], stuck_torch=tail["torch"], stuck_tf=tail["tf"]) == {
        "P7.22": letter}


@pytest.mark.parametrize("own, seeded, letter", [(4, 8, "c"), (16, 16, "a"), (8, 16, "b"), (8, 8, "d")])
def test_how_many_numbers_are_new(own, seeded, letter):
    ledger.begin("07h")
    assert cells.judge("07h", "seen", asks=["P7.24"], repeating_torch=set(range(own)),
                       repeating_tf=set(range(seeded))) == {"P7.24": letter}
