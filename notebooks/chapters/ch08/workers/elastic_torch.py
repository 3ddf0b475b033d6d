"""ddp_torch.py as a function, with a checkpoint every 4 steps; rank 1 can kill itself at step KILL (chapter 08).

    torchrun --standalone --nproc-per-node=2 --max-restarts=1 elastic_torch.py FOLDER DEVICE KILL [PATIENCE [PAUSE]]

DEVICE: cuda, a GPU for each rank, or cpu; the script takes no other than the one asked for. KILL: -1 for never; only a run
that began at step 0 is killed. PATIENCE: seconds that a rank waits for others until it gives up. PAUSE: seconds before each
step. JSON lines out: {"attempt", "step", "loss"} of each step of rank 0, {"killed": step} of rank 1, at the end {"weights"}.
ray_torch.py runs the same function.
"""
import datetime
import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel


def say(line):
    """Print JSON in one go: where two ranks share an output, the end of a line must not come after another's beginning."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def train(folder, device, kill, pause=0.0):
    """Train, from the checkpoint if there is one; yield a dict for each step, and at the end {"weights"}."""
    task = np.load(folder / "task.npz")
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
    distributed.barrier()  # nobody may write the next checkpoint before everybody has read this one

    for step in range(start, int(task["epochs"]) * len(loader)):
        if step % len(loader) == 0 or step == start:
            batches = iter(loader)
            for _ in range(step % len(loader)):  # what the steps before the checkpoint have used
                next(batches)
        x, y = next(batches)
        time.sleep(pause)
        if rank == 1 and step == kill and start == 0:
            say({"killed": step})
            os.kill(os.getpid(), signal.SIGKILL)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        if rank == 0 and (step + 1) % 4 == 0:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)  # in one move: a kill never leaves half a checkpoint
        yield {"attempt": int(start > 0), "step": step, "loss": loss.item()}
    yield {"weights": [value.cpu().numpy().T.tolist() for value in model.module.state_dict().values()]}


if __name__ == "__main__":
    folder, kind, kill, patience, pause = [*sys.argv[1:], *("600", "0")[len(sys.argv) - 4:]]
    patience = datetime.timedelta(seconds=float(patience))
    device = torch.device(kind)
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)  # fails where this rank has no GPU
        distributed.init_process_group("nccl", device_id=device, timeout=patience)
    else:
        distributed.init_process_group("gloo", timeout=patience)
    for line in train(Path(folder), device, int(kill), float(pause)):
        if distributed.get_rank() == 0:
            say(line)
    distributed.destroy_process_group()
