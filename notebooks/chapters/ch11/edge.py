"""Chapter 11's plumbing: converters that talk too much, sizes on disk, and the folder of the page. Imports no framework."""
import contextlib
import importlib.util
import io
import json
import logging
import os
import shutil
import sys
import warnings
from pathlib import Path

from helpers import process, session, web
from helpers.machine import fetched
from helpers.machine.packages import comes_with, disks  # noqa: F401  (the notebook asks what comes with a package)

TEMPLATE = Path(__file__).parent / "page"
PACKAGES = {"TensorFlow": "tensorflow", "PyTorch": "torch", "ExecuTorch": "executorch", "ONNX Runtime": "onnxruntime",
            "LiteRT": "ai_edge_litert"}
"""{what can run a model: its import name}"""


@contextlib.contextmanager
def quiet():
    """`session.quiet`, and what ExecuTorch's C++ writes by way of Python's stderr; if the block fails, all is shown."""
    heard = io.StringIO()
    with session.quiet():
        try:
            with contextlib.redirect_stderr(heard):
                yield
        except BaseException:
            print(heard.getvalue(), file=sys.stderr, end="")
            raise


@contextlib.contextmanager
def no_log():
    """Without the reports of converters through Python's logging: on versions, and on each step."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def sizes():
    """{package: bytes on disk, without what it requires} of those of PACKAGES that are installed."""
    there = {name: module for name, module in PACKAGES.items() if importlib.util.find_spec(module)}
    found = disks(there.values())
    return {name: found[module] for name, module in there.items()}


def quiet_converters():
    """Turn down the warnings of converters, PyTorch's to ONNX included, about packages that nobody needs here."""
    for name in ("torchao", "torch.onnx._internal.exporter._registration", "torch.utils._pytree"):
        logging.getLogger(name).setLevel(logging.ERROR)
    for text in (".isinstance.treespec, LeafSpec", "In the future .np.object", "Statistics for quantized inputs"):
        warnings.filterwarnings("ignore", text)


def one_thread(path):
    """An ONNX Runtime session over a file, on one thread."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options)


def run_onnx(path, shape):
    """A function of one picture (1, 8, 8, 1) that ONNX Runtime computes, from a file whose input has this shape."""
    model = one_thread(path)
    name = model.get_inputs()[0].name
    return lambda picture: model.run(None, {name: picture.reshape(shape)})[0]  # one channel: a reshape is a permute


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
    runtime = fetched.folder("onnxruntime-web") / "dist"
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
    """A web server on loopback over a folder with the page, as a `process.Server`; it ends with the block.

    It asks nobody who they are, so the page is at a path that nobody guesses.
    """
    port = web.free_port()
    base = web.secret_base(port)
    args = [sys.executable, "-P", process.worker("ch11/edge_page"), os.fspath(folder), str(port)]
    ready = f"http://127.0.0.1:{port}{base}/index.html"
    with process.server(args, ready, timeout=60, env={"SERVER_BASE": base}, base=base) as server:
        yield server
