"""Show HTML in a notebook, with a plain-text form for terminals, papermill logs and screen readers."""
import html
import re
import sys

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
