#!/usr/bin/env bash
# keras 3.15.1 on jax 0.8.1: a class number that is not there, in the cross-entropy, and an index that is not there, in take.
#
# Guess: an error, as on TensorFlow and on PyTorch, or NaN.
# Behavior: the row counts with a loss of 0 in the mean, for -1 and for 7 of 3 classes alike, and takes no part in the gradient; take() gives NaN
#   for numbers, the smallest integer for integers.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install jax==0.8.1 keras==3.15.1
KERAS_BACKEND=jax environment/bin/python - 2> errors <<'PYTHON' | tee seen || { cat errors; exit 1; }
import jax
import keras
import numpy as np

loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
logits = np.zeros((2, 3), "float32")

print(f"keras {keras.__version__}, jax {jax.__version__}")
print("guess: an error, or nan")
for label in (0, -1, 7):
    print(f"label {label}: {float(loss(np.array([label, 0]), logits)):.4f}")
print("take 5 of 3 numbers:", keras.ops.take(np.array([1.0, 2.0, 3.0], "float32"), 5))
PYTHON
grep -q "label 0: 1.0986" seen && grep -q -- "label -1: 0.5493" seen && grep -q "label 7: 0.5493" seen && \
  grep -q "numbers: nan" seen || { echo "changed"; exit 1; }
