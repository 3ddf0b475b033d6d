#!/usr/bin/env bash
# keras 3.15.1 on tensorflow-cpu 2.21.0: fit() shows a loss of 0.0 for a train_step of one's own that returns {"loss": loss}.
#
# Guess: fit shows what the train_step returned in the last batch (a plain number is not averaged).
# Behavior: when the returned names are those of the model's own metrics, and "loss" alone is, fit shows the metrics' states instead,
#   and a metric that the train_step did not update stands at 0.0. With a second name, or another, the last batch's numbers are shown.
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


def history(*names):
    class Net(keras.Model):
        def train_step(self, batch):
            x, y = batch
            value = tf.reduce_mean(y)  # stands for the loss: 1, 1, 2, then 9
            return {name: value for name in names}

        def call(self, x):
            return x

    net = Net()
    net.compile("sgd", "mse")
    y = np.array([[1.0], [1.0], [2.0], [9.0]])
    return net.fit(np.zeros((4, 1)), y, batch_size=1, shuffle=False, verbose=0).history


print(f"keras {keras.__version__}, tensorflow {tf.__version__}")
print("guess: {'loss': [9.0]}")
print("loss alone:    ", history("loss"))
print("loss and other:", history("loss", "other"))
PYTHON
grep -q "loss alone:     {'loss': \[0.0\]}" seen && grep -q "other: {'loss': \[9.0\], 'other': \[9.0\]}" seen || { echo "changed"; exit 1; }
