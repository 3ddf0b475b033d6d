"""The two app projects of lesson 11d: copies with a model's file in its place, and what their sources believe of it."""
import re
import shutil
from pathlib import Path

PROJECTS = Path(__file__).parent / "workers"
FILE = {"android": "app/src/main/assets/digits.tflite", "ios": "Sources/Digits/digits.pte"}
"""Where each project wants its model's file."""
CALLER = {"android": "app/src/main/java/org/example/digits/MainActivity.kt", "ios": "Sources/Digits/ContentView.swift"}
"""The source that calls the model."""
TYPES = {"writeFloat(": "float32", "Tensor<Float>(ink": "float32", "writeInt8(": "int8", "Tensor<UInt8>(ink": "uint8"}
"""{how a source hands its numbers to the model: their type}"""


def project(name, folder, file):
    """Copy a project, "android" or "ios", into folder, with the bytes of a model's file in its place. Returns its root."""
    root = Path(folder) / name
    shutil.copytree(PROJECTS / name, root, dirs_exist_ok=True)
    place = root / FILE[name]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(file)
    return root


def listed(root):
    """The files of a project, as paths in it, in order."""
    return sorted(path.relative_to(root).as_posix() for path in Path(root).rglob("*") if path.is_file())


def believed(root):
    """What a project's source believes of its model: {"file": name, "shape": [numbers], "type": name of a dtype}.

    Raises ValueError where the source does not say one of them exactly once.
    """
    caller = next(path for path in CALLER.values() if (Path(root) / path).is_file())
    text = (Path(root) / caller).read_text(encoding="utf-8")
    file = _once(r'^(?:const val|let) model = "([\w.]+)"', text, "the model's file")
    shape = _once(r"^(?:val|let) shape = (?:intArrayOf\(|\[)([\d, ]+)[)\]]", text, "the shape")
    kinds = [kind for call, kind in TYPES.items() if call in text]
    if len(kinds) != 1:
        raise ValueError(f"{caller} does not say once of which type its numbers are: {kinds}")
    return {"file": file, "shape": [int(axis) for axis in shape.split(",")], "type": kinds[0]}


def _once(pattern, text, what):
    found = re.findall(pattern, text, flags=re.IGNORECASE | re.MULTILINE)
    if len(found) != 1:
        raise ValueError(f"the source says {what} {len(found)} times: {found}")
    return found[0]
