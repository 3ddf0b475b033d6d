"""The phrasebook on a page: a table with a search field, and a cheat sheet to keep (HTML, and one page of PDF)."""
import base64
import re
import textwrap
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from chapters.ch05.phrasebook import COLUMNS, ROWS, texts
from helpers import plots, show

TITLE = "A phrasebook: PyTorch, TensorFlow, Keras"
HEADS = ("PyTorch", "TensorFlow", "Keras")
COLORS = (plots.TORCH["color"], plots.TF["color"], plots.OTHER["color"])

HERE = Path(__file__).parent


def markup(measured, frame=""):
    """The table as HTML with its search field, which needs no network; without JavaScript the field stays hidden.

    measured: {name of a row: text for its last column}; a row that is not in it shows a dash.
    frame: "short" for a window that scrolls, as suits a notebook.
    """
    columns, topics = [texts(column) for column in COLUMNS], {}
    for row in ROWS:
        codes = [_breakable(column.get(row.name, "–")) for column in columns]
        line = {"meaning": row.meaning, "note": row.note, "codes": codes, "measured": measured.get(row.name, "–")}
        topics.setdefault(row.topic, []).append(line)
    heads = list(zip(("meaning", *HEADS, "largest difference"), (20, 22, 26, 22, 10)))  # with widths in percent
    return show.render(HERE / "table.html", heads=heads, topics=topics, frame=frame, count=len(ROWS))


def table(measured, folder):
    """Show the searchable table in a notebook, and below it the files of `write` in `folder`, to download.

    The files travel inside the links, so that they also work in an exported notebook. Elsewhere everything is printed.
    """
    columns = [texts(column) for column in COLUMNS]
    plain = "\n".join("\n".join([f"{row.meaning} ({measured.get(row.name, '–')})", *(
        textwrap.indent(f"{column.get(row.name, '–')}", "    ") for column in columns)]) for row in ROWS)
    kinds = (("text/html", "this table as a page (HTML)"), ("application/pdf", "one sheet of A3 (PDF)"))
    links = [{"name": path.name, "kind": kind, "text": text, "content": base64.b64encode(path.read_bytes()).decode()}
             for path, (kind, text) in zip(write(folder, measured), kinds)]
    show.rich(markup(measured, "short") + show.render(HERE / "links.html", links=links),
              f"{plain}\nTo keep: phrasebook.html, phrasebook.pdf")


def write(folder, measured):
    """Write phrasebook.html (searchable) and phrasebook.pdf (one page, A3) into a folder; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page, sheet = folder / "phrasebook.html", folder / "phrasebook.pdf"
    page.write_text(show.render(HERE / "page.html", title=TITLE, table=markup(measured)), encoding="utf-8")
    with PdfPages(sheet) as pdf:
        pdf.savefig(_sheet())
    return page, sheet


def _breakable(text):
    """Code in pieces between which a line may end: before a dot and after a parenthesis, as a reader would break it."""
    return re.split(r"(?<=[\w)])(?=\.[a-z_])|(?<=[\w][(\[])", text)


def _sheet(blocks=4):
    """The cheat sheet as a figure of A3 size: blocks side by side; in each, the phrases below their meaning."""
    groups = _groups()
    height = -(-(sum(map(len, groups)) + 4 * blocks) // blocks)
    matplotlib.rcdefaults()  # a user's own settings, such as LaTeX for all text, would end the page
    fig = Figure(figsize=(16.54, 11.69))
    fig.text(0.02, 0.968, TITLE, fontsize=13, weight="bold")
    for k, (head, color) in enumerate(zip(HEADS, COLORS)):
        fig.text(0.36 + 0.065 * k, 0.968, f"{k + 1}. {head}", fontsize=10, color=color, weight="bold")
    fig.text(0.975, 0.968, "Each phrase was run on all sides, with the same numbers; images are NCHW in PyTorch, else NHWC",
             fontsize=7.5, color=plots.GRAY, ha="right")
    block, place = 0, 0
    for group in groups:
        if place + len(group) > height and block < blocks - 1:
            block, place = block + 1, 0
        for text, color, weight in group:
            fig.text(0.02 + block * 0.245, 0.945 - 0.93 * place / height, text, color=color, weight=weight, fontsize=6,
                     family="sans-serif" if weight == "bold" else "monospace", parse_math=False)
            place += 1
    return fig


def _groups(chars=74):
    """The sheet's lines (text, color, weight), those of a phrase in one list: it stays in one block."""
    columns, groups, topic = [texts(column) for column in COLUMNS], [], None
    for row in ROWS:
        head = [("", "black", "bold"), (row.topic.upper(), plots.GRAY, "bold")] if row.topic != topic else []
        topic = row.topic
        code = [(piece, color, "normal") for column, color in zip(columns, COLORS)
                for line in column.get(row.name, "").splitlines()
                for piece in textwrap.wrap(line, chars, subsequent_indent="    ", drop_whitespace=False)]
        groups.append([*head, (row.meaning, "black", "bold"), *code])
    return groups
