"""Train on the digits with DistributedDataParallel, one process for each rank (chapter 08).

    torchrun --standalone --nproc-per-node=2 ddp_torch.py FOLDER

FOLDER/task.npz holds the data and the first weights. One JSON line out: the last weights.
"""
import json
import os
import sys

import numpy as np
import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

task = np.load(f"{sys.argv[1]}/task.npz")
enough_gpus = torch.cuda.device_count() >= int(os.environ["LOCAL_WORLD_SIZE"])  # else CPUs
device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if enough_gpus else torch.device("cpu")
distributed.init_process_group("nccl" if enough_gpus else "gloo")
ranks = distributed.get_world_size()

model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)).double()
model.load_state_dict({"0.weight": torch.tensor(task["W1"].T), "0.bias": torch.tensor(task["b1"]),
                       "2.weight": torch.tensor(task["W2"].T), "2.bias": torch.tensor(task["b2"])})
model = DistributedDataParallel(model.to(device))
dataset = torch.utils.data.TensorDataset(torch.tensor(task["x"]), torch.tensor(task["y"]))
sampler = torch.utils.data.DistributedSampler(dataset, shuffle=False)
loader = torch.utils.data.DataLoader(dataset, batch_size=64 // ranks, sampler=sampler)
optimizer = torch.optim.SGD(model.parameters(), lr=0.25, momentum=0.5)

for _ in range(int(task["epochs"])):
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()

if distributed.get_rank() == 0:
    print(json.dumps({"weights": [value.T.tolist() for value in model.module.state_dict().values()]}))
distributed.barrier()
distributed.destroy_process_group()
sys.stdout.flush()  # clean end
os._exit(0)  # clean end: else a thread of gloo that asks for Python's lock during shutdown aborts a run in many
