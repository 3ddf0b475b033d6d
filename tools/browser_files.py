"""Fetch the scripts that the course's pages need in a browser: python tools/browser_files.py (once, while installing).

Reads data/browser_files.toml, takes each package with `npm pack`, refuses one whose sha512 is another, and unpacks the
files that the table names into the environment (helpers/browser_files.py says where). A package that is there is left
alone. --keep FOLDER also keeps the packages, and --from FOLDER takes them from there: for laptops without a network.
"""
import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from helpers.machine import browser_files


def archive_name(row):
    """The name under which `npm pack` saves a package: "@scope/name" becomes "scope-name"."""
    return f"{row['name'].removeprefix('@').replace('/', '-')}-{row['version']}.tgz"


def fetch(row, folder):
    """Have npm save a package in `folder`; returns the file. SystemExit when npm is missing or fails."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(f"npm is not installed, so {row['name']} cannot be fetched. Install Node.js, and repeat.")
    done = subprocess.run([npm, "pack", f"{row['name']}@{row['version']}", "--pack-destination", str(folder),
                           "--silent", "--ignore-scripts", "--fetch-retries=1"],
                          capture_output=True, text=True, timeout=300, check=False)
    path = Path(folder, archive_name(row))
    if done.returncode or not path.is_file():
        reason = (done.stderr or done.stdout).strip()[-300:]
        raise SystemExit(f"npm could not fetch {row['name']} {row['version']}: {reason}")
    return path


def unpack(row, path):
    """Unpack the files that a row names from its package at `path`, all or none. SystemExit when it is not the right one."""
    found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode("ascii")
    if found != row["sha512"]:
        raise SystemExit(f"{path.name} is damaged, or another file: its sha512 is {found}, data/browser_files.toml has "
                         f"{row['sha512']}. Delete it, and repeat.")
    target = browser_files.home() / row["name"]
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as fresh, tarfile.open(path) as package:
        held = {member.name.partition("/")[2]: member for member in package if member.isfile()}  # all in one folder
        if absent := [name for name in row["files"] if name not in held]:
            raise SystemExit(f"{path.name} does not hold {', '.join(absent)}: data/browser_files.toml names a wrong file.")
        for name in row["files"]:
            Path(fresh, name).parent.mkdir(parents=True, exist_ok=True)
            Path(fresh, name).write_bytes(package.extractfile(held[name]).read())
        Path(fresh, "sha512").write_text(row["sha512"], encoding="ascii")
        shutil.rmtree(target, ignore_errors=True)  # another version's, or half of one
        shutil.copytree(fresh, target)


def main(arguments=None):
    """Fetch what is missing; 0 when everything is there afterwards."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the packages as npm gives them")
    options.add_argument("--from", type=Path, metavar="FOLDER", dest="source", help="take the packages from there")
    options = options.parse_args(arguments)
    for row in browser_files.packages().values():
        if browser_files.is_there(row) and not options.keep:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            if options.source:
                path = options.source / archive_name(row)
                if not path.is_file():
                    raise SystemExit(f"{path} is not there: --keep {options.source} on a machine with a network makes it.")
            else:
                path = fetch(row, scratch)
            unpack(row, path)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, options.keep)
        print(f"{row['name']} {row['version']}: {len(row['files'])} files in {browser_files.home() / row['name']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
