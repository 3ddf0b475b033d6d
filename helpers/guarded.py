"""How one child is started, read, waited for and ended: the plumbing below `helpers.process`."""
import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
import uuid

import psutil

from helpers.workers import guard

# A notebook's kernel sets some of these for its own display; in a child they clutter what is captured.
NOISY = ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "JPY_PARENT_PID", "PYTHONVERBOSE", "PYTHONINSPECT")
QUIET = {"NO_COLOR": "1", "MPLBACKEND": "Agg", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


class Output(threading.Thread):
    """Collects what comes through a pipe, so that a full pipe never blocks the child."""

    def __init__(self, pipe):
        super().__init__(daemon=True)
        self.pipe, self.data = pipe, bytearray()
        self.start()

    def run(self):
        with self.pipe:
            while piece := self.pipe.read1():
                self.data += piece

    def text(self):
        return bytes(self.data).decode("utf-8", "replace").replace("\r\n", "\n")


def environment(extra):
    """A child's environment: this one less what makes it noisy, this Python's programs first, a mark."""
    env = {key: value for key, value in os.environ.items() if key not in NOISY} | QUIET
    env["PATH"] = sysconfig.get_path("scripts") + os.pathsep + env.get("PATH", os.defpath)
    env |= {key: str(value) for key, value in (extra or {}).items()}
    outer = os.environ.get(guard.MARK, "")  # of a child that starts children: their mark holds both
    env[guard.MARK] = f"{outer}/{uuid.uuid4().hex}"
    return env


@contextlib.contextmanager
def started(args, payload, env, merged=False):
    """Start `args` below a guard, with the bytes `payload` as input; yield (guard process, outputs); end all.

    `merged`: one output for both streams instead of two. Raises FileNotFoundError: there is no such program.
    """
    env = environment(env)
    args = [str(a) for a in args]
    program = shutil.which(args[0], path=env["PATH"])
    if program is None:
        raise FileNotFoundError(f"{args[0]}: no such program on PATH")
    if os.name == "posix":  # out of the group that a notebook's interrupt signals: the guard must outlive it
        apart = {"start_new_session": True}
    else:
        apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    process = subprocess.Popen([sys.executable, "-P", guard.__file__, program, *args[1:]], env=env, **apart,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT if merged else subprocess.PIPE)
    try:
        outputs = [Output(pipe) for pipe in (process.stdout, process.stderr) if pipe]
        with contextlib.suppress(OSError):  # a guard that is gone already is seen by its exit code
            process.stdin.write(b"%d %d\n" % (os.getpid(), len(payload)) + payload)
            process.stdin.flush()
        yield process, outputs
    finally:
        end(process, env[guard.MARK])


def end(process, mark):
    """Ask the guard to end its child, and do its work where it cannot."""
    with contextlib.suppress(OSError), process.stdin:
        process.stdin.write(b".")  # not only the pipe's end: a forked data loader may hold a copy of it
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(guard.GRACE + 10)
    if process.returncode is None or process.returncode < 0:  # the guard hangs, or was killed
        process.kill()
        guard.end_all(mark)
        process.wait()


def wait(children, timeout):
    """Wait until all `children` (from `started`) are done or one failed; False after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        codes = [process.poll() for process, _ in children]
        if None not in codes or any(codes):
            return True
        if time.monotonic() > deadline:
            return False
        process, outputs = children[codes.index(None)]
        outputs[0].join(0.1)  # wakes at the output's end; short, or no interrupt would get through on Windows
        if not outputs[0].is_alive():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)


def texts(process, outputs):
    """What came through, complete: the pipes end when the guard does, unless it was killed."""
    for output in outputs:
        output.join(5 if process.returncode >= 0 else 0.1)
    return [output.text() for output in outputs]


def child_of(process):
    """The pid of the guard's child: the first below it that is no guard (Windows puts a launcher between).

    None while it has not started yet, or is gone.
    """
    with contextlib.suppress(psutil.Error):
        for below in psutil.Process(process.pid).children(recursive=True):
            if guard.__file__ not in below.cmdline():
                return below.pid
    return None
