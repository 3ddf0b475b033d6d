"""Measure what converters between the frameworks do by themselves, and write data/converters.csv: `make converters`.

Each has an environment of its own, with pinned versions, in a folder that is gone at the end (--keep FOLDER keeps it: some
12 GB); pip takes them from where its settings say. tools/converting/ holds the originals and a script for each converter.
Lesson 13d reads the table. It takes about half an hour.
"""
import argparse
import csv
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import start
from helpers import data

ROOT = Path(__file__).resolve().parent.parent
CONVERTING = ROOT / "tools" / "converting"
TABLE = ROOT / "data" / "converters.csv"
COLUMNS = ["date", "converter", "version", "model", "direction", "outcome", "largest difference", "sentence", "how"]
EQUAL = 1e-4
"""What is further off than this, and says nothing, is silently wrong."""
LIMIT = 900
"""Seconds for a model."""
THREADS = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


class Converter(NamedTuple):
    """needs: what pip installs; none for the course's own environment. python: the version that it wants. flags: {words for
    the column `how`: what its script is told}. env: what it must find in its environment."""
    name: str
    version: str
    direction: str
    script: str
    needs: tuple
    models: tuple
    flags: dict = {"": ()}
    python: str = "3.11"
    env: dict = {}


FILES = ("digits", "gates", "mean", "silero onnx", "basic-pitch onnx")
NETWORKS = ("digits", "gates", "mean", "silero network", "silero script", "basic-pitch network")
NAMES = {"digits": "digits (11a)", "gates": "an LSTM (5d)", "mean": "a mean over time (13d)",
         "silero onnx": "silero-vad 6.2.3, its ONNX file", "silero script": "silero-vad 6.2.3, its TorchScript file",
         "silero network": "silero-vad 6.2.3, as in 13b", "basic-pitch onnx": "basic-pitch 0.4.0, its ONNX file",
         "basic-pitch network": "basic-pitch 0.4.0, as in 13a", "digits keras": "digits, in Keras",
         "gates keras": "an LSTM, in Keras", "means keras": "means of a picture (5b)"}
TORCH, TENSORFLOW = "torch==2.13.0", "tensorflow-cpu==2.21.0"
DECLARED = {"past an operation that its torchvision misses": ("--declared",)}
CONVERTERS = [
    Converter("onnx2tf", "1.29.24", "ONNX to LiteRT", "onnx2tf", ("onnx2tf==1.29.24", TENSORFLOW), FILES[:1]),
    Converter("onnx2tf", "2.6.9", "ONNX to LiteRT", "onnx2tf", ("onnx2tf==2.6.9", TENSORFLOW), FILES,
              {"": (), "told the sizes": ("--fixed",)}, "3.12"),
    Converter("onnx2torch", "1.5.15", "ONNX to PyTorch", "onnx2torch", ("onnx2torch==1.5.15", TORCH), FILES[:1]),
    Converter("onnx2torch", "1.5.15", "ONNX to PyTorch", "onnx2torch", ("onnx2torch==1.5.15", TORCH), FILES, DECLARED),
    Converter("nobuco", "0.17.0", "PyTorch to Keras", "nobuco",
              ("nobuco==0.17.0", "torchvision==0.28.0", TORCH, TENSORFLOW), NETWORKS[:1], DECLARED),
    Converter("nobuco", "0.17.0", "PyTorch to Keras 2", "nobuco",
              ("nobuco==0.17.0", "torchvision==0.28.0", TORCH, "tensorflow-cpu==2.15.1", "keras==2.15.0"), NETWORKS,
              DECLARED),
    Converter("litert-torch", "0.10.0", "PyTorch to LiteRT", "litert_torch", ("litert-torch==0.10.0", TORCH, TENSORFLOW),
              NETWORKS),
    Converter("Keras on PyTorch", "3.15.1", "TensorFlow to PyTorch", "keras", (),
              ("digits keras", "gates keras", "means keras", "silero network"), env={"KERAS_BACKEND": "torch"}),
]


def main(argv=None):
    """Measure all converters, or those that are named, and write the table. Returns 0."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="measure only these; the rows of others stay")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the environments and the originals there, for the next time")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="side-by-side-") as scratch:
        folder = Path(options.keep or scratch).resolve()
        originals = folder / "originals"
        if not originals.exists():
            print("making the originals ...", flush=True)
            env = os.environ | THREADS | {"SIDE_BY_SIDE_BUILD": str(folder / "build")}
            subprocess.run([sys.executable, CONVERTING / "originals.py", originals], check=True, env=env)
        chosen = [each for each in CONVERTERS if not options.names or each.name in options.names]
        rows = [row for each in chosen for row in measured(each, folder)]
    others = [row for row in read() if options.names and row["converter"] not in options.names]
    order = list(dict.fromkeys(each.name for each in CONVERTERS))
    write(sorted(others + rows, key=lambda row: order.index(row["converter"])))
    return 0


def measured(converter, folder):
    """The rows of a converter; where it cannot be installed, one that says why."""
    today = datetime.date.today().isoformat()
    fixed = {"date": today, "converter": converter.name, "version": converter.version, "direction": converter.direction}
    print(converter.name, converter.version, "...", flush=True)
    python, sentence = environment(converter, folder)
    if sentence:
        yield {**fixed, "model": "", "outcome": "not installable", "largest difference": "", "sentence": sentence,
               "how": with_versions(converter)}
        return
    for model in converter.models:
        for words, flags in converter.flags.items():
            for how, (largest, said) in asked(converter, python, folder / "originals" / model, flags).items():
                row = {**fixed, "model": NAMES[model], "outcome": outcome(largest), "sentence": said,
                       "largest difference": "" if largest is None else f"{largest:.1e}",
                       "how": "; ".join(part for part in (how, words, with_versions(converter)) if part)}
                print("  ", row["model"], row["how"], row["outcome"], row["largest difference"], said, flush=True)
                yield row


def with_versions(converter):
    """Which other versions stand beside it, in words."""
    beside = [each for each in converter.needs if each.startswith(("torch==", "tensorflow"))]
    return f"Python {converter.python}" + "".join(f", {each.replace('==', ' ')}" for each in beside) if beside else ""


def outcome(largest):
    """One word for a difference; None is a refusal."""
    if largest is None:
        return "refuses"
    return "equal" if largest <= EQUAL else "differs"


def environment(converter, folder):
    """(the Python of a converter's environment, "") or ("", why it cannot be installed)."""
    if not converter.needs:
        return sys.executable, ""
    wanted = f"import sys; sys.exit('%d.%d' % sys.version_info[:2] != '{converter.python}')"
    found = start.first_that(["-c", wanted], start.pythons("", [converter.python]))
    if found is None:
        return "", f"there is no Python {converter.python} here"
    home = folder / re.sub(r"[^\w.]+", "-", "-".join((*converter.needs, converter.python)))
    python = start.python_of(home, "")
    if not python.exists():
        subprocess.run([*found, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", "pip"], check=True, capture_output=True)
    done = subprocess.run([python, "-m", "pip", "install", *converter.needs], capture_output=True, text=True)
    return (str(python), "") if done.returncode == 0 else ("", conflict(done.stdout + done.stderr))


def conflict(said):
    """The sentence in which pip says why packages do not fit together."""
    lines = [line.strip() for line in said.splitlines() if " depends on " in line]
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    return "; ".join(lines[:3]) or (errors or ["pip failed, and said nothing"])[0]


def asked(converter, python, model, flags):
    """{how: [largest difference or None, sentence]}: what a converter's script reports of a model."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "KERAS_BACKEND")}
    env |= THREADS | converter.env
    script = CONVERTING / f"with_{converter.script}.py"
    try:
        done = subprocess.run([python, script, model, *flags], capture_output=True, text=True, timeout=LIMIT, env=env,
                              cwd=model)
    except subprocess.TimeoutExpired:
        return {"converting": [None, f"it had not ended after {LIMIT} seconds"]}
    lines = [line.removeprefix("RESULT ") for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines:
        words = [line for line in done.stderr.strip().splitlines() if re.match(r"\w*(Error|Exception)\b", line)]
        return {"converting": [None, (words or [f"the process ended with code {done.returncode}"])[-1]]}
    return json.loads(lines[-1])


def read():
    """The table's rows, as they stand; none where there is no table."""
    return data.table(TABLE.name) if TABLE.exists() else []


def write(rows):
    """Write the table, and its line in SHA256SUMS."""
    with open(TABLE, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    sums = TABLE.parent / "SHA256SUMS"
    lines = [line for line in sums.read_text(encoding="utf-8").splitlines() if not line.endswith(f"  {TABLE.name}")]
    lines.append(f"{hashlib.sha256(TABLE.read_bytes()).hexdigest()}  {TABLE.name}")
    sums.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
