"""Several commands at the same time, such as one training alone and one on two ranks; what a launcher's file says.

Imports neither framework.
"""
import contextlib
import os
import re
import signal
import sys
from pathlib import Path

import psutil

from helpers import errors, process, web

WORKERS = Path(__file__).parent / "workers"

PYTHON = [sys.executable, "-P"]
"""What starts a script: this Python; -P, so that a script called like a library does not hide it."""

ONE_THREAD = {"OMP_NUM_THREADS": 1, "TF_NUM_INTRAOP_THREADS": 1, "TF_NUM_INTEROP_THREADS": 2}
"""Processes that share a processor do not also start a thread for each of its cores."""

# Where a rank waits for the others: the innermost Python frame, in the files of both frameworks
WAITS = re.compile(r"torch/(autograd|distributed|nn/parallel)/|tensorflow/python/(eager|distribute|framework)/")


def commands(jobs, timeout, env=None):
    """Run commands side by side (see `process.command`): for each what it printed, as `process.Results`.

    jobs: lists of words. When one of them fails, or the time is up, all are ended.
    Raises ChildFailed with the first traceback that the job's own script wrote, whichever rank it came from; ChildTimeout
    after `timeout` seconds: which were not done, where each of their ranks was, and which rank kept the others waiting.
    """
    jobs, env = list(jobs), {"PYTHONFAULTHANDLER": 1} | (env or {})  # a rank that is told to abort says where it was
    names = [name(job) for job in jobs]
    names = [f"{script} ({k} of {len(jobs)})" if names.count(script) > 1 else script for k, script in enumerate(names, 1)]
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(process.started(job, b"", env)) for job in jobs]
        in_time = process.wait(children, timeout)
        for called, job, child in zip(names, jobs, children):
            if code := child.process.poll():
                log = process.written(child)[1]
                said = cause(log, name(job))
                raise process.ChildFailed(f"{called} failed (exit code {code}):\n{said}", log)
        if not in_time:
            told = [f"{called}: not done after {timeout} s, and ended with all ranks{where(job, child)}"
                    for called, job, child in zip(names, jobs, children) if child.process.poll() is None]
            raise process.ChildTimeout("\n".join(told), process.log(children))
        return [process.results(*process.written(child)) for child in children]


def environment(gpus, keep=()):
    """The environment variables of workers, for `commands`. gpus: whether they may see them; keep: see `process.lean`.

    Ranks talk through this machine's loopback, under the name that it has here. Without the last variable a restart of
    torchrun's can hang.
    """
    links = psutil.net_if_addrs().items()
    loopback = next(link for link, found in links if any(address.address == "127.0.0.1" for address in found))
    seen = {} if gpus else {"CUDA_VISIBLE_DEVICES": "-1"}
    variables = ONE_THREAD | seen | {"GLOO_SOCKET_IFNAME": loopback, "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": 1}
    return process.lean(variables, keep)


def name(job):
    """The script that a command runs, or else its program."""
    scripts = [Path(word).name for word in map(str, job) if word.endswith(".py")]
    return scripts[0] if scripts else Path(job[0]).name


ERROR = re.compile(r"(?:\[rank\d+\]: ?)?[\w.]+(Error|Exception|Exit)\b")
"""How the last line of a traceback begins, with the name of its rank where PyTorch knows it."""


def cause(log, script, lines=12):
    """Of a log with the tracebacks of several ranks and of their launcher: the first that passes through the script.

    Where ranks fail at the same moment, the first may break off before its error: the launcher ended its rank, or another
    rank wrote on. Then the first that came to its error.
    """
    own = [block for block in errors.tracebacks(log) if script in block and "ChildFailedError" not in block]
    if not own:
        return errors.last_lines(log, lines)
    own = [of_its_rank(block) for block in own]
    kept = next((block for block in own if any(map(ERROR.match, block[1:]))), own[0])
    end = next((k for k, line in enumerate(kept[1:], 1) if ERROR.match(line)), len(kept) - 1)
    return "\n".join(kept[max(0, end - lines):end + 1])


def of_its_rank(block):
    """The lines of a traceback, without those of other ranks where each line names its own."""
    rank = re.match(r"\[rank\d+\]: ?", block)
    return [line for line in block.splitlines() if not rank or line.startswith(rank.group().strip())]


def where(job, child):
    """Where each rank of a job that is not done stands, in words; the ranks are ended by being asked (nothing on Windows).

    The launcher is stopped first, or it would end the other ranks as soon as one is gone.
    """
    if os.name != "posix":
        return ""
    ranks, script, found, hung = ranks_of(child), name(job), [], []
    for launcher in {psutil.Process(rank.ppid()) for rank in ranks.values()} if len(ranks) > 1 else ():
        launcher.suspend()
    for rank, below in sorted(ranks.items()):
        output, before = child.outputs[-1], len(child.outputs[-1].text())
        below.send_signal(signal.SIGABRT)
        # the list of modules is the last that an aborting Python says
        web.wait_until(lambda output=output, before=before: "Extension modules" in output.text()[before:], 10, pause=0.05)
        said = output.text()[before:]
        frames = re.findall(r'^  File "(.+)", line (\d+) in (.+)$', said.rpartition("(most recent call first)")[2], re.M)
        line = next((number for path, number, _ in frames if Path(path).name == script), None)
        waits = bool(frames) and WAITS.search(frames[0][0].replace(os.sep, "/"))
        state = "waited" if waits else "was busy" if frames else "said nothing"
        found.append(f"{rank} {state}, line {line}" if line else f"{rank} {state}")
        hung += [] if waits else [rank]
    blame = f"; {' and '.join(hung)} kept the others waiting" if 0 < len(hung) < len(ranks) else ""
    return "".join(f"\n    {text}" for text in found) + blame


def ranks_of(child):
    """The processes that compute, by name: those with a rank of their own, as torchrun starts them, or the child itself."""
    found = {}
    for below in psutil.Process(child.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if rank := below.environ().get("RANK"):
                found.setdefault(f"rank {rank}", below)
    alone = process.child_of(child)
    return found or ({"the process": psutil.Process(alone)} if alone else {})


def explained(name):
    """The lines of a file under workers/, each with the comment above it (below it if that begins with ^)."""
    lines = (WORKERS / name).read_text(encoding="utf-8").splitlines()
    notes = {k: line.strip()[2:] for k, line in enumerate(lines) if line.strip().startswith("# ")}
    found = []
    for k, line in enumerate(lines):
        if k not in notes:
            note = notes[k + 1] if notes.get(k + 1, "").startswith("^ ") else notes.get(k - 1, "")
            indent = len(line) - len(line.lstrip())
            found.append(("\u00a0" * indent + f"`{line.strip()}`", note.removeprefix("^ ")))
    return found
