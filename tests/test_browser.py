"""A real browser: JupyterLab runs lesson 0a as a learner would and shows whole lines, and the site works offline.

Needs chromium, playwright and npm's files. Without them these tests are skipped, and in CI they fail (conftest.needs).
"""
import json
import shutil
import sys

import nbformat
import pytest

import family
import pipeline
from helpers import ROOT, process, web

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHOLE_PAGE = {"windowingMode": "none", "autosaveInterval": 3600}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A copy of the learners' notebooks that a run may change: what JupyterLab shows."""
    return shutil.copytree(ROOT / "notebooks", tmp_path_factory.mktemp("desk") / "notebooks")


@pytest.fixture(scope="module")
def lab(desk, tmp_path_factory):
    """JupyterLab's address, serving the desk."""
    scratch = tmp_path_factory.mktemp("lab")
    settings = scratch / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps(WHOLE_PAGE), encoding="utf-8")
    port = web.free_port()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
               "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={desk}",
               "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    environment = {"JUPYTERLAB_SETTINGS_DIR": str(scratch / "settings"), "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
                   "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"),  # else Lab reopens what was open last time
                   "SIDE_BY_SIDE_BUILD": str(scratch / "build")}
    with process.server(command, ready=f"http://127.0.0.1:{port}/lab", timeout=family.LONG, env=environment):
        yield f"http://127.0.0.1:{port}"


def cut_off(page, lab, path):
    """First lines of the code cells of a notebook that scroll sideways in a small window with the file browser open."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{lab}/lab/tree/{path.name}?reset")  # no tab of another notebook
    open_cells = [cell for cell in nbformat.read(path, 4).cells
                  if cell.cell_type == "code" and not cell.metadata.get("jupyter", {}).get("source_hidden")]
    page.wait_for_function("count => document.querySelectorAll('.jp-CodeCell .cm-scroller').length >= count",
                           arg=len(open_cells), timeout=180_000)
    page.locator("#filebrowser").wait_for()
    found = page.evaluate("""async () => {
        const notebook = document.querySelector('.jp-Notebook .jp-WindowedPanel-outer');
        const boxes = [...document.querySelectorAll('.jp-CodeCell .cm-scroller')], wide = new Set();
        for (let top = 0; top < notebook.scrollHeight; top += notebook.clientHeight) {
            notebook.scrollTop = top;  // what is out of view may not be drawn
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            for (const box of boxes) if (box.scrollWidth > box.clientWidth) wide.add(box);
        }
        return boxes.filter(box => wide.has(box)).map(box => box.querySelector('.cm-line').textContent);
    }""")
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "_xsrf")
    for kernel in page.request.get(f"{lab}/api/kernels").json():
        page.request.delete(f"{lab}/api/kernels/{kernel['id']}", headers={"X-XSRFToken": token})
    return found


def test_a_line_that_is_too_long_is_seen(lab, desk, page):
    fits, long = "# " + 86 * "x", "# " + 138 * "y"  # 88 and 140 columns
    cells = [fits, long, *30 * ["short = 1"], "\n".join(["far below", *15 * [fits], long])]
    hidden = nbformat.v4.new_code_cell(long, metadata={"jupyter": {"source_hidden": True}})
    book = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells), hidden])
    nbformat.write(book, desk / "lines.ipynb")
    assert cut_off(page, lab, desk / "lines.ipynb") == [long, "far below"]


def widest(near):
    """Of each lesson one cell with its open code's lines of `near` characters or more, or with other letters than ASCII.

    Each begins with the lesson's name. What is ASCII has one width here: where such a line fits, all shorter ones do.
    """
    cells = []
    for source in pipeline.sources():
        lines = [line for cell in pipeline.learner(pipeline.read(source)).cells
                 if cell.cell_type == "code" and not cell.metadata.get("jupyter", {}).get("source_hidden")
                 for line in cell.source.splitlines() if len(line) >= near or not line.isascii()]
        cells.append(nbformat.v4.new_code_cell("\n".join([f"# {source.stem}", *lines])))
    return cells


def test_no_code_cell_of_a_lesson_scrolls_sideways(lab, desk, page):
    """Their widest lines stand in one notebook here: JupyterLab takes seconds to open one, and no cell has to run."""
    cells = widest(84)
    assert sum(cell.source.count("\n") for cell in cells) > 100
    cells.insert(9, nbformat.v4.new_code_cell("# planted\n# " + 110 * "y"))
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=pipeline.METADATA), desk / "widest.ipynb")
    assert cut_off(page, lab, desk / "widest.ipynb") == ["# planted"]


def test_a_learner_runs_lesson_0a_and_answers_the_quiz(lab, page, tmp_path):
    name = pipeline.targets(pipeline.sources(["00a"])[0])[0].name
    cells = nbformat.read(ROOT / "notebooks" / name, 4).cells
    last = [cell for cell in cells if cell.cell_type == "code"][-1]
    page.goto(f"{lab}/lab/tree/{name}?reset")
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=180_000)  # before, Lab asks which kernel
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=180_000)
    page.wait_for_load_state("networkidle")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function("""() => {
        const prompts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')];
        const cells = prompts.map(e => e.textContent).filter(text => text);  // a folded cell shows none
        return cells.length > 10 && cells.every(t => /\\[\\d+\\]/.test(t)) ||
               document.querySelector('[data-mime-type="application/vnd.jupyter.error"]');
    }""", timeout=180_000)
    errors = page.locator('[data-mime-type="application/vnd.jupyter.error"]')
    assert errors.count() == 0, errors.first.inner_text()
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == sum(cell.cell_type == "code" for cell in cells), last.source

    option = page.locator(".jp-OutputArea details[name^=quiz-00a-1]").first
    explanation = option.locator("p")
    assert not explanation.is_visible()
    option.locator("summary").click()
    assert explanation.is_visible() and explanation.inner_text().startswith(("Right.", "No."))
    hint = page.locator(".jp-OutputArea details", has_text="Hint 1 of 3").first
    hint.locator("summary").click()
    assert hint.locator("p").is_visible()
    page.screenshot(path=tmp_path / "lab.png")
