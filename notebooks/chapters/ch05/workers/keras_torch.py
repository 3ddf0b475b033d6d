"""Train a small Keras model on the backend that Keras was given. As a script: JSON in, a report of what ran as JSON out.

Chapter 05 runs this file in a child process with KERAS_BACKEND=torch, and calls the same `train` where Keras runs on
TensorFlow. It imports neither framework: Keras does, and the report says which.
"""
import json
import sys

import keras
import numpy as np

from chapters.ch05 import phrasebook
from chapters.ch05.phrasebook import in_keras


def train(x, y, weights, steps):
    """Full-batch gradient descent; (the model, its loss before each step). weights: kernel, bias, kernel, bias."""
    model = keras.Sequential()
    model.add(keras.Input((64,)))
    model.add(keras.layers.Dense(32, activation="tanh"))
    model.add(keras.layers.Dense(10))
    model.set_weights(weights)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss=loss, jit_compile=False)
    return model, [float(model.train_on_batch(x, y)) for _ in range(steps)]


def main():
    """Read x, y, weights, steps and seed; print one JSON object with losses, the model's nature, and the phrasebook."""
    task = json.load(sys.stdin)
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    weights = [np.array(array) for array in task["weights"]]
    model, losses = train(np.array(task["x"]), np.array(task["y"]), weights, task["steps"])
    kernel = model.weights[0]
    arrays = phrasebook.inputs(task["seed"], "NHWC")
    ops = keras.ops
    phrases = {name: phrasebook.say(function, arrays, ops.convert_to_tensor, ops.convert_to_numpy).tolist()
               for name in phrasebook.NAMES if (function := getattr(in_keras, name, None))}
    square = ops.convert_to_tensor(arrays["square"])
    print(json.dumps({
        "backend": keras.backend.backend(), "losses": losses, "kernel_shape": list(kernel.shape),
        "value_type": f"{type(kernel.value).__module__}.{type(kernel.value).__qualname__}",
        "ancestors": [f"{kind.__module__}.{kind.__qualname__}" for kind in type(model).__mro__],
        "matmul_dtype": keras.backend.standardize_dtype(ops.matmul(square, square).dtype),
        "loaded": sorted({"torch", "tensorflow", "jax"} & set(sys.modules)), "phrases": phrases}))


if __name__ == "__main__":
    main()
