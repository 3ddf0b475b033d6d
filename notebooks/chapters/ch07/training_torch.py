"""Lesson 7a's network and loop in PyTorch, for the lessons that go on with them. `training_tf` has the same functions."""
import math
from types import SimpleNamespace

import numpy as np
import torch

from chapters.ch07 import measuring, scans
from helpers import torch_side

loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.1)


def load(model, start):
    """Copy start weights (`scans.start_weights`) into the network's layers 0, 3 and 8; the last bias becomes 0.

    They are laid out as (height, width, in, out). PyTorch keeps a convolution's as (out, in, height, width). Behind Flatten
    the dense layer's inputs come channel by channel, so that its weights must be put into that order, too.
    """
    with torch.no_grad():
        for place, name in ((0, "first"), (3, "second"), (8, "last")):
            turned = torch.from_numpy(start[name].transpose(3, 2, 0, 1))
            model[place].weight.copy_(turned.reshape(model[place].weight.shape))
        model[8].bias.zero_()


def network(start, device):
    """Two convolutions, each with batch norm, and a dense layer: pictures (n, 1, size, size) to scores (n, 10)."""
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 16, 3, padding=1, bias=False),
        torch.nn.BatchNorm2d(16, eps=1e-3),
        torch.nn.ReLU(),
        torch.nn.Conv2d(16, 32, 3, padding=1, bias=False),
        torch.nn.BatchNorm2d(32, eps=1e-3),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(start["last"].size // 10, 10),
    )
    load(model, start)
    return model.to(device)


def rate(step, steps):
    """The part of the highest rate to use at a step: up for a seventh of the steps, then down along a cosine."""
    up = steps // 7
    if step < up:
        return step / up
    return (1 + math.cos(math.pi * (step - up) / (steps - up))) / 2


def new(steps, start, device):
    """A run that has not begun, of so many steps: its model, optimizer, schedule, device, and epoch 0."""
    model = network(start, device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps))
    return SimpleNamespace(model=model, optimizer=optimizer, schedule=schedule, device=device, epoch=0)


def step(run, pictures, labels):
    """One step of training on NumPy pictures (n, size, size, 1) and labels (n,); returns the loss, a tensor."""
    pictures = torch.from_numpy(pictures).to(run.device).permute(0, 3, 1, 2)
    loss = loss_of(run.model(pictures), torch.from_numpy(labels).to(run.device))
    run.optimizer.zero_grad()
    loss.backward()
    run.optimizer.step()
    run.schedule.step()
    return loss.detach()


def train_epoch(run, x, y, seed):
    """Train for the epoch at which the run stands, and go on to the next. Returns the loss of each step, as floats."""
    run.model.train()
    losses = [step(run, pictures, labels) for pictures, labels in scans.batches(x, y, seed, run.epoch)]
    run.epoch += 1
    return [loss.item() for loss in losses]


@torch.inference_mode()
def scores(run, x):
    """The scores (n, 10) that the network gives pictures (n, size, size), as a NumPy array."""
    run.model.eval()
    parts = np.split(x[:, np.newaxis], range(1000, len(x), 1000))
    return np.concatenate([torch_side.to_numpy(run.model(torch.from_numpy(part).to(run.device))) for part in parts])


def step_memory(batches):
    """Megabytes by which a process grows in one step, for each batch size: `workers/memory_torch.py` takes them."""
    return measuring.step_memory("ch07/memory_torch", batches)
