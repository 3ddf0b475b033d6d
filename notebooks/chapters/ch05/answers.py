"""Answers to the exercises of chapter 5, as learners write them: right ones, and wrong ones with words that the check must say."""

# %% 5.1 right: cut and turned
answer = weight_of_8.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)

# %% 5.1 right: turned first
answer = weight_of_8[:, 0].transpose(1, 2, 0).reshape(3, 3, 4, 2)

# %% 5.1 right: a loop
answer = np.zeros((3, 3, 4, 2))
for channel in range(4):
    for filter in range(2):
        answer[:, :, channel, filter] = weight_of_8[2 * channel + filter, 0]

# %% 5.1 right: einsum
answer = np.einsum("cfhw->hwcf", weight_of_8.reshape(4, 2, 3, 3))

# %% 5.1 right: even and odd
answer = np.stack([weight_of_8[0::2, 0], weight_of_8[1::2, 0]], axis=-1).transpose(1, 2, 0, 3)

# %% 5.1 right: permuted in PyTorch
answer = torch.tensor(weight_of_8).view(4, 2, 3, 3).permute(2, 3, 0, 1).numpy()

# %% 5.1 right: a tensor of TensorFlow
answer = tf.transpose(tf.reshape(weight_of_8, [4, 2, 3, 3]), [2, 3, 0, 1])

# %% 5.1 right: float32
answer = weight_of_8.astype("float32").reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)

# %% 5.1 right: out of the layer itself
layer = layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False)
layer.build((None, 9, 9, 4))
layer.set_weights([np.moveaxis(weight_of_8.reshape(4, 2, 3, 3), [2, 3], [0, 1])])
answer = layer.get_weights()[0]

# %% 5.1 right: a tensor that PyTorch keeps
answer = torch.from_numpy(weight_of_8).unflatten(0, (4, 2)).squeeze(2).permute(2, 3, 0, 1)

# %% 5.1 wrong: filters before channels
answer = weight_of_8.reshape(2, 4, 3, 3).transpose(2, 3, 1, 0)

# %% 5.1 wrong: only reshaped
answer = weight_of_8.reshape(3, 3, 4, 2)

# %% 5.1 wrong: width and height
answer = weight_of_8.reshape(4, 2, 3, 3).transpose(3, 2, 0, 1)

# %% 5.1 wrong: shape
answer = weight_of_8.transpose(2, 3, 1, 0)

# %% 5.1 wrong: shape
answer = weight_of_8.reshape(4, 2, 3, 3).transpose(2, 3, 1, 0)

# %% 5.1 wrong: whole reversed
answer = weight_of_8.T.reshape(3, 3, 4, 2)

# %% 5.1 wrong: cut after the turn
answer = weight_of_8[:, 0].transpose(1, 2, 0).reshape(3, 3, 2, 4).transpose(0, 1, 3, 2)

# %% 5.1 wrong: flipped
answer = weight_of_8.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)[::-1, ::-1]

# %% 5.1 wrong: None
answer = np.copyto(np.zeros((3, 3, 4, 2)), weight_of_8.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1))

# %% 5.1 wrong: a function
def answer(weight):
    return weight.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)

# %% 5.1 wrong: shape only
answer = (3, 3, 4, 2)

# %% 5.2 right: written out
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(tf.matmul(x, weight, transpose_b=True) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 right: batch_normalization of a row
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias, approximate=False)
    mean, variance = tf.nn.moments(y, axes=[-1], keepdims=True)
    return x + tf.nn.batch_normalization(y, mean, variance, shift, scale, 1e-5)

# %% 5.2 right: gelu by erf
def answer(x, weight, bias, scale, shift):
    a = tf.einsum("ni,oi->no", x, weight) + bias
    y = 0.5 * a * (1 + tf.math.erf(a / np.sqrt(2)))
    centered = y - tf.reduce_mean(y, axis=1, keepdims=True)
    variance = tf.reduce_mean(centered**2, axis=1, keepdims=True)
    return x + scale * centered * tf.math.rsqrt(variance + 1e-5) + shift

# %% 5.2 right: Keras's layer, told its type
def answer(x, weight, bias, scale, shift):
    y = keras.activations.gelu(x @ tf.transpose(weight) + bias)
    norm = layers.LayerNormalization(epsilon=1e-5, dtype="float64")
    norm.build((None, 4))
    norm.set_weights([scale, shift])
    return x + norm(y)

# %% 5.2 right: traced
@tf.function
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(tf.linalg.matmul(x, weight, transpose_b=True) + bias)
    y = y - tf.reduce_mean(y, 1, keepdims=True)
    y = y / tf.sqrt(tf.reduce_mean(y * y, 1, keepdims=True) + 1e-5)
    return x + y * scale + shift

# %% 5.2 right: Keras's operations
def answer(x, weight, bias, scale, shift):
    y = keras.ops.gelu(keras.ops.matmul(x, keras.ops.transpose(weight)) + bias, approximate=False)
    mean, variance = keras.ops.mean(y, axis=1, keepdims=True), keras.ops.var(y, axis=1, keepdims=True)
    return x + (y - mean) / keras.ops.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 right: the phrases of the table
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(tf.matmul(x, tf.transpose(weight)) + bias)
    deviation = tf.sqrt(tf.math.reduce_variance(y, axis=-1, keepdims=True) + 1e-5)
    return x + (y - tf.reduce_mean(y, axis=-1, keepdims=True)) / deviation * scale + shift

# %% 5.2 right: NumPy inside, as no gradients are asked for
import math
def answer(x, weight, bias, scale, shift):
    a = x.numpy() @ weight.numpy().T + bias.numpy()
    y = a * 0.5 * (1 + np.vectorize(math.erf)(a / math.sqrt(2)))
    y = (y - y.mean(axis=1, keepdims=True)) / np.sqrt(y.var(axis=1, keepdims=True) + 1e-5)
    return tf.constant(x.numpy() + y * scale.numpy() + shift.numpy())

# %% 5.2 right: a module
class Block(tf.Module):
    def __call__(self, x, weight, bias, scale, shift):
        y = tf.nn.gelu(tf.nn.bias_add(tf.matmul(x, weight, transpose_b=True), bias))
        mean, var = tf.nn.moments(y, [1], keepdims=True)
        return tf.add(x, tf.nn.batch_normalization(y, mean, var, shift, scale, 1e-5))
answer = Block()

# %% 5.2 right: a dense layer of float64
def answer(x, weight, bias, scale, shift):
    dense = layers.Dense(4, activation="gelu", dtype="float64")
    dense.build((None, 4))
    dense.set_weights([weight.numpy().T, bias.numpy()])
    y = 0.5 * (a := dense.activation and tf.matmul(x, weight, transpose_b=True) + bias) * tf.math.erfc(-a / 2**0.5)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: transpose
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ weight + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: approximat
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias, approximate=True)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: epsilon
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance + 1e-3) * scale + shift

# %% 5.2 wrong: epsilon
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance) * scale + shift

# %% 5.2 wrong: n - 1
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    y = y - tf.reduce_mean(y, axis=1, keepdims=True)
    variance = tf.reduce_sum(y**2, axis=1, keepdims=True) / 3
    return x + y / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: batch
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[0])
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: x +
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: float32
def answer(x, weight, bias, scale, shift):
    norm = layers.LayerNormalization(epsilon=1e-5)
    norm.build((None, 4))
    norm.set_weights([scale, shift])
    y = norm(tf.nn.gelu(x @ tf.transpose(weight) + bias))
    return x + tf.cast(y, tf.float64)

# %% 5.2 wrong: order
def answer(x, weight, bias, scale, shift):
    y = x @ tf.transpose(weight) + bias
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + tf.nn.gelu((y - mean) / tf.sqrt(variance + 1e-5) * scale + shift)

# %% 5.2 wrong: under the root
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / (tf.sqrt(variance) + 1e-5) * scale + shift

# %% 5.2 wrong: relu
def answer(x, weight, bias, scale, shift):
    y = tf.nn.relu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + (y - mean) / tf.sqrt(variance + 1e-5) * scale + shift

# %% 5.2 wrong: scale and shift
def answer(x, weight, bias, scale, shift):
    y = tf.nn.gelu(x @ tf.transpose(weight) + bias)
    mean, variance = tf.nn.moments(y, axes=[1], keepdims=True)
    return x + ((y - mean) / tf.sqrt(variance + 1e-5) + shift) * scale

# %% 5.3 right: as products
count["nn.LSTM(5, 7)"] = 4 * (5 * 7 + 7 * 7 + 2 * 7)
count["layers.LSTM(7)"] = 4 * (5 * 7 + 7 * 7 + 7)
count["layers.GRU(7)"] = 3 * (5 * 7 + 7 * 7 + 2 * 7)
count["nn.Conv2d(8, 16, 3, groups=4)"] = 16 * (8 // 4) * 3 * 3 + 16
answer = count

# %% 5.3 right: a new dict
answer = {
    "nn.LSTM(5, 7)": 392,
    "layers.LSTM(7)": 364,
    "layers.GRU(7)": 294,
    "nn.Conv2d(8, 16, 3, groups=4)": 304,
}

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

# %% 5.3 right: of np.prod
count.update({"nn.LSTM(5, 7)": np.prod([28, 14])})
count.update({"layers.LSTM(7)": np.prod([28, 13]), "layers.GRU(7)": np.prod([21, 14])})
count.update({"nn.Conv2d(8, 16, 3, groups=4)": np.prod([16, 19])})
answer = count

# %% 5.3 right: an OrderedDict
import collections
answer = collections.OrderedDict(zip(count, (392, 364, 294, 304)))

# %% 5.3 right: tf constants
answer = {name: tf.constant(n) for name, n in zip(count, (392, 364, 294, 304))}

# %% 5.3 wrong: two biases
answer = dict(zip(count, [364, 364, 294, 304]))

# %% 5.3 wrong: one bias
answer = dict(zip(count, [392, 392, 294, 304]))

# %% 5.3 wrong: GRU
answer = dict(zip(count, [392, 364, 273, 304]))

# %% 5.3 wrong: groups
answer = dict(zip(count, [392, 364, 294, 16 * 8 * 9 + 16]))

# %% 5.3 wrong: bias
answer = dict(zip(count, [392, 364, 294, 288]))

# %% 5.3 wrong: bias
answer = dict(zip(count, [336, 336, 252, 288]))

# %% 5.3 wrong: gates
answer = dict(zip(count, [294, 364, 392, 304]))

# %% 5.3 wrong: GRU
answer = dict(zip(count, [392, 364, 392, 304]))

# %% 5.3 wrong: ...
count["nn.LSTM(5, 7)"] = 392
answer = count

# %% 5.3 wrong: groups
answer = dict(zip(count, [392, 364, 294, 4 * 16 * 2 * 9 + 16]))

# %% 5.3 wrong: dict
answer = [392, 364, 294, 304]

# %% 5.3 wrong: GRU
answer = {"nn.LSTM(5, 7)": 392, "layers.LSTM(7)": 364, "nn.Conv2d(8, 16, 3, groups=4)": 304}

# %% 5.3 wrong: 4 gates
answer = dict(zip(count, [98, 91, 98, 304]))

# %% 5.4 right: split and joined
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([i, f, c, o])

# %% 5.4 right: rows by number
answer = from_file[[0, 1, 4, 5, 6, 7, 2, 3]]

# %% 5.4 right: an axis of gates
answer = from_file.reshape(4, 2, 3)[[0, 2, 3, 1]].reshape(8, 3)

# %% 5.4 right: slices
answer = np.empty_like(from_file)
answer[:2] = from_file[:2]
answer[2:6] = from_file[4:]
answer[6:] = from_file[2:4]

# %% 5.4 right: chunks of a tensor
i, o, f, c = torch.tensor(from_file).chunk(4)
answer = torch.cat([i, f, c, o])

# %% 5.4 right: rolled
answer = np.vstack([from_file[:2], np.roll(from_file[2:], -2, axis=0)])

# %% 5.4 right: np.take
answer = np.take(from_file, np.r_[0:2, 4:8, 2:4], axis=0)

# %% 5.4 right: a list of lists
answer = from_file[[0, 1, 4, 5, 6, 7, 2, 3]].tolist()

# %% 5.4 right: a parameter
answer = nn.Parameter(torch.from_numpy(from_file[[0, 1, 4, 5, 6, 7, 2, 3]]))

# %% 5.4 right: in the layer
layer = nn.LSTM(3, 2)
with torch.no_grad():
    layer.weight_ih_l0.copy_(torch.tensor(from_file)[[0, 1, 4, 5, 6, 7, 2, 3]])
answer = layer.weight_ih_l0

# %% 5.4 right: tf
i, o, f, c = tf.split(from_file, 4)
answer = tf.concat([i, f, c, o], axis=0)

# %% 5.4 wrong: as it is
answer = from_file

# %% 5.4 wrong: the wrong way round
answer = from_file.reshape(4, 2, 3)[[0, 3, 1, 2]].reshape(8, 3)

# %% 5.4 wrong: output and forget
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([i, f, o, c])

# %% 5.4 wrong: transposed
answer = from_file[[0, 1, 4, 5, 6, 7, 2, 3]].T

# %% 5.4 wrong: rows instead of blocks
answer = from_file[[0, 2, 3, 1, 4, 6, 7, 5]]

# %% 5.4 wrong: interleaved
answer = from_file.reshape(2, 4, 3)[:, [0, 2, 3, 1]].reshape(8, 3)

# %% 5.4 wrong: shape
i, o, f, c = np.split(from_file, 4)
answer = np.stack([i, f, c, o])

# %% 5.4 wrong: cell and output
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([i, c, f, o])

# %% 5.4 wrong: cell
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([f, i, c, o])

# %% 5.4 wrong: axis
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([i, f, c, o], axis=1)

# %% 5.4 wrong: None
answer = np.random.default_rng(0).shuffle(from_file)

# %% 5.4 wrong: reversed
i, o, f, c = np.split(from_file, 4)
answer = np.concatenate([o, c, f, i])

# %% 5.5 right: Sequential, append
def answer(sizes):
    net = nn.Sequential(nn.Linear(sizes[0], sizes[1]))
    for n_in, n_out in zip(sizes[1:], sizes[2:]):
        net.append(nn.ReLU())
        net.append(nn.Linear(n_in, n_out))
    return net

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

# %% 5.5 right: add_module
def answer(sizes):
    net = nn.Sequential()
    for k in range(1, len(sizes)):
        if k > 1:
            net.add_module(f"relu{k}", nn.ReLU(inplace=True))
        net.add_module(f"dense{k}", nn.Linear(sizes[k - 1], sizes[k]))
    return net

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

# %% 5.5 right: a ModuleDict
class Named(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.steps = nn.ModuleDict({f"from {a} ({k})": nn.Linear(a, b) for k, (a, b) in enumerate(zip(sizes, sizes[1:]))})

    def forward(self, x):
        for k, step in enumerate(self.steps.values()):
            x = step(x if k == 0 else x.clamp(min=0))
        return x
answer = lambda sizes: Named(sizes)

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

# %% 5.5 right: torch.nn.functional.relu between, itertools
import itertools
def answer(sizes):
    dense = [nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
    between = itertools.chain.from_iterable((nn.ReLU(), layer) for layer in dense[1:])
    return nn.Sequential(dense[0], *between)

# %% 5.5 right: lazy
def answer(sizes):
    net = nn.Sequential(nn.LazyLinear(sizes[1]))
    for size in sizes[2:]:
        net.extend([nn.ReLU(), nn.LazyLinear(size)])
    net(torch.zeros(1, sizes[0]))
    return net

# %% 5.5 wrong: ReLU after the last
def answer(sizes):
    steps = []
    for a, b in zip(sizes, sizes[1:]):
        steps += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*steps)

# %% 5.5 wrong: list
def answer(sizes):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.steps = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]

        def forward(self, x):
            for step in self.steps[:-1]:
                x = torch.relu(step(x))
            return self.steps[-1](x)
    return Net()

# %% 5.5 wrong: ReLU
def answer(sizes):
    return nn.Sequential(*[nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])

# %% 5.5 wrong: [64, 32, 10]
def answer(sizes):
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))

# %% 5.5 wrong: three
def answer(sizes):
    return nn.Sequential(nn.Linear(sizes[0], sizes[1]), nn.ReLU(), nn.Linear(sizes[1], sizes[-1]))

# %% 5.5 wrong: first
def answer(sizes):
    steps = [nn.ReLU()]
    for a, b in zip(sizes, sizes[1:]):
        steps += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*steps[:-1])

# %% 5.5 wrong: returned None
def answer(sizes):
    net = nn.Sequential()
    for a, b in zip(sizes, sizes[1:]):
        net.append(nn.Linear(a, b))
        net.append(nn.ReLU())

# %% 5.5 wrong: in the list
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

# %% 5.5 wrong: bias
def answer(sizes):
    steps = []
    for a, b in zip(sizes, sizes[1:]):
        steps += [nn.Linear(a, b, bias=False), nn.ReLU()]
    return nn.Sequential(*steps[:-1])

# %% 5.5 wrong: Keras
def answer(sizes):
    net = keras.Sequential([keras.Input((sizes[0],))])
    for size in sizes[1:-1]:
        net.add(layers.Dense(size, activation="relu"))
    net.add(layers.Dense(sizes[-1]))
    return net

# %% 5.5 wrong: two sizes
def answer(sizes):
    steps = [nn.Linear(sizes[0], sizes[1]), nn.ReLU()]
    for k in range(1, len(sizes) - 2):
        steps += [nn.Linear(sizes[k], sizes[k + 1]), nn.ReLU()]
    return nn.Sequential(*steps, nn.Linear(sizes[-2], sizes[-1]))

# %% 5.5 wrong: the list of sizes
def answer(sizes):
    net = nn.Sequential(nn.Linear(sizes.pop(0), sizes[0]))
    while len(sizes) > 1:
        net.append(nn.ReLU())
        net.append(nn.Linear(sizes.pop(0), sizes[0]))
    return net.eval() and net[:3]

# %% 5.5 wrong: shared
def answer(sizes):
    relu = nn.Tanh()
    dense = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]
    steps = [step for layer in dense for step in (layer, relu)]
    return nn.Sequential(*steps[:-1])

# %% 5.5 wrong: detached
class Cut(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.steps = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        with torch.no_grad():
            for step in self.steps[:-1]:
                x = F.relu(step(x))
        return self.steps[-1](x)
answer = Cut

# %% 5.6 right: all names but the trained
def answer(net):
    trained = {name for name, p in net.named_parameters() if p.requires_grad}
    return set(net.state_dict()) - trained

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

# %% 5.6 right: a frozenset
def answer(net):
    return frozenset(net.state_dict()).difference(n for n, p in net.named_parameters() if p.requires_grad)

# %% 5.6 right: a lambda
answer = lambda net: net.state_dict().keys() - {n for n, p in net.named_parameters() if p.requires_grad}

# %% 5.6 right: filter
def answer(net):
    trained = dict(filter(lambda item: item[1].requires_grad, net.named_parameters()))
    return {name for name in net.state_dict() if name not in trained}

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

# %% 5.6 wrong: buffers
def answer(net):
    return {name for name, p in net.named_parameters() if not p.requires_grad}

# %% 5.6 wrong: frozen
def answer(net):
    return {name for name, _ in net.named_buffers()}

# %% 5.6 wrong: detached
def answer(net):
    return {name for name, array in net.state_dict().items() if not array.requires_grad}

# %% 5.6 wrong: will
def answer(net):
    return {name for name, p in net.named_parameters() if p.requires_grad}

# %% 5.6 wrong: a list
def answer(net):
    return [n for n, a in net.state_dict(keep_vars=True).items() if not a.requires_grad]

# %% 5.6 wrong: only the last layer
def answer(net):
    return {name for name in net.state_dict() if not name.startswith("last.")}

# %% 5.6 wrong: state_dict
def answer(net):
    frozen = {name for name, p in net.named_parameters() if not p.requires_grad}
    return {name for name, _ in net.named_buffers()} | frozen

# %% 5.6 wrong: counter
def answer(net):
    frozen = {name for name, p in net.named_parameters() if not p.requires_grad}
    return frozen | {n for n, b in net.named_buffers() if b.is_floating_point()}

# %% 5.6 wrong: None
def answer(net):
    names = set(net.state_dict())
    names.difference_update(n for n, p in net.named_parameters() if p.requires_grad)

# %% 5.6 wrong: nested
def answer(net):
    frozen = {n for n, p in net.named_parameters(recurse=False) if not p.requires_grad}
    return frozen | {n for n, _ in net.named_buffers(recurse=False)}

# %% 5.6 wrong: grad
def answer(net):
    return {n for n, p in net.state_dict(keep_vars=True).items() if p.grad is None}

# %% 5.6 wrong: arrays
def answer(net):
    return {a for a in net.state_dict(keep_vars=True).values() if not a.requires_grad}

# %% 5.6 wrong: running
def answer(net):
    frozen = {name for name, p in net.named_parameters() if not p.requires_grad}
    return frozen | {name for name in net.state_dict() if "running" in name or "num_batches" in name}

# %% 5.7 right: cut, turned, joined
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, width, channels, -1)
    return apart.transpose(3, 2, 0, 1).reshape(-1, channels * height * width)

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

# %% 5.7 right: einsum
def answer(kernel, channels, height, width):
    return np.einsum("hwco->ochw", kernel.reshape(height, width, channels, -1)).reshape(-1, len(kernel))

# %% 5.7 right: torch inside
def answer(kernel, channels, height, width):
    apart = torch.from_numpy(kernel).reshape(height, width, channels, -1)
    return apart.permute(3, 2, 0, 1).flatten(1).numpy()

# %% 5.7 right: a tensor, since it is for PyTorch
def answer(kernel, channels, height, width):
    apart = torch.tensor(kernel).view(height, width, channels, -1)
    return apart.permute(3, 2, 0, 1).reshape(-1, channels * height * width)

# %% 5.7 right: stacked by channel
def answer(kernel, channels, height, width):
    return np.concatenate([kernel[c::channels] for c in range(channels)]).T

# %% 5.7 right: a lambda
answer = lambda k, c, h, w: k.reshape(h * w, c, -1).transpose(2, 1, 0).reshape(-1, c * h * w)

# %% 5.7 right: one axis of places
def answer(kernel, channels, height, width):
    return kernel.reshape(height * width, channels, kernel.shape[-1]).swapaxes(0, 1).reshape(len(kernel), -1).T.copy()

# %% 5.7 wrong: only transposed
def answer(kernel, channels, height, width):
    return kernel.T

# %% 5.7 wrong: rows are in Keras's order
def answer(kernel, channels, height, width):
    apart = kernel.reshape(channels, height, width, -1)
    return apart.transpose(3, 0, 1, 2).reshape(-1, channels * height * width)

# %% 5.7 wrong: height and width
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, width, channels, -1)
    return apart.transpose(3, 2, 1, 0).reshape(-1, channels * height * width)

# %% 5.7 wrong: the shape
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, width, channels, -1)
    return apart.transpose(2, 0, 1, 3).reshape(channels * height * width, -1)

# %% 5.7 wrong: reshaped
def answer(kernel, channels, height, width):
    return kernel.reshape(-1, channels * height * width)

# %% 5.7 wrong: height and width
def answer(kernel, channels, height, width):
    apart = kernel.reshape(width, height, channels, -1)
    return apart.transpose(3, 2, 0, 1).reshape(-1, channels * height * width)

# %% 5.7 wrong: shape
def answer(kernel, channels, height, width):
    return kernel.reshape(height, width, channels, -1).transpose(3, 2, 0, 1)

# %% 5.7 wrong: the way there
def answer(kernel, channels, height, width):
    return kernel.T.reshape(-1, channels, height, width).transpose(0, 2, 3, 1).reshape(kernel.shape[1], -1)

# %% 5.7 wrong: 10
def answer(kernel, channels, height, width):
    apart = kernel.reshape(6, 6, 3, 10)
    return apart.transpose(3, 2, 0, 1).reshape(10, 108)

# %% 5.7 wrong: None
def answer(kernel, channels, height, width):
    weight = kernel.reshape(height, width, channels, -1).transpose(3, 2, 0, 1)
    weight.reshape(-1, channels * height * width)

# %% 5.7 wrong: channels first
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, channels, width, -1)
    return apart.transpose(3, 1, 0, 2).reshape(-1, channels * height * width)

# %% 5.7 wrong: last axis
def answer(kernel, channels, height, width):
    apart = kernel.reshape(height, width, channels, -1).transpose(2, 0, 1, 3)
    return apart.reshape(-1, channels * height * width)

# %% 5.8 right: written out
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

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

# %% 5.8 right: a mask
def answer(logits, labels):
    logs = logits - tf.reduce_logsumexp(logits, axis=1, keepdims=True)
    hit = tf.cast(tf.equal(labels[:, None], tf.range(10, dtype=tf.int64)), logits.dtype)
    return -tf.reduce_sum(logs * (0.9 * hit + 0.1 / 10)) / tf.cast(tf.shape(logits)[0], logits.dtype)

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

# %% 5.8 right: keras.ops
def answer(logits, labels):
    logs = keras.ops.log_softmax(logits, axis=1)
    right = keras.ops.take_along_axis(logs, labels[:, None], axis=1)[:, 0]
    return -keras.ops.mean(0.9 * right + 0.1 * keras.ops.mean(logs, axis=1))

# %% 5.8 right: the function of Keras
answer = lambda logits, labels: tf.reduce_mean(
    keras.losses.categorical_crossentropy(
        tf.one_hot(labels, 10), logits, from_logits=True, label_smoothing=0.1
    )
)

# %% 5.8 right: in float64
def answer(logits, labels):
    logs = tf.nn.log_softmax(tf.cast(logits, tf.float64), axis=1)
    right = tf.reduce_sum(logs * tf.one_hot(labels, 10, dtype=tf.float64), axis=1)
    return tf.cast(-tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1)), tf.float32)

# %% 5.8 wrong: without smoothing
def answer(logits, labels):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))

# %% 5.8 wrong: other classes
def answer(logits, labels):
    soft = tf.one_hot(labels, 10, on_value=0.9, off_value=0.1 / 9)
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(soft, logits))

# %% 5.8 wrong: gather
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: sign
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: sum
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_sum(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: a mean of the classes
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_sum(logs, axis=1))

# %% 5.8 wrong: logits
def answer(logits, labels):
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    return loss(tf.one_hot(labels, 10), logits)

# %% 5.8 wrong: axis
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=0)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: gradient
def answer(logits, labels):
    logs = torch.log_softmax(torch.tensor(logits.numpy()), dim=1)
    right = logs.gather(1, torch.tensor(labels.numpy())[:, None])[:, 0]
    return tf.constant(-(0.9 * right + 0.1 * logs.mean(dim=1)).mean().numpy())

# %% 5.8 wrong: infinite
def answer(logits, labels):
    logs = tf.math.log(tf.nn.softmax(logits, axis=1))
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: one number
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: 0.9
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return -tf.reduce_mean(0.1 * right + 0.9 * tf.reduce_mean(logs, axis=1))

# %% 5.8 wrong: a tensor
def answer(logits, labels):
    logs = tf.nn.log_softmax(logits, axis=1)
    right = tf.gather(logs, labels, axis=1, batch_dims=1)
    return float(-tf.reduce_mean(0.9 * right + 0.1 * tf.reduce_mean(logs, axis=1)))
