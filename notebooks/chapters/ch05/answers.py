"""Answers to chapter 5's exercises, as learners write them: right ones, and wrong ones with words that a check must say."""

# %% 5.1 right: turned first
answer = weight_of_8[:, 0].transpose(1, 2, 0).reshape(3, 3, 4, 2)

# %% 5.1 right: a loop
answer = np.zeros((3, 3, 4, 2))
for channel in range(4):
    for filter in range(2):
        answer[:, :, channel, filter] = weight_of_8[2 * channel + filter, 0]

# %% 5.1 right: even and odd
answer = np.stack([weight_of_8[0::2, 0], weight_of_8[1::2, 0]], axis=-1).transpose(1, 2, 0, 3)

# %% 5.1 right: float32
answer = weight_of_8.astype("float32").reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)

# %% 5.1 right: out of the layer itself
layer = layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False)
layer.build((None, 9, 9, 4))
layer.set_weights([np.moveaxis(weight_of_8.reshape(4, 2, 3, 3), [2, 3], [0, 1])])
answer = layer.get_weights()[0]

# %% 5.1 right: a tensor that PyTorch keeps
answer = torch.from_numpy(weight_of_8).unflatten(0, (4, 2)).squeeze(2).permute(2, 3, 0, 1)

# %% 5.1 wrong: shape (3, 3, 1, 8)
answer = weight_of_8.transpose(2, 3, 1, 0)

# %% 5.1 wrong: shape (3, 3, 2, 4)
answer = weight_of_8.reshape(4, 2, 3, 3).transpose(2, 3, 1, 0)

# %% 5.1 wrong: height and width
answer = weight_of_8.T.reshape(3, 3, 4, 2)

# %% 5.1 wrong: is not right: yours is 8
answer = weight_of_8.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)[::-1, ::-1]

# %% 5.1 wrong: yours is None
answer = np.copyto(np.zeros((3, 3, 4, 2)), weight_of_8.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1))

# %% 5.1 wrong: is a function
def answer(weight):
    return weight.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)

# %% 5.2 right: written out
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(tf.matmul(x, weight, transpose_b=True) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 right: gelu by erf
def answer(x, weight, bias, scale, shift):
    a = tf.einsum("ni,oi->no", x, weight) + bias
    y = 0.5 * a * (1 + tf.math.erf(a / np.sqrt(2)))
    centered = y - tf.reduce_mean(y, axis=1, keepdims=True)
    variance = tf.reduce_mean(centered**2, axis=1, keepdims=True)
    return x + scale * centered * tf.math.rsqrt(variance + 1e-5) + shift

# %% 5.2 right: Keras's layers, told their type
def answer(x, weight, bias, scale, shift):
    dense = layers.Dense(4, dtype="float64")
    dense.build((None, 4))
    dense.set_weights([weight.numpy().T, bias.numpy()])
    y = keras.activations.gelu(dense(x))
    norm = layers.LayerNormalization(epsilon=1e-5, dtype="float64")
    norm.build((None, 4))
    norm.set_weights([scale, shift])
    return x + norm(y)

# %% 5.2 right: Keras's operations
def answer(x, weight, bias, scale, shift):
    y = keras.ops.gelu(keras.ops.matmul(x, keras.ops.transpose(weight)) + bias, approximate=False)
    mean, variance = keras.ops.mean(y, axis=1, keepdims=True), keras.ops.var(y, axis=1, keepdims=True)
    return x + (y - mean) / keras.ops.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 right: NumPy inside, as no gradients are asked for
import math
def answer(x, weight, bias, scale, shift):
    a = x.numpy() @ weight.numpy().T + bias.numpy()
    y = a * 0.5 * (1 + np.vectorize(math.erf)(a / math.sqrt(2)))
    y = (y - y.mean(axis=1, keepdims=True)) / np.sqrt(y.var(axis=1, keepdims=True) + 1e-5)
    return tf.constant(x.numpy() + y * scale.numpy() + shift.numpy())

# %% 5.2 right: gelu by erfc
def answer(x, weight, bias, scale, shift):
    a = tf.nn.bias_add(tf.matmul(x, weight, transpose_b=True), bias)
    y = 0.5 * a * tf.math.erfc(-a / 2**0.5)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: epsilon is missing
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance) * scale + shift

# %% 5.2 wrong: divides by n - 1
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    y = y - tf.reduce_mean(y, axis=1, keepdims=True)
    variance = tf.reduce_sum(y**2, axis=1, keepdims=True) / 3
    return x + y / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: normalized over the batch
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[0])
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: computed in float32
def answer(x, weight, bias, scale, shift):
    y = tf.cast(tf.nn.gelu(tf.cast(x @ tf.transpose(weight) + bias, tf.float32)), tf.float64)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: computed in float32
def answer(x, weight, bias, scale, shift):
    norm = layers.LayerNormalization(epsilon=1e-5, dtype="float32")  # the type that it has when it is not told
    norm.build((None, 4))
    norm.set_weights([scale, shift])
    y = norm(tf.nn.gelu(x @ tf.transpose(weight) + bias))
    return x + tf.cast(y, tf.float64)

# %% 5.2 wrong: GELU comes first
def answer(x, weight, bias, scale, shift):
    y = x @ tf.transpose(weight) + bias
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + tf.nn.gelu((y - mean) / tf.sqrt(variance + 1e-5) * scale + shift)

# %% 5.2 wrong: the values are not
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / (tf.sqrt(variance) + 1e-5) * scale + shift

# %% 5.3 right: as products
count["nn.LSTM(5, 7)"] = 4 * (5 * 7 + 7 * 7 + 2 * 7)
count["layers.LSTM(7)"] = 4 * (5 * 7 + 7 * 7 + 7)
count["layers.GRU(7)"] = 3 * (5 * 7 + 7 * 7 + 2 * 7)
count["nn.Conv2d(8, 16, 3, groups=4)"] = 16 * (8 // 4) * 3 * 3 + 16
answer = count

# %% 5.3 right: zipped with floats
answer = dict(zip(count, [392.0, 364.0, 294.0, 304.0]))

# %% 5.3 right: NumPy integers
answer = {name: np.int64(number) for name, number in zip(count, [392, 364, 294, 304])}

# %% 5.3 right: counted by the frameworks
def in_keras(layer):
    layer.build((None, 12, 5))
    return layer.count_params()
answer = {
    "nn.LSTM(5, 7)": sum(p.numel() for p in nn.LSTM(5, 7).parameters()),
    "layers.LSTM(7)": in_keras(layers.LSTM(7)),
    "layers.GRU(7)": in_keras(layers.GRU(7)),
    "nn.Conv2d(8, 16, 3, groups=4)": sum(p.numel() for p in nn.Conv2d(8, 16, 3, groups=4).parameters()),
}

# %% 5.3 right: in another order
answer = dict(sorted({**count, "nn.LSTM(5, 7)": 392, "layers.LSTM(7)": 364, "layers.GRU(7)": 294,
                      "nn.Conv2d(8, 16, 3, groups=4)": 304}.items()))

# %% 5.3 right: tensors of no axis
answer = dict(zip(count, torch.tensor([392, 364, 294, 304])))

# %% 5.3 right: tf constants
answer = {name: tf.constant(n) for name, n in zip(count, (392, 364, 294, 304))}

# %% 5.3 wrong: layers.LSTM has one bias
answer = dict(zip(count, [392, 392, 294, 304]))

# %% 5.3 wrong: a bias for each of its 16 outputs
answer = dict(zip(count, [392, 364, 294, 288]))

# %% 5.3 wrong: four gates, a GRU three
answer = dict(zip(count, [294, 364, 392, 304]))

# %% 5.3 wrong: a GRU has three gates
answer = dict(zip(count, [392, 364, 392, 304]))

# %% 5.3 wrong: layers.GRU(7) does not have 5
answer = dict(zip(count, [392, 364, 5, 304]))

# %% 5.3 wrong: a number is asked for, not '294'
answer = dict(zip(count, [392, 364, "294", 304]))

# %% 5.3 wrong: must be the dict
answer = [392, 364, 294, 304]

# %% 5.3 wrong: no entry 'layers.GRU(7)'
answer = {"nn.LSTM(5, 7)": 392, "layers.LSTM(7)": 364, "nn.Conv2d(8, 16, 3, groups=4)": 304}

# %% 5.4 right: rows by number
answer = from_file[[0, 1, 4, 5, 6, 7, 2, 3]]

# %% 5.4 right: an axis of gates
answer = from_file.reshape(4, 2, 3)[[0, 2, 3, 1]].reshape(8, 3)

# %% 5.4 right: chunks of a tensor
i, o, f, c = torch.tensor(from_file).chunk(4)
answer = torch.cat([i, f, c, o])

# %% 5.4 right: np.take
answer = np.take(from_file, np.r_[0:2, 4:8, 2:4], axis=0)

# %% 5.4 right: a list of lists
answer = from_file[[0, 1, 4, 5, 6, 7, 2, 3]].tolist()

# %% 5.4 right: in the layer
layer = nn.LSTM(3, 2)
with torch.no_grad():
    layer.weight_ih_l0.copy_(torch.tensor(from_file)[[0, 1, 4, 5, 6, 7, 2, 3]])
answer = layer.weight_ih_l0

# %% 5.4 right: tf
i, o, f, c = tf.split(from_file, 4)
answer = tf.concat([i, f, c, o], axis=0)

# %% 5.4 wrong: output gate is the last
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([i, f, o, c])

# %% 5.4 wrong: move blocks, not rows
answer = from_file[[0, 2, 3, 1, 4, 6, 7, 5]]

# %% 5.4 wrong: shape (4, 2, 3)
i, o, f, c = np.split(from_file, 4)
answer = np.stack([i, f, c, o])

# %% 5.4 wrong: is not right: yours is 18
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([i, c, f, o])

# %% 5.4 wrong: yours is None
answer = np.random.default_rng(0).shuffle(from_file)

# %% 5.5 right: a list, without its last ReLU
def answer(sizes):
    steps = []
    for k in range(len(sizes) - 1):
        steps += [nn.Linear(sizes[k], sizes[k + 1]), nn.ReLU()]
    return nn.Sequential(*steps[:-1])

# %% 5.5 right: a class with a ModuleList
class Deep(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.steps = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        for step in self.steps[:-1]:
            x = F.relu(step(x))
        return self.steps[-1](x)
answer = Deep

# %% 5.5 right: itself once more
def answer(sizes):
    first = nn.Linear(sizes[0], sizes[1])
    if len(sizes) == 2:
        return first
    return nn.Sequential(first, nn.ReLU(), answer(sizes[1:]))

# %% 5.5 right: setattr
def answer(sizes):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            for k, (a, b) in enumerate(zip(sizes[:-1], sizes[1:])):
                setattr(self, f"dense{k}", nn.Linear(a, b))

        def forward(self, x):
            for k in range(len(sizes) - 2):
                x = torch.relu(getattr(self, f"dense{k}")(x))
            return getattr(self, f"dense{len(sizes) - 2}")(x)
    return Net()

# %% 5.5 right: arrays of its own
class Arrays(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.weights = nn.ParameterList(torch.randn(b, a) / a**0.5 for a, b in zip(sizes, sizes[1:]))
        self.biases = nn.ParameterList(torch.zeros(b) for b in sizes[1:])

    def forward(self, x):
        for k, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            if k > 0:
                x = torch.relu(x)
            x = F.linear(x, weight, bias)
        return x
def answer(sizes):
    return Arrays(sizes)

# %% 5.5 right: lazy
def answer(sizes):
    net = nn.Sequential(nn.LazyLinear(sizes[1]))
    for size in sizes[2:]:
        net.extend([nn.ReLU(), nn.LazyLinear(size)])
    return net

# %% 5.5 wrong: returned a type
def answer(sizes):
    return nn.Linear

# %% 5.5 wrong: for [5, 3], your network raised RuntimeError
def answer(sizes):
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))

# %% 5.5 wrong: the weights have shapes
def answer(sizes):
    return nn.Sequential(nn.Linear(sizes[0], sizes[1]), nn.ReLU(), nn.Linear(sizes[1], sizes[-1]))

# %% 5.5 wrong: not those of dense layers
def answer(sizes):
    steps = [nn.ReLU()]
    for a, b in zip(sizes, sizes[1:]):
        steps += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*steps[:-1])

# %% 5.5 wrong: is there a `return`
def answer(sizes):
    net = nn.Sequential()
    for a, b in zip(sizes, sizes[1:]):
        net.append(nn.Linear(a, b))
        net.append(nn.ReLU())

# %% 5.5 wrong: in a plain list
def answer(sizes):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.between = [nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:-1])]
            self.last = nn.Linear(sizes[-2], sizes[-1])

        def forward(self, x):
            for step in self.between:
                x = torch.relu(step(x))
            return self.last(x)
    return Net()

# %% 5.5 wrong: have no bias
def answer(sizes):
    steps = []
    for a, b in zip(sizes, sizes[1:]):
        steps += [nn.Linear(a, b, bias=False), nn.ReLU()]
    return nn.Sequential(*steps[:-1])

# %% 5.5 wrong: an nn.Module is asked for
def answer(sizes):
    net = keras.Sequential([keras.Input((sizes[0],))])
    for size in sizes[1:-1]:
        net.add(layers.Dense(size, activation="relu"))
    net.add(layers.Dense(sizes[-1]))
    return net

# %% 5.6 right: buffers and frozen
def answer(net):
    frozen = {name for name, p in net.named_parameters(remove_duplicate=False) if not p.requires_grad}
    return {name for name, _ in net.named_buffers() if name in net.state_dict()} | frozen

# %% 5.6 right: keep_vars
def answer(net):
    return {name for name, array in net.state_dict(keep_vars=True).items() if not array.requires_grad}

# %% 5.6 right: a loop
def answer(net):
    names = set()
    free = {id(p) for p in net.parameters() if p.requires_grad}
    for name, array in net.state_dict(keep_vars=True).items():
        if id(array) not in free:
            names.add(name)
    return names

# %% 5.6 right: a lambda
answer = lambda net: net.state_dict().keys() - {n for n, p in net.named_parameters() if p.requires_grad}

# %% 5.6 right: by data_ptr
def answer(net):
    moved = [p.data_ptr() for p in net.parameters() if p.requires_grad]
    return {name for name, array in net.state_dict().items() if array.data_ptr() not in moved}

# %% 5.6 right: module by module
def answer(net):
    names = set()
    for path, module in net.named_modules():
        start = path + "." if path else ""
        names |= {start + n for n, p in module.named_parameters(recurse=False) if not p.requires_grad}
        names |= {start + n for n, _ in module.named_buffers(recurse=False)}
    return names & set(net.state_dict())

# %% 5.6 right: get_parameter
def answer(net):
    def moves(name):
        try:
            return net.get_parameter(name).requires_grad
        except AttributeError:
            return False
    return {name for name in net.state_dict() if not moves(name)}

# %% 5.6 wrong: those are all names
def answer(net):
    return {name for name, array in net.state_dict().items() if not array.requires_grad}

# %% 5.6 wrong: not saved
def answer(net):
    frozen = {name for name, p in net.named_parameters() if not p.requires_grad}
    return {name for name, _ in net.named_buffers()} | frozen

# %% 5.6 wrong: num_batches_tracked
def answer(net):
    frozen = {name for name, p in net.named_parameters() if not p.requires_grad}
    return frozen | {n for n, b in net.named_buffers() if b.is_floating_point()}

# %% 5.6 wrong: is there a `return`
def answer(net):
    names = set(net.state_dict())
    names.difference_update(n for n, p in net.named_parameters() if p.requires_grad)

# %% 5.6 wrong: in the layers inside
def answer(net):
    frozen = {n for n, p in net.named_parameters(recurse=False) if not p.requires_grad}
    return frozen | {n for n, _ in net.named_buffers(recurse=False)}

# %% 5.6 wrong: are texts
def answer(net):
    return {a for a in net.state_dict(keep_vars=True).values() if not a.requires_grad}

# %% 5.6 wrong: 'mask' is missing
def answer(net):
    frozen = {name for name, p in net.named_parameters() if not p.requires_grad}
    return frozen | {name for name in net.state_dict() if "running" in name or "num_batches" in name}

# %% 5.7 right: transposed first
def answer(kernel, channels, height, width):
    apart = kernel.T.reshape(-1, height, width, channels)
    return np.moveaxis(apart, 3, 1).reshape(kernel.shape[1], -1)

# %% 5.7 right: rows by number
def answer(kernel, channels, height, width):
    places = np.arange(len(kernel)).reshape(height, width, channels)
    return kernel[places.transpose(2, 0, 1).ravel()].T

# %% 5.7 right: loops
def answer(kernel, channels, height, width):
    weight = np.empty((kernel.shape[1], channels * height * width))
    for c in range(channels):
        for h in range(height):
            for w in range(width):
                weight[:, (c * height + h) * width + w] = kernel[(h * width + w) * channels + c]
    return weight

# %% 5.7 right: torch inside
def answer(kernel, channels, height, width):
    apart = torch.from_numpy(kernel).reshape(height, width, channels, -1)
    return apart.permute(3, 2, 0, 1).flatten(1).numpy()

# %% 5.7 right: a tensor, since it is for PyTorch
def answer(kernel, channels, height, width):
    apart = torch.tensor(kernel).view(height, width, channels, -1)
    return apart.permute(3, 2, 0, 1).reshape(-1, channels * height * width)

# %% 5.7 right: a lambda
answer = lambda k, c, h, w: k.reshape(h * w, c, -1).transpose(2, 1, 0).reshape(-1, c * h * w)

# %% 5.7 wrong: shape is (30, 4)
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, width, channels, -1)
    return apart.transpose(2, 0, 1, 3).reshape(channels * height * width, -1)

# %% 5.7 wrong: turns nothing over
def answer(kernel, channels, height, width):
    return kernel.reshape(-1, channels * height * width)

# %% 5.7 wrong: shape is (4, 2, 3, 5)
def answer(kernel, channels, height, width):
    return kernel.reshape(height, width, channels, -1).transpose(3, 2, 0, 1)

# %% 5.7 wrong: cannot reshape
def answer(kernel, channels, height, width):
    apart = kernel.reshape(6, 6, 3, 10)
    return apart.transpose(3, 2, 0, 1).reshape(10, 108)

# %% 5.7 wrong: another order
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, channels, width, -1)
    return apart.transpose(3, 1, 0, 2).reshape(-1, channels * height * width)

# %% 5.7 wrong: come first in the `transpose`
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, width, channels, -1).transpose(2, 0, 1, 3)
    return apart.reshape(-1, channels * height * width)

# %% 5.8 right: soft labels
def answer(logits, labels):
    soft = 0.9 * tf.one_hot(labels, 10) + 0.01
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(soft, logits))

# %% 5.8 right: Keras's loss
def answer(logits, labels):
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    return loss(tf.one_hot(labels, 10), logits)

# %% 5.8 right: two losses
def answer(logits, labels):
    hard = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    even = tf.reduce_logsumexp(logits, axis=1) - tf.reduce_mean(logits, axis=1)
    return tf.reduce_mean(0.9 * hard + 0.1 * even)

# %% 5.8 right: traced
@tf.function
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits)
    places = tf.stack([tf.range(tf.shape(labels, out_type=tf.int64)[0]), labels], axis=1)
    right = tf.gather_nd(logs, places)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 right: gather_nd with batch_dims
def answer(logits, labels):
    logs = tf.math.log_softmax(logits, axis=-1)
    right = tf.gather_nd(logs, labels[:, tf.newaxis], batch_dims=1)
    return tf.negative(tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=-1)))

# %% 5.8 right: in float64
def answer(logits, labels):
    logs = tf.nn.log_softmax(tf.cast(logits, tf.float64), axis=1)
    right = tf.reduce_sum(logs * tf.one_hot(labels, 10, dtype=tf.float64), axis=1)
    return tf.cast(-tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1)), tf.float32)

# %% 5.8 wrong: whole columns
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: sign is missing
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: sum over the rows
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_sum(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: axis 1
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=0)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: it gives inf
def answer(logits, labels):
    logs = tf.math.log(tf.nn.softmax(logits, axis=1))
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: not the other way round
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_mean(0.1 * right + 0.9 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: a float, where
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return float(-tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1)))

# %% 5.9 right: einsum all the way
def answer(query, key, value, may_look):
    q, k, v = (tf.reshape(rows, (*rows.shape[:2], 2, 4)) for rows in (query, key, value))
    scores = tf.einsum("bqhn,bkhn->bhqk", q, k) / 2
    shares = tf.nn.softmax(tf.where(may_look, scores, -np.inf))
    return tf.reshape(tf.einsum("bhqk,bkhn->bqhn", shares, v), query.shape)

# %% 5.9 right: head by head
def answer(query, key, value, may_look):
    mixed = []
    for q, k, v in zip(*(tf.split(rows, 2, axis=-1) for rows in (query, key, value))):
        mixed.append(attend_tf(q, k, v, may_look)[0])
    return tf.concat(mixed, axis=-1)

# %% 5.9 right: stacked
def answer(query, key, value, may_look):
    def split(rows):
        return tf.stack(tf.split(rows, 2, axis=-1), axis=1)
    mixed, shares = attend_tf(split(query), split(key), split(value), may_look)
    return tf.concat(tf.unstack(mixed, axis=1), axis=-1)

# %% 5.9 right: Keras's function
def answer(query, key, value, may_look):
    rows = [tf.reshape(array, (len(array), -1, 2, 4)) for array in (query, key, value)]
    return tf.reshape(keras.ops.dot_product_attention(*rows, mask=may_look[None, None]), query.shape)

# %% 5.9 right: the layer, with weights that change nothing
def answer(query, key, value, may_look):
    layer = layers.MultiHeadAttention(num_heads=2, key_dim=4, use_bias=False)
    layer.build(query.shape, value.shape, key.shape)
    one = np.eye(8)
    layer.set_weights([one.reshape(8, 2, 4)] * 3 + [one.reshape(2, 4, 8)])
    return layer(query, value, key, attention_mask=may_look)

# %% 5.9 right: a mask that is added
def answer(query, key, value, may_look):
    def split(rows):
        return tf.transpose(tf.reshape(rows, (len(rows), -1, 2, 4)), (0, 2, 1, 3))
    scores = tf.matmul(split(query), split(key), transpose_b=True) * 4**-0.5
    scores += tf.where(may_look, 0.0, -1e9)[None, None]
    mixed = tf.nn.softmax(scores) @ split(value)
    return tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), query.shape)

# %% 5.9 wrong: a blocked score became 0
def answer(query, key, value, may_look):
    q, k, v = (tf.transpose(tf.reshape(rows, (len(rows), -1, 2, 4)), (0, 2, 1, 3)) for rows in (query, key, value))
    scores = tf.matmul(q, k, transpose_b=True) / 2 * tf.cast(may_look, q.dtype)
    return tf.reshape(tf.transpose(tf.nn.softmax(scores) @ v, (0, 2, 1, 3)), query.shape)

# %% 5.9 wrong: the mask comes behind the softmax
def answer(query, key, value, may_look):
    q, k, v = (tf.transpose(tf.reshape(rows, (len(rows), -1, 2, 4)), (0, 2, 1, 3)) for rows in (query, key, value))
    shares = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / 2) * tf.cast(may_look, q.dtype)
    return tf.reshape(tf.transpose(shares @ v, (0, 2, 1, 3)), query.shape)

# %% 5.9 wrong: root of 8
def answer(query, key, value, may_look):
    q, k, v = (tf.transpose(tf.reshape(rows, (len(rows), -1, 2, 4)), (0, 2, 1, 3)) for rows in (query, key, value))
    scores = tf.where(may_look, tf.matmul(q, k, transpose_b=True) / query.shape[-1] ** 0.5, -np.inf)
    return tf.reshape(tf.transpose(tf.nn.softmax(scores) @ v, (0, 2, 1, 3)), query.shape)

# %% 5.9 wrong: it is the root of 4
def answer(query, key, value, may_look):
    q, k, v = (tf.transpose(tf.reshape(rows, (len(rows), -1, 2, 4)), (0, 2, 1, 3)) for rows in (query, key, value))
    scores = tf.where(may_look, tf.matmul(q, k, transpose_b=True) / 4, -np.inf)
    return tf.reshape(tf.transpose(tf.nn.softmax(scores) @ v, (0, 2, 1, 3)), query.shape)

# %% 5.9 wrong: joined wrongly
def answer(query, key, value, may_look):
    q, k, v = (tf.transpose(tf.reshape(rows, (len(rows), -1, 2, 4)), (0, 2, 1, 3)) for rows in (query, key, value))
    return tf.reshape(attend_tf(q, k, v, may_look)[0], query.shape)

# %% 5.9 wrong: over the heads
def answer(query, key, value, may_look):
    q, k, v = (tf.transpose(tf.reshape(rows, (len(rows), -1, 2, 4)), (0, 2, 1, 3)) for rows in (query, key, value))
    scores = tf.where(may_look, tf.matmul(q, k, transpose_b=True) / 2, -np.inf)
    return tf.reshape(tf.transpose(tf.nn.softmax(scores, axis=1) @ v, (0, 2, 1, 3)), query.shape)

# %% 5.9 wrong: the mask is missing
def answer(query, key, value, may_look):
    rows = [tf.reshape(array, (len(array), -1, 2, 4)) for array in (query, key, value)]
    return tf.reshape(keras.ops.dot_product_attention(*rows), query.shape)

# %% 5.9 wrong: shape
def answer(query, key, value, may_look):
    q, k, v = (tf.transpose(tf.reshape(rows, (len(rows), -1, 2, 4)), (0, 2, 1, 3)) for rows in (query, key, value))
    return attend_tf(q, k, v, may_look)[0]

# %% 5.9 wrong: returned a tuple
def answer(query, key, value, may_look):
    return attend_tf(query, key, value, may_look)

# %% 5.9 wrong: raised ValueError
def answer(query, key, value, may_look):
    return attend_tf(query, key, value, may_look & ~may_look)[0]

# %% 5.10 right: loops
def answer(lengths, steps):
    table = np.zeros((len(lengths), steps, steps), dtype=bool)
    for text, length in enumerate(lengths):
        for step in range(steps):
            table[text, step, steps - length : step + 1] = True
            table[text, step, step] = True
    return table

# %% 5.10 right: stacked
def answer(lengths, steps):
    past = np.tri(steps, dtype=bool)
    return np.stack([past & (np.arange(steps) >= steps - length) | np.eye(steps, dtype=bool) for length in lengths])

# %% 5.10 right: comparisons
def answer(lengths, steps):
    who = np.arange(steps)[None, :, None]
    whom = np.arange(steps)[None, None, :]
    return (whom == who) | (whom < who) & (whom >= steps - np.reshape(lengths, (-1, 1, 1)))

# %% 5.10 right: a tensor of TensorFlow's
def answer(lengths, steps):
    real = tf.reverse(tf.sequence_mask(lengths, steps), axis=[1])
    return real[:, None] & tf.constant(np.tri(steps, dtype=bool)) | tf.eye(steps, dtype=tf.bool)

# %% 5.10 right: a tensor of PyTorch's
def answer(lengths, steps):
    past = torch.ones(steps, steps, dtype=torch.bool).tril()
    real = torch.arange(steps) >= steps - torch.tensor(lengths)[:, None]
    return past & real[:, None] | torch.eye(steps, dtype=torch.bool)

# %% 5.10 right: columns are emptied
def answer(lengths, steps):
    table = np.tile(np.tri(steps), (len(lengths), 1, 1)) > 0
    for text, length in enumerate(lengths):
        table[text, :, : steps - length] = False
    table[:, range(steps), range(steps)] = True
    return table

# %% 5.10 right: only steps that would see nothing
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    table = np.tri(steps, dtype=bool) & real[:, None]
    return np.where(table.any(axis=-1, keepdims=True), table, np.eye(steps, dtype=bool))

# %% 5.10 wrong: looking ahead
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    return np.repeat(real[:, None], steps, axis=1) | np.eye(steps, dtype=bool)

# %% 5.10 wrong: each step looks ahead
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    return np.triu(np.ones((steps, steps), dtype=bool)) & real[:, None] | np.eye(steps, dtype=bool)

# %% 5.10 wrong: nobody may look at itself
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    return np.tri(steps, k=-1, dtype=bool) & real[:, None]

# %% 5.10 wrong: yours holds float64
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    return np.maximum(np.tri(steps) * real[:, None], np.eye(steps))

# %% 5.10 wrong: the shape is (5, 5)
def answer(lengths, steps):
    return np.tri(steps, dtype=bool)

# %% 5.10 wrong: and each step may look at itself
def answer(lengths, steps):
    real = np.arange(steps) < np.array(lengths)[:, None]
    return np.tri(steps, dtype=bool) & real[:, None]

# %% 5.10 wrong: kept from looking, and may look at nothing
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    return np.tri(steps, dtype=bool) & real[:, :, None]

# %% 5.10 wrong: step 0 may not look at step 1
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    return np.tri(steps, k=1, dtype=bool) & real[:, None] | np.eye(steps, dtype=bool)

# %% 5.10 wrong: is there a `return`
def answer(lengths, steps):
    real = np.arange(steps) >= steps - np.array(lengths)[:, None]
    real[:, None] & np.tri(steps, dtype=bool)

# %% 5.10 wrong: must be a function
answer = np.tri(5, dtype=bool)
