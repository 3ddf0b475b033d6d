"""Chapter 2: steps of descent, gradients that are lost or cut, ports each way, the learner's own way back."""
import math
import operator
import sys

import numpy as np

from helpers.course import missing
from helpers.course.comparing import mismatch
from helpers.course.judging import (
    NO_FUNCTION,
    NO_RETURN,
    Exercise,
    array_of,
    attempt,
    call,
    function,
    named,
    raised,
    returning,
)


def value_and_grad(side, answer, *arrays, weights=None):
    """((value, gradients) of a learner's function, None), or (None, what is wrong with it)."""
    found, error = attempt(lambda: side.value_and_grad(returning(answer), *arrays, weights=weights))
    return found, None if error is None else raised(error)


def cause_of(found, right, suspects):
    """None when the array is right, else the cause: that of the one suspect whose array it is, or what differs."""
    differs = mismatch(found, right, tell=True)
    return differs and (named(suspects, lambda wrong: mismatch(found, wrong) is None) or differs)


# Exercise 2.5: one step of gradient descent

def _judge_step(answer):
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side("tf")
    for trial, (rows, columns) in enumerate([(5, 2), (7, 3), (3, 4)]):
        rng = np.random.default_rng(trial)
        x, y, w = rng.normal(size=(rows, columns)), rng.normal(size=(rows, 1)), rng.normal(size=(columns, 1))
        rate = 0.1 + 0.1 * trial
        result, problem = call(answer, *map(side.tensor, (w, x, y)), rate)
        if problem and "None" in problem:
            return ("the slope came back as None: the tape was not told to follow it. `w` is a tensor, so `tape.watch(w)` "
                    "before the loss.")
        found, problem = (None, problem) if problem else array_of(side, result)
        if problem:
            return problem
        slope = 2 / rows * x.T @ (x @ w - y)
        cause = cause_of(found, w - rate * slope, {
            "your step is m times too long: the loss is not one number, so TensorFlow summed; take the mean":
                w - rate * rows * slope,
            "your step goes uphill: against the slope, not along it": w + rate * slope,
            "that is the slope; asked for is the new w": slope,
            "that is the step; asked for is the new w": rate * slope,
            "`w` has not moved": w})
        if cause:
            return cause
    return None


# Exercise 2.6: names to which no gradient comes back

def _judge_lost(answer):
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side("torch")
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
            return f"a list of names is asked for, yours returned a {type(got).__name__}."
        lost = [name for name in names if name in ("absent", "cut")]
        if call(operator.ne, list(got), lost).result is not False:
            return _why_not_lost(list(got), lost, names)
    return None


def _why_not_lost(got, lost, names):
    if got == []:
        return ("yours finds nothing lost, where two are: PyTorch, when it is asked for zeros in place of None "
                "(`materialize_grads`), has none to show.")
    if not all(isinstance(name, str) for name in got):
        return "a list of names is asked for: the keys of the dict, which are texts."
    if got == [name for name in names if name not in lost]:
        return "these are the names that do get a gradient; the others are asked for."
    if got == [name for name in names if name != "used"]:
        return "a slope of 0 is a slope: `flat` gets one, so it is not lost."
    if sorted(map(str, got)) == sorted(lost):
        return "the names are right; their order should be that of the dict."
    return f"of {', '.join(names)} the lost ones are {' and '.join(lost)}; yours are {got}."


# Exercise 2.7: a loop that clears its slopes

def _judge_loop(answer):
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side("torch")
    for trial, (rows, columns, steps) in enumerate([(6, 2, 3), (5, 3, 4), (8, 2, 2)]):
        rng = np.random.default_rng(trial)
        x, y, w = rng.normal(size=(rows, columns)), rng.normal(size=rows), rng.normal(size=columns)
        given = side.tensor(w).requires_grad_()
        result, problem = call(answer, given, *map(side.tensor, (x, y)), 0.1, steps)
        if problem and "zero_" in problem:
            return "before the first `backward` there is no slope to clear, `w.grad` is None: clear it after the step."
        if problem and "unsupported operand" in problem:
            return "`w.grad` was None at the step: is it cleared between `backward` and the step? Clear it after the step."
        found, problem = (None, problem) if problem else array_of(side, result)
        if problem:
            return problem
        cause = cause_of(found, descended(w, x, y, steps), {
            "the slopes of all steps so far add up: clear `w.grad` in each turn": descended(w, x, y, steps, summed=True),
            "`w` has not moved: is the slope cleared before the step has used it": w,
            "yours takes one step, whatever `steps` says": descended(w, x, y, 1)})
        if cause:
            return cause
    return None


def descended(w, x, y, steps, summed=False):
    """w after so many steps at the rate 0.1; summed: with slopes that nobody clears."""
    total = 0.0
    for _ in range(steps):
        slope = 2 / len(y) * x.T @ (x @ w - y)
        total = total + slope if summed else slope
        w = w - 0.1 * total
    return w


# Exercise 2.8: a target that stays still

def _judge_target(answer):
    if not callable(answer):
        return NO_FUNCTION
    for trial, (rows, columns) in enumerate([(5, 2), (4, 3), (7, 2)]):
        rng = np.random.default_rng(trial)
        now, later = rng.normal(size=(rows, columns)), rng.normal(size=(rows, columns))
        w, reward = rng.normal(size=(columns, 1)), rng.normal(size=(rows, 1))
        both, problem = value_and_grad(missing.side("tf"), answer, w, now, reward, later)
        if problem:
            return problem
        value, (slope, *_) = both
        error = now @ w - (reward + 0.9 * later @ w)
        cause = _why_not_the_loss(value, error) or _why_not_still(slope, error, now, later)
        if cause:
            return cause
    return None


def _why_not_the_loss(value, error):
    if value.shape != ():
        return f"the loss should be one number, yours has the shape {value.shape}: take the mean."
    if np.isclose(value, (error**2).sum()):
        return "that is the sum of the squared errors; the mean is asked for."
    if not np.isclose(value, (error**2).mean()):
        return f"the loss should be {(error**2).mean():.6g}, yours is {value:.6g}."
    return None


def _why_not_still(slope, error, now, later):
    through_now = 2 / len(error) * now.T @ error
    through_later = -2 / len(error) * 0.9 * later.T @ error
    if slope is None or not slope.any():
        return "the loss is right, but no gradient reaches `w`: only the target should be cut off."
    return cause_of(slope, through_now, {
        "the loss is right, but the target moves as well: a gradient comes through it": through_now + through_later,
        "the loss is right, but you cut off the prediction, and the target moves": through_later})


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
    return f"{x[off]:.3f} should become {np.round(x[off]):.0f}, yours is {value[off]:.3f}.{halves}"


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
         {"the slope toward one factor is the other factor, not itself": [(a, 1.5), (b, -0.7)]}),
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
    if not isinstance(made.parents, (list, tuple)) or any(not isinstance(pair, (list, tuple)) for pair in made.parents):
        return "its parents should be a list of pairs (parent, slope)."
    found = _summed(made.parents)
    if found.keys() != _summed(slopes).keys():
        return f"its parents should be the {len(slopes)} it was given, as pairs (parent, slope)."
    if not _near(found, _summed(slopes), 1e-6):
        cause = next((cause for cause, wrong in suspects.items() if _near(found, _summed(wrong), 1e-6)), None)
        return f"{cause or 'a slope toward a parent is not right'}."
    exact = _near(found, _summed(slopes), 1e-12) and math.isclose(made.value, value, rel_tol=1e-12)
    return None if exact else "right to seven digits: it was computed in float32. Python's `math` has float64."


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


def backward(out):
    """Set grad of every node behind out."""
    out.grad = 1.0
    for node in reversed(in_order(out)):
        for parent, slope in node.kept:
            parent.grad += node.grad * slope


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


def overwriting(out):
    out.grad = 1.0
    for node in reversed(in_order(out)):
        for parent, slope in node.kept:
            parent.grad = node.grad * slope


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
    out.grad = 1.0
    for node in order:
        for parent, slope in node.kept:
            parent.grad += node.grad * slope


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
}


def product(a, b, c):
    """a * b"""
    return a * b


def shared(a, b, c):
    """d = a * b; e = d * d + c; e * d + e * a"""
    d = a * b
    e = d * d + c
    return e * d + e * a


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
    _, error = attempt(method, out)
    if isinstance(error, TooManySteps):
        return {}, ("it walks every path from the result to the inputs, and where a number is doubled 40 times there are "
                    "2^40 of them: visit each node once.")
    if error is not None:
        return {}, raised(error)
    return {k: float(other.grad) for k, other in enumerate(nodes)}, None


def _near(found, expected, rel_tol=1e-9):
    return found.keys() == expected.keys() and all(
        math.isclose(found[key], expected[key], rel_tol=rel_tol, abs_tol=1e-12) for key in expected)


EXERCISES = {
    "2.1": function("tf", sinc, array_with_zeros, gradients=True, dtype="float64", suspects={
        "at x = 0 yours is 0, where sin(x) / x tends to 1": lambda x: np.where(x == 0, 0.0, sinc(x)),
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
    "2.5": Exercise(_judge_step, (
        "Open a tape, compute the loss inside it, ask for the slope, and step against it.",
        "The tape follows variables by itself. A tensor it follows after `tape.watch(w)`.",
        "`w - rate * tape.gradient(loss, w)`, with `loss = tf.reduce_mean(...)`.")),
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
