"""The figures and tables of lesson 13b. They take NumPy arrays, and compute their alternative texts."""
import numpy as np

from helpers import plots, show

GRAYS = {"speech-like": "#bdbdbd", "chord": "#e4e4e4", "hiss": "#e4e4e4", "silence": "white"}


def sizes(files, converted, weights):
    """A table of bytes: the wheel's files, the converted file, and the weights alone, of four bytes each."""
    rows = [(path.name, f"{path.stat().st_size:,}") for path in sorted(files.iterdir())]
    show.table(["file", "bytes"], [*rows, ("LiteRT, from Keras", f"{converted:,}"), ("weights alone", f"{4 * weights:,}")])


def heard(scene, lines, seconds=20):
    """Probabilities of speech in the first seconds: lines: {name: array, one a chunk of 32 ms}; gray behind sounds."""
    lines = {name: np.asarray(line) for name, line in lines.items()}  # first: where one is missing, nothing is drawn
    fig, ax = plots.figure(width=8.5, height=2.8)
    for part in scene.parts:
        if part.start < seconds:
            ax.axvspan(part.start, min(part.end, seconds), color=GRAYS[part.kind], lw=0)
            ax.text(part.start + 0.05, 1.04, part.kind, fontsize=8)
    styles = [plots.OTHER, plots.TORCH, plots.TF]
    for (name, line), style in zip(lines.items(), styles):
        shown = line[:int(seconds / 0.032)]
        ax.plot(0.032 * np.arange(len(shown)), shown, label=name, color=style["color"], linestyle=style["linestyle"], lw=1.2)
    ax.set(xlabel="seconds", ylabel="probability of speech", xlim=(0, seconds), ylim=(-0.03, 1.12))
    ax.legend(loc="center right", frameon=True)
    said = "; ".join(f"{name} " + ", ".join(f"{kind} {share:.0%}" for kind, share in by_kind(scene, line).items())
                     for name, line in lines.items())
    plots.show(fig, alt=f"The probability of speech over {seconds} seconds. Chunks above 0.5 in the whole scene: {said}.")


def by_kind(scene, line):
    """{kind of sound: share of its chunks in which line, a probability for each chunk of 32 ms, is above 0.5}."""
    seconds, kinds = 0.032 * np.arange(len(line)), dict.fromkeys(part.kind for part in scene.parts)
    inside = {kind: np.zeros(len(line), bool) for kind in kinds}
    for part in scene.parts:
        inside[part.kind] |= (seconds >= part.start) & (seconds < part.end)
    return {kind: float((line[there] > 0.5).mean()) for kind, there in inside.items()}
