"""Chapter 2: a port each way, and the learner's own automatic differentiation, judged against both frameworks."""
import math

import numpy as np

from helpers.course import missing
from helpers.course.judging import Exercise, attempt, call, function, raised


class Number:
    """One node of a record, with the attributes of the notebook's Scalar."""

    def __init__(self, value, parents=()):
        self.value, self._parents, self.grad = value, list(parents), 0.0

    @property
    def parents(self):
        return self._parents


class Node(Number):
    """A Number on which Python's operators work."""

    reads = 0  # how often any node's parents were looked at, since the graph was made

    @property
    def parents(self):
        Node.reads += 1
        if Node.reads > 300_000:  # a slow way through 45 nodes stays below
            raise TooManySteps
        return self._parents

    def __add__(self, other):
        return Node(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Node(self.value * other.value, [(self, other.value), (other, self.value)])

    def __pow__(self, n):
        return Node(self.value**n, [(self, n * self.value ** (n - 1))])


class TooManySteps(Exception):
    """Far more parents were read than the graph has."""


# Exercise 2.1: sin(x) / x, also at 0

def sinc(x):
    """sin(x) / x, and 1 at 0; its derivative there is 0, which central differences find."""
    return np.sinc(x / np.pi)


def array_with_zeros(rng):
    x = rng.normal(size=(2, 3))
    x[0, rng.integers(3)] = 0.0
    return (x,)


# Exercise 2.2: rounding with slope 1

def _judge_rounding(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(x): above."
    side = missing.side("torch")
    rng = np.random.default_rng(0)
    x, upstream = rng.normal(scale=3, size=7), rng.normal(size=7)
    found, problem = call(lambda: side.value_and_grad(answer, x, weights=upstream))
    if problem:
        return problem
    value, (slope,) = found
    if value.shape != x.shape or not np.allclose(value, np.round(x)):
        wrong_sign = value.shape == x.shape and np.allclose(value, 2 * x - np.round(x))
        return ("the rest is added with the wrong sign: x plus what gives the rounded x?" if wrong_sign
                else f"{x[0]:.3f} should become {np.round(x[0]):.0f}, and every other element likewise.")
    if slope is None:
        return "the values are right, but no gradient reaches x: what is detached carries none, so x itself must not be."
    if not slope.any():
        return "the values are right, but the slope is 0, as it is for `torch.round`: pretend that it is 1."
    if not np.allclose(slope, upstream):
        return f"the values are right, but the slope is {slope[0] / upstream[0]:.3g} where 1 is asked for."
    return None


# Exercise 2.3: slopes of single operations

def _judge_operations(answer):
    if not (isinstance(answer, (tuple, list)) and len(answer) == 3 and all(map(callable, answer))):
        return "answer must be a tuple of three functions: multiply, power, tanh."
    multiply, power, tanh = answer
    a, b = Number(1.5), Number(-0.7)  # no operators: an answer of `a * b` would fail in the notebook
    t = math.tanh(a.value)
    cases = [  # name, call, value, slopes, suspects {cause: slopes}
        ("multiply", lambda: multiply(a, b), a.value * b.value, {a: b.value, b: a.value},
         {"the slope toward one factor is the other factor, not itself": {a: a.value, b: b.value}}),
        ("power", lambda: power(a, 3), a.value**3, {a: 3 * a.value**2},
         {"the factor n is missing": {a: a.value**2}, "the exponent of the slope is n - 1": {a: 3 * a.value**3}}),
        ("power", lambda: power(a, -0.5), a.value**-0.5, {a: -0.5 * a.value**-1.5}, {}),
        ("tanh", lambda: tanh(a), t, {a: 1 - t * t},
         {"1 - t² uses the output, not the input": {a: 1 - a.value**2}, "the slope is 1 - t², with a square": {a: 1 - t}}),
    ]
    for name, operation, value, slopes, suspects in cases:
        seen, problem = call(_seen, operation, value)
        if problem:
            return f"{name}: {problem}"
        found, made, close = seen
        if not close:
            return f"{name}: the value is {made}, it should be {value}."
        if found.keys() != slopes.keys():
            return f"{name}: its parents should be the {len(slopes)} it was given, as pairs (parent, slope)."
        if not _near(found, slopes):
            cause = next((cause for cause, wrong in suspects.items() if _near(found, wrong)), None)
            return f"{name}: {cause or 'a slope toward a parent is not right'}."
    return None


def _seen(operation, value):
    """(its parents with their slopes, its value, whether that is the right one) of the node that an operation makes."""
    made = operation()
    return dict(made.parents), made.value, math.isclose(made.value, value, rel_tol=1e-12)


# Exercise 2.4: the backward pass

def backward(out):
    """Set grad of every node behind out."""
    out.grad = 1.0
    for node in reversed(in_order(out)):
        for parent, slope in node._parents:
            parent.grad += node.grad * slope


def in_order(out):
    """All nodes behind out, each after its parents."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node._parents:
                visit(parent)
            order.append(node)
    visit(out)
    return order


def overwriting(out):
    out.grad = 1.0
    for node in reversed(in_order(out)):
        for parent, slope in node._parents:
            parent.grad = node.grad * slope


def hasty(out, first=True):
    if first:
        out.grad = 1.0
    for parent, slope in out._parents:
        parent.grad += out.grad * slope
        hasty(parent, first=False)


def breadth_first(out):
    out.grad, queue = 1.0, [out]
    for node in queue:
        for parent, slope in node._parents:
            parent.grad += node.grad * slope
            if parent not in queue:
                queue.append(parent)


def users_not_first(out):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for parent, _ in node._parents:
                visit(parent)
    visit(out)
    out.grad = 1.0
    for node in order:
        for parent, slope in node._parents:
            parent.grad += node.grad * slope


def shallow(out):
    out.grad = 1.0
    for parent, slope in out._parents:
        parent.grad += slope


def unseeded(out):
    """Leaves every gradient at 0, because 0 is what it starts with."""


SLIPS = {
    "a gradient is overwritten where it should be added: a node used twice receives two parts": overwriting,
    "a gradient was passed on before all of it had arrived, so parts of it were counted again": hasty,
    "layer by layer is not the order that is needed: a node was done before a longer path had reached it": breadth_first,
    "a node was done before all that use it: append a node after its parents, then reverse": users_not_first,
    "it stops at the parents: their parents need gradients too": shallow,
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
    for program in (product, shared, chain, doublings):
        arrays = [np.array(x) for x in np.random.default_rng(1).uniform(0.5, 1.2, size=3)]
        leaves, problem = _gradients(answer, program, arrays)
        if problem:
            return problem
        for cause, slip in SLIPS.items() if program is not doublings else ():
            if _near(leaves, _gradients(slip, program, arrays)[0]) and not _near(
                    leaves, _gradients(backward, program, arrays)[0]):
                return f"{cause}."
        for side in missing.sides():
            _, slopes = side.value_and_grad(program, *arrays)
            theirs = {k: float(slope) if slope is not None else 0.0 for k, slope in enumerate(slopes)}
            if not _near(leaves, theirs):
                return (f"for `{program.__doc__}` your gradients of a, b, c are {list(leaves.values())}, "
                        f"{side.NAME}'s are {list(theirs.values())}.")
    return None


def _gradients(method, program, arrays):
    """({number of a leaf: its gradient after method has run}, what went wrong or None)."""
    leaves = [Node(float(array)) for array in arrays]
    out = program(*leaves)
    Node.reads = 0
    _, error = attempt(method, out)
    if isinstance(error, TooManySteps):
        return {}, ("it walks every path from the result to the inputs, and where a number is doubled 40 times there are "
                    "2^40 of them: visit each node once.")
    if error is not None:
        return {}, raised(error)
    return {k: float(leaf.grad) for k, leaf in enumerate(leaves)}, None


def _near(found, expected):
    return found.keys() == expected.keys() and all(
        math.isclose(found[key], expected[key], rel_tol=1e-9, abs_tol=1e-12) for key in expected)


EXERCISES = {
    "2.1": function("tf", sinc, array_with_zeros, suspects={
        "at x = 0 yours is 0, where sin(x) / x tends to 1": lambda x: np.where(x == 0, 0.0, sinc(x)),
        "sin(πx) / (πx) is another function, although it is called sinc too": np.sinc,
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
}
