"""Melodies as text, notes, events and sound. A note is (pitch, eighths): a MIDI number (60 is the middle C), None a rest.

An event says what happens in one eighth, as in Magenta's Melody RNN: HOLD (what sounded goes on), REST, or a pitch that
begins. So a melody becomes a row of whole numbers of equal steps, from which a network can learn.
"""
import base64
import io
import re
import wave
from pathlib import Path

import numpy as np

from helpers import data, show

HOLD, REST = 0, 1
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_NOTE = re.compile(r"([_^]?)([A-Ga-gz])([,']*)(\d*)")


def tunes():
    """The tunes that ship with the course, in order: {title: [(pitch, eighths), ...]}."""
    found = {}
    for block in data.read("tunes.abc").decode("utf-8").split("\n\n"):
        fields = dict(re.findall(r"^([A-Z]):(.*)$", block, re.M))
        if "T" in fields:
            body = "".join(line for line in block.splitlines() if not re.match(r"[A-Z]:|%", line))
            found[fields["T"].strip()] = parse(body)
    return found


def parse(body):
    """Notes of one voice in ABC notation (abcnotation.com, standard 2.1), unit an eighth, in C: no ties, no fractions.

    Raises ValueError for a sign that is not known, with the place.
    """
    notes, place, body = [], 0, re.sub(r"\s", "", body)
    while place < len(body):
        if body[place] == "|":
            place += 1
            continue
        match = _NOTE.match(body, place)
        if not match:
            raise ValueError(f"cannot read {body[place:place + 8]!r} at sign {place + 1} of a tune")
        sharp, letter, octave, length = match.groups()
        pitch = None if letter == "z" else (
            60 + NAMES.index(letter.upper()) + 12 * letter.islower() + {"^": 1, "_": -1, "": 0}[sharp]
            + 12 * (octave.count("'") - octave.count(",")))
        notes.append((pitch, int(length or 1)))
        place = match.end()
    return notes


def events(notes):
    """Notes as an int64 array, one event an eighth."""
    return np.array([event for pitch, eighths in notes
                     for event in [REST if pitch is None else pitch] + [HOLD] * (eighths - 1)], dtype=np.int64)


def notes(events):
    """Events as notes; a HOLD at the very beginning is a rest, and rests in a row are one."""
    found = []
    for event in map(int, events):
        if found and (event == HOLD or (event == REST and found[-1][0] is None)):
            found[-1] = found[-1][0], found[-1][1] + 1
        else:
            found.append((None if event in (HOLD, REST) else event, 1))
    return found


def name(pitch):
    """A pitch as musicians write it: 60 is "C4"; None is "rest"."""
    return "rest" if pitch is None else f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def spoken(notes):
    """Notes as text: "C4 2, E4 1, rest 1", each with its length in eighths."""
    return ", ".join(f"{name(pitch)} {eighths}" for pitch, eighths in notes)


def sound(notes, eighth=0.2, rate=11025):
    """Samples from -1 to 1 (float64): each note a sine with two overtones that dies away. eighth in seconds, rate in Hz."""
    parts = []
    for pitch, eighths in notes:
        t = np.arange(round(eighths * eighth * rate)) / rate
        frequency = 0.0 if pitch is None else 440.0 * 2 ** ((pitch - 69) / 12)  # equal temperament, A4 is 440 Hz
        tone = sum(part * np.sin(2 * np.pi * k * frequency * t) for k, part in ((1, 0.6), (2, 0.25), (3, 0.1)))
        parts.append(tone * np.exp(-2.5 * t) * np.minimum(1, np.minimum(t, t[-1] - t) / 0.01))  # 10 ms: no click
    return np.concatenate(parts)


def player(notes, title, rate=11025):
    """Show a player for the notes, with their names as text for those who do not hear it."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound(notes, rate=rate) * 32000).astype("<i2").tobytes())
    markup = show.render(Path(__file__).with_name("player.html"), title=title, notes=spoken(notes),
                         sound=base64.b64encode(stream.getvalue()).decode())
    show.rich(markup, f"{title}, note and length in eighths: {spoken(notes)}")


def save_midi(notes, path, ticks=240):
    """Write notes as a MIDI file with one track, an eighth note being `ticks` long. Needs mido."""
    import mido  # here, so that melodies can be used without it
    file = mido.MidiFile(ticks_per_beat=2 * ticks)  # a beat is a quarter
    track, silence = mido.MidiTrack(), 0
    file.tracks.append(track)
    for pitch, eighths in notes:
        if pitch is None:
            silence += ticks * eighths
            continue
        track.append(mido.Message("note_on", note=pitch, velocity=80, time=silence))
        track.append(mido.Message("note_off", note=pitch, time=ticks * eighths))
        silence = 0
    file.save(path)


def load_midi(path, ticks=240):
    """The notes of a MIDI file's first track, one voice, with rests between them (one at the end leaves no trace)."""
    import mido
    notes = []
    for message in mido.MidiFile(path).tracks[0]:
        if message.type == "note_on" and message.time:
            notes.append((None, message.time // ticks))
        if message.type == "note_off":
            notes.append((message.note, message.time // ticks))
    return notes
