"""When PyTorch ran each product of one training step of a network with two branches, on the CPU (lesson 3d).

JSON in: {"size": rows of the square matrices, "layers": of a branch, "settings": [{"side": threads side by side, "inside":
threads inside an operation}, ...]}. For each setting a JSON line out: {"bars": [[branch, start in ms, end in ms, "forward"
or "back"], ...]}, the fastest of five steps.

With one thread the branches run one after the other, as Python calls them. With two, each branch is given to a Python thread
of its own: PyTorch lets go of Python's lock while an operation runs. The way back is written out, to see each product.
"""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import torch

given = json.load(sys.stdin)
torch.manual_seed(0)
size = given["size"]
x = torch.rand(size, size) / size
weights = {branch: [torch.rand(size, size) / size for _ in range(given["layers"])] for branch in "ab"}


def branch_step(branch):
    """One branch forward and back; when each of its products began and ended."""
    bars, inputs, h = [], [], x

    def product(a, b, kind):
        start = time.perf_counter()
        result = a @ b
        bars.append([branch, start * 1e3, time.perf_counter() * 1e3, kind])
        return result

    for w in weights[branch]:
        inputs.append(h)
        h = product(h, w, "forward")
    slope = 2 * h  # that of the loss, the sum of h * h
    for w, before in zip(weights[branch][::-1], inputs[::-1]):
        product(before.T, slope, "back")  # toward the weights
        if before is not x:
            slope = product(slope, w.T, "back")  # toward the layer before
    return bars


def length(bars):
    return max(end for _, _, end, _ in bars) - min(start for _, start, _, _ in bars)


for setting in given["settings"]:
    torch.set_num_threads(setting["inside"])
    runs = []
    for _ in range(5):
        with ThreadPoolExecutor(setting["side"]) as pool:
            runs.append(sum(pool.map(branch_step, "ab"), []))
    bars = min(runs, key=length)
    zero = min(start for _, start, _, _ in bars)
    print(json.dumps({"bars": [[name, start - zero, end - zero, kind] for name, start, end, kind in bars]}))
