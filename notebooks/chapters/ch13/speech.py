"""Sounds for a detector of speech, drawn by a seed: syllables made of formants and bursts of noise, chords, hiss, silence.

Nobody speaks here: a voice is harmonics of a falling pitch, loud where the vowel's formants are. The formants are the means
of Peterson and Barney, "Control methods used in a study of the vowels" (1952), men, in Hz.
"""
from typing import NamedTuple

import numpy as np

RATE = 16_000
"""Samples a second: what the model of lesson 13b hears."""
VOWELS = {"i": (270, 2290, 3010), "e": (530, 1840, 2480), "a": (730, 1090, 2440), "o": (570, 840, 2410),
          "u": (300, 870, 2240)}
WIDTHS = (60, 90, 150)  # of the three formants, in Hz
KINDS = ("speech-like", "silence", "chord", "speech-like", "hiss")
"""What follows what in a scene."""


class Part(NamedTuple):
    """A stretch of a scene: what is heard, from which second to which."""
    kind: str
    start: float
    end: float


class Scene(NamedTuple):
    """sound: float32 (samples,), within -1 and 1. parts: what is heard when."""
    sound: np.ndarray
    parts: list[Part]


def scene(seed: int, seconds: float) -> Scene:
    """So many seconds at RATE: parts of two to four seconds, of KINDS by turns, above a faint hiss."""
    rng = np.random.default_rng(seed)
    samples = int(seconds * RATE)
    sound, parts, start = 0.001 * rng.normal(size=samples), [], 0
    while start < samples:
        kind = KINDS[len(parts) % len(KINDS)]
        end = min(samples, start + int(rng.uniform(2, 4) * RATE))
        sound[start:end] += _MADE[kind](end - start, rng)
        parts.append(Part(kind, start / RATE, end / RATE))
        start = end
    return Scene(np.clip(sound, -1, 1).astype("float32"), parts)


def utterance(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Syllables, one after the other, in one voice whose pitch falls."""
    voice, sound, start = rng.uniform(95, 190), np.zeros(samples), 0
    while start < samples:
        length = int(rng.uniform(0.14, 0.26) * RATE)
        pitch = voice * (1.15 - 0.3 * start / samples) * rng.uniform(0.95, 1.05)
        made = syllable(length, pitch, rng)
        kept = min(length, samples - start)
        sound[start:start + kept] += made[:kept]
        start += length + int(rng.uniform(0, 0.05) * RATE)
    return sound


def syllable(samples: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """A burst of noise and a vowel that glides to another."""
    names = list(VOWELS)
    begin, end = (np.array(VOWELS[names[k]]) for k in rng.choice(len(names), 2, replace=False))
    along = np.linspace(0, 1, samples)
    formants = begin + (end - begin) * along[:, None] ** 2
    rise = np.minimum(1, along / 0.2) * np.minimum(1, (1 - along) / 0.3)
    phase = 2 * np.pi * np.cumsum(pitch * (1.05 - 0.1 * along)) / RATE
    vowel = np.zeros(samples)
    for number in range(1, int(4000 / pitch)):
        near = (number * pitch - formants) / WIDTHS
        vowel += (1 / (1 + near**2) @ (1.0, 0.5, 0.25)) * np.sin(number * phase)
    burst = shaped(rng.normal(size=samples), rng.uniform(2000, 5000), 1200) * np.exp(-along / 0.08)
    return 0.12 * rise * vowel + 0.1 * burst


def shaped(noise: np.ndarray, center: float, width: float) -> np.ndarray:
    """Noise with a hill of its spectrum at center, in Hz, scaled to a deviation of 1."""
    frequencies = np.fft.rfftfreq(len(noise), 1 / RATE)
    found = np.fft.irfft(np.fft.rfft(noise) / (1 + ((frequencies - center) / width) ** 2), len(noise))
    return found / found.std()


def chord(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Three strings, struck each half second, that die away."""
    time = np.arange(samples) / RATE
    root = rng.uniform(180, 300)
    since = time % 0.5
    return sum(0.06 * np.sin(2 * np.pi * root * ratio * time * number) / number * np.exp(-4 * number * since)
               for ratio in (1, 5 / 4, 3 / 2) for number in (1, 2, 3))


_MADE = {"speech-like": utterance, "chord": chord, "silence": lambda samples, rng: np.zeros(samples),
         "hiss": lambda samples, rng: 0.05 * rng.normal(size=samples)}
