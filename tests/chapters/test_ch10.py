"""Chapter 10: the contract against TensorFlow Serving's documented examples, on every server; bad input; versions; ends."""
import concurrent.futures
import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import types
import urllib.error
import urllib.request

import hypothesis
import numpy as np
import psutil
import pytest
from hypothesis import strategies as st

import cells
from chapters.ch10 import model_store, rest_api, servers
from helpers import ROOT, process, web

BUILD_TF = """
import sys
import tensorflow as tf

class Half(tf.Module):
    def __init__(self, b):
        self.a, self.b = tf.Variable(0.5), tf.Variable(b)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def predict(self, x):
        return {"y": self.a * x + self.b}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def regress(self, inputs):
        return {"outputs": self.predict(tf.io.parse_example(inputs, {"x": tf.io.FixedLenFeature([], tf.float32)})["x"])["y"]}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def classify(self, inputs):
        scores = self.regress(inputs)["outputs"]
        return {"scores": scores[:, None], "classes": tf.fill([tf.size(scores), 1], "half")}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="tag"),
                                  tf.TensorSpec([None, 2], tf.int64, name="signal")])
    def two(self, tag, signal):
        return {"text": tag, "raw_bytes": tag, "sum": tf.reduce_sum(signal, 1)}

folder, *numbers = sys.argv[1:]
for number in numbers:
    half = Half(float(int(number) + 1))      # version 1 adds two, version 2 three
    tf.saved_model.save(half, f"{folder}/{number}", signatures={
        "serving_default": half.predict, "tensorflow/serving/regress": half.regress, "classify": half.classify,
        "two": half.two})
"""
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
NAME = "half_plus_two"
KINDS = ["flask torch", "django torch", "flask tf", "django tf", "tensorflow_model_server tf", "gunicorn torch"]


def ask(url, body=None, method=None):
    """(status, answer) of a request; a body that is no bytes goes as JSON."""
    body = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with web.open_url(urllib.request.Request(url, body, method=method), timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Folders with versions 1 and 2 of half_plus_two (2 adds three), as each side exports them."""
    folder = tmp_path_factory.mktemp("models")
    for side, code in (("tf", BUILD_TF), ("torch", BUILD_TORCH)):
        (folder / f"build_{side}.py").write_text(code, encoding="utf-8")
        done = process.command([sys.executable, folder / f"build_{side}.py", folder / side, "1", "2"], timeout=200)
        assert done.returncode == 0, done.stderr
    return folder


def served(store, kind, folder):
    """A context with a running server of that kind over version 1 in `folder`; skips where it cannot be had."""
    how, side = kind.split()
    if how == "gunicorn" and os.name != "posix":
        pytest.skip("gunicorn needs fork")
    shutil.copytree(store / side / "1", folder / "1")
    if how == "tensorflow_model_server":
        context = servers.tensorflow_model_server(folder, NAME)
        if context is None:
            pytest.skip("NOT MEASURED: tensorflow_model_server is neither on PATH nor a local Docker image")
        return context
    if how == "gunicorn":
        return servers.gunicorn("django", folder, NAME, side)
    return getattr(servers, how)(folder, NAME, side)


@pytest.fixture(scope="module", params=KINDS)
def server(request, store, tmp_path_factory):
    """(kind, the model's URL) of each server in turn."""
    with served(store, request.param, tmp_path_factory.mktemp("served")) as running:
        yield request.param, f"{running.url}/v1/models/{NAME}"


@pytest.mark.slow
def test_the_documented_examples(server):
    kind, url = server
    status, answer = ask(url)
    assert status == 200 and answer["model_version_status"] == [
        {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}]
    assert ask(f"{url}:predict", {"instances": [1.0, 2.0, 5.0]}) == (200, {"predictions": [2.5, 3.0, 4.5]})
    assert ask(f"{url}/versions/1:predict", {"inputs": [1.0, 2.0, 5.0]}) == (200, {"outputs": [2.5, 3.0, 4.5]})
    assert ask(f"{url}:predict", {"inputs": {"x": [1.0]}}) == (200, {"outputs": [2.5]})
    assert ask(f"{url}:predict", {"instances": [{"x": 1.0}, {"x": 2}]}) == (200, {"predictions": [2.5, 3.0]})
    assert ask(f"{url}:predict", {"signature_name": "serving_default", "instances": [0]}) == (200, {"predictions": [2.0]})
    status, answer = ask(url.replace("half_plus_two", "half") + ":predict", {"instances": [1.0, 5.0]})
    assert status == 404 and set(answer) == {"error"}
    status, answer = ask(f"{url}/metadata")
    assert status == 200 and answer["model_spec"]["name"] == NAME and answer["model_spec"]["version"] == "1"
    x = answer["metadata"]["signature_def"]["signature_def"]["serving_default"]["inputs"]["x"]
    assert x["dtype"] == "DT_FLOAT" and [dim["size"] for dim in x["tensor_shape"]["dim"]] == ["-1"]


@pytest.mark.slow
def test_nan_and_infinity_go_in_and_come_out(server):
    status, answer = ask(f"{server[1]}:predict", b'{"instances": [NaN, Infinity, -Infinity, 1e3]}')
    assert status == 200
    np.testing.assert_array_equal(answer["predictions"], [np.nan, np.inf, -np.inf, 502])


@pytest.mark.slow
def test_regress_classify_strings_and_bytes_where_the_model_has_them(server):
    kind, url = server
    examples = {"signature_name": "tensorflow/serving/regress", "examples": [{"x": 1.0}, {"x": 2.0}]}
    status, answer = ask(f"{url}:regress", examples)
    if kind.endswith("torch"):
        assert status == 400 and "tensorflow/serving/regress" in answer["error"]
        return
    assert (status, answer) == (200, {"results": [2.5, 3.0]})
    assert ask(f"{url}:regress", {**examples, "examples": [{}, {}], "context": {"x": 5.0}})[1] == {"results": [4.5, 4.5]}
    assert ask(f"{url}:classify", {"signature_name": "classify", "examples": [{"x": 1.0}]}) == (
        200, {"results": [[["half", 2.5]]]})
    rows = {"signature_name": "two", "instances": [{"tag": "foo", "signal": [1, 2]},
                                                   {"tag": {"b64": "YmFy"}, "signal": [3, 4]}]}
    assert ask(f"{url}:predict", rows)[1] == {"predictions": [{"text": "foo", "raw_bytes": {"b64": "Zm9v"}, "sum": 3},
                                                              {"text": "bar", "raw_bytes": {"b64": "YmFy"}, "sum": 7}]}
    columns = {"signature_name": "two", "inputs": {"tag": ["foo"], "signal": [[1, 2]]}}
    assert ask(f"{url}:predict", columns)[1] == {"outputs": {"text": ["foo"], "raw_bytes": [{"b64": "Zm9v"}], "sum": [3]}}
    for bad in ({"tag": ["foo"], "signal": [[1.5, 2]]}, {"tag": [1], "signal": [[1, 2]]}, {"tag": ["foo"]},
                {"tag": [{"b64": "*"}], "signal": [[1, 2]]}, {"tag": ["foo"], "signal": [[2**63, 1]]}):
        assert ask(f"{url}:predict", {"signature_name": "two", "inputs": bad})[0] == 400, bad
    for bad in ([], [3], [{"x": [[1.0]]}], [{"x": "one"}], [{"y": 1.0}], [{"x": None}], [{"x": 2**70}], "x"):
        status, answer = ask(f"{url}:regress", {**examples, "examples": bad})
        assert status == 400 and set(answer) == {"error"}, (bad, answer)


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
        assert ask(f"{url}:predict")[0] == 405 and ask(url, {"instances": [1]})[0] == 405
        assert ask(f"{url}/metadata", method="DELETE")[0] == 405
    found |= {path: ask(url + path, {"instances": [1.0]}) for path in (
        "x:predict", "/versions/9:predict", "/versions/99999999999999999999:predict", "/versions/x:predict", ":guess", "/",
        "/labels/none:predict", "//:predict")}
    found["status of no version"] = ask(f"{url}/versions/9")
    for what, (status, answer) in found.items():
        assert 400 <= status < 500 and set(answer) == {"error"}, (what, status, answer)
        assert "Traceback" not in answer["error"] and ".py" not in answer["error"], (what, answer)
    assert ask(f"{url}:predict", {"instances": [1.0]}) == (200, {"predictions": [2.5]})


@pytest.mark.slow
def test_too_large_a_body_is_refused(server):
    kind, url = server
    try:
        status, _ = ask(f"{url}:predict", b" " * 10_000_000)
        assert status == 413 or (status == 400 and "tensorflow_model_server" in kind)
    except urllib.error.URLError:
        assert "gunicorn" in kind, "gunicorn answers before it has read, and closes: a client that only writes sees a reset"
    assert ask(f"{url}:predict", {"instances": [1.0]})[0] == 200


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
    port = int(url.split(":")[2].split("/")[0])
    head = f"POST /v1/models/{NAME}:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for text in [b"POST /v1"] * 15 + [head + b"{"] * 15:
            stack.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(text)
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port)) as cut:
                cut.sendall(head + b'{"instances"')
        assert ask(f"{url}:predict", {"instances": [1.0]}) == (200, {"predictions": [2.5]})
    assert ask(f"{url}:predict", {"instances": [1.0]}) == (200, {"predictions": [2.5]})


# A new version under load

@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
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
def test_a_server_runs_the_model_that_the_learner_has_edited(store, tmp_path, monkeypatch, how):
    """Beside a copy of the notebook lie edited workers; a server takes the model's file from its own side."""
    workers, edited = tmp_path / "chapters" / "ch10" / "workers", "return {key: value.numpy()"
    shutil.copytree(ROOT / "notebooks" / "chapters" / "ch10" / "workers", workers)
    text = (workers / "model_torch.py").read_text(encoding="utf-8")
    assert edited in text
    (workers / "model_torch.py").write_text(text.replace(edited, "return {key: 100 * value.numpy()"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with served(store, f"{how} torch", tmp_path / "digits") as running:
        url = f"{running.url}/v1/models/{NAME}"
        assert ask(f"{url}:predict", {"instances": [1.0]}) == (200, {"predictions": [250.0]})


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
    (tmp_path / "labels.json").write_text('{"stable": 1, "lost": 7}', encoding="utf-8")
    kept.look()
    assert kept.pick(label="stable")[0] == 1 and kept.pick()[0] == 2
    with pytest.raises(rest_api.Refused, match="lost"):
        kept.pick(label="lost")
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

@pytest.mark.parametrize("value, dtype, shape, right", [
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
        return one.is_running() and one.status() != psutil.STATUS_ZOMBIE  # ended, whoever has to take note of it
    return False


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flask torch", "django torch", "flask tf", "gunicorn torch"])
def test_a_server_listens_on_loopback_only_and_ends_with_an_interrupt(store, tmp_path, kind):
    with pytest.raises(KeyboardInterrupt), served(store, kind, tmp_path) as running:
        family = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
        addresses = {link.laddr.ip for one in family for link in one.net_connections("tcp") if link.status == "LISTEN"}
        assert addresses == {"127.0.0.1"}
        raise KeyboardInterrupt
    assert not listens(running.port) and not any(map(alive, family))


START = """
import sys, time
from chapters.ch10 import servers
with getattr(servers, sys.argv[1])(*sys.argv[2:]) as server:
    print(server.port, flush=True)
    time.sleep(200)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("kind", ["flask", "django", "gunicorn"])
def test_nothing_is_left_when_the_kernel_ends(store, tmp_path, kind, how):
    shutil.copytree(store / "torch" / "1", tmp_path / "1")
    arguments = ["flask"] * (kind == "gunicorn") + [tmp_path, NAME, "torch"]
    kernel = subprocess.Popen([sys.executable, "-c", START, kind, *arguments], cwd=ROOT, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    port = int(kernel.stdout.readline())
    assert listens(port)
    kernel.send_signal(how)
    kernel.wait(timeout=120)
    kernel.stdout.close()
    _until(lambda: not listens(port))


# What the clock decides, with planted times

WAYS = ["PyTorch, model(x)", "Keras, model.predict(x)", "Keras, model(x)", "SavedModel"]


@pytest.mark.parametrize("slowest", WAYS)
def test_the_slowest_way_to_ask_for_one_scan(capsys, slowest):
    answer = np.full((1, 10), 0.1, "float32")

    def first_and_later(ways, **options):  # the others' first call is slow, which does not count
        return {name: (0.0, 0.2) if name == slowest else (9.0, 0.1) for name in ways}

    clock = types.SimpleNamespace(first_and_later=first_and_later)
    judged = cells.judge("10", "slowest", asks=["10.1"], timing=clock, fast=True, one=None, own_torch={1: answer},
                         ways_torch={WAYS[0]: lambda scan: answer}, ways_tf=dict.fromkeys(WAYS[1:], lambda scan: answer))
    assert judged == {"10.1": slowest} and "the run says, by the clock, " in capsys.readouterr().out


@pytest.mark.parametrize("call, request_of_one, request_of_64, part, longer", [
    (1e-4, 1e-3, 5e-3, "less than half", "less than 10 times"), (8e-4, 1e-3, 2e-2, "half or more", "10 to 40 times"),
    (4e-4, 1e-3, 5e-2, "less than half", "more than 40 times")])
def test_where_the_time_goes(capsys, call, request_of_one, request_of_64, part, longer):
    seconds = {1: request_of_one, 64: request_of_64}
    names = ["a", "b"]  # b, on a busy machine, needs longer for all
    measured = {(name, count, scans): (np.full(9, took * (1 + 4 * (name == "b"))), 1 / took)
                for name in names for count in (1, 4, 16) for scans, took in seconds.items()}
    judged = cells.judge("10", "share", asks=["10.2", "10.3"], floor=dict.fromkeys(names, call), measured=measured,
                         servers=names, clients=[1, 4, 16], real=None)
    said = capsys.readouterr().out
    assert (judged["10.2"], judged["10.3"]) == (part, longer) and said.count("the run says, by the clock, ") == 2
    assert "(by the clock)" not in said, "that C44b could be measured does not depend on what was measured"


@pytest.mark.parametrize("of_torch, of_tf, faster", [(2.0, 1.5, True), (2.0, 0.9, False), (0.5, 3.0, False)])
def test_micro_batches(capsys, of_torch, of_tf, faster):
    gains = iter([of_torch, of_tf, 0.7])

    def compare(candidates, rounds, warmup):
        for call in candidates.values():
            call()
        return {"alone": types.SimpleNamespace(median=next(gains)), "together": types.SimpleNamespace(median=1.0)}

    def double(rows):
        return 2 * rows

    clock = types.SimpleNamespace(compare=compare)
    cells.judge("10", "crowd", timing=clock, concurrent=concurrent, batched=lambda call: double, questions=np.ones((4, 3)),
                x=np.ones((2, 8, 8)), ways_torch={WAYS[0]: double}, one_by_one_torch=double,
                together_torch=lambda row: row + row, one_by_one_tf=double, together_tf=lambda row: row + row)
    said = capsys.readouterr().out
    assert f"faster in micro-batches, in both frameworks, by the clock: {faster}\n" in said
