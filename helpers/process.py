"""Child processes and servers: started, watched, always ended. Imports neither framework.

Every child starts through a small guard (`helpers/machine/guard.py`, about 40 ms a call), which ends it and
all that it started when the call or the `with` block is over, at an interrupt, when this interpreter exits or
is killed. Nothing that a child writes reaches the terminal: it is captured and comes back as text.
"""
import contextlib
import http.client
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
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from helpers import ROOT
from helpers.machine import guard, loopback


class ChildFailed(RuntimeError):
    """A child ended with an error; `.log` is all that it wrote."""

    def __init__(self, message, log=""):
        super().__init__(message)
        self.log = log


class ChildTimeout(ChildFailed):
    """A child was ended because its time was up."""


class Results(list):
    """The JSON objects that a child printed, as a list of dicts; `.log`: everything else that it wrote."""

    log = ""


def results(text, log=""):
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


def worker(name):
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


def run(script, payload, timeout, env=None):
    """Run a Python script (a path, or a name as `worker` knows it) with this interpreter: its JSON lines.

    `payload` reaches the script as JSON on standard input; arrays become lists, paths strings (large arrays:
    save an .npz and send its path). Each JSON object that it prints on a line of its own becomes a dict in
    the list; other lines, and standard error, are in the list's `.log`. `env`: variables to add or replace.

    Raises ChildFailed with the script's own frames and the error, or ChildTimeout after `timeout` seconds.
    """
    return together(script, [payload], timeout, env)[0]


def together(script, payloads, timeout, env=None):
    """Like `run`, one child for each payload, all at the same time (ranks that talk to each other).

    A list of what `run` gives. When one fails, or the time is up, the others are ended too.
    """
    path = worker(script)
    texts = [json.dumps(payload, default=_plain).encode() for payload in payloads]
    with contextlib.ExitStack() as stack:
        args = [sys.executable, "-P", path]  # -P: a worker called like a library must not hide it
        children = [stack.enter_context(started(args, text, env)) for text in texts]
        if not wait(children, timeout):
            raise ChildTimeout(_too_late(path.name, timeout), _log(children))
        for number, (process, outputs) in enumerate(children, 1):
            if process.returncode:
                name = path.name if len(children) == 1 else f"{path.name} ({number} of {len(children)})"
                why = _shortened(written(process, outputs)[1], path)
                raise ChildFailed(f"{name} failed ({_how(process.returncode)}):\n{why}", _log(children))
        return [results(*written(*child)) for child in children]


def command(args, timeout, env=None):
    """Run a plain command; give back a `subprocess.CompletedProcess` with text in `stdout` and `stderr`.

    A non-zero `returncode` does not raise (128 + n: ended by signal n); ChildTimeout after `timeout` seconds.
    The programs of this Python come first on PATH, so `torchrun` or `tensorboard` are this environment's own.
    """
    with started(args, b"", env) as (process, outputs):
        if not wait([(process, outputs)], timeout):
            raise ChildTimeout(_too_late(Path(args[0]).name, timeout), _log([(process, outputs)]))
        return subprocess.CompletedProcess(args, process.returncode, *written(process, outputs))


class Server:
    """A running server: `pid`, `url` and `port` (None if `ready` was a function), `log`: its words so far."""

    def __init__(self, pid, url, output):
        self.pid, self.url, self._output = pid, url, output
        self.port = urlsplit(url).port if url else None

    @property
    def log(self):
        return self._output.text()


@contextlib.contextmanager
def server(args, ready, timeout, env=None):
    """Start a server, wait until it is ready, yield a `Server`; leaving the block ends it with its children.

    `ready`: a URL that must answer with a status below 400, or a function that must return true (an OSError
    counts as "not yet"). Ending is a polite signal first, two seconds later a kill.

    Raises ChildFailed with the log's tail when the server ends early, ChildTimeout after `timeout` seconds.
    """
    name = Path(args[0]).name
    url = "{0.scheme}://{0.netloc}".format(urlsplit(ready)) if isinstance(ready, str) else None
    answers = _answers(ready) if url else ready
    with started(args, b"", env, merged=True) as (process, outputs):
        deadline = time.monotonic() + timeout
        while True:
            is_ready = _is_ready(answers)  # asked first: where the server has died, someone else answered
            if process.poll() is not None:
                log, = written(process, outputs)
                how = _how(process.returncode)
                raise ChildFailed(f"{name} ended before it was ready ({how}). Its log:\n{_tail(log)}", log)
            if is_ready and (pid := child_of(process)):
                break
            if time.monotonic() > deadline:
                log = outputs[0].text()
                raise ChildTimeout(f"{name} was not ready after {timeout} s. Its log:\n{_tail(log)}", log)
            time.sleep(0.02)
        yield Server(pid, url, outputs[0])


def _plain(value):
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):  # NumPy arrays and numbers
        return value.tolist()
    raise TypeError(f"a worker cannot be sent a {type(value).__name__}: send numbers, text, arrays or paths")


def _too_late(name, timeout):
    return f"{name} was not done after {timeout} s and was ended, with all that it started"


def _log(children):
    return "\n".join(output.text() for _, outputs in children for output in outputs).strip()


def _tail(text, lines=15):
    return "\n".join(text.splitlines()[-lines:]) or "(it wrote nothing)"


def _how(code):
    """An exit code in words."""
    if os.name == "posix" and code > 128 and code - 128 in set(signal.Signals):
        name = signal.Signals(code - 128).name
        return f"ended by {name}" + (", perhaps out of memory" if name == "SIGKILL" else "")
    return f"exit code {code}"


def _shortened(stderr, script, frames=3, lines=8):
    """Of the last traceback: the last frames in `script` (else the very last one) and the error's text."""
    text = stderr.strip().splitlines()
    starts = [i for i, line in enumerate(text) if line.startswith("Traceback (most recent call last)")]
    if not starts:
        return _tail(stderr.strip(), lines)
    stack, error = [], []
    for line in text[starts[-1] + 1:]:
        if error or not line.startswith("  "):
            error.append(line)
        elif line.startswith('  File "') or not stack:
            stack.append([line])
        else:
            stack[-1].append(line)
    own = [frame for frame in stack if f'"{script}"' in frame[0]][-frames:] or stack[-1:]
    return "\n".join([*sum(own, []), *error[:lines]]).replace(str(script), script.name)


def _answers(url):
    """A function that says whether the URL answers."""
    def answers():
        try:
            with loopback.open_url(url, timeout=2) as answer:
                return answer.status < 400
        except http.client.HTTPException:  # half an answer, from a server that is just starting
            return False

    return answers


def _is_ready(answers):
    try:
        return bool(answers())
    except OSError:  # refused, reset, timed out, or an HTTP error status
        return False


# How one child is started, read, waited for and ended: launchers of several children (chapters/ch08/launch.py) use it too

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


def written(process, outputs):
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
