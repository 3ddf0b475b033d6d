"""What lesson 10f measures beside its cells: bytes and times of both doors."""
import http.client
import json
from urllib.parse import urlsplit

import numpy as np

from chapters.ch10 import grpc_client
from chapters.ch10 import grpc_messages as messages
from helpers import show


def over_rest(url, images):
    """A function without arguments that asks for pictures over one open connection, and returns the probabilities."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)

    def ask():
        connection.request("POST", f"{parts.path}:predict", json.dumps({"instances": images.tolist()}))
        return np.array(json.loads(connection.getresponse().read())["predictions"], "float32")
    return ask


def over_grpc(channel, door, images):
    """The same over a channel, which keeps its connection too."""
    predict = grpc_client.method(channel, grpc_client.PREDICT)

    def ask():
        answer = predict(grpc_client.request_of(images), timeout=60, metadata=door.metadata)
        return messages.unpack(answer.outputs["output_0"], "output_0")
    return ask


def ratios(timed):
    """What `timing.compare` of {"gRPC": ..., "REST": ...} found, in words: how many times as long REST takes."""
    quick = {name: np.percentile(found.seconds, 10) for name, found in timed.items()}  # nothing else held these up
    found = timed["REST"]
    return (f"REST takes {quick['REST'] / quick['gRPC']:.1f} times as long as gRPC where both are quick; over all rounds "
            f"the quartiles are {found.low:.1f} and {found.high:.1f}")


def show_sizes(sizes):
    """The table of {what is sent: (bytes as JSON, bytes as a message)}."""
    rows = [(what, f"{text:,}", f"{packed:,}", f"{text / packed:.1f}") for what, (text, packed) in sizes.items()]
    show.table(["body", "JSON, bytes", "message, bytes", "times"], rows, caption="The same numbers at two doors")


def show_arrivals(ways, arrays):
    """Send arrays all ways, show which arrive to the last bit, and return {array: {way: "yes", "no" or "refused"}}.

    ways: {name: function of an array that gives what arrives}; ValueError counts as refused.
    """
    arrived = {what: {name: _arrives(way, array) for name, way in ways.items()} for what, array in arrays.items()}
    rows = [(what, *found.values()) for what, found in arrived.items()]
    show.table(["numbers", *ways], rows, caption="Do they arrive to the last bit?")
    return arrived


def _arrives(way, array):
    try:
        came = way(array)
    except ValueError:
        return "refused"
    return "yes" if came.dtype == array.dtype and came.tobytes() == array.tobytes() else "no"
