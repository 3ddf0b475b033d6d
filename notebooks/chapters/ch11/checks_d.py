"""Lesson 11d: ink out of a buffer of bytes, and out of pixels that are partly transparent."""
import numpy as np

from helpers.course.comparing import mismatch
from helpers.course.judging import cases

TOLERANCE = 1e-5  # float32 is exact enough

# Exercise 11.6: ink from a buffer


def buffers():
    """Buffers of random bytes: higher than wide and wider than high, with gaps and without, alpha last and first."""
    for trial, (width, height, stride, alpha) in enumerate([(8, 5, 64, 3), (3, 6, 16, 0), (4, 2, 16, 3), (5, 3, 32, 0)]):
        rng = np.random.default_rng(trial)
        yield rng.integers(0, 256, size=height * stride).astype("uint8"), width, height, stride, alpha


def four(buffer, width, height, stride, alpha=None):
    """The four bytes of each pixel, as float64: (height, width, 4); colors alone where alpha says which one is not."""
    rows = buffer[:height * stride].reshape(height, stride)[:, :4 * width].reshape(height, width, 4).astype("float64")
    return rows if alpha is None else np.delete(rows, alpha, axis=2)


def ink(*given):
    """1 minus the mean of the three colors, (height, width)."""
    return 1 - four(*given).mean(axis=2) / 255


def computed(buffer, width, height, stride, alpha):
    """The ink where the row stride is taken for four bytes a pixel."""
    return ink(buffer, width, height, 4 * width, alpha)


def wrapped(*given):
    """The ink where three bytes are added as bytes."""
    return 1 - four(*given).astype("uint8").sum(axis=2, dtype="uint8") / (3 * 255)


def signed(*given):
    """The ink where bytes go from -128 to 127."""
    return 1 - four(*given).astype("uint8").astype("int8").astype("float64").mean(axis=2) / 255


# Exercise 11.7: ink over white paper


def layers():
    """Pixels (n, 4), premultiplied: no color is above its alpha; opaque, transparent and in between."""
    for trial in range(3):
        rng = np.random.default_rng(trial)
        alpha = rng.integers(0, 256, size=6 + trial)
        alpha[:3] = 0, 255, 128
        colors = np.round(rng.uniform(size=(len(alpha), 3)) * alpha[:, None])
        yield (np.concatenate([colors, alpha[:, None]], axis=1).astype("uint8"),)


def seen(rgba, multiply=False, paper=255):
    """The ink of layers over paper; multiply: as if their colors were not yet multiplied by alpha."""
    rgba = rgba.astype("float64")
    through = 1 - rgba[:, 3] / 255
    colors = rgba[:, :3].mean(axis=1) * (1 - through if multiply else 1)
    return 1 - (colors + paper * through) / 255


def overflowing(rgba):
    """The ink where colors and paper are added as bytes."""
    gray = rgba[:, :3].astype("float64").mean(axis=1).astype("uint8")
    return 1 - (gray + np.uint8(255) - rgba[:, 3]).astype("uint8") / 255


def say(given, right, got):
    """The first entry that differs."""
    return mismatch(got, right, TOLERANCE, tell=True)


def same(got, right):
    """Whether two results agree, as arrays of one shape."""
    return mismatch(got, right, TOLERANCE) is None


EXERCISES = {
    "11.6": cases(buffers, ink, suspects={
        "you computed the row stride from the width; it is given, and larger where rows end in a gap": computed,
        "alpha is no color: leave it out of the mean": lambda b, w, h, s, a: 1 - four(b, w, h, s).mean(axis=2) / 255,
        "those are always the first three bytes; where alpha comes first, the colors are the last three":
            lambda b, w, h, s, a: ink(b, w, h, s, 3),
        "that is the light, not the ink: 255 is paper": lambda *given: 1 - ink(*given),
        "divide by 255: ink goes from 0 to 1": lambda *given: 255 * ink(*given),
        "bytes wrap around at 256: make them int before you add": wrapped,
        "those bytes go from -128 to 127; uint8 goes from 0 to 255": signed,
        "rows and columns are exchanged: the shape is (height, width)": lambda *given: ink(*given).T,
        "that is one color; the mean of all three is asked for": lambda *given: 1 - four(*given)[..., 0] / 255,
        "that is a sum: divide by three": lambda *given: 1 - four(*given).sum(axis=2) / 255,
    }, say=say, same=same,
        no_function="write a function: `def answer(buffer, width, height, stride, alpha): ...`.", hints=(
        "Start from `pixels` in the lesson: what is 8 there and what 3?",
        "Row `row` begins at `row * stride`, its pixel `column` four bytes a pixel later: `row * stride + 4 * column`.",
        "`buffer.reshape(height, stride)[:, :4 * width].reshape(height, width, 4)`, then `np.delete(..., alpha, axis=2)`.")),
    "11.7": cases(layers, seen, suspects={
        "that is what lies in the layer; the paper below shines through where alpha is small": lambda x: seen(x, paper=0),
        "the colors are premultiplied: they have been multiplied by alpha already": lambda x: seen(x, multiply=True),
        "that is the opacity; white at full opacity is no ink": lambda x: x[:, 3] / 255,
        "that is the light, not the ink: 255 is paper": lambda x: 1 - seen(x),
        "divide by 255: ink goes from 0 to 1": lambda x: 255 * seen(x),
        "bytes wrap around at 256: make them floats before you add": overflowing,
        "that divides the multiplication out again, and forgets the paper":
            lambda x: 1 - x[:, :3].mean(axis=1) / np.maximum(x[:, 3], 1),
        "the mean is over three colors; yours has four entries a pixel":
            lambda x: 1 - (x.astype("float64").mean(axis=1) + 255 - x[:, 3]) / 255,
    }, say=say, same=same, no_function="write a function: `def answer(rgba): ...`.", hints=(
        "What must come out for (0, 0, 0, 0), for (0, 0, 0, 255), for (255, 255, 255, 255)?",
        "Seen is the stored color plus 255 times the share that alpha lets through.",
        "`1 - (colors + 255 - rgba[:, 3]) / 255`, where `colors` is the mean of the first three, as floats.")),
}
