"""Sounds for chapter 13, made of sines and noise and drawn by seed. Every sample is computed here: nothing was recorded."""
from collections.abc import Sequence

import numpy as np

LOWEST = 57
"""The pitch (MIDI number, A3) on which melodies and chords are built; each seed moves it up by as many semitones, to 11."""
MAJOR = (0, 2, 4, 5, 7, 9, 11, 12)


def tone(pitch: int, seconds: float, rate: int) -> np.ndarray:
    """A tone that is struck and dies away: a sine of 0.25 at the pitch (MIDI number, 69 is A4), and five overtones."""
    time = np.arange(round(seconds * rate)) / rate
    frequency = 440.0 * 2 ** ((pitch - 69) / 12)  # equal temperament
    waves = sum(np.sin(2 * np.pi * k * frequency * time) / k**1.5 for k in range(1, 7))
    fade = np.minimum(1, np.minimum(time, time[-1] - time) / 0.005)  # 5 ms at both ends: no click
    return 0.25 * waves * np.exp(-4 * time) * fade


def melody(pitches: Sequence[int], seconds: float, rate: int) -> np.ndarray:
    """Tones one after the other, each of the same length, `seconds` in all."""
    return np.concatenate([tone(pitch, seconds / len(pitches), rate) for pitch in pitches])


def chord(pitches: Sequence[int], seconds: float, rate: int) -> np.ndarray:
    """Tones all at once."""
    return sum(tone(pitch, seconds, rate) for pitch in pitches) / len(pitches)


def noise(seconds: float, rate: int, rng: np.random.Generator) -> np.ndarray:
    """White noise of standard deviation 0.1."""
    return 0.1 * rng.normal(size=round(seconds * rate))


def pitches_of(seed: int) -> dict[str, list[int]]:
    """What is played in `three`: {"a melody": seven pitches of a major scale, "a chord": its triad}."""
    rng = np.random.default_rng(seed)
    first = LOWEST + int(rng.integers(12))
    steps = [first + MAJOR[int(k)] for k in rng.permutation(len(MAJOR))[:7]]
    return {"a melody": steps, "a chord": [first, first + 4, first + 7]}


def three(seed: int, rate: int, samples: int) -> dict[str, np.ndarray]:
    """A melody and a chord in a hiss as of an old tape, and noise alone, each (samples,) float32 behind 0.1 s of silence.

    A logarithm of strengths magnifies the rounding of what is nearly 0 beside a loud tone. The hiss fills such places, and
    the silence makes the weakest place 0 exactly: so right programs agree to 1e-5, in whatever order they add. Without
    both it is 1e-3.
    """
    played, rng = pitches_of(seed), np.random.default_rng(seed)
    seconds = samples / rate - 0.1
    made = {"a melody": melody(played["a melody"], seconds, rate), "a chord": chord(played["a chord"], seconds, rate),
            "noise": np.zeros(1)}
    hissing = {name: fitted(sound, round(seconds * rate)) + noise(seconds, rate, rng) for name, sound in made.items()}
    return {name: fitted(sound, samples, before=round(0.1 * rate)) for name, sound in hissing.items()}


def fitted(sound: np.ndarray, samples: int, before: int = 0) -> np.ndarray:
    """A sound as float32 with `before` zeros in front, cut or filled with zeros to (samples,)."""
    whole = np.zeros(samples, "float32")
    part = sound[:samples - before]
    whole[before:before + len(part)] = part
    return whole
