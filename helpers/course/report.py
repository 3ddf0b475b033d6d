"""A page to keep, mailed or printed: the report of the last chapter and the results of a class are written with it."""
import html

from helpers import build_dir, show

STYLE = """:root { color-scheme: light dark } body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem;
margin: 2rem auto; padding: 0 1rem } div { overflow-x: auto } table { border-collapse: collapse; margin: 1rem 0 }
caption { text-align: left; font-weight: bold } th, td { text-align: left; vertical-align: top;
padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8888 } img { max-width: 100%; background: white }"""


def table(caption, header, rows):
    """A table for the page, as HTML; the cells are turned into text."""
    head = "".join(f'<th scope="col">{show.inline(str(cell))}</th>' for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{show.inline(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return (f'<div role="region" tabindex="0" aria-label="{html.escape(caption)}"><table><caption>{show.inline(caption)}'
            f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")


def text(sentence):
    """A paragraph for the page, as HTML."""
    return f"<p>{show.inline(sentence)}</p>"


def write(sections, target=None, title="Your report"):
    """Write a page and return its path: build/report.html when target is left out.

    sections: {heading: list of HTML made by `table`, `text` or `plots.markup`}. The page holds all that it shows and loads
    nothing, which its own policy enforces; it can be kept, mailed or printed.
    """
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    body = "".join(f"<section><h2>{html.escape(heading)}</h2>{''.join(blocks)}</section>"
                   for heading, blocks in sections.items())
    target, title = target or build_dir() / "report.html", html.escape(title)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · Side by Side</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>\n", encoding="utf-8")
    return target
