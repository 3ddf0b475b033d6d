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
    from executorch.exir import to_edge_transform_and_lower
    from executorch.runtime import Runtime
    rows = []
    for name, (module, partitioner) in PARTITIONERS.items():
        started = time.process_time()
        try:
            with edge.quiet():
                made = getattr(importlib.import_module(module), partitioner)()
                written = to_edge_transform_and_lower(graph, partitioner=[made]).to_executorch()
        except (ImportError, OSError) as problem:  # coremltools has no build for Windows
            rows.append((name, f"not written here: {errors.first_line(problem)[:70]}", "", ""))
            continue
        names = ", ".join(part.id for part in written.executorch_program.execution_plan[0].delegates)
        try:
            with edge.quiet():
                Runtime.get().load_program(written.buffer).load_method("forward")
            opened = "runs here"
        except RuntimeError as problem:
            opened = f"refused here: {errors.first_line(problem)[:60]}"
        rows.append((name, names, opened, f"{time.process_time() - started:.0f} s"))
    return rows
