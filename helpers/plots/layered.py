"""Where the nodes of a computation graph stand when it is drawn in layers, and how its edges run between them.

The steps are those of Sugiyama, Tagawa and Toda (IEEE Transactions on Systems, Man, and Cybernetics, 1981): layers by
depth, an invisible node wherever an edge passes a layer, an order with few crossings, positions that keep edges straight.
"""
from typing import NamedTuple

import networkx as nx

SWEEPS = 12


class Place(NamedTuple):
    """Where the middle of a node stands; depth: the number of its layer, 0 at the top."""
    x: float
    depth: int


class Layout(NamedTuple):
    """A drawn graph: {node: Place}, and {edge: the Places where it passes the layers between its ends}."""
    places: dict
    routes: dict


def arrange(widths, edges, gap):
    """Place an acyclic graph: a Layout.

    widths: {node: width}, in the unit of x; neighbors in a layer stand at least gap apart. Depth grows in the direction
    of the edges. Raises ValueError when edges name a node without a width, or form a cycle.
    """
    net = nx.DiGraph()
    net.add_nodes_from(widths)
    net.add_edges_from(edges)
    strangers = set(net) - set(widths)
    if strangers:
        raise ValueError(f"edges name nodes that are not in nodes: {', '.join(sorted(map(str, strangers)))}")
    if not nx.is_directed_acyclic_graph(net):
        raise ValueError("a computation graph has no cycle, this one has: check the direction of the edges")
    depth = _depths(net)
    room, fine, routes = dict(widths), nx.DiGraph(), {}
    fine.add_nodes_from(net)
    for a, b in net.edges:
        between = [(a, b, level) for level in range(depth[a] + 1, depth[b])]
        depth.update({point: point[2] for point in between})
        room.update(dict.fromkeys(between, 0.0))
        routes[a, b] = between
        nx.add_path(fine, [a, *between, b])
    layers = [[name for name in fine if depth[name] == level] for level in range(max(depth.values()) + 1)]
    x = _positions(fine, _order(fine, layers), room, gap)
    return Layout({name: Place(x[name], depth[name]) for name in net},
                  {edge: [Place(x[point], depth[point]) for point in points] for edge, points in routes.items()})


def _depths(net):
    """Each node one layer below its deepest parent; inputs just above their first use."""
    depth = {}
    for name in nx.topological_sort(net):
        depth[name] = 1 + max((depth[parent] for parent in net.predecessors(name)), default=-1)
    for name in net:
        if net.in_degree(name) == 0 and net.out_degree(name):
            depth[name] = min(depth[child] for child in net.successors(name)) - 1
    return depth


def _order(net, layers):
    """The layers, each sorted by the middles of its neighbors in turn from above and from below; the best order seen."""
    best, fewest = layers, _crossings(net, layers)
    for sweep in range(SWEEPS):
        layers = [list(layer) for layer in layers]
        down = sweep % 2 == 0
        for level in range(1, len(layers)) if down else range(len(layers) - 2, -1, -1):
            place = {name: k for k, name in enumerate(layers[level - 1 if down else level + 1])}
            around = net.predecessors if down else net.successors
            own = {name: k for k, name in enumerate(layers[level])}
            layers[level].sort(key=lambda name: _mean([place[n] for n in around(name)], own[name]))  # noqa: B023
        crossings = _crossings(net, layers)
        if crossings < fewest:
            best, fewest = layers, crossings
    return best


def _crossings(net, layers):
    """How many pairs of edges cross between neighboring layers."""
    total = 0
    for upper, lower in zip(layers, layers[1:]):
        place = {name: k for k, name in enumerate(lower)}
        ends = [sorted(place[child] for child in net.successors(name)) for name in upper]
        flat = [end for group in ends for end in group]
        total += sum(a > b for k, a in enumerate(flat) for b in flat[k + 1:])
    return total


def _positions(net, layers, room, gap):
    """x of every node: near the middle of its neighbors, as far as the order and the widths of its layer allow."""
    x = {}
    for layer in layers:
        _place(layer, dict.fromkeys(layer, 0.0), room, gap, x)
    for sweep in range(2 * SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else layers[::-1]:
            first, second = (net.predecessors, net.successors) if down else (net.successors, net.predecessors)
            wish = {name: _mean([x[n] for n in first(name)] or [x[n] for n in second(name)], x[name]) for name in layer}
            _place(layer, wish, room, gap, x)
    return x


def _place(layer, wish, room, gap, x):
    """Set x of a layer as near to the wishes as its order and widths allow (least squares: pool adjacent violators)."""
    shift, shifts = 0.0, []
    for k, name in enumerate(layer):
        shift += (room[layer[k - 1]] + room[name]) / 2 + gap if k else 0.0
        shifts.append(shift)
    blocks = []
    for name, offset in zip(layer, shifts):
        blocks.append([wish[name] - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m), (b, n) = blocks.pop(-2), blocks.pop()
            blocks.append([(a * m + b * n) / (m + n), m + n])
    values = [value for value, count in blocks for _ in range(count)]
    x.update({name: value + offset for name, value, offset in zip(layer, values, shifts)})


def _mean(values, otherwise):
    return sum(values) / len(values) if values else otherwise
