"""TensorBoard's real server for who knows its address: tensorboard_server.py FOLDER PORT, BOARD_BASE in the environment.

The pages begin at the path BOARD_BASE, which ends with letters drawn at random. It comes through the environment because
every account of the machine can read command lines, and TensorBoard's own option --path_prefix is also written to a file
that all can read. Its loader in a process of its own is not used: that one listens, too, and asks nobody who they are.

Where TensorFlow is installed TensorBoard would load it, for seconds, to open files; its own reader opens those on a disk.
"""
import os
import sys
import types

from tensorboard import default, program

from helpers.machine import loopback


def guarded(app, base):
    """The WSGI application `app` at the path `base`, for requests that call this machine by its own name."""
    def answer(environ, start_response):
        path = environ["PATH_INFO"]
        if not loopback.is_own_name(environ.get("HTTP_HOST")) or not f"{path}/".startswith(f"{base}/"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"there is nothing at this address"]
        if path == base:
            start_response("302 Found", [("Location", f"{base}/")])
            return [b""]
        return app({**environ, "SCRIPT_NAME": base, "PATH_INFO": path.removeprefix(base)}, start_response)
    return answer


def main(folder, port, base):
    """Serve until ended from outside."""
    sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")  # by this name TensorBoard asks whether to leave it
    board = program.TensorBoard(default.get_plugins(),
                                server_class=lambda app, flags: program.WerkzeugServer(guarded(app, base), flags))
    board.configure(("tensorboard", "--logdir", folder, "--host", "127.0.0.1", "--port", port, "--reload_interval", "1",
                     "--load_fast", "false"))
    sys.exit(board.main())


if __name__ == "__main__":
    main(*sys.argv[1:], os.environ.pop("BOARD_BASE"))
