# %% [markdown]
# # 0a. First contact
#
# PyTorch and TensorFlow get the same pictures and the same questions. They agree to the last bit; over one plain sum
# they part without a word; then both learn to read handwriting, to the same numbers.
#
# > **Minutes**: 30 · **Needs**: basic Python (lists, loops, functions) and the course installed, as its README says ·
# > **Claims tested**: none
# >
# > **You will be able to**
# > - work with a lesson: predict, run, compare, answer (exercise 0.1)
# > - say when two libraries get the same sum to the last bit (prediction P0.1)
# > - notice a sum that goes wrong without an error, and mend it (prediction P0.2 and exercise 0.4)
# > - train the same reader of digits in both (verdict in 0a.4)
# > - count how many it reads correctly (exercise 0.5)
#
# Run the cells from the top, one after another, each with Shift+Enter. The first five only prepare. Among them, `fast`
# chooses the size of the experiments, `seed` the random numbers, and `device` where they run; leave them as they are.
# (Does the first cell say `No module named 'helpers'`? Then this notebook runs in another Python than the course: [lesson
# 0b](00b_install_and_mend.ipynb) says why, and what to do.) (Exercises 0.2 and 0.6 come in lesson 0b, 0.3 and 0.7 in 0c.)

# %% tags=["setup"]
from helpers import session

session.start("00a")

import numpy as np

from chapters.ch00 import figures
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
# ## 0a.1 How a lesson works
#
# | you meet | what it is, and what you do |
# | --- | --- |
# | a **prediction** | a question with options. Put your letter in place of the dots, `guess = "a"`, and run the cell |
# | **twins** | two cells, `# PyTorch` and `# TensorFlow`: one experiment, twice. Run both, compare them line by line |
# | a **verdict** | below twins: EQUAL or DIFFERENT, and by how much, computed on your machine |
# | a **folded** cell | closed, only `...` is seen: it judges, draws or measures. Run it too; a click on `...` opens it |
# | an **exercise** | a task. Put your answer in place of the dots in `answer = ...`, and run the cell |
# | a **check** | the cell below it. Run it: it names the likely cause of a mistake, and has hints and the solution |
# | the **quiz** | at the end. A click on an option says why it is right or wrong |
#
# A guess counts once its cell has run; after the outcome it is too late. Nothing further down depends on your guesses or
# answers, so nothing can break. To begin again: *Kernel > Restart Kernel and Clear Outputs of All Cells*, then from the
# top. (*Run All Cells* would show outcomes that you have not predicted yet.)
#
# What you write lies in the folder `work`, your own copy of the lessons, and your guesses and results in `build/ledger`; an
# update of the course keeps both.
#
# What kind a cell is stands in its *tag*. The two gears at JupyterLab's right edge show it. You need not look: tags are
# for the programs that test this course.
#
# Now the pictures that you will meet again and again: handwritten digits. They come in four arrays. `x_train` holds
# pictures to learn from, `y_train` says which digit each one shows; `x_test` and `y_test` are for the test.

# %% tags=["taught"]
digits = data.digits()
print("pictures for the test, rows, columns:", digits.x_test.shape)
print("the first ten for training show", digits.y_train[:10])

# %% tags=["folded"]
# Folded: draws the first ten pictures for training.
figures.first_ten(digits)

# %% [markdown]
# ### Exercise 0.1: how many to learn from (2 minutes)
#
# How many pictures do the models of this course learn from? Ask the array. (Give a wrong answer first, if you like, to
# see what a check does.)

# %% tags=["exercise"]
answer = ...  # a number
# solution
answer = len(digits.x_train)
# wrong: those are the pictures for the test
answer = len(digits.x_test)
# wrong: those for the test included
answer = len(digits.x_train) + len(digits.x_test)
# wrong: the shape of the whole array
answer = digits.x_train.shape
# wrong: answer one number
answer = "many"
# wrong: ask the array
answer = 64

# %% tags=["check"]
exercises.check("0.1", answer)

# %% [markdown]
# ## 0a.2 The first number that both compute
#
# How alike are two pictures? Multiply them pixel by pixel, and add the 64 products up: where both have ink, the sum
# grows. We do it for 200 pictures, each one with each: 40,000 sums.
#
# To a framework that is one product of two tables. `reshape` lays the 8 rows of a picture end to end, so that each
# picture becomes a row of 64 pixels; `@` multiplies the table of 200 rows with itself, turned on its
# side (`.T`, and `tf.transpose`).
#
# A pixel is 0, 1/16, 2/16 and so on up to 1. `np.unique` lists the values that occur; times 16 they are whole numbers.
# Remember it for the question.

# %% tags=["taught"]
rows = digits.x_train[:200].reshape(200, 64)
print(rows.shape, rows.dtype)
print("the shades that occur, times 16:", np.unique(rows) * 16)

# %% [markdown]
# A table of numbers is called a [tensor](glossary.md#tensor) here. This one is in [float32](glossary.md#float32): every
# number is rounded to about 7 digits. Each library adds the 64 products in an order of its own, and with rounding the
# order can matter: $(a + b) + c$ need not be $a + (b + c)$.
#
# **Predict.** How large is the largest of the 40,000 differences between PyTorch and TensorFlow?
#
# - **a** exactly 0
# - **b** around 0.0000001
# - **c** around 0.001

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P0.1", guess, among=["a", "b", "c"])

# %% [markdown]
# `torch_side` and `tf_side` are the course's two helpers, with the same functions in both. `tensor` puts a NumPy array
# on the chosen [device](glossary.md#device), a CPU or a GPU; `to_numpy` brings a result back.

# %% tags=["torch"]
# PyTorch
x_torch = torch_side.tensor(rows, torch_side.device(device))
products = x_torch @ x_torch.T
print(products[0, 0])
alike_torch = torch_side.to_numpy(products)

# %% tags=["tf"]
# TensorFlow
x_tf = tf_side.tensor(rows, tf_side.device(device))
products = x_tf @ tf.transpose(x_tf)
print(products[0, 0])
alike_tf = tf_side.to_numpy(products)

# %% tags=["verdict", "folded"]
# Folded: compares all 40,000 numbers, and says which option came true.
parity.verdict("all products of 200 pictures", alike_torch, alike_tf)
difference = np.abs(alike_torch - alike_tf).max()
letter = exercises.first_true(
    {"a": difference == 0, "b": difference < 1e-5, "c": difference >= 1e-5}
)
exercises.outcome("P0.1", letter)

# %% [markdown]
# Exactly 0, and not by luck. Every pixel is a whole number of sixteenths, so every product is a whole number of
# 1/256, and so is every sum. All of them are small enough to fit into a float32 without rounding, and where nothing is
# rounded, the order does not matter. With other numbers it can: chapter 6 hunts for such differences.

# %% [markdown]
# ## 0a.3 A sum that goes wrong
#
# The file stores each pixel as a whole number from 0 to 16, in the [dtype](glossary.md#dtype) (the type of number) uint8,
# as picture files do: one byte, from 0 to 255. **How much ink is in a picture?** That is one sum of 64 numbers. Both
# frameworks have it: `torch.sum` and `tf.reduce_sum`.

# %% tags=["taught"]
counts = (digits.x_train * 16).astype("uint8")  # as the file has them
print(counts.shape, counts.dtype)
print(counts[0])

# %% [markdown]
# **Predict.** Both add up the ink of every picture. What comes out?
#
# - **a** the same numbers in both
# - **b** one of them raises an error
# - **c** different numbers, and no error

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P0.2", guess, among=["a", "b", "c"])

# %% [markdown]
# `dim=(1, 2)` and `axis=(1, 2)` mean the same: add along the rows and columns of each picture (axes 1 and 2), and keep the
# pictures (axis 0) apart. `torch.tensor` and `tf.constant` make a tensor from an array.

# %% tags=["torch"]
# PyTorch
sums = torch.sum(torch.tensor(counts), dim=(1, 2))
print("the first picture:", sums[0])
ink_torch = torch_side.to_numpy(sums)

# %% tags=["tf"]
# TensorFlow
sums = tf.reduce_sum(tf.constant(counts), axis=(1, 2))
print("the first picture:", sums[0])
ink_tf = tf_side.to_numpy(sums)

# %% tags=["verdict", "folded"]
# Folded: which option came true, and who agrees with a count by NumPy.
equal = np.array_equal(ink_torch, ink_tf)
exercises.outcome("P0.2", exercises.first_true({"a": equal, "c": not equal}))
true_ink = counts.sum(axis=(1, 2), dtype=np.int64)
print(f"the first picture, counted by NumPy: {true_ink[0]}")
print(f"PyTorch's dtype is {ink_torch.dtype}, TensorFlow's {ink_tf.dtype}")
print(f"PyTorch is right in all pictures: {np.array_equal(ink_torch, true_ink)}")
print(f"TensorFlow is right in all pictures: {np.array_equal(ink_tf, true_ink)}")

# %% tags=["folded"]
# Folded: draws what each framework says against the true ink, a mark a picture.
figures.ink(true_ink, ink_torch, ink_tf)

# %% [markdown]
# TensorFlow keeps the dtype: a sum of uint8 is a uint8, and beyond 255 it begins again at 0. That is
# [overflow](glossary.md#overflow), and nobody says a word. `torch.sum` adds in int64, where there is room. Neither is a
# bug, the manuals say so: [TensorFlow's](https://www.tensorflow.org/api_docs/python/tf/math/reduce_sum) and
# [PyTorch's](https://docs.pytorch.org/docs/stable/generated/torch.sum.html).
#
# That is why this course runs everything twice and compares the numbers.

# %% [markdown]
# ### Exercise 0.4: port this cell to TensorFlow (5 minutes)
#
# A colleague counts ink in PyTorch:
#
# ```python
# def ink(images):                      # (N, height, width), uint8
#     return images.sum(dim=(1, 2))     # (N,), int64
# ```
#
# Write the same function for TensorFlow tensors, with TensorFlow: the same numbers, the same dtype. `tf.cast(x, dtype)`
# gives the same numbers in another dtype that can hold them; `tf.int64` is the one that you need. The check tries it on
# random pictures of other sizes, with pixels from 0 to 255.

# %% tags=["exercise"]
answer = ...  # a function, for example: def answer(images): ...


# solution
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2))


# wrong: the sum is still a uint8
def answer(images):
    return tf.reduce_sum(images, axis=(1, 2))


# wrong: cast before you add
def answer(images):
    return tf.cast(tf.reduce_sum(images, axis=(1, 2)), tf.int64)


# wrong: one sum over all pictures
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64))


# wrong: int64 is asked for
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.float32), axis=(1, 2))


# wrong: raised
def answer(images):
    return tf.reduce_sum(tf.cast(tf.reshape(images, [-1, 64]), tf.int64), axis=1)


# wrong: a TensorFlow tensor is asked for
def answer(images):
    return np.sum(images, axis=(1, 2), dtype="int64")


# wrong: is there a `return`
def answer(images):
    tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2))


# %% tags=["check"]
exercises.check("0.4", answer)

# %% [markdown]
# ## 0a.4 Fifteen lines that learn
#
# Can a program learn to read these digits? With ready-made parts it takes some fifteen lines. Chapter 2 builds every part
# from nothing; here, meet the names.
#
# | part | what it does | PyTorch | TensorFlow |
# | --- | --- | --- | --- |
# | model | makes ten scores, one a digit, from 64 pixels and 640 weights | `torch.nn.Linear` | `keras.layers.Dense` |
# | [loss](glossary.md#loss) | one number: how wrong the scores are | `CrossEntropyLoss` | `SparseCategoricalCrossentropy` |
# | [optimizer](glossary.md#optimizer) | moves each weight a little, so that the loss falls | `SGD` | `SGD` |
#
# We calculate in [float64](glossary.md#float64), with 16 digits, and begin with all weights 0.

# %% tags=["taught"]
steps = 100 if fast else 400
x_train = digits.x_train.reshape(-1, 64).astype("float64")
x_test = digits.x_test.reshape(-1, 64).astype("float64")
print(x_train.shape, x_test.shape)

# %% [markdown]
# `Linear(64, 10)` and `Dense(10)` are the same part; TensorFlow's finds out by itself how many pixels come in. What you
# need of their words:
#
# - The weights are `weight` in PyTorch and the *kernel* in Keras. A *bias*, a number added to each score, we leave out.
# - PyTorch's loss takes the scores first and the right answers second, TensorFlow's the other way round. `from_logits=True`
#   tells it that scores come in, not probabilities; PyTorch's expects scores anyway.
# - `lr`, the [learning rate](glossary.md#learning-rate), says how far a step goes against the slope.
# - `.item()` makes a plain Python number; `.numpy()` first makes a NumPy number of TensorFlow's.

# %% tags=["torch"]
# PyTorch
x_torch = torch_side.tensor(x_train, torch_side.device(device))
y_torch = torch_side.tensor(digits.y_train, torch_side.device(device))
model_torch = torch.nn.Linear(64, 10, bias=False)
torch.nn.init.zeros_(model_torch.weight)
model_torch.to(x_torch.device, torch.float64)
loss_of_torch = torch.nn.CrossEntropyLoss()
optimizer_torch = torch.optim.SGD(model_torch.parameters(), lr=0.5)

first_torch = loss_of_torch(model_torch(x_torch), y_torch).item()
print(first_torch)

# %% tags=["tf"]
# TensorFlow
x_tf = tf_side.tensor(x_train, tf_side.device(device))
y_tf = tf_side.tensor(digits.y_train, tf_side.device(device))
model_tf = tf.keras.layers.Dense(
    10, use_bias=False, kernel_initializer="zeros", dtype="float64"
)
loss_of_tf = tf.keras.losses.SparseCategoricalCrossentropy(
    from_logits=True, dtype="float64"
)
optimizer_tf = tf.keras.optimizers.SGD(learning_rate=0.5)

first_tf = loss_of_tf(y_tf, model_tf(x_tf)).numpy().item()
print(first_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the losses before the first step, with each other and with ln 10.
parity.verdict("the loss before the first step", first_torch, first_tf, atol=1e-13)
ten_as_likely = float(np.log(10))
parity.verdict("it is ln 10", first_torch, ten_as_likely, atol=1e-13)

# %% [markdown]
# All weights are 0, so each of the ten digits gets the probability 1/10. This loss is minus the logarithm of what the right
# digit got: ln 10, about 2.3. (The frameworks calculate with 16 digits and may round the last one differently, so we let
# them differ by 0.0000000000001.)
#
# Now the loop. It needs the *slopes*: for each weight, how the loss moves when the weight does. The steps are the same in
# both:
#
# | step | PyTorch | TensorFlow |
# | --- | --- | --- |
# | scores and loss | as above | the same, in a `with` block, where a *tape* watches |
# | forget the last step's slopes | `optimizer.zero_grad()` | not needed: each step has a tape of its own |
# | slopes | `loss.backward()` notes them beside the weights | `tape.gradient` gives them |
# | a step against them | `optimizer.step()` | `optimizer.apply(slopes, weights)` |
#
# The tape is asked for one slope a weight; `trainable_variables` lists the weights that training may change.
#
# This time there are exponentials and logarithms. They are rounded, and each step builds on the one before.
#
# **Predict.** Compare the two losses at every step. How well do they agree?
#
# - **a** to the last bit
# - **b** not all to the last bit, but in the first ten digits
# - **c** they drift apart: fewer than ten digits are equal

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P0.3", guess, among=["a", "b", "c"])

# %% tags=["torch"]
# PyTorch
losses_torch = []
for _ in range(steps):
    loss = loss_of_torch(model_torch(x_torch), y_torch)
    optimizer_torch.zero_grad()
    loss.backward()
    optimizer_torch.step()
    losses_torch.append(loss.item())
print(losses_torch[0], "to", losses_torch[-1])

# %% tags=["tf"]
# TensorFlow
losses_tf = []
for _ in range(steps):
    with tf.GradientTape() as tape:
        loss = loss_of_tf(y_tf, model_tf(x_tf))
    slopes = tape.gradient(loss, model_tf.trainable_variables)
    optimizer_tf.apply(slopes, model_tf.trainable_variables)
    losses_tf.append(loss.numpy().item())
print(losses_tf[0], "to", losses_tf[-1])

# %% tags=["verdict", "folded"]
# Folded: compares the losses of all steps, and says which option came true.
parity.verdict("the loss at every step", losses_torch, losses_tf, atol=1e-11)
ratios = np.array(losses_torch) / np.array(losses_tf)
apart = float(np.abs(ratios - 1).max())
letter = exercises.first_true(
    {"a": losses_torch == losses_tf, "b": apart < 1e-10, "c": apart >= 1e-10}
)
exercises.outcome("P0.3", letter)

# %% [markdown]
# Rounded differently now and then, and still one walk: here the small differences stay small. Do the two also *read* the
# same? The digit with the highest score is the one that is read, and `argmax` gives its place.

# %% tags=["torch"]
# PyTorch
x = torch_side.tensor(x_test, torch_side.device(device))
scores = torch_side.to_numpy(model_torch(x))
read_torch = scores.argmax(axis=1)
print("read:", read_torch[:10])
print("true:", digits.y_test[:10])

# %% tags=["tf"]
# TensorFlow
x = tf_side.tensor(x_test, tf_side.device(device))
scores = tf_side.to_numpy(model_tf(x))
read_tf = scores.argmax(axis=1)
print("read:", read_tf[:10])
print("true:", digits.y_test[:10])

# %% tags=["verdict", "folded"]
# Folded: compares what both read in pictures that neither has seen before.
parity.verdict("the digits read in the test pictures", read_torch, read_tf)
share = float((read_torch == digits.y_test).mean())
print("more than 80 % of the test pictures are read correctly:", share > 0.8)

# %% tags=["folded"]
# Folded: draws the losses, and test pictures that are read wrongly.
figures.learned(losses_torch, losses_tf, share)
figures.misread(digits, read_torch)

# %% [markdown]
# Fifteen lines, and nobody told either program what a zero looks like. The two texts differ in their words; what they
# compute is the same.

# %% [markdown]
# ### Exercise 0.5: how many are right, in PyTorch (4 minutes)
#
# Write `answer(scores, y)`: the share of pictures that are read correctly, from 0 to 1. `scores` is a float64 tensor
# (N, 10), `y` an int64 tensor (N,) with the right digits. Return one number: a float, or a tensor without axes.
# In PyTorch an axis is called `dim`, and `==` compares two tensors entry by entry.

# %% tags=["exercise"]
answer = ...  # a function of scores and y


# solution
def answer(scores, y):
    return (scores.argmax(dim=1) == y).double().mean()


# wrong: that is how many
def answer(scores, y):
    return (scores.argmax(dim=1) == y).sum()


# wrong: the share that is read wrongly
def answer(scores, y):
    return (scores.argmax(dim=1) != y).double().mean()


# wrong: raised
def answer(scores, y):
    return (scores.argmax(dim=0) == y).double().mean()


# wrong: a True or False for each picture
def answer(scores, y):
    return scores.argmax(dim=1) == y


# wrong: raised
def answer(scores, y):
    return (scores.argmax(dim=1) == y).mean()


# wrong: is there a `return`
def answer(scores, y):
    (scores.argmax(dim=1) == y).double().mean()


# %% tags=["check"]
exercises.check("0.5", answer)

# %% [markdown]
# ## 0a.5 Quiz
#
# Open an option to see whether and why it is right.

# %%
exercises.quiz("00a")

# %% [markdown]
# ## 0a.6 Verdicts
#
# This course grew out of [an article](https://builtin.com/data-science/pytorch-vs-tensorflow) that compares the two. Each
# of its statements is a *claim* with a number, and the last cells of a lesson show what became of its claims on your
# machine. The next lesson has the first ones.

# %%
claims.close("00a")

# %% [markdown]
# ## 0a.7 Summary and further reading
#
# - Predict, run both, read the verdict: that is the whole method.
# - Where nothing is rounded, the order of a sum does not matter, and the frameworks agree to the last bit.
# - TensorFlow keeps the dtype of a sum, PyTorch widens small integers. No error tells you.
# - Training is the same loop in both: scores, loss, slopes, step.
#
# Further reading: the first pages that the makers themselves offer, for
# [PyTorch](https://docs.pytorch.org/tutorials/beginner/basics/quickstart_tutorial.html) and
# [TensorFlow](https://www.tensorflow.org/tutorials/quickstart/beginner).
#
# Next: [install and mend](00b_install_and_mend.ipynb), why installing fails so often, and which Python you are in.
# In a hurry? [Chapter 1](01a_dtype_shape_broadcasting.ipynb) needs nothing of it.
