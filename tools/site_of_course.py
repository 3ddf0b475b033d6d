"""The executed course as a book of HTML pages: `python tools/site_of_course.py` makes build/site.

It is made of what `python tools/pipeline.py run --apart` has executed: the clean edition, with a ledger of its own, so that
no page holds what a learner has guessed or answered. It opens from a folder, without a server or a network: nothing is
loaded from elsewhere, and the search runs in the page.
"""
import base64
import html
import json
import re
import shutil
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import nbformat
from markupsafe import Markup
from pygments.formatters import HtmlFormatter

import bites
import pipeline
import terms
from cells_as_html import cells_html, prose
from helpers import ROOT, build_dir, claims, data, show
from helpers.course import ledger
from helpers.machine import fetched
from run_ledger import work_apart

REPOSITORY = ""  # "owner/name" on GitHub: lessons then link to Binder and Colab. Empty: no such links
BRANCH = "main"

SITE = Path(__file__).parent / "site"


class Lesson(NamedTuple):
    """A lesson as the pages show it."""
    source: Path
    title: str
    minutes: int
    needs: str     # what its box asks for
    finds: str     # the README's words on what one finds out
    body: Markup

    @property
    def stem(self):
        """The name of its page and of its notebook."""
        return self.source.stem

    @property
    def chapter(self):
        """The number of its chapter, two digits."""
        return self.stem[:2]


def lessons():
    """The lessons that were executed, in order. Exits with what to run when there is none, or one that is not clean."""
    table = table_of_readme()
    found = []
    for source in pipeline.sources():
        if book := pipeline.executed(source):
            minutes, finds = table[source.stem]
            title = re.search(r"^# (.+)$", book.cells[0].source, re.M).group(1)
            found.append(Lesson(source, title, minutes, needs(book.cells[0].source), finds, cells_html(book.cells)))
    if not found:
        sys.exit(f"{build_dir() / 'executed'} holds no lesson: run `make site`, which executes the course first")
    return found


def table_of_readme():
    """{a lesson's stem: (minutes, what one finds out)} from the table of lessons in the README."""
    rows = re.findall(r"\]\(notebooks/(\w+)\.ipynb\) \| (\d+) \| (.+?) \|$", readme(), re.M)
    return {stem: (int(minutes), finds) for stem, minutes, finds in rows}


def readme():
    """The README's text."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


def needs(first_cell):
    """What the box of a lesson's first cell says after **Needs**."""
    box = " ".join(line.lstrip("> ") for line in first_cell.splitlines() if line.startswith(">"))
    return re.search(r"\*\*Needs\*\*: (.+?)\s*(?:·|\*\*|$)", box).group(1)


def navigation(books, current, up=""):
    """The book's table of contents as HTML; under the current lesson its sections."""
    pages = [(book.stem, book.title, sections(book.body) if book.stem == current else []) for book in books]
    pages += [("claims", "The claims", []), ("phrasebook", "Phrasebook", []), (bites.PAGE.stem, bites.TITLE, []),
              ("glossary", "Glossary", [])]
    entries = [{"name": f"{name}.html", "title": title, "current": name == current, "sections": inside,
                "chapter": re.match("[0-9]*", name).group()} for name, title, inside in pages]
    return show.render(SITE / "navigation.html", pages=entries, up=up)


def sections(body):
    """(anchor, title) of the sections of a page."""
    found = re.findall(r'<h2 id="([^"]*)">(.*?)<a class="anchor-link"', body, re.S)
    return [(html.unescape(anchor), text_of(title)) for anchor, title in found]


def text_of(markup):
    """The text of a piece of HTML that a reader sees, in one line: no tags, no style sheets, no scripts."""
    seen = re.sub(r'<(style|script|a class="anchor-link")(?=[ >]).*?</(?:style|script|a)>', " ", markup, flags=re.S | re.I)
    seen = re.sub(r"</?(?:span|code|wbr|a|b|strong|em)\b[^>]*>", "", seen)  # what they hold may be a part of a word
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", seen)).split())


def documents(pages):
    """What the search knows: for each section of each page its title, address and text."""
    found = []
    for name, title, body in pages:
        head, *rest = re.split(r'<h2 id="([^"]*)">(.*?)(?:<a class="anchor-link".*?</a>)?</h2>', body, flags=re.S)
        found.append({"title": title, "url": name, "text": text_of(head)})
        for anchor, heading, text in zip(rest[::3], rest[1::3], rest[2::3]):
            found.append({"title": f"{title}: {text_of(heading)}", "url": f"{name}#{html.unescape(anchor)}",
                          "text": text_of(text)})
    return [{"id": k, **entry} for k, entry in enumerate(found)]


def links(book):
    """[(words, address, name to save it under)] of a lesson's notebook, its solutions, and the services that run it."""
    clean = pipeline.learner(pipeline.read(book.source))  # the one in notebooks/ may hold answers
    found = [("Download the notebook", inside(clean), f"{book.stem}.ipynb"),
             ("Solutions", f"solutions/{book.stem}.html", "")]
    if REPOSITORY:
        path = f"notebooks/{book.stem}.ipynb"
        found += [("Run it on Binder", f"https://mybinder.org/v2/gh/{REPOSITORY}/{BRANCH}?labpath={path}", ""),
                  ("Open it in Colab", f"https://colab.research.google.com/github/{REPOSITORY}/blob/{BRANCH}/{path}", "")]
    return found


def links_of_solutions(book, solved):
    """The same of the page of a lesson's solutions."""
    return [("Download the solved notebook", inside(solved), f"{book.stem}_solved.ipynb"),
            ("The lesson", f"../{book.stem}.html", "")]


def inside(notebook):
    """An address that holds a notebook itself: browsers save nothing from a page that was opened from a folder but this."""
    return f"data:application/x-ipynb+json;base64,{base64.b64encode(pipeline.as_text(notebook).encode()).decode()}"


def neighbors(books, number):
    """{"prev": the lesson before, "next": the one after}, as far as there are any."""
    around = {"prev": number - 1, "next": number + 1}
    return {name: books[k] for name, k in around.items() if 0 <= k < len(books)}


def index(books):
    """The first page: for whom, how long, what one finds out in each lesson, and the verdicts of this machine."""
    about = re.search(r"^# .+?\n(.+?)^(?:!\[|## )", readme(), re.M | re.S).group(1)
    whom = re.search(r"^\* \*\*For whom:\*\* (.+?)(?=^\* )", readme(), re.M | re.S).group(1)
    minutes = [book.minutes for book in books]
    return show.render(SITE / "index.html", lessons=books, counts=counts(verdicts(books)), about=prose(about),
                       whom=prose(whom), first=books[0], shortest=min(minutes),
                       longest=max(minutes), hours=round(sum(minutes) / 60), bites=len(bites.table()[0]))


def counts(found):
    """How often each verdict was found, in words: "HELD 3, PARTLY 1"."""
    words = [entry["verdict"] for entry in found.values()]
    return ", ".join(f"{word} {words.count(word)}" for word in claims.VERDICTS if word in words)


def verdicts(books):
    """{claim: its verdict and evidence} of the lessons that were executed."""
    found, every = {}, ledger.every()
    for lesson in (pipeline.lesson(book.source) for book in books):
        content = every[lesson].ledger if lesson in every else ledger.Ledger()
        for claim, entry in content.verdicts.items():
            found[claim] = {"verdict": entry.verdict, "evidence": entry.evidence + ledger.earlier(content, entry)}
    return found


def claims_page(books):
    """Every claim of the article, with the verdict and the evidence of this machine."""
    found, pages = verdicts(books), {pipeline.lesson(book.source): f"{book.stem}.html" for book in books}
    not_run = {"verdict": "not run", "evidence": "-"}
    rows = [{"page": pages.get(row["lesson"]), "number": pipeline.number(row["lesson"])} | not_run | row
            | found.get(row["id"], {}) for row in data.claims_table()]
    for row in rows:
        row["dates"] = claims.dates(row, row["verdict"])
    return show.render(SITE / "claims.html", rows=rows, judged=len(found), counts=counts(found))


def phrasebook_page():
    """The phrasebook as lesson 5e wrote it."""
    source = build_dir() / "05e" / "phrasebook.html"
    if not source.is_file():
        return show.render(SITE / "no_phrasebook.html")
    return Markup(re.search(r"<body[^>]*>(.*)</body>", source.read_text(encoding="utf-8"), re.S).group(1))


def style():
    """The style sheet: the look, and the colors of code for light and dark."""
    look = (SITE / "site.css").read_text(encoding="utf-8")
    light = HtmlFormatter(style="a11y-high-contrast-light").get_style_defs(".highlight")
    dark = HtmlFormatter(style="a11y-high-contrast-dark")
    chosen = dark.get_style_defs("[data-theme=dark] .highlight")
    preferred = dark.get_style_defs(":root:not([data-theme]) .highlight")
    return (f"{look}\n{light}\n@media screen {{\n{chosen}\n@media (prefers-color-scheme: dark) {{\n{preferred}\n}} }}\n"
            ".highlight, .highlight pre { background: transparent !important; }\n")


def with_files(body, folder, up):
    """A page's HTML with its links to files of the course (scripts, data) leading to copies of them in the folder.

    up: "../" for a page of solutions, whose links lead from that folder.
    """
    def copied(match):
        path = (ROOT / "notebooks" / ("solutions" if up else "") / unquote(match.group(1))).resolve()
        if not path.is_file():
            return match.group()
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else Path(path.name)  # what a run wrote elsewhere
        target = folder / "files" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        return f'href="{up}files/{name.as_posix()}"'
    return Markup(re.sub(r'href="([^":#?]+)"', copied, body))


def write_pages(books, folder):
    """Write every page into the folder; returns [(name, title, body)] of those that the search knows."""
    known = []

    def write(name, title, body, current="", **more):
        up = "../" * name.count("/")
        body, definitions = terms.described(with_files(body, folder, up))
        page = show.render(SITE / "page.html", title=title, navigation=navigation(books, current, up),
                           body=Markup(body), definitions=definitions, up=up, **{"around": {}, "links": [], **more})
        (folder / name).write_text(page, encoding="utf-8")
        if current:
            known.append((name, title.replace("`", ""), body))

    for number, book in enumerate(books):
        write(f"{book.stem}.html", book.title, book.body, book.stem, around=neighbors(books, number), links=links(book))
    write("claims.html", "The claims", claims_page(books), "claims")
    write("phrasebook.html", "Phrasebook", phrasebook_page(), "phrasebook")
    write(f"{bites.PAGE.stem}.html", bites.TITLE, bites.page(SITE / "bites.html"), bites.PAGE.stem)
    write("glossary.html", "Glossary", prose((ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8")), "glossary")
    for book in books:
        solved = nbformat.read(pipeline.targets(book.source)[1], 4)
        body = cells_html(solved.cells, "../")
        write(f"solutions/{book.stem}.html", f"{book.title}: solutions", body, links=links_of_solutions(book, solved))
    write("index.html", "Start", index(books))
    write("search.html", "Search", show.render(SITE / "search.html"))
    return known


def main(folder):
    """Write the site into the folder, in place of what is there."""
    books = lessons()
    for lesson, (_, left_out) in ledger.every().items():
        for sentence in left_out:
            print(f"the ledger of {lesson}: {sentence}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "solutions").mkdir(parents=True)
    known = write_pages(books, folder)
    (folder / "style.css").write_text(style(), encoding="utf-8")
    (folder / "documents.js").write_text(f"const DOCUMENTS = {json.dumps(documents(known))};\n", encoding="utf-8")
    for name in ("site.js", "search.js"):
        shutil.copy(SITE / name, folder)
    try:
        shutil.copy(fetched.folder("minisearch") / "dist" / "umd" / "index.js", folder / "minisearch.js")
    except FileNotFoundError as error:
        print(f"the site has no search: {error}", file=sys.stderr)
    print(f"{len(books)} lessons: open {folder / 'index.html'}")


if __name__ == "__main__":
    site = build_dir() / "site"
    work_apart()
    main(site)
