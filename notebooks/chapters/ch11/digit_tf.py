"""Lesson 11a's network in TensorFlow and its files, for the lessons after it."""
import numpy as np
import tensorflow as tf

from chapters.ch11 import training
from helpers import session, tf_side


def network(dtype):
    """Two convolutions, one pooling, one dense layer, computed in dtype."""
    layers = tf.keras.layers
    return tf.keras.Sequential([
        tf.keras.Input((8, 8, 1), dtype=dtype),
        layers.Conv2D(8, 3, padding="same", activation="relu", dtype=dtype),
        layers.Conv2D(16, 3, padding="same", activation="relu", dtype=dtype),
        layers.MaxPooling2D(dtype=dtype), layers.Flatten(dtype=dtype), layers.Dense(10, dtype=dtype)])


def trained(seed, epochs):
    """The network, trained as in lesson 11a in float64, then in float32."""
    wide, net = network("float64"), network("float32")
    wide.set_weights(training.weights(seed))
    sgd = tf.keras.optimizers.SGD(0.125, momentum=0.75)

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, wide(x)))
        sgd.apply(tape.gradient(loss, wide.trainable_variables), wide.trainable_variables)

    for x, y in training.batches(seed, epochs):
        step(tf.constant(x), tf.constant(y))
    net.set_weights(wide.get_weights())
    return net


def scores(net, pictures):
    """A network's scores for pictures (n, 8, 8, 1), as NumPy (n, 10)."""
    return tf_side.to_numpy(net(pictures))


def run_litert(file):
    """A function of one picture (1, 8, 8, 1) that LiteRT computes, from the bytes of a file.

    Where the file's inputs or outputs are int8, it converts as an app must (lesson 11b).
    """
    from ai_edge_litert.interpreter import Interpreter
    with session.quiet():  # it says that it uses XNNPACK
        model = Interpreter(model_content=file, num_threads=1)
        model.allocate_tensors()
    into, out = model.get_input_details()[0], model.get_output_details()[0]
    scale, zero = into["quantization"]  # the scale is 0 where the file computes in float32
    step, middle = out["quantization"]

    def answer(picture):
        if scale:
            picture = np.clip(np.round(picture / scale) + zero, -128, 127).astype("int8")
        model.set_tensor(into["index"], picture)
        model.invoke()
        got = model.get_tensor(out["index"])
        return (got.astype("float32") - middle) * step if step else got

    return answer


def to_litert(net, folder):
    """The bytes of a LiteRT file of the network; folder: where the SavedModel on the way goes."""
    with session.quiet():
        net.export(folder, verbose=False)
        return tf.lite.TFLiteConverter.from_saved_model(str(folder)).convert()


def input_of(file):
    """What the bytes of a LiteRT file want as their input: {"shape": [numbers], "type": name of a dtype}."""
    from ai_edge_litert.interpreter import Interpreter
    with session.quiet():
        wants = Interpreter(model_content=file).get_input_details()[0]
    return {"shape": wants["shape"].tolist(), "type": wants["dtype"].__name__}


def to_onnx(net, path):
    """Write the network as an ONNX file; returns the shape of the input that the file asks for, for one picture."""
    net(tf.zeros((1, 8, 8, 1)))  # Keras exports only a network that was called once
    with session.quiet():
        net.export(path, format="onnx", verbose=False)
    return [1, 8, 8, 1]
