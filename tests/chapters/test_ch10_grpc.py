"""Chapter 10's gRPC door: the messages are TensorFlow Serving's, byte for byte; the statuses; both frameworks' servers."""
import contextlib
import json
import sys
import threading
import time

import grpc
import numpy as np
import pytest

import cells
import family
from chapters.ch10 import (
    grpc_api,
    grpc_client,
    grpc_exhibits,
    grpc_server,
    impatience,
    model_config,
    model_store,
    servers,
    training,
)
from chapters.ch10 import grpc_messages as messages
from chapters.ch10.rest_api import DEFAULT, Refused, Signature, Tensor
from helpers import ROOT, data, process, web
from helpers.machine import fetched

TensorProto = messages.CLASSES["tensorflow.TensorProto"]
PREDICT = grpc_client.PREDICT
STATUS = "/tensorflow.serving.ModelService/GetModelStatus"
METADATA = "/tensorflow.serving.PredictionService/GetModelMetadata"
HEALTH = "/grpc.health.v1.Health/Check"


def proto(shape, number=1, **values):
    return TensorProto(dtype=number, tensor_shape={"dim": [{"size": size} for size in shape]}, **values)


# Messages

REAL = """
import importlib, json, sys
sys.path.append(sys.argv[1])
sys.modules["keras"] = None  # else TensorFlow loads it
from google.protobuf import any_pb2, wrappers_pb2, descriptor_pool

for name in ("model", "predict", "get_model_status", "get_model_metadata", "prediction_service", "model_service"):
    importlib.import_module(f"tensorflow_serving.apis.{name}_pb2")
pool = descriptor_pool.Default()
nested = {"tensorflow.Dim": "tensorflow.TensorShapeProto.Dim"}

def kind(field):
    target = field.message_type
    if target is not None and target.GetOptions().map_entry:
        return {key: kind(target.fields_by_name[key]) for key in ("key", "value")}
    return [field.type, target.name if target is not None else None]

print(json.dumps({name: {field.number: [field.name, field.is_repeated, kind(field), field.containing_oneof is not None]
                         for field in pool.FindMessageTypeByName(nested.get(name, name)).fields}
                  for name in sys.argv[2:]}))
for service in ("PredictionService", "ModelService"):
    print(json.dumps({f"/tensorflow.serving.{service}/{method.name}": [method.input_type.full_name,
                                                                       method.output_type.full_name]
                      for method in pool.FindServiceByName(f"tensorflow.serving.{service}").methods}))
"""


def fields_of(message):
    def kind(field):
        target = field.message_type
        if target is not None and target.GetOptions().map_entry:
            return {key: kind(target.fields_by_name[key]) for key in ("key", "value")}
        return [field.type, target.name if target is not None else None]
    return {str(field.number): [field.name, field.is_repeated, kind(field), field.containing_oneof is not None]
            for field in message.DESCRIPTOR.fields}


@pytest.mark.slow
def test_names_numbers_and_types_are_those_of_tensorflow_serving(tmp_path):
    """In a process of its own: TensorFlow's messages go into protobuf's common pool."""
    (tmp_path / "real.py").write_text(REAL, encoding="utf-8")
    names = [name for name in messages.MESSAGES
             if not name.startswith("grpc.") and not name.endswith("Log")]  # not fetched: test_ch10_warmup
    home = fetched.folder("tensorflow-serving-api")
    done = process.command([sys.executable, tmp_path / "real.py", home, *names], family.LONG, process.lean())
    assert done.returncode == 0, done.stderr
    real, *services = process.results(done.stdout)
    assert real.keys() == set(names)
    for name in names:
        own = fields_of(messages.CLASSES[name])
        assert own == {number: real[name][number] for number in own}, name
    methods = {path: types for service in services for path, types in service.items()}
    assert {path: methods[path] for path in messages.METHODS if "health" not in path} == {
        path: list(types) for path, types in messages.METHODS.items() if "health" not in path}


def test_what_comes_of_a_message_byte_by_byte():
    request = messages.PredictRequest(model_spec={"name": "digits", "version": {"value": 300}})
    assert request.SerializeToString() == b"\x0a\x0d" + b"\x0a\x06digits" + b"\x12\x03\x08\xac\x02"
    request.model_spec.version_label = "stable"  # one of both
    assert not request.model_spec.HasField("version")
    newer = request.SerializeToString() + b"\xfa\x06\x01x"  # a field 111 that nobody here knows
    assert messages.PredictRequest.FromString(newer).model_spec.version_label == "stable"


ARRAYS = [np.array([[1, 0, 3]]).astype(name) for _, name, _ in messages.DATA_TYPES.values() if name != "string"] + [
    np.array([[b"a"], [b"\xff\x00"]], object), np.zeros((0, 8, 8), "float32"), np.float32(2.5).reshape(()),
    np.array([np.nan, -np.inf, -0.0, 1e-45], "float32"), np.array([2**53 + 1, -2**63]), np.arange(6.0).reshape(2, 3).T,
    np.array([6e-8, -0.0, np.inf, np.nan], "float16")]


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}-{array.shape}")
def test_arrays_go_and_come_back_to_the_bit(array, one_by_one):
    sent = TensorProto()
    messages.pack(array, sent, one_by_one)
    back = messages.unpack(TensorProto.FromString(sent.SerializeToString()), "x")
    assert back.dtype == array.dtype and back.shape == array.shape
    assert back.tolist() == array.tolist() if array.dtype == object else back.tobytes() == array.tobytes()


ODD = [proto([4], float_val=[0.5, 0.25]), proto([4]), proto([2], float_val=[1, 2, 3]), proto([0]), proto([], float_val=[3]),
       proto([2], tensor_content=np.array([1, 2], "<f4").tobytes(), float_val=[9, 9]),
       proto([2], 19, half_val=[15360, 70000]), proto([2], 4, int_val=[1, 300]),
       proto([2], 7, string_val=[b"a"]), proto([3], 10, bool_val=[True])]


@pytest.mark.slow
def test_odd_messages_are_read_as_tensorflow_reads_them(tmp_path):
    """Too few values, too many, none, both kinds: the same array as the C++ that TensorFlow Serving reads them with."""
    (tmp_path / "read.py").write_text(
        "import json, sys\nsys.modules['keras'] = None\nimport tensorflow as tf\n"
        "for dtype, text in json.loads(sys.argv[1]):\n"
        "    found = tf.io.parse_tensor(bytes.fromhex(text), tf.dtypes.as_dtype(dtype)).numpy()\n"
        "    print(json.dumps({'value': str(found.tolist()), 'dtype': str(found.dtype)}))\n", encoding="utf-8")
    sent = [(one.dtype, one.SerializeToString().hex()) for one in ODD]
    done = process.command([sys.executable, tmp_path / "read.py", json.dumps(sent)], family.LONG, process.lean())
    assert done.returncode == 0, done.stderr
    own = [messages.unpack(one, "x") for one in ODD]
    assert process.results(done.stdout) == [{"value": str(one.tolist()), "dtype": str(one.dtype)} for one in own]


@pytest.mark.parametrize("bad, status", [
    (proto([2], tensor_content=b"1234"), 400), (proto([-1], float_val=[1]), 400), (proto([2], 0), 400), (proto([2], 8), 400),
    (proto([2], 999), 400), (TensorProto(dtype=1, tensor_shape={"unknown_rank": True}), 400), (proto([2**40]), 413),
    (proto([2**31, 2**31, 2**31], 7), 413)])
def test_messages_that_hold_no_array_are_refused(bad, status):
    with pytest.raises(Refused) as refused:
        messages.unpack(bad, "x")
    assert refused.value.status == status


# The contract, with a model of neither framework


class Half:
    signatures = {DEFAULT: Signature({"x": Tensor("float32", (None, 2))}, {"y": Tensor("float32", (None, 2))}),
                  "two": Signature({"a": Tensor("int64", (None,)), "b": Tensor("string", None)}, {})}

    def __init__(self, folder):
        self.calls, self.wait = 0, None

    def call(self, name, arrays):
        self.calls += 1
        if name == "two":
            return {"a": arrays["a"], "b": arrays["b"]}
        if np.isinf(arrays["x"]).any():
            raise RuntimeError("/secret/path.py is broken")
        if self.wait:
            self.wait()
        return {"y": 0.5 * arrays["x"] + 2}


@pytest.fixture
def half(tmp_path):
    """(channel, versions) of a server in this process; the call needs the key "ada"."""
    for number in ("1", "2"):
        (tmp_path / number).mkdir()
    model_config.write(tmp_path, {"model_version_policy": {"all": {}}, "version_labels": {"stable": 1}})
    versions = model_store.Versions(tmp_path, "half", Half, every=3600)
    server, port = grpc_server.serve(versions, "ada", threads=1)
    with grpc.insecure_channel(f"127.0.0.1:{port}", grpc_client.OPTIONS) as channel:
        yield channel, versions
    server.stop(None).wait()


KEY = [("authorization", "Bearer ada")]


def ask(channel, path, request, metadata=KEY, timeout=30):
    """(code's name, answer or sentence) of a call."""
    try:
        return "OK", grpc_client.method(channel, path)(request, metadata=metadata, timeout=timeout)
    except grpc.RpcError as error:
        return error.code().name, error.details()


def of_half(value, spec=(), outputs=(), key="x"):
    request = messages.PredictRequest(model_spec={"name": "half", **dict(spec)}, output_filter=outputs)
    messages.pack(np.array(value, "float32") if isinstance(value, list) else value, request.inputs[key])
    return request


def test_predict_answers_as_the_real_server_does(half):
    channel, _ = half
    code, answer = ask(channel, PREDICT, of_half([[1, 2], [5, 6]]))
    assert code == "OK" and list(answer.outputs) == ["y"]
    assert list(answer.outputs["y"].float_val) == [2.5, 3, 4.5, 5] and not answer.outputs["y"].tensor_content
    spec = answer.model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("half", 2, DEFAULT)
    for spec, number in (({"version": {"value": 1}}, 1), ({"version_label": "stable"}, 1), ({"signature_name": DEFAULT}, 2)):
        code, answer = ask(channel, PREDICT, of_half([[1, 2]], spec, ["y"]))
        assert code == "OK" and answer.model_spec.version.value == number
    two = of_half(np.array([2**53 + 1]), {"signature_name": "two"}, ["b"], "a")
    messages.pack(np.array([[b"\xff"]], object), two.inputs["b"])
    code, answer = ask(channel, PREDICT, two)
    assert code == "OK" and list(answer.outputs) == ["b"] and answer.outputs["b"].string_val == [b"\xff"]


@pytest.mark.parametrize("request_of, code, said", [
    (lambda: messages.PredictRequest(), "INVALID_ARGUMENT", "missing ModelSpec"),
    (lambda: messages.PredictRequest(model_spec={}), "INVALID_ARGUMENT", "no name"),
    (lambda: messages.PredictRequest(model_spec={"name": "cat"}), "NOT_FOUND", "'cat'"),
    (lambda: of_half([[1, 2]], {"version": {"value": 9}}), "NOT_FOUND", "version 9"),
    (lambda: of_half([[1, 2]], {"version_label": "no"}), "INVALID_ARGUMENT", "'no'"),
    (lambda: of_half([[1, 2]], {"signature_name": "no"}), "FAILED_PRECONDITION", "'no'"),
    (lambda: of_half([[1, 2]], {"signature_name": "n" * 100_000}), "FAILED_PRECONDITION", "nnn"),
    (lambda: of_half([[1, 2]], key="z"), "INVALID_ARGUMENT", "the inputs x are asked for"),
    (lambda: of_half([[1, 2, 3]]), "INVALID_ARGUMENT", "shape [1, 3] where ['any', 2] is asked for"),
    (lambda: of_half([1, 2]), "INVALID_ARGUMENT", "shape [2]"),
    (lambda: of_half(np.array([[1.0, 2]])), "INVALID_ARGUMENT", "float64 where float32"),
    (lambda: of_half([[1, 2]], outputs=["z"]), "INVALID_ARGUMENT", "output_filter"),
    (lambda: of_half([[1, 2]], outputs=["y", "y"]), "INVALID_ARGUMENT", "output_filter"),
    (lambda: of_half([[np.inf, 2]]), "INTERNAL", "the server has a bug")])
def test_what_is_refused(half, request_of, code, said):
    channel, _ = half
    found, sentence = ask(channel, PREDICT, request_of())
    assert found == code and said in sentence and ".py" not in sentence and len(sentence) < 400
    assert ask(channel, PREDICT, of_half([[1, 2]]))[0] == "OK"


def test_a_short_message_that_stands_for_a_large_array_is_refused(half):
    request = messages.PredictRequest(model_spec={"name": "half"})
    request.inputs["x"].CopyFrom(proto([2**39, 2], float_val=[1]))
    assert request.ByteSize() < 60
    assert ask(half[0], PREDICT, request)[0] == "RESOURCE_EXHAUSTED"


def test_status_metadata_and_health(half):
    channel, _ = half
    code, answer = ask(channel, STATUS, messages.GetModelStatusRequest(model_spec={"name": "half"}))
    assert code == "OK" and [(row.version, row.state) for row in answer.model_version_status] == [(2, 30), (1, 30)]
    one = messages.GetModelStatusRequest(model_spec={"name": "half", "version": {"value": 9}})
    assert ask(channel, STATUS, one)[0] == "NOT_FOUND"
    asked = messages.GetModelMetadataRequest(model_spec={"name": "half"}, metadata_field=["signature_def"])
    code, answer = ask(channel, METADATA, asked)
    assert code == "OK" and answer.model_spec.version.value == 2
    signatures = messages.SignatureDefMap.FromString(answer.metadata["signature_def"].value).signature_def
    assert signatures.keys() == {DEFAULT, "two"}
    x = signatures[DEFAULT].inputs["x"]
    assert x.dtype == 1 and [dim.size for dim in x.tensor_shape.dim] == [-1, 2]
    assert signatures["two"].inputs["b"].tensor_shape.unknown_rank
    del asked.metadata_field[:]
    assert ask(channel, METADATA, asked)[0] == "INVALID_ARGUMENT"
    assert ask(channel, HEALTH, messages.HealthCheckRequest(), metadata=[])[1].status == 1
    assert ask(channel, HEALTH, messages.HealthCheckRequest(service="cat"))[0] == "NOT_FOUND"


def test_who_does_not_show_the_key_learns_nothing(half):
    channel, _ = half
    for shown in ([], [("authorization", "Bearer ad")], [("authorization", "Bearer adaa")], [("authorization", "ada")]):
        for path, request in ((PREDICT, of_half([[1, 2]])), (STATUS, messages.GetModelStatusRequest())):
            code, sentence = ask(channel, path, request, metadata=shown)
            assert code == "UNAUTHENTICATED" and "half" not in sentence and "ada" not in sentence


def test_an_unknown_method_and_a_message_that_is_none(half):
    channel, _ = half
    for path, sent, code in (("/tensorflow.serving.PredictionService/Classify", b"", "UNIMPLEMENTED"),
                             (PREDICT, b"\xff\xff\xff", "INTERNAL")):
        with pytest.raises(grpc.RpcError) as error:
            channel.unary_unary(path)(sent, metadata=KEY, timeout=30)
        assert error.value.code().name == code


def test_a_deadline_ends_the_wait_and_who_waits_in_line_is_never_computed(half):
    channel, versions = half
    model, begun, go_on = versions.live[2], threading.Event(), threading.Event()

    def wait():
        begun.set()
        go_on.wait(60)

    model.wait, before = wait, model.calls
    predict = grpc_client.method(channel, PREDICT)
    running = predict.future(of_half([[1, 2]]), metadata=KEY, timeout=60)
    assert begun.wait(60)
    in_line = [ask(channel, PREDICT, of_half([[1, 2]]), timeout=0.05)[0] for _ in range(3)]
    assert in_line == ["DEADLINE_EXCEEDED"] * 3 and not running.done()
    model.wait = None
    go_on.set()
    assert running.result(60).outputs["y"].float_val[0] == 2.5
    assert ask(channel, PREDICT, of_half([[1, 2]]))[0] == "OK"
    assert model.calls - before == 2, "the three that had given up were computed all the same"


def test_more_calls_than_may_wait_are_refused(half):
    channel, versions = half
    model, begun, go_on = versions.live[2], threading.Event(), threading.Event()

    def wait():
        begun.set()
        go_on.wait(60)

    model.wait = wait
    predict = grpc_client.method(channel, PREDICT)
    calls = [predict.future(of_half([[1, 2]]), metadata=KEY, timeout=60) for _ in range(grpc_server.WAITING)]
    assert begun.wait(60)
    with contextlib.ExitStack() as stack:
        stack.callback(go_on.set)
        codes = {ask(channel, PREDICT, of_half([[1, 2]]))[0] for _ in range(3)}
    assert codes == {"RESOURCE_EXHAUSTED"}
    assert all(call.result(60).outputs["y"].float_val[0] == 2.5 for call in calls)


def test_two_servers_never_share_a_port(half, tmp_path):
    """gRPC's default would let a second server of this account take the port, and a part of the calls."""
    server, port = grpc_server.serve(half[1])
    try:
        with pytest.raises(RuntimeError):
            grpc_server.serve(half[1], port=port)
    finally:
        server.stop(None).wait()


# Both frameworks' servers

BUILD = """
import sys
from pathlib import Path
from helpers import session
from chapters.ch10 import digit_{side}, training
from helpers import data

digit_{side}.export(digit_{side}.network(training.weights(data.digits(), 0, 1)), Path(sys.argv[1]))
"""


@pytest.fixture(scope="module", params=["torch", "tf"])
def door(request, tmp_path_factory):
    """(side, folder, Door) of each framework's server in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "build.py").write_text(BUILD.format(side=request.param), encoding="utf-8")
    done = process.command([sys.executable, folder / "build.py", folder / "models" / "1"], family.LONG, process.lean())
    assert done.returncode == 0, done.stderr
    with grpc_server.running(folder / "models", servers.MODEL, request.param) as found:
        yield request.param, folder / "models", found


def by_numpy(images):
    w = training.weights(data.digits(), 0, 1)
    scores = np.maximum(images.reshape(-1, 64) @ w["hidden"] + w["hidden bias"], 0) @ w["digit"] + w["digit bias"]
    scores = np.exp(scores - scores.max(1, keepdims=True))
    return scores / scores.sum(1, keepdims=True)


@pytest.mark.slow
def test_a_server_of_each_framework_answers_right_on_loopback_only(door):
    side, _, where = door
    images = data.digits().x_test[:64]
    np.testing.assert_allclose(grpc_client.probabilities(where, images), by_numpy(images), atol=1e-5)
    port = int(where.target.rpartition(":")[2])
    started = family.of()[1:]
    own = [address for address in family.listening(started) if address.port == port]
    assert [address.ip.removeprefix("::ffff:") for address in own] == ["127.0.0.1"]
    assert where.key not in family.command_lines(started), "every account can read command lines"


@pytest.mark.slow
def test_tensorflow_servings_own_client_talks_to_both_unchanged(door):
    side, _, where = door
    images = data.digits().x_test[:5]
    job = {"target": where.target, "key": where.key, "image": "image", "pictures": images}
    home = {"PYTHONPATH": fetched.folder("tensorflow-serving-api")}
    found, = process.run("ch10/ask_serving_api", job, timeout=family.LONG, env=home)
    np.testing.assert_array_equal(np.array(found["probabilities"], "float32"), grpc_client.probabilities(where, images))
    assert found["states"] == {"1": "AVAILABLE"} and found["version"] == 1
    assert found["signatures"] == {"torch": [DEFAULT], "tf": ["__saved_model_init_op", "classify", "raw", DEFAULT]}[side]
    assert found["refused"] == ["NOT_FOUND", "FAILED_PRECONDITION", "INVALID_ARGUMENT"]


@pytest.mark.slow
def test_a_server_ends_with_its_block(tmp_path, monkeypatch):
    workers = tmp_path / "chapters" / "ch10" / "workers"
    workers.mkdir(parents=True)
    own = ROOT / "notebooks" / "chapters" / "ch10" / "workers"
    for name in ("serve_grpc.py", "serve_flask.py"):
        (workers / name).write_text((own / name).read_text(encoding="utf-8"), encoding="utf-8")
    edited = "class Model:\n    signatures = {}\n    def __init__(self, folder):\n        pass\n"  # loads no framework
    (workers / "model_torch.py").write_text(edited, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models" / "1").mkdir(parents=True)
    with grpc_server.running(tmp_path / "models", "half", "torch") as where:
        with grpc.insecure_channel(where.target, grpc_client.OPTIONS) as channel:
            asked = messages.GetModelStatusRequest(model_spec={"name": "half"})
            code, answer = ask(channel, STATUS, asked, where.metadata)
            assert code == "OK" and len(answer.model_version_status) == 1
            assert ask(channel, STATUS, asked)[0] == "UNAUTHENTICATED"
        assert web.status(where.url) == 200, "its other door"
    assert web.status(where.url, timeout=20) is None
    with grpc.insecure_channel(where.target, grpc_client.OPTIONS) as channel:
        assert ask(channel, STATUS, asked, where.metadata, timeout=20)[0] == "UNAVAILABLE"


def test_codes_are_those_of_the_real_server():
    """tensorflow_serving/model_servers/http_server.cc maps them the other way round."""
    assert grpc_api.CODES[503] == grpc.StatusCode.UNAVAILABLE and grpc_api.CODES[429] == grpc.StatusCode.RESOURCE_EXHAUSTED


# Lesson 10f


@pytest.mark.parametrize("sizes, letter", [((30, 20), "a"), ((60, 20), "b"), ((100, 20), "c")])
def test_how_many_times_as_large_the_json_is(sizes, letter):
    assert cells.judge("10f", "times", asks=["P10.13"], sizes={"64 pictures": sizes}) == {"P10.13": letter}


@pytest.mark.parametrize("word, filled_with, letter", [("INVALID_ARGUMENT", None, "a"), ("OK", 0, "b"), ("OK", 0.5, "c")])
def test_what_becomes_of_a_short_message(word, filled_with, letter):
    """The servers answer what they read; here a short message is read with the rest filled up like this."""
    flat = np.full(64, 0.5, "float32")
    answer = None if filled_with is None else np.concatenate([flat[:30], np.full(34, filled_with, "float32")])
    judged = cells.judge("10f", "again", asks=["P10.14"], flat=flat, one=flat.reshape(1, 8, 8), word_torch=word,
                         door_torch=None, short_torch=answer, ask=lambda door, images: images.reshape(-1))
    assert judged == {"P10.14": letter}


@pytest.mark.parametrize("over_grpc, over_rest, letter", [(0, 0, "a"), (5, 5, "b"), (0, 5, "c"), (1, 5, "c"), (5, 0, "d")])
def test_for_whom_the_model_is_called(over_grpc, over_rest, letter):
    calls = {"gRPC": over_grpc, "REST": over_rest}
    assert cells.judge("10f", "over_grpc", asks=["P10.15"], calls_torch=calls, calls_tf=calls) == {"P10.15": letter}


def test_a_client_of_rest_that_is_gone_is_served_and_one_of_grpc_is_not():
    """With a model that needs no framework; the lesson's own function counts."""
    space = cells.functions("10f", "calls_for_nobody", impatience=impatience, time=time,
                            one=np.zeros((1, 8, 8), "float32"))
    assert space["calls_for_nobody"](impatience.grpc_door, np.negative) == 0
    assert space["calls_for_nobody"](impatience.rest_door, np.negative) == 5


def test_what_has_begun_runs_to_its_end_though_nobody_waits(half):
    channel, versions = half
    model, begun, go_on, done = versions.live[2], threading.Event(), threading.Event(), threading.Event()

    def wait():
        begun.set()
        go_on.wait(60)
        done.set()

    model.wait = wait
    call = grpc_client.method(channel, PREDICT).future(of_half([[1, 2]]), metadata=KEY, timeout=60)
    assert begun.wait(60)
    call.cancel()
    assert call.code() == grpc.StatusCode.CANCELLED and not done.is_set()
    go_on.set()
    assert done.wait(60)


def test_what_arrives_is_told_from_what_does_not(capsys):
    ways = {"as it is": np.copy, "as float64": np.float64, "less": lambda array: array - 1}

    def refuse(array):
        raise ValueError("no")

    found = grpc_exhibits.show_arrivals({**ways, "never": refuse}, {"one": np.ones(3, "float32")})
    assert found == {"one": {"as it is": "yes", "as float64": "no", "less": "no", "never": "refused"}}
    assert "refused" in capsys.readouterr().out
