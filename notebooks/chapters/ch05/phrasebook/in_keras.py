"""The phrasebook's Keras column: `keras.ops` and Keras layers, which run on TensorFlow, on PyTorch and on JAX.

A phrase that Keras does not have is missing here (gradients: they belong to the backend). Images are NHWC.
"""
import keras
from keras import layers, losses, ops


# Make and convert
def zeros(): return ops.zeros((2, 3))
def full(): return ops.full((2, 3), 7.0)
def integers(): return ops.arange(0, 10, 2)
def evenly_spaced(): return ops.linspace(0.0, 1.0, 5)
def identity(): return ops.eye(3)
def ones_like(x): return ops.ones_like(x)
def cast(x): return ops.cast(x, "float32")
def to_numpy(x): return ops.convert_to_numpy(x)
def random_normal(): return keras.random.normal((2, 3)).shape
def change_in_place(x, y): return keras.Variable(x).assign_add(y)

# Shape
def how_many(x): return ops.size(x)
def reshape(x): return ops.reshape(x, (2, -1))
def transpose(x): return ops.transpose(x)
def reorder_axes(seq): return ops.transpose(seq, (2, 0, 1))
def add_axis(x): return ops.expand_dims(x, 0)
def drop_axis(x): return ops.squeeze(x[:, :1], 1)
def flatten(seq): return layers.Flatten()(seq)
def join(x, y): return ops.concatenate([x, y], axis=1)
def stack(x, y): return ops.stack([x, y])
def split_in_3(x): return ops.split(x, 3, axis=1)
def tile(x): return ops.tile(x, (2, 1))
def repeat_each(x): return ops.repeat(x, 2, axis=0)
def broadcast(b): return ops.broadcast_to(b, (4, 3))
def flip(x): return ops.flip(x, axis=1)
def roll(x): return ops.roll(x, 2, axis=1)
def pad_end(x): return ops.pad(x, [(0, 0), (0, 2)])

# Pick and place
def rows_by_number(x, index): return ops.take(x, index, axis=0)
def one_per_row(x, label): return ops.take_along_axis(x, label[:, None], axis=1)
def choose(x, y): return ops.where(x > 0, x, y)
def set_row(x, b): return ops.slice_update(x, (1, 0), b[None])
def sort_down(x): return ops.flip(ops.sort(x, axis=1), axis=1)
def sort_order(x): return ops.argsort(x, axis=1)
def top_2(x): return ops.top_k(x, 2)[0]
def largest_at(x): return ops.argmax(x, axis=1)
def one_hot(label): return ops.one_hot(label, 6)
def lower_triangle(square): return ops.tril(square)

# Numbers
def matrix_product(x, w): return ops.matmul(x, w)
def batch_of_products(seq): return ops.matmul(seq, ops.swapaxes(seq, 1, 2))
def einsum(seq): return ops.einsum("bti,bsi->bts", seq, seq)
def sum_rows(x): return ops.sum(x, axis=1)
def mean_keep_axis(x): return ops.mean(x, axis=1, keepdims=True)
def largest(x): return ops.max(x, axis=1)
def std(x): return ops.std(x, axis=1)
def sample_std(x):
    n = x.shape[1]
    return ops.std(x, axis=1) * (n / (n - 1)) ** 0.5
def running_sum(x): return ops.cumsum(x, axis=1)
def clip(x): return ops.clip(x, -1, 1)
def length(x): return ops.norm(x, axis=1)
def logsumexp(x): return ops.logsumexp(x, axis=1)
def inverse(square): return ops.inv(square)
def solve(square, b): return ops.solve(square, b[:, None])[:, 0]
def singular_values(x): return ops.svd(x, compute_uv=False)

# Layers
def dense(x, w, b): return ops.matmul(x, w) + b
def relu(x): return ops.relu(x)
def leaky_relu(x): return ops.leaky_relu(x, 0.01)
def gelu(x): return ops.gelu(x, approximate=False)
def softmax(x): return ops.softmax(x)
def log_softmax(x): return ops.log_softmax(x)
def embedding(tokens, table): return ops.take(table, tokens, axis=0)
def layer_norm(x): return layers.LayerNormalization(epsilon=1e-5)(x)
def dropout_off(x): return layers.Dropout(0.5)(x, training=False)
def conv(image, kernel): return ops.conv(image, kernel, padding="valid")
def conv_same(image, kernel): return ops.conv(image, kernel, padding="same")
def max_pool(image): return ops.max_pool(image, 2, 2)
def mean_pool(image): return ops.average_pool(image, 2, 2)
def mean_of_image(image): return layers.GlobalAveragePooling2D()(image)
def pad_image(image): return layers.ZeroPadding2D(1)(image)
def enlarge(image): return layers.UpSampling2D(2)(image)
def attention(query, key): return layers.Attention(score_mode="dot")([query / 2, key, key])

def count_parameters(): return keras.Sequential([keras.Input((6,)), layers.Dense(3)]).count_params()

# Losses (means over the batch)
def cross_entropy(x, label): return losses.SparseCategoricalCrossentropy(from_logits=True)(label, x)
def binary_cross_entropy(x, target): return losses.BinaryCrossentropy(from_logits=True)(target, x)
def squared_error(x, y): return losses.MeanSquaredError()(y, x)
def absolute_error(x, y): return losses.MeanAbsoluteError()(y, x)
def huber(x, y): return losses.Huber()(y, x)

# Gradients and mapping
def map_over_batch(seq): return ops.vectorized_map(lambda one: ops.matmul(one, ops.transpose(one)), seq)
