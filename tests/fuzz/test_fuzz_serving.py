"""20,000 requests to chapter 10's servers, which schemathesis makes of its openapi.yaml, a quarter of them wrong on
purpose: `make fuzz`. schemathesis has an environment of its own, which is gone at the end."""
import json
import subprocess
import sys

import psutil
import pytest
from contract import BUILD_TF, NAME, ROWS, agree

from chapters.ch10 import client, model_config, servers
from helpers import ROOT, process

NEEDS = "schemathesis==4.32.5"
REQUESTS = 10_000  # to each of the two servers
GROWTH = 96 * 2**20
"""Bytes that a server may have taken between the first fifth of the requests and the end: allocators keep some."""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python of an environment that has schemathesis."""
    home = tmp_path_factory.mktemp("schemathesis")
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    there = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([there, "-m", "pip", "install", "--quiet", NEEDS], check=True)
    return there


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Version 1 of half_plus_two as a SavedModel, and a label for it."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "build.py").write_text(BUILD_TF, encoding="utf-8")
    done = process.command([sys.executable, folder / "build.py", folder / "served", "1"], timeout=300)
    assert done.returncode == 0, done.stderr
    model_config.write(folder / "served", {"model_version_policy": {"all": {}}, "version_labels": {"stable": 1}})
    return folder / "served"


@pytest.mark.fuzz
@pytest.mark.parametrize("how", ["flask", "django"])
def test_no_500_no_hang_no_growth_and_right_afterwards(python, folder, how):
    """That each answer is in time and no 500 is send.py's part: it ends with an error at the first that is not."""
    with getattr(servers, how)(folder, NAME, "tf") as server:
        taken = []
        for seed, count in enumerate([REQUESTS // 5, REQUESTS - REQUESTS // 5]):
            description = ROOT / "notebooks" / "chapters" / "ch10" / "openapi.yaml"
            program = [python, ROOT / "tests" / "fuzz" / "send.py", description, server.url, count, 1000 * seed]
            done = subprocess.run(list(map(str, program)), capture_output=True, text=True, timeout=3600)
            assert done.returncode == 0, done.stderr[-3000:]
            taken.append(psutil.Process(server.pid).memory_info().rss)
            told = json.loads(done.stdout.splitlines()[-1])
            print(f"{how}: {sum(told['statuses'].values())} requests, {told}, {taken[-1] / 2**20:.0f} MiB")
            assert sum(told["statuses"].values()) >= count and told["statuses"].get("200", 0) > 0.05 * count
        assert taken[1] - taken[0] < GROWTH, taken
        status, answer = client.ask(f"{server.url}/v1/models/{NAME}:predict", json.loads(ROWS[0]["body"]))
        assert agree(ROWS[0], status, json.dumps(answer))
