"""Shared by the tests: one thread a framework, a build folder that is never the learner's own, a real browser."""
import os
import shutil

import pytest

from helpers import session, show

os.environ.update(session.ENVIRONMENT)  # before a framework loads, whichever test comes first; child processes inherit it
for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[name] = "1"

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OFFLINE = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]


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


@pytest.fixture(scope="module")
def browser():
    """Chromium from the system, headless."""
    if CHROMIUM is None:
        pytest.skip("BROWSER TESTS DID NOT RUN: no chromium on PATH (Debian: apt-get install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="BROWSER TESTS DID NOT RUN: playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OFFLINE)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page that may reach this machine only; asking for anything else is noted in page.asked_outside."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.asked_outside = []

    def guard(route):
        if route.request.url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:")):
            route.continue_()
        else:
            page.asked_outside.append(route.request.url)
            route.abort()
    page.route("**/*", guard)
    yield page
    page.close()
