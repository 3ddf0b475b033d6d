"""The supervisor through which `helpers.process` starts every child, so that nothing is left behind.

    python guard.py PROGRAM ARGUMENT...

Standard input is a pipe from the parent: a line with the parent's pid and a size, then that many bytes,
which become the child's own standard input (size 0: none). After that a byte, or the pipe's end, means "end
the child". A pipe ends however its owner dies, SIGKILL included, on every operating system. The child writes
straight to the standard output and error that this process was given, and its exit code is passed on
(128 + n for signal n).

What belongs to the child is found twice: as descendants of this process, and by a mark in the environment,
which also finds those whose own parent is gone. A process that changes its title (Ray's do) writes over its
environment: on Linux this process therefore adopts all orphans below it. Cost: one more Python, about 25 ms and
14 MB; psutil is loaded while the child already runs.
"""
import os
import subprocess
import sys
import threading
import time

MARK = "SIDE_BY_SIDE_MARK"
GRACE = 2.0  # seconds that a child gets between the polite signal and the end


def belonging(mark, parent):
    """The live processes below the pid `parent` (None: skip) or marked with `mark`, except this one."""
    import psutil

    found = {}
    try:
        below = psutil.Process(parent).children(recursive=True) if parent else []
    except psutil.NoSuchProcess:
        below = []
    below = set(below)
    for process in (*below, *psutil.process_iter()):
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process in below or mark in process.environ().get(MARK, ""):
                found[process.pid] = process
        except psutil.Error:  # it is gone, or another user's
            continue
    return list(found.values())


def end_all(mark, parent=None, patience=10.0):
    """Kill everything that belongs to `mark` or to the pid `parent`, until nothing is left; True when so."""
    import psutil

    deadline = time.monotonic() + patience
    while left := belonging(mark, parent):
        if time.monotonic() > deadline:
            return False
        for process in left:
            try:
                process.kill()
            except psutil.Error:
                continue
        time.sleep(0.01)
    return True


def read(size):
    """`size` bytes from standard input, fewer at its end; unbuffered, or it would hold up the exit."""
    data = bytearray()
    while len(data) < size and (piece := os.read(0, min(size - len(data), 1 << 20))):
        data += piece
    return bytes(data)


def read_header():
    """The parent's pid and the size of the payload."""
    line = b""
    while byte := os.read(0, 1):
        if byte == b"\n":
            return [int(number) for number in line.split()]
        line += byte
    raise SystemExit("guard: the parent was gone before anything started")


def feed(child, payload):
    try:
        child.stdin.write(payload)
        child.stdin.close()
    except OSError:  # the child ended without reading it: its exit code says why
        return


def wait_for_the_end(parent):
    """Return when the parent says so or is gone; its pid is watched too, as a fork may keep the pipe open."""
    if os.name == "nt":
        os.read(0, 1)
        return
    import select

    while os.getppid() == parent and not select.select([0], [], [], 1.0)[0]:
        pass


def adopt_orphans():
    """On Linux, let processes below this one whose parent ends become its own children."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER; an old kernel says no, and all is as before


def main(command):
    """Run the command, guarded as above; returns its exit code."""
    adopt_orphans()
    parent, size = read_header()
    payload = read(size)
    new_session = {"start_new_session": True} if os.name == "posix" else {}
    child = subprocess.Popen(command, stdin=subprocess.PIPE if payload else subprocess.DEVNULL, **new_session)

    def watch():
        wait_for_the_end(parent)
        child.terminate()
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()

    threading.Thread(target=watch, daemon=True).start()
    if payload:
        threading.Thread(target=feed, args=(child, payload), daemon=True).start()
    import psutil  # noqa: F401  (loaded here, while the child works)

    code = child.wait()
    end_all(os.environ[MARK], os.getpid())
    if code < 0:
        code = 128 - code
    return code - (1 << 32) if code > 0x7FFFFFFF else code  # Windows counts them unsigned, os._exit does not


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # not sys.exit: the watching thread may be blocked in a read
