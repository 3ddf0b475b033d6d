"""What will bite you: every place of the course where a good guess is wrong, as one table.

notebooks/bites.toml has a row for each. `python tools/bites.py` writes them as notebooks/what_will_bite_you.md, to which
lessons link; site_of_course.py makes the page of the site of the same rows.
"""
import re
import tomllib
from typing import NamedTuple
from urllib.parse import quote

import pipeline
from helpers import ROOT, show

TABLE = ROOT / "notebooks" / "bites.toml"
PAGE = ROOT / "notebooks" / "what_will_bite_you.md"
TITLE = "What will bite you"
PORTS = {"torch to tf": "From PyTorch to TensorFlow", "tf to torch": "From TensorFlow to PyTorch",
         "either": "Whichever way you go"}
"""{direction of a port: the title of its section}"""
PACKAGES = {"PyTorch": ("torch",), "TensorFlow": ("tensorflow",), "Keras": ("keras",),
            "both": ("torch", "tensorflow", "keras")}
"""{where the behavior lives: the packages whose versions a row names}"""


HEADS = ("what", "PyTorch", "TensorFlow, Keras", "what it costs", "mend", "where, and seen with")


class Bite(NamedTuple):
    """A row: what it is about, what each framework does, what that costs who does not know it, and the mend."""
    what: str
    kind: str          # the topic, for choosing
    lives: str         # the framework whose behavior surprises: a key of PACKAGES
    port: str          # who meets it: a key of PORTS
    torch: str
    tf: str            # TensorFlow or Keras
    costs: str
    mend: str
    place: str         # the section that shows it by a run, such as "6c.2"
    see: str           # words that stand there
    version: str = ""  # of other packages that it takes, such as "safetensors 0.8.0"


def table():
    """(the rows as Bites in the order of the lessons, {package: the version with which they were seen})."""
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    found = [Bite(**row) for row in content["bite"]]
    return sorted(found, key=lambda row: place_key(row.place)), content["seen"]


def place_key(place):
    """A section's number, for sorting: "6c.2" comes after "5b.7" and before "6c.10"."""
    chapter, letter, section = re.fullmatch(r"(\d+)([a-z])\.(\d+)", place).groups()
    return int(chapter), letter, int(section)


def lesson_of(place):
    """The lesson of a section: "06c" of "6c.2"."""
    chapter, letter, _ = place_key(place)
    return f"{chapter:02}{letter}"


def heading(place):
    """The title of a section's heading, as its lesson's source has it. ValueError where there is no such section."""
    (source,) = pipeline.sources([lesson_of(place)])
    found = re.search(rf"^# ## ({re.escape(place)} .+)$", source.read_text(encoding="utf-8"), re.M)
    if not found:
        raise ValueError(f"{source.name} has no section {place}")
    return found.group(1)


def link(place):
    """The address of a section, from the folder of the notebooks."""
    (source,) = pipeline.sources([lesson_of(place)])
    anchor = heading(place).replace("`", "").replace(" ", "-")
    return f"{source.stem}.ipynb#{quote(anchor)}"


def versions(row, seen):
    """With which versions a row was seen, in words."""
    found = [f"{package} {seen[package]}" for package in PACKAGES[row.lives]]
    return ", ".join([*found, row.version] if row.version else found)


def sections():
    """[(title, rows)] by the direction of a port; each row a dict of its fields, with link and versions for a page."""
    rows, seen = table()
    return [(title, [row._asdict() | {"link": link(row.place), "versions": versions(row, seen)}
                     for row in rows if row.port == port]) for port, title in PORTS.items()]


def markdown():
    """The page as markdown."""
    parts = sections()
    lines = [f"# {TITLE}", "", *INTRODUCTION.format(count=sum(len(rows) for _, rows in parts)).splitlines()]
    for title, rows in parts:
        lines += ["", f"## {title}", "", f"| {' | '.join(HEADS)} |", "| --- " * len(HEADS) + "|"]
        for row in rows:
            cells = [row[name] for name in ("what", "torch", "tf", "costs", "mend")]
            lines.append("| " + " | ".join([*cells, f"[{row['place']}]({row['link']}), {row['versions']}"]) + " |")
    return "\n".join(lines) + "\n"


INTRODUCTION = """\
{count} places where a good guess is wrong, hardly one of which raises an error. Each is shown by a run in the lesson that
the last column names, which also says how to mend it. The first part is for who moves to TensorFlow, the second for who
moves to PyTorch, the third for both. Made from `bites.toml` by `tools/bites.py`."""


def page(template):
    """The page as HTML of a template, with what can be chosen."""
    parts = sections()
    kinds = sorted({row["kind"] for _, rows in parts for row in rows})
    return show.render(template, title=TITLE, parts=parts, heads=HEADS, kinds=kinds, homes=list(PACKAGES),
                       count=sum(len(rows) for _, rows in parts))


if __name__ == "__main__":
    PAGE.write_text(markdown(), encoding="utf-8")
    print(PAGE)
