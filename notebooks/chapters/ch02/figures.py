"""The drawings of chapter 2, each with its alternative text. Everything comes in as NumPy arrays and plain numbers."""
import numpy as np

from helpers import plots


def ten_digits(digits):
    """Draw the first training picture of each digit. digits: a `data.Digits`."""
    first = [int(np.argmax(digits.y_train == digit)) for digit in range(10)]
    fig, axes = plots.figure(columns=10, width=9, height=1.3)
    plots.images(axes, digits.x_train[first], titles=[str(digit) for digit in range(10)])
    plots.show(fig, alt="Ten handwritten digits, 0 to 9, each a gray picture of 8 by 8 pixels.")


def downhill(path_torch, path_tf, share):
    """Draw the mean loss of both frameworks against the step. share: of the test pictures that are read rightly."""
    fig, ax = plots.figure(width=7, height=2.8)
    ax.plot(path_torch, **plots.TORCH | {"marker": "", "linewidth": 4, "alpha": 0.5})
    ax.plot(path_tf, **plots.TF | {"markevery": max(1, len(path_tf) // 15)})
    ax.set(xlabel="step", ylabel="mean loss (nats)", title=f"{share:.1%} of the test pictures read rightly")
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
    """Draw the mean loss of two walks: slopes of the mean (path) and of the sum (leaps); share: of pictures read rightly."""
    fig, ax = plots.figure(width=7, height=2.8)
    ax.semilogy(path, color=plots.GRAY, linestyle="-", label=f"slopes of the mean: {share:.1%} read rightly")
    ax.semilogy(leaps, **plots.TF | {"marker": "", "label": f"slopes of the sum: {share_leaps:.1%} read rightly"})
    ax.set(xlabel="step", ylabel="mean loss (nats)", title="TensorFlow, with the mean and without")
    ax.legend()
    plots.show(fig, alt=f"The mean loss against the step, logarithmic: with slopes of the mean it ends at {path[-1]:.2g}; with "
                        f"slopes of the sum it leaps up to {leaps.max():.0f} and ends at {leaps[-1]:.2g}.")


def two_records(longer, shorter):
    """Draw two of PyTorch's records side by side. Each as `exhibits_torch.graph` gives it."""
    fig, axes = plots.figure(columns=2, width=6, height=4.2)
    for ax, (nodes, edges), start in zip(axes, (longer, shorter), (3, 5)):
        leaves = {node: "#F6D9C4" for node, name in nodes.items() if name == "AccumulateGrad"}
        plots.graph(ax, nodes, edges, leaves)
        ax.set_title(f"grow({start})")
    sizes = [sum(name != "AccumulateGrad" for name in nodes.values()) for nodes, _ in (longer, shorter)]
    plots.show(fig, alt=f"Two records, drawn from the leaf down: grow(3) with {sizes[0]} multiplications, one behind the "
                        f"other, grow(5) with {sizes[1]}.")
