"""The training function of multiworker_tf.py, unchanged, under Ray Train: two workers, one of them killed (chapter 08).

    python ray_tf.py FOLDER KILL

FOLDER/task.npz holds the data and the first weights; KILL: the step at which worker 1 kills itself. One JSON line out:
{"weights", "start": the step from which the last attempt went on}. Ray's processes stay on this machine and end here.
"""
import json
import os
import secrets
import sys
import tempfile
from pathlib import Path

os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
os.environ |= {"RAY_raylet_start_wait_time_s": "180", "RAY_agent_register_timeout_ms": "180000",
               "RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S": "180"}  # a busy machine needs longer than they give by default
import ray
import ray.train
import ray.train.tensorflow


def train(config):  # what Ray runs in each worker, with a TF_CONFIG that it has written
    from helpers.workers import multiworker_tf

    start, weights = multiworker_tf.train(Path(config["folder"]), config["kill"])
    with tempfile.TemporaryDirectory() as kept:  # what a run leaves reaches the caller in a checkpoint
        Path(kept, "last.json").write_text(json.dumps({"start": start, "weights": [value.tolist() for value in weights]}))
        first = ray.train.get_context().get_world_rank() == 0
        ray.train.report({}, checkpoint=ray.train.Checkpoint.from_directory(kept) if first else None)


folder, kill = Path(sys.argv[1]).resolve(), int(sys.argv[2])
loopback = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"  # Ray on Linux replaces 127.0.0.1 by an outer address
with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as scratch:  # short: sockets live in it
    ray.init(num_cpus=3, include_dashboard=False, _node_ip_address=loopback, _temp_dir=scratch,
             object_store_memory=100 * 2**20, log_to_driver=False)
    result = ray.train.tensorflow.TensorflowTrainer(
        train, train_loop_config={"folder": str(folder), "kill": kill},
        scaling_config=ray.train.ScalingConfig(num_workers=2),
        run_config=ray.train.RunConfig(name="digits", storage_path=f"{scratch}/results",
                                       failure_config=ray.train.FailureConfig(max_failures=1))).fit()
    last = Path(result.checkpoint.path, "last.json").read_text()
    ray.shutdown()
print("\n" + last, flush=True)
os._exit(0)
