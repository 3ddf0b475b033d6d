"""The figures of chapter 9. They take arrays and numbers by framework, and compute their own alternative texts."""
import numpy as np

from helpers import plots

STYLES = {"PyTorch": plots.TORCH, "TensorFlow": plots.TF}
CHART = "#F3E9A9"
"""The color of the nodes that a reader shall find in a graph."""


def _line(name):
    """How a framework's curve is drawn: color and dashes."""
    return {key: STYLES[name][key] for key in ("color", "linestyle")}


def smoothed(losses, drawn):
    """A loss as it was logged (faint), and as TensorBoard draws it. losses, drawn: {framework: array, a value a step}."""
    fig, ax = plots.figure(width=7.5, height=3.2)
    said = []
    for name, values in losses.items():
        ax.plot(values, **_line(name), alpha=0.3)
        ax.plot(drawn[name], **_line(name), label=name)
        calmer = np.abs(np.diff(values)).mean() / np.abs(np.diff(drawn[name])).mean()
        said.append(f"{name}'s drawn curve moves {calmer:.1f} times less from step to step than its data")
    ax.set(xlabel="step", ylabel="cross-entropy (nats)", title="loss: as logged (faint), and as drawn")
    ax.legend()
    plots.show(fig, alt=f"The loss by step for {' and '.join(losses)}, as logged and as drawn: {'; '.join(said)}.")


def columns(history, bins=60):
    """Histograms over time as the columns of one picture: (counts (bins, steps), the largest value on the axis).

    history: [(step, rows of (left edge, right edge, count))]. Each bucket's count is spread evenly between its edges.
    """
    top = max(max(abs(rows[0][0]), abs(rows[-1][1])) for _, rows in history)
    edges = np.linspace(-top, top, bins + 1)
    found = []
    for _, rows in history:
        below = np.concatenate([[0], np.cumsum(rows[:, 2])])
        found.append(np.diff(np.interp(edges, np.append(rows[:, 0], rows[-1, 1]), below)))
    return np.array(found).T, top


def over_time(histories):
    """Histograms over time, {framework: history as for `columns`}: a column a step, dark where many values fall."""
    fig, axes = plots.figure(1, len(histories), width=9, height=3.2, sharey=True)
    said = []
    for ax, (name, history) in zip(np.atleast_1d(axes), histories.items()):
        picture, top = columns(history)
        drawn = ax.imshow(np.log10(picture + 1), aspect="auto", origin="lower", cmap="gray_r",
                          extent=(0, picture.shape[1], -top, top))  # log: the few large ones shall be seen as well
        ax.set(xlabel="step", title=f"{name}: hidden/gradients")
        ax.grid(False)
        widths = [spread(rows) for _, rows in (history[0], history[-1])]
        said.append(f"in {name} the middle 98 % of them span {widths[0]:.1g} at first and {widths[1]:.1g} at last")
    np.atleast_1d(axes)[0].set_ylabel("gradient")
    fig.colorbar(drawn, ax=axes, label="log10(count + 1)")
    plots.show(fig, alt=f"Histograms of the gradients over time, gathered around zero: {'; '.join(said)}.")


def spread(rows, share=0.98):
    """The width of the middle `share` of a histogram's values."""
    below = np.concatenate([[0], np.cumsum(rows[:, 2])]) / rows[:, 2].sum()
    low, high = np.interp([(1 - share) / 2, (1 + share) / 2], below, np.append(rows[:, 0], rows[-1, 1]))
    return high - low


def graphs(found, marked):
    """The graphs of a model, {framework: (nodes, edges)} as event_files.graph gives them; `marked`: operations to color."""
    fig, axes = plots.figure(1, len(found), width=10.5, height=5.0)
    said = []
    for ax, (name, (nodes, edges)) in zip(np.atleast_1d(axes), found.items()):
        used = {end for edge in edges for end in edge}
        shown = {node: op for node, op in nodes.items() if node in used}
        plots.graph(ax, shown, edges, {node: CHART for node, op in shown.items() if op in marked})
        ax.set_title(name)
        said.append(f"{name}'s has {len(shown)} nodes, of which {sum(op in marked for op in shown.values())} are marked")
    plots.show(fig, alt=f"Graphs drawn top down, products and ReLUs marked: {'; '.join(said)}.")


def steered(lines, at):
    """A window of Visdom's, read back: its lines, a dict with name, x and y each; `at`: the step of the edit."""
    fig, ax = plots.figure(width=7.5, height=3.0)
    for line in lines:
        ax.plot(line["x"], line["y"], **_line(line["name"]), label=line["name"])
    ax.axvline(at, color=plots.GRAY, linewidth=1)
    ax.set(xlabel="step", ylabel="cross-entropy (nats)", title="the window, read back; gray: the rate was lowered")
    ax.legend()
    falls = [f"{line['name']}'s falls by {line['y'][0] - line['y'][at]:.2f} before it and by "
             f"{line['y'][at] - line['y'][-1]:.2f} after it" for line in lines]
    plots.show(fig, alt=f"Losses by step, with a mark at step {at}, where the rate was lowered: {'; '.join(falls)}.")


def pictures(shown):
    """Pictures (height, width) of shades from 0 to 1 side by side, {title: picture}; as on a page: 0 black, 1 white."""
    fig, axes = plots.figure(1, len(shown), width=2.2 * len(shown), height=2.4)
    for ax, (title, picture) in zip(axes, shown.items()):
        ax.imshow(picture, vmin=0, vmax=1, cmap="gray", interpolation="nearest")
        ax.set_axis_off()
        ax.set_title(title, fontsize=9)
    said = ", ".join(f"{title}: mean shade {picture.mean():.3f}" for title, picture in shown.items())
    plots.show(fig, alt=f"Pictures of a digit side by side. {said}.")


def longest(times, count=8):
    """Bars of the operations that took longest. times: {framework: {operation: microseconds}}."""
    fig, axes = plots.figure(1, len(times), width=10.5, height=3.2)
    said = []
    for ax, (name, found) in zip(np.atleast_1d(axes), times.items()):
        names = sorted(found, key=found.get)[-count:]
        ax.barh(names, [found[op] / 1000 for op in names], color=STYLES[name]["color"])
        ax.set(xlabel="self time of one step (ms)", title=name)
        said.append(f"{name}: {', '.join(names[:-4:-1])}")
    plots.show(fig, alt=f"Bars of the operations that took longest in one step. The longest are, in {'; in '.join(said)}.")
