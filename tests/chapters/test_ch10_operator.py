"""Chapter 10: which versions a server holds and what they are called; what an operator sees; an end that loses nobody."""
import logging

import pytest

from chapters.ch10 import model_config, model_store, rest_api


class Fake:
    """A model without a framework: adds its version's number."""
    signatures = {"serving_default": rest_api.Signature({"x": rest_api.Tensor("float32", (None,))}, {})}

    def __init__(self, folder):
        self.number = int(folder.name)

    def call(self, name, arrays):
        return {"y": arrays["x"] + self.number}


def specific(*versions, **labels):
    return {"model_version_policy": {"specific": {"versions": list(versions)}}, "version_labels": labels}


@pytest.fixture
def kept(tmp_path):
    """The versions 1, 2 and 3 in a folder, of which 1 and 2 are held; 1 is called stable."""
    for number in "123":
        (tmp_path / number).mkdir()
    model_config.write(tmp_path, specific(1, 2, stable=1))
    return model_store.Versions(tmp_path, "m", Fake, every=3600)


# The configuration

@pytest.mark.parametrize("content, config", [
    ({}, ("latest", 1, {})), ({"model_version_policy": {"latest": {}}}, ("latest", 1, {})),
    ({"model_version_policy": {"latest": {"num_versions": 0}}}, ("latest", 1, {})),
    ({"model_version_policy": {"latest": {"num_versions": 3}}}, ("latest", 3, {})),
    ({"model_version_policy": {"all": {}}, "version_labels": {}}, ("all", None, {})),
    (specific(2, a=7), ("specific", [2], {"a": 7}))])
def test_a_configuration_is_read(tmp_path, content, config):
    model_config.write(tmp_path, content)
    assert model_config.read(tmp_path) == config and [path.name for path in tmp_path.iterdir()] == [model_config.FILE]


def test_without_a_file_it_is_the_latest_version(tmp_path):
    assert model_config.read(tmp_path) == ("latest", 1, {})


@pytest.mark.parametrize("content", [
    [], {"version_policy": {}}, {"model_version_policy": {}}, {"model_version_policy": None}, {"version_labels": ["a"]},
    {"version_labels": {"a": "1"}}, {"version_labels": {"a": True}}, {"model_version_policy": {"all": {"versions": [1]}}},
    {"model_version_policy": {"latest": {"num_versions": -1}}}, {"model_version_policy": {"latest": {"versions": [1]}}},
    {"model_version_policy": {"specific": {"versions": []}}}, {"model_version_policy": {"specific": {"versions": [1.0]}}},
    {"model_version_policy": {"specific": {"versions": 1}}}, {"model_version_policy": {"all": {}, "latest": {}}},
    {"model_version_policy": {"newest": {}}}])
def test_what_is_no_configuration_is_refused_and_not_written(tmp_path, content):
    with pytest.raises(ValueError, match=r"model_config.json|version_labels|model_version_policy"):
        model_config.write(tmp_path, content)
    assert not list(tmp_path.iterdir())


def test_the_same_for_tensorflow_serving():
    text = model_config.as_text(specific(42, 43, stable=42, canary=43), "digits", "/models/digits")
    assert "model_version_policy { specific { versions: [42, 43] } }" in text and text.count("{") == text.count("}")
    assert "version_labels { key: 'canary' value: 43 }" in text
    assert "{ latest { num_versions: 1 } }" in model_config.as_text({}, "digits", "/models/digits")


def test_a_label_in_use_does_not_move_to_a_version_that_is_not_loaded(kept, caplog):
    caplog.set_level(logging.WARNING)
    model_config.write(kept.folder, specific(1, 3, stable=3))
    for _ in range(3):
        kept.look()
    assert kept.pick(label="stable")[0] == 1 and sorted(kept.live) == [1, 2], "nothing of the file is followed"
    said, = caplog.messages
    assert "'stable'" in said and "version 3" in said, "it is said once, not ten times a second"
    model_config.write(kept.folder, specific(1, 2, 3, stable=1))
    kept.look()
    model_config.write(kept.folder, specific(3, stable=3))
    kept.look()
    assert kept.pick(label="stable")[0] == 3 and sorted(kept.live) == [3], "in two writes it moves"


def test_a_new_label_may_wait_for_its_version_as_at_a_restart(kept, tmp_path):
    model_config.write(kept.folder, specific(1, 2, stable=1, canary=3))
    kept.look()
    with pytest.raises(rest_api.Refused, match="version 3"):
        kept.pick(label="canary")
    again = model_store.Versions(tmp_path, "m", Fake, every=3600)
    assert again.pick(label="stable")[0] == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"version_labels": {"stable": "one"}}', '{"model_version_policy": {"all'])
def test_a_file_that_cannot_be_read_changes_nothing(kept, text, caplog):
    (kept.folder / model_config.FILE).write_text(text, encoding="utf-8")
    kept.look()
    assert kept.pick(label="stable")[0] == 1 and sorted(kept.live) == [1, 2] and "is not followed" in caplog.text
    with pytest.raises(ValueError):
        model_store.Versions(kept.folder, "m", Fake, every=3600)
