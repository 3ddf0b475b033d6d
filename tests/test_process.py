"""Children and servers: what they say comes back, and nothing of them is left, however the end comes."""
import _thread
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
from pathlib import Path

import numpy as np
import psutil
import pytest

import family
from family import LONG
from helpers import process, web
from helpers.machine import guard, loopback

HTTP = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")


@pytest.fixture
def script(tmp_path):
    """Write a worker and give back its path."""
    def write(text, name="worker.py"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text))
        return path
    return write


def gone(pid):
    """Whether the process ends before its time, which is 600 seconds."""
    return web.wait_until(lambda: family.has_ended(pid), LONG)


def wait_for(path):
    """The JSON in a file that another process writes in one go."""
    assert web.wait_until(path.exists, LONG), f"{path.name} never appeared"
    return json.loads(path.read_text())


def outputs():
    """What children of this process are saying: the threads that read it, until its end."""
    return {thread for thread in threading.enumerate() if isinstance(thread, process.Output)}


def said(words):
    """Whether a child of this process has said these words."""
    return any(words in output.text() for output in outputs())


@pytest.fixture
def time_is_up(monkeypatch):
    """A function: no time passes for who waits for a child until `happened` is true, then all that there is."""
    def when(happened):
        clock = types.SimpleNamespace(sleep=time.sleep, monotonic=lambda: 1e9 if happened() else 0.0)
        monkeypatch.setattr(process, "time", clock)
        monkeypatch.setattr(loopback, "time", clock)
    return when


def serving(port):
    return process.server([*HTTP, str(port)], f"http://127.0.0.1:{port}/", LONG)


# A worker with a grandchild of its own session, whose pids it writes to the file named in the payload.
FAMILY = """
    import json, os, pathlib, subprocess, sys, time
    path = pathlib.Path(json.load(sys.stdin))
    below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps([os.getpid(), below.pid]))
    part.rename(path)
    time.sleep(600)
"""


# ---- what comes back

def test_payload_and_results_cross_as_json(script, tmp_path):
    echo = script("import json, sys; print(json.dumps({'got': json.load(sys.stdin)}))")
    payload = {"a": np.arange(6.0).reshape(2, 3), "n": np.float32(0.5), "path": tmp_path, "word": "größer"}
    found = process.run(echo, payload, LONG)
    assert found == [{"got": {**payload, "a": [[0, 1, 2], [3, 4, 5]], "path": str(tmp_path)}}]


def test_a_payload_larger_than_any_pipe(script):
    count = "import json, sys; print(json.dumps({'n': len(json.load(sys.stdin))})); print('x' * 300_000)"
    found = process.run(script(count), "y" * 3_000_000, LONG)
    assert found == [{"n": 3_000_000}] and len(found.log) == 300_000


def test_a_worker_that_does_not_read_its_payload(script):
    found = process.run(script("print('{\"a\": 1}')"), "y" * 3_000_000, LONG)
    assert found == [{"a": 1}] and found.log == ""


def test_what_is_no_json_object_is_kept_as_log(script):
    found = process.run(script("""
        import sys
        print("[Gloo] Rank 0 is connected"); print('{"loss": 1.5}'); print(3); print("{broken")
        print("from stderr", file=sys.stderr)
        """), None, LONG)
    assert found == [{"loss": 1.5}]
    assert found.log.splitlines() == ["[Gloo] Rank 0 is connected", "3", "{broken", "from stderr"]


def test_nothing_reaches_the_terminal(script, capfd):
    loud = script("import os; os.write(1, b'out'); os.write(2, b'err'); os.system('echo deeper')")
    assert "deeper" in process.run(loud, None, LONG).log
    assert capfd.readouterr() == ("", "")


def test_what_cannot_cross_is_refused_before_anything_starts(script):
    with pytest.raises(TypeError, match="a worker cannot be sent a set"):
        process.run(script(""), {1, 2}, LONG)


def test_workers_are_found_by_name_or_path(script):
    assert process.worker("ch08/ddp_torch").name == "ddp_torch.py"
    path = script("")
    assert process.worker(path) == process.worker(str(path)) == path
    with pytest.raises(FileNotFoundError, match="no worker nonesuch"):
        process.run("nonesuch", None, LONG)


def test_a_worker_called_like_a_library_does_not_hide_it(script):
    script("raise SystemExit('the wrong json')", "json.py")
    assert process.run(script("import json; print(json.dumps({'a': 1}))"), None, LONG) == [{"a": 1}]


def test_the_environment_of_a_child(script, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    monkeypatch.setenv("NO_PROXY", "example.org")
    show = script("import json, os; print(json.dumps(dict(os.environ)))")
    found, = process.run(show, None, LONG, env={"SIDE": 3})
    assert found["SIDE"] == "3" and "FORCE_COLOR" not in found
    assert found["MPLBACKEND"] == "Agg" and found["NO_PROXY"] == "example.org"
    assert found["PATH"].split(os.pathsep)[0] == os.path.dirname(sys.executable)


def test_a_worker_starts_without_what_keras_only_tries(script):
    """Each is found first on its path, by everything that asks, and says how to have it; Keras does not miss it."""
    path = script(f"import json, sys, tensorflow; print(json.dumps(sorted({{*sys.modules}} & {{*{process.TRIED}}})))")
    env = process.lean({"TF_CPP_MIN_LOG_LEVEL": 3})
    assert process.command([sys.executable, path], LONG, env).stdout == "[]\n"
    for name in process.TRIED:
        asks = script(f"import {name}; print('{{}}')")
        with pytest.raises(process.ChildFailed, match=rf'this child starts without {name}, .* with keep=\["{name}"\]'):
            process.run(asks, None, LONG)
        assert process.run(asks, None, LONG, keep=[name]) == [{}]


def test_what_a_worker_is_not_to_find_stands_before_its_own_path():
    assert process.lean({"PYTHONPATH": "own"}, keep=process.TRIED) == {"PYTHONPATH": "own"}
    *without, own = process.lean({"PYTHONPATH": "own"})["PYTHONPATH"].split(os.pathsep)
    modules = [[path.name for path in Path(folder).glob("*.py")] for folder in without]  # Python may have added its cache
    assert modules == [[f"{name}.py"] for name in process.TRIED] and own == "own"


def test_the_mark_of_a_childs_child_holds_both(script, monkeypatch):
    monkeypatch.setenv(guard.MARK, "/outer")
    found, = process.run(script("import json, os; print(json.dumps(dict(os.environ)))"), None, LONG)
    assert found[guard.MARK].startswith("/outer/") and len(found[guard.MARK]) > len("/outer/")


def test_command_gives_text_and_code_and_does_not_raise():
    code = "import sys; print('out'); print('err', file=sys.stderr); exit(3)"
    done = process.command([sys.executable, "-c", code], LONG)
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")
    with pytest.raises(FileNotFoundError, match="no-such-program: no such program"):
        process.command(["no-such-program"], LONG)


@posix
def test_a_signal_is_passed_on_as_128_and_its_number():
    done = process.command([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], LONG)
    assert done.returncode == 137


def test_free_port_can_be_bound_and_is_loopback():
    first, second = web.free_port(), web.free_port()
    assert 1024 < first < 65536 and first != second
    with serving(first) as server:
        assert server.port == first


# ---- errors

def test_a_traceback_is_shortened_to_the_workers_frames_and_the_error(script):
    path = script("""
        import json, sys
        def outer():
            inner()
        def inner():
            json.loads("{")
        print("before", file=sys.stderr)
        outer()
        """)
    with pytest.raises(process.ChildFailed) as caught:
        process.run(path, None, LONG)
    words = str(caught.value)
    assert words.startswith("worker.py failed (exit code 1):\n")
    assert words.count("  File ") == 3 and 'File "worker.py"' in words and "decoder.py" not in words
    assert "JSONDecodeError: Expecting property name" in words.splitlines()[-1]
    assert str(path.parent) not in words and "before" not in words
    assert "before" in caught.value.log and "decoder.py" in caught.value.log


def test_of_a_deep_stack_the_last_frames(script):
    path = script("""
        def deep(n):
            if n: deep(n - 1)
            else: bottom()
        def bottom():
            raise KeyError("deep")
        deep(20)
        """)
    with pytest.raises(process.ChildFailed) as caught:
        process.run(path, None, LONG)
    words = str(caught.value)
    assert words.count("  File ") == 3 and "in bottom" in words and "in <module>" not in words
    assert words.endswith("KeyError: 'deep'")


def test_of_chained_tracebacks_the_last(script):
    path = script("""
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second\\nwith a line more") from error
        """)
    with pytest.raises(process.ChildFailed) as caught:
        process.run(path, None, LONG)
    assert "first" not in str(caught.value)
    assert str(caught.value).endswith("ValueError: second\nwith a line more")


@pytest.mark.parametrize("text, words", [
    ("import sys; sys.exit('no data')", "no data"),
    ("raise SystemExit(4)", r"exit code 4\):\n\(it wrote nothing\)"),
    ("def broken(:", "SyntaxError"),
])
def test_failures_without_a_traceback(script, text, words):
    with pytest.raises(process.ChildFailed, match=words):
        process.run(script(text), None, LONG)


@posix
def test_a_crash_names_its_signal(script):
    with pytest.raises(process.ChildFailed, match="worker.py failed .ended by SIGSEGV"):
        process.run(script("import os; os.kill(os.getpid(), 11)"), None, LONG)


# ---- several at once

def test_together_they_meet(script):
    port = web.free_port()
    pair = script("""
        import json, socket, sys, time
        rank, port = json.load(sys.stdin)
        if rank == 0:
            with socket.create_server(("127.0.0.1", port)) as s:
                print(json.dumps({"heard": s.accept()[0].recv(9).decode()}))
        else:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).sendall(b"hello")
                    break
                except OSError:
                    time.sleep(0.02)
        """)
    assert process.together(pair, [[0, port], [1, port]], LONG) == [[{"heard": "hello"}], []]


def test_when_one_fails_the_others_are_ended(script):
    path = script("""
        import json, sys, time
        if json.load(sys.stdin): raise ValueError("rank 1 is broken")
        time.sleep(600)
        """)
    with pytest.raises(process.ChildFailed, match="(?s)worker.py .2 of 2. failed.*rank 1 is broken"):
        process.together(path, [0, 1], LONG)  # waiting for the other would end in a ChildTimeout


# ---- servers

def test_a_server_answers_and_is_gone_afterwards():
    with serving(web.free_port()) as server:
        assert web.status(server.url) == 200
        assert psutil.Process(server.pid).cmdline()[1:3] == ["-m", "http.server"]
        assert "GET / HTTP" in server.log
    assert not psutil.pid_exists(server.pid)
    assert "GET / HTTP" in server.log  # what it said outlives it


def test_a_server_is_gone_after_an_error_in_the_block():
    with pytest.raises(ZeroDivisionError), serving(web.free_port()) as server:
        raise ZeroDivisionError
    assert not psutil.pid_exists(server.pid)


def test_a_proxy_is_not_asked_for_loopback(monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{web.free_port()}")
    monkeypatch.setenv("no_proxy", "")
    with serving(web.free_port()) as server:
        assert "GET / HTTP" in server.log


def test_a_server_that_is_ready_at_once_has_a_pid():
    code = "import time; time.sleep(600)"
    with process.server([sys.executable, "-c", code], lambda: True, LONG) as server:
        assert code in psutil.Process(server.pid).cmdline()


def test_ready_may_be_a_function(tmp_path):
    up = tmp_path / "up"
    code = f"import pathlib, time; time.sleep(.2); pathlib.Path({str(up)!r}).touch(); time.sleep(600)"
    with process.server([sys.executable, "-c", code], up.exists, LONG) as server:
        assert up.exists() and server.url is server.port is None


def test_a_server_that_dies_early_shows_its_log():
    with pytest.raises(process.ChildFailed, match="(?s)ended before it was ready .exit code 5.*no model"):
        with process.server([sys.executable, "-c", "print('no model'); exit(5)"], lambda: False, LONG):
            pytest.fail("never ready")


def test_someone_else_on_the_port_is_not_our_server():
    port = web.free_port()
    with serving(port), pytest.raises(process.ChildFailed, match="(?s)ended before it was ready.*in use"):
        others = outputs()

        def ready():  # the other server answers; ours ends meanwhile
            return web.wait_until(lambda: outputs() <= others, LONG)

        with process.server([*HTTP, str(port)], ready, LONG):
            pytest.fail("not ours")


def test_a_server_that_never_gets_ready_is_ended(time_is_up):
    port = web.free_port()
    time_is_up(lambda: said("loading"))
    with pytest.raises(process.ChildTimeout, match="(?s)not ready after 1.5 s. Its log:.*loading") as caught:
        code = "import os, sys, time; sys.stdout.write(f'loading {os.getpid()}\\n'); time.sleep(600)"  # in one piece
        with process.server([sys.executable, "-c", code], f"http://127.0.0.1:{port}/", 1.5):
            pytest.fail("never ready")
    assert not psutil.pid_exists(int(caught.value.log.split()[-1]))


def test_an_error_status_is_not_ready(time_is_up):
    time_is_up(lambda: said(" 404 "))
    with pytest.raises(process.ChildTimeout, match="404"):
        port = web.free_port()
        with process.server([*HTTP, str(port)], f"http://127.0.0.1:{port}/not-there", 3):
            pytest.fail("404 counted as ready")


@posix
def test_a_server_may_close_in_peace_and_is_killed_if_it_will_not(tmp_path):
    armed, said = tmp_path / "armed", tmp_path / "said"
    code = textwrap.dedent(f"""
        import pathlib, signal, time
        signal.signal(signal.SIGTERM, lambda *_: pathlib.Path({str(said)!r}).write_text("bye"))
        pathlib.Path({str(armed)!r}).touch()
        while True: time.sleep(1)
        """)
    with process.server([sys.executable, "-c", code], armed.exists, LONG) as server:
        assert not said.exists()
    assert said.read_text() == "bye" and not psutil.pid_exists(server.pid)


# ---- nothing is left

def test_a_timeout_names_script_and_seconds_and_ends_the_grandchildren(script, tmp_path, time_is_up):
    pids = tmp_path / "pids"
    with pytest.raises(process.ChildTimeout, match="not done after 0.3 s"):  # by the real clock
        process.command([sys.executable, "-c", "import time; time.sleep(600)"], 0.3)
    time_is_up(pids.exists)
    with pytest.raises(process.ChildTimeout, match=r"worker.py was not done after 2.5 s"):
        process.run(script(FAMILY), str(pids), 2.5)
    assert all(gone(pid) for pid in json.loads(pids.read_text()))


def test_what_a_worker_leaves_behind_is_ended_when_it_is_done(script, tmp_path):
    """The orphan has a session and a parent of its own; its mark in the environment finds it."""
    path = script("""
        import json, subprocess, sys
        if len(sys.argv) == 1:
            print(json.dumps({"pid": int(subprocess.check_output([sys.executable, __file__, "between"]))}))
        else:
            sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
            print(subprocess.Popen(sleep, start_new_session=True, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL).pid)
        """)
    found, = process.run(path, None, LONG)
    assert gone(found["pid"])


def test_an_interrupt_ends_the_child(script, tmp_path):
    pids = tmp_path / "pids"
    threading.Thread(target=lambda: (wait_for(pids), _thread.interrupt_main()), daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        process.run(script(FAMILY), str(pids), LONG)
    assert all(gone(pid) for pid in json.loads(pids.read_text()))


PARENT = """
    import json, os, pathlib, sys, time
    from helpers import process, web
    path, part = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[1] + ".part")
    port = web.free_port()
    with process.server([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
                        f"http://127.0.0.1:{port}/", 120) as server:
        fork = os.fork() if "forked" in sys.argv[2] else None
        if fork == 0:
            time.sleep(600)  # with a copy of every pipe that the parent has
        part.write_text(json.dumps([server.pid, fork]))
        part.rename(path)
        if sys.argv[2] == "exits":
            os._exit(0)
        if sys.argv[2] != "leaves, forked":
            time.sleep(600)
"""


@pytest.mark.parametrize("how", ["killed", "interrupted", "exits", *(
    pytest.param(how, marks=posix) for how in ("killed, forked", "leaves, forked"))])
def test_a_server_does_not_outlive_its_parent(script, tmp_path, how):
    """Its parent is killed with SIGKILL, interrupted, exits without cleaning up, or has forked before."""
    path = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, script(PARENT), path, how], stderr=subprocess.DEVNULL)
    pid, fork = wait_for(path)
    try:
        if how == "interrupted":
            parent.send_signal(signal.SIGINT)
        elif "killed" in how:
            parent.kill()
        assert gone(pid)
        parent.wait(LONG)
    finally:
        parent.kill()
        if fork:
            psutil.Process(fork).kill()


def test_a_child_that_starts_children_is_ended_with_them(script, tmp_path):
    """A worker uses the same helper: a guard below a guard."""
    path = tmp_path / "pid"
    with process.server([sys.executable, script(PARENT), path, "waits"], path.exists, LONG):
        pid, _ = wait_for(path)
        assert psutil.pid_exists(pid)
    assert gone(pid)


@posix
def test_a_killed_guard_leaves_nothing_either(script, tmp_path):
    pids = tmp_path / "pids"

    def kill_the_guard():
        psutil.Process(wait_for(pids)[0]).parent().kill()

    threading.Thread(target=kill_the_guard, daemon=True).start()
    with pytest.raises(process.ChildFailed):
        process.run(script(FAMILY), str(pids), LONG)
    assert all(gone(pid) for pid in json.loads(pids.read_text()))


def test_ending_everything_says_when_it_could_not(monkeypatch):
    monkeypatch.setattr(guard, "belonging", lambda mark, parent: [psutil.Process()])
    monkeypatch.setattr(psutil.Process, "kill", lambda self: None)
    assert guard.end_all("mark", patience=0.05) is False


def test_the_guard_is_out_of_the_notebooks_process_group():
    """Or the interrupt that ends a cell would hit the guard before it has done its work."""
    with process.started([sys.executable, "-c", "import time; time.sleep(600)"], b"", None) as (started, _):
        if os.name == "posix":
            assert os.getpgid(started.pid) != os.getpgid(0)
    assert started.returncode is not None


def test_a_notebooks_interrupt_ends_the_child_and_the_kernel_goes_on(script, tmp_path):
    """In a kernel: standard input is odd, and an interrupt is sent to the whole process group."""
    from jupyter_client.manager import start_new_kernel

    def answer(request):
        while (message := client.get_shell_msg(timeout=LONG))["parent_header"]["msg_id"] != request:
            pass  # the kernel's word about itself, from its start
        return message["content"]

    pids = tmp_path / "pids"
    manager, client = start_new_kernel(kernel_name="python3", transport_encryption="auto")
    try:
        call = f"process.run({str(script(FAMILY))!r}, {str(pids)!r}, {LONG})"
        request = client.execute("from helpers import process; " + call, stop_on_error=False)
        children = wait_for(pids)
        manager.interrupt_kernel()
        assert all(gone(pid) for pid in children)
        assert answer(request)["ename"] == "KeyboardInterrupt"
        assert answer(client.execute("process.run.__name__"))["status"] == "ok"
        pids.unlink()
        client.execute(call)
        children = wait_for(pids)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)  # SIGKILL, as a restart does
    assert all(gone(pid) for pid in children)


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_an_orphan_without_the_mark_is_ended_too(script):
    orphan = script("""
        import json, os, subprocess, sys
        middle = ("import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], "
                  "env={}, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)")
        print(json.dumps({"pid": int(subprocess.check_output([sys.executable, "-c", middle]))}))
    """)
    assert gone(process.run(orphan, {}, LONG)[0]["pid"])
