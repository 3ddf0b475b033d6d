"""Is training the same to the last bit, with TensorFlow's switch for determinism off and on, and what does it cost?

    standard input: {"seed": 0, "steps": 30, "repeats": 2, "device": "auto"}

trains the same small network `repeats` times with the switch off, then as often with it on, and prints for each run
{"switch": bool, "digest": sha256 of the trained weights, "seconds": for all steps}. `determinism_torch` does the same.
It is a process of its own because TensorFlow's switch cannot be turned off again.
"""
import hashlib
import json
import sys
import time

from helpers import data, session, tf_side

with session.quiet():
    import tensorflow as tf


def network():
    """Gray levels as words: the gradient of the embedding adds many rows into few, the work whose order may vary."""
    layers = tf.keras.layers
    return tf.keras.Sequential([
        tf.keras.Input([8, 8], dtype="int64"), layers.Embedding(17, 8), layers.Conv2D(16, 3), layers.ReLU(),
        layers.Dropout(0.25), layers.Flatten(), layers.Dense(10)])


def train(seed, steps, device):
    """Train from the seed on; (sha256 of the weights, seconds without the first, warming step)."""
    tf_side.seed(seed)
    with tf.device(device):
        model = network()
        optimizer = tf.keras.optimizers.SGD(0.1)
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        digits = data.digits()
        x = tf_side.tensor((digits.x_train[:256] * 16).astype("int64"), device)
        y = tf_side.tensor(digits.y_train[:256], device)

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                value = loss(y, model(x, training=True))
            optimizer.apply_gradients(zip(tape.gradient(value, model.trainable_variables), model.trainable_variables))

        for number in range(steps + 1):
            if number == 1:
                tf_side.wait()
                start = time.perf_counter()
            step()
        tf_side.wait()
        seconds = time.perf_counter() - start
    weights = tf_side.get_weights(model).values()
    return hashlib.sha256(b"".join(w.tobytes() for w in weights)).hexdigest(), seconds


def main(seed, steps, repeats, device):
    """Print one JSON line a run."""
    place = tf_side.device(device)
    for switch in (False, True):
        if switch:
            tf_side.deterministic(True)
        for _ in range(repeats):
            digest, seconds = train(seed, steps, place)
            print(json.dumps({"switch": switch, "digest": digest, "seconds": seconds}))


if __name__ == "__main__":
    main(**json.load(sys.stdin))
