"""Figures in one style: one color, marker and line for each framework everywhere, and a text alternative for each figure.

Colors are those of Okabe and Ito (jfly.uni-koeln.de/color), which readers with any common color vision tell apart.
"""
import base64
import html
import io

import matplotlib.pyplot as plt
import networkx as nx

from . import show as _show

TORCH = {"color": "#D55E00", "marker": "o", "linestyle": "-", "label": "PyTorch"}
TF = {"color": "#0072B2", "marker": "s", "linestyle": "--", "label": "TensorFlow"}
OTHER = {"color": "#009E73", "marker": "^", "linestyle": ":", "label": "NumPy"}
GRAY = "#6B6B6B"

STYLE = {"figure.dpi": 110, "savefig.dpi": 150, "figure.facecolor": "white", "font.size": 10, "axes.titlesize": 11,
         "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True, "grid.alpha": 0.3,
         "lines.linewidth": 1.8, "lines.markersize": 5, "legend.frameon": False, "image.cmap": "gray_r"}


def figure(rows=1, columns=1, width=7.0, height=3.2, sharex=False, sharey=False, subplot_kw=None):
    """`plt.subplots` in the house style; width and height in inches are for the whole figure. Returns (figure, axes)."""
    with plt.rc_context(STYLE):
        return plt.subplots(rows, columns, figsize=(width, height), layout="constrained", sharex=sharex, sharey=sharey,
                            subplot_kw=subplot_kw)


def show(fig, alt):
    """Display a figure with its text alternative (one or two sentences: what a reader sees in it), and close it.

    Raises ValueError when alt says nothing: a reader who cannot see the figure has only this.
    """
    if not (isinstance(alt, str) and len(alt.split()) >= 4):
        raise ValueError(f"alt must say in a sentence what the figure shows, not {alt!r}")
    stream = io.BytesIO()
    with plt.rc_context(STYLE):
        fig.savefig(stream, format="png", bbox_inches="tight")
    width = round(fig.get_figwidth() * 100)
    plt.close(fig)
    data = base64.b64encode(stream.getvalue()).decode()
    _show.rich(f'<img alt="{html.escape(alt)}" width="{width}" style="max-width:100%" src="data:image/png;base64,{data}">',
               f"[figure] {alt}")


def images(axes, pictures, titles=None):
    """Draw gray pictures (N, height, width), dark where values are high, one in each of the axes, without ticks."""
    flat = axes.ravel() if hasattr(axes, "ravel") else [axes]
    top = max(float(picture.max()) for picture in pictures)
    for k, ax in enumerate(flat):
        ax.set_axis_off()
        if k < len(pictures):
            ax.imshow(pictures[k], vmin=0, vmax=top, cmap="gray_r", interpolation="nearest")
            if titles is not None:
                ax.set_title(titles[k], fontsize=9)


def graph(ax, nodes, edges, colors=None):
    """Draw a computation graph top down, inputs above, each node one layer below its deepest parent.

    nodes: {name: label}. edges: pairs (from, to) of names, in the direction in which data flows. colors: {name: color},
    white where not given. Reads well up to about 30 nodes. Raises ValueError for an unknown name or a cycle.
    """
    net = nx.DiGraph()
    net.add_nodes_from(nodes)
    net.add_edges_from(edges)
    strangers = set(net) - set(nodes)
    if strangers:
        raise ValueError(f"edges name nodes that are not in nodes: {', '.join(map(str, sorted(strangers)))}")
    if not nx.is_directed_acyclic_graph(net):
        raise ValueError("a computation graph has no cycle, this one has: check the direction of the edges")
    layout = _layers(net)
    for a, b in net.edges:
        ax.annotate("", xy=layout[b], xytext=layout[a], zorder=1,
                    arrowprops={"arrowstyle": "-|>", "color": GRAY, "shrinkA": 10, "shrinkB": 12, "lw": 1.1})
    for name, (x, y) in layout.items():
        ax.text(x, y, nodes[name], ha="center", va="center", fontsize=8.5, zorder=2,
                bbox={"boxstyle": "round,pad=0.35", "facecolor": (colors or {}).get(name, "white"), "edgecolor": GRAY})
    spread = [p[0] for p in layout.values()]
    ax.set_xlim(min(spread) - 0.7, max(spread) + 0.7)
    ax.set_ylim(min(p[1] for p in layout.values()) - 0.6, 0.6)
    ax.set_axis_off()


def _layers(net):
    """Positions {name: (x, y)}: y is minus the depth; within a layer nodes stand in the order of their parents' middles."""
    depth = {}
    for name in nx.topological_sort(net):
        depth[name] = 1 + max((depth[parent] for parent in net.predecessors(name)), default=-1)
    for name in reversed(list(nx.topological_sort(net))):  # pull inputs down to just above their first use
        if net.in_degree(name) == 0 and net.out_degree(name):
            depth[name] = min(depth[child] for child in net.successors(name)) - 1
    layers = {}
    for name in net:
        layers.setdefault(depth[name], []).append(name)
    x = {}
    for sweep in range(6):
        for level in sorted(layers, reverse=sweep % 2 == 1):
            middles = {name: _middle(name, x, net.successors if sweep % 2 else net.predecessors) for name in layers[level]}
            row = sorted(layers[level], key=middles.get)
            center = sum(middles.values()) / len(row)
            for k, name in enumerate(row):
                x[name] = center + k - (len(row) - 1) / 2
    return {name: (x[name], -float(depth[name])) for name in net}


def _middle(name, x, neighbors):
    around = [x[other] for other in neighbors(name) if other in x]
    return sum(around) / len(around) if around else x.get(name, 0.0)
