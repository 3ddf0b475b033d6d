"""Shared by the tests: one thread a framework, and a build folder that is never the learner's own."""
import os

import pytest

from helpers import session, show

os.environ.update(session.ENVIRONMENT)  # before a framework loads, whichever test comes first; child processes inherit it
for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[name] = "1"


@pytest.fixture(autouse=True)
def build_folder(tmp_path, monkeypatch):
    """Ledgers and figures of a test go to its own folder."""
    monkeypatch.setenv("SIDE_BY_SIDE_BUILD", str(tmp_path / "build"))
    return tmp_path / "build"


@pytest.fixture
def shown(monkeypatch):
    """What would have been displayed, as (markup, plain)."""
    kept = []
    monkeypatch.setattr(show, "rich", lambda markup, plain: kept.append((markup, plain)))
    return kept
