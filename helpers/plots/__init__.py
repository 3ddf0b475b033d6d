"""Figures in one style: one color, marker and line for each framework everywhere, and a text alternative for each figure.

Colors are those of Okabe and Ito (jfly.uni-koeln.de/color), which readers with any common color vision tell apart.
"""
import base64
import io

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from helpers import show as _show
from helpers.plots import layered

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
    _show.rich(markup(fig, alt), f"[figure] {alt}")


def markup(fig, alt):
    """A figure as HTML with the picture inside and alt as its text alternative; the figure is closed. Raises as `show`."""
    if not (isinstance(alt, str) and len(alt.split()) >= 4):
        raise ValueError(f"alt must say in a sentence what the figure shows, not {alt!r}")
    stream = io.BytesIO()
    with plt.rc_context(STYLE):
        fig.savefig(stream, format="png", bbox_inches="tight")
    width = round(fig.get_figwidth() * 100)
    plt.close(fig)
    return _show.render("figure.html", alt=alt, width=width, png=base64.b64encode(stream.getvalue()).decode())


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

    nodes: {name: label}, a label may have several lines. edges: pairs (from, to) of names, in the direction in which data
    flows. colors: {name: color}, white where not given; None leaves the node's place empty, for graphs that grow.
    The text is as large as the axes allow, up to 8.5 points: give a deep or wide graph a larger figure. Reads well up to
    about 30 nodes. Raises ValueError for an unknown name or a cycle.
    """
    colors = colors or {}
    wide = {name: max(_em(line) for line in label.split("\n")) + 1 for name, label in nodes.items()}  # in units of the font
    high = {name: 1.25 * (label.count("\n") + 1) + 0.7 for name, label in nodes.items()}  # size; what is added is padding
    places, routes = layered.arrange(wide, edges, gap=1.2)
    layers = [max(high[name] for name, (_, depth) in places.items() if depth == level)
              for level in range(1 + max(depth for _, depth in places.values()))]
    left = min(x - wide[name] / 2 for name, (x, _) in places.items())
    right = max(x + wide[name] / 2 for name, (x, _) in places.items())
    ax.figure.draw_without_rendering()  # only now are the axes as large as they will be
    box = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    size = min(8.5, box.width * 72 / (right - left + 1), box.height * 72 / (sum(layers) + 1.4 * len(layers)))
    width, height = box.width * 72 / size, box.height * 72 / size
    between = (height - sum(layers)) / len(layers)
    y = [-between / 2 - sum(layers[:k]) - k * between - layers[k] / 2 for k in range(len(layers))]
    ax.set(xlim=((left + right - width) / 2, (left + right + width) / 2), ylim=(-height, 0))
    ax.set_axis_off()
    for (a, b), passing in routes.items():
        if None not in (colors.get(a, ""), colors.get(b, "")):
            first, last = [(places[name][0], y[places[name][1]] + side * high[name] / 2) for name, side in ((a, -1), (b, 1))]
            path = [(x, y[depth] + side * layers[depth] / 2) for x, depth in passing for side in (1, -1)]
            ax.add_patch(FancyArrowPatch(path=_curve([first, *path, last]), arrowstyle="-|>", color=GRAY, lw=1.0, zorder=1,
                                         mutation_scale=size, shrinkA=0, shrinkB=0))
    for name, (x, depth) in places.items():
        if colors.get(name, "") is not None:
            ax.text(x, y[depth], nodes[name], ha="center", va="center", fontsize=size, zorder=2, linespacing=1.15,
                    bbox={"boxstyle": "round,pad=0.35", "facecolor": colors.get(name, "white"), "edgecolor": GRAY})


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
