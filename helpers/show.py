"""Show HTML in a notebook, with a plain-text form for terminals, papermill logs and screen readers."""
import functools
import html
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from helpers.errors import gist  # noqa: F401  (a cell that has caught an error shows it by show.gist)

TEMPLATES = Path(__file__).parent / "templates"

COLORS = {"HELD": "#1a7f37", "EQUAL": "#1a7f37", "RIGHT": "#1a7f37",
          "PARTLY": "#8a5a00", "NOT YET": "#8a5a00", "NOT THIS TIME": "#8a5a00",
          "NO LONGER": "#9a3b00", "NEVER": "#b3261e", "DIFFERENT": "#6f3fa0", "OPINION": "#0f6b6b", "HISTORY": "#5b4a3a"}
"""What stands behind a verdict's word, in white: readable on light and dark pages alike. Gray for all other words."""


def shell() -> object | None:
    """The IPython shell that runs the cells; None in a plain Python."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython
    return get_ipython()


def cell_id() -> str | None:
    """The id of the cell that runs. JupyterLab, Notebook and VS Code send it; papermill, nbval and nbconvert do not."""
    running = shell()
    parent = running.get_parent() if hasattr(running, "get_parent") else {}
    return (parent or {}).get("metadata", {}).get("cellId")


def rich(markup: str, plain: str) -> None:
    """Display `markup` where HTML can be shown; elsewhere print `plain`."""
    if shell() is None:
        print(plain)
        return
    from IPython.display import display
    display({"text/html": str(markup), "text/plain": plain}, raw=True)


def verdict(word: str, sentence: str, plain: str, below: Sequence[str] = ()) -> None:
    """Display a verdict: its word on a color, its sentence beside it, and further lines below; elsewhere print `plain`."""
    rich(verdict_line(word, sentence, below), plain)


def verdict_line(word: str, sentence: str, below: Sequence[str] = ()) -> str:
    """HTML of a verdict. Words stay whole where lines break; only code may break anywhere."""
    return render("verdict.html", word=word, color=COLORS.get(word, "#57606a"), lines=[sentence, *below])


def table(header: Sequence, rows: Sequence[Sequence], caption: str = "") -> None:
    """Display rows (sequences as long as header; cells are turned into text) as a table.

    Raises ValueError when a row has another length than the header.
    """
    lines = _lines(header, rows)
    widths = [max(map(len, column)) for column in zip(*lines)]
    plain = "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
    rich(table_markup(header, rows, caption), f"{caption}\n{plain}" if caption else plain)


def table_markup(header: Sequence, rows: Sequence[Sequence], caption: str = "") -> str:
    """The HTML of `table`, to be put on a page. Raises as `table` does."""
    first, *others = _lines(header, rows)
    return render("table.html", header=first, rows=others, caption=caption)


def _lines(header, rows):
    """The header and the rows as lists of texts."""
    lines = [[str(cell) for cell in line] for line in (header, *rows)]
    for line in lines:
        if len(line) != len(header):
            raise ValueError(f"a row of {len(line)} cells does not fit the {len(header)} columns {list(header)}: {line}")
    return lines


def render(template: str | Path, **values) -> str:
    """HTML from a Jinja template: a file's name in helpers/templates, or the path of one that lies elsewhere.

    Every value is escaped, unless it came from here or from `inline`. Raises jinja2.UndefinedError for a value that the
    template asks for and did not get.
    """
    from markupsafe import Markup
    environment = _environment()
    if isinstance(template, str):
        found = environment.get_template(template)
    else:
        found = environment.from_string(template.read_text(encoding="utf-8"))
    return Markup(found.render(values))


@functools.cache
def _environment():
    import jinja2  # only now: who shows nothing need not wait for it, and the doctor runs where it is not installed
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters["inline"] = inline
    return environment


def inline(text: str) -> str:
    """HTML for one line of text in which `backquotes` mark code; everything else is escaped."""
    from markupsafe import Markup
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(str(text), quote=False)))
