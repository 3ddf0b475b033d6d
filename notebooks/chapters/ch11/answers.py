"""Answers to the exercises of chapter 11, as learners write them: right ones, and wrong ones with words that the check must say."""

# %% 11.5 right: a dict of places, negative ones wrapped
PLACE = {0: 0, 1: 3, 2: 1, 3: 2}
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, axis=[PLACE[axis % 4] for axis in axes], keepdims=keepdim)

# %% 11.5 right: a list of places, which Python counts from its end too
def answer(x, axes, keepdim):
    where = [0, 3, 1, 2]
    return tf.reduce_mean(x, [where[a] for a in axes], keepdim)

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

# %% 11.5 right: a lambda
answer = lambda x, axes, keepdim: tf.math.reduce_mean(x, [(0, 3, 1, 2)[a] for a in axes], keepdim)

# %% 11.5 right: places by tf.gather
def answer(x, axes, keepdim):
    where = tf.gather([0, 3, 1, 2], [axis % 4 for axis in axes])
    return tf.reduce_mean(x, where, keepdims=keepdim)

# %% 11.5 right: a callable object
class Mean:
    order = "NHWC"
    def __call__(self, x, axes, keepdim):
        return tf.reduce_mean(x, [self.order.index("NCHW"[a]) for a in axes], keepdims=keepdim)
answer = Mean()

# %% 11.5 right: an if for each axis
def answer(x, axes, keepdim):
    mine = []
    for axis in axes:
        if axis < 0:
            axis += 4
        if axis == 1:
            mine.append(3)
        elif axis > 1:
            mine.append(axis - 1)
        else:
            mine.append(0)
    return tf.reduce_mean(x, axis=mine, keepdims=keepdim)

# %% 11.5 right: recorded as a graph
@tf.function
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, [[0, 3, 1, 2][a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: the axes are PyTorch's
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, axes, keepdims=keepdim)

# %% 11.5 wrong: negative
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, [{0: 0, 1: 3, 2: 1, 3: 2}[a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: keepdim
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, [[0, 3, 1, 2][a] for a in axes])

# %% 11.5 wrong: keepdim (always kept)
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, [[0, 3, 1, 2][a] for a in axes], keepdims=True)

# %% 11.5 wrong: sum
def answer(x, axes, keepdim):
    return tf.reduce_sum(x, [[0, 3, 1, 2][a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: remains in PyTorch's order
def answer(x, axes, keepdim):
    return tf.reduce_mean(tf.transpose(x, (0, 3, 1, 2)), axes, keepdims=keepdim)

# %% 11.5 wrong: the other way round
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, [[0, 2, 3, 1][a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: height and width whatever axes says
def answer(x, axes, keepdim):
    return tf.reduce_mean(x, [1, 2], keepdims=keepdim)

# %% 11.5 wrong: the largest
def answer(x, axes, keepdim):
    return tf.reduce_max(x, [[0, 3, 1, 2][a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: only positive ones are mapped
def answer(x, axes, keepdim):
    mine = [{1: 3, 2: 1, 3: 2}.get(a, a) for a in axes]
    return tf.reduce_mean(x, mine, keepdims=keepdim)

# %% 11.5 wrong: squeezes what it should not
def answer(x, axes, keepdim):
    y = tf.reduce_mean(x, [[0, 3, 1, 2][a] for a in axes], keepdims=True)
    return y if keepdim else tf.squeeze(y)

# %% 11.5 wrong: one after the other, and the axes move
def answer(x, axes, keepdim):
    for a in axes:
        x = tf.reduce_mean(x, [0, 3, 1, 2][a], keepdims=keepdim)
    return x

# %% 11.5 wrong: unfinished
def answer(x, axes, keepdim):
    y = tf.reduce_mean(x, [[0, 3, 1, 2][a] for a in axes], keepdims=keepdim)

# %% 11.5 wrong: the module's class in the wrong framework
def answer(x, axes, keepdim):
    return torch.mean(torch.tensor(x.numpy()), dim=[[0, 3, 1, 2][a] for a in axes], keepdim=keepdim)

# %% 11.2 right: as in the cell above
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, -128, 127).astype("int8")

# %% 11.2 right: rint, maximum and minimum
def answer(x, scale, zero):
    q = np.rint(x / scale) + zero
    return np.minimum(np.maximum(q, -128), 127).astype(np.int8)

# %% 11.2 right: the ends from iinfo
def answer(x, scale, zero):
    ends = np.iinfo(np.int8)
    q = np.around(x / scale) + zero
    return q.clip(ends.min, ends.max).astype(np.int8)

# %% 11.2 right: in place on a copy
def answer(x, scale, zero):
    q = x / scale
    np.round(q, out=q) if q.ndim else None
    q = np.round(q)
    q += zero
    return np.clip(q, -128, 127).astype(np.int8)

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

# %% 11.2 right: where
def answer(x, scale, zero):
    q = np.round(np.divide(x, scale)) + zero
    q = np.where(q > 127, 127, np.where(q < -128, -128, q))
    return np.asarray(q, dtype="int8")

# %% 11.2 right: clipped before zero is added
def answer(x, scale, zero):
    return (np.clip(np.round(x / scale), -128 - zero, 127 - zero) + zero).astype(np.int8)

# %% 11.2 right: int64 on the way
def answer(x, scale, zero):
    q = np.round(x / scale).astype(np.int64) + zero
    return np.clip(q, -128, 127).astype(np.int8)

# %% 11.2 wrong: wraps around
def answer(x, scale, zero):
    return (np.round(x / scale) + zero).astype("int64").astype("int8")

# %% 11.2 wrong: clips before it adds
def answer(x, scale, zero):
    return (np.clip(np.round(x / scale), -128, 127) + zero).astype("int64").astype("int8")

# %% 11.2 wrong: uint8
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, 0, 255).astype("uint8")

# %% 11.2 wrong: cuts off instead of rounding
def answer(x, scale, zero):
    return np.clip(x / scale + zero, -128, 127).astype("int8")

# %% 11.2 wrong: floor
def answer(x, scale, zero):
    return np.clip(np.floor(x / scale) + zero, -128, 127).astype("int8")

# %% 11.2 wrong: the sign of zero
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) - zero, -128, 127).astype("int8")

# %% 11.2 wrong: multiplies by the scale
def answer(x, scale, zero):
    return np.clip(np.round(x * scale) + zero, -128, 127).astype("int8")

# %% 11.2 wrong: -127
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, -127, 127).astype("int8")

# %% 11.2 wrong: float64 where int8
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, -128, 127)

# %% 11.2 wrong: no zero point
def answer(x, scale, zero):
    return np.clip(np.round(x / scale), -128, 127).astype("int8")

# %% 11.2 wrong: for one axis only
def answer(x, scale, zero):
    return np.array([np.clip(np.round(v / scale) + zero, -128, 127) for v in x.ravel()], dtype="int8")

# %% 11.2 wrong: 0 to 127
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, 0, 127).astype("int8")

# %% 11.2 wrong: goes all the way back
def answer(x, scale, zero):
    q = np.clip(np.round(x / scale) + zero, -128, 127).astype("int8")
    return scale * (q.astype("float64") - zero)

# %% 11.2 wrong: adds zero to x
def answer(x, scale, zero):
    return np.clip(np.round((x + zero) / scale), -128, 127).astype("int8")

# %% 11.2 wrong: its own array
def answer(x, scale, zero):
    x /= scale
    np.round(x, out=x)
    x += zero
    np.clip(x, -128, 127, out=x)

# %% 11.1 right: the first three axes
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return tf.round(kernel / scale) * scale

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

# %% 11.1 right: a graph
@tf.function
def answer(kernel):
    scale = tf.math.reduce_max(tf.math.abs(kernel), axis=[-4, -3, -2], keepdims=True) / 127
    return tf.math.multiply(tf.round(tf.math.divide(kernel, scale)), scale)

# %% 11.1 right: map over channels
def answer(kernel):
    def one(k):
        scale = tf.reduce_max(tf.abs(k)) / 127
        return tf.round(k / scale) * scale
    channels = tf.transpose(kernel, (3, 0, 1, 2))
    return tf.transpose(tf.map_fn(one, channels), (1, 2, 3, 0))

# %% 11.1 right: a lambda with a default
answer = lambda kernel, axes=(0, 1, 2): (
    lambda scale: tf.round(kernel / scale) * scale
)(tf.reduce_max(tf.abs(kernel), axes, True) / 127)

# %% 11.1 right: whole steps by a cast
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2)) / 127
    steps = tf.cast(tf.round(kernel / scale), tf.int8)
    return tf.cast(steps, kernel.dtype) * scale

# %% 11.1 wrong: PyTorch's axes
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(1, 2, 3), keepdims=True) / 127
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: one scale for all
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel)) / 127
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: input channel
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 3), keepdims=True) / 127
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: sign
def answer(kernel):
    scale = tf.reduce_max(kernel, axis=(0, 1, 2), keepdims=True) / 127
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: 128
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 128
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: not brought back
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return tf.round(kernel / scale)

# %% 11.1 wrong: mean
def answer(kernel):
    scale = tf.reduce_mean(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: axes of height and width only
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1), keepdims=True) / 127
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: floor
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return tf.floor(kernel / scale) * scale

# %% 11.1 wrong: 255
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 255
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: 7 bits
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 63
    return tf.round(kernel / scale) * scale

# %% 11.1 wrong: not rounded
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return kernel / scale * scale

# %% 11.1 wrong: left in PyTorch's layout
def answer(kernel):
    k = tf.transpose(kernel, (3, 2, 0, 1))
    scale = tf.reduce_max(tf.abs(k), axis=(1, 2, 3), keepdims=True) / 127
    return tf.round(k / scale) * scale

# %% 11.1 wrong: NumPy array
def answer(kernel):
    kernel = kernel.numpy()
    scale = np.abs(kernel).max(axis=(0, 1, 2)) / 127
    return np.round(kernel / scale) * scale

# %% 11.3 right: int32 throughout
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 right: int64
def answer(q, zero, w, b, ratio, out):
    t = np.dot(q.astype("int64") - zero, w) + b
    return np.clip(np.rint(t * ratio) + out, -128, 127).astype("int8")

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

# %% 11.3 right: tensordot
def answer(q, zero, w, b, ratio, out):
    t = np.tensordot(q.astype(np.int32) - zero, w.astype(np.int32), axes=1) + b[None]
    y = np.round(ratio * t).astype(np.int64) + out
    return y.clip(-128, 127).astype(np.int8)

# %% 11.3 right: a sum of products
def answer(q, zero, w, b, ratio, out):
    x = q.astype(np.int32) - np.int32(zero)
    t = (x[:, :, None] * w.astype(np.int32)[None]).sum(axis=1) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 right: a dense layer with a bias row
def answer(q, zero, w, b, ratio, out):
    ones = np.ones((len(q), 1), np.int32)
    x = np.hstack([q.astype(np.int32) - zero, ones])
    t = x @ np.vstack([w.astype(np.int32), b])
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: int8 overflows
def answer(q, zero, w, b, ratio, out):
    t = (q - np.int8(zero)) @ w + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: int8 overflows (only the difference)
def answer(q, zero, w, b, ratio, out):
    t = (q - zero).astype(np.int32) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: int8 overflows (only the product)
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero).astype(np.int8) @ w + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: zero point of the inputs
def answer(q, zero, w, b, ratio, out):
    t = q.astype(np.int32) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: adds the zero point
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) + zero) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: bias
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32)
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: bias after the ratio
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32)
    return np.clip(np.round(ratio * t) + b + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: wraps around
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return (np.round(ratio * t) + out).astype(np.int64).astype(np.int8)

# %% 11.3 wrong: the outputs' zero point is multiplied
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * (t + out)), -128, 127).astype(np.int8)

# %% 11.3 wrong: cuts off
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(ratio * t + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: int32 where int8
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int32)

# %% 11.3 wrong: the outputs' zero point
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(np.round(ratio * t), -128, 127).astype(np.int8)

# %% 11.3 wrong: clipped too early
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return (np.clip(np.round(ratio * t), -128, 127) + out).astype(np.int64).astype(np.int8)

# %% 11.3 wrong: divides by the ratio
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int32) - zero) @ w.astype(np.int32) + b
    return np.clip(np.round(t / ratio) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: zero point after the product
def answer(q, zero, w, b, ratio, out):
    t = q.astype(np.int32) @ w.astype(np.int32) - zero + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.3 wrong: int16 overflows
def answer(q, zero, w, b, ratio, out):
    t = (q.astype(np.int16) - zero) @ w.astype(np.int16) + b
    return np.clip(np.round(ratio * t) + out, -128, 127).astype(np.int8)

# %% 11.4 right: read off the prints
answer = {"A": "transposed", "B": "none", "C": "divided by 16 again"}

# %% 11.4 right: dict()
answer = dict(A="transposed", B="none", C="divided by 16 again")

# %% 11.4 right: another order
answer = {"C": "divided by 16 again", "A": "transposed", "B": "none"}

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

# %% 11.4 right: an ordered dict
import collections
answer = collections.OrderedDict([("A", "transposed"), ("B", "none"), ("C", "divided by 16 again")])

# %% 11.4 right: words from NumPy
names = np.array(["none", "transposed", "divided by 16 again"])
answer = {"A": names[1], "B": names[0], "C": names[2]}

# %% 11.4 right: filled one by one
answer = {}
answer["A"] = "transposed"
answer["B"] = "none"
answer["C"] = "divided by 16 again"

# %% 11.4 right: a default
import collections
answer = collections.defaultdict(lambda: "none", A="transposed", B="none", C="divided by 16 again")

# %% 11.4 right: spaces around
answer = {"A": "transposed ", "B": "none", "C": "divided by 16 again"}

# %% 11.4 wrong: A is
answer = {"A": "shifted", "B": "none", "C": "divided by 16 again"}

# %% 11.4 wrong: B is
answer = {"A": "transposed", "B": "inverted", "C": "divided by 16 again"}

# %% 11.4 wrong: C is
answer = {"A": "transposed", "B": "none", "C": "inverted"}

# %% 11.4 wrong: C looks the same on a picture that is scaled
answer = {"A": "transposed", "B": "none", "C": "none"}

# %% 11.4 wrong: a dict
answer = ["transposed", "none", "divided by 16 again"]

# %% 11.4 wrong: C is missing
answer = {"A": "transposed", "C": "divided by 16 again"}

# %% 11.4 wrong: not one of the words
answer = {"A": "transposed", "B": "none", "C": "divided"}

# %% 11.4 wrong: None is not the word
answer = {"A": "transposed", "B": None, "C": "divided by 16 again"}

# %% 11.4 wrong: still open
answer = {"A": "transposed", "B": "none", "C": ...}

# %% 11.4 wrong: the arrays themselves
answer = reached

# %% 11.4 wrong: keys in small letters
answer = {"a": "transposed", "b": "none", "c": "divided by 16 again"}

# %% 11.4 wrong: inverted is not transposed
answer = {"A": "inverted", "B": "none", "C": "divided by 16 again"}
