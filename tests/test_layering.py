"""Who may import what, proven in child processes: a module imports a framework only if it is that framework's side."""
import ast
import pkgutil
import subprocess
import sys

import pytest

import helpers
from helpers import ROOT

MODULES = sorted(m.name for m in pkgutil.walk_packages(helpers.__path__, "helpers.")
                 if not m.name.startswith("helpers.workers."))
FRAMEWORKS = {"torch", "tensorflow", "keras"}
ALLOWED = {"helpers.torch_side": {"torch"}, "helpers.tf_side": {"tensorflow", "keras"},
           "chapters.ch05.phrasebook.in_torch": {"torch"}, "chapters.ch05.phrasebook.in_tensorflow": {"tensorflow", "keras"},
           "chapters.ch05.phrasebook.in_keras": {"tensorflow", "keras"}}  # Keras brings the backend that it is given


@pytest.mark.parametrize("module", MODULES)
def test_a_module_loads_no_framework_but_its_own(module):
    code = f"import sys, {module}; print(*sorted({FRAMEWORKS!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert set(done.stdout.split()) == ALLOWED.get(module, set())


@pytest.mark.parametrize("path", sorted((ROOT / "helpers").rglob("*.py")), ids=lambda path: path.stem)
def test_a_file_names_at_most_one_framework_in_its_imports(path):
    """Workers are scripts: they may do work when imported, so their imports are read instead."""
    named = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            named.add(node.module.split(".")[0])
    named = {"tensorflow" if name == "keras" else name for name in named & FRAMEWORKS}
    assert len(named) <= 1, f"{path.name} brings {sorted(named)} together"


@pytest.mark.parametrize("path", sorted((ROOT / "helpers").rglob("*.py")), ids=lambda path: path.stem)
def test_no_star_import_no_exec_no_path_edit(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names))
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in ("exec", "eval", "sys.path.insert", "sys.path.append")


def test_the_sides_have_the_same_public_functions():
    def signatures(name):
        tree = ast.parse((ROOT / "helpers" / name).read_text(encoding="utf-8"))
        return {node.name: ast.unparse(node.args) for node in tree.body
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    assert signatures("torch_side.py") == signatures("tf_side.py")
