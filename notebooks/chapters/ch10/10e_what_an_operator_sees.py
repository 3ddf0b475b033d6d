# %% [markdown]
# # 10e. What an operator sees
#
# Whoever runs a server at night never looks at its answers. You give the server the addresses that such a person asks, find
# a probe that would end a healthy server, let some users try a new version, and stop a server without losing a request.
#
# > **Minutes**: 38 · **Needs**: lesson 10b · **Claims tested**: none
# >
# > **You will be able to**
# > - tell a server that is alive from one that is ready (verdict in 10e.1)
# > - say why load may fail a probe of a healthy server (prediction P10.10)
# > - read a counter across restarts (exercise 10.6)
# > - say what a coin does to the users of two versions (prediction P10.11)
# > - let a share of the users try a version, always the same users (exercise 10.7)
# > - end a server without losing a request (prediction P10.12)
#
# `seed` chooses the weights and the coin; `fast` and `device` change nothing here.

# %% tags=["setup"]
from helpers import session

session.start("10e")

from pathlib import Path

import numpy as np

from chapters.ch10 import client, model_config, operations, operator_client, servers
from chapters.ch10 import training
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
folder = servers.fresh_folder("10e")

# %% [markdown]
# ## 10e.1 Alive is not ready
#
# Programs look after servers: Docker, systemd, Kubernetes. Such an *orchestrator* does not know what a digit is. It asks
# two addresses, again and again, by [probes](glossary.md#probe):
#
# - `/healthz`: is the process **alive**? If not, the orchestrator ends it and starts another.
# - `/readyz`: is it **ready** for requests? If not, it gets none for now, and nobody ends it.
#
# Below is the network of lesson 10b, and one request.

# %% tags=["taught"]
digits = data.digits()
x = digits.x_test[:64]
w = training.weights(digits, seed, epochs=30)
request = {"instances": x[:1].tolist()}

# %% [markdown]
# `servers.start_operated` starts a new kind of server
# ([serve_operated.py](chapters/ch10/workers/serve_operated.py)). Around lesson 10a's application stands
# [operations.py](chapters/ch10/operations.py), which answers the operator. The server listens first, and loads its model
# then.
#
# Our network loads in a moment, large ones take minutes. So this server has a *brake*: as long as a certain file is there,
# it waits, with loading and with every answer. It starts with the brake on; `let_go` takes it off and waits until the server
# is ready.
#
# `look` asks three things, and returns three status codes.


# %% tags=["taught"]
def look(server):
    alive = operator_client.probe(f"{server.probes}/healthz")
    ready = operator_client.probe(f"{server.probes}/readyz")
    predicted, _ = client.ask(f"{server.url}:predict", request)
    return alive, ready, predicted


# %% tags=["torch"]
# PyTorch
store_torch = folder / "torch"
model_torch = digit_torch.network(w)
own_torch = torch_side.to_numpy(model_torch(torch.from_numpy(x)))
digit_torch.export(model_torch, store_torch / "1")
server_torch = servers.start_operated(store_torch, side="torch", grace=0)
loading_torch = look(server_torch)
operator_client.let_go(server_torch)
loaded_torch = look(server_torch)
served_torch = client.probabilities(server_torch.url, x)

# %% tags=["tf"]
# TensorFlow
store_tf = folder / "tf"
model_tf = digit_tf.network(w)
own_tf = tf_side.to_numpy(model_tf(x))
digit_tf.export(model_tf, store_tf / "1")
server_tf = servers.start_operated(store_tf, side="tf", grace=0)
loading_tf = look(server_tf)
operator_client.let_go(server_tf)
loaded_tf = look(server_tf)
served_tf = client.probabilities(server_tf.url, x)

# %% tags=["verdict", "folded"]
# Folded: what the servers said while they loaded and afterwards, and what they answer.
parity.verdict(
    "loading: alive, not ready, no prediction",
    [loading_torch, loading_tf],
    [(200, 503, 503)] * 2,
)
parity.verdict(
    "loaded: alive, ready, a prediction",
    [loaded_torch, loaded_tf],
    [(200, 200, 200)] * 2,
)
parity.verdict("PyTorch's server, and its model", served_torch, own_torch, atol=1e-6)
parity.verdict("TensorFlow's server, and its model", served_tf, own_tf, atol=1e-6)

# %% [markdown]
# An update of many servers replaces one after the other, and waits until the new one is **ready** before it ends the next
# old one. Had the server said "ready" as soon as its port was open, clients would have met a 503.
#
# And had the orchestrator asked `/readyz` whether the server is *alive*, a model that loads slowly would be ended and
# started again, for ever.

# %% [markdown]
# ## 10e.2 A busy server
#
# The server has eight threads. Eight requests come, each slow (the brake is on again). Meanwhile the orchestrator asks
# `/healthz`, which takes no model and no time, on the *same port* as the clients. It waits one second, as Kubernetes does
# by default; after three failures in a row it ends the server.
#
# **Predict.** What does it get?
#
# - **a** 200: `/healthz` does not need the model
# - **b** 503: the server says that it is busy
# - **c** no answer within the second

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.10", guess, among=["a", "b", "c"])

# %% [markdown]
# The function below lets requests wait at the server's brake: `operator_client.send` sends them without waiting for their
# answers, `ends` waits. Then `/healthz` is asked twice: on the clients' port, and on a port of its own, `probes`, for which
# two other threads stand by. That is where `look` asked, too.


# %% tags=["taught"]
def slow_requests(server, number):
    server.brake.touch()
    sent = operator_client.send(server.url, request, times=number)
    operator_client.wait_until_under_way(server, number)
    return sent


# %% tags=["torch"]
# PyTorch
busy = slow_requests(server_torch, 8)
same_port_torch = operator_client.probe(f"{server_torch.base}/healthz", seconds=1)
own_port_torch = operator_client.probe(f"{server_torch.probes}/healthz", seconds=30)
server_torch.brake.unlink()
came_torch = operator_client.ends(busy)

# %% tags=["tf"]
# TensorFlow
busy = slow_requests(server_tf, 8)
same_port_tf = operator_client.probe(f"{server_tf.base}/healthz", seconds=1)
own_port_tf = operator_client.probe(f"{server_tf.probes}/healthz", seconds=30)
server_tf.brake.unlink()
came_tf = operator_client.ends(busy)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and what became of the eight requests.
parity.verdict("on the clients' port", same_port_torch, same_port_tf)
probed = {
    "a": same_port_torch == 200,
    "b": same_port_torch == 503,
    "c": same_port_torch == "no answer",
}
exercises.outcome("P10.10", exercises.first_true(probed))
parity.verdict("on a port of its own", [own_port_torch, own_port_tf], [200, 200])
parity.verdict("the eight slow requests", [came_torch, came_tf], [[200] * 8] * 2)

# %% [markdown]
# The probe needs no model, but it needs a *thread*, and all eight were taken: it waited in line behind the clients. Nothing
# was wrong with the server. All the same it would have been ended, with eight requests in it. Their clients ask the other
# servers, which are busy as well, and the next probe fails.
#
# So ask for life where load does not reach: on another port, with threads of its own. And never by a prediction.

# %% [markdown]
# ## 10e.3 What it counts
#
# `/metrics` answers what the server has counted, as text for [Prometheus](https://prometheus.io/docs/concepts/data_model/),
# a program that collects such pages from all servers, four times a minute say, and draws and alarms. A *counter* only
# grows, a *gauge* goes up and down, a *histogram* counts how many requests took at most so many seconds.
#
# `operator_client.page` gives a part of the page, `by_code` adds requests up by status code.

# %% tags=["torch"]
# PyTorch
print(operator_client.page(server_torch))
asked_torch = operator_client.by_code(server_torch)

# %% tags=["tf"]
# TensorFlow
print(operator_client.page(server_tf))
asked_tf = operator_client.by_code(server_tf)

# %% tags=["verdict", "folded"]
# Folded: compares what was counted.
parity.verdict("requests by status code", asked_torch, asked_tf)
parity.verdict(
    "one refused while loading, ten answered", asked_torch, {"200": 10, "503": 1}
)

# %% [markdown]
# The ten are one by `look`, 64 pictures in one request, and the eight.
#
# TensorFlow Serving has such a page, too, once
# [a file says so](https://www.tensorflow.org/tfx/serving/serving_config#monitoring_configuration)
# (`--monitoring_config_file`). Its names: `:tensorflow:serving:request_count` with `model_name` and `status`, and
# `:tensorflow:serving:request_latency`, a histogram in *micro*seconds, with `model_name`, `API` and `entrypoint`.

# %% [markdown]
# ### Exercise 10.6: a counter across restarts (5 minutes)
#
# A counter lives in its process: when the server restarts, it begins again at 0. Prometheus has read 900, 950, 20, 70.
# That is 50 new requests, a restart, 20 and 50 new ones: 120 in all.
#
# Write `answer(readings)`: for a list of readings of one counter, in order of time, the number of new requests since the
# first reading. A reading that is smaller than the one before it tells of a restart. For one reading, or none, it is 0.

# %% tags=["exercise"]
answer = ...  # a function of readings


# solution
def answer(readings):
    new = 0
    for before, after in zip(readings, readings[1:]):
        if after >= before:
            new += after - before
        else:
            new += after
    return new


# wrong: less the first
def answer(readings):
    return readings[-1] - readings[0] if readings else 0


# wrong: the new reading counts, too
def answer(readings):
    new = 0
    for before, after in zip(readings, readings[1:]):
        new += max(after - before, 0)
    return new


# wrong: not the distance to the old one
def answer(readings):
    new = 0
    for before, after in zip(readings, readings[1:]):
        new += abs(after - before)
    return new


# %% tags=["check"]
exercises.check("10.6", answer)

# %% [markdown]
# ## 10e.4 A canary
#
# Version 2 comes, and some users shall try it first: it is the [canary](glossary.md#canary). Lesson 10b's file holds and
# names both versions. It is written before version 2 is there, else version 2 would take version 1's place. From now on
# everybody must ask by a label: who names none gets the newest, which is version 2.
#
# What nobody knows yet: whoever exported version 2 shifted the digits by one. It reads a 3 and says 4.

# %% tags=["taught"]
shifted = dict(w)
shifted["digit"] = np.roll(w["digit"], 1, axis=1)
shifted["digit bias"] = np.roll(w["digit bias"], 1)
both = {
    "model_version_policy": {"specific": {"versions": [1, 2]}},
    "version_labels": {"stable": 1, "canary": 2},
}

# %% [markdown]
# Who decides which request goes to the canary? TensorFlow Serving leaves it to the clients, or to what stands before them.
# Our first try is a coin: each request goes to the canary with a chance of 30 %. Fifteen users ask eight times each, always
# for one and the same picture.
#
# **Predict.** How many of them are told two different digits for their picture?
#
# - **a** none
# - **b** about a third of them
# - **c** more than two thirds of them

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.11", guess, among=["a", "b", "c"])

# %% [markdown]
# `coin` makes the function that chooses a label. `told` lets all users ask, and returns the digits that each was told.


# %% tags=["taught"]
def coin(seed):
    rng = np.random.default_rng(seed)

    def choose(user):
        return "canary" if rng.random() < 0.3 else "stable"

    return choose


def told(server, choose):
    found = {f"user-{number}": set() for number in range(15)}
    for user in list(found) * 8:
        where = f"/labels/{choose(user)}"
        answer = client.probabilities(server.url, x[:1], where)
        found[user].add(int(answer.argmax()))
    return {user: sorted(numbers) for user, numbers in found.items()}


# %% tags=["torch"]
# PyTorch
digit_torch.export(digit_torch.network(shifted), folder / "torch-2")
model_config.write(store_torch, both)
(folder / "torch-2").rename(store_torch / "2")
client.wait_for(server_torch.url, {"1": "AVAILABLE", "2": "AVAILABLE"})
told_torch = told(server_torch, coin(seed))

# %% tags=["tf"]
# TensorFlow
digit_tf.export(digit_tf.network(shifted), folder / "tf-2")
model_config.write(store_tf, both)
(folder / "tf-2").rename(store_tf / "2")
client.wait_for(server_tf.url, {"1": "AVAILABLE", "2": "AVAILABLE"})
told_tf = told(server_tf, coin(seed))

# %% tags=["verdict", "folded"]
# Folded: how many users were told two digits.
parity.verdict("what users were told", told_torch, told_tf)
mixed = sum(len(found) == 2 for found in told_torch.values())
print(f"{mixed} of {len(told_torch)} users were told two digits for one picture")
options = {"a": mixed == 0, "b": mixed <= 10, "c": mixed > 10}
exercises.outcome("P10.11", exercises.first_true(options))

# %% [markdown]
# The coin is fair to requests, not to users. Who asks eight times escapes the canary with the chance $0.7^8$, 6 %. So
# nearly everybody meets both versions, and whoever complains cannot be told which one it was.

# %% [markdown]
# ### Exercise 10.7: always the same users (5 minutes)
#
# Let the *user's name* decide. Write `answer(user, percent)`: True where the user, a text, shall try the new version. Take
# the SHA-256 digest of the text's UTF-8 bytes, as hexadecimal digits (`hashlib.sha256(...).hexdigest()`), read the first
# eight of them as one number, and take its remainder by 100. Who is below `percent` tries the new version.
#
# Each user then stays on one side, in every process; and who is among the first 5 % is still there at 30 %.

# %% tags=["exercise"]
answer = ...  # a function of user and percent
# solution
import hashlib


def answer(user, percent):
    digest = hashlib.sha256(user.encode()).hexdigest()
    return int(digest[:8], 16) % 100 < percent


# wrong: another number in every Python process
def answer(user, percent):
    return hash(user) % 100 < percent


# wrong: the comparison is `<`
def answer(user, percent):
    digest = hashlib.sha256(user.encode()).hexdigest()
    return int(digest[:8], 16) % 100 <= percent


# wrong: not all
def answer(user, percent):
    digest = hashlib.sha256(user.encode()).hexdigest()
    return int(digest, 16) % 100 < percent


# %% tags=["check"]
exercises.check("10.7", answer)

# %% [markdown]
# `operator_client.in_canary` is such a function. The same users ask again. Then we look at the canary as an operator does,
# by what was counted (the coin's requests are still in it), and as an operator does not, by its answers.


# %% tags=["taught"]
def by_name(user):
    return "canary" if operator_client.in_canary(user, 30) else "stable"


# %% tags=["torch"]
# PyTorch
named_torch = told(server_torch, by_name)
counted_torch = operator_client.by_code(server_torch, label="canary")
stable = client.probabilities(server_torch.url, x, "/labels/stable").argmax(1)
canary = client.probabilities(server_torch.url, x, "/labels/canary").argmax(1)
agree_torch = float(np.mean(stable == canary))

# %% tags=["tf"]
# TensorFlow
named_tf = told(server_tf, by_name)
counted_tf = operator_client.by_code(server_tf, label="canary")
stable = client.probabilities(server_tf.url, x, "/labels/stable").argmax(1)
canary = client.probabilities(server_tf.url, x, "/labels/canary").argmax(1)
agree_tf = float(np.mean(stable == canary))

# %% tags=["verdict", "folded"]
# Folded: who was told two digits, the canary's codes, and its answers.
parity.verdict("what users were told", named_torch, named_tf)
mixed = sum(len(found) == 2 for found in named_torch.values())
tried = sum(by_name(user) == "canary" for user in named_torch)
print(f"{tried} users tried the canary; {mixed} were told two digits")
parity.verdict("what the canary's requests got", counted_torch, counted_tf)
print(f"the canary's status codes: {counted_torch}")
parity.verdict("pictures of 64 read alike", agree_torch, agree_tf)
print(f"of the 64 pictures both versions read {agree_torch:.0%} alike")

# %% [markdown]
# For the operator the canary is in perfect health: each request got its 200. Only the *answers* are wrong. So compare
# answers, too: send a part of the requests to both versions and count where they differ. How much
# difference is too much, the owner of the model must say, beforehand.
#
# Going back is one write: the label moves, and the clients' address stays.

# %% tags=["taught"]
back = {**both, "version_labels": {"stable": 1, "canary": 1}}

# %% tags=["torch"]
# PyTorch
model_config.write(store_torch, back)
operator_client.wait_until_like(server_torch, x, "/labels/canary", own_torch)
again_torch = client.probabilities(server_torch.url, x, "/labels/canary")

# %% tags=["tf"]
# TensorFlow
model_config.write(store_tf, back)
operator_client.wait_until_like(server_tf, x, "/labels/canary", own_tf)
again_tf = client.probabilities(server_tf.url, x, "/labels/canary")

# %% tags=["verdict", "folded"]
# Folded: do the canary's users get what version 1 says?
parity.verdict("PyTorch, label canary: version 1", again_torch, own_torch, atol=1e-6)
parity.verdict("TensorFlow, label canary: version 1", again_tf, own_tf, atol=1e-6)

# %% [markdown]
# ## 10e.5 Leaving without losing
#
# Every update ends servers. The orchestrator sends the signal SIGTERM, waits a while (Docker 10 seconds, Kubernetes 30 by
# default), and kills what is still there. Three slow requests are under way when the signal comes. Our server has no code
# for it, as those of lesson 10a have none.
#
# **Predict.** What do the three clients get?
#
# - **a** their answers: the signal waits until they are done
# - **b** a 503
# - **c** nothing: their connections break

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.12", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
under_way = slow_requests(server_torch, 3)
operator_client.terminate(server_torch)
ended_torch = operator_client.ends(under_way)
operator_client.wait_until_gone(server_torch)

# %% tags=["tf"]
# TensorFlow
under_way = slow_requests(server_tf, 3)
operator_client.terminate(server_tf)
ended_tf = operator_client.ends(under_way)
operator_client.wait_until_gone(server_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
parity.verdict("what the three clients got", ended_torch, ended_tf)
gone = {
    "a": ended_torch == [200] * 3,
    "b": ended_torch == [503] * 3,
    "c": ended_torch == ["lost"] * 3,
}
exercises.outcome("P10.12", exercises.first_true(gone))

# %% [markdown]
# A process that has no handler for SIGTERM is simply gone. (As the first process of a container it is not even that: there
# the signal does nothing, and the kill comes after the wait.) A server that [drains](glossary.md#draining) has one. It
#
# 1. says that it is not ready, so that no more requests are sent to it;
# 2. refuses those that come all the same: 503, with `Retry-After`, since another server will take them;
# 3. answers what is under way;
# 4. ends, at the latest after `grace` seconds.
#
# The same again, with a minute. `operator_client.refusal` shows what a new request gets meanwhile.

# %% tags=["torch"]
# PyTorch
server_torch = servers.start_operated(store_torch, side="torch", grace=60)
operator_client.let_go(server_torch)
under_way = slow_requests(server_torch, 3)
operator_client.terminate(server_torch)
operator_client.wait_until_not_ready(server_torch)
draining_torch = look(server_torch)
refused_torch = operator_client.refusal(server_torch, request)
server_torch.brake.unlink()
drained_torch = operator_client.ends(under_way)
operator_client.wait_until_gone(server_torch)

# %% tags=["tf"]
# TensorFlow
server_tf = servers.start_operated(store_tf, side="tf", grace=60)
operator_client.let_go(server_tf)
under_way = slow_requests(server_tf, 3)
operator_client.terminate(server_tf)
operator_client.wait_until_not_ready(server_tf)
draining_tf = look(server_tf)
refused_tf = operator_client.refusal(server_tf, request)
server_tf.brake.unlink()
drained_tf = operator_client.ends(under_way)
operator_client.wait_until_gone(server_tf)

# %% tags=["verdict", "folded"]
# Folded: what was said while it drained, and what became of the three requests.
parity.verdict(
    "draining: alive, not ready, no prediction",
    [draining_torch, draining_tf],
    [(200, 503, 503)] * 2,
)
parity.verdict(
    "a new request, and Retry-After", [refused_torch, refused_tf], [(503, "1")] * 2
)
parity.verdict("those under way", [drained_torch, drained_tf], [[200] * 3] * 2)
print("lost:", drained_torch.count("lost") + drained_tf.count("lost"))
servers.stop()

# %% [markdown]
# The last gap is outside the server. While the news "not ready" spreads, requests still come, and one that comes a moment
# after the end finds a closed port. So orchestrators can wait *before* they send the signal: Kubernetes calls that a
# `preStop` hook.

# %% [markdown]
# ## 10e.6 In a cluster
#
# An image and four fields: that is all that this lesson is in a cluster. The files stand beside the server:
# [Dockerfile](chapters/ch10/workers/Dockerfile), [kubernetes.yaml](chapters/ch10/workers/kubernetes.yaml). This is the part
# that speaks of probes.

# %% tags=["taught"]
place = Path(operations.__file__).with_name("workers")
text = (place / "kubernetes.yaml").read_text(encoding="utf-8")
print(text[text.index("          startupProbe") : text.index("          resources")])

# %% tags=["verdict", "folded"]
# Folded: are the probes' paths those that the server answers?
lines = [line.split() for line in text.splitlines()]
paths = {words[1] for words in lines if words and words[0] == "path:"}
unknown = sorted(paths - set(operations.PROBES))
parity.verdict("probes of paths that the server does not know", len(unknown), 0)

# %% [markdown]
# `startupProbe` gives the model two minutes to load, and only then the others begin. Further up in the file stands
# `terminationGracePeriodSeconds`, 40: the sum of `preStop` (5) and `--grace` (30) stays below it, else the kill comes first.
#
# In the Dockerfile the command is a list. Written as a text it would be run by a shell. That one then gets SIGTERM, and on
# Debian does not pass it on: a server that drains in your tests, and is killed in the cluster.

# %% [markdown]
# ## 10e.7 Quiz

# %%
exercises.quiz("10e")

# %% [markdown]
# ## 10e.8 Verdicts

# %%
claims.close("10e")

# %% [markdown]
# ## 10e.9 Summary and further reading
#
# - Alive: else end it. Ready: else send it nothing. Two questions, two addresses, two answers.
# - A probe that waits behind clients ends busy servers. Give it threads of its own.
# - Counters tell that a server answers, not that it is right. Compare a canary's answers.
# - Let a user's name choose the version, and a label lead to it: going back is one write.
# - Drain: not ready, refuse, finish, end. And be told: SIGTERM must reach the process.
#
# Further reading: [Kubernetes on probes](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/)
# and [on the end of a pod](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination),
# [Prometheus on instrumentation](https://prometheus.io/docs/practices/instrumentation/). Next:
# [another door: gRPC](10f_another_door_grpc.ipynb).
