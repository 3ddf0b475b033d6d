"""TensorBoard's and Visdom's servers on loopback, and asking them. Imports no framework, nor Visdom.

Visdom's own start (`visdom`, `python -m visdom.server`) first downloads its page's scripts, and fails offline:
`helpers/workers/visdom_server.py` starts its server with scripts from npm, and says what else it takes.
"""
import contextlib
import importlib.util
import json
import logging
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from importlib import metadata

from . import missing, process, session, show
from .workers import visdom_server

TOOLS = ("tensorboard", "visdom")
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open  # proxies are for the outside world


def skip_where_missing():
    """Where TensorBoard or Visdom is not installed, skip the cells that need it, as `session` does for a framework."""
    absent = [name for name in TOOLS if importlib.util.find_spec(name) is None]
    if absent:
        missing.skip_cells_that_need(session.not_installed() + absent)
    for name in absent:
        how = {"tensorboard": "python -m pip install -r requirements.txt",
               "visdom": "the two commands in the first lines of requirements-visdom.txt"}[name]
        print(f"{missing.PACKAGES[name]} is not installed: cells that need it are skipped, and what they would have "
              f"measured is NOT MEASURED. To install it: {how}")


def comes_with(module):
    """The names of the packages that pip installs together with an imported module's package (extras left out)."""
    package = metadata.packages_distributions()[module.__name__][0]
    lines = [line for line in metadata.requires(package) or [] if "extra ==" not in line]
    return sorted({re.split(r"[ <>=!;~\[(]", line)[0].lower() for line in lines})


@contextlib.contextmanager
def tensorboard(logs, runs, timeout=90):
    """The real TensorBoard over the folder `logs`, as a `process.Server`, once it has read every run named in `runs`.

    Raises ChildFailed when it does not start, ChildTimeout when runs are missing after `timeout` seconds.
    """
    missing.need(*runs)
    port = process.free_port()
    args = [sys.executable, "-m", "tensorboard.main", "--logdir", os.fspath(logs), "--host", "127.0.0.1",
            "--port", str(port), "--reload_interval", "1"]
    url = f"http://127.0.0.1:{port}"

    def loaded():
        return set(runs) <= set(ask(url, "data/runs"))

    with process.server(args, f"{url}/data/runs", timeout) as server:
        deadline = time.monotonic() + timeout
        while not loaded():
            if time.monotonic() > deadline:
                raise process.ChildTimeout(f"TensorBoard has not read the runs {runs} after {timeout} s", server.log)
            time.sleep(0.1)
        yield server


@contextlib.contextmanager
def visdom(folder, timeout=90):
    """The real Visdom server, on loopback only; it keeps its environments in `folder`. A `process.Server`.

    Its page is there where npm's files are (`helpers/browser_files.py`); all else works without it.
    """
    missing.need(folder)
    if importlib.util.find_spec("visdom") is None:
        raise missing.NotInstalled(missing.PACKAGES["visdom"])
    port = process.free_port()
    args = [sys.executable, "-P", process.worker("visdom_server"), str(port), os.fspath(folder)]
    with process.server(args, f"http://127.0.0.1:{port}/user/style.css", timeout) as server:  # its page may be a 403
        yield server


def ask(url, path, body=None, **query):
    """GET (POST with `body`, plain JSON data) path from a server: JSON as Python data, everything else as bytes."""
    query = f"?{urllib.parse.urlencode(query)}" if query else ""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/{path}{query}", data, {"Content-Type": "application/json"})
    with _open(request, timeout=30) as answer:
        content, kind = answer.read(), answer.headers.get_content_type()
    return json.loads(content) if kind == "application/json" else content


def status(url):
    """The HTTP status of a page, also when it is an error; None when nobody answers."""
    try:
        with _open(url, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return None


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
    socket = websocket.create_connection(f"ws://127.0.0.1:{server.port}/socket", timeout=10)

    def send(window, **fields):
        event = {"target": window, "eid": env, **fields}
        socket.send(json.dumps({"cmd": "forward_to_vis", "data": event}))

    try:
        yield send
    finally:
        socket.close()


def wait_until(happened, timeout=20):
    """Wait until a function without arguments says true: True, or False when `timeout` seconds have passed."""
    deadline = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def page(url):
    """What a page, and the scripts and styles that it names, answer: a sentence. Nothing outside this machine is asked."""
    code = status(url)
    if code != 200:
        return f"HTTP status {code}"
    text = re.sub("<!--.*?-->", "", ask(url, "").decode(), flags=re.DOTALL)
    names = re.findall(r"""<(?:script|link)[^>]*?(?:src|href)=["']?([^"' >]+)""", text)
    links = [urllib.parse.urljoin(f"{url}/", name) for name in names if not name.startswith("data:")]
    own = [link for link in links if link.startswith(url)]
    served = Counter(status(link) for link in own)[200]
    return f"HTTP status 200, {served} of {len(own)} scripts and styles served, {len(links) - len(own)} from elsewhere"


def visdom_page(server):
    """Like `page`, for Visdom's; NOT MEASURED, and how to change that, where npm's files for it are not there."""
    try:
        visdom_server.files()
    except FileNotFoundError as error:
        return f"NOT MEASURED: {error}"
    return page(server.url)


@contextlib.contextmanager
def embedded(server, seconds, path=""):
    """Show a page of a server below the cell while the block runs; an interrupt then ends the block, and nothing more.

    With `seconds` 0 only say how to see it.
    """
    if not seconds:
        print("The server ends with this cell. To look around in its page, set linger = 600 above and run from there.")
        yield
        return
    url = f"{server.url}/{path}"
    show.rich(f'<iframe src="{url}" width="100%" height="700" title="page of the server"></iframe>', url)
    with contextlib.suppress(KeyboardInterrupt):
        yield


def look(server, seconds):
    """Embed a server's page and keep it up for some seconds (interrupt the cell to go on); with 0 say how."""
    with embedded(server, seconds):
        time.sleep(seconds)
