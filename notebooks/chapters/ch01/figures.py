"""The drawings of chapter 1, each with its alternative text. Everything comes in as NumPy arrays and plain numbers."""
import numpy as np
from matplotlib.patches import Rectangle

from helpers import plots

INKS = ("#00A0C6", "#D6248F", "#E3B505")
"""Cyan, magenta and yellow: the colors of a print's three planes."""


def ladder(steps):
    """Draw a pixel, its row, its scan, its print and its batch side by side, with their shapes.

    steps: the dict of these five: a number, (8,), (8, 8), (3, 8, 8), (16, 3, 8, 8), from 0 (paper) to 1 (ink).
    """
    canvas = np.full((2, 8, 8), np.nan)
    canvas[0, 5, 5], canvas[1, 5] = steps["pixel"], steps["row"]
    drawn = [*canvas, steps["scan"], _shifted_planes(steps["print"]), _mosaic(steps["batch"])]
    fig, axes = plots.figure(1, 5, width=10, height=2.6)
    for ax, (name, numbers), picture in zip(axes, steps.items(), drawn):
        ax.imshow(picture, vmin=0, vmax=1, cmap="gray_r")
        ax.set(xticks=[], yticks=[], title=f"{name}\n{np.ndim(numbers)}-D {np.shape(numbers)}")
        ax.spines[:].set_visible(True)
    plots.show(fig, alt="A pixel, its row of eight, the scanned digit three that it is from, three versions of it "
                        "as cyan, magenta and yellow planes, and a batch of sixteen colored prints of digits.")


def _shifted_planes(planes):
    """Three planes (3, 8, 8) as a picture (20, 20, 3), each in its ink, a little below and beside the one before."""
    paper = np.ones((20, 20, 3))
    for k in range(3):  # plane k takes away red, green or blue: it is seen as cyan, magenta or yellow
        paper[6 * k:6 * k + 8, 6 * k:6 * k + 8, k] -= planes[k]
    return paper


def _mosaic(batch):
    """16 prints (16, 3, 8, 8) as one picture (40, 40, 3), four in a row, with a margin of a pixel."""
    framed = np.pad(1 - batch, [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=1)
    return framed.reshape(4, 4, 3, 10, 10).transpose(0, 3, 1, 4, 2).reshape(40, 40, 3)


def differences(table):
    """Draw the table of differences (n, n) between n numbers and themselves; the n that were meant are framed."""
    n = len(table)
    fig, ax = plots.figure(width=4.2, height=3.4)
    largest = float(np.abs(table).max()) or 1.0
    ax.imshow(table, cmap="PuOr_r", vmin=-largest, vmax=largest)
    for row in range(n):
        for column in range(n):
            strong = abs(table[row, column]) > 0.6 * largest
            ax.text(column, row, f"{table[row, column]:.1f}", ha="center", va="center", color="white" if strong else "black")
        ax.add_patch(_frame(row))
    ax.set(xticks=range(n), yticks=range(n), xlabel="scan, by the sum (4,)", ylabel="scan, by the product (4, 1)",
           title="ink by the product minus ink by the sum")
    ax.grid(False)
    zeros = int((table == 0).sum())
    plots.show(fig, alt=f"A table of {n} times {n} differences, {zeros} of them 0; framed is its diagonal, "
                        f"the {n} differences that were meant, and they are {_list(np.diag(table))}.")


def _frame(k):
    """A frame around place (k, k) of a table that imshow has drawn."""
    return Rectangle((k - 0.46, k - 0.46), 0.92, 0.92, fill=False, edgecolor=plots.GRAY, linewidth=2.5)


def _list(numbers):
    return ", ".join(f"{number:g}" for number in numbers)


def two_walks(permuted, reshaped):
    """Draw how permute and reshape read twelve numbers in memory, each beside a picture (8, 8, 3) that it has made."""
    toy = np.arange(12).reshape(3, 2, 2)  # 3 planes of 2 x 2 pixels; each number tells its own place in memory
    ways = {"permuted": (toy.transpose(1, 2, 0), permuted), "reshaped": (toy.reshape(2, 2, 3), reshaped)}
    fig, axes = plots.figure(2, 2, width=9, height=4.6)
    for (walk, photo), (name, (view, picture)) in zip(axes, ways.items()):
        _walk(walk, view.ravel().tolist())
        strides = tuple(step // toy.itemsize for step in view.strides)  # NumPy counts bytes
        walk.set(title=f"{name}: strides {strides}")
        photo.imshow(1 - picture)
        photo.set(xticks=[], yticks=[], title=f"a picture of the batch, {name}")
        photo.spines[:].set_visible(True)
    plots.show(fig, alt="Above, permuted: reading hops through memory, each pixel gets a cyan, a magenta and a yellow "
                        "number, and the digit is whole. Below, reshaped: reading runs straight on, and it is torn.")


def _walk(ax, places):
    """Draw memory above and the order in which its places are read below, three to a pixel, in the inks of their planes."""
    for k, place in enumerate(places):
        ink, to = INKS[place // 4], k + (k // 3 - 1.5) * 0.5
        ax.plot([place, to], [1, 0], color=ink, marker="s", markersize=14, linewidth=1.3)
        ax.text(place, 1, place, ha="center", va="center", fontsize=8)
    for pixel in range(4):
        ax.text(pixel * 3.5 + 0.25, -0.4, f"pixel {divmod(pixel, 2)}", ha="center", fontsize=8)
    ax.text(-1.1, 1, "memory", ha="right", va="center")
    ax.text(-1.6, 0, "as read", ha="right", va="center")
    ax.set(xlim=(-4.5, 12.7), ylim=(-0.6, 1.3))
    ax.set_axis_off()
