"""Chapter 10's servers against contract.toml, in process: behind Flask and behind Django, with a model that needs no
framework. tests/chapters/test_ch10.py sends the same rows to running servers."""
import importlib
import json
import re

import hypothesis
import pytest
import werkzeug.test
from contract import NAME, ROWS, Half, agree, sent
from hypothesis import strategies as st

import cells
import pipeline
from chapters.ch10 import model_store


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    """{"flask": client, "django": client} of the applications themselves, without a socket."""
    folder = tmp_path_factory.mktemp("contract")
    (folder / "1").mkdir()
    (folder / "labels.json").write_text('{"stable": 1}', encoding="utf-8")
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
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8)
FEATURES = st.dictionaries(TEXT, LEAVES | st.lists(LEAVES, max_size=3) | JSON, max_size=3)
EXAMPLES = {"examples": st.lists(FEATURES | JSON, max_size=3), "context": FEATURES | JSON}
TENSORS = {"instances": st.lists(JSON, max_size=3) | JSON, "inputs": JSON | st.dictionaries(st.sampled_from("xabcd"), JSON)}
SIGNATURES = st.sampled_from([*Half.signatures, ""]) | TEXT


@st.composite
def bodies(draw):
    """A body near to a good one: aimed at examples, aimed at tensors, or any bytes."""
    parts = draw(st.sampled_from([EXAMPLES, TENSORS, None]))
    if parts is None:
        return draw(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
    keys = draw(st.lists(st.sampled_from(list(parts)), min_size=1, max_size=2, unique=True))
    request = {key: draw(parts[key]) for key in keys} | ({"signature_name": draw(SIGNATURES)} if draw(st.booleans()) else {})
    text = json.dumps(request, ensure_ascii=draw(st.booleans()))
    return text.encode("utf-8", "surrogatepass")[:draw(st.sampled_from([None] * 9 + [-1]))]


@hypothesis.settings(max_examples=1000, deadline=None, database=None, derandomize=True,
                     suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(body=bodies(), verb=st.sampled_from(["predict", "classify", "regress"]), odd=st.integers(0, 1))
def test_no_body_whatever_is_answered_with_500(clients, body, verb, odd):
    reply = list(clients.values())[odd].post(f"/v1/models/{NAME}:{verb}", data=body)
    text = reply.get_data(as_text=True)
    assert reply.status_code in (200, 400, 501), (body, text)
    assert reply.status_code == 200 or set(json.loads(text)) == {"error"} and len(text) < 800


@pytest.mark.parametrize("kind", ["flask", "django"])
def test_after_all_that_the_answer_is_right(clients, kind):
    reply, text = ask(clients[kind], ROWS[0])
    assert agree(ROWS[0], reply.status_code, text)
