"""What PyPI offered in November 2026 (data/wheels.csv), and the platforms that kinds of computers understand."""
from typing import NamedTuple

from packaging import tags

from helpers import data, show

LINUX = [f"manylinux_2_{minor}" for minor in range(40, 16, -1)] + ["manylinux2014"]

COMPUTERS = {
    "Linux, x86-64": [f"{name}_x86_64" for name in LINUX],
    "Linux, ARM": [f"{name}_aarch64" for name in LINUX],
    "macOS, Apple silicon": list(tags.mac_platforms((15, 0), "arm64")),
    "macOS, Intel": list(tags.mac_platforms((15, 0), "x86_64")),
    "Windows, x86-64": ["win_amd64"],
}
"""{kind of computer: the platforms, as wheels name them, that it understands, the best one first}"""

COURSE = [(3, 11), (3, 12), (3, 13)]
"""The Pythons of this course."""

Fit = dict[tuple[str, str, tuple[int, int]], str | None]
"""{(release, computer, Python): the file that pip would take, None where there is none}"""


class Wheel(NamedTuple):
    """A wheel on PyPI; megabytes and cuda are "" where nobody has opened it, cuda is "none" without CUDA."""
    file: str
    megabytes: str
    cuda: str


def listed() -> list[Wheel]:
    """The wheels of several releases of both frameworks. Raises as `data.table` does."""
    rows = data.table("wheels.csv")
    return [Wheel(row["file"], row["megabytes"], row["cuda"]) for row in rows]


def opened() -> list[Wheel]:
    """Those of the wheels that were opened, to look with which CUDA the code inside was built."""
    return [wheel for wheel in listed() if wheel.cuda]


def everywhere(fit: Fit, release: str, computer: str) -> bool:
    """Whether a release has a wheel for a kind of computer and each Python of the course."""
    return all(fit[release, computer, python] is not None for python in COURSE)


def show_opened() -> None:
    """Show the opened wheels as a table."""
    rows = [(f"`{wheel.file}`", wheel.megabytes, wheel.cuda) for wheel in opened()]
    show.table(["wheel", "megabytes", "CUDA"], rows, caption="Opened in November 2026")
