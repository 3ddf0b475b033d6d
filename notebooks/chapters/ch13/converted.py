"""What converters did on a day, for lesson 13d: data/converters.csv, which `make converters` measures anew."""
from helpers import data, show

COLUMNS = ("date", "converter", "version", "model", "direction", "outcome", "largest difference", "sentence", "how")
OUTCOMES = ("equal", "differs", "refuses", "not installable")
SHOWN = 90
"""So many characters of a sentence."""


def rows():
    """The rows as dicts of strings. Raises ValueError for another form, and as `data.table` does."""
    found = data.table("converters.csv")
    if not found or tuple(found[0]) != COLUMNS or any(row["outcome"] not in OUTCOMES for row in found):
        raise ValueError(f"data/converters.csv must have the columns {', '.join(COLUMNS)}, and an outcome in each row.")
    return found


def about(converter, model, how):
    """The first row of a converter about a model (how its name begins), asked in a way (how that begins)."""
    return next(row for row in rows() if row["converter"] == converter and row["model"].startswith(model)
                and row["how"].startswith(how))


def summary(found):
    """Show, for each converter and direction, how many answers were equal, how many were not, and what was refused."""
    groups = {}
    for row in found:
        groups.setdefault((row["converter"], row["version"], row["direction"]), []).append(row["outcome"])
    shown = [(*group, *(outcomes.count(name) for name in OUTCOMES)) for group, outcomes in groups.items()]
    days = sorted({row["date"] for row in found})
    show.table(["converter", "version", "from, to", *OUTCOMES], shown,
               caption=f"Not measured now, but read: data/converters.csv of {' and '.join(days)}")


def wrong(found):
    """Show the rows in which a converter answered, and wrongly."""
    shown = [(row["converter"], row["model"], row["how"].partition("; Python")[0], row["largest difference"],
              row["sentence"][:SHOWN]) for row in found if row["outcome"] == "differs"]
    show.table(["converter", "model", "asked", "off by", "what"], shown, caption="Another answer, and no error")


def refused(found):
    """Show one row for each sentence with which a converter refused."""
    said = {row["sentence"]: row for row in found if row["outcome"] in ("refuses", "not installable")}
    shown = [(row["converter"], row["model"] or "-", sentence[:SHOWN]) for sentence, row in said.items()]
    show.table(["converter", "model", "what it says"], shown, caption="Refusals, each sentence once")
