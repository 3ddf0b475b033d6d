"""Answers to the exercises of chapter 3, as learners write them: right ones, and wrong ones with words that
the check must say."""

# %% 3.1 right: added up
import itertools

answer = list(itertools.accumulate([1, 1, 1, 0, 1, 1, 0, 0]))

# %% 3.1 right: floats
answer = [1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 5.0, 5.0]

# %% 3.1 right: NumPy's integers
import numpy as np

answer = list(np.cumsum([1, 1, 1, 0, 1, 1, 0, 0]))

# %% 3.1 right: signatures that were seen
signatures = ["1", "2", "int", "int", "float", "pair", "1", "pair"]
answer = []
for k in range(8):
    answer.append(len(set(signatures[: k + 1])))

# %% 3.1 right: a tuple
answer = (1, 2, 3, 3, 4, 5, 5, 5)

# %% 3.1 wrong: for a signature, not for a call
answer = [1, 2, 3, 4, 5, 6, 7, 8]

# %% 3.1 wrong: the dtype counts as well
answer = [1, 2, 3, 3, 3, 4, 4, 4]

# %% 3.1 wrong: how many there are after it
answer = [1, 1, 1, 0, 1, 1, 0, 0]

# %% 3.1 wrong: 8 numbers are asked for
answer = 5

# %% 3.1 wrong: shape (7,) where (8,)
answer = [1, 2, 3, 3, 4, 5, 5]

# %% 3.1 wrong: should be a list
answer = "1, 2, 3, 3, 4, 5, 5, 5"

# %% 3.5 right: what assign_add returns
count = tf.Variable(0.0)
answer = tf.function(lambda x: x * count.assign_add(1.0))

# %% 3.5 right: an integer that is cast
calls = tf.Variable(0)


@tf.function
def answer(x):
    calls.assign(calls + 1)
    return x * tf.cast(calls, tf.float32)

# %% 3.5 right: a module
class Louder(tf.Module):
    def __init__(self):
        super().__init__()
        self.calls = tf.Variable(0.0)

    @tf.function
    def __call__(self, x):
        self.calls.assign_add(1.0)
        return self.calls * x


answer = Louder()

# %% 3.5 right: a signature for every shape
calls = tf.Variable(0.0, trainable=False)


@tf.function(input_signature=[tf.TensorSpec(None, tf.float32)])
def answer(x):
    calls.assign_add(1.0)
    return tf.multiply(x, calls)

# %% 3.5 right: made at the first call only
made = []


@tf.function
def answer(x):
    if not made:
        made.append(tf.Variable(0.0))
    made[0].assign_add(1.0)
    return x * made[0]

# %% 3.5 right: used, then counted
turn = tf.Variable(1.0)


@tf.function
def answer(x):
    y = x * turn
    turn.assign_add(1.0)
    return y

# %% 3.5 right: a bound method
class Counter:
    def __init__(self):
        self.calls = tf.Variable(0, dtype=tf.int64)

    def louder(self, x):
        return x * tf.cast(self.calls.assign_add(1), x.dtype)


answer = tf.function(Counter().louder)

# %% 3.5 right: sizes relaxed
calls = tf.Variable(0.0)


@tf.function(reduce_retracing=True, autograph=False)
def answer(x):
    with tf.control_dependencies([calls.assign_add(1.0)]):
        return x * calls.read_value()

# %% 3.5 wrong: begin at 0
calls = tf.Variable(1.0)


@tf.function
def answer(x):
    calls.assign_add(1.0)
    return x * calls

# %% 3.5 wrong: frozen
calls = tf.constant(0.0)


@tf.function
def answer(x):
    global calls
    calls = calls + 1.0
    return x * calls

# %% 3.5 wrong: type int32
calls = tf.Variable(0)


@tf.function
def answer(x):
    calls.assign_add(1)
    return x * calls

# %% 3.5 wrong: it is plain Python
calls = 0


@tf.function
def louder(x, n):
    return x * n


def answer(x):
    global calls
    calls += 1
    return louder(x, calls)

# %% 3.5 wrong: is there a `return`
calls = tf.Variable(0.0)


@tf.function
def answer(x):
    calls.assign_add(1.0)
    x * calls

# %% 3.5 wrong: each should add 1
calls = tf.Variable(1.0)


@tf.function
def answer(x):
    calls.assign(calls * 2)
    return x * calls

# %% 3.5 wrong: the same count
calls = tf.Variable(0.0)


@tf.function
def answer(x):
    calls.assign_add(1.0)
    return x + calls

# %% 3.5 wrong: all calls count
counts = [tf.Variable(0.0) for _ in range(9)]


@tf.function
def answer(x):
    counts[x.shape[0]].assign_add(1.0)
    return x * counts[x.shape[0]]

# %% 3.3 right: the divisor chosen
def answer(g):
    size = torch.linalg.vector_norm(g)
    return g / torch.where(size > 1, size, 1.0)

# %% 3.3 right: ReLU
def answer(g):
    return g / (1 + torch.relu(torch.linalg.vector_norm(g) - 1))

# %% 3.3 right: a mask as a number
def answer(g):
    size = torch.norm(g)
    long = (size > 1).to(g.dtype)
    return g / (long * size + (1 - long))

# %% 3.3 right: normalize, not below 1
def answer(g):
    return torch.nn.functional.normalize(g, dim=0, eps=1.0)

# %% 3.3 right: where, twice
def answer(g):
    size = torch.linalg.norm(g)
    safe = torch.where(size > 1, size, torch.tensor(1.0))
    return torch.where(size > 1, g / safe, g)

# %% 3.3 right: a module
class Clip(torch.nn.Module):
    def forward(self, g):
        size = torch.linalg.vector_norm(g, ord=2, dim=-1, keepdim=True)
        return g.div(torch.where(size > 1, size, torch.ones_like(size)))


answer = Clip()

# %% 3.3 right: squares, with a floor under the root
def answer(g):
    squares = (g * g).sum()
    safe = torch.where(squares > 1, squares, torch.ones_like(squares))
    return g * torch.rsqrt(safe)

# %% 3.3 right: the larger of the two, compiled already
@torch.compile(backend=lambda graph, inputs: graph.forward)
def answer(g):
    size = torch.linalg.vector_norm(g)
    return g / torch.maximum(size, torch.ones((), dtype=g.dtype))

# %% 3.3 wrong: yours always has it
def answer(g):
    return torch.nn.functional.normalize(g, dim=0)

# %% 3.3 wrong: holds NaN
def answer(g):
    size = (g * g).sum().sqrt()
    return g / torch.where(size > 1, size, 1.0)

# %% 3.3 wrong: the wrong way round
def answer(g):
    return g / torch.linalg.vector_norm(g).clamp(max=1)

# %% 3.3 wrong: the values are not
def answer(g):
    return g / torch.linalg.vector_norm(g, ord=1).clamp(min=1)

# %% 3.3 wrong: the root of the sum
def answer(g):
    return g / (g * g).sum().clamp(min=1)

# %% 3.3 wrong: no gradient reaches argument 1
def answer(g):
    with torch.no_grad():
        size = torch.linalg.vector_norm(g)
        return g / torch.where(size > 1, size, 1.0)

# %% 3.3 wrong: not its largest entry
def answer(g):
    return g / g.abs().max().clamp(min=1)

# %% 3.3 wrong: the gradient of argument 1 is not
def answer(g):
    return g / max(float(torch.linalg.vector_norm(g.detach())), 1.0)

# %% 3.2 right: while_loop
@tf.function(autograph=False)
def answer(a):
    def far(x):
        return tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12

    def step(x):
        return (x + a / x) / 2

    (x,) = tf.while_loop(far, step, [(a + 1) / 2])
    return x

# %% 3.2 right: any of them
@tf.function
def answer(a):
    x = 0.5 * (a + 1.0)
    while tf.reduce_any(tf.math.abs(x**2 / a - 1.0) > 1e-12):
        x = 0.5 * (x + a / x)
    return x

# %% 3.2 right: a break
@tf.function
def answer(a):
    x = (a + 1) / 2
    for _ in tf.range(10000):
        if tf.reduce_max(tf.abs(x * x / a - 1)) <= 1e-12:
            break
        x = (x + a / x) / 2
    return x

# %% 3.2 right: a signature
def root(a):
    x = (a + 1) / 2
    while tf.math.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
        x = (x + a / x) / 2
    return x


answer = tf.function(root, input_signature=[tf.TensorSpec(None, tf.float64)])

# %% 3.2 right: a flag
@tf.function
def answer(a):
    x = (a + 1) / 2
    go = tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12
    while go:
        x = (x + tf.divide(a, x)) / 2
        go = tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12
    return x

# %% 3.2 right: a method
class Roots(tf.Module):
    @tf.function
    def root(self, a):
        x = (a + 1) / 2
        while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
            x = (x + a / x) / 2
        return x


answer = Roots().root

# %% 3.2 right: a loop for each number
@tf.function
def answer(a):
    roots = []
    for k in range(a.shape[0]):
        x = (a[k] + 1) / 2
        while tf.abs(x * x / a[k] - 1) > 1e-12:
            x = (x + a[k] / x) / 2
        roots.append(x)
    return tf.stack(roots)

# %% 3.2 right: a tf.function inside a function
@tf.function
def captured(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
        x = (x + a / x) / 2
    return x


answer = lambda a: captured(a)

# %% 3.2 wrong: the loop is not inside
@tf.function
def answer(a):
    return tf.sqrt(a)

# %% 3.2 wrong: is not allowed
@tf.function(autograph=False)
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
        x = (x + a / x) / 2
    return x

# %% 3.2 wrong: the values are not
@tf.function
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-2:
        x = (x + a / x) / 2
    return x

# %% 3.2 wrong: dtype float32 where float64
@tf.function
def answer(a):
    a = tf.cast(a, tf.float32)
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-5:
        x = (x + a / x) / 2
    return x

# %% 3.2 wrong: never turns
@tf.function
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x / a - 1)) < 1e-12:
        x = (x + a / x) / 2
    return x

# %% 3.2 wrong: the loop is not inside
@tf.function
def answer(a):
    def root(a):
        x = (a + 1) / 2
        while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
            x = (x + a / x) / 2
        return x

    return tf.py_function(root, [a], tf.float64)

# %% 3.2 wrong: is there a `return`
@tf.function
def answer(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
        x = (x + a / x) / 2

# %% 3.2 wrong: one turn only
@tf.function
def answer(a):
    x = (a + 1) / 2
    if tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
        x = (x + a / x) / 2
    return x

# %% 3.2 wrong: also calls a function that knows roots
@tf.function
def answer(a):
    k = tf.constant(0)
    while k < 3:
        k += 1
    return a**0.5

# %% 3.2 wrong: in your line `return tf.matmul(a, a)`
@tf.function
def answer(a):
    return tf.matmul(a, a)

# %% 3.6 right: exactly
from fractions import Fraction


def answer(first, eager, graph):
    first, eager, graph = Fraction(first), Fraction(eager), Fraction(graph)
    if first <= eager:
        return 1
    if graph >= eager:
        return None
    return math.ceil((first - graph) / (eager - graph))


import math

# %% 3.6 right: counted
def answer(first, eager, graph):
    if first > eager and graph >= eager:
        return None
    n = 1
    while first + (n - 1) * graph > n * eager:
        n += 1
    return n

# %% 3.6 right: NumPy's ceil
def answer(first, eager, graph):
    debt = first - eager
    if debt <= 0:
        return 1
    gain = eager - graph
    if gain <= 0:
        return None
    return 1 + int(np.ceil(debt / gain))

# %% 3.6 right: the floor, turned
def answer(first, eager, graph):
    if first <= eager:
        return 1
    if eager <= graph:
        return None
    return int(-((graph - first) // (eager - graph)))

# %% 3.6 right: a whole number that is a float
def answer(first, eager, graph):
    if first <= eager:
        return 1.0
    if graph >= eager:
        return None
    return np.ceil((first - graph) / (eager - graph))

# %% 3.6 right: count returns the first that fits
import itertools


def answer(first, eager, graph):
    if first <= eager:
        return 1
    if not graph < eager:
        return None
    return next(n for n in itertools.count(2) if first + graph * (n - 1) <= eager * n)

# %% 3.6 wrong: it has paid already
import math


def answer(first, eager, graph):
    if first <= eager:
        return 1
    if graph >= eager:
        return None
    return math.floor((first - graph) / (eager - graph)) + 1

# %% 3.6 wrong: however slow it is later
import math


def answer(first, eager, graph):
    if graph >= eager:
        return None
    return max(1, math.ceil((first - graph) / (eager - graph)))

# %% 3.6 wrong: round up, also where the half is far
def answer(first, eager, graph):
    if first <= eager:
        return 1
    if graph >= eager:
        return None
    return round((first - graph) / (eager - graph))

# %% 3.6 wrong: division by zero
import math


def answer(first, eager, graph):
    return max(1, math.ceil((first - graph) / (eager - graph)))

# %% 3.6 wrong: 0 where None is right
import math


def answer(first, eager, graph):
    if first <= eager:
        return 1
    if graph >= eager:
        return 0
    return math.ceil((first - graph) / (eager - graph))

# %% 3.6 wrong: the first one counts as well
import math


def answer(first, eager, graph):
    if first <= eager:
        return 1
    if graph >= eager:
        return None
    return math.ceil((first - eager) / (eager - graph))

# %% 3.6 wrong: at least 1
import math


def answer(first, eager, graph):
    if graph >= eager:
        return 1 if first <= eager else None
    return math.ceil((first - graph) / (eager - graph))

# %% 3.6 wrong: None where 127
def answer(first, eager, graph):
    for n in range(1, 101):
        if first + (n - 1) * graph <= n * eager:
            return n
    return None

# %% 3.6 wrong: None where 131071
def answer(first, eager, graph):
    for n in range(1, 1001):
        if first + (n - 1) * graph <= n * eager:
            return n
    return None

# %% 3.4 right: asked backward, and remembered
from functools import cache


def answer(seconds, edges):
    @cache
    def end(operation):
        before = [end(a) for a, b in edges if b == operation]
        return seconds[operation] + max(before, default=0.0)

    return max(map(end, seconds))

# %% 3.4 right: a path to the end, looked at forward
from functools import lru_cache


def answer(seconds, edges):
    children = {operation: [] for operation in seconds}
    for a, b in edges:
        children[a].append(b)

    @lru_cache(None)
    def rest(operation):
        return seconds[operation] + max([rest(c) for c in children[operation]] or [0])

    return max(rest(operation) for operation in seconds)

# %% 3.4 right: again and again, until nothing changes
def answer(seconds, edges):
    end = dict(seconds)
    for _ in seconds:
        for a, b in edges:
            end[b] = max(end[b], end[a] + seconds[b])
    return max(end.values())

# %% 3.4 right: edges sorted by their parent
def answer(seconds, edges):
    place = {operation: k for k, operation in enumerate(seconds)}
    start = dict.fromkeys(seconds, 0)
    for a, b in sorted(edges, key=lambda edge: place[edge[0]]):
        start[b] = max(start[b], start[a] + seconds[a])
    return max(start[operation] + seconds[operation] for operation in seconds)

# %% 3.4 right: graphlib
from graphlib import TopologicalSorter


def answer(seconds, edges):
    parents = {operation: set() for operation in seconds}
    for a, b in edges:
        parents[b].add(a)
    end = {}
    for operation in TopologicalSorter(parents).static_order():
        end[operation] = seconds[operation]
        if parents[operation]:
            end[operation] += max(end[parent] for parent in parents[operation])
    return max(end.values())

# %% 3.4 right: a clock that jumps from end to end
import heapq


def answer(seconds, edges):
    waits = {operation: sum(b == operation for _, b in edges) for operation in seconds}
    running = [(time, name) for name, time in seconds.items() if waits[name] == 0]
    heapq.heapify(running)
    now = 0
    while running:
        now, done = heapq.heappop(running)
        for a, b in edges:
            if a == done:
                waits[b] -= 1
                if waits[b] == 0:
                    heapq.heappush(running, (now + seconds[b], b))
    return now

# %% 3.4 right: NumPy's maximum, as a number of NumPy
def answer(seconds, edges):
    names = list(seconds)
    end = np.zeros(len(names))
    for k, name in enumerate(names):
        before = [end[names.index(a)] for a, b in edges if b == name]
        end[k] = seconds[name] + np.max(before + [0.0])
    return end.max()

# %% 3.4 right: a float32 of NumPy
def answer(seconds, edges):
    def rest(node):
        return seconds[node] + max((rest(b) for a, b in edges if a == node), default=0)

    return np.float32(max(map(rest, seconds)))

# %% 3.4 wrong: edges come in any order
def answer(seconds, edges):
    end = dict(seconds)
    for a, b in edges:
        end[b] = max(end[b], end[a] + seconds[b])
    return max(end.values())

# %% 3.4 wrong: you wait for the fastest
def answer(seconds, edges):
    end = {}
    for operation, time in seconds.items():
        end[operation] = time + min((end[a] for a, b in edges if b == operation), default=0)
    return max(end.values())

# %% 3.4 wrong: where 10.0 is right
def answer(seconds, edges):
    return sum(seconds.values()) / 2

# %% 3.4 wrong: its own time as well
def answer(seconds, edges):
    start = {}
    for operation in seconds:
        start[operation] = max(
            (start[a] + seconds[a] for a, b in edges if b == operation), default=0
        )
    return max(start.values())

# %% 3.4 wrong: is right
def answer(seconds, edges):
    return max(seconds[a] + seconds[b] for a, b in edges)

# %% 3.4 wrong: is right
def answer(seconds, edges):
    level = {}
    for operation in seconds:
        level[operation] = 1 + max((level[a] for a, b in edges if b == operation), default=0)
    return sum(
        max(seconds[o] for o in seconds if level[o] == k) for k in set(level.values())
    )

# %% 3.4 wrong: is there a `return`
def answer(seconds, edges):
    end = {}
    for operation, time in seconds.items():
        end[operation] = time + max((end[a] for a, b in edges if b == operation), default=0)
    print(max(end.values()))

# %% 3.4 wrong: is right
def answer(seconds, edges):
    parent = {b: a for a, b in edges}
    end = {}
    for operation, time in seconds.items():
        end[operation] = time + end.get(parent.get(operation), 0)
    return max(end.values())

# %% 3.4 wrong: one number
def answer(seconds, edges):
    end = {}
    for operation, time in seconds.items():
        end[operation] = time + max((end[a] for a, b in edges if b == operation), default=0)
    return end
