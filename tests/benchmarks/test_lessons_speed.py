"""What it costs to execute lessons, to come to a lesson's first answer, and to check one.

Seconds of processors stand beside wall time: other work on the machine changes them little. All lessons are taken, or the
first of each chapter: `make benchmark ARGS=--one-a-chapter`.
"""
import itertools
import statistics
import sys

import nbformat
import pytest
from spending import Spent, spent

import batch
import pipeline
import slices

pytestmark = pytest.mark.benchmark

PAPERMILL = """
import sys, papermill
for name in sys.argv[2:]:
    papermill.execute_notebook(f"notebooks/{name}.ipynb", f"{sys.argv[1]}/{name}.ipynb", cwd="notebooks", progress_bar=False)
"""
USUAL = dict.fromkeys(pipeline.ONE_THREAD)  # papermill as one would call it: with all threads


@pytest.fixture
def chosen(request):
    """The lessons' sources."""
    found = pipeline.sources()
    if request.config.getoption("--one-a-chapter"):
        return [next(lessons) for _, lessons in itertools.groupby(found, lambda source: source.parent)]
    return found


def said(path):
    """{cell's id: its outputs, without what a machine may change} of the verdict cells of an executed notebook."""
    cells = nbformat.read(path, 4).cells
    return {cell.id: pipeline.sanitized([{**output, "execution_count": None} for output in cell.outputs])
            for cell in cells if "verdict" in pipeline.tags(cell)}


def test_make_run_beats_papermill_one_after_another(tmp_path, chosen):
    """At most half of its time, in the median of three rounds in turn. And its forked kernels say what fresh ones say."""
    names, folders = [source.stem for source in chosen], [tmp_path / "papermill", tmp_path / "run" / "executed"]
    folders[0].mkdir()
    commands = [([sys.executable, "-c", PAPERMILL, folders[0], *names], {**USUAL, "SIDE_BY_SIDE_BUILD": str(folders[0])}),
                ([sys.executable, "tools/pipeline.py", "run", *map(pipeline.lesson, chosen)],
                 {"SIDE_BY_SIDE_BUILD": str(folders[1].parent)})]
    rounds = []
    for number in range(3):
        rounds.append([spent(argv, **variables) for argv, variables in commands])
        print(f"\nround {number + 1}: papermill {rounds[-1][0]}, make run {rounds[-1][1]}")
        differ = [name for name in names if said(folders[0] / f"{name}.ipynb") != said(folders[1] / f"{name}.ipynb")]
        print("verdict cells that say something else:", ", ".join(differ) or "none")
    for k, unit in enumerate(Spent._fields):
        ratio = statistics.median(run[k] / papermill[k] for papermill, run in rounds)
        print(f"make run / papermill one after another, {len(names)} lessons, {unit}: {ratio:.2f}")
    assert statistics.median(run.wall / papermill.wall for papermill, run in rounds) <= 0.5
    assert not differ


BARE = [nbformat.v4.new_code_cell("import torch\nfrom helpers import session\nwith session.quiet():\n    import tensorflow")]


def until_the_first_verdict(source):
    """A lesson's cells up to its first comparison."""
    nb = pipeline.learner(pipeline.read(source))
    verdicts = [k for k, cell in enumerate(nb.cells) if "verdict" in pipeline.tags(cell)]
    return nbformat.v4.new_notebook(cells=nb.cells[:verdicts[0] + 1], metadata=nb.metadata) if verdicts else None


def what_it_needs(nb):
    """Of cells up to a comparison those that this one needs."""
    cells = [nb.cells[k] for k in slices.needed(nb.cells, {len(nb.cells) - 1})]
    return nbformat.v4.new_notebook(cells=cells, metadata=nb.metadata)


def starts_processes(nb):
    """Whether the kernel has others beside it while it runs these cells."""
    cost, done = batch.timed(pipeline.execute, nb)
    assert not isinstance(done, Exception), str(done)
    return with_children(cost)


def with_children(cost):
    return cost.together > cost.kernel + 20e6


def test_a_lesson_answers_soon(chosen):
    """Run All comes to the first comparison in 1.3 times what a kernel and the imports cost.

    Later may come a comparison that needs another process: one that starts where only the cells run that it needs.
    """
    bare, rows = nbformat.v4.new_notebook(cells=BARE, metadata=pipeline.METADATA), []
    batch.timed(pipeline.execute, bare)  # the first start reads the files from disk
    for source in chosen:
        nb = until_the_first_verdict(source)
        if nb is None:
            continue
        (alone, _), (cost, done) = batch.timed(pipeline.execute, bare), batch.timed(pipeline.execute, nb)
        assert not isinstance(done, Exception), f"{source.stem}: {done}"
        late = cost.cpu > 1.3 * alone.cpu
        may = late and with_children(cost) and starts_processes(what_it_needs(nb))
        rows.append((cost.cpu / alone.cpu, cost.seconds / alone.seconds, source.stem, late, may))
    print(f"\n{'lesson':<45}{'CPU':>6}{'wall':>6}  times a kernel's start and the imports")
    for cpu, wall, name, _, may in sorted(rows, reverse=True):
        print(f"{name:<45}{cpu:>6.2f}{wall:>6.2f}  {'its comparison needs another process' if may else ''}")
    assert not [name for _, _, name, late, may in rows if late and not may]


SIX = ["01a", "05c", "06b", "07b", "12a", "13b"]


def test_one_lessons_checks(tmp_path):
    """`make check` of six lessons, step by step: in the median at most 90 seconds of processors."""
    sums = []
    for lesson in SIX:
        steps = {"rules and execution": pipeline.checks(pipeline.sources([lesson]), 2),
                 "verdicts": [sys.executable, "tools/pipeline.py", "verdicts", "--as-run", lesson]}
        found = {name: spent(argv, SIDE_BY_SIDE_BUILD=str(tmp_path), **pipeline.FEW_PLUGINS) for name, argv in steps.items()}
        sums.append(sum(each.cpu for each in found.values()))
        parts = ", ".join(f"{name} {each.cpu:.0f} ({each.wall:.0f} by the clock)" for name, each in found.items())
        print(f"{lesson}: {sums[-1]:.0f} s of CPU: {parts}")
    print(f"median {statistics.median(sums):.0f} s of CPU")
    assert statistics.median(sums) <= 90
