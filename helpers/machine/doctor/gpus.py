"""The part of `helpers.doctor` about GPUs: what each framework sees, and wheels that overwrite each other."""
import collections
import json
import os
import re
import sys

from helpers import errors
from helpers.machine.doctor import computer
from helpers.machine.doctor.computer import note, ok, problem

TORCH = """
import json, torch
n = torch.cuda.device_count() if torch.cuda.is_available() else 0
if n:
    torch.nn.functional.conv2d(torch.ones(1, 1, 4, 4).cuda(), torch.ones(1, 1, 3, 3).cuda()).sum().item()
gpus = [torch.cuda.get_device_name(i) for i in range(n)] + ["Apple MPS"] * torch.backends.mps.is_available()
print(json.dumps(["PyTorch " + torch.__version__, torch.version.cuda, gpus]))
"""
TENSORFLOW = """
import json, tensorflow as tf
gpus = tf.config.list_physical_devices("GPU")
names = [tf.config.experimental.get_device_details(g).get("device_name", g.name) for g in gpus]
if gpus:
    tf.reduce_sum(tf.nn.conv2d(tf.ones([1, 4, 4, 1]), tf.ones([3, 3, 1, 1]), 1, "VALID")).numpy()
print(json.dumps(["TensorFlow " + tf.__version__, tf.sysconfig.get_build_info().get("cuda_version"), names]))
"""


def driver(run=computer.run):
    """What NVIDIA's driver sees."""
    cards = "; ".join(computer.cards(run))
    return ok(f"NVIDIA's driver sees {cards}" if cards else "no NVIDIA GPU: the course runs on the CPU")


def frameworks(run=computer.run, timeout=120):
    """What each framework sees and can use, asked in a child process, so that a crash is only a finding.

    A small convolution runs on the GPU: it needs cuDNN, the library that goes wrong first.
    """
    cards = computer.cards(run)
    return [finding for module, code in (("torch", TORCH), ("tensorflow", TENSORFLOW))
            for finding in _framework(module, code, cards, run, timeout)]


def _framework(module, code, cards, run, timeout):
    """What one framework sees, asked by running `code` in a child process: a list of findings."""
    status, out, err = run([sys.executable, "-c", code], timeout)
    last = errors.last_line(err)
    if status is None:
        return problem(f"{module} did not load within {timeout} s",
                       "Try once more; a virus scanner or full memory may be in the way.")
    if status and f"No module named '{module}'" in last:
        return note(module + " is not installed", "A chapter runs without it, less the cells that need it.")
    if status:
        return problem(f"{module} crashes (exit code {status}): {last}",
                       "python -m pip install --force-reinstall -r requirements.txt; on Windows first "
                       "Microsoft's Visual C++ Redistributable; on a GPU see the line on CUDA wheels.")
    name, cuda, seen = json.loads(errors.last_line(out))
    built = f"built for CUDA {cuda}" if cuda else "built without CUDA"
    if cards and not seen:
        return note(f"{name} ({built}) sees no GPU, though the driver does",
                    "Install requirements-gpu.txt in a new environment; is CUDA_VISIBLE_DEVICES set?")
    return ok(f"{name} ({built}) sees {', '.join(seen) or 'the CPU alone'}")


def cuda_wheels(wheels=None):
    """NVIDIA's CUDA 12 and CUDA 13 wheels of one library, where they write the same files.

    `wheels`: what `importlib.metadata.distributions()` gives.
    """
    libraries = collections.defaultdict(dict)
    for wheel in computer.wheels() if wheels is None else wheels:
        match = re.match(r"nvidia-(\w+)-(cu12|cu13)$", wheel.metadata["Name"] or "")
        if match:
            libraries[match.group(1)][match.group(2)] = wheel
    found = []
    for library, both in sorted(libraries.items()):
        count, last = _shared(both) if len(both) == 2 else (0, "")
        if count:
            here = f" (here {last})" if last else ""
            found += problem(
                f"nvidia-{library}-cu12 and nvidia-{library}-cu13 are both installed and write {count} files "
                f"of the same name: the last one wins{here}, the other's framework breaks or changes version",
                "Install requirements-gpu.txt alone in a new environment (it leaves TensorFlow's own CUDA 12 "
                "wheels out), or make one environment for each framework.")
    return found or ok("no CUDA wheels that overwrite each other")


def _shared(both):
    """How many libraries both wheels have, and whose are on disk by size ("cu12", "cu13", "" if unclear)."""
    sizes = {kind: {str(f): f.size for f in wheel.files or [] if re.search(r"\.(so|dll)\b", f.name)}
             for kind, wheel in both.items()}
    names = sorted(set(sizes["cu12"]) & set(sizes["cu13"]))
    for name in names:
        path = str(both["cu12"].locate_file(name))
        if sizes["cu12"][name] != sizes["cu13"][name] and os.path.exists(path):
            on_disk = os.path.getsize(path)
            return len(names), next((kind for kind in sizes if sizes[kind][name] == on_disk), "")
    return len(names), ""
