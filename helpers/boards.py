"""TensorBoard's and Visdom's servers on loopback, and reading back what they hold. Imports no framework, nor Visdom.

Visdom's own start (`visdom`, `python -m visdom.server`) first downloads its page's scripts, and fails offline. Its server
needs none of them: `helpers/workers/visdom_server.py` starts it through `visdom.server.run_server.start_server`.
Nothing of Visdom is patched.
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
from importlib import metadata
from pathlib import Path

from . import missing, process, session, show

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


def logs(folder):
    """The folder for event files; where TensorBoard is missing a placeholder, so that the cells that write are skipped."""
    if importlib.util.find_spec("tensorboard") is None:
        return missing.Missing(missing.PACKAGES["tensorboard"])
    return Path(folder, "logs")


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
    """The real Visdom server, headless, on loopback only; it keeps its environments in `folder`. A `process.Server`."""
    missing.need(folder)
    if importlib.util.find_spec("visdom") is None:
        raise missing.NotInstalled(missing.PACKAGES["visdom"])
    port = process.free_port()
    args = [sys.executable, "-P", process.worker("visdom_server"), str(port), os.fspath(folder)]
    with process.server(args, f"http://127.0.0.1:{port}/user/style.css", timeout) as server:  # its page would be a 403
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


def look(server, seconds):
    """Embed a server's page and keep it up for some seconds (interrupt the cell to go on); with 0 say how."""
    if not seconds:
        print("The server ends with this cell. To look around in its page, set linger = 600 above and run from there.")
        return
    show.rich(f'<iframe src="{server.url}" width="100%" height="700" title="page of the server"></iframe>', server.url)
    with contextlib.suppress(KeyboardInterrupt):
        time.sleep(seconds)


def read(folder):
    """What a run's event files hold: {tag: (kind, [(step, array)])}, where kind is TensorBoard's name of the plugin.

    Uses TensorBoard's own reader, which brings PyTorch's older records into the form that TensorFlow writes.
    """
    from tensorboard.backend.event_processing import plugin_event_accumulator
    from tensorboard.util import tensor_util
    run = plugin_event_accumulator.EventAccumulator(os.fspath(folder), tensor_size_guidance={"scalars": 0})
    run.Reload()
    kinds = {tag: run.SummaryMetadata(tag).plugin_data.plugin_name for tag in run.Tags()["tensors"]}
    return {tag: (kind, [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in run.Tensors(tag)])
            for tag, kind in kinds.items()}


def graph(folder):
    """The graph in a run's event files: {name: operation} and the edges (from, to)."""
    from tensorboard.backend.event_processing import plugin_event_accumulator
    run = plugin_event_accumulator.EventAccumulator(os.fspath(folder))
    run.Reload()
    nodes = {node.name: node.op for node in run.Graph().node}
    edges = [(source.split(":")[0], node.name) for node in run.Graph().node for source in node.input]
    return nodes, [(a, b) for a, b in edges if a in nodes]
