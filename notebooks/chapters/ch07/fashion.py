"""Fashion-MNIST, 70,000 pictures of clothes in 28×28 pixels, for full runs. Imports neither framework.

H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747; copyright Zalando SE, MIT license. The course does not ship it (30 MB):
it is read from a folder, or fetched once. Whatever the way, the content must have the checksums below.
"""
import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pooch

from helpers.data import Digits

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"  # where Keras fetches the same files from
VARIABLE = "SIDE_BY_SIDE_FASHION"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # the package dataset-fashion-mnist

FILES = {  # name: (sha256 of the published .gz file, sha256 of what is in it: archives made anew differ in their header)
    "train-images-idx3-ubyte": ("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
    "train-labels-idx1-ubyte": ("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    "t10k-images-idx3-ubyte": ("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                               "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
    "t10k-labels-idx1-ubyte": ("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                               "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
}


class Unavailable(RuntimeError):
    """Fashion-MNIST cannot be had: one line that says why and what to do."""


def load():
    """60,000 pictures to train on and 10,000 to test, as a `Digits`: x (N, 28, 28) float32 from 0 to 1, y (N,) int64.

    They come from the folder that SIDE_BY_SIDE_FASHION names, else from Debian's package, else from the network: pooch keeps
    what it fetches in the user's cache folder. Raises Unavailable when there are none, or when a checksum is wrong.
    """
    folder = _folder()
    x_train, y_train, x_test, y_test = (_array(_content(folder, name)) for name in FILES)
    return Digits(x_train / np.float32(255), y_train.astype("int64"), x_test / np.float32(255), y_test.astype("int64"))


def _folder():
    """The folder with the files, after fetching them where nothing else is there."""
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).is_dir():
            raise Unavailable(f"{VARIABLE} names {named}, which is no folder: mend the variable, or unset it.")
        return Path(named)
    return DEBIAN if DEBIAN.is_dir() else _fetch(Path(pooch.os_cache("side-by-side")) / "fashion-mnist")


def _fetch(folder):
    """Fetch the four files into `folder`, each checked; returns it. Raises Unavailable."""
    pooch.get_logger().setLevel("WARNING")  # it would announce every file
    for name, (sha256, _) in FILES.items():
        try:
            pooch.retrieve(f"{URL}{name}.gz", known_hash=sha256, fname=f"{name}.gz", path=folder,
                           downloader=pooch.HTTPDownloader(timeout=20))
        except ValueError:  # pooch found another checksum, and keeps nothing
            raise Unavailable(f"{URL}{name}.gz is not the published file (its sha256 differs): nothing was kept.") from None
        except OSError as error:  # no network, no such host, no space
            raise Unavailable(f"Fashion-MNIST could not be fetched ({type(error).__name__}). Connect once, or set "
                              f"{VARIABLE} to a folder that holds {name}.gz and its three siblings.") from None
    return folder


def _content(folder, name):
    """The bytes of one file, compressed or not, checked."""
    packed, plain = folder / f"{name}.gz", folder / name
    try:
        content = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
    except FileNotFoundError:
        raise Unavailable(f"{folder} lacks {name}.gz: put the four files of Fashion-MNIST there, "
                          f"or unset {VARIABLE}.") from None
    except (OSError, EOFError) as error:  # a truncated archive, a folder that may not be read
        raise Unavailable(f"{name} in {folder} cannot be read ({error}): copy it there again.") from None
    found = hashlib.sha256(content).hexdigest()
    if found != FILES[name][1]:
        raise Unavailable(f"{name} in {folder} is damaged (sha256 {found[:12]}..., not {FILES[name][1][:12]}...): "
                          "copy it there again.")
    return content


def _array(content):
    """The array in a file of the IDX format: two zero bytes, the type (8: uint8), the number of axes, each length, numbers.

    Source: yann.lecun.com/exdb/mnist, "The IDX file format".
    """
    axes = content[3]
    shape = np.frombuffer(content, ">u4", axes, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)
