"""The synthetic pictures of lessons 12a to 12c: the same from the same seed, no leak, boxes and masks that fit."""
import numpy as np
import pytest

from chapters.ch12 import scenes
from helpers import data

MAKERS = {"plates": scenes.plates, "digits": scenes.digits_on_clutter, "chests": scenes.chests}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_pictures_come_from_the_seed_alone(make):
    first, again, other, test = make(4, 5)[0], make(4, 5)[0], make(4, 6)[0], make(4, 5, test=True)[0]
    assert np.array_equal(first, again) and not np.array_equal(first, other) and not np.array_equal(first, test)
    assert first.dtype == np.float32 and first.ndim == 4 and 0 <= first.min() and first.max() <= 1


def test_no_text_is_on_plates_of_both_sides():
    trained, tested = ({scenes.text(row) for row in scenes.plates(400, 0, test)[1]} for test in (False, True))
    assert not trained & tested and len(trained) > 350 and len(tested) > 350
    assert not any(map(scenes.held_back, trained)) and all(map(scenes.held_back, tested))


def test_plates_hold_what_they_say():
    pictures, characters = scenes.plates(50, 1)
    assert pictures.shape == (50, *scenes.PLATE, 1) and characters.shape == (50, scenes.LONGEST)
    texts = [scenes.text(row) for row in characters]
    assert {len(text) for text in texts} <= set(range(4, 8)) and all(any(c.isdigit() for c in text) for text in texts)
    longest, shortest = (np.array([len(text) == n for text in texts]) for n in (7, 4))
    dark = (pictures < 0.35).mean((1, 2, 3))
    assert dark[longest].mean() > dark[shortest].mean(), "more characters, more ink"


def test_no_character_of_a_plate_is_outside_its_picture():
    """However a plate is slanted and shifted, what is seen reaches beyond its characters on both sides."""
    rng = np.random.default_rng(0)
    for left, right in ((5, 283), (40, 230), (20, 283), (5, 250)):
        for _ in range(200):
            corners = scenes._corners((288, 72), left, right, rng)
            assert (corners[:2, 0] < left).all() and (corners[2:, 0] > right).all()
            assert corners[[0, 3], 1].max() <= 17 and corners[1:3, 1].min() >= 55, "38 pixels of a character, in the middle"


def test_the_widest_plate_fits():
    """Four of the widest letters, in each font: darkness in the outermost columns would be a cut character."""
    for font in scenes.FONTS:
        glyphs = [scenes._glyph(character, font) for character in "MM000MM"]
        narrow = scenes._narrowed(glyphs, 288 - 12 - 32)
        assert sum(glyph.width for glyph in narrow) <= 288 - 12 - 32
        assert [glyph.height for glyph in narrow] == [glyph.height for glyph in glyphs]
        few = scenes._narrowed(glyphs[:4], 288)
        assert [glyph.width for glyph in few] == [glyph.width for glyph in glyphs[:4]], "what fits stays as it is"


def test_digits_of_the_test_never_train(monkeypatch):
    digits = data.digits()
    told = digits._replace(y_train=np.zeros_like(digits.y_train), y_test=np.ones_like(digits.y_test))
    monkeypatch.setattr(data, "digits", lambda: told)
    for test in (False, True):
        classes = np.concatenate(scenes.digits_on_clutter(20, 0, test).classes)
        assert (classes == test).all()


def test_boxes_and_masks_fit_the_digits():
    found = scenes.digits_on_clutter(60, 2)
    for picture, boxes, classes, mask in zip(found.x[..., 0], found.boxes, found.classes, found.mask):
        assert 1 <= len(boxes) == len(classes) <= 3 and classes.max() < 5
        inside = np.zeros_like(mask)
        for (left, top, right, bottom), digit in zip(boxes.astype(int), classes):
            part = mask[top:bottom, left:right]
            assert set(np.unique(part)) <= {0, digit + 1}
            assert (part > 0).any(0)[[0, -1]].all() and (part > 0).any(1)[[0, -1]].all(), "the box is tight"
            inside[top:bottom, left:right] += 1
        assert inside.max() == 1, "boxes do not overlap"
        assert ((mask > 0) <= (inside > 0)).all() and picture[mask > 0].mean() > picture[mask == 0].mean() + 0.1


def test_the_mark_goes_with_haze_unless_it_is_put_at_random():
    for marks, least, most in (("as in training", 0.85, 1.0), ("at random", -0.15, 0.15)):
        pictures, findings, mark = scenes.chests(600, 3, marks=marks)
        assert least < np.corrcoef(findings[:, 2], mark)[0, 1] < most
        corner = pictures[:, scenes.CORNER[0], scenes.CORNER[1], 0].max((1, 2))
        assert (corner[mark] == 1).all() and corner[~mark].mean() < 0.97
        assert abs(np.corrcoef(findings.T)[np.triu_indices(3, 1)]).max() < 0.15


def test_a_wide_heart_is_bright_where_a_narrow_one_is_not():
    pictures, findings, _ = scenes.chests(200, 4)
    side = pictures[:, 42, 46:49, 0].mean(1)
    assert side[findings[:, 0] == 1].mean() > side[findings[:, 0] == 0].mean() + 0.2


def test_unknown_marks_are_refused():
    with pytest.raises(ValueError, match="at random"):
        scenes.chests(1, 0, marks="none")


def test_smoothing_keeps_the_mean_and_spreads_a_point():
    point = np.zeros((1, 21, 21))
    point[0, 10, 10] = 1
    blurred = scenes.smooth(point, 2.0)[0]
    assert np.isclose(blurred.sum(), 1) and np.allclose(blurred, blurred.T)
    offsets = np.arange(21) - 10
    assert np.isclose((blurred.sum(0) * offsets ** 2).sum(), 4, rtol=0.03), "variance is the deviation squared"
