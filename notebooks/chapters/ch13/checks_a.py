"""Lesson 13a: the loudness that also fits silence, and a tolerance from the limits of float32."""
import numpy as np

from helpers.course.comparing import one_number
from helpers.course.judging import cases, function

UNIT = 2.0**-24
"""float32 rounds by at most this share of a result."""

# Exercise 13.1: loudness


@np.errstate(all="ignore")  # a mistake may divide by 0
def loudness(strength, axes=(1, 2), least=1e-10, power=2, lowest=True, divide=None):
    """Decibels (batch, moments, pitches), moved and scaled to 0 ... 1 over some axes; 0 where all are equal."""
    decibels = 10 * np.log10(strength**power + least)
    above = decibels - decibels.min(axes, keepdims=True) if lowest else decibels
    most = above.max(axes, keepdims=True)
    return divide(above, most) if divide else above / np.where(most == 0, 1, most)


def strengths(rng):
    """Four sounds of 3 moments and 5 pitches, of several strengths; one is silent, the next equally strong all over."""
    strength = rng.uniform(0, 1, (4, 3, 5)) * np.array([1, 0, 0, 1e-3])[:, None, None]
    strength[2] = rng.uniform(0.1, 1)
    strength[0, 0, 0] = 0
    return (strength,)


# Exercise 13.2: a tolerance

def tolerance(x, kernel, share=UNIT, sides=2, size=None, over=np.max):
    """By how much two float32 sums of products may part, at most: over the rows of x (rows, n), times kernel (n,)."""
    products = x.astype("float64") * kernel
    sizes = size(products) if size else np.abs(products).sum(1)
    return sides * len(kernel) * share * over(sizes)


def layers():
    """Rows and kernels: of few and many inputs, small and large; in the second nine tenths of each row cancel."""
    for trial, (n, scale) in enumerate(((5, 1.0), (64, 300.0), (7, 1e-3), (900, 1.0))):
        rng = np.random.default_rng(trial)
        x, kernel = rng.normal(size=(6, n)) * scale, rng.normal(size=n)
        if trial == 1:
            x[:, 1::2] = -0.9 * x[:, ::2] * kernel[::2] / kernel[1::2]
        yield x.astype("float32"), kernel.astype("float32")


def _no_number(got):
    return "return one number." if got is None else None


def _alike(got, right):
    return bool(np.isclose(got, right, rtol=0.02, atol=0))


def _off(given, right, got):
    x, kernel = given
    return f"for {len(kernel)} inputs and {len(x)} rows it should be {right:.3g}, yours is {got:.3g}."


EXERCISES = {
    "13.1": function("torch", loudness, strengths, suspects={
        "a silent sound still gives NaN: 0 is divided by 0": lambda s: loudness(s, divide=np.divide),
        "that takes all sounds of the batch together; each is scaled by itself": lambda s: loudness(s, axes=(0, 1, 2)),
        "that scales each moment by itself": lambda s: loudness(s, axes=2),
        "that scales each pitch by itself": lambda s: loudness(s, axes=1),
        "the strength is not squared": lambda s: loudness(s, power=1),
        "the 1e-10 is missing": lambda s: loudness(s, least=0.0),
        "the lowest is not taken off: the result must begin at 0": lambda s: loudness(s, lowest=False),
        "where all is equally strong the original gives 0, not 1":
            lambda s: loudness(s, divide=lambda a, m: np.where(m == 0, 1, a / np.where(m == 0, 1, m))),
        "the decibels are not scaled to 0 ... 1": lambda s: loudness(s, divide=lambda above, most: above),
    }, hints=(
        "What is the largest `above` in silence, and what is divided by it?",
        "Where the largest is 0, every `above` is 0: divide by anything else, and 0 comes out.",
        "`most = above.amax((1, 2), keepdim=True)`, then `above / torch.where(most == 0, 1, most)`.")),
    "13.2": cases(layers, tolerance, suspects={
        "that is for one program: two programs may part by twice as much": lambda x, k: tolerance(x, k, sides=1),
        "the sum is of absolute values: the result may be near 0, and the roundings are not":
            lambda x, k: tolerance(x, k, size=lambda products: np.abs(products.sum(1))),
        "that is the limit of one rounding; there are n": lambda x, k: tolerance(x, k) / len(k),
        "2**-23 is the step from 1 to the next float32 (`np.finfo`'s eps); rounding errs by half of it":
            lambda x, k: tolerance(x, k, share=2 * UNIT),
        "that is float64's rounding": lambda x, k: tolerance(x, k, share=2.0**-53),
        "that is float64's step": lambda x, k: tolerance(x, k, share=2.0**-52),
        "that adds up all rows; each output is one row's": lambda x, k: tolerance(x, k, over=np.sum),
        "take the row in which it is most, not the mean": lambda x, k: tolerance(x, k, over=np.mean),
        "take the row in which it is most, not the least": lambda x, k: tolerance(x, k, over=np.min),
        "that is the largest product; the formula adds up all of a row":
            lambda x, k: tolerance(x, k, size=lambda products: np.abs(products).max(1)),
        "a fixed number has no reason: for large inputs it refuses right programs, for small ones it lets mistakes pass":
            lambda x, k: 1e-5,
    }, say=_off, convert=one_number, unfit=_no_number, same=_alike,
        no_function="write a function of two arrays: `def answer(x, kernel): ...`.", hints=(
        "The limit needs the products of each row, before they are added.",
        "Absolute values of the products, summed over a row; the largest of these sums; times n, times u, times two.",
        "`2 * len(kernel) * 2.0**-24 * np.abs(x * kernel).sum(axis=1).max()`")),
}
