"""contract.toml: its rows as requests, whether an answer agrees with one; and its model, without a framework, and as the
program that exports it from TensorFlow with the same signatures."""
import gzip
import json
import tomllib

import numpy as np

from chapters.ch10 import rest_api
from chapters.ch10.rest_api import Signature, Tensor
from helpers import ROOT

NAME = "half_plus_two"
ROWS = tomllib.loads((ROOT / "tests" / "chapters" / "contract.toml").read_text(encoding="utf-8"))["request"]


def sent(row):
    """(method, path, headers, body) of a row."""
    body = row.get("body", "").encode("utf-8", "surrogatepass") or bytes.fromhex(row.get("hex", ""))
    body = body or b" " * row.get("spaces", 0)
    headers = dict(row.get("headers", {}))
    if row.get("gzip"):
        headers["Content-Encoding"], body = "gzip", gzip.compress(body)
    path = row.get("path", f"/v1/models/{NAME}{row.get('at', ':predict')}")
    has_body = row.keys() & {"body", "hex", "spaces"}
    return row.get("method", "POST" if has_body else "GET"), path, headers, body if has_body else None


def agree(row, status, text):
    """Whether an answer (its body as text) is the row's."""
    if status != row["status"] or status >= 400 and text and set(json.loads(text)) != {"error"}:
        return False
    if "answer" in row:
        return alike(json.loads(text), json.loads(row["answer"]))
    return row["part"] in text and (bool(text) or not row["part"])


def agree_there(row, status, text):
    """Whether TensorFlow Serving's own answer is the row's. Of errors, and where ours differs, its status alone counts."""
    if status != row.get("theirs", row["status"]):
        return False
    return "deliberate" in row or status >= 400 or agree(row, status, text)


def is_of_default_signature(row):
    """Whether a row needs no more of a model than the default signature."""
    method, path, _, body = sent(row)
    asks_others = path.endswith((":classify", ":regress")) or any(
        f'"{name}"'.encode() in (body or b"") for name in Half.signatures if name != rest_api.DEFAULT)
    return not asks_others and row.get("part") not in ('"DT_HALF"', '"unknown_rank": true')


def alike(found, wanted):
    """Whether two JSON values are the same, decimals as float32: a server may write all the digits, or enough of them."""
    if isinstance(wanted, float):
        return isinstance(found, float) and np.float32(found) == np.float32(wanted)
    if isinstance(wanted, dict):
        return isinstance(found, dict) and found.keys() == wanted.keys() and all(alike(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(alike, found, wanted))
    return type(found) is type(wanted) and found == wanted


X, TEXT = Tensor("float32", (None,)), Tensor("string", (None,))
SCORES, CLASSES = Tensor("float32", (None, 1)), Tensor("string", (None, 1))
WHOLE = "whole"


class Half:
    """0.5 x + version + 1, and signatures of every kind. What its graph would refuse, it refuses."""
    signatures = {
        "serving_default": Signature({"x": X}, {"y": X}),
        "tensorflow/serving/regress": Signature({"inputs": TEXT}, {"outputs": X}),
        "classify": Signature({"inputs": TEXT}, {"scores": SCORES, "classes": CLASSES}),
        "named": Signature({"inputs": TEXT}, {"classes": CLASSES}),
        "scored": Signature({"inputs": TEXT}, {"scores": SCORES}),
        WHOLE: Signature({"inputs": TEXT}, {"outputs": X}),
        "two": Signature({"tag": TEXT, "signal": Tensor("int64", (None, 2))},
                         {"text": TEXT, "raw_bytes": TEXT, "sum": Tensor("int64", (None,))}),
        "uneven": Signature({"x": X}, {"y": X, "total": Tensor("float32", ())}),
        "any_rank": Signature({"x": Tensor("float32", None)}, {"y": Tensor("float32", None)}),
        "picky": Signature({"x": X}, {"y": X}),
        "kinds": Signature(*2 * ({"a": Tensor("int32", (None,)), "b": Tensor("bool", (None,)), "c": Tensor("uint8", (None,)),
                                  "d": Tensor("float64", (None,))},)),
        "half": Signature({"x": Tensor("float16", (None,))}, {"y": Tensor("float16", (None,))}),
        "gives_half": Signature({"x": X}, {"y": Tensor("float16", (None,))})}

    def __init__(self, folder):
        self.more = np.float32(int(folder.name) + 1)

    def examples(self, rows):
        return rows

    def call(self, name, arrays):
        x = arrays.get("x")
        if "inputs" in arrays:
            return self.of_examples(name, arrays["inputs"])
        if name == "two":
            tag = arrays["tag"]
            return {"text": tag, "raw_bytes": tag, "sum": arrays["signal"].sum(1)}
        if name == "picky" and not np.all(x > 0):
            raise rest_api.Refused(400, "Condition x > 0 did not hold")
        return {"serving_default": lambda: {"y": np.float32(0.5) * x + self.more},
                "uneven": lambda: {"y": x / 2, "total": x.sum()}, "any_rank": lambda: {"y": 2 * x},
                "picky": lambda: {"y": x}, "kinds": lambda: arrays, "gives_half": lambda: {"y": x.astype("float16")}}[name]()

    def of_examples(self, name, rows):
        if name == "named":
            return {"classes": np.full((len(rows), 1), b"half", object)}
        if not all(isinstance(row, dict) for row in rows):  # text that :predict was given
            raise rest_api.Refused(400, "Could not parse example input")
        kind = int if name == WHOLE else float
        if any([type(value) for value in row.get("x", ())] != [kind] for row in rows):
            raise rest_api.Refused(400, "Feature: x (data type: float) is required but could not be found")
        y = np.array([row["x"][0] for row in rows], "float32")
        if name == WHOLE:
            return {"outputs": y}
        y = np.float32(0.5) * y + self.more
        return {"classify": lambda: {"scores": y[:, None], "classes": np.full((len(rows), 1), b"half", object)},
                "scored": lambda: {"scores": y[:, None]}}.get(name, lambda: {"outputs": y})()


BUILD_TF = """
import sys
sys.modules["keras"] = None  # else TensorFlow loads it
import tensorflow as tf

X, INPUTS = tf.TensorSpec([None], tf.float32, name="x"), tf.TensorSpec([None], tf.string, name="inputs")

class Half(tf.Module):
    def __init__(self, b):
        self.a, self.b = tf.Variable(0.5), tf.Variable(b)

    @tf.function(input_signature=[X])
    def predict(self, x):
        return {"y": self.a * x + self.b}

    @tf.function(input_signature=[INPUTS])
    def regress(self, inputs):
        return {"outputs": self.predict(tf.io.parse_example(inputs, {"x": tf.io.FixedLenFeature([], tf.float32)})["x"])["y"]}

    @tf.function(input_signature=[INPUTS])
    def classify(self, inputs):
        scores = self.regress(inputs)["outputs"]
        return {"scores": scores[:, None], "classes": tf.fill([tf.size(scores), 1], "half")}

    @tf.function(input_signature=[INPUTS])
    def scored(self, inputs):
        return {"scores": self.regress(inputs)["outputs"][:, None]}

    @tf.function(input_signature=[INPUTS])
    def named(self, inputs):
        return {"classes": tf.fill([tf.size(inputs), 1], "half")}

    @tf.function(input_signature=[INPUTS])
    def whole(self, inputs):
        features = {"x": tf.io.FixedLenFeature([], tf.int64)}
        return {"outputs": tf.cast(tf.io.parse_example(inputs, features)["x"], tf.float32)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="tag"),
                                  tf.TensorSpec([None, 2], tf.int64, name="signal")])
    def two(self, tag, signal):
        return {"text": tag, "raw_bytes": tag, "sum": tf.reduce_sum(signal, 1)}

    @tf.function(input_signature=[X])
    def uneven(self, x):
        return {"y": self.a * x, "total": tf.reduce_sum(x)}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, name="x")])
    def any_rank(self, x):
        return {"y": 2.0 * x}

    @tf.function(input_signature=[X])
    def picky(self, x):
        tf.debugging.assert_positive(x)
        return {"y": x}

    @tf.function(input_signature=[tf.TensorSpec([None], kind, name=name) for name, kind in (
        ("a", tf.int32), ("b", tf.bool), ("c", tf.uint8), ("d", tf.float64))])
    def kinds(self, a, b, c, d):
        return {"a": tf.identity(a), "b": tf.identity(b), "c": tf.identity(c), "d": tf.identity(d)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float16, name="x")])
    def half(self, x):
        return {"y": 2 * x}

    @tf.function(input_signature=[X])
    def gives_half(self, x):
        return {"y": tf.cast(x, tf.float16)}

folder, *numbers = sys.argv[1:]
for number in numbers:
    half = Half(float(int(number) + 1))      # version 1 adds two, version 2 three
    tf.saved_model.save(half, f"{folder}/{number}", signatures={
        "serving_default": half.predict, "tensorflow/serving/regress": half.regress, "classify": half.classify,
        "two": half.two, "uneven": half.uneven, "named": half.named, "scored": half.scored, "whole": half.whole,
        "any_rank": half.any_rank, "picky": half.picky, "kinds": half.kinds, "half": half.half,
        "gives_half": half.gives_half})
"""
