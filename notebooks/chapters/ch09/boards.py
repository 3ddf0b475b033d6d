"""TensorBoard's and Visdom's servers on loopback, and asking them. Imports no framework, nor Visdom.

Visdom's own start (`visdom`, `python -m visdom.server`) first downloads its page's scripts, and fails offline:
`chapters/ch09/workers/visdom_server.py` starts its server with scripts from npm, and says what else it takes.
"""
import contextlib
import json
import logging
import os
import sys

from chapters.ch09.workers import visdom_server
from helpers import process, web
from helpers.course import missing
from helpers.machine.packages import comes_with  # noqa: F401  (the notebook asks it)


@contextlib.contextmanager
def tensorboard(logs, runs, timeout=90):
    """The real TensorBoard over the folder `logs`, as a `process.Server`, once it has read every run named in `runs`.

    Raises ChildFailed when it does not start, ChildTimeout when runs are missing after `timeout` seconds.
    """
    missing.need(*runs)
    port = web.free_port()
    args = [sys.executable, "-m", "tensorboard.main", "--logdir", os.fspath(logs), "--host", "127.0.0.1",
            "--port", str(port), "--reload_interval", "1"]
    url = f"http://127.0.0.1:{port}"

    def loaded():
        return set(runs) <= set(web.ask(url, "data/runs"))

    with process.server(args, f"{url}/data/runs", timeout) as server:
        if not web.wait_until(loaded, timeout, pause=0.1):
            raise process.ChildTimeout(f"TensorBoard has not read the runs {runs} after {timeout} s", server.log)
        yield server


@contextlib.contextmanager
def visdom(folder, timeout=90):
    """The real Visdom server, on loopback only; it keeps its environments in `folder`. A `process.Server`.

    Its page is there where npm's files are (`helpers/machine/browser_files.py`); all else works without it.
    """
    missing.need(folder)
    if missing.not_installed(["visdom"]):
        raise missing.NotInstalled(missing.PACKAGES["visdom"])
    port = web.free_port()
    args = [sys.executable, "-P", process.worker("ch09/visdom_server"), str(port), os.fspath(folder)]
    with process.server(args, f"http://127.0.0.1:{port}/user/style.css", timeout) as server:  # its page may be a 403
        yield server


@contextlib.contextmanager
def client(server, env, events=True):
    """Visdom's own client, connected: `visdom.Visdom("http://127.0.0.1", port=..., env=env)`, ended with the block.

    Visdom's client never stops by itself: it would try every three seconds to find its server again, and log that.
    """
    from visdom import Visdom
    for name in ("visdom", "websocket"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    page = Visdom("http://127.0.0.1", port=server.port, env=env, raise_exceptions=True, use_incoming_socket=events)
    page.session.trust_env = False  # no proxy for loopback
    try:
        yield page
    finally:
        page.use_socket = False


@contextlib.contextmanager
def as_page(server, env="run"):
    """What Visdom's page does when its user acts: a function (window, plain fields of the event) over the page's socket."""
    import websocket
    socket = websocket.create_connection(f"ws://127.0.0.1:{server.port}/socket", timeout=60)

    def send(window, **fields):
        event = {"target": window, "eid": env, **fields}
        socket.send(json.dumps({"cmd": "forward_to_vis", "data": event}))

    try:
        yield send
    finally:
        socket.close()


def visdom_page(server):
    """Like `web.page`, for Visdom's; NOT MEASURED, and how to change that, where npm's files for it are not there."""
    try:
        visdom_server.files()
    except FileNotFoundError as error:
        return f"NOT MEASURED: {error}"
    return web.page(server.url)
