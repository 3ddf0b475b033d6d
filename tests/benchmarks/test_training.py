"""Chapter 7's training loops against the fastest that one would write by hand in the same framework; `make benchmark`."""
import pytest

import cells
from helpers import timing

pytestmark = pytest.mark.benchmark
STEPS = 20


@pytest.fixture(scope="module")
def chapter():
    names = cells.run("07", "chunks", "network_torch", "network_tf", "new_torch", "new_tf", "train")
    names["batches"] = next(names["chunks"](names["x_learn"], names["y_learn"], 0, steps=STEPS))
    return names


def share(candidates):
    """The first candidate's samples per second as a part of the fastest other one's, over the same rounds."""
    found = timing.compare(candidates, rounds=31, warmup=3)
    print(f"\n{timing.table(found)}")
    own, *others = (min(t.seconds) for t in found.values())
    print(f"{next(iter(found))} loop reaches {min(others) / own:.2f} of the fastest")
    return min(others) / own


def test_pytorch(chapter):
    import torch
    pictures, labels = chapter["batches"]

    def by_hand(layout, change=lambda model: model, **options):
        model = change(chapter["network_torch"](8).to(memory_format=layout).train())
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, **options)
        loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
        x, y = torch.from_numpy(pictures).permute(0, 1, 4, 2, 3), torch.from_numpy(labels)

        def steps():
            for picture, label in zip(x, y):
                loss = loss_of(model(picture), label)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return steps

    run, compiled = chapter["new_torch"](10**6), chapter["new_torch"](10**6, change=torch.compile)
    timings = timing.compare({"eager": lambda: run.learn(pictures, labels),
                              "compiled": lambda: compiled.learn(pictures, labels)}, rounds=31, warmup=3)
    print(f"\n{timing.table(timings)}")  # what compiling gains; the chapter trains too briefly to win back its first call
    assert share({"the chapter's, compiled": lambda: compiled.learn(pictures, labels),
                  "compiled": by_hand(torch.contiguous_format, change=torch.compile, fused=True),
                  "compiled, channels last": by_hand(torch.channels_last, change=torch.compile, fused=True)}) >= 0.95
    assert share({"the chapter's": lambda: run.learn(pictures, labels),
                  "by hand": by_hand(torch.contiguous_format),
                  "channels last": by_hand(torch.channels_last),
                  "channels last, fused optimizer": by_hand(torch.channels_last, fused=True),
                  "channels last, optimizer for all at once": by_hand(torch.channels_last, foreach=True)}) >= 0.95


def test_tensorflow(chapter):
    import tensorflow as tf
    pictures, labels = chapter["batches"]

    def by_hand(options, unrolled):
        model, loss_of = chapter["network_tf"](8), tf.keras.losses.CategoricalCrossentropy(True, 0.1)
        optimizer = tf.keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True)
        optimizer.build(model.trainable_variables)
        x, y = tf.constant(pictures), tf.one_hot(labels, 10)

        def step(picture, label):
            with tf.GradientTape() as tape:
                loss = loss_of(label, model(picture, training=True))
            optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))

        if not unrolled:
            graph = tf.function(step, **options)
            return lambda: [graph(picture, label) for picture, label in zip(x, y)]

        def steps(x, y):
            for k in range(STEPS):
                step(x[k], y[k])
        graph = tf.function(steps, autograph=False, **options)
        return lambda: graph(x, y)

    run, single = chapter["new_tf"](10**6), chapter["new_tf"](10**6)
    compiled = tf.function(single.step, jit_compile=True)
    assert share({"the chapter's, XLA": lambda: [compiled(x, y) for x, y in zip(pictures, labels)],
                  "a graph of one step, XLA": by_hand({"jit_compile": True}, unrolled=False)}) >= 0.95
    assert share({"the chapter's": lambda: run.learn(pictures, labels),
                  "a graph of one step": by_hand({}, unrolled=False),
                  f"a graph of {STEPS} steps": by_hand({}, unrolled=True)}) >= 0.95
