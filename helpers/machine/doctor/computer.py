"""What `helpers.doctor` looks up on this machine. The standard library alone; parses on Python 3.7."""
import collections
import os
import re
import socket
import subprocess
import tempfile

from helpers import errors

Finding = collections.namedtuple("Finding", "level what cure")
Finding.__doc__ = "What a check found; level: ok, note (the course runs, with less) or problem."


def ok(what):
    return [Finding("ok", what, "")]


def note(what, cure):
    return [Finding("note", what, cure)]


def problem(what, cure):
    return [Finding("problem", what, cure)]


def run(args, timeout, cwd=None):
    """Exit code (None: out of time, 127: no such program), output and errors of a command, run in the folder cwd."""
    env = dict(os.environ, TF_FORCE_GPU_ALLOW_GROWTH="true", TF_CPP_MIN_LOG_LEVEL="2", NO_COLOR="1")
    try:
        done = subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env,
                              timeout=timeout, cwd=cwd)
    except subprocess.TimeoutExpired:
        return None, "", ""
    except OSError as error:
        return 127, "", str(error)
    return done.returncode, done.stdout, done.stderr


def cards(run=run):
    """The NVIDIA GPUs that the driver sees, as lines "name, memory"."""
    status, out, _ = run(["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"], 30)
    return out.strip().splitlines() if status == 0 else []


def installed(name):
    """The version of an installed package, or None."""
    try:
        from importlib.metadata import PackageNotFoundError, version
    except ImportError:  # Python 3.7: that it is too old is the finding that counts
        return None
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def pins(text):
    """(name, version) of each line `name==version` of a requirements file whose marker fits this machine."""
    found = []
    for row in text.splitlines():
        match = re.match(r"([\w.-]+)(?:\[.*\])?\s*==\s*([^\s;#]+)\s*(?:;([^#]*))?", row)
        if match and (not match.group(3) or _fits(match.group(3))):
            found.append(match.groups()[:2])
    return found


def _fits(marker):
    """Whether `sys_platform == ...` holds here; False where nothing can judge it yet."""
    try:
        from packaging.markers import Marker
    except ImportError:
        return False
    return Marker(marker.strip()).evaluate()


def key(version):
    """Something that orders versions: "2.13.0+cpu" gives [2, 13, 0]."""
    return [int(n) for n in re.findall(r"\d+", version.split("+")[0])]


def free_memory(limits="/sys/fs/cgroup"):
    """Bytes that a program can still get, less where a container or `ulimit -v` has a limit; None when unknown."""
    try:
        import psutil
        free = psutil.virtual_memory().available
    except ImportError:
        free = _number("/proc/meminfo", r"MemAvailable:\s+(\d+) kB", 1024)
    limit, used = _number(limits + "/memory.max"), _number(limits + "/memory.current")
    if free and limit and used:
        reclaimable = _number(limits + "/memory.stat", r"\binactive_file (\d+)") or 0
        free = min(free, limit - used + reclaimable)
    own = own_limit()
    return min(free, own) if free and own else free


def own_limit():
    """The bytes to which this user's programs are limited by `ulimit -v`, or None."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if soft == resource.RLIM_INFINITY else soft


def _number(path, pattern=r"(\d+)", unit=1):
    try:
        with open(path) as file:
            match = re.search(pattern, file.read())
    except OSError:
        return None
    return int(match.group(1)) * unit if match else None


def converse():
    """A server and a client on a free port of 127.0.0.1 exchange a byte; OSError when they cannot."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            other, _ = server.accept()
            with other:
                other.sendall(b".")
                client.recv(1)


def compiles(name, include):
    """Why a C++ compiler does not compile a line that asks for Python.h (in the folder `include`), or ""."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "line.cpp"), "w") as file:
            file.write("#include <Python.h>\n#include <vector>\nint one() { return std::vector<int>(1, 1)[0]; }\n")
        status, out, err = run([name, "-I" + include, "-c", "line.cpp"], 60, folder)
    if status is None:
        return "it takes longer than 60 s"
    return errors.first_line(err or out) if status else ""


def try_to_write(folder):
    """Make a folder where it is missing, and write and remove a file in it. OSError when that cannot be done."""
    os.makedirs(str(folder), exist_ok=True)
    descriptor, path = tempfile.mkstemp(dir=str(folder))
    try:
        os.write(descriptor, b"." * 4096)
    finally:
        os.close(descriptor)
        os.remove(path)


def kernel_argv():
    """The command of the Jupyter kernel called python3; ImportError or LookupError where there is none."""
    import ipykernel  # noqa: F401
    from jupyter_client.kernelspec import KernelSpecManager
    return KernelSpecManager().get_kernel_spec("python3").argv


def wheels():
    """Everything that is installed, as `importlib.metadata` describes it."""
    try:
        from importlib.metadata import distributions
    except ImportError:  # Python 3.7
        return []
    return list(distributions())
