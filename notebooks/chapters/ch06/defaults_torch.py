"""PyTorch's optimizers and their defaults. `defaults_tf` has the same function."""
import torch

from chapters.ch06 import defaults


def optimizers():
    """{name in small letters: {meaning: default}} of all optimizers in torch.optim."""
    return defaults.optimizers(torch.optim, torch.optim.Optimizer)
