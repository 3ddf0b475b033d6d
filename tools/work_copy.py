"""The learner's copy of the course, work/: made, and brought up to date without losing what the learner wrote.

`python tools/work_copy.py` (what `make lab` does first). The copy holds the lessons, their solutions, the glossary, and the
scripts of chapters/*/workers, which a learner may edit; modules and data come from the course beside it. The edition that
the copy was made from lies in work/.course: what differs from it is the learner's.
"""
import os
import platform
import posixpath
import re
import sys

import nbformat

import answers
import pipeline
import start

NOTEBOOKS = pipeline.ROOT / "notebooks"
WORK = start.work_folder()


def update():
    """Make or update the copy; returns a line for each lesson or file in which something of the learner's was kept."""
    said, names = [], files()
    link_course()
    beside = WORK.parent / "notebooks"  # where the first learner may have written into the course's own
    for source in pipeline.sources():
        plain, full = pipeline.targets(source)
        solutions = f"solutions/{full.name}"
        try:
            said += notebook(plain.name, adapted(pipeline.learner(pipeline.read(source)), plain.name, names),
                             origin=beside / plain.name if WORK.name == "work" else None)
            said += notebook(solutions, adapted(answers.load(full), solutions, names)) if full.exists() else []
        except ValueError as error:  # a notebook that cannot be read: the others are brought up to date
            said.append(str(error))
        names += [plain.name, solutions]
    for name in files():
        said += file(name, (NOTEBOOKS / name).read_bytes())
    return said + gone(names)


def link_course():
    """Where the copy lies elsewhere than the course, put links to notebooks and data beside it: the copy leads there."""
    for course in (NOTEBOOKS, NOTEBOOKS.parent / "data") if WORK.parent != NOTEBOOKS.parent else ():
        link = WORK.parent / course.name
        if link.is_symlink():  # to an earlier place of the course, perhaps
            link.unlink()
        if not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(course, target_is_directory=True)


def files():
    """What is copied beside the notebooks, as paths below notebooks/ with slashes."""
    found = [path for path in NOTEBOOKS.glob("chapters/ch*/workers/*") if path.is_file() and path.name != "__init__.py"]
    return ["glossary.md", "what_will_bite_you.md", *sorted(path.relative_to(NOTEBOOKS).as_posix() for path in found)]


def adapted(nb, name, copied):
    """The notebook `name` as the copy has it: links to files of chapters that are not copied lead to the course beside it,
    and it names this Python's version, as JupyterLab would when it is merely opened, and would ask whether to save that."""
    def led(link):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link.group(1)))  # from the folder notebooks/
        is_course = target.startswith("chapters/") and target not in copied
        return f"]({'../' * name.count('/')}../notebooks/{target}" if is_course else link.group()
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\(([^)\s#]+)", led, cell.source)
    nb.metadata = nbformat.from_dict(pipeline.METADATA)
    nb.metadata.language_info.version = platform.python_version()
    return nb


def notebook(name, new, origin=None):
    """Bring work/name to the edition `new`. A copy that is made for the first time takes what a hand wrote into `origin`.

    Raises ValueError, and changes nothing, when the learner's notebook cannot be read.
    """
    mine, kept = WORK / name, WORK / ".course" / name
    if mine.exists() and kept.exists() and kept.read_text(encoding="utf-8") == pipeline.as_text(new):
        return []  # the same edition as last time
    result, said = new, []
    if mine.exists():
        own = answers.load(mine)
        result, names = answers.merged(own, answers.load(kept) if kept.exists() else answers.built_part(own), new)
        said = [f"{name}: kept: {', '.join(names)}"] if names else []
    elif origin and origin.exists() and not kept.exists():
        result, said = carried(name, new, origin)
    for path, nb in ((mine, result), (kept, new)):
        path.parent.mkdir(parents=True, exist_ok=True)
        pipeline.write(nb, path)
    return said


def carried(name, new, origin):
    """(the edition `new` with what a hand wrote into the notebook `origin`, the lines that say so)."""
    try:
        own = answers.load(origin)
    except ValueError as error:
        return new, [f"{name}: {origin.parent.name}/{error}; your copy begins anew"]
    result, names = answers.merged(own, answers.built_part(own), new)
    return result, [f"{name}: carried over: {', '.join(names)}"] if names else []


def file(name, new):
    """Bring work/name to the bytes `new`; where the learner has edited it, put them beside it as NAME.new.SUFFIX."""
    mine, kept = WORK / name, WORK / ".course" / name
    before = kept.read_bytes() if kept.exists() else None
    if mine.exists() and before == new:
        return []  # the same edition as last time
    target, said = mine, []
    if mine.exists() and mine.read_bytes() not in (before, new):
        target = beside(mine, before)
        said = [f"{name}: yours is kept, and runs; the new edition's is beside it, as {target.name}"]
    for path in (target, kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, new)
    return said


def beside(path, before):
    """NAME.new.SUFFIX beside a file; NAME.new.2.SUFFIX ... where that one is edited too, being not as `before`."""
    number, free = 1, path.with_name(f"{path.stem}.new{path.suffix}")
    while free.exists() and free.read_bytes() != before:
        number += 1
        free = path.with_name(f"{path.stem}.new.{number}{path.suffix}")
    return free


def replace(path, content):
    """Write bytes to a file: all of them, or none."""
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        half.write_bytes(content)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def gone(names):
    """Remove from the copy what is in the course no more; what the learner has changed stays, and is named this once."""
    said, course = [], WORK / ".course"
    for kept in sorted(path for path in course.rglob("*") if path.is_file()):
        name = kept.relative_to(course).as_posix()
        mine = WORK / name
        if name in names:
            continue
        if mine.exists() and touched(mine, kept):
            said.append(f"{name}: it is in the course no more; yours stays")
        else:
            mine.unlink(missing_ok=True)
        kept.unlink()
    return said


def touched(mine, kept):
    """Whether a file is another than the one that the copy was made with; of a notebook only the cells' texts count."""
    if mine.suffix != ".ipynb" or mine.read_bytes() == kept.read_bytes():
        return mine.read_bytes() != kept.read_bytes()
    try:
        texts = [[answers.text(cell) for cell in answers.load(path).cells] for path in (mine, kept)]
    except ValueError:  # a damaged one is the learner's too
        return True
    return texts[0] != texts[1]


def main():
    """Update the copy and say what was kept; returns the exit code."""
    try:
        said = update()
    except OSError as error:
        sys.exit(f"your copy of the course, {WORK}, could not be brought up to date: {error}. What you wrote is as it was. "
                 "Make room there, or set the environment variable SIDE_BY_SIDE_WORK to a folder of yours, such as "
                 "~/side-by-side/work.")
    for line in said:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
