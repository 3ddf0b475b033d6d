"""The executed course as HTML: `python tools/site_of_course.py` makes build/site of build/executed; it needs no network.

Equations become MathML, which browsers draw by themselves, so no script is loaded from anywhere.
"""
import html
import re
import sys
from pathlib import Path
from string import Template

import latex2mathml.converter
import nbformat
from nbconvert.filters import markdown2html, strip_ansi
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from helpers import ROOT, build_dir, data, ledger

VERBATIM = re.compile(r"(```.*?```|`[^`\n]+`)", re.S)
MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$\n]+?)(?<!\s)\$(?![\w$])", re.S)

PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title · Side by Side</title><link rel="stylesheet" href="${up}style.css"></head>
<body><header><a href="${up}index.html">Side by Side</a> <span>PyTorch and TensorFlow, the same experiment</span></header>
<nav aria-label="chapters">$nav</nav>
<main>$body</main>
<footer>$foot</footer></body></html>
""")

def chapters():
    """[(stem, title, executed notebook)] in order. Exits with what to run when nothing was executed yet."""
    executed = (build_dir() / "executed").glob("*_*.ipynb")
    found = sorted(path for path in executed if ledger.is_chapter(path.name.split("_")[0]))
    if not found:
        sys.exit("build/executed holds no notebook: run `make run` first")
    books = [(path.stem, nbformat.read(path, 4)) for path in found]
    return [(stem, re.search(r"^# (.+)$", book.cells[0].source, re.M).group(1), book) for stem, book in books]


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
    outputs = "".join(f'<div class="output {verdict}">{output_html(output)}</div>' for output in cell.outputs)
    return f'<div class="input {side}"{label}>{source}</div>{outputs}'


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


def navigation(books, current, up=""):
    """Links to every chapter; the current one is marked."""
    mark = {True: ' aria-current="page"', False: ""}
    links = [f'<a href="{up}{stem}.html" title="{html.escape(title)}"{mark[stem == current]}>{stem.split("_")[0]}</a>'
             for stem, title, _ in books]
    return " ".join([*links, f'<a href="{up}glossary.html"{mark[current == "glossary"]}>glossary</a>'])


def neighbours(books, number):
    """Links to the chapter before and the one after."""
    around = [("←", other) for other in books[max(number - 1, 0):number]]
    around += [("→", other) for other in books[number + 1:number + 2]]
    return " · ".join(f'<a href="{stem}.html">{arrow} {html.escape(title)}</a>' for arrow, (stem, title, _) in around)


def index(books):
    """The first page: chapters, and every verdict that this machine reached."""
    rows = "".join(f'<li><a href="{stem}.html">{html.escape(title)}</a></li>' for stem, title, _ in books)
    verdicts = {}
    for stem, _, _ in books:
        verdicts |= ledger.read(stem.split("_")[0]).get("verdicts", {})
    judged = [row for row in data.claims_table() if row["id"] in verdicts]
    table = "".join(f"<tr><td>{row['id']}</td><td>{row['chapter']}</td><td>{html.escape(row['claim'])}</td>"
                    f"<td>{verdicts[row['id']]['verdict']}</td></tr>" for row in judged)
    return (f"<h1>Side by Side</h1><p>PyTorch and TensorFlow run the same experiment, on the same data, from the same "
            f"weights, and the numbers are compared.</p><ul>{rows}</ul><h2>Verdicts on this machine</h2>"
            "<table><thead><tr><th scope='col'>claim</th><th scope='col'>chapter</th><th scope='col'>what is claimed</th>"
            f"<th scope='col'>verdict</th></tr></thead><tbody>{table}</tbody></table>")


def main():
    """Write every page; returns the folder."""
    books = chapters()
    folder = build_dir() / "site"
    (folder / "solutions").mkdir(parents=True, exist_ok=True)
    look = (Path(__file__).with_suffix(".css")).read_text(encoding="utf-8")
    light, dark = (HtmlFormatter(style=name).get_style_defs(".highlight") for name in ("friendly", "github-dark"))
    (folder / "style.css").write_text(f"{look}\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
                                      ".highlight { background: transparent !important; }\n", encoding="utf-8")

    def write(name, title, body, current, foot=""):
        up = "../" * name.count("/")
        page = PAGE.substitute(title=html.escape(title), nav=navigation(books, current, up), body=body, foot=foot, up=up)
        (folder / name).write_text(page, encoding="utf-8")

    for number, (stem, title, book) in enumerate(books):
        write(f"{stem}.html", title, "".join(map(cell_html, book.cells)), stem, neighbours(books, number))
        solved = nbformat.read(ROOT / "notebooks" / "solutions" / f"{stem}.ipynb", 4)
        write(f"solutions/{stem}.html", f"{title}: solutions",
              "".join(map(cell_html, solved.cells)).replace('href="glossary', 'href="../glossary'), stem)
    glossary = (ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8")
    write("glossary.html", "Glossary", prose(glossary), "glossary")
    write("index.html", "Start", index(books), "")
    print(f"{len(books)} chapters: open {folder / 'index.html'}")
    return folder


if __name__ == "__main__":
    main()
