"""Automatic differentiation of single numbers in some forty lines: what lesson 2d builds, with Python's operators."""
import math


class Scalar:
    """A number that knows its parents, as pairs (parent, slope toward that parent)."""

    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad = value, parents, 0.0

    def __add__(self, other):
        other = scalar(other)
        return Scalar(self.value + other.value, [(self, 1.0), (other, 1.0)])

    __radd__ = __add__  # for 0.0 + a

    def __mul__(self, other):
        other = scalar(other)
        return Scalar(self.value * other.value, [(self, other.value), (other, self.value)])

    def __pow__(self, n):
        return Scalar(self.value**n, [(self, n * self.value ** (n - 1))])

    def __sub__(self, other):
        return self + scalar(other) * -1.0


def scalar(x):
    """x itself if it is a Scalar, else a Scalar with that value."""
    return x if isinstance(x, Scalar) else Scalar(x)


def tanh(a):
    """The hyperbolic tangent of a Scalar."""
    t = math.tanh(a.value)
    return Scalar(t, [(a, 1 - t * t)])


def in_order(out):
    """All nodes behind out, and out: each after its parents."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)
    visit(out)
    return order


def backward(out):
    """Set grad of out and of every node behind it: the slope of out toward that node."""
    out.grad = 1.0
    for node in reversed(in_order(out)):
        for parent, slope in node.parents:
            parent.grad += node.grad * slope
