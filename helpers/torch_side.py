"""PyTorch's half of the plumbing. `tf_side` has the same public names, arguments and kinds of result."""
from __future__ import annotations

import os
import random
from collections.abc import Callable

import numpy as np
import torch

from helpers.parity import ValueAndGrad
from helpers.port import Activations, Layer
from helpers.porting.naming import checked_weights, drop_repeated, numbered
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
    """Copy NumPy arrays into a module's parameters and buffers, by name; counts of batches may be left out, and stay.

    Raises KeyError when names are missing or unknown, ValueError when a shape does not fit or a value is no array of
    numbers; the model is then unchanged.
    """
    arrays = checked_weights({name: tuple(value.shape) for name, value in model.state_dict().items()}, weights)
    model.load_state_dict(model.state_dict() | {name: torch.from_numpy(np.array(value)) for name, value in arrays.items()})


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


def activations(model: torch.nn.Module, *arrays: np.ndarray) -> Activations:
    """What each layer of a module gives for these arrays, as NumPy, by forward hooks; the module's mode stays as it is.

    A layer that runs twice gets a number behind its name ("rnn#2"). Of several results the first counts. What a `forward`
    computes without a layer of its own cannot be seen, nor can layers inside a scripted module.
    """
    outputs, kinds = {}, {}

    def note(name, module):
        def hook(module, inputs, result):
            tensor = _first_tensor(result)
            if tensor is not None:
                label = numbered(name, outputs)
                outputs[label], kinds[label] = to_numpy(tensor), type(module).__name__
        return hook

    result = _run_hooked(model, arrays, {name: note(name, module) for name, module in _layers(model).items()})
    if "model" not in outputs:
        outputs["model"], kinds["model"] = to_numpy(_first_tensor(result)), type(model).__name__
    drop_repeated(outputs, kinds)
    seen = tuple(f"{name} is a scripted module: what is inside it cannot be seen" for name, module in model.named_modules()
                 if isinstance(module, torch.jit.ScriptModule))
    notes = seen[:1] + (("your model is in training mode",) if any(
        module.training for module in model.modules()) else ())
    return Activations(NAME, outputs, kinds, lambda name: _look(model, arrays, name), notes)


def _layers(model):
    """{name: module} of what is hooked: all modules but containers, whose results are those of their last parts."""
    containers = torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict, torch.jit.ScriptModule
    return {name or "model": module for name, module in model.named_modules() if not isinstance(module, containers)}


def _run_hooked(model, arrays, hooks):
    """A module's result, with a forward hook on each named layer; no hook stays, and no average that training mode moved."""
    layers, handles = _layers(model), []
    buffers = {name: value.clone() for name, value in model.named_buffers()}
    device = next((value.device for value in model.state_dict().values()), None)
    try:
        for name, hook in hooks.items():
            handles.append(layers[name].register_forward_hook(hook))
        with torch.no_grad():
            return model(*(tensor(array, device) for array in arrays))
    finally:
        for handle in handles:
            handle.remove()
        for name, value in model.named_buffers():
            value.copy_(buffers[name])


def _look(model, arrays, label):
    """The layer of a module that `activations` calls so, as it ran; None for the result of a model that is no layer."""
    name, _, number = label.partition("#")
    if name not in _layers(model):
        return None
    module, calls = _layers(model)[name], []

    def before(module, inputs, options):
        kept = [to_numpy(one) if torch.is_tensor(one) else one for one in _flat(inputs)]
        named = {key: to_numpy(one) if torch.is_tensor(one) else one for key, one in options.items()}
        calls.append([kept, {key: one for key, one in named.items() if one is not None}])

    def after(module, inputs, result):
        calls[-1].append(to_numpy(_first_tensor(result)))

    handle = module.register_forward_pre_hook(before, with_kwargs=True)
    try:
        _run_hooked(model, arrays, {name: after})
    finally:
        handle.remove()
    inputs, options, output = calls[int(number or 1) - 1]
    settings = {key: value for key, value in vars(module).items() if isinstance(value, (bool, int, float, str, tuple))}
    given = tuple(one for one in inputs if isinstance(one, np.ndarray))
    return Layer(label, NAME, type(module).__name__, given, output, get_weights(module), settings, options)


def _flat(inputs):
    """What a layer was called with, one after the other: a recurrent layer gets its states in a tuple."""
    for one in inputs:
        yield from _flat(one) if isinstance(one, (tuple, list)) else [one]


def _first_tensor(result):
    """The first tensor in what a layer returned, or None."""
    while isinstance(result, (tuple, list, dict)) and result:
        result = next(iter(result.values())) if isinstance(result, dict) else result[0]
    return result if torch.is_tensor(result) else None


def describe() -> list[tuple[str, str, str]]:
    """Rows (what, version, where it runs) for the table at the head of a chapter."""
    gpus = [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    where = ", ".join(gpus) or f"CPU, threads: {torch.get_num_threads()}"
    built = f"CUDA {torch.version.cuda}" if torch.version.cuda else "no CUDA in this build"
    return [(NAME, torch.__version__, f"{where} ({built}; OMP_NUM_THREADS {os.environ.get('OMP_NUM_THREADS', 'not set')})")]
