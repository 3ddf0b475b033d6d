"""Servers of the serving chapter on loopback, each in a process of its own that ends with its `with` block.

None asks who somebody is, so each of ours begins its addresses at a path that nobody guesses.
A lesson, whose cells no `with` block can hold together, calls `start` and `stop`.
"""
import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from helpers import process, web
from helpers.course import missing
from helpers.session import fresh_folder  # noqa: F401  (the lessons ask it here, as what they serve from)

MODEL = "digits"
"""The name under which the lessons' servers know their model."""

_running = contextlib.ExitStack()


def start(how, folder, side, **options):
    """Start a server of the versions in `folder`, and return its address, http://127.0.0.1:PORT/SECRET/v1/models/digits.

    how: the name of one of the functions below, which say what options they have. side: "torch" or "tf". It runs until
    `stop`, or until this Python ends.
    Raises NotInstalled where the side's framework is not: its server could not start.
    """
    missing.side(side)
    kinds = {"flask": flask, "django": django, "tensorflow_model_server": _tensorflow}
    server = _running.enter_context(kinds[how](folder, MODEL, side, **options))
    return f"{server.url}/v1/models/{MODEL}"


class Operated(NamedTuple):
    """A server as an operator runs it: `url` as `start` gives it, `base`, where its pages begin on the clients' port, and
    `probes`, where they begin on the operator's; `brake`, a file that makes it wait while it is there; `pid`; and whether
    it `drains` before it ends."""
    url: str
    base: str
    probes: str
    brake: Path
    pid: int
    drains: bool


def start_operated(folder, side, grace):
    """Start a server as an operator runs it. It does not load yet: its brake is on. Otherwise as `start`.

    grace: seconds that draining may take, 0: it ends at once.
    """
    missing.side(side)
    brake = Path(f"{folder}-brake")
    brake.touch()
    return _running.enter_context(operated(folder, MODEL, side, grace, brake))


@contextlib.contextmanager
def operated(folder, name, side, grace, brake):
    """A server of workers/serve_operated.py. A context that gives an Operated as soon as its process answers."""
    port, second = web.free_port(), web.free_port()
    base = web.secret_base(port)
    args = [sys.executable, "-P", process.worker("ch10/serve_operated"), folder, name, "--side", side, "--port", port,
            "--probes", second, "--grace", grace, "--brake", brake]
    probes = f"http://127.0.0.1:{second}{base}"
    with process.server(args, f"{probes}/healthz", timeout=90, env=process.lean({"SERVER_BASE": base}), base=base) as server:
        clients = f"http://127.0.0.1:{port}{base}"
        yield Operated(f"{clients}/v1/models/{name}", clients, probes, brake, server.pid, grace > 0)


def keep(context):
    """Enter a context, and leave it at `stop`; returns what it gives. For servers of other modules."""
    return _running.enter_context(context)


def stop():
    """End all servers that `start` has started."""
    _running.close()


def flask(folder, name, side, connections=100):
    """A model behind Flask on waitress. side: "torch" or "tf"; folder holds the versions. A context, see process.server.

    connections: waitress's connection_limit; it counts two of its own.
    """
    return _python("ch10/serve_flask", folder, name, side, connections)


def django(folder, name, side, connections=100):
    """A model behind Django on waitress. Arguments as for `flask`."""
    return _python("ch10/serve_django", folder, name, side, connections)


def gunicorn(kind, folder, name, side):
    """The same on gunicorn: two worker processes of four threads. kind: "flask" or "django". Only where the OS has fork."""
    port = web.free_port()
    app = f"chapters.ch10.workers.serve_{kind}:create_app({str(folder)!r}, {name!r}, {side!r})"
    args = ["gunicorn", app, "--worker-class", "chapters.ch10.workers.gunicorn_json.Worker",
            "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--no-control-socket"]
    return _started(args, port, name, web.secret_base(port))


def tensorflow_model_server(folder, name):
    """TensorFlow's own server, from PATH or as a Docker image that is here already; None where there is neither.

    It answers every account of the machine: its addresses begin at /v1.
    """
    port, inner = web.free_port(), str(folder)
    if shutil.which("tensorflow_model_server"):
        command, options = ["tensorflow_model_server"], [f"--rest_api_port={port}", f"--port={web.free_port()}"]
    elif _has_image():
        inner, options = f"/models/{name}", ["--rest_api_port=8501"]
        command = ["docker", "run", "--rm", "--init", "--publish", f"127.0.0.1:{port}:8501", "--volume",
                   f"{folder}:{inner}:ro", "--entrypoint", "tensorflow_model_server", "tensorflow/serving"]
    else:
        return None
    options += [f"--model_name={name}", f"--model_base_path={inner}", "--file_system_poll_wait_seconds=1"]
    return _started(command + options, port, name)


def is_tensorflow_model_server_here():
    """Whether TensorFlow's own server can be had: from PATH, or as a Docker image that is here already. Not on a hub, where
    all learners could ask it."""
    return web.HUB not in os.environ and (shutil.which("tensorflow_model_server") is not None or _has_image())


def _tensorflow(folder, name, side):
    return tensorflow_model_server(folder, name)


def _has_image():
    if not shutil.which("docker"):
        return False
    found = subprocess.run(["docker", "image", "inspect", "tensorflow/serving"], capture_output=True, timeout=20)
    return found.returncode == 0


def _python(script, folder, name, side, connections):
    port = web.free_port()
    return _started([sys.executable, "-P", process.worker(script), os.fspath(folder), name, port, side, connections], port,
                    name, web.secret_base(port))


def _started(args, port, name, base=""):
    """base: where its addresses begin. It goes through the environment, which no other account of the machine can read."""
    ready = f"http://127.0.0.1:{port}{base}/v1/models/{name}"
    return process.server(args, ready, timeout=90, env=process.lean({"SERVER_BASE": base}), base=base)
