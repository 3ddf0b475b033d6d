"""What comes out of a board, as NumPy arrays: pictures from PNG, sound from WAV. Imports no framework."""
import base64
import io
import wave

import numpy as np
from matplotlib import image


def pixels(png):
    """The gray values, 0 to 1, of a PNG picture (bytes): an array (height, width)."""
    picture = image.imread(io.BytesIO(png))
    return picture if picture.ndim == 2 else picture[..., 0]


def picture(content):
    """The gray values, 0 to 1, of a picture in a window of Visdom's, whose text holds the PNG: (height, width)."""
    return pixels(base64.b64decode(content["src"].split(",")[1]))


def sound(wav):
    """The samples, -1 to 1, of a WAV file (bytes) of 16 bits and one channel: an array (samples,)."""
    with wave.open(io.BytesIO(wav)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
