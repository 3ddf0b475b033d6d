"""Expressions as trees, and the plan for a batch of them: what lesson 4a builds in its cells, for lesson 4c.

A tree is a digit, 0, 1 or 2, as an int, or a tuple (operator, left, right). No framework takes part.
"""
from typing import NamedTuple

import numpy as np

OPS = "+-*"
SIZE = 32  # numbers in a state


class Node(NamedTuple):
    """A node in the list of all nodes; left and right are its children's places there, -1 for a digit."""
    depth: int  # 0 for a digit
    kind: int   # the digit itself, or the operator's place in OPS
    left: int
    right: int


def grow(rng, depth, ops=OPS):
    """A random expression of exactly this depth."""
    if depth == 0:
        return int(rng.integers(3))
    deep, other = grow(rng, depth - 1, ops), grow(rng, rng.integers(depth), ops)
    op = ops[rng.integers(len(ops))]
    return (op, deep, other) if rng.integers(2) == 0 else (op, other, deep)


def value(tree):
    """What an expression amounts to, modulo 3."""
    if isinstance(tree, int):
        return tree
    op, left, right = tree[0], value(tree[1]), value(tree[2])
    return {"+": left + right, "-": left - right, "*": left * right}[op] % 3


def digits(tree):
    """A tree's digits from left to right, without its operators and brackets."""
    return [tree] if isinstance(tree, int) else digits(tree[1]) + digits(tree[2])


def start_weights(rng):
    """The weights to begin with, {name: array}; "out" makes three scores, one for each digit, from a state."""
    weights = {"digit": rng.normal(scale=0.5, size=(3, SIZE)), "out": rng.normal(scale=SIZE**-0.5, size=(SIZE, 3))}
    return weights | {op: rng.normal(scale=(2 * SIZE)**-0.5, size=(2 * SIZE, SIZE)) for op in OPS}


def fold(trees):
    """The plan for a batch of trees: (digits, rounds by depth, rows of the tops); a round is what `plan_round` returns."""
    nodes = []
    tops = [list_nodes(tree, nodes) for tree in trees]
    order = sorted(range(len(nodes)), key=lambda place: nodes[place][:2])  # by depth, then by kind
    row = {place: k for k, place in enumerate(order)}
    by_depth = [[] for _ in range(nodes[order[-1]].depth + 1)]
    for place in order:
        by_depth[nodes[place].depth].append(nodes[place])
    rounds = [plan_round(here, row) for here in by_depth[1:]]
    return np.array([node.kind for node in by_depth[0]]), rounds, np.array([row[top] for top in tops])


def list_nodes(tree, nodes):
    """Append a tree's nodes to the list, children first. Returns the top's place."""
    if isinstance(tree, int):
        nodes.append(Node(0, tree, -1, -1))
    else:
        left, right = list_nodes(tree[1], nodes), list_nodes(tree[2], nodes)
        depth = 1 + max(nodes[left].depth, nodes[right].depth)
        nodes.append(Node(depth, OPS.index(tree[0]), left, right))
    return len(nodes) - 1


def plan_round(here, row):
    """The rows of both children of each node of one depth, (nodes, 2), and how many nodes each operator has."""
    kinds = [node.kind for node in here]
    children = [(row[node.left], row[node.right]) for node in here]
    return np.array(children), np.array([kinds.count(kind) for kind in range(len(OPS))])
