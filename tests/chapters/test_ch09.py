"""Chapter 09: servers on loopback that end, what is missing is said, and why Visdom is started the way it is."""
import contextlib
import importlib.util
import inspect
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest
import tornado.web
import websocket
from jupyter_client.manager import start_new_kernel

import cells
import family
import pipeline
from chapters.ch09 import boards
from chapters.ch09.workers import visdom_server
from conftest import cure, needs
from helpers import ROOT, process, web
from helpers.machine import fetched
from test_execution import BLOCKER, printed

START = """
import sys
from chapters.ch09 import boards
from helpers import web
with boards.visdom(sys.argv[1]) as server:
    print(server.url, flush=True)
    web.wait_until(lambda: False, timeout=600)
"""
LOOK = """
from chapters.ch09 import boards
from helpers import web
with boards.tensorboard({logs!r}) as server:
    web.look(server, 600)
print("went on")
"""


@pytest.fixture
def has_visdom():
    needs("visdom")


@pytest.fixture(scope="module")
def tensorboard(tmp_path_factory):
    """One server for the tests that only look at it."""
    with boards.tensorboard(tmp_path_factory.mktemp("logs")) as server:
        yield server


def addresses(pid):
    """Where a process and its children listen."""
    return {address.ip for address in family.listening(family.of(pid))}


def test_visdom_listens_on_loopback_only_and_ends_with_an_interrupt(has_visdom, tmp_path):
    with pytest.raises(KeyboardInterrupt), boards.visdom(tmp_path) as server:
        assert addresses(server.pid) == {"127.0.0.1"}
        raise KeyboardInterrupt
    assert web.status(f"{server.url}/user/style.css") is None and not psutil.pid_exists(server.pid)


@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_kernel_ends(has_visdom, tmp_path, how):
    kernel = subprocess.Popen([sys.executable, "-c", START, tmp_path], cwd=ROOT, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    url = kernel.stdout.readline().strip()
    assert web.status(f"{url}/user/style.css") == 200
    kernel.send_signal(how)
    kernel.wait(timeout=family.LONG)
    kernel.stdout.close()
    assert web.wait_until(lambda: web.status(f"{url}/user/style.css") is None)


def test_tensorboard_listens_on_loopback_only_and_ends_with_an_interrupt(tmp_path):
    with pytest.raises(KeyboardInterrupt), boards.tensorboard(tmp_path) as server:
        assert addresses(server.pid) == {"127.0.0.1"}
        started = family.of(server.pid)
        raise KeyboardInterrupt
    assert web.status(server.url) is None
    assert web.wait_until(lambda: not any(one.is_running() for one in started))


ROOMS = {"visdom": (boards.visdom, ["", "env/main", "user/style.css", "win_data"]),
         "tensorboard": (boards.tensorboard, ["", "data/runs", "data/environment"])}
"""{a board: (what starts it, paths of it)}"""


@pytest.fixture
def ada(board, tensorboard, tmp_path):
    """A board of Ada's; TensorBoard, which starts slowly, only once."""
    needs(board)
    with contextlib.nullcontext(tensorboard) if board == "tensorboard" else boards.visdom(tmp_path / "ada") as server:
        yield server


@pytest.mark.parametrize("board", ROOMS)
def test_two_users_of_one_machine_do_not_reach_each_others_boards(board, ada, tmp_path):
    """All accounts share the loopback: one can find another's port, and must not get past it without the address."""
    start, paths = ROOMS[board]
    with start(tmp_path / "grace") as grace:
        secrets = [urlsplit(server.url).path for server in (ada, grace)]
        assert all(re.fullmatch("/[0-9a-f]{32}", secret) for secret in secrets) and len(set(secrets)) == 2
        port = f"http://127.0.0.1:{ada.port}"
        assert {web.status(f"{port}{base}/{path}") for base in ("", secrets[1]) for path in paths} == {404}
        assert web.status(f"{ada.url}/{paths[-1]}") in (200, 405)
        for server in (ada, grace):
            started = family.of(server.pid)
            said = family.command_lines([*started, *psutil.Process(server.pid).parents()])
            assert not any(secret in said for secret in secrets), "every account can read command lines"
            assert len(set(family.listening(started))) == 1, "no other port is open behind it"
        if board == "visdom":
            with pytest.raises(websocket.WebSocketBadStatusException):
                websocket.create_connection(f"ws://127.0.0.1:{ada.port}/socket", timeout=60)
            with pytest.raises(urllib.error.HTTPError):
                web.ask(port, "events", {"data": [{"content": "nobody asked me", "type": "text"}], "eid": "main"})


def asked_as(url, host):
    """The status of a GET request that says this Host."""
    with contextlib.suppress(urllib.error.HTTPError):
        return web.open_url(urllib.request.Request(url, headers={"Host": host}), timeout=60).status
    return 404


@pytest.mark.parametrize("board", ROOMS)
def test_a_board_answers_by_the_machines_own_name_and_on_a_hub_by_the_hubs(board, ada, tmp_path, monkeypatch):
    """A page from elsewhere whose name was made to lead to 127.0.0.1 says that name."""
    start, path = ROOMS[board][0], {"visdom": "user/style.css", "tensorboard": "data/runs"}[board]
    page = f"{ada.url}/{path}"
    assert asked_as(page, f"localhost:{ada.port}") == asked_as(page, "127.0.0.1") == 200
    assert asked_as(page, f"evil.example:{ada.port}") == asked_as(page, "127.0.0.1.evil.example") == 404
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    with start(tmp_path) as server:
        base = urlsplit(server.url).path
        assert re.fullmatch(f"/user/ada/proxy/absolute/{server.port}/[0-9a-f]{{32}}", base)
        assert asked_as(f"{server.url}/{path}", "hub.example") == 200
        find = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "jupyter_server_proxy" or find(name))
        assert web.address(server, "env/run").url == f"{base}/env/run", "the proxy hands this path on as it is"
        if board == "tensorboard" or not missing_page():
            said = boards.visdom_page(server) if board == "visdom" else web.page(server.url)
            assert re.fullmatch(r"HTTP status 200, (\d+) of \1 scripts and styles served, 0 from elsewhere", said), said


def missing_page():
    """Whether npm's files for Visdom's page are missing here."""
    return any(cure(package) for package, _ in visdom_server.FILES.values())


def test_visdoms_own_start_still_downloads_and_names_the_files_of_the_table(has_visdom):
    """When this fails, another Visdom wants other files, or fetches none: mend FILES and data/fetched.toml."""
    from visdom.server import build, run_server
    assert "download_scripts()" in inspect.getsource(run_server.download_scripts_and_run)
    source, rows = inspect.getsource(build.download_scripts), fetched.packages()
    asked = {target: url for url, target in re.findall(r'"%s(\S+?)"\s*%\s*bb?:\s*"([^"]+)"', source)}
    others = {"plotly.js-dist-min": "plotly-2.11.1.min.js", "d3": "d3.v3.min.js",
              "d3-selection-multi": "d3-selection-multi.v1.js"}
    for name, (package, file) in visdom_server.FILES.items():
        target, version = name.split("/")[1], rows[package]["version"]
        if package in others:  # from servers of their own, two by their major version
            assert f"/{others[package]}" in source and re.search(rf"[-.]v?{version[0]}\.", others[package])
        else:  # "%s" stood for the server, or for bootstrap's folder there
            assert f"{package}@{version}/" in source and f"{package}@{version}/{file}".endswith(asked[target])


def test_the_patch_to_visdoms_page_is_still_needed(has_visdom, tmp_path):
    """When this fails, Visdom's page works as it comes: serve it so, and take `patched` and the chapter's words away."""
    from visdom.utils.shared_utils import get_visdom_path
    own = Path(get_visdom_path("static"), "index.html").read_text(encoding="utf-8")
    assert visdom_server.OUTSIDE in own, "the page no longer names a file outside its folder: no patch is needed"
    assert "mathjax" in own.lower(), "the page no longer loads MathJax: that half of the patch is not needed"
    page = visdom_server.patched(own)
    assert visdom_server.OUTSIDE not in page and "mathjax" not in page.lower() and "{{ static_url(\"js/main.js\") }}" in page
    with pytest.raises(tornado.web.HTTPError, match="403"):  # else this tornado answers: the patch is not needed
        tornado.web.StaticFileHandler.make_static_url({"static_path": str(tmp_path)}, "../user/style.css")


def test_without_npms_files_all_but_the_page_works(has_visdom, tmp_path, monkeypatch):
    missing = f"import sys, helpers.machine.fetched as b; b.home = lambda: b.Path({str(tmp_path / 'nothing')!r})\n"
    (tmp_path / "sitecustomize.py").write_text(missing, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)  # for the server
    monkeypatch.setattr(fetched, "home", lambda: tmp_path / "nothing")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody is there: whoever asks a proxy for loopback fails
    with boards.visdom(tmp_path / "windows") as server, boards.client(server, "run", events=False) as client:
        assert boards.visdom_page(server).startswith("NOT MEASURED: jquery 3.1.1 is not there")
        assert client.line([2.0, 1.0], win="loss") == "loss" and client.win_exists("loss")
        assert web.status(server.url) == 403


def test_an_interrupt_while_lingering_ends_the_look_and_the_server(tmp_path):
    """In a real kernel, as in Jupyter: the page is embedded, the interrupt is no error, the next cell runs."""
    manager, kernel = start_new_kernel(cwd=str(ROOT), transport_encryption="auto")
    try:
        kernel.execute(LOOK.format(logs=str(tmp_path)))
        shown, url = "", None
        while "went on" not in shown:
            message = kernel.get_iopub_msg(timeout=family.LONG)["content"]
            shown += message.get("text", "") + message.get("data", {}).get("text/html", "")
            assert "ename" not in message, message
            if url is None and "<iframe" in shown:
                url = re.search(r'src="(http://127\.0\.0\.1:\d+/[0-9a-f]{32})/', shown).group(1)
                assert web.status(url) == 200
                manager.interrupt_kernel()
        assert web.status(url) is None
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)


def test_the_look_ends_by_itself(tensorboard, shown):
    web.look(tensorboard, 0.2)
    assert f'src="{tensorboard.url}/"' in shown[-1][0]


def test_a_frame_stays_below_its_cell(tensorboard, shown, capsys):
    boards.frame(tensorboard, 60, "#scalars")
    assert f'src="{tensorboard.url}/#scalars"' in shown[-1][0]
    boards.frame(tensorboard, 0, "#scalars")
    assert "set linger = 60" in capsys.readouterr().out and len(shown) == 1


def test_an_act_that_nobody_hears_of_is_named(monkeypatch):
    monkeypatch.setattr(web, "wait_until", lambda happened: happened())
    sent = []
    with pytest.raises(process.ChildTimeout, match="row 1 in the window 'settings'"):
        boards.act(lambda window, **fields: sent.append((window, fields)), "settings", 1, "clicked", arrived=[0])
    assert sent == [("settings", {"event_type": "PropertyUpdate", "propertyId": 1, "value": "clicked"})]


@pytest.mark.slow
@pytest.mark.parametrize("lesson, package, name, judged", [
    ("09a", "tensorboard", "TensorBoard", {"C17"}), ("09b", "visdom", "Visdom", {"C36"}),
    ("09c", "visdom", "Visdom", {"C38e"}), ("09c", "tensorboard", "TensorBoard", {"C37"})])
def test_one_tool_missing(lesson, package, name, judged, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(package=package), encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    source, = pipeline.sources([lesson])
    done = pipeline.execute(pipeline.learner(pipeline.read(source)), {"PYTHONPATH": path})
    text = "\n".join(printed(cell) for cell in done.cells if cell.cell_type == "code")
    assert f"{name} is not installed" in text and f"skipped: {name} is not installed" in text
    table = printed(next(cell for cell in done.cells if "claims.close(" in cell.source))
    lines = [line.split() for line in table.splitlines() if line.startswith("C")]
    assert {line[0] for line in lines if "MEASURED" not in line} == judged
    assert any("MEASURED" in line for line in lines)


@pytest.mark.parametrize("after, left, copies, said", [
    ({"run", "fork"}, {"run"}, [1, 1], ("b", "HELD")),
    ({"run", "fork", "scratch"}, {"run", "fork"}, [1, 2], ("a", "PARTLY")),
    ({"run"}, {"run"}, [1], ("c", "PARTLY"))])
def test_what_is_left_decides_about_environments(after, left, copies, said):
    caption = "# Folded: judges whether environments do what they promise."
    judging = next(cell.source for cell in cells.read("09b", pipeline.learner) if cell.source.startswith(caption))
    found = cells.judge("09b", "options", judging, asks=["P9.4"], before={"run", "fork", "scratch"}, after=after, left=left,
                        copies=copies)
    assert (found["P9.4"], found["C39c"]) == said


@pytest.mark.parametrize("shown, letter", [(np.full((8, 8), 0.5), "a"), (np.full((8, 8), 0.004), "b")])
def test_the_window_decides_about_a_bright_picture(shown, letter):
    assert cells.judge("09b", "elsewhere", asks=["P9.3"], digit=np.full((8, 8), 0.5), shown=shown) == {"P9.3": letter}


@pytest.mark.parametrize("line, letter", [([3.0, 30.0], "b"), ([30.0], "c"), ([3.0], "d")])
def test_the_server_decides_about_two_runs_in_one_folder(line, letter):
    place, = (cell.source for cell in cells.read("09c", pipeline.learner) if 'outcome("P9.6"' in cell.source)
    assert cells.judge("09c", place, asks=["P9.6"], line_torch=line, line_tf=line, monday=[3.0], tuesday=[30.0],
                       run_tf="twice", runs=["twice"]) == {"P9.6": letter}


