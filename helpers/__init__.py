"""What every chapter of Side by Side shares: plumbing, and nothing that a chapter teaches.

Who may import what:

* `torch_side` and the torch workers import torch, `tf_side` and the TensorFlow workers import TensorFlow, and of the
  phrasebook's columns each its own; every other module imports neither. Only notebooks and tests bring both together,
  torch first.
* NumPy arrays, numbers, strings and paths are all that crosses between the sides or between processes.

Importing this package does nothing but define where the course lies.
"""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build_dir():
    """The folder for everything that a run makes: `build/`, or where SIDE_BY_SIDE_BUILD points (a test; a hub).

    A relative path counts from the course's folder, so that it is one folder whatever the current one is.
    """
    return ROOT / Path(os.environ.get("SIDE_BY_SIDE_BUILD") or "build").expanduser()


def ledger_dir():
    """The folder of the ledgers: in `build_dir()`, or where SIDE_BY_SIDE_LEDGER points (a run that may still fail)."""
    return ROOT / Path(os.environ.get("SIDE_BY_SIDE_LEDGER") or build_dir() / "ledger").expanduser()
