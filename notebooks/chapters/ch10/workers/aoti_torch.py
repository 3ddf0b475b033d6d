"""Compile an exported PyTorch program into a shared library (AOTInductor). JSON in: program, package (paths).

In a process of its own because it takes a while, and because torch.export and a compilation cannot share one.
"""
import json
import sys

import torch

job = json.load(sys.stdin)
once = {"aot_inductor.precompile_headers": False, "compile_threads": 1}  # what else it prepares pays for many graphs
torch._inductor.aoti_compile_and_package(
    torch.export.load(job["program"]), package_path=job["package"], inductor_configs=once)
