"""Fashion-MNIST: read where it is, fetched where it is not, refused with one line when it is damaged or cannot be had."""
import gzip
import hashlib
import socket
import struct

import numpy as np
import pooch
import pytest

from chapters.ch07 import fashion


def packed(array):
    """An array as the bytes of an IDX file."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Four small files of the same names in a folder, with their checksums, and no other place to find any."""
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 256, size, dtype=np.uint8) for size in ((6, 28, 28), 6, (2, 28, 28), 2)]
    folder, sums = tmp_path / "fashion", {}
    folder.mkdir()
    for name, array in zip(fashion.FILES, arrays, strict=True):
        content = packed(array)
        archive = gzip.compress(content)
        (folder / f"{name}.gz").write_bytes(archive)
        sums[name] = hashlib.sha256(archive).hexdigest(), hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(fashion, "FILES", sums)
    monkeypatch.setattr(fashion, "DEBIAN", tmp_path / "no-package")
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache")
    monkeypatch.setenv(fashion.VARIABLE, str(folder))
    return folder, arrays


def refused(match):
    return pytest.raises(fashion.Unavailable, match=match)


def test_a_named_folder_is_read(small):
    got = fashion.load()
    for found, stored in zip(got, small[1], strict=True):
        assert np.array_equal(np.round(found * 255 if found.ndim > 1 else found), stored)
    assert [a.dtype.name for a in got] == ["float32", "int64", "float32", "int64"] and got.x_train.max() <= 1


def test_unpacked_files_and_another_compression_serve_as_well(small):
    folder, arrays = small
    first, second, *_ = fashion.FILES
    (folder / first).write_bytes(gzip.decompress((folder / f"{first}.gz").read_bytes()))
    (folder / f"{first}.gz").unlink()
    (folder / f"{second}.gz").write_bytes(gzip.compress(packed(arrays[1]), compresslevel=1, mtime=1))
    assert np.array_equal(fashion.load().y_train, arrays[1])


def test_a_folder_that_is_not_there_is_named(small, monkeypatch, tmp_path):
    monkeypatch.setenv(fashion.VARIABLE, str(tmp_path / "nowhere"))
    with refused("SIDE_BY_SIDE_FASHION names .*nowhere, which is no folder: mend the variable"):
        fashion.load()


def test_a_missing_file_is_named(small):
    (small[0] / "t10k-labels-idx1-ubyte.gz").unlink()
    with refused("lacks t10k-labels-idx1-ubyte.gz: put the four files"):
        fashion.load()


def test_another_content_is_refused(small):
    path = small[0] / "train-labels-idx1-ubyte.gz"
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] ^= 1
    path.write_bytes(gzip.compress(content))
    with refused("train-labels-idx1-ubyte in .* is damaged .sha256 [0-9a-f]{12}..., not [0-9a-f]{12}...."):
        fashion.load()


def test_a_truncated_archive_is_refused(small):
    path = small[0] / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:100])
    with refused("train-images-idx3-ubyte in .* cannot be read"):
        fashion.load()


def test_debians_folder_serves_when_none_is_named(small, monkeypatch):
    monkeypatch.delenv(fashion.VARIABLE)
    monkeypatch.setattr(fashion, "DEBIAN", small[0])
    assert len(fashion.load().x_train) == 6


def test_without_a_network_one_line_says_what_to_do(small, monkeypatch):
    def no_network(*args, **kwargs):
        raise socket.gaierror("Name or service not known")
    monkeypatch.delenv(fashion.VARIABLE)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setenv("NO_PROXY", "*")
    with refused("could not be fetched .ConnectionError.. Connect once, or set SIDE_BY_SIDE_FASHION to a folder") as caught:
        fashion.load()
    assert "\n" not in str(caught.value)


def served(folder):
    """A downloader that takes pooch's files from a folder instead of the network."""
    class FromFolder:
        def __init__(self, timeout):
            assert timeout > 0

        def __call__(self, url, output_file, pooch_object):
            source = folder / url.rsplit("/", 1)[1]
            with open(output_file, "wb") as file:
                file.write(source.read_bytes())
    return FromFolder


def test_files_are_fetched_once(small, monkeypatch, tmp_path):
    monkeypatch.delenv(fashion.VARIABLE)
    monkeypatch.setattr(pooch, "HTTPDownloader", served(small[0]))
    assert len(fashion.load().x_test) == 2
    for path in small[0].iterdir():
        path.unlink()
    assert len(fashion.load().x_test) == 2, "the second time they come from the cache"
    assert sorted(path.stem for path in (tmp_path / "cache" / "fashion-mnist").iterdir()) == sorted(fashion.FILES)


def test_a_download_with_another_checksum_is_not_kept(small, monkeypatch, tmp_path):
    monkeypatch.delenv(fashion.VARIABLE)
    (small[0] / "train-images-idx3-ubyte.gz").write_bytes(b"a page that asks you to log in")
    monkeypatch.setattr(pooch, "HTTPDownloader", served(small[0]))
    with refused("train-images-idx3-ubyte.gz is not the published file"):
        fashion.load()
    assert not list((tmp_path / "cache").rglob("*.gz"))


def test_the_real_files_where_this_machine_has_them():
    if not fashion.DEBIAN.is_dir():
        pytest.skip("the package dataset-fashion-mnist is not installed")
    got = fashion.load()
    assert [a.shape for a in got] == [(60000, 28, 28), (60000,), (10000, 28, 28), (10000,)]
    assert np.bincount(got.y_train).tolist() == [6000] * 10
