"""Chapter 4: a plan by hand, a cell ported to TensorFlow, one call for all operators, and what errors do in a tree."""
import numpy as np

from helpers.course.judging import function, value

PLAN = [[2, 0, 1], [1, 0, 1], [0, 1, 0]]  # for each round the nodes with +, - and *


def gated(left, right, gate):
    """A share g of each number of the left state, the rest of the right one."""
    g = sigmoid(np.concatenate([left, right], axis=1) @ gate.T)
    return g * left + (1 - g) * right


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def swapped(left, right, gate):
    g = sigmoid(np.concatenate([right, left], axis=1) @ gate.T)
    return g * left + (1 - g) * right


def exchanged(left, right, gate):
    g = sigmoid(np.concatenate([left, right], axis=1) @ gate.T)
    return (1 - g) * left + g * right


def two_states_and_gate(rng):
    rows, size = 4, 3
    return rng.normal(size=(rows, size)), rng.normal(size=(rows, size)), rng.normal(size=(size, 2 * size))


def one_call(pairs, kinds, matrices):
    """Each row of pairs by the matrix of its own kind, and the tanh of it."""
    return np.tanh(np.einsum("ni,nij->nj", pairs, matrices[kinds]))


def pairs_kinds_matrices(rng):
    size = 3
    return (rng.normal(size=(5, 2 * size)), np.array([0, 2, 1, 2, 0]),
            rng.normal(scale=0.4, size=(3, 2 * size, size)))


EXERCISES = {
    "4.1": value(PLAN, {
        "you counted from the top; that order would run too, but depth in `fold` counts from the digits: a node is one "
        "deeper than its deepest child": [[2, 0, 0], [0, 0, 2], [1, 1, 0]],
        "you counted from the top, and began there; but a node can be computed only after its children":
            [[1, 1, 0], [0, 0, 2], [2, 0, 0]],
        "that is one tree after the other; nodes of the same depth go together, in whichever tree they stand":
            [[0, 0, 1], [1, 0, 0], [2, 0, 0], [0, 0, 1], [0, 1, 0]],
        "the numbers fit, but the order is +, −, ×": [[1, 0, 2], [1, 0, 1], [0, 1, 0]],
        "digits are not a round: they are looked up before the first one, and have no operator":
            [[0, 0, 0], *PLAN],
    }, hints=(
        "Draw both trees with all digits on one line, and each operator one line above its higher child.",
        "The first tree has depth 2, the second depth 3, so there are three rounds.",
        "Round 1 holds the nodes both of whose sides are digits: 1 × 2, 0 + 1, and 1 + 1.")),
    "4.2": function("tf", gated, two_states_and_gate, {
        "the gate sees right before left: the order in `concat` matters": swapped,
        "g belongs to the left side, 1 - g to the right": exchanged,
    }, hints=(
        "`torch.cat` is `tf.concat`, and `dim` is `axis`.",
        "`gate` has the shape (size, 2 * size) and the states side by side (rows, 2 * size): it must be turned.",
        "`tf.transpose(gate)`; `@` and `tf.sigmoid` work as they do in PyTorch.")),
    "4.3": function("torch", one_call, pairs_kinds_matrices, {
        "every node used the first operator": lambda p, k, m: np.tanh(p @ m[0]),
        "added up over the operators: each node must take the row of its own one":
            lambda p, k, m: np.tanh(np.einsum("ni,kij->nj", p, m)),
        "the tanh is missing": lambda p, k, m: np.einsum("ni,nij->nj", p, m[k]),
        "for every node, the rows of all nodes: index both axes together, `every[torch.arange(n), kinds]`":
            lambda p, k, m: np.tanh(np.einsum("ni,kij->nkj", p, m)[:, k]),
    }, hints=(
        "Two steps: all products, with the shape (nodes, operators, size); then choose one row for each node.",
        "`torch.einsum(\"ni,kij->nkj\", pairs, matrices)` makes all products.",
        "Choose with two index arrays of the same length: `every[torch.arange(len(kinds)), kinds]`.")),
    "4.4": value(0.999**100, {
        "that counts as many operators as digits; a tree with n digits has n - 1 operators": 0.999**101,
        "the digits count as well there, but only operators go wrong": 0.999**201,
        "probabilities multiply when all must go well; 1 - 100 · 0.001 is only a lower bound": 1 - 100 * 0.001,
    }, hints=(
        "How many operators does a tree with 101 digits have? Each of them joins two parts into one.",
        "All of them must go right, and each does with probability 0.999.",
        "0.999 to the power of the number of operators."), atol=6e-5),
}
