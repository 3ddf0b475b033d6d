"""What apps make of a phone's picture by mistake (lesson 11d). NumPy only."""
import numpy as np

from helpers import plots, show

ROW = 64
"""Bytes from one row of a buffer to the next: 8 pixels of 4 bytes, and a gap."""


def light(code):
    """sRGB's codes, 0 to 1, as amounts of light (IEC 61966-2-1)."""
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def mistakes(buffers):
    """{mistake: ink (n, 8, 8)} of buffers (n, 8 * ROW), uint8: RGBA, black ink on white paper, a gap after each row."""
    pixels = buffers.reshape(-1, 8, ROW)[:, :, :32].reshape(-1, 8, 8, 4)
    gray = pixels[..., :3].astype("float64").mean(axis=-1)
    signed = pixels[..., :3].astype("int8").astype("float64").mean(axis=-1)
    return {
        "none": 1 - gray / 255,
        "gap forgotten": 1 - buffers[:, :256].reshape(-1, 8, 8, 4)[..., :3].mean(axis=-1) / 255,
        "column by column": 1 - gray.swapaxes(1, 2) / 255,
        "black is 0": gray / 255,
        "not divided": 255 - gray,
        "bytes with a sign": 1 - signed / 255,
        "RGBA read as ARGB": 1 - pixels[..., 1:].mean(axis=-1) / 255,
        "RGB read as BGR": 1 - pixels[..., 2::-1].mean(axis=-1) / 255,
        "codes made light": 1 - light(gray / 255),
        "no paper below": np.ones(gray.shape),  # black ink on nothing: each color of each pixel is 0
    }


def gallery(found, scores, labels, sample=0):
    """Draw one digit as each mistake shows it, and a table: {mistake: ink (n, 8, 8)}, {mistake: scores (n, 10)}."""
    right = {name: float((out.argmax(axis=1) == labels).mean()) for name, out in scores.items()}
    moved = {name: int((out.argmax(axis=1) != scores["none"].argmax(axis=1)).sum()) for name, out in scores.items()}
    fig, axes = plots.figure(2, 5, width=9, height=4.2)
    for ax, (name, ink) in zip(axes.ravel(), found.items()):
        picture = ink[sample] / max(1.0, ink[sample].max())
        ax.imshow(1 - picture, cmap="gray", vmin=0, vmax=1)
        ax.set(title=f"{name}\nread: {right[name]:.0%}", xticks=[], yticks=[])
        ax.grid(False)
    plots.show(fig, alt=f"One {labels[sample]} as ten readings of its buffer show it; of all test digits are read: "
               + ", ".join(f"{name} {share:.0%}" for name, share in right.items()) + ".")
    largest = {name: np.abs(scores[name] - scores["none"]).max() for name in found}
    show.table(["mistake", "digits read", "answers changed", "scores changed by up to"],
               [(name, f"{right[name]:.0%}", moved[name], f"{largest[name]:.2g}") for name in found])
