"""Chapter 6: a ladder to climb, ports in both directions, and what a falling rate does to momentum."""
import numpy as np

from helpers.course.comparing import one_number, plain
from helpers.course.judging import cases, function, short, value

# Exercise 6.2: PyTorch's Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1), the tenth step

RATE, BETA1, BETA2, EPSILON, STEP = 0.1, 0.9, 0.999, 0.01, 10


def adam(w, g, m, v, correct=(1 - BETA1**STEP, 1 - BETA2**STEP)):
    """Epsilon is added to the root of the corrected average. correct: what the two averages are divided by."""
    m, v = m + (g - m) * (1 - BETA1), v + (g**2 - v) * (1 - BETA2)
    return w - RATE * m / correct[0] / (np.sqrt(v / correct[1]) + EPSILON)


def keras_adam(w, g, m, v, betas=(BETA1, BETA2)):
    """Keras's: epsilon is added before the correction."""
    first, second = (1 - beta**STEP for beta in betas)
    m, v = m + (g - m) * (1 - BETA1), v + (g**2 - v) * (1 - BETA2)
    return w - RATE * np.sqrt(second) / first * m / (np.sqrt(v) + EPSILON)


def adam_under_the_root(w, g, m, v):
    """Epsilon is added to the corrected average, before its root is taken."""
    m, v = m + (g - m) * (1 - BETA1), v + (g**2 - v) * (1 - BETA2)
    return w - RATE * m / (1 - BETA1**STEP) / np.sqrt(v / (1 - BETA2**STEP) + EPSILON)


def adam_of_old_averages(w, g, m, v):
    return w - RATE * m / (1 - BETA1**STEP) / (np.sqrt(v / (1 - BETA2**STEP)) + EPSILON)


def rounded():
    """The corrections with betas that went through float32."""
    return tuple(1 - float(np.float32(beta)) ** STEP for beta in (BETA1, BETA2))


def adam_inputs(rng):
    """Weights, gradient, and averages as they are after nine steps."""
    return rng.normal(size=5), rng.normal(size=5), rng.normal(size=5), rng.uniform(0.01, 1, size=5)


# Exercise 6.3: TensorFlow's "same" padding at stride 2, even length, width 3

def same(x, kernel, before=0, after=1):
    """x (batch, length, in) and kernel (width, in, out), padded with zeros, every second window."""
    x = np.pad(x, ((0, 0), (before, after), (0, 0)))
    starts = range(0, x.shape[1] - len(kernel) + 1, 2)
    return np.stack([np.einsum("bwi,wio->bo", x[:, s:s + len(kernel)], kernel) for s in starts], axis=1)


def same_inputs(rng):
    return rng.normal(size=(2, 8, 3)), rng.normal(size=(3, 3, 4))


# Exercise 6.4: Keras's moving statistics

def statistics(x, mean, variance, past=0.99, correction=0, power=1):
    """New running mean and variance, stacked; past: the share that the old ones keep; correction: 0 biased, 1 unbiased."""
    new = x.var(0, ddof=correction) ** power
    return np.stack([past * mean + (1 - past) * x.mean(0), past * variance + (1 - past) * new])


def statistics_inputs(rng):
    return rng.normal(loc=2.0, size=(4, 3)), rng.normal(size=3), rng.uniform(0.5, 2, size=3)


# Exercise 6.5: the first rung that breaks

RUNGS = ("data", "weights", "outputs", "loss", "gradient")


def ladder(moved):
    """Two ladders that agree to rounding, but for what is added in the second: {rung: number, or {entry: number}}."""
    rng = np.random.default_rng(0)
    names = [*RUNGS, *(name for name in moved if name not in RUNGS)]
    mine = {name: np.asarray(rng.normal(size=() if name == "loss" else 1000)) for name in names}
    theirs = {name: np.asarray(array * (1 + 2e-16)) for name, array in mine.items()}
    for name, by in moved.items():
        for entry, number in (by.items() if isinstance(by, dict) else [(..., by)]):
            theirs[name][entry] += number
    return mine, theirs


def ladders():
    """From equal to rounding, over one entry up or down, two that cancel, four rungs, little, and many that add up."""
    return [ladder(moved) for moved in (
        {}, {"weights": {3: 1e-6}}, {"weights": {3: -1e-6}}, {"outputs": {1: 1e-6, 2: -1e-6}},
        {"outputs": {5: 1e-3}, "loss": 1.0, "gradient": {7: -1e-2}, "weights after a step": 1e-3},
        {"outputs": {9: 5e-12}}, {"loss": 5e-12}, {"gradient": 5e-13}, {"weights after a step": 1e-3}, {"data": 1e-3})]


def first_rung(mine, theirs, size=lambda gap: np.abs(gap).max(), limit=1e-12):
    """The name of the first rung whose gap has more than that size, or None."""
    return next((name for name in mine if size(mine[name] - theirs[name]) > limit), None)


def last_rung(mine, theirs):
    return first_rung(dict(reversed(mine.items())), theirs)


def largest_rung(mine, theirs):
    gaps = {name: np.abs(mine[name] - theirs[name]).max() for name in mine}
    return first_rung(mine, theirs) and max(gaps, key=gaps.get)


SLIPS_ON_A_LADDER = {
    "this takes rounding for a difference: 1e-15 is less than 1e-12": lambda *two: first_rung(*two, limit=0),
    "where theirs is larger, nothing is seen: take the absolute value": lambda *two: first_rung(*two, size=np.max),
    "where theirs is smaller, nothing is seen: take the absolute value":
        lambda *two: first_rung(*two, size=lambda gap: -gap.min()),
    "a difference up and one down cancel: take absolute values before you add up":
        lambda *two: first_rung(*two, size=lambda gap: abs(gap.sum())),
    "a difference up and one down cancel, and a mean hides what is in one entry: look at each entry":
        lambda *two: first_rung(*two, size=lambda gap: abs(gap.mean())),
    "one entry that is apart is enough: look at the largest difference, not at the average":
        lambda *two: first_rung(*two, size=lambda gap: np.abs(gap).mean()),
    "one entry that is apart is enough: this asks whether all of them are":
        lambda *two: first_rung(*two, size=lambda gap: np.abs(gap).min()),
    "each entry is within 1e-12 once: look at the largest difference; a sum or a norm adds them up":
        lambda *two: first_rung(*two, size=lambda gap: np.sqrt((gap**2).sum())),
    "`allclose` also has a relative tolerance, 1e-5 by default: set rtol=0":
        lambda mine, theirs: next((name for name in mine if not np.allclose(mine[name], theirs[name], atol=1e-12)), None),
    "only the first rung is looked at: let the loop end before you return None":
        lambda mine, theirs: first_rung({"data": mine["data"]}, theirs),
    "this is the rung with the largest difference, the first that breaks was asked for": largest_rung,
    "this is the last rung that breaks, the first was asked for": last_rung,
    "this is the first by the alphabet: the dicts have their own order":
        lambda mine, theirs: first_rung(dict(sorted(mine.items())), theirs),
    "only the five names of the lesson are looked at: loop over the dict, which may have others":
        lambda mine, theirs: first_rung({name: mine[name] for name in RUNGS}, theirs),
}


def no_name(got):
    """Why this cannot be the name of a rung, or None."""
    return None if got is None or isinstance(got, str) else f"it gives {short(got)}: give the name of the rung, or None."


def another_rung(ladder, right, got):
    said = f"the first rung that breaks is {right!r}" if right else "no rung breaks"
    return f"where {said}, yours gives {short(got)}."


# Exercise 6.6: Keras's cross-entropy of probabilities

def of_probabilities(labels, probabilities):
    """The mean of minus the logarithm of the probability of the right class."""
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


def of_scores(labels, scores):
    """The same of scores, through a softmax."""
    return of_probabilities(labels, np.exp(scores) / np.exp(scores).sum(1, keepdims=True))


def loss_inputs(rng):
    """Five labels of four classes, and probabilities that add up to 1."""
    scores = rng.normal(size=(5, 4))
    return rng.integers(4, size=5), np.exp(scores) / np.exp(scores).sum(1, keepdims=True)


# Exercise 6.8: eight pixels become twelve, by the nearest

NEW, OLD = 12, 8


def nearest(row):
    """The old pixel in which the center of each new one lies."""
    return row[np.floor((np.arange(NEW) + 0.5) * OLD / NEW).astype(int)]


def nearest_corner(row):
    """The old pixel in which the upper left corner of each new one lies: PyTorch's `nearest`."""
    return row[np.arange(NEW) * OLD // NEW]


def nearest_stretched(row):
    """As if the first and the last pixel's centers stayed where they are."""
    return row[np.round(np.arange(NEW) * (OLD - 1) / (NEW - 1)).astype(int)]


def straight_lines(row):
    """Straight lines between the centers of the old pixels."""
    centers = (np.arange(NEW) + 0.5) * OLD / NEW - 0.5
    return np.interp(centers, np.arange(OLD), row)


# Exercise 6.7: where one has a gradient and the other has none

def one_sided(a, b):
    """The number of entries at which ReLU lets a gradient through for a and not for b, or the other way round."""
    return np.sum((a > 0) != (b > 0))


FLIPS = {
    "the product is not negative where one of the two is 0, and the gradient passes in the other":
        lambda a, b: np.sum(a * b < 0),
    "a 0 and a negative number have other signs, but the gradient passes in neither":
        lambda a, b: np.sum(np.sign(a) != np.sign(b)),
    "this counts one direction: where it passes in a and not in b":
        lambda a, b: np.sum((a > 0) & (b <= 0)),
    "this counts one direction: where it passes in b and not in a":
        lambda a, b: np.sum((b > 0) & (a <= 0)),
    "this counts all places at which the numbers differ": lambda a, b: np.sum(a != b),
    "this counts the places at which the same happens in both":
        lambda a, b: np.sum((a > 0) == (b > 0)),
    "a 0 is taken for a positive number, and no gradient passes there": lambda a, b: np.sum((a >= 0) != (b >= 0)),
    "this compares what leaves the ReLU: two positive numbers differ there, and both let the gradient through":
        lambda a, b: np.sum(np.maximum(a, 0) != np.maximum(b, 0)),
    "this is the difference of two counts: places in one direction make up for places in the other":
        lambda a, b: abs(np.sum(a > 0) - np.sum(b > 0)),
    "this is a share of all places; their number is asked for": lambda a, b: np.mean((a > 0) != (b > 0)),
    "this counts rows, not the places in them": lambda a, b: np.sum(((a > 0) != (b > 0)).any(axis=-1)),
}


def pairs_of_runs():
    """Three pairs of arrays with numbers of both signs, and zeros."""
    rng = np.random.default_rng(0)
    return [tuple(rng.choice([-1e-8, 0.0, 1e-8, 0.5], size=(2, 6, 50))) for _ in range(3)]


def no_count(got):
    """Why this cannot be a number of places, or None."""
    if isinstance(got, np.ndarray) and got.ndim:
        return f"this says where, not how many: an array of shape {got.shape}. Count what is true in it."
    return f"it gives {short(got)}, a number was asked for." if one_number(got) is None else None


def another_count(arrays, right, got):
    return f"it counts {got} places where there are {right}."


EXERCISES = {
    "6.1": value(
        reference=10.0,
        suspects={"this is the wrong way round: it makes the old gradients count a hundred times less than in Keras": 0.1,
                  "with 1 the old gradients, which Keras multiplied by 0.1 when they came, are now multiplied by 0.01": 1.0,
                  "100 is too much: the rate falls once, not twice": 100.0,
                  "the sign in m = -η b is there before and after": -10.0,
                  "momentum goes on as before, in both: leave it out": 9.0},
        atol=1e-5,  # for who writes the rates as float32 holds them
        hints=("Unroll both for two steps with gradients of 1, the second at the lower rate.",
               "Keras's m holds minus rate times gradient: it remembers the old rate. PyTorch's b holds gradients alone.",
               "Ask for -0.01 times the new b to be the m that was -0.1 times the old b.")),
    "6.2": function(
        side="tf", reference=adam, inputs=adam_inputs, dtype="float64", atol=1e-12,
        suspects={"epsilon still comes before the bias correction, as in Keras": keras_adam,
                  "epsilon still comes before the bias correction, and the betas went through float32":
                      lambda w, g, m, v: keras_adam(w, g, m, v, [float(np.float32(beta)) for beta in (BETA1, BETA2)]),
                  "right up to rounding: a beta went through float32. tf.cast(0.9, tf.float64) makes a float32 first; "
                  "write 0.9, or tf.constant(0.9, w.dtype)":
                      lambda w, g, m, v: adam(w, g, m, v, rounded()),
                  "right up to rounding: one of the betas, 0.9, went through float32":
                      lambda w, g, m, v: adam(w, g, m, v, (rounded()[0], 1 - BETA2**STEP)),
                  "right up to rounding: one of the betas, 0.999, went through float32":
                      lambda w, g, m, v: adam(w, g, m, v, (1 - BETA1**STEP, rounded()[1])),
                  "epsilon stands under the root: PyTorch's Adam adds it to the root": adam_under_the_root,
                  "this is Adam without the bias correction: divide m by 1 - 0.9 ** 10, v by 1 - 0.999 ** 10":
                      lambda w, g, m, v: adam(w, g, m, v, (1, 1)),
                  "this corrects as in the first step; in the tenth, the betas stand to the power of 10":
                      lambda w, g, m, v: adam(w, g, m, v, (1 - BETA1, 1 - BETA2)),
                  "m and v are still those of the ninth step": adam_of_old_averages,
                  "this goes uphill: the step is subtracted": lambda w, *given: 2 * w - adam(w, *given),
                  "this is the step alone: subtract it from w": lambda w, *given: w - adam(w, *given)},
        hints=("Write down PyTorch's formula of section 6b.5 with t = 10, and compare it with the function.",
               "PyTorch corrects v, takes the root of that, and adds epsilon last. And look at tf.cast(0.9, tf.float64).",
               "Python's own 0.9 ** 10 is exact enough: return "
               "w - 0.1 * m / (1 - 0.9 ** 10) / (tf.sqrt(v / (1 - 0.999 ** 10)) + 0.01).")),
    "6.3": function(
        side="torch", reference=same, inputs=same_inputs,
        suspects={"padded alike on both sides, or at the start (here the same): TensorFlow puts its one zero at the end":
                      lambda x, kernel: same(x, kernel, 1, 1)[:, :4],
                  "the kernel runs backward: both frameworks correlate, neither flips":
                      lambda x, kernel: same(x, kernel[::-1]),
                  "the weight has its axes as (out, width, in); conv1d wants (out, in, width)":
                      lambda x, kernel: same(x, kernel.transpose(1, 0, 2)),
                  "the last window is missing: nothing was padded": lambda x, kernel: same(x, kernel, 0, 0),
                  "the numbers are right, the layout is PyTorch's: bring channels back to the end":
                      lambda x, kernel: same(x, kernel).transpose(0, 2, 1)},
        hints=("How many zeros are needed for 4 windows of width 3, two apart, over 8 numbers? Where does an odd one go?",
               "conv1d wants x as (batch, channels, length) and the weight as (out, in, width): permute both. Pad first.",
               "torch.nn.functional.pad(x.permute(0, 2, 1), (0, 1)), then conv1d(..., kernel.permute(2, 1, 0), stride=2); "
               "permute back.")),
    "6.4": function(
        side="torch", reference=statistics, inputs=statistics_inputs,
        suspects={"this takes the unbiased variance (n - 1), Keras keeps the biased one (n)":
                      lambda x, mean, variance: statistics(x, mean, variance, correction=1),
                  "in Keras momentum is the share of the past, in PyTorch that of the new batch":
                      lambda x, mean, variance: statistics(x, mean, variance, past=0.01),
                  "this is the default of PyTorch, 0.1 for the new batch; 0.99 for the past was asked for":
                      lambda x, mean, variance: statistics(x, mean, variance, past=0.9),
                  "this is PyTorch's own rule, unbiased variance and all":
                      lambda x, mean, variance: statistics(x, mean, variance, past=0.9, correction=1),
                  "the mean comes first": lambda *given: statistics(*given)[::-1],
                  "this is the batch alone; the old statistics keep 0.99": lambda *given: statistics(*given, past=0),
                  "this mixes in the standard deviation, the root of the variance":
                      lambda *given: statistics(*given, power=0.5)},
        hints=("Three choices: which share belongs to the past, how large it is, and whether to divide by n or n - 1.",
               "Keras: new = 0.99 * old + 0.01 * of the batch. Exhibit 9 shows which variance it takes.",
               "x.mean(0) and x.var(0, correction=0), mixed with 0.99 and 0.01, then torch.stack of the two.")),
    "6.5": cases(
        ladders, first_rung, SLIPS_ON_A_LADDER, another_rung, unfit=no_name,
        no_function="answer must be a function: write def answer(mine, theirs): above.",
        hints=("A loop over the names, in their order: the first difference that is too large ends it.",
               "np.abs(mine[name] - theirs[name]).max() is the largest difference on one rung.",
               "for name in mine: if that largest difference is above 1e-12, return name. After the loop, return None.")),
    "6.6": function(
        side="torch", reference=of_probabilities, inputs=loss_inputs,
        suspects={"this takes the probabilities for scores: cross_entropy runs a softmax over them first": of_scores,
                  "this is without a logarithm: nll_loss takes the logarithms of probabilities":
                      lambda labels, p: -p[np.arange(len(labels)), labels].mean(),
                  "this is the sum over the examples, Keras takes the mean": lambda labels, p:
                      len(labels) * of_probabilities(labels, p),
                  "the sign is the other one: the logarithm of a probability is negative, the loss positive":
                      lambda labels, p: -of_probabilities(labels, p),
                  "this divides by the number of classes as well: add up each row, then take the mean of the rows":
                      lambda labels, p: of_probabilities(labels, p) / p.shape[1],
                  "this is the logarithm of a mean: take the logarithms first":
                      lambda labels, p: -np.log(p[np.arange(len(labels)), labels].mean()),
                  "this picks columns for all rows together; each row has a label of its own":
                      lambda labels, p: -np.log(p[:, labels]).mean()},
        hints=("The loss of one example is minus the logarithm of the probability that its right class got.",
               "cross_entropy is a softmax and a logarithm and nll_loss. The softmax has been run already.",
               "F.nll_loss(probabilities.log(), labels), or pick with probabilities[torch.arange(len(labels)), labels].")),
    "6.8": function(
        side="torch", reference=nearest, inputs=lambda rng: (rng.normal(size=OLD),),
        suspects={"this starts from the corner of the new pixel (or rounds a tie down), as PyTorch's own nearest does: take "
                  "its center": nearest_corner,
                  "this rounds the centers: pixel j reaches from j to j + 1, so take what stands before the point":
                      lambda row: row[np.minimum(np.round((np.arange(NEW) + 0.5) * OLD / NEW), OLD - 1).astype(int)],
                  "these are the places: take the pixels that stand there":
                      lambda row: np.floor((np.arange(NEW) + 0.5) * OLD / NEW),
                  "this spreads the ends: the centers of the outer pixels do not stay where they are": nearest_stretched,
                  "this is a mixture of two pixels; the nearest one alone was asked for": straight_lines},
        hints=("Write down the twelve centers first: 1/3, 1, 5/3 and so on. In which old pixel does each lie?",
               "torch.arange(12) + 0.5, times 8 / 12, are the centers; what lies between j and j + 1 belongs to pixel j.",
               "x[((torch.arange(12) + 0.5) * 8 / 12).floor().long()]")),
    "6.7": cases(
        pairs_of_runs, one_sided, FLIPS, another_count, convert=plain, unfit=no_count,
        no_function="answer must be a function: write def answer(a, b): above.",
        hints=("When does ReLU let a gradient through? Write that for a, then for b.",
               "a > 0 is an array of True and False, and so is b > 0. Where do the two differ?",
               "np.sum((a > 0) != (b > 0))")),
}
