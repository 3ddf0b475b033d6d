"""Figures in one style: one color, marker and line for each framework everywhere, and a text alternative for each figure.

Colors are those of Okabe and Ito (jfly.uni-koeln.de/color), which readers with any common color vision tell apart.
"""
import base64
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from helpers import show as _show

TORCH = {"color": "#D55E00", "marker": "o", "linestyle": "-", "label": "PyTorch"}
TF = {"color": "#0072B2", "marker": "s", "linestyle": "--", "label": "TensorFlow"}
OTHER = {"color": "#009E73", "marker": "^", "linestyle": ":", "label": "NumPy"}
GRAY = "#6B6B6B"

STYLE = {"figure.dpi": 110, "savefig.dpi": 150, "figure.facecolor": "white", "font.size": 10, "axes.titlesize": 11,
         "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True, "grid.alpha": 0.3,
         "lines.linewidth": 1.8, "lines.markersize": 5, "legend.frameon": False, "image.cmap": "gray_r"}


def figure(rows: int = 1, columns: int = 1, width: float = 7.0, height: float = 3.2, sharex: bool = False,
           sharey: bool = False, subplot_kw: dict | None = None) -> tuple[Figure, Axes | np.ndarray]:
    """A figure and its axes, as `plt.subplots` gives them, in the house style; width and height in inches are the figure's.

    From here on Matplotlib's settings are its defaults: those of a matplotlibrc, such as LaTeX for all text, or of a
    start-up file would also reach what the lesson draws into the figure. No backend is asked for.
    """
    matplotlib.rcdefaults()
    with matplotlib.rc_context(STYLE):
        fig = Figure(figsize=(width, height), layout="constrained")
        return fig, fig.subplots(rows, columns, sharex=sharex, sharey=sharey, subplot_kw=subplot_kw)


def show(fig: Figure, alt: str) -> None:
    """Display a figure with its text alternative (one or two sentences: what a reader sees in it).

    Raises ValueError when alt says nothing: a reader who cannot see the figure has only this.
    """
    _show.rich(markup(fig, alt), f"[figure] {alt}")


def markup(fig: Figure, alt: str) -> str:
    """A figure as HTML with the picture inside and alt as its text alternative. Raises as `show`."""
    if not (isinstance(alt, str) and len(alt.split()) >= 4):
        raise ValueError(f"alt must say in a sentence what the figure shows, not {alt!r}")
    stream = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        fig.savefig(stream, format="png", bbox_inches="tight")
    width = round(fig.get_figwidth() * 100)
    return _show.render("figure.html", alt=alt, width=width, png=base64.b64encode(stream.getvalue()).decode())


def images(axes: Axes | np.ndarray, pictures: np.ndarray, titles: Sequence[str] | None = None) -> None:
    """Draw gray pictures (N, height, width), dark where values are high, one in each of the axes, without ticks."""
    flat = axes.ravel() if hasattr(axes, "ravel") else [axes]
    top = max(float(picture.max()) for picture in pictures)
    for k, ax in enumerate(flat):
        ax.set_axis_off()
        if k < len(pictures):
            ax.imshow(pictures[k], vmin=0, vmax=top, cmap="gray_r", interpolation="nearest")
            if titles is not None:
                ax.set_title(titles[k], fontsize=9)


def graph(ax: Axes, nodes: dict[str, str], edges: Iterable[tuple[str, str]],
          colors: dict[str, str | None] | None = None) -> None:
    """Draw a computation graph top down, inputs above, each node one layer below its deepest parent.

    nodes: {name: label}, a label may have several lines. edges: pairs (from, to) of names, in the direction in which data
    flows. colors: {name: color}, white where not given; None leaves the node's place empty, for graphs that grow.
    The text is as large as the axes allow, up to 8.5 points: give a deep or wide graph a larger figure. Reads well up to
    about 30 nodes. Raises ValueError for an unknown name or a cycle.
    """
    from helpers.plots import layered  # only now: it brings networkx, and few lessons draw a graph
    colors = dict.fromkeys(nodes, "white") | (colors or {})
    boxes = {name: _box(label) for name, label in nodes.items()}
    places, routes = layered.arrange({name: box.width for name, box in boxes.items()}, edges, gap=1.2)
    size, layers = _fit(ax, boxes, places)
    for (a, b), passing in routes.items():
        if colors[a] is not None and colors[b] is not None:
            path = [(places[a].x, layers[places[a].depth].middle - boxes[a].height / 2)]
            for x, depth in passing:
                path += [(x, layers[depth].top), (x, layers[depth].bottom)]
            path.append((places[b].x, layers[places[b].depth].middle + boxes[b].height / 2))
            ax.add_patch(FancyArrowPatch(path=_curve(path), arrowstyle="-|>", color=GRAY, lw=1.0, zorder=1,
                                         mutation_scale=size, shrinkA=0, shrinkB=0))
    for name, (x, depth) in places.items():
        if colors[name] is not None:
            ax.text(x, layers[depth].middle, nodes[name], ha="center", va="center", fontsize=size, zorder=2,
                    linespacing=1.15, bbox={"boxstyle": "round,pad=0.35", "facecolor": colors[name], "edgecolor": GRAY})


class _Box(NamedTuple):
    """The size of a node with its padding, in units of the font's size."""
    width: float
    height: float


class _Layer(NamedTuple):
    """Where a layer of nodes lies, in units of the font's size; y grows upward, as in the axes."""
    top: float
    middle: float
    bottom: float


def _fit(ax, boxes, places):
    """Give the axes limits into which all boxes fit: (the font's size in points, the _Layers from the top down)."""
    left = min(x - boxes[name].width / 2 for name, (x, _) in places.items())
    right = max(x + boxes[name].width / 2 for name, (x, _) in places.items())
    highest = [0.0] * (1 + max(depth for _, depth in places.values()))  # the highest box of each layer
    for name, (_, depth) in places.items():
        highest[depth] = max(highest[depth], boxes[name].height)
    ax.figure.draw_without_rendering()  # only now are the axes as large as they will be
    frame = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())  # in inches, of 72 points each
    size = min(8.5, 72 * frame.width / (right - left + 1), 72 * frame.height / (sum(highest) + 1.4 * len(highest)))
    width, height = 72 * frame.width / size, 72 * frame.height / size
    between = (height - sum(highest)) / len(highest)
    layers, y = [], -between / 2
    for high in highest:
        layers.append(_Layer(y, y - high / 2, y - high))
        y -= high + between
    middle = (left + right) / 2
    ax.set(xlim=(middle - width / 2, middle + width / 2), ylim=(-height, 0))
    ax.set_axis_off()
    return size, layers


def _box(label):
    lines = label.split("\n")
    return _Box(max(map(_em, lines)) + 1, 1.25 * len(lines) + 0.7)


def _em(text):
    """The width of one line of text, in units of its font size."""
    return TextPath((0, 0), text, size=10).get_extents().width / 10 if text.strip() else 0.0


def _curve(points):
    """A smooth path through points that lie one layer below the other: upright at each of them."""
    path, codes = [points[0]], [Path.MOVETO]
    for (a, top), (b, bottom) in zip(points, points[1:]):
        middle = (top + bottom) / 2
        path += [(a, middle), (b, middle), (b, bottom)]
        codes += [Path.CURVE4] * 3
    return Path(path, codes)
