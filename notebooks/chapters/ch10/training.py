"""The small network of this chapter, trained with NumPy: a server needs weights, and need not know where they come from."""
import numpy as np

from helpers import data


def weights(digits, seed, epochs):
    """Train 64 -> 64 (ReLU) -> 10 (softmax) on the digits: {name: float32 array}. More epochs, a better version.

    Keys: "hidden" (64, 64), "hidden bias" (64,), "digit" (64, 10), "digit bias" (10,).
    """
    rng = np.random.default_rng(seed)
    found = {"hidden": rng.normal(0, 0.18, (64, 64)), "hidden bias": np.zeros(64),
             "digit": rng.normal(0, 0.18, (64, 10)), "digit bias": np.zeros(10)}
    speed = dict.fromkeys(found, 0.0)
    for epoch in range(epochs):
        for pictures, labels in data.batches(digits.x_train, digits.y_train, 32, seed, epoch):
            for name, slope in _slopes(found, pictures.reshape(-1, 64), labels).items():
                speed[name] = 0.9 * speed[name] - 0.05 * slope
                found[name] += speed[name]
    return {name: value.astype("float32") for name, value in found.items()}


def _slopes(w, flat, labels):
    """The gradient of the mean cross-entropy, by hand: {name: array}, keys as in w."""
    hidden = np.maximum(flat @ w["hidden"] + w["hidden bias"], 0)
    scores = np.exp(hidden @ w["digit"] + w["digit bias"])
    error = (scores / scores.sum(1, keepdims=True) - np.eye(10)[labels]) / len(labels)
    back = error @ w["digit"].T * (hidden > 0)
    return {"hidden": flat.T @ back, "hidden bias": back.sum(0), "digit": hidden.T @ error, "digit bias": error.sum(0)}
