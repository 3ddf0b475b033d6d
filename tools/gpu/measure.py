"""What only a GPU shows, each in a process of its own: `python tools/gpu/measure.py NAME gpu|cpu` prints one line of JSON.

Whoever asks for "cpu" rehearses: what needs a GPU then says NOT MEASURED, and why.
"""
import copy
import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn

from helpers import timing, torch_side


class NotMeasured(Exception):
    """Why something cannot be measured here, in a sentence."""


def tensor_float_32(device):
    """How far a product of float32 matrices is from float64's, with and without TF32: its ten bits of a fraction."""
    need_cuda(device)
    a, b = numbers(1024, 1024), numbers(1024, 1024)
    exact = a.astype("float64") @ b.astype("float64")
    found = {}
    for name in ("highest", "high"):
        torch.set_float32_matmul_precision(name)
        product = torch_side.to_numpy(torch_side.tensor(a, device) @ torch_side.tensor(b, device))
        found[name] = relative(product, exact)
    return {"relative difference in float32": found["highest"], "relative difference in TF32": found["high"]}


def bfloat16(device):
    """A product in bfloat16 against float32, in numbers and in time, and a step of training under autocast."""
    size = 4096 if device.type == "cuda" else 256
    a = torch_side.tensor(numbers(size, size), device)
    half = a.to(torch.bfloat16)
    took = timing.compare({"float32": lambda: a @ a, "bfloat16": lambda: half @ half}, rounds=7, wait=torch_side.wait)
    net, x, y = small(device)
    plain = nn.functional.cross_entropy(net(x), y)
    with torch.autocast(device.type, torch.bfloat16):
        scores = net(x)
    mixed = nn.functional.cross_entropy(scores.float(), y)
    mixed.backward()
    finite = all(bool(parameter.grad.isfinite().all()) for parameter in net.parameters())
    differs = relative(torch_side.to_numpy((half @ half).float()), torch_side.to_numpy(a @ a))
    return {"relative difference of a product": differs,
            "time against float32": [took["bfloat16"].low, took["bfloat16"].ratio, took["bfloat16"].high],
            "scores come as": str(scores.dtype), "loss, float32": plain.item(), "loss, autocast": mixed.item(),
            "gradients are finite": finite}


def handed_over(device):
    """PyTorch's half of claim C31b, as lesson 8b measures it: after which share of the time Python is back."""
    need_cuda(device)
    n = 4096
    a = torch_side.tensor(np.full((n, n), 1 / n, "float32"), device)
    shares = []
    for _ in range(4):
        torch_side.wait()
        begin = time.perf_counter()
        for _ in range(20):
            a = a @ a
        handed = time.perf_counter() - begin
        torch_side.wait()
        shares.append(handed / (time.perf_counter() - begin))
    return {"Python is back after this share of the time": shares[1:]}  # the first round warms up


def keras_on_pytorch(device):
    """Keras on PyTorch against PyTorch itself, from the same weights, and where Keras computes."""
    os.environ["KERAS_BACKEND"] = "torch"
    try:
        import keras
    except ModuleNotFoundError as missing:
        raise NotMeasured(f"{missing.name} is not installed") from None
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(5)])
    net, x, y = small(device)
    for layer, kernel in zip(model.layers, (net[0], net[2])):
        layer.set_weights([torch_side.to_numpy(kernel.weight).T, torch_side.to_numpy(kernel.bias)])
    inputs, labels = x.cpu().numpy(), y.cpu().numpy()
    differs = float(np.abs(model.predict(inputs, verbose=0) - torch_side.to_numpy(net(x))).max())
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    losses = model.fit(inputs, labels, epochs=3, verbose=0).history["loss"]
    return {"keras": keras.__version__, "computes on": str(model.layers[0].kernel.value.device),
            "largest difference": differs, "loss falls": losses[-1] < losses[0]}


def data_parallel(device):
    """DistributedDataParallel on one rank, over nccl or gloo: a step gives the weights that it gives without."""
    return distributed_step(device, lambda net: nn.parallel.DistributedDataParallel(net))


def fully_sharded(device):
    """The same with FSDP2's fully_shard, layer by layer."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    def shard(net):
        mesh = init_device_mesh(device.type, (1,))
        for layer in net:
            if list(layer.parameters()):
                fully_shard(layer, mesh=mesh)
        return fully_shard(net, mesh=mesh)
    return distributed_step(device, shard)


def distributed_step(device, wrap):
    """One step of a wrapped network beside one of its copy that is not wrapped. {backend, largest difference}"""
    from torch import distributed
    backend = "nccl" if device.type == "cuda" else "gloo"
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group(backend, store=distributed.HashStore(), rank=0, world_size=1)
    try:
        net, x, y = small(device)
        pair = [net, wrap(copy.deepcopy(net))]
        for one in pair:
            optimizer = torch.optim.SGD(one.parameters(), lr=0.1, momentum=0.9)
            nn.functional.cross_entropy(one(x), y).backward()
            optimizer.step()
        plain, wrapped = ([whole(parameter) for parameter in one.parameters()] for one in pair)
        differs = max(float((a - b).abs().max()) for a, b in zip(plain, wrapped, strict=True))
        return {"backend": backend, "largest difference": differs}
    finally:
        distributed.destroy_process_group()


def whole(parameter):
    """A parameter's numbers, also where its ranks hold shards of them."""
    found = parameter.detach()
    return (found.full_tensor() if hasattr(found, "full_tensor") else found).cpu()


def small(device):
    """A network of two layers, 64 rows and their labels, alike on every machine."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 5)).to(device)
    return net, torch_side.tensor(numbers(64, 20), device), torch.arange(64, device=device) % 5


def numbers(*shape):
    """Normal numbers in float32, the same each time."""
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def relative(found, wanted):
    """The largest difference, as a share of the largest number that is wanted."""
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


def need_cuda(device):
    """Raise NotMeasured where PyTorch computes on the CPU."""
    if device.type != "cuda":
        raise NotMeasured("needs a GPU that PyTorch computes on")


NAMES = {function.__name__: function for function in (
    tensor_float_32, bfloat16, handed_over, keras_on_pytorch, data_parallel, fully_sharded)}


if __name__ == "__main__":
    try:
        print(json.dumps(NAMES[sys.argv[1]](torch_side.device(sys.argv[2]))))
    except NotMeasured as why:
        print(json.dumps({"NOT MEASURED": str(why)}))
