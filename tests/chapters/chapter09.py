"""Chapter 9's own cells, run from its source, for tests that look at the real pages."""
import pipeline


def run(*wanted, **parameters):
    """Run the chapter's imports, its parameters, and the code cells that hold one of the texts; the names they made.

    `parameters` replace those of the chapter.
    """
    names = {"__name__": "__main__"}
    more(names, "from helpers import session", "import torch", "import tensorflow as tf", "fast = True")
    names.update(parameters)
    more(names, "session.use(", *wanted)
    return names


def more(names, *wanted):
    """Run further cells of the chapter, those that hold one of the texts, in the same names."""
    for cell in pipeline.learner(pipeline.read(pipeline.sources(["09"])[0])).cells:
        if cell.cell_type == "code" and any(text in cell.source for text in wanted):
            exec(compile(cell.source, "<chapter 09>", "exec"), names)


def solution(number):
    """The solved answer to an exercise of the chapter, for example solution("9.4")."""
    names, cells = {}, pipeline.solved(pipeline.read(pipeline.sources(["09"])[0])).cells
    place = next(k for k, cell in enumerate(cells) if cell.source == f'exercises.check("{number}", answer)')
    exec(compile(cells[place - 1].source, f"<exercise {number}>", "exec"), names)
    return names["answer"]
