"""What chapter 2 reads off PyTorch's records."""
import types

import torch

LEAF = "AccumulateGrad"
"""How PyTorch calls a node without an operation: an input, where its slope arrives."""


def graph(result):
    """The record behind a tensor as ({node: label}, edges in the direction in which data flowed), the last operation first.

    A leaf that is one number says which, in a second line of its label.
    """
    nodes, edges, todo = {}, [], [result.grad_fn] if result.grad_fn else []
    while todo:
        node = todo.pop(0)
        if node in nodes:
            continue
        nodes[node] = type(node).__name__.removesuffix("Backward0")
        if nodes[node] == LEAF and node.variable.numel() == 1:
            nodes[node] += f"\nof {node.variable.item():g}"
        parents = [parent for parent, _ in node.next_functions if parent is not None]
        edges += [(parent, node) for parent in parents]
        todo += parents
    return nodes, edges


def operations(result):
    """The names of the recorded operations behind a tensor, the last first: leaves are left out."""
    nodes, _ = graph(result)
    return [name for name in nodes.values() if not name.startswith(LEAF)]


def nodes_are_native():
    """Whether a node of the record is made in C++: then its call is a slot of its type, and not a Python function."""
    node = (torch.ones(1, requires_grad=True) * 2).grad_fn
    return isinstance(type(node).__call__, types.WrapperDescriptorType)
