"""The checks of chapter 9, visualization."""
import numpy as np

from helpers.course import missing
from helpers.course.judging import Exercise, attempt, call, cases, function, raised, value

BUCKETS = np.array([[-1.0, -0.5, 4], [-0.5, 0.0, 10], [0.0, 0.5, 20], [0.5, 1.5, 6]])
COUNTS, MIDDLES = BUCKETS[:, 2], BUCKETS[:, :2].mean(axis=1)
SLOWEST = {"aten::_linalg_svd", "aten::linalg_svd", "aten::linalg_svdvals", "Svd"}
PRODUCTS = {"aten::mm", "aten::addmm", "aten::matmul", "aten::linear", "MatMul", "_MklMatMul", "_FusedMatMul"}
START = {"rate": 0.5, "stop": False}


def smoothed(values, weight=0.6, divide=True, ahead=False):
    """TensorBoard's smoothing (vz_line_chart2/line-chart.ts); the keyword arguments are what one gets wrong."""
    t = np.arange(len(values))
    lag = t[:, None] - t
    powers = weight ** np.abs(lag) * (1 if ahead else lag >= 0)
    return (1 - weight) * (powers @ values) / (1 - weight ** (t + 1) if divide else 1)


def no_loop_and_no_overflow(answer):
    """None, or what is wrong: with the number of PyTorch's calls for few values and for many, or with a long curve.

    A loop over values makes a call for each of them, or more; one that doubles its reach makes a few more for many.
    """
    torch = missing.side("torch").torch

    class Counter(torch.overrides.TorchFunctionMode):
        count = 0

        def __torch_function__(self, func, types, args=(), kwargs=None):
            self.count += 1
            return func(*args, **(kwargs or {}))

    def calls(length):
        with Counter() as counter:
            answer(torch.ones(length, dtype=torch.float64))
        return counter.count

    counts, problem = call(lambda: [calls(10), calls(400)])
    if problem:
        return f"right for few values; with 400 {problem}"
    if counts[1] - counts[0] > 100:
        return "the values are right, but more of them take more calls: write it without a loop."
    drawn, problem = call(answer, torch.ones(2000, dtype=torch.float64))
    if problem:
        return f"right for few values; with 2,000 {problem}"
    if not torch.isfinite(drawn).all():
        return "with 2,000 values it gives NaN: 0.6 to the power of -1,999 is infinite. Cut with `torch.tril`."
    return None


def judge_slowest(answer):
    """Judge the name of the operation that takes longest, in either framework's words."""
    if not isinstance(answer, str):
        return f"the answer should be the name of an operation, a string, yours is of type {type(answer).__name__}."
    if answer in SLOWEST:
        return None
    if answer in PRODUCTS:
        whose = "PyTorch's" if answer.startswith("aten::") else "TensorFlow's"
        return f"{answer} is {whose} matrix product, which was there before; profile the slow step, not the quick one."
    if answer.startswith(("slow_", "step_", "torch.", "tf.")):
        return f"{answer} is a function that the source calls, not an operation: look at the names in the profile."
    return f"{answer!r} is not where the time goes: sort the profile by self time, and take the first."


PRESSED = (  # keys, one after another; the rate and stop that they should leave; what has been overlooked else
    (["ArrowUp"], 1.0, False, "the arrow up doubles the rate"),
    (["ArrowDown"], 0.25, False, "the arrow down halves the rate"),
    (["s"], 0.5, True, "the key s stops the training"), (["x"], 0.5, False, "other keys change nothing"),
    (["S"], 0.5, False, "S is another key than s"), (["Escape"], 0.5, False, "an s in a key's name is not the key s"),
    (["PageUp"], 0.5, False, "that is another key than the arrow up"),
    (["PageDown"], 0.5, False, "that is another key than the arrow down"),
    (["s", "x"], 0.5, True, "the training starts again, and stop must stay True"),
    (["s", "s"], 0.5, True, "stop must stay True, s does not switch it back"),
    (["s", "ArrowUp", "ArrowUp"], 2.0, True, "the arrows go on changing the rate"))


def judge_keys(answer):
    """Judge a callback (event, control) by what it does to the control dict."""
    if not callable(answer):
        return "answer must be a function of an event and the control dict."

    def after(events):
        control = dict(START)
        for event in events:
            answer(event, control)
        return control

    for keys, rate, stop, overlooked in PRESSED:
        wanted = {"rate": rate, "stop": stop}
        control, problem = call(after, [{"event_type": "KeyPress", "key": key} for key in keys])
        if problem:
            return f"on a KeyPress {problem}"
        if control != wanted:
            return f"after {' and '.join(keys)} control is {control}, and should be {wanted}: {overlooked}."
    closed, error = attempt(after, [{"event_type": "Close"}])
    if isinstance(error, KeyError):
        return "on an event Close your function raised KeyError: it has no key. Look at event_type first."
    if error is not None:
        return f"on an event Close {raised(error)}"
    return None if closed == START else f"after an event Close control is {closed}, and should be {START}."


# Exercise 9.5: a picture that is safe to send


def scaled(picture):
    """A picture (height, width) as uint8: the smallest value is 0, the largest 255; all 0 where all are equal."""
    low, width = picture.min(), np.ptp(picture)
    return np.round(255 * (picture - low) / (width or 1.0)).astype("uint8")


def pictures():
    """Pictures whose shades are no shares of 255, brighter than 1, below 0, wide, faint; and one of a single value.

    No value falls halfway between two shades, as 13 is odd: the text does not say which of them is right.
    """
    rng = np.random.default_rng(0)
    digit = rng.permutation(np.arange(40) % 14).reshape(5, 8) / 13
    return [(digit,), (digit * 1.0001,), (digit - 0.5,), (300 * digit - 40,), (0.5 + digit / 10,), (digit / 1e9,),
            (np.full((3, 4), 0.5),)]


def unlike_a_picture(got):
    """Why what came back cannot be compared, or None."""
    if not isinstance(got, np.ndarray):
        return f"your function returned a {type(got).__name__}, an array is asked for: is there a `return`?"
    return None if got.dtype == np.uint8 else f"the result has the type {got.dtype}, uint8 is asked for."


def say_picture(arguments, right, got):
    picture, = arguments
    if got.shape != right.shape:
        return f"shape {got.shape} where {right.shape} is asked for."
    if np.ptp(picture) == 0:
        return f"where all values are equal, all must become 0; yours become {got.ravel()[0]}."
    values = f"for values from {picture.min():.3g} to {picture.max():.3g}"
    if (got.min(), got.max()) != (0, 255):
        return f"{values} the result should go from 0 to 255, yours goes from {got.min()} to {got.max()}."
    place = tuple(np.argwhere(got != right)[0])
    return f"{values} the value {picture[place]:.4g} becomes {right[place]}, and {got[place]} in yours."


def same_picture(got, right):
    return got.shape == right.shape and bool((got == right).all())


PICTURE = cases(
    pictures, scaled,
    {"where all values are equal, all must become 0":
         lambda p: scaled(p) if np.ptp(p) else np.full(p.shape, 255, "uint8"),
     "what lies outside 0 to 1 is cut off, and nothing is scaled":
         lambda p: np.round(255 * p.clip(0, 1)).astype("uint8"),
     "the smallest value must become 0: subtract it first":
         lambda p: np.round(255 * p / p.max()).clip(0, 255).astype("uint8"),
     "astype cuts the decimals off: round before": lambda p: (255 * (p - p.min()) / (np.ptp(p) or 1.0)).astype("uint8")},
    say_picture,
    ("Which value must become 0, and which 255?",
     "Subtract the smallest value, divide by the distance of the largest from it, multiply by 255.",
     "`np.round(255 * (picture - low) / width).astype('uint8')`, and zeros where `width` is 0."),
    no_function="answer must be a function: write def answer(picture): above.",
    unfit=unlike_a_picture, same=same_picture)


def judge_picture(answer):
    """PICTURE's judge; and no 0 / 0 where all values are equal, of which a byte is 0 on some machines only."""
    cause = PICTURE.judge(answer)
    if cause is None:
        with np.errstate(invalid="raise"):
            _, error = attempt(answer, np.full((3, 4), 0.5))
        if isinstance(error, FloatingPointError):
            cause = "where all values are equal, all must become 0: 0 / 0 is NaN, which no byte can hold."
    return cause


EXERCISES = {
    "9.1": function(
        "torch", smoothed, lambda rng: (rng.normal(size=rng.integers(3, 9)),),
        {"the division is missing: the first values are drawn too near to 0": lambda y: smoothed(y, divide=False),
         "it looks ahead: a drawn value must depend on earlier values alone": lambda y: smoothed(y, ahead=True),
         "the weight is on the wrong term: 0.6 belongs to what was drawn before": lambda y: smoothed(y, weight=0.4),
         "the power in the division is t + 1, for t counts from 0":
             lambda y: smoothed(y, divide=False) / (1 - 0.6 ** np.arange(len(y))),
         "the new value's weight is missing: 0.4": lambda y: smoothed(y) / 0.4},
        ("Row t of the matrix holds the weights of all values for the curve at t: which of them are 0?",
         "`t[:, None] - t` is how long ago each value was. `torch.tril` sets what lies in the future to 0.",
         "`0.4 * (powers @ values) / (1 - 0.6 ** (t + 1))`, with `powers` the lower triangle of `0.6 ** lag`."),
        gradients=True, dtype="float64", atol=1e-12, then=no_loop_and_no_overflow),
    "9.2": Exercise(
        judge_slowest,
        ("`profile_torch` and `profile_tf` take a function without arguments.",
         "`times = profile_tf(slow_tf)` gives a dict; which key has the largest value?",
         "`max(times, key=times.get)`. In the source, it is the line that computes `spread`.")),
    "9.3": value(
        float((MIDDLES * COUNTS).sum() / COUNTS.sum()),
        {"without the counts: every bucket weighs the same": float(MIDDLES.mean()),
         "these are the left edges, so each value is taken for the least that it can be":
             float((BUCKETS[:, 0] * COUNTS).sum() / COUNTS.sum()),
         "these are the right edges": float((BUCKETS[:, 1] * COUNTS).sum() / COUNTS.sum()),
         "divided by the number of buckets, not of values": float((MIDDLES * COUNTS).mean()),
         "that is the sum of all values: divide by how many there are": float((MIDDLES * COUNTS).sum())},
        ("A bucket with 20 values counts for more than one with 4.",
         "The middle of a bucket is the mean of its two edges: `buckets[:, :2].mean(axis=1)`.",
         "Multiply middles and counts, add up, and divide by the sum of the counts.")),
    "9.4": Exercise(
        judge_keys,
        ("Which events have a `key`? Ask for the type before you read it.",
         "A dict from key to factor, with `.get(event['key'], 1)`, leaves the rate alone for other keys.",
         "`control['stop'] = control['stop'] or event['key'] == 's'`: once True, it stays.")),
    "9.5": Exercise(judge_picture, PICTURE.hints),
}
