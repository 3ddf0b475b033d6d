"""The drawings of chapter 14, each with its alternative text. Everything comes in as plain numbers, rows and texts."""
import numpy as np

from chapters.ch14 import history
from helpers import plots

WORDS = {"HELD": "#009E73", "PARTLY": "#F0E442", "NO LONGER": "#E69F00", "NEVER": "#D55E00", "OPINION": "#CC79A7",
         "HISTORY": "#56B4E9", "NOT MEASURED": "#9A9A9A", "": "#E4E4E4"}
"""{verdict: its color}; "" is a claim that no run has judged"""
FRAMEWORKS = {"PyTorch": plots.TORCH, "TensorFlow": plots.TF}


def verdict_bars(counts):
    """Draw how the verdicts fell, a bar for each chapter. counts: {chapter: {word: how many claims}}."""
    fig, ax = plots.figure(width=9, height=3.4)
    bottom = np.zeros(len(counts))
    for word, color in WORDS.items():
        count = np.array([here.get(word, 0) for here in counts.values()])
        ax.bar(list(counts), count, bottom=bottom, color=color, edgecolor="white", label=word.lower() or "not judged yet")
        bottom += count
    ax.set(xlabel="chapter", ylabel="claims", title="The article's claims, on this machine")
    ax.legend(ncols=1, loc="upper left", bbox_to_anchor=(1, 1))
    missing = sum(here.get("", 0) for here in counts.values())
    plots.show(fig, alt=f"Bars, one for each chapter: {int(bottom.sum()) - missing} of {int(bottom.sum())} claims have a "
                        "verdict on this machine, colored by verdict.")


def timeline(rows):
    """Draw dated facts, one below the other. rows: as `history.timeline` gives them."""
    fig, ax = plots.figure(width=10, height=1 + 0.25 * len(rows))
    for k, row in enumerate(rows):
        look, when = FRAMEWORKS.get(row["framework"], plots.OTHER), history.year(row["date"])
        ax.plot(when, -k, marker=look["marker"], color=look["color"], markersize=8)
        late = when > 2021
        ax.annotate(row["event"], (when, -k), xytext=(-9 if late else 9, 0), textcoords="offset points", va="center",
                    ha="right" if late else "left", fontsize=9)
    ax.set(xlim=(2015, 2027), yticks=[], xlabel="year", title="circles: PyTorch, squares: TensorFlow, triangles: others")
    told = "; ".join(f"{row['date']} {row['event']}" for row in rows)
    plots.show(fig, alt=f"A line of time, one fact a row: {told}.")


def releases(waits):
    """Draw the wait before each minor release. waits: {framework: [(date, days since the one before), ...]}."""
    fig, ax = plots.figure(width=9, height=3)
    for framework, pairs in waits.items():
        ax.plot([history.year(date) for date, _ in pairs], [days for _, days in pairs], **FRAMEWORKS[framework])
    ax.set(xlabel="year", ylabel="days since the one before", ylim=(0, None), title="Minor releases")
    ax.legend()
    plots.show(fig, alt="Days between minor releases; the last wait: " + ", ".join(
        f"{framework} {pairs[-1][1]}" for framework, pairs in waits.items()) + ".")


def papers(rows):
    """Draw the share of papers that name only the one framework. rows: as `history.papers` gives them."""
    fig, ax = plots.figure(width=9, height=3.4)
    for style, name in ((plots.TORCH, "pytorch"), (plots.TF, "tensorflow")):
        ax.plot([history.year(row["month"]) for row in rows], [share(row, name) for row in rows],
                **style | {"linestyle": "none"})
    for row in rows[-1:] + [row for row in rows if row["conference"] == "CVPR" and row["month"] > "2019"]:
        ax.annotate(row["conference"], (history.year(row["month"]), share(row, "pytorch")), xytext=(0, 7),
                    textcoords="offset points", ha="center", fontsize=8)
    ax.set(xlabel="month that the counts name", ylabel="% of its papers", ylim=(0, 37),
           title="Papers that name only the one")
    ax.legend()
    first, last = rows[0], rows[-1]
    told = "; ".join(f"{row['conference']} {row['month']}: PyTorch {share(row, 'pytorch'):.0f} %, TensorFlow "
                     f"{share(row, 'tensorflow'):.0f} %" for row in (first, last))
    plots.show(fig, alt=f"Shares of papers by conference. {told}. In between PyTorch's share rises past TensorFlow's.")


def share(row, name):
    """The percentage of a conference's papers that name only this framework."""
    return 100 * row[name] / row["papers"]


def by_chance(spread, right, calibration):
    """Draw how likely each number of right answers is by guessing. right: how many you have, or None."""
    fig, ax = plots.figure(width=8, height=3)
    ax.bar(range(len(spread)), spread, color=plots.GRAY)
    if right is not None:
        ax.axvline(right, color="black", linestyle="--")
    questions = len(spread) - 1
    ax.set(xlabel="right predictions (dashed: yours)", ylabel="probability", title=f"{questions} questions, guessed")
    plots.show(fig, alt=f"Distribution of right answers by guessing, {questions} questions. {calibration}")


def bars(parts, title):
    """A figure of what each criterion adds to a score: parts as {criterion: part}, to PyTorch above 0, hatched below."""
    fig, ax = plots.figure(width=8, height=0.6 + 0.32 * len(parts))
    for name, part in sorted(parts.items(), key=lambda item: item[1]):
        ax.barh(name, part, color=(plots.TORCH if part > 0 else plots.TF)["color"], hatch="" if part > 0 else "//")
    ax.axvline(0, color=plots.GRAY)
    ax.set(xlabel="adds to the score: to TensorFlow (hatched) | to PyTorch", title=title)
    return fig


def random_weights(scores, mine, shares):
    """Draw the scores of many random sets of weights, and yours. shares: {answer: its share of the sets}."""
    fig, ax = plots.figure(width=8, height=2.6)
    ax.hist(scores, bins=np.linspace(-1, 1, 81), color=plots.GRAY)
    ax.axvspan(-0.1, 0.1, color="#FFF3C4", zorder=0)
    ax.axvline(mine, color="black", linestyle="--")
    ax.set(xlabel="score: −1 TensorFlow, +1 PyTorch; dashed: yours; yellow: close, so Keras 3", ylabel="sets of weights")
    plots.show(fig, alt=f"Histogram of the scores of {len(scores):,} random sets of weights: " + ", ".join(
        f"{100 * value:.0f} % say {name}" for name, value in shares.items()) + ".")
