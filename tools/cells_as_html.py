"""Cells of an executed notebook as HTML that loads nothing: equations become MathML, which browsers draw by themselves."""
import html
import re

import latex2mathml.converter
from nbconvert.filters import markdown2html, strip_ansi
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

SIDES = {"torch": "PyTorch", "tf": "TensorFlow"}
VERBATIM = re.compile(r"(```.*?```|`[^`\n]+`)", re.S)
MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$\n]+?)(?<!\s)\$(?![\w$])", re.S)


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
    return page.replace('href="glossary.md', 'href="glossary.html')


def cells_html(cells):
    """Cells as HTML. Twins stand in one box, so that a style sheet can put them in two columns."""
    parts, rest = [], list(cells)
    while rest:
        if are_twins(rest[:2]):
            both = "".join(f"<div>{cell_html(cell)}</div>" for cell in rest[:2])
            parts.append(f'<div class="twins">{both}</div>')
            rest = rest[2:]
        else:
            parts.append(cell_html(rest.pop(0)))
    return "".join(parts)


def are_twins(cells):
    """Whether these are PyTorch's cell and TensorFlow's behind it."""
    return len(cells) == 2 and all(side in cell.metadata.get("tags", []) for cell, side in zip(cells, ("torch", "tf")))


def caption(cell):
    """What a folded cell says of itself in its first line; "" for a cell that is not folded."""
    if "folded" not in cell.metadata.get("tags", []):
        return ""
    said = re.sub(r"^#\s*(Folded:\s*)?", "", cell.source.partition("\n")[0]).strip()
    return said[:1].upper() + said[1:] or "Code"


def cell_html(cell):
    """One cell. A code cell shows which framework it belongs to; a folded one is closed, its outputs stay open."""
    if cell.cell_type == "markdown":
        return prose(cell.source)
    tags = cell.metadata.get("tags", [])
    source = highlight(cell.source, PythonLexer(), HtmlFormatter())
    side = next((name for name in SIDES if name in tags), "")
    named = cell.source.startswith(f"# {SIDES.get(side)}")
    label = f' data-side="{SIDES[side]}"' if side and not named else ""
    code = f'<div class="input {side}"{label}>{source}</div>'
    if caption(cell):
        code = f'<details class="input folded"><summary>{html.escape(caption(cell))}</summary>{source}</details>'
    verdict = "verdict" if "verdict" in tags else ""
    return code + "".join(output_box(output, verdict) for output in cell.outputs)


def output_box(output, verdict):
    """One output in its box; one that may be wider than the page, and scrolls, can be reached with the keyboard."""
    content = output_html(output)
    reach = ' tabindex="0"' if "<table" in content or "<svg" in content or "<label" in content else ""
    return f'<div class="output {verdict}"{reach}>{content}</div>'


def output_html(output):
    """One output: HTML as it is, images with their alt text, text escaped."""
    bundle = output.get("data", {})
    if "text/html" in bundle:
        return bundle["text/html"]
    if "image/png" in bundle:
        alt = html.escape(output.get("metadata", {}).get("alt", ""))
        return f'<img alt="{alt}" src="data:image/png;base64,{bundle["image/png"].strip()}">'
    text = output.get("text") or bundle.get("text/plain") or "\n".join(output.get("traceback", []))
    return f"<pre>{html.escape(strip_ansi(text))}</pre>" if text else ""
