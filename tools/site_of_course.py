"""The executed course as a book of HTML pages: `python tools/site_of_course.py` makes build/site of build/executed.

It opens from a folder, without a server or a network: nothing is loaded from elsewhere, and the search runs in the page.
"""
import html
import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
from markupsafe import Markup
from pygments.formatters import HtmlFormatter

from cells_as_html import cells_html, prose
from helpers import ROOT, build_dir, claims, data, show
from helpers.course import ledger
from helpers.machine import browser_files

SITE = Path(__file__).parent / "site"


def chapters():
    """[(stem, title, executed notebook)] in order. Exits with what to run when nothing was executed yet."""
    executed = (build_dir() / "executed").glob("*_*.ipynb")
    found = sorted(path for path in executed if ledger.is_lesson(path.name.split("_")[0]))
    if not found:
        sys.exit("build/executed holds no notebook: run `make run` first")
    books = [(path.stem, nbformat.read(path, 4)) for path in found]
    return [(stem, re.search(r"^# (.+)$", book.cells[0].source, re.M).group(1), book) for stem, book in books]


def navigation(books, current, up=""):
    """The book's table of contents as HTML; under the current chapter its sections."""
    pages = [(f"{stem}.html", title, sections(book) if stem == current else []) for stem, title, book in books]
    pages += [("claims.html", "The claims", []), ("phrasebook.html", "Phrasebook", []), ("glossary.html", "Glossary", [])]
    entries = [{"name": name, "title": title, "current": name == f"{current}.html", "sections": inside}
               for name, title, inside in pages]
    return show.render(SITE / "navigation.html", pages=entries, up=up)


def sections(book):
    """(anchor, title) of a notebook's sections."""
    found = re.findall(r'<h2 id="([^"]*)">(.*?)<a class="anchor-link"', body_of(book), re.S)
    return [(html.unescape(anchor), strip_tags(text)) for anchor, text in found]


def body_of(book):
    """A notebook's cells as HTML."""
    return cells_html(book.cells)


def strip_tags(markup):
    """The text of a piece of HTML, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def documents(pages):
    """What the search knows: for each section of each page its title, address and text."""
    found = []
    for name, title, body in pages:
        head, *rest = re.split(r'<h2 id="([^"]*)">(.*?)(?:<a class="anchor-link".*?</a>)?</h2>', body, flags=re.S)
        found.append({"title": title, "url": name, "text": strip_tags(head)})
        for anchor, heading, text in zip(rest[::3], rest[1::3], rest[2::3]):
            found.append({"title": f"{title}: {strip_tags(heading)}", "url": f"{name}#{html.unescape(anchor)}",
                          "text": strip_tags(text)})
    return [{"id": k, **entry} for k, entry in enumerate(found)]


def neighbours(books, number):
    """[(arrow, stem, title)] of the chapter before and the one after."""
    around = [("←", *book[:2]) for book in books[max(number - 1, 0):number]]
    return around + [("→", *book[:2]) for book in books[number + 1:number + 2]]


def index(books):
    """The first page: the chapters, and how many verdicts of each kind this machine reached."""
    words = [entry["verdict"] for entry in verdicts(books).values()]
    counts = ", ".join(f"{word} {words.count(word)}" for word in claims.VERDICTS if word in words)
    return show.render(SITE / "index.html", chapters=[book[:2] for book in books], counts=counts)


def verdicts(books):
    """{claim: its verdict and evidence} of the chapters that were executed."""
    found, every = {}, ledger.every()
    for lesson in (stem.partition("_")[0] for stem, _, _ in books):
        content = every[lesson].ledger if lesson in every else ledger.Ledger()
        for claim, entry in content.verdicts.items():
            found[claim] = {"verdict": entry.verdict, "evidence": entry.evidence + ledger.earlier(content, entry)}
    return found


def claims_page(books):
    """Every claim of the article, with the verdict and the evidence of this machine."""
    found, pages = verdicts(books), {stem.partition("_")[0]: f"{stem}.html" for stem, _, _ in books}
    rows = [{"page": pages.get(row["lesson"]), "verdict": "not run", "evidence": "-"} | row | found.get(row["id"], {})
            for row in data.claims_table()]
    return show.render(SITE / "claims.html", rows=rows, judged=len(found))


def phrasebook_page():
    """The phrasebook as lesson 5e wrote it."""
    source = build_dir() / "05e" / "phrasebook.html"
    if not source.is_file():
        return show.render(SITE / "no_phrasebook.html")
    return re.search(r"<body[^>]*>(.*)</body>", source.read_text(encoding="utf-8"), re.S).group(1)


def style():
    """The style sheet: the look, and the colors of code for light and dark."""
    look = (SITE / "site.css").read_text(encoding="utf-8")
    light = HtmlFormatter(style="a11y-high-contrast-light").get_style_defs(".highlight")
    dark = HtmlFormatter(style="a11y-high-contrast-dark")
    chosen = dark.get_style_defs("[data-theme=dark] .highlight")
    preferred = dark.get_style_defs(":root:not([data-theme]) .highlight")
    return (f"{look}\n{light}\n{chosen}\n@media (prefers-color-scheme: dark) {{\n{preferred}\n}}\n"
            ".highlight, .highlight pre { background: transparent !important; }\n")


def main():
    """Write every page; returns the folder."""
    books, folder, pages = chapters(), build_dir() / "site", []
    for lesson, (_, left_out) in ledger.every().items():
        for sentence in left_out:
            print(f"the ledger of {lesson}: {sentence}", file=sys.stderr)
    (folder / "solutions").mkdir(parents=True, exist_ok=True)

    def write(name, title, body, current, around=()):
        up = "../" * name.count("/")
        page = show.render(SITE / "page.html", title=title, navigation=navigation(books, current, up), body=Markup(body),
                           around=around, up=up)
        (folder / name).write_text(page, encoding="utf-8")
        pages.append((name, title, body))

    for number, (stem, title, book) in enumerate(books):
        write(f"{stem}.html", title, body_of(book), stem, neighbours(books, number))
    write("claims.html", "The claims", claims_page(books), "claims")
    write("phrasebook.html", "Phrasebook", phrasebook_page(), "phrasebook")
    write("glossary.html", "Glossary", prose((ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8")), "glossary")
    known = documents(pages)
    for stem, title, _ in books:
        solved = nbformat.read(ROOT / "notebooks" / "solutions" / f"{stem}.ipynb", 4)
        body = body_of(solved).replace('href="glossary', 'href="../glossary')
        write(f"solutions/{stem}.html", f"{title}: solutions", body, "")
    write("index.html", "Start", index(books), "")
    write("search.html", "Search", show.render(SITE / "search.html"), "")
    (folder / "style.css").write_text(style(), encoding="utf-8")
    (folder / "documents.js").write_text(f"const DOCUMENTS = {json.dumps(known)};\n", encoding="utf-8")
    for name in ("site.js", "search.js"):
        shutil.copy(SITE / name, folder)
    try:
        shutil.copy(browser_files.folder("minisearch") / "dist" / "umd" / "index.js", folder / "minisearch.js")
    except FileNotFoundError as error:
        print(f"the site has no search: {error}", file=sys.stderr)
    print(f"{len(books)} chapters: open {folder / 'index.html'}")
    return folder


if __name__ == "__main__":
    main()
