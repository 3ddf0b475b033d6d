"""A small network in NumPy, faults to plant in it, and inputs that see them or do not. Lesson 13d. Loads no framework."""
from typing import NamedTuple

import numpy as np

from helpers import show

LENGTH, CHANNELS = 12, 8
"""The size for which the network is exported: (1, 12, 8)."""


class Weights(NamedTuple):
    """kernel: (3, 8, 16), width, in, out; bias: (16,); dense: (16, 3); shift: (3,). All float32."""
    kernel: np.ndarray
    bias: np.ndarray
    dense: np.ndarray
    shift: np.ndarray


def weights(seed):
    """The numbers of the network, drawn by seed."""
    rng = np.random.default_rng([13, seed])
    sizes = Weights((3, CHANNELS, 16), (16,), (16, 3), (3,))
    return Weights(*(rng.normal(size=size, scale=0.3).astype("float32") for size in sizes))


FAULTS = ("kernel turned round", "bias left out", "padding at one side", "channels turned round", "length baked in",
          "first of the batch for all", "NaN becomes 0")


def layers(x, w, fault=""):
    """What each layer gives for x (batch, time, 8), in x's dtype: {"conv", "relu", "mean", "dense"}.

    fault: one of FAULTS, or "" for none.
    """
    w = Weights(*(array.astype(x.dtype) for array in w))
    kernel = w.kernel[::-1] if fault == "kernel turned round" else w.kernel
    before = 0 if fault == "padding at one side" else 1
    x = x[..., ::-1] if fault == "channels turned round" else x
    x = np.repeat(x[:1], len(x), axis=0) if fault == "first of the batch for all" else x
    padded = np.pad(x, [(0, 0), (before, 2 - before), (0, 0)])
    steps = [padded[:, k:k + 3] for k in range(0, padded.shape[1] - 2, 2)]
    conv = np.stack([np.einsum("btc,tco->bo", step, kernel) for step in steps], axis=1)
    conv = conv if fault == "bias left out" else conv + w.bias
    relu = np.fmax(conv, 0) if fault == "NaN becomes 0" else np.maximum(conv, 0)
    mean = relu.sum(1) / (LENGTH // 2 if fault == "length baked in" else relu.shape[1])
    return {"conv": conv, "relu": relu, "mean": mean, "dense": mean @ w.dense + w.shift}


def differs(one, other, atol=1e-4):
    """Whether two arrays differ in shape, in where NaN is, or by more than atol."""
    return one.shape != other.shape or not np.allclose(one, other, rtol=0, atol=atol, equal_nan=True)


def seen(inputs, w):
    """{name of an input: the faults that it sees}: those that change what the network gives for it."""
    def sees(x, fault):
        return differs(layers(x, w, fault)["dense"], layers(x, w)["dense"])

    return {name: [fault for fault in FAULTS if sees(x, fault)] for name, x in inputs.items()}


def table(found):
    """Show which input sees which fault. found: as `seen` gives it."""
    rows = [(fault, *("sees it" if fault in faults else "-" for faults in found.values())) for fault in FAULTS]
    show.table(["fault", *found], rows)
