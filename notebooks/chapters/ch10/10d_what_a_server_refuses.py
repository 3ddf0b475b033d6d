# %% [markdown]
# # 10d. What a server refuses
#
# You send what nobody should send, and look at what comes back. The most dangerous answer is the one that looks right.
#
# > **Minutes**: 28 · **Needs**: lessons 10a and 10b · **Claims tested**: none
# >
# > **You will be able to**
# > - tell whose fault an error is by its status (verdict in 10d.1)
# > - write the check that stands before a model (exercise 10.4)
# > - say what becomes of a NaN on its way through a server (prediction P10.8)
# > - keep slow clients from stopping the others (verdict in 10d.3)
# > - say when a stranger's file runs its code (prediction P10.9)
#
# `seed` chooses the weights; `fast` and `device` change nothing here.

# %% tags=["setup"]
from helpers import session

session.start("10d")

import json
import os
import pickle

import flask
import numpy as np
import safetensors.numpy

from chapters.ch10 import client, exhibits, servers, training
from helpers import claims, data, exercises, parity, show

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
folder = servers.fresh_folder("10d")

# %% [markdown]
# ## 10d.1 A 4xx and a sentence
#
# PyTorch stands behind Django here, TensorFlow's SavedModel behind Flask.

# %% tags=["taught"]
digits = data.digits()
x = digits.x_test[:64]
one = x[:1]
w = training.weights(digits, seed, epochs=1)

# %% tags=["torch"]
# PyTorch
model_torch = digit_torch.network(w)
digit_torch.export(model_torch, folder / "torch" / "1")
url_torch = servers.start("django", folder / "torch", side="torch", connections=12)
served_torch = client.probabilities(url_torch, x)

# %% tags=["tf"]
# TensorFlow
model_tf = digit_tf.network(w)
digit_tf.export(model_tf, folder / "tf" / "1")
url_tf = servers.start("flask", folder / "tf", side="tf", connections=12)
served_tf = client.probabilities(url_tf, x)

# %% tags=["verdict", "folded"]
# Folded: do both servers answer a good request alike?
parity.verdict("64 pictures from both servers", served_torch, served_tf, atol=1e-6)

# %% [markdown]
# Everything that a client sends is untrusted. The rule:
#
# - a status of 400 to 499, and a sentence, when the *client* must change something;
# - 500 and more means that *we* have a bug, or are overloaded;
# - never a [stack trace](glossary.md#stack-trace): it tells strangers how we are built;
# - and the next request must work.
#
# `bad` holds bodies by name; bytes are sent as they are, everything else as JSON. `wrong_places` holds what is put behind
# the model's address: `s:predict` asks a model `digitss`.

# %% tags=["taught"]
good = {"instances": one.tolist()}
row = [0.0] * 8
bad = {
    "not JSON": b"hello",
    "not text": b"\xff\xfe",
    "nothing": b"",
    "nested deeply": b"[" * 100_000,
    "no list": {"instances": 3},
    "empty batch": {"instances": []},
    "ragged": {"instances": [[row] * 8, [row] * 7]},
    "wrong shape": {"instances": [row] * 8},
    "text": {"instances": [[["0"] * 8] * 8]},
    "true": {"instances": [[[True] * 8] * 8]},
    "too large a number": {"instances": [[[1e300] * 8] * 8]},
    "unknown signature": {**good, "signature_name": "x"},
    "40 MB": b" " * 40_000_000,
}
wrong_places = {
    "unknown model": "s:predict",
    "unknown version": "/versions/99:predict",
    "unknown verb": ":guess",
    "POST to the status": "",
}

# %% [markdown]
# Python has traps here. Deep nesting raises `RecursionError`, which is no `ValueError`. `True` is an `int`. A number that
# float32 cannot hold becomes infinite: NumPy warns, PyTorch does not, and neither raises an error.


# %% tags=["taught"]
def refusals(url):
    """{name: (status, answer)} of everything that should be refused."""
    found = {name: client.ask(f"{url}:predict", body) for name, body in bad.items()}
    for name, path in wrong_places.items():
        found[name] = client.ask(url + path, good)
    found["GET of a verb"] = client.ask(f"{url}:predict")
    return found


# %% tags=["torch"]
# PyTorch
refused_torch = refusals(url_torch)

# %% tags=["tf"]
# TensorFlow
refused_tf = refusals(url_tf)

# %% tags=["verdict", "folded"]
# Folded: do both servers say the same, and is each refusal polite?
statuses_torch = {name: status for name, (status, _) in refused_torch.items()}
statuses_tf = {name: status for name, (status, _) in refused_tf.items()}
parity.verdict("the statuses of both servers", statuses_torch, statuses_tf)
replies = [*refused_torch.values(), *refused_tf.values()]
polite = all(exhibits.is_polite(status, reply) for status, reply in replies)
print(f"each of these {len(replies)} gets a 4xx, a sentence, no trace: {polite}")

# %% tags=["folded"]
# Folded: the table of what was sent and what came back.
rows = []
for name, (status, reply) in refused_torch.items():
    rows.append((name, status, refused_tf[name][0], reply["error"][:80]))
header = ["the request", "PyTorch, Django", "TensorFlow, Flask", "Django's sentence"]
show.table(header, rows, caption="Status codes")

# %% [markdown]
# A limit of this table: it proves something about these requests only. The chapter's tests send thousands of random ones.
#
# The codes are those of TensorFlow's own server, and some are a matter of taste. It
# [says 400](https://github.com/tensorflow/serving/blob/master/tensorflow_serving/model_servers/http_rest_api_handler.cc)
# for a path or method that it does not know, where most of the web says 404 or 405. The 413 is ours: the real server has
# no limit of its own. Ours is 32 MiB, ten photographs of 224 by 224 as JSON; set one, whatever it is.

# %% [markdown]
# ### Exercise 10.4: the gatekeeper (7 minutes)
#
# Write `answer(body)`, a function of bytes that returns a status:
#
# - 413 for a body of more than 1,000 bytes, whatever is in it;
# - 200 for a JSON object whose `instances` is a list of numbers, not empty (NaN counts as a number here; other keys are
#   allowed);
# - 400 for everything else.
#
# It must never raise. `json.loads` takes bytes.

# %% tags=["exercise"]
answer = ...  # a function of bytes


# solution
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        rows = json.loads(body)["instances"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return 400
    if not isinstance(rows, list) or not rows:
        return 400
    return 200 if all(type(row) in (int, float) for row in rows) else 400


# wrong: bool is an int
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        rows = json.loads(body)["instances"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return 400
    if not isinstance(rows, list) or not rows:
        return 400
    return 200 if all(isinstance(row, (int, float)) for row in rows) else 400


# wrong: RecursionError
def answer(body):
    try:
        rows = json.loads(body)["instances"]
    except (ValueError, TypeError, KeyError):
        return 400
    if len(body) > 1000:
        return 413
    if not isinstance(rows, list) or not rows:
        return 400
    return 200 if all(type(row) in (int, float) for row in rows) else 400


# wrong: the body's JSON need not be an object
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        rows = json.loads(body).get("instances")
    except (ValueError, RecursionError):
        return 400
    if not isinstance(rows, list) or not rows:
        return 400
    return 200 if all(type(row) in (int, float) for row in rows) else 400


# %% tags=["check"]
exercises.check("10.4", answer)

# %% [markdown]
# ## 10d.2 One pixel is not a number
#
# JSON has no NaN. TensorFlow Serving's contract allows `NaN`, `Infinity` and `-Infinity` all the same, and so do our
# servers. (JavaScript's `JSON.parse` refuses them: think of it when a browser asks.) Say that a scanner failed at one
# pixel, and NaN came out.
#
# **Predict.** What do the two servers answer?
#
# - **a** NaN for every digit, both
# - **b** both refuse, with a 4xx
# - **c** one answers NaN, the other ten probabilities as if nothing had happened
# - **d** both answer ten probabilities

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P10.8", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# `own` is what the model answers here, in the notebook, `graph` what its exported file does; `status` and `served` are
# what its server says.

# %% tags=["taught"]
damaged = one.copy()
damaged[0, 0, 0] = np.nan
request = {"instances": damaged.tolist()}

# %% tags=["torch"]
# PyTorch
own_nan_torch = torch_side.to_numpy(model_torch(torch.from_numpy(damaged)))
loaded_torch = torch.export.load(folder / "torch" / "1" / "model.pt2").module()
graph_nan_torch = torch_side.to_numpy(loaded_torch(torch.from_numpy(damaged)))
status_torch, served_nan_torch = client.ask(f"{url_torch}:predict", request)
print("the model:", own_nan_torch[0, :3])
print("its file:", graph_nan_torch[0, :3])
print("its server:", status_torch, str(served_nan_torch)[:60])

# %% tags=["tf"]
# TensorFlow
own_nan_tf = tf_side.to_numpy(model_tf(damaged))
loaded_tf = tf.saved_model.load(folder / "tf" / "1").signatures["serving_default"]
graph_nan_tf = tf_side.to_numpy(loaded_tf(image=damaged)["output_0"])
status_tf, served_nan_tf = client.ask(f"{url_tf}:predict", request)
print("the model:", own_nan_tf[0, :3])
print("its file:", graph_nan_tf[0, :3])
print("its server:", status_tf, str(served_nan_tf)[:60])

# %% tags=["verdict", "folded"]
# Folded: what the models themselves say, and whether the servers say what the files do.
parity.verdict("the models' own answers, NaN for NaN", own_nan_torch, own_nan_tf)
said_torch = np.array(served_nan_torch["predictions"], "float32")
said_tf = np.array(served_nan_tf["predictions"], "float32")
parity.verdict("PyTorch: the server and the file", said_torch, graph_nan_torch, 1e-6)
parity.verdict("TensorFlow: the server and the file", said_tf, graph_nan_tf, 1e-6)

# %% tags=["folded"]
# Folded: which option came true. It depends on how TensorFlow was built.
refused = status_torch != 200 or status_tf != 200
nan_torch = exhibits.is_all_nan(served_nan_torch)
nan_tf = exhibits.is_all_nan(served_nan_tf)
options = {"b": refused, "a": nan_torch and nan_tf, "c": nan_torch or nan_tf, "d": True}
exercises.outcome("P10.8", exercises.first_true(options))

# %% [markdown]
# The model knows that it knows nothing: NaN times anything is NaN. Where this was written, TensorFlow's *server* answers
# ten plausible probabilities, and it is not the server's doing: the file does so here, too. An export is a graph, and a
# graph is optimized: product, bias and ReLU become one operation, whose ReLU turns NaN into 0. The Keras model, called
# step by step, keeps it. What yours did stands above.
#
# So no status and no number tells the client that its picture was broken. Accept NaN only if your model has an answer to
# it; else refuse it at the door, with a 4xx. And compare the *export* with the model on broken inputs, not only on good
# ones.

# %% [markdown]
# ## 10d.3 A slow client
#
# A client announces 500 bytes, sends twelve, and falls asleep. If a thread of the server waits for the rest, as many
# such clients as there are threads stop everybody. Our servers have eight threads. They run on waitress, a
# [WSGI](glossary.md#wsgi) server, which collects a request before a thread sees it.
#
# So threads are not what runs out, but connections. waitress keeps
# [100 at a time](https://docs.pylonsproject.org/projects/waitress/en/stable/arguments.html), its `connection_limit`, and
# drops a silent one after two minutes. Our two servers were started with `connections=12`; waitress counts two sockets of
# its own, so there is room for ten clients.
#
# `client.half_a_request` opens such a connection and leaves it open. Nine of them leave room for one good client. Then a
# tenth comes, and `client.is_answered` asks with two seconds' patience.

# %% tags=["torch"]
# PyTorch
slow = [client.half_a_request(url_torch) for _ in range(9)]
beside_torch = client.probabilities(url_torch, x)
slow.append(client.half_a_request(url_torch))
full_torch = client.is_answered(url_torch, seconds=2)
for connection in slow:
    connection.close()
after_torch = client.probabilities(url_torch, x)

# %% tags=["tf"]
# TensorFlow
slow = [client.half_a_request(url_tf) for _ in range(9)]
beside_tf = client.probabilities(url_tf, x)
slow.append(client.half_a_request(url_tf))
full_tf = client.is_answered(url_tf, seconds=2)
for connection in slow:
    connection.close()
after_tf = client.probabilities(url_tf, x)

# %% tags=["verdict", "folded"]
# Folded: are good clients answered, below the limit, at it, and after it?
parity.verdict("PyTorch's server, 9 slow clients", beside_torch, served_torch, 1e-6)
parity.verdict("TensorFlow's server, 9 slow clients", beside_tf, served_tf, 1e-6)
answered = [full_torch, full_tf]
parity.verdict("all ten places taken, a good client waits", answered, [False, False])
parity.verdict("PyTorch's server, when they are gone", after_torch, served_torch, 1e-6)
parity.verdict("TensorFlow's server, when they are gone", after_tf, served_tf, 1e-6)

# %% [markdown]
# More than eight slow clients, the number of threads, harm nobody; at the limit of connections the good client waits,
# without an error that it could show. So raise the limit, shorten the patience with silent clients (`channel_timeout`),
# and put a proxy in front that collects requests. A server that reads requests in its threads, such as gunicorn's, needs
# the proxy from the first slow client on.

# %% tags=["taught"]
servers.stop()

# %% [markdown]
# ## 10d.4 An upload is an attack
#
# "Let users upload their model" sounds like one more address. Chapter 7 showed that a [pickle](glossary.md#pickle) is a
# program. Here it is somebody else's program, in *your server's* process, with its keys and its network.
#
# The server below unpickles what was uploaded, then checks that it is a dict (names and shapes would come next).
# The upload is harmless: asked to rebuild itself, it calls `os.getpid`, the number of the process that it is in.
#
# **Predict.** When does the stranger's function run?
#
# - **a** while the file is read, before any check
# - **b** when the checked object is used
# - **c** never: the check refuses the file

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.9", guess, among=["a", "b", "c"])

# %% [markdown]
# `pickle` calls `__reduce__` when it writes an object. What that returns, a function and its arguments, is what whoever
# reads the file will call.


# %% tags=["taught"]
class Upload:
    def __reduce__(self):
        return os.getpid, ()


evil = pickle.dumps(Upload())

# %% [markdown]
# Flask calls the function below `@app.post("/careless")` for each POST to that address. `steps` notes what happened, in
# order. `test_client` asks the application without a network.

# %% tags=["taught"]
app = flask.Flask("uploads")
steps = []


@app.post("/careless")
def careless():
    found = pickle.loads(flask.request.get_data())
    steps.append(f"read: {found}")
    if not isinstance(found, dict):
        steps.append("refused")
        return {"error": "these are not weights"}, 400
    return {"loaded": sorted(found)}


uploads = app.test_client()
reply = uploads.post("/careless", data=evil)
print(reply.status_code, reply.json)
print(steps)

# %% tags=["verdict", "folded"]
# Folded: in whose process did the stranger's function run, and was it before the check?
parity.verdict("what ran, and this process", steps[0], f"read: {os.getpid()}")
ran = f"read: {os.getpid()}" in steps
options = {"a": ran and steps[-1] == "refused", "b": ran, "c": True}
exercises.outcome("P10.9", exercises.first_true(options))

# %% [markdown]
# The check did refuse the file, too late: reading it *was* running it. A careful server takes a format that holds numbers
# and no program. [safetensors](glossary.md#safetensors) is one. Then names, shapes and types can be checked.

# %% tags=["taught"]
app = flask.Flask("careful uploads")
wanted = {name: (array.shape, array.dtype) for name, array in w.items()}


@app.post("/careful")
def careful():
    try:
        found = safetensors.numpy.load(flask.request.get_data())
    except (safetensors.SafetensorError, ValueError, KeyError):
        return {"error": "not a safetensors file that NumPy can read"}, 400
    if {name: (array.shape, array.dtype) for name, array in found.items()} != wanted:
        return {"error": "these are not this network's weights"}, 400
    return {"loaded": sorted(found)}


others = safetensors.numpy.save({"w": np.zeros(3)})
mine = safetensors.numpy.save(w)
uploads = app.test_client()
statuses = []
for upload in (evil, others, mine):
    reply = uploads.post("/careful", data=upload)
    statuses.append(reply.status_code)
    print(reply.status_code, reply.json)

# %% tags=["verdict", "folded"]
# Folded: what is taken and what is refused.
parity.verdict("a pickle, other weights, these weights", statuses, [400, 400, 200])

# %% [markdown]
# And the exports of lesson 10a? They hold a computation, so they are programs as well. A SavedModel's graph may read and
# write files ([TensorFlow says so](https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md)); AOTInductor's
# package is a shared library. From strangers take numbers, and put them into a network of your own.

# %% [markdown]
# ## 10d.5 Quiz

# %%
exercises.quiz("10d")

# %% [markdown]
# ## 10d.6 Verdicts

# %%
claims.close("10d")

# %% [markdown]
# ## 10d.7 Summary and further reading
#
# - 4xx with a sentence: the client must change something. 5xx: you must.
# - Compare the export with the model on broken inputs, too. A NaN may come out as a plausible answer.
# - Know what one slow client costs, and how many your server bears.
# - A pickle, and every export, is a program. From strangers take numbers.
#
# Further reading: [OWASP on deserialization](https://cheatsheetseries.owasp.org/cheatsheets/Deserialization_Cheat_Sheet.html),
# [waitress](https://docs.pylonsproject.org/projects/waitress/en/stable/). Next:
# [what an operator sees](10e_what_an_operator_sees.ipynb).
