"""Ask a gRPC model server: lesson 10f's `ask`, and what is built on it."""
import grpc
import numpy as np

from chapters.ch10 import grpc_messages as messages
from chapters.ch10 import servers

OPTIONS = [("grpc.enable_http_proxy", 0)]
"""A channel's options: gRPC, too, asks the proxies that the environment names, and those are for the outside world."""

PREDICT = "/tensorflow.serving.PredictionService/Predict"


def method(channel, path):
    """A function of a message that asks one method: `channel.unary_unary`, as a generated stub calls it."""
    request, response = messages.METHODS[path]
    return channel.unary_unary(path, request_serializer=messages.CLASSES[request].SerializeToString,
                               response_deserializer=messages.CLASSES[response].FromString)


def request_of(images, **spec):
    """A PredictRequest of pictures, float32 (n, 8, 8), under the input's name "image"; spec: more of its ModelSpec."""
    request = messages.PredictRequest(model_spec={"name": servers.MODEL, **spec})
    messages.pack(images, request.inputs["image"])
    return request


def probabilities(door, images, path=PREDICT):
    """A server's probabilities for pictures (n, 8, 8): float32 (n, 10)."""
    with grpc.insecure_channel(door.target, OPTIONS) as channel:
        answer = method(channel, path)(request_of(images), timeout=60, metadata=door.metadata)
    return messages.unpack(next(iter(answer.outputs.values())), "the answer").astype(np.float32)


def answer(door, request, options=()):
    """(word, array) of a call of Predict: ("OK", the first output), or gRPC's word for what went wrong, and None.

    options: more options of the channel, (name, value) each.
    """
    with grpc.insecure_channel(door.target, [*OPTIONS, *options]) as channel:
        try:
            found = method(channel, PREDICT)(request, timeout=60, metadata=door.metadata)
        except grpc.RpcError as error:
            return error.code().name, None
    return "OK", messages.unpack(next(iter(found.outputs.values())), "the answer")
