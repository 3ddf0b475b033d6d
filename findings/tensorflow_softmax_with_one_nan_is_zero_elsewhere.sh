#!/usr/bin/env bash
# tensorflow-cpu 2.21.0, ai-edge-litert 2.3.0: softmax of a row with one NaN, and its conversion.
#
# Guess: one NaN makes the sum NaN, so the whole row is NaN; a converted model agrees.
# Behavior: on the CPU TensorFlow gives zeros at the other places and NaN at its own, so argmax over the others, or a sum that skips NaN, sees
#   numbers; the same graph converted for LiteRT gives NaN everywhere.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install tensorflow-cpu==2.21.0 ai-edge-litert==2.3.0
TF_CPP_MIN_LOG_LEVEL=3 environment/bin/python - 2> errors <<'PYTHON' | tee seen || { cat errors; exit 1; }
from importlib.metadata import version

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

x = np.array([0.5, 1.5, 2.5, np.nan], np.float32)
graph = tf.Module()
graph.softmax = tf.function(tf.nn.softmax, input_signature=[tf.TensorSpec([4])])
tf.saved_model.save(graph, "saved", signatures=graph.softmax.get_concrete_function())
converted = Interpreter(model_content=tf.lite.TFLiteConverter.from_saved_model("saved").convert()).get_signature_runner()
(name,) = converted.get_input_details()
(lite,) = converted(**{name: x}).values()

print(f"tensorflow {tf.__version__}, ai-edge-litert {version('ai-edge-litert')}")
print("guess:      [nan nan nan nan] both")
print("TensorFlow:", tf.nn.softmax(x).numpy())
print("LiteRT:    ", lite)
PYTHON
grep -q "TensorFlow: \[ 0.  0.  0. nan\]" seen && grep -q "LiteRT:     \[nan nan nan nan\]" seen || { echo "changed"; exit 1; }
