"""TensorBoard's event files: where they go, and reading back what is in them. Imports no framework."""
import os
from collections import Counter
from pathlib import Path

import numpy as np

from helpers.course import missing


def logs(folder):
    """The folder for event files; where TensorBoard is missing a placeholder, so that the cells that write are skipped."""
    if missing.not_installed(["tensorboard"]):
        return missing.Missing(missing.PACKAGES["tensorboard"])
    return Path(folder, "logs")


def read(folder):
    """What a run's event files hold: {tag: (kind, [(step, array)])}, where kind is TensorBoard's name of the plugin.

    Uses TensorBoard's own reader, which brings PyTorch's older records into the form that TensorFlow writes.
    """
    from tensorboard.backend.event_processing import plugin_event_accumulator
    from tensorboard.util import tensor_util
    everything = {"scalars": 0, "histograms": 0}  # 0: all of them, not a sample
    run = plugin_event_accumulator.EventAccumulator(os.fspath(folder), tensor_size_guidance=everything)
    run.Reload()
    kinds = {tag: run.SummaryMetadata(tag).plugin_data.plugin_name for tag in run.Tags()["tensors"]}
    return {tag: (kind, [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in run.Tensors(tag)])
            for tag, kind in kinds.items()}


def numbers(records):
    """The values of a scalar, as `read` gives it: an array, one a step."""
    _, entries = records
    return np.array([float(value) for _, value in entries])


def histograms(records):
    """A histogram over time, as `read` gives it: [(step, rows)], float64; a row is left edge, right edge, count."""
    _, entries = records
    return [(step, rows.astype("float64")) for step, rows in entries]  # PyTorch's are float64 already, TensorFlow's float32


def kinds(file, *wanted):
    """{tag: kind} of what `read` has found, of the kinds that are wanted."""
    return {tag: kind for tag, (kind, _) in file.items() if kind in wanted}


def count(nodes, words):
    """{word: how many nodes of a graph have one of its operations}. nodes: from `graph`; words: {word: operations}."""
    found = Counter(nodes.values())
    return {word: sum(found[op] for op in operations) for word, operations in words.items()}


def graph(folder):
    """The graph in a run's event files: {name: operation} and the edges (from, to)."""
    from tensorboard.backend.event_processing import plugin_event_accumulator
    run = plugin_event_accumulator.EventAccumulator(os.fspath(folder))
    run.Reload()
    nodes = {node.name: node.op for node in run.Graph().node}
    edges = [(source.split(":")[0], node.name) for node in run.Graph().node for source in node.input]
    return nodes, [(a, b) for a, b in edges if a in nodes]
