"""Code line by line beside the figure that each line leads to.

HTML and CSS alone: it works offline, by keyboard (arrow keys), without a kernel and in the exported page.
"""
import hashlib
import html

from helpers import plots, show


def walk(lines, figures, alts):
    """Display lines of code as a list; the line that is chosen has its figure beside it, at first the last one.

    lines: texts. figures: a matplotlib figure for each line, of one size; they are closed. alts: a sentence for each, what
    its figure shows; together they are the plain form. Raises ValueError when the three differ in length.
    """
    if not len(lines) == len(figures) == len(alts) > 0:
        raise ValueError(f"each line has one figure and one alt, here are {len(lines)}, {len(figures)} and {len(alts)}")
    name = "walk-" + hashlib.sha256(repr(lines).encode()).hexdigest()[:8]
    ids = [f"{name}-{k}" for k in range(len(lines))]
    choices = "".join(f'<input type="radio" name="{name}" id="{key}"{" checked" if key == ids[-1] else ""}>'
                      f'<label for="{key}"><code>{html.escape(line)}</code></label>' for key, line in zip(ids, lines))
    pictures = "".join(f"<div>{plots.markup(fig, alt)}</div>" for fig, alt in zip(figures, alts))
    chosen = ",".join(f"#{name} #{key}:checked~figure>div:nth-child({k})" for k, key in enumerate(ids, 1))
    style = (f"#{name}{{display:grid;grid-template-columns:auto minmax(15em,max-content) 1fr;gap:0 .4em}}"
             f"#{name} label{{grid-column:2;cursor:pointer;padding:.15em .4em}} #{name} input{{grid-column:1}}"
             f"#{name} :checked+label{{background:#FFF3C4;outline:1px solid #6B6B6B;color:black}}"
             f"#{name} figure{{grid-column:3;grid-row:1/span {len(lines) + 1};margin:0}}"
             f"#{name} figure>div{{display:none}} {chosen}{{display:block}}"
             f"@media(max-width:700px){{#{name} figure{{grid-column:1/-1;grid-row:auto}}}}")
    show.rich(f'<style>{style}</style><div id="{name}" role="radiogroup" aria-label="lines of code">{choices}'
              f"<figure>{pictures}</figure></div>",
              "\n".join(f"{line}\n    [figure] {alt}" for line, alt in zip(lines, alts)))
