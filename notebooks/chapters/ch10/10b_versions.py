# %% [markdown]
# # 10b. A new version goes live
#
# Clients ask without a pause while version 2 takes the place of version 1. You count what they lose, then let a broken
# version come, and go back.
#
# > **Minutes**: 28 · **Needs**: lesson 10a · **Claims tested**: none
# >
# > **You will be able to**
# > - say why a server tries a model before it lets anybody ask (prediction P10.2)
# > - bring a version live while clients ask, and prove that nothing was lost (prediction P10.3)
# > - say what clients see of a version that does not load (prediction P10.4)
# > - let a version answer recorded requests before it goes live (verdict in 10b.4)
# > - decide which versions a server holds (exercise 10.5)
# > - go back to an older version in two ways (verdict in 10b.5)
#
# `seed` chooses the weights; `fast` and `device` change nothing here.

# %% tags=["setup"]
from helpers import session

session.start("10b")

from chapters.ch10 import (
    client,
    exhibits,
    figures,
    grpc_client,
    loads,
    model_config,
    servers,
    training,
    warmup,
)
from helpers import claims, data, exercises, parity

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
folder = servers.fresh_folder("10b")

# %% [markdown]
# ## 10b.1 A folder of versions
#
# Two versions of lesson 10a's network: `w[1]` was trained for one round, `w[2]` for thirty. `x` holds 64 pictures.

# %% tags=["taught"]
digits = data.digits()
x = digits.x_test[:64]
w = {
    1: training.weights(digits, seed, epochs=1),
    2: training.weights(digits, seed, epochs=30),
}

# %% [markdown]
# `digit_torch` and `digit_tf` hold lesson 10a's `network` and `export`, unchanged. `own_torch` and `own_tf` are what the
# models themselves answer, version by version, to compare with.

# %% tags=["torch"]
# PyTorch
models_torch = {}
own_torch = {}
for version in w:
    models_torch[version] = digit_torch.network(w[version])
    answers = models_torch[version](torch.from_numpy(x))
    own_torch[version] = torch_side.to_numpy(answers)

# %% tags=["tf"]
# TensorFlow
models_tf = {}
own_tf = {}
for version in w:
    models_tf[version] = digit_tf.network(w[version])
    answers = models_tf[version](x)
    own_tf[version] = tf_side.to_numpy(answers)

# %% tags=["verdict", "folded"]
# Folded: compares both versions of both frameworks, and the versions with each other.
for version in w:
    parity.verdict(f"version {version}", own_torch[version], own_tf[version], atol=1e-6)
parity.differ("version 1 and version 2", own_torch[1], own_torch[2], atol=1e-3)

# %% [markdown]
# Now both are exported. Version 1 goes into the folder that the server will watch, the *store*.

# %% tags=["torch"]
# PyTorch
store_torch = folder / "torch"
digit_torch.export(models_torch[1], store_torch / "1")
digit_torch.export(models_torch[2], folder / "torch-2")
stored_torch = [int(path.name) for path in store_torch.iterdir()]
print("in the store:", stored_torch)

# %% tags=["tf"]
# TensorFlow
store_tf = folder / "tf"
digit_tf.export(models_tf[1], store_tf / "1")
digit_tf.export(models_tf[2], folder / "tf-2")
stored_tf = [int(path.name) for path in store_tf.iterdir()]
print("in the store:", stored_tf)

# %% tags=["verdict", "folded"]
# Folded: which versions will a server find?
parity.verdict("versions in the store", stored_torch, stored_tf)

# %% [markdown]
# Version 2 waits *beside* the store, as `torch-2` and `tf-2`. It will be renamed in: a rename happens all at once. Had we
# exported into the store, the server could look in the middle of it, and find half a file.

# %% [markdown]
# ## 10b.2 The first call
#
# Loading a file is not all that a server does before anybody may ask. Here is why: each export is loaded afresh, and
# asked for one picture five times.
#
# **Predict.** How much longer does the *first* call take than the quickest of the others, in the framework where it is
# worse?
#
# - **a** less than twice as long
# - **b** 2 to 10 times as long
# - **c** more than 10 times as long

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.2", guess, among=["a", "b", "c"])

# %% [markdown]
# `exhibits.seconds_of_calls` calls a function five times and returns the seconds of each call.

# %% tags=["torch"]
# PyTorch
loaded_torch = torch.export.load(folder / "torch" / "1" / "model.pt2").module()
picture = torch.from_numpy(x[:1])


def ask_torch():
    return loaded_torch(picture)


took_torch = exhibits.seconds_of_calls(ask_torch, 5)

# %% tags=["tf"]
# TensorFlow
loaded_tf = tf.saved_model.load(folder / "tf" / "1").signatures["serving_default"]
picture = tf.constant(x[:1])


def ask_tf():
    return loaded_tf(image=picture)


took_tf = exhibits.seconds_of_calls(ask_tf, 5)

# %% tags=["verdict", "folded"]
# Folded: which option came true, by the clock.
times = {
    "PyTorch": took_torch[0] / min(took_torch[1:]),
    "TensorFlow": took_tf[0] / min(took_tf[1:]),
}
for name, factor in times.items():
    print(f"{name}: the first call took {factor:.1f} times as long as a later one")
worse = max(times.values())
options = {"a": worse < 2, "b": worse <= 10, "c": worse > 10}
exercises.outcome("P10.2", exercises.first_true(options), timed=True)

# %% [markdown]
# The first call finishes what loading has left: it prepares kernels, allocates memory, in other cases it compiles. So a
# server *warms up*: it calls the model once itself, and only then lets clients ask. Our server sends zeros of the right
# shape, since a signature tells it no more. Zeros do not walk through every branch; section 10b.4 has something better.

# %% [markdown]
# ## 10b.3 The switch
#
# A thread of the server ([model_store.py](chapters/ch10/model_store.py)) looks at its folder ten times a second. When
# version 2 appears,
#
# 1. it is loaded *beside* version 1, and warmed up;
# 2. one assignment sends new requests to it;
# 3. requests that began with version 1 keep it alive until they are answered. That is
#    [draining](glossary.md#draining); here it is Python's own counting of references.
#
# TensorFlow Serving does the same by default. The price is memory for two.
#
# `client.probabilities` asks a server for pictures.

# %% tags=["torch"]
# PyTorch
url_torch = servers.start("flask", store_torch, side="torch")
first_torch = client.probabilities(url_torch, x)

# %% tags=["tf"]
# TensorFlow
url_tf = servers.start("flask", store_tf, side="tf")
first_tf = client.probabilities(url_tf, x)

# %% tags=["verdict", "folded"]
# Folded: does version 1 answer?
parity.verdict("PyTorch's server, and version 1", first_torch, own_torch[1], atol=1e-6)
parity.verdict("TensorFlow's server, and version 1", first_tf, own_tf[1], atol=1e-6)

# %% [markdown]
# `GET` on the model's address tells the states: LOADING, AVAILABLE, UNLOADING (requests still hold it), END.
#
# Now two clients ask each server, in a process of their own, each again as soon as it has its answer. Meanwhile version 2
# is renamed in.
#
# **Predict.** What do the clients lose?
#
# - **a** nothing
# - **b** the requests that are under way at the switch
# - **c** all requests while version 2 loads

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.3", guess, among=["a", "b", "c"])

# %% [markdown]
# `loads.two_clients` lets two clients ask while a function of ours runs, and returns what they saw. `client.wait_for` waits
# until a server says of its versions what is wanted.


# %% tags=["torch"]
# PyTorch
def switch_torch():
    (folder / "torch-2").rename(store_torch / "2")
    client.wait_for(url_torch, {"2": "AVAILABLE", "1": "END"})


seen_torch = loads.two_clients(url_torch, x[:1], folder, during=switch_torch)
print(len(seen_torch.took), "requests,", client.states(url_torch))


# %% tags=["tf"]
# TensorFlow
def switch_tf():
    (folder / "tf-2").rename(store_tf / "2")
    client.wait_for(url_tf, {"2": "AVAILABLE", "1": "END"})


seen_tf = loads.two_clients(url_tf, x[:1], folder, during=switch_tf)
print(len(seen_tf.took), "requests,", client.states(url_tf))

# %% tags=["verdict", "folded"]
# Folded: counts what was lost, compares each server's first and last answer.
lost = [len(seen_torch.lost), len(seen_tf.lost)]
seen = {"PyTorch": seen_torch, "TensorFlow": seen_tf}
for name, load in seen.items():
    first, last = exhibits.first_and_last(load)
    parity.verdict(
        f"{name}: the first answer, version 1", first, own_torch[1][:1], 1e-6
    )
    parity.verdict(f"{name}: the last answer, version 2", last, own_torch[2][:1], 1e-6)
    two = len(load.answers) == 2
    print(f"   requests lost: {len(load.lost)}; two distinct answers: {two}")
options = {"a": sum(lost) == 0, "b": max(lost) <= 2, "c": max(lost) > 2}
exercises.outcome("P10.3", exercises.first_true(options))

# %% tags=["folded"]
# Folded: draws every request by the clock.
figures.switch(seen)

# %% [markdown]
# Each point is a request, drawn where it ended. Where the color changes, version 2 took over. Loading needs processors,
# too: on a small or busy machine the requests of that moment are slower, and the points have a gap. They wait; they are
# answered all the same.
#
# Why is one assignment enough? The server keeps its versions in a dict, {number: model}. A request looks the dict up once
# and keeps the model that it found. The thread never changes that dict; it makes a new one and puts it in the old one's
# place. So no request sees half a change, and no lock is needed.

# %% [markdown]
# ## 10b.4 A version that does not load
#
# Version 3 comes, and its file is broken: cut off on the way, say.
#
# **Predict.** What do clients get who ask without naming a version?
#
# - **a** version 2's answers, as before
# - **b** a 500, until somebody repairs version 3
# - **c** nothing: the server ends

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.4", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
broken = folder / "torch-3"
broken.mkdir()
(broken / "model.pt2").write_bytes(b"half a file")
broken.rename(store_torch / "3")
client.wait_for(url_torch, {"3": "END"})
broken_torch = client.probabilities(url_torch, x)
said_torch = client.why(url_torch, "3")
print(said_torch[:70])

# %% tags=["tf"]
# TensorFlow
broken = folder / "tf-3"
broken.mkdir()
(broken / "saved_model.pb").write_bytes(b"half a file")
broken.rename(store_tf / "3")
client.wait_for(url_tf, {"3": "END"})
broken_tf = client.probabilities(url_tf, x)
said_tf = client.why(url_tf, "3")
print(said_tf[:70])

# %% tags=["verdict", "folded"]
# Folded: who answers now, and is the reason told?
parity.verdict("PyTorch's server, and version 2", broken_torch, own_torch[2], atol=1e-6)
parity.verdict("TensorFlow's server, and version 2", broken_tf, own_tf[2], atol=1e-6)
gaps = [parity.gap(broken_torch, own_torch[2]), parity.gap(broken_tf, own_tf[2])]
exercises.outcome("P10.4", exercises.first_true({"a": max(gaps) <= 1e-6}))
print("both servers say why version 3 ended:", bool(said_torch) and bool(said_tf))

# %% [markdown]
# A new version can only be worse than none if it is allowed to answer. So it must load and answer its warm-up first. The
# status tells the reason, `GET /v1/models/digits`: whoever deploys should look there, not at the clients.
#
# But what if version 4 loads, answers zeros, and refuses what your clients send? A version may bring *recorded requests*,
# in TensorFlow Serving's [file](https://www.tensorflow.org/tfx/serving/saved_model_warmup): at most 1,000 of them, in the
# folder `assets.extra`. Where one of them fails, the version is not taken, and the old one stays.
#
# Below, version 4 is a good copy of version 2. Its second recorded request asks for a picture in a row of 64 numbers.
# `grpc_client.request_of` makes a request (lesson 10f says what it looks like), `warmup.write` writes the file.

# %% tags=["taught"]
one = x[:1]
row = one.reshape(1, 64)
recorded = [grpc_client.request_of(one), grpc_client.request_of(row)]

# %% tags=["torch"]
# PyTorch
digit_torch.export(digit_torch.network(w[2]), folder / "torch-4")
warmup.write(folder / "torch-4", recorded)
(folder / "torch-4").rename(store_torch / "4")
client.wait_for(url_torch, {"4": "END"})
still_torch = client.probabilities(url_torch, x)
warned_torch = client.why(url_torch, "4")
print(warned_torch)

# %% tags=["tf"]
# TensorFlow
digit_tf.export(digit_tf.network(w[2]), folder / "tf-4")
warmup.write(folder / "tf-4", recorded)
(folder / "tf-4").rename(store_tf / "4")
client.wait_for(url_tf, {"4": "END"})
still_tf = client.probabilities(url_tf, x)
warned_tf = client.why(url_tf, "4")
print(warned_tf)

# %% tags=["verdict", "folded"]
# Folded: is it said by both, and does version 2 still answer?
parity.verdict("what both say of version 4", warned_torch, warned_tf)
parity.verdict("PyTorch's server, and version 2", still_torch, own_torch[2], atol=1e-6)
parity.verdict("TensorFlow's server, and version 2", still_tf, own_tf[2], atol=1e-6)

# %% [markdown]
# Zeros of the export's own shape would not have told, and clients would have met the error. (What no server sees is a
# version that answers and is *wrong*. For that you compare its answers before the rename, as the verdict cells here do.)

# %% [markdown]
# ### Exercise 10.5: which versions does the server hold? (5 minutes)
#
# So far the server held the newest version that loads. It can be told otherwise, by a *version policy*, for which we take
# [TensorFlow Serving's words](https://www.tensorflow.org/tfx/serving/serving_config#serving_multiple_versions_of_a_model):
#
# - `{"latest": {"num_versions": 2}}`: of those that load, the two newest
# - `{"all": {}}`: all that load
# - `{"specific": {"versions": [1, 4]}}`: of those that load, these
#
# (The real `latest` counts [folders named by a
# number](https://github.com/tensorflow/serving/blob/master/tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc),
# loaded or not: if the newest is broken, no older one takes its place, and a server that starts then answers nobody.)
#
# Write `answer(folders, broken, policy)`. `folders` is a list of version numbers, in any order; `broken` a list of those
# that do not load; `policy` one of the dicts above, with any numbers. Return the numbers that the server holds as a sorted
# list; without any, an empty list.

# %% tags=["exercise"]
answer = ...  # a function of folders, broken and policy


# solution
def answer(folders, broken, policy):
    good = sorted(set(folders) - set(broken))
    if "latest" in policy:
        return good[-policy["latest"]["num_versions"] :]
    if "specific" in policy:
        return [number for number in good if number in policy["specific"]["versions"]]
    return good


# wrong: the newest that load
def answer(folders, broken, policy):
    if "latest" in policy:
        newest = sorted(folders)[-policy["latest"]["num_versions"] :]
        return sorted(set(newest) - set(broken))
    good = sorted(set(folders) - set(broken))
    if "specific" in policy:
        return [number for number in good if number in policy["specific"]["versions"]]
    return good


# wrong: not in `folders`
def answer(folders, broken, policy):
    good = sorted(set(folders) - set(broken))
    if "latest" in policy:
        return good[-policy["latest"]["num_versions"] :]
    if "specific" in policy:
        return sorted(set(policy["specific"]["versions"]) - set(broken))
    return good


# wrong: how many of the newest
def answer(folders, broken, policy):
    good = sorted(set(folders) - set(broken))
    if "latest" in policy:
        return good[-1:]
    if "specific" in policy:
        return [number for number in good if number in policy["specific"]["versions"]]
    return good


# wrong: every version that loads
def answer(folders, broken, policy):
    return sorted(set(folders) - set(broken))


# %% tags=["check"]
exercises.check("10.5", answer)

# %% [markdown]
# ## 10b.5 Going back
#
# Version 2 is live, and somebody finds that it reads sevens as ones. There are two ways back, and each is one write of the
# file `model_config.json` in the model's folder. Its content is what
# [TensorFlow Serving's file](https://www.tensorflow.org/tfx/serving/serving_config#model_server_configuration) says of one
# model, as JSON instead of protobuf's text.
#
# *A label* is a name for a version, and leads back those who ask by it. Versions 1 and 2 are both held, and version 1 is
# called `previous`. Who asks `/labels/previous` gets it; without a label, the newest answers, which is still version 2.

# %% tags=["taught"]
named = {
    "model_version_policy": {"specific": {"versions": [1, 2]}},
    "version_labels": {"previous": 1},
}

# %% [markdown]
# `model_config.write` writes the file beside its place and renames it in: a server never reads half of it.

# %% tags=["torch"]
# PyTorch
model_config.write(store_torch, named)
client.wait_for(url_torch, {"2": "AVAILABLE", "1": "AVAILABLE"})
newest_torch = client.probabilities(url_torch, x)
labeled_torch = client.probabilities(url_torch, x, "/labels/previous")

# %% tags=["tf"]
# TensorFlow
model_config.write(store_tf, named)
client.wait_for(url_tf, {"2": "AVAILABLE", "1": "AVAILABLE"})
newest_tf = client.probabilities(url_tf, x)
labeled_tf = client.probabilities(url_tf, x, "/labels/previous")

# %% tags=["verdict", "folded"]
# Folded: who answers with the label, and who without?
parity.verdict("PyTorch, without a label: version 2", newest_torch, own_torch[2], 1e-6)
parity.verdict("PyTorch, label previous: version 1", labeled_torch, own_torch[1], 1e-6)
parity.verdict("TensorFlow, without a label: version 2", newest_tf, own_tf[2], 1e-6)
parity.verdict("TensorFlow, label previous: version 1", labeled_tf, own_tf[1], 1e-6)

# %% [markdown]
# With a label, clients choose. A label can also be moved, and no client notices. There is one rule: a label that is in use
# moves only to a version that is loaded already. Else the whole file is not followed, since who asks by the label would
# get nothing while the version loads. (TensorFlow Serving wants a loaded version for a *new* label, too, unless it is
# started with `--allow_version_labels_for_unavailable_models`. So it takes two writes: first the policy, then the label.)
#
# *A pin.* `specific` with version 1 alone lets version 2 go, and everybody is back at version 1. The clients' address stays
# what it was, and so does the folder.

# %% tags=["taught"]
pinned = {"model_version_policy": {"specific": {"versions": [1]}}}
print(model_config.as_text(pinned, servers.MODEL, "/models/digits"))

# %% [markdown]
# Above stands the same for TensorFlow Serving, as the text of its `--model_config_file`.

# %% tags=["torch"]
# PyTorch
model_config.write(store_torch, pinned)
client.wait_for(url_torch, {"2": "END", "1": "AVAILABLE"})
back_torch = client.probabilities(url_torch, x)

# %% tags=["tf"]
# TensorFlow
model_config.write(store_tf, pinned)
client.wait_for(url_tf, {"2": "END", "1": "AVAILABLE"})
back_tf = client.probabilities(url_tf, x)

# %% tags=["verdict", "folded"]
# Folded: is everybody back at version 1?
parity.verdict("PyTorch's server, and version 1", back_torch, own_torch[1], atol=1e-6)
parity.verdict("TensorFlow's server, and version 1", back_tf, own_tf[1], atol=1e-6)
servers.stop()

# %% [markdown]
# ## 10b.6 Quiz

# %%
exercises.quiz("10b")

# %% [markdown]
# ## 10b.7 Verdicts

# %%
claims.close("10b")

# %% [markdown]
# ## 10b.8 Summary and further reading
#
# - A version is a folder. It appears all at once, by a rename.
# - Load, warm up, switch, drain: at no moment is there no model, and clients lose nothing.
# - What does not load, or fails at a recorded request, never answers. The status says why.
# - Keep the old version. A pin brings everybody back with one write; a label leads back those who ask by it.
#
# Further reading: [configuring TensorFlow Serving](https://www.tensorflow.org/tfx/serving/serving_config),
# [its architecture](https://www.tensorflow.org/tfx/serving/architecture), with the life of a version. Next:
# [where a request's time goes](10c_under_load.ipynb).
