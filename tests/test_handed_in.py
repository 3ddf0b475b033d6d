"""Hand-ins as they come: each learner once, whatever the files are called and lie in; what is not understood is named."""
import gzip
import io
import json
import os
import struct
import tarfile
import zipfile

import pytest

import odd
from helpers.course import classroom, handed_in

IDS = [f"{number:032x}" for number in range(10)]


def content(number, lesson="01a", run=1, state="right"):
    """The bytes of a learner's ledger, after their run-th run."""
    begun = f"2026-11-28 21:42:5{run}.123456 UTC, Linux x86_64, process {number}"
    return json.dumps({"version": 1, "learner": IDS[number], "lesson": lesson, "run": begun,
                       "exercises": {f"{int(lesson[:2])}.1": {"state": state, "run": begun}}}).encode()


def zipped(entries):
    """The bytes of a zip archive."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in entries.items():
            archive.writestr(name, inside)
    return memory.getvalue()


def tarred(entries):
    """The bytes of a compressed tar archive."""
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as archive:
        for name, inside in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(inside)
            archive.addfile(info, io.BytesIO(inside))
    return memory.getvalue()


@pytest.fixture
def pile(tmp_path):
    """A function that puts files into the folder of a class, by name, and gives its path."""
    folder = tmp_path / "in"

    def put(files):
        for name, inside in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(inside)
        return folder
    return put


def encrypted(archive):
    """A zip archive that says of its first entry that it is encrypted."""
    archive = bytearray(archive)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", archive, archive.index(signature) + offset, 1)
    return bytes(archive)


def corrupted(archive):
    """A zip archive in which what its first entry holds is flipped."""
    archive = bytearray(archive)
    at = archive.index(b".json") + 12
    archive[at:at + 4] = bytes(255 - byte for byte in archive[at:at + 4])
    return bytes(archive)


GOOD = {  # ten learners, each in another form
    "ada/01a.json": content(0),
    "grace/build/ledger/01a.json": content(1), "grace/build/ledger/02a.json": content(1, "02a"),
    "edith.zip": zipped({"edith/ledger/01a.json": content(2)}),
    "JOAN.ZIP": zipped({"LEDGER\\01A.JSON": content(3)}),
    "submissions.zip": zipped({"Jean_4711_assignsubmission_file/01a.json": content(4),
                               "Betty_4712_assignsubmission_file/ledger.zip": zipped({"ledger/01a.json": content(5)})}),
    "fran_17_late_01a.json": content(6),
    "kay.tar.gz": tarred({"build/ledger/01a.json": content(7)}),
    "marlyn/my own work.json": content(8),
    "ruth/ledger (1)/01a (2).json": content(9)}

ODD = {  # thirty things that no learner is, or is a second time
    "ada (1)/01a.json": content(0), "ada - Copy.zip": zipped({"ada/01a.json": content(0)}),
    "Ada_01a.json": content(0, run=0, state="open"),
    "grace again/ledger/01a.json": content(1, run=2, state="wrong"), "grace again/ledger/02a (1).json": content(1, "02a"),
    "nested.zip": zipped({"a.zip": zipped({"b.zip": zipped({"01a.json": content(2)})})}),
    "edith.tgz": tarred({"01a.json": content(2)}),
    "build.zip": zipped({"ledger/01a.json": content(3), "apart/ledger/01a.json": content(3, run=9, state="open"),
                         "nbval/ledger/01a.json": content(3, run=9, state="open")}),
    "too deep.zip": zipped({"1.zip": zipped({"2.zip": zipped({"3.zip": zipped({"01a.json": content(0)})})})}),
    "half.zip": zipped({"01a.json": content(0)})[:60], "empty.zip": b"", "no archive.zip": b"text",
    "encrypted.zip": encrypted(zipped({"01a.json": content(0)})),
    "corrupted.zip": corrupted(zipped({"01a.json": content(0)})),
    "bomb.zip": zipped({"01a.json": bytes(30_000_000)}), "bomb.tar.gz": gzip.compress(bytes(3_000_000)),
    "bob/01a.json": b'{"version": 1, "verd', "bob/02a.json": b"[1]", "bob/03a.json": b"", "bob/04a.json": b"\xff\xfe\x00",
    "future/01a.json": json.dumps({"version": 2, "learner": IDS[0], "lesson": "01a"}).encode(),
    "large/01a.json": b" " * 2_000_001, "deep/01a.json": b"[" * 100_000,
    "essay.docx": zipped({"word/document.xml": b"<w/>"}), "photo.JPG": b"\xff\xd8", "ann.rar": b"Rar!",
    "carl/01a_first_contact.ipynb": b"{}", "carl/package.json": b'{"name": "x"}',
    "__MACOSX/ada/._01a.json": b"\x00\x05", "ada/.DS_Store": b"\x00"}


def test_thirty_odd_hand_ins_among_ten_good_ones_give_a_page_with_ten_learners(pile, capsys, monkeypatch):
    monkeypatch.setattr(handed_in, "UNPACKED", 2_500_000)
    assert len(ODD) == 30
    folder = pile(GOOD | ODD)
    page = classroom.merge(folder).read_text(encoding="utf-8")
    class_, broken, notes = handed_in.read(folder)
    assert len(class_) == 10 and "10 learners, 11 runs of lessons." in page and f"{len(broken)} files could not" in page
    assert classroom.exercises(class_) == [["1.1", 9, 1, 0], ["2.1", 1, 0, 0]], "grace's later copy counts"
    said = capsys.readouterr().err
    for name in ("too deep.zip/1.zip/2.zip/3.zip: it lies in 3 archives", "half.zip: ", "empty.zip: ", "no archive.zip: ",
                 "encrypted.zip/01a.json: it cannot be unpacked (", "corrupted.zip/01a.json: it cannot be unpacked (",
                 "bomb.zip/01a.json: it is larger than 2 MB", "bomb.tar.gz: it unpacks to more than 2.5 MB",
                 "bob/01a.json: it is not JSON", "bob/02a.json: ", "bob/03a.json: ", "bob/04a.json: it is not text in UTF-8",
                 "future/01a.json: it is of version 2", "large/01a.json: it is larger than 2 MB", "deep/01a.json: it is not",
                 "essay.docx: holds no ledger", "photo.JPG: holds no ledger", "ann.rar: holds no ledger",
                 "carl: holds no ledger: 01a_first_contact.ipynb, package.json",
                 "build.zip: no ledgers, and not read: apart/ledger/01a.json, nbval/ledger/01a.json",
                 "counted once: ada, ada (1), ada - Copy.zip/ada, ada_."):
        assert name in said, name
    assert "MACOSX" not in said and "DS_Store" not in said
    assert not any(word in page for word in ("ada", "grace", "Jean", *IDS))


def test_the_one_archive_of_a_learning_platform_is_read_as_it_is(pile):
    files = {f"{number}_file/{name}": inside for number, (name, inside) in enumerate(GOOD.items())}
    whole = pile({"all.zip": zipped(files)})
    assert len(handed_in.read(whole / "all.zip").learners) == len(handed_in.read(whole).learners) == 10


def test_one_learners_bomb_costs_the_others_nothing(pile, monkeypatch):
    monkeypatch.setattr(handed_in, "SHARE", 3_000_000)
    monkeypatch.setattr(handed_in, "UNPACKED", 5_000_000)
    bomb = zipped({f"{number:02}a.json": b" " * 1_900_000 for number in range(50)})
    whole = pile({"all.zip": zipped({"ada/a.zip": bomb, "zoe/z.zip": zipped({"01a.json": content(1)})})})
    learners, broken, _ = handed_in.read(whole)
    assert len(learners) == 1 and len(broken) == 50 and "fills all that is unpacked of one file" in broken[-1][1][0]


def test_limits_of_archives(pile, monkeypatch):
    monkeypatch.setattr(handed_in, "LARGEST", 1000)
    monkeypatch.setattr(handed_in, "MEMBERS", 3)
    many = zipped({f"{number:02}a.json": b"" for number in range(4)})
    _, broken, _ = handed_in.read(pile({"many.zip": many, "large.zip": os.urandom(1001)}))
    assert broken == [("large.zip", ["it is larger than 0.001 MB"]),
                      ("many.zip", ["it holds more than 3 files: ask for the folder build/ledger alone"])]


def nameless(state="right"):
    """The bytes of a ledger from before they named their learner."""
    return json.dumps({"version": 1, "exercises": {"1.1": {"state": state}}}).encode()


@pytest.mark.parametrize("files, learners", [
    (("u1/ch01/build/ledger/01.json", "u1/ch02/build/ledger/02.json", "u2/ch01/01.json", "u2/ch02/02.json"), 2),
    (("u1_01.json", "u1_02a.json", "U2_01.json", "01.json", "02a (1).json"), 3),
    (("class/u1/01.json", "class/u2/01.json", "class/u2/deeper/02.json"), 2),
    (("ada/ledger/01.json", "ada/ledger/02.json"), 1)])
def test_a_ledger_that_names_nobody_belongs_to_its_folder(pile, files, learners):
    assert len(handed_in.read(pile(dict.fromkeys(files, nameless()))).learners) == learners


def test_in_an_archive_with_several_folders_each_is_a_learner(pile):
    whole = pile({"all.zip": zipped(dict.fromkeys(("u1/01.json", "u2/01.json", "u3/build/ledger/02.json"), nameless())),
                  "u4.zip": zipped(dict.fromkeys(("u4/01.json", "u4/02.json"), nameless()))})
    assert len(handed_in.read(whole).learners) == 4


def test_beside_ledgers_with_an_id_one_without_is_the_same_learners(pile):
    (learner,), *_ = handed_in.read(pile({"a/01a.json": content(0), "a/02.json": nameless(), "b/01a.json": content(0)}))
    assert sorted(learner) == ["01a", "02"]


def test_links_and_what_is_no_file_are_named(pile, tmp_path):
    folder = pile({"ada/01a.json": content(0)})
    (tmp_path / "elsewhere").mkdir()
    (folder / "bob").symlink_to(tmp_path / "elsewhere")
    (folder / "lost.json").symlink_to(tmp_path / "nothing")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "01a.json")
    learners, broken, _ = handed_in.read(folder)
    assert len(learners) == 1 and {os.path.basename(name) for name, _ in broken} >= {"bob", "lost.json"}


def test_no_value_at_any_depth_costs_the_others_theirs(pile):
    files = {f"l{number}/01.json": inside for number, inside in enumerate(odd.variants())}
    learners, *_ = handed_in.read(pile({"all.zip": zipped(files), "ada/01a.json": content(0)}))
    assert len(learners) > 400
