"""The phrasebook: each row says one thing in PyTorch, in TensorFlow and in Keras, and is run on the same numbers.

* `rows` has the meaning of each row; `in_torch`, `in_tf` and `in_keras` have a function for each, of one name.
  The function runs, and its text is what the table prints, so what a reader copies is what was tested.
* `page` shows the rows as a table with a search field and writes the cheat sheet.

This module imports no framework: it reads the columns as text.
"""
import ast
import inspect
import textwrap
from pathlib import Path

import numpy as np

from helpers import parity

from .rows import ROWS

COLUMNS = ("in_torch", "in_tf", "in_keras")
NAMES = tuple(row.name for row in ROWS)
_ROWS = {row.name: row for row in ROWS}


def texts(column):
    """The phrases of a column ("in_torch") as {name: code}, read from its file: the expression, or the body's lines."""
    source = Path(__file__).with_name(f"{column}.py").read_text(encoding="utf-8")
    return {node.name: _phrase(source, node) for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def _phrase(source, function):
    """The lines of a function's body, without the word `return`, which belongs to the function and not to the phrase."""
    lines, first = source.splitlines(), function.body[0]
    for node in ast.walk(function):
        if isinstance(node, ast.Return):
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = line[:node.col_offset] + line[node.col_offset:].removeprefix("return ")
    lines[first.lineno - 1] = " " * first.col_offset + lines[first.lineno - 1][first.col_offset:]  # it may follow `def ...:`
    return textwrap.dedent("\n".join(lines[first.lineno - 1:function.end_lineno]))


def inputs(seed, layout):
    """Random NumPy inputs by the names that the phrases use, float64 (index, label and tokens: int64).

    layout: "NCHW" (PyTorch) or "NHWC" (TensorFlow, Keras) for `image`; `kernel` comes in the order that goes with it.
    The numbers are the same for both layouts. Raises ValueError for another layout.
    """
    if layout not in ("NCHW", "NHWC"):
        raise ValueError(f"layout must be 'NCHW' or 'NHWC', not {layout!r}")
    rng = np.random.default_rng(seed)
    shapes = {"x": (4, 6), "y": (4, 6), "w": (6, 3), "b": (3,), "seq": (2, 5, 6), "table": (10, 4), "query": (2, 3, 4),
              "key": (2, 5, 4), "image": (2, 3, 6, 6), "kernel": (4, 3, 3, 3), "root": (3, 3)}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    root = arrays.pop("root")
    arrays["square"] = root @ root.T + np.eye(3)
    arrays["target"] = rng.integers(0, 2, (4, 6)).astype("float64")
    arrays |= {"label": rng.integers(0, 6, 4), "index": rng.integers(0, 4, 3), "tokens": rng.integers(0, 10, (2, 7))}
    if layout == "NHWC":
        arrays["image"], arrays["kernel"] = arrays["image"].transpose(0, 2, 3, 1), arrays["kernel"].transpose(2, 3, 1, 0)
    return arrays


def say(function, arrays, tensor, to_numpy):
    """Call a phrase with the arrays that its arguments name, each turned into a fresh tensor; its result as one NumPy array.

    tensor: NumPy array -> tensor, to_numpy: the way back. Fresh, since a phrase may write into what it is given.
    """
    names = inspect.signature(function).parameters
    return _plain(function(*(tensor(arrays[name].copy()) for name in names)), to_numpy)


SINGLE = 1e-5
"""How far results may differ that were computed in float32, which has seven digits."""


def agreeing(said_torch, said, single=False):
    """{row: whether a column says what PyTorch says, within `limit`} for the rows that the column has.

    single: the column computes in float32 inside, even where it answers in float64.
    """
    return {name: gap(name, said_torch[name], value) <= (SINGLE if single else limit(name, said_torch[name], value))
            for name, value in said.items()}


def limit(name, *values):
    """How far results of a row may differ: its own limit, or SINGLE as soon as one of them is float32."""
    return SINGLE if any(value.dtype == np.float32 for value in values) else _ROWS[name].atol


def measured(said_torch, *others):
    """For each row the largest difference from PyTorch as a text, with the dtypes where they are not all the same.

    others: what columns said, {row: array}; a column may lack a row.
    """
    return {name: _measured(name, said_torch[name], [said[name] for said in others if name in said]) for name in said_torch}


def _measured(name, value_torch, others):
    far = max(gap(name, value_torch, value) for value in others)
    dtypes = dict.fromkeys(str(value.dtype) for value in (value_torch, *others))
    text = f"{far:.0e}" if far else "0"
    return text if len(dtypes) == 1 else f"{text} ({', '.join(dtypes)})"


def gap(name, value_torch, value_other):
    """Largest difference between a row's results in PyTorch and in another column; dtypes may differ, shapes may not.

    Images of the other column are turned to NCHW first. Raises parity.ParityError when shapes or NaNs do not match.
    """
    if value_other.ndim == 4 and name in _IMAGES:
        value_other = value_other.transpose(0, 3, 1, 2)
    return parity.gap(value_torch.astype("float64"), value_other.astype("float64"), name)


_IMAGES = {"conv", "conv_same", "max_pool", "mean_pool", "pad_image", "enlarge"}


def _plain(value, to_numpy):
    if isinstance(value, (int, float, np.ndarray)):
        return np.asarray(value)
    if isinstance(value, (list, tuple)):
        return np.array([_plain(item, to_numpy) for item in value])
    return to_numpy(value)
