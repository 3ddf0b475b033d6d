"""When PyTorch ran each product of two independent chains of matrix products, on the CPU (chapter 03).

JSON in: {"size": rows of the square matrix, "steps": products in a chain, "threads": [1, 2]}. JSON lines out, one for each
number of threads: {"threads": 1, "bars": [[chain, start in ms, end in ms], ...]}, the fastest of five runs.

With one thread the chains are written one after the other. With two, each chain is given to a Python thread of its own:
PyTorch lets go of Python's lock while an operation runs. An operation itself has one thread (intra-op) in both cases.
"""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import torch

given = json.load(sys.stdin)
torch.set_num_threads(1)
torch.manual_seed(0)
matrix = torch.rand(given["size"], given["size"]) / given["size"]


def chain(name):
    """Run a chain; when each of its products began and ended."""
    value, bars = matrix, []
    for _ in range(given["steps"]):
        start = time.perf_counter()
        value = value @ matrix
        bars.append([name, start * 1e3, time.perf_counter() * 1e3])
    return bars


for threads in given["threads"]:
    runs = []
    for _ in range(5):
        with ThreadPoolExecutor(threads) as pool:
            runs.append(sum(pool.map(chain, "ab"), []))
    bars = min(runs, key=lambda bars: max(end for _, _, end in bars) - min(start for _, start, _ in bars))
    zero = min(start for _, start, _ in bars)
    print(json.dumps({"threads": threads, "bars": [[name, start - zero, end - zero] for name, start, end in bars]}))
