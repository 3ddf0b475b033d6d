"""What a user's computer says behind a lesson's back reaches neither Keras, nor figures, launchers or local servers."""
import ast
import json
import os
import subprocess
import sys

import nbformat
import pytest

import family
import pipeline
from helpers import ROOT, session
from helpers.machine import environment

THEIRS = {
    "KERAS_BACKEND": "jax", "KERAS_HOME": "/home/ada/.keras", "KERAS_MAX_EPOCHS": "1", "TF_USE_LEGACY_KERAS": "1",
    "TORCHDYNAMO_DISABLE": "1", "PET_NNODES": "2", "RANK": "1", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "10.0.0.1",
    "TORCHELASTIC_RUN_ID": "none", "TF_CONFIG": "{}", "RAY_ADDRESS": "auto", "GLOO_SOCKET_IFNAME": "ib0"}


def bare(**more):
    """This process's environment without what the course has set, and more."""
    ours = {*session.ENVIRONMENT, *environment.KERAS, "no_proxy", "NO_PROXY"}
    return {name: value for name, value in os.environ.items() if name not in ours} | more


def child(code, cwd=None, **more):
    """Run code in a new interpreter with such an environment: what was printed, and what went to standard error."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=family.LONG, cwd=cwd,
                          env=bare(**more))
    return done.stdout, done.stderr


def test_what_was_set_for_other_work_is_set_aside():
    environ = {**THEIRS, "PATH": "/bin", "RANKING": "1", "OMP_NUM_THREADS": "2"}
    assert environment.foreign(environ) == THEIRS
    environment.settle(environ)
    assert environ == {"PATH": "/bin", "RANKING": "1", "OMP_NUM_THREADS": "2", **environment.KERAS}
    assert environment.foreign(environ) == {}


def test_keras_is_the_courses_whatever_the_user_has_chosen(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "torch", "image_data_format": "channels_first",
                                                     "floatx": "float64", "epsilon": 0.5}), encoding="utf-8")
    code = ("from helpers import session; session.start('01')\n"
            "with session.quiet():\n    import tensorflow as tf\n"
            "config = tf.keras.config\n"
            "print(config.backend(), config.image_data_format(), config.floatx(), config.epsilon())")
    theirs = {**THEIRS, "KERAS_BACKEND": "torch", "KERAS_HOME": str(tmp_path)}
    assert child(code, **theirs) == ("tensorflow channels_last float32 1e-07\n", "")


def test_children_inherit_a_lessons_environment_and_may_have_another_keras(tmp_path):
    script = tmp_path / "look.py"
    script.write_text("import json, os; print(json.dumps(dict(os.environ)))", encoding="utf-8")
    code = ("from helpers import process, session; session.start('01'); import json\n"
            f"print(json.dumps([process.run({str(script)!r}, None, 30), "
            f"process.run({str(script)!r}, None, 30, env={{'KERAS_BACKEND': 'torch', 'PET_NNODES': 1}})]))")
    out, err = child(code, **THEIRS)
    assert err == ""
    (plain,), (other,) = json.loads(out)
    assert not environment.foreign(plain) and plain["KERAS_BACKEND"] == "tensorflow"
    assert (other["KERAS_BACKEND"], other["PET_NNODES"]) == ("torch", "1") and "RANK" not in other


@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "all_proxy"])
def test_proxies_are_kept_from_this_machine_for_programs_of_either_spelling(name):
    environ = {name: "http://proxy:3128", "no_proxy": "example.org, localhost"}
    environment.settle(environ)
    environment.settle(environ)
    assert environ["no_proxy"] == "example.org, localhost,127.0.0.1,localhost"
    assert environ["NO_PROXY"] == "127.0.0.1,localhost"
    no_proxy = {"PATH": "/bin"}
    environment.settle(no_proxy)
    assert "no_proxy" not in no_proxy


# ---- files that hide packages

def test_a_file_that_hides_a_framework_is_named(tmp_path):
    assert environment.hiding(tmp_path) == []
    for name in ("torch.py", "notes.py", "keras/__init__.py", "ray/data.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert environment.hiding(tmp_path) == [tmp_path / "keras", tmp_path / "torch.py"]
    out, err = child("from helpers import session; session.start('01')", cwd=tmp_path, PYTHONPATH=str(ROOT))
    last = err.strip().splitlines()[-1]
    assert out == "" and last.startswith("ImportError") and "Rename it" in last
    assert f"{tmp_path / 'keras'} hides the package keras" in last


def test_every_module_that_lessons_import_is_looked_for():
    imported = set()
    for path in (ROOT / "notebooks" / "chapters").rglob("*.py"):
        if path.parent.name == "old_code":  # a program of its own, whose files import one another
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.split(".")[0])
    ours = {"helpers", "chapters", "IPython", "ipykernel", "jupyter_client"}  # the kernel itself has loaded the last three
    assert imported - sys.stdlib_module_names - ours <= set(environment.MODULES)


# ---- start-up files

@pytest.mark.slow
def test_a_framework_that_a_start_up_file_of_ipython_loads_is_blamed_on_that_file(tmp_path, monkeypatch):
    folder = tmp_path / "ipython" / "profile_default" / "startup"
    folder.mkdir(parents=True)
    (folder / "10-mine.py").write_text("import torch\n", encoding="utf-8")
    (folder / "20-other.py").write_text("x = 'torch'\n", encoding="utf-8")
    (tmp_path / "torch.py").touch()  # a stand-in that loads at once
    for name in (*session.ENVIRONMENT, *environment.KERAS):
        monkeypatch.delenv(name)
    start = "from helpers import session\nsession.start('01')"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(start) for _ in range(2)])
    variables = {"IPYTHONDIR": str(tmp_path / "ipython"), "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = pipeline.execute(book, variables, errors=True)
    first, second = (cell.outputs[0].evalue for cell in done.cells)
    assert f"PyTorch was imported before this notebook's first cell, by 10-mine.py in IPython's folder {folder}" in first
    assert "Restart the kernel and run the notebook from its first cell" in second


# ---- figures

def test_figures_are_drawn_from_matplotlibs_defaults_and_need_no_backend(tmp_path):
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\naxes.facecolor: black\n", encoding="utf-8")
    code = ("from helpers import plots\n"
            "fig, ax = plots.figure()\n"
            "ax.set_title('no LaTeX'); plots.graph(ax, {'a': 'a_1', 'b': 'b'}, [('a', 'b')])\n"
            "plots.show(fig, alt='two nodes and an arrow')\n"
            "print(ax.get_facecolor())")
    out, err = child(code, cwd=tmp_path, PYTHONPATH=str(ROOT), MATPLOTLIBRC=str(tmp_path), MPLBACKEND="tkagg", DISPLAY="",
                     PATH=str(tmp_path))
    assert (out, err) == ("[figure] two nodes and an arrow\n(1.0, 1.0, 1.0, 1.0)\n", "")


def test_a_learners_own_figures_stay_in_the_notebook():
    environ = {"MPLBACKEND": "Agg"}
    environment.settle(environ)
    assert environ["MPLBACKEND"] == "Agg"
    environment.settle(environ, in_notebook=True)
    assert environ["MPLBACKEND"] == environment.INLINE
