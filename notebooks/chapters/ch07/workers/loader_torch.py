"""Scans served by a DataLoader with workers: {"ways", "seed", "scans", "batch", "own"} in, JSON lines out.

ways: numbers of workers; for each, two epochs are served from the beginning.

A process of its own: a notebook's kernel in which TensorFlow has run must not be forked.
"""
import json
import sys
import time

import numpy as np
import torch

from chapters.ch07 import scans

asked = json.load(sys.stdin)


class Augmented(torch.utils.data.Dataset):
    """Scans, each with its place and a random number, as an augmentation would draw it."""

    def __init__(self, pictures):
        self.pictures = pictures
        self.rng = np.random.default_rng(asked["seed"])  # every worker gets a copy of it, in every epoch

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, place):
        number = self.rng.random() if asked["own"] else torch.rand((), dtype=torch.float64).item()
        picture = scans.augment(self.pictures[[place]], np.random.default_rng([asked["seed"], place]))[0]
        return picture, place, number


if __name__ == "__main__":
    pictures = scans.split()[0][:asked["scans"]]
    for workers in asked["ways"]:
        torch.manual_seed(asked["seed"])
        served = Augmented(pictures)
        order = torch.Generator().manual_seed(asked["seed"])
        loader = torch.utils.data.DataLoader(served, batch_size=asked["batch"], shuffle=True, num_workers=workers,
                                             generator=order)
        for _ in range(2):
            begin = time.perf_counter()
            batches = [(places.tolist(), numbers.tolist()) for _, places, numbers in loader]
            seconds = time.perf_counter() - begin
            print(json.dumps({"workers": workers, "places": sum((places for places, _ in batches), []),
                              "seconds": seconds, "numbers": sum((numbers for _, numbers in batches), [])}), flush=True)
