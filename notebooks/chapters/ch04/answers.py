"""Answers to chapter 4's exercises, as learners write them: right ones, and wrong ones with words that a check must say."""

# %% 4.1 right: the first round has two sums, counted by hand
counts_1 = [2, 0, 1]
counts_2 = [1, 0, 1]
counts_3 = [0, 1, 0]
answer = [counts_1, counts_2, counts_3]

# %% 4.1 right: a NumPy array
answer = np.array([[2, 0, 1], [1, 0, 1], [0, 1, 0]])

# %% 4.1 right: floats
answer = [[2.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]

# %% 4.1 right: counted by a function of the depth
def depth(tree):
    return 0 if isinstance(tree, int) else 1 + max(depth(tree[1]), depth(tree[2]))
answer = [[0, 0, 0] for _ in range(3)]
def note(tree):
    if not isinstance(tree, int):
        answer[depth(tree) - 1]["+-*".index(tree[0])] += 1
        note(tree[1]), note(tree[2])
note(("+", ("*", 1, 2), 0))
note(("-", 2, ("*", ("+", 0, 1), ("+", 1, 1))))

# %% 4.1 right: of NumPy integers
answer = [list(np.int64([2, 0, 1])), list(np.int64([1, 0, 1])), list(np.int64([0, 1, 0]))]

# %% 4.1 wrong: stand in the wrong order
answer = [[0, 1, 0], [1, 0, 1], [2, 0, 1]]

# %% 4.1 wrong: − and × have changed places
answer = [[2, 1, 0], [1, 1, 0], [0, 0, 1]]

# %% 4.1 wrong: should have 3 entries, yours has 2
answer = [[[0, 0, 1], [1, 0, 0]], [[2, 0, 0], [0, 0, 1], [0, 1, 0]]]

# %% 4.1 wrong: one deeper than its deeper child
answer = [[3, 1, 1], [0, 0, 1]]

# %% 4.1 wrong: shape (2, 3)
answer = [[2, 0, 1], [1, 0, 1]]

# %% 4.1 wrong: look at round 1
answer = [[1, 0, 1], [1, 0, 1], [0, 1, 0]]

# %% 4.2 right: matmul with transpose_b
def answer(left, right, gate):
    both = tf.concat((left, right), -1)
    g = tf.nn.sigmoid(tf.matmul(both, gate, transpose_b=True))
    return right + g * (left - right)

# %% 4.2 right: traced
@tf.function
def answer(left, right, gate):
    g = tf.sigmoid(tf.einsum("ni,oi->no", tf.concat([left, right], axis=1), gate))
    return g * left + (1 - g) * right

# %% 4.2 right: the gate cut in two
def answer(left, right, gate):
    of_left, of_right = tf.split(gate, 2, axis=1)
    z = tf.matmul(left, of_left, transpose_b=True) + tf.matmul(right, of_right, transpose_b=True)
    g = 1 / (1 + tf.exp(-z))
    return g * left + (1.0 - g) * right

# %% 4.2 right: a callable object
class Gated(tf.Module):
    def __call__(self, left, right, gate):
        g = tf.math.sigmoid(tf.concat([left, right], axis=1) @ tf.transpose(gate, [1, 0]))
        return g * left + (1 - g) * right
answer = Gated()

# %% 4.2 right: partial
import functools
def mix(activation, left, right, gate):
    g = activation(tf.concat([left, right], axis=1) @ tf.transpose(gate))
    return g * left + (1 - g) * right
answer = functools.partial(mix, tf.sigmoid)

# %% 4.2 right: row by row
def answer(left, right, gate):
    def row(pair):
        a, b = pair
        g = tf.sigmoid(tf.linalg.matvec(gate, tf.concat([a, b], 0)))
        return g * a + (1 - g) * b
    return tf.map_fn(row, (left, right), fn_output_signature=tf.float64)

# %% 4.2 wrong: mixes its numbers up
def answer(left, right, gate):
    g = tf.sigmoid(tf.concat([left, right], axis=1) @ tf.reshape(gate, [gate.shape[1], gate.shape[0]]))
    return g * left + (1 - g) * right

# %% 4.2 wrong: a tanh makes
def answer(left, right, gate):
    g = tf.tanh(tf.concat([left, right], axis=1) @ tf.transpose(gate))
    return g * left + (1 - g) * right

# %% 4.2 wrong: the gradient of argument 1
def answer(left, right, gate):
    g = tf.stop_gradient(tf.sigmoid(tf.concat([left, right], axis=1) @ tf.transpose(gate)))
    return g * left + (1 - g) * right

# %% 4.2 wrong: is there a `return`
def answer(left, right, gate):
    g = tf.sigmoid(tf.concat([left, right], axis=1) @ tf.transpose(gate))
    g * left + (1 - g) * right

# %% 4.2 wrong: dtype float32
def answer(left, right, gate):
    left, right, gate = (tf.cast(t, tf.float32) for t in (left, right, gate))
    g = tf.sigmoid(tf.concat([left, right], axis=1) @ tf.transpose(gate))
    return g * left + (1 - g) * right

# %% 4.2 wrong: sigmoid is missing
def answer(left, right, gate):
    g = tf.concat([left, right], axis=1) @ tf.transpose(gate)
    return g * left + (1 - g) * right

# %% 4.3 right: gather
def answer(pairs, kinds, matrices):
    every = torch.matmul(pairs, matrices)  # (operators, nodes, size)
    place = kinds.long()[None, :, None].expand(1, -1, every.shape[2])
    return every.gather(0, place)[0].tanh()

# %% 4.3 right: one matrix a node, and bmm
def answer(pairs, kinds, matrices):
    return torch.bmm(pairs.unsqueeze(1), matrices[kinds]).squeeze(1).tanh()

# %% 4.3 right: one-hot
def answer(pairs, kinds, matrices):
    hot = torch.nn.functional.one_hot(kinds.long(), matrices.shape[0]).to(pairs.dtype)
    return torch.tanh(torch.einsum("nk,ni,kij->nj", hot, pairs, matrices))

# %% 4.3 right: a wide matrix
def answer(pairs, kinds, matrices):
    operators, inside, size = matrices.shape
    wide = matrices.permute(1, 0, 2).reshape(inside, operators * size)
    states = (pairs @ wide).view(-1, operators, size)
    return torch.tanh(torch.take_along_dim(states, kinds.view(-1, 1, 1), dim=1).squeeze(1))

# %% 4.3 right: a mask and a sum
def answer(pairs, kinds, matrices):
    mask = kinds == torch.arange(matrices.size(0), device=kinds.device)[:, None]
    return torch.tanh(torch.where(mask[..., None], pairs @ matrices, 0.0).sum(0))

# %% 4.3 right: a lambda
answer = lambda p, k, m: torch.tanh((p @ m)[k, range(len(k))])

# %% 4.3 wrong: loop over operators
def answer(pairs, kinds, matrices):
    states = torch.zeros(len(pairs), matrices.shape[2], dtype=pairs.dtype)
    for kind in range(len(matrices)):
        states[kinds == kind] = torch.tanh(pairs[kinds == kind] @ matrices[kind])
    return states

# %% 4.3 wrong: more operators than three
def answer(pairs, kinds, matrices):
    every = torch.einsum("ni,kij->nkj", pairs, matrices)
    others = torch.where((kinds == 1)[:, None], every[:, 1], every[:, 2])
    return torch.tanh(torch.where((kinds == 0)[:, None], every[:, 0], others))

# %% 4.3 wrong: shape (5, 4, 3)
def answer(pairs, kinds, matrices):
    return torch.tanh(torch.einsum("ni,kij->nkj", pairs, matrices))

# %% 4.3 wrong: with other numbers your function raised
def answer(pairs, kinds, matrices):
    return torch.tanh((pairs[:5].unsqueeze(1) @ matrices[kinds]).squeeze(1))

# %% 4.3 wrong: sorted by operator
def answer(pairs, kinds, matrices):
    order = kinds.argsort(stable=True)
    return torch.tanh(torch.bmm(pairs[order][:, None], matrices[kinds[order]])[:, 0])

# %% 4.3 wrong: dtype float32
def answer(pairs, kinds, matrices):
    return torch.tanh(torch.einsum("ni,nij->nj", pairs, matrices[kinds])).detach().float()

# %% 4.3 wrong: a NumPy array
def answer(pairs, kinds, matrices):
    return np.tanh(np.einsum("ni,nij->nj", pairs.numpy(), matrices.numpy()[kinds.numpy()]))

# %% 4.4 right: four decimals
answer = 0.9048

# %% 4.4 right: a fraction
from fractions import Fraction
answer = Fraction(999, 1000) ** 100

# %% 4.4 right: a tensor
answer = tf.pow(tf.constant(0.999, tf.float64), 100)

# %% 4.4 right: product of an array
answer = torch.full([100], 0.999).prod()

# %% 4.4 right: a decimal
from decimal import Decimal
answer = Decimal("0.999") ** 100

# %% 4.4 wrong: share with an error
answer = 1 - 0.999**100

# %% 4.4 wrong: 1e-300 is not it
answer = 0.001**100

# %% 4.4 wrong: 90.48 is not it
answer = 90.48

# %% 4.4 wrong: one number, yours is '0.9048'
answer = "0.9048"

# %% 4.4 wrong: 0.904 is not it
answer = 0.904

# %% 4.5 right: norms
def answer(states, table):
    distance = tf.norm(tf.expand_dims(states, 1) - tf.expand_dims(table, 0), axis=-1)
    return tf.gather(table, tf.math.argmin(distance, axis=-1))

# %% 4.5 right: by the binomial formula
def answer(states, table):
    products = tf.matmul(states, table, transpose_b=True)
    squares = tf.reduce_sum(table * table, axis=1)
    return tf.gather(table, tf.argmax(2 * products - squares, axis=1))

# %% 4.5 right: one-hot
def answer(states, table):
    d = tf.reduce_sum(tf.math.squared_difference(states[:, None, :], table), -1)
    hot = tf.one_hot(tf.argmin(d, 1), tf.shape(table)[0], dtype=table.dtype)
    return hot @ table

# %% 4.5 right: map_fn
def answer(states, table):
    def nearest(state):
        return table[tf.argmin(tf.linalg.norm(table - state, axis=1))]
    return tf.map_fn(nearest, states)

# %% 4.5 right: sorted
def answer(states, table):
    d = tf.sqrt(tf.reduce_sum(tf.square(table[:, tf.newaxis] - states), axis=2))
    return tf.gather(table, tf.argsort(d, axis=0)[0])

# %% 4.5 right: Keras's operations
answer = lambda states, table: keras_ops.take(
    table, keras_ops.argmin(keras_ops.sum((states[:, None] - table) ** 2, axis=2), axis=1), axis=0
)
keras_ops = tf.keras.ops

# %% 4.5 wrong: InvalidArgumentError
def answer(states, table):
    d = tf.norm(states[:, tf.newaxis] - table, axis=2)
    return tf.gather(table, tf.argmin(d, axis=0))

# %% 4.5 wrong: absolute differences
def answer(states, table):
    d = tf.reduce_sum(tf.abs(states[:, tf.newaxis] - table), axis=2)
    return tf.gather(table, tf.argmin(d, axis=1))

# %% 4.5 wrong: angle alone
def answer(states, table):
    a = tf.nn.l2_normalize(states, axis=1)
    b = tf.nn.l2_normalize(table, axis=1)
    return tf.gather(table, tf.argmax(a @ tf.transpose(b), axis=1))

# %% 4.5 wrong: shape (3,)
def answer(states, table):
    d = tf.norm(states[:, tf.newaxis] - table, axis=2)
    return table[tf.argmin(d[0])]

# %% 4.5 wrong: dtype float32
def answer(states, table):
    d = tf.norm(states[:, tf.newaxis] - table, axis=2)
    return tf.cast(tf.gather(table, tf.argmin(d, axis=1)), tf.float32)

# %% 4.5 wrong: a NumPy array
def answer(states, table):
    d = np.linalg.norm(states[:, None].numpy() - table.numpy(), axis=2)
    return table.numpy()[d.argmin(axis=1)]

# %% 4.5 wrong: replaced as a whole
def answer(states, table):
    near = tf.argmin((states[:, tf.newaxis] - table) ** 2, axis=1)  # (rows, size)
    columns = [tf.gather(table[:, k], near[:, k]) for k in range(table.shape[1])]
    return tf.stack(columns, axis=1)

# %% 4.6 right: a tensor, counted by PyTorch
answer = torch.nn.utils.rnn.pack_padded_sequence(
    torch.zeros(4, 5, 1), [2, 5, 3, 3], batch_first=True, enforce_sorted=False
).batch_sizes

# %% 4.6 right: counted in NumPy
lengths = np.array([2, 5, 3, 3])
answer = (lengths[:, None] > np.arange(5)).sum(axis=0)

# %% 4.6 right: a comprehension
answer = [sum(length >= step for length in [2, 5, 3, 3]) for step in range(1, 6)]

# %% 4.6 right: a tuple
answer = (4, 4, 3, 1, 1)

# %% 4.6 right: floats
answer = [4.0, 4.0, 3.0, 1.0, 1.0]

# %% 4.6 wrong: those are the lengths; the question
answer = [2, 5, 3, 3]

# %% 4.6 wrong: from the last step to the first
answer = [1, 1, 3, 4, 4]

# %% 4.6 wrong: one step too many
answer = [4, 4, 3, 1, 1, 0]

# %% 4.6 wrong: padded batch
answer = np.full(5, 4)

# %% 4.6 wrong: only the one of length 2 has ended
answer = [4, 4, 1, 1, 1]

# %% 4.6 wrong: one step is missing
answer = [4, 4, 3, 1]

# %% 4.6 wrong: yours is one number
answer = 13

# %% 4.7 right: a mask and where
def answer(losses, lengths):
    real = torch.arange(losses.size(1))[None] < lengths[:, None]
    return torch.exp(torch.where(real, losses, 0).sum() / lengths.sum())

# %% 4.7 right: a loop over rows
def answer(losses, lengths):
    kept = [row[:length] for row, length in zip(losses, lengths.tolist())]
    return torch.cat(kept).mean().exp()

# %% 4.7 right: packed
def answer(losses, lengths):
    packed = torch.nn.utils.rnn.pack_padded_sequence(losses, lengths, batch_first=True, enforce_sorted=False)
    return packed.data.mean().exp()

# %% 4.7 right: masked_fill
def answer(losses, lengths):
    padding = torch.arange(losses.shape[-1]).expand_as(losses) >= lengths.view(-1, 1)
    total = losses.masked_fill(padding, 0.0).sum()
    return (total / (~padding).sum()).exp()

# %% 4.7 right: nanmean
def answer(losses, lengths):
    losses = losses.clone()
    for row, length in enumerate(lengths):
        losses[row, length:] = torch.nan
    return torch.exp(torch.nanmean(losses))

# %% 4.7 right: masked_select
def answer(losses, lengths):
    steps = torch.arange(1, losses.shape[1] + 1)
    return torch.masked_select(losses, steps <= lengths[:, None]).mean().exp()

# %% 4.7 wrong: 0 times NaN
def answer(losses, lengths):
    real = torch.arange(losses.shape[1]) < lengths[:, None]
    return (losses * real.to(losses.dtype)).sum().div(lengths.sum()).exp()

# %% 4.7 wrong: one step too many
def answer(losses, lengths):
    real = torch.arange(losses.shape[1]) <= lengths[:, None]
    return losses[real].mean().exp()

# %% 4.7 wrong: divided by all cells
def answer(losses, lengths):
    real = torch.arange(losses.shape[1]) < lengths[:, None]
    return torch.where(real, losses, 0).mean().exp()

# %% 4.7 wrong: for each row
def answer(losses, lengths):
    return torch.stack([row[:n].mean() for row, n in zip(losses, lengths)]).exp()

# %% 4.7 wrong: exponential comes last
def answer(losses, lengths):
    return losses[torch.arange(losses.shape[1]) < lengths[:, None]].exp().mean()

# %% 4.7 wrong: wrong way round
def answer(losses, lengths):
    return losses[torch.arange(losses.shape[1]) >= lengths[:, None]].mean().exp()

# %% 4.7 wrong: use e
def answer(losses, lengths):
    return 2 ** losses[torch.arange(losses.shape[1]) < lengths[:, None]].mean()

# %% 4.7 wrong: where a PyTorch tensor is asked for
def answer(losses, lengths):
    return float(losses[torch.arange(losses.shape[1]) < lengths[:, None]].mean().exp())
