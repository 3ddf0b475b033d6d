"""The layers of lesson 4b in TensorFlow; `melody_torch` has the same."""
import tensorflow as tf


def layers(weights):
    """An embedding, an LSTM and a dense layer in float64, with these weights (see melody.start_weights)."""
    count, inside = weights["vectors"].shape
    size = len(weights["recurrent"])
    embedding = tf.keras.layers.Embedding(count, inside, dtype="float64")
    lstm = tf.keras.layers.LSTM(size, return_sequences=True, return_state=True, dtype="float64")
    dense = tf.keras.layers.Dense(count, dtype="float64")
    embedding.build((None, None))
    lstm.build((None, None, inside))
    dense.build((None, None, size))
    embedding.set_weights([weights["vectors"]])
    lstm.set_weights([weights["kernel"], weights["recurrent"], weights["bias"]])
    dense.set_weights([weights["scores"], weights["scores bias"]])
    return embedding, lstm, dense


def trained(layers):
    """All variables of the layers that training may change."""
    return [variable for layer in layers for variable in layer.trainable_variables]
