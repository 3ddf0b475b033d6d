"""Ask a model server that keeps the contract: lesson 10a's `ask`, and what the lessons after it build on it."""
import json
import socket
import urllib.error
from urllib.parse import urlsplit

import numpy as np

from helpers import web


def ask(url, request=None):
    """(status code, answer): a GET without a request, else a POST of it.

    Bytes are sent as they are, anything else as JSON.
    """
    body = request
    if request is not None and not isinstance(request, bytes):
        body = json.dumps(request).encode()
    try:
        with web.open_url(url, body, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def probabilities(url, images, where=""):
    """A server's probabilities for pictures (n, 8, 8): float32 (n, 10). where: "/versions/1" or "/labels/old"."""
    status, answer = ask(f"{url}{where}:predict", {"instances": images.tolist()})
    if status != 200:
        raise RuntimeError(f"{url}{where} answers {status}: {answer}")
    return np.array(answer["predictions"], "float32")


def states(url):
    """What a server says of its versions: {version: state}, such as {"1": "AVAILABLE"}."""
    _, answer = ask(url)
    return {row["version"]: row["state"] for row in answer["model_version_status"]}


def wait_for(url, wanted, seconds=60):
    """Wait until these versions have these states, None for one that is forgotten. Raises TimeoutError after `seconds`."""
    def come_true():
        found = states(url)
        return all(found.get(version) == state for version, state in wanted.items())

    if not web.wait_until(come_true, seconds, pause=0.05):
        raise TimeoutError(f"{url}: after {seconds} s the states are {states(url)}, not {wanted}")


def why(url, version):
    """What a server says of a version that did not load: a sentence, "" where it has none."""
    _, answer = ask(url)
    rows = {row["version"]: row for row in answer["model_version_status"]}
    return rows[version]["status"]["error_message"]


def half_a_request(url):
    """Open a connection, announce a request of 500 bytes, send twelve of them, and leave the connection open."""
    parts = urlsplit(f"{url}:predict")
    head = f"POST {parts.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n"
    connection = socket.create_connection((parts.hostname, parts.port), timeout=60)
    connection.sendall(head.encode() + b'{"instances"')
    return connection


def is_answered(url, seconds):
    """Whether a question for the versions is answered within so many seconds."""
    try:
        with web.open_url(url, timeout=seconds) as answer:
            return answer.status == 200
    except TimeoutError:
        return False
