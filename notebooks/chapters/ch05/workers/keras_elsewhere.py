"""Keras on the backend that it was given: a small training, and the answers of a file. JSON in, a report as JSON out.

Lesson 05b runs this file in processes of their own with KERAS_BACKEND=torch and =jax, and calls the same functions where
Keras runs on TensorFlow. It imports no framework: Keras does, and the report says which.
"""
import json
import sys

import keras
import numpy as np


def train(x, y, weights, steps):
    """Train on all digits at once. Returns the model, and its loss before each step.

    weights: kernel, bias, kernel, bias.
    """
    model = keras.Sequential()
    model.add(keras.Input((64,)))
    model.add(keras.layers.Dense(32, activation="tanh"))
    model.add(keras.layers.Dense(10))
    model.set_weights(weights)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    sgd = keras.optimizers.SGD(0.5)
    model.compile(optimizer=sgd, loss=loss, jit_compile=False)
    losses = []
    for _ in range(steps):
        losses.append(float(model.train_on_batch(x, y)))
    return model, losses


def ask(file):
    """What a file's model says of a slope of gray: the nine means, and the loss."""
    model = keras.models.load_model(file)
    picture = 2 * np.arange(36, dtype="float32").reshape(1, 6, 6, 1)
    to_scores = keras.Model(model.input, model.get_layer("scores").output)
    means = keras.ops.convert_to_numpy(to_scores(picture))[0]
    first_class = np.array([0])
    return means, float(model.test_on_batch(picture, first_class))


def main():
    """Read x, y, weights, steps and file; print one object: what ran, the losses, the model's nature, the file's answers."""
    task = json.load(sys.stdin)
    weights = [np.array(array) for array in task["weights"]]
    model, losses = train(np.array(task["x"], "float32"), np.array(task["y"]), weights, task["steps"])
    kernel = model.weights[0]
    means, loss = ask(task["file"])
    print(json.dumps({
        "backend": keras.backend.backend(), "losses": losses, "kernel_shape": list(kernel.shape),
        "value_type": f"{type(kernel.value).__module__}.{type(kernel.value).__qualname__}",
        "ancestors": [f"{kind.__module__}.{kind.__qualname__}" for kind in type(model).__mro__],
        "loaded": sorted({"torch", "tensorflow", "jax"} & set(sys.modules)), "means": means.tolist(), "loss": loss}))


if __name__ == "__main__":
    main()
