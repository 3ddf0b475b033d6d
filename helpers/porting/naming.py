"""Arrays that go by names: no name twice, and all of them looked at before one is set."""
import itertools
from collections.abc import Mapping

import numpy as np

NO_WEIGHTS = "num_batches_tracked", "seed_generator_state"
"""How the names end of what models keep beside their weights: a count of batches, and a generator's state."""


def is_weight(name: str) -> bool:
    """Whether an array of this name belongs to what a model has learned."""
    return not name.endswith(NO_WEIGHTS)


def checked_weights(shapes: Mapping[str, tuple], weights: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Weights as arrays, all of them looked at before a side sets the first one.

    shapes: what the model has; what is no weight (`is_weight`) may be left out. Raises KeyError when names are missing or
    unknown, ValueError when a shape does not fit or a value is no array of numbers.
    """
    shapes = {name: shape for name, shape in shapes.items() if name in weights or is_weight(name)}
    if shapes.keys() != weights.keys():
        raise KeyError(f"weights and model differ in names: {', '.join(sorted(shapes.keys() ^ weights.keys()))}")
    arrays = {}
    for name, shape in shapes.items():
        try:
            array = np.asarray(weights[name])
        except (TypeError, ValueError, RuntimeError) as error:  # a tensor on a GPU, a ragged list
            raise ValueError(f"{name}: a {type(weights[name]).__name__} that is no array of numbers ({error})") from error
        if array.dtype.kind not in "biufcV" or array.dtype == object:  # V: bfloat16 of ml_dtypes
            raise ValueError(f"{name}: the weights hold {array.dtype}, where numbers are asked for")
        if array.shape != shape:
            raise ValueError(f"{name}: the model has shape {shape}, the weights {array.shape}")
        arrays[name] = array
    return arrays


def drop_repeated(outputs: dict, kinds: dict) -> None:
    """Leave out the result of the whole model, "model", where it is that of its last layer."""
    *_, before, last = (None, None, *outputs)
    if last == "model" and before and np.array_equal(outputs[before], outputs[last], equal_nan=True):
        del outputs[last], kinds[last]


def numbered(name: str, taken: Mapping) -> str:
    """name, or where it is taken the first of name#2, name#3, ... that is not."""
    labels = itertools.chain([name], (f"{name}#{k}" for k in itertools.count(2)))
    return next(label for label in labels if label not in taken)
