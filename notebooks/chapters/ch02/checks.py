"""Chapter 2: steps of descent, gradients that are lost or cut, ports each way, the learner's own way back."""
import math
import sys

import numpy as np

from helpers.course import missing
from helpers.course.comparing import mismatch, one_number
from helpers.course.judging import (
    NO_FUNCTION,
    NO_RETURN,
    Exercise,
    array_of,
    attempt,
    call,
    function,
    kind,
    named,
    raised,
    returning,
)


def value_and_grad(side, answer, *arrays, weights=None):
    """((value, gradients) of a learner's function, None), or (None, what is wrong with it)."""
    found, error = attempt(lambda: side.value_and_grad(returning(answer), *arrays, weights=weights))
    return found, None if error is None else raised(error)


def cause_of(results, trials, reference, suspects):
    """None when each result is the reference's of its trial, else the cause of the suspect that fits all, or what differs.

    reference, and each suspect: a function of a trial's arguments.
    """
    def differs(f):
        return next(filter(None, (mismatch(got, f(*given), tell=True) for got, given in zip(results, trials))), None)
    found = differs(reference)
    return found and (named(suspects, lambda wrong: differs(wrong) is None) or found)


# Exercise 2.5: one step of gradient descent

def line(rng):
    """w, x and y of a straight line, and a rate."""
    rows, columns = rng.choice([3, 4, 5, 6, 7], 2, replace=False)
    w, x, y = (rng.normal(size=shape) for shape in ((columns, 1), (rows, columns), (rows, 1)))
    return w, x, y, float(rng.uniform(0.1, 0.3))


def slope_of(w, x, y):
    """The slope of the mean of the squared errors."""
    return 2 / len(y) * x.T @ (x @ w - y)


def _judge_step(answer):
    cause = STEP.judge(answer)
    if cause and "NoneType" in cause:
        return ("the slope came back as None: the tape was not told to follow it, or the loss is computed outside its "
                "`with` block. `w` is a tensor, so `tape.watch(w)` before the loss, and both inside the block.")
    return cause


STEP = function(
    "tf", lambda w, x, y, rate: w - rate * slope_of(w, x, y), line, suspects={
        "your step is m times too long: the loss is not one number, so TensorFlow summed; take the mean":
            lambda w, x, y, rate: w - rate * len(y) * slope_of(w, x, y),
        "your step goes uphill: against the slope, not along it": lambda w, x, y, rate: w + rate * slope_of(w, x, y),
        "that is the slope; asked for is the new w": lambda w, x, y, rate: slope_of(w, x, y),
        "that is the step; asked for is the new w": lambda w, x, y, rate: rate * slope_of(w, x, y),
        "the rate is missing: the step is the slope itself": lambda w, x, y, rate: w - slope_of(w, x, y),
        "your step is half as long: the loss is the mean itself, not a half of it":
            lambda w, x, y, rate: w - rate / 2 * slope_of(w, x, y),
        "`w` has not moved": lambda w, x, y, rate: w},
    hints=("Open a tape, compute the loss inside it, ask for the slope, and step against it.",
           "The tape follows variables by itself. A tensor it follows after `tape.watch(w)`.",
           "`w - rate * tape.gradient(loss, w)`, with `loss = tf.reduce_mean(...)`."))


# Exercise 2.6: names to which no gradient comes back

def _judge_lost(answer):
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side("torch")
    found = []
    for trial in range(3):
        rng = np.random.default_rng(trial)
        names = [str(name) for name in rng.permutation(["used", "cut", "flat", "absent"])]
        made = {name: side.tensor(rng.normal(size=2 + k)).requires_grad_() for k, name in enumerate(names)}
        flat, used, cut = (made[name] for name in ("flat", "used", "cut"))
        loss = (used * used).sum() + (-1 - flat * flat).relu().sum() + cut.detach().sum() * used.sum()
        got, problem = call(answer, loss, made)
        if problem and ("appears to not have been used" in problem or "allow_unused" in problem):
            return "without `allow_unused=True` PyTorch raises an error at the first weight that the loss does not hold."
        if problem:
            return problem
        if got is None:
            return NO_RETURN
        if not isinstance(got, (list, tuple)):
            return f"a list of names is asked for, yours returned {kind(got)}."
        if not all(isinstance(name, str) for name in got):
            return "a list of names is asked for: the keys of the dict, which are texts."
        found.append((list(got), names))
    return _why_not_lost(found)


def _lost(names):
    return [name for name in names if name in ("absent", "cut")]


LOST_SLIPS = {
    "these are the names that do get a gradient; the others are asked for":
        lambda got, names: got == [name for name in names if name not in _lost(names)],
    "a slope of 0 is a slope: `flat` gets one, so it is not lost":
        lambda got, names: got == [name for name in names if name != "used"],
    "that is the one whose slope is 0; the slope of a lost one is None": lambda got, names: got == ["flat"],
    "these are all names: before anybody asks for slopes, no weight has a gradient": lambda got, names: got == names,
    "yours finds nothing lost, where two are: ask for the slopes themselves, and not for zeros in place of None, as "
    "`materialize_grads` does": lambda got, names: not got,
    "yours stops at the first that is lost": lambda got, names: got == _lost(names)[:1],
    "the names are right; their order should be that of the dict": lambda got, names: sorted(got) == sorted(_lost(names)),
}


def _why_not_lost(found):
    """None when each (got, names) has the lost ones in their order, else the cause."""
    wrong = next(((got, names) for got, names in found if got != _lost(names)), None)
    if wrong is None:
        return None
    got, names = wrong
    return (named(LOST_SLIPS, lambda fits: all(fits(*one) for one in found))
            or f"of {', '.join(names)} the lost ones are {' and '.join(_lost(names))}; yours are {got}.")


# Exercise 2.7: a loop that clears its slopes

def _judge_loop(answer):
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side("torch")
    trials, results = [], []
    for trial, (rows, columns, steps) in enumerate([(6, 2, 3), (5, 3, 4), (8, 2, 2)]):
        rng = np.random.default_rng(trial)
        x, y, w = rng.normal(size=(rows, columns)), rng.normal(size=rows), rng.normal(size=columns)
        rate = 0.1 + 0.02 * trial
        result, problem = call(answer, side.tensor(w).requires_grad_(), *map(side.tensor, (x, y)), rate, steps)
        if problem and "zero_" in problem:
            return "before the first `backward` there is no slope to clear, `w.grad` is None: clear it after the step."
        if problem and "unsupported operand" in problem:
            return ("`w.grad` was None at the step: is it cleared between `backward` and the step? Clear it after the "
                    "step. Or is `w` a new tensor, by `w = w - ...`? Change `w` itself, with `-=` under `no_grad`.")
        found, problem = (None, problem) if problem else array_of(side, result)
        if problem:
            return problem
        trials.append((w, x, y, rate, steps))
        results.append(found)
    return cause_of(results, trials, descended, LOOP_SLIPS)


def descended(w, x, y, rate, steps, summed=False):
    """w after so many steps; summed: with slopes that nobody clears."""
    total = 0.0
    for _ in range(steps):
        slope = slope_of(w, x, y)
        total = total + slope if summed else slope
        w = w - rate * total
    return w


LOOP_SLIPS = {
    "the slopes of all steps so far add up: clear `w.grad` in each turn":
        lambda w, x, y, rate, steps: descended(w, x, y, rate, steps, summed=True),
    "`w` has not moved: is the slope cleared before the step has used it": lambda w, x, y, rate, steps: w,
    "yours takes one step, whatever `steps` says": lambda w, x, y, rate, steps: descended(w, x, y, rate, 1),
    "yours takes a step too many": lambda w, x, y, rate, steps: descended(w, x, y, rate, steps + 1),
    "yours takes a step too few": lambda w, x, y, rate, steps: descended(w, x, y, rate, steps - 1),
    "your steps go uphill": lambda w, x, y, rate, steps: descended(w, x, y, -rate, steps),
    "the loss is the mean; your steps are those of the sum":
        lambda w, x, y, rate, steps: descended(w, x, y, rate * len(y), steps),
    "all your steps take the slope at the first w: ask for it anew in each turn":
        lambda w, x, y, rate, steps: w - steps * rate * slope_of(w, x, y),
}


# Exercise 2.8: a target that stays still

def _judge_target(answer):
    if not callable(answer):
        return NO_FUNCTION
    trials, values, slopes = [], [], []
    for trial, (rows, columns) in enumerate([(5, 2), (4, 3), (7, 2)]):
        rng = np.random.default_rng(trial)
        now, later = rng.normal(size=(rows, columns)), rng.normal(size=(rows, columns))
        w, reward = rng.normal(size=(columns, 1)), rng.normal(size=(rows, 1))
        both, problem = value_and_grad(missing.side("tf"), answer, w, now, reward, later)
        if problem:
            return problem
        value, (slope, *_) = both
        if value.shape != ():
            return f"the loss should be one number, yours has the shape {value.shape}: take the mean."
        trials.append((w, now, reward, later))
        values.append(value)
        slopes.append(None if slope is None else slope.astype(value.dtype))  # as exact as the loss
    return cause_of(values, trials, loss_of, LOSS_SLIPS) or _why_not_still(slopes, trials)


def errors(w, now, reward, later, factor=0.9):
    return now @ w - (reward + factor * later @ w)


def loss_of(*given, factor=0.9):
    return np.mean(errors(*given, factor=factor) ** 2)


LOSS_SLIPS = {
    "that is the sum of the squared errors; the mean is asked for": lambda *given: np.sum(errors(*given) ** 2),
    "that is half of the mean of the squared errors": lambda *given: loss_of(*given) / 2,
    "these are absolute errors; squares are asked for": lambda *given: np.abs(errors(*given)).mean(),
    "the factor 0.9 is missing in the target": lambda *given: loss_of(*given, factor=1.0),
    "the reward is missing in the target": lambda w, now, reward, later: loss_of(w, now, 0.0, later),
    "the reward counts in full: 0.9 belongs to the later worth alone":
        lambda w, now, reward, later: loss_of(w, now, 0.9 * reward, later),
    "the target is made of `later`, not of `now`": lambda w, now, reward, later: loss_of(w, now, reward, now),
}


def _why_not_still(slopes, trials):
    """None when the slopes come through the prediction alone, else the cause."""
    if any(slope is None or not slope.any() for slope in slopes):
        return "the loss is right, but no gradient reaches `w`: only the target should be cut off."

    def through_now(w, now, reward, later):
        return 2 / len(now) * now.T @ errors(w, now, reward, later)

    def through_later(w, now, reward, later):
        return -2 / len(now) * 0.9 * later.T @ errors(w, now, reward, later)
    cause = cause_of(slopes, trials, through_now, {
        "the target moves as well: a gradient comes through it": lambda *given: through_now(*given) + through_later(*given),
        "you cut off the prediction, and the target moves": through_later})
    return cause and f"the loss is right, but not its gradient: {cause}"


# Exercise 2.1: sin(x) / x, also at 0

def sinc(x):
    """sin(x) / x, and 1 at 0; its derivative there is 0, which central differences find."""
    return np.sinc(x / np.pi)


def array_with_zeros(rng):
    """(2, 4) numbers, one of them 0 and three near it."""
    x = rng.normal(size=(2, 4))
    x[0, rng.permutation(4)] = [0.0, 1e-3, -4e-3, 0.03]
    return (x,)


# Exercise 2.2: rounding with slope 1

def _judge_rounding(answer):
    if not callable(answer):
        return NO_FUNCTION
    if isinstance(answer, type):
        return f"that is the class itself; what is called is its `apply`: `answer = {answer.__name__}.apply`."
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(scale=3, size=7), [0.5, 1.5, -2.5]])
    upstream = rng.normal(size=10)
    both, problem = value_and_grad(missing.side("torch"), answer, x, weights=upstream)
    if problem:
        return problem
    value, (slope,) = both
    return _why_not_rounded(value, x) or _why_not_slope_one(slope, upstream)


def _why_not_rounded(value, x):
    if value.shape != x.shape:
        return f"shape {value.shape} where {x.shape} is asked for."
    if np.allclose(value, np.round(x)):
        return None
    if np.allclose(value, 2 * x - np.round(x)):
        return "the rest is added with the wrong sign: x plus what gives the rounded x?"
    off = int(np.argmax(~np.isclose(value, np.round(x))))
    halves = " `torch.round` takes halves to the even neighbor." if x[off] % 1 == 0.5 else ""
    return f"{x[off]:.3f} should become {np.round(x[off]) + 0.0:.0f}, yours is {value[off]:.3f}.{halves}"


def _why_not_slope_one(slope, upstream):
    if slope is None:
        return "the values are right, but no gradient reaches x: what is detached carries none, so x itself must not be."
    if np.allclose(slope, upstream):
        return None
    if not slope.any():
        return "the values are right, but the slope is 0, as it is for `torch.round`: pretend that it is 1."
    if np.allclose(slope, 1):
        return "the values are right, but what comes from above is lost: pass `upstream` on, not ones."
    factor = slope / upstream
    if np.allclose(factor, factor[0]):
        return f"the values are right, but the slope is {factor[0]:.3g} where 1 is asked for."
    return "the values are right, but the slope is not 1 everywhere."


# Exercise 2.3: slopes of single operations

class Number:
    """One node of a record, with the attributes of the lesson's Scalar."""

    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad = value, parents, 0.0


def scalar():
    """The learner's own class Scalar, so that isinstance works; Number where there is none."""
    own = getattr(sys.modules.get("__main__"), "Scalar", None)
    return own if isinstance(own, type) else Number


def _judge_operations(answer):
    if not (isinstance(answer, (tuple, list)) and len(answer) == 3 and all(map(callable, answer))):
        return "answer must be a tuple of three functions: multiply, power, tanh."
    multiply, power, tanh = answer
    new = scalar()
    a, b = new(1.5), new(-0.7)
    t = math.tanh(1.5)
    cases = [  # name, call, value, parents with their slopes, suspects {cause: parents}
        ("multiply", lambda: multiply(a, b), -1.05, [(a, -0.7), (b, 1.5)],
         {"the slope toward one factor is the other factor, not itself": [(a, 1.5), (b, -0.7)],
          "1 is the slope of a sum; toward a factor it is the other factor": [(a, 1.0), (b, 1.0)]}),
        ("multiply(a, a)", lambda: multiply(a, a), 2.25, [(a, 1.5), (a, 1.5)], {}),
        ("power", lambda: power(a, 3), 1.5**3, [(a, 3 * 1.5**2)],
         {"the factor n is missing": [(a, 1.5**2)], "the exponent of the slope is n - 1": [(a, 3 * 1.5**3)]}),
        ("power", lambda: power(a, -0.5), 1.5**-0.5, [(a, -0.5 * 1.5**-1.5)], {}),
        ("tanh", lambda: tanh(a), t, [(a, 1 - t * t)],
         {"1 - t² uses the output, not the input": [(a, 1 - 1.5**2)], "the slope is 1 - t², with a square": [(a, 1 - t)]}),
    ]
    for name, run, *expected in cases:
        made, problem = call(run)
        cause = problem or _why_not_operation(made, *expected)
        if cause:
            return f"{name}: {cause}"
    return None


def _why_not_operation(made, value, slopes, suspects):
    """None when a new node has this value and these parents, else the cause."""
    if made is None:
        return "it returned None: is there a `return`?"
    if not hasattr(made, "parents") or not hasattr(made, "value"):
        return f"a Scalar is asked for, yours returned a {type(made).__name__}."
    if not math.isclose(made.value, value, rel_tol=1e-6):
        return f"the value is {made.value}, it should be {value}."
    if not isinstance(made.parents, (list, tuple)) or not all(map(_is_pair, made.parents)):
        return "its parents should be a list of pairs (parent, slope)."
    found = _summed(made.parents)
    if found.keys() != _summed(slopes).keys():
        return f"its parents should be the {len(slopes)} it was given, as pairs (parent, slope)."
    if not _near(found, _summed(slopes), 1e-6):
        cause = next((cause for cause, wrong in suspects.items() if _near(found, _summed(wrong), 1e-6)), None)
        return f"{cause or 'a slope toward a parent is not right'}."
    exact = _near(found, _summed(slopes), 1e-12) and math.isclose(made.value, value, rel_tol=1e-12)
    return None if exact else "right to seven digits: it was computed in float32. Python's `math` has float64."


def _is_pair(pair):
    return (isinstance(pair, (list, tuple)) and len(pair) == 2
            and hasattr(pair[0], "value") and one_number(pair[1]) is not None)


def _summed(parents):
    """{number that identifies a parent: its slopes, added}: a node may be its own partner."""
    slopes = {}
    for parent, slope in parents:
        slopes[id(parent)] = slopes.get(id(parent), 0.0) + float(slope)
    return slopes


# Exercise 2.4: the backward pass

class TooManySteps(Exception):
    """Far more parents were read than the graph has."""


def counted():
    """A class of nodes like the learner's, with operators, that counts how often any node's parents are read."""

    class Counted(scalar()):
        reads = 0

        @property
        def parents(self):
            Counted.reads += 1
            if Counted.reads > 300_000:  # a slow way through 45 nodes stays below
                raise TooManySteps
            return self.kept

        @parents.setter
        def parents(self, pairs):
            self.kept = pairs

        def __add__(self, other):
            return Counted(self.value + other.value, [(self, 1.0), (other, 1.0)])

        def __mul__(self, other):
            return Counted(self.value * other.value, [(self, other.value), (other, self.value)])

        def __pow__(self, n):
            return Counted(self.value**n, [(self, n * self.value ** (n - 1))])
    return Counted


def passed_on(out, order, part=lambda before, grad, slope: before + grad * slope):
    """Go through an order, each node giving to its parents; part: what becomes of a parent's grad."""
    out.grad = 1.0
    for node in order:
        for parent, slope in node.kept:
            parent.grad = part(parent.grad, node.grad, slope)


def in_order(out):
    """All nodes behind out, each after its parents."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.kept:
                visit(parent)
            order.append(node)
    visit(out)
    return order


def backward(out):
    """Set grad of every node behind out."""
    passed_on(out, reversed(in_order(out)))


def overwriting(out):
    passed_on(out, reversed(in_order(out)), part=lambda before, grad, slope: grad * slope)


def slopes_alone(out):
    passed_on(out, reversed(in_order(out)), part=lambda before, grad, slope: before + slope)


def repeating(out):
    """The order holds a node as often as a path leads to it."""
    def visit(node):
        for parent, _ in node.kept:
            yield from visit(parent)
        yield node
    passed_on(out, reversed(list(visit(out))))


def hasty(out, first=True):
    if first:
        out.grad = 1.0
    for parent, slope in out.kept:
        parent.grad += out.grad * slope
        hasty(parent, first=False)


def breadth_first(out):
    out.grad, queue = 1.0, [out]
    for node in queue:
        for parent, slope in node.kept:
            parent.grad += node.grad * slope
            if parent not in queue:
                queue.append(parent)


def users_not_first(out):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for parent, _ in node.kept:
                visit(parent)
    visit(out)
    passed_on(out, order)


def shallow(out):
    """Stops at the parents; going through the order from the wrong end does the same."""
    out.grad = 1.0
    for parent, slope in out.kept:
        parent.grad += slope


def only_leaves(out):
    backward(out)
    for node in in_order(out):
        if node.kept:
            node.grad = 0.0


def unseeded(out):
    """Leaves every gradient at 0, because 0 is what it starts with."""


SLIPS = {
    "a gradient is overwritten where it should be added: a node used twice receives two parts": overwriting,
    "a gradient was passed on before all of it had arrived, so parts of it were counted again": hasty,
    "layer by layer is not the order that is needed: a node was done before a longer path had reached it": breadth_first,
    "a node was done before all that use it: append a node after its parents, then reverse": users_not_first,
    "only the parents of out have received anything: does it stop there, or is `reversed` missing, so that it goes through "
    "the order from the wrong end": shallow,
    "the inputs are right, but the nodes between have no grad: every node behind out is asked for": only_leaves,
    "everything is 0: the pass starts with the slope of out toward itself, which is 1": unseeded,
    "a node stands in your order more than once: append it at its first visit only": repeating,
    "a node passes on its own grad times the slope; yours passes on the slope alone": slopes_alone,
}


def product(a, b, c):
    """a * b"""
    return a * b


def shared(a, b, c):
    """d = a * b; e = d * d + c; e * (b * a) + e * a"""
    d = a * b
    e = d * d + c
    return e * (b * a) + e * a


def chain(a, b, c):
    """four times a, b = b * c + a, a**2 * c; then a * b + b"""
    for _ in range(4):
        a, b = b * c + a, a**2 * c
    return a * b + b


def doublings(a, b, c):
    """forty times a = a + a; then a * b * c"""
    for _ in range(40):
        a = a + a
    return a * b * c


def _judge_backward(answer):
    if not callable(answer):
        return "answer must be a function: answer = backward."
    suspects, differs = dict(SLIPS), ""
    for program in (product, shared, chain):
        grads, problem = _gradients(answer, program)
        if problem:
            return problem
        suspects = {cause: slip for cause, slip in suspects.items() if _near(grads, _gradients(slip, program)[0])}
        differs = differs or _difference(grads, program)
    if differs:
        return differs if len(suspects) != 1 else f"{next(iter(suspects))}."
    grads, problem = _gradients(answer, doublings)
    return problem or _difference(grads, doublings) or _against_the_frameworks(answer)


def _difference(grads, program):
    """What differs from the right gradients, as a sentence; "" when nothing does."""
    right, _ = _gradients(backward, program)
    if _near(grads, right):
        return ""
    return f"for `{program.__doc__}` your gradients of a, b, c are {_inputs(grads)}, right are {_inputs(right)}."


def _against_the_frameworks(answer):
    """None when the gradients of the inputs are those of the frameworks that are there, else the difference."""
    for side in missing.sides():
        for program in (shared, chain):
            mine = _inputs(_gradients(answer, program)[0])
            theirs = [float(slope) for slope in side.value_and_grad(program, *_arrays())[1]]
            if not np.allclose(mine, theirs, rtol=1e-9):
                return f"for `{program.__doc__}` your gradients of a, b, c are {mine}, {side.NAME}'s are {theirs}."
    return None


def _arrays():
    """Values of a, b and c, as arrays without dimensions."""
    return [np.array(x) for x in np.random.default_rng(1).uniform(0.5, 1.2, size=3)]


def _inputs(grads):
    """The first three gradients: those of a, b and c."""
    return [grads[k] for k in range(3)]


def _gradients(method, program):
    """({number of a node: its gradient after method has run}, None), or ({}, what went wrong); a, b, c are 0, 1, 2."""
    node = counted()
    leaves = [node(float(array), []) for array in _arrays()]
    out = program(*leaves)
    nodes = leaves + [other for other in in_order(out) if other not in leaves]
    returned, error = attempt(method, out)
    if isinstance(error, TooManySteps):
        return {}, ("it walks every path from the result to the inputs, and where a number is doubled 40 times there are "
                    "2^40 of them: visit each node once.")
    if error is not None:
        return {}, raised(error)
    if returned is not None and not any(other.grad for other in nodes):
        return {}, f"it should set the `grad` of each node; yours sets none, and returns {kind(returned)}."
    return {k: float(other.grad) for k, other in enumerate(nodes)}, None


def _near(found, expected, rel_tol=1e-9):
    return found.keys() == expected.keys() and all(
        math.isclose(found[key], expected[key], rel_tol=rel_tol, abs_tol=1e-12) for key in expected)


EXERCISES = {
    "2.1": function("tf", sinc, array_with_zeros, gradients=True, dtype="float64", suspects={
        "at x = 0 yours is 0, where sin(x) / x tends to 1": lambda x: np.where(x == 0, 0.0, sinc(x)),
        "at x = 0 yours is sin(1): you divide there by 1, but do not choose the value 1 yet":
            lambda x: np.where(x == 0, np.sin(1), sinc(x)),
        "negative numbers are no zeros": lambda x: np.where(x <= 0, 1.0, sinc(x)),
        "sin(πx) / (πx) is another function, although it is called sinc too": np.sinc,
        "x = 0.004 is not 0: there the value is not 1 yet": lambda x: np.where(np.abs(x) < 0.01, 1.0, sinc(x)),
    }, hints=(
        "Translate it first and look at the gradient at 0. Which branch does the NaN come from?",
        "A branch that is not chosen receives the gradient 0, and multiplies it by its own slope: 0 · ∞ is NaN.",
        "Replace 0 by 1 before you divide, with a `where` of its own; then choose with a second `where`.")),
    "2.2": Exercise(_judge_rounding, (
        "The values are those of `torch.round`; only the slope is pretended.",
        "A detached tensor has a value and the slope 0. So x + (something detached) has the slope of x.",
        "The detached part is what must be added to x to get the rounded x: `torch.round(x) - x`.")),
    "2.3": Exercise(_judge_operations, (
        "For each operation write down its derivative toward each input, as for `add`, where both are 1.",
        "The product a · b has the slope b toward a, and a toward b. A power has n · a^(n-1).",
        "With t = tanh(a) the slope is 1 - t²; compute t once and use it twice.")),
    "2.4": Exercise(_judge_backward, (
        "Two functions in one: first find an order, then go through it and give to each parent.",
        "Visit a node's parents first and append the node afterwards: in this list parents come before their users.",
        "`out.grad = 1.0`, then `for node in reversed(order)`, then `parent.grad += node.grad * slope`.")),
    "2.5": Exercise(_judge_step, STEP.hints),
    "2.6": Exercise(_judge_lost, (
        "Ask for all the slopes at once, and look which of them are None.",
        "`torch.autograd.grad(loss, list(weights.values()), allow_unused=True)` returns them in the dict's order.",
        "`[name for name, slope in zip(weights, slopes) if slope is None]`")),
    "2.7": Exercise(_judge_loop, (
        "Print `w.grad` in each turn. Is it the slope at this w?",
        "`backward` adds to what `w.grad` holds. Something must empty it once in each turn.",
        "After the step: `w.grad = None`.")),
    "2.8": Exercise(_judge_target, (
        "The loss has two ways back to w: through the prediction, and through the target. Cut the second.",
        "`tf.stop_gradient(t)` has the value of t and no way back.",
        "Compute `target = tf.stop_gradient(reward + 0.9 * later @ w)`, then the mean of the squared difference.")),
}
