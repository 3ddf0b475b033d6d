"""Answers to the exercises of chapter 6, as learners write them: right ones, and wrong ones with words that the check must say."""

# %% 6.1 right: an integer
answer = 10

# %% 6.1 right: old rate by new rate
answer = 0.1 / 0.01

# %% 6.1 right: a fraction
from fractions import Fraction
answer = Fraction(1, 10) / Fraction(1, 100)

# %% 6.1 right: rates as float32 holds them
answer = held(0.1) / held(0.01)

# %% 6.1 right: np.float32
answer = np.float32(10)

# %% 6.1 right: a tensor
answer = torch.tensor(0.1) / 0.01

# %% 6.1 right: of TensorFlow
answer = tf.constant(0.1, "float64") / 0.01

# %% 6.1 right: an array without axes
answer = np.array(10.0)

# %% 6.1 right: out of a run
b = 3.0
m = -0.1 * b
answer = (-m / 0.01) / b

# %% 6.1 right: a decimal
from decimal import Decimal
answer = Decimal("0.1") / Decimal("0.01")

# %% 6.1 wrong: the other way round
answer = 0.1

# %% 6.1 wrong: new rate by old rate
answer = 0.01 / 0.1

# %% 6.1 wrong: sign
answer = -10

# %% 6.1 wrong: unchanged
answer = 1

# %% 6.1 wrong: not it
answer = 0

# %% 6.1 wrong: not it
answer = 100

# %% 6.1 wrong: momentum
answer = 0.9 * 10

# %% 6.1 wrong: not it
answer = 0.1 - 0.01

# %% 6.1 wrong: sign
answer = -0.1

# %% 6.1 wrong: one number
answer = "10"

# %% 6.1 wrong: one number
answer = lambda b: 10 * b

# %% 6.1 wrong: minus
answer = -1

# %% 6.2 right: as it stands in the formula
def answer(w, g, m, v):
    power1 = tf.cast(0.9, w.dtype) ** 10
    power2 = tf.cast(0.999, w.dtype) ** 10
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w - 0.1 * (m / (1 - power1)) / (tf.sqrt(v / (1 - power2)) + 0.01)

# %% 6.2 right: with Python's numbers
def answer(w, g, m, v):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    m_hat = m / (1 - 0.9**10)
    v_hat = v / (1 - 0.999**10)
    return w - 0.1 * m_hat / (v_hat**0.5 + 0.01)

# %% 6.2 right: epsilon turned over
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    root = (1 - 0.999**10) ** 0.5
    rate = 0.1 * root / (1 - 0.9**10)
    return w - rate * m / (tf.sqrt(v) + 0.01 * root)

# %% 6.2 right: as PyTorch writes it
def answer(w, g, m, v):
    m = m + 0.1 * (g - m)
    v = 0.999 * v + (1 - 0.999) * tf.square(g)
    step_size = 0.1 / (1 - 0.9**10)
    denominator = tf.sqrt(v) / (1 - 0.999**10) ** 0.5 + 0.01
    return w - step_size * tf.math.divide(m, denominator)

# %% 6.2 right: traced
@tf.function
def answer(w, g, m, v):
    t = tf.constant(10.0, tf.float64)
    beta1, beta2 = tf.constant(0.9, tf.float64), tf.constant(0.999, tf.float64)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - 0.1 * m / (1 - beta1**t) / (tf.sqrt(v / (1 - beta2**t)) + 0.01)

# %% 6.2 right: a lambda
answer = lambda w, g, m, v: w - 0.1 / (1 - 0.9**10) * (0.9 * m + 0.1 * g) / (
    tf.sqrt((0.999 * v + 0.001 * g**2) / (1 - 0.999**10)) + 0.01
)

# %% 6.2 right: in variables
def answer(w, g, m, v):
    m = tf.Variable(m)
    m.assign_add((g - m) * (1 - 0.9))
    v = tf.Variable(v)
    v.assign_add((g**2 - v) * (1 - 0.999))
    w = tf.Variable(w)
    w.assign_sub(0.1 * (m / (1 - 0.9**10)) / (tf.sqrt(v / (1 - 0.999**10)) + 0.01))
    return tf.identity(w)

# %% 6.2 right: partial
import functools
def adam(t, w, g, m, v):
    m = 0.9 * m + (1 - 0.9) * g
    v = 0.999 * v + (1 - 0.999) * g**2
    return w - 0.1 * m / (1 - 0.9**t) / (tf.sqrt(v / (1 - 0.999**t)) + 0.01)
answer = functools.partial(adam, 10)

# %% 6.2 right: keras.ops
def answer(w, g, m, v):
    ops = tf.keras.ops
    m = m * 0.9 + g * 0.1
    v = v * 0.999 + ops.square(g) * 0.001
    return w - 0.1 * m / (1 - 0.9**10) / (ops.sqrt(v / (1 - 0.999**10)) + 0.01)

# %% 6.2 right: rsqrt
def answer(w, g, m, v):
    m = tf.add_n([0.9 * m, 0.1 * g])
    v = tf.add_n([0.999 * v, 0.001 * g**2])
    root = 1 / tf.math.rsqrt(v / (1 - 0.999**10))
    return tf.subtract(w, 0.1 * m / (1 - 0.9**10) / (root + 0.01))

# %% 6.2 wrong: unchanged
def answer(w, g, m, v):
    power1 = tf.cast(0.9, w.dtype) ** 10
    power2 = tf.cast(0.999, w.dtype) ** 10
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    rate = 0.1 * tf.sqrt(1 - power2) / (1 - power1)
    return w - rate * m / (tf.sqrt(v) + 0.01)

# %% 6.2 wrong: under the root
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w - 0.1 * m / (1 - 0.9**10) / tf.sqrt(v / (1 - 0.999**10) + 0.01)

# %% 6.2 wrong: correction
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w - 0.1 * m / (tf.sqrt(v) + 0.01)

# %% 6.2 wrong: float32
def answer(w, g, m, v):
    power1 = tf.cast(0.9, "float32") ** 10
    power2 = tf.cast(0.999, "float32") ** 10
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    m_hat = m / tf.cast(1 - power1, w.dtype)
    return w - 0.1 * m_hat / (tf.sqrt(v / tf.cast(1 - power2, w.dtype)) + 0.01)

# %% 6.2 wrong: tenth
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w - 0.1 * m / (1 - 0.9) / (tf.sqrt(v / (1 - 0.999)) + 0.01)

# %% 6.2 wrong: old
def answer(w, g, m, v):
    return w - 0.1 * m / (1 - 0.9**10) / (tf.sqrt(v / (1 - 0.999**10)) + 0.01)

# %% 6.2 wrong: sign
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w + 0.1 * m / (1 - 0.9**10) / (tf.sqrt(v / (1 - 0.999**10)) + 0.01)

# %% 6.2 wrong: twice
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    rate = 0.1 * (1 - 0.999**10) ** 0.5 / (1 - 0.9**10)
    return w - rate * m / (tf.sqrt(v / (1 - 0.999**10)) + 0.01)

# %% 6.2 wrong: beta
def answer(w, g, m, v):
    m = m + (g - m) * 0.9
    v = v + (g**2 - v) * 0.999
    return w - 0.1 * m / (1 - 0.9**10) / (tf.sqrt(v / (1 - 0.999**10)) + 0.01)

# %% 6.2 wrong: epsilon
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w - 0.1 * m / (1 - 0.9**10) / (tf.sqrt(v / (1 - 0.999**10)) + 1e-8)

# %% 6.2 wrong: only the step
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return 0.1 * m / (1 - 0.9**10) / (tf.sqrt(v / (1 - 0.999**10)) + 0.01)

# %% 6.2 wrong: square
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g - v) * (1 - 0.999)
    return w - 0.1 * m / (1 - 0.9**10) / (tf.sqrt(v / (1 - 0.999**10)) + 0.01)

# %% 6.2 wrong: root
def answer(w, g, m, v):
    m = m + (g - m) * (1 - 0.9)
    v = v + (g**2 - v) * (1 - 0.999)
    return w - 0.1 * m / (1 - 0.9**10) / (tf.sqrt(v) / (1 - 0.999**10) + 0.01)

# %% 6.2 wrong: rounded
def answer(w, g, m, v):
    beta1, beta2 = held(0.9), held(0.999)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - held(0.1) * m / (1 - beta1**10) / (tf.sqrt(v / (1 - beta2**10)) + 0.01)

# %% 6.3 right: padded at the end
def answer(x, kernel):
    padded = F.pad(x.transpose(1, 2), (0, 1))
    return F.conv1d(padded, kernel.permute(2, 1, 0), stride=2).transpose(1, 2)

# %% 6.3 right: pad in TensorFlow's layout
def answer(x, kernel):
    padded = F.pad(x, (0, 0, 0, 1))
    return F.conv1d(padded.mT, kernel.movedim(0, 2).movedim(0, 1), stride=2).mT

# %% 6.3 right: windows and einsum
def answer(x, kernel):
    padded = torch.cat([x, torch.zeros_like(x[:, :1])], dim=1)
    windows = padded.unfold(1, 3, 2)  # (batch, length, channels, width)
    return torch.einsum("blcw,wco->blo", windows, kernel)

# %% 6.3 right: three products
def answer(x, kernel):
    padded = F.pad(x, (0, 0, 0, 1))
    return padded[:, 0:-2:2] @ kernel[0] + padded[:, 1:-1:2] @ kernel[1] + padded[:, 2::2] @ kernel[2]

# %% 6.3 right: a layer
def answer(x, kernel):
    conv = torch.nn.Conv1d(kernel.shape[1], kernel.shape[2], 3, stride=2, bias=False, dtype=x.dtype)
    conv.weight = torch.nn.Parameter(kernel.permute(2, 1, 0))
    return conv(torch.nn.ConstantPad1d((0, 1), 0.0)(x.permute(0, 2, 1))).permute(0, 2, 1)

# %% 6.3 right: every second place of a longer one
def answer(x, kernel):
    whole = F.conv1d(x.transpose(1, 2), kernel.permute(2, 1, 0), padding=1)
    return whole[:, :, 1::2].transpose(1, 2)

# %% 6.3 right: padded for any length
def answer(x, kernel):
    length, width = x.shape[1], kernel.shape[0]
    total = max((-(-length // 2) - 1) * 2 + width - length, 0)
    padded = F.pad(x.transpose(1, 2), (total // 2, total - total // 2))
    return F.conv1d(padded, kernel.permute(2, 1, 0), stride=2).transpose(1, 2)

# %% 6.3 right: two dimensions
def answer(x, kernel):
    picture = F.pad(x, (0, 0, 0, 1)).permute(0, 2, 1).unsqueeze(2)
    return F.conv2d(picture, kernel.permute(2, 1, 0).unsqueeze(2), stride=(1, 2)).squeeze(2).transpose(2, 1)

# %% 6.3 right: loops
def answer(x, kernel):
    batch, length, _ = x.shape
    out = torch.zeros(batch, length // 2, kernel.shape[2], dtype=x.dtype)
    for place in range(length // 2):
        for step in range(3):
            if 2 * place + step < length:
                out[:, place] += x[:, 2 * place + step] @ kernel[step]
    return out

# %% 6.3 right: a lambda
answer = lambda x, kernel: F.conv1d(F.pad(x.mT, (0, 1)), kernel.permute(2, 1, 0), stride=2).mT

# %% 6.3 wrong: both ends
def answer(x, kernel):
    return F.conv1d(x.transpose(1, 2), kernel.permute(2, 1, 0), stride=2, padding=1).transpose(1, 2)

# %% 6.3 wrong: front
def answer(x, kernel):
    padded = F.pad(x.transpose(1, 2), (1, 0))
    return F.conv1d(padded, kernel.permute(2, 1, 0), stride=2).transpose(1, 2)

# %% 6.3 wrong: layout
def answer(x, kernel):
    padded = F.pad(x.transpose(1, 2), (0, 1))
    return F.conv1d(padded, kernel.permute(2, 1, 0), stride=2)

# %% 6.3 wrong: flipped
def answer(x, kernel):
    padded = F.pad(x.transpose(1, 2), (0, 1))
    return F.conv1d(padded, kernel.flip(0).permute(2, 1, 0), stride=2).transpose(1, 2)

# %% 6.3 wrong: stride
def answer(x, kernel):
    padded = F.pad(x.transpose(1, 2), (0, 1))
    return F.conv1d(padded, kernel.permute(2, 1, 0)).transpose(1, 2)

# %% 6.3 wrong: no padding
def answer(x, kernel):
    return F.conv1d(x.transpose(1, 2), kernel.permute(2, 1, 0), stride=2).transpose(1, 2)

# %% 6.3 wrong: reshape
def answer(x, kernel):
    turned = x.reshape(x.shape[0], x.shape[2], x.shape[1])
    return F.conv1d(F.pad(turned, (0, 1)), kernel.permute(2, 1, 0), stride=2).transpose(1, 2)

# %% 6.3 wrong: channels
def answer(x, kernel):
    padded = F.pad(x.transpose(1, 2), (0, 1))
    return F.conv1d(padded, kernel.permute(1, 2, 0), stride=2).transpose(1, 2)

# %% 6.3 wrong: TensorFlow
def answer(x, kernel):
    return tf.nn.conv1d(x.numpy(), kernel.numpy(), stride=2, padding="SAME")

# %% 6.3 wrong: every second
def answer(x, kernel):
    whole = F.conv1d(x.transpose(1, 2), kernel.permute(2, 1, 0), padding="same")
    return whole[:, :, ::2].transpose(1, 2)

# %% 6.3 wrong: one at the end
def answer(x, kernel):
    padded = F.pad(x.transpose(1, 2), (0, 1), mode="replicate")
    return F.conv1d(padded, kernel.permute(2, 1, 0), stride=2).transpose(1, 2)

# %% 6.3 wrong: reshape
def answer(x, kernel):
    padded = F.pad(x.transpose(1, 2), (0, 1))
    weight = kernel.reshape(kernel.shape[2], kernel.shape[1], 3)
    return F.conv1d(padded, weight, stride=2).transpose(1, 2)

# %% 6.3 wrong: None
def answer(x, kernel):
    padded = F.pad(x.transpose(1, 2), (0, 1))
    F.conv1d(padded, kernel.permute(2, 1, 0), stride=2).transpose(1, 2)

# %% 6.4 right: written out
def answer(x, mean, variance):
    new_mean = 0.99 * mean + 0.01 * x.mean(dim=0)
    new_variance = 0.99 * variance + 0.01 * x.var(dim=0, unbiased=False)
    return torch.stack([new_mean, new_variance])

# %% 6.4 right: correction=0
def answer(x, mean, variance):
    v, m = torch.var_mean(x, dim=0, correction=0)
    return torch.stack((torch.lerp(mean, m, 0.01), torch.lerp(variance, v, 0.01)), dim=0)

# %% 6.4 right: times (n - 1) / n
def answer(x, mean, variance):
    n = len(x)
    return torch.vstack([
        mean + 0.01 * (x.mean(0) - mean),
        variance + 0.01 * (x.var(0) * (n - 1) / n - variance),
    ])

# %% 6.4 right: a mean of squares
def answer(x, mean, variance):
    m = x.sum(dim=0) / x.shape[0]
    v = ((x - m) ** 2).sum(dim=0) / x.shape[0]
    old = torch.stack([mean, variance])
    return old * 0.99 + torch.stack([m, v]) * (1 - 0.99)

# %% 6.4 right: PyTorch's own layer, the variance put right
def answer(x, mean, variance):
    n = x.shape[0]
    running_mean, running_var = mean.clone(), variance.clone()
    F.batch_norm(x, running_mean, running_var, training=True, momentum=0.01)
    batch = x.var(0)
    return torch.stack([running_mean, running_var - 0.01 * batch + 0.01 * batch * (n - 1) / n])

# %% 6.4 right: under no_grad
@torch.no_grad()
def answer(x, mean, variance):
    result = torch.empty(2, x.size(1), dtype=x.dtype)
    result[0] = mean * 0.99 + x.mean(0) * 0.01
    result[1] = variance * 0.99 + x.var(0, correction=0) * 0.01
    return result

# %% 6.4 right: std squared
def answer(x, mean, variance):
    return torch.cat([
        (0.99 * mean + 0.01 * torch.mean(x, 0))[None],
        (0.99 * variance + 0.01 * torch.std(x, 0, unbiased=False) ** 2)[None],
    ])

# %% 6.4 right: mean of squares minus squared mean
def answer(x, mean, variance):
    batch = torch.stack([x.mean(0), (x * x).mean(0) - x.mean(0) ** 2])
    return 0.99 * torch.stack([mean, variance]) + 0.01 * batch

# %% 6.4 right: a lambda
answer = lambda x, mean, variance: torch.stack([mean, variance]) * 0.99 + 0.01 * torch.stack(
    [x.mean(dim=0), x.var(dim=0, unbiased=False)]
)

# %% 6.4 right: addition in place on clones
def answer(x, mean, variance):
    both = torch.stack([mean, variance]).mul_(0.99)
    both[0].add_(x.mean(0), alpha=0.01)
    both[1].add_(x.var(0, unbiased=False), alpha=0.01)
    return both

# %% 6.4 wrong: n - 1
def answer(x, mean, variance):
    return torch.stack([0.99 * mean + 0.01 * x.mean(0), 0.99 * variance + 0.01 * x.var(0)])

# %% 6.4 wrong: share of the old
def answer(x, mean, variance):
    return torch.stack([0.01 * mean + 0.99 * x.mean(0), 0.01 * variance + 0.99 * x.var(0, unbiased=False)])

# %% 6.4 wrong: first
def answer(x, mean, variance):
    return torch.stack([0.99 * variance + 0.01 * x.var(0, unbiased=False), 0.99 * mean + 0.01 * x.mean(0)])

# %% 6.4 wrong: axis
def answer(x, mean, variance):
    return torch.stack([0.99 * mean + 0.01 * x.mean(1), 0.99 * variance + 0.01 * x.var(1, unbiased=False)])

# %% 6.4 wrong: 0.9
def answer(x, mean, variance):
    return torch.stack([0.9 * mean + 0.1 * x.mean(0), 0.9 * variance + 0.1 * x.var(0, unbiased=False)])

# %% 6.4 wrong: axis
def answer(x, mean, variance):
    return torch.stack([0.99 * mean + 0.01 * x.mean(), 0.99 * variance + 0.01 * x.var(unbiased=False)])

# %% 6.4 wrong: one tensor
def answer(x, mean, variance):
    return 0.99 * mean + 0.01 * x.mean(0), 0.99 * variance + 0.01 * x.var(0, unbiased=False)

# %% 6.4 wrong: shape
def answer(x, mean, variance):
    return torch.cat([0.99 * mean + 0.01 * x.mean(0), 0.99 * variance + 0.01 * x.var(0, unbiased=False)])

# %% 6.4 wrong: deviation
def answer(x, mean, variance):
    return torch.stack([0.99 * mean + 0.01 * x.mean(0), 0.99 * variance + 0.01 * x.std(0, unbiased=False)])

# %% 6.4 wrong: batch alone
def answer(x, mean, variance):
    return torch.stack([x.mean(0), x.var(0, unbiased=False)])

# %% 6.4 wrong: shape
def answer(x, mean, variance):
    return torch.stack([0.99 * mean + 0.01 * x.mean(0), 0.99 * variance + 0.01 * x.var(0, unbiased=False)], dim=1)

# %% 6.4 wrong: old mean
def answer(x, mean, variance):
    return torch.stack([0.99 * mean + 0.01 * x.mean(0), 0.99 * variance + 0.01 * ((x - mean) ** 2).mean(0)])

# %% 6.4 wrong: new mean
def answer(x, mean, variance):
    m = 0.99 * mean + 0.01 * x.mean(0)
    return torch.stack([m, 0.99 * variance + 0.01 * ((x - m) ** 2).mean(0)])

# %% 6.4 wrong: changed
def answer(x, mean, variance):
    mean.mul_(0.99).add_(x.mean(0), alpha=0.01)
    variance.mul_(0.99).add_(x.var(0, unbiased=False), alpha=0.01)
    return torch.stack([mean, variance])

# %% 6.4 wrong: normalized
def answer(x, mean, variance):
    norm = torch.nn.BatchNorm1d(x.shape[1], momentum=0.01, dtype=x.dtype)
    norm(x)
    return torch.stack([norm.running_mean, norm.running_var])

# %% 6.5 right: a loop
def answer(mine, theirs):
    for name in mine:
        if np.abs(mine[name] - theirs[name]).max() > 1e-12:
            return name
    return None

# %% 6.5 right: next
def answer(mine, theirs):
    return next((name for name in mine if np.any(np.abs(mine[name] - theirs[name]) > 1e-12)), None)

# %% 6.5 right: parity's gap
def answer(mine, theirs):
    for name, array in mine.items():
        if parity.gap(array, theirs[name]) > 1e-12:
            return name

# %% 6.5 right: allclose without the relative part
def answer(mine, theirs):
    for name in theirs.keys():
        if not np.allclose(mine[name], theirs[name], rtol=0, atol=1e-12):
            return name

# %% 6.5 right: zip
def answer(mine, theirs):
    for (name, a), b in zip(mine.items(), theirs.values()):
        if not (np.abs(a - b) <= 1e-12).all():
            return name

# %% 6.5 right: a list of all
def answer(mine, theirs):
    broken = [name for name in mine if np.max(np.absolute(np.subtract(mine[name], theirs[name]))) > 1e-12]
    return broken[0] if broken else None

# %% 6.5 right: by torch
def answer(mine, theirs):
    for name in mine:
        gap = torch.as_tensor(mine[name]) - torch.as_tensor(theirs[name])
        if gap.abs().max() > 1e-12:
            return name

# %% 6.5 right: a loop over numbers
def answer(mine, theirs):
    for name in mine:
        for a, b in zip(np.ravel(mine[name]), np.ravel(theirs[name])):
            if abs(a - b) > 1e-12:
                return name
    return None

# %% 6.5 right: an infinity norm
def answer(mine, theirs):
    for name in mine:
        if np.linalg.norm(np.ravel(mine[name] - theirs[name]), np.inf) > 1e-12:
            return name

# %% 6.5 right: from the end
def answer(mine, theirs):
    first = None
    for name in reversed(mine):
        if np.ptp(np.append(np.abs(mine[name] - theirs[name]), 0)) > 1e-12:
            first = name
    return first

# %% 6.5 wrong: absolute
def answer(mine, theirs):
    for name in mine:
        if (mine[name] - theirs[name]).max() > 1e-12:
            return name

# %% 6.5 wrong: any two
def answer(mine, theirs):
    for name in mine:
        if np.abs(mine[name] - theirs[name]).mean() > 1e-12:
            return name

# %% 6.5 wrong: all
def answer(mine, theirs):
    for name in mine:
        if (np.abs(mine[name] - theirs[name]) > 1e-12).all():
            return name

# %% 6.5 wrong: last
def answer(mine, theirs):
    found = None
    for name in mine:
        if np.abs(mine[name] - theirs[name]).max() > 1e-12:
            found = name
    return found

# %% 6.5 wrong: relative
def answer(mine, theirs):
    for name in mine:
        if not np.allclose(mine[name], theirs[name], atol=1e-12):
            return name

# %% 6.5 wrong: number
def answer(mine, theirs):
    for number, name in enumerate(mine):
        if np.abs(mine[name] - theirs[name]).max() > 1e-12:
            return number

# %% 6.5 wrong: None
def answer(mine, theirs):
    for name in mine:
        if np.abs(mine[name] - theirs[name]).max() > 1e-12:
            return name
    return "none"

# %% 6.5 wrong: equal
def answer(mine, theirs):
    for name in mine:
        if not np.array_equal(mine[name], theirs[name]):
            return name

# %% 6.5 wrong: first
def answer(mine, theirs):
    for name in sorted(mine):
        if np.abs(mine[name] - theirs[name]).max() > 1e-12:
            return name

# %% 6.5 wrong: sum
def answer(mine, theirs):
    for name in mine:
        if abs((mine[name] - theirs[name]).sum()) > 1e-12:
            return name

# %% 6.5 wrong: largest
def answer(mine, theirs):
    gaps = {name: np.abs(mine[name] - theirs[name]).max() for name in mine}
    worst = max(gaps, key=gaps.get)
    return worst if gaps[worst] > 1e-12 else None

# %% 6.5 wrong: rungs_torch
def answer(mine, theirs):
    for name in rungs_torch:
        if np.abs(rungs_torch[name] - rungs_tf[name]).max() > 1e-12:
            return name

# %% 6.5 wrong: data
def answer(mine, theirs):
    for name in ["data", "weights", "outputs", "loss", "gradient"]:
        if np.abs(mine[name] - theirs[name]).max() > 1e-12:
            return name

# %% 6.5 wrong: list
def answer(mine, theirs):
    return [name for name in mine if np.abs(mine[name] - theirs[name]).max() > 1e-12] or None

# %% 6.5 wrong: first
def answer(mine, theirs):
    for name in mine:
        if np.abs(mine[name] - theirs[name]).max() > 1e-12:
            return name
        return None

# %% 6.5 wrong: 1e-12
def answer(mine, theirs):
    for name in mine:
        if np.abs(mine[name] - theirs[name]).max() > 1e-10:
            return name

# %% 6.5 wrong: sum
def answer(mine, theirs):
    for name in mine:
        if np.linalg.norm(mine[name] - theirs[name]) > 1e-12:
            return name

# %% 6.6 right: gather
def answer(labels, probabilities):
    right = probabilities.gather(1, labels[:, None])[:, 0]
    return -right.log().mean()

# %% 6.6 right: nll_loss
def answer(labels, probabilities):
    return F.nll_loss(torch.log(probabilities), labels)

# %% 6.6 right: the cross-entropy of logarithms
def answer(labels, probabilities):
    return F.cross_entropy(probabilities.log(), labels)

# %% 6.6 right: row numbers
def answer(labels, probabilities):
    return -torch.log(probabilities[torch.arange(len(labels)), labels]).mean()

# %% 6.6 right: one-hot
def answer(labels, probabilities):
    hot = F.one_hot(labels, probabilities.shape[1])
    return -(hot * probabilities.log()).sum(dim=1).mean()

# %% 6.6 right: NLLLoss
def answer(labels, probabilities):
    return torch.nn.NLLLoss()(probabilities.log(), labels)

# %% 6.6 right: cut as Keras cuts
def answer(labels, probabilities):
    cut = probabilities.clamp(1e-7, 1 - 1e-7)
    return F.nll_loss(cut.log(), labels)

# %% 6.6 right: a distribution
def answer(labels, probabilities):
    return -torch.distributions.Categorical(probs=probabilities).log_prob(labels).mean()

# %% 6.6 right: xlogy and soft labels
def answer(labels, probabilities):
    hot = torch.eye(probabilities.shape[1], dtype=probabilities.dtype)[labels]
    return F.cross_entropy(torch.log(probabilities), hot)

# %% 6.6 right: a loop
def answer(labels, probabilities):
    total = 0
    for label, row in zip(labels, probabilities):
        total = total - torch.log(row[label])
    return total / len(labels)

# %% 6.6 right: take_along_dim
answer = lambda labels, probabilities: probabilities.take_along_dim(labels.unsqueeze(1), 1).log().neg().mean()

# %% 6.6 wrong: logits
def answer(labels, probabilities):
    return F.cross_entropy(probabilities, labels)

# %% 6.6 wrong: logarithm
def answer(labels, probabilities):
    return F.nll_loss(probabilities, labels)

# %% 6.6 wrong: sum
def answer(labels, probabilities):
    return F.nll_loss(probabilities.log(), labels, reduction="sum")

# %% 6.6 wrong: sign
def answer(labels, probabilities):
    return probabilities.gather(1, labels[:, None]).log().mean()

# %% 6.6 wrong: one number
def answer(labels, probabilities):
    return -probabilities.gather(1, labels[:, None]).log()

# %% 6.6 wrong: probabilities first
def answer(probabilities, labels):
    return F.nll_loss(probabilities.log(), labels)

# %% 6.6 wrong: BCE
def answer(labels, probabilities):
    hot = F.one_hot(labels, probabilities.shape[1]).to(probabilities.dtype)
    return F.binary_cross_entropy(probabilities, hot)

# %% 6.6 wrong: log of the mean
def answer(labels, probabilities):
    return -probabilities.gather(1, labels[:, None]).mean().log()

# %% 6.6 wrong: mean over classes
def answer(labels, probabilities):
    hot = F.one_hot(labels, probabilities.shape[1])
    return -(hot * probabilities.log()).mean()

# %% 6.6 wrong: base
def answer(labels, probabilities):
    return -probabilities.gather(1, labels[:, None]).log2().mean()

# %% 6.6 wrong: log_softmax
def answer(labels, probabilities):
    return F.nll_loss(F.log_softmax(probabilities, dim=1), labels)

# %% 6.6 wrong: every row
def answer(labels, probabilities):
    return -probabilities[:, labels].log().mean()

# %% 6.6 wrong: tensor
def answer(labels, probabilities):
    return F.nll_loss(probabilities.log(), labels).item()

# %% 6.6 wrong: mean
def answer(labels, probabilities):
    return -(probabilities * probabilities.log()).sum(1).mean()

# %% 6.6 wrong: gradient
def answer(labels, probabilities):
    return F.nll_loss(probabilities.detach().log(), labels)

# %% 6.6 wrong: highest
def answer(labels, probabilities):
    return -probabilities.max(dim=1).values.log().mean()

# %% 6.7 right: signs compared
def answer(a, b):
    return int(((a > 0) != (b > 0)).sum())

# %% 6.7 right: xor
def answer(a, b):
    return np.count_nonzero(np.logical_xor(a > 0, b > 0))

# %% 6.7 right: a sum
def answer(a, b):
    return np.sum((a > 0) ^ (b > 0))

# %% 6.7 right: two directions
def answer(a, b):
    return ((a > 0) & (b <= 0)).sum() + ((a <= 0) & (b > 0)).sum()

# %% 6.7 right: a loop
def answer(a, b):
    flips = 0
    for left, right in zip(a.ravel(), b.ravel()):
        if (left > 0) != (right > 0):
            flips += 1
    return flips

# %% 6.7 right: signs of what is left
def answer(a, b):
    return int(np.abs(np.sign(np.maximum(a, 0)) - np.sign(np.maximum(b, 0))).sum())

# %% 6.7 right: in PyTorch
def answer(a, b):
    return ((torch.tensor(a) > 0) != (torch.tensor(b) > 0)).sum().item()

# %% 6.7 right: gradients asked for
def answer(a, b):
    slopes = []
    for array in (a, b):
        x = torch.tensor(array, requires_grad=True)
        torch.relu(x).sum().backward()
        slopes.append(x.grad)
    return int((slopes[0] != slopes[1]).sum())

# %% 6.7 right: heaviside
def answer(a, b):
    return float(np.sum(np.heaviside(a, 0) != np.heaviside(b, 0)))

# %% 6.7 right: in TensorFlow
def answer(a, b):
    return tf.math.count_nonzero(tf.not_equal(a > 0, b > 0))

# %% 6.7 right: len of where
answer = lambda a, b: len(np.where((a > 0) != (b > 0))[0])

# %% 6.7 wrong: 0
def answer(a, b):
    return int((np.sign(a) != np.sign(b)).sum())

# %% 6.7 wrong: 0
def answer(a, b):
    return int((a * b < 0).sum())

# %% 6.7 wrong: 0
def answer(a, b):
    return int(((a >= 0) != (b >= 0)).sum())

# %% 6.7 wrong: one direction
def answer(a, b):
    return int(((a > 0) & (b <= 0)).sum())

# %% 6.7 wrong: one direction
def answer(a, b):
    return int(((a <= 0) & (b > 0)).sum())

# %% 6.7 wrong: values
def answer(a, b):
    return int((a != b).sum())

# %% 6.7 wrong: difference
def answer(a, b):
    return abs(int((a > 0).sum()) - int((b > 0).sum()))

# %% 6.7 wrong: share
def answer(a, b):
    return ((a > 0) != (b > 0)).mean()

# %% 6.7 wrong: one number
def answer(a, b):
    return (a > 0) != (b > 0)

# %% 6.7 wrong: rows
def answer(a, b):
    return ((a > 0) != (b > 0)).sum(axis=0)

# %% 6.7 wrong: same
def answer(a, b):
    return int(((a > 0) == (b > 0)).sum())

# %% 6.7 wrong: signbit
def answer(a, b):
    return int((np.signbit(a) != np.signbit(b)).sum())

# %% 6.7 wrong: rows
def answer(a, b):
    return int(((a > 0) != (b > 0)).any(axis=-1).sum())

# %% 6.7 wrong: length
def answer(a, b):
    return len((a > 0) != (b > 0))

# %% 6.7 wrong: after
def answer(a, b):
    return int((np.maximum(a, 0) != np.maximum(b, 0)).sum())

# %% 6.7 wrong: 0
def answer(a, b):
    return int((a * b <= 0).sum())

# %% 6.8 right: floor of the centers
def answer(x):
    k = torch.arange(12)
    return x[((k + 0.5) * 8 / 12).floor().long()]

# %% 6.8 right: integers only
def answer(x):
    return x[(2 * torch.arange(12) + 1) * 8 // 24]

# %% 6.8 right: nearest-exact
def answer(x):
    return F.interpolate(x.reshape(1, 1, 8), 12, mode="nearest-exact").reshape(12)

# %% 6.8 right: a list of places
def answer(x):
    places = [int((k + 0.5) * 8 / 12) for k in range(12)]
    return x[places]

# %% 6.8 right: stacked
def answer(x):
    return torch.stack([x[(2 * k + 1) // 3] for k in range(12)])

# %% 6.8 right: repeats
def answer(x):
    return x.repeat_interleave(torch.tensor([1, 2] * 4))

# %% 6.8 right: the pattern by hand
def answer(x):
    return torch.index_select(x, 0, torch.tensor([0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7]))

# %% 6.8 right: an Upsample layer
def answer(x):
    return torch.nn.Upsample(size=12, mode="nearest-exact")(x[None, None])[0, 0]

# %% 6.8 right: searchsorted
def answer(x):
    centers = (torch.arange(12, dtype=torch.float64) + 0.5) * 8 / 12
    return x[torch.searchsorted(torch.arange(8.0, dtype=torch.float64), centers, right=True) - 1]

# %% 6.8 right: a matrix
def answer(x):
    k = (2 * torch.arange(12) + 1) // 3
    return F.one_hot(k, 8).to(x.dtype) @ x

# %% 6.8 right: pairs
def answer(x):
    pairs = x.view(4, 2)
    return torch.cat([pairs, pairs[:, 1:]], dim=1).flatten()

# %% 6.8 wrong: corner
def answer(x):
    return F.interpolate(x.reshape(1, 1, 8), 12).reshape(12)

# %% 6.8 wrong: corner
def answer(x):
    return x[torch.arange(12) * 8 // 12]

# %% 6.8 wrong: round
def answer(x):
    k = torch.arange(12)
    return x[((k + 0.5) * 8 / 12).round().long().clamp(max=7)]

# %% 6.8 wrong: round
def answer(x):
    k = torch.arange(12)
    return x[((k + 0.5) * 8 / 12 - 0.5).round().long()]

# %% 6.8 wrong: ceil
def answer(x):
    k = torch.arange(12)
    return x[((k + 0.5) * 8 / 12).ceil().long() - 1]

# %% 6.8 wrong: shape
def answer(x):
    return F.interpolate(x.reshape(1, 1, 8), 12, mode="nearest-exact")

# %% 6.8 wrong: linear
def answer(x):
    return F.interpolate(x.reshape(1, 1, 8), 12, mode="linear").reshape(12)

# %% 6.8 wrong: shape
def answer(x):
    k = torch.arange(8)
    return x[((k + 0.5) * 8 / 12).long()]

# %% 6.8 wrong: places
def answer(x):
    return ((torch.arange(12) + 0.5) * 8 / 12).floor()

# %% 6.8 wrong: 12 / 8
def answer(x):
    k = torch.arange(12)
    return x[((k + 0.5) * 12 / 8).long().clamp(max=7)]

# %% 6.8 wrong: first
def answer(x):
    return x.repeat_interleave(torch.tensor([2, 1] * 4))

# %% 6.8 wrong: right for the numbers 0 to 7 only
def answer(x):
    return torch.tensor([0.0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7], dtype=x.dtype)

# %% 6.8 wrong: half
def answer(x):
    k = torch.arange(12)
    return x[(k * 8 / 12 + 0.5).long()]

# %% 6.8 wrong: align
def answer(x):
    k = torch.arange(12)
    return x[(k * 7 / 11).round().long()]

# %% 6.8 wrong: center
def answer(x):
    k = torch.arange(12)
    return x[((k + 0.5) * 8 // 12 + 0.5).long().clamp(max=7).flip(0)].flip(0).roll(1)

# %% 6.8 wrong: NumPy
def answer(x):
    return x.numpy()[(2 * np.arange(12) + 1) // 3]
