"""Ludwig's command line, in the environment of its own that `make ludwig` makes: a config and the digits go in."""
import csv
import json

import numpy as np

from helpers import ROOT, process

PROGRAM = ROOT / ".venv" / "ludwig" / "bin" / "ludwig"
VALIDATION = 128
"""So many of the training digits, the last ones, tell Ludwig when to stop."""


def experiment(config, digits, folder, seed):
    """Train from a config and test on the forms that were held out: the test accuracy. Writes into folder.

    digits: as `data.digits` gives them. Raises RuntimeError with Ludwig's last words where it failed.
    """
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    write(digits, folder / "digits.csv")
    done = process.command([PROGRAM, "experiment", "--config", folder / "config.json", "--dataset", folder / "digits.csv",
                            "--output_directory", folder / "ludwig", "--skip_save_processed_input", "--random_seed", seed],
                           timeout=900, env={"OMP_NUM_THREADS": 1, "HF_HUB_OFFLINE": 1})
    found = sorted((folder / "ludwig").glob("*/test_statistics.json"), key=lambda path: path.stat().st_mtime)
    if done.returncode or not found:
        raise RuntimeError(f"Ludwig failed:\n{done.stderr[-2000:]}")
    return json.loads(found[-1].read_text(encoding="utf-8"))["digit"]["accuracy"]


def write(digits, path):
    """The digits as a table: 64 pixels from 0 to 16 in a text, a name, and 0, 1 or 2 for training, validation, test."""
    pixels = (16 * np.concatenate([digits.x_train, digits.x_test])).astype(int).reshape(-1, 64)
    labels = np.concatenate([digits.y_train, digits.y_test])
    part = np.repeat([0, 1, 2], [len(digits.y_train) - VALIDATION, VALIDATION, len(digits.y_test)])
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["pixels", "digit", "split"])
        for row, label, where in zip(pixels, labels, part):
            rows.writerow([" ".join(map(str, row)), f"digit {label}", where])
