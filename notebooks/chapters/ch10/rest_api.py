"""TensorFlow Serving's REST API as documented (www.tensorflow.org/tfx/serving/api_rest), without a framework and without a
web server: request bodies become NumPy arrays, results become JSON, and what cannot be answered is refused in a sentence.
Where the documentation and the server's source disagree, this follows the source; tests/chapters/contract.toml has both.

A model is whatever has `signatures` (name -> `Signature`) and `call(name, {input: array})`, which gives {output: array}.
"""
import base64
import binascii
import json
import math
import os
import re
import zlib
from typing import NamedTuple

import numpy as np

from helpers.machine import loopback

DEFAULT = "serving_default"
LIMIT = 2**25  # bytes of a request's body, unpacked: ten photographs of 224 by 224 as JSON. The contract names none
TOO_LARGE = f"the body is too large: {LIMIT} bytes are allowed"
PATH = "side_by_side.path"  # where `guarded` leaves the path as the client wrote it, with its question mark and %3A
INTEGERS = ("int8", "uint8", "int16", "int32", "uint32", "int64", "uint64")
CARRIED = {"float32", "float64", "bool", "string", *INTEGERS}  # what JSON carries here: no float16, no uint16
EXPONENTS = re.compile(r"e\+?[0-9]{3}"), re.compile(r"E\+?[0-9]{3}")  # two are faster than [eE]
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Refused(Exception):
    """A request that the client must change: `status` (4xx, or 501) and a sentence that says why."""

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


def predict(model, request):
    """Answer a :predict request (a dict, from `parse`) as JSON text: rows in "instances", or columns in "inputs".

    Raises Refused.
    """
    name, signature = chosen(model, request)
    if not signature.inputs:
        raise Refused(400, f"the signature {brief(name)} has no inputs, so nothing can be asked of it")
    if ("instances" in request) == ("inputs" in request):
        raise Refused(400, "the request needs either 'instances' (rows) or 'inputs' (columns), and not both")
    rows = "instances" in request
    columns = (from_rows if rows else from_columns)(request["instances" if rows else "inputs"], signature.inputs)
    arrays = {key: tensor(columns[key], signature.inputs[key], key) for key in signature.inputs}
    found = model.call(name, arrays)
    if not found:
        raise Refused(400, f"the signature {brief(name)} has no outputs")
    if rows and not have_rows(found.values()):
        raise Refused(400, "the outputs do not share a first size, so they have no rows: ask with 'inputs'")
    outputs = {key: plain(value, key) for key, value in found.items()}
    if not rows:
        return json.dumps({"outputs": outputs if len(outputs) > 1 else next(iter(outputs.values()))})
    if len(outputs) == 1:
        return json.dumps({"predictions": next(iter(outputs.values()))})
    return json.dumps({"predictions": [dict(zip(outputs, row)) for row in zip(*outputs.values(), strict=True)]})


def have_rows(arrays):
    """Whether outputs can be given row by row: all have the same first size, and none is a single number."""
    first = {array.shape[:1] for array in arrays}
    return len(first) == 1 and () not in first


def classify(model, request):
    """Answer a :classify request: for each example its pairs of class and score, "" or 0.0 for what the model lacks.

    Raises Refused.
    """
    name, rows = examples(model, request)
    outputs = model.signatures[name].outputs.keys()
    if len(outputs) > 2 or not outputs & {"classes", "scores"}:
        raise Refused(400, f"the signature {brief(name)} is not for classify: its outputs are not classes and scores")
    found = model.call(name, {"inputs": model.examples(rows)})
    classes, scores = found.get("classes"), found.get("scores")
    shape = (scores if classes is None else classes).shape
    classes = np.full(shape, b"", object) if classes is None else classes
    scores = np.zeros(shape, "float32") if scores is None else scores
    if len(shape) != 2 or shape[0] != len(rows) or shape != scores.shape or classes.dtype != object or (
            scores.dtype != "float32"):
        raise Refused(400, "classes must be text and scores float32, both of the shape (examples, classes)")
    return json.dumps({"results": [list(zip(*pair)) for pair in zip(plain(classes, ""), plain(scores, ""))]})


def regress(model, request):
    """Answer a :regress request: for each example a number. Raises Refused."""
    name, rows = examples(model, request)
    if set(model.signatures[name].outputs) != {"outputs"}:
        raise Refused(400, f"the signature {brief(name)} is not for regress: its one output is not 'outputs'")
    found = model.call(name, {"inputs": model.examples(rows)})["outputs"]
    if found.shape not in ((len(rows),), (len(rows), 1)) or found.dtype != "float32":
        raise Refused(400, "outputs must be float32, one number for each example")
    return json.dumps({"results": plain(found.reshape(-1), "")})


def examples(model, request):
    """(signature's name, [{feature: values}]) of a request with "examples" and perhaps a "context". Raises Refused."""
    rows, context = request.get("examples"), features(request.get("context", {}))
    if not isinstance(rows, list) or not rows:
        raise Refused(400, "'examples' must be a list that is not empty")
    name, signature = chosen(model, request)
    if set(signature.inputs) != {"inputs"} or not hasattr(model, "examples"):
        raise Refused(400, f"the signature {brief(name)} does not take examples: its one input is not 'inputs'")
    return name, [{**context, **features(row)} for row in rows]


def features(row):
    """One example: {name: value or flat list} as {name: list of whole numbers, of decimals, or of bytes}."""
    if not isinstance(row, dict):
        raise Refused(400, "an example must be an object: {\"feature\": value or list}")
    if any(key != key.encode("utf-8", "replace").decode() for key in row):
        raise Refused(400, "the name of a feature is not text")
    return {key: feature(value if isinstance(value, list) else [value], key) for key, value in row.items()}


def feature(values, name):
    """The values of one feature, all of one kind: 0 and 0.5 are two kinds, true is the whole number 1."""
    values = [unpacked(value) for value in values]
    values = [int(value) if isinstance(value, bool) else value for value in values]
    try:
        # a whole number beyond 64 bits is a decimal, as the real server reads it
        values = [float(v) if isinstance(v, int) and not -2**63 <= v < 2**64 else v for v in values]
        kinds = {type(value) for value in values}
        if len(kinds) > 1 or kinds - {bytes, int, float}:
            raise Refused(400, f"Unexpected element type in feature: {brief(name)}; it must be a whole number, a decimal "
                               "or a string, or a flat list of one kind")
        if kinds & {int, float}:
            narrowed(np.array(values), np.int64 if kinds == {int} else np.float32)
    except OverflowError:
        raise Refused(400, f"feature {brief(name)}: a number does not fit 64 bits, or float32") from None
    return values


def parse(body, encoding=""):
    """A request's body (bytes) as a dict. encoding: its Content-Encoding; gzip is unpacked. Raises Refused.

    Read as the real server's parser reads: NaN, Infinity and -Infinity are allowed, what follows the object is not looked
    at, bytes that are no UTF-8 pass, a number that no float64 holds does not.
    """
    if "gzip" in encoding:
        body = unzipped(body)
    if len(body) > LIMIT:
        raise Refused(413, TOO_LARGE)
    text = body.decode("utf-8", "surrogateescape").removeprefix("\ufeff").lstrip(" \t\n\r")
    if not text:
        raise Refused(400, "JSON Parse error: The document is empty")
    if SURROGATE.search(text) and SURROGATE.search(re.sub(r"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..", " ", text)):
        raise Refused(400, "JSON Parse error: half a surrogate pair in a string")
    try:
        request, _ = (STRICT if may_overflow(text) else PLAIN).raw_decode(text)
    except RecursionError:
        raise Refused(400, "the body is nested too deeply") from None
    except ValueError as error:  # not JSON
        raise Refused(400, f"JSON Parse error: {error}") from None
    if not isinstance(request, dict):
        raise Refused(400, f"the body must be a JSON object, not {type(request).__name__}")
    return request


def may_overflow(text):
    """Whether a JSON text may hold a number beyond float64: an exponent of three digits, or 309 digits in a row."""
    return any(pattern.search(text) for pattern in EXPONENTS) or any(
        text[i:i + 155].isdecimal() for i in range(0, len(text), 155))  # 309 in a row fill at least one such block


def number(text):
    """A JSON number, of which Python's own reader would make infinity where it is too large."""
    if math.isinf(float(text)):
        raise ValueError("a number too large for float64")
    return int(text) if text.lstrip("-").isdecimal() else float(text)


PLAIN, STRICT = json.JSONDecoder(), json.JSONDecoder(parse_float=number, parse_int=number)


def unzipped(body):
    """What a gzip file (bytes) holds, of at most LIMIT bytes: a small file may hold very much. Raises Refused."""
    reader = zlib.decompressobj(wbits=31)  # 31: with gzip's header
    try:
        text = reader.decompress(body, LIMIT + 1)
    except zlib.error:
        text = b""
    if not reader.eof and len(text) <= LIMIT:
        raise Refused(400, "the body is not gzip, as its Content-Encoding says")
    return text


def chosen(model, request):
    """(name, signature) that the request names; the default one where it names none, or the empty one."""
    name = request.get("signature_name", DEFAULT)
    if not isinstance(name, str):
        raise Refused(400, "'signature_name' key must be a string value")
    name = name or DEFAULT
    if name not in model.signatures:
        raise Refused(400, f"Serving signature name: {brief(name)} not found in signature def; there are "
                           f"{brief(', '.join(sorted(model.signatures)), 300)}")
    return name, model.signatures[name]


def from_rows(rows, inputs):
    """"instances": a list of values where there is one input, else of objects that name every input."""
    if not isinstance(rows, list) or not rows:
        raise Refused(400, "'instances' must be a list that is not empty")
    if any(wanted.dtype not in CARRIED for wanted in inputs.values()):
        raise Refused(400, "JSON does not carry the inputs of this signature")  # 501 in columns: so does the real server
    if len(inputs) == 1 and not any(map(named, rows)):
        return {next(iter(inputs)): rows}
    for place, row in enumerate(rows):
        if not named(row) or row.keys() != inputs.keys():
            raise Refused(400, f"instance {place} must be an object with the keys {brief(', '.join(sorted(inputs)), 300)}")
    return {key: [row[key] for row in rows] for key in inputs}


def from_columns(columns, inputs):
    """"inputs": an object that names every input (others are not looked at), or the value alone where there is one."""
    if len(inputs) == 1 and not named(columns):
        return {next(iter(inputs)): columns}
    if not named(columns) or inputs.keys() - columns.keys():
        raise Refused(400, f"'inputs' must be an object with the keys {brief(', '.join(sorted(inputs)), 300)}")
    return columns


def named(value):
    """Whether a JSON value is an object of named inputs: {"b64": text} stands for a string."""
    return isinstance(value, dict) and not (value.keys() == {"b64"} and isinstance(value["b64"], str))


def tensor(value, wanted, name):
    """A nested list as an array of the dtype and shape that a signature asks for. Raises Refused, never guesses."""
    if wanted.dtype not in CARRIED:
        raise Refused(501, f"{brief(name)}: JSON does not carry {wanted.dtype}")
    shape, leaves = [], [value]
    while leaves and isinstance(leaves[0], list):
        size = len(leaves[0])
        if not all(isinstance(item, list) and len(item) == size for item in leaves):
            raise Refused(400, f"{brief(name)}: the lists are ragged; all lists of one depth need the same length")
        shape.append(size)
        leaves = [leaf for item in leaves for leaf in item]
    if wanted.shape is not None and (
            len(shape) != len(wanted.shape) or any(w not in (None, s) for w, s in zip(wanted.shape, shape))):
        asked = ["any" if size is None else size for size in wanted.shape]
        raise Refused(400, f"{brief(name)}: shape {brief(str(shape))} where {asked} is asked for")
    if wanted.dtype == "string":
        leaves, allowed = [unpacked(leaf) for leaf in leaves], (bytes,)
    else:
        allowed = {"f": (int, float), "i": (int,), "u": (int,), "b": (bool,)}[np.dtype(wanted.dtype).kind]
    strange = {type(leaf) for leaf in leaves} - set(allowed)  # a set of types: True is not taken for 1
    if strange:
        kinds = ", ".join(sorted(kind.__name__ for kind in strange))
        raise Refused(400, f"{brief(name)}: {kinds} where {wanted.dtype} is asked for")
    if len(shape) > 64:
        raise Refused(400, f"{brief(name)}: {len(shape)} sizes, NumPy's arrays have at most 64")
    if wanted.dtype == "string":
        return np.array(leaves, object).reshape(shape)
    try:
        return narrowed(np.array(leaves, np.float64 if float in allowed else None), wanted.dtype).reshape(shape)
    except OverflowError:
        raise Refused(400, f"{brief(name)}: a number does not fit {wanted.dtype}") from None


def narrowed(exact, dtype):
    """Numbers in another dtype. Decimals may be rounded. Raises OverflowError where one becomes infinite, or a whole number
    another one."""
    with np.errstate(over="ignore", invalid="ignore"):
        array = exact.astype(dtype)
    if not (np.array_equal(np.isinf(exact), np.isinf(array)) if array.dtype.kind == "f" else np.array_equal(exact, array)):
        raise OverflowError
    return array


def unpacked(value):
    """A JSON string as bytes, {"b64": text} as the bytes that it stands for, anything else unchanged."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, dict) and not named(value):
        return from_base64(value["b64"])
    return value


def from_base64(text):
    """The bytes that base64 stands for, read as absl::Base64Unescape does: white space is skipped, padding may be left out
    and may be dots, the alphabet with - and _ is another one. Raises Refused."""
    packed = b"".join(text.encode("utf-8", "surrogateescape").split())
    core = packed.rstrip(b"=.")
    if len(core) % 4 != 1 and len(packed) - len(core) in (0, -len(core) % 4):
        try:
            return base64.b64decode(core + b"=" * (-len(core) % 4), validate=True)
        except binascii.Error:
            pass  # a letter that is not of the alphabet
    raise Refused(400, "Unable to base64 decode: a value of 'b64' is not base64")


def plain(array, name):
    """An array as nested lists; bytes as text, or as {"b64": ...} where the output's name ends in _bytes."""
    if array.dtype.kind not in "OS":
        if array.dtype.name not in CARRIED:
            raise Refused(400, f"output {brief(name)}: JSON does not carry {array.dtype.name}")
        return (few_digits(array) if array.dtype == "float32" else array).tolist()
    if name.endswith("_bytes"):
        def pack(value):
            return {"b64": base64.b64encode(value).decode()}
    else:
        def pack(value):
            return value.decode("utf-8", "replace")
    packed = np.frompyfunc(pack, 1, 1)(array)
    return packed.tolist() if isinstance(packed, np.ndarray) else packed


def few_digits(array):
    """float32 as float64 that are written with few digits: 2.2, not 2.200000047683716.

    As in TensorFlow Serving: six digits where these give the float32 back, else nine, which always do.
    """
    with np.errstate(all="ignore"):
        exact = array.astype("float64")
        tens = np.floor(np.log10(np.abs(exact)))
    usual = np.abs(tens) < 14  # else powers of ten are not exact, or there are none: 0, infinity, NaN
    six, nine = (rounded(exact, digits - 1 - np.where(usual, tens, 0)) for digits in (6, 9))
    found = np.where(six.astype("float32") == array, six, nine)
    found[~usual] = [float(str(one)) for one in array[~usual]]
    return found


def rounded(exact, places):
    """float64 rounded to so many places behind the point; before it where the number is negative."""
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    return np.round(exact * up / down) * down / up


def brief(text, most=60):
    """A client's text, quoted in an error no longer than so many letters: long names are not sent back whole."""
    return text if len(text) <= most else f"{text[:most]}..."


def error(sentence):
    """The JSON text of every answer that is an error."""
    return json.dumps({"error": sentence})


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
            status, text = "400 Bad Request", error("this server is asked as 127.0.0.1 or localhost")
        elif not path.startswith(f"{base}/"):
            status, text = "404 Not Found", error("there is nothing at this path")
        else:
            raw = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""  # waitress's name for it, and gunicorn's
            raw = raw if raw.startswith(f"{base}/") else path
            inner = {"SCRIPT_NAME": base, "PATH_INFO": path.removeprefix(base), PATH: raw.removeprefix(base)}
            return app({**environ, **inner}, start_response)
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
        return [text.encode()]
    return answer
