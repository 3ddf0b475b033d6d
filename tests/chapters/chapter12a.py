"""Chapter 12a's own functions, taken from its source, for tests of its measures and of what its networks reach."""
import linecache

import pipeline


def functions(wanted, **names):
    """A namespace in which the NumPy code of the cells that hold one of the texts has been run, up to the first call
    that needs a trained network. names: what these cells need."""
    import numpy as np

    from chapters.ch12 import scenes
    names = {"np": np, "scenes": scenes, **names}
    for cell in pipeline.read(pipeline.sources(["12a"])[0]).cells:
        if cell.cell_type == "code" and any(text in cell.source for text in wanted):
            blocks = cell.source.split("\n\n")[0] if "verdict" in pipeline.tags(cell) else cell.source
            exec(compile(blocks, "<chapter 12a>", "exec"), names)
    return names


def trained(seed, fast):
    """The namespace of the whole chapter up to its exercises, run with these parameters on the CPU."""
    names = {"__name__": "__main__"}
    for k, cell in enumerate(cell for cell in pipeline.read(pipeline.sources(["12a"])[0]).cells if cell.cell_type == "code"):
        if "exercise" in pipeline.tags(cell):
            return names
        if "parameters" in pipeline.tags(cell):
            names.update(seed=seed, fast=fast, device="cpu")
            continue
        name = f"<chapter 12a, code cell {k}>"  # AutoGraph reads the source of what it converts
        linecache.cache[name] = len(cell.source), None, cell.source.splitlines(True), name
        exec(compile(cell.source, name, "exec"), names)
        names["tqdm"] = lambda steps, **options: steps  # no bar
    raise AssertionError("chapter 12a has no exercises")
