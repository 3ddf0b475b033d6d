"""Run the course on a machine with a GPU, in five minutes and without a network: `python tools/gpu/check.py`.

PyTorch with CUDA is there, TensorFlow may not be. What else is missing comes as a folder of wheels that tools/gpu/wheels.py
has made on another machine; --wheels installs of it what this Python lacks, into a folder that is gone at the end. The
measurements of tools/gpu/measure.py come first, while nothing else runs, then every lesson with device="gpu". What is
absent, or finds no time, is NOT MEASURED. All goes into one JSON file: machine, versions, what was measured, and each
lesson's seconds, verdicts and failure. Rehearse it without a GPU: --device cpu --without tensorflow.
"""
import argparse
import contextlib
import datetime
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tools" / "gpu"
LAST = "14"
"""The chapter whose lessons read what the others have found."""
MEASUREMENTS = ("tensor_float_32", "bfloat16", "handed_over", "keras_on_pytorch", "data_parallel", "fully_sharded")
PACKAGES = ("torch", "tensorflow", "keras", "numpy", "ipykernel", "papermill")
BLOCKER = """
from importlib.machinery import PathFinder

find = PathFinder.find_spec

def find_spec(name, path=None, target=None):
    return None if name.split(".")[0] == {package!r} else find(name, path, target)

PathFinder.find_spec = find_spec
"""
"""For a rehearsal: Python starts with it, and then finds the package as little as where it is not installed."""
CLOSING = 10
"""Seconds that are kept for ending what runs and writing the file."""


def options(argv):
    """The command line's options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="a lesson or chapter; all when left out")
    parser.add_argument("--device", choices=["gpu", "cpu"], default="gpu", help="cpu: a rehearsal")
    parser.add_argument("--seconds", type=float, default=300, help="for everything (default 300)")
    parser.add_argument("--workers", type=int, default=max(2, (os.cpu_count() or 2) // 2), help="lessons at a time")
    parser.add_argument("--wheels", type=Path, metavar="FOLDER", help="install from here what this Python lacks")
    parser.add_argument("--without", metavar="PACKAGE", help="act as if it were not installed")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "gpu.json", help="default build/gpu.json")
    return parser.parse_args(argv)


def main(argv=None):
    """Check, print and write what came out; returns 1 when a lesson or a measurement failed."""
    args = options(argv)
    end = time.monotonic() + args.seconds - CLOSING
    with tempfile.TemporaryDirectory() as scratch:
        env = environment(Path(scratch), args.wheels, args.without)
        found = {"date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "device": args.device,
                 "machine": machine(env), "measured": {}, "lessons": {}}
        for name in MEASUREMENTS:
            found["measured"][name] = child([HERE / "measure.py", name, args.device], env, end, 90)
            print(f"{name}: {shown(found['measured'][name])}", flush=True)
        for lesson, result in run_lessons(args, env, end):
            found["lessons"][lesson] = result
            print(f"{lesson}: {shown(result)}", flush=True)
    found["lessons"] = dict(sorted(found["lessons"].items()))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    results = [*found["measured"].values(), *found["lessons"].values()]
    failed, open_ = (sum(word in result for result in results) for word in ("failure", "NOT MEASURED"))
    print(f"{len(results) - failed - open_} through, {failed} failed, {open_} NOT MEASURED; {args.out}")
    return 1 if failed else 0


def environment(scratch, wheels, without):
    """The variables of all children: where the course lies, what is installed for now, what must not be found."""
    paths = [ROOT, ROOT / "notebooks", ROOT / "tools"]
    env = {**os.environ, "SIDE_BY_SIDE_BUILD": str(scratch / "build")}
    env.pop("SIDE_BY_SIDE_LEDGER", None)
    if without:
        (scratch / "without").mkdir()
        (scratch / "without" / "sitecustomize.py").write_text(BLOCKER.format(package=without), encoding="utf-8")
        paths.insert(0, scratch / "without")
    if wheels:
        site = scratch / "site"
        install(wheels, site)
        paths.append(site)
        sys.path.append(str(site))  # psutil, for `end_tree`
        env["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(site / "share" / "jupyter"), env.get("JUPYTER_PATH")]))
    env["PYTHONPATH"] = os.pathsep.join([*map(str, paths), *filter(None, [env.get("PYTHONPATH")])])
    return env


def install(wheels, site):
    """Install the wheels of a folder into `site`, but for packages that this Python has in whatever version."""
    files = sorted(wheels.glob("*.whl"))
    if not files:
        sys.exit(f"{wheels} holds no wheels: make it with `python tools/gpu/wheels.py {wheels}` where there is a network")
    lacking = [file for file in files if not there(file.name.split("-")[0])]
    if lacking:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", site,
                        *lacking], check=True)


def there(name):
    """Whether a distribution is installed."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return bool(importlib.metadata.version(name.replace("_", "-")))
    return False


def machine(env):
    """What computes: processor, memory, GPUs as PyTorch sees them, versions as the children find them."""
    code = ("import importlib.metadata as m, importlib.util as u, json, sys\n"
            "import torch\n"
            "names = [(n, u.find_spec(n)) for n in sys.argv[1:]]\n"
            "dist = m.packages_distributions()\n"
            "print(json.dumps({'versions': {n: m.version(dist[n][0]) if s else 'not installed' for n, s in names},\n"
            " 'gpus': [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())],\n"
            " 'cuda': torch.version.cuda}))")
    seen = subprocess.run([sys.executable, "-P", "-c", code, *PACKAGES], env=env, capture_output=True, text=True, cwd=ROOT)
    if seen.returncode:
        sys.exit(f"PyTorch cannot be asked what it sees: {seen.stderr.strip()[-1000:]}")
    return {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count(),
            **json.loads(seen.stdout.splitlines()[-1])}


def run_lessons(args, env, end):
    """Yield (lesson, result) of each lesson, several at a time, the last chapter's behind all others."""
    listed = subprocess.run([sys.executable, "-c", "import sys, pipeline\nfor s in pipeline.sources(sys.argv[1:]): "
                             "print(pipeline.lesson(s))", *args.lessons], env=env, capture_output=True, text=True, cwd=ROOT)
    if listed.returncode:
        sys.exit(listed.stderr.strip()[-1000:] + "\nIs something missing? See --wheels.")
    names = listed.stdout.split()
    for some in ([n for n in names if not n.startswith(LAST)], [n for n in names if n.startswith(LAST)]):
        with ThreadPoolExecutor(args.workers) as pool:
            results = pool.map(lambda name: child([HERE / "one_lesson.py", name, args.device], env, end, 240), some)
            yield from zip(some, results)


def child(command, env, end, limit):
    """What a script says in its last line, as JSON, with its seconds; else {"failure": ...} or {"NOT MEASURED": why}.

    It may take `limit` seconds, and not longer than till `end`; then it is ended, with all that it has started.
    """
    left = min(limit, end - time.monotonic())
    if left < 5:
        return {"NOT MEASURED": "no time was left"}
    begin = time.monotonic()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen([sys.executable, "-P", *map(str, command)], env=env, stdout=out, stderr=log, cwd=ROOT)
        try:
            code = process.wait(left)
        except subprocess.TimeoutExpired:
            end_tree(process)
            return {"NOT MEASURED": f"it was not through after {left:.0f} seconds"}
        out.seek(0)
        log.seek(0)
        seconds = round(time.monotonic() - begin, 1)
        if code:
            said = re.sub(r"\x1b\[[0-9;]*m", "", log.read()).strip()
            return {"seconds": seconds, "failure": said[-1500:] or f"exit {code}"}
        return {"seconds": seconds, **json.loads(out.read().splitlines()[-1])}


def end_tree(process):
    """Kill a process that this one started, and what it has started: kernels are in groups of their own."""
    import psutil
    below = psutil.Process(process.pid).children(recursive=True)
    for one in [process, *below]:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            one.kill()
    process.wait()
    psutil.wait_procs(below, timeout=10)


def shown(result):
    """A result in one line."""
    if "failure" in result:
        return "FAILED: " + result["failure"].splitlines()[-1]
    return ", ".join(f"{key} {value}" for key, value in result.items() if value != {})


if __name__ == "__main__":
    sys.exit(main())
