"""Chapter 7: a split by groups, label smoothing, momentum under a schedule, and the number that may be reported."""
import numpy as np

from helpers.course.judging import Exercise, call, function

# Exercise 7.1: whole forms to the test

def _judge_split(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(form, share, rng): above."
    drawn = set()
    for trial in range(8):
        sizes = np.array([300, 20, 20, 20, 20, 20]) if trial % 2 else np.full(12, 30)
        form, share = np.repeat(np.arange(len(sizes)) * 7 + 3, sizes), 0.25
        test, problem = call(answer, form.copy(), share, np.random.default_rng(trial))
        again, _ = call(answer, form.copy(), share, np.random.default_rng(trial))
        if problem:
            return problem
        if not isinstance(test, np.ndarray) or test.dtype != bool or test.shape != form.shape:
            return f"return a boolean array with one entry for each scan: shape {form.shape}, True for the test."
        for one in np.unique(form):
            if 0 < test[form == one].sum() < (form == one).sum():
                return f"form {one} is on both sides: {test[form == one].sum()} of its scans are in the test."
        found = test.mean()
        without_last = min((found - (form == one).mean() for one in np.unique(form[test])), default=1.0)
        if found >= 1 - share and without_last >= share:
            return f"{found:.0%} of the scans are True where {share:.0%} were asked for: did you mark the training scans?"
        if found < share:
            return f"only {found:.0%} are in the test: `share` is a share of the scans, and forms differ in size."
        if without_last >= share:  # a large form that came last may overshoot: without it there must be too few
            return f"{found:.0%} of the scans are in the test, although fewer forms make up {share:.0%}: stop earlier."
        if not np.array_equal(test, again):
            return "the forms are not drawn by `rng`: the same generator twice should give the same test."
        if trial % 2 == 0:
            drawn.add(tuple(np.unique(form[test])))
    return None if len(drawn) > 1 else "the forms are not drawn by `rng`: other generators should give other tests."


# Exercise 7.2: label smoothing

def _log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def smoothed(logits, labels, spread=np.mean, part=0.1):
    """Cross-entropy in nats with the targets (1 - part) * one-hot + part / classes (Szegedy et al., arXiv:1512.00567)."""
    logs = _log_softmax(logits)
    return -np.mean((1 - part) * logs[np.arange(len(labels)), labels] + part * spread(logs, axis=1))


def _whole_rows(logits, labels):
    logs = _log_softmax(logits)
    return -np.mean(0.9 * logs[labels].mean(axis=1) + 0.1 * logs.mean(axis=1))


def _softmax_of_labels(logits, labels):
    targets = np.exp(_log_softmax(np.eye(logits.shape[1])[labels]))
    return -np.mean((targets * _log_softmax(logits)).sum(axis=1))


def scores_and_labels(rng):
    return rng.normal(size=(12, 10)), rng.integers(10, size=12)


# Exercise 7.3: Keras's step with PyTorch's state

def keras_step(w, b, g, rate, last):
    """Nesterov momentum as Keras has it, from the velocity -last * b that PyTorch's sum of gradients b stands for."""
    v = -0.9 * last * b - rate * g
    return w + 0.9 * v - rate * g


def weights_and_rates(rng):
    rate = rng.uniform(0.01, 0.1)
    return (*rng.normal(size=(3, 4)), np.array(rate), np.array(rate * rng.choice([0.4, 2.5])))


# Exercise 7.4: the epoch to keep and the accuracy to report

def _judge_report(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(watched, tested): above."
    for trial in range(5):
        rng = np.random.default_rng(trial)
        watched, tested = rng.permutation(12) / 20 + 0.3, rng.permutation(12) / 20 + 0.35
        first, second = sorted(rng.choice(11, 2, replace=False))
        watched[[first, second]] = 0.95  # a tie, and not at the end
        got, problem = call(answer, watched.copy(), tested.copy())
        if problem:
            return problem
        if not (isinstance(got, (tuple, list)) and len(got) == 2):
            return "return two things: the epoch, and the accuracy."
        epoch, share = got
        if not all(isinstance(number, (int, float, np.number)) for number in got):
            return "return two numbers: one epoch, and the accuracy at that epoch."
        if epoch == first and np.isclose(share, tested[first]):
            continue
        if epoch == first and np.isclose(share, 0.95):
            return "the epoch is right; but what you report is the accuracy on form 11, for which you chose that epoch."
        if epoch == first:
            return f"the epoch is right; report the test's accuracy at epoch {first}, yours is from a different epoch."
        for cause, wrong in (("that epoch was chosen on the test, which then no longer tests anything", tested.argmax()),
                             ("of equals the first is asked for", second),
                             ("that is the last epoch, not the one at which form 11 was read best", 11),
                             ("epochs are counted from 0", first + 1)):
            if epoch == wrong:
                return f"{cause}."
        return f"form 11 was read best at epoch {first}, yours is {epoch!r}."
    return None


EXERCISES = {
    "7.1": Exercise(_judge_split, (
        "Draw forms, not scans: `np.unique(form)` lists them.",
        "Put the forms in random order with `rng.permutation` and take one after another.",
        "Keep a boolean array `test`. For each form of the random order: if `test.mean() < share`, then "
        "`test |= form == one`.")),
    "7.2": function("tf", smoothed, scores_and_labels, suspects={
        "0.1 is spread evenly, so it takes a mean over the classes, not a sum": lambda x, y: smoothed(x, y, np.sum),
        "`tf.gather` without `batch_dims=1` picks whole rows": _whole_rows,
        "your version takes the softmax of the labels; they are probabilities already": _softmax_of_labels,
        "that is the plain cross-entropy, not smoothed": lambda x, y: smoothed(x, y, part=0.0),
        "it is 0.9 of the right score and 0.1 of the mean, not the other way round": lambda x, y: smoothed(x, y, part=0.9),
        "the sign is missing: a loss falls when the right score rises": lambda x, y: -smoothed(x, y),
    }, hints=(
        "Every name has a twin: `log_softmax`, `gather`, `reduce_mean`. Only `gather` needs thought.",
        "`tf.gather(logs, labels)` would pick rows. To pick one score in each row it must know that rows belong together.",
        "`tf.gather(logs, labels, batch_dims=1)` gives the right class's score of each row.")),
    "7.3": function("torch", keras_step, weights_and_rates, suspects={
        "that multiplies old gradients by today's rate, as PyTorch does; in Keras they keep the rate of their day":
            lambda w, b, g, rate, last: w - rate * (g + 0.9 * (0.9 * b + g)),
        "the ratio of the rates is upside down":
            lambda w, b, g, rate, last: w - rate * (g + 0.9 * (0.9 * b * rate / last + g)),
        "that is momentum without Nesterov: the step uses `g + 0.9 * b`, not `b`":
            lambda w, b, g, rate, last: w - rate * (0.9 * b * last / rate + g),
        "PyTorch's b is no velocity: it has the other sign, and no rate in it":
            lambda w, b, g, rate, last: w + 0.9 * (0.9 * b - rate * g) - rate * g,
    }, hints=(
        "Which velocity `v` does PyTorch's `b` stand for, if the last step was taken at the rate `last`?",
        "It stands for `v = -last * b`. Put it into `keras_step`, and you are done; or find what `b` must become.",
        "The new `b` is `0.9 * b * last / rate + g`; then take PyTorch's usual step, `w - rate * (g + 0.9 * b)`.")),
    "7.4": Exercise(_judge_report, (
        "Which of the two arrays may you look at to choose?",
        "`np.argmax` returns the first of equal entries.",
        "Choose with `watched`, report from `tested`, at the same epoch.")),
}
