"""Code line by line beside the figure that each line leads to.

HTML and CSS alone: it works offline, by keyboard (arrow keys), without a kernel and in the exported page.
"""
import hashlib
from collections.abc import Sequence

from matplotlib.figure import Figure

from helpers import plots, show


def walk(lines: Sequence[str], figures: Sequence[Figure], alts: Sequence[str]) -> None:
    """Display lines of code as a list; the line that is chosen has its figure beside it, at first the last one.

    lines: texts. figures: a matplotlib figure for each line, of one size; they are closed. alts: a sentence for each, what
    its figure shows; together they are the plain form. Raises ValueError when the three differ in length.
    """
    if not len(lines) == len(figures) == len(alts) > 0:
        raise ValueError(f"each line has one figure and one alt, here are {len(lines)}, {len(figures)} and {len(alts)}")
    name = "walk-" + hashlib.sha256(repr(lines).encode()).hexdigest()[:8]
    pictures = [plots.markup(fig, alt) for fig, alt in zip(figures, alts)]
    show.rich(show.render("walk.html", name=name, lines=lines, pictures=pictures),
              "\n".join(f"{line}\n    [figure] {alt}" for line, alt in zip(lines, alts)))
