"""The phrasebook on a page: a table with a search field, and a cheat sheet to keep (HTML, and one page of PDF)."""
import base64
import html
import re
import textwrap

import matplotlib.pyplot as plt
from matplotlib.backends.backend_pdf import PdfPages

from chapters.ch05.phrasebook import COLUMNS, ROWS, texts
from helpers import plots, show

TITLE = "A phrasebook: PyTorch, TensorFlow, Keras"
HEADS = ("PyTorch", "TensorFlow", "Keras")
COLORS = (plots.TORCH["color"], plots.TF["color"], plots.OTHER["color"])

STYLE = """<style>
.phrasebook table {border-collapse: collapse; font-size: 12px; width: 100%; table-layout: fixed; margin: 0}
.phrasebook table th, .phrasebook table td {text-align: left !important; vertical-align: top; padding: 3px 8px;
 border-bottom: 1px solid #8884; white-space: normal; overflow-wrap: anywhere}
.phrasebook thead th {position: sticky; top: 0; background: var(--jp-layout-color0, white)}
.phrasebook td code {white-space: pre-wrap; font-size: 11px; background: none; padding: 0}
.phrasebook small {display: block; opacity: .8}
.phrasebook .topic th {font-size: 14px; padding-top: 12px}
.phrasebook input {width: 20em; padding: 4px}
.phrasebook .short {max-height: 44em; overflow-y: auto}
@media print {.phrasebook p {display: none} .phrasebook tr {break-inside: avoid} .phrasebook .short {max-height: none}}
</style>"""

SCRIPT = """<script>
for (const box of document.querySelectorAll(".phrasebook:not([data-ready])")) {
  box.dataset.ready = "yes";
  const field = box.querySelector("input"), count = box.querySelector("output");
  field.closest("p").hidden = false;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\\s+/);
    let found = 0;
    for (const part of box.querySelectorAll("tbody")) {
      let here = 0;
      for (const row of part.querySelectorAll("tr.phrase")) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every(word => text.includes(word));
        here += !row.hidden;
      }
      part.hidden = !here;
      found += here;
    }
    count.textContent = found + (found === 1 ? " row" : " rows");
  });
}
</script>"""


def markup(measured, frame=""):
    """The table as HTML with its search field, which needs no network; without JavaScript the field stays hidden.

    measured: {name of a row: text for its last column}; a row that is not in it shows a dash.
    frame: "short" for a window that scrolls, as suits a notebook.
    """
    columns = [texts(column) for column in COLUMNS]
    parts = []
    for topic in dict.fromkeys(row.topic for row in ROWS):
        lines = "".join(_line(row, columns, measured.get(row.name, "–")) for row in ROWS if row.topic == topic)
        parts.append(f'<tbody><tr class="topic"><th scope="rowgroup" colspan="5">{topic}</th></tr>{lines}</tbody>')
    widths = zip(("meaning", *HEADS, "largest difference"), (20, 22, 26, 22, 10))
    head = "".join(f'<th scope="col" style="width:{width}%">{text}</th>' for text, width in widths)
    search = ('<p hidden><label>Search the phrasebook: <input type="search" placeholder="repeat, gather, axis ..."></label> '
              f"<output>{len(ROWS)} rows</output></p>")
    scrolls = ' tabindex="0"' if frame else ""  # what scrolls must be reached with the keyboard
    body = f'<div class="{frame}"{scrolls}><table><thead><tr>{head}</tr></thead>{"".join(parts)}</table></div>'
    return f'{STYLE}<div class="phrasebook">{search}{body}</div>{SCRIPT}'


def table(measured, folder):
    """Show the searchable table in a notebook, and below it the files of `write` in `folder`, to download.

    The files travel inside the links, so that they also work in an exported notebook. Elsewhere everything is printed.
    """
    columns = [texts(column) for column in COLUMNS]
    plain = "\n".join("\n".join([f"{row.meaning} ({measured.get(row.name, '–')})", *(
        textwrap.indent(f"{column.get(row.name, '–')}", "    ") for column in columns)]) for row in ROWS)
    paths = write(folder, measured)
    kinds = (("text/html", "this table as a page (HTML)"), ("application/pdf", "one sheet of A3 (PDF)"))
    links = " or ".join(_link(path, kind, text) for path, (kind, text) in zip(paths, kinds))
    show.rich(f"{markup(measured, 'short')}<p>To keep: {links}.</p>", f"{plain}\nTo keep: phrasebook.html, phrasebook.pdf")


def write(folder, measured):
    """Write phrasebook.html (searchable) and phrasebook.pdf (one page, A3) into a folder; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page, sheet = folder / "phrasebook.html", folder / "phrasebook.pdf"
    page.write_text(f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{TITLE}</title>'
                    '<meta name="viewport" content="width=device-width"><body style="font-family:sans-serif;margin:1em">'
                    f"<h1>{TITLE}</h1>{markup(measured)}</body></html>", encoding="utf-8")
    with PdfPages(sheet) as pdf:
        fig = _sheet()
        pdf.savefig(fig)
        plt.close(fig)
    return page, sheet


def _link(path, kind, text):
    content = base64.b64encode(path.read_bytes()).decode()
    return f'<a download="{path.name}" href="data:{kind};base64,{content}">{text}</a>'


def _code(text):
    """Code as HTML in which a line may break before a dot and after a parenthesis, as a reader would break it."""
    return re.sub(r"(?<=[\w)])(?=\.[a-z_])|(?<=[\w][(\[])", "<wbr>", html.escape(text))


def _line(row, columns, measured):
    cells = "".join(f"<td><code>{_code(column.get(row.name, '–'))}</code></td>" for column in columns)
    note = f"<small>{show.inline(row.note)}</small>" if row.note else ""
    return f'<tr class="phrase"><td>{show.inline(row.meaning)}{note}</td>{cells}<td>{html.escape(measured)}</td></tr>'


def _sheet(blocks=4):
    """The cheat sheet as a figure of A3 size: blocks side by side; in each, the phrases below their meaning."""
    groups = _groups()
    height = -(-(sum(map(len, groups)) + 4 * blocks) // blocks)
    fig = plt.figure(figsize=(16.54, 11.69))
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
