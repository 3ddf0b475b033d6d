"""How far a converted network's answers are from its original's. Runs in each converter's environment, and needs NumPy."""
import importlib.util
import json
import re
import sys
import traceback
from pathlib import Path

import numpy as np

RESULT = "RESULT "
"""So the line begins that holds the result: converters print much else."""


def main(convert):
    """Convert the model of the folder that the command line names, and ask it; print {how asked: [largest, sentence]}.

    convert: folder -> function of a list of arrays that returns one. largest is None where an error came instead: its
    sentence stands beside it.
    """
    folder, found = Path(sys.argv[1]).resolve(), {}
    try:
        ask = convert(folder)
    except Exception as error:  # whatever a converter raises is its answer
        traceback.print_exc()
        found["converting"] = [None, said(error)]
    else:
        for path in sorted(folder.glob("case*.npz")):
            how, inputs, outputs = case(path)
            try:
                found[how] = compared(ask(inputs), outputs)
            except Exception as error:
                traceback.print_exc()
                found[how] = [None, said(error)]
    print(RESULT + json.dumps(found))


def network(folder):
    """The network of PyTorch in a folder, with its weights: what its file network.py calls `network`."""
    import torch
    spec = importlib.util.spec_from_file_location("network", folder / "network.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["network"] = module  # where a tracer looks for the code of its classes
    spec.loader.exec_module(module)
    module.network.load_state_dict(torch.load(folder / "state.pt"))
    return module.network


def of_torch(folder):
    """The network of PyTorch in a folder, or its TorchScript, and the inputs that a converter is shown, as tensors."""
    import torch
    script = folder / "model.jit"
    model = torch.jit.load(script) if script.exists() else network(folder)
    return model, [torch.from_numpy(array) if array.ndim else int(array) for array in example(folder)]


def listed(outputs):
    """What a model gave as a list: one, several, or a dict of them."""
    if isinstance(outputs, dict):
        return list(outputs.values())
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def declare_nms():
    """torchvision is built for another build of PyTorch, and then ends its import over two operations, which no network here
    has. Declared beforehand, they let the import go on; to call them would still fail."""
    import torch
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    KEPT.append(library)  # they are undone where nothing holds it


KEPT = []


def example(folder):
    """The inputs that a converter is shown: those of the first case."""
    return case(folder / "case0.npz")[1]


def case(path):
    """(how, inputs, outputs) of a file that `keep` wrote."""
    with np.load(path) as file:
        def group(letter):
            return [file[name] for name in sorted(file.files) if name.startswith(letter)]

        return str(file["how"]), group("x"), group("y")


def keep(path, how, inputs, outputs):
    """Write what an original was asked, and what it answered."""
    arrays = {f"x{k}": array for k, array in enumerate(inputs)} | {f"y{k}": array for k, array in enumerate(outputs)}
    np.savez(path, how=how, **arrays)


def compared(answers, outputs):
    """[the largest difference, ""]; infinite, with a sentence, where a shape or a NaN is another."""
    largest = 0.0
    for answer, output in zip(answers, outputs, strict=True):
        answer = np.asarray(answer)
        if answer.shape != output.shape:
            return [float("inf"), f"its shape is {answer.shape}, the original's {output.shape}"]
        if (np.isnan(answer) != np.isnan(output)).any():
            return [float("inf"), f"NaN in {np.isnan(answer).sum()} of {answer.size} places, in the original "
                    f"{np.isnan(output).sum()}"]
        largest = max(largest, float(np.nanmax(np.abs(answer.astype("float64") - output), initial=0)))
    return [largest, ""]


def said(error):
    """The first sentence of an exception that says something, without paths, colors and addresses."""
    text = re.sub(r"\x1b\[[\d;]*m", "", str(error))
    lines = [line.strip() for line in text.splitlines() if re.search("[A-Za-z]{3}", line)] or ["no message"]
    line = re.sub(r"(/[\w.+-]+){2,}/", "", lines[0])
    line = re.sub(r" at 0x[0-9a-f]+", "", line)
    line = re.sub(r"(.{30,}?\.)[^.]*\1.*", r"\1", line)  # what an interpreter says again of its last failure
    return f"{type(error).__name__}: {line}"[:240]
