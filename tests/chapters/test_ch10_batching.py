"""Chapter 10's batching queue: who shares a call, padding, the limit, deadlines, failures, and an end."""
import concurrent.futures
import gc
import threading
import time

import grpc
import numpy as np
import pytest

from chapters.ch10 import batching, grpc_client, grpc_server, model_store
from chapters.ch10.batching import Batched, Parameters
from chapters.ch10.rest_api import DEFAULT, Refused, Signature, Tensor
from chapters.ch10.workers import serve_flask
from helpers.machine import loopback


class Double:
    """Doubles its input, and notes the sizes of its calls; `gate` holds it up."""
    signatures = {DEFAULT: Signature({"image": Tensor("float32", (None, 2))}, {"y": Tensor("float32", (None, 2))})}

    def __init__(self):
        self.sizes, self.gate, self.begun = [], threading.Event(), threading.Event()
        self.gate.set()

    def call(self, name, arrays):
        self.sizes.append(len(arrays["image"]))
        self.begun.set()
        self.gate.wait(60)
        if name == "broken":
            raise RuntimeError("no")
        if name == "total":
            return {"y": arrays["image"].sum()}
        return {"y": 2 * arrays["image"]}


def rows(count, value=1.0):
    return {"image": np.full((count, 2), value, "float32")}


@pytest.fixture
def crowd():
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        yield pool


def held_up(model, served, crowd):
    """Keep the queue's thread in a call, so that what comes next waits together."""
    model.gate.clear()
    first = crowd.submit(served.call, DEFAULT, rows(1))
    assert model.begun.wait(60)
    return first


def waiting(served, count):
    assert loopback.wait_until(lambda: len(served.queue.tasks) == count, 60)


def test_requests_that_wait_share_a_call_and_get_their_own_rows(crowd):
    model = Double()
    served = Batched(model, Parameters(max_batch_size=8, batch_timeout_micros=0))
    first = held_up(model, served, crowd)
    calls = []
    for value, count in enumerate((3, 4, 2)):
        calls.append(crowd.submit(served.call, DEFAULT, rows(count, value)))
        waiting(served, value + 1)
    model.gate.set()
    for value, (call, count) in enumerate(zip(calls, (3, 4, 2))):
        np.testing.assert_array_equal(call.result(60)["y"], 2 * rows(count, value)["image"])
    assert first.result(60)["y"].shape == (1, 2) and model.sizes == [1, 7, 2], "3 + 4 fit into 8 rows, 2 more do not"


def test_a_batch_is_filled_up_to_an_allowed_size(crowd):
    model = Double()
    served = Batched(model, Parameters(max_batch_size=8, batch_timeout_micros=0, allowed_batch_sizes=(2, 4, 8)))
    for count, size in ((1, 2), (2, 2), (3, 4), (5, 8), (8, 8)):
        found = served.call(DEFAULT, rows(count, 3))["y"]
        assert found.shape == (count, 2) and (found == 6).all() and model.sizes[-1] == size


def test_the_first_waits_for_company_no_longer_than_said():
    model = Double()
    served = Batched(model, Parameters(max_batch_size=8, batch_timeout_micros=50_000))
    begin = time.monotonic()
    served.call(DEFAULT, rows(1))
    assert time.monotonic() - begin >= 0.05
    slow = Batched(model, Parameters(max_batch_size=2, batch_timeout_micros=60_000_000))
    assert slow.call(DEFAULT, rows(2))["y"].shape == (2, 2), "a full batch leaves at once"


def test_a_full_queue_refuses_and_serves_on(crowd):
    model = Double()
    served = Batched(model, Parameters(max_batch_size=2, batch_timeout_micros=0, max_enqueued_batches=2))
    held_up(model, served, crowd)
    calls = [crowd.submit(served.call, DEFAULT, rows(1)) for _ in range(4)]
    waiting(served, 4)
    with pytest.raises(Refused, match="full") as refused:
        served.call(DEFAULT, rows(1))
    assert refused.value.status == 503
    model.gate.set()
    assert all(call.result(60)["y"].shape == (1, 2) for call in calls)
    assert served.call(DEFAULT, rows(1))["y"].shape == (1, 2)


def test_who_has_given_up_is_not_computed(crowd):
    model = Double()
    served = Batched(model, Parameters(max_batch_size=8, batch_timeout_micros=0))
    held_up(model, served, crowd)

    def impatient():
        with batching.until(0.01):
            return served.call(DEFAULT, rows(3))

    gone = [crowd.submit(impatient) for _ in range(2)]
    waiting(served, 2)
    patient = crowd.submit(served.call, DEFAULT, rows(1))
    waiting(served, 3)
    time.sleep(0.02)
    model.gate.set()
    assert patient.result(60)["y"].shape == (1, 2) and model.sizes == [1, 1]
    for call in gone:
        with pytest.raises(Refused) as refused:
            call.result(60)
        assert refused.value.status == 429


def test_signatures_and_shapes_are_not_mixed(crowd):
    model = Double()
    served = Batched(model, Parameters(max_batch_size=8, batch_timeout_micros=0))
    held_up(model, served, crowd)
    kinds = [(DEFAULT, rows(1)), ("other", rows(1)), (DEFAULT, {"image": np.zeros((1, 3), "float32")}),
             (DEFAULT, {"image": np.zeros((1, 2))}), (DEFAULT, rows(2))]
    calls = []
    for number, (name, arrays) in enumerate(kinds, 1):
        calls.append(crowd.submit(served.call, name, arrays))
        waiting(served, number)
    model.gate.set()
    for call, (_, arrays) in zip(calls, kinds):
        assert call.result(60)["y"].shape == arrays["image"].shape
    assert sorted(model.sizes) == [1, 1, 1, 1, 3]


def test_an_error_reaches_all_who_wait_and_the_next_is_served(crowd):
    model = Double()
    served = Batched(model, Parameters(batch_timeout_micros=0))
    held_up(model, served, crowd)
    calls = [crowd.submit(served.call, "broken", rows(1)) for _ in range(3)]
    waiting(served, 3)
    model.gate.set()
    for call in calls:
        with pytest.raises(RuntimeError, match="no"):
            call.result(60)
    assert served.call(DEFAULT, rows(1))["y"].shape == (1, 2)
    with pytest.raises(Refused, match="no rows"):
        served.call("total", rows(2))


@pytest.mark.parametrize("arrays", [{"image": np.zeros((9, 2))}, {"image": np.zeros(())},
                                    {"a": np.zeros((1, 2)), "b": np.zeros((2, 2))}, {}])
def test_what_cannot_be_batched_is_refused(arrays):
    with pytest.raises(Refused) as refused:
        Batched(Double(), Parameters(max_batch_size=8)).call(DEFAULT, arrays)
    assert refused.value.status == 400


@pytest.mark.parametrize("sizes", [(4, 2, 8), (2, 2, 8), (2, 4)])
def test_sizes_that_contradict_each_other(sizes):
    with pytest.raises(ValueError):
        Batched(Double(), Parameters(max_batch_size=8, allowed_batch_sizes=sizes))


@pytest.mark.parametrize("count", [1, 3])
def test_the_threads_end_with_their_model(count):
    before = set(threading.enumerate())
    served = Batched(Double(), Parameters(batch_timeout_micros=0, num_batch_threads=count))
    queue, own = served.queue, set(threading.enumerate()) - before
    served.call(DEFAULT, rows(1))
    assert len(own) == count and all(thread.is_alive() for thread in own)
    del served
    gc.collect()
    assert loopback.wait_until(lambda: not any(thread.is_alive() for thread in own), 60) and queue.closed


def test_with_two_threads_a_second_batch_does_not_wait_for_the_first(crowd):
    model = Double()
    served = Batched(model, Parameters(max_batch_size=4, batch_timeout_micros=0, num_batch_threads=2))
    first = held_up(model, served, crowd)
    second = crowd.submit(served.call, DEFAULT, rows(2, 3))
    assert loopback.wait_until(lambda: model.sizes == [1, 2], 60), "both calls run"
    later = [crowd.submit(served.call, DEFAULT, rows(1, value)) for value in (5, 7, 9)]
    waiting(served, 3)
    model.gate.set()
    assert first.result(60)["y"].tolist() == [[2, 2]] and second.result(60)["y"].tolist() == [[6, 6]] * 2
    assert [call.result(60)["y"].tolist() for call in later] == [[[10, 10]], [[14, 14]], [[18, 18]]]
    assert sum(model.sizes) == 6, "nobody is computed twice"


def test_without_a_thread_nobody_would_be_answered():
    with pytest.raises(ValueError, match="at least one thread"):
        Batched(Double(), Parameters(num_batch_threads=0))


def test_many_clients_and_two_threads_get_their_own_rows(crowd):
    served = Batched(Double(), Parameters(max_batch_size=4, batch_timeout_micros=100, max_enqueued_batches=100,
                                          num_batch_threads=2))
    answers = list(crowd.map(lambda value: served.call(DEFAULT, rows(1, value))["y"], range(500)))
    assert [answer.tolist() for answer in answers] == [[[2 * value] * 2] for value in range(500)]


def test_over_grpc_a_full_queue_says_what_the_real_one_says(tmp_path, crowd):
    model = Double()
    (tmp_path / "1").mkdir()
    parameters = Parameters(max_batch_size=1, batch_timeout_micros=0, max_enqueued_batches=1)
    versions = model_store.Versions(tmp_path, "digits", lambda folder: Batched(model, parameters), every=3600)
    served = versions.live[1]
    server, port = grpc_server.serve(versions)
    try:
        held_up(model, served, crowd)
        last = crowd.submit(served.call, DEFAULT, rows(1))
        waiting(served, 1)
        door = grpc_server.Door(f"127.0.0.1:{port}", "")
        assert grpc_client.answer(door, grpc_client.request_of(rows(1)["image"]))[0] == grpc.StatusCode.UNAVAILABLE.name
        model.gate.set()
        assert last.result(60)["y"].shape == (1, 2)
        word, found = grpc_client.answer(door, grpc_client.request_of(rows(1)["image"]))
        assert word == "OK" and (found == 2).all()
    finally:
        model.gate.set()
        server.stop(None).wait()


def test_a_deadline_of_grpc_reaches_the_queue(tmp_path, crowd):
    model = Double()
    (tmp_path / "1").mkdir()
    parameters = Parameters(max_batch_size=8, batch_timeout_micros=0)
    versions = model_store.Versions(tmp_path, "digits", lambda folder: Batched(model, parameters), every=3600)
    served = versions.live[1]
    server, port = grpc_server.serve(versions)
    try:
        first = held_up(model, served, crowd)
        with grpc.insecure_channel(f"127.0.0.1:{port}", grpc_client.OPTIONS) as channel:
            predict = grpc_client.method(channel, grpc_client.PREDICT)
            gone = predict.future(grpc_client.request_of(rows(3)["image"]), timeout=5)
            waiting(served, 1)
            assert gone.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        # The server began to count when the call arrived, so its clock runs out after the client's.
        assert loopback.wait_until(lambda: time.monotonic() >= served.queue.tasks[0].deadline, 60)
        model.gate.set()
        first.result(60)
        waiting(served, 0)
        assert served.call(DEFAULT, rows(1))["y"].shape == (1, 2) and model.sizes == [1, 1]
    finally:
        model.gate.set()
        server.stop(None).wait()


@pytest.mark.parametrize("status, advice", [(503, "1"), (429, "1"), (400, None)])
def test_over_rest_who_meets_a_full_queue_is_told_to_come_again(status, advice):
    class Full(Double):
        def call(self, name, arrays):
            raise Refused(status, "not now")

    class Served:
        name = "digits"

        def pick(self, number, label):
            return 1, Full()

    client = serve_flask.application(Served()).test_client()
    answer = client.post("/v1/models/digits:predict", json={"instances": [[1.0, 2.0]]})
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, advice), answer.text


def waits(rows=1, deadline=float("inf"), came=0.0, key=("a",)):
    """A task whose arrays two tasks could not be compared by."""
    return batching.Task(key, {"image": np.zeros((rows, 2))}, rows, came, deadline, concurrent.futures.Future())


def test_who_is_gone_takes_no_place_in_the_line():
    line = batching.Line(Parameters(max_batch_size=2, batch_timeout_micros=0, max_enqueued_batches=1))
    patient, gone, late = waits(), waits(deadline=1.0), waits(came=2.0)
    line.put(patient, 0.0)
    line.put(gone, 0.0)
    with pytest.raises(Refused, match="full"):
        line.put(late, 0.9)
    line.put(late, 1.0)
    with pytest.raises(Refused, match="deadline") as refused:
        gone.promise.result(0)
    assert refused.value.status == 429 and [id(task) for task in line.take(2.0)] == [id(patient), id(late)]
    assert line.due() is None and line.take(3.0) == []


def test_a_line_says_when_its_first_batch_leaves():
    line = batching.Line(Parameters(max_batch_size=4, batch_timeout_micros=2_000_000))
    for task in (waits(3, came=1.0), waits(1, key=("b",)), waits(2, came=1.5)):
        line.put(task, 1.5)
    assert line.due() == float("-inf"), "3 + 2 rows of one key are more than a batch"
    assert [task.rows for task in line.take(2.0)] == [3] and line.due() == 2.0 and line.tasks[0].key == ("b",)
    assert [task.rows for task in line.take(2.0)] == [1] and line.due() == 3.5


def test_the_clock_of_a_queue_may_be_another(crowd):
    clock = [100.0]
    model = Double()
    served = Batched(model, Parameters(max_batch_size=8, batch_timeout_micros=0), clock=lambda: clock[0])
    held_up(model, served, crowd)

    def impatient():
        with batching.until(5, clock=lambda: clock[0]):
            return served.call(DEFAULT, rows(3))

    calls = [crowd.submit(impatient), crowd.submit(served.call, DEFAULT, rows(2))]
    waiting(served, 2)
    clock[0] = 105.0
    model.gate.set()
    assert calls[1].result(60)["y"].shape == (2, 2) and model.sizes == [1, 2]
    with pytest.raises(Refused, match="deadline"):
        calls[0].result(60)
