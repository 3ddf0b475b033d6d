"""PyTorch's half of lesson 4a, for later lessons: weights, the cell, two ways over trees. `trees_tf` has the same."""
import torch

from chapters.ch04.trees import OPS
from helpers import torch_side


def load(weights, where, dtype):
    """The weights as tensors {name: tensor} on a device, ready to be trained. dtype: "float32" or "float64"."""
    return {name: torch_side.tensor(array, where, dtype).requires_grad_() for name, array in weights.items()}


def combine(model, op, pairs):
    """New states (rows, SIZE) from pairs of states (rows, 2 * SIZE)."""
    return torch.tanh(pairs @ model[op])


def state(model, tree):
    """The state at the top of one tree, (1, SIZE), by recursion."""
    if isinstance(tree, int):
        return model["digit"][[tree]]
    op, left, right = tree
    return combine(model, op, torch.cat([state(model, left), state(model, right)], dim=1))


def one_by_one(model, trees):
    """The states at the tops of trees, (trees, SIZE), one tree after the other."""
    return torch.cat([state(model, tree) for tree in trees])


def batched(model, plan, combine=combine):
    """The states at the tops of all trees of a plan, (trees, SIZE)."""
    digits, rounds, tops = plan
    table = model["digit"][digits]
    for children, counts in rounds:
        pairs = table[children].flatten(1)
        groups = pairs.split(counts.tolist())
        table = torch.cat([table, *(combine(model, op, group) for op, group in zip(OPS, groups))])
    return table[tops]


def run(way, model, trees):
    """The states that a way makes of trees, and the slopes of their mean square: {"states": ..., "slope of +": ...}."""
    states = way(model, trees)
    slopes = torch.autograd.grad(states.square().mean(), list(model.values()), materialize_grads=True)
    found = {f"slope of {name}": torch_side.to_numpy(slope) for name, slope in zip(model, slopes)}
    return {"states": torch_side.to_numpy(states)} | found
