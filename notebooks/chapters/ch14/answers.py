"""Answers to the exercises of chapter 14, as learners write them: right ones, and wrong ones with words that the check must say."""

# %% 14.4 right: a list
answer = ["run", "source", "opinion", "run"]

# %% 14.4 right: split from one line
answer = "run source opinion run".split()

# %% 14.4 right: filled step by step
answer = []
for word in ("run", "source", "opinion", "run"):
    answer.append(word)

# %% 14.4 right: a tuple
answer = ("run", "source", "opinion", "run")

# %% 14.4 right: an array of words
answer = np.array(["run", "source", "opinion", "run"])

# %% 14.4 right: names for the words
RUN, SOURCE, OPINION = "run", "source", "opinion"
answer = [RUN, SOURCE, OPINION, RUN]

# %% 14.4 right: the array's list
answer = list(np.array(["run", "source", "opinion", "run"]))

# %% 14.4 right: by number
sentences = {1: "run", 2: "source", 3: "opinion", 4: "run"}
answer = [sentences[number] for number in range(1, 5)]

# %% 14.4 right: the values of a dict
answer = list({1: "run", 2: "source", 3: "opinion", 4: "run"}.values())

# %% 14.4 right: an array of objects
answer = np.array(["run", "source", "opinion", "run"], dtype=object)

# %% 14.4 wrong: sentence 2
answer = ["run", "run", "opinion", "run"]

# %% 14.4 wrong: sentence 4
answer = ["run", "source", "opinion", "source"]

# %% 14.4 wrong: sentence 3
answer = ["run", "source", "run", "run"]

# %% 14.4 wrong: sentence 1
answer = ["source", "source", "opinion", "run"]

# %% 14.4 wrong: sentence 1 (an opinion)
answer = ["opinion", "source", "opinion", "run"]

# %% 14.4 wrong: three sentences wrong
answer = ["run", "opinion", "source", "opinion"]

# %% 14.4 wrong: four words
answer = ["run", "source", "opinion"]

# %% 14.4 wrong: one string
answer = "run, source, opinion, run"

# %% 14.4 wrong: not one of the words
answer = ["a run", "a source", "neither", "a run"]

# %% 14.4 wrong: numbers
answer = [1, 2, 3, 1]

# %% 14.4 wrong: a set has no order
answer = {"run", "source", "opinion"}

# %% 14.4 wrong: five
answer = ["run", "source", "opinion", "run", "run"]

# %% 14.1 right: by head
answer = 1.95

# %% 14.1 right: a sum
answer = sum(1 / options for options in [2, 2, 4, 4, 4, 5])

# %% 14.1 right: a fraction
from fractions import Fraction
answer = sum(Fraction(1, n) for n in (2, 2, 4, 4, 4, 5))

# %% 14.1 right: NumPy
answer = (1 / np.array([2, 2, 4, 4, 4, 5])).sum()

# %% 14.1 right: float32
answer = np.float32(1.95)

# %% 14.1 right: a tensor of PyTorch
answer = torch.tensor([2, 2, 4, 4, 4, 5]).reciprocal().sum()

# %% 14.1 right: a tensor of TensorFlow
answer = tf.reduce_sum(1 / tf.constant([2.0, 2, 4, 4, 4, 5]))

# %% 14.1 right: an array without axes
answer = np.array(1.95)

# %% 14.1 right: groups
answer = 2 * 0.5 + 3 * 0.25 + 0.2

# %% 14.1 right: decimals
from decimal import Decimal
answer = Decimal("1.95")

# %% 14.1 right: a mean of counts
chances = np.ones(1)
for n in [2, 2, 4, 4, 4, 5]:
    chances = np.append(chances, 0) * (1 - 1 / n) + np.append(0, chances) / n
answer = chances @ np.arange(7)

# %% 14.1 wrong: rounded
answer = 2

# %% 14.1 wrong: the mean number of options
answer = 6 / np.mean([2, 2, 4, 4, 4, 5])

# %% 14.1 wrong: all six at once
answer = np.prod([1 / n for n in [2, 2, 4, 4, 4, 5]])

# %% 14.1 wrong: wrong ones
answer = sum(1 - 1 / n for n in [2, 2, 4, 4, 4, 5])

# %% 14.1 wrong: a share
answer = 1.95 / 6

# %% 14.1 wrong: sum of options
answer = 2 + 2 + 4 + 4 + 4 + 5

# %% 14.1 wrong: percent
answer = 32.5

# %% 14.1 wrong: a text
answer = "1.95"

# %% 14.1 wrong: too few digits
answer = 1.9

# %% 14.1 wrong: each number of options once
answer = 1 / 2 + 1 / 4 + 1 / 5

# %% 14.1 wrong: a list
answer = [1 / n for n in [2, 2, 4, 4, 4, 5]]

# %% 14.1 wrong: half
answer = 3

# %% 14.1 wrong: at least one
answer = 1 - np.prod([1 - 1 / n for n in [2, 2, 4, 4, 4, 5]])

# %% 14.2 right: the port
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 right: iterates over the tensor, and concatenates
def answer(q):
    zero = tf.zeros(1, tf.float64)
    spread = tf.constant([1.0], tf.float64)
    for p in q:
        spread = tf.concat([spread, zero], 0) * (1 - p) + tf.concat([zero, spread], 0) * p
    return spread

# %% 14.2 right: by index
def answer(q):
    spread = tf.ones([1], dtype=q.dtype)
    for i in range(q.shape[0]):
        wrong = (1 - q[i]) * tf.pad(spread, [[0, 1]])
        right = q[i] * tf.pad(spread, [[1, 0]])
        spread = tf.add(wrong, right)
    return spread

# %% 14.2 right: functools.reduce
import functools
def one_more(spread, p):
    return tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
def answer(q):
    return functools.reduce(one_more, tf.unstack(q), tf.ones(1, q.dtype))

# %% 14.2 right: a fixed length, and a roll
def answer(q):
    n = q.shape[0]
    spread = tf.one_hot(0, n + 1, dtype=q.dtype)
    for k in range(n):
        spread = spread * (1 - q[k]) + tf.roll(spread, 1, axis=0) * q[k]
    return spread

# %% 14.2 right: roots of unity
def answer(q):
    n = len(q) + 1
    w = tf.constant(np.exp(-2j * np.pi * np.arange(n) / n))
    q = tf.cast(q, tf.complex128)
    values = tf.reduce_prod((1 - q)[None] + q[None] * w[:, None], axis=1)
    return tf.math.real(tf.signal.ifft(values))

# %% 14.2 right: recursion
def answer(q):
    if len(q) == 0:
        return tf.ones(1, q.dtype)
    rest = answer(q[1:])
    return tf.pad(rest, [[0, 1]]) * (1 - q[0]) + tf.pad(rest, [[1, 0]]) * q[0]

# %% 14.2 right: all subsets
import itertools
def answer(q):
    n = len(q)
    ways = np.array(list(itertools.product([0, 1], repeat=n)), float).reshape(2**n, n)
    each = tf.reduce_prod(ways * q + (1 - ways) * (1 - q), axis=1)
    return tf.stack([tf.reduce_sum(tf.boolean_mask(each, ways.sum(1) == k)) for k in range(n + 1)])

# %% 14.2 right: a graph
@tf.function
def answer(q):
    spread = tf.ones(1, tf.float64)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 right: keras.ops
ops = tf.keras.ops
def answer(q):
    spread = ops.ones((1,), dtype="float64")
    for p in ops.unstack(q):
        spread = ops.pad(spread, (0, 1)) * (1 - p) + ops.pad(spread, (1, 0)) * p
    return spread

# %% 14.2 right: a polynomial, factor by factor
def answer(q):
    spread = tf.ones((1, 1, 1), q.dtype)
    for p in tf.unstack(q):
        factor = tf.reshape(tf.stack([p, 1 - p]), (2, 1, 1))
        spread = tf.nn.conv1d(tf.pad(spread, [[0, 0], [1, 1], [0, 0]]), factor, 1, "VALID")
    return spread[0, :, 0]

# %% 14.2 wrong: right and wrong swapped
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * p + tf.pad(spread, [[1, 0]]) * (1 - p)
    return spread

# %% 14.2 wrong: the wrong way round
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[1, 0]]) * (1 - p) + tf.pad(spread, [[0, 1]]) * p
    return spread

# %% 14.2 wrong: no gradient
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in q.numpy():
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: float32
def answer(q):
    q = tf.cast(q, tf.float32)
    spread = tf.ones(1)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: a dtype by default
def answer(q):
    spread = tf.ones(1)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: as if all were equal
def answer(q):
    m = tf.reduce_mean(q)
    spread = tf.ones(1, q.dtype)
    for _ in range(len(q)):
        spread = tf.pad(spread, [[0, 1]]) * (1 - m) + tf.pad(spread, [[1, 0]]) * m
    return spread

# %% 14.2 wrong: forgets (1 - p)
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: one too few
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q)[1:]:
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: shape
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread[1:]

# %% 14.2 wrong: options instead of probabilities
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(1 / q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: returns after the first
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
        return spread

# %% 14.2 wrong: cumulative
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return tf.cumsum(spread)

# %% 14.2 wrong: stop_gradient
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        before = tf.stop_gradient(spread)
        spread = tf.pad(before, [[0, 1]]) * (1 - p) + tf.pad(before, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: NumPy
def answer(q):
    spread = np.ones(1)
    for p in q.numpy():
        spread = np.append(spread, 0) * (1 - p) + np.append(0, spread) * p
    return spread

# %% 14.2 wrong: a constant again
def answer(q):
    spread = np.ones(1)
    for p in q.numpy():
        spread = np.append(spread, 0) * (1 - p) + np.append(0, spread) * p
    return tf.constant(spread)

# %% 14.3 right: by hand
answer = (3, 1)

# %% 14.3 right: a list
answer = [3, 1]

# %% 14.3 right: a float
answer = (3, 1.0)

# %% 14.3 right: an array
answer = np.array([3, 1])

# %% 14.3 right: by the lesson's function
found = flip({1: 3, 2: 2, 3: 2, 4: 1}, {1: 0.5, 2: -0.25, 3: -1, 4: 0})
answer = found

# %% 14.3 right: a search
w = np.array([3, 2, 2, 1.0])
l = np.array([0.5, -0.25, -1, 0])
best = None
for k in range(3):
    new = w[k] - (w @ l) / l[k]
    if new >= 0 and (best is None or abs(new - w[k]) < abs(best[1] - w[best[0] - 1])):
        best = (k + 1, new)
answer = best

# %% 14.3 right: a tensor of PyTorch
answer = torch.tensor([3.0, 1.0])

# %% 14.3 right: a tensor of TensorFlow
answer = tf.constant([3.0, 1.0])

# %% 14.3 right: NumPy's numbers
answer = (np.int64(3), np.float32(1))

# %% 14.3 right: fractions
from fractions import Fraction
answer = (3, 2 - Fraction(-1) / Fraction(-1))

# %% 14.3 right: tensors in a tuple
answer = (3, torch.tensor(1.0))

# %% 14.3 wrong: not the smallest
answer = (1, 5)

# %% 14.3 wrong: negative
answer = (2, -2)

# %% 14.3 wrong: the change
answer = (3, -1)

# %% 14.3 wrong: the sign
answer = (3, 3)

# %% 14.3 wrong: order
answer = (1, 3)

# %% 14.3 wrong: count from 1
answer = (2, 1)

# %% 14.3 wrong: moves nothing
answer = (4, 2)

# %% 14.3 wrong: two
answer = 3

# %% 14.3 wrong: flips the lean
answer = (3, 0)

# %% 14.3 wrong: the change of the first
answer = (1, 2)

# %% 14.3 wrong: old weight
answer = (3, 2)

# %% 14.3 wrong: a text
answer = "(3, 1)"

# %% 14.3 wrong: the largest change
answer = (2, 6)

# %% 14.5 right: a record
answer = {
    "question": "Which framework for the plates of the car park?",
    "decided": "2026-11-20",
    "choice": "PyTorch",
    "because": "Our models come from papers that use it.",
    "against": "The app for phones is written for LiteRT.",
    "unless": "Serving takes more than 50 ms a picture.",
    "again": "2027-05-20",
}

# %% 14.5 right: today, and half a year later
today = datetime.date.today()
answer = dict(
    question="For the shop's search: which framework?",
    decided=today.isoformat(),
    choice="TensorFlow",
    because="The servers run TensorFlow Serving already.",
    against="New people know PyTorch.",
    unless="two of our 3 models move to PyTorch",
    again=(today + datetime.timedelta(days=180)).isoformat(),
)

# %% 14.5 right: either, in another order
answer = {
    "choice": "either",
    "again": "2027-01-01",
    "unless": "10 % of the users complain",
    "against": "Two frameworks cost time.",
    "because": "The scores are nearly equal.",
    "decided": "2026-12-31",
    "question": "Thesis: what do I write my experiments in?",
}

# %% 14.5 right: thirty words
answer = {
    "question": " ".join(["word"] * 30),
    "decided": "2026-11-20",
    "choice": "PyTorch",
    "because": " ".join(["reason"] * 30),
    "against": " ".join(["counter"] * 30),
    "unless": " ".join(["5"] * 30),
    "again": "2026-11-21",
}

# %% 14.5 right: the draft, with words of one's own
answer = dict(draft)
answer["question"] = "What to write the new reader of plates in?"
answer["because"] = "The group knows it."
answer["against"] = "Phones."
answer["unless"] = "Training takes 2 times as long."

# %% 14.5 right: in German
answer = {
    "question": "Welches Framework für die Ziffern der Zähler?",
    "decided": "2026-11-20",
    "choice": "TensorFlow",
    "because": "Das läuft schon auf den Geräten.",
    "against": "Die neuen Modelle gibt es woanders zuerst.",
    "unless": "Das Lernen dauert 1,5-mal so lange.",
    "again": "2028-02-29",
}

# %% 14.5 right: several lines
answer = {
    "question": """Which framework
        for the robot?""",
    "decided": "2026-11-20",
    "choice": "PyTorch",
    "because": "Short programs.",
    "against": "No official\nserver.",
    "unless": "it costs 1000 €",
    "again": "2026-12-20",
}

# %% 14.5 right: an old decision, written down
import collections
answer = collections.OrderedDict(
    question="q: which?", decided="2024-02-29", choice="PyTorch", because="we had it",
    against="it was new", unless="4 of us leave", again="2025-02-28",
)

# %% 14.5 right: strings from NumPy
answer = {key: np.str_(text) for key, text in {
    "question": "Which?", "decided": "2026-11-20", "choice": "either", "because": "Equal.",
    "against": "Twice the work.", "unless": "7 of 10 models want one", "again": "2027-11-20",
}.items()}

# %% 14.5 right: another day
answer = {
    "question": "Project Meter: which one reads the dials?",
    "decided": "2026-11-20",
    "choice": "PyTorch",
    "because": "Releases come often.",
    "against": "Releases come often, and break things.",
    "unless": "more than 2 releases a year break our code",
    "again": "2027-11-20",
}

# %% 14.5 wrong: again is not later
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2026-11-20",
}

# %% 14.5 wrong: again is earlier
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2025-11-20",
}

# %% 14.5 wrong: against is missing
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: a number
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets much slower", "again": "2027-11-20",
}

# %% 14.5 wrong: another one
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Papers.", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: another one, small letters
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": " papers", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: 30 words
answer = {
    "question": " ".join(["word"] * 31), "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: YYYY-MM-DD
answer = {
    "question": "Which?", "decided": "20.11.2026", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "20.11.2027",
}

# %% 14.5 wrong: no such day
answer = {
    "question": "Which?", "decided": "2026-11-31", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-30",
}

# %% 14.5 wrong: choice
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "Torch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: empty
answer = {
    "question": "", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: text
answer = {
    "question": "Which?", "decided": datetime.date(2026, 11, 20), "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": datetime.date(2027, 11, 20),
}

# %% 14.5 wrong: still open
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "...",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: dict
answer = ["Which?", "2026-11-20", "PyTorch", "Papers.", "Servers.", "2 times slower", "2027-11-20"]

# %% 14.5 wrong: lacks the zeros of YYYY-MM-DD
answer = {
    "question": "Which?", "decided": "2026-1-2", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-1-2",
}

# %% 14.5 wrong: seven
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20", "who": "me",
}
