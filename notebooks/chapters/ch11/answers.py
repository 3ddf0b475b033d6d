"""Answers to the exercises of chapter 11, as learners write them: right, and wrong with what the check must say."""

# %% 11.5 right: a dict of places, negative ones wrapped
PLACE = {0: 0, 1: 3, 2: 1, 3: 2}
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, axis=[PLACE[axis % 4] for axis in axes], keepdims=keepdim)

# %% 11.5 right: there and back, then squeezed
def answer(x, axes, keepdim):
    y = tf.transpose(x, (0, 3, 1, 2))
    y = tf.reduce_mean(y, axes, keepdims=True)
    y = tf.transpose(y, (0, 2, 3, 1))
    if keepdim:
        return y
    gone = [{0: 0, 1: 3, 2: 1, 3: 2}[a % 4] for a in axes]
    return tf.squeeze(y, axis=gone)

# %% 11.5 right: keras.ops
def answer(x, axes, keepdim):
    axes = tuple((0, 3, 1, 2)[axis] for axis in axes)
    return keras.ops.mean(x, axis=axes, keepdims=keepdim)

# %% 11.5 right: a sum over the number of entries
def answer(x, axes, keepdim):
    axes = [[0, 3, 1, 2][a] for a in axes]
    count = 1
    for a in axes:
        count *= x.shape[a]
    return tf.reduce_sum(x, axes, keepdims=keepdim) / count

# %% 11.5 right: one axis after the other, the highest first
def answer(x, axes, keepdim):
    for axis in sorted(([0, 3, 1, 2][a] for a in axes), reverse=True):
        x = tf.reduce_mean(x, axis, keepdims=keepdim)
    return x

# %% 11.5 right: a callable object
class Mean:
    order = "NHWC"
    def __call__(self, x, axes, keepdim):
        return tf.reduce_mean(x, [self.order.index("NCHW"[a]) for a in axes], keepdims=keepdim)
answer = Mean()

# %% 11.5 right: recorded as a graph
@tf.function
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, [[0, 3, 1, 2][a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: raised KeyError: -1
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, [{0: 0, 1: 3, 2: 1, 3: 2}[a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: the axes always stay
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, [[0, 3, 1, 2][a] for a in axes], keepdims=True)

# %% 11.5 wrong: that is a sum
def answer(x, axes, keepdim):
    return tf.reduce_sum(x, [[0, 3, 1, 2][a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: transposed, or another layout?
def answer(x, axes, keepdim):
    return tf.reduce_mean(tf.transpose(x, (0, 3, 1, 2)), axes, keepdims=keepdim)

# %% 11.5 wrong: `squeeze` without axes also takes away the batch
def answer(x, axes, keepdim):
    y = tf.reduce_mean(x, [[0, 3, 1, 2][a] for a in axes], keepdims=True)
    return y if keepdim else tf.squeeze(y)

# %% 11.5 wrong: shape (1, 4) where (1, 5) is asked for
def answer(x, axes, keepdim):
    for a in axes:
        x = tf.reduce_mean(x, [0, 3, 1, 2][a], keepdims=keepdim)
    return x

# %% 11.5 wrong: shape (2, 3) where (2, 5) is asked for
def answer(x, axes, keepdim):
    mine = [{1: 3, 2: 1, 3: 2}.get(a, a) for a in axes]
    return tf.reduce_mean(x, mine, keepdims=keepdim)

# %% 11.5 wrong: is there a `return`?
def answer(x, axes, keepdim):
    tf.reduce_mean(x, [[0, 3, 1, 2][a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: a PyTorch tensor, where a TensorFlow tensor is asked for
def answer(x, axes, keepdim):
    return torch.mean(torch.tensor(x.numpy()), dim=[[0, 3, 1, 2][a] for a in axes], keepdim=keepdim)

# %% 11.2 right: rint, maximum and minimum
def answer(x, scale, zero):
    q = np.rint(x / scale) + zero
    return np.minimum(np.maximum(q, -128), 127).astype(np.int8)

# %% 11.2 right: the ends from iinfo
def answer(x, scale, zero):
    ends = np.iinfo(np.int8)
    q = np.around(x / scale) + zero
    return q.clip(ends.min, ends.max).astype(np.int8)

# %% 11.2 right: vectorized Python
def one(number, scale, zero):
    return max(-128, min(127, round(number / scale) + zero))
answer = np.vectorize(one, otypes=[np.int8])

# %% 11.2 right: a loop over all entries
def answer(x, scale, zero):
    q = np.zeros(x.shape, np.int8)
    for place in np.ndindex(x.shape):
        q[place] = np.clip(np.round(x[place] / scale) + zero, -128, 127)
    return q

# %% 11.2 right: masks
def answer(x, scale, zero):
    q = np.array(np.round(x / scale) + zero)
    q[q > 127] = 127
    q[q < -128] = -128
    return q.astype(np.int8)

# %% 11.2 right: clipped before zero is added
def answer(x, scale, zero):
    return (np.clip(np.round(x / scale), -128 - zero, 127 - zero) + zero).astype(np.int8)

# %% 11.2 right: int64 on the way
def answer(x, scale, zero):
    q = np.round(x / scale).astype(np.int64) + zero
    return np.clip(q, -128, 127).astype(np.int8)

# %% 11.2 wrong: add it before you clip
def answer(x, scale, zero):
    return (np.clip(np.round(x / scale), -128, 127) + zero).astype("int64").astype("int8")

# %% 11.2 wrong: 0 to 255 is the range of uint8
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, 0, 255).astype("uint8")

# %% 11.2 wrong: that is floor
def answer(x, scale, zero):
    return np.clip(np.floor(x / scale) + zero, -128, 127).astype("int8")

# %% 11.2 wrong: added, not taken off
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) - zero, -128, 127).astype("int8")

# %% 11.2 wrong: int8 begins at -128
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, -127, 127).astype("int8")

# %% 11.2 wrong: of type float64
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, -128, 127)

# %% 11.2 wrong: where (5, 4, 3) is asked for
def answer(x, scale, zero):
    return np.array([np.clip(np.round(v / scale) + zero, -128, 127) for v in x.ravel()], dtype="int8")

# %% 11.2 wrong: that is the way back
def answer(x, scale, zero):
    return np.clip(np.round(x * scale) + zero, -128, 127).astype("int8")

# %% 11.2 wrong: add it after dividing by the scale
def answer(x, scale, zero):
    return np.clip(np.round((x + zero) / scale), -128, 127).astype("int8")

# %% 11.2 wrong: the values are not: yours is
def answer(x, scale, zero):
    q = np.clip(np.round(x / scale) + zero, -128, 127).astype("int8")
    return scale * (q.astype("float64") - zero)

# %% 11.1 right: without keepdims, since the last axis fits by itself
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), [0, 1, 2]) / 127
    return tf.math.rint(kernel / scale) * scale

# %% 11.1 right: there and back
def answer(kernel):
    k = tf.transpose(kernel, (3, 2, 0, 1))
    scale = tf.reduce_max(tf.abs(k), axis=(1, 2, 3), keepdims=True) / 127
    return tf.transpose(tf.round(k / scale) * scale, (2, 3, 1, 0))

# %% 11.1 right: channel by channel
def answer(kernel):
    done = []
    for one in tf.unstack(kernel, axis=-1):
        scale = tf.reduce_max(tf.abs(one)) / 127
        done.append(tf.round(one / scale) * scale)
    return tf.stack(done, axis=-1)

# %% 11.1 right: a norm
def answer(kernel):
    flat = tf.reshape(kernel, (-1, kernel.shape[-1]))
    scale = tf.norm(flat, ord=np.inf, axis=0) / 127
    return tf.reshape(tf.round(flat / scale) * scale, kernel.shape)

# %% 11.1 right: keras.ops
ops = tf.keras.ops
def answer(kernel):
    scale = ops.max(ops.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return ops.round(kernel / scale) * scale

# %% 11.1 right: largest and smallest
def answer(kernel):
    high = tf.reduce_max(kernel, axis=[0, 1, 2])
    low = tf.reduce_min(kernel, axis=[0, 1, 2])
    scale = tf.maximum(high, -low) / 127.0
    return tf.round(kernel / scale) * scale

# %% 11.1 right: map over channels
def answer(kernel):
    def one(k):
        scale = tf.reduce_max(tf.abs(k)) / 127
        return tf.round(k / scale) * scale
    channels = tf.transpose(kernel, (3, 0, 1, 2))
    return tf.transpose(tf.map_fn(one, channels), (1, 2, 3, 0))

# %% 11.1 wrong: one scale for each input channel
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 3), keepdims=True) / 127
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: divided by 128
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 128
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: whole steps: multiply by the scale again
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return tf.round(kernel / scale)

# %% 11.1 wrong: a scale for each pair of channels
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1), keepdims=True) / 127
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: where -0.0414076 is right
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return tf.floor(kernel / scale) * scale

# %% 11.1 wrong: transposed, or another layout?
def answer(kernel):
    k = tf.transpose(kernel, (3, 2, 0, 1))
    scale = tf.reduce_max(tf.abs(k), axis=(1, 2, 3), keepdims=True) / 127
    return tf.round(k / scale) * scale

# %% 11.1 wrong: a NumPy array, where a TensorFlow tensor is asked for
def answer(kernel):
    kernel = kernel.numpy()
    scale = np.abs(kernel).max(axis=(0, 1, 2)) / 127
    return np.round(kernel / scale) * scale

# %% 11.3 right: einsum
def answer(q, zero, w, b, ratio, out):
    t = np.einsum("bi,io->bo", q.astype(int) - zero, w.astype(int)) + b
    y = np.around(ratio * t) + out
    return np.maximum(np.minimum(y, 127), -128).astype(np.int8)

# %% 11.3 right: the zero point's part taken off afterwards
def answer(q, zero, w, b, ratio, out):
    w = w.astype(np.int32)
    t = q.astype(np.int32) @ w - zero * w.sum(axis=0) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 right: float64, in which these integers are exact
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(float) - zero) @ w.astype(float) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 right: by loops
def answer(q, zero, w, b, ratio, out):
    result = np.empty((len(q), len(b)), np.int8)
    for row in range(len(q)):
        for column in range(len(b)):
            t = int(b[column])
            for i in range(q.shape[1]):
                t += (int(q[row, i]) - zero) * int(w[i, column])
            result[row, column] = min(127, max(-128, round(ratio * t) + out))
    return result

# %% 11.3 right: matmul told its type
def answer(q, zero, w, b, ratio, out):
    shifted = np.subtract(q, zero, dtype=np.int32)
    t = np.matmul(shifted, w, dtype=np.int32)
    t += b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 right: a dense layer with a bias row
def answer(q, zero, w, b, ratio, out):
    ones = np.ones((len(q), 1), np.int32)
    x = np.hstack([q.astype(np.int32) - zero, ones])
    t = x @ np.vstack([w.astype(np.int32), b])
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: already q - zero overflows in int8
def answer(q, zero, w, b, ratio, out):
    t = (q - zero).astype(np.int32) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: taken off, not added
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) + zero) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: the biases are missing
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32)
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: add it after the ratio
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * (t + out)), -128, 127).astype(np.int8)

# %% 11.3 wrong: cuts off, it does not round
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(ratio * t + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: of type int32
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int32)

# %% 11.3 wrong: the zero point of the outputs is missing
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t), -128, 127).astype(np.int8)

# %% 11.3 wrong: where -57 is right
def answer(q, zero, w, b, ratio, out):
    t = q.astype(np.int32) @ w.astype(np.int32) - zero + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.4 right: zip
answer = dict(zip("ABC", ["transposed", "none", "divided by 16 again"]))

# %% 11.4 right: by comparison
def mistake(tensor):
    tries = {"none": picture, "transposed": picture.T, "inverted": 1 - picture, "divided by 16 again": picture / 16}
    for name, other in tries.items():
        if np.allclose(tensor, other):
            return name
    return "shifted"
answer = {app: mistake(tensor) for app, tensor in reached.items()}

# %% 11.4 right: words from NumPy
names = np.array(["none", "transposed", "divided by 16 again"])
answer = {"A": names[1], "B": names[0], "C": names[2]}

# %% 11.4 right: a default
import collections
answer = collections.defaultdict(lambda: "none", A="transposed", B="none", C="divided by 16 again")

# %% 11.4 right: spaces around
answer = {"A": "transposed ", "B": "none", "C": "divided by 16 again"}

# %% 11.4 wrong: app B
answer = {"A": "transposed", "B": "inverted", "C": "divided by 16 again"}

# %% 11.4 wrong: app C: if that were its mistake
answer = {"A": "transposed", "B": "none", "C": "none"}

# %% 11.4 wrong: app C: 'divided' is none of
answer = {"A": "transposed", "B": "none", "C": "divided"}

# %% 11.4 wrong: app B: None is none of
answer = {"A": "transposed", "B": None, "C": "divided by 16 again"}

# %% 11.4 wrong: app A: array(
answer = reached

# %% 11.4 wrong: one entry for each app
answer = {"a": "transposed", "b": "none", "c": "divided by 16 again"}

# %% 11.6 right: by slices
def answer(buffer, width, height, stride, alpha):
    rows = buffer.reshape(height, stride)[:, :4 * width].reshape(height, width, 4)
    colors = [rows[..., k].astype(float) for k in range(4) if k != alpha]
    return 1 - sum(colors) / 765

# %% 11.6 right: in float32
def answer(buffer, width, height, stride, alpha):
    rows = np.asarray(buffer, "float32").reshape(height, stride)[:, :4 * width].reshape(height, width, 4)
    return 1 - np.delete(rows, alpha, axis=-1).mean(axis=-1, dtype="float32") / np.float32(255)

# %% 11.6 right: strides, as NumPy has them
def answer(buffer, width, height, stride, alpha):
    view = np.lib.stride_tricks.as_strided(buffer, (height, width, 4), (stride, 4, 1))
    first = 1 if alpha == 0 else 0
    return 1 - view[..., first:first + 3].mean(axis=-1) / 255

# %% 11.6 right: a list of lists
def answer(buffer, width, height, stride, alpha):
    rows = []
    for row in range(height):
        line = []
        for column in range(width):
            four = [int(byte) for byte in buffer[row * stride + 4 * column:][:4]]
            del four[alpha]
            line.append(1 - sum(four) / 765)
        rows.append(line)
    return rows

# %% 11.6 right: all minus alpha
def answer(buffer, width, height, stride, alpha):
    rows = buffer.reshape(height, stride)[:, :4 * width].reshape(height, width, 4).astype(int)
    return 1 - (rows.sum(axis=2) - rows[..., alpha]) / 765

# %% 11.6 right: bytes
def answer(buffer, width, height, stride, alpha):
    raw = buffer.tobytes()
    ink = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            at = row * stride + 4 * column
            ink[row, column] = 1 - (sum(raw[at:at + 4]) - raw[at + alpha]) / 765
    return ink

# %% 11.6 wrong: bytes wrap around at 256
def answer(buffer, width, height, stride, alpha):
    rows = buffer.reshape(height, stride)[:, :4 * width].reshape(height, width, 4)
    a, b, c = (rows[..., k] for k in range(4) if k != alpha)
    return 1 - (a + b + c) / 765

# %% 11.6 wrong: you computed the row stride
def answer(buffer, width, height, stride, alpha):
    rows = buffer[:4 * width * height].reshape(height, width, 4)
    return 1 - np.delete(rows, alpha, axis=2).mean(axis=2) / 255

# %% 11.6 wrong: always the first three bytes
def answer(buffer, width, height, stride, alpha):
    rows = buffer.reshape(height, stride)[:, :4 * width].reshape(height, width, 4)
    return 1 - rows[..., :3].mean(axis=2) / 255

# %% 11.6 wrong: rows and columns are exchanged
def answer(buffer, width, height, stride, alpha):
    rows = buffer.reshape(height, stride)[:, :4 * width].reshape(height, width, 4)
    return 1 - np.delete(rows, alpha, axis=2).mean(axis=2).T / 255

# %% 11.6 wrong: ink goes from 0 to 1
def answer(buffer, width, height, stride, alpha):
    rows = buffer.reshape(height, stride)[:, :4 * width].reshape(height, width, 4)
    return 255 - np.delete(rows, alpha, axis=2).mean(axis=2)

# %% 11.6 wrong: uint8 goes from 0 to 255
def answer(buffer, width, height, stride, alpha):
    rows = buffer.view("int8").reshape(height, stride)[:, :4 * width].reshape(height, width, 4)
    return 1 - np.delete(rows, alpha, axis=2).mean(axis=2) / 255

# %% 11.6 wrong: that is one color
def answer(buffer, width, height, stride, alpha):
    rows = buffer.reshape(height, stride)[:, :4 * width].reshape(height, width, 4)
    return 1 - rows[..., 0 if alpha else 1] / 255

# %% 11.6 wrong: raised ValueError
def answer(buffer, width, height, stride, alpha):
    return 1 - buffer.reshape(height, width, 4)[..., :3].mean(axis=2) / 255

# %% 11.7 right: opacity times darkness
def answer(rgba):
    x = rgba.astype("float64")
    return (x[:, 3] - x[:, :3].mean(axis=1)) / 255

# %% 11.7 right: undone and done again
def answer(rgba):
    x = rgba.astype("float64")
    opaque = x[:, 3:] / 255
    true = np.divide(x[:, :3], opaque, out=np.zeros((len(x), 3)), where=opaque > 0)
    seen = true * opaque + 255 * (1 - opaque)
    return 1 - seen.mean(axis=1) / 255

# %% 11.7 right: a loop
def answer(rgba):
    ink = []
    for r, g, b, a in rgba.tolist():
        ink.append(1 - ((r + g + b) / 3 + 255 - a) / 255)
    return ink

# %% 11.7 right: float32
def answer(rgba):
    x = rgba.astype("float32") / 255
    return 1 - (x[:, :3].mean(axis=1) + 1 - x[:, 3])

# %% 11.7 right: color by color
def answer(rgba):
    seen = rgba[:, :3] + 255.0 - rgba[:, 3:]
    return 1 - seen.mean(axis=1) / 255

# %% 11.7 wrong: the paper below shines through
def answer(rgba):
    return 1 - rgba[:, :3].mean(axis=1) / 255

# %% 11.7 wrong: multiplied by alpha already
def answer(rgba):
    a = rgba[:, 3] / 255
    return 1 - (rgba[:, :3].mean(axis=1) * a + 255 * (1 - a)) / 255

# %% 11.7 wrong: that is the opacity
def answer(rgba):
    return rgba[:, 3] / 255

# %% 11.7 wrong: not the ink
def answer(rgba):
    return (rgba[:, :3].mean(axis=1) + 255 - rgba[:, 3]) / 255

# %% 11.7 wrong: ink goes from 0 to 1
def answer(rgba):
    return rgba[:, 3] - rgba[:, :3].mean(axis=1)

# %% 11.7 wrong: yours has four entries a pixel
def answer(rgba):
    return 1 - (rgba.mean(axis=1) + 255 - rgba[:, 3]) / 255

# %% 11.7 wrong: forgets the paper
def answer(rgba):
    return 1 - rgba[:, :3].mean(axis=1) / np.maximum(rgba[:, 3], 1)

# %% 11.8 right: errors first
def answer(ask, pictures, sizes):
    def fits(n):
        try:
            together = ask(pictures[:n])
        except (RuntimeError, ValueError):
            return False
        return len(together) == n and all(
            np.allclose(together[k], ask(pictures[k:k + 1])[0], atol=1e-4) for k in range(n))
    return [n for n in sizes if fits(n)]

# %% 11.8 right: singly once for all
def answer(ask, pictures, sizes):
    singly = np.concatenate([ask(pictures[k:k + 1]) for k in range(max(sizes))])
    found = []
    for n in sizes:
        try:
            gap = np.abs(ask(pictures[:n]) - singly[:n]).max()
            if len(ask(pictures[:n])) == n and gap < 1e-4:
                found.append(n)
        except (RuntimeError, ValueError):
            pass
    return found

# %% 11.8 right: a tuple
def answer(ask, pictures, sizes):
    taken = []
    for n in sizes:
        try:
            together = np.array(ask(pictures[:n]))
            singly = np.vstack([ask(pictures[k][None]) for k in range(n)])
            if together.shape == singly.shape and (abs(together - singly) <= 1e-4).all():
                taken.append(n)
        except (RuntimeError, ValueError):
            continue
    return tuple(taken)

# %% 11.8 right: testing's way
def answer(ask, pictures, sizes):
    taken = []
    for n in sizes:
        singly = np.concatenate([ask(pictures[k:k + 1]) for k in range(n)])
        try:
            np.testing.assert_allclose(ask(pictures[:n]), singly, rtol=0, atol=1e-4)
            assert ask(pictures[:n]).shape == singly.shape
        except (AssertionError, RuntimeError, ValueError):
            continue
        taken.append(n)
    return taken

# %% 11.8 right: a class
class Taken:
    def __call__(self, ask, pictures, sizes):
        return [n for n in sizes if self.fits(ask, pictures[:n])]
    def fits(self, ask, some):
        alone = [ask(one[None])[0] for one in some]
        try:
            got = ask(some)
        except (RuntimeError, ValueError):
            return False
        return np.shape(got) == np.shape(alone) and np.allclose(got, alone, atol=1e-4)
answer = Taken()

# %% 11.8 wrong: not only how many rows there are
def answer(ask, pictures, sizes):
    taken = []
    for n in sizes:
        try:
            taken += [n] if ask(pictures[:n]).shape == (n, 10) else []
        except (RuntimeError, ValueError):
            pass
    return taken

# %% 11.8 wrong: is not yet a right one
def answer(ask, pictures, sizes):
    taken = []
    for n in sizes:
        try:
            ask(pictures[:n])
        except (RuntimeError, ValueError):
            continue
        taken.append(n)
    return taken

# %% 11.8 wrong: keep the order
def answer(ask, pictures, sizes):
    taken = set()
    for n in sizes:
        try:
            together = ask(pictures[:n])
        except (RuntimeError, ValueError):
            continue
        alone = np.concatenate([ask(pictures[k:k + 1]) for k in range(n)])
        if together.shape == alone.shape and np.allclose(together, alone, atol=1e-4):
            taken.add(n)
    return sorted(taken)

# %% 11.8 wrong: does not take
def answer(ask, pictures, sizes):
    bad = []
    for n in sizes:
        alone = np.concatenate([ask(pictures[k:k + 1]) for k in range(n)])
        try:
            together = ask(pictures[:n])
        except (RuntimeError, ValueError):
            bad.append(n)
            continue
        if together.shape != alone.shape or not np.allclose(together, alone, atol=1e-4):
            bad.append(n)
    return bad

# %% 11.8 wrong: one row fits every shape
def answer(ask, pictures, sizes):
    taken = []
    for n in sizes:
        alone = np.concatenate([ask(pictures[k:k + 1]) for k in range(n)])
        try:
            together = ask(pictures[:n])
        except (RuntimeError, ValueError):
            continue
        if np.allclose(together, alone, atol=1e-4):
            taken.append(n)
    return taken

# %% 11.8 wrong: raised RuntimeError
def answer(ask, pictures, sizes):
    return [n for n in sizes if len(ask(pictures[:n])) == n]
