# %% [markdown]
# # 10. Serving a model
#
# One small network, exported by both frameworks, answers over HTTP behind three servers that keep one contract: you
# will know where a request's time goes, and what a server must refuse.
#
# > **Minutes**: 50 &nbsp; **Needs**: chapters 3, 5 and 7
# >
# > **You will be able to**
# > - export a model, and check what the file computes
# > - speak TensorFlow Serving's REST API
# > - put a PyTorch or TensorFlow model behind Flask and Django
# > - bring a new version live without losing a request
# > - measure a server with percentiles, against the model call alone
# > - refuse bad input in a sentence, and a pickle always
# >
# > **Claims tested**: C18, C40, C41, C42, C43, C44, C44b

# %% tags=["setup"]
from helpers import session
session.start("10")
import concurrent.futures
import contextlib
import http.server
import importlib.metadata
import json
import os
import pickle
import queue
import shutil
import threading
import time
import types
import urllib.error
import flask
import numpy as np
import onnxruntime
import safetensors.numpy
from helpers import build_dir, claims, data, exercises, parity, plots, process, show, timing, web
from chapters.ch10 import rest_api, servers

# %% tags=["torch", "setup"]
import logging
import warnings
import torch
from helpers import torch_side
torch.set_num_threads(1)                             # one request, one thread: what runs side by side are requests
logging.getLogger("torch.onnx").setLevel(logging.ERROR)

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.set_visible_devices([], "GPU")             # small models are served from the CPU, and so is this chapter
tf.get_logger().setLevel("ERROR")

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
digits = data.digits()
x = digits.x_test[:64]                               # 64 scans, 8×8, to ask about
one = x[:1]
folder = build_dir() / "chapter-10"
shutil.rmtree(folder, ignore_errors=True)            # an earlier run's versions would be served too
folder.mkdir(parents=True)
running, pool = contextlib.ExitStack(), concurrent.futures.ThreadPoolExecutor()

def run_onnx(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    onnx = onnxruntime.InferenceSession(path, options)
    return lambda images: onnx.run(None, {onnx.get_inputs()[0].name: images})[0]

# %% [markdown]
# ## 10.1 One network, four files
#
# A server needs weights, not training code. To make the point, ours come from neither framework: a few lines of NumPy train
# version 1 and, for longer, version 2.
#
# An [export](glossary.md#export) holds the computation itself; a server needs neither the class nor Keras. PyTorch's is
# `.pt2`, from `torch.export`; TensorFlow's is the [SavedModel](glossary.md#savedmodel), a folder with
# [signatures](glossary.md#signature), named entry points. Ours has three: images, serialized examples, raw bytes.
# [ONNX](glossary.md#onnx) is neutral ground.
#
# The article's "latest version" of PyTorch, 1.0, brought TorchScript. We ask today's torch about it.

# %%
def train(epochs):
    rng = np.random.default_rng(seed)
    w = {"hidden": rng.normal(0, 0.18, (64, 64)), "hidden bias": np.zeros(64), "digit": rng.normal(0, 0.18, (64, 10)),
         "digit bias": np.zeros(10)}
    speed = {name: 0 for name in w}
    for epoch in range(epochs):
        for pictures, labels in data.batches(digits.x_train, digits.y_train, 32, seed, epoch):
            flat = pictures.reshape(-1, 64)
            hidden = np.maximum(flat @ w["hidden"] + w["hidden bias"], 0)
            scores = np.exp(hidden @ w["digit"] + w["digit bias"])
            error = (scores / scores.sum(1, keepdims=True) - np.eye(10)[labels]) / len(labels)
            back = error @ w["digit"].T * (hidden > 0)
            slopes = flat.T @ back, back.sum(0), hidden.T @ error, error.sum(0)
            for name, slope in zip(w, slopes, strict=True):
                speed[name] = 0.9 * speed[name] - 0.05 * slope
                w[name] += speed[name]
    return {name: value.astype("float32") for name, value in w.items()}

weights = {1: train(1), 2: train(30)}                # version: weights

# %% tags=["torch", "setup"]
class Digit(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(64, 64)
        self.digit = torch.nn.Linear(64, 10)

    def forward(self, image):                        # (batch, 8, 8) -> probabilities (batch, 10)
        hidden = torch.relu(self.hidden(image.flatten(1)))
        return torch.softmax(self.digit(hidden), dim=1)

def network_torch(w):
    model = Digit().eval()
    torch_side.set_weights(model, {"hidden.weight": w["hidden"].T, "hidden.bias": w["hidden bias"],
                                   "digit.weight": w["digit"].T, "digit.bias": w["digit bias"]})
    return model

models_torch = {version: network_torch(w) for version, w in weights.items()}
own_torch = {version: torch_side.to_numpy(model(torch.from_numpy(x))) for version, model in models_torch.items()}

# %% tags=["tf", "setup"]
def network_tf(w):
    model = tf.keras.Sequential([
        tf.keras.Input((8, 8), name="image"),        # (batch, 8, 8) -> probabilities (batch, 10)
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(64, activation="relu"),
        tf.keras.layers.Dense(10, activation="softmax")])
    model.set_weights([w["hidden"], w["hidden bias"], w["digit"], w["digit bias"]])
    return model

models_tf = {version: network_tf(w) for version, w in weights.items()}
own_tf = {version: tf_side.to_numpy(model(x)) for version, model in models_tf.items()}

# %% tags=["torch"]
def export_torch(version, place):
    program = torch.export.export(models_torch[version], (torch.from_numpy(x),),
                                  dynamic_shapes=({0: torch.export.Dim("batch")},))   # any number of scans
    place.mkdir(parents=True)
    torch.export.save(program, place / "model.pt2")
    return program

program = export_torch(1, folder / "torch" / "1")
compiling = pool.submit(process.run, "ch10/aoti_torch", {"program": folder / "torch" / "1" / "model.pt2",
                                                    "package": folder / "aoti.pt2"}, 300)    # for section 10.2
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    torch.jit.script(models_torch[1])                # what version 1.0 brought
jit = [str(w.message) for w in heard if "deprecated" in str(w.message) and "torch.export" in str(w.message)]
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch.onnx.export(program, (), folder / "torch.onnx", dynamo=True, verbose=False, external_data=False)
files_torch = {".pt2": folder / "torch" / "1", "ONNX, from PyTorch": folder / "torch.onnx"}
again_torch = torch_side.to_numpy(torch.export.load(folder / "torch" / "1" / "model.pt2").module()(torch.from_numpy(x)))

# %% tags=["tf"]
def export_tf(version, place):
    model, names, string = models_tf[version], [[str(k) for k in range(10)]], tf.TensorSpec([None], tf.string, name="inputs")
    def classify(inputs):                            # serialized tf.train.Example, as :classify sends them
        image = tf.io.parse_example(inputs, {"image": tf.io.FixedLenFeature([8, 8], tf.float32)})["image"]
        return {"scores": model(image), "classes": tf.repeat(names, tf.size(inputs), axis=0)}
    def raw(inputs):                                 # 64 bytes a scan, 0 to 16
        return model(tf.reshape(tf.cast(tf.io.decode_raw(inputs, tf.uint8), tf.float32) / 16, [-1, 8, 8]))
    archive = tf.keras.export.ExportArchive()        # model.export(place) writes serving_default alone
    archive.track(model)
    archive.add_endpoint("serving_default", model.call, [tf.TensorSpec([None, 8, 8], name="image")])
    archive.add_endpoint("classify", classify, [string])
    archive.add_endpoint("raw", raw, [string])
    archive.write_out(place, verbose=False)

with session.quiet():
    export_tf(1, folder / "tf" / "1")
    models_tf[1].export(folder / "keras.onnx", format="onnx", verbose=False)
files_tf = {"SavedModel": folder / "tf" / "1", "ONNX, from Keras": folder / "keras.onnx"}
again_tf = tf_side.to_numpy(tf.saved_model.load(folder / "tf" / "1").signatures["serving_default"](image=x)["output_0"])

# %% tags=["verdict"]
for version in weights:
    parity.verdict(f"probabilities of 64 scans, version {version}", own_torch[version], own_tf[version], atol=1e-6)
parity.verdict("the .pt2 file, read again, and PyTorch's model", again_torch, own_torch[1], atol=1e-6)
parity.verdict("the SavedModel, read again, and Keras's model", again_tf, own_tf[1], atol=1e-6)
parity.verdict("ONNX from PyTorch and from Keras, in one runtime", run_onnx(files_torch["ONNX, from PyTorch"])(x),
               run_onnx(files_tf["ONNX, from Keras"])(x), atol=1e-6)
for name, path in [*files_torch.items(), *files_tf.items()]:
    whole = sum(part.stat().st_size for part in [path, *path.rglob("*")] if part.is_file())
    print(f"{name}: measured {whole:,} bytes for 4,810 weights of 4 bytes")
claims.verdict("C43", {"1.0 is the latest version": torch.__version__.startswith("1.0"),
                       "TorchScript is what PyTorch recommends": not jit},
               "torch.jit.script " + ("warns that it is deprecated and names torch.export" if jit else "gives no warning"))

# %% [markdown]
# ## 10.2 The model call alone
#
# Before any network: how long does one scan take, from a NumPy array to a NumPy array, on one thread? This is the floor
# under every number that follows. We take turns among all ways that this machine offers. `torch.compile` and AOTInductor,
# which turns an export into a shared library, need a C++ compiler; without one they are NOT MEASURED.
#
# Only [latency](glossary.md#latency) counts here, not training. Look how far apart the ways of *one* framework are.
#
# **Prediction 10.1.** Which of these ways to ask for one scan is the slowest?

# %% tags=["predict"]
guess = ...            # one of the four below
exercises.predict("10.1", guess, among=["PyTorch, model(x)", "Keras, model.predict(x)", "Keras, model(x)", "SavedModel"])

# %% tags=["torch"]
def of_torch(call):                                  # from NumPy to NumPy
    def ask_it(images):
        with torch.inference_mode():
            return call(torch.from_numpy(images)).numpy()
    return ask_it

ways_torch, missed_torch = {"PyTorch, model(x)": of_torch(models_torch[1]), ".pt2": of_torch(program.module())}, {}
ways_torch["ONNX Runtime, from PyTorch"] = run_onnx(files_torch["ONNX, from PyTorch"])
try:
    compiled = of_torch(torch.compile(models_torch[1]))
    compiled(one)
    ways_torch["PyTorch, compiled"] = compiled
    compiling.result()                               # it began in section 10.1
    ways_torch["PyTorch, AOTInductor"] = of_torch(torch._inductor.aoti_load_package(str(folder / "aoti.pt2")))
except (torch._dynamo.exc.BackendCompilerFailed, torch._inductor.exc.InductorError) as error:
    missed_torch = {"compiled and AOTInductor": show.gist(error)}    # no C++ compiler, for example
except process.ChildFailed as error:
    missed_torch = {"AOTInductor": str(error).strip().splitlines()[-1]}

# %% tags=["tf"]
from ai_edge_litert.interpreter import Interpreter
with session.quiet():
    converter = tf.lite.TFLiteConverter.from_saved_model(str(files_tf["SavedModel"]), signature_keys=["serving_default"])
    lite = Interpreter(model_content=converter.convert()).get_signature_runner("serving_default")
    lite(image=one)                                  # the first call says that it uses XNNPACK
graph, saved = tf.function(models_tf[1]), tf.saved_model.load(files_tf["SavedModel"]).signatures["serving_default"]
ways_tf = {"Keras, model.predict(x)": lambda images: models_tf[1].predict(images, verbose=0),
           "Keras, model(x)": lambda images: models_tf[1](images).numpy(),
           "Keras, tf.function": lambda images: graph(tf.constant(images)).numpy(),
           "SavedModel": lambda images: saved(image=tf.constant(images))["output_0"].numpy(),
           "ONNX Runtime, from Keras": run_onnx(files_tf["ONNX, from Keras"]),
           "LiteRT, from Keras": lambda images: lite(image=images)["output_0"]}
missed_tf = {}

# %% tags=["verdict"]
ways = ways_torch | ways_tf
apart = [parity.same(way(one), own_torch[1][:1], atol=1e-6, what=name) for name, way in ways.items()]
print(f"every way gives the same probabilities, within 1e-6 (largest difference {max(apart):.1e})")
later = {name: seconds for name, (_, seconds) in timing.first_and_later(
    {name: lambda way=way: way(one) for name, way in ways.items()}, rounds=5 if fast else 15).items()}
slowest = max(later, key=later.get)
exercises.outcome("10.1", slowest, timed=True)

# %%
order = sorted(later, key=later.get)
fig, ax = plots.figure(width=8, height=3.4)
ax.barh(order, [1e6 * later[name] for name in order],
        color=[(plots.TORCH if name in ways_torch else plots.TF)["color"] for name in order])
for place, name in enumerate(order):
    ax.text(1.1e6 * later[name], place, f"{1e6 * later[name]:,.0f}", va="center", fontsize=9)
ax.set(xscale="log", xlabel="microseconds for one scan, one thread (logarithmic)", xlim=(None, 4e6 * later[slowest]))
plots.show(fig, alt="Bars of the time for one scan in every way to run the model, on a logarithmic axis: shortest "
                    f"{order[0]}, longest {slowest}, {later[slowest] / later[order[0]]:,.0f} times as long.")
for side, missed in (("PyTorch", missed_torch), ("TensorFlow", missed_tf)):
    for name, reason in missed.items():
        print(f"{side}, {name}: NOT MEASURED, {reason}")

# %% [markdown]
# ## 10.3 The contract
#
# `predict` builds an input pipeline at each call. A server calls a graph.
#
# What address, what JSON? TensorFlow Serving's [answer](https://www.tensorflow.org/tfx/serving/api_rest), in
# [REST](glossary.md#rest) style:
#
# | request | gives |
# |---|---|
# | `POST /v1/models/NAME:predict` | outputs for `instances` (rows) or `inputs` (columns) |
# | `POST /v1/models/NAME:classify` | classes and scores for `examples`; also `:regress` |
# | `GET /v1/models/NAME` | versions, states |
# | `GET /v1/models/NAME/metadata` | signatures |
#
# After NAME: `/versions/N` or `/labels/L`. Errors: `{"error": "..."}`. NaN is allowed, although JSON has none.
#
# Our servers, [serve_flask.py](chapters/ch10/workers/serve_flask.py) and
# [serve_django.py](chapters/ch10/workers/serve_django.py), share [rest_api.py](chapters/ch10/rest_api.py) and the
# [WSGI](glossary.md#wsgi) server waitress. The real `tensorflow_model_server` serves where PATH or Docker has it. From
# PATH, it listens on [all interfaces](https://github.com/tensorflow/serving/issues/1969), not only loopback: have a
# firewall.

# %%
def ask(url, request=None):
    """(status code, answer): a GET without a request, else a POST of it (bytes as they are, anything else as JSON)."""
    body = request if request is None or isinstance(request, bytes) else json.dumps(request).encode()
    try:
        with web.open_url(url, body, timeout=60) as answer:    # urllib's, without the proxies of the outside world
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:          # a 4xx is an answer, too
        with error:
            return error.code, json.load(error)

def probabilities(url, images, where=""):
    status, answer = ask(f"{url}{where}:predict", {"instances": images.tolist()})
    return np.array(answer["predictions"], "float32")

# %% tags=["torch"]
servers_torch = {}
for name, start in (("PyTorch, Flask", servers.flask), ("PyTorch, Django", servers.django)):
    server = running.enter_context(start(files_torch[".pt2"].parent, "digits", "torch"))
    servers_torch[name] = f"{server.url}/v1/models/digits"

# %% tags=["tf"]
servers_tf, real = {}, servers.tensorflow_model_server(files_tf["SavedModel"].parent, "digits")
server = running.enter_context(real or servers.flask(files_tf["SavedModel"].parent, "digits", "tf"))
servers_tf["TensorFlow, SavedModel"] = f"{server.url}/v1/models/digits"

# %% tags=["verdict"]
servers = servers_torch | servers_tf
got = {name: probabilities(url, x) for name, url in servers.items()}
for name, found in got.items():
    parity.verdict(f"{name}: 64 scans over HTTP, and the model itself", found, own_torch[1], atol=1e-6)
signatures = ask(f"{servers['TensorFlow, SavedModel']}/metadata")[1]["metadata"]["signature_def"]["signature_def"]
wanted = {"serving_default", "classify", "raw"}
same = parity.gap(got["TensorFlow, SavedModel"], own_tf[1]) <= 1e-6
close = max(parity.gap(found, own_torch[1]) for found in got.values()) <= 1e-6
claims.verdict("C41", {"the export is a folder named by its version": (folder / "tf" / "1" / "saved_model.pb").is_file(),
                       "it carries its signatures": wanted <= set(signatures),
                       "a server answers from it, without the model's code": same},
               f"a server without the model's source names the signatures {', '.join(sorted(wanted & set(signatures)))} and "
               f"gives answers {'equal' if same else 'not equal'} to the model's over TensorFlow Serving's REST API")
claims.verdict("C40", close, f"servers of PyTorch: {len(servers_torch)}, of TensorFlow: {len(servers_tf)}, their answers "
               f"{'equal' if close else 'not equal'}; section 10.4 says whose own server is maintained")
packages = importlib.metadata.packages_distributions()               # import name: what pip installed it from
own = {side: [entry.name for name in packages[side] for entry in importlib.metadata.distribution(name).entry_points
              if "serv" in entry.name] for side in ("torch", "tensorflow")}
claims.verdict("C18", {"PyTorch needs one": not own["torch"], "TensorFlow does not": bool(own["tensorflow"])},
               "servers that pip installs: " + ", ".join(f"with {side} {' '.join(own[side]) or 'none'}" for side in own))

# %%
print("served by tensorflow_model_server itself" if real else "tensorflow_model_server is neither on PATH nor in Docker: "
      "it is NOT MEASURED here. Our server keeps its contract over the SavedModel.")
import base64
url = servers["TensorFlow, SavedModel"]
scan = np.round(16 * one).astype("uint8").tobytes()
for path, request in (
        ("", None), (":predict", {"inputs": {"image": one.tolist()}}),
        (":predict", {"signature_name": "raw", "instances": [{"b64": base64.b64encode(scan).decode()}]}),
        (":classify", {"signature_name": "classify", "examples": [{"image": one.ravel().tolist()}]}),
        ("/versions/7:predict", {"instances": one.tolist()}), (":predict", {"instances": [[[float("nan")] * 8] * 8]})):
    status, answer = ask(url + path, request)
    said = str(request)[:70] if request else ""
    print(f"{'POST' if request else 'GET'} /v1/models/digits{path} {said}\n   {status} {str(answer)[:150]}")
asked = process.run("ch10/load", {"url": servers["TensorFlow, SavedModel"] + ":predict", "clients": 1, "seconds": 1,
                             "most": 50, "body": json.dumps({"instances": one.tolist()})}, timeout=60)[0]
claims.verdict("C42", {"a plain HTTP request is answered": not asked["lost"] and len(asked["took"]) > 0,
                       "the client needs TensorFlow": "tensorflow" in asked["frameworks"]},
               f"a client that had loaded {' and '.join(asked['frameworks']) or 'neither framework'} lost "
               f"{len(asked['lost']) or 'none'} of its requests over REST; the server's other interface is gRPC")

# %% [markdown]
# ## 10.4 Who needs which server
#
# The article: in PyTorch "you'll have to use either Flask or Django". We put the PyTorch model behind Python's own
# `http.server`. And "API server needed"? Look at C18: which package installs one? PyTorch's own, TorchServe, came in 2020
# and was [archived](https://github.com/pytorch/serve) in August 2025; Triton, Ray Serve, vLLM and others took its place.
# TensorFlow's server is a separate program, maintained, not on PyPI. It speaks REST and also gRPC, which
# [came first](https://www.tensorflow.org/tfx/serving/architecture). Must its clients load TensorFlow? Look at C42.

# %%
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            status, text = 200, rest_api.predict(plain, self.rfile.read(int(self.headers["Content-Length"])))
        except rest_api.Refused as refused:
            status, text = refused.status, json.dumps({"error": str(refused)})
        self.send_response_only(status)
        self.end_headers()
        self.wfile.write(text.encode())
answering = ways_torch["PyTorch, model(x)"]
plain = types.SimpleNamespace(call=lambda name, arrays: {"output_0": answering(arrays["image"])}, signatures={
    "serving_default": rest_api.Signature({"image": rest_api.Tensor("float32", (None, 8, 8))}, {})})
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever).start()
    simple = probabilities(f"http://127.0.0.1:{server.server_port}/v1/models/digits", x)
    server.shutdown()
parity.verdict("64 scans over http.server, and the model itself", simple, own_torch[1], atol=1e-6)
used = {kind.__module__.partition(".")[0] for kind in (*type(server).__mro__, *Handler.__mro__)} - {"__main__", "builtins"}
claims.verdict("C44", bool(used & {"flask", "django"}),
               f"a server made of the modules {' and '.join(sorted(used))} gave the PyTorch model's answers")

# %% [markdown]
# ## 10.5 A new version, under load
#
# A thread of each server ([model_store.py](chapters/ch10/model_store.py)) looks at its folder ten times a second. When
# version 2 appears, it is loaded beside version 1 and tried once, since a first call is slow; then one assignment sends
# new requests to it. Requests that began with version 1 keep it alive until they are answered:
# [draining](glossary.md#draining) is reference counting. TensorFlow Serving works the same way. The folder must appear
# all at once: write it elsewhere, rename it in.  Two clients ask each server, from processes of their own, while we do
# that. Count what is lost.

# %%
stop, job = folder / "enough", {"clients": 2, "seconds": 300, "most": 10**6, "body": json.dumps({"instances": one.tolist()})}
began = {name: folder / f"{name} is asked" for name in servers}
loads = {name: pool.submit(process.run, "ch10/load", {**job, "url": f"{url}:predict", "began": began[name],
                                                      "until": stop}, 360) for name, url in servers.items()}
web.wait_until(lambda: all(path.exists() for path in began.values()), timeout=60, pause=0.05)
for export, side in ((export_torch, "torch"), (export_tf, "tf")):
    with session.quiet():
        export(2, folder / f"{side}-2")
    os.rename(folder / f"{side}-2", folder / side / "2")
wanted = {"2": "AVAILABLE", "1": "END"}
live = {name: web.wait_until(lambda url=url: {row["version"]: row["state"] for row in ask(url)[1]["model_version_status"]}
                             == wanted, timeout=60, pause=0.05) for name, url in servers.items()}
time.sleep(0.5)                                      # for the figure
stop.touch()
loads = {name: job.result()[0] for name, job in loads.items()}

# %% tags=["verdict"]
lost = {name: len(load["lost"]) for name, load in loads.items()}
for name, load in loads.items():
    first, last = (np.array(json.loads(load["answers"][load["answer"][k]])["predictions"], "float32") for k in (0, -1))
    parity.verdict(f"{name}: the first answer, and version 1", first, own_torch[1][:1], atol=1e-6)
    parity.verdict(f"{name}: the last answer, and version 2", last, own_torch[2][:1], atol=1e-6)
    print(f"   requests lost: {lost[name]}; two distinct answers: {len(load['answers']) == 2}; "
          f"version 1 drained: {live[name]}")

# %%
fig, axes = plots.figure(3, 1, width=9, height=4.6, sharex=True)
for ax, (name, load) in zip(axes, loads.items()):
    version = np.array(load["answer"])
    for k, color in ((0, plots.GRAY), (1, plots.OTHER["color"])):
        here = version == k
        ax.plot(np.array(load["at"])[here], 1e3 * np.array(load["took"])[here], ".", markersize=3, color=color,
                label=f"version {k + 1}")
    ax.set(yscale="log", title=f"{name}: {len(version):,} answers, {lost[name]} lost", ylabel="ms (log.)")
axes[0].legend(markerscale=4, ncols=2)
axes[-1].set(xlabel="seconds since the clients began")
plots.show(fig, alt="For each of three servers the time of every request against the clock, one color for version 1 and one "
                    f"for version 2. Of all requests, {sum(lost.values())} were lost.")
(folder / "torch" / "labels.json").write_text('{"previous": 1}')         # a label keeps its version loaded
url = servers["PyTorch, Flask"]
back = web.wait_until(lambda: ask(f"{url}/labels/previous")[0] == 200, timeout=60)
print("label previous gives version 1 again:", parity.gap(probabilities(url, x, "/labels/previous"), own_torch[1]) <= 1e-6)

# %% [markdown]
# ## 10.6 Where the time goes
#
# [Throughput](glossary.md#throughput) is requests per second. Latency is a
# [percentile](glossary.md#percentile), never a mean: p99 is what one request in a hundred exceeds, and a page that asks a
# hundred times meets it more often than not.
#
# 1, 4 and 16 clients (more in full mode) ask each server, with one scan a request and with 64; each asks again when it has
# its answer. They are threads of one process outside the notebook; since they share an interpreter, many also wait for
# each other.
#
# **Prediction 10.2.** One client, one scan: how much of the time is the model call of section 10.2?
#
# **Prediction 10.3.** 64 scans take how much longer than one?

# %% tags=["predict"]
guess = ...            # one of the two below
exercises.predict("10.2", guess, among=["less than half", "half or more"])
guess = ...            # one of the three below
exercises.predict("10.3", guess, among=["less than 10 times", "10 to 40 times", "more than 40 times"])

# %%
def alone(way):                                      # the model call, one by one as requests are
    begins = [(time.perf_counter(), way(one))[0] for _ in range(300)]
    return np.median(np.diff(begins))

floor = {name: alone(ways["SavedModel" if "SavedModel" in name else ".pt2"]) for name in servers}
clients = [1, 4, 16] if fast else [1, 2, 4, 8, 16]
measured = {}                                        # (server, clients, scans a request): seconds of each request, rate
for (name, url), count, scans in ((s, c, n) for s in servers.items() for c in clients for n in (1, 64)):
    load = process.run("ch10/load", {"url": f"{url}:predict", "clients": count, "seconds": 0.5 if fast else 3, "most": 5000,
                                "body": json.dumps({"instances": x[:scans].tolist()})}, timeout=60)[0]
    if load["lost"]:
        raise RuntimeError(f"{name}: {load['lost'][0]}")
    measured[name, count, scans] = np.array(load["took"]), len(load["took"]) / load["at"][-1]
rows = [(name, count, scans, *(f"{1e3 * q:.1f}" for q in np.percentile(took, [50, 95, 99])), f"{rate:,.0f}",
         f"{rate * scans:,.0f}") for (name, count, scans), (took, rate) in measured.items()]
show.table(["server", "clients", "scans a request", "p50 ms", "p95 ms", "p99 ms", "requests/s", "scans/s"], rows,
           caption="The load test: the bounds are half a second and 5,000 requests a row in fast mode")

# %% tags=["verdict"]
share = max(floor[name] / np.median(measured[name, 1, 1][0]) for name in servers)
exercises.outcome("10.2", "less than half" if share < 0.5 else "half or more", timed=True)
quick = {scans: min(np.percentile(measured[name, 1, scans][0], 10) for name in servers) for scans in (1, 64)}
times = quick[64] / quick[1]                         # of quick requests, which nothing else on this machine held up
exercises.outcome("10.3", exercises.first_true({"less than 10 times": times < 10, "10 to 40 times": times < 40,
                                                "more than 40 times": times >= 40}), timed=True)
best = {name: max(measured[name, count, 64][1] for count in clients) * 64 for name in servers}
claims.verdict("C44b", len(measured) == 6 * len(clients),
               "here, with up to 16 clients and 64 scans a request: " + ", ".join(
                   f"{name} measured {rate:.0f} scans a second" for name, rate in best.items())
               + ("" if real else "; TensorFlow's own server was not there to be measured"))
for name, rate in best.items():
    claims.number(f"serving speed, {name}", rate, "scans/s")

# %%
fig, axes = plots.figure(1, 3, width=10, height=3.4)
styles = dict(zip(servers, (plots.TORCH, {**plots.TORCH, "linestyle": ":", "marker": "^"}, plots.TF)))
for name, style in ((name, {**style, "label": name}) for name, style in styles.items()):
    for ax, scans in zip(axes, (1, 64)):
        took = [measured[name, count, scans][0] for count in clients]
        ax.plot(clients, [1e3 * np.median(t) for t in took], **style)
        ax.fill_between(clients, [1e3 * np.median(t) for t in took], [1e3 * np.percentile(t, 99) for t in took],
                        color=style["color"], alpha=0.12)
        ax.set(yscale="log", ylabel="ms a request (log.)", xlabel="clients", title=f"scans a request: {scans}")
    axes[0].axhline(1e3 * floor[name], color=style["color"], linewidth=1, linestyle=style["linestyle"])
    for scans, marker in ((1, "x"), (64, style["marker"])):
        axes[2].plot(clients, [scans * measured[name, count, scans][1] for count in clients], **{**style, "marker": marker})
axes[2].set(yscale="log", ylabel="scans a second (log.)", xlabel="clients", title="throughput: 1 (×) and 64")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plots.show(fig, alt="Latency against the number of clients, for one and for 64 scans a request: the median of each server, "
                    "shaded up to its 99th percentile, and a thin line for the model call alone. Throughput in scans a "
                    f"second; at best {', '.join(f'{name} {rate:,.0f}' for name, rate in best.items())}.")

# %% [markdown]
# ## 10.7 Micro-batching
#
# HTTP and JSON are paid once a request, so *how many scans come in one request* counts: compare 1 and 64 above. But
# clients have one scan each. [Micro-batching](glossary.md#micro-batching) lets the server make the batch:
# requests wait a moment for company, then share one call. TensorFlow Serving does this with
# [`--enable_batching`](https://www.tensorflow.org/tfx/serving/serving_config), Triton and Ray Serve do it for PyTorch.
#
# It pays where a call costs much and a row more costs little. A product with a large matrix is such a call: its time is
# spent on reading the matrix, once, for one row or for sixteen. (For production: a limit on the queue, and an answer to
# all that wait when a call fails.)

# %%
def batched(call, size=16, wait=0.005):
    """A function of one row: rows that arrive within `wait` seconds, at most `size`, are computed together."""
    waiting = queue.Queue()
    def work():
        while True:
            rows, deadline = [waiting.get()], time.monotonic() + wait
            with contextlib.suppress(queue.Empty):   # nobody else came
                while len(rows) < size:
                    rows.append(waiting.get(timeout=max(0, deadline - time.monotonic())))
            results = call(np.stack([row for row, _ in rows]))
            for (_, promise), result in zip(rows, results, strict=True):
                promise.set_result(result)
    threading.Thread(target=work, daemon=True).start()
    def ask_for(row):
        promise = concurrent.futures.Future()
        waiting.put((row, promise))
        return promise.result(timeout=60)
    return ask_for
matrix = np.random.default_rng(seed).normal(0, 0.01, (4096, 4096)).astype("float32")
questions = np.random.default_rng(seed).normal(size=(96, 4096)).astype("float32")

# %% tags=["torch"]
matrix_torch = torch.from_numpy(matrix)

def call_torch(rows):
    with torch.inference_mode():
        return (torch.from_numpy(rows) @ matrix_torch).numpy()

one_by_one_torch, together_torch = lambda row: call_torch(row[None])[0], batched(call_torch)

# %% tags=["tf"]
matrix_tf = tf.constant(matrix)

def call_tf(rows):
    return (tf.constant(rows) @ matrix_tf).numpy()

one_by_one_tf, together_tf = lambda row: call_tf(row[None])[0], batched(call_tf)

# %% tags=["verdict"]
crowd, gain = concurrent.futures.ThreadPoolExecutor(16), {}          # 16 clients in threads: no HTTP, to see the effect
for name, alone, together in (("PyTorch", one_by_one_torch, together_torch), ("TensorFlow", one_by_one_tf, together_tf)):
    results = {}
    def everybody(call, results=results):
        results[call] = np.stack(list(crowd.map(call, questions)))
    took = timing.compare({"alone": lambda c=alone: everybody(c), "together": lambda c=together: everybody(c)}, 3, 1)
    gain[name] = took["alone"].median / took["together"].median
    parity.verdict(f"{name}: 96 rows in micro-batches, and one by one", results[together], results[alone], atol=1e-4)
print(f"16 clients are served faster in micro-batches, in both frameworks, by the clock: {min(gain.values()) > 1}")
tiny = batched(ways_torch["PyTorch, model(x)"])
took = timing.compare({"alone": lambda: list(crowd.map(lambda scan: ways_torch["PyTorch, model(x)"](scan[None]), x)),
                       "together": lambda: list(crowd.map(tiny, x))}, rounds=5, warmup=1)
gain["our tiny network (below 1: waiting costs more)"] = took["alone"].median / took["together"].median
for name, times in gain.items():
    print(f"throughput in micro-batches, {name}: measured {times:.1f} times")
crowd.shutdown()

# %% [markdown]
# ## 10.8 What a server must refuse
#
# Everything that a client sends is untrusted. The rule: a 4xx and a sentence when the client must change something; 5xx
# means that *we* have a bug; never a [stack trace](glossary.md#stack-trace). And the next request must work.
#
# Python has traps here. Deep nesting raises `RecursionError`, which is no `ValueError`. `True` is an `int`. And a slow
# client must not hold a thread: waitress collects a request before a thread sees it. (Threads of gunicorn read for
# themselves; put nginx before it.)
#
# The chapter's tests send hundreds of random bodies to all servers; here are the classics.

# %%
import socket
def raw(url, text, more=b""):
    connection = socket.create_connection(("127.0.0.1", int(url.split(":")[2].split("/")[0])), timeout=60)
    connection.sendall(text.encode() + more)
    return connection
good = {"instances": one.tolist()}
bad = {"not JSON": b"hello", "not text": b"\xff\xfe", "nothing": b"", "nested deeply": b"[" * 100_000,
       "no list": {"instances": 3}, "empty batch": {"instances": []},
       "ragged": {"instances": [[[0.0] * 8] * 8, [[0.0] * 7] * 8]},
       "wrong shape": {"instances": [[0.0] * 8] * 8}, "text": {"instances": [[["0"] * 8] * 8]},
       "true": {"instances": [[[True] * 8] * 8]}, "too large a number": {"instances": [[[1e300] * 8] * 8]},
       "unknown signature": {**good, "signature_name": "x"}, "10 MB": b" " * 10_000_000}
refusals = {case: {name: ask(f"{url}:predict", body) for name, url in servers.items()} for case, body in bad.items()}
for case, path in {"unknown model": "s:predict", "unknown version": "/versions/99:predict", "unknown verb": ":guess",
                   "POST to the status": ""}.items():
    refusals[case] = {name: ask(url + path, good) for name, url in servers.items()}
refusals["GET of a verb"] = {name: ask(f"{url}:predict") for name, url in servers.items()}
rows = [(case, *(status for status, _ in found.values()), found["PyTorch, Django"][1]["error"][:80])
        for case, found in refusals.items()]
show.table(["the request", *(name for name in servers), "Django's sentence"], rows, caption="Status codes")

# %% tags=["verdict"]
polite = [400 <= status < 500 and set(answer) == {"error"} and "Traceback" not in answer["error"]
          for found in refusals.values() for status, answer in found.values()]
print(f"every bad request gets a 4xx, a sentence and no stack trace: {all(polite)}")
for name, url in servers.items():
    head = "POST /v1/models/digits:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n"
    slow = [raw(url, head, b'{"instances"') for _ in range(20)]      # more than the server has threads; they send no more
    raw(url, head, b'{"inst').close()                                # a cut connection
    parity.verdict(f"{name}: answers beside 20 slow clients and a cut connection",
                   probabilities(url, x), own_torch[2], atol=1e-6)
    for connection in slow:
        connection.close()
    parity.verdict(f"{name}: and afterwards", probabilities(url, x), own_torch[2], atol=1e-6)
running.close()                                                      # the servers end here

# %% [markdown]
# ## 10.9 An upload is an attack
#
# "Let users upload their model" sounds like one more endpoint. Chapter 7 showed that a [pickle](glossary.md#pickle) is a
# program. Here it is somebody else's program in *your server's* process, with its keys and its network. No shape check
# helps: the code runs while the file is read, before there is anything to check.
#
# We write such an upload, harmless: to rebuild itself, it asks for the number of the process that reads it. The careless
# endpoint answers. The careful one accepts [safetensors](glossary.md#safetensors), numbers without a program, checks names
# and shapes, and would then write a new version.

# %% tags=["verdict"]
class Upload:
    def __reduce__(self):                            # "to rebuild me, call this function": any function
        return os.getpid, ()
app = flask.Flask("uploads")
@app.post("/careless")
def careless():
    return {"loaded": repr(pickle.loads(flask.request.get_data()))}
@app.post("/careful")
def careful():
    try:
        found = safetensors.numpy.load(flask.request.get_data())
    except (safetensors.SafetensorError, ValueError):
        return {"error": "the file is not in the safetensors format"}, 400
    fits = {name: w.shape for name, w in found.items()} == {name: w.shape for name, w in weights[1].items()}
    return {"loaded": sorted(found)} if fits else ({"error": "these are not this network's weights"}, 400)
client, evil = app.test_client(), pickle.dumps(Upload())
ran = client.post("/careless", data=evil).json["loaded"]
parity.verdict("the process in which the stranger's function ran, and the server's", ran, str(os.getpid()))
for upload in (evil, safetensors.numpy.save({"w": np.zeros(3)}), safetensors.numpy.save(weights[2])):
    print("the careful endpoint:", client.post("/careful", data=upload).get_data(as_text=True).strip())

# %% [markdown]
# ## 10.10 Exercises
#
# ### Exercise 10.1: rows to columns
# Turn a request with `instances` into the same request with `inputs`.
#
# ### Exercise 10.2: port the preprocessing
# Training saw standardized scans, so the server must standardize, too. Port it to TensorFlow, values and gradients. (What
# does `std` divide by? Would a scan's answer change with its company in a micro-batch?)
#
# ### Exercise 10.3: who shares a call
# Which requests does `batched` of section 10.7 put together?
#
# ### Exercise 10.4: the gatekeeper
# Which status code does a body get?
#
# The cells say what goes in and what comes out.

# %% tags=["exercise"]
# answer(rows): rows is a dict, its "instances" a list of objects that name every input; there may be a "signature_name".
answer = ...           # a function that returns the request in columns
# solution
def answer(rows):
    names = rows["instances"][0]
    columns = {name: [row[name] for row in rows["instances"]] for name in names}
    return {**{k: v for k, v in rows.items() if k != "instances"}, "inputs": columns}
# wrong: columns are keyed `inputs`
def answer(rows):
    return {"instances": {name: [row[name] for row in rows["instances"]] for name in rows["instances"][0]}}
# wrong: still rows
def answer(rows):
    return {**{k: v for k, v in rows.items() if k != "instances"}, "inputs": rows["instances"]}
# wrong: the first instance alone
def answer(rows):
    return {**{k: v for k, v in rows.items() if k != "instances"}, "inputs": rows["instances"][0]}
# wrong: signature_name is lost
def answer(rows):
    return {"inputs": {name: [row[name] for row in rows["instances"]] for name in rows["instances"][0]}}

# %% tags=["check"]
exercises.check("10.1", answer)

# %% tags=["exercise"]
# def standardized(scans):                            # (batch, 8, 8)
#     mean = scans.mean(dim=(1, 2), keepdim=True)
#     std = scans.std(dim=(1, 2), keepdim=True)
#     return (scans - mean) / (std + 0.01)
answer = ...           # the same function of a TensorFlow tensor
# solution
def answer(scans):
    mean = tf.reduce_mean(scans, axis=(1, 2), keepdims=True)
    variance = tf.reduce_sum((scans - mean) ** 2, axis=(1, 2), keepdims=True) / 63
    return (scans - mean) / (tf.sqrt(variance) + 0.01)
# wrong: divides by 64
def answer(scans):
    mean = tf.reduce_mean(scans, axis=(1, 2), keepdims=True)
    return (scans - mean) / (tf.math.reduce_std(scans, axis=(1, 2), keepdims=True) + 0.01)
# wrong: the whole batch
def answer(scans):
    mean = tf.reduce_mean(scans)
    variance = tf.reduce_sum((scans - mean) ** 2) / tf.cast(tf.size(scans) - 1, scans.dtype)
    return (scans - mean) / (tf.sqrt(variance) + 0.01)
# wrong: 0.01 is added to the standard deviation
def answer(scans):
    mean = tf.reduce_mean(scans, axis=(1, 2), keepdims=True)
    variance = tf.reduce_sum((scans - mean) ** 2, axis=(1, 2), keepdims=True) / 63
    return (scans - mean) / tf.sqrt(variance + 0.01)

# %% tags=["check"]
exercises.check("10.2", answer)

# %% tags=["exercise"]
# answer(arrivals, size, wait): arrivals are sorted times in seconds; return lists of request numbers, such as [[0, 1], [2]].
# A batch opens when its first request comes, and closes when it has `size` requests or `wait` seconds after it opened (who
# comes exactly then still gets in). The call itself takes no time.
answer = ...           # a function of arrivals, size and wait
# solution
def answer(arrivals, size, wait):
    batches = []
    for number, time_ in enumerate(arrivals):
        if not batches or len(batches[-1]) == size or time_ > arrivals[batches[-1][0]] + wait:
            batches.append([])
        batches[-1].append(number)
    return batches
# wrong: counted from the last
def answer(arrivals, size, wait):
    batches = []
    for number, time_ in enumerate(arrivals):
        if not batches or len(batches[-1]) == size or time_ > arrivals[batches[-1][-1]] + wait:
            batches.append([])
        batches[-1].append(number)
    return batches
# wrong: no limit
def answer(arrivals, size, wait):
    batches = []
    for number, time_ in enumerate(arrivals):
        if not batches or time_ > arrivals[batches[-1][0]] + wait:
            batches.append([])
        batches[-1].append(number)
    return batches
# wrong: waits for a full batch
def answer(arrivals, size, wait):
    return [list(range(k, min(k + size, len(arrivals)))) for k in range(0, len(arrivals), size)]

# %% tags=["check"]
exercises.check("10.3", answer)

# %% tags=["exercise"]
# answer(body): 413 above 1,000 bytes; 200 for a JSON object whose `instances` is a list, not empty, of numbers (NaN counts
# as one); 400 for everything else. It must never raise.
answer = ...           # a function of bytes
# solution
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        rows = json.loads(body)["instances"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return 400
    if not isinstance(rows, list):
        return 400
    return 200 if rows and all(type(row) in (int, float) for row in rows) else 400
# wrong: bool is an int
def answer(body):
    try:
        rows = json.loads(body)["instances"] if len(body) <= 1000 else 413
    except (ValueError, RecursionError, TypeError, KeyError):
        return 400
    if rows == 413:
        return 413
    return 200 if isinstance(rows, list) and rows and all(isinstance(row, (int, float)) for row in rows) else 400
# wrong: RecursionError
def answer(body):
    try:
        rows = json.loads(body)["instances"]
    except (ValueError, TypeError, KeyError):
        return 400
    good = isinstance(rows, list) and rows and all(type(row) in (int, float) for row in rows)
    return 413 if len(body) > 1000 else 200 if good else 400
# wrong: the body's JSON need not be an object
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        rows = json.loads(body).get("instances")
    except (ValueError, RecursionError):
        return 400
    return 200 if isinstance(rows, list) and rows and all(type(row) in (int, float) for row in rows) else 400

# %% tags=["check"]
exercises.check("10.4", answer)

# %% [markdown]
# ## 10.11 Quiz
#
# Each option opens and says why it is right or wrong.

# %%
exercises.quiz("10")

# %% [markdown]
# ## 10.12 Verdicts
#
# What the article says about deployment, and what this machine showed.

# %%
claims.close("10")

# %% [markdown]
# ## 10.13 Summary and further reading
#
# - Serve a file that computes, and compare it with its model.
# - With a contract, frameworks and servers can be exchanged behind it.
# - New version: load, warm up, switch, drain.
# - Report p50, p95, p99 and the rate, from a client in its own process, next to the model call alone.
# - HTTP and JSON are paid once a request. Send many rows, or let the server wait for company.
# - 4xx with a sentence; 5xx is your bug; a pickle is a program.
#
# Further: [TensorFlow Serving's REST API](https://www.tensorflow.org/tfx/serving/api_rest),
# [torch.export](https://docs.pytorch.org/docs/stable/export.html),
# [AOTInductor](https://docs.pytorch.org/docs/stable/torch.compiler_aot_inductor.html),
# [The tail at scale](https://research.google/pubs/the-tail-at-scale/) (Dean and Barroso),
# [Clipper](https://arxiv.org/abs/1612.03079) (adaptive batching). Next: chapter 11, mobile, edge and browser.
