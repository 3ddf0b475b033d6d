"""What chapter 10 measures or looks up beside its lessons' own cells."""
import importlib.metadata
import time

import numpy as np
import onnxruntime

from helpers import show


def load_onnx(path):
    """A function from pictures to the first output of an ONNX file, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    runtime = onnxruntime.InferenceSession(path, options)
    name = runtime.get_inputs()[0].name
    return lambda images: runtime.run(None, {name: images})[0]


def run_onnx(path, images):
    """The first output of an ONNX file for these pictures, an array."""
    return load_onnx(path)(images)


def bytes_of(path):
    """The size of a file, or of all files in a folder, in bytes."""
    return sum(part.stat().st_size for part in [path, *path.rglob("*")] if part.is_file())


def is_saved_model(folder):
    """Whether a folder is named by a version's number and holds a SavedModel."""
    return folder.name.isdecimal() and (folder / "saved_model.pb").is_file()


def modules_behind(*classes):
    """The names of the modules of which classes, and what they inherit from, are made; the notebook's own left out."""
    kinds = {kind for one in classes for kind in one.__mro__}
    return {kind.__module__.partition(".")[0] for kind in kinds} - {"__main__", "builtins"}


def programs_like(word, module):
    """The programs with this word in their name that pip has installed with the package of an imported module, sorted."""
    packages = importlib.metadata.packages_distributions()[module.__name__]
    entries = [entry for package in packages for entry in importlib.metadata.distribution(package).entry_points]
    return sorted(entry.name for entry in entries if word in entry.name)


def seconds_of_calls(function, times):
    """Call a function without arguments several times: the seconds of each call, in order."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - begin)
    return seconds


def first_and_last(load):
    """The probabilities of the first and of the last request of a loads.Load that was answered, float32 arrays."""
    places = load.answer[load.answer >= 0]
    return [np.array(load.answers[places[k]]["predictions"], "float32") for k in (0, -1)]


def median_seconds(way, images, times):
    """The median of the seconds from one call's begin to the next one's, as requests that follow each other have it."""
    begins = []
    for _ in range(times):
        begins.append(time.perf_counter())
        way(images)
    return float(np.median(np.diff(begins)))


def asking(way, images):
    """A function without arguments, for timing, that asks one way for these pictures."""
    return lambda: way(images)


def everybody(crowd, ask_for, rows):
    """A function without arguments: the threads of `crowd` ask for all rows, one each; the results as one array."""
    return lambda: np.stack(list(crowd.map(ask_for, rows)))


def show_loads(measured):
    """The table of a load test: {(server, clients, pictures a request): loads.Load}."""
    rows = [(name, count, pictures, *(f"{1e3 * q:.1f}" for q in np.percentile(load.took, [50, 95, 99])), f"{load.rate:,.0f}",
             f"{load.rate * pictures:,.0f}") for (name, count, pictures), load in measured.items()]
    show.table(["server", "clients", "pictures a request", "p50 ms", "p95 ms", "p99 ms", "requests/s", "pictures/s"], rows,
               caption="The load test; a row of less than a hundred requests has no p99 to speak of")


def is_polite(status, answer):
    """Whether a refusal is a 4xx with one sentence and nothing of the server's inside."""
    return 400 <= status < 500 and set(answer) == {"error"} and "Traceback" not in answer["error"]


def is_all_nan(answer):
    """Whether all predictions of an answer are NaN; an answer without predictions has none."""
    return "predictions" in answer and bool(np.isnan(np.array(answer["predictions"], "float32")).all())
