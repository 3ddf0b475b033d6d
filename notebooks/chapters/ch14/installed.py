"""What an installed framework says of itself: maker, license, documentation, size, from its package's metadata."""
import importlib.metadata
import inspect
import re

from helpers.machine.packages import megabytes


def card(module, space):
    """Facts about the package that an imported module came from, as a dict.

    space: a module of it; "documented" is the share of its public functions and classes that have a docstring.
    "license text" holds the first lines of its license file, "" where it ships none. "MB on disk" leaves out packages that
    it depends on, such as CUDA's.
    """
    name = importlib.metadata.packages_distributions()[module.__name__][0]
    found = importlib.metadata.distribution(name)
    said = {key: found.metadata.get(key) or "" for key in ("Author", "Author-email", "License", "License-Expression")}
    license_file = next((file for file in found.files if re.search(r"dist-info/(licenses/)?LICENSE$", str(file))), None)
    public = [getattr(space, key) for key in dir(space) if not key.startswith("_")]
    public = [thing for thing in public if callable(thing)]
    return {"package": f"{found.name} {found.version}",
            "made by": f"{said['Author']} {said['Author-email']}".strip(),
            "license": said["License"] or said["License-Expression"],
            "license text": license_file.read_text(encoding="utf-8")[:120] if license_file else "",
            "documented": round(sum(bool(inspect.getdoc(thing)) for thing in public) / len(public), 3),
            "MB on disk": round(megabytes(module.__name__), 1)}


def facts(program, prefix):
    """What can be counted in a function's text, as a dict: its lines, and the names of the framework `prefix` in it."""
    source = inspect.getsource(program)
    return {"lines": len(source.strip().splitlines()) - 1, "names": len(set(re.findall(rf"\b{prefix}\.[\w.]+", source)))}
