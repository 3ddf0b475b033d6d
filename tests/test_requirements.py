"""The pins: each version once, the same everywhere, and the Makefile, the texts and the workflows name the same commands."""
import re

import pytest
from packaging.requirements import Requirement

import start
from helpers import ROOT


def pins(name):
    """The requirements of a file, without its options and comments."""
    lines = [re.sub(r"\s+#.*", "", line).strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def test_everything_is_pinned_to_one_version():
    found = [*pins("requirements.txt"), *pins("requirements-dev.txt")]
    assert all(re.fullmatch(r"==[\w.]+", str(pin.specifier)) for pin in found)
    names = [pin.name for pin in found]
    assert len(names) == len(set(names)), "a package is pinned twice"


def test_torch_stands_before_tensorflow():
    names = [pin.name for pin in pins("requirements.txt")]
    assert names[0] == "torch" and names[1].startswith("tensorflow")


def test_the_builds_of_tensorflow_have_one_version_and_exclude_each_other():
    found = [pin for pin in pins("requirements.txt") if pin.name.startswith("tensorflow")]
    assert len({str(pin.specifier) for pin in [*found, *(p for p in pins("requirements-gpu.txt") if p.specifier)]}) == 1
    for system, machine in (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")):
        chosen = [pin for pin in found if pin.marker.evaluate({"sys_platform": system, "platform_machine": machine})]
        assert len(chosen) == 1, (system, machine)


def test_the_gpu_file_names_what_the_cpu_file_names():
    cpu = {pin.name.replace("tensorflow-cpu", "tensorflow") for pin in pins("requirements.txt")}
    assert {pin.name for pin in pins("requirements-gpu.txt")} == cpu


def test_conda_pins_nothing_of_its_own():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "-r requirements.txt" in text and "==" not in text


def test_ci_and_workflows_run_the_test_command_that_contributors_are_told():
    assert "`make test`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert re.search(r"^make test$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.M)
    for workflow in (ROOT / ".github" / "workflows").iterdir():
        assert "bash .ci/run" in workflow.read_text(encoding="utf-8")


@pytest.mark.parametrize("target", start.COMMANDS)
def test_each_command_is_a_target_that_some_text_explains(target):
    """That the Makefile has no other: test_start.py."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in (
        "README.md", "INSTALL.md", "CONTRIBUTING.md", "notebooks/TEACHING.md", "findings/README.md")]
    assert any(f"`make {target}" in text or f"\nmake {target}" in text for text in texts)
