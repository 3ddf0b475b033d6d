"""A class on one machine: the hub's configuration gives each learner a folder of their own, and two can run one chapter."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.config import Config

import pipeline
from helpers import ROOT, build_dir


@pytest.fixture
def settings():
    """What the configuration file sets."""
    path, c = ROOT / "tools" / "hub" / "jupyterhub_config.py", Config()
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {"get_config": lambda: c, "__file__": str(path)})
    return c


def test_the_hub_listens_on_loopback_and_limits_each_learner(settings):
    assert settings.JupyterHub.bind_url.startswith("http://127.0.0.1") and settings.JupyterHub.hub_ip == "127.0.0.1"
    assert settings.Spawner.mem_limit == "4G" and settings.Spawner.cpu_limit == 2.0
    first = pipeline.targets(pipeline.sources()[0])[0].name
    assert settings.Spawner.default_url == f"/lab/tree/side-by-side/notebooks/{first}"


def test_each_learner_has_a_folder_of_their_own(settings, monkeypatch):
    folders = set()
    for name, value in settings.Spawner.environment.items():
        monkeypatch.setenv(name, value)
    for home in ("/homes/ada", "/homes/grace"):
        monkeypatch.setenv("HOME", home)
        monkeypatch.setenv("USERPROFILE", home)
        folders.add(build_dir())
    assert folders == {Path("/homes/ada/side-by-side-build"), Path("/homes/grace/side-by-side-build")}


@pytest.mark.slow
def test_two_learners_run_one_chapter_at_the_same_time(tmp_path):
    """Lesson 9a starts a server and writes most files."""
    plain = pipeline.targets(pipeline.sources(["09a"])[0])[0]
    running = []
    for name in ("ada", "grace"):
        home = tmp_path / name
        home.mkdir()
        environment = {**os.environ, "HOME": str(home), "SIDE_BY_SIDE_BUILD": str(home / "side-by-side-build")}
        command = [sys.executable, "-m", "papermill", "--no-progress-bar", "--cwd", str(plain.parent), str(plain),
                   str(home / "done.ipynb")]
        running.append(subprocess.Popen(command, env=environment, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
    for process, name in zip(running, ("ada", "grace"), strict=True):
        said, _ = process.communicate(timeout=1200)
        assert process.returncode == 0, said[-2000:]
        ledger = json.loads((tmp_path / name / "side-by-side-build" / "ledger" / "09a.json").read_text(encoding="utf-8"))
        words = {claim: entry["verdict"] for claim, entry in ledger["verdicts"].items()}
        assert words and "NOT MEASURED" not in words.values(), words
