"""What pip has installed: how large a package is, and what it brings along."""
import contextlib
import csv
import os
from collections.abc import Iterable
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def disks(modules: Iterable[str]) -> dict[str, int | None]:
    """{import name: bytes on disk of the package that brings it, without what it requires}; None for what no package brings.

    What is installed is read once for all of them.
    """
    brings = metadata.packages_distributions()
    return {module: _bytes_of(brings[module][0]) if module in brings else None for module in modules}


def _bytes_of(package):
    """The bytes of a package's files, of those that are there."""
    installed = metadata.distribution(package)
    record = installed.read_text("RECORD")  # installed.files would make an object of each path, which is slow
    files = [row[0] for row in csv.reader(record.splitlines()) if row] if record else installed.files or []
    root, size = installed.locate_file(""), 0
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            size += os.stat(os.path.join(root, file)).st_size
    return size


def disk(module: str) -> int | None:
    """Bytes on disk of the package that brings an import name such as "torch", without what it requires, or None."""
    return disks([module])[module]


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
