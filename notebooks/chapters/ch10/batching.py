"""A queue with a limit in front of a model: requests that wait together share a call. In TensorFlow Serving's terms
(github.com/tensorflow/serving, tensorflow_serving/batching/README.md), for a model of either framework.

`Batched(model, Parameters(...))` is a model as `chapters.ch10.rest_api` wants one, so both doors can serve it. Lesson 10c
shows the idea in twenty lines, lesson 10g what the limits are for. `Line` holds the rules, without a thread or a clock.
"""
import collections
import concurrent.futures
import contextlib
import contextvars
import threading
import time
import weakref
from typing import NamedTuple

import numpy as np

from chapters.ch10.rest_api import Refused

_deadline = contextvars.ContextVar("deadline", default=float("inf"))


class Parameters(NamedTuple):
    """The names are those of TensorFlow Serving's batching_parameters file."""
    max_batch_size: int = 32          # rows of a call at most; a request with more is refused
    batch_timeout_micros: int = 5000  # so long the first of a batch waits for company
    max_enqueued_batches: int = 4     # more rows than so many full batches are refused
    allowed_batch_sizes: tuple = ()   # ascending; a batch is filled up to the next of them. Empty: any size
    num_batch_threads: int = 1        # so many calls run at a time; TensorFlow Serving starts one for each CPU


class Task(NamedTuple):
    """What waits: inputs of one request, and the promise of its outputs."""
    key: tuple       # requests of one key fit into one call: signature, and each input's dtype and row
    arrays: dict     # {input: array}, all with `rows` rows
    rows: int
    came: float      # by the queue's clock
    deadline: float  # by the same clock: then nobody waits any more
    promise: concurrent.futures.Future


@contextlib.contextmanager
def until(seconds, clock=time.monotonic):
    """A context in which calls of a Batched model are given up after so many seconds by its clock; None: never."""
    token = _deadline.set(float("inf") if seconds is None else clock() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


class Line:
    """The rules of the queue, without a thread and without a clock: who drives it says what time it is, in seconds. Who has
    waited past its deadline is let go, and takes no place.

    Raises ValueError for parameters that contradict each other.
    """

    def __init__(self, parameters):
        if parameters.num_batch_threads < 1:
            raise ValueError(f"num_batch_threads {parameters.num_batch_threads}: at least one thread must take the batches")
        sizes = parameters.allowed_batch_sizes
        if sizes and (list(sizes) != sorted(set(sizes)) or sizes[-1] != parameters.max_batch_size):
            raise ValueError(f"allowed_batch_sizes {sizes} must ascend, and end with max_batch_size "
                             f"{parameters.max_batch_size}")
        self.parameters, self.tasks = parameters, collections.deque()

    def put(self, task, now):
        """Add a task at the end. Raises Refused (503) where there is no place for its rows."""
        self.let_go(now)
        limit = self.parameters.max_batch_size * self.parameters.max_enqueued_batches
        if sum(waiting.rows for waiting in self.tasks) + task.rows > limit:
            raise Refused(503, f"the batching queue is full: at most {limit} rows may wait; try again later")
        self.tasks.append(task)

    def due(self):
        """When the first batch leaves: -inf where waiting longer brings it no further, None where nobody waits."""
        if not self.tasks:
            return None
        same = [task.rows for task in self.tasks if task.key == self.tasks[0].key]
        if sum(same) >= self.parameters.max_batch_size:
            return float("-inf")
        return self.tasks[0].came + self.parameters.batch_timeout_micros / 1e6

    def take(self, now):
        """The tasks of the next batch, which leave the line: a list, empty where all have been let go."""
        self.let_go(now)
        if not self.tasks:
            return []
        taken = fitting(self.tasks, self.parameters.max_batch_size)
        self._keep(lambda task: not any(task is one for one in taken))
        return taken

    def let_go(self, now):
        """Refuse (429) those whose deadline has passed."""
        for task in self.tasks:
            if task.deadline <= now:
                task.promise.set_exception(
                    Refused(429, "the deadline passed while the request waited in the batching queue"))
        self._keep(lambda task: task.deadline > now)

    def _keep(self, stays):
        kept = [task for task in self.tasks if stays(task)]
        self.tasks.clear()
        self.tasks.extend(kept)


class Batched:
    """A model whose requests share calls. clock: function without arguments that gives seconds; another one than the
    default is for who decides what time it is. Raises ValueError for parameters that contradict each other."""

    def __init__(self, model, parameters, clock=time.monotonic):
        self.signatures, self.queue = model.signatures, _Queue(model, parameters, clock)
        for _ in range(parameters.num_batch_threads):
            threading.Thread(target=self.queue.work, daemon=True).start()
        weakref.finalize(self, self.queue.close)  # a version that nobody uses any more takes its threads along

    def call(self, name, arrays):
        """The outputs of one request, computed with whoever comes in time. Raises Refused: 400 where it has no rows or too
        many, 503 where the queue is full, 429 where its deadline passes before its turn (TensorFlow Serving's words over
        gRPC: UNAVAILABLE, and RESOURCE_EXHAUSTED)."""
        counts = {array.shape[:1] for array in arrays.values()}
        if len(counts) != 1 or () in counts:
            raise Refused(400, "batching needs inputs with the same first size: the number of rows")
        rows, = counts.pop()
        if rows > self.queue.line.parameters.max_batch_size:
            raise Refused(400, f"{rows} rows where a batch has at most {self.queue.line.parameters.max_batch_size}")
        key = (name, *((key, array.dtype.str, array.shape[1:]) for key, array in sorted(arrays.items())))
        task = Task(key, arrays, rows, self.queue.clock(), _deadline.get(), concurrent.futures.Future())
        self.queue.put(task)
        return task.promise.result()


class _Queue:
    """A Line that threads share, and what those do that take its batches by a clock."""

    def __init__(self, model, parameters, clock):
        self.model, self.line, self.clock = model, Line(parameters), clock
        self.tasks, self.changed, self.closed = self.line.tasks, threading.Condition(), False

    def put(self, task):
        with self.changed:
            self.line.put(task, self.clock())
            self.changed.notify()

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def work(self):
        while (tasks := self.batch()) is not None:
            if tasks:
                answer(self.model, tasks, self.line.parameters.allowed_batch_sizes)

    def batch(self):
        """Wait for the next batch, and take it: a list of tasks. None when the queue was closed and nobody waits."""
        with self.changed:
            while (due := self.line.due()) is None or due > self.clock():  # asked anew: another may have taken the first
                if due is None and self.closed:
                    return None
                self.changed.wait(None if due is None else due - self.clock())
            return self.line.take(self.clock())


def fitting(tasks, size):
    """Of waiting tasks those that share a call with the first: of its key, in their order, `size` rows at most."""
    taken, rows = [], 0
    for task in tasks:
        if task.key == tasks[0].key:
            if rows + task.rows > size:
                break
            taken.append(task)
            rows += task.rows
    return taken


def answer(model, tasks, allowed=()):
    """Call the model once for these tasks, and keep their promises."""
    rows = sum(task.rows for task in tasks)
    try:
        found = model.call(tasks[0].key[0], {key: _joined([task.arrays[key] for task in tasks], padded(rows, allowed))
                                             for key in tasks[0].arrays})
        if any(array.shape[:1] != (padded(rows, allowed),) for array in found.values()):
            raise Refused(400, "the model's outputs have no rows to be told apart: it cannot be batched")
    except Exception as error:  # whatever it is, everybody who waits must hear of it
        for task in tasks:
            task.promise.set_exception(error)
        return
    begin = 0
    for task in tasks:
        task.promise.set_result({key: array[begin:begin + task.rows] for key, array in found.items()})
        begin += task.rows


def padded(rows, allowed):
    """The rows of a call for so many: the first allowed size that is not smaller; without allowed sizes, as many."""
    return next((size for size in allowed if size >= rows), rows)


def _joined(arrays, rows):
    """Arrays as one of `rows` rows: where there are fewer, the first row fills them up, since a model takes it already."""
    joined = np.concatenate(arrays)
    return np.concatenate([joined, np.repeat(joined[:1], rows - len(joined), axis=0)])
