"""The network of lesson 10a in PyTorch, and its exports, for the lessons that come after it."""
import logging
import warnings
from concurrent.futures import ThreadPoolExecutor

import torch

from helpers import errors, process, show, torch_side


class Digit(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(64, 64)
        self.digit = torch.nn.Linear(64, 10)

    def forward(self, image):
        hidden = torch.relu(self.hidden(image.flatten(1)))
        return torch.softmax(self.digit(hidden), dim=1)


def network(w):
    """The network with the weights of `training.weights`: (batch, 8, 8) -> probabilities (batch, 10)."""
    model = Digit().eval()
    values = {
        "hidden.weight": w["hidden"].T,
        "hidden.bias": w["hidden bias"],
        "digit.weight": w["digit"].T,
        "digit.bias": w["digit bias"],
    }
    torch_side.set_weights(model, values)
    return model


def export(model, place):
    """Write model.pt2 into the folder `place`, which it makes. Returns the exported program."""
    any_number = torch.export.Dim("batch")
    scans = torch.zeros(2, 8, 8)
    program = torch.export.export(model, (scans,), dynamic_shapes=({0: any_number},))
    place.mkdir(parents=True)
    torch.export.save(program, place / "model.pt2")
    return program


def on_arrays(call):
    """A function from a NumPy array to a NumPy array, around one from a tensor to a tensor."""
    def answer(images):
        with torch.inference_mode():
            return call(torch.from_numpy(images)).numpy()
    return answer


def to_onnx(program, path):
    """Write an exported program as an ONNX file. The exporter's notes on its own progress are left out."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(program, (), path, dynamo=True, verbose=False, external_data=False)
    finally:
        logger.setLevel(level)


def warnings_of_script(model):
    """What PyTorch warns of when a model is turned into TorchScript, as a list of texts."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        torch.jit.script(model)
    return [str(warning.message) for warning in heard]


ONCE = {"cpp_cache_precompile_headers": False, "compile_threads": 1}
"""How PyTorch's compiler is to work for one small graph: preparing headers, and helpers that load PyTorch, pay for many."""


def compiled_ways(model, folder, scan):
    """Two ways that need a C++ compiler: ({name: function of arrays}, {name: why it could not be had}).

    folder: where `export` has put model.pt2; AOTInductor compiles it in a process of its own meanwhile.
    """
    package = folder.parent.parent / "aoti.pt2"
    job = {"program": folder / "model.pt2", "package": package}
    ways, missed = {}, {}
    with ThreadPoolExecutor(1) as pool:
        packing = pool.submit(process.run, "ch10/aoti_torch", job, 300)
        try:
            compiled = on_arrays(torch.compile(model, options=ONCE))
            compiled(scan)
            ways["PyTorch, compiled"] = compiled
        except (torch._dynamo.exc.BackendCompilerFailed, torch._inductor.exc.InductorError) as error:
            missed["PyTorch, compiled"] = show.gist(error)
        try:
            packing.result()
            ways["PyTorch, AOTInductor"] = on_arrays(torch._inductor.aoti_load_package(str(package)))
        except process.ChildFailed as error:
            missed["PyTorch, AOTInductor"] = errors.split_path(str(error)) or errors.last_line(error)
    return ways, missed
