"""The doctor: every check seen passing and failing, and nothing that it meets makes it fall over."""
import ast
import getpass
import os
import platform
import re
import socket
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from types import SimpleNamespace

import pytest

import family
from helpers import ROOT
from helpers.machine import fetched
from helpers.machine.doctor import computer, extras, gpus, surroundings
from helpers.machine.doctor import main as doctor

GB = 1_000_000_000
POSIX = pytest.mark.skipif(os.name == "nt", reason="the stand-in for a compiler is a shell script; Windows has no ulimit")


def only(found, level, *words):
    """Assert that there is one finding, of this level and with these words, and a cure unless all is well."""
    assert len(found) == 1, found
    assert found[0].level == level, found
    assert bool(found[0].cure) == (level != "ok"), found
    for word in words:
        assert word in found[0].what + " " + found[0].cure
    return found[0]


# ---- Python

@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 9)])
def test_pythons_that_fit(version):
    only(doctor.python(version), "ok", ".".join(map(str, version)))


@pytest.mark.parametrize("arguments, words", [
    (((3, 10, 14),), "PYTHON too old: this is 3.10.14, the course needs Python 3.11, 3.12 or 3.13"),
    (((3, 7, 0),), "PYTHON too old"),
    (((3, 14, 0),), "PYTHON too new"),
    (((3, 12, 1), 32), "32-bit"),
    (((3, 12, 1), 64, "Darwin", "x86_64"), "Intel Macs"),
])
def test_pythons_that_do_not(arguments, words):
    only(doctor.python(*arguments), "problem", words)


def test_the_pythons_are_those_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (low, old), (high, new) = doctor.OLDEST, doctor.NEWEST
    assert project["requires-python"] == f">={low}.{old},<{high}.{new + 1}"


@pytest.mark.parametrize("name", ["__init__", "doctor", "errors", "machine/__init__", "machine/environment", *(
    f"machine/doctor/{name}" for name in ("__init__", "main", "gpus", "computer", "extras", "surroundings"))])
def test_an_old_python_can_read_it(name):
    source = (ROOT / "helpers" / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 7))
    for node in ast.walk(tree):  # annotations such as list[str] are evaluated, and fail there
        for said in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            assert said is None or isinstance(said, ast.Name), ast.unparse(said)


def test_it_needs_only_the_standard_library():
    """-S: no installed package can be imported, as on a machine where nothing is installed yet."""
    def bare(option):
        return subprocess.run([sys.executable, "-S", "-m", "helpers.doctor", option], cwd=ROOT,
                              capture_output=True, text=True, timeout=family.LONG)

    done = bare("--quick")
    assert done.stderr == ""
    assert done.returncode == 1
    assert re.search(r"problem +\d+ of \d+ packages missing: torch, ", done.stdout)
    assert "problem  no Jupyter kernel" in done.stdout and "GB of disk free" in done.stdout
    done = bare("--python")
    assert (done.returncode, done.stdout) == (0, f"ok       Python {platform.python_version()}\n")


# ---- packages

PINS = """
# a comment==1
torch==2.13.0
tensorflow-cpu==2.21.0; sys_platform != "vms"
ray[train]==2.60.0  # chapter 08
-r other.txt
"""
FOUND = {"torch": "2.13.0+cpu", "tensorflow-cpu": "2.21.0", "ray": "2.60.0"}


@pytest.mark.parametrize("change, level, words", [
    ({}, "ok", "all 3 packages"),
    ({"torch": None}, "problem", "1 of 3 packages missing: torch"),
    ({"torch": "2.9.1"}, "problem", "older than the course needs: torch 2.13.0 (here 2.9.1)"),
    ({"torch": "2.15.0"}, "note", "newer than what the course was checked with: torch 2.13.0 (here 2.15.0)"),
    ({"tensorflow-cpu": None, "tensorflow": "2.21.0"}, "ok", "all 3"),
    ({"tensorflow": "2.21.0"}, "note", "tensorflow-cpu and tensorflow are both installed"),
    ({"ray": "2.9.0"}, "problem", "ray 2.60.0 (here 2.9.0)"),
])
def test_packages(change, level, words):
    only(doctor.packages(PINS, {**FOUND, **change}.get), level, words)


def test_a_pin_for_another_system_is_not_asked_for(monkeypatch):
    text = f'a==1; sys_platform == "{sys.platform}"\nb==1; sys_platform == "vms"\nc==1'
    assert computer.pins(text) == [("a", "1"), ("c", "1")]
    monkeypatch.setitem(sys.modules, "packaging.markers", None)  # before anything is installed
    assert computer.pins(text) == [("c", "1")]


def test_the_real_requirements_are_understood():
    names = [name for name, _ in computer.pins((ROOT / "requirements.txt").read_text())]
    assert {"torch", "keras", "numpy", "psutil"} <= set(names)
    assert len({"tensorflow", "tensorflow-cpu"} & set(names)) == 1
    assert computer.installed("psutil") and computer.installed("no-such-package") is None


# ---- tools

def which(*names):
    return lambda name: f"/usr/bin/{name}" if name in names else None


def compiler(*arguments, said="", prefix="/opt/env"):
    return doctor.compiler(*arguments, compiles=lambda name, include: said, prefix=prefix)


def test_compiler(tmp_path):
    header = str(tmp_path / "Python.h")
    only(compiler(which("g++"), "Linux", {}, header), "note", "no Python.h", "python3-dev")
    Path(header).touch()
    for tool, system in (("g++", "Linux"), ("clang++", "Darwin"), ("cl", "Windows")):
        only(compiler(which(tool), system, {}, header), "ok", tool, "chapters 03, 07 and 10")
        only(compiler(which(), system, {}, header), "note", f"no C++ compiler {tool}", "03, 07 and 10")
    only(compiler(which("clang++"), "Linux", {}, header), "note", "no C++ compiler g++", "CXX=clang++")
    only(compiler(which("clang++"), "Linux", {"CXX": "clang++"}, header), "ok", "clang++")
    only(compiler(which("g++"), "Linux", {"CXX": "gone++"}, header), "note", "gone++")
    only(compiler(which("g++"), "Linux", {}, header, said="fatal error: vector"), "note", "a line (fatal error: vector)")
    only(compiler(which("g++"), "Linux", {}, header, prefix="/my own/env"), "note", "holds a space (/my own/env)")


@POSIX
def test_a_line_is_really_compiled(tmp_path):
    broken, slow = tmp_path / "broken", tmp_path / "fine"
    for path, text in ((broken, "echo 'no vector here' >&2; exit 1"), (slow, "grep -q Python.h line.cpp")):
        path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
        path.chmod(0o755)
    assert computer.compiles(str(broken), "/usr/include") == "no vector here"
    assert computer.compiles(str(slow), "/usr/include") == ""
    assert "no-such-compiler" in computer.compiles("no-such-compiler", "/usr/include")


def test_the_old_keras():
    only(extras.old_keras({"tf-keras": "2.21.0"}.get), "ok", "tf_keras 2.21.0")
    only(extras.old_keras({"tensorflow-cpu": "2.21.0"}.get), "note", "NOT MEASURED", "--no-deps tf-keras==2.21.0")


def test_visdom():
    text = (ROOT / "requirements-visdom.txt").read_text(encoding="utf-8")
    (name, pinned), = computer.pins(text)
    only(extras.visdom(version_of={name: pinned}.get), "ok", pinned, "chapter 09")
    only(extras.visdom(version_of={}.get), "note", pinned, "NOT MEASURED", "Optional", "--no-build-isolation")
    only(extras.visdom(version_of={name: "0.2.0"}.get), "note", "Visdom 0.2.0", pinned, "Optional")
    for command in re.findall(r"python -m pip install [^;]+", extras.VISDOM):
        assert f"#   {command.strip()}\n" in text, "the cure is what the file itself says"


def test_scripts_for_pages():
    rows = [{"name": "jquery"}, {"name": "react"}]
    only(extras.pages(rows, lambda row: True), "ok", "all 2 packages")
    found = only(extras.pages(rows, lambda row: row["name"] == "react", which("npm")), "note",
                 "1 of 2 packages", "jquery", "NOT MEASURED", "Optional", fetched.COMMAND)
    assert "react" not in found.what and "Node.js" not in found.cure
    only(extras.pages(rows, lambda row: False, which()), "note", "jquery, react", "Node.js")
    assert [finding.level for finding in extras.pages()] in (["ok"], ["note"])


def test_kernel():
    def raises(error):
        def argv():
            raise error
        return argv

    only(doctor.kernel(), "ok")
    only(doctor.kernel(lambda: ["python", "-m", "ipykernel_launcher"]), "ok")
    only(doctor.kernel(lambda: [sys.executable]), "ok")
    elsewhere = str(Path(sys.executable).parent.parent / "other" / "python")
    only(doctor.kernel(lambda: [elsewhere]), "note", "another Python", elsewhere)
    only(doctor.kernel(raises(ImportError("No module named 'ipykernel'"))), "problem", "ipykernel")
    only(doctor.kernel(raises(KeyError("python3"))), "problem", "no kernel called python3")


# ---- resources

@pytest.mark.parametrize("check, free, level", [
    (doctor.memory, 16 * GB, "ok"), (doctor.memory, 3 * GB, "note"), (doctor.memory, 1 * GB, "problem"),
    (doctor.disk, 50 * GB, "ok"), (doctor.disk, 3 * GB, "note"), (doctor.disk, GB // 2, "problem"),
])
def test_memory_and_disk(check, free, level):
    only(check(free), level, f"{free / GB:.1f} GB")


def test_memory_that_cannot_be_measured(monkeypatch):
    monkeypatch.setattr(computer, "free_memory", lambda: None)
    only(doctor.memory(), "note", "could not be measured")


def test_the_limit_of_a_container_counts(tmp_path):
    assert computer.free_memory(str(tmp_path)) > GB // 10
    (tmp_path / "memory.max").write_text("2000000\n")
    (tmp_path / "memory.current").write_text("1500000\n")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 100000\nactive_file 7\n")
    assert computer.free_memory(str(tmp_path)) == 600_000
    (tmp_path / "memory.max").write_text("max\n")
    assert computer.free_memory(str(tmp_path)) > GB // 10


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_memory_without_psutil(monkeypatch):
    with_psutil = computer.free_memory()
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert abs(computer.free_memory() - with_psutil) < GB


def test_port(monkeypatch):
    only(doctor.port(), "ok")

    def refuse(self, address):
        raise PermissionError("not permitted")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    only(doctor.port(), "problem", "127.0.0.1 (not permitted)")


@POSIX
def test_a_limit_of_the_users_own_counts():
    code = ("import resource; resource.setrlimit(resource.RLIMIT_AS, (1_200_000_000, resource.RLIM_INFINITY))\n"
            "from helpers.machine.doctor import computer, main; print(main.memory(computer.own_limit()))\n"
            "assert computer.free_memory() <= 1_200_000_000")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=family.LONG)
    assert done.returncode == 0, done.stderr
    assert "level='problem', what='`ulimit -v` leaves a program 1.2 GB" in done.stdout
    assert "ulimit -v unlimited" in done.stdout


def test_the_folder_into_which_lessons_write(tmp_path, monkeypatch):
    only(doctor.build(tmp_path / "new" / "build"), "ok")
    assert list((tmp_path / "new" / "build").iterdir()) == []
    (tmp_path / "file").touch()
    only(doctor.build(tmp_path / "file" / "build"), "problem", "cannot be written", "SIDE_BY_SIDE_BUILD")
    assert "GB of disk free" in doctor.disk(folder=tmp_path / "not" / "yet")[0].what

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(computer.os, "write", full)
    only(doctor.build(tmp_path), "problem", "No space left on device")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("tmp")] == []
    monkeypatch.setenv("SIDE_BY_SIDE_BUILD", str(tmp_path / "small"))
    sizes = {str(tmp_path): SimpleNamespace(free=24_000)}
    monkeypatch.setattr(doctor.shutil, "disk_usage", sizes.get)
    only(doctor.disk(), "problem", f"at {tmp_path}", "SIDE_BY_SIDE_BUILD")


# ---- surroundings

def test_the_kernels_python_finds_the_course(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    only(surroundings.course(lambda: ["python"]), "ok")
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    only(surroundings.course(lambda: [sys.executable]), "problem", f"from another folder, {tmp_path}",
         f'install -e "{ROOT}"')


def test_a_course_that_was_not_installed():
    def missing(args, timeout, cwd):
        assert args[0] == os.path.abspath("/other/python") and cwd != str(ROOT)
        return 1, "", "Traceback\nModuleNotFoundError: No module named 'helpers'\n"

    only(surroundings.course(lambda: [os.path.abspath("/other/python")], missing), "problem", "No module named 'helpers'",
         "-m pip install -e")


def test_settings_of_other_work_are_named():
    only(surroundings.settings({"PATH": "/bin"}), "ok")
    only(surroundings.settings({"KERAS_BACKEND": "jax", "PET_NNODES": "2"}), "note", "KERAS_BACKEND=jax, PET_NNODES=2")


def test_files_that_hide_packages_and_start_up_files_are_named(tmp_path):
    (tmp_path / "10-mine.py").write_text("import torch.nn as nn\n", encoding="utf-8")
    (tmp_path / "20-mine.ipy").write_text("from tensorflow import keras\n", encoding="utf-8")
    (tmp_path / "README").write_text("import torch\n", encoding="utf-8")
    only(surroundings.hidden([tmp_path]), "ok")
    only(surroundings.start_up(tmp_path), "problem", "10-mine.py, 20-mine.ipy", str(tmp_path))
    only(surroundings.start_up(tmp_path / "none"), "ok")
    for name in ("keras.py", "helpers.py", "notes.py"):
        (tmp_path / name).touch()
    only(surroundings.hidden([tmp_path, tmp_path]), "problem",
         f"hidden by {tmp_path / 'keras.py'}, {tmp_path / 'helpers.py'}")


# ---- CUDA wheels

def wheel(folder, name, version, files):
    """Install a fake wheel: its metadata, its files of given sizes, and the RECORD of them."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "RECORD").write_text("".join(f"{path},,{size}\n" for path, size in files.items()))
    for path, size in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"." * size)


def test_cudnn_for_both_cudas(tmp_path):
    lib = "nvidia/cudnn/lib"
    files = {"nvidia/cudnn/__init__.py": 0, f"{lib}/libcudnn.so.9": 100, f"{lib}/libcudnn-ops.so.9": 7}
    wheel(tmp_path, "nvidia-cudnn-cu12", "9.10", files)
    only(gpus.cuda_wheels(distributions(path=[str(tmp_path)])), "ok")
    wheel(tmp_path, "nvidia-cudnn-cu13", "9.15", {**files, f"{lib}/libcudnn.so.9": 120})
    only(gpus.cuda_wheels(distributions(path=[str(tmp_path)])), "problem",
         "nvidia-cudnn-cu12 and nvidia-cudnn-cu13", "2 files", "requirements-gpu.txt")
    for size, last in ((120, "here cu13"), (100, "here cu12"), (5, "last one wins, the other")):
        (tmp_path / lib / "libcudnn.so.9").write_bytes(b"." * size)
        only(gpus.cuda_wheels(distributions(path=[str(tmp_path)])), "problem", last)


def test_nccl_too_and_wheels_that_share_nothing_are_fine(tmp_path):
    for cuda in ("cu12", "cu13"):
        wheel(tmp_path, f"nvidia-nccl-{cuda}", "2.28", {"nvidia/nccl/lib/libnccl.so.2": 5})
        files = {f"nvidia/{cuda}/lib/libcublas.so": 5, "nvidia/__init__.py": 0}
        wheel(tmp_path, f"nvidia-cublas-{cuda}", "1", files)
    found = gpus.cuda_wheels(distributions(path=[str(tmp_path)]))
    only(found, "problem", "nvidia-nccl-cu12", "1 files")


# ---- GPUs

def machine_with(cards="", torch=(0, '["PyTorch 2.13.0", null, []]', "")):
    """A stand-in for running nvidia-smi, and Python with each framework."""
    tensorflow = (0, '["TensorFlow 2.21.0", null, []]', "")

    def run(args, timeout):
        if args[0] == "nvidia-smi":
            return (0, cards, "") if cards else (127, "", "not found")
        return torch if "import json, torch" in args[-1] else tensorflow
    return run


def test_no_gpu_anywhere_is_fine():
    only(gpus.driver(machine_with()), "ok", "no NVIDIA GPU")
    found = gpus.frameworks(machine_with())
    assert [f.level for f in found] == ["ok", "ok"]
    assert [f.what for f in found] == ["PyTorch 2.13.0 (built without CUDA) sees the CPU alone",
                                       "TensorFlow 2.21.0 (built without CUDA) sees the CPU alone"]


def test_a_gpu_that_one_framework_does_not_see():
    sees = 'noise\n["PyTorch 2.13.0", "13.0", ["NVIDIA H100"]]\n'
    run = machine_with("NVIDIA H100, 81559 MiB\n", torch=(0, sees, ""))
    only(gpus.driver(run), "ok", "NVIDIA H100, 81559 MiB")
    torch, tensorflow = gpus.frameworks(run)
    assert torch == ("ok", "PyTorch 2.13.0 (built for CUDA 13.0) sees NVIDIA H100", "")
    only([tensorflow], "note", "TensorFlow 2.21.0 (built without CUDA) sees no GPU")


@pytest.mark.parametrize("answer, level, words", [
    ((None, "", ""), "problem", "torch did not load within 120 s"),
    ((1, "", "ModuleNotFoundError: No module named 'torch'\n"), "note", "torch is not installed"),
    ((1, "", "x\nImportError: libcudnn.so.9: mismatch\n"), "problem", "libcudnn.so.9: mismatch"),
    ((1, "", "ModuleNotFoundError: No module named 'torch.deep'\n"), "problem", "torch crashes"),
    ((-4, "", ""), "problem", "torch crashes (exit code -4)"),
])
def test_a_framework_that_does_not_load(answer, level, words):
    only(gpus.frameworks(machine_with(torch=answer))[:1], level, words)


@pytest.mark.parametrize("code, timeout, words", [
    ("import os; os.abort()", 120, "torch crashes"), ("import time; time.sleep(600)", 1, "torch did not load within 1 s")])
def test_a_real_crash_and_a_real_hang_are_findings(monkeypatch, code, timeout, words):
    monkeypatch.setattr(gpus, "TORCH", code)
    monkeypatch.setattr(gpus, "TENSORFLOW", "raise SystemExit(3)")
    only(gpus.frameworks(timeout=timeout)[:1], "problem", words)


def test_running_a_program_that_is_not_there():
    status, out, err = computer.run(["no-such-program"], 5)
    assert status == 127 and out == "" and "no-such-program" in err


def test_the_frameworks_of_this_environment_are_seen():
    found = gpus.frameworks(timeout=2 * family.LONG)
    assert [f.level for f in found] != [] and not any(f.level == "problem" for f in found), found


# ---- together

@pytest.fixture
def all_well(monkeypatch):
    """Every check says ok; gives back a function that replaces one of them."""
    homes = dict.fromkeys(("cuda_wheels", "driver", "frameworks"), gpus)
    homes.update(dict.fromkeys(("visdom", "pages", "old_keras"), extras))
    homes.update(dict.fromkeys(("course", "settings", "hidden", "start_up"), surroundings))

    def replace(name, result):
        def check():
            if isinstance(result, Exception):
                raise result
            return result

        check.__name__ = name
        monkeypatch.setattr(homes.get(name, doctor), name, check)

    for name in ("python", "packages", "compiler", "memory", "build", "disk", "port", "kernel", *homes):
        replace(name, doctor.ok(f"{name} is fine"))
    return replace


def test_findings_and_exit_code(all_well, capsys):
    assert doctor.main([]) == 0
    out = capsys.readouterr().out
    assert "frameworks is fine" in out and out.endswith("problems: 0, notes: 0\n")
    all_well("pages", doctor.note("no pages", "get them"))
    assert doctor.main(["--quick"]) == 0
    out = capsys.readouterr().out
    assert "note     no pages\n         cure: get them\n" in out and "frameworks" not in out
    all_well("port", doctor.problem("no port", "allow it"))
    assert doctor.main([]) == 1
    assert "problem  no port" in capsys.readouterr().out
    assert doctor.Finding("problem", "no port", "allow it") in doctor.findings()


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(all_well):
    all_well("disk", OSError("unplugged"))
    found = doctor.findings()
    only([f for f in found if f.level != "ok"], "note", "the check `disk` failed: OSError: unplugged")
    assert len(found) == 18


def test_only_python(all_well, capsys):
    all_well("packages", doctor.problem("none", "get them"))
    assert doctor.main(["--python"]) == 0
    assert capsys.readouterr().out == "ok       python is fine\n"
    all_well("python", doctor.problem("PYTHON too old: this is 3.8.1", "newer"))
    assert doctor.main(["--python"]) == 1
    assert "PYTHON too old: this is 3.8.1" in capsys.readouterr().out


def test_the_line_for_the_teacher(all_well, capsys, monkeypatch):
    all_well("port", doctor.problem("no port", "allow it"))
    monkeypatch.setattr(computer, "cards", lambda: ["NVIDIA H100, 81559 MiB"])
    assert doctor.main(["--line"]) == 1
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    for words in (platform.system(), f"Python {platform.python_version()}", "torch 2", "tensorflow", "keras",
                  "numpy 2", "GB of memory free", "GPU: NVIDIA H100, 81559 MiB", "problems: 1, notes: 0"):
        assert words in out
    for private in (platform.node(), getpass.getuser(), os.path.expanduser("~"), str(ROOT)):
        assert not re.search(rf"(?<!\w){re.escape(private)}(?!\w)", out)


def test_the_line_where_little_is_known(all_well, monkeypatch):
    bare = SimpleNamespace(free_memory=lambda: None, installed=lambda name: None, cards=lambda: [])
    monkeypatch.setattr(doctor, "computer", bare)
    line = doctor.line([])
    assert "torch missing | tensorflow missing" in line and "memory unknown | GPU: none" in line
