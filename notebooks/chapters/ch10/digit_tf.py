"""The network of lesson 10a in TensorFlow, and its exports, for the lessons that come after it."""
import warnings

import tensorflow as tf

from helpers import session


def network(w):
    """The network with the weights of `training.weights`: (batch, 8, 8) -> probabilities (batch, 10)."""
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8), name="image"),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.set_weights([w["hidden"], w["hidden bias"], w["digit"], w["digit bias"]])
    return model


def export(model, place):
    """Write a SavedModel with three signatures, as lesson 10a explains them, into the folder `place`."""
    def from_bytes(inputs):
        numbers = tf.cast(tf.io.decode_raw(inputs, tf.uint8), tf.float32)
        return model(tf.reshape(numbers / 16, [-1, 8, 8]))

    def classify(inputs):
        features = {"image": tf.io.FixedLenFeature([8, 8], tf.float32)}
        scores = model(tf.io.parse_example(inputs, features)["image"])
        names = tf.constant([[str(digit) for digit in range(10)]])
        return {"scores": scores, "classes": tf.repeat(names, tf.size(inputs), axis=0)}

    scans = tf.TensorSpec([None, 8, 8], tf.float32, name="image")
    text = tf.TensorSpec([None], tf.string, name="inputs")
    archive = tf.keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", model.call, [scans])
    archive.add_endpoint("raw", from_bytes, [text])
    archive.add_endpoint("classify", classify, [text])
    with session.quiet():
        archive.write_out(place, verbose=False)


def to_onnx(model, path):
    """Write a Keras model as an ONNX file. The converter's warnings about the NumPy that it uses are left out."""
    with session.quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.export(path, format="onnx", verbose=False)


def load_lite(folder):
    """A function from pictures to probabilities that LiteRT computes, converted from the SavedModel in `folder`."""
    from ai_edge_litert.interpreter import Interpreter
    with session.quiet():  # the first call says that it uses XNNPACK
        converter = tf.lite.TFLiteConverter.from_saved_model(str(folder), signature_keys=["serving_default"])
        run = Interpreter(model_content=converter.convert()).get_signature_runner("serving_default")
        run(image=tf.zeros([1, 8, 8]).numpy())
    return lambda images: run(image=images)["output_0"]
