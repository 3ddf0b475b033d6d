# %% [markdown]
# # 6f. The last bits
#
# Two right programs, the same numbers to seven digits, and then, in one step, they part. You find the moment, and learn
# what equal bits cost.
#
# > **Minutes**: 26 · **Needs**: lesson 6a · **Claims tested**: none
# >
# > **You will be able to**
# > - say why two right programs differ in the last digit (verdict in 6f.1)
# > - say what TF32 takes away, and where it is on by default (verdict in 6f.2)
# > - tell rounding that grows from a sign that flips (prediction P6.7, exercise 6.7)
# > - ask for the same bits twice, and know what else that needs (verdict in 6f.4)
#
# `fast` shortens the trainings, `seed` draws other numbers, `device` says where both compute.

# %% tags=["setup"]
from helpers import session

session.start("06f")

import math
import os

import numpy as np

from chapters.ch06 import figures, lockstep, start
from helpers import claims, exercises, parity, process, show

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch06 import common_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch06 import common_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 6f.1 A sum depends on its order
#
# [float32](glossary.md#float32) keeps about seven digits. What does not fit is rounded after every operation. So the
# order counts:

# %% tags=["taught"]
large = np.float32(1e8)
one = np.float32(1)
print((large + one) - large)
print((large - large) + one)

# %% [markdown]
# Each framework adds in an order that is fast on your machine: in blocks, in several lanes of a processor, on several
# threads. Here are 100,000 numbers between 0 and 1.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
numbers = rng.uniform(size=100_000).astype("float32")
exact = math.fsum(numbers)  # adds without rounding in between
print(exact)

# %% tags=["torch"]
# PyTorch
device_torch = torch_side.device(device)
sum_torch = torch.tensor(numbers, device=device_torch).sum().item()
print(sum_torch, "off by", sum_torch - exact)

# %% tags=["tf"]
# TensorFlow
device_tf = tf_side.device(device)
with tf.device(device_tf):
    sum_tf = float(tf.reduce_sum(tf.constant(numbers)))
print(sum_tf, "off by", sum_tf - exact)

# %% tags=["verdict", "folded"]
# Folded: compares the sums, to one part in a hundred thousand.
parity.verdict("a sum of 100,000 numbers in float32", sum_torch, sum_tf, rtol=1e-5)

# %% [markdown]
# Neither has to be the exact sum, and the two may differ. Both are right, as far as float32 goes.

# %% [markdown]
# ## 6f.2 TF32: ten bits instead of 23
#
# On a GPU a float32 need not even be a float32. [TF32](glossary.md#tf32) shortens the factors of a product from 23 bits
# after the point to ten, so that the GPU multiplies faster. NumPy can imitate the shortening:


# %% tags=["taught"]
def ten_bits(array):
    """float32 numbers, rounded to the ten bits after the point that TF32 keeps."""
    bits = array.view(np.uint32)  # read the 32 bits as an integer
    rounded = bits + 0x1000  # add half of the last bit that is kept
    kept = rounded & 0xFFFFE000  # set the last 13 bits to 0
    return kept.view(np.float32)


print(ten_bits(np.float32([0.1, 1 / 3, 1.0])))

# %% [markdown]
# Who allows it by itself? The first lines of the twin ask. Then each multiplies a matrix by itself, with TF32 allowed and
# forbidden.

# %% tags=["taught"]
matrix = rng.normal(size=(512, 512)).astype("float32")
product = matrix.astype("float64") @ matrix

# %% tags=["torch"]
# PyTorch
print("products:", torch.backends.cuda.matmul.fp32_precision)
print("convolutions:", torch.backends.cudnn.conv.fp32_precision)


def product_torch(allowed):
    torch.backends.cuda.matmul.fp32_precision = "tf32" if allowed else "ieee"
    factor = torch.tensor(matrix, device=device_torch)
    return torch_side.to_numpy(factor @ factor)


short_torch = product_torch(allowed=True)
long_torch = product_torch(allowed=False)  # comes last: so it stays forbidden

# %% tags=["tf"]
# TensorFlow
allowed_tf = tf.config.experimental.tensor_float_32_execution_enabled()
print("products and convolutions:", allowed_tf)


def product_tf(allowed):
    tf.config.experimental.enable_tensor_float_32_execution(allowed)
    with tf.device(device_tf):
        factor = tf.constant(matrix)
        return tf_side.to_numpy(factor @ factor)


short_tf = product_tf(allowed=True)
long_tf = product_tf(allowed=False)  # comes last: so it stays forbidden

# %% tags=["verdict", "folded"]
# Folded: how far each product is from the exact one; the last row is NumPy's imitation.
parity.verdict("the product in full", long_torch, long_tf, atol=1e-3)
short = ten_bits(matrix).astype("float64")
errors = {
    "forbidden": [long_torch, long_tf],
    "allowed": [short_torch, short_tf],
    "factors of ten bits, by NumPy": [short @ short] * 2,
}
rows = []
for name, pair in errors.items():
    off = [f"{np.abs(found - product).max():.0e}" for found in pair]
    rows.append([name, f"measured {off[0]}", f"measured {off[1]}"])
show.table(["TF32", "PyTorch is off by", "TensorFlow is off by"], rows)
if device_torch.type != "cuda" or "GPU" not in device_tf:
    print("What TF32 does on a GPU is NOT MEASURED: both frameworks must see one.")

# %% [markdown]
# At the start, PyTorch's "none" means that nobody has allowed it, so it multiplies matrices in full
# ([its notes](https://docs.pytorch.org/docs/stable/notes/cuda.html#tf32-on-ampere)). "tf32" means that it lets
# convolutions use TF32. TensorFlow's True allows it for both
# ([its switch](https://www.tensorflow.org/api_docs/python/tf/config/experimental/enable_tensor_float_32_execution)).
#
# On a GPU a comparison of products to seven digits needs both off, and so they are from here on. For convolutions
# PyTorch's other switch must be set too: `torch.backends.cudnn.conv.fp32_precision = "ieee"`.

# %% [markdown]
# ## 6f.3 The sign that flips
#
# Back to two trainings in lockstep, now in float32: the network of lesson 6a, twice as wide, all digits at once, a rate
# of 1, which float32 holds.
#
# **Predict.** How far apart are the weights, over 200 steps?
#
# - **a** always less than $10^{-6}$: rounding stays small
# - **b** more than $10^{-6}$ in the end, but slowly: rounding adds up
# - **c** more than $10^{-6}$ in the end, and suddenly: within one step it grows to more than three times what it was

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P6.7", guess, among=["a", "b", "c"])

# %% tags=["taught"]
start_weights = start.weights(seed, hidden=256)
images, labels = start.digits()
steps = 200 if fast else 1000

# %% [markdown]
# This time the activation can be chosen, and the number type.


# %% tags=["torch"]
# PyTorch
def network_torch(dtype, activation):
    functions = {"relu": torch.nn.ReLU(), "tanh": torch.nn.Tanh()}
    model = torch.nn.Sequential(
        torch.nn.Linear(64, 256),
        functions[activation],
        torch.nn.Linear(256, 10),
    )
    model.to(device_torch, getattr(torch, dtype))
    common_torch.load(model, start_weights)
    return model


# %% tags=["tf"]
# TensorFlow
def network_tf(dtype, activation):
    layers = [
        tf.keras.Input([64], dtype=dtype),
        tf.keras.layers.Dense(256, dtype=dtype),
        tf.keras.layers.Activation(activation, dtype=dtype),
        tf.keras.layers.Dense(10, dtype=dtype),
    ]
    with tf.device(device_tf):
        model = tf.keras.Sequential(layers)
    common_tf.load(model, start_weights)
    return model


# %% tags=["verdict", "folded"]
# Folded: compares the start.
before_torch = common_torch.vector(network_torch("float32", "relu").parameters())
before_tf = common_tf.vector(network_tf("float32", "relu").trainable_variables)
parity.verdict("the start weights, in float32", before_torch, before_tf)

# %% [markdown]
# A function with `yield` hands over a value and pauses. When it is asked for the next value, it goes on from there. So
# each training hands over, after every step, what entered the activation and the new weights, and waits until the other
# framework has done the same step.
#
# `first`, `function` and `last` are the model's three layers: dense, activation, dense.


# %% tags=["torch"]
# PyTorch
def train_torch(dtype, activation):
    model = network_torch(dtype, activation)
    first, function, last = model
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    loss_of = torch.nn.CrossEntropyLoss()
    x = torch_side.tensor(images, device_torch, dtype)
    y = torch_side.tensor(labels, device_torch)
    for _ in range(steps):
        entered = first(x)
        loss = loss_of(last(function(entered)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        weights = common_torch.vector(model.parameters())
        yield torch_side.to_numpy(entered), weights


# %% tags=["tf"]
# TensorFlow
CrossEntropy = tf.keras.losses.SparseCategoricalCrossentropy


def train_tf(dtype, activation):
    model = network_tf(dtype, activation)
    weights = model.trainable_variables
    first, function, last = model.layers
    optimizer = tf.keras.optimizers.SGD(1.0)
    loss_of = CrossEntropy(from_logits=True, dtype=dtype)
    x = tf_side.tensor(images, device_tf, dtype)
    y = tf_side.tensor(labels, device_tf)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            entered = first(x)
            loss = loss_of(y, last(function(entered)))
        gradients = tape.gradient(loss, weights)
        optimizer.apply_gradients(zip(gradients, weights))
        return entered

    for _ in range(steps):
        entered = step()
        yield tf_side.to_numpy(entered), common_tf.vector(weights)


# %% tags=["verdict", "folded"]
# Folded: both runs in float32, compared after every step.
runs = {}
runs["float32 relu"] = lockstep.compare(
    train_torch("float32", "relu"), train_tf("float32", "relu")
)
distance = runs["float32 relu"].distance
parity.verdict("float32, the first step", distance[0], 0.0, atol=1e-6)

# %% tags=["folded"]
# Folded: which option came true, and the largest jump.
growth, at = lockstep.largest_jump(runs["float32 relu"])
options = {"a": max(distance) < 1e-6, "c": growth > 3, "b": True}
exercises.outcome("P6.7", exercises.first_true(options))
if at:
    print(f"In step {at} the distance grew to {growth:.0f} times what it was.")

# %% [markdown]
# Did your run jump? (With some seeds no sign flips in so few steps: then try another `seed`.) A jump looks like a bug in one
# of the two. Is it one? Two controls tell. The same program without a corner: tanh in place of [ReLU](glossary.md#relu).
# And the same program with less rounding: [float64](glossary.md#float64).

# %% tags=["verdict", "folded"]
# Folded: the two controls, compared after every step.
for name in ("float32 tanh", "float64 relu"):
    dtype, activation = name.split()
    runs[name] = lockstep.compare(
        train_torch(dtype, activation), train_tf(dtype, activation)
    )
none = [0.0] * steps
tanh = runs["float32 tanh"].distance
wide = runs["float64 relu"].distance
parity.verdict("float32 with tanh, at every step", tanh, none, atol=1e-5)
parity.verdict("float64 with ReLU, at every step", wide, none, atol=1e-12)

# %% tags=["folded"]
# Folded: draws the three, with a cross wherever a sign differed.
figures.runs(runs)

# %% [markdown]
# So it is no bug. The cause is a number that enters the ReLU and is nearly 0. One framework sees it just above, the
# other just below. For that digit and that unit, one has a [gradient](glossary.md#gradient) and the other has none. That
# is a real difference, and it does not shrink with the rounding error that led to it.
#
# From then on, two right programs are on two paths.

# %% [markdown]
# ### Exercise 6.7: count the flips (5 minutes)
#
# Write `answer(a, b)`. Both are NumPy arrays of one shape: what entered a ReLU in two runs. Count the places at which
# the gradient passes in one run and not in the other. (At exactly 0 both frameworks let no gradient through.)

# %% tags=["exercise"]
answer = ...  # a function of two arrays


# solution
def answer(a, b):
    return np.sum((a > 0) != (b > 0))


# wrong: the product is not negative where one of the two is 0
def answer(a, b):
    return np.sum(a * b < 0)


# wrong: a 0 and a negative number have other signs
def answer(a, b):
    return np.sum(np.sign(a) != np.sign(b))


# wrong: one direction
def answer(a, b):
    return np.sum((a > 0) & (b <= 0))


# wrong: this says where, not how many
def answer(a, b):
    return (a > 0) != (b > 0)


# %% tags=["check"]
exercises.check("6.7", answer)

# %% [markdown]
# ## 6f.4 The same bits twice
#
# Now one framework against itself. The same program, the same [seed](glossary.md#seed): the same bits? That is
# [determinism](glossary.md#determinism).
#
# A seed fixes the dice. It does not fix the order in which threads add into one place. For that, each has a switch:
#
# ```python
# torch.use_deterministic_algorithms(True)
# tf.config.experimental.enable_op_determinism()
# ```
#
# With it, an operation adds in a fixed order, or raises an error. TensorFlow documents no way back. So the trial runs in
# processes of its own: `chapters/ch06/workers/determinism_torch.py` and its twin train three times without the switch,
# three times with it, on two threads, and give a fingerprint of the weights.

# %% tags=["torch"]
# PyTorch
where = "gpu" if device_torch.type == "cuda" else "cpu"
trial = {"seed": seed, "steps": 20 if fast else 200, "repeats": 3, "device": where}
threads = {"OMP_NUM_THREADS": 2}
runs_torch = process.run("ch06/determinism_torch", trial, timeout=300, env=threads)

# %% tags=["tf"]
# TensorFlow
where = "gpu" if "GPU" in device_tf else "cpu"
trial = {"seed": seed, "steps": 20 if fast else 200, "repeats": 3, "device": where}
threads = {"TF_NUM_INTRAOP_THREADS": 2}
runs_tf = process.run("ch06/determinism_tf", trial, timeout=300, env=threads)

# %% tags=["verdict", "folded"]
# Folded: compares the fingerprints, and the seconds.
for name, found in {"PyTorch": runs_torch, "TensorFlow": runs_tf}.items():
    off = [run for run in found if not run["switch"]]
    on = [run for run in found if run["switch"]]
    prints = [run["digest"] for run in on]
    parity.verdict(
        f"{name}, switch on: the bits of {len(on)} runs", prints, prints[:1] * 3
    )
    others = len({run["digest"] for run in off})
    cost = min(run["seconds"] for run in on) / min(run["seconds"] for run in off)
    print(
        f"{name}, switch off: {len(off)} runs gave measured {others} different results"
    )
    print(f"{name}: a step with the switch on took measured {cost:.1f} times as long")

# %% [markdown]
# Where the runs without the switch gave one result, the switch had nothing to do on this machine, and you have learned
# nothing about it. Where they gave several, it has done its work.
#
# The same bits need more than a seed and a switch:
#
# - the same kind of machine, the same versions, the same number of threads
# - a seed for each process that prepares data (chapter 7)
# - for PyTorch on an NVIDIA GPU, a variable that must be set before it starts: `CUBLAS_WORKSPACE_CONFIG`. Without it,
#   its products raise an error once the switch is on. `session.start` has set it for you:

# %%
print(os.environ["CUBLAS_WORKSPACE_CONFIG"])

# %% [markdown]
# ## 6f.5 Quiz

# %%
exercises.quiz("06f")

# %% [markdown]
# ## 6f.6 Verdicts

# %%
claims.close("06f")

# %% [markdown]
# ## 6f.7 Summary and further reading
#
# - In float32 two right programs differ in the last digits, since they add in another order.
# - TF32 keeps ten bits. TensorFlow allows it from the start, PyTorch for convolutions only.
# - Rounding stays small until a sign flips before a ReLU. Then the runs part, and both are right. Compare long runs in
#   float64.
# - The same bits need a seed, the switch, and the same machine, versions and threads. Measure what the switch costs.
#
# Further reading: PyTorch on [reproducibility](https://docs.pytorch.org/docs/stable/notes/randomness.html);
# TensorFlow on
# [enable_op_determinism](https://www.tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism).
#
# Next: [training for real](07a_loops_and_a_fair_split.ipynb).
