"""Build, check, run and test the lessons: `python tools/pipeline.py VERB [LESSON ...]`.

One text source a lesson, notebooks/chapters/chNN/NN_slug.py (jupytext percent), gives two notebooks:

* notebooks/NN_slug.ipynb: for learners, without solutions and without outputs
* notebooks/solutions/NN_slug.ipynb: solved, with the outputs of its verdict cells, which nbval compares

In an exercise cell the lines above `# solution` are the learner's, those below it the solution's, and each
`# wrong: cause` opens a wrong answer that is in neither notebook: a test tries it. Nothing here overwrites what a hand
has written into a notebook, nor a ledger by that of a run that failed.
"""
import argparse
import configparser
import contextlib
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "notebooks" / "chapters"
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")}
os.environ.update(ONE_THREAD)  # before any kernel starts: two workers with free threads are slower than one after another

import jupytext  # noqa: E402
import nbclient  # noqa: E402
import nbformat  # noqa: E402
import papermill  # noqa: E402
from jupytext.compare import compare  # noqa: E402

import answers  # noqa: E402
import density  # noqa: E402
import loaded  # noqa: E402
import replay  # noqa: E402
from batch import each, keep_seconds, table, timed  # noqa: E402
from helpers import build_dir, data, session  # noqa: E402
from helpers.course import ledger  # noqa: E402
from helpers.machine.environment import settle  # noqa: E402
from own_sockets import FILES, own_sockets  # noqa: E402
from parameters import typed  # noqa: E402
from run_ledger import fresh_ledger, work_apart  # noqa: E402

GOLDEN = "nbval-check-output"
LAST = "14"
MARK = re.compile(r"^# (?:solution|wrong: ?(.*))$", re.M)
LINK = re.compile(r"```.*?```|`[^`\n]+`|\]\((?![a-z]+:|#|\w+\.ipynb)", re.S)  # code, or where a relative address begins
ALMOST = re.compile(r"^#\s*(?:solution|wrong)\b(?=\s*:|\s*$).*$", re.M | re.I)
OF_FRAMEWORK = {"torch": ["torch", "torch._dynamo"], "tensorflow": ["tensorflow", "keras"]}
"""What a lesson loads of a framework: PyTorch's first optimizer loads `torch._dynamo`, which takes as long as the rest."""
LOADED = [*OF_FRAMEWORK["torch"], *OF_FRAMEWORK["tensorflow"], "matplotlib.pyplot"]  # by nearly every lesson
PYTEST = [sys.executable, "-m", "pytest", "-p", "xdist", "-n"]
FEW_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # those of packages beside the course cost seconds in each process
PERCENT = {"extension": ".py", "format_name": "percent", "comment_magics": False}  # else "# copy the weights" is a command
METADATA = {  # what JupyterLab itself would write, less the version: merely opening a notebook changes it little
    "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python",
                      "nbconvert_exporter": "python", "pygments_lexer": "ipython3",
                      "codemirror_mode": {"name": "ipython", "version": 3}}}


def sources(only=()):
    """The lessons' sources in order; only those that are named, by lesson ("12a") or by chapter ("12", "6" for 06).

    Raises SystemExit for a name without a source.
    """
    found = [path for path in CHAPTERS.glob("ch*/*_*.py") if ledger.is_lesson(lesson(path))]
    found.sort(key=lambda path: path.name)
    wanted = [re.sub(r"^\d(?!\d)", r"0\g<0>", name) for name in only]
    unknown = [name for name in wanted if not any(lesson(path).startswith(name) for path in found)]
    if unknown:
        sys.exit(f"no lesson {', '.join(unknown)}; there are {', '.join(lesson(path) for path in found)}")
    return [path for path in found if not only or lesson(path).startswith(tuple(wanted))]


def lesson(source):
    """A lesson's name, from its source or notebook: "07", or "12a" where its chapter has several."""
    return source.name.split("_")[0]


def number(lesson):
    """A lesson's number as its headings show it: "2a" for "02a", "0a" for "00a", "12b" for "12b"."""
    return re.sub(r"^0(?=\d)", "", lesson)


def tags(cell):
    """A cell's tags."""
    return cell.metadata.get("tags", [])


def parts(text):
    """Split an exercise cell into (the learner's lines, the solution, [(cause, wrong answer), ...])."""
    marks = list(MARK.finditer(text))
    if not marks:
        return text, "", []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    pieces = [(mark.group(1), text[mark.end():end].strip("\n")) for mark, end in zip(marks, ends, strict=True)]
    solution = [body for cause, body in pieces if cause is None]
    wrong = [(cause.strip(), body) for cause, body in pieces if cause is not None]
    return text[:marks[0].start()].rstrip(), solution[0] if solution else "", wrong


def with_solution(text):
    """An exercise cell's text as the solved notebook has it; without a solution, the learner's lines."""
    above, solution, _ = parts(text)
    if not solution:
        return above
    given = re.sub(r"^answer = \.\.\..*\n?", "", above, flags=re.M).strip()
    only_comments = all(line.startswith("#") for line in given.splitlines())
    return (given + ("\n" if only_comments else "\n\n") + solution).strip("\n")


def read(source):
    """The source as a notebook with everything in it: fixed cell ids, minimal metadata, no outputs.

    A cell's id is the hash of its text, of an exercise's two texts (open and solved): an edit elsewhere changes no other id,
    and `answers.as_built` can tell whether a hand has changed a cell. Raises ValueError for a mark in the wrong place.
    """
    nb = jupytext.read(source, fmt=PERCENT)
    nb.metadata, nb.nbformat, nb.nbformat_minor = nbformat.from_dict(METADATA), 4, 5
    for cell in nb.cells:
        refuse_misplaced_marks(source, cell)
        cell.metadata = nbformat.from_dict({"tags": tags(cell)} if tags(cell) else {})
        if "folded" in tags(cell):
            cell.metadata["jupyter"] = {"source_hidden": True}
        texts = [cell.source]
        if "exercise" in tags(cell):
            texts = [parts(cell.source)[0], with_solution(cell.source)]
        cell.id = "-".join(answers.digest(text) for text in texts)
    return answers.with_unique_ids(nb)


def refuse_misplaced_marks(source, cell):
    """Raise ValueError for `# solution` or `# wrong: cause` outside an exercise, and in one for what only resembles them."""
    for line in ALMOST.finditer(cell.source) if cell.cell_type == "code" else []:
        is_mark = MARK.fullmatch(line.group()) is not None
        if is_mark != ("exercise" in tags(cell)):
            why = "stands in a cell without the tag exercise" if is_mark else "is neither `# solution` nor `# wrong: cause`"
            raise ValueError(f"{source.name}: the line {line.group()!r} {why}; the cell begins {first_line(cell)!r}")


def first_line(cell):
    """A cell's first line, as its name in a message."""
    return (cell.source.splitlines() or ["(empty)"])[0]


def learner(nb):
    """The learner's edition of a complete notebook: exercises open, cells with the tag `solution` left out."""
    nb = nbformat.from_dict(nb)
    nb.cells = [cell for cell in nb.cells if "solution" not in tags(cell)]
    for cell in nb.cells:
        if "exercise" in tags(cell):
            cell.source = parts(cell.source)[0]
    return nb


def solved(nb):
    """The solutions' edition: each exercise with its solution, links from its folder, verdict cells marked for nbval."""
    nb = nbformat.from_dict(nb)
    for cell in nb.cells:
        if cell.cell_type == "markdown" and (moved := from_solutions(cell.source)) != cell.source:
            cell.source, cell.id = moved, answers.digest(moved)
        if "exercise" in tags(cell):
            cell.source = with_solution(cell.source)
        if "verdict" in tags(cell):
            cell.metadata["tags"] = [*tags(cell), GOLDEN]
    return answers.with_unique_ids(nb)


def from_solutions(markdown):
    """A text whose relative links lead from the folder solutions to what they lead to from the one above it.

    Links to other lessons stay: they are in both folders.
    """
    return LINK.sub(lambda found: found.group() + "../" if found.group() == "](" else found.group(), markdown)


def targets(source):
    """Paths of the learner's and of the solved notebook of a source."""
    folder, name = source.parents[2], source.with_suffix(".ipynb").name
    return folder / name, folder / "solutions" / name


def difference(edition, nb, exact=True):
    """Where a notebook first differs from an edition, outputs aside: (the lines, a sentence that names the cell), or None.

    exact: ids and what is folded count too.
    """
    def shown(cell):
        folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        return f"%% {cell.cell_type}, tags {tags(cell)}{f', folded {folded}, id {cell.id}' if exact else ''}\n{cell.source}"
    wanted, found = [shown(cell) for cell in edition.cells], [shown(cell) for cell in nb.cells]
    for kind, i, _, j, _ in difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if kind == "insert":
            return "", f"cell {j + 1} ({first_line(nb.cells[j])!r}) is not in the source"
        if kind == "delete":
            return "", f"the source's cell {i + 1} ({first_line(edition.cells[i])!r}) is missing"
        if kind == "replace":
            lines = compare(found[j], wanted[i], "the notebook", "the source", return_diff=True)
            return lines, f"cell {j + 1} ({first_line(nb.cells[j])!r}) differs from its source"
    return None


def execute(nb, environment=None, kernel="python3", errors=False):
    """Run a notebook's cells in a fresh kernel, in the folder notebooks/, its ledger in a folder of its own.

    errors: go on behind a cell that raises; the error is then its output.
    """
    with tempfile.TemporaryDirectory() as scratch, own_sockets() as config:
        client = nbclient.NotebookClient(nbformat.from_dict(nb), timeout=300, kernel_name=kernel, coalesce_streams=True,
                                         allow_errors=errors, config=config,
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


def code(nb):
    """What a notebook executes, in order: (text, tags) of each code cell."""
    return [(cell.source, tags(cell)) for cell in nb.cells if cell.cell_type == "code"]


def reworded(nb, old):
    """nb with the outputs of old, which executes the same."""
    before = (cell.outputs for cell in old.cells if cell.cell_type == "code")
    for number, cell in enumerate(nb.cells, 1):
        if cell.cell_type == "code":
            outputs = next(before)
            if GOLDEN in tags(cell):
                cell.outputs, cell.execution_count = [tidy(output, number) for output in outputs], number
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


def build(source, force=False, set_aside=False):
    """Write a lesson's two notebooks. The solved one is executed when its code has changed, or with force; for another word
    in its text it keeps the outputs that it has.

    Raises ValueError when a hand has written into one of them since it was built; with set_aside that one is first copied
    to the folder work/.
    """
    nb, (plain, full) = read(source), targets(source)
    for path, edition in ((plain, learner(nb)), (full, solved(nb))):
        spare(path, edition, set_aside)
    full.parent.mkdir(exist_ok=True)
    old = answers.load(full) if full.exists() else None
    if force or old is None or code(solved(nb)) != code(old):
        write(golden(solved(nb), old), full)
    elif difference(solved(nb), old):
        write(reworded(solved(nb), old), full)
    write(learner(nb), plain)
    return "built"


def spare(path, edition, set_aside):
    """Raise ValueError where a notebook that is to be overwritten holds what a hand wrote; with set_aside, copy it first."""
    names = written_by_hand(path, edition)
    if not names:
        return
    where = f"{path.parent.name}/{path.name}"
    if not set_aside:
        raise ValueError(f"{where} holds what a hand has written: {', '.join(names)}. Nothing was changed. `make lab` "
                         "carries answers into the folder work/. To copy this file there, and then build: "
                         f"make build ARGS=\"{lesson(path)} --set-aside\"")
    notebooks = path.parents[1] if path.parent.name == "solutions" else path.parent
    copy = unused((notebooks.parent / "work" / path.relative_to(notebooks)).with_suffix(".mine.ipynb"))
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, copy)
    print(f"{where}: what a hand had written ({', '.join(names)}) is now in {copy}")


def unused(path):
    """path, or the first of name.2.ipynb, name.3.ipynb ... that is not there yet."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_suffix(f".{number}.ipynb")
    return free


def written_by_hand(path, edition):
    """What a hand has written into the notebook at path, as names such as "exercise 2.1"; empty where there is no file."""
    if not path.exists():
        return []
    nb = answers.load(path)
    return [answers.name(nb.cells[k], key) for k, key in answers.written(nb, edition).items()]


def as_text(nb):
    """A notebook as one line of JSON a value, in a fixed order, so that diffs are small."""
    return json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write(nb, path):
    """Write a notebook: all of it, or nothing."""
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        half.write_text(as_text(nb), encoding="utf-8", newline="\n")
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def check(source):
    """Raise ValueError, naming the cell, when a notebook differs from its source or a verdict cell has no output.

    A learner's answers and guesses, and cells of their own, are no difference. Returns what was found, in words.
    """
    nb, (plain, full) = read(source), targets(source)
    name, edition = lesson(source), learner(nb)
    for path in (plain, full):
        if not path.exists():
            raise ValueError(f"{path.parent.name}/{path.name} is not there: run `make build ARGS={name}`")
    found = answers.load(plain)
    of_hand = answers.written(found, edition)
    known = answers.without(found, edition, of_hand) if of_hand else found
    for path, differs in ((plain, difference(edition, known, exact=not of_hand)),
                          (full, difference(solved(nb), answers.load(full)))):
        if differs:
            lines, sentence = differs
            raise ValueError(f"{lines}\n{path.parent.name}/{path.name}, {sentence}; "
                             f"to write it from its source: make build ARGS={name}")
    for cell in answers.load(full).cells:
        if GOLDEN in tags(cell) and not (cell.outputs and cell.execution_count):
            raise ValueError(f"the verdict cell {first_line(cell)!r} has no output to compare: "
                             f"run `make build ARGS=\"{name} --force\"`")
    names = ", ".join(answers.name(found.cells[k], key) for k, key in of_hand.items())
    return f"in sync; you have answers in {name}: fine ({names})" if names else "in sync"


def run(source, parameters, kernel="python3"):
    """Execute a lesson as a learner opens it, with papermill into build/executed. Returns its verdicts as {claim: verdict}.

    parameters: {name: value, or text from the command line}. kernel: the name of the kernel to run in. Raises ValueError for
    a parameter that the lesson does not have or that is of another type, and when it has claims and left no verdict.
    """
    name, (plain, _) = lesson(source), targets(source)
    done = build_dir() / "executed" / plain.name
    done.parent.mkdir(parents=True, exist_ok=True)
    write(learner(read(source)), done)
    values = typed(parameters, papermill.inspect_notebook(str(done)))
    with fresh_ledger(name), own_sockets() as config:
        papermill.execute_notebook(str(done), str(done), values, cwd=str(plain.parent), progress_bar=False,
                                   kernel_name=kernel, config=config)
        found, left_out = ledger.of(name)
        if left_out:
            raise ValueError(f"its ledger holds what does not fit: {'; '.join(left_out)}")
        verdicts = {claim: entry.verdict for claim, entry in found.verdicts.items() if entry.run == found.run}
        claims = [row["id"] for row in data.claims_table() if row["lesson"] == name]
        if claims and not verdicts:
            raise ValueError(f"it ran, but judged none of its claims ({', '.join(claims)}) in {build_dir()}")
    return verdicts


def executed(source):
    """A lesson's notebook as `run` left it in the build folder, the clean edition; None where it was not executed.

    Exits, naming the cell, when it is not the learner's edition as its source gives it today.
    """
    path = build_dir() / "executed" / f"{source.stem}.ipynb"
    if not path.is_file():
        return None
    differs = changed_since(source, book := nbformat.read(path, 4))
    if differs:
        sys.exit(f"{source.stem}: {differs}. Pages and slides show the clean edition: run `make site`, or `make slides`, "
                 "which execute it anew")
    return book


def changed_since(source, book):
    """Where an executed notebook is not the learner's edition as its source gives it today, in words; "" where it is."""
    own = [cell for cell in book.cells if "injected-parameters" not in tags(cell)]
    differs = difference(learner(read(source)), nbformat.from_dict({**book, "cells": own}), exact=False)
    return differs[1] if differs else ""


def checks(chosen, workers):
    """The command that tests these lessons: rules, notebooks, editions, and that what others say of a lesson is so there."""
    names = [*(source.stem for source in chosen), "test_each_place_is_there",
             *(f"test_editions and {lesson(source)}" for source in chosen)]
    files = [f"tests/test_{name}.py" for name in ("notebooks", "execution", "editions", "bites")]
    return [*PYTEST, str(workers), "-k", " or ".join(names), *files]


def test(chosen, workers):
    """Every check of these lessons: rules and notebooks in sync, each edition run, verdicts compared. The exit code."""
    tried = subprocess.call(checks(chosen, workers), cwd=ROOT, env={**os.environ, **FEW_PLUGINS})
    return tried or verdicts(chosen, workers, as_run=True)


def tested():
    """The folder of the notebooks as the tests' papermill left them."""
    return build_dir() / "tested"


def verdicts(chosen, workers, as_run=False):
    """Run the solved notebooks and compare what their verdict cells say with what they said, by nbval. The exit code.

    Each has a kernel of its own, in which the frameworks are loaded when it begins. There are no workers for a single one,
    nor, where kernels have ports (see own_sockets), for what is not run: of two that start kernels of a second side by side,
    one was given the other's port in one run of forty.
    as_run: nothing is run; what is compared is what the cells said when the tests ran the learners' notebooks with
    papermill, and which no answer changes (rules.compared_without_answers). Exits, naming the lesson, where the tests have
    not run it as it is today.
    """
    workers = 0 if len(chosen) == 1 or as_run and not FILES else min(workers, len(chosen))
    variables = {**os.environ, **FEW_PLUGINS, **session.ENVIRONMENT, "SIDE_BY_SIDE_BUILD": str(build_dir() / "nbval")}
    settle(variables)
    if as_run:
        must_be_tested(chosen)
    with replay.kernel(tested(), variables) if as_run else loaded.kernels(LOADED, variables) as kernel:
        options = ["-p", "nbval", "-p", "tools.own_sockets", "--dist", "loadfile", "--nbval-lax",
                   "--nbval-sanitize-with", "tests/nbval.cfg",
                   "--nbval-kernel-name", kernel, "--nbval-cell-timeout=120", "-p", "no:cacheprovider"]
        return subprocess.call([*PYTEST, str(workers), *options, *(str(targets(source)[1]) for source in chosen)], cwd=ROOT,
                               env=variables)


def must_be_tested(chosen):
    """Exit, naming the lesson, where the tests have not run one of these, or have run what its source no longer says."""
    for source in chosen:
        path = tested() / targets(source)[0].name
        differs = changed_since(source, nbformat.read(path, 4)) if path.is_file() else "it is not there"
        if differs:
            sys.exit(f"{path.parent.name}/{path.name}: {differs}. To run and compare it: make check LESSON={lesson(source)}")


def has_gpu():
    """Whether an NVIDIA GPU is here, by its driver's file: to ask a framework would take seconds."""
    return Path("/dev/nvidiactl").exists()


def run_all(chosen, workers, parameters, fresh=False):
    """Run lessons, those of the last chapter at the end and in order: they read what others have found. Rows for `table`.

    Their kernels begin with the frameworks loaded, unless `fresh`, or where a GPU is: there nobody has tried it.
    """
    last = [source for source in chosen if lesson(source).startswith(LAST)]
    first = [source for source in chosen if source not in last]
    with contextlib.ExitStack() as stack:
        kernel = "python3"
        if not fresh and not has_gpu():
            os.environ.update({**session.ENVIRONMENT, **os.environ})
            settle(os.environ)
            kernel = stack.enter_context(loaded.kernels(LOADED, os.environ))
        rows = list(each(run, first, workers, parameters, kernel))
        return rows + list(each(run, last, 1, parameters, kernel))


def options(argv):
    """The command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=["build", "check", "run", "verdicts", "test", "report"])
    parser.add_argument("lessons", nargs="*", metavar="LESSON",
                        help="a lesson or chapter, for example 01 or 12a; all when left out")
    parser.add_argument("--force", action="store_true", help="build: execute also where no code has changed")
    parser.add_argument("--set-aside", action="store_true",
                        help="build: copy a notebook into which a hand has written to work/, and build it then")
    parser.add_argument("--seed", type=int, help="run: the seed, a whole number")
    parser.add_argument("--device", choices=["auto", "cpu", "gpu"], help="run: where to compute")
    parser.add_argument("--full", action="store_true", help="run: full sizes instead of fast ones")
    parser.add_argument("--apart", action="store_true",
                        help="run: in a build folder of its own, which holds nothing of yours (for the site)")
    parser.add_argument("--fresh", action="store_true",
                        help="run: each kernel loads the frameworks itself, as a learner's does")
    parser.add_argument("-p", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"),
                        help="run: a parameter by name, of the type that the lesson's parameters cell gives it")
    parser.add_argument("--as-run", action="store_true",
                        help="verdicts: compare what cells said when the tests ran them, and run nothing")
    parser.add_argument("--workers", type=int, default=2, help="how many lessons at a time (default 2)")
    return parser.parse_intermixed_args(argv)


def main(argv=None):
    """Do what the command line asks for; returns the exit code."""
    args = options(argv)
    if args.apart:
        work_apart()
    chosen = sources(args.lessons)
    if args.verb == "report":
        return density.report((source.stem, learner(read(source))) for source in chosen)
    if args.verb == "test":
        return test(chosen, args.workers)
    if args.verb == "verdicts":
        return verdicts(chosen, args.workers, args.as_run)
    if args.verb == "check":
        rows = [(source, *timed(check, source)) for source in chosen]
    elif args.verb == "build":
        rows = list(each(build, chosen, args.workers, args.force, args.set_aside))
    else:
        named = {"seed": args.seed, "device": args.device, "fast": False if args.full else None}
        parameters = {name: value for name, value in named.items() if value is not None} | dict(args.p)
        rows = run_all(chosen, args.workers, parameters, args.fresh)
    failed = table(rows)
    if args.verb == "run":
        keep_seconds(rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
