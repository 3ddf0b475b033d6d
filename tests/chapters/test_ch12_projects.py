"""Lessons 12d to 12f: tunes, notes and sounds, what packages say of themselves, the cart, the agent that a log chooses."""
import csv
import io
import re
import wave

import numpy as np
import pytest

import cells
from chapters.ch12 import cart, ludwig_cli, music, published
from conftest import needs
from helpers import ROOT, data, show
from helpers.course import missing

# --- music ----------------------------------------------------------------------------------------------------------


def test_the_tunes_are_whole_bars_and_each_is_named_with_its_origin():
    tunes, text = music.tunes(), (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert len(tunes) == 14
    for title, notes in tunes.items():
        assert sum(eighths for _, eighths in notes) % 8 == 0, title
        assert re.search(rf"^\| {re.escape(title)} \| [^|]+ \| [^|]+\|$", text, re.M), title


def test_a_tune_is_read_as_it_is_written():
    assert music.parse("C2 ^F|z3 c'B,,_e") == [(60, 2), (66, 1), (None, 3), (84, 1), (47, 1), (75, 1)]
    with pytest.raises(ValueError, match=r"cannot read '\?D' at sign 2"):
        music.parse("C ?D")


def test_notes_and_events_are_two_forms_of_the_same():
    notes = [(60, 2), (None, 1), (64, 1)]
    assert list(music.events(notes)) == [60, music.HOLD, music.REST, 64]
    for tune in music.tunes().values():
        assert music.notes(music.events(tune)) == tune
    assert music.notes([music.HOLD, music.REST, 60]) == [(None, 2), (60, 1)], "hold at the beginning, rests in a row"


def test_names():
    assert [music.name(pitch) for pitch in (60, 66, 71, 72, None)] == ["C4", "F#4", "B4", "C5", "rest"]
    assert music.spoken([(60, 2), (None, 1)]) == "C4 2, rest 1"


def test_a_note_sounds_at_its_frequency_and_never_clips():
    samples = music.sound([(69, 4), (None, 1)], eighth=0.25, rate=8000)
    assert samples.shape == (10000,) and abs(samples).max() <= 1
    spectrum = abs(np.fft.rfft(samples[:8000]))
    assert spectrum.argmax() == 440, "A4, in one second's spectrum"
    assert not samples[8000:].any() and abs(np.diff(samples)).max() < 0.6, "a rest is silent, no click"


def test_the_player_holds_the_sound_and_the_notes_as_text(monkeypatch):
    import base64
    shown = []
    monkeypatch.setattr(show, "rich", lambda markup, plain: shown.append((markup, plain)))
    music.player([(60, 2), (64, 1)], "a <tune>")
    markup, plain = shown[0]
    assert "C4 2, E4 1" in plain and "C4 2, E4 1" in markup and "a &lt;tune&gt;" in markup and "<tune>" not in markup
    sound = base64.b64decode(re.search(r"base64,([^\"]+)", markup).group(1))
    with wave.open(io.BytesIO(sound)) as file:
        assert file.getnframes() == 3 * round(0.2 * 11025)


def test_midi_keeps_notes_and_the_rests_between_them(tmp_path):
    needs("mido")
    notes = [(None, 1), (60, 2), (None, 3), (64, 1)]
    music.save_midi(notes, tmp_path / "tune.mid")
    assert music.load_midi(tmp_path / "tune.mid") == notes
    music.save_midi([(61, 2), *notes[1:]], tmp_path / "other.mid")
    assert music.load_midi(tmp_path / "other.mid") != notes


# --- packages -------------------------------------------------------------------------------------------------------


def test_what_packages_say():
    assert published.told("horizon", "summary") == ["OpenStack Dashboard"]
    assert published.frameworks("ludwig", "0.4.1") == ["tensorflow"] and published.frameworks("ludwig") == ["torch"]
    assert published.frameworks("pyro") == [] and published.frameworks("pyro-ppl") == ["torch"]
    assert published.released("magenta") < published.RECORDED
    assert set(published.told("reagent", "imports")) - set(published.told("reagent", "holds")) >= {"reagent.core"}


def test_what_was_not_recorded_is_refused():
    with pytest.raises(KeyError, match="no numpy"):
        published.told("numpy", "summary")
    with pytest.raises(KeyError, match=r"no ludwig 9\.9"):
        published.told("ludwig", "summary", "9.9")
    with pytest.raises(ValueError, match="no dates"):
        published.released("ludwig", "0.17.10")


def test_a_missing_package_is_named_with_its_cure(monkeypatch, capsys):
    monkeypatch.setitem(missing.INSTALL, "no_such_module", "python -m pip install no-such-package")
    monkeypatch.setitem(missing.PACKAGES, "no_such_module", "No Such")
    try:
        missing.skip_where_missing("no_such_module")
        assert missing.absent()[-1:] == ["No Such"]
        assert "No Such is not installed" in (said := capsys.readouterr().out) and "pip install no-such-package" in said
    finally:
        missing.skip_cells_that_need([])
    with pytest.raises(KeyError):
        missing.skip_where_missing("unknown")


# --- Ludwig's table -------------------------------------------------------------------------------------------------


def test_ludwig_gets_the_digits_split_by_form(tmp_path):
    digits = data.digits("float64")
    ludwig_cli.write(digits, tmp_path / "digits.csv")
    with open(tmp_path / "digits.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    parts = [row["split"] for row in rows]
    assert [parts.count(part) for part in "012"] == [1287, 128, 382] and parts == sorted(parts)
    assert rows[-1]["digit"] == f"digit {digits.y_test[-1]}"
    assert np.array_equal(np.array(rows[-1]["pixels"].split(), float) / 16, digits.x_test[-1].ravel())


# --- the cart -------------------------------------------------------------------------------------------------------


def right(states):
    return np.ones(len(states), int)


def test_a_log_holds_whole_games_one_after_the_other_and_the_same_each_time():
    needs("gymnasium")
    log = cart.record(right, 2, 3, steps=45)
    again = cart.record(right, 2, 3, steps=45)
    assert np.array_equal(log.state, again.state) and not np.array_equal(
        log.state[:8], cart.record(right, 2, 4, steps=45).state[:8])
    assert (log.action == 1).all() and log.state.shape == log.after.shape == (len(log.fell), 4)
    assert np.array_equal(np.unique(log.episode), np.arange(log.episode.max() + 1)) and (np.diff(log.episode) >= 0).all()
    goes_on = np.diff(log.episode) == 0
    assert np.allclose(log.after[:-1][goes_on], log.state[1:][goes_on]), "a game is one chain of states"
    ends = np.append(~goes_on, True)
    assert np.array_equal(log.fell == 1, ends), "each game in the log ends with its fall"
    assert (abs(log.after[ends][:, 2]) > 0.99).all() and (abs(log.state[1:][~goes_on][:, 2]) < 0.5).all()
    some = log.where(log.episode == 1)
    assert len(some.state) == (log.episode == 1).sum() and (some.episode == 1).all()


def test_games_last_until_the_pole_falls():
    needs("gymnasium")
    steps = cart.lasted(right, 4, 3)
    assert ((steps >= 8) & (steps <= 11)).all(), "pushing to one side drops the pole within a dozen steps"
    log = cart.record(right, 4, 3, steps=15)
    assert np.array_equal(steps, np.bincount(log.episode)[:4])

    def balance(states):
        return (states[:, 2] + states[:, 3] > 0).astype(int)

    assert cart.lasted(balance, 4, 3, steps=60).max() == 60


def test_what_a_game_is_worth():
    assert np.allclose(cart.worth([1, 2, 3], 0.5), [1, 1.5, 1.75])


def test_solved_is_what_gymnasium_calls_solved():
    needs("gymnasium")
    import gymnasium
    assert gymnasium.spec("CartPole-v1").reward_threshold == cart.SOLVED == 475


# --- the agent ------------------------------------------------------------------------------------------------------


def test_fitted_q_finds_the_value_of_a_known_game():
    """A game of two steps: worth 1 + gamma at its first state, 1 at its second."""
    needs("gymnasium")
    names = cells.run("12e", "coin", "is_held_out", "features", seed=0)
    state = np.array([[0.0, 0, 0, 0], [1, 0, 0, 0]] * 50)
    after = np.array([[1.0, 0, 0, 0], [2, 0, 0, 0]] * 50)
    game = cart.Log(state, np.tile([0, 1], 50), after, np.tile([0.0, 1.0], 50), np.repeat(np.arange(50), 2))
    seen = names["features"](game.state, game.action)
    tf = names["tf"]
    space = {**names, "held_out": game, "fit_tf": tf.linalg.pinv(tf.constant(seen)), "ends_tf": tf.constant(game.fell),
             "choices_tf": lambda agent, states: np.tile([1, 0], 50)}
    fitted = cells.functions("12e", "fitted_tf", **space)["fitted_tf"](None)
    assert np.allclose((seen @ fitted.numpy())[:2], [1.97, 1])


AGENTS = ("coin", "is_held_out", "updates", "q_torch", "q_tf", "discount", "loss_torch", "loss_tf", "follow", "update_torch",
          "update_tf", "agents_torch", "agents_tf", "agreeing", "choices_torch", "choices_tf", "gamma", "fitted_torch",
          "fitted_tf", "promised_torch", "promised_tf", "steps_torch", "steps_tf")


def means(seed, **parameters):
    names = cells.run("12e", *AGENTS, seed=seed, **parameters)
    coin = np.bincount(names["log"].episode).mean()
    return coin, names["steps_torch"].mean(), names["steps_tf"].mean()


@pytest.mark.slow
@pytest.mark.parametrize("seed, times", [(1, 14), (2, 4)])
def test_the_log_chooses_an_agent_that_holds_the_pole_in_both_frameworks(seed, times):
    """They came to 22 and 5.6 times the coin's steps: whoever loses a third is found."""
    needs("gymnasium")
    coin, *winners = means(seed)
    assert min(winners) >= times * coin, (coin, winners)


@pytest.mark.benchmark
@pytest.mark.parametrize("seed", range(4))
def test_the_log_chooses_such_an_agent_in_full_mode(seed):
    needs("gymnasium")
    coin, *winners = means(seed, fast=False)
    print(f"seed {seed}: PyTorch {winners[0]:.0f}, TensorFlow {winners[1]:.0f} steps; {cart.SOLVED} count as solved")
    assert min(winners) >= 6 * coin, (coin, winners)
