"""TensorFlow's half of the plumbing. `torch_side` has the same public names, arguments and kinds of result."""
from __future__ import annotations

import os
import random
from collections.abc import Callable

import numpy as np

from helpers.parity import ValueAndGrad
from helpers.port import Activations, Layer
from helpers.porting.naming import checked_weights, drop_repeated, is_weight, numbered
from helpers.session import check_device, quiet

with quiet():
    import tensorflow as tf

NAME = "TensorFlow"


def device(name: str = "auto") -> str:
    """The device's name for `tf.device`: "/GPU:0" or "/CPU:0", for "auto" (a GPU where there is one), "cpu" or "gpu".

    Raises ValueError for another name, and for "gpu" where TensorFlow sees none.
    """
    check_device(name)
    gpus = tf.config.list_physical_devices("GPU")
    if name == "gpu" and not gpus:
        raise ValueError("device='gpu' was asked for, but TensorFlow sees no GPU. Use device='auto' or 'cpu', "
                         "or run `python -m helpers.doctor` to see why.")
    return "/GPU:0" if name != "cpu" and gpus else "/CPU:0"


def seed(number: int) -> None:
    """Seed TensorFlow's and Keras's generators, and Python's and NumPy's."""
    random.seed(number)
    np.random.seed(number)
    tf.random.set_seed(number)
    tf.keras.utils.set_random_seed(number)


def deterministic(on: bool) -> None:
    """Make operations give the same bits every time (an operation that cannot raises an error).

    TensorFlow has no way back within a process: `deterministic(False)` after `deterministic(True)` raises RuntimeError.
    """
    if on:
        tf.config.experimental.enable_op_determinism()
    elif _determinism_is_on():
        raise RuntimeError("TensorFlow cannot leave deterministic mode: restart the kernel")


def tensor(array: np.ndarray, device: str | None = None, dtype: str | None = None) -> tf.Tensor:
    """A tensor with a copy of a NumPy array. device: what `device()` returned; dtype: a NumPy name such as "float32"."""
    array = np.array(array, dtype=dtype)
    if device is None:
        return tf.constant(array)
    with tf.device(device):
        return tf.identity(tf.constant(array))  # constant alone may stay on the host for integer dtypes


def to_numpy(tensor: tf.Tensor | tf.Variable) -> np.ndarray:
    """A NumPy copy of a tensor or variable on any device. bfloat16, which NumPy lacks, becomes float32."""
    tensor = tf.convert_to_tensor(tensor)
    if tensor.dtype == tf.bfloat16:
        tensor = tf.cast(tensor, tf.float32)
    return np.array(tensor.numpy())


def wait() -> None:
    """Return when all work that was given to the GPUs is done. On a CPU eager operations have finished already."""
    if tf.config.list_physical_devices("GPU"):
        tf.test.experimental.sync_devices()


def get_weights(model: tf.keras.Model) -> dict[str, np.ndarray]:
    """A Keras model's weights, trainable or not, as {path: NumPy array}, in the order of `model.variables`.

    States of random generators are none. A path that several variables have, as in layers that were given one name, gets a
    number: "dense/kernel#2".
    """
    return {name: to_numpy(variable.value) for name, variable in _by_name(model).items()}


def set_weights(model: tf.keras.Model, weights: dict[str, np.ndarray]) -> None:
    """Copy NumPy arrays into a Keras model's weights, by the names that `get_weights` gives.

    Raises KeyError when names are missing or unknown, ValueError when a shape does not fit or a value is no array of
    numbers; the model is then unchanged.
    """
    state = _by_name(model)
    arrays = checked_weights({name: tuple(variable.shape) for name, variable in state.items()}, weights)
    for name, array in arrays.items():
        state[name].assign(array)


def _by_name(model):
    """{path, numbered where it is not the first: variable}."""
    found = {}
    for variable in filter(lambda one: is_weight(one.path), model.variables):
        found[numbered(variable.path, found)] = variable
    return found


def memory() -> int | None:
    """Peak bytes of GPU memory that tensors took since the last `free()`; None on a CPU: TensorFlow keeps no count there."""
    if not tf.config.list_physical_devices("GPU"):
        return None
    return tf.config.experimental.get_memory_info("GPU:0")["peak"]


def free() -> None:
    """Forget the graphs that Keras holds and start a new count of the peak. TensorFlow keeps its GPU memory to the end."""
    tf.keras.backend.clear_session()
    if tf.config.list_physical_devices("GPU"):
        tf.config.experimental.reset_memory_stats("GPU:0")


def value_and_grad(function: Callable, *arrays: np.ndarray, weights: np.ndarray | None = None) -> ValueAndGrad:
    """Value of `function` at NumPy arrays, and the gradients of sum(weights * value), all as NumPy.

    weights: an array of the value's shape, ones when None. Gradients come in the order of the arrays: None for an array
    of integers, and for one that the value does not depend on as far as the tape can see.
    """
    inputs = [tf.constant(np.array(array)) for array in arrays]
    with tf.GradientTape() as tape:
        tape.watch([x for x in inputs if x.dtype.is_floating])
        value = tf.convert_to_tensor(function(*inputs))
        scalar = tf.reduce_sum(value if weights is None else tf.constant(np.array(weights)) * value)
    floats = [k for k, x in enumerate(inputs) if x.dtype.is_floating]
    found = dict(zip(floats, tape.gradient(scalar, [inputs[k] for k in floats])))
    return ValueAndGrad(to_numpy(value), [None if found.get(k) is None else to_numpy(found[k]) for k in range(len(inputs))])


def activations(model: tf.keras.Model, *arrays: np.ndarray) -> Activations:
    """What each layer of a Keras model gives for these arrays, as NumPy, nested models too; `training` is left to the model.

    A layer that runs twice gets a number behind its name ("dense#2"), and so does a name that two layers have. Of several
    results the first counts. What a `call` computes without a layer of its own cannot be seen, nor can anything inside a
    SavedModel or a tf.function: there the model's own result is all.
    """
    outputs, kinds = {}, {}

    def note(label, layer, inputs, options, result):
        tensor = _first_tensor(result)
        if tensor is not None:
            label = numbered(label, outputs)
            outputs[label], kinds[label] = to_numpy(tensor), type(layer).__name__

    result = _first_tensor(_run_noted(model, arrays, note))
    outputs["model"], kinds["model"] = to_numpy(result), type(model).__name__
    drop_repeated(outputs, kinds)
    if not isinstance(model, tf.keras.Model):
        note = f"a {type(model).__name__} has no layers that can be seen: only its result is compared"
        return Activations(NAME, outputs, kinds, None, (note,))
    return Activations(NAME, outputs, kinds, lambda name: _look(model, arrays, name))


def _layers(model):
    """[(name, layer)] of what is noted: all layers but containers and inputs; names with their nested models in front."""
    found, seen = [], set()

    def walk(part, path):
        for layer in part._flatten_layers(recursive=False, include_self=False):
            if id(layer) in seen or isinstance(layer, tf.keras.layers.InputLayer):
                continue
            seen.add(id(layer))
            name = f"{path}{layer.name}"
            if type(layer).__name__ not in ("Sequential", "Functional"):  # containers: what they give, their last layer gave
                found.append((name, layer))
            if not isinstance(layer, (tf.keras.layers.MultiHeadAttention, tf.keras.layers.RNN)):  # PyTorch has no such parts
                walk(layer, f"{name}/")

    if isinstance(model, tf.keras.layers.Layer):
        walk(model, "")
    return found


def _run_noted(model, arrays, note):
    """Run a model once, eagerly; after each call of a layer note(name, layer, inputs, options, result) runs."""
    patched = []

    def watched(name, layer, call):
        def run(*inputs, **options):
            result = call(*inputs, **options)
            note(name, layer, inputs, options, result)
            return result
        return run

    eagerly = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        for name, layer in _layers(model):
            patched.append(layer)
            object.__setattr__(layer, "call", watched(name, layer, layer.call))
        given = list(map(tensor, arrays))
        several = len(getattr(model, "inputs", None) or ()) > 1  # a functional model wants them in a list
        return model(given) if several else model(*given)
    finally:
        tf.config.run_functions_eagerly(eagerly)
        for layer in patched:
            object.__delattr__(layer, "call")


def _look(model, arrays, label):
    """The layer of a model that `activations` calls so, as it ran; None for the result of the model itself."""
    labels, found = {}, []

    def note(name, layer, inputs, options, result):
        if _first_tensor(result) is None:
            return
        name = numbered(name, labels)
        labels[name] = True
        if name == label:
            given = tuple(to_numpy(one) for one in tf.nest.flatten(inputs) if tf.is_tensor(one))
            named = {key: to_numpy(one) if tf.is_tensor(one) else one for key, one in options.items() if one is not None}
            found.append(Layer(label, NAME, type(layer).__name__, given, to_numpy(_first_tensor(result)),
                               {variable.path: to_numpy(variable.value) for variable in layer.variables},
                               layer.get_config() if hasattr(layer, "get_config") else {}, named))

    _run_noted(model, arrays, note)
    return found[0] if found else None


def _first_tensor(result):
    """The first tensor in what a layer returned, or None."""
    return next((one for one in tf.nest.flatten(result) if tf.is_tensor(one)), None)


def describe() -> list[tuple[str, str, str]]:
    """Rows (what, version, where it runs) for the table at the head of a chapter."""
    gpus = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
            for gpu in tf.config.list_physical_devices("GPU")]
    threads = tf.config.threading.get_intra_op_parallelism_threads() or os.environ.get("TF_NUM_INTRAOP_THREADS") or "all"
    where = ", ".join(gpus) or f"CPU, threads: {threads}"
    built = tf.sysconfig.get_build_info().get("cuda_version")
    return [(NAME, tf.__version__, f"{where} ({f'CUDA {built}' if built else 'no CUDA in this build'})"),
            ("Keras", tf.keras.__version__, f"backend {tf.keras.config.backend()}")]


def _determinism_is_on():
    from tensorflow.python.framework import config  # the only place where the switch can be read
    return config.is_op_determinism_enabled()
