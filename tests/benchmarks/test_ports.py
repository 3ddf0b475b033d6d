"""The kit for ports: what finding the first difference costs beside the two forward passes, in time and in memory."""
import tracemalloc

import numpy as np
import pytest
import tensorflow as tf
import torch

from helpers import port, tf_side, timing, torch_side

pytestmark = pytest.mark.benchmark
CHANNELS, SIZE, DEPTH = 48, 64, 8


def networks():
    """Two convolutional networks of one form, with random weights that agree."""
    sizes = [(3, 3, 3 if k == 0 else CHANNELS, CHANNELS) for k in range(DEPTH)]
    kernels = [np.random.default_rng(k).normal(size=size, scale=0.05) for k, size in enumerate(sizes)]
    layers = [tf.keras.layers.Conv2D(CHANNELS, 3, padding="same", activation="relu", name=f"conv{k}") for k in range(DEPTH)]
    theirs = tf.keras.Sequential([tf.keras.Input((SIZE, SIZE, 3)), *layers])
    convs = [torch.nn.Conv2d(3 if k == 0 else CHANNELS, CHANNELS, 3, padding=1) for k in range(DEPTH)]
    ours = torch.nn.Sequential(*(part for conv in convs for part in (conv, torch.nn.ReLU()))).eval()
    for kernel, layer, conv in zip(kernels, layers, convs):
        layer.set_weights([kernel, np.zeros(CHANNELS)])
        with torch.no_grad():
            conv.weight.copy_(torch.tensor(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))))
            conv.bias.zero_()
    return theirs, ours


def test_time_and_memory():
    theirs, ours = networks()
    x = np.random.default_rng(0).normal(size=(8, SIZE, SIZE, 3)).astype("float32")
    turned = np.ascontiguousarray(x.transpose(0, 3, 1, 2))

    def alone():
        with torch.no_grad():
            ours(torch.tensor(turned)).numpy()
        theirs(tf.constant(x)).numpy()

    def with_kit():
        found = port.first_difference(torch_side.activations(ours, turned), tf_side.activations(theirs, x))
        assert found.first is None and len(found.rows) >= DEPTH

    found = timing.compare({"the two passes": alone, "with the kit": with_kit}, rounds=7)
    print(f"\n{timing.table(found)}")
    assert found["with the kit"].ratio <= 2.0

    seen = torch_side.activations(ours, turned), tf_side.activations(theirs, x)
    weigh = sum(array.nbytes for side in seen for array in side.outputs.values())
    del seen
    tracemalloc.start()
    with_kit()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"memory: {peak / 1e6:.0f} MB at the peak, {peak / weigh:.2f} of what the activations weigh")
    assert peak <= 1.5 * weigh
