"""Lesson 11e: what smaller weights do to a LiteRT file, and which of Keras's quantized networks become one."""
import warnings

import tensorflow as tf
from tensorflow.lite.python.convert_phase import ConverterError

from chapters.ch11 import digit_tf, training
from helpers import data, errors, session

WAYS = {"TensorFlow, float32": {}, "TensorFlow, float16": {"types": [tf.float16]}, "TensorFlow, weights int8": {"types": []},
        "TensorFlow, all int8, calibrated": {"types": [], "calibrate": True}}
"""{way: what the converter is told}"""


def smaller(net, pictures, folder):
    """{way: (bytes of a LiteRT file, its scores less the network's own)}, for each of WAYS."""
    with session.quiet():
        net.export(folder, verbose=False)
    plain = digit_tf.scores(net, pictures)
    found = {}
    for name, told in WAYS.items():
        file = _converted(folder, **told)
        found[name] = len(file), training.ask_all(digit_tf.run_litert(file), pictures) - plain
    return found


def _converted(folder, types=None, calibrate=False):
    """The bytes of a LiteRT file. types: None for no optimization, else the types that weights may have."""
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    if types is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = types
    if calibrate:
        converter.representative_dataset = _samples
    with session.quiet():
        return converter.convert()


def _samples():
    for picture in data.digits().x_train[:100, ..., None]:
        yield [picture[None]]


def kernels(net, folder, calibrate):
    """{shape of a kernel: its type} in a LiteRT file with weights in int8, with calibration or without."""
    from ai_edge_litert.interpreter import Interpreter
    with session.quiet():
        net.export(folder, verbose=False)
        model = Interpreter(model_content=_converted(folder, [], calibrate))
    weights = {(8, 3, 3, 1), (16, 3, 3, 8), (10, 256)}
    found = {tuple(one["shape"].tolist()): one["dtype"].__name__ for one in model.get_tensor_details()}
    return {shape: kind for shape, kind in found.items() if shape in weights}


def quantized_by_keras(net, folder):
    """{mode of model.quantize: bytes of its LiteRT file, or the first line of why there is none}."""
    found = {}
    for mode in ("int8", "int4"):
        small = tf.keras.models.clone_model(net)
        small.set_weights(net.get_weights())
        with warnings.catch_warnings(), session.quiet():
            warnings.simplefilter("ignore")  # of layers that have nothing to quantize
            small.quantize(mode)
            try:
                found[mode] = f"{len(digit_tf.to_litert(small, folder / mode)):,} bytes"
            except ConverterError as problem:
                found[mode] = f"refused: {errors.first_line(problem)[-130:]}"
    return found
