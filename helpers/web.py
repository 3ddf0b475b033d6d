"""A server on this machine: ask it, and show its page below a cell. Starting one is `helpers.process`'s part."""
import contextlib
import importlib.util
import json
import os
import re
import secrets
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from helpers import show
from helpers.machine.loopback import free_port, open_url, status, wait_until
from helpers.process import Server

HUB = "JUPYTERHUB_SERVICE_PREFIX"
"""Set on a JupyterHub, and on Binder: the path of the learner's own Jupyter."""

__all__ = ["ask", "embedded", "free_port", "look", "open_url", "page", "secret_base", "status", "wait_until"]


def ask(url: str, path: str, body: object = None, **query) -> object:
    """GET (POST with `body`, plain JSON data) path from a server: JSON as Python data, everything else as bytes."""
    query = f"?{urllib.parse.urlencode(query)}" if query else ""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/{path}{query}", data, {"Content-Type": "application/json"})
    with open_url(request, timeout=30) as answer:
        content, kind = answer.read(), answer.headers.get_content_type()
    return json.loads(content) if kind == "application/json" else content


def page(url: str) -> str:
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


@contextlib.contextmanager
def embedded(server: Server, seconds: float, path: str = "") -> Iterator[None]:
    """Show a page of a server below the cell while the block runs; an interrupt then ends the block, and nothing more.

    With `seconds` 0 only say how to see it.
    """
    if not seconds:
        print("The server ends with this cell. To look around in its page, set linger = 600 above and run from there.")
        yield
        return
    url, advice = address(server, path)
    if url:
        show.rich(show.render("frame.html", url=url, advice=advice), url)
    else:
        print(advice)
    with contextlib.suppress(KeyboardInterrupt):
        yield


def look(server: Server, seconds: float) -> None:
    """Embed a server's page and keep it up for some seconds (interrupt the cell to go on); with 0 say how."""
    with embedded(server, seconds):
        time.sleep(seconds)


def secret_base(port: int) -> str:
    """A path for a server that asks nobody who they are to begin its pages at: who does not know it cannot ask for them.

    It ends with 32 letters drawn at random. On a hub it begins as its proxy does where it leaves addresses as they are, so
    that a page which names its scripts by whole paths works too.
    """
    hub = os.environ.get(HUB)
    return (f"{hub}proxy/absolute/{port}" if hub else "") + f"/{secrets.token_hex(16)}"


class Address(NamedTuple):
    """Where the learner's browser finds a page ("" where it cannot), and what to do where it stays empty."""
    url: str
    advice: str


def address(server: Server, path: str = "") -> Address:
    """Where the learner's browser finds a page of a server of this machine, on which that browser need not run."""
    hub, base = os.environ.get(HUB), urllib.parse.urlsplit(server.url).path
    if not hub:
        return Address(f"{server.url}/{path}", "If it stays empty, this notebook runs on another computer than your "
                       f"browser: forward the port {server.port} of that one to yours (in VS Code: the panel Ports).")
    if importlib.util.find_spec("jupyter_server_proxy"):
        begin = base if base.startswith(hub) else f"{hub}proxy/{server.port}{base}"
        return Address(f"{begin}/{path}", "If it stays empty, stop and start your server (File > Hub Control Panel): "
                       "jupyter-server-proxy is loaded when it starts.")
    return Address("", "Your browser reaches servers of this computer through jupyter-server-proxy, which is not installed. "
                   "Who keeps the hub can install it: python -m pip install jupyter-server-proxy.")
