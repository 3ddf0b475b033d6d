"""Chapter 09: servers on loopback that end, what is missing is said, and why Visdom is started the way it is."""
import inspect
import os
import signal
import subprocess
import sys

import nb as pipeline
import psutil
import pytest
from test_execution import BLOCKER, printed

from helpers import ROOT, boards
from helpers.checks import ch09

SOURCE = ROOT / "notebooks" / "src" / "09_visualization.py"
START = """
import sys
from helpers import boards
with boards.visdom(sys.argv[1]) as server:
    print(server.url, flush=True)
    boards.wait_until(lambda: False, timeout=100)
"""


@pytest.fixture
def has_visdom():
    pytest.importorskip("visdom")


def addresses(pid):
    """Where a process and its children listen."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return {link.laddr.ip for one in family for link in one.net_connections("tcp") if link.status == psutil.CONN_LISTEN}


def test_visdom_listens_on_loopback_only_and_ends_with_an_interrupt(has_visdom, tmp_path):
    with pytest.raises(KeyboardInterrupt), boards.visdom(tmp_path) as server:
        assert addresses(server.pid) == {"127.0.0.1"}
        raise KeyboardInterrupt
    assert boards.status(f"{server.url}/user/style.css") is None and not psutil.pid_exists(server.pid)


@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_kernel_ends(has_visdom, tmp_path, how):
    kernel = subprocess.Popen([sys.executable, "-c", START, tmp_path], cwd=ROOT, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    url = kernel.stdout.readline().strip()
    assert boards.status(f"{url}/user/style.css") == 200
    kernel.send_signal(how)
    kernel.wait(timeout=20)
    kernel.stdout.close()
    assert boards.wait_until(lambda: boards.status(f"{url}/user/style.css") is None)


def test_tensorboard_listens_on_loopback_only_and_ends_with_an_interrupt(tmp_path):
    with pytest.raises(KeyboardInterrupt), boards.tensorboard(tmp_path, []) as server:
        assert addresses(server.pid) == {"127.0.0.1"}
        family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        raise KeyboardInterrupt
    assert boards.status(server.url) is None
    assert boards.wait_until(lambda: not any(one.is_running() for one in family))


def test_the_reasons_for_starting_visdoms_server_ourselves_still_hold(has_visdom, tmp_path):
    """When this fails, Visdom starts offline, or its page answers: start it as its users do, and mend the chapter's text."""
    from visdom.server import run_server
    assert "download_scripts()" in inspect.getsource(run_server.download_scripts_and_run)
    with boards.visdom(tmp_path) as server:
        assert boards.status(server.url) == 403


@pytest.mark.slow
@pytest.mark.parametrize("package, name, judged", [
    ("visdom", "Visdom", {"C17", "C38a", "C38b", "C38c", "C38d", "C38e"}), ("tensorboard", "TensorBoard", {"C17"})])
def test_one_tool_missing(package, name, judged, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(package=package), encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    done = pipeline.execute(pipeline.learner(pipeline.read(SOURCE)), {"PYTHONPATH": path})
    text = "\n".join(printed(cell) for cell in done.cells if cell.cell_type == "code")
    assert f"{name} is not installed" in text and f"skipped: {name} is not installed" in text
    table = printed(next(cell for cell in done.cells if "claims.close(" in cell.source))
    lines = [line.split() for line in table.splitlines() if line.startswith("C")]
    assert {line[0] for line in lines if "MEASURED" not in line} >= judged
    assert any("MEASURED" in line for line in lines)


def test_either_frameworks_word_for_the_slowest_operation_is_right():
    assert {ch09.judge_slowest(word) for word in ("aten::_linalg_svd", "Svd")} == {None}
    assert "the quick one" in ch09.judge_slowest("MatMul")
