"""What published packages say of themselves: data/packages.csv, written by data/scripts/package_facts.py."""
import datetime

from helpers import data
from helpers.machine import packages

RECORDED = datetime.date(2026, 11, 24)

CHEXNET = {"date": datetime.date(2017, 11, 14), "code by others": "PyTorch",
           "F1": {"CheXNet": (0.435, 0.387, 0.481), "four radiologists": (0.387, 0.330, 0.442)}}
"""What CheXNet's paper (arXiv:1711.05225) reports of 420 images: F1 with its 95 % interval; the code in wide use is
github.com/arnoweng/CheXNet."""


def told(package, fact, version=None):
    """The values of one fact ("summary", "requires", "holds", "imports", "newest") as a list of texts, in file order.

    version: one of the recorded releases, the newest when None. Raises KeyError for a release that was not recorded.
    """
    rows = [row for row in data.table("packages.csv") if row["package"] == package]
    known = {row["version"] for row in rows}
    if not known or version not in {None, *known}:
        raise KeyError(f"data/packages.csv has no {package} {version or ''}")
    version = version or max(known, key=lambda text: [int(part) for part in text.split(".")])
    return [row["value"] for row in rows if row["fact"] == fact and row["version"] == version]


def frameworks(package, version=None):
    """Which of "tensorflow" and "torch" a release requires without an extra, as a sorted list."""
    return sorted({"torch", "tensorflow"} & set(packages.required(told(package, "requires", version))))


def released(package, version=None):
    """The date of the newest file in a release's archive. Raises ValueError where its builder wrote none."""
    day = told(package, "newest", version)[0]
    if not day:
        raise ValueError(f"the archive of {package} has no dates")
    return datetime.date.fromisoformat(day)
