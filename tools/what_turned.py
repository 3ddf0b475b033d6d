"""What turned? `python tools/what_turned.py [LESSON ...]` runs the museum's lessons, or those named, with the versions that
are installed, and says which exhibits no longer come out as they are stored in notebooks/solutions.

An exhibit that turned does not end the run: an upgrade may turn several. Exit status: 1 where one has.
"""
import re
import sys
from importlib.metadata import packages_distributions, version

import nbformat

import pipeline

MUSEUM = ("06c", "06d", "06e")
PACKAGES = ("torch", "tensorflow", "keras", "numpy")


def turned(stored, ran):
    """[(the heading above, what was said, what is said now)] of the verdict cells that differ between two runs."""
    found, heading = [], ""
    for before, now in zip(stored.cells, ran.cells, strict=True):
        if now.cell_type == "markdown":
            heading = (re.findall(r"^#+ (.+)$", now.source, re.M) or [heading])[-1]
        elif pipeline.GOLDEN in pipeline.tags(now):
            was, says = said(before), said(now)
            if pipeline.sanitized([was]) != pipeline.sanitized([says]):
                found.append((heading, was, says))
    return found


def said(cell):
    """What a cell's outputs say, as text; of an error its name and first line."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "error":
            texts.append(f"{output.ename}: {output.evalue.partition(chr(10))[0]}")
        else:
            texts.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return "\n".join(text.strip() for text in texts).strip()


def installed():
    """The packages with their versions; TensorFlow is installed by one name or another."""
    distributions = packages_distributions()
    return [f"{name} {version(distributions[name][0])}" for name in PACKAGES]


def main(names):
    """Print what turned; returns the exit status."""
    print(", ".join(installed()))
    count = 0
    for source in pipeline.sources(names or MUSEUM):
        stored = nbformat.read(pipeline.targets(source)[1], 4)
        for heading, was, says in turned(stored, pipeline.execute(stored, errors=True)):
            count += 1
            print(f"{pipeline.number(pipeline.lesson(source))}, {heading}\n  was: {was}\n  is:  {says}", flush=True)
    print(f"{count} turned")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
