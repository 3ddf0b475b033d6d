"""Kernels that begin with the frameworks loaded: forks of a process that has imported them and has done nothing else.

To load both frameworks takes longer than most lessons compute. Where notebooks are executed by the hundred, only to see what
their cells say, such a kernel starts at once: its program (`relay`) asks the process that has everything (`serve`) to fork,
and stays for as long as the fork, which is the kernel, lives.
"""
import atexit
import contextlib
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

KERNEL = "python-loaded"
INLINE = "module://matplotlib_inline.backend_inline"  # what ipykernel tells Matplotlib, which here loads before it


@contextlib.contextmanager
def kernels(modules, environment):
    """Lead clients with these variables, for the time of the block, to kernels with the modules loaded. Yields their name.

    environment: what the modules are loaded with, os.environ or the variables of a child; the block puts Jupyter's path into
    it. A kernel has the variables of the client that starts it.
    Only Linux forks a process with frameworks safely: elsewhere the name is that of the usual kernel.
    Raises RuntimeError with what was said where a module cannot be loaded.
    """
    if sys.platform != "linux":
        yield "python3"
        return
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        address, before = str(Path(folder, "socket")), environment.get("JUPYTER_PATH")
        write_spec(Path(folder, "kernels", KERNEL), address)
        with subprocess.Popen([*interpreter(), __file__, "serve", address, *modules], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=log, env={**environment, "MPLBACKEND": INLINE}) as server:
            try:
                if server.stdout.readline() != b"ready\n":
                    log.seek(0)
                    raise RuntimeError(log.read().decode(errors="replace"))
                environment["JUPYTER_PATH"] = os.pathsep.join(filter(None, [folder, before]))
                yield KERNEL
            finally:
                environment.pop("JUPYTER_PATH", None)
                environment.update({} if before is None else {"JUPYTER_PATH": before})
                server.stdin.close()  # it ends, and its kernels with it


def interpreter():
    """The command of a usual kernel up to its module: the Python and its options, which its children take over."""
    from ipykernel.kernelspec import make_ipkernel_cmd
    command = make_ipkernel_cmd()
    return command[:command.index("-m")]


def write_spec(folder, address):
    """Describe to Jupyter, in a folder, the kernel that the process at this address forks."""
    from ipykernel.kernelspec import get_kernel_dict
    folder.mkdir(parents=True)
    program = [sys.executable, "-I", "-S", __file__, "relay", address, "{connection_file}"]
    Path(folder, "kernel.json").write_text(json.dumps({**get_kernel_dict(), "argv": program}), encoding="utf-8")


def serve(address, *modules):
    """Load the modules; then fork a kernel for each client that connects to the socket `address`.

    When its starter closes the pipe, or is gone, all kernels end.
    """
    kernels = set()
    for name in ("ipykernel.kernelapp", *modules):
        importlib.import_module(name)
    gc.freeze()  # else each fork copies what it looks through
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
            connection, _ = listening.accept()
            kernels -= {pid for pid in kernels if os.waitpid(pid, os.WNOHANG)[0]}  # of those that have ended nothing stays
            pid = os.fork()
            if pid == 0:
                listening.close()
                return kernel(connection)
            kernels.add(pid)
            connection.close()
    for pid in kernels:
        os.kill(pid, signal.SIGKILL)  # most have ended, and wait for the next line
        os.waitpid(pid, 0)


def kernel(connection):
    """Be the kernel that the client asks for, with the client's folder, variables, output and end."""
    os.setsid()
    text, files, _, _ = socket.recv_fds(connection, 10**6, 3)
    wish = json.loads(text)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(wish["folder"])
    own = {name: value for name, value in os.environ.items() if name == "JUPYTER_PATH"}
    os.environ.clear()
    os.environ.update({name: value for name, value in wish["environment"].items() if name != "JUPYTER_PATH"})
    os.environ.update(own)  # the client's leads to this kernel, which is nobody else's
    connection.send(str(os.getpid()).encode())
    threading.Thread(target=end_with, args=(connection,), daemon=True).start()
    from ipykernel.kernelapp import IPKernelApp
    sys.argv = [ipykernel_launcher(), "-f", wish["file"]]
    IPKernelApp.launch_instance([*sys.argv[1:], f"--IPKernelApp.parent_handle={os.getppid()}"])
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(0)  # to take the frameworks down, module by module, takes longer than many a lesson


def ipykernel_launcher():
    """The file that a usual kernel's sys.argv names."""
    return importlib.util.find_spec("ipykernel_launcher").origin


def end_with(connection):
    """Kill this process and its group when the client is gone: somebody killed it, and meant the kernel."""
    connection.recv(1)
    os.killpg(0, signal.SIGKILL)


def relay(address, file):
    """Have a kernel started for a connection file; hand on interrupts to it, and end when it ends."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        wish = {"folder": os.getcwd(), "environment": dict(os.environ), "file": file}
        socket.send_fds(connection, [json.dumps(wish).encode()], [0, 1, 2])
        pid = int(connection.recv(20))
        kernels_file(address, os.getpid()).write_text(str(pid), encoding="ascii")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.killpg(pid, number))
        with contextlib.suppress(ProcessLookupError):  # it has ended already
            select.select([os.pidfd_open(pid)], [], [])  # the socket would stay open in what the kernel has forked


def kernels_file(address, pid):
    """Where the relay with this process id notes which process is the kernel."""
    return Path(f"{address}.{pid}")


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # this folder: no kernel finds its modules
    {"serve": serve, "relay": relay}[sys.argv[1]](*sys.argv[2:])
