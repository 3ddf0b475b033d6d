"""The files of data/, read through the checksum that data/SHA256SUMS has for each. Needs the standard library alone.

Everything else reads them through here: what was changed or cut short says so, and is not taken for data.
"""
import hashlib

import helpers

RESTORE = "restore it with `git checkout {name}`, or download the course again."


def read(name: str) -> bytes:
    """The bytes of data/name. FileNotFoundError when it is missing, ValueError when data/SHA256SUMS disagrees."""
    folder = helpers.ROOT / "data"
    for each in ("SHA256SUMS", name):
        if not (folder / each).is_file():
            raise FileNotFoundError(f"data/{each} is missing: {RESTORE.format(name=f'data/{each}')}")
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    expected = {path: digest for digest, path in (line.split(maxsplit=1) for line in lines if line)}
    if name not in expected:
        raise ValueError(f"data/SHA256SUMS has no line for {name}: add it with sha256sum.")
    content = (folder / name).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != expected[name]:
        raise ValueError(
            f"data/{name} is damaged (sha256 {found[:12]}..., not {expected[name][:12]}...): "
            + RESTORE.format(name=f"data/{name}")
        )
    return content
