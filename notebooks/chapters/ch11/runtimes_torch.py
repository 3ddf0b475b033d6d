"""What became of PyTorch Mobile, which old tutorials teach, on this machine."""
import io
import warnings

import torch
from torch.jit.mobile import _load_for_lite_interpreter
from torch.utils.mobile_optimizer import optimize_for_mobile

from helpers import errors


def pytorch_mobile(net, image):
    """PyTorch Mobile on a network: {step: what came of it}. Its file is read back and compared with the network itself."""
    found = {}
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        script = torch.jit.script(net)
        file = script._save_to_buffer_for_lite_interpreter()
        gap = (_load_for_lite_interpreter(io.BytesIO(file))(image) - net(image)).abs().max()
        found["PyTorch Mobile, its file"] = f"{len(file):,} bytes, outputs differ by {gap:.0e}"
    said = {str(warning.message).split("https")[0].strip() for warning in heard if "nterpreter" in str(warning.message)}
    found["PyTorch Mobile, what it says"] = " ".join(sorted(said)) or "nothing"
    try:
        optimize_for_mobile(script)
        found["PyTorch Mobile, its optimizer"] = "it runs"
    except RuntimeError as problem:  # a build without XNNPACK, as the wheels are
        found["PyTorch Mobile, its optimizer"] = errors.first_line(problem)[:150]
    return found
