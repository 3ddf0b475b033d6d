"""Two layers, each cut between the ranks: the first by its outputs, the second by its inputs (lesson 8f).

    torchrun --standalone --nproc-per-node=2 tensor_parallel_torch.py FOLDER DEVICE

FOLDER/task.npz holds the digits and the weights; DEVICE: cuda, a GPU for each rank, or cpu. One JSON line out, of rank 0:
{"parts": {weight: shape of its part}, "hidden": shape of the part between the layers, "exchanges": of the forward pass,
"scores" of the first 64 digits, "gradients": those of the mean loss, put together}.
"""
import json
import os
import sys

import numpy as np
import torch
from torch import distributed
from torch.distributed.tensor.debug import CommDebugMode
from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module

device = torch.device(sys.argv[2])
if device.type == "cuda":
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)  # fails where this rank has no GPU
    distributed.init_process_group("nccl", device_id=device)
else:
    distributed.init_process_group("gloo")
mesh = distributed.device_mesh.init_device_mesh(device.type, (distributed.get_world_size(),))

task = np.load(f"{sys.argv[1]}/task.npz")
model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)).double()
model.load_state_dict({"0.weight": torch.tensor(task["W1"].T), "0.bias": torch.tensor(task["b1"]),
                       "2.weight": torch.tensor(task["W2"].T), "2.bias": torch.tensor(task["b2"])})
model = parallelize_module(model.to(device), mesh, {"0": ColwiseParallel(), "2": RowwiseParallel()})

hidden = []
model[1].register_forward_hook(lambda layer, given, result: hidden.append(list(result.shape)))
x, y = torch.tensor(task["x"][:64], device=device), torch.tensor(task["y"][:64], device=device)  # every rank: all of them
with CommDebugMode() as talk:
    scores = model(x)
exchanges = talk.get_total_counts()
torch.nn.functional.cross_entropy(scores, y).backward()

names = ("W1", "b1", "W2", "b2")
parts = {name: list(value.to_local().shape)[::-1] for name, value in zip(names, model.parameters())}
gradients = [value.grad.full_tensor().cpu().numpy().T.tolist() for value in model.parameters()]  # all ranks take part
if distributed.get_rank() == 0:
    print(json.dumps({"parts": parts, "hidden": hidden[0], "exchanges": exchanges, "scores": scores.tolist(),
                      "gradients": gradients}))
distributed.destroy_process_group()
