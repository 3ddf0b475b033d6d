"""A page to keep, mailed or printed: the report of the last chapter and the results of a class are written with it."""

from helpers import build_dir, show


def table(caption, header, rows):
    """A table for the page, as HTML; the cells are turned into text."""
    return show.render("region.html", label=caption, content=show.table_markup(header, rows, caption))


def text(sentence):
    """A paragraph for the page, as HTML."""
    return show.render("paragraph.html", text=sentence)


def write(sections, target=None, title="Your report"):
    """Write a page and return its path: build/report.html when target is left out.

    sections: {heading: list of HTML made by `table`, `text` or `plots.markup`}. The page holds all that it shows and loads
    nothing, which its own policy enforces; it can be kept, mailed or printed.
    """
    target = target or build_dir() / "report.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(show.render("page.html", title=title, sections=sections), encoding="utf-8")
    return target
