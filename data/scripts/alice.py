"""Writes data/alice.txt: the twelve chapters of Alice's Adventures in Wonderland, as plain lines.

Run: python data/scripts/alice.py PATH/alice29.txt
The file lies in the source archive of the package Brotli, tests/testdata/alice29.txt: `pip download --no-deps
--no-binary :all: brotli==1.1.0` fetches the archive.
"""
import hashlib
import sys
from pathlib import Path

ORIGIN = "7467306ee0feed4971260f3c87421154a05be571d944e9cb021a5713700c38f0"
"""The sha256 of alice29.txt, 152,089 bytes."""


def plain(text):
    """The book from its first chapter to its last line: no space at either end of a line, never two together."""
    body = text[text.index("CHAPTER I"):text.index("THE END")]
    kept = []
    for line in body.splitlines():
        line = " ".join(line.split()).replace("`", "'").replace("_", "")
        stars = line and not line.strip("* ")  # a row of stars stands between two scenes
        if not stars and (line or (kept and kept[-1])):  # and one empty line is enough
            kept.append(line)
    return "\n".join(kept).strip() + "\n"


if __name__ == "__main__":
    original = Path(sys.argv[1]).read_bytes()
    if hashlib.sha256(original).hexdigest() != ORIGIN:
        sys.exit(f"{sys.argv[1]} is not the alice29.txt that this course was made with.")
    made = plain(original.decode("ascii").replace("\r\n", "\n")).encode("ascii")
    Path(__file__).parents[1].joinpath("alice.txt").write_bytes(made)
    print(hashlib.sha256(made).hexdigest(), "", "alice.txt")
