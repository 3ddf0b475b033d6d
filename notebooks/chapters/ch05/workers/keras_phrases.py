"""The phrasebook's Keras column on the backend that Keras was given. JSON in (seed), JSON out.

Lesson 05e runs this in processes of their own with KERAS_BACKEND=torch and =jax.
"""
import json
import sys

import keras

from chapters.ch05 import phrasebook
from chapters.ch05.phrasebook import in_keras


def main():
    """Print {"phrases": {row: [dtype, values]}} of the rows that the Keras column has."""
    arrays = phrasebook.inputs(json.load(sys.stdin)["seed"], "NHWC")
    phrases = {}
    for name in phrasebook.NAMES:
        if hasattr(in_keras, name):
            said = phrasebook.say(getattr(in_keras, name), arrays, keras.ops.convert_to_tensor, keras.ops.convert_to_numpy)
            phrases[name] = [str(said.dtype), said.tolist()]
    print(json.dumps({"phrases": phrases}))


if __name__ == "__main__":
    main()
