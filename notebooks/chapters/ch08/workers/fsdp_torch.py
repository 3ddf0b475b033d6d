"""ddp_torch.py with FSDP2: no rank ever makes the whole model, and the checkpoint is saved in parts (chapter 08).

    torchrun --standalone --nproc-per-node=2 fsdp_torch.py FOLDER DEVICE RUN ...

DEVICE: cuda, a GPU for each rank, or cpu. RUN: PRECISION:STEPS:TO or PRECISION:STEPS:TO:FROM; several runs follow each
other. PRECISION: float64, or bfloat16 to compute in it (what is kept stays float64). A run trains up to step STEPS, from the
start or from the checkpoint FOLDER/FROM, on any number of ranks, and saves FOLDER/TO.
A JSON line out for each run: {"from": its first step, "kept": how many numbers of the weights each rank kept}.
"""
import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
import torch.distributed.checkpoint as dcp
from torch import distributed
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_state_dict, set_model_state_dict, set_state_dict
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

folder, kind, *runs = sys.argv[1:]
device = torch.device(kind)
if device.type == "cuda":
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)  # fails where this rank has no GPU
    distributed.init_process_group("nccl", device_id=device)
else:
    distributed.init_process_group("gloo")
rank, ranks = distributed.get_rank(), distributed.get_world_size()
mesh = distributed.device_mesh.init_device_mesh(kind, (ranks,))
task = np.load(Path(folder, "task.npz"))
x, y = torch.tensor(task["x"], device=device), torch.tensor(task["y"], device=device)


def train(precision, steps, to, *begin):
    """Train one model up to a step, save it in parts, and say what each rank kept."""
    with torch.device("meta"):  # shapes without memory
        model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)).double()
    policy = MixedPrecisionPolicy(param_dtype=getattr(torch, precision), reduce_dtype=torch.float64)
    for layer in (model[0], model[2], model):
        fully_shard(layer, mesh=mesh, mp_policy=policy)
    model.to_empty(device=device)  # memory, for this rank's part
    optimizer = torch.optim.SGD(model.parameters(), lr=0.25, momentum=0.5)

    if begin:
        weights, momenta = get_state_dict(model, optimizer)  # what is to be filled, in parts
        state = {"model": weights, "optimizer": momenta, "step": 0}
        dcp.load(state, checkpoint_id=Path(folder, *begin))
        set_state_dict(model, optimizer, model_state_dict=state["model"], optim_state_dict=state["optimizer"])
        start = state["step"]
    else:
        first = {"0.weight": torch.tensor(task["W1"].T), "0.bias": torch.tensor(task["b1"]),
                 "2.weight": torch.tensor(task["W2"].T), "2.bias": torch.tensor(task["b2"])}
        set_model_state_dict(model, first, options=StateDictOptions(full_state_dict=True))  # each rank takes its part
        start = 0

    for step in range(start, int(steps)):
        batch = slice(64 * step % len(x), 64 * step % len(x) + 64)
        mine, labels = x[batch][rank::ranks], y[batch][rank::ranks]
        optimizer.zero_grad()
        losses = torch.nn.functional.cross_entropy(model(mine).double(), labels, reduction="sum")
        loss = losses * ranks / 64  # FSDP takes the mean over ranks, and 3 ranks do not share 64 evenly
        loss.backward()
        optimizer.step()

    weights, momenta = get_state_dict(model, optimizer)
    dcp.save({"model": weights, "optimizer": momenta, "step": int(steps)}, checkpoint_id=Path(folder, to))
    kept = [None] * ranks
    distributed.all_gather_object(kept, sum(value.to_local().numel() for value in model.parameters()))
    if rank == 0:
        print(json.dumps({"from": start, "kept": kept}))


for run in runs:
    train(*run.split(":"))
distributed.destroy_process_group()
