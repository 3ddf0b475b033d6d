"""What an operator needs beside a model's answers: does the server live, is it ready, what has it counted; and its end.

`Operated` stands around the contract's WSGI application, whichever it is, and knows no framework.

    GET /healthz   200 as long as the process answers at all
    GET /readyz    200 when a version is AVAILABLE, 503 while the model loads and while the server drains
    GET /metrics   what was counted, as text that Prometheus reads
    GET /drain     asks it to end, as the signal SIGTERM does, which Windows has not
"""
import json
import os
import re
import threading
import time
import wsgiref.util

import prometheus_client
from prometheus_client.core import GaugeMetricFamily

STATUS = {200: "200 OK", 404: "404 Not Found", 503: "503 Service Unavailable"}
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds up to which a request counts for a bucket of the histogram."""


class Operated:
    """A WSGI application around the contract's, which counts requests, and refuses them before and after its time.

    name: the model's. brake: a path; while there is such a file, every answer waits, as a slow model's would. `app` is the
    contract's application, None until it is loaded; `end` is set once the server is to end, and `draining` while it does.
    """

    def __init__(self, name, brake):
        self.name, self.brake = name, brake
        self.app, self.draining, self.end = None, False, threading.Event()
        self.in_flight, self.lock = 0, threading.Lock()
        self.registry = prometheus_client.CollectorRegistry()
        kinds = {"registry": self.registry}
        self.requests = prometheus_client.Counter("serving_requests", "Requests answered.", ["label", "code"], **kinds)
        self.seconds = prometheus_client.Histogram("serving_request_seconds", "Time from a request to its answer.",
                                                   buckets=BUCKETS, **kinds)
        under_way = prometheus_client.Gauge("serving_requests_in_flight", "Requests under way.", **kinds)
        under_way.set_function(lambda: self.in_flight)
        self.registry.register(self)

    def __call__(self, environ, start_response):
        """Answer a probe, or a request of the contract."""
        if environ["PATH_INFO"] in PROBES:
            return self.probe(environ, start_response)
        with self.lock:  # one step: no request begins after the last one was waited for
            refused = self._closed()
            self.in_flight += not refused
        if refused:
            self._count(environ["PATH_INFO"], "503")
            return _json(start_response, 503, {"error": refused}, [("Retry-After", "1")])
        begin = time.perf_counter()
        try:
            while self.brake.exists():
                time.sleep(0.01)
            status, headers, body = called(self.app, environ)
            self._count(environ["PATH_INFO"], status[:3])
            self.seconds.observe(time.perf_counter() - begin)
        finally:
            with self.lock:
                self.in_flight -= 1
        start_response(status, headers)
        return [body]

    def probe(self, environ, start_response):
        """Answer only what an operator asks: a WSGI application for a port of its own."""
        path = environ["PATH_INFO"]
        if path == "/healthz":
            return _json(start_response, 200, {"status": "alive"})
        if path == "/readyz":
            said = self._closed() or ("" if "AVAILABLE" in self.states().values() else "no version is AVAILABLE")
            return _json(start_response, 503 if said else 200, {"status": said or "ready"})
        if path == "/metrics":
            start_response(STATUS[200], [("Content-Type", prometheus_client.CONTENT_TYPE_LATEST)])
            return [prometheus_client.generate_latest(self.registry)]
        if path == "/drain":
            self.end.set()
            return _json(start_response, 200, {"status": "draining"})
        return _json(start_response, 404, {"error": "there is nothing at this path"})

    def states(self):
        """{version: state}, as the contract's own answer to GET /v1/models/NAME says; {} while nothing is loaded."""
        if self.app is None:
            return {}
        environ = {"PATH_INFO": f"/v1/models/{self.name}", "SCRIPT_NAME": os.environ.get("SERVER_BASE", "")}
        wsgiref.util.setup_testing_defaults(environ)
        _, _, body = called(self.app, environ)
        return {row["version"]: row["state"] for row in json.loads(body)["model_version_status"]}

    def collect(self):
        """The versions and their states, for `registry`: read when somebody asks, so that they are never out of date."""
        family = GaugeMetricFamily("serving_version", "1 for the state in which a version is.", labels=["version", "state"])
        for version, state in self.states().items():
            family.add_metric([version, state], 1)
        yield family

    def _closed(self):
        """Why no request is taken now, "" where they are."""
        if self.draining:
            return "the server is about to end"
        return "" if self.app else "the model is not loaded yet"

    def _count(self, path, code):
        """Count a request under the label that it named. A label that there is not is none: clients must not invent rows."""
        named = re.search("/labels/([^/:]+)", path)
        self.requests.labels(named[1] if named and code in ("200", "400") else "", code).inc()


PROBES = ("/healthz", "/readyz", "/metrics")
"""What clients may ask on their port, too."""


def called(app, environ):
    """(status, headers, body) of a WSGI application, read to the end.

    The contract's application was made for 127.0.0.1 and looks at paths and names itself; whoever stands around it has done
    so already. So it gets the whole path again, and the machine's own name.
    """
    told = []

    def start_response(status, headers, exc_info=None):
        told[:] = status, headers

    base = environ.get("SCRIPT_NAME", "")
    inner = {**environ, "SCRIPT_NAME": "", "PATH_INFO": base + environ["PATH_INFO"], "HTTP_HOST": "localhost"}
    parts = app(inner, start_response)
    try:
        body = b"".join(parts)
    finally:
        getattr(parts, "close", bool)()
    return *told, body


def _json(start_response, code, content, headers=()):
    """A small answer."""
    body = json.dumps(content).encode()
    start_response(STATUS[code], [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers])
    return [body]


def is_settled(server, operated):
    """Whether a waitress server has nothing more to do: no request under way or waiting, no answer that is not sent."""
    waiting = [channel for channel in list(server.active_channels.values()) if channel.requests or channel.total_outbufs_len]
    return not operated.in_flight and not waiting
