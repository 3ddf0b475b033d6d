"""A Ray cluster of this machine alone, for ray_torch.py and ray_tf.py: no word to the outside, a password of its own."""
import contextlib
import os
import secrets
import sys
import tempfile

TRIES = 8


@contextlib.contextmanager
def cluster():
    """Start Ray, give a folder for results, stop Ray.

    When it starts, Ray gives a helper of its own 15 seconds to come up, too few on a very busy machine, and no setting
    changes that: it is tried again, and the last error is raised.
    """
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_TOKEN": secrets.token_hex(32),
                   "RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S": "240"}  # the last: by default a minute
    import ray

    loopback = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"  # for 127.0.0.1 Ray on Linux takes an outer address
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:  # a short path: sockets live in it
        for left in range(TRIES - 1, -1, -1):
            try:
                ray.init("local", num_cpus=3, include_dashboard=False, log_to_driver=False, _node_ip_address=loopback,
                         _temp_dir=f"{folder}/{left}", object_store_memory=100 * 2**20)
                break
            except Exception:  # Ray raises no more special one
                ray.shutdown()
                if not left:
                    raise
        yield folder
        ray.shutdown()
