"""Lesson 13b: sounds that its model takes for speech, faults that change what they say, a front end that is a transform."""
import numpy as np
import onnxruntime
import pytest
from safetensors.numpy import load_file

from chapters.ch13 import checks_b, figures_b, speech
from conftest import needs
from helpers.machine import fetched


def files():
    needs("silero-vad")
    return fetched.folder("silero-vad") / "silero_vad" / "data"


def test_a_scene_is_drawn_by_its_seed_and_is_told_whole():
    scene, again, other = speech.scene(5, 12), speech.scene(5, 12), speech.scene(6, 12)
    assert scene.sound.dtype == "float32" and scene.sound.shape == (12 * speech.RATE,) and np.abs(scene.sound).max() <= 1
    assert (scene.sound == again.sound).all() and not (scene.sound == other.sound).all()
    assert [part.kind for part in scene.parts[:3]] == ["speech-like", "silence", "chord"]
    ends = [0.0, *(part.end for part in scene.parts)]
    assert ends[-1] == 12 and [part.start for part in scene.parts] == ends[:-1]


@pytest.mark.parametrize("seed", range(4))
def test_the_model_takes_syllables_for_speech_and_nothing_else(seed):
    judge, scene = onnxruntime.InferenceSession(files() / "silero_vad.onnx"), speech.scene(seed, 30)
    state, before, heard = np.zeros((2, 1, 128), "float32"), np.zeros((1, 64), "float32"), []
    for samples in scene.sound[:len(scene.sound) // 512 * 512].reshape(-1, 1, 512):
        sound = np.concatenate([before, samples], axis=1)
        probability, state = judge.run(None, {"input": sound, "state": state, "sr": np.array(16000)})
        before = samples[:, -64:]
        heard.append(probability[0, 0])
    shares = figures_b.by_kind(scene, np.array(heard))
    assert shares.pop("speech-like") > 0.8 and max(shares.values()) < 0.3, shares


def test_the_front_end_is_the_models_convolution():
    basis = load_file(files() / "silero_vad_16k.safetensors")["stft_conv.weight"][:, 0].astype("float64")
    x = np.random.default_rng(1).normal(size=(2, 576))
    frames = np.stack([np.pad(x, [(0, 0), (0, 64)], "reflect")[:, k:k + 256] for k in (0, 128, 256, 384)], 1)
    found = np.hypot(frames @ basis[:129].T, frames @ basis[129:].T)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(256) / 256)
    assert np.abs(found - checks_b.front_end(x, window)).max() < 1e-5


def test_each_fault_changes_what_it_says():
    rng = np.random.default_rng(2)
    shapes = {"conv3/kernel": (3, 4, 4), "cell/kernel": (3, 8), "cell/recurrent_kernel": (2, 8), "cell/bias": (8,)}
    values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    first = rng.normal(size=8)
    found = checks_b.broken(values, {"cell.bias_ih": first, "cell.bias_hh": values["cell/bias"] - first})
    changed = {port: {name for name in values if not np.array_equal(values[name], other[name])}
               for port, other in found.items()}
    assert changed == {"A": {name for name in shapes if "cell/" in name}, "B": {"conv3/kernel"}, "C": {"cell/bias"}}
    assert (checks_b.in_onnx_order(np.arange(8)) == [0, 1, 6, 7, 2, 3, 4, 5]).all()
