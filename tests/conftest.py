"""Shared by the tests: one thread a framework, and a build folder that is never the learner's own."""
import os

import pytest

for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[name] = "1"  # before a framework loads; child processes and kernels inherit it


@pytest.fixture(autouse=True)
def build_folder(tmp_path, monkeypatch):
    """Ledgers and figures of a test go to its own folder."""
    monkeypatch.setenv("SIDE_BY_SIDE_BUILD", str(tmp_path / "build"))
    return tmp_path / "build"
