"""Answers to the exercises of chapter 2, as learners write them: right ones, and wrong ones with words that
the check must say."""

# %% 2.5 right: a variable made of w
def answer(w, x, y, rate):
    v = tf.Variable(w)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.matmul(x, v) - y))
    v.assign_sub(rate * tape.gradient(loss, v))
    return v

# %% 2.5 right: the value of a variable
def answer(w, x, y, rate):
    v = tf.Variable(w)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ v - y) ** 2)
    return v.assign_sub(rate * tape.gradient(loss, v)).read_value()

# %% 2.5 right: sum over count
def answer(w, x, y, rate):
    m = tf.cast(tf.shape(y)[0], tf.float64)
    with tf.GradientTape() as t:
        t.watch([w])
        away = x @ w - y
        loss = tf.reduce_sum(away * away) / m
    return w + -rate * t.gradient(loss, w)

# %% 2.5 right: a callable object
class Step:
    def loss(self, w, x, y):
        return tf.reduce_mean((y - x @ w) ** 2)

    def __call__(self, w, x, y, rate):
        with tf.GradientTape() as tape:
            tape.watch(w)
            loss = self.loss(w, x, y)
        return w - rate * tape.gradient(loss, w)


answer = Step()

# %% 2.5 right: a product of the differences with themselves
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        away = x @ w - y
        loss = (tf.transpose(away) @ away)[0, 0] / len(y)
    return w - rate * tape.gradient(loss, w)

# %% 2.5 right: a row of the Jacobian
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = tf.reduce_mean((x @ w - y) ** 2)
    return w - rate * tape.jacobian(loss, w)

# %% 2.5 right: the slope by its formula
def answer(w, x, y, rate):
    return w - rate * 2 / x.shape[0] * tf.transpose(x) @ (x @ w - y)

# %% 2.5 wrong: TensorFlow summed
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = (x @ w - y) ** 2
    return w - rate * tape.gradient(loss, w)

# %% 2.5 wrong: the rate is missing
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = tf.reduce_mean((x @ w - y) ** 2)
    return w - tape.gradient(loss, w)

# %% 2.5 wrong: half as long
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = tf.reduce_mean((x @ w - y) ** 2) / 2
    return w - rate * tape.gradient(loss, w)

# %% 2.5 wrong: no attribute 'assign_sub'
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(rate * tape.gradient(loss, w))
    return w

# %% 2.5 wrong: the tape was not told to follow it
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
        tape.watch(w)
    return w - rate * tape.gradient(loss, w)

# %% 2.5 wrong: the values are not
def answer(w, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = tf.reduce_mean(x @ w - y) ** 2
    return w - rate * tape.gradient(loss, w)

# %% 2.5 wrong: the values are not
def answer(w, x, y, rate):
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(w)
            loss = tf.reduce_mean((x @ w - y) ** 2)
        w = w - rate * tape.gradient(loss, w)
    return w

# %% 2.5 wrong: has not moved
answer = lambda w, x, y, rate: w

# %% 2.6 right: backward, then looked
def answer(loss, weights):
    loss.backward()
    return [name for name, weight in weights.items() if weight.grad is None]

# %% 2.6 right: one at a time
def answer(loss, weights):
    lost = []
    for name in weights:
        (slope,) = torch.autograd.grad(
            loss, weights[name], retain_graph=True, allow_unused=True
        )
        if slope is None:
            lost.append(name)
    return lost

# %% 2.6 right: filter
answer = lambda loss, weights: loss.backward() or list(
    filter(lambda name: weights[name].grad is None, weights)
)

# %% 2.6 right: a walk through the record
def answer(loss, weights):
    seen, todo, leaves = set(), [loss.grad_fn], set()
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            leaves.add(id(node.variable))
        todo.extend(parent for parent, _ in node.next_functions)
    return [name for name, weight in weights.items() if id(weight) not in leaves]

# %% 2.6 right: hooks
def answer(loss, weights):
    came = []
    hooks = [
        weight.register_hook(lambda slope, name=name: came.append(name))
        for name, weight in weights.items()
    ]
    loss.backward()
    for hook in hooks:
        hook.remove()
    return [name for name in weights if name not in came]

# %% 2.6 wrong: whose slope is 0
def answer(loss, weights):
    loss.backward()
    return [
        name
        for name, weight in weights.items()
        if weight.grad is not None and (weight.grad == 0).all()
    ]

# %% 2.6 wrong: order should be that of the dict
def answer(loss, weights):
    loss.backward()
    return sorted(name for name, weight in weights.items() if weight.grad is None)

# %% 2.6 wrong: yours returned a set
def answer(loss, weights):
    loss.backward()
    return {name for name, weight in weights.items() if weight.grad is None}

# %% 2.6 wrong: the keys of the dict
def answer(loss, weights):
    loss.backward()
    return [weight for weight in weights.values() if weight.grad is None]

# %% 2.6 wrong: these are all names
def answer(loss, weights):
    return [name for name, weight in weights.items() if weight.grad is None]

# %% 2.6 wrong: yours finds nothing lost
def answer(loss, weights):
    return [name for name, weight in weights.items() if not weight.requires_grad]

# %% 2.6 wrong: stops at the first
def answer(loss, weights):
    loss.backward()
    for name, weight in weights.items():
        if weight.grad is None:
            return [name]
    return []

# %% 2.6 wrong: the lost ones are
answer = lambda loss, weights: ["absent"]

# %% 2.7 right: filled with zeros
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
            w.grad.zero_()
    return w

# %% 2.7 right: an optimizer
def answer(w, x, y, rate, steps):
    optimizer = torch.optim.SGD([w], lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(x @ w, y).backward()
        optimizer.step()
    return w

# %% 2.7 right: grad, that writes nothing
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, w)
        with torch.no_grad():
            w -= rate * slope
    return w

# %% 2.7 right: a new w in each turn
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, w)
        w = (w - rate * slope).detach().requires_grad_()
    return w

# %% 2.7 right: torch.func
def answer(w, x, y, rate, steps):
    slope = torch.func.grad(lambda w: ((x @ w - y) ** 2).mean())
    w = w.detach()
    for _ in range(steps):
        w = w - rate * slope(w)
    return w

# %% 2.7 right: the slope by hand
def answer(w, x, y, rate, steps):
    with torch.no_grad():
        for _ in range(steps):
            away = x @ w - y
            w = w - rate * 2 * x.T @ away / away.numel()
    return w

# %% 2.7 right: a helper that makes one step
def one(w, x, y, rate):
    ((x @ w - y) ** 2).mean().backward()
    slope, w.grad = w.grad, None
    return (w.detach() - rate * slope).requires_grad_()


def answer(w, x, y, rate, steps):
    for _ in range(steps):
        w = one(w, x, y, rate)
    return w

# %% 2.7 wrong: add up
def answer(w, x, y, rate, steps):
    w.grad = None
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
    return w

# %% 2.7 wrong: uphill
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w += rate * w.grad
        w.grad = None
    return w

# %% 2.7 wrong: those of the sum
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        w.grad = None
    return w

# %% 2.7 wrong: a step too many
def answer(w, x, y, rate, steps):
    for _ in range(steps + 1):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        w.grad = None
    return w

# %% 2.7 wrong: in-place operation
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        w -= rate * w.grad
        w.grad = None
    return w

# %% 2.7 wrong: does not require grad
def answer(w, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w = w - rate * w.grad
        w.grad = None
    return w

# %% 2.7 wrong: the values are not
def answer(w, x, y, rate, steps):
    for k in range(steps):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad / (k + 1)
    return w

# %% 2.7 wrong: the slope at the first w
def answer(w, x, y, rate, steps):
    loss = ((x @ w - y) ** 2).mean()
    (slope,) = torch.autograd.grad(loss, w)
    with torch.no_grad():
        for _ in range(steps):
            w -= rate * slope
    return w

# %% 2.7 wrong: a PyTorch tensor is asked for
def answer(w, x, y, rate, steps):
    w = w.detach().numpy()
    for _ in range(steps):
        w = w - rate * 2 / len(y) * x.numpy().T @ (x.numpy() @ w - y.numpy())
    return w

# %% 2.8 right: w stopped in the target
def answer(w, now, reward, later):
    target = reward + 0.9 * later @ tf.stop_gradient(w)
    return tf.reduce_mean(tf.square(target - now @ w))

# %% 2.8 right: the later worth stopped
def answer(w, now, reward, later):
    worth = tf.stop_gradient(tf.matmul(later, w))
    return tf.reduce_mean(tf.math.squared_difference(now @ w, reward + 0.9 * worth))

# %% 2.8 right: as a tf.function
@tf.function
def answer(w, now, reward, later):
    target = tf.stop_gradient(reward + 0.9 * tf.matmul(later, w))
    away = tf.matmul(now, w) - target
    return tf.reduce_sum(away * away) / tf.cast(tf.size(away), tf.float64)

# %% 2.8 right: through NumPy
def answer(w, now, reward, later):
    target = reward.numpy() + 0.9 * later.numpy() @ w.numpy()
    return tf.reduce_mean((now @ w - target) ** 2)

# %% 2.8 right: keras.ops
def answer(w, now, reward, later):
    ops = tf.keras.ops
    target = ops.stop_gradient(reward + 0.9 * ops.matmul(later, w))
    return ops.mean(ops.square(ops.matmul(now, w) - target))

# %% 2.8 right: half the sum of squares, doubled
def answer(w, now, reward, later):
    target = tf.stop_gradient(reward + 0.9 * later @ w)
    return 2 * tf.nn.l2_loss(now @ w - target) / len(now)

# %% 2.8 right: a derivative of its own
@tf.custom_gradient
def still(x):
    return tf.identity(x), lambda upstream: tf.zeros_like(upstream)


def answer(w, now, reward, later):
    return tf.reduce_mean((now @ w - still(reward + 0.9 * later @ w)) ** 2)

# %% 2.8 wrong: the factor 0.9 is missing
def answer(w, now, reward, later):
    return tf.reduce_mean((now @ w - tf.stop_gradient(reward + later @ w)) ** 2)

# %% 2.8 wrong: the reward is missing
def answer(w, now, reward, later):
    return tf.reduce_mean((now @ w - tf.stop_gradient(0.9 * later @ w)) ** 2)

# %% 2.8 wrong: the target moves as well
def answer(w, now, reward, later):
    return tf.reduce_mean((now @ w - (reward + 0.9 * tf.stop_gradient(later) @ w)) ** 2)

# %% 2.8 wrong: made of `later`
def answer(w, now, reward, later):
    return tf.reduce_mean((now @ w - tf.stop_gradient(reward + 0.9 * now @ w)) ** 2)

# %% 2.8 wrong: half of the mean
def answer(w, now, reward, later):
    target = tf.stop_gradient(reward + 0.9 * later @ w)
    return 0.5 * tf.reduce_mean((now @ w - target) ** 2)

# %% 2.8 wrong: absolute errors
def answer(w, now, reward, later):
    target = tf.stop_gradient(reward + 0.9 * later @ w)
    return tf.reduce_mean(tf.abs(now @ w - target))

# %% 2.8 wrong: 0.9 belongs to the later worth
def answer(w, now, reward, later):
    target = tf.stop_gradient(0.9 * (reward + later @ w))
    return tf.reduce_mean((now @ w - target) ** 2)

# %% 2.8 wrong: is right
def answer(w, now, reward, later):
    target = tf.stop_gradient(tf.squeeze(reward + 0.9 * later @ w))
    return tf.reduce_mean((now @ w - target) ** 2)

# %% 2.8 wrong: the sum of the squared errors
def answer(w, now, reward, later):
    return tf.reduce_sum((now @ w - tf.stop_gradient(reward + 0.9 * later @ w)) ** 2)

# %% 2.1 right: only the divisor is made safe
def answer(x):
    zero = tf.equal(x, 0)
    return tf.where(zero, tf.constant(1.0, x.dtype), tf.sin(x) / tf.where(zero, tf.constant(1.0, x.dtype), x))

# %% 2.1 right: a series near 0
def answer(x):
    near = tf.abs(x) < 1e-2
    far = tf.where(near, tf.ones_like(x), x)
    s = tf.where(near, x, tf.zeros_like(x)) ** 2
    series = 1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72)))
    return tf.where(near, series, tf.sin(far) / far)

# %% 2.1 right: a mask as a number
def answer(x):
    mask = tf.cast(x == 0, x.dtype)
    safe = x + mask
    return mask + (1 - mask) * tf.sin(safe) / safe

# %% 2.1 right: a derivative of its own
@tf.custom_gradient
def answer(x):
    safe = tf.where(x == 0, tf.ones_like(x), x)
    value = tf.where(x == 0, tf.ones_like(x), tf.sin(safe) / safe)

    def backward(upstream):
        small = tf.abs(x) < 1e-3
        slope = (tf.cos(safe) - value) / safe
        return upstream * tf.where(small, -x / 3 + x**3 / 30, slope)

    return value, backward

# %% 2.1 right: divided without an error
def answer(x):
    return tf.where(x == 0, tf.ones_like(x), tf.math.divide_no_nan(tf.sin(x), x))

# %% 2.1 right: number by number
def one(x):
    return tf.cond(x == 0, lambda: 1.0 - x * x / 6, lambda: tf.sin(x) / x)


def answer(x):
    return tf.reshape(tf.map_fn(one, tf.reshape(x, [-1])), tf.shape(x))

# %% 2.1 right: a tiny number in place of 0
def answer(x):
    tiny = tf.constant(1e-300, tf.float64)
    safe = tf.where(x == 0, tiny, x)
    return tf.where(x == 0, tf.ones_like(x), tf.sin(safe) / safe)

# %% 2.1 wrong: yours is sin(1)
def answer(x):
    safe = tf.where(x == 0, tf.ones_like(x), x)
    return tf.sin(safe) / safe

# %% 2.1 wrong: or a small number added
def answer(x):
    return tf.sin(x + 1e-6) / (x + 1e-6)

# %% 2.1 wrong: negative numbers are no zeros
def answer(x):
    safe = tf.maximum(x, 1e-12)
    return tf.sin(safe) / safe

# %% 2.1 wrong: dtype float32 where float64
def answer(x):
    x = tf.cast(x, tf.float32)
    safe = tf.where(x == 0, tf.ones_like(x), x)
    return tf.where(x == 0, tf.ones_like(x), tf.sin(safe) / safe)

# %% 2.1 wrong: holds NaN
def answer(x):
    value = tf.where(x == 0, tf.ones_like(x), tf.sin(x) / x)
    return tf.where(tf.math.is_nan(value), tf.ones_like(x), value)

# %% 2.1 wrong: a TensorFlow tensor is asked for
def answer(x):
    x = torch.tensor(x.numpy())
    safe = torch.where(x == 0, 1.0, x)
    return torch.where(x == 0, 1.0, torch.sin(safe) / safe)

# %% 2.1 wrong: the values are not
def answer(x):
    safe = tf.where(x == 0, tf.ones_like(x), x)
    return tf.where(x == 0, tf.ones_like(x), tf.cos(safe) / safe)

# %% 2.2 right: the class
class Rounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, upstream):
        return upstream


answer = Rounded.apply

# %% 2.2 right: no_grad
def answer(x):
    with torch.no_grad():
        away = x.round() - x
    return x + away

# %% 2.2 right: rounded with its slope of 0
def answer(x):
    return torch.round(x) + x - x.detach()

# %% 2.2 right: a class with a context of its own
class Apart(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return torch.round(x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, upstream):
        return 1.0 * upstream


answer = Apart.apply

# %% 2.2 right: a module
class Round(torch.nn.Module):
    def forward(self, x):
        return x - (x - torch.round(x)).detach()


answer = Round()

# %% 2.2 right: in place, on a clone
def answer(x):
    y = x.clone()
    y.data.round_()
    return y

# %% 2.2 wrong: the slope is -1
answer = lambda x: x.detach() + (torch.round(x) - x)

# %% 2.2 wrong: the slope is 0
answer = lambda x: x + torch.round(x).detach() - x

# %% 2.2 wrong: should become
answer = lambda x: x + (torch.floor(x) - x).detach()

# %% 2.2 wrong: no gradient reaches x
class Nothing(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, upstream):
        return None


answer = Nothing.apply

# %% 2.2 wrong: what is called is its `apply`
class Rounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, upstream):
        return upstream


answer = Rounded

# %% 2.2 wrong: the slope is not 1 everywhere
class Times(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.round(x)

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return upstream * x


answer = Times.apply

# %% 2.2 wrong: no gradient reaches x
answer = lambda x: torch.tensor([round(number) for number in x.flatten().tolist()])

# %% 2.2 wrong: the slope is 2 where 1 is asked for
answer = lambda x: 2 * x + (torch.round(x) - 2 * x).detach()

# %% 2.3 right: three lambdas
answer = (
    lambda a, b: Scalar(a.value * b.value, [(a, b.value), (b, a.value)]),
    lambda a, n: Scalar(pow(a.value, n), [(a, pow(a.value, n - 1) * n)]),
    lambda a: Scalar(math.tanh(a.value), [(a, 1 - math.tanh(a.value) ** 2)]),
)

# %% 2.3 right: parents in the other order, and the slope by cosh
def multiply(a, b):
    return Scalar(b.value * a.value, [(b, a.value), (a, b.value)])


def power(a, n):
    return Scalar(math.pow(a.value, n), [(a, n * math.pow(a.value, n - 1))])


def tanh(a):
    return Scalar(math.tanh(a.value), [(a, 1 / math.cosh(a.value) ** 2)])


answer = multiply, power, tanh

# %% 2.3 right: methods of a class
class Operations:
    def multiply(self, a, b):
        return Scalar(a.value * b.value, list(zip((a, b), (b.value, a.value))))

    def power(self, a, n):
        return Scalar(a.value**n, [(a, float(n) * a.value ** (n - 1))])

    def tanh(self, a):
        t = math.tanh(a.value)
        return Scalar(t, [(a, 1.0 - t * t)])


made = Operations()
answer = (made.multiply, made.power, made.tanh)

# %% 2.3 right: a general maker, partials
from functools import partial


def unary(f, slope, a, *more):
    return Scalar(f(a.value, *more), [(a, slope(a.value, *more))])


answer = (
    lambda a, b: Scalar(a.value * b.value, [(a, b.value), (b, a.value)]),
    partial(unary, lambda v, n: v**n, lambda v, n: n * v ** (n - 1)),
    partial(unary, math.tanh, lambda v: 1 - math.tanh(v) ** 2),
)

# %% 2.3 right: by the class of a, pairs as tuples and lists
def multiply(a, b):
    return type(a)(a.value * b.value, ((a, b.value), (b, a.value)))


def power(a, n):
    return type(a)(a.value**n, [[a, n * a.value ** (n - 1)]])


def tanh(a):
    e = math.exp(2 * a.value)
    return type(a)((e - 1) / (e + 1), [(a, 4 * e / (e + 1) ** 2)])


answer = [multiply, power, tanh]

# %% 2.3 wrong: as pairs (parent, slope)
answer = (
    lambda a, b: Scalar(a.value * b.value),
    lambda a, n: Scalar(a.value**n),
    lambda a: Scalar(math.tanh(a.value)),
)

# %% 2.3 wrong: a Scalar is asked for
answer = (
    lambda a, b: a.value * b.value,
    lambda a, n: a.value**n,
    lambda a: math.tanh(a.value),
)

# %% 2.3 wrong: 'int' object has no attribute 'value'
answer = (
    lambda a, b: Scalar(a.value * b.value, [(a, b.value), (b, a.value)]),
    lambda a, n: Scalar(a.value**n.value, [(a, n.value * a.value ** (n.value - 1))]),
    lambda a: Scalar(math.tanh(a.value), [(a, 1 - math.tanh(a.value) ** 2)]),
)

# %% 2.3 wrong: with a square
answer = (
    lambda a, b: Scalar(a.value * b.value, [(a, b.value), (b, a.value)]),
    lambda a, n: Scalar(a.value**n, [(a, n * a.value ** (n - 1))]),
    lambda a: Scalar(math.tanh(a.value), [(a, 1 - math.tanh(a.value))]),
)

# %% 2.3 wrong: the slope of a sum
answer = (
    lambda a, b: Scalar(a.value * b.value, [(a, 1.0), (b, 1.0)]),
    lambda a, n: Scalar(a.value**n, [(a, 1.0)]),
    lambda a: Scalar(math.tanh(a.value), [(a, 1.0)]),
)

# %% 2.3 wrong: a list of pairs
answer = (
    lambda a, b: Scalar(a.value * b.value, [(b.value, a), (a.value, b)]),
    lambda a, n: Scalar(a.value**n, [(n * a.value ** (n - 1), a)]),
    lambda a: Scalar(math.tanh(a.value), [(1 - math.tanh(a.value) ** 2, a)]),
)

# %% 2.3 wrong: power: the value is 4.5
answer = (
    lambda a, b: Scalar(a.value * b.value, [(a, b.value), (b, a.value)]),
    lambda a, n: Scalar(a.value * n, [(a, n)]),
    lambda a: Scalar(math.tanh(a.value), [(a, 1 - math.tanh(a.value) ** 2)]),
)

# %% 2.3 wrong: power: the value is 1.0
def power(a, n):
    value = 1.0
    for _ in range(int(n)):
        value *= a.value
    return Scalar(value, [(a, n * value / a.value)])


answer = (
    lambda a, b: Scalar(a.value * b.value, [(a, b.value), (b, a.value)]),
    power,
    lambda a: Scalar(math.tanh(a.value), [(a, 1 - math.tanh(a.value) ** 2)]),
)

# %% 2.3 wrong: a list of pairs
answer = (
    lambda a, b: Scalar(a.value * b.value, zip((a, b), (b.value, a.value))),
    lambda a, n: Scalar(a.value**n, [(a, n * a.value ** (n - 1))]),
    lambda a: Scalar(math.tanh(a.value), [(a, 1 - math.tanh(a.value) ** 2)]),
)

# %% 2.3 wrong: multiply(a, a):
def multiply(a, b):
    parents = [(a, b.value), (b, a.value)]
    return Scalar(a.value * b.value, parents if a is not b else parents[:1])


answer = (
    multiply,
    lambda a, n: Scalar(a.value**n, [(a, n * a.value ** (n - 1))]),
    lambda a: Scalar(math.tanh(a.value), [(a, 1 - math.tanh(a.value) ** 2)]),
)

# %% 2.4 right: as many as wait for it
from collections import Counter, deque


def answer(out):
    waits, todo, seen = Counter(), [out], {id(out)}
    while todo:
        for parent, _ in todo.pop().parents:
            waits[id(parent)] += 1
            if id(parent) not in seen:
                seen.add(id(parent))
                todo.append(parent)
    out.grad = 1.0
    ready = deque([out])
    while ready:
        node = ready.popleft()
        for parent, slope in node.parents:
            parent.grad += slope * node.grad
            waits[id(parent)] -= 1
            if waits[id(parent)] == 0:
                ready.append(parent)

# %% 2.4 right: by depth
def answer(out):
    depth = {}

    def height(node):
        if node not in depth:
            depth[node] = 1 + max((height(p) for p, _ in node.parents), default=0)
        return depth[node]

    height(out)
    out.grad = 1.0
    for node in sorted(depth, key=depth.get, reverse=True):
        for parent, slope in node.parents:
            parent.grad += slope * node.grad

# %% 2.4 right: graphlib
from graphlib import TopologicalSorter


def answer(out):
    record, todo = {}, [out]
    while todo:
        node = todo.pop()
        if node not in record:
            record[node] = [parent for parent, _ in node.parents]
            todo += record[node]
    out.grad = 1.0
    for node in list(TopologicalSorter(record).static_order())[::-1]:
        for parent, slope in node.parents:
            parent.grad = parent.grad + slope * node.grad

# %% 2.4 right: the children are asked, and remembered
def answer(out):
    children, todo, nodes = {out: []}, [out], []
    while todo:
        node = todo.pop()
        nodes.append(node)
        for parent, slope in node.parents:
            if parent not in children:
                children[parent] = []
                todo.append(parent)
            children[parent].append((node, slope))
    known = {out: 1.0}

    def grad(node):
        if node not in known:
            known[node] = sum(slope * grad(child) for child, slope in children[node])
        return known[node]

    for node in nodes:
        node.grad = grad(node)

# %% 2.4 right: generator of the order
def ordered(node, seen):
    if id(node) in seen:
        return
    seen.add(id(node))
    for parent, _ in node.parents:
        yield from ordered(parent, seen)
    yield node


def answer(out):
    out.grad = 1
    for node in list(ordered(out, set()))[::-1]:
        for parent, slope in node.parents:
            parent.grad += node.grad * slope

# %% 2.4 right: without recursion
def answer(out):
    order, seen, stack = [], set(), [(out, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent, _ in node.parents)
    out.grad += 1.0
    while order:
        node = order.pop()
        for parent, slope in node.parents:
            parent.grad += node.grad * slope

# %% 2.4 right: the lesson's engine
answer = engine.backward

# %% 2.4 wrong: append a node after its parents
def answer(out):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            order.append(node)
            for parent, _ in node.parents:
                visit(parent)

    visit(out)
    out.grad = 1.0
    for node in order:
        for parent, slope in node.parents:
            parent.grad += node.grad * slope

# %% 2.4 wrong: layer by layer
def answer(out):
    out.grad = 1.0
    queue, seen = [out], {out}
    for node in queue:
        for parent, slope in node.parents:
            parent.grad += node.grad * slope
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)

# %% 2.4 wrong: more than once
def answer(out):
    order = []

    def visit(node):
        for parent, _ in node.parents:
            visit(parent)
        order.append(node)

    visit(out)
    out.grad = 1.0
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.grad += node.grad * slope

# %% 2.4 wrong: the nodes between have no grad
def answer(out):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(out)
    out.grad = 1.0
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.grad += node.grad * slope
        if node.parents:
            node.grad = 0.0

# %% 2.4 wrong: sets none, and returns a dict
def answer(out):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(out)
    grads = {node: 0.0 for node in order}
    grads[out] = 1.0
    for node in reversed(order):
        for parent, slope in node.parents:
            grads[parent] += grads[node] * slope
    return grads

# %% 2.4 wrong: the slope alone
def answer(out):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(out)
    out.grad = 1.0
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.grad += slope

# %% 2.4 wrong: your gradients of a, b, c
def answer(out):
    order, seen = [], set()

    def visit(node):
        if node.value not in seen:
            seen.add(node.value)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(out)
    out.grad = 1.0
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.grad += node.grad * slope

# %% 2.4 wrong: your gradients of a, b, c
def answer(out):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(out)
    out.grad = 1.0
    for node in reversed(order):
        for parent, slope in dict(node.parents).items():
            parent.grad += node.grad * slope
