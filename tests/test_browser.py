"""A real browser: JupyterLab runs chapter 00 as a learner would, a quiz answers a click, and the site works offline.

Needs chromium, playwright and npm's files. Without them these tests are skipped, and in CI they fail (conftest.needs).
"""
import json
import os
import shutil
import sys

import nbformat
import pytest

import pipeline
from axe import serious
from conftest import needs
from helpers import ROOT, build_dir, process, web

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHOLE_PAGE = {"windowingMode": "none", "autosaveInterval": 3600}


@pytest.fixture
def lab(tmp_path):
    """JupyterLab's address, serving a copy of the learners' notebooks that a run may change."""
    folder = tmp_path / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder)
    settings = tmp_path / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps(WHOLE_PAGE), encoding="utf-8")
    port = web.free_port()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
               "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
               "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    environment = {"JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
                   "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),  # else Lab reopens what was open last time
                   "SIDE_BY_SIDE_BUILD": os.environ["SIDE_BY_SIDE_BUILD"]}
    with process.server(command, ready=f"http://127.0.0.1:{port}/lab", timeout=60, env=environment):
        yield f"http://127.0.0.1:{port}"


def test_a_learner_runs_chapter_00_and_answers_the_quiz(lab, page, tmp_path):
    name = pipeline.targets(pipeline.sources(["00"])[0])[0].name
    cells = nbformat.read(ROOT / "notebooks" / name, 4).cells
    last = [cell for cell in cells if cell.cell_type == "code"][-1]
    page.goto(f"{lab}/lab/tree/{name}")
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=60_000)  # before, Lab asks which kernel
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function("""() => {
        const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].map(e => e.textContent);
        return cells.length > 10 && cells.every(t => /\\[\\d+\\]/.test(t)) ||
               document.querySelector('[data-mime-type="application/vnd.jupyter.error"]');
    }""", timeout=180_000)
    errors = page.locator('[data-mime-type="application/vnd.jupyter.error"]')
    assert errors.count() == 0, errors.first.inner_text()
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == sum(cell.cell_type == "code" for cell in cells), last.source

    option = page.locator(".jp-OutputArea details[name^=quiz-00-1]").first
    explanation = option.locator("p")
    assert not explanation.is_visible()
    option.locator("summary").click()
    assert explanation.is_visible() and explanation.inner_text().startswith(("Right.", "No."))
    hint = page.locator(".jp-OutputArea details", has_text="Hint 1 of 3").first
    hint.locator("summary").click()
    assert hint.locator("p").is_visible()
    page.screenshot(path=tmp_path / "lab.png")


def test_the_site_needs_no_network_and_shows_its_figures(page, monkeypatch):
    import site_of_course
    executed = build_dir() / "executed"
    executed.mkdir(parents=True)
    for source in pipeline.sources():  # the solved notebooks have a part of the outputs; these two have all
        if pipeline.lesson(source) in ("00", "01"):
            pipeline.run(source, {})
        else:
            shutil.copy(pipeline.targets(source)[1], executed)
    folder = site_of_course.main()
    page.goto((folder / "index.html").as_uri())
    page.get_by_role("link", name="1. ", exact=False).first.click()
    assert page.locator("h1").inner_text().startswith("1. ")
    images = page.locator("main img")
    assert images.count() >= 2
    for k in range(images.count()):
        assert images.nth(k).get_attribute("alt").strip()
        assert images.nth(k).evaluate("image => image.complete && image.naturalWidth > 0")
    assert page.locator("main script[src], link[href^=http]").count() == 0 and page.asked_outside == []
    page.locator("main a[href^='glossary.html#']").first.click()
    page.locator(":target").wait_for(timeout=30_000)  # a glossary link leads to its entry
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for name in sorted(path.name for path in folder.glob("*.html")):
            page.goto((folder / name).as_uri())
            assert serious(page) == [], f"{name}, {scheme}"
    needs("minisearch")
    page.goto((folder / "index.html").as_uri())
    page.get_by_role("searchbox").fill("strides")
    page.keyboard.press("Enter")
    page.locator("#hits a[href^='01_tensors.html#']").first.click()
    page.locator(":target").wait_for(timeout=30_000)  # a hit leads to its section
