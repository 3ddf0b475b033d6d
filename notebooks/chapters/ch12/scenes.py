"""Pictures made for lessons 12a to 12c, by a seed: registration plates, digits on clutter, and drawings like chest X-rays.

All are synthetic and say so wherever they are shown. The glyphs are those of DejaVu, which matplotlib ships under a free
license; the digits are the course's own scans, those for training from other forms than those for the test.
"""
import functools
import zlib
from typing import NamedTuple

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from helpers import data

LETTERS = "ABCEHKMPTXY"
"""As on Russian plates, which have only the letters that look alike in Latin and Cyrillic; here without O, which looks
like 0."""

SYMBOLS = "-0123456789" + LETTERS
"""What stands at place k is the character with number k; 0 is no character: padding, and CTC's blank."""

LONGEST = 7
PLATE = (24, 96)
"""Height and width of a plate's picture."""

FONTS = ("DejaVuSans-Bold", "DejaVuSansMono-Bold", "DejaVuSansMono")


class Scenes(NamedTuple):
    """Digits on clutter: x (N, side, side, 1); boxes: N arrays (digits, 4) of left, top, right, bottom in pixels;
    classes: N arrays (digits,); mask (N, side, side): 0 for background, digit + 1 for its ink."""

    x: np.ndarray
    boxes: list
    classes: list
    mask: np.ndarray


def text(numbers):
    """A row of character numbers as a string, padding and blanks left out."""
    return "".join(SYMBOLS[k] for k in numbers if k)


def plates(count, seed, test=False, blur=1.0):
    """(pictures (count, 24, 96, 1) float32 from 0 to 1, characters (count, 7) int64 padded with 0).

    One or two letters, two or three digits, one or two letters; in one of three fonts, seen at a slant, unevenly lit,
    blurred (standard deviation up to `blur` pixels) and noisy. A text belongs to the training or to the test plates,
    never to both.
    """
    rng = np.random.default_rng([seed, test])
    pictures, characters = np.zeros((count, *PLATE, 1), "float32"), np.zeros((count, LONGEST), "int64")
    for k in range(count):
        while True:
            before, figures, after = rng.integers((1, 2, 1), (3, 4, 3))
            written = [*rng.integers(11, len(SYMBOLS), before), *rng.integers(1, 11, figures),
                       *rng.integers(11, len(SYMBOLS), after)]
            if held_back(text(written)) == test:
                break
        characters[k, :len(written)] = written
        pictures[k, ..., 0] = _plate(text(written), rng, blur)
    return pictures, characters


def held_back(plate):
    """Whether a plate's text is kept for the test: about one in four, by a checksum."""
    return zlib.crc32(plate.encode()) % 4 == 0


def _plate(plate, rng, blur):
    """One plate's picture: characters on a bright sheet, then slant, light, blur and noise."""
    height, width = PLATE
    name, scale = FONTS[rng.integers(len(FONTS))], 3
    sheet = Image.new("L", (width * scale, height * scale), 255)
    gaps = [3 if a.isdigit() == b.isdigit() else 10 for a, b in zip(plate, plate[1:])]
    room = sheet.width - 12 - sum(gaps)
    glyphs = _narrowed([_glyph(character, name) for character in plate], room)
    wide = sum(glyph.width for glyph in glyphs) + sum(gaps)
    x = left = np.clip((sheet.width - wide) / 2 + rng.uniform(-12, 12), 5, sheet.width - wide - 5)
    ImageDraw.Draw(sheet).rectangle((2, 2, sheet.width - 3, sheet.height - 3), outline=0, width=3)
    for glyph, gap in zip(glyphs, [*gaps, 0]):
        sheet.paste(0, (round(x), (sheet.height - glyph.height) // 2), glyph)
        x += glyph.width + gap
    corners = _corners(sheet.size, left, left + wide, rng)
    seen = sheet.transform((width, height), Image.Transform.QUAD, tuple(corners.ravel()), Image.Resampling.BILINEAR,
                           fillcolor=128)
    ink = smooth(np.asarray(seen, dtype="float64")[None] / 255, rng.uniform(0.3, max(blur, 0.3)))[0]
    light = np.linspace(rng.uniform(0.5, 1), rng.uniform(0.5, 1), width)
    return (light * (0.15 + 0.85 * ink) + rng.normal(scale=rng.uniform(0.02, 0.08), size=PLATE)).clip(0, 1)


def _narrowed(glyphs, room):
    """Glyphs made narrower, all alike, so that together they are no wider than `room` pixels."""
    share = min(1, room / sum(glyph.width for glyph in glyphs))
    return [glyph.resize((int(share * glyph.width), glyph.height)) for glyph in glyphs]


def _corners(size, left, right, rng):
    """The four corners of the part of a sheet that is seen, moved at random; its characters, from left to right, stay in it.

    (4, 2) pixels: upper left, lower left, lower right, upper right.
    """
    width, height = size
    corners = np.array([(0, 0), (0, height), (width, height), (width, 0)]) + rng.uniform(-1, 1, (4, 2)) * (12, 9)
    corners[:2, 0] = corners[:2, 0].clip(max=left - 1)
    corners[2:, 0] = corners[2:, 0].clip(min=right + 1)
    return corners


@functools.cache
def _glyph(character, name):
    """A character as a mask, cut to its width."""
    font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/{name}.ttf", 50)
    left, top, right, bottom = font.getbbox(character)
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).text((-left, -top), character, fill=255, font=font)
    return mask


def smooth(pictures, deviation):
    """Pictures (N, height, width) blurred by a Gaussian of that standard deviation in pixels; edges are continued."""
    reach = int(np.ceil(3 * deviation))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    weights = (weights / weights.sum()).astype(pictures.dtype)
    for axis in (1, 2):
        padded = np.pad(pictures.swapaxes(axis, 0), [(reach, reach), (0, 0), (0, 0)], mode="edge")
        size = pictures.shape[axis]
        pictures = sum(w * padded[k:k + size] for k, w in enumerate(weights)).swapaxes(axis, 0)
    return pictures


def digits_on_clutter(count, seed, test=False, side=32, most=3, kinds=5):
    """Scenes of 1 to `most` handwritten digits each, on clouds, strokes and noise.

    The digits 0 to kinds - 1, enlarged to 11 to 15 pixels; boxes do not overlap. For training they come from the forms
    that train, for the test from the others (data.digits).
    """
    rng, digits = np.random.default_rng([seed, test]), data.digits()
    scans, labels = (digits.x_test, digits.y_test) if test else (digits.x_train, digits.y_train)
    scans, labels = scans[labels < kinds], labels[labels < kinds]
    x, mask = _clutter(count, side, rng), np.zeros((count, side, side), "int64")
    boxes, classes = [], []
    for k in range(count):
        found = []
        for _ in range(rng.integers(1, most + 1)):
            which, size = rng.integers(len(scans)), int(rng.integers(11, 16))
            left, top = rng.integers(0, side - size + 1, 2)
            ink = np.asarray(Image.fromarray(scans[which]).resize((size, size), Image.Resampling.BICUBIC)).clip(0, 1)
            rows, columns = np.flatnonzero((ink > 0.4).any(1)), np.flatnonzero((ink > 0.4).any(0))
            box = (left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1)
            if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b, _ in found):
                continue
            spot = (k, slice(top, top + size), slice(left, left + size))
            x[spot] = np.maximum(x[spot], rng.uniform(0.6, 1.0) * ink)
            mask[spot][ink > 0.4] = labels[which] + 1
            found.append((box, labels[which]))
        boxes.append(np.array([box for box, _ in found], "float32"))
        classes.append(np.array([label for _, label in found], "int64"))
    x += 0.04 * rng.standard_normal(x.shape, "float32")
    return Scenes(x.clip(0, 1)[..., None], boxes, classes, mask)


def _clutter(count, side, rng):
    """Backgrounds (count, side, side): clouds, and two straight strokes each."""
    clouds = smooth(rng.standard_normal((count, side, side), "float32"), 3.0)
    clouds = 0.25 + 0.1 * clouds / clouds.std(axis=(1, 2), keepdims=True)
    y, x = np.mgrid[:side, :side].astype("float32") - side / 2
    for _ in range(2):
        angle, offset = rng.random((2, count, 1, 1), "float32")
        angle, offset = np.pi * angle, side * (offset - 0.5)
        clouds += 0.25 * (abs(np.cos(angle) * x + np.sin(angle) * y - offset) < 0.7)
    return clouds.clip(0, 0.6)


FINDINGS = ("wide heart", "spots", "haze")
CORNER = (slice(4, 12), slice(4, 12))
"""Where a hospital's mark stands in a drawing of a chest."""


def chests(count, seed, test=False, marks="as in training", side=64):
    """(pictures (count, side, side, 1) float32, findings (count, 3) float32 0 or 1, mark (count,) bool).

    Drawings, not X-rays: two lungs, a heart, ribs and noise, with three findings (FINDINGS) that are drawn, not diagnosed.
    Two hospitals send them; one prints a mark into a corner. It has most of the haze: the mark stands in 19 of 20
    drawings with haze and in 1 of 20 without. With marks="at random" it stands in half of all, whatever they show.
    """
    if marks not in ("as in training", "at random"):
        raise ValueError(f"marks must be 'as in training' or 'at random', not {marks!r}.")
    rng = np.random.default_rng([seed, test, marks == "at random"])
    blocks = [min(100, count - begin) for begin in range(0, count, 100)]  # a hundred at a time take little memory
    parts = zip(*(_chests(size, rng, marks, side) for size in blocks))
    return tuple(np.concatenate(part) for part in parts)


def _chests(count, rng, marks, side):
    """`chests`, from a generator of random numbers."""
    findings = (rng.random((count, 3)) < (0.4, 0.4, 0.5)).astype("float32")
    share = np.where(findings[:, 2] == 1, 0.95, 0.05) if marks == "as in training" else np.full(count, 0.5)
    mark = rng.random(count) < share
    moved = rng.uniform(-0.03, 0.03, (2, count, 1, 1)).astype("float32")
    y, x = (np.mgrid[:side, :side][:, None].astype("float32") + 0.5) / side + moved
    lungs = sum(_inside(x, y, center, 0.5, 0.16, 0.32) for center in (0.29, 0.71))
    wide = np.where(findings[:, 0] == 1, rng.uniform(0.20, 0.26, count), rng.uniform(0.11, 0.16, count))
    wide = wide.astype("float32")[:, None, None]
    body = 0.75 - 0.5 * lungs + 0.55 * _inside(x, y, 0.53, 0.66, wide, 0.15)
    body += 0.05 * np.sin(2 * np.pi * (7 * y + 8 * (x - 0.5) ** 2)) * (lungs > 0.3)
    for _ in range(3):
        place = rng.uniform(-1, 1, (3, count, 1, 1)).astype("float32")
        center = np.where(place[0] < 0, 0.27, 0.73) + 0.05 * place[1]
        body += 0.35 * findings[:, 1, None, None] * _inside(x, y, center, 0.42 + 0.16 * place[2], 0.03, 0.03)
    cloud = smooth(rng.standard_normal((count, side, side), "float32"), 3.0)
    low = lungs * (y > 0.55)
    body += findings[:, 2, None, None] * low * 0.02 * (1 + cloud / cloud.std())
    body = smooth(body, 0.7) + 0.06 * rng.standard_normal(body.shape, "float32")
    body[mark, *CORNER] = np.maximum(body[mark, *CORNER], _letter())
    return body.clip(0, 1)[..., None], findings, mark


def _inside(x, y, left, top, wide, high):
    """Near 1 inside an ellipse with that center and those half axes, near 0 outside, with a soft edge."""
    distance = ((x - left) / wide) ** 2 + ((y - top) / high) ** 2
    return 1 / (1 + np.exp(8 * (distance - 1).clip(-2, 2)))


def _letter():
    """The mark: an L, 8×8 pixels."""
    mark = np.zeros((8, 8), "float32")
    mark[:, 1:3] = mark[6:, 1:7] = 1.0
    return mark
