#!/usr/bin/env bash
# tensorflow-cpu 2.21.0, keras 3.15.1: the norm that clipping sees of an embedding's gradient leaves out that rows repeat.
#
# Guess: clip_by_global_norm(gradients, 1.0) leaves a gradient of norm 1, whatever form it has.
# Behavior: an embedding's gradient is a list of rows (IndexedSlices). A token that stands twice in the batch has two rows, and the norm is
#   taken of the list as it is: sqrt(6) where the summed gradient has sqrt(10), so that what is applied has norm 1.29. Keras's clipnorm too.
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

table = tf.Variable(tf.zeros((5, 2)))
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.nn.embedding_lookup(table, [0, 0, 1]))
rows = tape.gradient(loss, table)

summed = tf.convert_to_tensor(rows)
clipped, norm_of_rows = tf.clip_by_global_norm([rows], 1.0)
moved = keras.Variable(np.zeros((5, 2), "float32"))
keras.optimizers.SGD(1.0, clipnorm=1.0).apply([rows], [moved])

print(f"tensorflow {tf.__version__}, keras {keras.__version__}")
print("guess: 3.162, then 1 and 1")
print(f"norm seen {norm_of_rows:.3f}, of the summed gradient {tf.norm(summed):.3f}")
print(f"norm after clip_by_global_norm {tf.norm(tf.convert_to_tensor(clipped[0])):.3f}")
print(f"step of SGD(1.0, clipnorm=1.0) {np.linalg.norm(moved.numpy()):.3f}")
PYTHON
grep -q "norm seen 2.449, of the summed gradient 3.162" seen && grep -q "clip_by_global_norm 1.291" seen && \
  grep -q "clipnorm=1.0) 1.291" seen || { echo "changed"; exit 1; }
