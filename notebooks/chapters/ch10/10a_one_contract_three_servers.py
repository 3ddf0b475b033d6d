# %% [markdown]
# # 10a. One contract, three servers
#
# You export one network from both frameworks, put it behind three servers, and ask all of them with the same request.
# Who asks cannot tell which framework answers.
#
# > **Minutes**: 36 · **Needs**: chapters 3, 5 and 7 · **Claims tested**: C18, C40, C41, C42, C43, C44
# >
# > **You will be able to**
# > - export a model from each framework, and check the file (verdict in 10a.2)
# > - ask a model server in rows and in columns (exercise 10.1)
# > - say what a contract fixes, and what it does not (prediction P10.1)
# > - carry preprocessing along with a model (exercise 10.2)
# > - say who needs which server (claim C44)
#
# `seed` chooses the weights; `fast` and `device` change nothing here: so small a model is served from the CPU, on one
# thread.

# %% tags=["setup"]
from helpers import session

session.start("10a")

import http.server
import json
import threading
import urllib.error

import numpy as np

from chapters.ch10 import exhibits, loads, rest_api, servers, training
from helpers import claims, data, exercises, parity, web

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
folder = servers.fresh_folder("10a")

# %% [markdown]
# ## 10a.1 One network, in both
#
# A server needs weights, not the code that trained them. To make the point, ours come from neither framework: a
# [few lines of NumPy](chapters/ch10/training.py) train them on the handwritten digits of the earlier chapters.
#
# `x` holds 64 pictures of 8 by 8 shades, in float32. `w` is a dict of arrays: the weights of a hidden layer of 64 units
# and of a layer that gives ten probabilities, and the bias of each.

# %% tags=["taught"]
digits = data.digits()
x = digits.x_test[:64]
w = training.weights(digits, seed, epochs=1)
for name, array in w.items():
    print(name, array.shape)

# %% [markdown]
# Both models take pictures, (batch, 8, 8), and give probabilities, (batch, 10). PyTorch calls `forward` when the model is
# called. A PyTorch layer keeps its weights as (out, in), hence `.T`, which turns rows into columns.
# `torch_side.set_weights` puts arrays into a model by name; Keras's `set_weights` takes a list, in the order of the layers.


# %% tags=["torch"]
# PyTorch
class Digit(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(64, 64)
        self.digit = torch.nn.Linear(64, 10)

    def forward(self, image):
        hidden = torch.relu(self.hidden(image.flatten(1)))
        return torch.softmax(self.digit(hidden), dim=1)


def network_torch(w):
    model = Digit().eval()
    values = {
        "hidden.weight": w["hidden"].T,
        "hidden.bias": w["hidden bias"],
        "digit.weight": w["digit"].T,
        "digit.bias": w["digit bias"],
    }
    torch_side.set_weights(model, values)
    return model


model_torch = network_torch(w)
own_torch = torch_side.to_numpy(model_torch(torch.from_numpy(x)))
print(own_torch[0].round(3))


# %% tags=["tf"]
# TensorFlow
def network_tf(w):
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8), name="image"),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.set_weights([w["hidden"], w["hidden bias"], w["digit"], w["digit bias"]])
    return model


model_tf = network_tf(w)
own_tf = tf_side.to_numpy(model_tf(x))
print(own_tf[0].round(3))

# %% tags=["verdict", "folded"]
# Folded: compares the probabilities. 1e-6: float32 rounds near 1e-7 at each step.
parity.verdict("probabilities of 64 pictures", own_torch, own_tf, atol=1e-6)

# %% [markdown]
# ## 10a.2 A file that computes
#
# A checkpoint holds numbers. An [export](glossary.md#export) holds the computation as well, so that a server needs
# neither your class nor your notebook.
#
# - PyTorch: `torch.export.export` follows the model once, with example pictures, and `save` writes a `.pt2` file.
#   `load` reads it, and `.module()` makes something to call.
#   `dynamic_shapes` says that the first size, called `batch` here, is left open. Without it the file would take exactly
#   two pictures, as many as the example.
# - TensorFlow: an `ExportArchive` writes a [SavedModel](glossary.md#savedmodel), a folder. `track` takes the weights
#   along. Each `add_endpoint` writes one named entry point, a [signature](glossary.md#signature): its name, the function,
#   and by `tf.TensorSpec` the shape and type of its input; `None` is a size left open. (`model.export(place)` would write
#   one function, as `serve` and `serving_default`, and no other.)
#
# Servers look for versions: the folder `1` is version 1.


# %% tags=["torch"]
# PyTorch
def export_torch(model, place):
    any_number = torch.export.Dim("batch")
    scans = torch.zeros(2, 8, 8)
    program = torch.export.export(model, (scans,), dynamic_shapes=({0: any_number},))
    place.mkdir(parents=True)
    torch.export.save(program, place / "model.pt2")
    return program


program = export_torch(model_torch, folder / "torch" / "1")
loaded_torch = torch.export.load(folder / "torch" / "1" / "model.pt2").module()
again_torch = torch_side.to_numpy(loaded_torch(torch.from_numpy(x)))


# %% tags=["tf"]
# TensorFlow
def export_tf(model, place):
    def from_bytes(inputs):
        # decode_raw: a text of 64 bytes becomes 64 numbers
        numbers = tf.cast(tf.io.decode_raw(inputs, tf.uint8), tf.float32)
        return model(tf.reshape(numbers / 16, [-1, 8, 8]))

    def classify(inputs):
        # parse_example: a text becomes the features that are asked for, here an image
        features = {"image": tf.io.FixedLenFeature([8, 8], tf.float32)}
        scores = model(tf.io.parse_example(inputs, features)["image"])
        names = tf.constant([[str(digit) for digit in range(10)]])
        return {"scores": scores, "classes": tf.repeat(names, tf.size(inputs), axis=0)}

    scans = tf.TensorSpec([None, 8, 8], tf.float32, name="image")
    text = tf.TensorSpec([None], tf.string, name="inputs")
    archive = tf.keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", model.call, [scans])
    archive.add_endpoint("raw", from_bytes, [text])
    archive.add_endpoint("classify", classify, [text])
    with session.quiet():
        archive.write_out(place, verbose=False)


export_tf(model_tf, folder / "tf" / "1")
loaded_tf = tf.saved_model.load(folder / "tf" / "1").signatures
again_tf = tf_side.to_numpy(loaded_tf["serving_default"](image=x)["output_0"])

# %% tags=["verdict", "folded"]
# Folded: does each file compute what its model computes?
parity.verdict(".pt2, read again, and the model", again_torch, own_torch, atol=1e-6)
parity.verdict("SavedModel, read again, and the model", again_tf, own_tf, atol=1e-6)

# %% [markdown]
# Two of the three signatures carry preprocessing along. `raw` takes 64 bytes, 0 to 16 each, as the scanner gave them.
# `classify` takes a serialized `tf.train.Example`, TensorFlow's format for a row of named features, and gives each
# probability the name of its class. A `.pt2` file holds one entry point, the model's `forward`.
#
# A third format belongs to neither: [ONNX](glossary.md#onnx). Both frameworks write it, and ONNX Runtime runs it without
# either of them. `to_onnx` stands for one call, `torch.onnx.export(program, ...)` or `model.export(..., format="onnx")`,
# and silences what the exporters say about themselves. `exhibits.run_onnx` runs a file on pictures.

# %% tags=["torch"]
# PyTorch
digit_torch.to_onnx(program, folder / "torch.onnx")
onnx_torch = exhibits.run_onnx(folder / "torch.onnx", x)

# %% tags=["tf"]
# TensorFlow
digit_tf.to_onnx(model_tf, folder / "keras.onnx")
onnx_tf = exhibits.run_onnx(folder / "keras.onnx", x)

# %% tags=["verdict", "folded"]
# Folded: compares the two ONNX files in one runtime, and measures all four exports.
parity.verdict("ONNX from PyTorch, ONNX from Keras", onnx_torch, onnx_tf, atol=1e-6)
paths = {
    ".pt2": folder / "torch" / "1",
    "ONNX, from PyTorch": folder / "torch.onnx",
    "SavedModel": folder / "tf" / "1",
    "ONNX, from Keras": folder / "keras.onnx",
}
for name, path in paths.items():
    size = exhibits.bytes_of(path)
    print(f"{name}: measured {size:,} bytes for 4,810 weights of 4 bytes")

# %% [markdown]
# The article praises PyTorch's "latest" version, 1.0, for deployment. That one brought TorchScript: `torch.jit.script`
# turned a model into a program of its own. What does PyTorch say about it today?

# %% tags=["taught"]
heard = digit_torch.warnings_of_script(model_torch)
print(heard)

# %% tags=["verdict", "folded"]
# Folded: judges the claim about version 1.0.
warned = [text for text in heard if "deprecated" in text and "torch.export" in text]
what = "warns that it is deprecated and names torch.export" if warned else "is silent"
claims.verdict(
    "C43",
    {
        "1.0 is the latest version": torch.__version__.startswith("1.0"),
        "TorchScript is what PyTorch recommends": not warned,
    },
    f"torch.jit.script {what}",
)

# %% [markdown]
# ## 10a.3 The contract
#
# What address, what JSON? We take TensorFlow Serving's [answer](https://www.tensorflow.org/tfx/serving/api_rest), in
# [REST](glossary.md#rest) style, for all servers:
#
# | request | gives |
# |---|---|
# | `POST /v1/models/NAME:predict` | outputs for `instances` (rows) or `inputs` (columns) |
# | `POST /v1/models/NAME:classify` | classes and scores for `examples`; also `:regress` |
# | `GET /v1/models/NAME` | versions and their states |
# | `GET /v1/models/NAME/metadata` | signatures |
#
# NAME may be followed by `/versions/N` or `/labels/L`. An error is `{"error": "a sentence"}`.
#
# A client needs no more than this function. A POST carries a body, a GET none. A status of 400 or more is an answer,
# too; Python's `urllib` raises it as an `HTTPError`. (`web.open_url` is `urllib`'s `urlopen`, without the proxies that
# an office network may have.)


# %% tags=["taught"]
def ask(url, request=None):
    """(status code, answer): a GET without a request, else a POST of it.

    Bytes are sent as they are, anything else as JSON.
    """
    body = request
    if request is not None and not isinstance(request, bytes):
        body = json.dumps(request).encode()
    try:
        with web.open_url(url, body, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


# %% [markdown]
# ## 10a.4 Three servers
#
# Two small servers of ours keep the contract, [one with Flask](chapters/ch10/workers/serve_flask.py),
# [one with Django](chapters/ch10/workers/serve_django.py). They share [rest_api.py](chapters/ch10/rest_api.py) and
# [routes.py](chapters/ch10/routes.py), which know the contract, and neither Flask, Django nor a framework.
# `servers.start` runs one in a process of its own and returns its address. `side` says which framework loads the files.
# (In that address letters drawn at random stand before `/v1`: a server of ours asks nobody for a password, and who does
# not know the letters gets a 404.)
#
# Our servers follow the real server's
# [source](https://github.com/tensorflow/serving/blob/master/tensorflow_serving/util/json_tensor.cc), which says more than
# the documentation: a path or method that it does not know is 400, "Malformed request". They differ on purpose in six
# points. The **size** of a body has a limit, 32 MiB. The **shapes** of a signature are checked. Whole and decimal
# **numbers** that do not fit their type are refused. All **errors** are JSON. **JSON** is read by Python's rules: of a key
# that stands twice, the last counts. And **labels** come from a file in the model's folder (lesson 10b).
#
# TensorFlow's own server, `tensorflow_model_server`, is a program apart. Where this machine has it (on the PATH or as a
# Docker image), it serves the SavedModel. Elsewhere our Flask server stands in for it. (Started from the PATH, the real
# one listens on [all interfaces](https://github.com/tensorflow/serving/issues/1969), not only on this machine: have a
# firewall. On a JupyterHub, where all could ask it, it is not used.)
#
# **Predict.** The same request goes to all three: 64 pictures. How do their answers compare, as text?
#
# - **a** character for character the same
# - **b** the same form, numbers equal within 1e-6, but not each digit
# - **c** the same numbers under other names

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.1", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
request = {"instances": x.tolist()}
answers_torch = {}
for how in ("flask", "django"):
    url = servers.start(how, folder / "torch", side="torch")
    answers_torch[f"PyTorch, {how}"] = ask(f"{url}:predict", request)

# %% tags=["tf"]
# TensorFlow
request = {"instances": x.tolist()}
real = servers.is_tensorflow_model_server_here()
how = "tensorflow_model_server" if real else "flask"
url_tf = servers.start(how, folder / "tf", side="tf")
answers_tf = {"TensorFlow, SavedModel": ask(f"{url_tf}:predict", request)}

# %% tags=["verdict", "folded"]
# Folded: which option came true, and whether the answers are the models' own.
answers = answers_torch | answers_tf
got = {}
for name, (_, reply) in answers.items():
    got[name] = np.array(reply["predictions"], "float32")
    parity.verdict(f"{name}: over HTTP, and the model", got[name], own_torch, atol=1e-6)
texts = {json.dumps(reply) for _, reply in answers.values()}
keys = {tuple(reply) for _, reply in answers.values()}
options = {"a": len(texts) == 1, "b": len(keys) == 1, "c": True}
exercises.outcome("P10.1", exercises.first_true(options))
close = max(parity.gap(found, own_torch) for found in got.values()) <= 1e-6
claims.verdict(
    "C40",
    close,
    f"servers of PyTorch: {len(answers_torch)}, of TensorFlow: {len(answers_tf)}, "
    f"their answers {'equal' if close else 'not equal'} to the models'; section 10a.6 "
    "says whose own server is maintained",
)

# %% [markdown]
# A contract fixes names, shapes and types, not the last bits: who compares answers as text has tied the client to one
# framework. And the two models add up in different orders.

# %% tags=["verdict", "folded"]
# Folded: judges whether the SavedModel is served from its folder alone.
signatures = ask(f"{url_tf}/metadata")[1]["metadata"]["signature_def"]["signature_def"]
wanted = {"serving_default", "classify", "raw"}
served = np.array(answers_tf["TensorFlow, SavedModel"][1]["predictions"], "float32")
same = parity.gap(served, own_tf) <= 1e-6
stand_in = "our server, by TensorFlow Serving's contract"
who = "TensorFlow's own server" if real else stand_in
there = ", ".join(sorted(wanted & set(signatures)))
parts = {
    "the export is a folder named by its version": exhibits.is_saved_model(
        folder / "tf" / "1"
    ),
    "it carries its signatures": wanted <= set(signatures),
    "a server answers from it, without the model's code": same,
}
told = (
    f"{who}, which has not seen the model's code, names the signatures {there} and "
    f"gives answers {'equal' if same else 'not equal'} to the model's"
)
if real:
    claims.verdict("C41", parts, told)
else:
    absent = "tensorflow_model_server is not used here"
    claims.not_measured("C41", f"{absent}; {told}")

# %% [markdown]
# ## 10a.5 More ways to ask
#
# Ask the SavedModel's server in other ways. JSON holds no bytes: `{"b64": ...}` carries them as text, in base64. The
# `:classify` request names the features of its examples, each a flat list.

# %% tags=["taught"]
import base64

one = x[:1]
scan = np.round(16 * one).astype("uint8").tobytes()
packed = {"b64": base64.b64encode(scan).decode()}
example = {"image": one.ravel().tolist()}

print(ask(url_tf))
print(ask(f"{url_tf}:predict", {"inputs": {"image": one.tolist()}}))
print(ask(f"{url_tf}:predict", {"signature_name": "raw", "instances": [packed]}))
print(ask(f"{url_tf}:classify", {"signature_name": "classify", "examples": [example]}))
print(ask(f"{url_tf}/versions/7:predict", {"instances": one.tolist()}))

# %% [markdown]
# Rows and columns: with `instances` each picture is an entry of its own, and so is each prediction. With `inputs` there
# is one entry for each *name*, which holds the values of all pictures.
#
# Does the client need TensorFlow for this? `loads.ask` sends requests from another process, with Python's own HTTP
# client, and reports which frameworks that process had loaded.

# %% tags=["taught"]
client = loads.ask(url_tf, one, clients=1, seconds=1, most=50)
print("requests lost:", client.lost, "frameworks loaded:", client.frameworks)

# %% tags=["verdict", "folded"]
# Folded: judges what the client needs.
who = "TensorFlow's own server" if real else stand_in
loaded = " and ".join(client.frameworks) or "neither framework"
lost = len(client.lost) or "none"
answered = not client.lost and len(client.took) > 0
told = (
    f"a client that had loaded {loaded} lost {lost} of its requests over REST to {who}"
)
if real:
    claims.verdict("C42", answered, f"{told}; the other interface is gRPC")
else:
    claims.not_measured("C42", f"{absent}; {told}")

# %% [markdown]
# ### Exercise 10.1: rows to columns (4 minutes)
#
# Write `answer(request)`. `request` is a dict whose `"instances"` is a list of objects that name every input, such as
# `[{"tag": "foo", "signal": [1, 2]}, ...]`; there may be a `"signature_name"`. Return the same request with `"inputs"`, as
# a new dict.

# %% tags=["exercise"]
answer = ...  # a function of a dict


# solution
def answer(request):
    rows = request["instances"]
    columns = {}
    for name in rows[0]:
        columns[name] = [row[name] for row in rows]
    others = {key: value for key, value in request.items() if key != "instances"}
    return {**others, "inputs": columns}


# wrong: columns are keyed `inputs`
def answer(request):
    columns = {}
    for name in request["instances"][0]:
        columns[name] = [row[name] for row in request["instances"]]
    return {"instances": columns}


# wrong: still rows
def answer(request):
    others = {key: value for key, value in request.items() if key != "instances"}
    return {**others, "inputs": request["instances"]}


# wrong: the first instance alone
def answer(request):
    others = {key: value for key, value in request.items() if key != "instances"}
    return {**others, "inputs": request["instances"][0]}


# wrong: signature_name is lost
def answer(request):
    columns = {}
    for name in request["instances"][0]:
        columns[name] = [row[name] for row in request["instances"]]
    return {"inputs": columns}


# %% tags=["check"]
exercises.check("10.1", answer)

# %% [markdown]
# ### Exercise 10.2: port the preprocessing (5 minutes)
#
# The contract says nothing about what was done to a picture before training. Say that training saw standardized pictures:
# then the server must standardize, too, and in the same way. Here is the training's function, in PyTorch:
#
# ```python
# def standardized(scans):  # (batch, 8, 8)
#     mean = scans.mean(dim=(1, 2), keepdim=True)
#     std = scans.std(dim=(1, 2), keepdim=True)
#     return (scans - mean) / (std + 0.01)
# ```
#
# Write it as `answer(scans)` for a TensorFlow tensor of shape (batch, 8, 8), equal in values and gradients. What does
# `std` divide by? Would a picture's answer change with its company in the batch?

# %% tags=["exercise"]
answer = ...  # a function of a TensorFlow tensor


# solution
def answer(scans):
    mean = tf.reduce_mean(scans, axis=(1, 2), keepdims=True)
    variance = tf.reduce_sum((scans - mean) ** 2, axis=(1, 2), keepdims=True) / 63
    return (scans - mean) / (tf.sqrt(variance) + 0.01)


# wrong: divides by 64
def answer(scans):
    mean = tf.reduce_mean(scans, axis=(1, 2), keepdims=True)
    std = tf.math.reduce_std(scans, axis=(1, 2), keepdims=True)
    return (scans - mean) / (std + 0.01)


# wrong: the whole batch
def answer(scans):
    mean = tf.reduce_mean(scans)
    count = tf.cast(tf.size(scans), scans.dtype)
    variance = tf.reduce_sum((scans - mean) ** 2) / (count - 1)
    return (scans - mean) / (tf.sqrt(variance) + 0.01)


# wrong: 0.01 is added to the standard deviation
def answer(scans):
    mean = tf.reduce_mean(scans, axis=(1, 2), keepdims=True)
    variance = tf.reduce_sum((scans - mean) ** 2, axis=(1, 2), keepdims=True) / 63
    return (scans - mean) / tf.sqrt(variance + 0.01)


# %% tags=["check"]
exercises.check("10.2", answer)

# %% [markdown]
# ## 10a.6 Who needs which server
#
# The article: to serve a PyTorch model "you'll have to use either Flask or Django". So we leave both out, and take the
# web server that comes with Python.
#
# The contract asks a model for two things: `signatures`, which say what goes in, and `call`, which answers. `Served` has
# both, around a function from arrays to arrays. A `Signature` lists inputs and outputs; the outputs may stay empty. `call`
# also gets the signature's name; here there is just one.

# %% tags=["taught"]
picture = rest_api.Tensor("float32", (None, 8, 8))


class Served:
    """What rest_api.predict asks of a model, around a function of pictures."""

    signatures = {"serving_default": rest_api.Signature({"image": picture}, {})}

    def __init__(self, function):
        self.function = function

    def call(self, name, arrays):
        return {"output_0": self.function(arrays["image"])}


# %% [markdown]
# `http.server` makes a `Handler` for each connection and calls its `do_POST` for each POST. `rfile` is what the client
# sends, `wfile` what goes back; `server` is the server that made it, where we left the model. `parse` reads the JSON.
# A `Refused` is the contract's way to say that the client must change something. `over_http` starts such a server in a
# thread, asks it once, and ends it. Port 0 means: any that is free.


# %% tags=["taught"]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            request = rest_api.parse(body)
            text = rest_api.predict(self.server.model, request)
            self.send_response_only(200)
        except rest_api.Refused as refused:
            text = json.dumps({"error": str(refused)})
            self.send_response_only(refused.status)
        self.end_headers()
        self.wfile.write(text.encode())


def over_http(function):
    """The probabilities of the 64 pictures, over Python's own web server."""
    function(x[:1])  # a model that fails should fail here, not in the server's thread
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.model = Served(function)
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}/v1/models/digits:predict"
        status, answer = ask(url, {"instances": x.tolist()})
        server.shutdown()
    return np.array(answer["predictions"], "float32")


# %% tags=["torch"]
# PyTorch
def of_arrays_torch(images):
    with torch.inference_mode():  # no record for gradients
        return model_torch(torch.from_numpy(images)).numpy()


simple_torch = over_http(of_arrays_torch)


# %% tags=["tf"]
# TensorFlow
def of_arrays_tf(images):
    return model_tf(images).numpy()


simple_tf = over_http(of_arrays_tf)

# %% tags=["verdict", "folded"]
# Folded: the same answers, over Python's own server?
parity.verdict("PyTorch and TensorFlow over http.server", simple_torch, simple_tf, 1e-6)

# %% tags=["verdict", "folded"]
# Folded: judges whether PyTorch needed Flask or Django.
parity.verdict("http.server, and the PyTorch model", simple_torch, own_torch, atol=1e-6)
used = exhibits.modules_behind(http.server.ThreadingHTTPServer, Handler)
claims.verdict(
    "C44",
    bool(used & {"flask", "django"}),
    f"a server made of the modules {' and '.join(sorted(used))} gave the PyTorch "
    "model's answers",
)

# %% [markdown]
# And does PyTorch need a separate server, where TensorFlow needs none? A package can install programs; among them a server
# would be. `exhibits.programs_like` lists the programs with "serv" in their name that came with a framework's package.

# %% tags=["torch"]
# PyTorch
own_server_torch = exhibits.programs_like("serv", torch)
print(own_server_torch)

# %% tags=["tf"]
# TensorFlow
own_server_tf = exhibits.programs_like("serv", tf)
print(own_server_tf)

# %% tags=["verdict", "folded"]
# Folded: judges what comes with each framework.
came_torch = " ".join(own_server_torch) or "none"
came_tf = " ".join(own_server_tf) or "none"
claims.verdict(
    "C18",
    {
        "PyTorch needs one": not own_server_torch,
        "TensorFlow does not": bool(own_server_tf),
    },
    f"servers that pip installs: with torch {came_torch}, with tensorflow {came_tf}",
)

# %% [markdown]
# TensorFlow's server is a separate program as well: maintained, not on PyPI, with REST and with
# [gRPC](https://www.tensorflow.org/tfx/serving/serving_basic). PyTorch's own, TorchServe, came in 2020 and was
# [archived](https://github.com/pytorch/serve) in August 2025. Triton, Ray Serve, vLLM and others took its place, and most
# of them serve both frameworks.

# %%
servers.stop()

# %% [markdown]
# ## 10a.7 Quiz

# %%
exercises.quiz("10a")

# %% [markdown]
# ## 10a.8 Verdicts

# %%
claims.close("10a")

# %% [markdown]
# ## 10a.9 Summary and further reading
#
# - An export holds weights and computation. Read it again and compare it with its model before you ship it.
# - Behind one contract, frameworks and web servers can be exchanged, and the client does not see it.
# - The contract fixes names, shapes and types. Preprocessing is your part of it.
# - Any web server will do, for either framework.
#
# Further reading: [TensorFlow Serving's REST API](https://www.tensorflow.org/tfx/serving/api_rest),
# [torch.export](https://docs.pytorch.org/docs/stable/export.html). Next: [a new version goes live](10b_versions.ipynb).
