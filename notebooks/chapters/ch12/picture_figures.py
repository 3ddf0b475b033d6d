"""The figures of lessons 12a to 12c. They take NumPy arrays and numbers, and compute their own alternative texts."""
import numpy as np

from chapters.ch12 import scenes
from helpers import plots, show

# Lesson 12a

def plates(pictures, characters):
    """Plates with their texts above, six in a row."""
    fig, axes = plots.figure(len(pictures) // 6, 6, width=10, height=1.7)
    texts = [scenes.text(row) for row in characters]
    for ax, picture, text in zip(axes.ravel(), pictures[..., 0], texts):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
        ax.set_title(text, fontsize=9)
        ax.set_axis_off()
    plots.show(fig, alt=f"{len(texts)} synthetic registration plates in three fonts, slanted, unevenly lit, blurred and "
                        f"noisy: {', '.join(texts)}.")


def losses(losses_torch, losses_tf):
    """The loss of each step of two trainings, averaged over twenty steps, on a logarithmic axis."""
    fig, ax = plots.figure(width=7.5, height=2.8)
    said = []
    for found, style in ((losses_torch, plots.TORCH), (losses_tf, plots.TF)):
        smooth = np.convolve(found, np.full(20, 1 / 20), mode="valid")
        ax.plot(np.arange(len(smooth)) + 20, smooth, color=style["color"], linestyle=style["linestyle"], label=style["label"])
        said.append(f"{style['label']} from {found[0]:.0f} to {np.mean(found[-20:]):.2g}")
    ax.set(xlabel="step", ylabel="loss (nats)", yscale="log")
    ax.legend()
    plots.show(fig, alt=f"The loss against the step, two lines that fall, stay level for a while and fall again: "
                        f"{'; '.join(said)}.")


def columns(pictures, written, read_torch, read_tf, scores):
    """Eight plates, any that PyTorch misread first, and below each its chances by column: scores (n, 24, signs)."""
    right = np.equal(read_torch, written)
    order = np.concatenate([np.flatnonzero(~right), np.flatnonzero(right)])[:8]
    fig, axes = plots.figure(4, 4, width=10, height=4.4)
    for place, k in enumerate(order):
        above, below = axes[place // 4 * 2:place // 4 * 2 + 2, place % 4]
        above.imshow(pictures[k, ..., 0], cmap="gray", vmin=0, vmax=1)
        above.set_title(f"{written[k]}\nPyTorch {read_torch[k]}, TensorFlow {read_tf[k]}", fontsize=8)
        above.set_axis_off()
        likely = np.exp(scores[k] - scores[k].max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        below.imshow(likely.T[1:], aspect="auto", vmin=0, vmax=1, cmap="gray_r")  # without the blank
        below.set(xticks=[], yticks=[], xlabel="column" if place > 3 else "", ylabel="sign" if place % 4 == 0 else "")
        below.grid(False)
    wrong = int((~right).sum())
    plots.show(fig, alt=f"Eight of {len(written)} test plates, of which PyTorch misread {wrong}, mistakes first, with what "
                        "was written and what each framework reads; below each, how likely PyTorch finds each sign but the "
                        "blank in each of 24 columns, darker for likelier: a few dark columns, most of them empty.")
