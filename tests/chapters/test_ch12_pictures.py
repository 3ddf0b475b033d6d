"""Lessons 12a to 12c: their measures by hand and against scikit-learn, their loop, the floors that they promise."""
import numpy as np
import pytest
from sklearn.metrics import average_precision_score, jaccard_score, roc_auc_score

import cells
from chapters.ch12 import pictures, scenes

CENTERS = np.stack(np.meshgrid(np.arange(8), np.arange(8)), -1) * 4 + 2.0


@pytest.fixture(scope="module")
def boxes_and_pixels():
    """The functions of lesson 12b that need no framework."""
    names = ("cells_near", "targets_of", "candidates", "iou", "judge", "average_precision", "mean_average_precision", "ious")
    return cells.functions("12b", *names, np=np, scenes=scenes, centers=CENTERS)


def boxes(*rows):
    return np.array(rows, "float32").reshape(-1, 4)


def truth_of(true_boxes, classes):
    return scenes.Scenes(None, true_boxes, [np.array(row) for row in classes], None)


def test_iou_of_boxes(boxes_and_pixels):
    found = boxes_and_pixels["iou"](boxes((0, 0, 4, 4))[0], boxes((0, 0, 4, 4), (2, 0, 6, 4), (4, 0, 8, 4), (9, 9, 10, 10)))
    assert np.allclose(found, [1, 8 / 24, 0, 0])


def test_average_precision_by_hand(boxes_and_pixels):
    """Class 0: two digits; boxes by score right, wrong, right: (1 + 2/3) / 2. Classes 1 to 4: one digit each, found."""
    truth = [boxes((0, 0, 4, 4), (10, 10, 14, 14)), boxes(*[(5 * k, 0, 5 * k + 4, 4) for k in range(4)])]
    classes = [[0, 0], [1, 2, 3, 4]]
    found = [(boxes((0, 0, 4, 4), (20, 20, 24, 24), (10, 10, 14, 14)), np.array([0.9, 0.8, 0.7]), np.array([0, 0, 0])),
             (truth[1], np.full(4, 0.5), np.array(classes[1]))]
    measure = boxes_and_pixels["mean_average_precision"]
    assert np.isclose(measure(found, truth_of(truth, classes)), ((1 + 2 / 3) / 2 + 4) / 5)
    twice = [(np.concatenate([found[0][0][:1], found[0][0]]), np.array([0.95, 0.9, 0.8, 0.7]), np.zeros(4, int)), found[1]]
    assert np.isclose(measure(twice, truth_of(truth, classes)), ((1 + 2 / 4) / 2 + 4) / 5), "a digit is found once"
    missed = [tuple(part[:1] for part in found[0]), found[1]]
    assert np.isclose(measure(missed, truth_of(truth, classes)), (1 / 2 + 4) / 5), "what nobody found counts 0"


@pytest.mark.parametrize("seed", range(3))
def test_average_precision_is_scikit_learns(boxes_and_pixels, seed):
    """One digit a scene and one box for it, of the right class, right or far off: then scikit-learn can be asked."""
    rng = np.random.default_rng(seed)
    classes, right, scores = rng.permutation(np.arange(200) % 5), rng.random(200) < 0.7, rng.random(200)
    truth = [boxes((0, 0, 8, 8))] * 200
    found = [(boxes((0, 0, 8, 8) if hit else (20, 20, 28, 28)), np.array([score]), np.array([kind]))
             for hit, score, kind in zip(right, scores, classes)]
    expected = [average_precision_score(right[classes == k], scores[classes == k]) * right[classes == k].mean()
                for k in range(5)]  # its recall is over the right boxes, ours over all digits
    measured = boxes_and_pixels["mean_average_precision"](found, truth_of(truth, [[k] for k in classes]))
    assert np.isclose(measured, np.mean(expected))


def test_targets_become_the_boxes_again(boxes_and_pixels):
    few = scenes.digits_on_clutter(20, 0)
    maps = np.stack([boxes_and_pixels["targets_of"](*pair) for pair in zip(few.boxes, few.classes)])
    maps[..., :5] = 20 * maps[..., :5] - 10  # as sure as can be
    found = [boxes_and_pixels["candidates"](one) for one in maps]
    for (mine, _, kinds), true_boxes, classes in zip(found, few.boxes, few.classes):
        assert set(kinds) == set(classes)
        for box in mine:
            assert np.isclose(boxes_and_pixels["iou"](box, true_boxes).max(), 1)
    assert boxes_and_pixels["mean_average_precision"](found, few) < 0.9, "several cells find each digit"


@pytest.mark.parametrize("seed", range(3))
def test_auroc_is_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    there, scores = rng.integers(0, 2, 100), rng.integers(0, 8, 100) / 4
    assert np.isclose(cells.functions("12c", "auroc")["auroc"](scores, there), roc_auc_score(there, scores))


def test_iou_of_masks_is_scikit_learns(boxes_and_pixels):
    true, said = np.random.default_rng(0).integers(0, 6, (2, 3, 10, 10))
    assert np.allclose(boxes_and_pixels["ious"](said, true), jaccard_score(true.ravel(), said.ravel(), average=None))


def test_the_best_path_is_read():
    read = cells.functions("12a", "read", np=np, scenes=scenes)["read"]
    rows = {"BB-B8--8": "BB88", "--------": "", "ABC-----": "ABC", "-A-A-AA-": "AAA"}
    for row, text in rows.items():
        assert read(np.array([scenes.SYMBOLS.index(sign) for sign in row])) == text


def test_the_rate_rises_and_falls_whether_or_not_a_bar_is_shown(monkeypatch):
    x = np.zeros((64, 1))
    shown = [rate for rate, _, _ in pictures.batches(x, x, 0, 7)]
    monkeypatch.setattr(pictures, "tqdm", lambda every, **options: every)
    assert shown == [rate for rate, _, _ in pictures.batches(x, x, 0, 7)] and len(shown) == 28
    assert np.argmax(shown) == 3 and max(shown) > 0.009 and min(shown) == shown[-1] < 0.001


def test_the_modules_train_as_the_loop_of_12a_does_in_pytorch():
    """12b and 12c take the loop from a module: its losses are those of the loop that 12a shows."""
    import torch

    from chapters.ch12 import pictures_torch
    lesson = cells.functions("12a", "outputs_torch", "ctc_torch", "learn_torch", torch=torch, nn=torch.nn, pictures=pictures,
                             device_torch="cpu", seed=1, epochs=1)
    x, y = scenes.plates(80, 1)

    def network():
        net = torch.nn.Sequential(*pictures_torch.conv(1, 4, stride=2), torch.nn.Conv2d(4, 22, (12, 1)))
        return pictures_torch.begin(net, 1, "cpu")
    shown = lesson["learn_torch"](network(), lesson["ctc_torch"], x, y)
    run = pictures_torch.learn(network(), lesson["ctc_torch"], x, y, 1, 1)
    assert len(shown) == 5 and np.allclose(run.losses, shown, rtol=1e-5) and len(set(shown)) == 5


def test_the_modules_train_as_the_loop_of_12a_does_in_tensorflow():
    """12b and 12c take the loop from a module: its losses are those of the loop that 12a shows."""
    import tensorflow as tf

    from chapters.ch12 import pictures_tf
    lesson = cells.functions("12a", "outputs_tf", "ctc_tf", "learn_tf", tf=tf, pictures=pictures, device_tf="/CPU:0",
                             seed=1, epochs=1)
    x, y = scenes.plates(80, 1)

    def network():
        parts = [tf.keras.Input((*scenes.PLATE, 1)), *pictures_tf.conv(4, stride=2), tf.keras.layers.Conv2D(22, (12, 1))]
        return pictures_tf.begin(tf.keras.Sequential(parts), 1)
    shown = lesson["learn_tf"](network(), lesson["ctc_tf"], x, y)
    run = pictures_tf.learn(network(), lesson["ctc_tf"], x, y, 1, 1)
    assert len(shown) == 5 and np.allclose(run.losses, shown, rtol=1e-5) and len(set(shown)) == 5


FLOORS = {"12a": 0.9, "12b": (0.9, 0.75), "12c": 0.95}
"""What every seed must reach in full: plates right; mAP and mean IoU; AUROC of heart and spots."""


@pytest.mark.slow
@pytest.mark.benchmark
@pytest.mark.parametrize("seed", range(3))
def test_every_seed_reaches_the_floors_in_full_mode(seed):
    plates = cells.run("12a", until="12a.7 Quiz", seed=seed, fast=False)
    found = cells.run("12b", until="12b.6 Quiz", seed=seed, fast=False)
    chests = cells.run("12c", until="12c.6 Quiz", seed=seed, fast=False)
    for side in ("torch", "tf"):
        painted = found["ious"](found[f"painted_{side}"], found["unseen"].mask).mean()
        reached = plates[f"right_{side}"], found[f"map_{side}"], painted, *chests[f"same_{side}"][:2]
        print(f"{side}, seed {seed}: plates {reached[0]:.3f}, mAP {reached[1]:.3f}, IoU {painted:.3f}, AUROC {reached[3:]}")
        assert (np.array(reached) >= (FLOORS["12a"], *FLOORS["12b"], FLOORS["12c"], FLOORS["12c"])).all(), (side, seed)
        assert chests[f"other_{side}"][2] < min(chests[f"same_{side}"][2], chests[f"seen_{side}"][2]) - 0.1, (side, seed)
