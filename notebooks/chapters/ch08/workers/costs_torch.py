"""What a rank spends on computing, on communicating and on the update (chapter 08). One process for each rank.

JSON in: {"rank", "ranks", "port", "payloads": numbers in each all-reduce, "width", "batch", "rounds"}.
JSON out: {"all_reduce": {payload: seconds}, "handed_over", "finished", "compute", "communicate", "update"}, medians;
"alone": the last three of rank 0 while the others wait, with the whole batch and nobody to talk to;
"buckets": of DistributedDataParallel, "early": those that it handed over before backward had reached the first layer.
"""
import json
import statistics
import sys
import time

import torch
from torch import distributed
from torch.distributed.algorithms.ddp_comm_hooks import default_hooks
from torch.nn.parallel import DistributedDataParallel

given = json.load(sys.stdin)
distributed.init_process_group("gloo", f"tcp://127.0.0.1:{given['port']}", rank=given["rank"], world_size=given["ranks"])
torch.set_num_threads(1)
torch.manual_seed(0)


def nobody():
    """What one process waits for."""


def timed(function, *arguments, wait=distributed.barrier):
    """Seconds until the slowest rank is done; all ranks begin together."""
    wait()
    start = time.perf_counter()
    function(*arguments)
    wait()
    return time.perf_counter() - start


found, numbers = {"all_reduce": {}}, torch.ones(1)
for payload in given["payloads"]:
    numbers = torch.ones(payload)
    took = []
    for _ in range(given["rounds"]):
        distributed.barrier()
        start = time.perf_counter()
        distributed.all_reduce(numbers)
        took.append(time.perf_counter() - start)
    found["all_reduce"][payload] = statistics.median(took)

halves = []
for _ in range(given["rounds"]):  # async_op: a handle at once; the work goes on in a thread of gloo
    distributed.barrier()
    start = time.perf_counter()
    handle = distributed.all_reduce(numbers, async_op=True)
    handed_over = time.perf_counter() - start
    handle.wait()
    halves.append((handed_over, time.perf_counter() - start))
found["handed_over"], found["finished"] = (statistics.median(values) for values in zip(*halves))

width, share = given["width"], given["batch"] // given["ranks"]
PARTS = ("compute", "communicate", "update")
model = torch.nn.Sequential(torch.nn.Linear(64, width), torch.nn.Tanh(), torch.nn.Linear(width, width), torch.nn.Tanh(),
                            torch.nn.Linear(width, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x, y = torch.rand(given["batch"], 64), torch.randint(10, (given["batch"],))
flat = torch.zeros(sum(value.numel() for value in model.parameters()))


def compute(x, y):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(x), y).backward()


def communicate():
    torch.cat([value.grad.flatten() for value in model.parameters()], out=flat)
    distributed.all_reduce(flat)
    parts = torch.split(flat / given["ranks"], [value.numel() for value in model.parameters()])
    for value, part in zip(model.parameters(), parts):
        value.grad.copy_(part.view_as(value))


if given["rank"] == 0:
    steps = [(timed(compute, x, y, wait=nobody), 0.0, timed(optimizer.step, wait=nobody))
             for _ in range(given["rounds"] + 2)]
    found["alone"] = {part: statistics.median(values) for part, values in zip(PARTS, zip(*steps[2:]))}
distributed.barrier()
x, y = x[:share], y[:share]
steps = [(timed(compute, x, y), timed(communicate), timed(optimizer.step)) for _ in range(given["rounds"] + 2)]
found |= {part: statistics.median(values) for part, values in zip(PARTS, zip(*steps[2:]))}

events = []  # what DDP does in a backward, in order; the second one, as it makes its buckets anew after the first
replica = DistributedDataParallel(model, bucket_cap_mb=1)


def hand_over(state, bucket):
    events.append("bucket")
    return default_hooks.allreduce_hook(state, bucket)


replica.register_comm_hook(None, hand_over)
model[0].weight.register_hook(lambda gradient: events.append("first layer"))
for _ in range(2):
    events.clear()
    torch.nn.functional.cross_entropy(replica(x), y).backward()
found["buckets"], found["early"] = events.count("bucket"), events.index("first layer")

if given["rank"] == 0:
    print(json.dumps(found))
distributed.destroy_process_group()
