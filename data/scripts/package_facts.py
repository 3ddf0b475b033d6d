"""What published packages say of themselves, for lessons 12d to 12f:
`python data/scripts/package_facts.py FOLDER > data/packages.csv`.

FOLDER holds wheels and source archives, fetched with `pip download --no-deps`; nothing in them is executed. Rows:

    newest     the date of the newest file in the archive: the release is not older
    summary    the package's own summary
    requires   a requirement without an extra, as the package states it
    holds      a part of the package `reagent`: a module or folder that its wheel holds
    imports    a part of the package `reagent` that its own modules import
"""
import csv
import email
import re
import sys
import tarfile
import time
import zipfile
from pathlib import Path


def main(folder):
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("package", "version", "fact", "value"))
    for path in sorted(Path(folder).iterdir()):
        if path.suffix == ".whl" or path.name.endswith(".tar.gz"):
            out.writerows(facts(path))


def facts(path):
    """The rows of one archive."""
    read = wheel if path.suffix == ".whl" else source
    meta, requires, newest, modules = read(path)
    name, version = meta["Name"].lower(), meta["Version"]
    yield name, version, "newest", newest
    yield name, version, "summary", summary(meta)
    for line in requires:
        yield name, version, "requires", line
    if name == "reagent":
        parts = {re.match(r"reagent/([^/]+)", module).group(1).removesuffix(".py") for module in modules}
        yield from ((name, version, "holds", f"reagent.{part}") for part in sorted(parts - {"__init__"}))
        text = "\n".join(modules.values())
        used = set(re.findall(r"^\s*(?:from|import) (reagent\.\w+)", text, re.M))
        used |= {f"reagent.{name}" for name in re.findall(r"^\s*from reagent import (\w+)", text, re.M)}
        yield from ((name, version, "imports", module) for module in sorted(used))


def summary(meta):
    """The package's summary; where it has none, the first long line of its description."""
    text = meta["Summary"] or "UNKNOWN"
    lines = [line.strip() for line in (meta["Description"] or "").splitlines()]
    return next((line for line in lines if len(line) > 40), text) if text == "UNKNOWN" else text


def wheel(path):
    """(metadata, requirements without extras, date of the newest file, {module: text}) of a wheel."""
    with zipfile.ZipFile(path) as archive:
        place = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        meta = email.message_from_bytes(archive.read(place))
        newest = max(item.date_time for item in archive.infolist())
        modules = {name: archive.read(name).decode() for name in archive.namelist() if re.match(r"reagent/.*\.py$", name)}
    requires = [line for line in meta.get_all("Requires-Dist") or [] if "extra ==" not in line]
    day = "{}-{:02}-{:02}".format(*newest)
    no_day = day in ("1980-01-01", "2020-02-02")  # what builders write who want the same bytes each time
    return meta, requires, "" if no_day else day, modules


def source(path):
    """The same of an archive of sources, whose requirements stand in requirements.txt."""
    with tarfile.open(path) as archive:
        root = path.name.removesuffix(".tar.gz")
        meta = email.message_from_binary_file(archive.extractfile(f"{root}/PKG-INFO"))
        listed = [name for name in archive.getnames() if name == f"{root}/requirements.txt"]
        lines = [line for name in listed for line in archive.extractfile(name).read().decode().splitlines()]
        newest = max(member.mtime for member in archive.getmembers())
    requires = [line for line in (re.sub(r"\s*#.*", "", line).strip() for line in lines) if line]
    return meta, requires, time.strftime("%Y-%m-%d", time.gmtime(newest)), {}


if __name__ == "__main__":
    main(sys.argv[1])
