#!/usr/bin/env bash
# keras 3.15.1 on tensorflow-cpu 2.21.0: load_weights crosses two layers of one shape when the second model's are called in another order.
#
# Guess: a layer gets the weights that were saved under its name, or an error tells that names do not fit.
# Behavior: a .weights.h5 file knows a functional model's layers by kind and number ("dense", "dense_1"), not by name. Where two models call
#   their layers "left" and "right" in another order, each gets the other's kernel; shapes fit, nothing is said.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install tensorflow-cpu==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 environment/bin/python - 2> errors <<'PYTHON' | tee seen || { cat errors; exit 1; }
import keras
import numpy as np


def net(*order):
    x = keras.Input((4,))
    parts = [keras.layers.Dense(4, name=name)(x) for name in order]
    return keras.Model(x, keras.layers.Add()(parts))


saved, loaded = net("left", "right"), net("right", "left")
saved.save_weights("net.weights.h5")
loaded.load_weights("net.weights.h5")
left = loaded.get_layer("left").kernel

print(f"keras {keras.__version__}")
print("guess: left's kernel, in the second model, is left's")
for name in ("left", "right"):
    print(f"left's kernel is the saved {name}'s:", bool(np.array_equal(left, saved.get_layer(name).kernel)))
PYTHON
grep -q "left's: False" seen && grep -q "right's: True" seen || { echo "changed"; exit 1; }
