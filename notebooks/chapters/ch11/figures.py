"""The figures and tables of chapter 11. They take NumPy arrays, numbers and bytes, and compute their alternative texts."""
import csv
from pathlib import Path

import numpy as np

from helpers import plots, show

COLORS = {"TensorFlow": plots.TF["color"], "PyTorch": plots.TORCH["color"]}
MARKS = {"ExecuTorch": "o", "LiteRT": "s", "ONNX Runtime": "^"}


def sizes(found, weights):
    """Dots: bytes on disk of each package, {name: bytes}, and of the weights alone. Says how far apart they are."""
    all_of_them = {**found, "our weights": weights}
    fig, ax = plots.figure(width=7.5, height=2.6)
    for name, size in all_of_them.items():
        ax.plot([size / 1e6], [name], marker="o", markersize=8, color=COLORS.get(name, plots.GRAY))
    ax.set(xscale="log", xlabel="size on disk (MB, logarithmic)", ylim=(len(all_of_them) - 0.4, -0.6))
    said = ", ".join(f"{name} {size / 1e6:,.2f} MB" for name, size in all_of_them.items())
    plots.show(fig, alt=f"Dots on a logarithmic axis, size on disk: {said}.")
    print(f"the largest is {max(found.values()) / weights:,.0f} times as large as our weights")


def files(made):
    """A table of files: {name: (bytes of the file, its scores less the network's own)}."""
    show.table(["file", "bytes", "largest output change"],
               [(name, f"{size:,}", f"{np.abs(change).max():.1e}") for name, (size, change) in made.items()])


def calibrated(found, exact, labels):
    """A table of int8 models by what calibrated them: {pictures: scores}; exact: the float model's scores."""
    rows = [(name, f"{(scores.argmax(1) == labels).mean():.3f}", int((scores.argmax(1) != exact.argmax(1)).sum()),
             f"{np.abs(scores - exact).max():.2f}") for name, scores in found.items()]
    show.table(["calibrated on", "accuracy", "answers changed", "largest output change"], rows)


def by_bits(found):
    """Accuracy against the bits of a weight: {framework: {bits: accuracy}}."""
    fig, ax = plots.figure(width=6, height=3.2)
    said = []
    for name, line in found.items():
        style = plots.TORCH if name == "PyTorch" else plots.TF
        ax.plot(list(line), list(line.values()), label=name, marker="o", color=style["color"], linestyle=style["linestyle"])
        said.append(f"{name} " + ", ".join(f"{bits} bits {share:.0%}" for bits, share in line.items()))
    ax.set(xlabel="bits a weight", ylabel="test accuracy", ylim=(0, 1.03))
    ax.legend()
    plots.show(fig, alt=f"Test accuracy by the bits of a weight: {'; '.join(said)}.")


def interval(right, n, z=1.96):
    """Wilson's 95 % interval of a share (Wilson 1927): how far off may it be, from n pictures alone?"""
    middle, half = (right + z * z / 2) / (n + z * z), z * (right * (n - right) / n + z * z / 4) ** 0.5 / (n + z * z)
    return middle - half, middle + half


def runtimes(rows, labels, weights, exact):
    """A table and a figure of runtimes: rows: {name: (bytes of the file or None, microseconds, scores)}."""
    show.table(["runtime", "file (bytes)", "p50 (µs)", "accuracy", "largest output change"],
               [(name, f"{size:,}" if size else "", f"{micro:.0f}", f"{(out.argmax(1) == labels).mean():.3f}",
                 f"{np.abs(out - exact).max():.1e}") for name, (size, micro, out) in rows.items()],
               caption=f"{len(labels)} test digits, one picture at a time; weights alone: {4 * weights:,} bytes, "
                       f"in int8 {weights:,}")
    fig, (ax, ax2) = plots.figure(1, 2, width=10.5, height=3.8)
    seen = set()
    for name, (size, micro, out) in rows.items():
        color = COLORS["PyTorch" if "PyTorch" in name else "TensorFlow"]
        kind = next((key for key in MARKS if name.startswith(key)), "a framework")
        face = "white" if "int8" in name else color
        style = {"color": color, "marker": MARKS.get(kind, "D"), "mfc": face, "markersize": 8}
        ax2.plot([micro], [name], **style)
        if size:
            seen.add(kind)
            ax.plot(size / 1000, (out.argmax(1) == labels).mean(), **style)
    right = int((exact.argmax(1) == labels).sum())
    low, high = interval(right, len(labels))
    ax.axhspan(low, high, color=plots.GRAY, alpha=0.2, label=f"95 % interval of {right} of {len(labels)}")
    for kind in sorted(seen):
        ax.plot([], [], color=plots.GRAY, marker=MARKS[kind], linestyle="none", label=kind)
    ax.plot([], [], color=plots.GRAY, marker="o", mfc="white", linestyle="none", label="int8: hollow")
    ax.legend(fontsize=8, loc="lower right")
    ax.set(xlabel="file (kB)", ylabel="test accuracy", ylim=(low - 0.06, min(1.0, high + 0.02)))
    ax2.set(xlabel="p50 latency of one picture (µs, logarithmic)", xscale="log", ylim=(len(rows) - 0.4, -0.6))
    shares = [(out.argmax(1) == labels).mean() for size, _, out in rows.values() if size]
    quickest = min(rows, key=lambda name: rows[name][1])
    plots.show(fig, alt=f"Left: size against accuracy of each file, all between {min(shares):.1%} and {max(shares):.1%}; a "
               f"band shows the interval of the network's own accuracy, {low:.1%} to {high:.1%}. Right: the latency of each "
               f"runtime and framework, on a logarithmic axis; the quickest is {quickest}. The table has these numbers.")


def shifts(grid):
    """The share of digits read by shift: grid[down + 2, right + 2]."""
    fig, ax = plots.figure(width=4.2, height=3.4)
    ax.imshow(grid, cmap="gray", vmin=0, vmax=1.3, extent=(-2.5, 2.5, 2.5, -2.5))
    for (down, right), value in np.ndenumerate(grid):
        ax.text(right - 2, down - 2, f"{value:.0%}", ha="center", va="center", color="white" if value < 0.6 else "black")
    ax.set(xlabel="shifted right (pixels)", ylabel="shifted down (pixels)", title="digits read", yticks=range(-2, 3))
    ax.grid(False)
    plots.show(fig, alt="Digits read by shift; rows from two pixels up to two down, columns from left to right: "
               + "; ".join(" ".join(f"{value:.0%}" for value in row) for row in grid))


def drawn(drawings, scan, answer):
    """Ten drawings [(label, strokes)] in four rows: strokes, the bitmap, the picture, the probabilities of the answer."""
    fig, axes = plots.figure(4, len(drawings), width=10.5, height=4.4)
    for column, (_, strokes) in zip(axes.T, drawings):
        picture, black = scan(strokes)
        for stroke in strokes:
            column[0].plot(*np.array(stroke).T, color="black", linewidth=2)
        column[0].set(xlim=(0, 280), ylim=(280, 0), aspect="equal", xticks=[], yticks=[])
        plots.images(column[1:3], [black, picture])
        scores = answer(picture[None, ..., None])[0]
        shares = np.exp(scores - scores.max())
        column[3].bar(range(10), shares / shares.sum(), color=plots.GRAY)
        column[3].set(ylim=(0, 1), title=f"read: {scores.argmax()}", xticks=[], yticks=[])
    for ax, label in zip(axes[:, 0], ("strokes", "32×32", "8×8", "0 to 9")):
        ax.set_ylabel(label)
    read = sum(answer(scan(strokes)[0][None, ..., None]).argmax() == label for label, strokes in drawings)
    plots.show(fig, alt="Ten drawn digits in four rows: strokes, bitmap of 32×32, picture of 8×8, and the probabilities; "
               f"{read} of them are read correctly.")


def delegates():
    """The table of delegates.csv: who computes what, when that is decided, and from where a row is known."""
    with open(Path(__file__).parent / "delegates.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    shown = ["runtime", "delegate", "computes on", "the choice is made", "package", "kind"]
    show.table(shown, [[row[name] for name in shown] for row in rows],
               caption=f"as of {rows[0]['as of']}; sources: {', '.join(sorted({row['source'] for row in rows}))}")
