"""TensorBoard's and Visdom's servers on loopback, and asking them. Imports no framework, nor Visdom.

Visdom's own start (`visdom`, `python -m visdom.server`) first downloads its page's scripts, and fails offline:
`chapters/ch09/workers/visdom_server.py` starts its server with scripts from npm, and says what else it takes.
Neither server asks who somebody is, so each begins its pages at a path that nobody guesses.
"""
import contextlib
import json
import logging
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from chapters.ch09.workers import visdom_server
from helpers import process, show, web
from helpers.course import missing
from helpers.machine.packages import comes_with  # noqa: F401  (the notebook asks it)


@contextlib.contextmanager
def tensorboard(logs, timeout=90):
    """The real TensorBoard over the folder `logs`, as a `process.Server`, once it knows every run (folder of event files).

    Raises ChildFailed when it does not start, ChildTimeout when runs are missing after `timeout` seconds.
    """
    missing.need(logs)
    runs = {path.parent.relative_to(logs).as_posix() for path in Path(logs).rglob("*tfevents*")}
    port = web.free_port()
    args = [sys.executable, "-P", process.worker("ch09/tensorboard_server"), os.fspath(logs), str(port)]

    def loaded():
        return runs <= set(web.ask(server.url, "data/runs"))

    with _board(args, port, "data/runs", timeout) as server:
        if not web.wait_until(loaded, timeout, pause=0.1):
            raise process.ChildTimeout(f"TensorBoard has not read the runs {sorted(runs)} after {timeout} s", server.log)
        yield server


@contextlib.contextmanager
def visdom(folder, timeout=90):
    """The real Visdom server, on loopback only; it keeps its environments in `folder`. A `process.Server`.

    Its page is there where npm's files are (`helpers/machine/fetch.py`); all else works without it.
    """
    missing.need(folder)
    if missing.not_installed(["visdom"]):
        raise missing.NotInstalled(missing.PACKAGES["visdom"])
    port = web.free_port()
    args = [sys.executable, "-P", process.worker("ch09/visdom_server"), str(port), os.fspath(folder)]
    with _board(args, port, "user/style.css", timeout) as server:  # its page may be a 403
        yield server


def _board(args, port, ready, timeout):
    """`process.server` for a worker that takes the path at which it begins from the environment, which no other account
    of the machine can read. ready: the path of a file below that one."""
    base = web.secret_base(port)
    return process.server(args, f"http://127.0.0.1:{port}{base}/{ready}", timeout, process.lean({"BOARD_BASE": base}), base)


@contextlib.contextmanager
def client(server, env, events=True):
    """Visdom's own client: `visdom.Visdom("http://127.0.0.1", port=..., base_url=..., env=env)`. It ends with the block.

    Visdom's client never stops by itself: it would try every three seconds to find its server again, and log that.
    """
    missing.need(server)
    from visdom import Visdom

    class Direct(Visdom):
        """Visdom's client, which asks no proxy for this machine, from its first request on: making one sends it."""

        @property
        def session(self):
            session = super().session
            session.trust_env = False
            return session

    for name in ("visdom", "websocket"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    page = Direct("http://127.0.0.1", port=server.port, base_url=urlsplit(server.url).path or "/", env=env,
                  raise_exceptions=True, use_incoming_socket=events)
    try:
        yield page
    finally:
        page.use_socket = False


@contextlib.contextmanager
def as_page(server, env="run"):
    """What Visdom's page does when its user acts: a function (window, plain fields of the event) over the page's socket."""
    import websocket
    socket = websocket.create_connection(f"ws{server.url.removeprefix('http')}/socket", timeout=60)

    def send(window, **fields):
        event = {"target": window, "eid": env, **fields}
        socket.send(json.dumps({"cmd": "forward_to_vis", "data": event}))

    try:
        yield send
    finally:
        socket.close()


def act(browser, window, row, value, arrived):
    """Send what the page sends when its user edits row `row` of a window of properties; wait until `arrived` lists the row.

    browser: from `as_page`. arrived: the list into which a callback puts the rows it has heard of.
    Raises ChildTimeout when it has not after 20 seconds.
    """
    browser(window, event_type="PropertyUpdate", propertyId=row, value=str(value))
    if not web.wait_until(lambda: row in arrived):
        raise process.ChildTimeout(f"the edit of row {row} in the window {window!r} has not reached the program after 20 s")


def content(page, window, env=None):
    """What a window of Visdom's holds, as the server keeps it: for a plot a dict with the list `data`, one dict a line."""
    return json.loads(page.get_window_data(window, env=env))["content"]


def frame(server, seconds, path):
    """Show a page of a server below the cell, where it stays while later cells run; with `seconds` 0 say how to see it."""
    missing.need(server)
    if not seconds:
        print("To see the page beside what you run, set linger = 60 above and run from there.")
        return
    url, advice = web.address(server, path)
    if url:
        show.rich(show.render("frame.html", url=url, advice=advice), url)
    else:
        print(advice)


def visdom_page(server):
    """Like `web.page`, for Visdom's; NOT MEASURED, and how to change that, where npm's files for it are not there."""
    try:
        visdom_server.files()
    except FileNotFoundError as error:
        return f"NOT MEASURED: {error}"
    return web.page(server.url)
