# %% [markdown]
# # 10f. Another door: gRPC
#
# Programs seldom talk to each other in JSON. You ask both frameworks' servers through a second door, count its bytes,
# and find out what it takes for a picture.
#
# > **Minutes**: 39 · **Needs**: lessons 10a and 10d · **Claims tested**: none
# >
# > **You will be able to**
# > - say what travels in a message, and what does not (verdict in 10f.1)
# > - ask a server of either framework over gRPC (verdict in 10f.2)
# > - say what JSON costs, in bytes and in time (prediction P10.13)
# > - say which numbers get lost on the way (verdict in 10f.4)
# > - see that an array has come short (prediction P10.14 and exercise 10.8)
# > - let a deadline reach the work (prediction P10.15 and exercise 10.9)
#
# `seed` chooses the weights, `fast` takes fewer measurements, and `device` changes nothing here.

# %% tags=["setup"]
from helpers import session

session.start("10f")

import json
import time

import grpc
import numpy as np

from chapters.ch10 import client, grpc_client, grpc_exhibits, grpc_server, impatience
from chapters.ch10 import grpc_messages as messages
from chapters.ch10 import servers, training
from helpers import claims, data, exercises, parity, timing

# %% tags=["torch", "setup"]
# PyTorch
import torch

from helpers import torch_side

torch.set_num_threads(1)

from chapters.ch10 import digit_torch

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.set_visible_devices([], "GPU")
tf.get_logger().setLevel("ERROR")

from chapters.ch10 import digit_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
folder = servers.fresh_folder("10f")

# %% [markdown]
# ## 10f.1 A message
#
# [gRPC](glossary.md#grpc) calls a function of another program. What goes in and what comes out are *messages*, in the
# binary format [protobuf](glossary.md#protobuf). Both sides agree on a text, the `.proto` file. This is a part of
# TensorFlow Serving's:
#
# ```
# message ModelSpec { string name = 1; }
#
# message PredictRequest {
#   ModelSpec model_spec = 1;
#   map<string, TensorProto> inputs = 2;
# }
#
# service PredictionService {
#   rpc Predict(PredictRequest) returns (PredictResponse);
# }
# ```
#
# From it a program makes classes, in any language. Ours, in [grpc_messages.py](chapters/ch10/grpc_messages.py), have the
# same names and numbers. What does such a message look like on its way?

# %% tags=["taught"]
request = messages.PredictRequest()
request.model_spec.name = "digits"
print(list(request.SerializeToString()))
print(list(b"digits"))

# %% [markdown]
# The word `model_spec` is not there. The first byte, 10, is field number 1 times 8, plus 2, which says that a length
# comes next: 8 bytes. They are a message of their own, and in it field 1 again, 6 bytes long: the text.
#
# So who has no `.proto` cannot read it, a field may be renamed, and a number must never be used for another field.
#
# An array is a message as well, a `TensorProto`: a number for its type (1 is float32), its sizes, and its memory.
# TensorFlow can write one. For a PyTorch tensor we fill it in ourselves.

# %% tags=["taught"]
digits = data.digits()
x = digits.x_test[:64]
one = x[:1]
w = training.weights(digits, seed, epochs=1)

# %% tags=["torch"]
# PyTorch
scan_torch = torch.from_numpy(one)
packed_torch = messages.TensorProto(dtype=1)
for size in scan_torch.shape:
    packed_torch.tensor_shape.dim.add(size=size)
packed_torch.tensor_content = scan_torch.numpy().tobytes()
bytes_torch = packed_torch.SerializeToString()

# %% tags=["tf"]
# TensorFlow
scan_tf = tf.constant(one)
packed_tf = tf.make_tensor_proto(scan_tf)
bytes_tf = packed_tf.SerializeToString()

# %% tags=["verdict", "folded"]
# Folded: are both messages the same, byte for byte?
parity.verdict("a picture as a message", list(bytes_torch), list(bytes_tf))

# %% [markdown]
# ## 10f.2 Two servers, one door
#
# [serve_grpc.py](chapters/ch10/workers/serve_grpc.py) puts an export behind gRPC, under TensorFlow Serving's names. It
# knows as little of a framework as `rest_api.py` does. `grpc_server.start` returns its *door*: the port, and a key that
# each call must show. (In REST the secret stood in the address; here the address of a method is fixed, so a key goes
# along, as a header does.) The same process has lesson 10a's REST door, too, on a second port, as TensorFlow's own
# server has: `url` is its address.

# %% tags=["taught"]
METHOD = "/tensorflow.serving.PredictionService/Predict"


def ask(door, images):
    """A server's probabilities for pictures (n, 8, 8), over gRPC."""
    request = messages.PredictRequest()
    request.model_spec.name = "digits"
    messages.pack(images, request.inputs["image"])
    with grpc.insecure_channel(door.target, grpc_client.OPTIONS) as channel:
        predict = channel.unary_unary(
            METHOD,
            request_serializer=messages.PredictRequest.SerializeToString,
            response_deserializer=messages.PredictResponse.FromString,
        )
        answer = predict(request, timeout=60, metadata=door.metadata)
    return messages.unpack(answer.outputs["output_0"], "output_0")


# %% [markdown]
# A *channel* is a connection that can carry many calls at a time. `unary_unary` makes a function of a method's name: one
# message goes, one comes. (Insecure means: not encrypted. Between machines you would use
# [TLS](https://grpc.io/docs/guides/auth/).)

# %% tags=["torch"]
# PyTorch
model_torch = digit_torch.network(w)
digit_torch.export(model_torch, folder / "torch" / "1")
door_torch = grpc_server.start(folder / "torch", side="torch")
grpc_torch = ask(door_torch, x)
rest_torch = client.probabilities(door_torch.url, x)

# %% tags=["tf"]
# TensorFlow
model_tf = digit_tf.network(w)
digit_tf.export(model_tf, folder / "tf" / "1")
door_tf = grpc_server.start(folder / "tf", side="tf")
grpc_tf = ask(door_tf, x)
rest_tf = client.probabilities(door_tf.url, x)

# %% tags=["verdict", "folded"]
# Folded: both frameworks over gRPC, and each at both of its doors, to the bit.
parity.verdict("64 pictures over gRPC", grpc_torch, grpc_tf, atol=1e-6)
parity.verdict("PyTorch, gRPC and REST", grpc_torch, rest_torch)
parity.verdict("TensorFlow, gRPC and REST", grpc_tf, rest_tf)

# %% [markdown]
# Names and numbers are all that a client needs to share. TensorFlow Serving's own client package, which has never heard
# of this course, talks to both servers as well; [this worker](chapters/ch10/workers/ask_serving_api.py) shows how, and
# the course's tests run it.
#
# An error is no number such as 404 but a [word](https://grpc.io/docs/guides/status-codes/). TensorFlow Serving's words
# for what lesson 10d sent are below. Where the doors differ, we follow it: an unknown signature is a failed precondition.

# %% tags=["taught"]
wrong = {
    "another model": grpc_client.request_of(one, name="cats"),
    "version 99": grpc_client.request_of(one, version={"value": 99}),
    "another signature": grpc_client.request_of(one, signature_name="other"),
    "wrong shape": grpc_client.request_of(one[0]),
    "float64": grpc_client.request_of(one.astype("float64")),
}


# %% tags=["torch"]
# PyTorch
said_torch = {
    name: grpc_client.answer(door_torch, request)[0] for name, request in wrong.items()
}
print(said_torch)

# %% tags=["tf"]
# TensorFlow
said_tf = {
    name: grpc_client.answer(door_tf, request)[0] for name, request in wrong.items()
}
print(said_tf)

# %% tags=["verdict", "folded"]
# Folded: do both servers say the same?
parity.verdict("what both servers say to five wrong requests", said_torch, said_tf)

# %% [markdown]
# The last entry, float64, differs from JSON, too: there a number has no type, here it has one, and nobody converts it.
#
# ## 10f.3 What the door costs
#
# **Predict.** 64 pictures as JSON, and as a message. How many times as many bytes has the JSON?
#
# - **a** less than 2 times
# - **b** 2 to 4 times
# - **c** more than 4 times

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.13", guess, among=["a", "b", "c"])


# %% tags=["taught"]
def bytes_of(images):
    """(bytes as JSON, bytes as a message) of a request for these pictures."""
    text = json.dumps({"instances": images.tolist()})
    message = grpc_client.request_of(images)
    return len(text), message.ByteSize()


rng = np.random.default_rng(seed)
noise = rng.normal(size=x.shape).astype("float32")
sizes = {
    "one picture": bytes_of(one),
    "64 pictures": bytes_of(x),
    "64 pictures of noise": bytes_of(noise),
}

# %% tags=["folded"]
# Folded: the table of bytes.
grpc_exhibits.show_sizes(sizes)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
as_json, as_message = sizes["64 pictures"]
times = as_json / as_message
exercises.outcome(
    "P10.13", exercises.first_true({"a": times < 2, "b": times <= 4, "c": True})
)

# %% [markdown]
# A float32 has four bytes in a message, whatever its value. JSON writes digits, and a shade of our pictures, a sixteenth
# or a multiple, has few: `0.0`, `0.25`. Noise has many. So "binary is smaller" depends on the numbers.
#
# JSON costs time as well, to write and to read it. `asks` holds functions that keep their connection open; each round asks
# once at each door.

# %% tags=["taught"]
rounds = 31 if fast else 201


def compared(door):
    """{pictures a request: what both doors took}, by turns."""
    found = {}
    with grpc.insecure_channel(door.target, grpc_client.OPTIONS) as channel:
        for images in (one, x):
            asks = {
                "gRPC": grpc_exhibits.over_grpc(channel, door, images),
                "REST": grpc_exhibits.over_rest(door.url, images),
            }
            found[len(images)] = timing.compare(asks, rounds=rounds)
    return found


# %% tags=["torch"]
# PyTorch
took_torch = compared(door_torch)

# %% tags=["tf"]
# TensorFlow
took_tf = compared(door_tf)

# %% tags=["verdict", "folded"]
# Folded: how many times as long the REST door takes.
for pictures in (1, 64):
    told = grpc_exhibits.ratios(took_torch[pictures])
    parity.by_clock(f"PyTorch, pictures a request: {pictures}", told)
    told = grpc_exhibits.ratios(took_tf[pictures])
    parity.by_clock(f"TensorFlow, pictures a request: {pictures}", told)

# %% [markdown]
# Read the ratio with care. It compares two doors that this course wrote. On a busy machine gRPC, whose Python server
# hands each call from thread to thread, may even be the slower one; and a network would add the same to both.

# %% [markdown]
# ## 10f.4 Which numbers arrive?
#
# Three ways: JSON as Python reads it, JSON as a browser reads it, and a message. A browser has one kind of number,
# float64, and refuses NaN.


# %% tags=["taught"]
def by_json(array):
    return np.array(json.loads(json.dumps(array.tolist())), array.dtype)


def by_browser(array):
    text = json.dumps(array.tolist(), allow_nan=False)
    return np.array(json.loads(text, parse_int=float)).astype(array.dtype)


def by_message(array):
    sent = messages.TensorProto()
    messages.pack(array, sent)
    came = messages.TensorProto.FromString(sent.SerializeToString())
    return messages.unpack(came, "array")


# %% [markdown]
# `strange` holds numbers at the borders: a random choice of bits as float32 numbers (NaN among them), the smallest one, a
# negative zero, and the first whole number that float64 cannot hold.

# %% tags=["taught"]
bits = rng.integers(0, 2**32, 10_000, dtype="uint32")
numbers = bits.view("float32")
strange = {
    "float32, finite": numbers[np.isfinite(numbers)],
    "the smallest float32": np.array([1e-45], "float32"),
    "negative zero": np.array([-0.0], "float32"),
    "NaN and infinity": np.array([np.nan, np.inf], "float32"),
    "NaN of other bits": np.array([0x7FC01234], "uint32").view("float32"),
    "int64, 2**53 + 1": np.array([2**53 + 1]),
}
ways = {"JSON, Python": by_json, "JSON, browser": by_browser, "message": by_message}

# %% tags=["verdict", "folded"]
# Folded: what has arrived to the last bit, and whether a message lost anything.
arrived = grpc_exhibits.show_arrivals(ways, strange)
by_messages = [found["message"] for found in arrived.values()]
parity.verdict("what arrives in a message", by_messages, ["yes"] * len(strange))

# %% [markdown]
# JSON does *not* round: Python writes as many digits as bring the number back. What it loses is at the borders: the type
# (the reader must know it), NaN, the bits inside a NaN, and in a browser large whole numbers, such as the id of an order.

# %% [markdown]
# ## 10f.5 A number too few
#
# A list of lists has a shape of its own: a row that is too short is *ragged*, and lesson 10d's servers refuse it. A
# message says its shape beside its numbers. Let them disagree: the shape asks for 64 numbers, and a bug in the client
# has sent only the first 30. They come one by one, in the field `float_val`, and not as one piece of memory as in 10f.1.
#
# **Predict.** What do the servers do?
#
# - **a** refuse the message
# - **b** answer: for a missing number, 0 is taken
# - **c** answer: for a missing number, the last one that came is taken

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.14", guess, among=["a", "b", "c"])

# %% [markdown]
# `float_val` is the other field for numbers of a `TensorProto`: they stand there one by one.

# %% tags=["taught"]
flat = one.reshape(-1)
short = messages.PredictRequest()
short.model_spec.name = "digits"
short.inputs["image"].dtype = 1
for size in one.shape:
    short.inputs["image"].tensor_shape.dim.add(size=size)
short.inputs["image"].float_val.extend(flat[:30].tolist())

# %% tags=["torch"]
# PyTorch
word_torch, short_torch = grpc_client.answer(door_torch, short)
print(word_torch)

# %% tags=["tf"]
# TensorFlow
word_tf, short_tf = grpc_client.answer(door_tf, short)
print(word_tf)

# %% tags=["verdict", "folded"]
# Folded: do both servers do the same?
parity.verdict("what both servers say to 30 numbers of 64", word_torch, word_tf)
parity.verdict("and what they answer", short_torch, short_tf, atol=1e-6)

# %% tags=["verdict", "folded"]
# Folded: which option came true, by the answers to two pictures that are whole.
zeros = np.concatenate([flat[:30], np.zeros(34, "float32")]).reshape(one.shape)
again = np.concatenate([flat[:30], np.full(34, flat[29])]).reshape(one.shape)
options = {
    "a": word_torch != "OK",
    "b": np.array_equal(short_torch, ask(door_torch, zeros)),
    "c": np.array_equal(short_torch, ask(door_torch, again)),
}
exercises.outcome("P10.14", exercises.first_true(options))

# %% [markdown]
# In this field a message may be short on purpose: a million times the same number then takes about 20 bytes. So whoever
# reads it fills it up, and a picture of which half got lost is answered like any other. (`tensor_content` is not filled
# up: a wrong number of bytes is refused there.) That is no habit of ours: `tf.io.parse_tensor` is how TensorFlow itself
# reads a message, in C++, as TensorFlow Serving does.

# %% tags=["torch"]
# PyTorch
array = messages.unpack(short.inputs["image"], "image")  # as our servers read it
read_torch = torch_side.to_numpy(torch.from_numpy(array))

# %% tags=["tf"]
# TensorFlow
content = short.inputs["image"].SerializeToString()
read_tf = tf_side.to_numpy(tf.io.parse_tensor(content, tf.float32))

# %% tags=["verdict", "folded"]
# Folded: our reading against TensorFlow's.
parity.verdict("a short message, read by us and by TensorFlow", read_torch, read_tf)

# %% [markdown]
# ### Exercise 10.8: all there? (5 minutes)
#
# Write `answer(proto)` for a `TensorProto` of float32: `True` where it holds exactly as many numbers as its shape asks
# for, else `False`.
#
# The numbers stand in `proto.float_val`, or, where `proto.tensor_content` is not empty, in these bytes, 4 for each. The
# sizes are `dim.size` for each `dim` in `proto.tensor_shape.dim`; none means a single number. Where
# `proto.tensor_shape.unknown_rank` is true, nobody knows how many are right: `False`.

# %% tags=["exercise"]
answer = ...  # a function of a TensorProto


# solution
def answer(proto):
    if proto.tensor_shape.unknown_rank:
        return False
    count = 1
    for dim in proto.tensor_shape.dim:
        count *= dim.size
    if proto.tensor_content:
        return len(proto.tensor_content) == 4 * count
    return len(proto.float_val) == count


# wrong: also be in tensor_content
def answer(proto):
    if proto.tensor_shape.unknown_rank:
        return False
    count = 1
    for dim in proto.tensor_shape.dim:
        count *= dim.size
    return len(proto.float_val) == count


# wrong: too many numbers are not right
def answer(proto):
    if proto.tensor_shape.unknown_rank:
        return False
    count = 1
    for dim in proto.tensor_shape.dim:
        count *= dim.size
    return len(proto.tensor_content) / 4 >= count or len(proto.float_val) >= count


# %% tags=["check"]
exercises.check("10.8", answer)

# %% [markdown]
# ## 10f.6 Who has given up
#
# A client of HTTP that waits too long closes its connection, and nobody tells the model. A client of gRPC sends a
# *deadline* along: `predict(request, timeout=0.1)` says "in a tenth of a second I am gone".
#
# One slow request keeps the only thread of a server busy. Meanwhile five other clients ask, wait for 0.1 seconds each,
# and give up. Then the slow request ends, and the server turns to the line of those who wait.
#
# **Predict.** For how many of the five, who are gone, does the server call the model?
#
# - **a** none, at either door
# - **b** all five, at either door
# - **c** none over gRPC, all five over REST
# - **d** all five over gRPC, none over REST

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P10.15", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# Here both doors stand in this notebook's own process ([impatience.py](chapters/ch10/impatience.py)), so that we can
# count. `Slow` is a model whose first call lasts until `go_on` is set. `ask(0.1)` asks, and waits so many seconds.


# %% tags=["taught"]
def calls_for_nobody(open_door, call):
    """How often the model is called for five clients who have given up."""
    call(one)  # once before: a first call is slow
    model = impatience.Slow(call)
    with open_door(model, one) as ask:
        slow = impatience.in_background(ask, 60)
        model.begun.wait(60)
        words = [ask(0.1) for _ in range(5)]
        time.sleep(1)  # the time is over on the server's clock, too
        model.go_on.set()
        last = ask(60)  # behind all others in the line
        print(slow.result(), words, last)
    return model.calls - 2  # the slow one and the last


# %% tags=["torch"]
# PyTorch
def call_torch(images):
    return torch_side.to_numpy(model_torch(torch.from_numpy(images)))


calls_torch = {
    "gRPC": calls_for_nobody(impatience.grpc_door, call_torch),
    "REST": calls_for_nobody(impatience.rest_door, call_torch),
}


# %% tags=["tf"]
# TensorFlow
def call_tf(images):
    return tf_side.to_numpy(model_tf(images))


calls_tf = {
    "gRPC": calls_for_nobody(impatience.grpc_door, call_tf),
    "REST": calls_for_nobody(impatience.rest_door, call_tf),
}

# %% tags=["verdict", "folded"]
# Folded: the same in both frameworks, and which option came true.
print("calls for clients who are gone:", calls_torch)
parity.verdict("calls for nobody, by door", calls_torch, calls_tf)
over_grpc, over_rest = calls_torch["gRPC"], calls_torch["REST"]
options = {
    "a": over_grpc == over_rest == 0,
    "b": over_grpc == over_rest == 5,
    "c": over_grpc < over_rest,
    "d": True,
}
exercises.outcome("P10.15", exercises.first_true(options))

# %% [markdown]
# The deadline travels with the call, so the server knows who is gone before it begins. Over REST an overloaded server
# works for nobody, and so falls behind further. (TensorFlow Serving's own REST door has one time limit for all,
# `--rest_api_timeout_in_ms`.)
#
# But what has *begun* runs on: gRPC cannot stop your function. It can tell it. A handler gets a `context`, whose
# `is_active()` says whether somebody still waits.
#
# ### Exercise 10.9: stop when nobody waits (5 minutes)
#
# Write `answer(call, images, context)`. It computes the pictures, an array, in pieces of at most 16 with `call`, a function
# from pictures to an array of as many rows, and returns one array of all rows. Before each piece it asks
# `context.is_active()`, once; where that is false it calls no more, and returns `None`. There is at least one picture.

# %% tags=["exercise"]
answer = ...  # a function of call, images and context


# solution
def answer(call, images, context):
    parts = []
    for start in range(0, len(images), 16):
        if not context.is_active():
            return None
        parts.append(call(images[start : start + 16]))
    return np.concatenate(parts)


# wrong: look before each piece
def answer(call, images, context):
    parts = []
    for start in range(0, len(images), 16):
        parts.append(call(images[start : start + 16]))
        if not context.is_active():
            return None
    return np.concatenate(parts)


# wrong: return None: nobody reads a part
def answer(call, images, context):
    parts = []
    for start in range(0, len(images), 16):
        if not context.is_active():
            break
        parts.append(call(images[start : start + 16]))
    return np.concatenate(parts) if parts else None


# %% tags=["check"]
exercises.check("10.9", answer)

# %% [markdown]
# ## 10f.7 Too large
#
# A message has a limit: 4 MiB, where nobody has set another (TensorFlow's own server lifts it to 2 GiB). Whose limit is
# it? Below, 20,000 pictures go to a server, and then a client asks for 64 that accepts answers of 1,000 bytes at most.

# %% tags=["taught"]
many = np.zeros((20_000, 8, 8), "float32")
small = [("grpc.max_receive_message_length", 1000)]


def too_large(door):
    """What is said of too large a request, and of too large an answer."""
    said = {"request": grpc_client.answer(door, grpc_client.request_of(many))[0]}
    asked = grpc_client.request_of(x)
    said["answer"] = grpc_client.answer(door, asked, small)[0]
    return said


# %% tags=["torch"]
# PyTorch
large_torch = too_large(door_torch)
print(large_torch)

# %% tags=["tf"]
# TensorFlow
large_tf = too_large(door_tf)
print(large_tf)

# %% tags=["verdict", "folded"]
# Folded: do both say the same?
parity.verdict("what is said of too large messages", large_torch, large_tf)
servers.stop()

# %% [markdown]
# The word is the same, and the speaker is not. Who *receives* has the limit: the first message was refused by the server,
# the second by the client, for whom the model had already done its work. So a client that gets `RESOURCE_EXHAUSTED` for a
# large answer must change its own options, and asking again only repeats the work.

# %% [markdown]
# ## 10f.8 Quiz

# %%
exercises.quiz("10f")

# %% [markdown]
# ## 10f.9 Verdicts

# %%
claims.close("10f")

# %% [markdown]
# ## 10f.10 Summary and further reading
#
# - A message holds numbers of fields and values, no names: both sides need the `.proto`.
# - What JSON costs in bytes depends on the digits; in a message a float32 has four bytes.
# - A message arrives to the bit. But numbers sent one by one may be fewer than the shape asks for, and are filled up.
# - A deadline travels with a call of gRPC: who is gone before the work begins costs nothing.
# - Who receives has the limit of size.
#
# Further reading: [gRPC's concepts](https://grpc.io/docs/what-is-grpc/core-concepts/),
# [how protobuf writes a message](https://protobuf.dev/programming-guides/encoding/),
# [TensorFlow Serving's messages](https://github.com/tensorflow/serving/tree/master/tensorflow_serving/apis). Next:
# [a queue with a limit](10g_a_queue_with_a_limit.ipynb).
