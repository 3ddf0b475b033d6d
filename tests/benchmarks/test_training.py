"""Lesson 7d's five steps against the fastest that one would write by hand in the same framework; `make benchmark`."""
import pytest

import cells
from chapters.ch07 import training_tf, training_torch
from helpers import timing

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def lesson():
    return cells.run("07d", until="7d.5 Fewer bits")


def share(candidates):
    """The first candidate's samples per second as a part of the fastest other one's, over the same rounds."""
    found = timing.compare(candidates, rounds=31, warmup=3)
    print(f"\n{timing.table(found)}")
    own, *others = (min(t.seconds) for t in found.values())
    print(f"{next(iter(found))}: {min(others) / own:.2f} of the fastest")
    return min(others) / own


def test_pytorch(lesson):
    import torch

    def by_hand(layout, change=lambda model: model, **options):
        model = change(training_torch.network(lesson["start"], "cpu").to(memory_format=layout).train())
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, **options)
        loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.1)

        def steps():
            for picture, label in lesson["data_torch"]:
                loss = loss_of(model(picture), label)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return steps

    ways = lesson["ways_torch"]
    assert share({"the lesson's, compiled": ways["PyTorch, compiled"],
                  "compiled": by_hand(torch.contiguous_format, change=torch.compile, fused=True),
                  "compiled, channels last": by_hand(torch.channels_last, change=torch.compile, fused=True)}) >= 0.95
    assert share({"the lesson's": ways["PyTorch, eager"],
                  "by hand": by_hand(torch.contiguous_format),
                  "channels last": by_hand(torch.channels_last),
                  "channels last, fused optimizer": by_hand(torch.channels_last, fused=True),
                  "channels last, optimizer for all at once": by_hand(torch.channels_last, foreach=True)}) >= 0.95


def test_tensorflow(lesson):
    import tensorflow as tf

    def by_hand(options, unrolled):
        model, loss_of = training_tf.network(lesson["start"], "/CPU:0"), tf.keras.losses.CategoricalCrossentropy(True, 0.1)
        optimizer = tf.keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True)
        optimizer.build(model.trainable_variables)
        data = [(picture, tf.one_hot(label, 10)) for picture, label in lesson["data_tf"]]

        def step(picture, label):
            with tf.GradientTape() as tape:
                loss = loss_of(label, model(picture, training=True))
            optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))

        if not unrolled:
            graph = tf.function(step, **options)
            return lambda: [graph(picture, label) for picture, label in data]

        def steps():
            for picture, label in data:
                step(picture, label)
        return tf.function(steps, autograph=False, **options)

    ways = lesson["ways_tf"]
    assert share({"the lesson's, XLA": ways["TensorFlow, XLA"],
                  "a graph of one step, XLA": by_hand({"jit_compile": True}, unrolled=False)}) >= 0.95
    assert share({"the lesson's": ways["TensorFlow, five steps a call"],
                  "a graph of one step": by_hand({}, unrolled=False),
                  "a graph of five steps": by_hand({}, unrolled=True)}) >= 0.95
