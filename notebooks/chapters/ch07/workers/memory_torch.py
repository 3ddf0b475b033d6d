"""Memory of one training step of chapter 7's network in PyTorch: {"batches": [scans, ...]} in, JSON lines out."""
import json
import sys

import torch
from torch import nn

from helpers import memory

model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
    nn.Conv2d(16, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
    nn.MaxPool2d(2), nn.Flatten(), nn.Linear(512, 10)).to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)


def step(scans):
    """One step of training on blank scans: memory does not depend on what is drawn on them."""
    x = torch.zeros(scans, 1, 8, 8).to(memory_format=torch.channels_last)
    loss = nn.functional.cross_entropy(model(x), torch.zeros(scans, dtype=torch.int64))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


step(64)  # what libraries set up at their first call is no part of a step
for scans in json.load(sys.stdin)["batches"]:
    print(json.dumps({"scans": scans, "bytes": memory.growth(lambda scans=scans: step(scans))}), flush=True)
