"""Answers to the exercises of chapter 9, as learners write them: right ones, and wrong ones with words to be said."""

# %% 9.1 right: torch.where
def answer(values):
    n = values.shape[0]
    t = torch.arange(n)
    lag = t.unsqueeze(1) - t.unsqueeze(0)
    base = torch.tensor(0.6, dtype=values.dtype)
    table = torch.where(lag >= 0, base ** lag.clamp(min=0), 0.0)
    return (0.4 * table) @ values / (1 - base ** (t + 1))

# %% 9.1 right: a weighted mean, normed by its own weights
def answer(values):
    t = torch.arange(len(values), dtype=torch.float64)
    weights = torch.pow(0.6, t[:, None] - t[None]).tril()
    return weights @ values / weights.sum(dim=1)

# %% 9.1 right: softmax over the past
import math

def answer(values):
    t = torch.arange(len(values), dtype=values.dtype)
    lag = t[:, None] - t
    return torch.softmax((lag * math.log(0.6)).masked_fill(lag < 0, -math.inf), 1) @ values

# %% 9.1 right: a convolution
def answer(values):
    n = len(values)
    kernel = 0.4 * 0.6 ** torch.arange(n, dtype=values.dtype)
    padded = torch.nn.functional.pad(values, (n - 1, 0))
    levels = torch.nn.functional.conv1d(padded.view(1, 1, -1), kernel.flip(0).view(1, 1, -1))
    return levels.flatten() / kernel.cumsum(0)

# %% 9.1 right: the table from NumPy
def answer(values):
    t = np.arange(len(values))
    table = np.tril(0.4 * 0.6 ** np.abs(t[:, None] - t))
    table /= (1 - 0.6 ** (t + 1))[:, None]
    return torch.from_numpy(table) @ values

# %% 9.1 right: row by row in one sum
def answer(values):
    t = torch.arange(len(values), dtype=torch.float64)
    table = torch.tril(0.6 ** (t[:, None] - t))
    return (0.4 * table * values).sum(dim=1) / (1 - 0.6 ** (t + 1))

# %% 9.1 right: doubling how far back it reaches
def answer(values):
    level, reach = 0.4 * values, 1
    while reach < len(values):
        level = level + 0.6**reach * torch.cat([values.new_zeros(reach), level[:-reach]])
        reach *= 2
    return level / (1 - 0.6 ** torch.arange(1, len(values) + 1, dtype=torch.float64))

# %% 9.1 wrong: is t + 1
def answer(values):
    t = torch.arange(len(values), dtype=torch.float64)
    return 0.4 * torch.tril(0.6 ** (t[:, None] - t)) @ values / (1 - 0.6**t)

# %% 9.1 wrong: without a loop
def answer(values):
    drawn, level = [], 0.0
    for t, value in enumerate(values):
        level = 0.6 * level + 0.4 * value
        drawn.append(level / (1 - 0.6 ** (t + 1)))
    return torch.stack(drawn)

# %% 9.1 wrong: dtype float32
def answer(values):
    t = torch.arange(len(values), dtype=torch.float32)
    powers = torch.tril(0.6 ** (t[:, None] - t))
    return 0.4 * powers @ values.float() / (1 - 0.6 ** (t + 1))

# %% 9.1 wrong: computed in float32
def answer(values):
    t = torch.arange(len(values))
    powers = torch.tril(torch.tensor(0.6) ** (t[:, None] - t).clamp(min=0)).double()
    return 0.4 * powers @ values / (1 - 0.6 ** (t + 1).double())

# %% 9.1 wrong: weight is missing: 0.4
def answer(values):
    t = torch.arange(len(values), dtype=torch.float64)
    return torch.tril(0.6 ** (t[:, None] - t)) @ values / (1 - 0.6 ** (t + 1))

# %% 9.1 wrong: shape (8, 1)
def answer(values):
    t = torch.arange(len(values), dtype=torch.float64)
    powers = torch.tril(0.6 ** (t[:, None] - t))
    return 0.4 * powers @ values[:, None] / (1 - 0.6 ** (t + 1))[:, None]

# %% 9.1 wrong: with 2,000 values it gives NaN
def answer(values):
    t = torch.arange(len(values), dtype=torch.float64)
    mask = (t[:, None] >= t).double()
    return 0.4 * (mask * 0.6 ** (t[:, None] - t)) @ values / (1 - 0.6 ** (t + 1))

# %% 9.3 right: unpacked
left, right, counts = buckets.T
answer = ((left + right) / 2 * counts).sum() / counts.sum()

# %% 9.3 right: by hand
answer = (4 * -0.75 + 10 * -0.25 + 20 * 0.25 + 6 * 1.0) / 40

# %% 9.3 right: a loop
total = count = 0
for left, right, n in buckets:
    total += n * (left + right) / 2
    count += n
answer = total / count

# %% 9.3 right: fraction
from fractions import Fraction

answer = Fraction(55, 400)

# %% 9.3 right: float32
answer = np.float32(0.1375)

# %% 9.3 right: PyTorch
table = torch.tensor(buckets)
answer = (table[:, :2].mean(1) * table[:, 2]).sum() / table[:, 2].sum()

# %% 9.3 right: TensorFlow
table = tf.constant(buckets)
answer = tf.tensordot((table[:, 0] + table[:, 1]) / 2, table[:, 2], 1) / tf.reduce_sum(table[:, 2])

# %% 9.3 wrong: the right edges
answer = np.average(buckets[:, 1], weights=buckets[:, 2])

# %% 9.3 wrong: the sum of all values
answer = (buckets[:, :2].mean(axis=1) * buckets[:, 2]).sum()

# %% 9.3 wrong: 0.1 is not it
answer = np.average(buckets[:, 0] + 0.25, weights=buckets[:, 2])

# %% 9.3 wrong: 0.25 is not it
left, right, counts = buckets.T
answer = np.average((left + right) / 2, weights=counts * (right - left))

# %% 9.5 right: rint
def answer(picture):
    shifted = picture - np.min(picture)
    top = shifted.max()
    if top > 0:
        shifted = shifted / top
    return np.rint(shifted * 255).astype("uint8")

# %% 9.5 right: np.interp
def answer(picture):
    low, high = picture.min(), picture.max()
    if low == high:
        return np.zeros_like(picture, dtype=np.uint8)
    return np.interp(picture, [low, high], [0, 255]).round().astype(np.uint8)

# %% 9.5 right: ptp
def answer(picture):
    width = np.ptp(picture)
    scaled = (picture - picture.min()) * (255 / width if width else 0)
    return np.around(scaled).astype(np.uint8)

# %% 9.5 right: half up
def answer(picture):
    low, high = picture.min(), picture.max()
    scaled = 255 * (picture - low) / (high - low if high > low else 1)
    return np.floor(scaled + 0.5).astype(np.uint8)

# %% 9.5 right: divided where it may be
def answer(picture):
    shifted = picture - picture.min()
    shares = np.divide(shifted, shifted.max(), out=np.zeros_like(shifted), where=shifted.max() > 0)
    return (shares * 255).round().astype(np.uint8)

# %% 9.5 right: vectorized Python
def answer(picture):
    low, high = float(picture.min()), float(picture.max())
    shade = lambda value: round(255 * (value - low) / (high - low)) if high > low else 0
    return np.array([[shade(float(value)) for value in row] for row in picture], np.uint8)

# %% 9.5 right: a half belongs to the lower shade
def answer(picture):
    low, high = picture.min(), picture.max()
    if low == high:
        return np.zeros(picture.shape, np.uint8)
    return np.ceil(255 * (picture - low) / (high - low) - 0.5).astype(np.uint8)

# %% 9.5 wrong: for values from 0 to 1e-09
def answer(picture):
    low, high = picture.min(), picture.max()
    if np.isclose(low, high):
        return np.zeros(picture.shape, np.uint8)
    return np.rint(255 * (picture - low) / (high - low)).astype(np.uint8)

# %% 9.5 wrong: for values from 0 to 1e-09
def answer(picture):
    low, high = picture.min(), picture.max()
    return np.rint(255 * (picture - low) / (high - low + 1e-8)).astype(np.uint8)

# %% 9.5 wrong: 0 / 0 is NaN
def answer(picture):
    low, high = picture.min(), picture.max()
    return np.rint(255 * (picture - low) / (high - low)).astype(np.uint8)

# %% 9.5 wrong: yours goes from 0 to
def answer(picture):
    low, high = picture.min(), picture.max()
    if low == high:
        return np.zeros(picture.shape, np.uint8)
    return np.rint(256 * (picture - low) / (high - low)).astype(np.uint8)

# %% 9.5 wrong: in yours
def answer(picture):
    low = picture.min(axis=1, keepdims=True)
    high = picture.max(axis=1, keepdims=True)
    return np.rint(255 * (picture - low) / np.maximum(high - low, 1e-12)).astype(np.uint8)

# %% 9.5 wrong: in yours
def answer(picture):
    low, high = picture.min(), picture.max()
    if low == high:
        return np.zeros(picture.shape, np.uint8)
    return np.rint(255 * (high - picture) / (high - low)).astype(np.uint8)

# %% 9.5 wrong: for values from -0.5 to 0.5
def answer(picture):
    picture = np.abs(picture)
    low, high = picture.min(), picture.max()
    if low == high:
        return np.zeros(picture.shape, np.uint8)
    return np.rint(255 * (picture - low) / (high - low)).astype(np.uint8)

# %% 9.4 right: looks at the kind of event first
def answer(event, control):
    if event["event_type"] != "KeyPress":
        return
    if event["key"] == "ArrowUp":
        control["rate"] = 2 * control["rate"]
    if event["key"] == "ArrowDown":
        control["rate"] = control["rate"] / 2
    if event["key"] == "s":
        control["stop"] = True

# %% 9.4 right: a match statement
def answer(event, control):
    match event:
        case {"event_type": "KeyPress", "key": "ArrowUp"}:
            control["rate"] *= 2
        case {"event_type": "KeyPress", "key": "ArrowDown"}:
            control["rate"] *= 0.5
        case {"event_type": "KeyPress", "key": "s"}:
            control["stop"] = True

# %% 9.4 right: a dict of factors
def answer(event, control):
    factors = {"ArrowUp": 2, "ArrowDown": 0.5}
    control["rate"] *= factors.get(event.get("key"), 1)
    control["stop"] |= event.get("key") == "s"

# %% 9.4 right: update
def answer(event, control):
    key = event.get("key", "")
    control.update(
        rate=control["rate"] * 2.0 ** ((key == "ArrowUp") - (key == "ArrowDown")),
        stop=control["stop"] or key == "s",
    )

# %% 9.4 right: KeyError caught
def answer(event, control):
    try:
        key = event["key"]
    except KeyError:
        return control
    if key == "ArrowUp":
        control["rate"] += control["rate"]
    elif key == "ArrowDown":
        control["rate"] -= control["rate"] / 2
    elif key == "s":
        control["stop"] = True
    return control

# %% 9.4 right: functions by key
import operator

actions = {
    "ArrowUp": lambda control: control.update(rate=control["rate"] * 2),
    "ArrowDown": lambda control: control.update(rate=control["rate"] / 2),
    "s": lambda control: operator.setitem(control, "stop", True),
}
answer = lambda event, control: actions.get(event.get("key"), lambda control: None)(control)

# %% 9.4 right: a class
class Keys:
    def __call__(self, event, control):
        method = getattr(self, "on_" + event.get("key", ""), None)
        if method:
            method(control)

    def on_ArrowUp(self, control):
        control["rate"] *= 2

    def on_ArrowDown(self, control):
        control["rate"] /= 2

    def on_s(self, control):
        control["stop"] = True

answer = Keys()

# %% 9.4 wrong: s does not switch it back
def answer(event, control):
    key = event.get("key")
    if key == "ArrowUp":
        control["rate"] *= 2
    elif key == "ArrowDown":
        control["rate"] /= 2
    elif key == "s":
        control["stop"] = not control["stop"]

# %% 9.4 wrong: the arrow up doubles the rate
def answer(event, control):
    key = event.get("key")
    if key == "ArrowUp":
        return {**control, "rate": control["rate"] * 2}
    if key == "ArrowDown":
        return {**control, "rate": control["rate"] / 2}
    if key == "s":
        return {**control, "stop": True}
    return control

# %% 9.4 wrong: S is another key than s
def answer(event, control):
    key = event.get("key", "").lower()
    if key == "arrowup":
        control["rate"] *= 2
    elif key == "arrowdown":
        control["rate"] /= 2
    elif key == "s":
        control["stop"] = True

# %% 9.4 wrong: another key than the arrow up
def answer(event, control):
    key = event.get("key", "")
    if "Up" in key:
        control["rate"] *= 2
    elif "Down" in key:
        control["rate"] /= 2
    elif key == "s":
        control["stop"] = True

# %% 9.4 wrong: an s in a key's name
def answer(event, control):
    key = event.get("key", "")
    if key == "ArrowUp":
        control["rate"] *= 2
    elif key == "ArrowDown":
        control["rate"] /= 2
    elif "s" in key:
        control["stop"] = True

# %% 9.4 wrong: the arrows go on changing the rate
def answer(event, control):
    key = event.get("key")
    if control["stop"]:
        return
    if key == "ArrowUp":
        control["rate"] *= 2
    elif key == "ArrowDown":
        control["rate"] /= 2
    elif key == "s":
        control["stop"] = True

# %% 9.2 right: PyTorch's word
answer = "aten::_linalg_svd"

# %% 9.2 right: TensorFlow's word
answer = "Svd"

# %% 9.2 right: by both profiles
times = profile_torch(slow_torch) | profile_tf(slow_tf)
answer = sorted(times, key=times.get)[-1]

# %% 9.2 right: by the profile of TensorFlow
times = profile_tf(slow_tf)
answer = max(times, key=times.get)

# %% 9.2 wrong: sort the profile by self time
answer = "aten::linalg_vector_norm"

# %% 9.2 wrong: that the source calls
answer = "torch.linalg.svdvals"

# %% 9.2 wrong: a string, yours is of type float
times = profile_torch(slow_torch)
answer = times["aten::_linalg_svd"]

# %% 9.2 wrong: a string, yours is of type list
answer = ["aten::_linalg_svd", "Svd"]
