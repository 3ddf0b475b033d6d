"""A class on one machine: the hub's configuration gives each learner a folder of their own, and two can run one chapter."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.config import Config

import family
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
    assert settings.Spawner.default_url == f"/lab/tree/side-by-side/work/{first}"


def test_each_learner_has_a_folder_of_their_own(settings, monkeypatch):
    folders = set()
    for name, value in settings.Spawner.environment.items():
        monkeypatch.setenv(name, value)
    for home in ("/homes/ada", "/homes/grace"):
        monkeypatch.setenv("HOME", home)
        monkeypatch.setenv("USERPROFILE", home)
        folders.add(build_dir())
    assert folders == {Path("/homes/ada/side-by-side-build"), Path("/homes/grace/side-by-side-build")}


COURSE = '''# %% [markdown]
# # 98. Title
#
# See [data](../data/timeline.csv) and [a module](chapters/ch98/figures.py).

# %% tags=["exercise"]
answer = ...
# solution
answer = 2

# %% tags=["check"]
exercises.check("98.1", answer)
'''


@pytest.mark.skipif(os.name == "nt", reason="a hub runs on Linux")
def test_when_a_learners_server_starts_their_copy_follows_the_course_and_keeps_what_they_wrote(settings, tmp_path):
    """With a stand-in for JupyterHub's part, which says what it was started with."""
    course, home, stand_in = tmp_path / "course", tmp_path / "home", tmp_path / "jupyterhub"
    for name in ("helpers", "tools"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__", "site", "slides"))
    for path, text in ((course / "notebooks/chapters/ch98/98_title.py", COURSE), (course / "notebooks/glossary.md", ""),
                       (course / "notebooks/what_will_bite_you.md", ""),
                       (course / "notebooks/chapters/ch98/figures.py", ""), (course / "data/timeline.csv", "a"),
                       (stand_in / "__init__.py", ""), (stand_in / "singleuser.py", "import sys; print(sys.argv[1:])")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    home.mkdir()

    def start():
        environment = {**os.environ, **settings.Spawner.environment, "HOME": str(home),
                       "PYTHONPATH": os.pathsep.join([str(course), str(tmp_path)])}
        command = [settings.Spawner.cmd[0], course / Path(settings.Spawner.cmd[1]).relative_to(ROOT), "--port=1"]
        done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=family.LONG)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    assert start() == ["['--port=1']"]
    mine = home / "side-by-side" / "work" / "98_title.ipynb"
    text = mine.read_text(encoding="utf-8")
    for link in ("../data/timeline.csv", "../notebooks/chapters/ch98/figures.py"):
        assert f"({link})" in text and (mine.parent / link).is_file()
    mine.write_text(text.replace("answer = ...", "answer = 42"), encoding="utf-8")
    source = course / "notebooks/chapters/ch98/98_title.py"
    source.write_text(COURSE.replace("Title", "Corrected"), encoding="utf-8")
    assert start() == ["98_title.ipynb: kept: exercise 98.1", "['--port=1']"]
    text = mine.read_text(encoding="utf-8")
    assert "# 98. Corrected" in text and "answer = 42" in text
    (mine.parent / ".course").rename(mine.parent / "aside")
    (mine.parent / ".course").write_text("in the way", encoding="utf-8")
    (home / "side-by-side" / "data").unlink()
    (home / "side-by-side" / "data").symlink_to(tmp_path / "an earlier place")
    assert start() == ["['--port=1']"], "whatever is wrong with the copy, the learner gets a server to mend it"
    assert (home / "side-by-side" / "data" / "timeline.csv").is_file()


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
