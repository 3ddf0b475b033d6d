"""Chapter 10: which versions a server holds and what they are called; what an operator sees; an end that loses nobody."""
import contextlib
import email.message
import io
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import types
import urllib.error

import prometheus_client.parser
import psutil
import pytest
import yaml

import cells
import family
from chapters.ch10 import (
    checks_e,
    client,
    model_config,
    model_store,
    operations,
    operator_client,
    rest_api,
    servers,
)
from helpers import ROOT, parity, process, web

WORKERS = ROOT / "notebooks" / "chapters" / "ch10" / "workers"


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


# A server as an operator runs it, in this process

class Contract:
    """The contract's application, as far as an operator's needs it: it answers 200, 400, 404 or raises, as it is told."""

    def __init__(self, states="AVAILABLE", status="200 OK"):
        self.states, self.status, self.closed = states, status, 0

    def __call__(self, environ, start_response):
        assert environ["HTTP_HOST"] == "localhost" and environ["PATH_INFO"].startswith("/secret/")
        if environ["REQUEST_METHOD"] == "GET":
            start_response("200 OK", [])
            return [json.dumps({"model_version_status": [{"version": "7", "state": self.states}]}).encode()]
        if self.status == "bug":
            raise RuntimeError("a bug")
        start_response(self.status, [("X-Own", "kept")])
        return self

    def __iter__(self):
        return iter([b"an ", b"answer"])

    def close(self):
        self.closed += 1


def asked(app, path, method="POST"):
    """(status code, headers, body) of a WSGI application below /secret."""
    told = []
    environ = {"PATH_INFO": path, "SCRIPT_NAME": "/secret", "REQUEST_METHOD": method, "HTTP_HOST": "elsewhere"}
    body = b"".join(app(environ, lambda status, headers: told.append((int(status[:3]), dict(headers)))))
    (code, headers), = told
    return code, headers, body


@pytest.fixture
def operated(monkeypatch, tmp_path):
    monkeypatch.setenv("SERVER_BASE", "/secret")
    return operations.Operated("m", tmp_path / "brake")


def rows(operated):
    """The metrics page as Prometheus's own reader understands it: {(name, labels): value}."""
    _, headers, page = asked(operated.probe, "/metrics")
    assert headers["Content-Type"].startswith("text/plain")
    return {(row.name, *sorted(row.labels.items())): row.value
            for one in prometheus_client.parser.text_string_to_metric_families(page.decode()) for row in one.samples}


def requests(operated):
    """{(label, code): number}"""
    return {(dict(labels)["label"], dict(labels)["code"]): number for (name, *labels), number in rows(operated).items()
            if name == "serving_requests_total"}


def test_alive_while_loading_ready_when_a_version_is_available(operated):
    for ask in (operated, operated.probe):
        assert asked(ask, "/healthz")[0] == 200 and asked(ask, "/readyz")[0] == 503
    code, headers, body = asked(operated, "/v1/models/m:predict")
    assert code == 503 and headers["Retry-After"] == "1" and set(json.loads(body)) == {"error"}
    operated.app = Contract(states="LOADING")
    assert asked(operated, "/readyz")[0] == 503
    operated.app = Contract()
    for ask in (operated, operated.probe):
        assert asked(ask, "/healthz")[0] == asked(ask, "/readyz")[0] == 200
    assert asked(operated, "/v1/models/m:predict") == (200, {"X-Own": "kept"}, b"an answer") and operated.app.closed == 1
    assert asked(operated.probe, "/v1/models/m:predict")[0] == 404, "the operator's port answers no client"
    asked(operated, "/drain")
    assert not operated.end.is_set(), "nor does a client end the server"


def test_a_draining_server_refuses_and_is_not_ready(operated):
    operated.app = Contract()
    assert asked(operated.probe, "/drain")[0] == 200 and operated.end.is_set()
    operated.draining = True
    assert asked(operated, "/v1/models/m:predict")[0] == asked(operated.probe, "/readyz")[0] == 503
    assert asked(operated.probe, "/healthz")[0] == 200, "who drains is alive: it must not be ended for it"


def test_requests_are_counted_by_label_and_code_and_no_client_invents_a_label(operated):
    asked(operated, "/v1/models/m:predict")
    for status in ("200 OK", "400 Bad Request", "404 Not Found"):
        operated.app = Contract(status=status)
        for path in ("", "/labels/canary", "/versions/3"):
            asked(operated, f"/v1/models/m{path}:predict")
    assert requests(operated) == {("", "503"): 1, ("", "200"): 2, ("canary", "200"): 1, ("", "400"): 2, ("canary", "400"): 1,
                                  ("", "404"): 3}
    found = rows(operated)
    assert found["serving_request_seconds_count",] == 9, "a refusal has no time"
    assert found["serving_request_seconds_bucket", ("le", "+Inf")] == 9
    assert found["serving_version", ("state", "AVAILABLE"), ("version", "7")] == 1


def test_a_bug_below_leaves_no_request_under_way(operated):
    operated.app = Contract(status="bug")
    with pytest.raises(RuntimeError, match="a bug"):
        asked(operated, "/v1/models/m:predict")
    assert rows(operated)["serving_requests_in_flight",] == 0


def test_the_brake_holds_requests_and_they_are_under_way(operated):
    operated.app = Contract()
    operated.brake.touch()
    came = []
    thread = threading.Thread(target=lambda: came.append(asked(operated, "/v1/models/m:predict")[0]), daemon=True)
    thread.start()
    assert web.wait_until(lambda: rows(operated)["serving_requests_in_flight",] == 1, 60)
    operated.draining = True
    assert not operations.is_settled(types.SimpleNamespace(active_channels={}), operated)
    operated.brake.unlink()
    thread.join(60)
    assert came == [200] and operations.is_settled(types.SimpleNamespace(active_channels={}), operated)


@pytest.mark.parametrize("requests, unsent, settled", [([], 0, True), (["one that waits"], 0, False), ([], 12, False)])
def test_a_server_is_settled_when_all_is_answered_and_sent(operated, requests, unsent, settled):
    channel = types.SimpleNamespace(requests=requests, total_outbufs_len=unsent)
    assert operations.is_settled(types.SimpleNamespace(active_channels={3: channel}), operated) == settled


# In a process of its own

NO_FRAMEWORK = """
from chapters.ch10.rest_api import DEFAULT, Signature, Tensor

class Model:
    signatures = {DEFAULT: Signature({"x": Tensor("float32", (None,))}, {})}

    def __init__(self, folder):
        pass

    def call(self, name, arrays):
        return {"y": 0.5 * arrays["x"] + 2}
"""
ONE = {"instances": [1.0]}


def course(place):
    """The folders that the Dockerfile copies, in `place`, with a model that needs no framework: quick to load."""
    ignore = shutil.ignore_patterns("__pycache__", "*.ipynb")
    for name in ("helpers", "notebooks/chapters"):
        shutil.copytree(ROOT / name, place / name, ignore=ignore)
    (place / "notebooks" / "chapters" / "ch10" / "workers" / "model_torch.py").write_text(NO_FRAMEWORK, encoding="utf-8")
    (place / "m" / "1").mkdir(parents=True)


@pytest.fixture
def running(tmp_path, monkeypatch):
    """A function that starts a server with so much grace, whose brake is on, and gives its servers.Operated."""
    course(tmp_path)
    monkeypatch.chdir(tmp_path / "notebooks")
    (tmp_path / "brake").touch()
    with contextlib.ExitStack() as stack:
        yield lambda grace: stack.enter_context(servers.operated(tmp_path / "m", "m", "torch", grace, tmp_path / "brake"))


@pytest.mark.parametrize("headers, wrong", [({}, "not said"), ({"Retry-After": "60"}, "60")])
def test_a_refusal_without_the_advice_to_come_again_is_named_by_the_verdict(monkeypatch, headers, wrong):
    """The verdict of 10e compares pairs: where the header was missing, it once spoke of tensors."""
    def refuse(url, *args, **options):
        message = email.message.Message()
        for name, value in headers.items():
            message[name] = value
        raise urllib.error.HTTPError(url, 503, "Service Unavailable", message, io.BytesIO(b"{}"))

    monkeypatch.setattr(web, "open_url", refuse)
    found = operator_client.refusal(types.SimpleNamespace(url="http://127.0.0.1:1/v1/models/m"), ONE)
    assert found == (503, wrong)
    with pytest.raises(parity.ParityError, match=f"(?s)Retry-After.*'503', '{wrong}'.*against.*'503', '1'"):
        parity.verdict("a new request, and Retry-After", [(503, "1"), found], [(503, "1")] * 2)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
def test_a_server_that_drains_loses_nothing(running):
    server = running(120)
    assert [operator_client.probe(f"{server.probes}/{path}", 60) for path in ("healthz", "readyz")] == [200, 503]
    assert operator_client.refusal(server, ONE) == (503, "1")
    operator_client.let_go(server)
    assert client.ask(f"{server.url}:predict", ONE) == (200, {"predictions": [2.5]})
    server.brake.touch()
    sent = operator_client.send(server.url, ONE, 8)
    operator_client.wait_until_under_way(server, 8)
    late = operator_client.send(server.url, ONE, 2)  # they wait in line: no thread is free
    assert operator_client.probe(f"{server.base}/healthz", 1) == "no answer"
    operator_client.terminate(server)
    operator_client.wait_until_not_ready(server)
    assert operator_client.probe(f"{server.probes}/healthz", 60) == 200
    server.brake.unlink()
    assert operator_client.ends(sent) == [200] * 8
    assert set(operator_client.ends(late)) <= {503, "lost"}
    operator_client.wait_until_gone(server)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
@pytest.mark.parametrize("grace", [0, 0.5])
def test_a_server_without_grace_or_whose_grace_is_over_ends_all_the_same(running, grace):
    server = running(grace)
    operator_client.let_go(server)
    server.brake.touch()
    sent = operator_client.send(server.url, ONE, 3)
    operator_client.wait_until_under_way(server, 3)
    operator_client.terminate(server)
    assert operator_client.ends(sent) == ["lost"] * 3
    operator_client.wait_until_gone(server)


@pytest.mark.slow
def test_it_listens_on_loopback_only_behind_a_secret_and_its_address_ends_it(running):
    server = running(120)
    assert {address.ip for address in family.listening(family.of(server.pid))} == {"127.0.0.1"}
    for url in (server.base, server.probes):
        for path in ("healthz", "metrics", "drain"):
            assert web.status(f"{url[:-32]}{path}") == 404
    operator_client.let_go(server)
    assert operator_client.probe(f"{server.probes}/drain") == 200
    operator_client.wait_until_gone(server)


START = """
import signal, sys, time
from chapters.ch10 import servers
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins with SIGINT ignored
with servers.operated(sys.argv[1], "m", "torch", 30, sys.argv[2]) as server:
    print(server.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
def test_nothing_is_left_when_the_kernel_is_killed(tmp_path):
    course(tmp_path)
    (tmp_path / "brake").touch()
    kernel = subprocess.Popen([sys.executable, "-c", START, tmp_path / "m", tmp_path / "brake"], cwd=tmp_path / "notebooks",
                              stdout=subprocess.PIPE, text=True)
    pid = int(kernel.stdout.readline())
    assert psutil.pid_exists(pid)
    kernel.send_signal(signal.SIGKILL)
    kernel.wait(timeout=family.LONG)
    kernel.stdout.close()
    assert web.wait_until(lambda: not psutil.pid_exists(pid), 60)


# The files for a cluster

def dockerfile():
    """{instruction: [the rest of each]} of the Dockerfile, lines that go on joined."""
    text = (WORKERS / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            found.setdefault(word, []).append(rest)
    return found


def test_the_clusters_file_asks_what_the_server_answers():
    deployment, service = yaml.safe_load_all((WORKERS / "kubernetes.yaml").read_text(encoding="utf-8"))
    pod = deployment["spec"]["template"]
    container, = pod["spec"]["containers"]
    command = json.loads(*dockerfile()["CMD"])
    port, probes, grace = (int(command[command.index(option) + 1]) for option in ("--port", "--probes", "--grace"))
    asked = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert asked["liveness"]["path"] == "/healthz" and asked["readiness"]["path"] == "/readyz"
    assert all(one["path"] in operations.PROBES and one["port"] == probes for one in asked.values())
    assert {one["containerPort"] for one in container["ports"]} == {port, probes}
    assert service["spec"]["ports"][0]["targetPort"] == port
    assert service["spec"]["selector"] == pod["metadata"]["labels"] == deployment["spec"]["selector"]["matchLabels"]
    before = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert before + grace < pod["spec"]["terminationGracePeriodSeconds"], "else the kill comes while it drains"
    mount, = container["volumeMounts"]
    assert command[2].startswith(mount["mountPath"] + "/") and mount["name"] == pod["spec"]["volumes"][0]["name"]


def test_the_image_has_the_courses_pins():
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    named = [word for rest in dockerfile()["RUN"] for word in rest.split() if "==" in word]
    assert len(named) == 6 and all(pin in pins for pin in named)
    assert dockerfile()["USER"] == ["nobody"] and all((ROOT / rest.split()[0]).exists() for rest in dockerfile()["COPY"])


@pytest.mark.slow
def test_the_images_command_runs_in_what_the_image_holds(tmp_path, monkeypatch):
    """Without Docker: the command in a folder with what is copied, its port, address and models exchanged."""
    course(tmp_path)
    command = json.loads(*dockerfile()["CMD"])
    port, second = web.free_port(), web.free_port()
    changed = {"python": sys.executable, "/models/digits": str(tmp_path / "m"), "8501": str(port), "8502": str(second),
               "0.0.0.0": "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"}
    command = [changed.get(word, word) for word in command]
    monkeypatch.chdir(tmp_path)
    address = command[-1]
    env = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{tmp_path / 'notebooks'}"}
    with process.server(command, f"http://{address}:{second}/readyz", timeout=family.LONG, env=env):
        assert client.ask(f"http://{address}:{port}/v1/models/digits:predict", ONE) == (200, {"predictions": [2.5]})


# What the lesson judges

CODES = {"a": 200, "b": 503, "c": "no answer"}


@pytest.mark.parametrize("letter", CODES)
def test_what_a_busy_servers_probe_gets(letter):
    planted = {"same_port_torch": CODES[letter], "same_port_tf": CODES[letter], "own_port_torch": 200, "own_port_tf": 200}
    assert cells.judge("10e", "probed", asks=["P10.10"], **planted, came_torch=[200] * 8, came_tf=[200] * 8) == {
        "P10.10": letter}


@pytest.mark.parametrize("mixed, letter", [(0, "a"), (5, "b"), (10, "b"), (11, "c"), (15, "c")])
def test_how_many_users_are_told_two_digits(mixed, letter):
    told = {str(user): [3, 4] if user < mixed else [3] for user in range(15)}
    assert cells.judge("10e", "mixed", asks=["P10.11"], told_torch=told, told_tf=told) == {"P10.11": letter}


@pytest.mark.parametrize("came, letter", [(200, "a"), (503, "b"), ("lost", "c")])
def test_what_clients_get_of_a_server_that_ends(came, letter):
    assert cells.judge("10e", "gone", asks=["P10.12"], ended_torch=[came] * 3, ended_tf=[came] * 3) == {
        "P10.12": letter}


def test_the_lessons_canary_is_the_exercises():
    for user, percent in checks_e.visitors():
        assert operator_client.in_canary(user, percent) == checks_e.chosen(user, percent)


def test_requests_that_do_not_end_are_said():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sent = operator_client.send(f"http://127.0.0.1:{silent.getsockname()[1]}/x", ONE, 2)
        with pytest.raises(TimeoutError, match="0 of 2"):
            operator_client.ends(sent, seconds=0.2)
    assert operator_client.ends(sent) == ["lost"] * 2
