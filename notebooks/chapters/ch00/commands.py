"""The table of install commands, and what the doctor finds on this machine, shown."""
import platform
import shutil

from helpers import show
from helpers.machine.doctor import main as doctor

INDEX = "--index-url ADDRESS"  # pytorch.org/get-started/locally shows the address for one's choice

ROWS = [
    ("Linux or WSL 2, CPU", f"`torch {INDEX}` for the CPU", "`tensorflow-cpu` (on ARM `tensorflow`)"),
    ("Linux or WSL 2, NVIDIA GPU, two environments", "`torch`", "`\"tensorflow[and-cuda]\"`"),
    ("Linux or WSL 2, NVIDIA GPU, one environment", f"`torch==2.13.0 {INDEX}` for CUDA 12.6", "`\"tensorflow[and-cuda]\"`"),
    ("macOS, Apple silicon", "`torch` (GPU through Metal)", "`tensorflow` (CPU)"),
    ("macOS, Intel, Python up to 3.12", "`torch==2.2.2 \"numpy<2\"` (the last one)", "`tensorflow==2.16.2` (the last one)"),
    ("Windows, CPU", "`torch`", "`tensorflow-cpu`"),
    ("Windows, NVIDIA GPU", f"`torch {INDEX}` for CUDA 13", "none: use WSL 2"),
]


def table() -> None:
    """Show which command installs each framework on which system."""
    header = ["system", "PyTorch: `python -m pip install ...`", "TensorFlow: `python -m pip install ...`"]
    show.table(header, ROWS, caption="Installing, November 2026. The row for one environment follows from what the packages "
                                     "ask for; it was not tried: no GPU was at hand.")


def examine() -> None:
    """Show what the doctor finds here, without loading the frameworks."""
    rows = [(finding.level, finding.what, finding.cure) for finding in doctor.findings(quick=True)]
    show.table(["level", "finding", "cure"], rows, caption="What the doctor finds on this machine")


def is_wsl_with_gpu() -> bool:
    """Whether this is WSL 2 with NVIDIA's driver: WSL's Linux kernel has Microsoft in its name."""
    return "microsoft" in platform.uname().release.lower() and shutil.which("nvidia-smi") is not None
