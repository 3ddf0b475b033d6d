"""A model behind Flask as an operator runs it: python serve_operated.py FOLDER NAME --side torch --port 8501 --probes 8502

It listens at once, then loads its model, and is asked for its health on a port of its own. At SIGTERM it drains: new
requests are refused, those under way are answered, then it ends.
"""
import argparse
import runpy
import signal
import threading
from pathlib import Path

import waitress

from chapters.ch10 import operations, rest_api
from helpers.machine import loopback

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("name")
parser.add_argument("--side", choices=["torch", "tf"], required=True)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--probes", type=int, required=True, help="the port for the operator's questions")
parser.add_argument("--grace", type=float, default=30, help="seconds that draining may take; 0: SIGTERM ends it at once")
parser.add_argument("--address", default="127.0.0.1", help="0.0.0.0 in a container, which only its cluster reaches")
parser.add_argument("--brake", type=Path, default=Path("no such file"), help="a file that makes it wait while it is there")
given = parser.parse_args()

operated = operations.Operated(given.name, given.brake)
guarded = rest_api.guarded if given.address == "127.0.0.1" else lambda app: app  # elsewhere it is asked by other names
server = waitress.create_server(guarded(operated), host=given.address, port=given.port, threads=8,
                                max_request_body_size=16 * rest_api.LIMIT)
probes = waitress.create_server(guarded(operated.probe), host=given.address, port=given.probes, threads=2)
for one in (server, probes):
    threading.Thread(target=one.run, daemon=True).start()

if given.grace:
    signal.signal(signal.SIGTERM, lambda number, frame: operated.end.set())

while given.brake.exists() and not operated.end.wait(0.01):  # as if loading took long
    pass
serve_flask = runpy.run_path(str(Path(__file__).with_name("serve_flask.py")))  # the file beside this one
operated.app = serve_flask["create_app"](given.folder, given.name, given.side)
operated.end.wait()
operated.draining = True
loopback.wait_until(lambda: operations.is_settled(server, operated), given.grace)
