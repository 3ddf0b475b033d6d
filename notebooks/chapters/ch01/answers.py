"""Answers to the exercises of chapter 1, as learners write them: right ones, and wrong ones with words that
the check must say."""

# %% 1.6 right: squeezed, and the library's loss
answer = lambda prediction, target: torch.nn.functional.mse_loss(prediction.squeeze(1), target)

# %% 1.6 right: a loss class
loss = torch.nn.MSELoss()


def answer(prediction, target):
    return loss(prediction, target.view(-1, 1))

# %% 1.6 right: flattened, sum over count
def answer(prediction, target):
    difference = prediction.flatten().sub(target)
    return difference.pow(2).sum() / len(target)

# %% 1.6 right: the prediction as a row
def answer(prediction, target):
    return (prediction.T - target).square().mean()

# %% 1.6 right: einsum
def answer(prediction, target):
    difference = prediction.squeeze(-1) - target
    return torch.einsum("i,i->", difference, difference) / target.shape[0]

# %% 1.6 right: pair by pair
def answer(prediction, target):
    total = 0.0
    for p, t in zip(prediction, target):
        total = total + (p[0] - t) ** 2
    return total / len(target)

# %% 1.6 wrong: absolute differences
answer = lambda prediction, target: (prediction[:, 0] - target).abs().mean()

# %% 1.6 wrong: the root of the mean
answer = lambda prediction, target: ((prediction[:, 0] - target) ** 2).mean().sqrt()

# %% 1.6 wrong: a PyTorch tensor is asked for
answer = lambda prediction, target: ((prediction[:, 0] - target) ** 2).mean().item()

# %% 1.6 wrong: no gradient reaches argument 1
def answer(prediction, target):
    with torch.no_grad():
        return ((prediction[:, 0] - target) ** 2).mean()

# %% 1.6 wrong: yours is an array of shape (5,)
def answer(prediction, target):
    return (prediction[:, 0] - target) ** 2

# %% 1.6 wrong: dtype float32 where float64
def answer(prediction, target):
    return ((prediction[:, 0].float() - target.float()) ** 2).mean()

# %% 1.6 wrong: is right
def answer(prediction, target):
    return ((prediction[:, 0] - target) ** 2).mean() / 2

# %% 1.6 wrong: n by n
def answer(prediction, target):
    return torch.nn.functional.mse_loss(prediction, target)

# %% 1.2 right: moments
def answer(x, gain):
    n = float(np.prod(x.shape[:3]))
    mean, variance = tf.nn.moments(x, axes=[0, 1, 2])
    return gain * (x - mean) * tf.math.rsqrt(variance * (n / (n - 1)))

# %% 1.2 right: in the other layout, and back
def answer(x, gain):
    x = tf.transpose(x, (0, 3, 1, 2))
    n = x.shape[0] * x.shape[2] * x.shape[3]
    mean = tf.reduce_mean(x, axis=(0, 2, 3), keepdims=True)
    std = tf.math.reduce_std(x, axis=(0, 2, 3), keepdims=True) * (n / (n - 1)) ** 0.5
    return tf.transpose(gain[:, None, None] * (x - mean) / std, (0, 2, 3, 1))

# %% 1.2 right: one long table
def answer(x, gain):
    flat = tf.reshape(x, (-1, x.shape[-1]))
    away = flat - tf.reduce_mean(flat, axis=0)
    std = tf.sqrt(tf.reduce_sum(away * away, axis=0) / (len(flat) - 1))
    return tf.reshape(gain * away / std, x.shape)

# %% 1.2 right: as a tf.function
@tf.function
def answer(x, gain):
    n = tf.cast(tf.reduce_prod(tf.shape(x)[:3]), x.dtype)
    away = x - tf.reduce_mean(x, axis=(0, 1, 2), keepdims=True)
    return gain * away / tf.sqrt(tf.reduce_sum(tf.square(away), (0, 1, 2)) / (n - 1.0))

# %% 1.2 right: batch_normalization
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return tf.nn.batch_normalization(x, mean, variance * n / (n - 1), None, gain, 0.0)

# %% 1.2 right: plane by plane
def answer(x, gain):
    planes = []
    for c in range(x.shape[-1]):
        plane = x[..., c]
        away = plane - tf.reduce_mean(plane)
        n = tf.cast(tf.size(plane), tf.float64)
        planes.append(gain[c] * away / tf.sqrt(tf.reduce_sum(away**2) / (n - 1)))
    return tf.stack(planes, axis=-1)

# %% 1.2 right: in keras.ops
def answer(x, gain):
    ops = tf.keras.ops
    n = x.shape[0] * x.shape[1] * x.shape[2]
    std = ops.std(x, axis=(0, 1, 2)) * np.sqrt(n / (n - 1))
    return gain * (x - ops.mean(x, axis=(0, 1, 2))) / std

# %% 1.2 wrong: a mean and deviation of its own
def answer(x, gain):
    n = x.shape[1] * x.shape[2]
    mean = tf.reduce_mean(x, axis=(1, 2), keepdims=True)
    std = tf.math.reduce_std(x, axis=(1, 2), keepdims=True) * (n / (n - 1)) ** 0.5
    return gain * (x - mean) / std

# %% 1.2 wrong: one mean for all planes
def answer(x, gain):
    n = len(tf.reshape(x, [-1]))
    std = tf.math.reduce_std(x) * (n / (n - 1)) ** 0.5
    return gain * (x - tf.reduce_mean(x)) / std

# %% 1.2 wrong: the gain is missing
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean = tf.reduce_mean(x, axis=(0, 1, 2))
    return (x - mean) / (tf.math.reduce_std(x, axis=(0, 1, 2)) * (n / (n - 1)) ** 0.5)

# %% 1.2 wrong: the mean is not subtracted
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    return gain * x / (tf.math.reduce_std(x, axis=(0, 1, 2)) * (n / (n - 1)) ** 0.5)

# %% 1.2 wrong: divide by the variance
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return gain * (x - mean) / (variance * n / (n - 1))

# %% 1.2 wrong: laid out as NCHW
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    y = gain * (x - mean) / tf.sqrt(variance * n / (n - 1))
    return tf.transpose(y, (0, 3, 1, 2))

# %% 1.2 wrong: the gradient of argument 1 is not
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(tf.stop_gradient(x), [0, 1, 2])
    return gain * (x - mean) / tf.sqrt(variance * n / (n - 1))

# %% 1.2 wrong: the values are not
def answer(x, gain):
    n = x.shape[0]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return gain * (x - mean) / tf.sqrt(variance * n / (n - 1))

# %% 1.2 wrong: dtype float32 where float64
def answer(x, gain):
    x, gain = tf.cast(x, tf.float32), tf.cast(gain, tf.float32)
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return gain * (x - mean) / tf.sqrt(variance * n / (n - 1))

# %% 1.2 wrong: on pictures whose height, width and planes differ
def answer(x, gain):
    x = tf.reshape(x, (-1, 3, 3, 3))
    n = x.shape[0] * 9
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return gain * (x - mean) / tf.sqrt(variance * n / (n - 1))

# %% 1.1 right: lists
answer = [[6, 6, 3, 3], [8, 1, 8, 1], 64]

# %% 1.1 right: from the strides of the tensor
_, plane, row, column = nchw_torch.stride()
answer = ((6, 6, 3, 3), (row, column, row, column), plane)

# %% 1.1 right: read off what unfold does
window = nchw_torch[0, 1].unfold(0, 3, 1).unfold(1, 3, 1)
answer = (window.shape, window.stride(), window.storage_offset())

# %% 1.1 right: NumPy's integers
numbers = np.array([6, 6, 3, 3, 8, 1, 8, 1, 64])
answer = (tuple(numbers[:4]), tuple(numbers[4:8]), numbers[8])

# %% 1.1 right: from NumPy's window, bytes turned into places
window = np.lib.stride_tricks.sliding_window_view(nchw_torch.numpy()[0, 1], (3, 3))
answer = (window.shape, tuple(step // window.itemsize for step in window.strides), 64)

# %% 1.1 right: a size of PyTorch
answer = (torch.Size([6, 6, 3, 3]), nchw_torch[0, 1].stride() + nchw_torch[0, 1].stride(), nchw_torch[0, 1].storage_offset())

# %% 1.1 wrong: planes are counted from 0
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 128)

# %% 1.1 wrong: rows come first
answer = ((6, 6, 3, 3), (1, 8, 1, 8), 64)

# %% 1.1 wrong: strides of a copy
answer = ((6, 6, 3, 3), (54, 9, 3, 1), 64)

# %% 1.1 wrong: look at the shape
answer = ((3, 3, 6, 6), (8, 1, 8, 1), 64)

# %% 1.1 wrong: one picture further
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 192)

# %% 1.1 wrong: should have 3 entries, yours has 2
answer = ((6, 6, 3, 3), (8, 1, 8, 1))

# %% 1.1 wrong: look at the shape
answer = ((8, 1, 8, 1), (6, 6, 3, 3), 64)

# %% 1.1 wrong: has 8 pixels
answer = ((6, 6, 3, 3), (6, 1, 6, 1), 64)

# %% 1.1 wrong: look at the strides again: (8, 1, 8, 2)
answer = ((6, 6, 3, 3), (8, 1, 8, 2), 64)

# %% 1.1 wrong: look at the offset again: 65
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 65)

# %% 1.3 right: index_put, accumulated
def answer(x, rows, updates):
    return x.index_put((rows,), updates, accumulate=True)

# %% 1.3 right: scatter_add
def answer(x, rows, updates):
    return torch.scatter_add(x, 0, rows[:, None].expand_as(updates), updates)

# %% 1.3 right: a product with zeros and ones
def answer(x, rows, updates):
    places = torch.nn.functional.one_hot(rows, len(x)).to(x.dtype)
    return x + places.T @ updates

# %% 1.3 right: row by row
def answer(x, rows, updates):
    table = list(x)
    for row, update in zip(rows.tolist(), updates):
        table[row] = table[row] + update
    return torch.stack(table)

# %% 1.3 right: in a loop, on a clone
def answer(x, rows, updates):
    new = x.clone()
    for k in range(len(rows)):
        new[rows[k]] += updates[k]
    return new

# %% 1.3 right: scatter_reduce
def answer(x, rows, updates):
    index = rows.unsqueeze(1).repeat(1, updates.shape[1])
    return x.scatter_reduce(0, index, updates, reduce="sum")

# %% 1.3 wrong: no gradient reaches argument 1
def answer(x, rows, updates):
    with torch.no_grad():
        return x.index_add(0, rows, updates)

# %% 1.3 wrong: the old table is missing
def answer(x, rows, updates):
    return torch.zeros_like(x).index_add(0, rows, updates)

# %% 1.3 wrong: replaced
def answer(x, rows, updates):
    return x.index_put((rows,), updates)

# %% 1.3 wrong: the values are not
def answer(x, rows, updates):
    return x.index_add(0, rows, updates, alpha=-1)

# %% 1.3 wrong: is there a `return`
def answer(x, rows, updates):
    x.index_add(0, rows, updates)

# %% 1.3 wrong: no gradient reaches argument 3
def answer(x, rows, updates):
    return x.index_add(0, rows, updates.detach())

# %% 1.3 wrong: shape (6, 2) where (5, 2)
def answer(x, rows, updates):
    return x[rows] + updates

# %% 1.3 wrong: x itself has changed
def answer(x, rows, updates):
    y = x.index_add(0, rows, updates)
    x.data = y.detach()
    return y

# %% 1.4 right: in TensorFlow
place = tf_side.device(device)
a = tf_side.tensor(digits.x_test[100:200].reshape(100, 1, 64), place)
b = tf_side.tensor(digits.x_train.reshape(1415, 64), place)
nearest = tf.argmin(tf.reduce_sum((a - b) ** 2, axis=-1), axis=1)
answer = digits.y_train[tf_side.to_numpy(nearest)]

# %% 1.4 right: the labels gathered on the device, a tensor of TensorFlow
a = tf_side.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = tf_side.tensor(digits.x_train.reshape(-1, 64))
squares = tf.reduce_sum(tf.math.squared_difference(a, b), axis=2)
answer = tf.gather(digits.y_train, tf.argmin(squares, axis=1))

# %% 1.4 right: a list
a = torch.from_numpy(digits.x_test[100:200].reshape(-1, 1, 64))
b = torch.from_numpy(digits.x_train.reshape(-1, 64))
nearest = torch.argmin(torch.sum((a - b) ** 2, -1), 1)
answer = [int(digits.y_train[k]) for k in nearest]

# %% 1.4 right: the distance itself, and sorted
a = torch.tensor(digits.x_test[100:200]).flatten(1).unsqueeze(1)
b = torch.tensor(digits.x_train).flatten(1)
order = torch.linalg.vector_norm(a - b, dim=2).sort(dim=1).indices
answer = digits.y_train[order[:, 0].numpy()]

# %% 1.4 right: the highest of the negative ones
a = tf.constant(digits.x_test[100:200].reshape(100, 1, 64))
b = tf.constant(digits.x_train.reshape(1415, 64))
_, nearest = tf.math.top_k(-tf.reduce_sum((a - b) ** 2, 2), k=1)
answer = digits.y_train[nearest.numpy().ravel()]

# %% 1.4 right: small integers
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
nearest = ((a - b) ** 2).mean(2).argmin(1).numpy()
answer = digits.y_train[nearest].astype("uint8")

# %% 1.4 right: as floats
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64), dtype=torch.float64)
b = torch.tensor(digits.x_train.reshape(1415, 64), dtype=torch.float64)
answer = digits.y_train[((a - b) ** 2).sum(2).argmin(1).numpy()].astype(float)

# %% 1.4 wrong: is not right
a = torch.tensor(digits.x_test[:100].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[((a - b) ** 2).sum(2).argmin(1).numpy()]

# %% 1.4 wrong: is not right
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_test[((a - b) ** 2).sum(2).argmin(1).numpy() % len(digits.y_test)]

# %% 1.4 wrong: shape (382,) where (100,)
a = torch.tensor(digits.x_test.reshape(-1, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[((a - b) ** 2).sum(2).argmin(1).numpy()]

# %% 1.4 wrong: 100 numbers are asked for
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
read = digits.y_train[((a - b) ** 2).sum(2).argmin(1).numpy()]
answer = (read == digits.y_test[100:200]).mean()

# %% 1.4 wrong: should be a list
answer = None

# %% 1.4 wrong: is not right
a = torch.tensor(digits.x_test[100:200].reshape(100, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[(a @ b.T).argmax(1).numpy()]

# %% 1.5 right: the order of random numbers
def answer(x, key):
    own = torch.Generator(device="cpu").manual_seed(key)
    return x[torch.rand(x.size(0), generator=own).argsort()]

# %% 1.5 right: the global generator put back
def answer(x, key):
    state = torch.get_rng_state()
    torch.manual_seed(key)
    order = torch.randperm(len(x))
    torch.set_rng_state(state)
    return x[order]

# %% 1.5 right: a fork of the global generator
def answer(x, key):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key)
        return x[torch.randperm(len(x))]

# %% 1.5 right: Python's random numbers
import random


def answer(x, key):
    order = list(range(len(x)))
    random.Random(key).shuffle(order)
    return x[order]

# %% 1.5 right: NumPy's permutation
def answer(x, key):
    order = np.random.default_rng(key % 2**64).permutation(len(x))
    return x[torch.from_numpy(order)]

# %% 1.5 right: multinomial without putting back
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    order = torch.multinomial(torch.ones(len(x)), len(x), generator=own)
    return x[order, ...]

# %% 1.5 wrong: within a row
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x.flatten()[torch.randperm(x.numel(), generator=own)].reshape(x.shape)

# %% 1.5 wrong: x itself has been shuffled
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    x[:] = x[torch.randperm(len(x), generator=own)]
    return x

# %% 1.5 wrong: no random order
def answer(x, key):
    return x.roll(key, 0)

# %% 1.5 wrong: a PyTorch tensor is asked for
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x.numpy()[torch.randperm(len(x), generator=own).numpy()]

# %% 1.5 wrong: shape (19, 5)
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randperm(len(x) - 1, generator=own)]

# %% 1.5 wrong: on a tensor of shape (20,)
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randperm(len(x), generator=own), :]

# %% 1.5 wrong: the global generator has moved
def answer(x, key):
    own = torch.random.manual_seed(key)
    return x[torch.randperm(len(x), generator=own)]

# %% 1.5 wrong: still in their old order
answer = lambda x, key: x.clone()

# %% 1.5 wrong: of int64 numbers of shape (20,) it makes float64
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randperm(len(x), generator=own)].double()

# %% 1.5 wrong: it makes int64 numbers of shape (4, 5)
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randperm(len(x), generator=own)].reshape(-1, 5)
