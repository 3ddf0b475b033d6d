"""Cells of an executed notebook as HTML that loads nothing: equations become MathML, which browsers draw by themselves."""
import html
import re

import latex2mathml.converter
from nbconvert.filters import markdown2html, strip_ansi
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

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
    page = re.sub(r'href="((?:solutions/|\.\./)?\d\d[a-z]?_\w+)\.ipynb', r'href="\1.html', page)
    return page.replace('href="glossary.md', 'href="glossary.html')


def cell_html(cell):
    """One cell; a code cell shows by color and by name which framework it belongs to."""
    if cell.cell_type == "markdown":
        return prose(cell.source)
    tags = cell.metadata.get("tags", [])
    side = next((name for name in ("torch", "tf") if name in tags), "")
    label = {"torch": ' data-side="PyTorch"', "tf": ' data-side="TensorFlow"'}.get(side, "")
    source = highlight(cell.source, PythonLexer(), HtmlFormatter())
    verdict = "verdict" if "verdict" in tags else ""
    outputs = "".join(output_box(output, verdict) for output in cell.outputs)
    return f'<div class="input {side}"{label}>{source}</div>{outputs}'


def output_box(output, verdict):
    """One output in its box; one that may be wider than the page, and scrolls, can be reached with the keyboard."""
    content = output_html(output)
    reach = ' tabindex="0"' if "<table" in content or "<svg" in content or "<label" in content else ""
    return f'<div class="output {verdict}"{reach}>{content}</div>'


def output_html(output):
    """One output: HTML as it is, images with their alt text, text escaped."""
    bundle = output.get("data", {})
    if "text/html" in bundle:
        return re.sub(r'href="(solutions/\d\d[a-z]?_\w+)\.ipynb', r'href="\1.html', bundle["text/html"])
    if "image/png" in bundle:
        alt = html.escape(output.get("metadata", {}).get("alt", ""))
        return f'<img alt="{alt}" src="data:image/png;base64,{bundle["image/png"].strip()}">'
    text = output.get("text") or bundle.get("text/plain") or "\n".join(output.get("traceback", []))
    return f"<pre>{html.escape(strip_ansi(text))}</pre>" if text else ""
