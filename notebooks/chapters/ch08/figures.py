"""The figures of chapter 8. They take what workers measured, and compute their own alternative texts."""
import numpy as np

from helpers import plots

STYLES = {"PyTorch": plots.TORCH, "TensorFlow": plots.TF}
PARTS = {"compute": "", "communicate": "////", "update": "...."}
"""{part of a step: how its bar is filled}"""


def step(costs, processes):
    """Seconds of a step in so many processes: its parts, added up."""
    return sum(costs[processes][part] for part in PARTS)


def amdahl(costs, processes):
    """How many times as fast as one so many processes are if only computing is divided, with the communication of two."""
    one, rest = costs[1], costs[2]["communicate"] if processes > 1 else 0.0
    return (one["compute"] + one["update"]) / (one["compute"] / processes + one["update"] + rest)


def messages(measured):
    """Time of an all-reduce by its payload. measured: {framework: {number of processes: what its workers measured}}."""
    fig, ax = plots.figure(width=6.5, height=3.2)
    said = []
    for name, costs in measured.items():
        took = {int(size): 1e3 * seconds for size, seconds in costs[2]["all_reduce"].items()}
        ax.loglog(took.keys(), took.values(), **STYLES[name])
        said.append(f"{name} from {min(took.values()):.2g} ms to {max(took.values()):.2g} ms")
    ax.set(xlabel="numbers in the all-reduce (4 bytes each)", ylabel="milliseconds, 2 processes")
    ax.legend()
    plots.show(fig, alt=f"Milliseconds of an all-reduce against the numbers in it, logarithmic axes: {'; '.join(said)}.")


def steps(measured):
    """A step's parts by the number of processes, and how many times as fast as one they are. measured: as for `messages`."""
    fig, (bars, curves) = plots.figure(1, 2, width=10, height=3.4)
    counts = sorted(next(iter(measured.values())))
    said = []
    for shift, (name, costs) in zip((-0.2, 0.2), measured.items()):
        color, bottom = STYLES[name]["color"], np.zeros(len(counts))
        for part, hatch in PARTS.items():
            heights = np.array([1e3 * costs[n][part] for n in counts])
            bars.bar(np.arange(len(counts)) + shift, heights, 0.38, bottom, color="white" if hatch else color, hatch=hatch,
                     edgecolor=color, label=part if shift < 0 else None)
            bottom += heights
        curves.plot(counts, bottom[0] / bottom, **STYLES[name])
        curves.plot(range(1, 9), [amdahl(costs, n) for n in range(1, 9)], color=color, linestyle=":")
        said.append(f"{name} is {bottom[0] / bottom[-1]:.1f} times as fast in {counts[-1]} as in one")
    curves.plot((1, 8), (1, 8), color=plots.GRAY, linewidth=1, label="ideal; dotted: the formula of 8b.1")
    bars.set(xticks=range(len(counts)), xticklabels=counts, xlabel="processes", ylabel="milliseconds a step")
    curves.set(xlabel="processes", ylabel="times as fast as one")
    bars.margins(y=0.35)  # room for the legend
    bars.legend()
    curves.legend()
    plots.show(fig, alt="Bars: computing, communicating and update of a step, by processes. Curves: times as fast as one "
                        f"process, measured, by the formula of 8b.1, and the ideal line. {'; '.join(said)}.")


def attempts(losses):
    """A run that was killed and started again. losses: {framework: ({step: loss} of the first attempt, of the second)}."""
    fig, axes = plots.figure(1, len(losses), width=5 * len(losses), height=3)
    said = []
    for ax, (name, (first, second)) in zip(np.atleast_1d(axes), losses.items()):
        last, again = max(first), min(second)
        ax.plot(first.keys(), first.values(), color="#BBBBBB", linewidth=5, label="first attempt")
        ax.plot(last, first[last], color="black", marker="X", markersize=11, linestyle="", label="SIGKILL")
        ax.plot(second.keys(), second.values(), color=STYLES[name]["color"], marker=STYLES[name]["marker"], markersize=3,
                label="second attempt")
        ax.axvline(again, color=plots.GRAY, linestyle=":", label="checkpoint")
        ax.set(title=name, xlabel="step", ylabel="cross-entropy (nats)")
        ax.legend()
        said.append(f"{name}'s first attempt ends after step {last}, the second begins with step {again}")
    plots.show(fig, alt=f"Loss against step, a panel for each framework, the second curve on the first: {'; '.join(said)}.")


def shares(kept):
    """What each holder keeps of the weights. kept: {way: {holder: how many numbers}}."""
    fig, ax = plots.figure(width=7.5, height=0.8 + 0.7 * len(kept))
    said = []
    for row, (way, holders) in enumerate(kept.items()):
        left = 0
        for k, (holder, count) in enumerate(holders.items()):
            ax.barh(row, count, left=left, color=("#BBBBBB", "white")[k % 2], edgecolor="black")
            place, side = (left + count / 2, "center") if count > 300 else (left + count + 20, "left")
            ax.text(place, row, f"{holder}: {count}", ha=side, va="center")
            left += count
        said.append(f"{way}: " + ", ".join(f"{holder} keeps {count}" for holder, count in holders.items()))
    ax.set(yticks=range(len(kept)), yticklabels=list(kept), xlabel="numbers kept", xlim=(0, 1.2 * left))
    ax.invert_yaxis()  # the first way on top
    plots.show(fig, alt=f"Bars of the weights, cut where they are kept apart. {'; '.join(said)}.")
