"""ddp_torch.py with a checkpoint every 4 steps; in the first attempt rank 1 kills itself at step KILL (chapter 08).

    torchrun --standalone --nproc-per-node=2 --max-restarts=1 elastic_torch.py FOLDER KILL

JSON lines out: {"attempt", "step", "loss"} of each step of rank 0, {"killed": step} of rank 1, at the end {"weights"}.
"""
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

folder, kill = Path(sys.argv[1]), int(sys.argv[2])
task = np.load(folder / "task.npz")
attempt = int(os.environ["TORCHELASTIC_RESTART_COUNT"])  # torchrun counts its restarts here
enough_gpus = torch.cuda.device_count() >= int(os.environ["LOCAL_WORLD_SIZE"])
device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if enough_gpus else torch.device("cpu")
distributed.init_process_group("nccl" if enough_gpus else "gloo")
rank, ranks = distributed.get_rank(), distributed.get_world_size()

model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)).double()
model.load_state_dict({"0.weight": torch.tensor(task["W1"].T), "0.bias": torch.tensor(task["b1"]),
                       "2.weight": torch.tensor(task["W2"].T), "2.bias": torch.tensor(task["b2"])})
model = DistributedDataParallel(model.to(device))
dataset = torch.utils.data.TensorDataset(torch.tensor(task["x"]), torch.tensor(task["y"]))
sampler = torch.utils.data.DistributedSampler(dataset, shuffle=False)
loader = torch.utils.data.DataLoader(dataset, batch_size=64 // ranks, sampler=sampler)
optimizer = torch.optim.SGD(model.parameters(), lr=0.25, momentum=0.5)

start, checkpoint = 0, folder / "checkpoint.pt"
if checkpoint.exists():
    state = torch.load(checkpoint, weights_only=True, map_location=device)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])  # momentum is state too
    start = state["step"]

for step in range(start, int(task["epochs"]) * len(loader)):
    if step % len(loader) == 0 or step == start:
        batches = iter(loader)
        for _ in range(step % len(loader)):  # what the steps before the checkpoint have used
            next(batches)
    x, y = next(batches)
    if rank == 1 and step == kill and attempt == 0:
        print(json.dumps({"killed": step}), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(x.to(device)), y.to(device))
    loss.backward()
    optimizer.step()
    if rank == 0:
        print(json.dumps({"attempt": attempt, "step": step, "loss": loss.item()}))
        if (step + 1) % 4 == 0:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)  # in one move: a kill never leaves half a checkpoint

if rank == 0:
    print(json.dumps({"weights": [value.T.tolist() for value in model.module.state_dict().values()]}))
distributed.destroy_process_group()
