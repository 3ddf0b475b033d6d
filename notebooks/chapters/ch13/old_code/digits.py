"""The scans of handwritten digits: forms 1 to 11 train, forms 12 to 14 test."""
import os

import numpy as np


def load(folder):
    images = np.load(os.path.join(folder, "images.npy"))
    labels = np.load(os.path.join(folder, "labels.npy"))
    images = (images / 16.0).astype(np.float32)[..., np.newaxis]
    labels = labels.astype(np.int)
    return (images[:1415], labels[:1415]), (images[1415:], labels[1415:])
