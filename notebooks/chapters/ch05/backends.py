"""Keras on another backend: a process of its own, since Keras chooses once, when it is imported. Loads no framework."""
from importlib.util import find_spec

import numpy as np

from helpers import process, show
from helpers.course import missing


def run(backend, task, worker="keras_elsewhere"):
    """What a script in chapters/ch05/workers reports of a task, with Keras on "torch" or "jax"; None without JAX.

    The child computes on the CPU. Raises process.ChildFailed when it fails, NotInstalled where PyTorch is missing: then
    the cell is skipped, as every cell that needs it.
    """
    if find_spec(backend) is None:
        if backend in missing.FRAMEWORKS:
            raise missing.NotInstalled(missing.FRAMEWORKS[backend])
        print(f"{backend} is not installed: Keras on {backend} is NOT MEASURED")
        return None
    env = {"KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    report, = process.run(f"ch05/{worker}", task, timeout=300, env=env)
    return report


def phrases(report):
    """What keras_phrases reports, {row: [dtype, values]}, as {row: array}; None for no report."""
    return report and {name: np.array(values, dtype) for name, (dtype, values) in report["phrases"].items()}


def table(means, loss, elsewhere):
    """Show what one file gave on TensorFlow (its means and loss) and elsewhere: {backend's name: its report, or None}."""
    rows = [("TensorFlow", f"{max(means):.2f}", f"{loss:.2f}")]
    for name, report in elsewhere.items():
        if report is None:
            rows.append((name, "NOT MEASURED", "NOT MEASURED"))
        else:
            rows.append((name, f"{max(report['means']):.2f}", f"{report['loss']:.2f}"))
    show.table(["Keras on", "the largest mean", "the loss"], rows, caption="One file, the same picture")
