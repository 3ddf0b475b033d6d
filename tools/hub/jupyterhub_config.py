"""A JupyterHub for a class on one machine: `jupyterhub -f tools/hub/jupyterhub_config.py` in the course's environment.

Every learner gets a server of their own, limited in memory and processors, and a folder of their own for what runs make.
The course is installed once; each learner's notebooks are a copy in their home, which is made and brought up to date when
their server starts (tools/hub_learner.py). Read tools/hub/README.md first: it says what must be set for others than you.
"""
import os
import sys
from importlib.util import find_spec
from pathlib import Path

c = get_config()  # noqa: F821  (JupyterHub defines it)

LEARNERS = int(os.environ.get("SIDE_BY_SIDE_LEARNERS", "30"))
MEMORY_GB = 4  # a chapter needs up to 3; distributed training up to 4

c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # behind a web server that speaks https
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.active_server_limit = LEARNERS
c.JupyterHub.concurrent_spawn_limit = 4  # both frameworks load slowly when thirty people start at once

# Limits need a spawner that enforces them: systemd's does, the simple one only tells the kernel's environment about them.
systemd = find_spec("systemdspawner") is not None
c.JupyterHub.spawner_class = "systemdspawner.SystemdSpawner" if systemd else "simple"
c.Spawner.mem_limit = f"{MEMORY_GB}G"
c.Spawner.cpu_limit = 2.0
COURSE = Path(__file__).resolve().parents[2]
FIRST = min((COURSE / "notebooks").glob("[0-9]*_*.ipynb")).name
c.Spawner.cmd = [sys.executable, str(COURSE / "tools" / "hub_learner.py")]
c.Spawner.default_url = f"/lab/tree/side-by-side/work/{FIRST}"
c.Spawner.args = ["--MappingKernelManager.transport_encryption=auto"]  # other accounts share this machine's loopback
c.Spawner.start_timeout = c.Spawner.http_timeout = 120  # thirty servers that start at once need more than the usual 30 s
c.Spawner.environment = {
    "SIDE_BY_SIDE_WORK": "~/side-by-side/work",
    "SIDE_BY_SIDE_BUILD": "~/side-by-side-build",  # else all would write into the folder build/ of the one installed course
    "OMP_NUM_THREADS": "2",  # as many as cpu_limit: more only wait for each other
}
