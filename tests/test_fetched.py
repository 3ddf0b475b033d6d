"""Scripts and models of others: taken from their packages, refused when another, found by a chapter, never half there."""
import base64
import hashlib
import io
import tarfile
import zipfile

import pytest

import fetch as tool
from helpers.machine import fetched


@pytest.fixture
def table(tmp_path, monkeypatch):
    """One package of two files, in a folder as `npm pack` leaves it, and an environment of its own to unpack into."""
    content, packed = {"dist/a.js": b"let a", "dist/b.wasm": b"\0asm", "README.md": b"no"}, io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    (tmp_path / "npm").mkdir()
    (tmp_path / "npm" / "scope-thing-1.2.3.tgz").write_bytes(packed.getvalue())
    row = {"name": "@scope/thing", "version": "1.2.3", "files": ["dist/a.js", "dist/b.wasm"],
           "sha512": base64.b64encode(hashlib.sha512(packed.getvalue()).digest()).decode()}
    monkeypatch.setattr(fetched, "packages", lambda: {row["name"]: row})
    monkeypatch.setattr(fetched, "home", lambda: tmp_path / "share")
    return row


def test_what_the_table_names_is_unpacked_and_nothing_else(table, tmp_path, capsys):
    with pytest.raises(FileNotFoundError, match="python tools/fetch.py"):
        fetched.folder("@scope/thing")
    assert tool.main(["--from", str(tmp_path / "npm")]) == 0
    found = fetched.folder("@scope/thing")
    assert (found / "dist" / "a.js").read_bytes() == b"let a"
    assert not (found / "README.md").exists()
    assert "2 files" in capsys.readouterr().out
    assert tool.main(["--from", str(tmp_path / "nowhere")]) == 0, "what is there is not fetched again"


def test_another_file_is_refused_and_what_was_there_stays(table, tmp_path):
    tool.main(["--from", str(tmp_path / "npm")])
    (tmp_path / "npm" / "scope-thing-1.2.3.tgz").write_bytes(b"another")
    table["version"] = "1.2.3"
    table["sha512"] += "="
    with pytest.raises(SystemExit, match="sha512"):
        tool.main(["--from", str(tmp_path / "npm")])
    assert (tmp_path / "share" / "@scope" / "thing" / "dist" / "a.js").is_file()
    with pytest.raises(FileNotFoundError):
        fetched.folder("@scope/thing")  # that of another version


def test_a_name_that_the_package_does_not_hold(table, tmp_path):
    table["files"].append("dist/c.js")
    with pytest.raises(SystemExit, match="does not hold dist/c.js"):
        tool.main(["--from", str(tmp_path / "npm")])


def test_packages_are_kept_for_laptops_without_a_network(table, tmp_path):
    tool.main(["--from", str(tmp_path / "npm"), "--keep", str(tmp_path / "stick")])
    assert (tmp_path / "stick" / "scope-thing-1.2.3.tgz").is_file()
    with pytest.raises(SystemExit, match="--keep"):
        tool.main(["--from", str(tmp_path / "empty"), "--keep", str(tmp_path / "stick")])


def test_without_npm_one_line_says_what_to_do(table, monkeypatch):
    monkeypatch.setattr(tool.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="Install Node.js"):
        tool.main([])


def test_files_of_a_wheel(table, tmp_path):
    wheel = tmp_path / "npm" / "thing-2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("thing/model.bin", b"numbers")
        archive.writestr("thing/code.py", b"raise SystemExit")
    table.update(name="thing", version="2", source="pypi", wheel=wheel.name, files=["thing/model.bin"],
                 sha512=base64.b64encode(hashlib.sha512(wheel.read_bytes()).digest()).decode())
    with pytest.raises(KeyError):
        fetched.folder("thing-that-no-table-has")
    assert tool.main(["--from", str(tmp_path / "npm")]) == 0
    row = next(iter(fetched.packages().values()))
    assert [path.name for path in (fetched.home() / row["name"]).rglob("*.*")] == ["model.bin"]


def test_the_table_is_complete():
    for row in fetched.packages().values():
        assert {"name", "version", "license", "sha512", "files"} == set(row) - {"source", "wheel"}
        assert ("wheel" in row) == (fetched.source(row) == "pypi")
        assert len(base64.b64decode(row["sha512"])) == 64 and row["files"]
