"""Answers to the exercises of chapter 8, as learners write them: right ones, and wrong ones with words to be said."""

# %% 8.1 right: matvec
def answer(gradients, counts):
    return tf.linalg.matvec(gradients, counts, transpose_a=True) / tf.reduce_sum(counts)

# %% 8.1 right: einsum, shares first
def answer(gradients, counts):
    shares = counts / tf.reduce_sum(counts)
    return tf.einsum("sp,s->p", gradients, shares)

# %% 8.1 right: tensordot under tf.function
@tf.function
def answer(gradients, counts):
    return tf.tensordot(counts, gradients, axes=1) / tf.math.reduce_sum(counts)

# %% 8.1 right: weighted moments
def answer(gradients, counts):
    mean, _ = tf.nn.weighted_moments(gradients, axes=[0], frequency_weights=counts[:, None])
    return mean

# %% 8.1 right: a loop over shards
def answer(gradients, counts):
    rows = zip(tf.unstack(gradients), tf.unstack(counts))
    return tf.add_n([count * row for row, count in rows]) / tf.add_n(tf.unstack(counts))

# %% 8.1 right: keras.ops
def answer(gradients, counts):
    ops = tf.keras.ops
    return ops.sum(gradients * ops.expand_dims(counts, 1), axis=0) / ops.sum(counts)

# %% 8.1 wrong: shape (1, 3)
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=0, keepdims=True) / tf.reduce_sum(counts)

# %% 8.1 wrong: not every batch has 64 examples
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=0) / 64

# %% 8.1 wrong: dtype float32
def answer(gradients, counts):
    gradients = tf.cast(gradients, tf.float32)
    counts = tf.cast(counts, tf.float32)
    return tf.reduce_sum(gradients * counts[:, None], axis=0) / tf.reduce_sum(counts)

# %% 8.1 wrong: computed in float32
def answer(gradients, counts):
    shares = tf.cast(counts, tf.float32) / tf.cast(tf.reduce_sum(counts), tf.float32)
    return tf.reduce_sum(gradients * tf.cast(shares, tf.float64)[:, None], axis=0)

# %% 8.1 wrong: a NumPy array
def answer(gradients, counts):
    return np.average(gradients.numpy(), axis=0, weights=counts.numpy())

# %% 8.1 wrong: incompatible shapes
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts, axis=0) / tf.reduce_sum(counts)

# %% 8.4 right: cycle and islice
import itertools
import math

def answer(n, ranks, rank):
    total = math.ceil(n / ranks) * ranks
    return list(itertools.islice(itertools.cycle(range(n)), rank, total, ranks))

# %% 8.4 right: lengthen a list
def answer(n, ranks, rank):
    indices = list(range(n))
    while len(indices) % ranks:
        indices.append(indices[len(indices) - n])
    return indices[rank::ranks]

# %% 8.4 right: a column of a NumPy table
def answer(n, ranks, rank):
    each = (n + ranks - 1) // ranks
    return (np.arange(each * ranks) % n).reshape(each, ranks)[:, rank]

# %% 8.4 right: NumPy's whole numbers in a list
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return list(np.arange(rank, each * ranks, ranks) % n)

# %% 8.4 right: the sampler itself
def answer(n, ranks, rank):
    return list(torch.utils.data.DistributedSampler(range(n), ranks, rank, shuffle=False))

# %% 8.4 right: dealing like cards
def answer(n, ranks, rank):
    hands = [[] for _ in range(ranks)]
    card = 0
    while card < n or len(hands[-1]) < len(hands[0]):
        hands[card % ranks].append(card % n)
        card += 1
    return hands[rank]

# %% 8.4 wrong: where `ranks` divides `n`
def answer(n, ranks, rank):
    each = n // ranks + 1
    return [k % n for k in range(rank, each * ranks, ranks)]

# %% 8.4 wrong: not with the last one again
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return [min(k, n - 1) for k in range(rank, each * ranks, ranks)]

# %% 8.4 wrong: [11, 3, 7] where [0, 4, 8] is right
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return [(k - 1) % n for k in range(rank, each * ranks, ranks)]

# %% 8.4 wrong: for 12 examples, rank 2 of 4
def answer(n, ranks, rank):
    return (list(range(10)) + [0, 1])[rank::ranks]

# %% 8.4 wrong: an index is a whole number
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return [[k % n for k in range(r, each * ranks, ranks)] for r in range(ranks)]

# %% 8.2 right: two digits
answer = 2.67

# %% 8.2 right: a fraction
from fractions import Fraction

answer = Fraction(200, 75)

# %% 8.2 right: float32
answer = np.float32(200) / np.float32(75)

# %% 8.2 right: an array without axes
answer = np.array(200 / 75)

# %% 8.2 right: a PyTorch tensor
answer = torch.tensor(200.0) / 75

# %% 8.2 right: a TensorFlow tensor
answer = tf.constant(2.67)

# %% 8.2 right: a decimal
from decimal import Decimal

answer = Decimal("2.67")

# %% 8.2 wrong: upside down
answer = 75 / 200

# %% 8.2 wrong: 3.63636 is not it
answer = 200 / (180 / 4 + 10)

# %% 8.2 wrong: one process waits for nobody
answer = 210 / 75

# %% 8.2 wrong: count it once
answer = 200 / (45 + 20 + 40)

# %% 8.2 wrong: two digits behind the point
answer = 2.7

# %% 8.2 wrong: should be one number
answer = "267 %"

# %% 8.3 right: an array
n = np.array([2, 4, 8])
answer = 200 * (n - 1) / n

# %% 8.3 right: a tuple
answer = (100.0, 150.0, 175.0)

# %% 8.3 right: fractions
from fractions import Fraction

answer = [2 * 100 * Fraction(n - 1, n) for n in (2, 4, 8)]

# %% 8.3 right: a tensor
answer = 200 - 200 / torch.tensor([2, 4, 8])

# %% 8.3 right: a tensor of TensorFlow
answer = tf.constant([100.0, 150.0, 175.0])

# %% 8.3 right: NumPy's numbers
answer = [np.float32(100), np.float32(150), np.float32(175)]

# %% 8.3 wrong: all processes send together
answer = [200 * (n - 1) for n in (2, 4, 8)]

# %% 8.3 wrong: [0] is not right
answer = [175, 150, 100]

# %% 8.3 wrong: those are pieces
answer = [2, 6, 14]

# %% 8.3 wrong: the answer is a function
answer = lambda n: 200 * (n - 1) / n

# %% 8.3 wrong: shape (2,)
answer = [150, 175]

# %% 8.5 right: a lambda
answer = lambda save, folder: (save(folder / "x"), (folder / "x").replace(folder / "checkpoint"))

# %% 8.5 right: a folder of its own in the folder
import tempfile
from pathlib import Path

def answer(save, folder):
    with tempfile.TemporaryDirectory(dir=folder) as place:
        new = Path(place) / "checkpoint"
        save(new)
        new.replace(folder / "checkpoint")

# %% 8.5 right: the half file is swept away
def answer(save, folder):
    new = folder / "half"
    try:
        save(new)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    new.replace(folder / "checkpoint")

# %% 8.5 right: shutil.move
import shutil

def answer(save, folder):
    save(folder / "new")
    shutil.move(folder / "new", folder / "checkpoint")

# %% 8.5 right: mkstemp
import os
import tempfile
from pathlib import Path

def answer(save, folder):
    handle, name = tempfile.mkstemp(dir=folder)
    os.close(handle)
    save(Path(name))
    os.replace(name, folder / "checkpoint")

# %% 8.5 right: the old one is kept as well
import os

def answer(save, folder):
    new, old, checkpoint = folder / "new", folder / "old", folder / "checkpoint"
    save(new)
    if checkpoint.exists():
        old.unlink(missing_ok=True)
        os.link(checkpoint, old)
    new.replace(checkpoint)

# %% 8.5 right: the path is given as a text
def answer(save, folder):
    save(str(folder / "new"))
    (folder / "new").replace(folder / "checkpoint")

# %% 8.5 wrong: no file `checkpoint`
def answer(save, folder):
    save(folder / "new")
    (folder / "new").replace(folder / "checkpoint.pt")

# %% 8.5 wrong: does not hold what that save wrote
def answer(save, folder):
    if not (folder / "checkpoint").exists():
        save(folder / "checkpoint.new")
        (folder / "checkpoint.new").replace(folder / "checkpoint")

# %% 8.5 wrong: without `finally`
def answer(save, folder):
    new = folder / "new"
    try:
        save(new)
    finally:
        new.replace(folder / "checkpoint")

# %% 8.5 wrong: half a checkpoint is left
def answer(save, folder):
    checkpoint = folder / "checkpoint"
    old = checkpoint.read_bytes() if checkpoint.exists() else b""
    try:
        save(checkpoint)
    except BaseException:
        checkpoint.write_bytes(old)
        raise

# %% 8.5 wrong: half a checkpoint
def answer(save, folder):
    save(folder / "backup")
    save(folder / "checkpoint")

# %% 8.5 wrong: no checkpoint at all
def answer(save, folder):
    new, checkpoint = folder / "new", folder / "checkpoint"
    if checkpoint.exists():
        checkpoint.rename(folder / "old")
    save(new)
    new.rename(checkpoint)

# %% 8.6 right: rounded
answer = 930

# %% 8.6 right: math.sqrt, rounded
import math

answer = round(math.sqrt(2 * 60 * 1000 * 3600 / 500))

# %% 8.6 right: a search
import numpy as np

T = np.arange(1, 7200)
answer = T[np.argmin(60 / T + T / (2 * 7200))]

# %% 8.6 right: torch
answer = torch.sqrt(torch.tensor(2.0 * 60 * 7200))

# %% 8.6 right: float32, rounded
import numpy as np

answer = np.float32(930)

# %% 8.6 right: a tensor of TensorFlow
answer = tf.constant(930)

# %% 8.6 wrong: take the root
answer = 2 * 60 * 7200

# %% 8.6 wrong: 464758 is not it
answer = (2 * 60 * 1000 * 3600 * 500) ** 0.5

# %% 8.6 wrong: which is 60 seconds
answer = (2 * 1 * 7200) ** 0.5

# %% 8.6 wrong: 1314.53 is not it
answer = (2 * 10 * 24 * 3600) ** 0.5

# %% 8.6 wrong: instead of cutting it off
answer = int((2 * 60 * 7200) ** 0.5)

# %% 8.7 right: computed
ddp = 2e9 * 4 * (1 + 1 + 2) / 1e9
answer = [ddp, ddp / 8]

# %% 8.7 right: a tuple
answer = (32.0, 4.0)

# %% 8.7 right: an array
import numpy as np

answer = np.array([32, 4])

# %% 8.7 right: a tensor
answer = torch.tensor([32, 4])

# %% 8.7 right: TensorFlow
answer = tf.constant([32.0, 4.0])

# %% 8.7 right: fractions
from fractions import Fraction

answer = [Fraction(32), Fraction(32, 8)]

# %% 8.7 wrong: all eight ranks
answer = [256, 32]

# %% 8.7 wrong: [0] is not right
answer = [4, 32]

# %% 8.7 wrong: those are bytes
answer = [32e9, 4e9]

# %% 8.7 wrong: [1] is not right: yours is 32
answer = [32, 32]

# %% 8.8 right: divmod
answer = [4 * 8, *divmod(13, 8)]

# %% 8.8 right: a tuple
answer = 32, 1, 5

# %% 8.8 right: an array
import numpy as np

answer = np.array([4 * 8, 13 // 8, 13 % 8])

# %% 8.8 right: unravel_index
import numpy as np

answer = [32, *np.unravel_index(13, (4, 8))]

# %% 8.8 right: a tensor
answer = torch.tensor([32, 1, 5])

# %% 8.8 right: whole numbers as floats
answer = [32.0, 1.0, 5.0]

# %% 8.8 wrong: [1] is not right: yours is 2
answer = [32, 2, 5]

# %% 8.8 wrong: not of machines
answer = [4, 1, 5]

# %% 8.8 wrong: the rank among all
answer = [32, 1, 13]

# %% 8.8 wrong: yours is 1.625
answer = [32, 13 / 8, 5]


# %% 8.9 right: in loops
def answer(counts, means, variances):
    total = sum(counts)
    mean = sum(n * m for n, m in zip(counts, means)) / total
    variance = sum(n * (v + (m - mean) ** 2) for n, m, v in zip(counts, means, variances)) / total
    return mean, variance


# %% 8.9 right: from the means of the squares
import numpy as np


def answer(counts, means, variances):
    weights = np.array(counts) / np.sum(counts)
    mean = np.dot(weights, means)
    squares = np.dot(weights, np.array(variances) + np.array(means) ** 2)
    return [mean, squares - mean**2]


# %% 8.9 right: in PyTorch
def answer(counts, means, variances):
    counts, means, variances = (torch.tensor(v, dtype=torch.float64) for v in (counts, means, variances))
    mean = (counts * means).sum() / counts.sum()
    return mean, (counts * (variances + (means - mean) ** 2)).sum() / counts.sum()


# %% 8.9 right: in TensorFlow
def answer(counts, means, variances):
    weights = tf.constant(counts, tf.float64) / sum(counts)
    mean = tf.reduce_sum(weights * means)
    return tf.stack([mean, tf.reduce_sum(weights * (variances + (means - mean) ** 2))])


# %% 8.9 right: one shard after another
def answer(counts, means, variances):
    n, mean, spread = 0, 0.0, 0.0
    for count, m, v in zip(counts, means, variances):
        delta = m - mean
        total = n + count
        spread += v * count + delta**2 * n * count / total
        mean += delta * count / total
        n = total
    return mean, spread / n


# %% 8.9 wrong: weigh it by its number of examples
import numpy as np


def answer(counts, means, variances):
    mean = np.mean(means)
    return mean, np.mean(np.array(variances) + (np.array(means) - mean) ** 2)


# %% 8.9 wrong: add the squared distances
import numpy as np


def answer(counts, means, variances):
    return np.average(means, weights=counts), np.average(variances, weights=counts)


# %% 8.9 wrong: what varies inside the shards is missing
import numpy as np


def answer(counts, means, variances):
    mean = np.average(means, weights=counts)
    return mean, np.average((np.array(means) - mean) ** 2, weights=counts)


# %% 8.9 wrong: n - 1
import numpy as np


def answer(counts, means, variances):
    mean = np.average(means, weights=counts)
    spread = sum(n * (v + (m - mean) ** 2) for n, m, v in zip(counts, means, variances))
    return mean, spread / (sum(counts) - 1)


# %% 8.9 wrong: the variance is its square
import numpy as np


def answer(counts, means, variances):
    mean = np.average(means, weights=counts)
    return mean, np.sqrt(np.average(np.array(variances) + (np.array(means) - mean) ** 2, weights=counts))


# %% 8.9 wrong: changed places
import numpy as np


def answer(counts, means, variances):
    mean = np.average(means, weights=counts)
    return np.average(np.array(variances) + (np.array(means) - mean) ** 2, weights=counts), mean


# %% 8.9 wrong: is there a `return`
def answer(counts, means, variances):
    mean = sum(n * m for n, m in zip(counts, means)) / sum(counts)


# %% 8.10 right: a dict comprehension
def answer(seen):
    once = {index: right for rank in seen for index, right in rank}
    return sum(once.values()) / len(once) if once else float("nan")


# %% 8.10 right: sets of pairs
def answer(seen):
    pairs = set()
    for rank in seen:
        pairs |= set(rank)
    if len(pairs) == 0:
        return float("nan")
    return len([pair for pair in pairs if pair[1]]) / len(pairs)


# %% 8.10 right: NumPy's mean, of nothing too
import math

import numpy as np


def answer(seen):
    found = dict(pair for rank in seen for pair in rank)
    return np.mean(list(found.values())) if found else math.nan


# %% 8.10 right: remembering what came
def answer(seen):
    known, right, number = [], 0, 0
    for rank in seen:
        for index, ok in rank:
            if index not in known:
                known.append(index)
                number += 1
                right += ok
    return right / number if number else float("nan")


# %% 8.10 right: a tensor
def answer(seen):
    once = {index: right for rank in seen for index, right in rank}
    return torch.tensor(list(once.values()), dtype=torch.float64).mean()


# %% 8.10 wrong: counted twice
def answer(seen):
    flat = [right for rank in seen for _, right in rank]
    return sum(flat) / len(flat) if flat else float("nan")


# %% 8.10 wrong: mean of the ranks' accuracies
def answer(seen):
    shares = [sum(dict(rank).values()) / len(dict(rank)) for rank in seen if rank]
    return sum(shares) / len(shares) if shares else float("nan")


# %% 8.10 wrong: put all pairs together first
def answer(seen):
    rights = []
    for rank in seen:
        rights += dict(rank).values()
    return sum(rights) / len(rights) if rights else float("nan")


# %% 8.10 wrong: counts what is wrong
def answer(seen):
    once = {index: right for rank in seen for index, right in rank}
    return sum(not right for right in once.values()) / len(once) if once else float("nan")


# %% 8.10 wrong: is no number
def answer(seen):
    once = {index: right for rank in seen for index, right in rank}
    return sum(once.values()) / max(1, len(once))


# %% 8.10 wrong: ZeroDivisionError
def answer(seen):
    once = {index: right for rank in seen for index, right in rank}
    return sum(once.values()) / len(once)


# %% 8.10 wrong: is there a `return`
def answer(seen):
    once = {index: right for rank in seen for index, right in rank}
    sum(once.values())


# %% 8.11 right: a set of whole divisions
def answer(rows, saved, ranks, rank):
    mine, theirs = -(-rows // ranks), -(-rows // saved)
    return sorted({row // theirs for row in range(rows) if row // mine == rank})


# %% 8.11 right: by overlaps
import math


def answer(rows, saved, ranks, rank):
    mine, theirs = math.ceil(rows / ranks), math.ceil(rows / saved)
    begin, end = min(rows, rank * mine), min(rows, rank * mine + mine)
    found = []
    for part in range(saved):
        if max(begin, part * theirs) < min(end, part * theirs + theirs):
            found.append(part)
    return found


# %% 8.11 right: torch cuts for me
def answer(rows, saved, ranks, rank):
    loading = torch.arange(rows).chunk(ranks)
    mine = set(loading[rank].tolist()) if rank < len(loading) else set()
    return [k for k, part in enumerate(torch.arange(rows).chunk(saved)) if mine & set(part.tolist())]


# %% 8.11 right: NumPy's unique
import numpy as np


def answer(rows, saved, ranks, rank):
    row = np.arange(rows)
    return np.unique(row[row // -(-rows // ranks) == rank] // -(-rows // saved))


# %% 8.11 right: a range from the first to the last
def answer(rows, saved, ranks, rank):
    mine, theirs = (rows + ranks - 1) // ranks, (rows + saved - 1) // saved
    begin, end = rank * mine, min(rows, (rank + 1) * mine)
    if begin >= end:
        return []
    return range(begin // theirs, (end - 1) // theirs + 1)


# %% 8.11 wrong: only touch
def answer(rows, saved, ranks, rank):
    mine, theirs = -(-rows // ranks), -(-rows // saved)
    begin, end = rank * mine, min(rows, (rank + 1) * mine)
    return [p for p in range(saved) if p * theirs <= end and begin <= (p + 1) * theirs]


# %% 8.11 wrong: round up
def answer(rows, saved, ranks, rank):
    mine, theirs = rows // ranks, max(1, rows // saved)
    return sorted({row // theirs for row in range(rank * mine, (rank + 1) * mine)})


# %% 8.11 wrong: more than one part
def answer(rows, saved, ranks, rank):
    mine, theirs = -(-rows // ranks), -(-rows // saved)
    return [rank * mine // theirs] if rank * mine < rows else []


# %% 8.11 wrong: stop where the rows end
def answer(rows, saved, ranks, rank):
    mine, theirs = -(-rows // ranks), -(-rows // saved)
    return sorted({row // theirs for row in range(rank * mine, rank * mine + mine)})


# %% 8.11 wrong: every part is read by every rank
def answer(rows, saved, ranks, rank):
    return list(range(saved))


# %% 8.11 wrong: a whole number
def answer(rows, saved, ranks, rank):
    mine, theirs = rows / ranks, rows / saved
    return [rank * mine / theirs]


# %% 8.11 wrong: must be a function
answer = [0, 1]


# %% 8.12 right: slices
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = W1.shape[1] // ranks
    a, b = rank * size, (rank + 1) * size
    out = np.tanh(x @ W1[:, a:b] + b1[a:b]) @ W2[a:b]
    if rank == 0:
        out = out + b2
    return out


# %% 8.12 right: the last rank brings b2
def answer(x, W1, b1, W2, b2, rank, ranks):
    columns = np.split(W1, ranks, axis=1)[rank]
    hidden = np.tanh(x @ columns + np.split(b1, ranks)[rank])
    return hidden @ np.split(W2, ranks)[rank] + (b2 if rank == ranks - 1 else 0)


# %% 8.12 right: each a part of b2
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    mine = slice(rank * size, rank * size + size)
    return np.tanh(x @ W1[:, mine] + b1[mine]) @ W2[mine] + b2 / ranks


# %% 8.12 right: one hidden unit after another
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    total = np.zeros((len(x), len(b2)))
    for unit in range(rank * size, (rank + 1) * size):
        total += np.outer(np.tanh(x @ W1[:, unit] + b1[unit]), W2[unit])
    return total + b2 if rank == 0 else total


# %% 8.12 right: in PyTorch
def answer(x, W1, b1, W2, b2, rank, ranks):
    x, W1, b1, W2, b2 = (torch.tensor(array) for array in (x, W1, b1, W2, b2))
    hidden = torch.tanh(x @ W1.chunk(ranks, dim=1)[rank] + b1.chunk(ranks)[rank])
    return hidden @ W2.chunk(ranks)[rank] + (b2 if rank == 0 else 0)


# %% 8.12 wrong: is added by each of the 2 ranks
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    mine = slice(rank * size, (rank + 1) * size)
    return np.tanh(x @ W1[:, mine] + b1[mine]) @ W2[mine] + b2


# %% 8.12 wrong: b2 is missing
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    mine = slice(rank * size, (rank + 1) * size)
    return np.tanh(x @ W1[:, mine] + b1[mine]) @ W2[mine]


# %% 8.12 wrong: belong to another rank
def answer(x, W1, b1, W2, b2, rank, ranks):
    return (np.tanh(x @ W1 + b1) @ W2 + b2) / ranks


# %% 8.12 wrong: has the shape of the scores
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    mine = slice(rank * size, (rank + 1) * size)
    return np.tanh(x @ W1[:, mine] + b1[mine])


# %% 8.12 wrong: add up to
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    mine = slice(rank * size, (rank + 1) * size)
    share = (x @ W1[:, mine] + b1[mine]) @ W2[mine]
    return share + b2 if rank == 0 else share


# %% 8.12 wrong: is there a `return`
def answer(x, W1, b1, W2, b2, rank, ranks):
    size = len(b1) // ranks
    share = np.tanh(x @ W1[:, :size] + b1[:size]) @ W2[:size]
