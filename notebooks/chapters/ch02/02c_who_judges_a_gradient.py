# %% [markdown]
# # 2c. Who judges a gradient?
#
# Two frameworks agree on a slope, and both are wrong about the function that you meant. You need a judge who knows
# nothing of records, and you need to know how far to trust it.
#
# > **Minutes**: 34 · **Needs**: lesson 2a; of lesson 2b, what a record is · **Claims tested**: C28
# >
# > **You will be able to**
# > - tell the slope of a run from the slope of a function (prediction P2.5)
# > - judge a gradient by finite differences, with the right step (prediction P2.6)
# > - find and mend a gradient that is NaN (exercise 2.1)
# > - write a derivative of your own, and have it judged (exercise 2.2)
# > - take a Jacobian and a Hessian (claim C28)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("02c")

import numpy as np

from chapters.ch02 import figures
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch02 import exhibits_torch
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
# ## 2c.1 The slope of the run
#
# `cube` is $x^3$, with a shortcut that changes no value.


# %% tags=["taught"]
def cube(x):
    if x == 1:
        return x  # 1 · 1 · 1 is 1
    return x * x * x


# %% [markdown]
# **Predict.** At 1 the slope of $x^3$ is 3. What will the frameworks say about `cube` there?
#
# - **a** 3, both
# - **b** 1, both
# - **c** 0, both
# - **d** they do not agree

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P2.5", guess, among=["a", "b", "c", "d"])


# %% tags=["torch"]
# PyTorch
def slope_torch(function, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = function(x)
    (slope,) = torch.autograd.grad(y, x)
    return slope.item()


cube_torch = [slope_torch(cube, 2.0), slope_torch(cube, 1.0)]
print(cube_torch)


# %% tags=["tf"]
# TensorFlow
def slope_tf(function, at):
    x = tf.Variable(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        y = function(x)
    slope = tape.gradient(y, x)
    return slope.numpy().item()


cube_tf = [slope_tf(cube, 2.0), slope_tf(cube, 1.0)]
print(cube_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
agree = cube_torch[1] == cube_tf[1]
letter = exercises.first_true(
    {
        "d": not agree,
        "a": cube_torch[1] == 3,
        "b": cube_torch[1] == 1,
        "c": cube_torch[1] == 0,
    }
)
exercises.outcome("P2.5", letter)
parity.verdict("the slopes at 2 and 1", cube_torch, cube_tf)

# %% [markdown]
# At 1 it was `return x` that ran, and its slope is 1. Both frameworks are right about the run, and both are wrong about
# $x^3$. To compare them with each other shows nothing.
#
# A judge must know only the values of the function. [Finite differences](glossary.md#finite-differences) do: go a little
# to the right, a little to the left, and divide.


# %% tags=["taught"]
def slope_by_values(function, at, h=1e-5):
    rise = function(at + h) - function(at - h)
    return rise / (2 * h)


judged = [slope_by_values(cube, 2.0), slope_by_values(cube, 1.0)]
print(judged)

# %% tags=["verdict", "folded"]
# Folded: does the judge agree with the frameworks?
parity.verdict(
    "PyTorch's slope at 2, and the judge", cube_torch[0], judged[0], atol=1e-6
)
parity.differ("PyTorch's slope at 1, and the judge", cube_torch[1], judged[1], atol=1)

# %% [markdown]
# ## 2c.2 How far to trust the judge
#
# A finite difference is not exact either. With the third derivative $f'''$ at some point nearby,
#
# $$\frac{f(x+h) - f(x-h)}{2h} = f'(x) + \frac{h^2}{6} f'''$$
#
# so a smaller step $h$ is better. But the computer rounds each value of $f$, by up to about $\varepsilon\,|f|$, and then
# divides by $h$. Here $\varepsilon$ is the [machine epsilon](glossary.md#machine-epsilon), $2 \cdot 10^{-16}$ in float64 and
# $10^{-7}$ in float32.
#
# **Predict.** Which step comes closest to the slope of $e^{\sin x}$ in float64?
#
# - **a** $10^{-2}$
# - **b** $10^{-5}$
# - **c** $10^{-8}$
# - **d** $10^{-12}$

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P2.6", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# We judge at 200 points. They are rounded to float32, so that they are the same numbers in float32 and in float64. The
# `sum` below is a trick to get all slopes at once: each point occurs in one term only, so the slope of the sum toward it
# is its own.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
points = rng.uniform(0.2, 1.2, size=200).astype("float32").astype("float64")
exact = np.exp(np.sin(points)) * np.cos(points)  # the slopes by hand
hs = 10.0 ** -np.arange(1, 15.5, 0.5)  # the steps, from 0.1 down


def error(slopes):
    """The largest error, as a part of the largest slope."""
    return np.abs(slopes - exact).max() / exact.max()


# %% tags=["torch"]
# PyTorch
def f_torch(x):
    return torch.exp(torch.sin(x))


def judge_torch(dtype):
    """The slopes from the record, and the judge's error for each step."""
    x = torch_side.tensor(points, dtype=dtype).requires_grad_()
    (slopes,) = torch.autograd.grad(f_torch(x).sum(), x)
    errors = []
    for h in hs:
        rise = f_torch(x + h) - f_torch(x - h)
        errors.append(error(torch_side.to_numpy(rise / (2 * h))))
    return torch_side.to_numpy(slopes), errors


float32_torch = judge_torch("float32")
float64_torch = judge_torch("float64")


# %% tags=["tf"]
# TensorFlow
def f_tf(x):
    return tf.exp(tf.sin(x))


def judge_tf(dtype):
    """The slopes from the tape, and the judge's error for each step."""
    x = tf.Variable(tf_side.tensor(points, dtype=dtype))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(f_tf(x))
    slopes = tape.gradient(y, x)
    errors = []
    for h in hs:
        rise = f_tf(x + h) - f_tf(x - h)
        errors.append(error(tf_side.to_numpy(rise / (2 * h))))
    return tf_side.to_numpy(slopes), errors


float32_tf = judge_tf("float32")
float64_tf = judge_tf("float64")

# %% tags=["verdict", "folded"]
# Folded: which step was best, and how the record's own slopes compare.
slopes_torch, errors_torch = float64_torch
slopes_tf, errors_tf = float64_tf
best = hs[int(np.argmin(errors_torch))]
options = {"a": 1e-2, "b": 1e-5, "c": 1e-8, "d": 1e-12}
distances = {letter: abs(np.log10(h / best)) for letter, h in options.items()}
exercises.outcome("P2.6", min(distances, key=distances.get))
parity.verdict("200 slopes from the two records", slopes_torch, slopes_tf, rtol=1e-14)
for name, (slopes, errors) in {
    "PyTorch": float64_torch,
    "TensorFlow": float64_tf,
}.items():
    closer = bool(error(slopes) < min(errors) / 5)
    print(f"{name}: the record is five times closer than the best step: {closer}")

# %% tags=["folded"]
# Folded: draws the judge's error against its step.
figures.valley(hs, error, (float32_torch, float64_torch), (float32_tf, float64_tf))

# %% [markdown]
# To the right of the valley the formula errs, by about $h^2$. To the left rounding errs, by about $\varepsilon / h$. The
# two are about equal at $h = \varepsilon^{1/3}$.
#
# So a smaller step can be a worse judge. Judge in float64, with a step near $10^{-5}$. In float32 the valley is shallow:
# even with its best step the judge knows about four digits.

# %% [markdown]
# ## 2c.3 A corner, and NaN
#
# The length $\lVert x \rVert = \sqrt{x_1^2 + x_2^2 + \dots}$ has a corner at 0: no derivative exists there. Every vector
# no longer than 1 is a [subgradient](glossary.md#subgradient), and 0 is the natural choice. This is no far-fetched point:
# programs that learn distances meet two equal things, at the distance 0.
#
# **Predict.** What is the gradient at 0 of the built-in length, `torch.linalg.vector_norm` and `tf.norm`?
#
# - **a** 0 in both
# - **b** 0 in PyTorch, NaN in TensorFlow
# - **c** NaN in PyTorch, 0 in TensorFlow
# - **d** NaN in both

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P2.7", guess, among=["a", "b", "c", "d"])

# %% tags=["torch"]
# PyTorch
x = torch.zeros(3, dtype=torch.float64, requires_grad=True)
built_in = torch.linalg.vector_norm(x)
written_out = (x * x).sum().sqrt()
# which operations each record holds
print(exhibits_torch.operations(built_in), exhibits_torch.operations(written_out))
(built_in_torch,) = torch.autograd.grad(built_in, x)
(written_out_torch,) = torch.autograd.grad(written_out, x)
print(built_in_torch.numpy(), written_out_torch.numpy())

# %% tags=["tf"]
# TensorFlow
x = tf.Variable(tf.zeros(3, tf.float64))
with tf.GradientTape(persistent=True) as tape:
    built_in = tf.norm(x)
    written_out = tf.sqrt(tf.reduce_sum(x * x))
built_in_tf = tape.gradient(built_in, x)
written_out_tf = tape.gradient(written_out, x)
print(built_in_tf.numpy(), written_out_tf.numpy())

# %% tags=["verdict", "folded"]
# Folded: which option came true, and what happens when the length is written out.
nan_torch = bool(np.isnan(torch_side.to_numpy(built_in_torch)).all())
nan_tf = bool(np.isnan(tf_side.to_numpy(built_in_tf)).all())
letter = exercises.first_true(
    {
        "a": not nan_torch and not nan_tf,
        "b": nan_tf and not nan_torch,
        "c": nan_torch and not nan_tf,
        "d": nan_torch and nan_tf,
    }
)
exercises.outcome("P2.7", letter)
parity.verdict(
    "written out, both are NaN, or both are not",
    torch_side.to_numpy(written_out_torch),
    tf_side.to_numpy(written_out_tf),
)

# %% [markdown]
# Written out, with $s = \sum x_i^2$, the chain rule at 0 reads
#
# $$\frac{1}{2\sqrt{s}} \cdot 2x_i = \infty \cdot 0 = \text{NaN}$$
#
# [`tf.norm` is that program](https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/python/ops/linalg_ops.py).
# PyTorch's norm is one operation, as its record shows, with a derivative of its own that answers 0 at the corner. No
# error is raised, and with the next step the NaN is in the weights.

# %% [markdown]
# ### Exercise 2.1: the branch that was not taken, in TensorFlow (6 minutes)
#
# The values of this function are right, also at 0, where $\sin x / x$ tends to 1. Its gradient at 0 is NaN, although
# `where` does not choose the division there. Both branches run, and both are on the way back.
#
# ```python
# def sinc(x):
#     return torch.where(x == 0, 1.0, torch.sin(x) / x)
# ```
#
# Port it to TensorFlow and mend it: the division itself must never meet 0. The check compares values
# and gradients on float64 arrays that hold 0 and numbers near 0.

# %% tags=["exercise"]
answer = ...  # a function of a TensorFlow tensor


# solution
def answer(x):
    zero = x == 0
    safe = tf.where(zero, tf.ones_like(x), x)  # no division by 0, in neither branch
    return tf.where(zero, tf.ones_like(x), tf.sin(safe) / safe)


# wrong: holds NaN
def answer(x):
    return tf.where(x == 0, tf.ones_like(x), tf.sin(x) / x)


# wrong: at x = 0 yours is 0
def answer(x):
    return tf.math.divide_no_nan(tf.sin(x), x)


# wrong: at x = 0 yours is 0
def answer(x):
    return tf.sin(x) / (x + 1e-12)


# wrong: another function
def answer(x):
    return tf.experimental.numpy.sinc(x)


# wrong: no gradient reaches
def answer(x):
    return tf.constant(np.sinc(x.numpy() / np.pi))


# wrong: the value is not 1 yet
def answer(x):
    near = tf.abs(x) < 0.01
    safe = tf.where(near, tf.ones_like(x), x)
    return tf.where(near, tf.ones_like(x), tf.sin(safe) / safe)


# %% tags=["check"]
exercises.check("2.1", answer)

# %% [markdown]
# ## 2c.4 A derivative of your own
#
# In the record, a function can stand as one operation whose derivative you write: a
# [custom gradient](glossary.md#custom-gradient). `upstream` is the slope that has come back so far. For the length, it is
# multiplied by $x / \lVert x \rVert$, or by 0 at the corner.
#
# In PyTorch you call neither `forward` nor `backward` yourself: `Length.apply` runs `forward` and records it, and the way
# back calls `backward`; `ctx` carries values from one to the other. The `where` is enough here, although `x / length` is
# NaN at 0: nobody differentiates `backward` itself.
#
# In TensorFlow you return two things: the value, and the function for the way back. `@tf.custom_gradient` keeps the second
# for the tape, so the caller gets the value alone. `divide_no_nan` gives 0 where it would divide by 0.


# %% tags=["torch"]
# PyTorch
class Length(torch.autograd.Function):
    @staticmethod  # a plain function that lives in the class
    def forward(ctx, x):
        length = (x * x).sum().sqrt()
        ctx.save_for_backward(x, length)  # kept until backward asks
        return length

    @staticmethod
    def backward(ctx, upstream):
        x, length = ctx.saved_tensors
        return upstream * torch.where(length > 0, x / length, 0.0)


x = torch.zeros(3, dtype=torch.float64, requires_grad=True)
(own_torch,) = torch.autograd.grad(Length.apply(x), x)
print(own_torch.numpy())


# %% tags=["tf"]
# TensorFlow
@tf.custom_gradient
def own_length(x):
    length = tf.sqrt(tf.reduce_sum(x * x))

    def backward(upstream):
        return upstream * tf.math.divide_no_nan(x, length)

    return length, backward


x = tf.Variable(tf.zeros(3, tf.float64))
with tf.GradientTape() as tape:
    length = own_length(x)
own_tf = tape.gradient(length, x)
print(own_tf.numpy())

# %% tags=["verdict", "folded"]
# Folded: compares the two derivatives at the corner.
corner_torch = torch_side.to_numpy(own_torch)
parity.verdict("own derivatives at 0", corner_torch, tf_side.to_numpy(own_tf))
parity.verdict("they are 0", corner_torch, np.zeros(3))

# %% [markdown]
# Whatever you return counts as the derivative; nobody checks it while the program runs. So have it judged, away from the
# corner. Each framework has finite differences ready. `gradcheck` returns True where the two agree, else it raises an
# error. `compute_gradient` takes its inputs as a list and follows them itself, so constants will do. It returns two tables
# for each input, the slopes from the tape and those from the values, for you to compare. Central differences are good to
# about ten digits (2c.2); here five are asked for.

# %% tags=["torch"]
# PyTorch
away = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
fine_torch = torch.autograd.gradcheck(Length.apply, away)
print(fine_torch)

# %% tags=["tf"]
# TensorFlow
away = tf.constant([3.0, 4.0], tf.float64)
from_tape, from_values = tf.test.compute_gradient(own_length, [away])
fine_tf = np.allclose(from_tape, from_values, atol=1e-5)
print(fine_tf)

# %% tags=["verdict", "folded"]
# Folded: did both judges find the derivatives right?
parity.verdict("the judges agree", fine_torch, bool(fine_tf))
print(f"own derivative, judged: PyTorch {fine_torch}, TensorFlow {bool(fine_tf)}")

# %% [markdown]
# ### Exercise 2.2: a slope where there is none, in PyTorch (4 minutes)
#
# Rounding is flat between its jumps, so nothing can be learned through it: PyTorch says 0, TensorFlow `None` (2a.5).
# Networks with whole numbers inside pretend that its slope is 1, the
# [straight-through estimator](glossary.md#straight-through-estimator). Port it to PyTorch, for float64 tensors:
#
# ```python
# @tf.custom_gradient
# def rounded(x):
#     return tf.round(x), lambda upstream: upstream
# ```
#
# A class like `Length` works. One line with `detach` works as well: think of $x + (\dots)$.

# %% tags=["exercise"]
answer = ...  # a function of a PyTorch tensor


# solution
def answer(x):
    return x + (torch.round(x) - x).detach()


# wrong: the slope is 0
answer = torch.round


# wrong: no gradient reaches
def answer(x):
    return torch.round(x.detach())


# wrong: the rest is added with the wrong sign
def answer(x):
    return x + (x - torch.round(x)).detach()


# wrong: pass `upstream` on
class Rounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, upstream):
        return torch.ones_like(upstream)


answer = Rounded.apply


# wrong: halves to the even neighbor
def answer(x):
    return x + (torch.floor(x + 0.5) - x).detach()


# %% tags=["check"]
exercises.check("2.2", answer)

# %% [markdown]
# ## 2c.5 Slopes of many numbers, and slopes of slopes
#
# Where the result is not one number, its slopes form a table, the [Jacobian](glossary.md#jacobian): a row for each
# result, a column for each input. Take the softmax $p$ of four scores $z$. By hand the table is
#
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} \qquad J = \operatorname{diag}(p) - p\,p^{\mathsf T}$$
#
# PyTorch: `torch.func.jacrev(f)` makes a new function, which gives the Jacobian of `f` at the point that you hand it. It
# takes its notes itself, so `z` needs no `requires_grad`. TensorFlow: the tape has a method for it.

# %% tags=["taught"]
scores = np.random.default_rng(seed).normal(size=4)  # four random numbers
p = np.exp(scores) / np.exp(scores).sum()
# diag: p along the diagonal, else 0; outer: p_i times p_j in row i, column j
by_hand = np.diag(p) - np.outer(p, p)


# %% tags=["torch"]
# PyTorch
def softmax(z):
    return torch.softmax(z, dim=0)


z = torch_side.tensor(scores)
jacobian_of = torch.func.jacrev(softmax)
jacobian_torch = torch_side.to_numpy(jacobian_of(z))
print(jacobian_torch.round(3))

# %% tags=["tf"]
# TensorFlow
z = tf.Variable(scores)
with tf.GradientTape() as tape:
    result = tf.nn.softmax(z)
jacobian_tf = tape.jacobian(result, z).numpy()
print(jacobian_tf.round(3))

# %% tags=["verdict", "folded"]
# Folded: compares both tables with the formula.
parity.verdict(
    "PyTorch's Jacobian, and the formula", jacobian_torch, by_hand, atol=1e-14
)
parity.verdict(
    "TensorFlow's Jacobian, and the formula", jacobian_tf, by_hand, atol=1e-14
)

# %% [markdown]
# The backward pass can be recorded too, and then differentiated again: `create_graph=True` in PyTorch, a tape inside a
# tape in TensorFlow. The table of second derivatives is the [Hessian](glossary.md#hessian). One case checks itself: the
# slope of $\log \sum_i e^{z_i}$ is the softmax, so its Hessian must be the table above.

# %% tags=["torch"]
# PyTorch
z = torch_side.tensor(scores).requires_grad_()
value = torch.logsumexp(z, dim=0)
(slopes,) = torch.autograd.grad(value, z, create_graph=True)
rows = []
for slope in slopes:
    # One row of the Hessian for each slope; the record stays for the next one.
    (row,) = torch.autograd.grad(slope, z, retain_graph=True)
    rows.append(torch_side.to_numpy(row))
hessian_torch = np.stack(rows)

# %% tags=["tf"]
# TensorFlow
z = tf.Variable(scores)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        value = tf.reduce_logsumexp(z)
    slopes = inner.gradient(value, z)  # inside outer, so that it is noted too
hessian_tf = outer.jacobian(slopes, z).numpy()

# %% tags=["verdict", "folded"]
# Folded: compares both Hessians with the formula.
parity.verdict("PyTorch's Hessian, and the formula", hessian_torch, by_hand, atol=1e-14)
parity.verdict("TensorFlow's Hessian, and the formula", hessian_tf, by_hand, atol=1e-14)

# %% tags=["verdict", "folded"]
# Folded: judges what the article says of PyTorch by what this lesson saw.
counts = [
    len(exhibits_torch.operations(cube(torch.tensor(at, requires_grad=True))))
    for at in (2.0, 1.0)
]
gaps = {
    "first": float(error(float64_torch[0])),
    "second": parity.gap(hessian_torch, by_hand),
    "Jacobian": parity.gap(jacobian_torch, by_hand),
}
claims.verdict(
    "C28",
    {
        "each input has its own graph": counts[0] != counts[1],
        "first derivatives are right": gaps["first"] < 1e-14,
        "second derivatives are right": gaps["second"] < 1e-14,
        "Jacobians are right": gaps["Jacobian"] < 1e-14,
    },
    f"`cube` recorded {counts[0]} operations at 2 and {counts[1]} at 1; "
    "of 200 slopes, a Hessian and a Jacobian against their formulas, "
    f"largest difference {max(gaps.values()):.1e}",
)

# %% [markdown]
# ## 2c.6 Quiz

# %%
exercises.quiz("02c")

# %% [markdown]
# ## 2c.7 Verdicts
#
# The claim holds, and no longer sets PyTorch apart: TensorFlow's tape does the same. In this chapter the two gave the same
# derivatives but for a rounding (2a.5) and the built-in length at its corner (2c.3).

# %%
claims.close("02c")

# %% [markdown]
# ## 2c.8 Summary and further reading
#
# - The derivative belongs to the run. A shortcut, a branch, a corner can make it another than the function's.
# - Two frameworks that agree prove nothing. Judge by values: float64, $h \approx \varepsilon^{1/3}$, so about $10^{-5}$.
# - NaN is $\infty \cdot 0$ on the way back. Mend the input of the branch, not its result.
# - A derivative of your own is believed, so have it judged.
#
# Further reading: [gradcheck](https://docs.pytorch.org/docs/stable/notes/gradcheck.html),
# [the guide to advanced automatic differentiation](https://www.tensorflow.org/guide/advanced_autodiff).
# Next: [build it yourself](02d_build_it.ipynb).
