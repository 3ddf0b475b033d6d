"""A distributed script beside its single-process original: which lines it adds, and why."""
import collections
import difflib

from helpers import process

PAIRS = {"PyTorch, DDP": ("ch08/alone_torch", "ch08/ddp_torch"),
         "TensorFlow, loop": ("ch08/alone_tf", "ch08/mirrored_tf"),
         "TensorFlow, Keras fit": ("ch08/fit_tf", "ch08/fit_mirrored_tf")}
"""{what is compared: (the original, the distributed script)}"""

KINDS = ("new", "only indented", "for want of GPUs")
"""Why a line is there that the original lacks."""


def marked(alone, distributed):
    """The lines of the distributed script, a + before each that the original does not have; module docstrings left out."""
    texts = [process.worker(name).read_text("utf-8").split('"""\n', 1)[1] for name in (alone, distributed)]
    lines = [[line for line in text.splitlines() if line.strip()] for text in texts]
    return [line for line in difflib.ndiff(*lines) if line[0] in " +"]


def kind(line, original):
    """Which of KINDS a line is that the distributed script has and the original text lacks."""
    if "# else CPUs" in line:
        return "for want of GPUs"
    if line.startswith("    ") and line.strip() in original:
        return "only indented"
    return "new"


def counts():
    """{what is compared: {kind: how many lines}} for the PAIRS."""
    found = {}
    for name, (alone, distributed) in PAIRS.items():
        original = process.worker(alone).read_text("utf-8")
        added = [line[2:] for line in marked(alone, distributed) if line[0] == "+"]
        number = collections.Counter(kind(line, original) for line in added)
        found[name] = {why: number[why] for why in KINDS}
    return found
