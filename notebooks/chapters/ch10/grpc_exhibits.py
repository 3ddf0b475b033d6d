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
    found = timed["REST"]
    return f"REST takes {found.ratio:.1f} times as long as gRPC (quartiles {found.low:.1f} to {found.high:.1f})"


def show_sizes(sizes):
    """The table of {what is sent: (bytes as JSON, bytes as a message)}."""
    rows = [(what, f"{text:,}", f"{packed:,}", f"{text / packed:.1f}") for what, (text, packed) in sizes.items()]
    show.table(["body", "JSON, bytes", "message, bytes", "times"], rows, caption="The same numbers at two doors")
