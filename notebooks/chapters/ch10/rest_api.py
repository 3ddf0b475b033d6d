"""TensorFlow Serving's REST API as documented (www.tensorflow.org/tfx/serving/api_rest), without a framework and without a
web server: request bodies become NumPy arrays, results become JSON, and what cannot be answered is refused in a sentence.

A model is whatever has `signatures` (name -> `Signature`) and `call(name, {input: array})`, which gives {output: array}.
"""
import base64
import binascii
import json
import os
from typing import NamedTuple

import numpy as np

from helpers.machine import loopback

DEFAULT = "serving_default"
LIMIT = 2**20  # bytes of a request's body: a hundred times what a digit needs


class Refused(Exception):
    """A request that the client must change: `status` (4xx) and a sentence that says why."""

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status = status


class Tensor(NamedTuple):
    """What a signature says about one input or output. dtype: a NumPy name, or "string"; shape: None where any size fits,
    and None in place of the whole shape where any number of sizes does."""
    dtype: str
    shape: tuple


class Signature(NamedTuple):
    """The inputs and outputs of one entry point, {name: Tensor} each."""
    inputs: dict
    outputs: dict


def predict(model, body):
    """Answer a :predict request (bytes) as JSON text: rows in "instances", or columns in "inputs". Raises Refused."""
    request = parse(body)
    name, signature = chosen(model, request)
    if ("instances" in request) == ("inputs" in request):
        raise Refused(400, "the request needs either 'instances' (rows) or 'inputs' (columns), and not both")
    if "instances" in request:
        columns = from_rows(request["instances"], signature.inputs)
    else:
        columns = from_columns(request["inputs"], signature.inputs)
    arrays = {key: tensor(columns[key], signature.inputs[key], key) for key in signature.inputs}
    found = model.call(name, arrays)
    if "instances" in request and not have_rows(found.values()):
        raise Refused(400, "the outputs do not share a first size, so they have no rows: ask with 'inputs'")
    outputs = {key: plain(value, key) for key, value in found.items()}
    if "inputs" in request:
        return json.dumps({"outputs": outputs if len(outputs) > 1 else next(iter(outputs.values()))})
    if len(outputs) == 1:
        return json.dumps({"predictions": next(iter(outputs.values()))})
    return json.dumps({"predictions": [dict(zip(outputs, row)) for row in zip(*outputs.values(), strict=True)]})


def have_rows(arrays):
    """Whether outputs can be given row by row: all have the same first size, and none is a single number."""
    first = {array.shape[:1] for array in arrays}
    return len(first) == 1 and () not in first


def classify(model, body):
    """Answer a :classify request: for each example its pairs of class and score. Raises Refused."""
    found = run_examples(model, body, {"classes", "scores"}, "classify")
    if "scores" not in found:
        found = {**found, "scores": np.zeros(found["classes"].shape)}
    scores = plain(found["scores"], "scores")
    classes = plain(found["classes"], "classes") if "classes" in found else [[""] * len(row) for row in scores]
    return json.dumps({"results": [list(zip(*pair)) for pair in zip(classes, scores)]})


def regress(model, body):
    """Answer a :regress request: for each example a number. Raises Refused."""
    return json.dumps({"results": plain(run_examples(model, body, {"outputs"}, "regress")["outputs"].reshape(-1), "")})


def run_examples(model, body, outputs, verb):
    """Run a signature that takes serialized examples, which `model.examples` makes from a list of {feature: [values]}."""
    request = parse(body)
    name, signature = chosen(model, request)
    if set(signature.inputs) != {"inputs"} or not set(signature.outputs) <= outputs or not hasattr(model, "examples"):
        raise Refused(400, f"the signature {name!r} is not for {verb}")
    rows, context = request.get("examples"), features(request.get("context", {}))
    if not isinstance(rows, list) or not rows:
        raise Refused(400, "'examples' must be a list that is not empty")
    return model.call(name, {"inputs": model.examples([{**context, **features(row)} for row in rows])})


def features(row):
    """One example: {name: value or flat list} as {name: list of numbers, or of bytes}."""
    if not isinstance(row, dict):
        raise Refused(400, "an example must be an object: {\"feature\": value or list}")
    found = {}
    for key, value in row.items():
        values = [unpacked(v) for v in (value if isinstance(value, list) else [value])]
        values = [int(v) if isinstance(v, bool) else v for v in values]  # true is 1 here, as in TensorFlow Serving
        kinds = {type(v) for v in values}
        if len(kinds) > 1 or kinds - {bytes, int, float}:
            raise Refused(400, f"feature {key!r} must be a whole number, a decimal or a string, or a flat list of one kind")
        if any(isinstance(v, int) and not -2**63 <= v < 2**63 for v in values):
            raise Refused(400, f"feature {key!r} holds a whole number that does not fit 64 bits")
        if not key.isascii() and key != key.encode("utf-8", "replace").decode():
            raise Refused(400, f"the name of feature {key!r} is not text")
        found[key] = values
    return found


def parse(body):
    """The body as a dict. NaN, Infinity and -Infinity are allowed, as documented; Python's json knows them."""
    if len(body) > LIMIT:
        raise Refused(413, f"the body has {len(body)} bytes, {LIMIT} are allowed")
    try:
        request = json.loads(body)
    except RecursionError:
        raise Refused(400, "the body is nested too deeply") from None
    except ValueError as error:  # not JSON, not UTF-8, or a number of thousands of digits
        raise Refused(400, f"the body is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise Refused(400, f"the body must be a JSON object, not {type(request).__name__}")
    return request


def chosen(model, request):
    """(name, signature) that the request names, else the default one."""
    name = request.get("signature_name", DEFAULT)
    name = DEFAULT if name == "" else name  # empty is the default, as in TensorFlow Serving
    if not isinstance(name, str) or name not in model.signatures:
        raise Refused(400, f"serving signature name {name!r} not found; there are {', '.join(sorted(model.signatures))}")
    return name, model.signatures[name]


def from_rows(rows, inputs):
    """"instances": a list of values where there is one input, else of objects that name every input."""
    if not isinstance(rows, list) or not rows:
        raise Refused(400, "'instances' must be a list that is not empty")
    if len(inputs) == 1 and not any(map(named, rows)):
        return {next(iter(inputs)): rows}
    for number, row in enumerate(rows):
        if not named(row) or row.keys() != inputs.keys():
            raise Refused(400, f"instance {number} must be an object with the keys {', '.join(sorted(inputs))}")
    return {key: [row[key] for row in rows] for key in inputs}


def from_columns(columns, inputs):
    """"inputs": an object that names every input, or the value alone where there is one input."""
    if len(inputs) == 1 and not named(columns):
        return {next(iter(inputs)): columns}
    if not named(columns) or columns.keys() != inputs.keys():
        raise Refused(400, f"'inputs' must be an object with the keys {', '.join(sorted(inputs))}")
    return columns


def named(value):
    """Whether a JSON value is an object of named inputs: {"b64": text} stands for a string."""
    return isinstance(value, dict) and not (value.keys() == {"b64"} and isinstance(value["b64"], str))


def tensor(value, wanted, name):
    """A nested list as an array of the dtype and shape that a signature asks for. Raises Refused, never guesses."""
    shape, leaves = [], [value]
    while leaves and isinstance(leaves[0], list):
        size = len(leaves[0])
        if not all(isinstance(item, list) and len(item) == size for item in leaves):
            raise Refused(400, f"{name}: the lists are ragged; all lists of one depth need the same length")
        shape.append(size)
        leaves = [leaf for item in leaves for leaf in item]
    if wanted.shape is not None and (
            len(shape) != len(wanted.shape) or any(w not in (None, s) for w, s in zip(wanted.shape, shape))):
        asked = ["any" if size is None else size for size in wanted.shape]
        raise Refused(400, f"{name}: shape {shape} where {asked} is asked for")
    if wanted.dtype == "string":
        leaves, allowed = [unpacked(leaf) for leaf in leaves], (bytes,)
    else:
        allowed = {"f": (int, float), "i": (int,), "u": (int,), "b": (bool,)}[np.dtype(wanted.dtype).kind]
    strange = {type(leaf) for leaf in leaves} - set(allowed)  # a set of types: True is not taken for 1
    if strange:
        kinds = ", ".join(sorted(kind.__name__ for kind in strange))
        raise Refused(400, f"{name}: {kinds} where {wanted.dtype} is asked for")
    if wanted.dtype == "string":
        return np.array(leaves, object).reshape(shape)
    try:
        exact = np.array(leaves, np.float64 if float in allowed else None)
        with np.errstate(over="ignore"):
            array = exact.astype(wanted.dtype).reshape(shape)
    except OverflowError:
        raise Refused(400, f"{name}: a number does not fit {wanted.dtype}") from None
    if not np.array_equal(np.isfinite(exact), np.isfinite(array.reshape(-1))) or (
            float not in allowed and not np.array_equal(exact, array.reshape(-1))):
        raise Refused(400, f"{name}: a number does not fit {wanted.dtype}")
    return array


def unpacked(value):
    """A JSON string as bytes, {"b64": text} as the bytes that it stands for, anything else unchanged."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, dict) and not named(value):
        try:
            return base64.b64decode("".join(value["b64"].split()), validate=True)
        except (binascii.Error, ValueError):
            raise Refused(400, "a value of 'b64' is not base64") from None
    return value


def plain(array, name):
    """An array as nested lists; bytes as text, or as {"b64": ...} where the output's name ends in _bytes."""
    if array.dtype.kind not in "OS":
        return array.tolist()
    if name.endswith("_bytes"):
        def pack(value):
            return {"b64": base64.b64encode(value).decode()}
    else:
        def pack(value):
            return value.decode("utf-8", "replace")
    packed = np.frompyfunc(pack, 1, 1)(array)
    return packed.tolist() if isinstance(packed, np.ndarray) else packed


def guarded(app):
    """The WSGI application `app` for who knows its address, and calls this machine by its own name. Others get an error.

    The contract's paths stand behind SERVER_BASE of the environment, letters drawn at random: all accounts of a machine
    reach its ports. Without the look at the name a web page whose name was made to lead to 127.0.0.1 could ask the model
    through its reader's browser. TensorFlow Serving has neither.
    """
    base = os.environ.get("SERVER_BASE", "")

    def answer(environ, start_response):
        path = environ["PATH_INFO"]
        if not loopback.is_own_name(environ.get("HTTP_HOST")):
            status, error = "400 Bad Request", "this server is asked as 127.0.0.1 or localhost"
        elif not path.startswith(f"{base}/"):
            status, error = "404 Not Found", "there is nothing at this path"
        else:
            return app({**environ, "SCRIPT_NAME": base, "PATH_INFO": path.removeprefix(base)}, start_response)
        body = json.dumps({"error": error}).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]
    return answer
