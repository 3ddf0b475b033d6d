"""What lesson 7d measures in child processes, and what it reads from the course's tables. Imports neither framework."""
import concurrent.futures
import csv
import io
import re
from collections.abc import Sequence

from helpers import data, process

WORKERS = {"PyTorch": "ch07/memory_torch", "TensorFlow": "ch07/memory_tf"}


def step_memory(batches: Sequence[int]) -> dict[str, list[float]]:
    """How much the memory of a process grows in one training step of the network: {framework: megabytes, one a batch size}.

    Each framework in a child of its own, both at a time, on the CPU. Raises ChildFailed or ChildTimeout.
    """
    with concurrent.futures.ThreadPoolExecutor() as pool:
        jobs = {name: pool.submit(process.run, worker, {"batches": list(batches)}, 120, {"CUDA_VISIBLE_DEVICES": "-1"})
                for name, worker in WORKERS.items()}
        return {name: [row["bytes"] / 1e6 for row in job.result()] for name, job in jobs.items()}


def cuda_of_wheels() -> dict[str, str]:
    """With which CUDA the packages' wheels for Linux are built, by package: "13.0", or "none" (data/wheels.csv)."""
    rows = csv.DictReader(io.StringIO(data.read("wheels.csv").decode("utf-8"), newline=""))
    linux = [row for row in rows if re.search("cp311.*linux.*x86", row["file"])]
    return {row["file"].split("-")[0]: row["cuda"] for row in linux}
