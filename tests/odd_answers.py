"""Answers that nobody asked for: objects of all kinds, functions that misbehave, and right functions with something odd."""
import datetime
import decimal
import fractions
import functools
import sys
import time
import types

import numpy as np
import tensorflow as tf
import torch


class Evil:
    """Raises whatever is done with it."""

    def _raise(self, *args, **kwargs):
        raise ValueError("evil")

    __eq__ = __ne__ = __lt__ = __len__ = __iter__ = __getitem__ = __float__ = __int__ = __index__ = __bool__ = _raise
    __repr__ = __str__ = __array__ = __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __contains__ = _raise
    __hash__ = object.__hash__
    shape = dtype = property(_raise)


class EvilError(Exception):
    """An error that cannot even be read."""

    def __str__(self):
        raise ValueError("evil")


class Text(str):
    """A text of a learner's own class."""


class Entries(dict):
    """A dict that lost its entries."""

    def __getitem__(self, key):
        raise KeyError(key)


class Scans(np.ndarray):
    """An array of a learner's own class."""


def endless():
    """A list that holds itself."""
    found = []
    found.append(found)
    return found


def objects():
    """[(name, a function that makes the object)]: a generator object serves once only."""
    made = [
        None, 0, -1, 10**400, 1e999, float("nan"), 1j, True, "", "x", "\ud800", "a\nb" * 200, b"x", Text("a"), [], [[]],
        [None], [...], [1, [2, 3]], ["a"] * 4, list(range(100)), (), (None,) * 3, ((), ()), {}, {1: 2}, {"a": Ellipsis},
        Entries(a=1), {1}, frozenset({"a"}), range(3), object(), type, int, sys, Evil(), [Evil()] * 3, {"A": Evil()},
        np.True_, np.float16(1), np.int8(3), np.str_("x"), np.zeros(()), np.zeros(3), np.zeros((2, 0)), np.array(["a"]),
        np.array([None, 1]), np.array("2026-01-01", "datetime64[D]"), np.array([1j]), np.zeros(2, [("a", "i4")]),
        np.ma.masked_array([1.0, 2.0], [True, False]), np.zeros(3).view(Scans), fractions.Fraction(1, 3),
        decimal.Decimal("NaN"), datetime.date(2026, 1, 1), types.SimpleNamespace(shape=3, dtype=4), torch.tensor(1.0),
        torch.zeros(3, dtype=torch.bfloat16), torch.eye(2).to_sparse(), torch.zeros(2, device="meta"), torch.float32,
        torch.nn.Linear(1, 1), torch.Size([1, 2]), torch.ones(2, requires_grad=True), tf.constant(1.0), tf.constant("a"),
        tf.ragged.constant([[1], [1, 2]]), tf.sparse.eye(2), tf.Variable([1.0]), tf.float32, tf.TensorSpec([None]),
        tf.keras.Input((2,)), tf.keras.Variable([1.0]), tf.zeros(2, tf.bfloat16), endless()]
    return [(f"{'evil ' * is_evil(one)}object {k} ({type(one).__name__})", lambda one=one: one)
            for k, one in enumerate(made)] + [
        ("a generator", lambda: (k for k in range(3)))]


def is_evil(one):
    """Whether something is evil, or holds it."""
    return type(one) is Evil or type(one) in (list, dict) and any(type(inner) is Evil for inner in (*one, *getattr(
        one, "values", tuple)()))


def fails(error):
    def answer(*arguments):
        raise error
    return answer


def recurses(*arguments):
    return recurses(*arguments)


def yields(*arguments):
    yield from arguments


def prints(*arguments):
    print("from an answer")


def sleeps(*arguments):
    time.sleep(0.001)


def changes(*arguments):
    """Empties or overwrites what it is given."""
    for one in arguments:
        if isinstance(one, (list, dict)):
            one.clear()
        elif isinstance(one, (np.ndarray, torch.Tensor)):
            one[...] = 0
    return arguments[0]


def needs_a_keyword(*, name):
    return name


async def waits(*arguments):
    return arguments


def functions():
    """[(name, function)]: none of them is an answer to anything."""
    named = [recurses, yields, prints, sleeps, changes, needs_a_keyword, waits, len, print, max, dict,
             functools.partial(int), torch.nn.ReLU(), tf.function(lambda *arguments: arguments[0]), Evil]
    errors = [KeyError("oh"), EvilError(), StopIteration(3), SystemExit(2), AssertionError(), MemoryError("a\nb")]
    results = [None, ..., 3, float("nan"), True, "text", [], [[]], (1, 2), {}, {"inputs": 3}, {1}, b"x", object(), Evil(),
               int, [Evil(), Evil()], endless(), np.zeros(0), np.zeros((2, 2), "float16"), np.array([None]),
               np.array(None), [[1], [2, 3]], torch.zeros(3),
               torch.zeros(3, dtype=torch.bfloat16), torch.eye(2).to_sparse(), tf.zeros(3), tf.constant(["a"]),
               tf.ragged.constant([[1], [1, 2]]), tf.keras.Input((2,)), fractions.Fraction(1, 3), np.True_]
    return ([(getattr(one, "__name__", type(one).__name__), one) for one in named]
            + [(f"raises {type(error).__name__}", fails(error)) for error in errors]
            + [(f"returns {'evil ' * is_evil(one)}{k}, of type {type(one).__name__}", lambda *arguments, one=one: one)
               for k, one in enumerate(results)])


def through(in_torch, in_tf, other):
    """A change of a tensor or an array: one function for each of their makers."""
    return lambda x: (in_torch if isinstance(x, torch.Tensor) else in_tf if tf.is_tensor(x) else other)(x)


def is_numeric(x):
    """Whether it is a number, or an array or tensor of them with at least one entry."""
    if not hasattr(x, "dtype"):
        return isinstance(x, (int, float)) and not isinstance(x, bool)
    return any(kind in str(x.dtype) for kind in ("int", "float")) and 0 not in x.shape


def axes_swapped(x):
    """The last two axes in each other's place, where there are two."""
    if not (is_numeric(x) and len(getattr(x, "shape", ())) > 1):
        return x
    return through(lambda x: x.mT, tf.linalg.matrix_transpose, lambda x: np.swapaxes(x, -1, -2))(x)


def without_its_sign(x):
    """The absolute value, where there are numbers; of a list, that of each entry."""
    if type(x) in (list, tuple):
        return type(x)(map(without_its_sign, x))
    return abs(x) if is_numeric(x) else x


def last_off_by_one(x):
    """One more in the last entry, where it is a number; of a list, in the last number of its last entry."""
    if type(x) in (list, tuple) and x:
        return type(x)([*x[:-1], last_off_by_one(x[-1])])
    if not is_numeric(x) or not hasattr(x, "dtype"):
        return x + 1 if is_numeric(x) else x
    more = np.zeros(x.shape)
    more.flat[-1] = 1
    return through(lambda x: x + torch.tensor(more).to(x.dtype), lambda x: x + tf.cast(more, x.dtype),
                   lambda x: x + more.astype(x.dtype))(x)


SLIPS = {"axes swapped": axes_swapped, "without its sign": without_its_sign, "off by one in its last entry": last_off_by_one}
"""Mistakes that fit any exercise whose function returns numbers: none may be accepted where it changes the result."""


def casts():
    """{name: a change of what a right function returns}; a few of them do no harm."""
    def to(name):
        return through(lambda x: x.to(getattr(torch, name)), lambda x: tf.cast(x, name), lambda x: np.asarray(x).astype(
            "float16" if name == "bfloat16" else name))

    return {
        "None": lambda x: None, "in a list": lambda x: [x], "twice": lambda x: (x, x), "as a text": str,
        "as a set": lambda x: {1}, "a generator": lambda x: (x for _ in "a"), "a function": lambda x: lambda: x,
        "in NumPy": lambda x: np.asarray(x), "as a list": lambda x: np.asarray(x).tolist(),
        "the other framework's": through(lambda x: tf.constant(x.detach().numpy()), lambda x: torch.tensor(x.numpy()),
                                         torch.tensor),
        **{name: to(name) for name in ("float32", "float16", "bfloat16", "int32", "complex64", "bool")},
        "with an axis more": lambda x: x[None], "without its last": lambda x: x[:-1], "negative": lambda x: -x, **SLIPS}


def differ(one, other):
    """Whether two results differ in what they show: their shapes, or their numbers."""
    if type(one) in (list, tuple):
        return len(one) != len(other) or any(map(differ, one, other))
    if not is_numeric(one):
        return False
    as_array = through(lambda x: x.detach().double().numpy(), lambda x: tf.cast(x, tf.float64).numpy(), np.asarray)
    return not np.array_equal(as_array(one), as_array(other), equal_nan=True)


def changed(right):
    """[(name, the right function with something odd)]. Of a slip, `done` says whether it has ever changed a result."""
    def with_result(change):
        return lambda *arguments: change(right(*arguments))

    def slip(change):
        def answer(*arguments):
            result = right(*arguments)
            changed = change(result)
            answer.done = answer.done or differ(result, changed)
            return changed
        answer.done = False
        return answer

    def in_words(*arguments):
        print("working")
        time.sleep(0.001)
        return right(*arguments)

    def once(*arguments, calls=[]):  # noqa: B006, what it remembers is the point
        calls.append(1)
        return right(*arguments) if len(calls) < 3 else None

    return [(f"right, but {name}", (slip if name in SLIPS else with_result)(change)) for name, change in casts().items()] + [
        ("right, and prints and sleeps", in_words), ("right twice, then None", once)]


def changed_twice(right):
    """[(name, the right function with two odd changes of its result, one after the other)]."""
    def answer(first, second):
        return lambda *arguments: second(first(right(*arguments)))
    return [(f"right, but {one}, then {other}", answer(first, second))
            for one, first in casts().items() for other, second in casts().items()]
