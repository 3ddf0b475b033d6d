"""Chapter 10: the contract against TensorFlow Serving's documented examples, on every server; bad input; versions; ends;
what its lessons share and judge."""
import ast
import concurrent.futures
import contextlib
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import types
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import contract
import hypothesis
import numpy as np
import psutil
import pytest
from contract import BUILD_TF, NAME
from hypothesis import strategies as st

import cells
import family
import pipeline
from chapters.ch10 import checks, exhibits, figures, loads, model_config, model_store, rest_api, servers, training
from helpers import ROOT, data, process, timing, web
from helpers.machine import loopback

BUILD_TORCH = """
import pathlib, sys
import torch

class Half(torch.nn.Module):
    def __init__(self, b):
        super().__init__()
        self.b = b

    def forward(self, x):
        return {"y": 0.5 * x + self.b}

folder, *numbers = sys.argv[1:]
for number in numbers:
    place = pathlib.Path(folder, number)
    place.mkdir(parents=True)
    program = torch.export.export(Half(float(number) + 1), (torch.ones(3),), dynamic_shapes=({0: torch.export.Dim("n")},))
    torch.export.save(program, place / "model.pt2")
"""
KINDS = ["flask tf", "django torch", "gunicorn torch", "flask plain", "django plain", "tensorflow_model_server tf"]
"""Web server and model; "plain": contract.Half, which needs no framework, and whose server therefore starts at once."""
PLAIN = f"import sys\nsys.path.append({str(ROOT / 'tests' / 'chapters')!r})\nfrom contract import Half as Model\n"


def ask(url, body=None, method=None, headers=()):
    """(status, answer) of a request; a body that is no bytes goes as JSON."""
    body = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with web.open_url(urllib.request.Request(url, body, dict(headers), method=method), timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Folders with versions 1 and 2 of half_plus_two (2 adds three), as each side exports them; and `course`."""
    folder = tmp_path_factory.mktemp("models")
    course(folder / "course", PLAIN)
    for number in "12":
        (folder / "plain" / number).mkdir(parents=True)
    for side, code in (("tf", BUILD_TF), ("torch", BUILD_TORCH)):
        (folder / f"build_{side}.py").write_text(code, encoding="utf-8")
        build = [sys.executable, folder / f"build_{side}.py", folder / side, "1", "2"]
        done = process.command(build, family.LONG, process.lean())
        assert done.returncode == 0, done.stderr
    return folder


def course(folder, model):
    """The chapter's files beside an open notebook in `folder`, where this text is what serves PyTorch's models."""
    own = ROOT / "notebooks" / "chapters"
    shutil.copytree(own / "ch10", folder / "chapters" / "ch10", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(own / "__init__.py", folder / "chapters")
    (folder / "chapters" / "ch10" / "workers" / "model_torch.py").write_text(model, encoding="utf-8")


@contextlib.contextmanager
def served(store, kind, folder):
    """A context with a running server of that kind over version 1 in `folder`; skips where it cannot be had."""
    with contextlib.ExitStack() as stack:
        with contextlib.chdir(store / "course" if kind.endswith("plain") else ROOT):
            running = stack.enter_context(starting(store, kind, folder))
        yield running


def starting(store, kind, folder):
    how, side = kind.split()
    if how == "gunicorn" and os.name != "posix":
        pytest.skip("gunicorn needs fork")
    shutil.copytree(store / side / "1", folder / "1")
    if how == "tensorflow_model_server":
        context = servers.tensorflow_model_server(folder, NAME)
        if context is None:
            pytest.skip("NOT MEASURED: tensorflow_model_server is neither on PATH nor a local Docker image")
        return context
    side = side.replace("plain", "torch")  # of the folder `course`
    if how == "gunicorn":
        return servers.gunicorn("django", folder, NAME, side)
    return getattr(servers, how)(folder, NAME, side)


@pytest.fixture(scope="module", params=KINDS)
def server(request, store, tmp_path_factory):
    """(kind, the model's URL) of each server in turn."""
    folder = tmp_path_factory.mktemp("served")
    model_config.write(folder, {"model_version_policy": {"all": {}}, "version_labels": {"stable": 1}})
    with served(store, request.param, folder) as running:
        yield request.param, f"{running.url}/v1/models/{NAME}"


@pytest.mark.slow
def test_the_table_of_the_contract(server):
    """contract.toml over a socket: all of it but where a .pt2 file answers, which has the default signature alone."""
    kind, url = server
    parts, wrong = urlsplit(url), {}
    base = parts.path.removesuffix(f"/v1/models/{NAME}")
    agree = contract.agree_there if "tensorflow_model_server" in kind else contract.agree
    for row in contract.ROWS:
        method, path, headers, body = contract.sent(row)
        if kind.endswith("torch") and not contract.is_of_default_signature(row) or (
                "gunicorn" in kind and len(body or b"") > rest_api.LIMIT):  # it answers before it has read, and closes
            continue
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        connection.request(method, base + path, body, headers)
        reply = connection.getresponse()
        text, status = reply.read().decode("utf-8", "replace"), reply.status
        connection.close()
        if not agree(row, status, text):
            wrong[row["name"]] = status, text[:200]
    assert not wrong


BAD = {b"": 400, b"hello": 400, b"\xff": 400, b"[1]": 400, b"{}": 400, b'{"instances": []}': 400, b'{"instances": 3}': 400,
       b'{"instances": [[1], [2, 3]]}': 400, b'{"instances": [[1]]}': 400, b'{"instances": ["1"]}': 400,
       b'{"instances": [true]}': 400, b'{"instances": [null]}': 400, b'{"instances": [1e300]}': 400,
       b'{"instances": [1], "inputs": [1]}': 400, b'{"instances": [1], "signature_name": "no"}': 400,
       b'{"instances": [1], "signature_name": 3}': 400, b'{"instances": [{"y": 1}]}': 400,
       b'{"instances": [{"x": 1}, 2]}': 400, b'{"inputs": {"y": [1]}}': 400, b'{"inputs": 1}': 400, b"[" * 50_000: 400,
       b'{"instances": [' + b"9" * 5000 + b"]}": 400}


@pytest.mark.slow
def test_bad_input_gets_a_4xx_and_a_sentence(server):
    kind, url = server
    found = {body[:60]: ask(f"{url}:predict", body) for body in BAD}
    if "tensorflow_model_server" not in kind:
        assert {body: status for body, (status, _) in found.items()} == {body[:60]: status for body, status in BAD.items()}
    found |= {path: ask(url + path, {"instances": [1.0]}) for path in (
        "x:predict", "/versions/9:predict", "/versions/99999999999999999999:predict", "/versions/x:predict", ":guess", "/",
        "/labels/none:predict", "//:predict")}
    for key in ("signature_name", "instances"):
        found[f"a long {key}"] = ask(f"{url}:predict", {"instances": [1.0], key: "x" * 500_000})
    found["a long path"] = ask(f"{url}{'x' * 5000}:predict", {"instances": [1.0]})
    found["status of no version"] = ask(f"{url}/versions/9")
    for what, (status, answer) in found.items():
        assert 400 <= status < 500 and set(answer) == {"error"}, (what, status, answer)
        assert "Traceback" not in answer["error"] and ".py" not in answer["error"], (what, answer)
        assert len(answer["error"]) < 400, what
    assert ask(f"{url}:predict", {"instances": [1.0]}) == (200, {"predictions": [2.5]})


@pytest.mark.slow
def test_a_request_by_another_name_than_the_machines_own_is_refused(server):
    """A page from elsewhere whose name was made to lead to 127.0.0.1 says that name."""
    kind, url = server
    if "tensorflow_model_server" in kind:
        pytest.skip("TensorFlow Serving does not look at the Host")
    port = urlsplit(url).port
    for host, status in ((f"localhost:{port}", 200), ("127.0.0.1", 200), (f"evil.example:{port}", 400)):
        found, answer = ask(url, headers={"Host": host})
        assert found == status and (set(answer) == {"error"}) == (status == 400), (host, answer)


NO_FRAMEWORK = """
from chapters.ch10.rest_api import DEFAULT, Signature, Tensor

class Model:
    signatures = {DEFAULT: Signature({"x": Tensor("float32", (None,))}, {})}

    def __init__(self, folder):
        pass

    def call(self, name, arrays):
        return {"y": 0.5 * arrays["x"] + 2}
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["flask", "django"])
def test_two_users_of_one_machine_do_not_reach_each_others_models(how, tmp_path, monkeypatch):
    """All accounts share the loopback: one can find another's port, and must not get past it without the address."""
    course(tmp_path, NO_FRAMEWORK)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits" / "1").mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        ada, grace = (stack.enter_context(getattr(servers, how)(tmp_path / "digits", NAME, "torch")) for _ in range(2))
        secrets = [urlsplit(server.url).path for server in (ada, grace)]
        assert all(re.fullmatch("/[0-9a-f]{32}", secret) for secret in secrets) and len(set(secrets)) == 2
        request, port = {"instances": [1.0]}, f"http://127.0.0.1:{ada.port}"
        assert ask(f"{ada.url}/v1/models/{NAME}:predict", request) == (200, {"predictions": [2.5]})
        assert ask(f"{ada.url}/v1/models/{NAME}")[0] == 200
        for base in ("", secrets[1], secrets[0][:-1], secrets[0].upper()):
            for path, body in (("", None), ("/metadata", None), (":predict", request)):
                found, answer = ask(f"{port}{base}/v1/models/{NAME}{path}", body)
                assert found == 404 and set(answer) == {"error"}
                assert NAME not in answer["error"] and secrets[0] not in answer["error"]
        for server in (ada, grace):
            said = family.command_lines([*family.of(server.pid), *psutil.Process(server.pid).parents()])
            assert not any(secret in said for secret in secrets), "every account can read command lines"


@pytest.mark.slow
def test_every_server_of_ours_is_silent_to_who_does_not_know_its_address(server):
    kind, url = server
    if "tensorflow_model_server" in kind:
        pytest.skip("TensorFlow Serving answers everybody")
    parts = urlsplit(url)
    assert re.fullmatch(f"/[0-9a-f]{{32}}/v1/models/{NAME}", parts.path)
    found, answer = ask(f"http://{parts.netloc}/v1/models/{NAME}")
    assert found == 404 and set(answer) == {"error"} and NAME not in answer["error"]


def test_on_a_hub_a_server_that_answers_everybody_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "tensorflow_model_server").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "tensorflow_model_server").chmod(0o755)
    monkeypatch.setattr(servers.shutil, "which", lambda name: str(tmp_path / name))
    monkeypatch.delenv(web.HUB, raising=False)
    assert servers.is_tensorflow_model_server_here()
    monkeypatch.setenv(web.HUB, "/user/ada/")
    assert not servers.is_tensorflow_model_server_here()


@pytest.mark.parametrize("host, own", [
    (None, True), ("127.0.0.1", True), ("LOCALHOST:80", True), ("[::1]:80", True), ("", False), ("evil.example", False),
    ("127.0.0.1.evil.example", False), ("localhost:80@evil.example", False), ("127.0.0.1\n", False)])
def test_the_names_of_this_machine(host, own, monkeypatch):
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    assert loopback.is_own_name(host) == own
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    assert loopback.is_own_name(host), "a hub's proxy hands on what the browser said"


@pytest.mark.slow
def test_too_large_a_body_is_refused(server):
    kind, url = server
    try:
        status, _ = ask(f"{url}:predict", b" " * 40_000_000)
        assert status == 413 or (status == 400 and "tensorflow_model_server" in kind)
    except urllib.error.URLError:
        assert "gunicorn" in kind, "gunicorn answers before it has read, and closes: a client that only writes sees a reset"
    assert ask(f"{url}:predict", {"instances": [1.0]})[0] == 200


UNREADABLE = {b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n": {400},
              b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: guess\r\n\r\n": {501},
              b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n": {413, 404},
              b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 300_000 + b"\r\n\r\n": {431},
              b"GET /" + b"x" * 300_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n": {414, 431},
              b"\x00\x01\r\n\r\n": {400}}


@pytest.mark.slow
def test_what_the_web_server_itself_refuses_is_told_in_json(server):
    kind, url = server
    if "tensorflow_model_server" in kind:
        pytest.skip("libevent's own errors are HTML")
    for text, statuses in UNREADABLE.items():
        with socket.create_connection(("127.0.0.1", urlsplit(url).port), timeout=60) as connection:
            connection.sendall(text)
            reply = http.client.HTTPResponse(connection)
            with contextlib.suppress(ConnectionResetError):  # it need not read all before it answers and closes
                reply.begin()
                answer = json.loads(reply.read())
                assert reply.status in statuses, (text[:60], answer)
                assert set(answer) == {"error"} and len(answer["error"]) < 400
                assert reply.headers["Content-Type"] == "application/json"
    assert ask(f"{url}:predict", {"instances": [1.0]}) == (200, {"predictions": [2.5]})


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3) | st.just("b64"), inner,
                                                                                max_size=3), max_leaves=8)
KEYS = ("instances", "inputs", "signature_name", "examples", "context")
BODIES = st.binary(max_size=60) | JSON.map(lambda v: json.dumps(v).encode()) | st.dictionaries(
    st.sampled_from(KEYS), JSON, max_size=3).map(lambda v: json.dumps(v).encode())


@pytest.mark.slow
@hypothesis.settings(max_examples=60, deadline=None, database=None, derandomize=True,
                     suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(body=BODIES, verb=st.sampled_from(["predict", "classify", "regress"]),
                  named=st.sampled_from([None, "tensorflow/serving/regress", "classify", "two"]))
def test_no_body_whatever_makes_a_server_fail(server, body, verb, named):
    if named:
        with contextlib.suppress(ValueError):
            value = json.loads(body)
            body = json.dumps({**value, "signature_name": named}).encode() if isinstance(value, dict) else body
    status, answer = ask(f"{server[1]}:{verb}", body)
    assert status == 200 or (400 <= status < 500 and set(answer) == {"error"}), (body, status, answer)
    assert "Traceback" not in json.dumps(answer)


@pytest.mark.slow
def test_slow_clients_and_cut_connections_hold_nobody_up(server):
    kind, url = server
    if "gunicorn" in kind:
        pytest.skip("gunicorn's threads read the bodies themselves: it belongs behind a proxy, as the chapter says")
    port, path = urlsplit(url).port, urlsplit(url).path
    head = f"POST {path}:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for text in [f"POST {path}".encode()] * 15 + [head + b"{"] * 15:
            stack.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(text)
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port)) as cut:
                cut.sendall(head + b'{"instances"')
        assert ask(f"{url}:predict", {"instances": [1.0]}) == (200, {"predictions": [2.5]})
    assert ask(f"{url}:predict", {"instances": [1.0]}) == (200, {"predictions": [2.5]})


# A new version under load

@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flask tf", "django torch", "gunicorn plain", "tensorflow_model_server tf"])
def test_a_version_goes_live_without_a_lost_request_and_the_old_one_drains(store, tmp_path, kind):
    folder, began, stop = tmp_path / "live", tmp_path / "began", tmp_path / "stop"
    folder.mkdir()
    with served(store, kind, folder) as running:
        url = f"{running.url}/v1/models/{NAME}"
        job = {"url": f"{url}:predict", "body": '{"instances": [1.0]}', "clients": 8, "seconds": 100, "most": 10**6,
               "began": began, "until": stop}
        with _load(job) as load:
            _until(began.exists)
            shutil.copytree(store / kind.split()[1] / "2", tmp_path / "new")
            os.rename(tmp_path / "new", folder / "2")
            new = {"predictions": [3.5]}  # so often: gunicorn has two processes, each with its own look
            _until(lambda: all(ask(f"{url}:predict", {"instances": [1.0]})[1] == new for _ in range(20)))
            if "gunicorn" not in kind:  # of its two processes each answers for itself
                _until(lambda: {row["version"]: row["state"] for row in ask(url)[1]["model_version_status"]}
                       == {"2": "AVAILABLE", "1": "END"})
                assert ask(f"{url}/versions/1:predict", {"instances": [1.0]})[0] == 404
            stop.touch()
        assert load["lost"] == [] and len(load["took"]) > 8, "each client asks once more when all is over"
        assert {json.loads(text)["predictions"][0] for text in load["answers"]} == {2.5, 3.5}
        if "gunicorn" not in kind:
            changes = np.diff(np.array([json.loads(load["answers"][k])["predictions"][0] for k in load["answer"]]))
            assert (changes > 0).sum() <= 16, "after the switch only requests that were under way give the old answer"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["flask", "django"])
def test_a_server_runs_the_model_that_the_learner_has_edited(tmp_path, monkeypatch, how):
    """Beside a copy of the notebook lie edited workers; a server takes the model's file from its own side."""
    course(tmp_path, NO_FRAMEWORK.replace("0.5 * ", "50 * "))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits" / "1").mkdir(parents=True)
    with getattr(servers, how)(tmp_path / "digits", NAME, "torch") as running:
        url = f"{running.url}/v1/models/{NAME}"
        assert ask(f"{url}:predict", {"instances": [1.0]}) == (200, {"predictions": [52.0]})


@contextlib.contextmanager
def _load(job):
    """The load worker in the background; its report is in the dict when the block is over."""
    report = {}
    thread = threading.Thread(target=lambda: report.update(process.run("ch10/load", job, 150)[0]))
    thread.start()
    yield report
    thread.join(160)
    assert report, "the load worker did not report"


@pytest.mark.parametrize("seconds, most", [(0, 10**6), (100, 0)])
def test_however_a_load_ends_each_client_has_asked_once(tmp_path, seconds, most):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response_only(200)
            self.end_headers()
            self.wfile.write(b"an answer")

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        job = {"url": f"http://127.0.0.1:{server.server_port}/", "body": "", "clients": 3, "seconds": seconds, "most": most,
               "began": tmp_path / "began"}
        load, = process.run("ch10/load", job, 120)
        server.shutdown()
    assert len(load["took"]) >= 3 and load["answers"] == ["an answer"] and (tmp_path / "began").exists()


def _until(question):
    assert web.wait_until(question, 60, pause=0.05), "it did not come true in time"


class Fake:
    """A model without a framework: adds its version's number."""
    signatures = {"serving_default": rest_api.Signature({"x": rest_api.Tensor("float32", (None,))}, {})}

    def __init__(self, folder):
        if (folder / "broken").exists():
            raise ValueError("a broken file")
        self.number = int(folder.name)

    def call(self, name, arrays):
        return {"y": arrays["x"] + self.number}


def states(kept):
    return {row["version"]: row["state"] for row in json.loads(model_store.status(kept))["model_version_status"]}


def test_versions_are_loaded_labeled_kept_and_let_go(tmp_path):
    (tmp_path / "1").mkdir()
    kept = model_store.Versions(tmp_path, "m", Fake, every=3600)
    number, old = kept.pick()
    (tmp_path / "2").mkdir()
    (tmp_path / "notes").mkdir()
    kept.look()
    assert number == 1 and kept.pick()[0] == 2 and states(kept) == {"2": "AVAILABLE", "1": "UNLOADING"}, "a request holds it"
    del old
    assert states(kept) == {"2": "AVAILABLE", "1": "END"}
    with pytest.raises(rest_api.Refused, match="version 1"):
        kept.pick(1)
    model_config.write(tmp_path, {"model_version_policy": {"specific": {"versions": [1, 2]}},
                                  "version_labels": {"stable": 1, "lost": 7}})
    kept.look()
    assert kept.pick(label="stable")[0] == 1 and kept.pick()[0] == 2
    with pytest.raises(rest_api.Refused, match="version 7"):
        kept.pick(label="lost")
    model_config.write(tmp_path, {"model_version_policy": {"latest": {"num_versions": 2}}})
    kept.look()
    with pytest.raises(rest_api.Refused, match="stable"):
        kept.pick(label="stable")
    (tmp_path / "3" / "broken").mkdir(parents=True)
    kept.look()
    assert kept.pick()[0] == 2 and kept.pick(1)[0] == 1, "a version that does not load changes nothing"
    assert "a broken file" in model_store.status(kept, 3)
    shutil.rmtree(tmp_path / "3")
    kept.look()
    (tmp_path / "3").mkdir()
    kept.look()
    assert kept.pick()[0] == 3, "mended, it goes live"
    for number in "123":
        shutil.rmtree(tmp_path / number)
    kept.look()
    assert kept.pick()[0] == 3, "never without an answer"


def test_a_folder_without_a_version_is_said(tmp_path):
    with pytest.raises(ValueError, match="no version that loads"):
        model_store.Versions(tmp_path, "m", Fake)


# The contract alone

def test_features_of_an_example():
    found = rest_api.features({"a": [True, False], "b": 0.5, "c": "x", "d": [], "e": 2**70})
    assert found == {"a": [1, 0], "b": [0.5], "c": [b"x"], "d": [], "e": [2.0**70]}
    assert [type(v) for v in found["a"]] == [int] * 2
    for odd in ({"a": [1, 0.5]}, {"a": [[1]]}, {"a": 2**63}, {"a": 10**400}, {"a": 1e300}, {"a": None}, {"a": {}}):
        with pytest.raises(rest_api.Refused):
            rest_api.features(odd)


@pytest.mark.parametrize("shapes, rows", [([(3,), (3, 2)], True), ([(3,), (2,)], False), ([()], False), ([(3,), ()], False)])
def test_outputs_have_rows_or_not(shapes, rows):
    assert rest_api.have_rows([np.zeros(shape) for shape in shapes]) == rows


@pytest.mark.parametrize("value", [2.2, 0.2, 1 / 3, 0.0, -0.0, 9e6, 1e-45, 3.4e38, 1e-30, float("inf"), float("nan")])
def test_few_digits_give_the_number_back(value):
    """As the real server writes: six digits where these give the float32 back, else nine."""
    array = np.array([value, -value], "float32")
    found = rest_api.few_digits(array)
    np.testing.assert_array_equal(found.astype("float32"), array)
    assert all(len(f"{abs(one)!r}".partition("e")[0].strip("0.").replace(".", "")) <= 9 for one in found.tolist())


def test_few_digits_are_those_of_the_source():
    array = np.random.default_rng(0).standard_normal(20_000) * 10.0 ** np.arange(-10, 10).repeat(1000)
    array = array.astype("float32")
    for value, found in zip(array.tolist(), rest_api.few_digits(array).tolist()):
        six = float(f"{value:.6g}")
        assert found == (six if np.float32(six) == np.float32(value) else float(f"{value:.9g}"))


@pytest.mark.parametrize("value, dtype, shape, right", [
    ([[1, 2], [3, 4]], "float32", None, [[1, 2], [3, 4]]),
    ([[1, 2], [3, 4]], "float32", (None, 2), [[1, 2], [3, 4]]), (3, "int32", (), 3), ([[], []], "float32", (2, 0), [[], []]),
    ([True, False], "bool", (2,), [True, False]), ([255], "uint8", (1,), [255]), ([2**62], "int64", (1,), [2**62]),
    ([1e-300], "float32", (1,), [0])])
def test_nested_lists_become_arrays(value, dtype, shape, right):
    array = rest_api.tensor(value, rest_api.Tensor(dtype, shape), "x")
    assert array.dtype == dtype and np.array_equal(array, np.reshape(np.array(right, dtype), np.shape(array)))


@pytest.mark.parametrize("value, dtype, shape, said", [
    ([1, [2]], "float32", (None,), "int|list"), ([[1], 2], "float32", (None, 1), "ragged"), ([1], "float32", (2,), "shape"),
    ([1, 2.0], "int64", (2,), "float"), ([256], "uint8", (1,), "does not fit"), ([-1], "uint8", (1,), "does not fit"),
    ([2**64], "int64", (1,), "does not fit"), ([10**400], "float32", (1,), "does not fit"), ([1], "bool", (1,), "int"),
    ([4e38], "float32", (1,), "does not fit"), ({"a": 1}, "float32", (), "dict"), ([1], "string", (1,), "int")])
def test_what_does_not_fit_is_refused(value, dtype, shape, said):
    with pytest.raises(rest_api.Refused, match=said):
        rest_api.tensor(value, rest_api.Tensor(dtype, shape), "x")


# Servers end

def alive(one):
    with contextlib.suppress(psutil.NoSuchProcess):
        return one.is_running() and one.status() != psutil.STATUS_ZOMBIE  # is_running: the pid is not another's by now
    return False


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flask plain", "django plain", "flask tf", "gunicorn plain"])
def test_a_server_listens_on_loopback_only_and_ends_with_an_interrupt(store, tmp_path, kind):
    with pytest.raises(KeyboardInterrupt), served(store, kind, tmp_path) as running:
        started = family.of(running.pid)
        assert {address.ip for address in family.listening(started)} == {"127.0.0.1"}
        raise KeyboardInterrupt
    assert not listens(running.port) and not any(map(alive, started))


START = """
import signal, sys, time
from chapters.ch10 import servers
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins with SIGINT ignored
with getattr(servers, sys.argv[1])(*sys.argv[2:]) as server:
    print(server.port, flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("kind", ["flask", "django", "gunicorn"])
def test_nothing_is_left_when_the_kernel_ends(store, tmp_path, kind, how):
    (tmp_path / "1").mkdir()
    arguments = ["flask"] * (kind == "gunicorn") + [tmp_path, NAME, "torch"]
    kernel = subprocess.Popen([sys.executable, "-c", START, kind, *arguments], cwd=store / "course",
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = int(kernel.stdout.readline())
    assert listens(port)
    kernel.send_signal(how)
    kernel.wait(timeout=family.LONG)
    kernel.stdout.close()
    _until(lambda: not listens(port))


# What the lessons share

def source(place, name):
    """A function or class of a lesson ("10a") or of a module's file, as text that is the same where the code is."""
    found = [cell.source for cell in cells.read(place, pipeline.learner) if cell.cell_type == "code"] if (
        isinstance(place, str)) else [place.read_text(encoding="utf-8")]
    node, = (node for text in found for node in ast.parse(text).body if getattr(node, "name", None) == name)
    node.name = "same"
    node.body = [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    return ast.unparse(node)


@pytest.mark.parametrize("name, module, there", [
    ("Digit", "digit_torch", "Digit"), ("network_torch", "digit_torch", "network"),
    ("export_torch", "digit_torch", "export"),
    ("network_tf", "digit_tf", "network"), ("export_tf", "digit_tf", "export"), ("ask", "client", "ask")])
def test_later_lessons_use_what_lesson_10a_shows(name, module, there):
    chapter = ROOT / "notebooks" / "chapters" / "ch10"
    assert source("10a", name) == source(chapter / f"{module}.py", there)


def test_the_networks_slopes_are_those_of_its_loss():
    rng, small = np.random.default_rng(0), 1e-6
    w = training.weights(data.digits(), 0, epochs=0)
    w = {name: array.astype("float64") for name, array in w.items()}
    pictures, labels = rng.uniform(size=(5, 64)), np.arange(5)

    def loss(w):
        hidden = np.maximum(pictures @ w["hidden"] + w["hidden bias"], 0)
        scores = hidden @ w["digit"] + w["digit bias"]
        return float(np.mean(np.log(np.exp(scores).sum(1)) - scores[labels, labels]))

    for name, slope in training._slopes(w, pictures, labels).items():
        place = np.unravel_index(np.argmax(np.abs(slope)), slope.shape)
        moved = {sign: {**w, name: w[name].copy()} for sign in (1, -1)}
        for sign, other in moved.items():
            other[name][place] += sign * small
        assert abs((loss(moved[1]) - loss(moved[-1])) / (2 * small) - slope[place]) < 1e-7, name


def test_more_epochs_read_more_digits():
    digits = data.digits()
    read = []
    for epochs in (1, 30):
        w = training.weights(digits, 0, epochs)
        hidden = np.maximum(digits.x_test.reshape(-1, 64) @ w["hidden"] + w["hidden bias"], 0)
        read.append(float(((hidden @ w["digit"] + w["digit bias"]).argmax(1) == digits.y_test).mean()))
    assert 0.6 < read[0] < read[1] and read[1] > 0.9


LOAD = loads.Load(np.array([0.1, 0.2, 0.4]), np.array([0.1, 0.1, 0.2]), np.array([0, -1, 1]),
                  [{"predictions": [[1.0]]}, {"predictions": [[2.0]]}], ["ConnectionError: cut"], [])


def test_what_clients_saw():
    assert LOAD.rate == 3 / 0.4
    first, last = exhibits.first_and_last(LOAD)
    assert first == [[1]] and last == [[2]] and first.dtype == "float32"


def test_a_refusal_is_polite_or_not():
    assert exhibits.is_polite(404, {"error": "there is none"})
    for status, answer in ((200, {"error": "x"}), (500, {"error": "x"}), (400, {"error": "x", "at": 1}), (400, {}),
                           (400, {"error": "Traceback (most recent call last)"})):
        assert not exhibits.is_polite(status, answer)
    assert exhibits.is_all_nan({"predictions": [[float("nan")]]})
    assert not exhibits.is_all_nan({"predictions": [[float("nan"), 0.5]]}) and not exhibits.is_all_nan({"error": "x"})


def test_the_figures_say_what_they_show(shown):
    figures.switch({"PyTorch": LOAD, "TensorFlow": LOAD})
    figures.ways({"a": 1e-3, "b": 1e-5}, {"a"})
    names = ["PyTorch, Flask", "PyTorch, Django", "TensorFlow, SavedModel"]
    measured = {(name, count, scans): LOAD for name in names for count in (1, 4) for scans in (1, 64)}
    figures.load_test(measured, dict.fromkeys(names, 1e-4), [1, 4])
    said = [plain for _, plain in shown]
    assert "PyTorch 200 ms, TensorFlow 200 ms. Lost were 2" in said[0]
    assert "shortest b, longest a, 100 times as long" in said[1]
    assert "TensorFlow, SavedModel: with one client 100.0 ms for one picture, with 4 clients 100.0 ms" in said[2]


def test_exercise_10_5_follows_the_server(tmp_path):
    """What the exercise calls right is what model_store holds."""
    for case, (folders, broken, policy) in enumerate(checks.stores()):
        place = tmp_path / str(case)
        place.mkdir()
        for number in folders:
            (place / str(number) / "broken" if number in broken else place / str(number)).mkdir(parents=True)
        model_config.write(place, {"model_version_policy": policy})
        right = checks.held(folders, broken, policy)
        if right:
            kept = model_store.Versions(place, "m", Fake, every=3600)
            assert sorted(kept.live) == right, (folders, broken, policy)
        else:
            with pytest.raises(ValueError, match="no version that loads"):
                model_store.Versions(place, "m", Fake, every=3600)


# What the clock decides, with planted times

WAYS = ["PyTorch, model(x)", "Keras, model.predict(x)", "Keras, model(x)", "SavedModel"]


@pytest.mark.parametrize("slowest", WAYS)
def test_the_slowest_way_to_ask_for_one_scan(capsys, slowest):
    answer = np.full((1, 10), 0.1, "float32")

    def first_and_later(ways, **options):  # the others' first call is slow, which does not count
        return {name: timing.FirstAndLater(0.0, 0.2) if name == slowest else timing.FirstAndLater(9.0, 0.1)
                for name in ways}

    clock = types.SimpleNamespace(first_and_later=first_and_later)
    judged = cells.judge("10c", "slowest", asks=["P10.5"], timing=clock, exhibits=exhibits, fast=True, one=None,
                         ways_torch={WAYS[0]: lambda scan: answer}, ways_tf=dict.fromkeys(WAYS[1:], lambda scan: answer))
    assert judged == {"P10.5": "abcd"[WAYS.index(slowest)]} and "the run says, by the clock, " in capsys.readouterr().out


@pytest.mark.parametrize("first, worse", [(1.5, "a"), (9.0, "b"), (11.0, "c")])
def test_the_first_call(capsys, first, worse):
    judged = cells.judge("10b", "worse", asks=["P10.2"], took_torch=[1.0, 1.0, 2.0], took_tf=[first, 3.0, 1.0])
    assert judged == {"P10.2": worse} and "TensorFlow: the first call took " in capsys.readouterr().out


@pytest.mark.parametrize("lost, letter", [([[], []], "a"), ([["cut"], ["cut"] * 2], "b"), ([["cut"] * 3, []], "c")])
def test_what_is_lost_at_the_switch(lost, letter):
    right = {1: np.ones((1, 1), "float32"), 2: np.full((1, 1), 2, "float32")}
    torch, tf = (LOAD._replace(lost=gone) for gone in lost)
    judged = cells.judge("10b", "lost", asks=["P10.3"], seen_torch=torch, seen_tf=tf, own_torch=right, exhibits=exhibits)
    assert judged == {"P10.3": letter}


@pytest.mark.parametrize("of_torch, of_tf, letter", [(0.0, 0.0, "a"), (0.5, 0.0, "parity"), (0.0, 0.5, "parity")])
def test_who_answers_when_a_version_does_not_load(of_torch, of_tf, letter):
    right = {2: np.zeros((1, 1), "float32")}
    planted = {"own_torch": right, "own_tf": right, "broken_torch": right[2] + np.float32(of_torch),
               "broken_tf": right[2] + np.float32(of_tf), "said_torch": "x", "said_tf": "y"}
    if letter == "parity":
        with pytest.raises(AssertionError, match="and version 2"):
            cells.judge("10b", "gaps", asks=["P10.4"], **planted)
    else:
        assert cells.judge("10b", "gaps", asks=["P10.4"], **planted) == {"P10.4": letter}


NAN = {"predictions": [[float("nan")]]}
NUMBER = {"predictions": [[0.5]]}


@pytest.mark.parametrize("torch, tf, letter", [
    ((200, NAN), (200, NAN), "a"), ((400, {"error": "no"}), (200, NAN), "b"), ((200, NAN), (200, NUMBER), "c"),
    ((200, NUMBER), (200, NAN), "c"), ((200, NUMBER), (200, NUMBER), "d")])
def test_what_becomes_of_a_nan(torch, tf, letter):
    assert cells.judge("10d", "nan_torch", asks=["P10.8"], exhibits=exhibits, status_torch=torch[0], status_tf=tf[0],
                       served_nan_torch=torch[1], served_nan_tf=tf[1]) == {"P10.8": letter}


@pytest.mark.parametrize("texts, letter", [(["[0.5]", "[0.5]"], "a"), (["[0.5]", "[0.50000001]"], "b")])
def test_how_the_answers_compare_as_text(texts, letter):
    answers = [(200, {"predictions": json.loads(text)}) for text in texts]
    judged = cells.judge("10a", "got", asks=["P10.1"], json=json, own_torch=np.array([0.5], "float32"),
                         answers_torch={"a": answers[0]}, answers_tf={"b": answers[1]})
    assert judged == {"P10.1": letter, "C40": "OPINION"}


@pytest.mark.parametrize("call, request_of_one, request_of_64, part, longer", [
    (1e-4, 1e-3, 5e-3, "a", "a"), (8e-4, 1e-3, 2e-2, "b", "b"),
    (4e-4, 1e-3, 5e-2, "a", "c")])
def test_where_the_time_goes(capsys, call, request_of_one, request_of_64, part, longer):
    seconds = {1: request_of_one, 64: request_of_64}
    names = ["PyTorch, Flask", "PyTorch, Django", "TensorFlow, SavedModel"]  # the last needs longer for all: it is busy
    measured = {(name, count, scans): LOAD._replace(at=np.arange(1, 10), took=np.full(9, took * (1 + 4 * ("Saved" in name))))
                for name in names for count in (1, 4, 16) for scans, took in seconds.items()}
    judged = cells.judge("10c", "share", asks=["P10.6", "P10.7"], floor_torch=call, floor_tf=call, measured=measured,
                         urls=names, clients=[1, 4, 16], real=None)
    said = capsys.readouterr().out
    assert (judged["P10.6"], judged["P10.7"]) == (part, longer) and said.count("the run says, by the clock, ") == 2
    assert "(by the clock)" not in said, "that C44b could be measured does not depend on what was measured"


@pytest.mark.parametrize("of_torch, of_tf, faster", [(2.0, 1.5, True), (2.0, 0.9, False), (0.5, 3.0, False)])
def test_micro_batches(capsys, of_torch, of_tf, faster):
    gains = iter([of_torch, of_tf])

    def compare(candidates, rounds, warmup):
        for call in candidates.values():
            call()
        return {"alone": types.SimpleNamespace(median=next(gains)), "together": types.SimpleNamespace(median=1.0)}

    def double(row):
        return 2 * row

    clock = types.SimpleNamespace(compare=compare)
    cells.judge("10c", "crowd", timing=clock, concurrent=concurrent, exhibits=exhibits, questions=np.ones((4, 3)),
                alone_torch=double, together_torch=lambda row: row + row, alone_tf=double, together_tf=lambda row: row + row)
    said = capsys.readouterr().out
    assert f"faster in micro-batches, in both, by the clock: {faster}\n" in said


def test_rows_that_come_together_share_a_call():
    """Lesson 10c's `batched`: every row gets its own result, and a call never has more than `size` rows."""
    import queue
    import time
    space = cells.functions("10c", "batched", queue=queue, time=time, threading=threading, np=np, concurrent=concurrent)
    sizes = []

    def double(rows):
        sizes.append(len(rows))
        return 2 * rows

    ask_for = space["batched"](double, size=4, wait=60)
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        results = list(pool.map(ask_for, np.arange(12.0)[:, None]))
    assert [float(row[0]) for row in results] == [2.0 * k for k in range(12)] and sizes == [4, 4, 4]
    alone = space["batched"](double, size=4, wait=0.01)
    assert float(alone(np.ones(1))[0]) == 2 and sizes[3:] == [1], "a lonely row does not wait for ever"


def test_a_number_that_float32_cannot_hold():
    """What lesson 10d says of it: NumPy warns, PyTorch does not, and neither raises an error."""
    import torch
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert np.isinf(np.asarray([1e300], "float32"))
    assert torch.tensor([1e300], dtype=torch.float32).isinf()
