# %% [markdown]
# # 2. Automatic differentiation
#
# Both frameworks differentiate ordinary Python code. After this chapter you know what they write down to do so, and can
# tell when a derivative is right for the program and wrong for the function that you meant.
#
# > **Minutes**: 45 · **Needs**: chapter 1, the chain rule
# >
# > **You will be able to**
# > - draw what each framework recorded, and say when it is kept and when it is gone
# > - cut a gradient on purpose, and notice when it was cut by accident
# > - judge any gradient by finite differences, with the right step
# > - take second derivatives, go forward or in reverse, write a derivative of your own
# > - build automatic differentiation yourself
# >
# > **Claims tested**: C12, C28

# %% tags=["setup"]
from helpers import session
session.start("02")
import types
import weakref
from collections import Counter
import numpy as np
from helpers import claims, data, exercises, parity, plots

# %% tags=["torch", "setup"]
import torch
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng = np.random.default_rng(seed)
points = rng.uniform(0.2, 1.2, size=200).astype("float32").astype("float64")   # for 2.4; exact in float32 too
scores, direction = rng.normal(size=4), rng.normal(size=4)                     # for 2.6
digits = data.digits("float64")                          # for the last section, as are the next three lines
x_train, x_test = digits.x_train.reshape(-1, 64), digits.x_test.reshape(-1, 64)
start = {"W": rng.normal(scale=0.01, size=(64, 10)), "b": np.zeros(10)}
steps, rate = (60 if fast else 400), 1.0

# %% [markdown]
# ## 2.1 What is written down while code runs
#
# [Automatic differentiation](glossary.md#automatic-differentiation) applies the chain rule to the operations that ran,
# so somebody must write them down. Our program computes $a = xy$, then $\ell = a \sin a$. It uses $a$ twice, so two
# paths lead back to $x$, and their slopes add up:
#
# $$\frac{\partial \ell}{\partial x} = (\sin a + a \cos a)\, y$$
#
# PyTorch hangs the record on the result: `loss.grad_fn` is the last operation, `next_functions` leads to those before
# it, down to the [leaves](glossary.md#leaf). TensorFlow writes on a [tape](glossary.md#tape) that you open. The tape
# cannot be read from Python; a `tf.function` of the same code can, and shows the same operations.

# %% tags=["torch"]
def graph_torch(result):
    """What is recorded behind a result: {node: name}, and edges in the direction in which data flowed."""
    nodes, edges, todo = {}, [], [result.grad_fn]
    while todo:
        node = todo.pop(0)
        if node not in nodes:
            nodes[node] = type(node).__name__
            parents = [parent for parent, _ in node.next_functions if parent is not None]
            edges += [(parent, node) for parent in parents]
            todo += parents
    return nodes, edges

x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
y = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
a = x * y
loss_torch = a * torch.sin(a)
nodes_torch, edges_torch = graph_torch(loss_torch)
loss_torch.backward()
grads_torch = np.array([x.grad.item(), y.grad.item()])
list(nodes_torch.values())

# %% tags=["tf"]
def graph_tf(function):
    """The operations of a function of two scalars as a graph: {name: type}, and edges from input to operation."""
    scalar = tf.TensorSpec([], tf.float64)
    found = tf.function(function).get_concrete_function(scalar, scalar).graph.get_operations()
    edges = [(before.op.name, op.name) for op in found for before in op.inputs]
    return {op.name: op.type for op in found if any(op.name in edge for edge in edges)}, edges

def program(x, y):
    a = x * y
    return a * tf.sin(a)

x, y = tf.Variable(2.0, name="x", dtype=tf.float64), tf.Variable(0.5, name="y", dtype=tf.float64)
with tf.GradientTape() as tape:
    loss_tf = program(x, y)
nodes_tf, edges_tf = graph_tf(program)
grads_tf = np.array(tape.gradient(loss_tf, [x, y]))
[variable.name for variable in tape.watched_variables()], list(nodes_tf.values())

# %% tags=["verdict"]
a = 2.0 * 0.5
exact_grads = (np.sin(a) + a * np.cos(a)) * np.array([0.5, 2.0])
parity.verdict("PyTorch's gradient and the formula", grads_torch, exact_grads, atol=1e-14)
parity.verdict("the gradients of the two frameworks", grads_torch, grads_tf, atol=1e-14)
written_torch = Counter(name.removesuffix("Backward0") for name in nodes_torch.values() if name != "AccumulateGrad")
written_tf = Counter(kind for kind in nodes_tf.values() if kind not in ("Placeholder", "Identity"))
parity.verdict(f"what was written down, {dict(sorted(written_tf.items()))}", dict(written_torch), dict(written_tf))

# %%
def backward_pass(x, y):                        # traced, so that we can read what the tape adds
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        loss = program(x, y)
    return tape.gradient(loss, [x, y])

nodes_back, edges_back = graph_tf(backward_pass)
fig, axes = plots.figure(columns=3, width=10.5, height=4.8)
leaves = {node: f"AccumulateGrad\n(leaf {node.variable.item()})" for node, name in nodes_torch.items() if "Acc" in name}
inputs = {name: name for name, kind in nodes_back.items() if kind == "Placeholder"}
plots.graph(axes[0], nodes_torch | leaves, edges_torch, dict.fromkeys(leaves, "#F6D9C4"))
plots.graph(axes[1], nodes_tf | inputs, edges_tf, dict.fromkeys(inputs, "#CFE3F1"))
added = [name for name in nodes_back if name not in nodes_tf or name.startswith("Identity")]
plots.graph(axes[2], nodes_back | inputs, edges_back, dict.fromkeys(inputs, "#CFE3F1") | dict.fromkeys(added, "#F3E9A9"))
for ax, title in zip(axes, ["PyTorch: grad_fn", "TensorFlow: the program", "TensorFlow: with what the tape adds"]):
    ax.set_title(title)
plots.show(fig, alt="Three graphs drawn top down. PyTorch's and TensorFlow's hold the same three operations, Mul, Sin, Mul; "
           "the third also holds the backward pass: Cos, multiplications, and AddN, where two paths to a meet.")

# %% [markdown]
# In the third graph `AddN` is the sum over the two paths.
#
# ## 2.2 Added up, used up, cut off
#
# Three questions about the record's life.
#
# **Added up.** `backward` adds into `.grad` ([gradient accumulation](glossary.md#gradient-accumulation));
# `tape.gradient` returns a fresh value.
#
# **Used up.** How long is the record kept? We make one result that nothing needs, forget it, and ask a weak reference
# whether its memory is still held.
#
# **Cut off.** [Stop-gradient](glossary.md#stop-gradient) makes the rest treat a value as a constant, on purpose. The
# second pair of cells also cuts by accident, going through NumPy, and changes a value that the backward pass will need.

# %% tags=["torch"]
x = torch.tensor(3.0, requires_grad=True)
y = x * x
unused = torch.exp(x)
alive = weakref.ref(unused)
del unused
kept_torch = alive() is not None
y.backward()
both_times_torch = [x.grad.item()]
(x * x).backward()                              # the same x, a new graph
both_times_torch.append(x.grad.item())
try:
    y.backward()                                # the first graph again; retain_graph=True above would allow it
except RuntimeError as error:
    again_torch = type(error).__name__
else:
    again_torch = "no error"
both_times_torch, kept_torch, again_torch

# %% tags=["tf"]
x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x * x
    unused = tf.exp(x)
    alive = weakref.ref(unused)
    del unused
kept_tf = alive() is not None
both_times_tf = [float(tape.gradient(y, x))]
with tf.GradientTape() as fresh:
    y_again = x * x                             # the same x, a new tape
both_times_tf.append(float(fresh.gradient(y_again, x)))
try:
    tape.gradient(y, x)                         # the first tape again; persistent=True above would allow it
except RuntimeError as error:
    again_tf = type(error).__name__
else:
    again_tf = "no error"
both_times_tf, kept_tf, again_tf

# %% tags=["verdict"]
parity.differ("slopes asked for twice", np.array(both_times_torch), np.array(both_times_tf))
print(f"first and second time: PyTorch's x.grad {both_times_torch}, TensorFlow {both_times_tf}")
print(f"a result that nothing needs is still held: PyTorch {kept_torch}, TensorFlow (tape not used yet) {kept_tf}")
print(f"the same record read twice: PyTorch {again_torch}, TensorFlow {again_tf}")

# %% tags=["torch"]
x = torch.tensor(3.0, requires_grad=True)
y = x * x * x.detach()                          # on purpose
cut_torch = torch.autograd.grad(y, x)[0].item()
try:
    x.numpy()                                   # by accident
except RuntimeError as error:
    numpy_torch = f"refuses with {type(error).__name__}"
else:
    numpy_torch = "says nothing"
y = x * x
with torch.no_grad():
    x += 1                                      # too early: the slope of x * x needs the old value
try:
    early_torch = f"answers {torch.autograd.grad(y, x)[0].item()}"
except RuntimeError as error:
    early_torch = f"refuses with {type(error).__name__}"
cut_torch, numpy_torch, early_torch

# %% tags=["tf"]
x = tf.Variable(3.0)
with tf.GradientTape(persistent=True) as tape:
    y = x * x * tf.stop_gradient(x)             # on purpose
    lost = tf.constant(x.numpy() ** 2)          # by accident
    y_early = x * x
cut_tf = float(tape.gradient(y, x))
slope = tape.gradient(lost, x)
numpy_tf = "says nothing" if slope is not None else "says nothing, and the gradient is None"
x.assign_add(1.0)                               # too early: the slope of x * x needs the old value
try:
    early_tf = f"answers {float(tape.gradient(y_early, x))}"
except RuntimeError as error:
    early_tf = f"refuses with {type(error).__name__}"
cut_tf, numpy_tf, early_tf

# %% tags=["verdict"]
parity.verdict("slope of x² · (x as a constant) at 3", cut_torch, cut_tf)
print(f"through NumPy: PyTorch {numpy_torch}; TensorFlow {numpy_tf}")
print(f"slope of x² at 3, asked for after x was changed to 4: PyTorch {early_torch}; TensorFlow {early_tf}")

# %% [markdown]
# ## 2.3 The derivative of the run
#
# The record holds what ran, and an `if` or a `while` decides what runs. So each input has its own graph, a
# [dynamic graph](glossary.md#dynamic-graph). The paper that the article names, [Automatic differentiation in
# PyTorch](https://openreview.net/forum?id=BJJsrmfCZ) of 2017, puts this first among its design decisions. Others are: no
# tape, changes in place are watched, a core in C++. The verdict looks at these four.
#
# The functions below are plain Python and take a float or a tensor. `grow` multiplies until it is large enough. `cube`
# has a shortcut that changes no value.
#
# **Prediction 2.1.** $x^3$ has the slope 3 at 1. What will the frameworks say about `cube` there?

# %% tags=["predict"]
def grow(x):
    y = x
    while y < 100:
        y = y * x
    return y

def cube(x):
    if x == 1:
        return x                                # a shortcut
    return x * x * x

runs = [(grow, 3.0), (grow, 5.0), (cube, 2.0), (cube, 1.0)]
guess = ...            # one of: 0.0, 1.0, 3.0
exercises.predict("2.1", guess, among=[0.0, 1.0, 3.0])

# %% tags=["torch"]
run_slopes_torch = {}
for function, at in runs:
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = function(x)
    run_slopes_torch[f"{function.__name__} at {at:g}"] = torch.autograd.grad(y, x)[0].item()
run_slopes_torch

# %% tags=["tf"]
run_slopes_tf = {}
for function, at in runs:
    x = tf.constant(at, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)                           # a tape follows variables by itself, constants when told to
        y = function(x)
    run_slopes_tf[f"{function.__name__} at {at:g}"] = float(tape.gradient(y, x))
run_slopes_tf

# %% tags=["verdict"]
parity.verdict("the slopes of four runs", run_slopes_torch, run_slopes_tf, rtol=1e-12)
exercises.outcome("2.1", run_slopes_torch["cube at 1"])
nodes = [len(graph_torch(grow(torch.tensor(at, requires_grad=True)))[0]) for at in (3.0, 5.0)]
claims.verdict("C12", {"the graph is defined by running": nodes[0] != nodes[1], "no tape": not kept_torch,
                       "changes in place are watched": early_torch.startswith("refuses"),
                       "nodes in C++": isinstance(type(loss_torch.grad_fn).__call__, types.WrapperDescriptorType)},
               f"grow has {nodes[0]} nodes at 3 and {nodes[1]} at 5; after a change in place PyTorch {early_torch}")
judged = {f"{f.__name__} at {at:g}": (f(at + 1e-5) - f(at - 1e-5)) / 2e-5 for f, at in runs}
for name, slope in judged.items():
    agrees = "agree" if abs(slope - run_slopes_torch[name]) < 1e-3 else "DISAGREE"
    print(f"{name}: both frameworks {run_slopes_torch[name]:.1f}, nearby values of the function {slope:.1f}: they {agrees}")

# %% [markdown]
# ## 2.4 Finite differences, the judge
#
# At 1 the shortcut ran, and the slope of `return x` is 1. Both frameworks are right about the run and wrong about $x^3$;
# comparing them with each other shows nothing. A judge must know only values: [finite
# differences](glossary.md#finite-differences). With $f'''$ at some point nearby,
#
# $$\frac{f(x+h) - f(x-h)}{2h} = f'(x) + \frac{h^2}{6} f'''$$
#
# exactly; but a computer rounds each $f$ by up to about $\varepsilon\,|f|$, where $\varepsilon$ is the
# [machine epsilon](glossary.md#machine-epsilon).
#
# **Prediction 2.2.** In float64, $\varepsilon$ is about $2 \cdot 10^{-16}$. Which step $h$ comes closest to the slope of
# $e^{\sin x}$?

# %% tags=["predict"]
exact = np.exp(np.sin(points)) * np.cos(points)
widths = [10 ** (-k / 2) for k in range(2, 31)]

def worst(slope):
    """Largest error of an array of slopes, as a part of the largest slope."""
    return float(np.abs(slope - exact).max() / exact.max())

guess = ...            # one of: 1e-2, 1e-5, 1e-12
exercises.predict("2.2", guess, among=[1e-2, 1e-5, 1e-12])

# %% tags=["torch"]
def f(x):
    return torch.exp(torch.sin(x))

errors_torch, slopes_torch = {}, {}
for dtype in ("float32", "float64"):
    x = torch_side.tensor(points, dtype=dtype).requires_grad_()
    slope = torch.autograd.grad(f(x).sum(), x)[0]
    slopes_torch[dtype] = torch_side.to_numpy(slope)
    differences = [torch_side.to_numpy((f(x + h) - f(x - h)) / (2 * h)) for h in widths]
    errors_torch[dtype] = {"autodiff": worst(slopes_torch[dtype]), "differences": [worst(d) for d in differences]}

# %% tags=["tf"]
def f(x):
    return tf.exp(tf.sin(x))

errors_tf, slopes_tf = {}, {}
for dtype in ("float32", "float64"):
    x = tf.Variable(tf_side.tensor(points, dtype=dtype))
    with tf.GradientTape() as tape:
        y = f(x)
    slopes_tf[dtype] = tf_side.to_numpy(tape.gradient(y, x))
    differences = [tf_side.to_numpy((f(x + h) - f(x - h)) / (2 * h)) for h in widths]
    errors_tf[dtype] = {"autodiff": worst(slopes_tf[dtype]), "differences": [worst(d) for d in differences]}

# %% tags=["verdict"]
parity.verdict("200 slopes by automatic differentiation", slopes_torch["float64"], slopes_tf["float64"], rtol=1e-14)
best = widths[int(np.argmin(errors_torch["float64"]["differences"]))]
exercises.outcome("2.2", min([1e-2, 1e-5, 1e-12], key=lambda option: abs(np.log10(option / best))))
cases = [errors[dtype] for errors in (errors_torch, errors_tf) for dtype in errors]
closer = sum(case["autodiff"] < min(case["differences"]) / 5 for case in cases)
print(f"automatic differentiation is at least five times closer than the best step in {closer} of {len(cases)} cases")

# %%
fig, axes = plots.figure(columns=2, width=10, height=4.2, sharey=True)
for ax, dtype in zip(axes, errors_torch):
    for style, errors in ((plots.TORCH, errors_torch[dtype]), (plots.TF, errors_tf[dtype])):
        ax.loglog(widths, errors["differences"], **style)
        level = max(errors["autodiff"], 1e-17)
        ax.axhline(level, color=style["color"], linestyle=style["linestyle"], linewidth=1)
    ax.text(0.1, level * 1.6, "automatic differentiation, both", ha="right", fontsize=9)
    epsilon = np.finfo(dtype).eps
    ax.loglog(widths, [h * h for h in widths], ":", color=plots.GRAY, linewidth=1.2)
    ax.loglog(widths, [epsilon / h for h in widths], ":", color=plots.GRAY, linewidth=1.2)
    ax.axvline(epsilon ** (1 / 3), color=plots.GRAY, linewidth=0.8)
    ax.text(epsilon ** (1 / 3) * 1.25, 0.3, "$h = ε^{1/3}$", fontsize=9)
    ax.set(title=dtype, xlabel="step h (no unit)", ylim=(1e-17, 1e2))
axes[0].set_ylabel("largest error / largest slope")
axes[1].legend(loc="lower left", bbox_to_anchor=(0, 0.12), title="finite differences")
plots.show(fig, alt="Error of finite differences against the step, both axes logarithmic: a V in float32 and a deeper V in "
           "float64, the same for both frameworks. It falls as h squared, rises as epsilon over h when h gets smaller, and "
           "its lowest point lies near the cube root of epsilon. Automatic differentiation lies below both.")

# %% [markdown]
# Dotted: the formula's error $h^2$, and the rounding error $\varepsilon / h$. They are equal at $h = \varepsilon^{1/3}$,
# so a smaller step is a worse judge. Remember $10^{-5}$ for float64, and use float64 for judging.
#
# ## 2.5 A corner, and a derivative of your own
#
# Next, a place where no derivative exists: the length $\lVert x \rVert = \sqrt{x_1^2 + x_2^2 + \dots}$ has a corner
# at 0. Any vector no longer than 1 is a [subgradient](glossary.md#subgradient) there; 0 is the natural choice. It
# matters: distances between equal points are common in metric learning.
#
# **Prediction 2.3.** What is the gradient of the built-in norm, `torch.linalg.vector_norm` and `tf.norm`, at 0?

# %% tags=["predict"]
guess = ...            # one of the four lines below
exercises.predict("2.3", guess, among=["0 in PyTorch, 0 in TensorFlow", "0 in PyTorch, NaN in TensorFlow",
                                       "NaN in PyTorch, 0 in TensorFlow", "NaN in PyTorch, NaN in TensorFlow"])

# %% tags=["torch"]
class Length(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        length = x.square().sum().sqrt()
        ctx.save_for_backward(x, length)
        return length

    @staticmethod
    def backward(ctx, upstream):
        x, length = ctx.saved_tensors
        return upstream * torch.where(length > 0, x / length, 0.0)

programs = {"built in": torch.linalg.vector_norm, "written out": lambda x: x.square().sum().sqrt(),
            "own derivative": Length.apply}
x = torch.zeros(3, dtype=torch.float64, requires_grad=True)
corner_torch = {name: torch_side.to_numpy(torch.autograd.grad(f(x), x)[0]) for name, f in programs.items()}
away = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
judged_torch = torch.autograd.gradcheck(Length.apply, away)           # PyTorch's own finite differences

# %% tags=["tf"]
@tf.custom_gradient
def own_length(x):
    length = tf.sqrt(tf.reduce_sum(tf.square(x)))

    def backward(upstream):
        return upstream * tf.math.divide_no_nan(x, length)
    return length, backward

programs = {"built in": tf.norm, "written out": lambda x: tf.sqrt(tf.reduce_sum(tf.square(x))),
            "own derivative": own_length}
x = tf.Variable(tf.zeros(3, tf.float64))
corner_tf = {}
for name, function in programs.items():
    with tf.GradientTape() as tape:
        length = function(x)
    corner_tf[name] = tf_side.to_numpy(tape.gradient(length, x))
away = tf.constant([3.0, 4.0], tf.float64)
(found,), (differences,) = tf.test.compute_gradient(own_length, [away])   # TensorFlow's own finite differences
judged_tf = bool(np.allclose(found, differences, atol=1e-5))

# %% tags=["verdict"]
built_in = [np.unique(slopes["built in"]) for slopes in (corner_torch, corner_tf)]
word_torch, word_tf = (f"{values[0]:.0f}".replace("nan", "NaN") for values in built_in)
exercises.outcome("2.3", f"{word_torch} in PyTorch, {word_tf} in TensorFlow")
parity.verdict("written out (NaN in the same places counts as equal)", corner_torch["written out"], corner_tf["written out"])
parity.verdict("own derivative", corner_torch["own derivative"], corner_tf["own derivative"])
print(f"own derivative, judged by finite differences away from 0: PyTorch {judged_torch}, TensorFlow {judged_tf}")

# %% [markdown]
# Written out, both give NaN, so the frameworks agree about the program. With $s = \sum x_i^2$ the chain rule at 0 reads
#
# $$\frac{1}{2\sqrt{s}} \cdot 2x_i = \infty \cdot 0 = \text{NaN}$$
#
# `tf.norm` is that program. PyTorch's norm is one operation with a derivative of its own that answers 0 there. A
# [custom gradient](glossary.md#custom-gradient) does the same for any function: it stands in the record as one node,
# and whatever you return counts as its derivative. Nobody checks it, so judge it: `gradcheck` and
# `compute_gradient` are each framework's finite differences.

# %% [markdown]
# ## 2.6 Derivatives of derivatives, forward and reverse
#
# [Reverse mode](glossary.md#reverse-mode) walks the record back from an output: one pass gives a row of the
# [Jacobian](glossary.md#jacobian). [Forward mode](glossary.md#forward-mode) carries slopes along with the values: one
# pass gives the Jacobian times a direction. A loss has one output and millions of inputs; hence reverse.
#
# If the backward pass is recorded too (`create_graph=True`, a tape inside a tape), it can be differentiated again. A
# case to check it by, with $p = \operatorname{softmax}(z)$: the
# [Hessian](glossary.md#hessian) of $\log \sum_i e^{z_i}$ *is* the Jacobian of [softmax](glossary.md#softmax),
#
# $$H = J = \operatorname{diag}(p) - p\,p^{\mathsf T}$$

# %% tags=["torch"]
z = torch_side.tensor(scores).requires_grad_()
slope, = torch.autograd.grad(torch.logsumexp(z, dim=0), z, create_graph=True)
hessian_torch = torch.stack([torch.autograd.grad(s, z, retain_graph=True)[0] for s in slope])

def softmax(z):
    return torch.softmax(z, dim=0)

jacobian_torch = torch.func.jacrev(softmax)(z)
_, forward_torch = torch.func.jvp(softmax, (z,), (torch_side.tensor(direction),))
found_torch = {"Hessian": torch_side.to_numpy(hessian_torch), "Jacobian": torch_side.to_numpy(jacobian_torch),
               "forward": torch_side.to_numpy(forward_torch)}

# %% tags=["tf"]
z = tf.Variable(scores)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        value = tf.reduce_logsumexp(z)
    slope = inner.gradient(value, z)
hessian_tf = outer.jacobian(slope, z)

with tf.GradientTape() as tape:
    p = tf.nn.softmax(z)
jacobian_tf = tape.jacobian(p, z)
with tf.autodiff.ForwardAccumulator(z, tf.constant(direction)) as accumulator:
    p = tf.nn.softmax(z)
forward_tf = accumulator.jvp(p)
found_tf = {"Hessian": tf_side.to_numpy(hessian_tf), "Jacobian": tf_side.to_numpy(jacobian_tf),
            "forward": tf_side.to_numpy(forward_tf)}

# %% tags=["verdict"]
p = np.exp(scores) / np.exp(scores).sum()
formula = np.diag(p) - np.outer(p, p)
expected = {"Hessian": formula, "Jacobian": formula, "forward": formula @ direction}
gaps = {kind: parity.gap(found_torch[kind], expected[kind]) for kind in expected}
largest = max(errors_torch["float64"]["autodiff"], *gaps.values())
claims.verdict("C28", {"each input has its own graph": nodes[0] != nodes[1],
                       "first derivatives are right": errors_torch["float64"]["autodiff"] < 1e-14,
                       "second derivatives too": gaps["Hessian"] < 1e-14, "Jacobians too": gaps["Jacobian"] < 1e-14},
               f"200 slopes, a Hessian and a Jacobian against their formulas: largest difference {largest:.1e}")
parity.verdict("PyTorch's Hessian, Jacobian and forward pass, and the formula", found_torch, expected, atol=1e-14)
parity.verdict("TensorFlow's Hessian, Jacobian and forward pass, and the formula", found_tf, expected, atol=1e-14)

# %% [markdown]
# ## 2.7 Real digits, gradient descent by hand
#
# Softmax regression: scores ([logits](glossary.md#logits)) $XW + b$ for ten digits, the
# [cross-entropy](glossary.md#cross-entropy) as loss, and
#
# $$W \leftarrow W - \eta\, \frac{\partial \ell}{\partial W}$$
#
# No optimizer, no model class: only the record, and a step that must not be recorded itself. PyTorch needs `no_grad`
# for that, and the gradient must be cleared; in TensorFlow the step stands outside the tape. Both start from the same
# weights, see all training images at each step, and compute in float64.

# %% tags=["torch"]
where = torch_side.device(device)
x, y = torch_side.tensor(x_train, where), torch_side.tensor(np.eye(10)[digits.y_train], where)
W, b = (torch_side.tensor(value, where).requires_grad_() for value in start.values())
losses_torch = []
for _ in range(steps):
    logits = x @ W + b
    loss = -(y * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()
    loss.backward()
    with torch.no_grad():
        for parameter in (W, b):
            parameter -= rate * parameter.grad
            parameter.grad = None
    losses_torch.append(loss.item())
weights_torch = {"W": torch_side.to_numpy(W), "b": torch_side.to_numpy(b)}

# %% tags=["tf"]
with tf.device(tf_side.device(device)):
    x, y = tf.constant(x_train), tf.constant(np.eye(10)[digits.y_train])
    W, b = (tf.Variable(value) for value in start.values())
    losses_tf = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            logits = x @ W + b
            loss = -tf.reduce_mean(tf.reduce_sum(y * tf.nn.log_softmax(logits), axis=1))
        for parameter, gradient in zip((W, b), tape.gradient(loss, (W, b))):
            parameter.assign_sub(rate * gradient)
        losses_tf.append(float(loss))
weights_tf = {"W": tf_side.to_numpy(W), "b": tf_side.to_numpy(b)}

# %% tags=["verdict"]
parity.verdict("the loss at every step", np.array(losses_torch), np.array(losses_tf), atol=1e-11)
parity.verdict("the weights after the last step", weights_torch, weights_tf, atol=1e-11)
correct = [(x_test @ w["W"] + w["b"]).argmax(axis=1) == digits.y_test for w in (weights_torch, weights_tf)]
parity.verdict("which test images are read rightly", correct[0], correct[1])
print(f"more than 80 % right, on forms never seen: {bool(correct[0].mean() > 0.8)}")

# %%
fig, ax = plots.figure(width=7, height=3)
ax.plot(losses_torch, **plots.TORCH | {"marker": "", "linewidth": 4, "alpha": 0.5})
ax.plot(losses_tf, **plots.TF | {"markevery": steps // 15})
ax.set(xlabel="step", ylabel="cross-entropy (nats)", title=f"Test accuracy {correct[0].mean():.3f} on both sides")
ax.legend()
plots.show(fig, alt="The loss of both frameworks against the step: one falling curve, drawn twice on top of itself.")

fig, axes = plots.figure(columns=10, width=10, height=1.6)
for digit, ax in enumerate(axes):
    ax.imshow(weights_torch["W"][:, digit].reshape(8, 8), cmap="PuOr_r", vmin=-1.5, vmax=1.5)
    ax.set_title(str(digit))
    ax.set_axis_off()
fig.suptitle("Weights W for each digit: orange speaks for it, purple against it", fontsize=10)
plots.show(fig, alt="Ten pictures of 8 by 8 weights, one for each digit: orange where ink speaks for the digit, purple "
           "where it speaks against it; the 0 has a purple center.")

# %% [markdown]
# ## 2.8 Exercises
#
# ### Exercise 2.1
# Port to TensorFlow, and mend. The values of this function are right, also at 0, where $\sin x / x$ tends to 1. Its
# gradient at 0 is NaN, although `where` does not choose the division there. Why? (Both branches run, and both are on
# the way back.)
#
# ```python
# def sinc(x):
#     return torch.where(x == 0, 1.0, torch.sin(x) / x)
# ```
#
# The check compares values and gradients on arrays that hold zeros.

# %% tags=["exercise"]
answer = ...           # a function of a TensorFlow tensor
# solution
def answer(x):
    zero = x == 0
    safe = tf.where(zero, tf.ones_like(x), x)          # no division by 0, in neither branch
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

# %% tags=["check"]
exercises.check("2.1", answer)

# %% [markdown]
# ### Exercise 2.2
# Rounding is flat between its jumps, so its derivative is 0 and nothing can be learned through it. Networks with whole
# numbers inside pretend that the slope is 1, the
# [straight-through estimator](glossary.md#straight-through-estimator). Port it to PyTorch:
#
# ```python
# @tf.custom_gradient
# def rounded(x):
#     return tf.round(x), lambda upstream: upstream
# ```
#
# A class like `Length` works. One line with `detach` works as well: think of $x + (\dots)$.

# %% tags=["exercise"]
answer = ...           # a function of a PyTorch tensor
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

# %% tags=["check"]
exercises.check("2.2", answer)

# %% [markdown]
# ### Exercise 2.3
# Your own automatic differentiation, in some 30 lines. A `Scalar` is one node of the record: its value, and its parents,
# each with the slope toward it. `add` is given. Write `multiply(a, b)`, `power(a, n)` for a number `n`, and `tanh(a)`.
#
# ### Exercise 2.4
# Then `backward(out)`: set `grad` of every node behind `out`, as `.backward()` does. A node may pass its gradient on
# only when it has received all of it; so go through the nodes in an order in which every node comes before its parents.
# The check runs your function on expressions with shared parts, and compares each gradient with PyTorch and
# TensorFlow.

# %% tags=["exercise"]
class Scalar:
    """A number that knows its parents, as pairs (parent, slope toward that parent)."""
    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad = value, parents, 0.0

def add(a, b):
    return Scalar(a.value + b.value, [(a, 1.0), (b, 1.0)])

answer = ...           # multiply, power, tanh
# solution
def multiply(a, b):
    return Scalar(a.value * b.value, [(a, b.value), (b, a.value)])

def power(a, n):
    return Scalar(a.value ** n, [(a, n * a.value ** (n - 1))])

def tanh(a):
    t = np.tanh(a.value)
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
    return Scalar(a.value ** n, [(a, a.value ** (n - 1))])
answer = multiply, power, tanh
# wrong: uses the output, not the input
def power(a, n):
    return Scalar(a.value ** n, [(a, n * a.value ** (n - 1))])
def tanh(a):
    return Scalar(np.tanh(a.value), [(a, 1 - a.value ** 2)])
answer = multiply, power, tanh
# wrong: a tuple of three functions
answer = multiply

# %% tags=["check"]
exercises.check("2.3", answer)

# %% tags=["exercise"]
answer = ...           # backward(out): sets node.grad for out and every node behind it, returns nothing
# solution
def backward(out):
    order, seen = [], set()
    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)         # after all its parents
    visit(out)
    out.grad = 1.0
    for node in reversed(order):       # so here before all its parents
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
# wrong: stops at the parents
def answer(out):
    out.grad = 1.0
    for parent, slope in out.parents:
        parent.grad += slope

# %% tags=["check"]
exercises.check("2.4", answer)

# %% [markdown]
# ## 2.9 Quiz

# %%
exercises.quiz("02")

# %% [markdown]
# ## 2.10 Verdicts
#
# The first claim is about a paper, and a run cannot read it; but a paper can be checked by its subject, and PyTorch still
# works as this one says. It is a workshop paper about automatic differentiation alone; for the whole library one cites
# the [paper of 2019](https://arxiv.org/abs/1912.01703).
#
# The second claim holds, and no longer sets PyTorch apart: of the same program, TensorFlow's tape gave the same
# derivatives throughout this chapter.

# %%
claims.close("02")

# %% [markdown]
# ## 2.11 Summary and further reading
#
# - Both record the operations that ran and apply the chain rule to them. PyTorch keeps only what leads to a result that
#   you hold; TensorFlow's tape keeps all until it is used.
# - `.grad` adds up; `tape.gradient` returns. On the way through NumPy a gradient gets lost: PyTorch refuses,
#   TensorFlow returns `None`. Look.
# - The derivative belongs to the run. Shortcuts, branches and corners can make it another than the function's.
# - Judge by finite differences, in float64, with $h \approx \varepsilon^{1/3}$.
#
# Further reading: [autograd mechanics](https://docs.pytorch.org/docs/stable/notes/autograd.html),
# [the guide to GradientTape](https://www.tensorflow.org/guide/autodiff) and its
# [second part](https://www.tensorflow.org/guide/advanced_autodiff); Baydin and others,
# [a survey](https://arxiv.org/abs/1502.05767); Karpathy's [micrograd](https://github.com/karpathy/micrograd).
# Next: the graphs themselves, static and dynamic.
