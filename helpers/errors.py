"""What went wrong, in few words: frameworks, children and launchers bury the telling line in long texts.

The standard library alone, and parses on Python 3.7: the doctor uses it before anything is installed.
"""
import re

_TELLING = "must|match|expect|equal|incompatible|not allowed|missing|feed|guard on|branching|multiplied"


def gist(error: Exception) -> str:
    """An exception in one line: its type and the telling line of its text."""
    split = split_path(str(error))
    if split:
        return f"`{type(error).__name__}`: {split}"
    lines = [line.strip() for line in re.sub(r"\{\{.*?\}\} ?", "", str(error)).splitlines() if line.strip()]
    telling = [line for line in lines if re.search(_TELLING, line)] or lines[-1:] * ("in user code:" in lines) or lines[:1]
    text = re.sub(r"^.*\bgot (\w+)\(['\"](.*?)['\"]\).*$", r"\2", telling[0]) if telling else ""
    return f"`{type(error).__name__}`: {re.sub(r'^`?[A-Z][A-Za-z]+(Error)?`?: ', '', text)}"


def split_path(said: str) -> str:
    """Where PyTorch's C++ compiler failed over a path that holds a space: a sentence that names it; else ""."""
    words = re.findall(r" -(?:I|L|o ?)(\S.*?)(?= -[A-Za-z]|$)", said, re.M) if "C++ compile error" in said else []
    split = [path for path in words if " " in path]
    if not split:
        return ""
    folder = re.search(".* [^/]*", split[0]).group()
    return (f"the path {folder!r} holds a space, and PyTorch hands it to the C++ compiler in two pieces. Move the course to "
            "a folder without one; if it is a folder for temporary files, set TORCHINDUCTOR_CACHE_DIR to another.")


def reason(error: BaseException) -> str:
    """The line of an exception that says what went wrong, without TensorFlow's frames and names of graph nodes."""
    lines = [line.strip() for line in re.sub(r"\{\{.*?\}\} ?", "", str(error)).splitlines() if line.strip()]
    if not lines:
        return "no message"
    if lines[0] != "in user code:":
        return re.sub(r" \[Op:\w+\].*$", "", lines[0])
    return re.sub(r"^[A-Za-z]+: ", "", [line for line in lines if not line.startswith(("Call arguments", "•"))][-1])


def first_line(said: object) -> str:
    """The first line of an exception, or of a text."""
    return (str(said).strip().splitlines() or ["no message"])[0]


def last_line(said: object) -> str:
    """The last line of an exception, or of a text such as a program's standard error."""
    return (str(said).strip().splitlines() or ["no message"])[-1]


def last_lines(text: str, count: int) -> str:
    """The last lines of a log."""
    return "\n".join(text.strip().splitlines()[-count:]) or "(it wrote nothing)"


def tracebacks(log: str) -> list:
    """The tracebacks in a log, each with what follows it; before each line there may be torchrun's "[rank0]: "."""
    return re.split(r"(?=^(?:\[rank\d+\]: ?)?Traceback \(most recent call last\))", log, flags=re.M)[1:]


def own_frames(log: str, script: str, frames: int = 3, lines: int = 8) -> str:
    """Of a log's last traceback the last frames in the file `script` (else the very last one), and the error's text.

    Of a log without a traceback the last lines.
    """
    found = tracebacks(log)
    if not found:
        return last_lines(log, lines)
    stack, error = [], []
    for line in found[-1].strip().splitlines()[1:]:
        if error or not line.startswith("  "):
            error.append(line)
        elif line.startswith('  File "') or not stack:
            stack.append([line])
        else:
            stack[-1].append(line)
    own = [frame for frame in stack if f'"{script}"' in frame[0]][-frames:] or stack[-1:]
    return "\n".join([*sum(own, []), *error[:lines]]).replace(script, re.split(r"[/\\]", script)[-1])
