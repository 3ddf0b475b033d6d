# %% [markdown]
# # 2d. Build it
#
# What `backward` does fits into forty lines of Python. You write the lines that matter. At the end such an engine teaches a
# neuron to read digits, to the same numbers as PyTorch and TensorFlow.
#
# > **Minutes**: 36 · **Needs**: lesson 2a, section 2b.1, the Jacobian (2c.5), the chain rule · **Claims tested**: none
# >
# > **You will be able to**
# > - read the record of a program (verdict in 2d.1)
# > - write down the slopes of single operations (exercise 2.3)
# > - say why the order of the way back matters (prediction P2.8)
# > - send slopes back through any record (exercise 2.4)
# > - carry slopes forward instead, and say when that is cheaper (verdict in 2d.5)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("02d")

import math

import numpy as np

from chapters.ch02 import engine, figures
from helpers import claims, data, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch02 import exhibits_torch
from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from chapters.ch02 import exhibits_tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 2d.1 Two records, drawn
#
# A small program: $a = xy$, then $\ell = a \sin a$. What do the frameworks note of it?
#
# PyTorch's record can be walked, from `loss.grad_fn` along `next_functions`. TensorFlow's tape does not show what is on
# it. A `tf.function` of the same code does; [chapter 3](03a_who_runs_the_python.ipynb) is about those.
#
# `operations` lists the names of what was noted, PyTorch's from the result on, TensorFlow's from the inputs on. `graph`
# keeps who feeds whom, for the drawing.


# %% tags=["torch"]
# PyTorch
def program_torch(x, y):
    a = x * y
    return a * torch.sin(a)


x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
y = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
loss = program_torch(x, y)
noted_torch = exhibits_torch.operations(loss)
record_torch = exhibits_torch.graph(loss)
print(noted_torch)


# %% tags=["tf"]
# TensorFlow
def program_tf(x, y):
    a = x * y
    return a * tf.sin(a)


noted_tf = exhibits_tf.operations(program_tf)
record_tf = exhibits_tf.graph(program_tf)
print(noted_tf)

# %% tags=["verdict", "folded"]
# Folded: compares what was noted.
parity.verdict("the operations that were noted", sorted(noted_torch), sorted(noted_tf))

# %% tags=["folded"]
# Folded: draws both records, and what TensorFlow adds to find the slopes.
record_back = exhibits_tf.graph(exhibits_tf.with_gradient(program_tf))
figures.three_records(record_torch, record_tf, record_back)

# %% [markdown]
# Data flows down. In the first picture an `AccumulateGrad` is an input ([leaf](glossary.md#leaf)); its slope will arrive
# there. In the third, yellow is the way back.
#
# The program uses $a$ twice, so two paths lead back to $x$. The chain rule adds up what comes back along both (`AddN` in
# the third picture):
#
# $$\frac{\partial \ell}{\partial x} = (\sin a + a \cos a)\, y$$

# %% tags=["torch"]
# PyTorch
slope_x, slope_y = torch.autograd.grad(loss, [x, y])
slopes_torch = [slope_x.item(), slope_y.item()]
print(slopes_torch)

# %% tags=["tf"]
# TensorFlow
x = tf.Variable(2.0, dtype=tf.float64)
y = tf.Variable(0.5, dtype=tf.float64)
with tf.GradientTape() as tape:
    loss = program_tf(x, y)
slope_x, slope_y = tape.gradient(loss, [x, y])
slopes_tf = [slope_x.numpy().item(), slope_y.numpy().item()]
print(slopes_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the slopes with each other, and with the formula.
parity.verdict("the slopes toward x and y", slopes_torch, slopes_tf, atol=1e-14)
by_hand = (math.sin(1) + math.cos(1)) * np.array([0.5, 2.0])
parity.verdict("the slopes by hand, with a = 1", slopes_torch, by_hand, atol=1e-14)

# %% [markdown]
# ## 2d.2 One node
#
# Our own record is made of nodes. A node knows its value, and its parents: the nodes that it was made of, each with the
# slope toward it. `add` makes a node of two others. If one of them grows by a little, the sum grows by the same, so both
# slopes are 1.


# %% tags=["taught"]
class Scalar:
    """A number that knows its parents, as pairs (parent, slope toward that parent)."""

    def __init__(self, value, parents=()):
        self.value = value
        self.parents = parents
        self.grad = 0.0  # for 2d.3: the slope of the result toward this number


def add(a, b):
    return Scalar(a.value + b.value, [(a, 1.0), (b, 1.0)])


five = add(Scalar(2.0), Scalar(3.0))
print(five.value, [slope for _, slope in five.parents])

# %% [markdown]
# ### Exercise 2.3: three more operations (6 minutes)
#
# Write `multiply(a, b)`, `power(a, n)` for a Python number `n`, and `tanh(a)`. Each returns a `Scalar` whose parents are
# a list of pairs like those of `add`. The slope of $t = \tanh a$ is $1 - t^2$. Use `math.tanh`, which is float64.
# `answer` is the tuple of the three.

# %% tags=["exercise"]
answer = ...  # the tuple (multiply, power, tanh)


# solution
def multiply(a, b):
    return Scalar(a.value * b.value, [(a, b.value), (b, a.value)])


def power(a, n):
    return Scalar(a.value**n, [(a, n * a.value ** (n - 1))])


def tanh(a):
    t = math.tanh(a.value)
    return Scalar(t, [(a, 1 - t * t)])


answer = multiply, power, tanh


# wrong: the slope toward one factor is the other factor
def multiply(a, b):
    return Scalar(a.value * b.value, [(a, a.value), (b, b.value)])


answer = multiply, power, tanh


# wrong: the factor n is missing
def multiply(a, b):
    return Scalar(a.value * b.value, [(a, b.value), (b, a.value)])


def power(a, n):
    return Scalar(a.value**n, [(a, a.value ** (n - 1))])


answer = multiply, power, tanh


# wrong: uses the output, not the input
def power(a, n):
    return Scalar(a.value**n, [(a, n * a.value ** (n - 1))])


def tanh(a):
    return Scalar(math.tanh(a.value), [(a, 1 - a.value**2)])


answer = multiply, power, tanh
# wrong: a tuple of three functions
answer = multiply


# wrong: a list of pairs
def tanh(a):
    t = math.tanh(a.value)
    return Scalar(t, {a: 1 - t * t})


answer = multiply, power, tanh


# wrong: computed in float32
def tanh(a):
    t = float(np.tanh(np.float32(a.value)))
    return Scalar(t, [(a, 1 - t * t)])


answer = multiply, power, tanh

# %% tags=["check"]
exercises.check("2.3", answer)

# %% [markdown]
# ## 2d.3 The way back
#
# Slopes now go back from the result: a node multiplies the slope that it has received by the slope toward each parent,
# and gives it on. Where two paths meet, they add up.
#
# The simplest program would follow every single path from the result to the inputs. Take $a = 1$ and double it forty times,
# `a = a + a`. The record has 41 nodes.
#
# **Predict.** How many paths lead from the result back to the first $a$?
#
# - **a** 40
# - **b** 80
# - **c** 1,600
# - **d** about a trillion

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P2.8", guess, among=["a", "b", "c", "d"])


# %% tags=["taught"]
def paths(doublings):
    """Walk every path back, and count them."""
    if doublings == 0:
        return 1
    return paths(doublings - 1) + paths(doublings - 1)


for doublings in (1, 2, 3, 10, 15):
    print("doublings:", doublings, "paths:", paths(doublings))

# %% [markdown]
# Each path brings the slope 1, so the slope of the result is the number of paths. The frameworks can tell us for forty.

# %% tags=["torch"]
# PyTorch
x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
a = x
for _ in range(40):
    a = a + a
a.backward()
paths_torch = x.grad.item()
print(f"{paths_torch:,.0f}")

# %% tags=["tf"]
# TensorFlow
x = tf.Variable(1.0, dtype=tf.float64)
with tf.GradientTape() as tape:
    a = x
    for _ in range(40):
        a = a + a
paths_tf = tape.gradient(a, x).numpy()
print(f"{paths_tf:,.0f}")

# %% tags=["verdict", "folded"]
# Folded: counts the paths of forty doublings, and says which option came true.
counted = 1.0
for _ in range(40):
    counted = counted + counted
options = {"a": 40, "b": 80, "c": 1600, "d": 1e12}
distances = {
    letter: abs(math.log(number / counted)) for letter, number in options.items()
}
exercises.outcome("P2.8", min(distances, key=distances.get))
parity.verdict("the paths, as PyTorch's slope", paths_torch, counted)
parity.verdict("the paths, as TensorFlow's slope", float(paths_tf), counted)

# %% [markdown]
# A walk along every path, at ten million steps a second, would take thirty hours. The frameworks answered at once, so
# they do something else: they come to each node *once*, after all that it receives has arrived. Then they pass on the sum.
#
# So the whole secret is an order in which every node comes before its parents.

# %% [markdown]
# ### Exercise 2.4: the backward pass (8 minutes)
#
# Write `backward(out)`. It sets `grad` of `out` and of every node behind it: the slope of `out` toward that node. (After
# PyTorch's `backward` only the leaves have theirs.) All `grad` are 0.0 before. Take two steps: put the nodes in the order
# above, then go through it and let each give to its parents. The check runs your function on records
# with shared parts, and compares it with PyTorch and TensorFlow.

# %% tags=["exercise"]
answer = ...  # backward(out): sets grad, returns nothing


# solution
def backward(out):
    order = []
    seen = set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)  # after all its parents

    visit(out)
    out.grad = 1.0
    for node in reversed(order):  # so here before all its parents
        for parent, slope in node.parents:
            parent.grad += node.grad * slope


answer = backward


# wrong: is overwritten where it should be added
def answer(out):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(out)
    out.grad = 1.0
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.grad = node.grad * slope


# wrong: is `reversed` missing
def answer(out):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(out)
    out.grad = 1.0
    for node in order:
        for parent, slope in node.parents:
            parent.grad += node.grad * slope


# wrong: starts with the slope of out toward itself, which is 1
def answer(out):
    for parent, slope in out.parents:
        parent.grad += out.grad * slope
        answer(parent)


# wrong: passed on before all of it had arrived
def push(node):
    for parent, slope in node.parents:
        parent.grad += node.grad * slope
        push(parent)


def answer(out):
    out.grad = 1.0
    push(out)


# wrong: walks every path
def push(node, gradient):
    node.grad += gradient
    for parent, slope in node.parents:
        push(parent, gradient * slope)


def answer(out):
    push(out, 1.0)


# wrong: does it stop there
def answer(out):
    out.grad = 1.0
    for parent, slope in out.parents:
        parent.grad += slope


# %% tags=["check"]
exercises.check("2.4", answer)

# %% [markdown]
# ## 2d.4 It learns
#
# The lesson has an engine of its own, [forty lines](chapters/ch02/engine.py) with Python's operators. (It holds the
# solutions; have a look when you have yours.) It shall tell zeros from ones, by the ink in the middle of the picture: a
# zero has a hole there.
#
# A *neuron* multiplies its inputs by weights, adds a number $b$, and bends the sum. Ours, $\tanh(w \cdot \text{ink} + b)$,
# should say $-1$ for a zero and $1$ for a one. The loss is plain Python, so *the same function* runs on our numbers, on
# PyTorch's and on TensorFlow's. Only `tanh` is another in each, so it is an argument. The rate is 1: each step is the
# slope itself.


# %% tags=["taught"]
def ink_in_the_middle(x, y):
    """(ink, side) of each 0 and 1: side is -1 for a 0 and 1 for a 1."""
    chosen = y < 2
    middle = x[chosen][:, 3:5, 3:5]  # all chosen pictures, their 2 by 2 central shades
    inks = middle.mean(axis=(1, 2))
    sides = 2.0 * y[chosen] - 1.0
    return inks, sides


digits = data.digits("float64")
inks, sides = ink_in_the_middle(digits.x_train, digits.y_train)
examples = list(zip(inks[:20].tolist(), sides[:20].tolist()))


# %% tags=["taught"]
def loss(w, b, tanh):
    total = 0.0
    for ink, side in examples:
        total = total + (tanh(w * ink + b) - side) ** 2
    return total * (1 / len(examples))


# %% [markdown]
# First our own engine. It makes fresh nodes in each turn, so nothing has to be cleared.

# %% tags=["taught"]
w = engine.Scalar(0.0)
b = engine.Scalar(0.0)
for _ in range(20):
    cost = loss(w, b, engine.tanh)
    engine.backward(cost)
    w = engine.Scalar(w.value - w.grad)
    b = engine.Scalar(b.value - b.grad)
learned = [w.value, b.value]
print(learned)

# %% tags=["torch"]
# PyTorch
w = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
b = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
for _ in range(20):
    cost = loss(w, b, torch.tanh)
    slope_w, slope_b = torch.autograd.grad(cost, [w, b])
    with torch.no_grad():
        w -= slope_w
        b -= slope_b
learned_torch = [w.item(), b.item()]
print(learned_torch)

# %% tags=["tf"]
# TensorFlow
w = tf.Variable(0.0, dtype=tf.float64)
b = tf.Variable(0.0, dtype=tf.float64)
for _ in range(20):
    with tf.GradientTape() as tape:
        cost = loss(w, b, tf.tanh)
    slope_w, slope_b = tape.gradient(cost, [w, b])
    w.assign_sub(slope_w)
    b.assign_sub(slope_b)
learned_tf = [w.numpy().item(), b.numpy().item()]
print(learned_tf)

# %% tags=["verdict", "folded"]
# Folded: compares what the three have learned, and tries it on new pictures.
new_inks, new_sides = ink_in_the_middle(digits.x_test, digits.y_test)
said = np.sign(learned[0] * new_inks + learned[1])
share = float((said == new_sides).mean())
print("more than 80 % of the zeros and ones of the test are told apart:", share > 0.8)
parity.verdict("w and b, ours and PyTorch's", learned, learned_torch, atol=1e-12)
parity.verdict("w and b, ours and TensorFlow's", learned, learned_tf, atol=1e-12)

# %% [markdown]
# Forty lines learn what two large libraries learn. What the libraries add is arrays instead of single numbers, hundreds
# of operations, GPUs, and care for memory. The idea is the one that you have built.

# %% [markdown]
# ## 2d.5 The other direction
#
# Slopes can also travel *with* the values. Say how fast each input moves; then each node moves by the sum of its parents'
# moves, each times the slope toward it. That is [forward mode](glossary.md#forward-mode). The order is the opposite of
# 2d.3's: parents first. `engine.in_order` lists the nodes in this order; `engine.backward` goes through it from the end.


# %% tags=["taught"]
def carry_forward(out, moves):
    """How fast `out` moves. moves: {input: how fast it moves}."""
    for node in engine.in_order(out):
        if node.parents:
            moves[node] = sum(moves[parent] * slope for parent, slope in node.parents)
    return moves[out]


# %% [markdown]
# Try it on $\tanh(xy)\,x$. Let $x$ move at the speed 1 and $y$ at 3. The slopes from `backward`, each times its speed,
# must add up to the same.


# %% tags=["taught"]
def program(x, y, tanh):
    return tanh(x * y) * x


x = engine.Scalar(2.0)
y = engine.Scalar(0.5)
out = program(x, y, engine.tanh)
forward = carry_forward(out, {x: 1.0, y: 3.0})
engine.backward(out)
reverse = x.grad * 1.0 + y.grad * 3.0
print(forward, reverse)


# %% tags=["torch"]
# PyTorch
def program_torch(x, y):
    return program(x, y, torch.tanh)


at = (torch.tensor(2.0, dtype=torch.float64), torch.tensor(0.5, dtype=torch.float64))
move = (torch.tensor(1.0, dtype=torch.float64), torch.tensor(3.0, dtype=torch.float64))
# jvp, the Jacobian-vector product: the result, and how far it moves with `move`. It
# carries slopes forward while the program runs, so nothing needs requires_grad.
_, forward_torch = torch.func.jvp(program_torch, at, move)
print(forward_torch.item())


# %% tags=["tf"]
# TensorFlow
def program_tf(x, y):
    return program(x, y, tf.tanh)


at = (tf.constant(2.0, tf.float64), tf.constant(0.5, tf.float64))
move = (tf.constant(1.0, tf.float64), tf.constant(3.0, tf.float64))
# The accumulator carries slopes forward while the program runs.
with tf.autodiff.ForwardAccumulator(at, move) as accumulator:
    result = program_tf(*at)
forward_tf = accumulator.jvp(result)
print(forward_tf.numpy())

# %% tags=["verdict", "folded"]
# Folded: compares our two directions, and ours with both frameworks.
parity.verdict("forward and reverse, ours", forward, reverse, atol=1e-14)
parity.verdict(
    "forward, ours and PyTorch's",
    forward,
    torch_side.to_numpy(forward_torch),
    atol=1e-14,
)
parity.verdict(
    "forward, ours and TensorFlow's", forward, tf_side.to_numpy(forward_tf), atol=1e-14
)

# %% [markdown]
# One pass in [reverse](glossary.md#reverse-mode) gives the slopes of *one result* toward all inputs: a row of the
# [Jacobian](glossary.md#jacobian). One pass forward tells how *all results* answer to one move of the inputs; move a
# single input, and it is a column. A loss is one result of millions of weights, so training goes in reverse. Forward is
# cheaper where few inputs make many results, and it can run along with the program, without a record.
# (Ours walks the record, to keep the code short; the two frameworks' need none.)

# %% [markdown]
# ## 2d.6 Quiz

# %%
exercises.quiz("02d")

# %% [markdown]
# ## 2d.7 Verdicts

# %%
claims.close("02d")

# %% [markdown]
# ## 2d.8 Summary and further reading
#
# - A record is nodes that know their parents, each with a slope. An operation needs no more than its own derivative.
# - Back: each node once, after all that use it. Paths add up; nobody walks them one by one.
# - Reverse costs a pass for each result, forward a pass for each direction of the inputs.
#
# Further reading: Baydin and others, [a survey](https://arxiv.org/abs/1502.05767); Karpathy's
# [micrograd](https://github.com/karpathy/micrograd), an engine of the same kind;
# [forward mode in PyTorch](https://docs.pytorch.org/tutorials/intermediate/forward_ad_usage.html).
# Next: [static and dynamic graphs](03a_who_runs_the_python.ipynb).
