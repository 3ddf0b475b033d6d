"""Chapter 4: a plan by hand, a ported cell, one call for all operators, the nearest digit, errors of a tree; 4b's."""
import re

import numpy as np

from chapters.ch04 import checks_b
from helpers.course import missing
from helpers.course.judging import Exercise, call, function, value

PLAN = [[2, 0, 1], [1, 0, 1], [0, 1, 0]]  # for each round the nodes with +, - and *


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gated(left, right, gate, squash=sigmoid):
    """A share g of each number of the left state, the rest of the right one."""
    g = squash(np.concatenate([left, right], axis=1) @ gate.T)
    return g * left + (1 - g) * right


def swapped(left, right, gate):
    g = sigmoid(np.concatenate([right, left], axis=1) @ gate.T)
    return g * left + (1 - g) * right


def two_states_and_gate(rng):
    rows, size = 4, 3
    return rng.normal(size=(rows, size)), rng.normal(size=(rows, size)), rng.normal(size=(size, 2 * size))


def one_call(pairs, kinds, matrices):
    """Each row of pairs by the matrix of its own kind, and the tanh of it."""
    return np.tanh(np.einsum("ni,nij->nj", pairs, matrices[kinds]))


def by_kind(pairs, kinds, matrices):
    """The same rows, sorted by kind."""
    order = np.argsort(kinds, kind="stable")
    return one_call(pairs[order], kinds[order], matrices)


def pairs_kinds_matrices(rng):
    """Five nodes, and as many operators as nobody would write down by hand."""
    return nodes_to_combine(rng, nodes=5, operators=4)


def nodes_to_combine(rng, nodes, operators, size=3):
    kinds = rng.permutation(np.arange(nodes) % operators)
    return (rng.normal(size=(nodes, 2 * size)), kinds,
            rng.normal(scale=0.4, size=(operators, 2 * size, size)))


def calls_do_not_grow(answer):
    """None, or by how much: PyTorch's calls for few and for many nodes, and for few and for many operators."""
    counts, problem = call(lambda: [calls_of(answer, *sizes) for sizes in ((5, 2), (40, 2), (40, 8))])
    if problem:
        return f"right for 5 nodes and 4 operators; with other numbers {problem}"
    few, many, kinds = counts
    if many > few:
        return f"the values are right, but it makes {many} calls for 40 nodes and {few} for 5: no loop over nodes is needed."
    if kinds > many:
        return (f"the values are right, but it makes {kinds} calls for 8 operators and {many} for 2: no loop over operators "
                "is needed.")
    return None


def calls_of(answer, nodes, operators):
    """How many of PyTorch's functions a call of the answer calls."""
    overrides = missing.side("torch").torch.overrides
    arrays = nodes_to_combine(np.random.default_rng(0), nodes, operators)

    class Counter(overrides.TorchFunctionMode):
        count = 0

        def __torch_function__(self, func, types, args=(), kwargs=None):
            self.count += 1
            return func(*args, **(kwargs or {}))

    with Counter() as counter:
        answer(*map(missing.side("torch").tensor, arrays))
    return counter.count


def nearest(states, table):
    """Each state replaced by the nearest row of the table."""
    return table[distances(states, table).argmin(axis=1)]


def distances(states, table, of=np.square):
    return of(states[:, None] - table).sum(axis=2)


def of_length_one(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def states_and_table(rng):
    """Rows of very different lengths, so that the largest product is not the smallest distance."""
    table = rng.normal(size=(4, 3)) * np.array([[0.3], [1.0], [2.0], [4.0]])
    return rng.normal(size=(20, 3)), table


def judge_plan(answer):
    """`value`, and where no known slip explains the answer, the first round that is not right."""
    cause = RIGHT_PLAN.judge(answer)
    place = re.match(r"the entry \[(\d+), \d+\] is not right", cause or "")
    if not place:
        return cause
    number = int(place[1]) + 1
    return (f"look at round {number}: which operators have their deeper side ready since round {number - 1}? "
            "(Round 0 holds the digits.)")


RIGHT_PLAN = value(PLAN, {
    "you counted from the top; that order would run too, but depth in `fold` counts from the digits: a node is one "
    "deeper than its deepest child": [[2, 0, 0], [0, 0, 2], [1, 1, 0]],
    "you counted from the top, and began there; but a node can be computed only after its children":
        [[1, 1, 0], [0, 0, 2], [2, 0, 0]],
    "that is one tree after the other; nodes of the same depth go together, in whichever tree they stand":
        [[0, 0, 1], [1, 0, 0], [2, 0, 0], [0, 0, 1], [0, 1, 0]],
    "the numbers fit, but the order is +, −, ×": [[1, 0, 2], [1, 0, 1], [0, 1, 0]],
    "the numbers fit, but − and × have changed places: the order is +, −, ×": [[2, 1, 0], [1, 1, 0], [0, 0, 1]],
    "the rounds are right, but stand in the wrong order: the first one has what needs digits alone": PLAN[::-1],
    "a node must wait for both of its children, so it is one deeper than its deeper child": [[3, 1, 1], [0, 0, 1]],
    "digits are not a round: they are looked up before the first one, and have no operator":
        [[0, 0, 0], *PLAN],
}, hints=(
    "Draw both trees with all digits on one line, and each operator one line above its higher child.",
    "The first tree has depth 2, the second depth 3, so there are three rounds.",
    "Round 1 holds the nodes both of whose sides are digits: 1 × 2, 0 + 1, and 1 + 1."))

EXERCISES = {
    "4.1": Exercise(judge_plan, RIGHT_PLAN.hints),
    "4.2": function("tf", gated, two_states_and_gate, gradients=True, dtype="float64", suspects={
        "the gate sees right before left: the order in `concat` matters": swapped,
        "g belongs to the left side, 1 - g to the right": lambda left, right, gate: left + right - gated(left, right, gate),
        "the sigmoid is missing: g is to be a share, between 0 and 1": lambda *given: gated(*given, squash=lambda x: x),
        "a tanh makes numbers between -1 and 1; the gate is a sigmoid, between 0 and 1":
            lambda *given: gated(*given, squash=np.tanh),
        "`reshape` fits the gate's shape and mixes its numbers up: it must be turned, with `tf.transpose`":
            lambda left, right, gate: gated(left, right, gate.reshape(gate.T.shape).T),
    }, hints=(
        "`torch.cat` is `tf.concat`, and `dim` is `axis`.",
        "`gate` has the shape (size, 2 * size) and the states side by side (rows, 2 * size): it must be turned.",
        "`tf.transpose(gate)`; `@` and `tf.sigmoid` work as they do in PyTorch.")),
    "4.3": function("torch", one_call, pairs_kinds_matrices, dtype="float64", suspects={
        "every node used the first operator": lambda p, k, m: np.tanh(p @ m[0]),
        "added up over the operators: each node must take the row of its own one":
            lambda p, k, m: np.tanh(np.einsum("ni,kij->nj", p, m)),
        "the tanh is missing": lambda p, k, m: np.einsum("ni,nij->nj", p, m[k]),
        "the states are right, but sorted by operator: put each back in its node's row": by_kind,
        "there may be more operators than three: let `kinds` look the matrix up":
            lambda p, k, m: one_call(p, np.minimum(k, 2), m),
        "for every node, the rows of all nodes: index both axes together, `every[torch.arange(n), kinds]`":
            lambda p, k, m: np.tanh(np.einsum("ni,kij->nkj", p, m)[:, k]),
    }, hints=(
        "Two steps: all products, with the shape (nodes, operators, size); then choose one row for each node.",
        "`torch.einsum(\"ni,kij->nkj\", pairs, matrices)` makes all products.",
        "Choose with two index arrays of the same length: `every[torch.arange(len(kinds)), kinds]`."),
        then=calls_do_not_grow),
    "4.4": value(0.999**100, {
        "that counts as many operators as digits; a tree with n digits has n - 1 operators": 0.999**101,
        "the digits count as well there, but only operators go wrong": 0.999**201,
        "probabilities multiply when all must go well; 1 - 100 · 0.001 is only a lower bound": 1 - 100 * 0.001,
        "that is the share with an error; the others are asked for": 1 - 0.999**100,
    }, hints=(
        "How many operators does a tree with 101 digits have? Each of them joins two parts into one.",
        "All of them must go right, and each does with probability 0.999.",
        "0.999 to the power of the number of operators."), atol=6e-5),
    "4.5": function("tf", nearest, states_and_table, dtype="float64", suspects={
        "that is the farthest row: the smallest distance is asked for": lambda s, t: t[distances(s, t).argmax(axis=1)],
        "a product is no distance: a long row wins it from far away": lambda s, t: t[(s @ t.T).argmax(axis=1)],
        "the distance has no sign: square the differences before you add them":
            lambda s, t: t[distances(s, t, of=np.positive).argmin(axis=1)],
        "a sum of absolute differences is another distance: square the differences":
            lambda s, t: t[distances(s, t, of=np.abs).argmin(axis=1)],
        "the angle alone says nothing of lengths: rows of one direction may be far apart":
            lambda s, t: t[(of_length_one(s) @ of_length_one(t).T).argmax(axis=1)],
        "each number went to the nearest one of its column; a row is replaced as a whole":
            lambda s, t: np.take_along_axis(t, np.abs(s[:, None] - t).argmin(axis=1), axis=0),
        "that says which digit it is; its row of the table is asked for": lambda s, t: distances(s, t).argmin(axis=1),
    }, hints=(
        "Three steps: all differences, (rows, digits, size); all distances, (rows, digits); the smallest of each row.",
        "`states[:, tf.newaxis] - table` makes all differences; square them and add them up over the last axis.",
        "`tf.argmin(distances, axis=1)` says which row is nearest; `tf.gather(table, ...)` takes it.")),
    **checks_b.EXERCISES,
}
