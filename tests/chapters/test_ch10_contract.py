"""Chapter 10's servers against contract.toml, in process: behind Flask and behind Django, with a model that needs no
framework. tests/chapters/test_ch10.py sends the same rows to running servers."""
import importlib
import json
import re
import sys

import hypothesis
import pytest
import werkzeug.test
from contract import NAME, ROWS, Half, agree, sent
from hypothesis import strategies as st

import cells
import family
import pipeline
from chapters.ch10 import model_config, model_store, rest_api
from helpers import process


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    """{"flask": client, "django": client} of the applications themselves, without a socket."""
    folder = tmp_path_factory.mktemp("contract")
    (folder / "1").mkdir()
    model_config.write(folder, {"model_version_policy": {"all": {}}, "version_labels": {"stable": 1}})
    served = model_store.Versions(folder, NAME, Half, every=3600)
    return {kind: werkzeug.test.Client(importlib.import_module(f"chapters.ch10.workers.serve_{kind}").application(served))
            for kind in ("flask", "django")}


def ask(client, row):
    method, path, headers, body = sent(row)
    reply = client.open(path, method=method, data=body, headers=headers)
    return reply, reply.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["flask", "django"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_the_contract_row_by_row(clients, kind, row):
    reply, text = ask(clients[kind], row)
    assert agree(row, reply.status_code, text), (reply.status_code, text[:300])
    assert reply.content_type == "application/json" and int(reply.headers["Content-Length"]) == len(text.encode())


def test_the_table_is_large_and_whole():
    assert len(ROWS) >= 120 and len({row["name"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row["source"] and ("answer" in row) != ("part" in row), row["name"]
        assert "deliberate" in row or "theirs" not in row, row["name"]


def test_lesson_10a_names_what_differs_on_purpose():
    text = "\n".join(cell.source for cell in cells.read("10a", pipeline.learner) if cell.cell_type == "markdown")
    said = text.partition("They differ on purpose")[2].partition("\n\n")[0]
    differs = {row["deliberate"].partition(":")[0] for row in ROWS if "deliberate" in row}
    assert differs == set(re.findall(r"\*\*(\w+)\*\*", said))


@pytest.mark.parametrize("status, text", [
    (200, '{"predictions": [2.5, 3.0]}'), (400, '{"error": "x"}'), (200, '{"predictions": [2.5, 3, 4.5]}'),
    (200, '{"predictions": [2.5, 3.0, 4.5], "more": 1}')])
def test_a_wrong_answer_does_not_agree(status, text):
    assert not agree(ROWS[0], status, text) and agree(ROWS[0], 200, '{"predictions": [2.5, 3.0, 4.50]}')


TEXT = st.text(st.characters(), max_size=5) | st.sampled_from(["x", "b64", "Zm9v", "NaN", "\ud800"])
NUMBERS = st.integers(-2**66, 2**66) | st.floats() | st.sampled_from([0, -0.0, 1e300, 10**400, 2**63, 2**64])
LEAVES = st.none() | st.booleans() | NUMBERS | TEXT
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8)
FEATURES = st.dictionaries(TEXT, LEAVES | st.lists(LEAVES, max_size=3) | JSON, max_size=3)
EXAMPLES = {"examples": st.lists(FEATURES | JSON, max_size=3), "context": FEATURES | JSON}
TENSORS = {"instances": st.lists(JSON, max_size=3) | JSON, "inputs": JSON | st.dictionaries(st.sampled_from("xabcd"), JSON)}
SIGNATURES = st.sampled_from([*Half.signatures, ""]) | TEXT


GOOD = [(sent(row)[1], json.loads(row["body"])) for row in ROWS
        if row["status"] == 200 and row.get("body", "").endswith("}")]
VERBS = [f"/v1/models/{NAME}:{verb}" for verb in ("predict", "classify", "regress")]


@st.composite
def requests(draw):
    """(path, body): a good request of the table with up to two places changed, one made of the parts, or any bytes."""
    kind = draw(st.sampled_from(["good", "good", "good", "examples", "tensors", "bytes"]))
    if kind == "bytes":
        texts = JSON.map(lambda value: json.dumps(value).encode())
        return draw(st.sampled_from(VERBS)), draw(st.binary(max_size=60) | texts)
    if kind == "good":
        path, request = draw(st.sampled_from(GOOD))
        for _ in range(draw(st.integers(0, 2))):
            request = changed(draw, request)
    else:
        parts, path = (EXAMPLES if kind == "examples" else TENSORS), draw(st.sampled_from(VERBS))
        request = {key: draw(parts[key]) for key in draw(st.lists(st.sampled_from(list(parts)), min_size=1, unique=True))}
        request |= {"signature_name": draw(SIGNATURES)} if draw(st.booleans()) else {}
    text = json.dumps(request, ensure_ascii=draw(st.booleans()))
    return path, text.encode("utf-8", "surrogatepass")[:draw(st.sampled_from([None] * 9 + [-1]))]


def changed(draw, value):
    """A JSON value with one place changed."""
    if not isinstance(value, (dict, list)) or not value or draw(st.integers(0, 5)) == 0:
        return draw(LEAVES | JSON)
    copy = value.copy()
    place = draw(st.sampled_from(list(value) if isinstance(value, dict) else range(len(value))))
    copy[place] = changed(draw, value[place])
    return copy


@hypothesis.settings(max_examples=1000, deadline=None, database=None, derandomize=True,
                     suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(request=requests(), how=st.sampled_from(["flask", "django"]))
def test_no_body_whatever_is_answered_with_500(clients, request, how):
    path, body = request
    reply = clients[how].post(path, data=body)
    text = reply.get_data(as_text=True)
    assert reply.status_code in (200, 400, 501), (path, body, text)
    assert reply.status_code == 200 or set(json.loads(text)) == {"error"} and len(text) < 800


@pytest.mark.parametrize("kind", ["flask", "django"])
def test_after_all_that_the_answer_is_right(clients, kind):
    reply, text = ask(clients[kind], ROWS[0])
    assert agree(ROWS[0], reply.status_code, text)


# Models of every kind: what loads, what is refused at load, what each answers

ODD_TORCH = """
import json, pathlib, sys, tempfile
import torch
from chapters.ch10 import rest_api
from chapters.ch10.workers import model_torch

def model(function, *example, **more):
    class Odd(torch.nn.Module):
        def forward(self, *inputs, **named):
            return function(*inputs, **named)
    program = torch.export.export(Odd(), example, **more)
    folder = pathlib.Path(tempfile.mkdtemp())
    torch.export.save(program, folder / "model.pt2")
    try:
        return model_torch.Model(folder)
    except ValueError as error:
        return str(error)

def ask(model, key, value):
    try:
        return json.loads(rest_api.predict(model, {key: value}))
    except rest_api.Refused as refused:
        return [refused.status, str(refused)]

x = torch.ones(2)
found = {
    "tuple": ask(model(lambda x: (x, x.sum()), x), "inputs", [1, 2]),
    "nested": ask(model(lambda x: {"a": x, "b": [x.sum(), 3, True]}, x), "inputs", [1, 2]),
    "number": ask(model(lambda x: {"size": x.shape[0], "x": x}, x), "inputs", [1, 2]),
    "bfloat16 in, columns": ask(model(lambda x: x.float(), x.bfloat16()), "inputs", [1, 2]),
    "bfloat16 in, rows": ask(model(lambda x: x.float(), x.bfloat16()), "instances", [1, 2]),
    "bfloat16 out": ask(model(lambda x: x.bfloat16(), x), "inputs", [1, 2]),
    "float16 out": ask(model(lambda x: x.half(), x), "inputs", [1, 2]),
    "refuses": ask(model(torch.nn.Embedding(3, 1), torch.tensor([0, 1])), "inputs", [0, 7]),
    "warm-up refused": ask(model(lambda x: torch.linalg.inv(x), torch.eye(2)), "inputs", [[1, 0], [0, 1]]),
    "complex": model(lambda x: torch.complex(x, x), x),
    "sparse": model(lambda x: x.to_sparse(), x),
    "None": model(lambda x: {"a": x, "b": None}, x)}
print(json.dumps(found))
"""
ODD_TF = """
import json, sys, tempfile
from chapters.ch10 import rest_api
from chapters.ch10.workers import model_tf
import tensorflow as tf  # after the module that keeps Keras out

def model(function, *specs):
    module = tf.Module()
    module.f = tf.function(function, input_signature=specs)
    folder = tempfile.mkdtemp()
    tf.saved_model.save(module, folder, signatures={"serving_default": module.f})
    try:
        return model_tf.Model(folder)
    except ValueError as error:
        return str(error)

def ask(model, key, value):
    try:
        return json.loads(rest_api.predict(model, {key: value}))
    except rest_api.Refused as refused:
        return [refused.status, str(refused)]

def spec(dtype, shape=(None,)):
    return tf.TensorSpec(shape, dtype, name="x")

kinds = {}
for dtype in (tf.int8, tf.uint8, tf.int16, tf.uint16, tf.int32, tf.uint32, tf.int64, tf.uint64, tf.bool, tf.string,
              tf.float16, tf.bfloat16, tf.float32, tf.float64):
    one = {tf.bool: True, tf.string: "1"}.get(dtype, 1)
    kinds[dtype.name] = ask(model(lambda x: {"y": tf.identity(x)}, spec(dtype)), "inputs", [one])

def picky(x):
    with tf.control_dependencies([tf.debugging.assert_positive(x)]):
        return {"y": tf.identity(x)}

anything = model(lambda x: {"y": tf.identity(x)}, spec(tf.float32, None))
found = {
    "kinds": kinds, "any rank": [ask(anything, "inputs", value) for value in (1, [1], [[[1]]], [[]])],
    "bfloat16 out": ask(model(lambda x: {"y": tf.cast(x, tf.bfloat16)}, spec(tf.float32)), "instances", [1]),
    "warm-up refused": [ask(model(picky, spec(tf.float32)), "inputs", value) for value in ([1], [0])],
    "complex": model(lambda x: {"y": tf.complex(x, x)}, spec(tf.float32)),
    "of Keras": [name for name in sys.modules if name.startswith("keras.")]}
print(json.dumps(found))
"""


def told_by(code):
    done = process.command([sys.executable, "-c", code], family.LONG, process.lean())
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_torch_model_of_any_structure_is_answered_or_refused():
    found = told_by(ODD_TORCH)
    assert found["tuple"] == {"outputs": {"output_0": [1, 2], "output_1": 3}}
    assert found["nested"] == {"outputs": {"a": [1, 2], "b_0": 3, "b_1": 3, "b_2": True}}
    assert found["number"] == {"outputs": {"size": 2, "x": [1, 2]}}
    assert found["warm-up refused"] == {"outputs": [[1, 0], [0, 1]]}
    assert found["bfloat16 in, columns"][0] == 501
    for name in ("bfloat16 in, rows", "bfloat16 out", "float16 out", "refuses"):
        assert found[name][0] == 400, name
    assert "complex64" in found["complex"] and "sparse" in found["sparse"] and "None" in found["None"]


@pytest.mark.slow
def test_a_saved_model_of_any_type_is_answered_or_refused():
    found = told_by(ODD_TF)
    for name, answer in found["kinds"].items():
        if name in rest_api.CARRIED:
            assert answer == {"outputs": [{"bool": True, "string": "1"}.get(name, 1)]}, name
        else:
            assert answer[0] == 501 and name in answer[1], name
    assert found["any rank"] == [{"outputs": value} for value in (1, [1], [[[1]]], [[]])]
    assert found["bfloat16 out"][0] == 400 and "complex64" in found["complex"]
    assert found["of Keras"] == [], "loading it takes a server nearly as long as TensorFlow"
    good, bad = found["warm-up refused"]
    assert good == {"outputs": [1]} and bad[0] == 400
