"""Talking to this machine itself: no proxy is asked for loopback, whatever the environment says."""
import socket
import time
import urllib.request

open_url = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
"""`urllib.request.urlopen` without proxies: they are for the outside world."""


def free_port():
    """A port of 127.0.0.1 that nobody uses right now; start the server soon, others may ask as well."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(happened, timeout=20, pause=0.01):
    """Wait until a function without arguments says true: True, or False when `timeout` seconds have passed."""
    deadline = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
