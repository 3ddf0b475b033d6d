"""What lesson 14b weighs: the criteria in their groups, and for each a lean or the number that gives it, with its source.

The list follows two rules, so that nobody picks what pleases. A criterion is on it when the article sets the frameworks
apart by it, or a lesson compares both on it. And the groups are the stages of a project, from what it starts from to how it
would be left, each with one vote.
"""
from typing import NamedTuple

from helpers import ROOT


class Criterion(NamedTuple):
    """Something that can be weighed."""
    group: str
    name: str
    lean: float | None  # from -1 (TensorFlow) to 1 (PyTorch); None: it comes from numbers, of a table or of a lesson's run
    told: str  # what was found
    source: str  # claims, lessons and tables of the course that say so


START, WRITE, TRAIN, MANY, SERVE, EDGE, KEEP, LEAVE = GROUPS = (
    "what you start from", "writing and looking", "training on one machine", "many devices", "serving",
    "phones and browsers", "installing and keeping", "a way out")
"""The stages of a project; each has one vote."""

CRITERIA = [
    Criterion(START, "papers to build on", None, "counted until 2021", "C80, papers.csv"),
    Criterion(START, "newest language models", 0.5,
              "Transformers 5 takes PyTorch alone; KerasHub brings some of the models to TensorFlow", "C78, timeline.csv"),
    Criterion(START, "used in products", 0, "both are", "C78, C81"),

    Criterion(WRITE, "training in one call", -0.5, "Keras has `fit`; PyTorch gets it from Keras 3 or another package",
              "C19, 14b"),
    Criterion(WRITE, "changing values in place", 0.5, "a PyTorch tensor can be changed, in TensorFlow only a variable",
              "C09"),
    Criterion(WRITE, "stepping through code", 0, "both, as long as nothing is captured", "C22, 3b"),
    Criterion(WRITE, "pictures of a training", 0, "both write for TensorBoard, a package of its own", "C17, C35, 9a"),

    Criterion(TRAIN, "training speed", None, "", "C58, 7d"),
    Criterion(TRAIN, "memory of a step", None, "", "C14, 7d"),

    Criterion(MANY, "lines for two devices", None, "", "C33, 8a"),
    Criterion(MANY, "several machines", 0, "both, with a loop of your own", "8e"),
    Criterion(MANY, "a worker that dies", 0, "both go on from a checkpoint, to the same weights", "8d"),
    Criterion(MANY, "a dense model in parts", 0.5,
              "FSDP2; TensorFlow's DTensor cuts arrays too, as an experiment and in one process", "8e, 8f"),

    Criterion(SERVE, "an own server", -0.5,
              "TensorFlow Serving; PyTorch's is archived, servers of others take its models", "C18, C40, C41"),
    Criterion(SERVE, "a server for language models", 0.5,
              "vLLM belongs to the PyTorch Foundation; TensorFlow has a general server", "C40, C78"),
    Criterion(SERVE, "a file that answers as the model does", 0, "both export one", "C41, 10a"),
    Criterion(SERVE, "serving speed", None, "", "C44b, 10c"),

    Criterion(EDGE, "a runtime on phones", 0, "LiteRT and ExecuTorch", "C06, C20, 11a"),
    Criterion(EDGE, "one picture on a phone's runtime", None, "", "11b"),
    Criterion(EDGE, "a file of eight bits", None, "", "11b"),
    Criterion(EDGE, "a way into the browser", -0.5,
              "TensorFlow.js; from PyTorch the way leads through ONNX, which belongs to neither", "C05, 11c"),

    Criterion(KEEP, "space on disk", None, "", "14a"),
    Criterion(KEEP, "a GPU on Windows", 0.5, "PyTorch natively, TensorFlow in WSL 2", "C68, C73, C75"),
    Criterion(KEEP, "Macs with Intel's processors", 0, "neither, for today's version", "C67, C72"),
    Criterion(KEEP, "new releases", 0, "both within a year; PyTorch's are more, and a short wait is not better in itself",
              "14a, timeline.csv"),
    Criterion(KEEP, "tools that were given up", 0, "both have some", "14a, timeline.csv"),

    Criterion(LEAVE, "equal numbers", 0, "the same, when you ask for the same computation", "C55, 6a"),
    Criterion(LEAVE, "weights that move", 0, "carried over in either direction", "5c"),
    Criterion(LEAVE, "code that moves", 0, "a port costs the same work either way", "5e, 11a"),
    Criterion(LEAVE, "Keras 3", 0, "runs on both", "C49, 5b"),
]


def groups():
    """{group: the names of its criteria}, in order."""
    return {group: [one.name for one in CRITERIA if one.group == group] for group in GROUPS}


def facts():
    """{criterion: its lean} of those that do not come from numbers."""
    return {one.name: one.lean for one in CRITERIA if one.lean is not None}


def unknown_sources(claims):
    """What the sources name that the course does not have. claims: the ids of all claims."""
    lessons = {path.name.split("_")[0].lstrip("0") for path in (ROOT / "notebooks" / "chapters").glob("ch*/*_*.py")}
    tables = {path.name for path in ROOT.glob("data/*.csv")}
    named = {word for one in CRITERIA for word in one.source.split(", ")}
    return named - lessons - tables - set(claims)
