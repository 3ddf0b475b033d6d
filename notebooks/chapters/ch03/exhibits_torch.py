"""What chapter 3 reads off PyTorch: exported programs, and the record that grows while a function runs."""
import inspect
import sys
from collections.abc import Callable
from typing import NamedTuple

import torch

from helpers import show


def compiler_there(device: torch.device) -> bool:
    """Whether torch.compile can translate for a device; where it cannot, says why. The first time it sets itself up."""
    try:
        torch.compile(torch.neg)(torch.ones(8, device=device))
    except torch._dynamo.exc.BackendCompilerFailed as error:  # no C++ compiler, for example
        print("torch.compile: NOT MEASURED,", show.gist(error))
        return False
    return True


def exported_graph(program: torch.export.ExportedProgram) -> tuple[dict, list]:
    """({node's name: label}, edges in the direction in which data flows) of an exported program."""
    nodes = {node.name: f"{node.name}\n{node.op}" for node in program.graph.nodes}
    edges = [(parent.name, node.name) for node in program.graph.nodes for parent in node.all_input_nodes]
    return nodes, edges


def record(result: torch.Tensor, leaves: dict[str, torch.Tensor]) -> tuple[dict, list]:
    """The record behind a result as ({node: label}, edges), the last operation first. A leaf is called by its name."""
    nodes, edges, todo = {}, [], [result.grad_fn] if result.grad_fn else []
    while todo:
        node = todo.pop(0)
        if node in nodes:
            continue
        own = [name for name, leaf in leaves.items() if getattr(node, "variable", None) is leaf]
        nodes[node] = own[0] if own else node.name().removesuffix("0").removesuffix("Backward")
        parents = [parent for parent, _ in node.next_functions if parent is not None]
        edges += [(parent, node) for parent in parents]
        todo += parents
    return nodes, edges


class Moment(NamedTuple):
    """What there was when one line of a function had run."""
    line: str          # the line, as it is written
    newest: str        # the name of the newest tensor
    value: float       # its first number
    nodes: set         # the nodes of the record that were there
    gradients: bool    # whether the leaves had their gradients
    finite: bool       # whether every tensor held finite numbers


def line_by_line(function: Callable, leaves: dict[str, torch.Tensor]) -> tuple[list[Moment], dict, list]:
    """Run function(**leaves) and look around after each of its lines, as a debugger does: `sys.settrace`.

    Returns the Moments, and the record of the last tensor as `record` gives it.
    """
    first, seen = function.__code__.co_firstlineno, []

    def look(frame, event, argument):  # Python calls this before each line of the function, and at its end
        values = {name: value for name, value in frame.f_locals.items() if isinstance(value, torch.Tensor)}
        seen.append((frame.f_lineno, values, next(iter(leaves.values())).grad is not None))
        return look

    tracer = sys.gettrace()
    sys.settrace(lambda frame, *event: look(frame, *event) if frame.f_code is function.__code__ else None)
    try:
        function(**leaves)
    finally:
        sys.settrace(tracer)
    lines = inspect.getsource(function).splitlines()
    moments = [_moment(lines[line - first].strip(), *after, leaves) for (line, *_), (_, *after) in zip(seen[1:], seen[2:])]
    return moments, *record(list(seen[-1][1].values())[-1], leaves)


def _moment(line, values, gradients, leaves):
    """The Moment after a line, from the tensors {name: value} that were there."""
    newest = list(values)[-1]
    nodes = set().union(*(record(value, leaves)[0] for value in values.values()))
    finite = all(bool(torch.isfinite(value).all()) for value in values.values())
    return Moment(line, newest, float(values[newest].detach().flatten()[0]), nodes, gradients, finite)
