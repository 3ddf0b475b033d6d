"""Kernels that begin with the frameworks loaded: forks of a process that has imported them and has done nothing else.

To load both frameworks takes longer than most lessons compute. Where notebooks are executed by the hundred, only to see what
their cells say, such a kernel starts at once: its program (`relay`) asks the process that has everything (`serve`) to fork,
and stays for as long as the fork, which is the kernel, lives.
"""
import atexit
import contextlib
import gc
import importlib
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
        with subprocess.Popen([sys.executable, "-P", __file__, "serve", address, *modules], stdin=subprocess.PIPE,
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
                server.terminate()


def write_spec(folder, address):
    """Describe to Jupyter, in a folder, the kernel that the process at this address forks."""
    from ipykernel.kernelspec import get_kernel_dict
    folder.mkdir(parents=True)
    program = [sys.executable, "-I", "-S", __file__, "relay", address, "{connection_file}"]
    Path(folder, "kernel.json").write_text(json.dumps({**get_kernel_dict(), "argv": program}), encoding="utf-8")


def serve(address, *modules):
    """Load the modules; then fork a kernel for each client that connects to the socket `address`."""
    for name in ("ipykernel.kernelapp", *modules):
        importlib.import_module(name)
    gc.freeze()  # else each fork copies what it looks through
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:  # the starter is gone
            connection, _ = listening.accept()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:  # of those that have ended nothing stays
                    pass
            if os.fork() == 0:
                listening.close()
                return kernel(connection)
            connection.close()


def kernel(connection):
    """Be the kernel that the client asks for, with the client's folder, variables, output and end."""
    os.setsid()
    text, files, _, _ = socket.recv_fds(connection, 10**6, 3)
    wish = json.loads(text)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(wish["folder"])
    os.environ.clear()
    os.environ.update(wish["environment"])
    connection.send(str(os.getpid()).encode())
    threading.Thread(target=end_with, args=(connection,), daemon=True).start()
    from ipykernel.kernelapp import IPKernelApp
    IPKernelApp.launch_instance(["-f", wish["file"], f"--IPKernelApp.parent_handle={os.getppid()}"])
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(0)  # to take the frameworks down, module by module, takes longer than many a lesson


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
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.killpg(pid, number))
        connection.recv(1)


if __name__ == "__main__":
    {"serve": serve, "relay": relay}[sys.argv[1]](*sys.argv[2:])
