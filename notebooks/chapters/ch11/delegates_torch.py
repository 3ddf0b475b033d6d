"""Lesson 11d: one network, written for several backends of ExecuTorch, and which of the files this machine can open."""
import importlib
import time

from chapters.ch11 import edge
from helpers import errors

PARTITIONERS = {
    "XNNPACK, any CPU": ("executorch.backends.xnnpack.partition.xnnpack_partitioner", "XnnpackPartitioner"),
    "Core ML, Apple's chips": ("executorch.backends.apple.coreml.partition", "CoreMLPartitioner"),
}
"""{backend, and what it computes on: where its partitioner is}"""


def written_for(graph):
    """Write an exported program for each of PARTITIONERS and open each file here: rows of a table."""
    rows = []
    for name, (module, partitioner) in PARTITIONERS.items():
        started = time.process_time()
        try:
            with edge.no_log(), edge.quiet():
                made = getattr(importlib.import_module(module), partitioner)()
                named, file = _written(graph, made)
        except (ImportError, OSError) as problem:  # coremltools has no build for Windows
            rows.append((name, f"not written here: {errors.first_line(problem)[:70]}", "", ""))
        else:
            rows.append((name, named, _opened(file), f"{time.process_time() - started:.0f} s"))
    return rows


def _written(graph, partitioner):
    """(the delegates that the file names, the bytes of the file)"""
    from executorch.exir import to_edge_transform_and_lower
    written = to_edge_transform_and_lower(graph, partitioner=[partitioner]).to_executorch()
    delegates = written.executorch_program.execution_plan[0].delegates
    return ", ".join(part.id for part in delegates), written.buffer


def _opened(file):
    from executorch.runtime import Runtime
    with edge.quiet():
        try:
            Runtime.get().load_program(file).load_method("forward")
        except RuntimeError as problem:
            return f"refused here: {errors.first_line(problem)[:60]}"
    return "runs here"
