# %% [markdown]
# # 3. Static and dynamic graphs
#
# You find out when your code really runs, in each framework and mode, and when a graph is worth its price.
#
# > **Minutes**: 50
# >
# > **Needs**: chapters 1 and 2; a C++ compiler for one line of section 3.7
# >
# > **You will be able to**
# > - read a program of 2016
# > - tell what runs at [tracing](glossary.md#tracing) and what at every call
# > - write an `if` on data that a graph keeps
# > - stop at a breakpoint in captured code
# > - compute after how many calls compiling has paid
# >
# > **Claims tested**: C13, C21, C22, C23, C23c, C24, C25, C26, C27, C29, C30

# %% tags=["setup"]
from helpers import session
session.start("03")
import contextlib
import difflib
import functools
import inspect
import io
import logging
import math
import re
import sys
import textwrap
import tokenize
import numpy as np
from helpers import build_dir, claims, data, exercises, parity, plots, process, show, stepper, timing

# %% tags=["torch", "setup"]
import torch
from helpers import torch_side
logging.getLogger("torch").setLevel(logging.CRITICAL)  # provoked errors would be logged a second time, at length

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side
tf.get_logger().setLevel("ERROR")  # it warns of retracing: here we count it
tf.config.experimental.enable_tensor_float_32_execution(False)  # full float32 on a GPU as well: numbers are compared

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng = np.random.default_rng(seed)
rows = data.digits().x_train[seed % 100][3:5, None]  # two rows of pixels of a real digit: two inputs of shape (1, 8)
h, W_x, W_h = (rng.normal(size=size).astype("float32") for size in ((1, 4), (8, 4), (4, 4)))

# %% [markdown]
# ## 3.1 A program of 2016
#
# A TensorFlow 1 program first defined a [static graph](glossary.md#static-graph): nodes for operations, edges for tensors,
# a [placeholder](glossary.md#placeholder) for each input. Then a [session](glossary.md#session) ran nodes on what a
# [feed dict](glossary.md#feed-dict) supplied. Today's TensorFlow still runs such a program, in a process of its own. This
# one is a step of a recurrent network on a row of pixels.
#
# The drawing is the graph as it stood *before* anything ran. Its numbers come from the session's trace (`FULL_TRACE`): asked
# for `next_h`, it ran only what `next_h` depends on. Then come today's twins: data goes in as arguments.
#
# **Predict.** Before the session, the program prints `next_h`. What does it show?

# %% tags=["predict"]
guess = ...  # one of: "four numbers", "a tensor without numbers", "an error"
exercises.predict("3.1", guess, among=["four numbers", "a tensor without numbers", "an error"])

# %%
print(f"run by TensorFlow {tf.__version__}\n")
museum = process.run("ch03/tf1_graph", {"rows": rows, "h": h, "W_x": W_x, "W_h": W_h}, timeout=120,
                     env={"CUDA_VISIBLE_DEVICES": "-1"})[0]
listing = process.worker("ch03/tf1_graph").read_text(encoding="utf-8")
program = re.findall(r"^# \[(?!end).*?(?=^# \[end)", listing, re.S | re.M)
print("\n".join(program))
order = [re.sub(r"_arg_(\w+)_0_\d", r"\1", name) for name in museum["ran"]]
ran = {name: f"\nran as number {k}" for k, name in enumerate([name for name in order if name in museum["nodes"]], 1)}
labels = {name: f"{name}\n{kind}{ran.get(name, '')}" for name, kind in museum["nodes"].items()}
fig, ax = plots.figure(width=9, height=5)
plots.graph(ax, labels, museum["edges"], dict.fromkeys(ran, "#CFE3F1"))
plots.show(fig, alt="The graph of the program: two placeholders and two variables lead through products, a sum and tanh "
                    "to next_h. The trace shows that only these nodes ran; the nodes that assign initial values did not.")

# %% tags=["torch"]
inputs_torch = [torch_side.tensor(value) for value in (h, W_x, W_h)]

def step_torch(x, h, W_x, W_h):
    return torch.tanh(x @ W_x + h @ W_h)

next_h_torch = np.stack([torch_side.to_numpy(step_torch(torch_side.tensor(row), *inputs_torch)) for row in rows])
absent_torch = [name for name in ("Session", "session", "Placeholder", "placeholder") if not hasattr(torch, name)]

# %% tags=["tf"]
inputs_tf = [tf_side.tensor(value) for value in (h, W_x, W_h)]

def step_tf(x, h, W_x, W_h):
    return tf.tanh(x @ W_x + h @ W_h)

next_h_tf = np.stack([tf_side.to_numpy(step_tf(tf_side.tensor(row), *inputs_tf)) for row in rows])
absent_tf = [name for name in ("Session", "session", "Placeholder", "placeholder") if not hasattr(tf, name)]

# %% tags=["verdict"]
museum_h = np.array(museum["results"], "float32")
claims.verdict("C24", {
    "tf.Session and a placeholder are there": not {"Session", "placeholder"} & set(absent_tf),
    "tf.Placeholder was ever the name": hasattr(tf, "Placeholder") or hasattr(tf.compat.v1, "Placeholder"),
    "data needs a session to get in or out": not np.allclose(next_h_tf, museum_h, atol=1e-6)},
    f"tf.Session here: {hasattr(tf, 'Session')}; tf.compat.v1.Session: {hasattr(tf.compat.v1, 'Session')}; "
    f"tf.compat.v1.placeholder: {hasattr(tf.compat.v1, 'placeholder')}; the same numbers came without any of them.")
fed = len({result.tobytes() for result in museum_h})
claims.verdict("C25", museum["unchanged"] and fed == 2,
               f"Two rows of pixels fed to one graph: {fed} results; the graph stayed as it was: {museum['unchanged']}.")
same_torch = np.allclose(next_h_torch, museum_h, atol=1e-6)
claims.verdict("C29", len(absent_torch) == 4 and same_torch,
               f"torch has no {', '.join(absent_torch)}; it gave the numbers of 2016: {same_torch}.")
parity.verdict("one step, PyTorch and TensorFlow today", next_h_torch, next_h_tf, atol=1e-6)
parity.verdict("one step, the program of 2016 and TensorFlow today", museum_h, next_h_tf, atol=1e-6)
shows_numbers = re.search(r"numpy=|\[\[", museum["said"]) is not None
exercises.outcome("3.1", "four numbers" if shows_numbers else "a tensor without numbers")

# %% [markdown]
# ## 3.2 A graph that grows as the code runs
#
# PyTorch builds a [dynamic graph](glossary.md#dynamic-graph): each operation runs at once and, on the way, leaves a node
# behind for the derivative. To watch it, we use what debuggers use: `sys.settrace` calls us before every line of `forward`.
# We keep the local variables and, with `grad_fn`, follow the graph that exists at that moment.
#
# In the result, click a line, or move with the arrow keys: beside it stands the graph after that line, with a number that is
# already there. The last line walks the graph backward, fills the gradients, and frees what the nodes had kept.

# %%
def forward(x, h, W_x, W_h):
    i2h = x @ W_x
    h2h = h @ W_h
    total = i2h + h2h
    next_h = torch.tanh(total)
    loss = next_h.sum()
    loss.backward()

def watch(frame, event, argument):  # Python calls this before each line of forward
    values = {name: value for name, value in frame.f_locals.items() if isinstance(value, torch.Tensor)}
    moments.append((frame.f_lineno, values, values["W_x"].grad is not None))
    return watch

moments, tracer = [], sys.gettrace()
given = {"x": rows[0], "h": h, "W_x": W_x, "W_h": W_h}
leaves = {name: torch_side.tensor(value).requires_grad_() for name, value in given.items()}
sys.settrace(lambda frame, *event: watch(frame, *event) if frame.f_code is forward.__code__ else None)
forward(**leaves)
sys.settrace(tracer)

# %%
def graph_behind(*tensors):  # {node: the leaf or operation} and the edges, found by following grad_fn
    nodes, edges, todo = {}, {}, [tensor.grad_fn for tensor in tensors if tensor.grad_fn]
    for node in todo:
        parents = [parent for parent, _ in node.next_functions if parent is not None]
        nodes[node] = next((name for name, leaf in leaves.items() if getattr(node, "variable", None) is leaf), node.name())
        edges |= dict.fromkeys((parent, node) for parent in parents)
        todo += [parent for parent in parents if parent not in todo]
    return nodes, list(edges)
labels, edges = graph_behind(moments[-1][1]["loss"])
source, sizes, figures, alts = inspect.getsource(forward).splitlines(), [], [], []
for _, values, gradients in moments[1:]:
    there, newest = graph_behind(*values.values())[0], list(values)[-1]
    sizes.append(len(there))
    colors = {node: "#F3E9A9" if gradients and labels[node] in leaves else "white" for node in there}
    fig, ax = plots.figure(width=5.6, height=4)
    plots.graph(ax, labels, edges, dict.fromkeys(labels) | colors)  # None: not there yet
    ax.set_title(f"{newest} begins with {values[newest].flatten()[0]:.3f}" + ", gradients filled" * gradients)
    figures.append(fig)
    alts.append(f"The graph has {len(there)} nodes; {newest} has its value" + " and the inputs have gradients." * gradients)
stepper.walk([source[line - forward.__code__.co_firstlineno].strip() for line, *_ in moments[:-1]], figures, alts)

# %% tags=["torch"]
def halve_torch(x):
    while torch.linalg.vector_norm(x) > 1:  # Python asks for the number, at each turn
        x = x / 2
    return x

slopes_torch, lengths_torch = [], []  # a graph of n halvings has the slope 0.5 ** n: two inputs, two graphs
for size in (3.0, 30.0):
    x = torch.full([4], size, requires_grad=True)
    y = halve_torch(x)
    y.sum().backward()
    slopes_torch.append(float(x.grad[0]))
    lengths_torch.append(len(graph_behind(y)[0]) - 1)  # less the leaf

# %% tags=["tf"]
def halve_tf(x):
    while tf.norm(x) > 1:
        x = x / 2
    return x

slopes_tf, lengths_tf = [], []  # the tape's nodes cannot be visited, but the slope tells how many halvings it holds
for size in (3.0, 30.0):
    x = tf.fill([4], size)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = halve_tf(x)
    slopes_tf.append(float(tape.gradient(y, x)[0]))
    lengths_tf.append(round(-np.log2(slopes_tf[-1])))

# %% tags=["verdict"]
claims.verdict("C13", lengths_torch[0] != lengths_torch[1],
               f"One function, two inputs: a graph of {lengths_torch[0]} nodes and one of {lengths_torch[1]}.")
numbers = all(bool(torch.isfinite(value).all()) for _, values, _ in moments for value in values.values())
claims.verdict("C27", numbers and sizes[:-1] == sorted(set(sizes[:-1])),
               f"After each line the graph had {', '.join(map(str, sizes[:-1]))} nodes; all values there: {numbers}.")
claims.verdict("C21", {"TensorFlow is not eager": not tf.executing_eagerly(),
                       "each input gets the same operations": lengths_tf[0] == lengths_tf[1]},
               f"Asked for no graph, TensorFlow recorded {lengths_tf[0]} halvings of one input, {lengths_tf[1]} of another.")
parity.verdict("slopes for the two inputs", slopes_torch, slopes_tf)
parity.verdict("nodes of PyTorch's graph, and those that TensorFlow's slope tells", lengths_torch, lengths_tf)

# %% [markdown]
# ## 3.3 Capturing a graph: who runs the Python?
#
# Both frameworks make a graph of such a function when you ask, with a [decorator](glossary.md#decorator): `tf.function` and
# `torch.compile`. They do it in different ways. TensorFlow runs your Python once with stand-ins for the inputs and from then
# on only the graph. PyTorch reads your bytecode, captures what it can, and attaches [guards](glossary.md#guard).
#
# To see PyTorch's graphs we give it a [backend](glossary.md#backend) that compiles nothing and keeps what it gets.
#
# **Predict.** The function below multiplies by a global `factor`. Before the third call, `factor` goes from 2 to 3. Which
# of the two captured functions notices?

# %% tags=["predict"]
guess = ...  # one of: "both", "only torch.compile", "only tf.function", "neither"
exercises.predict("3.2", guess, among=["both", "only torch.compile", "only tf.function", "neither"])

# %% tags=["torch"]
graphs = []

def keep(module, inputs):  # a backend: it gets each captured graph, and returns what is to be called
    graphs.append(module)
    return module.forward

@torch.compile(backend=keep)
def scale_torch(x):
    print("Python's print")
    return x * factor

results_torch, printed_torch = [], io.StringIO()
with contextlib.redirect_stdout(printed_torch):
    for value in (2.0, 2.0, 3.0):
        factor = value
        results_torch.append(float(scale_torch(torch.ones(1))[0]))
print(f"results {results_torch}, graphs {len(graphs)}, Python's print ran {printed_torch.getvalue().count('print')} times")

# %% tags=["tf"]
log = build_dir() / "chapter03_tf_print.txt"
log.unlink(missing_ok=True)
log.parent.mkdir(parents=True, exist_ok=True)

@tf.function
def scale_tf(x):
    print("Python's print")
    tf.print("TensorFlow's print", output_stream=f"file://{log}")
    return x * factor

results_tf, printed_tf = [], io.StringIO()
with contextlib.redirect_stdout(printed_tf):
    for value in (2.0, 2.0, 3.0):
        factor = value
        results_tf.append(float(scale_tf(tf.ones(1))[0]))
print(f"results {results_tf}, graphs {scale_tf.experimental_get_tracing_count()}, Python's print ran "
      f"{printed_tf.getvalue().count('print')} times, tf.print {log.read_text().count('print')} times")

# %% tags=["verdict"]
noticed = {(True, True): "both", (True, False): "only torch.compile", (False, True): "only tf.function"}
exercises.outcome("3.2", noticed.get((results_torch[2] == 3.0, results_tf[2] == 3.0), "neither"))
print(f"Of three calls, Python's print ran in {printed_torch.getvalue().count('print')} with torch.compile and in "
      f"{printed_tf.getvalue().count('print')} with tf.function.")

# %% [markdown]
# With `tf.function` the graph wins: what Python did while tracing (the print, the 2 in `factor`) is baked in. With
# `torch.compile` Python wins: the print splits the code (a [graph break](glossary.md#graph-break)), and a guard on `factor`
# asks for a new graph when it changes. In TensorFlow, pass what may change as a tensor or keep it in a `tf.Variable`.
#
# When is a new graph made? TensorFlow looks at shape and dtype of tensors, and at the *value* of Python numbers
# ([retracing](glossary.md#retracing)). PyTorch takes a number as a constant until it changes, then as a symbol. So count:
# twelve calls, each with another number.

# %%
def times(x, n):
    return x * n

calls, counts = range(2, 14), {}
for label, dynamic in (("torch.compile", None), ("torch.compile, dynamic=False", False)):
    torch._dynamo.reset(), graphs.clear()
    compiled = torch.compile(times, backend=keep, dynamic=dynamic)
    counts[label] = [(compiled(torch.ones(3), n), len(graphs))[1] for n in calls]
for label, wrap in (("tf.function, a Python number", float), ("tf.function, a tensor", lambda n: tf.constant(float(n)))):
    traced = tf.function(times)
    counts[label] = [(traced(tf.ones(3), wrap(n)), traced.experimental_get_tracing_count())[1] for n in calls]
fig, ax = plots.figure(width=8)
styles = [plots.TORCH, plots.TORCH | {"linestyle": ":", "markerfacecolor": "white"},
          plots.TF, plots.TF | {"linestyle": ":", "markerfacecolor": "white"}]
for (label, count), style in zip(counts.items(), styles):
    ax.plot(range(1, 13), count, **style | {"label": label})
ax.legend()
ax.set(xlabel="calls so far, each with another number", ylabel="graphs made so far")
plots.show(fig, alt="Graphs made against calls: tf.function makes one for each Python number and one in all for tensors; "
                    "torch.compile stops at two, and with dynamic=False at its limit of eight.")

# %% [markdown]
# ## 3.4 An `if` that depends on data
#
# Gradient clipping scales a vector down if its length exceeds 1. In eager mode that is a plain `if`. Caught in a graph,
# the condition has no value yet, and the three tools part ways:
#
# - `tf.function`: [AutoGraph](glossary.md#autograph) rewrites the `if` into a node with both branches inside. The tf cell
#   prints the Python that it generates.
# - `torch.compile`: a graph break. One graph before the `if`, Python decides, one graph after it.
# - `torch.export`: a program must be one graph, so it refuses, and asks for `torch.cond`.

# %% tags=["torch"]
def clip_torch(g):
    size = torch.linalg.vector_norm(g)
    if size > 1:
        g = g / size
    return g

def clip_cond(g):  # what torch.export asks for: torch.cond is one operation, with both branches inside
    size = torch.linalg.vector_norm(g)
    return torch.cond(size > 1, lambda g, size: g / size, lambda g, size: g.clone(), (g, size))
class Module(torch.nn.Module):  # torch.export takes a module
    def __init__(self, function):
        super().__init__()
        self.forward = function

graphs.clear()
compiled = torch.compile(clip_torch, backend=keep)
exported = torch.export.export(Module(clip_cond), (torch.ones(4),))
vectors = [np.full(4, size, "float32") for size in (0.1, 10.0)]
clipped_torch = np.stack([[torch_side.to_numpy(f(torch_side.tensor(g))) for f in (clip_torch, compiled, exported.module())]
                          for g in vectors])

# %% tags=["tf"]
def clip_tf(g):
    size = tf.norm(g)
    if size > 1:
        g = g / size
    return g

traced = tf.function(clip_tf)
concrete = traced.get_concrete_function(tf.TensorSpec([4]))
vectors = [np.full(4, size, "float32") for size in (0.1, 10.0)]
clipped_tf = np.stack([[tf_side.to_numpy(f(tf_side.tensor(g))) for f in (clip_tf, traced, concrete)] for g in vectors])
kinds_tf = [op.type for op in concrete.graph.get_operations()]
print(tf.autograph.to_code(clip_tf))

# %% tags=["verdict"]
branch_tf, branch_torch = "If" in " ".join(kinds_tf), any(node.name == "cond" for node in exported.graph.nodes)
claims.verdict("C23", {"TensorFlow waits for a graph": not tf.executing_eagerly(),
                       "PyTorch has no graph to offer": not branch_torch},
               f"TensorFlow is eager by default: {tf.executing_eagerly()}; one graph with the `if` inside: in TensorFlow "
               f"{branch_tf}, in PyTorch {branch_torch}.")
claims.verdict("C23c", {"a library that defines graphs": isinstance(concrete.graph, tf.Graph) and len(kinds_tf) > 3,
                        "a runtime that executes them": np.allclose(clipped_tf[:, 2], clipped_tf[:, 0]),
                        "all that a user sees": not tf.executing_eagerly()},
               f"A tf.Graph of {len(kinds_tf)} operations was defined and executed; TensorFlow runs the same function "
               f"without one: {tf.executing_eagerly()}.")
words = [[token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.string.strip()]
         for text in (inspect.getsource(step_torch), inspect.getsource(step_tf), "".join(program))]
parity.verdict("clipped vectors: eager, captured, exported", clipped_torch, clipped_tf, atol=1e-6)
today, once = (round(100 * difflib.SequenceMatcher(None, words[0], other, autojunk=False).ratio()) for other in words[1:])
claims.verdict("C30", today > 0 and once > 0,
               f"TensorFlow's step shares {today} % of its words and signs with PyTorch's today, in 2016 it was {once} %.")
print(f"torch.compile made {len(graphs)} graphs, tf.function {traced.experimental_get_tracing_count()} with the branch "
      f"inside ({branch_tf}), torch.export with torch.cond 1 with the branch inside ({branch_torch}).")

# %%
producers = {node: [parent for parent in node.all_input_nodes] for node in exported.graph.nodes}
fig, axes = plots.figure(1, 2, width=10, height=5.5)
plots.graph(axes[0], {node: f"{node.name}\n{node.op}" for node in producers},
            [(parent, node) for node, parents in producers.items() for parent in parents],
            {node: "#F6D9C4" for node in producers if node.name == "cond"})
axes[0].set_title("torch.export: its inputs are called placeholder, too")
operations = concrete.graph.get_operations()
plots.graph(axes[1], {op.name: f"{op.name}\n{op.type}" for op in operations},
            [(tensor.op.name, op.name) for op in operations for tensor in op.inputs],
            {op.name: "#CFE3F1" for op in operations if op.type in ("If", "StatelessIf")})
axes[1].set_title("tf.function")
plots.show(fig, alt="Two graphs of the clipping function. In PyTorch's, cond takes the comparison and two subgraphs; in "
                    "TensorFlow's, a StatelessIf node takes the comparison. Both are one node among the others, colored.")

# %% [markdown]
# ## 3.5 Mistakes and breakpoints
#
# A graph moves mistakes: to the line that defines it, to the first call, or into the session. Four mistakes, six ways to
# run. Some errors come while a graph is made (`ValueError`), some only when an operation runs (`InvalidArgumentError`).
# And look for "runs" where you would not expect it: `torch.export` checks shapes, not dtypes.
#
# Then a breakpoint. `breakpoint()` calls `sys.breakpointhook`, which usually starts pdb. Our hook notes what pdb would show
# for `size`. In captured code such a value has no place in a Python frame, or no number yet. One switch in each framework
# turns capturing off: that is how such code is debugged.

# %%
def product(a, b):
    return a @ b
def choose(a, b):
    return a if a[0, 0] > 0 else b

def attempt(way, function, *arguments):
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # a refused torch.export prints half a graph
            way(function)(*arguments)
        return "runs"
    except Exception as error:
        return show.gist(error)
ways = {"PyTorch": functools.partial, "torch.compile": lambda f: torch.compile(f, backend=keep, fullgraph=True),
        "torch.export": lambda f: lambda *inputs: torch.export.export(Module(f), inputs),
        "TensorFlow": functools.partial, "tf.function": tf.function}
table = [["TensorFlow 1", *museum["mistakes"].values()]]
for name, way in ways.items():
    a, W, big = map(torch.tensor if "orch" in name else tf.constant, (rows[0], W_h, np.ones((8, 8))))
    table.append([name, *(attempt(way, *c) for c in ((product, a, W), (product, a, big), (choose, a, a), (choose, a)))])
show.table(["", *museum["mistakes"]], [[textwrap.shorten(text, 100, placeholder=" …") for text in row] for row in table])

# %% tags=["torch"]
def unit_torch(g):
    size = torch.linalg.vector_norm(g)
    breakpoint()
    return g / size

def stops_torch(function):
    found, hook = [], sys.breakpointhook
    sys.breakpointhook = lambda: found.append(sys._getframe(1).f_locals.get("size"))
    try:
        for value in (1.0, 2.0, 3.0):
            function(torch.full([4], value))
    finally:
        sys.breakpointhook = hook
    return found
captured = torch.compile(unit_torch, backend=keep)
seen_torch = {"eager": stops_torch(unit_torch), "captured": stops_torch(captured)}
with torch.compiler.set_stance("force_eager"):
    seen_torch["capturing switched off"] = stops_torch(captured)
show.table(["PyTorch", "`size` at each stop"], seen_torch.items())

# %% tags=["tf"]
def unit_tf(g):
    size = tf.norm(g)
    breakpoint()
    return g / size

def stops_tf(function):
    found, hook = [], sys.breakpointhook
    sys.breakpointhook = lambda: found.append(sys._getframe(1).f_locals.get("size"))
    try:
        for value in (1.0, 2.0, 3.0):
            function(tf.fill([4], value))
    finally:
        sys.breakpointhook = hook
    return found
captured = tf.function(unit_tf)
seen_tf = {"eager": stops_tf(unit_tf), "captured": stops_tf(captured)}
tf.config.run_functions_eagerly(True)
seen_tf["capturing switched off"] = stops_tf(captured)
tf.config.run_functions_eagerly(False)
show.table(["TensorFlow", "`size` at each stop"], seen_tf.items())

# %% tags=["verdict"]
for name, seen in (("PyTorch", seen_torch), ("TensorFlow", seen_tf)):
    for mode, found in seen.items():  # a tensor with a value has .numpy, one without has not
        values = sum(hasattr(value, "numpy") for value in found)
        print(f"{name}, {mode}: of 3 calls {len(found)} stopped, {values} with a number")
values_tf = {mode: sum(hasattr(value, "numpy") for value in found) for mode, found in seen_tf.items()}
claims.verdict("C22", {"eager code hides its values from a debugger": values_tf["eager"] < 3,
                       "captured code cannot be made to show them": values_tf["capturing switched off"] < 3},
               f"In 3 calls eager code showed {values_tf['eager']} numbers, a tf.function {values_tf['captured']}, and the "
               f"same tf.function after one switch {values_tf['capturing switched off']}.")

# %% [markdown]
# ## 3.6 What a graph allows: scheduling
#
# The article's argument for graphs: whoever sees the whole graph knows what is independent and can run it in parallel. Below
# are two chains of matrix products that do not need each other. Each product runs on one thread (intra-op); what changes is
# how many products may run side by side ([inter-op](glossary.md#inter-op-parallelism)).
#
# TensorFlow schedules a graph by itself. PyTorch runs operations in the order in which Python calls them: to overlap chains
# on a CPU you start threads yourself. TensorFlow keeps its first setting, so each setting has a fresh process. The bars come
# from the runs' own traces. Overlap is only the permission: it saves time if a second core is free.

# %%
print(f"PyTorch {torch.__version__}, TensorFlow {tf.__version__}")
work, on_cpu = {"size": 800 if fast else 1600, "steps": 4}, {"CUDA_VISIBLE_DEVICES": "-1"}
runs = [("PyTorch", run) for run in process.run("ch03/schedule_torch", work | {"threads": [1, 2]}, timeout=300, env=on_cpu)]
runs += [("TensorFlow", process.run("ch03/schedule_tf", work | {"threads": [n]}, timeout=300, env=on_cpu)[0])
         for n in (1, 2)]

def overlap(bars):  # of the shorter chain's running time, the share in which the other chain ran as well
    a, b = ([bar[1:] for bar in bars if bar[0] == name] for name in "ab")
    both = sum(max(0, min(end, stop) - max(start, begin)) for start, end in a for begin, stop in b)
    return both / min(sum(end - start for start, end in chain) for chain in (a, b))

fig, axes = plots.figure(4, 1, width=9, height=5.2, sharex=True)
for ax, (name, run) in zip(axes, runs):
    color = (plots.TORCH if name == "PyTorch" else plots.TF)["color"]
    for chain, start, end in run["bars"]:
        ax.barh("ab".index(chain), end - start, left=start, edgecolor="white", color=color)
    ax.set(title=f"{name}, {run['threads']} thread{'s' * (run['threads'] > 1)}: {overlap(run['bars']):.0%} overlap",
           yticks=[0, 1], yticklabels=["chain a", "chain b"])
axes[-1].set_xlabel("milliseconds since the first product began")
plots.show(fig, alt="Products of chains a and b as bars over time. Share of the time in which both ran: " + ", ".join(
    f"{name} with {run['threads']} thread(s) {overlap(run['bars']):.0%}" for name, run in runs))

# %% [markdown]
# ## 3.7 When a graph pays
#
# A graph can save three things: the Python and the dispatch between operations; with a compiler
# ([XLA](glossary.md#xla), inductor), the trips to memory between them; and idle threads. It cannot save arithmetic.
#
# So we vary the size. Thirty steps of `tanh(h * a + b)`: many small operations. Thirty steps of `tanh(h @ a + b)`: as `n`
# grows, a few large products do all the work. The first call is timed apart, since it traces and compiles. The very first
# compilation on a machine takes longest, and a second run finds compiled code in a cache on disk.
#
# **Predict.** For the largest matrix products, how much faster is the better of TensorFlow's two graphs than eager?

# %% tags=["predict"]
guess = ...  # one of: "less than 3 times as fast", "3 to 10 times as fast", "more than 10 times as fast"
exercises.predict("3.3", guess, among=["less than 3 times as fast", "3 to 10 times as fast", "more than 10 times as fast"])

on_gpu = any(word in str(side.device(device)).lower() for side in session.sides() for word in ("cuda", "gpu"))
sizes = [4, 32, 128, 512] + [1024] * (not fast or on_gpu) + [4096] * on_gpu
arrays = {n: rng.normal(size=(3, n, n)).astype("float32") / n**0.5 for n in sizes}

# %% tags=["torch"]
def chain_torch(h, a, b, matrix):
    for _ in range(30):
        h = torch.tanh((h @ a if matrix else h * a) + b)
    return h

place_torch = torch_side.device(device)
ways_torch = {"PyTorch eager": chain_torch, "torch.compile": torch.compile(chain_torch, dynamic=True)}
try:
    torch.compile(lambda v: v + 1)(torch.ones(8, device=place_torch))  # sets up the compiler, once on each machine
except torch._dynamo.exc.BackendCompilerFailed as error:  # no C++ compiler, for example
    del ways_torch["torch.compile"]
    print("torch.compile: NOT MEASURED,", show.gist(error))
seconds_torch = {}
for matrix, n in ((matrix, n) for matrix in (False, True) for n in sizes):
    inputs = [torch_side.tensor(array, place_torch) for array in arrays[n]]
    calls = {name: functools.partial(way, *inputs, matrix) for name, way in ways_torch.items()}
    seconds_torch[matrix, n] = timing.first_and_later(calls, wait=torch_side.wait)

# %% tags=["tf"]
def chain_tf(h, a, b, matrix):
    for _ in range(30):
        h = tf.tanh((h @ a if matrix else h * a) + b)
    return h

place_tf = tf_side.device(device)
ways_tf = {"TensorFlow eager": chain_tf, "tf.function": tf.function(chain_tf, reduce_retracing=True),
           "tf.function, XLA": tf.function(chain_tf, jit_compile=True)}
seconds_tf = {}
for matrix, n in ((matrix, n) for matrix in (False, True) for n in sizes):
    inputs = [tf_side.tensor(array, place_tf) for array in arrays[n]]
    calls = {name: functools.partial(way, *inputs, matrix) for name, way in ways_tf.items()}
    seconds_tf[matrix, n] = timing.first_and_later(calls, wait=tf_side.wait)

# %% tags=["verdict"]
seconds = {case: seconds_torch[case] | seconds_tf[case] for case in seconds_tf}

def gain(matrix, n):  # how many times as fast as eager TensorFlow's better graph is
    eager, *graph = (later for _, later in seconds_tf[matrix, n].values())
    return eager / min(graph)

many_small, few_large = gain(False, sizes[0]), gain(True, sizes[-1])
one, two = (overlap(run["bars"]) for name, run in runs if name == "TensorFlow")
claims.verdict("C26", {"independent operations run side by side": one == 0 and two > 0.3,
                       "many small operations take less than a third of the time": many_small > 3,
                       "a few large ones take less than a third of the time": few_large > 3},
               f"One thread let the chains overlap for measured {100 * one:.0f} %, two for measured {100 * two:.0f} %. "
               f"Many small operations ran measured {many_small:.1f} times as fast, few large measured {few_large:.1f}.",
               timed=True)
exercises.outcome("3.3", exercises.first_true({"less than 3 times as fast": few_large < 3, "3 to 10 times as fast":
                                               few_large <= 10, "more than 10 times as fast": few_large > 10}), timed=True)
each = [1e6 * seconds[False, sizes[0]][f"{name} eager"][1] / 90 for name in ("PyTorch", "TensorFlow")]
print(f"One small eager operation took {each[0]:.1f} µs in PyTorch and took {each[1]:.1f} µs in TensorFlow.")

# %%
def pays_after(matrix, n, name):  # calls until the time saved equals that of the dearest first call; never: not a number
    saved = seconds[matrix, n]["PyTorch eager" if "torch" in name else "TensorFlow eager"][1] - seconds[matrix, n][name][1]
    return max(seconds[matrix, size][name][0] for size in sizes) / saved if saved > 0 else math.nan

dotted = {"linestyle": ":", "markerfacecolor": "white"}
styles = {"PyTorch eager": plots.TORCH, "torch.compile": plots.TORCH | dotted, "TensorFlow eager": plots.TF,
          "tf.function": plots.TF | dotted, "tf.function, XLA": plots.TF | dotted | {"linestyle": "-.", "marker": "^"}}
fig, axes = plots.figure(2, 2, width=10, height=7, sharex=True)
for column, matrix in enumerate((False, True)):
    for name in seconds[matrix, sizes[0]]:
        axes[0, column].plot(sizes, [seconds[matrix, n][name][1] for n in sizes], **styles[name] | {"label": name})
        if "eager" not in name:
            axes[1, column].plot(sizes, [pays_after(matrix, n, name) for n in sizes], **styles[name] | {"label": name})
    axes[0, column].set(title=f"30 steps of tanh(h {'@' if matrix else '*'} a + b)", ylabel="seconds a call", yscale="log")
    axes[1, column].set(title="where a mark is missing, it never pays", xscale="log", yscale="log",
                        xlabel="n, rows and columns", ylabel="calls until the first has paid")
axes[0, 0].legend()
plots.show(fig, alt="Four log-log plots against n. Above, seconds a call, a line for each way to run; TensorFlow's better "
                    f"graph is {many_small:.1f} times as fast as eager for the smallest elementwise steps, {few_large:.1f} "
                    "times for the largest products. Below, the calls until the first call has paid for itself.")

# %% [markdown]
# ## 3.8 Exercises
#
# ### Exercise 3.1: count the graphs
#
# `square = tf.function(lambda x: x * x)` is called eight times, in this order:
#
# `square(1)`, `square(2)`, `square(tf.constant(1))`, `square(tf.constant(2))`, `square(tf.constant(2.0))`,
# `square(tf.constant([1.0, 2.0]))`, `square(1)`, `square(tf.constant([3.0, 4.0]))`
#
# Without running it: how many graphs are there after each call? Answer with a list of eight numbers.

# %% tags=["exercise"]
answer = ...  # such as [1, 1, 1, 1, 1, 1, 1, 1]
# solution
answer = [1, 2, 3, 3, 4, 5, 5, 5]
# wrong: Python numbers count by their value
answer = [1, 1, 2, 2, 3, 4, 4, 4]
# wrong: the value of a tensor does not count
answer = [1, 2, 3, 4, 5, 6, 6, 7]
# wrong: a graph that was made before is kept
answer = [1, 2, 3, 3, 4, 5, 6, 6]
# wrong: two signatures
answer = [1, 2, 2, 2, 3, 4, 4, 4]
# wrong: the shape counts as well
answer = [1, 2, 3, 3, 4, 4, 4, 4]

# %% tags=["check"]
exercises.check("3.1", answer)

# %% [markdown]
# ### Exercise 3.2: a loop that depends on data
#
# Newton's iteration for square roots turns as often as its input needs. Port it to TensorFlow, as a `tf.function`: one
# graph, with the loop inside.
#
# ```python
# def root(a):
#     x = (a + 1) / 2
#     while torch.max(torch.abs(x * x - a)) > 1e-12:
#         x = (x + a / x) / 2
#     return x
# ```

# %% tags=["exercise"]
answer = ...  # a function of one float64 tensor, decorated with @tf.function
# solution
@tf.function
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x - a)) > 1e-12:
        x = (x + a / x) / 2
    return x
# wrong: the loop ends when the first entry has arrived
@tf.function
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_min(tf.abs(x * x - a)) > 1e-12:
        x = (x + a / x) / 2
    return x
# wrong: the number of turns is fixed
@tf.function
def answer(a):
    x = (a + 1) / 2
    for _ in range(3):
        x = (x + a / x) / 2
    return x
# wrong: no gradient reaches argument 1
def answer(a):
    return tf.constant(np.sqrt(a.numpy()))
# wrong: it is plain Python
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x - a)) > 1e-12:
        x = (x + a / x) / 2
    return x
# wrong: the loop is not inside
@tf.function
def answer(a):
    x = (a + 1) / 2
    for _ in range(50):
        x = (x + a / x) / 2
    return x
# wrong: your function raised AttributeError
@tf.function
def answer(a):
    x = (a + 1) / 2
    while np.max(np.abs((x * x - a).numpy())) > 1e-12:
        x = (x + a / x) / 2
    return x

# %% tags=["check"]
exercises.check("3.2", answer)

# %% [markdown]
# ### Exercise 3.3: no more graph breaks
#
# `clip_torch` of section 3.4 breaks the graph at its `if`. Write it so that `torch.compile(..., fullgraph=True)` accepts it:
# the same values, the same gradients, and Python never has to know a number.

# %% tags=["exercise"]
answer = ...  # a function of one PyTorch vector
# solution
def answer(g):
    size = torch.linalg.vector_norm(g)
    return torch.where(size > 1, g / size, g)
# wrong: Python still waits for a value
def answer(g):
    size = torch.linalg.vector_norm(g)
    return g / size if size > 1 else g
# wrong: the gradient of argument 1 is not
def answer(g):
    return g / max(torch.linalg.vector_norm(g).item(), 1.0)
# wrong: each entry is clipped
def answer(g):
    return torch.clamp(g, -1, 1)
# wrong: a short vector must stay as it is
def answer(g):
    return g / torch.linalg.vector_norm(g)

# %% tags=["check"]
exercises.check("3.3", answer)

# %% [markdown]
# ### Exercise 3.4: how fast can a graph be?
#
# A scheduler with as many threads as it likes still has to obey the edges. Write a function of two arguments:
#
# - `seconds`, a dict from each operation to its time, with parents listed before their children
# - `edges`, a list of pairs `(a, b)`: `b` needs the result of `a`
#
# It returns the shortest time in which the whole graph can run. (For the two chains of section 3.6 that is half of what one
# thread needs, for a single chain all of it: then no number of threads helps.)

# %% tags=["exercise"]
answer = ...  # a function of (seconds, edges)
# solution
def answer(seconds, edges):
    ends = {}
    for node in seconds:
        ends[node] = seconds[node] + max([ends[a] for a, b in edges if b == node], default=0)
    return max(ends.values())
# wrong: that is the time of one thread
def answer(seconds, edges):
    return sum(seconds.values())
# wrong: that is the longest single operation
def answer(seconds, edges):
    return max(seconds.values())
# wrong: an operation waits for its slowest parent
def answer(seconds, edges):
    ends = {}
    for node in seconds:
        ends[node] = seconds[node] + sum(ends[a] for a, b in edges if b == node)
    return max(ends.values())
# wrong: need not be the one that ends last
def answer(seconds, edges):
    ends = {}
    for node in seconds:
        ends[node] = seconds[node] + max([ends[a] for a, b in edges if b == node], default=0)
    return ends[node]

# %% tags=["check"]
exercises.check("3.4", answer)

# %% [markdown]
# ## 3.9 Quiz
#
# Click an option to see whether it is right, and why.

# %%
exercises.quiz("03")

# %% [markdown]
# ## 3.10 Verdicts
#
# What this machine says about the article's claims on graphs.

# %%
claims.close("03")

# %% [markdown]
# ## 3.11 Summary and further reading
#
# - Both frameworks are eager by default and make a graph on request. `tf.function` runs Python once and trusts its graph;
#   `torch.compile` watches Python with guards; `torch.export` insists on one graph.
# - Python numbers, globals and prints are baked into a `tf.function`. Pass tensors.
# - Switch capturing off to debug.
# - A graph saves the time *between* operations. Measure on your sizes, with the first call counted.
#
# Read on: [Introduction to graphs](https://www.tensorflow.org/guide/intro_to_graphs),
# [Better performance with tf.function](https://www.tensorflow.org/guide/function),
# [AutoGraph](https://arxiv.org/abs/1810.08061), [torch.compile](https://docs.pytorch.org/docs/stable/torch.compiler.html),
# [torch.export](https://docs.pytorch.org/docs/stable/export.html), and
# [TensorFlow's paper of 2016](https://arxiv.org/abs/1605.08695). Next: [trees](04a_trees.ipynb).
