"""Answers to the exercises of chapter 12, as learners write them: right, and wrong with what the check must say."""

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

# %% 12.1 wrong: the columns of p are exchanged
def answer(p):
    p = p.flip(1)
    n = len(p)
    return sum(p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod() for i in range(n) for j in range(i + 1, n + 1))

# %% 12.1 wrong: runs of A that last to the end are missing
def answer(p):
    n = len(p)
    return sum(p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod() for i in range(n) for j in range(i + 1, n))

# %% 12.1 wrong: no softmax is needed
def answer(p):
    return torch.exp(-nn.functional.ctc_loss(p.log_softmax(1)[:, None], torch.tensor([[1]]), [len(p)], [1], reduction="sum"))

# %% 12.1 wrong: a float, where a PyTorch tensor is asked for
def answer(p):
    n = len(p)
    total = sum(p[:i, 0].prod() * p[i:j, 1].prod() * p[j:, 0].prod() for i in range(n) for j in range(i + 1, n + 1))
    return total.item()

# %% 12.1 wrong: one number is asked for, yours is an array of shape (1,)
def answer(p):
    logs = p.log()[:, None]
    loss = nn.functional.ctc_loss(logs, torch.tensor([[1]]), [len(p)], [1], reduction="none")
    return torch.exp(-loss)

# %% 12.1 wrong: yours is
def answer(p):
    paths = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 1, 1)]
    return sum(p[range(3), path].prod() for path in paths)

# %% 12.1 wrong: yours is
def answer(p):
    n = len(p)
    return sum(p[i:j, 1].prod() for i in range(n) for j in range(i + 1, n + 1))

# %% 12.1 wrong: yours is
def answer(p):
    return p.max(dim=1).values.prod()

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

# %% 12.2 wrong: cut each side off at 0, before the product
def answer(a, b):
    sides = tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])
    shared = tf.maximum(tf.reduce_prod(sides, axis=1), 0)
    return shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared)

# %% 12.2 wrong: no gradient reaches argument 1
def answer(a, b):
    a, b = a.numpy(), b.numpy()
    shared = np.prod(np.clip(np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0, None), axis=1)
    areas = np.prod(a[:, 2:] - a[:, :2], axis=1) + np.prod(b[:, 2:] - b[:, :2], axis=1)
    return tf.constant(shared / (areas - shared))

# %% 12.2 wrong: that is 1 - IoU
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=1)
    return 1 - shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared)

# %% 12.2 wrong: shape (2,) where (8,) is asked for
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=0)
    return shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 0) + tf.reduce_prod(b[:, 2:] - b[:, :2], 0) - shared)

# %% 12.2 wrong: yours is one number
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=1)
    areas = tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1)
    return tf.reduce_mean(shared / (areas - shared))

# %% 12.2 wrong: shape (8, 8) where (8,) is asked for
def answer(a, b):
    a, b = a[:, None], b[None]
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[..., 2:], b[..., 2:]) - tf.maximum(a[..., :2], b[..., :2])), axis=-1)
    return shared / (tf.reduce_prod(a[..., 2:] - a[..., :2], -1) + tf.reduce_prod(b[..., 2:] - b[..., :2], -1) - shared)

# %% 12.2 wrong: the values are not
def answer(a, b):
    upper = tf.minimum(a[:, :2], b[:, :2])
    lower = tf.maximum(a[:, 2:], b[:, 2:])
    shared = tf.reduce_prod(tf.nn.relu(lower - upper), axis=1)
    return shared / (tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared)

# %% 12.2 wrong: the gradient of argument 1 is not
def answer(a, b):
    shared = tf.reduce_prod(tf.nn.relu(tf.minimum(a[:, 2:], b[:, 2:]) - tf.maximum(a[:, :2], b[:, :2])), axis=1)
    joint = tf.reduce_prod(a[:, 2:] - a[:, :2], 1) + tf.reduce_prod(b[:, 2:] - b[:, :2], 1) - shared
    return shared / tf.stop_gradient(joint)

# %% 12.3 right: einsum
def answer(chances, truth):
    both = torch.einsum("nrck,nrck->k", chances, truth)
    sums = torch.einsum("nrck->k", chances + truth)
    return 1 - torch.mean(2 * both / sums)

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

# %% 12.3 wrong: the axes of channels first
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 2, 3))
    sums = chances.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3))
    return 1 - (2 * both / sums).mean()

# %% 12.3 wrong: not their sum
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).sum()

# %% 12.3 wrong: one number is asked for
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - 2 * both / sums

# %% 12.3 wrong: no gradient reaches argument 1
def answer(chances, truth):
    chances = chances.detach()
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).mean()

# %% 12.3 wrong: yours is
def answer(chances, truth):
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = (chances**2).sum(dim=(0, 1, 2)) + (truth**2).sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).mean()

# %% 12.3 wrong: yours is
def answer(chances, truth):
    chances = (chances > 0.5).to(chances.dtype)
    both = (chances * truth).sum(dim=(0, 1, 2))
    sums = chances.sum(dim=(0, 1, 2)) + truth.sum(dim=(0, 1, 2))
    return 1 - (2 * both / sums).mean()

# %% 12.3 wrong: no gradient reaches argument 1
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

# %% 12.4 right: partition
def answer(scores, ill, share):
    sick = scores[np.nonzero(ill)]
    miss = int(np.floor(len(sick) * (1 - share) + 1e-9))  # so many may be missed
    miss = min(miss, len(sick) - 1)
    t = np.partition(sick, miss)[miss]
    return t, 1 - np.mean(scores[ill == 0] >= t)

# %% 12.4 wrong: is just the threshold is called
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, (scores[ill == 0] <= threshold).mean()

# %% 12.4 wrong: a higher threshold still calls enough
def answer(scores, ill, share):
    threshold = np.quantile(scores[ill == 1], 1 - share)
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.4 wrong: the specificity comes second
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return (scores[ill == 0] < threshold).mean(), threshold

# %% 12.4 wrong: the sensitivity
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, (sick >= threshold).mean()

# %% 12.4 wrong: among those who are not called
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, (ill[scores < threshold] == 0).mean()

# %% 12.4 wrong: return two numbers
def answer(scores, ill, share):
    threshold = np.sort(scores[ill == 1])[::-1][int(np.ceil(share * ill.sum())) - 1]
    return scores, (scores[ill == 0] < threshold).mean()

# %% 12.4 wrong: return two numbers
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    return sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]

# %% 12.4 wrong: the specificity should be
def answer(scores, ill, share):
    order = np.argsort(-scores, kind="stable")
    caught = np.cumsum(ill[order]) / ill.sum()
    k = np.argmax(caught >= share - 1e-12)
    false = np.cumsum(1 - ill[order])[k]
    return scores[order][k], 1 - false / (ill == 0).sum()

# %% 12.4 wrong: a higher threshold still calls enough
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])[::-1]
    k = int(np.floor(share * len(sick))) + 1
    threshold = sick[min(k, len(sick)) - 1]
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.4 wrong: too few of the ill
def answer(scores, ill, share):
    sick = np.sort(scores[ill == 1])
    threshold = sick[int(np.ceil(share * len(sick) - 1e-9)) - 1]
    return threshold, (scores[ill == 0] < threshold).mean()

# %% 12.5 right: computed
answer = 1 / np.sqrt(np.diag(np.linalg.inv([[4, 3], [3, 9]])))

# %% 12.5 right: three digits
answer = [1.73, 2.60]

# %% 12.5 right: a tensor of PyTorch
answer = torch.linalg.inv(torch.tensor([[4.0, 3], [3, 9]])).diagonal().rsqrt()

# %% 12.5 right: a tensor of TensorFlow
answer = tf.math.rsqrt(tf.linalg.diag_part(tf.linalg.inv([[4.0, 3.0], [3.0, 9.0]])))

# %% 12.5 right: conditional variances
answer = [np.sqrt(4 - 3 * 3 / 9), np.sqrt(9 - 3 * 3 / 4)]

# %% 12.5 right: float32
answer = np.array([1.7320508, 2.598076], dtype=np.float32)

# %% 12.5 right: decimals
from decimal import Decimal
answer = [Decimal("1.732"), Decimal("2.598")]

# %% 12.5 wrong: the first width is that of the first parameter
answer = [2.598, 1.732]

# %% 12.5 wrong: taken for the precision
answer = [1 / 2, 1 / 3]

# %% 12.5 wrong: the entry [0] is not right: yours is 2
answer = np.diag(np.linalg.cholesky(np.array([[4.0, 3], [3, 9]])))

# %% 12.5 wrong: the entry [0] is not right: yours is 1.7
answer = [1.7, 2.6]

# %% 12.5 wrong: yours is one number
answer = 1.732

# %% 12.5 wrong: shape (2, 2) where (2,) is asked for
answer = np.diag([1.732, 2.598])

# %% 12.5 wrong: the entry [0] is not right
answer = [1 / 3, 4 / 27]

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

# %% 12.6 wrong: the older copy has no say
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * new.max(dim=1).values

# %% 12.6 wrong: fell is 1 where nothing comes after
def answer(new, old, fell):
    return 1 + 0.99 * fell * old.gather(1, new.argmax(1, keepdim=True))[:, 0]

# %% 12.6 wrong: the discount is missing
def answer(new, old, fell):
    return 1 + (1 - fell) * old.gather(1, new.argmax(1, keepdim=True))[:, 0]

# %% 12.6 wrong: that is missing
def answer(new, old, fell):
    return 0.99 * (1 - fell) * old.gather(1, new.argmax(1, keepdim=True))[:, 0]

# %% 12.6 wrong: shape (16, 16) where (16,) is asked for
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * old.gather(1, new.argmax(1, keepdim=True))

# %% 12.6 wrong: only what comes after it is lost
def answer(new, old, fell):
    return (1 - fell) * (1 + 0.99 * old.gather(1, new.argmax(1, keepdim=True))[:, 0])

# %% 12.6 wrong: the values are not
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * old.gather(1, new.argmin(1, keepdim=True))[:, 0]

# %% 12.6 wrong: yours is 0.99 at [0]
def answer(new, old, fell):
    return 0.99 * (1 + (1 - fell) * old.gather(1, new.argmax(1, keepdim=True))[:, 0])

# %% 12.7 right: a copy and a mask
def answer(events, by):
    moved = events.copy()
    moved[moved > music.REST] += by
    return moved

# %% 12.7 right: a list
def answer(events, by):
    return [e if e in (music.HOLD, music.REST) else e + by for e in events]

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

# %% 12.7 wrong: one row of whole numbers
def answer(events, by):
    return [[events[0]], [events[1] + by, events[2] + by]]

# %% 12.7 wrong: you moved the holds as well
def answer(events, by):
    return np.where(events != 1, events + by, events)

# %% 12.7 wrong: upwards only
def answer(events, by):
    return np.where(events > 1, events + abs(by), events)

# %% 12.7 wrong: by octaves
def answer(events, by):
    return np.where(events > 1, events + 12 * by, events)

# %% 12.7 wrong: one event for each that was given
def answer(events, by):
    return events[events > 1] + by

# %% 12.7 wrong: event 10, 59 moved by 5, became 59
def answer(events, by):
    return np.where(events >= 60, events + by, events)

# %% 12.7 wrong: event 0, 60 moved by 5
def answer(events, by):
    return np.where(events > 1, events * 2 ** (by / 12), events)

# %% 12.7 wrong: has changed: work on a copy
def answer(events, by):
    events[events > 1] += by
    return events.copy()

# %% 12.7 wrong: you moved the holds as well
def answer(events, by):
    moved = events.copy()
    for k in range(len(moved)):
        if moved[k] > 1 or (k and moved[k] == 0):
            moved[k] += by
    return moved

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

# %% 12.8 wrong: the values are not
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    z = tf.sigmoid(xz + hz)
    return (1 - z) * tf.tanh(xn + hn) + z * h

# %% 12.8 wrong: the values are not
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    return (1 - z) * (xn + r * hn) + z * h

# %% 12.8 wrong: the values are not
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    return tf.tanh(xn + tf.sigmoid(xr + hr) * hn)

# %% 12.8 wrong: a tuple, where a TensorFlow tensor is asked for
def answer(x, h, w, u):
    cell = tf.keras.layers.GRUCell(h.shape[1], use_bias=False, dtype="float64")
    cell.build(x.shape)
    cell.set_weights([w, u])
    return cell(x, [h])

# %% 12.8 wrong: raised InvalidArgumentError
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=0)
    hz, hr, hn = tf.split(h @ u, 3, axis=0)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h

# %% 12.8 wrong: the values are not
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hr, hz, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h

# %% 12.8 wrong: a PyTorch tensor, where a TensorFlow tensor is asked for
def answer(x, h, w, u):
    x, h, w, u = (torch.from_numpy(t.numpy()) for t in (x, h, w, u))
    xz, xr, xn = torch.chunk(x @ w, 3, dim=1)
    hz, hr, hn = torch.chunk(h @ u, 3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    return (1 - z) * torch.tanh(xn + r * hn) + z * h
