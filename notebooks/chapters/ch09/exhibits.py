"""What Visdom's client can draw, tried out. Imports no framework, nor Visdom."""
import inspect
from typing import NamedTuple

import numpy as np

from helpers import errors


class Tried(NamedTuple):
    """What came of trying the kinds of windows: names of those found on the server, {name: why not} of the others."""
    drawn: list[str]
    refused: dict[str, str]


def every_kind(page):
    """Draw one window of each kind that Visdom's client has a method for: a Tried. page: a connected client."""
    rng = np.random.default_rng(0)
    x, points, grid = rng.normal(size=50), rng.normal(size=(50, 2)), rng.normal(size=(8, 8))
    shades, note = rng.uniform(size=(8, 8)), [{"type": "text", "name": "note", "value": "hello"}]
    parts = {"line": [x], "scatter": [points], "bar": [x[:5]], "histogram": [x], "boxplot": [points], "stem": [x],
             "pie": [x**2], "heatmap": [grid], "contour": [grid], "surf": [grid], "quiver": [grid, grid], "mesh": [points],
             "dual_axis_lines": [x, x, x], "sunburst": [["all", "a", "b"], ["", "all", "all"]], "text": ["<b>SGD</b>"],
             "image": [shades], "images": [np.stack([shades, shades])[:, None]], "audio": [np.sin(np.arange(8000) / 3)],
             "video": [np.zeros((4, 8, 8, 3), "uint8")], "embeddings": [points, ["0"] * 50],
             "svg": ['<svg width="9" height="9"><circle r="4"/></svg>'], "properties": [note]}
    drawn, refused = [], {}
    for kind, arguments in parts.items():
        try:
            getattr(page, kind)(*arguments, win=kind)
        except Exception as error:  # some kinds want a package of their own, each says so in its own way
            refused[kind] = f"{type(error).__name__}: {errors.first_line(error).partition('. ')[0]}"
        else:
            if page.win_exists(kind):
                drawn.append(kind)
            else:
                refused[kind] = "no error, and no window"
    return Tried(drawn, refused)


def methods(page):
    """{name: the names of its arguments} of the public methods of Visdom's client."""
    found = {name: getattr(page, name) for name in dir(type(page)) if not name.startswith("_")}
    return {name: set(inspect.signature(method).parameters) for name, method in found.items() if callable(method)}
