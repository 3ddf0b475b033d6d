"""The checks of chapter 3, static and dynamic graphs."""
import numpy as np

from helpers import show
from helpers.course import missing
from helpers.course.judging import cases, function, value


def traces():
    """The number of graphs after each call of exercise 3.1, counted by TensorFlow itself."""
    tf = missing.side("tf").tf
    square = tf.function(lambda x: x * x)
    arguments = [1, 2, tf.constant(1), tf.constant(2), tf.constant(2.0), tf.constant([1.0, 2.0]), 1, tf.constant([3.0, 4.0])]
    return [(square(x), square.experimental_get_tracing_count())[1] for x in arguments]


def root(a, arrived=np.max, turns=100):
    """Square roots by Newton's iteration, until `arrived` of the errors is small, in at most so many turns."""
    x = (a + 1) / 2
    for _ in range(turns):
        if arrived(np.abs(x * x - a)) <= 1e-12:
            break
        x = (x + a / x) / 2
    return x


def one_and_others(rng):
    """Numbers of which the first is its own root from the start, while the others need several turns."""
    return (np.concatenate([[1.0], rng.uniform(2.0, 20.0, size=4)]),)


def loop_inside(answer):
    """None if one graph of a tf.function holds the loop, else what is wrong."""
    tf = missing.side("tf").tf
    if not hasattr(answer, "get_concrete_function"):
        return "the values are right, but it is plain Python: put `@tf.function` above it."
    graph = answer.get_concrete_function(tf.TensorSpec([None], tf.float64)).graph
    if not {"While", "StatelessWhile"} & {op.type for op in graph.get_operations()}:
        return "the values are right, but the loop is not inside the graph: let a tensor decide how often it turns."
    return None


def clip(g):
    """A vector scaled down to length 1 if it is longer."""
    return g / max(np.linalg.norm(g), 1.0)


def short_or_long(rng):
    """A vector of length 3 if its sum is positive, else 0.3: the judge's three generators give both."""
    g = rng.normal(size=5)
    return (g / np.linalg.norm(g) * (3.0 if g.sum() > 0 else 0.3),)


def one_graph(answer):
    """None if torch.compile captures the function whole, else what is wrong."""
    torch = missing.side("torch").torch
    torch._dynamo.reset()
    try:
        torch.compile(answer, backend=lambda module, inputs: module.forward, fullgraph=True)(torch.ones(5))
    except torch._dynamo.exc.TorchDynamoException as error:
        return f"the values are right, but Python still waits for a value, so it is not one graph: {show.gist(error)}"
    finally:
        torch._dynamo.reset()
    return None


def shortest_time(seconds, edges, wait=max):
    """The time in which a graph can run with as many threads as it likes: the length of its critical path."""
    done = {}
    for node in seconds:
        done[node] = seconds[node] + wait([done[a] for a, b in edges if b == node] or [0])
    return done


def schedule(rng):
    """A random graph of 8 operations, parents listed first; the last one listed depends on nothing and is short."""
    names = "abcdefgh"
    seconds = dict(zip(names, rng.integers(1, 10, size=8).astype(float).tolist())) | {"h": 0.5}
    edges = [(names[i], names[j]) for j in range(1, 7) for i in range(j) if rng.random() < 0.4]
    return seconds, edges + [("a", "g")]


SLIPS = {
    "that is the time of one thread, which runs everything in turn": lambda seconds, edges: sum(seconds.values()),
    "that is the longest single operation: it may have to wait for others": lambda seconds, edges: max(seconds.values()),
    "an operation waits for its slowest parent, not for all of them in turn":
        lambda seconds, edges: max(shortest_time(seconds, edges, wait=sum).values()),
    "an operation cannot begin before its slowest parent has ended, you wait for the fastest":
        lambda seconds, edges: max(shortest_time(seconds, edges, wait=min).values()),
    "the operation that is listed last need not be the one that ends last":
        lambda seconds, edges: list(shortest_time(seconds, edges).values())[-1],
}


def whole_time(seconds, edges):
    """The shortest time in which all operations are done."""
    return max(shortest_time(seconds, edges).values())


def no_number(got):
    """Why a result is no time, or None."""
    if not isinstance(got, (int, float)):
        return f"the function should return one number, yours returned a {type(got).__name__}."
    return None


EXERCISES = {
    "3.1": value(
        traces,
        suspects={
            "Python numbers count by their value: another number is another graph": [1, 1, 2, 2, 3, 4, 4, 4],
            "the value of a tensor does not count, only its dtype and shape": [1, 2, 3, 4, 5, 6, 6, 7],
            "a Python number and a tensor that holds it are two signatures": [1, 2, 2, 2, 3, 4, 4, 4],
            "a graph that was made before is kept and used again": [1, 2, 3, 3, 4, 5, 6, 6],
            "the shape counts as well as the dtype": [1, 2, 3, 3, 4, 4, 4, 4],
        },
        hints=("For each call ask: has there been a call with the same signature before?",
               "The signature of a tensor is its dtype and shape; that of a Python number is the number itself.",
               "The first three calls make a graph each, the fourth makes none. Later, two more graphs are made."),
    ),
    "3.2": function(
        "tf", root, one_and_others, then=loop_inside,
        suspects={
            "the loop ends when the first entry has arrived, it should wait for the last":
                lambda a: root(a, arrived=np.min),
            "the loop ends when the entries have arrived on average": lambda a: root(a, arrived=np.mean),
            "the number of turns is fixed: it must depend on the data": lambda a: root(a, turns=3),
            "this is one turn only": lambda a: root(a, turns=1),
        },
        hints=("Which of the three calls to `torch` have a namesake in `tf`, and which one needs `reduce_` before its name?",
               "Keep the `while`: AutoGraph turns it into a loop inside the graph, if its condition is a tensor.",
               "The condition is `tf.reduce_max(tf.abs(x * x - a)) > 1e-12`."),
    ),
    "3.3": function(
        "torch", clip, short_or_long, then=one_graph,
        suspects={
            "each entry is clipped, not the length of the vector": lambda g: np.clip(g, -1, 1),
            "a short vector must stay as it is, yours becomes longer": lambda g: g / np.linalg.norm(g),
            "the branches are the wrong way round": lambda g: g if np.linalg.norm(g) > 1 else g / np.linalg.norm(g),
        },
        hints=("A graph cannot skip a branch. Can it compute both and choose?",
               "`torch.where(condition, a, b)` chooses without asking Python.",
               "Or divide by a number that is 1 for short vectors: `torch.clamp(size, min=1)`."),
    ),
    "3.4": cases(
        lambda: [schedule(np.random.default_rng(seed)) for seed in range(5)], whole_time, SLIPS,
        say=lambda given, right, got: f"{got} where {right} is right, for seconds {given[0]} and edges {given[1]}.",
        no_function="answer must be a function of seconds and edges.",
        same=lambda got, right: abs(got - right) <= 1e-9, unfit=no_number,
        hints=("When can an operation begin? When is the whole graph done?",
               "Go through the operations in the order given, and note for each when it ends.",
               "`ends[b] = seconds[b] + max(ends of all a with an edge (a, b), or 0)`; the answer is the largest end."),
    ),
}
