"""What pip has installed: how large a package is, and what it brings along."""
import re
from importlib import metadata
from pathlib import Path


def disk(module):
    """Bytes on disk of the installed package that holds a module, without what it requires; None when it is missing."""
    names = metadata.packages_distributions().get(module)
    if not names:
        return None
    paths = [Path(file.locate()) for file in metadata.files(names[0]) or []]
    return sum(path.stat().st_size for path in paths if path.is_file())


def megabytes(module):
    """The size of the package that brings an import name such as "torch", in MB; None where it is not installed."""
    size = disk(module)
    return None if size is None else size / 1e6


def comes_with(module):
    """The names of the packages that pip installs together with an imported module's package (extras left out)."""
    package = metadata.packages_distributions()[module.__name__][0]
    lines = [line for line in metadata.requires(package) or [] if "extra ==" not in line]
    return sorted({re.split(r"[ <>=!;~\[(]", line)[0].lower() for line in lines})
