"""The checks of chapter 3, static and dynamic graphs."""
import math
import re

import numpy as np

from helpers import show
from helpers.course import missing
from helpers.course.comparing import one_number
from helpers.course.judging import (
    NO_FUNCTION,
    NO_RETURN,
    Exercise,
    array_of,
    attempt,
    cases,
    function,
    kind,
    raised,
    returning,
    value,
)

UNDECORATED = "the values are right, but it is plain Python: put `@tf.function` above it."


# Exercise 3.1: graphs after each call

def traces():
    """The number of graphs after each call of exercise 3.1, counted by TensorFlow itself."""
    tf = missing.side("tf").tf
    square = tf.function(lambda x: x * x)
    arguments = [1, 2, tf.constant(1), tf.constant(2), tf.constant(2.0), tf.constant([1.0, 2.0]), 1, tf.constant([3.0, 4.0])]
    return [(square(x), square.experimental_get_tracing_count())[1] for x in arguments]


COUNTS = value(
    traces,
    suspects={
        "Python numbers count by their value: another number is another graph": [1, 1, 2, 2, 3, 4, 4, 4],
        "the value of a tensor does not count, only its dtype and shape": [1, 2, 3, 4, 5, 6, 6, 7],
        "a Python number and a tensor that holds it are two signatures": [1, 2, 2, 2, 3, 4, 4, 4],
        "a graph that was made before is kept and used again": [1, 2, 3, 3, 4, 5, 6, 6],
        "the shape counts as well as the dtype": [1, 2, 3, 3, 4, 4, 4, 4],
        "the dtype counts as well as the shape: 2.0 is no int32": [1, 2, 3, 3, 3, 4, 4, 4],
        "a graph is made for a signature, not for a call": [1, 2, 3, 4, 5, 6, 7, 8],
        "you count the graphs that a call makes; asked is how many there are after it": [1, 1, 1, 0, 1, 1, 0, 0],
    },
    hints=("For each call ask: has there been a call with the same signature before?",
           "The signature of a tensor is its dtype and shape; that of a Python number is the number itself.",
           "The first three calls make a graph each, the fourth makes none. Later, two more graphs are made."))


def _judge_counts(answer):
    cause = COUNTS.judge(answer)
    place = re.match(r"the entry \[(\d+)\] is not right: yours is (.*)\.", cause or "")
    if place:
        return f"after call {int(place[1]) + 1} there are not {place[2]} graphs. Has that call met its signature before?"
    return cause


# Exercise 3.2: a loop inside a graph

def root(a, arrived=np.max, turns=1000):
    """Square roots by Newton's iteration, until `arrived` of the errors is below 1e-12, in at most so many turns."""
    x = (a + 1) / 2
    for _ in range(turns):
        if arrived(np.abs(x * x / a - 1)) <= 1e-12:
            break
        x = (x + a / x) / 2
    return x


def one_and_others(rng):
    """Numbers of which the first is near its root from the start; how many turns the others need differs by the trial."""
    return (np.concatenate([[1.0 + rng.integers(3) / 10], rng.uniform(2.0, 20.0, size=4) * 10.0 ** rng.integers(4)]),)


def loop_inside(answer):
    """None if a graph of the answer holds the loop and goes on as long as its input needs, else what is wrong."""
    tf = missing.side("tf").tf
    large = tf.constant([1.0, 4.0, 9e6, 1e60, 1e90], tf.float64)  # as many as were judged before; the last needs 160 turns
    traced, error = attempt(tf.function(answer, autograph=False).get_concrete_function, large)
    if error is not None:  # only what is a tf.function itself has been rewritten
        return UNDECORATED
    kinds = kinds_of(traced.graph)
    if not {"While", "StatelessWhile"} & kinds:
        return "the values are right, but the loop is not inside the graph: let a tensor decide how often it turns."
    if {"Sqrt", "Rsqrt"} & kinds or not all(exponent == 2 for exponent in exponents(traced.graph)):
        return "the loop should find the root; yours also calls a function that knows roots."
    if not np.allclose(traced(large), np.sqrt(large.numpy()), rtol=1e-9):
        return "right for small numbers, but 1e60 needs more turns than yours takes: the number of turns is fixed."
    return None


def parts_of(graph):
    """The nodes of a tf.Graph, and those of each function that it calls: lists of them."""
    whole = graph.as_graph_def()
    return [whole.node, *(f.node_def for f in whole.library.function)]


def kinds_of(graph):
    """The kinds of operations in a tf.Graph and in the functions that it calls, as a set."""
    return {node.op for part in parts_of(graph) for node in part}


def exponents(graph):
    """The exponent of each power in a tf.Graph and its functions; None where it is no constant."""
    tf = missing.side("tf").tf
    for part in parts_of(graph):
        constants = {node.name: node.attr["value"].tensor for node in part if node.op == "Const"}
        for node in part:
            if node.op == "Pow":
                exponent = constants.get(node.input[1].partition(":")[0])
                yield None if exponent is None else tf.make_ndarray(exponent)


# Exercise 3.3: an `if` that needs no Python

def clip(g):
    """A vector scaled down to length 1 if it is longer."""
    return g / max(np.linalg.norm(g), 1.0)


def short_or_long(rng):
    """A vector of length 3, 0.3 or 0: the judge's three generators give one of each."""
    draw, g = rng.random(), rng.normal(size=5)
    length = next(length for least, length in ((0.6, 3.0), (0.4, 0.3), (0.0, 0.0)) if draw >= least)
    return (g / np.linalg.norm(g) * length,)


def one_graph(answer):
    """None if torch.compile captures the function whole, else what is wrong."""
    torch = missing.side("torch").torch
    plain = getattr(answer, "_torchdynamo_orig_callable", answer)  # of one that is compiled already
    torch.compiler.reset()
    try:
        torch.compile(plain, backend=lambda graph, inputs: graph.forward, fullgraph=True)(torch.ones(5))
    except torch._dynamo.exc.TorchDynamoException as error:
        return f"the values are right, but Python still waits for a value, so it is not one graph: {show.gist(error)}"
    finally:
        torch.compiler.reset()
    return None


# Exercise 3.4: the shortest time of a graph

def ends(seconds, edges, wait=max):
    """{operation: when it ends} with as many threads as it likes. wait: what becomes of the ends of its parents."""
    done = {}
    for node in seconds:
        done[node] = seconds[node] + wait([done[a] for a, b in edges if b == node] or [0])
    return done


def whole_time(seconds, edges):
    """The shortest time in which all operations are done."""
    return max(ends(seconds, edges).values())


def schedule(seed):
    """A random graph of 8 operations, parents listed first, its edges in any order. The last one, h, depends on nothing."""
    rng, names = np.random.default_rng(seed), "abcdefgh"
    seconds = dict(zip(names, rng.integers(1, 10, size=8).astype(float).tolist())) | {"h": 99.0 if seed % 2 else 0.5}
    edges = [(names[i], names[j]) for j in range(1, 7) for i in range(j) if rng.random() < 0.4] + [("a", "g")]
    return seconds, [edges[k] for k in rng.permutation(len(edges))]


def turned(seconds, edges):
    """What comes out when each edge is read as (child, parent); infinity where that needs an end that is not known yet."""
    try:
        return whole_time(seconds, [(b, a) for a, b in edges])
    except KeyError:
        return math.inf


def one_pass(seconds, edges):
    """What comes out when each edge is looked at once, in the order in which they are listed."""
    end = dict(seconds)
    for a, b in edges:
        end[b] = max(end[b], end[a] + seconds[b])
    return max(end.values())


SLIPS = {
    "that is the time of one thread, which runs everything in turn": lambda seconds, edges: sum(seconds.values()),
    "that is the longest single operation: it may have to wait for others": lambda seconds, edges: max(seconds.values()),
    "an operation waits for its slowest parent, not for all of them in turn":
        lambda seconds, edges: max(ends(seconds, edges, wait=sum).values()),
    "an operation cannot begin before its slowest parent has ended, you wait for the fastest":
        lambda seconds, edges: max(ends(seconds, edges, wait=min).values()),
    "the operation that is listed last need not be the one that ends last":
        lambda seconds, edges: list(ends(seconds, edges).values())[-1],
    "an operation without edges takes its time as well":
        lambda seconds, edges: max(end for name, end in ends(seconds, edges).items() if any(name in edge for edge in edges)),
    "an edge (a, b) says that b waits for a": turned,
    "edges come in any order: at a -> b the end of a may not be known yet, so go through the operations": one_pass,
    "that is when the last operation begins; it takes its own time as well":
        lambda seconds, edges: max(end - seconds[name] for name, end in ends(seconds, edges).items()),
}


def no_number(got):
    """Why a result is no time, or None."""
    if got is None:
        return NO_RETURN
    return f"the function should return one number, yours returned {kind(got)}." if one_number(got) is None else None


# Exercise 3.5: count inside a graph

def _judge_counter(answer):
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side("tf")
    captured = next((f for f in (answer, answer.__call__) if hasattr(f, "experimental_get_tracing_count")), None)
    fresh = captured is not None and captured.experimental_get_tracing_count() == 0
    factors = []
    for x in ([2.0, -3.0, 5.0], [1.0, 4.0, -2.0], [7.0, 1.0, 3.0]):
        factor, problem = _factor(side, answer, x)
        if problem:
            return problem
        factors.append(factor)
    problem = _why_no_count(factors, fresh) or _why_no_graph(captured)
    if problem:
        return problem
    factor, problem = _factor(side, answer, [3.0, 8.0])
    if problem is None and factor != factors[-1] + 1:
        return f"a call with two numbers, after {factors[-1]:g} with three, multiplied by {factor:g}: all calls count."
    return problem


def _factor(side, answer, x):
    """(by what one call multiplied the numbers, None), or (None, the problem)."""
    result, error = attempt(returning(answer), side.tensor(np.array(x, "float32")))
    if error is not None:
        return None, raised(error)
    found, problem = array_of(side, result)
    if problem or found.shape != (len(x),):
        many = {2: "two", 3: "three"}[len(x)]
        return None, f"for {many} numbers the function should return a tensor of {many} numbers."
    factor = float(found[0] / x[0])
    if not np.allclose(found, factor * np.array(x)):
        return None, "each number should be multiplied by the same count."
    return factor, None


def _why_no_count(factors, fresh):
    """What is wrong with the factors of three calls, or None. fresh: whether the answer was not called before."""
    first, second, third = factors
    if first == second == third:
        return f"three calls multiplied by {first:g} each time: the number of calls is frozen in the graph."
    if (first, second, third) == (0, 1, 2):
        return "the first call multiplied by 0: a function that counts before it multiplies begins with 1."
    if (first, second, third) == (2, 3, 4) and fresh:
        return "the first call multiplied by 2: with a count that is added before it is used, begin at 0."
    if (second - first, third - second) != (1, 1) or first < 1:
        return f"three calls multiplied by {first:g}, {second:g} and {third:g}: each should add 1."
    return None


def _why_no_graph(captured):
    """What is wrong with how a function that counts right was captured, or None."""
    if captured is None:
        return UNDECORATED
    if captured.experimental_get_tracing_count() > 2:  # a function that makes its variable at the first call is traced twice
        return f"right, with {captured.experimental_get_tracing_count()} graphs, where one is asked for."
    return None


# Exercise 3.6: after how many calls a first call has paid

def calls_until_paid(first, eager, graph):
    """The smallest n for which n calls of the graph, the first included, take no longer than n eager ones; None: never."""
    if first <= eager:
        return 1
    return math.ceil((first - graph) / (eager - graph)) if graph < eager else None


TIMES = [(8.0, 0.5, 0.25), (8.125, 0.5, 0.25), (1.0, 0.5, 0.125), (0.25, 0.5, 0.125), (3.0, 0.5, 0.5), (3.0, 0.25, 0.5),
         (64.0, 1.0, 0.5), (65536.0, 1.0, 0.5)]


def no_count(got):
    """Why a result is no number of calls, or None. None is an answer: it never pays."""
    if got is None:
        return None
    problem = no_number(got)
    if problem is None and float(got) != math.inf and float(got) % 1:
        return f"a number of calls is whole, yours is {got}: round up."
    return problem


def same_calls(got, right):
    return got is right if None in (got, right) else float(got) == right


PAID = {
    "a graph that is no faster never pays: return None then":
        lambda first, eager, graph: calls_until_paid(first, eager, graph) or math.inf,
    "the first call gives a result as well: one call of the graph is already in `first`":
        lambda first, eager, graph: math.ceil(first / (eager - graph)) if graph < eager else None,
    "each later call costs `graph` as well":
        lambda first, eager, graph: None if graph >= eager and first > eager else max(1, math.ceil(first / eager)),
    "round up: one call earlier it has not paid yet":
        lambda first, eager, graph: max(1, math.floor((first - graph) / (eager - graph))) if graph < eager else None,
    "where both take as long, the graph takes no longer: one call earlier it has paid already":
        lambda first, eager, graph: max(1, math.floor((first - graph) / (eager - graph)) + 1) if graph < eager else None,
    "round up, also where the half is far: before the next whole number it has not paid":
        lambda first, eager, graph: max(1, round((first - graph) / (eager - graph))) if graph < eager else None,
    "those are the calls after the first; the first one counts as well":
        lambda first, eager, graph: max(1, math.ceil((first - eager) / (eager - graph))) if graph < eager else None,
}
PAY = dict(say=lambda given, right, got: f"{got} where {right} is right, for first, eager and graph {given}.",
           no_function="answer must be a function of first, eager and graph.", same=same_calls, unfit=no_count,
           hints=("Write down what n calls cost in each way. The first of them costs `first`.",
                  "n eager calls cost n * eager; n calls of the graph cost first + (n - 1) * graph.",
                  "n = (first - graph) / (eager - graph), rounded up; 1 when first <= eager, None when graph >= eager."))
USUAL = cases(lambda: TIMES, calls_until_paid, PAID, **PAY)
CORNERS = cases(lambda: [(0.25, 0.5, 0.75), (0.0625, 0.5, 0.125), (3.0, 0.25, 0.5)], calls_until_paid, {
    "where the first call takes no longer than an eager one, the graph has paid at once, however slow it is later":
        lambda first, eager, graph: None if graph >= eager else 1,
    "no graph has paid before it was called: at least 1":
        lambda first, eager, graph: calls_until_paid(first, eager, graph) if graph >= eager else
            math.ceil((first - graph) / (eager - graph)),
}, **PAY)


def _judge_paid(answer):
    """None when an answer counts right, also where the first call is cheap; else the cause."""
    return USUAL.judge(answer) or CORNERS.judge(answer)


EXERCISES = {
    "3.1": Exercise(_judge_counts, COUNTS.hints),
    "3.2": function(
        "tf", root, one_and_others, then=loop_inside, dtype="float64",
        suspects={
            "the loop ends when the first entry has arrived, it should wait for the last":
                lambda a: root(a, arrived=np.min),
            "the loop ends when the entries have arrived on average": lambda a: root(a, arrived=np.mean),
            "the number of turns is fixed: it must depend on the data": lambda a: root(a, turns=3),
            "this is one turn only": lambda a: root(a, turns=1),
            "your loop never turns: it should go on as long as the error is large": lambda a: root(a, turns=0),
            "that is the square of the root": lambda a: root(a) ** 2,
        },
        hints=("Which of the three calls to `torch` have a namesake in `tf`, and which one needs `reduce_` before its name?",
               "Keep the `while`: AutoGraph turns it into a loop inside the graph, if its condition is a tensor.",
               "The condition is `tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12`."),
    ),
    "3.3": function(
        "torch", clip, short_or_long, gradients=True, then=one_graph,
        suspects={
            "each entry is clipped, not the length of the vector": lambda g: np.clip(g, -1, 1),
            "a short vector must stay as it is, yours becomes longer": lambda g: g / np.linalg.norm(g),
            "only a longer vector is brought to length 1; yours always has it": lambda g: g / max(np.linalg.norm(g), 1e-12),
            "the length is the root of the sum of the squares": lambda g: g / max(np.sum(g * g), 1.0),
            "the length is that of the vector, not its largest entry": lambda g: g / max(np.abs(g).max(), 1.0),
            "the branches are the wrong way round": lambda g: g if np.linalg.norm(g) > 1 else g / np.linalg.norm(g),
        },
        hints=("A graph cannot skip a branch. Is there one formula that is right for both?",
               "A short vector is divided by 1, a long one by its length: by the larger of the two.",
               "`torch.clamp(size, min=1)` is that divisor, and 0 is never divided by."),
    ),
    "3.4": cases(
        lambda: [schedule(seed) for seed in range(6)], whole_time, SLIPS,
        say=lambda given, right, got: f"{got} where {right} is right, for seconds {given[0]} and edges {given[1]}.",
        no_function="answer must be a function of seconds and edges.",
        same=lambda got, right: abs(float(got) - right) <= 1e-6, unfit=no_number,
        hints=("When can an operation begin? When is the whole graph done?",
               "Go through the operations in the order given, and note for each when it ends.",
               "`ends[b] = seconds[b] + max(ends of all a with an edge (a, b), or 0)`; the answer is the largest end."),
    ),
    "3.5": Exercise(_judge_counter, (
        "Who runs `calls += 1`, and how often?",
        "What changes from call to call belongs into a `tf.Variable`. Make it outside, before the function.",
        "`calls = tf.Variable(0.0)` outside, and inside `calls.assign_add(1.0)` before `return x * calls`.")),
    "3.6": Exercise(_judge_paid, USUAL.hints),
}
