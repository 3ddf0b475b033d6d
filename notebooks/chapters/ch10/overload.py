"""Loads before a queue with a limit (lesson 10g): on a clock of whole numbers, behind a gate, and by the real clock.

An arrival is the millisecond at which a request comes.
"""
import collections
import concurrent.futures
import contextlib
import json
import math
import secrets
import time
import types
import urllib.error
from typing import NamedTuple

import grpc
import numpy as np

from chapters.ch10 import batching, grpc_client, grpc_server, impatience, rest_api, routes
from helpers import show, web
from helpers.machine import loopback


class Request(NamedTuple):
    """What became of a request. came: its millisecond; took: milliseconds until its answer, None where there is none;
    word: "answered", "refused" (the queue was full) or "gone" (its deadline passed in the line)."""
    came: int
    took: int | None
    word: str


class Run(NamedTuple):
    """requests: in the order in which they came. sizes: the rows of each call, padding counted."""
    requests: list
    sizes: list

    def within(self, most):
        """How many were answered within so many milliseconds."""
        return sum(one.took is not None and one.took <= most for one in self.requests)

    def count(self, word):
        """Of how many requests this became."""
        return sum(one.word == word for one in self.requests)


def simulated(arrivals, parameters, cost, patience=math.inf):
    """Requests of one row before one model, by the rules of `batching.Line`, on a clock of milliseconds: a Run.

    arrivals: ascending. cost: function from the rows of a call to its milliseconds. patience: so long each client waits.
    Who comes in the very moment in which a call begins finds the line as it was before.
    Raises ValueError for parameters with a batch_timeout_micros: here nobody waits for company.
    """
    if parameters.batch_timeout_micros:
        raise ValueError("batch_timeout_micros must be 0: in this simulation nobody waits for company")
    line, coming = batching.Line(parameters), collections.deque(enumerate(arrivals))
    took, words, sizes, free = {}, {}, [], 0
    while coming or line.tasks:
        begin = max(free, line.tasks[0].came if line.tasks else coming[0][1])
        while coming and coming[0][1] <= begin:
            number, came = coming.popleft()
            try:
                line.put(_task(number, came, patience, words), came)
            except rest_api.Refused:
                words[number] = "refused"
        if taken := line.take(begin):
            sizes.append(batching.padded(len(taken), parameters.allowed_batch_sizes))
            free = begin + cost(sizes[-1])
            for task in taken:
                took[task.arrays["number"]], words[task.arrays["number"]] = free - task.came, "answered"
    return Run([Request(came, took.get(number), words[number]) for number, came in enumerate(arrivals)], sizes)


def _task(number, came, patience, words):
    """A task of one row. When its promise is refused, its client is gone."""
    promise = concurrent.futures.Future()
    promise.add_done_callback(lambda done: words.__setitem__(number, "gone"))
    return batching.Task(("simulated",), {"number": number}, 1, came, came + patience, promise)


def show_runs(runs, within):
    """The table of {what: Run}: how many were answered within so many milliseconds, later, or not at all."""
    rows = []
    for what, run in runs.items():
        late = run.count("answered") - run.within(within)
        mean = "" if not run.sizes else f"{np.mean(run.sizes):.1f}"
        rows.append((what, run.within(within), late, run.count("refused"), run.count("gone"), len(run.sizes), mean))
    show.table(["queue", f"in {within} ms", "later", "refused", "gone", "calls", "rows a call"], rows,
               caption="What becomes of the requests")


# Behind a gate: a model whose first call lasts as long as we say

def in_line(served, model, asked, clock=time.monotonic):
    """Keep an impatience.Slow `model` in its first call, and let requests line up one by one behind it.

    served: the batching.Batched around it. asked: pairs of pictures and seconds by `clock` after which their client is gone,
    None where it waits. Returns a future of the probabilities for each. Raises Refused where one finds no place, and
    TimeoutError where they do not line up.
    """
    pool = concurrent.futures.ThreadPoolExecutor(len(asked) + 1)
    pool.submit(served.call, rest_api.DEFAULT, {"image": asked[0][0][:1]})
    if not model.begun.wait(60):
        raise TimeoutError("the model's first call has not begun within 60 s")
    sent = []
    for images, seconds in asked:
        sent.append(pool.submit(_answer, served, images, seconds, clock))
        if not loopback.wait_until(lambda: len(served.queue.tasks) == len(sent) or sent[-1].done(), 60):
            raise TimeoutError(f"request {len(sent)} has not lined up within 60 s")
        if sent[-1].done():
            sent[-1].result()  # it was refused, and says why
    pool.shutdown(wait=False)
    return sent


def _answer(served, images, seconds, clock):
    with batching.until(seconds, clock):
        return served.call(rest_api.DEFAULT, {"image": images})["output_0"]


def ended(futures):
    """What became of futures: "answered", or the number and the sentence of the refusal, a list."""
    found = []
    for future in futures:
        try:
            future.result(60)
            found.append("answered")
        except rest_api.Refused as refused:
            found.append(f"{refused.status}: {refused}")
    return found


def said_at_both_doors(served, images):
    """What REST and gRPC answer one more client: {door: what it gets}, over loopback, in this process."""
    versions = types.SimpleNamespace(name="digits", live={1: served}, pick=lambda number=None, label=None: (1, served))
    with _rest(versions) as url, _grpc(versions) as door:
        return {"REST": _over_rest(url, images), "gRPC": _over_grpc(door, images)}


def _over_rest(url, images):
    body = json.dumps({"instances": images.tolist()}).encode()
    try:
        with web.open_url(f"{url}:predict", body, timeout=60) as answer:
            return {"status": answer.status}
    except urllib.error.HTTPError as error:
        with error:
            sentence = json.loads(error.read())["error"]
        return {"status": error.code, "Retry-After": error.headers["Retry-After"], "sentence": sentence}


def _over_grpc(door, images):
    with grpc.insecure_channel(door.target, grpc_client.OPTIONS) as channel:
        predict = grpc_client.method(channel, grpc_client.PREDICT)
        try:
            predict(grpc_client.request_of(images), timeout=60, metadata=door.metadata)
        except grpc.RpcError as error:
            return {"status": error.code().name, "sentence": error.details()}
    return {"status": "OK"}


@contextlib.contextmanager
def _rest(versions):
    """A context with the address of the model behind Python's own web server, with lesson 10a's contract."""
    base = f"/{secrets.token_hex(16)}"  # all accounts of this machine reach the port

    def respond(path, headers, body):
        if not path.startswith(f"{base}/"):
            return 404, rest_api.error("there is nothing at this path"), {}
        status, text = routes.respond(versions, "POST", path.removeprefix(base), headers, body)
        return status, text, routes.RETRY_AFTER.get(status, {})

    with impatience.plain_web(respond) as port:
        yield f"http://127.0.0.1:{port}{base}/v1/models/digits"


@contextlib.contextmanager
def _grpc(versions):
    """A context with the Door of the model in this process."""
    key = secrets.token_hex(16)
    server, port = grpc_server.serve(versions, key)
    try:
        yield grpc_server.Door(f"127.0.0.1:{port}", key)
    finally:
        server.stop(5).wait()  # nobody is left to wait for; at once it would cut connections that are being closed


# By the real clock

class Slowed:
    """A model whose calls take a while longer. call: array to array; seconds: slept in each call, however many rows."""
    signatures = {rest_api.DEFAULT: rest_api.Signature({"image": rest_api.Tensor("float32", (None, 8, 8))}, {})}

    def __init__(self, call, seconds):
        self.function, self.seconds, self.sizes = call, seconds, []

    def call(self, name, arrays):
        self.sizes.append(len(arrays["image"]))
        time.sleep(self.seconds)
        return {"output_0": self.function(arrays["image"])}


def by_the_clock(model, parameters, image, arrivals):
    """An open load on a model behind the real queue: a Run. Each request has a thread of its own; what it took is counted
    from the moment at which it should have been sent, so that a late sender hides nothing."""
    served, begin = batching.Batched(model, parameters), time.monotonic() + 0.1

    def ask(came):
        due = begin + came / 1e3
        time.sleep(max(0, due - time.monotonic()))
        try:
            served.call(rest_api.DEFAULT, {"image": image})
        except rest_api.Refused:
            return Request(came, None, "refused")
        return Request(came, round(1e3 * (time.monotonic() - due)), "answered")

    with concurrent.futures.ThreadPoolExecutor(len(arrivals)) as pool:
        requests = list(pool.map(ask, arrivals))
    return Run(requests, model.sizes)


def told(run):
    """A Run in words, for a sentence by the clock."""
    times = [one.took for one in run.requests if one.took is not None]
    return (f"{run.count('answered')} answered, half of them within {np.median(times):.0f} ms and the last within "
            f"{max(times)} ms; {run.count('refused')} refused; calls {len(run.sizes)}")
