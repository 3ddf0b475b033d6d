"""The figures of chapter 6. They take NumPy arrays and numbers, and compute their own alternative texts."""
import numpy as np

from chapters.ch06 import lockstep
from helpers import parity, plots

SMALLEST = 1e-17
"""Drawn in place of 0, which has no place on a logarithmic axis."""


def two_rates(typed, held, other):
    """How far PyTorch's weights are from Keras's after each step, with the rate 0.1 as typed and as float32 holds it.

    Three runs, each a list of one vector of weights a step: PyTorch with 0.1, PyTorch with the held rate, Keras.
    """
    far = [parity.gap(mine, theirs) for mine, theirs in zip(typed, other, strict=True)]
    near = [parity.gap(mine, theirs) for mine, theirs in zip(held, other, strict=True)]
    fig, ax = plots.figure(height=3.0)
    steps = range(1, len(far) + 1)
    ax.semilogy(steps, _drawable(far), color="black", label="0.1 in PyTorch")
    ax.semilogy(steps, _drawable(near), color=plots.OTHER["color"], linestyle=":", label="held(0.1) in PyTorch")
    ax.set(xlabel="step", ylabel="largest weight difference", ylim=(1e-17, 1e-6))
    ax.legend(loc="center right")
    plots.show(fig, alt=f"Distance of the weights over {len(near)} steps, on a logarithmic axis. With 0.1 it ends at "
                        f"{far[-1]:.0e}, with the rate that float32 holds at {near[-1]:.0e}.")


def _drawable(values):
    return np.maximum(values, SMALLEST)


def causes(gaps):
    """Six panels, one an optimizer: how far the weights ended apart as one cause after another was removed.

    gaps: {what has been done so far: {optimizer: largest difference}}, in order; the same six optimizers in each.
    """
    names = list(next(iter(gaps.values())))
    fig, axes = plots.figure(2, 3, width=9, height=4.6, sharex=True, sharey=True)
    for ax, name in zip(axes.ravel(), names, strict=True):
        ax.axhspan(1e-18, 1e-12, color=plots.OTHER["color"], alpha=0.15, linewidth=0)
        ax.semilogy(_drawable([gap[name] for gap in gaps.values()]), color="black", marker="o")
        ax.set_title(name)
        ax.set_xticks(range(len(gaps)), gaps, fontsize=8)
        ax.set_ylim(1e-18, 10)
    axes[0, 0].text(0, 1e-14, "equal", color=plots.OTHER["color"])
    fig.supxlabel("what has been done, from left to right", fontsize=10)
    fig.supylabel("largest weight difference", fontsize=10)
    equal = {stage.replace("\n", " "): [name for name in names if gap[name] <= 1e-12] for stage, gap in gaps.items()}
    said = "; ".join(f"{stage}: {', '.join(done) or 'none'}" for stage, done in equal.items())
    plots.show(fig, alt="Six panels, one an optimizer: how far the weights ended apart, on a logarithmic axis. In the band "
                        f"of equality lie, after each step, {said}.")


def enlarged(original, mine, theirs):
    """A gray picture, what PyTorch and TensorFlow made of it, and where these two differ, side by side."""
    other = mine != theirs
    fig, axes = plots.figure(1, 4, width=9, height=2.5)
    plots.images(axes, [original, mine, theirs, other.astype("float32")],
                 ["the digit", "PyTorch", "TensorFlow", "where they differ"])
    plots.show(fig, alt=f"A digit of {original.shape[0]} by {original.shape[1]} pixels, enlarged by each framework to "
                        f"{mine.shape[0]} by {mine.shape[1]}, and a map of the {other.sum()} pixels that differ.")


COLORS = {"float32 relu": "black", "float32 tanh": plots.GRAY, "float64 relu": plots.OTHER["color"]}


def runs(compared):
    """How far the weights are apart after each step, a line a run, with a cross where a sign differed before a ReLU.

    compared: {"float32 relu": a lockstep.Lockstep, ...}, names as in COLORS.
    """
    fig, ax = plots.figure(height=3.6)
    said = []
    for name, run in compared.items():
        steps = range(1, len(run.distance) + 1)
        ax.semilogy(steps, _drawable(run.distance), color=COLORS[name], linestyle="--" if "tanh" in name else "-",
                    label=name)
        said.append(f"{name} ends at {run.distance[-1]:.0e}")
    relu = compared["float32 relu"]
    crosses = lockstep.steps_with_flips(relu)
    ax.semilogy(crosses, [relu.distance[step - 1] for step in crosses], "x", markersize=4,
                color="#CC3311", label="a sign differs")
    ax.set(xlabel="step", ylabel="largest weight difference", ylim=(1e-17, 1e-2), title=_first_flip(relu))
    ax.legend(loc="center right")
    plots.show(fig, alt=f"Distance of the weights by step, on a logarithmic axis: {', '.join(said)}. Crosses mark the "
                        f"{len(crosses)} steps in which a sign differed before the ReLU in float32.")


def _first_flip(run):
    if not run.flips:
        return f"no sign differed in {len(run.distance)} steps"
    step, digit, unit, in_torch, in_tf = run.flips[0]
    return f"step {step}: digit {digit}, unit {unit} is {in_torch:+.0e} in PyTorch, {in_tf:+.0e} in TensorFlow"
