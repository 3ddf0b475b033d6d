#!/usr/bin/env bash
# matplotlib 3.11.2: a text that is asked for its size keeps a whole picture's memory, where the figure was made without a canvas.
#
# Guess: a Figure() that nobody shows costs a few kB; to ask forty texts for their extent measures letters, and keeps nothing.
# Behavior: Figure() has a base canvas, which has no renderer. Text.get_window_extent then makes one, as large as the figure in
#   pixels (4 MB for 1000 x 1000), and one stays for each text that was measured. With a canvas of Agg the texts share one.
#   A page of some hundred texts in A3 took 2.8 GB so; nothing warns.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install matplotlib==3.11.2 psutil==7.2.2
environment/bin/python - 2> errors <<'PYTHON' | tee seen || { cat errors; exit 1; }
import gc

import matplotlib
import psutil
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def resident():
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def kept(canvas):
    """Megabytes that stay when forty texts of a figure of 1000 x 1000 pixels have been measured, figure and texts alive."""
    figure = Figure(figsize=(10, 10), dpi=100)
    if canvas:
        FigureCanvasAgg(figure)
    texts = [figure.text(0.1, 0.1, f"text {k}") for k in range(40)]
    texts[0].get_window_extent()  # loads the font
    before = resident()
    for text in texts:
        text.get_window_extent()
    return resident() - before


with_canvas = kept(True)
without = kept(False)
print(f"matplotlib {matplotlib.__version__}")
print("guess: neither keeps 20 MB")
print(f"kept after measuring 40 texts: with a canvas of Agg {with_canvas:.0f} MB, without {without:.0f} MB")
print("with a canvas below 20 MB:", with_canvas < 20, "| without above 80 MB:", without > 80)
PYTHON
grep -q "below 20 MB: True | without above 80 MB: True" seen || { echo "changed"; exit 1; }
