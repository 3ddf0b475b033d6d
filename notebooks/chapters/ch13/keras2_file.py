"""A .h5 as an old web.py leaves it: Keras 2's layout, written with h5py, for Keras 2 itself is not a part of the course.

The layout: attributes model_config and training_config hold JSON. The group model_weights has a group for each layer, named
in its attribute layer_names; a layer's attribute weight_names says what is in it, under the names that the variables had
when they were made: a layer that was renamed later keeps its old ones inside. web.py trains nothing, so no optimizer left
its memory.
"""
import json
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

LAYERS = {
    "conv2d": ("Conv2D", {"filters": 16, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same", "use_bias": False}),
    "batch_normalization": ("BatchNormalization", {"axis": [3], "momentum": 0.99, "epsilon": 0.001}),
    "activation": ("Activation", {"activation": "relu"}),
    "flatten": ("Flatten", {"data_format": "channels_last"}),
    "dense": ("Dense", {"units": 64, "activation": "hard_sigmoid", "use_bias": True}),
    "dropout": ("Dropout", {"rate": 0.2}),
    "scores": ("Dense", {"units": 10, "activation": "linear", "use_bias": True}),
}
"""{name of a layer in web.py's network: (its class, its settings)}"""
INSIDE = {
    "conv2d": ("conv2d", {"kernel": "conv/kernel"}),
    "batch_normalization": ("batch_normalization", {"gamma": "bn/gamma", "beta": "bn/beta", "moving_mean": "bn/moving_mean",
                                                    "moving_variance": "bn/moving_variance"}),
    "dense": ("dense", {"kernel": "hidden/kernel", "bias": "hidden/bias"}),
    "scores": ("dense", {"kernel": "scores/kernel", "bias": "scores/bias"}),
}
"""{layer: (its name when it was made, {weight: where it stands in the checkpoint})}"""
ADAM = {"learning_rate": 0.003, "decay": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": False}


def write(path: Path, weights: Mapping[str, np.ndarray]) -> None:
    """Write web.py's network. weights: {name in the old program's checkpoint: array}."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2.4.0", "tensorflow"
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential",
                                                 "config": {"name": "sequential_1", "layers": _layers()}})
        file.attrs["training_config"] = json.dumps({
            "loss": "sparse_categorical_crossentropy", "metrics": None, "weighted_metrics": None, "loss_weights": None,
            "optimizer_config": {"class_name": "Adam", "config": {"name": "Adam", **ADAM}}})
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = list(LAYERS)
        for layer in LAYERS:
            made_as, inside = INSIDE.get(layer, ("", {}))
            names = {f"{made_as}/{weight}:0": weights[f"reader/{name}"] for weight, name in inside.items()}
            _fill(group.create_group(layer), names)


def _layers():
    shape = {"batch_input_shape": [None, 8, 8, 1], "dtype": "float32", "name": "input"}
    layers = [{"class_name": "InputLayer", "config": shape}]
    for name, (kind, settings) in LAYERS.items():
        layers.append({"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32", **settings}})
    return layers


def _fill(group, arrays):
    group.attrs["weight_names"] = list(arrays)
    for name, array in arrays.items():
        group.create_dataset(name, data=array)
