"""Ask a server what an operator asks, and requests that are under way while something else happens."""
import hashlib
import json
import os
import re
import signal
import threading
import time
import urllib.error
from typing import NamedTuple

import numpy as np
import psutil

from chapters.ch10 import client
from helpers import web


def probe(url, seconds=5):
    """What a probe learns: the status code, or "no answer" after so many seconds, or where nobody is there."""
    return web.status(url, timeout=seconds) or "no answer"


SHOWN = ("serving_requests_total", "serving_requests_in_flight", "serving_version")


def page(server, begins=SHOWN):
    """The lines of a servers.Operated's /metrics that begin with one of these words, as text."""
    with web.open_url(f"{server.probes}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return "\n".join(line for line in lines if line.startswith(begins))


def metrics(server):
    """What a server has counted: {name with labels: number}, such as {'serving_requests_in_flight': 0.0}."""
    rows = [line.rsplit(" ", 1) for line in page(server, "").splitlines() if not line.startswith("#")]
    return {name: float(number) for name, number in rows}


def by_code(server, label=None):
    """How many requests a server has answered, {status code: number}: all of them, or those that named a label."""
    found = {}
    for name, number in metrics(server).items():
        row = re.fullmatch('serving_requests_total{code="(.*)",label="(.*)"}', name)
        if row and label in (None, row[2]):
            found[row[1]] = found.get(row[1], 0) + int(number)
    return found


def let_go(server):
    """Take a server's brake off and wait until it is ready."""
    server.brake.unlink()
    wait_until_ready(server)


def wait_until_ready(server, seconds=180):
    """Wait until a server's /readyz says 200. Raises TimeoutError."""
    _wait(lambda: probe(f"{server.probes}/readyz") == 200, f"{server.url} is not ready", seconds)


def wait_until_not_ready(server, seconds=180):
    """Wait until a server's /readyz says 503. Raises TimeoutError."""
    _wait(lambda: probe(f"{server.probes}/readyz") == 503, f"{server.url} is still ready", seconds)


def wait_until_under_way(server, number, seconds=180):
    """Wait until so many requests are under way. Raises TimeoutError."""
    _wait(lambda: metrics(server)["serving_requests_in_flight"] == number, f"not {number} requests under way", seconds)


def wait_until_gone(server, seconds=180):
    """Wait until a server's process has ended. Raises TimeoutError."""
    _wait(lambda: not psutil.pid_exists(server.pid), f"process {server.pid} still runs", seconds)


def wait_until_like(server, images, where, wanted, seconds=180):
    """Wait until a label or version answers with these probabilities, within 1e-6. Raises TimeoutError."""
    def is_like():
        return np.allclose(client.probabilities(server.url, images, where), wanted, rtol=0, atol=1e-6)

    _wait(is_like, f"{where} does not answer as wanted", seconds)


def terminate(server):
    """Ask a server's process to end, as `kill`, Docker and Kubernetes do: by the signal SIGTERM.

    Windows has no such signal. There a server that drains is asked by its address, and one that does not is ended.
    """
    if os.name == "posix" or not server.drains:
        os.kill(server.pid, signal.SIGTERM)
    else:
        probe(f"{server.probes}/drain")


def refusal(server, request):
    """(status code, the header Retry-After) of a prediction that a server does not make; "not said" where there is no such
    header: two pairs that are compared then differ by a word."""
    body = json.dumps(request).encode()
    try:
        with web.open_url(f"{server.url}:predict", body, timeout=60) as answer:
            return answer.status, answer.headers.get("Retry-After", "not said")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Retry-After", "not said")


def in_canary(user, percent):
    """Whether a user (text) belongs to the `percent` of 100 who try the new version: exercise 10.7."""
    digest = hashlib.sha256(user.encode()).hexdigest()
    return int(digest[:8], 16) % 100 < percent


class UnderWay(NamedTuple):
    """Requests that were sent: their threads, and what has come so far."""
    threads: list
    came: list


def send(url, request, times):
    """Send a request to `url` so often, all at the same time, and return at once: an UnderWay, for `ends`."""
    came = []

    def ask():
        try:
            came.append(client.ask(f"{url}:predict", request)[0])
        except (OSError, urllib.error.URLError):
            came.append("lost")

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(times)]  # daemon: none holds up the kernel's end
    for thread in threads:
        thread.start()
    return UnderWay(threads, came)


def ends(under_way, seconds=180):
    """Wait for requests that were sent: the list of their status codes, "lost" for a connection that broke."""
    deadline = time.monotonic() + seconds
    for thread in under_way.threads:
        thread.join(max(0, deadline - time.monotonic()))
    if len(under_way.came) < len(under_way.threads):
        raise TimeoutError(f"after {seconds} s {len(under_way.came)} of {len(under_way.threads)} requests have ended")
    return sorted(under_way.came, key=str)


def _wait(come_true, why, seconds):
    if not web.wait_until(come_true, seconds, pause=0.05):
        raise TimeoutError(f"after {seconds} s {why}")
