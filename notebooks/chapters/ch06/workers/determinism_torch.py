"""Is training the same to the last bit, with PyTorch's switch for determinism off and on, and what does it cost?

    standard input: {"seed": 0, "steps": 30, "repeats": 2, "device": "auto"}

trains the same small network `repeats` times with the switch off, then as often with it on, and prints for each run
{"switch": bool, "digest": sha256 of the trained weights, "seconds": for all steps}. `determinism_tf` does the same.

The gray levels' vectors are taken from their table by an index: on a CPU the gradient of that adds in no fixed order
unless the switch is on. `nn.Embedding`, which computes the same, gave the same bits with and without it.
"""
import hashlib
import json
import sys
import time

import torch

from helpers import data, torch_side


class Table(torch.nn.Module):
    """Gray levels (batch, height, width) as words: a picture (batch, channels, height, width) of their vectors."""

    def __init__(self, levels, channels):
        super().__init__()
        self.vectors = torch.nn.Parameter(torch.randn(levels, channels))

    def forward(self, x):
        return self.vectors[x].permute(0, 3, 1, 2)


def network():
    """The gradient of the table adds many rows into few: the work whose order may vary."""
    return torch.nn.Sequential(
        Table(17, 8), torch.nn.Conv2d(8, 16, 3), torch.nn.ReLU(), torch.nn.Dropout(0.25), torch.nn.Flatten(),
        torch.nn.Linear(6 * 6 * 16, 10))


def train(seed, steps, device):
    """Train from the seed on; (sha256 of the weights, seconds without the first, warming step)."""
    torch_side.seed(seed)
    model = network().to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    digits = data.digits()
    x = torch_side.tensor((digits.x_train[:256] * 16).astype("int64"), device)
    y = torch_side.tensor(digits.y_train[:256], device)
    for step in range(steps + 1):
        if step == 1:
            torch_side.wait()
            start = time.perf_counter()
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    torch_side.wait()
    seconds = time.perf_counter() - start
    weights = torch_side.get_weights(model).values()
    return hashlib.sha256(b"".join(w.tobytes() for w in weights)).hexdigest(), seconds


def main(seed, steps, repeats, device):
    """Print one JSON line a run."""
    place = torch_side.device(device)
    for switch in (False, True):
        torch_side.deterministic(switch)
        for _ in range(repeats):
            digest, seconds = train(seed, steps, place)
            print(json.dumps({"switch": switch, "digest": digest, "seconds": seconds}))


if __name__ == "__main__":
    main(**json.load(sys.stdin))
