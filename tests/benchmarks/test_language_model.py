"""Lessons 7f and 7g against what one would write by hand in the same framework and mode; `make benchmark`."""
import statistics

import numpy as np
import pytest
import tensorflow as tf
import torch

import cells
from chapters.ch07 import alice
from helpers import timing

pytestmark = pytest.mark.benchmark

STEPS, PLACES = 5, 64
WIDE, LONG = 384, 256
"""Of the network that writes: a width at which a step without a cache takes 10 ms and more, and its positions."""


@pytest.fixture(scope="module")
def lesson():
    """7f's cells to the end of 7f.4, then float32, as 7f.5 sets it."""
    space = cells.run("07f", until="7f.5 Better than the table")
    torch.set_default_dtype(torch.float32)
    tf.keras.config.set_dtype_policy("float32")
    return space


def share(candidates, rounds=30):
    """The first candidate's speed as a part of the fastest other one's: the median over rounds, each against its neighbors.

    (The fastest round of each is no better: it turns by a twentieth from run to run, between two loops of the same code.)
    """
    found = timing.compare(candidates, rounds=rounds, warmup=2)
    print(f"\n{timing.table(found)}")
    own, *others = (took.seconds for took in found.values())
    fastest = min(statistics.median(other / one for other, one in zip(seconds, own, strict=True)) for seconds in others)
    print(f"{next(iter(found))}: {fastest:.2f} of the fastest")
    return fastest


def test_pytorchs_loop(lesson):
    batches = [torch.from_numpy(windows) for windows in alice.windows(lesson["learn"], STEPS, PLACES, seed=0)]

    def by_hand(**options):
        model = lesson["network_torch"](lesson["start"])
        adam = torch.optim.Adam(model.parameters(), lesson["RATE"], lesson["BETAS"], lesson["EPS"], **options)

        def steps():
            for windows in batches:
                scores = model(windows[:, :-1])
                loss = torch.nn.functional.cross_entropy(scores.reshape(-1, scores.shape[-1]), windows[:, 1:].reshape(-1))
                adam.zero_grad(set_to_none=True)
                loss.backward()
                adam.step()
        return steps

    own = lesson["network_torch"](lesson["start"])
    assert share({"the lesson's": lambda: lesson["train_torch"](own, STEPS), "by hand": by_hand(),
                  "fused optimizer": by_hand(fused=True), "optimizer for all at once": by_hand(foreach=True)}) >= 0.95


def test_tensorflows_loop(lesson):
    batches = [tf.constant(windows) for windows in alice.windows(lesson["learn"], STEPS, PLACES, seed=0)]

    def by_hand(unrolled, **options):
        model = lesson["network_tf"](lesson["start"])
        adam = lesson["adam_tf"](model)
        entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        def step(windows):
            with tf.GradientTape() as tape:
                loss = entropy(windows[:, 1:], model(windows[:, :-1]))
            slopes = [tf.convert_to_tensor(slope) for slope in tape.gradient(loss, model.trainable_variables)]
            adam.apply_gradients(zip(slopes, model.trainable_variables))
            return loss  # as the lesson's, which draws it; a graph leaves out what nobody asks for

        def steps():
            return [step(windows) for windows in batches]

        if unrolled:
            return tf.function(steps, autograph=False, **options)
        graph = tf.function(step, **options)

        def one_by_one():
            for number, windows in enumerate(batches):
                adam.learning_rate.assign(lesson["rate"](number))
                graph(windows)
        return one_by_one

    own = lesson["network_tf"](lesson["start"])
    adam = lesson["adam_tf"](own)  # the lesson makes one for a whole training: a new one would be traced anew

    def lessons():
        for step, windows in enumerate(batches):
            adam.learning_rate.assign(lesson["rate"](step))
            lesson["step_tf"](own, adam, windows)

    share({"the lesson's": lessons, "a graph of five steps": by_hand(unrolled=True)})  # another mode: lesson 7d has it
    assert share({"the lesson's": lessons, "a graph of one step": by_hand(unrolled=False),
                  "a graph of one step, its text taken as it is": by_hand(unrolled=False, autograph=False)}) >= 0.95


@pytest.mark.parametrize("name", ["torch", "tf"])
def test_a_cache_pays(name, monkeypatch):
    """7g's own functions write 256 characters, with a wide network of random weights in place of the trained one."""
    weights = alice.start_weights(0, 67, LONG, WIDE)
    monkeypatch.setattr(alice, "trained_weights", lambda: weights)
    space = cells.run("07g", "characters", "model_torch", "model_tf", "read", "write", "rng", "whole_torch", "whole_tf",
                      "SIZE", "look_torch", "look_tf", "nothing_torch", "nothing_tf", "next_torch", "next_tf",
                      "next_in_graph", "step_torch", "step_tf", "Remembering")
    prompt, numbers = "A", np.random.default_rng(0).random(LONG - 1)
    whole, step, empty = (space[f"{part}_{name}"] for part in ("whole", "step", "empty"))
    full = list(range(60)) * 4 + list(range(16))
    one = min(timing.compare({"a": lambda: whole(full), "b": lambda: whole(full)}, rounds=5)["a"].seconds)
    found = timing.compare({"whole text": lambda: space["write"](whole, prompt, numbers),
                            "cache": lambda: space["write"](space["Remembering"](step, empty), prompt, numbers)}, rounds=3)
    print(f"\n{name}, a step over {LONG} places: {1e3 * one:.0f} ms\n{timing.table(found)}")
    times = min(found["whole text"].seconds) / min(found["cache"].seconds)
    print(f"{times:.1f} times as fast with a cache")
    assert one >= 0.010 and times >= 3
