"""Talking to this machine itself: no proxy is asked for loopback, whatever the environment says."""
import http.client
import os
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable

open_url = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
"""`urllib.request.urlopen` without proxies: they are for the outside world."""


def status(url: str, timeout: float = 30) -> int | None:
    """The HTTP status of a page, also when it is an error; None when nobody answers, or half an answer comes."""
    try:
        with open_url(url, timeout=timeout) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, http.client.HTTPException):  # the second: from a server that is just starting
        return None


def is_own_name(host: str | None) -> bool:
    """Whether a request that a server of this machine got, with this Host, calls the machine by its own name.

    A page from elsewhere whose name was made to lead to 127.0.0.1 reaches the server through its reader's browser, and says
    that name. No Host at all is no browser's. On a JupyterHub every name is one: its proxy hands on what the browser said.
    """
    if host is None or "JUPYTERHUB_SERVICE_PREFIX" in os.environ:
        return True
    return re.fullmatch(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?", host, re.IGNORECASE) is not None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses right now; start the server soon, others may ask as well."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(happened: Callable[[], object], timeout: float = 20, pause: float = 0.01) -> bool:
    """Wait until a function without arguments says true: True, or False when `timeout` seconds have passed."""
    deadline = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
