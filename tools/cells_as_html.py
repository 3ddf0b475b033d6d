"""Cells of an executed notebook as HTML that loads nothing: equations become MathML, which browsers draw by themselves.

The HTML itself stands in tools/site; here is decided what a reader of a page sees of each cell.
"""
import re
from pathlib import Path

import latex2mathml.converter
from markupsafe import Markup
from nbconvert.filters import markdown2html, strip_ansi
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

import terms
from helpers import show

TEMPLATE = Path(__file__).parent / "site" / "cells.html"
PREDICTION = TEMPLATE.with_name("prediction.html")
SIDES = {"torch": "PyTorch", "tf": "TensorFlow"}
VERBATIM = re.compile(r"(```.*?```|`[^`\n]+`)", re.S)
MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$\n]+?)(?<!\s)\$(?![\w$])", re.S)
UNANSWERED = re.compile(r"prediction (\S+): none yet")
OUTCOME = re.compile(r"prediction (\S+): (the run says.*?)\. You made no prediction")


def mathml(markdown):
    """Markdown with $...$ and $$...$$ outside code replaced by MathML."""
    def convert(match):
        block = match.group(1) is not None
        source = (match.group(1) or match.group(2)).strip()
        return latex2mathml.converter.convert(source, display="block" if block else "inline")
    parts = VERBATIM.split(markdown)
    return "".join(part if k % 2 else MATH.sub(convert, part) for k, part in enumerate(parts))


def prose(markdown):
    """A markdown text as HTML, its links pointing into the site."""
    page = markdown2html(mathml(markdown))
    page = re.sub(r'href="([^":]+)\.ipynb', r'href="\1.html', page)
    page = page.replace('<a class="anchor-link"', '<a class="anchor-link" aria-label="Link to this heading"')
    return Markup(re.sub(r'href="((?:\.\./)?)(glossary|what_will_bite_you)\.md', r'href="\1\2.html', page))


def cells_html(cells, up=""):
    """Cells as HTML. Twins stand in one box, so that a style sheet can put them in two columns.

    The first use of each of the glossary's terms is a link; up: the way to the glossary's folder.
    """
    groups, rest, linked = [], list(cells), set()
    for cell in cells:
        linked |= terms.authored(cell.source if cell.cell_type == "markdown" else "")
    while rest:
        count = 2 if are_twins(rest[:2]) else 1
        groups.append([shown(cell, linked, up) for cell in rest[:count]])
        rest = rest[count:]
    return show.render(TEMPLATE, groups=groups)


def are_twins(cells):
    """Whether these are PyTorch's cell and TensorFlow's behind it."""
    return len(cells) == 2 and all(side in cell.metadata.get("tags", []) for cell, side in zip(cells, ("torch", "tf")))


def caption(cell):
    """What a folded cell says of itself in its first line; "" for a cell that is not folded."""
    if "folded" not in cell.metadata.get("tags", []):
        return ""
    said = re.sub(r"^#\s*(Folded:\s*)?", "", cell.source.partition("\n")[0]).strip()
    return said[:1].upper() + said[1:] or "Code"


def shown(cell, linked, up):
    """What the template shows of a cell. A code cell says which framework it belongs to; a folded one has a caption.

    linked: the terms that have their link on this page; those of this cell are added.
    """
    if cell.cell_type == "markdown":
        return {"prose": Markup(terms.linked(prose(cell.source), linked, up))}
    tags = cell.metadata.get("tags", [])
    side = next((name for name in SIDES if name in tags), "")
    named = cell.source.startswith(f"# {SIDES.get(side)}")
    return {"code": Markup(highlight(cell.source, PythonLexer(), HtmlFormatter(wrapcode=True))), "side": side,
            "label": "" if named else SIDES.get(side, ""), "caption": caption(cell),
            "verdict": "verdict" in tags, "outputs": [content(output) for output in cell.outputs]}


def content(output):
    """What the template shows of an output: its kind, and what that kind needs."""
    bundle = output.get("data", {})
    text = output.get("text") or bundle.get("text/plain") or "\n".join(output.get("traceback", []))
    if any(kind.startswith("application/vnd.jupyter.widget-view") for kind in bundle):
        return {"kind": "none"}  # a bar of progress
    if said := prediction(text):
        return {"kind": "prediction", "markup": said}
    markup = bundle.get("text/html", "")
    if markup and "<iframe" not in markup:  # a frame shows a server that ended with the run
        wide = any(mark in markup for mark in ("<table", "<svg", "<label"))
        return {"kind": "html", "markup": Markup(markup), "wide": wide}
    if "image/png" in bundle:
        return {"kind": "image", "png": bundle["image/png"].strip(), "alt": output.get("metadata", {}).get("alt", "")}
    return {"kind": "text", "text": strip_ansi(text)} if text else {"kind": "none"}


def prediction(text):
    """HTML for what a run without a guess says of a prediction, before or after; "" for any other text.

    It names the question, and holds the outcome behind a click.
    """
    if found := UNANSWERED.match(text):
        return show.render(PREDICTION, key=found.group(1), said="")
    if found := OUTCOME.match(text):
        return show.render(PREDICTION, key=found.group(1), said=found.group(2))
    return ""
