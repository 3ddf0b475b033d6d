"""Lesson 13c: copy the old program, mend a copy, and run it as it is, in a process of its own."""
import importlib.util
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from helpers import ROOT, process
from helpers.course import missing

HERE = Path(__file__).parent
ON_CPU = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def source(name: str) -> str:
    """The text of a file of the old program."""
    return (HERE / "old_code" / name).read_text(encoding="utf-8")


def copy(folder: Path) -> Path:
    """A fresh copy of the old program in this folder, beside it our stand-in for tf.layers. Returns the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "old_code", folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "workers" / "tf_layers.py", folder)
    return folder


def mend(folder: Path, files: str, changes: Mapping[str, str]) -> None:
    """Replace texts in files of a copy. files: a pattern such as "*.py". Raises ValueError where a text is nowhere."""
    for old, new in changes.items():
        found = [path for path in sorted(folder.glob(files)) if old in path.read_text(encoding="utf-8")]
        if not found:
            raise ValueError(f"no file {files} in {folder.name} holds {old!r}")
        for path in found:
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def run(script: Path, *arguments, env: Mapping[str, str] | None = None) -> str:
    """Run a script of a copy: the last line that it printed, or where it died and of what, in one line."""
    done = process.command([sys.executable, script, *map(str, arguments)], 300, process.lean({**ON_CPU, **(env or {})}))
    if done.returncode == 0:
        return done.stdout.strip().splitlines()[-1]
    places = re.findall(r'File "([^"]+)", line (\d+)', done.stderr)
    inside = [(Path(file).name, line) for file, line in places if Path(file).resolve().parent == script.resolve().parent]
    file, line = inside[-1]
    errors = re.findall(r"^(?:\w+\.)*\w+(?:Error|Exception): .+$", done.stderr, re.M)
    return f"{file}, line {line}: {errors[-1].split('.', 1)[-1] if errors[-1].startswith('tensorflow') else errors[-1]}"


def train(folder: Path, checkpoint: Path, seed: int, env: Mapping[str, str] | None = None) -> str:
    """Run the old program's training: it reads the scans in data/digits and leaves a checkpoint."""
    return run(folder / "train.py", ROOT / "data" / "digits", checkpoint, seed, env=env)


def with_real_layers(folder: Path, mends: Sequence[tuple[str, Mapping[str, str]]], seed: int) -> str:
    """Train with tf.layers itself, where tf_keras brings it back: what the program printed, or how to get the package."""
    if importlib.util.find_spec("tf_keras") is None:
        return "NOT MEASURED: the package tf_keras is not installed. It comes with python -m pip install --no-deps tf-keras"
    copied = copy(folder)
    for files, changes in mends:
        mend(copied, files, changes)
    return train(copied, copied / "reader.ckpt", seed, {"TF_USE_LEGACY_KERAS": "1"})


SHAPES = {"bn/beta": (16,), "bn/gamma": (16,), "bn/moving_mean": (16,), "bn/moving_variance": (16,),
          "conv/kernel": (3, 3, 1, 16), "hidden/bias": (64,), "hidden/kernel": (256, 64), "scores/bias": (10,),
          "scores/kernel": (64, 10)}
"""{name of a weight of the old network, in its scope: shape}"""


def or_drawn(everything, weights, seed: int) -> tuple[Mapping, Mapping]:
    """Both as they are. Where they could not be read, for want of TensorFlow, arrays of their shapes, drawn, twice."""
    if not isinstance(weights, missing.Missing):
        return everything, weights
    print("Drawn, not trained: these arrays have the old names and shapes, and what they give is compared with nothing.")
    rng = np.random.default_rng(seed)
    drawn = {f"reader/{name}": rng.uniform(0.1, 0.4, shape).astype("float32") for name, shape in SHAPES.items()}
    return drawn, drawn
