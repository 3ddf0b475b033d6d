"""Answers to the exercises of chapter 8, as learners write them: right ones, and wrong ones with words that the check must say."""

# %% 8.1 right: word for word
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=0) / tf.reduce_sum(counts)

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

# %% 8.1 right: a row times a table
def answer(gradients, counts):
    return (tf.reshape(counts, [1, -1]) @ gradients)[0] / tf.reduce_sum(counts)

# %% 8.1 right: keras.ops
def answer(gradients, counts):
    ops = tf.keras.ops
    return ops.sum(gradients * ops.expand_dims(counts, 1), axis=0) / ops.sum(counts)

# %% 8.1 right: transposed
answer = lambda gradients, counts: tf.reduce_sum(
    tf.transpose(gradients) * counts, axis=-1
) / tf.reduce_sum(counts)

# %% 8.1 right: mean over mean
def answer(gradients, counts):
    return tf.reduce_mean(gradients * tf.expand_dims(counts, -1), 0) / tf.reduce_mean(counts)

# %% 8.1 wrong: plain mean
def answer(gradients, counts):
    return tf.reduce_mean(gradients, axis=0)

# %% 8.1 wrong: divided by the number of shards
def answer(gradients, counts):
    return tf.reduce_mean(gradients * counts[:, None], axis=0)

# %% 8.1 wrong: not divided
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=0)

# %% 8.1 wrong: wrong axis
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=1) / tf.reduce_sum(counts)

# %% 8.1 wrong: all axes
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None]) / tf.reduce_sum(counts)

# %% 8.1 wrong: keepdims
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=0, keepdims=True) / tf.reduce_sum(counts)

# %% 8.1 wrong: for 64
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts[:, None], axis=0) / 64

# %% 8.1 wrong: float32
def answer(gradients, counts):
    gradients = tf.cast(gradients, tf.float32)
    counts = tf.cast(counts, tf.float32)
    return tf.reduce_sum(gradients * counts[:, None], axis=0) / tf.reduce_sum(counts)

# %% 8.1 wrong: NumPy
def answer(gradients, counts):
    return np.average(gradients.numpy(), axis=0, weights=counts.numpy())

# %% 8.1 wrong: still PyTorch
def answer(gradients, counts):
    gradients, counts = torch.tensor(gradients.numpy()), torch.tensor(counts.numpy())
    return (gradients * counts[:, None]).sum(dim=0) / counts.sum()

# %% 8.1 wrong: counts as a row
def answer(gradients, counts):
    return tf.reduce_sum(gradients * counts, axis=0) / tf.reduce_sum(counts)

# %% 8.1 wrong: weighted by one over the count
def answer(gradients, counts):
    return tf.reduce_sum(gradients / counts[:, None], axis=0) / tf.reduce_sum(1 / counts)

# %% 8.1 wrong: two shards only
def answer(gradients, counts):
    return (counts[0] * gradients[0] + counts[1] * gradients[1]) / tf.reduce_sum(counts)

# %% 8.4 right: modulo
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return [k % n for k in range(rank, each * ranks, ranks)]

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

# %% 8.4 right: a NumPy table
def answer(n, ranks, rank):
    each = (n + ranks - 1) // ranks
    return (np.arange(each * ranks) % n).reshape(each, ranks)[:, rank].tolist()

# %% 8.4 right: np.resize
def answer(n, ranks, rank):
    each = int(np.ceil(n / ranks))
    return np.resize(np.arange(n), each * ranks)[rank::ranks].tolist()

# %% 8.4 right: NumPy's whole numbers in a list
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return list(np.arange(rank, each * ranks, ranks) % n)

# %% 8.4 right: the sampler itself
def answer(n, ranks, rank):
    return list(torch.utils.data.DistributedSampler(range(n), ranks, rank, shuffle=False))

# %% 8.4 right: a lambda
answer = lambda n, ranks, rank: [(rank + ranks * k) % n for k in range((n - 1) // ranks + 1)]

# %% 8.4 right: dealing like cards
def answer(n, ranks, rank):
    hands = [[] for _ in range(ranks)]
    card = 0
    while card < n or len(hands[-1]) < len(hands[0]):
        hands[card % ranks].append(card % n)
        card += 1
    return hands[rank]

# %% 8.4 right: TensorFlow's data set
def answer(n, ranks, rank):
    each = -(-n // ranks)
    dealt = tf.data.Dataset.range(n).repeat().take(each * ranks).shard(ranks, rank)
    return [int(k) for k in dealt]

# %% 8.4 wrong: as shard does
def answer(n, ranks, rank):
    return list(range(rank, n, ranks))

# %% 8.4 wrong: blocks
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return [k % n for k in range(rank * each, (rank + 1) * each)]

# %% 8.4 wrong: the rest dropped
def answer(n, ranks, rank):
    return list(range(rank, n // ranks * ranks, ranks))

# %% 8.4 wrong: from the front once
def answer(n, ranks, rank):
    indices = list(range(n))
    indices += indices[: -n % ranks]
    return indices[rank::ranks]

# %% 8.4 wrong: one round too many where n divides
def answer(n, ranks, rank):
    each = n // ranks + 1
    return [k % n for k in range(rank, each * ranks, ranks)]

# %% 8.4 wrong: the last one again
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return [min(k, n - 1) for k in range(rank, each * ranks, ranks)]

# %% 8.4 wrong: ranks from 1
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return [(k - 1) % n for k in range(rank, each * ranks, ranks)]

# %% 8.4 wrong: its own first again
def answer(n, ranks, rank):
    hand = list(range(rank, n, ranks))
    if len(hand) < -(-n // ranks):
        hand.append(hand[0] if hand else 0)
    return hand

# %% 8.4 wrong: shuffled
def answer(n, ranks, rank):
    return list(torch.utils.data.DistributedSampler(range(n), ranks, rank))

# %% 8.4 wrong: modulo the ranks
def answer(n, ranks, rank):
    return [k for k in range(n) if k % ranks == rank]

# %% 8.4 wrong: for ten only
def answer(n, ranks, rank):
    return (list(range(10)) + [0, 1])[rank::ranks]

# %% 8.4 wrong: all hands
def answer(n, ranks, rank):
    each = -(-n // ranks)
    return [[k % n for k in range(r, each * ranks, ranks)] for r in range(ranks)]

# %% 8.4 wrong: None
def answer(n, ranks, rank):
    each = -(-n // ranks)
    [k % n for k in range(rank, each * ranks, ranks)]

# %% 8.2 right: two digits
answer = 2.67

# %% 8.2 right: computed
answer = (180 + 20) / (180 / 4 + 20 + 10)

# %% 8.2 right: a fraction
from fractions import Fraction

answer = Fraction(200, 75)

# %% 8.2 right: rounded
answer = round(200 / 75, 2)

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

# %% 8.2 right: a NumPy float
answer = np.round(np.float64(200 / 75), 2)

# %% 8.2 wrong: without waiting
answer = 200 / 65

# %% 8.2 wrong: all is divided
answer = 200 / (200 / 4 + 10)

# %% 8.2 wrong: four
answer = 4

# %% 8.2 wrong: the time
answer = 75

# %% 8.2 wrong: upside down
answer = 75 / 200

# %% 8.2 wrong: update divided away
answer = 200 / (180 / 4 + 10)

# %% 8.2 wrong: waiting counted for one process
answer = 210 / 75

# %% 8.2 wrong: waiting four times
answer = 200 / (45 + 20 + 40)

# %% 8.2 wrong: one digit
answer = 2.7

# %% 8.2 wrong: computing alone
answer = 180 / 75

# %% 8.2 wrong: in percent
answer = "267 %"

# %% 8.2 wrong: efficiency
answer = 200 / 75 / 4

# %% 8.3 right: a list
answer = [100, 150, 175]

# %% 8.3 right: a formula
answer = [2 * (n - 1) / n * 100 for n in (2, 4, 8)]

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

# %% 8.3 wrong: one pass
answer = [100 * (n - 1) / n for n in (2, 4, 8)]

# %% 8.3 wrong: the whole payload each time
answer = [200 * (n - 1) for n in (2, 4, 8)]

# %% 8.3 wrong: all processes together
answer = [200 * (n - 1) for n in (2, 4, 8)]

# %% 8.3 wrong: n pieces
answer = [200, 200, 200]

# %% 8.3 wrong: order
answer = [175, 150, 100]

# %% 8.3 wrong: pieces, not megabytes
answer = [2, 6, 14]

# %% 8.3 wrong: bytes
answer = [100e6, 150e6, 175e6]

# %% 8.3 wrong: one piece
answer = [200 / n for n in (2, 4, 8)]

# %% 8.3 wrong: as through a root
answer = [100, 300, 700]

# %% 8.3 wrong: a function
answer = lambda n: 200 * (n - 1) / n

# %% 8.3 wrong: two numbers
answer = [150, 175]

# %% 8.3 wrong: n pieces in the first pass
answer = [100 + 100 * (n - 1) / n for n in (2, 4, 8)]

# %% 8.5 right: another name, then replace
def answer(save, folder):
    new = folder / "new"
    save(new)
    new.replace(folder / "checkpoint")

# %% 8.5 right: os.replace
import os

def answer(save, folder):
    save(folder / "checkpoint.tmp")
    os.replace(folder / "checkpoint.tmp", folder / "checkpoint")

# %% 8.5 right: rename
def answer(save, folder):
    checkpoint = folder / "checkpoint"
    new = checkpoint.with_suffix(".new")
    save(new)
    new.rename(checkpoint)

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

# %% 8.5 wrong: straight over the old one
def answer(save, folder):
    save(folder / "checkpoint")

# %% 8.5 wrong: the old one is moved away first
def answer(save, folder):
    checkpoint = folder / "checkpoint"
    if checkpoint.exists():
        checkpoint.replace(folder / "old")
    save(checkpoint)

# %% 8.5 wrong: the old one is deleted first
def answer(save, folder):
    (folder / "checkpoint").unlink(missing_ok=True)
    save(folder / "new")
    (folder / "new").replace(folder / "checkpoint")

# %% 8.5 wrong: never renamed
def answer(save, folder):
    save(folder / "new")

# %% 8.5 wrong: another name at the end
def answer(save, folder):
    save(folder / "new")
    (folder / "new").replace(folder / "checkpoint.pt")

# %% 8.5 wrong: renamed even when half
def answer(save, folder):
    new = folder / "new"
    try:
        save(new)
    finally:
        new.replace(folder / "checkpoint")

# %% 8.5 wrong: put back in except
def answer(save, folder):
    checkpoint = folder / "checkpoint"
    old = checkpoint.read_bytes() if checkpoint.exists() else b""
    try:
        save(checkpoint)
    except BaseException:
        checkpoint.write_bytes(old)
        raise

# %% 8.5 wrong: renamed the wrong way
def answer(save, folder):
    save(folder / "new")
    (folder / "checkpoint").replace(folder / "new")

# %% 8.5 wrong: renamed before it is written
def answer(save, folder):
    new = folder / "new"
    new.touch()
    new.replace(folder / "checkpoint")
    save(folder / "checkpoint")

# %% 8.5 wrong: the file is not in the folder
def answer(save, folder):
    new = folder / "new"
    save(new)
    new.replace(folder.parent / "checkpoint")

# %% 8.5 wrong: saved twice, then over it
def answer(save, folder):
    save(folder / "backup")
    save(folder / "checkpoint")

# %% 8.5 wrong: a copy of the old one, then over it
import shutil

def answer(save, folder):
    checkpoint = folder / "checkpoint"
    if checkpoint.exists():
        shutil.copy(checkpoint, folder / "copy")
    save(checkpoint)
    (folder / "copy").unlink(missing_ok=True)

# %% 8.5 wrong: the new one under the name before the old one is away
def answer(save, folder):
    new, checkpoint = folder / "new", folder / "checkpoint"
    if checkpoint.exists():
        checkpoint.rename(folder / "old")
    save(new)
    new.rename(checkpoint)

# %% 8.5 wrong: save is not called
def answer(save, folder):
    return folder / "checkpoint"

# %% 8.6 right: rounded
answer = 930

# %% 8.6 right: the root
answer = (2 * 60 * 7200) ** 0.5

# %% 8.6 right: math.sqrt, rounded
import math

answer = round(math.sqrt(2 * 60 * 1000 * 3600 / 500))

# %% 8.6 right: NumPy
import numpy as np

answer = np.sqrt(2 * 60 * 7200)

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

# %% 8.6 right: rounded up
import math

answer = math.ceil(math.sqrt(864_000))

# %% 8.6 wrong: without the two
answer = (60 * 7200) ** 0.5

# %% 8.6 wrong: no root
answer = 2 * 60 * 7200

# %% 8.6 wrong: one machine
answer = (2 * 60 * 1000 * 3600) ** 0.5

# %% 8.6 wrong: hours
answer = (2 * 60 * 7200) ** 0.5 / 3600

# %% 8.6 wrong: minutes
answer = (2 * 1 * 120) ** 0.5

# %% 8.6 wrong: from crash to crash
answer = 7200

# %% 8.6 wrong: times 500
answer = (2 * 60 * 1000 * 3600 * 500) ** 0.5

# %% 8.6 wrong: half
answer = (60 * 7200 / 2) ** 0.5

# %% 8.6 wrong: the share
answer = 60 / 930 + 930 / 14400

# %% 8.6 wrong: a second of saving
answer = (2 * 1 * 7200) ** 0.5

# %% 8.6 wrong: M in hours
answer = (2 * 60 * 2) ** 0.5

# %% 8.6 wrong: cut in the middle
answer = 3600

# %% 8.6 wrong: 24 hours from above
answer = (2 * 10 * 24 * 3600) ** 0.5

# %% 8.7 right: whole numbers
answer = [32, 4]

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

# %% 8.7 right: NumPy's numbers
import numpy as np

answer = [np.float32(32), np.int64(4)]

# %% 8.7 wrong: the weights alone
answer = [8, 1]

# %% 8.7 wrong: no averages
answer = [16, 2]

# %% 8.7 wrong: one average
answer = [24, 3]

# %% 8.7 wrong: all ranks together
answer = [256, 32]

# %% 8.7 wrong: order
answer = [4, 32]

# %% 8.7 wrong: bytes
answer = [32e9, 4e9]

# %% 8.7 wrong: GiB
answer = [32e9 / 2**30, 4e9 / 2**30]

# %% 8.7 wrong: DDP cuts too
answer = [4, 4]

# %% 8.7 wrong: nothing is cut
answer = [32, 32]

# %% 8.7 wrong: the weights stay whole
answer = [32, 8 + 24 / 8]

# %% 8.7 wrong: two bytes
answer = [16, 2]

# %% 8.7 wrong: not times four
answer = [8, 4]

# %% 8.7 wrong: a gather on top
answer = [32, 12]

# %% 8.8 right: a list
answer = [32, 1, 5]

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

# %% 8.8 right: a tensor of TensorFlow
answer = tf.constant([32, 1, 5])

# %% 8.8 right: whole numbers as floats
answer = [32.0, 1.0, 5.0]

# %% 8.8 wrong: counted from 1
answer = [32, 2, 6]

# %% 8.8 wrong: node from 1
answer = [32, 2, 5]

# %% 8.8 wrong: the local rank from 1
answer = [32, 1, 6]

# %% 8.8 wrong: four
answer = [4, 1, 5]

# %% 8.8 wrong: added
answer = [12, 1, 5]

# %% 8.8 wrong: the rank itself
answer = [32, 1, 13]

# %% 8.8 wrong: dealt like cards
answer = [32, 13 % 4, 13 // 4]

# %% 8.8 wrong: order
answer = [32, 5, 1]

# %% 8.8 wrong: true division
answer = [32, 13 / 8, 5]

# %% 8.8 wrong: the last rank
answer = [31, 1, 5]

# %% 8.8 wrong: one node before
answer = [32, 0, 5]

# %% 8.8 wrong: off by one
answer = [32, 1, 4]
