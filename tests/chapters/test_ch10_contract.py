"""Chapter 10's servers against contract.toml, in process: behind Flask and behind Django, with a model that needs no
framework. tests/chapters/test_ch10.py sends the same rows to running servers."""
import importlib

import pytest
import werkzeug.test
from contract import NAME, ROWS, Half, agree, sent

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


@pytest.mark.parametrize("status, text", [
    (200, '{"predictions": [2.5, 3.0]}'), (400, '{"error": "x"}'), (200, '{"predictions": [2.5, 3, 4.5]}'),
    (200, '{"predictions": [2.5, 3.0, 4.5], "more": 1}')])
def test_a_wrong_answer_does_not_agree(status, text):
    assert not agree(ROWS[0], status, text) and agree(ROWS[0], 200, '{"predictions": [2.5, 3.0, 4.50]}')
