"""What pip has installed: how large a package is, and what it brings along."""
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def disk(module: str) -> int | None:
    """Bytes on disk of the package that brings an import name such as "torch", without what it requires, or None."""
    names = metadata.packages_distributions().get(module)
    if not names:
        return None
    paths = [Path(file.locate()) for file in metadata.files(names[0]) or []]
    return sum(path.stat().st_size for path in paths if path.is_file())


def megabytes(module: str) -> float | None:
    """`disk` in MB."""
    size = disk(module)
    return None if size is None else size / 1e6


def comes_with(module) -> list[str]:
    """The names of the packages that pip installs together with an imported module's package, on some system at least."""
    package = metadata.packages_distributions()[module.__name__][0]
    return required(metadata.requires(package) or [])


def required(lines: Iterable[str]) -> list[str]:
    """The names in requirements such as "numpy>=2; python_version >= '3.11'", less those that come with an extra only."""
    found = map(Requirement, lines)
    return sorted({canonicalize_name(each.name) for each in found if "extra ==" not in str(each.marker)})
