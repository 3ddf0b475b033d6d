"""Build, check and run the notebooks: `python tools/pipeline.py build|check|run [LESSON ...]`.

One text source a lesson, notebooks/chapters/chNN/NN_slug.py (jupytext percent), gives two notebooks:

* notebooks/NN_slug.ipynb: for learners, without solutions and without outputs
* notebooks/solutions/NN_slug.ipynb: solved, with the outputs of its verdict cells, which nbval compares

In an exercise cell the lines above `# solution` are the learner's, those below it the solution's, and each
`# wrong: cause` opens a wrong answer that is in neither notebook: a test tries it.
"""
import argparse
import configparser
import hashlib
import json
import os
import re
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "notebooks" / "chapters"
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")}
os.environ.update(ONE_THREAD)  # before any kernel starts: two workers with free threads are slower than one after another

import jupytext  # noqa: E402
import nbclient  # noqa: E402
import nbformat  # noqa: E402
import papermill  # noqa: E402
from tqdm import tqdm  # noqa: E402

from helpers import build_dir  # noqa: E402
from helpers.course import ledger  # noqa: E402

GOLDEN = "nbval-check-output"
LAST = "14"
MARK = re.compile(r"^# (solution|wrong): ?(.*)$|^# (solution)$", re.M)


def sources(only=()):
    """The lessons' sources in order; only those that are named, by lesson ("12a") or by chapter ("12", "6" for 06).

    Raises SystemExit for a name without a source.
    """
    found = [path for path in CHAPTERS.glob("ch*/*_*.py") if ledger.is_lesson(lesson(path))]
    found.sort(key=lambda path: path.name)
    wanted = [name if name[:2].isdigit() else f"0{name}" for name in only]
    unknown = [name for name in wanted if not any(lesson(path).startswith(name) for path in found)]
    if unknown:
        sys.exit(f"no lesson {', '.join(unknown)}; there are {', '.join(lesson(path) for path in found)}")
    return [path for path in found if not only or lesson(path).startswith(tuple(wanted))]


def lesson(source):
    """A lesson's name, from its source or notebook: "07", or "12a" where its chapter has several."""
    return source.name.split("_")[0]


def tags(cell):
    """A cell's tags."""
    return cell.metadata.get("tags", [])


def parts(text):
    """Split an exercise cell into (the learner's lines, the solution, [(cause, wrong answer), ...])."""
    marks = list(MARK.finditer(text))
    if not marks:
        return text, "", []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    pieces = [(mark, text[mark.end():end].strip("\n")) for mark, end in zip(marks, ends, strict=True)]
    solution = [body for mark, body in pieces if mark.group(1) != "wrong"]
    wrong = [(mark.group(2).strip(), body) for mark, body in pieces if mark.group(1) == "wrong"]
    return text[:marks[0].start()].rstrip(), solution[0] if solution else "", wrong


def read(source):
    """The source as a notebook with everything in it: fixed cell ids, minimal metadata, no outputs."""
    nb = jupytext.read(source)
    nb.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                   "language_info": {"name": "python"}}
    nb.nbformat, nb.nbformat_minor = 4, 5
    seen = {}
    for cell in nb.cells:
        cell.metadata = {"tags": tags(cell)} if tags(cell) else {}
        stem = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        seen[stem] = seen.get(stem, 0) + 1
        cell.id = stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"  # of the text: an edit elsewhere changes no other id
    return nb


def learner(nb):
    """The learner's edition of a complete notebook: exercises open, cells with the tag `solution` left out."""
    nb = nbformat.from_dict(nb)
    nb.cells = [cell for cell in nb.cells if "solution" not in tags(cell)]
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.source = parts(cell.source)[0]
    return nb


def solved(nb):
    """The solutions' edition: each exercise with its solution, verdict cells marked for nbval."""
    nb = nbformat.from_dict(nb)
    for cell in nb.cells:
        above, solution, _ = parts(cell.source)
        if cell.cell_type == "code" and solution:
            given = re.sub(r"^answer = \.\.\..*\n?", "", above, flags=re.M).strip()
            only_comments = all(line.startswith("#") for line in given.splitlines())
            cell.source = (given + ("\n" if only_comments else "\n\n") + solution).strip("\n")
        if "verdict" in tags(cell):
            cell.metadata["tags"] = [*tags(cell), GOLDEN]
    return nb


def targets(source):
    """Paths of the learner's and of the solved notebook of a source."""
    folder, name = ROOT / "notebooks", source.with_suffix(".ipynb").name
    return folder / name, folder / "solutions" / name


def same(nb, path):
    """Whether the file at path has the cells of nb, outputs aside."""
    def view(notebook):
        return [(cell.cell_type, cell.id, cell.source, tags(cell)) for cell in notebook.cells]
    return path.exists() and view(nbformat.read(path, 4)) == view(nb)


def execute(nb, environment=None):
    """Run a notebook's cells in a fresh kernel, in the folder notebooks/, its ledger in a folder of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        client = nbclient.NotebookClient(nbformat.from_dict(nb), timeout=300, kernel_name="python3", coalesce_streams=True,
                                         resources={"metadata": {"path": str(ROOT / "notebooks")}})
        return client.execute(env={**os.environ, "SIDE_BY_SIDE_BUILD": scratch, **(environment or {})})


def golden(nb, old):
    """nb with the outputs of its verdict cells; an old output that says the same is kept, so that the diff stays empty."""
    done = execute(nb)
    before = {cell.id: cell.get("outputs") for cell in old.cells} if old else {}
    for number, (cell, ran) in enumerate(zip(nb.cells, done.cells, strict=True), 1):
        if GOLDEN in tags(cell):
            outputs = [tidy(output, number) for output in ran.outputs]
            kept = before.get(cell.id)
            cell.outputs = kept if kept and sanitized(kept) == sanitized(outputs) else outputs
            cell.execution_count = number
    return nb


def tidy(output, number):
    """An output without what changes from run to run."""
    if "execution_count" in output:
        output.execution_count = number
    return output


def sanitized(outputs):
    """The outputs as text, numbers that a machine may change replaced as nbval does (tests/nbval.cfg)."""
    rules = configparser.ConfigParser(interpolation=None)
    rules.read(ROOT / "tests" / "nbval.cfg")
    text = json.dumps(outputs, sort_keys=True, ensure_ascii=False)  # µ stays µ, as nbval sees it
    for name in rules.sections():
        text = re.sub(rules[name]["regex"], rules[name]["replace"], text)
    return text


def build(source, force=False):
    """Write a lesson's two notebooks. The solved one is executed only when its cells have changed, or with force."""
    plain, full = targets(source)
    full.parent.mkdir(exist_ok=True)
    nb = read(source)
    if force or not same(solved(nb), full):
        old = nbformat.read(full, 4) if full.exists() else None
        write(golden(solved(nb), old), full)
    write(learner(nb), plain)
    return "built"


def write(nb, path):
    """Write a notebook as one line of JSON a value, in a fixed order, so that diffs are small."""
    path.write_text(json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def check(source):
    """Raise ValueError when a notebook differs from what its source gives, or a verdict cell has no output."""
    plain, full = targets(source)
    nb = read(source)
    if not (same(learner(nb), plain) and same(solved(nb), full)):
        raise ValueError("notebooks are stale: run `make build`")
    for cell in nbformat.read(full, 4).cells:
        if GOLDEN in tags(cell) and not (cell.outputs and cell.execution_count):
            raise ValueError(f"verdict cell {cell.id} has no output to compare: run `make build ARGS=--force`")
    return "in sync"


def run(source, parameters):
    """Execute a learner's notebook with papermill into build/executed. Returns its verdicts as {claim: verdict}.

    Raises ValueError for a parameter that the notebook does not have: papermill itself would only warn.
    """
    plain, _ = targets(source)
    known = papermill.inspect_notebook(str(plain))
    unknown = parameters.keys() - known.keys()
    if unknown:
        raise ValueError(f"no parameter {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
    ledger.path_of(lesson(source)).unlink(missing_ok=True)
    done = build_dir() / "executed" / plain.name
    done.parent.mkdir(parents=True, exist_ok=True)
    papermill.execute_notebook(str(plain), str(done), parameters, cwd=str(plain.parent), progress_bar=False)
    return {claim: entry["verdict"] for claim, entry in ledger.read(lesson(source)).get("verdicts", {}).items()}


def seconds_file():
    """Where the last run's seconds a lesson are kept: the longest starts first."""
    return build_dir() / "seconds.json"


def each(verb, chosen, workers, *arguments):
    """Call verb(source, *arguments) for each source in parallel, under a progress bar. Yields (source, seconds, result)."""
    path = seconds_file()
    last = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    chosen = sorted(chosen, key=lambda source: -last.get(source.stem, 1e9))
    with ProcessPoolExecutor(workers) as pool, tqdm(total=len(chosen), unit="lesson", disable=None) as bar:
        waiting = {pool.submit(timed, verb, source, *arguments): source for source in chosen}
        try:
            for future in as_completed(waiting):
                bar.update()
                yield waiting[future], *future.result()
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def timed(verb, source, *arguments):
    """(seconds, result or the error) of verb(source, *arguments)."""
    start = time.perf_counter()
    try:
        result = verb(source, *arguments)
    except (ValueError, papermill.PapermillExecutionError, nbclient.exceptions.CellExecutionError,
            nbclient.exceptions.DeadKernelError, TimeoutError) as error:
        result = RuntimeError(re.sub(r"\x1b\[[0-9;]*m", "", str(error)))  # plain text crosses processes; some errors do not
    return time.perf_counter() - start, result


def report(rows):
    """Print lessons, seconds and verdicts; return the number of lessons that failed."""
    failed = [(source, result) for source, _, result in rows if isinstance(result, Exception)]
    print(f"\n{'lesson':<28}{'seconds':>8}  verdicts")
    for source, seconds, result in sorted(rows):
        if isinstance(result, Exception):
            print(f"{source.stem:<28}{seconds:>8.1f}  FAILED")
        else:
            text = ", ".join(f"{claim} {word}" for claim, word in result.items()) if isinstance(result, dict) else result
            print(f"{source.stem:<28}{seconds:>8.1f}  {text}")
    for source, error in failed:
        print(f"\n{source.stem}:\n{str(error).strip()[-3000:]}", file=sys.stderr)
    return len(failed)


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=["build", "check", "run"])
    parser.add_argument("lessons", nargs="*", metavar="LESSON",
                        help="a lesson or chapter, for example 01 or 12a; all when left out")
    parser.add_argument("--force", action="store_true", help="build: execute also what has not changed")
    parser.add_argument("--seed", type=int, help="run: the seed, a whole number")
    parser.add_argument("--device", choices=["auto", "cpu", "gpu"], help="run: where to compute")
    parser.add_argument("--full", action="store_true", help="run: full sizes instead of fast ones")
    parser.add_argument("-p", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"),
                        help="run: a parameter by name")
    parser.add_argument("--workers", type=int, default=2, help="how many lessons at a time (default 2)")
    args = parser.parse_args(argv)
    chosen = sources(args.lessons)
    if args.verb == "check":
        rows = [(source, *timed(check, source)) for source in chosen]
    elif args.verb == "build":
        rows = list(each(build, chosen, args.workers, args.force))
    else:
        named = {"seed": args.seed, "device": args.device, "fast": False if args.full else None}
        parameters = {name: value for name, value in named.items() if value is not None}
        parameters |= {name: value for name, value in args.p}
        last = [source for source in chosen if lesson(source) == LAST]  # it reads what the others have found
        rows = list(each(run, [source for source in chosen if source not in last], args.workers, parameters))
        rows += each(run, last, args.workers, parameters)
        seconds_file().parent.mkdir(parents=True, exist_ok=True)
        seconds_file().write_text(json.dumps({source.stem: seconds for source, seconds, _ in rows}), encoding="utf-8")
    return 1 if report(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
