"""Is this machine ready for the course? Run `python -m helpers.doctor` before a workshop.

Needs nothing but the standard library, and parses on Python 3.7, to say in plain words that it is too old.
Every check takes what it looks at as an argument, so that a test can show it failing.

    --quick    leave out loading PyTorch and TensorFlow in child processes
    --line     one line for the teacher: machine, versions, memory, GPU, number of problems; no names
    --python   only the Python version, before anything is installed
"""
import argparse
import os
import platform
import shutil
import sys
import sysconfig

from helpers import ROOT, build_dir
from helpers.machine.doctor import computer, extras, gpus, surroundings
from helpers.machine.doctor.computer import Finding, note, ok, problem  # noqa: F401  (callers know doctor.Finding)

OLDEST, NEWEST = (3, 11), (3, 13)  # as in pyproject.toml
SAME_LIBRARY = {"tensorflow-cpu": "tensorflow", "tensorflow": "tensorflow-cpu"}
INSTALL = "python -m pip install -r requirements.txt"
GB = 1e9


def findings(quick=False):
    """All findings, as a list of `Finding`; `quick` leaves out loading the frameworks in child processes."""
    checks = [python, packages, compiler, memory, build, disk, port, kernel, surroundings.course, surroundings.settings,
              surroundings.hidden, surroundings.start_up, extras.visdom, extras.old_keras, extras.pages, gpus.cuda_wheels,
              gpus.driver]
    if not quick:
        checks.append(gpus.frameworks)
    return [finding for check in checks for finding in _safely(check)]


def python(version=None, bits=64 if sys.maxsize > 2**32 else 32, system=None, processor=None):
    """The version and the kind of this Python."""
    version = tuple(version or sys.version_info[:3])
    kind = (system or platform.system(), processor or platform.machine())
    shown, wanted = ".".join(map(str, version)), "Python 3.11, 3.12 or 3.13"
    cure = ("Install Python 3.12 (python.org, or your system's packages) and make the environment with it: "
            "`make lab PYTHON=python3.12`, or `python3.12 -m venv .venv`.")
    if version[:2] < OLDEST:
        return problem(f"PYTHON too old: this is {shown}, the course needs {wanted}", cure)
    if version[:2] > NEWEST:
        return problem(f"PYTHON too new: this is {shown}, the course needs {wanted}", cure)
    if bits != 64:
        return problem(f"Python {shown} is a 32-bit build: neither framework is made for it", cure)
    if kind == ("Darwin", "x86_64"):
        return problem(f"Python {shown} for Intel Macs: neither framework is made for it any more",
                       "On a Mac with an Apple chip install the arm64 Python; this one runs through Rosetta. "
                       "On an Intel Mac use another machine, or Linux in a container.")
    return ok(f"Python {shown}")


def packages(text=None, version_of=computer.installed):
    """What requirements.txt (`text`) pins, and what is installed (`version_of`: name to version or None)."""
    if text is None:
        text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins, missing, older, newer, found = computer.pins(text), [], [], [], []
    for name, pinned in pins:
        other = version_of(SAME_LIBRARY[name]) if name in SAME_LIBRARY else None
        version = version_of(name) or other
        if version_of(name) and other:
            found += note(f"{name} and {SAME_LIBRARY[name]} are both installed, and write the same files",
                          f"python -m pip uninstall tensorflow tensorflow-cpu, then {INSTALL}")
        if not version:
            missing.append(name)
        elif pinned not in (version, version.split("+")[0]):
            is_older = computer.key(version) < computer.key(pinned)
            (older if is_older else newer).append(f"{name} {pinned} (here {version})")
    cure = INSTALL
    if (ROOT / ".venv").is_dir() and os.path.abspath(sys.prefix) != str(ROOT / ".venv"):
        cure += ", or use the course's own environment, .venv, which this Python is not"
    if missing:
        found += problem(f"{len(missing)} of {len(pins)} packages missing: {', '.join(missing)}", cure)
    if older:
        found += problem("older than the course needs: " + ", ".join(older), cure)
    if newer:
        found += note("newer than what the course was checked with: " + ", ".join(newer), cure)
    return found or ok(f"all {len(pins)} packages of requirements.txt, in the right versions")


def compiler(which=shutil.which, system=None, environ=os.environ, header=None, compiles=computer.compiles,
             prefix=sys.prefix):
    """The C++ compiler and Python's headers, which `torch.compile` uses in chapters 03, 07 and 10: a line is compiled."""
    system = system or platform.system()
    name = environ.get("CXX", {"Windows": "cl", "Darwin": "clang++"}.get(system, "g++"))
    header = header or os.path.join(sysconfig.get_paths()["include"], "Python.h")
    use = "torch.compile uses it in chapters 03, 07 and 10, which say so and go on without"
    cure = {"Windows": "Install Visual Studio's Build Tools with C++; start Jupyter from their prompt.",
            "Darwin": "xcode-select --install",
            "Linux": "Debian, Ubuntu, WSL: sudo apt install g++ python3-dev"}.get(system, "Install one.")
    if not which(name):
        other = next((c for c in ("g++", "clang++", "cl") if which(c)), None)
        return note(f"no C++ compiler {name}; {use}",
                    f"Set CXX={other} before Jupyter starts." if other else cure)
    if not os.path.exists(header):
        return note(f"C++ compiler {name}, but no Python.h, Python's headers; {use}", cure)
    said = compiles(name, os.path.dirname(header))
    if said:
        return note(f"C++ compiler {name} does not compile a line ({said}); {use}", cure)
    if " " in prefix:
        return note(f"C++ compiler {name}, but the path of this Python's packages holds a space ({prefix}), and PyTorch "
                    "hands it to the compiler in two pieces; torch.compile's cells in chapters 03, 07 and 10 say so and go "
                    "on without", "Move the course to a folder without a space, remove .venv there, and run `make lab`.")
    return ok(f"C++ compiler {name} for torch.compile (chapters 03, 07 and 10)")


def memory(free=None):
    """Free memory in bytes: both frameworks take 0.7 GB, Ray in chapter 08 takes 2 to 3."""
    free = computer.free_memory() if free is None else free
    if not free:
        return note("free memory could not be measured", "Look yourself: 4 GB should be free.")
    shown, cure = f"{free / GB:.1f} GB of memory free", "Close other programs and other notebooks' kernels."
    if free == computer.own_limit():
        shown = f"`ulimit -v` leaves a program {free / GB:.1f} GB of memory"
        cure = "Start Jupyter where that limit is lifted: ulimit -v unlimited"
    if free < 1.5 * GB:
        return problem(shown + ", a chapter needs 1.5", cure)
    return note(shown + ", chapter 08 may need 4", cure) if free < 4 * GB else ok(shown)


def build(folder=None):
    """Whether the folder into which lessons write can be written: a file is written into it, and removed."""
    folder = folder or build_dir()
    try:
        computer.try_to_write(folder)
    except OSError as error:
        return problem(f"{folder}, into which lessons write, cannot be written ({error.strerror or error})",
                       "Set the environment variable SIDE_BY_SIDE_BUILD to a folder of yours before Jupyter starts.")
    return ok("the folder into which lessons write can be written")


def disk(free=None, folder=None):
    """Free disk in bytes where lessons write: the packages take 3 GB, what the runs write little."""
    folder = folder or build_dir()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(str(there)).free if free is None else free
    shown, cure = f"{free / GB:.1f} GB of disk free", "Free some; `make clean` removes what runs have made."
    if free < 1 * GB:
        return problem(f"{shown} at {there}, runs need 1", f"{cure} Or set SIDE_BY_SIDE_BUILD to a folder of a larger disk.")
    return note(shown + ", installing needs 5", cure) if free < 5 * GB else ok(shown)


def port(converse=computer.converse):
    """Whether a server on 127.0.0.1 can be reached: chapters 08 to 11 start some, and keep proxies from them."""
    try:
        converse()
    except OSError as error:
        return problem(f"no server can be reached on 127.0.0.1 ({error})",
                       "Let Python use the loopback interface in the firewall or the sandbox.")
    return ok("a server on 127.0.0.1 can be reached")


def kernel(argv=computer.kernel_argv):
    """Whether Jupyter has a kernel called python3, and whether that is this Python."""
    try:
        first = argv()[0]
    except ImportError as error:
        return problem(f"no Jupyter kernel: {error}", INSTALL)
    except LookupError:  # jupyter_client's NoSuchKernel is one
        return problem("Jupyter has no kernel called python3", "python -m ipykernel install --sys-prefix")
    here, there = (os.path.normcase(os.path.dirname(os.path.abspath(p))) for p in (sys.executable, first))
    if os.path.isabs(first) and here != there:
        return note(f"the Jupyter kernel called python3 starts another Python, {first}",
                    "python -m ipykernel install --sys-prefix")
    return ok("Jupyter kernel python3")


def line(found):
    """One line about this machine for a teacher to collect: no user name, no host name, no path."""
    free = computer.free_memory()
    wsl = " (WSL)" if "microsoft" in platform.release().lower() else ""
    tensorflow = "tensorflow-cpu" if computer.installed("tensorflow-cpu") else "tensorflow"
    names = ("torch", tensorflow, "keras", "numpy")
    versions = [f"{name} {computer.installed(name) or 'missing'}" for name in names]
    return " | ".join([f"{platform.system()} {platform.machine()}{wsl}, {os.cpu_count()} CPUs",
                       f"Python {platform.python_version()}", *versions,
                       f"{free / GB:.0f} GB of memory free" if free else "memory unknown",
                       f"GPU: {'; '.join(computer.cards()) or 'none'}", counts(found)])


def counts(found):
    """How many problems and notes there are, as text."""
    return ", ".join(f"{level}s: {sum(f.level == level for f in found)}" for level in ("problem", "note"))


def main(argv=None):
    """Print the findings; the exit code is 1 when there is a problem."""
    parser = argparse.ArgumentParser("python -m helpers.doctor", description="Is this machine ready?")
    parser.add_argument("--quick", action="store_true", help="leave out loading PyTorch and TensorFlow")
    parser.add_argument("--line", action="store_true", help="one line that a teacher can collect")
    parser.add_argument("--python", action="store_true", help="only the Python version")
    options = parser.parse_args(argv)
    found = _safely(python) if options.python else findings(options.quick)
    if options.line:
        print(line(found))
    else:
        for finding in found:
            print(f"{finding.level:8} {finding.what}")
            if finding.cure:
                print(f"{'':8} cure: {finding.cure}")
        if not options.python:
            print(counts(found))
    return int(any(finding.level == "problem" for finding in found))


def _safely(check):
    try:
        return check()
    except Exception as error:  # a check that cannot be done must not hide what the others found
        return note(f"the check `{check.__name__}` failed: {type(error).__name__}: {error}",
                    "Tell the authors; the course may run all the same.")


if __name__ == "__main__":
    sys.exit(main())
