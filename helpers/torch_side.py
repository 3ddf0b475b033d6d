"""PyTorch's half of the plumbing. `tf_side` has the same public names, arguments and kinds of result."""
from __future__ import annotations

import os
import random
from collections.abc import Callable

import numpy as np
import torch

from helpers.parity import ValueAndGrad
from helpers.session import check_device

NAME = "PyTorch"


def device(name: str = "auto") -> torch.device:
    """The `torch.device` for "auto" (a CUDA GPU where there is one), "cpu" or "gpu".

    Raises ValueError for another name, and for "gpu" where PyTorch sees none. Apple's MPS is not chosen by "auto":
    it has no float64, which the comparisons need.
    """
    check_device(name)
    if name == "gpu" and not torch.cuda.is_available():
        raise ValueError("device='gpu' was asked for, but PyTorch sees no CUDA GPU. Use device='auto' or 'cpu', "
                         "or run `python -m helpers.doctor` to see why.")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def seed(number: int) -> None:
    """Seed PyTorch's generators on every device, and Python's and NumPy's."""
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)


def deterministic(on: bool) -> None:
    """Make operations give the same bits every time (an operation that cannot raises an error), or allow the faster ones."""
    torch.use_deterministic_algorithms(on)
    torch.backends.cudnn.benchmark = False


def tensor(array: np.ndarray, device: torch.device | None = None, dtype: str | None = None) -> torch.Tensor:
    """A tensor with a copy of a NumPy array. device: what `device()` returned; dtype: a NumPy name such as "float32"."""
    array = np.array(array, dtype=dtype)  # np.array copies: torch.from_numpy alone would share the caller's memory
    return torch.from_numpy(array).to(device) if device is not None else torch.from_numpy(array)


def to_numpy(tensor: torch.Tensor) -> np.ndarray:
    """A NumPy copy of a tensor on any device, with or without gradient. bfloat16, which NumPy lacks, becomes float32."""
    tensor = tensor.detach().cpu()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    return tensor.resolve_conj().resolve_neg().numpy().copy()


def wait() -> None:
    """Return when all work that was given to the GPUs is done. On a CPU there is nothing to wait for."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def get_weights(model: torch.nn.Module) -> dict[str, np.ndarray]:
    """A module's parameters and buffers as {name: NumPy array}, in the order of its state_dict."""
    return {name: to_numpy(value) for name, value in model.state_dict().items()}


def set_weights(model: torch.nn.Module, weights: dict[str, np.ndarray]) -> None:
    """Copy NumPy arrays into a module's parameters and buffers, by name.

    Raises KeyError when names are missing or unknown, ValueError when a shape does not fit; the model is then unchanged.
    """
    state = model.state_dict()
    if state.keys() != weights.keys():
        raise KeyError(f"weights and model differ in names: {', '.join(sorted(state.keys() ^ weights.keys()))}")
    for name, value in state.items():
        if tuple(value.shape) != np.shape(weights[name]):
            raise ValueError(f"{name}: the model has shape {tuple(value.shape)}, the weights {np.shape(weights[name])}")
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})


def memory() -> int | None:
    """Peak bytes of GPU memory that tensors took since the last `free()`; None on a CPU: PyTorch keeps no count there."""
    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None


def free() -> None:
    """Give cached GPU memory back to the driver and start a new count of the peak."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def value_and_grad(function: Callable, *arrays: np.ndarray, weights: np.ndarray | None = None) -> ValueAndGrad:
    """Value of `function` at NumPy arrays, and the gradients of sum(weights * value), all as NumPy.

    weights: an array of the value's shape, ones when None. Gradients come in the order of the arrays: None for an array
    of integers, and for one that the value does not depend on as far as autograd can see.
    """
    inputs = [torch.from_numpy(np.array(array)) for array in arrays]
    floats = [x.requires_grad_() for x in inputs if x.is_floating_point()]
    value = function(*inputs)
    if not value.requires_grad:
        return ValueAndGrad(to_numpy(value), [None] * len(inputs))
    scalar = value.sum() if weights is None else (torch.from_numpy(np.array(weights)) * value).sum()
    found = dict(zip(map(id, floats), torch.autograd.grad(scalar, floats, allow_unused=True)))
    return ValueAndGrad(to_numpy(value), [None if found.get(id(x)) is None else to_numpy(found[id(x)]) for x in inputs])


def describe() -> list[tuple[str, str, str]]:
    """Rows (what, version, where it runs) for the table at the head of a chapter."""
    gpus = [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    where = ", ".join(gpus) or f"CPU, threads: {torch.get_num_threads()}"
    built = f"CUDA {torch.version.cuda}" if torch.version.cuda else "no CUDA in this build"
    return [(NAME, torch.__version__, f"{where} ({built}; OMP_NUM_THREADS {os.environ.get('OMP_NUM_THREADS', 'not set')})")]
