"""A server on this machine: ask it, and show its page below a cell. Starting one is `helpers.process`'s part."""
import contextlib
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter

from helpers import show
from helpers.machine.loopback import free_port, open_url, wait_until

__all__ = ["ask", "embedded", "free_port", "look", "open_url", "page", "status", "wait_until"]


def ask(url, path, body=None, **query):
    """GET (POST with `body`, plain JSON data) path from a server: JSON as Python data, everything else as bytes."""
    query = f"?{urllib.parse.urlencode(query)}" if query else ""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/{path}{query}", data, {"Content-Type": "application/json"})
    with open_url(request, timeout=30) as answer:
        content, kind = answer.read(), answer.headers.get_content_type()
    return json.loads(content) if kind == "application/json" else content


def status(url):
    """The HTTP status of a page, also when it is an error; None when nobody answers."""
    try:
        with open_url(url, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return None


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
