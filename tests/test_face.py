"""What notebooks import: no framework comes with it but by its side, both sides are alike, all of it says what it takes.

Who may use whom is held by import-linter (pyproject.toml, `make lint`). Here stands what it cannot see.
"""
import ast
import re
import subprocess
import sys

import grimp
import pytest

import family
from helpers import ROOT

FACE = sorted(path.stem for path in (ROOT / "helpers").glob("*.py") if path.stem not in ("__init__", "doctor")) + ["plots"]
SIDES = ["torch_side", "tf_side"]
MODULES = sorted(path for folder in ("helpers", "notebooks/chapters") for path in (ROOT / folder).rglob("*.py")
                 if not path.name[0].isdigit())  # those of a lesson are its cells: tests/rules.py


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def of_the_face(name):
    path = ROOT / "helpers" / f"{name}.py"
    return tree(path if path.exists() else ROOT / "helpers" / name / "__init__.py")


def public(body):
    """The functions of a module, and of its classes, whose names do not begin with an underscore."""
    for node in body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body)


def test_the_whole_face_loads_no_framework_and_shows_nothing_before_it_is_asked():
    names = ", ".join(name for name in FACE if name not in SIDES)
    code = f"from helpers import {names}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=family.LONG, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "numpy" in loaded and not loaded & {"torch", "tensorflow", "keras", "jinja2", "IPython"}


def test_the_sides_have_the_same_functions_with_the_same_arguments():
    def signatures(name):
        found = {}
        for node in public(of_the_face(name).body):
            for argument in ast.walk(node.args):
                if isinstance(argument, ast.arg):
                    argument.annotation = None  # a tensor is of another type on the other side
            found[node.name] = ast.unparse(node.args)
        return found
    assert signatures("torch_side") == signatures("tf_side") != {}


@pytest.mark.parametrize("name", FACE)
def test_the_functions_of_the_face_are_annotated(name):
    for node in public(of_the_face(name).body):
        arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        missing = [argument.arg for argument in arguments if argument.annotation is None and argument.arg != "self"]
        what = ', '.join(missing) or 'what it returns'
        assert not missing and node.returns, f"{name}.{node.name}: {what} is not annotated"


def test_a_chapters_module_that_loads_a_framework_says_so_in_its_name():
    graph = grimp.build_graph("chapters", include_external_packages=True, cache_dir=None)
    for framework, word in (("torch", "torch"), ("tensorflow", "tf"), ("keras", "keras")):
        users = graph.find_modules_that_directly_import(framework)
        assert any(".workers." in name for name in users), "the graph is not that of the chapters"
        for name in users:
            stem = name.rpartition(".")[2]
            if ".workers." not in name and not re.match(r"\d\d[a-z]?_", stem):
                assert stem.endswith(f"_{word}"), f"{name} loads {framework}: call it {stem}_{word}"


def test_only_lessons_bring_both_frameworks_together():
    graph = grimp.build_graph("helpers", "chapters", include_external_packages=True, cache_dir=None)
    both = graph.find_modules_that_directly_import("torch") & graph.find_modules_that_directly_import("tensorflow")
    assert both and all(re.match(r"\d\d[a-z]?_", name.rpartition(".")[2]) for name in both)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_star_import_no_exec_no_path_edit(path):
    for node in ast.walk(tree(path)):
        assert not (isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names))
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in ("exec", "eval") and not ast.unparse(node.func).startswith("sys.path.")
