"""The drawings of chapter 2, each with its alternative text. Everything comes in as NumPy arrays and plain numbers."""
import numpy as np

from helpers import plots

ORANGE, BLUE, YELLOW = "#F6D9C4", "#CFE3F1", "#F3E9A9"  # light enough for black text: PyTorch's, TensorFlow's, what is added


def ten_digits(digits):
    """Draw the first training picture of each digit. digits: a `data.Digits`."""
    first = [int(np.argmax(digits.y_train == digit)) for digit in range(10)]
    fig, axes = plots.figure(columns=10, width=9, height=1.3)
    plots.images(axes, digits.x_train[first], titles=[str(digit) for digit in range(10)])
    plots.show(fig, alt="Ten handwritten digits, 0 to 9, each a gray picture of 8 by 8 pixels.")


def downhill(path_torch, path_tf, share):
    """Draw the mean loss of both frameworks against the step. share: of the test pictures that are read correctly."""
    fig, ax = plots.figure(width=7, height=2.8)
    ax.plot(path_torch, **plots.TORCH | {"marker": "", "linewidth": 4, "alpha": 0.5})
    ax.plot(path_tf, **plots.TF | {"markevery": max(1, len(path_tf) // 15)})
    ax.set(xlabel="step", ylabel="mean loss (nats)", title=f"{share:.1%} of the test pictures read correctly")
    ax.legend()
    together = "on top of each other" if np.allclose(path_torch, path_tf, atol=1e-6) else "apart from each other"
    plots.show(fig, alt=f"The mean loss against the step, from {path_torch[0]:.2f} to {path_torch[-1]:.2f}; "
                        f"the lines of PyTorch and TensorFlow lie {together}.")


def weights(W):
    """Draw the weights W (64, 10) of each digit as a picture."""
    fig, axes = plots.figure(columns=10, width=9, height=1.6)
    for digit, ax in enumerate(axes):
        ax.imshow(W[:, digit].reshape(8, 8), cmap="PuOr_r", vmin=-1.5, vmax=1.5)
        ax.set_title(str(digit))
        ax.set_axis_off()
    fig.suptitle("Weights W for each digit: orange speaks for it, purple against it", fontsize=10)
    center = W[:, 0].reshape(8, 8)[3:5, 3:5].mean()
    plots.show(fig, alt="Ten pictures of 8 by 8 weights, one for each digit: orange where ink speaks for the digit, purple "
                        f"where it speaks against it; the center of the 0 is {'purple' if center < 0 else 'orange'}.")


def wild(path, leaps, share, share_leaps):
    """Draw the loss of two walks: slopes of the mean (path) and of the sum (leaps). share: of pictures read correctly."""
    fig, ax = plots.figure(width=7, height=2.8)
    ax.semilogy(path, color=plots.GRAY, linestyle="-", label=f"slopes of the mean: {share:.1%} read correctly")
    ax.semilogy(leaps, **plots.TF | {"marker": "", "label": f"slopes of the sum: {share_leaps:.1%} read correctly"})
    ax.set(xlabel="step", ylabel="mean loss (nats)", title="TensorFlow, with the mean and without")
    ax.legend()
    plots.show(fig, alt=f"The mean loss against the step, logarithmic: with slopes of the mean it ends at {path[-1]:.2g}; "
                        f"with slopes of the sum it leaps up to {leaps.max():.0f} and ends at {leaps[-1]:.2g}.")


def two_records(longer, shorter):
    """Draw two of PyTorch's records side by side. Each as `exhibits_torch.graph` gives it."""
    fig, axes = plots.figure(columns=2, width=6, height=4.2)
    for ax, (nodes, edges), start in zip(axes, (longer, shorter), (3, 5)):
        leaves = {node: ORANGE for node, name in nodes.items() if name.startswith("AccumulateGrad")}
        plots.graph(ax, nodes, edges, leaves)
        ax.set_title(f"grow({start})")
    sizes = [sum(not name.startswith("AccumulateGrad") for name in nodes.values()) for nodes, _ in (longer, shorter)]
    plots.show(fig, alt=f"Two records, drawn from the leaf down: grow(3) with {sizes[0]} multiplications, one behind the "
                        f"other, grow(5) with {sizes[1]}.")


def valley(hs, error, torch_runs, tf_runs):
    """Draw the error of finite differences against the step, beside the error of the record's own slopes.

    hs: steps. error: function of slopes. torch_runs, tf_runs: for float32 and float64 each (slopes, errors by step).
    """
    fig, axes = plots.figure(columns=2, width=9.5, height=3.8, sharey=True)
    lowest = {}
    for ax, dtype, *runs in zip(axes, ("float32", "float64"), torch_runs, tf_runs):
        epsilon = np.finfo(dtype).eps
        for style, (slopes, errors) in zip((plots.TORCH, plots.TF), runs):
            ax.loglog(hs, errors, **style)
            level = max(error(slopes), 1e-17)
            ax.axhline(level, color=style["color"], linestyle=style["linestyle"], linewidth=1)
            lowest[dtype] = hs[int(np.argmin(errors))]
        ax.text(0.1, level * 1.6, "from the record, both", ha="right", fontsize=9)
        ax.loglog(hs, hs**2, ":", color=plots.GRAY, linewidth=1.2)
        ax.loglog(hs, epsilon / hs, ":", color=plots.GRAY, linewidth=1.2)
        ax.axvline(epsilon ** (1 / 3), color=plots.GRAY, linewidth=0.8)
        ax.text(epsilon ** (1 / 3) * 1.25, 0.3, "$h = ε^{1/3}$", fontsize=9)
        ax.set(title=dtype, xlabel="step h (no unit)", ylim=(1e-17, 1e2))
    axes[0].set_ylabel("largest error / largest slope")
    axes[1].legend(loc="lower left", bbox_to_anchor=(0, 0.12), title="finite differences")
    plots.show(fig, alt="Error of finite differences against the step, both axes logarithmic: a valley in float32, lowest "
                        f"at h = {lowest['float32']:.0e}, and a deeper one in float64, lowest at {lowest['float64']:.0e}. "
                        "Dotted lines follow its sides: h squared, and epsilon over h. The record's slopes lie below.")


def three_records(torch_record, tf_record, back_record):
    """Draw PyTorch's record, TensorFlow's graph, and the graph with the way back: each as the exhibits' `graph` gives it."""
    fig, axes = plots.figure(columns=3, width=9.5, height=4.6)
    nodes, edges = torch_record
    plots.graph(axes[0], nodes, edges, {node: ORANGE for node, name in nodes.items() if name.startswith("AccumulateGrad")})
    for ax, (nodes, edges) in zip(axes[1:], (tf_record, back_record)):
        inputs = {name: name for name, kind in nodes.items() if kind == "Placeholder"}
        colors = {name: YELLOW for name in nodes if name not in tf_record[0] or name.startswith("Identity")}
        plots.graph(ax, nodes | inputs, edges, (colors if ax is axes[2] else {}) | dict.fromkeys(inputs, BLUE))
    for ax, title in zip(axes, ["PyTorch: the record", "TensorFlow: the program", "TensorFlow: with the way back"]):
        ax.set_title(title)
    kinds = [name for name in torch_record[0].values() if not name.startswith("AccumulateGrad")]
    added = sorted(set(back_record[0].values()) - set(tf_record[0].values()))
    plots.show(fig, alt=f"Three graphs, data flowing down. PyTorch's holds {', '.join(kinds)} and so does TensorFlow's; the "
                        f"third also holds the way back, with {', '.join(added)}.")
