"""Answers to the exercises of chapter 12, as learners write them: right ones, and wrong ones with words that the check must say."""

# %% 12.1 right: every run of A
def answer(p):
    n = len(p)
    total = torch.tensor(0.0, dtype=torch.float64)
    for i in range(n):
        for j in range(i + 1, n + 1):
            total = total + p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod()
    return total

# %% 12.1 right: three states
def answer(p):
    before, inside, after = 1.0, 0.0, 0.0
    for blank, a in p:
        before, inside, after = before * blank, (before + inside) * a, (inside + after) * blank
    return inside + after

# %% 12.1 right: the framework's loss
def answer(p):
    loss = nn.functional.ctc_loss(
        p.log()[:, None], torch.tensor([[1]]), torch.tensor([len(p)]), torch.tensor([1]), reduction="sum"
    )
    return torch.exp(-loss)

# %% 12.1 right: all paths
def answer(p):
    total = torch.zeros((), dtype=p.dtype)
    for path in itertools.product([0, 1], repeat=len(p)):
        runs = sum(1 for k in range(len(path)) if path[k] and (k == 0 or not path[k - 1]))
        if runs == 1:
            total += p[range(len(p)), path].prod()
    return total

# %% 12.1 right: a product of matrices
def answer(p):
    state = torch.tensor([[1.0, 0, 0]], dtype=torch.float64)
    zero = torch.tensor(0.0, dtype=torch.float64)
    for b, a in p:
        step = torch.stack([torch.stack([b, a, zero]), torch.stack([zero, a, b]), torch.stack([zero, zero, b])])
        state = state @ step
    return state[0, 1] + state[0, 2]

# %% 12.1 right: a Python float, put into a tensor
def answer(p):
    blank, a = p.T.tolist()
    total = 0.0
    for i in range(len(a)):
        for j in range(i, len(a)):
            total += float(np.prod(blank[:i]) * np.prod(a[i:j + 1]) * np.prod(blank[j + 1:]))
    return torch.tensor(total)

# %% 12.1 right: one number in a tensor of one entry
def answer(p):
    logs = p.log()[:, None]
    loss = nn.functional.ctc_loss(logs, torch.tensor([[1]]), [len(p)], [1], reduction="none")
    return torch.exp(-loss)

# %% 12.1 right: NumPy on the way
def answer(p):
    b, a = p.numpy().T
    n = len(a)
    total = sum(b[:i].prod() * a[i:j].prod() * b[j:].prod() for i in range(n) for j in range(i + 1, n + 1))
    return torch.as_tensor(total)

# %% 12.1 right: no gradient, in place
@torch.no_grad()
def answer(p):
    state = torch.zeros(3, dtype=p.dtype)
    state[0] = 1
    for blank, a in p:
        state[2] = (state[1] + state[2]) * blank
        state[1] = (state[0] + state[1]) * a
        state[0] *= blank
    return state[1:].sum()

# %% 12.1 right: logarithms
def answer(p):
    logs = p.log()
    ways = []
    for i in range(len(p)):
        for j in range(i + 1, len(p) + 1):
            ways.append(logs[:i, 0].sum() + logs[i:j, 1].sum() + logs[j:, 0].sum())
    return torch.logsumexp(torch.stack(ways), dim=0).exp()

# %% 12.1 right: recursion
def answer(p, state="before"):
    if len(p) == 0:
        return torch.tensor(float(state != "before"), dtype=torch.float64)
    blank, a = p[0]
    if state == "before":
        return blank * answer(p[1:], "before") + a * answer(p[1:], "in")
    if state == "in":
        return blank * answer(p[1:], "after") + a * answer(p[1:], "in")
    return blank * answer(p[1:], "after")

# %% 12.1 right: masks
def answer(p):
    n = len(p)
    k = torch.arange(n)
    total = 0
    for i in range(n):
        for j in range(i, n):
            inside = (k >= i) & (k <= j)
            total = total + torch.where(inside, p[:, 1], p[:, 0]).prod()
    return total

# %% 12.1 wrong: one column only
def answer(p):
    total = 0
    for i in range(len(p)):
        total = total + p[:i, 0].prod() * p[i, 1] * p[i + 1:, 0].prod()
    return total

# %% 12.1 wrong: AA, or A twice
def answer(p):
    return 1 - p[:, 0].prod()

# %% 12.1 wrong: logarithm
def answer(p):
    return nn.functional.ctc_loss(p.log()[:, None], torch.tensor([[1]]), [len(p)], [1], reduction="sum")

# %% 12.1 wrong: likeliest path
def answer(p):
    return torch.stack([
        p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod()
        for i in range(len(p)) for j in range(i + 1, len(p) + 1)
    ]).max()

# %% 12.1 wrong: columns swapped
def answer(p):
    p = p.flip(1)
    n = len(p)
    return sum(p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod() for i in range(n) for j in range(i + 1, n + 1))

# %% 12.1 wrong: runs that reach the last column
def answer(p):
    n = len(p)
    return sum(p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod() for i in range(n) for j in range(i + 1, n))

# %% 12.1 wrong: blanks forgotten
def answer(p):
    n = len(p)
    return sum(p[i:j, 1].prod() for i in range(n) for j in range(i + 1, n + 1))

# %% 12.1 wrong: sum of the A's
def answer(p):
    return p[:, 1].sum()

# %% 12.1 wrong: softmax
def answer(p):
    return torch.exp(-nn.functional.ctc_loss(p.log_softmax(1)[:, None], torch.tensor([[1]]), [len(p)], [1], reduction="sum"))

# %% 12.1 wrong: a tensor
def answer(p):
    n = len(p)
    total = sum(p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod() for i in range(n) for j in range(i + 1, n + 1))
    return total.item()

# %% 12.1 wrong: for three columns only
def answer(p):
    paths = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 1, 1)]
    return sum(p[range(3), path].prod() for path in paths)

# %% 12.1 wrong: the empty run
def answer(p):
    n = len(p)
    return sum(p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod() for i in range(n) for j in range(i, n + 1))

# %% 12.1 wrong: greedy
def answer(p):
    return p.max(dim=1).values.prod()

# %% 12.1 wrong: mean over the columns
def answer(p):
    n = len(p)
    total = sum(p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod() for i in range(n) for j in range(i + 1, n + 1))
    return total / n

# %% 12.2 right: the port
def answer(a, b):
    upper = tf.maximum(a[:, :2], b[:, :2])
    lower = tf.minimum(a[:, 2:], b[:, 2:])
    shared = tf.reduce_prod(tf.maximum(lower - upper, 0), axis=1)
    area_a = tf.reduce_prod(a[:, 2:] - a[:, :2], axis=1)
    area_b = tf.reduce_prod(b[:, 2:] - b[:, :2], axis=1)
    return shared / (area_a + area_b - shared)

# %% 12.2 right: relu
def answer(a, b):
    sides = tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2]))
    shared = sides[:, 0] * sides[:, 1]
    size_a, size_b = a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]
    return shared / (size_a[:, 0] * size_a[:, 1] + size_b[:, 0] * size_b[:, 1] - shared)

# %% 12.2 right: clip_by_value
def answer(a, b):
    sides = tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])
    shared = tf.reduce_prod(tf.clip_by_value(sides, 0, np.inf), 1)
    areas = tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1)
    return tf.divide(shared, areas - shared)

# %% 12.2 right: unstacked
def answer(a, b):
    l1, t1, r1, b1 = tf.unstack(a, axis=1)
    l2, t2, r2, b2 = tf.unstack(b, axis=1)
    width = tf.maximum(tf.minimum(r1, r2) - tf.maximum(l1, l2), 0.0)
    height = tf.maximum(tf.minimum(b1, b2) - tf.maximum(t1, t2), 0.0)
    shared = width * height
    return shared / ((r1 - l1) * (b1 - t1) + (r2 - l2) * (b2 - t2) - shared)

# %% 12.2 right: keras.ops
ops = tf.keras.ops
def answer(a, b):
    sides = ops.minimum(a[:, 2:], b[:, 2:]) - ops.maximum(a[:, :2], b[:, :2])
    shared = ops.prod(ops.relu(sides), axis=1)
    return shared / (ops.prod(a[:, 2:] - a[:, :2], axis=1) + ops.prod(b[:, 2:] - b[:, :2], axis=1) - shared)

# %% 12.2 right: a graph
@tf.function
def answer(a, b):
    a_upper, a_lower = tf.split(a, 2, axis=1)
    b_upper, b_lower = tf.split(b, 2, axis=1)
    sides = tf.math.maximum(tf.minimum(a_lower, b_lower) - tf.maximum(a_upper, b_upper), 0)
    shared = tf.reduce_prod(sides, axis=-1)
    return shared / (tf.reduce_prod(a_lower - a_upper, -1) + tf.reduce_prod(b_lower - b_upper, -1) - shared)

# %% 12.2 right: pair by pair
def one(pair):
    a, b = pair
    sides = tf.maximum(tf.minimum(a[2:], b[2:]) - tf.maximum(a[:2], b[:2]), 0)
    shared = tf.reduce_prod(sides)
    return shared / (tf.reduce_prod(a[2:] - a[:2]) + tf.reduce_prod(b[2:] - b[:2]) - shared)
def answer(a, b):
    return tf.stack([one(pair) for pair in zip(a, b)])

# %% 12.2 right: where
def answer(a, b):
    sides = tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])
    touch = tf.reduce_all(sides > 0, axis=1)
    shared = tf.where(touch, tf.reduce_prod(sides, axis=1), tf.zeros_like(sides[:, 0]))
    areas = tf.reduce_prod(a[:, 2:] - a[:, :2], axis=1) + tf.reduce_prod(b[:, 2:] - b[:, :2], axis=1)
    return shared / (areas - shared)

# %% 12.2 right: divide_no_nan
def answer(a, b):
    def area(low, high):
        return tf.reduce_prod(tf.maximum(high - low, 0), axis=1)
    shared = area(tf.maximum(a[:, :2], b[:, :2]), tf.minimum(a[:, 2:], b[:, 2:]))
    return tf.math.divide_no_nan(shared, area(a[:, :2], a[:, 2:]) + area(b[:, :2], b[:, 2:]) - shared)

# %% 12.2 right: vectorized_map
def answer(a, b):
    def one(pair):
        a, b = pair
        sides = tf.nn.relu(tf.minimum(a[2:], b[2:]) - tf.maximum(a[:2], b[:2]))
        shared = sides[0] * sides[1]
        return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
    return tf.vectorized_map(one, (a, b))

# %% 12.2 wrong: do not touch
def answer(a, b):
    sides = tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])
    shared = tf.reduce_prod(sides, axis=1)
    return shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared)

# %% 12.2 wrong: clamped after the product
def answer(a, b):
    sides = tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])
    shared = tf.maximum(tf.reduce_prod(sides, axis=1), 0)
    return shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared)

# %% 12.2 wrong: gradient
def answer(a, b):
    a, b = a.numpy(), b.numpy()
    shared = np.prod(np.clip(np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0, None), axis=1)
    areas = np.prod(a[:, 2:] - a[:, :2], axis=1) + np.prod(b[:, 2:] - b[:, :2], axis=1)
    return tf.constant(shared / (areas - shared))

# %% 12.2 wrong: twice
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=1)
    return shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1))

# %% 12.2 wrong: axis
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=0)
    return shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 0) + tf.reduce_prod(b[:, 2:] - b[:, :2], 0) - shared)

# %% 12.2 wrong: 1 - IoU
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=1)
    return 1 - shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared)

# %% 12.2 wrong: one number for each pair
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=1)
    return tf.reduce_mean(shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared))

# %% 12.2 wrong: each with each
def answer(a, b):
    a, b = a[:, None], b[None]
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[..., 2:], b[..., 2:]) - tf.maximum(a[..., :2], b[..., :2])), axis=-1)
    return shared / (tf.reduce_prod(a[..., 2:] - a[..., :2], -1) + tf.reduce_prod(b[..., 2:] - b[..., :2], -1) - shared)

# %% 12.2 wrong: maximum and minimum swapped
def answer(a, b):
    upper = tf.minimum(a[:, :2], b[:, :2])
    lower = tf.maximum(a[:, 2:], b[:, 2:])
    shared = tf.reduce_prod(tf.nn.relu(lower - upper), axis=1)
    return shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared)

# %% 12.2 wrong: sum of the sides
def answer(a, b):
    shared = tf.reduce_sum(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=1)
    return shared / (tf.reduce_sum(a[:, 2:] - a[:, :2], 1) + tf.reduce_sum(b[:, 2:] - b[:, :2], 1) - shared)

# %% 12.2 wrong: pixels counted with both ends
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2]) + 1), axis=1)
    return shared / (tf.reduce_prod(a[:, 2:] - a[:, :2] + 1, 1) + tf.reduce_prod(b[:, 2:] - b[:, :2] + 1, 1) - shared)

# %% 12.2 wrong: stop_gradient
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=1)
    joint = tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared
    return shared / tf.stop_gradient(joint)

# %% 12.2 wrong: the smaller of the two areas
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=1)
    return shared / tf.minimum(tf.reduce_prod(a[:, 2:] - a[:, :2], 1), tf.reduce_prod(b[:, 2:] - b[:, :2], 1))

# %% 12.3 right: the port
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).mean()

# %% 12.3 right: einsum
def answer(chances, truth):
    both = torch.einsum("nrck,nrck->k", chances, truth)
    sums = torch.einsum("nrck->k", chances + truth)
    return 1 - torch.mean(2 * both / sums)

# %% 12.3 right: flattened
def answer(chances, truth):
    c = chances.flatten(0, 2)
    t = truth.flatten(0, 2)
    return (1 - 2 * (c * t).sum(0) / (c.sum(0) + t.sum(0))).mean()

# %% 12.3 right: class by class
def answer(chances, truth):
    total = 0.0
    classes = chances.shape[-1]
    for k in range(classes):
        c, t = chances[..., k], truth[..., k]
        total = total + 2 * torch.sum(c * t) / (torch.sum(c) + torch.sum(t))
    return 1 - total / classes

# %% 12.3 right: a module
class Dice(nn.Module):
    def forward(self, chances, truth):
        both = torch.sum(chances * truth, dim=[0, 1, 2])
        sums = torch.sum(chances, dim=[0, 1, 2]) + torch.sum(truth, dim=[0, 1, 2])
        return 1 - torch.mean(2 * both / sums)
answer = Dice()

# %% 12.3 right: one axis after the other
def answer(chances, truth):
    both = chances.mul(truth).sum(0).sum(0).sum(0)
    sums = chances.add(truth).sum(0).sum(0).sum(0)
    return both.div(sums).mul(2).neg().add(1).mean()

# %% 12.3 right: reshape, and a matrix product
def answer(chances, truth):
    c = chances.reshape(-1, chances.shape[-1])
    t = truth.reshape(-1, truth.shape[-1])
    both = (c.T @ t).diagonal()
    return 1 - (2 * both / (c.sum(0) + t.sum(0))).mean()

# %% 12.3 right: a partial
import functools
def loss(axes, chances, truth):
    both = (chances * truth).sum(axes)
    return 1 - torch.mean(2 * both / (chances.sum(axes) + truth.sum(axes)))
answer = functools.partial(loss, (0, 1, 2))

# %% 12.3 right: negative axes
answer = lambda c, t: 1 - (2 * (c * t).sum((-4, -3, -2)) / (c + t).sum((-4, -3, -2))).mean()

# %% 12.3 right: vmap over the classes
def answer(chances, truth):
    one = lambda c, t: 2 * (c * t).sum() / (c.sum() + t.sum())
    return 1 - torch.vmap(one, in_dims=-1)(chances, truth).mean()

# %% 12.3 wrong: all classes at once
def answer(chances, truth):
    return 1 - 2 * (chances * truth).sum() / (chances.sum() + truth.sum())

# %% 12.3 wrong: each picture
def answer(chances, truth):
    both = (chances * truth).sum(dim=(1, 2))
    sums = chances.sum(dim=(1, 2)) + truth.sum(dim=(1, 2))
    return 1 - (2 * both / sums).mean()

# %% 12.3 wrong: 2
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (both / sums).mean()

# %% 12.3 wrong: not the loss
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return (2 * both / sums).mean()

# %% 12.3 wrong: IoU
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (both / (sums - both)).mean()

# %% 12.3 wrong: squares
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = (chances**2).sum(dim=(0, 1, 2)) + (truth**2).sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).mean()

# %% 12.3 wrong: gradient
def answer(chances, truth):
    chances = chances.detach()
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).mean()

# %% 12.3 wrong: mean over the classes
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - 2 * both / sums

# %% 12.3 wrong: sum over the classes
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).sum()

# %% 12.3 wrong: channels first
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 2, 3))
    sums = chances.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3))
    return 1 - (2 * both / sums).mean()

# %% 12.3 wrong: truth alone
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    return 1 - (2 * both / truth.sum(dim=(0, 1, 2))).mean()

# %% 12.3 wrong: yes or no instead of chances
def answer(chances, truth):
    chances = (chances > 0.5).to(chances.dtype)
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).mean()

# %% 12.3 wrong: a one that smooths
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - ((2 * both + 1) / (sums + 1)).mean()

# %% 12.3 wrong: a number without its graph
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return torch.tensor((1 - (2 * both / sums).mean()).item(), dtype=chances.dtype)

# %% 12.4 right: from the highest down
def answer(scores, ill, share):
    for threshold in np.sort(scores)[::-1]:
        called = scores >= threshold
        if called[ill == 1].mean() >= share:
            return threshold, 1 - called[ill == 0].mean()

# %% 12.4 right: the k-th of the ill
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    k = int(np.ceil(share * len(sick) - 1e-9))
    threshold = sick[k - 1]
    return [threshold, np.mean(scores[ill == 0] < threshold)]

# %% 12.4 right: the largest of those that do
def answer(scores, ill, share):
    sick = scores[ill == 1]
    good = [t for t in scores if (sick >= t).mean() >= share]
    t = max(good)
    return t, (scores[ill == 0] < t).mean()

# %% 12.4 right: an array of two
def answer(scores, ill, share):
    sick, healthy = scores[ill.astype(bool)], scores[~ill.astype(bool)]
    candidates = np.unique(sick)
    reached = (sick[None] >= candidates[:, None]).mean(axis=1)
    threshold = candidates[reached >= share].max()
    return np.array([threshold, (healthy < threshold).mean()])

# %% 12.4 right: Python alone
def answer(scores, ill, share):
    sick = sorted((s for s, i in zip(scores, ill) if i), reverse=True)
    healthy = [s for s, i in zip(scores, ill) if not i]
    for count, threshold in enumerate(sick, 1):
        if count / len(sick) >= share:
            break
    return float(threshold), sum(s < threshold for s in healthy) / len(healthy)

# %% 12.4 right: searchsorted
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])
    called = 1 - np.arange(len(sick)) / len(sick)  # from each one up
    threshold = sick[np.flatnonzero(called >= share - 1e-12)[-1]]
    healthy = np.sort(scores[ill == 0])
    return threshold, np.searchsorted(healthy, threshold, side="left") / len(healthy)

# %% 12.4 right: a quantile that is one of the scores
def answer(scores, ill, share):
    sick = scores[ill == 1]
    threshold = -np.quantile(-sick, share, method="inverted_cdf")
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.4 right: counts
def answer(scores, ill, share):
    many = np.count_nonzero(ill)
    best = -np.inf
    for t in np.unique(scores):
        caught = np.count_nonzero((scores >= t) & (ill == 1))
        if caught / many >= share and t > best:
            best = t
    spared = np.count_nonzero((scores < best) & (ill == 0))
    return best, spared / np.count_nonzero(ill == 0)

# %% 12.4 right: float32
def answer(scores, ill, share):
    ordered = sorted(scores[ill == 1])
    while len(ordered) > 1 and np.mean(scores[ill == 1] >= ordered[-1]) < share:
        ordered.pop()
    t = ordered[-1]
    return np.float64(t), np.float32((scores[ill == 0] < t).mean())

# %% 12.4 right: partition
def answer(scores, ill, share):
    sick = scores[np.nonzero(ill)]
    miss = int(np.floor(len(sick) * (1 - share) + 1e-9))  # so many may be missed
    miss = min(miss, len(sick) - 1)
    t = np.partition(sick, miss)[miss]
    return t, 1 - np.mean(scores[ill == 0] >= t)

# %% 12.4 wrong: at the threshold
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, (scores[ill == 0] <= threshold).mean()

# %% 12.4 wrong: between two scores
def answer(scores, ill, share):
    threshold = np.quantile(scores[ill == 1], 1 - share)
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.4 wrong: all people, not the ill
def answer(scores, ill, share):
    ordered = np.sort(scores)[::-1]
    threshold = ordered[int(np.ceil(share * len(ordered) - 1e-9)) - 1]
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.4 wrong: fewer than the share
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[max(int(share * len(sick)), 1) - 1]
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.4 wrong: sensitivity
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, (sick >= threshold).mean()

# %% 12.4 wrong: order
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return (scores[ill == 0] < threshold).mean(), threshold

# %% 12.4 wrong: the highest
def answer(scores, ill, share):
    threshold = scores[ill == 1].min()
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.4 wrong: healthy who are called
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, (scores[ill == 0] >= threshold).mean()

# %% 12.4 wrong: from the wrong end
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.4 wrong: of those not called
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, (ill[scores < threshold] == 0).mean()

# %% 12.4 wrong: two numbers
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    return sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]

# %% 12.4 wrong: equal scores
def answer(scores, ill, share):
    order = np.argsort(-scores, kind="stable")
    caught = np.cumsum(ill[order]) / ill.sum()
    k = np.argmax(caught >= share - 1e-12)
    false = np.cumsum(1 - ill[order])[k]
    return scores[order][k], 1 - false / (ill == 0).sum()

# %% 12.4 wrong: one too many
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    k = int(np.floor(share * len(sick))) + 1
    threshold = sick[min(k, len(sick)) - 1]
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.4 wrong: a share of all
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, ((scores < threshold) & (ill == 0)).mean()

# %% 12.4 wrong: a step below
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1] - 1e-3
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.5 right: computed
answer = 1 / np.sqrt(np.diag(np.linalg.inv([[4, 3], [3, 9]])))

# %% 12.5 right: three digits
answer = [1.73, 2.60]

# %% 12.5 right: a tuple of roots
answer = (3**0.5, 6.75**0.5)

# %% 12.5 right: a tensor of PyTorch
answer = torch.linalg.inv(torch.tensor([[4.0, 3], [3, 9]])).diagonal().rsqrt()

# %% 12.5 right: a tensor of TensorFlow
answer = tf.math.rsqrt(tf.linalg.diag_part(tf.linalg.inv([[4.0, 3.0], [3.0, 9.0]])))

# %% 12.5 right: conditional variances
answer = [np.sqrt(4 - 3 * 3 / 9), np.sqrt(9 - 3 * 3 / 4)]

# %% 12.5 right: float32
answer = np.array([1.7320508, 2.598076], dtype=np.float32)

# %% 12.5 right: more digits
answer = 1.7320508075688772, 2.598076211353316

# %% 12.5 right: a list of NumPy numbers
precision = np.linalg.inv(np.array([[4.0, 3], [3, 9]]))
answer = [1 / np.sqrt(precision[0, 0]), 1 / np.sqrt(precision[1, 1])]

# %% 12.5 right: by correlation
rho = 3 / (2 * 3)
answer = [2 * (1 - rho**2) ** 0.5, 3 * (1 - rho**2) ** 0.5]

# %% 12.5 right: decimals
from decimal import Decimal
answer = [Decimal("1.732"), Decimal("2.598")]

# %% 12.5 wrong: marginal
answer = [2, 3]

# %% 12.5 wrong: variances
answer = [3, 6.75]

# %% 12.5 wrong: order
answer = [2.598, 1.732]

# %% 12.5 wrong: square roots of the precision
answer = np.sqrt(np.diag(np.linalg.inv([[4, 3], [3, 9]])))

# %% 12.5 wrong: the covariance taken for the precision
answer = [1 / 2, 1 / 3]

# %% 12.5 wrong: eigenvalues
answer = np.sqrt(np.linalg.eigvalsh([[4, 3], [3, 9]]))

# %% 12.5 wrong: Cholesky
answer = np.diag(np.linalg.cholesky(np.array([[4.0, 3], [3, 9]])))

# %% 12.5 wrong: three digits
answer = [1.7, 2.6]

# %% 12.5 wrong: two numbers
answer = 1.732

# %% 12.5 wrong: variances of the covariance
answer = [4, 9]

# %% 12.5 wrong: precision
answer = [1 / 3, 4 / 27]

# %% 12.5 wrong: a matrix
answer = np.diag([1.732, 2.598])

# %% 12.5 wrong: one entry of the inverse for each place
answer = 1 / np.sqrt(np.abs(np.linalg.inv([[4, 3], [3, 9]])))

# %% 12.5 wrong: 1 - rho instead of its square
answer = [2 * 0.5**0.5, 3 * 0.5**0.5]

# %% 12.6 right: gather
def answer(new, old, fell):
    choice = new.argmax(dim=1)
    value = old.gather(1, choice[:, None])[:, 0]
    return 1 + 0.99 * (1 - fell) * value

# %% 12.6 right: pairs of indices
def answer(new, old, fell):
    value = old[torch.arange(len(old)), new.argmax(1)]
    return 1 + discount * (1 - fell) * value

# %% 12.6 right: where
def answer(new, old, fell):
    value = torch.where(new[:, 0] >= new[:, 1], old[:, 0], old[:, 1])
    return torch.where(fell == 1, 1.0, 1 + 0.99 * value)

# %% 12.6 right: one hot
def answer(new, old, fell):
    choice = F.one_hot(new.argmax(dim=-1), 2)
    return 1 + 0.99 * (1 - fell) * (choice * old).sum(dim=-1)

# %% 12.6 right: take_along_dim, no gradient
@torch.no_grad()
def answer(new, old, fell):
    best = torch.take_along_dim(old, new.argmax(dim=1, keepdim=True), dim=1).squeeze(1)
    return torch.ones_like(best) + 0.99 * (1.0 - fell) * best

# %% 12.6 right: max's indices
def answer(new, old, fell):
    _, choice = new.max(dim=1, keepdim=True)
    return (1 - fell).mul(0.99).mul(old.gather(1, choice).flatten()).add(1)

# %% 12.6 right: row by row
def answer(new, old, fell):
    goals = []
    for n, o, f in zip(new, old, fell):
        goals.append(1 + 0.99 * (1 - f) * o[n.argmax()])
    return torch.stack(goals)

# %% 12.6 right: a mask, in place
def answer(new, old, fell):
    goals = old.clone()[torch.arange(len(new)), torch.argmax(new, dim=1)] * 0.99 + 1
    goals[fell.bool()] = 1
    return goals

# %% 12.6 right: einsum
def answer(new, old, fell):
    picks = torch.nn.functional.one_hot(new.argmax(1), num_classes=2).to(old.dtype)
    return 1 + 0.99 * (1 - fell) * torch.einsum("na,na->n", picks, old)

# %% 12.6 right: a lambda, detached
answer = lambda new, old, fell: 1 + 0.99 * (1 - fell) * old.detach().gather(1, new.detach().argmax(1).unsqueeze(1)).squeeze(1)

# %% 12.6 right: vmap
def answer(new, old, fell):
    value = torch.vmap(lambda n, o: (o * (n == n.max())).sum())(new, old)
    return 1 + 0.99 * (1 - fell) * value

# %% 12.6 wrong: older copy chooses
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * old.max(dim=1).values

# %% 12.6 wrong: newest network says the worth
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * new.max(dim=1).values

# %% 12.6 wrong: roles swapped
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * new.gather(1, old.argmax(1, keepdim=True))[:, 0]

# %% 12.6 wrong: fell
def answer(new, old, fell):
    return 1 + 0.99 * old.gather(1, new.argmax(1, keepdim=True))[:, 0]

# %% 12.6 wrong: fell the other way round
def answer(new, old, fell):
    return 1 + 0.99 * fell * old.gather(1, new.argmax(1, keepdim=True))[:, 0]

# %% 12.6 wrong: discount
def answer(new, old, fell):
    return 1 + (1 - fell) * old.gather(1, new.argmax(1, keepdim=True))[:, 0]

# %% 12.6 wrong: reward
def answer(new, old, fell):
    return 0.99 * (1 - fell) * old.gather(1, new.argmax(1, keepdim=True))[:, 0]

# %% 12.6 wrong: shape
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * old.gather(1, new.argmax(1, keepdim=True))

# %% 12.6 wrong: smaller of the two
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * torch.minimum(new, old).max(dim=1).values

# %% 12.6 wrong: the fall takes the reward too
def answer(new, old, fell):
    return (1 - fell) * (1 + 0.99 * old.gather(1, new.argmax(1, keepdim=True))[:, 0])

# %% 12.6 wrong: discounts the reward
def answer(new, old, fell):
    return 0.99 * (1 + (1 - fell) * old.gather(1, new.argmax(1, keepdim=True))[:, 0])

# %% 12.6 wrong: each with each
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * old[:, new.argmax(1)]

# %% 12.6 wrong: argmin
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * old.gather(1, new.argmin(1, keepdim=True))[:, 0]

# %% 12.6 wrong: mean of both
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * (new.max(1).values + old.max(1).values) / 2

# %% 12.6 wrong: axis
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * old.gather(0, new.argmax(0, keepdim=True))[0]

# %% 12.7 right: where
def answer(events, by):
    return np.where(events > 1, events + by, events)

# %% 12.7 right: a copy and a mask
def answer(events, by):
    moved = events.copy()
    moved[moved > music.REST] += by
    return moved

# %% 12.7 right: a list, made an array
def answer(events, by):
    return np.array([e if e in (music.HOLD, music.REST) else e + by for e in events])

# %% 12.7 right: times a mask
def answer(events, by):
    return events + by * (events > 1)

# %% 12.7 right: add where
def answer(events, by):
    moved = events.copy()
    np.add(events, by, where=events > 1, out=moved)
    return moved

# %% 12.7 right: isin
def answer(events, by):
    pitch = ~np.isin(events, [music.HOLD, music.REST])
    moved = np.array(events)
    moved[pitch] = events[pitch] + by
    return moved

# %% 12.7 right: vectorize
answer = np.vectorize(lambda event, by: event + by if event > 1 else event)

# %% 12.7 right: select
def answer(events, by):
    return np.select([events == music.HOLD, events == music.REST], [events, events], events + by)

# %% 12.7 right: putmask
def answer(events, by):
    moved = events + by
    np.copyto(moved, events, where=events < 2)
    return moved

# %% 12.7 right: a loop
def answer(events, by):
    moved = np.empty_like(events)
    for k, event in enumerate(events):
        if event == music.HOLD or event == music.REST:
            moved[k] = event
        else:
            moved[k] = event + by
    return moved

# %% 12.7 right: sum of two parts
def answer(events, by):
    is_pitch = np.logical_and(events != 0, events != 1)
    return events * ~is_pitch + (events + by) * is_pitch

# %% 12.7 wrong: hold and rest
def answer(events, by):
    return events + by

# %% 12.7 wrong: must stay as it is
def answer(events, by):
    events[events > 1] += by
    return events

# %% 12.7 wrong: rest
def answer(events, by):
    return np.where(events > 0, events + by, events)

# %% 12.7 wrong: hold
def answer(events, by):
    return np.where(events != 1, events + by, events)

# %% 12.7 wrong: the wrong way
def answer(events, by):
    return np.where(events > 1, events - by, events)

# %% 12.7 wrong: octaves
def answer(events, by):
    return np.where(events > 1, events + 12 * by, events)

# %% 12.7 wrong: leaves them out
def answer(events, by):
    return events[events > 1] + by

# %% 12.7 wrong: frequencies
def answer(events, by):
    return np.where(events > 1, events * 2 ** (by / 12), events)

# %% 12.7 wrong: only high ones
def answer(events, by):
    return np.where(events >= 60, events + by, events)

# %% 12.7 wrong: None
def answer(events, by):
    events[events > 1] += by

# %% 12.7 wrong: asked after moving
def answer(events, by):
    moved = events + by
    return np.where(moved > 1, moved, events)

# %% 12.7 wrong: only upwards
def answer(events, by):
    return np.where(events > 1, events + abs(by), events)

# %% 12.7 wrong: within one octave
def answer(events, by):
    return np.where(events > 1, 60 + (events - 60 + by) % 12, events)

# %% 12.7 wrong: the given array is changed, and a copy returned
def answer(events, by):
    events[events > 1] += by
    return events.copy()

# %% 12.7 wrong: only the first
def answer(events, by):
    moved = events.copy()
    moved[0] += by
    return moved

# %% 12.7 wrong: pitches that are held
def answer(events, by):
    moved = events.copy()
    for k in range(len(moved)):
        if moved[k] > 1 or (k and moved[k] == 0):
            moved[k] += by
    return moved

# %% 12.8 right: the port
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h

# %% 12.8 right: slices
def answer(x, h, w, u):
    b = h.shape[1]
    a, c = tf.matmul(x, w), tf.matmul(h, u)
    z = tf.nn.sigmoid(a[:, :b] + c[:, :b])
    r = tf.nn.sigmoid(a[:, b : 2 * b] + c[:, b : 2 * b])
    n = tf.nn.tanh(a[:, 2 * b :] + r * c[:, 2 * b :])
    return n + z * (h - n)

# %% 12.8 right: Keras's own cell
def answer(x, h, w, u):
    cell = tf.keras.layers.GRUCell(h.shape[1], use_bias=False, reset_after=True, dtype=x.dtype.name)
    cell.build(x.shape)
    cell.set_weights([w, u])
    states, _ = cell(x, [h])
    return states

# %% 12.8 right: kernels sorted for the cell of PyTorch
def answer(x, h, w, u):
    def sort(kernel):
        update, reset, candidate = tf.split(kernel, 3, axis=1)
        return tf.concat([reset, update, candidate], axis=1)
    xr, xz, xn = tf.split(x @ sort(w), 3, axis=1)
    hr, hz, hn = tf.split(h @ sort(u), 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h

# %% 12.8 right: keras.ops
ops = tf.keras.ops
def answer(x, h, w, u):
    xz, xr, xn = ops.split(ops.matmul(x, w), 3, axis=1)
    hz, hr, hn = ops.split(ops.matmul(h, u), 3, axis=1)
    z = ops.sigmoid(xz + hz)
    r = ops.sigmoid(xr + hr)
    return z * h + (1 - z) * ops.tanh(xn + r * hn)

# %% 12.8 right: both gates at once
def answer(x, h, w, u):
    b = h.shape[1]
    gates = tf.sigmoid(x @ w[:, : 2 * b] + h @ u[:, : 2 * b])
    z, r = gates[:, :b], gates[:, b:]
    n = tf.tanh(x @ w[:, 2 * b :] + r * (h @ u[:, 2 * b :]))
    return (1 - z) * n + z * h

# %% 12.8 right: einsum
def answer(x, h, w, u):
    b = h.shape[1]
    w3 = tf.reshape(w, (-1, 3, b))
    u3 = tf.reshape(u, (-1, 3, b))
    xs = tf.einsum("na,agb->gnb", x, w3)
    hs = tf.einsum("na,agb->gnb", h, u3)
    z = tf.sigmoid(xs[0] + hs[0])
    r = tf.sigmoid(xs[1] + hs[1])
    return (1 - z) * tf.tanh(xs[2] + r * hs[2]) + z * h

# %% 12.8 right: a graph
@tf.function
def answer(x, h, w, u):
    xz, xr, xn = tf.split(tf.linalg.matmul(x, w), num_or_size_splits=3, axis=-1)
    hz, hr, hn = tf.split(tf.linalg.matmul(h, u), num_or_size_splits=3, axis=-1)
    z = tf.math.sigmoid(xz + hz)
    n = tf.math.tanh(xn + tf.math.sigmoid(xr + hr) * hn)
    return n - z * n + z * h

# %% 12.8 right: sigmoid by hand
def answer(x, h, w, u):
    def gate(t):
        return 1 / (1 + tf.exp(-t))
    wz, wr, wn = tf.split(w, 3, 1)
    uz, ur, un = tf.split(u, 3, 1)
    z = gate(x @ wz + h @ uz)
    return (1 - z) * tf.tanh(x @ wn + gate(x @ wr + h @ ur) * (h @ un)) + z * h

# %% 12.8 right: Keras's layer, for one step
def answer(x, h, w, u):
    layer = tf.keras.layers.GRU(h.shape[1], use_bias=False, dtype="float64")
    layer.build((None, None, x.shape[1]))
    layer.set_weights([w, u])
    return layer(x[:, None], initial_state=h)

# %% 12.8 wrong: PyTorch's order
def answer(x, h, w, u):
    xr, xz, xn = tf.split(x @ w, 3, axis=1)
    hr, hz, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h

# %% 12.8 wrong: other way round
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return z * n + (1 - z) * h

# %% 12.8 wrong: reset before
def answer(x, h, w, u):
    wz, wr, wn = tf.split(w, 3, 1)
    uz, ur, un = tf.split(u, 3, 1)
    z = tf.sigmoid(x @ wz + h @ uz)
    r = tf.sigmoid(x @ wr + h @ ur)
    return (1 - z) * tf.tanh(x @ wn + (r * h) @ un) + z * h

# %% 12.8 wrong: no reset
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    z = tf.sigmoid(xz + hz)
    return (1 - z) * tf.tanh(xn + hn) + z * h

# %% 12.8 wrong: tanh
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    return (1 - z) * (xn + r * hn) + z * h

# %% 12.8 wrong: candidate alone
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    return tf.tanh(xn + tf.sigmoid(xr + hr) * hn)

# %% 12.8 wrong: sigmoid forgotten
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r, z = xr + hr, xz + hz
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h

# %% 12.8 wrong: a tuple
def answer(x, h, w, u):
    cell = tf.keras.layers.GRUCell(h.shape[1], use_bias=False, dtype="float64")
    cell.build(x.shape)
    cell.set_weights([w, u])
    return cell(x, [h])

# %% 12.8 wrong: axis
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=0)
    hz, hr, hn = tf.split(h @ u, 3, axis=0)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h

# %% 12.8 wrong: candidate first
def answer(x, h, w, u):
    xn, xr, xz = tf.split(x @ w, 3, axis=1)
    hn, hr, hz = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h

# %% 12.8 wrong: only w is sorted
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hr, hz, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h

# %% 12.8 wrong: resets the inputs too
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(r * (xn + hn))
    return (1 - z) * n + z * h

# %% 12.8 wrong: swaps the gates by their use
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + z * hn)
    return (1 - r) * n + r * h

# %% 12.8 wrong: PyTorch
def answer(x, h, w, u):
    x, h, w, u = (torch.from_numpy(t.numpy()) for t in (x, h, w, u))
    xz, xr, xn = torch.chunk(x @ w, 3, dim=1)
    hz, hr, hn = torch.chunk(h @ u, 3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    return (1 - z) * torch.tanh(xn + r * hn) + z * h
