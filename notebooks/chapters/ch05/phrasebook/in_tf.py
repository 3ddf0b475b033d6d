"""The phrasebook's TensorFlow column: `tf` itself where it has the phrase, else a Keras layer. Images are NHWC."""
from helpers.session import quiet

with quiet():
    import tensorflow as tf

# Make and convert
def zeros(): return tf.zeros((2, 3))
def full(): return tf.fill((2, 3), 7.0)
def integers(): return tf.range(0, 10, 2)
def evenly_spaced(): return tf.linspace(0.0, 1.0, 5)
def identity(): return tf.eye(3)
def ones_like(x): return tf.ones_like(x)
def cast(x): return tf.cast(x, tf.float32)
def to_numpy(x): return x.numpy()
def random_normal(): return tf.random.normal((2, 3)).shape
def change_in_place(x, y): return tf.Variable(x).assign_add(y)

# Shape
def how_many(x): return tf.size(x)
def reshape(x): return tf.reshape(x, (2, -1))
def transpose(x): return tf.transpose(x)
def reorder_axes(seq): return tf.transpose(seq, (2, 0, 1))
def add_axis(x): return tf.expand_dims(x, 0)
def drop_axis(x): return tf.squeeze(x[:, :1], 1)
def flatten(seq): return tf.reshape(seq, (tf.shape(seq)[0], -1))
def join(x, y): return tf.concat([x, y], axis=1)
def stack(x, y): return tf.stack([x, y])
def split_in_3(x): return tf.split(x, 3, axis=1)
def tile(x): return tf.tile(x, (2, 1))
def repeat_each(x): return tf.repeat(x, 2, axis=0)
def broadcast(b): return tf.broadcast_to(b, (4, 3))
def flip(x): return tf.reverse(x, [1])
def roll(x): return tf.roll(x, 2, axis=1)
def pad_end(x): return tf.pad(x, [(0, 0), (0, 2)])

# Pick and place
def rows_by_number(x, index): return tf.gather(x, index)
def one_per_row(x, label): return tf.gather(x, label[:, None], batch_dims=1)
def choose(x, y): return tf.where(x > 0, x, y)
def keep_where(x): return x[x > 0]
def positions(x): return tf.where(x > 0)
def set_row(x, b): return tf.tensor_scatter_nd_update(x, [(1, 0), (1, 1), (1, 2)], b)
def sort_down(x): return tf.sort(x, axis=1, direction="DESCENDING")
def sort_order(x): return tf.argsort(x, axis=1)
def top_2(x): return tf.math.top_k(x, 2).values
def largest_at(x): return tf.argmax(x, axis=1)
def one_hot(label): return tf.one_hot(label, 6)
def lower_triangle(square): return tf.linalg.band_part(square, -1, 0)

# Numbers
def matrix_product(x, w): return x @ w
def batch_of_products(seq): return tf.matmul(seq, seq, transpose_b=True)
def einsum(seq): return tf.einsum("bti,bsi->bts", seq, seq)
def sum_rows(x): return tf.reduce_sum(x, axis=1)
def mean_keep_axis(x): return tf.reduce_mean(x, axis=1, keepdims=True)
def largest(x): return tf.reduce_max(x, axis=1)
def std(x): return tf.math.reduce_std(x, axis=1)
def sample_std(x):
    n = x.shape[1]
    return tf.math.reduce_std(x, axis=1) * (n / (n - 1)) ** 0.5
def running_sum(x): return tf.cumsum(x, axis=1)
def clip(x): return tf.clip_by_value(x, -1, 1)
def length(x): return tf.norm(x, axis=1)
def logsumexp(x): return tf.reduce_logsumexp(x, axis=1)
def inverse(square): return tf.linalg.inv(square)
def solve(square, b): return tf.linalg.solve(square, b[:, None])[:, 0]
def singular_values(x): return tf.linalg.svd(x, compute_uv=False)

# Layers
def dense(x, w, b): return x @ w + b
def relu(x): return tf.nn.relu(x)
def leaky_relu(x): return tf.nn.leaky_relu(x, 0.01)
def gelu(x): return tf.nn.gelu(x)
def softmax(x): return tf.nn.softmax(x)
def log_softmax(x): return tf.nn.log_softmax(x)
def embedding(tokens, table): return tf.nn.embedding_lookup(table, tokens)
def layer_norm(x): return tf.keras.layers.LayerNormalization(epsilon=1e-5)(x)
def dropout_off(x): return tf.keras.layers.Dropout(0.5)(x, training=False)
def conv(image, kernel): return tf.nn.conv2d(image, kernel, strides=1, padding="VALID")
def conv_same(image, kernel): return tf.nn.conv2d(image, kernel, strides=1, padding="SAME")
def max_pool(image): return tf.nn.max_pool2d(image, 2, 2, "VALID")
def mean_pool(image): return tf.nn.avg_pool2d(image, 2, 2, "VALID")
def mean_of_image(image): return tf.reduce_mean(image, axis=(1, 2))
def pad_image(image): return tf.pad(image, [(0, 0), (1, 1), (1, 1), (0, 0)])
def enlarge(image): return tf.repeat(tf.repeat(image, 2, axis=1), 2, axis=2)
def attention(query, key): return tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / 2) @ key

def count_parameters(): return tf.keras.Sequential([tf.keras.Input((6,)), tf.keras.layers.Dense(3)]).count_params()

# Losses (means over the batch)
def cross_entropy(x, label): return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(label, x))
def binary_cross_entropy(x, target): return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target, x))
def squared_error(x, y): return tf.reduce_mean((x - y) ** 2)
def absolute_error(x, y): return tf.reduce_mean(tf.abs(x - y))
def huber(x, y): return tf.keras.losses.Huber()(y, x)

# Gradients and mapping
def gradient(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x ** 3)
    return tape.gradient(y, x)
def stop_gradient(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * tf.stop_gradient(x))
    return tape.gradient(y, x)
def sgd_step(x):
    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x ** 3)
    tf.keras.optimizers.SGD(0.5).apply([tape.gradient(y, x)], [x])
    return x
def jacobian(b):
    with tf.GradientTape() as tape:
        tape.watch(b)
        y = tf.tensordot(b, b, axes=0)
    return tape.jacobian(y, b)
def map_over_batch(seq): return tf.vectorized_map(lambda one: one @ tf.transpose(one), seq)
def clip_gradients(x, y): return tf.clip_by_global_norm([x, y], 1.0)[0]
