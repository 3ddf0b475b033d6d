"""Call what a learner wrote, with a time limit: what came of it, or what to tell the learner.

Only the learner's call stands in a `try` here. What a check does with the result is its own affair.
"""
import contextlib
import ctypes
import linecache
import re
import signal
import threading
import traceback
from collections.abc import Callable
from typing import NamedTuple

from helpers import errors
from helpers.course import missing

LIMIT = 60.0
"""Seconds after which a judgement is ended: a first call under a compiler may take a third of that."""
PATIENCE = 10.0
"""Seconds after which a learner is told that it still runs, and how to end it."""
NO_FUNCTION = "answer must be a function: write def answer(...): above, or answer = your_function."
NO_RETURN = "your function returned None: is there a `return`?"
STILL = ("your answer has been running for {:.0f} seconds. Python code is ended after {:.0f}; code of a framework runs on "
         "until it is done. To end it now, interrupt the kernel: the square in the toolbar, or Kernel > Interrupt.")


class Attempt(NamedTuple):
    """What came of a call: the result, or the error that was raised; the other one is None."""
    result: object
    error: BaseException | None


class Call(NamedTuple):
    """What came of a call: the result, or what to tell the learner; the other one is None."""
    result: object
    problem: str | None


class NothingReturned(Exception):
    """A learner's function has returned None, where a result is asked for."""


class TimeUp(BaseException):
    """The time of a judgement is over. No `except Exception` in an answer catches it."""


def returning(answer: Callable) -> Callable:
    """The learner's function, raising NothingReturned instead of handing on None."""
    def call(*arguments):
        result = answer(*arguments)
        if result is None:
            raise NothingReturned
        return result
    return call


def attempt(answer: Callable, *arguments) -> Attempt:
    """Call a learner's function, or one of a side that calls it.

    Raises NotInstalled when the function needs a framework that is missing: that is not the learner's mistake.
    """
    try:
        return Attempt(answer(*arguments), None)
    except missing.NotInstalled:
        raise
    except (Exception, SystemExit) as error:  # whatever a learner's function raises is for the learner to read
        return Attempt(None, error)


def call(answer: Callable, *arguments) -> Call:
    """`attempt`, with the error in words."""
    result, error = attempt(answer, *arguments)
    return Call(result, None if error is None else raised(error))


def raised(error: BaseException, on: str = "") -> str:
    """What to tell a learner whose function has raised: the kind of error, its telling line, and the learner's own line.

    on: what the function was called with, in words.
    """
    if isinstance(error, NothingReturned):
        return NO_RETURN
    line = own_line(error)
    where = f" (in your line `{line}`)" if line else ""
    return f"your function raised {type(error).__name__}{on}: {attempt(errors.reason, error).result or 'no message'}{where}"


def own_line(error: BaseException) -> str:
    """The line of a notebook's cell in which an error came up, or "" where none is known.

    What TensorFlow rewrites runs from a file that nobody sees; its errors name the line that was written.
    """
    rewritten = re.findall(r'File "[^"]*", line \d+, in .*  \*\n +(.*)', str(attempt(str, error).result))
    if rewritten:
        return rewritten[-1].strip()
    own = [(frame.f_code.co_filename, number) for frame, number in traceback.walk_tb(error.__traceback__)
           if frame.f_globals.get("__name__") == "__main__" and "__autograph_generated" not in frame.f_code.co_filename]
    return linecache.getline(*own[-1]).strip() if own else ""


# A time limit

def judged(judge: Callable, answer: object, say: Callable = print) -> str | None:
    """What a judge says to an answer, in `LIMIT` seconds and whatever happens: None, or the cause as a sentence.

    say: what shows the word that a judgement still runs. Raises NotInstalled, and KeyboardInterrupt when the learner asks
    for it.
    """
    word = threading.Timer(PATIENCE, say, [STILL.format(PATIENCE, LIMIT)])
    word.daemon = True
    word.start()
    try:
        with time_limit(LIMIT):
            return judge(answer)
    except missing.NotInstalled:
        raise
    except TimeUp as error:
        line = own_line(error)
        return (f"your answer was stopped after {LIMIT:g} seconds{f', in its line `{line}`' if line else ''}: does its loop "
                "come to an end?")
    except Exception as error:
        return (f"the check could not make sense of this answer, which is of type {type(answer).__name__} "
                f"({type(error).__name__}). Compare it with what the exercise asks for.")
    finally:
        word.cancel()


def time_limit(seconds: float):
    """A context in which TimeUp is raised after `seconds`, and each second from then on: one `except:` may swallow one.

    It ends Python code, not a single call into a framework. A signal ends a sleep as well; where there is none, on Windows
    and outside the main thread, another thread asks the interpreter to raise.
    """
    signals = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    return _by_signal(seconds) if signals else _by_thread(seconds)


@contextlib.contextmanager
def _by_signal(seconds):
    def stop(number, frame):
        raise TimeUp

    def disarm():
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
        try:
            yield
        finally:
            disarm()
    finally:  # the alarm may have come just there
        disarm()


@contextlib.contextmanager
def _by_thread(seconds):
    me, over = ctypes.c_ulong(threading.get_ident()), threading.Event()
    throw = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch():
        wait = seconds
        while not over.wait(wait):
            throw(me, ctypes.py_object(TimeUp))
            wait = 1.0

    def disarm():
        over.set()
        watcher.join()
        throw(me, None)  # what was asked for and has not come yet

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        try:
            yield
        finally:
            disarm()
    finally:
        disarm()


def kind(value: object) -> str:
    """What something is, for a sentence: "None", "a list", "a NumPy array", "a PyTorch tensor"."""
    if value is None:
        return "None"
    framework = {"numpy": "NumPy", "torch": "PyTorch", "tensorflow": "TensorFlow", "keras": "Keras"}.get(root(value), "")
    name = type(value).__name__
    if framework and attempt(lambda: value.shape).error is None and not isinstance(value, type):
        return f"a {framework} {'array' if framework == 'NumPy' else 'tensor'}"
    if name == "generator":
        return "a generator (that is what `yield` makes)"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def root(value: object) -> str:
    """The framework of any class that something is made from: "torch", "tensorflow", "keras", "numpy", or ""."""
    roots = [cls.__module__.partition(".")[0] for cls in type(value).__mro__]
    return next((name for name in ("torch", "tensorflow", "keras", "numpy") if name in roots), "")


def short(value: object, most: int = 60) -> str:
    """A value as Python shows it, in one line of at most so many characters, whatever its class does."""
    text = attempt(repr, value).result
    if not isinstance(text, str):
        return kind(value)
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most - 3] + "..."
