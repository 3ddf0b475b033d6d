"""Lesson 7f's network and loop in TensorFlow, for lesson 7g. `language_torch` has the same names."""
import math

import tensorflow as tf

from chapters.ch07 import alice


class Attention(tf.keras.layers.Layer):
    """Each place takes from itself and the places before it: (texts, places, width) to the same shape."""

    def __init__(self, width, heads=alice.HEADS):
        super().__init__()
        self.heads = heads
        self.causal = True
        self.inward = tf.keras.layers.Dense(3 * width, use_bias=False)
        self.outward = tf.keras.layers.Dense(width, use_bias=False)

    def split(self, x):
        """Query, key and value of each place, three tensors (texts, heads, places, width / heads)."""
        places, width = tf.shape(x)[1], x.shape[2]
        parts = tf.reshape(self.inward(x), (-1, places, 3, self.heads, width // self.heads))
        return tf.unstack(tf.transpose(parts, (2, 0, 3, 1, 4)))

    def join(self, mixed):
        """What the heads found, side by side again, through the last layer."""
        places, width = tf.shape(mixed)[2], self.heads * mixed.shape[3]
        return self.outward(tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), (-1, places, width)))

    def call(self, x):
        query, key, value = self.split(x)
        scores = query @ tf.transpose(key, (0, 1, 3, 2)) / math.sqrt(query.shape[3])
        if self.causal:
            place = tf.range(tf.shape(x)[1])
            earlier = place <= place[:, None]  # (looks, is looked at)
            scores = tf.where(earlier, scores, -math.inf)
        return self.join(tf.nn.softmax(scores, axis=3) @ value)


class Block(tf.keras.layers.Layer):
    """Attention, then two dense layers at each place; what they find is added to x."""

    def __init__(self, width):
        super().__init__()
        self.norm1 = tf.keras.layers.LayerNormalization(epsilon=1e-5)
        self.attention = Attention(width)
        self.norm2 = tf.keras.layers.LayerNormalization(epsilon=1e-5)
        self.wide = tf.keras.layers.Dense(4 * width)
        self.narrow = tf.keras.layers.Dense(width)

    def think(self, x):
        return x + self.narrow(tf.nn.relu(self.wide(self.norm2(x))))

    def call(self, x):
        return self.think(x + self.attention(self.norm1(x)))


class Network(tf.keras.Model):
    """Codes (texts, places) to scores of the next character (texts, places, characters)."""

    def __init__(self, characters, places, width=alice.WIDTH):
        super().__init__()
        self.characters = tf.keras.layers.Embedding(characters, width)
        self.positions = tf.keras.layers.Embedding(places, width)
        self.block1 = Block(width)
        self.block2 = Block(width)
        self.norm = tf.keras.layers.LayerNormalization(epsilon=1e-5)
        self.last = tf.keras.layers.Dense(characters)

    def call(self, codes):
        place = tf.range(tf.shape(codes)[1])
        x = self.characters(codes) + self.positions(place)
        x = self.block2(self.block1(x))
        return self.last(self.norm(x))


def network(weights, device, dtype="float32"):
    """The network that holds these weights (`alice.start_weights`), which tell its sizes."""
    before = tf.keras.config.dtype_policy()
    tf.keras.config.set_dtype_policy(dtype)
    characters, width = weights["characters.weight"].shape
    with tf.device(device):
        model = Network(characters, len(weights["positions.weight"]), width)
        model(tf.zeros((1, 1), tf.int64))  # the first call makes the weights
        for variable, array in zip(model.weights, weights.values()):
            variable.assign(array.T if variable.name == "kernel" else array)  # Keras keeps (in, out)
    tf.keras.config.set_dtype_policy(before)
    return model


def optimizer(model):
    adam = tf.keras.optimizers.Adam(alice.RATE, beta_1=1 - 2**-3, beta_2=1 - 2**-6, epsilon=2**-60)
    adam.build(model.trainable_variables)
    return adam


def loss_of(model, windows):
    """The mean loss of predicting each character of windows (texts, places + 1) from those before it: nats, a tensor."""
    scores = model(windows[:, :-1])
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(windows[:, 1:], scores)
    return tf.reduce_mean(losses)


@tf.function
def step(model, optimizer, windows):
    with tf.GradientTape() as tape:
        loss = loss_of(model, windows)
    slopes = tape.gradient(loss, model.trainable_variables)
    slopes = [tf.convert_to_tensor(slope) for slope in slopes]  # the rows of one character added up
    optimizer.apply_gradients(zip(slopes, model.trainable_variables))
    return loss


def train(model, batches):
    """Train on each batch of windows, NumPy arrays of codes; returns the loss of each step, as floats."""
    with tf.device(model.weights[0].value.device):
        adam = optimizer(model)
        losses = []
        for number, windows in enumerate(batches):
            adam.learning_rate.assign(alice.rate(number))
            losses.append(step(model, adam, tf.constant(windows)))
    return tf.stack(losses).numpy().tolist()
