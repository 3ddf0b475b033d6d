# %% [markdown]
# # 10g. A queue with a limit
#
# A load test says that all is well, and on Monday every answer comes too late. You find out what the test could not see,
# and what a limit does to a line.
#
# > **Minutes**: 35 · **Needs**: lessons 10c and 10f · **Claims tested**: none
# >
# > **You will be able to**
# > - say which load can be too much for a server (prediction P10.16)
# > - see what a load test leaves out (prediction P10.17)
# > - say what a limit does for those who are let in (prediction P10.18)
# > - write a line with a limit (exercise 10.10)
# > - fill a batch up to an allowed size (exercise 10.11)
# > - tell what a client hears at a full queue, and who is not computed (verdict in 10g.5)
#
# `seed` chooses the weights, `fast` sends fewer requests in the last section, and `device` changes nothing here.

# %% tags=["setup"]
from helpers import session

session.start("10g")

import numpy as np

from chapters.ch10 import batching, figures, impatience, overload, training
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

# %% [markdown]
# ## 10g.1 Two ways to ask
#
# Lesson 10c's clients asked again as soon as they had their answer: a [closed loop](glossary.md#closed-loop). The users of
# a page know nothing of each other. Their requests come when they come: an [open loop](glossary.md#open-loop).
#
# To see the difference clearly, we take the clock away. Times are whole milliseconds: a call takes 100, and one call runs
# at a time. So this server manages 10 requests a second, and no machine makes it slower.

# %% tags=["taught"]
CALL = 100  # milliseconds


def closed_load(clients, end):
    """Milliseconds from each request to its answer; each client then asks again."""
    asked = [0] * clients  # when each client has asked
    free, took = 0, []
    while free < end:
        came = min(asked)
        free = max(free, came) + CALL
        took.append(free - came)
        asked[asked.index(came)] = free
    return took


def open_load(arrivals):
    """The same for requests that come at these milliseconds, in order."""
    free, took = 0, []
    for came in arrivals:
        free = max(free, came) + CALL
        took.append(free - came)
    return took


# %% tags=["taught"]
MINUTE = 60_000
for clients in (1, 5, 50):
    took = closed_load(clients, MINUTE)
    print(f"clients {clients}: {len(took)} requests, the last waits {took[-1]} ms")

# %% [markdown]
# Fifty clients send no more than one: each waits for its answer first, and so the server sets the pace. With $n$ clients a
# request waits for $n$ calls, today and tomorrow. **A closed load cannot be too much.**
#
# Now an open load, a little too much: a request every 80 ms, for a minute. That is 12.5 a second where 10 are managed.
#
# **Predict.** How long does the last one wait?
#
# - **a** 125 ms: the load is a quarter too high
# - **b** about a second
# - **c** more than ten seconds

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.16", guess, among=["a", "b", "c"])

# %% tags=["taught"]
arrivals = list(range(0, MINUTE, 80))
took_open = open_load(arrivals)
print(f"{len(arrivals)} requests, the first wait {took_open[:4]} ms")

# %% tags=["verdict", "folded"]
# Folded: which option came true.
last = took_open[-1]
print(f"the last one waits {last:,} ms")
options = {"a": last < 500, "b": last <= 10_000, "c": last > 10_000}
exercises.outcome("P10.16", exercises.first_true(options))

# %% [markdown]
# Each request waits 20 ms longer than the one before it, and nothing ends that. The rate is a quarter too high; the wait
# has no bound. (Real requests do not come evenly. Then lines form even below the limit, and sooner.)

# %% [markdown]
# ## 10g.2 What the test did not see
#
# A server stands still for 6 of 60 seconds: it loads a model, say. Two load tests run meanwhile: a closed one with one
# client, and an open one with a request every 200 ms, half of what the server manages.

# %% tags=["taught"]
PAUSE = range(20_000, 26_000)  # in these milliseconds no call begins


def begins(moment):
    """When a call begins that could begin at this moment."""
    return PAUSE.stop if moment in PAUSE else moment


def closed_test():
    free, took = 0, []
    while free < MINUTE:
        came = free
        free = begins(came) + CALL
        took.append(free - came)
    return took


def open_test():
    free, took = 0, []
    for came in range(0, MINUTE, 200):
        free = begins(max(free, came)) + CALL
        took.append(free - came)
    return took


# %% [markdown]
# **Predict.** Which p99 do the two reports give, the time that one request in a hundred exceeds?
#
# - **a** both: about 6 seconds
# - **b** the closed one: 100 ms; the open one: about 6 seconds
# - **c** the closed one: about 6 seconds; the open one: 100 ms
# - **d** both: 100 ms

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P10.17", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
slow = {}
for name, took in {"closed": closed_test(), "open": open_test()}.items():
    p50, p99 = np.percentile(took, [50, 99])
    slow[name] = p99
    late = sum(one > 1000 for one in took)  # more than a second
    print(f"{name}: p50 {p50:.0f} ms, p99 {p99:.0f} ms, late: {late} of {len(took)}")

# %% tags=["verdict", "folded"]
# Folded: which option came true.
seen = {name: p99 > 1000 for name, p99 in slow.items()}
options = {
    "a": seen["closed"] and seen["open"],
    "b": not seen["closed"] and seen["open"],
    "c": seen["closed"] and not seen["open"],
    "d": True,
}
exercises.outcome("P10.17", exercises.first_true(options))

# %% [markdown]
# The closed client met the pause once, and while it waited it asked nothing. All that it would have asked in these seconds
# is missing in its report: it has *coordinated* its asking with the server, so this is called
# [coordinated omission](glossary.md#coordinated-omission). The users were there, all the same.
#
# So send at times that are fixed before, and count from the moment at which a request *should* have gone.

# %% [markdown]
# ## 10g.3 A limit
#
# Back to the load that is a quarter too high. A client waits for a second, then its user is gone. The server gets a
# *limit*: where five requests wait, the next one is refused at once.
#
# **Predict.** How many of the 750 get their answer within the second?
#
# - **a** fewer than without a limit, since some are refused
# - **b** about as many
# - **c** more than five times as many

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P10.18", guess, among=["a", "b", "c"])

# %% [markdown]
# We ask the real queue of [batching.py](chapters/ch10/batching.py). Its rules stand apart from its threads and its clock,
# so `overload.simulated` can play them with our milliseconds. The names are TensorFlow Serving's; for now a "batch" is one
# request.

# %% tags=["taught"]
PATIENCE = 1000  # milliseconds
no_limit = batching.Parameters(
    max_batch_size=1, batch_timeout_micros=0, max_enqueued_batches=1_000_000
)
five = no_limit._replace(max_enqueued_batches=5)


def cost(rows):
    return 90 + 10 * rows  # a row alone: 100 ms, as before


runs = {
    "no limit": overload.simulated(arrivals, no_limit, cost),
    "five may wait": overload.simulated(arrivals, five, cost),
    "a deadline": overload.simulated(arrivals, no_limit, cost, PATIENCE),
}

# %% tags=["verdict", "folded"]
# Folded: the queue's rules against open_load, the table, and which option came true.
by_rules = [request.took for request in runs["no limit"].requests]
parity.verdict("without a limit, the queue and open_load", by_rules, took_open)
overload.show_runs(runs, PATIENCE)
without, limited = (
    runs[name].within(PATIENCE) for name in ("no limit", "five may wait")
)
options = {"a": limited < without, "b": limited <= 5 * without, "c": True}
exercises.outcome("P10.18", exercises.first_true(options))

# %% tags=["folded"]
# Folded: draws what each request waits.
figures.waits(runs, PATIENCE)

# %% [markdown]
# Both servers work all the time, and answer ten requests a second. Without a limit nearly all of that work is for users who
# are gone. With it some hear "no" at once, and can ask another server; the others wait 580 ms at most. That is
# [backpressure](glossary.md#backpressure): the server tells its clients that it is full.
#
# The third row is a surprise of its own. There each request has a [deadline](glossary.md#deadline), and who is gone is not
# computed. Yet most are late: the line is now always about a second long, so a call begins just in time, and ends too late.
# **A deadline saves work, a limit saves the answer.** Keep the line shorter than the patience, less a call.

# %% [markdown]
# ### Exercise 10.10: a line with a limit (7 minutes)
#
# Write `answer(arrivals, call, limit)`: as `open_load`, with calls of `call` milliseconds and a limit. Return a list: for
# each request its milliseconds to the answer, or `None` where it is refused.
#
# A request is refused where `limit` others wait when it comes. A request whose call runs does not wait any more; but if its
# call begins at the very moment at which another request comes, it still counts as waiting. A refused one costs no time.

# %% tags=["exercise"]
answer = ...  # a function of arrivals, call and limit


# solution
def answer(arrivals, call, limit):
    begins = []  # of the calls of those who were let in
    free, took = 0, []
    for came in arrivals:
        waiting = sum(begin >= came for begin in begins)
        if waiting >= limit:
            took.append(None)
            continue
        begin = max(free, came)
        free = begin + call
        begins.append(begin)
        took.append(free - came)
    return took


# wrong: the request that is computed does not wait
def answer(arrivals, call, limit):
    ends, free, took = [], 0, []
    for came in arrivals:
        if sum(end >= came for end in ends) >= limit:
            took.append(None)
            continue
        free = max(free, came) + call
        ends.append(free)
        took.append(free - came)
    return took


# wrong: a refused request costs no call
def answer(arrivals, call, limit):
    begins, free, took = [], 0, []
    for came in arrivals:
        waiting = sum(begin >= came for begin in begins)
        begin = max(free, came)
        free = begin + call
        if waiting >= limit:
            took.append(None)
            continue
        begins.append(begin)
        took.append(free - came)
    return took


# wrong: one too many waits
def answer(arrivals, call, limit):
    begins, free, took = [], 0, []
    for came in arrivals:
        if sum(begin >= came for begin in begins) > limit:
            took.append(None)
            continue
        begins.append(max(free, came))
        free = begins[-1] + call
        took.append(free - came)
    return took


# %% tags=["check"]
exercises.check("10.10", answer)

# %% [markdown]
# ## 10g.4 Company, in sizes that are allowed
#
# A call for eight rows costs little more than for one: 170 ms in our `cost`. So a line of requests is also a chance: let
# those who wait share a call. Lesson 10c did that with any number of rows. TensorFlow Serving can be told
# `allowed_batch_sizes`, and then fills a batch up to the next of them. Compilers and GPUs prepare themselves for each size
# that they meet (lesson 3a), so few sizes are better than all.

# %% tags=["taught"]
together = batching.Parameters(
    max_batch_size=8,
    batch_timeout_micros=0,
    max_enqueued_batches=2,
    allowed_batch_sizes=(1, 2, 4, 8),
)
crowds = {}
for gap in (80, 40, 25, 20):
    coming = range(0, MINUTE, gap)
    crowds[f"every {gap} ms"] = overload.simulated(coming, together, cost)

# %% tags=["folded"]
# Folded: the table.
overload.show_runs(crowds, PATIENCE)

# %% [markdown]
# What was too much before is easy now, and so is three times as much. A limit is needed all the same: in the last row it
# is at work.
#
# But does a picture's answer depend on its company, and on rows that only fill up? Four requests wait together: of 3, 4, 2
# and 1 pictures. To make them wait, `impatience.Slow` (lesson 10f) holds a first request in its call until we let it go on;
# `overload.in_line` lets the others line up. No clock decides anything.

# %% tags=["taught"]
digits = data.digits()
x = digits.x_test[:10]
w = training.weights(digits, seed, epochs=1)
requests = [x[:3], x[3:7], x[7:9], x[9:]]


def in_company(call):
    """The answers to requests that wait together, one array, and each call's rows."""
    call(x)  # once before: a first call is slow
    model = impatience.Slow(call)
    served = batching.Batched(model, together)
    line = overload.in_line(served, model, [(part, None) for part in requests])
    model.go_on.set()
    answers = [one.result(60) for one in line]
    return np.concatenate(answers), model.sizes


# %% tags=["torch"]
# PyTorch
model_torch = digit_torch.network(w)


def call_torch(images):
    with torch.inference_mode():
        return torch_side.to_numpy(model_torch(torch.from_numpy(images)))


alone_torch = np.concatenate([call_torch(x[k : k + 1]) for k in range(10)])
shared_torch, sizes_torch = in_company(call_torch)
print(sizes_torch)

# %% tags=["tf"]
# TensorFlow
model_tf = digit_tf.network(w)


def call_tf(images):
    return tf_side.to_numpy(model_tf(tf.constant(images)))


alone_tf = np.concatenate([call_tf(x[k : k + 1]) for k in range(10)])
shared_tf, sizes_tf = in_company(call_tf)
print(sizes_tf)

# %% tags=["verdict", "folded"]
# Folded: one by one and in company, framework against framework, and the calls' rows.
parity.verdict("PyTorch, alone and in company", shared_torch, alone_torch, atol=1e-6)
parity.verdict("TensorFlow, alone and in company", shared_tf, alone_tf, atol=1e-6)
parity.verdict("both frameworks, in company", shared_torch, shared_tf, atol=1e-6)
parity.verdict("the rows of the calls", sizes_torch, sizes_tf)

# %% [markdown]
# The first call is the one that was held. Then 3 and 4 rows share a call of 8. The next request did not fit, and none is cut
# in two: 2 and 1 share a call of 4. Each gets its own rows back, and the padding is thrown away.
#
# Equal, but not promised to the last bit: a product of another size may add in another order (lesson 6f). And it holds for a
# network that treats rows one by one. A batch norm in training mode would mix them.

# %% [markdown]
# ### Exercise 10.11: the size of a call (4 minutes)
#
# Write `answer(rows, allowed)`. `rows` says how many rows each waiting request has, in their order; `allowed` are the
# allowed sizes, ascending. Return two numbers: how many requests go into the next call, and how many rows that call has,
# padding counted.
#
# Requests go in their order, as many as fit into the largest size; nobody overtakes. No request has more rows than that.
# Where nobody waits, return `(0, 0)`.

# %% tags=["exercise"]
answer = ...  # a function of rows and allowed


# solution
def answer(rows, allowed):
    total, count = 0, 0
    for one in rows:
        if total + one > allowed[-1]:
            break
        total += one
        count += 1
    if count == 0:
        return 0, 0
    return count, min(size for size in allowed if size >= total)


# wrong: nobody overtakes
def answer(rows, allowed):
    total, count = 0, 0
    for one in rows:
        if total + one <= allowed[-1]:
            total += one
            count += 1
    if count == 0:
        return 0, 0
    return count, min(size for size in allowed if size >= total)


# wrong: not always the largest
def answer(rows, allowed):
    total, count = 0, 0
    for one in rows:
        if total + one > allowed[-1]:
            break
        total += one
        count += 1
    return count, allowed[-1] if count else 0


# %% tags=["check"]
exercises.check("10.11", answer)

# %% [markdown]
# ## 10g.5 What a refused client hears
#
# Now the line is full: one request is held in its call, and eight rows wait, as many as `narrow` lets in. One more client
# asks, over REST and over gRPC.
#
# Three of those who wait have a deadline of five seconds. Our queue takes its time from a function, so we move its clock
# ourselves: six seconds go by in no time. Then the held call ends.


# %% tags=["taught"]
narrow = together._replace(max_enqueued_batches=1)


def full_line(call):
    """What one more client hears, what became of the line, and each call's rows."""
    call(x)
    now = [0.0]  # the queue's clock, in seconds
    model = impatience.Slow(call)
    served = batching.Batched(model, narrow, clock=lambda: now[0])
    asked = [(x[:2], 5), (x[2:3], 5), (x[3:4], None), (x[4:6], 5), (x[6:8], None)]
    line = overload.in_line(served, model, asked, clock=lambda: now[0])
    heard = overload.said_at_both_doors(served, x[8:9])
    now[0] = 6.0
    model.go_on.set()
    return heard, overload.ended(line), model.sizes


# %% tags=["torch"]
# PyTorch
heard_torch, became_torch, rows_torch = full_line(call_torch)
print(heard_torch["REST"])
print(heard_torch["gRPC"])

# %% tags=["tf"]
# TensorFlow
heard_tf, became_tf, rows_tf = full_line(call_tf)
print(heard_tf["REST"])
print(heard_tf["gRPC"])

# %% tags=["verdict", "folded"]
# Folded: do both say the same, and who was computed?
parity.verdict("over REST", heard_torch["REST"], heard_tf["REST"])
parity.verdict("over gRPC", heard_torch["gRPC"], heard_tf["gRPC"])
parity.verdict("what became of the line", became_torch, became_tf)
for one in became_torch:
    print("  ", one)
parity.verdict("the rows of the calls", rows_torch, rows_tf)
print("   rows of each call:", rows_torch)

# %% [markdown]
# A full queue is no fault of the client, so it is no 400: 503 over REST, `UNAVAILABLE` over gRPC, which both mean "later, or
# elsewhere". `Retry-After` says when. (TensorFlow Serving has the same two; the header is ours.)
#
# A second call of four rows: three rows were for clients who still waited, and one fills up. Those whose time was over were
# not computed; over gRPC they would have heard `RESOURCE_EXHAUSTED`, had they still listened.
#
# If all refused clients come back after exactly one second, they come back together. So clients wait a random time, longer
# after each refusal, and give up in the end: else the retries are an open load of their own.

# %% [markdown]
# ## 10g.6 By the clock
#
# At last a real clock. Each call sleeps 20 ms, as if the network were larger, so the server manages 50 requests a second.
# Twice as many come, each in a thread of its own, at times that are fixed before.

# %% tags=["taught"]
count = 50 if fast else 500
fixed = [10 * k for k in range(count)]


def queues(call):
    """What becomes of the load: alone without a limit, with one, and in company."""
    call(x)
    found = {}
    for name, rules in {
        "no limit": no_limit,
        "five": five,
        "company": together,
    }.items():
        model = overload.Slowed(call, 0.02)
        found[name] = overload.by_the_clock(model, rules, x[:1], fixed)
    return found


# %% tags=["torch"]
# PyTorch
clock_torch = queues(call_torch)

# %% tags=["tf"]
# TensorFlow
clock_tf = queues(call_tf)

# %% tags=["verdict", "folded"]
# Folded: what the clock says.
for name in ("no limit", "five", "company"):
    parity.by_clock(f"PyTorch, {name}", overload.told(clock_torch[name]))
    parity.by_clock(f"TensorFlow, {name}", overload.told(clock_tf[name]))

# %% [markdown]
# On a quiet machine it is the simulation again: without a limit the last waits longest, with one a good part is refused, in
# company nearly all are answered. The longer the load lasts (`fast = False`), the clearer.

# %% [markdown]
# ## 10g.7 Quiz

# %%
exercises.quiz("10g")

# %% [markdown]
# ## 10g.8 Verdicts

# %%
claims.close("10g")

# %% [markdown]
# ## 10g.9 Summary and further reading
#
# - A closed load adapts to the server and hides what it omits; an open load does not.
# - Above what a server manages, the wait grows without a bound. A limit keeps it, and refuses the rest at once.
# - A deadline saves work for clients who are gone. A limit shorter than their patience saves the answers.
# - Company raises what a server manages. Allowed sizes are filled up, and a row's answer stays what it was.
# - 503 with `Retry-After`, or `UNAVAILABLE`: later, and not all at once.
#
# Further reading: [open and closed loads](https://www.usenix.org/conference/nsdi-06/open-versus-closed-cautionary-tale)
# (Schroeder, Wierman and Harchol-Balter), [TensorFlow Serving's
# batching](https://github.com/tensorflow/serving/blob/master/tensorflow_serving/batching/README.md),
# [handling overload](https://sre.google/sre-book/handling-overload/). Next: chapter
# 11, [one model, three runtimes](11a_one_model_three_runtimes.ipynb).
