"""Files as old programs left them, for lesson 7c to read. `old_files_tf` writes the one that needs TensorFlow."""
from pathlib import Path

import h5py
import numpy as np

from helpers import data


def reader() -> dict[str, np.ndarray]:
    """A reader of digits in two dense layers, 64 to 128 (ReLU) to 10: float32 arrays under the names that Keras 2 gave.

    The first layer is random, the second the best for it by least squares: it needs no training, and no framework.
    """
    digits = data.digits("float64")
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(scale=0.3, size=(64, 128)), rng.normal(scale=0.3, size=128)
    hidden = np.maximum(digits.x_train.reshape(-1, 64) @ kernel + bias, 0)
    with_one = np.column_stack([hidden, np.ones(len(hidden))])  # the last row of the result is the bias
    last = np.linalg.lstsq(with_one, np.eye(10)[digits.y_train], rcond=None)[0]
    arrays = {"dense/kernel": kernel, "dense/bias": bias, "dense_1/kernel": last[:-1], "dense_1/bias": last[-1]}
    return {name: array.astype("float32") for name, array in arrays.items()}


def write_h5(path: Path) -> None:
    """Write the reader in the layout in which `save_weights` of Keras 2 wrote .h5 files.

    A group for each layer, named in the file's attribute layer_names; in it a dataset for each weight, named in the group's
    attribute weight_names as TensorFlow called the variable: dense/kernel:0. (Keras 3 writes other names.)
    """
    arrays = reader()
    layers = list(dict.fromkeys(name.split("/")[0] for name in arrays))
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.encode() for layer in layers]
        for layer in layers:
            group = file.create_group(layer)
            weights = [f"{name}:0" for name in arrays if name.startswith(f"{layer}/")]
            group.attrs["weight_names"] = [name.encode() for name in weights]
            for name in weights:
                group.create_dataset(name, data=arrays[name.removesuffix(":0")])
