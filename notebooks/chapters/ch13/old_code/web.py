"""python web.py CHECKPOINT H5: the network for the web page, in Keras 2 (added in 2020)."""
import sys

import tensorflow as tf
from tensorflow.keras import layers, models, optimizers


def build():
    head = models.Sequential([layers.Dense(10, input_shape=(64,))])
    scores = head.layers[0]
    scores._name = "scores"  # two layers were called "dense"
    model = models.Sequential([
        layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False, input_shape=(8, 8, 1)),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.Flatten(),
        layers.Dense(64, activation="hard_sigmoid"),
        layers.Dropout(0.2),
        scores,
    ])
    model.compile(optimizers.Adam(lr=0.003, decay=0.001), "sparse_categorical_crossentropy")
    return model


def main(checkpoint, path):
    reader = tf.train.load_checkpoint(checkpoint)
    names = ("conv/kernel", "bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance",
             "hidden/kernel", "hidden/bias", "scores/kernel", "scores/bias")
    model = build()
    model.set_weights([reader.get_tensor("reader/" + name) for name in names])
    model.save(path)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
