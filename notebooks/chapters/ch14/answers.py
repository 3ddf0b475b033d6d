"""Answers to the exercises of chapter 14, as learners write them: right, and wrong with what the check must say."""

# %% 14.4 right: split from one line
answer = "run source opinion run".split()

# %% 14.4 right: a tuple
answer = ("run", "source", "opinion", "run")

# %% 14.4 right: an array of words
answer = np.array(["run", "source", "opinion", "run"])

# %% 14.4 right: capitals and spaces
answer = ["Run", " source", "OPINION", "run"]

# %% 14.4 right: by number
sentences = {1: "run", 2: "source", 3: "opinion", 4: "run"}
answer = [sentences[number] for number in range(1, 5)]

# %% 14.4 right: the values of a dict
answer = list({1: "run", 2: "source", 3: "opinion", 4: "run"}.values())

# %% 14.4 right: an array of objects
answer = np.array(["run", "source", "opinion", "run"], dtype=object)

# %% 14.4 wrong: sentence 1
answer = ["opinion", "source", "opinion", "run"]

# %% 14.4 wrong: sentence 2
answer = ["run", "opinion", "source", "opinion"]

# %% 14.4 wrong: four words
answer = ["run", "source", "opinion"]

# %% 14.4 wrong: a list of four words
answer = "run, source, opinion, run"

# %% 14.4 wrong: each of them "run"
answer = ["a run", "a source", "neither", "a run"]

# %% 14.4 wrong: a list of four words
answer = [1, 2, 3, 1]

# %% 14.4 wrong: a list of four words
answer = {"run", "source", "opinion"}

# %% 14.1 right: a sum
answer = sum(1 / options for options in [2, 2, 4, 4, 4, 5])

# %% 14.1 right: a fraction
from fractions import Fraction
answer = sum(Fraction(1, n) for n in (2, 2, 4, 4, 4, 5))

# %% 14.1 right: float32
answer = np.float32(1.95)

# %% 14.1 right: a tensor of PyTorch
answer = torch.tensor([2, 2, 4, 4, 4, 5]).reciprocal().sum()

# %% 14.1 right: a tensor of TensorFlow
answer = tf.reduce_sum(1 / tf.constant([2.0, 2, 4, 4, 4, 5]))

# %% 14.1 right: an array without axes
answer = np.array(1.95)

# %% 14.1 right: decimals
from decimal import Decimal
answer = Decimal("1.95")

# %% 14.1 wrong: the wrong ones
answer = sum(1 - 1 / n for n in [2, 2, 4, 4, 4, 5])

# %% 14.1 wrong: the share of the six
answer = 1.95 / 6

# %% 14.1 wrong: at least one right
answer = 1 - np.prod([1 - 1 / n for n in [2, 2, 4, 4, 4, 5]])

# %% 14.1 wrong: each number of options was counted once
answer = 1 / 2 + 1 / 4 + 1 / 5

# %% 14.1 wrong: 2 is not it
answer = 2

# %% 14.1 wrong: 21 is not it
answer = 2 + 2 + 4 + 4 + 4 + 5

# %% 14.1 wrong: should be one number
answer = "1.95"

# %% 14.1 wrong: one number is asked for
answer = [1 / n for n in [2, 2, 4, 4, 4, 5]]

# %% 14.2 right: iterates over the tensor, and concatenates
def answer(q):
    zero = tf.zeros(1, tf.float64)
    spread = tf.constant([1.0], tf.float64)
    for p in q:
        spread = tf.concat([spread, zero], 0) * (1 - p) + tf.concat([zero, spread], 0) * p
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

# %% 14.2 right: recursion
def answer(q):
    if len(q) == 0:
        return tf.ones(1, q.dtype)
    rest = answer(q[1:])
    return tf.pad(rest, [[0, 1]]) * (1 - q[0]) + tf.pad(rest, [[1, 0]]) * q[0]

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

# %% 14.2 wrong: no gradient reaches argument 1
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in q.numpy():
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: dtype float32 where float64 is asked for
def answer(q):
    q = tf.cast(q, tf.float32)
    spread = tf.ones(1)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: the values are not
def answer(q):
    m = tf.reduce_mean(q)
    spread = tf.ones(1, q.dtype)
    for _ in range(len(q)):
        spread = tf.pad(spread, [[0, 1]]) * (1 - m) + tf.pad(spread, [[1, 0]]) * m
    return spread

# %% 14.2 wrong: shape (5,) where (6,) is asked for
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q)[1:]:
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: shape (2,) where (6,) is asked for
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
        return spread

# %% 14.2 wrong: the values are not
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return tf.cumsum(spread)

# %% 14.2 wrong: the gradient of argument 1 is not
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        before = tf.stop_gradient(spread)
        spread = tf.pad(before, [[0, 1]]) * (1 - p) + tf.pad(before, [[1, 0]]) * p
    return spread

# %% 14.2 wrong: a NumPy array, where a TensorFlow tensor is asked for
def answer(q):
    spread = np.ones(1)
    for p in q.numpy():
        spread = np.append(spread, 0) * (1 - p) + np.append(0, spread) * p
    return spread

# %% 14.3 right: a list
answer = [3, 1]

# %% 14.3 right: an array
answer = np.array([3, 1])

# %% 14.3 right: by the lesson's function
found = flip({1: 3, 2: 2, 3: 2, 4: 1}, {1: 0.5, 2: -0.25, 3: -1, 4: 0})
answer = found

# %% 14.3 right: a search
w = np.array([3, 2, 2, 1.0])
slopes = np.array([0.5, -0.25, -1, 0])
best = None
for k in range(3):
    new = w[k] - (w @ slopes) / slopes[k]
    if new >= 0 and (best is None or abs(new - w[k]) < abs(best[1] - w[best[0] - 1])):
        best = (k + 1, new)
answer = best

# %% 14.3 right: a tensor of PyTorch
answer = torch.tensor([3.0, 1.0])

# %% 14.3 right: a tensor of TensorFlow
answer = tf.constant([3.0, 1.0])

# %% 14.3 right: fractions
from fractions import Fraction
answer = (3, 2 - Fraction(-1) / Fraction(-1))

# %% 14.3 right: tensors in a tuple
answer = (3, torch.tensor(1.0))

# %% 14.3 wrong: the other way
answer = (3, 3)

# %% 14.3 wrong: first the criterion
answer = (1, 3)

# %% 14.3 wrong: counted from 1
answer = (2, 1)

# %% 14.3 wrong: yours is one number
answer = 3

# %% 14.3 wrong: the entry [1] is not right
answer = (3, 0)

# %% 14.3 wrong: the entry [0] is not right
answer = (2, 6)

# %% 14.3 wrong: should be a list
answer = "(3, 1)"

# %% 14.5 right: a day, and half a year later
day = datetime.date(2026, 11, 29)
answer = dict(
    question="For the shop's search: which framework?",
    decided=day.isoformat(),
    choice="TensorFlow",
    because="The servers run TensorFlow Serving already.",
    against="New people know PyTorch.",
    unless="two of our 3 models move to PyTorch",
    again=(day + datetime.timedelta(days=180)).isoformat(),
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

# %% 14.5 right: strings from NumPy
answer = {key: np.str_(text) for key, text in {
    "question": "Which?", "decided": "2026-11-20", "choice": "either", "because": "Equal.",
    "against": "Twice the work.", "unless": "7 of 10 models want one", "again": "2027-11-20",
}.items()}

# %% 14.5 wrong: is not later than
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2025-11-20",
}

# %% 14.5 wrong: `against` is missing
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: another one than the reason for it
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": " papers", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: `question` has 31 words
answer = {
    "question": " ".join(["word"] * 31), "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: must be a date as YYYY-MM-DD, not '20.11.2026'
answer = {
    "question": "Which?", "decided": "20.11.2026", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "20.11.2027",
}

# %% 14.5 wrong: not '2026-11-31'
answer = {
    "question": "Which?", "decided": "2026-11-31", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-30",
}

# %% 14.5 wrong: `choice` is "PyTorch", "TensorFlow", "Keras 3" or "either"
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "Torch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: `question` is empty
answer = {
    "question": "", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: `because` is empty
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "...",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20",
}

# %% 14.5 wrong: must be a text
answer = {
    "question": "Which?", "decided": datetime.date(2026, 11, 20), "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": datetime.date(2027, 11, 20),
}

# %% 14.5 wrong: a dict of seven texts
answer = ["Which?", "2026-11-20", "PyTorch", "Papers.", "Servers.", "2 times slower", "2027-11-20"]

# %% 14.5 wrong: seven entries, and no more
answer = {
    "question": "Which?", "decided": "2026-11-20", "choice": "PyTorch", "because": "Papers.",
    "against": "Servers.", "unless": "it gets 2 times slower", "again": "2027-11-20", "who": "me",
}
