"""Fetch scripts that the course's pages need, and published models: python tools/fetch.py (once, while installing).

Reads data/fetched.toml, takes each package with `npm pack` or `pip download`, refuses one whose sha512 is another, and
unpacks the files that the table names into the environment (helpers/machine/fetched.py says where). Nothing of a package
runs, and nothing that it depends on is installed. A package that is there is left alone. --keep FOLDER also keeps the
packages, and --from FOLDER takes them from there: for laptops without a network.
"""
import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from helpers.machine import fetched


def archive_name(row):
    """The name under which a package is saved: "@scope/name" becomes "scope-name" with npm; with pip it is the wheel's."""
    if fetched.source(row) == "pypi":
        return row["wheel"]
    return f"{row['name'].removeprefix('@').replace('/', '-')}-{row['version']}.tgz"


def fetch(row, folder):
    """Have npm or pip save a package in `folder`; returns the file. SystemExit when it is missing or fails."""
    tool = "pip" if fetched.source(row) == "pypi" else "npm"
    done = subprocess.run(COMMANDS[tool](row, str(folder)), capture_output=True, text=True, timeout=300, check=False)
    path = Path(folder, archive_name(row))
    if done.returncode or not path.is_file():
        reason = (done.stderr or done.stdout).strip()[-300:]
        raise SystemExit(f"{tool} could not fetch {row['name']} {row['version']}: {reason}")
    return path


def npm_pack(row, folder):
    """The command that saves a package of npm's. SystemExit where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(f"npm is not installed, so {row['name']} cannot be fetched. Install Node.js, and repeat.")
    return [npm, "pack", f"{row['name']}@{row['version']}", "--pack-destination", folder, "--silent", "--ignore-scripts",
            "--fetch-retries=1"]


def pip_download(row, folder):
    """The command that saves a wheel."""
    return [sys.executable, "-m", "pip", "download", f"{row['name']}=={row['version']}", "--no-deps", "--only-binary=:all:",
            "--dest", folder, "--quiet", "--disable-pip-version-check"]


COMMANDS = {"npm": npm_pack, "pip": pip_download}


def unpack(row, path):
    """Unpack the files that a row names from its package at `path`, all or none. SystemExit when it is not the right one."""
    found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode("ascii")
    if found != row["sha512"]:
        raise SystemExit(f"{path.name} is damaged, or another file: its sha512 is {found}, data/fetched.toml has "
                         f"{row['sha512']}. Delete it, and repeat.")
    target = fetched.home() / row["name"]
    target.parent.mkdir(parents=True, exist_ok=True)
    held = contents(path, row["files"])
    if absent := [name for name in row["files"] if name not in held]:
        raise SystemExit(f"{path.name} does not hold {', '.join(absent)}: data/fetched.toml names a wrong file.")
    with tempfile.TemporaryDirectory(dir=target.parent) as fresh:
        for name, content in held.items():
            Path(fresh, name).parent.mkdir(parents=True, exist_ok=True)
            Path(fresh, name).write_bytes(content)
        Path(fresh, "sha512").write_text(row["sha512"], encoding="ascii")
        shutil.rmtree(target, ignore_errors=True)  # another version's, or half of one
        shutil.copytree(fresh, target)


def contents(path, names):
    """{name: bytes} of those of these files that a package holds; npm's packages have all in one folder."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as package:
            return {name: package.read(name) for name in names if name in package.namelist()}
    with tarfile.open(path) as package:
        members = {member.name.partition("/")[2]: member for member in package if member.isfile()}
        return {name: package.extractfile(members[name]).read() for name in names if name in members}


def main(arguments=None):
    """Fetch what is missing; 0 when everything is there afterwards. SystemExit, after the last, with what went wrong."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the packages as they come")
    options.add_argument("--from", type=Path, metavar="FOLDER", dest="source", help="take the packages from there")
    options, failed = options.parse_args(arguments), []
    for row in fetched.packages().values():
        if fetched.is_there(row) and not options.keep:
            continue
        try:
            take(row, options.source, options.keep)
        except SystemExit as error:  # one package, or one tool, says nothing of the others
            failed.append(str(error))
        else:
            print(f"{row['name']} {row['version']}: {len(row['files'])} files in {fetched.home() / row['name']}")
    if failed:
        raise SystemExit("\n".join(dict.fromkeys(failed)))
    return 0


def take(row, source, keep):
    """Fetch a package, or take it from the folder source, unpack it, and keep it in the folder keep, where that is given."""
    with tempfile.TemporaryDirectory() as scratch:
        path = source / archive_name(row) if source else fetch(row, scratch)
        if not path.is_file():
            raise SystemExit(f"{path} is not there: --keep {source} on a machine with a network makes it.")
        unpack(row, path)
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, keep)


if __name__ == "__main__":
    sys.exit(main())
