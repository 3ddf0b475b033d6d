"""The kit for ports: what finding the first difference costs beside the two forward passes, in time and in memory."""
import tempfile
import tracemalloc

import numpy as np
import pytest
import tensorflow as tf
import torch

import cells
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


def ways_of_torch(network, inputs):
    """{chapter 10's way in PyTorch: a call without arguments} for a network of PyTorch. inputs: its tensors."""
    program = torch.export.export(network, inputs)
    package = torch._inductor.aoti_load_package(torch._inductor.aoti_compile_and_package(program))
    ways = {"model(x)": network, ".pt2": program.module(), "torch.compile": torch.compile(network), "AOTInductor": package}

    def asking(way):
        def ask():
            with torch.inference_mode():
                return way(*inputs)
        return ask
    return {name: asking(way) for name, way in ways.items()}


def at_most(found, name, limit=1.1):
    """A way is no slower than `limit` times the fastest. found: what `timing.compare` gave."""
    print(f"\n{timing.table(found)}")
    fastest = min(each.median for each in found.values())
    print(f"{name}: {found[name].median / fastest:.2f} times the fastest")
    assert found[name].median <= limit * fastest


def test_the_port_to_pytorch_is_as_fast_as_chapter_10s_fastest_way():
    """Lesson 13a's network, as the lesson asks it in the end."""
    space = cells.run("13a", until="13a.9 Quiz")
    sound = torch.from_numpy(space["batch"][:1])
    at_most(timing.compare(ways_of_torch(space["network"], (sound,)), rounds=21), "model(x)")


def test_the_port_to_keras_is_as_fast_as_chapter_10s_fastest_way():
    """Lesson 13b's network, as the lesson asks it in the end, by LiteRT; and both of its ports by each other way."""
    space = cells.run("13b", until="13b.7 Quiz")
    chunk, state = space["chunk"], space["state"]
    tensors = tf.constant(chunk), tf.constant(state)
    with tempfile.TemporaryDirectory() as folder:
        space["net_tf"].export(folder, verbose=False)
        saved = tf.saved_model.load(folder).signatures["serving_default"]
    graph, net = space["graph_tf"], space["net_tf"]
    ways = {"model(x)": lambda: net(list(tensors)), "tf.function": lambda: graph(list(tensors)),
            "SavedModel": lambda: saved(sound=tensors[0], state=tensors[1]),
            "LiteRT": lambda: space["step_lite"](chunk, state)}
    at_most(timing.compare(ways, rounds=101), "LiteRT")
    of_torch = ways_of_torch(space["net_torch"], (torch.from_numpy(chunk), torch.from_numpy(state)))
    print(timing.table(timing.compare(of_torch, rounds=101)))
