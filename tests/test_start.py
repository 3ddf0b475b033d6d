"""The starter: what each command runs on each system, what it installs and when, and what it says where it cannot."""
import ast
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import family
import start
from helpers import ROOT, process, web

POSIX = pytest.mark.skipif(os.name == "nt", reason="the stand-in for a Python is a shell script")

STAND_IN = """#!/bin/sh
printf '%s|' "$@" >> "$LOG"; echo >> "$LOG"
echo "$PYTHONPATH" >> "$LOG.path"; echo "$SIDE_BY_SIDE_WORK $SIDE_BY_SIDE_BUILD" >> "$LOG.folders"
case "$*" in *"$FAILS"*) exit 3;; esac
"""


@pytest.fixture
def course(tmp_path):
    """A course with the starter, its pins and one source; its .venv holds a stand-in that notes what it is asked to run."""
    folder = tmp_path / "a ü b"
    for name in ("tools/start.py", "tools/fetch.py", "data/fetched.toml", "pyproject.toml", "Makefile",
                 *(path.name for path in ROOT.glob("requirements*.txt"))):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "helpers", folder / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "notebooks" / "chapters" / "ch00").mkdir(parents=True)
    (folder / "notebooks" / "chapters" / "ch00" / "00a_first_contact.py").touch()
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(STAND_IN, encoding="utf-8")
    python.chmod(0o755)
    return folder


def run(course, *arguments, fails="nothing that is run"):
    """(exit code, what was printed, the lines that .venv's Python was asked to run)."""
    log = course / "log"
    log.write_text("", encoding="utf-8")
    done = subprocess.run([sys.executable, course / "tools" / "start.py", *arguments], capture_output=True, text=True,
                          env={**os.environ, "LOG": str(log), "FAILS": fails}, cwd=course.parent, timeout=family.LONG)
    return done.returncode, done.stdout + done.stderr, log.read_text(encoding="utf-8").splitlines()


def test_an_old_python_can_read_it():
    tree = ast.parse((ROOT / "tools" / "start.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    for node in ast.walk(tree):
        assert not getattr(node, "annotation", None) and not getattr(node, "returns", None)
        assert not (isinstance(node, ast.Attribute) and node.attr in ("removeprefix", "removesuffix", "is_relative_to"))
        assert not (isinstance(node, ast.keyword) and node.arg in ("missing_ok", "dirs_exist_ok"))


def test_it_needs_only_the_standard_library():
    command = [sys.executable, "-I", "-S", ROOT / "tools" / "start.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=family.LONG)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert all(name in done.stderr for name in start.COMMANDS)
    done = subprocess.run([*command, "help"], capture_output=True, text=True, timeout=family.LONG)
    assert done.returncode == 0 and all(text in done.stdout for text in start.COMMANDS.values())


def test_each_command_has_what_it_installs_and_what_it_runs():
    assert start.INSTALLS.keys() == start.COMMANDS.keys()
    for name in start.COMMANDS.keys() - {"clean", "ludwig", "help"}:
        for step in start.steps(name, "PYTHON", ["01"]):
            assert step[0] == "PYTHON" and (step[1] in ("-m", "-c") or (ROOT / step[1]).is_file())


def test_benchmarks_take_pytests_options_and_then_is_a_tool_of_its_own():
    chosen, = start.steps("benchmark", "PYTHON", ["-k", "papermill"])
    compare, = start.steps("benchmark", "PYTHON", ["then", "--rounds", "3"])
    assert chosen[1:3] == ["-m", "pytest"] and chosen[-3:] == ["tests/benchmarks", "-k", "papermill"]
    assert compare == ["PYTHON", "tools/then_and_now.py", "--rounds", "3"]


def test_the_makefile_has_every_command_and_no_step_of_its_own():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {name for line in re.findall(r"^(?:WITH_ARGS =|ALONE =)?([a-z ]+)(?:$|:)", text, re.M) for name in line.split()}
    assert named == start.COMMANDS.keys()
    recipes = {line.strip() for line in text.splitlines() if line.startswith("\t") and "clean" not in line}
    assert all(line.startswith("$(START) $@") for line in recipes)


@pytest.mark.parametrize("system, path", [
    ("Windows", "Scripts/python.exe"), ("Darwin", "bin/python"), ("Linux", "bin/python")])
def test_the_environments_python(system, path):
    assert start.python_of(Path("env"), system) == Path("env") / path


@pytest.mark.parametrize("system, second", [
    ("Windows", ["py", "-3.12"]), ("Darwin", ["python3.12"]), ("Linux", ["python3.12"])])
def test_the_pythons_that_are_tried(system, second):
    assert start.pythons(system)[:2] == [[sys.executable], second] and len(start.pythons(system)) == 4


def test_the_first_python_that_fits_is_taken():
    here, missing = [sys.executable], ["no-such-python"]
    fits = ["-c", "import sys; sys.exit(0)"]
    assert start.first_that(fits, [missing, here]) == here
    assert start.first_that(["-c", "import sys; sys.exit(1)"], [missing, here]) is None


def test_where_no_python_fits_the_doctor_says_so(monkeypatch, tmp_path, capfd):
    monkeypatch.setattr(start, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(start, "first_that", lambda *args: None)
    with pytest.raises(SystemExit) as ended:
        start.make_environment("Linux")
    assert ended.value.code == 1 and "Python" in capfd.readouterr().out and not (tmp_path / ".venv").exists()
    with pytest.raises(SystemExit, match="Ludwig needs Python 3.12"):
        start.make_ludwig("Linux")


def test_lab_binds_to_this_machine_and_serves_the_whole_course():
    argv = start.lab("PYTHON", is_root=False)
    first = sorted(path.stem for path in (ROOT / "notebooks" / "chapters" / "ch00").glob("00*.py"))[0]
    assert argv[:4] == ["PYTHON", "-m", "jupyter", "lab"] and "--ServerApp.ip=127.0.0.1" in argv
    assert f"--ServerApp.root_dir={ROOT}" in argv and f"--LabApp.default_url=/lab/tree/work/{first}.ipynb" in argv
    asks_nobody_outside = {"--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"}
    assert asks_nobody_outside < set(argv)
    assert "--allow-root" not in argv and start.lab("PYTHON", is_root=True) == [*argv, "--allow-root"]


@POSIX
def test_a_command_installs_once_and_again_when_a_pin_has_changed(course):
    code, said, ran = run(course, "lint")
    installed = [line for line in ran if line.startswith("-m|pip|install|")]
    assert code == 0 and "Installing the course" in said
    assert [re.search(r"-r\|([\w.-]+)", line).group(1) for line in installed if "-r" in line] == [
        "requirements.txt", "requirements-visdom.txt", "requirements-dev.txt"]
    lint = [line for line in ran if line not in installed]
    assert lint[:3] == ["-m|ruff|check|.|", "tools/layout.py|", "-m|codespell_lib|"] and "importlinter" in lint[3]
    assert len(lint) == 4
    assert run(course, "lint")[2] == lint
    pins = course / "requirements-dev.txt"
    pins.write_text(pins.read_text(encoding="utf-8") + "\n# another pin\n", encoding="utf-8")
    assert [line for line in run(course, "lint")[2] if "pip" in line] == [installed[-1]]


@POSIX
def test_an_installation_that_fails_is_tried_again(course):
    code, _, ran = run(course, "lint", fails="requirements-visdom.txt")
    assert code == 3 and "ruff" not in "".join(ran)
    assert any("requirements-visdom.txt" in line for line in run(course, "lint")[2])


@POSIX
def test_what_is_started_finds_this_courses_own_helpers(course):
    """Not those of the copy that the environment was made with, which may be an older one, or none."""
    run(course, "lab")
    assert (course / "log.path").read_text(encoding="utf-8").splitlines()[-1].split(os.pathsep)[0] == str(course)
    assert start.with_course("") == str(ROOT) and start.with_course("/x").split(os.pathsep) == [str(ROOT), "/x"]


@POSIX
def test_gpu_installs_the_gpu_file(course):
    ran = run(course, "--gpu", "lint")[2]
    assert any("-r|requirements-gpu.txt|-e|.|" in line for line in ran)
    assert not any("|-r|requirements.txt|" in line for line in ran)
    assert not any("|install|" in line for line in run(course, "lint")[2]), "the environment remembers it"


def test_nothing_that_is_added_later_brings_the_cpu_build_of_tensorflow():
    """Its files are those of the GPU build: whichever is installed last wins."""
    for name in ("requirements-dev.txt", "requirements-gpu.txt", "requirements-visdom.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"^(-r|tensorflow-cpu)", text, re.M), name


@POSIX
def test_half_an_environment_does_not_stay(monkeypatch, tmp_path):
    """As on Debian without python3-venv: venv fails, and leaves a Python without pip behind."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nmkdir -p "$3/bin" && touch "$3/bin/python" "$3/mine"; exit 7\n', encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(start, "first_that", lambda *args: [str(python)])
    for name, is_kept in ((".venv", False), ("made by hand", True)):
        monkeypatch.setattr(start, "VENV", tmp_path / name)
        if is_kept:
            (tmp_path / name).mkdir()
        with pytest.raises(SystemExit) as ended:
            start.make_environment("Linux")
        assert ended.value.code == 7 and (tmp_path / name / "mine").exists() == is_kept


@POSIX
def test_test_runs_everything_in_order_and_stops_at_the_first_failure(course):
    run(course, "test")
    code, _, ran = run(course, "test")
    assert code == 0
    assert ran == [*run(course, "lint")[2], "tools/pipeline.py|check|", "-m|pytest|-n|2|tests|",
                   "tools/pipeline.py|verdicts|--as-run|"]
    code, _, ran = run(course, "test", fails="pipeline.py check")
    assert code == 3 and ran[-1] == "tools/pipeline.py|check|"


@POSIX
def test_pages_that_cannot_be_fetched_are_said_and_tried_again(course):
    for _ in range(2):
        code, said, ran = run(course, "run", "01", "--seed", "3", fails="fetch.py")
        assert code == 0 and "NOT MEASURED" in said and ran[-1] == "tools/pipeline.py|run|01|--seed|3|"
    run(course, "run")
    assert run(course, "run")[2] == ["tools/pipeline.py|run|"]


@POSIX
def test_make_hands_everything_on(course):
    run(course, "test")
    for target, expected in ((["check", "LESSON=06b"], "tools/pipeline.py|test|06b|"),
                             (["run", "ARGS=01 --seed 3"], "tools/pipeline.py|run|01|--seed|3|")):
        run(course, "run")
        (course / "log").write_text("", encoding="utf-8")
        subprocess.run(["make", "-s", *target, f"PYTHON={sys.executable}"], cwd=course, check=True, timeout=family.LONG,
                       env={**os.environ, "LOG": str(course / "log"), "FAILS": "nothing"})
        line = (course / "log").read_text(encoding="utf-8").splitlines()[-1]
        assert line.startswith(expected)


def test_check_asks_which_lesson():
    with pytest.raises(SystemExit, match="Which lesson"):
        start.parse(["check"])
    assert start.parse(["--gpu", "check", "06b", "--workers", "1"]) == ({"--gpu"}, "check", ["06b", "--workers", "1"])


@POSIX
@pytest.mark.parametrize("how", [["python", "--learner=ada"], ["make", "LEARNER=ada"]])
def test_a_second_learner_has_folders_of_their_own_and_the_first_ones_stay(course, how):
    for name in ("build/ledger/01.json", "build/x", "build-ada/ledger/01.json", "build-ada/x", "work/x", "work-ada/x"):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        (course / name).touch()
    run(course, "lab")
    (course / "log").write_text("", encoding="utf-8")
    for command in ("lab", "clean"):
        argv = ([sys.executable, "tools/start.py", how[1], command] if how[0] == "python" else
                ["make", "-s", command, how[1], f"PYTHON={sys.executable}"])
        subprocess.run(argv, cwd=course, check=True, timeout=family.LONG, stdout=subprocess.DEVNULL,
                       env={**os.environ, "LOG": str(course / "log"), "FAILS": "nothing"})
    copied, opened = (course / "log").read_text(encoding="utf-8").splitlines()
    assert copied == "tools/work_copy.py|" and "default_url=/lab/tree/work-ada/00a_first_contact.ipynb" in opened
    assert f"--ServerApp.root_dir={course}" in opened
    assert (course / "log.folders").read_text(encoding="utf-8").splitlines()[-2:] == ["work-ada build-ada"] * 2
    left = [path.relative_to(course).as_posix() for name in ("build", "build-ada", "work", "work-ada")
            for path in sorted((course / name).rglob("*")) if path.is_file()]
    assert left == ["build/ledger/01.json", "build/x", "build-ada/ledger/01.json", "work/x", "work-ada/x"]


def test_a_learners_name_is_one_that_a_folder_can_have():
    for name in ("", "../ada", "a b", "ada/x"):
        with pytest.raises(SystemExit, match="COMMAND"):
            start.parse([f"--learner={name}", "lab"])


def test_clean_keeps_the_ledger(tmp_path, capsys):
    build = tmp_path / "build"
    for name in ("ledger/01.json", "ledger/learner.txt", "executed/01_x.ipynb", "report.html", "nbval/ledger/01.json"):
        (build / name).parent.mkdir(parents=True, exist_ok=True)
        (build / name).touch()
    start.clean(build)
    kept = sorted(path.relative_to(build).as_posix() for path in build.rglob("*"))
    assert kept == ["ledger", "ledger/01.json", "ledger/learner.txt"]
    assert "Kept" in capsys.readouterr().out
    start.clean(tmp_path / "nowhere")


@POSIX
def test_an_interrupt_ends_the_command_in_its_own_time(tmp_path):
    """Ctrl-C reaches both; the starter waits for what it started."""
    code = ("import sys, time, signal\n"
            "def end(*args): print('ended in peace', flush=True); sys.exit(5)\n"
            "signal.signal(signal.SIGINT, end); print('ready', flush=True); time.sleep(600)")
    whole = f"import start, sys; sys.exit(start.call([sys.executable, '-c', {code!r}]))"
    child = subprocess.Popen([sys.executable, "-c", whole], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env={**os.environ, "PYTHONPATH": str(ROOT / "tools")}, start_new_session=True)
    assert child.stdout.readline() == "ready\n"
    os.killpg(child.pid, signal.SIGINT)
    said, _ = child.communicate(timeout=family.LONG)
    assert said == "ended in peace\n" and child.returncode == 5


@POSIX
def test_who_ends_the_starter_ends_the_command():
    """A kill of `make lab` alone, not of the whole terminal, leaves no server behind."""
    code = "import time; print('ready', flush=True); time.sleep(600)"
    whole = f"import start, sys; sys.exit(start.call([sys.executable, '-c', {code!r}]))"
    child = subprocess.Popen([sys.executable, "-c", whole], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env={**os.environ, "PYTHONPATH": str(ROOT / "tools")}, start_new_session=True)
    assert child.stdout.readline() == "ready\n"
    child.terminate()
    child.communicate(timeout=family.LONG)  # ends when the command has closed its output too
    assert child.returncode == 128 + signal.SIGTERM


LESSON = """# %% [markdown]
# # 98. Title
#
# See [a module](chapters/ch98/figures.py).

# %%
from IPython.display import display
display({"text/html": '<a href="../build/a%20report.html">the report</a>'}, raw=True)
"""


@pytest.mark.browser
@pytest.mark.slow
def test_lab_opens_the_copy_and_merely_opening_changes_nothing(page, tmp_path):
    """The copy opens, no dot says that it is unsaved, and links work, to what is not copied and to what a cell wrote."""
    course = tmp_path / "a ü b"
    for name in ("helpers", "tools"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in (("chapters/ch98/98_title.py", LESSON), ("chapters/ch98/figures.py", "# the module\n"),
                       ("glossary.md", ""), ("what_will_bite_you.md", ""),
                       ("../build/a report.html", "<p>all that you found</p>")):
        (course / "notebooks" / name).parent.mkdir(parents=True, exist_ok=True)
        (course / "notebooks" / name).write_text(text, encoding="utf-8")
    port, folder = web.free_port(), tmp_path / "jupyter"
    command = [sys.executable, course / "tools" / "start.py", "--here", "lab", "--no-browser", f"--port={port}",
               "--ServerApp.port_retries=0", "--IdentityProvider.token="]
    environment = {"PYTHONPATH": course, "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
                   "JUPYTER_RUNTIME_DIR": folder / "runtime", "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces"}
    with process.server(command, ready=f"http://127.0.0.1:{port}/lab", timeout=family.LONG, env=environment) as server:
        assert ("--allow-root" in server.log) == (os.geteuid() == 0)
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=180_000)
        page.wait_for_load_state("networkidle")
        tab = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text="98_title.ipynb")
        assert "jp-mod-dirty" not in tab.get_attribute("class")
        page.locator(".jp-Notebook a[href*='figures.py']").click()
        page.locator(".jp-FileEditor").get_by_text("the module").wait_for(timeout=180_000)
        tab.click()
        page.locator(".jp-CodeCell .cm-content").click()
        page.keyboard.press("Control+Enter")
        page.locator(".jp-OutputArea a", has_text="the report").click(timeout=180_000)
        page.frame_locator(".jp-HTMLViewer iframe").get_by_text("all that you found").wait_for(timeout=180_000)
