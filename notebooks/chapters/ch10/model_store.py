"""A folder of model versions, watched: the newest is served, a new one goes live without a pause, the old one drains.

    digits/1/  digits/2/  ...      one folder a version, named by a whole number
    digits/model_config.json       optional: which versions are held, and their labels (see model_config.py)

A version must appear all at once: write it beside the folder, then rename it in. What it has recorded (see warmup.py) it
must answer before it goes live.
"""
import json
import logging
import threading
import time
import weakref
from pathlib import Path

from chapters.ch10 import model_config, rest_api, warmup

DTYPES = {"float32": "FLOAT", "float64": "DOUBLE", "float16": "HALF"}  # names that TensorFlow has of old


class Versions:
    """The loaded versions of one model. Requests `pick` one, a thread looks for new ones.

    load: function of a version's folder that gives a model. every: seconds between two looks.
    Raises ValueError when the folder holds no version that loads, or a configuration that cannot be followed.
    """

    def __init__(self, folder, name, load, every=0.1):
        self.folder, self.name, self.load = Path(folder), name, load
        self.live, self.labels, self.states = {}, {}, {}  # number -> model; label -> number; number -> (state, message)
        self.config, self.refused = model_config.read(folder), ""  # what is followed; why the file is not, if it is not
        self.look()
        if not self.live:
            raise ValueError(f"{folder} holds no version that loads: {self.states}")
        threading.Thread(target=self._watch, args=(every,), daemon=True).start()

    def pick(self, number=None, label=None):
        """(number, model) of a version, of a label's version, or of the newest. Raises rest_api.Refused (404)."""
        live = self.live  # one look: the watching thread replaces this dict, and never changes it
        if label is not None:
            number = self.labels.get(label, f"label {label!r}")
        elif number is None:
            number = max(live)
        if number not in live:
            raise rest_api.Refused(404, f"servable not found: model {self.name!r}, version {number}")
        return number, live[number]

    def look(self):
        """Load what is new, then switch, then let go of what is old: whoever still uses it keeps it alive."""
        found = {int(path.name) for path in self.folder.iterdir() if path.name.isdecimal() and path.is_dir()}
        self._follow_the_file()
        for number in self.states.keys() - self.live.keys() - found:
            del self.states[number]  # a folder that is gone: should one of that number come again, it is a new one
        live = {}
        numbers, most = model_config.candidates(self.config, found)
        for number in numbers:
            if len(live) < most and (model := self.live.get(number) or self._loaded(number)):
                live[number] = model
        if not live:
            return  # never without an answer: what is loaded stays
        for number in self.live.keys() - live.keys():
            self.states[number] = "UNLOADING", ""
        self.labels, self.live = self.config.labels, live
        self.states.update(dict.fromkeys(live, ("AVAILABLE", "")))  # only now: who reads it may ask at once

    def _follow_the_file(self):
        """Take the configuration as the file has it now, or keep the one that holds, and say why.

        As in TensorFlow Serving with --allow_version_labels_for_unavailable_models: a new label may wait for its version,
        but one that clients use is not moved to a version that cannot answer yet. Then nothing of the file is followed.
        """
        try:
            config = model_config.read(self.folder)
            for label, number in config.labels.items():
                if self.labels.get(label, number) != number and number not in self.live:
                    raise ValueError(f"label {label!r} is in use, and version {number} is not loaded")
            self.config, refused = config, ""
        except (OSError, ValueError) as error:
            refused = str(error)
        if refused and refused != self.refused:
            logging.getLogger(__name__).warning("%s is not followed: %s", model_config.FILE, refused)
        self.refused = refused

    def _loaded(self, number):
        """The model of a version, or None where it does not load, or fails at what it has recorded: its state says why."""
        if self.states.get(number, ("",))[0] == "FAILED":
            return None
        self.states[number] = "LOADING", ""
        try:
            model = self.load(self.folder / str(number))
            warmup.answer(model, self.folder / str(number))
        except Exception as error:  # a version that does not load must not end the server: its state says why
            self.states[number] = "FAILED", f"{type(error).__name__}: {error}"
            return None
        gone = weakref.finalize(model, self.states.__setitem__, number, ("END", ""))  # the last request has let go
        gone.atexit = False
        return model

    def _watch(self, every):
        while True:
            time.sleep(every)
            try:
                self.look()
            except OSError as error:  # a folder that is being moved
                logging.getLogger(__name__).warning("%s cannot be read: %s", self.folder, error)


def status(versions, number=None):
    """The answer to GET /v1/models/NAME[/versions/N] as JSON text. Raises rest_api.Refused (404)."""
    rows = [{"version": str(n), "state": "END" if state == "FAILED" else state,
             "status": {"error_code": "UNKNOWN" if message else "OK", "error_message": message}}
            for n, (state, message) in sorted(versions.states.copy().items(), reverse=True) if number in (None, n)]
    if not rows:
        raise rest_api.Refused(404, f"Could not find version {number} of model {versions.name}")
    return json.dumps({"model_version_status": rows})


def metadata(name, number, model):
    """The answer to GET /v1/models/NAME/metadata as JSON text: what each signature takes and gives.

    A model that has `signature_defs` (what a SavedModel's file says) is taken at its word; of others `signatures` say it.
    """
    signatures = getattr(model, "signature_defs", None) or {
        key: {"inputs": described(s.inputs), "outputs": described(s.outputs), "method_name": "tensorflow/serving/predict",
              "defaults": {}} for key, s in model.signatures.items()}
    return json.dumps({"model_spec": {"name": name, "signature_name": "", "version": str(number)},
                       "metadata": {"signature_def": {"signature_def": signatures}}})


def described(tensors):
    """Inputs or outputs as metadata has them. dim has no entry where the number of sizes is unknown."""
    return {key: {"dtype": f"DT_{DTYPES.get(t.dtype, t.dtype.upper())}",
                  "tensor_shape": {"dim": [{"size": str(-1 if size is None else size), "name": ""}
                                           for size in t.shape or ()], "unknown_rank": t.shape is None},
                  "name": key} for key, t in tensors.items()}
