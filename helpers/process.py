"""Child processes and servers: started, watched, always ended. Imports neither framework.

Every child starts through a small guard (`helpers/machine/guard.py`, about 40 ms a call), which ends it and
all that it started when the call or the `with` block is over, at an interrupt, when this interpreter exits or
is killed. Nothing that a child writes reaches the terminal: it is captured and comes back as text.
"""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psutil

from helpers import ROOT, errors
from helpers.machine import guard, loopback

TRIED = ("matplotlib", "pandas", "sklearn")
"""Libraries that Keras loads where they are there, and that a worker seldom uses: two of the five seconds of a processor in
which TensorFlow is loaded (Keras 3.15)."""


class ChildFailed(RuntimeError):
    """A child ended with an error; `.log` is all that it wrote."""

    def __init__(self, message: str, log: str = ""):
        super().__init__(message)
        self.log = log


class ChildTimeout(ChildFailed):
    """A child was ended because its time was up."""


class Results(list):
    """The JSON objects that a child printed, as a list of dicts; `.log`: everything else that it wrote."""

    log = ""


def results(text: str, log: str = "") -> Results:
    """Split a child's output into the JSON objects on lines of their own and the rest (`.log`)."""
    found, other = Results(), []
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        found.append(value) if isinstance(value, dict) else other.append(line)
    found.log = "\n".join([*other, log]).strip()
    return found


def worker(name: str | Path) -> Path:
    """The path of a script: of "ch08/ddp_torch" chapters/ch08/workers/ddp_torch.py, else the file that `name` is.

    A learner who has edited the worker in the folder `chapters` beside the open notebook (this process's current folder)
    runs that one; where there is none, the course's own.
    """
    path = Path(name)
    if path.suffix == ".py":
        places = [path]
    else:
        chapter, _, script = str(name).partition("/")
        inside = Path("chapters", chapter, "workers", f"{script}.py")
        places = [Path.cwd() / inside, ROOT / "notebooks" / inside]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise FileNotFoundError(f"no worker {name!s}: there is no file {places[-1]}")
    return found.resolve()


def lean(env: dict | None = None, keep: Sequence[str] = ()) -> dict:
    """`env` for a child that loads TensorFlow: it finds none of TRIED but those to keep, and starts the sooner.

    Each stands first on its path as a module that says so: helpers/machine/without.
    """
    env = env or {}
    folders = [str(Path(guard.__file__).parent / "without" / name) for name in TRIED if name not in keep]
    path = [*folders, str(env.get("PYTHONPATH", os.environ.get("PYTHONPATH", "")))]
    return {**env, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def run(script: str | Path, payload: object, timeout: float, env: dict | None = None, keep: Sequence[str] = ()) -> Results:
    """Run a Python script (a path, or a name as `worker` knows it) with this interpreter: its JSON lines.

    `payload` reaches the script as JSON on standard input; arrays become lists, paths strings (large arrays:
    save an .npz and send its path). Each JSON object that it prints on a line of its own becomes a dict in
    the list; other lines, and standard error, are in the list's `.log`. `env`: variables to add or replace.
    `keep`: what the script imports of TRIED; it finds no other (see `lean`).

    Raises ChildFailed with the script's own frames and the error, or ChildTimeout after `timeout` seconds.
    """
    return together(script, [payload], timeout, env, keep)[0]


def together(script: str | Path, payloads: Sequence, timeout: float, env: dict | None = None,
             keep: Sequence[str] = ()) -> list[Results]:
    """Like `run`, one child for each payload, all at the same time (ranks that talk to each other).

    A list of what `run` gives. When one fails, or the time is up, the others are ended too.
    """
    path = worker(script)
    texts = [json.dumps(payload, default=_plain).encode() for payload in payloads]
    with contextlib.ExitStack() as stack:
        args = [sys.executable, "-P", path]  # -P: a worker called like a library must not hide it
        children = [stack.enter_context(started(args, text, lean(env, keep))) for text in texts]
        if not wait(children, timeout):
            raise ChildTimeout(_too_late(path.name, timeout), log(children))
        for number, child in enumerate(children, 1):
            if code := child.process.returncode:
                name = path.name if len(children) == 1 else f"{path.name} ({number} of {len(children)})"
                why = errors.own_frames(written(child)[1], str(path))
                raise ChildFailed(f"{name} failed ({_how(code)}):\n{why}", log(children))
        return [results(*written(child)) for child in children]


def command(args: Sequence, timeout: float, env: dict | None = None) -> subprocess.CompletedProcess:
    """Run a plain command; give back a `subprocess.CompletedProcess` with text in `stdout` and `stderr`.

    A non-zero `returncode` does not raise (128 + n: ended by signal n); ChildTimeout after `timeout` seconds.
    The programs of this Python come first on PATH, so `torchrun` or `tensorboard` are this environment's own.
    """
    with started(args, b"", env) as child:
        if not wait([child], timeout):
            raise ChildTimeout(_too_late(Path(args[0]).name, timeout), log([child]))
        return subprocess.CompletedProcess(args, child.process.returncode, *written(child))


class Server:
    """A running server: `pid`, `url`, where its pages begin, and `port` (None if `ready` was a function), `log` so far."""

    def __init__(self, pid: int, url: str | None, output: "Output"):
        self.pid, self.url, self._output = pid, url, output
        self.port = urlsplit(url).port if url else None

    @property
    def log(self) -> str:
        return self._output.text()


@contextlib.contextmanager
def server(args: Sequence, ready: str | Callable[[], object], timeout: float, env: dict | None = None,
           base: str = "") -> Iterator[Server]:
    """Start a server, wait until it is ready, yield a `Server`; leaving the block ends it with its children.

    `ready`: a URL that must answer with a status below 400, or a function that must return true (an OSError
    counts as "not yet"). Ending is a polite signal first, two seconds later a kill. `base`: the path, such as
    "/board", at which its pages begin.

    Raises ChildFailed with the log's tail when the server ends early, ChildTimeout after `timeout` seconds.
    """
    name = Path(args[0]).name
    url = "{0.scheme}://{0.netloc}{1}".format(urlsplit(ready), base) if isinstance(ready, str) else None
    with started(args, b"", env, merged=True) as child:
        pid = None

        def settled():
            nonlocal pid
            pid = child_of(child) if _is_ready(ready) else None
            return pid or child.process.poll() is not None

        in_time = loopback.wait_until(settled, timeout, pause=0.02)
        if child.process.poll() is not None:  # also where something answered: it was another server, on the same port
            said, = written(child)
            how = _how(child.process.returncode)
            raise ChildFailed(f"{name} ended before it was ready ({how}). Its log:\n{errors.last_lines(said, 15)}", said)
        if not in_time:
            said = log([child])
            raise ChildTimeout(f"{name} was not ready after {timeout} s. Its log:\n{errors.last_lines(said, 15)}", said)
        yield Server(pid, url, child.outputs[0])


# How one child is started, read, waited for and ended: a launcher of several (chapters/ch08/launch.py) uses it too


class Output(threading.Thread):
    """Collects what comes through a pipe, so that a full pipe never blocks the child."""

    def __init__(self, pipe):
        super().__init__(daemon=True)
        self.pipe, self.data = pipe, bytearray()
        self.start()

    def run(self) -> None:
        with self.pipe:
            while piece := self.pipe.read1():
                self.data += piece

    def text(self) -> str:
        return bytes(self.data).decode("utf-8", "replace").replace("\r\n", "\n")


class Child(NamedTuple):
    """A child that was started: the process of its guard, and its outputs (standard output, then standard error)."""
    process: subprocess.Popen
    outputs: list[Output]


@contextlib.contextmanager
def started(args: Sequence, payload: bytes, env: dict | None, merged: bool = False) -> Iterator[Child]:
    """Start `args` below a guard, with `payload` as its input, and yield the Child; the end of the block ends all of it.

    `merged`: one output for both streams instead of two. Raises FileNotFoundError: there is no such program.
    """
    env = _environment(env)
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
        yield Child(process, outputs)
    finally:
        _end(process, env[guard.MARK])


def wait(children: Sequence[Child], timeout: float) -> bool:
    """Wait until all `children` are done or one failed; False after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        codes = [child.process.poll() for child in children]
        if None not in codes or any(codes):
            return True
        if time.monotonic() > deadline:
            return False
        running = children[codes.index(None)]
        running.outputs[0].join(0.1)  # wakes at the output's end; short, or no interrupt would get through on Windows
        if not running.outputs[0].is_alive():
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(0.1)


def written(child: Child) -> list[str]:
    """What came through each output, complete: the pipes end when the guard does, unless it was killed."""
    for output in child.outputs:
        output.join(5 if child.process.returncode >= 0 else 0.1)
    return [output.text() for output in child.outputs]


def log(children: Sequence[Child]) -> str:
    """What has come so far through all outputs of some children."""
    return "\n".join(output.text() for child in children for output in child.outputs).strip()


def child_of(child: Child) -> int | None:
    """The pid of what was started: the first below the guard that is no guard (Windows puts a launcher between).

    None while it has not started yet, or is gone.
    """
    with contextlib.suppress(psutil.Error):
        for below in psutil.Process(child.process.pid).children(recursive=True):
            if guard.__file__ not in below.cmdline():
                return below.pid
    return None


# A notebook's kernel sets some of these for its own display; in a child they clutter what is captured.
NOISY = ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "JPY_PARENT_PID", "PYTHONVERBOSE", "PYTHONINSPECT")
QUIET = {"NO_COLOR": "1", "MPLBACKEND": "Agg", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def _environment(extra):
    """A child's environment: this one less what makes it noisy, this Python's programs first, a mark."""
    env = {key: value for key, value in os.environ.items() if key not in NOISY} | QUIET
    env["PATH"] = sysconfig.get_path("scripts") + os.pathsep + env.get("PATH", os.defpath)
    env |= {key: str(value) for key, value in (extra or {}).items()}
    outer = os.environ.get(guard.MARK, "")  # of a child that starts children: their mark holds both
    env[guard.MARK] = f"{outer}/{uuid.uuid4().hex}"
    return env


def _end(process, mark):
    """Ask the guard to end its child, and do its work where it cannot."""
    with contextlib.suppress(OSError), process.stdin:
        process.stdin.write(b".")  # not only the pipe's end: a forked data loader may hold a copy of it
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(guard.GRACE + 10)
    if process.returncode is None or process.returncode < 0:  # the guard hangs, or was killed
        process.kill()
        guard.end_all(mark)
        process.wait()


def _is_ready(ready):
    """Whether a URL answers without an error, or a function says so."""
    if isinstance(ready, str):
        return (loopback.status(ready, timeout=2) or 500) < 400
    try:
        return bool(ready())
    except OSError:  # what it asks for is not there yet
        return False


def _plain(value):
    """What JSON does not know, as something that it knows."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):  # NumPy arrays and numbers
        return value.tolist()
    raise TypeError(f"a worker cannot be sent a {type(value).__name__}: send numbers, text, arrays or paths")


def _too_late(name, timeout):
    return f"{name} was not done after {timeout} s and was ended, with all that it started"


def _how(code):
    """An exit code in words."""
    if os.name == "posix" and code > 128 and code - 128 in set(signal.Signals):
        name = signal.Signals(code - 128).name
        return f"ended by {name}" + (", perhaps out of memory" if name == "SIGKILL" else "")
    return f"exit code {code}"
