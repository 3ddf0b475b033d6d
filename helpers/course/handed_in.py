"""What a class has handed in, in whatever form it came: the ledgers of each learner, once.

A ledger says whose it is, by an id drawn at random, and of which lesson. So neither the names of files nor the folders and
archives around them matter, and a copy of a copy is the same learner's. One from before ledgers named their learner belongs
to the folder or archive that it came in.
"""
import bz2
import contextlib
import gzip
import io
import lzma
import os
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

from helpers.course import ledger

LARGEST = 200_000_000
"""The largest archive, in bytes."""
UNPACKED = 500_000_000
"""How much is unpacked of one file that was handed in, in bytes."""
SHARE = 50_000_000
"""How much of that for one archive inside it, so that no learner's costs the others theirs."""
MEMBERS = 50_000
"""The most files in one archive."""
DEEPEST = 3
"""How many archives may lie in one another."""

NAME = re.compile(r"(?P<before>.*[^0-9a-z])?(?P<lesson>[0-9]{2}[a-z]?)(?:[ _-]*(?:\([0-9]+\)|copy|[0-9]))?\.json", re.I)
"""A ledger's file as learners' systems and learning platforms rename it: 01a.json, u1_01a.json, 01A (2).JSON."""
TAR = {".tar": io.BufferedReader, ".gz": gzip.open, ".tgz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
"""{how the name of a tar archive ends: what takes its bytes out}"""
LITTER = re.compile(r"\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|ledger\.lock|.*\.part|" + re.escape(ledger.LEARNER), re.I)
"""What systems, and the course itself, leave beside ledgers."""
BY_TOOLS = {("apart", "ledger"), ("nbval", "ledger")}
"""The folders for ledgers of runs that no learner made, in build/."""


class Piece(NamedTuple):
    """A file that was handed in."""
    way: tuple[str, ...]           # the folders and archives that lead to it, and its name
    loaded: ledger.Loaded | None   # what was read of it; None for a file that is no ledger


class Class(NamedTuple):
    """What was handed in."""
    learners: list[dict[str, ledger.Ledger]]   # {lesson: Ledger} of each, in no order of names
    broken: list[tuple[str, list[str]]]        # (file, what does not fit in it)
    notes: list[str]                           # what else somebody who counts must know, a sentence each


def read(folder) -> Class:
    """Read all that lies in a folder, or in one archive. Raises FileNotFoundError when it is not there."""
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"{folder} is not there")
    pieces, unread = _all_pieces(folder)
    ledgers = [piece for piece in pieces if piece.loaded and piece.loaded.ledger != ledger.Ledger()]
    broken = [("/".join(piece.way), piece.loaded.left_out) for piece in pieces if piece.loaded and piece.loaded.left_out]
    learners, hand_ins, places = {}, {}, list(_places([piece.way for piece in ledgers]))
    for piece, place, owner in zip(ledgers, places, _owners(ledgers, places)):
        own, lesson = learners.setdefault(owner, {}), _lesson(piece)
        own[lesson] = max(own.get(lesson, piece.loaded.ledger), piece.loaded.ledger, key=_progress)
        hand_ins.setdefault(owner, set()).add("/".join(filter(None, place)))
    return Class(sorted(({lesson: own[lesson] for lesson in sorted(own)} for own in learners.values()), key=repr),
                 broken + unread, _notes(pieces, ledgers, hand_ins.values()))


def _lesson(piece):
    """The lesson that a ledger is of: it says so itself, or did not yet, and its file's name does."""
    content = piece.loaded.ledger
    return content.lesson or ledger.lesson_of(NAME.fullmatch(piece.way[-1])["lesson"].lower(), content)


def _progress(content):
    """What grows while a learner goes on: of two copies, the one with more counts. A run's name begins with its time."""
    begun = content.run if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2} ", content.run) else ""
    answered = [entry for entry in content.exercises.values() if entry.state != "open"]
    guessed = [entry for entry in content.predictions.values() if entry.guess is not None]
    return begun, len(answered) + len(guessed), len(content.verdicts), repr(content)


# Whose they are

def _owners(ledgers, places):
    """For each ledger whose it is: a learner's id; without one the id of the others beside it, or its place."""
    beside = {}
    for piece in ledgers:
        if piece.loaded.ledger.learner:
            beside.setdefault(piece.way[:-1], set()).add(piece.loaded.ledger.learner)
    for piece, place in zip(ledgers, places):
        near = beside.get(piece.way[:-1], set())
        yield piece.loaded.ledger.learner or (min(near) if len(near) == 1 else place)


def _places(ways):
    """For each of the ways to ledgers the first folder or archive that not all of them have in common.

    In an archive that holds several folders these count; where a platform has put all into one folder under new names,
    what stands before the lesson in the name does.
    """
    firsts = [_first(way, ways) for way in ways]
    inside = {}
    for way, first in zip(ways, firsts):
        inside.setdefault(first, []).append(way)
    for way, first in zip(ways, firsts):
        is_archive = len(first) < len(way) and _is_archive(first[-1])
        yield _first(way, inside[first]) if is_archive else first


def _first(way, ways):
    """The part of a way up to the first step in which these ways differ; of a file's name only what is not the lesson's."""
    common = len(os.path.commonprefix([other[:-1] for other in ways]))
    step = way[:common + 1]
    if len(step) < len(way):
        return step
    named = NAME.fullmatch(way[-1])
    return (*way[:-1], (named["before"] or "" if named else way[-1]).lower())


def _notes(pieces, ledgers, hand_ins):
    """What somebody who counts must know, without being a fault of a file. hand_ins: for each learner the places."""
    said = []
    for own in map(sorted, hand_ins):
        if len(own) > 1:
            said.append(f"of one learner, and counted once: {', '.join(own)}. If these are several people, then the course "
                        "was copied for them with a folder build/ledger in it, and they cannot be told apart")
    others = {}
    for piece in pieces:
        if piece.loaded is None:
            others.setdefault(piece.way[0], []).append("/".join(piece.way[1:]) or piece.way[0])
    known = {piece.way[0] for piece in ledgers}
    for first, names in others.items():
        few = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        said.append(f"{first}: " + ("no ledgers, and not read" if first in known else "holds no ledger") + f": {few}")
    return said


# What lies there

class Refused(Exception):
    """A file that is not read, in words."""


class Source(NamedTuple):
    """A file that was handed in, or lies in an archive that was."""
    size: int                                # in bytes, as its archive says; no more than that can be read
    opened: Callable[[], IO[bytes]]          # opens it


def _all_pieces(folder):
    """(every Piece in a folder, or of one archive; [(what cannot be read, why)])."""
    unread, paths = [], [folder]
    if folder.is_dir():
        walk = list(os.walk(folder, onerror=lambda error: unread.append((error.filename, [error.strerror]))))
        paths = sorted(Path(place, name) for place, below, names in walk for name in (*names, *below))
    found = []
    for path in paths:
        if path.is_file():
            way = path.relative_to(folder if folder.is_dir() else folder.parent).parts
            found += _pieces(way, Source(path.stat().st_size, lambda path=path: open(path, "rb")), [UNPACKED], 0)
        elif path.is_symlink() or not path.is_dir():
            unread.append((str(path), ["it is no file, or a link to a folder, which is not followed"]))
    return found, unread


def _pieces(way, source, room, depth):
    """Every Piece that a file is or, being an archive, holds.

    room: [how many bytes may still be unpacked], which shrinks. depth: how many archives it lies in.
    """
    if LITTER.fullmatch(way[-1]) or "__MACOSX" in way:
        return []
    try:
        if any(pair in BY_TOOLS for pair in zip(way, way[1:])):
            return [Piece(way, None)]
        if _is_archive(way[-1]):
            return _unpacked(way, _taken(source, LARGEST, room, depth), room, depth)
        if _is_ledger(way[-1], source):
            return [Piece(way, ledger.load(_taken(source, ledger.LIMIT, room, depth)))]
        return [Piece(way, None)]
    except Exception as error:  # whatever libraries make of a damaged file: it costs itself, not the page
        said = str(error) if isinstance(error, Refused) else f"it cannot be {'unpacked' if depth else 'read'} ({error})"
        return [Piece(way, ledger.Loaded(ledger.Ledger(), [said]))]


def _taken(source, most, room, depth):
    """The bytes of a file. Raises Refused when they are more than `most`, or than there is room for."""
    if source.size > most:
        raise Refused(f"it is larger than {most / 1e6:g} MB")
    if depth and source.size > room[0]:
        raise Refused("what lies before it fills all that is unpacked of one file: ask for the folder build/ledger alone")
    with source.opened() as file:
        content = file.read(most)
    room[0] -= len(content) if depth else 0
    return content


def _is_archive(name):
    return Path(name).suffix.lower() in (".zip", *TAR)


def _is_ledger(name, source):
    """Whether a file is a ledger by its name, or under another one by its first bytes."""
    if NAME.fullmatch(name):
        return True
    if not name.lower().endswith(".json") or re.search(r"\.(?:unreadable|was-14)-", name):  # set aside by the ledger itself
        return False
    with source.opened() as file:
        return b'"learner"' in file.read(200)


def _unpacked(way, content, room, depth):
    """Every Piece in an archive, given by its bytes. Raises Refused."""
    if depth == DEEPEST:
        raise Refused(f"it lies in {depth} archives, and is not opened")
    before = min(SHARE, room[0]) if depth else room[0]
    own = [before]
    with _archive(way[-1], content, before) as members:
        if len(members) > MEMBERS:
            raise Refused(f"it holds more than {MEMBERS:,} files: ask for the folder build/ledger alone")
        found = []
        for name, source in sorted(members, key=lambda member: member[0]):
            inside = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
            found += _pieces((*way, *inside), source, own, depth + 1)
    room[0] -= before - own[0]
    return found


@contextlib.contextmanager
def _archive(name, content, most):
    """The members [(name, Source)] of an archive, as long as the block runs. Raises Refused where it unpacks to too much."""
    if name.lower().endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield [(info.filename, Source(info.file_size, lambda info=info: archive.open(info)))
                   for info in archive.infolist() if not info.is_dir()]
        return
    with TAR[Path(name).suffix.lower()](io.BytesIO(content)) as packed:
        whole = packed.read(most + 1)
    if len(whole) > most:
        raise Refused(f"it unpacks to more than {most / 1e6:g} MB: ask for the folder build/ledger alone")
    with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as archive:
        yield [(info.name, Source(info.size, lambda info=info: archive.extractfile(info)))
               for info in archive.getmembers() if info.isfile()]
