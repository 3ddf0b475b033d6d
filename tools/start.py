"""The one starter, on every system: `python tools/start.py lab` opens the course; without a command it names them all.

It makes .venv with a Python that the course can use, installs what the command needs (again only when a pin has changed),
and runs the command. The Makefile calls nothing else, so that no step exists twice. Options stand before the command:

    --gpu    install requirements-gpu.txt instead of requirements.txt; the environment remembers it
    --here   use the Python that runs this and what it has (conda, Colab); nothing is made and nothing installed
    --learner=ada   for a second learner at this computer: a copy and a build folder of their own, work-ada and build-ada

Needs nothing but the standard library, and parses on Python 3.7, to say in plain words that it is too old.
"""
import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"

COMMANDS = {
    "lab": "open your copy of the course, work/, in JupyterLab",
    "test": "every check: rules, helpers, all notebooks executed, verdicts compared, a real browser",
    "check": "one lesson's rules, answers, run and verdicts: make check LESSON=06b",
    "run": "execute the course into build/executed, and print its verdicts: make run ARGS=\"01 --seed 3\"",
    "build": "write the notebooks from their sources in notebooks/chapters",
    "lint": "static checks only",
    "report": "how dense each lesson's code is, and how many minutes it takes",
    "doctor": "look at this machine before a workshop; works with nothing installed",
    "learner": "the notebooks to hand out, exercises open, in build/editions/learner",
    "solutions": "the solved notebooks to hand out afterwards, in build/editions/solutions",
    "instructor": "solved notebooks with the guide's notes and the wrong answers to expect, in build/editions/instructor",
    "live": "notebooks whose twin cells are to be typed in class, in build/editions/live",
    "slides": "the course, executed, as slides with speaker notes, in build/editions/slides",
    "site": "the course, executed, as HTML in build/site, readable without a network",
    "wheelhouse": "a folder from which laptops of this kind install everything without a network",
    "benchmark": "speed, as ratios measured in one run (ARGS=\"-k papermill\": some; ARGS=then: make test, then and now)",
    "fuzz": "20,000 requests to the servers of chapter 10, good and bad ones",
    "findings": "is outside behavior still as it was seen? Runs findings/, or one: make findings ARGS=NAME",
    "ludwig": "Ludwig in an environment of its own (Python 3.12, several GB), for chapter 12",
    "converters": "what converters do by themselves, into data/converters.csv (half an hour, 15 GB meanwhile)",
    "clean": "remove what runs have made; your ledger, your copy of the course and the environment stay",
    "help": "this list",
}
INSTALLS = {  # what a command needs in .venv, beyond the Python itself
    "lab": ["course", "pages"], "wheelhouse": ["course"],
    **dict.fromkeys(("doctor", "clean", "ludwig", "findings", "help"), []),
    **{name: ["course", "tests", "pages"] for name in ("test", "check", "run", "slides", "site")},
    **{name: ["course", "tests"] for name in ("build", "lint", "report", "learner", "solutions", "instructor", "live",
                                              "benchmark", "fuzz")},
    "converters": ["course", "pages"],
}
PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def steps(command, python, arguments, is_root=False):
    """The command lines of a command, to be run in the course's folder one after another until one fails."""
    def tool(name, *more):
        return [python, "tools/" + name + ".py", *more]

    def module(name, *more):
        return [python, "-m", name, *more]

    floors = "from importlinter.cli import lint_imports_command; lint_imports_command()"  # it knows no `python -m`
    lint = [module("ruff", "check", "."), tool("layout"), module("codespell_lib"),
            [python, "-c", floors, "--no-cache"]]
    table = {
        "lab": [tool("work_copy"), lab(python, is_root) + arguments],
        "test": lint + [tool("pipeline", "check"), module("pytest", "-n", "2", "tests"),
                        tool("pipeline", "verdicts", "--as-run")],
        "check": [tool("pipeline", "test", *arguments)],
        "lint": lint,
        "doctor": [module("helpers.doctor", *arguments)],
        "slides": [tool("pipeline", "run", *arguments, "--apart"), tool("editions", "slides", *arguments)],
        "site": [tool("pipeline", "run", *arguments, "--apart"), tool("site_of_course")],
        "wheelhouse": [tool("wheelhouse", *arguments)],
        "findings": [tool("run_findings", *arguments)],
        "converters": [tool("converters", *arguments)],
        "benchmark": [tool("then_and_now", *arguments[1:])] if arguments[:1] == ["then"] else [
            module("pytest", "-m", "benchmark", "-s", "tests/benchmarks", *arguments)],
        "fuzz": [module("pytest", "-m", "fuzz", "-s", "tests/fuzz")],
    }
    table.update({name: [tool("pipeline", name, *arguments)] for name in ("run", "build", "report")})
    table.update({name: [tool("editions", name, *arguments)] for name in ("learner", "solutions", "instructor", "live")})
    return table[command]


def work_folder():
    """The learner's copy of the course: work/, or where SIDE_BY_SIDE_WORK points (a second learner; a hub)."""
    return ROOT / Path(os.environ.get("SIDE_BY_SIDE_WORK") or "work").expanduser()


def lab(python, is_root):
    """The command line that opens the learner's copy: all links work, and only this machine can reach the server."""
    work = work_folder()
    first = min(path.stem for path in (ROOT / "notebooks" / "chapters").glob("ch*/[0-9][0-9]*_*.py"))
    argv = [python, "-m", "jupyter", "lab", "--ServerApp.ip=127.0.0.1", "--ServerApp.root_dir=" + str(work.parent),
            "--MappingKernelManager.transport_encryption=auto",  # else each kernel warns that others could read along
            "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",  # nobody outside
            "--LabApp.default_url=/lab/tree/" + work.name + "/" + first + ".ipynb"]
    return argv + ["--allow-root"] if is_root else argv


def python_of(folder, system):
    """The Python of the virtual environment in a folder."""
    return folder / "Scripts" / "python.exe" if system == "Windows" else folder / "bin" / "python"


def pythons(system, versions=("3.12", "3.13", "3.11")):
    """Command lines of the Pythons to try: the one that runs this, then those that the system may have beside it."""
    if system == "Windows":  # the launcher knows where they are; they are not on PATH
        return [[sys.executable]] + [["py", "-" + version] for version in versions]
    return [[sys.executable]] + [["python" + version] for version in versions]


def first_that(accepts, candidates):
    """The first command line that is there and ends well with the arguments `accepts`; None when there is none."""
    for candidate in candidates:
        try:
            done = subprocess.run(candidate + accepts, cwd=str(ROOT), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError:  # no such program
            continue
        if done.returncode == 0:
            return candidate
    return None


def make_environment(system):
    """Make .venv, unless it is there. SystemExit, after the doctor's words, when no Python here fits the course."""
    if python_of(VENV, system).exists():
        return
    check = ["-m", "helpers.doctor", "--python"]
    python = first_that(check, pythons(system))
    if python is None:
        sys.exit(call([sys.executable] + check) or 1)
    was_there = VENV.exists()
    code = call(python + ["-m", "venv", str(VENV)])
    if code:
        if not was_there:  # else the half that is there would be taken for an environment
            shutil.rmtree(str(VENV), ignore_errors=True)
        sys.exit(code)


def make_ludwig(system):
    """Make Ludwig's environment, or bring it up to date. SystemExit where there is no Python 3.12."""
    folder, files = VENV / "ludwig", [ROOT / "requirements-ludwig.txt"]
    if is_done(folder / ".installed", files):
        return
    python = first_that(["-c", "import sys; sys.exit(sys.version_info[:2] != (3, 12))"], pythons(system, ["3.12"]))
    if python is None:
        sys.exit("Ludwig needs Python 3.12, and there is none here: install it (python.org, or your system's packages).")
    must(python + ["-m", "venv", str(folder)])
    must([str(python_of(folder, system))] + PIP + ["-r", "requirements-ludwig.txt"])
    note_done(folder / ".installed", files)


def is_for_gpu(options):
    """Whether the environment is, or is to be, that of requirements-gpu.txt. Once it is, it stays so: tensorflow-cpu's files
    would come over those of tensorflow."""
    return "--gpu" in options or (VENV / ".installed-course-gpu").exists()


def install(what, python, gpu):
    """Install the "course", what its "tests" need, or the scripts of its "pages", unless it is there with these pins."""
    wanted = "requirements-gpu.txt" if gpu else "requirements.txt"
    files = {"course": [wanted, "requirements.txt", "requirements-visdom.txt", "pyproject.toml"],
             "tests": ["requirements-dev.txt", "requirements.txt"],
             "pages": ["data/fetched.toml", "tools/fetch.py"]}[what]
    files = [ROOT / name for name in files]
    stamp = VENV / (".installed-" + what + ("-gpu" if gpu else ""))
    if is_done(stamp, files):
        return
    if what == "course":
        print("Installing the course into .venv (several minutes the first time) ...", flush=True)
        must([python] + PIP + ["-r", wanted, "-e", "."])
        must([python] + PIP + ["setuptools<81", "wheel"])  # Visdom's build needs pkg_resources
        must([python] + PIP + ["--no-build-isolation", "-r", "requirements-visdom.txt"])
    elif what == "tests":
        must([python] + PIP + ["-r", "requirements-dev.txt"])
    elif call([python, "tools/fetch.py"]) != 0:
        print("Going on without: cells that show these pages will say NOT MEASURED.", flush=True)
        return
    note_done(stamp, files)


def is_done(stamp, files):
    """Whether `note_done` was called for the stamp with the same content of the files."""
    return stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint(files)


def note_done(stamp, files):
    """Note in the file `stamp` that what these files ask for is installed."""
    stamp.write_text(fingerprint(files), encoding="ascii")


def fingerprint(files):
    """The hash of the content of files."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def clean(build):
    """Remove what runs have made from the folder build, but not the ledgers: they hold the learner's guesses and answers."""
    ledgers = build / "ledger"
    for path in build.iterdir() if build.is_dir() else []:
        if path == ledgers:
            print(f"Kept: {path}, your predictions, answers and verdicts. Remove it yourself to forget them.")
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(str(path))
        else:
            path.unlink()


def with_course(path):
    """A PYTHONPATH in which this course stands first: its notebooks find its own `helpers`, not those of an older copy that
    the environment was made with, and also where `pip install -e .` was left out."""
    return os.pathsep.join([str(ROOT), path] if path else [str(ROOT)])


def call(argv):
    """Run a command in the course's folder; its exit code. An interrupt reaches it too, and it ends in its own time;
    who ends this process ends the command."""
    child = subprocess.Popen(argv, cwd=str(ROOT))
    before = {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),  # an interrupted wait can lose the exit code
              signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: child.terminate())}
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code


def must(argv):
    """Run a command; SystemExit with its exit code when it fails."""
    code = call(argv)
    if code:
        sys.exit(code)


def usage():
    """What can be asked for: the commands, and what each does."""
    known = "\n".join("  {:<11} {}".format(*pair) for pair in COMMANDS.items())
    return ("make COMMAND, or python tools/start.py [--gpu] [--here] [--learner=NAME] COMMAND, where COMMAND is one of\n"
            f"{known}\nWithout make, what stands in ARGS follows the command: python tools/start.py run 01 --seed 3")


def parse(argv):
    """(options, command, its arguments). SystemExit with the list of commands where none of them is named."""
    options = set()
    while argv and re.match(r"--gpu$|--here$|--learner=[\w-]+$", argv[0]):
        options.add(argv[0])
        argv = argv[1:]
    if not argv or argv[0] not in COMMANDS:
        sys.exit(usage())
    if argv[0] == "check" and len(argv) == 1:
        sys.exit("Which lesson? make check LESSON=06b, or python tools/start.py check 06b. All of them: make test.")
    return options, argv[0], argv[1:]


def main(argv):
    """Do a command with all that it needs; returns the exit code."""
    options, command, arguments = parse(argv)
    if command == "help":
        print(usage())
        return 0
    system, here = platform.system(), "--here" in options
    learner = next((option.partition("=")[2] for option in options if option.startswith("--learner=")), "")
    if learner:
        os.environ.update(SIDE_BY_SIDE_WORK="work-" + learner, SIDE_BY_SIDE_BUILD="build-" + learner)
    if command == "clean":
        clean(ROOT / ("build-" + learner if learner else "build"))
        return 0
    needs_environment = command != "doctor" and not here
    if needs_environment:
        make_environment(system)
    if command == "ludwig":
        make_ludwig(system)
        return 0
    python = python_of(VENV, system)
    python = sys.executable if here or not python.exists() else str(python)
    for what in INSTALLS[command] if needs_environment else []:
        install(what, python, is_for_gpu(options))
    is_root = getattr(os, "geteuid", lambda: 1)() == 0  # Windows has no such question
    if command == "lab" and is_root:
        print("You are root, as in a container: JupyterLab is started with --allow-root, for this machine only.", flush=True)
    if command != "doctor":  # it looks at what notebooks find that are opened in another way
        os.environ["PYTHONPATH"] = with_course(os.environ.get("PYTHONPATH", ""))
    for argv in steps(command, python, arguments, is_root):
        code = call(argv)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
