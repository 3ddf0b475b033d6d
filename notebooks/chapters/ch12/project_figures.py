"""The figures and tables of lessons 12d to 12f. They take NumPy arrays, and compute their alternative texts."""
import numpy as np

from chapters.ch12 import cart, music, published
from helpers import plots, show

STYLES = {"PyTorch": plots.TORCH, "TensorFlow": plots.TF}
MEANT = {"pyro-ppl": None, "ludwig": "0.11.0", "dm-sonnet": None, "magenta": None, "reagent": None}
"""{package that the article means: its newest release that has a date; None is the newest}"""


def five_names(names):
    """A table: what `pip install` and each of these names brings, and which of the two frameworks that requires."""
    rows = [(f"`{name}`", published.told(name, "summary")[0], " ".join(published.frameworks(name)) or "neither")
            for name in names]
    show.table(["name", "what it says it is", "requires"], rows, caption="What pip brought in November 2026")


def releases():
    """The last dated release of each project that the article means, on a time axis."""
    fig, ax = plots.figure(width=8, height=2.4)
    said = []
    for row, (name, version) in enumerate(MEANT.items()):
        style = plots.TF if name in ("magenta", "dm-sonnet") else plots.TORCH
        day = published.released(name, version)
        ax.plot([day, published.RECORDED], [row, row], color=plots.GRAY, linewidth=1)
        ax.plot([day], [row], style["marker"], color=style["color"], markersize=9,
                label=style["label"] if name in ("pyro-ppl", "dm-sonnet") else "")
        said.append(f"{name} {day:%B %Y}")
    ax.axvline(np.datetime64("2024-03-07"), color="black", linewidth=1)
    ax.text(np.datetime64("2024-03-07"), -0.9, "the article", ha="center")
    ax.set(yticks=range(len(MEANT)), yticklabels=list(MEANT), ylim=(len(MEANT) - 0.5, -0.6),
           xlabel="newest file of the last dated release (year)")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), title="built on")
    plots.show(fig, alt=f"Five packages on a time axis, beside the article of March 2024: {', '.join(said)}.")


def ellipse(center, factor):
    """Points (2, 200) of the ellipse that holds 95 % of a normal distribution; factor: of its covariance, (2, 2)."""
    angle = np.linspace(0, 2 * np.pi, 200)
    return center[:, None] + 2.45 * factor @ np.stack([np.cos(angle), np.sin(angle)])


def posterior(exact, field, chain, nuts, x, y):
    """The exact posterior and the mean field as ellipses, the draws by hand and by NUTS as points, and lines by NUTS.

    exact: (mean, covariance); field: (mean, standard deviations); chain, nuts: (draws, 2); x, y: the data, (n,).
    """
    fig, (left, right) = plots.figure(1, 2, width=10, height=3.6)
    left.plot(chain[:, 0], chain[:, 1], ".", color=plots.OTHER["color"], markersize=3, label="by hand (HMC)")
    left.plot(nuts[:, 0], nuts[:, 1], "+", color=plots.TORCH["color"], markersize=5, label="Pyro's NUTS")
    left.plot(*ellipse(exact[0], np.linalg.cholesky(exact[1])), color="black", label="exact, 95 %")
    left.plot(*ellipse(field[0], np.diag(field[1])), "--", color="black", label="mean field, 95 %")
    left.set(xlabel="intercept", ylabel="slope", title="the posterior")
    left.legend(fontsize=8)
    right.plot(x, y, "o", color=plots.GRAY)
    for intercept, slope in nuts[:: len(nuts) // 50]:
        right.plot(x, intercept + slope * x, color=plots.TORCH["color"], alpha=0.15, linewidth=1)
    right.set(xlabel="x", ylabel="y", title="50 lines that the data allows, by NUTS")
    share = field[1] / np.sqrt(np.diag(exact[1]))
    plots.show(fig, alt="Left: draws by hand and by NUTS, slope against intercept, in a slanted ellipse, the exact "
                        f"posterior's; an upright one, the mean field's, is {share[0]:.0%} as wide and {share[1]:.0%} as "
                        "high. Right: twelve points and fifty lines.")


def promises(at, promised, given, discount, coin):
    """What the log promised of each candidate beside what games gave, by the updates `at` which it was kept.

    promised: {framework: values (candidates,)}; given: {framework: [steps (games,), ...]}; coin: the log's mean steps.
    """
    fig, (left, right) = plots.figure(1, 2, width=10, height=3.4)
    said = []
    for name, values in promised.items():
        style = STYLES[name]
        came = [cart.worth(steps, discount).mean() for steps in given[name]]
        means = [steps.mean() for steps in given[name]]
        best = int(np.argmax(values))
        around = {"markersize": 11, "fillstyle": "none"} if name == "PyTorch" else {}  # the two often agree
        left.plot(at, values, color=style["color"], marker=style["marker"], label=f"promised, {name}", **around)
        left.plot(at, came, color=style["color"], marker="x", label=f"given, {name}", linestyle=":", **around)
        right.plot(at, means, color=style["color"], marker=style["marker"], linestyle=style["linestyle"], label=name,
                   **around)
        right.plot([at[best]], [means[best]], "o", markersize=18, fillstyle="none", color=style["color"])
        said.append(f"{name}: chosen after {at[best]} updates, promised {values[best]:.1f}, given {came[best]:.1f}, "
                    f"{means[best]:.0f} steps; the best of all lasts {max(means):.0f}, the last {means[-1]:.0f}")
    left.set(xlabel="updates", ylabel="value at the beginning", title="promised by the log, given by the game")
    left.legend(fontsize=8)
    right.axhline(cart.SOLVED, color="black", linestyle=":", linewidth=1, label=f"{cart.SOLVED}: counts as solved")
    right.axhline(coin, color=plots.GRAY, linewidth=1, label="the coin of the log")
    right.set(xlabel="updates", ylabel="steps upright (mean)", ylim=(0, 510), title="steps; a ring: the one chosen")
    right.legend(fontsize=8)
    plots.show(fig, alt=f"Promised and given value, and steps upright, against updates. {'. '.join(said)}.")


def roll(pieces, given, pitches):
    """A piano roll: pieces: {framework: events}; given: how many eighths were given; pitches: the ones to name."""
    fig, ax = plots.figure(width=10, height=3)
    for lift, (name, piece) in zip((0.12, -0.12), pieces.items()):
        color, begin = STYLES[name]["color"], 0
        for pitch, eighths in music.notes(piece):
            if pitch is not None:
                ax.plot([begin + 0.1, begin + eighths - 0.2], [pitch + lift] * 2, color=color, linewidth=3,
                        solid_capstyle="butt")
            begin += eighths
        ax.plot([], [], color=color, linewidth=3, label=name)
    ax.axvspan(0, given, color=plots.GRAY, alpha=0.15)
    ax.set(xlabel="time (eighth notes); gray: what was given", ylabel="pitch", xticks=range(0, begin + 1, 8),
           yticks=pitches, yticklabels=[music.name(pitch) for pitch in pitches])
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    shared = ""
    if len(pieces) == 2:
        one, other = pieces.values()
        shared = f" They agree in {int((one == other)[given:].sum())} of {len(one) - given} events."
    plots.show(fig, alt=f"A piano roll: {given // 8} given bars, then {(len(piece) - given) // 8} composed ones, of "
                        f"{' and '.join(pieces)}.{shared}")
