"""Several commands at the same time, such as one training alone and one on two ranks. Imports neither framework."""
import contextlib
import re
from pathlib import Path

from helpers import guarded, process


def commands(jobs, timeout, env=None):
    """Run commands side by side (see `process.command`): for each what it printed, as `process.Results`.

    jobs: lists of words. When one of them fails, or the time is up, all are ended.
    Raises ChildFailed with the first traceback that the job's own script wrote, whichever rank it came from; ChildTimeout
    with the names of those that were not done after `timeout` seconds.
    """
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(guarded.started(job, b"", env)) for job in jobs]
        in_time = guarded.wait(children, timeout)
        late = [name(job) for job, (child, _) in zip(jobs, children) if child.poll() is None]
        for job, (child, outputs) in zip(jobs, children):
            if child.poll():
                log = guarded.texts(child, outputs)[1]
                said = cause(log, name(job))
                raise process.ChildFailed(f"{name(job)} failed (exit code {child.returncode}):\n{said}", log)
        if not in_time:
            log = "\n".join(output.text() for _, outputs in children for output in outputs)
            raise process.ChildTimeout(f"{', '.join(late)}: not done after {timeout} s, and ended with all ranks", log)
        return [process.results(*guarded.texts(*child)) for child in children]


def name(job):
    """The script that a command runs, or else its program."""
    scripts = [Path(word).name for word in map(str, job) if word.endswith(".py")]
    return scripts[0] if scripts else Path(job[0]).name


def cause(log, script, lines=12):
    """Of a log with the tracebacks of several ranks and of their launcher: the first that passes through the script."""
    blocks = re.split(r"(?=^(?:\[rank\d+\]: ?)?Traceback \(most recent call last\))", log, flags=re.M)
    own = [block for block in blocks[1:] if script in block and "ChildFailedError" not in block]
    if not own:
        return "\n".join(log.strip().splitlines()[-lines:])
    rank = re.match(r"\[rank\d+\]: ?", own[0])
    kept = [line for line in own[0].splitlines() if not rank or line.startswith(rank.group().strip())]
    last = re.compile(r"(?:\[rank\d+\]: ?)?[\w.]+(Error|Exception|Exit)\b")
    end = next((k for k, line in enumerate(kept[1:], 1) if last.match(line)), len(kept) - 1)
    return "\n".join(kept[max(0, end - lines):end + 1])
