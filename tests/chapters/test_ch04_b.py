"""Lesson 4b: its reader of tunes, what says yes and what says no, and verdicts on planted findings."""
import numpy as np
import pytest

import cells
from chapters.ch04 import checks_b, figures, melody, melody_tf, melody_torch


def test_the_tunes_are_read_note_by_note():
    tunes = melody.tunes()
    assert len(tunes) == 14 and " ".join(tunes["Frère Jacques"][:12]) == "C D E C C D E C E F G E"
    assert tunes["Auld Lang Syne"][:4] == ["G,", "C", "C", "C"], "octaves belong to the note, lengths do not"
    assert "^F" in tunes["Nos Galan (Deck the halls)"]
    names = melody.names(tunes)
    assert names[:4] == [melody.PAD, "C", "G", "A"] and len(names) == len(set(names)) == 15


def test_an_attempt_tells_what_comes_back_or_what_keras_hides():
    def refuse():
        raise ValueError("Exception encountered when calling LSTM.call().\n\n\x1b[1mno such row.\x1b[0m\n\nArguments: ...")
    assert melody.attempt(np.add, 1.004, 2) == "gives 3.0"
    assert melody.attempt(refuse) == "refuses: no such row."


def test_both_sides_get_one_network_and_train_one_bias():
    weights = melody.start_weights(np.random.default_rng(0), 5, inside=3, size=4)
    of_torch = melody_torch.trained(melody_torch.layers(weights))
    of_tf = melody_tf.trained(melody_tf.layers(weights))
    assert sum(one.numel() for one in of_torch) == sum(int(np.prod(one.shape)) for one in of_tf)
    assert sum(one.numel() for one in of_torch) == sum(array.size for array in weights.values())


@pytest.mark.parametrize("row_torch, row_tf, letter", [
    ([4, 5, 0], [4, 5, 0], "a"), ([0, 4, 5], [0, 4, 5], "b"), ([4, 5, 0], [0, 4, 5], "c"), ([0, 4, 5], [4, 5, 0], "d")])
def test_where_the_filling_stands(row_torch, row_tf, letter):
    planted = {"padded_torch": np.array([[1, 2, 3], row_torch]).T, "padded_tf": np.array([[1, 2, 3], row_tf])}
    assert cells.judge("04b", "behind", asks=["P4.5"], **planted) == {"P4.5": letter}


@pytest.mark.parametrize("wrong, letter", [([], "a"), ([0, 1], "b"), ([0, 1, 2], "c")])
def test_how_many_states_survive(wrong, letter):
    alone = np.ones((3, 4))
    read = alone.copy()
    read[wrong] += 0.1
    planted = {"rows": [[1]] * 3, "alone_torch": alone, "alone_tf": alone, "as_it_is_torch": read}
    assert cells.judge("04b", "kept", asks=["P4.6"], **planted) == {"P4.6": letter}


@pytest.mark.parametrize("torch_passes, tf_passes, letter", [(False, True, "c"), (True, False, "b")])
def test_who_passes_over_a_note(torch_passes, tf_passes, letter):
    shorter = np.zeros((1, 4))
    planted = {"shorter_torch": shorter, "shorter_tf": shorter, "numbers": np.array([[0, 1]]),
               "whole_torch": shorter + (not torch_passes), "whole_tf": shorter + (not tf_passes),
               "alone_torch": np.full((2, 4), float(not torch_passes))}
    assert cells.judge("04b", "passes_torch", asks=["P4.7"], **planted) == {"P4.7": letter}


@pytest.mark.parametrize("reports, at_notes, letter", [
    ([4.8, 3.8], [4.8, 4.5], "a"), ([4.8, 3.8], [4.8, 5.5], "b"), ([4.8, 5.0], [4.8, 5.5], "c")])
def test_what_a_mean_over_padding_does(reports, at_notes, letter):
    planted = {"reports_torch": reports, "reports_tf": reports, "at_notes_torch": at_notes, "at_notes_tf": at_notes,
               "second_torch": np.zeros((1, 2)), "is_note": np.array([[True, False]])}
    assert cells.judge("04b", "looks_better", asks=["P4.8"], **planted) == {"P4.8": letter}


def test_the_batch_sizes_count_rows():
    assert checks_b.SIZES == [sum(length > step for length in (2, 5, 3, 3)) for step in range(5)]


def test_nan_in_the_padding_is_asked_for():
    losses, lengths = checks_b.padded_losses(np.random.default_rng(0))
    assert sorted(lengths) == [1, 3, 4, 7]
    by_hand = np.concatenate([row[:length] for row, length in zip(losses, lengths)])
    assert np.isclose(checks_b.perplexity(losses, lengths), np.exp(by_hand.mean()))


def test_the_figure_says_what_it_shows(capsys):
    figures.reported_and_real([4.82, 3.79], [4.82, 5.51])
    assert "loss over all cells: reports 3.79, is worth 5.51" in capsys.readouterr().out
