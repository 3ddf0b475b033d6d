"""The drawings of chapter 4, each with its alternative text. Trees are ints and tuples; the rest comes in as numbers."""
from typing import NamedTuple

import numpy as np

from helpers import plots, stepper

SIGNS = {"+": ("+", "#F0E442"), "-": ("−", "#CC79A7"), "*": ("×", "#66C2A5")}
"""{operator: (how it is written, its color)}"""
YELLOW = "#FFF3C4"  # what a figure points at
VALUES = [("o", "#009E73"), ("^", "#CC79A7"), ("s", "#E69F00")]  # marker and color of the values 0, 1, 2


class Drawn(NamedTuple):
    """Where a tree was drawn: its top, and where the next tree may begin."""
    x: float
    depth: int
    right: float


def tree(ax, expression, left=0.0, upto=99):
    """Draw a tree, its digits at height 0, each operator above its children, white above `upto`. Returns a Drawn."""
    if isinstance(expression, int):
        node(ax, left, 0, str(expression), "#E8E8E8", upto)
        return Drawn(left, 0, left + 1)
    op, *sides = expression
    first = tree(ax, sides[0], left, upto)
    second = tree(ax, sides[1], first.right, upto)
    x, depth = (first.x + second.x) / 2, 1 + max(first.depth, second.depth)
    for child in (first, second):
        ax.plot([x, child.x], [depth, child.depth], color=plots.GRAY, linewidth=1, zorder=1)
    node(ax, x, depth, *SIGNS[op], upto)
    return Drawn(x, depth, second.right)


def node(ax, x, depth, sign, color, upto):
    """Draw one node, white above the depth `upto`."""
    ax.text(x, depth, sign, ha="center", va="center", fontsize=9, zorder=2, bbox={
        "boxstyle": "circle,pad=0.2", "facecolor": color if depth <= upto else "white", "edgecolor": plots.GRAY})


def three_trees(trees, values):
    """Draw three trees side by side, with what each amounts to."""
    fig, axes = plots.figure(columns=3, width=11, height=3)
    depths = []
    for ax, expression, value in zip(axes, trees, values):
        depths.append(tree(ax, expression).depth)
        ax.set(title=f"depth {depths[-1]}, value {value}", xticks=[], yticks=range(5), ylabel="depth")
    plots.show(fig, alt=f"Three expressions as trees, of depth {', '.join(map(str, depths))}: digits in a row below, "
                        f"operators above. Their values are {', '.join(map(str, values))}.")


def plan_step_by_step(trees, plan):
    """Show trees and the rounds of their plan (as `fold` gives it): what a round adds, and what is known after it."""
    digits, rounds, _ = plan
    lines = [f"round 0: {len(digits)} digits, one call"]
    for k, (_, counts) in enumerate(rounds, 1):
        parts = [f"{count} with {SIGNS[op][0]}" for op, count in zip(SIGNS, counts) if count]
        lines.append(f"round {k}: {', '.join(parts)}")
    figures, alts = [], []
    for done in range(len(lines)):
        fig, ax = plots.figure(width=6, height=3)
        ax.axhspan(done - 0.4, done + 0.4, color=YELLOW)
        right = 0.0
        for expression in trees:
            right = tree(ax, expression, right, upto=done).right + 0.7
        ax.set(xticks=[], yticks=range(len(lines)), ylabel="depth")
        figures.append(fig)
        alts.append(f"{len(trees)} trees side by side; nodes up to depth {done} are colored, and depth {done} is marked.")
    stepper.walk(lines, figures, alts)


def speed_up(counts, gains_torch, gains_tf):
    """Draw how many times as fast batching is as one by one. gains: {way: [times, one for each of counts]}."""
    fig, ax = plots.figure(width=7, height=3.6)
    for style, gains in ((plots.TORCH, gains_torch), (plots.TF, gains_tf)):
        for fade, (way, times) in zip((1.0, 0.35), gains.items()):
            ax.loglog(counts, times, alpha=fade, **style | {"label": f"{style['label']}, {way}"})
    ax.axhline(1, color=plots.GRAY, linewidth=0.8)
    ax.text(counts[-1], 1.05, "one by one", ha="right", va="bottom", fontsize=9)
    ticks = [1, 2, 4, 8, 16, 32, 64]
    ax.set(xlabel="trees in a batch", ylabel="times as fast as one by one", xticks=counts, xticklabels=counts,
           yticks=ticks, yticklabels=ticks)
    ax.minorticks_off()
    ax.legend(fontsize=9)
    found = "; ".join(f"{name} from {gains['batched'][0]:.1f} for one tree to {gains['batched'][-1]:.0f} for {counts[-1]}"
                      for name, gains in (("PyTorch", gains_torch), ("TensorFlow", gains_tf)))
    plots.show(fig, alt="Speed-up of batching against the number of trees, both axes logarithmic, with the plan made before "
                        f"and with planning anew each time. With the plan made before: {found}.")


def shares_and_scores(shares_torch, shares_tf, commonest, scores, values):
    """Draw the share of right answers by depth, and three scores as points in the plane.

    shares: {test: {depth: share}}. commonest: [share of the commonest value, by depth]. scores: {depth: (trees, 3)};
    values: {depth: (trees,)}, for the two depths that are drawn.
    """
    fig, axes = plots.figure(columns=3, width=11.5, height=3.8)
    draw_shares(axes[0], shares_torch, shares_tf, commonest)
    for ax, depth in zip(axes[1:], scores):
        draw_scores(ax, scores[depth], values[depth])
        ax.set_title(f"three scores, depth {depth}")
    axes[2].legend(fontsize=8)
    deepest = {test: [round(100 * shares[test][7]) for shares in (shares_torch, shares_tf)] for test in shares_torch}
    ends = "; ".join(f"{test}: {' and '.join(map(str, both))}" for test, both in deepest.items())
    plots.show(fig, alt=f"The percentage of right answers against depth; at depth 7, PyTorch and TensorFlow: {ends}. Beside "
                        "it, scores as points in three sectors, one for each value, for a shallow and a deep set of trees.")


def draw_shares(ax, shares_torch, shares_tf, commonest):
    """Draw the share of right answers by depth, for each test; the depths that were trained on are yellow."""
    ax.axvspan(-0.3, 4.3, color=YELLOW)
    ax.plot(commonest, ":", color=plots.GRAY, label="always the commonest value")
    wide = plots.TORCH | {"linewidth": 5, "alpha": 0.5, "marker": ""}
    for style, shares in ((wide, shares_torch), (plots.TF, shares_tf)):
        for number, by_depth in enumerate(shares.values()):
            label = style["label"] if number == 0 else None
            ax.plot(by_depth.keys(), by_depth.values(), **style | {"label": label})
    for test, by_depth in shares_tf.items():
        ax.text(7.25, by_depth[7], test, va="bottom" if test == "rounded" else "top", fontsize=9)
    ax.set(xlabel="depth (yellow: trained on)", ylabel="share right", xlim=(-0.3, 9.4), ylim=(0, 1.05), xticks=range(8))
    ax.legend(loc="lower left", fontsize=8)


def draw_scores(ax, scores, values):
    """Draw scores (trees, 3) in the plane, a direction for each, 120° apart; what a tree is worth is its mark."""
    corners = np.array([[0, 1], [0.75**0.5, -0.5], [-(0.75**0.5), -0.5]])
    points = scores @ corners
    for value, (marker, color) in enumerate(VALUES):
        ax.plot(*np.outer(corners[value], [0, -15]), color=plots.GRAY, linewidth=1)  # the border between the other two
        ax.scatter(*points[values == value].T, s=14, marker=marker, alpha=0.6, color=color, label=f"value {value}")
    ax.set(aspect="equal", xticks=[], yticks=[])


def reported_and_real(reports, at_notes):
    """Draw two networks' perplexities over unseen tunes: as each reports it, and at notes alone. Each: [first, second]."""
    fig, ax = plots.figure(width=7, height=2.8)
    rows = ["loss over notes", "loss over all cells"]
    for place, (reported, real) in enumerate(zip(reports, at_notes)):
        ax.plot([reported, real], [place, place], color=plots.GRAY, linewidth=1, zorder=1)
        for value, marker, color, label, above in (
                (reported, "D", "#E69F00", "reported", 0.18), (real, "o", "#009E73", "at notes", -0.3)):
            ax.plot(value, place, marker, color=color, markersize=9, label=label if place == 0 else None)
            ax.text(value, place + above, f"{value:.2f}", ha="center", va="bottom", fontsize=9)
    ax.set(xlabel="perplexity over the unseen tunes (less is better)", yticks=[0, 1], yticklabels=rows, ylim=(-0.6, 1.6))
    ax.margins(x=0.15)
    ax.legend(fontsize=9, loc="center left")
    told = "; ".join(f"{row}: reports {reported:.2f}, is worth {real:.2f}"
                     for row, reported, real in zip(rows, reports, at_notes))
    plots.show(fig, alt=f"Perplexities of two networks, trained in PyTorch, over tunes that they have not studied. {told}.")
