"""Lesson 13c: what of a checkpoint an old program evaluated, and what becomes of a line that moves."""
from types import SimpleNamespace

import numpy as np

from helpers.course.judging import cases, short

# Exercise 13.5: what was evaluated

COUNTERS = ("global_step", "beta1_power", "beta2_power")
AVERAGE = "/ExponentialMovingAverage"


def evaluated(arrays, averaged=True, counters=COUNTERS, is_slot=None, left_out=()):
    """{name of a weight: array that the evaluation used}, of all arrays in a checkpoint by name."""
    is_slot = is_slot or (lambda name: name.rpartition("/")[0] in arrays)
    needed = {name: array for name, array in arrays.items() if name not in counters and not is_slot(name)}
    needed = {name: array for name, array in needed.items() if not name.endswith(left_out)}
    return {name: arrays.get(name + AVERAGE, array) if averaged else array for name, array in needed.items()}


def checkpoints():
    """Three checkpoints: of Momentum, Adam and RMSProp. In the second a layer is called Adam, and a weight has no axes."""
    kinds = (("net", ("Momentum",), "conv", ("global_step",)), ("Adam", ("Adam", "Adam_1"), "Adam", COUNTERS),
             ("model/reader", ("RMSProp", "RMSProp_1"), "dense", ("global_step",)))
    for trial, (scope, slots, layer, counters) in enumerate(kinds):
        rng = np.random.default_rng(trial)
        trained = {f"{scope}/{layer}/kernel": (3, 2), f"{scope}/{layer}/bias": (2,), f"{scope}/bn/gamma": (2,),
                   **({f"{scope}/temperature": ()} if trial == 1 else {})}
        shapes = {name: () for name in counters} | trained
        shapes |= {f"{scope}/bn/moving_mean": (2,), f"{scope}/bn/moving_variance": (2,)}
        shapes |= {f"{name}/{slot}": shape for name, shape in trained.items() for slot in (*slots, AVERAGE[1:])}
        names = sorted(shapes)
        yield ({name: np.asarray(rng.normal(size=shapes[name])).astype("float32") for name in names},)


def _arrays(got):
    return {str(name): np.asarray(array) for name, array in dict(got).items()}


def _alike(got, right):
    return got.keys() == right.keys() and all(np.array_equal(got[name], array) for name, array in right.items())


def _off(given, right, got):
    for word, names in (("is missing", right.keys() - got.keys()), ("is not needed", got.keys() - right.keys())):
        if names:
            return f"{min(names)} {word}."
    name = next(name for name in right if not np.array_equal(got[name], right[name]))
    return f"{name} has other values than those that were evaluated."


def _ends(*words):
    return lambda name: name.endswith(words)


# Exercise 13.6: what becomes of a line

NAMES = ("dies", "same", "changed")


def fate(line, old, new, shape=True, dtype=True, nan=True, atol=1e-6, of=np.asarray):
    """What becomes of line(module) where old is replaced by new: one of NAMES."""
    before = of(line(old))
    try:
        after = of(line(new))
    except Exception:  # of whatever kind
        return "dies"
    if shape and before.shape != after.shape or dtype and before.dtype != after.dtype:
        return "changed"
    try:
        return "same" if np.allclose(after, before, rtol=0, atol=atol, equal_nan=nan) else "changed"
    except ValueError:  # shapes that do not go together
        return "changed"


def _raises(error):
    def f():
        raise error
    return f


def lines():
    """(line, old, new): a function of a module is called f in both."""
    x = np.array([[1.5, -2.0, 3.0], [0.5, 4.0, -1.0]], "float32")
    gap = np.where(x > 3, np.nan, x).astype("float32")
    pairs = [(x, x.copy()), (x, _raises(AttributeError("module has no attribute 'f'"))),
             (x, _raises(TypeError("unexpected keyword argument 'dim'"))), (x, _raises(ValueError("not recognized: lr"))),
             (x, _raises(RuntimeError("not compatible with eager execution"))), (x, x + np.float32(1e-7)),
             (x, x + np.float32(1e-3)), (x, -x), (x, x[:, ::-1]), (x, x.astype("float64")), (x[:, :1], x[:, :1].ravel()),
             (np.ones((2, 1), "float32"), np.ones(2, "float32")), (gap, gap.copy()), (gap, x), (np.int64(3), np.int64(3)),
             (np.int64(3), np.float64(3.0)), (x, x[:1]), (np.zeros((0, 3)), np.zeros((0, 3)))]
    for before, after in pairs:
        old, new = (SimpleNamespace(f=one if callable(one) else _giving(one)) for one in (before, after))
        yield _call, old, new


def _giving(array):
    return lambda: array


def _call(module):
    return module.f()


def _unfit(got):
    known = isinstance(got, str) and got in NAMES
    return None if known else f"return one of {', '.join(map(repr, NAMES))}, not {short(got)}."


def _told(given, right, got):
    line, old, new = given
    try:
        after = line(new)
    except Exception as error:  # the new module dies here, as it should
        return f"where {type(error).__name__} is raised it should be {right!r}, yours is {got!r}."
    before, after = np.asarray(line(old)), np.asarray(after)
    if before.shape != after.shape or before.dtype != after.dtype:
        kinds = [f"shape {one.shape} and dtype {one.dtype}" for one in (before, after)]
        return f"from {kinds[0]} to {kinds[1]} it should be {right!r}, yours is {got!r}."
    return f"from {before.tolist()} to {after.tolist()} it should be {right!r}, yours is {got!r}."


EXERCISES = {
    "13.5": cases(checkpoints, evaluated, suspects={
        "those are the weights as the last step left them: the program evaluated their averages":
            lambda arrays: evaluated(arrays, averaged=False),
        "an average belongs under the name of its weight":
            lambda arrays: {name: array for name, array in arrays.items() if name in evaluated(arrays)
                            or name.endswith(AVERAGE)},
        "the averages replace the weights: give each under its weight's name, and the weight itself no more":
            lambda arrays: {name: array for name, array in arrays.items() if name.endswith(AVERAGE)},
        "Adam's slots are out, those of other optimizers are not: look at what stands before the last slash":
            lambda arrays: evaluated(arrays, is_slot=_ends("/Adam", "/Adam_1", AVERAGE)),
        "the counters are still there": lambda arrays: evaluated(arrays, counters=()),
        "`global_step` is out, `beta1_power` and `beta2_power` are not":
            lambda arrays: evaluated(arrays, counters=("global_step",)),
        "what has no axes is not always a counter: one of these networks has a weight called temperature":
            lambda arrays: {name: array for name, array in evaluated(arrays).items() if array.shape},
        "a name may begin with Adam and be a layer's: only what stands behind a weight's name is a slot":
            lambda arrays: {name: array for name, array in evaluated(arrays).items() if "Adam" not in name},
        "a batch normalization's moving mean and variance are missing: they have no average, and the evaluation needs them":
            lambda arrays: evaluated(arrays, left_out=("moving_mean", "moving_variance")),
    }, say=_off, convert=_arrays, same=_alike,
        no_function="write a function of a dict: `def answer(arrays): ...`.", hints=(
        "Two questions for each name: is it needed at all, and under which name do its values stand?",
        "`name.rpartition(\"/\")[0]` is what stands before the last slash. If it is itself a name in `arrays`, the array "
        "belongs to training. For others look up `name + \"/ExponentialMovingAverage\"`.",
        "`needed[name] = arrays.get(name + \"/ExponentialMovingAverage\", array)` for each name that is no counter and "
        "whose front is not in `arrays`.")),
    "13.6": cases(lines, fate, suspects={
        "results of other shapes may look equal, for NumPy stretches one of them: compare the shapes first":
            lambda line, old, new: fate(line, old, new, shape=False),
        "another dtype is another result": lambda line, old, new: fate(line, old, new, dtype=False),
        "neither shape nor dtype is compared": lambda line, old, new: fate(line, old, new, shape=False, dtype=False),
        "NaN in the same place is the same; `equal_nan=True` says so":
            lambda line, old, new: fate(line, old, new, nan=False),
        "what differs by 1e-7 is rounding, and the same": lambda line, old, new: fate(line, old, new, atol=0.0),
        "a difference of 1e-3 is more than rounding": lambda line, old, new: fate(line, old, new, atol=0.01),
        "a sum or a mean may stay while the values change places":
            lambda line, old, new: fate(line, old, new, of=lambda result: np.sum(result)),
    }, say=_told, unfit=_unfit,
        no_function="write a function of three: `def answer(line, old, new): ...`.", hints=(
        "Three outcomes, in this order: an error, then shape and dtype, then values.",
        "`try: after = np.asarray(line(new))`, then `except (...): return \"dies\"` with all four; `line(old)` stays above.",
        "`before.shape == after.shape and before.dtype == after.dtype and np.allclose(after, before, rtol=0, atol=1e-6, "
        "equal_nan=True)` is \"same\".")),
}
