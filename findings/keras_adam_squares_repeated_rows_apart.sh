#!/usr/bin/env bash
# keras 3.15.1 on tensorflow-cpu 2.21.0: Adam's second moment of an embedding row that a batch looks up more than once.
#
# Guess: the gradients of equal tokens are added, and their sum is squared, as for the same gradient in dense form.
# Behavior: an embedding's gradient is a list of rows; Adam squares each row of the list and adds the squares. A row that came twice with
#   gradient 1 gets 1 + 1 where the dense gradient, 2, gets 4. The first step of 0.1 becomes one of 0.141; no error, no warning.
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

source = tf.Variable(tf.zeros((3, 1)))
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.nn.embedding_lookup(source, [0, 0, 1]))
rows = tape.gradient(loss, source)


def step(gradient):
    table = keras.Variable(np.zeros((3, 1), "float32"))
    keras.optimizers.Adam(0.1).apply([gradient], [table])
    return " ".join(f"{-moved:.3f}" for moved in table.numpy().ravel())


print(f"keras {keras.__version__}, tensorflow {tf.__version__}; token 0 twice, token 1 once; Adam(0.1), first step")
print("guess:        0.100 0.100 0.000 both")
print("dense:       ", step(tf.convert_to_tensor(rows)))
print("list of rows:", step(rows))
PYTHON
grep -q "dense:        0.100 0.100 -\?0.000" seen && grep -q "list of rows: 0.141 0.100 -\?0.000" seen || { echo "changed"; exit 1; }
