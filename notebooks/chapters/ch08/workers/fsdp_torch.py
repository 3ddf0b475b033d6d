"""ddp_torch.py with FSDP2: each rank keeps only its part of weights, gradients and optimizer state (chapter 08).

    torchrun --standalone --nproc-per-node=2 fsdp_torch.py FOLDER

One JSON line out: {"kept": how many numbers each rank kept, "weights"}.
"""
import json
import os
import sys

import numpy as np
import torch
from torch import distributed
from torch.distributed.fsdp import fully_shard

task = np.load(f"{sys.argv[1]}/task.npz")
distributed.init_process_group("gloo")
mesh = distributed.device_mesh.init_device_mesh("cpu", (distributed.get_world_size(),))

model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)).double()
model.load_state_dict({"0.weight": torch.tensor(task["W1"].T), "0.bias": torch.tensor(task["b1"]),
                       "2.weight": torch.tensor(task["W2"].T), "2.bias": torch.tensor(task["b2"])})
for layer in (model[0], model[2], model):
    fully_shard(layer, mesh=mesh)
dataset = torch.utils.data.TensorDataset(torch.tensor(task["x"]), torch.tensor(task["y"]))
sampler = torch.utils.data.DistributedSampler(dataset, shuffle=False)
loader = torch.utils.data.DataLoader(dataset, batch_size=64 // distributed.get_world_size(), sampler=sampler)
optimizer = torch.optim.SGD(model.parameters(), lr=0.25, momentum=0.5)

for _ in range(int(task["epochs"])):
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()

kept = [None] * distributed.get_world_size()
distributed.all_gather_object(kept, sum(value.to_local().numel() for value in model.parameters()))
weights = [value.full_tensor().T.tolist() for value in model.state_dict().values()]  # every rank has to take part
if distributed.get_rank() == 0:
    print(json.dumps({"kept": kept, "weights": weights}))
distributed.barrier()
distributed.destroy_process_group()
sys.stdout.flush()  # clean end
os._exit(0)  # clean end: else a thread of gloo that asks for Python's lock during shutdown aborts a run in many
