"""The small network's start weights and pictures for lessons 7e and 7h, as NumPy arrays. Imports neither framework."""
import numpy as np

HIDDEN = 32


def start_weights(seed: int) -> dict[str, np.ndarray]:
    """Random start weights of two dense layers, 64 pixels to 32 numbers to ten scores, as float64, laid out as Keras does.

    first (64, 32), last (32, 10): standard deviation root of 1 / inputs. first_bias (32,), last_bias (10,): 0.1 of that, so
    that a bias that shrinks can be seen.
    """
    rng = np.random.default_rng([seed, 7])
    shapes = {"first": (64, HIDDEN), "last": (HIDDEN, 10)}
    start = {}
    for name, (inputs, outputs) in shapes.items():
        start[name] = rng.normal(scale=inputs ** -0.5, size=(inputs, outputs))
        start[f"{name}_bias"] = rng.normal(scale=0.1 * inputs ** -0.5, size=outputs)
    return start


def flat(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, 8, 8) as rows of 64 pixels, float64."""
    return pictures.reshape(len(pictures), 64).astype("float64")


def distances(before, after):
    """How far each array of weights has moved, all its entries together: a list of floats."""
    return [float(np.abs(new - old).sum()) for old, new in zip(before, after)]
