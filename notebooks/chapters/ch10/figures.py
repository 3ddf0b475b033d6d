"""The figures of chapter 10. They take numbers and loads.Load, and compute their own alternative texts."""
import numpy as np

from helpers import plots


def switch(seen):
    """Each request of {framework: loads.Load} by the clock: a panel a server, a color and a mark for each version."""
    fig, axes = plots.figure(len(seen), 1, width=8, height=4.4, sharex=True, sharey=True)
    kinds = (("version 1", plots.GRAY, "."), ("version 2", plots.OTHER["color"], "+"))
    for ax, (name, load) in zip(np.atleast_1d(axes), seen.items()):
        for version, (label, color, marker) in enumerate(kinds):
            here = load.answer == version
            ax.plot(load.at[here], 1e3 * load.took[here], marker, markersize=4, color=color, label=label)
        ax.set(yscale="log", ylabel="ms a request (log.)",
               title=f"{name}: {len(load.at):,} requests, {len(load.lost)} lost")
    first = np.atleast_1d(axes)[0]
    first.legend(markerscale=3, ncols=2)
    np.atleast_1d(axes)[-1].set(xlabel="seconds since its clients began")
    slowest = ", ".join(f"{name} {1e3 * load.took.max():.0f} ms" for name, load in seen.items())
    plots.show(fig, alt="For each of two servers the time of every request against the clock, one color for version 1 and "
                        f"one for version 2. The slowest request: {slowest}. Lost were "
                        f"{sum(len(load.lost) for load in seen.values())}.")


def ways(later, of_torch):
    """The seconds for one picture, {way: seconds}, shortest first. of_torch: the names of PyTorch's ways."""
    order = sorted(later, key=later.get)
    fig, ax = plots.figure(width=8, height=3.6)
    for place, name in enumerate(order):
        style = plots.TORCH if name in of_torch else plots.TF
        ax.plot(1e6 * later[name], place, style["marker"], color=style["color"], markersize=8)
        ax.text(1.25e6 * later[name], place, f"{1e6 * later[name]:,.0f}", va="center", fontsize=9)
    ax.set_yticks(range(len(order)), order)
    ax.set(xscale="log", xlabel="microseconds for one picture, one thread (logarithmic)")
    ax.set_xlim(right=4e6 * later[order[-1]])
    plots.show(fig, alt="The time for one picture in every way to run the model, on a logarithmic axis: shortest "
                        f"{order[0]}, longest {order[-1]}, {later[order[-1]] / later[order[0]]:,.0f} times as long.")


def load_test(measured, floor, clients):
    """Latency for one and for 64 pictures a request, and throughput, against the number of clients.

    measured: {(server, clients, pictures a request): loads.Load}. floor: {server: seconds of the model call alone}.
    """
    fig, axes = plots.figure(1, 3, width=10, height=3.6)
    for name, style in _styles(floor).items():
        for ax, pictures in zip(axes, (1, 64)):
            took = [1e3 * measured[name, count, pictures].took for count in clients]
            ax.plot(clients, [np.median(t) for t in took], label=name, **style)
            ax.plot(clients, [np.percentile(t, 99) for t in took], style["marker"], color=style["color"], fillstyle="none")
            ax.set(yscale="log", ylabel="ms a request (log.)", xlabel="clients", title=f"pictures a request: {pictures}")
            ax.set_xticks(clients, clients)
        axes[0].plot(clients[0], 1e3 * floor[name], "_", color=style["color"], markersize=18)
        rate = [64 * measured[name, count, 64].rate for count in clients]
        axes[2].plot(clients, rate, **style)
    axes[2].set(yscale="log", ylabel="pictures a second (log.)", xlabel="clients", title="throughput, 64 a request")
    axes[2].set_xticks(clients, clients)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    medians = {key: 1e3 * np.median(load.took) for key, load in measured.items()}
    said = "; ".join(f"{name}: with one client {medians[name, 1, 1]:.1f} ms for one picture, with {clients[-1]} clients "
                     f"{medians[name, clients[-1], 1]:.1f} ms" for name in floor)
    plots.show(fig, alt="Latency against the number of clients, for one and for 64 pictures a request: a line for the "
                        "median, hollow marks for the 99th percentile, a dash for the model call alone; and throughput. "
                        f"Medians: {said}.")


def waits(runs, patience):
    """What each request waited by the second at which it came: {what: overload.Run}, at most three. patience: ms."""
    fig, ax = plots.figure(width=8, height=3.4)
    looks = ((plots.GRAY, "."), (plots.OTHER["color"], "+"), (plots.TF["color"], "x"))
    for (what, run), (color, marker) in zip(runs.items(), looks):
        done = [one for one in run.requests if one.took is not None]
        ax.plot([one.came / 1e3 for one in done], [one.took / 1e3 for one in done], marker, markersize=4, color=color,
                label=what)
    ax.axhline(patience / 1e3, color="black", linewidth=1, linestyle=":", label="the client's patience")
    ax.set(xlabel="second at which a request comes", ylabel="seconds to its answer")
    ax.legend(markerscale=2)
    longest = "; ".join(f"{what}: {max(one.took or 0 for one in run.requests) / 1e3:.1f} s" for what, run in runs.items())
    plots.show(fig, alt="The seconds that each request waits for its answer, by the second at which it comes, and a dotted "
                        f"line at the client's patience. The longest wait is, {longest}.")


def _styles(names):
    """A style for each server: its framework's color; PyTorch's second one has a dotted line and another mark."""
    torch, tf = ({key: style[key] for key in ("color", "marker", "linestyle")} for style in (plots.TORCH, plots.TF))
    return {name: tf if "TensorFlow" in name else {**torch, "linestyle": ":", "marker": "^"} if "Django" in name else torch
            for name in names}
