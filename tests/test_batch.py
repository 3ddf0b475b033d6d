"""Many lessons in one go: what goes wrong with one is a row, and the others go on."""
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

import batch
import family
import loaded

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks them")


def verb(source, *rest):
    """Fail in the way that a source's name says."""
    match source.stem:
        case "full":
            raise OSError(28, "No space left on device", str(source))
        case "unforeseen":
            raise RecursionError("nobody thought of this")
        case "told":
            raise ValueError("a sentence that says what to do")
        case "unpicklable":
            raise type("Odd", (Exception,), {})("an error that no other process knows")
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "interrupted":
            raise KeyboardInterrupt
    return {"C01": "HELD"}


def rows(*names, workers=2):
    return list(batch.each(verb, [Path(f"{name}.py") for name in names], workers))


def test_any_error_of_one_lesson_is_its_row_in_the_table(capsys):
    found = rows("a", "full", "unforeseen", "told", "unpicklable", "b")
    assert batch.table(found) == 4
    captured = capsys.readouterr()
    lines = {line.split()[0]: line for line in captured.out.splitlines() if line}
    assert lines["a"].endswith("C01 HELD") and lines["b"].endswith("C01 HELD")
    assert lines["full"].endswith("FAILED: OSError: [Errno 28] No space left on device: 'full.py'")
    assert lines["unforeseen"].endswith("FAILED: RecursionError: nobody thought of this")
    assert lines["told"].endswith("FAILED: a sentence that says what to do")
    assert "an error that no other process knows" in lines["unpicklable"]
    assert "in verb" in captured.err and "Traceback" not in captured.out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_process_costs_its_own_lesson_only():
    found = {source.stem: result for source, _, result in rows("a", "b", "killed", "c", "d")}
    assert "was killed" in str(found.pop("killed"))
    assert found == {name: {"C01": "HELD"} for name in "abcd"}


HOLD = "held = bytearray(b'1') * {}; print('ready', flush=True); input()"


def holding(source, *megabytes):
    """Hold so many megabytes in processes of their own, all at once, for longer than the watcher sleeps."""
    held = [subprocess.Popen([sys.executable, "-c", HOLD.format(size * 10**6)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True) for size in megabytes]
    for process in held:
        assert process.stdout.readline() == "ready\n"
    time.sleep(1)
    for process in held:
        process.communicate("\n")
    return {}


def test_the_table_says_what_a_lessons_processes_need(capsys):
    (source, cost, _), = batch.each(holding, [Path("a.py")], 1, 60, 150)
    assert 150e6 < cost.kernel < 210e6 < cost.together and cost.cpu > 0
    batch.table([(source, cost, {})])
    title, line = capsys.readouterr().out.strip().splitlines()
    assert title.split() == ["lesson", "seconds", "of", "CPU", "kernel", "together", "verdicts"]
    assert f"{cost.kernel / 1e9:.2f} GB  {cost.together / 1e9:.2f} GB" in line


HOLD_A_WHILE = "held = bytearray(b'1') * 10**8; import time; time.sleep(1)"
HEAVY = f"""
import subprocess, sys, time
held = bytearray(b"1") * (3 * 10**8)
subprocess.run([sys.executable, "-c", {HOLD_A_WHILE!r}])
sum(range(10**7))
time.sleep(1)
"""


def in_a_kernel(source, name):
    """Hold 300 MB in a kernel of this name, 100 MB in a process that it starts, and compute in it."""
    manager, client = start_new_kernel(kernel_name=name)
    assert client.execute_interactive(HEAVY, timeout=family.LONG)["content"]["status"] == "ok"
    client.stop_channels()
    manager.shutdown_kernel()


@pytest.mark.slow
@pytest.mark.parametrize("forked", [False, pytest.param(True, marks=LINUX)])
def test_a_kernel_is_watched_whoever_forked_it(forked):
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(loaded.kernels([], os.environ)) if forked else "python3"
        cost, result = batch.timed(in_a_kernel, Path("a.py"), name)
    assert result is None
    assert 300e6 < cost.kernel < 450e6 and cost.kernel + 100e6 < cost.together < 650e6 and 0.1 < cost.cpu


def test_a_lesson_without_processes_shows_no_memory(capsys):
    batch.table([(Path("a.py"), batch.Cost(1.0, 1.0, 0, 0), {})])
    assert "GB" not in capsys.readouterr().out


def test_it_works_where_processes_are_not_forked():
    """As on Windows and macOS."""
    before = multiprocessing.get_start_method()
    multiprocessing.set_start_method("spawn", force=True)
    try:
        found = rows("a", "full", workers=1)
    finally:
        multiprocessing.set_start_method(before, force=True)
    assert {source.stem: type(result) for source, _, result in found} == {"a": dict, "full": RuntimeError}


def test_an_interrupt_ends_all():
    with pytest.raises(KeyboardInterrupt):
        batch.timed(verb, Path("interrupted.py"))
    with pytest.raises(KeyboardInterrupt):
        rows("interrupted", workers=1)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": "x"}', '{"a": null}'])
def test_a_damaged_file_of_seconds_costs_nothing(build_folder, content):
    build_folder.mkdir()
    batch.seconds_file().write_text(content, encoding="utf-8")
    assert len(rows("a", "b")) == 2


def test_seconds_order_the_next_run_and_a_full_disk_is_only_said(build_folder, monkeypatch, capsys):
    batch.keep_seconds([(Path("a.py"), batch.Cost(1.0, 1.0, 0, 0), {}), (Path("b.py"), batch.Cost(2.0, 2.0, 0, 0), {})])
    assert batch.seconds_of_last_run() == {"a": 1.0, "b": 2.0}
    assert [source.stem for source, *_ in rows("a", "b", "new", workers=1)] == ["new", "b", "a"]

    def full_disk(*args, **options):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(Path, "write_text", full_disk)
    batch.keep_seconds([])
    assert "No space left on device" in capsys.readouterr().err
