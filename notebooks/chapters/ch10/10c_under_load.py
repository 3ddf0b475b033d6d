# %% [markdown]
# # 10c. Where a request's time goes
#
# The model answers in a small part of a millisecond, its server takes far longer. You measure both, and then let requests
# wait, so that all get their answer sooner.
#
# > **Minutes**: 30 · **Needs**: lessons 10a and 10b · **Claims tested**: C44b
# >
# > **You will be able to**
# > - compare ways to call a model, without any network (prediction P10.5)
# > - find what a request pays for besides the model (prediction P10.6)
# > - report a server's speed: percentiles and rate, from a client in its own process (claim C44b)
# > - say what one large request saves (prediction P10.7)
# > - batch requests that arrive one by one (exercise 10.3)
#
# `fast` chooses how long is measured, `seed` the weights; `device` changes nothing here. **Times are of your machine, now:
# close other programs.**

# %% tags=["setup"]
from helpers import session

session.start("10c")

import concurrent.futures
import queue
import threading
import time

import numpy as np

from chapters.ch10 import exhibits, figures, loads, servers, training
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
folder = servers.fresh_folder("10c")

# %% [markdown]
# ## 10c.1 The model call alone
#
# Before any network: how long does one picture take, from a NumPy array to a NumPy array, on one thread? This is the floor
# under every number that follows. It is [latency](glossary.md#latency), and of answering alone, not of training.

# %% tags=["taught"]
digits = data.digits()
x = digits.x_test[:64]
one = x[:1]
w = training.weights(digits, seed, epochs=1)

# %% [markdown]
# The models are lesson 10a's. `on_arrays` puts NumPy around a function of tensors.

# %% tags=["torch"]
# PyTorch
model_torch = digit_torch.network(w)
by_model_torch = digit_torch.on_arrays(model_torch)
own_torch = by_model_torch(one)

# %% tags=["tf"]
# TensorFlow
model_tf = digit_tf.network(w)


def by_model_tf(images):
    return model_tf(images).numpy()


own_tf = by_model_tf(one)

# %% tags=["verdict", "folded"]
# Folded: compares what the models say to one picture.
parity.verdict("probabilities of one picture", own_torch, own_tf, atol=1e-6)

# %% [markdown]
# **Predict.** Which of these ways to ask for one picture is the slowest?
#
# - **a** PyTorch, `model(x)`
# - **b** Keras, `model.predict(x)`
# - **c** Keras, `model(x)`
# - **d** the SavedModel's signature

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P10.5", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# A *way* is a function of an array of pictures; `ways_torch` and `ways_tf` collect them by name. The exports, too,
# are lesson 10a's. `load_onnx` makes a way of an ONNX file.
#
# `compiled_ways` adds two more: `torch.compile`, and AOTInductor, which turns an export into a shared library, made for
# one kind of machine. Both need a C++ compiler; without one, `missed` says why they are NOT MEASURED. Compiling takes a
# while.
#
# On TensorFlow's side `tf.function` makes a graph of the Keras model, and `load_lite` converts the SavedModel for LiteRT,
# the runtime for phones.

# %% tags=["torch"]
# PyTorch
program = digit_torch.export(model_torch, folder / "torch" / "1")
digit_torch.to_onnx(program, folder / "torch.onnx")
ways_torch = {
    "PyTorch, model(x)": by_model_torch,
    ".pt2": digit_torch.on_arrays(program.module()),
    "ONNX Runtime, from PyTorch": exhibits.load_onnx(folder / "torch.onnx"),
}
more, missed = digit_torch.compiled_ways(model_torch, folder / "torch" / "1", one)
ways_torch.update(more)
for name, reason in missed.items():
    print(f"{name}: NOT MEASURED, {reason}")

# %% tags=["tf"]
# TensorFlow
digit_tf.export(model_tf, folder / "tf" / "1")
digit_tf.to_onnx(model_tf, folder / "keras.onnx")
graph = tf.function(model_tf)
saved = tf.saved_model.load(folder / "tf" / "1").signatures["serving_default"]


def by_predict(images):
    return model_tf.predict(images, verbose=0)


def by_graph(images):
    return graph(tf.constant(images)).numpy()


def by_saved_model(images):
    return saved(image=tf.constant(images))["output_0"].numpy()


ways_tf = {
    "Keras, model.predict(x)": by_predict,
    "Keras, model(x)": by_model_tf,
    "Keras, tf.function": by_graph,
    "SavedModel": by_saved_model,
    "ONNX Runtime, from Keras": exhibits.load_onnx(folder / "keras.onnx"),
    "LiteRT, from Keras": digit_tf.load_lite(folder / "tf" / "1"),
}

# %% tags=["verdict", "folded"]
# Folded: all ways give the same; then they take turns by the clock.
ways = ways_torch | ways_tf
right = ways_torch["PyTorch, model(x)"](one)
apart = [parity.same(way(one), right, 1e-6, what=name) for name, way in ways.items()]
print("every way gives the same, within 1e-6: largest difference", f"{max(apart):.1e}")
calls = {name: exhibits.asking(way, one) for name, way in ways.items()}
timed = timing.first_and_later(calls, rounds=5 if fast else 15)
later = {name: found.later for name, found in timed.items()}
asked = {
    "a": "PyTorch, model(x)",
    "b": "Keras, model.predict(x)",
    "c": "Keras, model(x)",
    "d": "SavedModel",
}
slowest = max(later[name] for name in asked.values())
options = {letter: later[name] == slowest for letter, name in asked.items()}
exercises.outcome("P10.5", exercises.first_true(options), timed=True)

# %% tags=["folded"]
# Folded: draws the time of every way.
figures.ways(later, ways_torch)

# %% [markdown]
# Look how far apart the ways of *one* framework lie. `predict` is made for many batches: it builds an
# input pipeline at each call. An eager call goes through Python, layer by layer. A graph, an export, a runtime without
# training: each leaves out more. So "the speed of TensorFlow" says little, and a server calls a graph.

# %% [markdown]
# ## 10c.2 The server in front of it
#
# Now the same call behind HTTP. Three numbers belong to a report:
#
# - the median latency, p50: half of the requests take longer;
# - a high [percentile](glossary.md#percentile): p99 is what one request in a hundred exceeds. A page that asks a hundred
#   times meets it more often than not. A mean hides it;
# - [throughput](glossary.md#throughput): how many are answered in a second.
#
# The clients ask from a process of their own: beside other work in this one they would measure their own waiting, too. They
# are threads there; each asks again when it has its answer, and where there are many, they wait for each other.
#
# **Predict.** One client, one picture: how much of the time is the model call?
#
# - **a** less than half
# - **b** half or more

# %% tags=["predict"]
guess = ...  # "a" or "b"
exercises.predict("P10.6", guess, among=["a", "b"])

# %% [markdown]
# **Predict.** One client sends 64 pictures in a request instead of one. How much longer does the request take?
#
# - **a** less than 10 times
# - **b** 10 to 40 times
# - **c** more than 40 times

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.7", guess, among=["a", "b", "c"])

# %% [markdown]
# `floor_torch` and `floor_tf` are medians of 300 calls, each by the way that our server itself uses.

# %% tags=["torch"]
# PyTorch
urls_torch = {
    "PyTorch, Flask": servers.start("flask", folder / "torch", side="torch"),
    "PyTorch, Django": servers.start("django", folder / "torch", side="torch"),
}
floor_torch = exhibits.median_seconds(ways_torch[".pt2"], one, 300)

# %% tags=["tf"]
# TensorFlow
real = servers.is_tensorflow_model_server_here()
how = "tensorflow_model_server" if real else "flask"
urls_tf = {"TensorFlow, SavedModel": servers.start(how, folder / "tf", side="tf")}
floor_tf = exhibits.median_seconds(ways_tf["SavedModel"], one, 300)

# %% tags=["verdict", "folded"]
# Folded: the model call alone, which is the floor.
parity.by_clock("the model call, PyTorch", f"{1e6 * floor_torch:.0f} µs")
parity.by_clock("the model call, TensorFlow", f"{1e6 * floor_tf:.0f} µs")

# %% [markdown]
# `loads.ask` lets so many clients ask for these pictures, for so many seconds. `load.took` holds the seconds of each
# request. A rate that counts lost requests means nothing: at the first lost one the cell stops.

# %% tags=["taught"]
urls = urls_torch | urls_tf
clients = [1, 4, 16] if fast else [1, 2, 4, 8, 16]
seconds = 0.25 if fast else 3
measured = {}
for name, url in urls.items():
    for count in clients:
        for pictures in (1, 64):
            load = loads.ask(url, x[:pictures], count, seconds)
            if load.lost:
                raise RuntimeError(f"{name}: {load.lost[0]}")
            measured[name, count, pictures] = load

# %% tags=["folded"]
# Folded: the report, a row for each server, number of clients and size of a request.
exhibits.show_loads(measured)

# %% tags=["verdict", "folded"]
# Folded: which options came true, and the claim about performance.
share = max(
    floor / np.median(measured[name, 1, 1].took)
    for name, floor in {
        "PyTorch, Flask": floor_torch,
        "PyTorch, Django": floor_torch,
        "TensorFlow, SavedModel": floor_tf,
    }.items()
)
options = {"a": share < 0.5, "b": share >= 0.5}
exercises.outcome("P10.6", exercises.first_true(options), timed=True)
# Of quick requests: nothing else on this machine held them up.
quick = {}
for pictures in (1, 64):
    tenths = [np.percentile(measured[name, 1, pictures].took, 10) for name in urls]
    quick[pictures] = min(tenths)
times = quick[64] / quick[1]
options = {"a": times < 10, "b": times <= 40, "c": times > 40}
exercises.outcome("P10.7", exercises.first_true(options), timed=True)
best = {}
for name in urls:
    rates = [measured[name, count, 64].rate for count in clients]
    best[name] = 64 * max(rates)
    claims.number(f"serving speed, {name}", best[name], "scans/s")
said = ", ".join(
    f"{name} measured {rate:.0f} scans a second" for name, rate in best.items()
)
claims.verdict(
    "C44b",
    len(measured) == len(urls) * len(clients) * 2,
    f"here, with up to 16 clients and 64 scans a request: {said}"
    + ("" if real else "; TensorFlow's own server was not there to be measured"),
)

# %% tags=["folded"]
# Folded: draws latency and throughput against the number of clients.
floor = {name: floor_tf if "TensorFlow" in name else floor_torch for name in urls}
figures.load_test(measured, floor, clients)

# %% [markdown]
# Filled marks are medians, hollow ones p99; the dashes at the left are the model call alone.
#
# Besides the model a request pays for HTTP, for JSON in both directions, for checks, and for waiting in line. HTTP is
# paid once a request; JSON and the model grow with the pictures. With one client, rate and latency are each other's
# inverse. With sixteen, requests wait: the latency grows, and the rate need not.
#
# What is compared here are servers that this course wrote, unless yours was TensorFlow's own. Their answers have as many
# digits as TensorFlow Serving's.

# %% [markdown]
# ## 10c.3 Company
#
# One call for many pictures is cheap. But clients have one picture each. [Micro-batching](glossary.md#micro-batching)
# lets the *server* make the batch: requests wait a moment for company, then share one call. TensorFlow Serving does it
# with [`--enable_batching`](https://www.tensorflow.org/tfx/serving/serving_config), Triton and Ray Serve do it for both
# frameworks.
#
# Think of a lift: it leaves when it is full, or when the first who came in has waited long enough. In `batched` the lift
# is a thread:
#
# - `waiting` is a queue of pairs: a row, and a *promise*, an empty place for its result (`Future`).
# - `work` takes the first pair and then more, until it has `size` of them or `wait` seconds are over. `queue.Empty` is
#   raised when nobody came in time.
# - One call answers all rows, and each promise gets its result.
# - `ask_for` is what a client calls: it puts its pair into the queue and waits for the result.


# %% tags=["taught"]
def batched(call, size=16, wait=0.005):
    """A function of one row: rows that arrive together are computed together."""
    waiting = queue.Queue()

    def add_company(pairs, deadline):
        """Add pairs, until there are `size` of them or time is up."""
        while len(pairs) < size:
            left = max(0, deadline - time.monotonic())
            try:
                pairs.append(waiting.get(timeout=left))
            except queue.Empty:
                return

    def work():
        while True:
            pairs = [waiting.get()]  # waits for the first, however long
            add_company(pairs, time.monotonic() + wait)
            results = call(np.stack([row for row, promise in pairs]))
            for (_, promise), result in zip(pairs, results, strict=True):
                promise.set_result(result)

    threading.Thread(target=work, daemon=True).start()

    def ask_for(row):
        promise = concurrent.futures.Future()
        waiting.put((row, promise))
        return promise.result(timeout=60)

    return ask_for


# %% [markdown]
# (Production needs more: an answer for all who wait when a call fails, sizes to which a batch is filled up, a limit on the
# queue, and a deadline. [Lesson 10g](10g_a_queue_with_a_limit.ipynb) shows what they are for, on
# [chapters/ch10/batching.py](chapters/ch10/batching.py).)
#
# It pays where a call costs much and one more row costs little. A product with a large matrix is such a call: most of its
# time goes into reading the matrix, once, for one row or for sixteen.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
matrix = rng.normal(0, 0.01, (4096, 4096)).astype("float32")
questions = rng.normal(size=(48, 4096)).astype("float32")

# %% tags=["torch"]
# PyTorch
matrix_torch = torch.from_numpy(matrix)


def call_torch(rows):
    with torch.inference_mode():
        return torch_side.to_numpy(torch.from_numpy(rows) @ matrix_torch)


def alone_torch(row):
    return call_torch(row[np.newaxis])[0]  # a batch of one


together_torch = batched(call_torch)

# %% tags=["tf"]
# TensorFlow
matrix_tf = tf.constant(matrix)


def call_tf(rows):
    return tf_side.to_numpy(tf.constant(rows) @ matrix_tf)


def alone_tf(row):
    return call_tf(row[np.newaxis])[0]


together_tf = batched(call_tf)

# %% tags=["verdict", "folded"]
# Folded: 16 clients in threads, without HTTP: the same results, and how much sooner.
crowd = concurrent.futures.ThreadPoolExecutor(16)
gain = {}
pairs = {
    "PyTorch": (alone_torch, together_torch),
    "TensorFlow": (alone_tf, together_tf),
}
for name, (alone, together) in pairs.items():
    everybody_alone = exhibits.everybody(crowd, alone, questions)
    everybody_together = exhibits.everybody(crowd, together, questions)
    parity.verdict(
        f"{name}: {len(questions)} rows in micro-batches, and one by one",
        everybody_together(),
        everybody_alone(),
        atol=1e-4,
    )
    took = timing.compare(
        {"alone": everybody_alone, "together": everybody_together}, rounds=3, warmup=0
    )
    gain[name] = took["alone"].median / took["together"].median
faster = min(gain.values()) > 1
parity.by_clock("16 clients are served faster in micro-batches, in both", faster)
for name, times in gain.items():
    print(f"throughput in micro-batches, {name}: measured {times:.1f} times")

# %% [markdown]
# Does it help our tiny network, too? Its call takes less time than the wait. `tiny_alone` answers one picture, and
# `tiny_together` lets it wait for company.

# %% tags=["taught"]
tiny_call = ways_torch["PyTorch, model(x)"]


def tiny_alone(picture):
    return tiny_call(picture[np.newaxis])[0]  # a batch of one


tiny_together = batched(tiny_call)

# %% tags=["verdict", "folded"]
# Folded: the same measurement with the tiny network.
took = timing.compare(
    {
        "alone": exhibits.everybody(crowd, tiny_alone, x),
        "together": exhibits.everybody(crowd, tiny_together, x),
    },
    rounds=5,
    warmup=1,
)
gain_tiny = took["alone"].median / took["together"].median
print(f"throughput in micro-batches, our tiny network: measured {gain_tiny:.2f} times")
parity.by_clock("the tiny network gains from company", gain_tiny > 1)
crowd.shutdown()
servers.stop()

# %% [markdown]
# Below 1 the company has cost more than it saved. Micro-batching trades latency for throughput, and pays where a call has a
# large fixed cost. Measure before you switch it on.

# %% [markdown]
# ### Exercise 10.3: who shares a call? (6 minutes)
#
# Write `answer(arrivals, size, wait)`. `arrivals` are sorted times in seconds; return lists of request numbers, such as
# `[[0, 1], [2]]`. A batch opens when its first request comes. It closes when it has `size` requests, or `wait` seconds after
# it opened (who comes exactly then still gets in). The call itself takes no time.

# %% tags=["exercise"]
answer = ...  # a function of arrivals, size and wait


# solution
def answer(arrivals, size, wait):
    batches = []
    for number, now in enumerate(arrivals):
        full = batches and len(batches[-1]) == size
        late = batches and now > arrivals[batches[-1][0]] + wait
        if not batches or full or late:
            batches.append([])
        batches[-1].append(number)
    return batches


# wrong: counted from the last
def answer(arrivals, size, wait):
    batches = []
    for number, now in enumerate(arrivals):
        full = batches and len(batches[-1]) == size
        late = batches and now > arrivals[batches[-1][-1]] + wait
        if not batches or full or late:
            batches.append([])
        batches[-1].append(number)
    return batches


# wrong: no limit
def answer(arrivals, size, wait):
    batches = []
    for number, now in enumerate(arrivals):
        if not batches or now > arrivals[batches[-1][0]] + wait:
            batches.append([])
        batches[-1].append(number)
    return batches


# wrong: waits for a full batch
def answer(arrivals, size, wait):
    everybody = range(len(arrivals))
    return [list(everybody[k : k + size]) for k in range(0, len(arrivals), size)]


# %% tags=["check"]
exercises.check("10.3", answer)

# %% [markdown]
# ## 10c.4 Quiz

# %%
exercises.quiz("10c")

# %% [markdown]
# ## 10c.5 Verdicts

# %%
claims.close("10c")

# %% [markdown]
# ## 10c.6 Summary and further reading
#
# - Measure the model call alone first: it is the floor, and the way of calling matters more than the framework.
# - Report p50, p99 and the rate, from clients in a process of their own, at several numbers of clients.
# - HTTP is paid once a request: send many rows at once, or let the server wait for company.
# - Waiting for company pays where a call has a large fixed cost. For a tiny model it does not.
#
# Further reading: [The tail at scale](https://research.google/pubs/the-tail-at-scale/) (Dean and Barroso),
# [Clipper](https://arxiv.org/abs/1612.03079) (adaptive batching),
# [AOTInductor](https://docs.pytorch.org/docs/stable/torch.compiler_aot_inductor.html). Next:
# [what a server must refuse](10d_what_a_server_refuses.ipynb).
