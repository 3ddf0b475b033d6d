"""Chapter 12a: its measures against hand-computed cases and scikit-learn, and the floors that it promises."""
import numpy as np
import pytest
from sklearn.metrics import average_precision_score, jaccard_score, roc_auc_score

import cells
from chapters.ch12 import scenes

MEASURES = ("iou", "candidates", "mean_average_precision", "auroc", "ious", "read", "cells")
CENTERS = np.stack(np.meshgrid(np.arange(8), np.arange(8)), -1) * 4 + 2.0


@pytest.fixture(scope="module")
def chapter():
    return cells.functions("12a", *MEASURES, np=np, scenes=scenes, centers=CENTERS)


def boxes(*rows):
    return np.array(rows, "float32").reshape(-1, 4)


def pictures(truth, classes):
    return scenes.Scenes(None, truth, [np.array(row) for row in classes], None)


def test_iou_of_boxes(chapter):
    found = chapter["iou"](boxes((0, 0, 4, 4)), boxes((0, 0, 4, 4), (2, 0, 6, 4), (4, 0, 8, 4), (9, 9, 10, 10)))
    assert np.allclose(found, [[1, 8 / 24, 0, 0]])


def test_average_precision_by_hand(chapter):
    """Class 0: two digits; boxes by score right, wrong, right: (1 + 2/3) / 2. Classes 1 to 4: one digit each, found."""
    truth = [boxes((0, 0, 4, 4), (10, 10, 14, 14)), boxes(*[(5 * k, 0, 5 * k + 4, 4) for k in range(4)])]
    classes = [[0, 0], [1, 2, 3, 4]]
    found = [(boxes((0, 0, 4, 4), (20, 20, 24, 24), (10, 10, 14, 14)), np.array([0.9, 0.8, 0.7]), np.array([0, 0, 0])),
             (truth[1], np.full(4, 0.5), np.array(classes[1]))]
    measure = chapter["mean_average_precision"]
    assert np.isclose(measure(found, pictures(truth, classes)), ((1 + 2 / 3) / 2 + 4) / 5)
    twice = [(np.concatenate([found[0][0][:1], found[0][0]]), np.array([0.95, 0.9, 0.8, 0.7]), np.zeros(4, int)), found[1]]
    assert np.isclose(measure(twice, pictures(truth, classes)), ((1 + 2 / 4) / 2 + 4) / 5), "a digit is found once"
    missed = [tuple(part[:1] for part in found[0]), found[1]]
    assert np.isclose(measure(missed, pictures(truth, classes)), (1 / 2 + 4) / 5), "what nobody found counts 0"


@pytest.mark.parametrize("seed", range(3))
def test_average_precision_is_scikit_learns(chapter, seed):
    """One digit a scene and one box for it, of the right class, right or far off: then scikit-learn can be asked."""
    rng = np.random.default_rng(seed)
    classes, right, scores = rng.permutation(np.arange(200) % 5), rng.random(200) < 0.7, rng.random(200)
    truth = [boxes((0, 0, 8, 8))] * 200
    found = [(boxes((0, 0, 8, 8) if hit else (20, 20, 28, 28)), np.array([score]), np.array([kind]))
             for hit, score, kind in zip(right, scores, classes)]
    expected = [average_precision_score(right[classes == k], scores[classes == k]) * right[classes == k].mean()
                for k in range(5)]  # its recall is over the right boxes, ours over all digits
    assert np.isclose(chapter["mean_average_precision"](found, pictures(truth, [[k] for k in classes])), np.mean(expected))


def test_targets_become_the_boxes_again(chapter):
    few = scenes.digits_on_clutter(20, 0)
    maps = chapter["cells"](few)
    maps[..., :5] = 20 * maps[..., :5] - 10  # as sure as can be
    found = chapter["candidates"](maps)
    for (mine, _, kinds), truth, classes in zip(found, few.boxes, few.classes):
        assert set(kinds) == set(classes) and np.isclose(chapter["iou"](mine, truth).max(1), 1).all()
    assert chapter["mean_average_precision"](found, few) < 0.9, "several cells find each digit"


@pytest.mark.parametrize("seed", range(3))
def test_auroc_is_scikit_learns(chapter, seed):
    rng = np.random.default_rng(seed)
    there, scores = rng.integers(0, 2, 100), rng.integers(0, 8, 100) / 4
    assert np.isclose(chapter["auroc"](scores, there), roc_auc_score(there, scores))


def test_iou_of_masks_is_scikit_learns(chapter):
    true, said = np.random.default_rng(0).integers(0, 6, (2, 3, 10, 10))
    assert np.allclose(chapter["ious"](said, true), jaccard_score(true.ravel(), said.ravel(), average=None))


def test_the_best_path_is_read(chapter):
    rows = ["BB-B8--8", "--------", "ABC-----", "-A-A-AA-"]
    scores = np.eye(len(scenes.SYMBOLS))[[[scenes.SYMBOLS.index(c) for c in row] for row in rows]]
    assert list(chapter["read"](scores)) == ["BB88", "", "ABC", "AAA"]


@pytest.mark.slow
@pytest.mark.benchmark
@pytest.mark.parametrize("seed", range(3))
def test_every_seed_reaches_the_floors_in_full_mode(seed):
    names = cells.run("12a", until="exercise", seed=seed, fast=False)
    assert names["floors"] == {"plates": 0.9, "mAP": 0.9, "IoU": 0.75, "AUROC": 0.95}
    for side, name in (("torch", "PyTorch"), ("tf", "TensorFlow")):
        reached = {"plates": (names[f"read_{side}"] == names["written"]).mean(), "mAP": names[f"once_{side}"],
                   "IoU": names[f"iou_{side}"].mean(), "AUROC": min(names["areas"][name][:2])}
        print(f"{name}, seed {seed}: " + ", ".join(f"{what} {value:.3f}" for what, value in reached.items()))
        assert all(reached[what] >= floor for what, floor in names["floors"].items()), (name, seed, reached)
