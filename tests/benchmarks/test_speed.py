"""Speed as ratios, measured in turn in one run: `make benchmark`. Not part of the tests, since machines are noisy."""
import os
import statistics
import subprocess
import sys
import time

import numpy as np
import pytest

from helpers import ROOT, data, timing

pytestmark = pytest.mark.benchmark

PLAIN = "import torch\nimport tensorflow as tf\n"
START = ("from helpers import session\nsession.start('01')\nimport torch\nfrom helpers import torch_side\n"
         "with session.quiet():\n    import tensorflow as tf\nfrom helpers import tf_side\n")


def seconds(code):
    """Wall time of a new interpreter that runs code."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=120)
    return time.perf_counter() - begin


def test_the_start_of_a_chapter_costs_little_more_than_the_imports():
    """session.start and both sides: at most 1.05 of importing the two frameworks alone."""
    seconds(PLAIN), seconds(START)  # the first start reads the files from disk
    pairs = [(seconds(PLAIN), seconds(START)) for _ in range(9)]
    ratio = statistics.median(start for _, start in pairs) / statistics.median(plain for plain, _ in pairs)
    print(f"\nstart of a chapter / imports alone: {ratio:.3f}")
    assert ratio <= 1.05


BEFORE = "1dd0095"  # the commit before the helpers became a face of few modules
SHARED = "session, claims, exercises, data, parity, plots, show, stepper, timing, memory, process"


@pytest.mark.parametrize("then, now", [
    ("import helpers", "import helpers"),
    (f"from helpers import {SHARED}, boards", f"from helpers import {SHARED}, web, errors")],
    ids=["the package", "the face without a framework"])
def test_the_face_is_imported_no_slower_than_before(tmp_path, then, now):
    """A new interpreter imports it, then and now in turn. `boards` was what `web` is."""
    archive = subprocess.run(["git", "archive", BEFORE, "helpers"], cwd=ROOT, capture_output=True)
    if archive.returncode:
        pytest.skip(f"commit {BEFORE} is not in this copy's history")
    subprocess.run(["tar", "-x", "-C", tmp_path], input=archive.stdout, check=True)

    def importing(code, folder):
        code += f"; import helpers; assert helpers.__file__.startswith({str(folder)!r})"
        env = os.environ | {"PYTHONPATH": str(folder)}
        return lambda: subprocess.run([sys.executable, "-P", "-c", code], env=env, check=True, timeout=120)

    found = timing.compare({"then": importing(then, tmp_path), "now": importing(now, ROOT)}, rounds=15)
    print(f"\n{timing.table(found)}")
    assert found["now"].low <= 1.0


def test_the_helpers_cost_nothing_in_a_training_loop():
    """A torch training epoch through data.batches against the same epoch with its shuffling written out: under 2 %."""
    import torch
    digits = data.digits()
    x, y = digits.x_train.reshape(-1, 64), digits.y_train
    model = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def epoch(batches):
        for x_batch, y_batch in batches:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(torch.from_numpy(x_batch)), torch.from_numpy(y_batch))
            loss.backward()
            optimizer.step()

    def by_hand():
        order = np.random.default_rng([0, 0]).permutation(len(x))
        for start in range(0, len(x), 64):
            chosen = order[start:start + 64]
            yield x[chosen], y[chosen]

    found = timing.compare({"by hand": lambda: epoch(by_hand()),
                            "data.batches": lambda: epoch(data.batches(x, y, size=64, seed=0, epoch=0))}, rounds=41)
    print(f"\n{timing.table(found)}")
    assert found["data.batches"].ratio < 1.02
