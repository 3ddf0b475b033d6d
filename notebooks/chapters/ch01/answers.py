"""Answers to the exercises of chapter 1, as learners write them: right ones, and wrong ones with words that the check must say."""

# %% 1.6 right: the column taken out
answer = lambda prediction, target: ((prediction[:, 0] - target) ** 2).mean()

# %% 1.6 right: squeezed, and the library's loss
answer = lambda prediction, target: torch.nn.functional.mse_loss(prediction.squeeze(1), target)

# %% 1.6 right: a loss class
loss = torch.nn.MSELoss()


def answer(prediction, target):
    return loss(prediction, target.view(-1, 1))

# %% 1.6 right: targets as a column
def answer(prediction, target):
    difference = prediction - target[:, None]
    return torch.mean(difference * difference)

# %% 1.6 right: flattened, sum over count
def answer(prediction, target):
    difference = prediction.flatten().sub(target)
    return difference.pow(2).sum() / len(target)

# %% 1.6 right: a dot product
def answer(prediction, target):
    difference = prediction.reshape(target.shape) - target
    return difference @ difference / difference.numel()

# %% 1.6 right: the prediction as a row
def answer(prediction, target):
    return (prediction.T - target).square().mean()

# %% 1.6 right: einsum
def answer(prediction, target):
    difference = prediction.squeeze(-1) - target
    return torch.einsum("i,i->", difference, difference) / target.shape[0]

# %% 1.6 right: a module
class Loss(torch.nn.Module):
    def forward(self, prediction, target):
        return torch.nn.functional.mse_loss(prediction, target.unsqueeze(1))


answer = Loss()

# %% 1.6 right: a mean along each axis
def answer(prediction, target):
    return ((prediction - target.reshape(-1, 1)) ** 2).mean(dim=0).squeeze()

# %% 1.6 right: pair by pair
def answer(prediction, target):
    total = 0.0
    for p, t in zip(prediction, target):
        total = total + (p[0] - t) ** 2
    return total / len(target)

# %% 1.6 wrong: each
answer = lambda prediction, target: ((prediction - target) ** 2).mean()

# %% 1.6 wrong: sum
answer = lambda prediction, target: ((prediction[:, 0] - target) ** 2).sum()

# %% 1.6 wrong: absolute
answer = lambda prediction, target: (prediction[:, 0] - target).abs().mean()

# %% 1.6 wrong: square
answer = lambda prediction, target: (prediction[:, 0] - target).mean()

# %% 1.6 wrong: root
answer = lambda prediction, target: ((prediction[:, 0] - target) ** 2).mean().sqrt()

# %% 1.6 wrong: gradient
answer = lambda prediction, target: ((prediction[:, 0] - target) ** 2).mean().item()

# %% 1.6 wrong: gradient
def answer(prediction, target):
    with torch.no_grad():
        return ((prediction[:, 0] - target) ** 2).mean()

# %% 1.6 wrong: gradient
def answer(prediction, target):
    return ((prediction.detach()[:, 0] - target) ** 2).mean()

# %% 1.6 wrong: one number
def answer(prediction, target):
    return (prediction[:, 0] - target) ** 2

# %% 1.6 wrong: float64
def answer(prediction, target):
    return ((prediction[:, 0].float() - target.float()) ** 2).mean()

# %% 1.6 wrong: square of the mean
def answer(prediction, target):
    return (prediction[:, 0] - target).mean() ** 2

# %% 1.6 wrong: half
def answer(prediction, target):
    return ((prediction[:, 0] - target) ** 2).mean() / 2

# %% 1.6 wrong: each
def answer(prediction, target):
    return torch.nn.functional.mse_loss(prediction, target)

# %% 1.6 wrong: nothing
def answer(prediction, target):
    loss = ((prediction[:, 0] - target) ** 2).mean()

# %% 1.6 wrong: gradient
def answer(prediction, target):
    return torch.tensor(((prediction[:, 0] - target) ** 2).mean().item(), dtype=torch.float64)

# %% 1.2 right: deviations written out
def answer(x, gain):
    mean = tf.reduce_mean(x, axis=[0, 1, 2], keepdims=True)
    n = tf.cast(tf.size(x) / tf.shape(x)[-1], tf.float64)
    std = tf.sqrt(tf.reduce_sum((x - mean) ** 2, axis=[0, 1, 2], keepdims=True) / (n - 1))
    return gain * (x - mean) / std

# %% 1.2 right: the library's variance, corrected
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean = tf.reduce_mean(x, axis=(0, 1, 2))
    variance = tf.math.reduce_variance(x, axis=(0, 1, 2)) * n / (n - 1)
    return gain * (x - mean) / tf.sqrt(variance)

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

# %% 1.2 right: gain with axes of its own
def answer(x, gain):
    count = tf.cast(tf.size(x[..., 0]), x.dtype)
    mean = tf.reduce_mean(x, axis=(-4, -3, -2), keepdims=True)
    std = tf.math.reduce_std(x, axis=(-4, -3, -2), keepdims=True)
    std = std * tf.sqrt(count / (count - 1))
    return gain[None, None, None, :] * (x - mean) / std

# %% 1.2 right: in keras.ops
def answer(x, gain):
    ops = tf.keras.ops
    n = x.shape[0] * x.shape[1] * x.shape[2]
    std = ops.std(x, axis=(0, 1, 2)) * np.sqrt(n / (n - 1))
    return gain * (x - ops.mean(x, axis=(0, 1, 2))) / std

# %% 1.2 wrong: n - 1
def answer(x, gain):
    mean = tf.reduce_mean(x, axis=(0, 1, 2), keepdims=True)
    std = tf.math.reduce_std(x, axis=(0, 1, 2), keepdims=True)
    return gain * (x - mean) / std

# %% 1.2 wrong: axes
def answer(x, gain):
    n = x.shape[0] * x.shape[2] * x.shape[3]
    mean = tf.reduce_mean(x, axis=(0, 2, 3), keepdims=True)
    std = tf.math.reduce_std(x, axis=(0, 2, 3), keepdims=True) * (n / (n - 1)) ** 0.5
    return gain * (x - mean) / std

# %% 1.2 wrong: gain
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean = tf.reduce_mean(x, axis=(0, 1, 2), keepdims=True)
    std = tf.math.reduce_std(x, axis=(0, 1, 2), keepdims=True) * (n / (n - 1)) ** 0.5
    return gain[:, None, None] * (x - mean) / std

# %% 1.2 wrong: picture
def answer(x, gain):
    n = x.shape[1] * x.shape[2]
    mean = tf.reduce_mean(x, axis=(1, 2), keepdims=True)
    std = tf.math.reduce_std(x, axis=(1, 2), keepdims=True) * (n / (n - 1)) ** 0.5
    return gain * (x - mean) / std

# %% 1.2 wrong: plane
def answer(x, gain):
    n = len(tf.reshape(x, [-1]))
    std = tf.math.reduce_std(x) * (n / (n - 1)) ** 0.5
    return gain * (x - tf.reduce_mean(x)) / std

# %% 1.2 wrong: gain
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean = tf.reduce_mean(x, axis=(0, 1, 2))
    return (x - mean) / (tf.math.reduce_std(x, axis=(0, 1, 2)) * (n / (n - 1)) ** 0.5)

# %% 1.2 wrong: mean
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    return gain * x / (tf.math.reduce_std(x, axis=(0, 1, 2)) * (n / (n - 1)) ** 0.5)

# %% 1.2 wrong: variance
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return gain * (x - mean) / (variance * n / (n - 1))

# %% 1.2 wrong: (N, H, W, C)
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    y = gain * (x - mean) / tf.sqrt(variance * n / (n - 1))
    return tf.transpose(y, (0, 3, 1, 2))

# %% 1.2 wrong: gradient
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(tf.stop_gradient(x), [0, 1, 2])
    return gain * (x - mean) / tf.sqrt(variance * n / (n - 1))

# %% 1.2 wrong: n - 1
def answer(x, gain):
    n = x.shape[0]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return gain * (x - mean) / tf.sqrt(variance * n / (n - 1))

# %% 1.2 wrong: float64
def answer(x, gain):
    x, gain = tf.cast(x, tf.float32), tf.cast(gain, tf.float32)
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return gain * (x - mean) / tf.sqrt(variance * n / (n - 1))

# %% 1.2 wrong: (N, H, W, C)
def answer(x, gain):
    x = tf.reshape(x, (x.shape[0], x.shape[3], x.shape[1], x.shape[2]))
    n = x.shape[0] * x.shape[2] * x.shape[3]
    mean, variance = tf.nn.moments(x, [0, 2, 3], keepdims=True)
    y = gain[:, None, None] * (x - mean) / tf.sqrt(variance * n / (n - 1))
    return tf.reshape(y, (x.shape[0], x.shape[2], x.shape[3], x.shape[1]))

# %% 1.2 wrong: nothing
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    y = gain * (x - mean) / tf.sqrt(variance * n / (n - 1))

# %% 1.2 wrong: square
def answer(x, gain):
    n = x.shape[0] * x.shape[1] * x.shape[2]
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return gain**2 * (x - mean) / tf.sqrt(variance * n / (n - 1))

# %% 1.1 right: by hand
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 64)

# %% 1.1 right: lists
answer = [[6, 6, 3, 3], [8, 1, 8, 1], 64]

# %% 1.1 right: from the strides of the tensor
_, plane, row, column = nchw_torch.stride()
answer = ((6, 6, 3, 3), (row, column, row, column), plane)

# %% 1.1 right: read off what unfold does
window = nchw_torch[0, 1].unfold(0, 3, 1).unfold(1, 3, 1)
answer = (window.shape, window.stride(), window.storage_offset())

# %% 1.1 right: doubled
answer = ((6,) * 2 + (3,) * 2, nchw_torch.stride()[2:] * 2, 8 * 8)

# %% 1.1 right: NumPy's integers
numbers = np.array([6, 6, 3, 3, 8, 1, 8, 1, 64])
answer = (tuple(numbers[:4]), tuple(numbers[4:8]), numbers[8])

# %% 1.1 right: from NumPy's window, bytes turned into places
window = np.lib.stride_tricks.sliding_window_view(nchw_torch.numpy()[0, 1], (3, 3))
answer = (window.shape, tuple(step // window.itemsize for step in window.strides), 64)

# %% 1.1 right: a size of PyTorch
answer = (torch.Size([6, 6, 3, 3]), nchw_torch[0, 1].stride() + nchw_torch[0, 1].stride(), nchw_torch[0, 1].storage_offset())

# %% 1.1 wrong: patch
answer = ((6, 6, 3, 3), (8, 1, 1, 8), 64)

# %% 1.1 wrong: plane
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 0)

# %% 1.1 wrong: plane
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 128)

# %% 1.1 wrong: bytes
answer = ((6, 6, 3, 3), (32, 4, 32, 4), 256)

# %% 1.1 wrong: row
answer = ((6, 6, 3, 3), (1, 8, 1, 8), 64)

# %% 1.1 wrong: copy
answer = ((6, 6, 3, 3), (54, 9, 3, 1), 64)

# %% 1.1 wrong: overlap
answer = ((6, 6, 3, 3), (24, 3, 8, 1), 64)

# %% 1.1 wrong: shape
answer = ((3, 3, 6, 6), (8, 1, 8, 1), 64)

# %% 1.1 wrong: picture
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 192)

# %% 1.1 wrong: (192, 64, 8, 1)
answer = ((6, 6, 3, 3), (192, 64, 8, 1), 64)

# %% 1.1 wrong: offset
answer = ((6, 6, 3, 3), (8, 1, 8, 1))

# %% 1.1 wrong: (shape, strides, offset)
answer = ((8, 1, 8, 1), (6, 6, 3, 3), 64)

# %% 1.1 wrong: (shape, strides, offset)
answer = nchw_torch[0, 1].unfold(0, 3, 1).unfold(1, 3, 1)

# %% 1.1 wrong: (shape, strides, offset)
answer = None

# %% 1.1 wrong: row
answer = ((6, 6, 3, 3), (6, 1, 6, 1), 64)

# %% 1.1 wrong: offset
answer = ((6, 6, 3, 3), (8, 1, 8, 1), 1)

# %% 1.3 right: index_add
answer = lambda x, rows, updates: x.index_add(0, rows, updates)

# %% 1.3 right: on a clone
def answer(x, rows, updates):
    new = x.clone()
    new.index_add_(0, rows, updates)
    return new

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

# %% 1.3 right: added to zeros
def answer(x, rows, updates):
    return x + torch.zeros_like(x).index_add(0, rows, updates)

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

# %% 1.3 right: a comparison as a matrix
def answer(x, rows, updates):
    named = (torch.arange(x.shape[0])[:, None] == rows).double()
    return torch.addmm(x, named, updates)

# %% 1.3 right: a module
class AddRows(torch.nn.Module):
    def forward(self, x, rows, updates):
        return x.index_add(dim=0, index=rows, source=updates, alpha=1)


answer = AddRows()

# %% 1.3 right: scatter_reduce
def answer(x, rows, updates):
    index = rows.unsqueeze(1).repeat(1, updates.shape[1])
    return x.scatter_reduce(0, index, updates, reduce="sum")

# %% 1.3 wrong: last
def answer(x, rows, updates):
    new = x.clone()
    new[rows] += updates
    return new

# %% 1.3 wrong: leaves
def answer(x, rows, updates):
    with torch.no_grad():
        return x.index_add_(0, rows, updates)

# %% 1.3 wrong: in place
def answer(x, rows, updates):
    return x.index_add_(0, rows, updates)

# %% 1.3 wrong: replaces
def answer(x, rows, updates):
    return x.index_copy(0, rows, updates)

# %% 1.3 wrong: gradient
def answer(x, rows, updates):
    return x.detach().clone().index_add(0, rows, updates)

# %% 1.3 wrong: gradient
def answer(x, rows, updates):
    with torch.no_grad():
        return x.index_add(0, rows, updates)

# %% 1.3 wrong: table
def answer(x, rows, updates):
    return torch.zeros_like(x).index_add(0, rows, updates)

# %% 1.3 wrong: accumulate
def answer(x, rows, updates):
    return x.index_put((rows,), updates)

# %% 1.3 wrong: sign
def answer(x, rows, updates):
    return x.index_add(0, rows, updates, alpha=-1)

# %% 1.3 wrong: gradient
def answer(x, rows, updates):
    new = x.detach().numpy().copy()
    np.add.at(new, rows.numpy(), updates.detach().numpy())
    return torch.tensor(new)

# %% 1.3 wrong: nothing
def answer(x, rows, updates):
    x.index_add(0, rows, updates)

# %% 1.3 wrong: mean
def answer(x, rows, updates):
    return x.index_reduce(0, rows, updates, "mean")

# %% 1.3 wrong: gradient
def answer(x, rows, updates):
    return x.index_add(0, rows, updates.detach())

# %% 1.3 wrong: rows named
def answer(x, rows, updates):
    return x[rows] + updates

# %% 1.3 wrong: .data
def answer(x, rows, updates):
    x.data.index_add_(0, rows, updates.data)
    return x

# %% 1.4 right: in PyTorch
place = torch_side.device(device)
a = torch_side.tensor(digits.x_test[100:200].reshape(100, 1, 64), place)
b = torch_side.tensor(digits.x_train.reshape(1415, 64), place)
answer = digits.y_train[torch_side.to_numpy(((a - b) ** 2).sum(dim=2).argmin(dim=1))]

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

# %% 1.4 right: the labels taken on the device, a tensor of PyTorch
a = torch.tensor(digits.x_test)[100:200].reshape(100, 1, 64)
b = torch.tensor(digits.x_train).flatten(1)
labels = torch.tensor(digits.y_train)
answer = labels[(a - b).square().sum(-1).min(dim=1).indices]

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

# %% 1.4 right: by a tf.function
@tf.function
def nearest(a, b):
    return tf.argmin(tf.reduce_sum(tf.square(a[:, None] - b), axis=2), axis=1)


place = nearest(
    tf.constant(digits.x_test[100:200].reshape(100, 64)),
    tf.constant(digits.x_train.reshape(1415, 64)),
)
answer = np.take(digits.y_train, place)

# %% 1.4 right: as floats
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64), dtype=torch.float64)
b = torch.tensor(digits.x_train.reshape(1415, 64), dtype=torch.float64)
answer = digits.y_train[((a - b) ** 2).sum(2).argmin(1).numpy()].astype(float)

# %% 1.4 wrong: place
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = ((a - b) ** 2).sum(2).argmin(1).numpy()

# %% 1.4 wrong: 100 to 199
a = torch.tensor(digits.x_test[:100].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[((a - b) ** 2).sum(2).argmin(1).numpy()]

# %% 1.4 wrong: farthest
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[((a - b) ** 2).sum(2).argmax(1).numpy()]

# %% 1.4 wrong: true
answer = digits.y_test[100:200]

# %% 1.4 wrong: squared
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[(a - b).sum(2).argmin(1).numpy()]

# %% 1.4 wrong: squared
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[(a - b).abs().sum(2).argmin(1).numpy()]

# %% 1.4 wrong: 100 to 199
a = torch.tensor(digits.x_test[101:201].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[((a - b) ** 2).sum(2).argmin(1).numpy()]

# %% 1.4 wrong: y_train
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_test[((a - b) ** 2).sum(2).argmin(1).numpy() % len(digits.y_test)]

# %% 1.4 wrong: 100
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[((a - b) ** 2).sum(2).argmin(0).numpy()]

# %% 1.4 wrong: x_train
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_test.reshape(-1, 64))
answer = digits.y_test[((a - b) ** 2).sum(2).argmin(1).numpy()]

# %% 1.4 wrong: 100
a = torch.tensor(digits.x_test.reshape(-1, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[((a - b) ** 2).sum(2).argmin(1).numpy()]

# %% 1.4 wrong: share
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
read = digits.y_train[((a - b) ** 2).sum(2).argmin(1).numpy()]
answer = (read == digits.y_test[100:200]).mean()

# %% 1.4 wrong: labels
answer = None

# %% 1.4 wrong: mean
a = torch.tensor(digits.x_test[100:200].reshape(100, 1, 64))
means = np.stack([digits.x_train[digits.y_train == d].mean(0).ravel() for d in range(10)])
answer = ((a - torch.tensor(means)) ** 2).sum(2).argmin(1).numpy()

# %% 1.4 wrong: product
a = torch.tensor(digits.x_test[100:200].reshape(100, 64))
b = torch.tensor(digits.x_train.reshape(1415, 64))
answer = digits.y_train[(a @ b.T).argmax(1).numpy()]

# %% 1.5 right: a generator of its own
def answer(x, key):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(key))
    return x[order]

# %% 1.5 right: index_select
def answer(x, key):
    own = torch.Generator()
    own.manual_seed(key)
    return torch.index_select(x, 0, torch.randperm(x.shape[0], generator=own))

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

# %% 1.5 right: the rows stacked anew
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    order = torch.randperm(len(x), generator=own).tolist()
    return torch.stack([x[k] for k in order])

# %% 1.5 right: multinomial without putting back
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    order = torch.multinomial(torch.ones(len(x)), len(x), generator=own)
    return x[order, ...]

# %% 1.5 right: the best of a key and one more number
def answer(x, key):
    own = torch.Generator().manual_seed(key + 1)
    return x[torch.randperm(len(x), generator=own, dtype=torch.int64)].clone()

# %% 1.5 wrong: global
def answer(x, key):
    torch.manual_seed(key)
    return x[torch.randperm(len(x))]

# %% 1.5 wrong: key
def answer(x, key):
    return x[torch.randperm(len(x))]

# %% 1.5 wrong: same key
own = torch.Generator().manual_seed(0)


def answer(x, key):
    return x[torch.randperm(len(x), generator=own)]

# %% 1.5 wrong: key
def answer(x, key):
    return x[torch.randperm(len(x), generator=torch.Generator().manual_seed(0))]

# %% 1.5 wrong: rows
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x.flatten()[torch.randperm(x.numel(), generator=own)].reshape(x.shape)

# %% 1.5 wrong: first axis
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[..., torch.randperm(x.shape[-1], generator=own)]

# %% 1.5 wrong: twice
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randint(len(x), (len(x),), generator=own)]

# %% 1.5 wrong: x
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    x[:] = x[torch.randperm(len(x), generator=own)]
    return x

# %% 1.5 wrong: order
def answer(x, key):
    return torch.randperm(len(x), generator=torch.Generator().manual_seed(key))

# %% 1.5 wrong: random
def answer(x, key):
    return x.roll(key, 0)

# %% 1.5 wrong: tensor
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x.numpy()[torch.randperm(len(x), generator=own).numpy()]

# %% 1.5 wrong: nothing
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    x[torch.randperm(len(x), generator=own)]

# %% 1.5 wrong: dtype
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randperm(len(x), generator=own)].float()

# %% 1.5 wrong: last
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randperm(len(x) - 1, generator=own)]

# %% 1.5 wrong: rank
def answer(x, key):
    own = torch.Generator().manual_seed(key)
    return x[torch.randperm(len(x), generator=own), :]

# %% 1.5 wrong: global
def answer(x, key):
    own = torch.random.manual_seed(key)
    return x[torch.randperm(len(x), generator=own)]

# %% 1.5 wrong: same key
def answer(x, key):
    own = torch.Generator()
    own.seed()
    return x[torch.randperm(len(x), generator=own)]
