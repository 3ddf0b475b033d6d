"""Editions of the course from its one source: `python tools/editions.py EDITION [LESSON ...]` writes build/editions/EDITION.

    learner     the exercises open, no solutions, no outputs; with --no-solutions, the checks show none either
    solutions   solved, with the outputs of the verdict cells
    instructor  solved, with the notes of each chapter in place, minutes, and the wrong answers to expect
    live        the learner's, with the twin cells emptied, to be typed in class, each finished one folded below
    slides      HTML slides that need no network, of what `tools/pipeline.py run --apart` has executed; S shows the notes

A notebook of an edition into which a hand has written is kept as NAME.mine.ipynb when the edition is written again.
"""
import argparse
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from string import Template

import nbformat
from nbconvert import SlidesExporter
from nbformat.v4 import new_markdown_cell, new_output

import answers
import cells_as_html
import pipeline
from helpers import ROOT, build_dir
from helpers.machine import fetched
from run_ledger import work_apart

SECTION = re.compile(r"^## (\d+[a-z]?\.\d+) \((\d+) minutes?\)$", re.M)
TO_TYPE = Template("# $framework: typed in class. The finished cell is folded below.\n")
FINISHED = Template("<details><summary>The finished cell: copy it into the one above</summary>\n\n```python\n$code\n```\n\n"
                    "</details>")
LINK = re.compile(r"```.*?```|`[^`\n]+`|\[([^\[\]]*)\]\(([^)\s]+)\)", re.S)  # code, or a link: (its words, where it leads)


def page(lesson):
    """A lesson's part of its chapter's notes: (what stands before its sections, {section: (minutes, note)}).

    Raises FileNotFoundError when the chapter has no notes, or none on this lesson.
    """
    path = pipeline.CHAPTERS / f"ch{lesson[:2]}" / "notes.md"
    parts = re.split(r"^# ", path.read_text(encoding="utf-8"), flags=re.M)[1:] if path.is_file() else []
    own = [part for part in parts if part.startswith(f"{pipeline.number(lesson)}. ")]
    if not own:
        raise FileNotFoundError(f"lesson {lesson} has no page for the instructor: write it in "
                                f"notebooks/chapters/{path.parent.name}/notes.md")
    head, *rest = SECTION.split(own[0].partition("\n")[2])
    sections = {name: (int(minutes), note.strip()) for name, minutes, note in zip(rest[::3], rest[1::3], rest[2::3])}
    return head.strip(), sections


def section_of(cell):
    """The section ("1.2") whose heading a cell holds, or None."""
    found = re.search(r"^## (\d+[a-z]?\.\d+) ", cell.source, re.M) if cell.cell_type == "markdown" else None
    return found and found.group(1)


def note(text, head):
    """A cell for the instructor's eyes."""
    quoted = "\n".join(f"> {line}".rstrip() for line in f"**{head}.** {text}".splitlines())
    stem = hashlib.sha256(quoted.encode()).hexdigest()[:8]
    return new_markdown_cell(quoted, id=f"note-{stem}", metadata={"tags": ["instructor"]})


def with_notes(book, lesson):
    """A notebook with the guide's notes behind the title and behind each section's heading."""
    about, sections = page(lesson)
    cells = []
    for k, cell in enumerate(book.cells):
        cells.append(cell)
        if k == 0:
            cells.append(note(about, "For the instructor"))
        elif (name := section_of(cell)) in sections:
            minutes, text = sections[name]
            cells.append(note(text, f"For the instructor, {minutes} minutes"))
    return {**book, "cells": cells}


def learner(source):
    """The learner's notebook."""
    return pipeline.learner(pipeline.read(source))


def without_solutions(book, lesson):
    """A notebook whose checks show no solution."""
    cell = next(cell for cell in book.cells if cell.cell_type == "code")
    start = f'session.start("{lesson}")'
    if start not in cell.source:
        raise ValueError(f"lesson {lesson}: the first code cell has no {start}")
    cell.source = cell.source.replace(start, f'session.start("{lesson}", solutions=False)')
    return book


def solutions(source):
    """The solved notebook as it is committed, with its outputs; its links lead from a folder with the glossary in it."""
    book = nbformat.read(pipeline.targets(source)[1], 4)
    for cell, own in zip(book.cells, pipeline.read(source).cells, strict=True):
        if cell.cell_type == "markdown":
            cell.source = own.source
    return book


def instructor(source):
    """The solved notebook with notes, and behind each exercise the wrong answers that its check knows by their cause."""
    wrong = {cell.id: pipeline.parts(cell.source)[2] for cell in pipeline.read(source).cells}
    book = with_notes(solutions(source), pipeline.lesson(source))
    cells = []
    for cell in book["cells"]:
        cells.append(cell)
        for cause, answer in wrong.get(cell.id, []) if "exercise" in pipeline.tags(cell) else []:
            cells.append(note(f"\n```python\n{answer}\n```", f"Expect this wrong answer: {cause}"))
    return {**book, "cells": cells}


def live(source):
    """The learner's notebook with the cells to be typed in class: those of the twins, but not their imports.

    Who loses the way while typing opens the finished cell, a text below the empty one, and copies it: so nothing runs twice,
    and all goes on in the same notebook and kernel.
    """
    book, cells = learner(source), []
    for cell in book.cells:
        cells.append(cell)
        for tag, framework in (("torch", "PyTorch"), ("tf", "TensorFlow")):
            if tag in pipeline.tags(cell) and not {"setup", "exercise"} & set(pipeline.tags(cell)):
                cells.append(new_markdown_cell(FINISHED.substitute(code=cell.source), id=f"{cell.id}-finished"))
                cell.source = TO_TYPE.substitute(framework=framework)
    return nbformat.from_dict({**book, "cells": cells})


def with_links(book, folder, pages):
    """A notebook whose links work in the folder: files of the course that they lead to are copied into it.

    pages: {name of a lesson's notebook: its name in this edition}. What leads to a lesson that the edition does not hold
    becomes plain words.
    """
    def led(found):
        words, target = found.groups()
        path, hash_, anchor = (target or "").partition("#")
        if not path or re.match("[a-z]+:", target):
            return found.group()
        if path.endswith(".ipynb"):
            return f"[{words}]({pages[path]}{hash_}{anchor})" if path in pages else words
        file = (ROOT / "notebooks" / path).resolve()
        inside = file.relative_to(ROOT)
        if inside.parts[0] == "notebooks":
            inside = inside.relative_to("notebooks")
        (folder / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / inside)
        return f"[{words}]({inside.as_posix()}{hash_}{anchor})"

    for cell in book["cells"]:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(led, cell.source)
    return book


def slides(source):
    """The executed notebook laid out as slides, with the guide's notes as speaker notes."""
    book = pipeline.executed(source)
    if book is None:
        raise FileNotFoundError(f"{source.stem} has not been executed yet: run `make slides`, which executes it first")
    return laid_out(with_notes(book, pipeline.lesson(source)))


def laid_out(book):
    """A notebook with each cell's place among the slides, captions of folded cells, closed outcomes, equations as MathML.

    Code cells say how many columns they have, so that the style sheet can set them as large as their lines allow.
    """
    for before, cell in zip([book["cells"][0], *book["cells"]], book["cells"]):
        cell.metadata["slideshow"] = {"slide_type": kind_of_slide(cell, before)}
        cell.metadata["caption"] = cells_as_html.caption(cell)
        cell.metadata["columns"] = columns(cell)
        if cells_as_html.are_twins([before, cell]):  # both alike, to be compared line by line
            before.metadata["columns"] = cell.metadata["columns"] = max(columns(before), columns(cell))
        if cell.cell_type == "markdown":
            cell.source = cells_as_html.mathml(cell.source)
        else:
            cell.outputs = [with_closed_outcome(output) for output in cell.outputs]
    return book


def columns(cell):
    """The length of a cell's longest line."""
    return max(map(len, cell.source.splitlines()), default=0)


def with_closed_outcome(output):
    """An output; what came true of a prediction stands behind a click, so that a class can guess first."""
    said = cells_as_html.prediction(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return new_output("display_data", {"text/html": str(said)}) if said else output


def kind_of_slide(cell, before):
    """Where a cell goes: a heading opens a slide; text, twins, figures one below it; what judges stays with them."""
    tags = set(pipeline.tags(cell))
    shows = [output.data.get("text/html", "") for output in cell.get("outputs", []) if output.get("data")]
    if "instructor" in tags:
        return "notes"
    if {"setup", "parameters"} & tags:
        return "subslide" if shows else "skip"
    if cell.cell_type == "markdown":
        return "slide" if re.search(r"^##? ", cell.source, re.M) else "subslide"
    if any(markup.startswith("<img") for markup in shows) and "verdict" not in tags:
        return "subslide"
    if "folded" in tags or cells_as_html.are_twins([before, cell]):
        return "-"
    alone = {"torch", "tf", "verdict"} & tags or cell.source.count("\n") > 8
    return "subslide" if alone else "-"


def write_slides(book, path):
    """Write a notebook as slides, with everything that they need beside them."""
    reveal = fetched.folder("reveal.js")
    shutil.copytree(reveal, path.parent / "reveal.js", dirs_exist_ok=True)
    shutil.copy(Path(__file__).parent / "slides" / "slides.css", path.parent)
    theme = path.parent / "reveal.js" / "dist" / "theme" / "white.css"
    theme.write_text(re.sub(r"^@import .*$", "", theme.read_text(encoding="utf-8"), flags=re.M), encoding="utf-8")  # fonts
    exporter = SlidesExporter(template_name="slides", extra_template_basedirs=[str(Path(__file__).parent)],
                              reveal_url_prefix="reveal.js", reveal_theme="white")
    html, _ = exporter.from_notebook_node(nbformat.from_dict(book), {"metadata": {"name": path.stem}})
    path.with_suffix(".html").write_text(html, encoding="utf-8")


def write_notebook(book, path):
    """Write a notebook of an edition, and into it what tells whether a hand changes it. One that a hand has changed since
    it was written is kept beside the new one; what only its cells have printed is not."""
    if path.exists() and not is_as_written(path):
        kept = pipeline.unused(path.with_suffix(".mine.ipynb"))
        path.rename(kept)
        print(f"{path.name}: what was typed into it is kept as {kept.name}")
    book["metadata"]["written"] = fingerprint(book)
    pipeline.write(book, path)


def is_as_written(path):
    """Whether the notebook in a file has the cells with which it was written. A damaged one has not."""
    try:
        book = answers.load(path)
    except ValueError:
        return False
    return book.metadata.get("written") == fingerprint(book)


def fingerprint(book):
    """The hash of the kinds and texts of a notebook's cells."""
    return answers.digest(json.dumps([answers.text(cell) for cell in book["cells"]]))


def options_of(arguments):
    """The command line's options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("edition", choices=["learner", "solutions", "instructor", "live", "slides"])
    parser.add_argument("lessons", nargs="*", metavar="LESSON")
    parser.add_argument("--no-solutions", action="store_true", help="learner, live: checks show no solution")
    options = parser.parse_intermixed_args(arguments)
    if options.no_solutions and options.edition not in ("learner", "live"):
        parser.error(f"--no-solutions is for learner and live: {options.edition} holds solutions")
    return options


def main(arguments=None):
    """Write an edition; returns its folder."""
    options = options_of(arguments)
    make = {"learner": learner, "solutions": solutions, "instructor": instructor, "live": live, "slides": slides}
    folder = build_dir() / "editions" / options.edition
    folder.mkdir(parents=True, exist_ok=True)
    chosen = pipeline.sources(options.lessons)
    if options.edition == "slides":
        work_apart()  # no slide holds what a learner has guessed or answered
        if not options.lessons:
            chosen = [source for source in chosen if pipeline.executed(source)] or chosen
    suffix = ".html" if options.edition == "slides" else ".ipynb"
    there = {path.stem for path in folder.glob(f"*{suffix}") if "." not in path.stem} | {source.stem for source in chosen}
    pages = {f"{stem}.ipynb": stem + suffix for stem in there}
    for source in chosen:
        try:
            book = with_links(make[options.edition](source), folder, pages)
            if options.no_solutions:
                book = without_solutions(book, pipeline.lesson(source))
            if options.edition == "slides":
                write_slides(book, folder / source.stem)
            else:
                write_notebook(book, folder / source.with_suffix(".ipynb").name)
        except FileNotFoundError as error:
            sys.exit(str(error))
    for name in ("glossary.md", "what_will_bite_you.md"):
        shutil.copy(ROOT / "notebooks" / name, folder)
    print(folder)
    return folder


if __name__ == "__main__":
    main()
