#!/usr/bin/env bash
# keras 3.15.1 on tensorflow-cpu 2.21.0: a part of a functional model that was called with training=False, under fit.
#
# Guess: training=False is noted in the graph, so the averages of the part's batch normalization stay as they are when the rest is
#   trained; a model of one's own that calls its part so in `call` does the same.
# Behavior: fit asks the functional model with training=True, and that goes to the part, whatever it was called with when the model was
#   built: its averages move. In a model of one's own they stay.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install tensorflow-cpu==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 environment/bin/python - 2> errors <<'PYTHON' | tee seen || { cat errors; exit 1; }
import keras
import numpy as np
import tensorflow as tf

x = np.random.default_rng(0).normal(3, 2, (64, 4)).astype("float32")
y = x.sum(axis=1, keepdims=True)


def part():
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.layers.BatchNormalization()(inputs))


class Own(keras.Model):
    def __init__(self, part):
        super().__init__()
        self.part, self.head = part, keras.layers.Dense(1)

    def call(self, inputs):
        return self.head(self.part(inputs, training=False))


def functional(part):
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.layers.Dense(1)(part(inputs, training=False)))


def moves(build):
    inner = part()
    model = build(inner)
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    return bool(np.abs(inner.layers[-1].moving_mean.numpy()).max() > 0)


print(f"keras {keras.__version__}, tensorflow {tf.__version__}")
print("guess: the averages move in neither")
print("they move: functional", moves(functional), "| own call", moves(Own))
PYTHON
grep -q "functional True | own call False" seen || { echo "changed"; exit 1; }
