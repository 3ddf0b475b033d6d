"""Write the handwritten digits that scikit-learn carries as the two arrays that the course ships.

    python data/scripts/export_digits.py             # writes data/digits/
    python data/scripts/export_digits.py some/folder # elsewhere, to compare

The same bytes come out each time: a .npy file, unlike .npz, holds no time stamp. Prints the lines for
data/SHA256SUMS. Needs scikit-learn; the course itself does not.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np


def export(folder):
    """Write images.npy (1797, 8, 8) uint8, 0 to 16, and labels.npy (1797,) uint8 into folder; return both paths."""
    from sklearn.datasets import load_digits  # here, so that reading this file needs no scikit-learn

    source = load_digits()
    paths = []
    for name, values in (("images", source.images), ("labels", source.target)):
        array = np.ascontiguousarray(values, dtype=np.uint8)
        if not np.array_equal(array, values):
            raise ValueError(f"{name} do not fit into uint8 without loss; scikit-learn's data has changed.")
        paths.append(Path(folder) / f"{name}.npy")
        np.save(paths[-1], array, allow_pickle=False)
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[1] / "digits")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for path in export(folder):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  digits/{path.name}")


if __name__ == "__main__":
    main()
