"""What TensorFlow says of its own interpreter for LiteRT's files."""
import warnings

import tensorflow as tf

from helpers import session


def advice(file):
    """What TensorFlow's own interpreter warns of when it opens the bytes of a file: a list of texts, empty for nothing."""
    with warnings.catch_warnings(record=True) as caught, session.quiet():
        warnings.simplefilter("always")
        tf.lite.Interpreter(model_content=file)
    return [str(warning.message) for warning in caught if "ai_edge_litert" in str(warning.message)]
