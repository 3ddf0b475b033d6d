"""Show HTML in a notebook, with a plain-text form for terminals, papermill logs and screen readers."""
import html
import re
import sys

COLORS = {"HELD": "#1a7f37", "EQUAL": "#1a7f37", "RIGHT": "#1a7f37",
          "PARTLY": "#8a5a00", "NOT YET": "#8a5a00", "NOT THIS TIME": "#8a5a00",
          "NO LONGER": "#9a3b00", "NEVER": "#b3261e", "DIFFERENT": "#6f3fa0", "OPINION": "#0f6b6b", "HISTORY": "#5b4a3a"}
"""What stands behind a verdict's word, in white: readable on light and dark pages alike. Gray for all other words."""

_TELLING = "must|match|expect|equal|incompatible|not allowed|missing|feed|guard on|branching|multiplied"


def rich(markup, plain):
    """Display `markup` where HTML can be shown; elsewhere print `plain`."""
    if "IPython" in sys.modules:
        from IPython import get_ipython
        if get_ipython() is not None:
            from IPython.display import display
            display({"text/html": markup, "text/plain": plain}, raw=True)
            return
    print(plain)


def verdict(word, sentence, plain, below=()):
    """Display a verdict: its word on a color, its sentence beside it, and further lines below; elsewhere print `plain`."""
    rich(verdict_line(word, sentence, below), plain)


def verdict_line(word, sentence, below=()):
    """HTML of a verdict. Words stay whole where lines break; only code may break anywhere."""
    lines = "<br>".join([f"{_badge(word)} {inline(sentence)}", *map(inline, below)])
    lines = lines.replace("<code>", '<code style="overflow-wrap:anywhere">')
    return f'<div style="margin:.4em 0;word-break:normal;overflow-wrap:normal">{lines}</div>'


def _badge(word):
    color = COLORS.get(word, "#57606a")
    return (f'<b style="background:{color};color:#fff;border-radius:3px;padding:.1em .5em;white-space:nowrap">'
            f"{html.escape(word)}</b>")


def table(header, rows, caption=""):
    """Display rows (sequences as long as header; cells are turned into text) as a table.

    Raises ValueError when a row has another length than the header.
    """
    rows = [[str(cell) for cell in row] for row in rows]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row of {len(row)} cells does not fit the {len(header)} columns {list(header)}: {row}")
    widths = [max(len(str(line[k])) for line in [header, *rows]) for k in range(len(header))]
    plain = "\n".join("  ".join(str(cell).ljust(width) for cell, width in zip(line, widths)).rstrip()
                      for line in [header, *rows])
    head = "".join(f'<th scope="col" style="text-align:left">{inline(str(cell))}</th>' for cell in header)
    body = "".join("<tr>" + "".join(f'<td style="text-align:left">{inline(cell)}</td>' for cell in row) + "</tr>"
                   for row in rows)
    title = f'<caption style="text-align:left">{inline(caption)}</caption>' if caption else ""
    rich(f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>",
         f"{caption}\n{plain}" if caption else plain)


def gist(error):
    """An exception in one line: its type and the telling line of its text, which frameworks bury in long messages."""
    lines = [line.strip() for line in re.sub(r"\{\{.*?\}\} ?", "", str(error)).splitlines() if line.strip()]
    telling = [line for line in lines if re.search(_TELLING, line)] or lines[-1:] * ("in user code:" in lines) or lines[:1]
    text = re.sub(r"^.*\bgot (\w+)\(['\"](.*?)['\"]\).*$", r"\2", telling[0]) if telling else ""
    return f"`{type(error).__name__}`: {re.sub(r'^`?[A-Z][A-Za-z]+(Error)?`?: ', '', text)}"


def inline(text):
    """HTML for one line of text in which `backquotes` mark code; everything else is escaped."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
