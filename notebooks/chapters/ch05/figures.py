"""The figures of chapter 5. They take NumPy arrays, numbers and names, and compute their own alternative texts."""
import numpy as np

from helpers import plots


def graphs(outputs, edges_torch, dense_torch, edges_tf, dense_tf):
    """Draw a network's graph as PyTorch and as Keras have it, dense layers tinted, with the shapes of their weights.

    outputs: {node: how many numbers come out}. edges: pairs (from, to) of nodes. dense: {dense layer: its weight's shape}.
    """
    fig, axes = plots.figure(1, 2, width=8.6, height=5.8)
    sides = [(plots.TORCH["label"], edges_torch, dense_torch, "#F6D9C4"), (plots.TF["label"], edges_tf, dense_tf, "#CFE3F1")]
    for ax, (title, edges, dense, tint) in zip(axes, sides, strict=True):
        labels = {name: _label(name, count, dense.get(name)) for name, count in outputs.items()}
        plots.graph(ax, labels, edges, dict.fromkeys(dense, tint))
        ax.set_title(title)
    first = next(iter(dense_torch))
    plots.show(fig, alt=f"Two drawings of one graph with {len(outputs)} nodes and {len(edges_torch)} edges: "
                        f"{', '.join(outputs)}. The weight of {first} has shape {dense_torch[first]} in PyTorch, "
                        f"{dense_tf[first]} in Keras.")


def _label(name, count, weight):
    """A node's label: its name, what comes out, and the shape of its weight where it is dense."""
    return f"{name}: {count} out" if weight is None else f"{name}: {count} out\nweight {weight}"


def flatten_order(channels, height, width):
    """Number the places of a few channels in the order in which Flatten reads them, in NCHW and in NHWC."""
    counted = np.arange(channels * height * width)
    orders = {"PyTorch, NCHW": counted.reshape(channels, height, width),
              "Keras, NHWC": counted.reshape(height, width, channels).transpose(2, 0, 1)}
    fig, axes = plots.figure(2, channels, width=5.6, height=3.6)
    for row, (title, order) in zip(axes, orders.items(), strict=True):
        for channel, ax in enumerate(row):
            ax.imshow(order[channel], cmap="Blues", vmin=0, vmax=1.6 * counted.size)
            ax.set(xticks=[], yticks=[], title=f"{title}: channel {channel}")
            ax.grid(False)
            for (y, x), number in np.ndenumerate(order[channel]):
                ax.text(x, y, str(number), ha="center", va="center")
    first = {title: order[0].ravel().tolist() for title, order in orders.items()}
    plots.show(fig, alt="In which order Flatten reads: the places of channel 0 come out as numbers "
                        + ", ".join(f"{numbers} in {title}" for title, numbers in first.items()) + ".")


def gates(in_torch, careful, hasty):
    """The order of a GRU's gates in both frameworks, and one number of its state: PyTorch's, Keras's with care and in haste.

    Each is an array with a number a step.
    """
    fig, (left, right) = plots.figure(1, 2, width=8.6, height=3.0)
    orders = {"Keras": ("update", "reset", "new"), "PyTorch": ("reset", "update", "new")}
    tints = {"reset": "#F0E442", "update": "#C9B3D9", "new": "#DDDDDD"}
    for row, order in enumerate(orders.values()):
        for place, gate in enumerate(order):
            left.barh(row, 6, left=6 * place, color=tints[gate], edgecolor="white")
            left.text(6 * place + 3, row, gate, ha="center", va="center")
    left.set(yticks=range(len(orders)), yticklabels=orders, xticks=[0, 6, 12, 18], xlabel="index in the stacked weight")
    right.plot(in_torch, **plots.TORCH, linewidth=4, markersize=9)
    right.plot(careful, **plots.TF | {"label": "Keras, with care"})
    right.plot(hasty, color=plots.GRAY, linestyle=":", marker="x", label="Keras, in haste")
    right.set(xlabel="step", ylabel="first number of the state")
    right.legend(fontsize=7.5, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1), columnspacing=1)
    stacked = "; ".join(f"{name} {', '.join(order)}" for name, order in orders.items())
    plots.show(fig, alt=f"Left, how the gates are stacked: {stacked}. Right, a state over {len(in_torch)} steps: carried "
                        f"with care it is at most {np.abs(careful - in_torch).max():.0e} from PyTorch's, in haste up to "
                        f"{np.abs(hasty - in_torch).max():.1g}.")


def shares(table):
    """Attention's shares of one sequence, (steps, steps): a row for each step that looks, a column for each looked at."""
    fig, ax = plots.figure(width=3.6, height=3.2)
    ax.imshow(table, cmap="Blues", vmin=0, vmax=1.6)
    ax.set(xticks=range(len(table)), yticks=range(len(table)), xlabel="step that is looked at", ylabel="step that looks")
    ax.grid(False)
    for (row, column), share in np.ndenumerate(table):
        ax.text(column, row, f"{share:.2f}" if share else "0", ha="center", va="center")
    last = ", ".join(f"{share:.2f}" for share in table[-1])
    plots.show(fig, alt=f"The shares of {len(table)} steps. {np.count_nonzero(np.triu(table, 1))} of those above the "
                        f"diagonal are more than 0; the last step's are {last}.")
