"""Serve a folder on loopback: `python edge_page.py FOLDER PORT`. Its addresses begin with SERVER_BASE of the environment,
letters drawn at random, since all accounts of a machine reach its ports. Types are fixed here, since an operating system may
say that JavaScript is plain text, which a browser refuses; the policy keeps the page from asking anyone else for anything.
"""
import functools
import os
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from helpers.machine import loopback

BASE = os.environ.get("SERVER_BASE", "")
POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src data:"


class Handler(SimpleHTTPRequestHandler):
    extensions_map = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript",
                      ".wasm": "application/wasm", ".json": "application/json", ".onnx": "application/octet-stream"}
    protocol_version = "HTTP/1.1"

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")  # the next run's model must not be hidden by this one's
        super().end_headers()

    def send_head(self):
        if loopback.is_own_name(self.headers.get("Host")) and self.path.startswith(f"{BASE}/"):
            self.path = "/" + self.path.removeprefix(BASE).lstrip("/")
            return super().send_head()
        self.send_error(404)  # another account, or a page from elsewhere whose name was made to lead here

    def list_directory(self, path):
        self.send_error(404)


if __name__ == "__main__":
    folder, port = sys.argv[1:]
    ThreadingHTTPServer(("127.0.0.1", int(port)), functools.partial(Handler, directory=folder)).serve_forever()
