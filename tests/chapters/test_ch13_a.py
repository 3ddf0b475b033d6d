"""Lesson 13a: its sounds, and the layers that its module finds in the published SavedModel."""
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn

from chapters.ch13 import saved_model_tf, slices_torch, sounds
from conftest import needs
from helpers.machine import fetched
from helpers.porting import reading

pytestmark = pytest.mark.slow
v1 = tf.compat.v1


def test_sounds_are_of_one_size_differ_by_seed_and_begin_in_silence():
    one, other = (sounds.three(seed, rate=22050, samples=43844) for seed in (0, 1))
    assert list(one) == ["a melody", "a chord", "noise"]
    for name, sound in one.items():
        assert sound.shape == (43844,) and sound.dtype == np.float32 and np.abs(sound).max() < 1
        assert not sound[:2205].any() and sound[2205:].any() and (sound != other[name]).any()
    assert len(sounds.pitches_of(3)["a melody"]) == len(set(sounds.pitches_of(3)["a melody"])) == 7


def test_a_tone_has_the_pitch_that_it_says():
    spectrum = np.abs(np.fft.rfft(sounds.tone(69, seconds=1.0, rate=22050)))
    assert int(spectrum.argmax()) == 440, "bins of 1 Hz"


@pytest.mark.parametrize("layer, size", [
    (nn.Conv2d(2, 4, (3, 5), padding="same"), (9, 7)), (nn.Conv2d(2, 4, 3, stride=(2, 3), padding=(2, 1)), (9, 7)),
    (nn.Conv2d(2, 4, 3, dilation=2, groups=2, bias=False), (9, 7)), (nn.Conv2d(2, 4, (4, 2), padding="same"), (10, 6)),
    (nn.Conv1d(2, 4, 5, stride=2, padding=3), (40,)), (nn.Conv1d(2, 4, 4, padding="same", dilation=2), (40,))])
def test_a_convolution_in_slices_is_the_convolution(layer, size, monkeypatch):
    layer, x = layer.double(), torch.randn(3, 2, *size, dtype=torch.float64)
    whole = layer(x)
    monkeypatch.setattr(slices_torch, "NUMBERS", 100)
    with slices_torch.Slices():
        found = layer(x)
    torch.testing.assert_close(found, whole, rtol=0, atol=1e-12)


@pytest.fixture(scope="module")
def opened():
    """(what the loader returned, {name: value}, a session) of Basic Pitch's SavedModel."""
    needs("basic-pitch")
    home = fetched.folder("basic-pitch")
    session = v1.Session(graph=tf.Graph())
    with session.graph.as_default():
        meta = v1.saved_model.load(session, ["serve"], str(home / "basic_pitch/saved_models/icassp_2022/nmp"))
    places = {node.name: f"{node.name}/Read/ReadVariableOp:0" for node in meta.graph_def.node if node.op == "VarHandleOp"}
    places |= {name: f"{name}:0" for name in ("Const", "Const_1", "Const_2")}
    yield meta, session.run(places), session
    session.close()


def test_the_layers_end_in_the_outputs_and_each_formula_gives_what_its_layer_gave(opened):
    meta, values, session = opened
    batch = np.stack(list(sounds.three(2, rate=22050, samples=43844).values()))[:1, :, None]
    seen = saved_model_tf.activations(meta, values, batch)
    signature = meta.signature_def["serving_default"]
    outputs = session.run({name: info.name for name, info in signature.outputs.items()},
                          {signature.inputs["input_2"].name: batch})
    for name, layer in {"contour": "contours-reduced", "note": "conv2d_3", "onset": "conv2d_5"}.items():
        assert np.abs(seen.outputs[layer][..., 0] - outputs[name]).max() < 1e-6
    read = {name: reading.read(seen.look(name)) for name in seen.outputs}
    assert sum(formula is not None for formula in read.values()) >= 9, "six convolutions, three normalizations"
    for name, formula in read.items():
        if formula is not None:
            assert np.abs(formula.output() - seen.outputs[name]).max() < 1e-4 * np.abs(seen.outputs[name]).max(), name
    assert "flatten_audio_ch_1" not in seen.outputs and "conv2d" not in seen.outputs


def test_a_constant_inside_the_body_by_name(opened):
    lengths = saved_model_tf.constant(opened[0], "cq_t2010v2_1/Cast/x")
    quality = 1 / (2 ** (1 / 36) - 1)
    assert np.array_equal(lengths[:, 0, 0], np.ceil(quality * 22050 / (27.5 * 2 ** (np.arange(309) / 36))))
    with pytest.raises(KeyError, match="no constant 'nothing'"):
        saved_model_tf.constant(opened[0], "nothing")
