"""`make test` of an older commit and of today's, in fresh clones, in turn: `make benchmark ARGS=then` (hours).

The course has grown meanwhile, so seconds are also printed for each kilobyte of notebooks, for each code cell (every test
run executes learners' and solved notebooks) and for 30 minutes of lessons, as the lessons state them. Slices, both with
the environment that is here: all that is checked of some chapters' notebooks (executed, answered, compared, one framework
missing), or a command.

    make benchmark ARGS="then --chapters 02 05 --rounds 3"
    make benchmark ARGS='then --command "PYTHON -m pytest tests/test_timing.py"'
"""
import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def clone(commit, folder):
    """A fresh clone of this repository at a commit."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    subprocess.run(["git", "checkout", "--quiet", commit], cwd=folder, check=True)
    return folder


def content(folder, chapters=("",)):
    """{unit: how many of it the notebooks of a clone's chapters hold}."""
    paths = [path for where in ("notebooks", "notebooks/solutions") for chapter in chapters
             for path in folder.glob(f"{where}/{chapter}*.ipynb")]
    books = [json.loads(path.read_text(encoding="utf-8"))["cells"] for path in paths]
    texts = ["".join(cell["source"]) for cells in books for cell in cells]
    minutes = sum(int(found) for text in texts for found in re.findall(r"^> \*\*Minutes\*\*: (\d+)", text, re.M)) / 2
    return {"kilobyte": sum(map(len, texts)) / 1000,
            "code cell": sum(cell["cell_type"] == "code" for cells in books for cell in cells),
            "30 minutes": minutes / 30}


def checks(folder, chapters):
    """The shell command that does in a clone what `make test` does there with the notebooks of these chapters."""
    paths = sorted(path for chapter in chapters for path in folder.glob(f"notebooks/{chapter}*.ipynb"))
    if not paths:
        sys.exit(f"no notebook of {', '.join(chapters)} in {folder}: name chapters as 02 05")
    executed = f"PYTHON -m pytest -n 2 tests -k '{' or '.join(path.stem for path in paths)}'"
    if (folder / "tools" / "pipeline.py").exists():
        options = ["--as-run"] if (folder / "tools" / "replay.py").exists() else []
        lessons = [path.stem.split("_")[0] for path in paths]
        return " ".join([executed, "&& PYTHON tools/pipeline.py verdicts", *options, *lessons])
    solved = " ".join(f"notebooks/solutions/{path.name}" for path in paths)
    return (f"{executed} && SIDE_BY_SIDE_BUILD=build/nbval PYTHON -m pytest -n 2 --dist loadfile --nbval-lax "
            f"--nbval-sanitize-with tests/nbval.cfg --nbval-cell-timeout=120 -p no:cacheprovider {solved}")


def spent(command, folder):
    """(wall seconds, seconds of processors) of a shell command in a clone. SystemExit where it fails."""
    path = os.pathsep.join([str(folder), str(folder / "notebooks")])
    env = {name: value for name, value in os.environ.items() if name not in ("SIDE_BY_SIDE_BUILD", "MAKEFLAGS", "MAKELEVEL")}
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = command.replace("PYTHON", sys.executable)
    if subprocess.run(command, shell=True, cwd=folder, env={**env, "PYTHONPATH": path}, stdout=sys.stderr).returncode:
        sys.exit(f"{command!r} failed in {folder}: its time says nothing")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(argv=None):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--then", default="1dd0095", help="the older commit (default 1dd0095)")
    parser.add_argument("--now", default="HEAD", help="the newer one (default HEAD: what is not committed does not count)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each, in turn; the median counts (default 1)")
    parser.add_argument("--chapters", nargs="+", help="instead of `make test`, what it does with these chapters' notebooks")
    parser.add_argument("--command", help="instead of `make test`, in which PYTHON is the Python that runs this")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        folders = {name: clone(commit, Path(scratch, name)) for name, commit in (("then", args.then), ("now", args.now))}
        if args.chapters:
            commands = {name: checks(folder, args.chapters) for name, folder in folders.items()}
        else:
            commands = dict.fromkeys(folders, args.command or "make test")
        if not (args.chapters or args.command):
            for folder in folders.values():
                spent("make lint", folder)  # makes and fills the environment, which is not what is measured
        rounds = []
        for number in range(args.rounds):
            rounds.append({name: spent(commands[name], folder) for name, folder in folders.items()})
            print(f"round {number + 1}: {rounds[-1]}", flush=True)
        units = {name: {"all": 1, **content(folder, args.chapters or ("",))} for name, folder in folders.items()}
    print(f"{commands['now']}: seconds, and seconds of processors")
    print(f"{'for each':<12}{'then':>20}{'now':>20}{'now / then':>16}")
    for unit in units["now"]:
        both = {name: [statistics.median(one[name][k] for one in rounds) / units[name][unit] for k in (0, 1)]
                for name in folders}
        shown = "".join(f"{wall:>10.4g}{cpu:>10.4g}" for wall, cpu in both.values())
        print(f"{unit:<12}{shown}" + "".join(f"{now / then:>8.2f}" for then, now in zip(*both.values())))
    print("content:", {name: {unit: round(count) for unit, count in found.items()} for name, found in units.items()})


if __name__ == "__main__":
    main()
