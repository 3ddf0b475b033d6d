"""Chapter 11's plumbing: runtimes that may be missing, sizes on disk, and the folder of the page. Imports no framework."""
import contextlib
import importlib.util
import json
import logging
import os
import shutil
import sys
import warnings
from importlib import metadata
from pathlib import Path

from . import ROOT, browser_files, missing, process, session

RUNTIMES = ("executorch", "ai_edge_litert")
TEMPLATE = ROOT / "helpers" / "page"


def skip_where_missing():
    """Where ExecuTorch or LiteRT has no package for this machine, skip the cells that need it, as for a framework.

    Their converters, and PyTorch's to ONNX, warn about packages that nobody needs here: those loggers are turned down.
    """
    absent = [name for name in RUNTIMES if importlib.util.find_spec(name) is None]
    if absent:
        missing.skip_cells_that_need(session.not_installed() + absent)
    for name in absent:
        print(f"{missing.PACKAGES[name]} is not installed: cells that need it are skipped, and what they would have "
              "measured is NOT MEASURED. To install it: python -m pip install -r requirements.txt")
    for name in ("torchao", "torch.onnx._internal.exporter._registration", "torch.utils._pytree"):
        logging.getLogger(name).setLevel(logging.ERROR)
    for text in (".isinstance.treespec, LeafSpec", "In the future .np.object", "Statistics for quantized inputs"):
        warnings.filterwarnings("ignore", text)


def disk(module):
    """Bytes on disk of the installed package that holds a module, without what it requires; None when it is missing."""
    names = metadata.packages_distributions().get(module)
    if not names:
        return None
    paths = [Path(file.locate()) for file in metadata.files(names[0]) or []]
    return sum(path.stat().st_size for path in paths if path.is_file())


def one_thread(path):
    """An ONNX Runtime session over a file, on one thread."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options)


def calibration(path, shape, pictures):
    """What ONNX Runtime's quantizer reads pictures from, one at a time, for the model at path, in its input's shape."""
    from onnxruntime.quantization import CalibrationDataReader
    name = one_thread(path).get_inputs()[0].name
    left = iter([{name: picture.reshape(shape)} for picture in pictures])

    class Pictures(CalibrationDataReader):
        def get_next(self):
            return next(left, None)

    return Pictures()


def drawings():
    """Digits drawn as strokes: a list of (label, [[(x, y), ...], ...]), in pixels of a square of 280."""
    rows = json.loads((TEMPLATE / "drawings.json").read_text(encoding="utf-8"))
    return [(row["label"], [[tuple(point) for point in stroke] for stroke in row["strokes"]]) for row in rows]


def write_page(folder, models, digits, drawn):
    """Write all that a web server must offer into a folder: the page, the models, ONNX Runtime's files. Returns the folder.

    models: {name: (path of an .onnx file, shape of its input)}. digits: dicts with `label`, `picture` (64 numbers) and
    `logits` ({name of the model: 10 numbers}); drawn: dicts with `label`, `strokes`, `picture`. The page compares both
    with what it computes itself. Raises FileNotFoundError, which says what to do, when ONNX Runtime's files are missing.
    """
    runtime = browser_files.folder("onnxruntime-web") / "dist"
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(runtime, folder / "ort")
    for name in ("index.html", "scan.js", "page.js"):
        shutil.copy(TEMPLATE / name, folder)
    listed = {}
    for name, (path, shape) in models.items():
        shutil.copy(path, folder)
        listed[name] = {"file": Path(path).name, "shape": list(shape)}
    course = {"models": listed, "digits": digits, "drawn": drawn}
    (folder / "course.json").write_text(json.dumps(course, default=lambda value: value.tolist()), encoding="utf-8")
    return folder


@contextlib.contextmanager
def serve(folder):
    """A web server on loopback over a folder with the page, as a `process.Server`; it ends with the block."""
    port = process.free_port()
    args = [sys.executable, "-P", process.worker("edge_page"), os.fspath(folder), str(port)]
    with process.server(args, f"http://127.0.0.1:{port}/index.html", timeout=60) as server:
        yield server
