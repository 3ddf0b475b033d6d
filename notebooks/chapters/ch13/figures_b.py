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
    said = "; ".join(f"{name}: above 0.5 in {np.mean(line > 0.5):.0%} of all chunks" for name, line in lines.items())
    plots.show(fig, alt=f"The probability of speech over {seconds} seconds, high where syllables are heard. {said}.")
