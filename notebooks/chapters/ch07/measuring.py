"""What lesson 7d measures in child processes, and what it reads from the course's tables. Imports neither framework."""
import re
from collections.abc import Sequence

from helpers import data, process


def step_memory(worker: str, batches: Sequence[int]) -> list[float]:
    """By how many megabytes a process grows in one training step of the network, for each number of scans in a batch.

    worker: a script that takes the steps in a child process, on the CPU. Raises ChildFailed or ChildTimeout.
    """
    rows = process.run(worker, {"batches": list(batches)}, 120, {"CUDA_VISIBLE_DEVICES": "-1"})
    return [row["bytes"] / 1e6 for row in rows]


def cuda_of_wheels() -> dict[str, str]:
    """With which CUDA the packages' wheels for Linux are built, by package: "13.0", or "none" (data/wheels.csv)."""
    rows = data.table("wheels.csv")
    linux = [row for row in rows if re.search("cp311.*linux.*x86", row["file"])]
    return {row["file"].split("-")[0]: row["cuda"] for row in linux}
