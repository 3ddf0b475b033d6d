#!/usr/bin/env bash
# torch 2.13.0, tensorboard 2.21.0: a run that starts again from an earlier step, written by PyTorch's and by a told writer.
#
# Guess: TensorBoard hides what an earlier start wrote beyond the step from which the run goes on (its documentation speaks of purging).
# Behavior: only where the second writer was made with purge_step. Else both values of a step are kept, and the curve runs back and forth.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install torch==2.13.0 numpy==2.4.6 tensorboard==2.21.0
environment/bin/python - 2> errors <<'PYTHON' | tee seen || { cat errors; exit 1; }
import time
from importlib.metadata import version

import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter


def steps(**settings):
    folder = f"run{len(settings)}"
    for begin, more in ((0, {}), (2, settings)):
        writer = SummaryWriter(folder, **more)
        for step in range(begin, 4):
            writer.add_scalar("loss", begin, step)
        writer.close()
        time.sleep(1.1)  # a file's name holds the second in which it was begun
    events = EventAccumulator(folder)
    events.Reload()
    return [event.step for event in events.Scalars("loss")]


print(f"torch {torch.__version__}, tensorboard {version('tensorboard')}")
print("guess: [0, 1, 2, 3] both")
print("as it is:         ", steps())
print("with purge_step=2:", steps(purge_step=2))
PYTHON
grep -q "as it is:          \[0, 1, 2, 3, 2, 3\]" seen && grep -q "purge_step=2: \[0, 1, 2, 3\]" seen || { echo "changed"; exit 1; }
