# %% [markdown]
# # 7d. Speed and memory
#
# You measure what feeds a network, what a step costs in every way that this machine offers, and where its memory goes.
# What you choose within a framework matters more than you think.
#
# > **Minutes**: 33 · **Needs**: lesson 7a · **Claims tested**: C14, C57, C58
# >
# > **You will be able to**
# > - say in which order a shuffle serves (prediction P7.6)
# > - find out what makes a step slow, before you blame the framework (prediction P7.7 and claim C58)
# > - say when compiling pays (exercise 7.6)
# > - say what a step's memory goes to (prediction P7.8 and claim C14)
#
# `fast` measures fewer rounds, `seed` draws other weights and pictures, `device` says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("07d")

import time
from functools import partial

import numpy as np

from chapters.ch07 import figures, measuring, scans
from helpers import claims, exercises, parity, show, timing

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch07 import training_torch
from helpers import torch_side

torch.backends.cudnn.allow_tf32 = False  # full float32 until section 7d.5

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch07 import training_tf
from helpers import tf_side

tf.config.experimental.enable_tensor_float_32_execution(False)

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 7d.1 In which order?
#
# Until now our batches came from NumPy. Both frameworks bring an [input pipeline](glossary.md#input-pipeline) that shuffles:
# PyTorch's `DataLoader`, and TensorFlow's `tf.data`. With each scan we serve its place in the file, to see what they do.
# Our file is sorted by form.
#
# **Predict.** TensorFlow's pipeline says `shuffle(100)`. From where can the 64 scans of its first batch come?
#
# - **a** from the whole file
# - **b** from about the first 160 scans
# - **c** from the first 100 scans
# - **d** from the first 64 scans

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.6", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
x_learn, y_learn, _, _ = scans.split()  # forms 1 to 10, without form 11
places = np.arange(len(x_learn))

# %% tags=["torch"]
# PyTorch
pairs_torch = torch.utils.data.TensorDataset(
    torch.from_numpy(x_learn), torch.from_numpy(places)
)
loader_torch = torch.utils.data.DataLoader(
    pairs_torch,
    batch_size=64,
    shuffle=True,
    generator=torch.Generator().manual_seed(seed),
)
served_torch = [(x.numpy(), at.numpy()) for x, at in loader_torch]
print(served_torch[0][1])

# %% tags=["tf"]
# TensorFlow
pairs_tf = tf.data.Dataset.from_tensor_slices((x_learn, places))
loader_tf = pairs_tf.shuffle(100, seed=seed).batch(64)
served_tf = [(x.numpy(), at.numpy()) for x, at in loader_tf]
print(served_tf[0][1])

# %% tags=["verdict", "folded"]
# Folded: does each scan come once, and from where do the first 64 come?
order_torch = np.concatenate([at for _, at in served_torch])
order_tf = np.concatenate([at for _, at in served_tf])
parity.verdict(
    "places served in an epoch, sorted", np.sort(order_torch), np.sort(order_tf)
)
last = order_tf[:64].max()
letter = exercises.first_true(
    {"d": last < 64, "c": last < 100, "b": last < 163, "a": True}
)
exercises.outcome("P7.6", letter)
far = bool(order_torch[:64].max() >= 163)
print(f"the DataLoader's first batch reaches further: {far}")

# %% tags=["folded"]
# Folded: draws the place in the file against the order of serving.
figures.orders(order_torch, order_tf)

# %% [markdown]
# `shuffle(100)` fills a buffer with 100 scans and draws from it; for each scan drawn, the next one of the file comes in.
# So the first batch holds the handwriting of one or two people. The `DataLoader` draws from all. Give the buffer the size
# of the whole set: `shuffle(len(x_learn))`.

# %% [markdown]
# A pipeline that shuffles is also a bad place to split. A hundred places; twenty are set aside to watch, the others are
# learned from, for five epochs. How many of the watched ones were learned from?

# %% tags=["torch"]
# PyTorch
dice = torch.Generator().manual_seed(seed)
learn, watch = torch.utils.data.random_split(range(100), [80, 20], generator=dice)
leaked_torch = len(set(watch) & set(learn))
print(leaked_torch)


# %% tags=["tf"]
# TensorFlow
def leaked(shuffled):
    """How many of the 20 watched places were also learned from."""
    watched = {int(place) for place in shuffled.take(20)}
    learned = {int(place) for _ in range(5) for place in shuffled.skip(20)}
    return len(watched & learned)


hundred = tf.data.Dataset.range(100)
leaked_tf = leaked(hundred.shuffle(100, seed=seed))
once = hundred.shuffle(100, seed=seed, reshuffle_each_iteration=False)
mended = leaked(once)
print(leaked_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the numbers of watched places that were learned from.
parity.differ("watched and learned from", leaked_torch, leaked_tf)
parity.verdict("mended: shuffled once", leaked_torch, mended)

# %% [markdown]
# `shuffle` draws anew whenever somebody goes through it, and `take` and `skip` cut what is drawn. Split first, then shuffle
# the part that is learned from.

# %% [markdown]
# ## 7d.2 What serving costs
#
# By default both pipelines fetch scan by scan. That pays when each is a file to decode. Ours lie in memory, and there
# whole batches are better: draw 64 places, and fetch them by one indexing. PyTorch's sampler then hands out a list of
# places for each batch, and `batch_size=None` says that a batch is served as it comes. In TensorFlow we shuffle places,
# and `map` looks up what lies there. `prefetch` gets further batches ready while one is in use; `AUTOTUNE` leaves it to
# TensorFlow how many.

# %% tags=["torch"]
# PyTorch
sampler = torch.utils.data.BatchSampler(
    torch.utils.data.RandomSampler(pairs_torch), batch_size=64, drop_last=False
)
whole_torch = torch.utils.data.DataLoader(pairs_torch, sampler=sampler, batch_size=None)
seen_torch = np.concatenate([at.numpy() for _, at in whole_torch])

# %% tags=["tf"]
# TensorFlow
x_tf = tf.constant(x_learn)


def fetch(at):
    return tf.gather(x_tf, at), at


places_tf = tf.data.Dataset.range(len(x_learn)).shuffle(len(x_learn), seed=seed)
whole_tf = places_tf.batch(64).map(fetch).prefetch(tf.data.AUTOTUNE)
seen_tf = np.concatenate([at.numpy() for _, at in whole_tf])

# %% tags=["verdict", "folded"]
# Folded: does each scan come once?
parity.verdict("places served, sorted", np.sort(seen_torch), np.sort(seen_tf))

# %% [markdown]
# And without a pipeline: shuffle the places in NumPy, cut them into batches, index the array. The last way is lesson
# 7a's, which also augments. `timing.compare` runs all of them in turns, so that a machine that slows down is fair to
# all. It wants functions without arguments: `partial(list, loader_torch)` is `list`, with its argument put in already.


# %% tags=["taught"]
def sliced():
    shuffled = np.random.permutation(len(x_learn))
    return [x_learn[at] for at in np.array_split(shuffled, len(x_learn) // 64)]


def augmented():
    return list(scans.batches(x_learn, y_learn, seed, epoch=0))


ways = {
    "arrays, sliced": sliced,
    "DataLoader": partial(list, loader_torch),
    "DataLoader, whole batches": partial(list, whole_torch),
    "tf.data": partial(list, loader_tf),
    "tf.data, whole batches": partial(list, whole_tf),
    "arrays, augmented": augmented,
}

# %% tags=["verdict", "folded"]
# Folded: measures the time of an epoch, and notes how many scans a second.
served = timing.compare(ways, rounds=5, warmup=1)
for name, took in served.items():
    rates = [len(x_learn) / seconds for seconds in took.seconds]
    value = len(x_learn) / took.median
    claims.number(f"data, {name}", value, "scans served/s", min(rates), max(rates))
slow = served["DataLoader"].median
quick = served["DataLoader, whole batches"].median
parity.by_clock("whole batches are served faster in PyTorch", quick < slow)

# %% tags=["folded"]
# Folded: draws the time of an epoch.
figures.served(served, len(x_learn))

# %% [markdown]
# ## 7d.3 The same five steps
#
# Now the training itself. Five batches lie ready on the device; the network is lesson 7a's, the rate is constant. We take
# the same five steps in every way that we know, and keep the ways for later, as functions, in a dict.
#
# Two hints make PyTorch's plain way a good one: `channels_last` keeps the channels of a pixel side by side in memory, and
# `fused=True` lets the optimizer move all weights in one go. TensorFlow runs a step eagerly, operation by operation; as a
# [graph](glossary.md#graph) of one step; or as a graph of all five. `five_steps_tf` gets the step as an argument:
# `step_tf` itself runs eagerly, `one_in_a_graph` is the same step as a graph, and `five_in_a_graph` is the whole loop as
# one graph.

# %% tags=["taught"]
batches = list(scans.batches(x_learn, y_learn, seed, epoch=0))[:5]
start = scans.start_weights(size=8, seed=seed)
print(len(batches), "batches of", batches[0][0].shape)

# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)
model_torch = training_torch.network(start, device_torch)
model_torch.to(memory_format=torch.channels_last)
optimizer_torch = torch.optim.SGD(
    model_torch.parameters(), lr=0.01, momentum=0.9, nesterov=True, fused=True
)
data_torch = []
for pictures, labels in batches:
    pictures = torch.from_numpy(pictures).to(device_torch).permute(0, 3, 1, 2)
    data_torch.append((pictures, torch.from_numpy(labels).to(device_torch)))


def five_steps_torch(network):
    for pictures, labels in data_torch:
        loss = training_torch.loss_of(network(pictures), labels)
        optimizer_torch.zero_grad()
        loss.backward()
        optimizer_torch.step()
    return loss


ways_torch = {"PyTorch, eager": partial(five_steps_torch, model_torch)}
loss_torch = five_steps_torch(model_torch).item()

# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
model_tf = training_tf.network(start, device_tf)
optimizer_tf = tf.keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True)
optimizer_tf.build(model_tf.trainable_variables)
with tf.device(device_tf):
    data_tf = [(tf.constant(x), tf.constant(y)) for x, y in batches]


def step_tf(model, optimizer, pictures, labels):
    with tf.GradientTape() as tape:
        scores = model(pictures, training=True)
        loss = training_tf.loss_of(tf.one_hot(labels, 10), scores)
    slopes = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(slopes, model.trainable_variables))
    return loss


def five_steps_tf(step, model, optimizer):
    for pictures, labels in data_tf:
        with tf.device(device_tf):
            loss = step(model, optimizer, pictures, labels)
    return loss


five_in_a_graph = tf.function(partial(five_steps_tf, step_tf))
one_in_a_graph = tf.function(step_tf)
ways_tf = {
    "TensorFlow, five steps a call": partial(five_in_a_graph, model_tf, optimizer_tf),
    "TensorFlow, step by step": partial(
        five_steps_tf, one_in_a_graph, model_tf, optimizer_tf
    ),
    "TensorFlow, eager": partial(five_steps_tf, step_tf, model_tf, optimizer_tf),
}
loss_tf = five_steps_tf(step_tf, model_tf, optimizer_tf).numpy()

# %% tags=["verdict", "folded"]
# Folded: compares the losses of the fifth step. The rate is constant: no drift.
parity.verdict("the loss of the fifth step", loss_torch, float(loss_tf), atol=1e-3)

# %% [markdown]
# ## 7d.4 Compile it
#
# Both can also make code that is fitted to these shapes. `torch.compile` (which needs a C++ compiler) gets the network
# here, forward and back; loss and optimizer stay as they are. [XLA](glossary.md#xla), by `jit_compile=True`, gets the
# whole step. The first call compiles, and takes as long as many steps. `wait` returns when the device is done: on a GPU,
# a call returns when its work was handed over, so that a clock without `wait` measures the handing over.

# %% tags=["torch"]
# PyTorch
compiled = torch.compile(model_torch)
lacking = []
begin = time.perf_counter()
try:
    five_steps_torch(compiled)
    torch_side.wait()
    claims.number("first call, PyTorch, compiled", time.perf_counter() - begin, "s")
    ways_torch["PyTorch, compiled"] = partial(five_steps_torch, compiled)
except (
    torch._dynamo.exc.BackendCompilerFailed,
    torch._inductor.exc.InductorError,
) as error:
    lacking.append(("first call, PyTorch, compiled", "NOT MEASURED", show.gist(error)))
print(list(ways_torch), lacking)

# %% tags=["tf"]
# TensorFlow
compiled = tf.function(step_tf, jit_compile=True)
begin = time.perf_counter()
five_steps_tf(compiled, model_tf, optimizer_tf)
tf_side.wait()
first_xla = time.perf_counter() - begin
claims.number("first call, TensorFlow, XLA", first_xla, "s")
ways_tf["TensorFlow, XLA"] = partial(five_steps_tf, compiled, model_tf, optimizer_tf)
print(list(ways_tf))

# %% tags=["verdict", "folded"]
# Folded: is the first call of XLA longer than ten later ones?
later = timing.compare({"XLA": ways_tf["TensorFlow, XLA"]}, rounds=3)["XLA"].median
parity.by_clock(
    "XLA's first call is longer than ten later ones", first_xla > 10 * later
)

# %% [markdown]
# ### Exercise 7.6: when does compiling pay? (4 minutes)
#
# Write `answer(first, later, eager)`. The first compiled step takes `first` milliseconds, each later one `later`; without
# compiling each step takes `eager`. All are whole numbers, and `later` is less than `eager`. Return the smallest number
# of steps after which compiling has saved time: less in sum than the same number of eager steps.

# %% tags=["exercise"]
answer = ...  # a function of three whole numbers


# solution
def answer(first, later, eager):
    steps = 1
    while first + (steps - 1) * later >= steps * eager:
        steps += 1
    return steps


# wrong: the first step is one of them
def answer(first, later, eager):
    steps = 1
    while first + steps * later >= steps * eager:
        steps += 1
    return steps


# wrong: no time is saved yet
def answer(first, later, eager):
    steps = 1
    while first + (steps - 1) * later > steps * eager:
        steps += 1
    return steps


# wrong: the later steps take time, too
def answer(first, later, eager):
    return first // eager + 1


# wrong: a whole number
def answer(first, later, eager):
    return (first - later) / (eager - later)


# %% tags=["check"]
exercises.check("7.6", answer)

# %% [markdown]
# ## 7d.5 Fewer bits
#
# The matrix units of a GPU are made for [TF32](glossary.md#tf32) and [bfloat16](glossary.md#bfloat16), numbers with fewer
# digits. TF32 is a switch. For bfloat16 PyTorch has `autocast`, which computes with it what can stand it; Keras has a
# policy that a network keeps from its making. Without a GPU these ways are NOT MEASURED.


# %% tags=["torch"]
# PyTorch
def five_in_tf32_torch():
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cuda.matmul.allow_tf32 = True
    five_steps_torch(model_torch)
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def half_torch(pictures):
    with torch.autocast("cuda", torch.bfloat16):
        return model_torch(pictures)


if device_torch.type == "cuda":
    ways_torch["PyTorch, TF32"] = five_in_tf32_torch
    ways_torch["PyTorch, bfloat16"] = partial(five_steps_torch, half_torch)
built_torch = torch.version.cuda
print("built with CUDA:", built_torch)


# %% tags=["tf"]
# TensorFlow
def five_in_tf32_tf():
    tf.config.experimental.enable_tensor_float_32_execution(True)
    five_in_a_graph(model_tf, optimizer_tf)
    tf.config.experimental.enable_tensor_float_32_execution(False)


if device_tf == "/GPU:0":
    ways_tf["TensorFlow, TF32"] = five_in_tf32_tf
    tf.keras.config.set_dtype_policy("mixed_bfloat16")
    # A new run; a million steps is any large number, for only its time counts here.
    half_tf = training_tf.new(10**6, start, device_tf)
    tf.keras.config.set_dtype_policy("float32")
    ways_tf["TensorFlow, bfloat16"] = partial(
        five_in_a_graph, half_tf.model, half_tf.optimizer
    )
built_tf = tf.sysconfig.get_build_info().get("cuda_version")
print("built with CUDA:", built_tf)

# %% tags=["verdict", "folded"]
# Folded: judges the claim by what the packages for Linux are built with.
cuda = measuring.cuda_of_wheels()
here = [version or "none" for version in (built_torch, built_tf)]
print(f"CUDA in what is installed here: PyTorch {here[0]}, TensorFlow {here[1]}")
claims.verdict(
    "C57",
    cuda["torch"] != "none" and cuda["tensorflow"] == "none",
    f"the packages for Linux are built with CUDA {cuda['torch']} (torch) and "
    f"{cuda['tensorflow']} (tensorflow), as data/wheels.csv says: NVIDIA's platform "
    "for both",
)

# %% [markdown]
# ## 7d.6 All ways, in turns
#
# **Predict.** Which of these makes the largest difference to the time of a step?
#
# - **a** TensorFlow: eager, or five steps in a graph
# - **b** PyTorch: eager, or compiled
# - **c** the framework: the best way of one, or the best way of the other

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P7.7", guess, among=["a", "b", "c"])

# %% tags=["taught"]
ways = ways_torch | ways_tf  # both dicts in one
waits = [torch_side.wait, tf_side.wait]
timings = timing.compare(ways, rounds=5 if fast else 15, wait=waits)
print(timing.table(timings))

# %% tags=["verdict", "folded"]
# Folded: which option came true, and the claim, by the fastest round of each way.
quickest = {name: min(took.seconds) for name, took in timings.items()}
eager_torch = quickest["PyTorch, eager"]
eager_tf = quickest["TensorFlow, eager"]
graph = eager_tf / quickest["TensorFlow, five steps a call"]
best_torch = min(quickest[name] for name in ways_torch)
best_tf = min(quickest[name] for name in ways_tf)
best = max(best_torch, best_tf) / min(best_torch, best_tf)
has_compiled = "PyTorch, compiled" in quickest
compiling = eager_torch / quickest["PyTorch, compiled"] if has_compiled else 1.0
largest = max(graph, compiling, best)
letter = exercises.first_true(
    {"a": graph == largest, "b": compiling == largest, "c": best == largest}
)
exercises.outcome("P7.7", letter, timed=True)
eager = max(eager_torch, eager_tf) / min(eager_torch, eager_tf)
told = (
    f"both eager, the frameworks were measured {eager:.1f} times apart, and the best "
    f"ways of both measured {best:.1f} times; TensorFlow eagerly took measured "
    f"{graph:.1f} times as long as in a graph"
)
if has_compiled:
    parts = {
        "it varies when both run eagerly": eager > 1.5,
        "it varies between the best ways of both": best > 1.5,
    }
    claims.verdict("C58", parts, told, timed=True)
else:
    claims.not_measured("C58", f"no compiled way of PyTorch here; {told}")

# %% tags=["folded"]
# Folded: draws how many scans a second each way trains on, and notes it.
for name, took in timings.items():
    rates = [5 * 64 / seconds for seconds in took.seconds]
    value = max(rates)
    claims.number(f"training speed, {name}", value, "scans/s", min(rates), value)
figures.ways(quickest, 5 * 64)

# %% [markdown]
# Compare ways within a framework first, then frameworks. A network this small spends most of its time between operations,
# so that whatever leaves Python out gains much. With large layers the same table looks flatter: measure yours.

# %% [markdown]
# ## 7d.7 Where the memory goes
#
# The network has about ten thousand numbers to learn, 40 KB in float32. A training step on 8,192 scans makes the
# [resident memory](glossary.md#resident-memory) of the process grow, at its highest.
#
# **Predict.** By how much, in PyTorch?
#
# - **a** by less than ten times the size of the weights
# - **b** by ten to a hundred times
# - **c** by a hundred to a thousand times
# - **d** by more than a thousand times

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P7.8", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# Each framework takes its steps in a process of its own, so that the other's memory does not count. The scripts are
# `chapters/ch07/workers/memory_torch.py` and `memory_tf.py`; change them, and run the cell again.

# %% tags=["taught"]
sizes = [512, 2048, 8192]  # scans in a batch

# %% tags=["torch"]
# PyTorch
grown_torch = training_torch.step_memory(sizes)
print([round(megabytes) for megabytes in grown_torch], "MB")

# %% tags=["tf"]
# TensorFlow
grown_tf = training_tf.step_memory(sizes)
print([round(megabytes) for megabytes in grown_tf], "MB")

# %% tags=["verdict", "folded"]
# Folded: which option came true, and the claim.
grown = {"PyTorch": grown_torch, "TensorFlow": grown_tf}
weights = sum(array.nbytes for array in start.values()) / 1e6  # nearly all of it, in MB
times = grown_torch[-1] / weights
letter = exercises.first_true(
    {"a": times < 10, "b": times < 100, "c": times < 1000, "d": True}
)
exercises.outcome("P7.8", letter)
found = [
    f"measured {megabytes[-1]:.0f} MB in {name}" for name, megabytes in grown.items()
]
claims.verdict(
    "C14",
    all(min(megabytes) > 0 for megabytes in grown.values()),
    f"one step on {sizes[-1]:,} scans added {' and '.join(found)}",
)
for name, megabytes in grown.items():
    what = f"memory of a step, {name}, {sizes[-1]:,} scans"
    claims.number(what, megabytes[-1], "MB")

# %% tags=["folded"]
# Folded: draws the growth of memory.
figures.memory(sizes, grown)

# %% [markdown]
# It is not the weights. It is the layers' outputs, which are kept for the way back: the first convolution alone gives
# 16 × 8 × 8 numbers for each scan. So memory grows with the batch, and a smaller batch is the first cure when it runs
# out.
#
# The second cure is to keep only the input and compute once more on the way back: PyTorch's `checkpoint` (the word has
# nothing to do with the files of lesson 7b), TensorFlow's `recompute_grad`. Try it with
# [dropout](glossary.md#dropout): what was dropped must get the slope 0, and all else another one.


# %% tags=["torch"]
# PyTorch
def half_torch(x):
    return torch.nn.functional.dropout(x * x, 0.5)


x = torch.ones(64, requires_grad=True)
y = torch.utils.checkpoint.checkpoint(half_torch, x, use_reentrant=False)
(slope,) = torch.autograd.grad(y.sum(), x)
wrong_torch = int(((y == 0) != (slope == 0)).sum())
print(wrong_torch)


# %% tags=["tf"]
# TensorFlow
def half_tf(x):
    return tf.nn.dropout(x * x, 0.5)


def half_by_number(x):
    return tf.nn.experimental.stateless_dropout(x * x, 0.5, seed=(seed, 1))


def wrong(function):
    """At how many places output and slope belong to other masks."""
    x = tf.Variable(tf.ones(64))
    with tf.GradientTape() as tape:
        y = tf.recompute_grad(function)(x)
    slope = tape.gradient(y, x)
    return int(tf.math.count_nonzero((y == 0) != (slope == 0)))


wrong_tf = wrong(half_tf)
mended = wrong(half_by_number)
print(wrong_tf, "mended:", mended)

# %% tags=["verdict", "folded"]
# Folded: compares the places where the slope belongs to another mask.
parity.differ("slopes of another mask", wrong_torch, wrong_tf)
parity.verdict("mended: a mask by its number", wrong_torch, mended)

# %% [markdown]
# PyTorch sets its random numbers back before it computes again. TensorFlow draws others, so the slope is that of another
# network. Keras's `RematScope` has the same fault around `Dropout`.

# %% [markdown]
# ## 7d.8 Quiz

# %%
exercises.quiz("07d")

# %% [markdown]
# ## 7d.9 Verdicts
#
# The lesson's claims, and your machine. Chapter 14 weighs what the second table says.

# %%
claims.close("07d")

# %% tags=["folded"]
# Folded: shows what was measured, and what could not be.
rows = claims.numbers() + lacking
for name in ("PyTorch", "TensorFlow"):
    for kind in ("TF32", "bfloat16"):
        if f"{name}, {kind}" not in quickest:
            what = f"training speed, {name}, {kind}"
            rows.append((what, "NOT MEASURED", "needs a GPU"))
show.table(["what", "measured", "unit"], rows, caption="Your machine")

# %% [markdown]
# ## 7d.10 Summary and further reading
#
# - Give `shuffle` the size of the set. Fetch whole batches where the data lie in memory.
# - Before frameworks, compare the ways to run a step. Wait for the device before you read the clock.
# - Compiling has a price, paid once: count the steps that win it back.
# - A step's memory is the layers' outputs. It grows with the batch.
#
# Further reading: [tf.data performance](https://www.tensorflow.org/guide/data_performance),
# [torch.compile](https://docs.pytorch.org/docs/stable/torch.compiler.html),
# [PyTorch's tuning guide](https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html).
# Next: [the toolbox](07e_the_toolbox.ipynb).
