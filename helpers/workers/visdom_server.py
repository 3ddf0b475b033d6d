"""Visdom's real server, without the download of its page's scripts: visdom_server.py PORT FOLDER.

`visdom.server.run_server.main` downloads them first; `start_server` is what it calls then. `hostname` is only printed:
`bind_local` is what keeps the server on loopback.
"""
import sys

sys.modules["torch"] = None  # Visdom imports torch where it can, which takes seconds; the server has no use for it

from visdom.server.run_server import start_server  # noqa: E402

start_server(port=int(sys.argv[1]), hostname="127.0.0.1", base_url="", env_path=sys.argv[2], bind_local=True)
