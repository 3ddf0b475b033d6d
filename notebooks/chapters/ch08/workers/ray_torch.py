"""The training function of elastic_torch.py, beside this file, under Ray Train: two workers, one is killed (chapter 08).

    python ray_torch.py FOLDER KILL

FOLDER/task.npz holds the data and the first weights; KILL: the step at which worker 1 kills itself. One JSON line out:
{"weights", "start": the step from which the last attempt went on}. Ray's processes stay on this machine and end here.
"""
import json
import os
import runpy
import sys
import tempfile
from pathlib import Path

import ray.train
import ray.train.torch

HERE = Path(__file__).resolve().parent
cluster = runpy.run_path(str(HERE / "ray_local.py"))["cluster"]


def train(config):  # what Ray runs in each worker, in a process group that it has made
    elastic_torch = runpy.run_path(config["script"])
    lines = list(elastic_torch["train"](Path(config["folder"]), "cpu", config["kill"]))
    with tempfile.TemporaryDirectory() as kept:  # what a run leaves reaches the caller in a checkpoint
        Path(kept, "last.json").write_text(json.dumps(lines[-1] | {"start": lines[0]["step"]}))
        first = ray.train.get_context().get_world_rank() == 0
        ray.train.report({}, checkpoint=ray.train.Checkpoint.from_directory(kept) if first else None)


folder, kill = Path(sys.argv[1]).resolve(), int(sys.argv[2])
with cluster() as scratch:
    result = ray.train.torch.TorchTrainer(
        train, train_loop_config={"script": str(HERE / "elastic_torch.py"), "folder": str(folder), "kill": kill},
        torch_config=ray.train.torch.TorchConfig(backend="gloo"),
        scaling_config=ray.train.ScalingConfig(num_workers=2),
        run_config=ray.train.RunConfig(name="digits", storage_path=f"{scratch}/results",
                                       failure_config=ray.train.FailureConfig(max_failures=1))).fit()
    last = Path(result.checkpoint.path, "last.json").read_text()
print("\n" + last, flush=True)
os._exit(0)
