"""Lesson 7e's network in PyTorch, with start weights, as `toolbox_tf` has it; and what a loader with workers serves."""
import torch

from helpers import process


def load(model, start):
    """Copy start weights (`toolbox.start_weights`) into the first and the last layer, which PyTorch keeps as (out, in)."""
    with torch.no_grad():
        for layer, name in ((model[0], "first"), (model[-1], "last")):
            layer.weight.copy_(torch.from_numpy(start[name].T))
            layer.bias.copy_(torch.from_numpy(start[f"{name}_bias"]))


def network(start, middle=None):
    """Lesson 7e's network: 64 pixels, 32 numbers, a layer that may normalize them, tanh, ten scores; with start weights."""
    model = torch.nn.Sequential(torch.nn.Linear(64, 32), middle or torch.nn.Identity(), torch.nn.Tanh(),
                                torch.nn.Linear(32, 10))
    load(model, start)
    return model


def served(workers, seed, own, scans=8, batch=2):
    """Two epochs of scans from a DataLoader with so many workers, each with a random number: `workers/loader_torch.py`.

    own: whether the number comes from a generator that the data set keeps, else from PyTorch's. Returns a dict for each
    epoch: "places" in the order of serving, "numbers", and the "seconds" that it took.
    """
    return served_by([workers], seed, own, scans, batch)[workers]


def served_by(ways, seed, own, scans=8, batch=2):
    """For each number of workers what `served` returns, as a dict; all in one process, with a new DataLoader each."""
    asked = {"ways": ways, "seed": seed, "scans": scans, "batch": batch, "own": own}
    epochs = process.run("ch07/loader_torch", asked, 120 * len(ways), {"CUDA_VISIBLE_DEVICES": "-1"})
    return {workers: [epoch for epoch in epochs if epoch["workers"] == workers] for workers in ways}
