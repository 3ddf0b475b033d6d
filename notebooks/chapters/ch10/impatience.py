"""Clients that give up, before two doors of one model in this process: gRPC and REST, each with one thread (lesson 10f)."""
import concurrent.futures
import contextlib
import http.server
import json
import threading
import types
import urllib.error

import grpc

from chapters.ch10 import grpc_client, grpc_server, rest_api
from helpers import web


class Slow:
    """A model that counts its calls, whose first one lasts until the event `go_on` is set. call: array to array.

    sizes: the rows of each call.
    """
    signatures = {rest_api.DEFAULT: rest_api.Signature({"image": rest_api.Tensor("float32", (None, 8, 8))}, {})}

    def __init__(self, call):
        self.function, self.calls, self.sizes = call, 0, []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def call(self, name, arrays):
        self.calls += 1
        self.sizes.append(len(arrays["image"]))
        self.begun.set()
        self.go_on.wait(60)
        return {"output_0": self.function(arrays["image"])}


@contextlib.contextmanager
def grpc_door(model, images):
    """A context with a function of seconds: ask for these pictures, wait so long, and return "answered" or "gave up"."""
    versions = types.SimpleNamespace(name="digits", live={1: model}, pick=lambda number=None: (1, model))
    server, port = grpc_server.serve(versions, threads=1)
    with grpc.insecure_channel(f"127.0.0.1:{port}", grpc_client.OPTIONS) as channel:
        predict = grpc_client.method(channel, grpc_client.PREDICT)

        def ask(seconds):
            try:
                predict(grpc_client.request_of(images), timeout=seconds)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
                    raise
                return "gave up"
            return "answered"

        yield ask
    server.stop(None).wait()


class _OneByOne(http.server.HTTPServer):
    request_queue_size = 64  # connections that wait for the thread


@contextlib.contextmanager
def plain_web(respond, kind=http.server.ThreadingHTTPServer):
    """A context with the port of Python's own web server on loopback. respond: function of a POST's path, headers and body
    that gives (status, text, more headers)."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, text, more = respond(self.path, self.headers, body)
            with contextlib.suppress(ConnectionError):  # the client has closed: nobody reads it
                self.send_response(status)
                for name, value in {"Content-Length": len(text.encode()), **more}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(text.encode())

        def log_message(self, *parts):
            pass

    server = kind(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def rest_door(model, images):
    """The same over REST, one by one. There the time is the client's affair: it closes the connection."""
    body = json.dumps({"instances": images.tolist()}).encode()

    def respond(path, headers, body):
        return 200, rest_api.predict(model, rest_api.parse(body)), {}

    with plain_web(respond, _OneByOne) as port:
        def ask(seconds):
            try:
                with web.open_url(f"http://127.0.0.1:{port}", body, timeout=seconds) as answer:
                    answer.read()
            except (TimeoutError, urllib.error.URLError) as error:
                if "timed out" not in str(error):
                    raise
                return "gave up"
            return "answered"

        yield ask


def in_background(ask, seconds):
    """Ask in a thread of its own: a future of what `ask` returns."""
    pool = concurrent.futures.ThreadPoolExecutor(1)
    future = pool.submit(ask, seconds)
    pool.shutdown(wait=False)
    return future
