"""A checkpoint that ranks saved in parts, read in one process."""
import warnings

import torch
import torch.distributed.checkpoint as dcp

from chapters.ch08 import task

NAMES = {"0.weight": "W1", "0.bias": "b1", "2.weight": "W2", "2.bias": "b2"}
"""{name in the checkpoint: name in the task}; PyTorch keeps a weight as (outputs, inputs), the task as (inputs, outputs)."""


def whole(folder):
    """The weights of a checkpoint of workers/fsdp_torch.py, put together: {weight: array}, as `task.weights` gives them."""
    model = {}
    for name, weight in NAMES.items():
        model[name] = torch.empty(task.SHAPES[weight][::-1], dtype=torch.float64)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "torch.distributed is disabled")  # as it should be: no ranks here
        dcp.load({"model": model}, checkpoint_id=folder)
    return {weight: model[name].numpy().T for name, weight in NAMES.items()}
