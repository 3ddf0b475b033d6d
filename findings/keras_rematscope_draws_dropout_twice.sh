#!/usr/bin/env bash
# keras 3.15.1 on tensorflow-cpu 2.21.0: under RematScope the gradient of a layer with dropout belongs to another mask than its output.
#
# Guess: recomputation repeats the forward pass, so the same units are dropped (torch.utils.checkpoint keeps the random state for that).
# Behavior: the layer's random state has moved on by then. Units that were dropped get a gradient, others get none; no error, no warning.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install tensorflow-cpu==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 environment/bin/python - 2> errors <<'PYTHON' | tee seen || { cat errors; exit 1; }
import contextlib

import keras
import tensorflow as tf


class Half(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5, seed=1)

    def call(self, x, training=True):
        return self.dropout(x * x, training=training)


def disagreeing(scope):
    with scope:
        layer = Half()
    x = tf.Variable(tf.ones(64))
    with tf.GradientTape() as tape:
        y = layer(x)
    gradient = tape.gradient(y, x)
    return int(tf.math.count_nonzero((y != 0) != (gradient != 0)))


print(f"keras {keras.__version__}, tensorflow {tf.__version__}; units of 64 whose gradient belongs to another mask")
print("guess:              0 and 0")
print("without RematScope:", disagreeing(contextlib.nullcontext()))
print("with RematScope:   ", disagreeing(keras.RematScope(mode="full")))
PYTHON
grep -q "without RematScope: 0$" seen && grep -qE "with RematScope:    [1-9]" seen || { echo "changed"; exit 1; }
