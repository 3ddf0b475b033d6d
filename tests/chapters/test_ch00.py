"""Chapter 0: no answer makes a check raise, verdicts can say another word, figures and tables say what they show."""
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import cells
from chapters.ch00 import checks, commands, environments, figures, wheels
from helpers import data, tf_side, torch_side  # noqa: F401, the checks find the sides among the loaded modules

pytestmark = pytest.mark.slow


def judge(key, answer):
    """None for a right answer, else the cause."""
    return checks.EXERCISES[key].judge(answer)


# --- answers of any kind --------------------------------------------------------------------------------------------

def test_no_check_raises_whatever_comes():
    def raising(*arguments):
        raise KeyError("oh")
    for key in checks.EXERCISES:
        for answer in (None, 3, "x", [], {}, np.zeros(3), lambda: 0, lambda *given: given, lambda *given: "text", raising,
                       lambda *given: None, torch.tensor(1.0), "python3 -c \"raise SystemExit(3)\""):
            assert isinstance(judge(key, answer), str), (key, answer)


# --- verdicts that say another word where the run finds another thing -------------------------------------------------

def test_the_articles_commands_would_hold_if_they_ran():
    broken = {"Linux": "SyntaxError: x", "macOS": "SyntaxError: y", "Windows": "valid", "WSL 2": "valid"}
    assert cells.judge("00b", "valid", asks=["P0.4"], said=broken) == {
        "C70": "NEVER", "C71": "NEVER", "C74b": "HELD", "C75b": "HELD", "P0.4": "c"}
    mended = dict.fromkeys(broken, "valid")
    assert cells.judge("00b", "valid", asks=["P0.4"], said=mended) == {
        "C70": "HELD", "C71": "HELD", "C74b": "HELD", "C75b": "HELD", "P0.4": "a"}
    worse = dict.fromkeys(broken, "SyntaxError: x")
    assert cells.judge("00b", "valid", asks=["P0.4"], said=worse) == {
        "C70": "NEVER", "C71": "NEVER", "C74b": "NO LONGER", "C75b": "NO LONGER", "P0.4": "d"}


@pytest.mark.parametrize("pip_says, word", [
    ("--index-url option requires 1 argument", "NEVER"), ("python: No module named pip", "NOT MEASURED"),
    ("ERROR: No matching distribution found for torch", "HELD")])  # a sound command gets so far without an index
def test_what_pip_says_decides_about_its_command(pip_says, word):
    assert cells.judge("00b", "refused", pip_says=pip_says) == {"C66": word}


@pytest.mark.parametrize("is_wsl, gpus, word", [
    (False, [], "NOT MEASURED"), (True, [], "NO LONGER"), (True, ["one"], "HELD")])
def test_wsl_is_judged_where_there_is_a_gpu(is_wsl, gpus, word):
    stand_in = SimpleNamespace(test=SimpleNamespace(is_built_with_cuda=lambda: True),
                               config=SimpleNamespace(list_physical_devices=lambda kind: gpus))
    here = SimpleNamespace(is_wsl_with_gpu=lambda: is_wsl)
    assert cells.judge("00b", "seen", tf=stand_in, commands=here) == {"C75": word}


def everywhere(file):
    """{(release, computer, Python): file} of all releases that lesson 0c looks at."""
    return {(release, computer, (3, minor)): file for computer in wheels.COMPUTERS for minor in range(10, 15)
            for release in ("torch-2.13.0", "tensorflow-2.21.0", "tensorflow-2.10.1")}


@pytest.mark.parametrize("file, words", [
    ("a.whl", {"C67": "HELD", "C72": "HELD", "C65": "HELD", "C65b": "NOT MEASURED"}),
    (None, {"C67": "NO LONGER", "C72": "NO LONGER", "C65": "NO LONGER", "C65b": "NOT MEASURED"})])
def test_wheels_decide_about_installing(file, words):
    given = {"wheels": wheels, "fit": everywhere(file), "fits": lambda *asked: file}
    assert cells.judge("00c", "torch_on", **given) == words


def test_wheels_decide_about_windows():
    opened = {"torch-2.13.0-cp311-win_amd64.whl": "13.0", "tensorflow-2.10.1-cp310-win_amd64.whl": "11.2",
              "tensorflow_intel-2.11.0-cp310-win_amd64.whl": "11.2", "tensorflow-2.21.0-cp311-win_amd64.whl": "12.5"}
    given = {"torch_on": {"Windows, x86-64": True}, "pythons": [(3, 10), (3, 11)]}
    found = cells.judge("00c", "on_windows", **given, cuda_in=opened, fit=everywhere("a.whl"))
    assert found == {"C68": "HELD", "C73": "PARTLY", "C74": "HELD"}
    fit = {key: "a.whl" if key[2] == (3, 10) else None for key in everywhere("")}
    none = dict.fromkeys(opened, "none") | {"tensorflow-2.10.1-cp310-win_amd64.whl": "11.2"}
    given["torch_on"] = {"Windows, x86-64": False}
    found = cells.judge("00c", "on_windows", **given, cuda_in=none, fit=fit)
    assert found == {"C68": "NO LONGER", "C73": "HELD", "C74": "NO LONGER"}


@pytest.mark.parametrize("asks, word", [
    ([], "PARTLY"), (["nvidia-cudnn; extra == 'and-cuda'", "nvidia-nccl; extra == 'and-cuda'"], "HELD"),
    (["nvidia-cudnn", "nvidia-nccl"], "PARTLY")])
def test_the_extra_is_read_from_the_metadata(asks, word):
    linux = "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl"
    assert cells.judge("00c", "extra", wheels=wheels, fits=lambda *asked: linux, asks_tf=asks) == {"C69": word}


# --- the modules ------------------------------------------------------------------------------------------------------

def test_each_figure_says_what_it_shows(shown):
    digits = data.digits()
    figures.first_ten(digits)
    figures.ink(np.array([200, 300]), np.array([200, 300]), np.array([200, 44]))
    figures.learned([2.0, 1.0], [2.0, 1.5], 0.9)
    figures.misread(digits, np.where(np.arange(382) == 7, -1, digits.y_test))
    figures.wheels(everywhere("a.whl"), [(3, minor) for minor in range(10, 15)])
    texts = " ".join(plain for _, plain in shown)
    for said in ("in a row, coarse but readable: 0, 1", "PyTorch's marks lie on the diagonal everywhere",
                 "TensorFlow's marks lie on the diagonal up to 255", "TensorFlow lie apart",
                 f"above: -1, is {digits.y_test[7]}.", "torch-2.13.0: 25"):
        assert said in texts, texts


def test_the_table_of_commands_has_a_row_for_each_system(shown):
    commands.table()
    (_, plain), = shown
    assert all(word in plain for word in ("WSL 2", "macOS, Intel", "Windows, NVIDIA GPU"))


@pytest.mark.parametrize("release, driver, found", [
    ("6.6.87.2-microsoft-standard-WSL2", "nvidia-smi", True), ("6.6.87.2-microsoft-standard-WSL2", None, False),
    ("6.12.0-amd64", "nvidia-smi", False)])
def test_wsl_is_known_by_its_kernel(monkeypatch, release, driver, found):
    monkeypatch.setattr(commands.platform, "uname", lambda: SimpleNamespace(release=release))
    monkeypatch.setattr(commands.shutil, "which", lambda name: driver)
    assert commands.is_wsl_with_gpu() == found


class Package:
    """What importlib.metadata says of a package, as far as it is asked here."""

    def __init__(self, name, files):
        self.metadata, self.files = {"Name": name}, files


def test_files_with_two_owners_are_found(monkeypatch, capsys):
    packages = [Package("b", ["nvidia/z.so", "b.py"]), Package("a", ["nvidia/z.so"]), Package("c", None)]
    monkeypatch.setattr(environments.metadata, "distributions", lambda: packages)
    environments.show_shared_files()
    assert capsys.readouterr().out.splitlines() == [
        "1 files with two owners or more; of NVIDIA's: 1", "nvidia/z.so belongs to a and b"]


# --- what the prose says ----------------------------------------------------------------------------------

def test_the_wheels_that_the_prose_names_are_in_the_table():
    listed = {wheel.file for wheel in wheels.listed()}
    text = "\n".join(cell.source for cell in cells.read("00c", lambda nb: nb))
    assert all(file in listed for file in re.findall(r"\w+-[\d.]+-cp\d+-\w+-\w+\.whl", text))
    assert {wheel.cuda for wheel in wheels.opened()} == {"none", "11.2", "12.5.1", "13.0"}
