"""What DistributedDataParallel leaves to its user: each fault and its mend, on two ranks (lesson 8c).

    torchrun --standalone --nproc-per-node=2 left_to_you_torch.py FOLDER

FOLDER/task.npz holds the digits. One JSON line out for each question, from rank 0: {question: [fault, mend]}.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

distributed.init_process_group("gloo")  # on a CPU; "nccl" is the one for GPUs
rank, ranks = distributed.get_rank(), distributed.get_world_size()
folder = Path(sys.argv[1])
task = np.load(folder / "task.npz")
x, y = torch.tensor(task["x"][:64]), torch.tensor(task["y"][:64])


def said(question, *answers):
    """One line from rank 0: a rank that is not told to be silent speaks too."""
    if rank == 0:
        print(json.dumps({question: answers}), flush=True)


def from_all(value):
    """What each rank has, as a list, on every rank."""
    found = [None] * ranks
    distributed.all_gather_object(found, value)
    return found


def order(told):
    """Rank 0's examples in two epochs."""
    sampler = torch.utils.data.DistributedSampler(range(8), shuffle=True)
    epochs = []
    for epoch in range(2):
        if told:
            sampler.set_epoch(epoch)
        epochs.append(list(sampler))
    return epochs


def batch_norm(synchronized):
    """What a batch that is cut in two becomes, put together again."""
    shard = x.chunk(ranks)[rank]
    mean, square = shard.mean(0), (shard ** 2).mean(0)
    if synchronized:  # what SyncBatchNorm does on GPUs: it refuses a CPU
        distributed.all_reduce(mean)
        distributed.all_reduce(square)
        mean, square = mean / ranks, square / ranks
    normalized = (shard - mean) / (square - mean ** 2 + 1e-5).sqrt()
    return [row for part in from_all(normalized.tolist()) for row in part]


def counted(once):
    """How many examples five become in an evaluation, and how many of them are right."""
    right = torch.tensor([1.0, 0.0, 1.0, 0.0, 1.0])
    mine = range(rank, 5, ranks) if once else torch.utils.data.DistributedSampler(range(5), shuffle=False)
    mine = torch.tensor(list(mine))
    total = torch.stack([torch.tensor(float(len(mine))), right[mine].sum()])
    distributed.all_reduce(total)
    return total.tolist()


def gradient(weighted):
    """The gradient that DDP makes of shards of 62 and 2."""
    model = torch.nn.Linear(64, 10, bias=False, dtype=torch.float64)
    torch.nn.init.constant_(model.weight, 0.1)
    model = DistributedDataParallel(model)
    shard = slice(0, 62) if rank == 0 else slice(62, 64)
    loss = torch.nn.functional.cross_entropy(model(x[shard]), y[shard])
    if weighted:
        loss = loss * ranks * len(y[shard]) / 64  # DDP takes the mean over ranks, whatever they hold
    loss.backward()
    return model.module.weight.grad.tolist()


def messages(quiet):
    """How often the ranks talk while four small batches are accumulated, and the gradient."""
    model = torch.nn.Linear(64, 10, bias=False, dtype=torch.float64)
    torch.nn.init.constant_(model.weight, 0.1)
    model = DistributedDataParallel(model)
    talks = []

    def hook(state, bucket):
        talks.append(1)
        work = distributed.all_reduce(bucket.buffer().div_(ranks), async_op=True)
        return work.get_future().then(lambda done: done.value()[0])

    model.register_comm_hook(None, hook)
    parts = list(zip(x.chunk(ranks)[rank].chunk(4), y.chunk(ranks)[rank].chunk(4)))
    if quiet:
        with model.no_sync():
            for part in parts[:-1]:
                torch.nn.functional.cross_entropy(model(part[0]), part[1]).backward()
        parts = parts[-1:]
    for part in parts:
        torch.nn.functional.cross_entropy(model(part[0]), part[1]).backward()
    return len(talks), model.module.weight.grad.tolist()


def sent(contiguous):
    """A picture that rank 0 keeps channels last, as rank 1 receives it."""
    picture = torch.arange(8.0).reshape(1, 2, 2, 2) if rank == 0 else torch.zeros(1, 2, 2, 2)
    if rank == 0:
        picture = picture.contiguous(memory_format=torch.channels_last)
    if contiguous:
        picture = picture.contiguous()
    distributed.broadcast(picture, src=0)
    return from_all(picture.flatten().tolist())[1]


def alarm(counting):
    """Does a NaN on rank 1 reach everybody? Each rank's largest loss, and how many NaN there are."""
    loss = torch.tensor([float("nan")] if rank == 1 else [1.0])
    if counting:
        bad = loss.isnan().sum()
        distributed.all_reduce(bad)
        return [int(number) for number in from_all(int(bad))]
    distributed.all_reduce(loss, distributed.ReduceOp.MAX)
    return [str(number) for number in from_all(float(loss))]


def log(first_only):
    """How many lines a log has that each rank writes to."""
    path = folder / f"log_{first_only}.txt"
    if rank == 0 or not first_only:
        with path.open("a", encoding="utf-8") as file:
            file.write("epoch 1 done\n")
    distributed.barrier()
    return len(path.read_text(encoding="utf-8").splitlines())


for question in (order, batch_norm, counted, gradient, messages, sent, alarm, log):
    said(question.__name__, question(False), question(True))
distributed.barrier()
distributed.destroy_process_group()
