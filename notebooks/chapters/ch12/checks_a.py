"""Lessons 12a to 12c: one character by CTC, IoU of boxes, the Dice loss, and a threshold that calls enough of the ill."""
import numpy as np

from helpers.course.judging import cases, function

# Exercise 12.1: one character by CTC

def runs(p, longest=None):
    """The probability of each path that reads one character: a run of it, blanks elsewhere. p: (columns, 2)."""
    columns = len(p)
    return np.array([p[:a, 0].prod() * p[a:b, 1].prod() * p[b:, 0].prod() for a in range(columns)
                     for b in range(a + 1, min(columns, a + (longest or columns)) + 1)])


def two_chances(rng):
    sign = rng.uniform(0.2, 0.8, rng.integers(4, 8))
    return (np.stack([1 - sign, sign], 1),)


# Exercise 12.2: IoU of pairs

def iou_of_pairs(a, b, clip=True, joint=True, cut=False):
    """Intersection over union of the boxes a[k] and b[k], each (left, top, right, bottom)."""
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    shared = (sides.clip(0) if clip else sides).prod(1)
    shared = shared.clip(0) if cut else shared
    areas = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1)
    return shared / (areas - shared if joint else areas)


def _sizes_for_corners(a, b):
    return iou_of_pairs(*(np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], 1) for box in (a, b)))


def boxes(rng):
    """Two times eight boxes; of the last three pairs the boxes lie apart, in one direction or in both."""
    a, b = (np.concatenate([corner, corner + rng.uniform(2, 4, (8, 2))], 1) for corner in rng.uniform(0, 2, (2, 8, 2)))
    b[5] += (7, 0, 7, 0)
    b[6:] += 7
    return a, b


# Exercise 12.3: the Dice loss

def dice(chances, truth, axes=(0, 1, 2)):
    """1 minus the mean over the classes of twice the overlap over the sum (Milletari et al., arXiv:1606.04797)."""
    return 1 - np.mean(2 * (chances * truth).sum(axes) / (chances.sum(axes) + truth.sum(axes)))


def _jaccard(chances, truth):
    both, sums = (chances * truth).sum((0, 1, 2)), chances.sum((0, 1, 2)) + truth.sum((0, 1, 2))
    return 1 - np.mean(both / (sums - both))


def chances_and_truth(rng):
    """Two pictures of 5×4 pixels with three classes, of which the first fills most of both; not each pixel adds up to 1."""
    chances = rng.dirichlet((3.0, 1.0, 1.0), (2, 5, 4)) * rng.uniform(0.5, 1, (2, 5, 4, 1))
    truth = np.eye(3)[rng.choice(3, (2, 5, 4), p=(0.6, 0.2, 0.2))]
    truth[:, 0, :3] = np.eye(3)  # each class somewhere in each picture
    return chances, truth


# Exercise 12.4: the threshold

def highest(scores, share):
    """The highest threshold that at least that share of the scores reach."""
    return np.sort(scores)[::-1][int(np.ceil(share * len(scores))) - 1]


def threshold_and_specificity(scores, ill, share):
    """The highest threshold that calls at least that share of the ill, and the share of the healthy below it."""
    threshold = highest(scores[ill == 1], share)
    return threshold, (scores[ill == 0] < threshold).mean()


def _among_all(scores, ill, share):
    threshold = highest(scores, share)
    return threshold, (scores[ill == 0] < threshold).mean()


def _beside(specificity):
    """The right threshold, and what was taken for the specificity: scores, ill, threshold -> a share."""
    def wrong(scores, ill, share):
        threshold = highest(scores[ill == 1], share)
        return threshold, specificity(scores, ill, threshold).mean()
    return wrong


def people():
    """Scores of 24 ill and 36 healthy, who is ill, and a share. Two of the healthy have just the score that divides."""
    for trial, share in enumerate((0.75, 0.7, 0.9, 0.55)):
        rng = np.random.default_rng(trial)
        ill = rng.permutation(np.repeat([1, 0], [24, 36]))
        scores = rng.normal(size=60) + 0.8 * ill
        scores[np.flatnonzero(ill == 0)[[0, -1]]] = highest(scores[ill == 1], share)
        yield scores, ill, share


def _two_numbers(got):
    """A pair of numbers, in whatever holds them: a tuple, a list, an array (2,). None for anything else."""
    if not isinstance(got, (tuple, list)) and np.shape(got) != (2,):
        return None
    parts = [np.asarray(part) for part in got]
    fit = len(parts) == 2 and all(part.ndim == 0 and part.dtype.kind in "iuf" for part in parts)
    return tuple(map(float, parts)) if fit else None


def _no_pair(two):
    return "return two numbers: the threshold, and the specificity." if two is None else None


def _off(given, right, got):
    scores, ill, share = given
    called = (scores[ill == 1] >= got[0]).mean()
    if np.isclose(got[0], right[0]):
        return f"the threshold is right, the specificity should be {right[1]:.3f}, yours is {got[1]:.3f}."
    if called < share:
        return f"that calls too few of the ill: {called:.1%} where {share:.0%} were asked for."
    if got[0] < right[0]:
        return "a higher threshold still calls enough of the ill, and spares more of the healthy."
    return f"the threshold should be the score of one of the ill: {right[0]:.3f}, yours is {got[0]:.3f}."


EXERCISES = {
    "12.1": function("torch", lambda p: runs(p).sum(), two_chances, suspects={
        "those are only runs of length one; A may also last for several columns": lambda p: runs(p, 1).sum(),
        "that is the best path alone; CTC adds up all of them": lambda p: runs(p).max(),
        "runs of A that last to the end are missing":
            lambda p: runs(p).sum() - sum(p[:a, 0].prod() * p[a:, 1].prod() for a in range(len(p))),
        "that holds every path with an A in it, also texts such as AA": lambda p: p.sum(1).prod() - p[:, 0].prod(),
        "that is minus the logarithm, the loss; the probability is asked for": lambda p: -np.log(runs(p).sum()),
        "the columns of p are exchanged: blank comes first, then A": lambda p: runs(p[:, ::-1]).sum(),
        "p holds probabilities already: no softmax is needed": lambda p: runs(np.exp(p) / np.exp(p).sum(1)[:, None]).sum(),
    }, hints=(
        "A path reads A if it is blanks, then a run of A, then blanks. Which numbers describe one such path?",
        "Where the run starts and where it ends. Two loops visit every path once.",
        "For all start < end <= len(p) add `blank[:start].prod() * sign[start:end].prod() * blank[end:].prod()`.")),
    "12.2": function("tf", iou_of_pairs, boxes, gradients=True, suspects={
        "the shared area is counted twice: take it off the sum of the areas once":
            lambda a, b: iou_of_pairs(a, b, joint=False),
        "for boxes that do not touch, a side comes out negative, and two of them make a positive area: cut off at 0":
            lambda a, b: iou_of_pairs(a, b, clip=False),
        "the last two numbers were taken for width and height, not a corner": _sizes_for_corners,
        "two negative sides make a positive area: cut each side off at 0, before the product":
            lambda a, b: iou_of_pairs(a, b, clip=False, cut=True),
        "that is 1 - IoU; the IoU itself is asked for": lambda a, b: 1 - iou_of_pairs(a, b),
    }, hints=(
        "Every name has a twin: `tf.maximum`, `tf.minimum`, `tf.reduce_prod`.",
        "`clamp(min=0)` is what `tf.nn.relu` does, or `tf.maximum(x, 0.0)`.",
        "`shared = tf.reduce_prod(tf.nn.relu(other - corner), 1)`, and the same `reduce_prod` for the areas.")),
    "12.3": function("torch", dice, chances_and_truth, gradients=True, suspects={
        "that is the overlap over all classes at once; the background then decides nearly alone":
            lambda c, t: dice(c, t, (0, 1, 2, 3)),
        "that takes it picture by picture; sum over the pictures too": lambda c, t: dice(c, t, (1, 2)),
        "those are the axes of channels first; here the classes are the last axis": lambda c, t: dice(c, t, (0, 2, 3)),
        "that is 1 - IoU, a relative of Dice: the shared part is not taken off the sum": _jaccard,
        "the mean over the classes is asked for, not their sum": lambda c, t: 1 - c.shape[-1] * (1 - dice(c, t)),
        "the factor 2 is missing": lambda c, t: 1 - (1 - dice(c, t)) / 2,
        "that is the overlap, not the loss: 1 minus it falls when the overlap rises": lambda c, t: 1 - dice(c, t),
    }, hints=(
        "`sum` takes a tuple of axes in PyTorch, too.",
        "Sum over axes 0, 1, 2, so that one number stays for each class.",
        "`both = (chances * truth).sum((0, 1, 2))`, the other sums alike; then `1 - (2 * both / sums).mean()`.")),
    "12.4": cases(people, threshold_and_specificity, {
        "that threshold is a quantile of all scores; only the ill decide how many of the ill are called": _among_all,
        "the threshold is right; that is the share of the healthy who are called, the false alarms":
            _beside(lambda scores, ill, threshold: scores[ill == 0] >= threshold),
        "the threshold is right; that is a share of all people, not of the healthy":
            _beside(lambda scores, ill, threshold: (scores < threshold) & (ill == 0)),
        "the threshold is right; that is the share of the healthy among those who are not called":
            _beside(lambda scores, ill, threshold: ill[scores < threshold] == 0),
        "the threshold is right; a healthy person whose score is just the threshold is called, too: score ≥ threshold":
            _beside(lambda scores, ill, threshold: scores[ill == 0] <= threshold),
        "the threshold is right; that is the share of the ill who are called, the sensitivity":
            _beside(lambda scores, ill, threshold: scores[ill == 1] >= threshold),
        "the specificity comes second": lambda *given: threshold_and_specificity(*given)[::-1],
    }, _off, hints=(
        "Only the scores of the ill decide the threshold.",
        "Sort them downwards. The threshold is the score of the last one who must be called: which one is that?",
        "Of n ill, `np.ceil(share * n)` must be called. Specificity: `(scores[ill == 0] < threshold).mean()`."),
        no_function="answer must be a function: write def answer(scores, ill, share): above.",
        convert=_two_numbers, unfit=_no_pair, same=np.allclose),
}
