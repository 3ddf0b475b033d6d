"""Chapter 7: a split by groups, momentum, the number to report, imports of a pickle, compiling; and `checks_language`."""
import io
import pickle
import pickletools

import numpy as np

from chapters.ch07 import checks_language, checks_toolbox
from helpers.course import missing
from helpers.course.comparing import one_number, plain
from helpers.course.judging import Exercise, attempt, call, cases, function, kind, short

# Exercise 7.1: whole forms to the test

LAYOUTS = (np.full(12, 30), np.array([300] + 10 * [30]))
"""The scans of each form: all alike, and one that has half of them."""
SHARES = [0.25] * 30 + [0.2, 0.3, 0.2501] * 7
"""One a trial. 0.25 is 3 of 12 equal forms; these cannot reach the others exactly, and miss 0.2501 by a hair."""


def _judge_split(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(form, share, rng): above."
    for sizes in LAYOUTS:
        drawn = []
        for trial, share in enumerate(SHARES):
            form = np.repeat(3 * np.arange(len(sizes)) + 5, sizes)  # nothing says how forms are numbered
            if trial % 2:  # nothing says that a form's scans stand together
                form = np.random.default_rng(trial).permutation(form)
            test, problem = call(answer, form.copy(), share, np.random.default_rng(trial))
            again, _ = call(answer, form.copy(), share, np.random.default_rng(trial))
            problem = problem or _problem_of_split(form, share, test)
            if problem:
                return problem
            if not np.array_equal(test, again):
                return "the forms are not drawn by `rng`: the same generator twice should give the same test."
            drawn.append(tuple(np.unique(form[test])))
        problem = _problem_of_chance(np.unique(form), drawn)
        if problem:
            return problem
    return None


def _problem_of_split(form, share, test):
    """What is wrong with one test, a boolean array, or None."""
    if not isinstance(test, np.ndarray) or test.dtype != bool or test.shape != form.shape:
        return f"return a boolean array with one entry for each scan: shape {form.shape}, True for the test."
    for one in np.unique(form):
        if 0 < test[form == one].sum() < (form == one).sum():
            return f"form {one} is on both sides: {test[form == one].sum()} of its scans are in the test."
    found = test.mean()
    without_last = min((found - (form == one).mean() for one in np.unique(form[test])), default=1.0)
    if found >= 1 - share and without_last >= share:
        return f"{found:.0%} of the scans are True where {share:.0%} were asked for: did you mark the training scans?"
    if found < share - 1e-9:
        return (f"only {found:.2%} are in the test, at least {share:.2%} were asked for: `share` is a share of the scans, "
                "and forms may differ in size.")
    if without_last >= share:  # a large form that came last may overshoot: without it there must be too few
        return f"{found:.0%} of the scans are in the test, although fewer forms make up {share:.0%}: stop earlier."
    return None


def _problem_of_chance(names, drawn):
    """What is wrong with the tests that other generators gave, each a tuple of forms, one for each of SHARES; or None."""
    different = len(set(drawn[:SHARES.count(SHARES[0])]))
    if different == 1:
        return "the forms are not drawn by `rng`: other generators should give other tests."
    never = [name for name in names if not any(name in one for one in drawn)]
    if never:  # chance leaves one out in less than one of a million judgements
        return f"form {never[0]} is never in the test, whatever `rng` draws: each form must have its chance."
    if different <= len(names):  # what a rotation of one fixed order can give
        return (f"{SHARES.count(SHARES[0])} generators gave only {different} different tests: draw each form by chance, not "
                "only the first.")
    return None


# Exercise 7.3: Keras's step with PyTorch's state

def keras_step(w, b, g, rate, last):
    """Nesterov momentum as Keras has it, from the velocity -last * b that PyTorch's sum of gradients b stands for."""
    v = -0.9 * last * b - rate * g
    return w + 0.9 * v - rate * g


STEPS = {
    "that multiplies old gradients by today's rate, as PyTorch does; in Keras they keep the rate of their day":
        lambda w, b, g, rate, last: w - rate * (g + 0.9 * (0.9 * b + g)),
    "the ratio of the rates is upside down":
        lambda w, b, g, rate, last: w - rate * (g + 0.9 * (0.9 * b * rate / last + g)),
    "that is momentum without Nesterov: the step uses `g + 0.9 * b`, not `b`":
        lambda w, b, g, rate, last: w - rate * (0.9 * b * last / rate + g),
    "PyTorch's b is no velocity: it has the other sign, and no rate in it":
        lambda w, b, g, rate, last: w + 0.9 * (0.9 * b - rate * g) - rate * g,
    "that takes the new gradient at the rate `last`; only the old ones keep it":
        lambda w, b, g, rate, last: w - last * (g + 0.9 * (0.9 * b + g)),
    "the sign is wrong: `v = -last * b`": lambda w, b, g, rate, last: w + 0.9 * (0.9 * last * b - rate * g) - rate * g,
    "that is the new velocity; the new weights are asked for": lambda w, b, g, rate, last: -0.9 * last * b - rate * g,
}


def step_inputs(rng):
    """Weights, buffer and gradient; the rate, and the last one, which was lower or higher."""
    rate = float(rng.uniform(0.01, 0.1))
    return *rng.normal(size=(3, 4)), rate, rate * float(rng.choice([0.4, 2.5]))


def gradient_kept(answer):
    """None, or what is wrong with a step that changes the gradient, too: the text allows it for `w` and `b` alone."""
    w, b, g = missing.side("torch").torch.ones(3, 4).double()
    answer(w, b, g, 0.1, 0.25)
    return None if (g == 1).all() else "the new weights are right, but `g` has changed as well: only `w` and `b` may."


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
        got = attempt(plain, got).result
        got = got.tolist() if isinstance(got, np.ndarray) else got
        if not isinstance(got, list) or len(got) != 2:
            return "return two things: the epoch, and the accuracy."
        epoch, share = map(one_number, got)
        if epoch is None or share is None:
            return "return two numbers: one epoch, and the accuracy at that epoch."
        if epoch == first and np.isclose(share, tested[first]):
            continue
        if epoch == first and np.isclose(share, 0.95):
            return "the epoch is right; but what you report is the accuracy on form 11, for which you chose that epoch."
        if epoch == first and np.isclose(share, tested).any():
            return f"the epoch is right; report the test's accuracy at epoch {first}, yours is from a different epoch."
        if epoch == first:
            return f"the epoch is right; the test's accuracy at epoch {first} is {tested[first]:.2f}, yours is {share:.4g}."
        if share == first and np.isclose(epoch, tested[first]):
            return "the epoch comes first, then the accuracy."
        for cause, wrong in (("that epoch was chosen on the test, which then no longer tests anything", tested.argmax()),
                             ("of equals the first is asked for", second),
                             ("that is the last epoch, not the one at which form 11 was read best", 11),
                             ("epochs are counted from 0", first + 1)):
            if epoch == wrong:
                return f"{cause}."
        return f"form 11 was read best at epoch {first}, yours is {epoch!r}."
    return None


# Exercise 7.5: what a pickle would import

LOADED = []
"""Filled when one of the pickles below is loaded."""


def ran(said):
    """What the pickles call when they are loaded."""
    LOADED.append(said)
    return said


class Calls:
    """An object that wants to be rebuilt by a call of `function` with one text."""

    def __init__(self, function, text):
        self.function, self.text = function, text

    def __reduce__(self):
        return self.function, (self.text,)


def packed(things, memo=True):
    """Things as a pickle of protocol 2. memo: whether it imports a name once; else as often as it is used."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, protocol=2)
    pickler.fast = not memo
    pickler.dump(things)
    return stream.getvalue()


def programs():
    """The pickles to judge by: harmless ones, texts that look like a name or its bytes, imports without a call, or twice."""
    return (packed([Calls(ran, "x"), "os system"]), packed([1.5, "three", {"a": [1, 2]}]), packed(["cos\nsystem\n", len]),
            packed([Calls(str, "first"), Calls(ran, "second"), Calls(bytes.fromhex, "00")]),
            packed([Calls(ran, "x"), Calls(int, "3"), Calls(ran, "y")], memo=False))


def imported(program):
    """What a pickle would import: the sorted arguments of its GLOBAL instructions, each once."""
    return sorted({argument for one, argument, _ in pickletools.genops(program) if one.name == "GLOBAL"})


def _judge_imports(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(program): above."
    for program in programs():
        LOADED.clear()
        got, problem = call(answer, program)
        if LOADED:
            return "the program has run: you have loaded it. List its instructions with `pickletools.genops` instead."
        if problem:
            return problem
        if not isinstance(got, (list, tuple)):
            return f"it gives {kind(got)}: return a list of texts."
        right = imported(program)
        if not all(isinstance(one, str) for one in got):
            return "return a list of texts, such as \"collections OrderedDict\"."
        if list(got) == right:
            continue
        texts = [argument.replace("\n", " ") for one, argument, _ in pickletools.genops(program)
                 if isinstance(argument, str) and one.name != "GLOBAL"]
        stray = [one for one in got if one not in right and any(one in text for text in texts)]
        if stray:
            return f"{stray[0]!r} stands in one of the texts that are no imports: only GLOBAL imports."
        if sorted(set(map(str, got))) == right:
            return "the same name comes twice: each once." if len(got) > len(right) else "the names are right, not sorted."
        return f"a program that imports {right} gives {short(got)}."
    return None


# Exercise 7.6: when compiling pays

def steps_that_pay(first, later, eager):
    """The smallest number of steps for which first + (steps - 1) * later is less than steps * eager."""
    return max(1, (first - later) // (eager - later) + 1)


def prices():
    """Some in which the sums are equal after a whole number of steps, and two in which the first step pays already."""
    rng = np.random.default_rng(0)
    drawn = [(int(rng.integers(500, 9000)), later, later + int(rng.integers(1, 9))) for later in (2, 5, 11)]
    return [(1000, 10, 20), (100, 1, 2), (1001, 10, 20), (5, 3, 9), (2, 5, 6), *drawn]


def _say_steps(arguments, right, got):
    first, later, eager = arguments
    return (f"with first={first}, later={later}, eager={eager} it is {right} steps, yours gives {got}: after {right} steps "
            f"compiled ones took {first + (right - 1) * later}, eager ones {right * eager}.")


EXERCISES = {
    **checks_toolbox.EXERCISES,
    "7.1": Exercise(_judge_split, (
        "Draw forms, not scans: `np.unique(form)` lists them.",
        "Put the forms in random order with `rng.permutation` and take one after another.",
        "Keep a boolean array `test`. For each form of the random order: if `test.mean() < share`, then "
        "`test |= form == one`.")),
    "7.3": function("torch", keras_step, step_inputs, STEPS, dtype="float64", atol=1e-12, then=gradient_kept, hints=(
        "Which velocity `v` does PyTorch's `b` stand for, if the last step was taken at the rate `last`?",
        "It stands for `v = -last * b`. Put it into `keras_step`, and you are done; or find what `b` must become.",
        "The new `b` is `0.9 * b * last / rate + g`; then take PyTorch's usual step, `w - rate * (g + 0.9 * b)`.")),
    "7.4": Exercise(_judge_report, (
        "Which of the two arrays may you look at to choose?",
        "`np.argmax` returns the first of equal entries.",
        "Choose with `watched`, report from `tested`, at the same epoch.")),
    "7.5": Exercise(_judge_imports, (
        "The loop above the prediction prints every instruction. Which of them import?",
        "Collect the argument of each instruction whose name is `GLOBAL`. A set keeps each once.",
        "`sorted({argument for one, argument, _ in pickletools.genops(program) if one.name == \"GLOBAL\"})`")),
    "7.6": cases(prices, steps_that_pay, suspects={
        "the first step is one of them: besides it there are `steps - 1` later ones":
            lambda first, later, eager: (first // (eager - later)) + 1,
        "then both took the same: no time is saved yet":
            lambda first, later, eager: max(1, -(-(first - later) // (eager - later))),
        "the later steps take time, too: count them": lambda first, later, eager: first // eager + 1,
    }, say=_say_steps, no_function="answer must be a function: write def answer(first, later, eager): above.",
        unfit=lambda got: None if isinstance(got, (int, np.integer)) and not isinstance(got, bool) else
        f"it gives {short(got)}: return a whole number of steps.", hints=(
        "After n steps the compiled ones have taken `first + (n - 1) * later`.",
        "Count n up from 1, and stop as soon as that is less than `n * eager`.",
        "Without a loop: `max(1, (first - later) // (eager - later) + 1)`.")),
} | checks_language.EXERCISES
