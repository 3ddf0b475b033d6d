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
        ax.plot(np.arange(len(smooth)) + 20, smooth, **{**style, "marker": None})
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


# Lesson 12b

def scenes_and_cells(found, targets, many):
    """Scenes, and beside each the cells of its grid that must find a digit: targets (n, 8, 8, 9)."""
    fig, axes = plots.figure(1, 2 * many, width=10, height=1.5)
    said = [" ".join(map(str, digits)) for digits in found.classes[:many]]
    plots.images(axes[::2], found.x[:many, ..., 0], said)
    plots.images(axes[1::2], targets[:many, ..., :5].max(axis=-1), ["must find"] * many)
    plots.show(fig, alt=f"{many} scenes with digits on clutter, {', '.join(said)}, and beside each a grid of 8 by 8 cells, "
                        "in which a small group near the middle of each digit is marked.")


def boxes(truth, found_torch, found_tf, least=0.3):
    """Seven scenes with the boxes whose chance is above `least`, any in which PyTorch made a mistake first."""
    right = np.array([_as_true(found, digits, least) for found, digits in zip(found_torch, truth.classes)])
    order = np.concatenate([np.flatnonzero(~right), np.flatnonzero(right)])[:7]
    fig, axes = plots.figure(2, 7, width=10, height=3.2)
    for row, found, style in ((axes[0], found_torch, plots.TORCH), (axes[1], found_tf, plots.TF)):
        said = [" ".join(map(str, truth.classes[k])) for k in order]
        plots.images(row, truth.x[order, ..., 0], [f"{style['label']}: {said[0]}", *said[1:]])
        for ax, k in zip(row, order):
            for (left, top, right_side, bottom), chance, digit in zip(*found[k]):
                if chance > least:
                    x, y = [left, right_side, right_side, left, left], [top, top, bottom, bottom, top]
                    ax.plot(np.array(x) - 0.5, np.array(y) - 0.5, color=style["color"], linestyle=style["linestyle"], lw=1.4)
                    ax.text(left, top - 1, digit, color=style["color"], fontsize=9, weight="bold")
            ax.set(xlim=(-0.5, 31.5), ylim=(31.5, -0.5))
    plots.show(fig, alt="Seven test scenes in two rows, PyTorch above and TensorFlow below, with the boxes and digits that "
                        f"each found. In {int((~right).sum())} of {len(right)} scenes PyTorch names other digits than those "
                        "that are there; such scenes come first.")


def _as_true(found, digits, least):
    """Whether the boxes with a chance above `least` name just the digits that are there."""
    _, chances, named = found
    return sorted(named[chances > least]) == sorted(digits)


def masks(truth, painted_torch, painted_tf):
    """Seven scenes with their masks: the three in which PyTorch got most ink wrong, then the four with least."""
    wrong = ((painted_torch != truth.mask) & (truth.mask > 0)).sum(axis=(1, 2))
    order = np.concatenate([np.argsort(-wrong)[:3], np.argsort(wrong)[:4]])
    fig, axes = plots.figure(4, 7, width=10, height=5.8)
    plots.images(axes[0], truth.x[order, ..., 0])
    for row, name, painted in ((axes[1], "true", truth.mask), (axes[2], "PyTorch", painted_torch),
                               (axes[3], "TensorFlow", painted_tf)):
        for ax, k in zip(row, order):
            ink = np.where(painted[k] > 0, painted[k] - 1.0, np.nan)
            ax.imshow(ink, cmap="tab10", vmin=0, vmax=9, interpolation="nearest")
            ax.set(xticks=[], yticks=[], xlabel=" ".join(map(str, np.unique(painted[k])[1:] - 1)))
            ax.grid(False)
        row[0].set_ylabel(name)
    plots.show(fig, alt="Seven test scenes; below each its true mask, PyTorch's and TensorFlow's, one color for each digit, "
                        f"with the digits' names. First three with {', '.join(map(str, wrong[order[:3]]))} pixels of ink "
                        "that PyTorch painted wrong, the most of all, then the four with fewest.")


# Lesson 12c

def chests(pictures, findings):
    """Drawings in a row, titled with their findings (n, 3), 0 or 1."""
    fig, axes = plots.figure(1, len(pictures), width=10, height=1.9)
    said = [", ".join(np.array(scenes.FINDINGS)[row == 1]) or "none" for row in findings]
    for ax, picture, title in zip(axes, pictures[..., 0], said):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
        ax.set_title(title, fontsize=8)
        ax.set_axis_off()
    plots.show(fig, alt=f"{len(said)} drawings like chest X-rays, made by a program: two dark lungs and a bright heart; "
                        f"some have an L in a corner. Drawn findings: {'; '.join(said)}.")


def aurocs(found):
    """A table of AUROCs: {name: one for each finding}."""
    show.table(["AUROC", *scenes.FINDINGS], [(name, *(f"{value:.2f}" for value in row)) for name, row in found.items()],
               caption="0.5 is guessing, 1 is every pair in order")


def heat(pictures, findings, scores, heat_torch, heat_tf):
    """A drawing for each finding, that which PyTorch is surest of among those that have it, and its heat in both."""
    fig, axes = plots.figure(2, 6, width=10, height=3.7)
    warmest, top = {}, _top(heat_torch, heat_tf)
    for row, maps, style in ((axes[0], heat_torch, plots.TORCH), (axes[1], heat_tf, plots.TF)):
        for k, finding in enumerate(scenes.FINDINGS):
            others = np.delete(scores, k, axis=1).max(axis=1)
            drawing = int(np.argmax(np.where(findings[:, k] == 1, scores[:, k] - others, -np.inf)))
            plain, warm = row[2 * k:2 * k + 2]
            for ax in (plain, warm):
                ax.imshow(pictures[drawing, ..., 0], cmap="gray", vmin=0, vmax=1)
                ax.set_axis_off()
            image = warm.imshow(maps[drawing, ..., k].clip(0), cmap="inferno", alpha=0.6, vmin=0, vmax=top,
                                extent=(-0.5, 63.5, 63.5, -0.5), interpolation="bilinear")
            plain.set_title(f"{style['label']}: {finding}" if k == 0 else finding, fontsize=9)
            place = np.unravel_index(np.argmax(maps[drawing, ..., k]), maps.shape[1:3])
            warmest[f"{style['label']}, {finding}"] = _region(*np.array(place) / maps.shape[1])
    fig.colorbar(image, ax=axes, shrink=0.8, label="heat")
    said = "; ".join(f"{name}: {place}" for name, place in warmest.items())
    plots.show(fig, alt="Three drawings, one for each finding, and beside each its class activation map on one scale, "
                        f"PyTorch above and TensorFlow below. The warmest place, {said}.")


def _top(*maps):
    """The upper end of a scale for several heat maps: above it lies one value in a thousand."""
    return max(float(np.quantile(each, 0.999)) for each in maps)


def _region(down, right):
    """A place in a drawing, in words; down and right from 0 to 1."""
    vertical = "upper" if down < 1 / 3 else "middle" if down < 2 / 3 else "lower"
    return f"{vertical} {'left' if right < 1 / 3 else 'center' if right < 2 / 3 else 'right'}"


def control(first, control):
    """Bars of haze's AUROC with the L at random: of the first networks and of the control, {framework: AUROC}."""
    fig, ax = plots.figure(width=6, height=2.4)
    names = list(first)
    for shift, values, label, color in ((-0.2, first, "trained with the L as a hint", plots.GRAY),
                                        (0.2, control, "control: trained with the L at random", plots.OTHER["color"])):
        ax.barh(np.arange(len(names)) + shift, [values[name] for name in names], 0.38, label=label, color=color)
    ax.axvline(0.5, color="black", linewidth=0.8)
    ax.set(yticks=range(len(names)), yticklabels=names, xlim=(0, 1), xlabel="AUROC of haze, L at random (0.5: guessing)")
    ax.invert_yaxis()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize=8)
    said = "; ".join(f"{name} {first[name]:.2f}, its control {control[name]:.2f}" for name in names)
    plots.show(fig, alt=f"Bars of haze's AUROC on drawings with the L at random: {said}.")
