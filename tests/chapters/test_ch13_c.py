"""Lesson 13c: a copy of the old program is mended and run; the stand-in and the old file are what they claim to be."""
import json
import re

import h5py
import numpy as np
import pytest
import tensorflow as tf

from chapters.ch13 import checks_c, keras2_file, old_program
from chapters.ch13.workers import tf_layers
from helpers.course import missing

pytestmark = pytest.mark.slow
v1 = tf.compat.v1


def test_a_copy_is_mended_and_the_original_is_not(tmp_path):
    before = old_program.source("digits.py")
    copy = old_program.copy(tmp_path / "old")
    assert sorted(path.name for path in copy.iterdir()) == ["digits.py", "network.py", "tf_layers.py", "train.py", "web.py"]
    old_program.mend(copy, "*.py", {"np.int)": "int)"})
    assert "astype(int)" in (copy / "digits.py").read_text("utf-8") and old_program.source("digits.py") == before
    with pytest.raises(ValueError, match="holds 'np.int"):
        old_program.mend(copy, "*.py", {"np.int)": "int)"})
    assert "np.int)" in (old_program.copy(copy) / "digits.py").read_text("utf-8"), "a fresh copy each time"


def test_a_run_says_where_it_died_or_what_it_printed(tmp_path):
    script = tmp_path / "it.py"
    script.write_text("import sys\nprint('first')\nprint(sys.argv[1])\n", "utf-8")
    assert old_program.run(script, "last") == "last"
    script.write_text("import json\ndef f():\n    json.loads('')\n\nf()\n", "utf-8")
    assert old_program.run(script).startswith("it.py, line 3: json.decoder.JSONDecodeError: Expecting value")


def test_the_stand_in_makes_the_variables_of_tf_layers_and_its_switch_works():
    rng = np.random.default_rng(0)
    x = rng.normal(3.0, 2.0, (6, 5, 5, 4)).astype("float32")
    with tf.Graph().as_default():
        switch = v1.placeholder_with_default(True, [])
        of_norm = tf_layers.batch_normalization(tf.constant(x), switch, "bn")
        flat = tf_layers.dense(tf.reshape(of_norm, [6, 100]), 7, tf.nn.relu, v1.glorot_uniform_initializer(), "hidden")
        conv = tf_layers.conv2d(tf.constant(x), 3, 3, 2, "same", False, v1.glorot_uniform_initializer(), "conv")
        assert [variable.op.name for variable in v1.global_variables()] == [
            "bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance", "hidden/kernel", "hidden/bias", "conv/kernel"]
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            right = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 0.001)
            assert np.abs(session.run(of_norm) - right).max() < 1e-4
            off = session.run(of_norm, {switch: False})
            assert np.abs(off - x / np.sqrt(1.001)).max() < 1e-4, "0 and 1 as on the first day"
            session.run(v1.get_collection(v1.GraphKeys.UPDATE_OPS))
            kept = session.run(v1.global_variables("bn/moving_mean")[0])
            assert np.abs(kept - 0.01 * x.mean((0, 1, 2))).max() < 1e-5
            assert session.run(flat).shape == (6, 7) and session.run(conv).shape == (6, 3, 3, 3)


def test_drawn_weights_stand_in_only_where_none_could_be_read(capsys):
    read = {"a": np.zeros(2)}, {"b": np.ones(2)}
    assert old_program.or_drawn(*read, seed=0) == read and capsys.readouterr().out == ""
    gone = missing.Missing("TensorFlow")
    (drawn, _), (other, _) = (old_program.or_drawn(gone, gone, seed) for seed in (0, 1))
    assert len(drawn) == 9 and not np.array_equal(drawn["reader/conv/kernel"], other["reader/conv/kernel"])
    assert "Drawn, not trained" in capsys.readouterr().out


def test_the_h5_has_keras_2s_layout_and_todays_keras_reads_another_activation_from_it(tmp_path):
    gone = missing.Missing("TensorFlow")
    weights, _ = old_program.or_drawn(gone, gone, seed=1)
    path = tmp_path / "reader.h5"
    keras2_file.write(path, weights)
    with h5py.File(path) as file:
        assert list(file["model_weights"].attrs["layer_names"]) == list(keras2_file.LAYERS)
        stored = file["model_weights/scores"]
        assert list(stored.attrs["weight_names"]) == ["dense/kernel:0", "dense/bias:0"]
        assert np.array_equal(stored["dense/kernel:0"][...], weights["reader/scores/kernel"])
        kinds = [layer["class_name"] for layer in json.loads(file.attrs["model_config"])["config"]["layers"]]
    model = tf.keras.models.load_model(path, compile=False)
    assert [type(layer).__name__ for layer in model.layers] == kinds[1:]
    x = np.random.default_rng(2).normal(size=(3, 8, 8, 1)).astype("float32")
    hidden = tf.keras.Model(model.inputs[0], model.get_layer("dense").output)(x).numpy()
    before = tf.keras.Model(model.inputs[0], model.get_layer("flatten").output)(x).numpy()
    linear = before @ weights["reader/hidden/kernel"] + weights["reader/hidden/bias"]
    assert np.abs(hidden - np.clip(linear / 6 + 0.5, 0, 1)).max() < 1e-5, "Keras 2 had 0.2 for 1/6"


def test_the_fates_of_the_lessons_lines():
    table = np.array([[3, -1, 2], [-4, 5, -6], [7, -8, 9]], "float32")
    lines = {"dies": [lambda t: t.argmax(table, dimension=1)],
             "same": [lambda t: t.nn.leaky_relu(table), lambda t: t.reduce_sum(table, 1, True)],
             "changed": [lambda t: t.where([True, False, True], table, -table),
                         lambda t: t.image.resize(table[..., None], [6, 6]),
                         lambda t: t.nn.dropout(np.ones(1000), 0.8)]}
    assert {fate: {checks_c.fate(line, v1, tf) for line in some} for fate, some in lines.items()} == {
        fate: {fate} for fate in lines}


def test_each_case_of_the_checks_tells_a_mistake_from_the_right_answer():
    for key in ("13.5", "13.6"):
        judge = checks_c.EXERCISES[key].judge
        assert judge(judge.keywords["reference"]) is None
        for cause, wrong in judge.keywords["suspects"].items():
            said = judge(wrong)
            assert said == f"{cause}." and not re.search(r"Traceback|Error:", said), cause
