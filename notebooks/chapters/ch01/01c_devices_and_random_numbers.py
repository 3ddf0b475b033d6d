# %% [markdown]
# # 1c. Devices and random numbers
#
# Where does a tensor live, when does its code run, and which random numbers does it get? For each there is a default that
# tells you nothing when it does something else than you meant.
#
# > **Minutes**: 30 · **Needs**: lessons 1a and 1b · **Claims tested**: C09, C23b
# >
# > **You will be able to**
# > - put a tensor on a device, and see where it really is (prediction P1.5, exercise 1.4)
# > - say when the code of each framework runs (claim C09, claim C23b)
# > - repeat random numbers by a seed, a generator or a key (prediction P1.6, exercise 1.5)
# > - give both frameworks the same random numbers (verdict in 1c.5)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("01c")

import numpy as np

from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 1c.1 Where a tensor lives
#
# PyTorch makes a tensor on the CPU unless told otherwise, and `.to(device)` moves it. TensorFlow puts it on a GPU if it
# sees one; inside `with tf.device(...)` it puts results where you say.
#
# `torch_side.device` and `tf_side.device` give the framework's own name for the `device` above: a GPU if there is one, for
# "auto". Without a GPU both stay on the [host](glossary.md#host): PyTorch's `.to` then hands back the same tensor, while
# TensorFlow's `identity` makes a new one all the same.

# %% tags=["torch"]
# PyTorch
place = torch_side.device(device)
fresh = torch.ones(3)
moved_torch = fresh.to(place)
print("fresh", fresh.device)
print("moved", moved_torch.device)
print("the same tensor:", moved_torch is fresh)

# %% tags=["tf"]
# TensorFlow
place = tf_side.device(device)
fresh = tf.ones(3)
with tf.device(place):
    moved_tf = tf.identity(fresh)  # an operation that changes nothing
print("fresh", fresh.device)
print("moved", moved_tf.device)
print("the same tensor:", moved_tf is fresh)

# %% tags=["verdict", "folded"]
# Folded: compares the numbers that come back.
parity.verdict(
    "what came back from the device",
    torch_side.to_numpy(moved_torch),
    tf_side.to_numpy(moved_tf),
)

# %% [markdown]
# When tensors of two devices meet, [PyTorch refuses](https://docs.pytorch.org/docs/stable/notes/cuda.html) and TensorFlow
# [copies by itself](https://www.tensorflow.org/api_docs/python/tf/config/experimental/set_device_policy).
#
# Now ask for a GPU that your machine does not have: number 99.
#
# **Predict.** What happens?
#
# - **a** both refuse
# - **b** both make the tensor somewhere else
# - **c** PyTorch refuses, TensorFlow makes the tensor somewhere else
# - **d** TensorFlow refuses, PyTorch makes the tensor somewhere else

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P1.5", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
try:
    far = torch.ones(3, device="cuda:99")
    absent_torch = "made elsewhere"
    print(far.device)
except (AssertionError, RuntimeError) as error:
    absent_torch = "refused"
    print(error)

# %% tags=["tf"]
# TensorFlow
try:
    with tf.device("/GPU:99"):
        far = tf.ones(3)
    absent_tf = "made elsewhere"
    print(far.device)
except (ValueError, RuntimeError, tf.errors.InvalidArgumentError) as error:
    absent_tf = "refused"
    print(error)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
letter = exercises.first_true(
    {
        "a": absent_torch == "refused" and absent_tf == "refused",
        "b": absent_torch != "refused" and absent_tf != "refused",
        "c": absent_torch == "refused",
        "d": absent_tf == "refused",
    }
)
exercises.outcome("P1.5", letter)

# %% [markdown]
# TensorFlow calls this
# [soft placement](https://www.tensorflow.org/api_docs/python/tf/config/set_soft_device_placement): a program runs on any
# machine. It also runs on the CPU of a machine whose GPU you pay for. `x.device` says where a tensor is; look at it once.

# %% [markdown]
# ### Exercise 1.4: read digits with one subtraction (6 minutes)
#
# There and back: NumPy arrays go to the device, the work is done there, labels come back. Take the scans 100 to 199 of
# `digits.x_test`. For each, find the scan of `digits.x_train` with the smallest squared distance, and take its label from
# `digits.y_train`. Nothing is trained.
#
# No loop: broadcast (100, 1, 64) against (1415, 64), in either framework. `torch_side.tensor(array, place)` and
# `tf_side.tensor(array, place)` put an array on a device, `to_numpy` of either brings a tensor back. The answer holds 100
# labels; compare with `digits.y_test[100:200]`.

# %% tags=["taught"]
digits = data.digits()
print(digits.x_test[100:200].shape, digits.x_train.shape)

# %% tags=["exercise"]
answer = ...  # an array of 100 labels
# solution
place = torch_side.device(device)
unknown = torch_side.tensor(digits.x_test[100:200], place).reshape(100, 1, 64)
known = torch_side.tensor(digits.x_train, place).reshape(-1, 64)
distance = ((unknown - known) ** 2).sum(dim=2)  # (100, 1415)
nearest = torch_side.to_numpy(distance.argmin(dim=1))
answer = digits.y_train[nearest]
right = (answer == digits.y_test[100:200]).mean()
print(f"{right:.0%} of the labels are right")
# wrong: not its label
unknown = digits.x_test[100:200].reshape(100, 1, 64)
squares = (unknown - digits.x_train.reshape(-1, 64)) ** 2
answer = tf.argmin(tf.reduce_sum(squares, axis=2), axis=1)
# wrong: along the other axis
unknown = digits.x_test[100:200].reshape(100, 1, 64)
squares = (unknown - digits.x_train.reshape(-1, 64)) ** 2
answer = digits.y_train[squares.sum(2).argmin(0)]
# wrong: farthest
unknown = digits.x_test[100:200].reshape(100, 1, 64)
squares = (unknown - digits.x_train.reshape(-1, 64)) ** 2
answer = digits.y_train[squares.sum(2).argmax(1)]
# wrong: true labels
answer = digits.y_test[100:200]
# wrong: without their signs
unknown = digits.x_test[100:200].reshape(100, 1, 64)
apart = abs(unknown - digits.x_train.reshape(-1, 64))
answer = digits.y_train[apart.sum(2).argmin(1)]
# wrong: cancel
unknown = digits.x_test[100:200].reshape(100, 1, 64)
apart = unknown - digits.x_train.reshape(-1, 64)
answer = digits.y_train[apart.sum(2).argmin(1)]

# %% tags=["check"]
exercises.check("1.4", answer)

# %% [markdown]
# ## 1c.2 When code runs
#
# A plain Python function: halve an even number, triple an odd one and add 1, until it is 1. It knows nothing of tensors.


# %% tags=["taught"]
def collatz(n):
    """The numbers on the way from n to 1, as a list of Python's integers."""
    path = [int(n)]
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        path.append(int(n))
    return path


# %% [markdown]
# Given a tensor, its `while` must know at each turn whether `n` is 1 by now. That works only if values are there when
# Python asks for them ([eager execution](glossary.md#eager-execution)).

# %% tags=["torch"]
# PyTorch
path_torch = collatz(torch.tensor(6))
print(path_torch)

# %% tags=["tf"]
# TensorFlow
path_tf = collatz(tf.constant(6))
print(path_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the two ways.
parity.verdict("the way from 6 to 1", path_torch, path_tf)

# %% [markdown]
# It looks as if each line ran at once, and you may think so. On a GPU the work is put into a queue, and Python waits when
# it needs a value ([asynchronous execution](glossary.md#asynchronous-execution)). Who measures time there must wait first.
#
# The article calls PyTorch closer to Python. Here one function served both. One difference that is left is assignment.

# %% tags=["torch"]
# PyTorch
x = torch.tensor([1.0, 2.0, 3.0])
try:
    x[1] = 20.0
    write_torch = "does it"
except TypeError as error:
    write_torch = "refuses"
    print(error)

# %% tags=["tf"]
# TensorFlow
x = tf.constant([1.0, 2.0, 3.0])
try:
    x[1] = 20.0
    write_tf = "does it"
except TypeError as error:
    write_tf = "refuses"
    print(error)

# %% tags=["verdict", "folded"]
# Folded: shows what there is to judge the claim by.
claims.verdict(
    "C09",
    {
        "the same Python while and if ran on both": path_torch == path_tf,
        "PyTorch took x[1] = 20.0": write_torch == "does it",
        "TensorFlow refused it": write_tf == "refuses",
    },
    f"one Python function with while and if went {len(path_torch)} numbers from 6 to 1 "
    f"in PyTorch and {len(path_tf)} in TensorFlow; at x[1] = 20.0 PyTorch "
    f"{write_torch}, TensorFlow {write_tf}",
)

# %% [markdown]
# The article also says that both frameworks work on tensors, and that the way in which they execute code sets them apart.
# Here are tensors of 0, 1, 2, 3 and 4 axes, each axis of length 2 (`[2] * 3` is the shape `[2, 2, 2]`).

# %% tags=["torch"]
# PyTorch
ranks_torch = [torch.ones([2] * axes).ndim for axes in range(5)]
print(ranks_torch)

# %% tags=["tf"]
# TensorFlow
ranks_tf = [tf.ones([2] * axes).ndim for axes in range(5)]
print(ranks_tf)

# %% tags=["verdict", "folded"]
# Folded: judges the claim by the tensors, and by whether collatz found its values.
eager = tf.executing_eagerly() and path_torch == path_tf
claims.verdict(
    "C23b",
    {
        "both work on tensors": ranks_torch == ranks_tf == [0, 1, 2, 3, 4],
        "different execution by default": not eager,
    },
    f"tensors of {ranks_torch} axes in PyTorch, of {ranks_tf} in TensorFlow; "
    f"values were ready at every line in {'both' if eager else 'PyTorch only'}",
)

# %% [markdown]
# ## 1c.3 A seed repeats
#
# A [random generator](glossary.md#random-generator) starts from a [seed](glossary.md#seed) and has a state, which each draw
# moves on. Seeded again, it begins again. Both frameworks have a global generator, which is used when none is named.

# %% tags=["torch"]
# PyTorch
torch.manual_seed(seed)
first_torch = torch.rand(4)
second_torch = torch.rand(4)
torch.manual_seed(seed)
again_torch = torch.rand(4)
print(first_torch, second_torch)

# %% tags=["tf"]
# TensorFlow
tf.random.set_seed(seed)
first_tf = tf.random.uniform([4])
second_tf = tf.random.uniform([4])
tf.random.set_seed(seed)
again_tf = tf.random.uniform([4])
print(first_tf, second_tf)

# %% tags=["verdict", "folded"]
# Folded: who repeats what.
begin_torch = torch_side.to_numpy(first_torch)
begin_tf = tf_side.to_numpy(first_tf)
parity.verdict("seeded again, PyTorch", torch_side.to_numpy(again_torch), begin_torch)
parity.verdict("seeded again, TensorFlow", tf_side.to_numpy(again_tf), begin_tf)
parity.differ("the same seed in both", begin_torch, begin_tf, atol=1e-6)

# %% [markdown]
# The same seed repeats the numbers within a framework. Across frameworks it promises nothing: the algorithms differ.

# %% [markdown]
# ## 1c.4 Generators and keys
#
# Whoever draws from the global generator moves it for everybody. So larger programs make generators of their own.
#
# **Predict.** You give a generator of your own the seed that the global one got above. Does it draw the global one's
# numbers?
#
# - **a** in both frameworks
# - **b** in PyTorch only
# - **c** in TensorFlow only
# - **d** in neither

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P1.6", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
own = torch.Generator().manual_seed(seed)
own_torch = torch.rand(4, generator=own)
print(own_torch)

# %% tags=["tf"]
# TensorFlow
own = tf.random.Generator.from_seed(seed)
own_tf = own.uniform([4])
print(own_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
same_torch = (torch_side.to_numpy(own_torch) == begin_torch).all()
same_tf = (tf_side.to_numpy(own_tf) == begin_tf).all()
letter = exercises.first_true(
    {
        "a": same_torch and same_tf,
        "b": same_torch,
        "c": same_tf,
        "d": not same_torch and not same_tf,
    }
)
exercises.outcome("P1.6", letter)

# %% [markdown]
# TensorFlow's global seed is one of two: each operation adds [a seed of its own](https://www.tensorflow.org/api_docs/python/tf/random/set_seed),
# so there is no single global row of numbers.
#
# A third way has no state at all. A *key* goes in with each call, and the same key gives the same numbers. TensorFlow has
# such functions; in PyTorch one makes a fresh generator with the key as its seed.

# %% tags=["torch"]
# PyTorch
key = seed + 1  # any number that was not used above
once_torch = torch.rand(4, generator=torch.Generator().manual_seed(key))
twice_torch = torch.rand(4, generator=torch.Generator().manual_seed(key))
print(once_torch, twice_torch)

# %% tags=["tf"]
# TensorFlow
key = (seed, 1)  # TensorFlow's keys are two numbers
once_tf = tf.random.stateless_uniform([4], seed=key)
twice_tf = tf.random.stateless_uniform([4], seed=key)
print(once_tf, twice_tf)

# %% tags=["verdict", "folded"]
# Folded: one key, drawn twice.
parity.verdict(
    "one key, drawn twice, PyTorch",
    torch_side.to_numpy(once_torch),
    torch_side.to_numpy(twice_torch),
)
parity.verdict(
    "one key, drawn twice, TensorFlow",
    tf_side.to_numpy(once_tf),
    tf_side.to_numpy(twice_tf),
)

# %% [markdown]
# ### Exercise 1.5: a shuffle that disturbs nobody (5 minutes)
#
# Write `answer(x, key)` in PyTorch. `x` is a tensor of any rank of at least 1 and any dtype, on the CPU; `key` is a Python
# integer. Return a tensor with the rows of `x` (its first axis) in a random order, and leave `x` as it is. The same key
# gives the same order, and PyTorch's global generator does not move. `torch.randperm(n)` draws an order of n things; like
# `torch.rand`, it takes a generator.

# %% tags=["exercise"]
answer = ...  # a function of x and key


# solution
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randperm(len(x), generator=own)]


# wrong: the global generator
def answer(x, key):
    torch.manual_seed(key)
    return x[torch.randperm(len(x))]


# wrong: the same key gave another order
def answer(x, key):
    own = torch.Generator()
    own.seed()
    return x[torch.randperm(len(x), generator=own)]


# wrong: every key gives the same order
def answer(x, key):
    own = torch.Generator().manual_seed(0)
    return x[torch.randperm(len(x), generator=own)]


# wrong: some rows come twice
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randint(len(x), (len(x),), generator=own)]


# wrong: the order, not the rows
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return torch.randperm(len(x), generator=own)


# %% tags=["check"]
exercises.check("1.5", answer)

# %% [markdown]
# ## 1c.5 The same numbers in both
#
# Two trainings can be compared only if they start from the same numbers. Draw them once with NumPy and hand the array to
# each; this course does so wherever it compares trainings.

# %% tags=["taught"]
drawn = np.random.default_rng(seed).random(4)

# %% tags=["torch"]
# PyTorch
common_torch = torch.tensor(drawn)

# %% tags=["tf"]
# TensorFlow
common_tf = tf.constant(drawn)

# %% tags=["verdict", "folded"]
# Folded: compares them.
parity.verdict(
    "drawn by NumPy",
    torch_side.to_numpy(common_torch),
    tf_side.to_numpy(common_tf),
)

# %% [markdown]
# A bonus for the curious. On a CPU PyTorch draws with the Mersenne Twister, as NumPy's old generator does. Each draw has
# 32 bits; PyTorch keeps the last 24 (`& 0xFFFFFF`), as many as float32 can hold, and divides. So NumPy can foretell
# PyTorch's numbers. (TensorFlow uses another algorithm, Philox.)

# %% tags=["taught"]
twister = np.random.RandomState(seed)
bits = twister.randint(0, 2**32, 4, dtype=np.uint32)
foretold = (bits & 0xFFFFFF).astype("float32") / 2**24
print(foretold)

# %% tags=["verdict", "folded"]
# Folded: compares what was foretold with what came.
parity.verdict("PyTorch's numbers, foretold by NumPy", begin_torch, foretold)

# %% [markdown]
# ## 1c.6 Quiz

# %%
exercises.quiz("01c")

# %% [markdown]
# ## 1c.7 Verdicts
#
# "Friendlier" is an opinion; a run can only show what there is to judge it by.

# %%
claims.close("01c")

# %% [markdown]
# ## 1c.8 Summary and further reading
#
# - PyTorch moves a tensor when told, and refuses a device that is not there. TensorFlow places by itself.
# - Both look as if each line ran at once; the same plain Python works on both.
# - A seed repeats within a framework. A generator of one's own disturbs nobody; a key has no state.
# - For common random numbers, draw with NumPy.
#
# Further reading: [PyTorch's notes on reproducibility](https://docs.pytorch.org/docs/stable/notes/randomness.html),
# TensorFlow's [guide to random numbers](https://www.tensorflow.org/guide/random_numbers).
# Next: [train by hand](02a_train_by_hand.ipynb).
