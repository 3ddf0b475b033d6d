"""Shared by the tests: one thread a framework, a build folder that is never the learner's own, a real browser; and what
happens to a test where a tool that it needs is missing."""
import importlib.util
import os
import re
import shutil

import pytest
from xdist.scheduler import LoadScopeScheduling

from helpers import session, show
from helpers.course import missing
from helpers.machine import environment, fetched

session.bind_chapters()  # pytest puts this folder on the path, and its folder chapters is not the package
os.environ.update(session.ENVIRONMENT)  # before a framework loads, whichever test comes first; child processes inherit it
environment.settle(os.environ)
for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[name] = "1"
os.environ["TORCHINDUCTOR_VEC_ISA_OK"] = "1"  # else PyTorch's compiler first tries all that this processor has: 15 s

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OFFLINE = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]


def pytest_addoption(parser):
    parser.addoption("--one-a-chapter", action="store_true", help="benchmarks of lessons take the first of each chapter")


TOGETHER = re.compile(r"tests/(test_site_in_browser|test_browser|chapters/test_ch(09|09_pages|10|11))\.py|"
                      r"tests/chapters/test_ch08\.py(?=::test_\w*(_of_ray_|_cluster_))|"
                      r".*::test_one_framework_missing\[\w+|.*::test_right_answers\w+\[\d\d")
"""How the names of tests begin that share what takes long to start: a site, a server, a process with a framework loaded.
And of those that count the processes of Ray: two at a time would each wait for the other's end."""


def together(name):
    """What the tests that are to run in the same worker as the one of this name have in common; of most it is the name."""
    found = TOGETHER.match(name)
    return found.group() if found else name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Under `pytest -n`: many tests together first, then one after another, each where a worker is free."""
    if config.getvalue("dist") == "load":
        scheduler = LoadScopeScheduling(config, log)
        scheduler._split_scope = together
        return scheduler


def cure(tool):
    """How to get a tool that is missing here: chromium, a package of npm's or a Python module. None where it is there."""
    if tool == "chromium":
        return None if CHROMIUM else "with Debian apt-get install chromium"
    if tool == "javac":
        return None if shutil.which("javac") else "with Debian apt-get install default-jdk-headless"
    if tool in fetched.packages():
        return None if fetched.is_there(fetched.packages()[tool]) else f"with npm {fetched.COMMAND}"
    if importlib.util.find_spec(tool):
        return None
    return missing.INSTALL.get(tool, "python -m pip install -r requirements-dev.txt")


def needs(*tools):
    """Skip a test where one of these tools is missing; in CI, where SIDE_BY_SIDE_CI is set, let it fail. Both name the tool.

    A test that did not run protects nothing, and in CI nobody reads that it did not.
    """
    for tool in tools:
        how = cure(tool)
        if how is not None:
            said = f"DID NOT RUN: {tool} is missing ({how})"
            if os.environ.get("SIDE_BY_SIDE_CI"):
                pytest.fail(said, pytrace=False)
            pytest.skip(said)


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


@pytest.fixture(scope="session")
def begun():
    """A kernel in which the frameworks are loaded, as `make run` uses it: (its name, (variable, value) to be found with)."""
    import loaded
    import pipeline
    variables = dict(os.environ)
    with loaded.kernels(pipeline.LOADED, variables) as kernel:
        yield kernel, ("JUPYTER_PATH", variables.get("JUPYTER_PATH", ""))


@pytest.fixture(scope="module")
def browser():
    """Chromium from the system, headless."""
    needs("chromium", "playwright")
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
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
