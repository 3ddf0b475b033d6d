"""Ask a server what an operator asks, and requests that are under way while something else happens."""
import os
import signal
import threading
import time
import urllib.error
from typing import NamedTuple

import psutil

from chapters.ch10 import client
from helpers import web


def probe(url, seconds=5):
    """What a probe learns: the status code, or "no answer" after so many seconds, or where nobody is there."""
    return web.status(url, timeout=seconds) or "no answer"


def metrics(server):
    """What a servers.Operated has counted: {name with labels: number}, such as {'serving_requests_in_flight': 0.0}."""
    with web.open_url(f"{server.probes}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    rows = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {name: float(number) for name, number in rows}


def count(server, label=None, code=None):
    """How many requests a server has answered: all, or those of a label ("" for none), or of a code."""
    wanted = [f'{key}="{value}"' for key, value in (("label", label), ("code", code)) if value is not None]
    rows = metrics(server).items()
    return int(sum(number for name, number in rows
                   if name.startswith("serving_requests_total{") and all(part in name for part in wanted)))


def wait_until_ready(server, seconds=60):
    """Wait until a server's /readyz says 200. Raises TimeoutError."""
    _wait(lambda: probe(f"{server.probes}/readyz") == 200, f"{server.url} is not ready", seconds)


def wait_until_not_ready(server, seconds=60):
    """Wait until a server's /readyz says 503. Raises TimeoutError."""
    _wait(lambda: probe(f"{server.probes}/readyz") == 503, f"{server.url} is still ready", seconds)


def wait_until_under_way(server, number, seconds=60):
    """Wait until so many requests are under way. Raises TimeoutError."""
    _wait(lambda: metrics(server)["serving_requests_in_flight"] == number, f"not {number} requests under way", seconds)


def wait_until_gone(server, seconds=60):
    """Wait until a server's process has ended. Raises TimeoutError."""
    _wait(lambda: not psutil.pid_exists(server.pid), f"process {server.pid} still runs", seconds)


def terminate(server):
    """Ask a server's process to end, as `kill`, Docker and Kubernetes do: by the signal SIGTERM."""
    os.kill(server.pid, signal.SIGTERM)


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


def ends(under_way, seconds=60):
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
