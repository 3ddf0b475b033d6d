"""Chapter 10's recorded requests: TensorFlow's file, read and written; a version answers them, or does not go live."""
import hashlib
import json

import numpy as np
import pytest

from chapters.ch10 import grpc_client, model_store, records, warmup
from chapters.ch10.rest_api import DEFAULT, Signature, Tensor

IMAGE = np.linspace(0, 1, 64, dtype="float32").reshape(1, 8, 8)
BY_TENSORFLOW = bytes.fromhex(  # tf.io.TFRecordWriter of TensorFlow 2.21: the records b"abc" and b""
    "0300000000000000b099490e6162636e57f121000000000000000029039807d8ea82a2")


class Reader:
    """Notes what it was called with; a folder with a file `broken` loads a model that raises at pictures brighter than 1."""
    signatures = {DEFAULT: Signature({"image": Tensor("float32", (None, 8, 8))}, {"y": Tensor("float32", (None,))})}

    def __init__(self, folder):
        self.seen, self.broken = [], (folder / "broken").exists()

    def call(self, name, arrays):
        self.seen.append(arrays["image"])
        if self.broken and arrays["image"].max() > 1:
            raise RuntimeError("too bright")
        return {"y": arrays["image"].sum((1, 2))}


def version(store, number, requests, broken=False):
    place = store / str(number)
    place.mkdir()
    if broken:
        (place / "broken").touch()
    warmup.write(place, requests)
    return place


def said(kept, number):
    row, = json.loads(model_store.status(kept, number))["model_version_status"]
    return row["state"], row["status"]["error_message"]


@pytest.fixture
def kept(tmp_path):
    """A store whose version 1 is live."""
    (tmp_path / "1").mkdir()
    return model_store.Versions(tmp_path, "digits", Reader, every=3600)


def test_records_are_tensorflows_byte_for_byte(tmp_path):
    records.write(tmp_path / "a" / "file", [b"abc", b""])
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["file"], "nothing is left beside it"
    assert (tmp_path / "a" / "file").read_bytes() == BY_TENSORFLOW
    assert list(records.read(tmp_path / "a" / "file")) == [b"abc", b""]


@pytest.mark.parametrize("cut", [1, 8, 11, 13, 18, 20, 25, len(BY_TENSORFLOW) - 1])
def test_a_file_that_is_cut_off_is_refused(tmp_path, cut):
    (tmp_path / "file").write_bytes(BY_TENSORFLOW[:cut])
    with pytest.raises(ValueError, match="file is damaged"):
        list(records.read(tmp_path / "file"))


@pytest.mark.parametrize("place", [0, 7, 9, 12, 16, 19, 33])
def test_a_byte_that_has_changed_is_seen(tmp_path, place):
    changed = bytearray(BY_TENSORFLOW)
    changed[place] ^= 1
    (tmp_path / "file").write_bytes(changed)
    with pytest.raises(ValueError, match="damaged"):
        list(records.read(tmp_path / "file"))


def test_the_file_is_the_one_that_tensorflow_servings_own_messages_give(tmp_path):
    """The hash: three logs of tensorflow-serving-api 2.21, written by tf.io.TFRecordWriter, messages in a fixed order."""
    warmup.write(tmp_path, [grpc_client.request_of(IMAGE)] * 3)
    path = tmp_path / "assets.extra" / "tf_serving_warmup_requests"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == (
        "10b7223edcc0eb7dbd30d7487317318499a1a2ed36a30e05c5e33d3589355b58")
    assert warmup.read(tmp_path) == [grpc_client.request_of(IMAGE)] * 3 and warmup.read(tmp_path / "none") == []


def test_a_version_answers_what_was_recorded_and_goes_live(kept):
    version(kept.folder, 2, [grpc_client.request_of(IMAGE), grpc_client.request_of(np.concatenate([IMAGE] * 3))])
    kept.look()
    number, model = kept.pick()
    assert number == 2 and said(kept, 2) == ("AVAILABLE", "")
    assert [len(images) for images in model.seen] == [1, 3] and (model.seen[0] == IMAGE).all()


def test_the_limit_is_a_thousand(kept):
    version(kept.folder, 2, [grpc_client.request_of(IMAGE)] * 1000)
    version(kept.folder, 3, [grpc_client.request_of(IMAGE)] * 1001)
    kept.look()
    assert kept.pick()[0] == 2 and said(kept, 3)[0] == "END" and "more than 1000 recorded" in said(kept, 3)[1]


@pytest.mark.parametrize("request_, sentence", [
    (grpc_client.request_of(IMAGE[0]), "shape"), (grpc_client.request_of(IMAGE.astype("float64")), "float64"),
    (grpc_client.request_of(IMAGE, signature_name="other"), "other"), (grpc_client.messages.PredictRequest(), "image"),
    (grpc_client.request_of(2 * IMAGE), "too bright")], ids=["shape", "dtype", "signature", "inputs", "model"])
def test_a_version_that_fails_at_one_is_not_taken(kept, request_, sentence):
    place = version(kept.folder, 2, [grpc_client.request_of(IMAGE), request_], broken=True)
    kept.look()
    state, why = said(kept, 2)
    assert kept.pick()[0] == 1 and state == "END"
    assert "the recorded request 2 of 2 is not answered" in why and sentence in why
    warmup.write(place, [grpc_client.request_of(IMAGE)])
    kept.look()
    assert kept.pick()[0] == 1, "a version that failed is not tried again"
    place.rename(kept.folder / "3")
    kept.look()
    assert kept.pick()[0] == 3, "mended and under a new number it goes live"


@pytest.mark.parametrize("content, sentence", [
    (b"half a file", "damaged"), ([b"\xff\xff"], "no PredictionLog"), ([b""], "no request of Predict"),
    ([b"\x12\x00"], "no request of Predict")], ids=["cut", "other", "empty", "classify"])
def test_a_file_that_holds_something_else_is_said(kept, content, sentence):
    place = version(kept.folder, 2, []) / warmup.FILE
    place.write_bytes(content) if isinstance(content, bytes) else records.write(place, content)
    kept.look()
    assert kept.pick()[0] == 1 and sentence in said(kept, 2)[1]
