"""Train on the digits with DistributedDataParallel, one process for each rank (chapter 08).

    torchrun --standalone --nproc-per-node=2 ddp_torch.py FOLDER DEVICE

FOLDER/task.npz holds the data and the first weights. DEVICE: cuda, a GPU for each rank, or cpu; the script takes no other
than the one asked for. One JSON line out: the last weights.
"""
import json
import os
import sys

import numpy as np
import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

task = np.load(f"{sys.argv[1]}/task.npz")
device = torch.device(sys.argv[2])
if device.type == "cuda":  # else CPUs
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)  # fails where this rank has no GPU
    distributed.init_process_group("nccl", device_id=device)
else:  # else CPUs
    distributed.init_process_group("gloo")  # else CPUs
ranks = distributed.get_world_size()

model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)).double()
model.load_state_dict({"0.weight": torch.tensor(task["W1"].T), "0.bias": torch.tensor(task["b1"]),
                       "2.weight": torch.tensor(task["W2"].T), "2.bias": torch.tensor(task["b2"])})
model = DistributedDataParallel(model.to(device))
dataset = torch.utils.data.TensorDataset(torch.tensor(task["x"]), torch.tensor(task["y"]))
sampler = torch.utils.data.DistributedSampler(dataset, shuffle=False)
loader = torch.utils.data.DataLoader(dataset, batch_size=64 // ranks, sampler=sampler)
optimizer = torch.optim.SGD(model.parameters(), lr=0.25, momentum=0.5)

for epoch in range(int(task["epochs"])):
    sampler.set_epoch(epoch)  # with shuffle=True: a new order for each epoch
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()

if distributed.get_rank() == 0:
    print(json.dumps({"weights": [value.cpu().numpy().T.tolist() for value in model.module.state_dict().values()]}))
distributed.destroy_process_group()
