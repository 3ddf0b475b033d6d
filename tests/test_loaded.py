"""A kernel that begins with modules loaded is one of its own: variables, folder, interrupt and end are its client's."""
import os
import sys

import pytest
from jupyter_client.manager import start_new_kernel

import family
import loaded
from conftest import together
from helpers import web

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks them")]


@pytest.fixture
def variables(tmp_path, monkeypatch):
    """What a module that tells who loaded it is found with."""
    (tmp_path / "heavy.py").write_text("import os\nloaded_by = os.getpid()\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return os.environ


def said(client, code):
    """What a cell prints, or the name of the error with which it ends."""
    outputs = []
    reply = client.execute_interactive(code, timeout=family.LONG,
                                       output_hook=lambda message: outputs.append(message["content"]))
    return "".join(content.get("text", "") for content in outputs).strip() or reply["content"].get("ename")


def pid(client):
    return int(said(client, "import os; print(os.getpid())"))


def gone(number):
    return web.wait_until(lambda: family.has_ended(number))


def test_what_is_loaded_is_shared_and_nothing_else(variables, tmp_path):
    with loaded.kernels(["heavy"], variables) as name:
        for number in "12":
            manager, client = start_new_kernel(kernel_name=name, cwd=tmp_path, env={**variables, "NUMBER": number})
            assert said(client, "import heavy, os; print(heavy.loaded_by == os.getppid() != os.getpid())") == "True"
            assert said(client, "print(os.environ['NUMBER'], os.getcwd())") == f"{number} {tmp_path}"
            assert said(client, "print(hasattr(heavy, 'mine')); heavy.mine = 1") == "False"
            mine = pid(client)
            client.stop_channels()
            manager.shutdown_kernel()
            assert gone(mine)
    assert name not in os.environ.get("JUPYTER_PATH", "")


WHAT_IT_SEES = """
import multiprocessing, os, sys, warnings
known = {name: value for name, value in os.environ.items() if name != 'JPY_PARENT_PID'}
print([sys.path, sys.argv[:2], sys.flags, sys._xoptions, sys.modules['__main__'].__dict__ is globals(), os.getcwd(), known,
       warnings.filters, multiprocessing.get_start_method()])
"""


def test_it_sees_what_a_usual_kernel_sees(variables, tmp_path):
    def seen(kernel):
        manager, client = start_new_kernel(kernel_name=kernel, cwd=tmp_path)
        text = said(client, WHAT_IT_SEES)
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        return text

    usual = seen("python3")
    assert len(usual) > 1000
    with loaded.kernels(["heavy"], variables) as name:
        assert seen(name) == usual


def test_a_kernel_that_dies_is_gone_for_its_client_at_once(variables):
    """Also where a process that it has started lives on, and holds all that it held."""
    with loaded.kernels(["heavy"], variables) as name:
        manager, client = start_new_kernel(kernel_name=name)
        left = int(said(client, "import os\nleft = os.fork()\nif left == 0:\n    import time; time.sleep(600)\nprint(left)"))
        client.execute("import signal; os.kill(os.getpid(), signal.SIGKILL)")
        assert web.wait_until(lambda: manager.provisioner.process.poll() is not None)
        os.kill(left, 9)
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_it_is_interrupted_and_killed_as_its_client_wants(variables):
    with loaded.kernels(["heavy"], variables) as name:
        manager, client = start_new_kernel(kernel_name=name)
        mine = pid(client)
        asked = client.execute("print('begun', flush=True)\nimport time\ntime.sleep(600)")
        while client.get_iopub_msg(timeout=family.LONG)["content"].get("text") != "begun\n":
            pass
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=family.LONG)["content"]["ename"] == "KeyboardInterrupt" and asked
        client.stop_channels()
        manager.provisioner.process.kill()
        assert gone(mine)
        manager.shutdown_kernel(now=True)


def test_no_kernel_outlives_the_block(variables):
    with loaded.kernels(["heavy"], variables) as name:
        manager, client = start_new_kernel(kernel_name=name)
        mine = pid(client)
    assert gone(mine)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_module_that_cannot_be_loaded_is_said(variables):
    with pytest.raises(RuntimeError, match="No module named 'no_such_module'"):
        with loaded.kernels(["no_such_module"], variables):
            pass


def test_tests_that_share_what_starts_slowly_are_together_and_others_are_not():
    missing = "tests/test_execution.py::test_one_framework_missing[{}-{}]".format
    assert together(missing("torch", "01a")) == together(missing("torch", "14b")) != together(missing("tensorflow", "14b"))
    assert together("tests/chapters/test_ch10.py::test_a[x]") == together("tests/chapters/test_ch10.py::test_b")
    of_ray, cluster = (f"tests/chapters/test_ch08.py::test_{name}" for name in (
        "no_process_of_ray_outlives_a_killed_kernel", "with_the_cluster_switched_on"))
    assert together(of_ray) == together(cluster) != of_ray
    for alone in ("tests/chapters/test_ch08.py::test_no_port_is_left_open", "tests/chapters/test_ch01.py::test_a",
                  "tests/test_site.py::test_a"):
        assert together(alone) == alone
