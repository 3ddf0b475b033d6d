"""Chapter 12b: tunes, notes and sounds, what packages say of themselves, the cart, the agent that every seed trains."""
import io
import re
import wave

import numpy as np
import pytest

import cells
from chapters.ch12 import cart, music, published
from conftest import needs
from helpers import ROOT, show
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


# --- the cart -------------------------------------------------------------------------------------------------------


def test_the_log_of_a_game_is_one_chain_of_states_and_the_same_each_time():
    needs("gymnasium")
    lasted, (state, action, after, fell) = cart.play(lambda state: np.ones(len(state), int), 1, 3, steps=8)
    again = cart.play(lambda state: np.ones(len(state), int), 1, 3, steps=8)
    assert np.array_equal(state, again[1][0]) and not np.array_equal(
        state, cart.play(lambda state: np.ones(len(state), int), 1, 4, steps=8)[1][0])
    assert state.shape == (8, 4) and (action == 1).all() and not fell.any() and lasted == [8]
    assert np.allclose(after[:-1], state[1:])


def test_a_fall_ends_a_game_and_the_restart_is_not_in_the_log():
    needs("gymnasium")
    lasted, (state, _, after, fell) = cart.play(lambda state: np.ones(len(state), int), 1, 3, steps=30)
    first = int(fell.argmax())
    assert lasted == [first + 1] and 7 < first < 12, "always pushing to one side drops the pole within a dozen steps"
    assert abs(after[first][2]) > 0.99 and abs(state[first + 1][2]) < 0.5, "the next game begins upright"
    assert len(state) < 30


# --- the agent ------------------------------------------------------------------------------------------------------


AGENTS = ("updates", "q_torch", "q_tf", "tested_torch")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_every_seed_reaches_the_floor_in_both_frameworks(seed):
    needs("gymnasium")
    names = cells.run("12b", *AGENTS, seed=seed)
    assert min(names["tested_torch"], names["tested_tf"]) >= names["floor"] == 40


@pytest.mark.benchmark
@pytest.mark.parametrize("seed", range(3))
def test_every_seed_solves_the_task_in_full_mode(seed):
    needs("gymnasium")
    names = cells.run("12b", *AGENTS, seed=seed, fast=False)
    print(f"seed {seed}: PyTorch {names['tested_torch']:.0f}, TensorFlow {names['tested_tf']:.0f} steps")
    assert min(names["tested_torch"], names["tested_tf"]) >= names["floor"] == 195
